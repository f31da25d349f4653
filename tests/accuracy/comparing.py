"""Two sets of edges over one tree, and what is to be said of their difference."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

Edge = tuple[str, str]
VERDICTS = ("ours wrong", "theirs wrong", "defined differently")


class Held(NamedTuple):
    """What a language's own tools hold for true of one tree."""

    sure: frozenset[Edge]  # recall is measured against these
    possible: frozenset[Edge]  # precision against these: they hold the sure ones


class ToolFailed(Exception):
    """A tool, or our own program, could not do what it was asked for; the text says why."""


class Graph:
    """Our graph of one tree, as the public views say it."""

    def __init__(self, query: Callable[[str], Sequence[Mapping[str, object]]]) -> None:
        self.query = query  # rows of an SQL question over the public views

    def edges(self, *kinds: str) -> set[Edge]:
        """(src, dst) files of dependencies of these kinds inside the tree."""
        listed = ", ".join(f"'{kind}'" for kind in kinds)
        rows = self.query(f"SELECT DISTINCT src, dst FROM dependency WHERE dst_repo = repo AND kind IN ({listed})")
        return {(str(row["src"]), str(row["dst"])) for row in rows}


@dataclass(frozen=True)
class Tool:
    """One comparison: a language and the tools that know it best."""

    name: str  # as the table says it: "go list -e -json"
    version: Callable[[], str | None]  # None if it cannot run here; says so in the table
    held: Callable[[Path], Mapping[str, Held]]  # by series ("production", "test"), for a tree
    ours: Callable[[Path, Graph], Mapping[str, frozenset[Edge]]]  # by the same series
    recall: float  # floors
    precision: float


class Difference(NamedTuple):
    side: str  # missing (theirs only) or extra (ours only)
    src: str
    dst: str
    verdict: str  # one of VERDICTS, "" if nothing explains it
    why: str


@dataclass(frozen=True)
class Comparison:
    true: int
    sure: int
    ours: int
    differences: tuple[Difference, ...]

    def recall(self, *, judged: bool = False) -> float:
        """The share of what they surely hold that is ours; `judged`: what is held wrongly left out."""
        if not self.sure:
            return 0.0 if self.ours else 1.0  # a tool that holds nothing has not looked
        return 1 - self._count("missing", judged) / self.sure

    def precision(self, *, judged: bool = False) -> float:
        """The share of ours that they hold possible; `judged`: what they do not hold wrongly counts as held."""
        return 1 - self._count("extra", judged) / self.ours if self.ours else 1.0

    def _count(self, side: str, judged: bool) -> int:
        return sum(1 for one in self.differences if one.side == side and not (judged and one.verdict == "theirs wrong"))


def compare(held: Held, ours: frozenset[Edge], explain: Callable[[str, Edge], tuple[str, str]]) -> Comparison:
    """The difference between both, each part sorted."""
    sides = (("missing", held.sure - ours), ("extra", ours - held.possible))
    found = tuple(Difference(side, *edge, *explain(side, edge)) for side, edges in sides for edge in sorted(edges))
    return Comparison(len(held.sure & ours), len(held.sure), len(ours), found)


def together(parts: Sequence[Comparison]) -> Comparison:
    """Several trees as one."""
    differences = tuple(one for part in parts for one in part.differences)
    return Comparison(
        sum(part.true for part in parts),
        sum(part.sure for part in parts),
        sum(part.ours for part in parts),
        differences,
    )


class Explanations:
    """Why differences of one language are there, from `explained/LANGUAGE.toml`; SystemExit for an entry that says
    less or more than it must."""

    def __init__(self, file: Path, project: str) -> None:
        self._entries = []
        for entry in tomllib.loads(file.read_text("utf-8"))["difference"] if file.is_file() else ():
            unknown = entry.keys() - {"project", "side", "src", "dst", "verdict", "why"}
            if unknown or entry.get("verdict") not in VERDICTS or not entry.get("why"):
                raise SystemExit(f"{file}: an entry needs a verdict of {VERDICTS} and why: {entry}")
            if fnmatchcase(project, entry.get("project", "*")):
                self._entries.append(entry)

    def __call__(self, side: str, edge: Edge) -> tuple[str, str]:
        """(verdict, why) of a difference, ("", "") if nothing explains it."""
        for entry in self._entries:
            fits = entry.get("side", side) == side and fnmatchcase(edge[0], entry.get("src", "*"))
            if fits and fnmatchcase(edge[1], entry.get("dst", "*")):
                return entry["verdict"], entry["why"]
        return "", ""
