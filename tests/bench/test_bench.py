"""The bench itself, but for what it measures: what it generates, how it fits, what it keeps, and its page."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(HERE))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:  # other tests have programs beside them that are called alike
        if str(getattr(sys.modules[name], "__file__", None) or "").startswith(str(HERE.parent)):
            del sys.modules[name]


@pytest.fixture
def generating(beside: None) -> ModuleType:
    return importlib.import_module("generating")


@pytest.fixture
def table(beside: None) -> ModuleType:
    return importlib.import_module("table")


@pytest.mark.parametrize("language", ["python", "typescript", "java"])
def test_equal_shapes_give_equal_bytes_and_other_seeds_others(generating: ModuleType, language: str):
    shape = generating.Shape(language, 30, commits=12, seed=3)
    made = b"".join(generating.stream(shape))
    assert made == b"".join(generating.stream(shape))
    assert made != b"".join(generating.stream(generating.Shape(language, 30, commits=12, seed=4)))
    assert made.count(b"commit refs/heads/main\n") == 12


def test_a_longer_history_begins_as_a_shorter_one(generating: ModuleType):
    short = b"".join(generating.stream(generating.Shape("python", 20, commits=5)))
    assert b"".join(generating.stream(generating.Shape("python", 20, commits=9))).startswith(short)


@pytest.mark.parametrize("language", ["python", "typescript", "java"])
def test_what_is_generated_parses_and_its_imports_lead_to_its_own_files(
    generating: ModuleType, language: str, tmp_path: Path
):
    generating.generate(generating.Shape(language, 40, commits=3), tmp_path / "tree")
    plumbrule = [sys.executable, "-m", "plumbrule"]
    store = tmp_path / "store"
    subprocess.run([*plumbrule, "scan", tmp_path / "tree", "--store", store, "--quiet"], check=True)
    sql = """
        SELECT (SELECT count(*) FROM file WHERE doubtful > 0) AS broken,
            (SELECT count(*) FROM skipped) AS skipped,
            (SELECT count(*) FROM dependency WHERE kind = 'import') AS imports,
            (SELECT snapshots FROM repo) AS snapshots
    """
    said = subprocess.run(
        [*plumbrule, "query", "--store", store, "--format", "json", sql], check=True, capture_output=True
    )
    (row,) = json.loads(said.stdout)
    assert (row["broken"], row["skipped"], row["snapshots"]) == (0, 0, 3)
    assert row["imports"] > 20


@pytest.mark.parametrize("power", [0.0, 0.6, 1.0, 1.7])
def test_the_fit_finds_the_exponent_that_costs_were_made_with(beside: None, power: float):
    fitting = importlib.import_module("fitting")
    sizes = (10, 40, 160, 640)
    assert fitting.exponent(sizes, [3.5 * size**power for size in sizes]) == pytest.approx(power)


def test_a_ratio_is_the_median_of_its_pairs(table: ModuleType):
    took = importlib.import_module("measuring").Took
    taken = [(took(2, 4), took(1, 1)), (took(9, 4), took(3, 2)), (took(8, 9), took(1, 3))]
    told = table.ratio("ours / theirs", "x", table.Limits(2.5, 1), taken)
    assert (told.median, told.low, told.high, told.runs, told.cpu, told.a) == (3, 2, 8, 3, 3, 8)
    assert table.reached(told) == "missed"


def test_rows_that_are_measured_again_replace_their_older_figures_and_no_others(table: ModuleType, tmp_path: Path):
    file = tmp_path / "kept" / "bench.json"
    order = ["cold", "gate"]
    table.keep(file, "gate", {"date": "2026-01-01"}, [table.value("g", "x", table.Limits(1, 0.5), [0.25])], order)
    table.keep(file, "cold", {"date": "2026-01-02"}, [table.value("c", "x", table.Limits(), [3, 1, 2])], order)
    table.keep(file, "cold", {"date": "2026-01-03"}, [table.Figure("c", "x", not_measured="no disk")], order)
    kept = json.loads(file.read_text("utf-8"))["rows"]
    assert list(kept) == order
    assert (kept["cold"]["about"], kept["gate"]["about"]) == ({"date": "2026-01-03"}, {"date": "2026-01-01"})
    assert kept["cold"]["figures"][0]["not_measured"] == "no disk"
    assert kept["gate"]["figures"][0]["median"] == 0.25


def test_the_page_says_what_is_kept_losses_and_gaps_alike(table: ModuleType, pages: Path, tmp_path: Path):
    kept = tmp_path / "tests" / "golden" / "bench.json"
    kept.unlink()
    about = {"date": "2026-02-03", "commit": "abc1234", "machine": "2 cores", "versions": {"Python": "3.11"}}
    limits = table.Limits(1.5, 1.2)
    figures = [
        table.value("won / lost", "here", limits, [1.1]),
        table.value("late / soon", "there", limits, [7.25, 6.5, 9], note="why it is late"),
        table.Figure("none / any", "nowhere", not_measured="there is no npm here"),
    ]
    table.keep(kept, "cold", about, figures, ["cold"])
    peers = [table.value("ours / theirs", "here", limits, [0.5]), table.value("ours / others", "here", limits, [2, 3])]
    table.keep(kept, "gate", about, peers, ["cold", "gate"])
    subprocess.run([sys.executable, pages], check=True)
    readme = (tmp_path / "README.md").read_text("utf-8")
    assert "| ours / theirs | here | 0.5 (0.5 to 0.5) | quicker |" in readme
    assert "| ours / others | here | 2.5 (2 to 3) | **slower** |" in readme
    assert "won / lost" not in readme
    page = (tmp_path / "docs/performance.md").read_text("utf-8")
    assert "| `cold` | won / lost | here | 1.1 (1.1 to 1.1) | 1 | 1.5 | 1.2 | aim |" in page
    assert "| `cold` | late / soon | there | 7.25 (6.5 to 9) | 3 | 1.5 | 1.2 | **missed** |" in page
    assert "not measured: there is no npm here" in page
    assert "- `cold` on there: why it is late." in page
    assert "2026-02-03, commit abc1234: 2 cores; Python 3.11." in page
    (tmp_path / "docs/performance.md").write_text(page.replace("7.25", "1.05"), "utf-8")
    check = subprocess.run([sys.executable, pages, "--check"], capture_output=True, text=True)
    assert check.returncode == 1
    assert "7.25" in check.stderr


def test_every_row_says_what_it_is_about_and_stands_at_a_place_of_its_own(beside: None):
    rows = importlib.import_module("bench").rows()
    places = [row.PLACE for row in rows.values()]
    assert places == sorted(set(places))
    assert all(row.WHAT for row in rows.values())


def test_the_verdict_is_what_the_scan_says_it_was_and_radon_stands_apart(
    table: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    cold, took = importlib.import_module("rows.cold"), importlib.import_module("measuring").Took
    importlib.import_module("generating").generate(
        importlib.import_module("generating").Shape("python", 3), tmp_path / "x"
    )
    stages = [{"name": "extract", "seconds": 1.5}, {"name": "radon", "seconds": 2}]
    said = json.dumps({"timings": {"verdict": 3, "stages": stages}}).encode()
    monkeypatch.setattr(cold, "cold", lambda *_: took(8, 8, said))
    monkeypatch.setattr(cold, "run", lambda *_: took(2, 2))
    (tmp_path / "scratch").mkdir()
    corpus = importlib.import_module("corpus").Corpus((tmp_path / "x",), ())
    figures = list(cold.measure(importlib.import_module("row").Bench(1, tmp_path / "scratch", corpus, 1)))
    assert [(one.median, one.ship) for one in figures] == [(1.5, 2.5), (3, 5), (1, None)]
    monkeypatch.setattr(cold, "cold", lambda *_: took(8, 8, b"{}"))
    silent = list(cold.measure(importlib.import_module("row").Bench(1, tmp_path / "scratch", corpus, 1)))
    assert [(one.median, one.not_measured) for one in silent] == [(None, "the scan tells no timings"), (4, "")]


def test_what_fails_on_one_repository_is_told_and_the_others_are_measured(table: ModuleType, tmp_path: Path):
    row, corpus = importlib.import_module("row"), importlib.import_module("corpus")
    bench = row.Bench(1, tmp_path, corpus.Corpus((), ()), 1)
    run = importlib.import_module("measuring").run

    def measured(place: object, scratch: Path) -> Iterator[object]:
        run([sys.executable, "-c", f"import sys; sys.exit('no room' * ({place.title!r} == 'a') or 0)"])
        yield table.Figure("w", place.title, median=1.0)

    places = [(name, corpus.Place(name, tmp_path)) for name in ("a", "b")]
    places.append(("c", importlib.import_module("fetching").NotFetched("no such version")))
    told = list(row.on_each(bench, "w", places, measured))
    assert [(one.on, one.median) for one in told] == [("a", None), ("b", 1.0), ("c", None)]
    assert "no room" in told[0].not_measured
    assert "no such version" in told[2].not_measured


@pytest.mark.usefixtures("beside")
@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ('{"compilerOptions": {}}', True),
        ('{"extends": "./base.json"}', True),
        ('{"extends": ["../base.json"]}', True),
        ('{"extends": "@tsconfig/node20/tsconfig.json"}', False),
        ('{\n  "extends" : [ "strictest"]}', False),
    ],
)
def test_settings_that_extend_a_package_are_left_out(tmp_path: Path, text: str, whole: bool) -> None:
    typescript = importlib.import_module("rows.typescript")
    (tmp_path / "tsconfig.json").write_text(text)
    assert typescript.is_whole(tmp_path / "tsconfig.json") is whole
    assert not typescript.is_whole(tmp_path / "absent.json")
