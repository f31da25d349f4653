"""What .gitattributes files say of generated and vendored files.

Hides their pattern language. We read them ourselves because `git check-attr` sees the index or, only from
git 2.40 on, a tree; and because a work tree, a commit and the example of a rule are to be read alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

GENERATED, VENDORED = "linguist-generated", "linguist-vendored"
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')
_SPECIAL = re.compile(r"[*?\[\\]")
_HARD = re.compile(r"[\[\\]")
_ESCAPE = re.compile(r"\\([0-7]{3}|.)")
_SINGLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
FILE = ".gitattributes"
LIMIT = 1 << 20  # bytes; a larger file is passed over
_BROAD = 1_000  # lines of one file that name no certain file; what comes after them is passed over


_Pattern = tuple[re.Pattern[str] | None, ...]  # one for each name of a path; None stands for `**`


class _Line(NamedTuple):
    pattern: _Pattern
    values: Mapping[str, bool | None]  # None: as if never mentioned
    ending: str = ""  # what every name that it matches ends with


class _Folder(NamedTuple):
    """The lines of one file, each with its place: those for a file of one name, and all others."""

    named: Mapping[str, list[tuple[int, _Line]]]
    broad: list[tuple[int, _Line]]


class Attributes:
    """What the `.gitattributes` files of one tree say; `read` gives one's bytes, None where there is none.

    A later line beats an earlier one, and a deeper file one above it, as git has it.
    """

    def __init__(self, read: Callable[[str], bytes | None]) -> None:
        self._read = read
        self._on_the_way: dict[str, tuple[tuple[int, _Folder], ...]] = {}

    def of(self, path: str) -> Mapping[str, bool | None]:
        """GENERATED and VENDORED, as far as something is said of this file; None = as if never mentioned."""
        folder, _, name = path.rpartition("/")
        folders = self._at(folder)
        if not folders:
            return {}
        values: dict[str, bool | None] = {}
        names = path.split("/")
        for depth, lines in folders:
            broad = [found for found in lines.broad if name.endswith(found[1].ending)]
            for _, line in sorted([*lines.named.get(name, ()), *broad], key=_place):
                if _matches(line.pattern, names[depth:]):
                    values.update(line.values)
        return values

    def _at(self, folder: str) -> tuple[tuple[int, _Folder], ...]:
        """The files that speak of what lies in a folder, from the top down, each with how deep it lies."""
        if not self._on_the_way:
            self._on_the_way[""] = self._own("", 0)
        ways = []
        while folder not in self._on_the_way:
            ways.append(folder)
            folder = folder.rpartition("/")[0]
        found = self._on_the_way[folder]
        for way in reversed(ways):
            found = self._on_the_way[way] = (*found, *self._own(way + "/", way.count("/") + 1))
        return found

    def _own(self, folder: str, depth: int) -> tuple[tuple[int, _Folder], ...]:
        content = self._read(folder + FILE)
        lines = _lines(content) if content is not None else []
        if not lines:
            return ()
        named: dict[str, list[tuple[int, _Line]]] = {}
        broad = []
        for at, (name, line) in enumerate(lines):
            if name:
                named.setdefault(name, []).append((at, line))
            else:
                broad.append((at, line))
        return ((depth, _Folder(named, broad[:_BROAD])),)


def _place(line: tuple[int, _Line]) -> int:
    return line[0]


def _lines(content: bytes) -> list[tuple[str, _Line]]:
    """The lines that speak of our attributes, each with the one name of files that it is for, "" for others."""
    if b"linguist-" not in content or len(content) > LIMIT:
        return []
    macros: dict[str, dict[str, bool | None]] = {}
    lines = []
    for text in content.decode("utf-8", "replace").splitlines():
        first = _WORD.match(text.strip())
        if first is None or first.group().startswith("#"):
            continue
        quoted, bare = first.groups()
        pattern = _unquoted(quoted) if quoted is not None else bare
        values = _spoken(text.strip()[first.end() :].split(), macros)
        if pattern.startswith("[attr]"):
            macros[pattern.removeprefix("[attr]")] = values
        elif values and not pattern.startswith("!") and not pattern.endswith("/"):
            anchored = pattern.removeprefix("/") if "/" in pattern else f"**/{pattern}"
            parts = anchored.split("/")
            plain = "" if _SPECIAL.search(parts[-1]) else parts[-1]
            ending = "" if _HARD.search(parts[-1]) else _SPECIAL.split(parts[-1])[-1]
            lines.append((plain, _Line(tuple(_name(part) for part in parts), values, ending)))
    return lines


def _spoken(words: list[str], macros: Mapping[str, Mapping[str, bool | None]]) -> dict[str, bool | None]:
    values: dict[str, bool | None] = {}
    for word in words:
        name, equals, value = word.lstrip("-!").partition("=")
        if name in (GENERATED, VENDORED):
            if word.startswith("!"):
                values[name] = None
            else:
                values[name] = not word.startswith("-") and (not equals or value.lower() in ("true", "set", "1", "yes"))
        elif word in macros:
            values.update(macros[word])
    return values


def _unquoted(text: str) -> str:
    def plain(match: re.Match[str]) -> str:
        code = match.group(1)
        return chr(int(code, 8)) if len(code) == 3 else _SINGLE.get(code, code)

    return _ESCAPE.sub(plain, text)


def _matches(pattern: _Pattern, names: list[str]) -> bool:
    """A path against a pattern, name by name; only the last `**` is ever tried again, so no pattern is slow."""
    at = name = 0
    again: tuple[int, int] | None = None
    while name < len(names):
        if at < len(pattern) and pattern[at] is None:
            # `**` at the end needs something to stand for.
            if at == len(pattern) - 1:
                return True
            again = (at, name)
            at += 1
            continue
        part = pattern[at] if at < len(pattern) else None
        if part is not None and part.fullmatch(names[name]):
            at, name = at + 1, name + 1
        elif again is not None:
            at, name = again[0] + 1, again[1] + 1
            again = (again[0], name)
        else:
            return False
    return at == len(pattern)


@lru_cache(maxsize=4096)
def _name(pattern: str) -> re.Pattern[str] | None:
    """git's wildmatch for one name of a path.

    What stands between two stars is matched where it first fits, and never again: later places cannot do better.
    """
    if len(pattern) > 1 and not pattern.strip("*"):
        return None
    first, *rest = re.split(r"(?<!\\)\*+", pattern)
    parts = [_literal(first), *(f"(?>.*?{_literal(middle)})" for middle in rest[:-1])]
    if rest:
        parts.append(f".*{_literal(rest[-1])}")
    try:
        return re.compile("".join(parts), re.DOTALL)
    except re.error:  # such as a range that runs backwards: matches nothing, as in git
        return re.compile(r"(?!)")


def _literal(text: str) -> str:
    """The part of a pattern without stars: `?`, sets and escapes as a regular expression."""
    return re.sub(r"\[([!^]?)(\]?[^\]]+)\]|\\(.)|(.)", _token, text, flags=re.DOTALL)


def _token(match: re.Match[str]) -> str:
    negated, members, escaped, plain = match.groups()
    if members:
        inside = re.sub(r"([\[\]^\\&~|])", r"\\\1", members)
        return f"[{'^' if negated else ''}{inside}]"
    return "." if plain == "?" else re.escape(escaped or plain)
