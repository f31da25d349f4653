"""SQL of anybody: it reads the public views, and nothing else."""

from __future__ import annotations

import csv
import io
import json

import pytest

from plumbrule.errors import QueryRefused, StoreError
from plumbrule.store.engine import memory
from plumbrule.store.query import Limits, query

HOSTILE = [
    "plain.py",
    "new\nline.py",
    "quote'\".py",
    "'; DROP TABLE head.file; --.py",
    "<script>alert(1)</script>.py",
    "right\u202eyp.ot\u202c.py",
    "esc\x1b[31mred.py",
    "nul\x00byte.py",
    "tab\tcomma,semicolon;.py",
    "=HYPERLINK(\"http://evil\")|'x'!A1.py",
    "unit\x1fseparators\x1e\x1d.py",
    "漢字é.py",
    "${jndi}\\x41%s{0}.py",
]


@pytest.fixture
def filled(store, made, no_wait):
    with store.writer(no_wait) as w:
        w.repository("shop", "/src/shop", "abc", "main")
        files = {path: made.file(symbols=[path], imports=HOSTILE[:2]) for path in HOSTILE}
        w.append("shop", made.snapshot(1), files, {}, {})
        w.publish()
    return store


def test_hostile_names_come_back_as_they_are_in_every_exact_format(filled, tmp_path):
    sql = "SELECT path, symbol FROM symbol ORDER BY path"
    expected = sorted((path, path) for path in HOSTILE)
    assert [(row["path"], row["symbol"]) for row in json.loads(query(filled, sql, "json"))] == expected
    (tmp_path / "answer.parquet").write_bytes(query(filled, sql, "parquet"))
    connection = memory()
    assert connection.execute(f"FROM '{tmp_path}/answer.parquet'").fetchall() == expected
    connection.close()
    rows = list(csv.reader(io.StringIO(query(filled, sql, "csv").decode(), newline="")))
    assert rows[0] == ["path", "symbol"]
    shown = {path: f"'{path}" if path.startswith("=") else path for path, _ in expected}
    assert [row[0] for row in rows[1:]] == [shown[path] for path, _ in expected]


def test_the_table_for_people_shows_every_control_character_as_text(filled):
    text = query(filled, "SELECT path, 7 AS n, NULL AS none, [path] AS list FROM file ORDER BY path").decode()
    lines = text.splitlines()
    assert len(lines) == len(HOSTILE) + 3
    assert lines[-1] == f"({len(HOSTILE)} rows)"
    assert all(line.isprintable() for line in lines)
    assert any(line.startswith("right\\u202eyp.ot\\u202c.py ") for line in lines)
    assert any(line.startswith("esc\\x1b[31mred.py ") for line in lines)
    widths = {len(line.split("  7  ")[0]) for line in lines if "  7  " in line and "漢" not in line}
    assert len(widths) == 1


def test_a_cell_cannot_start_a_formula_and_scoped_packages_stay_as_they_are(filled):
    cells = ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", " =x", "@scope/pkg", "-1", "a=b", "-dash.py"]
    sql = "SELECT unnest([" + ", ".join("'" + cell.replace("'", "''") + "'" for cell in cells) + "]) AS cell, -1 AS n"
    rows = list(csv.reader(io.StringIO(query(filled, sql, "csv").decode())))
    assert [row[0] for row in rows[1:]] == [
        "'=1+1", "'@SUM(A1)", "'+cmd|' /C calc'!A0", "' =x", "@scope/pkg", "-1", "a=b", "-dash.py",
    ]  # fmt: skip
    assert {row[1] for row in rows[1:]} == {"-1"}


def test_csv_on_a_terminal_commands_nothing(filled):
    sql = 'SELECT path, [path] AS list, 7 AS n, path AS "a\x1b[31m" FROM file ORDER BY path'
    shown = query(filled, sql, "csv", on_terminal=True).decode()
    assert all(line.isprintable() for line in shown.splitlines())
    rows = list(csv.reader(io.StringIO(shown)))
    assert len(rows) == len(HOSTILE) + 1
    assert rows[0] == ["path", "list", "n", "a\\x1b[31m"]
    assert {"esc\\x1b[31mred.py", "right\\u202eyp.ot\\u202c.py"} <= {row[0] for row in rows}


def test_whole_numbers_keep_every_digit_in_parquet(filled, tmp_path):
    most = 9223372036854775807
    sql = f"""SELECT sum(x) AS total, [sum(x)] AS "list", {{'HUGEINT': sum(x)}} AS s, 1 AS n, sum(x) AS n
        FROM (VALUES ({most}::BIGINT), ({most})) AS t(x)"""
    (tmp_path / "answer.parquet").write_bytes(query(filled, sql, "parquet"))
    connection = memory()
    found = connection.execute(f"FROM '{tmp_path}/answer.parquet'")
    assert [column[0] for column in found.description] == ["total", "list", "s", "n", "n_1"]
    assert found.fetchall() == [(2 * most, [2 * most], {"HUGEINT": 2 * most}, 1, 2 * most)]
    connection.close()
    with pytest.raises(QueryRefused, match="DECIMAL"):
        query(filled, "SELECT 170141183460469231731687303715884105727::HUGEINT AS huge", "parquet")


def test_what_is_asked_of_a_snapshot_that_is_not_there_is_refused_and_not_empty(filled):
    for sql in (
        "FROM file_at('nosuch')",
        "SELECT count(*) FROM cycle_at('nosuch')",
        "SELECT path FROM file WHERE path NOT IN (SELECT path FROM file_at('nosuch'))",
        "SELECT * FROM skipped_at('nosuch') WHERE path = 'a'",
        "FROM trend_at('nosuch')",
    ):
        with pytest.raises(QueryRefused, match="there is no snapshot nosuch; the view snapshot lists them"):
            query(filled, sql, "json")
    with pytest.raises(QueryRefused, match="there is no snapshot NULL"):
        query(filled, "FROM file_at((SELECT max(snapshot) FROM snapshot WHERE repo = 'nosuch'))", "json")
    assert json.loads(query(filled, "FROM skipped_at((SELECT max(snapshot) FROM snapshot))", "json")) == []


@pytest.mark.parametrize("view", ["file", "symbol", "component", "trend", "batch", "finding"])
@pytest.mark.parametrize("asked", ["s.snapshot", "snapshot", "wanted"])
def test_a_view_is_asked_at_each_snapshot_of_a_query_around(filled, view, asked):
    known = [row["snapshot"] for row in json.loads(query(filled, "SELECT snapshot FROM snapshot", "json"))]
    alone = {
        at: json.loads(query(filled, f"SELECT count(*) AS n FROM {view}_at('{at}')", "json"))[0]["n"] for at in known
    }
    around = "(SELECT snapshot, snapshot AS wanted FROM snapshot) AS s"
    sql = f"SELECT s.snapshot AS at, (SELECT count(*) FROM {view}_at({asked})) AS n FROM {around}"
    assert {row["at"]: row["n"] for row in json.loads(query(filled, sql, "json"))} == alone
    sql = f"SELECT s.snapshot AS at, count(*) AS n FROM {around}, {view}_at({asked}) GROUP BY ALL"
    assert {row["at"]: row["n"] for row in json.loads(query(filled, sql, "json"))} == {
        k: n for k, n in alone.items() if n
    }


def test_json_has_a_form_for_every_type(filled):
    sql = """SELECT 1 AS i, 170141183460469231731687303715884105727::HUGEINT AS huge, 0.5 AS d, 'nan'::DOUBLE AS nan,
        true AS b, NULL AS n, [1, NULL] AS l, {'a': 'x'} AS s, MAP {1: 'y'} AS m, DATE '2024-02-03' AS day,
        TIMESTAMP '2024-02-03 04:05:06' AS at, '\\xAA'::BLOB AS bytes, 1 AS i"""
    assert json.loads(query(filled, sql, "json")) == [
        {
            "i": 1, "huge": 170141183460469231731687303715884105727, "d": 0.5, "nan": None, "b": True, "n": None,
            "l": [1, None], "s": {"a": "x"}, "m": {"1": "y"}, "day": "2024-02-03", "at": "2024-02-03T04:05:06",
            "bytes": "aa", "i_2": 1,
        }
    ]  # fmt: skip


def test_no_rows_are_an_answer_in_every_format(filled):
    sql = "SELECT path FROM file WHERE false"
    assert query(filled, sql) == b"path\n----\n(0 rows)\n"
    assert query(filled, sql, "csv") == b"path\n"
    assert json.loads(query(filled, sql, "json")) == []
    assert query(filled, sql, "parquet").startswith(b"PAR1")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1;",
        "SELECT 1 -- comment",
        "SELECT 1; -- comment with ; and ) in it",
        "/* first */ SELECT ';' /* ) TO 'x' */ ;",
        "FROM repo",
        "WITH a AS (SELECT 1) SELECT * FROM a",
        "VALUES (1)",
    ],
)
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_one_select_may_be_written_in_any_way(filled, sql, form):
    assert query(filled, sql, form)


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("", "nothing"),
        ("-- only a comment", "nothing"),
        ("SELECT 1; SELECT 2", "SELECT and SELECT"),
        ("SELECT 1; DROP VIEW file", "SELECT and DROP"),
        ("INSERT INTO head.file SELECT * FROM head.file", "INSERT"),
        ("UPDATE head.file SET path = ''", "UPDATE"),
        ("DELETE FROM head.file", "DELETE"),
        ("CREATE TEMP TABLE t AS SELECT 1", "CREATE"),
        ("COPY (SELECT 1) TO '{evil}'", "COPY"),
        ("COPY file TO '/dev/stdout'", "COPY"),
        ("ATTACH '{evil}' AS other", "ATTACH"),
        ("INSTALL httpfs", "LOAD"),
        ("LOAD httpfs", "LOAD"),
        ("EXPORT DATABASE '{evil}'", "EXPORT"),
        ("SET enable_external_access = true", "SET"),
        ("RESET lock_configuration", "SET"),
        ("CALL enable_logging(storage_path = '{evil}')", "CALL"),
        ("EXPLAIN SELECT 1", "EXPLAIN"),
        ("CHECKPOINT", "CALL"),
    ],
)
def test_anything_but_one_select_is_refused_by_its_kind(filled, tmp_path, sql, kind):
    with pytest.raises(QueryRefused) as refused:
        query(filled, sql.format(evil=tmp_path / "evil"))
    assert str(refused.value).startswith(
        f"exactly one SELECT is allowed, and this is {kind}\nThe views are: abstraction, agent, batch, "
    )
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("form", ["json", "parquet"])
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{secret}')",
        "SELECT * FROM read_text('{secret}')",
        "SELECT * FROM read_blob('{secret}')",
        "SELECT * FROM read_json('{secret}')",
        "SELECT * FROM read_parquet('{secret}')",
        "SELECT * FROM parquet_metadata('{secret}')",
        "SELECT * FROM sniff_csv('{secret}')",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT * FROM '{secret}'",
        "SELECT * FROM query('FROM read_text(''{secret}'')')",
        "SELECT 1) TO '{folder}/evil' (FORMAT csv); --",
        "SELECT * FROM query('SELECT 1; COPY (SELECT 1) TO ''{folder}/evil''')",
        "WITH x AS (COPY (SELECT 1) TO '{folder}/evil') SELECT 1",
        "WITH x AS (DELETE FROM head.file RETURNING *) SELECT * FROM x",
        "WITH x AS (INSERT INTO log.repo SELECT * FROM log.repo RETURNING *) SELECT * FROM x",
        "SELECT getenv('PATH')",
    ],
)
def test_a_select_cannot_reach_files_settings_or_change_the_store(filled, tmp_path, sql, form):
    secret = tmp_path / "secret.csv"
    secret.write_text("password\nhunter2\n")
    with pytest.raises(QueryRefused) as refused:
        query(filled, sql.format(secret=secret, folder=tmp_path), form)
    assert "hunter2" not in str(refused.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret.csv", "store"]
    assert json.loads(query(filled, "SELECT count(*) AS n FROM file", "json")) == [{"n": len(HOSTILE)}]


def test_what_runs_too_long_is_stopped(filled):
    endless = "WITH RECURSIVE t AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM t) SELECT max(a) FROM t"
    with pytest.raises(QueryRefused, match=r"ran over 0\.5 s and was stopped"):
        query(filled, endless, "csv", Limits(seconds=0.5))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT length(repeat('x', 2000000000))",
        "SELECT list(range) FROM range(200000000)",
        "SELECT string_agg(repeat('x', 1000000), '') FROM range(5000)",
    ],
)
def test_what_needs_too_much_memory_is_stopped(filled, sql):
    with pytest.raises(QueryRefused, match=r"needs more than 300 MB|most likely needs more"):
        query(filled, sql, "csv", Limits(seconds=20, memory_mb=300))


@pytest.mark.parametrize("form", ["csv", "parquet", "table", "json"])
def test_an_answer_that_is_too_large_is_refused_whole(filled, form):
    with pytest.raises(QueryRefused, match=r"the answer is larger|needs more"):
        query(filled, "SELECT hash(range) AS h FROM range(300000)", form, Limits(answer_mb=1, memory_mb=500))


def test_an_unknown_view_names_the_nearest(filled):
    with pytest.raises(QueryRefused) as refused:
        query(filled, "SELECT * FROM dependencies")
    lines = str(refused.value).splitlines()
    assert lines[0] == "there is no view dependencies; did you mean dependency?"
    assert lines[1].startswith("The views are: abstraction, agent, batch, casing, ")
    with pytest.raises(QueryRefused, match="there is no view fil_at; did you mean file_at"):
        query(filled, "SELECT * FROM fil_at('x')")


def test_an_unknown_column_shows_what_the_engine_says(filled):
    with pytest.raises(QueryRefused, match="pth"):
        query(filled, "SELECT pth FROM file")


def test_an_error_cannot_move_the_cursor(filled):
    with pytest.raises(QueryRefused) as refused:
        query(filled, 'SELECT "\x1b[31m" FROM file')
    assert "\x1b" not in str(refused.value)


def test_an_unknown_format_names_the_known_ones(filled):
    with pytest.raises(QueryRefused, match=r"no such format: xml\nUse one of: table, csv, json, parquet"):
        query(filled, "SELECT 1", "xml")


def test_a_store_without_a_scan_says_so(store):
    with pytest.raises(StoreError, match="nothing has been scanned"):
        query(store, "SELECT 1")


def test_a_query_leaves_no_file_behind_and_takes_nothing_from_the_folder_it_is_asked_in(filled, tmp_path, monkeypatch):
    evil = tmp_path / "cwd"
    evil.mkdir()
    for name in ("json.py", "duckdb.py", "_duckdb.py", "csv.py"):
        (evil / name).write_text("raise SystemExit('code of the current folder ran')")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.chdir(evil)
    monkeypatch.setenv("PYTHONPATH", str(evil))
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    for form in ("csv", "parquet"):
        assert query(filled, "FROM repo", form)
    assert list(temporary.iterdir()) == []
    assert sorted(path.name for path in evil.iterdir()) == ["_duckdb.py", "csv.py", "duckdb.py", "json.py"]


def test_a_snapshot_of_the_past_is_asked_by_its_name(filled, made, no_wait):
    with filled.writer(no_wait) as w:
        w.append("shop", made.snapshot(2), {"plain.py": None}, {}, {})
        w.publish()
    sql = "SELECT count(*) AS n FROM file_at('shop@000000000001')"
    assert json.loads(query(filled, sql, "json")) == [{"n": len(HOSTILE)}]
    assert json.loads(query(filled, "SELECT count(*) AS n FROM file", "json")) == [{"n": len(HOSTILE) - 1}]


def test_an_answer_that_takes_long_holds_nothing_but_the_answer(filled):
    slow = "SELECT count(*) AS n FROM range(6000000000)"  # the engine would draw a progress bar after two seconds
    assert json.loads(query(filled, slow, "json", Limits(seconds=120))) == [{"n": 6_000_000_000}]
