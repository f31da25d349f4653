"""Where imported names are used in a masked text in another way than those already referred to.

Hides how these places are found: by the compiled core where there is one, else as it stands here, which is its oracle.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence, Set

from plumbrule.extract.compiled import core
from plumbrule.extract.hiding import Span
from plumbrule.extract.shapes import IN_WORD

LONGEST_NAME = 200  # a longer dotted reference is no name anyone defined
MAY_BE_LOCAL, MAY_BE_READ = 1, 2  # what a name may be at a place, or-ed
Use = tuple[int, int, int, bytes]  # (start, end, what it may be, the dotted name)
Met = tuple[int, str, int, int]  # (symbol, kind, start, end)

DOTTED = re.compile(rb"[A-Za-z_$\x80-\xff][\w$\x80-\xff]*(?:\.[A-Za-z_$\x80-\xff][\w$\x80-\xff]*)*")
_USE = re.compile(rb"(" + DOTTED.pattern + rb")(?:[^\S\n]*(=(?!=)|\())?")
_WORD = IN_WORD | frozenset(b".")
_FEW_NAMES = 60


def uses(masked: bytes, heads: Set[bytes], imports: list[Span], met: list[Met], *, asks_local: bool) -> Sequence[Use]:
    """Wherever one of these names, or what one begins, stands outside of the import statements, which are in order;
    not behind a dot or where something was met. Only if `asks_local` is any of them said to be perhaps local."""
    if core is None:
        return list(plain_uses(masked, heads, imports, met, asks_local=asks_local))
    names = sorted(heads)
    return core.uses(masked, names, core.words(names, []), imports, met, asks_local)


def plain_uses(
    masked: bytes, heads: Set[bytes], imports: list[Span], met: list[Met], *, asks_local: bool
) -> Iterator[Use]:
    """The same in Python."""
    for here in _outside(masked, imports, heads, {start for _, _, start, _ in met}):
        found = _USE.match(masked, here)
        if found is None:
            continue
        name, end = found[1], found.end(1)
        may_be = MAY_BE_LOCAL if asks_local and name in heads else 0
        # Not a keyword argument or an assignment; a call is known already. It may be part of a longer name.
        if not found[2] and end - here <= LONGEST_NAME and name.partition(b".")[0] in heads:
            may_be |= MAY_BE_READ
        if may_be:
            yield here, end, may_be, name


def _outside(masked: bytes, imports: list[Span], heads: Set[bytes], known: Set[int]) -> Iterator[int]:
    """Where words begin, at least all that begin with one of these names."""
    starts = [start for start, _ in imports]
    imported_to = imports[-1][1] if imports else 0
    # One look through the file for each name is fastest by far, until there are many names.
    few = len(heads) <= _FEW_NAMES
    begin = _block_end(masked, imports)
    for here in _places(masked, heads, begin, known) if few else _words(masked, known):
        if here and masked[here - 1] in _WORD and masked[here - 3 : here] != b"...":
            continue
        if here < imported_to:
            inside = bisect_right(starts, here) - 1
            if inside >= 0 and here < imports[inside][1]:
                continue
        yield here


def _block_end(masked: bytes, imports: list[tuple[int, int]]) -> int:
    """Where the first thing after the imports may begin with which a file begins."""
    at = 0
    for start, end in imports:
        if masked[at:start].strip(b" \t\n\r\f;"):
            break
        at = end
    return at


def _places(masked: bytes, names: Set[bytes], begin: int, known: Set[int]) -> list[int]:
    """Where these names stand from there on, but not at the beginning of a longer word or at a place that is known;
    by name."""
    places = []
    last, find = len(masked) - 1, masked.find
    for name in sorted(names):
        size = len(name)
        at = find(name, begin)
        while at >= 0:
            after = at + size
            if at not in known and (after > last or masked[after] not in IN_WORD):
                places.append(at)
            at = find(name, after)
    return places


def _words(masked: bytes, known: Set[int]) -> Iterator[int]:
    return (start for found in DOTTED.finditer(masked) if (start := found.start()) not in known)
