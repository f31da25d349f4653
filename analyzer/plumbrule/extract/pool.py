"""Runs work on files in disposable forked processes that may crash, hang or eat memory.

Hides processes and pipes. A worker writes the number of the job it is on into a shared page before it starts, so a
crash names its file at once and the page gives the parent a clock for every file. A process pool of the standard
library is broken as a whole by one segmentation fault; one with isolation per task costs a round trip a file.
"""

from __future__ import annotations

import contextlib
import fcntl
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
from pathlib import Path

from plumbrule.data import dataclass
from plumbrule.extract.profiling import of_a_worker

_LENGTH = struct.Struct("<Q")
_SLOT = struct.Struct("<qdd")  # job number (-1 idle), monotonic and processor time at which it began
_PIPE = 1 << 20  # bytes that a worker may be ahead of a parent with work of its own
_NICE = 5
_STALLED = 10  # times the limit, asleep or never given a processor: then it will not come back


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost; over it the file is a `skipped` row and the batch goes on."""

    file_bytes: int = 2_000_000
    seconds: float = 20.0  # of its process: a machine that is busy, or stood still, is not the file's fault
    memory_bytes: int = 4 << 30  # address space a worker may add to what it starts with
    processes: int = 0  # at work at once; 0 = as many as there are processors
    at_once: int = 0  # files of which what was read is held together; 0 = all of a tree


# How reasons begin that need not be the file's.
ENDED_EARLY = "the parser's process ended early"
ENDED_FROM_OUTSIDE, STALLED = "the parser's process was ended from outside", "the parser stood still"


@dataclass(frozen=True, slots=True)
class Died:
    """A job whose process did not survive it."""

    reason: str
    by_chance: bool = False  # it need not happen again: somebody else ended the process, or it got no time


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
        _SLOT.pack_into(page, slot * _SLOT.size, -1, 0.0, 0.0)
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

    def messages(self) -> Iterator[list[tuple[int, Value]]]:
        """The whole messages in the buffer; an empty one ends a batch."""
        while len(self.buffer) >= _LENGTH.size:
            (size,) = _LENGTH.unpack_from(self.buffer)
            if len(self.buffer) < _LENGTH.size + size:
                return
            message = marshal.loads(bytes(self.buffer[_LENGTH.size : _LENGTH.size + size]))
            del self.buffer[: _LENGTH.size + size]
            self.done += len(message)
            yield message

    def current(self) -> tuple[int, float, float]:
        """As in a slot."""
        job, since, used = _SLOT.unpack_from(self._page, self.slot * _SLOT.size)
        return job, since, used

    def used(self) -> float:
        """Seconds of processor time of the process so far."""
        try:
            figures = Path(f"/proc/{self.pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            return 0.0  # it has ended: its pipe says so
        return (int(figures[11]) + int(figures[12])) / os.sysconf("SC_CLK_TCK")

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
    keep = of_a_worker()
    perform = work()
    try:
        while True:
            (size,) = _LENGTH.unpack(_read_exactly(jobs, _LENGTH.size))
            done = []
            for job in marshal.loads(_read_exactly(jobs, size)):
                _SLOT.pack_into(page, slot * _SLOT.size, job, time.monotonic(), time.process_time())
                try:
                    done.append((job, perform(job)))
                except MemoryError:
                    done.append((job, ("the parser ran out of memory",)))
                if len(done) >= 64:
                    _SLOT.pack_into(page, slot * _SLOT.size, -1, 0.0, 0.0)
                    _write(results, marshal.dumps(done))
                    done = []
            _SLOT.pack_into(page, slot * _SLOT.size, -1, 0.0, 0.0)
            keep()
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
    crew = Crew(jobs, work, processes=processes, limits=limits, batch=batch)
    try:
        while crew.works:
            yield from crew.heard(wait=True)
    finally:
        crew.end()


class Crew:
    """The workers of one run, and the batches that none of them has yet. They work on while nobody listens, until
    their pipes are full."""

    def __init__(
        self,
        jobs: int,
        work: Callable[[], Work],
        *,
        processes: int,
        limits: Limits,
        batch: int = 48,
        behind: bool = False,
    ) -> None:
        """As in `run`; jobs are handed out in their order. Workers stay `behind` a parent that has work of its own."""
        self._work = work
        self._limits = limits
        self._behind = behind
        starts = range(0, jobs, batch)
        waiting = self._waiting = deque[Sequence[int]](range(start, min(start + batch, jobs)) for start in starts)
        processes = max(1, processes)
        self._page = mmap.mmap(-1, processes * _SLOT.size)
        self._workers: list[_Worker] = []
        self._retried: set[int] = set()
        self._selector = selectors.DefaultSelector()
        gc.freeze()  # else the children's first collection copies every page of the parent
        for slot in range(min(processes, len(waiting))):
            self._start(slot)

    @property
    def works(self) -> bool:
        """Whether there is anything left to hear of."""
        return bool(self._workers)

    def heard(self, *, wait: bool) -> Iterator[tuple[int, Value | Died]]:
        """What was done since the last time; with `wait` after a while even if that is nothing."""
        for key, _ in self._selector.select(timeout=0.5 if wait else 0):
            yield from self._heard(key.data)
        yield from self._overdue()

    def take(self) -> Sequence[int]:
        """The next batch that no worker has, for the caller to do; empty if there is none."""
        return self._waiting.popleft() if self._waiting else ()

    def end(self) -> None:
        """Ends all processes; may be said again."""
        for worker in self._workers:
            worker.end()
        self._workers.clear()
        self._selector.close()
        if not self._page.closed:
            self._page.close()
            gc.unfreeze()

    def _start(self, slot: int) -> None:
        worker = _Worker(self._page, slot, self._work, self._limits, self._workers)
        self._workers.append(worker)
        os.set_blocking(worker.results, False)
        with contextlib.suppress(OSError):
            fcntl.fcntl(worker.results, fcntl.F_SETPIPE_SZ, _PIPE)
        if self._behind:
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, worker.pid, _NICE)
        self._selector.register(worker.results, selectors.EVENT_READ, worker)
        worker.give(self._waiting.popleft())

    def _heard(self, worker: _Worker) -> Iterator[tuple[int, Value | Died]]:
        """What a worker has sent; an end of file is its death."""
        try:
            chunk = os.read(worker.results, 1 << 20)
        except BlockingIOError:
            return
        if not chunk:
            yield from self._lost(worker)
            return
        worker.buffer += chunk
        for done in worker.messages():
            yield from done
            if not done:
                self._go_on(worker)

    def _go_on(self, worker: _Worker) -> None:
        """The worker's batch is done: the next one, or its end."""
        if self._waiting:
            worker.give(self._waiting.popleft())
        else:
            self._dismiss(worker)

    def _overdue(self) -> Iterator[tuple[int, Died]]:
        now, limit = time.monotonic(), self._limits.seconds
        for worker in list(self._workers):
            job, since, used = worker.current()
            if job < 0 or now - since <= limit:
                continue
            if worker.used() - used > limit:
                yield from self._lost(worker, Died(f"the parser took longer than {limit:g} seconds"))
            elif now - since > _STALLED * limit:
                yield from self._lost(worker, Died(f"{STALLED} for {_STALLED * limit:g} seconds", True))

    def _lost(self, worker: _Worker, why: Died | None = None) -> Iterator[tuple[int, Died]]:
        """A worker that died, or is killed and `why`: its job is given up, or tried once more where it was
        chance; the rest of its batch is done again."""
        job, *_ = worker.current()
        status = self._dismiss(worker)
        # Results are sent in bundles: what stood before the poisoned file in one that was never sent is done again.
        rest = list(worker.batch[worker.done :])
        if rest:
            poisoned = job if job in rest else rest[0]
            died = why or _cause(status)
            if died.by_chance and poisoned not in self._retried:
                self._retried.add(poisoned)
            else:
                rest.remove(poisoned)
                yield poisoned, died
        if rest:
            self._waiting.appendleft(rest)
        if self._waiting:
            self._start(worker.slot)

    def _dismiss(self, worker: _Worker) -> int:
        self._selector.unregister(worker.results)
        self._workers.remove(worker)
        return worker.end()


def _cause(status: int) -> Died:
    if os.WIFSIGNALED(status):
        ending = os.WTERMSIG(status)
        if ending in (signal.SIGKILL, signal.SIGTERM):
            return Died(f"{ENDED_FROM_OUTSIDE} (signal {ending})", True)
        return Died(f"the parser crashed (signal {ending})")
    # With too little memory, say, of which the file need not know.
    return Died(ENDED_EARLY, True)
