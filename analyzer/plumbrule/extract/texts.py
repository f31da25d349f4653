"""A file's text with its strings and comments hidden, and what is counted in it.

Hides which of two does that: the compiled core, or what stands here and in `shapes`, which is its oracle and serves
where it was not built. Both give the same, byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import accumulate
from typing import Protocol

from plumbrule.extract.compiled import core
from plumbrule.extract.frames import Frame
from plumbrule.extract.hiding import Span
from plumbrule.extract.shapes import HELD, HOLE, HOLES, Counted, Masked, Shapes, Tokens
from plumbrule.extract.signs import NEWLINE

COMMENT, NAME, STRING = range(3)  # kinds of what is hidden; where two spans are equal, the lower kind counts
Hidden = tuple[int, int, int]  # (start, end, kind)

_HEADER = 2_000  # bytes at the start of a file in which a marker of generated code counts
_LONGEST_TOLD = 80  # bytes of a string, with its quotes, that may tell something
_SHORTEST_TOLD = 6
_TELLING = re.compile(rb"[_\-./:%]|[a-z][A-Z]")
_BLANKS = b" \t\r\f\v"
_BLANK = bytes(byte if byte == 10 else 32 for byte in range(256))


class Words:
    """What a language says of words, in the form that each of the two reads; made once for all of its files."""

    def __init__(self, keywords: frozenset[bytes], constants: frozenset[bytes]) -> None:
        self.keywords = keywords
        self.shapes = Shapes(keywords, constants)
        self.table = core.words(sorted(keywords), sorted(constants)) if core is not None else None


class Text(Protocol):
    """One file. `measure` comes before `function`, and functions inside others before those."""

    masked: bytes
    told: list[tuple[int, bytes]]  # strings that may tell something: where they begin, as written; in order
    remarks: list[bytes]  # the comments at its head, as written, cut where it ends

    def measure(self, symbols: int) -> tuple[int, int]:
        """Physical lines and lines of code; functions that are asked for afterwards are symbols below this one."""
        ...

    def function(self, frame: Frame, line: int, end_line: int, ask: Callable[[Frame], list[bytes]]) -> Counted:
        """`ask` gives what a function calls by plain names that are not its own."""
        ...

    def leaves(self, cuts: list[Span]) -> int:
        """Named leaves outside these spans, which are in order."""
        ...


class PlainText:
    """In Python."""

    def __init__(self, source: bytes, hidden: list[Hidden], words: Words) -> None:
        self._words = words
        self._starts: list[int] = []
        self._strings: list[bytes] = []
        self.told: list[tuple[int, bytes]] = []
        self.remarks: list[bytes] = []
        pieces: list[bytes] = []
        at = 0
        for start, end, kind in sorted(hidden):
            if start < at:
                continue  # inside a string: the pieces of a formatted one
            pieces.append(source[at:start])
            at = end
            written = source[start:end]
            if kind == COMMENT:
                pieces.append(written.translate(_BLANK))
                if start < _HEADER:
                    self.remarks.append(written[:_HEADER])
                continue
            self._starts.append(start)
            self._strings.append(written)
            pieces.append(_hollow(written))
            if kind == STRING and end - start <= _LONGEST_TOLD and len(written) >= _SHORTEST_TOLD and tells(written):
                self.told.append((start, written))
        pieces.append(source[at:])
        self.masked = b"".join(pieces)
        self._code: list[int] = []
        self._tokens: Tokens | None = None

    def measure(self, symbols: int) -> tuple[int, int]:
        masked = self.masked
        lines = masked.translate(None, _BLANKS).split(b"\n")
        self._code = list(accumulate(map(bool, lines), initial=0))
        return len(lines) - (not masked or masked.endswith(b"\n")), self._code[-1]

    def function(self, frame: Frame, line: int, end_line: int, ask: Callable[[Frame], list[bytes]]) -> Counted:
        return self._all_tokens().of(frame, self._code[end_line] - self._code[line - 1], ask)

    def leaves(self, cuts: list[Span]) -> int:
        tokens, total, at = self._all_tokens(), 0, 0
        for start, end in cuts:
            if start > at:
                total += tokens.leaves(at, start)
            at = max(at, end)
        return total + tokens.leaves(at, len(self.masked))

    def _all_tokens(self) -> Tokens:
        if self._tokens is None:
            masked, words = Masked(self.masked, self._starts, self._strings), self._words
            self._tokens = Tokens(masked, words.keywords, words.shapes)
        return self._tokens


class CompiledText:
    """In C."""

    def __init__(self, source: bytes, hidden: list[Hidden], words: Words) -> None:
        assert core is not None  # else nobody asks for one
        self._core, self._table = core, words.table
        self._text, self.masked, self.told, self.remarks = core.mask(source, hidden)

    def measure(self, symbols: int) -> tuple[int, int]:
        return self._core.measure(self._text, symbols)

    def function(self, frame: Frame, line: int, end_line: int, ask: Callable[[Frame], list[bytes]]) -> Counted:
        inside = [(child.start, child.end, child.symbol) for child in frame.children]
        counted = self._core.function(
            self._text, self._table, frame.symbol, frame.start, frame.body, frame.end, line, end_line,
            frame.cyclomatic, frame.cognitive, frame.layout, frame.is_inner, inside, ask, frame,
        )  # fmt: skip
        return Counted._make(counted)

    def leaves(self, cuts: list[Span]) -> int:
        return self._core.leaves(self._text, self._table, cuts)


def text_of(source: bytes, hidden: list[Hidden], words: Words) -> Text:
    """The masked text of a file; of overlapping spans the first one counts."""
    return PlainText(source, hidden, words) if core is None else CompiledText(source, hidden, words)


def line_ends(source: bytes) -> list[int]:
    """Where each line ends, its line feed included; the last one ends behind the text."""
    if core is not None:
        return core.lines(source)
    if b"\r" in source or not source.endswith(b"\n"):
        return list(accumulate(len(line) + 1 for line in source.split(b"\n")))
    return [*accumulate(map(len, source.splitlines(keepends=True))), len(source) + 1]


def tells(written: bytes) -> bool:
    """Whether a string looks like the name of something, and not like a word or a sentence."""
    return _TELLING.search(written) is not None


def _hollow(written: bytes) -> bytes:
    """A string as the masked text has it: a hole, and what tells that each line after is held."""
    if NEWLINE not in written:
        return HOLES[len(written)] if len(written) < len(HOLES) else HOLE.ljust(len(written))
    first, *others = written.split(b"\n")
    return b"\n".join([HOLE.ljust(len(first)), *[HELD.ljust(len(line)) if line else b"" for line in others]])
