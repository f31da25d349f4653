"""The warm gate on one changed file beside lint-imports warm, at two sizes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from changing import change, package_of
from corpus import Place, generated, project
from fetching import NotFetched
from generating import Shape
from measuring import Took, pairs, run
from peers import IMPORT_LINTER, alone
from row import Bench, on_each
from table import Figure, Limits, ratio

PLACE = 5
WHAT = f"warm gate, one changed file / lint-imports of {IMPORT_LINTER.title()} warm, one layers contract"
_SMALLER, _BIGGER = Limits(0.6, 0.4), Limits(0.3, 0.2)
_MODULES = 7500  # from here on a repository is one of the bigger size
_CONTRACT = """[importlinter]
root_package = {0}

[importlinter:contract:1]
name = one
type = layers
containers = {0}
layers =
    (plumbrule_upper)
    (plumbrule_lower)
"""


def measure(bench: Bench) -> Iterator[Figure]:
    program = IMPORT_LINTER.program("lint-imports")
    yield from on_each(bench, WHAT, _places(bench), lambda place, scratch: [_on(bench, program, place, scratch)])


def _places(bench: Bench) -> Iterator[tuple[str, Place | NotFetched]]:
    """Both sizes, and what was given."""
    smaller = generated(Shape("python", 4570))
    yield smaller.title, smaller
    yield "homeassistant", project("homeassistant")
    for place in bench.corpus.given("python"):
        yield place.title, place


def _on(bench: Bench, program: Path, place: Place, scratch: Path) -> Figure:
    package = package_of(place.tree)
    made = change(place, scratch, package=package.path())
    contract = scratch / "contract.ini"
    contract.write_text(_CONTRACT.format(package.name), "utf-8")
    home = alone(scratch / "home") | {"PYTHONPATH": str(made.repository / package.root)}
    lint: list[str | Path] = [program, "--config", contract, "--cache-dir", scratch / "grimp"]

    def theirs() -> Took:
        return run(lint, codes=(0, 1), cwd=made.repository, environ=home)

    modules = package.modules
    taken = pairs(bench.pairs, made.gate, theirs, made.renew)
    return ratio(WHAT, f"{place.title}, {modules} modules", _BIGGER if modules > _MODULES else _SMALLER, taken)
