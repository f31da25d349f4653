"""The program that writes drift into real histories, on a small one whose drift is known."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
PART = (
    "from shop.rates.tax import rate\n\n\ndef part{n}(amount):\n    first = amount * rate()\n    return first + {n}\n"
)
SHOP = {
    "shop/__init__.py": "",
    "shop/rates/__init__.py": "",
    "shop/rates/tax.py": "def rate():\n    return 0.2\n",
    "shop/rates/table.py": "def rows(country):\n    found = [country]\n    return found\n",
    "shop/parts/__init__.py": "",
    "shop/mail/__init__.py": "",
    "shop/mail/send.py": "def send(text):\n    sent = text.strip()\n    return sent\n",
    "shop/mail/queue.py": "def take(name):\n    taken = name.lower()\n    return taken\n",
}


@pytest.fixture
def kept(make_repo: Callable, tmp_path: Path) -> Callable[..., tuple[list[dict[str, Any]], dict[str, Any]]]:
    """`kept("cycle,tests-only")`: the cases written into a history of ninety commits, and the figures made of them."""

    def run(kinds: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        repo = make_repo(SHOP, name="histories/ada+shop")
        for number in range(90):
            repo.commit({f"shop/parts/part{number % 30}.py": PART.format(n=number)})
        listed = tmp_path / "listed.toml"
        entry = f'name = "ada/shop"\ncommit = "{repo.head}"\nfamily = "python"\nhalf = "report"\n'
        listed.write_text(f"commits = 91\n\n[[history]]\n{entry}")
        output = tmp_path / "figures.json"
        done = subprocess.run(
            [sys.executable, HERE / "injection.py", "--manifest", listed, "--histories", tmp_path / "histories",
             "--kinds", kinds, "--parents", "2", "--work", tmp_path / "work", "--output", output],
            check=False, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        lines = (tmp_path / "work" / "ada+shop.jsonl").read_text().splitlines()[1:]
        return [json.loads(line) for line in lines], json.loads(output.read_text())

    return run


def test_a_cycle_is_told_where_it_is_and_tests_are_not(kept: Callable):
    rows, figures = kept("cycle,exceptions,tests-only")
    cycles = [row for row in rows if row["kind"] == "cycle" and row["dose"] == "subtle" and "none" not in row]
    assert len(cycles) == 2
    for row in cycles:
        told = {rule for rule, *_ in row["findings"]}
        assert ("dependency-cycle" in told) == (row["disguise"] != "type-only"), row["what"]
        assert not row["unread"]
    assert figures["recall"]["report"]["cycle, subtle"]["gate"] == figures["recall"]["report"]["cycle, subtle"]["cases"]
    assert figures["localisation"]["cycle"]["found"] == figures["localisation"]["cycle"]["told"] > 0
    assert figures["controls"]["tests-only"] == {"cases": 2, "model": 0, "rules": 0, "either": 0, "gate": 0}
    assert figures["alerts"]["report"]["gate"]["mean"] == 0.0


def test_each_kind_finds_its_place_or_says_that_there_is_none_and_what_it_writes_parses(kept: Callable):
    kinds = [file.stem.replace("_", "-") for file in (HERE / "inject" / "kinds").glob("[a-z]*.py")]
    controls = [file.stem.replace("_", "-") for file in (HERE / "inject" / "controls").glob("[a-z]*.py")]
    rows, figures = kept(",".join([*kinds, *controls]))
    written = [row for row in rows if row["kind"] not in ("benign", "learned")]
    assert {row.get("control") or row["kind"] for row in written} == {*kinds, *controls}
    assert [row["what"] for row in written if row.get("unread")] == []
    (about,) = figures["histories"]
    assert about["written"] + about["on an alert"] == sum("none" not in row for row in written if row["kind"] in kinds)
    assert figures["schema"] == "plumbrule/injection/1"


def test_the_same_seed_writes_the_same(kept: Callable, tmp_path: Path):
    rows, _ = kept("boundary,comments")
    (tmp_path / "histories").rename(tmp_path / "first")
    for place in (tmp_path / "work").iterdir():
        if place.is_file():
            place.unlink()
    again, _ = kept("boundary,comments")
    assert again == rows
