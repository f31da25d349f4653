"""Interfaces and abstract classes: who implements each, who uses it, and what all implementers together hide.

An interface's functionality lies in its implementers, so its depth is log2((1 + their tokens) / (1 + its own)):
Unix file I/O is deep only so, the file that declares it looks empty (research: measures 2.2). Hides how the figures
are kept: every file adds what it implements and uses, so that after a change only what changed files add is counted
anew. Implementers that a language does not name (Go, protocols) are not known, and such an interface has none here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from plumbrule.graph import FileRows, Graph, SymbolRow
from plumbrule.measures import Measure, Situation
from plumbrule.measures._classes import Place, bases_of
from plumbrule.measures._depths import depth
from plumbrule.tables import Row, Table, columns

_ABSTRACT = re.compile(r"\b(ABC|ABCMeta|Protocol)\b")
_PROTOCOL = re.compile(r"\bProtocol\b")
_NAME = re.compile(r"[A-Za-z_$][\w$.]*")


class _Sum(NamedTuple):
    """What files add to one interface."""

    implementers: int = 0
    doubles: int = 0
    hidden: int = 0
    users: int = 0
    extended: int = 0
    mixed: int = 0

    def plus(self, other: _Sum, sign: int) -> _Sum:
        return _Sum(*(one + sign * two for one, two in zip(self, other, strict=True)))


_Sums = dict[Place, _Sum]


class _SummedRows(list[Row]):
    """Rows that remember what is added to every class, those that are no interface included."""

    __slots__ = ("sums",)

    def __init__(self, rows: list[Row], sums: _Sums) -> None:
        super().__init__(rows)
        self.sums = sums


def kind_of(symbol: SymbolRow) -> str:
    """interface, protocol or abstract class; "" for anything else."""
    if symbol.kind == "interface":
        return "interface"
    if symbol.kind != "class":
        return ""
    if _PROTOCOL.search(symbol.signature):
        return "protocol"
    is_abstract = "abstract" in symbol.modifiers.split() or _ABSTRACT.search(symbol.signature)
    return "abstract class" if is_abstract else ""


def _counts(rows: FileRows) -> bool:
    return rows.file.is_written_here and not rows.file.is_test


def _added(graph: Graph, path: str) -> _Sums:
    """What one file adds to the interfaces that it implements and uses."""
    if path not in graph:
        return {}
    rows = graph.rows(path)
    if not rows.file.is_written_here:
        return {}  # what a program makes of an interface is no second idea of it
    found: _Sums = {}
    for symbol in rows.symbols:
        if symbol.kind not in ("class", "enum", "interface") or not (symbol.signature or rows.uses):
            continue
        bases = bases_of(rows, path, symbol.symbol)
        for base in bases:
            if base.path:
                found[base] = found.get(base, _Sum()).plus(_as_base(rows, symbol, mixed=len(bases) > 1), 1)
    if rows.file.is_test:
        return found
    used = {
        Place(use.dst, name) for use in rows.uses if use.kind != "inherit" and use.dst for name in _heads(use.symbol)
    }
    for place in used - found.keys():
        found[place] = _Sum(users=1)
    return found


def _as_base(rows: FileRows, symbol: SymbolRow, *, mixed: bool) -> _Sum:
    """What a class adds to each of its bases; an interface that extends another one implements nothing."""
    if symbol.kind == "interface":
        return _Sum(extended=1)
    return _Sum(doubles=1) if rows.file.is_test else _Sum(1, hidden=_body(rows, symbol.symbol), mixed=int(mixed))


def _heads(symbol: str) -> Iterator[str]:
    """A dotted path and all that is around it."""
    while symbol:
        yield symbol
        symbol = symbol.rpartition(".")[0]


def _body(rows: FileRows, name: str) -> int:
    """Named tokens of all methods of a class, its inner classes' included."""
    return sum(function.tokens for function in rows.functions if function.symbol.startswith(f"{name}."))


def _abstractions(s: Situation) -> Collection[Row]:
    earlier = s.earlier.get("abstraction")
    sums = _sums(s, earlier)
    if earlier is None:
        return _SummedRows(sorted(row for path in s.now.paths() for row in _rows(s, path, sums)), sums)
    changed = frozenset(s.changed)
    moved = {place.path for place in _touched(s)} - changed
    kept = [row for row in earlier if row[1] not in changed and row[1] not in moved]
    todo = [path for path in (*changed, *{row[1] for row in earlier if row[1] in moved}) if path in s.now]
    rows = sorted(kept + [row for path in todo for row in _rows(s, path, sums)])
    if rows == list(earlier) and getattr(earlier, "sums", sums) == sums:
        return earlier
    return _SummedRows(rows, sums) if isinstance(earlier, _SummedRows) else rows


def _touched(s: Situation) -> set[Place]:
    """Classes to which changed files add something else than before."""
    found: set[Place] = set()
    for path in s.changed:
        before, now = _added(s.before, path), _added(s.now, path)
        found.update(place for place in before.keys() | now.keys() if before.get(place) != now.get(place))
    return found


def _sums(s: Situation, earlier: Collection[Row] | None) -> _Sums:
    if isinstance(earlier, _SummedRows):
        sums = dict(earlier.sums)
    elif earlier is not None and not _came_to_count(s, {(row[1], row[2]) for row in earlier}):
        # Rows as a store gives them tell of interfaces alone, and no other class is asked for.
        sums = {Place(row[1], row[2]): _Sum(*row[8:14]) for row in earlier}
    else:
        sums = {}
        for path in s.now.paths():
            for place, one in _added(s.now, path).items():
                sums[place] = sums.get(place, _Sum()).plus(one, 1)
        return sums
    for path in s.changed:
        for graph, sign in ((s.before, -1), (s.now, 1)):
            for place, one in _added(graph, path).items():
                sums[place] = sums.get(place, _Sum()).plus(one, sign)
    return sums


def _came_to_count(s: Situation, known: Collection[tuple[str, str]]) -> bool:
    """Whether a class that was there already is an interface of this repository's own only now."""
    for path in s.changed:
        if path in s.now and path in s.before and _counts(s.now.rows(path)):
            there = {symbol.symbol for symbol in s.before.rows(path).symbols}
            for symbol in s.now.rows(path).symbols:
                if kind_of(symbol) and symbol.symbol in there and (path, symbol.symbol) not in known:
                    return True
    return False


def _rows(s: Situation, path: str, sums: _Sums) -> Iterator[Row]:
    rows = s.now.rows(path)
    if not _counts(rows):
        return
    seen: set[str] = set()
    for symbol in rows.symbols:
        kind = kind_of(symbol)
        if not kind or symbol.symbol in seen:  # parts of one interface share its name
            continue
        seen.add(symbol.symbol)
        one = sums.get(Place(path, symbol.symbol), _Sum())
        inside = [s for s in rows.symbols if s.symbol.rpartition(".")[0] == symbol.symbol]
        methods = sum(s.kind in ("method", "function") for s in inside)
        own = sum(
            1 + len(_NAME.findall(s.signature)) for s in (symbol, *inside) if s.kind not in ("class", "interface")
        )
        body = _body(rows, symbol.symbol)
        yield (
            s.now.repo, path, symbol.symbol, symbol.line, kind, methods, own, body,
            *one, round(depth(one.hidden + body, own), 2),
        )  # fmt: skip


MEASURES = (
    Measure(
        Table(
            "abstraction",
            "An interface or abstract class: what it shows, and what those who implement it hide behind it.",
            columns(
                """repo VARCHAR repository, by its name in the store
                path VARCHAR repository-relative file
                symbol VARCHAR dotted path inside the file
                line INTEGER first line
                kind VARCHAR interface, protocol or abstract class
                methods INTEGER methods that it declares
                interface_tokens INTEGER named tokens of its declarations
                body_tokens INTEGER named tokens in methods of its own
                implementers INTEGER classes that name it as their base, tests and generated ones left out
                doubles INTEGER classes of tests that do
                hidden_tokens INTEGER named tokens in the methods of the implementers
                users INTEGER other files that use it, tests and implementers left out
                extended INTEGER interfaces that extend it
                mixed INTEGER implementers that have another base as well
                depth DOUBLE log2((1 + hidden_tokens + body_tokens) / (1 + interface_tokens))"""
            ),
        ),
        _abstractions,
    ),
)
