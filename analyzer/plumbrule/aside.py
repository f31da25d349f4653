"""Figures that nobody waits for: what radon says of Python files, as far as the time lent to it goes.

A scan has its verdict before this begins. Figures are kept by content, so what was not reached now is reached by the
next scan, and a file is measured once however often it is scanned.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Mapping, Sequence

import orjson

from plumbrule.extract import Limits
from plumbrule.measures.radon_figures import DIALECTS, Figure, measured, version
from plumbrule.store import ExtraMeasure
from plumbrule.store.facts import FactCache

_KEPT_AS = "radon"


def radon_rows(
    files: Mapping[str, tuple[str, str]],
    read: Callable[[str], bytes],
    cache_of: Callable[[Callable[[str], str]], FactCache],
    *,
    seconds: float,
    clock: Callable[[], float],
    limits: Limits,
) -> tuple[list[ExtraMeasure], int]:
    """Rows of every Python file that was measured by now, and how many files are still to come.

    `files` gives (dialect, blob) by path, `read` the bytes of a blob; a file that radon cannot read has no rows.
    """
    mine = {path: blob for path, (dialect, blob) in files.items() if dialect in DIALECTS}
    cache = cache_of(lambda _: version())
    keys = [(_KEPT_AS, blob) for blob in sorted(set(mine.values()))]
    packed = cache.get_many(keys)
    known: dict[str, Sequence[Figure]] = {blob: _unpacked(interface) for (_, blob), (interface, _) in packed.items()}
    refused = {blob for _, blob in cache.skipped_many(keys)}
    todo = [blob for _, blob in keys if blob not in known and blob not in refused]
    fresh, failed = _made(todo, read, cache, seconds=seconds, clock=clock, limits=limits)
    known.update(fresh)
    rows = [
        ExtraMeasure(figure.level, f"{path}::{figure.symbol}" if figure.symbol else path, figure.name, figure.value)
        for path, blob in sorted(mine.items())
        for figure in known.get(blob, ())
    ]
    return rows, len(todo) - len(fresh) - failed


def _made(
    blobs: Sequence[str],
    read: Callable[[str], bytes],
    cache: FactCache,
    *,
    seconds: float,
    clock: Callable[[], float],
    limits: Limits,
) -> tuple[dict[str, Sequence[Figure]], int]:
    """The figures made in this time by blob, and how many files radon could not read."""
    end = clock() + seconds
    found: dict[str, Sequence[Figure]] = {}
    fresh: list[tuple[str, str, bytes, bytes]] = []
    failed: list[tuple[str, str, str]] = []
    sources = [(blob, _reading(read, blob)) for blob in blobs]
    results = measured(sources, processes=len(os.sched_getaffinity(0)), limits=limits)
    for outcome in results:
        if outcome.reason:
            failed.append((_KEPT_AS, outcome.key, outcome.reason))
        else:
            found[outcome.key] = outcome.figures
            fresh.append(
                (_KEPT_AS, outcome.key, zlib.compress(orjson.dumps([list(f) for f in outcome.figures]), 1), b"")
            )
        if clock() > end:
            break
    cache.put_many(fresh)
    cache.put_skipped_many(failed)
    return found, len(failed)


def _reading(read: Callable[[str], bytes], blob: str) -> Callable[[], bytes]:
    return lambda: read(blob)


def _unpacked(packed: bytes) -> list[Figure]:
    return [Figure(*row) for row in orjson.loads(zlib.decompress(packed))]
