"""What one Go file says. Hides the language's spelling, and where a name is local: Go's scopes are its blocks."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from functools import lru_cache
from typing import ClassVar

from tree_sitter import Node, Parser, Query, Tree

from plumbrule.extract.branches import BranchSweep
from plumbrule.extract.hiding import Hiding, Span
from plumbrule.extract.signs import DOT
from plumbrule.extract.sweep import LONGEST_NAME, Flow, require_text, text
from plumbrule.facts import IMPLICIT, Facts, Import, Parameter
from plumbrule.languages.go.constraints import TAGS, condition_of, tags_of

_BOM = b"\xef\xbb\xbf"
_SPACE = re.compile(rb"\s+")
_COMMENT = re.compile(rb"//[^\n]*|/\*.*?\*/", re.DOTALL)
_LONGEST_TEXT = 500  # of a type kept as written; what follows is replaced by an ellipsis
# `new` of a value, as of Go 1.26; the grammar knows that of types. What is called or reckoned with is no type.
_NEW_VALUE = re.compile(
    rb"\bnew\((?=\s*(?:[\"'`\d!&-]|(?:true|false)\b|[\w.\[\]]*(?<!func)(?:\(|[ \t]*[-+*/%|&^<>=])))"
)
_LARGEST_TWICE = 2_000_000  # bytes; longer files are read once
_NAME = rb"[A-Za-z_\x80-\xff][\w\x80-\xff]*"
# Everything but names, and dots between them.
_NO_NAMES = bytes(byte if byte == 46 or byte >= 128 or chr(byte).isalnum() or byte == 95 else 32 for byte in range(256))
_LABELLED = re.compile(rb"\b(?:goto|break|continue)[ \t]+\Z")
_CASE = re.compile(rb"[ \t]*case\b")
# Behind a name: the end of a label, of a key or of a case; or the type of what is being declared under that name.
_GIVEN = re.compile(rb"[ \t]*:(?!=)|[ \t]+(?:[A-Za-z_\x80-\xff\[]|\*\S|\.\.\.)")
_MOST_READ = 1_000  # names of other files in one function
_MEMBER = re.compile(rb"(?:\." + _NAME + rb")?")
_VERSION = re.compile(r"v\d+")
_DOT_VERSION = re.compile(r"[.-]v\d+$")


def extract(source: bytes, tree: Tree, query: Query) -> Facts:
    """Facts of a `.go` file; ValueError with a plain reason if the bytes are no UTF-8 text."""
    require_text(source)
    if tree.root_node.has_error and len(source) <= _LARGEST_TWICE:
        plain = _NEW_VALUE.sub(b"neu(", source)  # a function like others
        if plain != source:
            tree = Parser(tree.language).parse(plain)
    return _GoSweep(source).run(tree, query)


class _GoSweep(BranchSweep):
    FLOWS: ClassVar[Mapping[str, Flow]] = {
        "case": Flow(cyclomatic=1),
        "default": Flow(),
        "goto": Flow(cognitive=1),
        "jump": Flow(cognitive=1),
    }
    LAMBDAS_COUNT = False
    KEYWORDS: ClassVar[frozenset[bytes]] = frozenset(
        b"break case chan const continue default defer else fallthrough for func go goto if import interface map "
        b"package range return select struct switch type var".split()
    )
    CONSTANTS: ClassVar[frozenset[bytes]] = frozenset((b"true", b"false", b"nil", b"iota"))
    BUILTINS: ClassVar[frozenset[str]] = frozenset(
        "any append bool byte cap clear close comparable complex complex128 complex64 copy delete error false "  # noqa: SIM905
        "float32 float64 imag int int16 int32 int64 int8 iota len make max min new nil panic print println real "
        "recover rune string true uint uint16 uint32 uint64 uint8 uintptr".split()
    )

    _NEVER: ClassVar[frozenset[bytes]] = frozenset(KEYWORDS | CONSTANTS | {name.encode() for name in BUILTINS} | {b"_"})

    def __init__(self, source: bytes) -> None:
        super().__init__(source)
        self._package = b""
        self._head = b""  # what is before the package clause
        self._import_spans: list[Span] = []
        self._types_to = 0
        self._scopes: list[Span] = [(0, len(source))]  # of blocks and statements that are open, innermost last
        self._values: dict[bytes, set[Span]] = defaultdict(set)  # where a name is local
        self._types: dict[bytes, set[Span]] = defaultdict(set)
        self._bodies: list[tuple[int, int, int]] = []  # of functions and of what variables hold: first, last, symbol
        self._receivers: list[tuple[bytes, bytes, int, int, int]] = []  # name, type, and the body as above
        if source.startswith(_BOM):
            self.mask(0, len(_BOM), code=False)

    # -- packages -------------------------------------------------------------------------------------------------

    def on_package(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        if self._package:
            return
        self._package = self.source[start:end]
        self.cut(start - len(b"package "), end)
        line = self.line(start)
        self._head = self.source[:start]
        self.spaces.append((text(self._package), 1, self.line(max(0, len(self.source) - 1))))
        # What a folder holds beside the package that it is: tests from outside, and programs, which nobody imports.
        own = text(self._package) if self._package == b"main" or self._package.endswith(b"_test") else ""
        self.imports.append(Import(own, 0, "*", "", line, IMPLICIT, -1))

    def on_import(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        self.cut(start, end)
        self._import_spans.append((start, end))
        self.quiet_to = max(self.quiet_to, end)
        for spec in _specs(node):
            path, named = spec.child_by_field_name("path"), spec.child_by_field_name("name")
            if path is None or path.end_byte - path.start_byte > LONGEST_NAME:
                continue
            module = text(self.source[path.start_byte + 1 : path.end_byte - 1])
            if not module:
                continue
            alias = text(self.source[named.start_byte : named.end_byte]) if named is not None else _usual_name(module)
            name = "*" if alias == "." else ""
            line = self.line(spec.start_byte)
            self.imports.append(Import(module, 0, name, "" if alias in (".", "_") else alias, line, 0, -1))

    # -- definitions ----------------------------------------------------------------------------------------------

    def on_function(self, node: Node) -> None:
        self._callable(node, b"", "function")

    def on_method(self, node: Node) -> None:
        receiver = node.child_by_field_name("receiver")
        owner = self._owner(receiver) if receiver is not None else b""
        self._callable(node, owner, "method")

    def _owner(self, receiver: Node) -> bytes:
        """The name of the type that `(c *Cart[T])` says."""
        declaration = next(iter(receiver.named_children), None)
        said = declaration.child_by_field_name("type") if declaration is not None else None
        while said is not None and said.type in ("pointer_type", "parenthesized_type", "generic_type"):
            inner = said.child_by_field_name("type") if said.type == "generic_type" else said.named_child(0)
            if said.type == "generic_type":
                for argument in said.named_children[1:]:
                    for name in argument.named_children:
                        self._hide_type(name.named_child(0) or name, receiver.parent or receiver)
            said = inner
        return self.source[said.start_byte : said.end_byte] if said is not None else b""

    def _callable(self, node: Node, owner: bytes, kind: str) -> None:
        named = node.child_by_field_name("name")
        given = node.child_by_field_name("parameters")
        body = node.child_by_field_name("body")
        if named is None or given is None:
            return
        name = self.source[named.start_byte : named.end_byte]
        if name in (b"_", b"init") and kind == "function":
            owner = b""
        index = self.define(
            b".".join(filter(None, (owner, name))),
            kind,
            _visibility(name) if _visibility(owner or name) == "public" else "private",
            (node.start_byte, node.end_byte),
            signature=self._signature(node, given),
            returns=self._result(node),
        )
        self._take_parameters(index, given)
        if body is None:
            self.cut(node.start_byte, node.end_byte)
            return
        inside = body.start_byte, body.end_byte
        for part in (node.child_by_field_name("receiver"), given, node.child_by_field_name("result")):
            self._hide_parameters(part, inside)
        self._hide_type_parameters(node)
        self._bodies.append((*inside, index))
        receiver = node.child_by_field_name("receiver")
        for declaration in receiver.named_children if receiver is not None and owner else ():
            for own in _names(declaration):
                self._receivers.append((self.source[own.start_byte : own.end_byte], owner, *inside, index))
        self.enter(index, name, node, body.start_byte, function=True)

    def _signature(self, node: Node, given: Node) -> str:
        generic = node.child_by_field_name("type_parameters")
        result = self._result(node)
        return self._written(generic) + self._written(given) + (f" {result}" if result else "")

    def _result(self, node: Node) -> str:
        result = node.child_by_field_name("result")
        return self._written(result)

    def _written(self, node: Node | None) -> str:
        """The text of a node on one line, comments left out."""
        if node is None:
            return ""
        said = self.source[node.start_byte : node.end_byte]
        return _on_one_line(said) if len(said) <= _LONGEST_TEXT else _without_comments(said)

    def _take_parameters(self, index: int, given: Node) -> None:
        if index < 0:
            return
        for declaration in given.named_children:
            if declaration.type not in ("parameter_declaration", "variadic_parameter_declaration"):
                continue
            variadic = declaration.type.startswith("variadic")
            said = self._written(declaration.child_by_field_name("type"))
            names = _names(declaration)
            for name in [text(self.source[n.start_byte : n.end_byte]) for n in names] or [""]:
                kind = "variadic" if variadic else "positional-only"
                self.parameters.append(Parameter(index, name, kind, "", variadic, said))

    def on_definition(self, node: Node) -> None:
        named, meant = node.child_by_field_name("name"), node.child_by_field_name("type")
        if named is None:
            return
        self._types_to = max(self._types_to, named.end_byte)
        name = self.source[named.start_byte : named.end_byte]
        if self.frame.is_function:
            start, end = named.start_byte, self._scope_end(named.start_byte)
            self._types[name].add((start, end))
            self._values[name].add((start, end))
            return
        what = meant.type if meant is not None else ""
        kind = "class" if what == "struct_type" else "interface" if what == "interface_type" else "type"
        generic = self._written(node.child_by_field_name("type_parameters"))
        said = (
            "" if kind != "type" else f"= {self._written(meant)}" if node.type == "type_alias" else self._written(meant)
        )
        index = self.define(
            name,
            kind,
            _visibility(name),
            (node.start_byte, node.end_byte),
            signature=" ".join(filter(None, (generic, said))),
        )
        self._hide_type_parameters(node)
        body = meant.start_byte if meant is not None else node.end_byte
        self.enter(index, name, node, body, function=False)

    def on_element(self, node: Node) -> None:
        """A method of an interface."""
        named, given = node.child_by_field_name("name"), node.child_by_field_name("parameters")
        if named is None or given is None or self.frame.is_function or self.frame.symbol < 0:
            return
        name = self.source[named.start_byte : named.end_byte]
        span = node.start_byte, node.end_byte
        index = self.define(
            name, "method", _visibility(name), span,
            signature=self._signature(node, given), returns=self._result(node), modifiers="abstract",
        )  # fmt: skip
        self._take_parameters(index, given)

    def on_field(self, node: Node) -> None:
        """A field of a struct, or a type that is embedded in it."""
        frame = self.frame
        if frame.is_function or frame.symbol < 0 or self.symbols[frame.symbol].kind != "class":
            return
        said = node.child_by_field_name("type")
        names = _names(node)
        if not names:
            self._embed(said)
            return
        for named in names:
            name = self.source[named.start_byte : named.end_byte]
            span = named.start_byte, node.end_byte
            self.define(name, "property", _visibility(name), span, signature=f": {self._written(said)}")

    def on_embedded(self, node: Node) -> None:
        if node.named_child_count == 1 and not self.frame.is_function:
            self._embed(node.named_child(0))

    def _embed(self, said: Node | None) -> None:
        if said is not None and said.type == "generic_type":
            said = said.child_by_field_name("type")
        if said is not None and said.type in ("type_identifier", "qualified_type"):
            self.refer("inherit", said.start_byte, said.end_byte)

    def on_variables(self, node: Node) -> None:
        names = _names(node)
        if self.frame.is_function:
            self.statement()
            end = self._scope_end(node.start_byte)
            for named in names:
                self._values[self.source[named.start_byte : named.end_byte]].add((node.end_byte, end))
            return
        value = node.child_by_field_name("value")
        if value is not None:
            self._bodies.append((value.start_byte, value.end_byte, -1))
        kind = "constant" if node.type == "const_spec" else "variable"
        said = self._written(node.child_by_field_name("type"))
        for named in names:
            name = self.source[named.start_byte : named.end_byte]
            if name != b"_":
                span = node.start_byte, node.end_byte
                self.define(name, kind, _visibility(name), span, signature=f": {said}" if said else "", returns=said)

    # -- what is local --------------------------------------------------------------------------------------------

    def _open(self, node: Node) -> None:
        start, scopes = node.start_byte, self._scopes
        while scopes[-1][1] <= start:
            scopes.pop()
        scopes.append((start, node.end_byte))

    def _scope_end(self, start: int) -> int:
        scopes = self._scopes
        while len(scopes) > 1 and scopes[-1][1] <= start:
            scopes.pop()
        return scopes[-1][1]

    def _hide_names(self, left: Node | None, start: int, end: int) -> None:
        for target in left.named_children if left is not None else ():
            if target.type == "identifier":
                own = target.start_byte, target.end_byte
                self._values[self.source[own[0] : own[1]]].update((own, (start, end)))

    def _hide_parameters(self, given: Node | None, inside: Span) -> None:
        for declaration in given.named_children if given is not None else ():
            for named in _names(declaration):
                self._values[self.source[named.start_byte : named.end_byte]].add(inside)

    def _hide_type(self, named: Node, inside: Node) -> None:
        self._types[self.source[named.start_byte : named.end_byte]].add((inside.start_byte, inside.end_byte))

    def _hide_type_parameters(self, node: Node) -> None:
        given = node.child_by_field_name("type_parameters")
        for declaration in given.named_children if given is not None else ():
            for named in _names(declaration):
                self._hide_type(named, node)

    def on_short(self, node: Node) -> None:
        self.statement()
        self._hide_names(node.child_by_field_name("left"), node.end_byte, self._scope_end(node.start_byte))

    def on_range(self, node: Node) -> None:
        left = node.child_by_field_name("left")
        if left is not None and b":=" in self.source[left.end_byte : left.end_byte + 20]:
            self._hide_names(left, node.end_byte, self._scope_end(node.start_byte))

    def on_receive(self, node: Node) -> None:
        self.on_range(node)

    # -- figures --------------------------------------------------------------------------------------------------

    def on_closure(self, node: Node) -> None:
        body = node.child_by_field_name("body")
        if body is not None:
            inside = body.start_byte, body.end_byte
            self._hide_parameters(node.child_by_field_name("parameters"), inside)
            self._hide_parameters(node.child_by_field_name("result"), inside)
        self.flow(Flow(shifts=True), node)

    def on_block(self, node: Node) -> None:
        self._open(node)

    def on_case(self, node: Node) -> None:
        self._open(node)
        self.flow(self.FLOWS["case"], node)

    def on_default(self, node: Node) -> None:
        self._open(node)

    def on_if(self, node: Node) -> None:
        self._open(node)
        super().on_if(node)

    def on_loop(self, node: Node) -> None:
        self._open(node)
        super().on_loop(node)

    def on_switch(self, node: Node) -> None:
        self._open(node)
        super().on_switch(node)
        alias, value = node.child_by_field_name("alias"), node.child_by_field_name("value")
        if alias is not None and value is not None:
            self._hide_names(alias, value.end_byte, node.end_byte)

    def on_goto(self, node: Node) -> None:
        self.statement()
        self.flow(self.FLOWS["goto"], node)

    def on_call(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        if self.source[start:end] == b"panic":
            self.raises(node, "panic")
        self.refer("call", start, end)

    def on_type(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        if start >= self._types_to:  # the name in a qualified one
            self._types_to = end
            self.refer("type", start, end)

    def finish(self) -> None:
        self._say_builds()
        values = {name: spans for name, spans in self._values.items() if name != b"_"}
        self.read_imported_names(self._import_spans, Hiding(values, self._types))
        own = {symbol.name.encode() for symbol in self.symbols}
        self._read_package(own)
        self._use_receivers(own)

    def _say_builds(self) -> None:
        """What the file says of builds stands behind its package among the spaces, and the tags with what it asks of
        that: another file of the folder is in other builds."""
        conditions = [condition_of(self._head), *("cgo" for row in self.imports if row.module == "C")]
        condition = "&&".join(f"({one})" for one in dict.fromkeys(conditions) if one)
        if condition and self.spaces:
            self.spaces.append((condition, *self.spaces[0][1:]))
            tags = tags_of(condition)
            own = self.imports[0]
            self.imports[0] = own._replace(module=f"{own.module}{TAGS}{tags}" if tags else own.module)

    def _read_package(self, own: Set[bytes]) -> None:
        """Names of the package are read without a word of where they are from: whatever is not local may be one. What
        a function has a local name for it is not asked for under that name, wherever it stands in it."""
        masked = self._masked
        never = self._NEVER | own | {row.alias.encode() for row in self.imports if row.alias}
        known: dict[int, set[bytes]] = defaultdict(set)  # what is called and made is not read as well
        for symbol, _, name in self._references:
            known[symbol].add(name.partition(b".")[0])
        self._bodies.sort()
        starts = [first for first, _, _ in self._bodies]
        local: dict[int, set[bytes]] = defaultdict(set)  # by place of the body
        for name, spans in self._values.items():
            for start, _ in spans:
                local[bisect_right(starts, start) - 1].add(name)
        for place, (first, last, symbol) in enumerate(self._bodies):
            words = set(masked[first:last].translate(_NO_NAMES).split())
            names = (
                {word.partition(b".")[0] if DOT in word else word for word in words}
                - never
                - known[symbol]
                - local[place]
            )
            for name in sorted(names)[:_MOST_READ]:
                at = -1 if name[:1] < b"A" else self._read_at(name, first, last)
                if at >= 0:
                    member = _MEMBER.match(masked, at + len(name))
                    self._references.setdefault((symbol, "read", name + (member[0] if member else b"")), at)

    def _read_at(self, name: bytes, first: int, last: int) -> int:
        """Where a name is first read there, -1 if nowhere."""
        masked = self._masked
        end = first
        while (start := masked.find(name, end, last)) >= 0:
            end = start + len(name)
            behind = masked[end : end + 1]
            if _NO_NAMES[masked[start - 1]] != 32 or (behind != b"." and _NO_NAMES[ord(behind or b" ")] != 32):
                continue
            if _LABELLED.search(masked, max(first, start - 12), start) is not None:
                continue
            given = _GIVEN.match(masked, end, last)
            if given is None or (
                given[0].endswith(b":") and _CASE.match(masked, masked.rfind(b"\n", 0, start) + 1, start) is not None
            ):
                return start
        return -1

    def _use_receivers(self, own: Set[bytes]) -> None:
        """What a method uses of its receiver may be declared in another file of the package."""
        masked = self._masked
        members: dict[bytes, re.Pattern[bytes]] = {}
        for receiver, owner, first, last, symbol in self._receivers:
            if receiver not in members:
                # What a pattern begins with is looked for fast; what must not stand before it is asked afterwards.
                before = rb"(?<![\w.\x80-\xff]" + receiver + rb")"
                members[receiver] = re.compile(receiver + before + rb"\.(" + _NAME + rb")([ \t]*\()?")
            for found in members[receiver].finditer(masked, first, last):
                name = b"%s.%s" % (owner, found[1])
                if name not in own:
                    kind = "call" if found[2] else "read"
                    self._references.setdefault((symbol, kind, name), found.start())
                    if found[2]:
                        self._calls.setdefault((symbol, name), []).append(found.end(1))


def _specs(declaration: Node) -> Iterator[Node]:
    for child in declaration.named_children:
        if child.type == "import_spec":
            yield child
        elif child.type == "import_spec_list":
            yield from (spec for spec in child.named_children if spec.type == "import_spec")


@lru_cache(maxsize=8192)  # most types and parameters are written so in other places, too
def _on_one_line(said: bytes) -> str:
    return _without_comments(said)


def _without_comments(said: bytes) -> str:
    """On one line, and cut off where it is too long."""
    written = _SPACE.sub(b" ", _COMMENT.sub(b" ", said)).strip()
    return text(written[:_LONGEST_TEXT]) + ("…" if len(written) > _LONGEST_TEXT else "")


def _names(declaration: Node) -> list[Node]:
    """The names that a declaration binds; the grammar counts the commas between them among them."""
    return [name for name in declaration.children_by_field_name("name") if name.is_named]


def _usual_name(module: str) -> str:
    """What a package is most likely called that is imported from there: only its files know."""
    *_, last = parts = module.split("/")
    if len(parts) > 1 and _VERSION.fullmatch(last):
        last = parts[-2]
    last = _DOT_VERSION.sub("", last)
    return last.removeprefix("go-").removesuffix("-go").removesuffix(".go").replace("-", "_")


def _visibility(name: bytes) -> str:
    return "public" if text(name)[:1].isupper() else "private"
