"""Names that a file passes on from two places at once: to those who import it from there, such a name is not there.

So it is in ECMAScript, where `export *` gives way to what is named, and two of them that find different things under
one name cancel each other out. Hides how a name is followed through such files to what it means in the end.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from plumbrule.facts import REEXPORT, TYPE_ONLY, Import, Interface
from plumbrule.graph import Edge, FileRows
from plumbrule.measures import Situation
from plumbrule.measures._offers import Side, offers_all

_End = tuple[str, str]  # (file, name there)
_NO_VALUES = frozenset(("type", "interface", "namespace"))  # that need not be there when the program runs
_DEEPEST = 60  # files passed through in a row


class Cancelled(NamedTuple):
    """An import of a name that was there."""

    path: str  # the file that it is asked of
    name: str
    ends: Collection[_End]
    edge: Edge


def cancelled(s: Situation, before: Side, now: Side) -> Iterator[Cancelled]:
    """The imports that ask for a name which this change made ambiguous."""
    if not any(path in s.before for path in s.changed):
        return
    suspects = {path: names for path in sorted(s.changed) if (names := _gained(s, path, before, now)) != set()}
    here, there = _Ends(now), _Ends(before)
    for barrel, name, edge in _still_asked(s, now, suspects) if suspects else ():
        ends = here.of(barrel, name)
        if len(ends) > 1 and len(there.of(s.renamed.get(barrel, barrel), name)) == 1:
            yield Cancelled(barrel, name, sorted(ends), edge)


def _still_asked(s: Situation, now: Side, suspects: Mapping[str, set[str] | None]) -> Iterator[tuple[str, str, Edge]]:
    """(file, name, import) where a file that passes on all of a suspect is asked for one of its names, as before; of
    several imports in one file the first."""
    asked: dict[str, list[Edge]] = {}
    for edge in s.now.edges():
        asked.setdefault(edge.dst, []).append(edge)
    places = sorted({(barrel, path) for path in suspects for barrel in _above(now, path, asked)})
    seen: set[tuple[str, str, str]] = set()
    for barrel, path in places:
        for edge in asked.get(barrel, ()) if _stars(now.interface(barrel)) else ():
            for name in _wanted(edge, suspects[path]):
                key = (edge.src, barrel, name)
                if key not in seen and _asked_before(s, edge, name):
                    seen.add(key)
                    yield barrel, name, edge


def _wanted(edge: Edge, names: set[str] | None) -> list[str]:
    """Those of these names (None: of any) that an import asks for, to be there when the program runs."""
    if edge.type_only:
        return []
    asked = set(edge.names.split(", ")) - {"", "*", "default"}
    return sorted(asked if names is None else asked & names)


def _gained(s: Situation, path: str, before: Side, now: Side) -> set[str] | None:
    """The names that others can have of a file since this change; None if that may be any, for it passes on others."""
    if path not in s.now or offers_all(s.now.rows(path).file.language):
        return set()
    old_path = s.renamed.get(path, path)
    is_new = old_path not in s.before
    if not is_new and s.before.rows(old_path).file.blob == s.now.rows(path).file.blob:
        return set()
    here = now.interface(path)
    if is_new:
        return None if _stars(here) else _named(here)
    there = before.interface(old_path)
    is_passing_more = {one.module for one in _stars(here)} - {one.module for one in _stars(there)}
    return None if is_passing_more else _named(here) - _named(there)


def _named(interface: Interface) -> set[str]:
    own = {name for name, kinds in _own(interface).items() if not _NO_VALUES.issuperset(kinds)}
    return own | {one.name for one in interface.exports} - {"*", "default"}


def _own(interface: Interface) -> dict[str, list[str]]:
    """The kinds of what the file defines and offers, by name; what may be had by another name alone is left out."""
    named = {one.name for one in interface.exports}
    renamed = {one.local for one in interface.exports if one.imported < 0} - named
    found: dict[str, list[str]] = {}
    for one in interface.symbols:
        if one.parent < 0 and one.exported and one.name not in renamed:
            found.setdefault(one.name, []).append(one.kind)
    return found


def _stars(interface: Interface) -> list[Import]:
    """The statements that pass on all that another file offers."""
    onward = {one.imported for one in interface.exports if one.name == "*" and one.imported >= 0}
    return [
        one for index, one in enumerate(interface.imports)
        if index in onward and one.flags & REEXPORT and not one.flags & TYPE_ONLY
    ]  # fmt: skip


def _above(now: Side, path: str, asked: Mapping[str, Collection[Edge]]) -> list[str]:
    """The file, and those that pass on all of it, by whatever way."""
    found, pending = {path}, [path]
    while pending:
        for edge in asked.get(pending.pop(), ()):
            is_star = edge.src not in found and "*" in edge.names.split(", ")
            if is_star and any(one.line == edge.line for one in _stars(now.interface(edge.src))):
                found.add(edge.src)
                pending.append(edge.src)
    return sorted(found)


def _asked_before(s: Situation, edge: Edge, name: str) -> bool:
    src, dst = s.renamed.get(edge.src, edge.src), s.renamed.get(edge.dst, edge.dst)
    return src in s.before and any(
        one.kind == "import" and one.dst == dst and name in one.names.split(", ")
        for one in s.before.rows(src).dependencies
    )


@dataclass(slots=True)
class _Ends:
    """Where names lead on one side, and what that asks of a file more than once."""

    side: Side
    _kinds: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    _onward: dict[str, list[str]] = field(default_factory=dict)

    def of(self, path: str, name: str, entered: set[_End] | None = None, depth: int = 0) -> set[_End]:
        """What a name of a file means in the end, as far as that is known; several, if it is passed on from several."""
        entered = set() if entered is None else entered
        if (path, name) in entered or path not in self.side.graph or depth > _DEEPEST:
            return set()
        entered.add((path, name))
        interface = self.side.interface(path)
        for export in interface.exports:
            if export.name == name:
                row = interface.imports[export.imported] if export.imported >= 0 else _bound(interface, export.local)
                return {(path, export.local)} if row is None else self._through(path, row, export.local, entered, depth)
        if path not in self._kinds:
            rows = self.side.graph.rows(path)
            self._kinds[path] = _own(interface)
            self._onward[path] = sorted({target for star in _stars(interface) for target in _targets(rows, star)})
        if kinds := self._kinds[path].get(name):
            return set() if _NO_VALUES.issuperset(kinds) else {(path, name)}
        found: set[_End] = set()
        for target in self._onward[path]:
            found |= self.of(target, name, entered, depth + 1)
        return found

    def _through(self, path: str, row: Import, local: str, entered: set[_End], depth: int) -> set[_End]:
        if row.flags & TYPE_ONLY:
            return set()
        targets = _targets(self.side.graph.rows(path), row)
        if len(targets) != 1:
            return {(path, local)}
        (target,) = targets
        if row.name in ("", "*"):
            return {(target, "*")}
        return self.of(target, row.name, entered, depth + 1) or {(target, row.name)}


def _bound(interface: Interface, local: str) -> Import | None:
    """The import that binds a name of the module."""
    return next((one for one in interface.imports if one.alias == local and one.symbol < 0), None)


def _targets(rows: FileRows, row: Import) -> set[str]:
    return {
        one.dst for one in rows.dependencies
        if one.kind == "import" and one.line == row.line and (row.name or row.alias) in one.names.split(", ")
    }  # fmt: skip
