"""Bytes of a manifest as text, and on which line of it something stands."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right

from plumbrule.extract.manifests.reading import Unreadable

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CODING = re.compile(rb"coding[:=]\s*[\"']?([-\w.]+)")  # of XML, Python and Ruby alike
_SAYS_CODING = 200  # bytes at the beginning of a file
_AHEAD = 100_000  # characters that are looked through for one text
_MISSES = 2_000  # texts that are looked for in vain; then none is looked for any more


def decoded(data: bytes) -> str:
    """The text with plain line ends; `Unreadable` where it is none, or where a merge was left half done."""
    said = _CODING.search(data[:_SAYS_CODING])
    encoding = said[1].decode("ascii") if said is not None else "utf-8"
    for mark, marked in _MARKS:
        if data.startswith(mark):
            data, encoding = data[len(mark) :], marked
            break
    try:
        text = data.decode(encoding)
    except UnicodeError:
        raise Unreadable("not UTF-8, and it does not say what else") from None
    except LookupError:
        raise Unreadable(f"says that it is encoded as {encoding}, which is unknown") from None
    if "\0" in text:
        raise Unreadable("binary")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    begun = f"\n{text}".find("\n<<<<<<< ")
    if begun >= 0 and text.find("\n=======\n", begun) >= 0:
        raise Unreadable("holds the marks of a conflict that was not resolved")
    return text


class Lines:
    """Lines, counted from 1, of what is looked for in the order in which it stands; near enough where it is written in
    another way than looked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends: list[int] | None = None
        self._at = 0
        self._misses = 0

    def at(self, offset: int) -> int:
        """The line of a place in the text."""
        if self._ends is None:
            self._ends = [match.start() for match in re.finditer("\n", self._text)]
        return bisect_right(self._ends, offset - 1) + 1

    def to(self, *words: str) -> None:
        """Goes to where the first of these words stands that is in the text, from its beginning on; else there."""
        self._at = next((at for at in map(self._text.find, words) if at >= 0), 0)

    def of(self, *words: str) -> int:
        """Goes on to the first of these words that comes; its line, or that of the last one where none does."""
        for word in words if self._misses < _MISSES else ():
            found = self._text.find(word, self._at, self._at + _AHEAD)
            if found >= 0:
                self._at = found + len(word)
                break
            self._misses += 1
        return self.at(max(self._at - 1, 0))

    def of_key(self, key: str) -> int:
        """`of` a key of JSON."""
        return self.of(f'"{key}":', f'"{key}"')
