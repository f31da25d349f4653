"""Commits in the order of their line on a time line, though clocks go wrong. Pure; hides which dates are believed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime


def steady(times: Sequence[datetime]) -> list[datetime]:
    """The times of a line's commits, oldest commit first, made to rise: the line's order is what happened, its dates
    are what people's clocks said.

    The fewest dates that contradict the order are overruled, whether they lie before or after what they should, and
    of equally few the later commits'; such a commit stands at the time of the one before it.
    """
    longest = _longest(times)
    left = max(longest, default=0)
    believed: list[datetime | None] = []
    last: datetime | None = None
    for at, length in zip(times, longest, strict=True):
        if length == left and (last is None or at >= last):
            last, left = at, left - 1
        believed.append(last)
    first = next((at for at in believed if at is not None), None)
    return [at or first or was for at, was in zip(believed, times, strict=True)]


def _longest(times: Sequence[datetime]) -> list[int]:
    """For each, how many dates from it on can be believed together with it."""
    ends: list[float] = []  # by length: the latest beginning of that many, as seconds before the epoch
    found = []
    for at in reversed(times):
        before = -at.timestamp()
        length = bisect_right(ends, before)
        ends[length : length + 1] = [before]
        found.append(length + 1)
    return found[::-1]
