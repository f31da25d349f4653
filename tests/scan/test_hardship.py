"""Scans that are killed, interrupted, doubled, read meanwhile or without room: nothing that was stored is lost."""

from __future__ import annotations

import json
import shutil
import signal
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

VIEWS = ("snapshot", "file", "symbol", "dependency", "component", "cycle_edge", "finding", "batch", "trend")
KILLS = 30

# Forks instead of starting Python thirty times. Publishes after every few commits, so that a kill can hit that too.
KILLER = """
import json, os, random, shutil, signal, sys, time
import plumbrule.aside, plumbrule.timeline, plumbrule.store.reader, plumbrule.store.writer
from plumbrule.cli import main
from plumbrule.store import Store

store, kills, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
plumbrule.timeline._STRETCH, plumbrule.timeline._PUBLISH_SECONDS, plumbrule.aside._PATIENCE = 8, 0.3, 0.0

def forked(work):
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(1)
    return pid

def scan():
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os._exit(main(["scan", "--quiet", "--history", "all", "--store", store, "--today", "2024-06-01"]))

def stored():
    reading, writing = os.pipe()
    def read():
        opened = Store.open(__import__("pathlib").Path(store))
        found = []
        if opened.published:
            with opened.reader() as reader:
                found = [row[0] for row in reader.select("SELECT commit FROM snapshot ORDER BY position")]
        os.write(writing, json.dumps(found).encode())
        os._exit(0)
    pid = forked(read)
    os.close(writing)
    text = b""
    while piece := os.read(reading, 65536):
        text += piece
    os.close(reading)
    assert os.waitpid(pid, 0)[1] == 0
    return json.loads(text)

def again():
    shutil.rmtree(os.path.join(store, "generations"))
    os.unlink(os.path.join(store, "CURRENT"))

assert os.waitpid(forked(scan), 0)[1] == 0
known = stored()
again()
began = time.monotonic()  # with its facts kept, a scan is quicker than the first one
assert os.waitpid(forked(scan), 0)[1] == 0
whole = time.monotonic() - began
again()
chance, before, hit = random.Random(seed), [], 0
while hit < kills:
    pid = forked(scan)
    left = 1 - len(before) / len(known)
    moment, ended = time.monotonic() + chance.random() * whole * left, (0, 0)
    while time.monotonic() < moment and not ended[0]:
        time.sleep(0.002)
        ended = os.waitpid(pid, os.WNOHANG)
    if not ended[0]:
        os.kill(pid, signal.SIGKILL)
        hit += os.WIFSIGNALED(os.waitpid(pid, 0)[1])
    now = stored()
    assert now == known[: len(now)] and len(now) >= len(before), (before, now)
    before = now
    if len(now) == len(known):
        # Done; from the start again, with another history of kills.
        again()
        before = []
assert os.waitpid(forked(scan), 0)[1] == 0
assert stored() == known
print("done")
"""

LIMITED = """
import resource, signal, sys
from plumbrule.cli import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)), resource.RLIM_INFINITY))
sys.exit(main())
"""

SLOW = """
import sys, time, plumbrule.timeline
from plumbrule.cli import main
step = plumbrule.timeline.Timeline._step
def slow(*arguments):
    time.sleep(0.1)
    if arguments[1].position == 5:
        print("halfway", file=sys.stderr, flush=True)
    step(*arguments)
plumbrule.timeline.Timeline._step = slow
plumbrule.timeline._PUBLISH_SECONDS = 1e9  # however slow the machine, one generation
sys.exit(main())
"""


def rows_of(rows: Callable, folder: Path, store: Path | None = None) -> dict[str, list[Any]]:
    return {view: rows(folder, f"SELECT * FROM {view} ORDER BY ALL", store) for view in VIEWS}


def halfway(process: Any) -> None:
    for line in process.stderr:
        if "halfway" in line:
            return
    raise AssertionError("it ended early")


def test_kill_9_at_random_moments_loses_nothing_and_the_next_scan_goes_on(
    grown: Callable, scanned: Callable, process: Callable, rows: Callable, tmp_path: Path
):
    repo = grown(0)
    for number in range(60):
        # Batches of three, some of which bring a cycle with their second commit or mend it with their last.
        changes = {f"shop/m{number % 5}.py": f"from shop.tax import rate\n\nX = rate() + {number}\n"}
        if number % 6 == 1:
            changes["shop/tax.py"] = "from shop.cart import total\n\n\ndef rate() -> float:\n    return total and 0.2\n"
        elif number % 12 == 5:
            changes["shop/tax.py"] = "def rate() -> float:\n    return 0.2\n"
        repo.commit(changes, at=repo.clock + timedelta(days=number // 3, minutes=number % 3))
    scanned(repo, "--history", "all")
    store = tmp_path / "killed"
    killed = process(repo.path, str(store), str(KILLS), "7", program=KILLER)
    out, err = killed.communicate(timeout=300)
    assert (killed.returncode, out) == (0, "done\n"), err
    assert rows_of(rows, repo.path, store) == rows_of(rows, repo.path)
    assert list((store / "work").iterdir()) == []


def test_ctrl_c_leaves_a_whole_store_and_says_so(
    grown: Callable, scanned: Callable, process: Callable, rows: Callable, tmp_path: Path
):
    repo = grown(10)
    scanned(repo, "--history", "3")
    before = rows_of(rows, repo.path)
    repo.commit({"a.py": "x = 1\n"})
    running = process(repo.path, "scan", "--quiet", "--history", "all", program=SLOW)
    halfway(running)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in err
    assert rows_of(rows, repo.path) == before
    scanned(repo, "--history", "all")
    assert rows(repo.path, "SELECT count(*) FROM snapshot") == [12]


def test_ctrl_c_while_the_database_works_is_no_fault_of_ours(grown: Callable, process: Callable):
    program = (
        "import os, signal, sys, threading, plumbrule.scan, plumbrule.store.engine\n"
        "from plumbrule.cli import main\n"
        "def working(*_):\n"
        "    threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()\n"
        # On one thread: with several, the engine may wait for a thread of its own that never looks up from an endless
        # statement (ours all end), and then no signal gets through.
        "    connection = plumbrule.store.engine.memory()\n"
        "    connection.execute('SET threads = 1')\n"
        "    connection.execute('SELECT count(*) FROM range(1000000000000000) WHERE range % 7 = 3').fetchall()\n"
        "plumbrule.scan.scan = working\n"
        "sys.exit(main())\n"
    )
    running = process(grown(0).path, "scan", program=program)
    _, err = running.communicate(timeout=60)
    assert (running.returncode, "Traceback" in err) == (130, False), err


def test_a_second_scan_waits_and_says_so(grown: Callable, process: Callable, rows: Callable):
    repo = grown(10)
    first = process(repo.path, "scan", "--quiet", program=SLOW)
    halfway(first)
    second = process(repo.path, "scan", "--quiet")
    for one in (first, second):
        _, err = one.communicate(timeout=60)
        assert one.returncode == 0, err
    assert f"another scan (process {first.pid})" in err
    assert "waiting" in err
    assert rows(repo.path, "SELECT count(*) FROM snapshot") == [11]


def test_ten_readers_beside_a_scan_see_whole_generations_only(
    grown: Callable, scanned: Callable, process: Callable, rows: Callable
):
    repo = grown(10)
    scanned(repo, "--history", "3")
    running = process(repo.path, "scan", "--quiet", "--history", "all", program=SLOW)
    halfway(running)
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom plumbrule.store import Store\n"
        "seen = set()\n"
        "for _ in range(15):\n"
        "    with Store.open(Path(sys.argv[1])).reader() as reader:\n"
        "        seen.add(reader.select('SELECT count(*) FROM snapshot')[0][0])\n"
        "    time.sleep(0.05)\n"
        "print(sorted(seen))\n"
    )
    readers = [process(repo.path, str(repo.path / ".plumbrule"), program=program) for _ in range(10)]
    for reader in readers:
        out, err = reader.communicate(timeout=120)
        assert reader.returncode == 0, err
        assert set(json.loads(out)) <= {3, 11}
    _, err = running.communicate(timeout=60)
    assert running.returncode == 0, err
    assert rows(repo.path, "SELECT count(*) FROM snapshot") == [11]


@pytest.mark.parametrize("limit", [0, 20_000, 200_000])
def test_a_full_disk_is_said_and_costs_nothing_stored(
    grown: Callable, scanned: Callable, process: Callable, rows: Callable, limit: int
):
    repo = grown(2)
    scanned(repo)
    before = rows_of(rows, repo.path)
    repo.commit({f"shop/n{n}.py": f"def f{n}(a: int) -> int:\n    return a + {n}\n" for n in range(40)})
    full = process(repo.path, str(limit), "scan", "--quiet", program=LIMITED)
    out, err = full.communicate(timeout=60)
    assert (full.returncode, out) == (2, ""), err
    assert "Traceback" not in err, err
    assert "full" in err
    assert rows_of(rows, repo.path) == before
    scanned(repo)
    assert rows(repo.path, "SELECT count(*) FROM file") == [45]


def test_a_full_disk_stops_no_gate(grown: Callable, process: Callable):
    repo = grown(1)
    repo.branch("topic")
    repo.commit({"shop/tax.py": "from shop.cart import total\n\n\ndef rate() -> float:\n    return total and 0.2\n"})
    full = process(repo.path, "0", "gate", "--base", "main", "--quiet", program=LIMITED)
    full.communicate(timeout=60)
    assert full.returncode == 1


def test_a_damaged_generation_is_left_for_the_one_before(grown: Callable, scanned: Callable, plumbrule: Callable):
    repo = grown(2)
    scanned(repo)
    repo.commit({"a.py": "x = 1\n"})
    scanned(repo)
    newest = max((repo.path / ".plumbrule/generations").glob("*.duckdb"))
    newest.write_bytes(newest.read_bytes()[:5000])
    answer = plumbrule(repo.path, "scan", "--quiet", "--format", "json")
    assert answer.code == 0, answer.err
    assert "damaged" in answer.err
    assert json.loads(answer.out)["repositories"][0]["snapshots"] == 4


def test_a_store_without_any_readable_generation_says_what_to_do(
    grown: Callable, scanned: Callable, plumbrule: Callable
):
    repo = grown(1)
    scanned(repo)
    for generation in (repo.path / ".plumbrule/generations").glob("*.duckdb"):
        generation.write_bytes(b"no database")
    answer = plumbrule(repo.path, "scan", "--quiet")
    assert (answer.code, answer.out) == (2, "")
    assert "damaged" in answer.err
    shutil.rmtree(repo.path / ".plumbrule/generations")
    assert plumbrule(repo.path, "scan", "--quiet").code == 0


def test_a_store_of_a_newer_program_is_left_alone(grown: Callable, scanned: Callable, plumbrule: Callable):
    import duckdb

    repo = grown(1)
    scanned(repo)
    newest = max((repo.path / ".plumbrule/generations").glob("*.duckdb"))
    with duckdb.connect(str(newest)) as connection:
        connection.execute("UPDATE log.layout SET schema = 999, program = '9.9.9'")
    newest.with_suffix(".lease").write_text(f"{newest.stat().st_size}\n")
    for command in (("scan", "--quiet"), ("query", "SELECT 1")):
        answer = plumbrule(repo.path, *command)
        assert answer.code == 2
        assert "9.9.9" in answer.err
    repo.branch("topic")
    repo.commit({"a.py": "x = 1\n"})
    assert plumbrule(repo.path, "gate", "--base", "main", "--quiet").code == 0


def test_lost_facts_are_made_again(grown: Callable, scanned: Callable, rows: Callable):
    repo = grown(2)
    scanned(repo)
    before = rows_of(rows, repo.path)
    for file in (repo.path / ".plumbrule").glob("facts.sqlite*"):
        file.unlink()
    repo.commit({"a.py": "import shop.tax\n"})
    scanned(repo)
    assert rows(repo.path, "SELECT count(*) FROM snapshot") == [len(before["snapshot"]) + 1]
    assert ["a.py", "shop/tax.py"] in rows(repo.path, "SELECT src, dst FROM dependency")


def test_a_clock_that_stands_still_is_no_fault(grown: Callable, scanned: Callable, monkeypatch):
    monkeypatch.setattr(time, "monotonic", lambda: 0.0)
    assert scanned(grown(1))[0]["snapshots"] == 2
