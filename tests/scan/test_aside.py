"""Figures that nobody waits for: radon's, made beside the scan and kept by content."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import plumbrule.aside
import plumbrule.timeline
from plumbrule.aside import Aside
from plumbrule.extract import Limits
from plumbrule.store import ExtraMeasure, Store

SOURCES = {"a" * 40: b"def f(x):\n    return 1 if x else 2\n", "b" * 40: b"y = 1\n", "c" * 40: b"def broken(:\n"}
FILES = {"shop/a.py": ("python", "a" * 40), "shop/b.py": ("python", "b" * 40), "web/c.ts": ("typescript", "b" * 40)}


def _rows(
    folder: Path,
    read: Callable[[str], bytes],
    files: dict[str, tuple[str, str]] = FILES,
    clock: Callable[[], float] = lambda: 0.0,
) -> tuple[list[ExtraMeasure], int]:
    """All patience there is, as long as the clock stands still."""
    store = Store.open(folder / "store", now=1)
    store.folder.mkdir(exist_ok=True)
    aside = Aside(set(files.values()), read, store.figures, Limits())
    try:
        return aside.rows(files, clock)
    finally:
        aside.end()


def _read(blob: str) -> bytes:
    return SOURCES[blob]


def test_figures_of_python_files_are_those_of_radon(tmp_path: Path) -> None:
    rows, left = _rows(tmp_path, _read)
    assert left == 0
    assert ("symbol", "shop/a.py::f", "radon_cyclomatic", 2.0) in rows
    assert {row.subject for row in rows if row.level == "file"} == {"shop/a.py", "shop/b.py"}


def test_what_was_not_reached_is_reached_next_time_and_nothing_is_measured_twice(tmp_path: Path) -> None:
    log = tmp_path / "log"

    def slow(blob: str) -> bytes:
        with log.open("a") as file:
            file.write(blob[0])
        if blob == "b" * 40:
            time.sleep(60)
        return SOURCES[blob]

    def quick(blob: str) -> bytes:
        with log.open("a") as file:
            file.write(blob[0])
        return SOURCES[blob]

    # Time begins to run once the second file is being read.
    rows, left = _rows(tmp_path, slow, clock=lambda: float(log.exists() and "b" in log.read_text()))
    assert ({row.subject.partition("::")[0] for row in rows}, left) == ({"shop/a.py"}, 1)
    rows, left = _rows(tmp_path, quick)
    assert ({row.subject.partition("::")[0] for row in rows}, left) == ({"shop/a.py", "shop/b.py"}, 0)
    assert _rows(tmp_path, quick) == (rows, 0)
    assert log.read_text() == "abb"


def test_nobody_waits_when_many_files_are_left_and_one_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plumbrule.aside, "_FEW", 0)

    def slow(blob: str) -> bytes:
        if blob == "b" * 40:
            time.sleep(60)
        return SOURCES[blob]

    rows, left = _rows(tmp_path, slow)
    assert (bool(rows), left) == (True, 1)


def test_a_file_that_radon_cannot_read_has_no_figures_and_is_not_tried_again(tmp_path: Path) -> None:
    files = {"shop/broken.py": ("python", "c" * 40)}
    assert _rows(tmp_path, _read, files) == ([], 0)

    def never(blob: str) -> bytes:
        raise AssertionError(blob)

    assert _rows(tmp_path, never, files) == ([], 0)


def test_measuring_ends_with_the_scan_whatever_it_is_busy_with(tmp_path: Path) -> None:
    busy = tmp_path / "busy"

    def endless(blob: str) -> bytes:
        busy.write_text(f"{os.getpid()}")
        time.sleep(60)
        return b""

    store = Store.open(tmp_path / "store", now=1)
    store.folder.mkdir()
    aside = Aside(set(FILES.values()), endless, store.figures, Limits())
    while not (busy.exists() and busy.read_text()):
        time.sleep(0.01)
    worker = int(busy.read_text())
    aside.end()
    deadline = time.monotonic() + 20
    while _alive(worker) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _alive(worker)


def _alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_scan_stores_them_in_its_one_generation_and_the_next_one_with_nothing_new_makes_none(
    grown: Callable[..., Any], scanned: Callable[..., Any], rows: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plumbrule.aside, "_PATIENCE", 60.0)
    monkeypatch.setattr(plumbrule.timeline, "_PUBLISH_SECONDS", 1e9)  # however slow the machine, one generation
    repo = grown(1)
    for _ in range(2):
        scanned(repo)
        found = rows(repo.path, "SELECT subject, value FROM measure WHERE name = 'radon_cyclomatic' ORDER BY ALL")
        assert found == [["shop/cart.py::total", 1.0], ["shop/tax.py::rate", 1.0]]
        assert [path.name for path in sorted((repo.path / ".plumbrule/generations").glob("*.duckdb"))] == [
            "000001.duckdb"
        ]


def test_a_snapshot_says_that_not_all_files_were_reached_until_they_are(
    grown: Callable[..., Any], scanned: Callable[..., Any], rows: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = grown(1)
    with monkeypatch.context() as hurried:
        hurried.setattr(Aside, "rows", lambda *_: ([ExtraMeasure("file", "shop/tax.py", "radon_lloc", 2.0)], 3))
        (summary,) = scanned(repo)
    assert any("radon has 3 files to go" in note for note in summary["notes"])
    assert rows(repo.path, "SELECT not_measured FROM snapshot ORDER BY position DESC LIMIT 1") == ["radon"]
    monkeypatch.setattr(plumbrule.aside, "_PATIENCE", 60.0)
    (summary,) = scanned(repo)
    assert not any("radon" in note for note in summary["notes"])
    assert rows(repo.path, "SELECT not_measured FROM snapshot ORDER BY position DESC LIMIT 1") == [""]
