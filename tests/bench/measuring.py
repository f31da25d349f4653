"""Runs commands and says what they cost. Hides how time and memory of a whole family of processes are got.

Wall time is the figure; CPU time stands beside it, of the process and of every child it waited for.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple

PLUMBRULE = (sys.executable, "-m", "plumbrule")
PATIENCE = 3600.0  # seconds after which a command has failed
_SAID = 600  # characters of what a failing command said


class CommandFailed(Exception):
    """A command left with another code than it may, or took too long; the text has what it said."""


class Took(NamedTuple):
    """What one run cost, in seconds, and what it printed."""

    wall: float
    cpu: float
    out: bytes = b""


def run(
    command: Sequence[str | Path],
    *,
    codes: tuple[int, ...] = (0,),
    cwd: Path | None = None,
    environ: Mapping[str, str] | None = None,
    patience: float = PATIENCE,
) -> Took:
    """Runs a command to its end; CommandFailed if it leaves with none of these codes."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=cwd, env=environ or environment(), stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            start_new_session=True,
        )  # fmt: skip
        limit = threading.Timer(patience, os.killpg, (process.pid, signal.SIGKILL))
        limit.start()
        try:
            _, status, used = os.wait4(process.pid, 0)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        finally:
            limit.cancel()
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)  # or its end would be waited for once more
        printed, said = _whole(out), _whole(err)
    if process.returncode not in codes:
        told = " ".join((said or printed).decode(errors="replace")[-_SAID:].split())
        raise CommandFailed(f"{' '.join(map(str, command))[:200]} left with {process.returncode}: {told}")
    return Took(wall, used.ru_utime + used.ru_stime, printed)


def environment(**more: str) -> dict[str, str]:
    """As people run it: the warm-up run leaves compiled modules behind, for either side."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | more


def pairs(
    count: int, a: Callable[[], Took], b: Callable[[], Took], before: Callable[[], object] = lambda: None
) -> list[tuple[Took, Took]]:
    """Runs in turn after one warm-up of each; `before` goes before every run, and is not timed."""

    def prepared(one: Callable[[], Took]) -> Took:
        before()
        return one()

    for one in (a, b):
        prepared(one)
    return [(prepared(a), prepared(b)) for _ in range(count)]


def peak_memory(command: Sequence[str | Path]) -> int:
    """Highest sum of proportional set sizes in bytes over all processes of one run, looked at every 30 ms."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said, env=environment())
        peak = 0
        while process.poll() is None:
            peak = max(peak, _memory_below(process.pid))
            time.sleep(0.03)
        if process.returncode:
            told = " ".join(_whole(said).decode(errors="replace")[-_SAID:].split())
            raise CommandFailed(f"{' '.join(map(str, command))[:200]} left with {process.returncode}: {told}")
    return peak


def _memory_below(root: int) -> int:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue  # it has ended
            children.setdefault(parent, []).append(int(entry.name))
    total, todo = 0, [root]
    while todo:
        pid = todo.pop()
        todo += children.get(pid, [])
        try:
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
        except OSError:
            continue
    return total


def _whole(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()
