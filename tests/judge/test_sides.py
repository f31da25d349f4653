"""Both sides of a change as tables: complete, cheap to move, and the same whichever way they were filled."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from plumbrule.graph import MemoryGraph
from plumbrule.judge import Held, Moment, Sides
from plumbrule.judge.sides import tables, views
from plumbrule.measures import measures
from plumbrule.policy import Policy
from plumbrule.snapshot import FilesWalk
from plumbrule.store import LinkRow, SnapshotRecord, Store, layout

FILES = {
    "a.py": "import b\n\ndef f(x):\n    return b.g(x)\n",
    "b.py": "import a\n\ndef g(y):\n    if y:\n        return a.f(y)\n",
    "c.py": "import os\nfrom a import f\nfrom . import gone\n",
}
OTHER = {
    "a.py": "def f(x, z):\n    return z\n",
    "d.ts": 'import { e } from "./e";\nexport const d = () => e();\n',
    "e.ts": "export const e = () => 1;\n",
}


def contents(sides, names=None):
    """Every row of both sides, by schema and view."""
    names = sorted(names or sides.names())
    sides.provide(names)
    return {
        (side, name): sorted(map(repr, sides.select(f"SELECT * FROM {side}.{name}", {}, side="now")[1]))
        for side in ("now", "before")
        for name in names
    }


def moments(*trees):
    walk, found = FilesWalk("shop"), []
    for tree in trees:
        walk.to({path: text.encode() for path, text in tree.items()})
        found.append(Moment(walk.walk.graph, walk.walk.derived, tuple(tree)))
    return found


def test_every_table_of_the_graph_and_of_the_measures_can_be_read_on_both_sides():
    before, now = moments(FILES, {**FILES, **OTHER})
    rows = contents(Sides(now, before, policy=Policy()))
    expected = {*(measure.table.name for measure in measures()), "file", "symbol", "function", "dependency", "use"}
    assert expected <= {name for _, name in rows}
    assert len(rows["now", "file"]) == 5
    assert len(rows["before", "file"]) == 3
    assert rows["now", "cycle_edge"] != rows["before", "cycle_edge"]


def test_the_views_of_a_side_have_the_columns_of_the_public_views():
    before, now = moments(FILES, OTHER)
    sides = Sides(now, before, policy=Policy())
    sides.provide(views())
    public = {table.name: table.names for table in layout.documented()}
    for name in sorted(views().keys() & public.keys()):
        columns, _ = sides.select(f"SELECT * FROM now.{name}", {}, side="now")
        assert tuple(columns) == public[name], name
    assert views().keys() - public.keys() == {"contract_use", *(n for n in tables() if n.startswith("policy_"))}


def test_asked_for_the_earlier_side_both_schemas_show_it():
    before, now = moments(FILES, OTHER)
    sides = Sides(now, before, policy=Policy())
    sides.provide(["file"], side="before")
    sql = "SELECT (SELECT list(path ORDER BY path) FROM now.file), (SELECT list(path ORDER BY path) FROM before.file)"
    assert sides.select(sql, {}, side="before")[1] == [(sorted(FILES), sorted(FILES))]
    assert sides.select(sql, {}, side="now")[1] == [(sorted(OTHER), sorted(FILES))]


@pytest.mark.parametrize("seed", range(2))
def test_walking_a_history_gives_what_each_pair_of_moments_gives_alone(seed):
    chance = random.Random(seed)
    pool = {**{f"{n}.py": t for n, t in (("a", FILES["a.py"]), ("b", FILES["b.py"]))}, **OTHER}
    trees = [dict(FILES)]
    for step in range(3):
        tree = {path: text for path, text in trees[-1].items() if chance.random() > 0.2}
        for path in chance.sample(sorted(pool), 2):
            tree[path] = pool[path] + f"\nvalue_{chance.randrange(2)} = {step % 2}\n"
        trees.append(tree)
    found = moments(*trees)
    walked = Sides(found[0], found[0], policy=Policy())
    contents(walked)
    walked.seal()
    for before, now in pairwise(found):
        walked.revise(now)
        alone = Sides(now, before, policy=Policy())
        assert contents(walked) == contents(alone)


@pytest.mark.parametrize("asked_first", [("file", "use", "cycle_edge", "policy_selector"), ("symbol",)])
def test_sides_that_are_brought_back_within_a_stretch_and_on_again_show_what_sides_of_their_own_show(asked_first):
    found = moments(FILES, {**FILES, "c.py": "import b\n"}, {**OTHER, "b.py": FILES["b.py"]}, OTHER, FILES)
    start, paths = found[0], {*FILES, *OTHER}
    walked = Sides(start, start, policy=Policy())
    contents(walked, asked_first)
    walked.seal()
    for now in (found[3], found[1], found[2], found[3]):
        walked.revise(now, paths, before=start)
        assert contents(walked, asked_first) == contents(Sides(now, start, policy=Policy()), asked_first)
    walked.revise(found[4], paths)
    assert contents(walked) == contents(Sides(found[4], found[3], policy=Policy()))


def about_change(walk, now, before, changed):
    rows = walk.walk.rows(now.graph, before.graph, before.derived, changed, {}, about_change=now.derived)
    return Moment(now.graph, rows, now.tree)


def test_that_nobody_uses_what_changed_is_seen_without_asking_the_database():
    trees = [
        {"a.py": "def f(x):\n    return x\n\ndef g(x):\n    return x\n", "b.py": "from a import f\n\nf(1)\n"},
        {"c.py": "import a\n"},
        {"a.py": "def f(x):\n    return x\n\ndef g(x, y):\n    return x\n"},  # nobody uses g
        {"a.py": "def f(x, y):\n    return x\n\ndef g(x, y):\n    return x\n"},  # b.py uses f
        {"a.py": "def f(x, y, z):\n    return x\n\ndef g(x):\n    return x\n"},
        {"b.py": "import a\n\na.f(1, 2, 3)\n"},
        {"a.py": "def f(x, y, z):\n    return x\n"},
    ]
    walk, tree, moments = FilesWalk("shop"), {}, []
    for step in trees:
        tree |= step
        walk.to({path: text.encode() for path, text in tree.items()})
        moments.append(Moment(walk.walk.graph, walk.walk.derived, tuple(tree)))
    sides, seen, told = Sides(moments[0], moments[0], policy=Policy()), [], []
    for before, now, changed in zip(moments, moments[1:], trees[1:], strict=False):
        sides.revise(about_change(walk, now, before, set(changed)), set(changed))
        seen.append(sides.empty("contract_use"))
        sides.provide(["contract_use"])
        told.append(not sides.select("SELECT * FROM now.contract_use", {}, side="now")[1])
    assert told == [True, True, False, False, True, True]
    assert seen == told


def test_only_views_whose_rows_differ_have_moved():
    before, now = moments(FILES, {**FILES, "c.py": FILES["c.py"] + "x = 1\n"})
    sides = Sides(now, before, policy=Policy())
    moved = {name for name in sides.names() if sides.moved(name)}
    assert {"file", "symbol"} <= moved
    assert not {"dependency", "cycle_edge", "function", "use", "unresolved", "policy_layer"} & moved


def test_rows_between_repositories_are_uses_on_both_sides():
    before, now = moments(FILES, OTHER)
    link = ("web", "src/page.py", "shop", "a.py", "f", "call", 7, "f", "", "1")
    sides = Sides(now, before, policy=Policy(), links=[link])
    sides.provide(["use"])
    for side in ("now", "before"):
        sql = f"SELECT repo, src, dst, dst_repo, symbol, line FROM {side}.use WHERE repo <> dst_repo"
        assert sides.select(sql, {}, side="now")[1] == [("web", "src/page.py", "a.py", "shop", "f", 7)]


def test_hostile_names_go_in_and_come_out_as_they_are():
    name = '\'; DROP TABLE x; -- "quoted"\n\t<script>\u202e\x7f{path}.py'
    before, now = moments({}, {name: "x = 1\n"})
    sides = Sides(now, before, policy=Policy())
    sides.provide(["file"])
    assert sides.select("SELECT path FROM now.file", {}, side="now")[1] == [(name,)]


def test_sealed_sides_reach_nothing_outside(tmp_path):
    from plumbrule.store.engine import Error

    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    before, now = moments({}, FILES)
    sides = Sides(now, before, policy=Policy())
    sides.provide(["file"])
    sides.seal()
    for sql in (
        f"SELECT * FROM read_text('{tmp_path}/secret.txt')",
        f"COPY now.file TO '{tmp_path}/stolen.csv'",
        f"ATTACH '{tmp_path}/stolen.db'",
        "SET enable_external_access = true",
    ):
        with pytest.raises(Error):
            sides.select(sql, {}, side="now")
    assert [path.name for path in tmp_path.iterdir()] == ["secret.txt"]


def test_a_measure_that_did_not_run_is_named():
    before, now = moments(FILES, OTHER)
    rest = {name: rows for name, rows in now.derived.items() if name != "cycle_edge"}
    sides = Sides(Moment(now.graph, rest), before, policy=Policy())
    assert sides.missing(["cycle_edge", "file"]) == ("cycle_edge: was not measured",)
    told = Sides(now, before, policy=Policy(), not_measured={"cycle_edge": "ran out of time"})
    assert told.missing(["cycle_edge"]) == ("cycle_edge: ran out of time",)


def test_a_function_that_moves_with_its_body_untouched_is_recognised():
    steps = "".join(f"    if row.kind == {n}:\n        total += row.price * {n} + row.tax\n" for n in range(9))
    body = f"def f(row, total):\n{steps}    return total\n"
    before, now = moments({"a.py": body, "b.py": ""}, {"a.py": "", "b.py": "\n\n" + body})
    assert Sides(now, before, policy=Policy()).moved_symbols() == {"b.py::f": "a.py::f"}
    copied = moments({"a.py": body}, {"a.py": body, "b.py": body})
    assert Sides(copied[1], copied[0], policy=Policy()).moved_symbols() == {}


def test_the_first_side_may_be_empty():
    (now,) = moments(FILES)
    sides = Sides(now, Moment(MemoryGraph("shop")), policy=Policy())
    assert len(contents(sides, ["file"])["now", "file"]) == 3


@pytest.fixture
def stored(tmp_path):
    """A reader of a store with three snapshots of one repository, and what each looked like."""
    trees = [FILES, {**FILES, "c.py": "import b\n"}, {**OTHER, "b.py": FILES["b.py"]}]
    found = moments(*trees)
    store = Store.open(tmp_path / "store", note=lambda text: None)
    with store.writer(lambda text: None) as writer:
        writer.repository("shop", "", "", "main")
        writer.begin_line("shop", None)
        earlier = MemoryGraph("shop")
        for position, moment in enumerate(found):
            record = SnapshotRecord(
                f"shop@{position}", "shop", position, f"{position}" * 40, "", 0, "", "", 0, 0, 0, 0, 0
            )
            assert isinstance(moment.graph, MemoryGraph)
            delta = {p: moment.graph.files.get(p) for p in {*moment.graph.files, *earlier.files}}
            writer.append("shop", record, delta, moment.graph.skipped, moment.derived)
            earlier = moment.graph
        writer.repository("web", "", "", "main")
        writer.begin_line("web", None)
        writer.append("web", SnapshotRecord("web@0", "web", 0, "f" * 40, "", 0, "", "", 0, 0, 0, 0, 0), {}, {}, {})
        writer.links([LinkRow("web", "page.py", "shop", "b.py", "g", "call", 3, "g")])
        writer.publish()
    with store.reader() as reader:
        yield reader, found


@pytest.mark.parametrize(("snapshot", "number"), [("", 2), ("shop@0", 0), ("shop@1", 1)])
def test_sides_on_a_store_show_what_sides_from_graphs_show(stored, snapshot, number):
    reader, found = stored
    (now,) = moments({**OTHER, "a.py": FILES["a.py"], "f.py": "import a\n"})
    before = found[number]
    link = ("web", "page.py", "shop", "b.py", "g", "call", 3, "g", "", "")
    names = set(views()) - {"policy_selector"}
    from_graphs = contents(Sides(now, before, policy=Policy(), links=[link]), names)
    before = Moment(reader.graph("shop", snapshot), {})
    on_store = Sides(now, before, policy=Policy(), held=Held(reader.path, snapshot))
    assert contents(on_store, names) == from_graphs
    on_store.seal()


@pytest.mark.parametrize("asked_first", [("file", "use", "cycle_edge", "policy_selector"), ("symbol",)])
def test_a_walk_that_begins_on_a_staged_file_shows_what_sides_from_graphs_show(tmp_path, asked_first):
    found = moments(FILES, {**FILES, "c.py": "import b\n"}, {**OTHER, "b.py": FILES["b.py"]}, FILES)
    store = Store.open(tmp_path / "store", note=lambda text: None)
    with store.writer(lambda text: None) as writer:
        record = SnapshotRecord("shop@0", "shop", 0, "0" * 40, "", 0, "", "", 0, 0, 0, 0, 0)
        writer.append("shop", record, dict(found[0].graph.files), found[0].graph.skipped, found[0].derived)
        held = Held(writer.stage(), "", linked=False)
        walked = Sides(found[0], found[0], policy=Policy(), changed=(), held=held)
        assert contents(walked, asked_first) == contents(Sides(found[0], found[0], policy=Policy()), asked_first), (
            "read in place"
        )
        walked.seal()
        writer.publish()
        for before, now in pairwise(found):
            walked.revise(now)
            assert contents(walked, asked_first) == contents(Sides(now, before, policy=Policy()), asked_first)
        # What nobody asked for until now is of this moment, not of the one that was staged.
        assert contents(walked) == contents(Sides(found[-1], found[-2], policy=Policy()))


def test_measures_that_did_not_change_stay_where_they_are_in_the_store(stored):
    reader, found = stored
    before = Moment(reader.graph("shop"), {})
    same = Moment(found[2].graph, {})
    sides = Sides(same, before, policy=Policy(), changed=[], held=Held(reader.path, ""))
    rows = contents(sides, ["component", "cycle", "file"])
    assert rows["now", "component"] == rows["before", "component"] != []
    assert not any(map(sides.moved, ["component", "cycle", "file"]))


def test_what_was_found_about_rules_can_be_kept_and_counts_for_the_same_text_only(rule_of):
    before, now = moments(FILES, OTHER)
    first, other = (rule_of(f"SELECT path FROM now.{name}") for name in ("file", "symbol"))
    kept = Sides(now, before, policy=Policy()).compiled([first])
    again = Sides(now, before, policy=Policy(), compiled=kept.replace('"file"', '"skipped"'))
    assert again.examine(first).now == {"skipped"}, "what was kept is used"
    assert again.examine(other).now == {"symbol"}, "another rule is examined"


@pytest.mark.parametrize(
    ("sql", "moved"),
    [
        ("SELECT path, is_test FROM now.file", False),
        ("SELECT path, blob FROM now.file", True),
        ("SELECT * FROM now.file", True),
        ("SELECT f FROM now.file f", True),
        ("SELECT f.path, f.lines FROM now.file f", True),
        ("SELECT path FROM now.file NATURAL JOIN before.file", True),
        ("SELECT path FROM now.file JOIN before.file USING (path, blob)", True),
        ("SELECT a FROM now.file AS f(r, a, b)", True),
        ("SELECT path FROM now.file ORDER BY blob", True),
        ("SELECT COLUMNS('b.*') FROM now.file", True),
        ("SELECT count(*) FROM now.file", False),
        ("SELECT name FROM now.measure", True),
    ],
)
def test_a_rule_is_run_again_only_if_a_column_that_it_names_changed(rule_of, sql, moved):
    before, now = moments({"a.py": "x = 1\n"}, {"a.py": "x = 1\n\n"})
    sides = Sides(now, before, policy=Policy())
    read = sides.examine(rule_of(sql))
    assert any(sides.moved(name, read.columns) for name in read.tables) is moved


def _tangled(name: str, steps: int, *, total: str = "total") -> str:
    lines = "".join(
        f"    for row in rows:\n        if row.kind == {n}:\n            {total} += row.price * {n} + row.tax\n"
        for n in range(steps)
    )
    return f"def {name}(rows, {total}):\n{lines}    return {total}\n"


def _moved(before: dict[str, str], now: dict[str, str], renamed: dict[str, str] | None = None) -> dict[str, str]:
    earlier, later = moments(before, now)
    return Sides(later, earlier, policy=Policy()).moved_symbols(renamed)


def test_a_complex_function_that_is_renamed_moved_and_simplified_is_recognised():
    before = {"a.py": _tangled("f", 9), "b.py": ""}
    assert _moved(before, {"a.py": "", "b.py": _tangled("g", 8)}) == {"b.py::g": "a.py::f"}
    wrapped = _tangled("_f", 9) + "\n\ndef f(rows):\n    return _f(rows, 0)\n"
    assert _moved(before, {"a.py": wrapped, "b.py": ""}) == {"a.py::_f": "a.py::f"}


def test_what_is_more_complex_much_smaller_or_stands_beside_the_old_one_is_another_function():
    before = {"a.py": _tangled("f", 9), "b.py": ""}
    assert _moved(before, {"a.py": "", "b.py": _tangled("g", 10)}) == {}
    assert _moved(before, {"a.py": "", "b.py": _tangled("g", 5)}) == {}
    assert _moved(before, {"a.py": _tangled("f", 9), "b.py": _tangled("g", 8)}) == {}


def test_one_function_that_vanishes_excuses_one_that_comes():
    before = {"a.py": _tangled("f", 9), "b.py": ""}
    assert _moved(before, {"a.py": "", "b.py": _tangled("g", 8) + _tangled("f", 8)}) == {"b.py::f": "a.py::f"}
    # In a file with a new name it is there still, and excuses nothing elsewhere.
    renamed = {"a.py": "", "c.py": _tangled("f", 10), "b.py": _tangled("g", 8)}
    assert _moved(before, renamed, {"c.py": "a.py"}) == {}
