"""Contract changes: what was offered to other files, and was removed or narrowed by a change.

Hides what narrowing means in each language: which names a module offers, when a name that moved is still there, and
which signatures accept every call that the earlier one accepted (for Python the definitions of griffe's breakages).
Only files that changed are compared, by their interface facts. Who is hit is for rules to join: users on the before
side have rows of `use` with (was_path, was_symbol), users on the now side with (path, symbol).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from plumbrule.facts import LAZY, REEXPORT, Interface, Parameter, Symbol
from plumbrule.graph import FileRows, Graph
from plumbrule.measures import FactsOf, Measure, Situation
from plumbrule.measures._classes import Place, Reader, ancestors_of, bases_of
from plumbrule.tables import Row, Table, columns

_BY_NAME = frozenset({"python"})  # languages whose callers may pass any ordinary argument by its name
_ALL_NAMES = frozenset({"python"})  # languages in which every top-level name of a module can be imported
_CALLABLE = frozenset({"function", "method"})
_CLASSES = frozenset({"class", "interface", "enum"})
_RECEIVERS = frozenset({"self", "cls", "mcs", "metacls", "this"})
_CONSTRUCTORS = ("__init__", "constructor")
_ASKED_AT_RUN_TIME = "__getattr__"  # a module or class with it may offer any name (PEP 562)
_NOTHING = frozenset({"None", "null", "undefined"})
_ENTRY = re.compile(r"(^|/)(__init__|index)$")
_SUFFIX = re.compile(r"(\.d)?\.[^./]+$")
_WRAPPED = re.compile(r"(?:Promise|PromiseLike|Awaitable|Coroutine|Observable)\s*[<\[]")
_DEEPEST = 8  # star imports followed in a row


class Change(NamedTuple):
    """One way in which something offered became less."""

    change: str
    detail: str  # what exactly: a parameter, a base, a place


@dataclass(slots=True)
class _Side:
    """One side of the comparison: a graph, its facts, and a file's names by dotted path."""

    graph: Graph
    facts: FactsOf
    _known: dict[str, Interface] = field(default_factory=dict)

    def interface(self, path: str) -> Interface:
        if path not in self._known:
            file = self.graph.rows(path).file
            self._known[path] = self.facts.interface(file.dialect, file.blob)
        return self._known[path]


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


def _exported(interface: Interface, language: str) -> set[str]:
    """Top-level definitions that other files can import."""
    names = {symbol.name for symbol in interface.symbols if symbol.parent < 0}
    if language in _ALL_NAMES:
        return names
    named = {export.local for export in interface.exports if export.imported < 0}
    return {symbol.name for symbol in interface.symbols if symbol.parent < 0 and symbol.exported} | (names & named)


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
    if old.kind == "property" and new.kind == "method" and language in _BY_NAME:
        return [Change("kind-changed", "a property became a method")]
    # A protocol is still a class to Python; elsewhere an interface cannot be called or extended as one.
    other = {"function", "type"} if language in _BY_NAME else {"function", "type", "interface", "enum"}
    if old.kind == "class" and new.kind in other:
        return [Change("kind-changed", f"a class became a {new.kind}")]
    found: list[Change] = []
    if old.kind in _CALLABLE and new.kind in _CALLABLE:
        ours, theirs = _arguments(before), _arguments(now)
        found += _by_name(ours, theirs) if language in _BY_NAME else _by_position(ours, theirs)
        found += _result(old, new, language)
    elif old.kind == new.kind == "property":
        if old.signature.startswith("?") and new.signature.startswith((":", "!")):
            found.append(Change("optional-required", new.name.rpartition(".")[2]))
        found += _returns(old.returns, new.returns)
    return found


def _arguments(definition: _Definition) -> list[Parameter]:
    own = list(definition.parameters)
    is_bound = definition.symbol.kind == "method" and "staticmethod" not in definition.symbol.decorators
    if own and own[0].name in _RECEIVERS and (is_bound or own[0].name == "this"):
        del own[0]
    return own


def _by_name(old: Sequence[Parameter], new: Sequence[Parameter]) -> Iterator[Change]:
    """Narrowed parameters where an argument may be passed by position or by name."""
    there = {parameter.name: parameter for parameter in new}
    was = {parameter.name for parameter in old}
    by_position = [p for p in new if p.kind in ("positional-only", "positional")]
    rest = any(p.kind == "variadic" for p in new)
    rest_by_name = any(p.kind == "variadic-keyword" for p in new)
    renamed: set[str] = set()
    place = 0
    for parameter in old:
        positional = parameter.kind in ("positional-only", "positional")
        successor = by_position[place] if positional and place < len(by_position) else None
        place += positional
        match = there.get(parameter.name)
        if match is None or (parameter.kind == "positional-only" and match.kind == "keyword-only"):
            if successor is not None and successor.name not in was:
                renamed.add(successor.name)
                if parameter.kind == "positional":
                    yield Change("parameter-renamed", f"{parameter.name} to {successor.name}")
                if parameter.optional and not successor.optional:
                    yield Change("default-removed", successor.name)
                continue
            swallowed = {
                "positional-only": rest,
                "positional": rest and rest_by_name,
                "keyword-only": rest_by_name,
            }.get(parameter.kind, any(p.kind == parameter.kind for p in new))
            if not swallowed:
                yield Change("parameter-removed", parameter.name)
            continue
        if parameter.kind.startswith("variadic"):
            if match.kind != parameter.kind and not any(p.kind == parameter.kind for p in new):
                yield Change("parameter-narrowed", f"{parameter.name} takes one argument now")
            continue
        if match.kind.startswith("variadic"):
            continue
        if parameter.kind == "positional" and match.kind != "positional":
            how = "by name" if match.kind == "keyword-only" else "by position"
            yield Change("parameter-narrowed", f"{parameter.name} can only be passed {how}")
        elif parameter.kind == "keyword-only" and match.kind == "positional-only":
            yield Change("parameter-narrowed", f"{parameter.name} can only be passed by position")
        elif positional and match in by_position and by_position.index(match) != place - 1:
            ahead = [p for p in by_position[: by_position.index(match)] if p.name not in was and p.name not in renamed]
            moved = [p.name for p in by_position if p.name in was]
            kept = [p.name for p in old if p.kind in ("positional-only", "positional") and p.name in moved]
            if moved != kept or any(p.optional for p in ahead):
                yield Change("parameter-moved", parameter.name)
        if parameter.optional and not match.optional:
            yield Change("default-removed", parameter.name)
    for parameter in new:
        is_new = parameter.name not in was and parameter.name not in renamed
        if is_new and not parameter.optional and not parameter.kind.startswith("variadic"):
            yield Change("parameter-required", parameter.name)


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
    if old.is_async != new.is_async:
        if language in _BY_NAME:
            yield Change("async-changed", "must be awaited now" if new.is_async else "can no longer be awaited")
        elif new.is_async and not old.returns and not new.returns:
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
    return _ENTRY.sub("", _SUFFIX.sub("", path))


def _is_contract(rows: FileRows) -> bool:
    return not rows.file.is_test and not rows.file.is_generated


def contract_changes(s: Situation) -> Collection[Row]:
    """The rows of `contract_change`."""
    before, now = _Side(s.before, s.facts), _Side(s.now, s.facts)
    appeared = {_module_name(path): path for path in sorted(s.changed) if path in s.now and path not in s.before}
    moved_to = {old: new for new, old in s.renamed.items()}
    anew = _defined_anew(s)
    rows: list[Row] = []
    for path in sorted(s.changed):
        if path not in s.before or path in s.now.skipped or not _is_contract(s.before.rows(path)):
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
    return sorted(set(rows))


def _compared(
    s: Situation, before: _Side, now: _Side, pair: _Pair, anew: Mapping[tuple[str, str], str]
) -> Iterator[Row]:
    ours, theirs = before.interface(pair.before), now.interface(pair.now)
    if ours[4:8] == theirs[4:8]:  # imports, symbols, parameters, exports
        return
    language = s.before.rows(pair.before).file.language
    known, found = _definitions(ours), _definitions(theirs)
    exported = _exported(ours, language)
    still_exported = _exported(theirs, language)
    gone: set[str] = set()
    for name, several in known.items():
        owner, _, own_name = name.rpartition(".")
        if _is_same(several, found.get(name)) and (owner or name in still_exported):
            continue
        if owner in gone:
            gone.add(name)
        if name in gone or not _is_offered(name, known, exported):
            continue
        place = Place(pair.now, name)
        variants = found.get(name)
        if variants is None or (not owner and name not in still_exported):
            if not owner and variants is not None:
                changes = [Change("not-exported", "")] if not _offers(now, pair.now, name, language) else []
                gone.add(name)
            elif own_name in _CONSTRUCTORS:
                changes = _lost_constructor(now, found, pair.now, owner, several[0], language)
            else:
                elsewhere = _moved_definition(now, pair.now, name, language)
                if elsewhere is not None:
                    place, variants = elsewhere, _definitions(now.interface(elsewhere.path)).get(elsewhere.symbol)
                    changes = _least(several, variants or [], language)
                elif _still_there(now, found, pair.now, owner, own_name, language):
                    changes = []
                else:
                    place_now = anew.get((language, name), "")
                    changes = [Change("removed", f"now in {place_now}" if place_now else "")]
                    gone.add(name)
        else:
            changes = _least(several, variants, language)
            if variants[0].symbol.visibility == "private":
                changes = [Change("not-exported", "private now")]
        if (
            several[0].symbol.kind in _CLASSES
            and variants
            and several[0].symbol.signature != variants[0].symbol.signature
        ):
            changes = [*changes, *_lost_bases(before, now, Place(pair.before, name), place)]
        if changes:
            told, was = place, name
            kind = several[0].symbol.kind
            if own_name in _CONSTRUCTORS:  # users name the class, not its constructor
                told, was, kind = Place(place.path, place.symbol.rpartition(".")[0]), owner, "class"
            signatures = several[0].symbol.signature, variants[0].symbol.signature if variants else ""
            for change in changes:
                yield (s.now.repo, told.path, told.symbol, kind, change.change, *signatures, change.detail,
                       pair.before, was)  # fmt: skip
    yield from _lost_reexports(s, before, now, pair, language)


def _is_same(before: Sequence[_Definition], now: Sequence[_Definition] | None) -> bool:
    """Whether nothing that users see can differ; the usual case, so it is looked at before anything else."""
    if now is None or len(before) != 1 or len(now) != 1:
        return False
    old, new = before[0].symbol, now[0].symbol
    return (old.signature, old.kind, old.visibility, old.is_async, old.decorators) == (
        new.signature, new.kind, new.visibility, new.is_async, new.decorators
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


def _offers(side: _Side, path: str, name: str, language: str, depth: int = 0) -> bool:
    """Whether `name` can still be imported from this file although it is not defined in it."""
    if path not in side.graph or depth > _DEEPEST:
        return False
    interface = side.interface(path)
    if any(symbol.parent < 0 and symbol.name == _ASKED_AT_RUN_TIME for symbol in interface.symbols):
        return True
    if any(export.name == name for export in interface.exports if export.imported >= 0 or language not in _ALL_NAMES):
        return True
    stars = False
    for statement in interface.imports:
        if statement.symbol >= 0 or statement.flags & LAZY:
            continue
        if statement.alias == name and (language in _ALL_NAMES or statement.flags & REEXPORT):
            return True
        stars = stars or (statement.name == "*" and (language in _ALL_NAMES or not statement.alias))
    if not stars:
        return False
    rows = side.graph.rows(path)
    followed = {d.dst for d in rows.dependencies if d.kind == "import" and "*" in d.names.split(", ")}
    if any(external.name == "*" for external in rows.externals):
        return True
    for target in sorted(followed):
        if target in side.graph and name in _exported(side.interface(target), language):
            return True
        if _offers(side, target, name, language, depth + 1):
            return True
    return False


def _moved_definition(side: _Side, path: str, name: str, language: str) -> Place | None:
    """Where a top-level name that is only re-exported here is defined now, if that is in this repository."""
    if "." in name or not _offers(side, path, name, language):
        return None
    for use in side.graph.rows(path).uses:
        if use.kind == "import" and not use.user and use.dst and use.symbol == name and use.dst in side.graph:
            return Place(use.dst, use.symbol)
    return None


def _still_there(
    side: _Side, found: Mapping[str, list[_Definition]], path: str, owner: str, name: str, language: str
) -> bool:
    """Whether a name that is no longer written here is offered in another way."""
    if not owner:
        return _offers(side, path, name, language)
    if owner not in found:
        return _offers(side, path, owner.partition(".")[0], language)  # its class moved: told there
    if f"{owner}.{_ASKED_AT_RUN_TIME}" in found:
        return True
    reader = Reader(side.graph, path)
    return any(
        f"{base.symbol}.{name}" in {symbol.symbol for symbol in rows.symbols}
        for base in ancestors_of(reader, Place(path, owner))
        if (rows := reader.rows(base.path)) is not None
    )


def _lost_constructor(
    side: _Side, found: Mapping[str, list[_Definition]], path: str, owner: str, old: _Definition, language: str
) -> list[Change]:
    """A class without its own constructor takes what its bases or decorators say; without those, nothing."""
    if owner not in found or found[owner][0].symbol.decorators:
        return []
    if bases_of(side.graph.rows(path), path, owner):
        return []
    nothing = _Definition(old.symbol, ())
    return narrowings(old, nothing, language)


def _lost_bases(before: _Side, now: _Side, old: Place, new: Place) -> Iterator[Change]:
    if old.path not in before.graph or new.path not in now.graph:
        return
    ours = bases_of(before.graph.rows(old.path), old.path, old.symbol)
    reader = Reader(now.graph, new.path)
    theirs = {base.symbol.rpartition(".")[2] for base in ancestors_of(reader, new)}
    for base in ours:
        if base.symbol.rpartition(".")[2] not in theirs:
            yield Change("base-removed", base.symbol)


def _defined_anew(s: Situation) -> dict[tuple[str, str], str]:
    """Where each top-level name that a changed file did not define before is defined now, by language and name."""
    found: dict[tuple[str, str], str] = {}
    for path in sorted(s.changed):
        if path in s.now:
            known = {symbol.symbol for symbol in s.before.rows(path).symbols} if path in s.before else set()
            rows = s.now.rows(path)
            for symbol in rows.symbols:
                if "." not in symbol.symbol and symbol.symbol not in known:
                    found.setdefault((rows.file.language, symbol.symbol), path)
    return found


def _lost_reexports(s: Situation, before: _Side, now: _Side, pair: _Pair, language: str) -> Iterator[Row]:
    """Names that this file only passed on to its users and passes on no longer, while their definition still exists."""
    rows = s.before.rows(pair.before)
    interface = before.interface(pair.before)
    is_entry = _ENTRY.search(_SUFFIX.sub("", pair.before)) is not None
    offered: dict[str, tuple[str, int]] = {}  # name offered -> (name there, line of the import)
    for statement in interface.imports:
        passes_on = statement.flags & REEXPORT or (language in _ALL_NAMES and is_entry)
        if statement.alias and statement.symbol < 0 and passes_on and statement.name not in ("", "*"):
            offered[statement.alias] = (statement.name, statement.line)
    for export in interface.exports:
        if export.imported >= 0 and export.local not in ("", "*"):
            offered[export.name] = (export.local, interface.imports[export.imported].line)
    here = {symbol.name for symbol in now.interface(pair.now).symbols if symbol.parent < 0}
    for name, (original, line) in sorted(offered.items()):
        if name.startswith("_") or name in here or _offers(now, pair.now, name, language):
            continue
        for use in rows.uses:
            is_it = use.kind == "import" and use.line == line and use.symbol == original
            if is_it and use.dst in s.now and any(one.symbol == original for one in s.now.rows(use.dst).symbols):
                yield (s.now.repo, pair.now, name, "re-export", "removed", "", "", f"still in {use.dst}",
                       use.dst, use.symbol)  # fmt: skip


MEASURES = (
    Measure(
        Table(
            "contract_change",
            "Something offered to other files was removed or narrowed by this change.",
            columns(
                """repo VARCHAR repository, by its name in the store
                path VARCHAR the file that offers it now, or offered it
                symbol VARCHAR dotted path in that file; empty = the module itself
                kind VARCHAR module, re-export, or the kind of the symbol
                change VARCHAR removed, moved, not-exported, or how it was narrowed: parameter-required, ...
                before VARCHAR signature before
                now VARCHAR signature now; empty if it is gone
                detail VARCHAR which parameter, base or place
                was_path VARCHAR the file that defined it before: what `before.use` names as dst
                was_symbol VARCHAR its dotted path there: what `before.use` names as symbol"""
            ),
        ),
        contract_changes,
        scope="change",
    ),
)
