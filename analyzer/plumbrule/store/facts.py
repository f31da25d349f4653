"""Facts of files by content, kept between runs: a cache that may vanish at any time and only cost time.

Hides SQLite, extractor versions and damage. Every fault of the file itself ends in a note and an empty or read-only
cache, never in an exception: no verdict and no scan depends on it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from plumbrule.details import version
from plumbrule.store.generations import make_folder

if TYPE_CHECKING:
    import sqlite3

Key = tuple[str, str]  # (dialect, blob)
_Done = TypeVar("_Done")

# Bumped when these tables change; a file of another shape is set aside like a damaged one.
_SHAPE = 1
_TABLES = """
CREATE TABLE IF NOT EXISTS extractor (id INTEGER PRIMARY KEY, dialect TEXT, version TEXT, UNIQUE (dialect, version));
CREATE TABLE IF NOT EXISTS fact (
    id INTEGER PRIMARY KEY, extractor INTEGER, blob BLOB, used INTEGER, interface BLOB, body BLOB,
    UNIQUE (extractor, blob)
);
CREATE TABLE IF NOT EXISTS skipped (
    extractor INTEGER, blob BLOB, used INTEGER, reason TEXT, PRIMARY KEY (extractor, blob)
) WITHOUT ROWID;
"""
_OTHER_SHAPE = "made by another version of plumbrule"
_DAMAGED = (1, 11, 26)  # SQLITE_ERROR (a table is missing), SQLITE_CORRUPT, SQLITE_NOTADB
_PATIENCE = 20.0  # seconds that one process waits while another writes
_MANY = 500  # parameters of one statement, well below the 999 of old SQLite builds
_FRESH = 86_400  # seconds within which a use is not written down again
# What the newest snapshots need takes a fifth to a quarter of their source: with six times as much a cache stays below
# twice the source, and facts of the last hundreds of commits are there when history is judged anew.
_TIMES = 6
_LEAST = 1 << 20  # bytes that are always kept
_LEFT = 0.75  # of what may be kept, once it is too much: so that not every scan has something to remove


class FactCache:
    """One per process, not shared with forked children. `now` is the time given to what is put or used.

    `version` says what the facts of a dialect depend on beside the bytes.
    """

    def __init__(
        self, folder: Path, note: Callable[[str], None], now: int, version: Callable[[str], str] = version
    ) -> None:
        self._folder = folder
        self._path = folder / "facts.sqlite"
        self._note = note
        self._now = now
        self._version = version
        self._connection: sqlite3.Connection | None = None
        self._writable = True
        self._inode = 0  # of the file that was opened; 0 = it was made by opening it
        self._extractors: dict[str, int] = {}
        self._grown = False  # something was put

    def get_many(self, keys: Iterable[Key]) -> dict[Key, tuple[bytes, bytes]]:
        """Packed (interface, body) of those that are kept, made by today's extractors."""
        found = self._get("SELECT blob, used, interface, body FROM fact WHERE extractor = ? AND blob IN ", "fact", keys)
        return {key: (row[0], row[1]) for key, row in found.items()}

    def skipped_many(self, keys: Iterable[Key]) -> dict[Key, str]:
        """Why there are no facts, of those for which today's extractors found that out."""
        found = self._get("SELECT blob, used, reason FROM skipped WHERE extractor = ? AND blob IN ", "skipped", keys)
        return {key: row[0] for key, row in found.items()}

    def put_many(self, rows: Iterable[tuple[str, str, bytes, bytes]]) -> None:
        """Keeps (dialect, blob, interface, body); does nothing where the folder cannot be written."""
        self._put(
            "INSERT OR REPLACE INTO fact (extractor, blob, used, interface, body) VALUES (?, ?, ?, ?, ?)",
            [(dialect, blob, (interface, body)) for dialect, blob, interface, body in rows],
        )

    def put_skipped_many(self, rows: Iterable[tuple[str, str, str]]) -> None:
        """Keeps (dialect, blob, reason); does nothing where the folder cannot be written."""
        self._put(
            "INSERT OR REPLACE INTO skipped (extractor, blob, used, reason) VALUES (?, ?, ?, ?)",
            [(dialect, blob, (reason,)) for dialect, blob, reason in rows],
        )

    def prune(self, older_than: int) -> int:
        """Removes what was not used since that time (seconds since 1970), of every extractor; how much that was."""

        def remove(connection: sqlite3.Connection) -> int:
            with connection:
                removed = [
                    connection.execute(f"DELETE FROM {table} WHERE used < ?", (older_than,)).rowcount
                    for table in ("fact", "skipped")
                ]
            _shrink(connection)
            return sum(removed)

        return self._do(remove, 0, writing=True)

    def let_go(self, needed: Callable[[], Iterable[str]]) -> int:
        """Removes facts if what was put made them too many: more than `_TIMES` what those of `needed` blobs take.

        Those stay; of the others go those of which the last use is longest ago, among these what was put first. How
        many that was.
        """

        def remove(connection: sqlite3.Connection) -> int:
            held = "SELECT coalesce(sum(length(interface) + length(body)), 0) FROM fact"
            connection.execute("CREATE TEMP TABLE needed (blob BLOB PRIMARY KEY) WITHOUT ROWID")
            try:
                connection.executemany(
                    "INSERT OR IGNORE INTO needed VALUES (?)", ((bytes.fromhex(blob),) for blob in needed())
                )
                (wanted,) = connection.execute(f"{held} WHERE blob IN needed").fetchone()
                most = max(_LEAST, _TIMES * wanted)
                if connection.execute(held).fetchone()[0] <= most:
                    return 0
                with connection:
                    connection.execute("BEGIN IMMEDIATE")
                    gone = connection.execute(
                        """
                        DELETE FROM fact WHERE id IN (
                            SELECT id FROM (
                                SELECT id,
                                    sum(length(interface) + length(body)) OVER (ORDER BY used DESC, id DESC) AS upto
                                FROM fact WHERE blob NOT IN needed
                            ) WHERE upto > ?
                        )""",
                        (_LEFT * most - wanted,),
                    ).rowcount
            finally:
                connection.execute("DROP TABLE needed")
            _shrink(connection)
            return gone

        def size(connection: sqlite3.Connection) -> int:
            pages, free, page = (
                connection.execute(f"PRAGMA {one}").fetchone()[0]
                for one in ("page_count", "freelist_count", "page_size")
            )
            return int((pages - free) * page)

        if not self._grown or self._do(size, 0, writing=True) <= _LEAST:
            return 0
        return self._do(remove, 0, writing=True)

    def close(self) -> None:
        """Later calls open it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            self._extractors.clear()

    def _get(self, select: str, table: str, keys: Iterable[Key]) -> dict[Key, tuple[Any, ...]]:  # Any: columns
        by_dialect: dict[str, list[str]] = {}
        for dialect, blob in keys:
            by_dialect.setdefault(dialect, []).append(blob)
        stale: list[tuple[int, int, bytes]] = []

        def find(connection: sqlite3.Connection) -> dict[Key, tuple[Any, ...]]:  # Any: columns as selected
            found: dict[Key, tuple[Any, ...]] = {}  # Any: columns as selected
            stale.clear()
            for dialect, blobs in by_dialect.items():
                extractor = self._extractor(connection, dialect, create=False)
                for start in range(0, len(blobs), _MANY):
                    part = [bytes.fromhex(blob) for blob in blobs[start : start + _MANY]]
                    marks = ",".join("?" * len(part))
                    for blob, used, *rest in connection.execute(f"{select} ({marks})", (extractor, *part)):
                        found[dialect, blob.hex()] = tuple(rest)
                        if used < self._now - _FRESH:
                            stale.append((self._now, extractor, blob))
            return found

        def touch(connection: sqlite3.Connection) -> None:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(f"UPDATE {table} SET used = ? WHERE extractor = ? AND blob = ?", stale)

        nothing: dict[Key, tuple[Any, ...]] = {}  # Any: columns as selected
        found = self._do(find, nothing, writing=False) if by_dialect else nothing
        if stale:
            self._do(touch, None, writing=True)
        return found

    def _put(self, insert: str, rows: list[tuple[str, str, tuple[object, ...]]]) -> None:
        def keep(connection: sqlite3.Connection) -> None:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                for dialect in sorted({dialect for dialect, _, _ in rows}):
                    self._extractor(connection, dialect, create=True)
                connection.executemany(
                    insert,
                    [(self._extractors[d], bytes.fromhex(blob), self._now, *rest) for d, blob, rest in rows],
                )

        if rows:
            self._grown = True
            self._do(keep, None, writing=True)

    def _extractor(self, connection: sqlite3.Connection, dialect: str, *, create: bool) -> int:
        """The number under which today's extractor of this dialect keeps facts; 0 = none yet."""
        if dialect not in self._extractors:
            named = (dialect, self._version(dialect))
            if create:
                connection.execute("INSERT OR IGNORE INTO extractor (dialect, version) VALUES (?, ?)", named)
            row = connection.execute("SELECT id FROM extractor WHERE dialect = ? AND version = ?", named).fetchone()
            if row is None:
                return 0
            self._extractors[dialect] = int(row[0])
        return self._extractors[dialect]

    def _do(self, work: Callable[[sqlite3.Connection], _Done], otherwise: _Done, *, writing: bool) -> _Done:
        """The work's result, or `otherwise` where that cannot be; a damaged file is replaced and it is tried again."""
        import sqlite3

        for _ in range(2):
            try:
                connection = self._opened(writing=writing)
                return otherwise if connection is None else work(connection)
            except sqlite3.Error as error:
                self._extractors.clear()  # a number given in a transaction that was rolled back
                # Anything else (locked for too long, disk full, folder gone) says nothing against the file itself.
                code = getattr(error, "sqlite_errorcode", 0)
                short = code == sqlite3.SQLITE_IOERR_SHORT_READ
                if not short and code & 0xFF not in _DAMAGED and str(error) != _OTHER_SHAPE:
                    self._give_up(str(error))
                    return otherwise
                self._set_aside(str(error))
            except OSError as error:
                self._give_up(error.strerror or str(error))
                return otherwise
        return otherwise

    def _opened(self, *, writing: bool) -> sqlite3.Connection | None:
        if self._connection is None and (writing or self._path.exists()):
            if not self._path.exists():
                make_folder(self._folder)
            self._connection = self._connect()
        return self._connection if self._writable or not writing else None

    def _connect(self) -> sqlite3.Connection:
        import sqlite3

        name = self._path.absolute().as_uri()
        if not os.access(self._folder, os.W_OK) or (self._path.exists() and not os.access(self._path, os.W_OK)):
            self._writable = False
            # Without a right to write the log beside the file cannot be shared: what is in it is missed, no more.
            name += "?immutable=1"
        self._inode = self._path.stat().st_ino if self._path.exists() else 0
        connection = sqlite3.connect(name, uri=True, timeout=_PATIENCE, isolation_level=None)
        try:
            shape = connection.execute("PRAGMA user_version").fetchone()[0]
            if shape == 0 and self._writable:
                # Packed facts of a file are a few kilobytes: on pages of four a third would stay empty.
                connection.execute("PRAGMA page_size = 32768")
                connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
                connection.execute("PRAGMA journal_mode = WAL").fetchall()
                connection.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version = {_SHAPE}; COMMIT;")
            elif shape != _SHAPE:
                raise sqlite3.DatabaseError(_OTHER_SHAPE)
            connection.execute("PRAGMA synchronous = NORMAL")
        except BaseException:
            connection.close()
            raise
        return connection

    def _give_up(self, why: str) -> None:
        if self._writable:
            self._note(f"{self._path}: facts are not kept in this run ({why})")
        self._writable = False
        with suppress(Exception):
            self.close()

    def _set_aside(self, why: str) -> None:
        """A damaged file is moved away, its log with it: a log must never meet another database."""
        with suppress(Exception):
            self.close()
        aside = self._path.with_name("facts.damaged.sqlite")
        try:
            if self._inode and self._path.stat().st_ino != self._inode:
                return  # another process was first, and this is its new file
            self._path.replace(aside)
            for suffix in ("-wal", "-shm"):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        except FileNotFoundError:
            return
        except OSError as error:
            self._give_up(f"{why}; {error.strerror}")
            return
        self._note(f"{self._path}: damaged ({why}); moved to {aside.name}, and every file is parsed once more")


def _shrink(connection: sqlite3.Connection) -> None:
    """Gives free pages back. As a script: `execute` stops after the first page, as no column comes with it."""
    connection.executescript("PRAGMA incremental_vacuum;")
