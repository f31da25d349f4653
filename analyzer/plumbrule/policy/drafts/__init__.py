"""First policies from what says already how a system is meant to look: a diagram, or the settings of another tool.

A source is one file here with `PLACES`, where it usually lies, maybe `claims(origin)`, whether a file is one of its
kind by more than its name, and `read(origin) -> Draft`. Nothing is registered in a list: the files are the sources.
What a source says and a policy cannot is a remark, with the reason: nothing is dropped in silence.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import field
from fnmatch import fnmatchcase
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Literal

from plumbrule.data import dataclass
from plumbrule.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Origin:
    """What a draft is made from, and what it can ask of the repository around it."""

    file: str  # repository-relative where it lies inside, else as it was given
    text: str
    paths: Collection[str]  # the code files of the repository
    read: Callable[[str], str | None]  # another file of the repository; None = there is none that can be read
    learned: Callable[[], Mapping[str, Collection[str]]]  # the parts that the folders show, with their paths

    @property
    def name(self) -> str:
        return self.file.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """Where it lies, with a `/` at its end; "" = the root."""
        folder = self.file.rpartition("/")[0]
        return f"{folder}/" if folder and not self.file.startswith("/") else ""


@dataclass(frozen=True, slots=True)
class Part:
    """A component to declare."""

    name: str
    globs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A contract to write: the name of its table and its keys."""

    kind: str
    keys: Mapping[str, object]
    unsure: str = ""  # why it is written as a comment; "" = it is not


@dataclass(frozen=True, slots=True)
class Draft:
    """The parts of a policy."""

    parts: tuple[Part, ...] = ()  # in the order in which the first match is the component
    tables: tuple[Table, ...] = ()
    rules: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    accepted: tuple[tuple[str, str], ...] = ()  # (source file, target file) of imports that were accepted there
    remarks: tuple[tuple[str, str], ...] = ()  # what is not carried over, and because of what


class Notes:
    """What is not carried over, while a source is read; the same is said once."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, str], None] = {}

    def add(self, what: str, why: str) -> Literal[False]:
        self._said.setdefault((what, why))
        return False  # so that a question may be answered with it

    def all(self) -> tuple[tuple[str, str], ...]:
        return tuple(self._said)


@cache
def sources() -> Mapping[str, ModuleType]:
    """Every source there is, by the name that `--from` takes."""
    names = os.listdir(os.path.dirname(__file__))  # noqa: PTH120, PTH208 - as for commands
    found = sorted(name[:-3] for name in names if name[:1].islower() and name.endswith(".py"))
    return {name.replace("_", "-"): import_module(f"{__name__}.{name}") for name in found}


def drafted(origin: Origin, kind: str = "") -> Draft:
    """What this file says, as parts of a policy; `kind` names the source where a name does not tell.

    SettingsError for a file of no known kind, or one that cannot be read.
    """
    module = sources()[kind] if kind else _source_of(origin)
    try:
        draft: Draft = module.read(origin)
    except RecursionError:
        raise SettingsError(f"{origin.file}: it is nested deeper than can be read; make it simpler") from None
    return draft


def written(draft: Draft, origin: str) -> str:
    """The text of a policy, with remarks as comments; `read_policy` reads it back without an error, whatever names,
    globs and contracts the draft has: what it would refuse is a remark, too."""
    from plumbrule.policy.drafts._writing import policy_text

    return policy_text(draft, origin)


def _source_of(origin: Origin) -> ModuleType:
    for module in sources().values():
        claims = getattr(module, "claims", None)
        if claims(origin) if claims is not None else _lies(origin, module):
            return module
    known = "\n".join(f"  {name}: {', '.join(module.PLACES)}" for name, module in sources().items())
    raise SettingsError(f"{origin.file}: nothing known is read from a file of this name; what is read:\n{known}")


def _lies(origin: Origin, module: ModuleType) -> bool:
    return any(fnmatchcase(origin.name.lower(), place.rpartition("/")[2].lower()) for place in module.PLACES)
