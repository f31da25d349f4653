"""Middle men: classes that hand most of what they are asked on to one of their own members (Fowler 1999).

Hides when that is what the class is for. A method counts as handed on if all it does is to call something of one member
with what it was given. What is decorated is no choice of the class and does not count. A class with a base type adds to
it or stands in for it; and to keep others' code, a type that is not of this repository, behind one's own names is a
reason, too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

import orjson

from plumbrule.details.members import KIND, Use
from plumbrule.facts import ANCESTOR
from plumbrule.graph import FileRows, FunctionRow, SymbolRow
from plumbrule.measures import Measure, Situation
from plumbrule.measures._by_file import details_of, product
from plumbrule.measures._classes import Reader, bases_of, promised_by
from plumbrule.tables import Row, Table, columns

_FEWEST = 3  # methods handed on to one member
_OVERHEAD = 4  # named tokens beside the arguments: own object, member, method, and one more
_SHOWN = 8
_TYPE = re.compile(r"(\b\w+(?:\.|::))?\b([A-Z]\w*)")
_MADE_BY_THE_LANGUAGE = ("constructor", "__construct", "initialize", "init", "new")


def _middle_men(s: Situation) -> Collection[Row]:
    earlier = s.earlier.get("middle_man")
    changed = frozenset(s.changed)
    if earlier is None:
        todo, kept = set(s.now.paths()), []
    else:
        todo = {*changed, *(row[1] for row in earlier if not changed.isdisjoint(orjson.loads(row[-1])))}
        kept = [row for row in earlier if row[1] not in todo]
    files = product(s, sorted(path for path in todo if path in s.now))
    uses = details_of(s, KIND, files)
    rows = sorted(kept + [row for path in uses for row in _of_file(s, path, uses[path])])
    return earlier if earlier is not None and list(earlier) == rows else rows


def _of_file(s: Situation, path: str, uses: Sequence[Use]) -> Iterator[Row]:
    rows = s.now.rows(path)
    interface = s.facts.interface(rows.file.dialect, rows.file.blob)
    names = [(symbol.name, symbol.line) for symbol in interface.symbols]
    taken = Counter(names[parameter.symbol] for parameter in interface.parameters)
    used: dict[tuple[str, int], dict[str, bool]] = {}
    for use in uses:
        known = used.setdefault(names[use.symbol], {})
        known[use.name] = use.asked or known.get(use.name, False)
    handed: dict[tuple[str, str], list[FunctionRow]] = {}
    for function in rows.functions:
        member = _handed_on(function, used.get((function.symbol, function.line), {}), taken)
        if member:
            handed.setdefault((function.symbol.rpartition(".")[0], member), []).append(function)
    for (owner, member), functions in sorted(handed.items()):
        if len(functions) >= _FEWEST:
            yield from _row(s, path, rows, owner, member, functions)


def _handed_on(function: FunctionRow, used: Mapping[str, bool], taken: Mapping[tuple[str, int], int]) -> str:
    """The member that the function only passes its call on to; "" if there is none."""
    if function.statements > 1 or function.cyclomatic > 1 or len(used) != 1:
        return ""
    ((member, asked),) = used.items()
    return member if asked and function.tokens <= _OVERHEAD + taken[function.symbol, function.line] else ""


def _row(
    s: Situation, path: str, rows: FileRows, owner: str, member: str, functions: Sequence[FunctionRow]
) -> Iterator[Row]:
    reader = Reader(s.now, path)
    line = next((symbol.line for symbol in rows.symbols if symbol.symbol == owner), functions[0].line)
    at = {(symbol.symbol, symbol.line): symbol for symbol in rows.symbols}
    free = [one for one in rows.functions if _is_free(reader, at.get((one.symbol, one.line)), owner)]
    passing = [one for one in functions if one in free]
    if len(passing) >= _FEWEST and not _has_base(s, rows, path, owner) and not _is_of_others(s, rows, owner, member):
        rest = [one for one in rows.functions if one.symbol.startswith(f"{owner}.") and one not in functions]
        yield (
            s.now.repo, path, owner, line, member, len(passing), len(free),
            sum(one.tokens for one in rest if _last(one) not in _MADE_BY_THE_LANGUAGE and not _is_special(one)),
            _shown(passing), reader.rests_on,
        )  # fmt: skip


def _has_base(s: Situation, rows: FileRows, path: str, owner: str) -> bool:
    if bases_of(rows, path, owner):
        return True
    interface = s.facts.interface(rows.file.dialect, rows.file.blob)
    return any(how == ANCESTOR and interface.symbols[symbol].name == owner for symbol, _, how in interface.supers)


def _is_of_others(s: Situation, rows: FileRows, owner: str, member: str) -> bool:
    """Whether the member is declared with a type that is not found in this repository; also by the parameter of the
    constructor that has its name."""
    interface = s.facts.interface(rows.file.dialect, rows.file.blob)
    makers = {f"{owner}.{name}" for name in ("__init__", *_MADE_BY_THE_LANGUAGE, owner.rpartition(".")[2])}
    said = [
        f"{symbol.returns} {symbol.signature.partition('=')[0]}"
        for symbol in interface.symbols
        if symbol.kind in ("property", "variable") and symbol.name.replace("$", "") == f"{owner}.{member}"
    ]
    said += [
        parameter.type
        for parameter in interface.parameters
        if parameter.name.lstrip("$") == member.lstrip("_") and interface.symbols[parameter.symbol].name in makers
    ]
    # The outermost type decides: a list of own things is a list.
    named = [found.groups() for found in map(_TYPE.search, said) if found]
    own = {one.symbol.rpartition(".")[2] for one in rows.symbols}
    bound = {use.symbol.rpartition(".")[2] for use in rows.uses if use.dst}
    # A type of another package may be called like one of this file.
    return bool(named) and not any(name in bound or (name in own and not before) for before, name in named)


def _last(function: FunctionRow) -> str:
    return function.symbol.rpartition(".")[2]


def _is_special(function: FunctionRow) -> bool:
    return _last(function).startswith("__")


def _is_free(reader: Reader, symbol: SymbolRow | None, owner: str) -> bool:
    """Whether the class offers this method because it wants to."""
    if symbol is None or symbol.visibility != "public" or symbol.kind != "method" or symbol.decorators:
        return False
    holder, _, name = symbol.symbol.rpartition(".")
    if holder != owner or name in _MADE_BY_THE_LANGUAGE or name.startswith("__") or "override" in symbol.signature:
        return False
    return not promised_by(reader, reader.own, owner, name)


def _shown(functions: Sequence[FunctionRow]) -> str:
    names = [_last(one) for one in functions]
    text = ", ".join(names[:_SHOWN])
    return text if len(names) <= _SHOWN else f"{text} and {len(names) - _SHOWN} more"


MEASURES = (
    Measure(
        Table(
            "middle_man",
            "A class that hands at least three of its public methods on to one of its members.",
            columns(
                """repo VARCHAR repository, by its name in the store
                path VARCHAR repository-relative file
                symbol VARCHAR the class
                line INTEGER of it
                member VARCHAR what they are handed on to
                forwarding INTEGER public methods that only call it with what they were given
                methods INTEGER public methods that no base type asks for
                hidden INTEGER named tokens of all its other methods, constructors and the language's own left out
                names VARCHAR methods that are handed on
                rests_on VARCHAR other files that decided this row, as a JSON list"""
            ),
        ),
        _middle_men,
        gate=False,
    ),
)
