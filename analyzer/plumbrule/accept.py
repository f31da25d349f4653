"""The findings that stand at the newest commit, for a baseline and for a first policy, and what they were called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from plumbrule.extract import FactBook, Limits
from plumbrule.git import Repository
from plumbrule.governing import Governing
from plumbrule.judge import Judgement, Moment, Sides, judge
from plumbrule.judge.findings import earlier_subject
from plumbrule.resume import GitObjects, Progress, on_disk, tree_changes, walk_of
from plumbrule.store import Store
from plumbrule.walk import TreeFile, Walk


def standing(
    path: Path, name: str, governing: Governing, store: Store, progress: Progress, today: date
) -> tuple[Judgement, Walk]:
    """The judgement of HEAD against itself: everything found is known; and the walk that stands there."""
    repository = Repository.find(path)
    try:
        book = FactBook(store.facts, lambda: GitObjects(repository), Limits())
        tree = repository.tree(repository.resolve("HEAD"))
        walk = walk_of(name, repository, book, governing.policy)
        walk.settle(tree)
        changes = tree_changes(tree, on_disk(repository, tree))
        wanted = list(walk.wanted(changes))
        progress.stage(f"{name}: reading files", len(wanted))
        book.ensure(wanted, lambda done, _: progress.done(done))
        walk.move(changes)
    finally:
        repository.close()
    moment = Moment(walk.graph, walk.still(), frozenset(walk.tree))
    policy = governing.policy.within(name)
    sides = Sides(moment, moment, policy=policy, changed=())
    judgement = judge(sides, governing.rules, policy, today=today, baseline=governing.baseline)
    sides.close()
    return judgement, walk


def formerly(
    path: Path, name: str, governing: Governing, store: Store, progress: Progress, since: str
) -> Callable[[str], str]:
    """What a finding's subject at the newest commit was called at an earlier one: files that moved, functions and
    components with another name are followed, over however many landings."""
    repository = Repository.find(path)
    try:
        head = repository.resolve("HEAD")
        book = FactBook(store.facts, lambda: GitObjects(repository), Limits())
        walk = walk_of(name, repository, book, governing.policy)
        old = repository.tree(since)
        changes = {
            one.path: None if one.new is None else TreeFile(one.new.mode, one.new.blob)
            for one in repository.changes(since, head)
        }
        walk.settle(old, changes)
        first = tree_changes(old, on_disk(repository, old))
        wanted = [*walk.wanted(first), *walk.wanted(changes)]
        progress.stage(f"{name}: reading what the baseline was written for", len(wanted))
        book.ensure(wanted, lambda done, _: progress.done(done))
        walk.move(first)
        renamed = repository.renames(since, head)
        before = Moment(walk.graph, walk.derived, frozenset(walk.tree))
        step = walk.move(changes, renamed)
        now = Moment(walk.graph, walk.derived, frozenset(walk.tree))
    finally:
        repository.close()
    sides = Sides(now, replace(before, graph=step.before), policy=governing.policy.within(name), changed=step.delta)
    try:
        moved = {**sides.moved_components(renamed), **sides.moved_symbols(renamed), **renamed}
    finally:
        sides.close()
    return lambda subject: earlier_subject(subject, moved)
