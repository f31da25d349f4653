"""Hotspots: files that are hard to read and changed again and again.

Hides nothing: two numbers stand side by side, and no score is made of them (law 6).
"""

from __future__ import annotations

from collections.abc import Collection

from plumbrule.measures import Measure, Situation
from plumbrule.tables import Row, Table, columns

_AGAIN = 2  # pieces of work: what was touched once is no place where anything happens


def _hotspots(s: Situation) -> Collection[Row]:
    rows = []
    log = s.past.log if s.past is not None else None
    for path, revisions in sorted(log.revisions.items()) if log is not None else ():
        if revisions < _AGAIN or path not in s.now:
            continue
        known = s.now.rows(path)
        if known.file.is_test or not known.file.is_written_here:
            continue
        people = {hand.author for hand in log.hands.get(path, {}) if hand.is_person} if log is not None else set()
        complexity = sum(function.cognitive for function in known.functions)
        rows.append((s.now.repo, path, revisions, complexity, known.file.code_lines, len(people)))
    return rows


MEASURES = (
    Measure(
        Table(
            "hotspot",
            "How often a file of the product was changed in the twelve months before a snapshot, and how hard it is to"
            " read; files that were changed twice and more.",
            columns(
                """repo VARCHAR repository, by its name in the store
                path VARCHAR repository-relative file
                revisions INTEGER pieces of work that touched it
                cognitive INTEGER cognitive complexity of its functions together
                code_lines INTEGER lines that hold code
                people INTEGER whose work that was"""
            ),
        ),
        _hotspots,
        scope="history",
        gate=False,
    ),
)
