"""What lies beside a generation makes a gate quicker, and never says anything else than the generation does."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from plumbrule.measures import measures
from plumbrule.store import Store
from plumbrule.store.layout import FINDING
from plumbrule.store.near import FOUND

from .conftest import CYCLE

GATE = ("gate", "--base", "main", "--format", "json", "--quiet", "--today", "2024-06-01")
MORE = {
    "shop/\u00fcber.py": "from shop import tax\n\n\ndef ask(value: int) -> float:\n    return tax.rate() * value\n",
    "web/app.ts": "import { add } from './sum';\n\nexport function main(): number {\n  return add(1, 2);\n}\n",
    "web/sum.ts": "export function add(a: number, b: number): number {\n  return a + b;\n}\n",
    "broken.py": "from shop.nowhere import nothing\nimport json\n",
}


@pytest.fixture
def scanned(shop: Callable, plumbrule: Callable) -> Any:  # Any: a Builder
    """A shop with a store, standing on a change that closes a cycle."""
    repo = shop(MORE)
    assert plumbrule(repo.path, "scan", "--quiet").code == 0
    repo.commit(CYCLE)
    return repo


def _beside(repo: Any) -> Path:  # Any: a Builder
    (found,) = (repo.path / ".plumbrule/generations").glob("*.near")
    return found


def test_it_says_what_the_generation_says(scanned: Any):  # Any: a Builder
    store = Store.open(scanned.path / ".plumbrule")
    near, reader = store.near(), store.reader()
    assert near is not None
    (repo,) = reader.repositories()
    assert near.holds(repo)
    assert near.repositories() == [repo]
    assert not near.holds("another")
    assert (near.newest(repo), near.linked(repo)) == (reader.newest(repo), reader.linked(repo))
    for table in [*(measure.table.name for measure in measures() if measure.scope == "snapshot"), "finding"]:
        assert near.rows(table, repo) == reader.rows(table, repo), table
    for part in ("tree", "readers", "asked", "defined"):
        whole = reader.standing(repo, part)
        assert near.standing(repo, part) == whole
        assert near.standing(repo, part, [*list(whole)[:2], "no such key"]) == dict(list(whole.items())[:2])
    for key in ("compiled", f"scan:{repo}", f"units:{repo}", "never remembered"):
        assert near.recall(key) == reader.recall(key)
    one, other = near.graph(repo), reader.graph(repo)
    assert list(one.paths()) == list(other.paths())
    assert [one.rows(path) for path in one.paths()] == [other.rows(path) for path in other.paths()]
    assert (one.edges(), one.covered(), one.unresolved()) == (other.edges(), other.covered(), other.unresolved())
    assert one.skipped == other.skipped
    shapes = {function.shape_hash for path in one.paths() for function in one.rows(path).functions}
    assert one.functions(1, shapes) == other.functions(1, shapes)
    assert one.functions(1) == other.functions(1)
    stood = [dict(zip(FINDING.names, row, strict=True)) for row in reader.rows("finding", repo)]
    stood = [of for of in stood if of["state"] != "fixed"]
    assert near.found(repo) == {
        rule: {(of["repo"], of["subject"]) for of in stood if of["rule"] == rule}
        for rule in {of["rule"] for of in stood}
    }
    for rule in near.found(repo):
        said = [[of[name] for name in FOUND] for of in stood if of["rule"] == rule]
        assert [list(row) for row in near.worded(repo, rule)] == [
            [list(v) if type(v) is tuple else v for v in row] for row in said
        ]
    assert near.worded(repo, "no such rule") == []
    assert near.told("never told") is None
    near.close()
    reader.close()


def _cases(data: bytes) -> Iterator[bytes]:
    """The file cut short, and changed in one place."""
    chance = random.Random(7)
    yield from (b"", data[:20], data[: len(data) // 2], data[:-1])
    for at in (0, 20, 60, 300, *(chance.randrange(len(data)) for _ in range(12))):
        yield data[:at] + bytes([data[at] ^ 0x15]) + data[at + 1 :]


def test_damage_in_any_place_costs_time_and_no_verdict(scanned: Any, plumbrule: Callable):
    near = _beside(scanned)
    whole = near.read_bytes()
    answer = plumbrule(scanned.path, *GATE)
    assert answer.code == 1
    near.unlink()
    without = plumbrule(scanned.path, *GATE)
    assert (answer.code, answer.out, answer.err) == (without.code, without.out, without.err)
    for data in _cases(whole):
        near.write_bytes(data)
        damaged = plumbrule(scanned.path, *GATE)
        assert (damaged.code, damaged.out, damaged.err) == (answer.code, answer.out, answer.err)


def test_one_of_another_generation_is_not_believed(scanned: Any, plumbrule: Callable, tmp_path: Path):
    """Neither one that was left behind by an older generation of the same name, nor one of another repository."""
    near = _beside(scanned)
    answer = plumbrule(scanned.path, *GATE)
    former = near.read_bytes()
    scanned.git("switch", "--quiet", "main")
    scanned.commit(
        {"shop/other.py": "from shop.cart import total\n", "shop/tax.py": "def rate() -> float:\n    return 1\n"}
    )
    scanned.git("switch", "--quiet", "topic")
    again = tmp_path / "again"
    assert plumbrule(scanned.path, "scan", "--quiet", "--store", str(again)).code == 0
    expected = plumbrule(scanned.path, *GATE, "--store", str(again))
    max((again / "generations").glob("*.near")).write_bytes(former)  # on a busy machine a scan publishes twice
    assert Store.open(again).near() is None
    misled = plumbrule(scanned.path, *GATE, "--store", str(again))
    assert (misled.code, misled.out) == (expected.code, expected.out)
    assert answer.out != expected.out


def test_a_generation_that_changed_since_is_read_itself(scanned: Any):
    """Each block of it begins with the sum of its bytes, so that one look at each tells every change."""
    generation = _beside(scanned).with_suffix(".duckdb")
    data = generation.read_bytes()
    with duckdb.connect(str(generation), read_only=True) as database:  # how long a block is, the file itself says
        (block,) = database.execute("SELECT block_size FROM pragma_database_size()").fetchall()[0]
    places = range(12_288, len(data), block)
    assert len(places) > 10
    for at in places:
        generation.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        assert Store.open(scanned.path / ".plumbrule").near() is None
    generation.write_bytes(data)
    near = Store.open(scanned.path / ".plumbrule").near()
    assert near is not None
    near.close()


def test_it_goes_with_its_generation(scanned: Any, plumbrule: Callable):
    scanned.git("switch", "--quiet", "main")
    for number in range(4):
        scanned.commit({"shop/tax.py": f"def rate() -> float:\n    return {number}\n"})
        assert plumbrule(scanned.path, "scan", "--quiet").code == 0
    folder = scanned.path / ".plumbrule/generations"
    assert {path.stem for path in folder.glob("*.near")} <= {path.stem for path in folder.glob("*.duckdb")}
    assert len(list(folder.glob("*.near"))) >= 1
    assert not list(folder.glob("*.draft"))


def test_a_copied_store_keeps_it(scanned: Any, plumbrule: Callable, tmp_path: Path):
    shutil.copytree(scanned.path / ".plumbrule", tmp_path / "restored")
    near = Store.open(tmp_path / "restored").near()
    assert near is not None
    near.close()
    restored = plumbrule(scanned.path, *GATE, "--store", str(tmp_path / "restored"))
    assert (restored.code, restored.out) == (1, plumbrule(scanned.path, *GATE).out)
