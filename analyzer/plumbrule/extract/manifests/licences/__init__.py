"""Where packages' licences are stated, one kind of file each; each module holds `STATEMENT`, and is discovered.

Hides how each is written. A licence is what is written there, never what some text of a licence looks like.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from plumbrule.extract.manifests.ecosystems import spelled
from plumbrule.extract.manifests.reading import Unreadable
from plumbrule.extract.manifests.text import decoded

BYTES = 16_000_000  # of one file
_PACKAGES = 50_000  # of one file
_LONG = 300  # characters of a name or an expression
_LFS = b"version https://git-lfs.github.com/spec/v1\n"


class Stated(NamedTuple):
    """What one file states of one package that is installed."""

    package: str
    version: str
    licence: str  # as written; "" = nothing
    line: int
    development: bool = False  # held for development alone


@dataclass(frozen=True, slots=True)
class Statement:
    """One kind of file that states licences."""

    ecosystem: str  # type of its packages' package-urls
    names: tuple[str, ...]  # of the files
    read: Callable[[str], Iterable[Stated]]  # of the text; `Unreadable`, never a crash
    folders: tuple[str, ...] = ()  # folders of which one is around the file, as their names end; () = any


@cache
def _kinds() -> tuple[Statement, ...]:
    files = sorted(Path(__file__).parent.glob("[a-z]*.py"))
    return tuple(import_module(f"{__name__}.{file.stem}").STATEMENT for file in files)


@cache
def _names() -> frozenset[str]:
    return frozenset(name for kind in _kinds() for name in kind.names)


def states_licences(path: str) -> bool:
    """Whether a file's path alone says that it states licences of packages that are installed."""
    return path.rpartition("/")[2] in _names() and _kind_of(path) is not None


def _kind_of(path: str) -> Statement | None:
    *folders, name = path.split("/")
    for kind in _kinds():
        if name in kind.names and (not kind.folders or any(one.endswith(kind.folders) for one in folders)):
            return kind
    return None


def stated(path: str, data: bytes) -> tuple[str, list[Stated]]:
    """The ecosystem and what is stated there, sorted, each once. `Unreadable` says why it is not known."""
    kind = _kind_of(path)
    if kind is None:
        raise Unreadable("nothing that states licences")
    if data.startswith(_LFS):
        raise Unreadable("kept in Git LFS")
    try:
        found = {_tidied(kind.ecosystem, one) for one in kind.read(decoded(data))}
    except RecursionError:
        raise Unreadable("nested too deep") from None
    if len(found) > _PACKAGES:
        raise Unreadable(f"speaks of more than {_PACKAGES:,} packages")
    return kind.ecosystem, sorted(one for one in found if one.package)


def _tidied(ecosystem: str, one: Stated) -> Stated:
    package, version, licence = map(_tidy, one[:3])
    return Stated(spelled(ecosystem, package), version, licence, one.line, one.development)


def _tidy(text: str) -> str:
    """One line, not too long, that a database and a terminal can hold."""
    text = text[:_LONG].encode("utf-8", "replace").decode()
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
