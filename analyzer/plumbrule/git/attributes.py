"""What .gitattributes files say of generated and vendored files.

Hides their pattern language. We read them ourselves because `git check-attr` sees the index or, only from
git 2.40 on, a tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

_NAMES = ("linguist-generated", "linguist-vendored")
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')
_ESCAPE = re.compile(r"\\([0-7]{3}|.)")
_SINGLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
LIMIT = 1 << 20  # bytes; a larger file is passed over


class Marks(NamedTuple):
    """The marked ones of some paths."""

    generated: frozenset[str]
    vendored: frozenset[str]


_Pattern = tuple[re.Pattern[str] | None, ...]  # one for each name of a path; None stands for `**`


class _Line(NamedTuple):
    pattern: _Pattern
    values: Mapping[str, bool | None]  # None: as if never mentioned


def marks(files: Mapping[str, bytes], paths: Iterable[str]) -> Marks:
    """Which of the paths are marked generated or vendored by these `.gitattributes` files, given by path.

    A later line beats an earlier one, and a deeper file one above it, as git has it.
    """
    folders = {path.removesuffix(".gitattributes"): _lines(content) for path, content in files.items()}
    folders = {folder: lines for folder, lines in folders.items() if lines}
    found: dict[str, set[str]] = {name: set() for name in _NAMES}
    if folders:
        for path in paths:
            for name, value in _values(folders, path).items():
                if value:
                    found[name].add(path)
    return Marks(*(frozenset(found[name]) for name in _NAMES))


def _values(folders: Mapping[str, list[_Line]], path: str) -> dict[str, bool | None]:
    values: dict[str, bool | None] = {}
    names = path.split("/")
    for depth in range(len(names)):
        for line in folders.get("".join(f"{name}/" for name in names[:depth]), ()):
            if _matches(line.pattern, names[depth:]):
                values.update(line.values)
    return values


def _lines(content: bytes) -> list[_Line]:
    """The lines that speak of our attributes."""
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
            lines.append(_Line(tuple(_name(part) for part in anchored.split("/")), values))
    return lines


def _spoken(words: list[str], macros: Mapping[str, Mapping[str, bool | None]]) -> dict[str, bool | None]:
    values: dict[str, bool | None] = {}
    for word in words:
        name, equals, value = word.lstrip("-!").partition("=")
        if name in _NAMES:
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
