"""The one writer of a store: takes snapshots in order, keeps what changed in memory, publishes whole generations.

Hides all SQL for writing. What is written, by `stage` or by `publish`, is a private copy that becomes visible by one
rename when it is published; so there is no moment at which a reader, or a killed scan, can see half a snapshot.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import field
from hashlib import sha256
from itertools import chain
from pathlib import Path

from plumbrule.data import dataclass
from plumbrule.errors import StoreError
from plumbrule.graph import FileRows, MemoryGraph
from plumbrule.store import engine, layout, shape
from plumbrule.store.ahead import FIRST, Ahead, load_new
from plumbrule.store.engine import AMONG, Connection, among, load, quote, rows_of
from plumbrule.store.generations import Generations, refusal, refusals
from plumbrule.store.history import BEFORE, Line, WholeTable, numbered
from plumbrule.store.reader import Note, OutdatedStoreError, Reader, open_newest
from plumbrule.store.records import (
    BatchRow,
    EvidenceRow,
    ExtraMeasure,
    FindingRow,
    LinkRow,
    ModelRow,
    Resumed,
    SnapshotRecord,
    TrendRow,
    UnitRow,
    packed,
)
from plumbrule.tables import BASE, Column, Row, Table, flatten

MAIN, FORMER, BRANCH, WORKTREE = "main", "former", "branch", "worktree"

_GROUP = 1000  # rows of one position that are worth a load of their own
# A file is written anew if so much of it is empty. Each publication rewrites what it touches beside what was there, so
# it leaves nearly as much behind as the newest snapshots take: a scan of few commits must not pay for that each time.
_LONG = 20  # snapshots after which a scan pays for it all the same
_EMPTY, _MOSTLY_EMPTY = 0.15, 0.6  # after so many, and otherwise
_SNAPSHOT_TYPES = (
    *("VARCHAR", "VARCHAR", "INTEGER", "VARCHAR", "VARCHAR", "BIGINT", "VARCHAR", "VARCHAR"),
    *("INTEGER", "INTEGER", "INTEGER", "INTEGER", "INTEGER", "INTEGER", *("VARCHAR",) * 5),
)
_BATCH_TYPES = (*("VARCHAR",) * 4, "DOUBLE", *("VARCHAR",) * 2, *("BIGINT",) * 2, "VARCHAR[]")
_UNIT_TYPES = (
    *("VARCHAR",) * 2, *("INTEGER",) * 2, *("DOUBLE",) * 2, "BOOLEAN", "DOUBLE", "VARCHAR", "VARCHAR[]", "DOUBLE[]",
)  # fmt: skip
_MODEL_TYPES = (*("VARCHAR",) * 2, *("INTEGER",) * 3, "DOUBLE", "VARCHAR")


@dataclass(slots=True)
class _Side:
    record: SnapshotRecord
    kind: str
    ref: str
    base_position: int | None
    delta: Mapping[str, FileRows | None]
    whole: Mapping[str, Collection[Row]]


@dataclass(slots=True)
class _Repository:
    root: str
    head: str
    main_line: str


@dataclass(slots=True)
class _Fork:
    """A main line that was rewritten: `end` is where the old one stood, `snapshot` the last that both share."""

    old: int
    end: int
    position: int | None
    snapshot: str


@dataclass(slots=True)
class _Pending:
    """What is not about a main line's rows; later entries replace earlier ones of the same key."""

    repositories: dict[str, _Repository] = field(default_factory=dict)
    forks: dict[str, _Fork] = field(default_factory=dict)
    sides: list[_Side] = field(default_factory=list)
    side_notes: dict[tuple[str, str], Collection[Row]] = field(default_factory=dict)  # (table, snapshot)
    batches: dict[tuple[str, str], Row] = field(default_factory=dict)
    trends: dict[str, list[Row]] = field(default_factory=dict)
    evidence: dict[str, list[Row]] = field(default_factory=dict)
    units: dict[str, Row] = field(default_factory=dict)  # by snapshot
    models: dict[str, Row] = field(default_factory=dict)
    policies: dict[str, str] = field(default_factory=dict)
    remembered: dict[str, str] = field(default_factory=dict)
    tools: dict[tuple[str, str], bool] = field(default_factory=dict)  # (snapshot, tool) -> all its rows are there
    configured: dict[str, Sequence[Row]] = field(default_factory=dict)
    standing: dict[str, Sequence[tuple[str, str, str]]] = field(default_factory=dict)


class Writer:
    """Made by `Store.writer()`, which holds the lock. Positions of one line only grow; times are seconds since 1970."""

    def __init__(self, generations: Generations, note: Note, program: str) -> None:
        self._generations = generations
        self._program = program
        self._pending = _Pending()
        self._lines: dict[str, Line | None] = {}
        self._base: Path | None = None
        self._staged: Path | None = None  # what is written but not published, with the base's rows
        self._staged_at: dict[str, int] = {}  # its new snapshots of main lines, by position
        self._taken = 0  # snapshots
        self._ahead: Ahead | None = None  # the files of a first snapshot, on their way to disk
        self._staged_forks: dict[str, _Fork] = {}  # lines that begin there: the base still holds those before them
        try:
            base = open_newest(generations, note)
        except OutdatedStoreError as error:
            note(f"{error.args[0].splitlines()[0]}: a new history begins, from the facts that are kept")
            return
        if base is not None:
            self._base = base.path
            base.close()

    def repository(self, name: str, root: str, head: str, main_line: str) -> None:
        """Makes a repository known, or says where it stands now."""
        self._pending.repositories[name] = _Repository(root, head, main_line)

    def resume(self, repo: str) -> Resumed | None:
        """The newest snapshot of the main line, from which the next `append` is a change; None before the first."""
        line = self._line(repo)
        if line is None or line.record is None:
            return None
        derived = {
            name: tuple(row[: len(table.columns)] for row in line.whole[name].opened)
            for name, table in layout.whole_tables().items()
            if name != shape.SKIPPED.name
        }
        return Resumed(line.record, MemoryGraph(repo, dict(line.graph.files), dict(line.graph.skipped)), derived)

    def begin_line(self, repo: str, fork: int | None) -> None:
        """The next `append` opens a new main line: as it stood at position `fork`, or empty for None.

        Later snapshots of the old line stay queryable, as `former`; one that is appended again replaces the old one.
        """
        line = self._line(repo)
        if line is None or line.record is None:
            self._lines[repo] = _new_line(repo, line.number if line else FIRST)
            return
        if line.moved or repo in self._pending.forks or self._staged is not None:
            self.publish()
            line = self._line(repo)
            assert line is not None
        record = line.record
        assert record is not None
        with self._reader() as reader:
            shared = reader.select(
                "SELECT snapshot, base_position FROM log.snapshot"
                " WHERE repo = ? AND kind = 'main' AND base_position <= ? ORDER BY base_position DESC LIMIT 1",
                repo,
                -1 if fork is None else fork,
            )
            top = reader.select("SELECT max(line) FROM log.line WHERE repo = ?", repo)[0][0]
            if shared:
                snapshot = str(shared[0][0])
                position = int(shared[0][1])
                new = _stored_line(reader, repo, top + 1, snapshot)
                for whole in new.whole.values():
                    whole.opened = dict.fromkeys(whole.opened, position)
                new.noted = {name: min(at, position) for name, at in line.noted.items()}
                fork_of = _Fork(line.number, record.position, position, snapshot)
            else:
                new = _new_line(repo, top + 1)
                fork_of = _Fork(line.number, record.position, None, "")
        self._pending.forks[repo] = fork_of
        self._lines[repo] = new

    def begin(self, repo: str, position: int, files: Mapping[str, FileRows]) -> None:
        """Begins to put down all files of the first snapshot of all, of which `append` is told next; that goes on while
        the caller works. In a store where there is anything already, it does nothing.

        StoreError as for `publish`.
        """
        if self._stands is not None or any(self._lines.values()) or self._pending.sides:
            return
        with self._putting_down():
            self._ahead = Ahead(self._generations.draft(None), repo, position, files)

    def begun(self) -> Path | None:
        """As `stage`, of a database in which `head` holds what was begun, the files of the one snapshot that was
        appended, and no more. None where nothing was begun, or more was appended since.

        StoreError as for `publish`.
        """
        ahead = self._ahead
        if ahead is None:
            return None
        self._ahead = None
        line = self._lines.get(ahead.repo)
        if line is None or len(line.appended) != 1 or not line.is_new(ahead.files, ahead.position):
            ahead.end()
            return None
        try:
            with self._putting_down():
                self._staged = self._generations.stage(ahead.done())
        finally:
            with suppress(OSError):
                self._generations.discard(self._staged)
        line.put_down()
        return self._staged

    def close(self) -> None:
        """Ends what was begun."""
        if self._ahead is not None:
            self._ahead.end()
            self._ahead = None

    def append(
        self,
        repo: str,
        record: SnapshotRecord,
        delta: Mapping[str, FileRows | None],
        skipped: Mapping[str, str],
        derived: Mapping[str, Collection[Row]],
    ) -> None:
        """The next snapshot of the main line: what changed in the graph, and every measure's rows as a whole.

        A measure that `derived` does not name was not measured; the very object given last time means no change.
        """
        line = self._line(repo)
        if line is None:
            line = self._lines[repo] = _new_line(repo, FIRST)
        line.append(record, delta, _whole(repo, line, skipped, derived))
        line.graph.skipped = skipped
        self._taken += 1
        line.appended.append((record, _not_measured(derived)))

    def side(
        self,
        repo: str,
        record: SnapshotRecord,
        kind: str,
        base_position: int | None,
        delta: Mapping[str, FileRows | None],
        skipped: Mapping[str, str],
        derived: Mapping[str, Collection[Row]],
        *,
        ref: str = "",
    ) -> None:
        """A branch or work tree beside the main line, as a change of the main line's snapshot at `base_position`
        (None: `delta` holds everything). Replaces the earlier snapshot of the same kind and ref."""
        whole = {**derived, shape.SKIPPED.name: _skipped_rows(repo, skipped)}
        self._pending.sides.append(_Side(record, kind, ref, base_position, delta, whole))

    def batches(self, repo: str, rows: Iterable[BatchRow]) -> None:
        """Adds batches, or replaces those of the same id."""
        for row in rows:
            row = row._replace(first_at=_possible(row.first_at), last_at=_possible(row.last_at))
            self._pending.batches[repo, row.batch] = (repo, *row)

    def configured(self, repo: str, rows: Sequence[tuple[str, str, float]]) -> None:
        """(agent, channel, confidence) of the agents that the repository is prepared for, in place of those before."""
        self._pending.configured[repo] = [(repo, *row) for row in rows]
        self.remember(f"configured:{repo}", repr(list(rows)))

    def findings(self, repo: str, snapshot: str, rows: Iterable[FindingRow]) -> None:
        """All findings of the judgement of one snapshot; they stand until the next one judged.

        Judged in order of position; judging an earlier snapshot than the last voids every judgement before it.
        """
        dated = (row if row.first_at is None else row._replace(first_at=_possible(row.first_at)) for row in rows)
        self._note(repo, snapshot, shape.FINDING, [(repo, *row) for row in dated])

    def extra_measures(
        self, repo: str, snapshot: str, rows: Iterable[ExtraMeasure], *, tool: str, complete: bool = True
    ) -> None:
        """All numbers of another tool about one snapshot; order as for `findings`. Unless they are `complete` the
        snapshot says that this tool did not measure it."""
        self._note(repo, snapshot, shape.MEASURE_EXTRA, [(repo, *row) for row in rows])
        self._pending.tools[snapshot, tool] = complete

    def links(self, rows: Iterable[LinkRow]) -> None:
        """All dependencies across repositories, as every repository stands at its newest snapshot."""
        self._note_of_all(shape.LINK, map(tuple, rows))

    def fleet_duplicates(self, rows: Iterable[Row]) -> None:
        """All functions that several repositories have, as every repository stands at its newest snapshot."""
        self._note_of_all(shape.FLEET_DUPLICATE, rows)

    def _note_of_all(self, table: Table, rows: Iterable[Row]) -> None:
        by_repo: dict[str, list[Row]] = {repo: [] for repo in self._known()}
        for row in rows:
            by_repo[row[0]].append(row)
        for repo, found in sorted(by_repo.items()):
            line = self._line(repo)
            if line is not None and line.record is not None:
                self._note(repo, line.record.snapshot, table, found)

    def trend(self, repo: str, snapshot: str, rows: Iterable[TrendRow]) -> None:
        """All counts at one snapshot."""
        self._pending.trends[snapshot] = [(repo, snapshot, *row) for row in rows]

    def evidence(self, repo: str, snapshot: str, rows: Iterable[EvidenceRow]) -> None:
        """What each rule that gave an answer found at one snapshot."""
        self._pending.evidence[snapshot] = [(repo, snapshot, *row) for row in rows]

    def unit(self, repo: str, snapshot: str, unit: UnitRow, model: ModelRow | None = None) -> None:
        """What a commit was as a unit of work; with the model that judged it, if it is the first to be."""
        figures = sorted(unit.figures.items())
        names, values = [name for name, _ in figures], [value for _, value in figures]
        self._pending.units[snapshot] = (repo, snapshot, *unit[:7], names, values)
        if model is not None:
            self._pending.models[snapshot] = (repo, snapshot, *model)

    def policy(self, hash_: str, text: str) -> None:
        self._pending.policies[hash_] = text

    def remember(self, key: str, text: str) -> None:
        """Keeps a text under a key, for `Reader.recall`."""
        self._pending.remembered[key] = text

    def standing(self, repo: str, rows: Sequence[tuple[str, str, str]]) -> None:
        """Keeps (part, key, text) rows about the newest snapshot of the main line in place of those before, for
        `Reader.standing`."""
        self._pending.standing[repo] = rows
        digest = sha256("\0".join(text for row in rows for text in row).encode("utf-8", "surrogatepass"))
        self.remember(f"standing:{repo}", digest.hexdigest())

    def publish(self, *, last: bool = False) -> int:
        """Everything so far becomes the newest generation, all or nothing; its number. May be called many times; the
        `last` time what earlier ones left empty in the file is given back, if that is much.

        Where nothing is new there is no new generation, and the number is that of the one that is there.
        StoreError when it cannot be written: then the generation before still counts, and nothing is forgotten here,
        so that it can be tried again.
        """
        if self._base is not None and self._staged is None and self._says_nothing_new():
            return int(self._base.stem)
        path = self._put_down(lambda draft: self._generations.publish(draft, self._base), last=last)
        self._base, self._staged = path, None
        self._staged_at.clear()
        self._staged_forks.clear()
        with suppress(OSError):
            self._generations.discard()
        return int(path.stem)

    def stage(self) -> Path:
        """A closed database file in which `head` holds every main line as it was appended so far, for a judgement to
        read in place. Nobody else sees it; `publish` goes on from it, and it is not to be written to.

        StoreError as for `publish`.
        """
        stands = self._stands
        if stands is not None and not self._pending.forks and not any(s and s.moved for s in self._lines.values()):
            return stands
        positions = {r.snapshot: r.position for s in self._lines.values() if s is not None for r, _ in s.appended}
        forks = dict(self._pending.forks)
        self._put_down(self._stage)
        self._staged_forks.update(forks)
        self._staged_at.update(positions)
        assert self._staged is not None
        return self._staged

    def _stage(self, draft: Path) -> Path:
        self._staged = self._generations.stage(draft)
        return self._staged

    @property
    def _stands(self) -> Path | None:
        """The file that the next one is begun from."""
        return self._staged or self._base

    @contextmanager
    def _putting_down(self) -> Iterator[None]:
        """Says in plain words why a file could not be written."""
        folder = self._generations.folder
        try:
            with refusals(folder), engine.uncollected():
                yield
        except engine.Error as error:
            if not engine.is_damage(error):
                raise
            why = engine.stripped(error)
            full = any(text in why for text in ("No space left", "File too large", "Disk quota", "write file"))
            raise StoreError(refusal(folder, why, full=full)) from error

    def _put_down(self, done: Callable[[Path], Path], *, last: bool = False) -> Path:
        """Writes everything so far into a new file and hands it over; then nothing is pending."""
        self.begun()
        try:
            with self._putting_down():
                draft = self._generations.draft(self._stands)
                self._write(draft, last=last)
                path = done(draft)
        finally:
            with suppress(OSError):
                self._generations.discard(self._staged)
        self._pending = _Pending()
        for line in self._lines.values():
            if line is not None:
                line.settled()
        return path

    # --- reading what is already there

    def _reader(self) -> Reader:
        reader = open_newest(self._generations, lambda _: None)
        assert reader is not None
        return reader

    def _says_nothing_new(self) -> bool:
        """A scan that found nothing moved still says where each repository stands; a copy of the store for that is
        too much."""
        pending = self._pending
        if any(line is not None and line.moved for line in self._lines.values()):
            return False
        if pending.forks or pending.sides or pending.side_notes or pending.batches or pending.trends:
            return False
        with self._reader() as reader:
            stored = {
                row[0]: _Repository(*row[1:])
                for row in reader.select("SELECT repo, root, head, main_line FROM log.repo")
            }
            return (
                reader.current
                and all(
                    row == (_named(row[0], tool, complete=complete),)
                    for (snapshot, tool), complete in pending.tools.items()
                    for row in reader.select(_NOT_MEASURED, snapshot)
                )
                and all(stored.get(name) == known for name, known in pending.repositories.items())
                and all(reader.policy(hash_) == text for hash_, text in pending.policies.items())
                and all(reader.recall(key) == text for key, text in pending.remembered.items())
            )

    def _known(self) -> list[str]:
        names = set(self._pending.repositories) | {repo for repo, line in self._lines.items() if line is not None}
        if self._base is not None:
            with self._reader() as reader:
                names.update(reader.repositories())
        return sorted(names)

    def _line(self, repo: str) -> Line | None:
        if repo not in self._lines:
            self._lines[repo] = None
            if self._base is not None:
                with self._reader() as reader:
                    found = reader.select("SELECT line, snapshot FROM log.repo WHERE repo = ?", repo)
                    if found and found[0][1]:
                        self._lines[repo] = _stored_line(reader, repo, found[0][0], "")
        return self._lines[repo]

    def _note(self, repo: str, snapshot: str, table: Table, rows: Collection[Row]) -> None:
        line = self._line(repo)
        position = next((r.position for r, _ in line.appended if r.snapshot == snapshot), None) if line else None
        position = self._staged_at.get(snapshot) if position is None else position
        if position is None:
            if any(side.record.snapshot == snapshot for side in self._pending.sides):
                self._pending.side_notes[table.name, snapshot] = rows
                return
            found: list[Row] = []
            if self._base is not None:
                with self._reader() as reader:
                    found = reader.select("SELECT kind, base_position FROM log.snapshot WHERE snapshot = ?", snapshot)
            if not found:
                raise ValueError(f"no such snapshot: {snapshot}")
            if found[0][0] != MAIN:
                self._pending.side_notes[table.name, snapshot] = rows
                return
            position = found[0][1]
        assert line is not None
        line.note(table.name, position, line.whole.get(table.name) or self._noted_table(line, table), rows)

    def _noted_table(self, line: Line, table: Table) -> WholeTable:
        """Notes are read when the first one is written: most sessions judge few repositories anew."""
        if self._base is None:
            return WholeTable({})
        with self._reader() as reader:
            fork = self._pending.forks.get(line.repo) or self._staged_forks.get(line.repo)
            if fork is not None:
                rows = reader.rows(table.name, line.repo, fork.snapshot) if fork.snapshot else []
                return WholeTable(dict.fromkeys(numbered(rows), fork.position or 0))
            return WholeTable(_opened_rows(reader, table, line.repo))

    # --- writing

    def _write(self, draft: Path, *, last: bool) -> None:
        connection = engine.memory(draft.parent)
        try:
            engine.attach(connection, draft, "draft", writable=True)
            connection.execute("USE draft")
            connection.execute("BEGIN")
            if self._stands is None:
                layout.create(connection, self._program)
            else:
                layout.bring_up_to_date(connection, self._program)
            self._write_repositories(connection)
            for repo in sorted(self._lines):
                line = self._lines[repo]
                if line is not None:
                    self._write_line(connection, line)
            for side in self._pending.sides:
                _write_side(connection, side)
            for (name, snapshot), rows in self._pending.side_notes.items():
                connection.execute(f"DELETE FROM side.{quote(name)} WHERE _snapshot = ?", [snapshot])
                _load(connection, "side", layout.kept()[name], [(*row, snapshot) for row in rows], "VARCHAR")
            self._write_log(connection)
            _purge(connection)
            copied = draft.with_name("copied.duckdb")
            engine.store(connection, "draft")
            if last and engine.unused(connection, "draft") > (_EMPTY if self._taken >= _LONG else _MOSTLY_EMPTY):
                engine.attach(connection, copied, "copied", writable=True)
                layout.copy(connection, "draft", "copied")
                connection.execute("DETACH copied")
            connection.execute("DETACH draft")
            if copied.exists():
                copied.replace(draft)
        finally:
            connection.close()

    def _write_repositories(self, connection: Connection) -> None:
        known = {row[0] for row in rows_of(connection, "SELECT repo FROM log.repo")}
        for name in sorted({*self._pending.repositories, *(r for r, line in self._lines.items() if line)} - known):
            connection.execute("INSERT INTO log.repo VALUES (?, '', '', '', 0, '')", [name])
        for name, repository in self._pending.repositories.items():
            connection.execute(
                "UPDATE log.repo SET root = ?, head = ?, main_line = ? WHERE repo = ?",
                [repository.root, repository.head, repository.main_line, name],
            )

    def _write_line(self, connection: Connection, line: Line) -> None:
        fork = self._pending.forks.get(line.repo)
        if fork is not None:
            _open_line(connection, line, fork)
        elif not rows_of(connection, "SELECT 1 FROM log.line WHERE repo = ? AND line = ?", [line.repo, line.number]):
            connection.execute("INSERT INTO log.line VALUES (?, ?, NULL, NULL)", [line.repo, line.number])
        ids = [record.snapshot for record, _ in line.appended]
        _forget(connection, ids)
        for table in BASE.values():
            _write_files(connection, line, table)
        for name, whole in line.whole.items():
            if whole.dirty:
                _write_whole(connection, line, layout.kept()[name], whole)
        rows = [
            (*_dated(record)[:13], line.number, MAIN, "", missing, record.subject, record.author)
            for record, missing in line.appended
        ]
        load(connection, "log.snapshot", _SNAPSHOT_TYPES, rows)
        connection.execute("DELETE FROM log.noted WHERE repo = ? AND line = ?", [line.repo, line.number])
        noted = [(line.repo, line.number, name, position) for name, position in sorted(line.noted.items())]
        load(connection, "log.noted", ("VARCHAR", "INTEGER", "VARCHAR", "INTEGER"), noted)
        newest = line.record.snapshot if line.record is not None else ""
        connection.execute(
            "UPDATE log.repo SET line = ?, snapshot = ? WHERE repo = ?", [line.number, newest, line.repo]
        )

    def _write_log(self, connection: Connection) -> None:
        pending = self._pending
        for repo in sorted({repo for repo, _ in pending.batches}):
            ids = [batch for of, batch in pending.batches if of == repo]
            connection.execute(f"DELETE FROM log.batch WHERE repo = ? AND batch IN {AMONG}", [repo, *among(ids)])
        load(connection, "log.batch", _BATCH_TYPES, list(pending.batches.values()))
        _delete_among(connection, "log.trend", "snapshot", list(pending.trends))
        trends = [row for rows in pending.trends.values() for row in rows]
        load(connection, "log.trend", ("VARCHAR", "VARCHAR", "VARCHAR", "DOUBLE"), trends)
        _delete_among(connection, "log.evidence", "snapshot", list(pending.evidence))
        said = [row for rows in pending.evidence.values() for row in rows]
        load(connection, "log.evidence", (*("VARCHAR",) * 4, "INTEGER", "INTEGER"), said)
        for table, types, kept in (("unit", _UNIT_TYPES, pending.units), ("model", _MODEL_TYPES, pending.models)):
            _delete_among(connection, f"log.{table}", "snapshot", list(kept))
            load(connection, f"log.{table}", types, list(kept.values()))
        for (snapshot, tool), complete in pending.tools.items():
            for (names,) in rows_of(connection, _NOT_MEASURED, [snapshot]):
                missing = _named(names, tool, complete=complete)
                connection.execute("UPDATE log.snapshot SET not_measured = ? WHERE snapshot = ?", [missing, snapshot])
        for repo, found in sorted(pending.configured.items()):
            connection.execute("DELETE FROM log.configured WHERE repo = ?", [repo])
            load(connection, "log.configured", ("VARCHAR", "VARCHAR", "VARCHAR", "DOUBLE"), found)
        for repo, rows in sorted(pending.standing.items()):
            connection.execute("DELETE FROM log.stood WHERE repo = ?", [repo])
            for part in sorted({row[0] for row in rows}):
                told: dict[str, str] = dict(engine.as_stored((key, text)) for of, key, text in rows if of == part)
                connection.execute("INSERT INTO log.stood VALUES (?, ?, ?)", [repo, part, packed(told)])
        for table, key, texts in (("policy", "hash", pending.policies), ("remembered", "key", pending.remembered)):
            _delete_among(connection, f"log.{table}", key, list(texts))
            load(connection, f"log.{table}", ("VARCHAR", "VARCHAR"), list(texts.items()))


_NOT_MEASURED = "SELECT not_measured FROM log.snapshot WHERE snapshot = ?"


def _named(names: str, tool: str, *, complete: bool) -> str:
    """What was not measured, with this tool among it unless its rows are complete."""
    others = [name for name in names.split(", ") if name not in ("", tool)]
    return ", ".join(others if complete else [*others, tool])


def _possible(at: int) -> int:
    """A commit may claim any time; the nearest of the years 1 to 9999 is what every reader can show."""
    return max(-62_135_596_800, min(at, 253_402_300_799))


def _dated(record: SnapshotRecord) -> SnapshotRecord:
    return record._replace(committed_at=_possible(record.committed_at))


def _new_line(repo: str, number: int) -> Line:
    tables = {name: WholeTable({}) for name in layout.whole_tables()}
    return Line(repo, number, MemoryGraph(repo), None, tables)


def _stored_line(reader: Reader, repo: str, number: int, snapshot: str) -> Line:
    """The line as it stands, or stood at a snapshot."""
    graph = reader.graph(repo, snapshot).in_memory()
    whole = {}
    for name, table in layout.whole_tables().items():
        if snapshot:
            whole[name] = WholeTable(dict.fromkeys(numbered(reader.rows(name, repo, snapshot)), BEFORE))
        else:
            whole[name] = WholeTable(_opened_rows(reader, table, repo))
    record = reader.snapshot(snapshot) if snapshot else reader.newest(repo)
    noted = reader.select("SELECT name, position FROM log.noted WHERE repo = ? AND line = ?", repo, number)
    return Line(repo, number, graph, record, whole, dict(noted))


def _opened_rows(reader: Reader, table: Table, repo: str) -> dict[Row, int]:
    if table.name in reader.outdated:
        return {}
    picked = ", ".join(map(quote, table.names))
    rows = reader.select(f"SELECT {picked}, _since FROM head.{quote(table.name)} WHERE repo = ? ORDER BY ALL", repo)
    return dict(zip(numbered(row[:-1] for row in rows), (row[-1] for row in rows), strict=True))


def _skipped_rows(repo: str, skipped: Mapping[str, str]) -> list[Row]:
    return [(repo, path, reason) for path, reason in skipped.items()]


def _whole(
    repo: str, line: Line, skipped: Mapping[str, str], derived: Mapping[str, Collection[Row]]
) -> Mapping[str, Collection[Row]]:
    table = line.whole[shape.SKIPPED.name]
    same = table.given is not None and skipped == line.graph.skipped
    notes = {name: line.whole[name].given for name in shape.NOTES if name in line.whole}
    return {
        **{name: rows for name, rows in notes.items() if rows is not None},
        **derived,
        shape.SKIPPED.name: table.given if same and table.given is not None else _skipped_rows(repo, skipped),
    }


def _not_measured(derived: Mapping[str, Collection[Row]]) -> str:
    from plumbrule.measures import measures

    return ", ".join(sorted(m.table.name for m in measures() if m.scope == "snapshot" and m.table.name not in derived))


def _load(connection: Connection, schema: str, table: Table, rows: Sequence[Row], *more: str) -> None:
    load(connection, f"{schema}.{quote(table.name)}", [*(c.type for c in table.columns), *more], rows)


def _close(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Keeps rows that are over, each with the line, since when and until before when it held."""
    if rows:
        closing = Table(
            "closing", "", (*table.columns, *(Column(n, "INTEGER", "") for n in ("_line", "_since", "_until")))
        )
        body = ", ".join(f"{quote(c.name)} {c.type}" for c in closing.columns)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE closing ({body})")
        load(connection, "closing", [c.type for c in closing.columns], rows)
        layout.close(connection, table, "closing")
        connection.execute("DROP TABLE closing")


def _delete_among(connection: Connection, table: str, column: str, values: list[str]) -> None:
    if values:
        connection.execute(f"DELETE FROM {table} WHERE {column} IN {AMONG}", list(among(values)))


def _open_line(connection: Connection, line: Line, fork: _Fork) -> None:
    """Closes every row of the old line at its end; what held at the fork opens again on the new one."""
    connection.execute("INSERT INTO log.line VALUES (?, ?, ?, ?)", [line.repo, line.number, fork.old, fork.position])
    for table in layout.kept().values():
        name = quote(table.name)
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE closing AS SELECT *, ?::INTEGER AS _until FROM head.{name} WHERE repo = ?",
            [fork.end + 1, line.repo],
        )
        layout.close(connection, table, "closing")
        connection.execute(f"DELETE FROM head.{name} WHERE repo = ?", [line.repo])
        if fork.snapshot:
            connection.execute(
                f"INSERT INTO head.{name} SELECT *, $2, $3 FROM {layout.rows_at(table, '$1')}",
                [fork.snapshot, line.number, fork.position],
            )
    connection.execute(
        "UPDATE log.snapshot SET kind = 'former' WHERE repo = ? AND kind = 'main' AND base_position > ?",
        [line.repo, -1 if fork.position is None else fork.position],
    )


def _write_files(connection: Connection, line: Line, table: Table) -> None:
    name, width = quote(table.name), len(table.columns)
    path, picked = quote(layout.owner(table)), ", ".join(map(quote, table.names))
    sinces: dict[Row, int] = {}
    touched = line.touched(table.name)
    if touched:
        there, at = f"repo = ? AND {path} IN {AMONG}", [line.repo, *among(touched)]
        known = rows_of(connection, f"SELECT {picked}, _since FROM head.{name} WHERE {there} ORDER BY ALL", at)
        sinces = dict(zip(numbered(row[:-1] for row in known), (row[-1] for row in known), strict=True))
        connection.execute(f"DELETE FROM head.{name} WHERE {there}", at)

    def since_of(row: Row, since: int) -> int:
        return since if since != BEFORE else sinces[row] if row in sinces else sinces[engine.as_stored(row)]

    opened = [(*row[:width], line.number, since_of(row, since)) for row, since in line.changed(table.name)]
    for position, bundles in line.appeared(table.name):
        first = next(bundles, [])
        if len(first) < _GROUP:
            opened += [(line.repo, *row, line.number, position) for row in first]
        else:
            load_new(connection, line.repo, table, chain([first], bundles), line.number, position)
    _load(connection, "head", table, opened, "INTEGER", "INTEGER")
    ends = line.closed.get(table.name, ())
    closed = [(*end.row[:width], line.number, since_of(end.row, end.since), end.until) for end in ends]
    _close(connection, table, closed)


def _write_whole(connection: Connection, line: Line, table: Table, whole: WholeTable) -> None:
    name, width = quote(table.name), len(table.columns)
    if table.name in line.wiped:
        layout.forget(connection, table, line.repo, line.number)
    connection.execute(f"DELETE FROM head.{name} WHERE repo = ?", [line.repo])
    closed = [(*end.row[:width], line.number, end.since, end.until) for end in whole.closed]
    opened = [(*row[:width], line.number, since) for row, since in whole.opened.items()]
    _close(connection, table, closed)
    _load(connection, "head", table, opened, "INTEGER", "INTEGER")


def _write_side(connection: Connection, side: _Side) -> None:
    record = _dated(side.record)
    earlier = rows_of(
        connection,
        "SELECT snapshot FROM log.snapshot WHERE repo = ? AND kind = ? AND ref = ?",
        [record.repo, side.kind, side.ref],
    )
    _forget(connection, [row[0] for row in earlier])
    there = rows_of(connection, "SELECT kind FROM log.snapshot WHERE snapshot = ?", [record.snapshot])
    if there == [(MAIN,)]:
        return  # the branch stands on the main line: that snapshot says it all
    _forget(connection, [record.snapshot])
    base = rows_of(
        connection,
        "SELECT line FROM log.snapshot WHERE repo = ? AND kind = 'main' AND base_position <= ?"
        " ORDER BY base_position DESC LIMIT 1",
        [record.repo, -1 if side.base_position is None else side.base_position],
    )
    line = base[0][0] if base else 0
    row = (*record[:2], side.base_position if base else None, *record[3:13], line, side.kind, side.ref)
    load(connection, "log.snapshot", _SNAPSHOT_TYPES, [(*row, _not_measured(side.whole), *record[13:])])
    load(connection, "log.hidden", ("VARCHAR", "VARCHAR"), [(record.snapshot, path) for path in side.delta])
    files = [(path, rows) for path, rows in side.delta.items() if rows is not None]
    for name, table in BASE.items():
        rows = [(*row, record.snapshot) for row in flatten(name, record.repo, files)]
        _load(connection, "side", table, rows, "VARCHAR")
    for name, table in layout.whole_tables().items():
        _load(connection, "side", table, [(*row, record.snapshot) for row in side.whole.get(name, ())], "VARCHAR")


def _forget(connection: Connection, snapshots: list[str]) -> None:
    """Removes these snapshots themselves; rows of lines are untouched, a side's rows go with it."""
    there = rows_of(
        connection,
        f"SELECT snapshot FROM log.snapshot WHERE snapshot IN {AMONG}",
        among(snapshots),
    )
    if there:
        gone = [row[0] for row in there]
        for table in ("log.snapshot", "log.hidden", "log.trend", "log.evidence", "log.unit", "log.model"):
            _delete_among(connection, table, "snapshot", gone)
        for name in layout.kept():
            _delete_among(connection, f"side.{quote(name)}", "_snapshot", gone)


def _purge(connection: Connection) -> None:
    """Lines that no snapshot stands on any more."""
    unused = rows_of(
        connection,
        "SELECT l.repo, l.line FROM log.line AS l JOIN log.repo AS r USING (repo) WHERE l.line <> r.line"
        " AND NOT EXISTS (FROM log.snapshot AS s WHERE s.repo = l.repo AND s.line = l.line)",
    )
    for repo, number in unused:
        for of in layout.kept().values():
            layout.forget(connection, of, repo, number)
        for table in ("log.line", "log.noted"):
            connection.execute(f"DELETE FROM {table} WHERE repo = ? AND line = ?", [repo, number])
    if unused:
        for table in ("trend", "evidence", "unit", "model"):
            connection.execute(f"DELETE FROM log.{table} WHERE snapshot NOT IN (SELECT snapshot FROM log.snapshot)")
        connection.execute("DELETE FROM log.batch WHERE (repo, batch) NOT IN (SELECT (repo, batch) FROM log.snapshot)")
