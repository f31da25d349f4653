"""For one comment of a pull request that is kept up to date: short, everything longer folded away, empty when green.

Names stand in code spans only, so no name can become HTML, a link, a picture, a mention or a reference. The first
line is an invisible mark by which a bot finds the comment that it wrote last time; where there is nothing to say the
report is empty, and the bot takes that comment away or writes none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from plumbrule.report import wording
from plumbrule.report.escapes import code_span, in_markdown, shortened
from plumbrule.report.model import Finding, Report, in_order

IN_NUMBERS = True
WITH_SOURCE = True
MARK = "<!-- plumbrule -->"
_SPACE = 60_000  # characters; hosting services refuse comments over 65,536
_LONGEST = 300  # characters of one sentence or name; the other formats have it whole
_EVIDENCE = 5
_OF_A_GROUP, _OF_A_RULE = 10, 30  # findings; those whose file the change touches come first
_BRIEF = 20


def render(report: Report) -> str:
    """Markdown in the dialects of GitHub and GitLab, never longer than a comment may be; nothing at all when green."""
    if _is_silent(report):
        return ""
    beginning, end = [*_beginning(report)], [*_end(report)]
    space = _SPACE - sum(map(len, beginning)) - sum(map(len, end))
    middle = []
    for block in _findings(report):
        space -= len(block)
        if space < 0:
            middle.append(
                "\n**This is not all:** more was found than a comment can hold. The format `text` has it all.\n"
            )
            break
        middle.append(block)
    return "".join((*beginning, *middle, *end))


def _is_silent(report: Report) -> bool:
    """Whether it passed, and nobody has to look at anything that the change does, nor doubt what was looked at."""
    noted = any(f.state == "new" or f.unaccepted for f in report.findings) or report.ahead or report.policy.loosened
    doubtful = report.coverage.read_in_part or any(one.is_low for one in report.coverage.languages)
    return report.verdict == "passed" and not (noted or doubtful or report.policy.preview)


def _beginning(report: Report) -> Iterator[str]:
    yield f"{MARK}\n### Plumbrule {in_markdown(wording.headline(report))}\n"
    if report.reasons or report.policy.loosened or report.policy.edits:
        yield "\n"
    sentences: list[str] = []
    for why, mend in map(wording.why_and_mend, report.reasons):
        sentences += [why, f"What to do: {mend}"] if mend else [why]
    yield from _listed(sentences)
    yield from _listed(f"This change loosens the policy: {what}" for what in report.policy.loosened)
    yield from _listed(wording.sentence(edit) for edit in wording.other_edits(report.policy))


def _listed(sentences: Iterable[str]) -> Iterator[str]:
    sentences = list(sentences)
    yield from (f"- {_prose(sentence)}\n" for sentence in sentences[:_BRIEF])
    if len(sentences) > _BRIEF:
        yield f"- and {len(sentences) - _BRIEF:,} more\n"


def _findings(report: Report) -> Iterator[str]:
    findings = in_order(report.findings)
    for heading, chosen in (
        ("new", [f for f in findings if f.state == "new"]),
        ("known, but missing from the baseline", [f for f in findings if f.state == "known" and f.unaccepted]),
    ):
        for severity, alike in groupby(chosen, lambda finding: finding.severity):
            for rule, groups in wording.by_rule(alike):
                yield f"\n**{_prose(rule)}**: {sum(map(len, groups)):,} {heading} ({_prose(severity)})\n\n"
                for group in groups:
                    yield from _group(group)
    if report.ahead:
        yield _folded(
            f"{len(report.ahead):,} {wording.AHEAD}",
            _listed(f"{f.rule} ({f.severity}): {wording.place(f)}: {f.message}" for f in in_order(report.ahead)),
        )
    brief = [f for f in findings if f.state in ("waived", "fixed")]
    if brief:
        yield _folded(
            " and ".join(
                f"{sum(f.state == state for f in brief):,} {state}"
                for state in ("waived", "fixed")
                if any(f.state == state for f in brief)
            ),
            _listed(f"{f.state}: {f.rule} {f.subject}" for f in brief),
        )


def _group(group: list[Finding]) -> Iterator[str]:
    full = _OF_A_GROUP if group[0].group else _OF_A_RULE
    for remedy, alike in groupby(group[:full], lambda finding: finding.remedy):
        findings = list(alike)
        for finding in findings:
            place = code_span(shortened(wording.place(finding), _LONGEST))
            yield f"- {place} {_prose(finding.message)}{_source(finding)}\n"
        details = [
            f"What to do instead: {line}" if not n else line for n, line in enumerate(remedy.split("\n")) if line
        ]
        details += dict.fromkeys(line for finding in findings for line in wording.about(finding))
        evidence = [line for finding in findings for line in finding.evidence]
        details += evidence[:_EVIDENCE]
        if len(evidence) > _EVIDENCE:
            details.append(f"and {len(evidence) - _EVIDENCE:,} more lines of evidence")
        if details:
            # In the item of the last finding; a blank line ends the HTML block, so that Markdown is read again.
            yield _folded("why, and what to do instead", (f"- {_prose(line)}\n" for line in details), indent="  ")
    if group[full:]:
        yield f"- and {len(group) - full:,} more like these; the format `text` has them all\n"


def _source(finding: Finding) -> str:
    """The line it is about, below it; one line, so that a comment stays short."""
    for number, text in finding.excerpt[:1]:
        return f"\\\n  {code_span(shortened(f'{number} | {text}', _LONGEST))}"
    return ""


def _end(report: Report) -> Iterator[str]:
    coverage = report.coverage
    yield f"\n<sub>{_prose(report.repo)}: {_prose(wording.compared(report))}; policy: "
    yield f"{_prose(wording.policy_used(report.policy))}. Looked at {_prose(wording.looked_at(coverage))}.</sub>\n"
    gaps = [*wording.gaps(coverage), *(f"skipped {path}: {reason}" for path, reason in coverage.skipped_files)]
    if gaps:
        yield _folded("what this verdict does not rest on", _listed(gaps))


def _folded(summary: str, lines: Iterable[str], indent: str = "") -> str:
    inner = "".join(f"{indent}{line}" for line in lines)
    return f"\n{indent}<details><summary>{summary}</summary>\n\n{inner}\n{indent}</details>\n\n"


def _prose(text: str) -> str:
    return in_markdown(shortened(text, _LONGEST))
