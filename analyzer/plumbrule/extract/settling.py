"""Which of the names that were met may lead somewhere, once all that a file imports and defines is known.

Hides how they are told apart: by the compiled core where there is one, else as it stands here, which is its oracle.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from typing import NamedTuple

from plumbrule.extract.compiled import core
from plumbrule.extract.shapes import MOST_KEPT
from plumbrule.extract.signs import DOT
from plumbrule.extract.uses import DOTTED, LONGEST_NAME, Met


class Leading(NamedTuple):
    """First parts of names that may lead somewhere."""

    heads: Set[bytes]
    imported: Set[bytes]
    has_star: bool  # a star import may bind any other


class Found(NamedTuple):
    """What is gathered."""

    references: dict[tuple[int, str, bytes], int]  # by symbol, kind and name, where it stands first
    calls: dict[tuple[int, bytes], list[int]]  # where callees of imported names end
    callees: dict[int, list[bytes]]  # by symbol: what it calls by a plain name, in order


class Heads(dict[bytes, bytes]):
    """Dotted name to its first part, empty if it is none."""

    def __missing__(self, name: bytes) -> bytes:
        head = name.partition(b".")[0] if DOTTED.fullmatch(name) else b""
        if len(self) < MOST_KEPT:
            self[name] = head
        return head


def settle(
    source: bytes,
    met: list[Met],
    leading: Leading,
    head_of: Heads,
    functions: dict[int, bytes],
    recursion: Callable[[int, bytes], None],
    ends_of: dict[int, int],
    found: Found,
) -> None:
    """Adds what was met to what is found. `functions` are those of the file by symbol, with their names: `recursion` is
    told of every call in one of a name that ends with its own; `ends_of` has the end of the parentheses around a
    callee by the end of that."""
    # An alias that is no name at all may have an empty first part, which then stands for whatever has none.
    if core is None or b"" in leading.heads or b"" in leading.imported:
        settle_plainly(source, met, leading, head_of, functions, recursion, ends_of, found)
        return
    words = core.words(list(leading.heads), list(leading.imported))
    core.settle(
        source, met, words, leading.has_star, functions, recursion,
        found.references, found.calls, found.callees, ends_of,
    )  # fmt: skip


def settle_plainly(
    source: bytes,
    met: list[Met],
    leading: Leading,
    head_of: Heads,
    functions: Mapping[int, bytes],
    recursion: Callable[[int, bytes], None],
    ends_of: Mapping[int, int],
    found: Found,
) -> None:
    """The same in Python."""
    references, calls, gathered = found
    heads, imported, has_star = leading
    inside: int | None = None
    function: bytes | None = None
    callees: list[bytes] = []
    for symbol, kind, start, end in met:
        if end - start > LONGEST_NAME:
            continue
        name = source[start:end]
        head = head_of[name]
        if kind == "call":
            if symbol != inside:
                inside, function = symbol, functions.get(symbol)
                callees = gathered.setdefault(symbol, [])
            if function is not None and _is_plain(name, function, symbol, recursion):
                callees.append(name)
            if has_star or head in imported:
                calls.setdefault((symbol, name), []).append(ends_of.get(end, end))
        if head in heads or (has_star and head):
            references.setdefault((symbol, kind, name), start)


def _is_plain(name: bytes, function: bytes, symbol: int, recursion: Callable[[int, bytes], None]) -> bool:
    """Whether what a function calls has no dots; it is told of what may be itself."""
    if name.endswith(function):
        recursion(symbol, name)
    return DOT not in name
