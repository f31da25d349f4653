"""For code scanning: SARIF 2.1.0, in the subset that hosting services read.

Hides what they ask for beyond the standard. A result without a file location makes them refuse the whole upload, so a
finding about no file points at the policy. They do not read `baselineState`, and would open an alert for an absent
result, so fixed findings are counted but not listed: an alert closes by its result being gone.
"""

from __future__ import annotations

import re
from dataclasses import replace

from plumbrule.report import wording
from plumbrule.report.escapes import in_uri, json_text, visible
from plumbrule.report.model import Coverage, Finding, Report, RuleText, in_order

WITH_SOURCE = True
_MOST = 25_000  # results; hosting services refuse a run with more
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
# Waivers are read from the base, so what they cover was accepted before this change.
_BASELINE = {"new": "new", "known": "unchanged", "waived": "unchanged"}
_ROOT = "%SRCROOT%"
_PLACEHOLDER = re.compile(r"\{(\d+)\}")
_LINK = re.compile(r"\[(?=[^\]]*\]\()")

CONTROLS = True  # of each finding are told


def render(report: Report) -> str:
    """One run; paths relative to the repository's root, identities as fingerprints, nothing of this machine."""
    told = [finding for finding in in_order(report.findings) if finding.state in _BASELINE]
    findings = told[:_MOST]
    texts = {rule.id: rule for rule in report.rules}
    rules = sorted({finding.rule for finding in findings} | texts.keys())
    index = {rule: number for number, rule in enumerate(rules)}
    return json_text(
        {
            "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {
                        "driver": {
                            "name": "Plumbrule",
                            "version": report.tool.get("version", ""),
                            "rules": [_rule(rule, texts.get(rule), findings) for rule in rules],
                        }
                    },
                    "automationDetails": {"id": "plumbrule/"},
                    "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
                    "invocations": [_invocation(report, untold=len(told) - len(findings))],
                    "results": [_result(finding, index[finding.rule], report) for finding in findings],
                    "properties": {
                        "verdict": report.verdict,
                        "repo": report.repo,
                        "base": report.base,
                        "mergeBase": report.merge_base,
                        "head": report.head,
                        "policyCommit": report.policy.commit,
                        "counts": dict(sorted(report.counts.items())),
                    },
                }
            ],
        }
    )


def _rule(rule: str, text: RuleText | None, findings: list[Finding]) -> dict[str, object]:
    if text is None:
        severity = next(finding.severity for finding in findings if finding.rule == rule)
        return {"id": rule, "defaultConfiguration": {"level": _LEVELS[severity]}}
    advice = f"What to do instead: {text.instead}" if text.instead else ""
    markdown = "\n\n".join(
        part for part in (text.reason, f"## What to do instead\n\n{text.instead}" if text.instead else "") if part
    )
    return {
        "id": rule,
        "name": "".join(part.capitalize() for part in rule.split("-")),
        "shortDescription": {"text": _message(text.title)},
        "fullDescription": {"text": _message(text.reason or text.title)},
        "help": {
            "text": _message("\n\n".join(part for part in (text.reason, advice) if part) or text.title),
            "markdown": _literal(markdown or text.title),
        },
        "defaultConfiguration": {"level": _LEVELS[text.severity]},
        "properties": {"tags": ["architecture"]},
    }


def _result(finding: Finding, rule_index: int, report: Report) -> dict[str, object]:
    said = [finding.message, f"What to do instead: {finding.remedy}" if finding.remedy else "", *finding.evidence]
    result: dict[str, object] = {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "level": _LEVELS[finding.severity],
        "message": {"text": "\n".join(_message(part) for part in said if part) or finding.rule},
        "locations": [_location(finding, report)],
        # The second name is the only one that hosting services match by; with ours, moved lines reopen nothing.
        "partialFingerprints": {"plumbrule/v1": finding.id, "primaryLocationLineHash": f"{finding.id}:1"},
        "baselineState": _BASELINE[finding.state],
        "properties": {
            **{"repo": finding.repo, "subject": finding.subject, "unaccepted": finding.unaccepted},
            **{name: said for name in ("reason", "alternatives", "owner") if (said := getattr(finding, name))},
            **({"tags": list(finding.controls)} if finding.controls else {}),
        },
    }
    if finding.state == "waived":
        reason = "; ".join(finding.evidence) or "waived in the policy"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": visible(reason)}]
    else:
        result["suppressions"] = []  # the standard: given for one result, given for all
    return result


def _location(finding: Finding, report: Report) -> dict[str, object]:
    physical = _physical(finding.path or report.policy.path or "plumbrule.toml", finding.line if finding.path else 0)
    if finding.excerpt:
        text = "\n".join(visible(text) for _, text in finding.excerpt)
        physical["region"] = {
            "startLine": finding.excerpt[0][0],
            "endLine": finding.excerpt[-1][0],
            "snippet": {"text": text},
        }
    return {"physicalLocation": physical, "logicalLocations": [{"fullyQualifiedName": visible(finding.subject)}]}


def _physical(path: str, line: int) -> dict[str, object]:
    physical: dict[str, object] = {"artifactLocation": {"uri": in_uri(path), "uriBaseId": _ROOT}}
    return physical | {"region": {"startLine": line}} if line > 0 else physical


def _invocation(report: Report, untold: int) -> dict[str, object]:
    verdict = "error" if report.verdict == "not-judged" else "note"
    notes = [_notification(verdict, reason) for reason in report.reasons]
    if untold:
        notes.append(_notification("warning", f"{untold:,} more results; a run holds {_MOST:,}, the format json all"))
    notes += [_notification("warning", f"this change loosens the policy: {what}") for what in report.policy.loosened]
    notes.append(_notification("note", f"looked at {wording.looked_at(report.coverage)}"))
    notes += [_notification("warning", gap) for gap in wording.gaps(replace(report.coverage, read_in_part=()))]
    for path, line in report.coverage.read_in_part:
        (gap,) = wording.gaps(Coverage(read_in_part=((path, line),)))
        notes.append(_notification("warning", gap) | {"locations": [{"physicalLocation": _physical(path, line)}]})
    for path, reason in report.coverage.skipped_files:
        file = {"physicalLocation": _physical(path, 0)}
        notes.append(_notification("warning", f"skipped: {reason}") | {"locations": [file]})
    for ahead in in_order(report.ahead):  # as results they would be open alerts
        place = {"physicalLocation": _physical(ahead.path or report.policy.path or "plumbrule.toml", ahead.line)}
        said = f"{wording.AHEAD}: {ahead.rule}: {ahead.message}"
        notes.append(_notification("note", said) | {"locations": [place]})
    return {
        "executionSuccessful": report.verdict != "not-judged",
        "exitCode": report.exit_code,
        "toolExecutionNotifications": notes,
    }


def _notification(level: str, text: str) -> dict[str, object]:
    return {"level": level, "message": {"text": _message(text)}}


def _message(text: str) -> str:
    """Text of a message: line breaks stay, and neither `[a](b)` nor `{0}` means anything in a name."""
    return _literal(_LINK.sub(r"\\[", "\n".join(visible(line) for line in text.split("\n"))))


def _literal(text: str) -> str:
    return _PLACEHOLDER.sub(r"{{\1}}", text)
