"""Names in scope: what a type has of its ancestors, through however many files, and what imports in a scope bring.

Hides how that ends: heads of types are looked up where the types stand, among what types around them inherit, and so
on. Each such step is one level further in, and the last level sees no more than what a type has itself.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence, Set
from typing import NamedTuple

from plumbrule.facts import IMPLICIT, SELF, VALUE, Import, Interface, Reference, Symbol
from plumbrule.languages import Located, Space
from plumbrule.resolve.answers import NONE, NOTHING, OF_PACKAGE, Answer, Definition, Gathered, Led, Question
from plumbrule.resolve.offered import IN_SCOPE, MEMBERS, Offer, Read, members_in, scope_of, static_in, tops_in, types_in
from plumbrule.resolve.tree import Tree

_INNERMOST = 3  # level
_MOST = 2_000  # ancestors that are looked into
_PARTS = 12  # of a dotted name
_STARS = 200  # star imports of one scope that are looked into
_ANY = Import("", 0, "", "", 0, IMPLICIT, -1)
TYPES = ("class", "interface", "enum", "namespace")
_OF_ANOTHER = 0.5  # of a definition that the file itself would be built with another one for
_ABOVE = "super"  # the head of a name that is looked up in what a type inherits alone

_Members = tuple[Mapping[str, Definition], frozenset[Read]]
_Key = tuple[object, ...]


class Named(NamedTuple):
    """What a dotted name means. A definition without a path is a package."""

    row: int  # the import row through which it is seen, -1 if it is seen without one
    way: Sequence[Definition]  # what each of its parts means, as far as that is known
    is_whole: bool


class _Own(NamedTuple):
    """What a symbol has itself, by the last part of its name."""

    packaged: Set[str]  # of the names those that types of other packages do not inherit
    every: Mapping[str, Definition]
    made: Mapping[str, Definition]
    declared: Mapping[str, Definition]  # and no more
    made_types: Mapping[str, Definition]
    declared_types: Mapping[str, Definition]


class _Kept:
    """Where something is kept, and the files into which was looked for it."""

    __slots__ = ("key", "paths", "where")

    def __init__(self, where: dict[_Key, object], key: _Key, paths: set[str]) -> None:
        self.where = where
        self.key = key
        self.paths = paths


class _At(NamedTuple):
    """A plain name, and where it stands."""

    path: str
    offer: Offer
    interface: Interface
    name: str
    level: int
    before: int  # the import row that asks for it, -1 if none does
    types: bool  # whether a type is meant


class _Star(NamedTuple):
    """A star import, and what it brings."""

    row: int
    space: Definition
    left_out: Container[str]
    looks: frozenset[Read]
    is_implicit: bool
    has_object: bool  # whether it is a package to whose members an object adds


class _Every(Container[str]):
    """All names there are."""

    def __contains__(self, name: object) -> bool:
        return True


_NOTHING_OWN = _Own(NONE, {}, {}, {}, {}, {})
Looks = set[frozenset[Read]]


class Inheriting:
    """This part of a resolution; the rest of it answers what is abstract here."""

    tree: Tree

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[_Key, object] = {}  # what was found, by what was asked
        self._seen_through: dict[str, set[_Kept]] = defaultdict(set)

    @abstractmethod
    def _interface(self, path: str) -> Interface | None: ...
    @abstractmethod
    def _offer(self, path: str) -> Offer | None: ...
    @abstractmethod
    def _answer(self, path: str, row: Import, name: str | None = None) -> Answer: ...
    @abstractmethod
    def _told_of(self, path: str) -> tuple[tuple[str, str], dict[Question, Answer]]:
        """For whom a file's questions are answered, and the answers so far."""
        ...

    @abstractmethod
    def _keep_answer(self, known: dict[Question, Answer], answer: Answer) -> None: ...
    @abstractmethod
    def _use(self, answer: Answer, path: str) -> None: ...
    @abstractmethod
    def _has_any(self, path: str, what: str) -> bool: ...
    @abstractmethod
    def _define(self, path: str, name: str) -> Led: ...
    @abstractmethod
    def _lead_out(self, path: str, offer: Offer, text: str) -> tuple[Definition | None, frozenset[Read]]:
        """Where a dotted name leads that nothing around it in the file binds."""
        ...

    def _unsee(self, path: str) -> None:
        """Forgets what was found by a look into this file."""
        for kept in self._seen_through.pop(path, ()):
            kept.where.pop(kept.key, None)
            for other in kept.paths:
                if other != path:
                    self._seen_through[other].discard(kept)

    def _unsee_all(self) -> None:
        for through in self._seen_through.values():
            for kept in through:
                kept.where.pop(kept.key, None)
        self._seen_through.clear()

    def _keep_seen(
        self, key: _Key, value: object, reads: Iterable[Read], where: dict[_Key, object] | None = None
    ) -> None:
        where = self._seen if where is None else where
        where[key] = value
        paths = {path for path, _ in reads}
        kept = _Kept(where, key, paths)
        through = self._seen_through
        for path in paths:
            through[path].add(kept)

    # -- members ------------------------------------------------------------------------------------------------

    def _member(
        self, path: str, symbol: str, name: str, level: int = 0, *, types: bool = False
    ) -> tuple[Definition | None, frozenset[Read]]:
        """What a type or value of a file has under a name, of its own or by inheritance."""
        members, reads = self._members(path, symbol, level, inside=False, types=types)
        return members.get(name), reads

    def _members(self, path: str, symbol: str, level: int, *, inside: bool, types: bool = False) -> _Members:
        """All that a type has, its ancestors' included, and for the text inside it its self type's; or of it what
        stands where a type is meant."""
        key = "members", path, symbol, level, inside, types
        known = self._seen.get(key)
        if known is not None:
            found: _Members = known  # type: ignore[assignment] # what is kept under such a key
            return found
        order, reads = self._ancestors(path, symbol, level, inside=inside)
        found = self._merged(order, level, types=types), reads
        self._keep_seen(key, found, reads)
        return found

    def _static_members(self, path: str, symbol: str) -> _Members:
        """Of all that a type has what text sees that is in it and in none of its values: what an object has, from whose
        type it has members, is that all the same."""
        key = "static", path, symbol
        known = self._seen.get(key)
        if known is None:
            order, reads = self._ancestors(path, symbol, 0, inside=True)
            whole: set[Definition] = set()
            for at in order:
                for one, how in self._heads(at.path, at.symbol, 0)[0]:
                    if how == VALUE:
                        whole.update(self._ancestors(one.path, one.symbol, 0, inside=False)[0])
            merged: dict[str, Definition] = {}
            for at in reversed(order):
                every, interface, offer = (
                    self._inherited_by(path, at).every,
                    self._interface(at.path),
                    self._offer(at.path),
                )
                static = static_in(interface, offer) if interface is not None and offer is not None else ()
                merged.update({name: one for name, one in every.items() if at in whole or one.symbol in static})
            known = merged, reads
            self._keep_seen(key, known, reads)
        return known  # type: ignore[return-value] # what is kept under such a key

    def _merged(self, order: Sequence[Definition], level: int, *, types: bool = False) -> Mapping[str, Definition]:
        """What these have together: of one name what the first of them has."""
        if len(order) == 1 and not types:
            return self._own(*order[0]).every
        owns = [self._inherited_by(order[0].path, one) for one in reversed(order)]
        declared: dict[str, Definition] = {}
        for own in owns:
            declared.update(own.declared_types if types else own.declared)
        merged = dict(declared)
        for own in owns:
            merged.update(own.made_types if types else own.made)
        rank = {one: at for at, one in enumerate(order)}
        offer = self._offer(order[0].path) if order else None
        # What only is declared is the last choice, unless it overrides what would be the first one.
        for name, one in declared.items() if offer is not None and not offer.language.made_first else ():
            if (made := merged[name]) != one and self._is_nearer(one, made, rank, level):
                merged[name] = one
        if not types:
            self._override(merged, order, rank, level)
        return merged

    def _override(
        self, merged: dict[str, Definition], order: Sequence[Definition], rank: Mapping[Definition, int], level: int
    ) -> None:
        """Puts methods in the place of the properties that they override, which other languages know by other names."""
        spoken = [offer.language if (offer := self._offer(one.path)) is not None else None for one in order]
        if all(one is spoken[0] for one in spoken):
            return
        for name, one in list(merged.items()):
            at = rank.get(_holder_of(one), 0)
            language = spoken[at]
            if language is None or language.getters is None or all(other is language for other in spoken[:at]):
                continue
            nearer = (there for there, other in zip(order[:at], spoken, strict=False) if other is not language)
            getters = language.getters(name) if self._is_a(one, "property") else ()
            found = (
                method
                for there in nearer
                for getter in getters
                if (method := self._inherited_by(order[0].path, there).every.get(getter)) is not None
                and self._is_a(method, "method", "()")
                and self._is_nearer(method, one, rank, level)
            )
            merged[name] = next(found, one)

    def _is_a(self, definition: Definition, kind: str, signature: str = "") -> bool:
        interface = self._interface(definition.path)
        return interface is not None and any(
            one.name == definition.symbol and one.kind == kind and one.signature.startswith(signature)
            for one in interface.symbols
        )

    def _is_nearer(self, one: Definition, other: Definition, rank: Mapping[Definition, int], level: int) -> bool:
        """Whether the type that has one member inherits from the one that has the other."""
        start, end = _holder_of(one), _holder_of(other)
        if rank.get(start, 0) >= rank.get(end, 0):
            return False
        entered, pending = {start}, [start]
        for there in pending:
            if there == end:
                return True
            for above, how in self._heads(there.path, there.symbol, level)[0]:
                if how != SELF and above not in entered and rank.get(above, 0) <= rank[end]:
                    entered.add(above)
                    pending.append(above)
        return False

    def _inherited_by(self, path: str, ancestor: Definition) -> _Own:
        """What a type of a file has of one that it inherits from."""
        own = self._own(*ancestor)
        hidden = own.packaged
        if not hidden or ancestor.path == path or self._package_of(ancestor.path) == self._package_of(path):
            return own
        parts = own.every, own.made, own.declared, own.made_types, own.declared_types
        return _Own(NONE, *[{name: one for name, one in part.items() if name not in hidden} for part in parts])

    def _package_of(self, path: str) -> str:
        interface = self._interface(path)
        return interface.spaces[0][0] if interface is not None and interface.spaces else ""

    def _own(self, path: str, symbol: str) -> _Own:
        """What a symbol has itself."""
        key = "own", path
        known = self._seen.get(key)
        if known is None:
            interface, offer = self._interface(path), self._offer(path)
            every: dict[str, _Own] = {}
            if interface is not None and offer is not None:
                types, packaged = types_in(interface, offer), defaultdict(set)
                for one in interface.symbols:
                    if one.parent >= 0 and one.modifiers and one.has("packaged"):
                        around, _, last = one.name.rpartition(".")
                        packaged[around].add(last)
                for around, (made, declared) in members_in(interface, offer).items():
                    parts = [{last: Definition(path, name) for last, name in part.items()} for part in (made, declared)]
                    of_types = [{last: one for last, one in part.items() if one.symbol in types} for part in parts]
                    hidden = packaged.get(around, NONE)
                    every[around] = _Own(hidden, {**parts[1], **parts[0]}, *parts, *of_types)
            known = every
            self._keep_seen(key, known, [(path, "")])
        own: Mapping[str, _Own] = known  # type: ignore[assignment] # as above
        return own.get(symbol, _NOTHING_OWN)

    def _ancestors(
        self, path: str, symbol: str, level: int, *, inside: bool
    ) -> tuple[Sequence[Definition], frozenset[Read]]:
        """A type and all whose members it has, each before those that it inherits from, later ones of a head first."""
        if level > _INNERMOST:
            return [Definition(path, symbol)], _one((path, symbol + MEMBERS))
        done: list[Definition] = []
        entered = {(path, symbol)}
        first, looked = self._heads(path, symbol, level)
        looks = [looked]
        open_types = [(Definition(path, symbol), iter([one for one, how in first if inside or how != SELF]))]
        while open_types:
            at, others = open_types[-1]
            other = next(others, None)
            if other is None:
                done.append(at)
                open_types.pop()
            elif other not in entered and len(entered) < _MOST:
                entered.add(other)
                heads, looked = self._heads(other.path, other.symbol, level)
                looks.append(looked)
                open_types.append((other, iter([one for one, how in heads if how != SELF])))
        done.reverse()
        return done, looks[0].union(*looks[1:])

    def _heads(self, path: str, symbol: str, level: int) -> tuple[Sequence[tuple[Definition, int]], frozenset[Read]]:
        """The types that a type says it inherits from, is of or stands for, in their order."""
        offer = self._offer(path)
        said = offer.supers.get(symbol) if offer is not None else None
        key = "heads", path, symbol, level if said else 0
        known = self._seen.get(key)
        if known is None and not said:
            known = (), _one((path, symbol + MEMBERS))
            self._keep_seen(key, known, known[1])
        elif known is None:
            interface = self._interface(path)
            assert interface is not None  # it has an offer
            assert said
            found: list[tuple[Definition, int]] = []
            looks: Looks = {_one((path, symbol + MEMBERS))}
            for index, name, how in said:
                around = interface.symbols[index].parent
                if not name:
                    found.append((Definition(path, interface.symbols[around].name), how))
                    continue
                named = self._named(path, around, name, looks, level + 1, types=True)
                if how == VALUE and (named is None or not named.is_whole):
                    named = self._named(path, around, name, looks, level + 1)
                if named is not None and named.is_whole and named.way[-1].path and named.way[-1].symbol:
                    found.append((named.way[-1], how))
            known = found, NOTHING.union(*looks)
            self._keep_seen(key, known, known[1])
        return known  # type: ignore[return-value] # as above

    # -- names in scope -----------------------------------------------------------------------------------------

    def _named(
        self, path: str, scope: int, name: str, looks: Looks, level: int = 0, before: int = -1, *, types: bool = False
    ) -> Named | None:
        """What a dotted name means inside a symbol of a file (-1: outside of all), for an import statement what stands
        `before` it; `types`: where a type is meant. Every look that is taken is added to `looks`."""
        offer, interface = self._offer(path), self._interface(path)
        if offer is None or interface is None:
            return None
        head, *parts = name.split(".", _PARTS)
        looks.add(_one((path, IN_SCOPE)))
        is_scoped = offer.language.scoped
        if head == _ABOVE and is_scoped:
            row, definition = -1, self._above(path, scope, parts, level, looks)
            parts = parts[1:]
        else:
            at = _At(path, offer, interface, head, level, before, types and is_scoped and not parts)
            row, definition = self._around(at, scope, looks)
            if definition is None and is_scoped:
                row, definition = self._outside_of_all(at, looks)
            elif definition is None:
                out, looked = self._lead_out(path, offer, name)
                looks.add(looked)
                return Named(-1, [out], is_whole=is_last(name, out)) if out is not None else None
        if definition is None or definition is _ELSEWHERE:
            return None
        return self._down(path, Named(row, [definition], is_whole=True), parts, level, looks, types=types)

    def _down(self, path: str, begun: Named, parts: Sequence[str], level: int, looks: Looks, *, types: bool) -> Named:
        """Goes on from what the head of a dotted name means."""
        way = list(begun.way)
        for number, part in enumerate(parts, 1):
            if way[-1].path:
                is_type = types and number == len(parts)
                inner, looked = self._member(way[-1].path, way[-1].symbol, part, level, types=is_type)
                looks.add(looked)
                if inner is None and way[-1].path == path:
                    # What is private the file sees itself.
                    own, offer = f"{way[-1].symbol}.{part}", self._offer(path)
                    inner = Definition(path, own) if offer is not None and own in offer.names else None
            else:
                inner = self._in_package(path, way[-1].symbol, part, level, looks)
            if inner is None:
                return Named(begun.row, way, is_whole=False)
            way.append(inner)
        return Named(begun.row, way, is_whole=True)

    def _around(self, at: _At, scope: int, looks: Looks) -> tuple[int, Definition | None]:
        """What a plain name means by what is around it in its file, innermost first."""
        path, offer, interface, head = at.path, at.offer, at.interface, at.name
        rows, symbols = interface.imports, interface.symbols
        bound = offer.inner.get(head, ())
        own_names = types_in(interface, offer) if at.types else offer.names
        while scope >= 0:
            symbol = symbols[scope]
            own = [index for index in bound if rows[index].symbol == scope] if bound else ()
            if own:
                found = self._bound_by(at, own, looks)
                if found is not None:
                    return found
            name = f"{symbol.name}.{head}"
            if name in own_names:
                return -1, Definition(path, name)
            if symbol.kind in TYPES:
                members, looked = self._members(path, symbol.name, at.level, inside=True, types=at.types)
                looks.add(looked)
                if head in members:
                    return -1, members[head]
            if offer.inner:
                row, meant = self._starred(at, scope, looks)
                if meant is not None:
                    return row, meant
            scope = symbol.parent
        return -1, None

    def _above(self, path: str, scope: int, parts: Sequence[str], level: int, looks: Looks) -> Definition | None:
        """What the type around a symbol inherits under a name."""
        interface = self._interface(path)
        assert interface is not None  # whoever asks has looked
        symbols = interface.symbols
        while scope >= 0 and symbols[scope].kind not in TYPES:
            scope = symbols[scope].parent
        if scope < 0 or not parts:
            return None
        order, looked = self._ancestors(path, symbols[scope].name, level, inside=False)
        looks.add(looked)
        return self._merged(order[1:], level).get(parts[0])

    def _outside_of_all(self, at: _At, looks: Looks) -> tuple[int, Definition | None]:
        """What a plain name means by the imports and definitions at the outermost level of its file."""
        bound = at.offer.aliases.get(at.name)
        if bound:
            found = self._bound_by(at, bound, looks)
            if found is not None:
                return found
        own_types = types_in(at.interface, at.offer)
        if at.name in (own_types if at.types else at.offer.names) and at.name not in at.offer.packages:
            return -1, Definition(at.path, at.name)
        return self._starred(at, -1, looks)

    def _bound_by(self, at: _At, rows: Sequence[int], looks: Looks) -> tuple[int, Definition] | None:
        """What the last of these import rows that count binds its name to; `_ELSEWHERE` if no file here has it."""
        is_any = False
        for index in reversed(rows):
            if 0 <= at.before <= index:
                continue
            named, looked = self._meant(at.path, index, at.level)
            looks.add(looked)
            if named is not None and named.is_whole:
                return index, named.way[-1]
            is_any = True
        return (-1, _ELSEWHERE) if is_any else None

    def _starred(self, at: _At, scope: int, looks: Looks) -> tuple[int, Definition | None]:
        """The star import in this scope that brings a name, and what it means."""
        for star in self._stars(at, scope):
            if 0 <= at.before <= star.row and not star.is_implicit:
                continue
            looks.add(star.looks)
            if at.name in star.left_out:
                continue
            if not star.space.path:
                found = self._in_package(
                    at.path, star.space.symbol, at.name, at.level, looks, has_object=star.has_object
                )
            else:
                found, looked = self._member(star.space.path, star.space.symbol, at.name, at.level + 1, types=at.types)
                looks.add(looked)
            if found is not None:
                return star.row, found
        return -1, None

    def _stars(self, at: _At, scope: int) -> Sequence[_Star]:
        """The star imports in a scope, with what they bring."""
        path, rows = at.path, at.interface.imports
        # An import statement may be one of those that are asked for here: what stands before it alone counts.
        key = "stars", path, scope, at.level, at.before
        known = self._seen.get(key)
        if known is None:
            found: list[_Star] = []
            for index in at.offer.stars:
                if rows[index].symbol != scope:
                    continue
                is_implicit = bool(rows[index].flags & IMPLICIT)
                if is_implicit:
                    counts = self._is_here(at, rows[index].module)
                else:
                    counts = not 0 <= at.before <= index and len(found) < _STARS
                if counts:
                    found.append(self._star(at, index, is_implicit=is_implicit))
            known = found
            self._keep_seen(key, known, [(path, ""), *(read for star in found for read in star.looks)])
        return known  # type: ignore[return-value] # as above

    def _is_here(self, at: _At, module: str) -> bool:
        """Whether there may be something of what everybody sees: a package, or an object in one."""
        around, spelt = module.rpartition(".")[0], at.offer.language.spelling.package
        return not module or any(one and self._has_any(at.path, f"{spelt}{one}") for one in (module, around))

    def _star(self, at: _At, index: int, *, is_implicit: bool) -> _Star:
        """What a star import brings."""
        named, looked = self._meant(at.path, index, at.level)
        if named is None or not named.is_whole:
            return _Star(index, _ELSEWHERE, _Every(), looked, is_implicit, has_object=False)
        space = named.way[-1]
        left_out = NONE if is_implicit else self._left_out(at.interface.imports, index)
        before, behind = at.offer.language.spelling.adding
        has_object = not space.path and self._has_any(at.path, f"{before}{space.symbol}{behind}")
        return _Star(index, space, left_out, looked, is_implicit, has_object)

    def _left_out(self, imports: Sequence[Import], star: int) -> Set[str]:
        """The names of which the statement of a star import says that it does not bring them, or under another."""
        module, line = imports[star].module, imports[star].line
        names: set[str] = set()
        at = star - 1
        while at >= 0 and imports[at].module == module and imports[at].line == line:
            names.add(imports[at].name)
            at -= 1
        return names

    def _meant(self, path: str, index: int, level: int = 0) -> tuple[Named | None, frozenset[Read]]:
        """What an import row names: for a star import that whose members it brings."""
        key = "row", path, index, level
        known = self._seen.get(key)
        if known is None:
            interface, offer = self._interface(path), self._offer(path)
            assert interface is not None  # it has import rows
            assert offer is not None  # as above
            row = interface.imports[index]
            if row.flags & IMPLICIT and not row.module:
                known = Named(index, [Definition("", "")], is_whole=True), NOTHING
            elif row.flags & IMPLICIT:
                around, _, last = row.module.rpartition(".")
                looks: Looks = set()
                # What everybody sees may be what an object has.
                is_object = not self._has_any(path, f"{offer.language.spelling.package}{row.module}")
                found = self._in_package(path, around, last, level, looks) if is_object else None
                known = Named(index, [found or Definition("", row.module)], is_whole=True), NOTHING.union(*looks)
            else:
                name = row.module if row.name in ("", "*") else f"{row.module}.{row.name}"
                looks = set()
                known = self._named(path, row.symbol, name, looks, level + 1, index), NOTHING.union(*looks)
            self._keep_seen(key, known, [*known[1], (path, "")])
        return known  # type: ignore[return-value] # as above

    def _in_package(
        self, path: str, package: str, name: str, level: int, looks: Looks, *, has_object: bool = True
    ) -> Definition | None:
        """What a package has under a name: a definition of a file, a package, or what its package object has."""
        there = self._of_package(path, package, name)
        key = level, has_object
        known = there.found.get(key)
        if known is None:
            through: Looks = set()
            known = self._found_in_package(there, name, level, through, has_object=has_object), NOTHING.union(*through)
            self._keep_seen(key, known, known[1], there.found)
        led: Led = known  # type: ignore[assignment] # what is kept there
        looks.add(led[1])
        return led[0]

    def _found_in_package(
        self, there: Gathered, name: str, level: int, looks: Looks, *, has_object: bool
    ) -> Definition | None:
        target = there.target
        if isinstance(target, Located) and self.tree.has_facts(target.path):
            looks.add(_one((target.path, name)))
            led, looked = self._define(target.path, f"{target.inside}.{name}" if target.inside else name)
            looks.add(looked)
            if led is not None:
                return led
        if there.is_package:
            package = there.question[0]
            return Definition("", f"{package}.{name}" if package else name)
        target = there.adds
        if has_object and isinstance(target, Located) and target.called:
            found, looked = self._member(target.path, target.called, name, level + 1)
            looks.add(looked)
            return found
        return None

    def _built_with(self, path: str, definition: Definition, looks: Looks) -> tuple[Definition, float]:
        """The definition that a file is built with where several files have what was found, as for one platform each,
        and how sure that is: what others inherit may be what they are built with, and this file is not."""
        interface, offer = self._interface(definition.path), self._offer(definition.path)
        if interface is None or offer is None or definition.path == path:
            return definition, 1.0
        top = definition.symbol.partition(".")[0]
        package, is_object = tops_in(interface, offer).get(top, ("", False))
        if is_object:
            own = self._offer(path)
            assert own is not None  # it has references
            answer = self._answer(path, _ANY._replace(module=package, name=own.language.spelling.adds))
            self._use(answer, path)
            target = answer.target
        else:
            target = self._of_package(path, package, top).target
        if not isinstance(target, Located):
            return definition, 1.0
        if target.path == definition.path:
            return definition, target.confidence
        other = self._offer(target.path)
        looks.add(_one((target.path, definition.symbol)))
        if other is None or definition.symbol not in other.names:
            return definition, _OF_ANOTHER
        return Definition(target.path, definition.symbol), target.confidence

    def _of_package(self, path: str, package: str, name: str) -> Gathered:
        """All that is to be known of a name in a package before a file is looked into; asked for once a folder."""
        scope, answers = self._told_of(path)
        question = package, OF_PACKAGE, name, 0
        there = answers.get(question)
        if not isinstance(there, Gathered):
            offer = self._offer(path)
            assert offer is not None  # whoever asks is read
            whole, spelling = f"{package}.{name}" if package else name, offer.language.spelling
            defined, inner, adding = (
                spelling.definition + whole,
                spelling.package + whole,
                package.join(spelling.adding),
            )
            asked = {defined, inner, adding}
            there = Gathered(scope, question, Space(), asked, is_package=self.tree.is_defined(inner))
            row = _ANY._replace(module=package, name=name)
            if self.tree.is_defined(defined):
                located = self._answer(path, row)
                there.target = located.target
                asked.update(located.asked)
            if self.tree.is_defined(adding):
                located = self._answer(path, row._replace(name=spelling.adds))
                there.adds = located.target
                asked.update(located.asked)
            self._keep_answer(answers, there)
        self._use(there, path)
        return there


def is_apart(symbol: Symbol) -> bool:
    """Whether a symbol is a type that hangs on no value of the one around it, and so sees no member of such a value."""
    return symbol.modifiers != "" and symbol.kind in TYPES and symbol.has("static")


def scopes_of(interface: Interface, offer: Offer, *, all_types: bool) -> list[int]:
    """By symbol the innermost type at or around it that may change what a name means; -1 behind them, for none."""
    binding_here = {row.symbol for row in interface.imports}
    scopes: list[int] = []
    for index, symbol in enumerate(interface.symbols):
        around = scopes[symbol.parent] if symbol.parent >= 0 else -1
        is_scope = index in binding_here or (
            symbol.kind in TYPES and (all_types or symbol.name in offer.supers or (around >= 0 and is_apart(symbol)))
        )
        scopes.append(index if is_scope else around)
    scopes.append(-1)
    return scopes


def scope_at(reference: Reference, interface: Interface, offer: Offer, scopes: Sequence[int]) -> int:
    """Where in its file a name stands that is looked up; `scopes`: by symbol, for languages in which types inherit."""
    symbol, kind, text, _, _, through = reference
    if not scopes:
        return scope_of(interface, offer, text, symbol) if offer.inner and through < 0 else -1
    # The head of a type does not see what the type has.
    return scopes[interface.symbols[symbol].parent if kind == "inherit" and symbol >= 0 else symbol]


def is_last(text: str, definition: Definition) -> bool:
    """Whether what was found is what the last part of a dotted name says."""
    return "." not in text or definition.symbol.rpartition(".")[2] == text.rpartition(".")[2]


def _holder_of(definition: Definition) -> Definition:
    """The type or value that has a member."""
    return Definition(definition.path, definition.symbol.rpartition(".")[0])


def _one(read: Read) -> frozenset[Read]:
    return frozenset((read,))


_ELSEWHERE = Definition("", "/")
