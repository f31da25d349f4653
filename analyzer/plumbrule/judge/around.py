"""Rows of either side of a change by the text in one of their columns; hides how they are found, and what of a stored
graph is read for it.

For `looks`: whether a changed row has a partner. Of a graph that lies in a store only the files that change, and those
that they lead to, are at hand, all read at once; for what lies farther away it is cheaper to ask the rule.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property

from plumbrule.graph import Graph, MemoryGraph
from plumbrule.store import layout
from plumbrule.tables import BASE, Row, flatten

_Found = tuple[tuple[str, ...], Collection[Row]] | None  # see `looks.Find`
_ONLY_BASE = ("component",)  # what the view `file` has besides the table's columns

_POINTING = frozenset({("dependency", "dst"), ("use", "dst")})
_MANY = 200  # files that point to one; reading their rows would cost more than asking the rule
_SETTLED = 3  # moments; sides that live shorter are not worth an index over a whole repository
_NEAR = 1_000  # files that changed ones lead to; to read more of a store would cost more than asking the rule


class Around:
    """Both sides' rows. `views` are the tables that each view reads, `linked` says that the store adds to some."""

    def __init__(self, views: Mapping[str, frozenset[str]], snapshot: Collection[str], *, linked: bool) -> None:
        """`snapshot` are the tables of measures that speak of one moment."""
        self._views = views
        self._snapshot = snapshot
        self._linked = linked
        self._sides: list[_Side] = []
        self._owners: dict[tuple[str, str], dict[str, set[str]]] = {}  # by a column of a base table: who may own a row
        self._met = 0
        self._indexes: dict[tuple[str, str], list[tuple[object, Mapping[str, list[Row]]]]] = {}
        self._columns: dict[str, tuple[str, ...]] = {}  # by view, of rows as they are given of the two moments at hand

    def meet(
        self,
        now: tuple[Graph, Mapping[str, Collection[Row]]],
        before: tuple[Graph, Mapping[str, Collection[Row]]],
        changed: Collection[str],
    ) -> None:
        """Two other moments, each a graph and what measures found in it; `changed` are the paths whose bundles differ
        between them, or from those that were met before."""
        near = _Near(changed, before[0], now[0])
        self._sides = [_Side(*before, near), _Side(*now, near)]
        self._columns.clear()
        self._met += 1
        for (view, column), owners in self._owners.items():
            for side in self._sides:
                self._note(side, view, column, owners, changed)

    def whole(self, view: str) -> bool:
        """Whether rows are given as the view shows them, with what it takes from another table than its own."""
        return view == "file" and all(layout.membership() in side.derived for side in self._sides)

    def columns(self, view: str) -> tuple[str, ...]:
        """The columns of rows as they are given here."""
        if view not in self._columns:
            names = (BASE[view] if view in BASE else layout.kept()[view]).names if view in layout.kept() else ()
            self._columns[view] = (*names, *_ONLY_BASE) if self.whole(view) else names
        return self._columns[view]

    def delta(self, changed: Collection[str]) -> tuple[list[Row], list[Row]]:
        """Rows of the view `file` that are gone, and those that came; `changed` are the paths whose bundles differ."""
        before, now = self._sides
        paths = set(changed)
        if before.members is not now.members:
            paths |= {path for path, _ in before.member_of().items() ^ now.member_of().items()}
        for side in self._sides:
            side.graph.prefetch(paths)
        gone: list[Row] = []
        came: list[Row] = []
        for path in sorted(paths):
            old, new = before.file(path), now.file(path)
            if old != new:
                gone += old
                came += new
        return gone, came

    @property
    def in_memory(self) -> bool:
        """Whether both graphs are, so that much can be found."""
        return all(side.memory for side in self._sides)

    def find(self, view: str, column: str, text: str) -> _Found:
        """Rows of a view that is called by its side: "before.use"."""
        side, _, name = view.partition(".")
        return self._find(self._sides[side == "now"], name, column, text)

    def find_before(self, view: str, column: str, text: str) -> _Found:
        return self._find(self._sides[0], view, column, text)

    def find_now(self, view: str, column: str, text: str) -> _Found:
        return self._find(self._sides[1], view, column, text)

    def _find(self, side: _Side, view: str, column: str, text: str) -> _Found:
        if view in BASE:
            if self._linked and layout.LINK.name in self._views[view]:
                return None
            if column != BASE[view].names[1]:
                return self._pointing(side, view, column, text) if side.memory else None
            if not side.has(text):
                return None
            return self.columns(view), side.file(text) if self.whole(view) else side.owned(view, text)
        if view not in self._snapshot or view not in side.derived or self._views[view] != {view}:
            return None
        names = self.columns(view)
        if column not in names:
            return None
        return names, self._index(view, column, names, side.derived[view]).get(text, ())

    def _pointing(self, side: _Side, view: str, column: str, text: str) -> _Found:
        """Rows by a column that does not say who owns them."""
        if (view, column) not in _POINTING or self._met < _SETTLED:
            return None
        if (view, column) not in self._owners:
            owners: dict[str, set[str]] = {}
            for one in self._sides:
                self._note(one, view, column, owners, one.graph.paths())
            self._owners[view, column] = owners
        paths = self._owners[view, column].get(text, ())
        if len(paths) > _MANY:
            return None
        names = self.columns(view)
        at = names.index(column)
        return names, [row for path in sorted(paths) for row in side.owned(view, path) if row[at] == text]

    def _note(self, side: _Side, view: str, column: str, owners: dict[str, set[str]], paths: Iterable[str]) -> None:
        """Whoever owned a row stays noted: whether it does so still is seen from its rows."""
        at = self.columns(view).index(column)
        for path in paths:
            for row in side.owned(view, path):
                owners.setdefault(row[at], set()).add(path)

    def _index(self, view: str, column: str, names: Sequence[str], rows: Collection[Row]) -> Mapping[str, list[Row]]:
        """The rows of one table by a column; measures give the same rows again where nothing moved."""
        known = self._indexes.setdefault((view, column), [])
        for one, index in known:
            if one is rows:
                return index
        made: dict[str, list[Row]] = {}
        at = names.index(column)
        for row in rows:
            made.setdefault(row[at], []).append(row)
        known[:] = [*known[-1:], (rows, made)]
        return made


class _Near:
    """The files that change on either side, and those that they lead to there."""

    def __init__(self, changed: Collection[str], before: Graph, now: Graph) -> None:
        self._changed = changed
        self._graphs = before, now

    @cached_property
    def paths(self) -> frozenset[str]:
        """All of them, at hand on both sides from now on; none where they are too many to be read."""
        found = set(self._changed)
        for graph in self._graphs:
            for path in self._changed:
                if path in graph:
                    rows = graph.rows(path)
                    found.update(one.dst for one in rows.dependencies)
                    found.update(one.dst for one in rows.uses)
        if len(found) > _NEAR:
            return frozenset()
        for graph in self._graphs:
            graph.prefetch(found)
        return frozenset(found)


class _Side:
    def __init__(self, graph: Graph, derived: Mapping[str, Collection[Row]], near: _Near) -> None:
        self.graph = graph
        self.derived = derived
        self.memory = isinstance(graph, MemoryGraph)
        self._near = near
        self.members = derived.get(layout.membership())
        self._member_of: dict[str, str] | None = None
        self._owned: dict[tuple[str, str], list[Row]] = {}

    def member_of(self) -> Mapping[str, str]:
        if self._member_of is None:
            self._member_of = {row[1]: row[2] for row in self.members or ()}
        return self._member_of

    def has(self, path: str) -> bool:
        """Whether the rows of a file are at hand; of one that is not there, that there are none."""
        return self.memory or path in self._near.paths or path not in self.graph

    def owned(self, view: str, path: str) -> list[Row]:
        """The rows of a base table that a file owns."""
        key = view, path
        if key not in self._owned:
            here = [(path, self.graph.rows(path))] if path in self.graph else []
            self._owned[key] = flatten(view, self.graph.repo, here)
        return self._owned[key]

    def file(self, path: str) -> list[Row]:
        """The row of a file as the view shows it."""
        return [(*row, self.member_of().get(path, "")) for row in self.owned("file", path)]
