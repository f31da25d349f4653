"""What a rule's SQL can see of a changed table: whatever is said to be unseen must change nothing that it finds."""

from __future__ import annotations

import json
import random
from typing import Any

import duckdb
import pytest

from plumbrule.judge.looks import Look, looks
from plumbrule.tables import Row, Table, columns

TABLE = Table(
    "function",
    "",
    columns(
        """path VARCHAR a
        name VARCHAR b
        line INTEGER c
        size INTEGER d
        hidden BOOLEAN e"""
    ),
)
SHAPE = "path VARCHAR, name VARCHAR, line INTEGER, size INTEGER, hidden BOOLEAN"
PARAMETERS = {"limit": 5, "named": ["x", "y"]}
SQL = (
    "SELECT path, size FROM now.function WHERE size > $limit",
    "SELECT f.path FROM now.function f WHERE NOT f.hidden AND f.size <= 3",
    "SELECT f.path FROM now.function f WHERE f.hidden",
    "SELECT * FROM now.function f WHERE f.name IN ('x', 'y') OR f.size = $limit",
    "SELECT path FROM now.function WHERE name NOT IN ('x', 'y')",
    "SELECT path FROM now.function WHERE list_contains($named, name)",
    "SELECT path FROM now.function WHERE hidden OR starts_with(name, 'x')",
    "SELECT path, count(*) AS n FROM now.function WHERE size <> 4 GROUP BY path",
    "SELECT f.path, g.name FROM now.function f JOIN now.function g ON g.path = f.path AND g.size > 6 WHERE f.size < 4",
    "SELECT f.path, g.name FROM now.function f LEFT JOIN now.function g ON g.path = f.path AND g.size > 6",
    "SELECT f.path, g.name FROM now.function f LEFT JOIN now.function g ON g.path = f.path WHERE NOT g.hidden",
    "SELECT f.path FROM now.function f FULL JOIN now.function g ON g.path = f.path WHERE g.size > 6 OR g.name = 'x'",
    "SELECT f.path FROM now.function f WHERE NOT EXISTS (FROM now.function g WHERE g.path = f.path AND g.size > 6)",
    "SELECT f.path FROM now.function f ANTI JOIN now.function g ON g.path = f.path AND g.size > 6",
    "SELECT f.name FROM now.function f JOIN now.function g USING (path) WHERE f.size > 6 AND g.line IS NULL",
    "WITH big AS (SELECT path, max(size) AS size FROM now.function WHERE size > 4 GROUP BY path)"
    " SELECT f.path, b.size FROM now.function f JOIN big b ON b.path = f.path WHERE f.name = 'x'",
    "SELECT f FROM now.function f WHERE f.size > 6",
    "SELECT t.b FROM now.function AS t(a, b) WHERE t.a <> 'p'",
    "SELECT path FROM now.function WHERE size > 6 UNION ALL SELECT name FROM now.function WHERE size < 2",
    "SELECT path FROM now.function WHERE size > 6 QUALIFY row_number() OVER (ORDER BY path, line) = 1",
    "FROM now.function",
)  # fmt: skip


def _looks(sql: str) -> tuple[Look, ...] | None:
    row = duckdb.execute("SELECT json_serialize_sql($1::VARCHAR)", [sql]).fetchone()
    assert row is not None
    parsed = json.loads(row[0])
    assert not parsed["error"], parsed
    return looks(parsed["statements"][0])


def _rows(chance: random.Random) -> list[Row]:
    return [
        (
            chance.choice("pq"),
            chance.choice(("x", "y", "z", None)),
            chance.randrange(3),
            chance.choice((1, 3, 4, 5, 7, None)),
            chance.choice((True, False, None)),
        )
        for _ in range(chance.randrange(3))
    ]


@pytest.mark.parametrize("sql", SQL)
def test_what_is_not_seen_changes_nothing(sql: str) -> None:
    found = _looks(sql)
    assert found is not None
    kept = [Look.of(json.loads(json.dumps(look.text()))) for look in found]
    chance = random.Random(7)
    connection = duckdb.connect()
    connection.execute(f"CREATE SCHEMA now; CREATE TABLE now.function ({SHAPE})")
    used = {name: value for name, value in PARAMETERS.items() if f"${name}" in sql}
    unseen = 0

    def answer(rows: list[Row]) -> list[Any]:  # Any: whatever the statement selects
        connection.execute("TRUNCATE now.function")
        for row in rows:
            connection.execute("INSERT INTO now.function VALUES (?, ?, ?, ?, ?)", row)
        return sorted(map(repr, connection.execute(sql, used).fetchall()))

    for _ in range(60):
        same, gone, came = _rows(chance), _rows(chance), _rows(chance)
        if not any(look.sees(TABLE.names, gone, came, PARAMETERS) for look in kept):
            unseen += 1
            assert answer([*same, *gone]) == answer([*same, *came])
    assert unseen > 0


def test_lines_that_shift_are_not_seen_where_nobody_reads_them() -> None:
    (look,) = _looks("SELECT f.path FROM now.function f WHERE f.size > 4") or ()
    assert look.columns == {"path", "size"}
    assert not look.sees(TABLE.names, [("p", "x", 1, 9, True)], [("p", "x", 2, 9, True)], {})
    assert look.sees(TABLE.names, [("p", "x", 1, 9, True)], [("p", "x", 1, 8, True)], {})
    assert not look.sees(TABLE.names, [("p", "x", 1, 3, True)], [("p", "x", 1, 2, True)], {})


FILES = Table("file", "", columns("repo VARCHAR a\npath VARCHAR b\ntest BOOLEAN c"))
EDGES = Table("dependency", "", columns("repo VARCHAR a\nsrc VARCHAR b\ndst VARCHAR c\nkind VARCHAR d"))
LOOPS = Table("cycle_edge", "", columns("repo VARCHAR a\nsrc VARCHAR b\nlevel VARCHAR c"))
JOINED = (
    "SELECT d.src FROM now.dependency d JOIN now.file s ON s.path = d.src WHERE d.kind = 'x' AND NOT s.test",
    "SELECT d.src, s.test, t.test FROM now.dependency d JOIN now.file s ON s.path = d.src"
    " JOIN now.file t ON t.path = d.dst WHERE s.test <> t.test",
    "WITH big AS (SELECT path FROM now.file WHERE test)"
    " SELECT d.dst FROM now.dependency d JOIN big b ON b.path = d.dst",
    "WITH big AS (SELECT path AS p, count(*) AS n FROM now.file WHERE test GROUP BY path)"
    " SELECT d.dst, b.n FROM now.dependency d JOIN big b ON b.p = d.dst AND b.n > 0",
    "WITH edge AS (SELECT s.path, d.dst, count(*) AS n FROM now.dependency d JOIN now.file s ON s.path = d.src"
    " GROUP BY ALL)"
    " SELECT e.dst, e.n, c.level FROM now.cycle_edge c JOIN edge e ON e.path = c.src WHERE c.level = 'high'",
    "WITH edge AS (SELECT src, dst, row_number() OVER (ORDER BY src, dst) AS n FROM now.dependency)"
    " SELECT e.dst, e.n FROM now.cycle_edge c JOIN edge e ON e.src = c.src WHERE c.level = 'high'",
    "WITH edge AS (SELECT src, dst FROM now.dependency ORDER BY dst, src LIMIT 2)"
    " SELECT e.dst FROM now.cycle_edge c JOIN edge e ON e.src = c.src WHERE c.level = 'high'",
    "WITH edge AS (SELECT src, dst FROM now.dependency WHERE kind = 'x')"
    " SELECT e.dst, c.level FROM edge e LEFT JOIN now.cycle_edge c ON e.src = c.src AND c.level = 'high'",
    "WITH edge AS (SELECT src, dst FROM now.dependency)"
    " SELECT e.dst FROM edge e JOIN now.cycle_edge c ON e.src = c.src UNION ALL SELECT f.src FROM edge f",
    "WITH edge AS (SELECT *, kind = 'x' AS fit FROM now.dependency)"
    " SELECT e.dst FROM edge e JOIN now.cycle_edge c ON e.src = c.src WHERE c.level = 'high' AND e.kind = 'x'",
    "WITH edge AS (SELECT *, dst AS src FROM now.dependency)"
    " SELECT e.dst FROM edge e JOIN now.cycle_edge c ON e.src = c.src WHERE c.level = 'high'",
    "WITH edge AS (SELECT dst AS src, * FROM now.dependency)"
    " SELECT e.dst FROM edge e JOIN now.cycle_edge c ON e.src = c.src WHERE c.level = 'high'",
    "WITH edge AS (SELECT lower(dst) AS src, * FROM now.dependency)"
    " SELECT e.dst FROM edge e JOIN now.cycle_edge c ON e.src = c.src WHERE c.level = 'high'",
    "WITH own AS (SELECT lower(dst) AS kind, * FROM now.dependency), edge AS (SELECT kind AS src, * FROM own)"
    " SELECT e.dst FROM edge e JOIN now.cycle_edge c ON e.src = c.src WHERE c.level = 'high'",
    "WITH edge AS (SELECT * EXCLUDE (src), dst AS src FROM now.dependency)"
    " SELECT e.dst FROM edge e JOIN now.cycle_edge c ON e.src = c.src WHERE c.level = 'high'",
    "WITH edge AS (SELECT * REPLACE (dst AS src) FROM now.dependency)"
    " SELECT e.dst FROM edge e JOIN now.cycle_edge c ON e.src = c.src WHERE c.level = 'high'",
    "WITH own AS (SELECT src AS dst, kind FROM now.dependency), edge AS (SELECT * FROM own)"
    " SELECT e.dst FROM edge e JOIN now.file f ON f.path = e.dst WHERE f.test",
    "WITH edge AS (SELECT * FROM now.dependency d JOIN now.file f ON f.path = d.dst)"
    " SELECT e.dst FROM edge e JOIN now.cycle_edge c ON e.src = c.src WHERE c.level = 'high'",
    "WITH edge AS (SELECT * FROM now.file f JOIN now.dependency d ON f.path = d.dst)"
    " SELECT e.dst FROM edge e JOIN now.cycle_edge c ON e.src = c.src WHERE c.level = 'high'",
    "WITH own(src) AS (SELECT dst FROM now.dependency),"
    " edge AS (SELECT * FROM own o JOIN now.dependency d ON d.dst = o.src)"
    " SELECT e.dst FROM edge e JOIN now.cycle_edge c ON e.src = c.src WHERE c.level = 'high'",
    "WITH edge(a, src) AS (SELECT src, dst FROM now.dependency)"
    " SELECT e.a FROM edge e JOIN now.cycle_edge c ON e.src = c.src WHERE c.level = 'high'",
    "SELECT f.path FROM now.file f WHERE f.test AND EXISTS (SELECT 1 FROM now.dependency d"
    " JOIN now.file s ON s.path = d.src AND NOT s.test WHERE d.dst = f.path)",
    "SELECT f.path FROM now.file f WHERE f.test"
    " AND NOT EXISTS (FROM now.dependency d WHERE d.dst = f.path AND d.kind = 'x')",
    "SELECT f.path, (SELECT count(*) FROM now.dependency d WHERE d.dst = f.path) AS n FROM now.file f WHERE f.test",
    "SELECT s.path FROM now.file s"
    " LEFT JOIN (now.dependency d JOIN now.file t ON t.path = d.dst AND t.test) ON d.src = s.path",
    "SELECT f.path FROM now.file f LEFT JOIN now.cycle_edge c ON c.src = f.path AND c.level = 'high'"
    " WHERE f.test AND (c.level IS NULL"
    " OR EXISTS (SELECT 1 FROM now.dependency d WHERE d.src = f.path AND d.kind = 'x'))",
    "SELECT f.path FROM now.file f LEFT JOIN now.cycle_edge c ON c.src = f.path WHERE f.test"
    " OR (c.level = 'low' AND NOT EXISTS (SELECT 1 FROM now.dependency d WHERE d.src = c.src AND d.kind = 'x'))",
    "WITH big AS (SELECT f.path AS p, c.level FROM now.file f LEFT JOIN now.cycle_edge c ON c.src = f.path"
    " WHERE f.test)"
    " SELECT d.src, b.level FROM now.dependency d JOIN big b ON b.p = d.dst",
    "SELECT f.path, c.level, d.dst FROM now.file f JOIN now.dependency d ON d.src = f.path AND d.kind = 'x'"
    " LEFT JOIN now.cycle_edge c ON c.src = d.dst AND c.level = 'high' WHERE f.test",
    "SELECT f.path FROM now.file f LEFT JOIN now.cycle_edge c ON c.src = f.path WHERE c.level IS NULL AND f.test",
    "SELECT f.path, count(c.level) AS n FROM now.file f LEFT JOIN now.cycle_edge c ON c.src = f.path"
    " WHERE NOT f.test AND (c.level = 'low' OR c.src IS NULL) GROUP BY ALL",
    "WITH big AS (SELECT path FROM now.file WHERE test), edge AS (SELECT b.path, c.level FROM big b"
    " LEFT JOIN now.cycle_edge c ON c.src = b.path)"
    " SELECT e.path, d.dst FROM edge e LEFT JOIN now.dependency d ON d.src = e.path AND d.dst = e.level",
    "SELECT f.path, d.dst, c.level FROM now.file f LEFT JOIN now.dependency d ON d.src = f.path"
    " LEFT JOIN now.cycle_edge c ON c.src = d.dst WHERE f.test AND d.kind <> 'y'",
    "SELECT a.src FROM now.dependency a JOIN now.dependency b ON b.src = a.dst JOIN now.file f ON f.path = b.src"
    " WHERE f.test AND b.kind = 'x'",
    "SELECT f.path FROM now.file f JOIN now.dependency a ON a.dst = f.path"
    " JOIN now.dependency b ON b.src = a.dst AND b.dst = a.src WHERE b.kind = 'x'",
    "WITH near AS (SELECT path FROM now.file WHERE list_has_any(string_split(path, '/'), ['p', 'r']))"
    " SELECT d.src FROM now.dependency d JOIN near n ON n.path = d.src WHERE regexp_matches(n.path, '^[pq]')",
)  # fmt: skip


class _Store:
    """Three tables in memory, asked by SQL and by `find`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, rows: dict[str, list[Row]]) -> None:
        self._connection = connection
        self.rows = rows

    def find(self, view: str, column: str, text: str) -> tuple[tuple[str, ...], list[Row]]:
        names = {"file": FILES, "dependency": EDGES, "cycle_edge": LOOPS}[view].names
        return names, [row for row in self.rows[view] if row[names.index(column)] == text]

    def find_owned(self, view: str, column: str, text: str) -> tuple[tuple[str, ...], list[Row]] | None:
        """As a store is asked, where only the files that own rows can be found."""
        return self.find(view, column, text) if column in ("path", "src") else None

    def answer(self, sql: str) -> list[str]:
        for name, rows in self.rows.items():
            self._connection.execute(f"TRUNCATE now.{name}")
            for row in rows:
                self._connection.execute(f"INSERT INTO now.{name} VALUES ({', '.join('?' * len(row))})", row)
        return sorted(map(repr, self._connection.execute(sql).fetchall()))


def _drawn(chance: random.Random, most: int) -> dict[str, list[Row]]:
    paths = ("p", "q", "r", None)
    some, pick = chance.randrange, chance.choice
    return {
        "file": [("a", pick("pqr"), pick((True, False, None))) for _ in range(some(most))],
        "dependency": [("a", pick(paths), pick(paths), pick("xy")) for _ in range(some(most))],
        "cycle_edge": [("a", pick(paths), pick(("high", "low"))) for _ in range(some(most))],
    }


@pytest.mark.parametrize("owned", [False, True], ids=("everywhere", "by owner"))
@pytest.mark.parametrize("sql", JOINED)
def test_what_finds_no_partner_changes_nothing(sql: str, *, owned: bool) -> None:
    found = _looks(sql)
    assert found is not None
    kept = [Look.of(json.loads(json.dumps(look.text()))) for look in found]
    chance = random.Random(11)
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA now")
    for table in (FILES, EDGES, LOOPS):
        shape = ", ".join(f"{column.name} {column.type}" for column in table.columns)
        connection.execute(f"CREATE TABLE now.{table.name} ({shape})")
    names = {"file": FILES.names, "dependency": EDGES.names, "cycle_edge": LOOPS.names}
    unseen = 0
    for _ in range(150):
        same, gone, came = _drawn(chance, 4), _drawn(chance, 2), _drawn(chance, 2)
        before = _Store(connection, {name: same[name] + gone[name] for name in same})
        now = _Store(connection, {name: same[name] + came[name] for name in same})
        finds = (before.find_owned, now.find_owned) if owned else (before.find, now.find)
        if not any(look.sees(names[look.view], gone[look.view], came[look.view], {}, *finds) for look in kept):
            unseen += 1
            assert before.answer(sql) == now.answer(sql)
    assert unseen > 0


def test_a_row_is_seen_where_its_partner_is_and_not_elsewhere() -> None:
    look, _ = _looks("SELECT d.src FROM now.dependency d JOIN now.file f ON f.path = d.dst WHERE f.test") or ()

    def find(view: str, column: str, text: str) -> tuple[tuple[str, ...], list[Row]]:
        assert (view, column) == ("file", "path")
        return FILES.names, [row for row in (("a", "p", True), ("a", "q", False)) if row[1] == text]

    for dst, seen in (("p", True), ("q", False), ("r", False), (None, False)):
        assert look.sees(EDGES.names, [], [("a", "x", dst, "y")], {}, find, find) is seen
    assert look.sees(EDGES.names, [], [("a", "x", "r", "y")], {})  # nobody could be asked


def test_a_partner_is_found_by_what_equals_the_one_between_that_cannot_be_found() -> None:
    sql = (
        "SELECT f.path FROM now.file f JOIN now.dependency a ON a.dst = f.path"
        " JOIN now.dependency b ON b.src = a.dst WHERE b.kind = 'x'"
    )
    look = next(look for look in _looks(sql) or () if look.view == "file")

    def find(view: str, column: str, text: str) -> tuple[tuple[str, ...], list[Row]] | None:
        return (EDGES.names, [("a", text, "z", "x" if text == "p" else "y")]) if column == "src" else None

    assert look.sees(FILES.names, [], [("a", "p", True)], {}, find, find)
    assert not look.sees(FILES.names, [], [("a", "q", True)], {}, find, find)


def test_a_partner_of_a_partner_is_asked_first_where_the_row_itself_says_which_it_is() -> None:
    sql = (
        "SELECT a.dst FROM now.dependency a JOIN now.dependency b ON b.src = a.src AND b.dst = a.dst"
        " JOIN now.file f ON f.path = b.src WHERE f.test AND b.kind = 'y'"
    )
    look = next(look for look in _looks(sql) or () if look.view == "dependency")
    # More rows than anyone would look at one by one.
    rows = [("a", "x", f"d{number}", "y") for number in range(4_000)]

    def find(view: str, column: str, text: str) -> tuple[tuple[str, ...], list[Row]]:
        assert column in ("path", "src")
        return (FILES.names, [("a", text, False)]) if view == "file" else (EDGES.names, rows)

    assert not look.sees(EDGES.names, [], rows, {}, find, find)


def test_a_partner_is_asked_for_behind_a_star() -> None:
    sql = "WITH edge AS (SELECT *, kind = 'x' AS fit FROM now.dependency)"
    found = _looks(f"{sql} SELECT e.dst FROM edge e JOIN now.file f ON f.path = e.dst WHERE f.test") or ()
    (look,) = (look for look in found if look.view == "dependency")
    assert look.sees(EDGES.names, [], [("a", "x", "r", "y")], {}, *[lambda *_: (FILES.names, [])] * 2) is False


def test_a_row_that_is_looked_up_is_seen_where_one_that_looks_it_up_is() -> None:
    sql = "SELECT f.path, c.level FROM now.file f LEFT JOIN now.cycle_edge c ON c.src = f.path WHERE f.test"
    look = next(look for look in _looks(sql) or () if look.view == "cycle_edge")

    def find(view: str, column: str, text: str) -> tuple[tuple[str, ...], list[Row]]:
        assert (view, column) == ("file", "path")
        return FILES.names, [row for row in (("a", "p", True), ("a", "q", False)) if row[1] == text]

    for src, seen in (("p", True), ("q", False), ("r", False)):
        assert look.sees(LOOPS.names, [], [("a", src, "high")], {}, find, find) is seen
