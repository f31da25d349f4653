"""What radon says of a Python file: cyclomatic complexity, Halstead volume, maintainability index.

Hides that radon parses with the interpreter it runs in, is slow (62 s for one index over 4,300 files) and fails on code
that this interpreter cannot read. So its figures are a pure function of the bytes, to be kept by content under
`version`, made in processes that may die, after the verdict; a file that radon cannot read is counted and has none.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.measures import Measure

if TYPE_CHECKING:
    from plumbrule.extract.pool import Limits, Value

MEASURES: tuple[Measure, ...] = ()  # not a function of the graph: rows of the view `measure`, filled after a scan
DIALECTS = frozenset({"python"})


class Figure(NamedTuple):
    """One number about a file, or about a function or class in it."""

    level: str  # file | symbol
    symbol: str  # dotted path inside the file; "" for the file
    name: str  # radon_cyclomatic | radon_halstead_volume | radon_maintainability_index
    value: float


class Outcome(NamedTuple):
    """What came of one file's bytes."""

    key: str  # as given
    figures: tuple[Figure, ...]
    reason: str  # why there are none; empty if all went well


def version() -> str:
    """What figures depend on beside the bytes."""
    from importlib import metadata

    return f"radon {metadata.version('radon')}, Python {sys.version_info.major}.{sys.version_info.minor}"


def radon_figures(source: str) -> list[Figure]:
    """All figures of one file. Raises SyntaxError, or whatever else radon stumbles over."""
    import warnings

    from radon.complexity import cc_visit
    from radon.metrics import h_visit, mi_visit

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the interpreter's opinion of the analysed code
        found = [
            Figure("symbol", str(block.fullname), "radon_cyclomatic", float(block.complexity))
            for block in cc_visit(source)
        ]
        volume = float(h_visit(source).total.volume)
        index = float(mi_visit(source, True))
    found.append(Figure("file", "", "radon_halstead_volume", round(volume, 4)))
    found.append(Figure("file", "", "radon_maintainability_index", round(index, 4)))
    return sorted(set(found))


def measured(
    sources: Sequence[tuple[str, Callable[[], bytes]]], *, processes: int, limits: Limits
) -> Iterator[Outcome]:
    """The outcome of every (key, how to read its bytes), in any order; bytes are read, and radon runs, in workers."""
    from plumbrule.extract.pool import Died, run

    def begin() -> Callable[[int], Value]:
        radon_figures("")  # imports radon now, so that the first file's time does not pay for it
        return lambda job: _attempt(sources[job][1])

    batch = max(1, min(4, len(sources) // (processes * 4) + 1))
    for job, value in run(len(sources), begin, processes=processes, limits=limits, batch=batch):
        key = sources[job][0]
        if isinstance(value, Died):
            yield Outcome(key, (), value.reason)
        elif value and isinstance(value[0], str):
            yield Outcome(key, (), value[0])
        else:
            yield Outcome(key, tuple(Figure(*row) for row in value if isinstance(row, tuple)), "")


def _attempt(read: Callable[[], bytes]) -> Value:
    """Rows of figures, or one text: the reason why there are none."""
    import io
    import tokenize

    try:
        data = read()
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return tuple(tuple(figure) for figure in radon_figures(data.decode(encoding)))
    except Exception as error:  # of radon, on code of strangers: whatever it is, the file has no figures
        return (f"radon cannot read it: {type(error).__name__}: {error}",)
