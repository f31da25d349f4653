"""The example of a step that fetches reviews: what the platforms answer becomes a file that the gate reads."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from plumbrule.policy.reviews import Reviews, read_reviews

RECIPES = Path(__file__).parents[2] / "docs" / "recipes"
ONE, TWO = "1" * 40, "2" * 40


@pytest.fixture
def fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Reviews]:
    """What the script makes of these answers, by the address that is asked for; `gh` and `glab` know no others."""

    def fetch(platform: str, answers: Mapping[str, Any]) -> Reviews:
        bait = tmp_path / "bin"
        bait.mkdir()
        program = f"#!{sys.executable}\nimport json, sys\nprint(json.dumps({dict(answers)!r}.get(sys.argv[2], [])))\n"
        for name in ("gh", "glab"):
            (bait / name).write_text(program, "utf-8")
            (bait / name).chmod(0o755)
        monkeypatch.setenv("PATH", f"{bait}:/usr/bin:/bin")
        line = [
            sys.executable,
            RECIPES / "fetch_approvals.py",
            platform,
            "shop/orders",
            "17",
            "--team",
            "shop/architects",
        ]
        file = tmp_path / "approvals.json"
        file.write_bytes(subprocess.run(line, check=True, capture_output=True).stdout)
        return read_reviews(str(file), ())

    return fetch


def test_reviews_of_github(fetched: Callable):
    review = {"user": {"login": "lin"}, "state": "APPROVED", "commit_id": ONE, "submitted_at": "2024-05-01T12:00:00Z"}
    pull = "repos/shop/orders/pulls/17"
    reviews = fetched("github", {
        pull: {"user": {"login": "bob"}, "head": {"sha": ONE}},
        f"{pull}/reviews?per_page=100&page=1": [
            review, {**review, "user": None}, {"user": {"login": "eve"}, "state": "PENDING"},
        ],
        f"{pull}/reviews?per_page=100&page=2": [{**review, "user": {"login": "max"}, "state": "CHANGES_REQUESTED"}],
        "orgs/shop/teams/architects/members?per_page=100&page=1": [{"login": "lin"}],
    })  # fmt: skip
    told = [(one.reviewer, one.teams, one.state, one.commit) for one in reviews.last_words()]
    assert told == [("lin", ("shop/architects",), "approved", ONE), ("max", (), "changes_requested", ONE)]


def test_an_approval_of_gitlab_is_of_the_version_that_stood_there_at_that_time(fetched: Callable):
    merge = "projects/shop%2Forders/merge_requests/17"
    reviews = fetched("gitlab", {
        merge: {"author": {"username": "bob"}, "sha": TWO},
        f"{merge}/versions?per_page=100&page=1": [
            {"head_commit_sha": TWO, "created_at": "2024-05-02T12:00:00.000Z"},
            {"head_commit_sha": ONE, "created_at": "2024-05-01T12:00:00.000Z"},
        ],
        f"{merge}/approvals": {"approved_by": [
            {"user": {"username": "lin"}, "approved_at": "2024-05-01T13:00:00.000Z"},
            {"user": {"username": "max"}, "approved_at": "2024-05-02T13:00:00.000Z"},
            {"user": {"username": "old"}},
        ]},
    })  # fmt: skip
    assert [(one.reviewer, one.commit) for one in reviews.last_words()] == [("lin", ONE), ("max", TWO)]


def test_the_file_that_the_recipe_shows_is_one(tmp_path: Path):
    shown = re.search(r"```json\n(.*?)```", (RECIPES / "approvals.md").read_text("utf-8"), re.DOTALL)
    assert shown is not None
    file = tmp_path / "shown.json"
    file.write_text(json.dumps(json.loads(shown[1])), "utf-8")
    assert [one.reviewer for one in read_reviews(str(file), ()).reviews] == ["lin"]
