"""What is left on disk by a history: every file of the store, beside the bytes of the head's source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from changing import clone, scan
from corpus import Place
from generating import Shape
from row import Bench, NotMeasured, on_each, titled
from table import Figure, Limits, value

PLACE = 11
WHAT = "store / source bytes of the head"
_COMMITS = 5  # times those of the other rows
_GENERATION, _CACHE = Limits(1.0, 0.4), Limits(4.0, 2.0)


def measure(bench: Bench) -> Iterator[Figure]:
    commits = bench.commits * _COMMITS
    places = titled(bench.corpus.with_history(Shape("python", 800, commits)))
    yield from on_each(bench, WHAT, places, lambda place, scratch: _on(place, scratch, commits))


def _on(place: Place, scratch: Path, commits: int) -> Iterator[Figure]:
    store = scratch / "store"
    scan(clone(place, scratch / "tree"), store, "--history", str(commits))
    sizes = {
        file.relative_to(store).as_posix(): file.stat().st_size for file in sorted(store.rglob("*")) if file.is_file()
    }
    told = f"{place.title}, history of {min(commits, place.commits)}, {place.source} bytes of source"
    newest = f"generations/{(store / 'CURRENT').read_text('utf-8').strip()}"
    if newest not in sizes:
        raise NotMeasured(f"CURRENT names {newest}, which is not among {', '.join(sizes)}")
    cache = {name: size for name, size in sizes.items() if name.startswith("facts")}
    if not cache:
        raise NotMeasured(f"no file of facts is among {', '.join(sizes)}")
    listed = "; ".join(f"{name} {size}" for name, size in sizes.items())
    yield value(f"newest generation / {_OF}", told, _GENERATION, [sizes[newest] / place.source], note=listed)
    yield value(f"fact cache / {_OF}", told, _CACHE, [sum(cache.values()) / place.source])
    yield value(f"every file of the store / {_OF}", told, Limits(), [sum(sizes.values()) / place.source])


_OF = "source bytes of the head"
