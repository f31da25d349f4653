"""What a manifest says, as plain rows, and the shape of a format that reads it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

from plumbrule.data import dataclass

RUNTIME, DEVELOPMENT, TEST, BUILD, OPTIONAL = "runtime", "development", "test", "build", "optional"
MANAGED = "managed"  # only says which version others get that ask for it


class Declared(NamedTuple):
    """One package that is asked for, or that a lock file holds."""

    package: str
    wanted: str = ""  # the constraint as written; "" = any version, or a lock file
    locked: str = ""  # the exact version, from a lock file
    scope: str = RUNTIME  # one of those above, or the format's own word; "" = a lock file that does not say
    line: int = 0
    inside: bool = False  # asked for as a folder or member of this repository, not as what a registry has


class Published(NamedTuple):
    """A package that this manifest makes, under the name by which others ask for it."""

    package: str
    version: str = ""  # "" = it is told elsewhere, or made when it is built
    private: bool = False  # it says that it goes to no registry


class Said(NamedTuple):
    """What means something only together with other manifests of the same build, as `joins` puts them together."""

    key: str
    name: str
    value: str = ""
    line: int = 0
    more: str = ""  # what else there is to it, as a scope


@dataclass(frozen=True, slots=True)
class Reading:
    """All that one manifest says."""

    published: tuple[Published, ...] = ()
    declared: tuple[Declared, ...] = ()
    reason: str = ""  # why it could not be read, or what of it could not be; "" = it was read
    said: tuple[Said, ...] = ()


def unknown(told: Collection[tuple[int, str]], form: str = "what {} stands for") -> str:
    """The reason that a `Reading` gives for what only running a program would tell, by line; "" if there is nothing."""
    if not told:
        return ""
    line, what = min(told)
    more = f", and {len(told) - 1} more like it" if len(told) > 1 else ""
    return f"line {line}: {form.format(what)} is said nowhere, or only when it is run{more}"


class Unreadable(Exception):
    """The manifest says nothing that can be relied on; the text is a plain phrase."""


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of manifest or lock file."""

    ecosystem: str  # type of its packages' package-urls: "pypi", "npm", ...
    files: tuple[str, ...]  # globs of file names; with a "/" of the folder around it, too
    # Of its text and its path, of which the last folder and the name are given. `Unreadable` or a row, never a crash.
    read: Callable[[str, str], Reading]
