"""Which names a file offers to those who import it, by its facts and by what it passes on from other files.

Hides what each language takes for an offer, and that a name may be had from a file that does not define it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from plumbrule.facts import LAZY, REEXPORT, Body, Import, Interface
from plumbrule.graph import FileRows, Graph
from plumbrule.languages import spoken
from plumbrule.measures import FactsOf, Situation
from plumbrule.measures._signatures import Definition, definitions

ASKED_AT_RUN_TIME = "__getattr__"  # a module or class with it may offer any name (PEP 562)
_DEEPEST = 8  # star imports followed in a row


@dataclass(slots=True)
class Side:
    """One side of the comparison: a graph, its facts, and a file's names by dotted path."""

    graph: Graph
    facts: FactsOf
    _known: dict[str, Interface] = field(default_factory=dict)
    _defined: dict[str, Mapping[str, list[Definition]]] = field(default_factory=dict)
    _offered: dict[tuple[str, str], _Offered] = field(default_factory=dict)

    def interface(self, path: str) -> Interface:
        if path not in self._known:
            file = self.graph.rows(path).file
            self._known[path] = self.facts.interface(file.dialect, file.blob)
        return self._known[path]

    def definitions(self, path: str) -> Mapping[str, list[Definition]]:
        if path not in self._defined:
            self._defined[path] = definitions(self.interface(path))
        return self._defined[path]

    def body(self, path: str) -> Body:
        file = self.graph.rows(path).file
        return self.facts.body(file.dialect, file.blob)

    def offered(self, path: str, language: str) -> _Offered:
        """What a file offers by itself; a header with thousands of names is asked for as many of them."""
        key = path, language
        if key not in self._offered:
            interface = self.interface(path)
            self._offered[key] = _Offered(
                exported(interface, language), _named(interface, language), _imports_all(interface, language)
            )
        return self._offered[key]


class _Offered(NamedTuple):
    """What a file offers without a look at any other one."""

    exported: set[str]
    named: set[str] | None  # by name, though they are not defined in it; None = whatever it is asked for
    passes_all: bool  # the names of other files, without naming them


def sides_of(s: Situation) -> tuple[Side, Side]:
    """Before and now, with all that was read of either already."""
    if s.shared.sides is None:
        s.shared.sides = Side(s.before, s.facts), Side(s.now, s.facts)
    return s.shared.sides


def offers_all(language: str) -> bool:
    """Whether every top-level name of a module can be imported in this language."""
    return any(dialect.passes_on for dialect in spoken(language))


def is_promise(rows: FileRows) -> bool:
    """Whether what a file offers may be relied on: tests and generated code promise nothing."""
    return not rows.file.is_test and not rows.file.is_generated


def exported(interface: Interface, language: str) -> set[str]:
    """Top-level definitions that other files can import."""
    names = {symbol.name for symbol in interface.symbols if symbol.parent < 0 and not symbol.has("replaced")}
    if offers_all(language):
        return names
    named = {export.local for export in interface.exports if export.imported < 0}
    return {symbol.name for symbol in interface.symbols if symbol.parent < 0 and symbol.exported} | (names & named)


def offers(side: Side, path: str, name: str, language: str, depth: int = 0) -> bool:
    """Whether `name` can still be imported from this file although it is not defined in it."""
    if path not in side.graph or depth > _DEEPEST:
        return False
    offered = side.offered(path, language)
    if offered.named is None or name in offered.named:
        return True
    if not offered.passes_all:
        return False
    rows = side.graph.rows(path)
    if any(external.name == "*" for external in rows.externals):
        return True
    followed = {d.dst for d in rows.dependencies if d.kind == "import" and "*" in d.names.split(", ")}
    return any(
        (target in side.graph and name in side.offered(target, language).exported)
        or offers(side, target, name, language, depth + 1)
        for target in sorted(followed)
    )


def _named(interface: Interface, language: str) -> set[str] | None:
    """What a file offers by name that it does not define: in an export or an import; None if when asked for it."""
    if any(symbol.parent < 0 and symbol.name == ASKED_AT_RUN_TIME for symbol in interface.symbols):
        return None
    every = offers_all(language)
    names = {export.name for export in interface.exports if export.imported >= 0 or not every}
    return names | {one.alias for one in _at_start(interface) if every or one.flags & REEXPORT}


def _imports_all(interface: Interface, language: str) -> bool:
    """Whether all names of another file are passed on without being named."""
    return any(
        statement.name == "*" and (offers_all(language) or not statement.alias) for statement in _at_start(interface)
    )


def _at_start(interface: Interface) -> Iterator[Import]:
    """The imports that run when the file is loaded."""
    return (statement for statement in interface.imports if statement.symbol < 0 and not statement.flags & LAZY)


def gives(side: Side, path: str, name: str, *, star: bool) -> bool:
    """Whether `name` is to be had from this file; with `star`, by an import of all its names."""
    if path not in side.graph:
        return False
    language = side.graph.rows(path).file.language
    if star and side.interface(path).has_all:
        return any(export.name == name for export in side.interface(path).exports)
    if star and name.startswith("_"):
        return False
    return name in side.offered(path, language).exported or offers(side, path, name, language)


def surely_lacks(side: Side, path: str, name: str, *, star: bool) -> bool:
    """Whether it is certain that `name` is not to be had from this file."""
    if path not in side.graph or gives(side, path, name, star=star):
        return False
    if _beside(side, path, name):
        return False  # the package's own module of that name
    return (star and side.interface(path).has_all) or not _is_open(side, path, set())


def module_instead(side: Side, path: str, name: str) -> str:
    """The module of a package that whoever imports `name` from it gets, as the package surely binds no such name; empty
    if there is none, or that is not certain."""
    module = _beside(side, path, name) if path in side.graph else ""
    if not module or gives(side, path, name, star=False):
        return ""
    return "" if _is_open(side, path, set()) or _is_open(side, module, set()) else module


def _beside(side: Side, path: str, name: str) -> str:
    """The module or package of this name in the folder of a file; empty if there is none."""
    beside = f"{path.rpartition('/')[0]}/{name}".lstrip("/")
    dialects = spoken(side.graph.rows(path).file.language)
    as_folders = [f"/{entry}" for dialect in dialects for entry in dialect.entries]
    endings = [ending for dialect in dialects for ending in (*dialect.suffixes, *as_folders)]
    return next((beside + ending for ending in endings if beside + ending in side.graph), "")


def _is_open(side: Side, path: str, entered: set[str]) -> bool:
    """Whether the file may offer names that its facts and those of the files it passes on whole do not tell."""
    entered.add(path)
    if path not in side.graph:
        return True
    interface, rows = side.interface(path), side.graph.rows(path)
    if interface.errors or any(export.name == "*" and export.imported < 0 for export in interface.exports):
        return True
    if not _imports_all(interface, rows.file.language):
        return False
    followed = {d.dst for d in rows.dependencies if d.kind == "import" and "*" in d.names.split(", ")}
    lines = {one.line for one in interface.imports if one.name == "*"}
    is_lost = any(one.line in lines for one in rows.externals) or any(one.line in lines for one in rows.unresolved)
    return is_lost or any(_is_open(side, target, entered) for target in sorted(followed - entered))
