"""Faults that nobody hears of: handlers that catch everything and do nothing with it.

Hides what makes such a handler right: a comment that says why, a fault that is the answer no, a name that says what
comes of a fault, one on whose way out another one must not get lost. A handler that does something else instead has
handled what it caught.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from plumbrule.details import words_of
from plumbrule.measures import Measure, Situation
from plumbrule.measures._by_file import details_of, product, revised
from plumbrule.tables import Row, Table, columns

if TYPE_CHECKING:
    from plumbrule.details.handlers import Handling
    from plumbrule.facts import Handler

_CATCHES_ALL = ("...", "std::exception")  # where facts have no handlers: C++
_ASKING = ("is", "has", "can", "should", "supports", "exists", "validate", "valid", "check")
_TRYING = frozenset(
    {"try", "safe", "safely", "quietly", "silently", "possible", "maybe", "attempt", "ignore", "optional"}
)


def _rows(s: Situation, paths: Collection[str]) -> Iterator[Row]:
    from plumbrule.details import handlers  # what a gate never asks

    files = product(s, paths)
    for path, found in details_of(s, handlers.KIND, files).items():
        doubtful = [one for one in found if not _has_reason(one)]
        if not doubtful:
            continue
        file, seen = files[path].file, Counter[str]()
        known = {one.line: one for one in s.facts.body(file.dialect, file.blob).handlers}
        symbols = s.facts.interface(file.dialect, file.blob).symbols
        for one in doubtful:
            symbol = symbols[one.symbol].name if one.symbol >= 0 else ""
            if _is_silent(one, known.get(one.line)) and (one.empty or not _says_so(symbol)):
                seen[symbol] += 1
                goes_on = "nothing" if one.empty else "a constant"
                yield s.now.repo, path, symbol, one.line, one.caught, goes_on, seen[symbol]


def _has_reason(one: Handling) -> bool:
    return (
        one.used
        or one.leaves
        or one.tells
        or one.explained
        or one.inside
        or one.asks
        or (one.untyped and not one.empty)
    )


def _is_silent(one: Handling, known: Handler | None) -> bool:
    """Whether it catches everything and does nothing, or gives a constant."""
    if known is None:
        return one.empty and any(words in one.caught for words in _CATCHES_ALL)
    return known.broad and (one.empty or known.silent)


def _says_so(symbol: str) -> bool:
    """Whether a name says what comes of a fault: a question is answered with no, who tries may fail."""
    words = words_of(symbol.rpartition(".")[2])
    return bool(words) and (words[0] in _ASKING or not _TRYING.isdisjoint(words))


def _swallowed(s: Situation) -> Collection[Row]:
    return revised(s, "swallowed_error", lambda paths: _rows(s, paths))


MEASURES = (
    Measure(
        Table(
            "swallowed_error",
            "A handler that catches everything, and neither tells anybody nor speaks of what it caught.",
            columns(
                """repo VARCHAR repository, by its name in the store
                path VARCHAR repository-relative file
                symbol VARCHAR dotted path of what it stands in; empty at module level
                line INTEGER of the handler
                caught VARCHAR its first line as written
                goes_on VARCHAR what it does: nothing, or a constant that it returns
                place INTEGER 1 for the first such handler of the symbol, and so on"""
            ),
        ),
        _swallowed,
        gate=False,
    ),
)
