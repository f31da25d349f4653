"""The figures of depth for one file (research: measures 2.1 and 2.2); hides what counts as shown and what as hidden.

Shown is what others have to read: the named tokens of public declarations. Hidden is what they need not: the named
tokens of all bodies that do not only pass on, those of functions inside counted once, with the function around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from math import log2

from plumbrule.graph import FileRows, FunctionRow, SymbolRow

FAULT = re.compile(r"(Error|Exception|Warning)\b")
EMPTY_BODY = 2  # named leaf tokens of `...`, `pass` and `raise NotImplementedError`
VALUES = ("variable", "constant")
_NAME = re.compile(r"[A-Za-z_$][\w$.]*")
_CALLABLE = ("function", "method", "property")


def is_public(symbol: SymbolRow, known: Mapping[str, SymbolRow]) -> bool:
    """Public and importable, with everything around it, and no local of a function."""
    name = symbol.symbol
    if symbol.visibility != "public":
        return False
    while "." in name:
        name = name.rpartition(".")[0]
        outer = known.get(name)
        if outer is None or outer.visibility != "public" or outer.kind in _CALLABLE:
            return False
    return known[name].exported if name in known else symbol.exported


def is_inner(name: str, known: Mapping[str, SymbolRow]) -> bool:
    """Defined inside a function, whose own tokens hold it already."""
    outer = known.get(name.rpartition(".")[0])
    return outer is not None and outer.kind in _CALLABLE


def declared(symbol: SymbolRow) -> int:
    """Named leaf tokens of a declaration that is no function; a variable counts as its name."""
    if symbol.kind in _CALLABLE:
        return 0
    return 1 if symbol.kind in VALUES else 1 + len(_NAME.findall(symbol.signature))


def hidden(rows: FileRows, public: Iterable[FunctionRow], known: Mapping[str, SymbolRow]) -> int:
    """F: named tokens of the bodies in a file, without public functions that only pass on."""
    shown = {function.symbol for function in public}
    return sum(
        f.tokens for f in rows.functions if not (f.forwards and f.symbol in shown) and not is_inner(f.symbol, known)
    )


def shown(rows: FileRows, public: Iterable[FunctionRow], known: Mapping[str, SymbolRow]) -> int:
    """I: named tokens of a file's public declarations."""
    return sum(f.interface_tokens for f in public) + sum(declared(s) for s in rows.symbols if is_public(s, known))


def depth(hidden: int, shown: int) -> float:
    """log2((1 + F) / (1 + I)): below 0 there is more to learn than is hidden."""
    return log2((1 + hidden) / (1 + shown))


def declares_faults(classes: Sequence[SymbolRow]) -> bool:
    """Whether at least half of some classes are errors that are raised."""
    named = sum(FAULT.search(f"{one.symbol} {one.signature}") is not None for one in classes)
    return bool(classes) and 2 * named >= len(classes)
