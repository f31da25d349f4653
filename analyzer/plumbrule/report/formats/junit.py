"""For servers that show test results (Jenkins, GitLab, Azure): JUnit's XML, each new finding a test case.

Hides how findings become tests: those for which the verdict is "failed" are failures, waived ones are skipped, other
new ones pass and say why they are there. The verdict is a test case of its own, so that no report is without a test,
and what could not be judged is an error and never an empty success.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from plumbrule.report import wording
from plumbrule.report.escapes import in_xml
from plumbrule.report.model import Finding, Report, in_order

IN_NUMBERS = True
WITH_SOURCE = True


def render(report: Report) -> str:
    """One suite of the repository; a case's class is its rule, its name the subject."""
    findings = [f for f in in_order(report.findings) if f.state in ("new", "waived") or f.fails or f.unaccepted]
    counted = {
        "tests": len(findings) + 1,
        "failures": sum(finding.fails for finding in findings) or int(report.verdict == "failed"),
        "errors": int(_is_unjudged(report)),
        "skipped": sum(finding.state == "waived" for finding in findings),
    }
    counts = " ".join(f'{name}="{number}"' for name, number in counted.items())
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<testsuites>",
        f'<testsuite name="{in_xml(f"Plumbrule {report.repo}")}" {counts}>',
        *_verdict(report),
        *(line for finding in findings for line in _case(finding)),
        "</testsuite>",
        "</testsuites>",
    ]
    return "".join(f"{line}\n" for line in lines)


def _is_unjudged(report: Report) -> bool:
    return report.verdict not in ("passed", "failed")


def _verdict(report: Report) -> Iterator[str]:
    """The case of the verdict itself: it fails only where no finding does, so that nothing is counted twice."""
    yield '<testcase classname="plumbrule" name="verdict">'
    said = [line for reason in report.reasons for line in wording.why_and_mend(reason) if line]
    said += [f"this change loosens the policy: {what}" for what in report.policy.loosened]
    if _is_unjudged(report):
        yield _element("error", wording.headline(report), said)
    elif report.verdict == "failed" and not any(finding.fails for finding in report.findings):
        yield _element("failure", wording.headline(report), said)
    basis = [f"compared: {wording.compared(report)}", f"policy: {wording.policy_used(report.policy)}"]
    basis += [f"looked at: {wording.looked_at(report.coverage)}", *wording.gaps(report.coverage)]
    basis += [f"skipped {path}: {reason}" for path, reason in report.coverage.skipped_files]
    yield f"<system-out>{_lines([wording.headline(report), *said, *basis])}</system-out>"
    yield "</testcase>"


def _case(finding: Finding) -> Iterator[str]:
    yield f'<testcase classname="{in_xml(finding.rule)}" name="{in_xml(finding.subject)}">'
    if finding.state == "waived":
        yield f'<skipped message="{in_xml("; ".join(finding.evidence) or "waived in the policy")}"/>'
    elif finding.fails:
        yield _element("failure", finding.message, _said(finding), kind=finding.severity)
    else:
        yield f"<system-out>{_lines([f'{finding.severity}: {finding.message}', *_said(finding)])}</system-out>"
    yield "</testcase>"


def _said(finding: Finding) -> Iterator[str]:
    yield wording.place(finding)
    yield from (f"{number} | {text}" for number, text in finding.excerpt)
    yield from finding.evidence
    for number, line in enumerate(finding.remedy.strip().split("\n") if finding.remedy else ()):
        yield line if number else f"what to do instead: {line}"


def _element(name: str, message: str, lines: Iterable[str], kind: str = "") -> str:
    return f'<{name} type="{in_xml(kind or name)}" message="{in_xml(message)}">{_lines(lines)}</{name}>'


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(map(in_xml, lines))
