"""Whoever is told without reading the policy that nothing changed, is told what the long way says, or nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plumbrule.git import still

POLICY = "[components]\nshop = 'shop/**'\n"
GATE = ("--base", "main", "--head", "main")


@pytest.fixture
def asked(make_repo: Callable, plumbrule: Callable, tmp_path: Path) -> Any:  # Any: a Builder
    """A shop with a policy and a store, standing on `main`."""
    repo = make_repo({"plumbrule.toml": POLICY, "shop/tax.py": "RATE = 1\n", "shop/cart/total.py": "import shop.tax\n"})
    store = tmp_path / "store"
    assert plumbrule(repo.path, "scan", "--quiet", "--store", str(store)).code == 0
    return repo, store


def _said(asked: Any, *arguments: str, **environ: str) -> str:
    repo, store = asked
    given = ["--repo", str(repo.path), *arguments]
    return still.answer([*given, *(() if "--store" in arguments else ("--store", str(store)))], environ or PATH)


PATH = {"PATH": "/usr/local/bin:/usr/bin:/bin"}


def _long(asked: Any, plumbrule: Callable, *arguments: str) -> tuple[int, str]:
    repo, store = asked
    answer = plumbrule(repo.path, "gate", "--quiet", "--store", str(store), *arguments)
    return answer.code, answer.out


def test_both_ways_say_the_same(asked: Any, plumbrule: Callable, tmp_path: Path):
    repo, store = asked
    expected = _long(asked, plumbrule, *GATE)
    assert expected == (0, _said(asked, *GATE))
    tip = repo.git("rev-parse", "main").strip()
    for more in (
        ("--base", "main"),
        ("--base", tip, "--head", "HEAD", "--quiet", "--strict"),
        ("--base", "refs/heads/main", "--fail-on", "warning", "--format", "text"),
        ("--repo", str(repo.path / "shop/cart"), *GATE),
    ):
        assert _said(asked, *more) == expected[1], more
    assert _said(asked, *GATE, "--store", "elsewhere") == ""
    shutil.copytree(store, repo.path / ".plumbrule")
    assert still.answer(["--repo", str(repo.path), *GATE], PATH) == expected[1]
    assert still.answer(["--repo", str(repo.path), *GATE], {**PATH, "PLUMBRULE_STORE": str(tmp_path)}) == ""
    line = [sys.executable, "-m", "plumbrule", "gate", "--repo", str(repo.path), "--store", str(store), *GATE]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, expected[1], "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("base", ["--base main", "--base=main"])
def test_an_answer_that_nobody_can_be_given_is_none_of_the_verdicts(base: str, asked: Any):
    repo, store = asked

    def code(redirected: str, **environ: str) -> int:
        line = f"{sys.executable} -m plumbrule gate --repo {repo.path} --store {store} {base} {redirected}"
        return subprocess.run(
            line, shell=True, capture_output=True, env={**os.environ, "PYTHONUNBUFFERED": "", **environ}, check=False
        ).returncode

    assert code(">/dev/full") == 2
    assert code(">/dev/full", PYTHONUNBUFFERED="1") == 2
    assert code(">&-") == 2
    assert code("2>&-") == 0
    assert code(f"--output {store}/report >&-") == 0


def test_in_an_encoding_that_is_none_for_reports_the_long_way_is_taken(asked: Any):
    repo, store = asked
    line = [sys.executable, "-m", "plumbrule", "gate", "--repo", str(repo.path), "--store", str(store), *GATE]
    environ = {**os.environ, "PYTHONIOENCODING": "utf-16"}
    done = subprocess.run(line, capture_output=True, env=environ, check=False)
    assert done.stdout.decode() == _said(asked, *GATE) != ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("--base", "main~0"),
        ("--base", "main", "--head", "worktree"),
        ("--base", "main", "--head", "main", "--format", "json"),
        ("--base", "main", "--head", "main", "--policy", "plumbrule.toml"),
        ("--base", "main", "--head", "main", "--policy-from", "head"),
        ("--base", "main", "--head", "main", "--fail-on", "nothing"),
        ("--base", "main", "--head", "main", "--fail-on", "nothing", "--fail-on", "error"),
        ("--base", "main", "--head", "main", "--format", "nothing", "--format", "text"),
        ("--base", "main", "--head"),
        ("--base", "-main"),
        ("--base", "no-such-branch"),
        ("--head", "main"),
        ("--base=main",),
        ("--help",),
        ("--base", "main", "--head", "main", "more"),
    ],
)
def test_what_is_not_plain_takes_the_long_way(asked: Any, arguments: tuple[str, ...]):
    assert _said(asked, *arguments) == ""


def test_another_policy_or_head_than_the_scan_saw_takes_the_long_way(asked: Any, plumbrule: Callable):
    repo, _ = asked
    repo.git("switch", "--quiet", "-c", "topic")
    repo.commit({"shop/tax.py": "RATE = 2\n"})
    assert _said(asked, "--base", "main") == ""
    assert _said(asked, "--base", "topic") == _long(asked, plumbrule, "--base", "topic")[1], "the same policy elsewhere"
    for files in (
        {"plumbrule.baseline": "dependency-cycle\ta.py -> b.py\n"},
        {"plumbrule.toml": "exclude = 7\n", "plumbrule.baseline": None},
        {"plumbrule.toml": None},
    ):
        repo.commit(files)
        assert _said(asked, "--base", "topic") == ""
    repo.commit({"plumbrule.toml": POLICY})
    assert _said(asked, "--base", "topic") != ""
    repo.git("update-index", "--chmod=+x", "plumbrule.toml")
    repo.git("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "a mode")
    assert _said(asked, "--base", "topic") == ""
    repo.git("tag", "main", "topic")  # git complains that the name has two meanings
    assert _said(asked, *GATE) == ""
    repo.git("tag", "-d", "main")
    assert _said(asked, *GATE) != ""
    blob = repo.git("rev-parse", "main:plumbrule.toml").strip()
    (repo.path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    assert _said(asked, *GATE) == ""
    assert _long(asked, plumbrule, *GATE)[0] == 2


@pytest.mark.parametrize("policy", ["rules = ['rules']\n", "[[repository]]\nname = 'a'\npath = '.'\n", "exclude = 7\n"])
def test_of_a_policy_that_asks_for_more_nothing_is_noted(policy: str, asked: Any, plumbrule: Callable):
    repo, store = asked
    page = Path(__file__).parents[2] / "rules/structure/dependency-cycle.md"
    rule = page.read_text("utf-8") if page.is_file() else ""
    repo.commit({"plumbrule.toml": policy, **({"rules/own-cycle.md": rule} if "rules" in policy and rule else {})})
    plumbrule(repo.path, "scan", "--quiet", "--store", str(store))
    assert _said(asked, *GATE) == ""


def test_a_note_that_is_damaged_or_of_another_program_is_not_believed(asked: Any, monkeypatch: pytest.MonkeyPatch):
    note = asked[1] / "read"
    whole = note.read_text("ascii")
    assert _said(asked, *GATE) != ""
    first, line, _ = whole.split("\n")
    cut = (first, f"{first}\n{line}", f"{first}\n{line[:-1]}\n")
    for damaged in ("", f"{first}x\n{line}\n", f"{first}\n{line} more\n", *cut):
        note.write_text(damaged, "ascii")
        assert _said(asked, *GATE) == ""
    note.write_text(whole, "ascii")
    assert _said(asked, *GATE) != ""
    monkeypatch.setattr(sys, "version", "9.9")
    assert _said(asked, *GATE) == ""


def test_a_linked_work_tree_takes_the_long_way(asked: Any, tmp_path: Path):
    repo, store = asked
    repo.git("worktree", "add", "--quiet", str(tmp_path / "linked"), "-b", "other")
    assert still.answer(["--repo", str(tmp_path / "linked"), "--base", "main", "--store", str(store)], PATH) == ""
