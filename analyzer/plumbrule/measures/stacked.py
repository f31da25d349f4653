"""Stacked decorators: objects that whoever needs one must put together from several (Ousterhout 2018, Java's streams).

Hides what counts as putting together: constructors as arguments of constructors, one inside the other. The stack of a
type is its commonest construction; where at least half of the places that make one write the same stack, it is one
thing that everybody builds anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from plumbrule.details.constructions import KIND
from plumbrule.measures import Measure, Situation
from plumbrule.measures._by_file import details_of, product
from plumbrule.measures._kept import KeptRows, said_by_file
from plumbrule.tables import Row, Table, columns

_DEEPEST = 3  # constructors in the commonest construction (research: measures 2.2)
_SHARE = 0.5  # of the places that make the object
_FEWEST = 3  # places that write the stack: of fewer nothing is common
_SHOWN = 6

_Told = tuple[tuple[str, int, int], ...]  # chain, line of the first, times in the file


def _read(s: Situation, paths: Sequence[str]) -> Mapping[str, _Told]:
    found = details_of(s, KIND, product(s, paths))
    return {path: tuple((one.chain, one.line, one.times) for one in rows) for path, rows in found.items()}


def _stacks(s: Situation) -> Collection[Row]:
    earlier = s.earlier.get("stacked_construction")
    told, moved = said_by_file(s, "stacked_construction", lambda paths: _read(s, paths))
    if not moved and isinstance(earlier, KeptRows):
        return earlier
    made: Counter[str] = Counter()  # places by the outermost type
    stacks: dict[str, list[tuple[str, int, int]]] = {}  # (file, line, times) by chain
    for path in sorted(told):
        for chain, line, times in told[path]:
            made[chain.partition(" ")[0]] += times
            if chain.count(" ") >= _DEEPEST - 1:
                stacks.setdefault(chain, []).append((path, line, times))
    rows = []
    for chain, places in sorted(stacks.items()):
        outer, times = chain.partition(" ")[0], sum(one[2] for one in places)
        types = chain.split(" ")
        if times >= _FEWEST and times >= _SHARE * made[outer] and len(set(types)) == len(types):
            path, line, _ = places[0]
            where = ", ".join(f"{one[0]}:{one[1]}" for one in places[:_SHOWN])
            more = f" and {len(places) - _SHOWN} more files" if len(places) > _SHOWN else ""
            expression = "(".join(types) + ")" * (len(types) - 1)
            rows.append((s.now.repo, outer, expression, len(types), times, made[outer], path, line, where + more))
    return KeptRows(rows, told)


MEASURES = (
    Measure(
        Table(
            "stacked_construction",
            "A construction of at least three constructors, one inside the other, that most who make the object write.",
            columns(
                """repo VARCHAR repository, by its name in the store
                type VARCHAR the outermost type
                expression VARCHAR the types, as they are put into each other
                depth INTEGER constructors
                times INTEGER places that write it
                made INTEGER places that make an object of the outermost type
                path VARCHAR repository-relative file of the first by path
                line INTEGER of it
                places VARCHAR some of them"""
            ),
        ),
        _stacks,
        gate=False,
    ),
)
