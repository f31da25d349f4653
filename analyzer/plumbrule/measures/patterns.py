"""Where code matches the queries that contracts of the policy forbid.

Hides which files must be looked at: those that changed, or came into a part. A query that cannot be tried on a file
leaves a row that says why.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from plumbrule.extract.patterns import Place, Try, tried
from plumbrule.extract.pool import Limits
from plumbrule.graph import Graph, SymbolRow
from plumbrule.languages import language_of
from plumbrule.measures import Measure, Pattern, Situation
from plumbrule.tables import Row, Table, columns

_AT_ONCE = 256  # files whose bytes are held together
_ALONE = 8  # files for which one process is enough

_Asked = tuple[str, str]  # (path, contract)


def _matches(s: Situation) -> Collection[Row]:
    earlier = s.earlier.get("pattern_match")
    if not s.intent.patterns:
        return earlier if earlier is not None and not earlier else []
    wanted = set(_wanted(s.intent.patterns, s.now, s.rows["file_group"]))
    if earlier is None:
        return sorted(_rows(s, wanted))
    stood = set(_wanted(s.intent.patterns, s.before, s.earlier.get("file_group", ())))
    kept = {one for one in wanted & stood if one[0] not in s.changed}
    if kept == stood and kept == wanted:
        return earlier
    return sorted([*(row for row in earlier if (row[1], row[2]) in kept), *_rows(s, wanted - kept)])


def _wanted(patterns: Sequence[Pattern], graph: Graph, groups: Collection[Row]) -> Iterator[_Asked]:
    """Every file that a pattern may speak of, by its name alone: to open each would cost more than the measure."""
    held: dict[str, set[str]] = {}
    for _, path, element, _ in groups:
        held.setdefault(element, set()).add(path)
    paths = list(graph.paths())
    for one in patterns:
        bound = paths if not one.elements else set[str]().union(*(held.get(name, ()) for name in one.elements))
        yield from ((path, one.name) for path in bound if _may_be(path, one.language))


def _may_be(path: str, name: str) -> bool:
    language = language_of(path)
    return language is not None and (language.name == name or language.written_in is not None)


def _rows(s: Situation, asked: Collection[_Asked]) -> Iterator[Row]:
    patterns = {one.name: one for one in s.intent.patterns}
    paths = sorted({path for path, _ in asked})
    s.now.prefetch(paths)
    of: dict[str, list[Pattern]] = {}
    for path, name in sorted(asked):
        if s.now.rows(path).file.language == patterns[name].language:
            of.setdefault(path, []).append(patterns[name])
    paths = sorted(of)
    processes = 1 if len(paths) <= _ALONE else len(os.sched_getaffinity(0))
    for start in range(0, len(paths), _AT_ONCE):
        jobs: list[Try] = []
        about: list[_Asked] = []
        for path in paths[start : start + _AT_ONCE]:
            file = s.now.rows(path).file
            data = s.contents.read(path, file.blob, Limits().file_bytes)
            for one in of[path]:
                if isinstance(data, str):
                    yield s.now.repo, path, one.name, "", 0, "", 0, data
                else:
                    jobs.append(Try(file.dialect, data, one.query))
                    about.append((path, one.name))
        for number, found in tried(jobs, Limits(), processes):
            path, name = about[number]
            if isinstance(found, str):
                yield s.now.repo, path, name, "", 0, "", 0, found
            else:
                yield from _placed(s.now.repo, path, name, found, s.now.rows(path).symbols)


def _placed(repo: str, path: str, name: str, found: Sequence[Place], symbols: Sequence[SymbolRow]) -> Iterator[Row]:
    """With the symbol around each place, and those of one text in one symbol counted."""
    ordered = sorted(symbols, key=lambda one: (one.line, -one.end_line))
    starts = [one.line for one in ordered]
    seen: Counter[tuple[str, str]] = Counter()
    for line, text in found:
        before = ordered[: bisect_right(starts, line)]
        around = next((one.symbol for one in reversed(before) if one.end_line >= line), "")
        seen[around, text] += 1
        yield repo, path, name, around, seen[around, text], text, line, ""


MEASURES = (
    Measure(
        Table(
            "pattern_match",
            "A place where code matches the query of a contract of the policy.",
            columns(
                """repo VARCHAR repository, by its name in the store
                path VARCHAR repository-relative file
                contract VARCHAR name of the contract
                symbol VARCHAR the innermost symbol around it; empty at module level
                number INTEGER which of several of one text in one symbol, from 1
                text VARCHAR the first line of it, with single blanks, not all of it if it is long
                line INTEGER where
                reason VARCHAR why the query could not be tried on the file; empty = it was"""
            ),
        ),
        _matches,
        after=("file_group",),
    ),
)
