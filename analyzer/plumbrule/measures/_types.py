"""What a type takes of what another one stands for, as far as the text of both tells.

Hides how unions, literals and built-in types are written. A name may stand for anything: nothing follows from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum

_ANYTHING = frozenset({"any", "unknown", "Any", "object", "Object", "{}"})
_NOTHING = frozenset({"None", "null", "undefined", "void"})
# Types that stand for no other, by what they are called; none of them takes anything of another kind.
_BUILT_IN = frozenset("string number boolean bigint symbol str bytes int float complex bool".split())  # noqa: SIM905
_WIDER = {"bool": ("int", "float", "complex"), "int": ("float", "complex"), "float": ("complex",)}
_GATHERED = re.compile(r"(?:typing\.|t\.)?(Optional|Union|Literal)\[(.*)\]")
_LITERAL = re.compile(r"(?P<text>['\"`].*['\"`])|(?P<number>-?\d[\w.]*)|(?P<truth>[Tt]rue|[Ff]alse)", re.DOTALL)
_OF_LITERALS = {"text": ("string", "str"), "number": ("number", "int"), "truth": ("boolean", "bool")}
_LIST = re.compile(r"readonly .*|\[.*\]|(?:Readonly)?Array<.*>|.*\[\]", re.DOTALL)
_COLLECTION = re.compile(r"(list|dict|set|frozenset|tuple)(?:\[.*\])?", re.DOTALL)


class Taking(IntEnum):
    """How sure it is that something is taken."""

    NO = 0
    UNKNOWN = 1
    YES = 2


def union(written: str) -> frozenset[str]:
    """The types of which one has to be met."""
    gathered = _GATHERED.fullmatch(written)
    if gathered is not None:
        members = frozenset(_split(gathered[2], ","))
        if gathered[1] != "Literal":
            members = frozenset(member for one in members for member in union(one))
        return members | {"None"} if gathered[1] == "Optional" else members
    parts = [part for part in _split(written, "|") if part]
    if len(parts) == 1 and (inner := _inside(parts[0])):
        return union(inner)
    return frozenset(parts)


def _split(written: str, separator: str) -> Iterator[str]:
    """The parts between separators outside brackets and quotes; what a function returns reaches to the end."""
    depth, start, quote = 0, 0, ""
    for at, char in enumerate(written):
        if quote or char in "'\"`":
            quote = quote if quote and char != quote else "" if quote else char
        elif char == ">" and written[at - 1] == "=":
            if not depth:
                break
        else:
            depth += (char in "([{<") - (char in ")]}>")
            if char == separator and depth == 0:
                yield written[start:at].strip()
                start = at + 1
    yield written[start:].strip()


def _inside(written: str) -> str:
    """What parentheses around all of it hold; empty if there are none."""
    if not (written.startswith("(") and written.endswith(")")):
        return ""
    depth = 0
    for at, char in enumerate(written):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return written[1:-1].strip() if at == len(written) - 1 else ""
    return ""


def takes(wanted: str, given: str) -> Taking:
    """Whether a type takes all values of one member of a union; what has no type takes everything."""
    members = union(wanted)
    if not members or not given or given in members or given in _ANYTHING | _NOTHING or members & _ANYTHING:
        return Taking.YES
    literal = _LITERAL.fullmatch(given)
    kinds = _OF_LITERALS[literal.lastgroup or ""] if literal is not None else _WIDER.get(given, ())
    if not members.isdisjoint(kinds):
        return Taking.YES
    if given in ("boolean", "bool") and {"true", "false"} <= {member.lower() for member in members}:
        return Taking.YES
    kind = _kind(given)
    return Taking.NO if kind and all(_is_apart(member, kind) for member in members) else Taking.UNKNOWN


def _kind(member: str) -> str:
    """What a type is for certain; empty if it may be anything."""
    if member in _BUILT_IN:
        return member
    if _LITERAL.fullmatch(member):
        return "literal"
    if (collection := _COLLECTION.fullmatch(member)) is not None:
        return collection[1]
    if member.startswith(("(", "<", "new ")) and "=>" in member:
        return "function"
    return "list of" if _LIST.fullmatch(member) else ""


def _is_apart(member: str, kind: str) -> bool:
    """Whether nothing of this kind is of a type, unless it is one of the literals that the type names."""
    if member in _NOTHING:
        return True
    known = _kind(member)
    return bool(known) and (known != kind or kind == "literal")
