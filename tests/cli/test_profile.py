"""What a person does whose scan is slow: ask where the time goes, and keep a profile to show to others."""

from __future__ import annotations

import json
import pstats
from collections.abc import Callable
from pathlib import Path

import pytest

from plumbrule.extract.stages import Stages


def test_a_scan_as_json_says_where_its_time_went(make_repo: Callable, plumbrule: Callable) -> None:
    repo = make_repo({"a.py": "import b\n", "b.py": "x = 1\n"})
    timings = json.loads(plumbrule(repo.path, "scan", "--quiet", "--format", "json").out)["timings"]
    names = [stage["name"] for stage in timings["stages"]]
    assert {"parse", "resolve", "measure", "judge", "store", "other"} <= set(names)
    assert len(names) == len(set(names))
    assert sum(stage["seconds"] for stage in timings["stages"]) == pytest.approx(timings["seconds"], abs=0.01)
    assert 0 < timings["verdict"] <= timings["seconds"]
    assert set(timings["cpu"]) == {"own", "children"}


def test_stages_that_lie_in_each_other_are_not_counted_twice() -> None:
    now = [0.0]

    def passes(seconds: float) -> None:
        now[0] += seconds

    stages = Stages(clock=lambda: now[0])
    passes(1)
    with stages("outer"):
        passes(2)
        with stages("inner"):
            passes(4)
            stages.judged()
        passes(8)
    with stages("inner"):
        passes(16)
    passes(32)
    told = stages.told()
    assert told["stages"] == [
        {"name": "other", "seconds": 33},
        {"name": "outer", "seconds": 10},
        {"name": "inner", "seconds": 20},
    ]
    assert told["seconds"] == 63
    assert told["verdict"] == 7


def test_what_was_not_judged_has_no_verdict() -> None:
    assert "verdict" not in Stages(clock=lambda: 0.0).told()


def test_a_profile_holds_the_command_and_its_workers(make_repo: Callable, plumbrule: Callable, tmp_path: Path) -> None:
    repo = make_repo({"a.py": "import b\n", "b.py": "def f():\n    return 1\n"})
    kept = tmp_path / "scan.prof"
    answer = plumbrule(repo.path, "--profile", str(kept), "scan", "--quiet")
    assert answer.code == 0
    assert "pstats" in answer.err
    called = {name for _, _, name in pstats.Stats(str(kept)).stats}  # type: ignore[attr-defined] # as pstats has it
    assert "_scan" in called  # in the command's own process
    assert "perform" in called  # in a worker's


def test_a_profile_is_written_of_a_command_that_fails(plumbrule: Callable, tmp_path: Path) -> None:
    kept = tmp_path / "failed.prof"
    assert plumbrule(tmp_path, "--profile", str(kept), "scan", "--quiet").code == 2
    assert pstats.Stats(str(kept)).stats  # type: ignore[attr-defined] # as pstats has it


def test_a_profile_that_cannot_be_written_ends_the_command_before_it_begins(
    make_repo: Callable, plumbrule: Callable, tmp_path: Path
) -> None:
    repo = make_repo({"a.py": ""})
    answer = plumbrule(repo.path, "--profile", str(tmp_path / "none" / "x.prof"), "scan", "--quiet")
    assert answer.code == 2
    assert "--profile" in answer.err
    assert not (repo.path / ".plumbrule").exists()
