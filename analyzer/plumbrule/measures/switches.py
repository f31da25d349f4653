"""Kind switches: the same cases told apart in several files, so that a new one has to be added to each (Fowler 1999).

Hides which switches are about the same thing: those that name at least three cases in common, which are at least half
of the cases of the smaller one. What they are asked of may be called otherwise in each file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from plumbrule.details.switches import KIND
from plumbrule.measures import Measure, Situation
from plumbrule.measures._by_file import details_of, product
from plumbrule.measures._kept import KeptRows, said_by_file
from plumbrule.tables import Row, Table, columns

_COMMON = 3  # cases that two switches must share
_SHARE = 0.5  # of the cases of the smaller one
_MOST_HOLDERS = 60  # switches that name a case; with more it says nothing of what they are about
_SHOWN = 8


class _Switch(NamedTuple):
    path: str
    symbol: str  # "" at module level
    line: int
    subject: str
    cases: frozenset[str]


_Told = tuple[tuple[str, int, str, str], ...]  # symbol, line, subject, cases of each switch of a file


def _read(s: Situation, paths: Sequence[str]) -> Mapping[str, _Told]:
    files = product(s, paths)
    found: dict[str, _Told] = {}
    for path, switches in details_of(s, KIND, files).items():
        symbols = s.facts.interface(files[path].file.dialect, files[path].file.blob).symbols
        found[path] = tuple(
            (symbols[one.symbol].name if one.symbol >= 0 else "", one.line, one.subject, one.constants)
            for one in switches
        )
    return found


def _repeated(s: Situation) -> Collection[Row]:
    earlier = s.earlier.get("kind_switch")
    told, moved = said_by_file(s, "kind_switch", lambda paths: _read(s, paths))
    if not moved and isinstance(earlier, KeptRows):
        return earlier
    switches = [
        _Switch(path, symbol, line, subject, frozenset(cases.split("|")))
        for path in sorted(told)
        for symbol, line, subject, cases in told[path]
    ]
    rows = []
    for group in _groups(switches):
        files = {one.path for one in group}
        if len(files) > 1:
            common = Counter(case for one in group for case in one.cases)
            cases = sorted((case for case in common if common[case] > 1), key=lambda case: (-common[case], case))
            texts = sum(case.startswith('"') for case in cases)
            names = ", ".join(case for case in cases if not case.startswith('"'))
            name = f"{group[0].path}::{group[0].symbol}"
            for one in group:
                others = sorted(files - {one.path})
                rows.append(
                    (
                        s.now.repo, one.path, one.symbol, one.line, one.subject, len(files), len(group),
                        _shown([case.lstrip('"') for case in cases]), texts, names, _shown(others), name,
                    )
                )  # fmt: skip
    return KeptRows(sorted(rows), told)


def _groups(switches: Sequence[_Switch]) -> Iterable[list[_Switch]]:
    """Switches about the same thing, those alone left out; each in the order of paths."""
    holders: dict[str, list[int]] = {}
    for number, one in enumerate(switches):
        for case in one.cases:
            holders.setdefault(case, []).append(number)
    common: Counter[tuple[int, int]] = Counter()
    for numbers in holders.values():
        if len(numbers) <= _MOST_HOLDERS:
            common.update(combinations(numbers, 2))
    group_of = list(range(len(switches)))

    def root(number: int) -> int:
        while group_of[number] != number:
            group_of[number] = group_of[group_of[number]]
            number = group_of[number]
        return number

    for (left, right), shared in common.items():
        smaller = min(len(switches[left].cases), len(switches[right].cases))
        if shared >= _COMMON and shared >= _SHARE * smaller:
            first, second = sorted((root(left), root(right)))
            group_of[second] = first
    groups: dict[int, list[_Switch]] = {}
    for number, one in enumerate(switches):
        groups.setdefault(root(number), []).append(one)
    return (group for group in groups.values() if len(group) > 1)


def _shown(names: Sequence[str]) -> str:
    text = ", ".join(names[:_SHOWN])
    return text if len(names) <= _SHOWN else f"{text} and {len(names) - _SHOWN} more"


MEASURES = (
    Measure(
        Table(
            "kind_switch",
            "A function that tells cases apart which others, in other files, tell apart too.",
            columns(
                """repo VARCHAR repository, by its name in the store
                path VARCHAR repository-relative file
                symbol VARCHAR the function; empty outside of one
                line INTEGER of the switch
                subject VARCHAR what is compared, as written
                files INTEGER with such a switch
                switches INTEGER such switches
                cases VARCHAR some that at least two of them name
                texts INTEGER cases of at least two of them that are strings
                names VARCHAR cases of at least two of them that are names, all of them
                others VARCHAR some of the other files
                first VARCHAR the first such switch by path, as FILE::SYMBOL"""
            ),
        ),
        _repeated,
        gate=False,
    ),
)
