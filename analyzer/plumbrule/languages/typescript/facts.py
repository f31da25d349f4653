"""What one ECMAScript file says, typed or not, JSX or not.

Hides which definitions there are and who can see them: functions that get their name from where they are put,
overloads, members, ambient declarations. Module syntax lies in modules.py, signatures in signatures.py, judgements of
what code amounts to in figures.py.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import ClassVar

from tree_sitter import Node, Query, Tree

from plumbrule.extract.hiding import Span
from plumbrule.extract.looks import Asking
from plumbrule.extract.sweep import LONGEST_NAME, Flow, require_text, text
from plumbrule.facts import TYPE_ONLY, Facts, Overload, Parameter
from plumbrule.languages.typescript import scopes
from plumbrule.languages.typescript.figures import DOTTED_CALLEE, is_built, is_silent, passed_on
from plumbrule.languages.typescript.modules import Claim, ModuleSweep, claim
from plumbrule.languages.typescript.nodes import (
    FUNCTIONS,
    LONGEST_TEXT,
    NAMED_BY_PLACE,
    WRAPPINGS,
    first,
    is_name,
    is_shown_if,
    line_of,
    logical_inside,
    logical_operator,
    modifiers_of,
    name_of,
    names_bound,
    type_of,
    unwrapped,
    visibility_of,
    wrapped_function,
    written,
)
from plumbrule.languages.typescript.objects import MOST_OBJECTS, Member, literal_in, may_gain_members, members_of
from plumbrule.languages.typescript.signatures import parameters_of, signature_of

_AT = ord("@")
_BOM = b"\xef\xbb\xbf"
_UNUSUAL_CALLEES = (b"(", b"require", b"define")
_COLON = re.compile(rb"\s*\??:")
_OPENED = re.compile(rb"[{,]\s*\Z")
_TELLING = re.compile(rb"[_\-./:%]|[a-z][A-Z]")

_NAMELESS = FUNCTIONS | {"method_definition"}
_HERITAGE = frozenset(("extends_clause", "extends_type_clause", "implements_clause"))
_TYPE_NAMES = frozenset(("type_identifier", "nested_type_identifier"))
_GENERATORS = frozenset(("generator_function_declaration", "generator_function"))
_HAVE_METHODS = frozenset(("class",))
_HAVE_MEMBERS = frozenset(("class", "interface", "type"))
_TYPES = frozenset(("type", "interface"))  # they share names with values
_HIDING = frozenset(("function", "method", "namespace"))  # what is inside cannot be reached by importing them
_MAKE_PROPERTIES = frozenset((b"public", b"private", b"protected", b"readonly"))
_DECISION = Flow(cyclomatic=1)
_BRANCH = Flow(cyclomatic=1, scaled=True, nests=True)
_SWITCH = Flow(scaled=True, nests=True)
_SHIFT = Flow(shifts=True)


def extract(source: bytes, tree: Tree, query: Query) -> Facts:
    """Facts of a source file; ValueError with a plain reason if the bytes are no text."""
    require_text(source)
    return swept(lambda: EcmaScriptSweep(source, 0), tree, query)


def extract_declarations(source: bytes, tree: Tree, query: Query) -> Facts:
    """Facts of a `.d.ts` file: all its imports vanish at run time, and what it declares it offers."""
    require_text(source)
    return swept(lambda: EcmaScriptSweep(source, TYPE_ONLY), tree, query)


def swept(begin: Callable[[], EcmaScriptSweep], tree: Tree, query: Query) -> Facts:
    """The facts that a pass makes of one file, which `begin` starts: once, or again where it has learnt of members."""
    sweep = begin()
    facts = sweep.run(tree, query)
    if not any(member.function is not None for members in sweep.listed.values() for member in members):
        return facts
    # Which objects list all they offer is known at the end: only then can functions in them be told from callbacks.
    again = begin()
    again.listed = sweep.listed
    return again.run(tree, query)


class EcmaScriptSweep(ModuleSweep):
    """One pass over one file: its definitions, what they refer to, and what each statement counts for."""

    FLOWS: ClassVar[Mapping[str, Flow]] = {
        "else": Flow(cognitive=1, chains=True),
        "case": _DECISION,
        "catch": _BRANCH,
        "ternary": _BRANCH,
        "jump": Flow(cognitive=1),
        "default": _DECISION,  # whether an argument was given is asked (as ESLint and lizard count it)
    }
    KEYWORDS: ClassVar[frozenset[bytes]] = frozenset(
        b"abstract as async await break case catch class const continue debugger declare default delete do else enum "
        b"export extends finally for from function get if implements import in instanceof interface is keyof let "
        b"namespace new of override private protected public readonly return satisfies set static switch throw try "
        b"type typeof var void while with yield".split()
    )
    ODD_ARGUMENTS: ClassVar[frozenset[bytes]] = frozenset((b"<",))
    ASKING: ClassVar[Asking] = Asking(frozenset((b"toBeInstanceOf", b"toThrow", b"toThrowError", b"instanceOf")))
    CONSTANTS: ClassVar[frozenset[bytes]] = frozenset((b"true", b"false", b"null", b"undefined"))
    TELLING_CALLS: ClassVar[frozenset[bytes]] = frozenset(word[:1] for word in _UNUSUAL_CALLEES)
    BUILTINS: ClassVar[frozenset[str]] = frozenset(
        "Array ArrayBuffer BigInt Boolean Buffer DataView Date Error Function Infinity Intl JSON Map Math NaN Number "  # noqa: SIM905
        "Object Partial Pick Omit Promise Proxy Record Readonly Required Reflect RegExp Set String Symbol URL WeakMap "
        "WeakSet clearInterval clearTimeout console decodeURIComponent document encodeURIComponent expect fetch global "
        "globalThis it describe isNaN module parseFloat parseInt process require setInterval setTimeout undefined "
        "window".split()
    )
    LAMBDAS_COUNT = False
    OWN: ClassVar[frozenset[str]] = frozenset(("this", "super"))
    WRAPPINGS: ClassVar[frozenset[str]] = WRAPPINGS - {"await_expression"} | {"sequence_expression"}

    def __init__(self, source: bytes, flags: int) -> None:
        super().__init__(source, flags)
        self._ambient_to = len(source) if flags else 0  # what starts before it is offered without `export`
        self._declared_to = 0
        self._immediate: set[int] = set()  # ids of functions that are called where they are written
        self._types_to = 0
        self._queried: set[int] = set()  # starts of values in `typeof value`
        self._heirs: set[int] = set()  # starts of type names that stand as ancestors
        self._values_to: dict[int, int] = {}  # by symbol: what starts before this offset is no member of it
        self._parameters_to = 0
        self._decorators: list[str] = []
        self._decorated_from = -1
        self._generics: dict[int, set[str]] = {}  # names that a symbol shadows
        self._overloads: dict[tuple[int, bytes], int] = {}
        self._function_names: dict[int, bytes] = {}  # by node id, as long as the function is open
        self._members: dict[int, tuple[int, bytes]] = {}  # by node id of a function: the symbol that it has, its name
        if source.startswith(_BOM):
            self.mask(0, len(_BOM), code=False)

    # -- definitions ----------------------------------------------------------------------------------------------

    def _is_offered(self, start: int) -> bool:
        """Whether a declaration that starts here can be imported: exported itself, or a member of what is."""
        if self.frame.is_function or start < self.anonymous_to:
            return False
        if self.symbol >= 0 and self.symbols[self.symbol].kind != "namespace":
            return self.symbols[self.symbol].exported
        return start == self.exported_at or start < self._ambient_to

    def _take_decorators(self, start: int) -> tuple[int, list[str]]:
        names, self._decorators = self._decorators, []
        begin = self._decorated_from if 0 <= self._decorated_from < start else start
        self._decorated_from = -1
        return (begin, names) if names else (start, [])

    def on_decorator(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        name = self.source[start + 1 : min(end, start + 1 + LONGEST_NAME)].partition(b"(")[0]
        if start >= self._parameters_to:
            if not self._decorators:
                self._decorated_from = start
            self._decorators.append(text(b"".join(name.split())))
        if end - start - 1 == len(name):
            self.refer("call", start + 1, end)
        self._no_members(end)

    def _no_members(self, end: int) -> None:
        """What lies before this offset in the body of a class or interface is inside a value or a type."""
        self._values_to[self.symbol] = max(end, self._values_to.get(self.symbol, 0))

    def _is_member(self, start: int, kinds: frozenset[str]) -> bool:
        symbol = self.symbol
        if symbol < 0 or self.frame.is_function or self.symbols[symbol].kind not in kinds:
            return False
        return start >= self._values_to.get(symbol, 0)

    def on_ambient(self, node: Node) -> None:
        self._declared_to = node.end_byte
        inner = first(node)
        if inner is not None and node.start_byte == self.exported_at:
            self.exported_at = inner.start_byte

    def on_function(self, node: Node) -> None:
        self.note_loader(node)
        claimed = self.claims.pop(node.id, None)
        if claimed is None and node.id in self._members:
            self._enter_member(node)
            return
        if claimed is None:
            kind = node.type
            is_expression = kind in _NAMELESS
            named = None
            if kind != "arrow_function" and kind != "method_definition" and not (is_expression and self.symbol < 0):
                named = node.child_by_field_name("name")
            if named is None:
                self._enter_anonymous(node)
                return
            self.frame.statements += not is_expression
            start = node.start_byte
            offered = self._is_offered(start) and not is_expression
            claimed = claim(written(self.source, named), node, start, exported=offered)
        self._define_function(node, claimed)

    def _enter_member(self, node: Node) -> None:
        index, name = self._members[node.id]
        body = node.child_by_field_name("body")
        self._function_names[node.id] = name
        self.enter(index, name, node, body.start_byte if body is not None else node.end_byte, function=True)
        if index >= 0:
            self._generics[index] = names = {one.name for one in self._parameters_of(index) if one.kind != "property"}
            self.shadow(index, names)
            if body is not None and body.type != "statement_block":
                self.frame.statements = 1

    def _enter_anonymous(self, node: Node) -> None:
        self.flow(_SHIFT, node)
        if node.id not in self._immediate:
            self.anonymous_to = max(self.anonymous_to, node.end_byte)

    def on_immediate(self, node: Node) -> None:
        inner = unwrapped(node)
        if inner.type in FUNCTIONS:
            self._immediate.add(inner.id)
        elif node.type in self.WRAPPINGS:
            self.on_wrapped(node)

    def _define_function(
        self,
        node: Node,
        claimed: Claim,
        decorators: list[str] | None = None,
        begin: int = -1,
        words: Sequence[bytes] | None = None,
    ) -> None:
        body = node.child_by_field_name("body")
        given = node.child_by_field_name("parameters") or node.child_by_field_name("parameter")
        start, end = node.start_byte, node.end_byte
        if words is None:
            head = self.source[start : min(given.start_byte, start + 200)] if given is not None else b""
            words = (*claimed.words, *head.split()) if b"async" in head else claimed.words
        modifiers = modifiers_of(words, is_generator=node.type in _GENERATORS)
        index = self._overloads.pop((self.frame.symbol, claimed.name), -1)
        if index >= 0 and self._is_latest(index):
            self._implement(index, self.line(max(end - 1, start)), modifiers)
        else:
            index = self.define(
                claimed.name, claimed.kind, claimed.visibility, (claimed.start, end), exported=claimed.exported,
                signature=signature_of(self.source, node),
                returns=type_of(self.source, node.child_by_field_name("return_type")), modifiers=modifiers,
                decorators=decorators,
            )  # fmt: skip
        if self.default_at in (claimed.start, start):
            self.offer("default", text(claimed.name), claimed.start)
        names = self._take_parameters(index, node)
        body_start = body.start_byte if body is not None else end
        self._parameters_to = max(self._parameters_to, body_start)
        self._function_names[node.id] = claimed.name
        begin = claimed.start if begin < 0 else begin
        self.enter(index, claimed.name, node, body_start, function=True, start=begin)
        if index >= 0:
            self._generics[index] = names
            self.shadow(index, names)
            if body is not None and body.type != "statement_block":
                self.frame.statements = 1

    def _implement(self, index: int, last: int, modifiers: str) -> None:
        """The implementation of overloads: one symbol, which shows the overloads and has this body."""
        self._set_apart(index)
        self.symbols[index] = self.symbols[index]._replace(end_line=last, modifiers=modifiers)
        while self.parameters and self.parameters[-1].symbol == index:
            self.parameters.pop()

    def _is_latest(self, index: int) -> bool:
        """Whether nothing was defined since but the properties that a constructor's own parameters declare."""
        return all(symbol.kind == "property" for symbol in self.symbols[index + 1 :])

    def _set_apart(self, index: int) -> None:
        """The only signature so far of a function becomes the first of its overloads."""
        if self.overloads and self.overloads[-1].symbol == index:
            return
        symbol, number = self.symbols[index], len(self.overloads)
        self.overloads.append(Overload(index, symbol.signature, symbol.returns))
        rows = self.parameters[bisect_left(self.parameters, (index,)) :]
        self.overload_parameters.extend([tuple.__new__(Parameter, (number, *row[1:])) for row in rows])

    def _take_parameters(self, index: int, function: Node) -> set[str]:
        rows = parameters_of(self.source, function)
        if index >= 0:
            self.parameters.extend(row._replace(symbol=index) for row in rows)
        return {row.name for row in rows if row.kind != "property"}

    def on_signature(self, node: Node) -> None:
        """An overload, or a declaration without a body."""
        named = node.child_by_field_name("name")
        if named is None:
            return
        start, end = node.start_byte, node.end_byte
        name = name_of(self.source, named)
        is_member = node.type != "function_signature"
        if is_member:
            if not self._is_member(start, _HAVE_MEMBERS):
                return
            self._no_members(end)
        signature = signature_of(self.source, node)
        key = (self.frame.symbol, name)
        known = self._overloads.get(key, -1)
        if known >= 0 and known == len(self.symbols) - 1:
            self._overload(known, signature, node)
            return
        _, decorators = self._take_decorators(start)
        offered = self._is_offered(start)
        words = self._modifiers(node, named) if is_member else ()
        if is_member:
            kind, visibility = "method", visibility_of(name, words)
        else:
            kind, visibility = "function", "public" if offered else "private"
            self.cut(start, end)
        index = self.define(
            name, kind, visibility, (start, end), exported=offered, signature=signature,
            returns=type_of(self.source, node.child_by_field_name("return_type")), decorators=decorators,
            modifiers=modifiers_of(words),
        )  # fmt: skip
        if index >= 0:
            self._overloads[key] = index
            self.shadow(index, self._take_parameters(index, node))
        if start == self.default_at:
            self.offer("default", text(name), start)

    def _overload(self, index: int, signature: str, node: Node) -> None:
        """One more signature of the symbol just defined, which shows them as far as they can be read in one line."""
        symbol = self.symbols[index]
        if not (symbol.has("get") or symbol.has("set")):
            self._set_apart(index)
            number = len(self.overloads)
            returns = type_of(self.source, node.child_by_field_name("return_type"))
            self.overloads.append(Overload(index, signature, returns))
            rows = parameters_of(self.source, node)
            self.overload_parameters.extend([tuple.__new__(Parameter, (number, *row[1:])) for row in rows])
        joined = f"{symbol.signature} | {signature}"
        if len(joined) <= 4 * LONGEST_TEXT:
            last = self.line(max(node.end_byte - 1, node.start_byte))
            self.symbols[index] = symbol._replace(signature=joined, end_line=last)

    def on_property(self, node: Node) -> None:
        """A property of an interface, or of a type that is an object."""
        start, end = node.start_byte, node.end_byte
        named = node.child_by_field_name("name")
        if named is None or not self._is_member(start, _HAVE_MEMBERS):
            return
        self._no_members(end)
        type_ = node.child_by_field_name("type")
        self.define(
            name_of(self.source, named), "property", "public", (start, end),
            exported=self.symbols[self.symbol].exported,
            signature=line_of(self.source, named.end_byte, end), returns=type_of(self.source, type_),
        )  # fmt: skip

    def _modifiers(self, node: Node, named: Node) -> Sequence[bytes]:
        start, end = node.start_byte, named.start_byte
        if start == end:
            return ()
        before = self.source[start : min(end, start + 100)]
        if end - start < 100 and b"@" not in before and b"/" not in before:
            return before.split()
        words = []
        for child in node.children:
            if child.start_byte >= named.start_byte:
                break
            if child.type != "decorator":
                words.append(written(self.source, child))
        return words

    def on_method(self, node: Node) -> None:
        start = node.start_byte
        named = node.child_by_field_name("name")
        if named is None or not self._is_member(start, _HAVE_METHODS):
            self.on_function(node)  # of an object
            return
        name = name_of(self.source, named)
        begin, decorators = self._take_decorators(start)
        words = self._modifiers(node, named)
        kind = "property" if b"get" in words or b"set" in words else "method"
        claimed = Claim(name, kind, visibility_of(name, words), self._is_offered(start), start)
        owner = self.symbol
        properties = list(self._parameter_properties(node)) if name == b"constructor" and owner >= 0 else []
        for row in properties:
            self.define(*row, exported=self.symbols[owner].exported)
        self._define_function(node, claimed, decorators, begin, words)

    def _parameter_properties(self, node: Node) -> Iterator[tuple[bytes, str, str, tuple[int, int]]]:
        """`constructor(private a: A)` declares the property `a`."""
        given = node.child_by_field_name("parameters")
        for entry in given.named_children if given is not None else ():
            pattern = entry.child_by_field_name("pattern") if entry.type.endswith("_parameter") else None
            if pattern is None or pattern.type != "identifier":
                continue
            words = self._modifiers(entry, pattern)
            if not _MAKE_PROPERTIES.isdisjoint(words):
                name = written(self.source, pattern)
                yield name, "property", visibility_of(name, words), (entry.start_byte, entry.end_byte)

    def on_field(self, node: Node) -> None:
        named = node.child_by_field_name("name") or node.child_by_field_name("property")
        if named is None or self.symbol < 0:
            return
        start, end = node.start_byte, node.end_byte
        self._no_members(end)
        name = name_of(self.source, named)
        words = self._modifiers(node, named)
        visibility = visibility_of(name, words)
        value = node.child_by_field_name("value")
        inner = unwrapped(value) if value is not None else None
        exported = self.symbols[self.symbol].exported
        own, start = self._own_decorators(node, named)
        if inner is not None and inner.type in FUNCTIONS:
            self.claims[inner.id] = Claim(name, "method", visibility, exported, start, words)
            return
        type_ = node.child_by_field_name("type")
        signature = line_of(self.source, named.end_byte, type_.end_byte) if type_ is not None else ""
        self.define(
            name, "property", visibility, (start, end), exported=exported, signature=signature,
            returns=type_of(self.source, type_), decorators=own, modifiers=modifiers_of(words),
        )  # fmt: skip

    def _own_decorators(self, node: Node, named: Node | None) -> tuple[list[str], int]:
        """Names of the decorators inside `node`, and where its text begins after them.

        They come next in the pass: being before `named`, they will not wait for another definition.
        """
        names: list[str] = []
        start = node.start_byte
        if self.source[start] != _AT:
            return names, start
        for child in node.children:
            if child.type != "decorator":
                start = child.start_byte
                break
            names.append(text(b"".join(written(self.source, child)[1 : 1 + LONGEST_NAME].partition(b"(")[0].split())))
        self._parameters_to = max(self._parameters_to, start if named is None else named.start_byte)
        return names, start

    def on_class(self, node: Node) -> None:
        claimed = self.claims.pop(node.id, None)
        named = node.child_by_field_name("name")
        body = node.child_by_field_name("body")
        if body is None:
            return
        begin, decorators = self._take_decorators(node.start_byte)
        own, start = self._own_decorators(node, named)
        decorators += own
        if claimed is None:
            offered = self._is_offered(node.start_byte) and node.type != "class"
            name = written(self.source, named) if named is not None else b"class"
            claimed = Claim(name, "class", "public" if offered else "private", offered, start)
        self.frame.statements += node.type != "class"
        heritage = line_of(self.source, start if named is None else named.end_byte, body.start_byte)
        heritage = heritage if named is not None else heritage.removeprefix("class").strip()
        index = self.define(
            claimed.name, "class", claimed.visibility, (start, node.end_byte), exported=claimed.exported,
            signature=heritage, decorators=decorators,
            modifiers="abstract" if node.type == "abstract_class_declaration" else "",
        )  # fmt: skip
        if node.start_byte == self.default_at:
            self.offer("default", text(claimed.name), start)
        self._types_to = max(self._types_to, named.end_byte if named is not None else 0)
        self.enter(index, claimed.name, node, body.start_byte, function=False, start=begin)
        if index >= 0:
            self._no_members(body.start_byte)
        if heritage:
            for child in node.named_children:
                if child.type == "class_heritage":
                    self._inherit(child)

    def _inherit(self, heritage: Node) -> None:
        """The ancestors in `extends` and `implements`."""
        for child in heritage.named_children:
            if child.type in _HERITAGE:
                self._inherit(child)
            elif child.type != "type_arguments":
                named = child.child_by_field_name("name") if child.type == "generic_type" else None
                ancestor = child if named is None else named
                self.refer("inherit", ancestor.start_byte, ancestor.end_byte)
                self._heirs.add(ancestor.start_byte)

    def _enter_type(self, node: Node, named: Node, kind: str, signature: str) -> int:
        start, end = node.start_byte, node.end_byte
        name = name_of(self.source, named)
        offered = self._is_offered(start)
        index = self.define(
            name, kind, "public" if offered else "private", (start, end), exported=offered, signature=signature
        )
        if start == self.default_at:
            self.offer("default", text(name), start)
        self._types_to = max(self._types_to, named.end_byte)
        self.enter(index, name, node, named.end_byte, function=False)
        return index

    def on_interface(self, node: Node) -> None:
        named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if named is not None and body is not None:
            index = self._enter_type(node, named, "interface", line_of(self.source, named.end_byte, body.start_byte))
            if index >= 0:
                self._no_members(body.start_byte)
            for child in node.named_children:
                if child.type in _HERITAGE:
                    self._inherit(child)

    def on_alias(self, node: Node) -> None:
        named, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if named is None or value is None:
            return
        index = self._enter_type(node, named, "type", line_of(self.source, named.end_byte, node.end_byte).rstrip(";"))
        if index >= 0:
            self._no_members(value.start_byte if value.type == "object_type" else node.end_byte)

    def on_enum(self, node: Node) -> None:
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if name is None or body is None:
            return
        index = self._enter_type(node, name, "enum", "")
        if index < 0:
            return
        exported = self.symbols[index].exported
        for member in body.named_children:
            named = member.child_by_field_name("name") if member.type == "enum_assignment" else member
            if named is not None and named.type != "comment":
                span = (member.start_byte, member.end_byte)
                self.define(name_of(self.source, named), "constant", "public", span, exported=exported)

    def on_namespace(self, node: Node) -> None:
        named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if named is None or body is None:
            return
        start = node.start_byte
        offered = self._is_offered(start) or named.type == "string"
        name = name_of(self.source, named)
        index = self.define(
            name, "namespace", "public" if offered else "private", (start, node.end_byte), exported=offered
        )
        self.enter(index, name, node, body.start_byte, function=False)
        if start < self._declared_to:
            self._ambient_to = max(self._ambient_to, node.end_byte)

    def on_variables(self, node: Node) -> None:
        self.frame.statements += 1
        start, end = node.start_byte, node.end_byte
        if self.source.startswith((b"const {", b"let {", b"var {", b"const{"), start):
            self.take_apart(start)
        is_local = self.frame.is_function or start < self.anonymous_to
        if is_local and not self.may_bind(start, end):
            return  # a plain local
        for declarator in node.named_children:
            if declarator.type == "variable_declarator":
                self._declare(declarator, start)

    def _declare(self, declarator: Node, start: int) -> None:
        """One `name = value` of the declaration that starts there."""
        name, value = declarator.child_by_field_name("name"), declarator.child_by_field_name("value")
        if name is None:
            return
        if value is not None:
            inner = unwrapped(value)
            if self.bound_load(name, inner) or self._names_function(declarator, name, inner, start):
                return
        in_module = self.symbol < 0 or self.symbols[self.symbol].kind == "namespace"
        if not in_module or start < self.anonymous_to or self.frame.depth:
            return
        kind = "variable" if self.source.startswith((b"let", b"var"), start) else "constant"
        span, offered = (declarator.start_byte, declarator.end_byte), self._is_offered(start)
        meant = f"= {text(written(self.source, value))}" if value is not None and is_name(value, name) else ""
        # A type that is written down decides what there is, whatever the value has.
        says_it = value if name.type == "identifier" and declarator.child_by_field_name("type") is None else None
        for bound in names_bound(name):
            self.define_value(written(self.source, bound), kind, span, exported=offered, signature=meant, value=says_it)

    def _names_function(self, declarator: Node, name: Node, value: Node, start: int) -> bool:
        """Whether the value is a function or a class, which then is the definition and has this name."""
        if name.type != "identifier":
            return False
        called = written(self.source, name)
        function: Node | None = value
        if value.type not in NAMED_BY_PLACE:
            # `const Page = memo(() => ...)`
            function = wrapped_function(value) if called[:1].isupper() else None
        if function is None:
            return False
        begin = start if declarator.start_byte - start < 10 else declarator.start_byte
        claimed = claim(called, function, begin, exported=self._is_offered(start))
        self.claims[function.id] = claimed if function is value else claimed._replace(words=(b"wrapped",))
        return True

    # -- references -----------------------------------------------------------------------------------------------

    def on_call(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        if not self.source.startswith(_UNUSUAL_CALLEES, start):
            self.refer("call", start, end)
        elif self.source.startswith(b"(", start):
            inner = node.child_by_field_name("object")  # `(function () {}).call(this)`
            if inner is not None:
                if unwrapped(inner).type in FUNCTIONS:
                    self.on_immediate(inner)
                self.chained(start, end)
        elif not self.loads(start, end):
            self.refer("call", start, end)
            self.chained(start, end)

    def on_component(self, node: Node) -> None:
        start = node.start_byte
        # A lower-case name without a dot is an element of the page, not a component.
        if node.type == "member_expression" or not self.source[start : start + 1].islower():
            self.refer("call", start, node.end_byte)

    def on_type(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        if start >= self._types_to:
            self._types_to = end
            if start not in self._heirs:
                self.refer("type", start, end)
                if node.type not in _TYPE_NAMES:
                    self._queried.add(start)

    def on_generic(self, node: Node) -> None:
        self._types_to = max(self._types_to, node.end_byte)
        if self.symbol >= 0:
            names = self._generics.setdefault(self.symbol, set())
            names.add(text(written(self.source, node)))
            self.shadow(self.symbol, names)

    # -- figures --------------------------------------------------------------------------------------------------

    def on_if(self, node: Node) -> None:
        self.frame.statements += 1
        self.flow(_BRANCH, node)

    on_loop = on_if

    def on_switch(self, node: Node) -> None:
        self.frame.statements += 1
        self.flow(_SWITCH, node)

    def on_try(self, node: Node) -> None:
        self.frame.statements += 1
        body = node.child_by_field_name("body")
        if body is not None and node.child_by_field_name("handler") is not None:
            self.optional_to = max(self.optional_to, body.end_byte)

    def on_catch(self, node: Node) -> None:
        body = node.child_by_field_name("body")
        silent = body is not None and body.end_byte - body.start_byte < 2000 and is_silent(written(self.source, body))
        self.caught(node, type_of(self.source, node.child_by_field_name("type")), broad=True, silent=silent)
        self.flow(_BRANCH, node)

    def on_throw(self, node: Node) -> None:
        self.frame.statements += 1
        thrown = first(node)
        if thrown is None:
            return
        thrown = unwrapped(thrown)
        field = {"new_expression": "constructor", "call_expression": "function"}.get(thrown.type)
        named = thrown.child_by_field_name(field) if field else thrown
        name = (
            text(written(self.source, named)) if named is not None and named.end_byte - named.start_byte < 200 else ""
        )
        self.raises(node, name if DOTTED_CALLEE.fullmatch(name) else "")

    def on_boolean(self, node: Node) -> None:
        operator = logical_operator(node)
        if operator is not None and is_shown_if(node):
            self.flow(_DECISION, node)  # a path more, but nothing to hold in mind (as SonarJS counts it)
        elif operator is not None:
            sides = tuple(logical_inside(node.child_by_field_name(side)) for side in ("left", "right"))
            self.boolean(operator, sides, node)

    def on_assigning(self, node: Node) -> None:
        operator = node.child_by_field_name("operator")
        if operator is not None and operator.type in ("&&=", "||=", "??="):
            self.flow(_DECISION, node)

    def on_error(self, node: Node) -> None:
        # The grammar does not know `export type * from "m"`, whose meaning is clear.
        if node.end_byte - node.start_byte != len(b"type") or written(self.source, node) != b"type":
            super().on_error(node)

    # -- strings --------------------------------------------------------------------------------------------------

    def on_template(self, node: Node) -> None:
        parts = node.named_children
        if not any(part.type == "template_substitution" for part in parts):
            self.on_string(node)
            return
        for part in parts:
            if part.type == "string_fragment":
                start, end = part.start_byte, part.end_byte
                self._mask_words(start, end)
                words = self.source[start:end].strip() if end - start <= 100 else b""
                if 4 <= len(words) <= 60 and _TELLING.search(words):
                    self.literals.setdefault(words, start)

    def on_text(self, node: Node) -> None:
        self._mask_words(node.start_byte, node.end_byte)

    def on_regex(self, node: Node) -> None:
        self.mask(node.start_byte, node.end_byte, code=True)

    def _mask_words(self, start: int, end: int) -> None:
        """Masks text that may begin or end in white space, which is no code."""
        written = self.source[start:end]
        bare = written.strip()
        if bare:
            start += len(written) - len(written.lstrip())
            self.mask(start, start + len(bare), code=True)

    # -- what the pass asks ---------------------------------------------------------------------------------------

    def forwarded(self, function: Node, parameters: list[Parameter]) -> tuple[str, str]:
        return passed_on(self.source, function, parameters, self._function_names.get(function.id, b""))

    def is_read(self, start: int, end: int) -> bool:
        if _COLON.match(self._masked, end) is None:
            return True
        return not _OPENED.search(self._masked, max(0, start - 200), start)  # `{a: 1, b: 2}` names keys

    def may_be_local(self, start: int, end: int) -> bool:
        return scopes.may_bind(self._masked, start, end)

    def scope_of(self, around: list[Node]) -> Span | None:
        span = scopes.scope_of(around)
        if span is not None:
            self.hold_local(around[-1].start_byte, written(self.source, around[-1]), span)
        return span

    def binds_type(self, around: list[Node]) -> bool:
        return scopes.binds_type(around)

    def means_type(self, start: int) -> bool:
        return start not in self._queried

    # -- the end --------------------------------------------------------------------------------------------------

    def finish(self) -> None:
        offered = {row.local for row in self.exports if row.imported < 0}
        shown: set[int] = set()
        for index, row in enumerate(self.symbols):
            if row.parent < 0 and not row.exported and row.name in offered:
                self.symbols[index] = row._replace(exported=True, visibility="public")
                shown.add(index)
            elif row.parent in shown and not row.exported and self.symbols[row.parent].kind not in _HIDING:
                self.symbols[index] = row._replace(exported=True)
                shown.add(index)
        self.is_generated = self.is_generated or is_built(self.source, bytes(self._masked))
        if self.values and not self.is_generated and not self.listed:
            self._list_objects()
        self._offer_members()
        super().finish()

    def _list_objects(self) -> None:
        """Adds the members of the object literals that are offered."""
        named = Counter(row.name for row in self.symbols if row.parent < 0 and row.kind not in _TYPES)
        for owner, value in islice(self.values.items(), MOST_OBJECTS):
            row = self.symbols[owner]
            literal = literal_in(self.source, value) if row.exported and named[row.name] == 1 else None
            members = members_of(self.source, literal) if literal is not None else None
            if literal is None or members is None:
                continue
            known = {member.name for member in members}
            if may_gain_members(self._masked, row.name.encode(), literal, known):
                continue
            self.listed[value.id] = members
            self.list_members(owner, members)

    def list_members(self, owner: int, members: list[Member]) -> None:
        self.symbols[owner] = self.symbols[owner]._replace(modifiers="object")
        owners = {b"": owner}
        for member in members:
            outer, _, name = member.name.rpartition(b".")
            owners[member.name] = index = self._define_member(owners[outer], name, member)
            if member.function is not None:
                self._members[member.function.id] = index, name

    def _offer_members(self) -> None:
        """Who loads a module of CommonJS has the object itself that it is set to."""
        offered = {export[:3] for export in self.exports} if self._is_open and self.listed else set()
        for owner, value in self.values.items() if offered else ():
            name = self.symbols[owner].name
            for member in self.listed.get(value.id, ()) if ("default", name, -1) in offered else ():
                if b"." not in member.name:
                    self.offer(text(member.name), f"{name}.{text(member.name)}", member.entry.start_byte)

    def _define_member(self, owner: int, name: bytes, member: Member) -> int:
        entry, function = member.entry, member.function
        span = entry.start_byte, entry.end_byte
        if function is None:
            modifiers = "static object" if member.is_listed else "static"
            return self.define(
                name,
                "property",
                "public",
                span,
                exported=True,
                signature=member.value,
                modifiers=modifiers,
                under=owner,
            )
        begins = (function.child_by_field_name(field) for field in ("name", "parameters", "parameter"))
        head = next((node.start_byte for node in begins if node is not None), function.start_byte)
        words = (b"static", *self.source[function.start_byte : head].split())
        is_asked = b"get" in words or b"set" in words
        index = self.define(
            name, "property" if is_asked else "method", "public", span, exported=True,
            signature=signature_of(self.source, function),
            returns=type_of(self.source, function.child_by_field_name("return_type")),
            modifiers=modifiers_of(words, is_generator=function.type in _GENERATORS), under=owner,
        )  # fmt: skip
        if index >= 0:
            self.parameters.extend(one._replace(symbol=index) for one in parameters_of(self.source, function))
        return index
