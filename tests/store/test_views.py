"""The public views: what users, notebooks and other programs rely on."""

from __future__ import annotations

from datetime import datetime

import pytest

from plumbrule.graph import FileRows
from plumbrule.measures import measures
from plumbrule.store import BatchRow, ExtraMeasure, LinkRow, TrendRow, layout
from plumbrule.tables import BASE, flatten

# DESIGN section 5, word by word: these come first and in this order.
PROMISED = {
    "repo": "repo root head main_line snapshots",
    "snapshot": "snapshot repo position commit parent committed_at batch agent files parsed skipped imports resolved",
    "file": "repo path language blob lines component is_test is_generated",
    "symbol": "repo path symbol kind visibility signature line end_line",
    "dependency": "repo src dst dst_repo kind type_only lazy line names confidence upward",
    "external_dependency": "repo src package line",
    "unresolved": "repo path line text reason",
    "skipped": "repo path reason",
    "component": "repo component files",
    "component_dependency": "repo src dst dependencies allowed",
    "cycle": "repo level cycle size members",
    "cycle_edge": "repo level cycle size src dst line symbols cut",
    "measure": "repo level subject name value",
    "finding": "finding rule severity state repo subject path line message evidence"
    " first_commit first_batch first_agent first_at",
    "batch": "batch repo agent channel confidence first_commit last_commit first_at last_at",
    "trend": "repo snapshot position committed_at name value",
}


@pytest.fixture
def filled(store, made, no_wait):
    with store.writer(no_wait) as w:
        w.repository("shop", "/src/shop", "abc", "main")
        w.repository("bill", "/src/bill", "def", "trunk")
        files = {
            "web/a.py": made.file(symbols=["f"], imports=["domain/b.py", "domain/c.py"]),
            "domain/b.py": made.file(symbols=["g", "g.h"], imports=["domain/c.py"]),
            "domain/c.py": made.file(packages=["requests"], missing=["gone"]),
        }
        member = [("shop", "web/a.py", "web"), ("shop", "domain/b.py", "domain")]
        w.append("shop", made.snapshot(1, batch="b1"), files, {"x.py": "not UTF-8"}, {"file_component": member})
        w.append("shop", made.snapshot(2, batch="b2"), {"web/new.py": made.file()}, {}, {"file_component": member})
        w.append("bill", made.snapshot(1, repo="bill"), {"tax.py": made.file(symbols=["rate"])}, {}, {})
        w.batches(
            "shop",
            [
                BatchRow("b1", "ada", "trailer", 0.9, "c1", "c1", 1_700_000_001, 1_700_000_001),
                BatchRow("b2", "", "", 0.0, "c2", "c2", 1_700_000_002, 1_700_000_002),
            ],
        )
        w.trend("shop", "shop@000000000001", [TrendRow("cycles", 2)])
        w.trend("shop", "shop@000000000002", [TrendRow("cycles", 3)])
        w.links([LinkRow("bill", "tax.py", "shop", "domain/b.py", "g", "call", 4, "g")])
        w.publish()
    return store


@pytest.fixture
def ask(filled):
    with filled.reader() as reader:
        yield lambda sql: reader.connection.execute(sql).fetchall()


def test_every_promised_view_has_its_columns_first_and_in_order():
    documented = {table.name: table.names for table in layout.documented()}
    for name, columns in PROMISED.items():
        promised = tuple(columns.split())
        assert documented[name][: len(promised)] == promised


def test_every_column_of_every_view_is_documented():
    for table in layout.documented():
        assert table.doc.endswith(".")
        assert all(column.doc and column.type for column in table.columns), table.name


def test_every_base_table_and_every_measure_is_a_view():
    names = {table.name for table in layout.documented()}
    assert {*BASE, *(measure.table.name for measure in measures())} <= names


def test_every_view_answers_the_same_through_its_macro_at_the_newest_snapshot(ask):
    newest = "shop@000000000002"
    for name in layout.views():
        at = ask(f"FROM {name}_at('{newest}')")
        if name not in ("repo", "snapshot", "batch", "trend"):
            assert at == ask(f"FROM {name} WHERE repo = 'shop'"), name
        else:
            now = ask(f"FROM {name}")
            assert all(row in now for row in at) or name == "repo"


def test_a_file_knows_its_component(ask):
    assert ask("SELECT path, component FROM file WHERE repo = 'shop'") == [
        ("domain/b.py", "domain"),
        ("domain/c.py", ""),
        ("web/a.py", "web"),
        ("web/new.py", ""),
    ]


def test_a_dependency_across_repositories_names_both(ask):
    assert ask("SELECT repo, src, dst_repo, dst, kind, line FROM dependency WHERE repo <> dst_repo") == [
        ("bill", "tax.py", "shop", "domain/b.py", "call", 4)
    ]
    assert ask("SELECT repo, src, dst_repo, dst, symbol FROM use WHERE repo <> dst_repo") == [
        ("bill", "tax.py", "shop", "domain/b.py", "g")
    ]
    assert ask("SELECT DISTINCT dst_repo FROM dependency WHERE repo = 'shop'") == [("shop",)]


def test_links_are_replaced_as_a_whole(filled, no_wait):
    with filled.writer(no_wait) as w:
        w.links([])
        w.publish()
    with filled.reader() as reader:
        assert reader.select("SELECT count(*) FROM dependency WHERE repo <> dst_repo") == [(0,)]


def test_numbers_of_symbols_and_files_are_rows_of_measure(ask):
    assert ask("SELECT name, value FROM measure WHERE subject = 'domain/b.py::g.h' AND name LIKE 'c%'") == [
        ("code_lines", 9.0),
        ("cognitive", 2.0),
        ("cyclomatic", 3.0),
    ]
    assert ask("SELECT level, name, value FROM measure WHERE subject = 'domain/c.py'") == [
        ("file", "code_lines", 5.0),
        ("file", "fan_in", 2.0),
        ("file", "lines", 10.0),
    ]


def test_numbers_of_other_tools_join_them_and_keep_their_history(filled, made, no_wait):
    with filled.writer(no_wait) as w:
        w.extra_measures(
            "shop", "shop@000000000002", [ExtraMeasure("file", "web/a.py", "halstead_volume", 12.5)], tool="scales"
        )
        w.append("shop", made.snapshot(3), {}, {}, {})
        w.extra_measures(
            "shop", "shop@000000000003", [ExtraMeasure("file", "web/a.py", "halstead_volume", 13.5)], tool="scales"
        )
        w.publish()
    with filled.reader() as reader:
        sql = "SELECT value FROM {} WHERE name = 'halstead_volume'"
        assert reader.select(sql.format("measure_at('shop@000000000001')")) == []
        assert reader.select(sql.format("measure_at('shop@000000000002')")) == [(12.5,)]
        assert reader.select(sql.format("measure")) == [(13.5,)]


def test_a_tool_that_has_files_to_go_is_named_as_not_having_measured(filled, made, no_wait):
    def unmeasured() -> list[str]:
        with filled.reader() as reader:
            sql = "SELECT not_measured FROM snapshot WHERE snapshot = 'shop@000000000002'"
            return reader.select(sql)[0][0].split(", ")

    for tool, complete in (("scales", False), ("ruler", False), ("scales", True)):
        with filled.writer(no_wait) as w:
            w.extra_measures("shop", "shop@000000000002", (), tool=tool, complete=complete)
            w.publish()
        assert (tool in unmeasured()) is not complete
    assert "ruler" in unmeasured()


def test_history_is_told_as_it_stood_at_a_snapshot(ask):
    first = "shop@000000000001"
    assert ask(f"SELECT snapshot FROM snapshot_at('{first}')") == [(first,)]
    assert ask(f"SELECT batch FROM batch_at('{first}')") == [("b1",)]
    assert ask(f"SELECT name, value, position FROM trend_at('{first}')") == [("cycles", 2.0, 1)]
    assert ask("SELECT position, value FROM trend") == [(1, 2.0), (2, 3.0)]
    assert ask(f"SELECT path, reason FROM skipped_at('{first}')") == [("x.py", "not UTF-8")]
    assert ask("SELECT path FROM skipped") == []


def test_times_are_utc_timestamps(ask):
    assert ask("SELECT committed_at FROM snapshot WHERE repo = 'shop' AND position = 1") == [
        (datetime(2023, 11, 14, 22, 13, 21),)
    ]
    assert ask("SELECT first_at FROM batch WHERE batch = 'b2'") == [(datetime(2023, 11, 14, 22, 13, 22),)]


@pytest.mark.parametrize("at", [-(2**62), -1, 0, 2**62])
def test_a_commit_of_any_date_can_be_shown(store, made, no_wait, at):
    with store.writer(no_wait) as w:
        w.append("shop", made.snapshot(1)._replace(committed_at=at), {}, {}, {})
        w.batches("shop", [BatchRow("b", "", "", 0.5, "", "", at, at)])
        w.publish()
    with store.reader() as reader:
        years = reader.select("SELECT committed_at FROM snapshot UNION ALL SELECT first_at FROM batch")
        assert all(1 <= year.year <= 9999 for (year,) in years)


def test_a_graph_read_back_is_the_graph_that_was_written(filled, made):
    with filled.reader() as reader:
        graph = reader.graph("shop")
        expected = made.file(symbols=["g", "g.h"], imports=["domain/c.py"])
        assert graph.rows("domain/b.py") == expected
        assert isinstance(graph.rows("web/a.py"), FileRows)
        assert sorted(graph.paths()) == ["domain/b.py", "domain/c.py", "web/a.py", "web/new.py"]
        assert "domain/b.py" in graph
        assert "absent.py" not in graph
        with pytest.raises(KeyError):
            graph.rows("absent.py")
        assert [(e.src, e.dst) for e in graph.edges()] == [
            ("domain/b.py", "domain/c.py"),
            ("web/a.py", "domain/b.py"),
            ("web/a.py", "domain/c.py"),
        ]
        assert graph.in_memory().edges() == graph.edges()
        earlier = reader.graph("shop", "shop@000000000001")
        assert sorted(earlier.paths()) == ["domain/b.py", "domain/c.py", "web/a.py"]
        assert dict(earlier.skipped) == {"x.py": "not UTF-8"}
        assert earlier.edges() == graph.edges()


def test_rule_sql_sees_the_same_columns_over_plain_tables(filled):
    """What the judge builds for both sides of a change, from the same definitions."""
    with filled.reader() as reader:
        connection = reader.connection
        connection.execute("CREATE SCHEMA memory.plain")
        for name, table in layout.kept().items():
            columns = ", ".join(f'"{column.name}" {column.type}' for column in table.columns)
            connection.execute(f'CREATE TABLE memory.plain."{name}" ({columns})')
        for name, sql in layout.side_views("memory.plain").items():
            connection.execute(f"SELECT * FROM ({sql})")
            mine = [column[0] for column in connection.description]
            connection.execute(f"FROM {name}")
            assert mine == [column[0] for column in connection.description]


def test_every_base_row_of_the_graph_is_answered(ask, made):
    expected = flatten("symbol", "shop", [("web/a.py", made.file(symbols=["f"]))])
    names = ", ".join(BASE["symbol"].names)
    assert ask(f"SELECT {names} FROM symbol WHERE path = 'web/a.py'") == expected


def test_what_is_remembered_is_recalled(filled, no_wait):
    with filled.writer(no_wait) as w:
        w.remember("mail/ada", "shop@1")
        w.policy("hash", "text of the policy")
        w.publish()
    with filled.writer(no_wait) as w:
        w.remember("mail/ada", "shop@2")
        w.publish()
    with filled.reader() as reader:
        assert reader.recall("mail/ada") == "shop@2"
        assert reader.recall("mail/bob") is None
        assert reader.policy("hash") == "text of the policy"
