"""What one node of an ECMAScript tree says: its text as a reader would write it, its name, and what it wraps.

Hides quotes, comments, layout, casts and parentheses, and the kinds of nodes that mean the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from tree_sitter import Node

from plumbrule.extract.sweep import LONGEST_NAME, text

LONGEST_TEXT = 500  # of a type, default or heritage kept as written; what follows is replaced by an ellipsis
_READ = 8 * LONGEST_TEXT  # bytes looked at for it: signatures may nest, and each level would read all below it

FUNCTIONS = frozenset(("arrow_function", "function_expression", "generator_function"))
CLASSES = frozenset(("class",))
NAMED_BY_PLACE = FUNCTIONS | CLASSES  # values that take their name from where they are put

_STRING_OR_COMMENT = re.compile(
    r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)|//[^\n]*|/\*(?:.*?\*/|.*)""", re.DOTALL
)
_DOTTED = re.compile(rb"[\w$]+(?:\.[\w$]+){0,20}")
WRAPPINGS = frozenset(
    ("parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression", "await_expression")
)
_LOGICAL = frozenset(("&&", "||", "??"))


# -- texts --------------------------------------------------------------------------------------------------------


def written(source: bytes, node: Node) -> bytes:
    return source[node.start_byte : node.end_byte]


def one_line(words: str) -> str:
    """On one line, comments left out."""
    if "//" in words or "/*" in words:
        words = _STRING_OR_COMMENT.sub(lambda m: m[1] or " ", words)
    return " ".join(words.split())


def line_of(source: bytes, start: int, end: int) -> str:
    """The text between, on one line, comments left out, cut off where no reader would go on."""
    return _line(source[start : min(end, start + _READ)])


@lru_cache(maxsize=2048)  # most of them are the same few types
def _line(words: bytes) -> str:
    line = one_line(text(words))
    return line if len(line) <= LONGEST_TEXT else line[:LONGEST_TEXT] + "…"


def type_of(source: bytes, node: Node | None) -> str:
    """A type or a default on one line, without its colon; empty if there is none."""
    return "" if node is None else line_of(source, node.start_byte, node.end_byte).removeprefix(":").lstrip()


def name_of(source: bytes, node: Node) -> bytes:
    """A property's name as others use it: quotes taken off."""
    name = source[node.start_byte : node.end_byte]
    if node.type == "string":
        return name[1:-1]
    return b"".join(name.split()) if node.type == "computed_property_name" else name


_MODIFIERS = (b"abstract", b"static", b"async", b"get", b"set", b"wrapped")


def modifiers_of(words: Sequence[bytes], *, is_generator: bool = False) -> str:
    """Those of a definition that says `words` before its name, as facts have them."""
    if not words and not is_generator:
        return ""
    held = [word.decode() for word in _MODIFIERS if word in words]
    if is_generator or any(word.startswith(b"*") or word.endswith(b"*") for word in words):
        held.insert(sum(word in ("abstract", "static", "async") for word in held), "generator")
    return " ".join(held)


def visibility_of(name: bytes, words: Sequence[bytes]) -> str:
    """Of a member with these modifiers; what begins with `#` or `_` is private by custom."""
    if name.startswith((b"#", b"_")) or b"private" in words:
        return "private"
    return "protected" if b"protected" in words else "public"


_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|[\s\S]))")
_CONTINUED = ("\n", "\r\n", "\u2028", "\u2029")  # a line that goes on behind a backslash


def unescaped(content: bytes) -> str:
    """What a string or a template without substitutions, given without its quotes, stands for."""
    words = text(content)
    if "\\" not in words:
        return words
    # Two halves of one character may be written as two escapes.
    return _ESCAPE.sub(_unescape, words).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _unescape(found: re.Match[str]) -> str:
    number = found[1] or found[2] or found[3]
    if number:
        # Control characters stay as they are written: rows are text that people read.
        return chr(min(int(number, 16), 0x10FFFF)) if int(number, 16) >= 0x20 else found[0]
    if found[4] in _CONTINUED:
        return ""
    return found[0] if found[4].isalnum() and found[4] in "bfnrtv0123456789" else found[4]


# -- what a node holds ----------------------------------------------------------------------------------------------


def first(node: Node) -> Node | None:
    return node.named_child(0) if node.named_child_count else None


def unwrapped(node: Node) -> Node:
    """Without parentheses, casts and `await`."""
    while node.type in WRAPPINGS:
        inner = first(node)
        if inner is None or inner.type == "comment":
            return node
        node = inner
    return node


def is_name(value: Node, pattern: Node) -> bool:
    """Whether `const pattern = value` only gives another name to something that has one."""
    if pattern.type != "identifier" or value.type not in ("identifier", "member_expression"):
        return False
    if value.end_byte - value.start_byte > LONGEST_NAME:
        return False
    return _DOTTED.fullmatch(value.text or b"") is not None


def logical_operator(node: Node) -> Node | None:
    """The `&&`, `||` or `??` of a binary expression; None for any other operator."""
    operator = node.child_by_field_name("operator")
    return operator if operator is not None and operator.type in _LOGICAL else None


def logical_inside(node: Node | None) -> Node | None:
    """The logical expression that this is, parentheses taken off; None for anything else and for `open && <Page />`."""
    while node is not None and node.type == "parenthesized_expression":
        node = first(node)
    if node is None or node.type != "binary_expression" or logical_operator(node) is None or is_shown_if(node):
        return None
    return node


def is_shown_if(node: Node) -> bool:
    """Whether this binary expression is `open && <Page />`: how JSX says that something is there or is not."""
    operator = node.child_by_field_name("operator")
    if operator is None or operator.type != "&&":
        return False
    right = node.child_by_field_name("right")
    while right is not None and right.type == "parenthesized_expression":
        right = first(right)
    return right is not None and right.type.startswith("jsx_")


def wrapped_function(call: Node) -> Node | None:
    """The function that `memo(forwardRef(() => ...))` wraps; None for any other expression."""
    for _ in range(5):
        if call.type != "call_expression":
            return None
        arguments = call.child_by_field_name("arguments")
        inner = first(arguments) if arguments is not None else None
        if inner is None:
            return None
        if inner.type in FUNCTIONS:
            return inner
        call = inner
    return None


# -- patterns -------------------------------------------------------------------------------------------------------


def names_bound(pattern: Node) -> Iterator[Node]:
    """The identifiers that a pattern binds, in order."""
    waiting = [pattern]
    while waiting:
        node = waiting.pop()
        kind = node.type
        if kind in ("identifier", "shorthand_property_identifier_pattern"):
            yield node
        elif kind in _BINDING_FIELD:
            inner = node.child_by_field_name(_BINDING_FIELD[kind])
            if inner is not None:
                waiting.append(inner)
        elif kind in ("object_pattern", "array_pattern", "rest_pattern"):
            waiting.extend(reversed(node.named_children))


_BINDING_FIELD = {"pair_pattern": "value", "assignment_pattern": "left", "object_assignment_pattern": "left"}


def keys_bound(source: bytes, pattern: Node) -> Iterator[tuple[str, str]]:
    """(key, local name) of an object pattern; deeper patterns bind nothing that could be followed."""
    for entry in pattern.named_children:
        inner = entry
        if entry.type == "object_assignment_pattern":
            inner = entry.child_by_field_name("left") or entry
        if inner.type == "shorthand_property_identifier_pattern":
            name = text(written(source, inner))
            yield name, name
        elif entry.type == "pair_pattern":
            key, value = entry.child_by_field_name("key"), entry.child_by_field_name("value")
            if key is not None and value is not None:
                yield text(name_of(source, key)), _local_name(source, value)


def _local_name(source: bytes, value: Node) -> str:
    if value.type == "assignment_pattern":
        value = value.child_by_field_name("left") or value
    return text(written(source, value)) if value.type == "identifier" else ""
