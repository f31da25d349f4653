"""Both sides of a change as SQL tables: `now.*` and `before.*`, in a database of memory that reaches nothing outside.

Hides how little is moved: one side is held, the other is a view on it that leaves out what is gone and adds what is
fresh. Held is the earlier side where it is read in place from the store, and else the later one: a history is walked by
bringing it on, table by table, when a rule next asks for it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import field
from functools import cache, cached_property, partial
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.data import dataclass
from plumbrule.graph import FileRows, Graph
from plumbrule.judge.around import Around
from plumbrule.judge.database import fresh, load, take_out
from plumbrule.judge.looks import Look
from plumbrule.judge.moves import edited, untouched
from plumbrule.judge.policy_tables import POLICY_TABLES, TOLD, contracts_told, policy_rows
from plumbrule.judge.query import Reads, looks_at_both, reads
from plumbrule.judge.rulefile import Rule
from plumbrule.measures import Measure, measures
from plumbrule.measures.components import renamed_components
from plumbrule.policy import Policy
from plumbrule.store import engine, layout
from plumbrule.tables import BASE, Row, Table, flatten

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory

# Written after a snapshot, about it; of these a judgement reads the links between repositories only.
_LINK, _EXTRA = layout.LINK.name, layout.MEASURE_EXTRA.name
# What the policy says with the place where it says it: a path on disk, or inside a commit.
_PLACED = frozenset(name for name, table in POLICY_TABLES.items() if "source" in table.names)


@dataclass(frozen=True, slots=True)
class _Between:
    """A view over both sides that several rules share; it speaks of the change, so `before` has no row of it."""

    origins: frozenset[str]  # tables about the change: each row of the view comes from one of theirs
    reads: tuple[str, ...]
    file: str  # its SQL, beside this module

    def sql(self) -> str:
        return Path(__file__).with_name(self.file).read_text(encoding="utf-8")


_BETWEEN: Mapping[str, _Between] = {
    "contract_use": _Between(
        frozenset({"contract_change", "lost_import"}),
        ("contract_change", "lost_import", "use", "file", "function", "symbol"),
        "contract_use.sql",
    ),
}


_SEAL = "SET enable_external_access = false; SET lock_configuration = true"
_COMPILED = 7  # the form in which what was found about a rule's SQL is kept
# Columns of a view that another table than its own lends, by a key that finds at most one row.
_LENT: Mapping[str, frozenset[str]] = {"file": frozenset({"component"})}


@cache
def tables() -> Mapping[str, Table]:
    """Every table behind the views of a side: the graph's, the measures', and what the policy says."""
    kept = {name: table for name, table in layout.kept().items() if name not in {layout.FINDING.name, *layout.APART}}
    return {**kept, **POLICY_TABLES}


@cache
def views() -> Mapping[str, frozenset[str]]:
    """Every view of a side and the tables it reads; the public views that speak of one moment, and the policy's."""
    found = {
        name: frozenset(layout.membership() if source == "membership" else source for source in view.sources)
        for name, view in layout.views().items()
        if view.sources <= {*tables(), "membership"} and name != _LINK
    }
    found |= {name: frozenset({name}) for name in POLICY_TABLES}
    for name, view in _BETWEEN.items():
        found[name] = frozenset[str]().union(*(found[source] for source in view.reads))
    return found


@dataclass(frozen=True, slots=True)
class Held:
    """Where the earlier side lies in a store: a closed database file, read in place."""

    file: Path
    snapshot: str  # "" = the newest of its main line, read from the tables kept for it
    linked: bool = True  # uses between this repository and others may be stored
    files_only: bool = False  # of its tables only the graph's own are filled
    # For one judgement: gives a connection that has it attached as `store`, and an empty memory.
    lent: Callable[[], engine.Connection] | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """One side: a graph and what the measures found in it. A measure's table that is not in `derived` was not run."""

    graph: Graph
    derived: Mapping[str, Collection[Row]] = field(default_factory=dict)
    tree: Collection[str] = ()  # all paths of the commit, excluded and other files too; () = not known


class Sides:
    """Two moments of one repository, ready for rule SQL. Tables are filled when a rule first needs them."""

    def __init__(
        self,
        now: Moment,
        before: Moment,
        *,
        policy: Policy,
        proposed: Policy | None = None,
        changed: Collection[str] | None = None,
        held: Held | None = None,
        links: Collection[Row] = (),
        not_measured: Mapping[str, str] | None = None,
        compiled: str = "",
    ) -> None:
        """`proposed` is the change's own policy: a selector that finds something there, or is gone, is corrected, and
        not dead. `changed` are the paths whose rows differ, found by comparison if not given; `links` are the store's
        rows of uses between this repository and others; `not_measured` says why a measure has no rows. With `held`,
        both `derived` may lack tables that did not change, and links are the store's own. `compiled` saves a
        millisecond a rule."""
        self.repo = now.graph.repo
        self.policy = policy
        self._contracts: Mapping[str, tuple[str, str, str]] | None = None
        self._proposed = proposed
        self.not_measured = dict(not_measured or {})
        self._held = held
        self._links = links
        self._measures: Mapping[str, Measure] = {measure.table.name: measure for measure in measures()}
        self._tables = tables()
        self._views = views()
        self._sealed = False
        self._copies: TemporaryDirectory[str] | None = None
        self._copied = 0
        self._filled: set[str] = set()  # tables
        # Tables of which the store holds the earlier side.
        self._stored: set[str] = set()
        self._anchor = "now" if held is None or now is before else "before"  # the side that is held
        if held is not None:
            self._stored = {name for name in layout.kept() if name not in layout.APART and not self.about_change(name)}
            self._stored -= set() if held.linked else {_LINK}
            self._stored &= BASE.keys() if held.files_only else self._stored
        self._behind: dict[str, set[str]] = {}  # tables that hold an earlier moment; of base tables, in these files
        self._loaded: dict[str, Collection[Row]] = {}  # what other tables than those hold
        self._parted: set[str] = set()  # tables whose `gone` and `fresh` lead from the held side to the other
        self._apart: set[str] = set()  # tables whose `gone` or `fresh` are not empty
        self._shown: dict[str, set[str]] = {"now": set(), "before": set()}  # views, by side
        self._compiled = json.loads(compiled) if compiled else {}
        self._examined: dict[tuple[str, str], Reads] = {}
        self._between: set[str] = set()  # views over both sides whose rows are those of these two
        self._vacant: dict[str, bool] = {}  # such views that memory has been asked about
        self._tried: dict[str, Collection[Row]] = {}  # selectors, by side
        self._looks_at_both: dict[str, tuple[Look, ...]] = {}
        self._told: dict[str, tuple[Collection[Row], Collection[Row]]] = {}
        self._moved: set[str] = set()
        self._deltas: dict[str, tuple[list[Row], list[Row]]] = {}
        linked = bool(links) or _LINK in self._stored
        still = {name for name, measure in self._measures.items() if measure.scope == "snapshot"}
        self._around = Around(self._views, still, linked=linked)
        self._meet(now, before, changed)

    @classmethod
    def from_graphs(
        cls, now: Graph, before: Graph, derived_now: Mapping[str, Collection[Row]],
        derived_before: Mapping[str, Collection[Row]], *, policy: Policy | None = None,
    ) -> Sides:  # fmt: skip
        """Both sides from graphs in memory."""
        return cls(Moment(now, derived_now), Moment(before, derived_before), policy=policy or Policy())

    @cached_property
    def _own(self) -> engine.Connection:
        """The database, opened when the first rule must be asked: most changes let every rule rest."""
        lent = self._held.lent() if self._held is not None and self._held.lent is not None else None
        own = engine.memory() if lent is None else fresh(lent)
        own.execute("CREATE SCHEMA held; CREATE SCHEMA fresh; CREATE SCHEMA gone;"
                    "CREATE SCHEMA now; CREATE SCHEMA before; ATTACH ':memory:' AS earlier;"
                    "CREATE SCHEMA earlier.now; CREATE SCHEMA earlier.before;"
                    "ATTACH ':memory:' AS vacant; CREATE SCHEMA vacant.now; CREATE SCHEMA vacant.before")  # fmt: skip
        if self._held is not None and lent is None:
            engine.attach(own, self._held.file, "store")
        if self._sealed:
            own.execute(_SEAL)
        return own

    @cached_property
    def _now_rules(self) -> engine.Connection:
        return fresh(self._own)

    @cached_property
    def _past_rules(self) -> engine.Connection:
        opened = fresh(self._own)
        opened.execute("USE earlier")
        return opened

    def close(self) -> None:
        if "_own" in self.__dict__:
            self._own.close()
        if self._copies is not None:
            self._copies.cleanup()

    def revise(self, now: Moment, changed: Collection[str] | None = None, *, before: Moment | None = None) -> None:
        """What was now becomes before (if `before` says nothing else), and `now` the later side; costs as much as they
        differ. `changed` are the paths whose rows may differ between any of these."""
        if self._anchor == "before":
            raise NotImplementedError("sides that begin with a change on a store are judged once, never revised")
        # What is not read in place by now would be read as it was before the first step.
        self._stored &= self._filled
        held = self.now
        self._meet(now, before or held, changed)
        paths = differing(now.graph, held.graph) if changed is None else changed
        steps = self._pairs if before is None else _pairs(paths, held.graph, now.graph)
        for name in self._filled:
            if name in BASE:
                moved = {
                    path for path, old, new in steps if self._rows_of(name, path, old) != self._rows_of(name, path, new)
                }
                if moved:
                    self._behind.setdefault(name, set()).update(moved)
            elif before is not None or name in self._moved or self.about_change(name):
                self._behind.setdefault(name, set())
        self._parted.clear()

    def _meet(self, now: Moment, before: Moment, changed: Collection[str] | None) -> None:
        self.now, self.before = now, before
        self._deltas.clear()
        self._between.clear()
        self._vacant.clear()
        self._tried.clear()
        if changed is None:
            changed = differing(now.graph, before.graph)
        self._pairs = _pairs(changed, before.graph, now.graph)
        paths = [path for path, _, _ in self._pairs]
        self._around.meet((now.graph, now.derived), (before.graph, before.derived), paths)
        self._moved = {name for name in self._tables if self._differs(name)}

    def moved_symbols(self, renamed: Mapping[str, str] | None = None) -> dict[str, str]:
        """Functions that moved or have another name: `PATH::SYMBOL` of now to that of before. `renamed` maps paths."""
        same = untouched(self._pairs)
        return {**edited(self._pairs, renamed or {}, same), **same}

    def moved_components(self, renamed: Mapping[str, str]) -> dict[str, str]:
        """Components whose name another one had before their files moved: name of now to that. `renamed` maps paths."""
        table = layout.membership()
        if not renamed or table not in self.before.derived or table not in self.now.derived:
            return {}
        return renamed_components(self.before.derived[table], self.now.derived[table], renamed)

    # What differs

    def moved(self, name: str, columns: frozenset[str] | None = None) -> bool:
        """Whether `now.<name>` may differ from `before.<name>`, in one of these columns if any are given."""
        for table in self._views[name] & self._moved:
            # Every change has another blob, which few rules look at.
            changed = self._changed_columns(table) if table == name and columns is not None else None
            if changed is None or columns is None or changed & columns:
                return True
        return False

    def bears(self, reads: Reads, parameters: Mapping[str, object]) -> bool:
        """Whether what differs between the sides can make a difference to a statement."""
        if reads.looks is None:
            return any(self.moved(view, reads.columns) for view in reads.tables)
        return any(self._seen(look, parameters) for look in reads.looks)

    def _seen(self, look: Look, parameters: Mapping[str, object]) -> bool:
        name = look.view
        moved = self._views[name] & self._moved
        lent = bool(moved - {name}) and (name not in _LENT or look.columns is None or bool(look.columns & _LENT[name]))
        if lent and not self._around.whole(name):
            return True
        if name not in moved and not lent:
            return False
        known = name in self.now.derived and (name in self.before.derived or self.about_change(name))
        if name not in BASE and not known:
            return True
        if name not in self._deltas:
            pairs = [path for path, _, _ in self._pairs]
            self._deltas[name] = self._around.delta(pairs) if self._around.whole(name) else self._delta(name)
        find = self._around.find_before, self._around.find_now
        return look.sees(self._columns(name), *self._deltas[name], parameters, *find)

    def _is_vacant(self, name: str) -> bool:
        """Whether a view over both sides has no row, as far as memory shows it."""
        if name not in self._vacant:
            between = _BETWEEN[name]
            rows = {origin: self.now.derived.get(origin) for origin in between.origins}
            self._vacant[name] = None not in rows.values() and not any(
                found and self._leads_on(name, origin, found) for origin, found in rows.items()
            )
        return self._vacant[name]

    def _leads_on(self, name: str, origin: str, rows: Collection[Row]) -> bool:
        """Whether these rows of an origin may make any row of a view over both sides."""
        if not self._around.in_memory:
            return True
        if name not in self._looks_at_both:
            self._looks_at_both[name] = looks_at_both(self._own, _BETWEEN[name].sql())
        mentions = [look for look in self._looks_at_both[name] if look.view == origin]
        names, find = self._columns(origin), self._around.find
        return any(look.sees(names, (), rows, {}, find_now=find) for look in mentions) or not mentions

    def _columns(self, name: str) -> tuple[str, ...]:
        return self._around.columns(name) or self._tables[name].names

    def _delta(self, name: str) -> tuple[list[Row], list[Row]]:
        """The rows of one table that are gone, and those that came, as often as they did."""
        if name not in BASE:
            both = [(self._rows_at(name, "before"), self._rows_at(name, "now"))]
        else:
            both = [(self._rows_of(name, path, old), self._rows_of(name, path, new)) for path, old, new in self._pairs]
        gone: list[Row] = []
        came: list[Row] = []
        for old, new in both:
            if old != new and (apart := _told_apart(old, new)) is not None:
                gone += apart[0]
                came += apart[1]
            elif old != new:
                was, now = Counter(map(tuple, old)), Counter(map(tuple, new))
                gone += (was - now).elements()
                came += (now - was).elements()
        return gone, came

    def _changed_columns(self, table: str) -> frozenset[str] | None:
        """The columns in which rows of a base table differ; None if rows came or went."""
        if table not in BASE:
            return None
        changed: set[str] = set()
        for path, old, new in self._pairs:
            was, now = self._rows_of(table, path, old), self._rows_of(table, path, new)
            if len(was) != len(now):
                return None
            for one, other in zip(was, now, strict=True):
                if one != other:
                    names = BASE[table].names
                    changed.update(n for n, a, b in zip(names, one, other, strict=True) if a != b)
        return frozenset(changed)

    def missing(self, names: Iterable[str]) -> tuple[str, ...]:
        """Why the tables among these that no measure filled are empty: "cycle_edge: ran out of time"."""
        found = []
        for name in sorted({table for view in names for table in self._views[view]}):
            if name in self.not_measured:
                found.append(f"{name}: {self.not_measured[name]}")
            elif name in self._measures and name not in self.now.derived and self._held is None:
                found.append(f"{name}: was not measured")
        return tuple(found)

    def empty(self, name: str) -> bool:
        """Whether a view of a measure, of the policy or over both sides has no row on either side; False where it would
        take a look."""
        if name in _BETWEEN:
            return self._is_vacant(name)
        if name not in self._measures and name not in POLICY_TABLES:
            return False
        if self._in_place(name) and name not in self.before.derived:
            return False
        return not self._rows_at(name, "now") and not self._rows_at(name, "before")

    def barren(self, reads: Reads, parameters: Mapping[str, object]) -> bool:
        """Whether a statement that only reads what the policy says finds nothing on either side, because it filters
        out every row; False where it would take a look."""
        if not reads.from_nothing or reads.looks is None:
            return False
        for look in reads.looks:
            both = [self._rows_at(look.view, side) for side in ("now", "before")]
            for rows in both[:1] if both[0] is both[1] else both:
                if look.passes_any(self._tables[look.view].names, rows, parameters):
                    return False
        return True

    def contracts(self) -> Mapping[str, tuple[str, str, str]]:
        """What contracts say of themselves, see `contracts_told`."""
        if self._contracts is None:
            self._contracts = contracts_told(self.policy)
        return self._contracts

    def idle(self, needs: Iterable[str], reads: Reads, parameters: Mapping[str, object]) -> bool:
        """Whether the policy states nothing on the later side that a statement is about: then it looks at nothing."""
        for name in needs:
            # Where there is no waiver, that is what was seen; where no change was judged, nothing was.
            if not name.startswith("policy_") or name == "policy_waiver":
                continue
            rows = self._rows_at(name, "now")
            looks = [look for look in reads.looks or () if look.view == name]
            if not rows or (looks and not any(self._passes(look, rows, parameters) for look in looks)):
                return True
        return False

    def _passes(self, look: Look, rows: Collection[Row], parameters: Mapping[str, object]) -> bool:
        return look.passes_any(self._tables[look.view].names, rows, parameters)

    def about_change(self, name: str) -> bool:
        """Whether a table's rows describe what happened between the sides, so that it says nothing of one alone."""
        measure = self._measures.get(name)
        return name == "policy_loosening" or name in _BETWEEN or (measure is not None and measure.scope == "change")

    def stands(self, names: Iterable[str]) -> bool:
        """Whether these views say of the earlier side what they said when that side was judged by itself: nothing in
        them was written down later, or depends on where the policy was read from."""
        read = {table for view in names for table in self._views[view]}
        linked = self._held is not None and self._held.linked
        return read.isdisjoint({_EXTRA, *_PLACED}) and (not linked or _LINK not in read)

    def _differs(self, name: str) -> bool:
        if name in BASE:
            return any(
                self._rows_of(name, path, old) != self._rows_of(name, path, new) for path, old, new in self._pairs
            )
        if name in self._measures:
            rows = self.now.derived.get(name)
            if self.about_change(name):
                return bool(rows)
            if rows is None:
                return False
            before = self.before.derived.get(name)
            return before is None or (rows is not before and rows != before)
        if name == "skipped":
            return self.now.graph.skipped != self.before.graph.skipped
        if name in TOLD:
            return self._rows_at(name, "before") != self._rows_at(name, "now")
        # Selectors select by path alone.
        return name == "policy_selector" and any(old is None or new is None for _, old, new in self._pairs)

    def _rows_of(self, table: str, path: str, rows: FileRows | None) -> list[Row]:
        return [] if rows is None else flatten(table, self.repo, [(path, rows)])

    # Filling

    def provide(self, names: Iterable[str], *, side: str = "now", both: bool = True) -> None:
        """Fill these views, to be selected from `side` (see `select`); not `both` if SQL names `now.*` alone."""
        for view in sorted(set(names)):
            if view in _BETWEEN:
                self.provide(_BETWEEN[view].reads, both=True)
            for name in sorted(self._views[view]):
                if name not in self._filled:
                    self._create(name)
                    self._filled.add(name)
                elif name in self._behind:
                    self._catch_up(name)
                if (both or side == "before" or self._anchor == "before") and name not in self._parted:
                    self._part(name)
            if view in _BETWEEN and view not in self._between:
                self._bring_between(view)
            if view not in self._shown["now"]:
                self._show(view)
                self._shown["now"].add(view)
            if side == "before" and view not in self._shown["before"]:
                self._own.execute(
                    f"CREATE VIEW earlier.now.{view} AS SELECT * FROM memory.before.{view};"
                    f"CREATE VIEW earlier.before.{view} AS SELECT * FROM memory.before.{view}"
                )
                self._shown["before"].add(view)

    def _bring_between(self, view: str) -> None:
        """Fill a table with a view over both sides: to plan it takes longer than what its rules do with the rows."""
        sql = _BETWEEN[view].sql()
        # Where the time that rules take is measured, and can be cut short.
        if view in self._shown["now"]:
            self._now_rules.execute(f"TRUNCATE memory.fresh.{view}")
            self._now_rules.execute(f"INSERT INTO memory.fresh.{view}\n{sql}")
        else:
            self._now_rules.execute(f"CREATE TABLE memory.fresh.{view} AS\n{sql}")
        self._between.add(view)

    def _create(self, name: str) -> None:
        table = self._tables[name]
        if self._still(name):
            self._hold(table)
            return
        shape = ", ".join(f"{engine.quote(column.name)} {column.type}" for column in table.columns)
        # `gone` holds the paths to replace in a base table, and whole rows of any other.
        key = _key(name)
        self._own.execute(
            f"CREATE TABLE fresh.{name} ({shape}); CREATE TABLE gone.{name} ({f'{key} VARCHAR' if key else shape})"
        )
        if self._in_place(name):
            self._hold(table)
            if self._anchor == "now" and name not in BASE:
                self._loaded[name] = self._rows_at(name, "now")
        else:
            self._own.execute(f"CREATE TABLE held.{name} ({shape})")
            rows = self._rows_at(name, self._anchor)
            load(self._own, f"held.{name}", table.columns, rows)
            if name not in BASE:
                self._loaded[name] = rows

    def _in_place(self, name: str) -> bool:
        return name in self._stored

    def _still(self, name: str) -> bool:
        """Whether both sides are what the store holds, and stay so: what begins with a change is never revised."""
        return self._anchor == "before" and self._in_place(name) and name not in self._moved

    def _hold(self, table: Table) -> None:
        """The earlier side from the store: as a view on the tables kept for the newest snapshot, else as a copy."""
        assert self._held is not None
        listed = _listed(table)
        repo = self.repo.replace("'", "''")
        mine = f"repo = '{repo}'" if table.name != _LINK else f"'{repo}' IN (repo, dst_repo)"
        # Other repositories count as they stand now, whatever the age of this side.
        if not self._held.snapshot or table.name == _LINK:
            head = f"store.head.{engine.quote(table.name)}"
            self._own.execute(f"CREATE VIEW held.{table.name} AS SELECT {listed} FROM {head} WHERE {mine}")
            return
        wanted = "'" + self._held.snapshot.replace("'", "''") + "'"
        rows = layout.rows_at(table, wanted)
        copying = fresh(self._own)
        # What lies inside a generation calls its own schemas without saying which database they are in.
        copying.execute("USE store")
        copying.execute(f"CREATE TABLE memory.held.{table.name} AS SELECT {listed} FROM {rows} AS r WHERE {mine}")
        copying.close()

    def _show(self, view: str) -> None:
        def apart(name: str) -> str:
            name = layout.membership() if name == "membership" else name
            if self._still(name):
                return f"memory.held.{name}"
            listed, key = _listed(self._tables[name]), _key(name)
            if key:
                left = f"SELECT {listed} FROM memory.held.{name} ANTI JOIN memory.gone.{name} USING ({key})"
            else:
                same = _same(self._tables[name].names, "g", "h")
                left = (
                    f"SELECT {listed} FROM memory.held.{name} h"
                    f" WHERE NOT EXISTS (SELECT 1 FROM memory.gone.{name} g WHERE {same})"
                )
            return f"({left} UNION ALL SELECT {listed} FROM memory.fresh.{name})"

        def held(name: str) -> str:
            return f"memory.held.{layout.membership() if name == 'membership' else name}"

        later, earlier = (held, apart) if self._anchor == "now" else (apart, held)
        if view in _BETWEEN:
            bodies = [f"SELECT * FROM memory.fresh.{view}", f"SELECT * FROM memory.fresh.{view} WHERE false"]
        elif view in POLICY_TABLES:
            bodies = [f"SELECT * FROM {source(view)}" for source in (later, earlier)]
        else:
            bodies = [layout.views()[view].over(source) for source in (later, earlier)]
        self._own.execute(f"CREATE VIEW now.{view} AS {bodies[0]}; CREATE VIEW before.{view} AS {bodies[1]}")

    def _rows_at(self, name: str, side: str) -> Collection[Row]:
        """All rows of one table on one side."""
        later = side == "now"
        moment = self.now if later else self.before
        if name in BASE:
            return flatten(name, self.repo, ((path, moment.graph.rows(path)) for path in moment.graph.paths()))
        if name in self._measures:
            return () if self.about_change(name) and not later else moment.derived.get(name, ())
        if name == "skipped":
            return sorted((self.repo, path, reason) for path, reason in moment.graph.skipped.items())
        if name == _LINK:
            return self._links
        if name == _EXTRA:
            return ()
        if name in TOLD:
            return self._told.get(name, ((), ()))[not later]
        if name == "policy_selector":
            return self._selectors_of(moment)
        return policy_rows(name, self.policy, moment.graph, moment.tree)

    def _selectors_of(self, moment: Moment) -> Collection[Row]:
        """What the policy selects by, tried on one side; on both at once where they have the same paths."""
        same = all(old is not None and new is not None for _, old, new in self._pairs)
        side = "before" if moment is self.before or (same and self.now.tree == self.before.tree) else "now"
        if side not in self._tried:
            self._tried[side] = policy_rows("policy_selector", self.policy, moment.graph, moment.tree)
        rows = self._tried[side]
        if self._proposed is None or moment is self.before or all(row[4] for row in rows):
            return rows
        said = policy_rows("policy_selector", self._proposed, moment.graph, moment.tree)
        dead = {row[1:4] for row in said if not row[4]}
        return [(*row[:4], row[4] or row[1:4] not in dead, *row[5:]) for row in rows]

    def paths(self) -> Iterator[str]:
        """Every path of either side that a finding can be about."""
        for moment in (self.now, self.before):
            yield from moment.graph.paths()
            yield from moment.tree

    def selectors(self) -> Collection[Row]:
        """What the policy selects by, tried on the later side; rows as of `policy_selector`."""
        return self._rows_at("policy_selector", "now")

    def _catch_up(self, name: str) -> None:
        """Make the held table show the present moment."""
        behind, table = self._behind.pop(name), self._tables[name]
        if self._in_place(name):
            self._stored.remove(name)
            self._own.execute(
                f"CREATE TABLE held.{name}_copied AS FROM held.{name}; DROP VIEW held.{name};"
                f"ALTER TABLE held.{name}_copied RENAME TO {name}"
            )
        if name not in BASE:
            rows = self._rows_at(name, self._anchor)
            gone, came = _difference(self._loaded[name], rows)
            if gone and 2 * len(gone) > len(self._loaded[name]):
                self._own.execute(f"TRUNCATE held.{name}")
                gone, came = [], list(rows)
            self._loaded[name] = rows
            if gone:
                self._empty(name)
                load(self._own, f"gone.{name}", table.columns, gone)
                self._apart.add(name)
                same = _same(table.names, "g", f"held.{name}")
                self._own.execute(f"DELETE FROM held.{name} WHERE EXISTS (SELECT 1 FROM gone.{name} g WHERE {same})")
        else:
            graph = self.now.graph
            came = flatten(name, self.repo, [(path, graph.rows(path)) for path in sorted(behind) if path in graph])
            take_out(self._own, f"held.{name}", engine.quote(_key(name)), behind)
        load(self._own, f"held.{name}", table.columns, came)

    def _empty(self, name: str) -> None:
        if name in self._apart:
            self._own.execute(f"TRUNCATE fresh.{name}; TRUNCATE gone.{name}")
            self._apart.discard(name)

    def _part(self, name: str) -> None:
        """Make `gone` and `fresh` lead from the held side to the other."""
        self._parted.add(name)
        self._empty(name)
        if name not in self._moved:
            return
        table, other = self._tables[name], "before" if self._anchor == "now" else "now"
        if name in BASE:
            pairs = [
                (path, old if self._anchor == "now" else new)
                for path, old, new in self._pairs
                if self._rows_of(name, path, old) != self._rows_of(name, path, new)
            ]
            key = tuple(column for column in table.columns if column.name == _key(name))
            gone: Collection[Row] = [(path,) for path, _ in pairs]
            came: Collection[Row] = flatten(name, self.repo, [(path, one) for path, one in pairs if one is not None])
        else:
            held: Collection[Row]
            if self._in_place(name) and name not in self.before.derived:
                held = engine.rows_of(self._own, f"SELECT * FROM held.{name}")
            else:
                held = self._rows_at(name, self._anchor)
            key = table.columns
            gone, came = _difference(held, self._rows_at(name, other))
        load(self._own, f"gone.{name}", key, gone)
        load(self._own, f"fresh.{name}", table.columns, came)
        self._apart.add(name)

    # Asking

    def tell(self, name: str, now: Collection[Row], before: Collection[Row]) -> None:
        """Fill a table that only the judgement itself knows; before or after it is first asked for."""
        now, before = tuple(now), tuple(before)
        if self._told.get(name) == (now, before):
            return
        self._told[name] = (now, before)
        self._moved.discard(name)
        if now != before:
            self._moved.add(name)
        self._parted.discard(name)
        if name in self._filled:
            self._loaded[name] = now if self._anchor == "now" else before
            self._own.execute(f"TRUNCATE held.{name}")
            load(self._own, f"held.{name}", self._tables[name].columns, self._loaded[name])

    def seal(self) -> None:
        """From here on nothing can reach outside this database, and no setting can be changed."""
        if not self._sealed and "_own" in self.__dict__:
            self._own.execute(_SEAL)
        self._sealed = True

    def examine(self, rule: Rule) -> Reads:
        """What the rule's SQL reads; RuleError if it is not one SELECT over the tables there are."""
        key = (rule.source, rule.sql)
        if key not in self._examined and (known := self._compiled.get(_fingerprint(rule))) is not None:
            now, before, columns, looks, from_nothing = known
            whole = None if columns is None else frozenset(columns)
            see = partial(_looks, looks)
            self._examined[key] = Reads(frozenset(now), frozenset(before), whole, see, from_nothing)
        if key not in self._examined:
            declared = [parameter.name for parameter in rule.parameters]
            place = (rule.source, rule.sql_line, rule.id)
            self._examined[key] = reads(self._own, rule.sql, place, declared, self._views)
        return self._examined[key]

    def compiled(self, rules: Iterable[Rule]) -> str:
        """What `examine` found about these rules, for the `compiled` of later sides."""
        found = {}
        for rule in rules:
            if not rule.own:
                reads = self.examine(rule)
                columns = None if reads.columns is None else sorted(reads.columns)
                looks = None if reads.looks is None else [look.text() for look in reads.looks]
                nothing = not rule.parameters and reads.tables <= POLICY_TABLES.keys() and self._from_nothing(rule.sql)
                found[_fingerprint(rule)] = [sorted(reads.now), sorted(reads.before), columns, looks, nothing]
        return json.dumps(found)

    def _from_nothing(self, sql: str) -> bool:
        """Whether a statement over tables of the policy finds nothing where they are empty."""
        connection = fresh(self._own)
        connection.execute("USE vacant")
        for side, (name, table) in product(("now", "before"), POLICY_TABLES.items()):
            shape = ", ".join(f"{engine.quote(column.name)} {column.type}" for column in table.columns)
            connection.execute(f"CREATE TABLE IF NOT EXISTS {side}.{name} ({shape})")
        return not connection.execute(sql).fetchall()

    def names(self) -> Collection[str]:
        """Every view that a side has, filled or not."""
        return self._views.keys()

    def copied(self, names: Collection[str]) -> Path:
        """A new database file with these tables of both sides, as schemas `now` and `before`; `close` removes it.

        Asked before the first `seal`, it can be asked again after it: sides that are revised are judged again.
        """
        if self._copies is None:
            from tempfile import TemporaryDirectory  # 10 ms that only rules from outside cost

            self._copies = TemporaryDirectory(prefix="plumbrule-")
            self._own.execute(f"SET allowed_directories = [{_literal(self._copies.name)}]")
        place = Path(self._copies.name)
        for earlier in place.iterdir():
            earlier.unlink()
        self._copied += 1
        file = place / f"{self._copied}.duckdb"
        self._own.execute(f"ATTACH {_literal(str(file))} AS copied")
        for side in ("now", "before"):
            self._own.execute(f"CREATE SCHEMA copied.{side}")
            for name in sorted(names):
                self._own.execute(f"CREATE TABLE copied.{side}.{name} AS FROM {side}.{name}")
        self._own.execute("DETACH copied")
        return file

    def select(self, sql: str, parameters: Mapping[str, object], *, side: str) -> tuple[list[str], list[Row]]:
        """Column names and rows of a statement that `examine` accepted, both tables as they are ("now") or with the
        earlier side standing for both ("before"). engine.Error as the engine raises it."""
        connection = self._past_rules if side == "before" else self._now_rules
        connection.execute(sql, dict(parameters))
        return engine.column_names(connection), connection.fetchall()

    def interrupt(self) -> None:
        """Stop what `select` runs, from another thread."""
        for name in ("_now_rules", "_past_rules"):
            if name in self.__dict__:  # the other has not been asked anything
                self.__dict__[name].interrupt()


def _looks(kept: Iterable[list[object]] | None) -> tuple[Look, ...] | None:  # as `Look.text` gives them
    return None if kept is None else tuple(map(Look.of, kept))


def _fingerprint(rule: Rule) -> str:
    """Names the SQL, and what is known to whoever reads it; a rule that changed is examined anew."""
    known = json.dumps(
        [engine.VERSION, _COMPILED, sorted(views()), rule.sql, [parameter.name for parameter in rule.parameters]]
    )
    return sha256(known.encode()).hexdigest()[:16]


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _listed(table: Table) -> str:
    return ", ".join(map(engine.quote, table.names))


def _same(names: Iterable[str], one: str, other: str) -> str:
    return " AND ".join(f"{one}.{engine.quote(n)} IS NOT DISTINCT FROM {other}.{engine.quote(n)}" for n in names)


def _key(table: str) -> str:
    """The column that says which file owns a row; "" for tables whose rows are compared whole."""
    return BASE[table].columns[1].name if table in BASE else ""


def _pairs(changed: Collection[str], before: Graph, now: Graph) -> list[tuple[str, FileRows | None, FileRows | None]]:
    """These files with their bundles on both sides; None where they are not there."""
    return [
        (path, before.rows(path) if path in before else None, now.rows(path) if path in now else None)
        for path in sorted(changed)
    ]


def _difference(held: Collection[Row], other: Collection[Row]) -> tuple[list[Row], list[Row]]:
    """The rows to take from `held`, all of their kind, and those to add then, to have `other`."""
    if (apart := _told_apart(held, other)) is not None:
        return apart
    old, new = Counter(map(tuple, held)), Counter(map(tuple, other))
    gone = [row for row, count in old.items() if new[row] != count]
    return gone, [row for row, count in new.items() if old[row] != count for _ in range(count)]


def _told_apart(held: Collection[Row], other: Collection[Row]) -> tuple[list[Row], list[Row]] | None:
    """The rows that only one of both has; None where one of them has the same row twice. Rows are counted in three
    times as long."""
    if held is other:
        return [], []
    old, new = set(map(tuple, held)), set(map(tuple, other))
    if len(old) != len(held) or len(new) != len(other):
        return None
    gone, came = old - new, new - old
    return [row for row in held if tuple(row) in gone] if gone else [], (
        [row for row in other if tuple(row) in came] if came else []
    )


def differing(now: Graph, before: Graph) -> list[str]:
    """The paths whose rows differ between two graphs."""
    found = []
    for path in now.paths():
        rows = now.rows(path)
        earlier = before.rows(path) if path in before else None
        if rows is not earlier and rows != earlier:
            found.append(path)
    found += [path for path in before.paths() if path not in now]
    return found
