"""Where a dotted name leads out of a file: through an import, through one that may bring any name, through what types
around it inherit; and from there down its dots.

Hides how far that is certain: the last point that is known counts, and what was looked up on the way is told, so that
whoever asked is asked again when it moves.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence

from plumbrule.facts import IMPLICIT, RECEIVED, Import, Interface
from plumbrule.languages import Located, Space, Target, Unresolved
from plumbrule.resolve.answers import NOTHING, NOWHERE, Answer, Definition, Led
from plumbrule.resolve.inheriting import Looks, is_apart
from plumbrule.resolve.offered import Offer, Read, binding
from plumbrule.resolve.pouring import Pouring
from plumbrule.resolve.receiving import AnyName, Lead, Place, Receiving
from plumbrule.resolve.tree import EXCLUDED
from plumbrule.resolve.uses import is_whole, within

_ANY_OF = Import("", 0, "", "", 0, IMPLICIT, -1)
_NOT_IMPORTED_HERE = 0.8
_MOST_ENTERED = 200  # modules in which is looked for a name that excluded code may have
_Missing = tuple[str, str]

NO_NAME = AnyName([], [])


def _is_module(target: Target) -> bool:
    return isinstance(target, Located) and target.is_submodule


class Leading(Pouring, Receiving):
    """This part of a resolution; the rest of it answers what is abstract here."""

    _interfaces: dict[str, Interface]
    _led: dict[tuple[str, ...], Led]
    _sureness: float = 1.0  # of the file that a space was last asked for; each name begins anew

    @abstractmethod
    def _items(self, path: str) -> list[Answer]: ...
    @abstractmethod
    def _who(self, path: str, what: str) -> list[str]: ...
    @abstractmethod
    def _led_to(self, key: tuple[str, ...], definition: Definition | None, reads: Iterable[Read]) -> Led: ...
    @abstractmethod
    def _in_star(self, path: str, name: str) -> bool: ...

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
    ) -> Lead | None:
        """Where a name leads out of the file, None if it does not; `is_apart`: it stands where no value of the types
        around is at hand. What was looked up is added to `looks`."""
        rows = self._interfaces[path].imports
        if through >= 0 and rows[through].flags & RECEIVED:
            return self._lead_received(Place(path, offer, any_name, scope), text, rows[through], looks)
        if scope >= 0 and through < 0 and offer.language.inherits:
            definition, inherited = self._inherited(path, scope, text, apart=is_apart)
            looks.add(inherited)
            if definition is not None:
                return (-1, definition, 1.0) if self._is_elsewhere(path, definition) else None
            scope = -1
        lead, reads = self._lead_by_row(path, offer, any_name, scope, text, through)
        looks.add(reads)
        return lead

    def _lead_by_row(
        self, path: str, offer: Offer, any_name: AnyName, scope: int, text: str, through: int
    ) -> tuple[Lead | None, frozenset[Read]]:
        """As `_lead`, by import rows alone."""
        rows, bound = self._interfaces[path].imports, self._items(path)
        head, _, rest = text.partition(".")
        self._sureness = 1.0
        index, definition, reads, share = -1, None, NOTHING, 1.0
        candidates = [through] if through >= 0 else binding(rows, offer, head, scope) if head else ()
        stars, called = any_name.stars, NOTHING
        if any_name.calling and stars and not candidates:
            candidates, called = self._called(path, any_name.calling, head)
        if candidates:
            index, definition, reads = self._through_import(path, offer, candidates, text, rest)
            below, more = NOWHERE
            if rest and (definition is None or not definition.symbol):
                below, more = self._through_package(path, rows[index], bound[index].target, text)
            if below is not None and (definition is None or definition.path != below.path):
                definition, share = below, _NOT_IMPORTED_HERE
            reads = reads | more if more else reads
        elif stars:
            index, definition, reads = self._through_any(path, offer, stars, text)
        reads = reads | called if called else reads
        if definition is None or not self._is_elsewhere(path, definition):
            return None, reads
        target = bound[index].target
        share *= target.confidence if isinstance(target, Located) else self._sureness
        return (index, definition, share), reads

    def _lacking(self, path: str, offer: Offer, calling: list[int], text: str, reads: set[Read]) -> _Missing | None:
        """What a dotted name asks of a space that surely has it not, as an import statement would say it, and why it is
        not found; None if it asks for nothing such. `reads` is added to."""
        head, _, rest = text.partition(".")
        candidates = offer.aliases.get(head, ()) if rest else ()
        if len(candidates) != 1:
            return None
        row, target = self._interfaces[path].imports[candidates[0]], self._items(path)[candidates[0]].target
        if not isinstance(target, Space) or not target.whole:
            return None
        others, looked = self._called(path, calling, head)
        name = rest.partition(".")[0]
        asked = self._asked_of(path, row, name)
        files = self._who(path, target.whole)
        reads |= looked | {(file, name) for file in files}
        if others not in ([], candidates) or not isinstance(asked, Unresolved):
            return None
        if self._has_any(path, f"{target.whole}#{name}") or any(self._is_open(file) for file in files):
            return None
        return f"{row.module}:{name}", asked.reason

    def _is_open(self, path: str) -> bool:
        """Whether a file may have names that its facts do not tell."""
        offer = self._offer(path)
        return offer is None or offer.is_open

    def _is_elsewhere(self, path: str, definition: Definition) -> bool:
        """Whether a definition is of another file, and that one has facts."""
        return definition.path != path and self.tree.has_facts(definition.path)

    def _through_any(
        self, path: str, offer: Offer, stars: list[int], text: str
    ) -> tuple[int, Definition | None, frozenset[Read]]:
        """Where a dotted name leads whose head no import row binds, through those that may bring any name."""
        language = offer.language
        head, _, rest = text.partition(".")
        if head in offer.names:
            is_open = rest != "" and language.open_types
            return self._through_own_type(path, offer, stars, head, rest) if is_open else (-1, None, NOTHING)
        if language.poured is not None:
            return self._poured_into(path, stars, language.poured[0], text.split("."))
        return self._through_stars(path, stars, head, rest)

    def _inherited(
        self, path: str, scope: int, text: str, *, apart: bool = False
    ) -> tuple[Definition | None, frozenset[Read]]:
        """What a dotted name means that begins with what types around it inherit; `apart`: all but their values."""
        symbols, offer = self._interfaces[path].symbols, self._offer(path)
        head, _, rest = text.partition(".")
        reads: frozenset[Read] = NOTHING
        while scope >= 0 and offer is not None:
            symbol = symbols[scope]
            if f"{symbol.name}.{head}" in offer.names and symbol.name not in offer.supers:
                break
            if symbol.name in offer.supers:
                members, looked = (
                    self._static_members(path, symbol.name)
                    if apart
                    else self._members(path, symbol.name, 0, inside=True)
                )
                reads = reads | looked if reads else looked  # most often it stays the one that is kept with the type
                found = members.get(head)
                if found is not None and found.path == path:
                    break
                if found is not None:
                    led, through = self._descend(found.path, found.symbol, rest)
                    return led or found, reads | through
            apart = apart or is_apart(symbol)
            scope = symbol.parent
        return None, reads

    def _called(self, path: str, calling: Sequence[int], name: str) -> tuple[list[int], frozenset[Read]]:
        """Those of these import rows of spaces that call themselves so, whatever the statement lets one expect."""
        bound = self._items(path)
        found: list[int] = []
        reads: set[Read] = set()
        for index in calling:
            target = bound[index].target
            entry = target.entry if isinstance(target, Space) else ""
            reads.add((entry, ""))
            there = self._interface(entry)
            if there is not None and there.spaces and there.spaces[0][0] == name:
                found.append(index)
        return found, frozenset(reads)

    def _through_stars(
        self, path: str, stars: list[int], head: str, rest: str
    ) -> tuple[int, Definition | None, frozenset[Read]]:
        """The star import that offers `head`, and where `head.rest` leads through it."""
        reads: frozenset[Read] = frozenset()
        rows, bound, among, has = self._interfaces[path].imports, self._items(path), "", False
        for star in stars:
            target = bound[star].target
            if isinstance(target, Space):
                if target.among != among:
                    # In vain it would be to ask for what nobody declares there.
                    among, has = target.among, self._has_any(path, target.among + head)
                if among and not has and head != target.itself:
                    continue
                target, name, left = self._asked_down(path, rows[star], head, rest)
                if isinstance(target, Located) and (target.path == path or not self.tree.has_facts(target.path)):
                    break  # it is this file that defines it, or one that is not analysed
                led = self._through_star(path, target, "" if _is_module(target) else name, name, left)
            else:
                led = self._through_star(path, target, head, head, rest, in_star=True)
            reads = reads | led[1] if reads else led[1]
            if led[0] is not None:
                return star, led[0], reads
        return -1, None, reads

    def _through_star(
        self, path: str, target: Target, sought: str, name: str, left: str, *, in_star: bool = False
    ) -> Led:
        """Where a name leads through one star import; `in_star`: only what the file there shows to such."""
        if not isinstance(target, Located) or target.path == path:
            return NOWHERE
        looked = frozenset(((target.path, name),))
        if in_star and not target.inside and not self._in_star(target.path, name):
            return None, looked
        definition, through = self._descend(target.path, within(target, sought) if sought else "", left)
        return definition, looked | through

    def _through_own_type(
        self, path: str, offer: Offer, stars: list[int], head: str, rest: str
    ) -> tuple[int, Definition | None, frozenset[Read]]:
        """Where a member of a type leads that this file has, if the file does not have the member."""
        rows = self._interfaces[path].imports
        member, _, rest = rest.partition(".")
        if f"{head}.{member}" in offer.names:
            return -1, None, NOTHING
        return self._through_stars(path, [s for s in stars if rows[s].flags & IMPLICIT], f"{head}.{member}", rest)

    def _through_import(
        self, path: str, offer: Offer, candidates: Sequence[int], text: str, rest: str
    ) -> tuple[int, Definition | None, frozenset[Read]]:
        """The one of these import rows that the dotted `text` goes through, and where it leads."""
        rows = self._interfaces[path].imports
        # `import a.b` and `import a.c` both bind `a`: the longest module that the text spells out is meant.
        best, best_length = candidates[-1], -1
        for index in candidates if rows[best].alias in offer.dotted else ():
            module = rows[index].module
            spelled = rows[index].name == "" and "." in module and (text + ".").startswith(module + ".")
            if spelled and len(module) > best_length:
                best, best_length = index, len(module)
        row, target = rows[best], self._items(path)[best].target
        if isinstance(target, Space):
            name, _, rest = rest.partition(".")
            target = self._asked_of(path, row, name) if name else target
            definition, reads = self._descend(target.path, name, rest) if isinstance(target, Located) else NOWHERE
            return best, definition, reads
        if not isinstance(target, Located):
            return best, None, NOTHING
        if best_length >= 0 and row.alias == row.module.partition(".")[0]:
            rest = text[len(row.module) + 1 :]
        elif row.name == "" and "." in row.module and row.level == 0 and row.alias == row.module.partition(".")[0]:
            return best, None, NOTHING  # `a.other` where only `import a.b` was written: the package's own name
        if target.is_submodule and target.package not in ("", path):
            return best, *self._descend_beside(target, row.name, rest)
        inside = target.inside if is_whole(row, target) else within(target, row.name)
        return best, *self._descend(target.path, inside, rest)

    def _descend_beside(self, target: Located, name: str, rest: str) -> Led:
        """As `_descend`, through the name of a module to which its package may have bound something else."""
        bound, reads = self._descend(target.package, name, "")
        if bound is None or not bound.symbol:
            inside, more = self._descend(target.path, "", rest)
            return inside, reads | more
        led, through = self._descend(target.package, name, rest)
        if not rest or (led is not None and led != bound):
            return led, reads | through
        # It has no such member that we know of: the module may have it, if that is what the name means after all.
        inside, more = self._descend(target.path, "", rest)
        meant = inside if inside is not None and inside.symbol else bound
        return meant, reads | through | more

    def _asked_down(self, path: str, row: Import, name: str, rest: str) -> tuple[Target, str, str]:
        """What defines a name in the space of a row, the name by which that file has it, and what is left of `rest`.

        A name may mean a space inside the space: then it is asked for with the next part of `rest` behind a dot.
        """
        target = self._asked_of(path, row, name)
        while isinstance(target, Space) and rest:
            part, _, left = rest.partition(".")
            inner = self._asked_of(path, row, f"{name}.{part}")
            if target.entry and isinstance(inner, Unresolved):
                break  # what is inside may be of the file that stands for it
            target, name, rest = inner, f"{name}.{part}", left
        if isinstance(target, Space) and target.entry:
            target = Located(target.entry)
        return target, name.rpartition(".")[2], rest

    def _asked_of(self, path: str, row: Import, name: str) -> Target:
        """The file of the space which a row names that defines the name."""
        answer = self._answer(path, row, name)
        self._use(answer, path)
        target = answer.target
        if isinstance(target, Located):
            self._sureness = target.confidence
        return target

    def _through_package(self, path: str, row: Import, target: Target, text: str) -> Led:
        """Where a dotted name leads that goes through a package into a module below it that is not imported here.

        It is there at run time if anyone has imported it. None unless there is such a module.
        """
        head, *parts = text.split(".")
        if not isinstance(target, Located):
            return None, NOTHING
        if target.is_submodule:
            module = f"{row.module}.{row.name}" if row.module else row.name
        elif row.name == "" and row.level == 0 and row.alias == row.module.partition(".")[0] == head:
            module = head
        else:
            return None, NOTHING
        led: Led = None, NOTHING
        for place, part in enumerate(parts, 1):
            module = f"{module}.{part}"
            answer = self._answer(path, row._replace(module=module, name=""))
            self._use(answer, path)
            if not isinstance(answer.target, Located):
                break
            if self.tree.has_facts(answer.target.path):
                led = self._descend(answer.target.path, "", ".".join(parts[place:]))
        return led

    def _descend(self, path: str, name: str, rest: str) -> Led:
        """Where `name`, looked up in file `path` ("" = the file itself), leads, and from there as far as the dots of
        `rest` name modules and symbols: the last certain point."""
        key = (path, name, rest)
        known = self._led.get(key)
        if known is not None:
            return known
        reads: set[Read] = set()
        definition: Definition | None = Definition(path, "")
        if name:
            definition, through = self._define(path, name)
            reads |= through
        if definition is None:
            return self._led_to(key, None, reads)
        reads.add((definition.path, ""))
        for part in rest.split(".") if rest else ():
            inner, through = self._inside(definition, part)
            reads |= through
            if inner is None and definition.symbol == "" and self._is_left_out(definition.path, part, reads, set()):
                return self._led_to(key, None, reads)
            if inner is None:
                break
            definition = inner
        return self._led_to(key, definition, reads)

    def _is_left_out(self, path: str, name: str, reads: set[Read], entered: set[str]) -> bool:
        """Whether a module may have a name from code that the policy excludes, so that nothing here has it."""
        offer = self._offer(path) if self.tree.has_excluded else None
        if offer is None or path in entered or len(entered) >= _MOST_ENTERED:
            return False
        entered.add(path)
        reads.add((path, name))
        bound = self._items(path)
        named = [export.imported for export in offer.exports.get(name, ()) if export.imported >= 0]
        for index in dict.fromkeys((*named, *offer.passed_on.get(name, ()), *offer.onward, *offer.stars)):
            target = bound[index].target
            if isinstance(target, Located) and (
                self.tree.held(target.path) == EXCLUDED
                or (target.path != path and self._is_left_out(target.path, name, reads, entered))
            ):
                return True
        return False

    def _inside(self, around: Definition, part: str) -> Led:
        """What a module or symbol has under a name."""
        if around.symbol == "":
            return self._define(around.path, part)
        name = f"{around.symbol}.{part}"
        looked = frozenset(((around.path, name),))
        offer = self._offer(around.path)
        if offer is None:
            return None, looked
        if name in offer.names:
            return Definition(around.path, name), looked
        if name in offer.exports:  # what a module inside the file offers from elsewhere
            found, through = self._define(around.path, name)
        elif around.symbol in offer.supers:
            found, through = self._member(around.path, around.symbol, part, 1)
            through |= {(found.path, "")} if found is not None else NOTHING
        else:
            return None, looked
        return found, looked | through

    def _lead_out(self, path: str, offer: Offer, text: str) -> tuple[Definition | None, frozenset[Read]]:
        head, _, rest = text.partition(".")
        candidates = binding(self._interfaces[path].imports, offer, head, -1)
        if candidates:
            return self._through_import(path, offer, candidates, text, rest)[1:]
        if head in offer.names:
            return self._descend(path, head, rest)
        led = self._through_stars(path, offer.stars, head, rest)[1:]
        if led[0] is None and rest:
            module, _, name = text.rpartition(".")
            answer = self._answer(path, _ANY_OF._replace(module=module, name=name))
            self._use(answer, path)
            if isinstance(answer.target, Located):
                return self._descend(answer.target.path, within(answer.target, name), "")
        return led
