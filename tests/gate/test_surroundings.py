"""A gate in odd repositories: what it answers, and that the command it names mends it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from plumbrule.languages import languages


def obey(text: str, folder: Path, **environ: str) -> None:
    """Runs the command that an answer names."""
    (command,) = re.findall(r"[Rr]un `(git [^`]*)`", text)[:1]
    subprocess.run(command, shell=True, cwd=folder, check=True, capture_output=True, env={**os.environ, **environ})


@pytest.fixture
def origin(shop: Callable) -> Any:
    """The shop with a few commits on `main` and one more on `topic`."""
    repo = shop()
    repo.switch("main")
    for number in range(3):
        repo.commit({"shop/other.py": f"x = {number}\n"})
    repo.switch("topic")
    for number in range(3):
        repo.commit({"shop/more.py": f"y = {number}\n"})
    repo.switch("main")
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("config", "uploadpack.allowAnySHA1InWant", "true")
    return repo


def clone(origin: Any, folder: Path, *how: str) -> Path:
    subprocess.run(["git", "clone", "--quiet", *how, f"file://{origin.path}", folder], check=True, capture_output=True)
    return folder


def test_an_unborn_branch(make_repo: Callable, plumbrule: Callable):
    repo = make_repo({"a.py": "x = 1\n"})
    repo.git("switch", "--quiet", "--orphan", "fresh")
    answer = plumbrule(repo.path, "gate", "--base", "main", "--format", "json")
    assert (answer.code, json.loads(answer.out)["verdict"]) == (2, "not-judged")
    assert "unborn" in answer.err
    assert "--ref" not in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("command", [("gate", "--base", "main"), ("gate",), ("scan",), ("baseline",)])
def test_an_empty_repository(make_repo: Callable, plumbrule: Callable, command: tuple[str, ...]):
    answer = plumbrule(make_repo().path, *command, "--quiet")
    assert answer.code == 2
    said = answer.err + answer.out
    assert "--base" in said if command == ("gate",) else "nothing was ever committed" in said
    assert "\\n" not in said
    assert said.count("\n") == len({line for line in said.splitlines() if line}) + said.count("\n\n")


def test_no_repository_at_all(plumbrule: Callable, tmp_path: Path):
    answer = plumbrule(tmp_path, "gate", "--base", "main")
    assert answer.code == 2
    assert "git init" in answer.out


def test_a_base_that_is_no_branch(shop: Callable, plumbrule: Callable):
    answer = plumbrule(shop().path, "gate", "--base", "mian")
    assert answer.code == 2
    assert "'mian'" in answer.out


def test_a_shallow_clone_without_the_base(origin: Any, plumbrule: Callable, tmp_path: Path):
    here = clone(origin, tmp_path / "clone", "--depth=1", "--branch=topic")
    answer = plumbrule(here, "gate", "--base", "origin/main", "--quiet")
    assert answer.code == 2
    obey(answer.out, here)
    assert plumbrule(here, "gate", "--base", "origin/main", "--quiet").code == 0


def test_a_shallow_clone_that_ends_before_the_branches_meet(origin: Any, plumbrule: Callable, tmp_path: Path):
    here = clone(origin, tmp_path / "clone", "--depth=1", "--no-single-branch", "--branch=topic")
    answer = plumbrule(here, "gate", "--base", "origin/main", "--quiet")
    assert answer.code == 2
    assert "shallow" in answer.out
    obey(answer.out, here)
    assert plumbrule(here, "gate", "--base", "origin/main", "--quiet").code == 0


def test_a_shallow_clone_that_holds_the_base_is_judged_and_says_so(origin: Any, plumbrule: Callable, tmp_path: Path):
    here = clone(origin, tmp_path / "clone", "--depth=3", "--no-single-branch", "--branch=topic")
    answer = plumbrule(here, "gate", "--base", "origin/topic~1", "--quiet", "--format", "json")
    assert (answer.code, json.loads(answer.out)["coverage"]["history"]) == (0, "shallow clone")


def test_a_partial_clone_fetches_nothing_and_names_what_does(origin: Any, plumbrule: Callable, tmp_path: Path):
    here = clone(origin, tmp_path / "clone", "--filter=blob:none", "--no-checkout")
    answer = plumbrule(here, "gate", "--base", "origin/main", "--head", "origin/topic", "--quiet")
    assert answer.code == 2
    assert "partial" in answer.err + answer.out
    obey(answer.err + answer.out, here)
    answer = plumbrule(here, "gate", "--base", "origin/main", "--head", "origin/topic", "--quiet")
    assert answer.code == 0


def test_a_partial_clone_that_lacks_the_policy_names_what_brings_it(origin: Any, plumbrule: Callable, tmp_path: Path):
    origin.commit({"plumbrule.toml": "[limits]\nparsed = 0.5\n"})
    here = clone(origin, tmp_path / "clone", "--filter=blob:none", "--no-checkout")
    answer = plumbrule(here, "gate", "--base", "origin/main", "--head", "origin/topic", "--quiet")
    assert answer.code == 2
    assert "plumbrule.toml" in answer.out
    assert "plain file" not in answer.out
    obey(answer.out, here)
    assert plumbrule(here, "gate", "--base", "origin/main", "--head", "origin/topic", "--quiet").code == 0


def test_a_treeless_clone_fetches_nothing_and_names_what_does(origin: Any, plumbrule: Callable, tmp_path: Path):
    here = clone(origin, tmp_path / "clone", "--filter=tree:0", "--no-checkout")
    answer = plumbrule(here, "gate", "--base", "origin/main", "--head", "origin/topic", "--quiet")
    assert answer.code == 2
    obey(answer.out, here)
    assert plumbrule(here, "gate", "--base", "origin/main", "--head", "origin/topic", "--quiet").code == 0


def test_a_missing_object(origin: Any, plumbrule: Callable):
    blob = origin.git("rev-parse", "main:shop/cart.py")
    (origin.path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    origin.write({"shop/cart.py": None})
    answer = plumbrule(origin.path, "gate", "--base", "main", "--head", "topic", "--quiet")
    assert answer.code == 2
    assert "git fsck" in answer.err + answer.out


def test_a_missing_manifest_is_not_read_as_an_empty_one(shop: Callable, plumbrule: Callable):
    repo = shop({"pyproject.toml": '[tool.setuptools.packages.find]\nwhere = ["lib"]\n', "lib/tool.py": "X = 1\n"})
    repo.commit({"shop/use.py": "import tool\n"})
    blob = repo.git("rev-parse", "main:pyproject.toml")
    (repo.path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    answer = plumbrule(repo.path, "gate", "--base", "main", "--quiet")
    assert answer.code == 2
    assert "pyproject.toml" in answer.err + answer.out
    assert "git fsck" in answer.err + answer.out


def test_a_missing_commit(origin: Any, plumbrule: Callable):
    wanted = "0123456789" * 4
    answer = plumbrule(origin.path, "gate", "--base", wanted, "--quiet")
    assert answer.code == 2
    assert wanted in answer.out


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_a_checkout_owned_by_another_user(origin: Any, plumbrule: Callable, monkeypatch, tmp_path: Path):
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / ".gitconfig"))
    for place, folders, files in os.walk(origin.path):
        for name in (".", *folders, *files):
            os.chown(Path(place, name), 12345, 12345, follow_symlinks=False)
    answer = plumbrule(origin.path, "gate", "--base", "main", "--head", "topic", "--quiet")
    assert answer.code == 2
    assert "another user" in answer.out
    obey(answer.out.replace("If you do, run", "run"), tmp_path)
    assert plumbrule(origin.path, "gate", "--base", "main", "--head", "topic", "--quiet").code == 0


def test_a_bare_repository_is_judged_without_a_work_tree(origin: Any, plumbrule: Callable, tmp_path: Path):
    bare = clone(origin, tmp_path / "shop.git", "--bare")
    gate = ("gate", "--base", "main", "--quiet", "--store", str(tmp_path / "store"))
    assert plumbrule(bare, *gate, "--head", "topic").code == 0
    answer = plumbrule(bare, *gate, "--head", "worktree")
    assert answer.code == 2
    assert "bare" in answer.out


def test_a_linked_worktree_is_judged_where_it_stands(origin: Any, plumbrule: Callable, tmp_path: Path):
    origin.git("worktree", "add", "--quiet", tmp_path / "linked", "topic")
    (tmp_path / "linked/shop/cart.py").write_text("from shop.tax import rate as r\n")
    answer = plumbrule(tmp_path / "linked", "gate", "--base", "main", "--head", "worktree", "--quiet")
    assert answer.code == 1 if "contract-break" in answer.out else answer.code == 0


def test_a_folder_inside_the_repository_names_it(origin: Any, plumbrule: Callable):
    answer = plumbrule(origin.path / "shop", "gate", "--base", "main", "--head", "topic", "--quiet")
    assert answer.code == 0


def test_a_sha256_repository(make_repo: Callable, plumbrule: Callable):
    repo = make_repo({"a.py": "import b\n", "b.py": "x = 1\n"}, object_format="sha256")
    repo.branch("topic")
    repo.commit({"b.py": "import a\n"})
    assert plumbrule(repo.path, "scan", "--quiet", "--ref", "main").code == 0
    answer = plumbrule(repo.path, "gate", "--base", "main", "--quiet", "--format", "json")
    assert answer.code == 1
    assert len(json.loads(answer.out)["head"]) == 64


def test_histories_without_a_common_commit(make_repo: Callable, plumbrule: Callable):
    repo = make_repo({"a.py": "x = 1\n"})
    repo.git("switch", "--quiet", "--orphan", "fresh")
    repo.commit({"b.py": "x = 1\n"})
    answer = plumbrule(repo.path, "gate", "--base", "main", "--quiet")
    assert answer.code == 2
    assert "no commit in common" in answer.out


def test_a_hostile_repository_starts_no_program(shop: Callable, plumbrule: Callable, tmp_path: Path):
    repo = shop({".gitattributes": "*.py filter=evil diff=evil\n"})
    repo.commit({"shop/tax.py": "def rate() -> float:\n    return 0.25\n"})
    (tmp_path / "evil").write_text(f"#!/bin/sh\ntouch {tmp_path}/was-run\ncat\n")
    (tmp_path / "evil").chmod(0o755)
    evil = str(tmp_path / "evil")
    for name in ("filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "diff.evil.textconv",
                 "diff.evil.command", "core.fsmonitor", "core.sshCommand", "diff.external", "gpg.program",
                 "core.pager", "core.editor", "uploadpack.packObjectsHook"):  # fmt: skip
        repo.git("config", name, evil)
    for hook in ("post-checkout", "pre-commit", "reference-transaction", "post-index-change"):
        shutil.copy(evil, repo.path / ".git/hooks" / hook)
    repo.write({"shop/tax.py": "def rate() -> float:\n    return 0.3\n", "new.py": "x = 1\n"})
    assert plumbrule(repo.path, "gate", "--base", "main", "--quiet").code == 0
    assert plumbrule(repo.path, "gate", "--base", "main", "--head", "worktree", "--quiet").code == 0
    assert plumbrule(repo.path, "scan", "--quiet").code == 0
    assert plumbrule(repo.path, "scan", "--quiet", "--worktree").code == 0
    assert not (tmp_path / "was-run").exists()


@pytest.fixture
def broken(shop: Callable) -> Any:
    """The shop with a cycle on `topic`."""
    repo = shop()
    repo.commit(CYCLE)
    return repo


CYCLE = {"shop/tax.py": "from shop.cart import total\n\n\ndef rate() -> float:\n    return total and 0.2\n"}
GATE = ("gate", "--base", "main", "--quiet", "--today", "2024-06-01")


@pytest.mark.parametrize(
    "around",
    [
        {"HOME": ""},
        {"HOME": "/nonexistent", "XDG_CONFIG_HOME": "/nonexistent", "XDG_CACHE_HOME": "/nonexistent"},
        {"LC_ALL": "C", "LANG": "C"},
        {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "tr_TR.UTF-8", "LANGUAGE": "de"},
        {"TMPDIR": "/nonexistent"},
        {"TMPDIR": "/proc"},
        {"TZ": "Pacific/Kiritimati", "COLUMNS": "20", "TERM": "xterm-256color"},
    ],
    ids=lambda around: ",".join(f"{name}={value}" for name, value in around.items()),
)
def test_what_surrounds_it_changes_neither_the_bytes_nor_the_code(
    broken: Any, process: Callable, around: dict[str, str], tmp_path: Path
):
    broken.commit({"shop/größe.py": "x = 1\n"})
    plain = process(broken.path, *GATE, "--store", str(tmp_path / "a"), "--format", "json")
    out, _ = plain.communicate()
    other = process(broken.path, *GATE, "--store", str(tmp_path / "b"), "--format", "json", **around)
    assert other.communicate()[0] == out  # that no facts could be kept is said on standard error
    assert (plain.returncode, other.returncode) == (1, 1)


OLD = """#!/bin/sh
for one in "$@"; do
    test "$one" = --show-object-format && printf 'true\\nfalse\\n--show-object-format\\n\\n%s/.git\\n' "$PWD" && exit 0
done
exec git-of-today "$@"
"""


@pytest.mark.parametrize(
    ("git", "said"),
    [
        (None, "cannot be started"),
        ("#!/bin/sh\necho 'unknown option: --no-optional-locks' >&2; exit 129\n", "too old"),
        (OLD, "too old"),
        ("#!/bin/sh\nexit 1\n", "git will not open this repository"),
        ("#!/bin/sh\n", "git"),
    ],
    ids=["none", "refuses", "repeats what it does not know", "fails", "says nothing"],
)
def test_without_a_git_that_answers_nothing_is_judged(
    broken: Any, process: Callable, tmp_path: Path, git: str | None, said: str
):
    folder = tmp_path / "programs"
    folder.mkdir()
    (folder / "git-of-today").symlink_to(shutil.which("git") or "")
    if git is not None:
        (folder / "git").write_text(git)
        (folder / "git").chmod(0o755)
    path = f"{folder}:/bin" if git is not None and "git-of-today" in git else str(folder)
    gate = process(broken.path, *GATE, PATH=path)
    out, err = gate.communicate()
    assert gate.returncode == 2
    assert said in out + err


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&-", ">/dev/full", ">/dev/full 2>/dev/full"])
def test_an_answer_that_cannot_be_given_is_no_verdict(broken: Any, closed: str):
    line = f"{sys.executable} -m plumbrule {' '.join(GATE)} {closed}"
    done = subprocess.run(["sh", "-c", line], cwd=broken.path, capture_output=True, text=True)
    assert done.returncode == (1 if closed in ("2>&-", "<&-") else 2)
    assert "Traceback" not in done.stderr


def test_a_report_in_a_file_needs_no_standard_output(broken: Any, tmp_path: Path):
    line = f"{sys.executable} -m plumbrule {' '.join(GATE)} --output {tmp_path}/out >&-"
    assert subprocess.run(["sh", "-c", line], cwd=broken.path).returncode == 1
    assert (tmp_path / "out").read_text().startswith("failed")


def test_a_file_system_that_takes_nothing_more_costs_no_verdict(broken: Any):
    """Neither facts nor anything else can be written; the answer goes through a pipe."""
    line = f"ulimit -f 0; {sys.executable} -m plumbrule {' '.join(GATE)}"
    done = subprocess.run(["bash", "-c", line], cwd=broken.path, capture_output=True, text=True)
    assert (done.returncode, done.stdout.startswith("failed")) == (1, True)


# Root may write everywhere, but for who has laid that right down (CAP_DAC_OVERRIDE) before a program is started.
AS_ANYONE = (
    "import ctypes, os, sys; ctypes.CDLL(None).prctl(24, 1, 0, 0, 0);"
    " os.execv(sys.executable, [sys.executable, '-m', 'plumbrule', *sys.argv[1:]])"
)


def test_a_checkout_that_may_not_be_written_is_judged_and_left_alone(broken: Any):
    """As a container does with what is mounted into it."""
    places = [Path(place, name) for place, _, files in os.walk(broken.path) for name in (".", *files)]
    for place in places:
        place.chmod(place.stat().st_mode & ~0o222)
    try:
        done = subprocess.run([sys.executable, "-c", AS_ANYONE, *GATE], cwd=broken.path, capture_output=True, text=True)
    finally:
        for place in places:
            place.chmod(place.stat().st_mode | 0o200)
    assert (done.returncode, done.stdout.startswith("failed")) == (1, True), done.stderr
    assert not (broken.path / ".plumbrule").exists()


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """`dying(deed)`: whoever reads a file of Python with `poison` in it does this."""

    python = languages()["python"]

    def die(deed: Callable[[], None]) -> None:
        def reading(data: bytes, *rest: Any) -> Any:  # Any: passed on
            if b"poison" in data:
                deed()
            return python.extract(data, *rest)

        monkeypatch.setitem(languages(), "python", replace(python, extract=reading))

    return die


def test_an_unchanged_file_whose_reading_was_killed_is_not_taken_for_one_without_imports(
    shop: Callable, judged: Callable, dying: Callable, tmp_path: Path
):
    """The cycle leads through it, and on neither side is that seen."""
    repo = shop({"shop/mid.py": "import shop.tax  # poison\n"})
    repo.commit({"shop/tax.py": "import shop.mid\n\n\ndef rate() -> float:\n    return 0.2\n"})
    store = tmp_path / "store"
    dying(lambda: os.kill(os.getpid(), signal.SIGKILL))
    code, report = judged(repo, store=store)
    assert (code, report["verdict"]) == (2, "not-judged")
    assert any("shop/mid.py" in reason and "Judge again" in reason for reason in report["reasons"])
    dying(lambda: None)
    assert judged(repo, store=store)[0] == 1


def test_one_file_that_ends_every_parser_is_told_and_many_are_no_ground_for_a_verdict(
    shop: Callable, judged: Callable, dying: Callable
):
    dying(lambda: os._exit(3))
    code = {f"lib/m{number}.py": f"x = {number}\n" for number in range(120)}
    repo = shop(code | {"lib/bomb.py": "poison = 1\n"})
    repo.commit({"shop/more.py": "x = 1\n"})
    verdict, report = judged(repo)
    assert (verdict, [one["path"] for one in report["coverage"]["skipped_files"]]) == (0, ["lib/bomb.py"])
    other = shop({f"lib/m{number}.py": "poison = 1\n" + f"x = {number}\n" for number in range(9)}, name="other")
    other.commit({"shop/more.py": "x = 1\n"})
    verdict, report = judged(other)
    assert (verdict, report["verdict"]) == (2, "not-judged")
