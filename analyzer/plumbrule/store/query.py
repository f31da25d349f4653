"""SQL of anybody over the public views: one SELECT, read-only, in a process of its own with limits.

Hides the process and how its end is read. The child (`cell`) opens the generation read-only with file access off and
its configuration locked; memory, processor time and file size are limited by the operating system, so that what the
engine's own limits let through ends the child and nothing else.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.data import dataclass
from plumbrule.errors import QueryRefused

if TYPE_CHECKING:
    from plumbrule.store import Store

FORMATS = ("table", "csv", "json", "parquet")
REFUSED = 3  # exit code of the child that puts its reason on stderr
TOO_LONG = "the query ran over {:g} s and was stopped\nAsk for fewer rows, or join fewer views at once."
_START = "import sys; sys.path[:] = sys.argv[1:]; from plumbrule.store.cell import main; main()"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query may take."""

    seconds: float = 30.0
    memory_mb: int = 1024
    answer_mb: int = 512


def query(
    store: Store, sql: str, form: str = "table", limits: Limits | None = None, *, on_terminal: bool = False
) -> bytes:
    """The answer over the newest generation, in one of `FORMATS`; a text format ends with a line break.

    CSV is exact, as files and other programs want it; `on_terminal` it spells out what a name could command there.

    QueryRefused when it is not exactly one SELECT, reaches outside the views, names what is not there, or ran over a
    limit; StoreError when there is nothing to read. Half an answer is never returned.
    """
    limits = limits or Limits()
    if form not in FORMATS:
        raise QueryRefused(f"no such format: {form}\nUse one of: {', '.join(FORMATS)}.")
    with store.reader() as reader, tempfile.TemporaryDirectory(prefix="plumbrule-") as private:
        reader.connection.close()  # only its lease is needed: the child opens the file for itself
        task = {
            "path": str(reader.path.absolute()),
            "sql": sql,
            "format": form,
            "private": private,
            "on_terminal": on_terminal,
            "limits": asdict(limits),
        }
        # -I: neither the current folder, which may be the analysed repository, nor the environment is looked at.
        command = [sys.executable, "-I", "-c", _START, *(entry for entry in sys.path if entry)]
        try:
            done = subprocess.run(
                command,
                input=json.dumps(task).encode(),
                capture_output=True,
                cwd=private,
                env={"HOME": private, "TMPDIR": private, "MALLOC_ARENA_MAX": "2"},
                timeout=limits.seconds + 5,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise QueryRefused(TOO_LONG.format(limits.seconds)) from None
        if done.returncode == 0:
            return done.stdout if form != "parquet" else Path(private, "answer.parquet").read_bytes()
    if done.returncode == REFUSED:
        raise QueryRefused(done.stderr.rpartition(b"\0")[2].decode("utf-8", "replace"))
    if done.returncode == -24:  # SIGXCPU
        raise QueryRefused(TOO_LONG.format(limits.seconds))
    raise QueryRefused(
        f"the query ended its process ({_ending(done.returncode)}); it most likely needs more than"
        f" {limits.memory_mb} MB\nAsk for fewer rows or columns."
    )


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
