"""For spreadsheets and data frames: comma-separated values (RFC 4180, UTF-8), a header and one row a finding.

Hides what a spreadsheet would run: a cell that begins like a formula gets an apostrophe before it. Where nothing could
be judged, rows of the state `not-judged` say why, for a table without a row reads as a clean bill.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

from plumbrule.report.escapes import visible
from plumbrule.report.model import Report, in_order

COLUMNS = (
    *("state", "severity", "rule", "repo", "path", "line", "subject", "message", "remedy", "evidence", "fails"),
    *("unaccepted", "group", "commit", "batch", "agent", "id"),
)
# The signs of formulas, and their wide forms, which some spreadsheets take for the same.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def render(report: Report) -> str:
    """Rows in the order of every report; lists joined by semicolons, line breaks shown as `\\\\n`."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(map(_cell, row) for row in _rows(report))
    return text.getvalue()


def _rows(report: Report) -> Iterator[list[str]]:
    for reason in report.reasons if report.verdict == "not-judged" else ():
        given = {"state": "not-judged", "severity": "error", "repo": report.repo, "message": reason}
        yield [given.get(name, "") for name in COLUMNS]
    for finding in in_order(report.findings):
        yield [_plain(getattr(finding, name)) for name in COLUMNS]


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "; ".join(value) if isinstance(value, tuple) else str(value)


def _cell(text: str) -> str:
    shown = visible(text)
    # A spreadsheet may trim blanks before it looks for a formula.
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA) else shown
