"""For the log of a GitHub Actions job: workflow commands, which the runner shows beside the lines they speak of.

Hides the commands' escaping, as GitHub's toolkit does it. Only what is new is told: a runner shows ten errors and ten
warnings a step, so the worst come first and what was known before takes nobody's place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from plumbrule.report import wording
from plumbrule.report.escapes import log_line
from plumbrule.report.model import Finding, Report, in_order

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


def render(report: Report) -> str:
    """One command a new finding, one a reason why nothing could be judged, and the verdict as a plain line."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    if report.verdict == "not-judged":
        for reason in report.reasons:
            yield _command("error", {"title": "Plumbrule could not judge"}, wording.why_and_mend(reason))
    for finding in in_order(report.findings):
        if finding.state == "new":
            yield _finding(finding, _COMMANDS[finding.severity])
    for finding in in_order(report.ahead):
        yield _finding(replace(finding, remedy=f"({wording.AHEAD})"), "notice")
    yield log_line(f"Plumbrule: {wording.headline(report)}")


def _finding(finding: Finding, command: str) -> str:
    where = {"file": finding.path} if finding.path else {}
    if finding.path and finding.line:
        where["line"] = str(finding.line)
    message = finding.message if finding.path else f"{wording.place(finding)}: {finding.message}"
    return _command(command, {**where, "title": finding.rule}, [message, *finding.remedy.strip().split("\n")])


def _command(name: str, properties: dict[str, str], lines: Iterable[str]) -> str:
    given = ",".join(f"{key}={log_line(value).translate(_PROPERTY)}" for key, value in properties.items())
    return f"::{name} {given}::" + "\n".join(log_line(line) for line in lines if line).translate(_DATA)
