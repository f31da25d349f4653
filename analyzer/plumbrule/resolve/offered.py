"""Which of the names that a file offers may lead elsewhere after it changed."""

from __future__ import annotations

from plumbrule.facts import REQUIRED, Import, Interface


def moved_names(before: Interface, now: Interface) -> set[str] | None:
    """The names whose lookup in a file can give another answer; None if that may be any name."""
    old, new = _offer(before), _offer(now)
    if old["*"] != new["*"]:
        return None
    return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}


def _offer(interface: Interface) -> dict[str, list[tuple[object, ...]]]:
    """By name, everything a lookup in this interface can see; under "*" what concerns every name."""
    offer: dict[str, list[tuple[object, ...]]] = {
        "*": [(interface.has_all, bool(interface.errors), [name for name, _, _ in interface.spaces])]
    }
    for symbol in interface.symbols:
        offer.setdefault(symbol.name, []).append(("symbol", symbol.exported, symbol.has("replaced")))
    for row in interface.imports:
        if row.symbol >= 0:
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


def _asks(row: Import) -> tuple[object, ...]:
    return (*row[:4], row.flags & REQUIRED)
