"""What binds a name in Python, and where the name is then local."""

from __future__ import annotations

import re
from bisect import bisect_left

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


GLOBAL, NONLOCAL = b"global", b"nonlocal"
# What a pattern begins with is looked for fast; what must not stand before it is asked afterwards.
_STATED = {
    word: re.compile(word + rb"(?<!\w" + word + rb")[ \t]+(\w+(?:[ \t]*,[ \t]*\w+)*)") for word in (GLOBAL, NONLOCAL)
}
_WORD = re.compile(rb"\w+")
_IN_BRACKETS = re.compile(rb"[(\[][^()\[\]]*[)\]]")
_TYPE_PARAMETER = re.compile(rb"(?:\A|,)\s*\*{0,2}\s*(\w+)")


class Elsewhere:
    """Where a file says that a name is bound outside the function that sets it."""

    def __init__(self, source: bytes) -> None:
        self._places: dict[tuple[bytes, bytes], list[int]] = {}  # by statement and name
        self.is_mentioned = False  # whether the word for it stands there at all
        for statement, stated in _STATED.items():
            if statement in source:
                self.is_mentioned = True
                for found in stated.finditer(source):
                    for name in _WORD.findall(found[1]):
                        self._places.setdefault((statement, name), []).append(found.start())

    def __bool__(self) -> bool:
        return bool(self._places)

    def says(self, statement: bytes, name: bytes, start: int, end: int) -> bool:
        """Whether a GLOBAL or a NONLOCAL between the two offsets names it."""
        places = self._places.get((statement, name), ())
        place = bisect_left(places, start)
        return place < len(places) and places[place] < end

    def names(self, statement: bytes) -> list[bytes]:
        """All that this statement names anywhere."""
        return [name for kind, name in self._places if kind == statement]


def scope_of(around: list[Node], elsewhere: Elsewhere) -> tuple[int, int] | None:
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
    return _function_around(around, place, elsewhere)


def type_parameters(listed: bytes) -> set[str]:
    """Names that a list of type parameters brings, of which this text begins with the bracket."""
    while (shorter := _IN_BRACKETS.sub(b"", listed[1:])) != listed[1:]:
        listed = b"[" + shorter
    return {found[1].decode("utf-8", "replace") for found in _TYPE_PARAMETER.finditer(listed[1:].partition(b"]")[0])}


def redefined_from(around: list[Node]) -> int:
    """Where a name of the module begins to mean the function or class that the innermost of these nodes names, if that
    is defined whatever happens and is no decorator's affair; else -1."""
    if len(around) != 3 or around[1].type not in ("function_definition", "class_definition"):
        return -1
    body = around[1].child_by_field_name("body") if around[1].child_by_field_name("name") == around[2] else None
    return body.start_byte if body is not None else -1


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


def _function_around(around: list[Node], place: int, elsewhere: Elsewhere) -> tuple[int, int] | None:
    for node in reversed(around[:place]):
        if node.type == "class_definition":
            return None
        body = node.child_by_field_name("body") if node.type == "function_definition" else None
        if body is not None:
            start, end = body.start_byte, body.end_byte
            name = around[-1].text or b""
            is_outer = elsewhere and any(elsewhere.says(how, name, start, end) for how in (GLOBAL, NONLOCAL))
            return None if is_outer else (start, end)
    return None
