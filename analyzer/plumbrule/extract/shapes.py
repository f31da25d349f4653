"""The tokens of functions in a masked text: how many they are, and digests by which copies are known. What the compiled
core does in its place must give the same.

Hides how text is taken apart fast: by tables that make white space of all that is not asked for, never token by token.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence, Set
from hashlib import blake2b
from typing import NamedTuple

from plumbrule.extract.frames import Frame

_SMALLEST_HASHED = (
    30  # words, strings and runs of punctuation; below it equal bodies say nothing (measures 7 asks for 50)
)
MOST_KEPT = 50_000  # texts of one kind whose meaning is remembered from file to file
HOLE = b"\x01"  # stands for one string in the masked text
HELD = b"\x02"  # a further line of that string: code, but no token
HOLES = [HOLE.ljust(size) for size in range(100)]
# Splitting at white space is the fastest way to take text apart, so one table makes white space of all but words, and
# another of words alone: the gaps between them, of which each holds something. The first gap begins, the last one ends.
IN_WORD = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_$") | frozenset(range(128, 256))
_WHITE = b" \t\n\r\f\v" + HELD
_GAP = b"\0"  # white space in a gap; source holds no NUL
_TO_WORDS = bytes(byte if byte in IN_WORD else 32 for byte in range(256))
_TO_GAPS = bytes(32 if byte in IN_WORD else 0 if byte in _WHITE else byte for byte in range(256))
_TO_RUNS = bytes(32 if byte in IN_WORD or byte in _WHITE + HOLE else byte for byte in range(256))
# What a pattern begins with is looked for fast; what must stand before it is asked afterwards.
_TO_ZEROS = bytes.maketrans(b"123456789", b"000000000")
_FRACTION = re.compile(rb"0(?<![\w$\x80-\xff].)\w*\.[\w.]*")  # in text all of whose digits are 0
_MEMBER = re.compile(rb"\.(?<!\.\.)([A-Za-z_$\x80-\xff][\w$\x80-\xff]*)")
# What stands in a shape for a word, a number and, with its name behind it, a constant: with strings the named leaves.
_PLACE, _ANY_WORD, _ANY_NUMBER, _CONSTANT = b"\x03", b"\x04", b"\x05", b"\x07"
_NO_HASHES = (0, 0)
_LEAVES = _ANY_WORD + _ANY_NUMBER + _CONSTANT


class Masked(NamedTuple):
    """A file's text with its strings and comments hidden."""

    text: bytes
    starts: Sequence[int]  # of the strings, in order
    strings: Sequence[bytes]  # as written


class Counted(NamedTuple):
    """A function's tokens, those of functions in it included."""

    code: int  # lines that hold one
    leaves: int  # named ones
    interface: int  # of which in its signature, besides
    exact: int  # digest of its text; 0 of one too small for its equal to say anything
    shape: int  # digest of its text with names and numbers left out


class Shapes(dict[bytes, bytes]):
    """Word to its shape: keywords as they are, one mark for any other word, one for any number."""

    def __init__(self, keywords: frozenset[bytes], constants: frozenset[bytes]):
        super().__init__({word: b" " + word.lower() for word in keywords})
        self.update({word: _CONSTANT + word.lower() for word in constants})

    def __missing__(self, word: bytes) -> bytes:
        shape = _ANY_NUMBER if 48 <= word[0] <= 57 else _ANY_WORD
        if len(self) < MOST_KEPT:
            self[word] = shape
        return shape


class Tokens:
    """Counts and digests of one file's text. Inner functions must come first: they enter the outer ones as one digest,
    so that nesting costs no second reading."""

    def __init__(self, masked: Masked, keywords: Set[bytes], shape_of: Shapes):
        self._masked, self._starts, self._strings = masked
        self._shaped = _with_whole_numbers(self._masked)
        self._keywords = keywords
        self._shape_of = shape_of
        self._known: dict[int, tuple[int, int, bytes, bytes]] = {}  # symbol -> leaves, tokens, exact and shape digest

    def of(self, frame: Frame, code: int, asked: Callable[[Frame], list[bytes]]) -> Counted:
        """`code` is the number of its lines with a token; `asked` gives what a function calls by plain names that are
        not its own."""
        leaves, size, interface, exact, shape = self._taken_apart(frame)
        exact_digest = shape_digest = b""
        if size >= _SMALLEST_HASHED or frame.is_inner:
            # The joined text does not say where words end; the shape does, so it is part of both.
            shape += asked(frame)
            figures = b"%d %d %d" % (frame.cyclomatic, frame.cognitive, frame.layout)
            shape_digest = blake2b(b"\x1e".join([figures, *shape]), digest_size=8).digest()
            exact_digest = blake2b(b"\x1e".join([shape_digest, *exact]), digest_size=8).digest()
        self._known[frame.symbol] = leaves + interface, size, exact_digest, shape_digest
        hashes = (_number(exact_digest), _number(shape_digest)) if size >= _SMALLEST_HASHED else _NO_HASHES
        return Counted(code, leaves, interface, *hashes)

    def leaves(self, start: int, end: int) -> int:
        """Named leaves between two offsets, where no shape is wanted."""
        words = self._masked[start:end].translate(_TO_WORDS).split()
        return len(words) - sum(map(self._keywords.__contains__, words)) + self._masked.count(HOLE, start, end)

    def _taken_apart(self, frame: Frame) -> tuple[int, int, int, list[bytes], list[bytes]]:
        """Leaves and tokens of a function, leaves of its signature, and the parts of its exact text and its shape."""
        leaves = size = interface = 0
        exact: list[bytes] = []
        shape: list[bytes] = []
        at = frame.start
        # Nothing asks for the digest of a small function that no other one holds or lies in.
        is_whole = not (frame.children or frame.is_inner)
        for child in (*frame.children, None):
            stop = frame.end if child is None else child.start
            # The signature may end inside this piece.
            if at < frame.body:
                head = min(stop, frame.body)
                interface += self.leaves(at, head)
                at = head
            if at < stop:
                found, tokens = self._take_shape(at, stop, shape, whole=is_whole)
                leaves += found
                size += tokens
                if not is_whole or tokens >= _SMALLEST_HASHED:
                    self._take_exact(at, stop, exact)
            if child is not None:
                inner_leaves, inner_size, inner_exact, inner_shape = self._known[child.symbol]
                leaves += inner_leaves
                size += inner_size
                exact.append(inner_exact)
                shape.append(inner_shape)
                at = child.end
        return leaves, size, interface, exact, shape

    def _take_exact(self, start: int, end: int, exact: list[bytes]) -> None:
        """Adds the text between without white space and comments, and its strings."""
        exact.append(self._masked[start:end].translate(None, _WHITE))
        first = bisect_left(self._starts, start)
        exact += self._strings[first : bisect_left(self._starts, end, first)]

    def _take_shape(self, start: int, end: int, shape: list[bytes], *, whole: bool) -> tuple[int, int]:
        """Adds the shape of the text between, unless that is the whole of a function too small to have one.

        Gives its named leaves and its tokens, all of them only where few.
        """
        piece = self._shaped[start:end]
        words = piece.translate(_TO_WORDS).split()
        kinds = b"".join(map(self._shape_of.__getitem__, words))
        strings = piece.count(HOLE)
        tokens = len(words) + strings
        leaves = len(kinds) - len(kinds.translate(None, _LEAVES)) + strings
        if tokens < _SMALLEST_HASHED:
            tokens += len(piece.translate(_TO_RUNS).split())
            if whole and tokens < _SMALLEST_HASHED:
                return leaves, tokens
        gaps = (_GAP + piece.translate(_TO_GAPS) + _GAP).split()
        # Members keep their names: what is asked of others tells two functions apart.
        shape += (_PLACE.join(gaps).translate(None, _GAP), kinds, *_MEMBER.findall(self._shaped, start, end))
        return leaves, tokens


def _with_whole_numbers(masked: bytes) -> bytes:
    """The text with every number as one word."""
    pieces: list[bytes] = []
    at = 0
    for found in _FRACTION.finditer(masked.translate(_TO_ZEROS)):
        start, end = found.span()
        pieces += masked[at:start], masked[start:end].replace(b".", b"0")
        at = end
    return b"".join([*pieces, masked[at:]]) if pieces else masked


def _number(digest: bytes) -> int:
    """63 bits, never 0: it is a signed integer in the database, and 0 means "none"."""
    return int.from_bytes(digest, "big") >> 1 or 1
