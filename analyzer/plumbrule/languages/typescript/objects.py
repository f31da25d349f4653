"""Object literals that write down all they offer: what `X.g` is where a module offers `X = {g() {}, h: 1}`.

Hides which expressions are such literals, in which ways the rest of a file may add members to them, and which of their
members are functions. What a spread, a computed key or a type written elsewhere decides is not known: such literals
list nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from tree_sitter import Node

from plumbrule.extract.sweep import LONGEST_NAME, text
from plumbrule.languages.typescript.nodes import FUNCTIONS, first, name_of, unwrapped

MOST_OBJECTS = 100  # of one file that are looked into
_MOST_MEMBERS = 500  # of one literal; with more of them it is a table of data
_MOST_LOOKS = 2_000  # at places that name one object
_DEEPEST = 3  # literals in literals
_NEAR = 2_000  # bytes before a literal in which a comment may give it a type
_SHORT = 200  # bytes before a name in which is said what is done with it

_KEY = re.compile(rb"[A-Za-z_$\x80-\xff][\w$\x80-\xff]*")
# What every object has, whether or not it is written down.
_OF_OBJECTS = frozenset(
    b"constructor hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString toString valueOf".split()
)
_FROZEN = re.compile(rb"Object\s*\.\s*(?:freeze|seal|preventExtensions)\s*\(")
_TYPED = re.compile(rb"@(?:type|enum)\b")
_DECLARING = re.compile(rb"[\w$\s=(.]*")  # between a name or a comment and the literal that it speaks of
_DOTTED = re.compile(rb"[\w$]+(?:\.[\w$]+){0,20}")
_NAMES = frozenset(("identifier", "member_expression", "shorthand_property_identifier"))
_DATA = frozenset(("string", "number", "true", "false", "null", "template_string", "regex", "array", "object"))
_WRAPPINGS = frozenset(("parenthesized_expression", "satisfies_expression"))

_STANDS_ALONE = re.compile(rb"\A|[^\w$.\x80-\xff]")  # what is before a name
_SETS = rb"(?:[-+*/%&|^]|\*\*|<<|>>>?|&&|\|\||\?\?)?=(?![=>])"
_AFTER = re.compile(rb"((?:\s*!?\.\s*[\w$]+)*)\s*(?:(" + _SETS + rb")|(\[)|([,)]))?")
_INDEX_SET = re.compile(rb"\[(?:[^\[\]]|\[[^\[\]]*\])*\]\s*" + _SETS)
_OWN_SET = re.compile(rb"(?<![\w$.])this\s*\.\s*([\w$]+)\s*" + _SETS)
_NAMED_ANEW = re.compile(rb"\b(?:type|const|let|var)\s+\Z")  # what a file calls so elsewhere
# A call that is a statement is made for what it does, perhaps to its arguments.
_CALLED_FOR_EFFECT = re.compile(rb"(?:\A|[;{}\n])\s*(?:await\s+)?[\w$.]+\s*\((?:[^();{}]*,)?\s*\Z")


class Member(NamedTuple):
    """One member of an object literal."""

    name: bytes  # dotted, from the object on
    entry: Node
    function: Node | None  # that it is
    is_listed: bool = False  # it is an object literal, all of whose members are listed
    value: str = ""  # of what is neither a function nor plain data: "= a.b" if it is another name, else "= …"


def literal_in(source: bytes, value: Node | None) -> Node | None:
    """The object literal that an expression amounts to; None if it is none, or has a type written elsewhere."""
    while value is not None and value.type != "object":
        if value.type == "call_expression":
            arguments = value.child_by_field_name("arguments")
            is_frozen = _FROZEN.match(source, value.start_byte) is not None
            value = (
                first(arguments) if is_frozen and arguments is not None and arguments.named_child_count == 1 else None
            )
        elif value.type in _WRAPPINGS or (value.type == "as_expression" and value.named_child_count == 1):  # `as const`
            value = first(value)
        else:
            return None
    if value is None or _is_typed_above(source, value.start_byte):
        return None
    return value


def _is_typed_above(source: bytes, start: int) -> bool:
    """Whether a comment gives the literal that starts there its type."""
    comment, closed, between = source[max(0, start - _NEAR) : start].rpartition(b"*/")
    if not closed or _DECLARING.fullmatch(between) is None:
        return False
    return _TYPED.search(comment, max(0, comment.rfind(b"/*"))) is not None


def members_of(source: bytes, literal: Node, prefix: bytes = b"", depth: int = 1) -> list[Member] | None:
    """The members of a literal and of those in it, outer ones first; None unless all of its own are written down."""
    if literal.named_child_count > _MOST_MEMBERS or literal.has_error:
        return None
    known: set[bytes] = set()
    found: list[Member] = []
    for entry in literal.named_children:
        if entry.type == "comment":
            continue
        named, value = _parts(entry)
        name = name_of(source, named) if named is not None and named.type != "computed_property_name" else b"__proto__"
        if name == b"__proto__":
            return None
        if name not in known and name not in _OF_OBJECTS and _KEY.fullmatch(name):
            known.add(name)
            found += _member(source, entry, value, prefix + name, depth)
    return found if len(found) <= _MOST_MEMBERS else None


def _parts(entry: Node) -> tuple[Node | None, Node | None]:
    """(name, value) of one entry; no name for what adds members unnamed."""
    if entry.type == "pair":
        return entry.child_by_field_name("key"), entry.child_by_field_name("value")
    if entry.type == "method_definition":
        return entry.child_by_field_name("name"), entry
    return (entry, entry) if entry.type == "shorthand_property_identifier" else (None, None)


def _member(source: bytes, entry: Node, value: Node | None, name: bytes, depth: int) -> Iterator[Member]:
    inner = unwrapped(value) if value is not None else entry
    if inner.type in FUNCTIONS or inner.type == "method_definition":
        yield Member(name, entry, inner)
    elif inner.type in _DATA:
        literal = literal_in(source, value) if depth < _DEEPEST else None
        inside = members_of(source, literal, name + b".", depth + 1) if literal is not None else None
        yield Member(name, entry, None, is_listed=inside is not None)
        yield from inside or ()
    else:
        end = min(inner.end_byte, inner.start_byte + LONGEST_NAME + 1)
        meant = source[inner.start_byte : end] if inner.type in _NAMES else b""
        is_name = _DOTTED.fullmatch(meant) is not None and len(meant) <= LONGEST_NAME
        yield Member(name, entry, None, value=f"= {text(meant)}" if is_name else "= …")


def may_gain_members(masked: bytes, name: bytes, literal: Node, members: Collection[bytes]) -> bool:
    """Whether anything in the file, strings and comments masked, may add to the object that is called `name` in it."""
    begin, end = literal.start_byte, literal.end_byte
    if any(found[1] not in members for found in _OWN_SET.finditer(masked, begin, end)):
        return True
    size, at, looks = len(name), masked.find(name), 0
    while at >= 0:
        after, looks = at + size, looks + 1
        if looks > _MOST_LOOKS:
            return True
        if (_STANDS_ALONE.match(masked, max(0, at - 1)) or masked.endswith(b"exports.", 0, at)) and _gains_at(
            masked, at, after, begin, members
        ):
            return True
        at = masked.find(name, after)
    return False


def _gains_at(masked: bytes, start: int, after: int, begin: int, members: Collection[bytes]) -> bool:
    """Whether the object, named between these offsets, may gain something there; its literal begins at `begin`."""
    found = _AFTER.match(masked, after)
    if found is None or found.end() == after:
        return False
    inside = b"".join(found[1].replace(b"!", b"").split()).lstrip(b".")
    if found[2]:
        is_declared = not inside and (
            _DECLARING.fullmatch(masked, found.end(), begin)
            or _NAMED_ANEW.search(masked, max(0, start - _SHORT), start)
        )
        return inside not in members and not is_declared
    if found[3]:
        return (not inside or inside in members) and _INDEX_SET.match(masked, found.start(3)) is not None
    return (
        bool(found[4]) and not inside and _CALLED_FOR_EFFECT.search(masked, max(0, start - _SHORT), start) is not None
    )
