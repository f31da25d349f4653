"""docs/comparison.toml: what it says of each row of the matrix is there, and what it says is missing is missing."""

from __future__ import annotations

import importlib.util
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROWS = [*range(19, 45), *range(67, 93)]


@pytest.fixture
def pages(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", root / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def rows(root: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((root / "docs" / "comparison.toml").read_text("utf-8"))["row"]
    return found


def test_every_row_of_the_matrix_has_one_line(rows: list[dict[str, Any]]) -> None:
    assert [row["number"] for row in rows] == ROWS


def test_everything_that_a_row_names_exists(pages: ModuleType, rows: list[dict[str, Any]]) -> None:
    assert [(row["number"], name) for row in rows for name in row["where"] if not pages.is_there(name)] == []


def test_what_a_row_waits_for_is_not_there_yet(pages: ModuleType, rows: list[dict[str, Any]]) -> None:
    """A row that fails here is out of date: say where it is done now."""
    assert [(row["number"], name) for row in rows for name in row.get("awaits", ()) if pages.is_there(name)] == []


def test_a_row_that_names_nothing_says_why(rows: list[dict[str, Any]]) -> None:
    assert [row["number"] for row in rows if not row["where"] and not row["says"]] == []


@pytest.mark.parametrize(
    "name",
    [
        "rule:layer-breech", "contract:layer", "setting:excluded", "command:rules tests", "command:gates",
        "option:gate --bases", "format:pdf", "view:dependencie", "file:docs/nothing.md",
    ],
)  # fmt: skip
def test_a_name_that_is_not_there_is_known_by_its_kind(pages: ModuleType, name: str) -> None:
    assert not pages.is_there(name)


def test_a_kind_that_is_none_is_refused(pages: ModuleType) -> None:
    with pytest.raises(ValueError, match="file_ is no kind"):
        pages.is_there("file_:README.md")
