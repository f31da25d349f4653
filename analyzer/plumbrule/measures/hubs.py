"""Hubs: files through which much of a system goes both ways, so that most changes touch or shake them.

Hides which files count as a system's typical ones. A hub is Arcan's hub-like dependency (Arcelli Fontana and others
2017): fan-in and fan-out are both above the median, and differ by less than a quarter of their sum. The median alone
is a loose bound, so both must also reach the 90th percentile. Tests are left out, and so is what neither imports nor
is imported: a system full of empty files has no more hubs for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from math import ceil

from plumbrule.languages import is_test
from plumbrule.measures import Measure, Situation
from plumbrule.measures._structure import Link, links_now, moved_links
from plumbrule.tables import Row, Table, columns

_Degrees = Mapping[str, tuple[int, int]]  # file -> (fan-in, fan-out), never both 0


class _HubRows(list[Row]):
    """Rows that remember every file's degrees, so that the next snapshot only counts what moved."""

    __slots__ = ("degrees",)

    def __init__(self, rows: Iterable[Row], degrees: _Degrees) -> None:
        super().__init__(rows)
        self.degrees = degrees


def _hubs(s: Situation) -> Collection[Row]:
    earlier = s.earlier.get("hub")
    if earlier is None:
        degrees = _counted({}, links_now(s).items(), 1)
    else:
        moved = moved_links(s)
        was = [(path, before) for path, (before, now) in moved.items() if _ends(path, before) != _ends(path, now)]
        if not was:
            return earlier
        if isinstance(earlier, _HubRows):
            degrees = _counted(earlier.degrees, was, -1)
            degrees = _counted(degrees, ((path, moved[path][1]) for path, _ in was), 1)
        else:
            degrees = _counted({}, links_now(s).items(), 1)
    rows = [(s.now.repo, path, *degrees[path]) for path in _outstanding(degrees)]
    return _HubRows(rows, degrees)


def _ends(path: str, links: Iterable[Link]) -> list[str]:
    """The files that links of `path` lead to, as far as they count."""
    return [] if is_test(path) else [link.dst for link in links if not is_test(link.dst)]


def _counted(degrees: _Degrees, links: Iterable[tuple[str, Collection[Link]]], step: int) -> dict[str, tuple[int, int]]:
    counted = dict(degrees)
    for path, all_of_it in links:
        for dst in _ends(path, all_of_it):
            into, out = counted.get(path, (0, 0))
            counted[path] = into, out + step
            into, out = counted.get(dst, (0, 0))
            counted[dst] = into + step, out
    return {path: degree for path, degree in counted.items() if degree != (0, 0)}


def _outstanding(degrees: _Degrees) -> list[str]:
    """The hubs, sorted; the 90th percentile is the nearest rank."""
    if not degrees:
        return []
    count, bounds = len(degrees), []
    for side in (0, 1):
        values = sorted(degree[side] for degree in degrees.values())
        median = (values[(count - 1) // 2] + values[count // 2]) / 2
        bounds.append((median, values[ceil(0.9 * count) - 1]))
    return sorted(
        path
        for path, (into, out) in degrees.items()
        if 4 * abs(into - out) < into + out
        and all(value > middle and value >= high for value, (middle, high) in zip((into, out), bounds, strict=True))
    )


MEASURES = (
    Measure(
        Table(
            "hub",
            "A file that many depend on and that depends on many.",
            columns(
                """repo VARCHAR repository, by its name in the store
                path VARCHAR repository-relative file
                fan_in INTEGER files that import it by hard imports, tests left out
                fan_out INTEGER files that it imports so"""
            ),
        ),
        _hubs,
    ),
)
