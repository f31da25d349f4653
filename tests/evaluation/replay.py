"""A real history walked commit by commit as a scan walks it, and trees that never were, judged in its midst.

Hides the walk, the rules' sides and how a tree is left again without reading anything anew. Nothing is stored but
facts by content, so a second replay of the same history parses nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from plumbrule.beside import shipped_rules
from plumbrule.extract import FactBook
from plumbrule.git import LineCommit, Repository
from plumbrule.graph import MemoryGraph
from plumbrule.judge import JudgedRow, Judgement, Moment, Rule, Sides, judge, load_rules
from plumbrule.languages import language_of
from plumbrule.measures import Situation
from plumbrule.measures.unusual import Verdict, causes, features, unusual
from plumbrule.policy import Policy
from plumbrule.resume import GitObjects, tree_changes, walk_of
from plumbrule.store import Store
from plumbrule.timeline import commit_changes
from plumbrule.walk import Changes, Habits, Step, TreeFile

_RELEASED_EVERY = 50  # commits; facts of files that are gone by then are let go


class Judged(NamedTuple):
    """What is said of one unit of work."""

    figures: Mapping[str, float]  # empty = it touched no product code
    verdict: Verdict
    findings: tuple[JudgedRow, ...]  # new ones, as the report orders them
    causes: Mapping[str, tuple[str, ...]]  # by figure: the files that have most of it
    unread: tuple[str, ...]  # files that were not read, or in part
    gone: tuple[JudgedRow, ...] = ()  # findings that were there before
    standing: tuple[JudgedRow, ...] = ()  # those that were there before and still are


class Replay:
    """Stands on one commit of a main line; `advance` takes it to the next, `judged` asks of a tree beside that."""

    def __init__(self, repository: Repository, facts: Path, name: str) -> None:
        self.repository = repository
        self.name = name
        self.policy = Policy()
        self.rules: Sequence[Rule] = load_rules(shipped_rules())
        self.book = FactBook(Store.open(facts).facts, lambda: GitObjects(repository))
        self._written: dict[str, bytes] = {"-": b""}  # by blob, of what git does not hold: manifests are read from here
        self.walk = walk_of(name, repository, self.book, self.policy, self._written)
        self.history: list[Mapping[str, float]] = []
        self.figures: Mapping[str, float] = {}
        self._blobs = repository.blobs()
        self._sides: Sides | None = None
        self._judgement = Judgement((), 0)
        self._earlier = self._judgement  # of the commit before this one
        self._start: Moment | None = None
        self._commit: Moment | None = None
        self._step: Step | None = None
        self._renamed: Mapping[str, str] = {}
        self._moved: set[str] = set()  # between the sides as they stand and the commit
        self._count = 0

    # -- the real history ---------------------------------------------------------------------------------------

    def begin(self, commit: str) -> None:
        changes = tree_changes(self.repository.tree(commit), {})
        self.walk.settle(changes)
        self.book.ensure(self.walk.wanted(changes))
        self.walk.move(changes)

    def advance(self, made: LineCommit, *, judging: bool) -> Judged | None:
        """To the next commit, which joins the history; what is said of it, if it is to be judged."""
        if self.figures:
            self.history.append(self.figures)
        before = Moment(self.walk.graph, self.walk.still(), frozenset(self.walk.tree))
        changes = commit_changes(made, {})
        self.book.ensure(self.walk.wanted(changes))
        step = self.walk.move(changes)
        renamed = self._renames(made) if step.delta else {}
        self.figures = self.walk.figures(step, renamed) if step.delta else {}
        self._step, self._renamed = step, renamed
        self._count += 1
        if self._count % _RELEASED_EVERY == 0:
            self.book.keep()
            self.book.release((one.file.dialect, one.file.blob) for one in self.whole.files.values())
        if not judging:
            return None
        if self._sides is None:
            self._sides = Sides(before, before, policy=self.policy, changed=())
            self._judgement = judge(self._sides, self.rules, self.policy, today=made.commit.committed_at.date())
        self._today = made.commit.committed_at.date()
        self._start, self._earlier = before, self._judgement
        found, self._judgement = self._say(before, step, set(step.delta), renamed, self.figures)
        self._commit = self._sides.now
        return found

    def _renames(self, made: LineCommit) -> Mapping[str, str]:
        statuses = {change.status for change in made.changes if language_of(change.path)}
        if not {"A", "D"} <= statuses or not made.commit.parents:
            return {}
        return self.repository.renames(made.commit.parents[0], made.commit.id)

    @property
    def whole(self) -> MemoryGraph:
        return self.walk.whole

    def read(self, path: str) -> bytes:
        """The bytes of a file of this commit; KeyError where there are none."""
        if path in self.walk.graph:
            blob = self.walk.graph.rows(path).file.blob
        else:
            blob = self.walk.named(lambda one: one == path).get(path, "")
        if not blob:
            raise KeyError(path)
        found = self._blobs.read(blob, None)
        if not isinstance(found, bytes):
            raise KeyError(path)
        return found

    # -- trees that never were ----------------------------------------------------------------------------------

    def changes_of(self, edits: Mapping[str, bytes | None]) -> dict[str, TreeFile | None]:
        return {
            path: None if data is None else TreeFile("100644", _name(data), data=data) for path, data in edits.items()
        }

    def ensure(self, several: Collection[Mapping[str, bytes | None]]) -> None:
        """Reads what these trees have in one go."""
        self.book.ensure(one for edits in several for one in self.walk.wanted(self.changes_of(edits)))

    def judged(self, edits: Mapping[str, bytes | None], renamed: Mapping[str, str], *, alone: bool = False) -> Judged:
        """What is said if this commit had brought these edits too; or, `alone`, of the edits as the next commit."""
        walk = self.walk
        assert self._step is not None
        assert self._start is not None
        back = self._back(edits)
        derived, graph, skipped = walk.derived, walk.graph, walk.skipped
        before = Moment(walk.graph, walk.still(), frozenset(walk.tree)) if alone else self._start
        self._written.update((_name(data), data) for data in edits.values() if data is not None)
        step = walk.move(self.changes_of(edits), renamed)
        delta = set(step.delta) if alone else {*step.delta, *self._step.delta}
        moved = dict(renamed) if alone else {**self._renamed, **renamed}
        try:
            shown = step if alone else Step(dict.fromkeys(delta), before.graph, step.now, before.derived, step.derived)
            figures = features(self._situation(shown, before, delta, moved))
            found, _ = self._say(before, shown, delta, moved, figures, alone=alone)
            unread = tuple(
                path
                for path, data in edits.items()
                if data is not None
                and (path in walk.skipped or (path in walk.graph and walk.graph.rows(path).file.doubtful))
            )
            return found._replace(unread=unread)
        finally:
            self.book.ensure(walk.wanted(back))
            walk.move(back, measured=False)
            walk.derived, walk.graph, walk.skipped = derived, graph, skipped

    def return_to_commit(self) -> None:
        """After trees that never were: what the next commit is compared with is this one again."""
        assert self._sides is not None
        assert self._commit is not None
        self._sides.revise(self._commit, self._moved, before=self._start)
        self._moved = set()

    def _back(self, edits: Mapping[str, bytes | None]) -> Changes:
        """What takes these edits away again."""
        tree = self.walk.named(lambda path: path in edits)
        return {path: TreeFile("100644", tree[path]) if tree.get(path) else None for path in edits}

    # -- what is said -------------------------------------------------------------------------------------------

    def _situation(self, step: Step, before: Moment, delta: Collection[str], renamed: Mapping[str, str]) -> Situation:
        return Situation(
            step.now, before.graph, delta, self.book, self.walk.intent, step.derived, before.derived, renamed
        )

    def _say(
        self,
        before: Moment,
        step: Step,
        delta: set[str],
        renamed: Mapping[str, str],
        figures: Mapping[str, float],
        *,
        alone: bool = False,
    ) -> tuple[Judged, Judgement]:
        assert self._sides is not None
        walk = self.walk
        rows = walk.rows(
            step.now, before.graph, before.derived, delta, renamed, about_change=step.derived,
            habits=Habits((), {}),
        )  # fmt: skip
        earlier = self._judgement if alone else self._earlier
        self._sides.revise(Moment(step.now, rows, frozenset(walk.tree)), {*delta, *self._moved}, before=before)
        self._moved = set(delta)
        judgement = judge(
            self._sides, self.rules, self.policy, today=self._today, renamed=renamed,
            earlier=earlier.found, stood=earlier.standing,
        )  # fmt: skip
        verdict = unusual(self.history, figures, ask_others=False)
        pointed = causes(self._situation(step, before, delta, renamed)) if figures else {}
        new, gone, standing = (
            tuple(row for row in judgement.rows if row.state == state) for state in ("new", "fixed", "known")
        )
        return Judged(figures, verdict, new, pointed, (), gone, standing), judgement

    def close(self) -> None:
        self.book.keep()
        self._blobs.close()
        if self._sides is not None:
            self._sides.close()


def _name(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
