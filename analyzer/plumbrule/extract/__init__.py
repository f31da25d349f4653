"""Facts of files, parsed at most once: from the cache by content, else by Tree-sitter in processes that may die.

Hides grammars, workers and the cache. What cannot be read is a reason, kept like facts, never an exception.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol, TypeVar

from plumbrule.details import Kind, kept_as, kinds, query_of, unpack
from plumbrule.extract.pool import ENDED_EARLY, ENDED_FROM_OUTSIDE, STALLED, Crew, Died, Limits, Value, Work
from plumbrule.extract.pool import run as perform
from plumbrule.facts import Body, Facts, Interface, pack, unpack_body, unpack_interface
from plumbrule.languages import written_in

LOST = "its object is "  # how the reason begins where git has the name of the bytes and not the bytes
OTHER_KIND = "another kind of file: "  # a reason begins so if the file's ending says nothing of what it is
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BEGINNING = 400  # bytes in which that is looked for
_PACKET = 188  # bytes
_CONTROL = frozenset(range(0x20)) - frozenset(b"\t\n\v\f\r")
CHANCE = (ENDED_FROM_OUTSIDE, STALLED)  # how a reason begins that is none of the file's: another time it may be read
NOT_KEPT = "not kept"  # beside a reason that is no property of the bytes: the next run tries again

_Row = TypeVar("_Row", bound=tuple[Any, ...])  # each kind of detail has named rows of its own

Key = tuple[str, str]  # (dialect, blob id)
Packed = tuple[bytes, bytes]  # (interface, body)


class Wanted(NamedTuple):
    """A file whose facts are needed. Bytes come from `data`, else from `disk` if they hash to `blob`, else from git."""

    dialect: str
    blob: str
    disk: bytes = b""  # absolute path, as the operating system spells it
    data: bytes | None = None


class Cache(Protocol):
    """What is kept between runs; see `store.facts`."""

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Packed]: ...
    def put_many(self, rows: Iterable[tuple[str, str, bytes, bytes]]) -> None: ...
    def skipped_many(self, keys: Iterable[Key]) -> dict[Key, str]: ...
    def put_skipped_many(self, rows: Iterable[tuple[str, str, str]]) -> None: ...


class Objects(Protocol):
    """Reads git objects; opened anew in every worker process."""

    def read(self, blob: str, limit: int) -> bytes | str:
        """The bytes, or the reason why there are none (missing object, larger than `limit`)."""
        ...

    def name(self, data: bytes) -> str:
        """The blob id that git would give these bytes in this repository."""
        ...


class _Run:
    """Files that are being parsed by processes of their own."""

    def __init__(self, todo: list[Wanted], objects: Callable[[], Objects], limits: Limits, *, behind: bool) -> None:
        self.size = len(todo)
        self.done = 0
        self._todo = todo
        self._awaited = {_key(one) for one in todo}
        processes = 1 if len(todo) < 30 else limits.processes or len(os.sched_getaffinity(0))
        # So small that all end at about the same time, and that the first ones come soon where somebody waits.
        batch = max(1, min(12 if behind else 48, len(todo) // (processes * 8) + 1))
        self.crew = Crew(
            len(todo), lambda: _work(todo, objects(), limits),
            processes=processes, limits=limits, batch=batch, behind=behind,
        )  # fmt: skip

    def awaits(self, keys: Iterable[Key]) -> bool:
        """Whether any of these is still to come."""
        return self.crew.works and not self._awaited.isdisjoint(keys)

    def heard(self, *, wait: bool) -> Iterator[tuple[Key, Value | Died]]:
        for job, value in self.crew.heard(wait=wait):
            key = _key(self._todo[job])
            self.done += 1
            self._awaited.discard(key)
            yield key, value


class FactBook:
    """Facts by (dialect, blob) for one repository; implements `measures.FactsOf`."""

    def __init__(self, cache: Cache, objects: Callable[[], Objects], limits: Limits | None = None) -> None:
        self._cache = cache
        self._objects = objects
        self._limits = limits or Limits()
        self._packed: dict[Key, Packed] = {}
        self._skipped: dict[Key, str] = {}
        self._details: dict[Key, bytes] = {}  # by (`kept_as`, blob), of those that this book read itself
        self._looked: set[Key] = set()  # files of which it is known whether their details are kept
        self._wanted: dict[Key, Wanted] = {}  # files whose bytes git may not have
        self._begun: list[_Run] = []
        self._fresh: list[tuple[str, str, bytes, bytes]] = []  # what the cache is to keep
        self._failed: list[tuple[str, str, str]] = []
        self.parsed = 0  # files parsed by this book, as opposed to found in the cache

    @property
    def at_once(self) -> int:
        """Files of which what was read is to be held together; 0 = all of a tree."""
        return self._limits.at_once

    @property
    def processes(self) -> int:
        """How many may be at work at once."""
        return self._limits.processes or len(os.sched_getaffinity(0))

    def ensure(self, wanted: Iterable[Wanted], progress: Callable[[int, int], None] | None = None) -> None:
        """Makes facts, or a reason, available for every one of these; keeps new ones in the cache.

        `progress` is called with (done, all) as files are parsed.
        """
        asked = {_key(one): one for one in wanted}
        self._wanted.update((key, one) for key, one in asked.items() if one.disk or one.data is not None)
        for run in [run for run in self._begun if run.crew.works]:
            self._learn(run, wait=False)
            self._await(run, asked, progress)
        todo = self._unknown(asked)
        if todo:
            todo.sort(key=lambda w: w.dialect)
            run = _Run(todo, self._objects, self._limits, behind=False)
            try:
                self._await(run, asked, progress)
            finally:
                run.crew.end()
                self.keep()

    @contextmanager
    def parsing(self, wanted: Iterable[Wanted]) -> Iterator[None]:
        """Facts for these are made, in this order, while the caller works. `ensure` waits for those that it is asked
        for; what is not done by the end is not done."""
        todo = self._unknown({_key(one): one for one in wanted})
        run = _Run(todo, self._objects, self._limits, behind=True) if todo else None
        self._begun += [run] if run else []
        try:
            yield
        finally:
            if run:
                run.crew.end()
            self._begun = [one for one in self._begun if one is not run]
            self.keep()

    def keep(self) -> None:
        """Puts what was parsed so far into the cache."""
        self._cache.put_many(self._fresh)
        self._cache.put_skipped_many(self._failed)
        self._fresh.clear()
        self._failed.clear()

    def _unknown(self, asked: Mapping[Key, Wanted]) -> list[Wanted]:
        """Those of which there are neither facts nor a reason yet, in the cache neither; what it has is taken."""
        missing = [key for key in asked if key not in self._packed and key not in self._skipped]
        self._packed.update(self._cache.get_many(missing))
        self._skipped.update(self._cache.skipped_many(key for key in missing if key not in self._packed))
        return [asked[key] for key in missing if key not in self._packed and key not in self._skipped]

    def _await(self, run: _Run, keys: Collection[Key], progress: Callable[[int, int], None] | None) -> None:
        while run.awaits(keys):
            self._learn(run, wait=True)
            if progress is not None:
                progress(run.done, run.size)

    def _learn(self, run: _Run, *, wait: bool) -> None:
        for key, value in run.heard(wait=wait):
            if isinstance(value, Died):
                self._skipped[key] = value.reason
                if not value.by_chance:
                    self._failed.append((*key, value.reason))
            elif len(value) == 2 and isinstance(value[0], bytes) and isinstance(value[1], bytes):
                self._packed[key] = value[0], value[1]
                self._fresh.append((*key, value[0], value[1]))
                self.parsed += 1
            else:
                self._skipped[key] = str(value[0])
                # A missing or corrupt object may be fetched later, and a fault of ours may be mended.
                if len(value) == 1:
                    self._failed.append((*key, str(value[0])))
        if len(self._fresh) >= 2000 or not run.crew.works:
            self.keep()

    def reason(self, dialect: str, blob: str) -> str | None:
        """Why there are no facts, or None if there are."""
        return self._skipped.get((dialect, blob))

    def interface(self, dialect: str, blob: str, *, parameters: bool = True) -> Interface:
        """Read anew if `ensure` was not asked for it and the cache lost it; KeyError if there are none."""
        return unpack_interface(self._at((dialect, blob))[0], parameters=parameters)

    def body(self, dialect: str, blob: str, *, details: bool = True) -> Body:
        """KeyError as for `interface`."""
        return unpack_body(self._at((dialect, blob))[1], details=details)

    def details(self, kind: Kind[_Row], keys: Iterable[Key]) -> dict[Key, list[_Row]]:
        """The details of this kind of these files; no entry where the language has none, or a file cannot be read.

        Ask for many at once. The first kind asked for makes all kinds of what is not kept, in one parse of each file.
        """
        offered = [key for key in dict.fromkeys(keys) if query_of(kind.name, key[0])]
        found = self._kept_details(kind.name, offered)
        todo = [key for key in offered if key not in found and key not in self._skipped]
        failed = self._cache.skipped_many((kept_as(kind.name, dialect), blob) for dialect, blob in todo)
        todo = [key for key in todo if (kept_as(kind.name, key[0]), key[1]) not in failed]
        if todo:
            self._read_details({*todo, *self._coming(kind.name)})
            found |= self._kept_details(kind.name, todo)
        return {key: unpack(kind, packed) for key, packed in found.items()}

    def _coming(self, kind: str) -> Iterator[Key]:
        """Files whose facts are at hand, as those of the next commits are, and whose details nobody has read: to begin
        a process for each commit costs more than to read them."""
        held = [key for key in self._packed if key not in self._looked and query_of(kind, key[0])]
        self._looked.update(held)
        kept = self._kept_details(kind, held)
        yield from (key for key in held if key not in kept)

    def _kept_details(self, kind: str, keys: Collection[Key]) -> dict[Key, bytes]:
        names = {(kept_as(kind, dialect), blob): (dialect, blob) for dialect, blob in keys}
        found = {key: self._details[name] for name, key in names.items() if name in self._details}
        stored = self._cache.get_many(name for name, key in names.items() if key not in found)
        return found | {names[name]: packed for name, (packed, _) in stored.items()}

    def _read_details(self, keys: Collection[Key]) -> None:
        """Makes and keeps every kind of detail of these files; what was not read by chance the next run tries again."""
        self.ensure(self._wanted.get(key, Wanted(*key)) for key in keys)
        todo = [key for key in sorted(keys) if key not in self._skipped]
        files = [(dialect, self._at((dialect, blob))[0]) for dialect, blob in todo]
        wanted = [self._wanted.get(key, Wanted(*key)) for key in todo]

        def work() -> Work:
            from plumbrule.extract.detailing import detailed  # grammars: for workers only

            objects = self._objects()
            return detailed(files, lambda job: _bytes(wanted[job], objects, self._limits))

        fresh: list[tuple[str, str, bytes, bytes]] = []
        failed: list[tuple[str, str, str]] = []
        for job, value in perform(
            len(todo), work, processes=self.processes if len(todo) >= 30 else 1, limits=self._limits
        ):
            dialect, blob = todo[job]
            names = [kept_as(kind, dialect) for kind in kinds() if query_of(kind, dialect)]
            if isinstance(value, Died):
                failed += [(name, blob, value.reason) for name in names if not value.by_chance]
            elif len(value) == len(names):
                fresh += [
                    (name, blob, packed, b"")
                    for name, packed in zip(names, value, strict=True)
                    if isinstance(packed, bytes)
                ]
        self._details.update(((name, blob), packed) for name, blob, packed, _ in fresh)
        self._cache.put_many(fresh)
        self._cache.put_skipped_many(failed)

    def is_at_hand(self, dialect: str, blob: str) -> bool:
        """Whether they are held in memory."""
        return (dialect, blob) in self._packed

    def release(self, keep: Iterable[Key]) -> None:
        """Lets go of what is held in memory except these; the cache still has it."""
        held = {key: self._packed[key] for key in keep if key in self._packed}
        self._packed = held
        self._details.clear()

    def _at(self, key: Key) -> Packed:
        packed = self._packed.get(key)
        if packed is None:
            packed = self._cache.get_many([key]).get(key)
        if packed is None:
            # What was kept once may be gone: pruned, damaged, or in a log that a read-only reader cannot see.
            self.ensure([Wanted(*key)])
            packed = self._packed[key]
        return packed


def _key(wanted: Wanted) -> Key:
    return wanted.dialect, wanted.blob


def _work(todo: list[Wanted], objects: Objects, limits: Limits) -> Work:
    """In a worker process: the function from job number to packed facts, or to a one-tuple of the reason.

    A reason that is no property of the bytes has a second value, NOT_KEPT.
    """
    import tree_sitter

    tools: dict[str, tuple[tree_sitter.Parser, tree_sitter.Query]] = {}

    def perform(job: int) -> Value:
        one = todo[job]
        data = _bytes(one, objects, limits)
        if isinstance(data, tuple):
            return data
        if len(data) > limits.file_bytes:
            return (f"larger than {limits.file_bytes / 1e6:g} MB",)
        if data.startswith(b"version https://git-lfs.github.com/spec/"):
            return ("a Git LFS pointer: its content is not in the repository",)
        data = data.removeprefix(_BYTE_ORDER_MARK)  # the grammar of C takes no directive behind it
        language = written_in(one.dialect, data)
        if _is_video(data):
            return (f"{OTHER_KIND}a video (MPEG transport stream), no {language.name}",)
        if b"\0" in data:
            return ("holds NUL bytes, so it is no source text",)
        if (kind := _other_kind(data)) and not language.in_markup:
            return (f"{OTHER_KIND}{kind}, no {language.name}",)
        if language.dialect not in tools:
            grammar = tree_sitter.Language(language.grammar())
            tools[language.dialect] = tree_sitter.Parser(grammar), tree_sitter.Query(grammar, language.query)
        parser, query = tools[language.dialect]
        try:
            facts: Facts = language.extract(data, parser.parse(language.code_in(data)), query)
            if language.dialect != one.dialect:
                facts = Facts(facts.interface._replace(dialect=language.dialect), facts.body)
        except ValueError as error:
            return (str(error) or "unreadable",)
        except RecursionError:
            return ("nested too deeply",)
        except MemoryError:
            raise
        except Exception as error:  # a fault of ours must not look like one of the file, nor of the parser
            return f"Plumbrule's extractor failed: {type(error).__name__}", NOT_KEPT
        return pack(facts)

    return perform


def _other_kind(data: bytes) -> str:
    """What a file is by its first words, if no compiler could take it for the language of its ending; else empty."""
    begin = data[:_BEGINNING].lstrip().lower()
    if begin.startswith(b"<!doctype html"):
        return "an HTML page"
    if begin.startswith(b"<!doctype ts") or (begin.startswith(b"<?xml") and b"<ts" in begin):
        return "translations of Qt"
    return "an XML document" if begin.startswith((b"<?xml", b"<!doctype")) else ""


def _is_video(data: bytes) -> bool:
    """Whether a file is an MPEG transport stream (ISO/IEC 13818-1, 2.4.3.2): packets of 188 bytes that begin with G.

    Code could be laid out so, too, but for the head of its first packet: no compiler takes such a byte behind a G that
    opened neither a comment nor a string.
    """
    head = data[1:3]
    if data[:1] != b"G" or len(data) < 2 * _PACKET or not (head[0] < 0x20 or 0x40 <= head[0] < 0x60):
        return False
    return not _CONTROL.isdisjoint(head) and not data[: len(data) // _PACKET * _PACKET : _PACKET].strip(b"G")


def _bytes(one: Wanted, objects: Objects, limits: Limits) -> bytes | Value:
    if one.data is not None:
        return one.data
    if one.disk:
        try:
            with open(one.disk, "rb", opener=_no_follow) as file:
                data = file.read(limits.file_bytes + 1)
        except OSError:
            data = b""
        if len(data) > limits.file_bytes:
            return (f"larger than {limits.file_bytes / 1e6:g} MB",)
        # Filters and LFS make the bytes on disk differ from the blob; facts belong to the bytes they were made of.
        if objects.name(data) == one.blob:
            return data
    found = objects.read(one.blob, limits.file_bytes)
    if isinstance(found, str):
        return (found, NOT_KEPT) if found.startswith(LOST) else (found,)
    return found


def _no_follow(path: str | bytes, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


__all__ = [
    "CHANCE",
    "ENDED_EARLY",
    "LOST",
    "OTHER_KIND",
    "Died",
    "FactBook",
    "Key",
    "Limits",
    "Objects",
    "Packed",
    "Wanted",
    "unpack_body",
    "unpack_interface",
]
