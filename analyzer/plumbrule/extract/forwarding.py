"""Whether the body of a function only passes its parameters on (research: measures 2.1), in languages with C's manners.

Hides how these languages write one call: with or without `return`, braces, an arrow, labels before arguments or type
arguments after the name. What is not plainly that is none: a conversion, an object that is made, a second statement.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from plumbrule.facts import Parameter

if TYPE_CHECKING:
    from tree_sitter import Node

_LONGEST = 400  # bytes of a body that may only pass on
_COMMENT = re.compile(rb"//[^\n]*|/\*.*?\*/|(?<![^\s])#\s[^\n]*", re.DOTALL)
_NAME = rb"[A-Za-z_\x80-\xff@][\w$\x80-\xff]*[!?]?"
_BODY = re.compile(
    rb"\s*(?:=>|=)?\s*\{?\s*(?:(?:return|await|try[?!]?)\s+){0,3}"
    rb"(" + _NAME + rb"(?:\s*(?:\??\.|!!\.|->|::)\s*" + _NAME + rb")*)"
    rb"\s*(?:(?:::)?<[^<>(){}]*>|\[[^\[\](){}]*\])?"
    rb"\(([^(){}]*)\)(?:\?|\.await|!!)?\s*;?\s*\}?\s*"
)
_SIGN = re.compile(r"\s*(?:\??\.|!!\.|->|::)\s*")
_ARGUMENT = re.compile(r"(?:\w+\s*[:=]\s*)?(?:ref |out |in |\*)?\s*([A-Za-z_]\w*)(?:\.\.\.)?")
_CONSTANT = re.compile(r"""(?:\w+\s*[:=]\s*)?(?:-?[\d.]+\w?|"[^"]*"|'[^']*')""")
_WORDS = {"null", "nil", "None", "true", "false", "nullptr", "NULL"}
_STATEMENTS = {"if", "while", "for", "switch", "catch", "sizeof", "synchronized", "using", "lock", "fixed", "typeof"}
_OWN = {"self", "this"}


def passes_on(source: bytes, function: Node, parameters: Sequence[Parameter]) -> tuple[str, str]:
    """(callee, grade) if all that a function does is to call another with its own parameters; else two empty texts.

    Grade A in any order and by any label, B with a constant more. Without parameters only to its own name.
    """
    body = function.child_by_field_name("body")
    if body is None:
        body = next((child for child in reversed(function.named_children) if child.type == "function_body"), None)
    if body is None or body.end_byte - body.start_byte > _LONGEST:
        return "", ""
    found = _BODY.fullmatch(_COMMENT.sub(b" ", source[body.start_byte : body.end_byte]))
    if found is None:
        return "", ""
    callee = _SIGN.sub(".", found[1].decode("utf-8", "replace"))
    if callee in _STATEMENTS:
        return "", ""
    own = sorted(one.name for one in parameters if one.name not in _OWN)
    given, constants = [], 0
    for one in filter(None, map(str.strip, found[2].decode("utf-8", "replace").split(","))):
        named = _ARGUMENT.fullmatch(one)
        if named is not None and named[1] not in _WORDS:
            given.append(named[1])
        elif named is not None or _CONSTANT.fullmatch(one):
            constants += 1
        else:
            return "", ""
    if sorted(given) != own or constants > 1:
        return "", ""
    if not own:
        name = function.child_by_field_name("name")
        written = source[name.start_byte : name.end_byte].decode("utf-8", "replace") if name is not None else ""
        if constants or callee.rpartition(".")[2] != written or "." not in callee:
            return "", ""
    return callee, "B" if constants else "A"
