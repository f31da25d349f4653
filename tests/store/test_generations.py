"""Whatever happens to a writer, what was published stays; whoever reads, reads one whole generation."""

from __future__ import annotations

import fcntl
import os
import random
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from plumbrule.errors import StoreError
from plumbrule.store import Store
from plumbrule.store.engine import Connection, attach, memory

# A scan in small: every snapshot replaces the one file, and its symbol says which snapshot it belongs to.
WRITER = textwrap.dedent(
    """
    import resource, sys
    from pathlib import Path
    from plumbrule.errors import StoreError
    from plumbrule.graph import FileRow, FileRows, SymbolRow
    from plumbrule.store import SnapshotRecord, Store

    def bundle(position, size=3):
        symbols = tuple(
            SymbolRow(f"at{position}n{n}", "function", "public", True, "()", n, n, "") for n in range(size)
        )
        return FileRows(FileRow("python", "python", "0" * 40, 1, 1, False, False), symbols, (), (), (), (), (), 0, 0)

    def record(position):
        return SnapshotRecord(f"r@{position:012}", "r", position, f"{position:040}", "", 0, "", "", 1, 1, 0, 0, 0)

    def say(*words):
        print(*words, flush=True)

    def write(store, snapshots, size=3):
        with store.writer(lambda text: say("waits:", text)) as w:
            say("writing")
            resumed = w.resume("r")
            position = resumed.record.position if resumed else 0
            for _ in range(snapshots):
                position += 1
                w.append("r", record(position), {"a.py": bundle(position, size)}, {}, {})
                w.publish()
                say(position)
    """
)


def start(folder: Path, code: str) -> subprocess.Popen[str]:
    program = f"{WRITER}\nstore = Store.open(Path(sys.argv[1]), note=lambda text: say('note:', text))\n"
    return subprocess.Popen(
        [sys.executable, "-c", program + textwrap.dedent(code), str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(folder: Path, code: str) -> str:
    process = start(folder, code)
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0, out
    return out


def whole_snapshot(folder: Path) -> int:
    """Position of the newest snapshot, after checking that it is whole."""
    with Store.open(folder).reader() as reader:
        newest = reader.newest("r")
        symbols = reader.connection.execute("SELECT symbol FROM symbol").fetchall()
        assert newest is not None
        assert symbols == [(f"at{newest.position}n{n}",) for n in range(3)]
        for position in range(1, newest.position + 1):
            at = reader.connection.execute("SELECT symbol FROM symbol_at(?)", [f"r@{position:012}"]).fetchall()
            assert at == [(f"at{position}n{n}",) for n in range(3)]
        return newest.position


def test_a_writer_killed_at_any_moment_loses_nothing_it_published_and_the_next_goes_on(tmp_path):
    rng, published = random.Random(7), 0
    for _ in range(6):
        process = start(tmp_path, "write(store, 1000)")
        assert process.stdout is not None
        for _ in range(rng.randrange(1, 4)):
            said = process.stdout.readline().strip()
            published = max(published, int(said)) if said.isdigit() else published
        threading.Event().wait(rng.random() * 0.1)
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate()
        published = max([published, *(int(line) for line in rest.split() if line.isdigit())])
        if published:
            found = whole_snapshot(tmp_path)
            assert published <= found <= published + 1
            published = found
    run(tmp_path, "write(store, 1)")
    assert whole_snapshot(tmp_path) == published + 1
    assert list((tmp_path / "work").iterdir()) == []


def test_a_second_writer_waits_says_so_and_builds_on_what_the_first_published(tmp_path):
    first = start(
        tmp_path,
        """
        with store.writer(say) as w:
            say("holds the lock")
            import time
            while not Path(sys.argv[1], "go").exists():
                time.sleep(0.01)
            w.append("r", record(1), {"a.py": bundle(1)}, {}, {})
            w.publish()
        """,
    )
    assert first.stdout is not None
    assert first.stdout.readline() == "holds the lock\n"
    second = start(tmp_path, "write(store, 1)")
    assert second.stdout is not None
    said = second.stdout.readline()
    assert said == f"waits: another scan (process {first.pid}) writes to {tmp_path}; waiting until it is done\n"
    (tmp_path / "go").touch()
    assert first.wait(60) == 0
    assert second.communicate(timeout=60)[0] == "writing\n2\n"
    assert whole_snapshot(tmp_path) == 2


def test_two_writers_of_one_process_take_turns(store, made, no_wait):
    said: list[str] = []
    inside = threading.Event()

    def second() -> None:
        with store.writer(lambda text: (said.append(text), inside.set())) as w:
            w.append("shop", made.snapshot(w.resume("shop").record.position + 1), {}, {}, {})
            w.publish()

    with store.writer(no_wait) as w:
        thread = threading.Thread(target=second)
        thread.start()
        assert inside.wait(30)
        w.append("shop", made.snapshot(1), {}, {}, {})
        w.publish()
    thread.join(30)
    assert said == [f"another scan of this process writes to {store.folder}; waiting until it is done"]
    with store.reader() as reader:
        assert reader.newest("shop").position == 2


def test_ten_readers_beside_a_writer_see_whole_generations_only(tmp_path):
    run(tmp_path, "write(store, 1)")
    reading = """
        import time
        seen = set()
        while not Path(sys.argv[1], "stop").exists():
            with store.reader() as reader:
                position = reader.newest("r").position
                symbols = reader.connection.execute("SELECT symbol FROM symbol").fetchall()
                assert symbols == [(f"at{position}n{n}",) for n in range(3)], (position, symbols)
                seen.add(position)
            time.sleep(0.05)  # they read beside the writer, not instead of it
        say(len(seen))
    """
    readers = [start(tmp_path, reading) for _ in range(10)]
    run(tmp_path, "write(store, 12)")
    (tmp_path / "stop").touch()
    ends = [(reader.communicate(timeout=60)[0], reader.returncode) for reader in readers]
    assert all(code == 0 for _, code in ends), ends
    assert whole_snapshot(tmp_path) == 13


def generations(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "generations").glob("*.duckdb"))


def test_a_generation_that_is_read_stays_and_goes_when_its_reader_is_gone(store, made, no_wait):
    def publish(position: int) -> None:
        with store.writer(no_wait) as w:
            w.append("shop", made.snapshot(position), {"a.py": made.file(symbols=[f"s{position}"])}, {}, {})
            w.publish()

    publish(1)
    with store.reader() as reader:
        for position in range(2, 6):
            publish(position)
        assert generations(store.folder) == ["000001.duckdb", "000004.duckdb", "000005.duckdb"]
        assert reader.connection.execute("SELECT symbol FROM symbol").fetchall() == [("s1",)]
        # A connection of another process (a query) opens the same file by its name.
        other = memory()
        attach(other, reader.path, "again")
        assert other.execute("SELECT symbol FROM again.symbol").fetchall() == [("s1",)]
        other.close()
    publish(6)
    assert generations(store.folder) == ["000005.duckdb", "000006.duckdb"]
    assert sorted(p.name for p in (store.folder / "generations").glob("*.lease")) == ["000005.lease", "000006.lease"]


def test_a_full_disk_is_a_clear_error_and_the_old_generation_still_reads(tmp_path):
    run(tmp_path, "write(store, 2)")
    before = generations(tmp_path)
    said = run(
        tmp_path,
        """
        size = max(p.stat().st_size for p in Path(sys.argv[1], "generations").iterdir())
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 4096, resource.RLIM_INFINITY))
        try:
            with store.writer(say) as w:
                w.append("r", record(3), {"a.py": bundle(3, 60000)}, {}, {})
                try:
                    w.publish()
                finally:
                    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        except StoreError as error:
            say(error)
        """,
    )
    assert said.startswith(f"{tmp_path}: the store could not be written, the disk or a size limit is full (")
    assert "Free some space, or give --store a folder on another disk." in said
    assert whole_snapshot(tmp_path) == 2
    assert generations(tmp_path) == before
    assert list((tmp_path / "work").iterdir()) == []


def test_a_disk_that_is_full_while_files_are_put_down_ahead_is_told_where_they_are_waited_for(tmp_path):
    said = run(
        tmp_path,
        """
        files = {"a.py": bundle(1)}
        with store.writer(say) as w:
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
            w.begin("r", 1, files)
            w.append("r", record(1), files, {}, {})
            try:
                w.begun()
            except StoreError as error:
                say(str(error).partition(" (")[0])
                say(list(Path(sys.argv[1], "work").iterdir()))
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            w.publish()
        """,
    )
    full = "the store could not be written, the disk or a size limit is full"
    assert said == f"{tmp_path}: {full}\n[]\n"
    assert whole_snapshot(tmp_path) == 1


def test_what_could_not_be_published_for_lack_of_room_can_be_published_later(tmp_path):
    said = run(
        tmp_path,
        """
        with store.writer(say) as w:
            w.append("r", record(1), {"a.py": bundle(1)}, {}, {})
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
            try:
                w.publish()
            except StoreError:
                say("full")
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            w.publish()
        """,
    )
    assert said == "full\n"
    assert whole_snapshot(tmp_path) == 1


@contextmanager
def rewritten(path: Path) -> Iterator[Connection]:
    """A generation as another program would have left it, which says nothing of how long its file is."""
    connection = memory()
    attach(connection, path, "store", writable=True)
    connection.execute("USE store")
    yield connection
    connection.execute("USE memory")
    connection.execute("DETACH store")
    connection.close()
    path.with_suffix(".lease").unlink()


def twice_published(store, made, no_wait):
    for position in (1, 2):
        with store.writer(no_wait) as w:
            w.append("shop", made.snapshot(position), {"a.py": made.file(symbols=[f"s{position}"])}, {}, {})
            w.publish()
    return store.folder / "generations" / "000002.duckdb"


@pytest.mark.parametrize("keep", [0, 100, 4096 + 50, -4096])
def test_a_truncated_generation_is_named_and_the_one_before_it_is_used(store, made, no_wait, keep):
    path = twice_published(store, made, no_wait)
    os.truncate(path, keep if keep >= 0 else path.stat().st_size + keep)
    notes: list[str] = []
    with Store.open(store.folder, note=notes.append).reader() as reader:
        assert reader.newest("shop").position == 1
    assert len(notes) == 1
    assert notes[0].startswith(f"{path}: damaged: ")
    assert "Move that file out of the store" in notes[0]
    assert notes[0].endswith("Generation 1 is used instead.")


def test_a_scan_over_a_damaged_generation_catches_up_from_the_one_before(store, made, no_wait):
    path = twice_published(store, made, no_wait)
    path.write_bytes(b"not a database " * 2000)
    notes: list[str] = []
    damaged = Store.open(store.folder, note=notes.append)
    with damaged.writer(no_wait) as w:
        assert w.resume("shop").record.position == 1
        w.append("shop", made.snapshot(2, "again"), {"a.py": made.file(symbols=["again"])}, {}, {})
        w.publish()
    assert len(notes) == 1
    with store.reader() as reader:
        assert reader.connection.execute("SELECT symbol FROM symbol").fetchall() == [("again",)]
        assert reader.generation == 3
    (path.parent / "000003.duckdb").write_bytes(b"damaged too")
    notes.clear()
    with damaged.reader() as reader:
        assert reader.newest("shop").position == 1


def test_a_changed_byte_anywhere_is_never_taken_for_data(store, made, no_wait):
    path = twice_published(store, made, no_wait)
    whole = path.read_bytes()
    with store.reader() as reader:
        expected = reader.select("FROM symbol"), reader.newest("shop")
    rng = random.Random(1)
    unharmed = 0
    for _ in range(40):
        offset = rng.randrange(len(whole))
        path.write_bytes(whole[:offset] + bytes([whole[offset] ^ 0x55]) + whole[offset + 1 :])
        with suppress(StoreError), Store.open(store.folder, note=lambda _: None).reader() as reader:
            found = reader.select("FROM symbol"), reader.newest("shop")
            assert found == expected or reader.generation == 1
            unharmed += reader.generation == 2
    assert unharmed < 40  # or no damage was done


def test_a_store_without_any_readable_generation_says_which_file_and_what_to_do(store, made, no_wait):
    path = twice_published(store, made, no_wait)
    for generation in path.parent.glob("*.duckdb"):
        generation.write_bytes(b"x" * generation.stat().st_size)
    with pytest.raises(StoreError, match=r"000002\.duckdb: damaged: .*\nMove that file out of the store"):
        store.reader()
    with pytest.raises(StoreError, match=r"000002\.duckdb: damaged"), store.writer(no_wait):
        pass


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"nonsense\n", b"000099.duckdb\n", b"../../etc/passwd\n", None])
def test_a_pointer_that_names_nothing_is_noted_and_the_newest_generation_used(store, made, no_wait, content):
    twice_published(store, made, no_wait)
    pointer = store.folder / "CURRENT"
    if content is None:
        pointer.unlink()
    else:
        pointer.write_bytes(content)
    notes: list[str] = []
    with Store.open(store.folder, note=notes.append).reader() as reader:
        assert reader.newest("shop").position == 2
    assert notes == [f"{pointer} names no generation; the newest that is there is used: 2"]


def test_a_store_of_a_newer_program_says_which_program_is_needed(store, made, no_wait):
    path = twice_published(store, made, no_wait)
    with rewritten(path) as connection:
        connection.execute("UPDATE store.log.layout SET schema = 99, program = '7.0'")
    with pytest.raises(
        StoreError, match=r"written by plumbrule 7\.0 in store format 99.*\nInstall plumbrule 7\.0 or newer"
    ):
        store.reader()
    with pytest.raises(StoreError, match=r"Install plumbrule 7\.0 or newer"), store.writer(no_wait):
        pass


def test_an_older_layout_is_refused_to_readers_and_begun_anew_by_the_next_scan(store, made, no_wait):
    path = twice_published(store, made, no_wait)
    with rewritten(path) as connection:
        connection.execute("UPDATE store.log.layout SET base = 'of long ago', program = '0.0.1'")
    path.with_suffix(".lease").write_text(f"{path.stat().st_size} 1 of-long-ago")
    assert not store.published
    with pytest.raises(StoreError, match=r"written by plumbrule 0\.0\.1, whose tables differ.*\nRun `plumbrule scan`"):
        store.reader()
    notes: list[str] = []
    with Store.open(store.folder, note=notes.append).writer(no_wait) as w:
        assert w.resume("shop") is None
        w.append("shop", made.snapshot(5), {"a.py": made.file(symbols=["anew"])}, {}, {})
        w.publish()
    assert len(notes) == 1
    assert "a new history begins" in notes[0]
    with store.reader() as reader:
        assert reader.connection.execute("SELECT symbol FROM symbol").fetchall() == [("anew",)]


def test_a_measure_whose_columns_changed_begins_anew_and_the_rest_of_the_history_stays(store, made, no_wait):
    path = twice_published(store, made, no_wait)
    with rewritten(path) as connection:
        connection.execute("DROP VIEW component")
        connection.execute("UPDATE log.layout SET views = 'of long ago'")
        for schema in ("head", "past", "side"):
            connection.execute(f"ALTER TABLE {schema}.component RENAME COLUMN files TO amount")
    with store.reader() as reader:
        assert reader.outdated == {"component"}
        assert reader.rows("component", "shop") == []
        assert reader.rows("symbol", "shop")
    with store.writer(no_wait) as w:
        assert w.resume("shop").derived["component"] == ()
        w.append("shop", made.snapshot(3), {}, {}, {"component": [("shop", "web", 4)]})
        w.publish()
    with store.reader() as reader:
        assert reader.connection.execute("FROM component").fetchall() == [("shop", "web", 4)]
        assert reader.connection.execute("SELECT symbol FROM symbol_at('shop@000000000001')").fetchall() == [("s1",)]


def test_a_history_that_an_older_program_kept_as_whole_rows_is_answered_as_before(store, made, no_wait):
    with store.writer(no_wait) as w:
        for n in range(1, 7):
            w.append("shop", made.snapshot(n), {"a.py": made.file(line=n, symbols=["one", f"s{n}"])}, {}, {})
            w.publish()

    def answers():
        with store.reader() as reader:
            at = [made.snapshot(n).snapshot for n in range(1, 7)]
            return [
                reader.connection.execute(f"FROM {view}_at(?)", [one]).fetchall()
                for view in ("symbol", "measure", "use", "dependency")
                for one in at
            ]

    before = answers()
    path = store.folder / "generations" / (store.folder / "CURRENT").read_text().strip()
    with rewritten(path) as connection:
        for name in ("symbol", "function", "use", "dependency"):
            connection.execute(f"CREATE TABLE past.whole AS FROM past.{name}")
            connection.execute(f"DROP VIEW past.{name}")
            connection.execute(f"ALTER TABLE past.whole RENAME TO {name}")
        for schema in ("said", "stood"):
            connection.execute(f"DROP SCHEMA {schema} CASCADE")
        connection.execute("UPDATE log.layout SET views = 'of long ago'")
    assert answers() == before
    with store.writer(no_wait) as w:
        w.append("shop", made.snapshot(7), {"a.py": None}, {}, {})
        w.publish()
    assert answers() == before


def test_texts_about_the_newest_snapshot_are_read_though_an_older_program_kept_them_as_rows(store, made, no_wait):
    path = twice_published(store, made, no_wait)
    with rewritten(path) as connection:
        connection.execute("DROP TABLE log.stood")
        connection.execute("CREATE TABLE log.standing (repo VARCHAR, part VARCHAR, key VARCHAR, text VARCHAR)")
        connection.execute("INSERT INTO log.standing VALUES ('shop', 'tree', '', 'all'), ('shop', 'asked', 'a', '[1]')")
        connection.execute("UPDATE log.layout SET views = 'of long ago'")
    with store.reader() as reader:
        assert reader.standing("shop", "tree") == {}  # as good as none, until it is written anew
    with store.writer(no_wait) as w:
        w.append("shop", made.snapshot(3), {}, {}, {})
        w.publish()
    with store.reader() as reader:
        assert reader.standing("shop", "tree") == {"": "all"}
        assert reader.standing("shop", "asked", ["a", "b"]) == {"a": "[1]"}


def test_the_last_publication_of_a_long_scan_gives_back_what_earlier_ones_left_empty(store, made, no_wait):
    def answers():
        with store.reader() as reader:
            return [
                reader.connection.execute("FROM symbol_at(?)", [made.snapshot(n).snapshot]).fetchall()
                for n in (1, 7, 25, 26)
            ]

    def size():
        return (store.folder / "generations" / (store.folder / "CURRENT").read_text().strip()).stat().st_size

    with store.writer(no_wait) as w:
        for n in range(1, 26):
            files = {f"{at}.py": made.file(line=n, symbols=[f"s{m}" for m in range(300)]) for at in range(20)}
            w.append("shop", made.snapshot(n), files, {}, {})
            if n % 5 == 0:
                w.publish()
        w.append("shop", made.snapshot(26), {}, {}, {})
        w.publish()
        before, large = answers(), size()
        w.remember("anything", "new")
        w.publish(last=True)
    assert answers() == before
    assert size() < large


@pytest.fixture
def open_folder():
    """Outside of pytest's own, which nobody but its owner can enter, at any time again."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


# Whoever gives up root may lose sight of the interpreter's own files, so everything is imported before.
_ALL_LOADED = "import decimal, os, plumbrule.store.writer\nfrom plumbrule.measures import measures\nmeasures()\n"


def test_reading_needs_no_right_to_write(open_folder, made, no_wait):
    store = Store.open(open_folder / "store")
    twice_published(store, made, no_wait)
    folders = [store.folder, store.folder / "generations"]
    try:
        for folder in folders:
            folder.chmod(0o555)
        script = f"""
            if os.getuid() == 0:
                os.setuid(65534)
            try:
                Path(sys.argv[1], "probe").touch()
                raise SystemExit("the folder can be written")
            except PermissionError:
                pass
            with store.reader() as reader:
                say(reader.newest({made.repo!r}).position)
            try:
                with store.writer(say):
                    say("wrote")
            except StoreError as error:
                say(error)
        """
        said = run(store.folder, _ALL_LOADED + textwrap.dedent(script))
    finally:
        for folder in folders:
            folder.chmod(0o755)
    assert said == (
        f"2\n{store.folder}: the store could not be written (Permission denied)\n"
        "Give --store a folder that you may write to.\n"
    )


def test_an_empty_store_says_what_to_run(store):
    assert not store.published
    with pytest.raises(StoreError, match="nothing has been scanned into this store yet\nRun `plumbrule scan` first"):
        store.reader()
    assert not store.folder.exists()


def test_a_store_keeps_itself_out_of_every_commit(store, made, no_wait):
    twice_published(store, made, no_wait)
    assert (store.folder / ".gitignore").read_text() == "*\n"


def test_a_scan_that_has_nothing_new_to_say_makes_no_generation(store, made, no_wait):
    def say(head: str) -> int:
        with store.writer(no_wait) as w:
            w.repository("shop", "/src", head, "main")
            w.remember("key", "text")
            assert w.resume("shop").record.position == 2
            return w.publish()

    twice_published(store, made, no_wait)
    assert say("abc") == 3
    assert say("abc") == 3
    assert say("def") == 4
    assert generations(store.folder) == ["000003.duckdb", "000004.duckdb"]


def test_a_writer_that_publishes_nothing_changes_nothing(store, made, no_wait):
    twice_published(store, made, no_wait)
    before = generations(store.folder)
    with store.writer(no_wait) as w:
        w.append("shop", made.snapshot(3), {}, {}, {})
    assert generations(store.folder) == before
    with store.reader() as reader:
        assert reader.newest("shop").position == 2


def test_a_forked_child_that_outlives_its_killed_parent_does_not_hold_the_lock(tmp_path):
    process = start(
        tmp_path,
        """
        import os, time
        with store.writer(say) as w:
            child = os.fork()
            if child == 0:
                sys.stdout.close()
                os.close(1), os.close(2)
                time.sleep(60)
                os._exit(0)
            say(child)
            time.sleep(60)
        """,
    )
    assert process.stdout is not None
    orphan = int(process.stdout.readline())
    process.kill()
    process.wait()
    try:
        assert run(tmp_path, "write(store, 1)") == "writing\n1\n"
    finally:
        os.kill(orphan, signal.SIGKILL)


def test_the_files_of_a_store_are_locked_only_while_they_are_used(store, made, no_wait):
    path = twice_published(store, made, no_wait)
    lease = path.with_suffix(".lease").open()
    with store.reader(), pytest.raises(BlockingIOError):
        fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
    lease.close()


def test_a_reader_of_an_older_generation_says_why_it_is_not_the_newest(store, made, no_wait):
    path = twice_published(store, made, no_wait)
    with store.reader() as reader:
        assert reader.instead_of == ""
    path.write_bytes(b"not a database " * 2000)
    with Store.open(store.folder, note=lambda _: None).reader() as reader:
        assert reader.instead_of.startswith("000002.duckdb: damaged: ")
    path.unlink()
    with Store.open(store.folder, note=lambda _: None).reader() as reader:
        assert "names no generation" in reader.instead_of
    with Store.open(store.folder, note=lambda _: None).writer(no_wait) as w:
        w.append("shop", made.snapshot(2), {"a.py": made.file(symbols=["again"])}, {}, {})
        w.publish()
    with store.reader() as reader:
        assert reader.instead_of == ""
