"""The lines of source that new findings are about. Hides how much of a file a reader needs to see.

A report is plain text that is stored and mailed, so what it takes of a file is bounded: a few lines, cut where they are
long. Nothing is escaped yet but bytes that are no text; that is each format's work.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache

from plumbrule.report.model import Finding

_LINES = 4  # of one excerpt; what opens a bracket is shown to its end if that is no further
_WIDTH = 200  # characters of a line
_OPENED, _CLOSED = "([{", ")]}"
_BYTES_WIDE = 4 * _WIDTH + 4096  # so much of a line is decoded; the rest is counted


def with_excerpts(findings: Iterable[Finding], repo: str, read: Callable[[str], bytes | None]) -> tuple[Finding, ...]:
    """The findings, and with each new one about a line of code of this repository that line; `read` gives the bytes of
    a file on the later side, None where there are none to show."""

    @cache
    def lines(path: str) -> list[bytes]:
        return (read(path) or b"").split(b"\n")

    def shown(finding: Finding) -> Finding:
        # Of what is about a file as a whole, no line says anything.
        about_a_line = finding.line > 0 and finding.path and finding.subject != finding.path
        if finding.state != "new" or finding.repo != repo or not about_a_line:
            return finding
        return replace(finding, excerpt=excerpt(lines(finding.path), finding.line))

    return tuple(map(shown, findings))


def excerpt(lines: list[bytes], line: int) -> tuple[tuple[int, str], ...]:
    """That line and those to which its open brackets reach, each with its number; empty if there is no such line."""
    found: list[tuple[int, str]] = []
    still_open = 0
    # What reaches further is told by its first line: a body is not what the finding is about.
    for number in range(line, min(line + _LINES, len(lines) + 1)):
        text = _text(lines[number - 1], first=number == 1)
        found.append((number, text))
        signs = Counter(text)
        still_open += sum(signs[sign] for sign in _OPENED) - sum(signs[sign] for sign in _CLOSED)
        if still_open <= 0:
            break
    else:
        found = found[:1]
    return tuple(found) if found and found[0][1].strip() else ()


def _text(line: bytes, *, first: bool) -> str:
    line = line.removesuffix(b"\r")
    if first:
        line = line.removeprefix(b"\xef\xbb\xbf")
    text = line[:_BYTES_WIDE].decode("utf-8", "backslashreplace").expandtabs(4).rstrip(" ")
    if len(line) <= _BYTES_WIDE and len(text) <= _WIDTH:
        return text
    return f"{text[:_WIDTH]}…"
