"""The warm gate where nothing changed that is looked at, beside an interpreter that only loads DuckDB."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from changing import change
from corpus import Place, generated, git
from generating import Shape
from measuring import Took, pairs, run
from row import Bench, on_each, titled
from table import Figure, Limits, ratio

PLACE = 7
WHAT = "warm gate, nothing changed / python -c 'import duckdb'"
_LIMITS = Limits(0.6, 0.25)


def measure(bench: Bench) -> Iterator[Figure]:
    places = titled([*bench.corpus.given(), generated(Shape("python", 4570))])
    yield from on_each(bench, WHAT, places, lambda place, scratch: _on(bench, place, scratch))


def _on(bench: Bench, place: Place, scratch: Path) -> Iterator[Figure]:
    made = change(place, scratch)

    def loads() -> Took:
        return run([sys.executable, "-c", "import duckdb"])

    yield ratio(
        f"{WHAT}; the head is the base", place.title, _LIMITS,
        pairs(bench.pairs, lambda: made.gate("--head", "base"), loads),
    )  # fmt: skip
    numbers = count()

    def text() -> None:
        (made.repository / "BENCH.txt").write_text(f"{next(numbers)}\n", "utf-8")
        git(made.repository, "add", "-f", "BENCH.txt")
        git(made.repository, "commit", "-q", "--amend", "--no-verify", "-m", "a page of text")

    yield ratio(
        f"{WHAT}; only a page of text is changed", place.title, _LIMITS, pairs(bench.pairs, made.gate, loads, text)
    )
