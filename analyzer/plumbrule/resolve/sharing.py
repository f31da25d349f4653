"""A tree that several processes bind together: what one of them tells the one that began, and how that is heard.

Hides the form in which rows cross: columns, since a row by itself costs as much to send as to make. Who hangs on what
nobody needs before the next tree, so it stays as it came until then.
"""

from __future__ import annotations

import marshal
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

from plumbrule.extract.pool import Crew, Limits, Work
from plumbrule.graph import Dependency, FileRow, FileRows, FunctionRow, SymbolRow, Unresolved, Use
from plumbrule.graph import External as ExternalRow
from plumbrule.languages import External, Located, Space, Target
from plumbrule.languages import Unresolved as Missing
from plumbrule.resolve.answers import Answer, Gathered, Question
from plumbrule.resolve.offered import Read

_TABLES: tuple[tuple[str, type[tuple[Any, ...]]], ...] = (  # Any: fields of many types, all of them plain
    ("symbols", SymbolRow),
    ("functions", FunctionRow),
    ("dependencies", Dependency),
    ("uses", Use),
    ("externals", ExternalRow),
    ("unresolved", Unresolved),
)
_OF_FILES = ("dependencies", "uses")  # in whose first column are paths
_TARGETS: tuple[Callable[..., Target], ...] = (Located, Space, External, Missing)
_BATCH = 4  # jobs that a process is given at once

Sent = tuple[bytes, bytes]  # rows, and what a journal told of them


class _Told(NamedTuple):
    """Of an answer: who hangs on it, what it is if it was made there, and what else it hangs on."""

    scope: tuple[str, str]
    question: Question
    users: Collection[str]
    made: Answer | None
    asked: Collection[str]


class Journal:
    """What a process has noted that binds a part of a tree for another one."""

    def __init__(self) -> None:
        self.made: dict[Answer, bool] = {}  # answers that are new, or hang on more than before (False)
        self.used: set[tuple[Answer, str]] = set()

    def told(self, reads: Mapping[str, Iterable[Read]]) -> bytes:
        """All since the last time, and what was looked up for these files."""
        users: dict[Answer, list[str]] = {answer: [] for answer in self.made}
        for answer, path in self.used:
            users.setdefault(answer, []).append(path)
        answers = [
            (answer.scope, answer.question, paths, _plain(answer) if self.made.get(answer) else (),
             tuple(answer.asked) if answer in self.made else ())
            for answer, paths in users.items()
        ]  # fmt: skip
        self.made, self.used = {}, set()
        numbers: dict[Read, int] = {}
        looks = [(path, [numbers.setdefault(read, len(numbers)) for read in known]) for path, known in reads.items()]
        return marshal.dumps((looks, list(numbers), answers))


def heard(told: bytes, named: Callable[[Collection[str]], Sequence[str]]) -> tuple[dict[str, set[Read]], list[_Told]]:
    """What a journal told: what was looked up by file, and of answers; `named` gives one text for each alike."""
    looks, reads, answers = marshal.loads(told)
    pairs = list(zip(named([path for path, _ in reads]), named([name for _, name in reads]), strict=True))
    found = zip(named([path for path, _ in looks]), (set(map(pairs.__getitem__, at)) for _, at in looks), strict=True)
    return dict(found), [
        _Told(scope, question, named(users), _answer(scope, question, made, asked) if made else None, named(asked))
        for scope, question, users, made, asked in answers
    ]


def _plain(answer: Answer) -> tuple[object, ...]:
    if isinstance(answer, Gathered):
        return _plain_target(answer.target), _plain_target(answer.adds), answer.is_package
    return (_plain_target(answer.target),)


def _plain_target(target: Target) -> tuple[object, ...]:
    return _TARGETS.index(type(target)), *(getattr(target, field) for field in target.__slots__)


def _answer(scope: tuple[str, str], question: Question, made: Sequence[Any], asked: Collection[str]) -> Answer:
    (kind, *fields), *more = made  # Any: as `_plain` made it
    target = _TARGETS[kind](*fields)
    if not more:
        return Answer(scope, question, target, asked)
    (kind, *fields), is_package = more
    answer = Gathered(scope, question, target, asked, is_package=is_package)
    answer.adds = _TARGETS[kind](*fields)
    return answer


def packed_rows(found: Sequence[FileRows]) -> bytes:
    """`unpacked_rows` is the inverse."""
    tables = []
    for name, _ in _TABLES:
        rows = [getattr(one, name) for one in found]
        tables.append(([len(one) for one in rows], list(zip(*chain.from_iterable(rows), strict=True))))
    return marshal.dumps(([(*one.file, one.imports, one.resolved) for one in found], tables))


def unpacked_rows(packed: bytes, known: Mapping[str, str]) -> list[FileRows]:
    """`known`: the one text of each path, of which there need be no other."""
    files, tables = marshal.loads(packed)
    made = []
    for (name, row), (sizes, columns) in zip(_TABLES, tables, strict=True):
        if columns and name in _OF_FILES:
            columns[0] = map(known.get, columns[0], columns[0])
        rows = list(map(partial(tuple.__new__, row), zip(*columns, strict=True)))
        at, parts = 0, []
        for size in sizes:
            parts.append(tuple(rows[at : at + size]))
            at += size
        made.append(parts)
    return [
        FileRows(FileRow(*file), symbols, functions, dependencies, uses, externals, unresolved, imports, resolved)
        for (*file, imports, resolved), symbols, functions, dependencies, uses, externals, unresolved in zip(
            files, *made, strict=True
        )
    ]


def shared(jobs: int, begin: Callable[[], Work], processes: int) -> Iterator[tuple[int, Sent | None]]:
    """Every job with what another process sent, or None: then it is for the one who asks, as it is when another process
    died over it. `begin` is called in each of them, and what it gives returns what is `Sent`, or nothing."""
    crew = Crew(jobs, begin, processes=processes - 1, limits=Limits(), batch=_BATCH)
    own: deque[int] = deque()
    try:
        while crew.works or own:
            own.extend(() if own else crew.take())
            if own:
                yield own.popleft(), None
            # A look after each: who has done all that it was given waits for more.
            for job, value in crew.heard(wait=not own) if crew.works else ():
                match value:
                    case (bytes(rows), bytes(told)):
                        yield job, (rows, told)
                    case _:
                        yield job, None
    finally:
        crew.end()
