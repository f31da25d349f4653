"""Analyses files that lie in no repository: the examples of rules, and tests. The engine is the same as for git."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from plumbrule.extract import FactBook, Key, Packed
from plumbrule.graph import MemoryGraph
from plumbrule.measures import Intent
from plumbrule.walk import TreeFile, Walk


class _Nothing:
    """A cache that keeps nothing, and no object store: every byte is handed over with its file."""

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Packed]:
        return {}

    def put_many(self, rows: Iterable[tuple[str, str, bytes, bytes]]) -> None:
        pass

    def skipped_many(self, keys: Iterable[Key]) -> dict[Key, str]:
        return {}

    def put_skipped_many(self, rows: Iterable[tuple[str, str, str]]) -> None:
        pass

    def read(self, blob: str, limit: int) -> bytes | str:
        return "missing: these bytes were not handed over"

    def name(self, data: bytes) -> str:
        return _name(data)


def _name(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


class FilesWalk:
    """A `Walk` over trees given as plain mappings of path to bytes."""

    def __init__(self, repo: str = "example", intent: Intent | None = None) -> None:
        self._bytes: dict[str, bytes] = {}
        self._tree: dict[str, bytes] = {}
        nothing = _Nothing()
        self.book = FactBook(nothing, lambda: nothing)
        self.walk = Walk(repo, self.book, self._read, intent or Intent(), lambda _: False)

    def _read(self, path: str, blob: str, limit: int = 0) -> bytes | str:
        return self._bytes[blob]

    def to(self, files: Mapping[str, bytes]) -> Walk:
        """Moves the walk to exactly these files."""
        changes: dict[str, TreeFile | None] = dict.fromkeys(self._tree.keys() - files.keys())
        for path, data in files.items():
            if self._tree.get(path) != data:
                changes[path] = TreeFile("100644", _name(data), data=data)
                self._bytes[_name(data)] = data
        self._tree = dict(files)
        self.book.ensure(self.walk.wanted(changes))
        self.walk.move(changes)
        return self.walk


def analyse_files(files: Mapping[str, bytes], repo: str = "example", intent: Intent | None = None) -> MemoryGraph:
    """The graph of exactly these files."""
    return FilesWalk(repo, intent).to(files).whole
