"""Which rows a store keeps besides the graph's and the measures', and the print by which a file of other rows is told.

Apart from `layout` because the answer "can this program read that store?" must not cost the import of the engine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from plumbrule.tables import BASE, Table, columns

# Raised when a file of this layout could not be read by the program before, whatever its tables hold.
SCHEMA = 1
# Every table takes a block at least, most hold few rows, and free ones stay in the file. Of the sizes that there are,
# the usual 262,144 take flask with 100 commits to 22.6 MB and saleor's head to 20.7; 65,536 to 6.8 and 12.9; 16,384 to
# 3.2 and 12.6, but saleor's rows are written in 1.5 s then, not 1.2. With these: 4.1 MB, and 1.35 s.
BLOCK = 32_768  # bytes of a database file

SKIPPED = Table(
    "skipped",
    "A file of a known language that could not be analysed.",
    columns(
        """repo VARCHAR repository, by its name in the store
        path VARCHAR repository-relative file
        reason VARCHAR why"""
    ),
)
FINDING = Table(
    "finding",
    "A judged breach, as of the last judgement.",
    columns(
        """repo VARCHAR repository, by its name in the store
        finding VARCHAR short hash of its identity (rule, repo, subject)
        rule VARCHAR id of the rule
        severity VARCHAR error, warning or info
        state VARCHAR new, known, waived or fixed
        subject VARCHAR the smallest thing one would accept
        path VARCHAR file to look at
        line INTEGER line to look at; 0 = none
        message VARCHAR what is wrong
        evidence VARCHAR[] what proves it
        first_commit VARCHAR first commit that shows it, if known
        first_batch VARCHAR its batch
        first_agent VARCHAR who made it, as far as known
        first_at BIGINT its time
        remedy VARCHAR what to do instead
        unaccepted BOOLEAN known, yet missing from a baseline that exists
        grouped_by VARCHAR findings with the same value are shown together
        of_change BOOLEAN it tells what the newest judged commits did, as a broken contract does, and stands nowhere
        reason VARCHAR why it is asked for, as the policy says of the contract or the rule
        alternatives VARCHAR what else may be done
        owner VARCHAR who answers for what is asked"""
    ),
)
LINK = Table(
    "link",
    "A file of one repository uses a symbol of another repository.",
    columns(
        """repo VARCHAR the using repository
        src VARCHAR the using file
        dst_repo VARCHAR the repository used
        dst VARCHAR the file used
        symbol VARCHAR dotted path in dst; empty = the module itself
        kind VARCHAR import, call, inherit, type, read or look (compared, asked about)
        line INTEGER where, in src
        names VARCHAR imported or referenced names
        user VARCHAR the symbol of src that uses it; empty at module level
        calls VARCHAR ways to call it, as in the view use"""
    ),
)
MEASURE_EXTRA = Table(
    "measure_extra",
    "A number that another tool computed.",
    columns(
        """repo VARCHAR repository, by its name in the store
        level VARCHAR symbol, file, component or repo
        subject VARCHAR the path, `path::symbol` for a symbol
        name VARCHAR what is measured
        value DOUBLE the number"""
    ),
)
FLEET_DUPLICATE = Table(
    "fleet_duplicate",
    "A function of one repository that another one has too, or nearly.",
    columns(
        """repo VARCHAR repository, by its name in the store
        path VARCHAR repository-relative file
        symbol VARCHAR dotted path inside the file
        line INTEGER first line
        twin_repo VARCHAR repository of the other one
        twin_path VARCHAR its file
        twin_symbol VARCHAR the other one
        twin_line INTEGER its first line
        grade VARCHAR exact or shape (equal but for names and constants), else near
        likeness DOUBLE share of runs of six tokens that both have, 0 to 1
        calls_alike DOUBLE share of called names that both have, 0 to 1
        tokens INTEGER of the body, keywords and punctuation included
        statements INTEGER in the body
        cognitive INTEGER cognitive complexity
        keep VARCHAR this one or twin: the one to keep
        reason VARCHAR why that one"""
    ),
)
NOTES: Mapping[str, Table] = {
    t.name: t for t in (FINDING, LINK, FLEET_DUPLICATE, MEASURE_EXTRA)
}  # written after a snapshot, about it


def base_fingerprint() -> str:
    """Changes when rows of the graph kept so far can no longer be read as rows of today's tables."""
    shape = [(t.name, [(c.name, c.type) for c in t.columns]) for t in (*BASE.values(), SKIPPED, *NOTES.values())]
    return hashlib.sha256(repr(shape).encode()).hexdigest()[:16]
