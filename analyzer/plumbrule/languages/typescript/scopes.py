"""What binds a name in ECMAScript and TypeScript, and where the name is then local."""

from __future__ import annotations

import re

from tree_sitter import Node

# By the node that binds: the field in which the name, or the pattern that holds it, stands.
_TARGETS = {
    "variable_declarator": "name",
    "for_in_statement": "left",
    "catch_clause": "parameter",
    "arrow_function": "parameter",
    "function_declaration": "name",
    "generator_function_declaration": "name",
    "function_expression": "name",
    "generator_function": "name",
    "class_declaration": "name",
    "abstract_class_declaration": "name",
    "class": "name",
    "enum_declaration": "name",
    "interface_declaration": "name",
    "type_alias_declaration": "name",
    "type_parameter": "name",
}
# The same for what may stand around a name in a pattern; None: anywhere.
_PATTERNS = {
    "object_pattern": None,
    "array_pattern": None,
    "rest_pattern": None,
    "pair_pattern": "value",
    "assignment_pattern": "left",
    "object_assignment_pattern": "left",
    "required_parameter": "pattern",
    "optional_parameter": "pattern",
}
_OWN = frozenset(("catch_clause", "arrow_function", "function_expression", "generator_function", "class"))
_BLOCKS = frozenset(("statement_block", "switch_body", "for_statement", "for_in_statement", "class_static_block"))
_FUNCTIONS = frozenset(
    (
        "function_declaration",
        "generator_function_declaration",
        "function_expression",
        "generator_function",
        "arrow_function",
        "method_definition",
        "class_static_block",
    )
)
_NAMES = frozenset(("identifier", "shorthand_property_identifier_pattern", "type_identifier"))
_TYPES = frozenset(
    (
        "class_declaration",
        "abstract_class_declaration",
        "class",
        "enum_declaration",
        "interface_declaration",
        "type_alias_declaration",
        "type_parameter",
    )
)

# What stands before a name that is declared, and what follows a parameter or a part of a pattern: ruled out here, most
# uses cost no look at the tree.
_DECLARING = (b"const", b"let", b"var", b"using", b"function", b"class", b"enum", b"interface", b"type", b"*")
_PARAMETERS = rb"(?:[^()]++|\((?:[^()]++|\([^()]*+\))*+\))*+\)\s*+(?:=>|[{:])"
_TYPE_PARAMETERS = rb"[^;()<>]*+>\s*+\("
_PATTERN = rb"[^;()]*?[}\]]\s*+(?:=(?![=>])|of\b|in\b)"
_FOLLOWED = re.compile(rb"\s*+(?:=>|" + _PARAMETERS + rb"|" + _TYPE_PARAMETERS + rb"|" + _PATTERN + rb")")
_AHEAD = 300  # bytes looked at
_ARROW = re.compile(rb"\s*+=>")
_LONGEST_WORD = 10


def may_bind(masked: bytes, start: int, end: int) -> bool:
    """Whether the text around a name looks as if it were bound there."""
    place = start - 1
    while place > 0 and masked[place] in b" \n\t\r":
        place -= 1
    before = masked[place : place + 1]
    if before in (b"(", b",", b"{", b"[", b".", b":"):
        return _FOLLOWED.match(masked, end, end + _AHEAD) is not None
    if before == b"<" or masked[max(0, place - _LONGEST_WORD) : place + 1].endswith(_DECLARING):
        return True
    return _ARROW.match(masked, end) is not None


def scope_of(around: list[Node]) -> tuple[int, int] | None:
    """Where what the innermost of these nodes binds is local; None if it binds nothing or a name of the module."""
    if around[-1].type not in _NAMES:
        return None
    place = len(around) - 2
    while place > 0 and _is_pattern(around[place], around[place + 1]):
        place -= 1
    binder, bound = around[place], around[place + 1]
    kind = binder.type
    if kind == "formal_parameters":
        return _span(around[place - 1]) if place else None
    field = _TARGETS.get(kind)
    if field is None or binder.child_by_field_name(field) != bound:
        return None
    if kind in _OWN:
        return _span(binder)
    if kind == "type_parameter":
        return _span(around[place - 2]) if place > 1 else None
    if kind == "variable_declarator" and around[place - 1].type == "variable_declaration":
        return _around(around, place, _FUNCTIONS)
    if kind == "for_in_statement":
        declared = binder.child_by_field_name("kind")
        if declared is None:
            return None  # it sets what stands elsewhere
        return _around(around, place, _FUNCTIONS) if declared.type == "var" else _span(binder)
    return _around(around, place, _BLOCKS)


def binds_type(around: list[Node]) -> bool:
    """Whether what the innermost of these nodes names can stand where a type is meant."""
    return len(around) > 1 and around[-2].type in _TYPES


def _is_pattern(node: Node, inside: Node) -> bool:
    kind = node.type
    if kind not in _PATTERNS:
        return False
    field = _PATTERNS[kind]
    return field is None or node.child_by_field_name(field) == inside


def _around(around: list[Node], place: int, kinds: frozenset[str]) -> tuple[int, int] | None:
    return next((_span(node) for node in reversed(around[:place]) if node.type in kinds), None)


def _span(node: Node) -> tuple[int, int]:
    return node.start_byte, node.end_byte
