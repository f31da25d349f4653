"""For people in a terminal or a log: the verdict first, then what is new, then what the verdict rests on.

Hides the order: what is new by rule and group, each finding with its line of source, advice that several share once;
of what is known only the number. `render` is plain; `on_terminal` says the same with colour, for a person who looks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from plumbrule.report import wording
from plumbrule.report.escapes import log_line, toml_string
from plumbrule.report.model import Finding, Report, in_order

WITH_SOURCE = True
IN_NUMBERS = True  # of findings that are known and accepted only the number is told
_IN_FULL = 20  # findings of a group; the rest takes a line each
_LISTED = 10  # skipped files; the rest is counted, and JSON has them all
_COLOURS = {
    "failed": "1;31",
    "not-judged": "1;33",
    "passed": "1;32",
    "rule": "1",
    "error": "31",
    "aside": "2",
    "source": "36",
}


class _Line(NamedTuple):
    text: str
    role: str = ""


def render(report: Report) -> str:
    """Plain text, the same bytes for the same report; every name on one line and visible."""
    return "".join(f"{log_line(line.text)}\n" for line in _lines(report))


def on_terminal(report: Report) -> str:
    """`render` with ANSI colours and not one other character changed."""
    return "".join(f"{_painted(line)}\n" for line in _lines(report))


def _painted(line: _Line) -> str:
    colour = _COLOURS.get(line.role)
    text = log_line(line.text)
    return f"\x1b[{colour}m{text}\x1b[0m" if colour else text


def _lines(report: Report) -> Iterator[_Line]:
    yield _Line(wording.headline(report), report.verdict)
    yield _Line(f"  {report.repo}: {wording.compared(report)}")
    yield _Line(f"  policy: {wording.policy_used(report.policy)}")
    for why, mend in map(wording.why_and_mend, report.reasons):
        yield _Line(f"  because {why}")
        if mend:
            yield _Line(f"  what to do: {mend}")
    for loosened in report.policy.loosened:
        yield _Line(f"  this change loosens the policy: {loosened}")
    for edit in wording.other_edits(report.policy):
        yield _Line(f"  {edit}")

    findings = in_order(report.findings)
    for heading, chosen in (
        ("new", [f for f in findings if f.state == "new"]),
        ("known, but missing from the baseline", [f for f in findings if f.state == "known" and f.unaccepted]),
    ):
        yield from _in_full(heading, chosen)
    for heading, state in (("waived", "waived"), ("fixed", "fixed")):
        yield from _in_brief(heading, [f for f in findings if f.state == state])
    told = Counter(finding.rule for finding in findings if finding.state == "known" and not finding.unaccepted)
    yield from _in_numbers(told + Counter(report.known))
    yield from _ahead(in_order(report.ahead))
    yield from _coverage(report)


def _in_full(heading: str, findings: list[Finding]) -> Iterator[_Line]:
    for severity, alike in groupby(findings, lambda finding: finding.severity):
        for rule, groups in wording.by_rule(alike):
            yield _Line("")
            count = sum(map(len, groups))
            yield _Line(f"{rule}: {count:,} {heading} ({severity})", "rule")
            for group in groups:
                yield from _group(group)


def _group(group: list[Finding]) -> Iterator[_Line]:
    together = bool(group[0].group) and len(group) > 1
    indent = "    " if together else "  "
    if together:
        yield _Line(f"  {group[0].group} ({len(group):,} together)")
    full = _IN_FULL if together else len(group)
    # The same advice is given once, below the last finding that it is for.
    for remedy, alike in groupby(group[:full], lambda finding: finding.remedy):
        for finding in alike:
            yield from _finding(finding, indent)
        for number, line in enumerate(remedy.strip().split("\n") if remedy else ()):
            yield _Line(f"{indent}  {'' if number else 'what to do instead: '}{line.strip()}")
    if group[full:]:
        yield _Line(f"{indent}and {len(group) - full:,} more like these, one a line:")
    for finding in group[full:]:
        source = f" | {finding.excerpt[0][1].strip()}" if finding.excerpt else ""
        yield _Line(f"{indent}{wording.place(finding)}: {_quoted(finding.subject)}{source}", finding.severity)


def _finding(finding: Finding, indent: str) -> Iterator[_Line]:
    yield _Line(f"{indent}{wording.place(finding)}: {finding.message}", finding.severity)
    # What a waiver quotes must be here to be copied; what cannot be shown as it is, is TOML already.
    quoted = _quoted(finding.subject)
    if quoted != finding.subject:
        yield _Line(f"{indent}  subject: {quoted}")
    elif finding.subject not in finding.message and finding.subject != wording.place(finding):
        yield _Line(f"{indent}  subject: {finding.subject}")
    width = max((len(str(number)) for number, _ in finding.excerpt), default=0)
    for number, source in finding.excerpt:
        yield _Line(f"{indent}  {number:>{width}} | {source}", "source")
    for evidence in finding.evidence:
        yield _Line(f"{indent}  | {evidence}")
    for about in wording.about(finding):
        yield _Line(f"{indent}  {about}")
    since = wording.origin(finding)
    if since:
        yield _Line(f"{indent}  {since}", "aside")


def _quoted(subject: str) -> str:
    """The subject, as TOML where it cannot be shown as it is."""
    quoted = toml_string(subject)
    return subject if quoted[1:-1] == subject else quoted


def _in_brief(heading: str, findings: list[Finding]) -> Iterator[_Line]:
    if findings:
        yield _Line("")
        yield _Line(f"{heading}: {len(findings):,}", "rule")
    for finding in findings:
        yield _Line(f"  {finding.rule}: {finding.subject}", "aside")


def _ahead(findings: Sequence[Finding]) -> Iterator[_Line]:
    if findings:
        yield _Line("")
        yield _Line(f"{wording.AHEAD}: {len(findings):,}", "rule")
    for finding in findings:
        yield _Line(f"  {finding.rule} ({finding.severity}): {wording.place(finding)}: {finding.message}", "aside")


def _in_numbers(known: Counter[str]) -> Iterator[_Line]:
    if known:
        yield _Line("")
        by_rule = ", ".join(f"{rule} {count:,}" for rule, count in sorted(known.items()))
        yield _Line(f"known: {known.total():,} ({by_rule})", "rule")


def _coverage(report: Report) -> Iterator[_Line]:
    coverage = report.coverage
    yield _Line("")
    yield _Line(f"looked at: {wording.looked_at(coverage)}")
    for path, reason in coverage.skipped_files[:_LISTED]:
        yield _Line(f"  skipped {path}: {reason}")
    if len(coverage.skipped_files) > _LISTED:
        yield _Line(f"  skipped {len(coverage.skipped_files) - _LISTED:,} more")
    for gap in wording.gaps(coverage):
        yield _Line(f"  {gap}")
