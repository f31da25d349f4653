"""How an object of a class is made: by a constructor that is written down, inherited, or generated from fields.

Hides which of several constructors counts, and what dataclasses, attrs, named tuples and pydantic make of a class's
annotations. What a base from outside the repository asks for is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from plumbrule.facts import Parameter, Symbol
from plumbrule.measures._classes import Place, bases_of
from plumbrule.measures._offers import Side, offers_all
from plumbrule.measures._signatures import Definition

CONSTRUCTORS = frozenset({"__init__", "__new__", "constructor"})
_DEEPEST = 30  # bases of bases
_DATA_CLASS = re.compile(r"(?:\w+\.)*(?:dataclass|define|frozen|mutable)|(?:attrs?\.)?(?:attrs|attributes)|attrs?\.s")
_HARMLESS = frozenset({"final", "total_ordering", "runtime_checkable", "unique", "deprecated", "dataclass_transform"})
_FIELD = re.compile(r"(?:(?:dataclasses|dc|attrs?|pydantic)\.)?(field|Field|ib|attrib)\((.*)", re.DOTALL)
_NOT_PASSED = re.compile(r"\binit\s*=\s*False\b")
_BY_NAME = re.compile(r"\bkw_only\s*=\s*True\b")
_DEFAULT = re.compile(r"\b(?:default|default_factory|factory)\s*=(?!\s*(?:\.\.\.|NOTHING|attrs?\.NOTHING)\b)")
_PLACED = re.compile(r"\s*(?!\.\.\.|\w+\s*=[^=]|\*|\))\S")  # a first argument without a name, and not `...`
_NO_FIELD = re.compile(r"[\"']?(?:\w+\.)*ClassVar\b")
_MAY_BE_LEFT_OUT = re.compile(r"\b(?:Optional|Any)\b|\bNone\b|\bdefault")  # of what pydantic finds in an annotation
_BEFORE_FIELDS = frozenset({"model_validator", "root_validator"})  # may fill in what callers leave out


def made_by(side: Side, place: Place, depth: int = 0) -> Sequence[Definition] | None:
    """What making an object of this class takes, as a definition for each way; None if that is not known.

    A function that took the place of a class is called as it says.
    """
    if place.path in side.graph:
        functions = side.definitions(place.path).get(place.symbol, [])
        if functions and all(one.symbol.kind == "function" for one in functions):
            return [one._replace(symbol=one.symbol._replace(returns="")) for one in functions]
    found = _written(side, place, depth)
    if found is None or found:
        return found
    symbol = Symbol(f"{place.symbol}.__init__", "method", "public", False, 0, 0, "()", "", "", [], -1)
    return [Definition(symbol, ())]


def _written(side: Side, place: Place, depth: int) -> Sequence[Definition] | None:
    """As `made_by`; empty if neither the class nor any of its bases says anything."""
    if not place.path or place.path not in side.graph or depth > _DEEPEST:
        return None
    known = side.definitions(place.path)
    owner = known.get(place.symbol, [])
    if len(owner) == 1 and owner[0].symbol.kind == "interface":
        return []
    if len(owner) != 1 or owner[0].symbol.kind != "class" or "metaclass=" in owner[0].symbol.signature:
        return None
    of_python = offers_all(side.graph.rows(place.path).file.language)
    for name in ("__init__", "__new__") if of_python else ("constructor",):
        own = known.get(f"{place.symbol}.{name}")
        if own:
            # What it gives back is the object, however it says that.
            return [one._replace(symbol=one.symbol._replace(returns="")) for one in own]
    generated = _from_fields(side, place, owner[0].symbol, depth) if of_python else []
    if generated is None or generated:
        return generated
    for base in bases_of(side.graph.rows(place.path), place.path, place.symbol):
        inherited = _written(side, base, depth + 1)
        if inherited is None or inherited:
            return inherited
    return []


def _from_fields(side: Side, place: Place, owner: Symbol, depth: int) -> Sequence[Definition] | None:
    """The constructor that a class gets for its fields; empty if it gets none, None if that cannot be told."""
    decorators = [name for name in owner.decorators if name.rpartition(".")[2] not in _HARMLESS]
    if decorators:
        is_data = any(_DATA_CLASS.fullmatch(name) for name in decorators)
        fields = _fields(side, place, depth) if is_data else None
        return None if fields is None else [_generated(place, list(fields.values()))]
    bases = bases_of(side.graph.rows(place.path), place.path, place.symbol)
    if len(bases) == 1 and not bases[0].path and bases[0].symbol.rpartition(".")[2] == "NamedTuple":
        return [_generated(place, list(_own_fields(side, place).values()))]
    model = _model_fields(side, place, depth)
    if model is None:
        return []
    inside = [one for one in side.interface(place.path).symbols if one.name.startswith(f"{place.symbol}.")]
    if _BEFORE_FIELDS & {decorator.rpartition(".")[2] for one in inside for decorator in one.decorators}:
        return None
    more = Parameter(-1, "data", "variadic-keyword", "", True, "")
    return [_generated(place, [*(one._replace(kind="keyword-only") for one in model.values()), more])]


def _fields(side: Side, place: Place, depth: int) -> dict[str, Parameter] | None:
    """The fields of a data class and of those below it, in the order in which they are passed."""
    found: dict[str, Parameter] = {}
    for base in reversed(bases_of(side.graph.rows(place.path), place.path, place.symbol)):
        if not base.path or base.path not in side.graph or depth > _DEEPEST:
            return None
        symbol = next((one for one in side.interface(base.path).symbols if one.name == base.symbol), None)
        if symbol is None:
            return None
        inherited = _fields(side, base, depth + 1)
        if inherited is None:
            return None
        if any(_DATA_CLASS.fullmatch(name) for name in symbol.decorators):
            found |= inherited
    found |= _own_fields(side, place)
    last = {name: one for name, one in found.items() if one.kind == "keyword-only"}
    return {name: one for name, one in found.items() if name not in last} | last


def _model_fields(side: Side, place: Place, depth: int) -> dict[str, Parameter] | None:
    """The fields of a pydantic model and of the models below it; None if it is none, or has bases from elsewhere."""
    found: dict[str, Parameter] = {}
    is_model = False
    if place.path not in side.graph or depth > _DEEPEST:
        return None
    for base in reversed(bases_of(side.graph.rows(place.path), place.path, place.symbol)):
        if not base.path and base.symbol.rpartition(".")[2] == "BaseModel":
            is_model = True
            continue
        inherited = _model_fields(side, base, depth + 1) if base.path else None
        if inherited is None:
            return None
        is_model = True
        found |= inherited
    if not is_model:
        return None
    for name, one in _own_fields(side, place).items():
        if not name.startswith("_") and name != "model_config":
            found[name] = one._replace(optional=one.optional or bool(_MAY_BE_LEFT_OUT.search(one.type)))
    return found


def _own_fields(side: Side, place: Place) -> dict[str, Parameter]:
    symbols = side.interface(place.path).symbols
    inside = [one for one in symbols if one.name.rpartition(".")[0] == place.symbol]
    filled = {d.removesuffix(".default") for one in inside for d in one.decorators if d.endswith(".default")}
    owner = next(one for one in symbols if one.name == place.symbol)
    strips = any(name.startswith("attr") or name.endswith(("define", "frozen", "mutable")) for name in owner.decorators)
    return {one.name: one for one in _read_fields(inside, filled, strips=strips)}


def _read_fields(inside: Sequence[Symbol], filled: Collection[str], *, strips: bool) -> Iterator[Parameter]:
    """The fields among the names of a class; `filled` have their default from a method, `strips` is what attrs does."""
    kind = "positional"
    for symbol in inside:
        type_ = symbol.returns
        if symbol.kind not in ("variable", "constant") or _NO_FIELD.match(type_):
            continue
        if type_.rpartition(".")[2] == "KW_ONLY":
            kind = "keyword-only"
            continue
        value = symbol.signature.removeprefix(f": {type_}").removeprefix(" ").removeprefix("= ")
        if not type_ and not (strips and _FIELD.match(value)):
            continue
        name = symbol.name.rpartition(".")[2]
        field = Parameter(-1, name, kind, "", bool(value) or name in filled, type_)
        call = _FIELD.match(value)
        if call is not None:
            field = _as_called(field, call, is_filled=name in filled)
        if call is None or not _NOT_PASSED.search(call[2]):
            yield field._replace(name=name.lstrip("_")) if strips else field


def _as_called(field: Parameter, call: re.Match[str], *, is_filled: bool) -> Parameter:
    """A field as `field(...)` and its like describe it."""
    given = call[2]
    has_default = _DEFAULT.search(given) is not None or (call[1] == "Field" and _PLACED.match(given) is not None)
    kind = "keyword-only" if _BY_NAME.search(given) else field.kind
    return field._replace(kind=kind, optional=has_default or is_filled or given.endswith("…"))


def _generated(place: Place, parameters: Sequence[Parameter]) -> Definition:
    shown: Mapping[str, str] = {one.name: f"{one.name}{' = …' if one.optional else ''}" for one in parameters}
    listed = ", ".join(f"**{name}" if name == "data" else text for name, text in shown.items())
    symbol = Symbol(f"{place.symbol}.__init__", "method", "public", False, 0, 0, f"({listed})", "", "", [], -1)
    return Definition(symbol, tuple(parameters))
