"""The one door to DuckDB. Hides which of its two modules is imported, how rows get in fast, and how its errors look.

`_duckdb` is the extension module itself: 30 ms to import where the public package takes 75. It is a private name, so
nothing else imports it, and the public package stands in where it is missing.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from plumbrule.store.shape import BLOCK
from plumbrule.tables import Row

# Readable by every supported version; without it 2.0 writes files that 1.5 cannot open.
STORAGE_VERSION = "v1.5.0"
HELD = 64 << 20  # bytes; with 128 MB, 281 k rows take 40 MB more and are not written sooner
Error: type[Exception]  # base of everything the engine raises on purpose
VERSION: str  # of the engine


@cache
def _engine() -> Any:  # Any: a module that knows no types
    """The engine, imported when it is first needed: most gates need none of its 15 ms."""
    try:
        import _duckdb as module
    except ImportError:  # the private module was renamed: the public one is slower to import and otherwise the same
        import duckdb as module  # type: ignore[no-redef,unused-ignore]  # one name for either module
    return module


def ready() -> None:
    """Has the engine imported, before a process may not take what that takes."""
    _engine()


def __getattr__(name: str) -> Any:  # Any: as declared above
    if name == "Error":
        return _engine().Error
    if name == "VERSION":
        return _version()
    raise AttributeError(name)


@cache
def _version() -> str:
    """As the folder of the installed distribution says, which is there without the engine."""
    for place in sys.path:
        with suppress(OSError):
            found = [n for n in os.listdir(place or ".") if n.startswith("duckdb-") and n.endswith(".dist-info")]  # noqa: PTH208 - every gate asks
            if len(found) == 1:
                return found[0].removeprefix("duckdb-").removesuffix(".dist-info")
    return str(_engine().__version__)


_OF_FILES = (
    "IOException",
    "SerializationException",
    "InternalException",
    "FatalException",
    "CatalogException",
    "OutOfMemoryException",
    "TransactionException",
)


class Connection(Protocol):
    """The part of a DuckDB connection that Plumbrule uses."""

    @property
    def description(self) -> Sequence[tuple[Any, ...]]: ...  # Any: DB-API column descriptions
    def execute(self, query: str, parameters: object = None) -> Connection: ...
    def fetchall(self) -> list[tuple[Any, ...]]: ...  # Any: values as the columns say
    def fetchone(self) -> tuple[Any, ...] | None: ...  # Any: values as the columns say
    def fetchmany(self, size: int) -> list[tuple[Any, ...]]: ...  # Any: values as the columns say
    def interrupt(self) -> None: ...
    def close(self) -> None: ...


_ceiling: tuple[int, Path] | None = None


@contextmanager
def holding(size: int, spill: Path) -> Iterator[None]:
    """No database that is opened inside holds more bytes than this; the rest it writes to that folder, which is the
    caller's to remove."""
    global _ceiling
    before, _ceiling = _ceiling, (size, spill)
    try:
        yield
    finally:
        _ceiling = before


def memory(spill: Path | None = None) -> Connection:
    """A fresh in-memory database that never reaches for extensions in the network. With a folder to `spill` into it
    holds no more than `HELD` bytes: else it keeps all that is written until the transaction ends."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "python_enable_replacements": False,
    }
    if spill is not None:
        size = HELD if _ceiling is None else min(HELD, _ceiling[0])
        config.update(memory_limit=f"{size}B", temp_directory=str(spill))
    elif _ceiling is not None:
        config.update(memory_limit=f"{_ceiling[0]}B", temp_directory=str(_ceiling[1]))
    connection: Connection = _engine().connect(":memory:", config=config)
    return _silent(connection)


def attach(connection: Connection, path: Path, name: str, *, writable: bool = False) -> None:
    """Attach a database file; `name` is ours, the path may hold anything but NUL."""
    quoted = str(path.absolute()).replace("'", "''")
    mode = f"STORAGE_VERSION '{STORAGE_VERSION}'" if writable else "READ_ONLY"
    if writable and not path.exists():
        mode += f", BLOCK_SIZE {BLOCK}"  # a file that is there has its own
    connection.execute(f"ATTACH '{quoted}' AS {name} ({mode})")


def unused(connection: Connection, name: str) -> float:
    """The share of an attached database's file that holds nothing any more."""
    sql = "SELECT free_blocks / total_blocks FROM pragma_database_size() WHERE database_name = ?"
    return float(rows_of(connection, sql, [name])[0][0])


def store(connection: Connection, name: str) -> None:
    """Has all that was written to an attached file on disk."""
    connection.execute("COMMIT")
    connection.execute(f"CHECKPOINT {name}")
    connection.execute("USE memory")


def finish(connection: Connection, name: str) -> None:
    """The same, and lets go of the file."""
    store(connection, name)
    connection.execute(f"DETACH {name}")


def locked(path: Path, settings: Mapping[str, str | int]) -> Connection:
    """A connection to one file, read-only, for SQL of strangers; the settings cannot be changed from inside."""
    connection: Connection = _engine().connect(str(path), read_only=True, config=dict(settings))
    return _silent(connection)


def _silent(connection: Connection) -> Connection:
    """Without the bar that the engine draws on standard output after two seconds, into whatever answer stands there."""
    # In a notebook without the package that would draw it there is no bar, and none can be switched off.
    with suppress(_engine().Error):
        connection.execute("SET enable_progress_bar = false")
    return connection


def statements(connection: Connection, sql: str) -> list[str]:
    """The kind of every statement in `sql`, "SELECT" and so on; raises `Error` where it does not parse."""
    found = connection.extract_statements(sql)  # type: ignore[attr-defined]  # kept out of the Protocol on purpose
    return [str(statement.type).rpartition(".")[2] for statement in found]


def quote(name: str) -> str:
    """An identifier as SQL text."""
    return '"' + name.replace('"', '""') + '"'


def load(connection: Connection, table: str, types: Sequence[str], rows: Sequence[Row]) -> None:
    """Append rows to a table (its name as SQL text) in column order.

    Text that is no valid Unicode (a lone surrogate) goes in with that character spelled `\\udXXX`.
    """
    if not rows:
        return
    appender = getattr(connection, "appender", None)
    if appender is None:
        _load_as_text(connection, table, types, rows)
        return
    with appender(table) as opened:
        for at in range(0, len(rows), _BUNDLE):
            _append(opened, rows[at : at + _BUNDLE])


def load_alike(
    connection: Connection,
    table: str,
    types: Mapping[str, str],
    bundles: Iterable[Sequence[Row]],
    alike: Mapping[str, str | int],
) -> None:
    """`load` of some columns, by name; in all these rows the others are `alike`, and are not handed over again and
    again: to take a value from Python is what appending costs. Not many rows at once, as each bundle is made for it."""
    appender = getattr(connection, "appender", None)
    if appender is None:
        for rows in bundles:
            _load_as_text(connection, table, [*types.values()], rows, [*types], alike)
        return
    for name, value in alike.items():
        connection.execute(f"ALTER TABLE {table} ALTER COLUMN {quote(name)} SET DEFAULT {_literal(value)}")
    with appender(table, columns=list(types)) as opened:
        for rows in bundles:
            _append(opened, rows)
    for name in alike:
        connection.execute(f"ALTER TABLE {table} ALTER COLUMN {quote(name)} DROP DEFAULT")


_BUNDLE = 50_000  # rows that are converted before they are written: the appender would do so at some time of its own


def _append(opened: Any, rows: Sequence[Row]) -> None:  # Any: an appender, which knows no types
    """To look for what cannot be encoded takes an eighth of the time, and there hardly ever is any."""
    try:
        opened.append_rows(rows)
    except _engine().Error:
        opened.clear()
        opened.append_rows([as_stored(row) for row in rows])
    opened.flush()


def _literal(value: str | int) -> str:
    return str(value) if isinstance(value, int) else "'" + as_stored((value,))[0].replace("'", "''") + "'"


def _load_as_text(
    connection: Connection,
    table: str,
    types: Sequence[str],
    rows: Sequence[Row],
    names: Sequence[str] = (),
    alike: Mapping[str, str | int] = MappingProxyType({}),
) -> None:
    """Every column as one text that the engine takes apart: DuckDB 1.5 has no appender, and converts Python values one
    by one in 0.1 ms each (numpy arrays of text included) where this takes 1 µs. The columns are all, or these `names`.
    """
    if not rows:
        return
    columns: list[Sequence[Any]] = [  # Any: see Row
        _stored_text(type_, column) for type_, column in zip(types, zip(*rows, strict=True), strict=True)
    ]
    outer, inner, nothing = _unused(columns)
    picked, parameters = [], []
    for n, (type_, column) in enumerate(zip(types, columns, strict=True)):
        item = type_.removesuffix("[]")
        part = f"unnest(string_split(${n + 4}, $1))"
        if None in column:
            part = f"nullif({part}, $3)"
        if item != type_:
            column = [v if v is None else "".join(inner + str(entry) for entry in v) for v in column]
            part = f"list_transform(string_split({part}, $2)[2:], lambda entry : entry::{item})"
        elif type_ == "BOOLEAN":
            column = [v if v is None else int(v) for v in column]
        picked.append(f"{part}::{type_}" if type_ != "VARCHAR" else part)
        parameters.append(outer.join([_spelled(v, nothing) for v in column]))
    into = f" ({', '.join(map(quote, (*names, *alike)))})" if names else ""
    picked += map(_literal, alike.values())
    unused = " WHERE $2 <> $3"  # a parameter that no column needs must still be mentioned
    sql = f"INSERT INTO {table}{into} SELECT {', '.join(picked)}{unused}"
    connection.execute(sql, [outer, inner, nothing, *parameters])


def _spelled(value: Any, nothing: str) -> str:  # Any: see Row
    if isinstance(value, str):
        return value
    return nothing if value is None else repr(value)


def _stored_text(type_: str, column: Row) -> Row:
    """A column with text as the database holds it."""
    broken = type_ == "VARCHAR" and not _encodable("".join(filter(None, column)))
    return as_stored(column) if broken else column


# Use: f"... WHERE path IN {AMONG}", [..., *among(paths)]. A list parameter costs DuckDB 1.5 0.1 ms for each entry.
AMONG = "(SELECT unnest(string_split(?, ?)))"


def among(texts: Sequence[str]) -> tuple[str, str]:
    """Parameters for `AMONG`; no texts are one empty text."""
    stored = as_stored(tuple(texts))
    mark, _, _ = _unused([stored])
    return mark.join(stored), mark


def _unused(columns: Sequence[Sequence[Any]]) -> tuple[str, str, str]:  # Any: see Row
    """Three characters that occur in no value."""
    texts = [v for column in columns for v in column if isinstance(v, str)]
    texts += [str(entry) for column in columns for v in column if isinstance(v, (tuple, list)) for entry in v]
    text = "".join(texts)
    free = (c for c in map(chr, (*range(0x1F, 0, -1), *range(0xE000, 0xF8FF))) if c not in text)
    return next(free), next(free), next(free)


def as_stored(row: Row) -> Row:
    """The values as they come back from the database: text that is no valid Unicode is spelled out."""
    return tuple(
        v.encode("utf-8", "backslashreplace").decode() if isinstance(v, str) and not _encodable(v) else v for v in row
    )


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@contextmanager
def uncollected() -> Iterator[None]:
    """No garbage collection inside: it walks hundreds of thousands of new tuples again and again, and none is in a
    cycle. Reading 190 k rows takes 0.34 s instead of 0.69."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def is_damage(error: Exception) -> bool:
    """Whether a file that is not whole, or cannot be written, may be why our own SQL failed; else we wrote it wrong.

    A checksum that does not match comes as the bare base class.
    """
    of_files = tuple(getattr(_engine(), name) for name in _OF_FILES)
    return isinstance(error, of_files) or type(error) is _engine().Error


def stripped(error: Exception) -> str:
    """The engine's message without its stack trace and its advice to report a bug: the first paragraph."""
    return str(error).partition("\n\n")[0].strip() or type(error).__name__


def column_names(connection: Connection) -> list[str]:
    return [str(column[0]) for column in connection.description]


def rows_of(connection: Connection, sql: str, parameters: Iterable[object] = ()) -> list[Row]:
    """All rows of a statement, lists as tuples so that rows can be compared and hashed."""
    found = connection.execute(sql, list(parameters)).fetchall()
    if any(isinstance(value, list) for value in (found[0] if found else ())):
        return [tuple(tuple(v) if isinstance(v, list) else v for v in row) for row in found]
    return found
