"""Flag parameters: true or false, and the function is two functions that a caller chooses between (Fowler 1999).

Hides how often a flag must be asked for: a parameter counts if branches on at least two lines of its function
test it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from plumbrule.details.conditions import KIND
from plumbrule.measures import Measure, Situation
from plumbrule.measures._kept import details_of, written_here
from plumbrule.tables import Row, Table, columns

_BRANCHES = 2  # research: measures 5, D13


def _flags(s: Situation) -> Collection[Row]:
    earlier = s.earlier.get("flag_parameter")
    changed = frozenset(s.changed)
    todo = s.now.paths() if earlier is None else (path for path in changed if path in s.now)
    kept = [row for row in earlier or () if row[1] not in changed]
    rows = sorted(kept + _rows(s, sorted(todo)))
    return earlier if earlier is not None and list(earlier) == rows else rows


def _rows(s: Situation, paths: Sequence[str]) -> list[Row]:
    files = written_here(s, paths)
    rows: list[Row] = []
    for path, tests in details_of(s, KIND, files).items():
        symbols = s.facts.interface(files[path].dialect, files[path].blob).symbols
        lines: dict[tuple[int, str], dict[int, None]] = {}
        for one in tests:
            lines.setdefault((one.symbol, one.parameter), {})[one.line] = None
        for (symbol, parameter), places in lines.items():
            if len(places) >= _BRANCHES:
                of, told = symbols[symbol], ", ".join(map(str, places))
                rows.append((s.now.repo, path, of.name, of.line, parameter, len(places), told))
    return rows


MEASURES = (
    Measure(
        Table(
            "flag_parameter",
            "A parameter that is true or false, and that at least two branches of its function test.",
            columns(
                """repo VARCHAR repository, by its name in the store
                path VARCHAR repository-relative file
                symbol VARCHAR the function
                line INTEGER of it
                parameter VARCHAR its name
                branches INTEGER that test it
                lines VARCHAR where they stand"""
            ),
        ),
        _flags,
        gate=False,
    ),
)
