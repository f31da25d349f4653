"""Plumbrule on itself: its own policy, its own rules, an empty baseline."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path


def test_plumbrule_finds_nothing_at_or_over_a_warning_in_itself(root: Path, tracked: tuple[str, ...], tmp_path: Path):
    here = tmp_path / "plumbrule"
    for name in tracked:
        place = here / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, place)
    git = ["git", "-C", str(here), "-c", "user.name=tests", "-c", "user.email=tests@example.org"]
    for step in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message=as it stands"]):
        subprocess.run([*git, *step], check=True)

    def plumbrule(*words: str) -> str:
        command = [sys.executable, "-m", "plumbrule", *words, "--store", str(tmp_path / "store")]
        return subprocess.run(command, cwd=here, check=True, capture_output=True, text=True).stdout

    (summary,) = json.loads(plumbrule("scan", "--history", "1", "--quiet", "--format", "json"))["repositories"]
    assert (summary["parsed"], summary["resolved"]) == (summary["files"], summary["imports"])
    assert summary["parsed"] > 150
    sql = "SELECT rule || ': ' || subject AS finding FROM finding WHERE severity <> 'info' AND state <> 'waived'"
    assert json.loads(plumbrule("query", sql, "--format", "json")) == []
