"""What one Swift file says. Hides the language's spelling: modifiers, extensions, which names may lead to another file.

Visibility: `internal`, which is what has no word for it, and `package` are open to other files and stored as
`protected`; `fileprivate` is `private`, and so is what lies in such a type.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

from tree_sitter import Node, Parser, Query, Tree

from plumbrule.extract.frames import Frame
from plumbrule.extract.hiding import Hiding, Span
from plumbrule.extract.sweep import LONGEST_NAME, Flow, Sweep, require_text, text
from plumbrule.facts import ANCESTOR, CONDITIONAL, IMPLICIT, REEXPORT, Facts, Import, Parameter
from plumbrule.languages.swift import MEMBER, OWN

_BOM = b"\xef\xbb\xbf"
_SPACE = re.compile(rb"\s+")
_COMMENT = re.compile(rb"//[^\n]*|/\*.*?\*/", re.DOTALL)
_DOTTED = re.compile(rb"[A-Za-z_\x80-\xff][\w\x80-\xff]*(?:\.[A-Za-z_\x80-\xff][\w\x80-\xff]*)*")
_IMPORT = re.compile(
    rb"import\s+(?:(typealias|struct|class|enum|protocol|let|var|func|actor)\s+)?([\w`\x80-\xff]+(?:\.[^\s;]+)?)"
)
_PLAIN_KINDS = ("open", "public")
_SAID = {"async": b"async", "class": b"static", "static": b"static"}  # words that the grammar has in no modifiers
_SHOWN = ("abstract", "static", "async")
# Words before the type of a parameter that the grammar does not know.
_OWNERSHIP = re.compile(rb"([:(,]\s*)(?:__shared|__owned|borrowing|consuming|sending)(?=[ \t]+[\w(\[@])")
_OWN_CALL = re.compile(rb"((?:self|Self|super)\.)?([a-z_]\w*)")
_LARGEST_TWICE = 2_000_000  # bytes; longer files are read once
_LONGEST_TEXT = 500  # of a type or value kept as written; what follows is replaced by an ellipsis
_LONGEST_WORD = 80  # of a modifier
_MOST_DECORATORS = 50
_MOST_AROUND = 30  # types of one file whose members are looked up by their plain names
_MOST_BASES = 20  # of one type
_MOST_ASKED = 300  # members that are asked of types of other files
_BRANCH = Flow(cyclomatic=1, scaled=True, nests=True)
_ELSE_IF = Flow(cyclomatic=1, cognitive=1)
_SWITCH = Flow(scaled=True, nests=True)
_JUMP = Flow(cognitive=1)
_KINDS = {b"enum": "enum"}
_LOGICAL = ("conjunction_expression", "disjunction_expression")
_COMPARED = frozenset(
    (
        "equality_expression", "comparison_expression", "additive_expression", "multiplicative_expression",
        "infix_expression", "range_expression", "bitwise_operation",
    )
)  # fmt: skip
_COMMENTS = ("comment", "multiline_comment", "directive")
_TEXTS = (*_COMMENTS, "multi_line_str_text", "raw_str_part", "raw_str_end_part")


def extract(source: bytes, tree: Tree, query: Query) -> Facts:
    """Facts of a `.swift` file; ValueError with a plain reason if the bytes are no UTF-8 text."""
    require_text(source)
    if tree.root_node.has_error:
        plain = _OWNERSHIP.sub(lambda found: found[1] + b" " * (found.end() - found.end(1)), source)
        if plain != source and len(source) <= _LARGEST_TWICE:
            tree = Parser(tree.language).parse(plain)
    return _SwiftSweep(source).run(tree, query)


class _SwiftSweep(Sweep):
    FLOWS: ClassVar[Mapping[str, Flow]] = {
        "branch": _BRANCH,
        "case": Flow(cyclomatic=1),
        "closure": Flow(shifts=True),
        "coalesce": Flow(),
        "switch": _SWITCH,
    }
    KEYWORDS: ClassVar[frozenset[bytes]] = frozenset(
        b"actor any as associatedtype async await break case catch class continue default defer deinit do else "
        b"enum extension fallthrough fileprivate final for func get guard if import in indirect infix init "
        b"inout internal is lazy let mutating nonmutating open operator optional override package postfix "
        b"precedencegroup prefix private protocol public repeat required rethrows return self set some static "
        b"struct subscript super switch throw throws try typealias unowned var weak where while willSet didSet".split()
    )
    CONSTANTS: ClassVar[frozenset[bytes]] = frozenset((b"true", b"false", b"nil"))
    ODD_ARGUMENTS: ClassVar[frozenset[bytes]] = frozenset((b"<", b":"))
    # Of what every file sees of the standard library, what nobody calls own types by.
    BUILTINS: ClassVar[frozenset[str]] = frozenset(
        "Any AnyObject Array Bool Character Dictionary Double Float Int Int16 Int32 Int64 Int8 Optional "  # noqa: SIM905
        "Self Set String UInt UInt16 UInt32 UInt64 UInt8 Void available escaping autoclosure discardableResult "
        "objc super".split()
    )
    OWN: ClassVar[frozenset[str]] = frozenset(("self", "Self"))

    def __init__(self, source: bytes) -> None:
        super().__init__(source)
        # What the types that this file defines or extends hold comes first, then the file's own module.
        self.imports.append(Import("", OWN, "*", "", 1, IMPLICIT, -1))
        self._around: dict[bytes, None] = {}  # names of such types, and of those that they inherit from
        self._import_spans: list[Span] = []
        self._conditions = 0  # `#if` that are open
        self._condition_line = 0  # of the outermost one
        self._taken_to = -1  # where the type that was met last begins
        self._heads_to = -1
        self._chained: set[int] = set()  # starts of the `if` of an `else if`
        self._values: dict[bytes, set[Span]] = defaultdict(set)  # where a name is local
        self._types: dict[bytes, set[Span]] = defaultdict(set)
        self._extended: dict[int, str] = {}  # visibility that members of an extension have, by its start
        self._bases_of: dict[bytes, list[bytes]] = {}  # by name of a type, as far as this file says them
        self._asked: set[bytes] = set()
        self._own_types: dict[str, int] = {}  # symbols of types by their dotted names
        if source.startswith(_BOM):
            self.mask(0, len(_BOM), code=False)
        if source.startswith(b"#!"):
            self.mask(0, source.find(b"\n") if b"\n" in source else len(source), code=False)

    # -- imports --------------------------------------------------------------------------------------------------

    def on_directive(self, node: Node) -> None:
        """A condition for the compiler: no code. What it encloses is code of some settings, not of all."""
        start = node.start_byte
        if self.source.startswith(b"#if", start):
            if not self._conditions:
                self._condition_line = self.line(start)
            self._conditions += 1
        elif self._conditions and self.source.startswith(b"#endif", start):
            self._conditions -= 1
            if not self._conditions:
                self.guessed.append((self._condition_line, self.line(start)))
        self.mask(start, node.end_byte, code=False)

    def on_import(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        self.cut(start, end)
        self._import_spans.append((start, end))
        at = self.source.rfind(b"import", start, end)
        word = next((child for child in node.children if child.type == "import"), None)
        found = _IMPORT.match(self.source, word.start_byte if word is not None else at, end)
        if found is None or len(found[2]) > LONGEST_NAME:
            return
        flags = REEXPORT if b"@_exported" in self.source[start : found.start()] else 0
        flags |= CONDITIONAL if self._conditions else 0
        path, line = found[2].replace(b"`", b""), self.line(start)
        if found[1] and b"." in path:
            module, _, name = path.partition(b".")
            row = Import(text(module), 0, text(name), text(name.rpartition(b".")[2]), line, flags, -1)
        else:
            row = Import(text(path), 0, "*", "", line, flags, -1)
        self.imports.append(row)

    # -- definitions ----------------------------------------------------------------------------------------------

    def _modifiers(self, node: Node) -> tuple[str, set[bytes], list[str]]:
        """Visibility as written ("" if it is not), the other words, names of attributes."""
        written, words, decorators = "", set[bytes](), list[str]()
        head = next((child for child in node.children if child.type == "modifiers"), None)
        for one in head.children if head is not None else ():
            said = self.source[one.start_byte : min(one.end_byte, one.start_byte + _LONGEST_WORD)]
            if one.type == "attribute":
                decorators += self._attribute(one)
            elif one.type != "visibility_modifier":
                words.add(b"static" if said == b"class" else said)
            elif b"(" not in said:  # else it says who may change it
                written = text(said)
        return written, words, decorators[:_MOST_DECORATORS]

    def _attribute(self, node: Node) -> list[str]:
        named = next((part for part in node.named_children if part.type == "user_type"), None)
        return [text(self._name_at(named.start_byte, named.end_byte))] if named is not None else []

    def _visibility(self, written: str) -> str:
        if written in _PLAIN_KINDS:
            return "public"
        if written in ("private", "fileprivate"):
            return "private"
        frame = self.frame
        around = self.symbols[frame.symbol] if frame.symbol >= 0 else None
        if around is not None and around.visibility == "private":
            return "private"
        if not written and frame.name and frame.start in self._extended:
            return self._extended[frame.start]
        if not written and around is not None and around.kind == "interface":
            return around.visibility
        return "protected"

    @property
    def _in_type(self) -> bool:
        """Whether what is declared here is a member of a type."""
        frame = self.frame
        return not frame.is_function and frame.unnamed is None and bool(frame.name)

    def _declare(
        self, name: bytes, kind: str, written: str, span: Span, *, signature: str = "", returns: str = "",
        modifiers: Iterable[bytes] = (), decorators: list[str] | None = None, is_type: bool = False,
    ) -> int:  # fmt: skip
        """Appends a symbol; that of a type which another file defines has the type's name before its own."""
        frame = self.frame
        is_local = self.in_function or frame.unnamed is not None
        visibility = "private" if is_local else self._visibility(written)
        if frame.name:
            self._values[name].add((frame.start, frame.end))
            if is_type:
                self._types[name].add((frame.start, frame.end))
        if frame.symbol < 0 and frame.name:
            name = frame.name + b"." + name
        index = self.define(
            name, kind, visibility, span,
            exported=not is_local and (visibility != "private" or self.frame.symbol >= 0),
            signature=signature, returns=returns,
            modifiers=" ".join(word for word in _SHOWN if word.encode() in modifiers), decorators=decorators,
        )  # fmt: skip
        if is_type and index >= 0:
            self._own_types.setdefault(self.symbols[index].name, index)
        return index

    def on_definition(self, node: Node) -> None:
        named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        said = node.child_by_field_name("declaration_kind")
        if named is None or body is None or said is None:
            return
        written, words, decorators = self._modifiers(node)
        name = self._name_at(named.start_byte, named.end_byte)
        if not name:
            return
        bases = [child for child in node.named_children if child.type == "inheritance_specifier"]
        named_bases = [self._name_at(base.start_byte, base.end_byte) for base in bases]
        for base in named_bases:
            self._note_around(base)
        self._hide_type_parameters(node)
        if said.type == "extension":
            self._bases_of.setdefault(name, []).extend(named_bases)
            self._extend(node, name, body, written)
            return
        generic = next((child for child in node.named_children if child.type == "type_parameters"), None)
        shown = [self._written(generic), self._bases(bases)]
        index = self._declare(
            name, "enum" if said.type == "enum" else "class", written, (node.start_byte, node.end_byte),
            signature=" ".join(filter(None, shown)), modifiers=words, decorators=decorators, is_type=True,
        )  # fmt: skip
        self.enter(index, name, node, body.start_byte, function=False)
        if index >= 0:
            whole = self.symbols[index].name.encode()
            self._inherit(index, named_bases)
            self._note_around(whole)
            self._bases_of.setdefault(whole, []).extend(named_bases)

    def _inherit(self, index: int, bases: list[bytes]) -> None:
        """What a type says it inherits from. What a protocol requires of others is no code, and not told: it would be
        found beside the code that meets it."""
        if index >= 0:
            found = (base for base in bases[:_MOST_BASES] if base and len(base) <= LONGEST_NAME)
            self.supers += [(index, text(base), ANCESTOR) for base in found]

    def _bases(self, bases: list[Node]) -> str:
        return ": " + ", ".join(self._written(base) for base in bases[:20]) if bases else ""

    def _note_around(self, name: bytes) -> None:
        if name and len(name) <= LONGEST_NAME and len(self._around) < _MOST_AROUND:
            self._around.setdefault(name)

    def _extend(self, node: Node, name: bytes, body: Node, written: str) -> None:
        """What follows are members of a type that is defined elsewhere, or further up in this file."""
        begin, end = node.start_byte, node.end_byte
        self._note_around(name)
        self._extended[begin] = {"open": "public", "public": "public"}.get(
            written, "private" if written in ("private", "fileprivate") else "protected"
        )
        known = self._own_types.get(text(name), -1)
        if known >= 0:
            self.enter(known, name, node, body.start_byte, function=False)
            return
        self.cut(begin, body.start_byte)
        frame = Frame(-1, name, node, (begin, body.start_byte, end), self.frame)
        self.frame = frame
        self._ends.append(end)
        frame.level = len(self._ends)
        self._tops.append(frame)

    def on_protocol(self, node: Node) -> None:
        named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if named is None or body is None:
            return
        written, words, decorators = self._modifiers(node)
        name = self.source[named.start_byte : named.end_byte]
        bases = [child for child in node.named_children if child.type == "inheritance_specifier"]
        index = self._declare(
            name, "interface", written, (node.start_byte, node.end_byte),
            signature=self._bases(bases), modifiers=words, decorators=decorators, is_type=True,
        )  # fmt: skip
        self._hide_type_parameters(node)
        self.enter(index, name, node, body.start_byte, function=False)

    def on_alias(self, node: Node) -> None:
        named = node.child_by_field_name("name")
        if named is None or named.type != "type_identifier":
            return
        written, words, decorators = self._modifiers(node)
        name, span = self.source[named.start_byte : named.end_byte], (node.start_byte, node.end_byte)
        meant = next(
            (c for c in node.named_children if c.start_byte > named.end_byte and c.type.endswith("type")), None
        )
        said = self._written(meant)
        if self.in_function:
            self._types[name].add((self.frame.start, self.frame.end))
            return
        self._declare(
            name, "type", written, span, signature=f"= {said}" if said else "", modifiers=words,
            decorators=decorators, is_type=True,
        )  # fmt: skip
        self._hide_type_parameters(node)
        self.cut(*span)

    def on_callable(self, node: Node) -> None:
        named = node.child_by_field_name("name")
        kind, body = node.type, node.child_by_field_name("body")
        if kind == "subscript_declaration":
            name = b"subscript"
            body = next((child for child in node.named_children if child.type == "computed_property"), None)
        elif kind == "deinit_declaration":
            name = b"deinit"
        elif named is None:
            named = next((child for child in node.named_children if child.type == "simple_identifier"), None)
            name = self.source[named.start_byte : named.end_byte] if named is not None else b""
        else:
            name = self.source[named.start_byte : named.end_byte]
        name = name.replace(b"`", b"").replace(b".", b"\xc2\xb7")
        if not name:
            return
        written, words, decorators = self._modifiers(node)
        around = self.frame.node
        is_required = around is not None and around.type == "protocol_declaration"
        begin, opened = self._given(node)
        stop = body.start_byte if body is not None else node.end_byte
        words |= {_SAID[child.type] for child in node.children if child.type in _SAID}
        returned = _returned(node)
        shown = self._text(begin, stop) if opened else ""
        index = self._declare(
            name, "method" if self._in_type else "function", written, (node.start_byte, node.end_byte),
            signature=shown, returns=self._written(returned),
            modifiers=words | {b"abstract"} if is_required else words, decorators=decorators,
        )  # fmt: skip
        if self.in_function and self.frame.name:
            self._values[name].add((self.frame.start, self.frame.end))
        self._take_parameters(index, node)
        self._hide_type_parameters(node)
        if body is None or is_required:
            self.cut(node.start_byte, node.end_byte)
            return
        self.enter(index, name, node, body.start_byte, function=True)

    def _given(self, node: Node) -> tuple[int, bool]:
        """Where type parameters or parameters begin."""
        for child in node.children:
            if child.type in ("type_parameters", "("):
                return child.start_byte, True
        return node.end_byte, False

    def _take_parameters(self, index: int, node: Node) -> None:
        is_last = False  # what follows may be a default of the last one
        for child in node.children if index >= 0 else ():
            if child.type == "parameter":
                self.parameters.append(self._parameter(index, child))
                is_last = True
            elif child.type == ")":
                is_last = False
            elif is_last and child.is_named:
                self.parameters[-1] = self.parameters[-1]._replace(default=self._written(child), optional=True)

    def _parameter(self, index: int, node: Node) -> Parameter:
        """A parameter under the label that callers name it by, if it has one."""
        own, label = node.child_by_field_name("name"), node.child_by_field_name("external_name")
        name = self._written(own)
        kind = "positional"
        if label is not None and self._written(label) == "_":
            kind = "positional-only"
        elif label is not None:
            name = self._written(label)
        said = [one for one in node.named_children if one.type != "simple_identifier"]
        meant = self._text(said[0].start_byte, said[-1].end_byte) if said else ""
        is_variadic = node.children[-1].type == "..."
        return Parameter(index, name, "variadic" if is_variadic else kind, "", is_variadic, meant)

    def _hide_type_parameters(self, node: Node) -> None:
        given = next((child for child in node.named_children if child.type == "type_parameters"), None)
        for one in given.named_children if given is not None else ():
            named = next((part for part in one.named_children if part.type == "type_identifier"), None)
            if named is not None and one.type == "type_parameter":
                name, span = self.source[named.start_byte : named.end_byte], (node.start_byte, node.end_byte)
                self._types[name].add(span)
                self._values[name].add(span)

    def on_property(self, node: Node) -> None:
        """A property or variable; one that is computed is a function."""
        if self.in_function or self.frame.unnamed is not None:
            return
        written, words, decorators = self._modifiers(node)
        is_member = self._in_type
        is_fixed = _is_let(node)
        kind = "property" if is_member else "constant" if is_fixed else "variable"
        if is_member and is_fixed and b"static" in words:
            kind = "constant"
        is_required = node.type.startswith("protocol")
        annotated = next((child for child in node.named_children if child.type == "type_annotation"), None)
        said = self._written(annotated).removeprefix(":").strip()
        computed = node.child_by_field_name("computed_value")
        index, name = -1, b""
        for pattern in node.children_by_field_name("name"):
            for named in _names_in(pattern):
                name = self.source[named.start_byte : named.end_byte].replace(b"`", b"")
                index = self._declare(
                    name, kind, written, (node.start_byte, node.end_byte),
                    signature=f": {said}" if said else "", returns=said,
                    modifiers=words | {b"abstract"} if is_required else words, decorators=decorators,
                )  # fmt: skip
        if computed is not None:
            self.enter(index, name, node, computed.start_byte, function=True)
        elif not is_member and is_required:
            self.cut(node.start_byte, node.end_byte)

    def on_entry(self, node: Node) -> None:
        if not self._in_type:
            return
        frame = self.frame
        visibility = self.symbols[frame.symbol].visibility if frame.symbol >= 0 else "protected"
        for named in node.children_by_field_name("name"):
            if named.type == "simple_identifier":
                name = self.source[named.start_byte : named.end_byte].replace(b"`", b"")
                self._values[name].add((frame.start, frame.end))
                if frame.symbol >= 0:
                    self.define(name, "constant", visibility, (node.start_byte, node.end_byte), modifiers="static")

    # -- what is local --------------------------------------------------------------------------------------------

    def on_local(self, node: Node) -> None:
        frame = self.frame
        if frame.symbol < 0 and frame.unnamed is None:
            return  # of a whole file
        start, end = (frame.start, frame.end) if frame.symbol >= 0 else (frame.unnamed.start, len(self.source))  # type: ignore[union-attr]  # one of both holds
        self._values[self.source[node.start_byte : node.end_byte]].add((start, end))

    # -- references -----------------------------------------------------------------------------------------------

    def _name_at(self, start: int, end: int) -> bytes:
        """The dotted name there, without what makes it generic."""
        found = _DOTTED.match(self.source, start, end)
        return found[0] if found is not None else b""

    def _refer(self, kind: str, node: Node) -> None:
        found = _DOTTED.match(self.source, node.start_byte, node.end_byte)
        if found is not None:
            self.refer(kind, found.start(), found.end())
            self._refer_head(found.start(), found[0])

    def _refer_head(self, start: int, name: bytes) -> None:
        """What a type holds may be in another file than the type, which is named as well."""
        head, dot, _ = name.partition(b".")
        if dot and head[:1].isupper():
            self.refer("type", start, start + len(head))

    def on_create(self, node: Node) -> None:
        self._taken_to = self._heads_to = node.start_byte
        self._refer("call", node)

    def on_inherit(self, node: Node) -> None:
        self._taken_to = node.start_byte
        self._refer("inherit", node)

    def on_type(self, node: Node) -> None:
        if node.start_byte != self._taken_to:
            self._taken_to = node.start_byte
            self._refer("type", node)

    def on_call(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        if start == self._heads_to:
            return
        found = _DOTTED.match(self.source, start, end)
        if found is not None and found.end() == end:
            self._heads_to = start
            self.refer("call", start, end)
            self._refer_head(start, found[0])

    def on_bare(self, node: Node) -> None:
        start = node.start_byte
        if start != self._heads_to and not self.source.startswith(b".", start - 1):
            self._heads_to = start
            self.refer("read", start, node.end_byte)

    def on_head(self, node: Node) -> None:
        start = node.start_byte
        if start == self._heads_to:
            return
        self._heads_to = start
        found = _DOTTED.match(self.source, start)
        if found is not None:
            self.refer("read", start, found.end())
            self._refer_head(start, found[0])

    # -- figures --------------------------------------------------------------------------------------------------

    def on_statement(self, node: Node) -> None:
        if node.type not in _COMMENTS:
            self.statement()

    def on_if(self, node: Node) -> None:
        start = node.start_byte
        if start in self._chained:
            self._chained.discard(start)
            self.flow(_ELSE_IF, node)
        else:
            self.flow(_BRANCH, node)
        last = node.children[-1]
        if last.type == "if_statement":
            self._chained.add(last.start_byte)
        elif any(child.type == "else" for child in node.children):
            self.frame.cognitive += 1

    def on_boolean(self, node: Node) -> None:
        operator = node.child_by_field_name("op")
        if operator is not None:
            sides = tuple(_decision(node.child_by_field_name(side)) for side in ("lhs", "rhs"))
            self.boolean(operator, sides, node)

    def on_catch(self, node: Node) -> None:
        said = node.child_by_field_name("error")
        body = [child for child in node.named_children if child.type not in ("catch_keyword", "comment")]
        written = self._written(said)
        broad = said is None or re.fullmatch(r"(?:let|var)\s+\w+", written) is not None
        silent = not any(child.type == "statements" for child in body)
        self.caught(node, "" if broad else written, broad=broad, silent=silent)
        self.flow(_BRANCH, node)

    def on_transfer(self, node: Node) -> None:
        first = node.child(0)
        if first is None:
            return
        result = node.child(1) if node.child_count > 1 else None
        if first.type == "throw_keyword":
            name = b""
            if result is not None:
                name = self._name_at(result.start_byte, result.end_byte)
            self.raises(node, text(name) if name[:1].isupper() else "")
        elif first.type in ("continue", "break") and node.child_count > 1:
            self.flow(_JUMP, node)

    def on_string(self, node: Node) -> None:
        if b"\\" not in self.source[node.start_byte : node.end_byte]:
            super().on_string(node)
            return
        at = node.start_byte
        for child in node.named_children:
            inner = child
            if child.type == "raw_str_interpolation":
                found = [one for one in child.named_children if one.type == "interpolated_expression"]
                if not found:
                    continue
                inner = found[0]
            if inner.type == "interpolated_expression":
                self.mask(at, inner.start_byte, code=True)
                at = inner.end_byte
        self.mask(at, node.end_byte, code=True)

    def _note_conflicts(self) -> None:
        """The marks of a conflict that was committed are operators to the grammar; the compiler takes them for what
        they are."""
        source, at = self.source, 0
        if source.find(b"<<<<<<< ") < 0:
            return
        while (at := source.find(b"<<<<<<< ", at)) >= 0:
            end = source.find(b"\n>>>>>>> ", at)
            if end < 0:
                return
            if at and source[at - 1] not in b"\r\n":
                at += 1
                continue
            around = self._root.descendant_for_byte_range(at, at + 1)
            if around is None or around.type not in _TEXTS:
                self._errors.append((at, end + 1))
            at = end
        self._errors.sort()

    def on_error(self, node: Node) -> None:
        if (
            self.source[node.start_byte : node.end_byte].strip() != b";"
        ):  # between members of a type the grammar has none
            super().on_error(node)

    def is_itself(self, frame: Frame, head: bytes) -> bool:
        is_method = frame.outer is not None and not frame.outer.is_function and bool(frame.outer.name)
        return text(head) in self.OWN if is_method else not head

    # -- the end --------------------------------------------------------------------------------------------------

    def finish(self) -> None:
        self._note_conflicts()
        if self._conditions:
            self.guessed.append((self._condition_line, self.line(len(self.source))))
        if self._around:
            names = ",".join(text(name) for name in self._around)
            self.imports.insert(0, Import(names, OWN, "*", "", 1, IMPLICIT, -1))
        hiding = Hiding(self._values, self._types)
        self.read_imported_names(self._import_spans, hiding)
        self._call_own(hiding)

    def _call_own(self, hiding: Hiding) -> None:
        """What a type calls of its own may be given to it in another file: of a type of this file that may be what goes
        by a plain name, of one that this file extends what it says of itself."""
        own = {symbol.name.encode() for symbol in self.symbols}
        owners: dict[int, bytes] = {}
        for symbol, kind, start, end in self._met:
            if kind != "call" or symbol < 0 or end - start > LONGEST_NAME:
                continue
            said = _OWN_CALL.fullmatch(self.source, start, end)
            if said is None:
                continue
            owner = owners.get(symbol)
            if owner is None:
                owner = owners[symbol] = self._owner(symbol)
            name = b"%s.%s" % (owner, said[2])
            is_plain = not said[1]
            if not owner or name in own or (is_plain and (said[2] in own or hiding.hides(said[2], start))):
                continue
            is_above = said[1] == b"super."
            is_given = not is_plain or owner in own
            if is_given and not is_above:
                self._references.setdefault((symbol, "call", name), start)
                self._calls.setdefault((symbol, name), []).append(end)
            for holder in self._bases_of.get(owner, []) if is_given else (owner, *self._bases_of.get(owner, [])):
                self._ask_member(symbol, holder, said[2], start, end, own)

    def _ask_member(self, symbol: int, holder: bytes, name: bytes, start: int, end: int, own: set[bytes]) -> None:
        """Calls what a type of another file may have; nothing else is meant if it has none of that name."""
        alias = b"%s$%s" % (holder.replace(b".", b"$"), name)
        if not holder or holder in own or len(alias) > LONGEST_NAME:
            return
        if alias not in self._asked:
            if len(self._asked) >= _MOST_ASKED:
                return
            self._asked.add(alias)
            row = Import(text(holder), MEMBER, text(name), text(alias), self.line(start), IMPLICIT, -1)
            self.imports.append(row)
        self._references.setdefault((symbol, "call", alias), start)
        self._calls.setdefault((symbol, alias), []).append(end)

    def _owner(self, symbol: int) -> bytes:
        """The type that a symbol belongs to, as it is called from outside; empty if there is none."""
        around = self.symbols[symbol]
        while around.kind in ("function", "method", "property", "variable", "constant"):
            if around.parent < 0:
                return around.name.rpartition(".")[0].encode()
            around = self.symbols[around.parent]
        return around.name.encode()

    @staticmethod
    def literal_of(written: bytes) -> bytes:
        return written.strip(b'"#/')

    # -- text -----------------------------------------------------------------------------------------------------

    def _written(self, node: Node | None) -> str:
        """The text of a node on one line, comments left out."""
        return self._text(node.start_byte, node.end_byte) if node is not None else ""

    def _text(self, start: int, end: int) -> str:
        written = self.source[start : min(end, start + 4 * _LONGEST_TEXT)]
        if b"\n" in written or b"/" in written or b"  " in written or b"\t" in written:
            written = _SPACE.sub(b" ", _COMMENT.sub(b" ", written))
        written = written.strip()
        return text(written[:_LONGEST_TEXT]) + ("…" if len(written) > _LONGEST_TEXT else "")


def _returned(node: Node) -> Node | None:
    """The type behind the arrow."""
    is_next = False
    for child in node.children:
        if is_next and child.is_named:
            return child
        is_next = is_next or child.type == "->"
    return None


def _is_let(node: Node) -> bool:
    bound = next((child for child in node.named_children if child.type == "value_binding_pattern"), None)
    mutability = bound.child_by_field_name("mutability") if bound is not None else None
    return mutability is not None and mutability.type == "let"


def _names_in(pattern: Node) -> Iterator[Node]:
    """The names that a pattern binds: of a tuple several."""
    waiting = [pattern]
    for node in waiting:
        if len(waiting) > 200:
            return
        if node.type == "simple_identifier":
            yield node
        elif node.type == "pattern":
            waiting += node.named_children


def _decision(node: Node | None) -> Node | None:
    """The logical expression that this is or ends in: the grammar has it that comparisons bind less than they do."""
    for _ in range(50):
        if node is None or node.type in _LOGICAL:
            return node
        if node.type in _COMPARED:
            node = node.child_by_field_name("rhs")
        elif node.type == "tuple_expression" and node.named_child_count == 1:
            node = node.named_child(0)
        else:
            return None
    return None
