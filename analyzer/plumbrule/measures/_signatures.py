"""How one definition became less than another was: which calls, uses or subclasses no longer go well.

Hides what narrowing means in each language: which signatures accept every call that an earlier one accepted (for
Python the definitions of griffe's breakages).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice, product
from typing import NamedTuple

from plumbrule.facts import Interface, Parameter, Symbol
from plumbrule.languages import spoken
from plumbrule.measures._types import Taking, takes, union

_POSITIONAL = frozenset({"positional-only", "positional"})
_CALLABLE = frozenset({"function", "method"})
_MEMBERS = frozenset({"method", "property"})
_CALLED = frozenset({"function", "method", "class"})
_RECEIVERS = frozenset({"self", "cls", "mcs", "metacls", "this"})
# Decorators by the last part of their names, after which a function takes what it is written to take.
_KEEPING = frozenset(
    "staticmethod classmethod property cached_property abstractmethod abstractproperty abstractclassmethod "  # noqa: SIM905
    "abstractstaticmethod overload override final cache lru_cache wraps contextmanager asynccontextmanager deprecated "
    "no_type_check singledispatch singledispatchmethod getter setter deleter".split()
)
_MADE = frozenset({"__init__", "__new__", "constructor"})  # called by making an object
_NOTHING = frozenset({"None", "null", "undefined"})
_GENERIC = frozenset({"class", "interface", "type"})
_QUOTED = re.compile(r"""'[^']*'|"[^"]*"|`[^`]*`""")
_BRACKETS = {"<": 1, "(": 1, "[": 1, "{": 1, ">": -1, ")": -1, "]": -1, "}": -1}
_TYPE_PARAMETER = re.compile(r"\s*(?:(?:const|in|out)\s+)*([\w$]+)")
_WORD = re.compile(r"[\w$]+")
_LONGEST_SHOWN = 120  # characters of an overload's signature in a finding
_MOST_TRIED = 200  # combinations of the types that arguments may have
_PROMISE = re.compile(r"Promise<(.*)>", re.DOTALL)
_WAITED = re.compile(r"\b(?:Promise|PromiseLike)\b")
_MAY_WAIT = frozenset(
    {"any", "unknown", "void", "undefined", "never"}
)  # nobody relies on it, or on its being no promise
_WRAPPED = re.compile(r"(?:Promise|PromiseLike|Awaitable|Coroutine|Observable)\s*[<\[]")


class Change(NamedTuple):
    """One way in which something offered became less."""

    change: str
    detail: str  # what exactly: a parameter, a base, a place
    certain: bool = False  # no use of the kind that it is about can go well, whatever its arguments are


class Definition(NamedTuple):
    """One definition with all that its users can see of it."""

    symbol: Symbol
    parameters: tuple[Parameter, ...]
    overload: str = ""  # its own signature, where the symbol's is that of several


def definitions(interface: Interface) -> dict[str, list[Definition]]:
    """Every definition by its dotted name; overloads and conditional definitions are several. Setters are left out, and
    what a later statement has put something else in place of."""
    parameters, of_overloads = _by_owner(interface.parameters), _by_owner(interface.overload_parameters)
    variants: dict[int, list[Definition]] = {}
    for number, one in enumerate(interface.overloads):
        symbol = interface.symbols[one.symbol]._replace(returns=one.returns)
        variants.setdefault(one.symbol, []).append(
            Definition(symbol, tuple(of_overloads.get(number, ())), one.signature)
        )
    found: dict[str, list[Definition]] = {}
    replaced: set[int] = set()
    for index, symbol in enumerate(interface.symbols):
        if symbol.parent in replaced or (symbol.modifiers and symbol.has("replaced")):
            replaced.add(index)
        elif not (symbol.decorators and any(d.endswith((".setter", ".deleter")) for d in symbol.decorators)):
            own = variants.get(index) or [Definition(symbol, tuple(parameters.get(index, ())))]
            found.setdefault(symbol.name, []).extend(own)
    for name, several in found.items():
        if len(several) == 1:
            continue
        overloads = [one for one in several if _is_marked(one)]
        if overloads:
            found[name] = overloads
    return found


def _by_owner(rows: Iterable[Parameter]) -> dict[int, list[Parameter]]:
    found: dict[int, list[Parameter]] = {}
    for row in rows:
        found.setdefault(row.symbol, []).append(row)
    return found


def _is_marked(definition: Definition) -> bool:
    return any(name.endswith("overload") for name in definition.symbol.decorators)


def narrowings(before: Definition, now: Definition, language: str) -> list[Change]:
    """How calls, uses or subclasses of `before` may fail with `now`; empty if all of them still work."""
    old, new = before.symbol, now.symbol
    if found := _of_other_kind(old, new, language):
        return found
    found = list(_modified(old, new, language))
    if old.kind in _CALLABLE and new.kind in _CALLABLE:
        ours, theirs = _arguments(before), _arguments(now)
        found += _by_name(ours, theirs) if _by_name_too(language) else _by_position(ours, theirs)
        found += _result(old, new, language)
        if not (_keeps_signature(old, language) and _keeps_signature(new, language)):
            found = [change._replace(certain=False) for change in found]
    elif old.kind == new.kind == "property":
        if old.signature.startswith("?") and new.signature.startswith((":", "!")):
            found.append(Change("optional-required", new.name.rpartition(".")[2]))
        found += _returns(old.returns, new.returns)
    elif old.kind in _GENERIC and new.kind in _GENERIC and not _by_name_too(language):
        found += _type_parameters(old, new)
    return found


def _of_other_kind(old: Symbol, new: Symbol, language: str) -> list[Change]:
    """What became of a definition that is of another kind now, so that there is no more to compare; else empty."""
    if old.kind == "method" and new.kind == "property" and not new.signature.startswith("= "):
        return [Change("kind-changed", "a method became a property", certain=True)]
    if old.kind == "property" and new.kind == "method" and _by_name_too(language):
        return [Change("kind-changed", "a property became a method", certain=True)]
    # A protocol is still a class to Python; elsewhere an interface cannot be called or extended as one.
    other = {"function", "type"} if _by_name_too(language) else {"function", "type", "interface", "enum"}
    if old.kind != "class" or new.kind not in other:
        return []
    found = [Change("not-a-class", "a function now", certain=True)] if new.kind == "function" else []
    if found and _by_name_too(language):
        return found  # what makes an object and what returns one are called alike
    return [Change("kind-changed", f"a class became {_with_article(new.kind)}", certain=True), *found]


def _with_article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _type_parameters(old: Symbol, new: Symbol) -> Iterator[Change]:
    """What a type asks for between `<` and `>` that it did not."""
    was, now = _type_parameters_of(old.signature), _type_parameters_of(new.signature)
    if was is None or now is None:
        return
    known = [name for name, has_default in was if not has_default]
    asked = [name for name, has_default in now if not has_default]
    if len(asked) > len(known):
        more = next((name for name in asked if name not in known), asked[-1])
        # `typeof C` names a class without asking for its parameters.
        yield Change("type-parameter-required", more, certain=len(asked) > len(was) and old.kind != "class")


def _type_parameters_of(signature: str) -> list[tuple[str, bool]] | None:
    """(name, whether it has a default) of every type parameter; None if the signature is cut off among them."""
    if not signature.startswith("<"):
        return []
    parts, has_default, depth = [""], [False], 0
    plain = _QUOTED.sub("''", signature).replace("=>", "")
    for char in plain:
        depth += _BRACKETS.get(char, 0)
        if depth == 0:
            found = [_TYPE_PARAMETER.match(part.removeprefix("<")) for part in parts]
            return [(one[1], default) for one, default in zip(found, has_default, strict=True) if one is not None]
        if depth == 1 and char == ",":
            parts.append("")
            has_default.append(False)
        else:
            parts[-1] += char
            has_default[-1] |= depth == 1 and char == "="
    return None


def least(before: Sequence[Definition], now: Sequence[Definition], language: str) -> list[Change]:
    """The narrowings of every earlier variant against the later variant that suits it best.

    Where one of several variants goes on as it was, no call fails whatever it passes.
    """
    fates = [_became(old, before, now, language) for old in before] if now else []
    some_stay = len(fates) > 1 and any(not any(change.certain for change in fate) for fate in fates)
    found = dict.fromkeys(change for fate in fates for change in fate)
    return [one._replace(certain=False) if some_stay and one.change in _OF_CALLS else one for one in found]


def _became(
    old: Definition, before: Sequence[Definition], now: Sequence[Definition], language: str
) -> Sequence[Change]:
    """What became of one variant, given all that there were and all that there are."""
    ways = [narrowings(old, new, language) for new in now]
    best = min(ways, key=len)
    if len(before) == len(now) == 1 or any(one.symbol.kind not in _CALLABLE for one in (*before, *now)):
        return best
    by_name = _by_name_too(language)
    if by_name:
        fitting = [new for new, way in zip(now, ways, strict=True) if not any(one.change in _OF_CALLS for one in way)]
        taken = _taken(old, fitting, _arguments(old), by_name=True) if fitting else None
    else:
        taken = _taken_by_number(old, now)
    if taken is None:
        return best
    best = _by_likeliest(old, now, ways, by_name=by_name)
    is_overload = len(before) > 1 and (not by_name or _is_marked(old))
    is_left_out = len(now) < len(before) and {_types(new) for new in now} <= {_types(one) for one in before}
    if is_overload and (taken == Taking.NO or (taken == Taking.UNKNOWN and is_left_out)):
        return [*best, Change("overload-removed", _shown(old))]
    return best


def _by_likeliest(
    old: Definition, now: Sequence[Definition], ways: Sequence[Sequence[Change]], *, by_name: bool
) -> list[Change]:
    """Of these ways to the variants that may be met with all arguments, the one to that which most surely is, without
    what tells some calls from others."""
    given = _arguments(old)
    count = sum(one.kind in _POSITIONAL for one in given)
    fits = [by_name or _takes_number(old, new, count, is_open=False) for new in now]
    sure = [(fit, _taken(old, [new], given, by_name=by_name)) for fit, new in zip(fits, now, strict=True)]
    others = [[one for one in way if one.change not in _OF_CALLS] for way in ways]
    return max(zip(sure, others, strict=True), key=lambda pair: (pair[0], -len(pair[1])))[1]


def _types(definition: Definition) -> tuple[tuple[str, str], ...]:
    return tuple((one.kind, one.type) for one in _arguments(definition))


def _shown(overload: Definition) -> str:
    signature = overload.overload or overload.symbol.signature
    return signature if len(signature) <= _LONGEST_SHOWN else signature[:_LONGEST_SHOWN] + "…"


def _taken_by_number(old: Definition, now: Sequence[Definition]) -> Taking | None:
    """How surely a later variant takes every call of an earlier one, where arguments have places only; None if the
    number of arguments alone tells that one is not taken."""
    ours = _arguments(old)
    if any(one.kind not in ("positional", "variadic") for one in ours):
        return None
    is_open = any(one.kind == "variadic" for one in ours)
    places = [one for one in ours if one.kind == "positional"]
    required = max((at for at, one in enumerate(places, 1) if not one.optional), default=0)
    least_sure = Taking.YES
    for count in range(required, len(places) + 1):
        fitting = [new for new in now if _takes_number(old, new, count, is_open=is_open and count == len(places))]
        if not fitting:
            return None
        least_sure = min(least_sure, _taken(old, fitting, places[:count], by_name=False))
    return least_sure


def _takes_number(old: Definition, new: Definition, count: int, *, is_open: bool) -> bool:
    """Whether a variant takes that many arguments, and any more if it is to be open; not if it has them in another
    order or belongs elsewhere."""
    theirs = _arguments(new)
    names, ours = [one.name for one in theirs], [one.name for one in _arguments(old)]
    if old.symbol.has("static") != new.symbol.has("static") or (names != ours and sorted(names) == sorted(ours)):
        return False
    places = [one for one in theirs if one.kind == "positional"]
    has_rest = any(one.kind == "variadic" for one in theirs)
    required = sum(not one.optional for one in places)
    return required <= count and (has_rest or (count <= len(places) and not is_open))


def _taken(old: Definition, now: Sequence[Definition], given: Sequence[Parameter], *, by_name: bool) -> Taking:
    """How surely arguments for these parameters are taken by one of several variants, by their types."""
    one_each = product(*(sorted(union(one.type)) or [""] for one in given))
    return min(
        max(
            min(
                (_takes_type(old, new, one, type_, at, by_name=by_name)
                 for at, (one, type_) in enumerate(zip(given, types, strict=True))),
                default=Taking.YES,
            )
            for new in now
        )
        for types in islice(one_each, _MOST_TRIED)
    )  # fmt: skip


def _takes_type(old: Definition, new: Definition, given: Parameter, type_: str, at: int, *, by_name: bool) -> Taking:
    theirs = _arguments(new)
    named = next((one for one in theirs if one.name == given.name), None) if by_name else None
    places = [one for one in theirs if one.kind in _POSITIONAL]
    met = named or (places[at] if at < len(places) and given.kind in _POSITIONAL else None)
    if met is None:
        return Taking.YES  # one of many, or left to the number of arguments
    if _generic_names(new).intersection(_WORD.findall(met.type)):
        return Taking.YES
    return Taking.YES if _generic_names(old).intersection(_WORD.findall(type_)) else takes(met.type, type_)


def _generic_names(definition: Definition) -> set[str]:
    """What may stand for any type in a signature."""
    return {name for name, _ in _type_parameters_of(definition.overload or definition.symbol.signature) or ()}


def _modified(old: Symbol, new: Symbol, language: str) -> Iterator[Change]:
    """What callers lose by modifiers alone."""
    if new.has("value") and old.kind in _CALLED:
        yield Change("kind-changed", f"{_with_article(old.kind)} became a value", certain=True)
    if new.has("checking") and not old.has("checking") and old.kind in _CALLED:
        yield Change("kind-changed", "there for type checkers alone now", certain=True)
    if old.kind == new.kind == "class" and new.has("abstract") and not old.has("abstract"):
        yield Change("kind-changed", "abstract now", certain=True)
    if old.kind in _MEMBERS and old.kind == new.kind and old.has("static") != new.has("static"):
        # Python lets what belongs to the class be asked of an object as well.
        if old.has("static"):
            yield Change("kind-changed", "needs an object now", certain=True)
        elif not _by_name_too(language):
            yield Change("kind-changed", "belongs to the class now", certain=True)
    are_functions = old.kind in _CALLABLE and new.kind in _CALLABLE and not (old.returns or new.returns)
    if are_functions and old.has("generator") != new.has("generator"):
        yield Change(
            "kind-changed", "a generator now" if new.has("generator") else "no generator any more", certain=True
        )


class Calls(NamedTuple):
    """Regular expressions for what a call passes (see `facts.Reference.calls`); both empty if nothing can be said."""

    before: str  # of calls that went well
    now: str  # of those that still do, and mean the same


NO_CALLS = Calls("", "")
# Changes that only some calls do not survive, and which ones can be told from what they pass.
_OF_CALLS = frozenset(
    "parameter-required parameter-removed parameter-renamed parameter-moved parameter-narrowed default-removed".split()  # noqa: SIM905
)
_MOST_NAMED = 40  # parameters; with more of them only calls are known that pass nearly all by name
_MOST_WRITTEN = 200  # parameters; with more of them nothing is said
_FEW = 3  # arguments by place that such a call passes at most
_ANY_NAMES = "(?:;[^;|]+)*"


def calls_between(before: Sequence[Definition], now: Sequence[Definition], language: str) -> Calls:
    """Which calls of a definition went well, and which do now."""
    for one in (*before, *now):
        if one.symbol.kind not in _CALLABLE or not _keeps_signature(one.symbol, language):
            return NO_CALLS
        if len(one.parameters) > _MOST_WRITTEN:
            return NO_CALLS
    if not before or not now:
        return NO_CALLS
    by_name, most = _by_name_too(language), _most_by_place((*before, *now))
    return Calls(
        _all_of(way for one in before for way in _ways(one, [], by_name=by_name, most=most)),
        _all_of(_ways_now(before, now, by_name=by_name)),
    )


def calls_of(change: Change, before: Sequence[Definition], now: Sequence[Definition], language: str) -> Calls:
    """As `calls_between`, for one change: of a lost overload, which other calls still go well."""
    if change.change != "overload-removed":
        return calls_between(before, now, language) if is_of_calls(change, before) else NO_CALLS
    if not calls_between(before, now, language).now:
        return NO_CALLS
    by_name, most = _by_name_too(language), _most_by_place((*before, *now))
    own = (one for one in before if _shown(one) == change.detail)
    lost = {way for one in own for way in _ways(one, [], by_name=by_name, most=most)}
    return Calls(_all_of(()), _all_of(way for way in _ways_now(before, now, by_name=by_name) if way not in lost))


def _most_by_place(definitions: Iterable[Definition]) -> int:
    """How many arguments by place are told of, as each expression is as long as all names together; the same for both
    sides of a change, since what is not told of now would seem to go wrong."""
    many = any(len(one.parameters) > _MOST_NAMED for one in definitions)
    return _FEW if many else _MOST_NAMED


def _ways_now(before: Sequence[Definition], now: Sequence[Definition], *, by_name: bool) -> Iterator[str]:
    """Ways to call it whose arguments meet what they met in one of the earlier variants."""
    most = _most_by_place((*before, *now))
    for old in before:
        was = [parameter.name for parameter in _places(old)]
        for one in now:
            yield from _ways(one, was, by_name=by_name, most=most)


def _all_of(ways: Iterable[str]) -> str:
    """A regular expression for calls each of which is one of these; where there are none, for no call."""
    one = f"(?:{'|'.join(dict.fromkeys(ways)) or 'none'})"
    return rf"{one}(?:\|{one})*"


def is_of_calls(change: Change, before: Sequence[Definition]) -> bool:
    """Whether what a call passes tells if it survives; the keys that an object pattern takes are not seen there."""
    if change.change not in _OF_CALLS:
        return False
    return not any(one.kind == "property" and one.name == change.detail for old in before for one in old.parameters)


def _places(definition: Definition) -> list[Parameter]:
    """Parameters that can be met by place; a method called on its class is given the object by hand."""
    is_made = definition.symbol.name.rpartition(".")[2] in _MADE
    is_given = is_made or "classmethod" in definition.symbol.decorators
    own = _arguments(definition) if is_given else definition.parameters
    return [one for one in own if one.kind in _POSITIONAL and one.name != "this"]


def _ways(definition: Definition, was: Sequence[str], *, by_name: bool, most: int) -> Iterator[str]:
    """A regular expression for each number of arguments passed by place, up to `most`; `was` are the names that had
    these places."""
    places = _places(definition)
    kinds = {one.kind for one in definition.parameters}
    named = [one for one in definition.parameters if one.kind == "keyword-only"]
    names = {one.name for one in (*places, *named)}
    for count in range(min(most, len(places)) + 1):
        if 0 < count <= len(was) and was[count - 1] != places[count - 1].name and was[count - 1] in names:
            return  # from here on arguments meet other parameters than they did
        left = places[count:]
        if any(not one.optional and (one.kind == "positional-only" or not by_name) for one in left):
            continue
        open_ = [*(one for one in left if one.kind == "positional"), *named] if by_name else []
        listed = _listed(open_, takes_any="variadic-keyword" in kinds)
        yield f"{count}{listed}"
        if count == len(places) and "variadic" in kinds:
            more = "|".join([*(str(number) for number in range(count + 1, 10)), "[1-9][0-9]+"])
            yield f"(?:{more}){listed}"


def _listed(parameters: Sequence[Parameter], *, takes_any: bool) -> str:
    """A regular expression for the names of arguments, which are sorted."""
    between = _ANY_NAMES if takes_any else ""
    parts = [between]
    for one in sorted(parameters, key=lambda parameter: parameter.name):
        if one.optional and takes_any:
            continue
        name = f";{re.escape(one.name)}"
        parts.append(f"(?:{name})?" if one.optional else name + between)
    return "".join(parts)


def _keeps_signature(symbol: Symbol, language: str) -> bool:
    """Whether what is written is what callers must pass: a decorator or a function around it may pass more itself.

    To the type checkers of ECMAScript a decorator changes no signature.
    """
    if symbol.has("wrapped"):
        return False
    return not _by_name_too(language) or all(name.rpartition(".")[2] in _KEEPING for name in symbol.decorators)


def _by_name_too(language: str) -> bool:
    """Whether callers may pass any ordinary argument by its name."""
    return any(dialect.by_name for dialect in spoken(language))


def _arguments(definition: Definition) -> list[Parameter]:
    own = list(definition.parameters)
    is_bound = definition.symbol.kind == "method" and "staticmethod" not in definition.symbol.decorators
    if own and own[0].name in _RECEIVERS and (is_bound or own[0].name == "this"):
        del own[0]
    return own


class _Callers(NamedTuple):
    """What callers who pass by position or by name knew, and what they meet."""

    places: Sequence[Parameter]  # what an argument without a name can meet now
    kinds: Collection[str]  # of all parameters now
    reordered: bool  # not even those that stayed come in their order
    known: set[str]  # all names before, and the new names of parameters that were renamed


def _by_name(old: Sequence[Parameter], new: Sequence[Parameter]) -> Iterator[Change]:
    """Narrowed parameters where an argument may be passed by position or by name."""
    named = {parameter.name: parameter for parameter in new}
    was = {parameter.name for parameter in old}
    places = [p for p in new if p.kind in _POSITIONAL]
    stayed = [p.name for p in places if p.name in was]
    were = [p.name for p in old if p.kind in _POSITIONAL and p.name in stayed]
    callers = _Callers(places, {p.kind for p in new}, stayed != were, set(was))
    following = iter(places)
    place = 0
    for parameter in old:
        is_positional = parameter.kind in _POSITIONAL
        successor = next(following, None) if is_positional else None
        match = named.get(parameter.name)
        if match is not None and not (parameter.kind == "positional-only" and match.kind == "keyword-only"):
            yield from _kept(parameter, match, callers, place)
        elif successor is not None and successor.name not in was:
            callers.known.add(successor.name)
            yield from _renamed(parameter, successor)
        elif not _is_swallowed(parameter, callers):
            # Whoever had to pass it passes it still.
            yield Change("parameter-removed", parameter.name, certain=not parameter.optional)
        place += is_positional
    for parameter in new:
        if not parameter.optional and not parameter.kind.startswith("variadic") and parameter.name not in callers.known:
            yield Change("parameter-required", parameter.name, certain=True)


def _kept(old: Parameter, new: Parameter, callers: _Callers, place: int) -> Iterator[Change]:
    """A parameter that still has its name; as a positional one it had this place."""
    if old.kind.startswith("variadic"):
        if old.kind not in callers.kinds:
            yield Change("parameter-narrowed", f"{old.name} takes one argument now")
        return
    if new.kind.startswith("variadic"):
        return
    if way := _only_way(old, new):
        yield Change("parameter-narrowed", f"{old.name} can only be passed {way}")
    elif old.kind in _POSITIONAL and _has_moved(new, callers, place):
        yield Change("parameter-moved", old.name)
    if old.optional and not new.optional:
        yield Change("default-removed", old.name)


def _only_way(old: Parameter, new: Parameter) -> str:
    """The one way that is left to pass an argument; empty if there is none fewer."""
    if old.kind == "positional" and new.kind != "positional":
        return "by name" if new.kind == "keyword-only" else "by position"
    return "by position" if old.kind == "keyword-only" and new.kind == "positional-only" else ""


def _has_moved(parameter: Parameter, callers: _Callers, place: int) -> bool:
    """Whether an argument in this place meets another parameter; not if all that changed is what is required ahead."""
    if parameter not in callers.places or callers.places.index(parameter) == place:
        return False
    ahead = callers.places[: callers.places.index(parameter)]
    return callers.reordered or any(p.optional and p.name not in callers.known for p in ahead)


def _renamed(old: Parameter, new: Parameter) -> Iterator[Change]:
    if old.kind == "positional":
        yield Change("parameter-renamed", f"{old.name} to {new.name}")
    if old.optional and not new.optional:
        yield Change("default-removed", new.name)


def _is_swallowed(old: Parameter, callers: _Callers) -> bool:
    """Whether `*rest` and `**more` still take what is passed for a parameter that is gone."""
    rest, more = "variadic" in callers.kinds, "variadic-keyword" in callers.kinds
    ways = {"positional-only": rest, "positional": rest and more, "keyword-only": more}
    return ways.get(old.kind, old.kind in callers.kinds)


def _by_position(old: Sequence[Parameter], new: Sequence[Parameter]) -> Iterator[Change]:
    """Narrowed parameters where arguments have places only; names count inside an object pattern."""
    ours = [p for p in old if p.kind.startswith("positional")]
    theirs = [p for p in new if p.kind.startswith("positional")]
    names, other_names = [p.name for p in ours], [p.name for p in theirs]
    rest = any(p.kind == "variadic" for p in new)
    pairs = list(zip(ours, theirs, strict=False))
    if _is_within(names, other_names):
        pairs = [(one, theirs[other_names.index(one.name)]) for one in ours]
        yield from _put_between(names, theirs)
    elif _is_within(other_names, names):
        pairs = [(ours[names.index(other.name)], other) for other in theirs]
        yield from _left_out([one for one in ours if one.name not in other_names], takes_more=rest)
    elif sorted(names) == sorted(other_names):
        yield from (Change("parameter-moved", one.name) for one, other in pairs if one.name != other.name)
        return
    else:  # renamed, which callers do not see
        yield from _left_out(ours[len(theirs) :], takes_more=rest)
        yield from (Change("parameter-required", p.name, certain=True) for p in theirs[len(ours) :] if not p.optional)
    yield from (Change("default-removed", p.name) for one, p in pairs if one.optional and not p.optional)
    yield from _less_gathered(old, new)


def _put_between(names: Sequence[str], now: Sequence[Parameter]) -> Iterator[Change]:
    """Of parameters that are all still there and in their order, what those that joined them ask of callers."""
    for at, parameter in enumerate(now):
        if parameter.name in names:
            continue
        following = next((other.name for other in now[at:] if other.name in names), "")
        if not parameter.optional:
            yield Change("parameter-required", parameter.name, certain=True)
        elif following:
            yield Change("parameter-moved", following)


def _left_out(gone: Sequence[Parameter], *, takes_more: bool) -> Iterator[Change]:
    """Parameters that are gone, unless whatever is passed in their places is taken."""
    for one in () if takes_more else gone:
        yield Change("parameter-removed", one.name, certain=not one.optional)


def _less_gathered(old: Sequence[Parameter], new: Sequence[Parameter]) -> Iterator[Change]:
    """What a rest parameter or an object pattern took of callers and takes no more."""
    rest = next((p.name for p in old if p.kind == "variadic"), None)
    if rest is not None and not any(p.kind == "variadic" for p in new):
        yield Change("parameter-removed", rest)
    takes_any = any(p.kind == "variadic-keyword" for p in new) or not any(p.kind == "property" for p in new)
    taken = {p.name for p in new}
    for parameter in old:
        if parameter.kind == "property" and parameter.name not in taken and not takes_any:
            # Only with a type written in place is it certain that callers cannot go on passing it.
            yield Change("parameter-removed", parameter.name, certain=bool(parameter.type) and not parameter.optional)


def _is_within(some: Sequence[str], more: Sequence[str]) -> bool:
    """Whether `some` are all in `more`, in the same order."""
    rest = iter(more)
    return all(name in rest for name in some)


def _result(old: Symbol, new: Symbol, language: str) -> Iterator[Change]:
    if old.has("async") != new.has("async"):
        if _by_name_too(language):
            yield Change(
                "async-changed", "must be awaited now" if new.has("async") else "can no longer be awaited", certain=True
            )
        elif new.has("async") and not old.returns and not new.returns:
            yield Change("async-changed", "returns a promise now", certain=True)
        elif new.has("async") and _is_promised(old.returns, new.returns):
            yield Change("async-changed", f"{old.returns} to {new.returns}", certain=True)
            return
    yield from _returns(old.returns, new.returns)


def _is_promised(old: str, new: str) -> bool:
    """Whether what was returned is promised now, and was something that callers can do without a promise only."""
    promised, was = _PROMISE.fullmatch(new), union(old)
    if promised is None or was != union(promised[1]):
        return False
    return was.isdisjoint(_MAY_WAIT) and not any(_WAITED.search(one) for one in was)


def _returns(old: str, new: str) -> Iterator[Change]:
    """Only what the text alone proves: the same type made optional, or wrapped in a promise."""
    old, new = _unquoted(old), _unquoted(new)
    if not old or not new or old == new:
        return
    ours, theirs = union(old), union(new)
    is_optional = ours < theirs and theirs - ours <= _NOTHING
    is_wrapped = bool(_WRAPPED.match(old)) != bool(_WRAPPED.match(new)) and (old in new or new in old)
    if is_optional or is_wrapped:
        yield Change("return-widened", f"{old} to {new}")


def _unquoted(written: str) -> str:
    """A type that is written as a string says the same."""
    inner = written[1:-1]
    return inner if len(written) > 1 and written[0] == written[-1] in "\"'" and written[0] not in inner else written
