"""Repositories to scan, and questions to the store that come back as plain rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

import plumbrule.aside
from plumbrule.store import Store

SHOP = {
    "shop/__init__.py": "",
    "shop/cart.py": "from shop.tax import rate\n\n\ndef total() -> float:\n    return rate()\n",
    "shop/tax.py": "def rate() -> float:\n    return 0.2\n",
}


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """How far radon gets depends on the machine; the few files of a test are all waited for, where that is no topic."""
    if request.path.name != "test_aside.py":
        monkeypatch.setattr(plumbrule.aside, "_PATIENCE", 60.0)


@pytest.fixture
def rows() -> Callable[..., list[Any]]:
    """`rows(folder, sql)`: what the public views answer; one value a row where one column is asked for.

    Through the store's reader: `plumbrule query` gives the same (tests/cli), and starts a process for it.
    """

    def ask(folder: Path, sql: str, store: Path | None = None) -> list[Any]:
        with Store.open(store or folder / ".plumbrule").reader() as reader:
            found = [list(row) for row in reader.select(sql)]
        return [row[0] for row in found] if found and len(found[0]) == 1 else found

    return ask


@pytest.fixture
def scanned(plumbrule: Callable) -> Callable[..., list[dict[str, Any]]]:
    """`scanned(repo)`: the summaries of a scan, as JSON."""

    def scan(repo: Any, *more: str, at: Path | None = None) -> list[dict[str, Any]]:  # Any: a Builder
        answer = plumbrule(at or repo.path, "scan", "--quiet", "--format", "json", *more)
        assert answer.code == 0, answer.err
        return json.loads(answer.out)["repositories"]

    return scan


@pytest.fixture
def grown(make_repo: Callable) -> Callable[..., Any]:
    """`grown(n)`: the shop with `n` further commits, each of which touches one file or two."""

    def grow(commits: int = 5, *, name: str = "repo") -> Any:  # Any: a Builder
        repo = make_repo(SHOP, name=name)
        for number in range(commits):
            repo.commit({f"shop/m{number % 4}.py": f"from shop.tax import rate\n\nX = rate() + {number}\n"})
        return repo

    return grow


@pytest.fixture
def told_alike(rows: Callable[..., list[Any]]) -> Callable[..., None]:
    """`told_alike(folder, views, snapshots, store)`: fails unless another store tells the same as the folder's own, in
    these views and of the components at each of so many snapshots."""

    def compare(folder: Path, views: Iterable[str], snapshots: int, store: Path) -> None:
        asked = [f"SELECT * FROM {view} ORDER BY ALL" for view in views]
        for position in range(snapshots):
            at = f"(SELECT snapshot FROM snapshot WHERE position = {position})"
            asked.append(f"SELECT path, component FROM file_at({at}) ORDER BY ALL")
        for sql in asked:
            assert rows(folder, sql) == rows(folder, sql, store), sql

    return compare
