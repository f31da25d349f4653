"""What binds a name in Python, and where the name is then local."""

from __future__ import annotations

import re

from tree_sitter import Node

# By the node that binds: the field in which the name, or the pattern that holds it, stands.
_TARGETS = {
    "assignment": "left",
    "augmented_assignment": "left",
    "for_statement": "left",
    "for_in_clause": "left",
    "named_expression": "name",
    "default_parameter": "name",
    "type_alias_statement": "left",
    "function_definition": "name",
    "class_definition": "name",
}
_WHOLE = frozenset(("as_pattern_target", "delete_statement", "lambda_parameters", "case_pattern", "splat_pattern"))
_PATTERNS = frozenset(
    ("pattern_list", "tuple_pattern", "list_pattern", "list_splat_pattern", "dictionary_splat_pattern", "type")
)
_COMPREHENSIONS = frozenset(
    ("list_comprehension", "set_comprehension", "dictionary_comprehension", "generator_expression")
)

# What may follow, and what may stand before, a name that is bound: ruled out here, most uses cost no look at the tree.
_ENDS = rb"(?:(?:[-+*/%@&|^:]|//|\*\*|<<|>>)?=(?!=)|in\b|:)"
SUSPECT = re.compile(
    rb"[ \t]{0,9}(?:"
    + _ENDS
    + rb"|,[\w\s.,*(\[]{0,200}[)\]} \t]{0,9}"
    + _ENDS
    + rb"|[)\]}][)\]}, \t\w]{0,99}"
    + _ENDS
    + rb")"
)
BEFORE = (b"as ", b"del ", b"def ", b"class ", b"case ")


def scope_of(source: bytes, around: list[Node]) -> tuple[int, int] | None:
    """Where what the innermost of these nodes binds is local; None if it binds nothing or a name of module or class."""
    place = len(around) - 2
    while place > 0 and (around[place].type in _PATTERNS or _is_loose(around, place)):
        place -= 1
    binder, bound = around[place], around[place + 1]
    kind = binder.type
    if kind not in _WHOLE:
        field = _TARGETS.get(kind)
        if field is None or binder.child_by_field_name(field) != bound:
            return None
    if kind == "for_in_clause":
        return _comprehension_around(around, place)
    if kind in ("lambda_parameters", "default_parameter"):
        return _lambda_around(around, place)
    return _function_around(source, around, place)


def _is_loose(around: list[Node], place: int) -> bool:
    """Whether this node is part of a target only because of what is around it."""
    kind, above = around[place].type, around[place - 1].type
    if kind == "dotted_name":  # `case name:`
        return above == "case_pattern" and around[place].named_child_count == 1
    return (kind == "tuple" and above == "as_pattern_target") or (
        kind == "expression_list" and above == "delete_statement"
    )


def _comprehension_around(around: list[Node], place: int) -> tuple[int, int] | None:
    for node in reversed(around[:place]):
        if node.type in _COMPREHENSIONS:
            return node.start_byte, node.end_byte
    return None


def _lambda_around(around: list[Node], place: int) -> tuple[int, int] | None:
    for node in reversed(around[: place + 1]):
        body = node.child_by_field_name("body") if node.type == "lambda" else None
        if body is not None:
            return body.start_byte, body.end_byte
        if node.type == "parameters":
            return None  # a function's own, which the sweep knows
    return None


def _function_around(source: bytes, around: list[Node], place: int) -> tuple[int, int] | None:
    for node in reversed(around[:place]):
        if node.type == "class_definition":
            return None
        body = node.child_by_field_name("body") if node.type == "function_definition" else None
        if body is not None:
            if b"global " not in source and b"nonlocal " not in source:
                return body.start_byte, body.end_byte
            name = re.escape(source[around[-1].start_byte : around[-1].end_byte])
            outside = re.compile(rb"\b(?:global|nonlocal) [^\n;]*\b" + name + rb"\b")
            return None if outside.search(source, body.start_byte, body.end_byte) else (body.start_byte, body.end_byte)
    return None
