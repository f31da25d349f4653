"""What the preprocessor's lines say, read from the text: they stand where the code around them does not parse.

Hides comments, continued lines and nesting. The condition that a whole header stands under, its include guard, is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

from plumbrule.extract.hiding import Span
from plumbrule.extract.signs import SLASH
from plumbrule.facts import CONDITIONAL, DYNAMIC, Import

_LONGEST = 400  # of what is included, as written
_MOST_LEVELS = 200  # of conditions inside each other that are told apart
# Comments and strings are stepped over: what looks like a directive in them is none. One apostrophe may part digits.
_TOKEN = re.compile(
    rb"/\*|//(?:[^\n\\]|\\.)*+|"
    rb'R"([^()\s\\"]{0,16})\(|"(?:[^"\\\n]|\\.)*+"|(?<!\w)\'(?:[^\'\\\n]|\\.){1,8}\'|'
    rb"^[ \t]*(?:\#|%:)[ \t]*([a-z_]+)((?:[^\n\\/\"]|\\\r?\n|\\.|/(?![*/])|\"[^\"\n]*\"|/\*[^\n]*?\*/)*+)",
    re.DOTALL | re.MULTILINE,
)
_DIRECTIVE = re.compile(
    rb"^[ \t]*+\#[ \t]*([a-z_]+)((?:[^\n\\/\"]|\\\r?\n|\\.|/(?![*/])|\"[^\"\n]*\"|/\*[^\n]*?\*/)*+)",
    re.DOTALL | re.MULTILINE,
)
_MOST_OPEN = 20  # raw strings without an end that are looked for
_INCLUDED = re.compile(rb'\s*(?:"([^"\n]+)"|<([^>\n]+)>|([A-Za-z_]\w*(?:\s*\([^)\n]*\))?))')
_FILE = re.compile(rb'\s+(?:"([^"\n]{1,400})"|<([^>\n]{1,400})>|(\Z.))\s*')
_QUOTED = re.compile(rb'"(?:[^"\\\n]|\\.)*"|\'(?<!\w\')(?:[^\'\\\n]|\\.){1,8}\'')
_BLANK = bytes(byte if byte == 10 else 32 for byte in range(256))
_DIRECTIVE_LINE = re.compile(rb"^[ \t]*#[^\n]*", re.MULTILINE)
_PAIRS = ((b"{", b"}"), (b"(", b")"))
_NEAR = 200  # bytes from what is broken
_MOST_FILES = 20  # that one macro may stand for
_NEVER = re.compile(rb"\s*0\s*(?:/.*)?", re.DOTALL)
_ALWAYS = re.compile(rb"\s*1\s*(?:/.*)?", re.DOTALL)
_NOT_DEFINED = re.compile(rb"\s*!\s*defined\s*\(?\s*(\w+)\s*\)?\s*(?:/.*)?", re.DOTALL)
_WORD = re.compile(rb"\s*(\w+)")
# Strings, and comments; where each branch begins with a sign of its own, that is looked for fast.
_COMMENT = re.compile(rb"\"(?:[^\"\\\n]|\\.)*+\"|'(?<!\w')(?:[^'\\\n]|\\.){1,8}'|/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)


def without_comments(source: bytes) -> bytes:
    """The same text, as long, with blanks for comments."""
    if b"/*" not in source and b"//" not in source:
        return source
    pieces: list[bytes] = []
    at = 0
    for found in _COMMENT.finditer(source):
        start, end = found.span()
        if source[start] == SLASH:
            pieces += source[at:start], source[start:end].translate(_BLANK)
            at = end
    return b"".join([*pieces, source[at:]]) if pieces else source


def _blanked(found: re.Match[bytes]) -> bytes:
    return found[0].translate(_BLANK)


def _cuts(plain: bytearray, group: list[_Line], broken: list[Span]) -> bool:
    """Whether branches of a condition begin or end inside of something."""
    start, end = group[0].start, group[-1].end
    near = any(first < end + _NEAR and start < last + _NEAR for first, last in broken)
    for one, following in pairwise(group):
        branch = bytes(plain[one.end : following.start])
        if any(branch.count(opening) != branch.count(closing) for opening, closing in _PAIRS):
            return True
        last = _DIRECTIVE_LINE.sub(b"", branch).rstrip()[-1:] if near else b""
        if last and last not in b";}{:,":
            return True
    return False


def _is_dead(line: _Line, *, is_cpp: bool) -> bool:
    """Whether this is no branch that is ever compiled; the last line of a condition opens none."""
    if line.word == b"endif":
        return True
    if line.word in (b"if", b"elif") and _NEVER.fullmatch(line.rest):
        return True
    return not is_cpp and line.word in (b"if", b"ifdef") and b"__cplusplus" in line.rest


def _left_out(group: list[_Line], *, is_cpp: bool) -> Iterator[Span]:
    """The lines of a condition, and all of its branches but the first that may be compiled."""
    last = len(group) - 1
    kept = next((number for number, one in enumerate(group) if not _is_dead(one, is_cpp=is_cpp)), last)
    for number, one in enumerate(group):
        yield one.start, one.end if number in (kept, last) else group[number + 1].start


class Settled(NamedTuple):
    """A text without the branches that cut through statements."""

    source: bytes
    spans: list[Span]  # the conditions of which branches are left out
    decisions: list[int]  # where they decide


class _Line(NamedTuple):
    start: int
    end: int
    word: bytes
    rest: bytes


def _directives(source: bytes) -> Iterator[_Line]:
    """The lines of directives. Where a look back at the last comment cannot tell that one stands in none, all comments
    and strings are stepped over from the beginning."""
    found = []
    for one in _DIRECTIVE.finditer(source):
        start = one.start()
        if source.rfind(b"/*", 0, start) > source.rfind(b"*/", 0, start) or source[start - 2 : start] == b"\\\n":
            return _stepped(source)
        found.append(_Line(start, one.end(), one[1], one[2]))
    return _stepped(source) if b'R"' in source else iter(found)


def _stepped(source: bytes) -> Iterator[_Line]:
    at, open_ones = 0, 0
    while (found := _TOKEN.search(source, at)) is not None:
        at = found.end()
        if found[2] is not None:
            yield _Line(found.start(), at, found[2], found[3])
        elif found[1] is not None:
            end = source.find(b")" + found[1] + b'"', at) if open_ones < _MOST_OPEN else -1
            open_ones += end < 0
            at = max(at, end)
        elif found[0] == b"/*":
            end = source.find(b"*/", at)
            if end < 0:
                return
            at = end + 2


class _Level:
    """One open `#if`."""

    __slots__ = ("dead", "guards", "live")

    def __init__(self, *, dead: bool, live: bool, guards: bool) -> None:
        self.dead = dead  # nothing in this branch is ever compiled
        self.live = live  # an earlier branch always is
        self.guards = guards


class _Levels:
    """The open `#if` around a line, while lines are read in order."""

    __slots__ = ("_closed", "_open")

    def __init__(self) -> None:
        self._open: list[_Level] = []
        self._closed = 0  # levels deeper than any code has

    def take(self, word: bytes, rest: bytes, *, guards: bool) -> None:
        """One more directive; `guards`: it asks whether the header was read before."""
        if word.startswith(b"if"):
            if len(self._open) >= _MOST_LEVELS:
                self._closed += 1
                return
            never = word == b"if" and _NEVER.fullmatch(rest) is not None
            always = word == b"if" and _ALWAYS.fullmatch(rest) is not None
            self._open.append(_Level(dead=never, live=always, guards=guards))
        elif word == b"endif":
            if self._closed:
                self._closed -= 1
            elif self._open:
                self._open.pop()
        elif word.startswith(b"el") and self._open and not self._closed:
            level = self._open[-1]
            level.dead = level.live or (word == b"elif" and _NEVER.fullmatch(rest) is not None)
            level.guards = False

    @property
    def is_dead(self) -> bool:
        """Whether no compiler ever sees the line."""
        return any(level.dead for level in self._open)

    @property
    def is_conditional(self) -> bool:
        return bool(self._closed) or any(not level.guards for level in self._open)


class Directives:
    """The directives of one file."""

    def __init__(self, source: bytes) -> None:
        self.lines = list(_directives(source))
        self.spans: list[Span] = [(one.start, one.end) for one in self.lines if one.word in _INCLUDES]
        self.guard, self._guard_at = _guard(source, self.lines)
        self.is_header = bool(self.guard) or any(
            one.word == b"pragma" and one.rest.split() == [b"once"] for one in self.lines
        )

    def imports(self, line: Callable[[int], int]) -> Iterator[Import]:
        """The includes, but for those that no compiler ever sees.

        A module is as written: `<x.h>` between angles, `x.h` between quotes, `(X)` if a macro tells it.
        """
        named = self._named_files()
        levels = _Levels()
        for number, (start, _, word, rest) in enumerate(self.lines):
            levels.take(word, rest, guards=number == self._guard_at)
            said = _INCLUDED.match(rest[:_LONGEST]) if word in _INCLUDES and not levels.is_dead else None
            if said is None:
                continue
            flags = CONDITIONAL if levels.is_conditional else 0
            others = named.get(said[3], ()) if said[3] else ()
            for one in others or (said,):
                yield _import(one, line(start + len(word)), flags | (DYNAMIC if said[3] else 0))

    def settled(self, source: bytes, broken: list[Span], *, is_cpp: bool) -> Settled:
        """The same text, as long, with one branch of each condition whose branches are no whole statements. Of a
        condition whose braces match that is so where the text is broken."""
        plain = bytearray(_QUOTED.sub(_blanked, without_comments(source)))
        out = bytearray(source)
        spans: list[Span] = []
        decisions: list[int] = []
        open_ones: list[list[_Line]] = []
        for line in self.lines:
            if line.word.startswith(b"if"):
                open_ones.append([line])
            elif line.word.startswith(b"el") and open_ones:
                open_ones[-1].append(line)
            elif line.word == b"endif" and open_ones:
                group = [*open_ones.pop(), line]
                if len(open_ones) < _MOST_LEVELS and _cuts(plain, group, broken):
                    for start, end in _left_out(group, is_cpp=is_cpp):
                        for text in (plain, out):
                            text[start:end] = text[start:end].translate(_BLANK)
                    spans.append((group[0].start, line.end))
                    decisions += [one.start for one in group if one.word in (b"if", b"ifdef", b"elif")]
        return Settled(bytes(out), spans, decisions)

    def _named_files(self) -> dict[bytes, list[re.Match[bytes]]]:
        """By macro: the files that it stands for."""
        found: dict[bytes, list[re.Match[bytes]]] = {}
        for one in self.lines:
            macro = _WORD.match(one.rest) if one.word == b"define" else None
            said = _FILE.fullmatch(one.rest, macro.end()) if macro is not None else None
            if macro is not None and said is not None and len(found.setdefault(macro[1], [])) < _MOST_FILES:
                found[macro[1]].append(said)
        return found


_INCLUDES = (b"include", b"include_next", b"import")


def _import(said: re.Match[bytes], line: int, flags: int) -> Import:
    quoted, angled, macro = said.groups()
    if macro:
        return Import(f"({_text(macro)})", 0, "*", "", line, flags, -1)
    return Import(_text(quoted) if quoted else f"<{_text(angled)}>", 0, "*", "", line, flags, -1)


def _text(written: bytes) -> str:
    return written.strip().decode("utf-8", "replace")


def _guard(source: bytes, lines: list[_Line]) -> tuple[bytes, int]:
    """The macro that keeps a header from being read twice, and the number of the line that asks for it; b"", -1 if
    there is none: nothing but comments may stand around its condition."""
    at = next((n for n, one in enumerate(lines) if one.word not in (b"pragma",)), -1)
    if at < 0 or at + 1 >= len(lines) or lines[at + 1].word != b"define":
        return b"", -1
    asked = _WORD.match(lines[at].rest) if lines[at].word == b"ifndef" else None
    if asked is None and lines[at].word == b"if":
        asked = _NOT_DEFINED.fullmatch(lines[at].rest)
    defined = _WORD.match(lines[at + 1].rest)
    if asked is None or defined is None or asked[1] != defined[1]:
        return b"", -1
    if _without_directives(source[: lines[at].start]):
        return b"", -1
    depth = 0
    for number in range(at, len(lines)):
        word = lines[number].word
        depth += 1 if word.startswith(b"if") else -1 if word == b"endif" else 0
        if depth == 0:
            if number == len(lines) - 1 and not without_comments(source[lines[number].end :]).strip():
                return asked[1], at
            return b"", -1
    return b"", -1


def _without_directives(source: bytes) -> bytes:
    return re.sub(rb"^[^\S\n]*#[^\n]*", b"", without_comments(source), flags=re.MULTILINE).strip()


_CPP_GUARDED = re.compile(rb"\b__cplusplus\b")
_CPP_SIGN = re.compile(
    rb"^[ \t]*(?:(?:inline\s+)?namespace\b[^;={]{0,200}\{|template\s*<|using\s+[\w:]+\s*[=;]|using\s+namespace\b"
    rb"|class\s+[^;()={]{0,200}\{|(?:public|private|protected)\s*:|(?:explicit|virtual|friend)\s+\w)"
    rb"|^[ \t]*\#[ \t]*include[ \t]*<[a-z_]+>|\bstd::\w|\b\w+::~?\w|\boperator[ ]*[-+*/%^&|~!=<>\[(]"
    rb"|\bstatic_cast\s*<|\bconstexpr\s+\w|\bnoexcept\b|\bnullptr\b",
    re.MULTILINE,
)


def is_cpp(source: bytes) -> bool:
    """Whether a header holds what only C++ has, outside of what it keeps from C by `#ifdef __cplusplus`."""
    if not _CPP_SIGN.search(source):
        return False
    return _CPP_SIGN.search(_seen_by_c(without_comments(source))) is not None


def _seen_by_c(source: bytes) -> bytes:
    """The text without what stands under conditions that ask for C++, and without directives other than includes."""
    pieces: list[bytes] = []
    depth = 0  # of conditions inside the one that asks for C++, itself included
    for line in source.split(b"\n"):
        stripped = line.lstrip()
        if stripped.startswith(b"#"):
            word = stripped[1:].lstrip()
            if depth:
                if word.startswith(b"if"):
                    depth += 1
                elif word.startswith(b"endif") or (word.startswith(b"el") and depth == 1):
                    depth -= 1
                continue
            if word.startswith(b"if") and _CPP_GUARDED.search(word) and not word.startswith(b"ifndef"):
                depth = 1
            elif not word.startswith(b"include"):
                continue
        if not depth:
            pieces.append(line)
    return b"\n".join(pieces)


def dialect_of(header: bytes) -> str:
    """The dialect that a header's content is written in."""
    return "cpp" if is_cpp(header) else "h"
