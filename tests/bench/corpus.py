"""What is measured: pinned projects, repositories of one's own given by their path, and generated ones.

All are read-only; what commits to one takes a clone. Nothing of it lies in this checkout.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "accuracy"))

from bare import head_files  # noqa: E402 - beside this file
from fetching import NotFetched, fetched, pinned  # noqa: E402 - beside accuracy.py
from generating import Shape, generate  # noqa: E402

from plumbrule.languages import languages  # noqa: E402

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "plumbrule-bench")

# What makes generated repositories, as it was when this was loaded.
_MAKER = hashlib.sha256(
    b"".join((HERE / name).read_bytes() for name in ("generating.py", "spelling.py"))
).hexdigest()[:12]  # fmt: skip

# Six languages, of which each has a project of some hundred files or more.
CORPUS = (
    "Django", "apache-airflow-core", "effect", "three", "hugo", "syncthing", "commons-math3", "redis", "cargo",
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A repository to measure on."""

    title: str
    tree: Path
    said: str = ""  # the language that it is pinned for: packages often hold as much that was built from it

    @cached_property
    def code(self) -> Sequence[tuple[str, str]]:
        """(dialect, path on disk or blob id) of every code file of the head."""
        return head_files(str(self.tree))

    @cached_property
    def language(self) -> str:
        """The one that it is pinned for, else the one with most files."""
        if self.said:
            return self.said
        counts = Counter(languages()[dialect].name for dialect, _ in self.code)
        return counts.most_common(1)[0][0] if counts else ""

    @cached_property
    def source(self) -> int:
        """Bytes of code of the head."""
        blobs = {place for _, place in self.code if os.sep not in place}
        listed = git(self.tree, "ls-tree", "-r", "-l", "HEAD").splitlines() if blobs else []
        on_disk = sum(Path(place).stat().st_size for _, place in self.code if os.sep in place)
        return on_disk + sum(int(line.split()[3]) for line in listed if line.split()[2] in blobs)

    @cached_property
    def commits(self) -> int:
        """How many its main line has."""
        return int(git(self.tree, "rev-list", "--first-parent", "--count", "HEAD"))


@dataclass(frozen=True)
class Corpus:
    """Where the repositories come from; a project that cannot be had is told as NotFetched by its name."""

    repositories: tuple[Path, ...]  # given by path
    names: tuple[str, ...] = CORPUS  # of pinned projects

    def everything(self) -> Iterator[tuple[str, Place | NotFetched]]:
        """Every pinned project of the corpus, then what was given."""
        for name in self.names:
            yield name, project(name)
        for place in self.given():
            yield place.title, place

    def given(self, language: str = "") -> Iterator[Place]:
        """Repositories given by path: all, or those mostly of this language."""
        for path in self.repositories:
            place = Place(path.name, path)
            if not language or place.language == language:
                yield place

    def of_language(self, language: str) -> Iterator[tuple[str, Place | NotFetched]]:
        """Those of `everything` that are mostly of this language."""
        for title, place in self.everything():
            if isinstance(place, NotFetched):
                if _pinned_for(title) in ("", language):
                    yield title, place
            elif place.language == language:
                yield title, place

    def with_history(self, shape: Shape) -> Iterator[Place]:
        """Repositories given by path, else one of this shape."""
        yield from self.given() if self.repositories else [generated(shape)]


def project(name: str) -> Place | NotFetched:
    """A project of the accuracy corpus or of projects.toml beside this file."""
    found = _pin(name)
    if not found:
        return NotFetched("no pinned project is called so")
    try:
        return Place(f"{name} {found['version']}", fetched(found), found["language"])
    except NotFetched as error:
        return error
    except SystemExit as error:  # another checksum than the pinned one
        return NotFetched(str(error))


def _pin(name: str) -> Mapping[str, str]:
    """What is written of a pinned project; nothing if there is none of this name."""
    more: list[dict[str, str]] = tomllib.loads((HERE / "projects.toml").read_text("utf-8"))["project"]
    return next((one for one in (*pinned(), *more) if name in (one["name"], one.get("part"))), {})


def _pinned_for(name: str) -> str:
    return _pin(name).get("language", "")


def generated(shape: Shape) -> Place:
    """A repository of this shape, made once; anew when what makes them has changed."""
    folder = CACHE / "generated" / _MAKER / shape.name()
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=folder.parent))  # half of one is never seen
        try:
            generate(shape, made / "tree")
            (made / "tree").rename(folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    commits = f", {shape.commits} commits" if shape.commits > 1 else ""
    return Place(f"generated {shape.language}, {shape.files} files{commits}", folder, shape.language)


def git(tree: Path, *arguments: str) -> str:
    """What a git command says there; CalledProcessError if it fails."""
    who = ("-c", "user.name=bench", "-c", "user.email=bench@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", "-C", str(tree), *who, *arguments], check=True, capture_output=True)
    return done.stdout.decode(errors="surrogateescape").strip()
