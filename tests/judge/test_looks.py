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
        if not any(look.sees(TABLE, gone, came, PARAMETERS) for look in kept):
            unseen += 1
            assert answer([*same, *gone]) == answer([*same, *came])
    assert unseen > 0


def test_lines_that_shift_are_not_seen_where_nobody_reads_them() -> None:
    (look,) = _looks("SELECT f.path FROM now.function f WHERE f.size > 4") or ()
    assert look.columns == {"path", "size"}
    assert not look.sees(TABLE, [("p", "x", 1, 9, True)], [("p", "x", 2, 9, True)], {})
    assert look.sees(TABLE, [("p", "x", 1, 9, True)], [("p", "x", 1, 8, True)], {})
    assert not look.sees(TABLE, [("p", "x", 1, 3, True)], [("p", "x", 1, 2, True)], {})
