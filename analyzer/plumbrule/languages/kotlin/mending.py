"""Kotlin as its grammar can read it. Hides where the two differ, and how the text is put right without moving a byte.

The grammar wants the end of a line, or a sign for one, behind every member of a class, where the language lets `}` do.
And what has an annotation and begins with a word that is a name elsewhere (`enum`, `data`) it takes for an expression,
at the top of a file: there the annotation is set aside. Of Kotlin 2.2 it knows neither conditions behind those of a
`when` nor strings that say how many signs begin what is put into them.
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
# What a line holds that may have a second condition of an entry of `when`.
_PART = re.compile(
    rb"(?P<kept>//.*|/\*.*?(?:\*/|\Z)|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)'|`[^`]*`)|(?P<word>\w+)|->|\S"
)
_BEFORE_IF = frozenset(b"return throw in is as and or to until downTo step shl shr ushr xor".split())  # an expression
_STRINGS = re.compile(
    rb"//[^\n]*|/\*.*?(?:\*/|\Z)|(?P<signs>\${2,})(?=\")|\"\"\".*?(?:\"{3,}|\Z)|\"(?:[^\"\\\n]|\\.)*\"?"
    rb"|'(?:[^'\\\n]|\\.)'",
    re.DOTALL,
)
_SIGNS = re.compile(rb"\$+|[{}\"]|\\.", re.DOTALL)


class Mended(NamedTuple):
    tree: Tree
    aside: dict[int, list[Node]]  # annotations that the tree lacks, by where what they are of begins
    guards: list[int]  # where the second conditions of entries of a `when` begin


def mended(source: bytes, tree: Tree) -> Mended:
    """The tree of the source, parsed again where the grammar is known to be mistaken."""
    if len(source) > _LARGEST_TWICE:
        return Mended(tree, {}, [])
    plain = bytearray(source)
    guards: list[int] = []
    if tree.root_node.has_error:
        guards = _guarded(source, plain)
        _hide_signs(source, plain)
        if plain != source:
            tree = Parser(tree.language).parse(bytes(plain))
    read = bytes(plain)
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
    if plain == read:
        return Mended(tree, {}, guards)
    return Mended(Parser(tree.language).parse(bytes(plain)), aside, guards)


def _guarded(source: bytes, plain: bytearray) -> list[int]:
    """Makes conditions of an entry of `when` that stand behind another, after `if`, conditions beside it; where."""
    found = []
    start = 0
    for line in source.split(b"\n") if b" if " in source else ():
        if b" if " in line and b"->" in line:
            at, begin = _guard_in(line)
            if at >= 0:
                found.append(start + at)
                plain[start + at : start + at + 2] = b"  " if begin >= 0 else b", "
                if begin >= 0:
                    plain[start + begin : start + begin + 4] = b"    "
        start += len(line) + 1
    return found


def _guard_in(line: bytes) -> tuple[int, int]:
    """Where a line has the `if` of such a condition, and where its `else` is, if it is behind that; -1 for none."""
    at = begin = -1
    depth = 0
    before = b""  # nothing, or what stands before the part at hand and may be the end of a condition
    last = -1
    for part in _PART.finditer(line):
        word = part["word"] or b""
        if word == b"if" and depth == 0 and before and at < 0 and before not in _BEFORE_IF:
            at, begin = part.start(), last if before == b"else" else -1
        elif part[0] == b"->" and depth == 0:
            return at, begin
        elif part[0] in b"([":
            depth += 1
        elif part[0] in b")]":
            depth -= 1
        elif part[0] in b"{};":
            at, before, depth = -1, b"", 0
            continue
        is_end = bool(word or part["kept"]) or part[0] in (b")", b"]")
        before, last = part[0] if is_end and not part[0].startswith(b"/") else b"", part.start()
    return -1, -1


def _hide_signs(source: bytes, plain: bytearray) -> None:
    """Makes plain strings of those before which stands how many signs begin what is put into them."""
    at = 0 if b'$$"' in source else len(source)
    while (found := _STRINGS.search(source, at)) is not None:
        at = found.end()
        if found["signs"] is not None:
            plain[found.start() : at] = b" " * (at - found.start())
            at = _hide_signs_in(source, plain, at, at - found.start())


def _hide_signs_in(source: bytes, plain: bytearray, begin: int, size: int) -> int:
    """Leaves of the signs in the string that begins there those that begin something, one each; the string's end."""
    quote = b'"' * (3 if source.startswith(b'"""', begin) else 1)
    at = begin + len(quote)
    depth = 0  # of braces in what is put in
    while (sign := _SIGNS.search(source, at)) is not None:
        at = sign.end()
        if sign[0].startswith(b"$") and not depth:
            is_put = len(sign[0]) >= size
            kept = at - 1 if is_put else at
            plain[sign.start() : kept] = b"_" * (kept - sign.start())
            if is_put and source.startswith(b"{", at):
                depth, at = 1, at + 1
        elif depth and sign[0] in b"{}":
            depth += 1 if sign[0] == b"{" else -1
        elif sign[0] == b'"' and not depth and source.startswith(quote, sign.start()):
            return sign.start() + len(quote)
        elif sign[0].startswith(b"\\") and len(quote) == 3:
            at = sign.start() + 1  # only a character there
    return len(source)


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
