"""Judges a change against its base: the one question before a merge.

Hides which commit says what: findings are compared with the merge base, so that nobody answers for others' work;
policy, rules and baseline come from the base's tip, so that the change cannot authorise itself. Only facts are written.
"""

from __future__ import annotations

import os
import posixpath
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from plumbrule.claims import claims_of, new_where_excluded
from plumbrule.data import dataclass
from plumbrule.effects import Effects, Sight, effects
from plumbrule.errors import NotARevision, PlumbruleError, StoreError
from plumbrule.extract import LOST, OTHER_KIND, FactBook, Limits
from plumbrule.git import STAGED, Entry, Repository
from plumbrule.governing import (
    UNREADABLE,
    WORKTREE,
    Governing,
    Put,
    edits_between,
    entrusted,
    in_commit,
    is_same,
    loosenings,
    name_of,
    proposal,
    shown,
)
from plumbrule.judge import Held, JudgedRow, Moment, Rule, Sides, judge, settle
from plumbrule.judge.findings import earlier_subject
from plumbrule.judge.unread import hidden, missed_in_link, newly_unresolved, read_in_part
from plumbrule.languages import language_of
from plumbrule.measures import measures, slow
from plumbrule.outcome import (
    RANK,
    STALE,
    Judged,
    asides,
    baseline_growth,
    counts_of,
    decided,
    failing_of,
    finding_of,
    lost_files,
    new_files,
    nothing_judged,
    rows_of,
    rule_texts,
    share,
    stale_lines,
    stray_files,
    told_once,
    unlucky_files,
    with_imports,
)
from plumbrule.pipelines import BYTES as PIPELINE_BYTES
from plumbrule.pipelines import PLACES, fewer, is_pipeline, weakened
from plumbrule.policy import BASELINE_NAME, Policy
from plumbrule.policy import Limits as PolicyLimits
from plumbrule.policy.loosening import LOOSENED, Approval, Loosening, Weighed
from plumbrule.report.escapes import visible
from plumbrule.report.model import Coverage, Finding, Report
from plumbrule.resume import (
    GitObjects,
    Progress,
    State,
    Stood,
    instrument_by,
    policy_print,
    standing_of,
    stood_at,
    tree_changes,
    units_of,
    walk_of,
)
from plumbrule.resume import on_disk as disk_of
from plumbrule.store import Store
from plumbrule.store.engine import Connection
from plumbrule.store.near import Near, NearDamaged
from plumbrule.store.reader import Reader
from plumbrule.tables import Row
from plumbrule.tally import covered_languages
from plumbrule.walk import OWN_FOLDER, SUBMODULE, SYMLINK, Changes, Habits, Step, TreeFile, Walk, is_ours, moved_on_disk

if TYPE_CHECKING:
    from plumbrule.meeting import Meeting
    from plumbrule.policy.reviews import Reviews

_LINKS, _LINK_BYTES = 10, 4096  # links in a row that are followed, and the longest target
_NOT_AWAITED = "no verdict waits for it; `plumbrule scan` tells"
_AGAIN = (
    "Judge again; if that does not help, give it more memory, or `--memory SIZE` to do with less at a time, or exclude"
    " the file in the policy, in a change of its own."
)


def gate(
    put: Put,
    store: Store,
    progress: Progress,
    *,
    in_numbers: bool = False,
    with_source: bool = False,
    reviews: Reviews | None = None,
) -> Report:
    """The verdict on a change that is one. PlumbruleError where it cannot be judged; `not_judged` makes a report of
    it. If `in_numbers`, findings that are known and accepted are counted in the report instead of told; if
    `with_source`, new ones come with the lines that they are about. `reviews` are what a protected step fetched
    of this change; signed commits are looked for in any case."""
    # What several merge bases show together is seen only where every finding of each is told.
    counted = in_numbers and len(put.bases) == 1
    one = _Gate(put, store, progress, in_numbers=counted, with_source=with_source, reviews=reviews)
    try:
        return one.run()
    finally:
        one.close()


class _Gate:
    def __init__(
        self,
        put: Put,
        store: Store,
        progress: Progress,
        *,
        in_numbers: bool,
        with_source: bool,
        reviews: Reviews | None,
    ) -> None:
        question, repository = put.question, put.repository
        self._reviews = reviews
        self._put = put
        self._in_numbers = in_numbers
        self._with_source = with_source
        self._question = question
        self._limits = question.limits or Limits()
        self._store = store
        self._progress = progress
        self._repository = repository
        self._worktree = question.head == WORKTREE
        self._readable = True  # the store, as far as is known
        self._near = True  # what is quicker to read than the store itself, as far as is known
        self._reader: Reader | Near | None = None
        self._proposes: Policy | None = None  # the change's own policy, where it has one that can be read
        self._policy_path = put.policy_path
        self._since_written: Mapping[str, str] | None = None
        self._approvals: Mapping[str, Approval] = {}  # by the name of the loosening
        self._contents: Mapping[str, bytes] = {}  # of a work tree
        self._book = FactBook(store.facts, lambda: GitObjects(repository), self._limits)

    def close(self) -> None:
        """Lets go of the store; it is opened again where it is asked for."""
        self._store.facts.close()
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def run(self) -> Report:
        question, put, name = self._question, self._put, self._put.name
        bases, binding, proposed, unreadable = put.bases, put.binding, put.proposed, put.unreadable
        used = _without(put.used, proposed)
        self._proposes = proposed.policy.within(name) if proposed is not None and proposed.path else None
        now = self._now(put.head)
        self._contents = now.contents
        edited = self._edited(name, bases, binding, proposed, unreadable, now)
        loose = (*edited.loosened, *self._weakened(bases[0], now), *self._stores_brought(bases))
        loose += self._entrusted(bases, binding, proposed)
        judged = [self._judge(name, used, commit, now, loose) for commit in bases]
        loosenings = (*loose, *(claim for one in judged for claim in one.claims))
        approval = self._approval(loosenings)
        self._approvals = approval.approvals
        told = {item.words: None for item in loosenings}
        plain = replace(put.plain, policy=replace(put.plain.policy, loosened=tuple(told), edits=edited.edits))
        report = self._verdict(plain, judged, used, binding, edited if put.used is binding else Effects(), now)
        grown = (baseline_growth(put.binding, proposed, loose),)
        report = replace(report, reasons=(*report.reasons, *filter(None, grown), *approval.told))
        if binding.path or question.policy_from_head:
            return report
        return self._with_first_policy(report, name, bases, now, proposed, unreadable)

    def _with_first_policy(
        self,
        report: Report,
        name: str,
        bases: Sequence[str],
        now: _Now,
        proposed: Governing | None,
        unreadable: str,
    ) -> Report:
        """The report, and what the policy that the change brings would say of the change: nobody has agreed to it."""
        if proposed is None:
            broken = unreadable.startswith(UNREADABLE)
            why = f"the change brings the first policy, which {unreadable}; once landed it would stop every verdict"
            return replace(report, reasons=(*report.reasons, why)) if broken else report
        if not proposed.path:
            return report
        reasons = [*report.reasons, "the change brings the first policy: it binds once it has landed"]
        told = {finding.id for finding in report.findings if finding.state == "new"}
        try:
            judged = [self._judge(name, proposed, commit, now, ()) for commit in bases]
        except PlumbruleError as error:
            return replace(report, reasons=(*reasons, f"the first policy could not be tried: {error}"))
        reasons += [f"the first policy could not be tried in full: {error}" for error in judged[0].judgement.errors]
        new = [row for row in rows_of(judged) if row.state == "new" and row.id not in told]
        return replace(report, reasons=tuple(reasons), ahead=self._findings(new, judged[0], now, ()))

    def _approval(self, loose: Sequence[Loosening]) -> Weighed:
        """Who answers for what the change loosens."""
        if not loose:
            return Weighed({})
        from plumbrule.approving import Change, weigh  # few changes loosen anything

        put = self._put
        head = "" if self._worktree or put.head == STAGED else put.head
        return weigh(
            Change(put.repository, put.plain.base, head, put.binding, put.proposed, self._reviews, put.question.today),
            tuple(dict.fromkeys(loose)),
        )

    # -- what binds ---------------------------------------------------------------------------------------------

    def _edited(
        self,
        name: str,
        bases: Sequence[str],
        binding: Governing,
        proposed: Governing | None,
        why: str,
        now: _Now,
    ) -> Effects:
        """What the change does to the policy that binds; what others did to that policy meanwhile is theirs."""
        if proposed is not None and is_same(binding, proposed):
            return Effects()
        bound, starts = binding.within(name), []
        is_here = binding.folder is None or binding.folder.is_relative_to(self._repository.root)
        for base in bases if is_here else ():
            # A policy that could not be read there tells nothing of who edited what.
            with suppress(PlumbruleError):
                starts.append(in_commit(self._repository, base, binding.path or self._policy_path).within(name))
        if proposed is None:
            was_there = all(start.path for start in starts)  # where it lies elsewhere, it still does
            return Effects(loosenings(bound, None, why) if was_there else ())
        bound, own = proposal(bound, starts, proposed.within(name))
        if not binding.path:  # a first policy loosens nothing; the baseline that was there may be another
            own = replace(own, policy=bound.policy, gathered=bound.gathered)
        if not (binding.path or binding.baseline) or not edits_between(bound, own):
            return Effects()

        def files() -> list[str]:
            return [path for path, file in now.tree().items() if file is not None and language_of(path) is not None]

        @cache
        def stood() -> frozenset[str]:
            return frozenset(path for path in self._repository.tree(bases[0]) if language_of(path) is not None)

        @cache
        def renamed() -> Mapping[str, str]:
            return self._renamed(bases[0], now.changes(bases[0]))

        def formerly(subject: str) -> str:
            return earlier_subject(subject, renamed())

        walked: dict[str, _Walked] = {}

        @cache
        def moves() -> Mapping[str, str]:
            # Only what no file's move explains is asked of what is in the files: it takes both sides of the change.
            both = self._sides_under(bound, bases[0], now, walked)
            sides = Sides(both.now, both.before, policy=bound.policy.within(name), changed=both.changed)
            found = {**sides.moved_components(both.renamed), **sides.moved_symbols(both.renamed), **both.renamed}
            sides.close()
            return found

        def moved(subject: str) -> str:
            return earlier_subject(subject, moves())

        stated = loosenings(
            bound, own, why, files=files, formerly=formerly, stood=stood, written=self._written, moved=moved
        )

        def see(governing: Governing) -> Sight:
            return self._sight(governing, bases[0], now, walked)

        return effects(bound, own, stated, see)

    def _entrusted(self, bases: Sequence[str], binding: Governing, proposed: Governing | None) -> tuple[Loosening, ...]:
        """Whom the change makes an owner, or gives a key."""
        if proposed is None or proposed is binding or not binding.path:
            return ()
        if (proposed.policy.governance, proposed.signers) == (binding.policy.governance, binding.signers):
            return ()
        starts = []
        for base in bases:
            with suppress(PlumbruleError):
                starts.append(in_commit(self._repository, base, binding.path))
        return entrusted(binding, [start for start in starts if start.path], proposed)

    def _weakened(self, before: str, now: _Now) -> Iterator[Loosening]:
        """What the change does to the steps that run the gate, and to who is named as owner of that."""
        changes = now.changes(before)
        paths = [path for path in changes if is_pipeline(path)]
        if not paths:
            return
        sides: tuple[dict[str, str], dict[str, str]] = {}, {}
        old_tree = self._repository.tree(before)
        for path in paths:
            old, new = old_tree.get(path), changes[path]
            if old is not None and old.is_file:
                sides[0][path] = self._text_of(old.blob, "")
            if new is not None and new.mode not in (SYMLINK, SUBMODULE):
                sides[1][path] = self._text_of(new.blob, path if self._worktree else "")
        yield from weakened(*sides)
        if any(path in PLACES for path in paths):
            policy = self._policy_path
            governs = {policy, policy.removesuffix(".toml") + ".baseline", *PLACES, *sides[0]}
            yield from fewer(*self._owned(old_tree, changes), governs & old_tree.keys())

    def _owned(self, old_tree: Mapping[str, Entry], changes: Changes) -> tuple[dict[str, str], dict[str, str]]:
        """Every file that names owners, before and after."""
        before = {path: self._text_of(old_tree[path].blob, "") for path in PLACES if path in old_tree}
        after = dict(before)
        for path in PLACES:
            if path in changes:
                after.pop(path, None)
                if (new := changes[path]) is not None:
                    after[path] = self._text_of(new.blob, path if self._worktree else "")
        return before, after

    def _text_of(self, blob: str, on_disk: str) -> str:
        """A file as text, from disk where it is said to lie there; empty if it cannot be read or is too long."""
        limit, repository = PIPELINE_BYTES, self._repository
        found = repository.read_disk(on_disk, limit) if on_disk else repository.read_blob(blob, limit)
        return found.decode("utf-8-sig", "replace") if isinstance(found, bytes) else ""

    def _stores_brought(self, bases: Sequence[str]) -> Iterator[Loosening]:
        """A store that the change brings: whoever judges next would take what it says for what was read."""
        brings = self._repository.brings
        if brings(self._put.head, OWN_FOLDER) and not any(brings(base, OWN_FOLDER) for base in bases):
            words = (
                f"The change brings {OWN_FOLDER}, where a gate keeps what it has read; what lies there is not believed."
            )
            yield Loosening("store", OWN_FOLDER, words, OWN_FOLDER)

    def _sight(self, governing: Governing, before: str, now: _Now, walked: dict[str, _Walked]) -> Sight:
        """What is found of the change under a policy. `walked` keeps the sides, by what of a policy shapes them."""
        name = name_of(governing, self._repository)
        policy = governing.policy.within(name)
        sides_of = self._sides_under(governing, before, now, walked)
        sides = Sides(
            sides_of.now,
            sides_of.before,
            policy=policy,
            changed=sides_of.changed,
            links=self._links(name),
            not_measured=dict.fromkeys(
                ["unusual", *(m.table.name for m in measures() if m.scope == "history"), *slow()],
                "it is no part of judging a policy",
            ),
        )
        judgement = judge(
            sides,
            governing.rules,
            policy,
            today=self._question.today,
            baseline=governing.baseline,
            renamed=sides_of.renamed,
        )
        dead = {selector for _, _, _, selector, hit, *_ in sides.selectors() if not hit}
        sides.close()
        stands = self._followed([row for row in judgement.rows if row.state != "fixed"], governing)
        rows = {(row.rule, row.subject): row for row in stands}
        return Sight(rows, judgement.errors, frozenset(sides_of.now.graph.paths()), frozenset(dead))

    def _sides_under(self, governing: Governing, before: str, now: _Now, walked: dict[str, _Walked]) -> _Walked:
        """Both sides of the change under a policy, from `walked` where it is there already."""
        name = name_of(governing, self._repository)
        policy = governing.policy.within(name)
        shape = replace(policy, rules={}, rule_folders=(), waivers=(), limits=PolicyLimits()).settings()
        if shape not in walked:
            for old in [*walked][1:]:  # the policy that binds is asked for again, another hardly ever
                del walked[old]
            walked[shape] = self._walked(name, policy, before, now)
        return walked[shape]

    def _walked(self, name: str, policy: Policy, before: str, now: _Now) -> _Walked:
        """Both sides of the change as they are under a policy; the store is not asked, since it knows one policy."""
        walk = walk_of(name, self._repository, self._book, policy, now.contents)
        walk.asked = ()
        changes, old_tree = now.changes(before), self._repository.tree(before)
        walk.settle(old_tree, changes)
        first = tree_changes(old_tree, disk_of(self._repository, old_tree))
        wanted = [*walk.wanted(changes), *walk.wanted(first)]
        self._progress.stage(f"{name}: reading files for an edited policy", len(wanted))
        self._book.ensure(wanted, lambda done, _: self._progress.done(done))
        walk.move(first)
        start = Moment(walk.graph, walk.derived, frozenset(walk.tree))
        renamed = self._renamed(before, changes)
        step = walk.move(changes, renamed, taken_at_its_word=False)
        rows = walk.rows(
            step.now, step.before, step.derived_before, step.delta, renamed, about_change=walk.derived, habits=None
        )
        return _Walked(Moment(walk.graph, rows, frozenset(walk.tree)), start, frozenset(step.delta), renamed)

    # -- both sides ---------------------------------------------------------------------------------------------

    def _now(self, head: str) -> _Now:
        """The tree to be judged: a commit's, or what lies on disk."""
        repository = self._repository
        if not self._worktree:
            return _Now(
                {},
                lambda: tree_changes(repository.tree(head), {}),
                cache(lambda base: _changed(repository, base, head)),
                lambda path: _file_at(repository, head, path),
            )
        state = repository.worktree(lambda p: language_of(p) is not None, self._limits.file_bytes)
        tree: dict[str, TreeFile | None] = {
            path: TreeFile(entry.mode, entry.blob, data=state.contents.get(entry.blob))
            for path, entry in state.entries.items()
        }
        tree.update({path: TreeFile("100644", "", reason=reason) for path, reason in state.skipped.items()})
        return _Now(state.contents, lambda: tree, cache(lambda base: _differing(repository.tree(base), tree)), tree.get)

    def _renamed(self, before: str, changes: Changes) -> Mapping[str, str]:
        """New path to old path of what moved since that commit."""
        if None not in changes.values():
            return {}
        if self._worktree:
            return moved_on_disk(self._repository, self._repository.tree(before), changes)
        return self._repository.renames(before, self._repository.resolve(self._question.head))

    def _judge(self, name: str, used: Governing, before: str, now: _Now, loose: Sequence[Loosening]) -> Judged:
        try:
            return self._judge_once(name, used, before, now, loose)
        except NearDamaged:
            self._near = False
        except StoreError as error:
            # Opened only now, where the file beside it was read first.
            if not isinstance(self._reader, Near):
                raise
            self._near = False
            self._unreadable(error)
        self.close()
        return self._judge(name, used, before, now, loose)

    def _judge_once(self, name: str, used: Governing, before: str, now: _Now, loose: Sequence[Loosening]) -> Judged:
        repository = self._repository
        walk = walk_of(name, repository, self._book, used.policy, now.contents)
        walk.failed = {}
        walk.asked = self._asked(used.rules, used.policy.within(name))
        changes = now.changes(before)
        recalled = self._recalled(name, used, before, walk, changes)
        wanted = list(walk.wanted(changes))
        first: Changes = {}
        if recalled is None:
            old_tree = repository.tree(before)
            walk.settle(old_tree, changes)
            first = tree_changes(old_tree, {})
            # Disk is the quicker place for a whole tree; for a few files looking there costs more than it saves.
            disk = disk_of(repository, old_tree)
            wanted += [w._replace(disk=disk.get(w.blob, b"")) for w in walk.wanted(first)]
        self._progress.stage(f"{name}: reading files", len(wanted))
        self._book.ensure(wanted, lambda done, _: self._progress.done(done))
        if recalled is None:
            walk.move(first)
        for path in (*lost_files(walk), *unlucky_files(walk, used.policy.limits.worse_by)):
            # What stood there is not known, so nothing can be called new.
            mend = repository.mend if walk.skipped[path].startswith(LOST) else _AGAIN
            raise NotARevision(f"{path} at {before[:12]}: {walk.skipped[path]}.\n{mend}")
        aside = walk.aside
        judged = self._compare(name, used, before, walk, changes, loose, recalled)
        self.close()  # its engine was lent to that judgement
        return replace(judged, aside=(aside, walk.aside))

    def _asked(self, rules: Sequence[Rule], policy: Policy) -> frozenset[str]:
        """What rules read that may fail the change, of the tables that no verdict waits for otherwise."""
        limit = RANK[self._question.fail_on]
        return slow([one.rule.sql for one in settle(rules, policy) if RANK[one.severity] <= limit])

    def _unread(
        self, before: str, walk: Walk, step: Step, changes: Changes, renamed: Mapping[str, str]
    ) -> Iterator[str]:
        """Why no verdict can be given: what the change left unread although others rely on it."""
        yield from hidden(walk, step, changes, renamed)
        for path in sorted(changes):
            reason = walk.skipped.get(path, "")
            if reason.startswith(OTHER_KIND) and renamed.get(path, path) in step.before:
                yield f"{path} was code at the base and cannot be read now: {reason}"
        for path, file in sorted(changes.items()):
            if file is None or file.mode != SYMLINK or path not in walk.skipped:
                continue
            old = self._repository.entry(before, path)
            if old is None or not old.is_file:
                continue
            target = self._read_elsewhere(path, walk)
            if not target:
                yield f"{path} became a symbolic link to nothing that is read here"
            elif missed := missed_in_link(walk, step, path, target):
                yield missed

    def _read_elsewhere(self, path: str, walk: Walk) -> str:
        """The file that a symbolic link of the head leads to, if it was read where it lies; else empty."""
        for _ in range(_LINKS):
            target = self._link(path)
            if target is None or target.startswith("/"):
                return ""
            path = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
            if path in walk.graph:
                return path
            if path not in walk.skipped:
                return ""
        return ""

    def _link(self, path: str) -> str | None:
        """Where a symbolic link of the head points, as it says itself; None if it is none or cannot be read."""
        if self._worktree:
            try:
                return shown((self._repository.root / path).readlink().as_posix())
            except OSError:
                return None
        entry = self._repository.entry(self._repository.resolve(self._question.head), path)
        data = self._repository.read_blob(entry.blob, _LINK_BYTES) if entry is not None else None
        return shown(os.fsdecode(data)) if isinstance(data, bytes) and entry and entry.mode == SYMLINK else None

    def _recalled(self, name: str, used: Governing, before: str, walk: Walk, changes: Changes) -> _Recalled | None:
        """Puts the walk on the merge base as the store holds it; None where it must be read anew.

        The store is used only if the same instrument measured it under the same policy: else both sides would not
        come from one.
        """
        reader = self._stored(name)
        if reader is None:
            return None
        newest = reader.newest(name)
        # The standing is that of the newest snapshot; an older merge base is read from the facts.
        if newest is None or newest.commit != before:
            return None
        state = State.read(reader, name)
        if state.used != (instrument_by(reader), policy_print(used.policy.within(name), used.rules)):
            return None
        standing, graph = standing_of(reader, name), reader.graph(name)
        if standing is None or any(reason.startswith(LOST) for reason in graph.skipped.values()):
            return None
        walk.settle(standing.paths, changes, state.level)
        if walk.intent.level != state.level:
            return None
        derived = _StoredDerived(reader, name)
        walk.recall(standing, graph, derived, newest.imports, newest.resolved)
        held = Held(reader.path, "", linked=reader.linked(name), lent=_lent(reader))
        return _Recalled(held, derived, stood_at(reader, name, state, used.rules, before))

    def _compare(
        self,
        name: str,
        used: Governing,
        before: str,
        walk: Walk,
        changes: Changes,
        loose: Sequence[Loosening],
        recalled: _Recalled | None,
    ) -> Judged:
        start = Moment(walk.graph, walk.derived, frozenset(walk.tree))
        covered_before = walk.coverage()
        renamed = self._renamed(before, changes)
        step = walk.move(changes, renamed, taken_at_its_word=False)
        policy = used.policy.within(name)
        strays = stray_files(policy, renamed)
        claims = tuple(claims_of(walk, step, changes, renamed, policy, self._proposes))
        history = self._history(name)
        rows = walk.rows(
            step.now,
            step.before,
            step.derived_before,
            step.delta,
            renamed,
            about_change=walk.derived,
            habits=Habits(tuple(history), {}) if history else None,
        )
        met = self._met(before, start, walk, changes, renamed)
        rows = told_once(rows, met.missing if met is not None else ())
        now = Moment(walk.graph, rows, frozenset(walk.tree))
        sides = Sides(
            now,
            start,
            policy=policy,
            proposed=self._proposes,
            changed=step.delta.keys(),
            held=None if recalled is None else recalled.held,
            links=() if recalled is not None else self._links(name),
            compiled=self._compiled(name),
            not_measured=self._unscanned(recalled, history)
            | dict.fromkeys(slow().difference(walk.asked or ()), _NOT_AWAITED)
            | (walk.failed or {}),
        )
        judgement = judge(
            sides,
            used.rules,
            policy,
            today=self._question.today,
            baseline=used.baseline,
            renamed=renamed,
            loosened=(*loose, *claims),
            stood=None if recalled is None else recalled.stood,
            named=None if recalled is None else recalled.stood.named,
            only_moved=self._in_numbers,
        )
        sides.close()
        partly = read_in_part(walk, step, changes, renamed)
        unread = tuple(self._unread(before, walk, step, changes, renamed))
        return Judged(
            judgement,
            walk,
            covered_before,
            changes,
            strays=tuple(f"{path} ({was})" for path, was in strays.items()),
            read_in_part=partly,
            unread=unread,
            claims=claims,
            made=new_files(step, renamed, lambda file: file.is_generated),
            excluded=new_where_excluded(changes, renamed, policy, self._repository.tree(before)),
            brought=new_files(step, renamed, lambda file: file.is_vendored and not file.is_generated),
            unresolved=newly_unresolved(step, renamed),
            languages=covered_languages(walk.graph),
            apart=met.apart if met is not None else (),
        )

    def _unscanned(self, recalled: _Recalled | None, history: Sequence[object]) -> dict[str, str]:
        """Why measures that need a scan have no rows."""
        lacking = [] if history else ["unusual"]
        lacking += [m.table.name for m in measures() if m.scope == "history" and recalled is None]
        return dict.fromkeys(lacking, "no scan with history is cached here")

    def _met(
        self, before: str, start: Moment, walk: Walk, changes: Changes, renamed: Mapping[str, str]
    ) -> Meeting | None:
        """What is amiss only where the change meets the base's tip; None if it stands upon that."""
        tip = self._put.plain.base
        if tip == before or len(self._put.bases) > 1:
            return None
        from plumbrule.meeting import Change, meeting

        def read(file: TreeFile) -> bytes | None:
            data = file.data or self._contents.get(file.blob) or self._repository.read_blob(file.blob)
            return data if isinstance(data, bytes) else None

        change = Change(self._repository, before, tip, changes, renamed, read)
        return meeting(change, walk, start.graph)

    def _compiled(self, name: str) -> str:
        """What a scan found out about the rules' SQL; "" = nothing is kept."""
        reader = self._stored(name)
        return (reader.recall("compiled") or "") if reader is not None else ""

    def _history(self, name: str) -> list[Mapping[str, float]]:
        """Figures of earlier commits, as a scan left them; none without a store."""
        reader = self._stored(name)
        return units_of(reader.recall(f"units:{name}")) if reader is not None else []

    def _links(self, name: str) -> Collection[Row]:
        """Uses between the repositories of the store, as they stand at their heads."""
        reader = self._stored(name)
        if reader is None:
            return ()
        return [row for repo in reader.repositories() for row in reader.rows("link", repo)]

    def _stored(self, name: str) -> Reader | Near | None:
        """The store's newest generation, or what lies beside it of this repository; None where nothing was scanned, or
        nothing in it can be read."""
        if self._reader is None and self._readable and self._store.published:
            near = self._store.near() if self._near else None
            if near is not None and not near.holds(name):
                near.close()
                near = None
            try:
                self._reader = near or self._store.reader()
            except StoreError as error:
                self._unreadable(error)
        return self._reader

    def _unreadable(self, error: StoreError) -> None:
        """A cache that was damaged on its way here must not stop every merge."""
        self._progress.note(f"{error}\nJudging without it.")
        self._readable = False

    # -- the verdict --------------------------------------------------------------------------------------------

    def _verdict(
        self,
        plain: Report,
        judged: Sequence[Judged],
        used: Governing,
        binding: Governing,
        edited: Effects,
        now: _Now,
    ) -> Report:
        question, last = self._question, judged[0]
        judgement = last.judgement
        rows = self._followed([self._answered_for(row) for row in rows_of(judged)], used)
        mended = [row for row in rows if row.state == "new" and (row.rule, row.subject) in edited.mended]
        rows = [row for row in rows if row not in mended]
        failing = failing_of(rows, question)
        stale = stale_lines(rows) if question.strict else []
        doubts = [*judgement.errors, *self._doubts(last, binding)]
        verdict, reasons = decided(failing, stale, doubts, question.fail_on)
        reasons += asides(judged, question, used, plain.repo, edited, mended)
        ahead = tuple(finding_of(row, plain.head, fails=False, touched=False) for row in edited.ahead)
        told = Counter(row.rule for row in rows if row.state == "known")
        counted = {rule: more for rule, all_ in judgement.known.items() if (more := all_ - told[rule])}
        return replace(
            plain,
            verdict=verdict,
            reasons=tuple(reasons),
            counts=counts_of(rows, sum(counted.values())),
            coverage=self._coverage(last),
            findings=self._findings(rows, last, now, {row.id for row in (*failing, *stale)}),
            ahead=ahead,
            known=counted,
            rules=rule_texts(used, rows),
        )

    def _answered_for(self, row: JudgedRow) -> JudgedRow:
        """A loosening that an owner has approved is waived; others stay as they are."""
        by = self._approvals.get(row.subject) if row.rule == LOOSENED and row.state == "new" else None
        if by is None:
            return row
        return replace(row, state="waived", message=f"{row.message} Approved by {by.owner}: {by.proof}.")

    def _findings(
        self, rows: Sequence[JudgedRow], judged: Judged, now: _Now, failing: Collection[str]
    ) -> tuple[Finding, ...]:
        """What was found, as reports tell it; new findings with their lines, if those are asked for."""
        head, here = self._put.plain.head, self._put.name
        found = tuple(
            finding_of(row, head, fails=row.id in failing, touched=row.repo == here and row.path in judged.changes)
            for row in rows
        )
        if not self._with_source:
            return found
        from plumbrule.report.excerpts import with_excerpts

        def read(path: str) -> bytes | None:
            # Of a policy the lines of another commit are told.
            file = now.file(path) if language_of(path) is not None else None
            if file is None or not file.blob:
                return None
            data = now.contents.get(file.blob) or self._repository.read_blob(file.blob, self._limits.file_bytes)
            return data if isinstance(data, bytes) else None

        return with_excerpts(found, here, read)

    def _followed(self, rows: list[JudgedRow], used: Governing) -> list[JudgedRow]:
        """The findings, those accepted of which the baseline tells by the path that they had when it was written, be
        that many landings ago; their lines are not left over then."""
        if used.baseline is None or not any(row.unaccepted for row in rows):
            return rows
        names = {rule.id: rule.names for rule in used.rules if used.policy.waivable(rule.id, rule.waivable)}
        found, taken = [], set()
        for row in rows:
            if row.unaccepted and (was := self._written(row.subject)) != row.subject:
                rule = next((one for one in names.get(row.rule, ()) if used.baseline.accepts(one, row.repo, was)), "")
                if rule:
                    taken.add(f"{row.rule}: {was}")
                    row = replace(row, unaccepted=False)
            found.append(row)
        return [row for row in found if row.rule != STALE or row.subject not in taken]

    def _written(self, subject: str) -> str:
        """What a subject was called when the baseline of the base was written, by the files that moved since."""
        if self._since_written is None:
            folder = self._policy_path.rpartition("/")[0]
            path = f"{folder}/{BASELINE_NAME}" if folder else BASELINE_NAME
            repository, head = self._repository, self._put.head
            head = repository.resolve("HEAD") if head == STAGED else head
            made = next((made.id for made, _, _ in repository.versions(self._put.plain.base, path)), "")
            self._since_written = repository.renames(made, head) if made else {}
        return earlier_subject(subject, self._since_written)

    def _doubts(self, judged: Judged, binding: Governing) -> list[str]:
        """Why no verdict can be given, however green the rules are (DESIGN, law 1)."""
        now, before, limits = judged.walk.coverage(), judged.before, binding.policy.limits
        found = [*nothing_judged(judged, binding), *self._unread_files(judged, limits.worse_by)]
        found += [f"{visible(reason)}; mend it, or exclude it in the policy" for reason in judged.unread]
        for what, share_before, share_now, wanted in (
            (
                "parsed",
                share(before.parsed, before.files - judged.aside[0]),
                share(now.parsed, now.files - judged.aside[1]),
                limits.parsed,
            ),
            ("resolved", share(before.resolved, before.imports), share(now.resolved, now.imports), limits.resolved),
        ):
            if share_now < wanted and share_before - share_now > limits.worse_by:
                fell = (
                    f"coverage fell: {100 * share_now:.1f} % {what}, {100 * share_before:.1f} % at the base"
                    f" ([limits] {what} = {wanted:g}, worse_by = {limits.worse_by:g})"
                )
                found.append(with_imports(fell, judged.unresolved) if what == "resolved" else fell)
        return found

    def _unread_files(self, judged: Judged, worse_by: float) -> Iterator[str]:
        """Files that are part of what is judged, and of which nothing is known."""
        skipped = judged.walk.skipped
        lost, unlucky = lost_files(judged.walk), unlucky_files(judged.walk, worse_by)
        for path in lost:
            yield f"{visible(path)}: {skipped[path]}. {self._repository.mend}"
        if unlucky:
            more = f", and so it is with {len(unlucky) - 1} more" if len(unlucky) > 1 else ""
            yield f"{visible(unlucky[0])}: {skipped[unlucky[0]]}{more}.\n{_AGAIN}"
        for path, file in sorted(judged.changes.items()):
            if file is not None and is_ours(path):
                yield f"{visible(path)} lies in a folder called .plumbrule, where nothing is ever analysed; move it"
            reason = skipped.get(path)
            is_code = file is not None and file.mode not in (SYMLINK, SUBMODULE)
            told = path in lost or path in unlucky
            if is_code and not told and reason is not None and not reason.startswith(OTHER_KIND):
                what = f"{visible(path)} is changed and could not be read: {reason}"
                yield f"{what}; mend it, or exclude it in the policy"

    def _history_held(self) -> str:
        kinds = (("shallow", self._repository.is_shallow), ("partial", self._repository.is_partial))
        held = " and ".join(kind for kind, is_so in kinds if is_so)
        return f"{held} clone" if held else ""

    def _coverage(self, judged: Judged) -> Coverage:
        seen, judgement = judged.walk.coverage(), judged.judgement
        return Coverage(
            files=seen.files,
            parsed=seen.parsed,
            skipped=seen.skipped,
            other=seen.other,
            imports=seen.imports,
            resolved=seen.resolved,
            rules=judgement.evaluated,
            not_measured=judgement.not_measured,
            selectors_unmatched=judgement.selectors_unmatched,
            skipped_files=tuple(sorted(judged.walk.skipped.items())),
            read_in_part=judged.read_in_part,
            history=self._history_held(),
            languages=judged.languages,
        )


@dataclass(frozen=True, slots=True)
class _Walked:
    """Both sides of the change under one policy, ready to be judged."""

    now: Moment
    before: Moment
    changed: frozenset[str]
    renamed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Now:
    """The later side, as far as it is asked for: a change is known long before its whole tree."""

    contents: Mapping[str, bytes]  # by blob id, those that lie in no object store
    tree: Callable[[], Changes]
    changes: Callable[[str], dict[str, TreeFile | None]]  # what differs from this commit
    file: Callable[[str], TreeFile | None]  # one of the tree


@dataclass(frozen=True, slots=True)
class _Recalled:
    """The merge base as the store holds it."""

    held: Held
    derived: Mapping[str, Collection[Row]]
    stood: Stood  # by rule, what the scan's judgement of it found


def _lent(reader: Reader | Near) -> Callable[[], Connection]:
    """Its connection, opened when it is asked for."""
    return lambda: (reader.whole if isinstance(reader, Near) else reader).connection


class _StoredDerived(Mapping[str, Collection[Row]]):
    """The measures' rows of a stored snapshot, each table read when it is first asked for."""

    def __init__(self, reader: Reader | Near, repo: str) -> None:
        self._reader = reader
        self._repo = repo
        self._tables = [m.table.name for m in measures() if m.scope == "snapshot"]
        self._read: dict[str, Collection[Row]] = {}

    def __getitem__(self, name: str) -> Collection[Row]:
        if name not in self._tables:
            raise KeyError(name)
        if name not in self._read:
            self._read[name] = self._reader.rows(name, self._repo)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


def _without(used: Governing, proposed: Governing | None) -> Governing:
    """What is judged by, knowing which lines of the baseline the change itself takes out."""
    if used.baseline is None or proposed is None or proposed.baseline is None or proposed.baseline == used.baseline:
        return used
    going = used.baseline.entries - proposed.baseline.entries
    return replace(used, baseline=replace(used.baseline, going=going))


def _changed(repository: Repository, base: str, head: str) -> dict[str, TreeFile | None]:
    """What differs between the trees of two commits."""
    found = repository.changes(base, head)
    return {one.path: None if one.new is None else TreeFile(one.new.mode, one.new.blob) for one in found}


def _file_at(repository: Repository, head: str, path: str) -> TreeFile | None:
    entry = repository.entry(head, path)
    return TreeFile(entry.mode, entry.blob) if entry is not None and entry.is_file else None


def _differing(old_tree: Mapping[str, Entry], now_tree: Changes) -> dict[str, TreeFile | None]:
    """What differs between the tree of a commit and this one."""
    changes: dict[str, TreeFile | None] = dict.fromkeys(old_tree.keys() - now_tree.keys())
    for path, file in now_tree.items():
        old = old_tree.get(path)
        if file is not None and (old is None or (old.mode, old.blob) != (file.mode, file.blob) or file.reason):
            changes[path] = file
    return changes
