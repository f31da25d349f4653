"""Branches, loops and switches as most languages write them: statements, and an `else` that is a field of its `if`.

Hides how an `else if` is told from an `if` inside of an `else`. Definitions: McCabe 1976; Campbell 2018, appendix B.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.extract.sweep import Flow, Sweep

if TYPE_CHECKING:
    from tree_sitter import Node

BRANCH = Flow(cyclomatic=1, scaled=True, nests=True)
SWITCH = Flow(scaled=True, nests=True)
_ELSE_IF = Flow(cyclomatic=1, cognitive=1)


class BranchSweep(Sweep):
    """A sweep that knows the captures `if`, `loop` and `switch`."""

    def __init__(self, source: bytes) -> None:
        super().__init__(source)
        self._chained: set[int] = set()  # starts of the `if` of an `else if`

    def on_if(self, node: Node) -> None:
        if node.start_byte not in self._chained:
            self.statement()
        self.branch(node, node.child_by_field_name("alternative"))

    def branch(self, node: Node, other: Node | None) -> None:
        """One `if`, and what is done otherwise: another `if` or anything else."""
        if node.start_byte in self._chained:
            self._chained.discard(node.start_byte)
            self.flow(_ELSE_IF, node)
        else:
            self.flow(BRANCH, node)
        if other is not None and other.type == node.type:
            self._chained.add(other.start_byte)
        elif other is not None:
            self.frame.cognitive += 1

    def on_loop(self, node: Node) -> None:
        self.statement()
        self.flow(BRANCH, node)

    def on_switch(self, node: Node) -> None:
        self.statement()
        self.flow(SWITCH, node)
