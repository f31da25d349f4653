"""Which rows of a table a rule's SQL can see at all, from the database's own parse of it.

A change of rows that a rule filters out before it does anything with them, or of columns that it never names, changes
nothing of what it finds (Blakeley, Larson and Tompa 1986: irrelevant updates). Hides how the parse spells a condition.
Whatever is not understood here is taken to be seen: then the rule runs, and nothing is lost but time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any

from plumbrule.data import dataclass
from plumbrule.judge.conditions import Test, Unclear, conjuncts, is_text, objects, parsed, reader
from plumbrule.judge.joins import Partner, partners
from plumbrule.tables import Row

# The rows of a view, on the side where a row stands, with this text in this column, and the names of their columns;
# None where they are not at hand.
Find = Callable[[str, str, str], tuple[tuple[str, ...], Collection[Row]] | None]
_Candidates = tuple[tuple[str, ...], Collection[Row]] | None  # as of `Find`
_Met = tuple[int, ...]  # partners, by number
_Values = tuple[Any, ...]  # Any: values of a row
_NOT_KNOWN = object()  # instead of a value: what a partner is found by is a column of one that is not at hand

_PATIENCE = 3_000  # rows that are looked at for partners; from then on it is cheaper to ask the rule


def _finds_nothing(view: str, column: str, text: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Look:
    """One mention of a view in a statement."""

    view: str
    columns: frozenset[str] | None  # that the statement may read of it; None = all
    tests: tuple[Test, ...]  # what a row must pass to be seen
    partners: tuple[Partner, ...] = ()  # whom it must meet to be seen

    def text(self) -> list[Any]:  # Any: JSON
        needed = [partner.text() for partner in self.partners]
        return [self.view, None if self.columns is None else sorted(self.columns), list(self.tests), needed]

    @classmethod
    def of(cls, text: Sequence[Any]) -> Look:  # Any: JSON
        view, columns, tests, needed = text
        known = None if columns is None else frozenset(columns)
        return cls(view, known, tuple(tests), tuple(map(Partner.of, needed)))

    def sees(
        self,
        names: Sequence[str],
        gone: Collection[Row],
        came: Collection[Row],
        parameters: Mapping[str, object],
        find_before: Find = _finds_nothing,
        find_now: Find = _finds_nothing,
    ) -> bool:
        """Whether these rows, taken out and put in, make a difference to the statement; `names` are their columns."""
        names = [name.lower() for name in names]
        places = [at for at, name in enumerate(names) if self.columns is None or name in self.columns]
        shown = itemgetter(*places) if places else lambda row: ()
        out, in_ = Counter(map(shown, gone)), Counter(map(shown, came))
        if out == in_:
            return False
        if not self.tests and not self.partners:
            return True
        at = {name: place for place, name in enumerate(names)}
        meeting = _Meeting(self.partners, names, parameters)
        passes = [reader(test, at, parameters) for test in self.tests]

        def any_passes(rows: Iterable[Row], among: Counter[Any], find: Find) -> bool:  # Any: values of rows
            return any(_holds(passes, row) and meeting.meets(row, find) for row in rows if shown(row) in among)

        # What is there on both sides takes no part, wherever it stands now.
        return any_passes(gone, out - in_, find_before) or any_passes(came, in_ - out, find_now)

    def passes_any(self, names: Sequence[str], rows: Collection[Row], parameters: Mapping[str, object]) -> bool:
        """Whether the statement does anything with any of these rows, whomever they meet; without them it would find
        the same."""
        at = {name.lower(): place for place, name in enumerate(names)}
        for test in self.tests:
            rows = list(filter(reader(test, at, parameters), rows))
        return bool(rows)


def _holds(tests: Iterable[Callable[[Row], bool]], row: Row) -> bool:
    for holds in tests:  # noqa: SIM110 - a generator takes twice as long, and this is asked of every row
        if not holds(row):
            return False
    return True


class _Meeting:
    """Whether rows of one view find the partners that they need."""

    def __init__(self, partners: Sequence[Partner], names: Sequence[str], parameters: Mapping[str, object]) -> None:
        self._partners = [
            Partner(one.view, by, one.tests) for one, by in zip(partners, _earliest(partners), strict=True)
        ]
        self._parameters = parameters
        self._patience = _PATIENCE
        self._places: dict[_Met, dict[str, int]] = {(): {f"0.{name}": n for n, name in enumerate(names)}}
        self._fitting: dict[_Met, list[Callable[[Row], bool]]] = {}
        self._needed = [frozenset(_columns((partner.by, partner.tests))) for partner in self._partners]
        tests = [(number, partner.tests) for number, partner in enumerate(self._partners, 1)]
        self._alone = [[test for test in mine if _is_about(test, number)] for number, mine in tests]
        self._together = [[test for test in mine if not _is_about(test, number)] for number, mine in tests]
        self._passing: dict[int, list[Callable[[Row], bool]]] = {}
        self._asking: dict[tuple[_Met, int], Callable[[Row], Any]] = {}  # Any: values of rows
        self._known_by: dict[tuple[_Met, int], list[int | None]] = {}
        self._known_next: dict[tuple[_Met, int], list[int]] = {}
        self._found: dict[tuple[int, Find, _Values], _Candidates] = {}
        self._indexes: dict[Any, tuple[dict[_Values, list[Row]], set[tuple[type, ...]]]] = {}  # Any: see `_narrowed`
        self._met: dict[tuple[Find, _Met, int, Any], bool] = {}  # Any: values of rows

    def meets(self, row: Row, find: Find) -> bool:
        """Whether there is a row of every view that it must meet, all of them fitting together."""
        return self._may_meet(row, (), 1, find) and self._meets(row, (), 1, find)

    def _may_meet(self, row: Row, met: _Met, number: int, find: Find) -> bool:
        """Whether each partner from this number on that can be looked up by now is there, whomever else it must fit."""
        if (met, number) not in self._known_next:
            at, before = self._places[met], self._places[met[:-1]]
            known = [
                one
                for one in range(number, len(self._partners) + 1)
                if all(name in at for _, name in self._partners[one - 1].by)
                and not (met and all(name in before for _, name in self._partners[one - 1].by))
            ]
            self._known_next[met, number] = known
        for one in self._known_next[met, number]:
            found = self._candidates_of(one, row, met, find)
            if found is not None and not found[1]:
                return False
        return True

    def _meets(self, row: Row, met: _Met, number: int, find: Find) -> bool:
        """The same from the partner of this number on; `row` goes on with the rows of the partners that are `met`."""
        if number > len(self._partners):
            return True
        if (met, number) not in self._asking:
            self._asking[met, number] = self._asks(met, number)
        key = find, met, number, self._asking[met, number](row)  # many rows of a file ask for the same ones
        if key not in self._met:
            self._met[key] = self._finds(row, met, number, find)
        return self._met[key]

    def _asks(self, met: _Met, number: int) -> Callable[[Row], Any]:  # Any: values of rows
        """What the partners from this number on ask of a row."""
        asked = frozenset[str]().union(*self._needed[number - 1 :])
        places = [at for name, at in self._places[met].items() if name in asked]
        return itemgetter(*places) if places else lambda row: ()

    def _finds(self, row: Row, met: _Met, number: int, find: Find) -> bool:
        found = self._candidates_of(number, row, met, find)
        if found is None:
            return self._meets(row, met, number + 1, find)
        names, rows = found
        if not rows:
            return False
        more = (*met, number)
        if more not in self._places:
            fresh = {f"{number}.{name}": n for n, name in enumerate(names, len(row))}
            at = self._places[more] = {**self._places[met], **fresh}
            self._fitting[more] = [reader(test, at, self._parameters) for test in self._together[number - 1]]
        fitting = self._fitting[more]
        for one in rows:
            self._patience -= 1
            if self._patience < 0:
                return True
            both = (*row, *one)
            if (
                _holds(fitting, both)
                and self._may_meet(both, more, number + 1, find)
                and self._meets(both, more, number + 1, find)
            ):
                return True
        return False

    def _candidates_of(self, number: int, row: Row, met: _Met, find: Find) -> _Candidates:
        """`_candidates` that pass what is asked of them alone; found once for all who ask for the same."""
        partner, at = self._partners[number - 1], self._places[met]
        if (met, number) not in self._known_by:
            self._known_by[met, number] = [at.get(known) for _, known in partner.by]
        values = tuple([_NOT_KNOWN if place is None else row[place] for place in self._known_by[met, number]])
        key = number, find, values
        if key not in self._found:
            found = self._candidates(partner, row, at, find)
            if found is not None:
                names, rows = found
                if rows and number not in self._passing:
                    own = {f"{number}.{name}": n for n, name in enumerate(names)}
                    self._passing[number] = [reader(test, own, self._parameters) for test in self._alone[number - 1]]
                for passes in self._passing[number] if rows else ():
                    rows = list(filter(passes, rows))
                found = names, rows
            self._found[key] = found
        return self._found[key]

    def _candidates(
        self, partner: Partner, row: Row, at: Mapping[str, int], find: Find
    ) -> tuple[tuple[str, ...], Collection[Row]] | None:
        """The rows of a partner's view with what must be equal; None where they are not at hand."""
        found: _Candidates = None
        found_by: tuple[Find, str, str, str] | None = None
        told_apart: list[tuple[str, str | int]] = []  # beside what they are found by
        for its, known in partner.by:
            value = row[at[known]] if known in at else ""
            if value is None:
                return (), ()  # nothing equals it
            # What SQL could take for equal where Python does not is left to the rule.
            if type(value) is int or (known in at and is_text(value) and "\\ud" not in value):
                if found is None and isinstance(value, str):
                    found = find(partner.view, its, value)
                    if found is not None:
                        found_by = find, partner.view, its, value
                        continue
                told_apart.append((its, value))
        if found is None or found_by is None:
            return None
        told_apart = [(its, value) for its, value in told_apart if its in found[0]]
        return (found[0], self._narrowed(found_by, *found, told_apart)) if told_apart else found

    def _narrowed(
        self,
        found_by: tuple[Find, str, str, str],
        names: tuple[str, ...],
        rows: Collection[Row],
        told_apart: Sequence[tuple[str, str | int]],
    ) -> Collection[Row]:
        """Of rows that are always the same ones for `found_by`, those with these values."""
        places = tuple([names.index(its) for its, _ in told_apart])
        if (found_by, places) not in self._indexes:
            index: dict[_Values, list[Row]] = {}
            for one in rows:
                index.setdefault(tuple([one[place] for place in places]), []).append(one)
            self._indexes[found_by, places] = index, {tuple(map(type, values)) for values in index}
        index, kinds = self._indexes[found_by, places]
        wanted = tuple([value for _, value in told_apart])
        if kinds <= {tuple(map(type, wanted))}:
            return index.get(wanted, ())
        for place, value in zip(places, wanted, strict=True):
            rows = [one for one in rows if type(one[place]) is not type(value) or one[place] == value]
        return rows


def _earliest(partners: Sequence[Partner]) -> Iterator[tuple[tuple[str, str], ...]]:
    """What each is found by, told by the first column that must equal it: that is known soonest."""
    first: dict[str, str] = {}
    for number, partner in enumerate(partners, 1):
        by = tuple((its, first.get(known, known)) for its, known in partner.by)
        for its, known in by:
            first.setdefault(f"{number}.{its}", known)
        yield by


def _is_about(test: Test, number: int) -> bool:
    """Whether it names no column but those of one partner."""
    return all(name.startswith(f"{number}.") for name in _named(test))


def _named(part: Any) -> Iterator[str]:  # Any: JSON
    """The columns in a condition."""
    if isinstance(part, list | tuple):
        if len(part) == 2 and part[0] == "column" and isinstance(part[1], str):
            yield part[1]
        else:
            for one in part:
                yield from _named(one)


def _columns(part: Any) -> Iterator[str]:  # Any: JSON
    """All texts in it, among them the names of columns."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, list | tuple):
        for one in part:
            yield from _columns(one)


def looks(statement: Mapping[str, Any], *, both: bool = False) -> tuple[Look, ...] | None:  # Any: parsed JSON
    """Every mention of a view of `now` or `before` in a statement; None where one is made outside of any SELECT.

    A statement about both sides shows no partners, unless `both`: then they are called by their side too.
    """
    found: list[Look] = []
    seen = 0
    met = partners(statement, both=both)
    for node in objects(statement):
        if node.get("type") == "SELECT_NODE":
            found += _in_select(node, met)
        if node.get("type") == "BASE_TABLE" and node.get("schema_name"):
            seen += 1
    return tuple(found) if len(found) == seen else None


def _in_select(select: Mapping[str, Any], met: Mapping[int, tuple[Partner, ...]]) -> Iterator[Look]:  # Any: parsed JSON
    relations, tests, plain = _from(select.get("from_table"))
    tests = [*tests, *conjuncts(select.get("where_clause"))]
    aliases = [_alias(relation) for relation in relations]
    used = _Used(aliases)
    for node in objects(select):
        used.see(node)
    for relation, alias in zip(relations, aliases, strict=True):
        if relation.get("type") != "BASE_TABLE" or not relation.get("schema_name"):
            continue
        mine = []
        if aliases.count(alias) == 1:
            for test in tests:
                try:
                    mine.append(parsed(test, partial(_own, alias, len(relations) == 1)))
                except Unclear:
                    continue
        columns = used.of(alias) if plain else None
        yield Look(str(relation["table_name"]).lower(), columns, tuple(mine), met.get(id(relation), ()))


def _from(table: Any) -> tuple[list[dict[str, Any]], list[Any], bool]:  # Any: parsed JSON
    """The relations that a FROM clause joins, the conditions that rows of inner joins must meet, and whether every
    column has the name that the statement calls it by."""
    if not isinstance(table, dict) or table.get("type") == "EMPTY":
        return [], [], True
    plain = not table.get("column_name_alias")
    if table.get("type") != "JOIN":
        return [table], [], plain
    relations, tests = [], []
    for side in ("left", "right"):
        inside, conditions, ok = _from(table.get(side))
        relations += inside
        tests += conditions
        plain = plain and ok
    if table.get("join_type") == "INNER" and table.get("ref_type") == "REGULAR":
        tests += conjuncts(table.get("condition"))
    return relations, tests, plain and table.get("ref_type") in ("REGULAR", "CROSS", "DEPENDENT")


class _Used:
    """The columns that a SELECT, with everything inside it, names of each relation; rather too many than too few."""

    def __init__(self, aliases: Sequence[str]) -> None:
        self._aliases = frozenset(aliases)
        self._of: dict[str, set[str]] = {alias: set() for alias in aliases}
        self._any: set[str] = set()
        self._whole: set[str] = set()

    def see(self, node: Mapping[str, Any]) -> None:  # Any: parsed JSON
        if node.get("class") == "STAR":
            relation = str(node.get("relation_name", "")).lower()
            self._whole |= {relation} if relation in self._aliases else self._aliases
        self._any.update(str(name).lower() for name in node.get("using_columns", ()))
        names = [str(name).lower() for name in node.get("column_names", ())]
        if len(names) == 1:
            self._any.add(names[0])
        elif names and names[0] in self._aliases:
            self._of[names[0]].add(names[1])
        elif names:
            self._any.update(names)  # another SELECT's relation, or the field of a column
            self._whole |= self._aliases & set(names)

    def of(self, alias: str) -> frozenset[str] | None:
        return None if alias in self._whole or alias in self._any else frozenset(self._of[alias] | self._any)


def _own(alias: str, alone: bool, names: Sequence[str]) -> str:
    """The column of one relation that a dotted name means."""
    if (len(names) == 2 and names[0] == alias) or (len(names) == 1 and alone and names[0] != alias):
        return names[-1]
    raise Unclear


def _alias(relation: Mapping[str, Any]) -> str:  # Any: parsed JSON
    return str(relation.get("alias") or relation.get("table_name", "")).lower()
