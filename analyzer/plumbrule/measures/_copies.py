"""Functions that may repeat each other: which count at all, and which only look alike because they must.

Hides what says nothing when it is found twice: tests, generated and vendored code, migrations, functions that only pass
on, and methods that stand in for the same one.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from plumbrule.graph import FileRow, FunctionRow, Graph
from plumbrule.measures import Situation
from plumbrule.measures._classes import bases_of

SMALLEST = 22  # named leaf tokens, about 50 with keywords and punctuation (research: measures 7)
_MIGRATION = re.compile(r"(^|/)(migrations|alembic/versions|db/migrate)/")


class Copy(NamedTuple):
    path: str
    function: FunctionRow

    @property
    def place(self) -> str:
        return f"{self.path}::{self.function.subject}"


def counts(path: str, file: FileRow, function: FunctionRow) -> bool:
    is_own_code = file.is_written_here and not (file.is_test or _MIGRATION.search(path))
    return is_own_code and function.tokens >= SMALLEST and function.shape_hash != 0 and not function.forwards


def counted(graph: Graph, path: str) -> list[FunctionRow]:
    rows = graph.rows(path) if path in graph else None
    return [] if rows is None else [function for function in rows.functions if counts(path, rows.file, function)]


def owners_of(s: Situation, copy: Copy) -> frozenset[tuple[str, str]]:
    """The class of a method and its direct bases; empty for a function."""
    owner = copy.function.symbol.rpartition(".")[0]
    if not owner:
        return frozenset()
    return frozenset({(copy.path, owner), *bases_of(s.now.rows(copy.path), copy.path, owner)})


def override_the_same(
    s: Situation, one: Copy, other: Copy, owners: frozenset[tuple[str, str]], others: frozenset[tuple[str, str]]
) -> bool:
    """Two methods of one name in classes that inherit from each other, or from the same base; or of two names that
    both classes have: how one driver rolls back is no copy of how the other commits, if both do both."""
    if owners.isdisjoint(others):
        return False
    owner, _, name = one.function.symbol.rpartition(".")
    other_owner, _, other_name = other.function.symbol.rpartition(".")
    if name == other_name:
        return True
    return (one.path, owner) != (other.path, other_owner) and (
        _has(s, one.path, f"{owner}.{other_name}") and _has(s, other.path, f"{other_owner}.{name}")
    )


def _has(s: Situation, path: str, symbol: str) -> bool:
    return any(one.symbol == symbol for one in s.now.rows(path).symbols)
