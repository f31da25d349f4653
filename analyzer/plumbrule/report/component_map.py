"""Where each component stands on the map, and how its edges run. Hides the layout; draws nothing and knows no screen.

Components stand in rows so that dependencies run down the page as far as they can: what is used by many lies at the
bottom. The order is that of Eades, Lin and Smyth (1993), which keeps the edges that must run up, and so belong to a
cycle, few and light; rows follow the longest paths over the other edges; crossings are reduced by barycentres
(Sugiyama, Tagawa, Toda 1981). The same input gives the same map.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from plumbrule.questions import communities, on_cycles
from plumbrule.report.history import Component, ComponentEdge

WIDTH = 1000.0  # units of the map; a screen scales it
MOST = 120  # components drawn; beyond it the largest ones, and those with an edge that is not allowed
# "closes" are the edges of a cycle that run against all the others: those to break first.
KINDS = ("plain", "cycle", "closes", "not-allowed")
_ROW = 165.0
_LABEL = 34.0  # height of a label, its number included
_SWEEPS = 12
_SMALL, _LARGE, _LARGEST = 9.0, 34.0, 44.0  # radius


@dataclass(frozen=True, slots=True)
class Node:
    name: str
    files: int
    x: float
    y: float
    radius: float
    community: int  # 0 is the largest, -1 is none
    room: float  # units that its label may be wide without touching a neighbour's


@dataclass(frozen=True, slots=True)
class Link:
    src: str
    dst: str
    dependencies: int
    kind: str  # one of KINDS
    weight: float  # 0 to 1, by the square root of its dependencies
    path: str  # SVG path data from rim to rim


@dataclass(frozen=True, slots=True)
class Map:
    height: float
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]  # the ones to look at last, so that they are drawn on top
    left_out: int  # components that did not fit


def component_map(
    components: Sequence[Component],
    edges: Sequence[ComponentEdge],
    cycles: Collection[tuple[str, str]],
) -> Map:
    """The map of one repository's components, with the communities among them."""
    groups = communities({(edge.src, edge.dst): edge.dependencies for edge in edges})
    kept = _kept(components, edges)
    links = [edge for edge in edges if edge.src in kept and edge.dst in kept]
    order = _in_order(kept, links)
    rank = {name: place for place, name in enumerate(order)}
    rows = _rows(order, links)
    places = _places(rows, links)
    # The largest is often all the tests; measured by the second one the others keep a size of their own.
    most = max(1, *sorted(component.files for component in components)[-2:][:1])
    radii = {
        component.component: min(max(_SMALL, _LARGE * math.sqrt(component.files / most)), _LARGEST)
        for component in components
    }
    rooms = {name: room for row in rows for name, room in _rooms(row, places, radii).items()}
    nodes = tuple(
        Node(
            c.component,
            c.files,
            *places[c.component],
            round(radii[c.component], 1),
            groups.get(c.component, -1),
            rooms[c.component],
        )
        for c in components
        if c.component in kept
    )
    heaviest = max((edge.dependencies for edge in links), default=1)
    drawn = [
        Link(
            edge.src,
            edge.dst,
            edge.dependencies,
            _kind(edge, cycles, against=rank[edge.src] > rank[edge.dst]),
            round(math.sqrt(edge.dependencies / max(heaviest, 1)), 2),
            _curve(places[edge.src], radii[edge.src], places[edge.dst], radii[edge.dst]),
        )
        for edge in links
    ]
    drawn.sort(key=lambda link: (KINDS.index(link.kind), link.dependencies, link.src, link.dst))
    return Map(_ROW * max(len(rows), 1), nodes, tuple(drawn), len(components) - len(kept))


def leading_back(edges: Sequence[ComponentEdge], cycles: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """The edges from which a way leads back to where they begin, though they are on none of these cycles: what the map
    shows as arrows both ways may not be what is counted."""
    return on_cycles((edge.src, edge.dst) for edge in edges) - frozenset(cycles)


def _kept(components: Sequence[Component], edges: Sequence[ComponentEdge]) -> frozenset[str]:
    accused = {name for edge in edges if not edge.allowed for name in (edge.src, edge.dst)}
    ranked = sorted(components, key=lambda c: (c.component not in accused, -c.files, c.component))
    return frozenset(component.component for component in ranked[:MOST])


def _rows(order: Sequence[str], edges: Sequence[ComponentEdge]) -> list[list[str]]:
    """Names row by row, from those that depend on others down to those that others depend on.

    As many rows as make a map that is a little wider than high: a long chain is folded, so two that depend on each
    other may come to stand side by side.
    """
    rank = {name: place for place, name in enumerate(order)}
    users: dict[str, list[str]] = defaultdict(list)
    for edge in edges:
        if rank[edge.src] < rank[edge.dst]:
            users[edge.dst].append(edge.src)
    level: dict[str, int] = {}
    for name in order:
        level[name] = max((level[user] + 1 for user in users[name]), default=0)
    ranked = sorted(order, key=lambda name: (level[name], rank[name]))
    number = max(round(math.sqrt(len(ranked) * 0.8)), 1)
    starts = [round(len(ranked) * row / number) for row in range(number + 1)]
    return [ranked[first:last] for first, last in pairwise(starts) if first < last]


def _in_order(nodes: Collection[str], edges: Sequence[ComponentEdge]) -> list[str]:
    """An order in which little weight points backwards."""
    out: dict[str, dict[str, int]] = {name: {} for name in nodes}
    into: dict[str, dict[str, int]] = {name: {} for name in nodes}
    for edge in edges:
        if edge.src != edge.dst:
            out[edge.src][edge.dst] = into[edge.dst][edge.src] = edge.dependencies
    left = set(nodes)
    first: list[str] = []
    last: list[str] = []

    def take(name: str, side: list[str]) -> None:
        side.append(name)
        left.discard(name)
        for other in out[name]:
            into[other].pop(name, None)
        for other in into[name]:
            out[other].pop(name, None)

    while left:
        sinks = sorted(name for name in left if not out[name])
        sources = sorted(name for name in left if out[name] and not into[name])
        for name in sinks:
            take(name, last)
        for name in sources:
            take(name, first)
        if left and not sinks and not sources:
            take(min(left, key=lambda n: (sum(into[n].values()) - sum(out[n].values()), n)), first)
    return first + last[::-1]


def _kind(edge: ComponentEdge, cycles: Collection[tuple[str, str]], *, against: bool) -> str:
    if not edge.allowed:
        return "not-allowed"
    if (edge.src, edge.dst) not in cycles:
        return "plain"
    return "closes" if against else "cycle"


def _places(rows: list[list[str]], edges: Sequence[ComponentEdge]) -> dict[str, tuple[float, float]]:
    near: dict[str, dict[str, int]] = defaultdict(dict)
    for edge in edges:
        near[edge.src][edge.dst] = near[edge.dst][edge.src] = edge.dependencies
    across = {name: x for row in rows for name, x in _spread(row).items()}
    for sweep in range(_SWEEPS):
        for row in rows if sweep % 2 == 0 else rows[::-1]:
            row.sort(key=lambda name: (_middle(across, near[name], across[name]), name))
            across.update(_spread(row))
    # Every other one stands a little lower, so that an edge along the row does not run through its neighbours.
    return {
        name: (round(across[name], 1), round(_ROW * (number + 0.34) + (22 if place % 2 else -8), 1))
        for number, row in enumerate(rows)
        for place, name in enumerate(row)
    }


def _rooms(
    row: Sequence[str], places: Mapping[str, tuple[float, float]], radii: Mapping[str, float]
) -> dict[str, float]:
    """How wide each label may be: to the next one at its height, and hardly over the edge of the map."""
    heights = [places[name][1] + radii[name] for name in row]  # a label stands under its circle
    step = WIDTH / max(len(row), 2)
    rooms = {}
    for at, name in enumerate(row):
        beside = [heights[other] for other in (at - 1, at + 1) if 0 <= other < len(row)]
        free = step * (2 if all(abs(height - heights[at]) >= _LABEL for height in beside) else 1)
        x = places[name][0]
        rooms[name] = round(min(free, 2 * min(x, WIDTH - x) + 60), 1)
    return rooms


def _spread(row: list[str]) -> dict[str, float]:
    """Evenly over the width."""
    step = WIDTH / max(len(row), 2)
    return {name: step * (place + 0.5) for place, name in enumerate(row)}


def _middle(across: Mapping[str, float], near: Mapping[str, int], own: float) -> float:
    weight = sum(math.sqrt(number) for number in near.values())
    return sum(across[name] * math.sqrt(number) for name, number in near.items()) / weight if weight else own


def _curve(a: tuple[float, float], radius_a: float, b: tuple[float, float], radius_b: float) -> str:
    """A shallow arc that leaves room for the one that runs the other way."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = math.hypot(dx, dy) or 1.0
    # Along a row it must get round whatever stands between.
    bend = min(150.0, 0.34 * length) if abs(dy) < _ROW / 2 else min(60.0, 0.16 * length)
    cx, cy = (a[0] + b[0]) / 2 - dy / length * bend, (a[1] + b[1]) / 2 + dx / length * bend
    x1, y1 = _rim(a, (cx, cy), radius_a + 1.5)
    x2, y2 = _rim(b, (cx, cy), radius_b + 6)
    return f"M{x1:.1f} {y1:.1f}Q{cx:.1f} {cy:.1f} {x2:.1f} {y2:.1f}"


def _rim(centre: tuple[float, float], towards: tuple[float, float], radius: float) -> tuple[float, float]:
    dx, dy = towards[0] - centre[0], towards[1] - centre[1]
    length = math.hypot(dx, dy) or 1.0
    return centre[0] + dx / length * radius, centre[1] + dy / length * radius
