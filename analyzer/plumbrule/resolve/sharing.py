"""A tree that several processes bind together: what one of them tells the one that began, and how that is heard.

Hides the form in which rows cross: columns, since a row by itself costs as much to send as to make. Who hangs on what
nobody needs before the next tree, so it stays as it came until then.
"""

from __future__ import annotations

import marshal
from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

from plumbrule.extract.pool import Crew, Limits, Value, Work
from plumbrule.graph import Dependency, FileRow, FileRows, FunctionRow, SymbolRow, Unresolved, Use
from plumbrule.graph import External as ExternalRow
from plumbrule.languages import External, Located, Space, Target
from plumbrule.languages import Unresolved as Missing
from plumbrule.resolve.answers import Answer, Gathered, Question
from plumbrule.resolve.held import FactsToBind
from plumbrule.resolve.labels import Labels
from plumbrule.resolve.leading import Leading
from plumbrule.resolve.offered import Read
from plumbrule.resolve.tree import NotReadHere

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
_WORTH_SHARING = 400  # files; for fewer another process costs more than it brings
_PIECE = 16  # files that a process binds at a time
_MOST_FOUND = 1_000  # files bound before what was found for them is let go, as much as what they are bound from
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
    return (_TARGETS.index(type(target)), *(getattr(target, field) for field in target.__slots__))


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


class Sharing(Leading):
    """This part of a resolution; the rest of it answers what is abstract here."""

    _facts: FactsToBind
    _labels: Labels
    _answers: dict[tuple[str, str], dict[Question, Answer]]
    _reads: dict[str, set[Read]]
    _unnoted: set[str]
    _at_once: int
    _processes: int

    def __init__(self) -> None:
        super().__init__()
        self._journal: Journal | None = None  # in a process that binds a part of a tree for another one
        self._heard: list[bytes] = []  # what such processes have noted: taken over when it is first needed

    @abstractmethod
    def _rows(self, path: str) -> FileRows: ...
    @abstractmethod
    def _let_go(self) -> None: ...
    @abstractmethod
    def _let_go_found(self) -> None: ...
    @abstractmethod
    def _ask_more(self, answer: Answer, asked: Iterable[str]) -> None: ...

    def _rows_of(self, paths: Sequence[str]) -> Iterator[tuple[str, FileRows]]:
        """The rows of these files, in their order."""
        if self._processes > 1 and len(paths) >= _WORTH_SHARING and self._may_share(paths):
            yield from self._rows_shared(paths)
            return
        for number, path in enumerate(paths, 1):
            yield path, self._rows(path)
            if self._at_once and number % self._at_once == 0:
                self._let_go()
            elif number % _MOST_FOUND == 0:
                self._let_go_found()

    def _may_share(self, paths: Iterable[str]) -> bool:
        """Whether other processes can bind some of these files: not what was said of one before, since that is taken
        back here, and not where memory is short, of which each takes its own."""
        held, entries = self._facts, self.tree.entries
        return (
            not self._at_once
            and not self._reads
            and all(held.is_at_hand(entries[path].dialect, entries[path].blob) for path in paths)
        )

    def _rows_shared(self, paths: Sequence[str]) -> Iterator[tuple[str, FileRows]]:
        """As `_rows_of`, by several processes, of which this is one."""
        pieces = [paths[at : at + _PIECE] for at in range(0, len(paths), _PIECE)]
        for path in {path.rpartition("/")[0]: path for path in paths}.values():
            self._labels.of(path)  # what is said of folders is read here, where it can be
        bound = 0

        def bind(number: int) -> list[FileRows]:
            nonlocal bound
            bound += 1
            if bound % (_MOST_FOUND // _PIECE) == 0:
                self._let_go_found()
            return [self._rows(path) for path in pieces[number]]

        def begin() -> Work:
            journal = self._journal = Journal()
            self.tree.close()

            def tell(number: int) -> Value:
                try:
                    rows = packed_rows(bind(number))
                except NotReadHere:
                    return ()
                return rows, journal.told({path: self._reads.pop(path) for path in pieces[number]})

            return tell

        known = {path: path for path in self.tree.entries}
        done: dict[int, Sequence[FileRows]] = {}
        for number, sent in shared(len(pieces), begin, self._processes):
            if sent is None:
                done[number] = bind(number)
            else:
                done[number] = unpacked_rows(sent[0], known)
                self._heard.append(sent[1])
        for number, piece in enumerate(pieces):
            yield from zip(piece, done.pop(number), strict=True)

    def _take_over(self) -> None:
        """What other processes have noted of who hangs on what."""
        for told in self._heard:
            reads, answers = heard(told, self.tree.named)
            self._reads.update(reads)
            self._unnoted.update(reads)
            for scope, question, users, made, asked in answers:
                known = self._answers.setdefault(scope, {})
                answer = known.get(question)
                if answer is None and made is not None:
                    answer = made
                    self._keep_answer(known, answer)
                if answer is None:
                    continue
                answer.users.update(users)
                if asked:
                    self._ask_more(answer, asked)
        self._heard.clear()
