"""A first snapshot's files on their way to disk while the scan that found them goes on.

Hides the thread in which the engine packs and writes them: it lets go of Python's lock for nearly all of that. What it
writes is a private file, so a scan that ends in between leaves nothing behind that anybody reads.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from plumbrule.graph import FileRows
from plumbrule.store import engine, layout
from plumbrule.store.history import bundled
from plumbrule.tables import BASE, Row, Table

FIRST = 1  # number of a repository's first line


class Ahead:
    """The rows of these files since a position of a repository's first line, in a new database. `end` it."""

    def __init__(self, draft: Path, repo: str, position: int, files: Mapping[str, FileRows]) -> None:
        """engine.Error and OSError as `done`; nothing goes on then."""
        self.repo = repo
        self.position = position
        self.files = files
        self._draft = draft
        self._failure: BaseException | None = None
        self._connection = engine.memory(draft.parent)
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def done(self) -> Path:
        """The closed file, once it is written; raises what went wrong."""
        self._thread.join()
        if self._failure is not None:
            raise self._failure
        return self._draft

    def end(self) -> None:
        """Stops it, whether it was done or not; the file is the caller's to remove."""
        while self._thread.is_alive():
            with suppress(engine.Error):
                self._connection.interrupt()
            self._thread.join(0.05)

    def _write(self) -> None:
        own, found = self._connection, [*self.files.items()]
        try:
            engine.attach(own, self._draft, "draft", writable=True)
            own.execute("USE draft")
            own.execute("BEGIN")
            layout.create_tables(own)
            for name, table in BASE.items():
                load_new(own, self.repo, table, bundled(name, found), FIRST, self.position)
            engine.finish(own, "draft")
        except BaseException as error:  # the scan is to be told where it waits for this
            self._failure = error
        finally:
            own.close()


def load_new(
    connection: engine.Connection,
    repo: str,
    table: Table,
    bundles: Iterable[Sequence[Row]],
    line: int,
    position: int,
) -> None:
    """Rows of one repository that hold since this position of this line."""
    own = {column.name: column.type for column in table.columns[1:]}
    alike: dict[str, str | int] = {table.columns[0].name: repo, "_line": line, "_since": position}
    engine.load_alike(connection, f"head.{engine.quote(table.name)}", own, bundles, alike)
