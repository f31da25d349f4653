"""Which lines each commit of a main line took out and put in.

Hides git's patch format. Only what a header says is believed: a hunk is as many lines as its header counts, so that no
line of a file can pass for a header. Lines that differ in white space alone are the same line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from plumbrule.git.parsing import Names

_BEGINS = b"\x01commit "  # before a commit's id, where no line of a patch can begin so
PATCH = (
    "log",
    "--first-parent",
    "--diff-merges=first-parent",
    "--reverse",
    "--no-color",
    "--no-show-signature",
    "--no-notes",
    "--no-decorate",
    "--format=%x01commit %H",
    "--patch",
    "--unified=0",
    "--inter-hunk-context=0",
    "--ignore-all-space",
    "--diff-algorithm=myers",
    "--no-indent-heuristic",
    "--no-renames",
    "--no-relative",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color-moved",
    "--ignore-submodules=all",
    "--submodule=short",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--output-indicator-new=+",
    "--output-indicator-old=-",
    "--ws-error-highlight=none",
)
_HEADER = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_LINE = 1000  # bytes of a line that are kept: what is longer is nothing that a person wrote


class Hunk(NamedTuple):
    """Lines that follow each other, of one file."""

    path: str
    old: int  # number of the first line taken out; where none is, of the line before
    new: int  # of the first line put in; where none is, of the line before
    removed: tuple[bytes, ...]  # without white space around them
    added: tuple[bytes, ...]


def hunks(pieces: Iterable[bytes], names: Names) -> Iterator[tuple[str, list[Hunk]]]:
    """What `PATCH` prints, a commit's id and its hunks, as they come; files whose name git quotes are left out."""
    commit, found = "", list[Hunk]()
    path = gone = ""
    lines = _lines(pieces)
    for line in lines:
        if line.startswith(_BEGINS):
            if commit:
                yield commit, found
            commit, found, path = line[len(_BEGINS) :].decode("ascii", "replace"), [], ""
        elif line.startswith(b"diff --git "):
            path = gone = ""
        elif line.startswith(b"--- "):
            gone = _path(line, b"--- a/", names)
        elif line.startswith(b"+++ "):
            path = _path(line, b"+++ b/", names) or gone
        elif header := _HEADER.match(line):
            old, fewer, new, more = header.groups()
            removed = _taken(lines, b"-", int(fewer or 1))
            added = _taken(lines, b"+", int(more or 1))
            if path:
                found.append(Hunk(path, int(old), int(new), removed, added))
    if commit:
        yield commit, found


def _taken(lines: Iterator[bytes], sign: bytes, count: int) -> tuple[bytes, ...]:
    taken: list[bytes] = []
    while len(taken) < count:
        line = next(lines, None)
        if line is None:
            break
        if line[:1] == sign:  # else it says that the last line has no end
            taken.append(line[1:_LINE].strip())
    return tuple(taken)


def _path(line: bytes, prefix: bytes, names: Names) -> str:
    return names.text(line[len(prefix) :].removesuffix(b"\t")) if line.startswith(prefix) else ""


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
    if rest:
        yield rest
