"""The rows of one file while they are found; hides how those of one line become one, and how rows are made fast."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import partial
from typing import TypeVar

from plumbrule.facts import LAZY, TYPE_ONLY, Body, Export, Import, Interface
from plumbrule.graph import Dependency, FileRow, FileRows, FunctionRow, SymbolRow, Unresolved, Use
from plumbrule.graph import External as ExternalRow
from plumbrule.languages import Space, Target
from plumbrule.resolve.answers import Definition
from plumbrule.resolve.offered import Read

_SOFT = ((False, False), (True, False), (False, True), (True, True))  # (type_only, lazy) by flags
_EITHER = TYPE_ONLY | LAZY
UPWARD = 1 << 16  # beside the flags of import rows, of which none is so high
_Row = TypeVar("_Row", bound=tuple[object, ...])


def _made(row: type[_Row], plain: Iterable[tuple[object, ...]]) -> tuple[_Row, ...]:
    """Rows of plain tuples with the same fields: a third of what calling the class costs."""
    return tuple(map(partial(tuple.__new__, row), plain))


class Found:
    """The rows of one file while they are found: plain tuples until all are there."""

    __slots__ = (
        "_edges", "_is_unsure", "_more_names", "_sureness", "_symbols", "_uses",
        "externals", "interface", "led", "looked_up", "looks", "missing", "path", "reads", "resolved", "unresolved",
    )  # fmt: skip

    def __init__(self, path: str, interface: Interface) -> None:
        self.path = path
        self.interface = interface
        self.reads: set[Read] = set()
        self.looks: set[frozenset[Read]] = set()  # more of these
        # Where names lead out of the file, by scope, text and import row that is meant: import row, what, how sure.
        self.led: dict[tuple[int, str, int], tuple[int, Definition, float] | None] = {}
        self.externals: set[tuple[str, str, str, int, bool, bool, str]] = set()
        self.unresolved: set[tuple[int, str, str]] = set()
        self.missing: dict[tuple[str, str], int] = {}  # what is asked of a space that has it not, why, and first where
        self.looked_up = 0
        self.resolved = 0
        self._is_unsure = bool(interface.errors or interface.guessed)
        self._sureness: dict[int, float] = {}  # by line
        self._symbols = [symbol.name for symbol in interface.symbols]
        self._edges: dict[tuple[str, str, int], tuple[int, str, float]] = {}  # flags, first name, confidence
        self._more_names: dict[tuple[str, str, int], set[str]] = {}
        self._uses: set[tuple[str, str, str, int, str, str]] = set()

    def edge(self, dst: str, kind: str, line: int, name: str, flags: int, confidence: float) -> None:
        """A dependency by way of an import row; the rows of one line to one file are one, as sure as the least sure."""
        if dst == self.path:
            return
        if self._is_unsure:
            confidence *= self._sureness.get(line) or self._sure_of(line)
        key = (dst, kind, line)
        known = self._edges.get(key)
        if known is None:
            self._edges[key] = flags, name, confidence
            return
        self._edges[key] = known[0] & flags, known[1] or name, min(known[2], confidence)
        if name and known[1] and name != known[1]:
            self._more_names.setdefault(key, {known[1]}).add(name)

    def is_sure(self, line: int) -> bool:
        """Whether the parser made sense of what stands in a line, and nothing there was guessed."""
        return not self._is_unsure or (self._sureness.get(line) or self._sure_of(line)) == 1.0

    def _sure_of(self, line: int) -> float:
        """How sure what stands in a line is: less where the parser could make no sense of it or had to guess."""
        at = bisect_right(self.interface.errors, (line, 1 << 60))
        share = 0.7 if at and self.interface.errors[at - 1][1] >= line else 1.0
        guessed = self.interface.guessed
        if guessed and (at := bisect_right(guessed, (line, 1 << 60))) and line <= guessed[at - 1][1]:
            share *= 0.7
        self._sureness[line] = share
        return share

    def use(self, dst: str, symbol: str, kind: str, line: int, user: int, calls: str = "") -> None:
        self._uses.add((dst, symbol, kind, line, self._symbols[user] if user >= 0 else "", calls))

    def rows(self, file: FileRow, body: Body) -> FileRows:
        symbols, more = self.interface.symbols, self._more_names
        aliases = _aliases(self.interface.exports)
        return FileRows(
            file=file,
            symbols=_made(
                SymbolRow,
                (
                    (name, kind, visibility, exported, signature, line, end_line, ", ".join(decorators),
                     modifiers, aliases.get(name, ""))
                    for (name, kind, visibility, exported, line, end_line, signature, _, modifiers, decorators,
                         _) in symbols
                ),
            ),
            functions=_made(
                FunctionRow,
                ((symbols[symbol].name, symbols[symbol].line, *figures) for symbol, *figures in body.functions),
            ),
            dependencies=_made(
                Dependency,
                sorted(
                    (
                        key[0], key[1], *_SOFT[flags & _EITHER], key[2],
                        ", ".join(sorted(more[key])) if key in more else name, confidence, flags >= UPWARD,
                    )
                    for key, (flags, name, confidence) in self._edges.items()
                ),
            ),
            uses=_made(Use, sorted(self._uses)),
            externals=_made(ExternalRow, sorted(self.externals)),
            unresolved=_made(Unresolved, sorted(self.unresolved)),
            imports=self.looked_up,
            resolved=self.resolved,
        )  # fmt: skip


def _aliases(exports: Iterable[Export]) -> dict[str, str]:
    """By the name of a definition: the other names by which it is offered, in one text."""
    found: dict[str, set[str]] = {}
    for name, local, imported, _ in exports:
        if imported < 0 and local != name:
            found.setdefault(local, set()).add(name)
    return {local: ", ".join(sorted(names)) for local, names in found.items()}


def has_entry(target: Target) -> bool:
    """Whether something leads to a package that a file stands for."""
    return isinstance(target, Space) and target.entry != ""


def as_written(row: Import) -> str:
    """What an import asks for, as a person would look for it."""
    module = "." * row.level + row.module
    return f"{module}:{row.name}" if row.name else module
