"""Names that a file has without importing them one by one, and that are gone: of its own package, namespace or module,
or of one that it imports whole.

Hides how that is known where no statement fails: the file still says the name, which led to a definition for certain,
and leads nowhere now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from plumbrule.facts import IMPLICIT, Interface
from plumbrule.graph import FileRows
from plumbrule.languages import everywhere
from plumbrule.measures import Situation

_TYPES = ("class", "interface", "enum", "namespace")


class Gone(NamedTuple):
    """A definition that a file still names."""

    path: str  # of the file that had it
    symbol: str
    line: int  # where it is named first
    certain: bool  # whether one use of it at least can mean nothing that is outside of the repository


def gone_of_spaces(s: Situation, path: str, moved_to: Mapping[str, str]) -> Iterator[Gone]:
    """What the file at `path` names and nothing here defines since the change."""
    before, now = s.before.rows(s.renamed.get(path, path)), s.now.rows(path)
    if before.uses == now.uses:
        return
    gone = _led_before(s, before, moved_to)
    if not gone:
        return
    interface = s.facts.interface(now.file.dialect, now.file.blob)
    if not any(one.flags & IMPLICIT and one.name == "*" for one in interface.imports):
        return
    own = {one.alias for one in interface.imports} | {one.name.partition(".")[0] for one in interface.symbols}
    bound = {(use.line, part) for use in now.uses for part in use.symbol.split(".")}
    is_open = any(one.name == "*" for one in now.externals)
    first: dict[str, tuple[bool, int]] = {}  # a use that must have meant what is gone before others
    for symbol, kind, text, line, _, through in s.facts.body(now.file.dialect, now.file.blob).references:
        head = text.partition(".")[0]
        if head in gone and head not in own and through < 0 and (line, head) not in bound:
            use = is_open or is_given(now.file.language, head, kind, interface, symbol), line
            first[head] = min(use, first.get(head, use))
    for name, (may_be_other, line) in sorted(first.items()):
        yield Gone(gone[name], name, line, not may_be_other)


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


def _led_before(s: Situation, before: FileRows, moved_to: Mapping[str, str]) -> dict[str, str]:
    """By name: the file that had it at its outermost level, for certain, and neither that nor where it is now has."""
    sure = {(edge.dst, edge.line) for edge in before.dependencies if edge.confidence >= 1.0}
    led = {
        (use.symbol.partition(".")[0], use.dst)
        for use in before.uses
        if use.symbol and use.kind != "import" and (use.dst, use.line) in sure
    }
    return {name: path for name, path in sorted(led) if _is_gone(s, path, name, moved_to)}


def _is_gone(s: Situation, path: str, symbol: str, moved_to: Mapping[str, str]) -> bool:
    """Whether what a file promised is defined neither there nor where the file is now."""
    if path not in s.before or path in s.now.skipped:
        return False
    file = s.before.rows(path).file
    home = moved_to.get(path, path)
    if file.is_generated or file.is_test:
        return False
    return home not in s.now or not any(one.symbol == symbol for one in s.now.rows(home).symbols)
