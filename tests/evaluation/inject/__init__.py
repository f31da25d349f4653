"""Drift written into the source of a real repository, and changes that look like it and are none.

A kind is a file in kinds/, a change that must not be told a file in controls/, a language a file in writers/; all are
discovered. Hides where a change fits: each looks for a place in the graph of the tree as it stands, draws one by the
given chance, and says so if there is none (`None`). Whether what was written still parses is for the caller to ask.
"""

from __future__ import annotations

import posixpath
import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

from plumbrule.graph import MemoryGraph, SymbolRow
from plumbrule.measures._structure import hard_links

_T = TypeVar("_T")

SUBTLE, MEDIUM, GROSS = DOSES = ("subtle", "medium", "gross")
PLAIN = "plain"


class Offered(NamedTuple):
    """A function or type that other files can import."""

    path: str
    name: str
    is_function: bool
    signature: str  # as the graph has it: "(a, b: int = 1) -> str"
    line: int
    end_line: int


@dataclass(frozen=True, eq=False)
class Tree:
    """One commit's code in one family of languages, as a writer sees it."""

    family: str  # name of a file in writers/
    graph: MemoryGraph
    paths: frozenset[str]  # of all files, code or not
    bytes_of: Callable[[str], bytes]
    edits: dict[str, bytes | None] = field(default_factory=dict)  # what was written so far

    @cached_property
    def writer(self) -> Writer:
        return every_writer()[self.family]

    def read(self, path: str) -> str:
        edited = self.edits.get(path)
        data = self.bytes_of(path) if edited is None else edited
        return data.decode("utf-8")

    def write(self, path: str, text: str) -> None:
        self.edits[path] = text.encode("utf-8")

    def has(self, path: str) -> bool:
        return path in self.paths or path in self.edits

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Product code of the family that people write here and that is text; sorted."""
        return tuple(path for path in sorted(self.graph.paths()) if self._is_product(path))

    def _is_product(self, path: str) -> bool:
        file = self.graph.rows(path).file
        if file.language not in self.writer.LANGUAGES or file.is_test or not file.is_written_here or file.doubtful:
            return False
        if re.search(r"(^|/)(docs?|examples?|bench\w*|scripts?|website)/", path):
            return False
        try:
            return not self.writer.is_odd(path, self.read(path))
        except (UnicodeDecodeError, KeyError):
            return False

    @cached_property
    def links(self) -> Mapping[str, frozenset[str]]:
        """Hard imports between the files."""
        known = set(self.files)
        return {
            path: frozenset(link.dst for link in hard_links(path, self.graph.rows(path)) if link.dst in known)
            for path in self.files
        }

    @cached_property
    def users(self) -> Mapping[str, frozenset[str]]:
        """The files that import each file."""
        found: dict[str, set[str]] = {path: set() for path in self.files}
        for src, targets in self.links.items():
            for dst in targets:
                found[dst].add(src)
        return {path: frozenset(users) for path, users in found.items()}

    @cache  # noqa: B019 - a tree lives as long as its cases
    def reach(self, path: str) -> frozenset[str]:
        """Every file that this one needs in the end, itself included; those that are not product code count too."""
        seen, queue = {path}, [path]
        while queue:
            rows = self.graph.rows(queue.pop())
            for one in rows.dependencies:
                if one.kind == "import" and one.dst not in seen and one.dst in self.graph:
                    seen.add(one.dst)
                    queue.append(one.dst)
        return frozenset(seen)

    @cached_property
    def folders(self) -> Mapping[str, tuple[str, ...]]:
        """Files by the folder around them: the packages of a system, whatever its policy says."""
        found: dict[str, list[str]] = {}
        for path in self.files:
            found.setdefault(posixpath.dirname(path), []).append(path)
        return {folder: tuple(paths) for folder, paths in found.items()}

    @cached_property
    def folder_links(self) -> frozenset[tuple[str, str]]:
        named = posixpath.dirname
        return frozenset((named(src), named(dst)) for src, targets in self.links.items() for dst in targets)

    def closes(self, src: str, dst: str) -> bool:
        """Whether an import of `dst` by `src` would make a cycle of files or of the folders around them."""
        here, there = posixpath.dirname(src), posixpath.dirname(dst)
        return src in self.reach(dst) or (here != there and here in self._folder_reach(there))

    @cache  # noqa: B019 - as above
    def _folder_reach(self, folder: str) -> frozenset[str]:
        seen, queue = {folder}, [folder]
        while queue:
            at = queue.pop()
            for one, other in self.folder_links:
                if one == at and other not in seen:
                    seen.add(other)
                    queue.append(other)
        return frozenset(seen)

    def offered(self, path: str) -> list[Offered]:
        """What other files can import from this one."""
        return [
            Offered(path, row.symbol, row.kind == "function", row.signature, row.line, row.end_line)
            for row in self.graph.rows(path).symbols
            if self.writer.is_offered(path, row)
        ]

    def functions(self, path: str, tokens: int = 0) -> list[SymbolRow]:
        """Functions and methods that stand on lines of their own, with at least so many tokens in them."""
        rows = self.graph.rows(path)
        large = {one.symbol for one in rows.functions if one.tokens >= tokens and not one.accessor}
        once = [one.symbol for one in rows.symbols]
        return [
            row
            for row in rows.symbols
            if row.kind in ("function", "method")
            and row.symbol in large
            and row.end_line > row.line
            and once.count(row.symbol) == 1
        ]

    def lines_of(self, path: str, row: SymbolRow | Offered) -> list[str]:
        return self.read(path).splitlines()[row.line - 1 : row.end_line]


class Injection(NamedTuple):
    """What was written, and where it can be seen."""

    edits: Mapping[str, bytes | None]  # path to new bytes; None = the file is gone
    places: tuple[str, ...]  # files of which a finding may rightly speak
    what: str  # in a few words
    renamed: Mapping[str, str] = {}  # new path to old path of what moved


class Writer(Protocol):
    """Spells the same thing in one family of languages."""

    LANGUAGES: tuple[str, ...]
    STYLES: tuple[str, ...]  # ways to name another file: "plain", "alias", "lazy", "type-only", "dynamic"
    HANDLERS: tuple[str, ...]  # ways to catch: empty where the language has no exceptions

    def is_odd(self, path: str, text: str) -> bool: ...
    def is_offered(self, path: str, row: SymbolRow) -> bool: ...
    def name(self, *words: str) -> str: ...
    def comment(self, words: str) -> str: ...
    def beside(self, path: str, *words: str) -> str: ...
    def file(self, tree: Tree, path: str, like: str, functions: Sequence[str]) -> str: ...
    def append(self, text: str, functions: Sequence[str]) -> str: ...
    def link(
        self, tree: Tree, text: str, src: str, dst: str, name: str, style: str = PLAIN
    ) -> tuple[str, str] | None: ...
    def user(self, like: str, name: str, expressions: Sequence[str]) -> str: ...
    def function(self, like: str, name: str, parameters: Sequence[str], body: Sequence[str], doc: str = "") -> str: ...
    def let(self, name: str, value: str) -> str: ...
    def give(self, value: str) -> str: ...
    def opening(self, lines: Sequence[str], row: SymbolRow) -> tuple[int, str] | None: ...
    def forward(self, like: str, one: Offered, called: str, disguise: str) -> str | None: ...
    def wrapped(self, lines: Sequence[str], row: SymbolRow, how: str) -> list[str] | None: ...
    def parameter_added(self, line: str, name: str) -> str | None: ...
    def moved(self, tree: Tree, path: str, new: str) -> dict[str, str] | None: ...


class Kind(Protocol):
    """One way to let a system drift."""

    DISGUISES: tuple[str, ...]  # "plain" first
    HARMLESS: tuple[str, ...]  # of these the ones that must not be told

    def inject(self, tree: Tree, dose: str, disguise: str, chance: random.Random) -> Injection | None: ...


class Control(Protocol):
    """One kind of large change that is none."""

    COMMITS: int  # 0: `change` writes it; 1 and more: so many real ones at once; -1: the one before, taken back

    def change(self, tree: Tree, chance: random.Random) -> Injection | None: ...


@cache
def every_writer() -> Mapping[str, Any]:
    return _discovered("writers")


@cache
def every_kind() -> Mapping[str, Any]:
    """Every kind by name; each module has what `Kind` says."""
    return _discovered("kinds")


@cache
def every_control() -> Mapping[str, Any]:
    return _discovered("controls")


def _discovered(folder: str) -> dict[str, Any]:
    files = sorted((Path(__file__).parent / folder).glob("[a-z]*.py"))
    return {file.stem.replace("_", "-"): import_module(f"{__name__}.{folder}.{file.stem}") for file in files}


def done(tree: Tree, places: Sequence[str], what: str, renamed: Mapping[str, str] | None = None) -> Injection | None:
    """The injection that was written into this tree; None if nothing was."""
    return Injection(dict(tree.edits), tuple(dict.fromkeys(places)), what, renamed or {}) if tree.edits else None


def shuffled(chance: random.Random, items: Iterable[_T]) -> list[_T]:
    found = list(items)
    chance.shuffle(found)
    return found


def mention(tree: Tree, src: str, dst: str, style: str, chance: random.Random, role: str = "note") -> bool:
    """Has `src` import something of `dst` and use it, by a function of its own; False if that cannot be said."""
    offered = tree.offered(dst)
    writer = tree.writer
    for one in shuffled(chance, offered):
        text = tree.read(src)
        linked = writer.link(tree, text, src, dst, one.name, style)
        if linked is None:
            continue
        text, expression = linked
        name = writer.name(role, *words(one.name))
        if name in text:
            continue
        tree.write(src, writer.append(text, [writer.user(text, name, [expression])]))
        return True
    return False


def words(name: str) -> list[str]:
    """The words of an identifier, lower case."""
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name.rpartition(".")[2])]


def parameters(signature: str) -> list[str] | None:
    """The parameters of a signature as written, one each; None if it has none in brackets."""
    start = signature.find("(")
    if start < 0:
        return None
    depth, found, last = 0, [], start + 1
    for at in range(start, len(signature)):
        sign = signature[at]
        if sign in "([{<" and signature[at - 1 : at + 1] != "=<":
            depth += 1
        elif sign in ")]}" or (sign == ">" and signature[at - 1] not in "-="):
            depth -= 1
            if depth == 0:
                found.append(signature[last:at].strip())
                return [one for one in found if one]
        elif sign == "," and depth == 1:
            found.append(signature[last:at].strip())
            last = at + 1
    return None
