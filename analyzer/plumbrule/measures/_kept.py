"""Rows that remember what each file said, so that the next snapshot reads changed files alone. Hides when they do.

Rows that come back from a store remember nothing; then every file is read again, from what is kept by content.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from plumbrule.measures import Situation
from plumbrule.tables import Row

_Said = TypeVar("_Said")
_Detail = TypeVar("_Detail", bound=tuple[object, ...])


class KeptRows(list[Row], Generic[_Said]):
    """The rows of one table, with what they were made of."""

    __slots__ = ("said",)

    def __init__(self, rows: Iterable[Row], said: Mapping[str, _Said]) -> None:
        super().__init__(rows)
        self.said = said


def said_by_file(
    s: Situation, table: str, read: Callable[[Sequence[str]], Mapping[str, _Said]]
) -> tuple[Mapping[str, _Said], bool]:
    """What `read` finds in each file, those left out that say nothing; and whether that may be other than before."""
    earlier = s.earlier.get(table)
    if not isinstance(earlier, KeptRows):
        return {path: said for path, said in read(sorted(s.now.paths())).items() if said}, True
    todo = sorted(path for path in s.changed if path in s.now)
    found = {path: said for path, said in read(todo).items() if said}
    gone = [path for path in s.changed if path in earlier.said]
    if all(found.get(path) == earlier.said[path] for path in gone) and found.keys() <= earlier.said.keys():
        return earlier.said, False
    changed = frozenset(s.changed)
    return {path: said for path, said in earlier.said.items() if path not in changed} | found, True
