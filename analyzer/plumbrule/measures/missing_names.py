"""Names that imports ask a file or package of this repository for, and that it surely has not.

Hides when that is no fault: a statement that may fail without harm, and a file that a program writes anew. What was
there before a change, and is missed since, is `lost_import`, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from plumbrule.facts import OPTIONAL
from plumbrule.graph import lacks
from plumbrule.measures import Measure, Situation
from plumbrule.tables import Row, Table, columns


def _missing(s: Situation) -> Collection[Row]:
    earlier = s.earlier.get("missing_name")
    if earlier is None:
        return sorted({row for path in {path for path, _ in s.now.unresolved()} for row in _missing_of(s, path)})
    moved = [path for path in s.changed if path in s.now and s.now.rows(path).unresolved]
    kept = [row for row in earlier if row[1] not in s.changed]
    return sorted({*kept, *(row for path in moved for row in _missing_of(s, path))})


def _missing_of(s: Situation, path: str) -> Iterator[Row]:
    rows = s.now.rows(path)
    said = [one for one in s.facts.interface(rows.file.dialect, rows.file.blob).imports if not one.flags & OPTIONAL]
    lines = {(one.line, one.name) for one in said}
    whole = {one.module for one in said if not one.name}
    for missed in rows.unresolved:
        module, _, name = missed.text.rpartition(":")
        if not name:
            continue
        found = [
            one.dst for one in rows.dependencies
            if (one.kind, one.line, one.confidence) == ("import", missed.line, 1.0)
            and missed.reason == lacks(name, one.dst)
        ]  # fmt: skip
        if found and (missed.line, name) in lines:
            if not s.now.rows(found[0]).file.is_generated:
                yield s.now.repo, path, missed.line, found[0], name, missed.text, ""
        elif (missed.line, name) not in lines and module in whole:
            yield s.now.repo, path, missed.line, "", name, missed.text, ""


MEASURES = (
    Measure(
        Table(
            "missing_name",
            "A name that code asks a file or package of its own repository for, and that this surely has not.",
            columns(
                """repo VARCHAR repository, by its name in the store
                src VARCHAR the file that asks
                line INTEGER of the import; of the first use, for a package that is imported whole
                path VARCHAR the file that is asked; empty = a package of several files
                name VARCHAR what is missing
                asked VARCHAR the module and the name, as the statement has them
                tip VARCHAR the base's tip that lacks it, where the change has not been merged with that; else empty"""
            ),
        ),
        _missing,
    ),
)
