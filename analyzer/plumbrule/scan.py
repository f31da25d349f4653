"""Reads repositories into the store: main line with history, a branch beside it, or the work tree.

Hides what is new since the last scan and how a history is walked: facts of a stretch of commits at once, then commit
by commit what moved, a judgement at every batch's end, and a generation published now and then so that a scan that is
killed goes on from there.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import orjson

from plumbrule.aside import Aside
from plumbrule.batches import Batch, BatchSettings, Origin, batches
from plumbrule.errors import NotARevision
from plumbrule.extract import LOST, FactBook, Limits
from plumbrule.git import Commit, Entry, LineCommit, Repository, Skipped
from plumbrule.graph import FileRows, Graph, MemoryGraph
from plumbrule.judge import JudgedRow, Judgement, Moment, Rule, Sides, first_seen, identity, judge
from plumbrule.judge.findings import earlier_subject
from plumbrule.languages import language_of
from plumbrule.links import Member, Outside, Provided, facts_by_path, links, packages_of, packages_text
from plumbrule.measures.components import learned_level
from plumbrule.policy import Policy
from plumbrule.report.summary import BatchMoved, ScanSummary
from plumbrule.resume import (
    GitObjects,
    Progress,
    State,
    instrument,
    memory_of,
    memory_text,
    on_disk,
    policy_print,
    tree_changes,
    units_of,
    walk_of,
)
from plumbrule.store import BatchRow, FindingRow, LinkRow, SnapshotRecord, Store, TrendRow
from plumbrule.store.reader import Reader
from plumbrule.store.writer import Writer
from plumbrule.walk import Changes, Derived, Habits, TreeFile, Walk

_STRETCH = 250  # commits whose facts are made together
_PUBLISH_SECONDS = 20.0  # a killed scan loses no more work than this
_UNITS = 250  # commits whose figures are kept, to tell what is usual


@dataclass(frozen=True, slots=True)
class Order:
    """One repository to be scanned, and how."""

    path: Path
    name: str
    history: int | None = 200  # commits of the main line; None = all
    longer: bool = False  # a stored history that is shorter grows to that; else `history` is for a first scan only
    ref: str = ""
    worktree: bool = False
    batch: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """By what a scan judges, and how it tells."""

    policy: Policy
    rules: tuple[Rule, ...]
    today: date
    progress: Progress
    limits: Limits = field(default_factory=Limits)
    clock: Callable[[], float] = time.monotonic


def commit_changes(commit: LineCommit, disk: Mapping[str, bytes]) -> dict[str, TreeFile | None]:
    """What a commit of the main line did, as changes."""
    return {
        change.path: None
        if change.new is None
        else TreeFile(change.new.mode, change.new.blob, disk.get(change.new.blob, b""))
        for change in commit.changes
    }


def _root(repository: Repository) -> str:
    """Where it lies, as text that a database can hold."""
    return os.fsencode(repository.root).decode("utf-8", "backslashreplace")


def main_lines(store: Store) -> Callable[[str], str]:
    """The ref that the store follows for a repository, "" if it does not know it."""
    return lambda repo: State.recalled(store, repo).main_line


def scan(store: Store, orders: Sequence[Order], terms: Terms) -> tuple[list[ScanSummary], int]:
    """Scans these repositories into the store; what to tell of each, and the generation that holds it."""
    with store.writer(terms.progress.note) as writer:
        scans = [_Scan(store, writer, order, terms) for order in orders]
        try:
            summaries = [one.run() for one in scans]
            moved = {one.name: one.standing for one in scans if one.standing is not None}
            if moved or not store.published:
                _link(store, writer, moved, terms)
            generation = writer.publish()
        finally:
            for one in scans:
                one.close()
        return summaries, generation


def _link(store: Store, writer: Writer, moved: Mapping[str, Walk], terms: Terms) -> None:
    """Renews the dependencies across repositories; `moved` stand at their newest snapshot already."""
    members = [_member(name, walk, walk.whole.files) for name, walk in moved.items()]
    kept: list[LinkRow] = []
    others: list[str] = []
    opened: list[Repository] = []
    try:
        if store.published:
            with store.reader() as reader:
                others = [name for name in reader.repositories() if name not in moved]
                packages = {name: packages_of(reader.recall(f"packages:{name}")) for name in others}
                offered = frozenset().union(*(m.packages for m in members), *packages.values())
                for name in others:
                    newest = reader.newest(name)
                    if newest is None:
                        continue
                    rows = reader.rows("external_dependency", name)
                    outside = [Outside(row[1], row[2], row[3], row[4], row[5]) for row in rows if row[2] in offered]
                    wanted = {row.package for member in members for row in member.outside} | _wanted(reader, others)
                    if not outside and not packages[name] & wanted:
                        continue
                    walk, repository = _recalled(store, reader, name, newest, terms)
                    if repository is not None:
                        opened.append(repository)
                    if walk is None:
                        # It is no longer where it was scanned: what is known of it and its users stays known.
                        known = (LinkRow(*row) for user in others for row in reader.rows("link", user))
                        kept += [row for row in known if name in (row.repo, row.dst_repo)]
                        continue
                    graph = walk.graph
                    where = {
                        row.src: (graph.rows(row.src).file.dialect, graph.rows(row.src).file.blob) for row in outside
                    }
                    members.append(
                        Member(name, packages[name], outside, _provider(walk), facts_by_path(walk.book, where))
                    )
        if len(members) + len(others) > 1:
            writer.links(sorted({*links(members), *kept}))
    finally:
        for repository in opened:
            repository.close()


def _wanted(reader: Reader, names: Sequence[str]) -> set[str]:
    return {row[2] for name in names for row in reader.rows("external_dependency", name)}


def _recalled(
    store: Store, reader: Reader, name: str, newest: SnapshotRecord, terms: Terms
) -> tuple[Walk | None, Repository | None]:
    """A walk on a stored repository's newest snapshot; None if the repository is gone or its facts were not kept."""
    root, text = reader.root(name), reader.recall(f"memory:{name}")
    if not root or text is None:
        return None, None
    try:
        repository = Repository.find(Path(root))
        tree = repository.tree(newest.commit)
    except NotARevision:
        return None, None
    book = FactBook(store.facts, lambda: GitObjects(repository), terms.limits)
    walk = walk_of(name, repository, book, terms.policy)
    walk.recall(tree_changes(tree, {}), reader.graph(name), {}, memory_of(text), newest.imports, newest.resolved)
    return walk, repository


def _member(name: str, walk: Walk, files: Mapping[str, FileRows]) -> Member:
    outside = [
        Outside(path, row.package, row.module, row.name, row.line)
        for path, rows in files.items()
        for row in rows.externals
    ]
    where = {path: (rows.file.dialect, rows.file.blob) for path, rows in files.items()}
    return Member(name, walk.packages(), outside, _provider(walk), facts_by_path(walk.book, where))


def _provider(walk: Walk) -> Callable[[str, str], list[Provided]]:
    return lambda module, name: [Provided(path, symbol) for _, path, symbol in walk.provide(module, name)]


class _Scan:
    """One repository's scan."""

    def __init__(self, store: Store, writer: Writer, order: Order, terms: Terms) -> None:
        self._store = store
        self._writer = writer
        self._order = order
        self._terms = terms
        self._policy = terms.policy.within(order.name)
        self._repository = Repository.find(order.path)
        self._book = FactBook(store.facts, lambda: GitObjects(self._repository), terms.limits)
        self._notes: list[str] = []
        self.name = order.name
        self.standing: Walk | None = None  # on the newest snapshot of the main line, if it moved
        self._aside: Aside | None = None

    def run(self) -> ScanSummary:
        if self._order.worktree:
            return self._worktree()
        return self._branch() if self._order.ref else self._main_line()

    def set_aside(self, walk: Walk, tree: Mapping[str, Entry]) -> None:
        """Begins with what this tree's files look like to other programs; goes on until the judgement stands."""
        wanted = {(one.dialect, one.blob) for one in walk.wanted(tree_changes(tree, {}))}
        self._aside = Aside(wanted, self._bytes, self._store.figures, self._terms.limits)

    def _put_aside(self, walk: Walk, snapshot: str | None) -> None:
        """Stores what other programs found out meanwhile."""
        if self._aside is not None and snapshot is not None:
            files = {path: (rows.file.dialect, rows.file.blob) for path, rows in walk.whole.files.items()}
            rows, _ = self._aside.rows(files, self._terms.clock)
            if rows:
                self._writer.extra_measures(self.name, snapshot, rows)

    def _bytes(self, blob: str) -> bytes:
        found = self._repository.read_blob(blob, self._terms.limits.file_bytes)
        return b"" if isinstance(found, Skipped) else found

    def close(self) -> None:
        if self._aside is not None:
            self._aside.end()
        self._repository.close()

    # -- the main line ------------------------------------------------------------------------------------------

    def _main_line(self) -> ScanSummary:
        name, repository, writer = self._order.name, self._repository, self._writer
        state = State.recalled(self._store, name)
        ref = state.main_line or repository.main_line()
        head = repository.resolve(ref)
        writer.repository(name, _root(repository), head, ref)
        resumed = writer.resume(name)
        used = instrument(), policy_print(self._policy, self._terms.rules)
        limit, after = self._order.history, ""
        line = repository.first_parents(head)
        if resumed is not None:
            found_again = state.lost and not repository.missing([state.lost])
            if state.used != used or found_again:
                what = "the instrument changed" if state.used[0] != used[0] else "the policy changed"
                if found_again:
                    what = "objects that were missing are here now"
                self._notes.append(f"{what}, so the history was computed anew from the facts that are kept")
                stored = state.snapshots
                limit = None if limit is None else max(limit, stored)
                writer.begin_line(name, None)
                resumed = None
            elif resumed.record.commit not in line:
                fork = self._fork(line)
                self._notes.append("the main line was rewritten; the old one stays queryable")
                writer.begin_line(name, fork)
                resumed = writer.resume(name)
                after = resumed.record.commit if resumed is not None else ""
                # What the last scan remembered is about the old line's end.
                state = replace(state, memory="", counts={})
            elif self._order.longer and self._reaches_back(line, limit):
                self._notes.append("the history reaches further back now, so it was computed anew")
                writer.begin_line(name, None)
                resumed = None
            else:
                after = resumed.record.commit
        log_after = state.batch_after if after and state.batch_after in line else ""
        history = repository.first_parent_log(head, None if after else limit, after=log_after or after)
        if history.partial:
            self._notes.append(history.partial)
        numbered = history.commits
        position = -1
        if resumed is not None:
            # A shallow clone that was deepened counts from another root: what is stored keeps its numbers.
            position = resumed.record.position
            shift = position - (len(line) - 1 - line.index(resumed.record.commit))
            numbered = tuple(replace(commit, position=commit.position + shift) for commit in numbered)
        commits = [commit for commit in numbered if commit.position > position]
        earlier = [commit for commit in numbered if commit.position <= position]
        walk = walk_of(name, repository, self._book, self._terms.policy)
        timeline = _Timeline(self, walk, used, ref, state)
        if resumed is not None:
            tree = repository.tree(resumed.record.commit)
            if not commits:
                self.set_aside(walk, tree)
            changes = tree_changes(tree, on_disk(repository, tree))
            self._ensure(walk, changes, "reading where the last scan ended")
            if state.memory:
                record, memory = resumed.record, memory_of(state.memory)
                walk.recall(changes, resumed.graph, resumed.derived, memory, record.imports, record.resolved)
            else:
                walk.move(changes, measured=False)
                walk.derived = resumed.derived
            timeline.resume(resumed.record)
        if commits:
            timeline.run(commits, earlier)
            self.standing = walk
            writer.remember(f"packages:{name}", packages_text(walk.packages()))
        elif resumed is None:
            raise NotARevision(f"{repository.root}: {ref} has no commits to read.\nCommit something first.")
        elif self._order.batch or self._order.agent:
            asked = self._order.batch or self._order.agent
            self._notes.append(f"no commit is new since the last scan, so none was put down to {asked}")
        self._put_aside(walk, timeline.snapshot)
        if timeline.lost:
            self._notes.append(f"bytes of some files are missing in this clone. {repository.mend}")
        return timeline.summary()

    def _fork(self, line: Sequence[str]) -> int | None:
        """The newest stored position whose commit is still on the line; None if nothing is shared."""
        stored = self._stored_line()
        return next((stored[commit] for commit in line if commit in stored), None)

    def _reaches_back(self, line: Sequence[str], limit: int | None) -> bool:
        """Whether the line, as far as `limit`, holds commits before the oldest that is stored."""
        stored = self._stored_line()
        if limit is not None and limit <= len(stored):
            return False
        return line[-1] not in stored

    def _stored_line(self) -> dict[str, int]:
        """The commits of the main line as it is stored, with their positions; former lines and branches left out."""
        with self._store.reader() as reader:
            sql = "SELECT commit, base_position FROM log.snapshot WHERE repo = ? AND kind = 'main'"
            return {row[0]: row[1] for row in reader.select(sql, self._order.name)}

    def _ensure(self, walk: Walk, changes: Changes, text: str) -> None:
        wanted = list(walk.wanted(changes))
        self._terms.progress.stage(f"{self._order.name}: {text}", len(wanted))
        self._book.ensure(wanted, lambda done, all_: self._terms.progress.done(done))

    # -- beside the main line -----------------------------------------------------------------------------------

    def _branch(self) -> ScanSummary:
        repository, ref = self._repository, self._order.ref
        head = repository.resolve(ref)
        tree = repository.tree(head)
        made = repository.commits([head])[head]
        changes = tree_changes(tree, on_disk(repository, tree))
        return self._beside("branch", f"branch {ref}", changes, made, {})

    def _worktree(self) -> ScanSummary:
        repository = self._repository
        state = repository.worktree(lambda path: language_of(path) is not None, self._terms.limits.file_bytes)
        changes: dict[str, TreeFile | None] = {
            path: TreeFile(entry.mode, entry.blob, data=state.contents.get(entry.blob))
            for path, entry in state.entries.items()
        }
        for path, reason in state.skipped.items():
            changes[path] = TreeFile("100644", "", reason=reason)
        made = repository.commits([state.head])[state.head] if state.head else None
        return self._beside("worktree", "work tree", changes, made, state.contents)

    def _beside(
        self,
        kind: str,
        what: str,
        changes: Changes,
        made: Commit | None,
        contents: Mapping[str, bytes],
    ) -> ScanSummary:
        """A snapshot that is never the newest: a branch or the work tree, kept as its difference from the main line."""
        name, writer = self._order.name, self._writer
        state = State.recalled(self._store, name)
        if not state.main_line:
            writer.repository(name, _root(self._repository), "", "")
        resumed = writer.resume(name)
        base = resumed.graph if resumed is not None else MemoryGraph(name)
        walk = walk_of(name, self._repository, self._book, self._terms.policy, contents)
        self._ensure(walk, changes, f"reading the {what}")
        walk.move(changes)
        delta: dict[str, FileRows | None] = {
            path: rows for path, rows in walk.whole.files.items() if base.files.get(path) != rows
        }
        delta.update(dict.fromkeys(base.files.keys() - walk.whole.files.keys()))
        position = resumed.record.position if resumed is not None else None
        commit = made.id if made is not None else ""
        parent = commit if kind == "worktree" else (made.parents[0] if made is not None and made.parents else "")
        at = int(made.committed_at.timestamp()) if made is not None else 0
        label = kind if kind == "worktree" else commit[:12]
        record = _record(name, label, commit, parent, at, (self._order.batch, self._order.agent), walk)
        writer.side(name, record, kind, position, delta, walk.skipped, walk.derived, ref=self._order.ref)
        now = compared = Moment(walk.graph, walk.still(), frozenset(walk.tree))
        if resumed is not None:
            compared = Moment(base, resumed.derived)
            rows = walk.rows(walk.graph, base, resumed.derived, delta, {}, about_change=walk.derived)
            now = Moment(walk.graph, rows, now.tree)
        judgement = judge(
            Sides(now, compared, policy=self._policy), self._terms.rules, self._policy, today=self._terms.today
        )
        writer.findings(name, record.snapshot, [_finding_row(row, {}) for row in judgement.rows])
        self._notes += [*judgement.errors, *judgement.not_measured]
        counts = _counted(walk.whole, walk.derived)
        return _summary(name, what, commit, walk, counts, judgement, (), state.snapshots, 1, self._notes)


def _record(
    repo: str, snapshot: str, commit: str, parent: str, at: int, work: tuple[str, str], walk: Walk, position: int = 0
) -> SnapshotRecord:
    """The record of the tree that the walk stands on; `work` is (batch, agent)."""
    coverage = walk.coverage()
    return SnapshotRecord(
        snapshot=f"{repo}@{snapshot}",
        repo=repo,
        position=position,
        commit=commit,
        parent=parent,
        committed_at=at,
        batch=work[0],
        agent=work[1],
        files=coverage.files,
        parsed=coverage.parsed,
        skipped=coverage.skipped,
        imports=coverage.imports,
        resolved=coverage.resolved,
    )


@dataclass(frozen=True, slots=True)
class _Dated:
    commit: str
    batch: str
    agent: str
    at: int | None


_UNKNOWN = _Dated("", "", "", None)  # it was there before the first commit that was read


class _Timeline:
    """The main line from the last snapshot on: appends, judges at batch ends, publishes now and then."""

    def __init__(self, scan: _Scan, walk: Walk, used: tuple[str, str], ref: str, state: State) -> None:
        self._scan = scan
        self._order = scan._order
        self._terms = scan._terms
        self._policy = scan._policy
        self._writer = scan._writer
        self._walk = walk
        self._used = used
        self._ref = ref
        self._state = state
        self._counts: Counter[str] = Counter()
        self._origins: dict[str, _Dated] = {}
        self._sides: Sides | None = None
        self._judgement = Judgement((), 0)
        self._batch_start: Moment | None = None
        self._moments: list[tuple[LineCommit, Moment]] = []  # of the batch under way
        self._moved: set[str] = set()  # paths that differ from the batch's start
        self._batches: list[BatchMoved] = []
        self._totals: dict[str, int] = {}
        self._said = dict(state.said)
        self._history: list[Mapping[str, float]] = []  # figures of earlier commits
        self._batch_of: Mapping[str, Batch] = {}
        self.lost = ""  # a blob whose bytes this clone lacks
        self._parents: Mapping[str, str] = {}  # first parents of the commits at hand
        self._units: dict[str, Mapping[str, float]] = {}  # of the batch under way, by commit
        self._snapshots = 0
        self._judged: tuple[str, tuple[str, ...]] = (
            "",
            (),
        )  # see State
        self._resumed = False
        self._record: SnapshotRecord | None = None

    def resume(self, record: SnapshotRecord) -> None:
        """Stands where the last scan ended; the walk has been moved there."""
        state = self._state
        self._resumed = True
        self._record = record
        self._snapshots = state.snapshots
        self._counts = _counted(self._walk.whole, {})
        self._totals = dict(state.counts)
        self.lost = state.lost
        self._judged = state.judged
        with self._scan._store.reader() as reader:
            self._history = units_of(reader.recall(f"units:{self._order.name}"))
            for row in reader.select(
                "SELECT finding, first_commit, first_batch, first_agent, first_at FROM head.finding WHERE repo = ?",
                self._order.name,
            ):
                self._origins[row[0]] = _Dated(*row[1:])
        self._open_court()
        if not self._totals:
            self._totals = _totals(self._counts, self._walk.derived, self._judgement)

    def run(self, commits: Sequence[LineCommit], earlier: Sequence[LineCommit] = ()) -> None:
        """Appends these commits, oldest first. `earlier` are the stored commits of the batch that they may continue."""
        found = self._batched(commits, earlier)
        batch_of = self._batch_of = {commit: batch for batch in found for commit in batch.commits}
        ends = {batch.commits[-1] for batch in found} | {commits[-1].commit.id}
        scan, name = self._scan, self._order.name
        disk: dict[str, bytes] = {}
        head_tree = scan._repository.tree(commits[-1].commit.id)
        scan.set_aside(self._walk, head_tree)
        disk = on_disk(scan._repository, head_tree)
        published = self._terms.clock()
        for start in range(0, len(commits), _STRETCH):
            stretch = commits[start : start + _STRETCH]
            changes = [commit_changes(commit, disk) for commit in stretch]
            if self._record is None:
                changes[0] = tree_changes(scan._repository.tree(stretch[0].commit.id), disk)
            together: dict[tuple[str, str], TreeFile] = {}
            for one in changes:
                together.update(((path, file.blob), file) for path, file in one.items() if file is not None)
            wanted = [w for (path, _), file in together.items() for w in self._walk.wanted({path: file})]
            self._terms.progress.stage(f"{name}: parsing", len(wanted))
            scan._book.ensure(wanted, lambda done, _: self._terms.progress.done(done))
            self._terms.progress.stage(f"{name}: history", len(commits))
            for index, (commit, change) in enumerate(zip(stretch, changes, strict=True)):
                self._step(commit, change, batch_of[commit.commit.id], ends)
                self._terms.progress.done(start + index + 1)
                # Between batches only: what a batch began with is not in the store.
                more = not self._moments and start + index + 1 < len(commits)
                if more and self._terms.clock() - published > _PUBLISH_SECONDS:
                    self._remember()
                    self._writer.publish()
                    published = self._terms.clock()
            if start + _STRETCH < len(commits):
                scan._book.release((rows.file.dialect, rows.file.blob) for rows in self._walk.whole.files.values())
        self._remember()

    def _step(self, commit: LineCommit, changes: Changes, batch: Batch, ends: Collection[str]) -> None:
        made, walk = commit.commit, self._walk
        step = walk.move(changes)
        parent = made.parents[0] if made.parents else ""
        at, work = int(made.committed_at.timestamp()), (batch.id, _who(batch))
        self._record = _record(self._order.name, made.id[:12], made.id, parent, at, work, walk, commit.position)
        _count(self._counts, step.delta, step.before)
        self._writer.append(self._order.name, self._record, step.delta, walk.skipped, walk.derived)
        for path, file in changes.items() if walk.skipped else ():
            if file is not None and walk.skipped.get(path, "").startswith(LOST):
                self.lost = file.blob
        self._snapshots += 1
        self._moved.update(step.delta)
        if self._sides is not None:
            self._units[made.id] = walk.figures(step, self._renames([commit]) if step.delta else {})
        self._moments.append((commit, Moment(walk.graph, walk.derived, frozenset(walk.tree))))
        if self._sides is None:
            self._open_court()
            self._close_batch(batch, first=True)
        elif made.id in ends:
            self._judge(batch)
            self._close_batch(batch)

    # -- judgement ----------------------------------------------------------------------------------------------

    def _open_court(self) -> None:
        """Judges where the walk stands, against itself: nothing is new there."""
        walk = self._walk
        moment = Moment(walk.graph, walk.still(), frozenset(walk.tree))
        self._sides = Sides(moment, moment, policy=self._policy, changed=())
        self._judgement = judge(
            self._sides, self._terms.rules, self._policy, today=self._terms.today, earlier=self._judgement.found
        )
        self._batch_start = moment

    def _judge(self, batch: Batch) -> None:
        assert self._sides is not None
        assert self._batch_start is not None
        start, (_, end) = self._batch_start, self._moments[-1]
        renamed = self._renames([commit for commit, _ in self._moments])
        rows = self._change_rows(start, end, renamed)
        self._sides.revise(Moment(end.graph, rows, end.tree), self._moved)
        earlier = self._judgement.found
        self._judgement = judge(
            self._sides,
            self._terms.rules,
            self._policy,
            today=self._terms.today,
            renamed=renamed,
            earlier=earlier,
        )
        if renamed:
            for row in self._judgement.rows:
                before = identity(row.rule, row.repo, earlier_subject(row.subject, renamed))
                if row.id not in self._origins and before in self._origins:
                    self._origins[row.id] = self._origins[before]
        self._date_new(batch, start, earlier, renamed)

    def _change_rows(self, start: Moment, end: Moment, renamed: Mapping[str, str]) -> Derived:
        assert isinstance(start.graph, MemoryGraph)
        assert isinstance(end.graph, MemoryGraph)
        habits = Habits(tuple(self._history), dict(self._units))
        return self._walk.rows(
            end.graph, start.graph, start.derived, self._moved, renamed, about_change=end.derived, habits=habits
        )

    def _date_new(
        self, batch: Batch, start: Moment, earlier: Mapping[str, frozenset[tuple[str, str]]], renamed: Mapping[str, str]
    ) -> None:
        """Gives every new finding the first commit of the batch that shows it, by bisection."""
        new = {row.id for row in self._judgement.rows if row.state == "new"}
        first = dict.fromkeys(new, len(self._moments))
        if new and len(self._moments) > 1:

            def present(position: int) -> set[str]:
                moment = self._moments[position - 1][1]
                sides = Sides(
                    Moment(moment.graph, self._change_rows(start, moment, renamed), moment.tree),
                    start,
                    policy=self._policy,
                    changed=self._moved,
                )
                judged = judge(
                    sides, self._terms.rules, self._policy, today=self._terms.today, renamed=renamed, earlier=earlier
                )
                sides.close()
                return {row.id for row in judged.rows if row.state != "fixed"}

            first = first_seen(new, 0, len(self._moments), present)
        for finding, position in first.items():
            made = self._moments[position - 1][0].commit
            # Pieces of work may interleave: the commit's own batch need not be the one that ended here.
            own = self._batch_of.get(made.id, batch)
            self._origins[finding] = _Dated(made.id, own.id, _who(own), int(made.committed_at.timestamp()))

    def _renames(self, commits: Sequence[LineCommit]) -> Mapping[str, str]:
        """Files that moved over these consecutive commits."""
        statuses = {change.status for commit in commits for change in commit.changes if language_of(change.path)}
        if not {"A", "D"} <= statuses:
            return {}
        first, last = commits[0].commit, commits[-1].commit
        return self._scan._repository.renames(first.parents[0], last.id) if first.parents else {}

    def _close_batch(self, batch: Batch, *, first: bool = False) -> None:
        """Stores what the judgement at the newest snapshot says, and begins the next batch."""
        assert self._record is not None
        walk, judgement, snapshot = self._walk, self._judgement, self._record.snapshot
        before = dict(self._totals)
        self._totals = _totals(self._counts, walk.derived, judgement)
        self._writer.findings(self._order.name, snapshot, [_finding_row(row, self._origins) for row in judgement.rows])
        self._judged = self._record.commit, tuple(sorted(judgement.found))
        trend = [TrendRow(name, float(value)) for name, value in sorted(self._totals.items())]
        self._writer.trend(self._order.name, snapshot, trend)
        if not first:
            self._batches.append(
                BatchMoved(
                    batch=batch.id,
                    agent=_who(batch),
                    channel=batch.agent.channel,
                    confidence=batch.agent.confidence,
                    commits=len(self._moments),
                    moved=tuple(
                        (name, int(before.get(name, 0)), int(value))
                        for name, value in sorted(self._totals.items())
                        if name in _TOLD and before.get(name, 0) != value
                    ),
                    new=tuple(f"{row.rule}: {row.subject}" for row in judgement.rows if row.state == "new"),
                    fixed=tuple(f"{row.rule}: {row.subject}" for row in judgement.rows if row.state == "fixed"),
                )
            )
        self._history = [*self._history, *(unit for unit in self._units.values() if unit)][-_UNITS:]
        self._units.clear()
        self._batch_start = self._moments[-1][1]
        self._moments.clear()
        self._moved.clear()

    # -- batches ------------------------------------------------------------------------------------------------

    def _batched(self, commits: Sequence[LineCommit], earlier: Sequence[LineCommit]) -> tuple[Batch, ...]:
        """The batches of these commits; the first may have begun before them."""
        order = self._order
        settings = BatchSettings(timedelta(minutes=self._policy.batch_window))
        if order.batch or order.agent:
            new = [commit.commit.id for commit in commits]
            if self._record is None:
                # Nobody knows which commits a first scan's batch began with: it is the newest piece of work.
                new = list(batches(commits, settings)[-1].commits)
            said_before = [at for at, commit in enumerate(new) if self._said.get(commit) == (order.batch, order.agent)]
            if said_before:
                new = new[said_before[0] :]  # by a scan that was killed before it came so far
            self._said.update(dict.fromkeys(new, (order.batch, order.agent)))
        said = {commit: Origin(*words) for commit, words in self._said.items()}
        found = batches([*earlier, *commits], settings, said)
        fresh = {commit.commit.id for commit in commits}
        known = {commit.commit.id for commit in earlier}
        mine = tuple(batch for batch in found if not fresh.isdisjoint(batch.commits))
        self._parents = {one.commit.id: "".join(one.commit.parents[:1]) for one in (*earlier, *commits)}
        rows = [
            BatchRow(
                batch=batch.id,
                agent=_who(batch),
                channel=batch.agent.channel,
                confidence=batch.agent.confidence,
                first_commit=batch.first_commit,
                last_commit=batch.last_commit,
                first_at=int(batch.first_at.timestamp()),
                last_at=int(batch.last_at.timestamp()),
            )
            for batch in mine
        ]
        self._writer.batches(order.name, rows)
        # What stood before stays as it was stored: only commits that are new here are appended and judged.
        return tuple(replace(b, commits=tuple(c for c in b.commits if c not in known)) for b in mine)

    # -- the end ------------------------------------------------------------------------------------------------

    def _remember(self) -> None:
        assert self._record is not None
        state = State(
            used=self._used,
            main_line=self._ref,
            snapshots=self._snapshots,
            batch_after=self._parents[self._batch_of[self._record.commit].first_commit],
            counts=self._totals,
            said=self._said,
            lost=self.lost,
            judged=self._judged,
        )
        self._writer.remember(f"scan:{self._order.name}", state.text())
        policy = {"path": self._policy.source, "commit": "", "hash": self._policy.hash}
        self._writer.remember(f"policy:{self._order.name}", json.dumps(policy, sort_keys=True))
        if self._sides is not None:
            self._writer.remember("compiled", self._sides.compiled(self._terms.rules))
        self._writer.remember(f"units:{self._order.name}", orjson.dumps(self._history).decode())
        self._writer.remember(f"memory:{self._order.name}", memory_text(self._walk.memory()))

    @property
    def snapshot(self) -> str | None:
        return self._record.snapshot if self._record is not None else None

    def summary(self) -> ScanSummary:
        assert self._record is not None
        fresh = self._snapshots - (self._state.snapshots if self._resumed else 0)
        notes = [*self._scan._notes, *self._judgement.errors, *self._judgement.not_measured]
        totals = _totals(self._counts, self._walk.derived, self._judgement)
        return _summary(
            self._order.name, f"main line {self._ref}", self._record.commit, self._walk, totals, self._judgement,
            tuple(reversed(self._batches)), self._snapshots, fresh, notes,
        )  # fmt: skip


def _who(batch: Batch) -> str:
    """The agent's name; bots that are no coding agents say what they are."""
    agent = batch.agent
    return agent.name if agent.kind == "agent" or not agent.name else f"{agent.name} ({agent.kind})"


def _count(counts: Counter[str], delta: Mapping[str, FileRows | None], before: Graph) -> None:
    for path, rows in delta.items():
        for sign, one in ((-1, before.rows(path) if path in before else None), (1, rows)):
            if one is not None:
                counts["files"] += sign
                counts["lines"] += sign * one.file.lines
                counts["symbols"] += sign * len(one.symbols)
                counts["dependencies"] += sign * len({d.dst for d in one.dependencies if d.kind == "import"})
                counts["unresolved"] += sign * len(one.unresolved)


def _counted(graph: MemoryGraph, derived: Derived) -> Counter[str]:
    counts: Counter[str] = Counter()
    _count(counts, dict(graph.files), MemoryGraph(graph.repo))
    return counts


# Counts that a summary tells of a batch; the trend holds more.
_TOLD = frozenset(
    {"files", "lines", "symbols", "dependencies", "cycles.file", "files_in_cycles", "component_edges", "unresolved",
     "findings"}
)  # fmt: skip


def _totals(counts: Counter[str], derived: Derived, judgement: Judgement) -> dict[str, int]:
    """Every count of a snapshot by its name in the view `trend`."""
    totals = dict(counts)
    cycles = list(derived.get("cycle", ()))
    for level in ("file", "component"):
        totals[f"cycles.{level}"] = sum(1 for row in cycles if row[1] == level)
    totals["files_in_cycles"] = sum(row[3] for row in cycles if row[1] == "file")
    edges = derived.get("component_dependency", ())
    totals["component_edges"] = len(edges)
    totals["component_edges.not_allowed"] = sum(1 for row in edges if not row[4])
    standing = [row for row in judgement.rows if row.state in ("new", "known")]
    totals["findings"] = len(standing)
    for row in standing:
        for name in (f"findings.{row.rule}", f"findings.{row.severity}"):
            totals[name] = totals.get(name, 0) + 1
    totals["contract_breaks"] = sum(1 for row in judgement.rows if row.rule == "contract-break" and row.state == "new")
    return totals


def _finding_row(row: JudgedRow, dated: Mapping[str, _Dated]) -> FindingRow:
    origin = dated.get(row.id, _UNKNOWN)
    return FindingRow(
        finding=row.id,
        rule=row.rule,
        severity=row.severity,
        state=row.state,
        subject=row.subject,
        path=row.path,
        line=row.line,
        message=row.message,
        evidence=row.evidence,
        first_commit=origin.commit,
        first_batch=origin.batch,
        first_agent=origin.agent,
        first_at=origin.at,
        remedy=row.remedy,
        unaccepted=row.unaccepted,
        grouped_by=row.group,
    )


def _summary(
    name: str,
    what: str,
    commit: str,
    walk: Walk,
    totals: Mapping[str, int],
    judgement: Judgement,
    moved: tuple[BatchMoved, ...],
    snapshots: int,
    fresh: int,
    notes: Sequence[str],
) -> ScanSummary:
    coverage = walk.coverage()
    components = sorted(((row[1], row[2]) for row in walk.derived.get("component", ())), key=lambda c: (-c[1], c[0]))
    cycles = sorted(
        ((row[2], row[3]) for row in walk.derived.get("cycle", ()) if row[1] == "file"), key=lambda c: -c[1]
    )
    reasons = Counter(row.reason for rows in walk.whole.files.values() for row in rows.unresolved)
    standing = Counter((row.severity, row.rule) for row in judgement.rows if row.state in ("new", "known"))
    order = {"error": 0, "warning": 1, "info": 2}
    level = "the policy's word"
    if not walk.intent.components:
        own = (path for path, rows in walk.whole.files.items() if not rows.file.is_test)
        level = learned_level(own)[0] or "the top folder"
    return ScanSummary(
        repo=name,
        what=what,
        commit=commit,
        snapshots=snapshots,
        fresh=fresh,
        counts=dict(totals),
        level=level,
        components=tuple(components),
        cycles=tuple(cycles),
        skipped=tuple(sorted(walk.skipped.items())),
        files=coverage.files,
        parsed=coverage.parsed,
        other=coverage.other,
        imports=coverage.imports,
        resolved=coverage.resolved,
        unresolved=tuple(sorted(reasons.items(), key=lambda item: (-item[1], item[0]))),
        findings=tuple(
            (severity, rule, count)
            for (severity, rule), count in sorted(standing.items(), key=lambda item: (order[item[0][0]], item[0][1]))
        ),
        batches=moved,
        notes=tuple(notes),
    )
