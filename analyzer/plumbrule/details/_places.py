"""Where things found in a file belong among its symbols; hides that a query gives nodes and facts give lines."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence

from plumbrule.facts import Interface, Symbol


class Places:
    """Symbols of one file by where they stand."""

    def __init__(self, interface: Interface) -> None:
        self._symbols: Sequence[Symbol] = interface.symbols
        self._named: dict[str, list[int]] = {}
        for index, symbol in enumerate(interface.symbols):
            self._named.setdefault(symbol.name.rpartition(".")[2], []).append(index)

    def called(self, name: str, line: int) -> int:
        """The innermost symbol of this name around a line; -1 if there is none."""
        found = [
            index
            for index in self._named.get(name, ())
            if self._symbols[index].line <= line <= self._symbols[index].end_line
        ]
        return max(found, key=lambda index: (self._symbols[index].line, index), default=-1)


class Spans:
    """Which of some spans that lie apart or inside each other is the innermost around an offset."""

    def __init__(self, spans: Iterable[tuple[int, int, int]]) -> None:
        """Of each its first byte, the byte behind it and what stands for it."""
        self._starts: list[int] = [0]
        self._owners: list[int] = [-1]
        around: list[tuple[int, int]] = []  # (end, owner) of those that are open
        for start, end, owner in sorted(spans, key=lambda span: (span[0], -span[1])):
            self._close(around, start)
            around.append((end, owner))
            self._note(start, owner)
        self._close(around, None)

    def _close(self, around: list[tuple[int, int]], up_to: int | None) -> None:
        while around and (up_to is None or around[-1][0] <= up_to):
            end, _ = around.pop()
            self._note(end, around[-1][1] if around else -1)

    def _note(self, at: int, owner: int) -> None:
        self._starts.append(max(at, self._starts[-1]))
        self._owners.append(owner)

    def around(self, offset: int) -> int:
        """What stands for the innermost span around it; -1 if there is none."""
        return self._owners[bisect_right(self._starts, offset) - 1]


def around(interface: Interface) -> Callable[[int], int]:
    """The function from a line to the innermost symbol around it, -1 where there is none."""
    spans = Spans([(one.line, one.end_line + 1, at) for at, one in enumerate(interface.symbols)])
    return spans.around
