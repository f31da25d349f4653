"""Classes and what they inherit, within one repository; hides how a base is found across files.

A base that is not part of the repository has no path: what it promises cannot be known.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import orjson

from plumbrule.graph import FileRows, Graph

_NO_BASE = {"object", "ABC", "Generic", "Protocol", "extends", "implements"}
_ENUMERATIONS = {"Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "ReprEnum"}
_CLASSES = {"class", "interface", "enum"}
_NAME = re.compile(r"[A-Za-z_$][\w$.]*")
_INSIDE = re.compile(r"\[[^\[\]]*\]|<[^<>]*>|\([^()]*\)|\w+\s*=\s*[\w.]+")  # type arguments, calls, keywords


@dataclass(slots=True)
class Reader:
    """The rows of a graph, and a record of which files other than the one in question were read."""

    graph: Graph
    own: str
    read: set[str] = field(default_factory=set)

    def rows(self, path: str) -> FileRows | None:
        if path != self.own:
            self.read.add(path)
        return self.graph.rows(path) if path in self.graph else None

    @property
    def rests_on(self) -> str:
        return orjson.dumps(sorted(self.read)).decode()


class Place(NamedTuple):
    path: str  # "" = outside this repository
    symbol: str


def bases_of(rows: FileRows, path: str, name: str) -> list[Place]:
    """Base classes and interfaces of the class `name`; one outside the repository has no path."""
    declared = next((symbol for symbol in rows.symbols if symbol.symbol == name), None)
    if declared is None:
        return []
    found = {use.symbol.rpartition(".")[2]: Place(use.dst, use.symbol) for use in rows.uses
             if use.user == name and use.kind == "inherit" and use.dst}  # fmt: skip
    own = {symbol.symbol for symbol in rows.symbols}
    written = declared.signature[1:-1] if declared.signature.startswith("(") else declared.signature
    for _ in range(4):  # nested type arguments
        written = _INSIDE.sub("", written)
    names = [base for base in _NAME.findall(written) if base.rpartition(".")[2] not in _NO_BASE and base != name]
    unbound = [base for base in names if base.rpartition(".")[2] not in found]
    here = [Place(path, base) for base in unbound if base in own]
    # A base imported under another name is among the unbound by its alias and among the found by its own name.
    aliased = max(0, len(found) - (len(names) - len(unbound)))
    outside = [Place("", base) for base in unbound if base not in own][aliased:]
    return [*found.values(), *here, *outside]


def ancestors_of(reader: Reader, place: Place) -> Iterator[Place]:
    """Bases of a class, their bases, and so on, nearest first, each once."""
    pending, entered = [place], {place}
    while pending:
        current = pending.pop(0)
        rows = reader.rows(current.path) if current.path else None
        for base in bases_of(rows, current.path, current.symbol) if rows is not None else ():
            if base not in entered:
                entered.add(base)
                pending.append(base)
                yield base


def surely_lacks_member(reader: Reader, place: Place, name: str) -> bool:
    """Whether all that a class offers is written down in this repository or built in, and no member `name` is built in.

    What is written down is for the caller to look through.
    """
    home = reader.rows(place.path) if place.path else None
    if home is not None and any(
        one.symbol == place.symbol and "object" in one.modifiers.split() for one in home.symbols
    ):
        return True  # an object literal, all of whose members are listed
    for one in (place, *ancestors_of(reader, place)):
        if not one.path and one.symbol.rpartition(".")[2] in _ENUMERATIONS:
            continue
        built_in = getattr(builtins, one.symbol, None) if not one.path else None
        if isinstance(built_in, type) and not hasattr(built_in, name):
            continue
        rows = reader.rows(one.path) if one.path else None
        own = {symbol.symbol: symbol for symbol in rows.symbols} if rows is not None else {}
        if one.symbol not in own or f"{one.symbol}.__getattr__" in own or "metaclass=" in own[one.symbol].signature:
            return False
        if own[one.symbol].kind not in _CLASSES:
            return False
    return True


def promised_by(reader: Reader, path: str, owner: str, method: str) -> str:
    """The base that already promises `method` of class `owner`; one outside the repository may promise anything."""
    outside = ""
    for base in ancestors_of(reader, Place(path, owner)):
        rows = reader.rows(base.path) if base.path else None
        if rows is None:
            outside = outside or base.symbol
        elif any(symbol.symbol == f"{base.symbol}.{method}" for symbol in rows.symbols):
            return base.symbol
    return outside
