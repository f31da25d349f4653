"""Names that promise something else than the code does: linguistic antipatterns (Arnaoudova et al. 2016)."""

from __future__ import annotations

from collections.abc import Collection

from plumbrule.measures import Measure, Situation
from plumbrule.measures._by_file import revised
from plumbrule.tables import Row, Table, columns


def _misleading(s: Situation) -> Collection[Row]:
    from plumbrule.measures._promises import rows_of  # what a gate never asks

    return revised(s, "misleading_name", lambda paths: rows_of(s, paths), resting=True)


MEASURES = (
    Measure(
        Table(
            "misleading_name",
            "A function whose name promises something else than it does.",
            columns(
                """repo VARCHAR repository, by its name in the store
                path VARCHAR repository-relative file
                symbol VARCHAR dotted path inside the file
                line INTEGER first line
                kind VARCHAR question, getter-without-result, getter-that-changes, plural, setter, async or sync
                says VARCHAR what the name promises
                does VARCHAR what the code does
                instead VARCHAR what to do
                rests_on VARCHAR other files that decided this, as JSON"""
            ),
        ),
        _misleading,
        gate=False,
    ),
)
