"""How the bodies of functions are worded, with names and values left out: what near duplicates are told by.

Hides how tokens become signs. A body is one text in which each token is one sign: a letter for any name, any string and
any number, the token itself or a sign of its own for keywords and operators. Comments and docstrings are no tokens.

A language's query names `@function`, inside the same match its `@body`, and apart from them `@string` and `@comment`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple
from zlib import crc32

from plumbrule.details import Kind, Source
from plumbrule.extract.texts import COMMENT, STRING, Words, text_of

SMALLEST = 50  # tokens (research: measures 7); what is smaller says nothing when it is found again
NAME, TEXT, NUMBER = "i", "s", "n"
# A function inside so many others is read with the outermost of them only: a file of nothing but beginnings of
# functions would be read once for each.
_DEEPEST = 8
_MOST_ASKED = 40  # names of what one function calls
_HOLE = b"\x01"  # one string in the masked text
# Operators of several signs are listed: what blanks part or do not part must read alike.
_TOKEN = re.compile(
    rb"[\w$\x80-\xff]+|[-+*/%&|^<>=!:]=|&&|\|\||[-=]>|::|\+\+|--|\?[?.]|\*\*|\.\.\.?|[^\s\w$\x80-\xff\x02]"
)
_FIRST_SIGN, _SIGNS = 0x100, 0x600  # of keywords and longer operators: two that share one are rare, and harmless
_NO_WORDS = Words(frozenset(), frozenset())
_FUNCTIONS = ("function", "method")


_DECIDING = (
    *("if", "else", "elif", "elsif", "unless", "for", "foreach", "while", "until", "loop", "switch", "case", "match"),
    *("when", "guard", "try", "catch", "except", "rescue", "finally", "ensure", "raise", "throw", "yield", "break"),
    *("continue", "in", "not", "and", "or", "is", "select", "defer"),
    *("==", "!=", "<=", ">=", "&&", "||", "+=", "-=", "++", "--", "**", "??", "?."),
)


class Worded(NamedTuple):
    """One function of at least `SMALLEST` tokens."""

    symbol: int  # index of the function
    text: str  # its body, one sign a token
    asked: str  # names of what it calls, sorted and joined by a blank


class _Signs(dict[bytes, str]):
    """Token to its sign."""

    def __init__(self, keywords: frozenset[bytes]) -> None:
        super().__init__({word: _sign(word) for word in keywords})
        self[_HOLE] = TEXT

    def __missing__(self, token: bytes) -> str:
        first = token[:1]
        if first.isdigit():
            return NUMBER
        if first.isalpha() or first in b"_$" or first >= b"\x80":
            return NAME
        sign = self[token] = token.decode() if len(token) == 1 else _sign(token)
        return sign


def _sign(token: bytes) -> str:
    return chr(_FIRST_SIGN + crc32(token) % _SIGNS)


# Signs of what decides or computes; where there is none of them, code only declares, builds or passes on.
DECIDING = frozenset({*(_sign(token.encode()) for token in _DECIDING), *"+-/%!?|^~"})


@cache
def _signs(dialect: str) -> _Signs:
    import tree_sitter  # for workers only

    from plumbrule.languages import languages

    grammar = tree_sitter.Language(languages()[dialect].grammar())
    kinds = (
        grammar.node_kind_for_id(at)
        for at in range(grammar.node_kind_count)
        if grammar.node_kind_is_visible(at) and not grammar.node_kind_is_named(at)
    )
    return _Signs(frozenset(kind.encode() for kind in kinds if kind and kind.isidentifier()))


def _read(source: Source) -> Iterator[Worded]:
    bodies = sorted(_bodies(source), key=lambda body: (body[0], -body[1]))
    if not bodies:
        return
    masked = text_of(source.language.code_in(source.data), _hidden(source), _NO_WORDS).masked
    signs = _signs(source.language.dialect)
    told: set[int] = set()
    around: list[int] = []  # where functions end that the next one may lie in
    for start, end, symbol in bodies:
        while around and around[-1] <= start:
            around.pop()
        around.append(end)
        if len(around) > _DEEPEST or symbol in told or end - start < SMALLEST:
            continue
        tokens = _TOKEN.findall(masked, start, end)
        if len(tokens) >= SMALLEST:
            told.add(symbol)
            yield Worded(symbol, "".join(map(signs.__getitem__, tokens)), _asked(tokens, signs))


def _hidden(source: Source) -> list[tuple[int, int, int]]:
    """Strings and comments."""
    return [
        (node.start_byte, node.end_byte, STRING if name == "string" else COMMENT)
        for found in source.matches
        for name, nodes in found.items()
        if name in ("string", "comment")
        for node in nodes
    ]


def _bodies(source: Source) -> Iterator[tuple[int, int, int]]:
    """(start, end, index of the function) of every body."""
    own = _symbols(source)
    for found in source.matches:
        if "body" in found:
            function, body = found["function"][0], found["body"]
            symbol = _symbol(own, function.start_point[0] + 1, function.end_point[0] + 1)
            if symbol >= 0:
                yield body[0].start_byte, body[-1].end_byte, symbol


def _asked(tokens: Sequence[bytes], signs: Mapping[bytes, str]) -> str:
    called = {token for token, behind in pairwise(tokens) if behind == b"(" and signs[token] == NAME}
    return b" ".join(sorted(called)[:_MOST_ASKED]).decode("utf-8", "replace")


def _symbols(source: Source) -> Mapping[int, Sequence[tuple[int, int]]]:
    """(first line, index) of functions by their last line."""
    found: dict[int, list[tuple[int, int]]] = {}
    for index, symbol in enumerate(source.interface.symbols):
        if symbol.kind in _FUNCTIONS:
            found.setdefault(symbol.end_line, []).append((symbol.line, index))
    return found


def _symbol(own: Mapping[int, Sequence[tuple[int, int]]], line: int, end_line: int) -> int:
    """The function that ends where a node does and begins where that begins, or nearest above; -1 for one without a
    name, or where several stand on one line."""
    above = [(first, index) for first, index in own.get(end_line, ()) if first <= line]
    nearest = max(above, default=(0, -1))
    return nearest[1] if sum(first == nearest[0] for first, _ in above) == 1 else -1


KIND = Kind("wording", Worded, _read)
