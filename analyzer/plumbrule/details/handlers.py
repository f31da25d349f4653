"""What handlers of exceptions do with what they catch. A language's query captures `@handler`, its `@body`, and
`@untyped` in languages where a handler takes whatever comes.

Hides that languages spell it differently: a handler is read as text, strings and comments apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.details import Kind, Source
from plumbrule.details._places import around

if TYPE_CHECKING:
    from tree_sitter import Node

_LONGEST = 4_000  # bytes of a handler; a longer one does something
# Strings and comments, as what comes first decides; one without an end goes on to where it would have to end at last.
_APART = re.compile(
    r'(?P<string>"""(?:.|\n)*?(?:"""|\Z)|"(?:\\.|[^"\\\n])*"?|\'(?:\\.|[^\'\\\n])*\'?|`(?:\\.|[^`\\])*`?)'
    r"|(?P<comment>/\*(?:.|\n)*?(?:\*/|\Z)|//[^\n]*|(?<![\w$])#(?!\w+[!?]?\()[^\n]*)"
)
_BOUND = re.compile(
    r"\bcase\s+(\w+)\s*(?::|=>|$)|\bcase\b.*\((\w+)\)|"
    r"\bas\s+(\w+)\s*:?\s*$|=>\s*(\w+)\s*$|\blet\s+(\w+)|\(\s*(\w+)\s*:|[\s|&*]\$?(\w+)\s*\)\s*$|^\s*catch\s*\(\s*(\w+)\s*\)"
)
_LEAVES = re.compile(
    r"\b(?:raise|throw|rethrow|panic|fatal|exit|abort|die|reject|fail|goto)\w*!?\b|\bErr\(|\breturn\s+(?:Failure|Left)\b",
    re.IGNORECASE,
)
_WRAPS = re.compile(
    r"^\s*\{?\s*(?:raise|throw)\s+(?:new\s+)?[A-Z][\w.:\\]*\s*\([^;{}]*\)\s*(?:from\s+\w+)?\s*;?\s*\}?\s*$"
)
_LET_GO = re.compile(r"_?(?:ignor|expected|unused|swallow)", re.IGNORECASE)
_NO = re.compile(r"[\s{]*return\s*\(?(?:false|False|null|None|nil)\b", re.IGNORECASE)
_YES = re.compile(r"\breturn\s*\(?(?:true|True)\b", re.IGNORECASE)
_TELLS = re.compile(
    r"(?:\b|_)(?:log|logger|logging|warn|warning|error|debug|info|trace|print|printf|println|puts|echo|report|notify|"
    r"capture|console|emit|alert|toast|stderr|record|on_?error|handle|message|flash|abort|cerr|status|callback|cb|next)"
    r"\w*\s*[.(!:]|\b(?:log|logger|console|Log)\b|(?:log|warn|error|report|print|handle|notify|capture)\w*\s*\(|<<",
    re.IGNORECASE,
)


class Handling(NamedTuple):
    symbol: int  # index of the symbol around it, -1 at module level
    line: int
    caught: str  # what it says of what it catches, on one line; "" = everything
    untyped: bool  # the language, not who wrote it, lets it catch everything
    empty: bool  # there is nothing in it, or a statement that does nothing
    explained: bool  # a comment stands in it, or what it catches is called ignored
    used: bool  # it speaks of what it caught
    leaves: bool  # by another exception, or an end of all
    tells: bool  # somebody hears of it: a log, a report, a message
    wraps: bool  # all it does is to throw another exception instead
    inside: bool  # in another handler, where another fault is on its way already
    asks: bool  # what is tried is a question, and a fault is the answer no


def read(source: Source) -> Iterator[Handling]:
    symbols_at = around(source.interface)
    behind = 0  # the handler around ends there
    found: dict[int, Mapping[str, Sequence[Node]]] = {}  # by its first byte; one with a body may match without it, too
    for match in source.matches:
        if "body" in match or match["handler"][0].start_byte not in found:
            found[match["handler"][0].start_byte] = match
    for _, match in sorted(found.items()):
        node = match["handler"][0]
        inside, behind = node.start_byte < behind, max(behind, node.end_byte)
        untyped = "untyped" in match
        bodies = match.get("body", ())
        start = bodies[0].start_byte if bodies else node.end_byte
        end = max([node.end_byte, *(body.end_byte for body in bodies)])
        line = node.start_point.row + 1
        head = source.data[node.start_byte : min(start, node.start_byte + 500)].decode("utf-8", "replace")
        caught = " ".join(_APART.sub(_bare, head.partition("\n")[0]).split())[:120]
        symbol = symbols_at(line)
        if end - start > _LONGEST:
            yield Handling(symbol, line, caught, untyped, False, False, True, True, True, False, inside, False)
            continue
        written = source.data[start:end].decode("utf-8", "replace")
        tried = source.data[max(0, node.start_byte - 600) : node.start_byte].decode("utf-8", "replace")
        code = _APART.sub(_bare, written)
        names = [name for found in _BOUND.finditer(head.rstrip(" {:\n")) for name in found.groups() if name]
        used = any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", written) for name in names if name not in ("_", "e_"))
        yield Handling(
            symbol, line, caught, untyped, _is_empty(code), _is_explained(head, written, names), used or "$!" in code,
            _LEAVES.search(code) is not None, _TELLS.search(code) is not None, _WRAPS.match(code) is not None,
            inside, _NO.match(code) is not None and _YES.search(tried) is not None,
        )  # fmt: skip


def _bare(part: re.Match[str]) -> str:
    return '""' if part.lastgroup == "string" else " "


def _is_explained(head: str, body: str, names: Sequence[str]) -> bool:
    """Whether a comment says why, on its first line, too, or the name of what is caught that it is let go."""
    commented = any(part.lastgroup == "comment" for text in (head, body) for part in _APART.finditer(text))
    return commented or any(_LET_GO.match(name) for name in names)


def _is_empty(code: str) -> bool:
    return re.fullmatch(r"[\s{};:]*(?:pass|continue|\.\.\.|then|do)?[\s{};]*", code) is not None


KIND = Kind("handlers", Handling, read)
