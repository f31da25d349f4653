"""What a file is, by what it defines; hides how records, errors and interfaces of each language are told from code."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from plumbrule.graph import FileRows, FunctionRow, SymbolRow
from plumbrule.languages import entries
from plumbrule.measures._depths import EMPTY_BODY, VALUES, declares_faults, is_inner, is_public
from plumbrule.measures.abstraction import kind_of

TYPES = ("class", "interface", "enum", "type")
OF_ANY_OBJECT = {"toString", "equals", "hashCode", "compareTo", "clone", "constructor", "ToString", "Equals"}
_ACCESSOR = re.compile(r"^(get|set|is|has|with)_?(?=[A-Z_a-z])")
_ASSIGNED = 6  # body tokens of the largest accessor
_DATA = 0.8  # share of accessors from which a class holds data (research: measures 2.2)


def kind(path: str, rows: FileRows, known: Mapping[str, SymbolRow]) -> str:
    """code, interface, data, values, exceptions, root (of a package) or script."""
    if path.rpartition("/")[2] in entries():
        return "root"
    own = [symbol for symbol in rows.symbols if "." not in symbol.symbol]
    types = [symbol for symbol in own if symbol.kind in TYPES]
    functions = [f for f in rows.functions if not is_inner(f.symbol, known)]
    if not functions and not types:
        return "values" if any(symbol.kind in VALUES for symbol in own) else "script"
    if _only_promises(types, functions, known):
        return "interface"
    if declares_faults([symbol for symbol in types if symbol.kind == "class"]):
        return "exceptions"
    return "data" if _holds_data(types, functions, rows, known) else "code"


def _only_promises(
    types: Sequence[SymbolRow], functions: Sequence[FunctionRow], known: Mapping[str, SymbolRow]
) -> bool:
    """Whether all types are abstract; what stands in bodies of an interface is there for whoever implements it."""
    bodies = (f for f in functions if f.tokens > EMPTY_BODY and _owner(f, known) != "interface")
    return bool(types) and all(map(kind_of, types)) and not any(bodies)


def _owner(function: FunctionRow, known: Mapping[str, SymbolRow]) -> str:
    """What a function is part of; "" for the file."""
    outer = known.get(function.symbol.rpartition(".")[0])
    return outer.kind if outer is not None else ""


def _holds_data(
    types: Sequence[SymbolRow], functions: Sequence[FunctionRow], rows: FileRows, known: Mapping[str, SymbolRow]
) -> bool:
    """Whether types are all that there is, and hardly have more than fields, and functions that give and take them."""
    if not types:
        return False
    kinds = {symbol.kind for symbol in types}
    if kinds == {"enum"} and all("." in f.symbol for f in functions):
        return True
    fields = [one for one in rows.symbols if one.kind in ("property", *VALUES) and "." in one.symbol]
    names = {one.symbol.rpartition(".")[2].strip("_").lower() for one in fields}
    made = {f.symbol for f in functions}
    given = sum(one.symbol not in made and is_public(one, known) for one in fields)
    plain = [f for f in functions if not _has_any(f)]
    if not plain and kinds <= {"enum", "type", "interface"}:
        return True
    accessors = sum(_is_accessor(f, names) for f in plain)
    is_simple = bool(plain) or all(f.cyclomatic == 1 for f in functions)
    return is_simple and accessors + given >= _DATA * (len(plain) + given)


def _has_any(function: FunctionRow) -> bool:
    """Whether it makes an object, or is one of the functions that each has."""
    outer, _, name = function.symbol.rpartition(".")
    return name in OF_ANY_OBJECT or name.startswith("__") or name == outer.rpartition(".")[2]


def _is_accessor(function: FunctionRow, fields: Collection[str]) -> bool:
    """Only gives or takes the value of a field beside it."""
    if function.accessor:
        return True
    name = function.symbol.rpartition(".")[2]
    if function.cyclomatic != 1 or function.tokens > _ASSIGNED:
        return False
    return _ACCESSOR.sub("", name).strip("_").lower() in fields or name.strip("_").lower() in fields
