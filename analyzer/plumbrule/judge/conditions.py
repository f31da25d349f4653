"""Conditions of a statement's joins and WHERE clauses, evaluated over single rows as SQL would evaluate them.

Hides how the database's parse spells a condition, in either version, and where Python and SQL could disagree: there
the answer is that the condition may hold.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any

from plumbrule.tables import Row

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


class Unclear(Exception):
    """This condition is not understood, or is about more than what is at hand."""


_Value = Callable[[Row], bool | None]
_Content = Callable[[Row], object]

# From the dotted parts of a column's name to the name under which a row has it; Unclear if none has.
Naming = Callable[[Sequence[str]], str]


def parsed(condition: Any, column: Naming) -> Test:  # Any: parsed JSON
    """A condition that no row gets past unless it is true; Unclear for what cannot be told from columns with a name."""
    kind = str(condition.get("type", ""))
    if kind in _JOINING:
        return [_JOINING[kind], *(parsed(child, column) for child in condition["children"])]
    if kind == "OPERATOR_NOT":
        return ["not", parsed(condition["children"][0], column)]
    if kind == "COLUMN_REF":
        return _term(condition, column)
    if kind in _COMPARISONS:
        terms = [_term(condition[side], column) for side in ("left", "right")]
        if not any(map(_of_a_row, terms)):
            raise Unclear
        return [_COMPARISONS[kind], *terms]
    if kind == "FUNCTION" and condition.get("function_name") in _FUNCTIONS:
        terms = [_term(one, column) for one in _arguments(condition)]
        if len(terms) == 2 and any(map(_of_a_row, terms)):
            return [condition["function_name"], *terms]
    if kind in _LISTED:
        first, *rest = (_term(child, column) for child in condition["children"])
        if first[0] == "column" and all(term[0] in ("constant", "column") for term in rest):
            return [_LISTED[kind], first, rest]
    raise Unclear


def _arguments(function: Mapping[str, Any]) -> list[Any]:  # Any: parsed JSON
    return [one.get("expression", one) for one in function.get("arguments", function.get("children", ()))]


def _of_a_row(term: Test) -> bool:
    return term[0] in ("column", "split")


def _term(node: Any, column: Naming) -> Test:  # Any: parsed JSON
    kind = str(node.get("type", ""))
    if kind == "COLUMN_REF":
        return ["column", column([str(name).lower() for name in node.get("column_names", ())])]
    if kind == "VALUE_PARAMETER":
        return ["parameter", str(node["identifier"])]
    if kind == "VALUE_CONSTANT":
        return ["constant", _constant(node)]
    if kind == "FUNCTION" and node.get("function_name") == "string_split":
        text, *by = (_term(one, column) for one in _arguments(node))
        if text[0] == "column" and len(by) == 1 and by[0][0] == "constant" and isinstance(by[0][1], str) and by[0][1]:
            return ["split", text, by[0][1]]
    raise Unclear


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
    raise Unclear


def reader(test: Test, at: Mapping[str, int], parameters: Mapping[str, object]) -> Callable[[Row], bool]:
    """Whether a row whose columns stand at these places may pass; True where SQL could see it otherwise."""
    value = _value(test, at, parameters)

    def holds(row: Row) -> bool:
        try:
            return value(row) is True
        except Unclear:
            return True

    return holds


def _value(test: Test, at: Mapping[str, int], parameters: Mapping[str, object]) -> _Value:
    """For each row True, False or unknown, as SQL has it; or it raises Unclear."""
    what = test[0]
    if what in ("and", "or"):
        return _joined([_value(part, at, parameters) for part in test[1:]], decisive=what == "or")
    if what == "not":
        return _not(_value(test[1], at, parameters))
    if what == "column":
        return _true(_content(test, at, parameters))
    if what in ("in", "not in"):
        among = _among(_content(test[1], at, parameters), [_content(term, at, parameters) for term in test[2]])
        return among if what == "in" else _not(among)
    left, right = (_content(term, at, parameters) for term in test[1:])
    if what in ("=", "<>"):
        return _alike(left, right, how=what)
    compare = _FUNCTIONS.get(what) or partial(_compared, what)
    return lambda row: compare(left(row), right(row))


def _joined(parts: Sequence[_Value], *, decisive: bool) -> _Value:
    def value(row: Row) -> bool | None:
        unknown = False
        for part in parts:
            found = part(row)
            if found is decisive:
                return decisive
            unknown = unknown or found is None
        return None if unknown else not decisive

    return value


def _not(inner: _Value) -> _Value:
    return lambda row: None if (found := inner(row)) is None else not found


def _true(content: _Content) -> _Value:
    def value(row: Row) -> bool | None:
        found = content(row)
        if found is None or isinstance(found, bool):
            return found
        raise Unclear

    return value


def _among(content: _Content, terms: Sequence[_Content]) -> _Value:
    def value(row: Row) -> bool | None:
        one = content(row)
        found = [_compared("=", one, term(row)) for term in terms]
        return True if True in found else None if None in found else False

    return value


def _alike(left: _Content, right: _Content, *, how: str) -> _Value:
    wanted = how == "="

    def value(row: Row) -> bool | None:
        one, other = left(row), right(row)
        if type(one) is str and type(other) is str and one.isascii() and other.isascii():  # by far the most
            return (one == other) is wanted
        return _compared(how, one, other)

    return value


def _compared(how: str, one: object, other: object) -> bool | None:
    if one is None or other is None:
        return None
    if is_text(one) and is_text(other) and how in ("=", "<>"):
        return (one == other) == (how == "=")
    if _is_number(one) and _is_number(other):
        return _ORDERS[how](one, other)
    raise Unclear


_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {  # Any: two numbers
    "=": operator.eq,
    "<>": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}


def _starts_with(text: object, start: object) -> bool | None:
    if text is None or start is None:
        return None
    if isinstance(text, str) and isinstance(start, str) and is_text(text) and is_text(start):
        return text.startswith(start)
    raise Unclear


def _contains(text: object, part: object) -> bool | None:
    if text is None or part is None:
        return None
    if isinstance(text, str) and isinstance(part, str) and is_text(text) and is_text(part):
        return part in text
    raise Unclear


def _matches(text: object, pattern: object) -> bool | None:
    if text is None:
        return None
    # Of the two dialects of patterns only what is the same in both.
    if isinstance(text, str) and isinstance(pattern, str) and is_text(text) and _PLAIN.fullmatch(pattern):
        try:
            return re.search(pattern, text) is not None
        except re.error:
            raise Unclear from None
    raise Unclear


_PLAIN = re.compile(r"[A-Za-z0-9_/^()|\[\]-]*")


def _list_contains(listed: object, value: object) -> bool | None:
    if isinstance(listed, list | tuple) and is_text(value) and all(map(is_text, listed)):
        return value in listed
    raise Unclear


def _list_has_any(listed: object, other: object) -> bool | None:
    if not isinstance(listed, list | tuple) or not isinstance(other, list | tuple):
        raise Unclear
    if not all(map(is_text, (*listed, *other))):
        raise Unclear
    return not set(listed).isdisjoint(other)


_FUNCTIONS: Mapping[str, Callable[[object, object], bool | None]] = {
    "contains": _contains,
    "list_contains": _list_contains,
    "list_has_any": _list_has_any,
    "regexp_matches": _matches,
    "starts_with": _starts_with,
}


def _is_number(value: object) -> bool:
    # NaN is the largest number there, and none here.
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def is_text(value: object) -> bool:
    # A lone surrogate is spelled out before the database sees it.
    return isinstance(value, str) and (value.isascii() or value == value.encode("utf-8", "replace").decode())


def _content(term: Test, at: Mapping[str, int], parameters: Mapping[str, object]) -> _Content:
    what, name = term[:2]
    if what == "split":
        content = _content(name, at, parameters)

        def split(row: Row) -> list[str]:
            text = content(row)
            if isinstance(text, str) and is_text(text):
                return text.split(term[2])
            raise Unclear

        return split
    if what == "column" and name in at:
        return itemgetter(at[name])
    if what == "parameter" and name in parameters:
        name = parameters[name]
    elif what != "constant":
        return _unclear
    return lambda row: name


def _unclear(row: Row) -> object:
    raise Unclear


def conjuncts(condition: Any) -> list[Any]:  # Any: parsed JSON
    if not isinstance(condition, dict):
        return []
    if condition.get("type") == "CONJUNCTION_AND":
        return [part for child in condition["children"] for part in conjuncts(child)]
    return [condition]


def objects(tree: Any) -> Iterator[dict[str, Any]]:  # Any: parsed JSON
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            yield node
            waiting += node.values()
