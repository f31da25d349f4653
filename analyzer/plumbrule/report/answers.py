"""What was found out about one generation, kept for all who ask for it in this process. Hides locks and the bound."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Answer = TypeVar("Answer")
_KEPT = 512  # answers; the ones asked for least lately go first


class Answers:
    """Each answer is made once, however many threads ask for it at the same time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: OrderedDict[Hashable, _Slot] = OrderedDict()

    def once(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """What `make` gave for this key; what it raises is raised to who asked, and not kept."""
        with self._lock:
            slot = self._made.get(key)
            if slot is None:
                slot = self._made[key] = _Slot()
                while len(self._made) > _KEPT:
                    self._made.popitem(last=False)
            self._made.move_to_end(key)
        if not slot.full:
            with slot.lock:
                if not slot.full:
                    slot.answer = make()
                    slot.full = True
        answer: Answer = slot.answer
        return answer


class _Slot:
    __slots__ = ("answer", "full", "lock")

    def __init__(self) -> None:
        self.lock = threading.RLock()  # an answer may rest on another one, and on itself with other words
        self.full = False
        self.answer: Any = None  # what `make` gave
