"""Dependencies from one repository of the store into another: who imports what another one offers.

Hides that the repositories stand at different moments: every repository counts as it stands at its newest snapshot, the
ones that were not scanned this time included.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from plumbrule.facts import RECEIVED, Body, Import, Interface, Reference
from plumbrule.languages import language_of
from plumbrule.measures import FactsOf
from plumbrule.resolve.uses import seen_as
from plumbrule.store import LinkRow

_MARKS = re.compile(r"[-_.]+")
_OF_SCALA = re.compile(r"(?:_(?:sjs|native)[\d.]+)?_(?:2\.1\d(?:\.\d+)?|3)$")


class Outside(NamedTuple):
    """One name that a file imports from outside its repository."""

    src: str
    package: str
    module: str
    name: str  # "" = the module itself, "*" = star
    line: int


class Provided(NamedTuple):
    """Where a name that is imported from outside is defined."""

    path: str
    symbol: str  # "" = the module itself


class Provide(Protocol):
    def __call__(self, module: str, name: str, rest: str = "") -> Sequence[Provided]:
        """The definitions that `name` of `module` leads to, and from there the dots of `rest` as far as they lead.

        Of `name` "*" they are asked for by `rest`, as what the star binds.
        """
        ...


@dataclass(frozen=True, slots=True)
class Member:
    """One repository of the store, as the others see it."""

    name: str
    packages: frozenset[str]  # under which others import it
    outside: Sequence[Outside]
    provide: Provide
    # A file's facts, to follow what it does with what it imports; None if they are not kept.
    facts: Callable[[str], tuple[Interface, Body] | None]
    own: Callable[[str], Collection[str]]  # names by which a file uses what its own repository defines
    # By ecosystem and name the packages that its manifests ask for, and those that they make; see `known_as`.
    asks: Collection[tuple[str, str]] = ()
    makes: Collection[tuple[str, str]] = ()


def known_as(package: str) -> str:
    """A package's name without what registries and languages spell differently."""
    return _MARKS.sub("-", _OF_SCALA.sub("", package)).lower()


def links(members: Iterable[Member]) -> list[LinkRow]:
    """Every use of one member's code by another, sorted."""
    known = sorted(members, key=lambda member: member.name)
    found: set[LinkRow] = set()
    for user in known:
        others = [member for member in known if member is not user and member.packages]
        offered = frozenset[str]().union(*(member.packages for member in others))
        asked: dict[str, list[Outside]] = {}
        for row in user.outside:
            if row.package in offered:
                asked.setdefault(row.src, []).append(row)
        for src, rows in asked.items():
            facts = user.facts(src)
            ways = {row: [one for one in others if _may_be(user, one, row)] for row in rows}
            found.update(_imported(user, ways))
            if facts is not None:
                found.update(_followed(user, ways, _references(*facts)))
                found.update(_through_stars(user, src, ways, *facts))
    return sorted(found)


_Ways = Mapping[Outside, Sequence[Member]]  # by what is imported who may offer it


def _may_be(user: Member, provider: Member, row: Outside) -> bool:
    """Whether one may offer what another imports: not if that asks for a package of the very name, which is none of
    those that it makes."""
    if row.package not in provider.packages:
        return False
    name = known_as(row.package)
    is_asked = any(name == asked for _, asked in user.asks)
    return not (is_asked and provider.makes) or any(name == made for _, made in provider.makes)


def _meant(user: Member, found: Sequence[tuple[Member, Provided]]) -> Sequence[tuple[Member, Provided]]:
    """Of what several offer that of those whose packages are asked for, if any are."""
    if len({one.name for one, _ in found}) < 2:
        return found
    return [(one, target) for one, target in found if not {*user.asks}.isdisjoint(one.makes)] or found


def _imported(user: Member, ways: _Ways) -> Iterator[LinkRow]:
    for row, providers in ways.items():
        found = [(one, target) for one in providers for target in one.provide(row.module, row.name)]
        for one, (path, symbol) in _meant(user, found):
            yield LinkRow(user.name, row.src, one.name, path, symbol, "import", row.line, row.name, "", "")


class _Asked(NamedTuple):
    """A reference by way of an import statement."""

    statement: tuple[str, str, int]  # module, name, line
    rest: str  # what of it, by its dots
    reference: Reference
    user: str  # the symbol around it


def _followed(user: Member, ways: _Ways, references: Iterable[_Asked]) -> Iterator[LinkRow]:
    """What the file does with what these rows import."""
    of = {(row.module, row.name, row.line): row for row in ways}
    for statement, rest, reference, inside in references:
        row = of.get(statement)
        if row is not None:
            found = [(one, target) for one in ways[row] for target in _reached(one, row, rest)]
            for one, target in _meant(user, found):
                yield _row(user, row, one, target, reference, inside)


def _row(user: Member, by: Outside, provider: Member, target: Provided, reference: Reference, inside: str) -> LinkRow:
    kind, calls = seen_as(reference, target.symbol)
    name = target.symbol.rpartition(".")[2]
    return LinkRow(
        user.name, by.src, provider.name, target.path, target.symbol, kind, reference.line, name, inside, calls
    )  # fmt: skip


def _through_stars(user: Member, src: str, ways: _Ways, interface: Interface, body: Body) -> Iterator[LinkRow]:
    """What a file takes by plain names out of one of several modules that give it all of theirs, where these are spaces
    of names that files declare: a name that two of them have is an error there, and no later one takes it over."""
    language = language_of(src)
    statements = {(row.module, row.name, row.line) for row in _stars(interface)}
    if language is None or language.declares is None or len(statements) < 2:
        return
    mine = {row: one for row, one in ways.items() if (row.module, row.name, row.line) in statements}
    own = {*user.own(src), *(symbol.name.rpartition(".")[2] for symbol in interface.symbols)}
    own.update(name for row in interface.imports for name in (row.alias, row.name))
    led: dict[str, Mapping[Outside, Sequence[tuple[Member, Provided]]]] = {}
    for reference in body.references:
        text = reference.text
        if reference.through >= 0 or text.partition(".")[0] in own:
            continue
        if text not in led:
            led[text] = _led_by(user, mine, text)
        if len({row.module for row in led[text]}) == 1:
            inside = interface.symbols[reference.symbol].name if reference.symbol >= 0 else ""
            found = ((row, *way) for row, ways_of in led[text].items() for way in ways_of)
            yield from (_row(user, row, one, target, reference, inside) for row, one, target in found)


def _led_by(user: Member, ways: _Ways, text: str) -> dict[Outside, Sequence[tuple[Member, Provided]]]:
    """What a name means by the star imports of these rows, by those that have it."""
    found = {
        row: _meant(user, [(one, target) for one in providers for target in _reached(one, row, text)])
        for row, providers in ways.items()
    }
    return {row: led for row, led in found.items() if led}


def _reached(provider: Member, row: Outside, rest: str) -> Sequence[Provided]:
    """The definitions that a reference means; a module by its name is none."""
    found = [one for one in provider.provide(row.module, row.name, rest) if one.symbol]
    parts = rest.split(".")
    module = f"{row.module}.{row.name}" if row.name not in ("", "*") else row.module
    for length in range(1, len(parts) if not found and row.name != "*" else 0):
        # A module below a package is there at run time if anyone has imported it.
        module = f"{module}.{parts[length - 1]}"
        below = provider.provide(module, "", ".".join(parts[length:]))
        found = [one for one in below if one.symbol] or found
    return found


def _references(interface: Interface, body: Body) -> Iterator[_Asked]:
    """Every reference of a file that goes through an import statement."""
    bound: dict[tuple[int, str], list[Import]] = {}
    for row in interface.imports:
        if row.alias:
            bound.setdefault((row.symbol, row.alias), []).append(row)
    stars = _stars(interface)
    own = {symbol.name for symbol in interface.symbols}
    for reference in body.references:
        head, _, rest = reference.text.partition(".")
        through = reference.through
        is_said = through >= 0 and not interface.imports[through].flags & RECEIVED
        rows = [interface.imports[through]] if is_said else _in_sight(interface, bound, reference.symbol, head)
        led = _chosen(rows, reference.text, rest)
        if led is None and not rows and head not in own and len(stars) == 1:
            led = stars[0], reference.text
        if led is not None:
            row, rest = led
            inside = interface.symbols[reference.symbol].name if reference.symbol >= 0 else ""
            yield _Asked((row.module, row.name, row.line), rest, reference, inside)


def _stars(interface: Interface) -> list[Import]:
    """The statements that give a file all names of a module, those that the language makes itself among them."""
    return [row for row in interface.imports if row.name == "*" and not row.alias and row.symbol < 0]


def _in_sight(
    interface: Interface, bound: Mapping[tuple[int, str], list[Import]], symbol: int, head: str
) -> Sequence[Import]:
    """The statements that bind a name as it is seen inside a symbol."""
    scope = symbol
    while scope >= 0:
        # What a class binds is not seen by its methods.
        if (scope, head) in bound and (scope == symbol or interface.symbols[scope].kind != "class"):
            return bound[scope, head]
        scope = interface.symbols[scope].parent
    return bound.get((-1, head), ())


def _chosen(rows: Sequence[Import], text: str, rest: str) -> tuple[Import, str] | None:
    """The one of these statements that a dotted name goes through, and what is left of the name behind it."""
    spelled = ""
    led: tuple[Import, str] | None = None
    for row in rows:
        if row.name or row.alias == row.module or row.alias != row.module.partition(".")[0]:
            led = led if spelled else (row, rest)
        elif f"{text}.".startswith(f"{row.module}.") and len(row.module) > len(spelled):
            # `import a.b` binds `a`: the module's own segments come first.
            spelled = row.module
            led = row, text[len(spelled) + 1 :]
    return led


def packages_text(packages: Iterable[str]) -> str:
    return json.dumps(sorted(packages))


def packages_of(text: str | None) -> frozenset[str]:
    return frozenset(json.loads(text)) if text is not None else frozenset()


def facts_by_path(
    book: FactsOf, where: Mapping[str, tuple[str, str]]
) -> Callable[[str], tuple[Interface, Body] | None]:
    """Facts by path; `where` gives (dialect, blob)."""

    def facts(path: str) -> tuple[Interface, Body] | None:
        if path not in where:
            return None
        try:
            return book.interface(*where[path]), book.body(*where[path])
        except KeyError:
            return None

    return facts
