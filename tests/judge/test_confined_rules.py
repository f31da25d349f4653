"""Rules from outside: what they may ask, and what happens when they ask for too much."""

from __future__ import annotations

import pytest

from plumbrule.judge import RunLimits

SHORT = RunLimits(seconds=2.0, memory_mb=300, rows=50, answer_mb=1)
TALL = "x = 1\n" * 9
HONEST = "SELECT repo, path AS subject, path, 1 AS line, lines FROM now.file WHERE lines > 3"


def test_a_rule_from_outside_judges_like_one_that_ships(rule_of, judged):
    now, before = {"a.py": TALL, "b.py": TALL}, {"a.py": TALL, "c.py": TALL}
    shipped = judged(rule_of(HONEST), now, before)
    own = judged(rule_of(HONEST, own=True), now, before)
    assert own == shipped
    assert {row.subject: row.state for row in own.rows} == {"a.py": "known", "b.py": "new", "c.py": "fixed"}


def test_a_rule_from_outside_has_parameters_and_hostile_names(rule_of, judged):
    rule = rule_of(
        HONEST.replace("> 3", "> $most") + " AND NOT list_contains($but, path)",
        matter="parameters:\n  most: {default: 3, doc: lines}\n  but: {default: [b.py], doc: left out}\n",
        own=True,
    )
    name = "a '\"\n<script>; DROP TABLE x; --\u202e.py"
    assert [row.subject for row in judged(rule, {name: TALL, "b.py": TALL}).rows] == [name]


@pytest.mark.parametrize(
    "sql",
    [
        # Millions of joined rows, a recursion without end, one value of two gigabytes, and an answer without end.
        "SELECT repo, path AS subject, path, (SELECT count(*) FROM range(100000000) a, range(100000000) b) AS line"
        " FROM now.file",
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r)"
        " SELECT repo, path AS subject, path, (SELECT max(n) FROM r) AS line FROM now.file",
        "SELECT repo, repeat('x', 2000000000) AS subject, path, 1 AS line FROM now.file",
        "SELECT repo, path || n AS subject, path, 1 AS line FROM now.file, range(1000) AS r(n)",
        "SELECT repo, repeat('x', 3000000) AS subject, path, 1 AS line FROM now.file",
    ],
    ids=["join", "recursion", "memory", "rows", "answer"],
)
def test_a_rule_that_costs_too_much_is_no_verdict_and_the_next_one_is_judged(rule_of, judged, sql):
    greedy = rule_of(sql, name="greedy", own=True)
    judgement = judged([greedy, rule_of(HONEST, own=True)], {"a.py": TALL}, limits=SHORT)
    assert [row.rule for row in judgement.rows] == ["some-fault"]
    assert len(judgement.errors) == 1
    assert "greedy" in judgement.errors[0]


def test_an_overrun_of_a_warning_is_a_line_of_coverage(rule_of, judged):
    sql = "SELECT repo, path || n AS subject, path, 1 AS line FROM now.file, range(1000) AS r(n)"
    judgement = judged(rule_of(sql, severity="warning", own=True), {"a.py": TALL}, limits=SHORT)
    assert judgement.errors == ()
    assert "more than 50 rows" in judgement.not_measured[0]


REFUSED = [
    ("SELECT 1; SELECT 2", "exactly one SELECT"),
    ("DELETE FROM now.file", "not one SELECT"),
    ("COPY now.file TO '/tmp/stolen.csv'", "not one SELECT"),
    ("ATTACH '/tmp/other.db'", "not one SELECT"),
    ("SET threads = 9", "not one SELECT"),
    ("SELEC 1", "not one SELECT"),
    ("WITH gone AS (DELETE FROM now.file RETURNING *) SELECT * FROM gone", "SELECT"),
    ("SELECT * FROM read_text('/etc/passwd')", "read_text() is not allowed"),
    ("SELECT * FROM query('SELECT 1')", "query() is not allowed"),
    ("SELECT * FROM '/etc/passwd'", "not a table of either side"),
    ("SELECT * FROM duckdb_settings()", "duckdb_settings() is not allowed"),
    ("SELECT * FROM information_schema.tables", "not a table of either side"),
    ("SELECT * FROM memory.held.file", "not a table of either side"),
    ("SELECT * FROM file", "write `now.file`"),
    ("SELECT * FROM now.fiel", "there is no table now.fiel; did you mean now.file?"),
    ("SELECT * FROM now.finding", "there is no table now.finding"),
    ("SELECT random() AS line FROM now.file", "random() may answer differently"),
    ("SELECT * FROM now.file WHERE blob < now()::VARCHAR", "now() may answer differently"),
    ("SELECT getenv('HOME') AS path FROM now.file", "getenv() may answer differently"),
    ("SELECT * FROM now.file USING SAMPLE 3", "by chance"),
    ("SELECT * FROM now.file TABLESAMPLE 10%", "by chance"),
    ("SELECT * FROM (SHOW TABLES)", "no place in a rule"),
    ("SELECT * FROM now.file WHERE lines > $most", "$most is no parameter"),
    ("SELECT * FROM now.file WHERE path IN (SELECT path FROM other)", "not a table of either side"),
]


@pytest.mark.parametrize("own", [False, True], ids=["shipped", "own"])
def test_only_one_select_over_the_two_sides_is_a_rule(rule_of, judged, own):
    rules = [rule_of(sql, name=f"fault-{chr(ord('a') + n)}", own=own) for n, (sql, _) in enumerate(REFUSED)]
    judgement = judged(rules, {"a.py": TALL})
    assert (judgement.rows, judgement.evaluated) == ((), 0)
    told = {error.partition(":")[0].rpartition("/")[2]: error for error in judgement.errors}
    assert len(told) == len(REFUSED)
    for n, (sql, words) in enumerate(REFUSED):
        error = told[f"fault-{chr(ord('a') + n)}.md"]
        assert words in error, sql
        assert ":1" in error, "the line is named"


def test_a_parameter_that_changes_nothing_is_an_error(rule_of, judged):
    rule = rule_of(HONEST, matter="parameters:\n  most: {default: 3, doc: lines}\n")
    assert "the parameter 'most' changes nothing" in judged(rule, {"a.py": TALL}).errors[0]


def test_names_of_a_with_clause_are_tables_too(rule_of, judged):
    sql = f"WITH tall AS ({HONEST}), twice AS (SELECT * FROM tall) SELECT * FROM twice"
    assert [row.subject for row in judged(rule_of(sql), {"a.py": TALL}).rows] == ["a.py"]


def test_a_rule_may_end_in_a_semicolon_and_hold_comments(rule_of, judged):
    judgement = judged(rule_of(HONEST + " -- more than three\n;"), {"a.py": TALL}, {"a.py": "x = 1\n"}, only_moved=True)
    assert [row.subject for row in judgement.rows] == ["a.py"]
