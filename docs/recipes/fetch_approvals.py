"""Writes the reviews of one change as the file that `plumbrule gate --approvals` reads. Needs `gh` or `glab`.

    python fetch_approvals.py github shop/orders 17 --team shop/architects > approvals.json
    python fetch_approvals.py gitlab shop/orders 17 --team shop/architects > approvals.json

Run it in a step that the change cannot edit (docs/recipes/approvals.md), and write outside of the checkout.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote


def main() -> int:
    arguments = argparse.ArgumentParser(description="Write the reviews of one change for `plumbrule gate --approvals`.")
    arguments.add_argument("platform", choices=("github", "gitlab"))
    arguments.add_argument("repository", help="as the platform has it: group/name")
    arguments.add_argument("change", help="number of the pull or merge request")
    arguments.add_argument("--team", action="append", default=[], help="a team that is an owner: group/team")
    asked = arguments.parse_args()
    fetched = (_github if asked.platform == "github" else _gitlab)(asked.repository, asked.change, asked.team)
    top = {"schema": "plumbrule/approvals/1", "platform": asked.platform, "repository": asked.repository}
    json.dump({**top, "change": asked.change, **fetched}, sys.stdout, indent=1)
    return 0


def _github(repository: str, change: str, teams: list[str]) -> dict[str, Any]:  # Any: JSON, as everywhere below
    pull = f"repos/{repository}/pulls/{change}"
    members = {team: _logins("gh", f"orgs/{team.replace('/', '/teams/', 1)}/members", "login") for team in teams}
    about = _asked("gh", pull)
    reviews = [
        {
            "reviewer": one["user"]["login"],
            "teams": [team for team, names in members.items() if one["user"]["login"] in names],
            "state": one["state"].lower(),
            "commit": one["commit_id"],
            "submitted_at": one["submitted_at"],
        }
        for one in _pages("gh", f"{pull}/reviews")
        if one.get("user") and one.get("commit_id") and one["state"] != "PENDING"
    ]
    return {"author": about["user"]["login"], "head": about["head"]["sha"], "reviews": reviews}


def _gitlab(repository: str, change: str, teams: list[str]) -> dict[str, Any]:
    """GitLab does not say of which commit an approval is: one counts for the version that stood there at that time."""
    merge = f"projects/{quote(repository, safe='')}/merge_requests/{change}"
    members = {t: _logins("glab", f"groups/{quote(t, safe='')}/members/all", "username") for t in teams}
    about = _asked("glab", merge)
    versions = sorted(_pages("glab", f"{merge}/versions"), key=lambda one: _moment(one["created_at"]))
    reviews = []
    for one in _asked("glab", f"{merge}/approvals")["approved_by"]:
        at, name = one.get("approved_at"), one["user"]["username"]
        stood = [version for version in versions if at and _moment(version["created_at"]) < _moment(at)]
        if stood:
            member_of = [team for team, names in members.items() if name in names]
            commit = stood[-1]["head_commit_sha"]
            said = {"reviewer": name, "teams": member_of, "state": "approved", "commit": commit, "submitted_at": at}
            reviews.append(said)
    return {"author": about["author"]["username"], "head": about["sha"], "reviews": reviews}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _logins(program: str, path: str, key: str) -> set[str]:
    return {one[key] for one in _pages(program, path)}


def _pages(program: str, path: str) -> Iterator[dict[str, Any]]:
    page = 1
    while listed := _asked(program, f"{path}?per_page=100&page={page}"):
        yield from listed
        page += 1


def _asked(program: str, path: str) -> Any:
    return json.loads(subprocess.run([program, "api", path], check=True, capture_output=True).stdout)


if __name__ == "__main__":
    sys.exit(main())
