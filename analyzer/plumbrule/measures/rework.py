"""Rework: how much of what was written lately is written again, and how much of what is added was moved or copied.

Hides nothing but where the sums are kept: see `linelog`, which makes them as the line goes on.
"""

from __future__ import annotations

from collections.abc import Collection

from plumbrule.measures import Measure, Situation
from plumbrule.tables import Row, Table, columns


def _rework(s: Situation) -> Collection[Row]:
    weeks = s.past.lines.weeks if s.past is not None else {}
    return [(s.now.repo, week, *of) for week, of in sorted(weeks.items())]


MEASURES = (
    Measure(
        Table(
            "rework",
            "What the commits of one week that were scanned did to lines of product code; blank lines do not count, and"
            " lines that differ in white space alone are the same.",
            columns(
                """repo VARCHAR repository, by its name in the store
                week VARCHAR its Monday, by the dates of commits
                commits INTEGER that touched product code
                added INTEGER lines put in
                removed INTEGER lines taken out or replaced
                reworked INTEGER of those removed, lines that were younger than fourteen days
                moved INTEGER of those added, lines that the same commit took out elsewhere, three in a row at least
                copied INTEGER of those added, lines that the same commit put in elsewhere too, three in a row at least
                bulk INTEGER commits of more than 50,000 lines, of which nothing else is counted"""
            ),
        ),
        _rework,
        scope="history",
        gate=False,
    ),
)
