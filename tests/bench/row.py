"""What a row of the bench is given, and what it does with what cannot be measured: it says so, and goes on."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from changing import NothingToChange  # beside this file
from corpus import Corpus, Place
from fetching import NotFetched  # beside accuracy.py
from measuring import CommandFailed
from peers import NotInstalled
from table import Figure

Places = Iterable[tuple[str, Place | NotFetched]]


class NotMeasured(Exception):
    """A figure cannot be had here; the text says why."""


# What may go wrong with one repository or one program without being a fault of the bench.
FAULTS = (CommandFailed, NotFetched, NotInstalled, NothingToChange, NotMeasured, OSError, subprocess.SubprocessError)


@dataclass(frozen=True)
class Bench:
    """What every row is given."""

    pairs: int
    scratch: Path  # empty at the beginning of each row
    corpus: Corpus
    commits: int  # of history


class Row(Protocol):
    """A file in rows/: where it stands in the table, what it is about, and what measures it."""

    PLACE: int
    WHAT: str

    def measure(self, bench: Bench) -> Iterator[Figure]: ...


def on_each(
    bench: Bench, what: str, places: Places, measure: Callable[[Place, Path], Iterable[Figure]]
) -> Iterator[Figure]:
    """Measures each repository with a folder to write into; a fault ends that one only."""
    for title, place in places:
        if isinstance(place, NotFetched):
            yield Figure(what, title, not_measured=f"not to be had here: {told(place)}")
            continue
        scratch = bench.scratch / "place"
        scratch.mkdir()
        try:
            yield from measure(place, scratch)
        except FAULTS as error:
            yield Figure(what, place.title, not_measured=told(error))
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def titled(places: Iterable[Place]) -> Places:
    """Repositories that are there, as `on_each` takes them."""
    return ((place.title, place) for place in places)


def told(error: Exception) -> str:
    """What went wrong, in one line; where this machine keeps its files is nobody's business."""
    said = getattr(error, "stderr", b"") or b""
    said = said.decode(errors="replace") if isinstance(said, bytes) else said
    line = " ".join(f"{error or type(error).__name__} {said[-300:]}".replace("|", "/").split())
    return line.replace(str(Path.home()), "~").replace(tempfile.gettempdir() + "/", "")
