"""Where a name leads that references of one file spell alike, and what each of them says on the way there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from plumbrule.facts import Reference
from plumbrule.resolve.answers import Definition
from plumbrule.resolve.rows import Found
from plumbrule.resolve.uses import seen_as

_BY_NAME = 0.9  # of a definition that nothing but its name and an import of its declaration ties to it
_EDGE_OF = {"read": "uses", "look": "uses"}  # kinds of dependencies by those of references; the others are called alike
Step = tuple[str, str, float]  # a module that a dotted name goes through, the part that names it, how sure that is


class Way(NamedTuple):
    """Where a name leads that references of one file spell alike, and what is said of each of them."""

    row: int  # the import row that it goes through
    path: str
    symbol: str
    confidence: float
    flags: int
    by: str  # the name by which it is asked for
    is_all: bool  # whether it means the definition that was found, and not something inside it
    definers: list[Definition]  # what another file has of what the file there only declares
    steps: Sequence[Step]
    is_spaced: bool  # through a row of a space, which alone does not say what file it leads to


def note(way: Way, reference: Reference, found: Found) -> None:
    """What a reference says that leads this way."""
    symbol, kind, _, line, calls, _ = reference
    edge = _EDGE_OF.get(kind, kind)
    found.edge(way.path, edge, line, way.by, way.flags, way.confidence)
    seen, passed = (kind, calls) if way.is_all else seen_as(reference, way.symbol)
    found.use(way.path, way.symbol, seen, line, symbol, passed)
    for definer, name in way.definers:
        found.edge(definer, edge, line, way.by, way.flags, _BY_NAME * way.confidence)
        found.use(definer, name, seen, line, symbol, passed)
    for module, part, certainty in way.steps:
        found.edge(module, "uses", line, part, way.flags, certainty)
