"""Names where an import stands for the whole text of a file, as `#include` does: all names come through it, at any
depth, that the file has or imports (see `Language.poured`).

Hides how far a file reaches, and that a definition may lie in a file which nothing imports.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence, Set

from plumbrule.facts import Interface
from plumbrule.languages import Located, Space, languages
from plumbrule.resolve.answers import NONE, NOTHING, Answer, Definition
from plumbrule.resolve.offered import Offer, Read, spaces_in
from plumbrule.resolve.tree import Tree

_MOST_QUALIFIED = 8  # parts of a dotted name that are looked for


class Pouring:
    """This part of a resolution; the rest of it answers what is abstract here."""

    tree: Tree

    def __init__(self) -> None:
        super().__init__()
        self._reached: dict[str, Mapping[str, int]] = {}  # see `_reach`
        self._poured_from: dict[str, list[str]] = {}
        self._spaces: dict[str, Sequence[str]] = {}  # see `_spaces_in`

    @abstractmethod
    def _interface(self, path: str) -> Interface | None: ...

    @abstractmethod
    def _offer(self, path: str) -> Offer | None: ...

    @abstractmethod
    def _items(self, path: str) -> Sequence[Answer]: ...

    @abstractmethod
    def _who(self, path: str, what: str) -> list[str]: ...

    def _poured_anew(self) -> None:
        """Forgets how far files reach: the tree has changed."""
        self._reached.clear()
        self._poured_from.clear()
        self._spaces.clear()

    def _spread(self, rerouted: set[str], readers: Mapping[str, Mapping[str, Collection[str]]]) -> None:
        """Adds to the files that may now import others whoever reaches them: they see other names."""
        if not any(
            languages()[dialect].poured for dialect in {one.dialect for one in self.tree.entries.values()} - {""}
        ):
            rerouted.clear()
        waiting = list(rerouted)
        while waiting:
            for user in readers[waiting.pop()].get("", ()):
                if user not in rerouted:
                    rerouted.add(user)
                    waiting.append(user)

    def _poured_into(
        self, path: str, stars: list[int], prefix: str, parts: list[str]
    ) -> tuple[int, Definition | None, frozenset[Read]]:
        """The import through which a name comes whose file may lie any number of imports away, and what it means.

        What it is qualified with is a namespace unless a definition has that name; who declares it must be in it.
        """
        reached = self._reach(path)
        for place, part in enumerate(parts[:_MOST_QUALIFIED]):
            found = [(reached[file], file) for file in self._who(path, prefix + part) if file in reached]
            if place:
                inside = parts[place - 1]
                found = [one for one in found if self._is_inside(one[1], part, inside)]
            if not found:
                continue
            # Among several the one that only declares it is the last choice: it may stand everywhere.
            index, file = min(found, key=lambda one: (part in self._declared_only(one[1]), one))
            name, offer = part, self._offer(file)
            for inner in parts[place + 1 :]:
                if offer is None or f"{name}.{inner}" not in offer.names:
                    break
                name = f"{name}.{inner}"
            reads = {(file, ".".join((part, *parts[place + 1 : stop]))) for stop in range(place + 1, len(parts) + 1)}
            return stars[index], Definition(file, name), frozenset((*reads, (file, "")))
        return -1, None, NOTHING

    def _reach(self, path: str) -> Mapping[str, int]:
        """Every file whose text comes into this one, with the number of the star import through which it does first:
        directly if there is such an import."""
        known = self._reached.get(path)
        if known is not None:
            return known
        reached: dict[str, int] = {}
        direct = self._poured_by(path)
        for number, file in enumerate(direct):
            if file:
                reached.setdefault(file, number)
        for number, file in enumerate(direct):
            waiting = [file] if file else []
            while waiting:
                for other in self._poured_by(waiting.pop()):
                    if other and other not in reached:
                        reached[other] = number
                        waiting.append(other)
        reached.pop(path, None)
        self._reached[path] = reached
        return reached

    def _poured_by(self, path: str) -> list[str]:
        """The files that a file's star imports lead to, "" where that is none with facts."""
        known = self._poured_from.get(path)
        if known is None:
            offer, bound = self._offer(path), self._items(path)
            known = self._poured_from[path] = []
            for index in offer.stars if offer is not None else ():
                target = bound[index].target
                if isinstance(target, Located):
                    known.append(target.path if self.tree.has_facts(target.path) else "")
                elif isinstance(target, Space):
                    known.append("")
        return known

    def _is_inside(self, path: str, name: str, space: str) -> bool:
        """Whether a file says of what has this name that it is in a namespace whose last part is `space`, or in one
        without a name of its own in there."""
        interface = self._interface(path)
        return interface is not None and any(space in one.split(".") for one, _, _ in interface.spaces)

    def _declared_only(self, path: str) -> Set[str]:
        offer = self._offer(path)
        return offer.only_declared if offer is not None else NONE

    def _defined_elsewhere(self, path: str, header: str, name: str, reads: set[Read]) -> list[Definition]:
        """What another file has of a name that a header only declares, if just one defines it that imports the header.

        The name alone says so, which a linker would say for certain. Outside of the namespace around a declaration its
        definition is qualified with that.
        """
        poured = languages()[self.tree.entries[path].dialect].poured
        if poured is None or name not in self._declared_only(header):
            return []
        found = [
            Definition(file, one)
            for one in (name, *(f"{space}.{name}" for space in self._spaces_in(header)))
            for file in self._who(path, poured[1] + one)
            if file != header and header in self._reach(file)
        ]
        reads.update((one.path, "") for one in found)
        return found if len(found) == 1 and found[0].path != path else []

    def _spaces_in(self, path: str) -> Sequence[str]:
        """What may stand before a name that a file declares in a namespace, where it is defined outside of that."""
        known = self._spaces.get(path)
        if known is None:
            interface = self._interface(path)
            full = spaces_in(interface) if interface is not None else ()
            ends = {one.split(".", at)[at] for one in full for at in range(one.count(".") + 1)}
            known = self._spaces[path] = sorted(ends)
        return known
