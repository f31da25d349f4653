"""Imports that found a file of this repository before a change, and find none since.

Hides how a statement is recognised in a file that itself changed (by what it says, not by its line), and when leading
out of the repository is what the change meant: a package that was part of the tree and is a declared dependency now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from plumbrule.facts import OPTIONAL
from plumbrule.graph import FileRows
from plumbrule.measures import Measure, Situation
from plumbrule.tables import Row, Table, columns


class _Said(NamedTuple):
    """What an import statement asks for, in the words of the file."""

    level: int
    module: str
    name: str


def _statements(s: Situation, rows: FileRows) -> dict[int, list[_Said]]:
    """By line; what may fail without harm is left out."""
    found: dict[int, list[_Said]] = {}
    for one in s.facts.interface(rows.file.dialect, rows.file.blob).imports:
        if not one.flags & OPTIONAL:
            found.setdefault(one.line, []).append(_Said(one.level, one.module, one.name))
    return found


def _failing(s: Situation, rows: FileRows, said: Mapping[int, Collection[_Said]]) -> dict[_Said, str]:
    """Statements that lead to no file of this repository, and the package they lead to instead, if any."""
    found = {}
    for external in rows.externals:
        for one in said.get(external.line, ()):
            if (one.module, one.name) == (external.module, external.name):
                found[one] = external.package
    for unresolved in rows.unresolved:
        of_line = said.get(unresolved.line, ())
        exact = [one for one in of_line if unresolved.text in ("." * one.level + one.module, one.module)]
        found.update(dict.fromkeys(exact or of_line, ""))
    return found


def lost_imports(s: Situation) -> Collection[Row]:
    """The rows of `lost_import`."""
    moved_to = {old: new for new, old in s.renamed.items()}
    rows = [row for path in sorted(s.changed) for row in _lost_by(s, path, moved_to)]
    return sorted(set(rows))


def _lost_by(s: Situation, path: str, moved_to: Mapping[str, str]) -> Iterator[Row]:
    old_path = s.renamed.get(path, path)
    if path not in s.now or old_path not in s.before:
        return
    before, now = s.before.rows(old_path), s.now.rows(path)
    targets = {one.dst for one in now.dependencies if one.kind == "import"}
    gone = [one for one in before.dependencies if one.kind == "import" and one.dst not in targets]
    if not gone or (before.externals, before.unresolved) == (now.externals, now.unresolved):
        return
    said_before, said_now = _statements(s, before), _statements(s, now)
    failed_before = _failing(s, before, said_before)
    failing = {
        one: package for one, package in _failing(s, now, said_now).items()
        if one not in failed_before and not (package and s.declared(package))
    }  # fmt: skip
    line_of = {one: line for line, several in said_now.items() for one in several}
    for dependency in gone:
        asked = [one for one in said_before.get(dependency.line, ()) if one in failing]
        rows = s.before.rows(dependency.dst) if dependency.dst in s.before else None
        if not asked or rows is None or rows.file.is_test or rows.file.is_generated:
            continue
        moved = moved_to.get(dependency.dst, "")
        if dependency.dst in s.now:
            change, detail = "not-exported", f"not found as {asked[0].module or asked[0].name!r} any more"
        else:
            change, detail = ("moved", f"now {moved}") if moved in s.now else ("removed", "")
        yield s.now.repo, dependency.dst, change, detail, path, line_of[asked[0]]


MEASURES = (
    Measure(
        Table(
            "lost_import",
            "An import that found a file of this repository before the change, stands as it did, and finds none now.",
            columns(
                """repo VARCHAR repository, by its name in the store
                path VARCHAR the file that it found
                change VARCHAR what became of that file: removed, moved, or not-exported (it is there and not found)
                detail VARCHAR where it is now, or how it is not found
                src VARCHAR the file that imports, where it is now
                line INTEGER of the import"""
            ),
        ),
        lost_imports,
        scope="change",
    ),
)
