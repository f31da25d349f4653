"""Whether a name is only looked at: compared with or asked about, and neither called nor handed on.

Hides how that is told from the text around the name, in which strings and comments are masked: by the compiled core
where there is one, else as it stands here, which is its oracle.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from typing import NamedTuple

from plumbrule.extract.compiled import core
from plumbrule.extract.signs import COMMA

_FAR = 300  # bytes before a name in which the brackets around it are looked for
_NEAR = 20
_LONGEST = 60  # of the name of a function that asks
_BEFORE = re.compile(
    rb"(?:[=!]==?|(?<!\|)\||(?<![\w$])(?:is|is\s+not|in|case|except(?:\s*\*)?|instanceof|typeof))\s*\Z"
)
_AFTER = re.compile(rb"[^\S\n]*(?:[=!]==?|\|(?![|=])|(?:is|not\s+in|in|instanceof)\b)")
_BRACKET = re.compile(rb"[()\[\]{}]")
_CALLED = re.compile(rb"[\w$]+\Z")
_LAST = frozenset(bytes([byte]) for byte in b"=|*ftnes")
_CLOSING, _SQUARE = frozenset(b")]}"), ord("[")


class Asking(NamedTuple):
    """Functions that call nothing of what they get."""

    anywhere: Set[bytes] = frozenset()
    first: Set[bytes] = frozenset()  # that may call what follows


class Looks:
    """Tells it in one language's files."""

    def __init__(self, asking: Asking, keywords: Set[bytes]) -> None:
        self._asking, self._keywords = asking, keywords
        if core is not None:
            self._words = core.words(list(keywords), [])
            self._askers = core.words(list(asking.anywhere), list(asking.first))

    def at(self, masked: bytes, start: int, end: int) -> bool:
        """Whether the name at this place is only looked at."""
        if core is None:
            return is_looked_at(masked, start, end, self._asking, self._keywords)
        return core.looked_at(masked, start, end, self._words, self._askers)


def is_looked_at(masked: bytes, start: int, end: int, asking: Asking, keywords: Set[bytes]) -> bool:
    """The same in Python."""
    if _AFTER.match(masked, end):
        return True
    before = masked[max(0, start - _FAR) : start]
    if _asks(before):
        return True
    if before.endswith((b"=", b"= ")):
        return False  # an argument by name, a default, another name for it
    depth, item = 0, len(before)
    for bracket in _backwards(before):
        sign = before[bracket]
        if sign in _CLOSING:
            depth += 1
        elif depth:
            depth -= 1
        else:
            around = before[:bracket].rstrip()
            if _asks(around):
                return True  # one of several
            called = _CALLED.search(around, max(0, len(around) - _LONGEST))
            name = called[0] if called is not None and called[0] not in keywords else b""
            if name or around.endswith((b"]", b")")):
                is_first = COMMA not in before[bracket + 1 : item]
                # `a[C]` names a type or a place.
                return sign == _SQUARE or name in asking.anywhere or (is_first and name in asking.first)
            item = bracket
    return False


def _asks(before: bytes) -> bool:
    """Whether a text ends with what compares or asks."""
    last = before.rstrip()[-1:]  # the pattern is slow, and each of its branches ends with one of these
    return last in _LAST and _BEFORE.search(before, max(0, len(before) - _NEAR)) is not None


def _backwards(before: bytes) -> Iterator[int]:
    """Where brackets stand, the last one first; mostly that is all that is asked for."""
    near = max(0, len(before) - _NEAR)
    for begin, end in ((near, len(before)), (0, near)):
        yield from [found.start() for found in _BRACKET.finditer(before, begin, end)][::-1]
