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
        self._partners = partners
        self._parameters = parameters
        self._patience = _PATIENCE
        self._places: dict[tuple[int, ...], dict[str, int]] = {(): {f"0.{name}": n for n, name in enumerate(names)}}
        self._fitting: dict[tuple[int, ...], list[Callable[[Row], bool]]] = {}
        own = {column for partner in partners for column in _columns((partner.by, partner.tests))}
        asked = [at for name, at in self._places[()].items() if name in own]
        self._asks = itemgetter(*asked) if asked else lambda row: ()
        self._met: dict[tuple[Find, Any], bool] = {}  # Any: values of rows

    def meets(self, row: Row, find: Find) -> bool:
        """Whether there is a row of every view that it must meet, all of them fitting together."""
        if not self._partners:
            return True
        key = find, self._asks(row)  # many rows of a file ask for the same ones
        if key not in self._met:
            self._met[key] = self._meets(row, (), 1, find)
        return self._met[key]

    def _meets(self, row: Row, met: tuple[int, ...], number: int, find: Find) -> bool:
        """The same from the partner of this number on; `row` goes on with the rows of the partners that are `met`."""
        if number > len(self._partners):
            return True
        partner = self._partners[number - 1]
        found = self._candidates(partner, row, self._places[met], find)
        if found is None:
            return self._meets(row, met, number + 1, find)
        names, rows = found
        more = (*met, number)
        if more not in self._places:
            fresh = {f"{number}.{name}": n for n, name in enumerate(names, len(row))}
            at = self._places[more] = {**self._places[met], **fresh}
            self._fitting[more] = [reader(test, at, self._parameters) for test in partner.tests]
        fitting = self._fitting[more]
        for one in rows:
            self._patience -= 1
            if self._patience < 0:
                return True
            both = (*row, *one)
            if _holds(fitting, both) and self._meets(both, more, number + 1, find):
                return True
        return False

    def _candidates(
        self, partner: Partner, row: Row, at: Mapping[str, int], find: Find
    ) -> tuple[tuple[str, ...], Collection[Row]] | None:
        """The rows of a partner's view with what must be equal; None where they are not at hand."""
        found: tuple[tuple[str, ...], Collection[Row]] | None = None
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
                        continue
                told_apart.append((its, value))
        for its, value in told_apart:
            if found is not None and its in found[0]:
                place, kind = found[0].index(its), type(value)
                found = found[0], [one for one in found[1] if type(one[place]) is not kind or one[place] == value]
        return found


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
