"""The program that judges merges of the past, on three merges whose verdicts are known."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
WHO = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env={**os.environ, **WHO}, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def merged(tmp_path: Path) -> Path:
    """A main line of three merges: a cycle, words alone, and code that is fine."""
    folder = tmp_path / "shop"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    steps = (
        ("base", {"tax.py": "RATE = 0.2\n", "cart.py": "from tax import RATE\n"}),
        ("cycle", {"tax.py": "from cart import RATE as OLD\n\nRATE = 0.2\n"}),
        ("words", {"README.md": "# Shop\n"}),
        ("fine", {"mail.py": "SENDER = 'shop'\n"}),
    )
    for name, files in steps:
        if name != "base":
            git(folder, "switch", "-q", "-c", name)
        for path, text in files.items():
            (folder / path).write_text(text)
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", name)
        if name != "base":
            git(folder, "switch", "-q", "main")
            git(folder, "merge", "-q", "--no-ff", "-m", f"Merge {name}", name)
    return folder


def run(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, str(HERE / "past_merges.py"), str(folder), *arguments], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_merges_that_touch_code_are_judged_and_what_stops_one_is_kept(merged: Path, tmp_path: Path) -> None:
    told = run(merged, "--json", str(tmp_path / "kept.json"))
    assert "# 2 merges, the newest; no policy, severities as they ship" in told
    assert "2 judged: 1 failed, 1 passed" in told
    kept = json.loads((tmp_path / "kept.json").read_text())
    verdicts = {git(merged, "show", "-s", "--format=%s", one["merge"]): one["report"]["verdict"] for one in kept}
    assert verdicts == {"Merge fine": "passed", "Merge cycle": "failed"}
    (stop,) = [one["report"] for one in kept if one["report"]["verdict"] == "failed"]
    errors = {one["rule"] for one in stop["findings"] if one["state"] == "new" and one["severity"] == "error"}
    assert errors == {"dependency-cycle"}


def test_the_same_seed_draws_the_same_merges(merged: Path) -> None:
    asked = ("--seed", "7", "--count", "1")
    told = run(merged, *asked)
    assert "# 1 merges, drawn with seed 7 from the newest 2;" in told
    assert run(merged, *asked) == told
