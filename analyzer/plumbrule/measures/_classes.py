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
from plumbrule.languages import languages

_NO_BASE = {"object", "ABC", "Generic", "Protocol", "extends", "implements", "permits", "with"}
_ENUMERATIONS = {"Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "ReprEnum"}
_CLASSES = {"class", "interface", "enum"}
_NAME = re.compile(r"[A-Za-z_$][\w$.]*")
# What TypeScript makes of a type by these has the members of that type, but for those that are left out by name.
_MADE_OF = re.compile(r"(?<![\w$.])(Omit|Pick|Partial|Required|Readonly)\s*<")
_LITERAL = re.compile(r"""["']([^"']*)["']""")
_KEYS = re.compile(r"""\s*(?:\|\s*)?["'][^"']*["'](?:\s*\|\s*["'][^"']*["'])*\s*""")
_OPENING, _CLOSING = ("<", "(", "["), (">", ")", "]")
_NO_BASES = re.compile(r"\bwhere\b.*|\bby\s+[\w.]+", re.DOTALL)  # conditions, and who does the work of an interface
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


def bases_of(rows: FileRows, path: str, name: str, member: str = "") -> list[Place]:
    """Base classes and interfaces of the class `name`; one outside the repository has no path.

    With `member` without those of which `name` takes over all but that member.
    """
    declared = next((symbol for symbol in rows.symbols if symbol.symbol == name), None)
    if declared is None:
        return []
    written, unwrapped = _unwrapped(_said_of_bases(declared.signature, rows.file.dialect), member)
    found = {
        use.symbol.rpartition(".")[2]: Place(use.dst, use.symbol)
        for use in rows.uses
        if use.user == name and use.dst and (use.kind == "inherit" or (use.kind == "type" and use.symbol in unwrapped))
    }
    own = {symbol.symbol for symbol in rows.symbols}
    for _ in range(4):  # nested type arguments
        written = _INSIDE.sub("", written)
    names = [base for base in _NAME.findall(written) if base.rpartition(".")[2] not in _NO_BASE and base != name]
    unbound = [base for base in names if base.rpartition(".")[2] not in found]
    here = [Place(path, base) for base in unbound if base in own]
    # A base imported under another name is among the unbound by its alias and among the found by its own name.
    aliased = max(0, len(found) - (len(names) - len(unbound)))
    outside = [Place("", base) for base in unbound if base not in own][aliased:]
    return [*found.values(), *here, *outside]


def _said_of_bases(signature: str, dialect: str) -> str:
    """What the head of a class says of its bases: not its type parameters, what making one takes, or conditions."""
    if languages()[dialect].bases_in_brackets:
        return signature[1:-1] if signature.startswith("(") else ""
    left = signature
    while left.startswith(_OPENING):
        depth = 0
        for at, sign in enumerate(left):
            depth += (sign in _OPENING) - (sign in _CLOSING and left[at - 1] not in "-=")  # no arrow closes anything
            if depth == 0:
                left = left[at + 1 :].lstrip()
                break
        else:
            return ""  # cut off
    return _NO_BASES.sub("", left).replace("::", ".").replace("\\", ".")


def _unwrapped(written: str, member: str) -> tuple[str, set[str]]:
    """What a class says of its bases with the types themselves in place of what is made of them, and their names."""
    names: set[str] = set()
    while (made := _MADE_OF.search(written)) is not None:
        parts, end = _arguments(written, made.end())
        if not end:
            break  # cut off
        keys = parts[1] if len(parts) > 1 else ""
        literals = set(_LITERAL.findall(keys))
        is_left_out = (made[1] == "Omit" and member in literals) or (
            made[1] == "Pick" and _KEYS.fullmatch(keys) is not None and member not in literals
        )
        inner = "" if member and is_left_out else parts[0]
        if (base := _NAME.match(inner.strip())) is not None:
            names.add(base[0].rpartition(".")[2])
        written = f"{written[: made.start()]}{inner}{written[end:]}"
    return written, names


def _arguments(written: str, start: int) -> tuple[list[str], int]:
    """The type arguments that begin there, and where they end; 0 if they do not."""
    parts: list[str] = []
    depth, begin = 0, start
    for at in range(start, len(written)):
        char = written[at]
        if char in "<([{":
            depth += 1
        elif char in ")]}" or (char == ">" and written[at - 1] != "="):
            if not depth:
                return [*parts, written[begin:at]], at + 1
            depth -= 1
        elif char == "," and not depth:
            parts.append(written[begin:at])
            begin = at + 1
    return parts, 0


def ancestors_of(reader: Reader, place: Place, member: str = "") -> Iterator[Place]:
    """Bases of a class, their bases, and so on, nearest first, each once; with `member` those that may give it that."""
    pending, entered = [place], {place}
    while pending:
        current = pending.pop(0)
        rows = reader.rows(current.path) if current.path else None
        for base in bases_of(rows, current.path, current.symbol, member) if rows is not None else ():
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
    for one in (place, *ancestors_of(reader, place, name)):
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
    for base in ancestors_of(reader, Place(path, owner), method):
        rows = reader.rows(base.path) if base.path else None
        if rows is None:
            outside = outside or base.symbol
        elif any(symbol.symbol == f"{base.symbol}.{method}" for symbol in rows.symbols):
            return base.symbol
    return outside
