"""Both sides of a change as SQL tables: `now.*` and `before.*`, in a database of memory that reaches nothing outside.

Hides how little is moved: the earlier side is held once (loaded from a graph, or read in place from the store), the
later side is a view on it that leaves out what is gone and adds what is fresh. A history is walked by turning now into
before and applying the next difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from plumbrule.graph import FileRows, Graph
from plumbrule.judge.database import fresh, load
from plumbrule.judge.policy_tables import POLICY_TABLES, TOLD, policy_rows
from plumbrule.judge.query import Reads, reads
from plumbrule.judge.rulefile import Rule
from plumbrule.measures import Measure, measures
from plumbrule.policy import Policy
from plumbrule.store import engine
from plumbrule.tables import BASE, Row, Table, columns, flatten

_SKIPPED = Table(
    "skipped",
    "A file of a known language that could not be read, and why.",
    columns(
        """repo VARCHAR repository, by its name in the store
        path VARCHAR repository-relative file
        reason VARCHAR why it was skipped"""
    ),
)

_FOREIGN = Table(
    "use",
    "A symbol of this repository used from another repository of the store, as that one stands at its head.",
    columns(
        """repo VARCHAR repository that uses it
        src VARCHAR the using file, in that repository
        dst VARCHAR the file that defines it
        dst_repo VARCHAR the repository that defines it
        symbol VARCHAR dotted path in dst; empty = the module itself
        kind VARCHAR import, call, inherit, type or read
        line INTEGER where, in src
        user VARCHAR the symbol of src that uses it; empty at module level"""
    ),
)

# What a person reads first comes first, as in the public views.
_SHAPES: Mapping[str, str] = {
    "file": """SELECT f.repo, f.path, f.language, f.blob, f.lines, coalesce(c.component, '') AS component,
                   f.is_test, f.is_generated, f.code_lines
               FROM ({rows}) f LEFT JOIN {side}.file_component c ON c.repo = f.repo AND c.path = f.path""",
    "symbol": """SELECT repo, path, symbol, kind, visibility, signature, line, end_line, exported, decorators
                 FROM ({rows})""",
    "dependency": """SELECT repo, src, dst, repo AS dst_repo, kind, type_only, lazy, line, names, confidence
                     FROM ({rows})""",
    "external_dependency": "SELECT repo, src, package, line, module, name, type_only FROM ({rows})",
    "use": """SELECT repo, src, dst, CASE WHEN dst = '' THEN '' ELSE repo END AS dst_repo, symbol, kind, line, "user"
              FROM ({rows})
              UNION ALL
              SELECT repo, src, dst, dst_repo, symbol, kind, line, "user" FROM memory.held.foreign_use""",
}
_BUILT_ON: Mapping[str, tuple[str, ...]] = {"file": ("file_component",)}


def tables() -> Mapping[str, Table]:
    """Every table that rules can read, by name; each is there on both sides."""
    found = {**BASE, _SKIPPED.name: _SKIPPED, **POLICY_TABLES}
    found.update((measure.table.name, measure.table) for measure in measures())
    return found


@dataclass(frozen=True, slots=True)
class Held:
    """Where the earlier side lies in a store: a closed database file, read in place."""

    file: Path
    snapshot: str  # "" = the newest of its main line, read from the tables kept for it


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
        changed: Collection[str] | None = None,
        held: Held | None = None,
        foreign: Collection[Row] = (),
        not_measured: Mapping[str, str] | None = None,
    ) -> None:
        """`changed` are the paths whose rows differ, found by comparison if not given; `foreign` are rows of `now.use`
        from other repositories; `not_measured` says why a measure has no rows. With `held`, `before.derived` may lack
        tables that did not change."""
        self.repo = now.graph.repo
        self.policy = policy
        self.not_measured = dict(not_measured or {})
        self._held = held
        self._foreign = foreign
        self._measures: Mapping[str, Measure] = {measure.table.name: measure for measure in measures()}
        self._tables = tables()
        self._own = engine.memory()
        self._own.execute("CREATE SCHEMA held; CREATE SCHEMA fresh; CREATE SCHEMA gone;"
                          "CREATE SCHEMA now; CREATE SCHEMA before; ATTACH ':memory:' AS past;"
                          "CREATE SCHEMA past.now; CREATE SCHEMA past.before")  # fmt: skip
        self._sealed = False
        self._filled: set[str] = set()
        self._told: dict[str, tuple[Collection[Row], Collection[Row]]] = {}
        self._moved: set[str] = set()
        self._now_rules, self._past_rules = fresh(self._own), fresh(self._own)
        self._past_rules.execute("USE past")
        if held is not None:
            engine.attach(self._own, held.file, "store")
        self._meet(now, before, changed)

    @classmethod
    def from_graphs(
        cls, now: Graph, before: Graph, derived_now: Mapping[str, Collection[Row]],
        derived_before: Mapping[str, Collection[Row]], *, policy: Policy | None = None,
    ) -> Sides:  # fmt: skip
        """Both sides from graphs in memory."""
        return cls(Moment(now, derived_now), Moment(before, derived_before), policy=policy or Policy())

    def close(self) -> None:
        self._own.close()

    def revise(self, now: Moment, changed: Collection[str] | None = None) -> None:
        """What was now becomes before, and `now` the later side; costs as much as they differ."""
        for name in sorted(self._moved & self._filled):
            self._absorb(name)
        self._meet(now, self.now, changed)
        for name in sorted(self._filled):
            self._put_difference(name)

    def _meet(self, now: Moment, before: Moment, changed: Collection[str] | None) -> None:
        self.now, self.before = now, before
        if changed is None:
            changed = differing(now.graph, before.graph)
        self._pairs = [
            (path, before.graph.rows(path) if path in before.graph else None,
             now.graph.rows(path) if path in now.graph else None)
            for path in sorted(changed)
        ]  # fmt: skip
        self._moved = {name for name in self._tables if self._differs(name)}

    # What differs

    def moved(self, name: str) -> bool:
        """Whether `now.<name>` may differ from `before.<name>`."""
        return name in self._moved or any(part in self._moved for part in _BUILT_ON.get(name, ()))

    def missing(self, names: Iterable[str]) -> tuple[str, ...]:
        """Why the tables among these that no measure filled are empty: "cycle_edge: ran out of time"."""
        found = []
        for name in sorted(names):
            if name in self.not_measured:
                found.append(f"{name}: {self.not_measured[name]}")
            elif name in self._measures and name not in self.now.derived and self._held is None:
                found.append(f"{name}: was not measured")
        return tuple(found)

    def about_change(self, name: str) -> bool:
        """Whether a table's rows describe what happened between the sides, so that it says nothing of one alone."""
        measure = self._measures.get(name)
        return name == "policy_loosening" or (measure is not None and measure.scope == "change")

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
            earlier, later = self._rows_at(name, self.before), self._rows_at(name, self.now)
            return earlier != later
        # Selectors select by path alone.
        return name == "policy_selector" and any(old is None or new is None for _, old, new in self._pairs)

    def _rows_of(self, table: str, path: str, rows: FileRows | None) -> list[Row]:
        return [] if rows is None else flatten(table, self.repo, [(path, rows)])

    # Filling

    def provide(self, names: Iterable[str]) -> None:
        """Fill these tables on both sides."""
        wanted = set(names)
        for name in list(wanted):
            wanted |= set(_BUILT_ON.get(name, ()))
        # `file` is a view on `file_component`, so that one comes first.
        for name in sorted(wanted - self._filled, key=lambda name: (bool(_BUILT_ON.get(name)), name)):
            self._create(name)
            self._filled.add(name)
            self._put_difference(name)

    def _create(self, name: str) -> None:
        table = self._tables[name]
        shape = ", ".join(f"{engine.quote(column.name)} {column.type}" for column in table.columns)
        listed = ", ".join(engine.quote(column.name) for column in table.columns)
        if name == "use":
            foreign = ", ".join(f"{engine.quote(column.name)} {column.type}" for column in _FOREIGN.columns)
            self._own.execute(f"CREATE TABLE held.foreign_use ({foreign})")
            load(self._own, "held.foreign_use", _FOREIGN.columns, self._foreign)
        # `gone` holds the paths to replace in a base table, and whole rows of any other.
        key = _key(name)
        self._own.execute(
            f"CREATE TABLE fresh.{name} ({shape}); CREATE TABLE gone.{name} ({f'{key} VARCHAR' if key else shape})"
        )
        if self._held is not None and (name in BASE or name in self._measures) and not self.about_change(name):
            self._own.execute(f"CREATE VIEW held.{name} AS SELECT {listed} FROM {self._in_store(name)}")
        else:
            self._own.execute(f"CREATE TABLE held.{name} ({shape})")
            load(self._own, f"held.{name}", table.columns, self._rows_at(name, self.before))
        if key:
            left = f"SELECT {listed} FROM memory.held.{name} ANTI JOIN memory.gone.{name} USING ({key})"
        else:
            same = " AND ".join(
                f"g.{engine.quote(c.name)} IS NOT DISTINCT FROM h.{engine.quote(c.name)}" for c in table.columns
            )
            left = (
                f"SELECT {listed} FROM memory.held.{name} h"
                f" WHERE NOT EXISTS (SELECT 1 FROM memory.gone.{name} g WHERE {same})"
            )
        body = _SHAPES.get(name, "{rows}")
        later = body.format(rows=f"{left} UNION ALL SELECT {listed} FROM memory.fresh.{name}", side="memory.now")
        earlier = body.format(rows=f"SELECT {listed} FROM memory.held.{name}", side="memory.before")
        self._own.execute(
            f"CREATE VIEW now.{name} AS {later}; CREATE VIEW before.{name} AS {earlier};"
            f"CREATE VIEW past.now.{name} AS SELECT * FROM memory.before.{name};"
            f"CREATE VIEW past.before.{name} AS SELECT * FROM memory.before.{name}"
        )

    def _in_store(self, name: str) -> str:
        assert self._held is not None
        repo = self.repo.replace("'", "''")
        if not self._held.snapshot:
            return f"store.head.{name} WHERE repo = '{repo}'"
        snapshot = self._held.snapshot.replace("'", "''")
        return f"store.{name}_at('{snapshot}') WHERE repo = '{repo}'"

    def _rows_at(self, name: str, moment: Moment) -> Collection[Row]:
        """All rows of one table at one of the two moments."""
        later = moment is self.now
        if name in BASE:
            return flatten(name, self.repo, ((path, moment.graph.rows(path)) for path in moment.graph.paths()))
        if name in self._measures:
            return () if self.about_change(name) and not later else moment.derived.get(name, ())
        if name == "skipped":
            return sorted((self.repo, path, reason) for path, reason in moment.graph.skipped.items())
        if name in TOLD:
            return self._told.get(name, ((), ()))[not later]
        return policy_rows(name, self.policy, moment.graph, moment.tree)

    def _put_difference(self, name: str) -> None:
        if name not in self._moved:
            return
        table = self._tables[name]
        if name in BASE:
            pairs = [
                (path, new)
                for path, old, new in self._pairs
                if self._rows_of(name, path, old) != self._rows_of(name, path, new)
            ]
            key = next(column for column in table.columns if column.name == _key(name))
            load(self._own, f"gone.{name}", (key,), [(path,) for path, _ in pairs])
            fresh = flatten(name, self.repo, [(path, new) for path, new in pairs if new is not None])
            load(self._own, f"fresh.{name}", table.columns, fresh)
            return
        earlier: Collection[Row]
        if self._held is not None and name in self._measures and name not in self.before.derived:
            earlier = () if self.about_change(name) else self._own.execute(f"SELECT * FROM held.{name}").fetchall()
        else:
            earlier = self._rows_at(name, self.before)
        self._replace(name, earlier, self._rows_at(name, self.now))

    def _replace(self, name: str, earlier: Collection[Row], later: Collection[Row]) -> None:
        table = self._tables[name]
        old, new = Counter(map(tuple, earlier)), Counter(map(tuple, later))
        load(self._own, f"gone.{name}", table.columns, [row for row, count in old.items() if new[row] != count])
        fresh = [row for row, count in new.items() if old[row] != count for _ in range(count)]
        load(self._own, f"fresh.{name}", table.columns, fresh)

    def _absorb(self, name: str) -> None:
        """Make the held side of one table equal the later side, and leave nothing gone or fresh."""
        if self._held is not None and (name in BASE or name in self._measures) and not self.about_change(name):
            raise NotImplementedError("a side read in place from the store is judged once, never revised")
        table = self._tables[name]
        if self.about_change(name):
            self._own.execute(f"TRUNCATE fresh.{name}; TRUNCATE gone.{name}")
            return
        key = _key(name)
        names = (key,) if key else table.names
        same = " AND ".join(f"g.{engine.quote(n)} IS NOT DISTINCT FROM held.{name}.{engine.quote(n)}" for n in names)
        self._own.execute(
            f"DELETE FROM held.{name} WHERE EXISTS (SELECT 1 FROM gone.{name} g WHERE {same});"
            f"INSERT INTO held.{name} SELECT * FROM fresh.{name}; TRUNCATE fresh.{name}; TRUNCATE gone.{name}"
        )

    # Asking

    def tell(self, name: str, now: Collection[Row], before: Collection[Row]) -> None:
        """Fill a table that only the judgement itself knows."""
        self._told[name] = (now, before)
        self._moved.discard(name)
        if now != before:
            self._moved.add(name)
        if name in self._filled:
            self._own.execute(f"TRUNCATE held.{name}; TRUNCATE gone.{name}; TRUNCATE fresh.{name}")
            load(self._own, f"held.{name}", self._tables[name].columns, before)
            self._put_difference(name)

    def seal(self) -> None:
        """From here on nothing can reach outside this database, and no setting can be changed."""
        if not self._sealed:
            self._own.execute("SET enable_external_access = false; SET lock_configuration = true")
            self._sealed = True

    def examine(self, rule: Rule) -> Reads:
        """What the rule's SQL reads; RuleError if it is not one SELECT over the tables there are."""
        declared = [parameter.name for parameter in rule.parameters]
        return reads(self._own, rule.sql, (rule.source, rule.sql_line, rule.id), declared, self._tables)

    def names(self) -> Collection[str]:
        """Every table that a side has, filled or not."""
        return self._tables.keys()

    def copy_to(self, file: Path, names: Collection[str]) -> None:
        """Write these tables of both sides into a new database file, as schemas `now` and `before`."""
        self._own.execute(f"ATTACH '{str(file).replace(chr(39), chr(39) * 2)}' AS copied")
        for side in ("now", "before"):
            self._own.execute(f"CREATE SCHEMA copied.{side}")
            for name in sorted(names):
                self._own.execute(f"CREATE TABLE copied.{side}.{name} AS FROM {side}.{name}")
        self._own.execute("DETACH copied")

    def select(self, sql: str, parameters: Mapping[str, object], *, side: str) -> tuple[list[str], list[Row]]:
        """Column names and rows of a statement that `examine` accepted, both tables as they are ("now") or with the
        earlier side standing for both ("before"). engine.Error as the engine raises it."""
        connection = self._past_rules if side == "before" else self._now_rules
        connection.execute(sql, dict(parameters))
        return engine.column_names(connection), connection.fetchall()

    def interrupt(self) -> None:
        """Stop what `select` runs, from another thread."""
        self._now_rules.interrupt()
        self._past_rules.interrupt()


def _key(table: str) -> str:
    """The column that says which file owns a row; "" for tables whose rows are compared whole."""
    return BASE[table].columns[1].name if table in BASE else ""


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
