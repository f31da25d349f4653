"""What a gate reads of the newest snapshots, in a file beside the generation: found by its place, without a database.

Hides its form, and by what it is known to belong to that very generation. It is a cache: a file that is missing, cut
short, of another generation or of another form is as good as none, and the generation itself is read. It is read as
JSON, so that whatever lies there can mislead a reader no more than a generation put there by the same hand.
"""

from __future__ import annotations

import os
import threading
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from hashlib import sha256
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import orjson

from plumbrule.errors import StoreError
from plumbrule.graph import (
    Covered,
    Dependency,
    Edge,
    External,
    FileRow,
    FileRows,
    FunctionRow,
    Graph,
    SymbolRow,
    Unresolved,
    Use,
)
from plumbrule.store.generations import Lease
from plumbrule.store.records import SnapshotRecord
from plumbrule.store.shape import BLOCK, FINDING
from plumbrule.tables import Row

if TYPE_CHECKING:
    from plumbrule.store.engine import Connection

_MARK = b"plumbrule near 1\n"
_HEAD = len(_MARK) + 32 + 8  # the mark, a digest of what follows up to the sections, and the length of that
_FRONT, _SAMPLE = 12_288, 64  # of a database file: it begins each block with the sum of its bytes
_FORM = ("near.py", "records.py", "shape.py", "layout.py", "views.sql", "../tables.py", "../graph.py")
_MOST = 1 << 28  # bytes of the list of sections
# Of a finding that stands.
FOUND = (
    "repo",
    "subject",
    "path",
    "line",
    "message",
    "remedy",
    "evidence",
    "grouped_by",
    "reason",
    "alternatives",
    "owner",
)
_TOGETHER = 8  # files in one block: a seventh less on disk than each by itself, for a tenth of a millisecond a file


class Whole(Protocol):
    """A generation, open for reading; see `reader.Reader`."""

    path: Path

    @property
    def connection(self) -> Connection: ...
    def close(self) -> None: ...
    def repositories(self) -> list[str]: ...
    def newest(self, repo: str) -> SnapshotRecord | None: ...
    def recall(self, key: str) -> str | None: ...
    def linked(self, repo: str) -> bool: ...
    def standing(self, repo: str, part: str, keys: Iterable[str] | None = None) -> dict[str, str]: ...
    def rows(self, table: str, repo: str, snapshot: str = "") -> list[Row]: ...
    def graph(self, repo: str, snapshot: str = "") -> Graph: ...


def beside(generation: Path) -> Path:
    return generation.with_suffix(".near")


def print_of(generation: Path) -> str:
    """Names the bytes of a closed database file, for the price of a look at each block."""
    with open(generation, "rb") as file:  # noqa: PTH123 - half a millisecond less than by way of a Path
        size = os.fstat(file.fileno()).st_size
        digest = sha256(f"{size} {_form()}\0".encode() + file.read(_FRONT))
        for at in range(_FRONT, size, BLOCK):
            digest.update(os.pread(file.fileno(), _SAMPLE, at))
    return digest.hexdigest()


def _form() -> str:
    """Changes with whatever says what rows look like, here and in the database."""
    digest = sha256()
    for name in _FORM:
        with open(f"{os.path.dirname(__file__)}/{name}", "rb") as file:  # noqa: PTH120, PTH123 - as above
            digest.update(file.read())
    return digest.hexdigest()


# Writing


class Laying:
    """The file in the making, begun in a thread of its own while the engine writes the generation: a process of its own
    would copy all that it looks at."""

    def __init__(self, graphs: Mapping[str, Graph]) -> None:
        """Of each of these repositories the newest snapshot, as it is in memory."""
        self._graphs = graphs
        self._made: dict[str, list[tuple[str, bytes]]] = {}
        self._whole = False
        self._ended = False
        self._thread = threading.Thread(target=self._make, daemon=True)
        self._thread.start()

    def lay(self, whole: Whole, tables: Collection[str], keys: Collection[str], told: Mapping[str, str]) -> None:
        """Lays it beside the generation that holds these snapshots now; nothing where it cannot be.

        `tables` are those to keep whole, `keys` begin what is remembered of a repository or of all, `told` is for
        `Near.told`.
        """
        self._thread.join()
        if not self._whole:
            return
        sections: list[bytes] = []
        repos: dict[str, dict[str, tuple[int, int]]] = {}
        at = 0
        for repo, made in self._made.items():
            places = repos[repo] = {}
            for name, data in (*made, *_asked(whole, repo, tables, keys)):
                places[name] = at, len(data)
                sections.append(data)
                at += len(data)
        about = {"generation": print_of(whole.path), "repositories": whole.repositories(), "told": dict(told)}
        head = orjson.dumps({**about, "repos": repos})
        target = beside(whole.path)
        draft = target.with_suffix(".draft")
        with suppress(OSError):
            with draft.open("wb") as file:
                file.writelines((_MARK, sha256(head).digest(), len(head).to_bytes(8, "little"), head, *sections))
            draft.replace(target)
        with suppress(OSError):
            draft.unlink(missing_ok=True)

    def end(self) -> None:
        """Lets go of everything, whether the file was laid or not."""
        self._ended = True
        self._thread.join()
        self._made.clear()

    def _make(self) -> None:
        # What cannot be written as JSON, or held, is a file that is not laid: the scan itself is none the worse for it.
        with suppress(TypeError, ValueError, MemoryError):
            for repo in sorted(self._graphs):
                self._made[repo] = [*_bundled(self._graphs[repo], lambda: self._ended)]
            self._whole = not self._ended


def _packed(value: object) -> bytes:
    return zlib.compress(_json(value), 1)


def _asked(whole: Whole, repo: str, tables: Collection[str], keys: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """The sections with what the generation itself says."""
    stored = whole.graph(repo)
    texts = {key: whole.recall(key) for key in keys} | {f"{key}:{repo}": whole.recall(f"{key}:{repo}") for key in keys}
    about = [whole.newest(repo), whole.linked(repo), texts, stored.skipped, stored.covered()]
    yield "about", _packed(about)
    for part in ("tree", "readers", "asked", "defined"):
        yield part, _packed(whole.standing(repo, part))
    for name in tables:
        rows = whole.rows(name, repo)
        if all(isfinite(value) for row in rows for value in row if isinstance(value, float)):
            yield f"table {name}", _packed(rows)
    standing: dict[str, list[Mapping[str, Any]]] = {}  # Any: values as the columns say
    for row in whole.rows(FINDING.name, repo):
        of = dict(zip(FINDING.names, row, strict=True))
        if of["state"] != "fixed":
            standing.setdefault(of["rule"], []).append(of)
    names = {rule: [(of["repo"], of["subject"]) for of in found] for rule, found in standing.items()}
    yield "found", _packed(names)
    for rule, found in standing.items():
        yield f"found {rule}", _packed([[of[name] for name in FOUND] for of in found])
    yield "edges", _packed(stored.edges())
    yield "unresolved", _packed(stored.unresolved())


def _bundled(graph: Graph, ended: Callable[[], bool]) -> Iterator[tuple[str, bytes]]:
    """The sections with every file's bundle, some files together; not all of them once nobody waits any more."""
    paths = sorted(graph.paths())
    shapes: dict[int, list[int]] = {}
    places, blocks, bundles, at = [], [], [], 0
    for first in range(0, len(paths), _TOGETHER):
        if ended():
            return
        block = bytearray()
        for number, path in enumerate(paths[first : first + _TOGETHER], first):
            of = graph.rows(path)
            for shape in {function.shape_hash for function in of.functions}:
                shapes.setdefault(shape, []).append(number)
            bundle = _json([of.file, *(sorted(getattr(of, part)) for part, _ in _PARTS), of.imports, of.resolved])
            places.append((len(block), len(bundle)))
            block += bundle
        bundles.append(zlib.compress(block, 1))
        blocks.append((at, len(bundles[-1])))
        at += len(bundles[-1])
    yield "index", _packed([paths, places, blocks])
    yield "shapes", _packed({str(shape): numbers for shape, numbers in shapes.items()})
    yield "bundles", b"".join(bundles)


_PARTS: tuple[tuple[str, Callable[[Any], Any]], ...] = (  # Any: rows of JSON
    ("symbols", SymbolRow._make),
    ("functions", FunctionRow._make),
    ("dependencies", Dependency._make),
    ("uses", Use._make),
    ("externals", External._make),
    ("unresolved", Unresolved._make),
)


def _json(value: object) -> bytes:
    try:
        return orjson.dumps(value, default=_plain)
    except TypeError:
        return orjson.dumps(_encodable(value))


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(value)  # of a tuple with names
    raise TypeError


def _encodable(value: object) -> object:
    """The same with text that is no valid Unicode as the database gives it back."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, list | tuple):
        return [_encodable(one) for one in value]
    if isinstance(value, Mapping):
        return {_encodable(key): _encodable(one) for key, one in value.items()}
    return value


# Reading


class NearDamaged(StoreError):
    """A part of the file cannot be read; the generation itself may well be whole."""


def opened(lease: Lease, open_whole: Callable[[], Whole]) -> Near | None:
    """What lies beside a leased generation, if it is that generation's; `open_whole` opens that one where it must."""
    try:
        descriptor = os.open(beside(lease.path), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        start = os.pread(descriptor, _HEAD, 0)
        length = int.from_bytes(start[-8:], "little")
        head = os.pread(descriptor, length, _HEAD) if length < _MOST else b""
        if start == _MARK + sha256(head).digest() + start[-8:]:
            said = orjson.loads(head)
            if said["generation"] == print_of(lease.path):
                return Near(lease, descriptor, _HEAD + length, said, open_whole)
    except (OSError, ValueError, LookupError, TypeError):
        pass
    os.close(descriptor)
    return None


class Near:
    """A reader of the newest snapshots that opens the generation only for what is not kept here.

    Close it. StoreError where the generation itself must be opened and cannot be.
    """

    def __init__(
        self, lease: Lease, descriptor: int, start: int, said: Mapping[str, Any], open_whole: Callable[[], Whole]
    ) -> None:  # Any: JSON
        self.path = lease.path
        self._lease = lease
        self._descriptor = descriptor
        self._start = start
        self._repositories: list[str] = said["repositories"]
        self._repos: Mapping[str, Mapping[str, list[int]]] = said["repos"]
        self._told: Mapping[str, str] = said["told"]
        self._open_whole = open_whole
        self._abouts: dict[str, Any] = {}  # Any: JSON

    def close(self) -> None:
        if "whole" in self.__dict__:
            self.whole.close()
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        self._lease.close()

    @cached_property
    def whole(self) -> Whole:
        """The generation itself."""
        return self._open_whole()

    def holds(self, repo: str) -> bool:
        """Whether the newest snapshot of a repository is kept here, and can be read."""
        try:
            self._about(repo)
        except (NearDamaged, KeyError):
            return False
        return True

    def repositories(self) -> list[str]:
        return list(self._repositories)

    def told(self, key: str) -> str | None:
        """What was told when this was laid, and stands in no database."""
        return self._told.get(key)

    def newest(self, repo: str) -> SnapshotRecord | None:
        record = self._about(repo)[0]
        return SnapshotRecord(*record) if record is not None else None

    def linked(self, repo: str) -> bool:
        return bool(self._about(repo)[1])

    def recall(self, key: str) -> str | None:
        for repo in self._repos:
            texts: Mapping[str, str | None] = self._about(repo)[2]
            if key in texts:
                return texts[key]
        return self.whole.recall(key)

    def standing(self, repo: str, part: str, keys: Iterable[str] | None = None) -> dict[str, str]:
        known = self.section(repo, part)
        return dict(known) if keys is None else {key: known[key] for key in keys if key in known}

    def rows(self, table: str, repo: str, snapshot: str = "") -> list[Row]:
        if snapshot or f"table {table}" not in self._repos[repo]:
            return self.whole.rows(table, repo, snapshot)
        found = self.section(repo, f"table {table}")
        return [tuple([tuple(v) if type(v) is list else v for v in row]) for row in found]

    def found(self, repo: str) -> dict[str, frozenset[tuple[str, str]]]:
        """By rule, repository and subject of the findings that stand."""
        found = self.section(repo, "found")
        return {rule: frozenset((of, subject) for of, subject in one) for rule, one in found.items()}

    def worded(self, repo: str, rule: str) -> list[Row]:
        """What one rule's findings that stand say, in the order of `FOUND`."""
        if f"found {rule}" not in self._repos[repo]:
            return []
        return [tuple(row) for row in self.section(repo, f"found {rule}")]

    def graph(self, repo: str) -> Graph:
        return _NearGraph(self, repo)

    def _about(self, repo: str) -> Any:  # Any: JSON
        if repo not in self._abouts:
            self._abouts[repo] = self.section(repo, "about")
        return self._abouts[repo]

    def bundles(self, repo: str, offset: int, length: int) -> bytes:
        """Some files' rows as they are kept; `offset` counts from the first file's."""
        return self._unpacked(self._repos[repo]["bundles"][0] + offset, length)

    def section(self, repo: str, name: str) -> Any:  # Any: JSON
        return orjson.loads(self._unpacked(*self._repos[repo][name]))

    def _unpacked(self, offset: int, length: int) -> bytes:
        try:
            return zlib.decompress(os.pread(self._descriptor, length, self._start + offset))
        except (OSError, zlib.error) as error:
            raise NearDamaged(f"{beside(self.path)}: damaged: {error}") from error


class _NearGraph:
    """The graph of a newest snapshot; a file's bundle is read when it is asked for."""

    def __init__(self, near: Near, repo: str) -> None:
        self.repo = repo
        self._near = near
        _, _, _, self.skipped, self._covered = near.section(repo, "about")
        paths, self._places, self._blocks = near.section(repo, "index")
        self._files: dict[str, int] = {path: number for number, path in enumerate(paths)}
        self._block = -1, b""  # the one that was read last
        self._bundles: dict[str, FileRows] = {}

    def __contains__(self, path: str) -> bool:
        return path in self._files

    def paths(self) -> Iterator[str]:
        return iter(self._files)

    def rows(self, path: str) -> FileRows:
        if path not in self._bundles:
            number = self._files[path]
            if self._block[0] != number // _TOGETHER:
                block = number // _TOGETHER
                self._block = block, self._near.bundles(self.repo, *self._blocks[block])
            start, length = self._places[number]
            file, *parts, imports, resolved = orjson.loads(self._block[1][start : start + length])
            made = {name: tuple(map(make, part)) for (name, make), part in zip(_PARTS, parts, strict=True)}
            self._bundles[path] = FileRows(FileRow._make(file), **made, imports=imports, resolved=resolved)
        return self._bundles[path]

    def prefetch(self, paths: Iterable[str]) -> None:
        """One by one is as quick."""

    def edges(self) -> list[Edge]:
        return list(map(Edge._make, self._near.section(self.repo, "edges")))

    def functions(self, tokens: int, shapes: Collection[int] | None = None) -> list[tuple[str, FunctionRow]]:
        if shapes is None:
            return self._near.whole.graph(self.repo).functions(tokens)
        if not shapes:
            return []
        users: Mapping[str, list[int]] = self._near.section(self.repo, "shapes")
        paths = list(self._files)
        there = sorted({number for shape in shapes for number in users.get(str(shape), ())})
        return sorted(
            (paths[number], one)
            for number in there
            for one in self.rows(paths[number]).functions
            if one.tokens >= tokens and one.shape_hash in shapes
        )

    def covered(self) -> dict[str, Covered]:
        return {language: Covered._make(known) for language, known in self._covered.items()}

    def unresolved(self) -> list[tuple[str, Unresolved]]:
        return [(path, Unresolved._make(row)) for path, row in self._near.section(self.repo, "unresolved")]
