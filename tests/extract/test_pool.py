"""Whatever one hostile file does to its process, every other one is done, and the culprit is named."""

from __future__ import annotations

import faulthandler
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from plumbrule.extract import pool
from plumbrule.extract.pool import Died, Limits, Value, run


def _all(
    jobs: int, work: Callable[[int], Value], *, processes: int = 2, limits: Limits | None = None
) -> dict[int, object]:
    found = dict(run(jobs, lambda: work, processes=processes, limits=limits or Limits(), batch=5))
    assert sorted(found) == list(range(jobs))
    return found


def test_every_job_is_answered_once() -> None:
    assert _all(103, lambda job: (job, job * 2)) == {job: (job, job * 2) for job in range(103)}


def test_no_jobs_need_no_process() -> None:
    assert _all(0, lambda job: (job,)) == {}


@pytest.mark.parametrize("death", [signal.SIGSEGV, signal.SIGABRT])
def test_a_crash_names_its_file_and_costs_no_other(death: signal.Signals) -> None:
    def work(job: int) -> Value:
        if job in (3, 4, 17):
            faulthandler.disable()
            os.kill(os.getpid(), death)
        return (job,)

    found = _all(30, work)
    assert {job for job, value in found.items() if isinstance(value, Died)} == {3, 4, 17}
    assert found[3] == Died(f"the parser crashed (signal {death.value})")


def test_a_process_that_somebody_ended_says_nothing_about_its_file() -> None:
    def work(job: int) -> Value:
        if job == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return (job,)

    assert _all(9, work)[3] == Died("the parser's process was ended from outside (signal 9)", by_chance=True)


def test_a_file_whose_process_somebody_ended_once_is_read_after_all(tmp_path: Path) -> None:
    def work(job: int) -> Value:
        if job == 3 and not (tmp_path / "seen").exists():
            (tmp_path / "seen").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return (job,)

    assert _all(9, work) == {job: (job,) for job in range(9)}


def test_a_process_that_ends_by_itself_is_a_crash_too() -> None:
    def work(job: int) -> Value:
        if job == 2:
            os._exit(0)
        return (job,)

    assert _all(6, work)[2] == Died("the parser's process ended early", by_chance=True)


def test_a_hang_is_ended_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_STALLED", 10_000)  # a busy machine gives it its time in the end

    def work(job: int) -> Value:
        while job == 1:
            pass
        return (job,)

    found = _all(8, work, limits=Limits(seconds=0.3))
    assert {job for job, value in found.items() if isinstance(value, Died)} == {1}
    assert found[1] == Died("the parser took longer than 0.3 seconds")


def test_a_process_that_never_comes_back_is_ended_too() -> None:
    def work(job: int) -> Value:
        if job == 1:
            time.sleep(600)
        return (job,)

    assert _all(4, work, limits=Limits(seconds=0.1))[1] == Died("the parser stood still for 1 seconds", by_chance=True)


def test_a_process_that_was_stopped_for_a_while_goes_on() -> None:
    def work(job: int) -> Value:
        if job == 1:
            asleep = os.fork()
            if asleep == 0:
                time.sleep(0.6)  # twice the limit
                os.kill(os.getppid(), signal.SIGCONT)
                os._exit(0)
            os.kill(os.getpid(), signal.SIGSTOP)
            os.waitpid(asleep, 0)
        return (job,)

    assert _all(4, work, limits=Limits(seconds=0.3)) == {job: (job,) for job in range(4)}


def test_a_file_that_eats_memory_is_an_answer() -> None:
    def work(job: int) -> Value:
        return (len(bytearray(1 << 30)),) if job == 1 else (job,)

    found = _all(4, work, limits=Limits(memory_bytes=200 << 20))
    assert found[1] == ("the parser ran out of memory",)
    assert found[2] == (2,)


def test_leaving_early_leaves_no_process_behind() -> None:
    results = run(50, lambda: lambda job: (os.getpid(),), processes=2, limits=Limits(), batch=5)
    _, value = next(results)
    assert not isinstance(value, Died)
    results.close()
    with pytest.raises(ChildProcessError):
        os.waitpid(int(str(value[0])), os.WNOHANG)
