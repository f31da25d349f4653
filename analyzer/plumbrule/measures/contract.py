"""Contract changes: what was offered to other files, and was removed or narrowed by a change.

Hides which names a module offers, and when a name that moved is still there.
Only files that changed are compared, by their interface facts. Who is hit is for rules to join: users on the before
side have rows of `use` with (was_path, was_symbol), users on the now side with (path, symbol).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from plumbrule.facts import REEXPORT, VALUE, Symbol
from plumbrule.languages import entries
from plumbrule.measures import Measure, Situation
from plumbrule.measures._classes import Place, Reader, ancestors_of, bases_of, surely_lacks_member
from plumbrule.measures._making import CONSTRUCTORS, made_by
from plumbrule.measures._offers import ASKED_AT_RUN_TIME, Side, exported, is_promise, offers, offers_all, sides_of
from plumbrule.measures._signatures import NO_CALLS, Change, Definition, calls_of, least
from plumbrule.tables import Row, Table, columns

_Said = tuple[str, str, Sequence[str]]  # name, signature and decorators of a symbol
_CLASSES = frozenset({"class", "interface", "enum"})
_VALUES = frozenset({"variable", "constant", "type", "property"})
_ALIAS = re.compile(r"= ([\w$]+(?:\.[\w$]+)*)")
_OBJECT_TYPE = re.compile(r"(?:<.*>\s*)?= \{.*[}…]")
_WORD = re.compile(r"[\w$]+")
_SUFFIX = re.compile(r"(\.d)?\.[^./]+$")


def _follow_aliases(
    now: Side, path: str, found: dict[str, list[Definition]], wanted: Collection[str]
) -> dict[str, Place]:
    """Where the names lead that only are other names for a definition; `found` gets that and its members under them.

    An alias of something that is not defined in this repository stays what it is.
    """
    led: dict[str, Place] = {}
    for name in sorted(wanted):
        place = _aliased(now, path, found, name)
        if place is None:
            continue
        there = found if place.path == path else now.definitions(place.path)
        if place.symbol not in there:
            continue
        led[name] = place
        visibility = found[name][0].symbol.visibility
        inside = f"{place.symbol}."
        for other in [other for other in there if other == place.symbol or other.startswith(inside)]:
            shown = name + other[len(place.symbol) :]
            found[shown] = [
                one._replace(
                    symbol=one.symbol._replace(
                        name=shown, visibility=visibility if shown == name else one.symbol.visibility
                    )
                )
                for one in there[other]
            ]
    return led


def _aliased(now: Side, path: str, found: Mapping[str, list[Definition]], name: str) -> Place | None:
    """What a top-level name is another name for in the end; None if it is none, or that is not known."""
    entered = {name}
    while (meant := _ALIAS.fullmatch(found[name][0].symbol.signature) if name in found else None) is not None:
        if len(found[name]) > 1 or found[name][0].symbol.kind not in _VALUES:
            return None
        name = meant[1]
        if name in entered:
            return None
        entered.add(name)
        if name not in found:
            return _imported(now, path, name)
    return Place(path, name) if len(entered) > 1 else None


def _imported(now: Side, path: str, name: str) -> Place | None:
    """Where something is defined that this file imports and calls so, if all that is read here agrees."""
    head, dot, rest = name.partition(".")
    bound = [one for one in now.interface(path).imports if one.alias == head and one.symbol < 0]
    lines = {one.line for one in bound}
    called = {rest.rpartition(".")[2]} if dot else {one.name for one in bound}
    places = {
        Place(use.dst, use.symbol)
        for use in now.graph.rows(path).uses
        if not use.user and use.dst in now.graph and use.symbol.rpartition(".")[2] in called
        and (use.kind == "read" if dot else use.kind == "import" and use.line in lines)
    }  # fmt: skip
    return places.pop() if bound and len(places) == 1 else None


def _is_offered(name: str, known: Mapping[str, list[Definition]], exported: Collection[str]) -> bool:
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
        if depth < len(parts) and not any(_has_members(one.symbol) for one in several):
            return False
    return True


def _has_members(symbol: Symbol) -> bool:
    """Whether what is defined inside a symbol belongs to what it offers."""
    return symbol.kind in _CLASSES or symbol.kind == "namespace" or symbol.has("object")


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
    known = s.shared.less
    if known is None or known[0] != s.renamed:
        known = s.shared.less = s.renamed, _less(s)
    rows = [*known[1], *_missed(s, {(row[1], row[2]) for row in known[1]})]
    return sorted(set(rows))


def _less(s: Situation) -> list[Row]:
    """What files that changed offer no more, or less of."""
    before, now = sides_of(s)
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
            rows.append((s.now.repo, path, "", "module", change, "", "", detail, path, "", True, *NO_CALLS))
            successor = moved if moved in s.now else ""
        if successor and s.before.rows(path).file.blob != s.now.rows(successor).file.blob:
            rows += _compared(s, before, now, _Pair(path, successor), anew)
    return rows


def _missed(s: Situation, told: Collection[tuple[object, object]]) -> Iterator[Row]:
    """What imports miss, though no definition and no file is gone: by place, if that is not told already."""
    for _, path, symbol, change, detail, *_ in s.rows.get("lost_import", ()):
        if (symbol or change == "not-exported") and (path, symbol) not in told:
            kind = "name" if symbol else "module"
            yield s.now.repo, path, symbol, kind, change, "", "", detail, path, symbol, True, *NO_CALLS


@dataclass(frozen=True, slots=True)
class _Comparison:
    """A file before, and what its users meet now."""

    before: Side
    now: Side
    pair: _Pair
    language: str
    anew: Mapping[tuple[str, str], Sequence[str]]  # (language, name) -> the files that define it since this change
    known: Mapping[str, list[Definition]]
    found: Mapping[str, list[Definition]]
    aliases: Mapping[str, Place]  # names that are found here and only are other names for what is defined there
    exported: Collection[str]
    still_exported: Collection[str]
    making: tuple[Mapping[str, list[_Said]], Mapping[str, list[_Said]]]  # see `_says_of_making`; before and now

    def offers(self, name: str) -> bool:
        return offers(self.now, self.pair.now, name, self.language)

    def meant(self, name: str) -> Place:
        """Where a name of the file is defined now, if it still is one."""
        return self.aliases.get(name, Place(self.pair.now, name))

    def defined_anew(self, name: str) -> Sequence[str]:
        """The files in which a name that is gone may live on."""
        return self.anew.get((self.language, name.partition(".")[0]), ())


class _Fate(NamedTuple):
    """What became of a definition."""

    changes: list[Change]
    place: Place  # where it is now, or was
    variants: Sequence[Definition] = ()  # there; none if it is gone
    is_gone: bool = False  # then all that was inside it is gone with it, and not told again


def _compared(
    s: Situation, before: Side, now: Side, pair: _Pair, anew: Mapping[tuple[str, str], Sequence[str]]
) -> Iterator[Row]:
    ours, theirs = before.interface(pair.before), now.interface(pair.now)
    if ours[4:10] == theirs[4:10]:  # imports, symbols, parameters, overloads and theirs, exports
        return
    language = s.before.rows(pair.before).file.language
    known, found = dict(before.definitions(pair.before)), dict(now.definitions(pair.now))
    # What an object literal only names, its users call by that name.
    _follow_aliases(before, pair.before, known, [name for name in known if "." in name])
    aliases = _follow_aliases(now, pair.now, found, known)
    comparison = _Comparison(
        before, now, pair, language, anew, known, found, aliases, exported(ours, language), exported(theirs, language),
        (_says_of_making(known), _says_of_making(found)),
    )  # fmt: skip
    yield from _lost_definitions(comparison)
    yield from _lost_reexports(comparison)


def _lost_definitions(c: _Comparison) -> Iterator[Row]:
    gone: set[str] = set()
    for name, several in c.known.items():
        owner, _, own_name = name.rpartition(".")
        if own_name in CONSTRUCTORS:
            continue  # users name the class
        if several[0].symbol.kind == "class" and _is_offered(name, c.known, c.exported):
            yield from _made_otherwise(c, name)
        if _is_same(several, c.found.get(name)) and (owner or name in c.still_exported):
            continue
        if owner in gone:
            gone.add(name)
            yield from _elsewhere(c, name, several)
        elif _is_offered(name, c.known, c.exported):
            fate = _fate(c, name, several)
            if fate.is_gone:
                gone.add(name)
            yield from _told(c, name, several, fate)
            if fate.is_gone and not fate.variants:
                yield from _elsewhere(c, name, several)


def _elsewhere(c: _Comparison, name: str, several: Sequence[Definition]) -> Iterator[Row]:
    """What became less of a definition that is gone here, wherever its name is defined since: who imports it through a
    package may meet that one now, and rules ask who does."""
    owner, _, own_name = name.rpartition(".")
    for path in c.defined_anew(name) if _is_offered(name, c.known, c.exported) else ():
        there = c.now.definitions(path)
        place = Place(path, name)
        if name in there:
            yield from _told(c, name, several, _Fate(least(several, there[name], c.language), place, there[name]))
        elif _is_beyond(c, there, owner):
            continue
        elif owner in there and f"{owner}.{ASKED_AT_RUN_TIME}" not in there:
            certain = surely_lacks_member(Reader(c.now.graph, path), Place(path, owner), own_name)
            yield from _told(c, name, several, _Fate([Change("removed", "", certain)], place))


def _fate(c: _Comparison, name: str, several: Sequence[Definition]) -> _Fate:
    owner, _, own_name = name.rpartition(".")
    place, variants = Place(c.pair.now, name), c.found.get(name, ())
    if variants and (owner or name in c.still_exported):
        is_private = variants[0].symbol.visibility == "private"
        narrower = (
            [Change("not-exported", "private now", certain=True)]
            if is_private
            else least(several, variants, c.language)
        )
        return _Fate(narrower, place, variants)
    if variants:
        return _Fate(
            [] if c.offers(name) else [Change("not-exported", "", certain=True)], place, variants, is_gone=True
        )
    if owner and _is_beyond(c, c.found, owner):
        return _Fate([], place)
    elsewhere = _moved_definition(c, name)
    if elsewhere is not None:
        there = c.now.definitions(elsewhere.path).get(elsewhere.symbol, [])
        return _Fate(least(several, there, c.language), elsewhere, there)
    if _still_there(c, owner, own_name):
        return _Fate([], place)
    place_now = c.defined_anew(name)
    # A base class that nobody here can read may still offer what a class no longer writes down.
    certain = owner not in c.found or _surely_lacks(c, owner, own_name)
    detail = f"now in {place_now[0]}" if place_now else ""
    return _Fate([Change("removed", detail, certain)], place, is_gone=True)


def _is_beyond(c: _Comparison, there: Mapping[str, Sequence[Definition]], owner: str) -> bool:
    """Whether what a name offers inside cannot be known: it, or what it lies in, stands for a value that is not written
    down."""
    while owner and owner not in there:
        owner = owner.rpartition(".")[0]
    if not owner:
        return False
    unwritten = [
        one.symbol.kind in _VALUES
        and not one.symbol.has("object")
        and not (one.symbol.kind == "type" and _OBJECT_TYPE.fullmatch(one.symbol.signature))
        for one in there[owner]
    ]
    if any(one.symbol.has("object") for one in c.known.get(owner, ())):
        # A type of the same name says nothing, and a function may be given members anywhere.
        return any(
            one.symbol.kind == "function" or (open_ and one.symbol.kind != "type")
            for one, open_ in zip(there[owner], unwritten, strict=True)
        )
    return all(unwritten)


def _told(c: _Comparison, name: str, before: Sequence[Definition], fate: _Fate) -> Iterator[Row]:
    """The rows of one definition that became less."""
    was = before[0].symbol
    signature = fate.variants[0].symbol.signature if fate.variants else ""
    changes, place, kind = list(fate.changes), fate.place, was.kind
    if kind in _CLASSES and fate.variants and was.signature != signature:
        changes += _lost_bases(c.before, c.now, Place(c.pair.before, name), c.aliases.get(name, place))
    for change in changes:
        yield (c.now.graph.repo, place.path, place.symbol, kind, change.change, was.signature, signature,
               change.detail, c.pair.before, name, change.certain,
               *calls_of(change, before, fate.variants, c.language))  # fmt: skip


def _is_same(before: Sequence[Definition], now: Sequence[Definition] | None) -> bool:
    """Whether nothing that users see can differ; the usual case, so it is looked at before anything else."""
    if now is None or len(before) != 1 or len(now) != 1:
        return False
    old, new = before[0].symbol, now[0].symbol
    return (old.signature, old.kind, old.visibility, old.modifiers, old.decorators) == (
        new.signature, new.kind, new.visibility, new.modifiers, new.decorators
    )  # fmt: skip


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
        for one in (c.meant(owner), *_companions(c, owner))
        for base in ancestors_of(reader, one, name)
        if (rows := reader.rows(base.path)) is not None
    )


def _surely_lacks(c: _Comparison, owner: str, name: str) -> bool:
    """Whether no ancestor that nobody here can read may offer a member."""
    reader, place = Reader(c.now.graph, c.pair.now), c.meant(owner)
    # What a companion inherits from another file is read with the type around it.
    known = {base.symbol.rpartition(".")[2] for base in ancestors_of(reader, place, name) if base.path}
    return surely_lacks_member(reader, place, name) and all(
        base.path or base.symbol.rpartition(".")[2] in known
        for one in _companions(c, owner)
        for base in ancestors_of(reader, one, name)
    )


def _companions(c: _Comparison, owner: str) -> Iterator[Place]:
    """What in a type has its members among the type's own; what it inherits, the type's name gives, too."""
    place = c.meant(owner)
    interface = c.now.interface(place.path)
    for index, name, how in interface.supers:
        if how == VALUE and not name and interface.symbols[index].name.rpartition(".")[0] == place.symbol:
            yield Place(place.path, interface.symbols[index].name)


def _made_otherwise(c: _Comparison, name: str) -> Iterator[Row]:
    """The rows of what making an object of a class asks for that it did not, wherever the class is defined now."""
    if c.making[0].get(name) == c.making[1].get(name) and name not in c.aliases:
        return
    before = made_by(c.before, Place(c.pair.before, name))
    if before is None or before[0].symbol.visibility != "public":
        return
    here = Place(c.pair.now, name)
    if name in c.found:
        places = {here: c.meant(name)}
    else:
        moved = _moved_definition(c, name)
        led = [moved] if moved is not None else [Place(path, name) for path in c.defined_anew(name)]
        places = {place: place for place in led}
    for shown, place in places.items():
        now = made_by(c.now, place)
        if now is None:
            continue
        is_private = now[0].symbol.visibility == "private"
        told = [Change("not-exported", "private now", certain=True)] if is_private else least(before, now, c.language)
        for change in told:
            yield (c.now.graph.repo, shown.path, shown.symbol, "class", change.change, before[0].symbol.signature,
                   now[0].symbol.signature, change.detail, c.pair.before, name, change.certain,
                   *calls_of(change, before, now, c.language))  # fmt: skip


def _says_of_making(known: Mapping[str, list[Definition]]) -> Mapping[str, list[_Said]]:
    """By class all that can bear on how it is made: itself, its constructors and its fields."""
    found: dict[str, list[_Said]] = {}
    for name, several in known.items():
        owner, _, own_name = name.rpartition(".")
        for one in several:
            said = one.symbol.name, one.symbol.signature, one.symbol.decorators
            if one.symbol.kind == "class":
                found.setdefault(name, []).append(said)
            if owner and (own_name in CONSTRUCTORS or one.symbol.kind in ("variable", "constant")):
                found.setdefault(owner, []).append(said)
    return found


def _lost_bases(before: Side, now: Side, old: Place, new: Place) -> Iterator[Change]:
    if old.path not in before.graph or new.path not in now.graph:
        return
    ours = bases_of(before.graph.rows(old.path), old.path, old.symbol)
    reader = Reader(now.graph, new.path)
    theirs = {base.symbol.rpartition(".")[2] for base in ancestors_of(reader, new)} | _still_named(now, new)
    for base in ours:
        if base.symbol.rpartition(".")[2] not in theirs:
            yield Change("base-removed", base.symbol)


def _still_named(now: Side, place: Place) -> set[str]:
    """What the head of a class names in any way: `extends Mixed(Base)` and `extends Shown<Base>` may well give all that
    Base does."""
    heads = [symbol.signature for symbol in now.graph.rows(place.path).symbols if symbol.symbol == place.symbol]
    named = {word for head in heads for word in _WORD.findall(head)}
    return named | {one.name for one in now.interface(place.path).imports if one.alias in named}


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
                       use.dst, use.symbol, True, *NO_CALLS)  # fmt: skip


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
                was_symbol VARCHAR its dotted path there: what `before.use` names as symbol
                certain BOOLEAN whether no use of the kind that it is about can go well, whatever its arguments are
                calls_before VARCHAR regular expression: ways to call it (`use.calls`) that went well; empty = unknown
                calls_now VARCHAR the same for those that still do"""
            ),
        ),
        contract_changes,
        after=("lost_import",),
        scope="change",
    ),
)
