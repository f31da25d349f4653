"""What documentation says of functions, and where it is missing or speaks of parameters that are gone.

Hides which functions owe their callers words: public ones that decide much or take much, unless another place promises
them already.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from plumbrule.graph import FileRows, SymbolRow
from plumbrule.measures import Measure, Situation
from plumbrule.measures._by_file import details_of, product, revised
from plumbrule.measures._classes import Reader, promised_by
from plumbrule.tables import Row, Table, columns

if TYPE_CHECKING:
    from plumbrule.details.functions import Conduct

_PLAIN = {"staticmethod", "classmethod", "abstractmethod", "abc.abstractmethod", "property", "override", "Override"}
_DEFINED = ("function", "method")


def _offered(rows: FileRows) -> dict[tuple[str, int], SymbolRow]:
    """Functions and methods that others may call, by name and line: public, with everything around them, and written
    out here; what only declares them has its words elsewhere."""
    written = {(one.symbol, one.line) for one in rows.functions}
    known = {one.symbol: one for one in rows.symbols}
    found = {}
    for one in rows.symbols:
        if (
            (one.symbol, one.line) in written
            and one.kind in _DEFINED
            and one.visibility == "public"
            and not one.symbol.rpartition(".")[2].startswith("__")
        ):
            outer, is_open = one.symbol.rpartition(".")[0], True
            while outer:
                around = known.get(outer)
                is_open = is_open and around is not None and around.visibility == "public"
                is_open = is_open and around is not None and around.kind not in (*_DEFINED, "property")
                outer = outer.rpartition(".")[0]
            top = known.get(one.symbol.partition(".")[0])
            if is_open and top is not None and top.exported:
                found[one.symbol, one.line] = one
    return found


def _conduct(s: Situation, files: Mapping[str, FileRows]) -> dict[str, Sequence[Conduct]]:
    from plumbrule.details import functions  # what a gate never asks

    return details_of(s, functions.KIND, files)


def _counts(s: Situation) -> Collection[Row]:
    def rows_of(paths: Collection[str]) -> Iterator[Row]:
        files = product(s, paths)
        for path, found in _conduct(s, files).items():
            offered = _offered(files[path])
            told = [one for symbol, one in _named(s, files[path], found) if (symbol.symbol, symbol.line) in offered]
            if told:
                yield s.now.repo, path, len(told), sum(one.documented > 0 for one in told)

    return revised(s, "documentation", rows_of)


def _named(s: Situation, rows: FileRows, found: Sequence[Conduct]) -> Iterator[tuple[SymbolRow, Conduct]]:
    """Each function's row among the symbols of its file, with its conduct."""
    symbols = s.facts.interface(rows.file.dialect, rows.file.blob).symbols
    at = {(one.symbol, one.line): one for one in rows.symbols}
    for one in found:
        symbol = symbols[one.symbol]
        row = at.get((symbol.name, symbol.line))
        if row is not None:
            yield row, one


def _undocumented(s: Situation) -> Collection[Row]:
    def rows_of(paths: Collection[str]) -> Iterator[Row]:
        files = product(s, paths)
        for path, found in _conduct(s, files).items():
            rows = files[path]
            silent = [(symbol, one) for symbol, one in _named(s, rows, found) if not one.documented]
            if not silent:
                continue
            offered = _offered(rows)
            figures = {(one.symbol, one.line): one.cognitive for one in rows.functions}
            interface = s.facts.interface(rows.file.dialect, rows.file.blob)
            takes: dict[int, int] = {}
            for parameter in interface.parameters:
                takes[parameter.symbol] = takes.get(parameter.symbol, 0) + (
                    parameter.name not in ("self", "cls", "this")
                )
            for symbol, one in silent:
                at = symbol.symbol, symbol.line
                parameters, cognitive = takes.get(one.symbol, 0), figures.get(at, 0)
                if at not in offered or (parameters < _MANY and cognitive < _COMPLEX):
                    continue
                reader = Reader(s.now, path)
                owner, _, name = symbol.symbol.rpartition(".")
                excused = "override" in symbol.modifiers.split() or "Override" in symbol.decorators
                if not excused and not (owner and promised_by(reader, path, owner, name)):
                    yield s.now.repo, path, symbol.symbol, symbol.line, parameters, cognitive, reader.rests_on

    return revised(s, "undocumented_function", rows_of, resting=True)


_MANY, _COMPLEX = 4, 10  # parameters, cognitive complexity (research: measures D20)


def _stale(s: Situation) -> Collection[Row]:
    def rows_of(paths: Collection[str]) -> Iterator[Row]:
        files = product(s, paths)
        for path, found in _conduct(s, files).items():
            for symbol, one in _named(s, files[path], [one for one in found if one.stale]):
                decorators = {name for name in symbol.decorators.split(", ") if name}
                # Another decorator may take parameters of its own, or hand some in.
                if decorators <= _PLAIN or not files[path].file.dialect.startswith("python"):
                    known = _taken(s, files[path], one.symbol)
                    for name in sorted(set(one.stale)):
                        yield s.now.repo, path, symbol.symbol, symbol.line, name, known

    return revised(s, "stale_documentation", rows_of)


def _taken(s: Situation, rows: FileRows, symbol: int) -> str:
    parameters = s.facts.interface(rows.file.dialect, rows.file.blob).parameters
    return ", ".join(one.name for one in parameters if one.symbol == symbol and one.name not in ("self", "cls", "this"))


_OWNER = "repo VARCHAR repository, by its name in the store\npath VARCHAR repository-relative file\n"

MEASURES = (
    Measure(
        Table(
            "documentation",
            "How many of the functions that a file offers are documented.",
            columns(
                _OWNER
                + "functions INTEGER that others may call\ndocumented INTEGER of them those with words of their own"
            ),
        ),
        _counts,
        gate=False,
    ),
    Measure(
        Table(
            "undocumented_function",
            "A function that others may call, that decides or takes much and says nothing of it.",
            columns(
                _OWNER
                + """symbol VARCHAR dotted path inside the file
                line INTEGER first line
                parameters INTEGER that a caller gives
                cognitive INTEGER cognitive complexity
                rests_on VARCHAR other files that decided this, as JSON"""
            ),
        ),
        _undocumented,
        gate=False,
    ),
    Measure(
        Table(
            "stale_documentation",
            "A parameter that a function's documentation names and that the function does not have.",
            columns(
                _OWNER
                + """symbol VARCHAR dotted path inside the file
                line INTEGER first line
                parameter VARCHAR as the documentation has it
                takes VARCHAR the parameters that it has, joined by ", " """
            ),
        ),
        _stale,
        gate=False,
    ),
)
