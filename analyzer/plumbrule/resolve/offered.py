"""What a lookup of a name can find in a file, from its interface alone, and which names a change of it concerns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from plumbrule.facts import GIVEN, RECEIVED, REQUIRED, Export, Import, Interface
from plumbrule.languages import Language

Read = tuple[str, str]  # (file, name looked up in its interface); the name "" is the file itself
# Beside names: what of a file says where names lead that it uses in heads of types, and, after the name of a symbol,
# all that this symbol has. Neither is spelt as a name can be.
IN_SCOPE, MEMBERS = ":", ".*"


def moved_names(before: Interface, now: Interface) -> set[str] | None:
    """The names whose lookup in a file can give another answer; None if that may be any name."""
    old, new = _offer(before), _offer(now)
    if old["*"] != new["*"]:
        return None
    _add_members(old, before)
    _add_members(new, now)
    return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}


def _offer(interface: Interface) -> dict[str, list[tuple[object, ...]]]:
    """By name, everything a lookup in this interface can see; under "*" what concerns every name."""
    offer: dict[str, list[tuple[object, ...]]] = {
        "*": [(interface.has_all, bool(interface.errors), spaces_in(interface))]
    }
    for symbol in interface.symbols:
        offer.setdefault(symbol.name, []).append(("symbol", symbol.exported, *_set_aside(symbol.modifiers)))
    for row in interface.imports:
        if row.symbol >= 0 or row.flags & RECEIVED:
            continue  # nobody outside sees it
        offer.setdefault(row.alias or "*" if row.alias or row.name == "*" else "", []).append(_asks(row))
    for export in interface.exports:
        known = 0 <= export.imported < len(interface.imports)
        source: tuple[object, ...] = _asks(interface.imports[export.imported]) if known else ()
        found = offer.setdefault(export.name, [])
        found.append(("export", export.local, *source))
        if export.local != export.name:
            # A lookup of the exported name goes on with the local one.
            found.extend(("symbol",) for symbol in interface.symbols if symbol.name == export.local)
            found.extend(_asks(row) for row in interface.imports if row.alias == export.local and row.symbol < 0)
    return offer


def spaces_in(interface: Interface) -> list[str]:
    """The namespaces of a file, each with those around it."""
    found: list[str] = []
    around: list[tuple[int, str]] = []  # last line, and full name
    for name, first, last in interface.spaces:
        while around and around[-1][0] < first:
            around.pop()
        found.append(f"{around[-1][1]}.{name}" if around else name)
        around.append((last, found[-1]))
    return found


def _add_members(offer: dict[str, list[tuple[object, ...]]], interface: Interface) -> None:
    """What a lookup of names in scope, and one among all that a symbol has, can see."""
    symbols = interface.symbols
    offer[IN_SCOPE] = [
        (*_asks(row), row.alias, symbols[row.symbol].name if row.symbol >= 0 else "")
        for row in interface.imports
        if not row.flags & RECEIVED
    ]
    for symbol in symbols:
        if symbol.parent >= 0:
            around = symbols[symbol.parent].name + MEMBERS
            takes_nothing = symbol.signature.startswith("()")  # so that it may override a property
            offer.setdefault(around, []).append((*symbol[:3], symbol.modifiers, takes_nothing))
        else:
            offer[IN_SCOPE].append((symbol.name, symbol.exported))
    for index, name, how in interface.supers:
        offer.setdefault(symbols[index].name + MEMBERS, []).append((name, how))


def _asks(row: Import) -> tuple[object, ...]:
    return (*row[:4], row.flags & REQUIRED)


def _set_aside(modifiers: str) -> tuple[bool, bool]:
    """Whether something else has the name, and whether it is only declared."""
    return bool(modifiers) and "replaced" in modifiers.split(), modifiers.startswith("abstract")


class Offer:
    """What a lookup of a name finds in a file, from its interface alone."""

    __slots__ = (
        "aliases", "dotted", "exports", "given", "hidden", "inner", "is_open", "language", "members", "names",
        "only_declared", "onward", "packages", "passed_on", "stars", "static", "supers", "tops", "types",
    )  # fmt: skip

    def __init__(self, interface: Interface, language: Language) -> None:
        self.language = language
        passes_on = language.passes_on
        self.names = frozenset(
            [one.name for one in interface.symbols if not one.modifiers or "replaced" not in one.modifiers]
        )
        self.only_declared: Set[str] = frozenset()  # of those whose definition another file has; see `Language.poured`
        self.is_open = bool(interface.errors)  # there may be names that the facts do not have
        self.exports: dict[str, list[Export]] = {}
        self.onward: list[int] = []  # import rows that are exported whole: `export * from`
        for export in interface.exports:
            if export.name != "*":
                self.exports.setdefault(export.name, []).append(export)
            elif export.imported >= 0:
                self.onward.append(export.imported)
            else:
                self.is_open = True
        self.aliases: dict[str, list[int]] = {}  # import rows by the name they bind in the module; "" = none
        self.inner: dict[str, list[int]] = {}  # those that bind it inside a function or a class
        self.stars: list[int] = []
        # By name of a symbol, of those that have any: the types whose members it has, and how.
        self.supers: dict[str, list[tuple[int, str, int]]] = {}
        self.given: dict[str, list[tuple[int, str]]] = {}  # what functions give lambdas, by their names
        self._take_supers(interface)
        # Of these names those that stand where a type is meant, and those of packages with something; see `types_in`.
        self.types: frozenset[str] | None = None
        self.static: Set[str] | None = None  # see `static_in`
        self.packages: Set[str] = frozenset()
        self.tops: dict[str, tuple[str, bool]] | None = None  # see `tops_in`
        self.members: dict[str, tuple[dict[str, str], dict[str, str]]] | None = None  # see `members_in`
        self.dotted: set[str] = set()  # aliases that `import a.b` may have bound
        for index, row in enumerate(interface.imports):
            (self.aliases if row.symbol < 0 else self.inner).setdefault(row.alias, []).append(index)
            if row.name == "*" and not row.alias and index not in self.onward:
                self.stars.append(index)
            elif row.name == "" and "." in row.module:
                self.dotted.add(row.alias)
        # Those that others can have from here although no export says so.
        self.passed_on = self.aliases if passes_on or self.is_open else {}
        self.hidden: Set[str] = frozenset()  # names of its own that nobody else can have
        if not (passes_on or self.is_open):
            own = {symbol.name for symbol in interface.symbols if symbol.parent < 0 and not symbol.exported}
            shown = {symbol.name for symbol in interface.symbols if symbol.exported} if own else ()
            self.hidden = own.difference(shown, self.exports)

    def _take_supers(self, interface: Interface) -> None:
        for said in interface.supers:
            name = interface.symbols[said[0]].name
            if said[2] == GIVEN:
                self.given.setdefault(name, []).append(said[:2])
            else:
                self.supers.setdefault(name, []).append(said)


def types_in(interface: Interface, offer: Offer) -> Set[str]:
    """The names of a file that stand where a type is meant: where that is another question, not those of objects."""
    if offer.types is None:
        symbols, all_are = interface.symbols, not offer.language.scoped
        offer.types = frozenset(
            [
                one.name
                for one in symbols
                if one.kind in _TYPES and (all_are or one.kind != "class" or not one.has("static"))
            ]
        )
        offer.packages = frozenset([one.name for one in symbols if one.kind == "namespace" and one.parent < 0])
    return offer.types


def members_in(interface: Interface, offer: Offer) -> Mapping[str, tuple[dict[str, str], dict[str, str]]]:
    """By name of a symbol, of those that have members: by their last part the names of those who inherits it has too,
    and of those that it only declares."""
    if offer.members is None:
        offer.members = {}
        symbols = interface.symbols
        for symbol in symbols:
            if symbol.parent >= 0 and symbol.visibility != "private" and symbols[symbol.parent].kind not in _CODE:
                around = symbols[symbol.parent].name
                own = offer.members.get(around)
                if own is None:
                    own = offer.members[around] = {}, {}
                only_declared = symbol.modifiers.startswith("abstract") and symbol.kind not in _CLASSES
                own[only_declared][symbol.name[len(around) + 1 :]] = symbol.name
    return offer.members


def tops_in(interface: Interface, offer: Offer) -> Mapping[str, tuple[str, bool]]:
    """By name of what is at the top of a file: the package that it is in, or, of an object that adds to a package, that
    one; and whether it is such an object."""
    if offer.tops is None:
        offer.tops = {}
        for one in interface.symbols:
            if one.parent < 0:
                around = [name for name, first, last in interface.spaces if name and first <= one.line <= last]
                is_object = one.kind == "namespace"
                offer.tops[one.name] = ".".join([*around, one.name] if is_object else around), is_object
    return offer.tops


def static_in(interface: Interface, offer: Offer) -> Set[str]:
    """The names of a file that are had of a type and not of its values."""
    if offer.static is None:
        offer.static = frozenset(
            [one.name for one in interface.symbols if one.kind in _TYPES or (one.modifiers and one.has("static"))]
        )
    return offer.static


def scope_of(interface: Interface, offer: Offer, text: str, symbol: int) -> int:
    """The symbol at or around `symbol` in which the head of a dotted name is imported; -1 for the module."""
    rows, symbols = interface.imports, interface.symbols
    homes = {rows[index].symbol for index in offer.inner.get(text.partition(".")[0], ())}
    scope = symbol if homes else -1
    while scope >= 0:
        # What a class binds is not seen by its methods.
        if scope in homes and (scope == symbol or symbols[scope].kind not in _CLASSES):
            return scope
        scope = symbols[scope].parent
    return scope


def binding(rows: Sequence[Import], offer: Offer, head: str, scope: int) -> Sequence[int]:
    """The import rows that bind this name as it is seen in a scope, the one that counts last."""
    outer = offer.aliases.get(head, ())
    if scope < 0:
        return outer
    own = [index for index in offer.inner[head] if rows[index].symbol == scope]
    # `import a.b` out here and `import a.c` in there bind the same `a`.
    return [*outer, *own] if head in offer.dotted else own


_CLASSES = ("class", "interface", "enum")
_TYPES = (*_CLASSES, "type")
_CODE = ("function", "method")
