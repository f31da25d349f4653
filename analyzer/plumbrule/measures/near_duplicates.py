"""Near duplicates: functions that say the same in almost the same words; names, values and some statements differ.

Hides how few are compared: those whose sketches meet. Left out beside what never counts (`_copies`): copies of one
shape, which `duplicates` tells, functions inside each other, and small ones that ask others for different things.
Functions that do the same in other words (Type 4) are not found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.graph import FileRow, FunctionRow, Graph
from plumbrule.measures import FactsOf, Measure, Situation
from plumbrule.measures._classes import Place, Reader, ancestors_of
from plumbrule.measures._copies import Copy, counts, override_the_same
from plumbrule.measures._runs import likeness, runs_of
from plumbrule.tables import Row, Table, columns

if TYPE_CHECKING:
    from plumbrule.measures._sketches import Sketches

TABLE = "near_duplicate"
LEAST = 0.5  # share of runs in common; what of it is told is for a rule to say
_SAME_CALLS = 0.5  # share of called names in common that small bodies need (research: measures 7)
_SMALL = 80  # tokens up to which a body alone says too little, unless it is the same token by token
_DECIDES = 0.05  # share of the common runs that must hold more than declarations
_CONSTRUCTORS = frozenset({"__init__", "__new__", "__construct", "constructor", "init", "initialize"})
# What every object may be asked in the words of its language; how one answers is no copy of how another one does.
_ASKED_OF_ALL = frozenset((
    *("equals", "hashCode", "toString", "compareTo", "clone", "Equals", "GetHashCode", "ToString", "CompareTo"),
    *("Dispose", "String", "Error", "MarshalJSON", "UnmarshalJSON", "eq", "cmp", "partial_cmp", "fmt", "hash"),
))  # fmt: skip
_OVERRIDES = frozenset({"Override", "override", "typing.override"})
_TOLD = 5  # twins of one function that are told
# Files of these languages can use each other's functions.
_FAMILIES = {"typescript": "javascript", "vue": "javascript", "svelte": "javascript", "cpp": "c"}


class Unit(NamedTuple):
    """One function that may be a near duplicate of another one."""

    repo: str
    path: str
    function: FunctionRow
    end_line: int
    family: str
    text: str
    asked: frozenset[str]
    overrides: bool  # it says so itself

    @property
    def name(self) -> str:
        return self.function.symbol.rpartition(".")[2]

    @property
    def is_constructor(self) -> bool:
        owner, _, name = self.function.symbol.rpartition(".")
        return name in _CONSTRUCTORS or (owner != "" and name == owner.rpartition(".")[2])

    @property
    def order(self) -> tuple[str, str, int, str]:
        return self.repo, self.path, self.function.line, self.function.symbol


class Likeness(NamedTuple):
    runs: float  # share of runs in common
    asked: float  # share of called names in common


def units_of(repo: str, graph: Graph, facts: FactsOf, paths: Iterable[str]) -> list[Unit]:
    """The functions of these files that count, sorted."""
    from plumbrule.details import wording  # what only reading needs, a gate need not load

    files: dict[str, FileRow] = {}
    for path in paths:
        file = graph.rows(path).file if path in graph else None
        if file is not None and file.is_written_here and not file.is_test:
            files[path] = file
    details = facts.details(wording.KIND, {(file.dialect, file.blob) for file in files.values()})
    found: list[Unit] = []
    for path, file in sorted(files.items()):
        worded = details.get((file.dialect, file.blob))
        if not worded:
            continue
        rows = graph.rows(path)
        functions = {(one.symbol, one.line): one for one in rows.functions if counts(path, file, one)}
        known = {(one.symbol, one.line): one for one in rows.symbols}
        symbols = facts.interface(file.dialect, file.blob).symbols
        for one in worded:
            symbol = symbols[one.symbol]
            function = functions.get((symbol.name, symbol.line))
            row = known.get((symbol.name, symbol.line))
            if function is not None and row is not None:
                family = _FAMILIES.get(file.language, file.language)
                asked, overrides = frozenset(one.asked.split()), not _OVERRIDES.isdisjoint(row.decorators.split(", "))
                found.append(Unit(repo, path, function, row.end_line, family, one.text, asked, overrides))
    return found


def known_units(repo: str, graph: Graph, facts: FactsOf, rows: object) -> Sequence[Unit]:
    """Those of all files; not read again where `rows` of this very graph remember them."""
    index = rows.known if isinstance(rows, IndexedRows) else None
    return index.units if index is not None else units_of(repo, graph, facts, graph.paths())


def alike(one: Unit, other: Unit, runs: float) -> Likeness | None:
    """How much two functions have in common, `runs` of it known; None if that is too little."""
    asked = len(one.asked & other.asked) / max(1, len(one.asked | other.asked))
    is_small = max(len(one.text), len(other.text)) <= _SMALL
    enough = runs >= LEAST and (asked >= _SAME_CALLS or not is_small or one.text == other.text)
    return Likeness(runs, asked) if enough else None


def may_be_told(one: Unit, other: Unit) -> bool:
    """Whether two functions could be written once: not what cannot be called from there, nor what each class must have
    of its own."""
    if one.family != other.family:
        return False
    if one.is_constructor and other.is_constructor:
        return False
    is_given = (one.overrides and other.overrides) or _is_asked_of_all(one.name)
    return one.name != other.name or not is_given


def _are_apart(one: Unit, other: Unit) -> bool:
    """Whether none lies inside the other."""
    return one.path != other.path or one.end_line < other.function.line or other.end_line < one.function.line


def _is_asked_of_all(name: str) -> bool:
    return name in _ASKED_OF_ALL or (name.startswith("__") and name.endswith("__"))


def decides(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether what two bodies have in common is more than declarations."""
    from plumbrule.details import wording

    common = one & other
    return sum(not wording.DECIDING.isdisjoint(run) for run in common) >= _DECIDES * len(common)


def across(units: Sequence[Unit]) -> Iterator[tuple[int, int, Likeness]]:
    """Every two of these, by their places, that are of two repositories and copies or near duplicates."""
    from plumbrule.measures._sketches import meetings, sketches

    for at, other_at in meetings(sketches([unit.text for unit in units]), LEAST):
        one, other = units[at], units[other_at]
        if one.repo == other.repo or not may_be_told(one, other):
            continue
        if one.function.shape_hash == other.function.shape_hash:
            yield at, other_at, Likeness(1.0, 1.0)
            continue
        runs = runs_of(one.text), runs_of(other.text)
        how = alike(one, other, likeness(*runs))
        if how is not None and decides(*runs):
            yield at, other_at, how


class Index:
    """Every function by its sketch, and which are alike; `renew` makes those of some files others."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self._units: list[Unit | None] = []
        self._sketches: Sketches | None = None
        self._at: dict[str, list[int]] = {}
        self._shapes: dict[int, set[int]] = {}
        self._alike: dict[tuple[int, int], Likeness] = {}
        self._runs: dict[int, frozenset[str]] = {}
        self.step = 0  # how often it was renewed
        self.pairs_changed = True  # by the last time
        self._add(units)

    def _add(self, units: Sequence[Unit]) -> None:
        from plumbrule.measures._sketches import meetings, met_by, sketches, with_more

        first = len(self._units)
        self._units += units
        for at, unit in enumerate(units, first):
            self._at.setdefault(unit.path, []).append(at)
            self._shapes.setdefault(unit.function.shape_hash, set()).add(at)
        added = sketches([unit.text for unit in units])
        known = self._sketches
        self._sketches = added if known is None else with_more(known, added)
        met = [(first + one, first + other) for one, other in meetings(added, LEAST)]
        if known is not None:
            met += [(other, first + one) for one, other in met_by(added, known, LEAST)]
        for one, other in met:
            self._compare(one, other)
        self._runs.clear()

    def _compare(self, one: int, other: int) -> None:
        first, second = self._units[one], self._units[other]
        if first is None or second is None or first.function.shape_hash == second.function.shape_hash:
            return  # copies of one shape are told as such
        if not may_be_told(first, second) or not _are_apart(first, second):
            return
        runs = self._runs_of(one, first), self._runs_of(other, second)
        found = alike(first, second, likeness(*runs))
        if found is not None and decides(*runs):
            self._alike[one, other] = found
            self.pairs_changed = True

    def _runs_of(self, at: int, unit: Unit) -> frozenset[str]:
        if at not in self._runs:
            self._runs[at] = runs_of(unit.text)
        return self._runs[at]

    def renew(self, paths: Collection[str], units: Sequence[Unit]) -> None:
        """The functions of these files are now those."""
        self.step += 1
        self.pairs_changed = False
        gone = {at for path in paths for at in self._at.pop(path, ())}
        for at in gone:
            unit = self._units[at]
            assert unit is not None
            self._shapes[unit.function.shape_hash].discard(at)
            self._units[at] = None
        for pair in [pair for pair in self._alike if not gone.isdisjoint(pair)] if gone else ():
            del self._alike[pair]
            self.pairs_changed = True
        self._add(units)

    @property
    def units(self) -> Sequence[Unit]:
        return sorted((unit for unit in self._units if unit is not None), key=lambda unit: unit.order)

    @property
    def is_hollow(self) -> bool:
        """Whether most of what it holds is gone."""
        return 2 * sum(map(len, self._at.values())) < len(self._units)

    def pairs(self) -> Mapping[frozenset[Unit], Likeness]:
        """Every two functions that are near duplicates."""
        return {frozenset((self._unit(one), self._unit(other))): how for (one, other), how in self._alike.items()}

    def twins(self) -> Mapping[Unit, Sequence[tuple[Likeness, Unit]]]:
        """Of each function that has any its near duplicates, the most alike first; of copies of one shape the first one
        by its place stands for all."""
        found: dict[int, list[tuple[Likeness, int]]] = {}
        for (one, other), how in self._alike.items():
            if self._stands(one) and self._stands(other):
                found.setdefault(one, []).append((how, other))
                found.setdefault(other, []).append((how, one))
        told: dict[Unit, Sequence[tuple[Likeness, Unit]]] = {}
        for at, others in found.items():
            ranked = [(how, self._unit(other)) for how, other in others]
            told[self._unit(at)] = sorted(ranked, key=lambda twin: (-twin[0].runs, -twin[0].asked, twin[1].order))
        return told

    def _unit(self, at: int) -> Unit:
        unit = self._units[at]
        assert unit is not None
        return unit

    def _stands(self, at: int) -> bool:
        same = self._shapes[self._unit(at).function.shape_hash]
        return len(same) == 1 or at == min(same, key=lambda one: self._unit(one).order)


class IndexedRows(list[Row]):
    """Rows that remember the index they were made from, so that the next snapshot only reads files that changed."""

    __slots__ = ("_index", "_step", "rests_on")

    def __init__(self, rows: Iterable[Row], index: Index, rests_on: Set[str]) -> None:
        super().__init__(rows)
        self.rests_on = rests_on  # files beside those of the functions, which say what is inherited
        self._index = index
        self._step = index.step

    @property
    def known(self) -> Index | None:
        """None if it went on to another snapshot since."""
        return self._index if self._index.step == self._step else None


def _near_duplicates(s: Situation) -> Collection[Row]:
    earlier = s.earlier.get(TABLE)
    index = earlier.known if isinstance(earlier, IndexedRows) else None
    if index is None or index.is_hollow:
        index = Index(units_of(s.now.repo, s.now, s.facts, s.now.paths()))
    else:
        assert isinstance(earlier, IndexedRows)
        index.renew(s.changed, units_of(s.now.repo, s.now, s.facts, s.changed))
        if not index.pairs_changed and earlier.rests_on.isdisjoint(s.changed):
            return IndexedRows(earlier, index, earlier.rests_on)
    owners = _Owners(s)
    return IndexedRows(_rows(s, index, owners), index, owners.read)


def _rows(s: Situation, index: Index, owners: _Owners) -> list[Row]:
    rows = []
    for unit, twins in sorted(index.twins().items(), key=lambda item: item[0].order):
        own = [(how, twin) for how, twin in twins if not owners.stands_in(unit, twin)]
        for place, (how, twin) in enumerate(own[:_TOLD], 1):
            function = unit.function
            rows.append((
                s.now.repo, unit.path, function.symbol, function.line, function.accessor, twin.path,
                twin.function.symbol, twin.function.line, place, len(own), round(how.runs, 2), round(how.asked, 2),
                len(unit.text), function.statements, function.cognitive,
            ))  # fmt: skip
    return rows


class _Owners:
    """Classes of methods with all that they inherit from, and a record of the files that this was read in."""

    def __init__(self, s: Situation) -> None:
        self._situation = s
        self._known: dict[Place, frozenset[tuple[str, str]]] = {}
        self.read: set[str] = set()

    def stands_in(self, one: Unit, other: Unit) -> bool:
        """Whether two methods are there for the same one, see `override_the_same`."""
        first, second = Copy(one.path, one.function), Copy(other.path, other.function)
        return override_the_same(self._situation, first, second, self._around(first), self._around(second))

    def _around(self, method: Copy) -> frozenset[tuple[str, str]]:
        owner = Place(method.path, method.function.symbol.rpartition(".")[0])
        if not owner.symbol:
            return frozenset()
        if owner not in self._known:
            reader = Reader(self._situation.now, method.path)
            self._known[owner] = frozenset({owner, *ancestors_of(reader, owner)})
            self.read |= reader.read
        return self._known[owner]


MEASURES = (
    Measure(
        Table(
            TABLE,
            "A function and another one that says nearly the same, names and values aside; five of each at most.",
            columns(
                """repo VARCHAR repository, by its name in the store
                path VARCHAR repository-relative file
                symbol VARCHAR dotted path inside the file
                line INTEGER first line
                accessor VARCHAR set or delete if it is that of a property, all of whose accessors have one symbol
                twin_path VARCHAR file of the other one
                twin_symbol VARCHAR the other one
                twin_line INTEGER its first line
                place INTEGER 1 for the one that is most like it
                twins INTEGER how many are like it, those that are not told included
                likeness DOUBLE share of runs of six tokens that both have, 0 to 1
                calls_alike DOUBLE share of called names that both have, 0 to 1
                tokens INTEGER of the body, keywords and punctuation included
                statements INTEGER in the body
                cognitive INTEGER cognitive complexity"""
            ),
        ),
        _near_duplicates,
        gate=False,
    ),
)
