"""For the log of a GitHub Actions job: workflow commands, which the runner shows beside the lines they speak of.

Hides the commands' escaping, as GitHub's toolkit does it, and that a runner shows ten annotations of a kind from a step
and drops the rest without a word. So only what is new is told, the first of every rule and group comes before the
second of any, and the tenth says how many more stand in the log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from plumbrule.report import wording
from plumbrule.report.escapes import log_line
from plumbrule.report.model import Finding, Report, in_order, in_turns

IN_NUMBERS = True
_SHOWN = 10  # annotations of a kind that a runner shows of a step
_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


def render(report: Report) -> str:
    """Commands for what is new or why nothing could be judged, as far as they are shown; the rest and the verdict as
    plain lines."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    if report.verdict == "not-judged":
        reasons = [("Plumbrule could not judge", wording.why_and_mend(reason)) for reason in report.reasons]
        yield from _annotated("error", [({"title": title}, lines) for title, lines in reasons])
    for severity, command in _COMMANDS.items():
        new = [f for f in in_order(report.findings) if f.state == "new" and f.severity == severity]
        ahead = [replace(f, remedy=f"({wording.AHEAD})") for f in in_order(report.ahead)] if severity == "info" else []
        yield from _annotated(command, [_told(finding) for finding in (*in_turns(new), *ahead)])
    yield log_line(f"Plumbrule: {wording.headline(report)}")


_Told = tuple[dict[str, str], Sequence[str]]  # properties of an annotation, and its lines


def _annotated(command: str, told: Sequence[_Told]) -> Iterator[str]:
    """So many commands as are shown, then the rest as lines of the log."""
    shown = told if len(told) <= _SHOWN else told[: _SHOWN - 1]
    rest = told[len(shown) :]
    yield from (_command(command, properties, lines) for properties, lines in shown)
    if rest:
        by_title = Counter(properties["title"] for properties, _ in rest)
        named = ", ".join(f"{title} {count:,}" for title, count in sorted(by_title.items()))
        yield _command(
            command, {"title": f"Plumbrule: {len(rest):,} more"}, [f"{named}. The log of this step has them."]
        )
    for properties, lines in rest:
        place = ":".join(properties[key] for key in ("file", "line") if key in properties)
        yield log_line(f"{command}: {place or properties['title']}: {properties['title']}: {' '.join(lines)}")


def _told(finding: Finding) -> _Told:
    where = {"file": finding.path} if finding.path else {}
    if finding.path and finding.line:
        where["line"] = str(finding.line)
    message = finding.message if finding.path else f"{wording.place(finding)}: {finding.message}"
    return {**where, "title": finding.rule}, [message, *finding.remedy.strip().split("\n")]


def _command(name: str, properties: dict[str, str], lines: Iterable[str]) -> str:
    given = ",".join(f"{key}={log_line(value).translate(_PROPERTY)}" for key, value in properties.items())
    return f"::{name} {given}::" + "\n".join(log_line(line) for line in lines if line).translate(_DATA)
