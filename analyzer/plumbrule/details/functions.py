"""What functions say of themselves and how they end: documentation, parameters that it names, kinds of values returned.

A language's query captures `@function` with its `@name`; `@doc`, a string that documents what is around it; `@lambda`,
a function without a name; `@return`, or `@leave` in languages where the last expression counts without a word;
`@yield`; and `@assigned`, what an assignment puts a value into.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.details import Kind, Source, query_of
from plumbrule.details._documents import above, inside, named, own_words
from plumbrule.details._places import Places, Spans
from plumbrule.facts import VARIADIC, Parameter

if TYPE_CHECKING:
    from tree_sitter import Node

_PROMISING = re.compile(r"^[_$]*(?:is|has|can|get|set|Is|Has|Can|Get|Set)(?![a-z])|_?[aA]sync$")
_LONGEST = 600  # bytes of a value whose kind is asked
_LONGEST_DOC = 300  # lines
_LONGEST_LINE = 400
_OWN = re.compile(r"^(?:self|this|cls|\$this)\b|^@")
_OWN_MEMBER = re.compile(r"^(?:(?:self|this|cls|\$this)\s*(?:\.|->|\?\.)\s*|@)#?(\w+)$")
_VALUES: Sequence[tuple[str, re.Pattern[str]]] = (
    ("bool", re.compile(r"^(?:true|false|True|False|TRUE|FALSE|YES|NO)$|^!(?!=)|^not\b")),
    ("none", re.compile(r"^(?:None|null|NULL|nil|undefined|nullptr|void 0)$")),
    ("number", re.compile(r"^-?\d[\w.]*$")),
    ("text", re.compile(r"^[rRuUbBfF]{0,2}(?:\"|')|^`")),
    ("collection", re.compile(r"^(?:\[|\{|(?:dict|list|set|tuple|array)\()")),
    ("made", re.compile(r"^new\s")),
)
_COMPARED = re.compile(r"^(?:[=!]==?|[<>]=?|in|not in|is|is not|instanceof|=~|!~)$")
_COMPARING = ("comparison_operator", "binary_expression", "relational_expression", "equality_expression")


class Conduct(NamedTuple):
    symbol: int  # index of the function
    line: int  # that of its name
    documented: int  # words that its documentation has beside tags and types; 0 = it has none, or says nothing
    stale: list[str]  # parameters that the documentation names and that are nowhere in the function
    # Of functions whose name promises something (`_PROMISING`): kinds of values that they return, sorted (bool none
    # number text collection made own nothing unknown); members of their own object that they set and do not return,
    # sorted; whether they yield.
    returned: list[str]
    changed: list[str]
    yields: bool


def read(source: Source) -> Iterator[Conduct]:
    functions, inner, parts = _sorted_out(source)
    own = {(one.node.start_byte, one.node.end_byte) for one in functions}
    spans = Spans(
        [(one.node.start_byte, one.node.end_byte, at) for at, one in enumerate(functions)]
        + [(node.start_byte, node.end_byte, -1) for node in inner if (node.start_byte, node.end_byte) not in own]
    )
    inside_: dict[int, list[tuple[str, Node]]] = {}
    for capture, node in parts:
        if (at := spans.around(node.start_byte)) >= 0:
            inside_.setdefault(at, []).append((capture, node))
    parameters: dict[int, list[Parameter]] = {}
    for one in (*source.interface.parameters, *_overloaded(source)):
        parameters.setdefault(one.symbol, []).append(one)
    lines = source.data.splitlines()
    for at, function in enumerate(functions):
        yield _conduct(source, function, inside_.get(at, ()), lines, parameters.get(function.symbol, ()))


class _Function(NamedTuple):
    node: Node
    symbol: int
    line: int  # that of its name


def _sorted_out(source: Source) -> tuple[list[_Function], list[Node], list[tuple[str, Node]]]:
    """Functions that have a symbol, functions without a name, and all other captures."""
    places = Places(source.interface)
    found: dict[int, _Function] = {}  # by node
    inner: list[Node] = []
    parts: list[tuple[str, Node]] = []
    for match in source.matches:
        if "function" in match and "name" in match:
            node, name = match["function"][0], match["name"][0]
            line = name.start_point.row + 1
            symbol = places.called(_text(source, name), line)
            if symbol >= 0:
                found[node.id] = _Function(node, symbol, line)
        elif "lambda" in match:
            inner += match["lambda"]
        else:
            parts += [(capture, node) for capture, nodes in match.items() for node in nodes]
    return list(found.values()), inner, parts


def _overloaded(source: Source) -> Iterable[Parameter]:
    """The parameters of every overload as those of its function."""
    overloads = source.interface.overloads
    return [one._replace(symbol=overloads[one.symbol].symbol) for one in source.interface.overload_parameters]


def _conduct(
    source: Source,
    function: _Function,
    parts: Sequence[tuple[str, Node]],
    lines: Sequence[bytes],
    parameters: Sequence[Parameter],
) -> Conduct:
    node, symbol, line = function
    docs = [one for capture, one in parts if capture == "doc"]
    tagged = not docs
    text = inside(_text(source, docs[0])) if docs else above(lines, node.start_point.row + 1)
    text = [one[:_LONGEST_LINE] for one in text[:_LONGEST_DOC]]
    name = source.interface.symbols[symbol].name.rpartition(".")[2]
    words = len(own_words(text).split()) if text else 0
    stale = _stale(source, node, docs, parameters, named(text, tagged=tagged)) if text else []
    if _PROMISING.search(name) is None:
        return Conduct(symbol, line, words, stale, [], [], False)
    returns = [one for capture, one in parts if capture in ("return", "leave")]
    values = [value for one in returns if (value := _value(one)) is not None]
    kinds = {_kind(source, value) for value in values}
    if len(values) < len(returns):
        kinds.add("nothing")
    body = node.child_by_field_name("body")
    is_expression = body is not None and node.type == "arrow_function" and body.type != "statement_block"
    if is_expression and body is not None:
        values, kinds = [body], {_kind(source, body)}
    elif not returns and body is not None and "@return" in query_of(KIND.name, source.language.dialect):
        kinds.add("nothing")
    yields = any(capture == "yield" for capture, _ in parts)
    return Conduct(symbol, line, words, stale, sorted(kinds), _changed(source, parts, values), yields)


def _text(source: Source, node: Node) -> str:
    return source.data[node.start_byte : node.end_byte].decode("utf-8", "replace")


def _value(statement: Node) -> Node | None:
    """What a statement returns."""
    for child in statement.named_children:
        if "comment" not in child.type and child.type != "label":
            return child
    return None


def _kind(source: Source, value: Node) -> str:
    while (
        value.type in ("parenthesized_expression", "argument_list", "expression_list") and value.named_child_count == 1
    ):
        value = value.named_children[0]
    if value.end_byte - value.start_byte <= _LONGEST:
        text = _text(source, value)
        for kind, pattern in _VALUES:
            if pattern.search(text) and not (kind in ("text", "collection") and _is_compound(value)):
                return kind
        if _OWN.fullmatch(text):
            return "own"
    if value.type in _COMPARING and any(_COMPARED.match(_text(source, c)) for c in value.children if not c.is_named):
        return "bool"
    return "unknown"


def _is_compound(value: Node) -> bool:
    """Whether what begins like a literal is more than that: `[1, 2].length`, `"a" in names`."""
    return not any(
        word in value.type for word in ("string", "template", "list", "dict", "array", "object", "set", "tuple")
    ) or ("comprehension" not in value.type and "expression" in value.type)


def _changed(source: Source, parts: Sequence[tuple[str, Node]], values: Sequence[Node]) -> list[str]:
    """Members of its own object that a function sets; not those that it returns or speaks of before it sets them."""
    found: dict[str, int] = {}
    for capture, node in parts:
        if capture == "assigned" and (member := _OWN_MEMBER.match(_text(source, node))) is not None:
            found.setdefault(member[1], node.start_byte)
    if not found:
        return []
    told = " ".join(_text(source, value) for value in values if value.end_byte - value.start_byte <= _LONGEST)
    return sorted(name for name in found if not re.search(rf"\b{re.escape(name)}\b", told))


def _stale(
    source: Source, node: Node, docs: Sequence[Node], parameters: Sequence[Parameter], names: Sequence[str]
) -> list[str]:
    """The documented parameters that neither the head of a function nor its body knows: no destructured, passed on or
    inner one."""
    known = {one.name.lstrip("*&$.") for one in parameters}
    missing = [name for name in names if name.lstrip("$") not in known]
    if not missing or any(one.kind in VARIADIC or one.kind == "property" or not one.name for one in parameters):
        return []
    if any("{" in one.name or "[" in one.name for one in parameters):
        return []
    code = source.data[node.start_byte : node.end_byte]
    for doc in docs:
        start = doc.start_byte - node.start_byte
        code = code[:start] + b" " * (doc.end_byte - doc.start_byte) + code[start + doc.end_byte - doc.start_byte :]
    text = code.decode("utf-8", "replace")
    if not any(one.name.startswith("$") for one in parameters):
        missing = [name.lstrip("$") for name in missing]  # PHP: its facts have the names without the sign
    return [name for name in missing if not re.search(rf"(?<![\w$]){re.escape(name)}(?!\w)", text)]


KIND = Kind("functions", Conduct, read)
