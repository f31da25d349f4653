"""The warm gate on one changed file beside dependency-cruiser with its cache and the same changed file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from changing import change, only
from corpus import Place, generated
from generating import Shape
from measuring import pairs, run
from peers import DEPENDENCY_CRUISER, alone
from row import Bench, on_each, titled
from rows.typescript import cruise
from table import Figure, Limits, ratio

PLACE = 6
WHAT = f"warm gate, one changed file / {DEPENDENCY_CRUISER.title()}, its cache and one changed file"
_LIMITS = Limits(0.06, 0.03)


def measure(bench: Bench) -> Iterator[Figure]:
    places = [*bench.corpus.of_language("typescript"), *titled([generated(Shape("typescript", 1500))])]
    yield from on_each(bench, WHAT, places, lambda place, scratch: [_on(bench, place, scratch)])


def _on(bench: Bench, place: Place, scratch: Path) -> Figure:
    made = change(only(place, "typescript", scratch / "tree"), scratch)
    kept = ("--cache", str(scratch / "cache"), "--cache-strategy", "content")
    command, home = cruise(made.repository, scratch, *kept), alone(scratch / "home")
    taken = pairs(bench.pairs, made.gate, lambda: run(command, cwd=made.repository, environ=home), made.renew)
    return ratio(WHAT, place.title, _LIMITS, taken)
