"""The second scan, after ten new commits, beside ten times one commit's share of a full history."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from changing import clone, cold, scan
from corpus import Place, git
from generating import Shape
from measuring import PLUMBRULE, Took, pairs, run
from row import Bench, NotMeasured, on_each, titled
from table import Figure, Limits, ratio

PLACE = 12
WHAT = "second scan after 10 new commits / ten times one commit's share of a full history"
_LIMITS = Limits(3.0, 1.5)
_NEW = 10


def measure(bench: Bench) -> Iterator[Figure]:
    places = titled(bench.corpus.with_history(Shape("python", 800, bench.commits)))
    yield from on_each(bench, WHAT, places, lambda place, scratch: [_on(bench, place, scratch)])


def _on(bench: Bench, place: Place, scratch: Path) -> Figure:
    if place.commits <= _NEW:
        raise NotMeasured(f"its main line has {place.commits} commits")
    tree = clone(place, scratch / "tree")
    newest, older = (git(tree, "rev-parse", f"HEAD~{back}") for back in (0, _NEW))
    commits = min(bench.commits, place.commits - _NEW)
    git(tree, "reset", "-q", "--hard", older)
    scan(tree, scratch / "before", "--history", str(commits))

    def second() -> Took:
        git(tree, "reset", "-q", "--hard", newest)
        git(tree, "update-index", "-q", "--refresh")
        store = scratch / "store"
        shutil.rmtree(store, ignore_errors=True)
        shutil.copytree(scratch / "before", store)
        # Without --history: what is new is what a second scan reads.
        return run([*PLUMBRULE, "scan", tree, "--store", store, "--quiet"])

    def share() -> Took:
        git(tree, "reset", "-q", "--hard", older)
        whole = cold(tree, scratch / "whole", "--history", str(commits))
        return Took(whole.wall * _NEW / commits, whole.cpu * _NEW / commits)

    return ratio(WHAT, f"{place.title}, {commits} commits", _LIMITS, pairs(bench.pairs, second, share))
