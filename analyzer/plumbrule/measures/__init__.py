"""Measures: what SQL expresses badly, computed in Python into tables. One file a measure; files are discovered.

A measure module holds `MEASURES`, a tuple of `Measure`. Its tables exist in the store (with history), in rule SQL as
`now.<table>` and `before.<table>`, and as public views, because they are declared here and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from plumbrule.data import dataclass
from plumbrule.facts import Body, Interface
from plumbrule.graph import Graph
from plumbrule.tables import Row, Table

if TYPE_CHECKING:
    from plumbrule.details import Kind
    from plumbrule.measures._offers import Side
    from plumbrule.measures._structure import Links, Moved
    from plumbrule.measures.components import Level
    from plumbrule.measures.past import Past


_Row = TypeVar("_Row", bound=tuple[Any, ...])  # each kind of detail has named rows of its own


class FactsOf(Protocol):
    """Facts of files by (language dialect, blob id), from the cache."""

    def interface(self, dialect: str, blob: str) -> Interface: ...
    def body(self, dialect: str, blob: str) -> Body: ...

    def details(self, kind: Kind[_Row], keys: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Sequence[_Row]]:
        """Details of this kind by (dialect, blob); only of those whose language has them and that could be read. To be
        asked for many files at once, by measures that run after the verdict."""
        ...


class Contents(Protocol):
    """The files of the `now` side as bytes, those of no known language too; excluded ones are not there."""

    def named(self, means: Callable[[str], bool]) -> Mapping[str, str]:
        """Object ids by path, of files whose path is meant; "" of one on disk that has none."""
        ...

    def moved(self, path: str) -> bool:
        """Whether the file may be another one than on the `before` side, or is new."""
        ...

    def read(self, path: str, blob: str, limit: int) -> bytes | str:
        """The bytes, or why there are none."""
        ...


class _Nothing:
    def named(self, means: Callable[[str], bool]) -> Mapping[str, str]:
        return {}

    def moved(self, path: str) -> bool:
        return True

    def read(self, path: str, blob: str, limit: int) -> bytes | str:
        return "it is not at hand"


@dataclass(frozen=True, slots=True)
class Group:
    """Files that a contract speaks of under one name."""

    element: str  # the component or glob, as the policy writes it
    globs: tuple[str, ...]  # () = the component of that name
    each: bool = False  # each folder that the glob means is a member by itself


@dataclass(frozen=True, slots=True)
class Barred:
    """Ways that a contract does not allow: from one of its parts to another, by files that are of none of them."""

    kind: str  # the table that states the contract
    name: str
    elements: tuple[str, ...]  # its parts; every member of one is a part by itself
    pairs: frozenset[tuple[str, str]] = frozenset()  # elements of which the first must not reach the second; () = any


@dataclass(frozen=True, slots=True)
class Pattern:
    """A query that no code of some files may match."""

    name: str  # of the contract
    language: str
    query: str
    elements: tuple[str, ...]  # whose files are bound; () = all files of the language


@dataclass(frozen=True, slots=True)
class Intent:
    """What the policy says about structure, as far as measures need it."""

    components: tuple[tuple[str, tuple[str, ...]], ...] = ()  # (name, globs), first match wins; empty = learn them
    allowed: Callable[[str, str], bool] | None = None  # may component A depend on component B; None = no statement
    level: Level | None = None  # by which components are learned; None = of each tree by itself
    groups: tuple[Group, ...] = ()  # what contracts select files by
    barred: tuple[Barred, ...] = ()  # ways between them that may not be
    licences: bool = False  # whether a contract asks for those of packages
    patterns: tuple[Pattern, ...] = ()


@dataclass(slots=True)
class Shared:
    """What several measures of one situation need, found by the first that asks; see `_structure` and `_offers`."""

    links: Links | None = None
    moved: Moved | None = None
    sides: tuple[Side, Side] | None = None
    less: tuple[Mapping[str, str], list[Row]] | None = None  # what was offered and is not, by these renames


@dataclass(frozen=True, slots=True)
class Situation:
    """What a measure may look at. `before` is an empty graph when there is nothing to compare with."""

    now: Graph
    before: Graph
    changed: Collection[str]  # paths whose bundles differ between the two, gone and new ones included
    facts: FactsOf
    intent: Intent
    rows: Mapping[str, Collection[Row]]  # tables of measures that ran before this one, of the `now` side
    earlier: Mapping[str, Collection[Row]]  # this and all other tables of the `before` side, for incremental work
    renamed: Mapping[str, str]  # now path -> before path, as git sees it; only files that moved
    # Figures of earlier units of work, oldest first, and of the units this change is made of, by commit: see `unusual`.
    history: Sequence[Mapping[str, float]] = ()
    units: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    shared: Shared = field(default_factory=Shared)
    # Whether the manifests speak of an external package more often than before the change.
    declared: Callable[[str], bool] = field(default=lambda package: False)
    contents: Contents = field(default_factory=_Nothing)
    past: Past | None = None  # of the main line up to `now`; there for measures of scope "history" alone
    # The newest units of all repositories of the store; asked only of what stands out.
    pooled: Callable[[], Sequence[Mapping[str, float]]] = field(default=lambda: ())


@dataclass(frozen=True, slots=True)
class Measure:
    """One table, and what fills it."""

    table: Table
    compute: Callable[[Situation], Collection[Row]]
    after: tuple[str, ...] = ()  # tables of other measures that this one reads from `rows`
    # "snapshot": rows describe `now` alone. "change": rows describe what happened between before and now. "history":
    # rows describe the main line up to `now`; a scan asks for them where it judges, and stores them as of a snapshot.
    scope: str = "snapshot"
    reads_edges: bool = False  # True: depends on edges and paths only, so it is skipped when neither changed
    gate: bool = True  # False: too slow or too uncertain for the path to the verdict; runs after it, or in `scan`


def slow(sql: Collection[str] | None = None) -> frozenset[str]:
    """Tables of a snapshot for which no verdict waits; of some statements those that they read, through others too."""
    found = {measure.table.name: measure for measure in measures() if not measure.gate and measure.scope == "snapshot"}
    if sql is None:
        return frozenset(found)
    todo = [name for name in found if any(re.search(rf"\b{name}\b", one) for one in sql)]
    read: set[str] = set()
    while todo:
        name = todo.pop()
        if name in found and name not in read:
            read.add(name)
            todo += found[name].after
    return frozenset(read)


@cache
def measures() -> tuple[Measure, ...]:
    """Every measure, each after those it reads."""
    found: dict[str, Measure] = {}
    for file in sorted(Path(__file__).parent.glob("[a-z]*.py")):
        for measure in import_module(f"{__name__}.{file.stem}").MEASURES:
            found[measure.table.name] = measure
    ordered: dict[str, Measure] = {}

    def place(measure: Measure) -> None:
        for table in measure.after:
            place(found[table])
        ordered.setdefault(measure.table.name, measure)

    for measure in found.values():
        place(measure)
    return tuple(ordered.values())
