"""A cold scan of Python alone beside grimp's graph of its imports: a loss, told as it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from changing import cold, only, package_of
from corpus import Place
from measuring import pairs, run
from peers import GRIMP, IMPORT_LINTER, alone
from row import Bench, on_each
from table import Figure, Limits, ratio

PLACE = 4
WHAT = f"cold scan, Python only / {IMPORT_LINTER.title(GRIMP)} cold"
_LIMITS = Limits(7, 4)


def measure(bench: Bench) -> Iterator[Figure]:
    python = IMPORT_LINTER.program("python")
    places = bench.corpus.of_language("python")
    yield from on_each(bench, WHAT, places, lambda place, scratch: [_on(bench, python, place, scratch)])


def _on(bench: Bench, python: Path, given: Place, scratch: Path) -> Figure:
    place = only(given, "python", scratch / "tree")
    package = package_of(place.tree)
    graph: list[str | Path] = [python, "-c", f"import grimp; grimp.build_graph({package.name!r}, cache_dir=None)"]
    home = alone(scratch / "home") | {"PYTHONPATH": str(place.tree / package.root)}
    taken = pairs(
        bench.pairs, lambda: cold(place.tree, scratch / "store"), lambda: run(graph, cwd=scratch, environ=home)
    )
    note = f"{package.modules} modules of {package.name} there, {len(place.code)} files here"
    return ratio(WHAT, place.title, _LIMITS, taken, note)
