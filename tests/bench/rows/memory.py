"""The most memory that a cold scan has at once, over all its processes; what they share is counted once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from corpus import Place, generated
from generating import Shape
from measuring import PLUMBRULE, peak_memory
from row import Bench, on_each, titled
from table import Figure, Limits, value

PLACE = 10
WHAT = "peak memory over all processes"
_LIMITS = Limits(400, 260)
_FILES = 9000
_ENOUGH = 8000  # files from which on a given repository is one of this size


def measure(bench: Bench) -> Iterator[Figure]:
    given = [place for place in bench.corpus.given("java") if len(place.code) >= _ENOUGH]
    places = titled([*given, generated(Shape("java", _FILES))])
    yield from on_each(bench, WHAT, places, lambda place, scratch: [_on(bench, place, scratch)])


def _on(bench: Bench, place: Place, scratch: Path) -> Figure:
    store = scratch / "store"
    peaks = []
    for _ in range(bench.pairs):
        shutil.rmtree(store, ignore_errors=True)
        peaks.append(peak_memory([*PLUMBRULE, "scan", place.tree, "--history", "1", "--store", store, "--quiet"]) / 1e6)
    return value(WHAT, f"{place.title}, {place.source / 1e6:.0f} MB", _LIMITS, peaks, "MB")
