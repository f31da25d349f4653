"""The gate on a fresh checkout without a store, as CI has it, beside a cold scan."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from changing import change, cold
from corpus import Place, git
from measuring import Took, pairs
from row import Bench, on_each
from table import Figure, Limits, ratio

PLACE = 8
WHAT = "gate on a fresh checkout without a cache, 10 changed files / cold scan"
_LIMITS = Limits(1.2, 1.05)


def measure(bench: Bench) -> Iterator[Figure]:
    yield from on_each(bench, WHAT, bench.corpus.everything(), lambda place, scratch: [_on(bench, place, scratch)])


def _on(bench: Bench, place: Place, scratch: Path) -> Figure:
    made = change(place, scratch, 10)
    made.renew()
    checkout = scratch / "checkout"

    def clone() -> None:
        shutil.rmtree(checkout, ignore_errors=True)
        git(made.repository, "clone", "-q", "--shared", ".", str(checkout))

    def gate() -> Took:
        store = scratch / "none"
        shutil.rmtree(store, ignore_errors=True)
        return made.gate("--repo", checkout, "--base", "origin/base", store=store)

    return ratio(WHAT, place.title, _LIMITS, pairs(bench.pairs, gate, lambda: cold(checkout, scratch / "cold"), clone))
