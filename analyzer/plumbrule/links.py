"""Dependencies from one repository of the store into another: who imports what another one offers.

Hides that the repositories stand at different moments: every repository counts as it stands at its newest snapshot, the
ones that were not scanned this time included.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from plumbrule.facts import Body, Interface
from plumbrule.measures import FactsOf
from plumbrule.store import LinkRow


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


@dataclass(frozen=True, slots=True)
class Member:
    """One repository of the store, as the others see it."""

    name: str
    packages: frozenset[str]  # under which others import it
    outside: Sequence[Outside]
    provide: Callable[[str, str], Sequence[Provided]]  # (module, name) -> definitions
    # A file's facts, to follow `module.name` after `import module`; None if they are not kept.
    facts: Callable[[str], tuple[Interface, Body] | None]


def links(members: Iterable[Member]) -> list[LinkRow]:
    """Every use of one member's code by another, sorted."""
    known = sorted(members, key=lambda member: member.name)
    found: set[LinkRow] = set()
    for user in known:
        for provider in known:
            if provider is user or not provider.packages:
                continue
            for row in user.outside:
                if row.package in provider.packages:
                    found.update(_through(user, provider, row))
    return sorted(found)


def _through(user: Member, provider: Member, row: Outside) -> Iterable[LinkRow]:
    for definition in provider.provide(row.module, row.name):
        yield LinkRow(
            user.name, row.src, provider.name, definition.path, definition.symbol, "import", row.line, row.name
        )
    if row.name in ("", "*"):
        yield from _followed(user, provider, row)


def _followed(user: Member, provider: Member, row: Outside) -> Iterable[LinkRow]:
    """What is reached by `alias.name` where the module itself was imported."""
    facts = user.facts(row.src)
    if facts is None:
        return
    interface, body = facts
    aliases = {i.alias for i in interface.imports if (i.module, i.name, i.line) == (row.module, row.name, row.line)}
    for reference in body.references:
        head, dot, rest = reference.text.partition(".")
        if head not in aliases or not dot:
            continue
        # `import a.b` binds `a`: the module's own segments come first.
        spelled = row.module.partition(".")[2] if head == row.module.partition(".")[0] and not row.name else ""
        if spelled:
            if not rest.startswith(spelled + "."):
                continue
            rest = rest[len(spelled) + 1 :]
        name = rest.partition(".")[0]
        for definition in provider.provide(row.module, name):
            if definition.symbol:
                yield LinkRow(
                    user.name, row.src, provider.name, definition.path, definition.symbol, reference.kind,
                    reference.line, name,
                )  # fmt: skip


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
