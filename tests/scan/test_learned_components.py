"""Components that nobody declared: one level for all snapshots of a repository, that of the newest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

STANDING = "SELECT position, value FROM trend WHERE name = 'findings' ORDER BY position"
SERIES = ("snapshot", "batch", "trend", "finding", "file", "component", "component_dependency", "cycle_edge", "measure")


def test_a_folder_that_moves_the_level_neither_fixes_nor_brings_a_finding(
    make_repo: Callable, undeclared: SimpleNamespace, scanned: Callable, rows: Callable
):
    repo = make_repo(undeclared.parts)
    repo.commit({"app/store/z.py": "Z = 2\n"})
    (first,) = scanned(repo)
    assert first["level"] == "app"
    assert rows(repo.path, STANDING) == [[0, 1.0], [1, 1.0]]
    repo.commit(undeclared.beside)
    (summary,) = scanned(repo)
    assert summary["level"] == "the top folder"
    assert [note for note in summary["notes"] if "components" in note] == [
        "the folders show the components at the top folder now, and no longer at app, so the history was computed anew"
        " from the facts that are kept"
    ]
    assert rows(repo.path, STANDING) == [[0, 0.0], [1, 0.0], [2, 0.0]]
    assert [(batch["new"], batch["fixed"]) for batch in summary["batches"]] == [([], [])]
    repo.commit(dict.fromkeys(undeclared.beside))
    (summary,) = scanned(repo)
    assert summary["level"] == "app"
    assert rows(repo.path, STANDING) == [[position, 1.0] for position in range(4)]
    assert [(batch["new"], batch["fixed"]) for batch in summary["batches"]] == [([], [])]


@pytest.mark.parametrize(
    "beside",
    [
        {"tests/test_a.py": "", "e2e/test_b.py": "", "spec/test_c.py": ""},
        {"assets/a.svg": "", "ci/b.toml": "", "words/c.txt": ""},
        {"gone/a.py": "", "made/b.py": "", "old/c.py": "", "plumbrule.toml": 'exclude = ["gone", "made", "old"]\n'},
    ],
    ids=["tests", "no code", "excluded"],
)
def test_only_the_code_of_the_product_says_where_components_are(
    make_repo: Callable, undeclared: SimpleNamespace, scanned: Callable, beside: dict[str, str]
):
    (summary,) = scanned(make_repo({**undeclared.parts, **beside}))
    assert summary["level"] == "app"


def test_a_scan_in_steps_ends_like_one_at_once_wherever_the_level_went(
    make_repo: Callable, undeclared: SimpleNamespace, scanned: Callable, told_alike: Callable, tmp_path: Path
):
    repo = make_repo(undeclared.parts)
    steps = tmp_path / "steps"
    inside = {"app/deploy/a.py": "A = 1\n", "app/store/z.py": "from app.core.x import _secret\n"}
    for change in (
        undeclared.beside,
        inside,
        {name: None for name in undeclared.beside if name != "deploy/main.py"},
        {"app/core/w.py": ""},
    ):
        scanned(repo, "--store", str(steps))
        repo.commit(change)
    scanned(repo, "--store", str(steps))
    scanned(repo)
    told_alike(repo.path, SERIES, 5, steps)


def test_code_that_moved_as_a_whole_kept_its_findings(
    make_repo: Callable, undeclared: SimpleNamespace, scanned: Callable, rows: Callable
):
    repo = make_repo(undeclared.parts)
    (repo.path / "src").mkdir()
    repo.git("mv", "app", "src/app")
    repo.commit({})
    (summary,) = scanned(repo)
    assert summary["level"] == "src/app"
    assert rows(repo.path, STANDING) == [[0, 1.0], [1, 1.0]]
    assert [(batch["new"], batch["fixed"]) for batch in summary["batches"]] == [([], [])]


def test_a_branch_is_compared_by_the_level_of_the_line(
    make_repo: Callable, undeclared: SimpleNamespace, scanned: Callable, rows: Callable
):
    repo = make_repo(undeclared.parts)
    scanned(repo)
    repo.branch("topic")
    repo.commit(undeclared.beside)
    (summary,) = scanned(repo, "--ref", "topic")
    assert summary["level"] == "app"
    sql = f"SELECT state, count(*) FROM finding_at('repo@{repo.head[:12]}') GROUP BY ALL"
    assert rows(repo.path, sql) == [["known", 1]]
