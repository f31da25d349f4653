"""Contract changes: what was offered to other files, and was removed or narrowed by a change.

Hides what narrowing means in each language: which names a module offers, when a name that moved is still there, and
which signatures accept every call that the earlier one accepted (for Python the definitions of griffe's breakages).
Only files that changed are compared, by their interface facts. Who is hit is for rules to join: users on the before
side have rows of `use` with (was_path, was_symbol), users on the now side with (path, symbol).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from plumbrule.facts import REEXPORT, Interface, Parameter, Symbol
from plumbrule.languages import entries, spoken
from plumbrule.measures import Measure, Situation
from plumbrule.measures._classes import Place, Reader, ancestors_of, bases_of
from plumbrule.measures._offers import ASKED_AT_RUN_TIME, Side, exported, is_promise, offers, offers_all
from plumbrule.tables import Row, Table, columns

_POSITIONAL = frozenset({"positional-only", "positional"})
_CALLABLE = frozenset({"function", "method"})
_MEMBERS = frozenset({"method", "property"})
_CLASSES = frozenset({"class", "interface", "enum"})
_RECEIVERS = frozenset({"self", "cls", "mcs", "metacls", "this"})
_CONSTRUCTORS = ("__init__", "constructor")
_NOTHING = frozenset({"None", "null", "undefined"})
_SUFFIX = re.compile(r"(\.d)?\.[^./]+$")
_WRAPPED = re.compile(r"(?:Promise|PromiseLike|Awaitable|Coroutine|Observable)\s*[<\[]")


class Change(NamedTuple):
    """One way in which something offered became less."""

    change: str
    detail: str  # what exactly: a parameter, a base, a place


class _Definition(NamedTuple):
    """One definition with all that its users can see of it."""

    symbol: Symbol
    parameters: tuple[Parameter, ...]


def _definitions(interface: Interface) -> dict[str, list[_Definition]]:
    """Every definition by its dotted name; overloads and conditional definitions are several. Setters are left out."""
    parameters: dict[int, list[Parameter]] = {}
    for parameter in interface.parameters:
        parameters.setdefault(parameter.symbol, []).append(parameter)
    found: dict[str, list[_Definition]] = {}
    for index, symbol in enumerate(interface.symbols):
        if not (symbol.decorators and any(d.endswith((".setter", ".deleter")) for d in symbol.decorators)):
            found.setdefault(symbol.name, []).append(_Definition(symbol, tuple(parameters.get(index, ()))))
    for name, several in found.items():
        if len(several) == 1:
            continue
        overloads = [one for one in several if any(d.endswith("overload") for d in one.symbol.decorators)]
        if overloads:
            found[name] = overloads
    return found


def _is_offered(name: str, known: Mapping[str, list[_Definition]], exported: Collection[str]) -> bool:
    """Whether this definition was part of its file's contract: importable, and private at no level."""
    parts = name.split(".")
    if parts[0] not in exported:
        return False
    for depth in range(1, len(parts) + 1):
        several = known.get(".".join(parts[:depth]))
        if several is None:
            return False
        symbol = several[0].symbol
        # A module's name that is merely not listed can still be imported; a protected member is for subclasses.
        if symbol.visibility == "private" or (symbol.visibility == "protected" and depth > 1):
            return False
        if depth < len(parts) and symbol.kind not in _CLASSES and symbol.kind != "namespace":
            return False
    return True


# -- signatures ----------------------------------------------------------------------------------------------


def narrowings(before: _Definition, now: _Definition, language: str) -> list[Change]:
    """How calls, uses or subclasses of `before` may fail with `now`; empty if all of them still work."""
    old, new = before.symbol, now.symbol
    if old.kind == "method" and new.kind == "property":
        return [Change("kind-changed", "a method became a property")]
    if old.kind == "property" and new.kind == "method" and _by_name_too(language):
        return [Change("kind-changed", "a property became a method")]
    # A protocol is still a class to Python; elsewhere an interface cannot be called or extended as one.
    other = {"function", "type"} if _by_name_too(language) else {"function", "type", "interface", "enum"}
    if old.kind == "class" and new.kind in other:
        return [Change("kind-changed", f"a class became a {new.kind}")]
    found = list(_modified(old, new, language))
    if old.kind in _CALLABLE and new.kind in _CALLABLE:
        ours, theirs = _arguments(before), _arguments(now)
        found += _by_name(ours, theirs) if _by_name_too(language) else _by_position(ours, theirs)
        found += _result(old, new, language)
    elif old.kind == new.kind == "property":
        if old.signature.startswith("?") and new.signature.startswith((":", "!")):
            found.append(Change("optional-required", new.name.rpartition(".")[2]))
        found += _returns(old.returns, new.returns)
    return found


def _modified(old: Symbol, new: Symbol, language: str) -> Iterator[Change]:
    """What callers lose by modifiers alone."""
    if old.kind == new.kind == "class" and new.has("abstract") and not old.has("abstract"):
        yield Change("kind-changed", "abstract now")
    if old.kind in _MEMBERS and old.kind == new.kind and old.has("static") != new.has("static"):
        # Python lets what belongs to the class be asked of an object as well.
        if old.has("static"):
            yield Change("kind-changed", "needs an object now")
        elif not _by_name_too(language):
            yield Change("kind-changed", "belongs to the class now")
    are_functions = old.kind in _CALLABLE and new.kind in _CALLABLE and not (old.returns or new.returns)
    if are_functions and old.has("generator") != new.has("generator"):
        yield Change("kind-changed", "a generator now" if new.has("generator") else "no generator any more")


def _by_name_too(language: str) -> bool:
    """Whether callers may pass any ordinary argument by its name."""
    return any(dialect.by_name for dialect in spoken(language))


def _arguments(definition: _Definition) -> list[Parameter]:
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
            yield Change("parameter-removed", parameter.name)
        place += is_positional
    for parameter in new:
        if not parameter.optional and not parameter.kind.startswith("variadic") and parameter.name not in callers.known:
            yield Change("parameter-required", parameter.name)


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
        for at, parameter in enumerate(theirs):
            following = next((name for name in other_names[at:] if name in names), "")
            if parameter.name not in names and not parameter.optional:
                yield Change("parameter-required", parameter.name)
            elif parameter.name not in names and following:
                yield Change("parameter-moved", following)
    elif _is_within(other_names, names):
        pairs = [(ours[names.index(other.name)], other) for other in theirs]
        if not rest:
            yield from (Change("parameter-removed", name) for name in names if name not in other_names)
    elif sorted(names) == sorted(other_names):
        yield from (Change("parameter-moved", one.name) for one, other in pairs if one.name != other.name)
        return
    else:  # renamed, which callers do not see
        yield from (Change("parameter-removed", one.name) for one in ours[len(theirs) :] if not rest)
        yield from (Change("parameter-required", p.name) for p in theirs[len(ours) :] if not p.optional)
    yield from (Change("default-removed", p.name) for one, p in pairs if one.optional and not p.optional)
    if any(p.kind == "variadic" for p in old) and not rest:
        yield Change("parameter-removed", next(p.name for p in old if p.kind == "variadic"))
    takes_any = any(p.kind == "variadic-keyword" for p in new) or not any(p.kind == "property" for p in new)
    taken = {p.name for p in new}
    for parameter in old:
        if parameter.kind == "property" and parameter.name not in taken and not takes_any:
            yield Change("parameter-removed", parameter.name)


def _is_within(some: Sequence[str], more: Sequence[str]) -> bool:
    """Whether `some` are all in `more`, in the same order."""
    rest = iter(more)
    return all(name in rest for name in some)


def _result(old: Symbol, new: Symbol, language: str) -> Iterator[Change]:
    if old.has("async") != new.has("async"):
        if _by_name_too(language):
            yield Change("async-changed", "must be awaited now" if new.has("async") else "can no longer be awaited")
        elif new.has("async") and not old.returns and not new.returns:
            yield Change("async-changed", "returns a promise now")
    yield from _returns(old.returns, new.returns)


def _returns(old: str, new: str) -> Iterator[Change]:
    """Only what the text alone proves: the same type made optional, or wrapped in a promise."""
    if not old or not new or old == new:
        return
    ours, theirs = _union(old), _union(new)
    is_optional = ours < theirs and theirs - ours <= _NOTHING
    is_wrapped = bool(_WRAPPED.match(old)) != bool(_WRAPPED.match(new)) and (old in new or new in old)
    if is_optional or is_wrapped:
        yield Change("return-widened", f"{old} to {new}")


def _union(written: str) -> frozenset[str]:
    inner = re.fullmatch(r"(?:typing\.|t\.)?Optional\[(.*)\]", written)
    if inner is not None:
        return _union(inner[1]) | {"None"}
    parts, depth, start = [], 0, 0
    for at, char in enumerate(written):
        depth += (char in "([{<") - (char in ")]}>")
        if char == "|" and depth == 0:
            parts.append(written[start:at])
            start = at + 1
    return frozenset(part.strip() for part in [*parts, written[start:]])


# -- files ---------------------------------------------------------------------------------------------------


class _Pair(NamedTuple):
    """A file before, and the file that users of it meet now."""

    before: str
    now: str


def _module_name(path: str) -> str:
    """What `a.py` and `a/__init__.py`, or `x.ts`, `x.tsx` and `x/index.ts`, have in common: how they are imported."""
    module = _SUFFIX.sub("", path)
    return module.rpartition("/")[0] if _is_entry(path) else module


def _is_entry(path: str) -> bool:
    """Whether the file stands for the folder it lies in."""
    return _SUFFIX.sub("", path).rpartition("/")[2] in {_SUFFIX.sub("", name) for name in entries()}


def contract_changes(s: Situation) -> Collection[Row]:
    """The rows of `contract_change`."""
    before, now = Side(s.before, s.facts), Side(s.now, s.facts)
    appeared = {_module_name(path): path for path in sorted(s.changed) if path in s.now and path not in s.before}
    moved_to = {old: new for new, old in s.renamed.items()}
    anew = _defined_anew(s)
    rows: list[Row] = []
    for path in sorted(s.changed):
        if path not in s.before or path in s.now.skipped or not is_promise(s.before.rows(path)):
            continue
        successor = path if path in s.now else appeared.get(_module_name(path), "")
        if not successor:
            moved = moved_to.get(path, "")
            detail = f"now {moved}" if moved in s.now else ""
            change = "moved" if detail else "removed"
            rows.append((s.now.repo, path, "", "module", change, "", "", detail, path, ""))
            successor = moved if moved in s.now else ""
        if successor and s.before.rows(path).file.blob != s.now.rows(successor).file.blob:
            rows += _compared(s, before, now, _Pair(path, successor), anew)
    rows += _missed(s, {(row[1], row[2]) for row in rows})
    return sorted(set(rows))


def _missed(s: Situation, told: Collection[tuple[object, object]]) -> Iterator[Row]:
    """What imports miss, though no definition and no file is gone: by place, if that is not told already."""
    for _, path, symbol, change, detail, _, _ in s.rows.get("lost_import", ()):
        if (symbol or change == "not-exported") and (path, symbol) not in told:
            kind = "name" if symbol else "module"
            yield s.now.repo, path, symbol, kind, change, "", "", detail, path, symbol


@dataclass(frozen=True, slots=True)
class _Comparison:
    """A file before, and what its users meet now."""

    before: Side
    now: Side
    pair: _Pair
    language: str
    anew: Mapping[tuple[str, str], Sequence[str]]  # (language, name) -> the files that define it since this change
    known: Mapping[str, list[_Definition]]
    found: Mapping[str, list[_Definition]]
    exported: Collection[str]
    still_exported: Collection[str]

    def offers(self, name: str) -> bool:
        return offers(self.now, self.pair.now, name, self.language)

    def defined_anew(self, name: str) -> Sequence[str]:
        """The files in which a name that is gone may live on."""
        return self.anew.get((self.language, name.partition(".")[0]), ())


class _Fate(NamedTuple):
    """What became of a definition."""

    changes: list[Change]
    place: Place  # where it is now, or was
    variants: Sequence[_Definition] = ()  # there; none if it is gone
    is_gone: bool = False  # then all that was inside it is gone with it, and not told again


def _compared(
    s: Situation, before: Side, now: Side, pair: _Pair, anew: Mapping[tuple[str, str], Sequence[str]]
) -> Iterator[Row]:
    ours, theirs = before.interface(pair.before), now.interface(pair.now)
    if ours[4:8] == theirs[4:8]:  # imports, symbols, parameters, exports
        return
    language = s.before.rows(pair.before).file.language
    comparison = _Comparison(
        before, now, pair, language, anew, _definitions(ours), _definitions(theirs),
        exported(ours, language), exported(theirs, language),
    )  # fmt: skip
    yield from _lost_definitions(comparison)
    yield from _lost_reexports(comparison)


def _lost_definitions(c: _Comparison) -> Iterator[Row]:
    gone: set[str] = set()
    for name, several in c.known.items():
        owner = name.rpartition(".")[0]
        if _is_same(several, c.found.get(name)) and (owner or name in c.still_exported):
            continue
        if owner in gone:
            gone.add(name)
            yield from _elsewhere(c, name, several)
        elif _is_offered(name, c.known, c.exported):
            fate = _fate(c, name, several)
            if fate.is_gone:
                gone.add(name)
            yield from _told(c, name, several[0].symbol, fate)
            if fate.is_gone and not fate.variants:
                yield from _elsewhere(c, name, several)


def _elsewhere(c: _Comparison, name: str, several: Sequence[_Definition]) -> Iterator[Row]:
    """What became less of a definition that is gone here, wherever its name is defined since: who imports it through a
    package may meet that one now, and rules ask who does."""
    owner, _, own_name = name.rpartition(".")
    for path in c.defined_anew(name) if _is_offered(name, c.known, c.exported) else ():
        there = _definitions(c.now.interface(path))
        place = Place(path, name)
        if name in there:
            yield from _told(
                c, name, several[0].symbol, _Fate(_least(several, there[name], c.language), place, there[name])
            )
        elif owner in there and own_name not in _CONSTRUCTORS and f"{owner}.{ASKED_AT_RUN_TIME}" not in there:
            yield from _told(c, name, several[0].symbol, _Fate([Change("removed", "")], place))


def _fate(c: _Comparison, name: str, several: Sequence[_Definition]) -> _Fate:
    owner, _, own_name = name.rpartition(".")
    place, variants = Place(c.pair.now, name), c.found.get(name, ())
    if variants and (owner or name in c.still_exported):
        is_private = variants[0].symbol.visibility == "private"
        narrower = [Change("not-exported", "private now")] if is_private else _least(several, variants, c.language)
        return _Fate(narrower, place, variants)
    if variants:
        return _Fate([] if c.offers(name) else [Change("not-exported", "")], place, variants, is_gone=True)
    if own_name in _CONSTRUCTORS:
        return _Fate(_lost_constructor(c, owner, several[0]), place)
    elsewhere = _moved_definition(c, name)
    if elsewhere is not None:
        there = _definitions(c.now.interface(elsewhere.path)).get(elsewhere.symbol, [])
        return _Fate(_least(several, there, c.language), elsewhere, there)
    if _still_there(c, owner, own_name):
        return _Fate([], place)
    place_now = c.defined_anew(name)
    return _Fate([Change("removed", f"now in {place_now[0]}" if place_now else "")], place, is_gone=True)


def _told(c: _Comparison, name: str, was: Symbol, fate: _Fate) -> Iterator[Row]:
    """The rows of one definition that became less."""
    signature = fate.variants[0].symbol.signature if fate.variants else ""
    changes, place, kind = list(fate.changes), fate.place, was.kind
    if kind in _CLASSES and fate.variants and was.signature != signature:
        changes += _lost_bases(c.before, c.now, Place(c.pair.before, name), place)
    owner, _, own_name = name.rpartition(".")
    if own_name in _CONSTRUCTORS:  # users name the class, not its constructor
        name, place, kind = owner, Place(place.path, place.symbol.rpartition(".")[0]), "class"
    for change in changes:
        yield (c.now.graph.repo, place.path, place.symbol, kind, change.change, was.signature, signature,
               change.detail, c.pair.before, name)  # fmt: skip


def _is_same(before: Sequence[_Definition], now: Sequence[_Definition] | None) -> bool:
    """Whether nothing that users see can differ; the usual case, so it is looked at before anything else."""
    if now is None or len(before) != 1 or len(now) != 1:
        return False
    old, new = before[0].symbol, now[0].symbol
    return (old.signature, old.kind, old.visibility, old.modifiers, old.decorators) == (
        new.signature, new.kind, new.visibility, new.modifiers, new.decorators
    )  # fmt: skip


def _least(before: Sequence[_Definition], now: Sequence[_Definition], language: str) -> list[Change]:
    """The narrowings of every earlier variant against the later variant that suits it best."""
    found: dict[Change, None] = {}
    for old in before:
        ways = [narrowings(old, new, language) for new in now]
        if ways:
            best: list[Change] = min(ways, key=len)
            found.update(dict.fromkeys(best))
    return list(found)


def _moved_definition(c: _Comparison, name: str) -> Place | None:
    """Where a top-level name that is only re-exported here is defined now, if that is in this repository."""
    if "." in name or not c.offers(name):
        return None
    for use in c.now.graph.rows(c.pair.now).uses:
        if use.kind == "import" and not use.user and use.dst and use.symbol == name and use.dst in c.now.graph:
            return Place(use.dst, use.symbol)
    return None


def _still_there(c: _Comparison, owner: str, name: str) -> bool:
    """Whether a name that is no longer written here is offered in another way."""
    if not owner:
        return c.offers(name)
    if owner not in c.found:
        return c.offers(owner.partition(".")[0])  # its class moved: told there
    if f"{owner}.{ASKED_AT_RUN_TIME}" in c.found:
        return True
    reader = Reader(c.now.graph, c.pair.now)
    return any(
        f"{base.symbol}.{name}" in {symbol.symbol for symbol in rows.symbols}
        for base in ancestors_of(reader, Place(c.pair.now, owner))
        if (rows := reader.rows(base.path)) is not None
    )


def _lost_constructor(c: _Comparison, owner: str, old: _Definition) -> list[Change]:
    """A class without its own constructor takes what its bases or decorators say; without those, nothing."""
    if owner not in c.found or c.found[owner][0].symbol.decorators:
        return []
    if bases_of(c.now.graph.rows(c.pair.now), c.pair.now, owner):
        return []
    nothing = _Definition(old.symbol, ())
    return narrowings(old, nothing, c.language)


def _lost_bases(before: Side, now: Side, old: Place, new: Place) -> Iterator[Change]:
    if old.path not in before.graph or new.path not in now.graph:
        return
    ours = bases_of(before.graph.rows(old.path), old.path, old.symbol)
    reader = Reader(now.graph, new.path)
    theirs = {base.symbol.rpartition(".")[2] for base in ancestors_of(reader, new)}
    for base in ours:
        if base.symbol.rpartition(".")[2] not in theirs:
            yield Change("base-removed", base.symbol)


def _defined_anew(s: Situation) -> dict[tuple[str, str], list[str]]:
    """Where each top-level name that a changed file did not define before is defined now, by language and name."""
    found: dict[tuple[str, str], list[str]] = {}
    for path in sorted(s.changed):
        if path in s.now:
            known = {symbol.symbol for symbol in s.before.rows(path).symbols} if path in s.before else set()
            rows = s.now.rows(path)
            for symbol in rows.symbols:
                if "." not in symbol.symbol and symbol.symbol not in known:
                    found.setdefault((rows.file.language, symbol.symbol), []).append(path)
    return found


def _lost_reexports(c: _Comparison) -> Iterator[Row]:
    """Names that this file only passed on to its users and passes on no longer, while their definition still exists."""
    rows, now = c.before.graph.rows(c.pair.before), c.now.graph
    offered = _passed_on(c)
    here = {symbol.name for symbol in c.now.interface(c.pair.now).symbols if symbol.parent < 0}
    for name, (original, line) in sorted(offered.items()):
        if name.startswith("_") or name in here or c.offers(name):
            continue
        for use in rows.uses:
            is_it = use.kind == "import" and use.line == line and use.symbol == original
            if is_it and use.dst in now and any(one.symbol == original for one in now.rows(use.dst).symbols):
                yield (now.repo, c.pair.now, name, "re-export", "removed", "", "", f"still in {use.dst}",
                       use.dst, use.symbol)  # fmt: skip


def _passed_on(c: _Comparison) -> dict[str, tuple[str, int]]:
    """(name there, line of the import) of every name that the file offered without defining it."""
    interface = c.before.interface(c.pair.before)
    is_entry = _is_entry(c.pair.before)
    offered: dict[str, tuple[str, int]] = {}
    bound = {
        one.alias: (one.name, one.line) for one in interface.imports if one.symbol < 0 and one.name not in ("", "*")
    }
    for statement in interface.imports:
        passes_on = statement.flags & REEXPORT or (offers_all(c.language) and is_entry)
        if statement.alias and statement.symbol < 0 and passes_on and statement.name not in ("", "*"):
            offered[statement.alias] = (statement.name, statement.line)
    for export in interface.exports:
        if export.imported >= 0 and export.local not in ("", "*"):
            offered[export.name] = (export.local, interface.imports[export.imported].line)
        elif export.imported < 0 and not offers_all(c.language) and export.local in bound:
            offered[export.name] = bound[export.local]
    return offered


MEASURES = (
    Measure(
        Table(
            "contract_change",
            "Something offered to other files was removed or narrowed by this change.",
            columns(
                """repo VARCHAR repository, by its name in the store
                path VARCHAR the file that offers it now, or offered it
                symbol VARCHAR dotted path in that file; empty = the module itself
                kind VARCHAR module, re-export, name (how another file asked for it), or the kind of the symbol
                change VARCHAR removed, moved, not-exported, or how it was narrowed: parameter-required, ...
                before VARCHAR signature before
                now VARCHAR signature now; empty if it is gone
                detail VARCHAR which parameter, base or place
                was_path VARCHAR the file that defined it before: what `before.use` names as dst
                was_symbol VARCHAR its dotted path there: what `before.use` names as symbol"""
            ),
        ),
        contract_changes,
        after=("lost_import",),
        scope="change",
    ),
)
