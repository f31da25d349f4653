"""Which members of its own object a method uses, and which of them it asks to do something.

Captures: `member`, a name behind the object's own name (`self.total`); `bare`, a name that stands for a member if the
class has one of it; `asked`, either of them where something of it is called (`self.store.load(key)`); `receiver`, what
the methods that follow call their object, where the language leaves that to them, and `object`, what then stands before
a member.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.details import Kind, Source
from plumbrule.details._owners import FUNCTIONS, owners
from plumbrule.facts import Interface, Symbol

if TYPE_CHECKING:
    from tree_sitter import Node

_BEFORE = re.compile(rb"([\w$]*)\s*(?:\?\.|\.|->|::)\s*$")  # what a name is asked of
_LOOK_BEHIND = 40  # bytes
_OWN = (b"this", b"self")
_HOLDERS = ("class", "interface", "enum", "namespace", "type")


class Use(NamedTuple):
    symbol: int  # the method
    name: str  # of the member, without the marks that a language puts before it
    asked: bool  # something of it is called
    line: int  # of the first use


def _read(source: Source) -> Iterator[Use]:
    symbols = source.interface.symbols
    owner = owners(source.interface, lambda symbol: _is_method(symbol, symbols))
    members = _members(source.interface)
    words = {name.encode() for names in members.values() for name in names}
    locals_ = {(parameter.symbol, parameter.name.lstrip("$")) for parameter in source.interface.parameters}
    found: dict[tuple[int, str, bool], int] = {}
    for node, asked, sure in _named(source):
        text = source.data[node.start_byte : node.end_byte]
        sure = sure or text.startswith(b"@")
        line = node.start_point[0] + 1
        method = owner(line) if sure or text in words else -1
        if method < 0:
            continue
        name = _plain(text.decode("utf-8", "replace"))
        around, _, own = symbols[method].name.rpartition(".")
        is_member = sure or (name in members[around] and (method, name) not in locals_ and _is_own(source.data, node))
        if is_member and name != own:
            found.setdefault((method, name, asked), line)
    for (method, name, asked), line in found.items():
        yield Use(method, name, asked, line)


def _named(source: Source) -> Iterator[tuple[Node, bool, bool]]:
    """Names that may be those of members: whether something of one is called, and whether it surely is a member."""
    always = not any("bare" in match for match in source.matches)
    receiver = b""
    for match in source.matches:
        if "receiver" in match:
            receiver = match["receiver"][0].text or b""
        elif "bare" in match:
            yield match["bare"][0], False, False
        elif not receiver or match["object"][0].text == receiver:
            asked = "asked" in match
            yield match["asked" if asked else "member"][0], asked, always or "member" in match


def _plain(name: str) -> str:
    return name.lstrip("@$#")


def _is_method(symbol: Symbol, symbols: list[Symbol]) -> bool:
    if symbol.kind not in FUNCTIONS or "." not in symbol.name:
        return False
    if symbol.kind == "property" and symbol.end_line == symbol.line:  # a field: what does something takes lines
        return False
    return symbol.parent < 0 or symbols[symbol.parent].kind in _HOLDERS


def _members(interface: Interface) -> dict[str, set[str]]:
    """The names of members by the dotted name of what holds them."""
    found: dict[str, set[str]] = {}
    for symbol in interface.symbols:
        holder, dot, name = symbol.name.rpartition(".")
        if dot:
            found.setdefault(holder, set()).add(_plain(name))
    return found


def _is_own(data: bytes, node: Node) -> bool:
    """Whether a name is asked of nothing, or of the object itself."""
    before = _BEFORE.search(data, max(0, node.start_byte - _LOOK_BEHIND), node.start_byte)
    return before is None or before[1] in _OWN


KIND = Kind("members", Use, _read)
