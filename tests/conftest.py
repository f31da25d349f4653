"""Fixtures for every test: real git repositories, built quickly, with fixed people and fixed dates."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, settings

# No test measures time: neither how long an example takes nor how long it takes to make one.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

ADA = "Ada <ada@example.org>"
FIRST = datetime(2024, 1, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def done_apart() -> Callable[..., list[str]]:
    """What each of so many jobs says when it is done as a scan does it: in a process that is killed when a job has
    cost it so many seconds of its own. "gave up" for those; whatever they raise, or died of."""

    from plumbrule.extract import pool

    def done_apart(jobs: int, job: Callable[[int], str], seconds: float) -> list[str]:
        def answer(number: int) -> tuple[object, ...]:
            try:
                return (job(number),)
            except Exception:
                return (traceback.format_exc(),)

        said = dict(pool.run(jobs, lambda: answer, processes=1, limits=pool.Limits(seconds=seconds)))
        return [outcome(said[number]) for number in range(jobs)]

    def outcome(of: pool.Value | pool.Died) -> str:
        if isinstance(of, pool.Died):
            return "gave up" if "longer than" in of.reason else of.reason
        return str(of[0])

    return done_apart


@dataclass
class Builder:
    """One git repository with a work tree, made commit by commit.

    Commits without a date are one day apart, from 2024-01-01 12:00 UTC, so each is a batch of its own.
    """

    path: Path
    clock: datetime = field(default=FIRST)

    def git(self, *arguments: str | bytes | Path, stdin: bytes = b"", environ: Mapping[str, str] | None = None) -> str:
        """What this git command prints, without the last newline; a failing command fails the test with its words."""
        done = subprocess.run(
            ["git", "-C", self.path, *arguments],
            input=stdin,
            capture_output=True,
            env={**os.environ, **(environ or {})},
        )
        if done.returncode:
            shown = " ".join(os.fsdecode(a) for a in arguments)
            raise AssertionError(f"git {shown}: {os.fsdecode(done.stderr)}")
        return os.fsdecode(done.stdout).removesuffix("\n")

    def write(self, files: Mapping[str, str | bytes | None]) -> None:
        """Put these files into the work tree; `None` deletes one."""
        for name, content in files.items():
            place = self.path / name
            if content is None:
                place.unlink()
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(
        self,
        files: Mapping[str, str | bytes | None] | None = None,
        message: str = "a change",
        *,
        author: str = ADA,
        committer: str | None = None,
        at: datetime | str | None = None,
    ) -> str:
        """Write the files, commit everything in the work tree, and return the commit's id."""
        self.write(files or {})
        self.git("add", "--all")
        environ = self._people(author, committer, at)
        self.git("commit", "--quiet", "--allow-empty", "--file=-", stdin=message.encode(), environ=environ)
        return self.head

    def branch(self, name: str, start: str = "HEAD") -> None:
        """Create a branch and switch to it."""
        self.git("switch", "--quiet", "--create", name, start)

    def switch(self, name: str) -> None:
        self.git("switch", "--quiet", name)

    def merge(
        self,
        branch: str,
        message: str | None = None,
        *,
        author: str = ADA,
        committer: str | None = None,
        at: datetime | str | None = None,
    ) -> str:
        """Merge a branch into the current one, always with a merge commit, and return its id."""
        environ = self._people(author, committer, at)
        self.git("merge", "--quiet", "--no-ff", "-m", message or f"Merge branch '{branch}'", branch, environ=environ)
        return self.head

    @property
    def head(self) -> str:
        return self.git("rev-parse", "HEAD")

    def _people(self, author: str, committer: str | None, at: datetime | str | None) -> dict[str, str]:
        if at is None:
            at, self.clock = self.clock, self.clock + timedelta(days=1)
        date = at if isinstance(at, str) else at.isoformat()
        environ = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        for role, person in (("AUTHOR", author), ("COMMITTER", committer or author)):
            name, _, email = person.rpartition(" <")
            environ |= {f"GIT_{role}_NAME": name, f"GIT_{role}_EMAIL": email.removesuffix(">")}
        return environ


@pytest.fixture(autouse=True, scope="session")
def _git_of_nobody() -> Iterator[None]:
    """No test sees this machine's git configuration, nor a repository that the tests themselves run in."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("GIT_")]:
            patch.delenv(name)
        patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        yield


@pytest.fixture
def make_repo(tmp_path: Path) -> Callable[..., Builder]:
    """`make_repo({"a.py": "x = 1\\n"})`: a repository on branch `main` with these files as its first commit.

    Without files nothing is committed. `name` is the folder under `tmp_path`; `object_format` may be "sha256".
    """

    def make(
        files: Mapping[str, str | bytes | None] | None = None, *, name: str = "repo", object_format: str = "sha1"
    ) -> Builder:
        builder = Builder(tmp_path / name)
        builder.path.mkdir(parents=True)
        builder.git("init", "--quiet", "--initial-branch=main", f"--object-format={object_format}")
        if files is not None:
            builder.commit(files, "first")
        return builder

    return make


class Answer(NamedTuple):
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture
def undeclared() -> SimpleNamespace:
    """Files of a package of three parts, of which one reaches into another (`parts`), and of four folders that come to
    lie beside it, so that the folders show the components at the top instead (`beside`)."""
    parts = {
        "app/__init__.py": "",
        "app/core/__init__.py": "",
        "app/core/x.py": "def _secret():\n    return 1\n",
        "app/web/__init__.py": "",
        "app/web/y.py": "from app.core.x import _secret\n\nA = _secret()\n",
        "app/store/__init__.py": "",
        "app/store/z.py": "Z = 1\n",
    }
    beside = {f"{name}/main.py": f"A = '{name}'\n" for name in ("deploy", "migrate", "billing", "mail")}
    return SimpleNamespace(parts=parts, beside=beside)


@pytest.fixture
def history() -> Callable[..., int]:
    return _walk_history


def _walk_history(
    seed: int,
    paths: Sequence[str],
    content: Callable[[str, Random], bytes],
    *,
    steps: int = 9,
    touched: tuple[int, int] = (1, 4),
) -> int:
    """Walks a random history, and holds every step of it against a cold scan of the same tree.

    `content` makes a file's bytes; each step sets or removes as many of the paths as `touched` allows. Returns how many
    edges were compared.
    """
    from plumbrule.snapshot import FilesWalk, analyse_files

    chance = Random(seed)
    walked = FilesWalk()
    tree: dict[str, bytes] = {}
    edges = 0
    for _ in range(steps):
        for path in chance.sample(paths, chance.randint(*touched)):
            if path in tree and chance.random() < 0.3:
                del tree[path]
            else:
                tree[path] = content(path, chance)
        walk, cold = walked.to(tree), analyse_files(tree)
        assert walk.graph.files == cold.files
        assert walk.graph.skipped == cold.skipped
        edges += sum(len(rows.dependencies) for rows in cold.files.values())
    return edges


@pytest.fixture
def plumbrule(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answer]:
    """`plumbrule(folder, "scan", "--quiet")`: the real command in this process, standing in that folder.

    A command that judges does so on 2024-06-01 unless it is told another day.
    """
    from plumbrule.cli import main

    monkeypatch.delenv("PLUMBRULE_STORE", raising=False)

    def run(folder: Path, *arguments: str) -> Answer:
        monkeypatch.chdir(folder)
        dated = arguments[0] in ("scan", "gate", "watch", "init", "baseline", "waivers") and "--today" not in arguments
        capsys.readouterr()
        code = main([*arguments, *(("--today", "2024-06-01") if dated else ())])
        return Answer(code, *capsys.readouterr())

    return run


@pytest.fixture
def process() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """The real command in a process of its own; ends with the test, if it does not before."""
    started: list[subprocess.Popen[str]] = []

    def start(folder: Path, *arguments: str, program: str = "", **environ: str) -> subprocess.Popen[str]:
        line = ["-c", program or "import sys; from plumbrule.cli import main; sys.exit(main())"]
        one = subprocess.Popen(
            [sys.executable, *line, *arguments],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environ},
        )
        started.append(one)
        return one

    yield start
    for one in started:
        one.kill()
        one.communicate()


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """The pages' generator beside a copy of the pages, of the README and of what pages show, where it may write."""
    whole = Path(__file__).parents[1]
    shutil.copytree(whole / "docs", tmp_path / "docs")
    shutil.copy(whole / "README.md", tmp_path)
    for shown in ("golden", "evaluation"):
        shutil.copytree(whole / "tests" / shown, tmp_path / "tests" / shown)
    return tmp_path / "docs" / "generate.py"
