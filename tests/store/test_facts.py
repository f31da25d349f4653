"""The fact cache keeps what was parsed, and costs time at worst when it is lost."""

from __future__ import annotations

import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import threading
from pathlib import Path

import pytest

from plumbrule.store.facts import FactCache

BLOB = "ab" * 20
DAY = 86_400


def quiet(text: str) -> None:
    raise AssertionError(text)


@pytest.fixture
def cache(tmp_path):
    return FactCache(tmp_path, quiet, 10 * DAY)


def test_facts_come_back_by_dialect_and_blob(tmp_path, cache):
    long = "cd" * 32  # a SHA-256 repository
    cache.put_many([("python", BLOB, b"i", b"b"), ("tsx", BLOB, b"ti", b"tb"), ("python", long, b"li", b"lb")])
    again = FactCache(tmp_path, quiet, 10 * DAY)
    keys = [("python", BLOB), ("tsx", BLOB), ("python", long), ("javascript", BLOB), ("python", "ef" * 20)]
    assert again.get_many(keys) == {
        ("python", BLOB): (b"i", b"b"),
        ("tsx", BLOB): (b"ti", b"tb"),
        ("python", long): (b"li", b"lb"),
    }


def test_thousands_of_keys_are_answered(cache):
    keys = [("python", f"{n:040x}") for n in range(2500)]
    cache.put_many((dialect, blob, blob.encode(), b"") for dialect, blob in keys)
    found = cache.get_many(keys)
    assert len(found) == 2500
    assert all(found[key] == (key[1].encode(), b"") for key in keys)


def test_a_reason_for_no_facts_is_kept_like_facts(tmp_path, cache):
    cache.put_skipped_many([("python", BLOB, "the parser crashed <script>\n")])
    again = FactCache(tmp_path, quiet, 10 * DAY)
    assert again.skipped_many([("python", BLOB), ("tsx", BLOB)]) == {("python", BLOB): "the parser crashed <script>\n"}
    assert again.get_many([("python", BLOB)]) == {}


def test_facts_put_again_replace_what_was_kept(cache):
    cache.put_many([("python", BLOB, b"damaged", b"")])
    cache.put_many([("python", BLOB, b"right", b"")])
    assert cache.get_many([("python", BLOB)]) == {("python", BLOB): (b"right", b"")}


def test_facts_of_another_extractor_version_are_not_seen_and_not_lost(tmp_path, cache):
    cache.put_many([("python", BLOB, b"now", b"")])
    other = FactCache(tmp_path, quiet, 10 * DAY, lambda dialect: "another")
    assert other.get_many([("python", BLOB)]) == {}
    other.put_many([("python", BLOB, b"other", b"")])
    assert other.get_many([("python", BLOB)]) == {("python", BLOB): (b"other", b"")}
    assert cache.get_many([("python", BLOB)]) == {("python", BLOB): (b"now", b"")}


def test_pruning_removes_what_was_not_used_for_long(tmp_path, cache):
    other = "ef" * 20
    cache.put_many([("python", BLOB, b"i", b""), ("python", other, b"i", b"")])
    cache.put_skipped_many([("tsx", BLOB, "why")])
    later = FactCache(tmp_path, quiet, 40 * DAY)
    later.get_many([("python", BLOB)])
    assert later.prune(older_than=20 * DAY) == 2
    assert set(later.get_many([("python", BLOB), ("python", other)])) == {("python", BLOB)}
    assert later.skipped_many([("tsx", BLOB)]) == {}


def filled(cache, count, size=10_000):
    """So many facts of about so many bytes that none is like another; their blobs, in the order they were put."""
    blobs = [f"{n:040x}" for n in range(count)]
    for blob in blobs:
        cache.put_many([("python", blob, random.Random(blob).randbytes(size), b"")])
    return blobs


def there(cache, blobs):
    return [blob for blob in blobs if ("python", blob) in cache.get_many([("python", blob)])]


def test_of_far_more_facts_than_are_needed_the_oldest_go_and_the_file_shrinks(tmp_path, cache):
    blobs = filled(cache, 300)
    needed = blobs[:20]
    cache.close()
    before = (tmp_path / "facts.sqlite").stat().st_size
    again = FactCache(tmp_path, quiet, 10 * DAY)
    again.put_many([("python", "ab" * 20, b"more", b"")])
    gone = again.let_go(lambda: needed)
    kept = there(again, blobs)
    assert kept == blobs[:20] + blobs[20 + gone :]
    assert 20 < len(kept) < 20 * 6
    again.close()
    assert (tmp_path / "facts.sqlite").stat().st_size < before / 2


def test_what_was_used_lately_stays_before_what_was_put_lately(tmp_path):
    blobs = filled(FactCache(tmp_path, quiet, 10 * DAY), 300)
    later = FactCache(tmp_path, quiet, 20 * DAY)
    later.put_many([("python", "ab" * 20, b"more", b"")])
    assert there(later, blobs[:30]) == blobs[:30]
    later.let_go(list)
    kept = there(later, blobs)
    assert kept[:30] == blobs[:30]
    assert kept[30:] == blobs[-len(kept[30:]) :]


def test_nothing_goes_from_a_cache_to_which_nothing_was_put_or_that_is_small(tmp_path, cache):
    blobs = filled(cache, 300)
    reading = FactCache(tmp_path, quiet, 10 * DAY)
    assert reading.let_go(list) == 0
    assert there(reading, blobs) == blobs
    small = FactCache(tmp_path / "small", quiet, 10 * DAY)
    few = filled(small, 50)
    assert small.let_go(list) == 0
    assert there(small, few) == few


def test_pruning_gives_the_room_back(tmp_path, cache):
    filled(cache, 300)
    assert cache.prune(11 * DAY) == 300
    cache.close()
    assert (tmp_path / "facts.sqlite").stat().st_size < 500_000


def test_reading_creates_nothing(tmp_path):
    folder = tmp_path / "absent"
    assert FactCache(folder, quiet, 0).get_many([("python", BLOB)]) == {}
    assert not folder.exists()


def test_putting_makes_the_folder_and_keeps_it_out_of_commits(tmp_path):
    folder = tmp_path / "new" / "store"
    FactCache(folder, quiet, 0).put_many([("python", BLOB, b"", b"")])
    assert (folder / ".gitignore").read_text() == "*\n"


@pytest.mark.parametrize("damage", ["garbage", "middle", "truncated", "empty"])
def test_a_damaged_cache_is_set_aside_with_a_note_and_filled_again(tmp_path, damage):
    first = FactCache(tmp_path, quiet, 0)
    rows = [("python", f"{n:040x}", os.urandom(3000), b"") for n in range(300)]
    first.put_many(rows)
    first.close()
    path = tmp_path / "facts.sqlite"
    if damage == "garbage":
        path.write_bytes(b"no database " * 5000)
    elif damage == "middle":
        with path.open("r+b") as file:
            for offset in range(4096, path.stat().st_size, 4096):
                file.seek(offset)
                file.write(b"\xff" * 200)
    elif damage == "truncated":
        os.truncate(path, 5000)
    else:
        os.truncate(path, 0)
    notes: list[str] = []
    cache = FactCache(tmp_path, notes.append, 0)
    keys = [(dialect, blob) for dialect, blob, _, _ in rows]
    cache.get_many(keys)
    cache.put_many(rows)
    assert cache.get_many(keys) == {(d, blob): (interface, body) for d, blob, interface, body in rows}
    if damage == "empty":  # SQLite takes an empty file for a new database
        assert notes == []
    else:
        assert len(notes) == 1
        assert "moved to facts.damaged.sqlite, and every file is parsed once more" in notes[0]
        assert (tmp_path / "facts.damaged.sqlite").exists()


def test_a_cache_of_another_version_is_set_aside(tmp_path):
    connection = sqlite3.connect(tmp_path / "facts.sqlite")
    connection.execute("PRAGMA user_version = 99")
    connection.execute("CREATE TABLE fact (something INTEGER)")
    connection.commit()
    connection.close()
    notes: list[str] = []
    cache = FactCache(tmp_path, notes.append, 0)
    cache.put_many([("python", BLOB, b"i", b"b")])
    assert cache.get_many([("python", BLOB)]) == {("python", BLOB): (b"i", b"b")}
    assert len(notes) == 1


WRITING = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from plumbrule.store.facts import FactCache
    cache = FactCache(Path(sys.argv[1]), lambda text: sys.exit(text), 0)
    start = int(sys.argv[2])
    for part in range(int(sys.argv[3])):
        blobs = [f"{start + part * 50 + n:040x}" for n in range(50)]
        cache.put_many(("python", blob, blob.encode() * 50, b"b") for blob in blobs)
        print(start + part * 50 + 50, flush=True)
    """
)


def writing(folder, start: int, parts: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITING, str(folder), str(start), str(parts)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_what_was_put_survives_a_kill_at_any_moment(tmp_path):
    rng, kept = random.Random(3), 0
    for _ in range(4):
        process = writing(tmp_path, kept, 100_000)
        assert process.stdout is not None
        process.stdout.readline()
        threading.Event().wait(rng.random() * 0.05)
        process.send_signal(signal.SIGKILL)
        said = process.communicate()[0].split()
        kept = max([kept + 50, *map(int, said)])
        found = FactCache(tmp_path, quiet, 0).get_many(("python", f"{n:040x}") for n in range(kept))
        assert len(found) == kept
        assert all(found["python", f"{n:040x}"] == (f"{n:040x}".encode() * 50, b"b") for n in range(kept))


def test_two_processes_fill_one_cache_at_once(tmp_path):
    processes = [writing(tmp_path, start, 40) for start in (0, 100_000)]
    ends = [(process.communicate(timeout=120)[0], process.returncode) for process in processes]
    assert [code for _, code in ends] == [0, 0], ends
    keys = [("python", f"{start + n:040x}") for start in (0, 100_000) for n in range(2000)]
    assert len(FactCache(tmp_path, quiet, 0).get_many(keys)) == 4000


def test_a_full_disk_ends_keeping_and_not_the_scan(tmp_path):
    notes: list[str] = []
    cache = FactCache(tmp_path, notes.append, 0)
    cache.put_many([("python", BLOB, b"i", b"b")])
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limits[1]))
    try:
        cache.put_many([("python", f"{n:040x}", os.urandom(5000), b"") for n in range(200)])
        cache.put_many([("python", "ef" * 20, b"", b"")])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert len(notes) == 1
    assert "facts are not kept in this run" in notes[0]
    assert cache.get_many([("python", BLOB)]) == {("python", BLOB): (b"i", b"b")}


def test_a_folder_without_the_right_to_write_is_read_and_never_written(request):
    place = tempfile.TemporaryDirectory()  # nobody but its owner can enter pytest's own
    request.addfinalizer(place.cleanup)
    Path(place.name).chmod(0o755)
    folder = Path(place.name, "store")
    first = FactCache(folder, quiet, 0)
    first.put_many([("python", BLOB, b"i", b"b")])
    first.close()
    script = textwrap.dedent(
        """
        import os, sys, sqlite3
        from pathlib import Path
        import plumbrule.store
        from plumbrule.store.facts import FactCache
        cache = FactCache(Path(sys.argv[1]), sys.exit, 100 * 86400)
        from plumbrule.languages import extractor_version
        extractor_version("python")
        if os.getuid() == 0:
            os.setuid(65534)
        cache.put_many([("python", "ef" * 20, b"", b"")])
        assert cache.get_many([("python", "ab" * 20)]) == {("python", "ab" * 20): (b"i", b"b")}
        assert cache.get_many([("python", "ef" * 20)]) == {}
        cache.put_skipped_many([("python", "ef" * 20, "why")])
        assert cache.prune(99 * 86400) == 0
        """
    )
    try:
        folder.chmod(0o555)
        done = subprocess.run([sys.executable, "-c", script, str(folder)], capture_output=True, text=True)
    finally:
        folder.chmod(0o755)
    assert (done.returncode, done.stderr) == (0, "")
