"""Exception handlers that a change brings, file by file, beside what this repository usually has of them.

Hides what is counted as brought: on balance, over files that moved, too. Projects differ twentyfold in how many
handlers they have (research: measures 3), so only their own habit tells what is many.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from math import ceil

from plumbrule.graph import FileRows, Graph
from plumbrule.measures import Measure, Situation
from plumbrule.measures._by_file import details_of
from plumbrule.tables import Row, Table, columns

_FEWEST = 5  # more handlers without which nothing is asked further (research: measures D14)
_HABIT = 0.95  # the share of files that have no more handlers for a function
_FAULTS = ("Error", "Exception", "Fault", "Failure")


def _product(graph: Graph, path: str) -> FileRows | None:
    rows = graph.rows(path) if path in graph else None
    return rows if rows is not None and rows.file.is_written_here and not rows.file.is_test else None


def _growth(s: Situation) -> Collection[Row]:
    moved = {new: old for new, old in s.renamed.items() if old not in s.now}
    gone = set(moved.values())
    grown: dict[str, tuple[int, int]] = {}  # more handlers, more functions
    for path in sorted(set(s.changed) - gone):
        now, before = _product(s.now, path), _product(s.before, moved.get(path, path))
        more = _handlers(now) - _handlers(before)
        functions = len(now.functions if now else ()) - len(before.functions if before else ())
        if more or functions:
            grown[path] = more, functions
    if sum(more for more, _ in grown.values()) < _FEWEST or next(iter(s.before.paths()), None) is None:
        return []
    from plumbrule.details import handlers  # for what is seldom asked

    usual = _usual(s.before)
    written = {path: rows for path in grown if (rows := _product(s.now, path)) is not None}
    wrapping = {path: sum(one.wraps for one in found) for path, found in details_of(s, handlers.KIND, written).items()}
    types = dict(_types(s, written, moved))
    return [
        (s.now.repo, path, more, functions, wrapping.get(path, 0), types.get(path, ""), usual)
        for path, (more, functions) in grown.items()
    ]


def _handlers(rows: FileRows | None) -> int:
    return sum(function.handlers for function in rows.functions) if rows is not None else 0


def _usual(graph: Graph) -> float:
    """Handlers for a function, of the file that nineteen in twenty have no more than."""
    by_file: dict[str, list[int]] = {}
    for path, function in graph.functions(0):
        by_file.setdefault(path, []).append(function.handlers)
    shares = sorted(sum(counts) / len(counts) for path, counts in by_file.items() if _product(graph, path) is not None)
    return round(shares[ceil(_HABIT * len(shares)) - 1], 4) if shares else 0.0


def _types(s: Situation, written: Mapping[str, FileRows], moved: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """New types of exceptions that are raised in one place at most; only what changed can raise a new type."""
    raised: Counter[str] = Counter()
    for rows in written.values():
        names = (name for _, name, _ in s.facts.body(rows.file.dialect, rows.file.blob).raised)
        raised.update(re.split(r"[.:\\]", name)[-1] for name in names)
    for path, rows in written.items():
        before = _product(s.before, moved.get(path, path))
        known = {one.symbol for one in before.symbols} if before is not None else set()
        found = [
            one.symbol
            for one in rows.symbols
            if one.kind == "class" and one.symbol not in known and one.symbol.endswith(_FAULTS)
        ]
        few = [name for name in found if raised[name.rpartition(".")[2]] <= 1]
        if few:
            yield path, ", ".join(few)


MEASURES = (
    Measure(
        Table(
            "exception_growth",
            "What a change that brings many exception handlers did to one file.",
            columns(
                """repo VARCHAR repository, by its name in the store
                path VARCHAR repository-relative file
                handlers INTEGER more exception handlers, on balance
                functions INTEGER more functions, on balance
                wrapping INTEGER handlers of the file that only throw another exception instead
                types VARCHAR new exception types that are raised in one place at most, joined by ", "
                usual DOUBLE handlers for a function, as nineteen in twenty files of the repository have no more"""
            ),
        ),
        _growth,
        scope="change",
    ),
)
