"""How cost grows: the same kind of repository at 1, 4 and 16 times the size, and the exponent that fits best."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bare import history_blobs
from changing import change, clone, cold
from corpus import Place, generated
from fitting import exponent
from generating import Shape
from measuring import Took
from row import Bench
from table import Figure, Limits, value

PLACE = 14
WHAT = "growth"
_TIMES = (1, 4, 16)
_FILES = 250
_COMMITS = 60
_LINEAR, _FLAT = Limits(1.1, 1.1), Limits(0.6, 0.6)


def measure(bench: Bench) -> Iterator[Figure]:
    trees = [generated(Shape("python", _FILES * times)) for times in _TIMES]

    def scans(place: Place, scratch: Path) -> Callable[[], Took]:
        return lambda: cold(place.tree, scratch / "store")

    yield _fitted(bench, "cold scan by bytes of source", _LINEAR, trees, [place.source for place in trees], scans)

    def gates(place: Place, scratch: Path) -> Callable[[], Took]:
        made = change(place, scratch)

        def renewed() -> Took:
            made.renew()
            return made.gate()

        return renewed

    yield _fitted(bench, "warm gate by files of the repository", _FLAT, trees, [len(one.code) for one in trees], gates)
    lines = [generated(Shape("python", _FILES, _COMMITS * times)) for times in _TIMES]

    def walks(place: Place, scratch: Path) -> Callable[[], Took]:
        tree = clone(place, scratch / "tree")
        return lambda: cold(tree, scratch / "store", "--history", "all")

    blobs = [len(history_blobs(str(place.tree), str(place.commits))) for place in lines]
    yield _fitted(bench, "history by distinct blobs", _LINEAR, lines, blobs, walks)


def _fitted(
    bench: Bench,
    what: str,
    limits: Limits,
    places: Sequence[Place],
    sizes: Sequence[int],
    prepared: Callable[[Place, Path], Callable[[], Took]],
) -> Figure:
    """The exponent of each round of runs through all sizes, after a warm-up of each."""
    work = []
    for number, place in enumerate(places):
        scratch = bench.scratch / what.split()[0] / str(number)
        scratch.mkdir(parents=True)
        work.append(prepared(place, scratch))
    rounds = [[one().wall for one in work] for _ in range(bench.pairs + 1)][1:]
    # What a process costs to begin flattens the fit; between the two biggest it counts for least.
    last = [exponent(sizes[-2:], walls[-2:]) for walls in rounds]
    seconds = ", ".join(
        f"{size}: {sorted(walls)[len(walls) // 2]:.2f} s"
        for size, walls in zip(sizes, zip(*rounds, strict=True), strict=True)
    )
    note = f"{seconds}; between the two biggest {sorted(last)[len(last) // 2]:.2f}"
    return value(f"exponent of the {what}", "generated Python at 1, 4, 16 times", limits,
                 [exponent(sizes, walls) for walls in rounds], note=note)  # fmt: skip
