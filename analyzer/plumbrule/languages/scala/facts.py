"""What one Scala file says. Hides the language's spelling, which names are local, and what is of which value's type.

Visibility: what is open to a package or to those who inherit is stored as `protected`, as is what is private at the top
of a package. A companion object has the name of its class, and both are looked into as one.
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from typing import ClassVar

from tree_sitter import Node, Query, Tree

from plumbrule.extract.branches import BRANCH
from plumbrule.extract.hiding import Hiding, Span
from plumbrule.extract.scopes import CLASS, CODE, COMMENT, FILE, SPACE, UNNAMED, ScopedSweep
from plumbrule.extract.sweep import LONGEST_NAME, Flow, require_text, text
from plumbrule.facts import ANCESTOR, IMPLICIT, REEXPORT, RELATIVE, SELF, VALUE, Facts, Import, Parameter
from plumbrule.languages.scala.spelling import selected, words_of_types

_BOM = b"\xef\xbb\xbf"
_WORD = rb"[A-Za-z_$\x80-\xff][\w$\x80-\xff]*"
_NAME = rb"(?:" + _WORD + rb"|`[^`\n]+`)"
_PLAIN = re.compile(_WORD + rb"(?:[.#]" + _WORD + rb")*")
_DOTTED = re.compile(_NAME + rb"(?:\s*[.#]\s*" + _NAME + rb")*")
_DOT = re.compile(rb"\s*\.\s*")
_LAST = re.compile(_WORD + rb"\Z")
# Behind one of these a name is a part of another one, or of something else.
_JOINING = frozenset(
    b"$@`.#_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" + bytes(range(0x80, 0x100))
)
_GETS_VALUE = re.compile(rb"\s*=(?![=>])")  # what is before it is a place: an argument by its name
_CONFLICT = re.compile(rb"^(?:<{7}|={7}|>{7})(?=[ \r\n]|\Z)[^\n]*", re.MULTILINE)
_SIGNS = re.compile(rb"/\*|\*/")
_OWN = re.compile(rb"(?:" + _WORD + rb"\.)?(?:this|super)\.")
_LONGEST_SILENT = 2_000  # bytes of a handler that may turn out to do nothing
_MOST_IN_PATTERN = 5_000  # nodes
_MOST_AROUND = 50  # spans of one name that are told apart
_BROAD = frozenset(
    ("", "_", "Exception", "Throwable", "RuntimeException", "java.lang.Exception", "java.lang.Throwable")
)
_SILENT = re.compile(
    rb"\{?\s*(?:\(\)|(?:return\s+)?(?:null|None|Nil|true|false|-?[\d.]+|\"[^\"\n]*\"|return))?\s*;?\s*\}?"
)
_MATCH = Flow(scaled=True, nests=True)
_ENTRY = Flow(cyclomatic=1)
_UNNAMED = Flow(shifts=True)
_CLASS = Flow(shifts=True, holds=True)
_COMMENTS = ("comment", "block_comment")
_BODIES = ("template_body", "with_template_body", "enum_body")
_PARAMETERS = ("parameters", "class_parameters")
_DEFAULTS = ("scala", "scala.Predef", "java.lang")  # what every file sees, the last one least
# Types from whose values nobody imports.
_SIMPLE = frozenset(
    b"Any AnyRef Array Boolean Byte Char Double Float Int List Long Nothing Option Short String Unit".split()
)
# What is said where a type is meant, down to the names of types whose members it has.
_MEANT = {"generic_type": 1, "annotated_type": 1, "applied_constructor_type": 1, "compound_type": 9, "tuple_type": 1}
_NAMED_TYPES = ("type_identifier", "stable_type_identifier", "projected_type", "singleton_type")
_VALUES_OF_PATTERNS = (
    "type_arguments",
    "type_identifier",
    "stable_type_identifier",
    "generic_type",
    "stable_identifier",
)


def extract(source: bytes, tree: Tree, query: Query) -> Facts:
    """Facts of a Scala file; ValueError with a plain reason if the bytes are no UTF-8 text."""
    require_text(source)
    return _ScalaSweep(source).run(tree, query)


class _ScalaSweep(ScopedSweep):
    KEYWORDS: ClassVar[frozenset[bytes]] = frozenset(
        b"abstract case catch class def do else enum export extends final finally for forSome given if implicit import "
        b"lazy macro match new object override package private protected return sealed super then this throw trait try "
        b"type val var while with yield".split()
    )
    CONSTANTS: ClassVar[frozenset[bytes]] = frozenset((b"true", b"false", b"null"))
    BUILTINS: ClassVar[frozenset[str]] = frozenset(("false", "null", "this", "true"))
    OWN: ClassVar[frozenset[str]] = frozenset(("", "this"))  # one's own methods need no `this`
    LOGICAL: ClassVar[frozenset[str]] = frozenset(("&&", "||"))
    _NEVER: ClassVar[frozenset[bytes]] = frozenset(
        (KEYWORDS - {b"enum", b"export", b"given", b"macro", b"then"}) | CONSTANTS | {b"_"}
    )

    def __init__(self, source: bytes) -> None:
        super().__init__(source)
        self._import_spans: list[Span] = []
        self._packages: list[tuple[int, bytes]] = []  # those open at the node at hand: (end, whole name)
        self._all_packages: list[tuple[bytes, int]] = []  # whole name, line
        self._typed: dict[bytes, list[tuple[int, int, bytes]]] = {}  # where a name is local, and the type it has there
        self._selves: dict[bytes, list[tuple[int, int, bytes]]] = {}  # other names for `this`
        self._kinds: dict[int, str] = {}  # by where a name begins, what is done with it where that is no mere reading
        self._spelt: dict[int, bytes] = {}  # by where it begins, a name that is written with more than dots
        self._operators: dict[
            int, bytes
        ] = {}  # by where what is asked for it begins, a member that is asked so: `a b c`
        self._caught: set[int] = set()  # where the cases of handlers begin
        self._imported_in: list[tuple[int, int]] = []  # (row, offset) of imports that stand in something
        self._exported: list[tuple[int, int]] = []  # (row, symbol that has what it brings)
        if source.startswith(_BOM):
            self.mask(0, len(_BOM), code=False)

    # -- packages -------------------------------------------------------------------------------------------------

    def _around(self, start: int) -> bytes:
        """The package that is open there."""
        while self._packages and self._packages[-1][0] <= start:
            self._packages.pop()
        return self._packages[-1][1] if self._packages else b""

    def on_package(self, node: Node) -> None:
        named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if named is None:
            return
        start, end = node.start_byte, node.end_byte
        head_end = named.end_byte
        self.cut(start, head_end)
        self._import_spans.append((start, head_end))
        around = self._around(start)
        name = SPACE.sub(b"", COMMENT.sub(b"", self.source[named.start_byte : named.end_byte])).replace(b"`", b"")
        if len(name) > LONGEST_NAME:
            return
        if body is None:
            end = self._packages[-1][0] if self._packages else len(self.source) + 1
        whole = b"%s.%s" % (around, name) if around else name
        if len(whole) > LONGEST_NAME or len(self._all_packages) > 500:
            return
        self._packages.append((end, whole))
        self._all_packages.append((whole, self.line(start)))
        self.spaces.append((text(name), self.line(start), self.line(max(start, min(end, len(self.source)) - 1))))

    def on_package_object(self, node: Node) -> None:
        """It sees what the package has whose members it adds to."""
        around, named = self._around(node.start_byte), node.child_by_field_name("name")
        name = self._one_line(named) if named is not None else b""
        if name and len(self._all_packages) <= 500:
            self._all_packages.append((b"%s.%s" % (around, name) if around else name, self.line(node.start_byte)))
        self._type(node, "namespace", static=True)

    def on_export(self, node: Node) -> None:
        """An import whose names others have from here: each is a member, and with a star so are all that are there."""
        first = len(self.imports)
        self._bring(node, b"export", RELATIVE | REEXPORT)
        for row in range(first, len(self.imports)):
            said = self.imports[row]
            if said.name == "*":
                self._exported.append((row, self.symbol))
            elif said.alias:
                kind = "type" if said.alias[:1].isupper() else self._kind_of_value(b"", is_read_only=True)
                index = self._define(node, said.alias.encode(), kind, signature=f"= {said.module}.{said.name}")
                self._exported.append((row, index))

    def on_import(self, node: Node) -> None:
        self._bring(node, b"import", RELATIVE)

    def _bring(self, node: Node, word: bytes, flags: int) -> None:
        """Notes what a statement brings that begins with this word."""
        start, end = node.start_byte, node.end_byte
        self.cut(start, end)
        self._import_spans.append((start, end))
        if end - start > 100 * LONGEST_NAME:
            return
        written = _DOT.sub(b".", SPACE.sub(b" ", COMMENT.sub(b" ", self.source[start:end]))).strip()
        for path, name, alias in selected(written.removeprefix(word).strip().rstrip(b";")):
            if len(path) + len(name) + 1 > LONGEST_NAME:
                continue
            own = _OWN.match(path)
            # What is `this` here is looked up as what is around it.
            module = path[own.end() :] if own is not None else path
            row = Import(text(module), 0, text(name), text(alias), self.line(start), flags, self.symbol)
            if self._scopes[-1][2] != FILE or self.symbol >= 0:
                self._imported_in.append((len(self.imports), start))
            self.imports.append(row)

    # -- scopes ---------------------------------------------------------------------------------------------------

    def _make_typed(self, name: bytes, span: tuple[int, int] | Node, said: Node | None, made: Node | None) -> None:
        """Makes a name local, of the type that is said or of what is made there."""
        self._make_local(name, span)
        kind = next(self._members_of(said, made), None)
        if kind is not None:
            start, end = span if isinstance(span, tuple) else (span.start_byte, span.end_byte)
            insort(self._typed.setdefault(name, []), (start, end, kind))

    def _members_of(self, said: Node | None, made: Node | None) -> Iterator[bytes]:
        """The names of types, or of values, whose members a value has whose type is said or that is made so."""
        if said is not None:
            yield from self._meant_by(said)
        elif made is not None:
            if made.type == "instance_expression":
                for child in made.named_children:
                    yield from self._meant_by(child)
            elif made.type in ("identifier", "field_expression") and made.end_byte - made.start_byte <= LONGEST_NAME:
                name = self._one_line(made)
                if name:
                    yield name

    def _meant_by(self, said: Node) -> Iterator[bytes]:
        """The names in what is written where a type is meant whose members what is of it has."""
        waiting = [said]
        for _ in range(40):
            if not waiting:
                return
            one = waiting.pop()
            if one.type in _NAMED_TYPES:
                name = self._one_line(one)
                if name in self._types:  # a parameter; what is of it has what its bound has
                    held = _innermost(self._typed.get(name, ()), one.start_byte)
                    name = held[2] if held is not None else b""
                if name and name not in self._NEVER:
                    yield name
            elif one.type in _MEANT:
                waiting += reversed(
                    [child for child in one.named_children if child.type not in _COMMENTS][: _MEANT[one.type]]
                )

    def _one_line(self, node: Node) -> bytes:
        """A dotted name without white space, quotes and what only says that it is one's own; empty if it is none."""
        start = node.start_byte
        name = self.source[start : min(node.end_byte, start + 2 * LONGEST_NAME)]
        if _PLAIN.fullmatch(name) is None:
            name = SPACE.sub(b"", COMMENT.sub(b"", name)).replace(b"`", b"")
            if _PLAIN.fullmatch(name) is None:
                return b""
        return self._plain(name)

    def _plain(self, name: bytes) -> bytes:
        own = _OWN.match(name)
        if own is not None and name[own.end() :] != b"type":
            name = (b"super." if own[0].endswith(b"super.") else b"") + name[own.end() :]
        return name.removesuffix(b".type").removesuffix(b".this").replace(b"#", b".")

    # -- definitions ----------------------------------------------------------------------------------------------

    def _modifiers(self, node: Node) -> tuple[str, set[str], list[str]]:
        """Visibility, the other words, and the names of annotations."""
        words: set[str] = set()
        decorators: list[str] = []
        visibility = "public"
        for child in node.named_children:
            if child.type == "annotation":
                named = child.child_by_field_name("name")
                if named is not None and len(decorators) < 50:
                    decorators.append(self._written(named).partition("[")[0])
            elif child.type == "modifiers":
                for one in child.children:
                    if one.type == "access_modifier":
                        visibility = self._open_to(one)
                    else:
                        words.add(text(self.source[one.start_byte : one.end_byte]))
            elif child.type not in _COMMENTS:
                break
        if visibility == "private" and self.symbol < 0:
            visibility = "protected"  # all of the package sees it
        return visibility, words, decorators

    def _open_to(self, access: Node) -> str:
        """The visibility that `private` or `protected` says, with what stands in brackets behind it."""
        self._named.update(name.start_byte for part in access.named_children for name in part.named_children)
        said = text(self.source[access.start_byte : access.end_byte])
        is_own = said.startswith("private") and ("[" not in said or "[this]" in said.replace(" ", ""))
        return "private" if is_own else "protected"

    def _define(
        self, node: Node, name: bytes, kind: str, *, signature: str = "", returns: str = "", static: bool = False,
        abstract: bool = False,
    ) -> int:  # fmt: skip
        """A symbol where the node stands; -1 in what has no name."""
        start = node.start_byte
        scope = self._scope(start)[2]
        if scope == UNNAMED:
            return -1
        visibility, words, decorators = self._modifiers(node)
        is_local = scope == CODE
        said = [word for word, holds in (("abstract", abstract or "abstract" in words), ("static", static)) if holds]
        return self.define(
            name, kind, "private" if is_local else visibility, (start, node.end_byte),
            exported=not is_local and visibility != "private", signature=signature, returns=returns,
            modifiers=" ".join(said), decorators=decorators,
        )  # fmt: skip

    def on_class(self, node: Node) -> None:
        self._type(node, "class")

    def on_trait(self, node: Node) -> None:
        self._type(node, "interface")

    def on_object(self, node: Node) -> None:
        self._type(node, "class", static=True)

    def on_enum(self, node: Node) -> None:
        self._type(node, "enum")

    def on_given(self, node: Node) -> None:
        self._type(node, "class", static=True)

    def _type(self, node: Node, kind: str, *, static: bool = False) -> None:
        generic = body = extends = None
        given: list[Node] = []
        for child in node.named_children:
            if child.type == "type_parameters":
                generic = child
            elif child.type in _PARAMETERS:
                given.append(child)
            elif child.type in _BODIES:
                body = child
            elif child.type == "extends_clause":
                extends = child
        name = self._take_name(node.child_by_field_name("name"))
        # Of what is given.
        returned = node.child_by_field_name("return_type")
        said = [returned, *node.children_by_field_name("extra")] if returned is not None else []
        if not name and said:
            name = b"_".join((b"given", *words_of_types(said, self.source)))[:LONGEST_NAME]
        if not name:
            self._open(node, UNNAMED)
            return
        start = node.start_byte
        if self._scope(start)[2] in (CODE, UNNAMED):
            self._make_member(name, start, is_type=True)
        signature = "".join(map(self._written, filter(None, (generic, *given))))
        if extends is not None:
            signature = f"{signature} {self._written(extends)}".lstrip()
        index = self._define(node, name, kind, signature=signature, static=static)
        is_case = any(child.type == "case" for child in node.children)
        self._open(node, CLASS if index >= 0 else UNNAMED)
        self._hide_type_parameters(generic, node)
        self.enter(index, name, node, body.start_byte if body is not None else node.end_byte, function=False)
        self._primary(index, given, node, is_case=is_case)
        for one in said or _types_in(extends):
            self._inherit(index, one)

    def _inherit(self, index: int, said: Node) -> None:
        for name in self._meant_by(said):
            if len(name) <= LONGEST_NAME:
                self._kinds[said.start_byte] = "inherit"
                if index >= 0:
                    self.supers.append((index, text(name), ANCESTOR))

    def _primary(self, index: int, given: list[Node], around: Node, *, is_case: bool) -> None:
        """The constructor in the head of a class, and the properties that it makes."""
        for number, part in enumerate(given):
            for one in part.named_children:
                name = self._take_name(one.child_by_field_name("name"))
                if not name:
                    continue
                said = one.child_by_field_name("type")
                words = {child.type for child in one.children}
                if index >= 0 and ("val" in words or "var" in words or (is_case and number == 0)):
                    returns = self._written(said)
                    made = self._define(one, name, "property", signature=f": {returns}", returns=returns)
                    self._have_members(made, said, None)
                else:
                    self._make_typed(name, around, said, None)
        if index >= 0 and given:
            visibility = self.symbols[index].visibility
            span = given[0].start_byte, given[-1].end_byte
            signature = "".join(map(self._written, given))
            self._take_parameters(self.define(b"constructor", "method", visibility, span, signature=signature), given)

    def _have_members(self, index: int, said: Node | None, made: Node | None) -> None:
        """Notes of what type a value is, which has that type's members."""
        if index >= 0:
            meant = (name for name in self._members_of(said, made) if len(name) <= LONGEST_NAME and name not in _SIMPLE)
            names = [text(name) for name in meant]
            self.supers += [(index, name, VALUE) for name in names]

    def on_self_type(self, node: Node) -> None:
        named = node.named_child(0)
        if named is None:
            return
        name = self._take_name(named)
        begin, end, kind = self._scope(node.start_byte)
        insort(self._selves.setdefault(name, []), (begin, end, name))
        for said in node.named_children[1:]:
            for meant in self._meant_by(said):
                if kind == CLASS and self.symbol >= 0 and len(meant) <= LONGEST_NAME:
                    self.supers.append((self.symbol, text(meant), SELF))

    def on_enum_case(self, node: Node) -> None:
        name = self._take_name(node.child_by_field_name("name"))
        if name and self.symbol >= 0 and self._scope(node.start_byte)[2] == CLASS:
            self._define(node, name, "constant", static=True)
        for child in node.named_children:
            if child.type in _PARAMETERS:
                self._hide_parameters([child], node)

    def on_extension(self, node: Node) -> None:
        self._hide_parameters([child for child in node.named_children if child.type in _PARAMETERS], node)

    def on_alias(self, node: Node) -> None:
        name = self._take_name(node.child_by_field_name("name"))
        if not name:
            return
        generic = next((child for child in node.named_children if child.type == "type_parameters"), None)
        meant = node.child_by_field_name("type")
        upper = next((child for child in node.named_children if child.type == "upper_bound"), None)
        if self._scope(node.start_byte)[2] in (CODE, UNNAMED):
            self._make_member(name, node.start_byte, is_type=True)
        returns = self._written(meant)
        signature = self._written(generic) + (f"= {returns}" if meant is not None else "")
        index = self._define(node, name, "type", signature=signature, returns=returns, abstract=meant is None)
        self._have_members(
            index, meant if meant is not None else upper.named_child(0) if upper is not None else None, None
        )
        self._hide_type_parameters(generic, node)

    def on_function(self, node: Node) -> None:
        name = self._take_name(node.child_by_field_name("name"))
        if not name:
            return
        generic: Node | None = None
        given: list[Node] = []
        for child in node.named_children:
            what = child.type
            if what in _PARAMETERS:
                given.append(child)
            elif what == "type_parameters":
                generic = generic or child
        returned, body = node.child_by_field_name("return_type"), node.child_by_field_name("body")
        start = node.start_byte
        scope = self._scope(start)[2]
        if scope in (CODE, UNNAMED):
            self._make_member(name, start)
        returns = self._written(returned)
        signature = "".join(map(self._written, filter(None, (generic, *given)))) + (f": {returns}" if returns else "")
        own = b"constructor" if name == b"this" else name
        kind = "method" if scope == CLASS and self.symbol >= 0 else "function"
        index = self._define(node, own, kind, signature=signature, returns=returns, abstract=body is None)
        if not given:
            self._have_members(index, returned, None)
        self._open(node, CODE)
        self._hide_type_parameters(generic, node)
        self._hide_parameters(given, node)
        self._take_parameters(index, given)
        if body is not None and scope != UNNAMED:
            self.enter(index, own, node, body.start_byte, function=True)
            if body.type not in ("block", "indented_block"):
                self.statement()

    def _hide_parameters(self, given: list[Node], inside: Node) -> None:
        for part in given:
            for one in part.named_children:
                named = one.child_by_field_name("name")
                if named is not None:
                    self._make_typed(self._take_name(named), inside, one.child_by_field_name("type"), None)

    def _take_parameters(self, index: int, given: list[Node]) -> None:
        for part in given if index >= 0 else ():
            first = part.child(1)
            is_implicit = first is not None and first.type in ("implicit", "using")  # nobody has to pass it
            for one in part.named_children:
                named = one.child_by_field_name("name")
                if named is None:
                    continue
                name = text(self.source[named.start_byte : named.end_byte].strip(b"`"))
                said, default = one.child_by_field_name("type"), self._written(one.child_by_field_name("default_value"))
                variadic = said is not None and said.type == "repeated_parameter_type"
                self.parameters.append(
                    Parameter(
                        index,
                        name,
                        "variadic" if variadic else "positional",
                        default,
                        bool(default) or variadic or is_implicit,
                        self._written(said),
                    )
                )

    def _hide_type_parameters(self, given: Node | None, inside: Node) -> None:
        waiting = list(given.named_children) if given is not None else []
        for _ in range(_MOST_IN_PATTERN):
            if not waiting:
                return
            one = waiting.pop()
            if one.type == "identifier":
                name = self._take_name(one)
                self._make_local(name, inside, is_type=True)
                bound = one.next_named_sibling
                if bound is not None and bound.type == "upper_bound" and (said := bound.named_child(0)) is not None:
                    meant = next((meant for meant in self._meant_by(said) if meant != name), None)
                    if meant is not None:
                        insort(self._typed.setdefault(name, []), (inside.start_byte, inside.end_byte, meant))
            elif one.type in ("type_parameters", "covariant_type_parameter", "contravariant_type_parameter"):
                waiting += one.named_children

    def on_value(self, node: Node) -> None:
        start = node.start_byte
        pattern = node.child_by_field_name("pattern") or node.child_by_field_name("name")
        said, made = node.child_by_field_name("type"), node.child_by_field_name("value")
        if pattern is None:
            return
        scope = self._scope(start)
        if scope[2] == CODE and self.symbol >= 0 and not self.frame.is_function:
            self.statement()
        # What is said is of the whole value, and not of the parts that a pattern names.
        whole = (said, made) if pattern.type in ("identifier", "identifiers") else (None, None)
        names = self._given_by(pattern)
        if scope[2] in (CODE, UNNAMED):
            for one in names:
                # In a block even what stands before it means it.
                self._make_typed(self._take_name(one), scope[:2], *whole)
            return
        returns = self._written(said)
        is_read_only = any(child.type == "val" for child in node.children)
        for one in names:
            name = self._take_name(one)
            index = self._define(
                node, name, self._kind_of_value(name, is_read_only=is_read_only),
                signature=f": {returns}" if returns else "", returns=returns,
                abstract=node.type.endswith("declaration"),
            )  # fmt: skip
            self._have_members(index, *whole)

    def _kind_of_value(self, name: bytes, *, is_read_only: bool) -> str:
        if self.symbol >= 0:
            return "property"
        return "constant" if is_read_only and name[:1].isupper() else "variable"

    def _given_by(self, pattern: Node) -> list[Node]:
        """The names that a definition of values gives: of one, of several alike, or of parts of one."""
        if pattern.type == "identifier":
            return [pattern]
        if pattern.type == "identifiers":
            return [one for one in pattern.named_children if one.type == "identifier"]
        return self._bound_in(pattern)

    def _bound_in(self, pattern: Node) -> list[Node]:
        """The names that a pattern gives to what it takes apart."""
        found: list[Node] = []
        waiting = [pattern]
        for _ in range(_MOST_IN_PATTERN):
            if not waiting:
                break
            one = waiting.pop()
            kind = one.type
            if kind == "identifier":
                first = self.source[one.start_byte : one.start_byte + 1]
                if first != b"`" and not first.isupper():
                    found.append(one)
            elif kind == "capture_pattern":
                named = one.child_by_field_name("name")
                found += [named] if named is not None else []
                inner = one.child_by_field_name("pattern")
                waiting += [inner] if inner is not None else []
            elif kind == "typed_pattern":
                inner = one.child_by_field_name("pattern")
                waiting += [inner] if inner is not None else []
            elif kind in ("case_class_pattern", "infix_pattern"):
                skipped = one.child_by_field_name("type") or one.child_by_field_name("operator")
                waiting += [child for child in one.named_children if child != skipped]
            elif kind.endswith("_pattern") or kind in (
                "tuple_expression",
                "parenthesized_expression",
                "repeat_pattern",
            ):
                waiting += one.named_children
        return sorted(found, key=lambda one: one.start_byte)

    # -- references -----------------------------------------------------------------------------------------------

    def on_type(self, node: Node) -> None:
        self._kinds.setdefault(node.start_byte, "type")

    def on_soft(self, node: Node) -> None:
        """A word that is a keyword there and a name elsewhere."""
        self._named.add(node.start_byte)

    def on_annotation(self, node: Node) -> None:
        named = node.child_by_field_name("name")
        name = self._one_line(named) if named is not None else b""
        if named is not None and name:
            self.refer_to("type", name, named.start_byte)
            self._named.add(named.start_byte)

    def on_singleton(self, node: Node) -> None:
        """The type of one value: the value is read."""

    def on_projected(self, node: Node) -> None:
        start, selector = node.start_byte, node.child_by_field_name("selector")
        name = self._one_line(node)
        if name and selector is not None and start not in self._spelt:
            self._spelt[start] = name
            self._kinds.setdefault(start, "type")
            self._named.add(selector.start_byte)

    def on_extractor(self, node: Node) -> None:
        named = node.child_by_field_name("type")
        if named is not None:
            self._kinds.setdefault(named.start_byte, "read")

    def on_instance(self, node: Node) -> None:
        made = node.named_child(0)
        for child in node.named_children:
            if child.type in _BODIES:
                self._open(child, UNNAMED)
                self.flow(_CLASS, child)
        while made is not None and made.type in _MEANT:
            made = made.named_child(0)
        if made is not None and made.type in ("type_identifier", "stable_type_identifier"):
            self._kinds[made.start_byte] = "call"

    def on_invocation(self, node: Node) -> None:
        callee = node.child(0)
        while callee is not None and callee.type == "generic_function":
            callee = callee.named_child(0)
        if callee is None or callee.type not in ("identifier", "field_expression"):
            return
        start, end = callee.start_byte, callee.end_byte
        if end - start <= LONGEST_NAME and _PLAIN.fullmatch(self.source, start, end):
            self._kinds[start] = "call"
            name = self.source[start:end]
            if b"this" not in name and b"super" not in name and start not in self._spelt:
                self.refer("call", start, end)

    def on_infix(self, node: Node) -> None:
        operator = node.child_by_field_name("operator")
        if operator is not None and operator.type == "identifier":
            self._asks(node.child_by_field_name("left"), operator)
        self.on_boolean(node)

    def on_postfix(self, node: Node) -> None:
        if node.named_child_count == 2 and (last := node.named_child(1)) is not None and last.type == "identifier":
            self._asks(node.named_child(0), last)

    def _asks(self, asked: Node | None, member: Node) -> None:
        self._named.add(member.start_byte)
        if asked is not None and asked.type in ("identifier", "field_expression"):
            self._operators[asked.start_byte] = self.source[member.start_byte : member.end_byte].strip(b"`")

    def on_assignment(self, node: Node) -> None:
        left = node.child_by_field_name("left") or node.named_child(0)
        if left is not None and left.type == "identifier" and self._scope(node.start_byte)[2] != FILE:
            self._kinds.setdefault(left.start_byte, "read")

    def on_boolean(self, node: Node) -> None:
        operator = node.child_by_field_name("operator")
        if operator is not None and self._sign(operator) in self.LOGICAL:
            sides = tuple(self._logical(node.child_by_field_name(side), node.type) for side in ("left", "right"))
            self.boolean(operator, sides, node)

    def which(self, operator: Node) -> int:
        return self.source[operator.start_byte]  # all operators are of one kind to the grammar

    def _sign(self, operator: Node) -> str:
        return text(self.source[operator.start_byte : min(operator.end_byte, operator.start_byte + 3)])

    def _logical(self, node: Node | None, kind: str) -> Node | None:
        while node is not None and node.type in self.WRAPPINGS:
            node = node.named_child(0) if node.named_child_count == 1 else None
        if node is None or node.type != kind:
            return None
        operator = node.child_by_field_name("operator")
        return node if operator is not None and self._sign(operator) in self.LOGICAL else None

    def on_comment(self, node: Node) -> None:
        super().on_comment(node)
        start, end = node.start_byte, node.end_byte
        if node.type == "block_comment" and not self.source[end:].strip() and _is_open(self.source[start:end]):
            self._errors.append((start, end))  # to the grammar all that follows is a comment, and no fault

    def on_interpolation(self, node: Node) -> None:
        named = node.child_by_field_name("interpolator")
        if named is not None:
            self._named.add(named.start_byte)

    def on_text(self, node: Node) -> None:
        at = node.start_byte
        for child in node.named_children:
            if child.type == "interpolation":
                inner = child.named_child(0)
                self.mask(at, inner.start_byte if inner is not None else child.end_byte, code=True)
                at = inner.end_byte if inner is not None else child.end_byte
        self.mask(at, node.end_byte, code=True)

    # -- figures --------------------------------------------------------------------------------------------------

    def on_line(self, node: Node) -> None:
        if node.type not in _COMMENTS:
            self.statement()

    def on_block(self, node: Node) -> None:
        self._open(node, CODE)

    def on_lambda(self, node: Node) -> None:
        self._open(node, CODE)
        given = node.child_by_field_name("parameters")
        for one in given.named_children if given is not None and given.type == "bindings" else [given]:
            if one is None:
                continue
            named = one if one.type == "identifier" else one.child_by_field_name("name")
            if named is not None:
                self._make_typed(self._take_name(named), node, one.child_by_field_name("type"), None)
        self.flow(_UNNAMED, node)

    def on_unnamed_body(self, node: Node) -> None:
        self._open(node, UNNAMED)

    def on_if(self, node: Node) -> None:
        self.branch(node, node.child_by_field_name("alternative"))

    def on_loop(self, node: Node) -> None:
        self._open(node, CODE)
        self.flow(BRANCH, node)

    def on_for(self, node: Node) -> None:
        self._open(node, CODE)
        self.flow(BRANCH, node)

    def on_enumerator(self, node: Node) -> None:
        first = node.named_child(0)
        if first is None or first.type == "guard":
            return
        begin, end, _ = self._scope(node.start_byte)
        for one in self._bound_in(first):
            self._make_local(self._take_name(one), (begin, end))

    def on_match(self, node: Node) -> None:
        self.flow(_MATCH, node)

    def on_case(self, node: Node) -> None:
        self._open(node, CODE)
        pattern = node.child_by_field_name("pattern")
        is_typed = pattern is not None and pattern.type == "typed_pattern"
        said = pattern.child_by_field_name("type") if is_typed and pattern is not None else None
        for one in self._bound_in(pattern) if pattern is not None else ():
            self._make_typed(self._take_name(one), node, said, None)
        if node.start_byte in self._caught:
            self._handle(node, pattern)
        elif pattern is None or pattern.type != "wildcard":
            self.flow(_ENTRY, node)

    def _handle(self, node: Node, pattern: Node | None) -> None:
        said = pattern
        if pattern is not None and pattern.type in ("typed_pattern", "case_class_pattern"):
            said = pattern.child_by_field_name("type")
        types = self._written(said)
        is_any = pattern is not None and pattern.type in ("identifier", "wildcard")
        body = node.child_by_field_name("body")
        held = self.source[body.start_byte : body.end_byte] if body is not None else b""
        is_short = len(held) <= _LONGEST_SILENT
        self.caught(
            node,
            "" if is_any else types,
            broad=is_any or types in _BROAD or types.endswith("NonFatal"),
            silent=is_short and _SILENT.fullmatch(COMMENT.sub(b"", held).strip()) is not None,
        )
        self.flow(_ENTRY, node)

    def on_guard(self, node: Node) -> None:
        self.flow(_ENTRY, node)

    def on_catch(self, node: Node) -> None:
        self.flow(_MATCH, node)
        for child in node.named_children:
            if child.type in ("case_block", "indented_cases"):
                self._caught.update(one.start_byte for one in child.named_children if one.type == "case_clause")
            elif child.type == "case_clause":
                self._caught.add(child.start_byte)

    def on_throw(self, node: Node) -> None:
        thrown = node.named_child(0)
        made = thrown.named_child(0) if thrown is not None and thrown.type == "instance_expression" else None
        self.raises(node, self._written(made).partition("[")[0])

    @staticmethod
    def literal_of(written: bytes) -> bytes:
        return written.strip(b'"') if written.startswith(b'"') else b""

    # -- the end --------------------------------------------------------------------------------------------------

    def finish(self) -> None:
        self._mark_generated()
        hiding = Hiding(self._values, self._types)
        conflicts = [found.span() for found in _CONFLICT.finditer(self._masked)]  # to the grammar they are operators
        if conflicts:
            self._errors = sorted([*self._errors, *conflicts])
        self._settle_imports(hiding)
        for name, line in reversed(self._all_packages):
            self.imports.append(Import(text(name), 0, "*", "", line, IMPLICIT, -1))
        if not self._all_packages:
            self.spaces.append(("", 1, self.line(max(0, len(self.source) - 1))))
        for space in _DEFAULTS:
            self.imports.append(Import(space, 0, "*", "", 1, IMPLICIT, -1))
        self.imports.append(Import("", 0, "*", "", 1, IMPLICIT, -1))
        self._read_words(hiding)
        self._hide(hiding)

    def _settle_imports(self, hiding: Hiding) -> None:
        """Imports from local values are such from their types; of what has no known type nothing can be said."""
        dropped: list[int] = []
        for row, start in self._imported_in:
            said = self.imports[row]
            name = self._of_type(said.module.encode(), start, hiding)
            if name is None:
                dropped.append(row)
            elif name != said.module.encode():
                self.imports[row] = said._replace(module=text(name))
        for row, symbol in self._exported:
            said = self.imports[row]
            meant = f"{said.module}.{said.name}".removesuffix(".*")
            if symbol >= 0 and row not in dropped and len(meant) <= LONGEST_NAME:
                self.supers.append((symbol, meant, VALUE))
        for row in reversed(dropped):
            del self.imports[row]

    def _of_type(self, name: bytes, start: int, hiding: Hiding) -> bytes | None:
        """A dotted name that stands there, as it is called outside of all code; None if that is unknown."""
        for _ in range(8):
            head, dot, rest = name.partition(b".")
            if _innermost(self._selves.get(head, ()), start) is not None:
                if not rest:
                    return None
                name = rest
                continue
            if not hiding.hides(head, start):
                return name
            held = _innermost(self._typed.get(head, ()), start)
            if held is None:
                return None
            kind = held[2]
            if kind.partition(b".")[0] == head:
                return None
            name = kind + dot + rest
        return None

    def _leading(self) -> tuple[set[str], bool]:
        return super()._leading()[0], True  # every name may be of the package

    def _read_words(self, hiding: Hiding) -> None:
        """Names of the package are used without a word of where they are from: whatever is not local may be one."""
        masked, kinds, references = self._masked, self._kinds, self._references
        met = {start for _, _, start, _ in self._met}
        opened = [start for start, _ in self._opened]
        for start, end, name in self._used_names():
            kind = kinds.get(start)
            if len(name) > LONGEST_NAME or (kind is None and _GETS_VALUE.match(masked, end)):
                continue
            if kind == "call" and start in met and not self._may_be_local(name, start, hiding):
                continue
            kind = kind or "read"
            meant = self._meant_outside(name, kind, start, hiding)
            if meant is None:
                continue
            operator = self._operators.get(start) if kind == "read" else None
            if operator is not None and len(meant) + len(operator) < LONGEST_NAME:
                kind, meant = "call", b"%s.%s" % (meant, operator)
            references.setdefault((self._symbol_at(start, opened), kind, meant), start)

    def _used_names(self) -> Iterator[tuple[int, int, bytes]]:
        """Where names begin and end in the text, and how they are written with dots; none that is being given to
        something, that stands in an import or that is a keyword."""
        masked, named, spelt, never = self._masked, self._named, self._spelt, self._NEVER
        spans = iter((*self._import_spans, (len(masked) + 1, len(masked) + 1)))
        import_start, import_end = next(spans)
        for found in _PLAIN.finditer(masked):
            start, end = found.span()
            name = found[0]
            if start in spelt:
                name = spelt[start]
            elif name in never:
                continue
            if start in named or (start and masked[start - 1] in _JOINING):
                continue
            while import_end <= start:
                import_start, import_end = next(spans)
            if start < import_start:
                yield start, end, name

    def _may_be_local(self, name: bytes, start: int, hiding: Hiding) -> bool:
        head = name.partition(b".")[0]
        return head in self._selves or (head in hiding.names and hiding.hides(head, start))

    def _meant_outside(self, name: bytes, kind: str, start: int, hiding: Hiding) -> bytes | None:
        """A name that is used there, as it is called outside of all code; None if it is local or a keyword."""
        if b"." in name or b"#" in name:
            name = self._plain(name)
        head, dot, _ = name.partition(b".")
        if head in self._NEVER and not name.startswith(b"super."):
            return None
        if not dot and kind in ("type", "inherit"):
            return None if hiding.hides_type(head, start) else name
        if head not in hiding.names and head not in self._selves:
            return name
        meant = self._of_type(name, start, hiding) if dot else name
        return None if meant == name and hiding.hides(head, start) else meant


def _is_open(comment: bytes) -> bool:
    """Whether a comment does not end: they stand in each other."""
    return sum(1 if sign == b"/*" else -1 for sign in _SIGNS.findall(comment)) > 0


def _innermost(spans: Sequence[tuple[int, int, bytes]], start: int) -> tuple[int, int, bytes] | None:
    """The last to begin of these spans that are around a place."""
    if not spans:
        return None
    last = bisect_left(spans, (start + 1,))
    return next((one for one in reversed(spans[max(0, last - _MOST_AROUND) : last]) if start < one[1]), None)


def _types_in(extends: Node | None) -> Iterator[Node]:
    """The types in an `extends` clause."""
    for child in extends.named_children if extends is not None else ():
        if child.type not in ("arguments", "structural_type", *_COMMENTS):
            yield child
