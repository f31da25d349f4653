"""The main line in motion: facts of a stretch of commits at once, then commit by commit what moved.

Hides when it is judged (at every batch's end), how the first commit of a finding is found, and that a generation is
published now and then, so that a scan that is killed goes on from there.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from plumbrule.batches import Agent, Batch, BatchSettings, Origin, batches
from plumbrule.extract import LOST, FactBook, Wanted
from plumbrule.extract.manifests import formats
from plumbrule.extract.manifests.declarations import Declarations
from plumbrule.git import Commit, Entry, LineCommit, Repository
from plumbrule.git.hunks import Hunk
from plumbrule.graph import Graph, MemoryGraph
from plumbrule.judge import Found, Held, JudgedRow, Judgement, Moment, Sides, first_seen, identity, judge, with_baseline
from plumbrule.judge.findings import earlier_subject
from plumbrule.languages import is_test, language_of
from plumbrule.measures import Shared, measures
from plumbrule.measures.drift import Unit
from plumbrule.measures.past import Past
from plumbrule.measures.past.linelog import YOUNG, LineLog
from plumbrule.measures.past.worklog import WINDOW, WorkLog, batch_names, year_before
from plumbrule.measures.unusual import WINDOW as UNITS_WINDOW
from plumbrule.measures.unusual import fitted, judged_by, kept
from plumbrule.measures.unusual import version as model_version
from plumbrule.policy import Policy
from plumbrule.report.history import sums_up
from plumbrule.report.summary import BatchMoved, ScanSummary
from plumbrule.resume import (
    State,
    answer_prints,
    on_disk,
    standing_rows,
    stood_at,
    tree_changes,
    units_of,
    units_text,
    units_told,
)
from plumbrule.store import BatchRow, FindingRow, ModelRow, SnapshotRecord, Store, TrendRow, UnitRow
from plumbrule.store.shape import FINDING
from plumbrule.store.writer import Writer
from plumbrule.tally import TOLD, Done, count, counted, evidence, summary, totals
from plumbrule.terms import Order, Terms
from plumbrule.walk import SUBMODULE, SYMLINK, Changes, Derived, Habits, Step, TreeFile, Walk

_STRETCH = 250  # commits whose facts are made together
_PUBLISH_SECONDS = 3.0  # a killed scan loses no more work than this, or
_PUBLISH_TIMES = 15  # than so many times what publishing took the last time
_LINE = 200  # characters of a subject or a name that are kept
_SHARES = ("erosion",)  # series that are no counts, and are told as trends


@dataclass(frozen=True, slots=True)
class Site:
    """One repository under a scan, and what it is read by and written to."""

    order: Order
    terms: Terms
    policy: Policy  # as it concerns this repository
    repository: Repository
    book: FactBook
    store: Store
    writer: Writer


@dataclass(frozen=True, slots=True)
class _Dated:
    commit: str
    batch: str
    agent: str
    at: int | None


_UNKNOWN = _Dated("", "", "", None)  # it was there before the first commit that was read


class Timeline:
    """The main line from the last snapshot on: appends, judges at batch ends, publishes now and then."""

    def __init__(
        self, site: Site, walk: Walk, declared: Declarations, used: tuple[str, str], ref: str, state: State
    ) -> None:
        self._site = site
        self._order = site.order
        self._terms = site.terms
        self._policy = site.policy
        self._writer = site.writer
        self._walk = walk
        self._declared = declared
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
        self._done = Done()  # of the commits that were judged last
        self._said = dict(state.said)
        self._accepted = self._terms.baseline.text() if self._terms.baseline is not None else ""
        self._history: list[Mapping[str, float]] = []  # figures of earlier commits, as far as models need them
        self._units_before = 0  # how many there were before those
        self._model = -1  # the newest that is stored
        self._others: list[Mapping[str, float]] | None = None  # figures of other repositories, once they are asked for
        self._batch_of: Mapping[str, Batch] = {}  # by commit that is new here; of each batch only those commits
        self._begun_with: Mapping[str, str] = {}  # by batch: its first commit, which may be stored already
        self.lost = ""  # a blob whose bytes this clone lacks
        self._parents: Mapping[str, str] = {}  # first parents of the commits at hand
        self._units: dict[str, Mapping[str, float]] = {}  # of the batch under way, by commit
        self._snapshots = 0
        self._judged = ""  # as in State
        self._answered: Mapping[str, str] = {}
        self._resumed = False
        self._known = 0  # commits of this run that an earlier scan told of
        self._telling = True  # the commit at hand is none of them, nor older
        self._record: SnapshotRecord | None = None
        self._tree: frozenset[str] = frozenset()
        self._step_shared = Shared()  # what was found of the newest step
        self._today = int(datetime.combine(site.terms.today, time(), UTC).timestamp())
        self._past = Past(WorkLog(self._today))
        self._told_by_past: Derived = {}  # when it was asked last
        self._graph_before: Graph = walk.graph
        self._line_changes: Iterator[tuple[str, list[Hunk]]] = iter(())
        self._asked_renames: tuple[tuple[str, str], Mapping[str, str]] = ("", ""), {}  # the last answer

    def resume(self, record: SnapshotRecord) -> None:
        """Stands where the last scan ended; the walk has been moved there."""
        state = self._state
        self._resumed = True
        self._record = record
        self._snapshots = state.snapshots
        self._counts = counted(self._walk.whole)
        self._totals = dict(state.counts)
        self.lost = state.lost
        self._judged, self._answered = state.judged, state.answered
        with self._site.store.reader() as reader:
            self._units_before, self._history = units_told(reader.recall(f"units:{self._order.name}"))
            stored = reader.select("SELECT max(model) FROM log.model WHERE repo = ?", self._order.name)
            self._model = stored[0][0] if stored and stored[0][0] is not None else -1
            known = dict(stood_at(reader, self._order.name, state, self._terms.rules, record.commit))
            compiled = reader.recall("compiled") or ""
            self._past = Past.read(reader.recall(f"past:{self._order.name}"), self._today)
            for row in reader.select(
                "SELECT finding, first_commit, first_batch, first_agent, first_at FROM head.finding WHERE repo = ?",
                self._order.name,
            ):
                self._origins[row[0]] = _Dated(*row[1:])
        history = [measure.table.name for measure in measures() if measure.scope == "history"]
        self._told_by_past = {name: self._walk.derived.get(name, ()) for name in history}
        self._open_court(known, compiled)
        if not self._totals:
            self._totals = totals(self._counts, self._walk.derived, self._judgement)

    def run(
        self,
        commits: Sequence[LineCommit],
        earlier: Sequence[LineCommit],
        tree: Mapping[str, Entry],
        known: Collection[str] = (),
    ) -> None:
        """Appends these commits, oldest first. `earlier` are the stored commits of the batch that they may continue,
        `tree` is that of the newest, `known` are commits that were told of before and are computed anew."""
        ids = [commit.commit.id for commit in commits]
        told = max((at for at, commit in enumerate(ids, 1) if commit in known), default=0)
        found = self._batched(commits, earlier, told)
        batch_of = self._batch_of = {commit: batch for batch in found for commit in batch.commits}
        self._known = sum(commit in known for commit in ids)
        # Judged where the last scan ended too, so that what came after it can be told apart.
        # And wherever another piece of work goes on, so that each answers for its own commits.
        ends = {ids[at] for at in range(len(ids) - 1) if batch_of[ids[at]] is not batch_of[ids[at + 1]]}
        ends |= {ids[-1], *ids[told - 1 : told]}
        site, name = self._site, self._order.name
        disk = on_disk(site.repository, tree)
        self._look_back(commits[0])
        published, pause = self._terms.clock(), _PUBLISH_SECONDS
        for start in range(0, len(commits), _STRETCH):
            stretch = commits[start : start + _STRETCH]
            changes = [commit_changes(commit, disk) for commit in stretch]
            if self._record is None:
                changes[0] = tree_changes(site.repository.tree(stretch[0].commit.id), disk)
            first = "".join(stretch[0].commit.parents[:1])
            self._line_changes = site.repository.line_changes(first, stretch[-1].commit.id)
            with site.book.parsing(self._files(changes)):
                self._await_first(changes[0])
                self._terms.progress.stage(f"{name}: history", len(commits))
                for index, (commit, change) in enumerate(zip(stretch, changes, strict=True)):
                    with self._terms.stages("parse"):
                        site.book.ensure(self._walk.wanted(change))
                    self._telling = start + index >= told
                    self._step(commit, change, batch_of[commit.commit.id], ends)
                    self._terms.progress.done(start + index + 1)
                    # Between batches only: what a batch began with is not in the store.
                    more = not self._moments and start + index + 1 < len(commits)
                    if more and (begun := self._terms.clock()) - published > pause:
                        self._remember()
                        with self._terms.stages("store"):
                            site.book.keep()
                            self._writer.publish()
                        published = self._terms.clock()
                        pause = max(_PUBLISH_SECONDS, _PUBLISH_TIMES * (published - begun))
            if start + _STRETCH < len(commits):
                site.book.release((rows.file.dialect, rows.file.blob) for rows in self._walk.whole.files.values())
        self._remember()

    def _look_back(self, first: LineCommit) -> None:
        """Makes the log begin a year before the first commit to come, where no scan left it there."""
        parent = "".join(first.commit.parents[:1])
        if not parent or self._past.log.tip == parent:
            return
        self._past = Past(WorkLog(self._today), units=self._past.units, levels=self._past.levels)
        repository, begun = self._site.repository, int(first.commit.committed_at.timestamp())
        with self._terms.stages("history"):
            year = year_before(repository, parent, begun - WINDOW)
            named = batch_names(batches(year, BatchSettings(timedelta(minutes=self._policy.batch_window))))
            for made in year:
                self._past.log.add(made, named[made.commit.id])
            at = {made.commit.id: int(made.commit.committed_at.timestamp()) for made in year}
            young = next((index for index, made in enumerate(year) if at[made.commit.id] >= begun - YOUNG), len(year))
            if year[young:]:
                after = "".join(year[young].commit.parents[:1])
                for commit, hunks in repository.line_changes(after, parent):
                    self._past.lines.add(commit, at.get(commit, 0), hunks, self._is_code, told=False)

    def _is_code(self, path: str) -> bool:
        """Whether a file is code that people write here, tests left out; by its name where it is gone."""
        if self._walk.leaves_out(path) or language_of(path) is None:
            return False
        for graph in (self._walk.graph, self._graph_before):
            if path in graph:
                file = graph.rows(path).file
                return file.is_written_here and not file.is_test
        return not is_test(path)

    def _files(self, stretch: Sequence[Changes]) -> list[Wanted]:
        """Whose facts these steps need, in the order in which they are walked."""
        together: dict[tuple[str, str], TreeFile] = {}
        for one in stretch:
            together.update(((path, file.blob), file) for path, file in one.items() if file is not None)
        return [wanted for (path, _), file in together.items() for wanted in self._walk.wanted({path: file})]

    def _await_first(self, changes: Changes) -> None:
        """Until the first of several steps can be walked: it may be a whole tree, and each later one is a few files."""
        first, progress = list(self._walk.wanted(changes)), self._terms.progress
        progress.stage(f"{self._order.name}: parsing", len(first))
        with self._terms.stages("parse"):
            self._site.book.ensure(first, lambda done, _: progress.done(min(done, len(first))))

    def _step(self, commit: LineCommit, changes: Changes, batch: Batch, ends: Collection[str]) -> None:
        made, walk = commit.commit, self._walk
        if self._record is None:
            step = walk.move(changes, measured=False)
            with self._terms.stages("store"):
                # What the files hold goes to disk while they are measured.
                self._writer.begin(self._order.name, commit.position, walk.whole.files)
            step = walk.measured(step, {})
        else:
            step = walk.move(changes)
        parent = made.parents[0] if made.parents else ""
        named = batch.told.get(made.id)
        at, work = int(made.committed_at.timestamp()), (batch.id, _who(named) if named is not None else "")
        record = record_of(self._order.name, made.id[:12], made.id, parent, at, work, walk, commit.position)
        self._record = signed(record, made)
        count(self._counts, step.delta, step.before)
        with self._terms.stages("manifests"):
            self._declared.move(manifests_in(changes, walk))
        with self._terms.stages("history"):
            self._note_past(commit, batch, step)
        if self._sides is None or made.id in ends:
            self._told_by_past = walk.told_by(self._past, self._told_by_past)
        derived = {**walk.derived, **self._told_by_past}
        said = {**derived, **self._declared.tables}
        self._writer.append(self._order.name, self._record, step.delta, walk.skipped, said)
        unread = {**self._declared.unread, **walk.skipped}
        for path, file in changes.items() if unread else ():
            if file is not None and unread.get(path, "").startswith(LOST):
                self.lost = file.blob
        self._snapshots += 1
        self._moved.update(step.delta)
        self._step_shared = step.shared
        if self._sides is not None:
            self._units[made.id] = walk.figures(step, self._renames([commit]) if step.delta else {})
        self._moments.append((commit, Moment(walk.graph, derived, self._paths(changes))))
        if self._sides is None:
            self._open_court()
            self._close_batch(batch, first=True)
        elif made.id in ends:
            self._judge(batch)
            self._close_batch(batch)

    def _note_past(self, commit: LineCommit, batch: Batch, step: Step) -> None:
        """Adds a commit to what is known of the line."""
        past, made, at = self._past, commit.commit, int(commit.commit.committed_at.timestamp())
        past.log.add(commit, batch.id)
        self._graph_before = step.before
        read, hunks = next(self._line_changes, ("", []))
        if read == made.id:
            past.lines.add(made.id, at, hunks, self._is_code)
        else:
            # The clone lacks an object: what is young there nobody knows from here on.
            past.lines, self._line_changes = LineLog(made.id, weeks=past.lines.weeks), iter(())
        if not past.levels or any(map(self._is_code, step.delta)):
            past.levels = self._walk.levels(step, past.levels)
            past.units.append(Unit(made.id, at, past.levels))

    def _paths(self, changes: Changes) -> frozenset[str]:
        """All paths of the tree that these changes led to; the very set of the step before where none came or went."""
        if not self._tree or any(file is None or path not in self._tree for path, file in changes.items()):
            self._tree = frozenset(self._walk.tree)
        return self._tree

    # -- judgement ----------------------------------------------------------------------------------------------

    def _open_court(self, known: Mapping[str, tuple[Found, ...]] | None = None, compiled: str = "") -> None:
        """Judges where the walk stands, against itself: nothing is new there. Rules of which it is `known` what they
        find there are not asked again; `compiled` as of `Sides`."""
        walk = self._walk
        moment = Moment(walk.graph, {**walk.still(), **self._told_by_past}, frozenset(walk.tree))
        with self._terms.stages("store"):
            begun = self._writer.begun()
            held = Held(begun or self._writer.stage(), "", linked=False, files_only=begun is not None)
        self._sides = Sides(moment, moment, policy=self._policy, changed=(), held=held, compiled=compiled)
        with self._terms.stages("judge"):
            self._judgement = judge(
                self._sides, self._terms.rules, self._policy, today=self._terms.today, earlier=self._judgement.found,
                stood=known,
            )  # fmt: skip
            if known:
                # What is not read in place by the first step would be brought there row by row.
                asked = {
                    view for rule in self._terms.rules if not rule.own for view in self._sides.examine(rule).tables
                }
                self._sides.provide({view for view in asked if not self._sides.about_change(view)}, both=False)
        self._terms.stages.judged()
        self._batch_start = moment

    def _judge(self, batch: Batch) -> None:
        assert self._sides is not None
        assert self._batch_start is not None
        start, (_, end) = self._batch_start, self._moments[-1]
        renamed = self._renames([commit for commit, _ in self._moments])
        alone = self._step_shared if len(self._moments) == 1 else None  # the step is the whole change
        with self._terms.stages("measure"):
            rows = self._change_rows(start, end, renamed, alone)
        before = self._judgement
        with self._terms.stages("judge"):
            self._sides.revise(Moment(end.graph, rows, end.tree), self._moved)
            self._judgement = self._judged_after(before, self._sides, renamed)
        self._terms.stages.judged()
        self._done = Done.by(self._judgement, {row.id for row in before.rows if row.stands})
        if renamed:
            for row in self._judgement.rows:
                former = identity(row.rule, row.repo, earlier_subject(row.subject, renamed))
                if row.id not in self._origins and former in self._origins:
                    self._origins[row.id] = self._origins[former]
        with self._terms.stages("date"):
            self._date_new(batch, start, before, renamed)

    def _judged_after(self, before: Judgement, sides: Sides, renamed: Mapping[str, str]) -> Judgement:
        """The judgement of a change whose earlier side is what `before` judged."""
        return judge(
            sides,
            self._terms.rules,
            self._policy,
            today=self._terms.today,
            renamed=renamed,
            earlier=before.found,
            stood=before.standing,
        )

    def _change_rows(
        self, start: Moment, end: Moment, renamed: Mapping[str, str], shared: Shared | None = None
    ) -> Derived:
        assert isinstance(start.graph, MemoryGraph)
        assert isinstance(end.graph, MemoryGraph)
        habits = Habits(tuple(self._history), dict(self._units), self._pooled)
        return self._walk.rows(
            end.graph, start.graph, start.derived, self._moved, renamed,
            about_change=end.derived, habits=habits, shared=shared,
        )  # fmt: skip

    def _date_new(self, batch: Batch, start: Moment, before: Judgement, renamed: Mapping[str, str]) -> None:
        """Gives every new finding the first commit of the batch that shows it, by bisection; `before` is the judgement
        of where it started."""
        new = {row.id for row in self._judgement.rows if row.state == "new"}
        first = dict.fromkeys(new, len(self._moments))
        if new and len(self._moments) > 1:
            assert self._sides is not None
            sides, end = self._sides, self._sides.now

            def present(position: int) -> set[str]:
                moment = self._moments[position - 1][1]
                rows = self._change_rows(start, moment, renamed)
                # The sides of the batch are brought there and back: new ones would take in the whole repository.
                sides.revise(Moment(moment.graph, rows, moment.tree), self._moved, before=start)
                judged = self._judged_after(before, sides, renamed)
                return {row.id for row in judged.rows if row.state != "fixed"}

            first = first_seen(new, 0, len(self._moments), present)
            sides.revise(end, self._moved, before=start)
        for finding, position in first.items():
            made = self._moments[position - 1][0].commit
            # Pieces of work may interleave: the commit's own batch need not be the one that ended here.
            own = self._batch_of.get(made.id, batch)
            self._origins[finding] = _Dated(
                made.id, own.id, _who(own.agent_of(made.id)), int(made.committed_at.timestamp())
            )

    def _renames(self, commits: Sequence[LineCommit]) -> Mapping[str, str]:
        """Files that moved over these consecutive commits."""
        statuses = {change.status for commit in commits for change in commit.changes if language_of(change.path)}
        if not {"A", "D"} <= statuses:
            return {}
        first, last = commits[0].commit, commits[-1].commit
        if not first.parents:
            return {}
        between = first.parents[0], last.id
        if self._asked_renames[0] != between:
            self._asked_renames = between, self._site.repository.renames(*between)
        return self._asked_renames[1]

    def _close_batch(self, batch: Batch, *, first: bool = False) -> None:
        """Stores what the judgement at the newest snapshot says, and begins the next batch."""
        assert self._record is not None
        walk, snapshot = self._walk, self._record.snapshot
        judgement = with_baseline(self._judgement, self._terms.baseline, self._terms.rules, self._terms.policy)
        before = dict(self._totals)
        self._totals = totals(self._counts, walk.derived, judgement) | self._done.counts()
        self._writer.findings(self._order.name, snapshot, [finding_row(row, self._origins) for row in judgement.rows])
        prints = answer_prints(self._terms.rules)
        self._judged = self._record.commit
        self._answered = {rule: prints[rule] for rule in sorted(judgement.found)}
        found = {**self._totals, **{name: self._past.levels[name] for name in _SHARES if name in self._past.levels}}
        trend = [TrendRow(name, float(value)) for name, value in sorted(found.items())]
        self._writer.trend(self._order.name, snapshot, trend)
        self._writer.evidence(self._order.name, snapshot, evidence(judgement))
        agent = batch.agent_of(batch.last_commit)
        if self._telling and not first:
            self._batches.append(
                BatchMoved(
                    batch=batch.id,
                    agent=_who(agent),
                    channel=agent.channel,
                    confidence=agent.confidence,
                    commits=len(self._moments),
                    session=len(self._moments) > 1 and batch.id == self._begun_with[batch.id][:12],
                    moved=tuple(
                        (name, int(before.get(name, 0)), int(value))
                        for name, value in sorted(self._totals.items())
                        if name in TOLD and before.get(name, 0) != value
                    ),
                    findings=(before.get("findings", 0), self._totals["findings"]),
                    new=_told(self._done.new),
                    fixed=_told(self._done.fixed),
                    of_change=_told(self._done.of_change),
                )
            )
        self._keep_units()
        self._units.clear()
        self._batch_start = self._moments[-1][1]
        self._moments.clear()
        self._moved.clear()

    def _pooled(self) -> list[Mapping[str, float]]:
        """The newest units of every repository of the store, this one's own among them; none if there is no other."""
        if self._others is None:
            self._others = []
            if self._site.store.published:
                with self._site.store.reader() as reader:
                    for name in reader.repositories():
                        if name != self._order.name:
                            self._others += units_of(reader.recall(f"units:{name}"))[-UNITS_WINDOW:]
        return [*self._others, *self._history[-UNITS_WINDOW:]] if self._others else []

    def _keep_units(self) -> None:
        """Stores what the newest model says of each unit of the batch, and adds them to what is usual."""
        units = {commit: unit for commit, unit in self._units.items() if unit}
        if not units:
            return
        model = fitted(self._history)
        for number, (commit, unit) in enumerate(units.items(), self._units_before + len(self._history)):
            verdict = judged_by(model, len(self._history), unit)
            upto = self._units_before + model.upto if model is not None else None
            row = UnitRow(
                number, upto, verdict.score, verdict.p, verdict.alert, verdict.cleaning, verdict.note,
                {name: value for name, value in unit.items() if value},
            )  # fmt: skip
            fresh = None
            if model is not None and upto is not None and upto > self._model:
                self._model, count = upto, len(model.units)
                fresh = ModelRow(upto, upto - count, count, model.threshold, model_version())
            self._writer.unit(self._order.name, f"{self._order.name}@{commit[:12]}", row, fresh)
        history = [*self._history, *units.values()]
        self._history = kept(history)
        self._units_before += len(history) - len(self._history)

    # -- batches ------------------------------------------------------------------------------------------------

    def _batched(self, commits: Sequence[LineCommit], earlier: Sequence[LineCommit], told: int) -> tuple[Batch, ...]:
        """The batches of these commits, of which an earlier scan told the first `told`; the first batch may have begun
        before them."""
        order = self._order
        settings = BatchSettings(timedelta(minutes=self._policy.batch_window))
        if order.batch or order.agent:
            new = [commit.commit.id for commit in commits[told:]]
            if self._record is None and not told:
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
        self._begun_with = {batch.id: batch.first_commit for batch in mine}
        self._parents = {one.commit.id: "".join(one.commit.parents[:1]) for one in (*earlier, *commits)}
        rows = [
            BatchRow(
                batch=batch.id,
                agent=_who(batch.agent),
                channel=batch.agent.channel,
                confidence=batch.agent.confidence,
                first_commit=batch.first_commit,
                last_commit=batch.last_commit,
                first_at=int(batch.first_at.timestamp()),
                last_at=int(batch.last_at.timestamp()),
                agents=tuple(map(_who, batch.agents)),
            )
            for batch in mine
        ]
        self._writer.batches(order.name, rows)
        # What stood before stays as it was stored: only commits that are new here are appended and judged.
        return tuple(replace(b, commits=tuple(c for c in b.commits if c not in known)) for b in mine)

    def weigh_anew(self) -> None:
        """Gives the stored findings of the newest snapshot the states that today's baseline says, if it is another one
        than at the last scan; nothing else is new."""
        assert self._record is not None
        with self._site.store.reader() as reader:
            if (reader.recall(f"baseline:{self._order.name}") or "") == self._accepted:
                return
            stored = [FindingRow(*row[1:]) for row in reader.rows(FINDING.name, self._order.name)]
        names = {rule.id: rule.names for rule in self._terms.rules}
        rows = []
        for row in stored:
            if row.state in ("new", "known"):
                state, unaccepted = row.state, False
                if self._terms.baseline is not None:
                    rules = names.get(row.rule, (row.rule,))
                    state, unaccepted = self._terms.baseline.weigh(state, rules, self._order.name, (row.subject,))
                row = row._replace(state=state, unaccepted=unaccepted)
            rows.append(row)
        self._writer.findings(self._order.name, self._record.snapshot, rows)
        self._writer.remember(f"baseline:{self._order.name}", self._accepted)

    # -- the end ------------------------------------------------------------------------------------------------

    def _remember(self) -> None:
        assert self._record is not None
        self._declared.keep()
        state = State(
            used=self._used,
            main_line=self._ref,
            snapshots=self._snapshots,
            batch_after=self._parents[self._begun_with[self._batch_of[self._record.commit].id]],
            counts=self._totals,
            said=self._said,
            lost=self.lost,
            judged=self._judged,
            answered=self._answered,
            level=self._walk.intent.level,
            readers=formats.version(),
        )
        self._writer.remember(f"scan:{self._order.name}", state.text())
        policy = {"path": self._policy.source, "commit": "", "hash": self._policy.hash}
        self._writer.remember(f"policy:{self._order.name}", json.dumps(policy, sort_keys=True))
        if self._sides is not None:
            self._writer.remember("compiled", self._sides.compiled(self._terms.rules))
        self._writer.remember(f"baseline:{self._order.name}", self._accepted)
        self._writer.remember(f"past:{self._order.name}", self._past.text())
        self._writer.remember(f"units:{self._order.name}", units_text(self._units_before, self._history))
        with self._terms.stages("store"):
            self._writer.standing(self._order.name, standing_rows(self._walk.standing()))

    @property
    def snapshot(self) -> str | None:
        return self._record.snapshot if self._record is not None else None

    def summary(self, said: Sequence[str]) -> ScanSummary:
        """What to tell of it, after what is said already."""
        assert self._record is not None
        fresh = self._snapshots - (self._state.snapshots if self._resumed else self._known)
        judgement = with_baseline(self._judgement, self._terms.baseline, self._terms.rules, self._terms.policy)
        notes = [*said, *judgement.errors, *judgement.not_measured]
        done = {name: value for name, value in self._totals.items() if sums_up(name)}
        counts = totals(self._counts, self._walk.derived, judgement) | done
        return summary(
            self._order.name, f"main line {self._ref}", self._record.commit, self._walk, counts, judgement,
            tuple(reversed(self._batches)), self._snapshots, fresh, notes, self._terms.baseline is not None,
        )  # fmt: skip


def _told(rows: Iterable[JudgedRow]) -> tuple[str, ...]:
    return tuple(f"{row.rule}: {row.subject}" for row in rows)


def _who(agent: Agent) -> str:
    """The agent's name; bots that are no coding agents say what they are."""
    return agent.name if agent.kind == "agent" or not agent.name else f"{agent.name} ({agent.kind})"


def commit_changes(commit: LineCommit, disk: Mapping[str, bytes]) -> dict[str, TreeFile | None]:
    """What a commit of the main line did, as changes."""
    return {
        change.path: None
        if change.new is None
        else TreeFile(change.new.mode, change.new.blob, disk.get(change.new.blob, b""))
        for change in commit.changes
    }


def manifests_in(changes: Changes, walk: Walk) -> Iterator[tuple[str, str | None]]:
    """What `Declarations.move` must know of these changes: a link or a module of its own is no manifest."""
    for path, file in changes.items():
        there = file is not None and file.mode not in (SYMLINK, SUBMODULE) and not file.reason
        yield path, file.blob if file is not None and there and not walk.leaves_out(path) else None


def record_of(
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


def signed(record: SnapshotRecord, made: Commit) -> SnapshotRecord:
    """With what its commit says of itself; whatever stands there, it is one line that is not long."""
    return record._replace(subject=_one_line(made.subject), author=_one_line(made.author_name))


def _one_line(text: str) -> str:
    return " ".join(text.replace("\0", " ").split())[:_LINE]


def finding_row(row: JudgedRow, dated: Mapping[str, _Dated]) -> FindingRow:
    """As the store keeps it, with the commit that it is dated to."""
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
        of_change=row.of_change,
        reason=row.reason,
        alternatives=row.alternatives,
        owner=row.owner,
    )
