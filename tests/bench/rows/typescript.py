"""A cold scan of TypeScript alone beside two programs that read nothing else."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from changing import NothingToChange, cold, only
from corpus import Place, generated
from generating import Shape
from measuring import Took, pairs, run
from peers import DEPENDENCY_CRUISER, FALLOW, NotInstalled, alone
from row import Bench, on_each, titled
from table import Figure, Limits, ratio

PLACE = 3
WHAT = "cold scan, TypeScript only"
CRUISER = f"{WHAT} / {DEPENDENCY_CRUISER.title()} cold"
DEAD_CODE = f"{WHAT} / {FALLOW.title()} dead-code cold"
_CRUISER, _FALLOW = Limits(0.30, 0.20), Limits(1.6, 1.0)
# Where cycles are looked for, as in a check; they are told and not failed by.
RULES = "module.exports = {forbidden: [{name: 'no-circular', severity: 'warn', from: {}, to: {circular: true}}]}\n"
_OF_PACKAGE = re.compile(r'"extends"\s*:\s*\[?\s*"[^./"]')


def measure(bench: Bench) -> Iterator[Figure]:
    places = [*bench.corpus.of_language("typescript"), *titled([generated(Shape("typescript", 1500))])]
    yield from on_each(bench, WHAT, places, lambda place, scratch: _on(bench, place, scratch))


def cruise(tree: Path, scratch: Path, *more: str) -> list[str | Path]:
    """The command that looks for cycles in a tree, types included, as a policy of ours counts them."""
    config = scratch / "rules.cjs"
    config.write_text(RULES, "utf-8")
    known = ["--ts-config", "tsconfig.json"] if is_whole(tree / "tsconfig.json") else []
    program = DEPENDENCY_CRUISER.program("depcruise")
    return [
        program, "--config", config, "--output-type", "err", "--ts-pre-compilation-deps", "--do-not-follow",
        "node_modules", *known, *more, ".",
    ]  # fmt: skip


def is_whole(settings: Path) -> bool:
    """Whether it is there with all that it extends: packages are not installed, and without one TypeScript gives up."""
    return settings.is_file() and not _OF_PACKAGE.search(settings.read_text("utf-8", "replace"))


def _on(bench: Bench, given: Place, scratch: Path) -> Iterator[Figure]:
    place = only(given, "typescript", scratch / "tree")
    if not place.code:
        raise NothingToChange("it has no TypeScript")
    home = alone(scratch / "home")

    def ours() -> Took:
        return cold(place.tree, scratch / "store")

    try:
        command = cruise(place.tree, scratch)
        taken = pairs(bench.pairs, ours, lambda: run(command, cwd=place.tree, environ=home))
        yield ratio(CRUISER, place.title, _CRUISER, taken)
    except NotInstalled as error:
        yield Figure(CRUISER, place.title, not_measured=str(error))
    program = FALLOW.program("fallow")

    def fallow() -> Took:
        shutil.rmtree(place.tree / ".fallow", ignore_errors=True)  # where it keeps what it knows
        # It leaves with 1 if it has found something.
        return run([program, "dead-code", "--quiet"], codes=(0, 1), cwd=place.tree, environ=home)

    yield ratio(DEAD_CODE, place.title, _FALLOW, pairs(bench.pairs, ours, fallow))
