"""Which texts are alike: MinHash over runs of signs, buckets by bands of it, and the real share of runs in common.

Hides the arithmetic. A text is a function's body with one sign a token (`details.wording`). Two texts meet if a band of
their sketches is equal (Broder 1997; Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, 3.4): of 96 permutations
in 32 bands of 3 that is so for 98.6 of 100 pairs with half of their runs in common, where 24 bands of 4 find 78.7. Who
meets is then compared for real. Winnowing that drops frequent hashes was measured and lost half of unedited copies
(research: measures 7).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from plumbrule.measures._runs import RUN

_BANDS, _ROWS = 32, 3
_PERMUTATIONS = _BANDS * _ROWS
_PIECE = 1 << 15  # runs that are taken at once: what fits in the caches of a processor
_DOUBTED = 0.2  # below what is asked for the sketch may be and the texts are still compared
_MOST_MET = (
    64  # texts of one bucket that are each compared with all others of it; in a larger one with their neighbours
)

Sketches = NDArray[np.uint32]  # (texts, _PERMUTATIONS)

_random = np.random.Generator(np.random.PCG64(96))  # the same permutations for ever
_FACTORS = _random.integers(0, 1 << 31, _PERMUTATIONS, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
_TERMS = _random.integers(0, 1 << 32, _PERMUTATIONS, dtype=np.uint32)


def sketches(texts: Sequence[str]) -> Sketches:
    """The sketch of each text, none of which is shorter than a run."""
    found = np.empty((len(texts), _PERMUTATIONS), np.uint32)
    first = size = 0
    for at, text in enumerate(texts):
        size += len(text)
        if size >= _PIECE or at == len(texts) - 1:
            found[first : at + 1] = _sketched(texts[first : at + 1])
            first, size = at + 1, 0
    return found


def _sketched(texts: Sequence[str]) -> Sketches:
    signs = np.frombuffer("".join(texts).encode("utf-16-le", "surrogatepass"), np.uint16).astype(np.uint64)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    runs = np.zeros(len(signs) - RUN + 1, np.uint64)
    for at in range(RUN):
        runs = runs * np.uint64(0x9E3779B97F4A7C15) + signs[at : at + len(runs)]
    runs ^= runs >> np.uint64(29)
    runs *= np.uint64(0xBF58476D1CE4E5B9)
    hashes = (runs >> np.uint64(32)).astype(np.uint32)
    # What begins in one text and ends in the next is a run of neither.
    ends = np.cumsum(lengths)
    inside = np.ones(len(hashes), np.bool_)
    for back in range(1, RUN):
        inside[ends[:-1] - back] = False
    hashes = hashes[inside]
    starts = np.concatenate(([0], np.cumsum(lengths - RUN + 1)[:-1]))
    found = np.empty((_PERMUTATIONS, len(texts)), np.uint32)
    for at in range(_PERMUTATIONS):
        found[at] = np.minimum.reduceat(hashes * _FACTORS[at] + _TERMS[at], starts)
    return found.T


def _bands(of: Sketches) -> NDArray[np.uint64]:
    """(texts, _BANDS): equal where all rows of a band are."""
    parts = of.reshape(len(of), _BANDS, _ROWS).astype(np.uint64)
    found = np.zeros((len(of), _BANDS), np.uint64)
    for row in range(_ROWS):
        found = found * np.uint64(0x9E3779B97F4A7C15) + parts[:, :, row]
    return found


def _supposed(one: Sketches, other: Sketches) -> NDArray[np.float64]:
    """The likeness that each two sketches let suppose."""
    found: NDArray[np.float64] = (one == other).mean(axis=1)
    return found


def meetings(of: Sketches, least: float) -> Iterator[tuple[int, int]]:
    """Pairs of texts, lower index first, that may be alike by at least so much."""
    bands, met = _bands(of), set[int]()
    for band in range(_BANDS):
        order = np.argsort(bands[:, band], kind="stable")
        sorted_ = bands[order, band]
        cuts = np.flatnonzero(np.concatenate(([True], sorted_[1:] != sorted_[:-1], [True])))
        for start in np.flatnonzero(np.diff(cuts) > 1).tolist():
            met.update(_couples(order[cuts[start] : cuts[start + 1]], len(of)))
    # One number a couple: lower index times the number of texts, plus the higher one.
    yield from _likely(of, np.fromiter(met, np.int64, len(met)), least)


def _couples(members: NDArray[np.int64], size: int) -> Iterable[int]:
    """Each two of a bucket as one number; in a crowd each with those next to it alone."""
    members = np.sort(members)
    if len(members) <= _MOST_MET:
        rows, columns = np.triu_indices(len(members), 1)
    else:
        near = np.arange(1, 9)
        rows = np.repeat(np.arange(len(members)), len(near))
        columns = rows + np.tile(near, len(members))
        rows, columns = rows[columns < len(members)], columns[columns < len(members)]
    found: list[int] = (members[rows] * size + members[columns]).tolist()
    return found


def _likely(of: Sketches, couples: NDArray[np.int64], least: float) -> Iterator[tuple[int, int]]:
    couples = np.sort(couples)
    for start in range(0, len(couples), _PIECE):
        one, other = np.divmod(couples[start : start + _PIECE], len(of))
        likely = _supposed(of[one], of[other]) >= least - _DOUBTED
        yield from zip(one[likely].tolist(), other[likely].tolist(), strict=True)


def met_by(new: Sketches, of: Sketches, least: float) -> Iterator[tuple[int, int]]:
    """Pairs of a new text and one of the others that may be alike by at least so much."""
    if not len(of):
        return
    bands, known = _bands(new), _bands(of)
    for at in range(len(new)):
        met = np.flatnonzero((known == bands[at]).any(axis=1))
        likely = met[_supposed(of[met], new[at : at + 1]) >= least - _DOUBTED]
        yield from ((at, other) for other in likely.tolist())


def with_more(known: Sketches, added: Sketches) -> Sketches:
    return np.concatenate((known, added))
