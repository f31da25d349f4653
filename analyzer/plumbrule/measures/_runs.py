"""Runs of signs in a text, and the share of them that two texts have in common.

Apart from `_sketches`, which needs more of a process than a gate that asks for none of this may load.
"""

from __future__ import annotations

RUN = 6  # signs in a row that count as one thing (shingle; research: measures 7)


def runs_of(text: str) -> frozenset[str]:
    """Its runs; one that comes again counts again, so that saying a thing three times is not to have said it."""
    met: dict[str, int] = {}
    found: set[str] = set()
    for at in range(len(text) - RUN + 1):
        run = text[at : at + RUN]
        times = met.get(run, 0)
        met[run] = times + 1
        found.add(f"{run}{times}" if times else run)
    return frozenset(found)


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of the runs of either that both have (Jaccard), 0 to 1."""
    common = len(one & other)
    return common / max(1, len(one) + len(other) - common)
