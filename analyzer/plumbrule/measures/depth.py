"""Pass-through functions and modules: layers that hide nothing (shallow modules, Ousterhout 2018).

Hides what depth is and the many good reasons for a thin layer: `exempt` gives the reason in words and is empty where
there is none. A row names in `rests_on` which other files decided it, so that after a change only the files that
changed, and those that rest on them, are looked at again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import orjson

from plumbrule.graph import FileRows, FunctionRow, Graph, SymbolRow
from plumbrule.languages import entries
from plumbrule.measures import Measure, Situation
from plumbrule.measures._classes import Place, Reader, promised_by
from plumbrule.measures._depths import EMPTY_BODY, VALUES, declares_faults, depth, hidden, is_public, shown
from plumbrule.measures._structure import StructuredRows, links_now, moved_links
from plumbrule.tables import Row, Table, columns

_OWN = ("self", "cls", "this", "super()", "super")
_PLAIN = {"staticmethod", "classmethod"}  # decorators that add nothing to a call
_DEPRECATED = re.compile(r"deprecat|(^|\.)warn$", re.IGNORECASE)
_THIN = 60  # F below which a module of negative depth is shallow (research: measures 2.3)
_CALLERS = 3  # users outside its package that make a facade worth having (research: measures 2.3)
_LONGEST_CHAIN = 12


def _target(s: Situation, rows: FileRows, path: str, function: FunctionRow) -> Place | str:
    """Where a pass-through leads; text in words if that is no layer of this repository, "" if it cannot be known."""
    head, _, rest = function.forwards.partition(".")
    last = function.forwards.rpartition(".")[2]
    if head in _OWN:
        # Another name or a hook of the same object is no layer; a field that all is handed on to may be one.
        return "calls its own object" if "." not in rest else ""
    called = [use for use in rows.uses if use.user == function.symbol and use.kind == "call" and use.dst]
    for use in called:
        if use.symbol.rpartition(".")[2] == last:
            return Place(use.dst, use.symbol)
    if len(called) == 1:
        return Place(called[0].dst, called[0].symbol)
    kinds = {symbol.symbol: symbol.kind for symbol in rows.symbols}
    if function.forwards in kinds and (not rest or kinds.get(head) not in VALUES):
        return Place(path, function.forwards)
    if head in kinds:
        return ""
    interface = s.facts.interface(rows.file.dialect, rows.file.blob)
    bound = {statement.alias: statement for statement in interface.imports}.get(head)
    if bound is not None:
        packages = {(external.module, external.name): external.package for external in rows.externals}
        package = packages.get((bound.module, bound.name))
        return f"wraps {package} from outside the repository" if package else ""
    index = next((n for n, symbol in enumerate(interface.symbols) if symbol.name == function.symbol), -1)
    if any(parameter.symbol == index and parameter.name == head for parameter in interface.parameters):
        return "calls what it is given"
    return "" if any(statement.name == "*" for statement in interface.imports) else "calls a built-in"


def _excuse(s: Situation, reader: Reader, rows: FileRows, symbol: SymbolRow, function: FunctionRow) -> str:
    """Why this pass-through is no fault, by everything but its target."""
    if written := _excuse_at_head(rows, symbol, function):
        return written
    owner, _, name = function.symbol.rpartition(".")
    base = promised_by(reader, reader.own, owner, name) if owner else ""
    if base:
        return f"required by {base}"
    interface = s.facts.interface(rows.file.dialect, rows.file.blob)
    unread = (one for one in interface.parameters if one.name.startswith("_"))
    if any(interface.symbols[one.symbol].name == function.symbol for one in unread):
        return "takes what it does not need: its caller sets the signature"
    if function.forward_grade != "A":
        body = s.facts.body(rows.file.dialect, rows.file.blob)
        names = [one.name for one in interface.symbols]
        said = (one.text for one in body.references if one.symbol >= 0 and names[one.symbol] == function.symbol)
        if any(_DEPRECATED.search(text) for text in said):
            return "deprecated"
    return ""


def _excuse_at_head(rows: FileRows, symbol: SymbolRow, function: FunctionRow) -> str:
    """The same by where it stands, what it is called and what is written above it."""
    owner, _, name = function.symbol.rpartition(".")
    if rows.file.is_test:
        return "a test"
    if not rows.file.is_written_here:
        return "generated" if rows.file.is_generated else "vendored"
    if name == "constructor" or (name.startswith("__") and name.endswith("__")):
        return "the language demands it"
    decorators = [decorator for decorator in symbol.decorators.split(", ") if decorator]
    if "deprecated" in symbol.modifiers.split() or any(_DEPRECATED.search(decorator) for decorator in decorators):
        return "deprecated"
    if symbol.kind == "property":
        return "a property"
    if set(decorators) - _PLAIN:
        return f"decorated with {min(set(decorators) - _PLAIN)}"
    kinds = {outer.symbol: outer.kind for outer in rows.symbols}
    if kinds.get(owner) in ("function", "method", "property"):
        return "inside a function"
    return "abstract" if kinds.get(owner) == "interface" else ""


def _functions_of(s: Situation, path: str) -> Iterator[Row]:
    rows = s.now.rows(path)
    known: dict[str, SymbolRow] = {}
    at: dict[tuple[str, int], SymbolRow] = {}  # several of one name differ in what excuses them
    for function in rows.functions:
        if not function.forwards:
            continue
        known = known or {symbol.symbol: symbol for symbol in rows.symbols}
        at = at or {(symbol.symbol, symbol.line): symbol for symbol in rows.symbols}
        symbol = at.get((function.symbol, function.line))
        if symbol is None:
            continue
        reader = Reader(s.now, path)
        exempt = _excuse(s, reader, rows, symbol, function)
        target = _target(s, rows, path, function)
        if isinstance(target, str):
            exempt, target = exempt or target, Place("", "")
        else:
            kind = _kind(reader, target)
            if kind == "class":
                exempt = exempt or "makes an object, and keeps to itself of which class"
            elif (value := _value_asked(reader, target, kind, function)) is not None:
                exempt, target = exempt or f"asks what {value} holds", Place("", "")
        chain, end = _chain(s, reader, target)
        yield (
            s.now.repo, path, function.symbol, function.line, is_public(symbol, known), function.forward_grade,
            function.forwards, _text(target), chain, _text(end), exempt, reader.rests_on,
        )  # fmt: skip


def _value_asked(reader: Reader, target: Place, kind: str, function: FunctionRow) -> str | None:
    """The variable that a pass-through asks for something: `isAbsolute` that asks ABSOLUTE_PATH.test(path) says what a
    pattern is for. None if it leads to no variable, or calls it."""
    if kind in VALUES and not f".{function.forwards}".endswith(f".{target.symbol}"):
        return target.symbol
    holder, dot, _ = target.symbol.partition(".")
    return holder if dot and _kind(reader, target._replace(symbol=holder)) in VALUES else None


def _kind(reader: Reader, place: Place) -> str:
    """What the symbol there is; "" if it is not known."""
    rows = reader.rows(place.path)
    return next((one.kind for one in rows.symbols if one.symbol == place.symbol), "") if rows is not None else ""


def _chain(s: Situation, reader: Reader, target: Place) -> tuple[int, Place]:
    """How many pass-throughs in a row, this one included, and where they end."""
    length, entered = 1, set()
    while target.path and length < _LONGEST_CHAIN and target not in entered:
        entered.add(target)
        rows = reader.rows(target.path)
        if rows is None:
            break
        function = next((one for one in rows.functions if one.symbol == target.symbol and one.forwards), None)
        following = _target(s, rows, target.path, function) if function is not None else ""
        if function is None:
            break
        length += 1
        if isinstance(following, str):
            break
        target = following
    return length, target


def _text(place: Place) -> str:
    return f"{place.path}::{place.symbol}" if place.path and place.symbol else place.path


def _functions(s: Situation) -> Collection[Row]:
    return _revised(s, "pass_through_function", set(), _functions_of)


def _revised(
    s: Situation, table: str, stale: set[str], rows_of: Callable[[Situation, str], Iterable[Row]]
) -> Collection[Row]:
    """The rows of `table`: made anew for changed and stale files and for rows that rest on a changed one."""
    earlier = s.earlier.get(table)
    changed = frozenset(s.changed)
    if earlier is None:
        todo, kept = set(s.now.paths()), []
    else:
        todo = {*changed, *stale}
        todo.update(row[1] for row in earlier if row[-1] != "[]" and not changed.isdisjoint(orjson.loads(row[-1])))
        kept = [row for row in earlier if row[1] not in todo]
    rows = sorted(kept + [row for path in todo if path in s.now for row in rows_of(s, path)])
    return earlier if earlier is not None and list(earlier) == rows else rows


class _Figures(NamedTuple):
    """Research: measures 2.1 and 2.2, for one module."""

    functions: int  # npub
    forwarding: int  # npt
    hidden: int  # F
    shown: int  # I

    @property
    def share(self) -> float:
        return self.forwarding / self.functions

    @property
    def depth(self) -> float:
        return depth(self.hidden, self.shown)

    @property
    def is_shallow(self) -> bool:
        return self.functions >= 2 and (self.share >= 0.5 or (self.depth < 0 and self.hidden < _THIN))


def _modules(s: Situation) -> Collection[Row]:
    passing: dict[str, list[Row]] = {}
    for row in s.rows["pass_through_function"]:
        passing.setdefault(row[1], []).append(row)
    stale: set[str] = set()
    earlier = s.earlier.get("pass_through_function")
    if earlier is not None and earlier is not s.rows["pass_through_function"]:
        known = set(earlier)
        now = set(s.rows["pass_through_function"])
        stale.update(row[1] for row in known ^ now)
    if moved_links(s):  # what is a facade depends on who imports it
        stale.update(row[1] for row in s.earlier.get("pass_through_module", ()) if row[9])
    return _revised(s, "pass_through_module", stale, lambda s, path: _module(s, path, passing.get(path, ())))


def _module(s: Situation, path: str, passing: Sequence[Row]) -> Iterator[Row]:
    rows = s.now.rows(path)
    known = {symbol.symbol: symbol for symbol in rows.symbols}
    public = [f for f in rows.functions if f.symbol in known and is_public(known[f.symbol], known)]
    if len(public) < 2:
        return
    # A function that passes on to its own module is no layer between modules; nor is one with a good reason, or one
    # that does more than call, such as to fix a parameter (grade B).
    layers = {row[2]: row[7].partition("::")[0] for row in passing if row[4] and row[5] == "A" and not row[10]}
    layers = {symbol: target for symbol, target in layers.items() if target != path}
    figures = _Figures(len(public), len(layers), hidden(rows, public, known), shown(rows, public, known))
    if not figures.is_shallow:
        return
    reader = Reader(s.now, path)
    entry = _entry(s.now, path)
    exempt = _module_excuse(s, reader, rows, public, figures, known)
    shown_by = ""
    if entry:
        root = reader.rows(entry)
        if root is not None and any(use.dst == path and use.kind == "import" for use in root.uses):
            shown_by = entry
            strict = any(row[4] and row[5] == "A" and not row[10] for row in passing)
            if not exempt and not strict and _is_worth_a_facade(s, path, entry):
                exempt = f"a facade that {entry} offers"
    targets = Counter(target for target in layers.values() if target)
    target = min(targets, key=lambda name: (-targets[name], name)) if targets else ""
    yield (
        s.now.repo, path, figures.functions, figures.forwarding, round(figures.share, 3), round(figures.depth, 2),
        figures.hidden, figures.shown, target, shown_by, exempt, reader.rests_on,
    )  # fmt: skip


def _module_excuse(
    s: Situation,
    reader: Reader,
    rows: FileRows,
    public: Sequence[FunctionRow],
    figures: _Figures,
    known: Mapping[str, SymbolRow],
) -> str:
    reasons: Counter[str] = Counter()
    for function in public:
        reason = _excuse(s, reader, rows, known[function.symbol], function)
        if not reason and not function.forwards and function.tokens <= EMPTY_BODY:
            reason = "abstract"
        if reason:
            reasons[reason] += 1
    if 2 * sum(reasons.values()) >= len(public):
        return min(reasons, key=lambda reason: (-reasons[reason], reason))
    classes = [symbol for symbol in rows.symbols if symbol.kind == "class"]
    if declares_faults(classes):
        return "exceptions"
    values = [one for one in rows.symbols if one.kind in ("variable", "constant", "enum", "type", "interface")]
    if figures.share < 0.5 and len(values) >= len(public):
        return "declares data"
    return ""


def _entry(graph: Graph, path: str) -> str:
    """The outermost file that speaks for a folder around `path`: its package's root; "" if there is none."""
    folders = path.split("/")[:-1]
    for length in range(1, len(folders) + 1):
        for name in entries():
            entry = "/".join([*folders[:length], name])
            if entry in graph:
                return "" if entry == path else entry
    return ""


def _is_worth_a_facade(s: Situation, path: str, entry: str) -> bool:
    """At least three files outside the package use it; or none does: a library, whose users are elsewhere."""
    folder = entry.rpartition("/")[0] + "/"
    dependencies = s.rows["component_dependency"]
    links = dependencies.structure.links if isinstance(dependencies, StructuredRows) else links_now(s)
    outside = sum(
        not src.startswith(folder) and any(link.dst in (path, entry) for link in targets)
        for src, targets in links.items()
    )
    return outside == 0 or outside >= _CALLERS


MEASURES = (
    Measure(
        Table(
            "pass_through_function",
            "A function that only passes its own arguments on to another.",
            columns(
                """repo VARCHAR repository, by its name in the store
                path VARCHAR repository-relative file
                symbol VARCHAR dotted path inside the file
                line INTEGER first line
                public BOOLEAN others may call it
                grade VARCHAR A strict, B with one more statement or a constant argument
                forwards VARCHAR the callee as written
                target VARCHAR the callee as FILE::SYMBOL; empty if it is not known
                chain INTEGER pass-throughs in a row from here on, this one included
                ends_at VARCHAR where the row of pass-throughs arrives, as FILE::SYMBOL
                exempt VARCHAR why it is no fault; empty if nothing speaks for it
                rests_on VARCHAR other files that decided this row, as a JSON list"""
            ),
        ),
        _functions,
    ),
    Measure(
        Table(
            "pass_through_module",
            "A module that hides next to nothing: it passes calls on, or its interface outweighs its content.",
            columns(
                """repo VARCHAR repository, by its name in the store
                path VARCHAR repository-relative file
                functions INTEGER public functions and methods
                forwarding INTEGER of which only pass on to another module
                share DOUBLE forwarding / functions
                depth DOUBLE log2((1 + body_tokens) / (1 + interface_tokens)); below 0 the interface is the larger part
                body_tokens INTEGER named tokens in bodies that do not only pass on
                interface_tokens INTEGER named tokens of public declarations
                target VARCHAR the file that most calls are passed on to; empty if it is not known
                offered_by VARCHAR the package root that offers it to the outside; empty if none does
                exempt VARCHAR why it is no fault; empty if nothing speaks for it
                rests_on VARCHAR other files that decided this row, as a JSON list"""
            ),
        ),
        _modules,
        after=("pass_through_function", "component_dependency"),
    ),
)
