"""Flag parameters: true or false, and the function is two functions that a caller chooses between (Fowler 1999).

Hides how often a flag must be asked for: a parameter counts if branches on at least two lines of its function
test it.
"""

from __future__ import annotations

from collections.abc import Collection

from plumbrule.details.conditions import KIND
from plumbrule.measures import Measure, Situation
from plumbrule.measures._by_file import details_of, product, revised
from plumbrule.tables import Row, Table, columns

_BRANCHES = 2  # research: measures 5, D13


def _flags(s: Situation) -> Collection[Row]:
    return revised(s, "flag_parameter", lambda paths: _rows(s, paths))


def _rows(s: Situation, paths: Collection[str]) -> list[Row]:
    files = product(s, paths)
    rows: list[Row] = []
    for path, tests in details_of(s, KIND, files).items():
        symbols = s.facts.interface(files[path].file.dialect, files[path].file.blob).symbols
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
