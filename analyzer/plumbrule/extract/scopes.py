"""Definitions in scopes, for languages in which a name means what is defined around it before it means anything else.

Hides how the places where a name is local are gathered while nodes stream by: what is open around a node, from a stack
of spans beside that of the figures, because a block opens a scope and is no definition.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from plumbrule.extract.branches import BranchSweep
from plumbrule.extract.hiding import Span
from plumbrule.extract.signs import NEWLINE, SLASH
from plumbrule.extract.sweep import text

if TYPE_CHECKING:
    from tree_sitter import Node

CODE, CLASS, FILE, UNNAMED = "code", "class", "file", "unnamed"  # kinds of scopes
SPACE = re.compile(rb"\s+")
COMMENT = re.compile(rb"//[^\n]*|/\*.*?\*/", re.DOTALL)
LONGEST_TEXT = 500  # of a type kept as written; what follows is replaced by an ellipsis


class ScopedSweep(BranchSweep):
    """A sweep that knows what is open around a node, and where names are local."""

    def __init__(self, source: bytes) -> None:
        super().__init__(source)
        # What is open around the node at hand, innermost last.
        self._scopes: list[tuple[int, int, str]] = [(0, len(source), FILE)]
        self._values: dict[bytes, set[Span]] = defaultdict(set)  # where a name is local
        self._types: dict[bytes, set[Span]] = defaultdict(set)
        self._named: set[int] = set()  # where a name stands that is being given to something

    def _mark_generated(self) -> None:
        """A type at the top of a file that says it is generated stands for all of it."""
        types = [one for one in self.symbols if one.parent < 0 and one.kind in ("class", "interface", "enum")]
        said = {name.rpartition(".")[2] for one in types for name in one.decorators}
        self.is_generated = self.is_generated or "Generated" in said

    def _open(self, node: Node, kind: str) -> None:
        self._scope(node.start_byte)
        self._scopes.append((node.start_byte, node.end_byte, kind))

    def _scope(self, start: int) -> tuple[int, int, str]:
        """What is open around this place."""
        scopes = self._scopes
        while len(scopes) > 1 and scopes[-1][1] <= start:
            scopes.pop()
        return scopes[-1]

    def _make_local(self, name: bytes, span: tuple[int, int] | Node, *, is_type: bool = False) -> None:
        start, end = span if isinstance(span, tuple) else (span.start_byte, span.end_byte)
        self._values[name].add((start, end))
        if is_type:
            self._types[name].add((start, end))

    def _make_member(self, name: bytes, start: int, *, is_type: bool = False) -> None:
        """Inside what is open there a name means what is being defined, unless all of the package can see that."""
        begin, end, kind = self._scope(start)
        if kind != FILE:
            self._make_local(name, (begin, end), is_type=is_type)

    def _take_name(self, node: Node | None) -> bytes:
        """The name that is being given to something."""
        if node is None:
            return b""
        self._named.add(node.start_byte)
        return self.source[node.start_byte : node.end_byte].strip(b"`")

    def _written(self, node: Node | None) -> str:
        """The text of a node on one line, comments left out."""
        if node is None:
            return ""
        start, end = node.start_byte, node.end_byte
        written = self.source[start : min(end, start + 4 * LONGEST_TEXT)]
        if NEWLINE in written or SLASH in written or b"  " in written:
            written = SPACE.sub(b" ", COMMENT.sub(b" ", written)).strip()
        return text(written[:LONGEST_TEXT]) + ("…" if len(written) > LONGEST_TEXT else "")
