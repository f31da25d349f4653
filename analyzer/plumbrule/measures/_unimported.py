"""Names that a file has without importing them one by one, and that are gone: of its own package, namespace or module,
or of one that it imports whole.

Hides how that is known where no statement fails: the file still says the name, which led to a definition for certain,
and leads nowhere now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from plumbrule.facts import IMPLICIT, RECEIVED, Interface, Reference
from plumbrule.graph import FileRows, Graph
from plumbrule.languages import everywhere
from plumbrule.measures import Situation

_TYPES = ("class", "interface", "enum", "namespace")


class Gone(NamedTuple):
    """A definition that a file still names."""

    path: str  # of the file that had it
    symbol: str
    line: int  # where it is named first
    certain: bool  # whether one use of it at least can mean nothing that is outside of the repository


class Losses:
    """What files had at their outermost level and the change took from them, so that it is not where they are now."""

    def __init__(self, s: Situation, moved_to: Mapping[str, str]) -> None:
        self._s, self._moved_to = s, moved_to

    def has(self, path: str, symbol: str) -> bool:
        """Whether what a file promised is defined neither there nor where the file is now."""
        s, home = self._s, self._moved_to.get(path, path)
        if path not in s.before or path in s.now.skipped:
            return False
        file = s.before.rows(path).file
        return not file.is_generated and not file.is_test and symbol not in _outermost(s.now, home)

    def of_several(self, symbol: str) -> bool:
        """Whether more files than one lost it."""
        return self._files[symbol] > 1

    @cached_property
    def _files(self) -> Counter[str]:
        """How many files lost a name."""
        s, found = self._s, Counter[str]()
        for path in s.changed:
            if path not in s.now.skipped:
                found.update(_outermost(s.before, path) - _outermost(s.now, self._moved_to.get(path, path)))
        return found


def _outermost(graph: Graph, path: str) -> set[str]:
    """The names that a file defines outside of all others."""
    return {one.symbol for one in graph.rows(path).symbols if "." not in one.symbol} if path in graph else set()


def gone_of_spaces(s: Situation, path: str, losses: Losses) -> Iterator[Gone]:
    """What the file at `path` names and nothing here defines since the change."""
    before, now = s.before.rows(s.renamed.get(path, path)), s.now.rows(path)
    if before.uses == now.uses:
        return
    interface = s.facts.interface(now.file.dialect, now.file.blob)
    if not any(one.flags & IMPLICIT and one.name == "*" for one in interface.imports):
        return  # every name is imported one by one; known without a look at what the others define
    gone = _led_before(s, before, losses)
    if not gone:
        return
    own = {one.alias for one in interface.imports} | {one.name.partition(".")[0] for one in interface.symbols}
    bound = {(use.line, part) for use in now.uses for part in use.symbol.split(".")}
    is_open = any(one.name == "*" for one in now.externals)
    in_full = _named_in_full(s, before, gone)
    first: dict[str, tuple[bool, int]] = {}  # a use that must have meant what is gone before others
    for one in s.facts.body(now.file.dialect, now.file.blob).references:
        head = one.text.partition(".")[0]
        if head in gone and head not in own and one.through < 0:
            name, may_be_other = head, is_open or is_given(now.file.language, head, one.kind, interface, one.symbol)
        else:
            whole = _in_full(interface, one)
            name = next((in_full[part] for part in _starts(whole) if part in in_full), "")
            may_be_other = False
            if not name or whole.partition(".")[0] in own or _is_declared(s, now, interface, one):
                continue
        if (one.line, name) not in bound:
            use = may_be_other, one.line
            first[name] = min(use, first.get(name, use))
    for name, (may_be_other, line) in sorted(first.items()):
        yield Gone(gone[name], name, line, not may_be_other)


def _named_in_full(s: Situation, before: FileRows, gone: Collection[str]) -> dict[str, str]:
    """Which of these names a dotted text stands for that a file had, by that text: `org.acme.Gone`."""
    interface = s.facts.interface(before.file.dialect, before.file.blob)
    references = s.facts.body(before.file.dialect, before.file.blob).references
    plain = {(one.line, one.text.partition(".")[0]) for one in references if one.through < 0}
    led: dict[int, list[str]] = {}  # by line
    for use in before.uses:
        name = use.symbol.partition(".")[0]
        if name in gone and (use.line, name) not in plain:
            led.setdefault(use.line, []).append(use.symbol)
    found = {}
    for one in references if led else ():
        whole = _in_full(interface, one) + "."
        for symbol in led.get(one.line, ()):
            around, behind, _ = whole.partition(f".{symbol}.")
            if behind:
                name = symbol.partition(".")[0]
                found[f"{around}.{name}"] = name
    return found


def _in_full(interface: Interface, reference: Reference) -> str:
    """A name that code uses, with the package before it by which alone it is known."""
    if reference.through < 0:
        return reference.text
    row = interface.imports[reference.through]
    is_written = row.flags & IMPLICIT and not row.level and not row.alias and row.name not in ("", "*")
    return f"{row.module}.{reference.text}" if is_written and not row.flags & RECEIVED else ""


def _starts(text: str) -> Iterator[str]:
    """What a dotted text begins with, of two parts or more, all of it included."""
    parts = text.split(".")
    return (".".join(parts[:count]) for count in range(2, len(parts) + 1))


def _is_declared(s: Situation, now: FileRows, interface: Interface, reference: Reference) -> bool:
    """Whether the name leads into a package that the change declares."""
    row = interface.imports[reference.through] if reference.through >= 0 else None
    return row is not None and any(
        (one.module, one.name) == (row.module, row.name) and s.declared(one.package) for one in now.externals
    )


def is_given(language: str, name: str, kind: str, interface: Interface, symbol: int) -> bool:
    """Whether a plain name that a symbol of a file uses may be what the language's own libraries give to every file."""
    names = everywhere(language)
    if name in names:
        return True
    if f".{name}" not in names:
        return False
    symbols = interface.symbols
    while symbol >= 0 and symbols[symbol].kind not in _TYPES:
        symbol = symbols[symbol].parent
    # A type has a value of it around its text. Calls alone are known not to stand in a lambda that is given another.
    return symbol >= 0 or kind != "call"


def _led_before(s: Situation, before: FileRows, losses: Losses) -> dict[str, str]:
    """By name: the file that had it at its outermost level, and neither that nor where it is now has.

    What leads to one of several files without telling to which is left out, unless the change took it from another one
    as well: then none is left, or what is left is led to now.
    """
    interface = s.facts.interface(before.file.dialect, before.file.blob)
    doubtful = *interface.errors, *interface.guessed
    sure = {(edge.dst, edge.line) for edge in before.dependencies if edge.confidence >= 1.0}
    led: dict[tuple[str, str], bool] = {}
    for use in before.uses:
        if use.symbol and use.kind != "import":
            key, is_sure = (use.symbol.partition(".")[0], use.dst), (use.dst, use.line) in sure
            if is_sure or not any(first <= use.line <= last for first, last in doubtful):
                led[key] = is_sure or led.get(key, False)
    s.before.prefetch({path for _, path in led})
    return {
        name: path
        for (name, path), is_sure in sorted(led.items())
        if losses.has(path, name) and (is_sure or losses.of_several(name))
    }
