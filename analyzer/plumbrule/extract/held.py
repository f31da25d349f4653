"""Local names that stand for a module, or for something that is taken out of one.

Hides which of the places that bind a name counts where it is used: the innermost one around it.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import KeysView, Mapping
from typing import NamedTuple

_MOST_AROUND = 50  # scopes of one name inside each other that are told apart


class Held(NamedTuple):
    """Between these offsets a name stands for import row `row`; -1 for something else, or for a module of which only
    these members are known, each by a row of its own."""

    start: int
    end: int
    row: int
    members: Mapping[bytes, int] | None = None


class Holding:
    """All that a file's local names stand for."""

    def __init__(self) -> None:
        self._held: dict[bytes, list[Held]] = {}  # in order

    def __bool__(self) -> bool:
        return bool(self._held)

    def heads(self) -> KeysView[bytes]:
        return self._held.keys()

    def hold(self, name: bytes, held: Held) -> None:
        insort(self._held.setdefault(name, []), held, key=_start)

    def at(self, name: bytes, place: int) -> tuple[int, bytes]:
        """The import row that the first part of a dotted name there stands for, and the name as that row has it; the
        row is -1 if the name stands for anything else."""
        head, _, rest = name.partition(b".")
        known = self._held.get(head, [])
        last = bisect_right(known, place, key=_start)
        for held in reversed(known[max(0, last - _MOST_AROUND) : last]):
            if place < held.end:
                if held.members is None:
                    return held.row, name
                return held.members.get(rest.partition(b".")[0], -1), rest
        return -1, name


def _start(held: Held) -> int:
    return held.start
