"""The program that judges exemplars, on one whose figures are known; and what it and the corpus have left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from plumbrule.measures import module_depth

HERE = Path(__file__).parent
KEPT = HERE.parent / "golden" / "evaluation" / "exemplars.json"
WHO = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}

EXPECTED = """
[[exemplar]]
name = "someone/shop"
commit = "{commit}"
expect = [
  {{ path = "shop/rates.py", silent = ["shallow-module"] }},
  {{ path = "shop/rates.py", found = "shallow-module" }},
  {{ path = "shop/cart.py", rank = 90, among = "repository" }},
  {{ figure = "files_per_100_branches", at_most = 400 }},
]

[[exemplar]]
name = "someone/elsewhere"
commit = "{commit}"
expect = []
"""
RATES = "def {0}(country: str, year: int, table: dict) -> float:\n    return round(table[{1}], 4)\n"
CART = """from shop.rates import by_country, by_year

def total(lines, country, year, table):
    amount = 0
    for line in lines:
        if line.gross:
            amount += line.price * (1 + max(by_country(country, year, table), by_year(country, year, table)))
    return amount
"""


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env={**os.environ, **WHO}, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def clones(tmp_path: Path) -> Path:
    shop = tmp_path / "someone+shop"
    (shop / "shop").mkdir(parents=True)
    (shop / "shop" / "__init__.py").write_text("")
    (shop / "shop" / "rates.py").write_text(RATES.format("by_country", "country") + RATES.format("by_year", "year"))
    (shop / "shop" / "cart.py").write_text(CART)
    git(shop, "init", "-q", "-b", "trunk")
    git(shop, "add", ".")
    git(shop, "commit", "-q", "-m", "all of it")
    (tmp_path / "expected.toml").write_text(EXPECTED.format(commit=git(shop, "rev-parse", "HEAD")))
    return tmp_path


def test_what_is_expected_is_told_beside_what_came(clones: Path):
    kept = clones / "kept.json"
    done = subprocess.run(
        [
            *(sys.executable, HERE / "exemplars.py", "--clones", clones),
            *("--manifest", clones / "expected.toml", "--json", kept),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == f"someone/elsewhere: no clone below {clones}; clone it there\n"
    assert [line.partition(" someone/shop ")[::2] for line in done.stdout.splitlines()] == [
        ("MISS", "shop/rates.py: silent: shallow-module; shallow-module"),
        ("ok  ", "shop/rates.py: shallow-module: 1 or more; 1"),
        ("ok  ", "shop/cart.py: deeper than 90 % of its repository or more; 100 %, depth 1.81"),
        ("ok  ", ": files_per_100_branches at most 400; 150.0"),
    ]
    assert [one["as"] for one in json.loads(kept.read_text())] == [True, True, True, False]


def test_what_is_kept_of_exemplars_is_about_those_that_are_listed():
    listed = tomllib.loads((HERE / "exemplars.toml").read_text("utf-8"))["exemplar"]
    expectations = {one["name"]: len(one["expect"]) for one in listed}
    kept = [one["project"] for one in json.loads(KEPT.read_text("utf-8"))]
    assert {name: kept.count(name) for name in set(kept)}.items() <= expectations.items()


def test_the_corpus_that_ships_is_made_of_the_projects_that_are_listed():
    listed = tomllib.loads((HERE / "depth_corpus.toml").read_text("utf-8"))["project"]
    shipped = sorted((Path(module_depth.__file__).parent / "depth_corpus").glob("*.json"))
    assert {file.stem for file in shipped} == {one["language"] for one in listed}
    for file in shipped:
        told = json.loads(file.read_text("utf-8"))
        own = [(one["name"], one["commit"]) for one in listed if one["language"] == file.stem]
        assert [(one["name"], one["commit"]) for one in told["projects"]] == own
        assert told["files"] == sum(one["files"] for one in told["projects"])
        assert told["depth"] == sorted(told["depth"])
