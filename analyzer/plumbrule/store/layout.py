"""What lies inside a generation: tables, views, macros, and their version.

Hides the physical tables. `head.T` holds the rows that are true on each main line now, `past.T` those that were true
from `_since` up to before `_until`, `side.T` those of one snapshot beside the line; `log.*` says which snapshots,
lines and batches there are. Of rows that move through their file with every line above them, `past.T` is a view: what
they said is in `said.T` once, where they stood in `stood.T`. Everything is generated from `tables.BASE` and the
measures' own declarations.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

from plumbrule.data import dataclass
from plumbrule.extract.manifests.tables import PACKAGE
from plumbrule.extract.manifests.tables import TABLES as MANIFESTS
from plumbrule.measures import measures
from plumbrule.store.engine import AMONG, Connection, among, memory, quote, rows_of
from plumbrule.store.records import packed
from plumbrule.store.shape import FINDING as FINDING
from plumbrule.store.shape import FLEET_DUPLICATE, SCHEMA, base_fingerprint
from plumbrule.store.shape import LINK as LINK
from plumbrule.store.shape import MEASURE_EXTRA as MEASURE_EXTRA
from plumbrule.store.shape import NOTES as NOTES
from plumbrule.store.shape import SKIPPED as SKIPPED
from plumbrule.tables import BASE, Column, Table

_LOG = """
CREATE TABLE IF NOT EXISTS log.layout (schema INTEGER, program VARCHAR, base VARCHAR, views VARCHAR);
CREATE TABLE IF NOT EXISTS log.repo (
    repo VARCHAR, root VARCHAR, head VARCHAR, main_line VARCHAR, line INTEGER, snapshot VARCHAR
);
CREATE TABLE IF NOT EXISTS log.line (repo VARCHAR, line INTEGER, parent INTEGER, fork INTEGER);
CREATE TABLE IF NOT EXISTS log.snapshot (
    snapshot VARCHAR, repo VARCHAR, base_position INTEGER, commit VARCHAR, parent VARCHAR, committed_at BIGINT,
    batch VARCHAR, agent VARCHAR, files INTEGER, parsed INTEGER, skipped INTEGER, imports INTEGER, resolved INTEGER,
    line INTEGER, kind VARCHAR, ref VARCHAR, not_measured VARCHAR
);
CREATE TABLE IF NOT EXISTS log.hidden (snapshot VARCHAR, path VARCHAR);
CREATE TABLE IF NOT EXISTS log.noted (repo VARCHAR, line INTEGER, name VARCHAR, position INTEGER);
CREATE TABLE IF NOT EXISTS log.batch (
    repo VARCHAR, batch VARCHAR, agent VARCHAR, channel VARCHAR, confidence DOUBLE, first_commit VARCHAR,
    last_commit VARCHAR, first_at BIGINT, last_at BIGINT, agents VARCHAR[]
);
ALTER TABLE log.snapshot ADD COLUMN IF NOT EXISTS subject VARCHAR;
ALTER TABLE log.snapshot ADD COLUMN IF NOT EXISTS author VARCHAR;
ALTER TABLE log.batch ADD COLUMN IF NOT EXISTS agents VARCHAR[];
CREATE TABLE IF NOT EXISTS log.configured (repo VARCHAR, agent VARCHAR, channel VARCHAR, confidence DOUBLE);
CREATE TABLE IF NOT EXISTS log.trend (repo VARCHAR, snapshot VARCHAR, name VARCHAR, value DOUBLE);
CREATE TABLE IF NOT EXISTS log.evidence (
    repo VARCHAR, snapshot VARCHAR, rule VARCHAR, severity VARCHAR, standing INTEGER, waived INTEGER
);
CREATE TABLE IF NOT EXISTS log.unit (
    repo VARCHAR, snapshot VARCHAR, number INTEGER, model INTEGER, score DOUBLE, p DOUBLE, alert BOOLEAN,
    cleaning DOUBLE, note VARCHAR, names VARCHAR[], figures DOUBLE[]
);
CREATE TABLE IF NOT EXISTS log.model (
    repo VARCHAR, snapshot VARCHAR, model INTEGER, first_unit INTEGER, units INTEGER, threshold DOUBLE, version VARCHAR
);
CREATE TABLE IF NOT EXISTS log.policy (hash VARCHAR, text VARCHAR);
CREATE TABLE IF NOT EXISTS log.remembered (key VARCHAR, text VARCHAR);
CREATE TABLE IF NOT EXISTS log.stood (repo VARCHAR, part VARCHAR, texts BLOB);
"""

# Rows of one table at one snapshot. `snapshot` holds for rows of the main line what its base is, itself or another.
_AT = """(
    SELECT {picked} FROM head.{name} AS r JOIN log.snapshot AS s
        ON r.repo = s.repo AND r._line = s.line AND r._since <= s.base_position
    WHERE s.snapshot = {wanted} AND {seen}
    UNION ALL
    SELECT {picked} FROM past.{name} AS r JOIN log.snapshot AS s
        ON r.repo = s.repo AND r._line = s.line AND r._since <= s.base_position AND r._until > s.base_position
    WHERE s.snapshot = {wanted} AND {seen}
    UNION ALL
    SELECT {picked} FROM side.{name} AS r WHERE r._snapshot = {wanted}
)"""
_SEEN_BY_PATH = "NOT EXISTS (FROM log.hidden AS h WHERE h.snapshot = s.snapshot AND h.path = r.{path})"
_SEEN_WHOLE = "s.kind IN ('main', 'former')"

# What every repository publishes at its newest snapshot, whichever snapshot is asked about.
_PUBLISHED = {"published": f"head.{PACKAGE.name}"}
# Columns of the tables of which most rows that end go on a few lines further: nine in ten of flask's symbols.
_PLACES = {"symbol": ("line", "end_line"), "function": ("line",), "use": ("line",), "dependency": ("line",)}
_SCHEMAS = ("head", "past", "said", "stood", "side", "log")

# What no rule sees: it is not read on the way to a verdict.
APART = frozenset({*MANIFESTS, *_PUBLISHED, FLEET_DUPLICATE.name})

_LOG_NOW = {
    "repos": "log.repo",
    "snapshots": "log.snapshot",
    "batches": "log.batch",
    "configured": "log.configured",
    "trends": "log.trend",
    "evidenced": "log.evidence",
    "units": "log.unit",
    "models": "log.model",
}
_HISTORY_AT = """(
    SELECT t.* FROM log.snapshot AS s JOIN log.snapshot AS t ON t.repo = s.repo AND t.base_position <= s.base_position
        AND (t.snapshot = s.snapshot OR (t.line = s.line AND t.kind IN ('main', 'former'))
            OR (s.kind <> 'former' AND t.kind = 'main'))
    WHERE s.snapshot = asked.at_snapshot
)"""
_LOG_AT = {
    "repos": """(SELECT r.* REPLACE (s.commit AS head) FROM log.repo AS r JOIN log.snapshot AS s USING (repo)
        WHERE s.snapshot = asked.at_snapshot)""",
    "snapshots": _HISTORY_AT,
    "batches": f"""(SELECT b.* FROM log.batch AS b WHERE EXISTS
        (FROM {_HISTORY_AT} AS s WHERE s.repo = b.repo AND s.batch = b.batch))""",
    "configured": """(SELECT c.* FROM log.configured AS c WHERE c.repo IN
        (SELECT s.repo FROM log.snapshot AS s WHERE s.snapshot = asked.at_snapshot))""",
    "trends": "log.trend",
    "evidenced": "log.evidence",
    "units": "log.unit",
    "models": "log.model",
}


# A macro's argument is put into its text: bound where no name but the caller's own can be meant, it may be a column of
# a query around. Nothing is there at a snapshot that is not: no rows would read as "it was empty".
_AT_MACRO = """
SELECT v.* FROM (SELECT wanted AS at_snapshot) AS asked, LATERAL (SELECT * FROM ({view})) AS v
WHERE (SELECT CASE WHEN count(s.snapshot) > 0 THEN true
    ELSE error('there is no snapshot ' || coalesce(any_value(a.at_snapshot), 'NULL')
        || '; the view snapshot lists them') END
    FROM (SELECT wanted AS at_snapshot) AS a LEFT JOIN log.snapshot AS s ON s.snapshot = a.at_snapshot)
ORDER BY ALL"""
_WANTED = "asked.at_snapshot"


@cache
def kept() -> Mapping[str, Table]:
    """Every table with history: the graph's, the measures', what was skipped, what manifests say, and the notes about
    snapshots."""
    return {**BASE, **{m.table.name: m.table for m in measures()}, SKIPPED.name: SKIPPED, **MANIFESTS, **NOTES}


@cache
def whole_tables() -> Mapping[str, Table]:
    """Those of them that a snapshot gives as a whole, not file by file."""
    return {name: table for name, table in kept().items() if name not in BASE and name not in NOTES}


@dataclass(frozen=True, slots=True)
class View:
    """A public view."""

    name: str
    doc: str
    column_docs: Mapping[str, str]
    sql: str  # one SELECT, with `$name` for each logical table
    sources: frozenset[str]  # logical tables it reads

    def over(self, source: Callable[[str], str]) -> str:
        """Its SELECT, reading each logical table from what `source` says: a table's name or a bracketed query."""
        return _SOURCE.sub(lambda match: source(match[1]), self.sql)


_SOURCE = re.compile(r"\$([a-z0-9_]+)")
_VIEW = re.compile(r"^-- view: (\w+)\n((?:--[^\n]*\n)+)(.*?);$", re.MULTILINE | re.DOTALL)


@cache
def views() -> Mapping[str, View]:
    """Every public view by name: those of views.sql, and each remaining table as it is."""
    found: dict[str, View] = {}
    for name, comment, sql in _VIEW.findall(Path(__file__).with_name("views.sql").read_text("utf-8")):
        lines = comment.splitlines()
        docs = [line[2:].strip().partition(": ")[::2] for line in lines if line.startswith("--   ")]
        doc = " ".join(line[3:] for line in lines if not line.startswith("--   "))
        known = {c.name: c.doc for c in kept()[name].columns} if name in kept() else {}
        found[name] = View(name, doc, {**known, **dict(docs)}, sql.strip(), frozenset(_SOURCE.findall(sql)))
    for name, table in kept().items():
        if name not in found and name not in NOTES:
            picked = ", ".join(map(quote, table.names))
            docs_of = {c.name: c.doc for c in table.columns}
            found[name] = View(name, table.doc, docs_of, f"SELECT {picked} FROM ${name}", frozenset((name,)))
    return found


@cache
def membership() -> str:
    """The measure's table that says which component a file is in; "" while no measure declares one."""
    return next((n for n, t in whole_tables().items() if t.names[:3] == ("repo", "path", "component")), "")


_NOBODY = "(SELECT '' AS repo, '' AS path, '' AS component WHERE false)"


def side_views(schema: str) -> Mapping[str, str]:
    """Every public view of the graph (not of history or findings) as a SELECT over plain tables `<schema>.<table>`.

    The tables are those of `kept()`, with exactly their columns; rule SQL sees both sides of a change through these.
    """

    def source(name: str) -> str:
        if name == "membership":
            return f"{schema}.{quote(membership())}" if membership() else _NOBODY
        return f"{schema}.{quote(name)}"

    graph = {name: view for name, view in views().items() if not view.sources & {*_LOG_NOW, *APART, FINDING.name}}
    return {name: view.over(source) for name, view in graph.items()}


def _head(name: str) -> str:
    if name == "membership":
        return f"head.{quote(membership())}" if membership() else _NOBODY
    return _LOG_NOW.get(name) or _PUBLISHED.get(name) or f"head.{quote(name)}"


def _at(name: str) -> str:
    if name == "membership":
        return _at(membership()) if membership() else _NOBODY
    return _LOG_AT.get(name) or _PUBLISHED.get(name) or rows_at(kept()[name])


def owner(table: Table) -> str:
    """The column of a base table that names the file which owns the row."""
    return table.columns[1].name


def rows_at(table: Table, wanted: str = _WANTED) -> str:
    """A bracketed query of one table's own columns at the snapshot that the SQL expression `wanted` names."""
    picked = ", ".join(f"r.{quote(name)}" for name in table.names)
    seen = _SEEN_BY_PATH.format(path=owner(table)) if table.name in BASE else _SEEN_WHOLE
    return _AT.format(picked=picked, name=quote(table.name), seen=seen, wanted=wanted)


def create_table(table: Table) -> Iterator[str]:
    body = ", ".join(f"{quote(c.name)} {c.type}" for c in table.columns)
    name = quote(table.name)
    yield f"CREATE TABLE head.{name} ({body}, _line INTEGER, _since INTEGER)"
    if table.name in _PLACES:
        yield from _create_past(table)
    else:
        yield f"CREATE TABLE past.{name} ({body}, _line INTEGER, _since INTEGER, _until INTEGER)"
    yield f"CREATE TABLE side.{name} ({body}, _snapshot VARCHAR)"


def _create_past(table: Table) -> Iterator[str]:
    name, places = quote(table.name), _PLACES[table.name]
    said = ", ".join(f"{quote(c.name)} {c.type}" for c in table.columns if c.name not in places)
    stood = ", ".join(f"{quote(c.name)} {c.type}" for c in table.columns if c.name in places)
    picked = ", ".join(f"{'p' if n in places else 's'}.{quote(n)}" for n in table.names)
    yield f"CREATE TABLE said.{name} (_row INTEGER, {said}, _line INTEGER)"
    yield f"CREATE TABLE stood.{name} (_row INTEGER, {stood}, _since INTEGER, _until INTEGER)"
    yield (
        f"CREATE VIEW past.{name} AS SELECT {picked}, s._line, p._since, p._until"
        f" FROM stood.{name} AS p JOIN said.{name} AS s USING (_row)"
    )


def close(connection: Connection, table: Table, source: str) -> None:
    """Keeps rows that are over: those of `source`, a table or bracketed query with the columns of `past.T`."""
    name = quote(table.name)
    if table.name not in _PLACES:
        connection.execute(f"INSERT INTO past.{name} SELECT * FROM {source}")
        return
    said = ", ".join(quote(n) for n in (*table.names, "_line") if n not in _PLACES[table.name])
    stood = ", ".join(f"r.{quote(n)}" for n in (*_PLACES[table.name], "_since", "_until"))
    same = " AND ".join(f"s.{n} IS NOT DISTINCT FROM r.{n}" for n in said.split(", "))
    connection.execute(
        f"""
        INSERT INTO said.{name}
        SELECT (SELECT coalesce(max(_row), 0) FROM said.{name}) + row_number() OVER (ORDER BY {said}), *
        FROM (SELECT DISTINCT {said} FROM {source}) AS r WHERE NOT EXISTS (FROM said.{name} AS s WHERE {same})"""
    )
    connection.execute(
        f"""
        INSERT INTO stood.{name}
        SELECT s._row, {stood} FROM {source} AS r JOIN said.{name} AS s ON {same} ORDER BY ALL"""
    )


def forget(connection: Connection, table: Table, repo: str, line: int) -> None:
    """Removes the rows of one line that are over."""
    name = quote(table.name)
    if table.name not in _PLACES:
        connection.execute(f"DELETE FROM past.{name} WHERE repo = ? AND _line = ?", [repo, line])
        return
    gone = f"(SELECT _row FROM said.{name} WHERE repo = ? AND _line = ?)"
    connection.execute(f"DELETE FROM stood.{name} WHERE _row IN {gone}", [repo, line])
    connection.execute(f"DELETE FROM said.{name} WHERE repo = ? AND _line = ?", [repo, line])


def _split_past(connection: Connection) -> None:
    """Of an older program's rows that are over, which were whole ones in each table."""
    for schema in ("said", "stood"):
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    for (name,) in rows_of(
        connection,
        "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = 'past'"
        f" AND table_name IN {AMONG}",
        among(list(_PLACES)),
    ):
        connection.execute(f"ALTER TABLE past.{quote(name)} RENAME TO whole")
        for statement in _create_past(kept()[name]):
            connection.execute(statement)
        close(connection, kept()[name], "past.whole")
        connection.execute("DROP TABLE past.whole")


def create(connection: Connection, program: str) -> None:
    """Everything, in the connection's current (empty) database."""
    create_tables(connection, program)
    connection.execute("UPDATE log.layout SET views = ?", [_views_fingerprint()])
    create_views(connection)


def create_tables(connection: Connection, program: str = "") -> None:
    """The same without the views, which `bring_up_to_date` adds."""
    for schema in _SCHEMAS:
        connection.execute(f"CREATE SCHEMA {schema}")
    connection.execute(_LOG)
    for table in kept().values():
        for statement in create_table(table):
            connection.execute(statement)
    connection.execute("INSERT INTO log.layout VALUES (?, ?, ?, '')", [SCHEMA, program, base_fingerprint()])


def create_views(connection: Connection) -> None:
    """The public views and macros over the tables that are there, replacing older ones."""
    for name, view in views().items():
        connection.execute(f"CREATE OR REPLACE VIEW {quote(name)} AS SELECT * FROM ({view.over(_head)}) ORDER BY ALL")
        macro = f"CREATE OR REPLACE MACRO {quote(name + '_at')}(wanted) AS TABLE "
        connection.execute(macro + _AT_MACRO.format(view=view.over(_at)))


def bring_up_to_date(connection: Connection, program: str) -> None:
    """Tables and views as this program declares them, in a store of the same format.

    A measure whose columns changed begins anew: rows of the old shape would be read as what they are not.
    """
    if is_current(connection):
        return
    connection.execute(_LOG)
    _split_past(connection)
    found, declared = _tables(connection), _declared()
    for (view,) in rows_of(
        connection,
        "SELECT view_name FROM duckdb_views()"
        " WHERE database_name = current_database() AND schema_name = 'main' AND NOT internal",
    ):
        connection.execute(f"DROP VIEW {quote(view)}")
        connection.execute(f"DROP MACRO TABLE IF EXISTS {quote(view + '_at')}")
    for name in sorted(found):
        if found[name] != declared.get(name):
            for schema in ("head", "past", "side"):
                connection.execute(f"DROP TABLE {schema}.{quote(name)}")
    for name, table in kept().items():
        if found.get(name) != declared[name]:
            for statement in create_table(table):
                connection.execute(statement)
    _pack_standing(connection)
    connection.execute("UPDATE log.layout SET program = ?, views = ?", [program, _views_fingerprint()])
    create_views(connection)


def _pack_standing(connection: Connection) -> None:
    """Texts about newest snapshots that an older program kept as rows of a table."""
    there = "SELECT 1 FROM duckdb_tables() WHERE database_name = current_database() AND table_name = 'standing'"
    if not rows_of(connection, there):
        return
    for repo, part in rows_of(connection, "SELECT DISTINCT repo, part FROM log.standing"):
        texts = rows_of(connection, "SELECT key, text FROM log.standing WHERE repo = ? AND part = ?", [repo, part])
        connection.execute("INSERT INTO log.stood VALUES (?, ?, ?)", [repo, part, packed(dict(texts))])
    connection.execute("DROP TABLE log.standing")


def copy(connection: Connection, source: str, target: str) -> None:
    """Everything of one attached database into another, which is empty; rows of what has history in the order in
    which they take the fewest bytes and the rows of one file are found by the bounds of a block."""
    connection.execute(f"COPY FROM DATABASE {source} TO {target} (SCHEMA)")
    for schema, name in rows_of(
        connection,
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = ? ORDER BY ALL",
        [source],
    ):
        order = {"log": "", "said": " ORDER BY 2, 3, 4, 5"}.get(schema, " ORDER BY ALL")
        table = f"{quote(schema)}.{quote(name)}"
        connection.execute(f"INSERT INTO {target}.{table} SELECT * FROM {source}.{table}{order}")


def is_current(connection: Connection) -> bool:
    """Whether tables and views of the connection's current database are those declared today."""
    return rows_of(connection, "SELECT views FROM log.layout") == [(_views_fingerprint(),)]


def outdated(connection: Connection) -> frozenset[str]:
    """Tables declared today that the connection's current database does not have, or has with other columns."""
    found = _tables(connection)
    return frozenset(name for name, shape in _declared().items() if found.get(name) != shape)


def _tables(connection: Connection) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for name, column, type_ in rows_of(
        connection,
        "SELECT table_name, column_name, data_type FROM duckdb_columns()"
        " WHERE database_name = current_database() AND schema_name = 'side' ORDER BY table_name, column_index",
    ):
        found.setdefault(name, []).append((column, type_))
    return found


def _declared() -> dict[str, list[tuple[str, str]]]:
    return {n: [*((c.name, c.type) for c in t.columns), ("_snapshot", "VARCHAR")] for n, t in kept().items()}


def _views_fingerprint() -> str:
    views_of = [(name, view.over(_head), view.over(_at)) for name, view in views().items()]
    shape = views_of, sorted(_declared().items()), _LOG, _AT_MACRO, sorted(_PLACES.items())
    return hashlib.sha256(repr(shape).encode()).hexdigest()[:16]


def documented() -> tuple[Table, ...]:
    """Every public view with its columns, their types as the engine answers them, and what they mean."""
    connection = memory()
    try:
        create(connection, "")
        return tuple(
            Table(
                name,
                view.doc,
                tuple(
                    Column(column, type_, view.column_docs[column])
                    for column, type_, *_ in rows_of(connection, f"DESCRIBE {quote(name)}")
                ),
            )
            for name, view in sorted(views().items())
        )
    finally:
        connection.close()
