"""What calls pass, read from the text in which strings and comments are masked.

Hides how arguments are told apart without a look at the tree, which would cost several times as much: by the compiled
core where there is one, else as it stands here, which is its oracle.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from plumbrule.extract.compiled import core
from plumbrule.extract.signs import CLOSED, DOT, EQUALS, STAR

_TYPES = rb"<(?:=>|[^<>()])*+>"
for _ in range(3):
    _TYPES = rb"<(?:=>|[^<>()]|\([^()]*+\)|" + _TYPES + rb")*+>"
# With all of it, if it is a word or nothing; `f!(`, `f?.(` and `f<T>(` call f.
_CALLED = re.compile(rb"\s*+!?(?:\?\.)?(?:" + _TYPES + rb")?\s*+\((?:([^()\[\]{},=*]*+)\))?")
_BRACKETS = rb"[(\[{][^()\[\]{}]*+[)\]}]"
for _ in range(5):  # deeper ones are not looked into
    _BRACKETS = rb"[(\[{](?:[^()\[\]{}]++|" + _BRACKETS + rb")*+[)\]}]"
_IN_BRACKETS = re.compile(_BRACKETS)
_ARGUMENT = re.compile(rb"((?:[^()\[\]{},]++|" + _BRACKETS + rb")*+)[,)]")
# Short enough to be met again, and nothing in it that only what is around it would tell.
_FLAT = re.compile(rb"\(([^()\[\]{}]{0,60})\)")
_PART = re.compile(rb"\w+|[^\w\s]")
_NAMED = re.compile(rb"([^\W\d]\w*)\s*=(?![=>])")
_LONGEST_CALL = 4_000  # bytes of arguments that are looked at
_MOST_CALLS = 16  # of one name in one function that are looked at
_MOST_KEPT = 20_000  # lists of arguments that are remembered from file to file


class Ways:
    """Reads calls in one language's files; with a word or sign of `odd` in them, commas may part something else than
    arguments."""

    def __init__(self, odd: Set[bytes]) -> None:
        self._odd = odd
        self._signs = list(odd)
        self._known: dict[bytes, str] = {}  # by what stands between parentheses that hold no brackets

    def of(self, masked: bytes, length: int, ends: list[int]) -> str:
        """What the calls whose callees, of that length, end there pass, as `facts.Reference.calls` has it."""
        told = core.ways(masked, length, ends, self._signs) if core is not None else None
        return self.plainly(masked, length, ends) if told is None else told

    def plainly(self, masked: bytes, length: int, ends: Sequence[int]) -> str:
        """The same in Python."""
        if len(ends) == 1:
            return self._passed(masked, length, ends[0])
        found = {self._passed(masked, length, end) for end in ends[:_MOST_CALLS]}
        if len(ends) > _MOST_CALLS:
            found.add("?")
        return "|".join(sorted(found)) if len(found) > 1 else found.pop()

    def _passed(self, masked: bytes, length: int, end: int) -> str:
        if (flat := _FLAT.match(masked, end)) is not None:
            passed = self._known.get(flat[1])
            if passed is None:
                passed = self._read(flat[0] + b" ", 0, 0)
                if len(self._known) < _MOST_KEPT:
                    self._known[flat[1]] = passed
            return passed
        return self._read(masked, length, end)

    def _read(self, masked: bytes, length: int, end: int) -> str:
        opened = _CALLED.match(masked, end)
        if opened is None:
            return _not_called(masked, end - length - 1)
        if (word := opened[1]) is not None:
            word = word.strip()
            return ("*" if word.startswith(b"...") else "1") if word else "0"
        begin = at = opened.end()
        stop = end + _LONGEST_CALL
        arguments = []
        while (found := _ARGUMENT.match(masked, at, stop)) is not None:
            arguments.append(found[1].strip())
            at = found.end()
            if masked[at - 1] == CLOSED:
                break
        else:
            return "?"
        whole = masked[begin:at]
        odd = self._odd
        for sign in odd if len(arguments) > 1 else ():
            if whole.count(sign) and any(_is_odd(one, odd) for one in arguments):
                return "?"
        if not arguments[-1]:
            arguments.pop()
        if (STAR in whole or (DOT in whole and b"..." in whole)) and any(
            one.startswith((b"*", b"...")) for one in arguments
        ):
            return "*"
        if EQUALS not in whole:
            return str(len(arguments))
        return _with_names(arguments)


def _not_called(masked: bytes, before: int) -> str:
    """What passes nothing in parentheses, by the sign in front of it: an element of JSX, or anything else."""
    return "<" if masked[max(before, 0) : before + 1] == b"<" else "?"


def _with_names(arguments: Sequence[bytes]) -> str:
    """How many of these have no name, and the names of the others."""
    names = [name[1].decode() for one in arguments if EQUALS in one and (name := _NAMED.match(one)) is not None]
    return ";".join((str(len(arguments) - len(names)), *sorted(names)))


def _is_odd(argument: bytes, odd: Set[bytes]) -> bool:
    return not odd.isdisjoint(_PART.findall(_IN_BRACKETS.sub(b"", argument)))
