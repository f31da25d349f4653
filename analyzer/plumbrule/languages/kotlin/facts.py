"""What one Kotlin file says. Hides the language's spelling, which names are local, and what belongs to which type.

Visibility: what is `internal` or `protected` is stored as `protected`. Members of a companion are members of the class
around it, as everybody names them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence, Set
from itertools import chain
from typing import ClassVar

from tree_sitter import Node, Query, Tree

from plumbrule.extract.branches import BRANCH
from plumbrule.extract.hiding import Hiding, Span
from plumbrule.extract.scopes import CLASS, CODE, COMMENT, FILE, SPACE, UNNAMED
from plumbrule.extract.sweep import LONGEST_NAME, Flow, require_text, text
from plumbrule.facts import ANCESTOR, APART, GIVEN, IMPLICIT, OPTIONAL, UNKNOWN, VALUE, Facts, Import, Parameter
from plumbrule.languages.kotlin import DEFAULTS, EXPECTED
from plumbrule.languages.kotlin.mending import mended
from plumbrule.languages.kotlin.receivers import KINDS, WORD, ReceivingSweep, given_to

_BOM = b"\xef\xbb\xbf"
_NAME = rb"(?:" + WORD + rb"|`[^`\n]+`)"
_DOTTED = re.compile(WORD + rb"(?:\s*\.\s*" + WORD + rb")*")
_PLAIN = re.compile(WORD + rb"(?:\." + WORD + rb")*")
_MEMBER = re.compile(rb"(?:\.|::)\s*(" + WORD + rb")\s*\Z")
_IMPORT = re.compile(rb"import\s+(" + _NAME + rb"(?:\." + _NAME + rb")*)(\.\*)?(?:\s+as\s+(" + _NAME + rb"))?\s*;?")
_DOT = re.compile(rb"\s*\.\s*")
_QUALIFIED = re.compile(rb"((?:[a-z_]\w*\.)+)([A-Z]" + rb"[\w\x80-\xff]*)")
_HELD_NAME = re.compile(rb"\$(" + WORD + rb")")
_FILE_GENERATED = re.compile(rb"@file\s*:\s*\[?\s*(?:[\w.]+\.)?Generated\b")
_JVM_NAME = re.compile(rb"@\s*file\s*:.*?\bJvmName\s*\(\s*(?:name\s*=\s*)?\"([\w$]+)\"", re.DOTALL)
# A name as it stands in the text: the dot or colons before it say that it is one of something else, what is behind it
# that it is a place that gets a value, or a label. None is the name of an annotation or behind a label's sign.
_USED = re.compile(
    rb"(?:((?<!\.)\.(?!\.)\s*|::\s*)|(?<![\w$@`\x80-\xff]))"
    rb"(" + _PLAIN.pattern + rb")(?=(\s*(?:=(?!=)|:(?!:))|@)?)"
)
_USUAL_ROOTS = frozenset((b"java", b"javax", b"jakarta", b"com", b"org", b"net", b"io", b"de", b"dev", b"kotlin"))
# A head at the begin of a line, where the grammar lost it.
_HEAD = re.compile(rb"^((?:[a-z]+[ \t]+)*?)(class|interface|object)[ \t]+(" + _NAME + rb")", re.MULTILINE)
_MOST_SIGNS = 20  # before a string, that say how many begin what is put into it
_LONGEST_PACKAGE = 8  # parts of a name behind which no function of a package is looked for
_LONGEST_SILENT = 2_000  # bytes of a handler that may turn out to do nothing
_BROAD = frozenset(("Exception", "Throwable", "RuntimeException", "java.lang.Exception", "kotlin.Throwable"))
_SILENT = re.compile(
    rb"\{\s*(?:(?:return(?:@\w+)?(?:\s+(?:null|true|false|-?[\d.]+|\"[^\"\n$]*\"))?|continue|break"
    rb"|null|true|false|Unit)\s*;?)?\s*\}"
)
_WHEN = Flow(scaled=True, nests=True)
_ENTRY = Flow(cyclomatic=1)
_JUMP = Flow(cognitive=1)
_UNNAMED = Flow(shifts=True)
_CLASS = Flow(shifts=True, holds=True)
_COMMENTS = ("line_comment", "block_comment", "lambda_parameters", "label")
_TYPES = ("user_type", "nullable_type", "function_type", "parenthesized_type", "non_nullable_type")
_HEADS = ("delegation_specifier", "constructor_invocation", "explicit_delegation")
_VARIABLES = ("variable_declaration", "multi_variable_declaration")


def extract(source: bytes, tree: Tree, query: Query) -> Facts:
    """Facts of a Kotlin file; ValueError with a plain reason if the bytes are no UTF-8 text."""
    require_text(source)
    tree, aside, guards = mended(source, tree)
    return _KotlinSweep(source, aside, guards).run(tree, query)


class _KotlinSweep(ReceivingSweep):
    KEYWORDS: ClassVar[frozenset[bytes]] = frozenset(
        b"abstract actual annotation as break by catch class companion const constructor continue crossinline data do "
        b"dynamic else enum expect external final finally for fun get if import in infix init inline inner interface "
        b"internal is lateinit noinline object open operator out override package private protected public reified "
        b"return sealed set super suspend tailrec this throw try typealias val var vararg when where while".split()
    )
    CONSTANTS: ClassVar[frozenset[bytes]] = frozenset((b"true", b"false", b"null"))
    # Of what every file sees of the standard library, what nobody calls own things by.
    BUILTINS: ClassVar[frozenset[str]] = frozenset(
        "Any Array Boolean Byte Char CharSequence Double Float Int Long Nothing Number Short String Unit false field "  # noqa: SIM905
        "it null super this true".split()
    )
    OWN: ClassVar[frozenset[str]] = frozenset(("", "this"))  # one's own methods need no `this`
    _USUAL: ClassVar[frozenset[bytes]] = frozenset(name.encode() for name in BUILTINS)
    _NEVER: ClassVar[frozenset[bytes]] = frozenset(
        (KEYWORDS - {b"data", b"get", b"set", b"value", b"out", b"inner", b"open", b"external", b"init"})
        | CONSTANTS
        | _USUAL
    )

    def __init__(self, source: bytes, aside: Mapping[int, list[Node]], guards: Sequence[int]) -> None:
        super().__init__(source)
        self._aside = aside
        self._guards = guards
        for annotation in chain.from_iterable(aside.values()):
            self._mask_texts(annotation)
        self._import_spans: list[Span] = []
        self._package = b""
        self._facade = ""
        self._declared = (0, 0)  # of the last local property: where its names end, and where it does
        self._types_to = 0  # names of types before this offset were taken
        self._companion_to: dict[int, int] = {}  # by symbol of a class: where its companion ends
        self._held_names: list[tuple[bytes, int]] = []  # in strings
        self._open_types: set[bytes] = set()  # names of type parameters
        self._members: dict[tuple[int, bytes], int] = {}  # what is called on a value that may be anything
        self._imported: dict[bytes, str] = {}  # what an import names, by the name that it gives it
        self._qualified: dict[bytes, int] = {}  # import rows of names that say their package wherever they are used
        self._spelt: list[tuple[int, str, bytes, int]] = []  # such names, but for types, with who uses them for what
        self._roots = set(_USUAL_ROOTS)  # what packages begin with here
        if source.startswith(_BOM):
            self.mask(0, len(_BOM), code=False)

    def _mask_texts(self, annotation: Node) -> None:
        """Hides the strings of an annotation that is not met with the others."""
        waiting = [annotation]
        while waiting:
            node = waiting.pop()
            if node.type.endswith("string_literal"):
                self.mask(node.start_byte, node.end_byte, code=True)
            else:
                waiting += node.named_children

    # -- packages -------------------------------------------------------------------------------------------------

    def on_file_annotation(self, node: Node) -> None:
        self.cut(node.start_byte, node.end_byte)
        said = self.source[node.start_byte : min(node.end_byte, node.start_byte + 1_000)]
        self.is_generated = self.is_generated or _FILE_GENERATED.match(said) is not None
        found = _JVM_NAME.match(self.source, node.start_byte, min(node.end_byte, node.start_byte + 1_000))
        if found is not None:
            self._facade = text(found[1])  # as a space inside the package: where Java has what is in no class

    def on_package(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        self.cut(start, end)
        self._import_spans.append((start, end))
        named = node.named_child(0)
        if not self.spaces and named is not None:
            self._space(self._one_line(named), self.line(start))

    def _space(self, name: bytes, line: int) -> None:
        name = name.replace(b"`", b"")
        if len(name) > LONGEST_NAME:
            name = b""
        self._package = name
        self.spaces.append((text(name), 1, self.line(max(0, len(self.source) - 1))))
        self._roots.add(name.partition(b".")[0])
        self.imports.append(Import(text(name), 0, "*", "", line, IMPLICIT, -1))

    def on_import(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        self.cut(start, end)
        self._import_spans.append((start, end))
        if not self.spaces:
            self._space(b"", 1)
        if end - start > 4 * LONGEST_NAME:
            return
        written = _DOT.sub(b".", SPACE.sub(b" ", COMMENT.sub(b" ", self.source[start:end]))).strip()
        found = _IMPORT.fullmatch(written)
        if found is None:
            return
        path, line = found[1].replace(b"`", b""), self.line(start)
        if found[2]:
            self.imports.append(Import(text(path), 0, "*", "", line, 0, -1))
            return
        module, _, name = path.rpartition(b".")
        alias = (found[3] or name).replace(b"`", b"")
        self._imported[alias] = text(path)
        self.imports.append(Import(text(module), 0, text(name), text(alias), line, 0, -1))

    # -- scopes ---------------------------------------------------------------------------------------------------

    def on_variable(self, node: Node) -> None:
        named = node.named_child(0)
        if named is not None and named.type == "identifier":
            start = node.start_byte
            names_end, end = self._declared
            if start < names_end:  # what it begins with does not know it yet
                self._make_local(self._take_name(named), (end, max(end, self._scope(start)[1])))
            else:
                self._make_member(self._take_name(named), start)

    # -- definitions ----------------------------------------------------------------------------------------------

    def _modifiers(self, node: Node) -> tuple[str, set[str], list[str]]:
        """Visibility, the other words, and the names of annotations."""
        words: set[str] = set()
        apart = self._aside.get(node.start_byte, ())
        decorators = [text(self._one_line(said)) for one in apart if (said := _said_in(one)) is not None]
        for child in node.named_children:
            if child.type != "modifiers":
                if child.type not in _COMMENTS:
                    break
                continue
            for one in child.named_children:
                if one.type != "annotation":
                    words.add(text(self.source[one.start_byte : one.end_byte]))
                elif len(decorators) < 50 and (said := _said_in(one)) is not None:
                    decorators.append(text(self._one_line(said)))
        return _visibility(words), words, decorators

    @property
    def _parent_is_interface(self) -> bool:
        return self.symbol >= 0 and self.symbols[self.symbol].kind == "interface"

    def _define(
        self, node: Node, name: bytes, kind: str, *, signature: str = "", returns: str = "", static: bool = False
    ) -> int:
        """A symbol where the node stands; -1 in what has no name."""
        start = node.start_byte
        scope = self._scope(start)[2]
        visibility, words, decorators = self._modifiers(node)
        if node.type.endswith("_constructor") and self.symbol >= 0 and self.symbols[self.symbol].kind == "enum":
            visibility = "private"  # without a word for it
        is_local = scope == CODE
        if scope == UNNAMED:
            return -1
        is_hidden = is_local or visibility == "private"
        static = static or (
            scope == CLASS
            and (start < self._companion_to.get(self.symbol, -1) or (kind in KINDS and "inner" not in words))
        )
        said = [word for word, holds in (("abstract", "abstract" in words), ("static", static)) if holds]
        if "suspend" in words:
            said.append("async")
        apart = self._aside.get(start, ())
        index = self.define(
            name, kind, "private" if is_local else visibility,
            (apart[0].start_byte if apart else start, node.end_byte), exported=not is_hidden,
            signature=signature, returns=returns, modifiers=" ".join(said), decorators=decorators,
        )  # fmt: skip
        for named in filter(None, map(_said_in, apart)):
            written = self._one_line(named)
            if written not in self._USUAL and not self._qualify("type", written, named.start_byte, is_type=True):
                self._references.setdefault((index, "type", written), named.start_byte)
        return index

    def on_class(self, node: Node) -> None:
        kind = "class"
        for child in node.children:
            if child.type in ("interface", "identifier"):
                kind = "interface" if child.type == "interface" else kind
                break
            if child.type == "modifiers" and any(
                one.type == "class_modifier" and self.source[one.start_byte : one.end_byte] == b"enum"
                for one in child.named_children
            ):
                kind = "enum"
        self._type(node, kind, node.child_by_field_name("name"))

    def on_object(self, node: Node) -> None:
        self._type(node, "class", node.child_by_field_name("name"), static=True)

    def on_companion(self, node: Node) -> None:
        """What is in it is named as if it were in the class itself."""
        named = node.child_by_field_name("name")
        name = self._take_name(named) if named is not None else b"Companion"
        heads = [child for child in node.named_children if child.type == "delegation_specifiers"]
        if self.symbol >= 0 and self._scope(node.start_byte)[2] == CLASS:
            index = self._define(node, name, "class", signature=self._heads(None, None, heads), static=True)
            self.supers.append((index, "", VALUE))
            self._companion_to[self.symbol] = node.end_byte
            self._receivers.add(node.start_byte, node.end_byte, APART)
        for head in heads:
            self._supers(self.symbol, head, VALUE)

    def _heads(self, generic: Node | None, given: Node | None, heads: list[Node]) -> str:
        said = self._written(generic) + self._written(given)
        above = ", ".join(map(self._written, heads))
        return said + (" : " if said else ": ") + above if above else said

    def _type(self, node: Node, kind: str, named: Node | None, *, static: bool = False) -> None:
        name = self._take_name(named)
        if not name:
            return
        if not self.spaces:
            self._space(b"", 1)
        generic = primary = body = None
        heads: list[Node] = []
        for child in node.named_children:
            if child.type == "type_parameters":
                generic = child
            elif child.type == "primary_constructor":
                primary = child
            elif child.type == "delegation_specifiers":
                heads.append(child)
            elif child.type.endswith("class_body"):
                body = child
        self._make_member(name, node.start_byte, is_type=True)
        self._receivers.add(node.start_byte, node.end_byte, "")
        given = next((c for c in primary.named_children if c.type == "class_parameters"), None) if primary else None
        index = self._define(node, name, kind, signature=self._heads(generic, given, heads), static=static)
        self._open(node, CLASS if index >= 0 else UNNAMED)
        self._hide_type_parameters(generic, node)
        self.enter(index, name, node, body.start_byte if body is not None else node.end_byte, function=False)
        if primary is not None:
            self._primary(index, primary, given, node)
        for head in heads:
            self._supers(index, head)
        self._expect_elsewhere(node, index, name)

    def _primary(self, index: int, primary: Node, given: Node | None, around: Node) -> None:
        """The constructor in the head of a class, and the properties that it makes."""
        for one in given.named_children if given is not None else ():
            named = next((child for child in one.named_children if child.type == "identifier"), None)
            name = self._take_name(named)
            if not name:
                continue
            self._make_local(name, around)
            if index >= 0 and any(child.type in ("val", "var") for child in one.children):
                said = self._written(_type_in(one))
                self._define(one, name, "property", signature=f": {said}", returns=said)
        if index >= 0 and given is not None:
            made = self._define(primary, b"constructor", "method", signature=self._written(given))
            self._take_parameters(made, given)

    def _supers(self, index: int, head: Node, how: int = ANCESTOR) -> None:
        for specifier in head.named_children:
            said = _super_in(specifier)
            if said is not None:
                name = self._one_line(said)
                if name in self._USUAL or len(name) > LONGEST_NAME:
                    continue
                if not self._qualify("inherit", name, said.start_byte, is_type=True):
                    self.refer_to("inherit", name, said.start_byte)
                if index >= 0:
                    self.supers.append((index, text(name), how))

    def _expect_elsewhere(self, node: Node, index: int, name: bytes) -> None:
        """What is `actual` here is of something that common code expects."""
        if index < 0 or self.symbols[index].parent >= 0:
            return
        first = node.named_child(0)
        if (
            first is not None
            and first.type == "modifiers"
            and b"actual" in self.source[first.start_byte : first.end_byte].split()
        ):
            self.imports.append(
                Import(text(self._package), EXPECTED, text(name), "", self.line(node.start_byte), IMPLICIT, -1)
            )
            self.refer_through(len(self.imports) - 1, index, "inherit", name, node.start_byte)

    def on_enum_entry(self, node: Node) -> None:
        name = self._take_name(next((c for c in node.named_children if c.type == "identifier"), None))
        if name and self.symbol >= 0 and self._scope(node.start_byte)[2] == CLASS:
            self._make_member(name, node.start_byte)
            self._define(node, name, "constant", static=True)

    def on_alias(self, node: Node) -> None:
        name = self._take_name(node.child_by_field_name("type"))
        generic = next((child for child in node.named_children if child.type == "type_parameters"), None)
        meant = self._written(_type_in(node))
        if name:
            if not self.spaces:
                self._space(b"", 1)
            self._make_member(name, node.start_byte, is_type=True)
            self._define(node, name, "type", signature=f"{self._written(generic)}= {meant}", returns=meant)
            self._hide_type_parameters(generic, node)

    def on_function(self, node: Node) -> None:
        name = self._take_name(node.child_by_field_name("name"))
        generic = given = receiver = returned = body = None
        for child in node.named_children:
            kind = child.type
            if kind == "type_parameters":
                generic = child
            elif kind == "function_value_parameters":
                given = child
            elif kind == "function_body":
                body = child
            elif kind in _TYPES:
                receiver, returned = (child, returned) if given is None else (receiver, child)
        if not name:
            return
        if not self.spaces:
            self._space(b"", 1)
        start = node.start_byte
        scope = self._scope(start)[2]
        if receiver is None:
            self._make_member(name, start)
        returns = self._written(returned)
        signature = self._written(generic) + self._written(given) + (f": {returns}" if returns else "")
        if receiver is not None:
            signature = f"{self._received(receiver)}{signature}"
            self._receive(node, receiver, generic)
        index = self._define(
            node, name, "method" if scope == CLASS else "function", signature=signature, returns=returns
        )
        if index >= 0 and body is None:
            self._promise(index)
        self._open(node, CODE)
        self._hide_type_parameters(generic, node)
        self._hide_parameters(given, node)
        self._take_parameters(index, given)
        if scope == CLASS or self.symbol < 0 or index >= 0:
            self._expect_elsewhere(node, index, name)
        if body is not None and scope != UNNAMED:
            self.enter(index, name, node, body.start_byte, function=True)
            if not self.source.startswith(b"{", body.start_byte):
                self.statement()

    def _receive(self, node: Node, receiver: Node, generic: Node | None) -> None:
        """Notes that the text of an extension sees what it is called on."""
        said: Node | None = receiver
        while said is not None and said.type != "user_type":
            said = said.named_child(0) if said.named_child_count else None
        name = self._one_line(said) if said is not None else b""
        for parameter in generic.named_children if generic is not None else ():
            named = next((child for child in parameter.named_children if child.type == "identifier"), None)
            if named is not None and self.source[named.start_byte : named.end_byte] == name:
                bound = next((child for child in parameter.named_children if child.type == "user_type"), None)
                name = self._one_line(bound) if bound is not None else b""
        if name and len(name) <= LONGEST_NAME and name not in self._USUAL:
            self._receivers.add(node.start_byte, node.end_byte, text(name))

    def _promise(self, index: int) -> None:
        """What an interface has without code is abstract, whether it says so or not."""
        row = self.symbols[index]
        if self._parent_is_interface and not row.has("abstract") and not row.has("static"):
            self.symbols[index] = row._replace(modifiers=f"abstract {row.modifiers}".strip())

    def _received(self, receiver: Node) -> str:
        """How a signature says what an extension is called on; it begins otherwise than one without."""
        said = self._written(receiver)
        return f".{said}." if said.startswith("(") else f"{said}."

    def on_constructor(self, node: Node) -> None:
        given = next((child for child in node.named_children if child.type == "function_value_parameters"), None)
        body = next((child for child in node.named_children if child.type == "block"), None)
        index = self._define(node, b"constructor", "method", signature=self._written(given))
        self._open(node, CODE)
        self._hide_parameters(given, node)
        self._take_parameters(index, given)
        if index >= 0 and body is not None:
            self.enter(index, b"constructor", node, body.start_byte, function=True)

    def _hide_parameters(self, given: Node | None, inside: Node) -> None:
        for one in given.named_children if given is not None else ():
            if one.type == "parameter" and (named := one.named_child(0)) is not None:
                self._make_local(self._take_name(named), inside)

    def _take_parameters(self, index: int, given: Node | None) -> None:
        """Rows of parameters; modifiers and defaults of a function's stand beside them, of a class's in them."""
        pending: Parameter | None = None
        variadic = False
        for child in given.children if given is not None and index >= 0 else ():
            if child.type in ("parameter_modifiers", "modifiers"):
                variadic = b"vararg" in self.source[child.start_byte : child.end_byte].split()
            elif child.type in ("parameter", "class_parameter"):
                if pending is not None:
                    self.parameters.append(pending)
                pending = self._parameter(index, child, variadic=variadic)
                variadic = False
            elif child.is_named and child.type not in _COMMENTS and pending is not None:
                pending = pending._replace(default=self._written(child), optional=True)
        if pending is not None:
            self.parameters.append(pending)
        for said in (given_to(one.type) for one in self._parameters_of(index) if index >= 0 and one.type):
            if said is not None:
                is_open = said.encode() in self._open_types
                self.supers.append((index, UNKNOWN if is_open else said, GIVEN))

    def _parameter(self, index: int, node: Node, *, variadic: bool) -> Parameter:
        name, default = "", ""
        is_given = False
        for child in node.children:
            if child.type == "modifiers":
                variadic = variadic or b"vararg" in self.source[child.start_byte : child.end_byte].split()
            elif child.type == "identifier" and not name:
                name = text(self.source[child.start_byte : child.end_byte].strip(b"`"))
            elif child.type == "=":
                is_given = True
            elif is_given and child.is_named:
                default = self._written(child)
        kind = "variadic" if variadic else "positional"
        return Parameter(index, name, kind, default, bool(default) or variadic, self._written(_type_in(node)))

    def on_property(self, node: Node) -> None:
        start = node.start_byte
        if not self.spaces and self._scope(start)[2] == FILE:
            self._space(b"", 1)
        receiver = next((child for child in node.named_children if child.type in _TYPES), None)
        generic = next((child for child in node.named_children if child.type == "type_parameters"), None)
        self._hide_type_parameters(generic, node)
        if receiver is not None:
            self._receive(node, receiver, generic)
        if (scope := self._scope(start)[2]) not in (CLASS, FILE):
            self._note_local(node, scope)
            return
        words = self._modifiers(node)[1]
        accessors = [child for child in node.named_children if child.type in ("getter", "setter")]
        coded = [one for one in accessors if any(child.type == "function_body" for child in one.named_children)]
        is_member = self.symbol >= 0
        kind = "constant" if "const" in words else "property" if is_member else "variable"
        variables = _variables(node)
        for one in variables:
            named = one.named_child(0)
            index = self._property(node, one, self._take_name(named), kind, receiver) if named is not None else -1
            if index < 0:
                continue
            if not coded:
                self._promise(index)
            if coded and len(variables) == 1:
                self.enter(index, self._take_name(named), node, coded[0].start_byte, function=True)
            self._expect_elsewhere(node, index, self._take_name(named))

    def _note_local(self, node: Node, scope: str) -> None:
        """A property in a body: what it begins with does not know its names yet."""
        names = next((child for child in node.named_children if child.type in _VARIABLES), None)
        self._declared = (names.end_byte, node.end_byte) if names is not None and scope == CODE else (0, 0)

    def _property(self, node: Node, variable: Node, name: bytes, kind: str, receiver: Node | None) -> int:
        """Defines one variable of a property; the symbol's index."""
        returns = self._written(_type_in(variable))
        signature = f": {returns}" if returns else ""
        if receiver is not None:
            signature = f"{self._received(receiver)}{signature}"
        return self._define(node, name, kind, signature=signature, returns=returns)

    def on_accessor(self, node: Node) -> None:
        self._open(node, CODE)
        for child in node.named_children:
            if child.type == "identifier":
                self._make_local(self._take_name(child), node)

    def _hide_type_parameters(self, given: Node | None, inside: Node) -> None:
        for parameter in given.named_children if given is not None else ():
            named = next((child for child in parameter.named_children if child.type == "identifier"), None)
            if named is not None:
                self._make_local(self._take_name(named), inside, is_type=True)
                self._open_types.add(self._take_name(named))

    # -- references -----------------------------------------------------------------------------------------------

    def _one_line(self, node: Node) -> bytes:
        """A dotted name without the white space in it, and without what follows its first type argument."""
        start = node.start_byte
        name = self.source[start : min(node.end_byte, start + 4 * LONGEST_NAME)]
        if _PLAIN.fullmatch(name) is None:
            name = SPACE.sub(b"", COMMENT.sub(b"", name.partition(b"<")[0])).replace(b"`", b"")
        return name

    def _qualify(self, kind: str, name: bytes, start: int, *, is_type: bool, symbol: int | None = None) -> bool:
        """Whether a name begins with a package; if so that is as good as an import, and noted as one, to which it
        refers."""
        found = _QUALIFIED.match(name)
        if found is None or len(name) > LONGEST_NAME:
            return False
        if not is_type and (found[1].count(b".") < 2 or found[1].partition(b".")[0] not in self._roots):
            return False
        row = self._qualified.get(found[0])
        if row is None:
            row = self._qualified[found[0]] = len(self.imports)
            module = text(found[1].rstrip(b"."))
            self.imports.append(Import(module, 0, text(found[2]), "", self.line(start), 0, -1))
        user, end = self.symbol if symbol is None else symbol, start + len(name) if kind == "call" else -1
        self.refer_through(row, user, kind, name[found.start(2) :], start, end)
        return True

    def _qualify_members(self, hiding: Hiding) -> None:
        """Refers to functions and properties that are spelt with their package. Where that ends, or whether it is one
        at all, only what is declared there says."""
        own = self._package.split(b".")[:2]
        for symbol, kind, name, start in self._spelt:
            parts = name.split(b".")
            if parts[0] not in self._roots or parts[0] in self._own or parts[0] in self._imported:
                continue
            if hiding.hides(parts[0], start):
                continue
            for size in range(2, min(len(parts), _LONGEST_PACKAGE)):
                whole = b".".join(parts[: size + 1])
                row = self._qualified.get(whole)
                if row is None:
                    row = self._qualified[whole] = len(self.imports)
                    module, last = text(b".".join(parts[:size])), text(parts[size])
                    is_own = kind == "call" and 2 < size == len(parts) - 1 and own == parts[:2]
                    flags = OPTIONAL if is_own else IMPLICIT
                    self.imports.append(Import(module, 0, last, "", self.line(start), flags, -1))
                end = start + len(name) if kind == "call" else -1
                self.refer_through(row, symbol, kind, b".".join(parts[size:]), start, end)

    def on_user_type(self, node: Node) -> None:
        start = node.start_byte
        if start < self._types_to:
            return
        named = node.named_child(0)
        self._types_to = named.end_byte if named is not None else start
        name = self._one_line(node)
        if name in self._USUAL or self._qualify("type", name, start, is_type=True):
            self._named.add(start)
            return
        self._refer("type", name, start)

    def _refer(self, kind: str, name: bytes, start: int) -> None:
        if self.source.startswith(name, start):
            self.refer(kind, start, start + len(name))
        else:
            self.refer_to(kind, name, start)
            self._named.add(start)

    def on_annotation(self, node: Node) -> None:
        """The type that it names is met as every other."""

    def on_construction(self, node: Node) -> None:
        """What a class extends, or what an object without a name does: it is made."""
        said = node.named_child(0)
        around = node.parent
        if said is None or said.type != "user_type" or (around is not None and around.type.endswith("annotation")):
            return
        name = self._one_line(said)
        if name not in self._USUAL and not self._qualify("call", name, said.start_byte, is_type=True):
            self.refer_to("call", name, said.start_byte)

    def on_delegation(self, node: Node) -> None:
        """`this(…)` or `super(…)`: what is called has been named by the class."""

    def on_invocation(self, node: Node) -> None:
        callee = node.child(0)
        if callee is None:
            return
        self._receivers.give(node, self.source, self._imported)
        self._call(callee.type, callee.start_byte, callee.end_byte)

    def _call(self, kind: str, start: int, end: int) -> None:
        source = self.source
        if kind == "identifier":
            name = source[start:end]
            if name not in self._USUAL:
                self._refer("call", name.strip(b"`"), start)
            return
        if kind != "navigation_expression":
            return
        tail = source[max(start, end - LONGEST_NAME) : end]
        found = _PLAIN.match(source, start, end)
        if found is not None and end - start <= LONGEST_NAME:
            name = found[0]
            if found.end() < end and (whole := _DOTTED.fullmatch(source, start, end)) is not None:
                name = SPACE.sub(b"", whole[0])
            elif found.end() < end:
                name = b""
            if name and (name[:1].isupper() or name.partition(b".")[0] in self._imported):
                self._refer("call", name, start)
            elif name and self._qualify("call", name, start, is_type=False):
                self._named.add(start)
            elif name.count(b".") > 1:
                self._spelt.append((self.symbol, "call", name, start))
                self._named.add(start)
        member = _MEMBER.search(tail)
        if member is not None:
            self._members.setdefault((self.symbol, member[1]), end - len(member[1]))

    def on_infix(self, node: Node) -> None:
        parts = node.named_children
        if len(parts) == 3 and parts[1].type == "identifier":
            start, end = parts[1].start_byte, parts[1].end_byte
            self._members.setdefault((self.symbol, self.source[start:end]), start)
            self._named.add(start)
            if parts[2].type == "lambda_literal":
                self._receivers.give_infix(parts[2], self.source[start:end])

    def on_boolean(self, node: Node) -> None:
        operator = node.child_by_field_name("operator")
        if operator is None:
            return
        if operator.type == "?:":
            self.flow(_ENTRY, node)
        elif operator.type == ">":
            # The grammar takes a call with type arguments in an expression for two comparisons.
            left = node.child_by_field_name("left")
            right = node.child_by_field_name("right")
            if left is None or right is None or left.type != "binary_expression":
                return
            callee, sign = left.child_by_field_name("left"), left.child_by_field_name("operator")
            if sign is not None and sign.type == "<" and callee is not None and right.type in _ARGUMENTS:
                self._call(callee.type, callee.start_byte, callee.end_byte)
        else:
            super().on_boolean(node)

    def on_text(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        if b"$" not in self.source[start:end]:
            self.on_string(node)
            return
        signs = start - len(self.source[max(0, start - _MOST_SIGNS) : start].rstrip(b"$"))
        signs -= max(0, start - _MOST_SIGNS)
        held = re.compile(rb"\$" * signs + rb"(" + WORD + rb")") if signs > 1 else _HELD_NAME
        for found in held.finditer(self.source, start, end):
            if found[1] not in self._NEVER:
                self._held_names.append((found[1], found.start(1)))
        for child in node.children:
            if child.type != "interpolation":
                self.mask(child.start_byte, child.end_byte, code=True)

    # -- figures --------------------------------------------------------------------------------------------------

    def on_line(self, node: Node) -> None:
        if node.type not in _COMMENTS:
            self.statement()

    def on_block(self, node: Node) -> None:
        self._open(node, CODE)

    def on_lambda(self, node: Node) -> None:
        self._open(node, CODE)
        self._receivers.meet(node)
        self.flow(_UNNAMED, node)

    def on_closure(self, node: Node) -> None:
        self._open(node, CODE)
        given = next((child for child in node.named_children if child.type == "function_value_parameters"), None)
        self._hide_parameters(given, node)
        self.flow(_UNNAMED, node)

    def on_unnamed(self, node: Node) -> None:
        """An object without a name sees what it inherits."""
        heads = next((child for child in node.named_children if child.type == "delegation_specifiers"), None)
        body = next((child for child in node.named_children if child.type == "class_body"), None)
        if body is not None:
            said_in = map(_super_in, heads.named_children if heads is not None else ())
            types = [self._one_line(said) for said in said_in if said is not None]
            named = [text(name) for name in types if name not in self._USUAL and len(name) <= LONGEST_NAME]
            self._receivers.expect(body.start_byte, " ".join(named) or UNKNOWN)

    def on_unnamed_body(self, node: Node) -> None:
        self._open(node, UNNAMED)
        self._receivers.meet(node)
        self.flow(_CLASS, node)

    def on_if(self, node: Node) -> None:
        after = iter(node.children)
        other = None
        if any(child.type == "else" for child in after):
            other = next((child for child in after if child.is_named and child.type not in _COMMENTS), None)
        self.branch(node, other)

    def on_loop(self, node: Node) -> None:
        self._open(node, CODE)
        self.flow(BRANCH, node)

    def on_when(self, node: Node) -> None:
        self._open(node, CODE)
        self.flow(_WHEN, node)

    def on_entry(self, node: Node) -> None:
        if not self.source.startswith(b"else", node.start_byte):
            self.flow(_ENTRY, node)
        body = node.named_child(node.named_child_count - 1) if self._guards and node.named_child_count else None
        if body is not None:
            first = bisect_left(self._guards, node.start_byte)
            if first < len(self._guards) and self._guards[first] < body.start_byte:
                self.flow(_ENTRY, node)

    def on_jump(self, node: Node) -> None:
        if self.source.startswith((b"break@", b"continue@"), node.start_byte):
            self.flow(_JUMP, node)

    def on_catch(self, node: Node) -> None:
        self._open(node, CODE)
        types, held = "", b""
        for child in node.named_children:
            if child.type == "identifier":
                self._make_local(self._take_name(child), node)
            elif child.type in _TYPES:
                types = self._written(child)
            elif child.type == "block" and child.end_byte - child.start_byte <= _LONGEST_SILENT:
                held = COMMENT.sub(b"", self.source[child.start_byte : child.end_byte])
        self.caught(node, types, broad=types in _BROAD, silent=_SILENT.fullmatch(held) is not None)
        self.flow(BRANCH, node)

    def on_throw(self, node: Node) -> None:
        thrown = node.named_child(0)
        made = thrown.child(0) if thrown is not None and thrown.type == "call_expression" else None
        name = self._one_line(made) if made is not None else b""
        self.raises(node, text(name) if _PLAIN.fullmatch(name) else "")

    @staticmethod
    def literal_of(written: bytes) -> bytes:
        return written.strip(b'"') if written.startswith(b'"') else b""

    # -- the end --------------------------------------------------------------------------------------------------

    def finish(self) -> None:
        self._mark_generated()
        hiding = Hiding(self._values, self._types)
        if self._errors:
            self._find_heads()
        if self._facade and self.spaces:
            self.spaces.append((self._facade, *self.spaces[0][1:]))
        self.imports.append(Import("", DEFAULTS, "*", "", 1, IMPLICIT, -1))
        self._call_members()
        self._see_around(hiding, self._NEVER)
        self._read_words(hiding)
        self._qualify_members(hiding)
        self._read_own()
        self.read_imported_names(self._import_spans, hiding)

    def _find_heads(self) -> None:
        """Classes whose heads lie in what the grammar could not read, often all of a file for one odd expression. What
        it took there for definitions of the file are members of theirs: who defines them is not told."""
        own = {symbol.name for symbol in self.symbols if symbol.parent < 0}
        for first, last in self._errors:
            begin = -1
            for found in _HEAD.finditer(self._masked, first, last):
                words, name = found[1].split(), found[3].strip(b"`")
                begin = found.start() if begin < 0 else begin
                if text(name) in own:
                    continue
                own.add(text(name))
                kind = "interface" if found[2] == b"interface" else "enum" if b"enum" in words else "class"
                visibility = _visibility({text(word) for word in words})
                self.define(name, kind, visibility, (found.start(), last), exported=visibility != "private")
            if begin >= 0:
                self._hide_members(self.line(begin), self.line(last))

    def _hide_members(self, first: int, last: int) -> None:
        """What stands in these lines and does not begin with its line is of something around it."""
        for index, symbol in enumerate(self.symbols):
            if symbol.parent < 0 and symbol.exported and first <= symbol.line <= last:
                start = self._lines[symbol.line - 2] if symbol.line > 1 else 0
                if self.source[start : start + 1] in (b" ", b"\t"):
                    self.symbols[index] = symbol._replace(exported=False)

    def _call_members(self) -> None:
        """What is called on a value may be an extension: one that is imported, or one that can be seen without."""
        own = {symbol.name.rpartition(".")[2].encode() for symbol in self.symbols}
        for (symbol, name), start in self._members.items():
            if name in self._imported:
                self._references.setdefault((symbol, "call", name), start)
            elif name not in own and name not in self._NEVER:
                self._references.setdefault((symbol, "call", name + b"$"), start)

    def _read_words(self, hiding: Hiding) -> None:
        """Names of the package are read without a word of where they are from: whatever is not local may be one."""
        masked = self._masked
        met = {start for _, _, start, _ in self._met}
        opened = [start for start, _ in self._opened]
        begin = self._import_spans[-1][1] if self._import_spans else 0
        never, imported, named = self._NEVER, self._imported, self._named
        for found in _USED.finditer(masked, begin):
            of, name, given = found.groups()
            start = found.start(2)
            if given or start in named or start in met or (of and (of[:1] == b"." or _is_of(masked, found.start()))):
                continue
            head = name.partition(b".")[0]
            if head in never or head in imported or len(name) > LONGEST_NAME or hiding.hides(head, start):
                continue
            self._read(self._symbol_at(start, opened), name, start)
        for name, start in self._held_names:
            if not hiding.hides(name, start):
                self._read(self._symbol_at(start, opened), name, start)

    def _read(self, symbol: int, name: bytes, start: int) -> None:
        if b"." in name and not name[:1].isupper():
            if self._qualify("read", name, start, is_type=False, symbol=symbol):
                return
            if name.count(b".") > 1:
                self._spelt.append((symbol, "read", name, start))
            name = name.partition(b".")[0]  # of its members nothing is known
        if not self._is_seen_around(symbol, "read", name, start, self._NEVER):
            self._references.setdefault((symbol, "read", name), start)


_ARGUMENTS = ("parenthesized_expression", "lambda_literal", "call_expression", "navigation_expression")


def _variables(node: Node) -> list[Node]:
    """What a property declares: one variable, or each that it takes apart."""
    several = [child for child in node.named_children if child.type == "multi_variable_declaration"]
    return [one for about in (node, *several) for one in about.named_children if one.type == "variable_declaration"]


def _super_in(specifier: Node) -> Node | None:
    """The type in what a head of a class says."""
    said: Node | None = specifier
    while said is not None and said.type in _HEADS:
        said = said.named_child(0) if said.named_child_count else None
    return said if said is not None and said.type == "user_type" else None


def _visibility(words: Set[str]) -> str:
    return "private" if "private" in words else "protected" if words & {"internal", "protected"} else "public"


def _said_in(annotation: Node) -> Node | None:
    """The name in an annotation."""
    for child in annotation.named_children:
        if child.type == "constructor_invocation":
            return child.named_child(0)
        if child.type == "user_type":
            return child
    return None


def _type_in(node: Node) -> Node | None:
    return next((child for child in node.named_children if child.type in _TYPES), None)


def _is_of(masked: bytes, colons: int) -> bool:
    """Whether there is something before the two colons that stand there, of which what is behind them is a member."""
    before = masked[max(0, colons - 80) : colons].rstrip()[-1:]
    return before.isalnum() or before in (b")", b">", b"?", b"_")
