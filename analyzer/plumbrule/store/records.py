"""The rows that a store takes and gives besides the graph itself. Plain values; times are seconds since 1970, UTC."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import NamedTuple

import orjson

from plumbrule.data import dataclass
from plumbrule.graph import MemoryGraph
from plumbrule.tables import Row


class SnapshotRecord(NamedTuple):
    """One commit of one repository, or its work tree or a branch, analysed."""

    snapshot: str  # "<repo>@<12 hex of the commit>", "<repo>@worktree"
    repo: str
    position: int  # first-parent distance from the root; a side snapshot has that of its base
    commit: str  # full id; "" for a work tree without a commit
    parent: str
    committed_at: int
    batch: str
    agent: str  # whom an orchestrator named for this very commit; who made its batch is the batch's
    files: int
    parsed: int
    skipped: int
    imports: int
    resolved: int
    subject: str = ""  # the first line of the commit's message
    author: str = ""  # a name, as its author wrote it; never an e-mail address


class BatchRow(NamedTuple):
    batch: str
    agent: str
    channel: str
    confidence: float
    first_commit: str
    last_commit: str
    first_at: int
    last_at: int
    agents: tuple[str, ...] = ()


class FindingRow(NamedTuple):
    """A judged breach as it is stored: `report.model.Finding` with its origin."""

    finding: str
    rule: str
    severity: str
    state: str
    subject: str
    path: str
    line: int
    message: str
    evidence: tuple[str, ...]
    first_commit: str
    first_batch: str
    first_agent: str
    first_at: int | None
    remedy: str = ""
    unaccepted: bool = False
    grouped_by: str = ""  # findings of one group (the edges of one cycle) are shown together
    of_change: bool = False  # it tells what the change did, and stands nowhere after it
    reason: str = ""  # why it is asked for, as the policy says
    alternatives: str = ""
    owner: str = ""


class LinkRow(NamedTuple):
    """A file of one repository uses a symbol of another repository."""

    repo: str
    src: str
    dst_repo: str
    dst: str
    symbol: str
    kind: str
    line: int
    names: str
    user: str = ""  # symbol of src that uses it; "" at module level
    calls: str = ""  # as `graph.Use` has it


class TrendRow(NamedTuple):
    name: str
    value: float


class UnitRow(NamedTuple):
    """A unit of work as it was judged when it came."""

    number: int  # of units on its main line before it
    model: int | None
    score: float
    p: float
    alert: bool
    cleaning: float
    note: str
    figures: Mapping[str, float]  # those that are not 0


class ModelRow(NamedTuple):
    """What was usual, as fitted on some units."""

    model: int  # number of units up to the newest that it was fitted on
    first_unit: int
    units: int
    threshold: float
    version: str


class EvidenceRow(NamedTuple):
    """What a rule that gave an answer found at one snapshot."""

    rule: str
    severity: str  # the highest one that the policy gave it
    standing: int
    waived: int


class ExtraMeasure(NamedTuple):
    """A number about a subject that another tool computed (radon); shown by the view `measure`."""

    level: str  # symbol | file | component | repo
    subject: str
    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Resumed:
    """Where the main line stands: what the next `append` is a change of."""

    record: SnapshotRecord
    graph: MemoryGraph
    derived: Mapping[str, tuple[Row, ...]]


def packed(texts: Mapping[str, str]) -> bytes:
    """Many texts by key that are read together, in the fewest bytes; the inverse of `unpacked`.

    As rows of a table the engine keeps long texts as they are, each beginning at a place of its own.
    """
    return zlib.compress(orjson.dumps(texts), 6)


def unpacked(data: bytes) -> dict[str, str]:
    texts: dict[str, str] = orjson.loads(zlib.decompress(data))
    return texts
