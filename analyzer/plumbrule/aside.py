"""Figures that nobody waits for: what radon says of Python files, made beside a scan on what it leaves idle.

Hides the process of lowest priority that makes them, and that it is ended where the verdict stands. Figures are kept by
content, so what was not reached now is reached by the next scan, and a file is measured once however often it is
scanned.
"""

from __future__ import annotations

import marshal
import os
import signal
import struct
import time
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress

import orjson

from plumbrule.extract import Limits
from plumbrule.measures.radon_figures import DIALECTS, Figure, measured, version
from plumbrule.store import ExtraMeasure
from plumbrule.store.facts import FactCache

_KEPT_AS = "radon"
_LENGTH = struct.Struct("<Q")
_FEW = 16  # files that are waited for rather than left to the next scan
_PATIENCE = 0.5  # seconds, at most, where a few files are left or nothing has come yet


class Aside:
    """Figures of files in the making. Files that radon cannot read have none; `end` it whatever happens."""

    tool = _KEPT_AS

    def __init__(
        self,
        wanted: Collection[tuple[str, str]],
        read: Callable[[str], bytes],
        cache_of: Callable[[Callable[[str], str]], FactCache],
        limits: Limits,
    ) -> None:
        """`wanted` are the (dialect, blob) of the files, `read` gives the bytes of a blob in any process."""
        self._cache = cache_of(lambda _: version())
        self._keys = [(_KEPT_AS, blob) for blob in sorted({blob for dialect, blob in wanted if dialect in DIALECTS})]
        packed = self._cache.get_many(self._keys) if self._keys else {}
        self._known: dict[str, Sequence[Figure]] = {blob: _unpacked(made) for (_, blob), (made, _) in packed.items()}
        refused = self._cache.skipped_many(key for key in self._keys if key not in packed)
        todo = [blob for key in self._keys if key not in packed and key not in refused for blob in key[1:]]
        self._cache.close()  # a forked process must not share what it has open
        self._left = len(todo)
        self._process = 0
        self._results = -1
        self._read_to = 0
        if todo:
            self._begin(todo, read, limits)

    def rows(self, files: Mapping[str, tuple[str, str]], clock: Callable[[], float]) -> tuple[list[ExtraMeasure], int]:
        """Rows of every file that is measured by now, and how many files are still to come; nothing goes on after it.

        `files` gives (dialect, blob) by path. It waits only for the last few files, and for the first one.
        """
        fresh: dict[str, tuple[Figure, ...]] = {}
        failed: dict[str, str] = {}
        began = clock()
        while self._process:
            over = self._over()
            for blob, reason, figures in self._heard():
                self._left -= 1
                if reason:
                    failed[blob] = reason
                else:
                    fresh[blob] = tuple(Figure(*figure) for figure in figures)
            if over or not (self._left <= _FEW or not (fresh or failed)) or clock() - began > _PATIENCE:
                break
            time.sleep(0.005)
        self.end()
        self._cache.put_many(
            (_KEPT_AS, blob, zlib.compress(orjson.dumps([list(f) for f in figures]), 1), b"")
            for blob, figures in fresh.items()
        )
        self._cache.put_skipped_many((_KEPT_AS, blob, reason) for blob, reason in failed.items())
        self._cache.close()
        known = {**self._known, **fresh}
        found = [
            ExtraMeasure(figure.level, f"{path}::{figure.symbol}" if figure.symbol else path, figure.name, figure.value)
            for path, (dialect, blob) in sorted(files.items())
            if dialect in DIALECTS
            for figure in known.get(blob, ())
        ]
        return found, self._left

    def end(self) -> None:
        """Stops measuring."""
        if self._process:
            with suppress(ProcessLookupError):
                os.killpg(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
            self._process = 0
        if self._results >= 0:
            os.close(self._results)
            self._results = -1

    def _begin(self, todo: Sequence[str], read: Callable[[str], bytes], limits: Limits) -> None:
        # A file without a name: the results outlive the process that made them, and neither side waits for the other.
        self._results = os.memfd_create("figures")
        parent = os.getpid()
        self._process = os.fork()
        if self._process:
            with suppress(OSError):  # it has done so itself already
                os.setpgid(self._process, self._process)
            return
        try:
            with suppress(OSError):
                os.setpgid(0, 0)  # so that one signal ends it and its workers, and Ctrl-C is the parent's to answer
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            os.nice(19)
            _measure(todo, read, limits, self._results, parent)
        finally:
            os._exit(0)

    def _over(self) -> bool:
        """Whether the process ended by itself."""
        return os.waitid(os.P_PID, self._process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _heard(self) -> Iterator[tuple[str, str, tuple[tuple[str, str, str, float], ...]]]:
        """(blob, reason, figures) of the files that are done and were not heard of yet."""
        size = os.fstat(self._results).st_size
        data = os.pread(self._results, size - self._read_to, self._read_to)
        at = 0
        while at + _LENGTH.size <= len(data):
            (length,) = _LENGTH.unpack_from(data, at)
            if at + _LENGTH.size + length > len(data):
                break
            yield marshal.loads(data[at + _LENGTH.size : at + _LENGTH.size + length])
            at += _LENGTH.size + length
        self._read_to += at


def _measure(todo: Sequence[str], read: Callable[[str], bytes], limits: Limits, results: int, parent: int) -> None:
    """In a process of its own: one record for every file, until all are done or the parent is no more."""
    sources = [(blob, _reading(read, blob)) for blob in todo]
    idle = max(1, len(os.sched_getaffinity(0)) - 1)
    for outcome in measured(sources, processes=idle, limits=limits):
        record = marshal.dumps((outcome.key, outcome.reason, tuple(tuple(figure) for figure in outcome.figures)))
        os.write(results, _LENGTH.pack(len(record)) + record)
        if os.getppid() != parent:
            return


def _reading(read: Callable[[str], bytes], blob: str) -> Callable[[], bytes]:
    return lambda: read(blob)


def _unpacked(packed: bytes) -> list[Figure]:
    return [Figure(*row) for row in orjson.loads(zlib.decompress(packed))]
