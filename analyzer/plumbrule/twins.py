"""Functions that several repositories of a fleet have, equal or nearly, and which one of them to keep.

Hides that this is known only after the judgement of each: every repository counts as it stands at its newest snapshot.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from plumbrule.graph import Graph
from plumbrule.measures import FactsOf
from plumbrule.measures.near_duplicates import Likeness, Unit, across, known_units
from plumbrule.tables import Row

_TOLD = 5  # twins of one function that are told
_MOST = 8  # twins beyond which it is a pattern of the fleet rather than a helper

_STATEMENTS, _COGNITIVE = 6, 3  # a function that has fewer of both is too small to be called from another repository

Users = Callable[[str, str], int]  # how many other files of its repository use a symbol of a file


class Side(NamedTuple):
    """One repository with what may be found elsewhere too."""

    units: Callable[[], Sequence[Unit]]
    users: Users
    is_offered: Callable[[str, str], bool]  # whether others can import a symbol of a file


def side_of(repo: str, graph: Graph, facts: FactsOf, known: object = None) -> Side:
    """`known` are the rows of `near_duplicate` at this very snapshot, if they are at hand."""
    units = cache(lambda: known_units(repo, graph, facts, known))
    counts: dict[tuple[str, str], set[str]] = {}

    def users(path: str, symbol: str) -> int:
        if not counts:
            counts["", ""] = set()
            wanted = {(unit.path, unit.function.symbol) for unit in units()}
            for src in graph.paths():
                for use in graph.rows(src).uses:
                    if (use.dst, use.symbol) in wanted:
                        counts.setdefault((use.dst, use.symbol), set()).add(src)
        return len(counts.get((path, symbol), ()))

    def is_offered(path: str, symbol: str) -> bool:
        return any(one.symbol == symbol and one.visibility == "public" for one in graph.rows(path).symbols)

    return Side(units, users, is_offered)


def fleet_duplicates(sides: Mapping[str, Side]) -> list[Row]:
    """Rows of `fleet_duplicate`, sorted."""
    units = [unit for _, side in sorted(sides.items()) for unit in side.units() if _says_enough(unit)]
    found: dict[int, list[tuple[Likeness, int]]] = {}
    for one, other, how in across(units):
        found.setdefault(one, []).append((how, other))
        found.setdefault(other, []).append((how, one))
    rows = []
    for at, twins in found.items():
        if len(twins) > _MOST:
            continue
        ranked = sorted(twins, key=lambda twin: (-twin[0].runs, -twin[0].asked, units[twin[1]].order))
        for how, other in ranked[:_TOLD]:
            if len(found[other]) <= _MOST:
                rows.append(_row(units[at], units[other], how, sides))
    return sorted(rows)


def _says_enough(unit: Unit) -> bool:
    return unit.function.statements >= _STATEMENTS or unit.function.cognitive >= _COGNITIVE


def _row(unit: Unit, twin: Unit, how: Likeness, sides: Mapping[str, Side]) -> Row:
    one, other = unit.function, twin.function
    equal = "exact" if one.exact_hash == other.exact_hash else "shape"
    keep, reason = _kept(unit, twin, sides)
    return (
        unit.repo, unit.path, one.symbol, one.line, twin.repo, twin.path, other.symbol, other.line,
        equal if one.shape_hash == other.shape_hash else "near", round(how.runs, 2), round(how.asked, 2),
        len(unit.text), one.statements, one.cognitive, "this one" if keep is unit else "twin", reason,
    )  # fmt: skip


def _kept(one: Unit, other: Unit, sides: Mapping[str, Side]) -> tuple[Unit, str]:
    """The one of two to keep, and why: the most used, else the one that is offered, else the first by its place."""
    users = [sides[unit.repo].users(unit.path, unit.function.symbol) for unit in (one, other)]
    if users[0] != users[1]:
        return (one if users[0] > users[1] else other), f"{max(users)} files use it, {min(users)} the other one"
    offered = [sides[unit.repo].is_offered(unit.path, unit.function.symbol) for unit in (one, other)]
    if offered[0] != offered[1]:
        return (one if offered[0] else other), "it is public, the other one is not"
    return min(one, other, key=lambda unit: unit.order), "it is the first by its place, all else equal"
