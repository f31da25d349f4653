"""Graphs and situations written by hand: what a scan would hand to the measures."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

import pytest

from plumbrule.facts import Body, Interface
from plumbrule.graph import Dependency, External, FileRow, FileRows, FunctionRow, MemoryGraph, SymbolRow, Use
from plumbrule.measures import Intent, Situation, measures
from plumbrule.snapshot import FilesWalk
from plumbrule.tables import Row

FACTS: dict[str, tuple[Interface, Body]] = {}  # by blob id, which is derived from the facts: order-independent


class KnownFacts:
    """Facts of the files made here, by blob."""

    def interface(self, dialect: str, blob: str) -> Interface:
        return FACTS[blob][0]

    def body(self, dialect: str, blob: str) -> Body:
        return FACTS[blob][1]


@dataclass
class Code:
    """One file in few words; what is not said is empty."""

    imports: Mapping[str, str] = field(default_factory=dict)  # target -> names
    soft: Mapping[str, str] = field(default_factory=dict)  # target -> "type", "lazy" or "upward"
    line: int = 1
    symbols: Iterable[SymbolRow] = ()
    functions: Iterable[FunctionRow] = ()
    uses: Iterable[Use] = ()
    externals: Iterable[External] = ()
    facts: tuple[Interface, Body] | None = None
    language: str = "python"
    test: bool | None = None
    generated: bool = False
    lines: int = 10

    def rows(self, path: str) -> FileRows:
        facts = self.facts or (Interface(self.lines, self.lines, self.generated, False, *([[]] * 7)), EMPTY_BODY)
        blob = f"{zlib.crc32(repr(facts).encode()):08x}"
        FACTS[blob] = facts
        test = self.test if self.test is not None else path.rpartition("/")[2].startswith("test_")
        dependencies = [
            Dependency(dst, "import", False, False, self.line, names, 1.0) for dst, names in self.imports.items()
        ]
        dependencies += [
            Dependency(dst, "import", kind == "type", kind == "lazy", self.line, "", 1.0, kind == "upward")
            for dst, kind in self.soft.items()
        ]
        return FileRows(
            FileRow(self.language, self.language, blob, self.lines, self.lines, test, self.generated),
            tuple(self.symbols),
            tuple(self.functions),
            tuple(sorted(dependencies)),
            tuple(self.uses),
            tuple(self.externals),
            (),
            len(dependencies),
            len(dependencies),
        )


EMPTY_BODY = Body([], [], [], [], [], 0, 0)


def graph(files: Mapping[str, Code]) -> MemoryGraph:
    return MemoryGraph("shop", {path: code.rows(path) for path, code in sorted(files.items())})


def situation(
    now: MemoryGraph,
    before: MemoryGraph | None = None,
    *,
    earlier: Mapping[str, Collection[Row]] | None = None,
    intent: Intent | None = None,
    renamed: Mapping[str, str] | None = None,
) -> Situation:
    before = before or MemoryGraph("shop")
    changed = {path for path in {*now.files, *before.files} if now.files.get(path) != before.files.get(path)}
    return Situation(now, before, changed, KnownFacts(), intent or Intent(), {}, earlier or {}, renamed or {})


def measured(s: Situation, *tables: str) -> dict[str, Collection[Row]]:
    """The rows of these measures and of all they read."""
    rows: dict[str, Collection[Row]] = {}
    wanted = set(tables)
    for measure in reversed(measures()):
        if measure.table.name in wanted:
            wanted.update(measure.after)
    for measure in measures():
        if measure.table.name in wanted:
            step = Situation(s.now, s.before, s.changed, s.facts, s.intent, rows, s.earlier, s.renamed)
            rows[measure.table.name] = measure.compute(step)
    return rows


class History:
    """Snapshots of real code, each given as files; `to` moves on and tells the situation between the last two."""

    def __init__(self) -> None:
        self._walk = FilesWalk()
        self.graph = MemoryGraph("example")
        self.rows: dict[str, Collection[Row]] = {}

    def to(self, files: Mapping[str, str], renamed: Mapping[str, str] | None = None) -> Situation:
        before = self.graph
        self.graph = self._walk.to({path: text.encode() for path, text in files.items()}).graph
        changed = {p for p in {*before.files, *self.graph.files} if before.files.get(p) != self.graph.files.get(p)}
        earlier, self.rows = self.rows, {}
        for measure in measures():
            now = Situation(self.graph, before, changed, self._walk.book, Intent(), self.rows, earlier, renamed or {})
            self.rows[measure.table.name] = measure.compute(now)
        return now

    def told(self, table: str) -> list[dict[str, object]]:
        """The rows of a measure at the latest snapshot, by column name."""
        columns = next(measure.table.names for measure in measures() if measure.table.name == table)
        return [dict(zip(columns, row, strict=True)) for row in self.rows[table]]


@dataclass(frozen=True)
class World:
    """What the tests of this folder are written with."""

    Code: type[Code] = Code
    graph: Callable[..., MemoryGraph] = graph
    situation: Callable[..., Situation] = situation
    measured: Callable[..., dict[str, Collection[Row]]] = measured
    History: type[History] = History


@pytest.fixture(scope="session")
def world() -> World:
    return World()
