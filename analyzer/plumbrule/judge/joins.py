"""With which rows of other views a row must meet before a statement can see it: the joins around each mention.

A row that finds no partner in its own SELECT never leaves that SELECT's joins; what a SELECT gives to one other only
must find its partners there too. Hides WITH, EXISTS and how a column is followed through them. Whatever is not
understood here demands no partner.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from plumbrule.data import dataclass
from plumbrule.judge.conditions import Test, Unclear, conjuncts, objects, parsed

_OWN = "0."  # before the columns of the row itself; those of the first partner are called "1.path" and so on
_DEEP = 6  # SELECTs that a column is followed through


@dataclass(frozen=True, slots=True)
class Partner:
    """A row of a view that must be there, for a row with the partners before it to be seen."""

    view: str  # in a statement about both sides with its side: "before.use"
    by: tuple[tuple[str, str], ...]  # (its column, the equal one of what is known before it), at least one
    tests: tuple[Test, ...]  # that it must pass, with what is known before it

    def text(self) -> list[Any]:  # Any: JSON
        return [self.view, [list(pair) for pair in self.by], list(self.tests)]

    @classmethod
    def of(cls, text: Sequence[Any]) -> Partner:  # Any: JSON
        view, by, tests = text
        return cls(view, tuple((its, known) for its, known in by), tuple(tests))


def partners(
    statement: Mapping[str, Any], *, both: bool = False
) -> Mapping[int, tuple[Partner, ...]]:  # Any: parsed JSON
    """The partners of each mention of a view, by `id` of the mention's node; in a statement about both sides none,
    unless it is known to be one."""
    nodes = list(objects(statement))
    if not both and any(str(node.get("schema_name", "")).lower() == "before" for node in nodes):
        return {}
    query = _Query(nodes, both=both)
    found = {}
    for select in nodes:
        if select.get("type") == "SELECT_NODE" and (joined := _outer(select.get("from_table"))) is not None:
            for relation in [*joined[0], *_matched(select["from_table"])]:
                if relation.get("type") == "BASE_TABLE" and relation.get("schema_name"):
                    found[id(relation)] = _Around(query, select, relation).partners()
    return found


def _inner(table: Any) -> list[dict[str, Any]] | None:  # Any: parsed JSON
    """The relations of a FROM clause that leaves out whatever finds no partner; None if it does not."""
    if not isinstance(table, dict) or table.get("type") == "EMPTY":
        return []
    if table.get("column_name_alias") or table.get("sample"):
        return None
    if table.get("type") != "JOIN":
        return [table]
    sides = [_inner(table.get("left")), _inner(table.get("right"))]
    if table.get("join_type") != "INNER" or table.get("ref_type") not in ("REGULAR", "CROSS") or None in sides:
        return None
    if table.get("using_columns"):
        return None
    return [relation for side in sides for relation in side or ()]


def _outer(table: Any) -> tuple[list[dict[str, Any]], list[str]] | None:  # Any: parsed JSON
    """The relations of a FROM clause of which every row has one, and what those are called that it may lack; None where
    that is not known."""
    if isinstance(table, dict) and table.get("type") == "JOIN" and table.get("join_type") == "LEFT":
        if table.get("ref_type") != "REGULAR" or table.get("using_columns") or table.get("column_name_alias"):
            return None
        left = _outer(table.get("left"))
        return None if left is None else (left[0], [*left[1], *_every(table.get("right"))])
    inner = _inner(table)
    return None if inner is None else (inner, [])


def _matched(table: Any) -> list[dict[str, Any]]:  # Any: parsed JSON
    """The relation that the last join of a FROM clause looks up for each row, if that is one which it may lack."""
    right = table.get("right") if isinstance(table, dict) and table.get("join_type") == "LEFT" else None
    return [right] if isinstance(right, dict) and right.get("type") == "BASE_TABLE" else []


def _every(table: Any) -> list[str]:  # Any: parsed JSON
    if isinstance(table, dict) and table.get("type") == "JOIN":
        return [*_every(table.get("left")), *_every(table.get("right"))]
    return [_called(table)]


def _conditions(select: Mapping[str, Any]) -> list[Any]:  # Any: parsed JSON
    """What every combination of rows must meet that a SELECT goes on with."""
    found = conjuncts(select.get("where_clause"))
    waiting = [select.get("from_table")]
    while waiting:
        table = waiting.pop()
        if isinstance(table, dict) and table.get("type") == "JOIN" and table.get("join_type") == "LEFT":
            waiting.append(table.get("left"))
        elif isinstance(table, dict) and table.get("type") == "JOIN":
            found += conjuncts(table.get("condition"))
            waiting += [table.get("left"), table.get("right")]
    return found


def _asking(condition: Any) -> Iterator[Any]:  # Any: parsed JSON
    """What is asked for any row, in a condition or a part of it."""
    kind = condition.get("type") if isinstance(condition, dict) else None
    if kind in ("CONJUNCTION_AND", "CONJUNCTION_OR", "OPERATOR_NOT"):
        for child in condition["children"]:
            yield from _asking(child)
    elif kind == "SUBQUERY" and condition.get("subquery_type") in ("EXISTS", "NOT_EXISTS"):
        yield condition["subquery"]["node"]


def _called(relation: Mapping[str, Any]) -> str:  # Any: parsed JSON
    return str(relation.get("alias") or relation.get("table_name", "")).lower()


class _Query:
    """Where the SELECTs of a statement go."""

    def __init__(self, nodes: Sequence[dict[str, Any]], *, both: bool) -> None:  # Any: parsed JSON
        self._both = both
        named: dict[str, list[Any]] = {}  # Any: parsed JSON
        for node in nodes:
            for entry in (node.get("cte_map") or {}).get("map", ()):
                named.setdefault(str(entry["key"]).lower(), []).append(_body(entry["value"]))
        self._named = {name: bodies[0] for name, bodies in named.items() if len(bodies) == 1}
        mentioned = Counter(_name(node) for node in nodes)
        selects = [node for node in nodes if node.get("type") == "SELECT_NODE"]
        # By `id` of a SELECT: the one SELECT that goes on with its rows, and the relation that they are there.
        self._users: dict[int, tuple[dict[str, Any], dict[str, Any]]] = {}
        # By `id` of a SELECT that is asked for any row: the SELECT whose rows it is asked for.
        self._askers: dict[int, dict[str, Any]] = {}
        for select in selects:
            for relation in _inner(select.get("from_table")) or ():
                body = self.named(relation)
                if body is not None and mentioned[_name(relation)] == 1 and _plain(body):
                    self._users[id(body)] = (select, relation)
            for asked in _asking(select.get("where_clause")):
                self._askers[id(asked)] = select

    def view(self, relation: Mapping[str, Any]) -> str:  # Any: parsed JSON
        """The view that a relation is, as `Partner` calls it."""
        name = str(relation["table_name"]).lower()
        return f"{str(relation['schema_name']).lower()}.{name}" if self._both else name

    def named(self, relation: Mapping[str, Any]) -> dict[str, Any] | None:  # Any: parsed JSON
        """The SELECT that a WITH gives a relation's name to."""
        body = self._named.get(_name(relation))
        return body if isinstance(body, dict) and body.get("type") == "SELECT_NODE" else None

    def user(self, select: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:  # Any: parsed JSON
        return self._users.get(id(select))

    def asker(self, select: Mapping[str, Any]) -> dict[str, Any] | None:  # Any: parsed JSON
        return self._askers.get(id(select))


def _name(node: Mapping[str, Any]) -> str:  # Any: parsed JSON
    """The name of a relation that only a WITH can have defined."""
    bare = node.get("type") == "BASE_TABLE" and not node.get("schema_name")
    return str(node.get("table_name", "")).lower() if bare else ""


def _body(value: Mapping[str, Any]) -> Any:  # Any: parsed JSON
    if value.get("aliases"):
        return None  # its columns have other names outside
    return value.get("query_node") or (value.get("query") or {}).get("node")


def _plain(select: Mapping[str, Any]) -> bool:  # Any: parsed JSON
    """Whether no row that a later condition leaves out has a say in what the others look like."""
    grouped = len(select.get("group_sets") or ()) <= 1
    ordered = select.get("modifiers") or select.get("qualify") or select.get("sample")
    return grouped and not ordered and not any(node.get("class") == "WINDOW" for node in objects(select))


@dataclass(slots=True)
class _Scope:
    """What the names in a SELECT mean."""

    outer: _Scope | None = None
    relations: dict[str, int] = field(default_factory=dict)  # alias -> number of a view's mention
    given: dict[str, _Given] = field(default_factory=dict)  # alias -> the columns of a WITH
    unknown: set[str] = field(default_factory=set)  # other aliases

    def name(self, dotted: Sequence[str]) -> str:
        """A column as "number.column"."""
        if len(dotted) == 1:
            if len(self.relations) + len(self.given) != 1 or self.unknown or self.outer is not None:
                raise Unclear
            (alias,) = (*self.relations, *self.given)
            dotted = (alias, dotted[0])
        if len(dotted) != 2:
            raise Unclear
        alias, column = dotted
        if alias in self.relations:
            return f"{self.relations[alias]}.{column}"
        if alias in self.given:
            return self.given[alias].name(column)
        if self.outer is None or alias in self.unknown:
            raise Unclear
        return self.outer.name(dotted)


@dataclass(frozen=True, slots=True)
class _Given:
    """The columns that a SELECT passes on as they are."""

    names: Mapping[str, str]  # as it calls them -> "number.column"
    every: tuple[_Scope, str] | None  # it passes on all columns of this alias in this scope,
    but: Collection[str]  # of which something else may be meant by these names

    def name(self, column: str) -> str:
        """A column as "number.column"."""
        if column in self.names:
            return self.names[column]
        if self.every is None or column in self.but:
            raise Unclear
        scope, alias = self.every
        return scope.name((alias, column))


class _Around:
    """The views that one mention of a view meets, in its own SELECT and in those that go on with its rows."""

    def __init__(self, query: _Query, select: dict[str, Any], relation: Mapping[str, Any]) -> None:  # Any: parsed JSON
        self._query = query
        self._views: list[str] = [query.view(relation)]
        self._conditions: list[tuple[Any, _Scope]] = []  # Any: parsed JSON
        own = relation
        if any(one is own for one in _matched(select.get("from_table"))):
            self._look_up(select, own)
            return
        scope = self._enter(select, own, {}, 0)
        for depth in range(1, _DEEP):
            asker = query.asker(select)
            if asker is not None and scope is not None:
                if _outer(asker.get("from_table")) is None:
                    break
                outer = self._enter(asker, None, {}, depth)
                scope.outer, scope, select = outer, outer, asker
                continue
            user = query.user(select)
            if user is None or scope is None:
                break
            given = _given(select, scope)
            select, mention = user
            scope = self._enter(select, None, {id(mention): given}, depth)

    def _look_up(self, select: dict[str, Any], own: Mapping[str, Any]) -> None:  # Any: parsed JSON
        """Adds what a SELECT must have for a row to be looked up by it. What it says of that row itself in its WHERE
        may also hold without it."""
        table, alias = select["from_table"], _called(own)
        scope = self._enter({"from_table": table["left"]}, None, {}, 0)
        if scope is None or alias in {*scope.relations, *scope.given, *scope.unknown}:
            return
        scope.unknown.add(alias)
        self._conditions += [(one, scope) for one in conjuncts(select.get("where_clause"))]
        matching = replace(scope, relations={**scope.relations, alias: 0}, unknown=scope.unknown - {alias})
        self._conditions += [(one, matching) for one in conjuncts(table.get("condition"))]

    def _enter(
        self, select: dict[str, Any], own: Mapping[str, Any] | None, known: Mapping[int, _Given], depth: int
    ) -> _Scope | None:  # Any: parsed JSON
        """Adds what a SELECT joins; None if it also joins in ways that leave nothing out."""
        # A row stays, whatever else is joined to it; its partners may be missing.
        joined = (_inner(select.get("from_table")), []) if known else _outer(select.get("from_table"))
        relations, lacking = joined if joined is not None else (None, [])
        if relations is None:
            return None
        scope = _Scope(unknown=set(lacking))
        for relation in relations:
            alias = _called(relation)
            if alias in scope.relations or alias in scope.given or alias in scope.unknown:
                return None
            body = self._query.named(relation)
            if relation is own:
                scope.relations[alias] = 0
            elif id(relation) in known:
                scope.given[alias] = known[id(relation)]
            elif relation.get("type") == "BASE_TABLE" and relation.get("schema_name"):
                scope.relations[alias] = len(self._views)
                self._views.append(self._query.view(relation))
            elif body is not None and depth < _DEEP and (inner := self._enter(body, None, {}, depth + 1)) is not None:
                scope.given[alias] = _given(body, inner)
            else:
                scope.unknown.add(alias)
        self._conditions += [(condition, scope) for condition in _conditions(select)]
        return scope

    def partners(self) -> tuple[Partner, ...]:
        tests = []
        for condition, scope in self._conditions:
            try:
                tests.append(parsed(condition, scope.name))
            except Unclear:
                continue
        tests += _implied(tests)
        met = {0}  # numbers of the mentions at hand, and how the names in the tests are put
        order: list[tuple[int, tuple[tuple[str, str], ...]]] = []
        while reached := _reached(tests, met):
            order.append(reached)
            met.add(reached[0])
        number = {0: 0, **{mention: at for at, (mention, _) in enumerate(order, 1)}}
        found, left = [], [test for test in tests if _mentions(test) <= met and _mentions(test) != {0}]
        for mention, by in order:
            now = [test for test in left if max(number[one] for one in _mentions(test)) == number[mention]]
            pairs = tuple((its.partition(".")[2], _renumbered_name(known, number)) for its, known in by)
            now = [test for test in now if not _is_said(test, by)]
            found.append(Partner(self._views[mention], pairs, tuple(_renumbered(test, number) for test in now)))
        return tuple(found)


def _given(select: Mapping[str, Any], scope: _Scope) -> _Given:  # Any: parsed JSON
    """What a SELECT passes on as it is."""
    found: dict[str, str] = {}
    others = set()  # names of what is made of columns, and of what is there twice
    items = select.get("select_list", ())
    for item in items:
        if item.get("type") == "COLUMN_REF":
            names = [str(name).lower() for name in item.get("column_names", ())]
            called = str(item.get("alias") or names[-1]).lower()
            others |= {called} & found.keys()
            try:
                found[called] = scope.name(names)
            except Unclear:
                others.add(called)
        elif item.get("alias"):
            others.add(str(item["alias"]).lower())
    if not any(item.get("type") == "STAR" for item in items):
        return _Given({called: name for called, name in found.items() if called not in others}, None, ())
    # Which columns `*` has is not known here, so another item may have the name of one of them.
    aliases = [*scope.relations, *scope.given]
    whole = [item for item in items if item.get("type") == "STAR" and not any(map(item.get, _NOT_ALL))]
    every = (scope, aliases[0]) if len(aliases) == len(whole) == 1 and not scope.unknown else None
    return _Given({}, every, {*found, *others})


_NOT_ALL = ("exclude_list", "replace_list", "rename_list", "qualified_exclude_list", "columns", "expr")


_TEXTS = (
    "dst",
    "path",
    "src",
    "symbol",
)  # columns that are text in every view: what equals them equals what they equal


def _implied(tests: Sequence[Test]) -> list[Test]:
    """Equalities of texts that follow from others: a partner may be found by its own file where the one between cannot
    be found at all."""
    said = {
        (test[1][1], test[2][1])
        for test in tests
        if test[0] == "=" and all(term[0] == "column" and term[1].partition(".")[2] in _TEXTS for term in test[1:])
    }
    same: dict[str, set[str]] = {}
    for one, other in said:
        group = {one, other} | same.get(one, set()) | same.get(other, set())
        same.update(dict.fromkeys(group, group))
    return [
        ["=", ["column", one], ["column", other]]
        for one in sorted(same)
        for other in sorted(same[one])
        if one < other and _number(one) != _number(other) and said.isdisjoint({(one, other), (other, one)})
    ]


def _reached(tests: Sequence[Test], met: set[int]) -> tuple[int, tuple[tuple[str, str], ...]] | None:
    """A mention that is not met yet, with its columns that must equal those of what is."""
    equal: dict[int, list[tuple[str, str]]] = {}
    for test in tests:
        if test[0] == "=" and test[1][0] == test[2][0] == "column":
            for its, known in ((test[1][1], test[2][1]), (test[2][1], test[1][1])):
                # Of one repository are all of them.
                if _number(known) in met and _number(its) not in met and not its.endswith("repo"):
                    equal.setdefault(_number(its), []).append((its, known))
    return next(((mention, tuple(pairs)) for mention, pairs in equal.items()), None)


def _is_said(test: Test, by: Collection[tuple[str, str]]) -> bool:
    """Whether a test asks only for what partners are found by, or for one repository, of which all of them are."""
    if test[0] != "=" or not test[1][0] == test[2][0] == "column":
        return False
    one, other = test[1][1], test[2][1]
    return (one, other) in by or (other, one) in by or (one.endswith(".repo") and other.endswith(".repo"))


def _number(name: str) -> int:
    return int(name.partition(".")[0])


def _mentions(test: Test) -> set[int]:
    if test[0] == "column":
        return {_number(test[1])}
    return {number for part in test[1:] if isinstance(part, list) for number in _mentions_of(part)}


def _mentions_of(part: Test) -> set[int]:
    if part and isinstance(part[0], list):
        return {number for one in part for number in _mentions(one)}
    return _mentions(part)


def _renumbered(test: Test, number: Mapping[int, int]) -> Test:
    if test and test[0] == "column":
        return ["column", _renumbered_name(test[1], number)]
    return [_renumbered(part, number) if isinstance(part, list) else part for part in test]


def _renumbered_name(name: str, number: Mapping[int, int]) -> str:
    mention, _, column = name.partition(".")
    return f"{number[int(mention)]}.{column}"
