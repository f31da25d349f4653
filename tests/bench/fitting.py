"""How cost grows with size: the exponent of a power law, by least squares on logarithms."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from statistics import linear_regression


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """The k of cost = c * size**k that fits best: 1 is linear, 0 is independent of size."""
    return linear_regression([log(size) for size in sizes], [log(cost) for cost in costs]).slope
