"""What the shape of ECMAScript code amounts to: a call passed on, an error swallowed, a file that a build has made.

Hides which statements, arguments and layouts count for nothing in such a judgement.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from tree_sitter import Node

from plumbrule.extract.sweep import LONGEST_NAME, text
from plumbrule.facts import VARIADIC, Parameter
from plumbrule.languages.typescript.nodes import first, unwrapped, written

DOTTED_CALLEE = re.compile(r"[\w$#]+(?:\.[\w$#]+)*")

_TRACING = re.compile(rb"(?:^|[._])(?:log|logger|logging|debug|info|warn|warning|error|trace|console)(?:$|[._(])")
_SILENT = re.compile(
    rb"""\{?\s*(?:(?:continue|break|;|return(?:\s+(?:null|undefined|true|false|void\s+0|-?[\d.]+|"[^"\n]*"|'[^'\n]*'"""
    rb"""|\[\s*\]|\{\s*\}))?)\s*;?)?\s*\}?"""
)
_COMMENT = re.compile(rb"//[^\n]*|/\*.*?\*/", re.DOTALL)
_COMPILED = re.compile(rb"(?://|/\*)[#@]\s*sourceMappingURL=")
_CONSTANTS = frozenset(("string", "number", "true", "false", "null", "undefined"))
_MINIFIED_LINE = 1_000  # bytes of code in one line, strings and comments left out
_NOTHING = ("", "")


# -- pass-through -----------------------------------------------------------------------------------------------


def passed_on(source: bytes, function: Node, parameters: Collection[Parameter], name: bytes) -> tuple[str, str]:
    """(callee, grade) of a function of this name that only hands its parameters to another one (measures 2.1)."""
    body = function.child_by_field_name("body")
    value, grade = _only_value(source, body) if body is not None else (None, "")
    if value is None:
        return _NOTHING
    call = unwrapped(value)
    own = {row.name for row in parameters if row.kind in ("positional", "variadic")}
    if call.type == "jsx_self_closing_element":
        return _component_given_all(source, call, own), grade
    arguments = call.child_by_field_name("arguments") if call.type == "call_expression" else None
    given = _given(source, arguments, own) if arguments is not None else None
    callee = _callee(source, call)
    if given is None or not callee or len(own - given.passed) > 1:
        return _NOTHING
    # What swallows whatever it is given has its signature from those who call it.
    if any(parameter.kind in VARIADIC and parameter.name not in given.passed for parameter in parameters):
        return _NOTHING
    if given.constants:
        if given.constants > 1 or grade == "B":
            return _NOTHING
        grade = "B"
    same_name = callee.rpartition(".")[2] == text(name)
    return (callee, grade) if given.passed or same_name else _NOTHING


def _only_value(source: bytes, body: Node) -> tuple[Node | None, str]:
    """The expression that is all a body does, and how purely: a line in a log beside it makes it "B"."""
    if body.type != "statement_block":
        return body, "A"
    statements, grade = [child for child in body.named_children if child.type != "comment"], "A"
    if len(statements) == 2:
        statements, grade = [one for one in statements if not _traces(source, one)], "B"
    if len(statements) != 1 or statements[0].type not in ("return_statement", "expression_statement"):
        return None, ""
    return first(statements[0]), grade


def _traces(source: bytes, statement: Node) -> bool:
    return statement.type == "expression_statement" and bool(
        _TRACING.search(source[statement.start_byte : min(statement.end_byte, statement.start_byte + 80)])
    )


class _Given(NamedTuple):
    """The arguments of a call that consist of nothing but own parameters and constants."""

    passed: set[str]
    constants: int


def _given(source: bytes, arguments: Node, own: Collection[str]) -> _Given | None:
    """None if anything else is among them."""
    passed: set[str] = set()
    constants = 0
    for argument in arguments.named_children:
        if argument.type == "comment":
            continue
        inner = first(argument) if argument.type == "spread_element" else argument
        name = text(written(source, inner)) if inner is not None and inner.type == "identifier" else ""
        if name in own:
            passed.add(name)
        elif argument.type in _CONSTANTS:
            constants += 1
        else:
            return None
    return _Given(passed, constants)


def _callee(source: bytes, call: Node) -> str:
    """The dotted name of what is called; empty if it is no such name."""
    callee = call.child_by_field_name("function")
    if callee is None or callee.end_byte - callee.start_byte > LONGEST_NAME:
        return ""
    name = text(b"".join(written(source, callee).split())).replace("?.", ".")
    return name if DOTTED_CALLEE.fullmatch(name) else ""


def _component_given_all(source: bytes, element: Node, own: Collection[str]) -> str:
    """The component of `<Other {...props} />`, if that is all."""
    named, attributes = element.child_by_field_name("name"), element.children_by_field_name("attribute")
    if named is None or len(attributes) != 1 or attributes[0].type != "jsx_expression":
        return ""
    spread = first(attributes[0])
    given = first(spread) if spread is not None and spread.type == "spread_element" else None
    is_own = given is not None and text(written(source, given)) in own
    return text(written(source, named))[:LONGEST_NAME] if is_own else ""


# -- other judgements -------------------------------------------------------------------------------------------


def is_silent(body: bytes) -> bool:
    """Whether the body of a `catch` lets the error vanish."""
    return _SILENT.fullmatch(_COMMENT.sub(b"", body).strip()) is not None


def is_built(source: bytes, masked: bytes) -> bool:
    """Compiled or minified: a source map, or code that lies in very long lines."""
    if _COMPILED.search(source, max(0, len(source) - 1000)):
        return True
    if len(source) < _MINIFIED_LINE:
        return False
    lines = masked.split(b"\n")
    sizes = list(map(len, lines))
    if max(sizes) <= _MINIFIED_LINE:
        return False
    long = 0
    for number, size in enumerate(sizes):
        if size > _MINIFIED_LINE:
            sizes[number] = size = len(b"".join(lines[number].split()))
            long += size if size > _MINIFIED_LINE else 0
    return long * 2 > sum(sizes)
