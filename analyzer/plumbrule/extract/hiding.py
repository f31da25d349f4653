"""Where in a file a name means something local, and no longer what was imported under it.

Hides how the place of a name is looked up in the tree: from the root down, once a suspect. Only places that the text
makes suspect come here, so that most files cost nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence

from tree_sitter import Node

Span = tuple[int, int]

# Beyond these, code is no longer written by people, and each suspect costs a way down the tree.
_MOST = 2_000
_DEEPEST = 500


class Hiding:
    """The spans in which names are local, by name."""

    def __init__(self, root: Node, suspects: Sequence[int], scope_of: Callable[[list[Node]], Span | None]) -> None:
        """`scope_of` says for a name, given as the nodes from the root down to it, where what it binds is visible."""
        found: dict[bytes, set[Span]] = defaultdict(set)
        for start in suspects[:_MOST]:
            around = _nodes_down_to(root, start)
            span = scope_of(around) if 1 < len(around) <= _DEEPEST else None
            name = around[-1].text
            if span is not None and name is not None:
                found[name].update((span, (start, around[-1].end_byte)))
        self._spans = {name: _disjoint(spans) for name, spans in found.items()}

    def __bool__(self) -> bool:
        return bool(self._spans)

    def hides(self, name: bytes, start: int) -> bool:
        """Whether a dotted name that stands there begins with a local one."""
        spans = self._spans.get(name.partition(b".")[0])
        if spans is None:
            return False
        number = bisect_right(spans, (start, start + 1_000_000_000)) - 1
        return number >= 0 and start < spans[number][1]


def _disjoint(spans: set[Span]) -> list[Span]:
    """The same text in spans that do not meet, in order."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _nodes_down_to(root: Node, offset: int) -> list[Node]:
    """The nodes around this byte, outermost first; the last one is a leaf unless they are too many."""
    cursor = root.walk()
    around = [root]
    while len(around) <= _DEEPEST and cursor.goto_first_child_for_byte(offset) is not None:
        assert cursor.node is not None  # there is always one under a cursor
        around.append(cursor.node)
    return around
