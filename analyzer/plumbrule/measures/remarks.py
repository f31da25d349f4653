"""Comments that say what the next lines of code say: how many a file has of them, and where.

Hides when a comment repeats: most of its words that say something stand in the code right behind it, many of them in
its first line (research: measures D19). A long comment says more than it repeats, and counts as no repetition.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from plumbrule.measures import Measure, Situation
from plumbrule.measures._by_file import details_of, product, revised
from plumbrule.tables import Row, Table, columns

if TYPE_CHECKING:
    from plumbrule.details.comments import Remark

_SHARE = 0.75  # of its words; at the 0.6 of the research a third of what was found by reading was no repetition
_AT_ONCE = 0.5  # of its words, in the first line
_FEWEST, _MOST = 2, 8  # words


def _repeats(one: Remark) -> bool:
    return (
        _FEWEST <= one.words <= _MOST
        and one.repeated >= _SHARE * one.words
        and one.at_once >= (_AT_ONCE if one.words > _FEWEST else 1) * one.words
    )


def _counted(s: Situation) -> Collection[Row]:
    from plumbrule.details import comments  # what a gate never asks

    def rows_of(paths: Collection[str]) -> Iterator[Row]:
        for path, found in details_of(s, comments.KIND, product(s, paths)).items():
            lines = [one.line for one in found if _repeats(one)]
            yield s.now.repo, path, len(found), len(lines), ", ".join(map(str, lines[:_SHOWN]))

    return revised(s, "comment_count", rows_of)


_SHOWN = 10

MEASURES = (
    Measure(
        Table(
            "comment_count",
            "How many comments of a file repeat the code behind them.",
            columns(
                """repo VARCHAR repository, by its name in the store
                path VARCHAR repository-relative file
                comments INTEGER that stand alone before code; documentation, orders to tools and headings left out
                redundant INTEGER of them those that say what the code says
                lines VARCHAR where the first ten of those stand, joined by ", " """
            ),
        ),
        _counted,
        gate=False,
    ),
)
