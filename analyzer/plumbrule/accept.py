"""The findings that stand at the newest commit, for a baseline and for a first policy."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from plumbrule.extract import FactBook, Limits
from plumbrule.git import Repository
from plumbrule.governing import Governing
from plumbrule.judge import Judgement, Moment, Sides, judge
from plumbrule.resume import GitObjects, Progress, on_disk, tree_changes, walk_of
from plumbrule.store import Store
from plumbrule.walk import Walk


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
