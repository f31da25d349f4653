"""Tables whose rows say something of one file each; made anew for files that changed, kept for the others.

Hides that a row may hang on other files, too: it names them in its last column, as JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

from plumbrule.graph import FileRows
from plumbrule.measures import Situation
from plumbrule.tables import Row

if TYPE_CHECKING:
    from plumbrule.details import Kind

_Detail = TypeVar("_Detail", bound=tuple[Any, ...])


def revised(
    s: Situation, table: str, rows_of: Callable[[Collection[str]], Iterable[Row]], *, resting: bool = False
) -> Collection[Row]:
    """The rows of a table, the second column of which is the path; `rows_of` makes those of some files, all of them
    there. `resting`: the last column names the files that a row hangs on."""
    earlier = s.earlier.get(table)
    if earlier is None:
        return sorted(rows_of(sorted(s.now.paths())))
    changed = frozenset(s.changed)
    todo = set(changed)
    if resting:
        todo.update(row[1] for row in earlier if row[-1] != "[]" and not changed.isdisjoint(orjson.loads(row[-1])))
    if not todo:
        return earlier
    kept = [row for row in earlier if row[1] not in todo]
    rows = sorted([*kept, *rows_of(sorted(path for path in todo if path in s.now))])
    return earlier if list(earlier) == rows else rows


def product(s: Situation, paths: Iterable[str]) -> dict[str, FileRows]:
    """Those of these files whose words are the repository's own: no tests, nothing generated or vendored."""
    s.now.prefetch(paths := list(paths))
    found = {path: s.now.rows(path) for path in paths}
    return {path: rows for path, rows in found.items() if rows.file.is_written_here and not rows.file.is_test}


def details_of(s: Situation, kind: Kind[_Detail], files: Mapping[str, FileRows]) -> dict[str, Sequence[_Detail]]:
    """The details of these files by path; none of those that have none."""
    known = s.facts.details(kind, {(rows.file.dialect, rows.file.blob) for rows in files.values()})
    told = {path: known.get((rows.file.dialect, rows.file.blob)) for path, rows in files.items()}
    return {path: found for path, found in told.items() if found}
