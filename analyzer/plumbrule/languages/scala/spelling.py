"""How Scala spells what an import brings, and what the compiler calls that which is given without a name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tree_sitter import Node

_WORD = rb"[A-Za-z_$\x80-\xff][\w$\x80-\xff]*"
_NAME = rb"(?:" + _WORD + rb"|`[^`\n]+`)"
_SELECTED = re.compile(rb"(" + _NAME + rb"|\*)(?:\s*(?:=>|\bas\b)\s*(" + _NAME + rb"))?")
_WILDCARDS = (b"_", b"*", b"given")
_ALL = (b"*", b"")  # name and alias
_MOST_NODES = 500  # of a type that something is named after
_LAST_COUNTS = ("stable_type_identifier", "projected_type")


def words_of_types(types: Iterable[Node], source: bytes) -> Iterator[bytes]:
    """The words of these types in what the compiler calls what is given without a name: how each is called, and what
    its arguments are, those of tuples in their place."""
    waiting: list[tuple[Node | bytes, bool]] = [(one, True) for one in types]
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        one, is_outer = waiting.pop(0)
        if isinstance(one, bytes):
            yield one
        elif one.type == "type_identifier":
            yield source[one.start_byte : one.end_byte].strip(b"`")
        else:
            waiting[:0] = _parts_of(one, is_outer=is_outer)


def _parts_of(said: Node, *, is_outer: bool) -> list[tuple[Node | bytes, bool]]:
    """What a type is named after, in order; whether that is the outermost one, whose arguments count."""
    inner = [child for child in said.named_children if child.type not in ("comment", "block_comment")]
    if said.type == "function_type":
        if not is_outer or len(inner) < 2:
            return [(b"Function", False)]
        return [*((given, False) for given in inner[0].named_children), (b"to", False), (inner[-1], False)]
    if said.type == "generic_type" and inner:
        arguments = inner[-1].named_children if is_outer and inner[-1].type == "type_arguments" else ()
        return [(inner[0], False), *((argument, False) for argument in arguments)]
    if said.type in ("tuple_type", "compound_type"):
        return [(child, is_outer) for child in inner]
    return [(child, is_outer) for child in inner[-1 if said.type in _LAST_COUNTS else 0 :][:1]]


def selected(written: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """(path, name, alias) of each name that an import statement brings; the name "*" for all, no alias for none."""
    for one in _parted(written):
        head, brace, inner = one.partition(b"{")
        if brace:
            path = _unquoted(head.strip().rstrip(b".").strip())
            for selector in _parted(inner.rpartition(b"}")[0]):
                brought = _ALL if selector.startswith(b"given ") else _brought_by(selector)
                if brought is not None:
                    yield path, brought[0], brought[1]
            continue
        path, _, last = one.rpartition(b".")
        if path or last in _WILDCARDS:
            plain = last.strip().strip(b"`")
            name, alias = _brought_by(last.strip()) or (plain, plain)
            yield _unquoted(path), name, alias


def _brought_by(selector: bytes) -> tuple[bytes, bytes] | None:
    """(name, alias) of what one selector of an import brings; None if it is written as none is."""
    if selector in _WILDCARDS:
        return _ALL
    found = _SELECTED.fullmatch(selector)
    if found is None:
        return None
    alias = found[2] or found[1]
    return found[1].strip(b"`"), b"" if alias == b"_" else alias.strip(b"`")


def _unquoted(path: bytes) -> bytes:
    return path.replace(b"`", b"").replace(b" ", b"").removeprefix(b"_root_.")


def _parted(written: bytes) -> Iterator[bytes]:
    """What commas outside of braces part."""
    depth = at = 0
    for place in range(len(written)):
        sign = written[place : place + 1]
        if sign == b"{":
            depth += 1
        elif sign == b"}":
            depth -= 1
        elif sign == b"," and depth == 0:
            yield written[at:place].strip()
            at = place + 1
    if rest := written[at:].strip():
        yield rest
