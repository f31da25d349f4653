"""Names that stand alone where a value is meant: what a static using may have brought.

Hides how such a place is told from one where something gets a name, from the text alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set

STATIC = 2  # level of an import row that asks a type, which the file uses statically, for one member
MOST_READ = 500  # names of one file that may be members of such types
_ALONE = re.compile(
    rb"(?<![\w.@#$\x80-\xff])([A-Za-z_\x80-\xff][\w\x80-\xff]*)(?![\w\x80-\xff])[ \t\r\n]*(.{0,2})", re.DOTALL
)
_BEHIND = re.compile(rb"(?:\.|->|::)[ \t\r\n]*\Z")
_ARGUMENT = re.compile(rb"[(,\[][ \t\r\n]*\Z")
_WORD = re.compile(rb"[A-Za-z_\x80-\xff@]")
_LONGEST_GAP = 40  # bytes of white space before a name that are looked at


def plain_names(masked: bytes, start: int, never: Set[bytes], taken: Set[int]) -> Iterator[tuple[bytes, int]]:
    """Each name that stands alone behind `start`, and where; none of `never`, none that begins at a place `taken`.

    What is followed by a word is a type, by a dot or a bracket is known otherwise; before `=` and before the colon of
    an argument stands the name of something that gets a value.
    """
    for found in _ALONE.finditer(masked, start):
        name, at, behind = found[1], found.start(), found[2]
        if name in never or at in taken or behind[:1] in (b".", b"(") or _WORD.match(behind):
            continue
        if behind[:1] == b"=" and behind not in (b"==", b"=>"):
            continue
        before = masked[max(0, at - _LONGEST_GAP) : at]
        if _BEHIND.search(before) or (behind[:1] == b":" and behind != b"::" and _ARGUMENT.search(before)):
            continue
        yield name, at
