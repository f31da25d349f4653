"""How much each module hides, beside what it shows: the figures of depth, for every file that people write.

Hides what kind of module a file is, which of them nobody would miss, and how the number of users is kept: each file
adds one to what it depends on, so that after a change only changed files are counted anew. Percentiles are those of a
corpus of the same language, see `depth_corpus`: a median Java file and a median C file differ by three steps.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from operator import itemgetter
from pathlib import Path

import orjson

from plumbrule.graph import FileRows, Graph, SymbolRow
from plumbrule.languages import entries, languages
from plumbrule.measures import Measure, Situation
from plumbrule.measures._classes import Reader, bases_of
from plumbrule.measures._depths import declared as declared_tokens
from plumbrule.measures._depths import depth, hidden, is_inner, is_public, shown
from plumbrule.measures._kinds import OF_ANY_OBJECT, TYPES, kind
from plumbrule.tables import Row, Table, columns

THIN = 60  # F below which a module of negative depth is shallow (research: measures 2.3)
SMALL, SIMPLE, USED = 40, 2, 1  # most body tokens, branches and users of a merge candidate (research: measures 2.2)
_STARTS = {"main", "Main", "__main__"}
_USERS = 15  # place of `fan_in` in a row


def _counts(rows: FileRows) -> bool:
    return rows.file.is_written_here and not rows.file.is_test


# -- users ----------------------------------------------------------------------------------------------------------


class _CountedRows(list[Row]):
    """Rows that remember the number of users of every file, of those without a row too."""

    __slots__ = ("users",)

    def __init__(self, rows: Iterable[Row], users: Mapping[str, int]) -> None:
        super().__init__(rows)
        self.users = users


def used_by(graph: Graph, path: str) -> set[str]:
    """Files that one depends on, as far as that makes it a user: no test is one, nor a root that offers its parts."""
    if path not in graph:
        return set()
    rows = graph.rows(path)
    if rows.file.is_test:
        return set()
    folder, _, name = path.rpartition("/")
    offers = f"{folder}/" if name in entries() and folder else None
    kinds: dict[str, set[str]] = {}
    for one in rows.dependencies:
        if one.kind != "part" and one.dst != path:
            kinds.setdefault(one.dst, set()).add(one.kind)
    if offers is None:
        return set(kinds)
    return {dst for dst, how in kinds.items() if not dst.startswith(offers) or how - {"import", "uses"}}


def _users(s: Situation, earlier: Collection[Row] | None) -> Counter[str]:
    if isinstance(earlier, _CountedRows):
        users = Counter(earlier.users)
    elif earlier is not None and not _came_to_count(s, {row[1] for row in earlier}):
        users = Counter({row[1]: row[_USERS] for row in earlier})
    else:
        users = Counter[str]()
        for path in s.now.paths():
            users.update(used_by(s.now, path))
        return users
    for path in s.changed:
        users.subtract(used_by(s.before, path))
        users.update(used_by(s.now, path))
    return users


def _came_to_count(s: Situation, known: Collection[str]) -> bool:
    """Whether a file that was there already is one that people write only now."""
    return any(
        path in s.now and path in s.before and path not in known and _counts(s.now.rows(path)) for path in s.changed
    )


# -- what speaks for a small one --------------------------------------------------------------------------------------


class _Folders:
    """The names that files of one folder offer; a folder is read when a small file in it is first asked about."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._paths: dict[str, list[str]] = {}
        self._names: dict[str, dict[str, frozenset[str]]] = {}

    def like(self, path: str) -> int:
        """How many files beside it offer functions of just the same names."""
        folder = path.rpartition("/")[0]
        if folder not in self._names:
            if not self._paths:
                for one in self._graph.paths():
                    self._paths.setdefault(one.rpartition("/")[0], []).append(one)
            beside = self._paths[folder]
            self._graph.prefetch(beside)
            self._names[folder] = {one: _offered(self._graph.rows(one)) for one in beside}
        names = self._names[folder]
        own = names[path]
        return sum(others == own for others in names.values()) - 1 if own else 0


def _offered(rows: FileRows) -> frozenset[str]:
    """Names of public functions and methods, without those that anything has."""
    if not _counts(rows):
        return frozenset()
    known = {symbol.symbol: symbol for symbol in rows.symbols}
    types = {symbol.symbol.rpartition(".")[2] for symbol in rows.symbols if symbol.kind in TYPES}
    public = [f.symbol for f in rows.functions if f.symbol in known and is_public(known[f.symbol], known)]
    names = {name.rpartition(".")[2] for name in public} - types - OF_ANY_OBJECT
    return frozenset(name for name in names if not name.startswith("__"))


def _reason(
    reader: Reader, rows: FileRows, known: Mapping[str, SymbolRow], users: int, folders: _Folders
) -> tuple[str, str]:
    """(why a small module stands apart for a good reason, the base in this repository that its class implements)."""
    if languages()[rows.file.dialect].folder_is_module:
        return "its folder is the module", ""
    if {f.symbol.rpartition(".")[2] for f in rows.functions} & _STARTS:
        return "a program starts here", ""
    if any("deprecated" in symbol.modifiers.split() for symbol in rows.symbols):
        return "deprecated", ""
    promised, outside = _bases(reader, rows)
    if outside:
        return f"required by {outside}", promised
    if promised:
        return "", promised
    mark = _mark_of_types(rows) if not users else ""
    if mark:
        return f"called by whoever reads {mark}", ""
    mark = _mark_of_functions(rows, known)
    if mark:
        return f"decorated with {mark}", ""
    alike = folders.like(reader.own)
    if alike and alike + len(_offered(rows)) > 2:
        return f"one of {1 + alike} beside each other that offer the same", ""
    return "", ""


def _bases(reader: Reader, rows: FileRows) -> tuple[str, str]:
    """The first base of a file's classes in this repository, and the first outside."""
    classes = [symbol.symbol for symbol in rows.symbols if symbol.kind == "class" and "." not in symbol.symbol]
    bases = [base for name in classes for base in bases_of(rows, reader.own, name)]
    return next((b.symbol for b in bases if b.path), ""), next((b.symbol for b in bases if not b.path), "")


def _mark_of_types(rows: FileRows) -> str:
    """What is written above something of the file's own, for others to read."""
    marked = (symbol.decorators for symbol in rows.symbols if symbol.decorators and "." not in symbol.symbol)
    return next(marked, "").partition(", ")[0]


def _mark_of_functions(rows: FileRows, known: Mapping[str, SymbolRow]) -> str:
    """What is written above at least half of the public functions."""
    public = [known[f.symbol] for f in rows.functions if f.symbol in known and is_public(known[f.symbol], known)]
    marked = [symbol.decorators for symbol in public if symbol.decorators not in ("", "Override")]
    return marked[0].partition(", ")[0] if marked and 2 * len(marked) >= len(public) else ""


# -- percentiles ----------------------------------------------------------------------------------------------------


@cache
def _quantiles(language: str) -> tuple[float, ...]:
    file = Path(__file__).parent / "depth_corpus" / f"{language}.json"
    return tuple(orjson.loads(file.read_bytes())["depth"]) if file.is_file() else ()


def language_rank(language: str, value: float) -> int | None:
    """Share of files of a language's corpus with less depth, in percent; None if there is no corpus."""
    quantiles = _quantiles(language)
    return round(100 * bisect_left(quantiles, value) / len(quantiles)) if quantiles else None


# -- rows -----------------------------------------------------------------------------------------------------------


def _row(s: Situation, path: str, users: int, single: Mapping[str, bool], folders: _Folders) -> Row:
    rows = s.now.rows(path)
    known = {symbol.symbol: symbol for symbol in rows.symbols}
    public = [f for f in rows.functions if f.symbol in known and is_public(known[f.symbol], known)]
    own = [f for f in rows.functions if not is_inner(f.symbol, known)]
    what = kind(path, rows, known)
    inside, outside = hidden(rows, public, known), shown(rows, public, known)
    everything = sum(f.tokens + f.interface_tokens for f in own) + sum(map(declared_tokens, rows.symbols))
    branches = sum(f.cyclomatic - 1 for f in own)
    measured = round(depth(inside, outside), 2)
    is_small = what == "code" and inside < SMALL and branches <= SIMPLE
    is_thin = what == "code" and inside < THIN and measured < 0
    reader = Reader(s.now, path)
    exempt, promised = _reason(reader, rows, known, users, folders) if is_small or is_thin else ("", "")
    candidate = ""
    if is_small and users <= USED and not exempt:
        candidate = "small and used once" if users else "small"
    elif what == "interface" and single.get(path):
        candidate = "one implementer"
    rank = language_rank(rows.file.language, measured) if what == "code" and public else None
    return (
        s.now.repo, path, what, len(public), len(own) - len(public), inside, outside, everything, branches, measured,
        rank, promised, exempt, candidate, reader.rests_on, users, _marks(rows) if candidate else "",
    )  # fmt: skip


def _marks(rows: FileRows) -> str:
    """What is written above the types and functions of a file for others to read, such as a framework."""
    marks = {mark for symbol in rows.symbols for mark in symbol.decorators.split(", ") if "." not in symbol.symbol}
    return ", ".join(sorted(marks - {""}))


def _is_sole(abstraction: Row) -> bool:
    """Whether an interface of methods has exactly one implementer, tests counted, and nothing that extends it."""
    _, _, _, _, _, methods, _, _, implementers, doubles, _, _, extended, _, _ = abstraction
    return bool(methods) and implementers == 1 and not doubles and not extended


def _modules(s: Situation) -> Collection[Row]:
    earlier = s.earlier.get("module_depth")
    users = _users(s, earlier)
    single: dict[str, bool] = {}
    folders = _Folders(s.now)
    for row in s.rows["abstraction"]:
        single[row[1]] = single.get(row[1], True) and _is_sole(row)
    if earlier is None:
        todo, kept = set(s.now.paths()), []
    else:
        was, now = s.earlier.get("abstraction", ()), s.rows["abstraction"]
        todo = set(s.changed)
        if was is not now:
            todo.update(row[1] for row in {*was} ^ {*now})
        todo.update(row[1] for row in earlier if users[row[1]] != row[_USERS])
        todo.update(row[1] for row in earlier if row[14] != "[]" and not todo.isdisjoint(orjson.loads(row[14])))
        beside = {path.rpartition("/")[0] for path in s.changed}
        todo.update(
            row[1] for row in earlier if row[2] == "code" and row[5] < THIN and row[1].rpartition("/")[0] in beside
        )
        kept = [row for row in earlier if row[1] not in todo]
    made = [_row(s, path, users[path], single, folders) for path in todo if path in s.now and _counts(s.now.rows(path))]
    rows = sorted(kept + made, key=itemgetter(1))
    users = Counter({path: count for path, count in users.items() if count})
    if earlier is not None and rows == list(earlier) and getattr(earlier, "users", users) == users:
        return earlier
    if earlier is not None and not isinstance(earlier, _CountedRows):
        return rows
    return _CountedRows(rows, users)


MEASURES = (
    Measure(
        Table(
            "module_depth",
            "A file that people write: what it hides, what it shows, and who uses it.",
            columns(
                """repo VARCHAR repository, by its name in the store
                path VARCHAR repository-relative file
                kind VARCHAR code, interface, data, values, exceptions, root (of a package) or script
                functions INTEGER public functions and methods
                private INTEGER other functions, those inside functions left out
                body_tokens INTEGER F: named tokens in bodies that do not only pass on
                interface_tokens INTEGER I: named tokens of public declarations
                tokens INTEGER named tokens of all bodies and declarations
                branches INTEGER branch points: cyclomatic complexity less one, over all functions
                depth DOUBLE log2((1 + body_tokens) / (1 + interface_tokens)); below 0 the interface is the larger part
                language_rank INTEGER percent of files of the language's corpus with less depth; NULL if none is known
                promised VARCHAR the base in this repository that a small module implements; empty if none
                exempt VARCHAR why a small module stands apart for a good reason; empty if nothing speaks for it
                candidate VARCHAR why it could be merged: small, small and used once, or one implementer; else empty
                rests_on VARCHAR other files that decided this row, as a JSON list
                fan_in INTEGER other files that depend on it, tests left out
                marks VARCHAR decorators and annotations of what a candidate defines, joined by ", " """
            ),
        ),
        _modules,
        after=("abstraction",),
    ),
)
