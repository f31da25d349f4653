"""Runs work on files in disposable forked processes that may crash, hang or eat memory.

Hides processes and pipes. A worker writes the number of the job it is on into a shared page before it starts, so a
crash names its file at once and the page gives the parent a clock for every file. A process pool of the standard
library is broken as a whole by one segmentation fault; one with isolation per task costs a round trip a file.
"""

from __future__ import annotations

import contextlib
import gc
import marshal
import mmap
import os
import resource
import selectors
import signal
import struct
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

_LENGTH = struct.Struct("<Q")
_SLOT = struct.Struct("<qd")  # job number (-1 idle), monotonic time at which it began


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost; over it the file is a `skipped` row and the batch goes on."""

    file_bytes: int = 2_000_000
    seconds: float = 20.0
    memory_bytes: int = 4 << 30  # address space a worker may add to what it starts with


@dataclass(frozen=True, slots=True)
class Died:
    """A job whose process did not survive it."""

    reason: str


# Plain values only: results cross the pipe by `marshal`, which runs no code on loading.
Value = tuple[object, ...]
Work = Callable[[int], Value]


class _Worker:
    def __init__(self, page: mmap.mmap, slot: int, work: Callable[[], Work], limits: Limits, others: list[_Worker]):
        self.slot = slot
        self.batch: Sequence[int] = ()
        self.done = 0
        job_read, self.jobs = os.pipe()
        self.results, result_write = os.pipe()
        self.buffer = bytearray()
        self._page = page
        _SLOT.pack_into(page, slot * _SLOT.size, -1, 0.0)
        self.pid = os.fork()
        if self.pid == 0:
            code = 1
            try:
                # A sibling's pipe end kept open here would hide that sibling's death for ever.
                for other in others:
                    os.close(other.jobs)
                    os.close(other.results)
                os.close(self.jobs)
                os.close(self.results)
                _serve(job_read, result_write, page, slot, work, limits)
                code = 0
            finally:
                os._exit(code)
        os.close(job_read)
        os.close(result_write)

    def give(self, batch: Sequence[int]) -> None:
        self.batch, self.done = batch, 0
        with contextlib.suppress(BrokenPipeError):
            _write(self.jobs, marshal.dumps(tuple(batch)))

    def current(self) -> tuple[int, float]:
        job, since = _SLOT.unpack_from(self._page, self.slot * _SLOT.size)
        return job, since

    def end(self) -> int:
        """Kills the process if it still lives and returns its wait status."""
        os.close(self.jobs)
        os.close(self.results)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        return os.waitpid(self.pid, 0)[1]


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(_LENGTH.pack(len(data)) + data)
    while view:
        view = view[os.write(descriptor, view) :]


def _read_exactly(descriptor: int, size: int) -> bytes:
    chunks = bytearray()
    while len(chunks) < size:
        chunk = os.read(descriptor, size - len(chunks))
        if not chunk:
            raise EOFError
        chunks += chunk
    return bytes(chunks)


def _serve(jobs: int, results: int, page: mmap.mmap, slot: int, work: Callable[[], Work], limits: Limits) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C ends
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with contextlib.suppress(OSError, ValueError):
        with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123 (Path.open costs an import here)
            used = int(statm.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + limits.memory_bytes, resource.RLIM_INFINITY))
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    gc.disable()
    perform = work()
    try:
        while True:
            (size,) = _LENGTH.unpack(_read_exactly(jobs, _LENGTH.size))
            done = []
            for job in marshal.loads(_read_exactly(jobs, size)):
                _SLOT.pack_into(page, slot * _SLOT.size, job, time.monotonic())
                try:
                    done.append((job, perform(job)))
                except MemoryError:
                    done.append((job, ("the parser ran out of memory",)))
                if len(done) >= 64:
                    _write(results, marshal.dumps(done))
                    done = []
            _SLOT.pack_into(page, slot * _SLOT.size, -1, 0.0)
            # The empty list ends the batch.
            _write(results, marshal.dumps(done))
            if done:
                _write(results, marshal.dumps([]))
    except EOFError:
        return


def run(
    jobs: int, work: Callable[[], Work], *, processes: int, limits: Limits, batch: int = 48
) -> Iterator[tuple[int, Value | Died]]:
    """Performs jobs 0..jobs-1, each once, in any order; a job that kills or outstays its process yields `Died`.

    `work` is called once in each process and returns the function from job number to plain values. Closing the
    iterator ends all processes.
    """
    waiting: deque[Sequence[int]] = deque(range(start, min(start + batch, jobs)) for start in range(0, jobs, batch))
    page = mmap.mmap(-1, max(1, processes) * _SLOT.size)
    workers: list[_Worker] = []
    selector = selectors.DefaultSelector()
    gc.freeze()  # else the children's first collection copies every page of the parent

    def start(slot: int) -> None:
        worker = _Worker(page, slot, work, limits, workers)
        workers.append(worker)
        os.set_blocking(worker.results, False)
        selector.register(worker.results, selectors.EVENT_READ, worker)
        worker.give(waiting.popleft())

    def lost(worker: _Worker, reason: str) -> Iterator[tuple[int, Died]]:
        job, _ = worker.current()
        selector.unregister(worker.results)
        workers.remove(worker)
        status = worker.end()
        rest = list(worker.batch[worker.done :])
        if job in rest:
            # Results are sent in bundles: what stood before the poisoned file is simply done again.
            if not reason:
                died = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
                reason = f"the parser crashed (signal {died})" if died else "the parser's process ended early"
            rest.remove(job)
            yield job, Died(reason)
        elif rest:
            yield rest.pop(0), Died(reason or "the parser's process ended early")
        if rest:
            waiting.appendleft(rest)
        if waiting:
            start(worker.slot)

    try:
        for slot in range(min(processes, len(waiting))):
            start(slot)
        while workers:
            for key, _ in selector.select(timeout=0.5):
                worker: _Worker = key.data
                try:
                    chunk = os.read(worker.results, 1 << 20)
                except BlockingIOError:
                    continue
                if not chunk:
                    yield from lost(worker, "")
                    continue
                worker.buffer += chunk
                finished = False
                while len(worker.buffer) >= _LENGTH.size:
                    (size,) = _LENGTH.unpack_from(worker.buffer)
                    if len(worker.buffer) < _LENGTH.size + size:
                        break
                    done = marshal.loads(bytes(worker.buffer[_LENGTH.size : _LENGTH.size + size]))
                    del worker.buffer[: _LENGTH.size + size]
                    finished = not done
                    worker.done += len(done)
                    yield from done
                if finished:
                    if waiting:
                        worker.give(waiting.popleft())
                    else:
                        selector.unregister(worker.results)
                        workers.remove(worker)
                        worker.end()
            now = time.monotonic()
            for worker in list(workers):
                job, since = worker.current()
                if job >= 0 and now - since > limits.seconds:
                    yield from lost(worker, f"the parser took longer than {limits.seconds:g} seconds")
    finally:
        for worker in workers:
            worker.end()
        selector.close()
        page.close()
        gc.unfreeze()
