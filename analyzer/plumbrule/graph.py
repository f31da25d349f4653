"""The noun that travels: what one repository looks like at one moment, as plain rows grouped by file.

A `FileRows` bundle is immutable and shared between graphs: two graphs differ exactly in the bundles that are not the
same object or not equal, so a change, a delta for the database and an interval all fall out of one comparison.
Paths are repository-relative with `/`; bytes that are not UTF-8 are shown as `\\xNN`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import field
from typing import NamedTuple, Protocol

from plumbrule.data import dataclass


class FileRow(NamedTuple):
    language: str  # "python", ...; "other" for a file of no known language (kept out of the graph's files)
    dialect: str
    blob: str  # hex object id of the bytes
    lines: int
    code_lines: int
    is_test: bool
    is_generated: bool
    doubtful: int = 0  # lines that the parser could not make sense of
    test_marks: str = ""  # what makes it a test, see `languages.test_marks`; joined by a comma and a space
    is_vendored: bool = False  # a copy of another project's file
    private_folders: str = ""  # around it, see `languages.private_folders`; joined by a comma and a space

    @property
    def is_written_here(self) -> bool:
        """Whether people write it in this repository: how the code of programs and others is written is theirs."""
        return not (self.is_generated or self.is_vendored)


class SymbolRow(NamedTuple):
    symbol: str  # dotted path inside the file
    kind: str
    visibility: str
    exported: bool
    signature: str
    line: int
    end_line: int
    decorators: str  # joined by a comma and a space
    modifiers: str = ""  # joined by a blank
    exported_as: str = ""  # names other than its own by which others import it; sorted, joined by a comma and a space


class FunctionRow(NamedTuple):
    symbol: str
    line: int
    cyclomatic: int
    cognitive: int
    nesting: int
    statements: int
    code_lines: int
    tokens: int
    interface_tokens: int
    exact_hash: int
    shape_hash: int
    forwards: str
    forward_grade: str
    handlers: int
    raises: int
    own_cognitive: int = 0
    weight: int = 0
    depth: int = 0
    inside: str = ""
    accessor: str = ""

    @property
    def subject(self) -> str:
        """The symbol as findings name it: of a property's accessors each other one than the reading one apart."""
        return f"{self.symbol} ({self.accessor})" if self.accessor else self.symbol


class Dependency(NamedTuple):
    """File to file inside one repository; one row per (src, dst, kind, line)."""

    dst: str
    kind: str  # import | part | uses | call | inherit | type
    type_only: bool
    lazy: bool
    line: int
    names: str  # imported or referenced names, sorted, joined by a comma and a space
    confidence: float  # 0 to 1
    upward: bool = False  # an import of what the file is itself a part of: its `dst`, or a part around it, declares it


class Use(NamedTuple):
    """One symbol of another file (or of another repository) used here: what a contract break needs to know."""

    dst: str  # file that defines it; "" while `package` is another repository's and not linked yet
    symbol: str  # dotted path in that file; "" = the module itself
    kind: str  # import | call | inherit | type | read
    line: int
    user: str  # symbol of this file that uses it; "" at module level
    calls: str = ""  # as `facts.Reference` has it; "*" if it is a call of something inside, "" if it is no call


class External(NamedTuple):
    package: str  # top-level package as the registries know it
    module: str  # as written
    name: str  # imported name, "" = the module itself, "*" = star
    line: int
    type_only: bool
    standard: bool = False  # it is the language's own library
    ecosystem: str = ""  # type of package-url in which the package has this very name; "" = its name there is not known


class Unresolved(NamedTuple):
    line: int
    text: str  # the statement's target as written
    reason: str


def lacks(name: str, path: str) -> str:
    """The reason of an unresolved name that the file which was found surely does not offer."""
    return f"no name '{name}' in {path}"


@dataclass(frozen=True, slots=True)
class FileRows:
    """Everything the graph holds about one file; the file's own path is the key under which a graph keeps it."""

    file: FileRow
    symbols: tuple[SymbolRow, ...]
    functions: tuple[FunctionRow, ...]
    dependencies: tuple[Dependency, ...]
    uses: tuple[Use, ...]
    externals: tuple[External, ...]
    unresolved: tuple[Unresolved, ...]
    imports: int  # imported names looked up here, external ones left out
    resolved: int  # of which a file was found; whether it has the name tells nothing, unless the file is a guess


class Covered(NamedTuple):
    """How much of one language's code is bound."""

    files: int
    imports: int  # as `FileRows` has them
    resolved: int


class Edge(NamedTuple):
    """A hard or soft `import` dependency, as the cycle and layer measures read them."""

    src: str
    dst: str
    line: int
    names: str
    type_only: bool
    lazy: bool
    upward: bool


class Graph(Protocol):
    """One side of a judgement. In memory after a scan; read lazily from the store on a warm gate."""

    repo: str
    skipped: Mapping[str, str]  # path -> reason

    def __contains__(self, path: str) -> bool: ...
    def paths(self) -> Iterator[str]: ...
    def rows(self, path: str) -> FileRows:
        """KeyError if the file is not part of this graph."""
        ...

    def prefetch(self, paths: Iterable[str]) -> None:
        """Has the bundles of these files at hand, those that are not there left out; quicker than one by one."""
        ...

    def edges(self) -> list[Edge]:
        """Every `import` dependency, soft ones included, ordered by (src, dst, line)."""
        ...

    def functions(self, tokens: int, shapes: Collection[int] | None = None) -> list[tuple[str, FunctionRow]]:
        """Every function with at least so many body tokens, with its file, sorted."""
        ...

    def covered(self) -> dict[str, Covered]:
        """By language."""
        ...

    def unresolved(self) -> list[tuple[str, Unresolved]]:
        """Every import that was not found, with its file, sorted."""
        ...


@dataclass(slots=True)
class MemoryGraph:
    """A graph whose every bundle is at hand; `revised` shares all bundles that did not change."""

    repo: str
    files: dict[str, FileRows] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)

    def __contains__(self, path: str) -> bool:
        return path in self.files

    def paths(self) -> Iterator[str]:
        return iter(self.files)

    def rows(self, path: str) -> FileRows:
        return self.files[path]

    def prefetch(self, paths: Iterable[str]) -> None:
        """Every bundle is at hand already."""

    def edges(self) -> list[Edge]:
        return sorted(
            Edge(src, d.dst, d.line, d.names, d.type_only, d.lazy, d.upward)
            for src, rows in self.files.items()
            for d in rows.dependencies
            if d.kind == "import"
        )

    def functions(self, tokens: int, shapes: Collection[int] | None = None) -> list[tuple[str, FunctionRow]]:
        return sorted(
            (path, function)
            for path, rows in self.files.items()
            for function in rows.functions
            if function.tokens >= tokens and (shapes is None or function.shape_hash in shapes)
        )

    def covered(self) -> dict[str, Covered]:
        return _covered((1, rows) for rows in self.files.values())

    def unresolved(self) -> list[tuple[str, Unresolved]]:
        return sorted((path, row) for path, rows in self.files.items() for row in rows.unresolved)

    def revised(self, delta: Mapping[str, FileRows | None], skipped: Mapping[str, str]) -> MemoryGraph:
        """The graph after `delta` (None = the file is gone); self is left as it is."""
        files = dict(self.files)
        for path, rows in delta.items():
            if rows is None:
                files.pop(path, None)
            else:
                files[path] = rows
        return MemoryGraph(self.repo, files, skipped)


class RevisedGraph:
    """Another graph with some bundles replaced or gone (None); the other one is asked for the rest."""

    def __init__(self, base: Graph, delta: Mapping[str, FileRows | None], skipped: Mapping[str, str]) -> None:
        self.repo = base.repo
        self.skipped = skipped
        self._base = base
        self._delta = delta

    def __contains__(self, path: str) -> bool:
        return self._delta[path] is not None if path in self._delta else path in self._base

    def paths(self) -> Iterator[str]:
        yield from (path for path in self._base.paths() if path not in self._delta)
        yield from (path for path, rows in self._delta.items() if rows is not None)

    def rows(self, path: str) -> FileRows:
        if path not in self._delta:
            return self._base.rows(path)
        rows = self._delta[path]
        if rows is None:
            raise KeyError(path)
        return rows

    def prefetch(self, paths: Iterable[str]) -> None:
        self._base.prefetch(path for path in paths if path not in self._delta)

    def edges(self) -> list[Edge]:
        kept = [edge for edge in self._base.edges() if edge.src not in self._delta]
        fresh = [
            Edge(src, d.dst, d.line, d.names, d.type_only, d.lazy, d.upward)
            for src, rows in self._delta.items()
            if rows is not None
            for d in rows.dependencies
            if d.kind == "import"
        ]
        return sorted(kept + fresh) if fresh else kept

    def functions(self, tokens: int, shapes: Collection[int] | None = None) -> list[tuple[str, FunctionRow]]:
        kept = [found for found in self._base.functions(tokens, shapes) if found[0] not in self._delta]
        fresh = [
            (path, function)
            for path, rows in self._delta.items()
            if rows is not None
            for function in rows.functions
            if function.tokens >= tokens and (shapes is None or function.shape_hash in shapes)
        ]
        return sorted(kept + fresh) if fresh else kept

    def covered(self) -> dict[str, Covered]:
        replaced = [path for path in self._delta if path in self._base]
        self._base.prefetch(replaced)
        moves = [*((-1, self._base.rows(path)) for path in replaced), *((1, r) for r in self._delta.values() if r)]
        return _covered(moves, self._base.covered())

    def unresolved(self) -> list[tuple[str, Unresolved]]:
        kept = [found for found in self._base.unresolved() if found[0] not in self._delta]
        fresh = [(path, row) for path, rows in self._delta.items() if rows is not None for row in rows.unresolved]
        return sorted(kept + fresh) if fresh else kept


def _covered(moves: Iterable[tuple[int, FileRows]], start: Mapping[str, Covered] | None = None) -> dict[str, Covered]:
    """By language, with these bundles more (1) or less (-1); sorted, and those without a file left out."""
    sums = {language: list(covered) for language, covered in (start or {}).items()}
    for sign, rows in moves:
        known = sums.setdefault(rows.file.language, [0, 0, 0])
        known[0] += sign
        known[1] += sign * rows.imports
        known[2] += sign * rows.resolved
    return {language: Covered(*known) for language, known in sorted(sums.items()) if known[0]}
