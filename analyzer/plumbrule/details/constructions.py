"""What objects are made of: constructors around constructors, as `Outer(Inner(Core()))`.

Captures: `construction`, an expression that makes an object, and `type`, of what. Only what is an argument itself of
the constructor around it counts as wrapped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.details import Kind, Source
from plumbrule.details._owners import is_function, owners

if TYPE_CHECKING:
    from tree_sitter import Node

_NAME = re.compile(r"\w+")
_BRACKETS = re.compile(r"[<\[({].*", re.DOTALL)


class Construction(NamedTuple):
    symbol: int  # the function of the first; -1 outside of one
    line: int  # of the first
    chain: str  # types, the outermost first, joined by a blank
    times: int  # in this file


def _read(source: Source) -> Iterator[Construction]:
    made: dict[int, tuple[Node, str]] = {}
    for match in source.matches:
        if "construction" in match and "type" in match:
            node = match["construction"][0]
            name = _name((match["type"][0].text or b"").decode("utf-8", "replace"))
            if name:
                made.setdefault(node.id, (node, name))
    inside: dict[int, list[int]] = {}
    wrapped: set[int] = set()
    for number, (node, _) in made.items():
        around = _around(node)
        if around is not None and around.id in made:
            inside.setdefault(around.id, []).append(number)
            wrapped.add(number)
    owner = owners(source.interface, is_function)
    first: dict[str, tuple[int, int]] = {}
    times: Counter[str] = Counter()
    for number, (node, _) in made.items():
        if number not in wrapped:
            chain = " ".join(_chain(number, made, inside))
            line = node.start_point[0] + 1
            first.setdefault(chain, (owner(line), line))
            times[chain] += 1
    for chain, (symbol, line) in first.items():
        yield Construction(symbol, line, chain, times[chain])


def _around(node: Node) -> Node | None:
    """The expression that this one is an argument of; None if it is none."""
    parent = node.parent
    met = False
    while parent is not None and ("argument" in parent.type or parent.type == "call_suffix"):
        met = True
        parent = parent.parent
    return parent if met else None


def _chain(number: int, made: dict[int, tuple[Node, str]], inside: dict[int, list[int]]) -> Iterator[str]:
    """Down to what wraps nothing, or several things: those make no stack."""
    while True:
        yield made[number][1]
        below = inside.get(number, [])
        if len(below) != 1:
            return
        number = below[0]


def _name(written: str) -> str:
    """The last part of a type's name, without its type arguments."""
    names = _NAME.findall(_BRACKETS.sub("", written))
    return names[-1] if names else ""


KIND = Kind("constructions", Construction, _read)
