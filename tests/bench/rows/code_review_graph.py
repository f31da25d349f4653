"""A cold scan beside code-review-graph's build of the same tree, the nearest peer of many languages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from changing import clone, cold
from corpus import Place
from measuring import Took, pairs, run
from peers import CODE_REVIEW_GRAPH, alone
from row import Bench, on_each
from table import Figure, Limits, over_all, ratio

PLACE = 2
WHAT = "cold scan / code-review-graph build"
_LIMITS = Limits(0.10, 0.06)


def measure(bench: Bench) -> Iterator[Figure]:
    program = CODE_REVIEW_GRAPH.program("code-review-graph")
    figures = []
    for figure in on_each(
        bench, WHAT, bench.corpus.everything(), lambda place, scratch: [_on(bench, program, place, scratch)]
    ):
        figures.append(figure)
        yield figure
    yield over_all(f"{WHAT}, {CODE_REVIEW_GRAPH.title()}", _LIMITS, figures)


def _on(bench: Bench, program: Path, place: Place, scratch: Path) -> Figure:
    tree = clone(place, scratch / "tree")  # it writes beside what it reads
    home = alone(scratch / "home")

    def build() -> Took:
        shutil.rmtree(scratch / "data", ignore_errors=True)
        return run([program, "build", "--quiet", "--repo", tree, "--data-dir", scratch / "data"], environ=home)

    return ratio(WHAT, place.title, Limits(), pairs(bench.pairs, lambda: cold(tree, scratch / "store"), build))
