"""Another reading of a file whose `#if` lines cut through its statements, which no grammar follows.

Hides which branches are read. The text keeps its length, so that places in the tree are places in the source.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from tree_sitter import Parser, Tree

from plumbrule.extract.hiding import Span

_DIRECTIVE = re.compile(rb"^[ \t\xef\xbb\xbf]*#[ \t]*([a-z]+)\b([^\r\n]*)", re.MULTILINE)
_NEVER = (b"false", b"0")
_BLANK = bytes(byte if byte in b"\r\n" else 32 for byte in range(256))
_NONE: Sequence[Span] = ()
_ALL: Sequence[Span] = ((0, 1 << 62),)
_LARGEST = 2_000_000  # bytes; of longer files the first reading counts


def best_reading(source: bytes, tree: Tree) -> tuple[Tree, list[Span], list[Span]]:
    """The tree with the least that is broken, the lines in the source that it does not see, and the branches."""
    if not tree.root_node.has_error or len(source) > _LARGEST:
        return tree, [], []
    lines = [(*found.span(), found[1], found[2].strip()) for found in _DIRECTIVE.finditer(source)]
    if not lines:
        return tree, [], []
    parser = Parser(tree.language)
    broken = sum(end - start for start, end in _broken(tree))
    best = tree, list[Span](), list[Span]()
    directives = [(start, end) for start, end, _, _ in lines]
    at: list[Span] = []  # what was broken in the reading before
    for others in (_NONE, at, _ALL):
        branches = list(_unread(lines, others))
        text = bytearray(source)
        for start, end in (*directives, *branches):
            text[start:end] = source[start:end].translate(_BLANK)
        other = parser.parse(bytes(text) + b"\n")
        at[:] = _broken(other)
        found = sum(end - start for start, end in at)
        if found < broken:
            best, broken = (other, directives, branches), found
        if not found:
            break
    return best


def _unread(lines: list[tuple[int, int, bytes, bytes]], broken: Sequence[Span]) -> Iterator[Span]:
    """The branches of conditions that can never hold, and of those conditions which are broken all but the first."""
    around: list[list[Span]] = []  # the branches of each condition that is open
    starts = [start for start, _ in broken]
    hidden_to = 0
    found: list[Span] = []
    for start, end, word, condition in lines:
        if word == b"if":
            around.append([(end if condition not in _NEVER else -end, start)])
        elif not around or word not in (b"elif", b"else", b"endif"):
            continue
        elif word != b"endif":
            around[-1].append((end, start))
        else:
            branches = around.pop()
            first = branches[0][1]
            number = bisect_right(starts, end)
            is_broken = any(broken[at][1] >= first for at in range(max(0, number - 3), number))
            found += _left_out(branches, start, is_broken=is_broken)
    for start, end in sorted(found):
        if start >= hidden_to:
            hidden_to = end
            yield start, end


def _left_out(branches: Sequence[Span], end: int, *, is_broken: bool) -> Iterator[Span]:
    """The same of one condition that ends there; a branch begins below 0 if it can never hold."""
    ends = [*(before for _, before in branches[1:]), end]
    for at, ((begin, _), stop) in enumerate(zip(branches, ends, strict=True)):
        if begin < 0 or (is_broken and at > 0 and branches[0][0] >= 0) or (is_broken and at > 1):
            yield abs(begin), stop


def _broken(tree: Tree) -> list[Span]:
    """Error nodes, and a byte for each token that the parser put in."""
    cursor = tree.walk()
    found: list[Span] = []
    while True:
        node = cursor.node
        assert node is not None  # there is always one under a cursor
        if node.is_error or node.is_missing:
            found.append((node.start_byte, max(node.start_byte + 1, node.end_byte)))
        elif node.has_error and cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return found
