"""Where a name that a pattern binds can be seen."""

from __future__ import annotations

from tree_sitter import Node

from plumbrule.extract.hiding import Span

_FARTHEST = 12  # nodes around a name that are looked at
_NAMES = ("identifier", "shorthand_field_identifier")
_LISTS = ("closure_parameters", "parameters")
_ARMS = ("if_expression", "while_expression", "match_arm")  # what a pattern is tried for
_BOUND = ("for_expression", "match_arm")


def scope(around: list[Node]) -> Span | None:
    """Where the innermost of these nodes is the name of something local; None if it is not bound here."""
    name = around[-1]
    if name.type not in _NAMES:
        return None
    start, end = name.start_byte, name.end_byte
    is_pattern = False
    for number in range(len(around) - 2, max(-1, len(around) - _FARTHEST), -1):
        node = around[number]
        kind = node.type
        if kind.endswith("_pattern"):
            is_pattern = True
        elif kind in _LISTS:
            return (around[number - 1].start_byte, around[number - 1].end_byte) if number else None
        elif is_pattern and kind in _ARMS:
            return start, node.end_byte
        elif kind == "let_chain":
            continue
        elif not _binds(node, start):
            return None
        elif kind in ("parameter", "let_condition"):
            is_pattern = True
        elif kind == "let_declaration":
            return (end, around[number - 1].end_byte) if number else None
        else:
            return (start, node.end_byte) if kind in _BOUND else None
    return None


def _binds(node: Node, start: int) -> bool:
    """Whether what begins there is part of the pattern of this node, and not of what is matched."""
    pattern = node.child_by_field_name("pattern")
    return pattern is not None and pattern.start_byte <= start < pattern.end_byte
