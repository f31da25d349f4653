"""What macros get is text that no grammar reads: paths in it are taken for what they look like, so are decisions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from typing import NamedTuple

from plumbrule.languages.rust.paths import split

_ROOTS = frozenset((b"crate", b"super", b"self", b"$crate"))
# A path; what follows tells what it is.
_WORDS = re.compile(rb"(?<![\w.$'])(\$?[A-Za-z_]\w*+(?:\s*+::\s*+[A-Za-z_]\w*+)*+)(\s*+!?\s*+[(\[{]|\s*+:(?!:))?")
_DECISION = re.compile(rb"&&|(?<![(,=|&{\s])\s*\|\||\?|\b(?:if|while|for)\b")
_MODULE = re.compile(rb"\bmod\s+([A-Za-z_]\w*)\s*;")
_CALLS = (b"(", b"[", b"{")  # `name {` alone makes a value, `name! {` calls a macro
_INCLUDED = re.compile(rb"include!\s*\(\s*\"([^\"\n]{1,300})\"\s*,?\s*\)")


class Mention(NamedTuple):
    """A path in what a macro gets."""

    start: int
    end: int
    kind: str


def mentions(masked: bytes, start: int, end: int, heads: Set[bytes]) -> Iterator[Mention]:
    """The paths there that begin with a root or one of these names, but for names that are read as others are."""
    for found in _WORDS.finditer(masked, start, end):
        words = split(found[1])
        if not words or not (words[0] in _ROOTS or words[0] in heads):
            continue
        after = (found[2] or b"").strip()
        if len(words) == 1 and (not after or words[0] == b"self"):
            continue
        if after == b":":
            continue  # a field
        yield Mention(found.start(1), found.end(1), "call" if after[-1:] in _CALLS and after != b"{" else "read")


def decisions(masked: bytes, start: int, end: int) -> int:
    """How many ways more there are through it."""
    return len(_DECISION.findall(masked, start, end))


def modules(masked: bytes, start: int, end: int) -> Iterator[tuple[bytes, int]]:
    """The modules in files of their own that a macro may declare, and where."""
    for found in _MODULE.finditer(masked, start, end):
        yield found[1], found.start()


def included(source: bytes, start: int, end: int) -> bytes | None:
    """The file whose text stands for the macro, if it is `include!`."""
    found = _INCLUDED.match(source, start, end)
    return found[1] if found is not None else None
