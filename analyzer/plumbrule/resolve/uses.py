"""What a reference says of the definition that was found for it, which may lie around what is meant."""

from __future__ import annotations

from plumbrule.facts import Reference


def seen_as(reference: Reference, name: str) -> tuple[str, str]:
    """How a reference uses the definition `name` that was found for it, and what its calls pass: that may lie around
    what is meant, and who reads what lies inside it looks at it."""
    kind, calls = reference.kind, reference.calls
    if _is_all_of(reference.text, name):
        return kind, calls
    return "look" if kind == "read" and name else kind, calls and "*"


def _is_all_of(text: str, name: str) -> bool:
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
