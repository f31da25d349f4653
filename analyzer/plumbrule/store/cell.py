"""Where SQL of strangers runs: a child process that reads one task from stdin, answers on stdout, and ends.

Hides the engine's locks and how rows become text. A reason to refuse goes to stderr with exit code `REFUSED`.

CSV and what opens it: a text cell that a spreadsheet would run as a formula gets a `'` in front, because a file can be
called `=HYPERLINK(...)`. Names that merely begin with `@` or `-` (`@scope/pkg`) are left alone; json and parquet are
exact for everything.
"""

from __future__ import annotations

import csv
import difflib
import json
import math
import os
import re
import resource
import sys
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from plumbrule.store import engine
from plumbrule.store.query import REFUSED, TOO_LONG
from plumbrule.tables import Row

_MB = 1 << 20
_RESERVED = 256  # megabytes of addresses that allocators take without using them
_PART = 2000  # rows fetched at once
_WRITES = re.compile(
    r"Invalid Input Error: Cannot (execute statement of type .* read-only mode|change configuration option)"
)
_TOO_LARGE = "the answer is larger than a query may return\nAsk for fewer rows or columns."


def main() -> NoReturn:
    engine.ready()
    task = json.load(sys.stdin)
    limits = task["limits"]
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else writes to standard output must not end up inside the answer
    try:
        _confine(limits["seconds"], limits["memory_mb"], limits["answer_mb"] if task["format"] == "parquet" else 0)
        _answer(task, limits, answer)
    except MemoryError:
        _refuse(f"the query needs more than {limits['memory_mb']} MB\nAsk for fewer rows or columns.")
    # Not sys.exit: tearing the engine down under these limits may abort, after everything has been said.
    os._exit(0)


def _refuse(reason: str) -> NoReturn:
    # After a mark, because a process without memory may have complained on stderr before.
    os.write(2, b"\0" + reason.encode("utf-8", "backslashreplace"))
    os._exit(REFUSED)


def _confine(seconds: float, memory_mb: int, file_mb: int) -> None:
    used = 0
    status = Path("/proc/self/status")
    if status.exists():
        used = int(re.search(r"VmSize:\s+(\d+) kB", status.read_text()).group(1)) * 1024  # type: ignore[union-attr]  # the kernel always writes it
        most = used + (memory_mb + _RESERVED) * _MB
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    cpu = math.ceil(seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_mb * _MB, file_mb * _MB))


def _answer(task: dict[str, Any], limits: dict[str, float], answer: BinaryIO) -> None:
    sql = task["sql"]
    parquet = Path(task["private"], "answer.parquet") if task["format"] == "parquet" else None
    connection = _locked(Path(task["path"]), parquet, int(limits["memory_mb"]))
    late = threading.Event()

    def stop() -> None:
        late.set()
        connection.interrupt()

    timer = threading.Timer(limits["seconds"], stop)
    timer.daemon = True
    timer.start()
    try:
        _only_select(connection, sql)
        if parquet is not None:
            # As a text inside the statement it cannot become a part of it, whatever comments or brackets it holds.
            text, target = sql.replace("'", "''"), str(parquet).replace("'", "''")
            connection.execute(f"COPY ({_exact(connection, text)}) TO '{target}' (FORMAT parquet)")
        else:
            connection.execute(sql)
            names = _distinct(engine.column_names(connection))
            out = _Counted(answer, int(limits["answer_mb"] * _MB))
            writers = {"table": _table, "csv": _csv_shown if task["on_terminal"] else _csv, "json": _json}
            writers[task["format"]](names, _rows(connection), out)
            answer.flush()
    except engine.Error as error:
        if late.is_set():
            _refuse(TOO_LONG.format(limits["seconds"]))
        _refuse(_reason(connection, error, limits, parquet=parquet is not None))
    except RuntimeError:  # the engine's own words for "interrupted", in some versions
        if not late.is_set():
            raise
        _refuse(TOO_LONG.format(limits["seconds"]))
    timer.cancel()


def _locked(path: Path, writable: Path | None, memory_mb: int) -> engine.Connection:
    connection = engine.locked(
        path,
        {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "python_enable_replacements": "false",
            "memory_limit": f"{max(memory_mb // 2, 64)}MB",
            "threads": 1,
            "max_temp_directory_size": "0MB",
        },
    )
    if writable is not None:
        quoted = str(writable).replace("'", "''")
        connection.execute(f"SET allowed_paths = ['{quoted}']")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _only_select(connection: engine.Connection, sql: str) -> None:
    """Refuses anything but exactly one SELECT. A help, not the barrier: that is how the connection was opened."""
    try:
        statements = engine.statements(connection, sql)
    except engine.Error as error:
        _refuse(_in_lines(engine.stripped(error)))
    if statements != ["SELECT"]:
        kinds = " and ".join(statements) or "nothing"
        _refuse(f"exactly one SELECT is allowed, and this is {kinds}\nThe views are: {', '.join(_views(connection))}.")


def _views(connection: engine.Connection) -> list[str]:
    found = connection.execute(
        "SELECT view_name FROM duckdb_views() WHERE NOT internal AND schema_name = 'main' ORDER BY view_name"
    )
    return [str(row[0]) for row in found.fetchall()]


def _reason(connection: engine.Connection, error: Exception, limits: dict[str, float], *, parquet: bool) -> str:
    why, kind = engine.stripped(error), type(error).__name__
    missing = re.match(r"Catalog Error: Table(?: Function)? with name \"?([^\s\"!]+)\"? does not exist", why)
    if missing:
        views = _views(connection)
        known = [*views, *(f"{view}_at" for view in views)]
        near = difflib.get_close_matches(missing[1].lower(), known, n=1, cutoff=0.6)
        hint = f"; did you mean {near[0]}?" if near else ""
        return (
            f"there is no view {escaped(missing[1])}{hint}\n"
            f"The views are: {', '.join(views)}; NAME_at('SNAPSHOT') is each of them at another snapshot."
        )
    if kind == "PermissionException" or _WRITES.match(why):
        return (
            "a query can only read the views: this one would touch a file, the store or a setting\n"
            f"The views are: {', '.join(_views(connection))}."
        )
    # Without parquet nothing may be written at all: "too large" is what was to be laid aside for lack of memory.
    spilled = "File too large" in why and not parquet
    if kind == "OutOfMemoryException" or "bad allocation" in why or spilled:
        return f"the query needs more than {limits['memory_mb']:g} MB\nAsk for fewer rows or columns."
    if "File too large" in why:
        return _TOO_LARGE
    return _in_lines(why)


def _in_lines(text: str) -> str:
    return "\n".join(escaped(line) for line in text.splitlines())


_HUGE = re.compile(r"\bU?HUGEINT\b(?=$|[\[,)])")  # followed by a space it is the name of a field


def _exact(connection: engine.Connection, text: str) -> str:
    """The SELECT, quoted already, as one whose columns parquet can hold to the last digit: the engine writes integers
    of 128 bits, which every sum is, as floating point. Those of over 38 digits are refused by the cast."""
    described = connection.execute(f"DESCRIBE SELECT * FROM query('{text}')").fetchall()
    names = _distinct([str(row[0]) for row in described])
    picked = []
    for at, (name, kind) in enumerate(zip(names, (str(row[1]) for row in described), strict=True)):
        parts = re.split(r'("(?:[^"]|"")*")', kind)
        exact = "".join(part if part.startswith('"') else _HUGE.sub("DECIMAL(38,0)", part) for part in parts)
        column = f"c{at}" if exact == kind else f"CAST(c{at} AS {exact})"
        picked.append(f"{column} AS {engine.quote(name)}")
    columns = ", ".join(f"c{at}" for at in range(len(names)))
    return f"SELECT {', '.join(picked)} FROM query('{text}') AS t({columns})"


def _rows(connection: engine.Connection) -> Iterator[Row]:
    while part := connection.fetchmany(_PART):
        yield from part


def _distinct(names: list[str]) -> list[str]:
    """Column names as keys: a repeated one gets a number."""
    taken: set[str] = set()
    for i, name in enumerate(names):
        key, n = name, 1
        while key in taken:
            n += 1
            key = f"{name}_{n}"
        taken.add(key)
        names[i] = key
    return names


class _Counted:
    """Text to a binary stream, up to a limit."""

    def __init__(self, stream: BinaryIO, limit: int) -> None:
        self._stream = stream
        self._left = limit
        self._reserved = 0

    def reserve(self, size: int) -> None:
        """Refuses as soon as it is clear that as much will not fit."""
        self._reserved += size
        if self._reserved > self._left:
            _refuse(_TOO_LARGE)

    def write(self, text: str) -> int:
        data = text.encode("utf-8", "backslashreplace")
        self._left -= len(data)
        if self._left < 0:
            _refuse(_TOO_LARGE)
        return self._stream.write(data)


def _json(names: list[str], rows: Iterable[Row], out: _Counted) -> None:
    out.write("[")
    mark = "\n"
    for row in rows:
        out.write(mark + json.dumps(dict(zip(names, map(plain, row), strict=True)), allow_nan=False))
        mark = ",\n"
    out.write("\n]\n")


def _csv(names: list[str], rows: Iterable[Row], out: _Counted) -> None:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(value) for value in row])


def _csv_shown(names: list[str], rows: Iterable[Row], out: _Counted) -> None:
    """For people: no name can move the cursor or turn what stands beside it round."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(map(escaped, names))
    for row in rows:
        cells = [_cell(value) for value in row]
        writer.writerow([escaped(cell) if isinstance(cell, str) else cell for cell in cells])


def _cell(value: object) -> object:
    if isinstance(value, str):
        return f"'{value}" if _FORMULA.match(value) else value
    if isinstance(value, bool):
        return "true" if value else "false"
    found = plain(value)
    return json.dumps(found, ensure_ascii=False) if isinstance(found, (list, dict)) else found


# `=` always starts a formula; the others only matter with a call, a DDE or a reference behind them.
_FORMULA = re.compile(r"\s*(=|[+\-@].*[(|!])", re.DOTALL)


def plain(value: object) -> object:
    """A value as JSON knows it: times in ISO 8601, what has no JSON form as text or null."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case datetime() | date() | time():
            return value.isoformat()
        case bytes() | bytearray():
            return value.hex()
        case list() | tuple():
            return [plain(entry) for entry in value]
        case dict():
            return {str(key): plain(entry) for key, entry in value.items()}
    return str(value)


def _table(names: list[str], rows: Iterable[Row], out: _Counted) -> None:
    """For people: aligned, every control character spelled out, so that no name can move the cursor."""
    head = [escaped(name) for name in names]
    lines, right = [], [True] * len(head)
    for row in rows:
        right = [r and (v is None or (isinstance(v, (int, float)))) for r, v in zip(right, row, strict=True)]
        line = [_shown(value) for value in row]
        out.reserve(sum(map(len, line)) + len(line))  # before it is held in memory to be aligned
        lines.append(line)
    widths = [max(map(_width, column)) for column in zip(head, *lines, strict=True)]
    for line in (head, ["-" * width for width in widths], *lines):
        padded = [
            " " * (width - _width(text)) + text if to_right else text + " " * (width - _width(text))
            for text, width, to_right in zip(line, widths, right, strict=True)
        ]
        out.write("  ".join(padded).rstrip() + "\n")
    out.write(f"({len(lines)} {'row' if len(lines) == 1 else 'rows'})\n")


def _shown(value: object) -> str:
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "NULL"
    found = plain(value)
    return json.dumps(found) if isinstance(found, (list, dict)) else str(found)


_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def escaped(text: str) -> str:
    """Control characters, direction marks and the like spelled as in a Python string; all else as it is."""
    if text.isprintable() and text.isascii():
        return text
    return "".join(c.encode("unicode_escape").decode() if unicodedata.category(c) in _HIDDEN else c for c in text)


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)
