"""What references and import rows say of the definitions that were found for them."""

from __future__ import annotations

from plumbrule.facts import Import, Interface, Reference
from plumbrule.languages import Located, Target

_LONGEST_MODULE = 400
_MOST_EARLIER = 500  # import rows in which the first part of a later one is looked for


def seen_as(reference: Reference, name: str) -> tuple[str, str]:
    """How a reference uses the definition `name` that was found for it, and what its calls pass: that may lie around
    what is meant, and who reads what lies inside it looks at it."""
    kind, calls = reference.kind, reference.calls
    if is_all_of(reference.text, name):
        return kind, calls
    return "look" if kind == "read" and name else kind, "*" if kind == "call" else calls


def is_all_of(text: str, name: str) -> bool:
    """Whether the dotted `text` means the definition `name` that was found, and not something inside it."""
    return "." not in text or name.rpartition(".")[2] == text.rpartition(".")[2]


def asked_as(text: str, imported: str, symbol: str) -> str:
    """The name by which a reference asks for a symbol, `imported` ("" = a module) being what the statement asks for:
    the symbol's own, unless it is offered under another. What the file itself calls it is its own affair.
    """
    head, _, rest = text.partition(".")
    own = symbol.rpartition(".")[2]
    # A statement that asks for no name (a module, all, the default) leaves it to the file how to call it.
    # What stands behind a `$` only tells types of one name apart.
    asked = (imported, head, head.partition("$")[0]) if imported in ("", "*", "default") else (imported,)
    if not symbol or own in asked or own in rest.split("."):
        return symbol
    return imported or rest or head


def within(target: Located, name: str) -> str:
    """How the file that a statement leads to names what the statement asks for."""
    if target.called:
        return target.called
    return f"{target.inside}.{name}" if target.inside else name


def asked_for(row: Import, target: Target) -> str:
    """The symbol that a statement asks a file for, "" if that is all of it."""
    if is_whole(row, target):
        return ""
    return (isinstance(target, Located) and target.called) or row.name


def as_in(interface: Interface, symbol: int, name: str) -> str:
    """A name of the file as it is called inside a symbol of it; "" if it is none of those inside."""
    if symbol < 0 or interface.symbols[symbol].kind != "namespace":
        return name
    around = f"{interface.symbols[symbol].name}."
    return name[len(around) :] if name.startswith(around) else ""


def is_whole(row: Import, target: Target) -> bool:
    """Whether the row binds a file as a whole, or all that it offers."""
    if not isinstance(target, Located):
        return row.name in ("", "*")
    return target.is_submodule or (row.name in ("", "*") and not target.called)


def spelt_out(interface: Interface, index: int) -> Import:
    """An import row with what earlier ones call the first part of its module written in full."""
    row = interface.imports[index]
    module = row.module
    for earlier in reversed(interface.imports[max(0, index - _MOST_EARLIER) : index]):
        head, dot, rest = module.partition(".")
        if earlier.alias == head and earlier.symbol in (-1, row.symbol):
            module = f"{earlier.module}.{earlier.name}{dot}{rest}"
    return row if module == row.module or len(module) > _LONGEST_MODULE else row._replace(module=module)
