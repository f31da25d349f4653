"""What one Starlark file says: Python's facts, but for `load`, and for a leading underscore, which nobody can load."""

from __future__ import annotations

import re

from tree_sitter import Node, Query, Tree

from plumbrule.extract.sweep import LONGEST_NAME, require_text, text
from plumbrule.facts import Facts, Import
from plumbrule.languages.python.facts import PythonSweep

_STRING = re.compile(rb"""[rR]?("{3}|'{3}|"|')(.*)\1""", re.DOTALL)
_NAME = re.compile(rb"[^\W\d]\w*")
_LONGEST_LABEL = 500


def extract(source: bytes, tree: Tree, query: Query) -> Facts:
    """Facts of a Starlark file; ValueError with a plain reason if the bytes are no UTF-8 text."""
    require_text(source)
    return _StarlarkSweep(source, 0).run(tree, query)


class _StarlarkSweep(PythonSweep):
    def __init__(self, source: bytes, flags: int) -> None:
        super().__init__(source, flags)
        self.watches_calls = False  # nothing is imported by a call but at module level, see `on_expression`

    def on_expression(self, node: Node) -> None:
        start = node.start_byte
        call = node.child(0) if self.frame.symbol < 0 and self.source.startswith(b"load", start) else None
        callee = call.child_by_field_name("function") if call is not None and call.type == "call" else None
        arguments = call.child_by_field_name("arguments") if call is not None and callee is not None else None
        if callee is None or arguments is None or callee.end_byte - start != len("load"):
            super().on_expression(node)
            return
        given = [argument for argument in arguments.named_children if argument.type != "comment"]
        label = self._text(given[0]) if given else b""
        if not label:
            super().on_expression(node)
            return
        self._load(node, text(label[:_LONGEST_LABEL]), given[1:])

    def _load(self, node: Node, label: str, names: list[Node]) -> None:
        """`load("//shop:tax.bzl", "rate", cut = "discount")`: each name is one row."""
        self.statement()
        start, end = node.start_byte, node.end_byte
        self.cut(start, end)
        self._import_spans.append((start, end))
        self.quiet_to = max(self.quiet_to, end)  # labels and names are no literals
        line, flags = self.line(start), self._flags_at(start)
        rows = []
        for named in names:
            key = named.child_by_field_name("name") if named.type == "keyword_argument" else None
            value = named.child_by_field_name("value") if key is not None else named
            name = self._text(value) if value is not None else b""
            alias = self.source[key.start_byte : key.end_byte] if key is not None else name
            if len(name) <= LONGEST_NAME and _NAME.fullmatch(name) and len(alias) <= LONGEST_NAME:
                rows.append(Import(label, 0, text(name), text(alias), line, flags, -1))
        self.imports.extend(rows or [Import(label, 0, "", "", line, flags, -1)])

    def _text(self, node: Node) -> bytes:
        """The content of a plain string; empty if it is anything else."""
        found = _STRING.fullmatch(self.source, node.start_byte, node.end_byte) if node.type == "string" else None
        return found[2] if found is not None else b""

    def finish(self) -> None:
        for index, symbol in enumerate(self.symbols):
            if symbol.parent < 0 and symbol.name.startswith("_"):
                self.symbols[index] = symbol._replace(visibility="private", exported=False)
        self.read_imported_names(self._import_spans)
