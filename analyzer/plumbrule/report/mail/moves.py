"""What the code moved in each repository since a reader last heard of it. Hides SQL, and what became of a snapshot.

Only the newest snapshot and the one told last are compared, both as they are judged today: a policy or a program that
changed in between is said, and never shown as drift. Findings about a change (a broken contract) belong to the batch
that made it, so those are gathered from every batch in between.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from plumbrule.judge import Rule
from plumbrule.report.history import Batch, CountMove, History, Rework, Snapshot
from plumbrule.report.mail.sent import Upto
from plumbrule.report.model import Finding
from plumbrule.store.reader import Reader
from plumbrule.tables import Row

TOLD = ("error", "warning")  # severities that a mail tells; `info` is for trends only
# Counts that are news by themselves, in the order in which they are told.
STRUCTURE = (
    "cycles.file",
    "files_in_cycles",
    "cycles.component",
    "component_edges",
    "component_edges.not_allowed",
)
SIZE = ("files", "lines", "dependencies")
# Of one severity, what is told first: broken promises, grown cycles, edges that are not allowed, then the rest.
_RANK = {
    "contract-break": 0,
    "dependency-cycle": 1,
    "component-cycle": 1,
    "forbidden-dependency": 2,
    "layer-breach": 2,
}
_NO_RANK = 3


class Dated(NamedTuple):
    finding: Finding
    at: datetime | None  # of its first commit
    of_change: bool = False  # about what a change did: it stands nowhere after it

    @property
    def stands(self) -> bool:
        return self.finding.state in ("new", "known") and not self.of_change


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that happened: new findings of one rule that belong together, by their cycle or else by their batch."""

    repo: str
    rule: str
    title: str
    severity: str
    findings: tuple[Finding, ...]  # in order
    since: datetime | None
    batches: tuple[Batch, ...]  # oldest first
    before: int  # findings of the same cycle that were there already
    of_change: bool  # about what a change did, so that none of them is among the open findings
    passing: bool  # and not told by the newest judgement: it stands in the history of its batch, and nowhere else


class Balance(NamedTuple):
    """How the open findings of one severity came from what they were to what they are."""

    before: int
    new: int
    fixed: int
    muted: int  # how many more are open by what the reader muted
    now: int

    @property
    def otherwise(self) -> int:
        """How many more are open for another reason: a waiver began or ended, or a rule gave no answer for a while."""
        return self.now - self.before - self.new + self.fixed - self.muted


@dataclass(frozen=True, slots=True)
class RepoMoves:
    """One repository for one reader. `told` is None if they never heard of it."""

    repo: str
    newest: Snapshot
    told: Snapshot | None
    items: tuple[Item, ...] = ()  # the most important first
    fixed: tuple[tuple[str, int], ...] = ()  # (rule, findings), the most first
    counts: tuple[CountMove, ...] = ()  # structure and size, those that moved
    commits: int = 0
    batches: tuple[Batch, ...] = ()
    muted: int = 0
    unwaived: int = 0  # open again because their waiver ended: not the code's doing
    notes: tuple[str, ...] = ()
    state: State | None = None
    balance: Mapping[str, Balance] = field(default_factory=dict)  # by severity, since where the reader left off
    rework: tuple[Rework, ...] = ()  # of the newest week of commits, and of the one before it that has any

    @property
    def moved(self) -> bool:
        """Whether there is anything to tell of the code's structure; size alone is none."""
        return bool(self.items or self.fixed or any(count.name in STRUCTURE for count in self.counts))

    def grown(self, severity: str) -> int:
        """How many more findings are open than the reader was told of."""
        found = self.balance.get(severity)
        return found.now - found.before if found is not None else 0

    def new(self, severity: str) -> int:
        """Those that are open now."""
        return sum(len(item.findings) for item in self.items if item.severity == severity and not item.of_change)

    @property
    def of_changes(self) -> Counter[str]:
        """Findings about single changes, by rule."""
        found = Counter[str]()
        for item in self.items:
            found[item.rule] += len(item.findings) if item.of_change else 0
        return +found


class State(NamedTuple):
    """How a repository stands now."""

    components: int
    counts: Mapping[str, float]
    open: tuple[tuple[str, str, int], ...]  # (severity, rule, findings that stand), errors first, the most first


class Store(NamedTuple):
    """One open generation."""

    reader: Reader
    history: History


def upto(store: Store, newest: Snapshot) -> Upto:
    """What to remember of a repository once a mail has told of this snapshot."""
    instrument, policy = _used(store.reader, newest.repo)
    return Upto(newest.repo, newest.snapshot, newest.commit, newest.position, instrument, policy)


def as_of(store: Store, newest: Snapshot, day: date) -> Upto:
    """As if the last mail had told of the newest snapshot before this day."""
    limit = datetime.combine(day, time(), UTC)
    # A mail is only ever sent of what was judged, and what is not has no findings to compare with.
    judged = {moment.snapshot for moment in store.history.series("findings", newest.repo)}
    earlier = [one for one in _line(store, newest.repo) if one.at < limit and one.snapshot in judged]
    instrument, policy = _used(store.reader, newest.repo)
    return upto(store, earlier[-1]) if earlier else Upto(newest.repo, "", "", -1, instrument, policy)


def moves(
    store: Store, newest: Snapshot, last: Upto | None, rules: Sequence[Rule], muted: Collection[str]
) -> RepoMoves:
    """What moved from `last` to the newest snapshot of one repository, without what the reader muted."""
    state = _state(store, newest)
    if last is None:
        return RepoMoves(newest.repo, newest, None, state=state)
    anchor = _anchor(store, newest, last)
    if anchor is None:
        # Of a state that is older than the last mail the mail says as much already.
        replaced = () if store.history.instead_of else (_REPLACED,)
        return RepoMoves(newest.repo, newest, None, state=state, notes=replaced)
    return _Comparison(store, newest, anchor, rules, frozenset(muted)).moves(state)


# -- where the reader left off ------------------------------------------------------------------------------------

_AT = " at "  # before the level at which components were learned, behind the policy
_REPLACED = "Its history was replaced by another one since the last mail; this is where it stands now."
_REWRITTEN = "The main line was rewritten since the last mail; compared is with {what}."
_RECOMPUTED = (
    "{what} changed since the last mail. The whole history was measured anew under it, so everything above is what the "
    "code did, and nothing that the change of {rest} brought."
)


@dataclass(frozen=True, slots=True)
class _Anchor:
    snapshot: Snapshot  # what is compared with; its position is on the main line of now
    notes: tuple[str, ...]
    same_line: bool  # False: findings first seen before it may still be unknown to the reader
    dropped: tuple[str, ...] = ()  # snapshots of a former line that the reader was told of


def _anchor(store: Store, newest: Snapshot, last: Upto) -> _Anchor | None:
    """Where the reader's knowledge ends, on today's main line. None if nothing of what they know is left."""
    line = _line(store, newest.repo)
    by_commit = {one.commit: one for one in line}
    used = _used(store.reader, newest.repo)
    was, now = last.policy.partition(_AT), used[1].partition(_AT)
    changed = [
        what
        for what, was, now in (
            ("the program that measures", last.instrument, used[0]),
            ("the policy", was[0], now[0]),
            ("the level at which the folders show components", was[0] and was[1:], was[0] and now[1:]),
        )
        if was and was != now
    ]
    notes: tuple[str, ...] = ()
    if changed:
        what = " and ".join(changed)
        notes = (_RECOMPUTED.format(what=what[0].upper() + what[1:], rest=what),)
    if last.commit in by_commit:
        return _Anchor(by_commit[last.commit], notes, same_line=True)
    fork, dropped = _fork(store, newest.repo, last.commit, by_commit)
    if fork is not None and not changed:
        former = _aside(store, last.snapshot)
        if former is not None:
            rewritten = _REWRITTEN.format(what=f"commit {former.commit[:12]} of the old one")
            at_fork = replace(former, position=fork.position)
            return _Anchor(at_fork, (rewritten, *notes), same_line=False, dropped=dropped)
    if fork is not None:  # what was told of the old line was judged otherwise, so it cannot be compared
        rewritten = _REWRITTEN.format(what=f"commit {fork.commit[:12]}, the last that both have")
        return _Anchor(fork, (rewritten, *notes), same_line=True)
    if line and last.position < line[0].position:
        begins = f"The history kept here begins after the last mail, with commit {line[0].commit[:12]}."
        return _Anchor(line[0], (begins, *notes), same_line=True)
    return None


def _fork(
    store: Store, repo: str, commit: str, by_commit: Mapping[str, Snapshot]
) -> tuple[Snapshot | None, tuple[str, ...]]:
    """The newest commit that the old line of `commit` shares with today's, and the snapshots of those that it does not.

    None if they share nothing that is kept.
    """
    rows = store.reader.select("SELECT commit, parent, snapshot FROM snapshot WHERE repo = ?", repo)
    known = {of: (parent, snapshot) for of, parent, snapshot in rows}
    dropped: dict[str, None] = {}
    while commit in known and commit not in by_commit:
        parent, snapshot = known[commit]
        if snapshot in dropped:
            return None, ()
        dropped[snapshot] = None
        commit = parent or ""
    return by_commit.get(commit), tuple(dropped)


_SNAPSHOT = """
    SELECT snapshot, repo, coalesce(position, base_position), commit, parent, committed_at, batch, agent, files, parsed,
        skipped, imports, resolved, coalesce(not_measured, '')
    FROM snapshot"""


def _aside(store: Store, snapshot: str) -> Snapshot | None:
    """A snapshot of a former main line."""
    sql = f"{_SNAPSHOT} WHERE snapshot = ? AND kind = 'former'"
    found = [Snapshot(*_aware(row)) for row in store.reader.select(sql, snapshot)]
    return found[0] if found else None


def _line(store: Store, repo: str) -> list[Snapshot]:
    return list(store.history.line(repo))


def _aware(row: Row) -> Row:
    return tuple(value.replace(tzinfo=UTC) if isinstance(value, datetime) else value for value in row)


def _used(reader: Reader, repo: str) -> tuple[str, str]:
    """By which program and which policy this repository's history was computed, as the scan left it; the level at which
    components were learned is part of the policy."""
    try:
        kept = json.loads(reader.recall(f"scan:{repo}") or "{}")
        instrument, policy = kept["used"]
        return str(instrument), f"{policy}{_AT}{json.dumps(kept['level'][:3])}" if kept.get("level") else str(policy)
    except (ValueError, KeyError, TypeError):
        return "", ""


# -- what moved ---------------------------------------------------------------------------------------------------


class _Comparison:
    def __init__(
        self, store: Store, newest: Snapshot, anchor: _Anchor, rules: Sequence[Rule], muted: frozenset[str]
    ) -> None:
        self.store = store
        self.newest = newest
        self.anchor = anchor
        self.titles = {rule.id: rule.title for rule in rules}
        self.muted = muted
        self.line = _line(store, newest.repo)
        self.position = {one.commit: one.position for one in self.line}
        self.told = anchor.snapshot
        self.before = _findings_at(store, self.told.snapshot)
        self.now = _findings_at(store, newest.snapshot)
        self.touched = self._touched()

    def moves(self, state: State) -> RepoMoves:
        appeared, known_again = self._appeared()
        events = self._events()
        new = [dated for dated in (*appeared, *events) if dated.finding.severity in TOLD]
        heard = [dated for dated in new if dated.finding.id not in self.muted]
        gone = self._gone(known_again)
        loud = [finding for finding in gone if finding.id not in self.muted]
        since = [one for one in self.line if one.position > self.told.position]
        names = {one.batch for one in since}
        every = {move.batch.batch: move.batch for move in self.store.history.batches(self.newest.repo)}
        unwaived = sum(dated.stands and self._state_before(id_) == "waived" for id_, dated in self.now.items())
        return RepoMoves(
            repo=self.newest.repo,
            newest=self.newest,
            told=self.told,
            items=self._items(heard, every),
            fixed=tuple(Counter(finding.rule for finding in loud).most_common()),
            counts=self._counts(),
            commits=len(since),
            batches=tuple(batch for name, batch in every.items() if name in names),
            muted=len(new) - len(heard) + len(gone) - len(loud),
            unwaived=unwaived,
            notes=self.anchor.notes,
            state=state,
            balance={severity: self._balance(severity, [one.finding for one in appeared], gone) for severity in TOLD},
            rework=self.store.history.rework(self.newest.repo)[-2:],
        )

    def _balance(self, severity: str, new: Sequence[Finding], gone: Sequence[Finding]) -> Balance:
        came, went = ([one for one in side if one.severity == severity] for side in (new, gone))
        muted = [sum(one.id in self.muted for one in side) for side in (came, went)]
        before, now = (
            sum(dated.stands and dated.finding.severity == severity for dated in side.values())
            for side in (self.before, self.now)
        )
        return Balance(before, len(came) - muted[0], len(went) - muted[1], muted[0] - muted[1], now)

    def _touched(self) -> frozenset[str]:
        """Files that are not what they were, or not where they were."""
        rows = self.store.reader.select(
            "SELECT path, blob FROM file_at(?) EXCEPT SELECT path, blob FROM file_at(?)",
            self.newest.snapshot,
            self.told.snapshot,
        )
        return frozenset(path for path, _ in rows)

    def _state_before(self, id_: str) -> str:
        return self.before[id_].finding.state if id_ in self.before else ""

    def _appeared(self) -> tuple[list[Dated], list[Finding]]:
        """Findings that stand now and did not then; and those that only changed their name, as git sees renames."""
        new, renamed = [], []
        for id_, dated in self.now.items():
            finding = dated.finding
            if not dated.stands:
                continue
            if id_ in self.before and self._state_before(id_) != "fixed":
                continue
            # Identity follows renames in the judgement: there the finding keeps its first commit.
            first = self.position.get(finding.commit, -1)
            if self.anchor.same_line and first <= self.told.position and first >= self.line[0].position:
                renamed.append(finding)
            elif self.anchor.same_line and not finding.commit:
                renamed.append(finding)  # it was there before anything was read, under another name
            else:
                new.append(dated)
        return new, renamed

    def _gone(self, renamed: Sequence[Finding]) -> list[Finding]:
        """Findings that stood then and do not now, without those that only changed their name."""
        moved = Counter((finding.rule, finding.commit) for finding in renamed)
        gone = []
        for id_, dated in self.before.items():
            finding = dated.finding
            standing = id_ in self.now and self.now[id_].finding.state != "fixed"
            if not dated.stands or standing:
                continue
            if moved[finding.rule, finding.commit]:
                moved[finding.rule, finding.commit] -= 1
            elif finding.severity in TOLD:
                gone.append(finding)
        return gone

    def _events(self) -> list[Dated]:
        """Findings about the change that any batch in between made; of one that came twice, the last."""
        rows = self.store.reader.select(
            """
            SELECT DISTINCT snapshot, position FROM trend
            WHERE repo = ? AND position > ? AND value > 0 AND name = 'of_change' ORDER BY position
            """,
            self.newest.repo,
            self.told.position,
        )
        heard = {id_ for snapshot in self.anchor.dropped for id_ in self._made_at(snapshot)}
        found: dict[str, Dated] = {}
        for snapshot, _ in rows:
            found.update(self._made_at(snapshot))
        return [dated for id_, dated in found.items() if id_ not in heard]

    def _made_at(self, snapshot: str) -> dict[str, Dated]:
        """Findings about the change that the batch which ended here made."""
        return {
            id_: dated
            for id_, dated in _findings_at(self.store, snapshot).items()
            if dated.of_change and dated.finding.state == "new"
        }

    def _items(self, new: Sequence[Dated], batches: Mapping[str, Batch]) -> tuple[Item, ...]:
        together: dict[tuple[str, str, str], list[Dated]] = {}
        for dated in new:
            finding = dated.finding
            key = ("group", finding.group) if finding.group else ("batch", finding.batch)
            together.setdefault((finding.rule, *key), []).append(dated)
        items = [self._item(rule, group, batches) for (rule, _, _), group in together.items()]
        return tuple(sorted(items, key=importance))

    def _item(self, rule: str, together: Sequence[Dated], batches: Mapping[str, Batch]) -> Item:
        # A new cycle is a finding on each of its edges, old ones too: what somebody has just touched is told first.
        ordered = sorted(
            together,
            key=lambda dated: (
                dated.finding.path not in self.touched,
                dated.at is None,
                dated.at,
                dated.finding.subject,
            ),
        )
        findings = tuple(dated.finding for dated in ordered)
        group, ids = findings[0].group, {finding.id for finding in findings}
        made = {
            batches[finding.batch].batch: batches[finding.batch] for finding in findings if finding.batch in batches
        }
        return Item(
            repo=self.newest.repo,
            rule=rule,
            title=self.titles.get(rule, rule),
            severity=findings[0].severity,
            findings=findings,
            since=min((dated.at for dated in together if dated.at), default=None),
            batches=tuple(sorted(made.values(), key=lambda batch: (batch.last_at, batch.batch))),
            before=sum(
                dated.finding.rule == rule and dated.finding.group == group and id_ not in ids and dated.stands
                for id_, dated in self.now.items()
            ) if group else 0,
            of_change=together[0].of_change,
            passing=together[0].of_change and not ids <= self.now.keys(),
        )  # fmt: skip

    def _counts(self) -> tuple[CountMove, ...]:
        if not self.anchor.same_line:  # the counts of a former line are kept no more
            return ()
        rows = self.store.reader.select(
            """
            SELECT name, max_by(value, position) FILTER (position <= ?), max_by(value, position)
            FROM trend WHERE repo = ? GROUP BY name
            """,
            self.told.position,
            self.newest.repo,
        )
        moved = {name: CountMove(name, was, now) for name, was, now in rows if was is not None and was != now}
        return tuple(moved[name] for name in (*STRUCTURE, *SIZE) if name in moved)


def importance(item: Item) -> tuple[object, ...]:
    """The order of items, over all repositories."""
    severity = TOLD.index(item.severity)
    return (
        severity,
        _RANK.get(item.rule, _NO_RANK),
        -len(item.findings),
        item.rule,
        item.repo,
        item.findings[0].subject,
    )


def _findings_at(store: Store, snapshot: str) -> dict[str, Dated]:
    """Every finding of the judgement that held at this snapshot, by id, whatever its state."""
    rows = store.reader.select(
        """
        SELECT finding, rule, severity, state, repo, subject, path, line, message, remedy, evidence, first_commit,
            first_batch, first_agent, coalesce(unaccepted, false), coalesce(grouped_by, ''), first_at,
            of_change
        FROM finding_at(?) ORDER BY severity, rule, grouped_by, subject, finding
        """,
        snapshot,
    )
    found = {}
    for *row, at, of_change in rows:
        row[6], row[7] = row[6] or "", row[7] or 0
        row[8:10] = [text or "" for text in row[8:10]]
        row[10] = tuple(row[10] or ())
        row[11:14] = [text or "" for text in row[11:14]]
        found[row[0]] = Dated(Finding(*row), at.replace(tzinfo=UTC) if at else None, of_change)
    return found


def _state(store: Store, newest: Snapshot) -> State:
    counts = store.reader.select(
        "SELECT name, max_by(value, position) FROM trend WHERE repo = ? GROUP BY name ORDER BY name", newest.repo
    )
    standing = store.reader.select(
        """
        SELECT severity, rule, count(*) AS findings FROM finding
        WHERE repo = ? AND state IN ('new', 'known') AND NOT of_change AND severity IN ('error', 'warning')
        GROUP BY severity, rule ORDER BY severity, findings DESC, rule
        """,
        newest.repo,
    )
    return State(len(store.history.components(newest.repo)), dict(counts), tuple(standing))
