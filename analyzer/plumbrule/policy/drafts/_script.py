"""The data in a script that exports one: JavaScript that is written like JSON. Nothing is carried out.

What is no plain data (a call, a condition, something imported) is told with its line, and stands as UNKNOWN where it
stood, so that nobody takes what is around it for the whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_TOKEN = re.compile(
    r"(?P<space>\s+|//[^\n]*|/\*.*?\*/)"
    r"|(?P<text>\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)"
    r"|(?P<number>-?\d[\w.]*)|(?P<word>[\w$]+)|(?P<dots>\.\.\.)|(?P<sign>.)",
    re.DOTALL,
)
_PLAIN = {"true": True, "false": False, "null": None, "undefined": None}
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0", "\n": ""}


class Unknown:
    """A value that is no data."""


UNKNOWN = Unknown()


class NoData(Exception):
    """A script that exports no object that could be read."""


def has_unknown(value: object) -> bool:
    """Whether some of a value is no data."""
    if isinstance(value, dict):
        return any(map(has_unknown, value.values()))
    return any(map(has_unknown, value)) if isinstance(value, list) else value is UNKNOWN


def exported(text: str, remark: Callable[[int, str], object]) -> object:
    """What `module.exports = ...` or `export default ...` is, as plain values; JSON is read, too. NoData if none is."""
    script = _Script(text, remark)
    return script.exported()


class _Script:
    def __init__(self, text: str, remark: Callable[[int, str], object]) -> None:
        self.text = text
        self.remark = remark
        self.tokens: list[tuple[str, str, int]] = []
        for found in _TOKEN.finditer(text):
            if found.lastgroup != "space":
                self.tokens.append((found.lastgroup or "", found[0], found.start()))
        self.at = 0
        self.known: dict[str, object] = {}

    def exported(self) -> object:
        while self.at < len(self.tokens):
            words = [word for _, word, _ in self.tokens[self.at : self.at + 4]]
            if words[:4] == ["module", ".", "exports", "="]:
                self.at += 4
                return self._data()
            if words[:2] == ["export", "default"]:
                self.at += 2
                return self._data()
            if words[0] in ("const", "let", "var") and len(words) > 2 and words[2] == "=":
                self.at += 3
                self.known[words[1]] = self._value(quiet=True)
            elif self.at == 0 and words[0] in ("{", "["):
                return self._data()
            else:
                self.at += 1
        raise NoData("it exports nothing that is written out")

    def _data(self) -> object:
        value = self._value()
        if value is UNKNOWN:
            raise NoData("what it exports is made by code, which is not carried out")
        return value

    def _peek(self, ahead: int = 0) -> str:
        at = self.at + ahead
        return self.tokens[at][1] if at < len(self.tokens) else ""

    def _value(self, depth: int = 0, *, quiet: bool = False) -> object:
        """The value that begins here; UNKNOWN for one that is no data, which is passed over."""
        if depth > 60 or self.at >= len(self.tokens):
            return UNKNOWN
        begun = self.at
        value = self._simple(depth, quiet=quiet)
        # Texts that are put together are often only long.
        while self._peek() == "+" and isinstance(value, str):
            self.at += 1
            more = self._simple(depth, quiet=quiet)
            value = value + more if isinstance(more, str) else UNKNOWN
        if self._peek() not in (",", "}", "]", ")", ";", "") and not self._new_statement():
            self._pass_over()
            value = UNKNOWN
        if value is UNKNOWN and not quiet:
            at = self.tokens[begun][2]
            shown = " ".join(self.text[at : at + 60].split())
            self.remark(self.text.count("\n", 0, at) + 1, f"{shown!r} is code, which is not carried out")
        return value

    def _new_statement(self) -> bool:
        before, here = self.tokens[self.at - 1], self.tokens[self.at]
        return "\n" in self.text[before[2] + len(before[1]) : here[2]] and here[1] not in ".?:(|&+["

    def _simple(self, depth: int, *, quiet: bool) -> object:
        kind, word, _ = self.tokens[self.at] if self.at < len(self.tokens) else ("", "", 0)
        if word == "{":
            return self._object(depth, quiet=quiet)
        if word == "[":
            return self._array(depth, quiet=quiet)
        self.at += 1
        if kind == "text":
            return UNKNOWN if word.startswith("`") and "${" in word else _unquoted(word)
        if kind == "number":
            try:
                return float(word) if "." in word else int(word)
            except ValueError:
                return UNKNOWN
        if word in _PLAIN:
            return _PLAIN[word]
        if word == "/":
            return self._expression()
        if kind == "word" and word in self.known and self._peek() not in (".", "(", "["):
            return self.known[word]
        if kind == "sign" and word in ",}])":
            self.at -= 1
        return UNKNOWN

    def _expression(self) -> object:
        """A regular expression between slashes."""
        begin = self.tokens[self.at - 1][2]
        found = re.compile(r"/((?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)/\w*").match(self.text, begin)
        if found is None:
            return UNKNOWN
        while self.at < len(self.tokens) and self.tokens[self.at][2] < found.end():
            self.at += 1
        return found[1]

    def _object(self, depth: int, *, quiet: bool) -> object:
        found: dict[str, object] = {}
        self.at += 1
        while self.at < len(self.tokens) and self._peek() != "}":
            kind, word, _ = self.tokens[self.at]
            if kind == "dots":
                self.at += 1
                more = self._value(depth + 1, quiet=quiet)
                found |= more if isinstance(more, dict) else {"...": UNKNOWN}
            elif kind in ("word", "text", "number") and self._peek(1) == ":":
                self.at += 2
                found[_unquoted(word) if kind == "text" else word] = self._value(depth + 1, quiet=quiet)
            elif kind == "word" and self._peek(1) in (",", "}") and word in self.known:
                self.at += 1
                found[word] = self.known[word]
            else:
                self._value(depth + 1, quiet=quiet)
                found["..."] = UNKNOWN
            if self._peek() == ",":
                self.at += 1
            elif self._peek() != "}":
                self._pass_over()
                self.at += self._peek() == ","
        self.at += 1
        return found

    def _array(self, depth: int, *, quiet: bool) -> object:
        found: list[object] = []
        self.at += 1
        while self.at < len(self.tokens) and self._peek() != "]":
            spread = self.tokens[self.at][0] == "dots"
            self.at += spread
            begun = self.at
            value = self._value(depth + 1, quiet=quiet)
            if spread:
                found += value if isinstance(value, list) else [UNKNOWN]
            else:
                found.append(value)
            if self._peek() == ",":
                self.at += 1
            elif self._peek() != "]":
                self._pass_over()
                self.at += self._peek() == "," or self.at == begun
        self.at += 1
        return found

    def _pass_over(self) -> None:
        """To the comma or bracket that ends the value here."""
        open_ones = 0
        while self.at < len(self.tokens):
            word = self.tokens[self.at][1]
            if not open_ones and word in (",", "}", "]", ")", ";"):
                return
            open_ones += (word in ("{", "[", "(")) - (word in ("}", "]", ")"))
            self.at += 1


def _unquoted(word: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPED.get(found[1], found[1]), word[1:-1], flags=re.DOTALL)
