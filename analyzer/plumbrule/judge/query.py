"""What a rule's SQL reads, from the database's own parse of it; hides the shape of that parse.

A rule is one SELECT over `now.*` and `before.*` and nothing else. The check here keeps honest rules honest and names
the mistake; what keeps hostile ones in is that they run without external access, in a process of their own
(`confined`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from plumbrule.errors import RuleError
from plumbrule.judge.looks import Look, looks
from plumbrule.store.engine import Connection

# What asks the clock, the session or chance, so that one change could have two verdicts. The engine knows more
# such functions; these are the ones its SELECT accepts without any setting.
_UNSTEADY = frozenset(
    {
        "age",
        "current_catalog",
        "current_connection_id",
        "current_database",
        "current_date",
        "current_localtime",
        "current_localtimestamp",
        "current_query",
        "current_query_id",
        "current_schema",
        "current_schemas",
        "current_setting",
        "current_time",
        "current_timestamp",
        "current_transaction_id",
        "current_user",
        "currval",
        "gen_random_uuid",
        "get_current_time",
        "get_current_timestamp",
        "getenv",
        "getvariable",
        "in_search_path",
        "localtime",
        "localtimestamp",
        "nextval",
        "now",
        "random",
        "session_user",
        "setseed",
        "setval",
        "sleep_ms",
        "stats",
        "today",
        "transaction_timestamp",
        "txid_current",
        "uuid",
        "uuidv4",
        "uuidv7",
        "vector_type",
        "version",
        "write_log",
    }
)
_TABLE_FUNCTIONS = frozenset(("unnest", "range", "generate_series", "repeat"))
_SOURCES = frozenset(
    ("BASE_TABLE", "SUBQUERY", "JOIN", "TABLE_FUNCTION", "EXPRESSION_LIST", "EMPTY", "COLUMN_DATA", "CTE", "PIVOT")
)
_QUERIES = frozenset(("SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"))

SIDES = ("now", "before")


@dataclass(frozen=True)
class Reads:
    """What a statement looks at."""

    now: frozenset[str]  # tables of each side
    before: frozenset[str]
    columns: frozenset[str] | None  # every column name in it, of whatever table; None = whole rows
    see: Callable[[], tuple[Look, ...] | None] = field(default=lambda: None, compare=False)  # gives `looks`
    from_nothing: bool = False  # known to find nothing where none of these tables has a row

    @cached_property
    def looks(self) -> tuple[Look, ...] | None:
        """What it sees of each of them; None = not known. Found when it is asked for: a first judgement never does."""
        return self.see()

    @property
    def tables(self) -> frozenset[str]:
        return self.now | self.before


Place = tuple[str, int, str]  # rule file, line of the SQL's first line, id of the rule


def reads(connection: Connection, sql: str, place: Place, declared: Collection[str], known: Collection[str]) -> Reads:
    """The tables of each side that a rule's SQL reads; `known` are the tables that exist, `declared` its parameters.

    RuleError unless it is exactly one SELECT over them, and uses every parameter.
    """
    parsed = _parsed(connection, sql)
    if parsed["error"]:
        message = parsed.get("error_message", "it cannot be parsed")
        line = sql.count("\n", 0, int(parsed.get("position") or 0))
        raise _error(place, f"the SQL is not one SELECT: {message}", line)
    if len(parsed["statements"]) != 1:
        raise _error(place, "`## Finds` must hold exactly one SELECT; remove what stands after the first ';'")
    found: dict[str, set[str]] = {"now": set(), "before": set(), "$": set()}
    columns = _Columns()
    for node, with_names in _nodes(parsed["statements"][0], frozenset()):
        _examine(place, node, with_names, known, found)
        columns.see(node)
    if unknown := sorted(found["$"].difference(declared)):
        raise _error(place, f"${unknown[0]} is no parameter of this rule; declare it under `parameters:`")
    if unused := sorted(set(declared) - found["$"]):
        raise _error(place, f"the parameter {unused[0]!r} changes nothing; use ${unused[0]} in the SQL, or remove it")
    see = partial(looks, parsed["statements"][0])
    return Reads(frozenset(found["now"]), frozenset(found["before"]), columns.named(), see)


def looks_at_both(connection: Connection, sql: str) -> tuple[Look, ...]:
    """What one SELECT of ours over both sides sees of each mention of a view, with partners called by their side."""
    return looks(_parsed(connection, sql)["statements"][0], both=True) or ()


def _parsed(connection: Connection, sql: str) -> dict[str, Any]:  # Any: parsed JSON
    row = connection.execute("SELECT json_serialize_sql($1::VARCHAR)", [sql]).fetchone()
    parsed: dict[str, Any] = json.loads(row[0]) if row else {"error": True}  # Any: parsed JSON
    return parsed


class _Columns:
    """Collects the names of columns; gives up where a whole row is meant, so that no column is ever overlooked."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._last: set[str] = set()  # of dotted names: the column, or the table when a whole row is meant
        self._tables: set[str] = set()  # as FROM clauses call them
        self._whole = False

    def see(self, node: Mapping[str, Any]) -> None:  # Any: parsed JSON
        renamed = node.get("column_name_alias") or node.get("ref_type") in ("NATURAL", "POSITIONAL")
        self._whole = self._whole or bool(renamed) or node.get("class") == "STAR"
        if "sample" in node and "alias" in node:
            self._tables |= {str(node["alias"]).lower(), str(node.get("table_name", "")).lower()}
        dotted = [str(name).lower() for name in node.get("column_names", ())]
        self._last.update(dotted[-1:])
        self._names.update(dotted, (str(name).lower() for name in node.get("using_columns", ())))

    def named(self) -> frozenset[str] | None:
        return None if self._whole or self._last & self._tables else frozenset(self._names)


def _nodes(
    tree: Any, with_names: frozenset[str]
) -> Iterator[tuple[dict[str, Any], frozenset[str]]]:  # Any: parsed JSON
    """Every object of the parse, each with the names that WITH clauses around it define; no recursion limit applies."""
    waiting: list[tuple[Any, frozenset[str]]] = [(tree, with_names)]
    while waiting:
        node, names = waiting.pop()
        if isinstance(node, list):
            waiting += [(item, names) for item in node]
        elif isinstance(node, dict):
            if "cte_map" in node:
                names |= {str(entry["key"]).lower() for entry in node["cte_map"]["map"]}
            if node.get("type") in ("RECURSIVE_CTE_NODE", "CTE_NODE"):
                names |= {str(node.get("cte_name", "")).lower()}
            yield node, names
            waiting += [(item, names) for item in node.values()]


def _examine(
    place: Place, node: dict[str, Any], with_names: frozenset[str], known: Collection[str], found: dict[str, set[str]]
) -> None:  # Any: parsed JSON
    kind = str(node.get("type", ""))
    if kind == "VALUE_PARAMETER":
        found["$"].add(str(node["identifier"]))
    elif "function_name" in node:
        name = str(node["function_name"]).lower()
        if name in _UNSTEADY:
            raise _error(place, f"{name}() may answer differently each time; judge only what the tables hold")
    if node.get("sample") is not None:
        raise _error(place, "a sample is drawn by chance; judge all rows")
    if "node" in node and isinstance(node["node"], dict) and "cte_map" in node["node"]:
        _only(place, str(node["node"]["type"]), _QUERIES)
    if "query_node" in node:
        _only(place, str(node["query_node"]["type"]), _QUERIES)
    for key in ("from_table", "left", "right", "source"):
        source = node.get(key)
        if isinstance(source, dict) and "sample" in source and "alias" in source:
            _only(place, str(source["type"]), _SOURCES)
    if kind == "TABLE_FUNCTION" and "function" in node:
        name = str(node["function"].get("function_name", "")).lower()
        if name not in _TABLE_FUNCTIONS:
            raise _error(place, f"{name}() is not allowed as a table; rules read the tables of `now` and `before`")
    if kind == "BASE_TABLE":
        _table(place, node, with_names, known, found)


def _table(
    place: Place, node: dict[str, Any], with_names: frozenset[str], known: Collection[str], found: dict[str, set[str]]
) -> None:  # Any: parsed JSON
    schema, table = str(node.get("schema_name", "")).lower(), str(node["table_name"]).lower()
    if not schema and not node.get("catalog_name") and table in with_names:
        return
    if node.get("catalog_name") or schema not in SIDES:
        raise _error(place, f"{table!r} is not a table of either side; write `now.{_near(table, known) or 'file'}`")
    if table not in known:
        near = _near(table, known)
        hint = f"did you mean {schema}.{near}?" if near else f"there are {', '.join(sorted(known))}"
        raise _error(place, f"there is no table {schema}.{table}; {hint}")
    found[schema].add(table)


def _near(table: str, known: Collection[str]) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(table, list(known), 1, 0.5)), "")


def _only(place: Place, kind: str, allowed: frozenset[str]) -> None:
    if kind not in allowed:
        raise _error(place, f"{kind.replace('_', ' ').lower()} has no place in a rule; write one SELECT over `now.*`")


def _error(place: Place, what: str, line: int = 0) -> RuleError:
    source, first, id_ = place
    return RuleError(f"{source}:{first + line}: rule {id_}: {what}")
