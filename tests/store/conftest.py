"""Graphs, snapshots and stores as the tests of this folder need them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from plumbrule.graph import (
    Dependency,
    External,
    FileRow,
    FileRows,
    FunctionRow,
    SymbolRow,
    Unresolved,
    Use,
)
from plumbrule.store import SnapshotRecord, Store


def quiet(text: str) -> None:
    raise AssertionError(f"nothing was to be said, yet: {text}")


@dataclass(frozen=True)
class Made:
    """Makers of plain values; every argument that a test does not name is of no concern to it."""

    repo: str = "shop"

    def file(
        self,
        *,
        blob: int = 0,
        symbols: Iterable[str] = (),
        imports: Iterable[str] = (),
        packages: Iterable[str] = (),
        missing: Iterable[str] = (),
        language: str = "python",
        line: int = 1,
    ) -> FileRows:
        symbols, imports = tuple(symbols), tuple(imports)
        return FileRows(
            FileRow(language, language, f"{blob:040x}", 10 + blob, 5, False, False),
            tuple(SymbolRow(s, "function", "public", True, "()", line, line + 1, "") for s in symbols),
            tuple(FunctionRow(s, line, 3, 2, 1, 4, 9, 30, 5, 2**62 + blob, 7, "", "", 0, 1) for s in symbols),
            tuple(Dependency(d, "import", False, False, line, "a, b", 1.0) for d in imports),
            tuple(Use(d, "a", "call", line, "") for d in imports),
            tuple(External(p, p, "", line, False) for p in packages),
            tuple(Unresolved(line, m, "no such file") for m in missing),
            len(imports),
            len(imports),
        )

    def snapshot(self, position: int, name: str = "", *, batch: str = "", repo: str = "") -> SnapshotRecord:
        repo = repo or self.repo
        commit = name or f"{position:012x}"
        return SnapshotRecord(
            f"{repo}@{commit}", repo, position, commit * 3, "", 1_700_000_000 + position, batch, "ada", 1, 1, 0, 2, 1
        )


@pytest.fixture
def made() -> Made:
    return Made()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store", note=quiet)


@pytest.fixture
def no_wait() -> Callable[[str], None]:
    return quiet
