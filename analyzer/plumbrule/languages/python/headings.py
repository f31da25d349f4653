"""What the heading of a Python function says: its parameters and what it returns.

Hides how parameters are told apart in the text, without a look at the tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from plumbrule.extract.sweep import LONGEST_NAME, text
from plumbrule.facts import Parameter

COMMENT = re.compile(r"#[^\n]*")
SPACE = re.compile(r"\s+")
_PLAIN_PARAMETERS = re.compile(r"[\w\s,:.=*/|]*")
_PARAMETER_TOKEN = re.compile(
    r'''"""(?:[^\\]|\\.)*?"""|\'\'\'(?:[^\\]|\\.)*?\'\'\'|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|'''
    r"#[^\n]*|\blambda\b|[,:=()\[\]{}]",
    re.DOTALL,
)
_LONGEST_TEXT = 500  # of a default or annotation kept as written; what follows is replaced by an ellipsis


def one_line(written: str) -> str:
    """A type or value as written, without comments and line breaks, and cut off where it is too long."""
    if "\n" in written or "#" in written:
        written = COMMENT.sub("", written) if "\n" in written else written
        written = SPACE.sub(" ", written).strip()
    return written if len(written) <= _LONGEST_TEXT else written[:_LONGEST_TEXT] + "…"


class Heading(NamedTuple):
    """What a function's parameters and return type, as written, say."""

    parameters: tuple[Parameter, ...]  # `symbol` is -1
    names: frozenset[str]
    returns: str
    signature: str


@lru_cache(maxsize=4096)
def heading_of(given: bytes, result: bytes) -> Heading:
    """`given` with its parentheses; both empty if they are missing."""
    parameters, returns = _parameters(text(given)), one_line(text(result))
    names = frozenset(parameter.name for parameter in parameters)
    return Heading(parameters, names, returns, _signature(parameters, returns))


def _parameters(written: str) -> tuple[Parameter, ...]:
    """Parameters of a signature as written with its parentheses; `symbol` is -1."""
    rows: list[Parameter] = []
    kind = "positional"
    for piece, colon, equals in _pieces(written[1:-1]):
        name = (piece[: min(c for c in (colon, equals, len(piece)) if c >= 0)]).strip()
        default = one_line(piece[equals + 1 :].strip()) if equals >= 0 else ""
        type_ = one_line(piece[colon + 1 : equals if equals >= 0 else None].strip()) if colon >= 0 else ""
        if name == "/":
            rows = [row._replace(kind="positional-only") if row.kind == "positional" else row for row in rows]
        elif name == "*":
            kind = "keyword-only"
        elif name.startswith("**"):
            rows.append(Parameter(-1, name[2:].strip(), "variadic-keyword", "", True, type_))
        elif name.startswith("*"):
            rows.append(Parameter(-1, name[1:].strip(), "variadic", "", True, type_))
            kind = "keyword-only"
        elif name:
            rows.append(Parameter(-1, name[:LONGEST_NAME], kind, default, equals >= 0, type_))
    return tuple(rows)


def _pieces(inside: str) -> Iterator[tuple[str, int, int]]:
    """Each parameter as written, with the offsets of its first `:` and `=` at its own level (-1 if none)."""
    if _PLAIN_PARAMETERS.fullmatch(inside) and "lambda" not in inside:
        for piece in inside.split(","):
            equals = piece.find("=")
            colon = piece.find(":")
            yield piece, (colon if equals < 0 or colon < equals else -1), equals
        return
    begin, colon, equals = 0, -1, -1
    kept: list[str] = []  # the piece so far without comments
    length = 0
    for what, start in _own_level(inside):
        place = length + start - begin
        if what[0] == "#":
            kept.append(inside[begin:start])
            length, begin = place, start + len(what)
        elif what == ",":
            yield "".join(kept) + inside[begin:start], colon, equals
            begin, colon, equals, kept, length = start + 1, -1, -1, [], 0
        elif what == "=" and equals < 0:
            equals = place
        elif what == ":" and colon < 0 and equals < 0:
            colon = place
    yield "".join(kept) + inside[begin:], colon, equals


def _own_level(inside: str) -> Iterator[tuple[str, int]]:
    """Comments, and the `,`, `:` and `=` that stand in no brackets and in no lambda, with their offsets."""
    depth = lambdas = 0
    for token in _PARAMETER_TOKEN.finditer(inside):
        what = token[0]
        if what in "([{":
            depth += 1
        elif what in ")]}":
            depth -= 1
        elif what[0] == "#":
            yield what, token.start()
        elif depth:
            continue
        elif what == "lambda":
            lambdas += 1
        elif lambdas:
            lambdas -= what == ":"
        elif what in ",:=":
            yield what, token.start()


def _signature(parameters: Sequence[Parameter], returns: str) -> str:
    """On one line, spelt the same however the source is laid out."""
    parts: list[str] = []
    star = False
    for number, row in enumerate(parameters):
        if row.kind == "keyword-only" and not star:
            parts.append("*")
            star = True
        star = star or row.kind == "variadic"
        prefix = "**" if row.kind == "variadic-keyword" else "*" if row.kind == "variadic" else ""
        equals = (" = " if row.type else "=") if row.default else ""
        parts.append(f"{prefix}{row.name}{': ' + row.type if row.type else ''}{equals}{row.default}")
        last_positional_only = row.kind == "positional-only" and (
            number + 1 == len(parameters) or parameters[number + 1].kind != "positional-only"
        )
        if last_positional_only:
            parts.append("/")
    return f"({', '.join(parts)}){' -> ' + returns if returns else ''}"
