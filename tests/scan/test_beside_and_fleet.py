"""Branches and work trees beside the main line, several repositories in one store, and following them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

VIEWS = ("file", "symbol", "dependency", "component", "cycle", "finding", "batch", "trend", "repo")
CYCLE = {"shop/tax.py": "from shop.cart import total\n\n\ndef rate() -> float:\n    return total and 0.2\n"}
FLEET = """\
[[repository]]
name = "orders"
path = "../orders"

[[repository]]
name = "billing"
path = "../billing"
"""
LIBRARY = {
    "billing/__init__.py": "",
    "billing/tax.py": "def rate(country: str) -> float:\n    return 0.2\n",
    "pyproject.toml": '[project]\nname = "billing"\nversion = "1"\n',
}
USER = {
    "orders/__init__.py": "",
    "orders/cart.py": "from billing.tax import rate\n\n\ndef total() -> float:\n    return rate('de')\n",
    "pyproject.toml": '[project]\nname = "orders"\nversion = "1"\n',
}


@pytest.fixture
def fleet(make_repo: Callable) -> tuple[Any, Any, Path]:
    """(billing, orders, folder of the policy): orders uses billing."""
    billing, orders = make_repo(LIBRARY, name="billing"), make_repo(USER, name="orders")
    place = billing.path.parent / "architecture"
    place.mkdir()
    (place / "plumbrule.toml").write_text(FLEET)
    return billing, orders, place


def everything(rows: Callable, folder: Path) -> dict[str, list[Any]]:
    return {view: rows(folder, f"SELECT * FROM {view} ORDER BY ALL") for view in VIEWS}


@pytest.mark.parametrize("how", [("--ref", "topic"), ("--worktree",), ("--ref", "main~1")])
def test_what_stands_beside_the_line_leaves_the_views_alone(
    grown: Callable, scanned: Callable, rows: Callable, how: tuple[str, ...]
):
    repo = grown(2)
    repo.branch("topic")
    repo.commit(CYCLE)
    repo.write({"untracked.py": "import shop.tax\n"})
    scanned(repo)
    before = everything(rows, repo.path)
    (summary,) = scanned(repo, *how)
    assert summary["what"] in ("branch topic", "work tree", "branch main~1")
    assert everything(rows, repo.path) == before
    repo.switch("main")
    repo.commit({"shop/next.py": "x = 1\n"})
    scanned(repo)
    assert "shop/next.py" in rows(repo.path, "SELECT path FROM file")


def test_a_branch_reads_like_a_scan_of_it_alone(grown: Callable, scanned: Callable, rows: Callable, tmp_path: Path):
    repo = grown(2)
    scanned(repo)
    repo.branch("topic", "HEAD~1")
    head = repo.commit({**CYCLE, "shop/m0.py": None, "shop/extra.py": "import shop.tax\n"})
    repo.switch("main")
    scanned(repo, "--ref", "topic")
    alone = tmp_path / "alone/repo"
    subprocess.run(["git", "clone", "--quiet", "--branch=topic", repo.path, alone], check=True)
    there = type(repo)(alone)
    there.git("remote", "remove", "origin")
    there.git("branch", "--move", "topic", "main")
    scanned(there, "--history", "1")
    for view in ("file", "symbol", "dependency", "component", "cycle", "cycle_edge"):
        aside = rows(repo.path, f"SELECT * FROM {view}_at('repo@{head[:12]}') ORDER BY ALL")
        assert aside == rows(alone, f"SELECT * FROM {view} ORDER BY ALL"), view


BASE = "SELECT base_position FROM snapshot WHERE kind = '{}'"


def test_a_branch_stands_where_it_parted_from_the_main_line(grown: Callable, scanned: Callable, rows: Callable):
    repo = grown(4)
    repo.branch("topic", "HEAD~3")
    head = repo.commit({"shop/topic.py": "x = 1\n"})
    repo.switch("main")
    repo.commit(CYCLE)
    scanned(repo)
    scanned(repo, "--ref", "topic")
    assert rows(repo.path, BASE.format("branch")) == [1]
    found = f"SELECT state FROM finding_at('repo@{head[:12]}') WHERE rule = 'dependency-cycle'"
    assert rows(repo.path, found) == []  # neither its own nor mended by it
    assert rows(repo.path, f"SELECT count(*) FROM file_at('repo@{head[:12]}')") == [5]
    repo.switch("topic")
    scanned(repo, "--worktree")
    assert rows(repo.path, BASE.format("worktree")) == [1]
    repo.merge("main~1")
    scanned(repo, "--ref", "topic")
    assert rows(repo.path, BASE.format("branch")) == [4]


def test_a_branch_that_parted_before_what_was_read_stands_on_nothing(
    grown: Callable, scanned: Callable, rows: Callable
):
    repo = grown(4)
    repo.branch("topic", "HEAD~3")
    head = repo.commit(CYCLE)
    repo.switch("main")
    scanned(repo, "--history", "2")
    (summary,) = scanned(repo, "--ref", "topic")
    assert any("--history all" in note for note in summary["notes"])
    assert rows(repo.path, BASE.format("branch")) == [None]
    assert rows(repo.path, f"SELECT count(*) FROM file_at('repo@{head[:12]}')") == [4]


def test_a_commit_of_the_main_line_is_said_to_be_there_already(grown: Callable, scanned: Callable, rows: Callable):
    repo = grown(2)
    scanned(repo)
    snapshots = rows(repo.path, "SELECT * FROM snapshot")
    found = rows(repo.path, f"SELECT * FROM finding_at('repo@{repo.head[:12]}')")
    (summary,) = scanned(repo, "--ref", repo.head)
    assert (summary["snapshots"], summary["fresh"]) == (3, 0)
    assert any(f"as snapshot repo@{repo.head[:12]}" in note for note in summary["notes"])
    assert rows(repo.path, "SELECT * FROM snapshot") == snapshots
    assert rows(repo.path, f"SELECT * FROM finding_at('repo@{repo.head[:12]}')") == found


def test_the_work_tree_holds_what_is_uncommitted_and_untracked_and_not_ignored(
    grown: Callable, scanned: Callable, rows: Callable
):
    repo = grown(1)
    repo.commit({".gitignore": "build/\n"})
    repo.write({**CYCLE, "new.py": "import shop.cart\n", "build/out.py": "x = 1\n", "shop/m0.py": None})
    (summary,) = scanned(repo, "--worktree")
    paths = rows(repo.path, "SELECT path FROM file_at('repo@worktree')")
    assert set(paths) == {"shop/__init__.py", "shop/cart.py", "shop/tax.py", "new.py"}
    assert ["error", "dependency-cycle", 2] in summary["findings"]
    repo.write({"another.py": "x = 1\n"})
    scanned(repo, "--worktree")
    assert "another.py" in rows(repo.path, "SELECT path FROM file_at('repo@worktree')")


def test_a_file_that_vanishes_while_the_work_tree_is_read_is_no_fault(grown: Callable, scanned: Callable, monkeypatch):
    from plumbrule.git.disk import Disk

    repo = grown(1)
    repo.write({"new.py": "x = 1\n"})
    untracked = Disk._untracked

    def vanishing(disk: Disk) -> Any:  # Any: what the real one gives
        found = list(untracked(disk))
        (repo.path / "new.py").unlink(missing_ok=True)
        return found

    monkeypatch.setattr(Disk, "_untracked", vanishing)
    (summary,) = scanned(repo, "--worktree")
    assert summary["skipped"] == [["new.py", "it vanished while it was read"]]


def test_ref_and_worktree_together_are_refused(grown: Callable, plumbrule: Callable):
    answer = plumbrule(grown(0).path, "scan", "--ref", "main", "--worktree")
    assert (answer.code, answer.out) == (2, "")


def test_a_fleet_is_scanned_into_one_store_under_its_names(fleet, scanned: Callable, rows: Callable):
    billing, orders, place = fleet
    summaries = scanned(billing, at=place)
    assert sorted(s["repo"] for s in summaries) == ["billing", "orders"]
    assert rows(place, "SELECT repo FROM repo ORDER BY 1") == ["billing", "orders"]
    assert not (orders.path / ".plumbrule").exists()


def test_links_between_repositories_are_bound(fleet, scanned: Callable, rows: Callable):
    billing, _, place = fleet
    scanned(billing, at=place)
    across = "SELECT DISTINCT repo, src, dst_repo, dst FROM dependency WHERE repo <> dst_repo"
    assert rows(place, across) == [["orders", "orders/cart.py", "billing", "billing/tax.py"]]


def test_a_member_scanned_alone_keeps_its_name_and_the_others(fleet, scanned: Callable, rows: Callable):
    billing, _, place = fleet
    scanned(billing, at=place)
    billing.commit(
        {"billing/tax.py": "def rate(country: str) -> float:\n    return 0.3\n\n\ndef vat() -> int:\n    return 1\n"}
    )
    for named in ("billing", str(billing.path), "../billing/billing"):
        (summary,) = scanned(billing, named, at=place)
        assert summary["repo"] == "billing"
    assert rows(place, "SELECT repo, snapshots FROM repo ORDER BY 1") == [["billing", 2], ["orders", 1]]
    across = "SELECT count(*) FROM dependency WHERE repo <> dst_repo"
    assert rows(place, across)[0] >= 1


def test_a_link_goes_with_the_file_that_made_it(fleet, scanned: Callable, rows: Callable):
    billing, orders, place = fleet
    scanned(billing, at=place)
    orders.commit({"orders/cart.py": "x = 1\n"})
    scanned(orders, "orders", at=place)
    assert rows(place, "SELECT count(*) FROM dependency WHERE repo <> dst_repo") == [0]


def test_a_contract_break_names_the_users_in_other_repositories(fleet, scanned: Callable, plumbrule: Callable):
    billing, _, place = fleet
    scanned(billing, at=place)
    billing.branch("topic")
    billing.commit({"billing/tax.py": "def vat(country: str) -> float:\n    return 0.2\n"})
    answer = plumbrule(
        billing.path, "gate", "--base", "main", "--quiet", "--format", "json", "--store", str(place / ".plumbrule"),
        "--policy", str(place / "plumbrule.toml"),
    )  # fmt: skip
    report = json.loads(answer.out)
    assert answer.code == 1, report["reasons"]
    (broken,) = [f for f in report["findings"] if f["rule"] == "contract-break" and f["state"] == "new"]
    assert any("orders" in line and "orders/cart.py" in line for line in broken["evidence"])


PROMISES = """\
def required(country):
    return country


def renamed(country):
    return country


def awaited(country):
    return country


def widened(country) -> int:
    return country


def kept(country):
    return country


class Made:
    def __init__(self, country):
        self.country = country


class Rates:
    HIGH = 2
    LOW = 1
"""
LESS = """\
def required(country, year):
    return country


def renamed(place):
    return place


async def awaited(country):
    return country


def widened(country) -> int | None:
    return country


def kept(country, year=2024):
    return country


class Made:
    def __init__(self, country, year):
        self.country = country


class Rates:
    HIGH = 2
"""
BROKEN = {"required", "renamed", "awaited", "widened", "Made", "Rates.LOW"}
ASKED_FOR = """\
from billing.tax import Made, Rates, awaited, kept, renamed as named, required, widened


def total():
    return required("de"), named(country="de"), awaited("de") + 1, kept("de"), Made("de"), Rates.LOW


def share():
    return widened("de")
"""
REACHED = """\
from billing import tax


def total():
    return tax.required("de"), tax.renamed(country="de"), tax.awaited("de") + 1, tax.kept("de"), tax.Made("de")


def share():
    return tax.widened("de"), tax.Rates.LOW
"""
SPELLED = "import billing.tax\n" + REACHED.split("\n", 1)[1].replace("tax.", "billing.tax.")
BELOW = "import billing\n" + SPELLED.split("\n", 1)[1]
STARRED = "from billing.tax import *\n" + REACHED.split("\n", 1)[1].replace("tax.", "")
WRITTEN = """\
export function required(country: string): string {
  return country;
}
export function kept(country: string): string {
  return country;
}
export class Made {
  constructor(public country: string) {}
}
"""
FEWER = WRITTEN.replace("country: string)", "country: string, year: number)").replace(
    "kept(country: string, year: number)", "kept(country: string, year?: number)"
)
NODE = {"package.json": '{"name": "@shop/billing", "version": "1.0.0", "main": "src/index.ts"}'}
NODE_USER = '{"name": "orders", "dependencies": {"@shop/billing": "1"}}'


def broken_across(plumbrule: Callable, place: Path, billing: Any) -> dict[str, list[str]]:
    """By symbol, the evidence of what a gate in `billing` tells of its contracts, users of its own left out."""
    answer = plumbrule(
        billing.path, "gate", "--base", "main", "--quiet", "--format", "json", "--store", str(place / ".plumbrule"),
        "--policy", str(place / "plumbrule.toml"),
    )  # fmt: skip
    told = [f for f in json.loads(answer.out)["findings"] if f["rule"].startswith("contract-") and f["state"] == "new"]
    return {f["subject"].rpartition("::")[2]: f["evidence"] for f in told}


@pytest.mark.parametrize("user", [ASKED_FOR, REACHED, SPELLED, BELOW, STARRED])
def test_a_narrowed_contract_names_the_calls_in_other_repositories(
    fleet, scanned: Callable, plumbrule: Callable, user: str
):
    billing, orders, place = fleet
    billing.commit(
        {"billing/tax.py": PROMISES, "billing/own.py": "from billing.tax import required\n\nX = required(1)\n"}
    )
    orders.commit({"orders/cart.py": user})
    scanned(billing, at=place)
    billing.branch("topic")
    billing.commit({"billing/tax.py": LESS})
    told = broken_across(plumbrule, place, billing)
    # Of what may come from a star nobody keeps what is read and not called.
    assert set(told) == (BROKEN - {"Rates.LOW"} if user == STARRED else BROKEN)
    assert all(any(line.startswith("orders: orders/cart.py:") for line in lines) for lines in told.values())
    assert "billing/own.py:3" in told["required"]


@pytest.mark.parametrize(
    "user",
    [
        'import { Made, kept, required } from "@shop/billing";\n\nlet x = [required("a"), kept("a"), new Made("a")];\n',
        'import * as b from "@shop/billing";\n\nexport const x = [b.required("a"), b.kept("a"), new b.Made("a")];\n',
        'const b = require("@shop/billing");\n\nmodule.exports = [b.required("a"), b.kept("a"), new b.Made("a")];\n',
    ],
)
def test_a_narrowed_contract_of_typescript_names_the_calls_in_other_repositories(
    make_repo: Callable, scanned: Callable, plumbrule: Callable, user: str
):
    billing = make_repo({**NODE, "src/index.ts": 'export * from "./tax";\n', "src/tax.ts": WRITTEN}, name="billing")
    make_repo({"package.json": NODE_USER, "src/cart.ts": user}, name="orders")
    place = billing.path.parent / "architecture"
    place.mkdir()
    (place / "plumbrule.toml").write_text(FLEET)
    scanned(billing, at=place)
    billing.branch("topic")
    billing.commit({"src/tax.ts": FEWER})
    told = broken_across(plumbrule, place, billing)
    assert told == {"required": ["orders: src/cart.ts:3"], "Made": ["orders: src/cart.ts:3"]}


def test_what_another_repository_defines_itself_is_no_use_of_the_name(
    fleet, scanned: Callable, plumbrule: Callable, rows: Callable
):
    billing, orders, place = fleet
    inside = "def total():\n    from orders.own import rate\n\n    return rate()\n"
    orders.commit(
        {
            "orders/own.py": "def rate():\n    return 1\n",
            "orders/cart.py": f"from billing.tax import rate\n\n\n{inside}",
        }
    )
    scanned(billing, at=place)
    assert rows(place, "SELECT DISTINCT kind FROM use WHERE repo <> dst_repo") == ["import"]
    billing.branch("topic")
    billing.commit({"billing/tax.py": "def rate(country: str, year: int) -> float:\n    return 0.2\n"})
    assert broken_across(plumbrule, place, billing) == {}


def test_two_repositories_of_one_name_are_told_apart_by_the_policy(make_repo: Callable, plumbrule: Callable, tmp_path):
    one, two = make_repo({"a.py": "x = 1\n"}, name="x/same"), make_repo({"a.py": "x = 1\n"}, name="y/same")
    answer = plumbrule(tmp_path, "scan", str(one.path), str(two.path))
    assert answer.code == 2
    assert "[[repository]]" in answer.err


def test_a_member_that_is_not_there_is_named_and_the_others_are_scanned(fleet, plumbrule: Callable, rows: Callable):
    _, _, place = fleet
    (place / "plumbrule.toml").write_text(FLEET.replace("../orders", "../gone"))
    answer = plumbrule(place, "scan", "--quiet")
    assert answer.code == 2
    assert "orders: " in answer.err
    assert "gone: there is no such folder.\nClone orders there, or mend `path` in its [[repository]]" in answer.err
    assert "Scanned: billing.\nNot scanned: orders: " in answer.out
    assert rows(place, "SELECT repo, snapshots FROM repo") == [["billing", 1]]
    document = json.loads(plumbrule(place, "scan", "--quiet", "--format", "json").out)
    assert [one["repo"] for one in document["repositories"]] == ["billing"]
    assert [one["repo"] for one in document["not_scanned"]] == ["orders"]


def test_a_member_whose_objects_are_gone_costs_the_others_nothing(fleet, plumbrule: Callable, rows: Callable):
    billing, orders, place = fleet
    tree = orders.git("rev-parse", "HEAD^{tree}")
    (orders.path / ".git/objects" / tree[:2] / tree[2:]).unlink()
    answer = plumbrule(place, "scan", "--quiet")
    assert answer.code == 2
    assert "Not scanned: orders: " in answer.out
    assert rows(place, "SELECT repo, snapshots FROM repo") == [["billing", 1]]
    billing.path.rename(billing.path.with_name("elsewhere"))
    answer = plumbrule(place, "scan", "--quiet")
    assert (answer.code, answer.out) == (2, "")
    assert "billing: " in answer.err
    assert "orders: " in answer.err


def test_watch_scans_what_moved_and_nothing_else(fleet, process: Callable, rows: Callable):
    _, orders, place = fleet
    watching = process(place, "watch", "--rounds", "600", "--every", "0.1", "--quiet")
    assert watching.stdout is not None
    told: list[str] = []
    for line in watching.stdout:
        told.append(line)
        if line.startswith("Stored as generation"):
            if len([text for text in told if "orders: main line" in text]) == 2:
                break
            (place / "plumbrule.toml").write_text(FLEET + '[components]\nall = "**"\n')
            orders.commit({"orders/more.py": "x = 1\n"})
    watching.terminate()
    assert any("the policy changed" in text for text in told)
    assert rows(place, "SELECT repo, snapshots FROM repo ORDER BY 1") == [["billing", 1], ["orders", 2]]
    assert len([text for text in told if "billing: main line" in text]) == 1


def test_watch_ends_after_its_rounds_and_outlives_a_repository_that_is_not_there(fleet, plumbrule: Callable):
    _, _, place = fleet
    (place / "plumbrule.toml").write_text(FLEET.replace("../orders", "../gone"))
    answer = plumbrule(place, "watch", "--rounds", "2", "--every", "0.05", "--quiet")
    assert answer.code == 0
    assert "billing: main line" in answer.out
    assert answer.err.count("orders: ") == 1


def test_watch_tells_a_scan_that_failed_scans_the_others_and_tries_again(fleet, plumbrule: Callable, rows: Callable):
    billing, _, place = fleet
    kept = billing.path / ".git/objects"
    commit = billing.git("rev-parse", "HEAD^{tree}")
    lost = kept / commit[:2] / commit[2:]
    content = lost.read_bytes()
    lost.unlink()
    answer = plumbrule(place, "watch", "--rounds", "3", "--every", "0.05", "--quiet")
    assert answer.code == 2
    assert answer.err.count("plumbrule: billing: ") == 1
    assert "orders: main line" in answer.out
    assert rows(place, "SELECT repo FROM repo WHERE snapshots > 0") == ["orders"]
    lost.write_bytes(content)
    answer = plumbrule(place, "watch", "--rounds", "1", "--quiet")
    assert (answer.code, answer.err) == (0, "")
    assert rows(place, "SELECT repo FROM repo WHERE snapshots > 0 ORDER BY 1") == ["billing", "orders"]


def test_repositories_scanned_one_after_the_other_are_bound_as_those_scanned_together(
    make_repo: Callable, scanned: Callable, rows: Callable, tmp_path: Path
):
    core = make_repo({"src/main/java/org/core/Tool.java": "package org.core;\n\npublic class Tool {}\n"}, name="core")
    user = make_repo(
        {"src/main/java/org/user/A.java": "package org.user;\n\nimport org.core.Tool;\n\nclass A { Tool tool; }\n"},
        name="user",
    )
    across = "SELECT src, dst, kind FROM dependency WHERE repo = 'user' AND dst_repo = 'core' ORDER BY ALL"
    together = tmp_path / "together"
    scanned(core, str(core.path), str(user.path), "--store", str(together))
    bound = rows(tmp_path, across, together)
    assert ["src/main/java/org/user/A.java", "src/main/java/org/core/Tool.java", "import"] in bound
    for number, order in enumerate(((core, user), (user, core))):
        store = tmp_path / f"store{number}"
        for one in order:
            scanned(one, "--store", str(store))
        assert rows(tmp_path, across, store) == bound
