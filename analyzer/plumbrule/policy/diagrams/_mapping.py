"""From boxes to components: which component each box of a drawing stands for. Hides how names are compared.

The reflexion model (Murphy, Notkin, Sullivan 1995) compares a drawing with the code through such a map; boxes that no
map names are found by their id, then by what is written on them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from itertools import product

from plumbrule.data import dataclass
from plumbrule.policy.diagrams import Drawing, Node


@dataclass(frozen=True, slots=True)
class Mapped:
    """A drawing as it speaks of components."""

    drawn: Mapping[str, int]  # component -> the line of its first box
    needs: Mapping[tuple[str, str], int]  # (source, target) of an arrow -> its line
    either: Mapping[tuple[str, str], int]  # of a line without a head: both ways are allowed, none is required
    lost: tuple[tuple[str, int, str], ...]  # boxes that stand for nothing: what they are called, line, why
    outside: int  # boxes that stand for no code, by the notation or by the map


def mapped(drawing: Drawing, components: Collection[str], names: Mapping[str, str]) -> Mapped:
    """The components that are drawn, by the `names` that the policy gives (box -> component, "" = no code of ours)."""
    nodes = {node.id: node for node in drawing.nodes}
    folded = _folded(components)
    own: dict[str, str | None] = {}  # "" = outside, None = not told by itself
    unsure: dict[str, str] = {}
    for node in drawing.nodes:
        own[node.id], unsure[node.id] = _component(node, components, folded, names)
    stands = {box: _around(box, nodes, own) for box in nodes}
    needs, either = _arrows(drawing, stands)
    outside = sum(stands[node.id] == "" or (stands[node.id] is None and node.outside) for node in drawing.nodes)
    return Mapped(_drawn(drawing, stands), needs, either, _lost(drawing, stands, unsure), outside)


def _drawn(drawing: Drawing, stands: Mapping[str, str | None]) -> dict[str, int]:
    drawn: dict[str, int] = {}
    for node in drawing.nodes:
        if component := stands[node.id]:
            drawn.setdefault(component, node.line)
    return drawn


def _lost(
    drawing: Drawing, stands: Mapping[str, str | None], unsure: Mapping[str, str]
) -> tuple[tuple[str, int, str], ...]:
    told_by_parts = _holding({node.id: node for node in drawing.nodes}, stands)
    return tuple(
        (node.names[-1] if node.names else node.id, node.line, unsure[node.id] or "no component is called so")
        for node in drawing.nodes
        if stands[node.id] is None and not node.outside and node.id not in told_by_parts
    )


def _arrows(
    drawing: Drawing, stands: Mapping[str, str | None]
) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]:
    """Between components: those with a head, and those without."""
    children: dict[str, list[str]] = {}
    for node in drawing.nodes:
        children.setdefault(node.within, []).append(node.id)
    needs: dict[tuple[str, str], int] = {}
    either: dict[tuple[str, str], int] = {}
    reach: dict[str, tuple[str, ...]] = {}
    for edge in drawing.edges:
        told = needs if edge.directed else either
        sources, targets = (_means(end, stands, children, reach) for end in (edge.source, edge.target))
        for source, target in product(sources, targets):
            if source != target:
                told.setdefault((source, target), edge.line)
    return needs, either


def _component(
    node: Node, components: Collection[str], folded: Mapping[str, str | None], names: Mapping[str, str]
) -> tuple[str | None, str]:
    for name in (node.id.partition(":")[2] if ":" in node.id else node.id, node.id, *node.names):
        if name in names:
            return names[name], ""
    if node.outside:
        return "", ""
    for name in node.names:
        if name in components:
            return name, ""
    why = ""
    for name in node.names:
        found = folded.get(_fold(name), "")
        if found:
            return found, ""
        if found is None:
            why = f"more than one component is called like {name!r}; say which in [diagram.map]"
    return None, why


def _folded(components: Collection[str]) -> Mapping[str, str | None]:
    """Components by their names in one spelling; None where two are spelled alike."""
    found: dict[str, str | None] = {}
    for name in sorted(components):
        key = _fold(name)
        found[key] = None if key in found else name
    return found


def _fold(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def _around(box: str, nodes: Mapping[str, Node], own: Mapping[str, str | None]) -> str | None:
    """What a box stands for: by itself, else as a part of what is drawn around it."""
    seen: set[str] = set()
    while box in nodes and box not in seen:
        if (found := own[box]) is not None:
            return found
        seen.add(box)
        box = nodes[box].within
    return None


def _holding(nodes: Mapping[str, Node], stands: Mapping[str, str | None]) -> set[str]:
    """The groups that hold a box which stands for something: they need not stand for anything themselves."""
    found: set[str] = set()
    for box, component in stands.items():
        if component is None:
            continue
        within = nodes[box].within
        while within in nodes and within not in found:
            found.add(within)
            within = nodes[within].within
    return found


def _means(
    box: str,
    stands: Mapping[str, str | None],
    children: Mapping[str, list[str]],
    reach: dict[str, tuple[str, ...]],
) -> tuple[str, ...]:
    """The components at one end of an arrow; a group that is none itself stands for all in it."""
    if box not in reach:
        found: dict[str, None] = {}
        todo, seen = [box], {box}
        while todo:
            at = todo.pop()
            if component := stands.get(at):
                found[component] = None
                continue
            for child in children.get(at, []) if stands.get(at) is None else []:
                if child not in seen:
                    seen.add(child)
                    todo.append(child)
        reach[box] = tuple(sorted(found))
    return reach[box]
