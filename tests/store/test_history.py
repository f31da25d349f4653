"""The past is exact: what a snapshot held when it was scanned is what is answered for it ever after."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress

import pytest

from plumbrule.graph import FileRows, MemoryGraph
from plumbrule.measures import measures
from plumbrule.store import FindingRow
from plumbrule.store.engine import attach, memory
from plumbrule.tables import BASE, flatten

MEASURE = next(m.table for m in measures() if m.table.name == "component")


def random_file(made, rng) -> FileRows:
    names = [rng.choice("abcde") for _ in range(rng.randrange(5))]  # repeated names make repeated rows
    targets = [f"p{rng.randrange(4)}.py" for _ in range(rng.randrange(3))]
    return made.file(blob=rng.randrange(3), symbols=names, imports=targets, packages=names[:1], missing=names[1:3])


def random_delta(made, rng, files) -> dict[str, FileRows | None]:
    paths = [f"p{n}.py" for n in range(6)]
    return {
        path: None if path in files and rng.random() < 0.3 else random_file(made, rng)
        for path in rng.sample(paths, rng.randrange(1, 4))
    }


def answered(reader, table, snapshot):
    names = ", ".join(f'"{name}"' for name in table.names)
    return Counter(reader.connection.execute(f"SELECT {names} FROM {table.name}_at(?)", [snapshot]).fetchall())


def assert_is_what_was_scanned(reader, expected):
    for snapshot, (graph, derived, skipped) in expected.items():
        for name, table in BASE.items():
            assert answered(reader, table, snapshot) == Counter(flatten(name, "shop", graph.files.items())), (
                name,
                snapshot,
            )
        assert answered(reader, MEASURE, snapshot) == Counter(derived)
        found = reader.connection.execute("SELECT path, reason FROM skipped_at(?)", [snapshot]).fetchall()
        assert dict(found) == skipped


def assert_staged(file, graph):
    """The newest snapshot lies in `head` of a file that can be read and is not published."""
    connection = memory()
    attach(connection, file, "staged")
    for name, table in BASE.items():
        names = ", ".join(f'"{name}"' for name in table.names)
        found = connection.execute(f"SELECT {names} FROM staged.head.{name}").fetchall()
        assert Counter(found) == Counter(flatten(name, "shop", graph.files.items())), name
    connection.close()


@pytest.mark.parametrize("seed", range(8))
def test_every_snapshot_is_answered_exactly_as_it_was_scanned(store, made, no_wait, seed):
    rng = random.Random(seed)
    graph, expected, position = MemoryGraph("shop"), {}, 0
    for _ in range(4):
        with store.writer(no_wait) as w:
            resumed = w.resume("shop")
            if resumed is not None:
                assert Counter(flatten("symbol", "shop", resumed.graph.files.items())) == Counter(
                    flatten("symbol", "shop", graph.files.items())
                )
            for _ in range(rng.randrange(1, 6)):
                position += rng.randrange(1, 4)
                delta = random_delta(made, rng, graph.files)
                skipped = {f"s{n}.py": "why" for n in range(rng.randrange(3))}
                graph = graph.revised(delta, skipped)
                derived = [("shop", c, rng.randrange(2)) for c in "xyz"[: rng.randrange(4)]]
                record = made.snapshot(position)
                w.append("shop", record, delta, skipped, {"component": derived})
                expected[record.snapshot] = (graph, derived, skipped)
                if rng.random() < 0.3:
                    w.publish()
                if rng.random() < 0.3:
                    assert_staged(w.stage(), graph)
            if rng.random() < 0.5 and position > 3:
                side = random_delta(made, rng, graph.files)
                record = made.snapshot(position, f"side{position:08}")
                w.side(
                    "shop", record, "branch", position, side, {}, {"component": [("shop", "s", 1)]}, ref=f"b{position}"
                )
                expected[record.snapshot] = (graph.revised(side, {}), [("shop", "s", 1)], {})
            w.publish()
            if rng.random() < 0.5:  # history is rewritten from somewhere in the past
                fork = rng.choice([None, *range(1, position + 1)])
                w.begin_line("shop", fork)
                here = w.resume("shop")
                if here is None:
                    graph = MemoryGraph("shop")
                else:
                    graph, derived, skipped = expected[here.record.snapshot]
                    assert here.record.position <= fork
                    assert Counter(here.derived["component"]) == Counter(derived)
                position = (here.record.position if here else 0) + 1
                delta = random_delta(made, rng, graph.files)
                graph = graph.revised(delta, {})
                record = made.snapshot(position, f"fork{position}{rng.randrange(999):04}")
                w.append("shop", record, delta, {}, {"component": []})
                expected[record.snapshot] = (graph, [], {})
                if rng.random() < 0.5:
                    assert_staged(w.stage(), graph)
                w.publish()
    with store.reader() as reader:
        assert_is_what_was_scanned(reader, expected)
        newest = reader.newest("shop").snapshot
        for name in BASE:
            now = reader.connection.execute(f"FROM {name}").fetchall()
            assert now == reader.connection.execute(f"FROM {name}_at(?)", [newest]).fetchall()


@pytest.mark.parametrize("seed", range(6))
def test_files_that_were_put_down_ahead_of_their_snapshot_have_the_same_history(store, made, no_wait, seed):
    rng = random.Random(seed)
    files = {f"p{n}.py": random_file(made, rng) for n in range(6)}
    graph = MemoryGraph("shop", dict(files), {"s.py": "why"})
    expected = {"shop@000000000003": (graph, [("shop", "x", 1)], {"s.py": "why"})}
    with store.writer(no_wait) as w:
        w.begin("shop", 3, files)
        w.append("shop", made.snapshot(3), files, {"s.py": "why"}, {"component": [("shop", "x", 1)]})
        if seed % 2:
            assert_staged(w.begun(), graph)
            assert not store.published
            w.findings("shop", "shop@000000000003", [finding("f1")])
        for position in range(4, 7):
            delta = random_delta(made, rng, graph.files)
            graph = graph.revised(delta, {})
            record = made.snapshot(position)
            w.append("shop", record, delta, {}, {"component": []})
            expected[record.snapshot] = (graph, [], {})
        if seed % 3 == 0:
            assert_staged(w.stage(), graph)
        w.publish()
    with store.reader() as reader:
        assert_is_what_was_scanned(reader, expected)
        assert [row[1] for row in reader.rows("finding", "shop")] == ["f1"] * (seed % 2)
    assert list((store.folder / "work").iterdir()) == []


def test_what_was_put_down_ahead_counts_for_nothing_if_the_snapshot_is_another_one(store, made, no_wait):
    old, new = made.file(symbols=["f"]), made.file(symbols=["g"])
    with store.writer(no_wait) as w:
        w.begin("shop", 1, {"a.py": old, "b.py": old})
        w.append("shop", made.snapshot(1), {"a.py": new}, {}, {})
        assert w.begun() is None
        assert_staged(w.stage(), MemoryGraph("shop", {"a.py": new}))
        w.publish()
    with store.reader() as reader:
        assert reader.select("SELECT path, symbol FROM symbol") == [("a.py", "g")]


def test_what_was_put_down_ahead_is_gone_with_the_scan_that_ends(store, made, no_wait):
    with suppress(KeyboardInterrupt), store.writer(no_wait) as w:
        w.begin("shop", 1, {f"p{n}.py": made.file(symbols=["f", "g"]) for n in range(500)})
        raise KeyboardInterrupt
    assert not store.published
    with store.writer(no_wait) as w:
        w.append("shop", made.snapshot(1), {"a.py": made.file(symbols=["f"])}, {}, {})
        w.publish()
    with store.reader() as reader:
        assert reader.select("SELECT path, symbol FROM symbol") == [("a.py", "f")]


def test_text_that_is_no_unicode_is_spelled_out_and_keeps_its_history(store, made, no_wait):
    odd = "half\ud800.py"
    with store.writer(no_wait) as w:
        w.append("shop", made.snapshot(1), {odd: made.file(symbols=["s\udfff", "t"])}, {odd: "why\udc80"}, {})
        w.publish()
        w.append("shop", made.snapshot(2), {odd: made.file(symbols=["t"])}, {}, {})
        w.publish()
    with store.reader() as reader:
        sql = "SELECT path, symbol FROM symbol_at(?)"
        spelled = "half\\ud800.py"
        assert reader.select(sql, "shop@000000000001") == [(spelled, "s\\udfff"), (spelled, "t")]
        assert reader.select(sql, "shop@000000000002") == [(spelled, "t")]


def finding(name: str, state: str = "new") -> FindingRow:
    return FindingRow(name, "rule", "error", state, name, "a.py", 1, "message", ("one", "two"), "", "", "", None)


def test_findings_stand_until_the_next_judgement(store, made, no_wait):
    with store.writer(no_wait) as w:
        for position in range(1, 6):
            w.append("shop", made.snapshot(position), {"a.py": made.file(blob=position)}, {}, {})
        w.findings("shop", "shop@000000000002", [finding("f1"), finding("f2")])
        w.findings("shop", "shop@000000000004", [finding("f2", "known")])
        w.publish()
    with store.reader() as reader:
        states = {
            position: reader.connection.execute(
                "SELECT finding, state, evidence FROM finding_at(?)", [f"shop@{position:012}"]
            ).fetchall()
            for position in (1, 2, 3, 4, 5)
        }
        both = [("f1", "new", ["one", "two"]), ("f2", "new", ["one", "two"])]
        assert states == {1: [], 2: both, 3: both, 4: [("f2", "known", ["one", "two"])], 5: states[4]}
        assert reader.connection.execute("SELECT finding FROM finding").fetchall() == [("f2",)]


def test_a_later_session_judges_on_from_where_the_last_one_stood(store, made, no_wait):
    for position in (1, 2):
        with store.writer(no_wait) as w:
            w.append("shop", made.snapshot(position), {"a.py": made.file(blob=position)}, {}, {})
            w.findings("shop", made.snapshot(position).snapshot, [finding("f1"), finding(f"at{position}")])
            w.publish()
    with store.reader() as reader:
        at_first = reader.connection.execute("SELECT finding FROM finding_at('shop@000000000001')").fetchall()
        assert at_first == [("at1",), ("f1",)]
        assert reader.connection.execute("SELECT finding FROM finding").fetchall() == [("at2",), ("f1",)]


def test_judging_the_past_anew_voids_what_was_judged_before(store, made, no_wait):
    with store.writer(no_wait) as w:
        for position in (1, 2, 3):
            w.append("shop", made.snapshot(position), {"a.py": made.file(blob=position)}, {}, {})
            w.findings("shop", made.snapshot(position).snapshot, [finding(f"old{position}")])
        w.publish()
    with store.writer(no_wait) as w:
        w.findings("shop", "shop@000000000002", [finding("anew")])
        w.publish()
    with store.reader() as reader:
        found = [
            reader.connection.execute("SELECT finding FROM finding_at(?)", [f"shop@{p:012}"]).fetchall()
            for p in (1, 2, 3)
        ]
    assert found == [[], [("anew",)], [("anew",)]]


def test_a_snapshot_appended_again_on_a_new_line_replaces_the_old_one(store, made, no_wait):
    with store.writer(no_wait) as w:
        for position in (1, 2):
            w.append("shop", made.snapshot(position), {"a.py": made.file(symbols=["old"])}, {}, {})
        w.publish()
        w.begin_line("shop", None)
        for position in (1, 2):
            w.append("shop", made.snapshot(position), {"a.py": made.file(symbols=["recomputed"])}, {}, {})
        w.publish()
    with store.reader() as reader:
        assert reader.connection.execute("SELECT snapshot, kind FROM snapshot").fetchall() == [
            ("shop@000000000001", "main"),
            ("shop@000000000002", "main"),
        ]
        at_first = reader.connection.execute("SELECT symbol FROM symbol_at('shop@000000000001')").fetchall()
        assert at_first == [("recomputed",)]
        assert reader.select("SELECT count(*) FROM past.symbol") == [(0,)]  # nothing of the old line is kept


@pytest.mark.parametrize("fork", [None, 1])
def test_what_is_said_of_a_line_begun_anew_stands_though_it_is_what_was_said_before(store, made, no_wait, fork):
    with store.writer(no_wait) as w:
        for position in (1, 2):
            w.append("shop", made.snapshot(position), {"a.py": made.file()}, {}, {})
            w.findings("shop", made.snapshot(position).snapshot, [finding("f1")])
        w.publish()
        w.begin_line("shop", fork)
        again = (1, 2) if fork is None else (2,)
        for position in again:
            w.append("shop", made.snapshot(position), {"a.py": made.file()}, {}, {})
        w.stage()  # to judge it, which is when its findings are known
        for position in again:
            w.findings("shop", made.snapshot(position).snapshot, [finding("f1")])
        w.publish()
    with store.reader() as reader:
        assert [row[1] for row in reader.rows("finding", "shop")] == ["f1"]
        at_first = reader.rows("finding", "shop", "shop@000000000001")
        assert [row[1] for row in at_first] == ["f1"]


def test_a_rewritten_main_line_leaves_its_old_snapshots_queryable_without_a_position(store, made, no_wait):
    with store.writer(no_wait) as w:
        for position in (1, 2, 3):
            w.append("shop", made.snapshot(position), {"a.py": made.file(symbols=[f"s{position}"])}, {}, {})
        w.publish()
        w.begin_line("shop", 1)
        w.append("shop", made.snapshot(2, "rewritten"), {"b.py": made.file(symbols=["t"])}, {}, {})
        w.publish()
    with store.reader() as reader:
        assert reader.connection.execute("SELECT snapshot, position, kind FROM snapshot").fetchall() == [
            ("shop@000000000001", 1, "main"),
            ("shop@000000000002", None, "former"),
            ("shop@000000000003", None, "former"),
            ("shop@rewritten", 2, "main"),
        ]
        assert reader.connection.execute("SELECT symbol FROM symbol").fetchall() == [("s1",), ("t",)]
        assert reader.connection.execute("SELECT symbol FROM symbol_at('shop@000000000003')").fetchall() == [("s3",)]
        assert reader.newest("shop").snapshot == "shop@rewritten"
        assert reader.connection.execute("SELECT snapshots FROM repo").fetchall() == [(2,)]


def test_where_a_rewritten_line_parts_is_asked_of_the_main_line_alone(store, made, no_wait):
    commits = {name: made.snapshot(1, name).commit for name in ("one", "two", "three", "side")}
    with store.writer(no_wait) as w:
        for position, name in enumerate(("one", "two")):
            w.append("shop", made.snapshot(position, name), {}, {}, {})
        w.publish()
        w.begin_line("shop", 0)
        w.append("shop", made.snapshot(1, "three"), {}, {}, {})
        w.side("shop", made.snapshot(1, "side"), "branch", 1, {}, {}, {}, ref="topic")
        w.publish()
    with store.reader() as reader:
        assert reader.newest_among("shop", [commits["two"], commits["side"], commits["one"]]).snapshot == "shop@one"
        assert reader.newest_among("shop", commits.values()).snapshot == "shop@three"
        assert reader.newest_among("shop", [commits["two"]]) is None
        assert reader.newest_among("shop", []) is None


def test_a_branch_scanned_again_replaces_its_earlier_snapshot_and_is_never_the_newest(store, made, no_wait):
    with store.writer(no_wait) as w:
        w.append("shop", made.snapshot(1), {"a.py": made.file(symbols=["s"])}, {}, {})
        w.publish()
    for tip in ("first", "second"):
        with store.writer(no_wait) as w:
            w.side("shop", made.snapshot(1, tip), "branch", 1, {"a.py": made.file(symbols=[tip])}, {}, {}, ref="topic")
            w.findings("shop", f"shop@{tip}", [finding(tip)])
            w.publish()
    with store.reader() as reader:
        assert reader.connection.execute("SELECT snapshot, position, kind, ref FROM snapshot").fetchall() == [
            ("shop@000000000001", 1, "main", ""),
            ("shop@second", None, "branch", "topic"),
        ]
        assert reader.newest("shop").snapshot == "shop@000000000001"
        assert reader.connection.execute("SELECT symbol FROM symbol").fetchall() == [("s",)]
        assert reader.connection.execute("SELECT symbol FROM symbol_at('shop@second')").fetchall() == [("second",)]
        assert reader.connection.execute("SELECT finding FROM finding_at('shop@second')").fetchall() == [("second",)]
        assert reader.connection.execute("SELECT finding FROM finding").fetchall() == []


def test_a_position_that_does_not_grow_is_refused(store, made, no_wait):
    with store.writer(no_wait) as w:
        w.append("shop", made.snapshot(2), {}, {}, {})
        with pytest.raises(ValueError, match="position 2 is not after 2"):
            w.append("shop", made.snapshot(2, "other"), {}, {}, {})


def test_a_measure_that_did_not_run_is_named_and_not_taken_for_no_rows(store, made, no_wait):
    with store.writer(no_wait) as w:
        w.append("shop", made.snapshot(1), {}, {}, {m.table.name: [] for m in measures()})
        w.append("shop", made.snapshot(2), {}, {}, {m.table.name: [] for m in measures() if m.table.name != "cycle"})
        w.publish()
    with store.reader() as reader:
        found = reader.connection.execute("SELECT position, not_measured FROM snapshot").fetchall()
    assert found == [(1, ""), (2, "cycle")]


def test_what_is_staged_is_seen_by_nobody_until_it_is_published_with_what_was_said_of_it(store, made, no_wait):
    with store.writer(no_wait) as w:
        w.append("shop", made.snapshot(1), {"a.py": made.file(symbols=["f"])}, {}, {})
        first = w.stage()
        assert w.stage() == first, "nothing more was appended"
        assert not store.published
        w.append("shop", made.snapshot(2), {"b.py": made.file(symbols=["g"])}, {}, {})
        w.stage()
        assert not store.published
        w.findings("shop", "shop@000000000001", [finding("f1")])
        w.publish()
        w.findings("shop", "shop@000000000002", [])
        w.publish()
    with store.reader() as reader:
        assert reader.select("SELECT path, symbol FROM symbol") == [("a.py", "f"), ("b.py", "g")]
        assert [row[1] for row in reader.rows("finding", "shop", "shop@000000000001")] == ["f1"]
        assert reader.rows("finding", "shop") == []
    assert list((store.folder / "work").iterdir()) == []


def test_what_only_moves_through_its_file_is_kept_once_with_the_places_where_it_stood(store, made, no_wait):
    with store.writer(no_wait) as w:
        for n in range(1, 9):
            w.append("shop", made.snapshot(n), {"a.py": made.file(line=n, symbols=["one", "two"])}, {}, {})
            w.publish(last=n == 8)
    with store.reader() as reader:
        assert reader.select("SELECT count(*) FROM past.symbol") == [(14,)]
        assert reader.select("SELECT count(*) FROM said.symbol") == [(2,)]
        for n in range(1, 9):
            at = reader.select("SELECT symbol, line, end_line FROM symbol_at(?)", made.snapshot(n).snapshot)
            assert at == [("one", n, n + 1), ("two", n, n + 1)]
