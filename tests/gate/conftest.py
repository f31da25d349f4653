"""A small shop, and what people do to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

SHOP = {
    "shop/__init__.py": "",
    "shop/cart.py": "from shop.tax import rate\n\n\ndef total() -> float:\n    return rate()\n",
    "shop/tax.py": "def rate() -> float:\n    return 0.2\n",
    "README.md": "A shop.\n",
}
CYCLE = {"shop/tax.py": "from shop.cart import total\n\n\ndef rate() -> float:\n    return total and 0.2\n"}


@pytest.fixture
def shop(make_repo: Callable) -> Callable:
    """`shop({...})`: a repository with the shop and these files on `main`, standing on the new branch `topic`."""

    def make(files: Mapping[str, str | bytes | None] | None = None, *, name: str = "repo") -> Any:  # Any: a Builder
        repo = make_repo({**SHOP, **(files or {})}, name=name)
        repo.branch("topic")
        return repo

    return make


@pytest.fixture
def judged(plumbrule: Callable, tmp_path: Path) -> Callable:
    """`judged(repo)`: (exit code, the JSON report) of a gate against `main`, without a store."""

    def judge(repo: Any, *more: str, base: str = "main", store: Path | None = None) -> tuple[int, dict[str, Any]]:
        where = ("--store", str(store or tmp_path / "no store"))
        answer = plumbrule(repo.path, "gate", "--base", base, "--format", "json", "--quiet", *where, *more)
        return answer.code, json.loads(answer.out)

    return judge


@pytest.fixture
def found() -> Callable:
    """`found(report, "new", "dependency-cycle")`: the subjects of such findings, sorted."""

    def find(report: Mapping[str, Any], state: str, rule: str = "") -> list[str]:
        return sorted(f["subject"] for f in report["findings"] if f["state"] == state and rule in ("", f["rule"]))

    return find
