"""A cold scan beside the bare parse of the same files on two processes: up to the verdict, and whole."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from changing import cold
from corpus import HERE, Place
from measuring import Took, pairs, run
from row import Bench, on_each
from table import Figure, Limits, ratio

PLACE = 1
WHAT = "cold scan / bare parse of the same files on two processes"
VERDICT = f"up to the verdict, {WHAT}"
WHOLE = f"whole, {WHAT}"
_VERDICT = {"python": Limits(2.5, 1.9)}
_OTHERS = Limits(3.0, 2.3)
_WHOLE = Limits(5.0, 3.5)


def measure(bench: Bench) -> Iterator[Figure]:
    yield from on_each(bench, WHAT, bench.corpus.everything(), lambda place, scratch: _on(bench, place, scratch))


def _on(bench: Bench, place: Place, scratch: Path) -> Iterator[Figure]:
    bare: list[str | Path] = [sys.executable, HERE / "bare.py", "head", place.tree]
    taken = pairs(
        bench.pairs, lambda: cold(place.tree, scratch / "store", "--format", "json"), lambda: run(bare)
    )  # fmt: skip
    timings = [_timings(scan) for scan, _ in taken]
    told = f"{place.title} ({place.language})"
    limits = _VERDICT.get(place.language, _OTHERS)
    if all("verdict" in one for one in timings):
        verdicts = [
            (Took(_seconds(one["verdict"]), 0), bare) for one, (_, bare) in zip(timings, taken, strict=True)
        ]  # fmt: skip
        yield ratio(VERDICT, told, limits, verdicts)
    else:
        yield Figure(VERDICT, told, limits.ship, limits.aim, not_measured="the scan tells no timings")
    radon = [_stage(one, "radon") for one in timings]
    if any(radon):
        apart = [
            (scan._replace(wall=scan.wall - spent), bare) for spent, (scan, bare) in zip(radon, taken, strict=True)
        ]  # fmt: skip
        yield ratio(f"{WHOLE}, without radon", told, _WHOLE, apart)
        yield ratio(
            "radon's part of it / the same", told, Limits(),
            [(Took(spent, 0), bare) for spent, (_, bare) in zip(radon, taken, strict=True)],
        )  # fmt: skip
    else:
        yield ratio(WHOLE, told, _WHOLE, taken)


def _timings(scan: Took) -> Mapping[str, object]:
    said: Mapping[str, object] = json.loads(scan.out).get("timings") or {}
    return said


def _stage(timings: Mapping[str, object], name: str) -> float:
    """Seconds of the stages that are called so; 0 if there are none."""
    stages = timings.get("stages")
    assert stages is None or isinstance(stages, Sequence)
    return sum(_seconds(one["seconds"]) for one in stages or () if name in one["name"])


def _seconds(value: object) -> float:
    assert isinstance(value, int | float)
    return float(value)
