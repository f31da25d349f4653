"""How cost grows: the same kind of repository at 1, 4 and 16 times the size, and the exponent that fits best.

What a scan costs that has next to nothing to do is taken off where growth must be linear, or it would flatten the fit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bare import history_blobs
from changing import Change, change, clone, cold
from corpus import Place, generated
from fitting import exponent
from generating import Shape
from measuring import Took
from row import FAULTS, Bench, NotMeasured, told
from table import Figure, Limits, value

PLACE = 14
WHAT = "growth"
_TIMES = (1, 4, 16)
# Big enough that the smallest size costs more than what a scan's beginning varies by.
_FILES = 400
_COMMITS, _TOUCHED = 100, 12
_LINEAR, _FLAT = Limits(1.1, 1.1), Limits(0.6, 0.6)
_ON = "generated Python at 1, 4 and 16 times"


@dataclass(frozen=True)
class Work:
    """One size: how big it is, what is run, and what of that has nothing to do with the size."""

    size: int
    run: Callable[[], Took]
    rest: Callable[[], float] = lambda: 0.0


def measure(bench: Bench) -> Iterator[Figure]:
    for what, limits, prepared in (
        ("cold scan by bytes of source", _LINEAR, _scans),
        ("history by changed blobs", _LINEAR, _walks),
        ("warm gate by files of the repository", _FLAT, _gates),
    ):
        scratch = bench.scratch / what.split()[0]
        scratch.mkdir()
        try:
            yield _fitted(f"exponent of the {what}", limits, list(prepared(scratch)), bench.pairs)
        except FAULTS as error:
            yield Figure(f"exponent of the {what}", _ON, not_measured=told(error))


def _scans(scratch: Path) -> Iterator[Work]:
    smallest = generated(Shape("python", 1))
    for times in _TIMES:
        place = generated(Shape("python", _FILES * times))
        yield Work(place.source, _scan(place.tree, scratch), lambda: _scan(smallest.tree, scratch)().wall)


def _walks(scratch: Path) -> Iterator[Work]:
    for times in _TIMES:
        place = generated(Shape("python", _FILES, _COMMITS * times, touched=_TOUCHED))
        tree = clone(place, scratch / str(times))
        blobs = len(history_blobs(str(tree), str(place.commits))) - len(place.code)
        yield Work(blobs, _scan(tree, scratch, "--history", "all"), _head(tree, scratch))


def _gates(scratch: Path) -> Iterator[Work]:
    for times in _TIMES:
        place: Place = generated(Shape("python", _FILES * times))
        folder = scratch / str(times)
        folder.mkdir()
        made = change(place, folder)

        def renewed(made: Change = made) -> Took:
            made.renew()
            return made.gate()

        yield Work(len(place.code), renewed)


def _scan(tree: Path, scratch: Path, *more: str) -> Callable[[], Took]:
    return lambda: cold(tree, scratch / "store", *more)


def _head(tree: Path, scratch: Path) -> Callable[[], float]:
    return lambda: cold(tree, scratch / "store").wall


def _fitted(what: str, limits: Limits, work: Sequence[Work], rounds: int) -> Figure:
    """The exponent of each round of runs through all sizes, after a warm-up of each."""
    sizes = [one.size for one in work]
    measured = [[(one.run().wall, one.rest()) for one in work] for _ in range(rounds + 1)][1:]
    costs = [[whole - rest for whole, rest in one] for one in measured]
    if min(min(one) for one in costs) <= 0:
        raise NotMeasured(f"a run cost no more than the least it can: {costs}")
    walls = [median(one[number][0] for one in measured) for number in range(len(work))]
    counted = [median(one[number] for one in costs) for number in range(len(work))]
    seconds = ", ".join(
        f"{size}: {wall:.2f} s, {cost:.2f} counted" for size, wall, cost in zip(sizes, walls, counted, strict=True)
    )
    plain = median(exponent(sizes, [whole for whole, _ in one]) for one in measured)
    last = median(exponent(sizes[-2:], one[-2:]) for one in costs)
    note = f"{seconds}; with nothing taken off {plain:.2f}, between the two biggest {last:.2f}"
    return value(what, _ON, limits, [exponent(sizes, one) for one in costs], note=note)
