"""Everything that is kept: snapshots of every repository with their history, and the facts of every file.

Hides DuckDB and SQLite, tables, intervals, locks and files. One writer at a time fills the store and publishes whole
generations; any number of readers look at published ones, and never wait.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from plumbrule import __version__
from plumbrule.errors import StoreError
from plumbrule.store.facts import FactCache
from plumbrule.store.generations import Generations
from plumbrule.store.records import (
    BatchRow,
    EvidenceRow,
    ExtraMeasure,
    FindingRow,
    LinkRow,
    ModelRow,
    Resumed,
    SnapshotRecord,
    TrendRow,
    UnitRow,
)

if TYPE_CHECKING:
    from plumbrule.store.near import Laying, Near
    from plumbrule.store.reader import Reader
    from plumbrule.store.writer import Writer

__all__ = [
    "BatchRow",
    "EvidenceRow",
    "ExtraMeasure",
    "FindingRow",
    "LinkRow",
    "Mark",
    "ModelRow",
    "Resumed",
    "SnapshotRecord",
    "Store",
    "TrendRow",
    "UnitRow",
]


class Mark(NamedTuple):
    """A generation's file as it lies there: another mark, another generation."""

    path: Path
    number: int  # of the file system's
    size: int
    at: int  # nanoseconds


class Store:
    """A store in a folder, which need not exist yet. Nothing is created before something is written."""

    def __init__(self, folder: Path, note: Callable[[str], None], now: int) -> None:
        self.folder = folder
        self.facts = FactCache(folder, note, now)
        self._now = now
        self._generations = Generations(folder)
        self._note = note

    @classmethod
    def open(cls, folder: Path, *, note: Callable[[str], None] = warnings.warn, now: int = 0) -> Store:
        """`note` is told what a person should know and no caller can act on (an older generation was used, a damaged
        cache was set aside); `now`, in seconds since 1970, dates the facts that are used, for pruning by age."""
        return cls(folder, note, now)

    def figures(self, version: Callable[[str], str]) -> FactCache:
        """What another program found out about files, kept beside the facts under that program's own version."""
        return FactCache(self.folder, self._note, self._now, version)

    def let_go(self) -> None:
        """Lets go of the oldest facts where there are many more than the newest snapshots need."""

        def needed() -> list[str]:
            with self.reader() as reader:
                return reader.blobs()

        self.facts.let_go(needed)

    @property
    def published(self) -> bool:
        """Whether there is anything to read: not in a new store, nor in one of an older program that the next scan
        begins anew."""
        return self._generations.readable()

    @contextmanager
    def writer(self, on_wait: Callable[[str], None]) -> Iterator[Writer]:
        """The only writer; waits for another one and says so through `on_wait`. What is not published is lost.

        StoreError when the folder cannot be written, or the store is damaged or newer than this program.
        """
        from plumbrule.store.writer import Writer

        with self._generations.lock(on_wait):
            writer = Writer(self._generations, self._note, __version__)
            try:
                yield writer
            finally:
                writer.close()

    def reader(self) -> Reader:
        """The newest generation. StoreError if there is none, or none that this program can read.

        Measures that it does not have, because an older program wrote it, are in `Reader.outdated` and have no rows.
        """
        from plumbrule.store.reader import open_newest

        reader = open_newest(self._generations, self._note)
        if reader is None:
            raise StoreError(
                f"{self.folder}: nothing has been scanned into this store yet\nRun `plumbrule scan` first."
            )
        return reader

    def mark(self) -> Mark | None:
        """What the newest generation is known by without opening it; None if there is none."""
        try:
            for path in self._generations.candidates(lambda _: None)[:1]:
                status = path.stat()
                return Mark(path, status.st_ino, status.st_size, status.st_mtime_ns)
        except (OSError, StoreError):
            pass
        return None

    def again(self, path: Path) -> Reader:
        """The generation in this file, of which a `Mark` was taken. StoreError if it is gone."""
        from plumbrule.store.reader import open_this

        return open_this(self._generations, path)

    def lay(self, laying: Laying, tables: Collection[str], keys: Collection[str], told: Mapping[str, str]) -> None:
        """Lays what was begun beside the newest generation; `near` answers from it."""
        with self.reader() as reader:
            if not reader.instead_of:
                laying.lay(reader, tables, keys, told)

    def near(self) -> Near | None:
        """The newest generation's newest snapshots without opening the database; None where that cannot be, and then
        `reader` says why, if there is anything to say."""
        from plumbrule.store.near import opened

        said: list[str] = []
        try:
            for path in self._generations.candidates(said.append)[:1]:
                lease = None if said else self._generations.lease(path)
                if lease is not None:
                    near = opened(lease, self.reader)
                    if near is None:
                        lease.close()
                    return near
        except StoreError:
            pass
        return None
