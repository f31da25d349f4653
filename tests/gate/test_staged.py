"""`gate --staged`: what a commit would hold now, judged as that commit will be."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CYCLE = {"shop/tax.py": "from shop.cart import total\n\n\ndef rate() -> float:\n    return total and 0.2\n"}
EDGES = ["shop/cart.py -> shop/tax.py", "shop/tax.py -> shop/cart.py"]
FAULT = {"shop/tax.py": CYCLE["shop/tax.py"], "shop/more.py": "x = 1\n"}


@pytest.fixture
def staged(plumbrule: Callable, tmp_path: Path) -> Callable:
    """`staged(repo)`: (exit code, the JSON report) of what is staged there, against HEAD if nothing else is said."""

    def judge(repo: Any, *more: str) -> tuple[int, dict[str, Any]]:
        where = ("--store", str(tmp_path / "no store"))
        answer = plumbrule(repo.path, "gate", "--staged", "--format", "json", "--quiet", *where, *more)
        return answer.code, json.loads(answer.out)

    return judge


def test_what_is_staged_is_judged_against_head_and_nothing_else_is(shop: Callable, staged: Callable, found: Callable):
    repo = shop()
    repo.write(FAULT)
    code, report = staged(repo)
    assert (code, report["counts"]["new"]) == (0, 0)  # it lies on disk alone
    repo.git("add", "--all")
    repo.write({"shop/tax.py": "def rate() -> float:\n    return 0.2\n"})  # mended on disk alone
    code, report = staged(repo)
    assert (code, report["head"], report["base"]) == (1, "staged", repo.head)
    assert found(report, "new", "dependency-cycle") == EDGES


@pytest.mark.parametrize("name", ["text", "json", "markdown", "sarif", "github"])
@pytest.mark.parametrize("scanned", [False, True])
def test_the_same_tree_gives_the_same_bytes_staged_on_disk_and_committed(
    shop: Callable, plumbrule: Callable, tmp_path: Path, name: str, scanned: bool
):
    """Moved, changed, deleted and added files, under a policy that forbids something."""
    policy = '[components]\ncart = "shop/cart.py"\ntax = "shop/*ax*.py"\n\n[[forbid]]\nfrom = "tax"\nto = "cart"\n'
    repo = shop({"plumbrule.toml": policy, "shop/old.py": "OLD = 1\n"})
    store = ("--store", str(tmp_path / "store"))
    if scanned:
        assert plumbrule(repo.path, "scan", "--quiet", *store).code == 0
    repo.write({**FAULT, "shop/old.py": None, "shop/news.py": "OLD = 1\n", "README.md": "words\n"})
    (repo.path / "shop/cart.py").rename(repo.path / "shop/basket.py")
    repo.git("add", "--all")
    base = repo.head

    def told(*how: str) -> tuple[int, str]:
        answer = plumbrule(repo.path, "gate", "--format", name, "--quiet", *store, *how)
        return answer.code, answer.out

    of_index = told("--staged")
    of_disk = told("--base", base, "--head", "worktree")
    head = repo.commit(message="the same tree")
    of_commit = told("--base", base)

    def nameless(text: str, head: str) -> str:
        return text.replace(head, "HEAD").replace(head[:12], "HEAD")

    assert of_commit[0] == of_index[0] == of_disk[0]
    assert nameless(of_index[1], "staged") == nameless(of_commit[1], head)
    assert nameless(of_disk[1], "worktree") == nameless(of_commit[1], head)


def test_a_base_may_be_named_and_the_merge_base_with_it_counts(shop: Callable, staged: Callable, found: Callable):
    repo = shop()
    repo.commit(CYCLE)
    repo.write({"shop/more.py": "x = 1\n"})
    repo.git("add", "--all")
    assert staged(repo)[0] == 0  # HEAD has it already
    code, report = staged(repo, "--base", "main")
    assert (code, found(report, "new", "dependency-cycle")) == (1, EDGES)


def test_the_policy_that_binds_is_the_one_of_head_and_to_stage_another_is_a_loosening(
    shop: Callable, staged: Callable, found: Callable
):
    repo = shop({"plumbrule.toml": '[rules.dependency-cycle]\nseverity = "error"\n'})
    repo.write({**CYCLE, "plumbrule.toml": '[rules.dependency-cycle]\nseverity = "off"\n'})
    repo.git("add", "--all")
    repo.write({"plumbrule.toml": '[rules.dependency-cycle]\nseverity = "error"\n'})
    code, report = staged(repo)
    assert code == 1
    assert found(report, "new", "dependency-cycle") == EDGES
    assert {f["rule"] for f in report["findings"] if f["state"] == "new"} > {"dependency-cycle"}
    assert report["policy"]["loosened"]


def test_a_file_that_is_only_announced_is_not_staged(shop: Callable, staged: Callable):
    repo = shop()
    repo.write({"shop/soon.py": "from shop.cart import total\n"})
    repo.git("add", "--intent-to-add", "shop/soon.py")
    code, report = staged(repo)
    assert (code, report["coverage"]["files"]) == (0, 3)
    repo.git("rm", "--quiet", "--cached", "shop/tax.py")
    repo.git("add", "--intent-to-add", "shop/tax.py")  # a commit now would delete it
    _, report = staged(repo)
    assert report["coverage"]["files"] == 2


def test_conflicts_cannot_be_judged_and_are_named(shop: Callable, staged: Callable, plumbrule: Callable):
    repo = shop()
    repo.commit({"shop/tax.py": "RATE = 1\n"})
    repo.switch("main")
    repo.commit({"shop/tax.py": "RATE = 2\n"})
    repo.switch("topic")
    with pytest.raises(AssertionError):
        repo.merge("main")
    code, report = staged(repo)
    assert (code, report["verdict"]) == (2, "not-judged")
    assert "shop/tax.py" in report["reasons"][0]
    assert "git add" in report["reasons"][0]
    on_disk = plumbrule(repo.path, "gate", "--base", "main", "--head", "worktree", "--quiet")
    assert (on_disk.code, "a merge left conflicts on disk, in shop/tax.py" in on_disk.out) == (2, True)


def test_a_merge_under_way_is_not_blamed_for_what_others_committed(shop: Callable, staged: Callable, found: Callable):
    repo = shop()
    repo.commit({"shop/own.py": "y = 1\n", "README.md": "mine\n"})
    repo.switch("main")
    repo.commit({**CYCLE, "README.md": "theirs\n"})
    repo.switch("topic")
    with pytest.raises(AssertionError):
        repo.merge("main")
    repo.write({"README.md": "both\n"})
    repo.git("add", "--all")
    code, report = staged(repo)
    assert (code, found(report, "new")) == (0, [])
    assert any("a merge is under way" in reason for reason in report["reasons"])
    assert staged(repo, "--base", "main")[0] == 0
    repo.write({"shop/ring.py": "import shop.own\n", "shop/own.py": "import shop.ring\n"})
    repo.git("add", "--all")
    code, report = staged(repo)
    assert (code, len(found(report, "new", "dependency-cycle"))) == (1, 2)


def test_what_a_sparse_checkout_leaves_out_is_judged_all_the_same(shop: Callable, staged: Callable, found: Callable):
    repo = shop({"lib/a.py": "import lib.b\n", "lib/b.py": "x = 1\n"})
    for how in (("--no-cone",), ("--cone", "--sparse-index")):
        repo.git("sparse-checkout", "set", *how, "shop")
        assert not (repo.path / "lib").exists()
        repo.write({"shop/more.py": "import lib.a\n"})
        repo.git("add", "--all")
        code, report = staged(repo)
        assert (code, report["coverage"]["files"], report["coverage"]["resolved"]) == (0, 6, 3)
    ring = repo.git("hash-object", "-w", "--stdin", stdin=b"import lib.a\n")
    repo.git("update-index", "--cacheinfo", f"100644,{ring},lib/b.py")
    code, report = staged(repo)
    assert (code, found(report, "new", "dependency-cycle")) == (1, ["lib/a.py -> lib/b.py", "lib/b.py -> lib/a.py"])


def test_a_submodule_that_is_staged_is_a_line_of_coverage_whatever_is_configured(shop: Callable, staged: Callable):
    repo = shop({".gitmodules": '[submodule "sub.py"]\npath = sub.py\nurl = ../x\nignore = all\n'})
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{repo.head},sub.py")
    code, report = staged(repo)
    assert code == 0
    assert [row["path"] for row in report["coverage"]["skipped_files"]] == ["sub.py"]


def test_staged_bytes_that_are_lost_cannot_be_judged(shop: Callable, staged: Callable):
    repo = shop()
    repo.write({"shop/tax.py": "RATE = 1\n"})
    repo.git("add", "--all")
    blob = repo.git("rev-parse", ":shop/tax.py")
    (repo.path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    code, report = staged(repo)
    assert code == 2
    assert "shop/tax.py" in report["reasons"][0]


def test_a_damaged_index_cannot_be_judged(shop: Callable, staged: Callable):
    repo = shop()
    (repo.path / ".git/index").write_bytes(b"DIRC\0\0\0\x02" + b"\xff" * 100)
    code, report = staged(repo)
    assert (code, report["verdict"]) == (2, "not-judged")


def test_before_the_first_commit_and_in_a_bare_repository_there_is_nothing_to_compare_with(
    make_repo: Callable, staged: Callable
):
    fresh = make_repo(name="fresh")
    fresh.write({"a.py": "x = 1\n"})
    fresh.git("add", "--all")
    code, report = staged(fresh)
    assert (code, "nothing was ever committed" in report["reasons"][0]) == (2, True)
    bare = make_repo({"a.py": "x = 1\n"}, name="bare")
    bare.path = bare.path / ".git"
    bare.git("config", "core.bare", "true")
    code, report = staged(bare)
    assert (code, "bare" in report["reasons"][0]) == (2, True)


def test_staged_and_another_head_exclude_each_other(shop: Callable, plumbrule: Callable):
    with pytest.raises(SystemExit, match="2"):
        plumbrule(shop().path, "gate", "--staged", "--head", "topic")


def test_a_branch_that_is_called_worktree_is_not_taken_for_the_files_on_disk(shop: Callable, judged: Callable):
    repo = shop()
    repo.branch("worktree")
    repo.commit(CYCLE)
    repo.switch("main")
    code, report = judged(repo, "--head", "worktree")
    assert (code, "refs/heads/worktree" in report["reasons"][0]) == (2, True)
    assert judged(repo, "--head", "refs/heads/worktree")[0] == 1


@pytest.mark.parametrize("how", [("-a",), ("shop/tax.py",), ()])
def test_in_a_hook_it_sees_what_this_very_commit_would_hold(shop: Callable, how: tuple[str, ...], tmp_path: Path):
    """`git commit -a` and `git commit FILE` make an index of their own, which the usual one knows nothing of."""
    repo = shop({"shop/aside.py": "x = 1\n"})
    hook = repo.path / ".git/hooks/pre-commit"
    store = tmp_path / "store"
    command = f"{sys.executable} -m plumbrule gate --staged --quiet --store {store} --today 2024-06-01"
    hook.write_text(f"#!/bin/sh\nexec {command}\n")
    hook.chmod(0o755)
    repo.write(CYCLE)
    if not how:
        repo.git("add", "--all")
    said = subprocess.run(
        ["git", "-C", repo.path, "-c", "user.name=A", "-c", "user.email=a@b", "commit", "-m", "x", *how],
        capture_output=True,
        text=True,
    )
    assert said.returncode == 1
    assert "dependency-cycle" in said.stdout + said.stderr


def test_an_index_of_another_place_is_refused(shop: Callable, staged: Callable, monkeypatch: pytest.MonkeyPatch):
    repo, other = shop(), shop(name="other")
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.path / ".git/index"))
    code, report = staged(repo)
    assert (code, "unset GIT_INDEX_FILE" in report["reasons"][0]) == (2, True)


def test_nothing_that_a_repository_names_is_run_and_nothing_is_written_to_it(
    shop: Callable, staged: Callable, tmp_path: Path
):
    repo = shop({".gitattributes": "*.py filter=evil diff=evil\n"})
    repo.write({"shop/tax.py": "RATE = 1\n"})
    repo.git("add", "--all")
    evil = tmp_path / "evil"
    evil.write_text(f"#!/bin/sh\ntouch {tmp_path}/was-run\ncat\n")
    evil.chmod(0o755)
    for name in ("filter.evil.clean", "filter.evil.process", "diff.evil.textconv", "diff.evil.command",
                 "core.fsmonitor", "diff.external"):  # fmt: skip
        repo.git("config", name, str(evil))
    for name in ("post-index-change", "pre-commit"):
        (repo.path / ".git/hooks" / name).write_text(evil.read_text())
        (repo.path / ".git/hooks" / name).chmod(0o755)
    before = {place: sorted(files) for place, _, files in os.walk(repo.path / ".git")}
    index = (repo.path / ".git/index").stat().st_mtime_ns
    staged(repo)
    assert not (tmp_path / "was-run").exists()
    assert {place: sorted(files) for place, _, files in os.walk(repo.path / ".git")} == before
    assert (repo.path / ".git/index").stat().st_mtime_ns == index
