"""The one door to DuckDB. Hides which of its two modules is imported, how rows get in fast, and how its errors look.

`_duckdb` is the extension module itself: 30 ms to import where the public package takes 75. It is a private name, so
nothing else imports it, and the public package stands in where it is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from plumbrule.tables import Row

try:
    import _duckdb as _engine
except ImportError:  # the private module was renamed: the public one is slower to import and otherwise the same
    import duckdb as _engine  # type: ignore[no-redef,unused-ignore]  # one name for either module

# Readable by every supported version; without it 2.0 writes files that 1.5 cannot open.
STORAGE_VERSION = "v1.5.0"
VERSION: str = _engine.__version__
Error: type[Exception] = _engine.Error  # base of everything the engine raises on purpose
_FEW = 40  # rows up to which list parameters beat importing numpy; DuckDB 1.5 takes 0.3 ms for each row of them


class Connection(Protocol):
    """The part of a DuckDB connection that Plumbrule uses."""

    @property
    def description(self) -> Sequence[tuple[Any, ...]]: ...  # Any: DB-API column descriptions
    def execute(self, query: str, parameters: object = None) -> Connection: ...
    def fetchall(self) -> list[tuple[Any, ...]]: ...  # Any: values as the columns say
    def fetchone(self) -> tuple[Any, ...] | None: ...  # Any: values as the columns say
    def fetchmany(self, size: int) -> list[tuple[Any, ...]]: ...  # Any: values as the columns say
    def register(self, name: str, rows: object) -> Connection: ...
    def unregister(self, name: str) -> Connection: ...
    def interrupt(self) -> None: ...
    def close(self) -> None: ...


def memory() -> Connection:
    """A fresh in-memory database that never reaches for extensions in the network."""
    connection: Connection = _engine.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "python_enable_replacements": False,
        },
    )
    return connection


def attach(connection: Connection, path: Path, name: str, *, writable: bool = False) -> None:
    """Attach a database file; `name` is ours, the path may hold anything but NUL."""
    quoted = str(path.absolute()).replace("'", "''")
    mode = f"STORAGE_VERSION '{STORAGE_VERSION}'" if writable else "READ_ONLY"
    connection.execute(f"ATTACH '{quoted}' AS {name} ({mode})")


def locked(path: Path, settings: Mapping[str, str | int]) -> Connection:
    """A connection to one file, read-only, for SQL of strangers; the settings cannot be changed from inside."""
    connection: Connection = _engine.connect(str(path), read_only=True, config=dict(settings))
    return connection


def statements(connection: Connection, sql: str) -> list[str]:
    """The kind of every statement in `sql`, "SELECT" and so on; raises `Error` where it does not parse."""
    found = connection.extract_statements(sql)  # type: ignore[attr-defined]  # kept out of the Protocol on purpose
    return [str(statement.type).rpartition(".")[2] for statement in found]


def quote(name: str) -> str:
    """An identifier as SQL text."""
    return '"' + name.replace('"', '""') + '"'


def load(
    connection: Connection, table: str, types: Sequence[str], rows: Sequence[Row], constants: Sequence[int] = ()
) -> None:
    """Append rows to a table (its name as SQL text) in column order, each followed by the same `constants`.

    Fast for three rows and for three hundred thousand. Text that is no valid Unicode (a lone surrogate) goes in with
    that character spelled `\\udXXX`.
    """
    if not rows:
        return
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))  # Any: see Row
    for i, type_ in enumerate(types):
        if type_ == "VARCHAR":
            columns[i] = _encodable(columns[i])
    same = "".join(f", {int(value)}" for value in constants)
    if len(rows) <= _FEW:
        picked = ", ".join(f"unnest(?::{type_}[])" for type_ in types)
        connection.execute(f"INSERT INTO {table} SELECT {picked}{same}", [list(column) for column in columns])
        return
    names = [f"c{i}" for i in range(len(types))]
    picked = ", ".join(f"{name}::{type_}" for name, type_ in zip(names, types, strict=True))
    arrays = {name: _array(column, type_) for name, column, type_ in zip(names, columns, types, strict=True)}
    connection.register("bulk", arrays)
    connection.execute(f"INSERT INTO {table} SELECT {picked}{same} FROM bulk")
    connection.unregister("bulk")


def _encodable(column: Sequence[Any]) -> Sequence[Any]:  # Any: text or None
    try:
        "".join(filter(None, column)).encode()
    except UnicodeEncodeError:
        return [v if v is None else v.encode("utf-8", "backslashreplace").decode() for v in column]
    return column


def _array(column: Sequence[Any], type_: str) -> object:  # Any: see Row
    import numpy as np

    dtype = {"INTEGER": np.int64, "BIGINT": np.int64, "BOOLEAN": np.bool_, "DOUBLE": np.float64}.get(type_)
    if dtype is not None and None not in column:
        return np.array(column, dtype=dtype)
    array = np.empty(len(column), dtype=object)
    array[:] = column if "[]" not in type_ else [None if value is None else list(value) for value in column]
    return array


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
