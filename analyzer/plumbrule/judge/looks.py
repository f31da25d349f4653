"""Which rows of a table a rule's SQL can see at all, from the database's own parse of it.

A change of rows that a rule filters out before it does anything with them, or of columns that it never names, changes
nothing of what it finds (Blakeley, Larson and Tompa 1986: irrelevant updates). Hides how the parse spells a condition.
Whatever is not understood here is taken to be seen: then the rule runs, and nothing is lost but time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from plumbrule.tables import Row, Table

# ["and"|"or", ...tests], ["not", test], [comparison, term, term], ["in"|"not in", term, terms], ["column", name];
# a term is ["column", name], ["parameter", name] or ["constant", value]. Lists, as they are kept as JSON.
Test = list[Any]  # Any: see above

_COMPARISONS = {
    "COMPARE_EQUAL": "=",
    "COMPARE_NOTEQUAL": "<>",
    "COMPARE_GREATERTHAN": ">",
    "COMPARE_LESSTHAN": "<",
    "COMPARE_GREATERTHANOREQUALTO": ">=",
    "COMPARE_LESSTHANOREQUALTO": "<=",
}
_JOINING = {"CONJUNCTION_AND": "and", "CONJUNCTION_OR": "or"}
_LISTED = {"COMPARE_IN": "in", "COMPARE_NOT_IN": "not in"}


class _Unclear(Exception):
    """This condition is not understood, or is about more than one table."""


@dataclass(frozen=True, slots=True)
class Look:
    """One mention of a view in a statement."""

    view: str
    columns: frozenset[str] | None  # that the statement may read of it; None = all
    tests: tuple[Test, ...]  # what a row must pass to be seen

    def text(self) -> list[Any]:  # Any: JSON
        return [self.view, None if self.columns is None else sorted(self.columns), list(self.tests)]

    @classmethod
    def of(cls, text: Sequence[Any]) -> Look:  # Any: JSON
        view, columns, tests = text
        return cls(view, None if columns is None else frozenset(columns), tuple(tests))

    def sees(
        self, table: Table, gone: Collection[Row], came: Collection[Row], parameters: Mapping[str, object]
    ) -> bool:
        """Whether these rows, taken out and put in, make a difference to the statement."""
        places = [at for at, name in enumerate(table.names) if self.columns is None or name.lower() in self.columns]
        shown = itemgetter(*places) if places else lambda row: ()
        out, in_ = Counter(map(shown, gone)), Counter(map(shown, came))
        if out == in_:
            return False
        if not self.tests:
            return True
        at = {name.lower(): place for place, name in enumerate(table.names)}

        def passing(rows: Iterable[Row]) -> Counter[Any]:  # Any: values of rows
            return Counter(shown(row) for row in rows if all(_holds(test, row, at, parameters) for test in self.tests))

        return passing(gone) != passing(came)


def looks(statement: Mapping[str, Any]) -> tuple[Look, ...] | None:  # Any: parsed JSON
    """Every mention of a view of `now` or `before` in a statement; None where one is made outside of any SELECT."""
    found: list[Look] = []
    seen = 0
    for node in _objects(statement):
        if node.get("type") == "SELECT_NODE":
            found += _in_select(node)
        if node.get("type") == "BASE_TABLE" and node.get("schema_name"):
            seen += 1
    return tuple(found) if len(found) == seen else None


def _in_select(select: Mapping[str, Any]) -> Iterator[Look]:  # Any: parsed JSON
    relations, tests, plain = _from(select.get("from_table"))
    tests = [*tests, *_conjuncts(select.get("where_clause"))]
    aliases = [_alias(relation) for relation in relations]
    used = _Used(aliases)
    for node in _objects(select):
        used.see(node)
    for relation, alias in zip(relations, aliases, strict=True):
        if relation.get("type") != "BASE_TABLE" or not relation.get("schema_name"):
            continue
        mine = []
        if aliases.count(alias) == 1:
            for test in tests:
                try:
                    mine.append(_test(test, alias, alone=len(relations) == 1))
                except _Unclear:
                    continue
        columns = used.of(alias) if plain else None
        yield Look(str(relation["table_name"]).lower(), columns, tuple(mine))


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
        tests += _conjuncts(table.get("condition"))
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


def _test(condition: Any, alias: str, *, alone: bool) -> Test:  # Any: parsed JSON
    """A condition about one relation only, none of whose rows is seen unless it is true; _Unclear for any other."""
    kind = str(condition.get("type", ""))
    if kind in _JOINING:
        return [_JOINING[kind], *(_test(child, alias, alone=alone) for child in condition["children"])]
    if kind == "OPERATOR_NOT":
        return ["not", _test(condition["children"][0], alias, alone=alone)]
    if kind == "COLUMN_REF":
        return _term(condition, alias, alone=alone)
    if kind in _COMPARISONS:
        terms = [_term(condition[side], alias, alone=alone) for side in ("left", "right")]
        if all(term[0] != "column" for term in terms):
            raise _Unclear
        return [_COMPARISONS[kind], *terms]
    if kind == "FUNCTION" and condition.get("function_name") in _FUNCTIONS:
        given = condition.get("arguments", condition.get("children", ()))
        terms = [_term(one.get("expression", one), alias, alone=alone) for one in given]
        if len(terms) == 2 and any(term[0] == "column" for term in terms):
            return [condition["function_name"], *terms]
    if kind in _LISTED:
        first, *rest = (_term(child, alias, alone=alone) for child in condition["children"])
        if first[0] == "column" and all(term[0] == "constant" for term in rest):
            return [_LISTED[kind], first, rest]
    raise _Unclear


def _term(node: Any, alias: str, *, alone: bool) -> Test:  # Any: parsed JSON
    kind = str(node.get("type", ""))
    if kind == "COLUMN_REF":
        names = [str(name).lower() for name in node.get("column_names", ())]
        if (len(names) == 2 and names[0] == alias) or (len(names) == 1 and alone and names[0] != alias):
            return ["column", names[-1]]
    elif kind == "VALUE_PARAMETER":
        return ["parameter", str(node["identifier"])]
    elif kind == "VALUE_CONSTANT":
        return ["constant", _constant(node)]
    raise _Unclear


def _constant(node: Any) -> int | str:  # Any: parsed JSON
    literal, value = node.get("literal"), node.get("value")
    if isinstance(literal, dict):  # DuckDB 2.0
        text = str(literal.get("text", ""))
        if literal.get("kind") == "STRING":
            return text
        if literal.get("kind") == "INTEGER":
            return int(text)
    elif isinstance(value, dict) and not value.get("is_null"):  # DuckDB 1.5
        known, kind = value.get("value"), value.get("type", {}).get("id")
        if (isinstance(known, str) and kind == "VARCHAR") or (isinstance(known, int) and kind == "INTEGER"):
            return known
    raise _Unclear


def _holds(test: Test, row: Row, at: Mapping[str, int], parameters: Mapping[str, object]) -> bool:
    """Whether a row may pass; True wherever SQL could see it otherwise than Python."""
    try:
        return _value(test, row, at, parameters) is True
    except _Unclear:
        return True


def _value(test: Test, row: Row, at: Mapping[str, int], parameters: Mapping[str, object]) -> bool | None:
    """True, False or unknown, as SQL has it."""
    what = test[0]
    if what in ("and", "or"):
        values = [_value(part, row, at, parameters) for part in test[1:]]
        decisive = what == "or"
        return decisive if decisive in values else None if None in values else not decisive
    if what == "not":
        inner = _value(test[1], row, at, parameters)
        return None if inner is None else not inner
    if what == "column":
        value = _content(test, row, at, parameters)
        if value is None or isinstance(value, bool):
            return value
        raise _Unclear
    if what in ("in", "not in"):
        found = [_compared("=", _content(test[1], row, at, parameters), term[1]) for term in test[2]]
        among = True if True in found else None if None in found else False
        return among if what == "in" or among is None else not among
    one, other = (_content(term, row, at, parameters) for term in test[1:])
    return _FUNCTIONS[what](one, other) if what in _FUNCTIONS else _compared(what, one, other)


def _compared(how: str, one: object, other: object) -> bool | None:
    if one is None or other is None:
        return None
    if _is_text(one) and _is_text(other) and how in ("=", "<>"):
        return (one == other) == (how == "=")
    if _is_number(one) and _is_number(other):
        assert isinstance(one, int | float)
        assert isinstance(other, int | float)
        order = (one > other) - (one < other)
        return {"=": order == 0, "<>": order != 0, ">": order > 0, "<": order < 0, ">=": order >= 0, "<=": order <= 0}[
            how
        ]
    raise _Unclear


def _starts_with(text: object, start: object) -> bool | None:
    if text is None or start is None:
        return None
    if isinstance(text, str) and isinstance(start, str) and _is_text(text) and _is_text(start):
        return text.startswith(start)
    raise _Unclear


def _list_contains(listed: object, value: object) -> bool | None:
    if isinstance(listed, list | tuple) and _is_text(value) and all(map(_is_text, listed)):
        return value in listed
    raise _Unclear


_FUNCTIONS: Mapping[str, Callable[[object, object], bool | None]] = {
    "starts_with": _starts_with,
    "list_contains": _list_contains,
}


def _is_number(value: object) -> bool:
    # NaN is the largest number there, and none here.
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def _is_text(value: object) -> bool:
    # A lone surrogate is spelled out before the database sees it.
    return isinstance(value, str) and (value.isascii() or value == value.encode("utf-8", "replace").decode())


def _content(term: Test, row: Row, at: Mapping[str, int], parameters: Mapping[str, object]) -> object:
    what, name = term
    if what == "column":
        if name not in at:
            raise _Unclear
        return row[at[name]]
    if what == "parameter":
        if name not in parameters:
            raise _Unclear
        return parameters[name]
    constant: object = name
    return constant


def _alias(relation: Mapping[str, Any]) -> str:  # Any: parsed JSON
    return str(relation.get("alias") or relation.get("table_name", "")).lower()


def _conjuncts(condition: Any) -> list[Any]:  # Any: parsed JSON
    if not isinstance(condition, dict):
        return []
    if condition.get("type") == "CONJUNCTION_AND":
        return [part for child in condition["children"] for part in _conjuncts(child)]
    return [condition]


def _objects(tree: Any) -> Iterator[dict[str, Any]]:  # Any: parsed JSON
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            yield node
            waiting += node.values()
