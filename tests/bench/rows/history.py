"""The history of so many first-parent commits beside the bare parse of their distinct blobs on two processes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from changing import clone, cold
from corpus import HERE, Place
from generating import Shape
from measuring import pairs, run
from row import Bench, on_each, titled
from table import Figure, Limits, ratio

PLACE = 9
WHAT = "history / bare parse of its distinct blobs on two processes"
_LIMITS = Limits(2.2, 1.3)


def measure(bench: Bench) -> Iterator[Figure]:
    places = titled(bench.corpus.with_history(Shape("python", 800, bench.commits)))
    yield from on_each(bench, WHAT, places, lambda place, scratch: [_on(bench, place, scratch)])


def _on(bench: Bench, place: Place, scratch: Path) -> Figure:
    tree, commits = clone(place, scratch / "tree"), str(bench.commits)
    bare: list[str | Path] = [sys.executable, HERE / "bare.py", "history", tree, commits]
    taken = pairs(bench.pairs, lambda: cold(tree, scratch / "store", "--history", commits), lambda: run(bare))
    return ratio(WHAT, f"{place.title}, {min(bench.commits, place.commits)} commits", _LIMITS, taken)
