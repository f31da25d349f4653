"""One published generation, open for reading.

Hides how a generation is found, checked and kept from being removed while it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from plumbrule.errors import StoreError
from plumbrule.graph import (
    Covered,
    Dependency,
    Edge,
    External,
    FileRow,
    FileRows,
    FunctionRow,
    MemoryGraph,
    SymbolRow,
    Unresolved,
    Use,
)
from plumbrule.store import engine, layout, shape
from plumbrule.store.engine import Connection, quote, rows_of
from plumbrule.store.generations import Generations, Lease
from plumbrule.store.records import SnapshotRecord, unpacked
from plumbrule.tables import BASE, Row, Table

Note = Callable[[str], None]

_RECORD = """
    SELECT s.snapshot, s.repo, s.base_position, s.commit, s.parent, s.committed_at, s.batch, s.agent, s.files, s.parsed,
        s.skipped, s.imports, s.resolved, s.subject, s.author
    FROM log.snapshot AS s"""


class OutdatedStoreError(StoreError):
    """The newest generation was made by an older program and its tables differ; the next scan makes it anew."""


class Reader:
    """Close it, or use it in `with`. `connection` is an in-memory database of the reader's own with the generation
    attached read-only as `store` and first on the search path: public views and `NAME_at` macros are found by name, and
    what is created must say `memory`."""

    def __init__(self, lease: Lease, connection: Connection) -> None:
        self._lease = lease
        self.connection = connection
        self.path = lease.path
        # Tables that an older program did not have, or had otherwise: nothing is known of them here.
        self.outdated: frozenset[str] = frozenset()
        self.current = True  # its views are those of this program
        self.generation = lease.number
        self._stood: dict[tuple[str, str], Mapping[str, str]] = {}  # by repository and part
        self.instead_of = ""  # why it may not be the newest that was published; "" = it is

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self.connection.close()
        self._lease.close()

    def repositories(self) -> list[str]:
        return [str(row[0]) for row in self.select("SELECT repo FROM log.repo ORDER BY repo")]

    def root(self, repo: str) -> str:
        """Where the repository was scanned; "" if it is not known."""
        found = self.select("SELECT root FROM log.repo WHERE repo = ?", repo)
        return str(found[0][0]) if found else ""

    def newest(self, repo: str) -> SnapshotRecord | None:
        """The newest snapshot of the main line."""
        return self._record(f"{_RECORD} JOIN log.repo AS r ON r.snapshot = s.snapshot WHERE r.repo = ?", repo)

    def snapshot(self, snapshot: str) -> SnapshotRecord | None:
        return self._record(f"{_RECORD} WHERE s.snapshot = ?", snapshot)

    def by_commit(self, repo: str, commit: str) -> SnapshotRecord | None:
        """The snapshot of this commit, on the main line or beside it."""
        return self._record(
            f"{_RECORD} WHERE s.repo = ? AND s.commit = ? AND s.kind <> 'worktree'"
            " ORDER BY s.kind = 'main' DESC LIMIT 1",
            repo,
            commit,
        )

    def newest_among(self, repo: str, commits: Iterable[str]) -> SnapshotRecord | None:
        """The newest snapshot of the main line as it is stored whose commit is one of these: where a rewritten line
        parts from it."""
        among = engine.among(list(commits))
        sql = f"{_RECORD} WHERE s.repo = ? AND s.kind = 'main' AND s.commit IN {engine.AMONG}"
        return self._record(f"{sql} ORDER BY s.base_position DESC LIMIT 1", repo, *among)

    def rows(self, table: str, repo: str, snapshot: str = "") -> list[Row]:
        """Rows of one table (`layout.kept()`) with its own columns; of the newest snapshot unless another is named."""
        if table in self.outdated:
            return []
        of = layout.kept()[table]
        picked = ", ".join(f"r.{quote(name)}" for name in of.names)
        if snapshot:
            return self.select(f"SELECT {picked} FROM {layout.rows_at(of, '$1')} AS r ORDER BY ALL", snapshot)
        return self.select(f"SELECT {picked} FROM head.{quote(table)} AS r WHERE r.repo = ? ORDER BY ALL", repo)

    def blobs(self) -> list[str]:
        """Object ids of the files of every newest snapshot, and of those beside the lines."""
        return [
            row[0] for row in self.select("SELECT blob FROM head.file UNION SELECT blob FROM side.file ORDER BY ALL")
        ]

    def graph(self, repo: str, snapshot: str = "") -> StoredGraph:
        """The graph of the newest snapshot, or of another; files are read when they are asked for."""
        return StoredGraph(self, repo, snapshot)

    def derived(self, repo: str, snapshot: str = "") -> dict[str, list[Row]]:
        """Rows of every measure's table."""
        return {name: self.rows(name, repo, snapshot) for name in layout.whole_tables() if name != shape.SKIPPED.name}

    def linked(self, repo: str) -> bool:
        """Whether uses between this repository and others are stored."""
        if shape.LINK.name in self.outdated:
            return False
        return bool(self.select("SELECT 1 FROM head.link WHERE ? IN (repo, dst_repo) LIMIT 1", repo))

    def policy(self, hash_: str) -> str | None:
        found = self.select("SELECT text FROM log.policy WHERE hash = ?", hash_)
        return str(found[0][0]) if found else None

    def recall(self, key: str) -> str | None:
        """What `Writer.remember` kept under this key."""
        found = self.select("SELECT text FROM log.remembered WHERE key = ?", key)
        return str(found[0][0]) if found else None

    def last_told(self, beginning: str) -> list[tuple[str, str, str]]:
        """Findings whose id begins so and that no judgement in force tells: (id, the last snapshot at which it stood,
        the one whose judgement no longer told it or ""), by id."""
        if shape.FINDING.name in self.outdated:
            return []
        rows = self.select(
            """
            SELECT f.finding, max_by(s.snapshot, s.base_position) FILTER (s.base_position < f._until),
                coalesce(min_by(s.snapshot, s.base_position) FILTER (s.base_position >= f._until), '')
            FROM past.finding AS f JOIN log.snapshot AS s
                ON s.repo = f.repo AND s.line = f._line AND s.base_position >= f._since AND s.kind IN ('main', 'former')
            WHERE starts_with(f.finding, $1) AND f.state <> 'fixed'
                AND f.finding NOT IN (SELECT finding FROM head.finding)
            GROUP BY f.finding, f.repo, f._line, f._until ORDER BY f.finding, f._line, f._until
            """,
            beginning,
        )
        return sorted({id_: (id_, told, after) for id_, told, after in rows if told}.values())

    def standing(self, repo: str, part: str, keys: Iterable[str] | None = None) -> dict[str, str]:
        """Texts by key of what `Writer.standing` kept in one part, or those of these keys."""
        if not self.current:
            return {}
        if (repo, part) not in self._stood:
            found = self.select("SELECT texts FROM log.stood WHERE repo = ? AND part = ?", repo, part)
            self._stood[repo, part] = unpacked(found[0][0]) if found else {}
        known = self._stood[repo, part]
        return dict(known) if keys is None else {key: known[key] for key in keys if key in known}

    def _record(self, sql: str, *parameters: object) -> SnapshotRecord | None:
        found = self.select(sql, *parameters)
        return SnapshotRecord(*found[0]) if found else None

    def select(self, sql: str, *parameters: object) -> list[Row]:
        """All rows of our own SQL; StoreError when the file turns out to be damaged."""
        try:
            return rows_of(self.connection, sql, parameters)
        except engine.Error as error:
            if engine.is_damage(error):
                raise damaged(self._lease, error) from error
            raise


def open_newest(generations: Generations, note: Note) -> Reader | None:
    """The newest generation that can be read; says through `note` when that is not the newest. None: nothing published.

    StoreError if nothing opens, or if the newest was made by a newer program; OutdatedStoreError if by an older one.
    """
    failed: StoreError | None = None
    misled: list[str] = []

    def astray(text: str) -> None:
        misled.append(text)
        note(text)

    for _ in range(3):  # a writer may remove what we were about to open; then the list is made anew
        vanished = False
        for path in generations.candidates(astray):
            try:
                lease = generations.lease(path)
                if lease is None:
                    vanished = True
                    break
                reader = _opened(lease)
            except (_NewerStoreError, OutdatedStoreError):
                raise
            except StoreError as error:
                failed = failed or error
                continue
            reader.instead_of = "".join(misled[-1:]) if failed is None else str(failed).splitlines()[0]
            reader.instead_of = reader.instead_of.removeprefix(f"{lease.path.parent}/")
            if failed is not None:
                note(f"{failed}\nGeneration {reader.generation} is used instead.")
            return reader
        if not vanished:
            break
    if failed is not None:
        raise failed
    return None


def open_this(generations: Generations, path: Path) -> Reader:
    """The generation in this file; StoreError if it is gone or cannot be read."""
    lease = generations.lease(path)
    if lease is None:
        raise StoreError(f"{path}: newer scans took its place while it was read\nAsk again: the newest is read then.")
    return _opened(lease)


class _NewerStoreError(StoreError):
    pass


def _opened(lease: Lease) -> Reader:
    connection = engine.memory()
    try:
        engine.attach(connection, lease.path, "store")
        # The views' own schemas must be on the path: a macro's body is bound where it is called.
        connection.execute("SET search_path = 'store.main,memory.main'")
        schema, program, base = rows_of(connection, "SELECT schema, program, base FROM store.log.layout")[0]
    except (engine.Error, IndexError) as error:
        connection.close()
        lease.close()
        raise damaged(lease, error) from error
    if schema > shape.SCHEMA:
        connection.close()
        lease.close()
        raise _NewerStoreError(
            f"{lease.path}: written by plumbrule {program} in store format {schema};"
            f" this program reads up to {shape.SCHEMA}\nInstall plumbrule {program} or newer, or give another --store."
        )
    if base != shape.base_fingerprint():
        connection.close()
        lease.close()
        raise OutdatedStoreError(
            f"{lease.path}: written by plumbrule {program}, whose tables differ from this program's\n"
            "Run `plumbrule scan`: it makes them anew from the facts that are kept."
        )
    reader = Reader(lease, connection)
    reader.current = layout.is_current(connection)
    reader.outdated = frozenset() if reader.current else layout.outdated(connection)
    return reader


def damaged(lease: Lease, error: Exception) -> StoreError:
    """What to tell about a generation that the engine cannot read."""
    why = engine.stripped(error)
    if "version number" in why or "newer version of DuckDB" in why:
        return _NewerStoreError(
            f"{lease.path}: written with a newer DuckDB than {engine.VERSION}, which this program uses\n"
            "Upgrade plumbrule and DuckDB here, or give another --store."
        )
    return StoreError(
        f"{lease.path}: damaged: {why}\n"
        "Move that file out of the store; the generation before it is used then, and the next scan catches up."
    )


class StoredGraph:
    """A graph read from the store: paths and edges at once, a file's bundle when it is asked for."""

    def __init__(self, reader: Reader, repo: str, snapshot: str) -> None:
        self.repo = repo
        self._reader = reader
        self._snapshot = snapshot
        self._bundles: dict[str, FileRows] = {}
        self.skipped: Mapping[str, str] = {row[1]: row[2] for row in reader.rows(shape.SKIPPED.name, repo, snapshot)}
        source, asked = self._source(BASE["file"])
        sql = f"SELECT r.path FROM {source} AS r WHERE r.repo = ${len(asked) + 1} ORDER BY r.path"
        self._files = dict.fromkeys(path for (path,) in reader.select(sql, *asked, repo))

    def __contains__(self, path: str) -> bool:
        return path in self._files

    def paths(self) -> Iterator[str]:
        return iter(self._files)

    def rows(self, path: str) -> FileRows:
        if path not in self._bundles:
            if path not in self._files:
                raise KeyError(path)
            self.prefetch([path])
        return self._bundles[path]

    def prefetch(self, paths: Iterable[str]) -> None:
        """Reads the bundles of many files at once; those that are not there are left out."""
        wanted = [path for path in paths if path in self._files and path not in self._bundles]
        if wanted:
            by_table = {name: self._of(table, wanted) for name, table in BASE.items()}
            self._bundles.update(bundles(by_table.pop("file"), by_table))

    def edges(self) -> list[Edge]:
        """Every `import` dependency, soft ones included, ordered by (src, dst, line)."""
        source, asked = self._source(BASE["dependency"])
        picked = "r.src, r.dst, r.line, r.names, r.type_only, r.lazy, r.upward"
        sql = f"SELECT {picked} FROM {source} AS r WHERE r.repo = ${len(asked) + 1} AND r.kind = 'import'"
        return sorted(Edge(*row) for row in self._reader.select(sql, *asked, self.repo))

    def functions(self, tokens: int, shapes: Collection[int] | None = None) -> list[tuple[str, FunctionRow]]:
        """Every function with at least so many body tokens, of one of these shapes if given; with its file, sorted."""
        if shapes is not None and not shapes:
            return []
        table = BASE["function"]
        picked = ", ".join(f"r.{quote(name)}" for name in table.names[1:])
        source, asked = self._source(table)
        at = len(asked)
        asked += [self.repo, tokens]
        sql = f"SELECT {picked} FROM {source} AS r WHERE r.repo = ${at + 1} AND r.tokens >= ${at + 2}"
        if shapes is not None:
            sql += f" AND r.shape_hash IN (SELECT unnest(string_split(${at + 3}, ' '))::BIGINT)"
            asked.append(" ".join(map(str, sorted(shapes))))
        return sorted((row[0], FunctionRow(*row[1:])) for row in self._reader.select(sql, *asked))

    def covered(self) -> dict[str, Covered]:
        source, asked = self._source(BASE["file"])
        sql = (
            "SELECT r.language, count(*)::INTEGER, sum(r.imports)::INTEGER, sum(r.resolved)::INTEGER"
            f" FROM {source} AS r WHERE r.repo = ${len(asked) + 1} GROUP BY r.language ORDER BY r.language"
        )
        return {row[0]: Covered(*row[1:]) for row in self._reader.select(sql, *asked, self.repo)}

    def unresolved(self) -> list[tuple[str, Unresolved]]:
        source, asked = self._source(BASE["unresolved"])
        sql = f"SELECT r.path, r.line, r.text, r.reason FROM {source} AS r WHERE r.repo = ${len(asked) + 1}"
        return sorted((row[0], Unresolved(*row[1:])) for row in self._reader.select(sql, *asked, self.repo))

    def in_memory(self) -> MemoryGraph:
        """All of it, read now."""
        with engine.uncollected():
            self.prefetch(self._files)
        return MemoryGraph(self.repo, dict(self._bundles), self.skipped)

    def _source(self, table: Table) -> tuple[str, list[object]]:
        """Where its rows are, as SQL, and the parameters in it."""
        if self._snapshot:
            return layout.rows_at(table, "$1"), [self._snapshot]
        return f"head.{quote(table.name)}", []

    def _of(self, table: Table, paths: list[str]) -> list[Row]:
        picked = ", ".join(f"r.{quote(name)}" for name in table.names)
        source, asked = self._source(table)
        at = len(asked)
        sql = f"SELECT {picked} FROM {source} AS r WHERE r.repo = ${at + 1}"
        asked.append(self.repo)
        if len(paths) < len(self._files):
            path = f"r.{quote(layout.owner(table))}"
            # One path is found by the bounds that each block of the table has, many by a join.
            there = f"= ${at + 2}" if len(paths) == 1 else f"IN {engine.AMONG.replace('?, ?', f'${at + 2}, ${at + 3}')}"
            sql += f" AND {path} {there}"
            asked += engine.as_stored((paths[0],)) if len(paths) == 1 else engine.among(paths)
        return self._reader.select(sql, *asked)


def bundles(files: Iterable[Row], by_table: Mapping[str, Iterable[Row]]) -> dict[str, FileRows]:
    """File bundles from rows of the base tables: the inverse of `tables.flatten`, rows of a file sorted."""
    parts: dict[str, dict[str, list[Row]]] = {}
    for name, rows in by_table.items():
        grouped = parts[name] = {}
        for row in rows:
            grouped.setdefault(row[1], []).append(row[2:])
        for found in grouped.values():
            found.sort()
    empty: list[Row] = []

    def of(name: str, path: str) -> list[Row]:
        return parts[name].get(path, empty)

    made = {}
    for (
        _,
        path,
        language,
        blob,
        lines,
        code_lines,
        is_test,
        is_generated,
        doubtful,
        test_marks,
        is_vendored,
        private_folders,
        dialect,
        imports,
        resolved,
    ) in files:
        made[path] = FileRows(
            FileRow(
                *(language, dialect, blob, lines, code_lines, is_test, is_generated, doubtful, test_marks, is_vendored),
                private_folders,
            ),
            tuple(map(SymbolRow._make, of("symbol", path))),
            tuple(map(FunctionRow._make, of("function", path))),
            tuple(map(Dependency._make, of("dependency", path))),
            tuple(map(Use._make, of("use", path))),
            tuple(map(External._make, of("external_dependency", path))),
            tuple(map(Unresolved._make, of("unresolved", path))),
            imports,
            resolved,
        )
    return made
