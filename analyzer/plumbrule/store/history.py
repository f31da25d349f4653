"""One main line in motion: which rows opened and closed at which position. Pure bookkeeping, no database.

Hides intervals. A row is open from the position where it first appears to the one where it no longer does; comparing
sets of rows, file by file and table by table, leaves everything that did not change untouched. Rows that were open
before this session carry `BEFORE` instead of a position: the database knows it, and nobody else needs to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import NamedTuple

from plumbrule.data import dataclass
from plumbrule.graph import FileRows, MemoryGraph
from plumbrule.store.records import SnapshotRecord
from plumbrule.tables import BASE, Row, flatten, flatten_own

BEFORE = -1

_Opened = dict[Row, int]  # row -> position since which it is true


class Closed(NamedTuple):
    row: Row
    since: int
    until: int


def numbered(rows: Iterable[Row]) -> list[Row]:
    """Rows as distinct keys: a repeated row has its number appended, so that a set keeps every one."""
    found = list(rows)
    try:
        distinct = len(set(found)) == len(found)
    except TypeError:  # a list inside, from a table with a list column
        found = [tuple(tuple(v) if isinstance(v, list) else v for v in row) for row in found]
        distinct = len(set(found)) == len(found)
    if distinct:
        return found
    count: dict[Row, int] = {}
    for i, row in enumerate(found):
        count[row] = n = count.get(row, 0) + 1
        if n > 1:
            found[i] = (*row, n)
    return found


def step(opened: _Opened, rows: Collection[Row], position: int) -> Iterator[Closed]:
    """Makes `opened` hold exactly `rows` from `position` on, and says what ended there.

    What opened at this very position and is gone again was never true: it leaves no trace.
    """
    wanted = dict.fromkeys(rows)
    for row in [row for row in opened if row not in wanted]:
        since = opened.pop(row)
        if since != position:
            yield Closed(row, since, position)
    for row in wanted:
        opened.setdefault(row, position)


_AT_ONCE = 10_000  # rows that are made before they are written
_FILES = 100


def bundled(table: str, files: Sequence[tuple[str, FileRows]]) -> Iterator[list[Row]]:
    """The rows of one base table for these files, without the repository; only the last bundle may be a small one."""
    at, last = 0, len(files)
    while at < last:
        rows: list[Row] = []
        while at < last and len(rows) < _AT_ONCE:
            rows += flatten_own(table, files[at : at + _FILES])
            at += _FILES
        yield rows


@dataclass(slots=True)
class WholeTable:
    """One table of one line that is given as a whole: a measure's, what was skipped, findings."""

    opened: _Opened
    closed: list[Closed] = field(default_factory=list)
    dirty: bool = False
    given: Collection[Row] | None = None  # the very object given last: if it comes again, nothing changed

    def move(self, rows: Collection[Row], position: int) -> None:
        if rows is self.given:
            return
        self.given = rows
        keys = numbered(rows)
        if len(keys) == len(self.opened) and all(key in self.opened for key in keys):
            return
        self.closed += step(self.opened, keys, position)
        self.dirty = True


@dataclass(slots=True)
class Line:
    """The main line of one repository, as far as it moved since the last publication."""

    repo: str
    number: int
    graph: MemoryGraph
    record: SnapshotRecord | None  # the newest snapshot
    whole: dict[str, WholeTable]
    noted: dict[str, int] = field(default_factory=dict)  # table of notes -> position of the last ones
    appended: list[tuple[SnapshotRecord, str]] = field(default_factory=list)  # with what was not measured
    closed: dict[str, list[Closed]] = field(default_factory=dict)
    wiped: set[str] = field(default_factory=set)  # tables of notes whose earlier rows of this line are void
    _sinces: dict[str, int | dict[str, int | _Opened]] = field(default_factory=dict)

    @property
    def moved(self) -> bool:
        return bool(self.appended or self.closed or self._sinces or any(t.dirty for t in self.whole.values()))

    def append(
        self, record: SnapshotRecord, delta: Mapping[str, FileRows | None], whole: Mapping[str, Collection[Row]]
    ) -> None:
        """The next snapshot; a table that `whole` does not name has no rows there."""
        if self.record is not None and record.position <= self.record.position:
            raise ValueError(f"{record.snapshot}: position {record.position} is not after {self.record.position}")
        for path, rows in delta.items():
            self._replace(path, self.graph.files.get(path), rows, record.position)
        for name, table in self.whole.items():
            table.move(whole.get(name, ()), record.position)
        self.record = record

    def note(self, name: str, position: int, table: WholeTable, rows: Collection[Row]) -> None:
        """Findings and the like about the snapshot at `position`; going back voids what was noted since."""
        self.whole[name] = table
        if position < self.noted.get(name, position):
            table.opened.clear()
            table.closed.clear()
            self.wiped.add(name)
            table.dirty = True
        table.given = None
        table.move(rows, position)
        self.noted[name] = position

    def touched(self, table: str) -> list[str]:
        """Files with rows from before that may not hold any more in this table; brand-new files are not among them."""
        return sorted(p for p, since in self._sinces.items() if not isinstance(since, int) and since[table] != BEFORE)

    def appeared(self, table: str) -> Iterator[tuple[int, Iterator[list[Row]]]]:
        """Open rows of files that are new since the last publication and did not change again, by position: without
        the repository, and not many at once, as each is made for this."""
        by_position: dict[int, list[tuple[str, FileRows]]] = {}
        for path, since in self._sinces.items():
            if isinstance(since, int) and path in self.graph.files:
                by_position.setdefault(since, []).append((path, self.graph.files[path]))
        for position, files in by_position.items():
            yield position, bundled(table, files)

    def changed(self, table: str) -> Iterator[tuple[Row, int]]:
        """Open rows of the touched files, keyed as `numbered`, with the position or `BEFORE`."""
        for path, since in self._sinces.items():
            if isinstance(since, int):
                continue
            opened = since[table]
            if not isinstance(opened, int):
                yield from opened.items()
            elif opened != BEFORE and path in self.graph.files:  # a new file that changed again, though not here
                yield from ((row, opened) for row in flatten(table, self.repo, [(path, self.graph.files[path])]))

    def is_new(self, files: Mapping[str, FileRows], position: int) -> bool:
        """Whether the line holds these very files and no other, all since that position, and none changed."""
        there = self.graph.files
        return (
            len(there) == len(self._sinces) == len(files)
            and not self.closed
            and all(there.get(path) is rows and self._sinces.get(path) == position for path, rows in files.items())
        )

    def put_down(self) -> None:
        """The rows of all files are where the next ones are written to; the rest is not."""
        self._sinces.clear()

    def settled(self) -> None:
        """Everything so far is published."""
        self.appended.clear()
        self.closed.clear()
        self.wiped.clear()
        self._sinces.clear()
        for table in self.whole.values():
            table.closed.clear()
            table.dirty = False

    def _replace(self, path: str, old: FileRows | None, new: FileRows | None, position: int) -> None:
        if old is new or old == new:
            return
        sinces = self._sinces.get(path, BEFORE)
        if new is None:
            self.graph.files.pop(path)
        else:
            self.graph.files[path] = new
        if old is None and path not in self._sinces:
            self._sinces[path] = position
            return
        tables: dict[str, int | _Opened] = dict.fromkeys(BASE, sinces) if isinstance(sinces, int) else sinces
        for name in BASE:
            before = flatten(name, self.repo, [(path, old)]) if old is not None else []
            after = flatten(name, self.repo, [(path, new)]) if new is not None else []
            if before == after:
                continue
            since = tables[name]
            opened = dict.fromkeys(numbered(before), since) if isinstance(since, int) else since
            ended = list(step(opened, numbered(after), position))
            if ended:
                self.closed.setdefault(name, []).extend(ended)
            tables[name] = opened
        self._sinces[path] = tables
