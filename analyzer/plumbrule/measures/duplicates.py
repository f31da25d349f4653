"""Duplicate functions: bodies that are equal, or equal but for names and constants, in more than one place.

Hides which equal bodies say something: beside what never counts (`_copies`) small functions that look alike but call
different things are left out. Near duplicates are found in `near_duplicates`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from plumbrule.measures import Measure, Situation
from plumbrule.measures._copies import SMALLEST, Copy, counted, counts, override_the_same, owners_of
from plumbrule.tables import Row, Table, columns

_SMALL = 35  # named leaf tokens, about 80: below it two bodies of one shape must call the same things as well
_SAME_CALLS = 0.5  # share of callee names in common that small bodies need (Jaccard)
_MOST_COMPARED = 40  # members of one shape whose calls are compared with each other
_SHOWN = 3


Shapes = Mapping[int, tuple[Copy, ...]]  # by shape hash, sorted


class ShapedRows(list[Row]):
    """Rows that remember every function by its shape, so that the next snapshot only looks at files that changed."""

    __slots__ = ("shapes",)

    def __init__(self, rows: Iterable[Row], shapes: Shapes) -> None:
        super().__init__(rows)
        self.shapes = shapes


def _duplicates(s: Situation) -> Collection[Row]:
    earlier = s.earlier.get("duplicate")
    if isinstance(earlier, ShapedRows):
        shapes = dict(earlier.shapes)
        touched = _renew(shapes, s)
        kept = [row for row in earlier if row[4] not in touched]
    elif earlier is not None:
        # Rows as a store gives them, with no memory of the other functions: only shapes of changed files are looked at.
        touched = {f.shape_hash for path in s.changed for graph in (s.before, s.now) for f in counted(graph, path)}
        shapes = _all_shapes(s, touched)
        kept = [row for row in earlier if row[4] not in touched]
    else:
        shapes, kept = _all_shapes(s), []
        touched = set(shapes)
    called = _Called(s)
    made = [row for shape in touched if len(shapes.get(shape, ())) > 1 for row in _rows(s, shapes[shape], called)]
    rows = sorted(kept + made)
    if isinstance(earlier, ShapedRows) and earlier == rows and not touched:
        return earlier
    if earlier is not None and not isinstance(earlier, ShapedRows):
        return rows
    return ShapedRows(rows, {shape: copies for shape, copies in shapes.items() if copies})


def _renew(shapes: dict[int, tuple[Copy, ...]], s: Situation) -> set[int]:
    """Makes the functions of changed files those of now; the shapes that this is about."""
    touched: set[int] = set()
    for path in s.changed:
        for graph, add in ((s.before, False), (s.now, True)):
            for function in counted(graph, path):
                shape = function.shape_hash
                touched.add(shape)
                others = tuple(copy for copy in shapes.get(shape, ()) if copy != (path, function))
                shapes[shape] = tuple(sorted((*others, Copy(path, function)))) if add else others
    return touched


def _all_shapes(s: Situation, wanted: Collection[int] | None = None) -> dict[int, tuple[Copy, ...]]:
    """Every function that counts by its shape; only those of the wanted shapes, if given."""
    found: dict[int, list[Copy]] = {}
    for path, function in s.now.functions(SMALLEST, wanted):
        if counts(path, s.now.rows(path).file, function):
            found.setdefault(function.shape_hash, []).append(Copy(path, function))
    return {shape: tuple(copies) for shape, copies in found.items()}


class _Called:
    """Last names of what functions call, as far as the facts keep them; a file's facts are read once."""

    def __init__(self, s: Situation) -> None:
        self._situation = s
        self._by_file: dict[str, dict[tuple[str, int], set[str]]] = {}

    def by(self, copy: Copy) -> frozenset[str]:
        if copy.path not in self._by_file:
            file, facts = self._situation.now.rows(copy.path).file, self._situation.facts
            names = [(symbol.name, symbol.line) for symbol in facts.interface(file.dialect, file.blob).symbols]
            found = self._by_file[copy.path] = {}
            for reference in facts.body(file.dialect, file.blob).references:
                if reference.kind == "call" and reference.symbol >= 0:
                    found.setdefault(names[reference.symbol], set()).add(reference.text.rpartition(".")[2])
        return frozenset(self._by_file[copy.path].get((copy.function.symbol, copy.function.line), ()))


def _rows(s: Situation, copies: Sequence[Copy], called: _Called) -> Iterable[Row]:
    """The rows of all functions of one shape that have a copy."""
    for copy, others in _pairs(s, copies, called):
        function = copy.function
        exact = [other for other in others if other.function.exact_hash == function.exact_hash]
        places = [other.place for other in exact] + [other.place for other in others if other not in exact]
        yield (
            s.now.repo, copy.path, function.symbol, function.line, function.shape_hash, "exact" if exact else "shape",
            1 + len(others), function.statements, function.cognitive, function.tokens, places[0], _shown(places),
            function.accessor,
        )  # fmt: skip


def _shown(places: Sequence[str]) -> str:
    text = ", ".join(places[:_SHOWN])
    return text if len(places) <= _SHOWN else f"{text} and {len(places) - _SHOWN} more"


def _pairs(s: Situation, copies: Sequence[Copy], called: _Called) -> Iterable[tuple[Copy, list[Copy]]]:
    """Each function with its copies: equal text, or equal shape and, where small, enough common calls."""
    small = copies[0].function.tokens < _SMALL
    compared = copies[:_MOST_COMPARED]
    calls = [called.by(copy) if small else frozenset() for copy in compared]
    owners = [owners_of(s, copy) for copy in compared]
    for one, copy in enumerate(compared):
        others = []
        for other, candidate in enumerate(compared):
            same_text = copy.function.exact_hash == candidate.function.exact_hash
            alike = same_text or not small or _alike(calls[one], calls[other])
            if one != other and alike and not override_the_same(s, copy, candidate, owners[one], owners[other]):
                others.append(candidate)
        if others:
            yield copy, others


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= _SAME_CALLS * max(1, len(one | other))


MEASURES = (
    Measure(
        Table(
            "duplicate",
            "A function whose body exists elsewhere too, word for word or under other names.",
            columns(
                """repo VARCHAR repository, by its name in the store
                path VARCHAR repository-relative file
                symbol VARCHAR dotted path inside the file
                line INTEGER first line
                shape_hash BIGINT the same for every copy
                grade VARCHAR exact if a copy is equal word for word, else shape
                copies INTEGER how often this body exists, this one included
                statements INTEGER in the body
                cognitive INTEGER cognitive complexity
                tokens INTEGER named tokens of the body
                twin VARCHAR the copy that is most like it, as FILE::SYMBOL
                others VARCHAR the other copies, three at most and how many more
                accessor VARCHAR set or delete if it is that of a property, all of whose accessors have one symbol"""
            ),
        ),
        _duplicates,
    ),
)
