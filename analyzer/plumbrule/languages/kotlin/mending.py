"""Kotlin as its grammar can read it. Hides where the two differ, and how the text is put right without moving a byte.

The grammar wants the end of a line, or a sign for one, behind every member of a class, where the language lets `}` do.
And what has an annotation and begins with a word that is a name elsewhere (`enum`, `data`) it takes for an expression,
at the top of a file: there the annotation is set aside.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tree_sitter import Node, Parser, Tree

_LARGEST_TWICE = 2_000_000  # bytes; longer files are read once
_DEEPEST_HEAD = 30  # nodes that begin where their parent does
_CLASS = re.compile(rb"(?<!:)\b(?:class|interface|object)\b")
_MEMBER = re.compile(rb"\{[ \t]*override\b")
# What stands between the braces of a line.
_SIGN = re.compile(rb"[{}]|//.*|/\*.*?(?:\*/|\Z)|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)'|`[^`]*`", re.DOTALL)
_DECLARED = re.compile(rb"(?:[a-z]+\s+)+(?:class|interface|object|fun|val|var|typealias)\b")
_LINE = re.compile(rb"[^\n]")


class Mended(NamedTuple):
    tree: Tree
    aside: dict[int, list[Node]]  # annotations that the tree lacks, by where what they are of begins


def mended(source: bytes, tree: Tree) -> Mended:
    """The tree of the source, parsed again where the grammar is known to be mistaken."""
    if len(source) > _LARGEST_TWICE:
        return Mended(tree, {})
    plain = bytearray(source)
    if tree.root_node.has_error:
        for at in _unended(source):
            plain[at] = ord(";")
    aside = {}
    for child in tree.root_node.named_children:
        annotations, start = _annotated(child)
        if annotations and _DECLARED.match(source, start):
            aside[start] = annotations
            for one in annotations:
                plain[one.start_byte : one.end_byte] = _LINE.sub(b" ", plain[one.start_byte : one.end_byte])
    if plain == source:
        return Mended(tree, {})
    return Mended(Parser(tree.language).parse(bytes(plain)), aside)


def _annotated(node: Node) -> tuple[list[Node], int]:
    """The annotations with which an expression begins, and where what they are of does."""
    begin = node.start_byte
    for _ in range(_DEEPEST_HEAD):
        first = node.named_child(0) if node.named_child_count else None
        if node.type == "annotated_expression" or first is None or first.start_byte != begin:
            break
        node = first
    found: list[Node] = []
    while node.type == "annotated_expression" and len(found) < _DEEPEST_HEAD:
        parts = [part for part in node.named_children if not part.type.endswith("comment")]
        found += [part for part in parts if part.type == "annotation"]
        if not parts or parts[-1].type == "annotation":
            return [], begin
        node = parts[-1]
    return found, node.start_byte


def _unended(source: bytes) -> list[int]:
    """Where the last member of a class that begins and ends in one line could have a sign for its end."""
    found = []
    start = 0
    for line in source.split(b"\n"):
        if b"}" in line and (b"override" in line or _CLASS.search(line) is not None):
            found += [start + at for at in _unended_in(line)]
        start += len(line) + 1
    return found


def _unended_in(line: bytes) -> list[int]:
    found = []
    is_class: list[bool] = []  # of each brace that is open
    last = 0
    for sign in _SIGN.finditer(line):
        at = sign.start()
        if sign[0] == b"{":
            is_class.append(_CLASS.search(line, last, at) is not None or _MEMBER.match(line, at) is not None)
            last = at + 1
        elif sign[0] == b"}":
            held = line[last:at].strip()
            ends = held[-1:] in b";," if held else line[last - 1 : last] == b"{"
            if is_class and is_class.pop() and not ends and line[at - 1] in b" \t":
                found.append(at - 1)
            last = at + 1
    return found
