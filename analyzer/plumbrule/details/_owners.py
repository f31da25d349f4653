"""Which symbol a line belongs to; hides that symbols lie inside each other."""

from __future__ import annotations

from collections.abc import Callable

from plumbrule.facts import Interface, Symbol

FUNCTIONS = ("function", "method", "property")


def owners(interface: Interface, means: Callable[[Symbol], bool]) -> Callable[[int], int]:
    """The function from a line to the innermost symbol around it that is meant; -1 if there is none."""
    spans = sorted((one.line, -one.end_line, index) for index, one in enumerate(interface.symbols) if means(one))
    by_line: dict[int, int] = {}
    for first, last, index in spans:
        by_line.update(dict.fromkeys(range(first, -last + 1), index))
    return lambda line: by_line.get(line, -1)


def is_function(symbol: Symbol) -> bool:
    return symbol.kind in FUNCTIONS
