"""Cycles: groups of files, or of components, that need each other (strongly connected components of hard imports).

Hides the search and the proposal which edges to break. Edges and proposals of cycles that did not change are taken
over, so the dear part, the proposal, is paid only when an edge inside a cycle came, went or changed its names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from plumbrule.measures import Measure, Situation
from plumbrule.measures._cuts import Arc, Cut, cut
from plumbrule.measures._structure import (
    Between,
    Link,
    Links,
    Moved,
    Structure,
    StructuredRows,
    members_of,
    moved_links,
    regrouped,
    strongly_connected,
    structure_of,
)
from plumbrule.measures.components import TESTS
from plumbrule.tables import Row, Table, columns

_SHOWN_MEMBERS = 20
_SHOWN_NAMES = 8
_SHOWN_MOVED = 3  # names of an import that is to be broken
_SEVERAL = "//"  # instead of a folder's path, which is never this
_UNIT = 10  # price of one imported name or import, so that a fifth of it is a whole number


class _Edge(NamedTuple):
    src: str
    dst: str
    line: int
    symbols: str


class _Proposal(NamedTuple):
    """What to break."""

    words: str
    moves: str  # the same with the names that the edges bring
    steps: Mapping[Arc, int]  # 1 is to be broken first; an edge that is not here may stay


def _cycle_edges(s: Situation) -> Collection[Row]:
    earlier = s.earlier.get("cycle_edge")
    dependencies = s.rows["component_dependency"]
    moved = moved_links(s)
    same = dependencies is s.earlier.get("component_dependency") and not moved
    if earlier is not None and same and _single(s.earlier.get("component", ())) == _single(s.rows["component"]):
        return earlier
    if isinstance(dependencies, StructuredRows):
        structure = dependencies.structure
    else:
        structure = structure_of(s, members_of(s.rows["file_component"]))
    rows = _file_rows(s, structure, moved) + _component_rows(s, structure)
    rows.sort()
    return earlier if earlier is not None and list(earlier) == rows else rows


def _single(components: Collection[Row]) -> set[object]:
    """Components of one file: a cycle of these alone is told of the files."""
    return {name for _, name, files in components if files <= 1}


def _file_rows(s: Situation, structure: Structure, moved: Moved) -> list[Row]:
    old = [row for row in s.earlier.get("cycle_edge", ()) if row[1] == "file"]
    # The price of an edge depends on components too, so old proposals hold only while no file changed its component.
    comparable = bool(old) and not regrouped(members_of(s.earlier["file_component"]), structure.members)
    known = {cycle: list(rows) for cycle, rows in groupby(old, lambda row: row[2])} if comparable else {}
    rows: list[Row] = []
    if "cycle_edge" in s.earlier and _same_cycles(old, moved, structure):
        cycle_of = {row[4]: row[2] for row in old}
        touched = {cycle_of.get(path) for path in moved} - {None}
        rows = [row for row in old if comparable and row[2] not in touched]
        members: dict[str, list[str]] = {}
        for path in sorted(cycle_of):
            members.setdefault(cycle_of[path], []).append(path)
        knots = [members[cycle] for cycle in sorted(members) if not comparable or cycle in touched]
    else:
        knots = _knots({src: _needed(links) for src, links in structure.links.items()})
    for knot in knots:
        edges = _file_edges(knot, structure.links)
        proposal = _known_proposal(known.get(knot[0], ()), edges) or _file_proposal(s, edges, structure.members)
        rows += _rows(s, "file", knot, edges, proposal)
    return rows


def _needed(links: Iterable[Link]) -> list[str]:
    """What a file needs beside what it is itself a part of: those two are one, and cannot be had apart anyway."""
    return [link.dst for link in links if not link.upward]


def _same_cycles(old: Sequence[Row], moved: Moved, structure: Structure) -> bool:
    """Whether no cycle can have come, gone, grown or shrunk: cheaper than searching all files again."""
    cycle_of = {row[4]: row[2] for row in old}
    patience = len(structure.links)  # files met; from then on one search for all cycles is cheaper
    for src, (before, now) in moved.items():
        targets_before, targets_now = set(_needed(before)), set(_needed(now))
        own = cycle_of.get(src)
        if own is not None and any(cycle_of.get(dst) == own for dst in targets_before - targets_now):
            return False
        fresh = {dst for dst in targets_now - targets_before if own is None or cycle_of.get(dst) != own}
        if fresh:
            met = _led_back(structure, fresh, src)
            patience -= met
            if not met or patience < 0:
                return False
    return True


def _led_back(structure: Structure, starts: Collection[str], goal: str) -> int:
    """How many files were met before it was clear that none of `starts` needs `goal`, directly or through others; 0 if
    one does.

    Searched from both ends, the narrower one first: what nothing needs is in no cycle, whatever it needs itself.
    """
    onward, back = set(starts), {goal}
    ahead, behind = set(starts), {goal}  # met last
    while ahead and behind:
        if not onward.isdisjoint(back):
            return 0
        if len(behind) <= len(ahead):
            incoming = structure.incoming
            behind = {src for dst in behind for src, link in incoming.get(dst, {}).items() if not link.upward} - back
            back |= behind
        else:
            ahead = {dst for src in ahead for dst in _needed(structure.links.get(src, ()))} - onward
            onward |= ahead
    return len(onward) + len(back) if onward.isdisjoint(back) else 0


def _component_rows(s: Situation, structure: Structure) -> list[Row]:
    earlier = s.earlier.get("component_dependency")
    before = earlier.structure.between if isinstance(earlier, StructuredRows) else {}
    known = {(row[4], row[5]): row for row in s.earlier.get("cycle_edge", ()) if row[1] == "component"}
    sizes = {name: files for _, name, files in s.rows["component"]}
    targets: dict[str, list[str]] = {}
    aside = frozenset[str]() if s.intent.components else structure.aside(_no_parts)
    for src, dst in structure.between:
        if src not in aside and dst not in aside:
            targets.setdefault(src, []).append(dst)
    rows: list[Row] = []
    for knot in _knots(targets):
        # A cycle of components that are one file each is the cycle of these files, already told.
        if all(sizes.get(name, 0) <= 1 for name in knot):
            continue
        edges, proposal = _component_edges(knot, structure.between, before, known)
        if proposal is None or any(row[2] == knot[0] for row in known.values()):
            proposal = _component_proposal(s, edges, structure.between)
        rows += _rows(s, "component", knot, edges, proposal)
    return rows


def _component_edges(
    knot: Sequence[str], between: Between, before: Between, known: dict[tuple[str, str], Row]
) -> tuple[list[_Edge], _Proposal | None]:
    """The edges of a cycle of components, and what was proposed for it where it had the same ones for the same prices.

    Earlier rows of these edges are taken out of `known`.
    """
    inside = set(knot)
    edges = []
    same, old = True, list[Row]()
    for pair in sorted(pair for pair in between if pair[0] in inside and pair[1] in inside):
        files, row = between[pair], known.pop(pair, None)
        if row is not None and files is before.get(pair):
            edges.append(_Edge(*pair, 0, row[7]))
        else:
            names = {name for link in files.values() for name in link.names.split(", ")} - {""}
            edges.append(_Edge(*pair, 0, _shown(sorted(names), _SHOWN_NAMES)))
        same = same and row is not None and row[2] == knot[0] and len(files) == len(before.get(pair, ()))
        old += [row] if row is not None else []
    return edges, _as_proposed(old) if same and old else None


def _no_parts(members: Mapping[str, str]) -> frozenset[str]:
    """Learned components that are no parts of the system but what is left beside them.

    These are all tests, and files that lie loose in the folder around the parts: settings that everyone reads next to
    the entry that starts everyone. Each would tie all parts into one cycle. A policy that declares one means it.
    """
    folder_of: dict[str, str] = {}
    above: dict[str, set[str]] = {}  # folder -> components with files below it
    for folder, component in {(path.rpartition("/")[0], component) for path, component in members.items()}:
        if folder_of.setdefault(component, folder) != folder:
            folder_of[component] = _SEVERAL
        if component != TESTS:
            while folder:
                folder = folder.rpartition("/")[0]
                above.setdefault(folder, set()).add(component)
    loose = (name for name, folder in folder_of.items() if above.get(folder, set()) - {name})
    return frozenset((TESTS, *loose))


def _knots(targets: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Strongly connected components of more than one node, each sorted, in the order of their first members."""
    names = sorted(targets)  # a node without targets is in no cycle
    number = {name: position for position, name in enumerate(names)}
    lookup = number.get
    pointers = [[n for n in map(lookup, targets[name]) if n is not None] for name in names]
    return sorted(sorted(names[n] for n in knot) for knot in strongly_connected(pointers))


def _file_edges(members: Sequence[str], links: Links) -> list[_Edge]:
    inside = set(members)
    return [
        _Edge(src, link.dst, link.line, link.names)
        for src in members
        for link in links[src]
        if link.dst in inside and not link.upward
    ]


def _shown(names: Sequence[str], most: int) -> str:
    text = ", ".join(names[:most])
    return text if len(names) <= most else f"{text} and {len(names) - most} more"


def _known_proposal(old: Collection[Row], edges: Sequence[_Edge]) -> _Proposal | None:
    """The proposal of the earlier cycle if it had the same edges for the same names, wherever their lines are."""
    same = [(row[4], row[5], row[7]) for row in old] == [(edge.src, edge.dst, edge.symbols) for edge in edges]
    return _as_proposed(old) if same and old else None


def _as_proposed(rows: Collection[Row]) -> _Proposal:
    """The proposal that these rows of one cycle tell."""
    first = next(iter(rows))
    return _Proposal(first[8], first[9], {(row[4], row[5]): row[10] for row in rows if row[10]})


def _file_proposal(s: Situation, edges: Sequence[_Edge], members: Mapping[str, str]) -> _Proposal:
    """An edge is cheap that brings few names; where the policy says nothing, five times cheaper if it runs against most
    edges of this cycle between the same two components."""
    ways = Counter((members.get(edge.src), members.get(edge.dst)) for edge in edges)
    weights: dict[Arc, int] = {}
    forbidden: set[Arc] = set()
    for edge in edges:
        src, dst = members.get(edge.src, ""), members.get(edge.dst, "")
        price = _UNIT * (2 + edge.symbols.count(", ") if edge.symbols else 1)
        if s.intent.allowed and src and dst:
            against = False
            if not s.intent.allowed(src, dst):
                forbidden.add((edge.src, edge.dst))
        else:
            against = ways[src, dst] < ways[dst, src]
        weights[edge.src, edge.dst] = price // 5 if against else price
    movable = {(edge.src, edge.dst): _movable(edge) for edge in edges}
    return _proposal(weights, forbidden, movable)


def _movable(edge: _Edge) -> str:
    """The names that an import brings; `import shop.tax` brings that of a folder of what it imports, which is nothing
    that could be moved."""
    return "" if edge.symbols in edge.dst.split("/")[:-1] else edge.symbols


def _component_proposal(s: Situation, edges: Sequence[_Edge], between: Between) -> _Proposal:
    """An edge costs the pairs of files behind it."""
    weights = {(edge.src, edge.dst): _UNIT * len(between[edge.src, edge.dst]) for edge in edges}
    allowed = s.intent.allowed
    return _proposal(weights, {arc for arc in weights if allowed is not None and not allowed(*arc)})


def _proposal(
    weights: Mapping[Arc, int], forbidden: Collection[Arc], movable: Mapping[Arc, str] | None = None
) -> _Proposal:
    """What to break. No edge that the policy allows, while breaking those that it forbids will do: they must go anyway,
    however many imports they are."""
    dear = 1 + sum(weights[arc] for arc in forbidden)
    proposed = cut({arc: price if arc in forbidden else price * dear for arc, price in weights.items()})
    words, moves = (_listed(proposed, names) for names in ({}, movable or {}))
    return _Proposal(words, moves, {arc: step for step, arc in enumerate((*proposed.named, *proposed.rest), 1)})


def _listed(proposed: Cut, names: Mapping[Arc, str]) -> str:
    told = [_named(arc, names.get(arc, "")) for arc in proposed.named]
    return _shown(told + [""] * len(proposed.rest), len(told))


def _named(arc: Arc, names: str) -> str:
    listed = names.split(", ") if names else []
    return f"{arc[0]} -> {arc[1]}{f' ({_shown(listed, _SHOWN_MOVED)})' if listed else ''}"


def _rows(s: Situation, level: str, members: Sequence[str], edges: Sequence[_Edge], proposal: _Proposal) -> list[Row]:
    about = (s.now.repo, level, members[0], len(members))
    words = (proposal.words, proposal.moves)
    return [(*about, *edge, *words, proposal.steps.get((edge.src, edge.dst), 0)) for edge in edges]


def _cycles(s: Situation) -> Collection[Row]:
    edges = s.rows["cycle_edge"]
    if edges is s.earlier.get("cycle_edge") and "cycle" in s.earlier:
        return s.earlier["cycle"]
    members: dict[tuple[str, str, str, int], set[str]] = {}
    for repo, level, cycle, size, src, *_ in edges:
        members.setdefault((repo, level, cycle, size), set()).add(src)
    return [(*key, _shown(sorted(names), _SHOWN_MEMBERS)) for key, names in sorted(members.items())]


_CYCLE = """repo VARCHAR repository, by its name in the store
            level VARCHAR file or component
            cycle VARCHAR its smallest member, which names it
            size INTEGER members
            """

MEASURES = (
    Measure(
        Table(
            "cycle_edge",
            "One file, or component, depends on another of the same cycle.",
            columns(
                _CYCLE
                + """src VARCHAR the depending member
                dst VARCHAR the member depended on
                line INTEGER of the first import in src; 0 between components
                symbols VARCHAR imported names, sorted
                cut VARCHAR the cheapest edges to break the whole cycle, at most three, and how many more it takes
                moves VARCHAR these edges, each with the names that it brings
                step INTEGER place among the edges to break, the cheapest first; 0 = it may stay"""
            ),
        ),
        _cycle_edges,
        after=("component_dependency", "component", "file_component"),
    ),
    Measure(
        Table(
            "cycle",
            "A group of files, or of components, that need each other.",
            columns(_CYCLE + "members VARCHAR sorted, the first twenty and how many more"),
        ),
        _cycles,
        after=("cycle_edge",),
    ),
)
