"""What a name means in text that sees members of values without naming them: of what an extension is called on, of what
a lambda gets, of an object without a name.

Hides how the type of such a value is found: it is written, or the function says it that the lambda is given to, and
that function may itself be a member of what lies around it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

from plumbrule.facts import APART, CALLED, OF_TYPES, UNKNOWN, Import, Interface
from plumbrule.resolve.answers import NOTHING, Definition
from plumbrule.resolve.inheriting import TYPES, Inheriting, Looks
from plumbrule.resolve.offered import MEMBERS, Offer, Read

_SUPER = "super"
_OWN = ("this", _SUPER, OF_TYPES)
_SURE_WITHOUT_IT = 0.7


class AnyName(NamedTuple):
    """The import rows of a file that may bring names which they do not say."""

    stars: list[int]
    calling: list[int]  # of spaces that may call themselves otherwise than the statement lets one expect


class Place(NamedTuple):
    """Where a name stands."""

    path: str
    offer: Offer
    any_name: AnyName
    scope: int


Lead = tuple[int, Definition, float]  # the import row by which a name leads out of its file, what it means, how sure


class _Given(NamedTuple):
    """Of what text sees the members, and whether that is all."""

    types: Sequence[Definition]
    is_all: bool


class Receiving(Inheriting):
    """This part of a resolution; the rest of it answers what is abstract here."""

    @abstractmethod
    def _lead(
        self,
        path: str,
        offer: Offer,
        any_name: AnyName,
        scope: int,
        text: str,
        looks: Looks,
        through: int = -1,
        *,
        is_apart: bool = False,
    ) -> Lead | None: ...

    def _lead_received(self, at: Place, name: str, row: Import, looks: Looks) -> Lead | None:
        """As `_lead`, for a name without dots, by what is around it."""
        chain = tuple(row.module.split(" "))
        if chain[-1].partition("@")[0] in _OWN:
            own = self._own_member(at, chain, name, looks)
            if own is not None and (own.path == at.path or not self.tree.has_facts(own.path)):
                own = None
            if own is not None and not (
                self._fits(own, name, looks, is_call=row.name == CALLED)
                and self._is_sure(at.path, at.scope, own, looks)
            ):
                own = None
            return (-1, own, 1.0) if own is not None else None
        found, is_all = self._received(at, chain, name, looks, is_call=row.name == CALLED)
        if found is not None:
            is_elsewhere = found.path != at.path and self.tree.has_facts(found.path)
            return (-1, found, 1.0) if is_elsewhere else None
        led = self._lead(*at, name, looks, is_apart=APART in chain)
        if led is None or is_all or (led[0] >= 0 and self._is_named(at.path, led[0])):
            return led
        # What nobody here has as a member, a value that is not known is not thought to have either.
        member = f"{at.offer.language.spelling.member}{name}"
        share = _SURE_WITHOUT_IT if self._has_any(at.path, member) else 1.0
        return led[0], led[1], led[2] * share

    def _own_member(self, at: Place, chain: tuple[str, ...], name: str, looks: Looks) -> Definition | None:
        """What is meant by a name that can be a member of what is around it alone."""
        for number, part in enumerate(chain[:-1]):
            if part == APART:
                return None
            given = self._given(at, chain[number:-1], looks)
            if part.endswith(CALLED) and given.is_all and not given.types:
                continue  # a lambda that is given no value
            for one in given.types:
                found, looked = self._member(one.path, one.symbol, name, 1)
                looks.add(looked)
                if found is not None:
                    return found
            return None  # it is of that value, whatever that has
        word, _, label = chain[-1].partition("@")
        if word == OF_TYPES:
            found, looked = self._inherited(at.path, at.scope, name)
            looks.add(looked)
            return found
        return self._of_type_around(at.path, at.offer, at.scope, (word, label), name, looks)

    def _of_type_around(
        self, path: str, offer: Offer, scope: int, said: tuple[str, str], name: str, looks: Looks
    ) -> Definition | None:
        """What the type around, or the one of these that is called so, has under a name, or inherits."""
        interface = self._interface(path)
        assert interface is not None  # it has references
        word, label = said
        symbols = interface.symbols
        while scope >= 0 and (
            symbols[scope].kind not in TYPES or label not in ("", symbols[scope].name.rpartition(".")[2])
        ):
            scope = symbols[scope].parent
        if scope < 0 or symbols[scope].name not in offer.supers:
            return None
        if word == _SUPER:
            return self._above(path, scope, [name], 0, looks)
        if f"{symbols[scope].name}.{name}" in offer.names:
            return None
        members, looked = self._members(path, symbols[scope].name, 0, inside=True)
        looks.add(looked)
        return members.get(name)

    def _is_sure(self, path: str, scope: int, found: Definition, looks: Looks) -> bool:
        """Whether no ancestor that is not of the repository can have what others only declare."""
        interface, there = self._interface(path), self._interface(found.path)
        assert interface is not None  # it has references
        assert there is not None  # it has the definition
        if not any(one.modifiers.startswith("abstract") for one in there.symbols if one.name == found.symbol):
            return True
        symbols = interface.symbols
        while scope >= 0:
            order, looked = self._ancestors(path, symbols[scope].name, 0, inside=True)
            looks.add(looked)
            for at in order if found.path in {one.path for one in order} else ():
                offer = self._offer(at.path)
                said = offer.supers.get(at.symbol, ()) if offer is not None else ()
                if len(said) > len(self._heads(at.path, at.symbol, 0)[0]):
                    return False
            scope = symbols[scope].parent
        return True

    @abstractmethod
    def _inherited(
        self, path: str, scope: int, text: str, *, apart: bool = False
    ) -> tuple[Definition | None, frozenset[Read]]: ...

    def _is_named(self, path: str, row: int) -> bool:
        """Whether an import row says the name that it binds."""
        interface = self._interface(path)
        return interface is not None and interface.imports[row].alias != ""

    def _received(
        self, at: Place, chain: tuple[str, ...], name: str, looks: Looks, *, is_call: bool
    ) -> tuple[Definition | None, bool]:
        """What the innermost of what is around a place has under a name, and whether all of it is known."""
        is_all = True
        for number, part in enumerate(chain):
            if part == APART:
                break
            given = self._given(at, chain[number:], looks)
            is_all = is_all and given.is_all
            for one in given.types:
                found, looked = self._member(one.path, one.symbol, name, 1)
                looks.add(looked)
                if found is not None and self._fits(found, name, looks, is_call=is_call):
                    return found, is_all
        return None, is_all

    def _fits(self, found: Definition, name: str, looks: Looks, *, is_call: bool) -> bool:
        """Whether what a value has under a name can be called, or be read, as the name is."""
        interface = self._interface(found.path)
        for symbol in interface.symbols if interface is not None else ():
            if symbol.name == found.symbol:
                looks.add(frozenset(((found.path, found.symbol),)))
                # What overrides a property under another name is read as that.
                is_code = symbol.kind == "method" and found.symbol.rpartition(".")[2] == name
                if is_call == is_code or (is_call and (symbol.returns == "" or "->" in symbol.returns)):
                    return True
        return False

    def _given(self, at: Place, chain: tuple[str, ...], looks: Looks) -> _Given:
        """Of what types the first of these has the members."""
        key = "given", at.path, at.scope, chain
        known = self._seen.get(key)
        if known is None:
            through: Looks = set()
            if chain[0] == UNKNOWN:
                found = _Given((), is_all=True)
            elif chain[0].endswith(CALLED):
                found = self._given_by(at, chain, through)
            else:
                found = _Given(self._type_named(at.path, at.scope, chain[0], through), is_all=True)
            known = found, NOTHING.union(*through)
            self._keep_seen(key, known, [*known[1], (at.path, "")])
        kept: tuple[_Given, frozenset[Read]] = known  # type: ignore[assignment] # what is kept under such a key
        looks.add(kept[1])
        return kept[0]

    def _type_named(self, path: str, scope: int, name: str, looks: Looks) -> Sequence[Definition]:
        named = self._named(path, scope, name, looks, 1, types=True)
        is_type = named is not None and named.is_whole and named.way[-1].path and named.way[-1].symbol
        return [named.way[-1]] if named is not None and is_type else []

    def _given_by(self, at: Place, chain: tuple[str, ...], looks: Looks) -> _Given:
        """What the function gives a lambda that the first of these names."""
        name = chain[0][: -len(CALLED)]
        if name.startswith("."):
            return _Given((), is_all=False)
        function, _ = self._received(at, chain[1:], name, looks, is_call=True)
        if function is None:
            function = self._own_function(at.path, at.offer, at.scope, name)
        if function is None:
            led = self._lead(*at, name, looks)
            function = led[1] if led is not None else None
        there = self._offer(function.path) if function is not None else None
        interface = self._interface(function.path) if function is not None else None
        if function is None or there is None or interface is None:
            return _Given((), is_all=False)
        looks.add(frozenset(((function.path, function.symbol + MEMBERS), (function.path, function.symbol))))
        return self._given_in(function, there, interface, looks, is_same=there.language.name == at.offer.language.name)

    def _given_in(
        self, function: Definition, there: Offer, interface: Interface, looks: Looks, *, is_same: bool
    ) -> _Given:
        constructor = f"{function.symbol}.constructor"
        looks.add(frozenset(((function.path, constructor + MEMBERS),)))
        given = there.given.get(function.symbol) or there.given.get(constructor)
        if given is None:
            return _Given((), is_all=not is_same)  # the other language has no such functions
        types: list[Definition] = []
        for index, name in given:
            if name not in ("", UNKNOWN):
                types += self._type_named(function.path, interface.symbols[index].parent, name, looks)
        return _Given(types, is_all=all(name != UNKNOWN for _, name in given))

    def _own_function(self, path: str, offer: Offer, scope: int, name: str) -> Definition | None:
        """What the file itself has under a name, as it is seen in a scope."""
        interface = self._interface(path)
        while scope >= 0 and interface is not None:
            symbol = interface.symbols[scope]
            if f"{symbol.name}.{name}" in offer.names:
                return Definition(path, f"{symbol.name}.{name}")
            scope = symbol.parent
        return Definition(path, name) if name in offer.names else None
