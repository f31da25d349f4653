"""Lock files in TOML: tables of one package each, thousands of lines that a tool wrote.

`tomllib` reads 8 MB a second, and a history reads a lock for every other commit. So files of the shape that the tools
write are read by lines, five times as fast; a file with any other line is handed to the whole parser, which says what
is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from plumbrule.extract.manifests.reading import Unreadable
from plumbrule.extract.manifests.text import Lines
from plumbrule.extract.manifests.values import Table, tables, text, toml_of

_PLAIN = r"\"(?:[^\"\\\n]|\\.)*+\"|'[^'\n]*+'|[\w.:+-]++"
_VALUE = rf"(?:{_PLAIN})"
# One line of what the tools write: a header, a value on one line, or a line of a list that goes over several.
_LINE = re.compile(
    rf"(?:\#[^\n]*+|\[\[[\w.-]++\]\]|\[[\w.\"-]++\]|[\w.\"-]++ = (?:{_VALUE}|\{{[^\n]*\}}|\[[^\n]*\]|\[)"
    rf"|[ \t]++(?:{_VALUE}|\{{[^\n]*\}}|\[[^\n]*\]),?|\])?(?:[ \t]++\#[^\n]*+)?(?:\n|\Z)"
)
_HEAD = re.compile(r"\[+\"?([\w.-]++)\"?\]+")
_PAIR = re.compile(rf"([\w-]++) = ({_PLAIN}|\{{[^\n]*\}}|\[[^\n]*\])")
_WORD = re.compile(r"\"((?:[^\"\\\n]|\\.)*+)\"|'([^'\n]*+)'")
_KEYS = frozenset({"name", "version", "source", "category", "optional", "groups", "path", "type", "checksum"})


class Locked(NamedTuple):
    """One package; `more` holds its other values as text, those of the table `package.source` as "source"."""

    name: str
    version: str
    line: int
    more: dict[str, str]


def locked(document: str, key: str = "package") -> Iterator[Locked]:
    """Every table of the list of this name. `Unreadable` if it is no TOML."""
    at = 0
    while at < len(document):
        match = _LINE.match(document, at)
        if match is None:
            yield from _parsed(document, key)
            return
        at = match.end()
    yield from _by_lines(document, key)


def _by_lines(document: str, key: str) -> Iterator[Locked]:
    found: dict[str, str] = {}
    within, begun = "", 0  # the table that is open, if it is a package's
    for number, line in enumerate(document.split("\n"), 1):
        if line[:1] == "[":
            head = _HEAD.match(line)
            within = head[1] if head is not None else ""
            if not within.startswith(f"{key}."):
                if found:
                    yield _made(found, begun)
                found, begun = {}, number
        elif within == key and (pair := _PAIR.match(line)) and pair[1] in _KEYS:
            found.setdefault(pair[1], pair[2])
            begun = number if pair[1] == "name" else begun
        elif found and within == f"{key}.source" and line[:1].isalpha():
            found["source"] = f"{found.get('source', '')} {line}"
    if found:
        yield _made(found, begun)


def _made(found: dict[str, str], line: int) -> Locked:
    name, version = (_WORD.fullmatch(found.pop(key, "")) for key in ("name", "version"))
    return Locked(
        (name[1] or name[2] or "") if name else "", (version[1] or version[2] or "") if version else "", line, found
    )


def _parsed(document: str, key: str) -> Iterator[Locked]:
    found: Table = toml_of(document)
    if key in found and not isinstance(found[key], list):
        raise Unreadable(f"`{key}` is no list")
    lines = Lines(document)
    for one in tables(found.get(key)):
        name = text(one.get("name"))
        more = {name: str(value) for name, value in one.items() if name in _KEYS}
        yield Locked(name, text(one.get("version")), lines.of(f'"{name}"', f"'{name}'"), more)
