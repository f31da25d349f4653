"""Cohesion: classes whose methods fall apart into groups that have nothing in common.

LCOM4 (Hitz and Montazeri 1995): the connected components of a class's methods, two of them being connected if they use
a field in common or one calls the other. Hides what a member is in each language. Constructors touch everything and tie
nothing together; what is inherited is not seen, so a class with a base type is left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from plumbrule.details.members import KIND, Use
from plumbrule.graph import FileRows, FunctionRow
from plumbrule.measures import Measure, Situation
from plumbrule.measures._by_file import details_of, product, revised
from plumbrule.tables import Row, Table, columns

_FEWEST = 5  # methods of a group (research: measures 5, D12)
_SHOWN = 4
_MADE_BY_THE_LANGUAGE = re.compile(r"^(constructor|__\w+__|__construct|initialize|init|new|deinit|finalize)$")


def _cohesion(s: Situation) -> Collection[Row]:
    return revised(s, "cohesion", lambda paths: _rows(s, paths))


def _rows(s: Situation, paths: Collection[str]) -> Iterator[Row]:
    for path, uses in details_of(s, KIND, product(s, paths)).items():
        yield from _of_file(s, path, uses)


def _of_file(s: Situation, path: str, uses: Sequence[Use]) -> Iterator[Row]:
    rows = s.now.rows(path)
    methods: dict[str, list[FunctionRow]] = {}
    for function in rows.functions:
        owner, _, name = function.symbol.rpartition(".")
        if owner and not _MADE_BY_THE_LANGUAGE.match(name) and name != owner.rpartition(".")[2]:
            methods.setdefault(owner, []).append(function)
    large = {owner: found for owner, found in methods.items() if len(found) >= 2 * _FEWEST}
    if not large:
        return
    names = [symbol.name for symbol in s.facts.interface(rows.file.dialect, rows.file.blob).symbols]
    used: dict[str, set[str]] = {}
    for use in uses:
        used.setdefault(names[use.symbol], set()).add(use.name)
    for owner, found in sorted(large.items()):
        line = next((one.line for one in rows.symbols if one.symbol == owner and one.kind == "class"), 0)
        if line and not _inherits(rows, owner):
            groups = [group for group in _groups(found, used) if len(group) >= _FEWEST]
            if len(groups) > 1:
                told = "; ".join(_shown(group, used) for group in groups)
                yield s.now.repo, path, owner, line, len({one.symbol for one in found}), len(groups), told


def _inherits(rows: FileRows, owner: str) -> bool:
    return any(use.kind == "inherit" and use.user == owner for use in rows.uses) or any(
        symbol.symbol == owner and _BASE.search(symbol.signature) for symbol in rows.symbols
    )


_BASE = re.compile(r"\(\w|extends|implements|:|<\s*\w|with ")


def _groups(methods: Sequence[FunctionRow], used: Mapping[str, set[str]]) -> list[list[str]]:
    """The methods that members tie together, the largest group first."""
    symbols = sorted({one.symbol for one in methods})
    group_of = {symbol: symbol for symbol in symbols}

    def root(symbol: str) -> str:
        while group_of[symbol] != symbol:
            symbol = group_of[symbol]
        return symbol

    users: dict[str, str] = {}
    for symbol in symbols:
        owner = symbol.rpartition(".")[0]
        for name in sorted(used.get(symbol, ())):
            called = f"{owner}.{name}"
            tied = called if called in group_of else users.setdefault(name, symbol)
            first, second = sorted((root(symbol), root(tied)))
            group_of[second] = first
    groups: dict[str, list[str]] = {}
    for symbol in symbols:
        groups.setdefault(root(symbol), []).append(symbol)
    return sorted(groups.values(), key=lambda group: (-len(group), group))


def _shown(group: Sequence[str], used: Mapping[str, set[str]]) -> str:
    """Some of the methods, and the members that they share."""
    names = [symbol.rpartition(".")[2] for symbol in group]
    shared = sorted({name for symbol in group for name in used.get(symbol, ())} - set(names))
    told = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
    return told + (f" (which use {', '.join(shared[:_SHOWN])})" if shared else "")


MEASURES = (
    Measure(
        Table(
            "cohesion",
            "A class whose methods fall apart into several groups of at least five that share no member.",
            columns(
                """repo VARCHAR repository, by its name in the store
                path VARCHAR repository-relative file
                symbol VARCHAR the class
                line INTEGER of it
                methods INTEGER constructors and the language's own left out
                groups INTEGER of at least five methods each that no member ties together (LCOM4)
                told VARCHAR these groups, each with some of its methods and of the members that they share"""
            ),
        ),
        _cohesion,
        gate=False,
    ),
)
