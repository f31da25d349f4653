"""Signatures: how a function's parameters and its head read to those who call it.

Hides patterns in parameters, defaults, optional marks and layout.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from tree_sitter import Node

from plumbrule.extract.sweep import LONGEST_NAME, text
from plumbrule.facts import Parameter
from plumbrule.languages.typescript.nodes import first, line_of, name_of, type_of, written

_PLAIN_PARAMETERS = re.compile(rb"\((?:[\w$ \n\r\t,:?.|]|\[\])*+\)|[\w$]+")
_PLAIN_PARAMETER = re.compile(r"(\.\.\.)?([\w$]+)(\?)?\s*(?::\s*(.+))?", re.DOTALL)
_LONGEST_PLAIN = 300  # bytes; above it, text in which patterns are looked for in vain costs more than the nodes


def signature_of(source: bytes, function: Node) -> str:
    """`<T>(a: A, b?): R` of anything that has parameters, on one line."""
    given = function.child_by_field_name("parameters") or function.child_by_field_name("parameter")
    generics = function.child_by_field_name("type_parameters")
    returned = function.child_by_field_name("return_type")
    head = line_of(source, given.start_byte, given.end_byte) if given is not None else "()"
    if not head.startswith("("):
        head = f"({head})"
    elif head[-2:-1] in ", " or head[1:2] == " ":
        # However it is laid out: `( a, b, )` is `(a, b)`.
        head = f"({head[1:-1].strip().removesuffix(',').rstrip()})"
    if generics is not None:
        head = line_of(source, generics.start_byte, generics.end_byte) + head
    return f"{head}: {type_of(source, returned)}" if returned is not None else head


def parameters_of(source: bytes, function: Node) -> tuple[Parameter, ...]:
    """One row a parameter, for an object pattern also its keys, as `property` rows; `symbol` is left open (-1)."""
    given = function.child_by_field_name("parameters") or function.child_by_field_name("parameter")
    if given is None or given.end_byte - given.start_byte == len(b"()"):
        return ()
    if given.end_byte - given.start_byte < _LONGEST_PLAIN:
        plain = _plain_parameters(written(source, given))
        if plain is not None:
            return plain
    entries = [given] if given.type != "formal_parameters" else given.named_children
    return tuple(
        row for entry in entries if entry.type not in ("comment", "decorator") for row in _parameter(source, entry)
    )


@lru_cache(maxsize=4096)
def _plain_parameters(head: bytes) -> tuple[Parameter, ...] | None:
    """The rows of parameters without defaults, patterns, modifiers and generic types; None if there are such."""
    if not _PLAIN_PARAMETERS.fullmatch(head):
        return None
    rows = []
    for piece in text(head).strip("()").split(","):
        if not (piece := piece.strip()):
            continue
        found = _PLAIN_PARAMETER.fullmatch(piece)
        if found is None:
            return None
        if found[2] != "this":
            kind = "variadic" if found[1] else "positional"
            type_ = " ".join(found[4].split()) if found[4] else ""
            rows.append(Parameter(-1, found[2][:LONGEST_NAME], kind, "", bool(found[1] or found[3]), type_))
    return tuple(rows)


def _parameter(source: bytes, entry: Node) -> Iterator[Parameter]:
    pattern, default, type_ = entry, "", ""
    optional = entry.type == "optional_parameter"
    if entry.type in ("required_parameter", "optional_parameter"):
        pattern = entry.child_by_field_name("pattern") or entry
        type_ = type_of(source, entry.child_by_field_name("type"))
        default = type_of(source, entry.child_by_field_name("value"))
    elif entry.type == "assignment_pattern":
        pattern = entry.child_by_field_name("left") or entry
        default = type_of(source, entry.child_by_field_name("right"))
    kind = "positional"
    if pattern.type == "rest_pattern":
        kind, optional = "variadic", True
        pattern = first(pattern) or pattern
    if pattern.type == "this":
        return
    optional = optional or bool(default)
    if pattern.type == "object_pattern":
        yield Parameter(-1, "{}", kind, default, optional, type_)
        yield from _properties(source, pattern, entry)
    elif pattern.type == "array_pattern":
        yield Parameter(-1, "[]", kind, default, optional, type_)
    else:
        yield Parameter(-1, text(written(source, pattern))[:LONGEST_NAME], kind, default, optional, type_)


def _properties(source: bytes, pattern: Node, entry: Node) -> Iterator[Parameter]:
    """The keys of an object pattern, with the types that its annotation gives them."""
    types = _property_types(source, entry.child_by_field_name("type"))
    for key in pattern.named_children:
        named, default = _key(source, key)
        if named is None:
            continue
        name = name_of(source, named)
        type_, optional = types.get(name, ("", False))
        if key.type == "rest_pattern":
            yield Parameter(-1, text(name)[:LONGEST_NAME], "variadic-keyword", default, True, type_)
        else:
            yield Parameter(-1, text(name)[:LONGEST_NAME], "property", default, optional or bool(default), type_)


def _property_types(source: bytes, annotation: Node | None) -> dict[bytes, tuple[str, bool]]:
    """(type, whether it may be left out) of each member of an object type written in place."""
    literal = first(annotation) if annotation is not None else None
    if literal is None or literal.type != "object_type":
        return {}
    types = {}
    for member in literal.named_children:
        name = member.child_by_field_name("name")
        if name is not None:
            optional = source[name.end_byte : name.end_byte + 1] == b"?"
            types[name_of(source, name)] = type_of(source, member.child_by_field_name("type")), optional
    return types


def _key(source: bytes, key: Node) -> tuple[Node | None, str]:
    """What one entry of an object pattern takes, and its default."""
    if key.type == "object_assignment_pattern":
        return key.child_by_field_name("left"), type_of(source, key.child_by_field_name("right"))
    if key.type == "pair_pattern":
        value = key.child_by_field_name("value")
        if value is None or value.type != "assignment_pattern":
            return key.child_by_field_name("key"), ""
        return key.child_by_field_name("key"), type_of(source, value.child_by_field_name("right"))
    if key.type == "rest_pattern":
        return first(key), ""
    return (None, "") if key.type == "comment" else (key, "")
