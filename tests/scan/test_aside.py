"""Figures that nobody waits for: radon's, kept by content, as far as the time lent goes."""

from __future__ import annotations

from pathlib import Path

from plumbrule.aside import radon_rows
from plumbrule.extract import Limits
from plumbrule.store import Store

SOURCES = {"a" * 40: b"def f(x):\n    return 1 if x else 2\n", "b" * 40: b"y = 1\n", "c" * 40: b"def broken(:\n"}
FILES = {"shop/a.py": ("python", "a" * 40), "shop/b.py": ("python", "b" * 40), "web/c.ts": ("typescript", "b" * 40)}


def _store(folder: Path) -> Store:
    store = Store.open(folder / "store", now=1)
    store.folder.mkdir(exist_ok=True)
    return store


def _read(blob: str) -> bytes:
    return SOURCES[blob]


def test_figures_of_python_files_are_those_of_radon(tmp_path: Path) -> None:
    rows, left = radon_rows(
        FILES, _read, _store(tmp_path).figures, seconds=60, clock=lambda: 0.0, limits=Limits()
    )  # fmt: skip
    assert left == 0
    assert ("symbol", "shop/a.py::f", "radon_cyclomatic", 2.0) in rows
    assert {row.subject for row in rows if row.level == "file"} == {"shop/a.py", "shop/b.py"}


def test_what_time_did_not_reach_is_reached_next_time_and_nothing_is_measured_twice(tmp_path: Path) -> None:
    ticks = iter(range(1000))
    seen = []
    for _ in range(3):
        rows, left = radon_rows(
            FILES, _read, _store(tmp_path).figures, seconds=0, clock=lambda: float(next(ticks)), limits=Limits()
        )
        seen.append((len({row.subject.partition("::")[0] for row in rows}), left))
    assert seen == [(1, 1), (2, 0), (2, 0)]


def test_a_file_that_radon_cannot_read_has_no_figures_and_is_not_tried_again(tmp_path: Path) -> None:
    files = {"shop/broken.py": ("python", "c" * 40)}
    for _ in range(2):
        rows, left = radon_rows(files, _read, _store(tmp_path).figures, seconds=60, clock=lambda: 0.0, limits=Limits())
        assert (rows, left) == ([], 0)
