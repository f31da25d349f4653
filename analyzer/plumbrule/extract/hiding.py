"""Where in a file a name means something local, and no longer what was imported under it.

Hides how the places of names are looked up in the tree: one way through it in the order of the text, going down only
where a suspect is. Only places that the text makes suspect come here, so that most files cost nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from tree_sitter import Node

Span = tuple[int, int]

# Beyond these, code is no longer written by people, and each suspect costs a look at what is around it.
_MOST = 2_000
_DEEPEST = 500


class Hiding:
    """The spans in which names are local, by name."""

    def __init__(self, values: Mapping[bytes, set[Span]], types: Mapping[bytes, set[Span]]) -> None:
        """`values` are the spans in which a name is local, `types` those in which it is also where a type is meant."""
        self._values = {name: disjoint(spans) for name, spans in values.items()}
        self._types = {name: disjoint(spans) for name, spans in types.items()}
        self.names = frozenset((*values, *types))  # that are local anywhere

    @classmethod
    def of(
        cls,
        root: Node,
        suspects: Collection[int],
        scope_of: Callable[[list[Node]], Span | None],
        binds_type: Callable[[list[Node]], bool],
    ) -> Hiding:
        """What the names that begin at these places hide.

        Both functions get a name as the nodes from the root down to it: `scope_of` says where what it binds is
        visible, `binds_type` whether that is a type as well.
        """
        values: dict[bytes, set[Span]] = defaultdict(set)
        types: dict[bytes, set[Span]] = defaultdict(set)
        for start, around in _ways_down(root, sorted(suspects)[:_MOST]):
            if not 1 < len(around) <= _DEEPEST or around[-1].start_byte != start:
                continue
            span, name = scope_of(around), around[-1].text
            if span is not None and name is not None:
                values[name].update((span, (start, around[-1].end_byte)))
                if binds_type(around):
                    types[name].add(span)
        return cls(values, types)

    def __bool__(self) -> bool:
        return bool(self._values or self._types)

    def hides(self, name: bytes, start: int) -> bool:
        """Whether a dotted name that stands there begins with a local one."""
        return _covers(self._values.get(name.partition(b".")[0]), start)

    def hidden_until(self, name: bytes, start: int) -> int:
        """Where the span ends in which a name without dots that stands there is local; 0 if it is not."""
        spans = self._values.get(name)
        if spans is None:
            return 0
        number = bisect_right(spans, (start, start + 1_000_000_000)) - 1
        return spans[number][1] if number >= 0 and start < spans[number][1] else 0

    def hides_type(self, name: bytes, start: int) -> bool:
        """The same for a name that stands where a type is meant."""
        return bool(self._types) and _covers(self._types.get(name.partition(b".")[0]), start)


def _covers(spans: list[Span] | None, start: int) -> bool:
    if spans is None:
        return False
    number = bisect_right(spans, (start, start + 1_000_000_000)) - 1
    return number >= 0 and start < spans[number][1]


def disjoint(spans: set[Span]) -> list[Span]:
    """The same text in spans that do not meet, in order."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _ways_down(root: Node, offsets: Sequence[int]) -> Iterator[tuple[int, list[Node]]]:
    """For each of these bytes, in order, the nodes around it, outermost first; the last one is a leaf unless they are
    too many. What is yielded is valid until the next one."""
    cursor = root.walk()
    around = [root]
    for offset in offsets:
        # From where the last one was: starting at the root again, many in a long row would cost the square of it.
        while len(around) > 1 and around[-1].end_byte <= offset:
            if cursor.goto_next_sibling():
                assert cursor.node is not None  # there is always one under a cursor
                around[-1] = cursor.node
            else:
                cursor.goto_parent()
                around.pop()
        if around[-1].start_byte <= offset:
            while len(around) <= _DEEPEST and cursor.goto_first_child_for_byte(offset) is not None:
                assert cursor.node is not None
                around.append(cursor.node)
        yield offset, around
