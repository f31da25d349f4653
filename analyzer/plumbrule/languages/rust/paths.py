"""How Rust spells what it names: a path as written becomes the words of the module that the file is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from typing import NamedTuple

from tree_sitter import Node

from plumbrule.extract.sweep import LONGEST_NAME, text

_COMMENT = re.compile(rb"//[^\n]*|/\*.*?\*/", re.DOTALL)
_LONGEST = 400  # as written, with what stands between its words
_DEEPEST_USE = 32  # groups inside each other
_PRIMITIVE = frozenset(
    b"bool char f32 f64 i8 i16 i32 i64 i128 isize str u8 u16 u32 u64 u128 usize f16 f128 Self".split()
)


class Path(NamedTuple):
    """A path that is used where it stands."""

    end: int
    kind: str
    symbol: int
    inside: tuple[bytes, ...]  # modules of this file around it, asked only of those that begin with self or super
    is_test: bool


class Leaf(NamedTuple):
    """One of the things that a `use` binds."""

    words: list[bytes]  # `*` ends a glob
    bound: bytes  # the name that it is bound to
    start: int


class Heads(NamedTuple):
    """With what the paths of a file may begin."""

    bound: Set[str]  # by the file itself
    star: bool  # and whatever a glob brings

    def leads_out(self, words: list[bytes]) -> bool | None:
        """Whether a path needs another file, as no `use` introduces it; None if nothing can be found by it."""
        head = text(words[0])
        if len(words) == 1 and head not in self.bound:
            return None
        if head in ("crate", "super"):
            return True
        if head in self.bound:
            return False
        if words[0] in _PRIMITIVE:
            return None
        # Modules and packages are spelt small, types are not.
        return True if is_small(words[0][0]) else (False if self.star else None)


def is_small(letter: int) -> bool:
    """Whether a name that begins so is one of a module, a function or a variable."""
    return letter > 96 or letter == 95


def split(written: bytes) -> list[bytes]:
    """The words of a path as written, arguments of types left out; none if it is no plain path."""
    if written.startswith(b"<") or len(written) > _LONGEST:
        return []
    if b"<" in written:
        written = _without_arguments(written)
    if b"/" in written:
        written = _COMMENT.sub(b"", written)
    words = [word.strip().removeprefix(b"r#") for word in written.split(b"::")]
    if words[0] == b"$crate":
        words[0] = b"crate"
    return [word for word in words if word]


def _without_arguments(written: bytes) -> bytes:
    depth, kept = 0, bytearray()
    for byte in written:
        if byte == 60:
            depth += 1
        elif byte == 62:
            depth = max(0, depth - 1)
        elif not depth:
            kept.append(byte)
    return bytes(kept)


def from_file(words: list[bytes], inside: tuple[bytes, ...]) -> list[bytes]:
    """A path that begins with `self` or `super`, as it is spelt in the file's own module; others as they are."""
    head = words[0]
    if head not in (b"self", b"super"):
        return words
    up = 0
    at = 1 if head == b"self" else 0
    while at < len(words) and words[at] == b"super":
        up += 1
        at += 1
    if up > len(inside):
        return [b"super"] * (up - len(inside)) + words[at:]
    return [b"self", *inside[: len(inside) - up], *words[at:]]


def spelt(written: bytes, inside: tuple[bytes, ...]) -> list[bytes]:
    """The words by which the file's own module has what a path names; none if that is no plain path to something."""
    words = split(written)
    if not words:
        return words
    words = from_file(words, inside)
    if words[0] == b"self":
        words = words[1:]
    return words if sum(map(len, words)) + len(words) - 1 <= LONGEST_NAME else []


def leaves(argument: Node, source: bytes) -> Iterator[Leaf]:
    """Everything that a `use` binds."""
    open_: list[tuple[Node, list[bytes]]] = [(argument, [])]
    while open_:
        node, prefix = open_.pop()
        if len(prefix) > _DEEPEST_USE:
            continue
        kind = node.type
        if kind == "use_list":
            open_ += [(child, prefix) for child in reversed(node.named_children)]
        elif kind == "scoped_use_list":
            listed = node.child_by_field_name("list")
            if listed is not None:
                open_.append((listed, [*prefix, *_words(node.child_by_field_name("path"), source)]))
        elif kind not in ("line_comment", "block_comment", "ERROR"):
            leaf = _leaf(node, prefix, source)
            if leaf.words:
                yield leaf


def _leaf(node: Node, prefix: list[bytes], source: bytes) -> Leaf:
    if node.type == "use_wildcard":
        return Leaf([*prefix, *_words(first(node), source), b"*"], b"", node.start_byte)
    alias = node.child_by_field_name("alias")
    if alias is not None:
        words = _without_self([*prefix, *_words(node.child_by_field_name("path"), source)])
        return Leaf(words, source[alias.start_byte : alias.end_byte], node.start_byte)
    words = _without_self([*prefix, *_words(node, source)]) if node.type != "use_as_clause" else []
    return Leaf(words, words[-1] if words else b"", node.start_byte)


def _without_self(words: list[bytes]) -> list[bytes]:
    """`a::{self}` is `a`."""
    return words[:-1] if len(words) > 1 and words[-1] == b"self" else words


def _words(node: Node | None, source: bytes) -> list[bytes]:
    return split(source[node.start_byte : node.end_byte]) if node is not None else []


def first(node: Node) -> Node | None:
    """The first of what is in a node, comments left out."""
    return next((child for child in node.named_children if not child.is_extra), None)
