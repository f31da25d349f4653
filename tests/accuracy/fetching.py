"""Real projects by their names in the package registries; what comes must have the pinned checksum."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "plumbrule-accuracy")
_GIT = ("git", "-c", "user.name=accuracy", "-c", "user.email=accuracy@example.org", "-c", "core.autocrlf=false")

_PINNED = Path(__file__).with_name("projects.toml")


class NotFetched(Exception):
    """A project cannot be had here; the text says why."""


class Project(NamedTuple):
    """A tree to look at."""

    language: str
    name: str
    title: str  # with its version
    tree: Path | NotFetched


def languages_pinned() -> list[str]:
    """Languages that have pinned projects, sorted."""
    return sorted({one["language"] for one in pinned()})


def projects(language: str, tree: str = "") -> Iterator[Project]:
    """The pinned projects of a language, each fetched when it is its turn; or this tree and no pinned one."""
    if tree:
        where = Path(tree).resolve()
        if not where.is_dir():
            raise SystemExit(f"there is no folder {where}")
        if (where / ".git").exists():
            yield Project(language, where.name, where.name, where)
            return
        # A folder in a repository, or in none: as one of its own it has the paths that the tools tell.
        with tempfile.TemporaryDirectory() as scratch:
            copy = Path(scratch).resolve() / where.name
            shutil.copytree(where, copy, symlinks=True)
            _commit(copy)
            yield Project(language, where.name, where.name, copy)
        return
    for one in pinned():
        if one["language"] == language:
            name = one.get("part") or one["name"]
            title = f"{name} {one['version']}"
            try:
                yield Project(language, name, title, fetched(one))
            except NotFetched as error:
                yield Project(language, name, title, error)


def pinned() -> list[dict[str, str]]:
    """What projects.toml says, as `fetched` takes it."""
    said: list[dict[str, str]] = tomllib.loads(_PINNED.read_text("utf-8"))["project"]
    return said


def fetched(project: Mapping[str, str]) -> Path:
    """The project's tree, a git repository of one commit; NotFetched if its registry cannot be asked, SystemExit if
    what comes has another checksum than the pinned one."""
    part = project.get("part", "")
    name = "-".join((project["registry"], project["name"], project["version"], *filter(None, [part])))
    folder = CACHE / name.replace("/", "-").replace(":", "-")
    if not (folder / "complete").is_file():
        CACHE.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=CACHE))  # another process may be at the same project
        try:
            _fetch(project, made, part)
            shutil.rmtree(folder, ignore_errors=True)
            with contextlib.suppress(OSError):  # the other one was first
                made.rename(folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    return folder / "tree"


def _fetch(project: Mapping[str, str], folder: Path, part: str) -> None:
    try:
        archives = _REGISTRIES[project["registry"]](project, folder)
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", b"") or b""
        raise NotFetched(f"{error}: {said.decode(errors='replace').strip()[-300:]}") from error
    told = " ".join(hashlib.sha256(archive.read_bytes()).hexdigest() for archive in archives)
    if told != project["sha256"]:
        raise SystemExit(f"{project['name']} {project['version']} has the checksum {told}, not the pinned one")
    tree = folder / "tree"
    tree.mkdir()
    for archive in archives:
        _unpack(archive, tree, part)
    for one in list(tree.iterdir()) if project.get("only") else ():
        if one.name not in project["only"].split():
            shutil.rmtree(one) if one.is_dir() else one.unlink()
    _commit(tree)
    (folder / "complete").touch()


def _wheel(project: Mapping[str, str], folder: Path) -> list[Path]:
    return _pip(project, folder, "--only-binary", "*.whl")


def _pypi(project: Mapping[str, str], folder: Path) -> list[Path]:
    """The source distribution. Its build program is asked for metadata, so the checksum is looked at before."""
    return _pip(project, folder, "--no-binary", "*.tar.gz")


def _pip(project: Mapping[str, str], folder: Path, way: str, glob: str) -> list[Path]:
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{project['name']}=={project['version']} --hash=sha256:{project['sha256']}\n")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    # What is only read may be written for another Python.
    download = ["download", "--no-deps", "--ignore-requires-python", way, ":all:", "--require-hashes"]
    _run([*pip, *download, "--requirement", str(wanted)], folder)
    return sorted(folder.glob(glob))


def _npm(project: Mapping[str, str], folder: Path) -> list[Path]:
    _run(["npm", "pack", "--silent", f"{project['name']}@{project['version']}"], folder)
    return sorted(folder.glob("*.tgz"))


def _debian(project: Mapping[str, str], folder: Path) -> list[Path]:
    """The upstream archive of a source package, without Debian's own patches and further components."""
    wanted = f"{project['name']}={project['version']}"
    _run(["apt-get", "source", "--quiet", "--download-only", "--tar-only", wanted], folder)
    return sorted(one for one in folder.iterdir() if ".orig.tar." in one.name and not one.name.endswith(".asc"))


_REGISTRIES = {"pypi": _pypi, "wheel": _wheel, "npm": _npm, "debian": _debian}


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def _unpack(archive: Path, tree: Path, part: str = "") -> None:
    """Without the folder that holds everything, which most archives have; `part`: the only folder in it that counts."""
    inside = tree.with_name("inside")
    shutil.rmtree(inside, ignore_errors=True)
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(inside)
    else:
        with tarfile.open(archive) as packed:
            parts = part.split("/") if part else []
            wanted = (one for one in packed if one.name.split("/")[1 : 1 + len(parts)] == parts)
            packed.extractall(inside, wanted, filter="tar")
    top = list(inside.iterdir())
    top = [top[0] / part] if part else top
    shutil.copytree(top[0] if len(top) == 1 and top[0].is_dir() else inside, tree, symlinks=True, dirs_exist_ok=True)
    shutil.rmtree(inside)


def _commit(tree: Path) -> None:
    shutil.rmtree(tree / ".git", ignore_errors=True)
    for command in (
        ["init", "-q", "-b", "main"],
        ["add", "-A", "-f"],
        ["commit", "-q", "--no-verify", "-m", "as published"],
    ):
        subprocess.run([*_GIT, *command], cwd=tree, check=True, capture_output=True)
