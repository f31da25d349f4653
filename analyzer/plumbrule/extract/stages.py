"""Where the time of a command goes: stages that follow each other or lie in each other and are never counted twice.

Hides clocks. A stage inside another one stops the outer one's, so that all together are the whole; what no stage takes
is "other".
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

_REST = "other"


class Stages:
    """Seconds of wall time by stage, and when there was a verdict; all since `begun`, on the clock that is given."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, begun: float | None = None) -> None:
        self._clock = clock
        self._begun = self._since = clock() if begun is None else begun
        self._seconds: dict[str, float] = {_REST: 0.0}
        self._name = _REST
        self._verdict: float | None = None

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """What happens inside is of this stage; may be entered again and again."""
        around = self._name
        self._turn(name)
        try:
            yield
        finally:
            self._turn(around)

    def judged(self) -> None:
        """A judgement stands; the last one said counts."""
        self._verdict = self._clock()

    def told(self) -> Mapping[str, object]:
        """Everything as plain values: `seconds` and, where something was judged, `verdict` since the beginning; by
        stage in the order in which they began; processor seconds of this process and of those it has waited for."""
        self._turn(self._name)
        used = os.times()
        told: dict[str, object] = {
            "seconds": round(self._since - self._begun, 3),
            "cpu": {"own": round(used.user + used.system, 3), "children": round(_waited_for(used), 3)},
            "stages": [{"name": name, "seconds": round(spent, 3)} for name, spent in self._seconds.items()],
        }
        return told if self._verdict is None else {**told, "verdict": round(self._verdict - self._begun, 3)}

    def _turn(self, name: str) -> None:
        now = self._clock()
        self._seconds[self._name] += now - self._since
        self._since, self._name = now, name
        self._seconds.setdefault(name, 0.0)


def _waited_for(used: os.times_result) -> float:
    return used.children_user + used.children_system
