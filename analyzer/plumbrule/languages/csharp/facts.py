"""What one C# file says. Hides the language's spelling, what is visible by default, and which names are local."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

from tree_sitter import Node, Query, Tree

from plumbrule.extract.branches import BRANCH, BranchSweep
from plumbrule.extract.hiding import Hiding, Span
from plumbrule.extract.sweep import LONGEST_NAME, Flow, require_text, text
from plumbrule.facts import IMPLICIT, REEXPORT, Facts, Import, Parameter
from plumbrule.languages.csharp.conditions import best_reading
from plumbrule.languages.csharp.statics import MOST_READ, STATIC, plain_names

_BOM = b"\xef\xbb\xbf"
_SPACE = re.compile(rb"\s+")
_COMMENT = re.compile(rb"//[^\n]*|/\*.*?\*/", re.DOTALL)
_DOTTED = re.compile(rb"[A-Za-z_\x80-\xff][\w\x80-\xff]*(?:\.[A-Za-z_\x80-\xff][\w\x80-\xff]*)*")
_GLOBAL = b"global::"
_OWN_USE = re.compile(rb"(this\s*\.\s*)?([A-Za-z_]\w*)")
_LONGEST_TEXT = 500  # of a type or value kept as written; what follows is replaced by an ellipsis
_MARK = re.compile(rb"^\W*//[^\n]{0,200}<auto-?generated\b", re.IGNORECASE | re.MULTILINE)
_HEADER = 2_000
_MOST_NAMESPACES = 100  # of one file that are told apart
_USING = re.compile(rb"(global\s+)?using\s+(?:(?:static|unsafe)\s+)*")
_FRIENDS = ("Exception", "System.Exception")
_OPENED, _OPENING, _CLOSING, _COMMA = ord("<"), b"<([", b">)]", ord(",")
_KINDS = {"interface_declaration": "interface", "enum_declaration": "enum"}
_NOTHING_MORE = ("continue_statement", "break_statement", "comment", "empty_statement")


def extract(source: bytes, tree: Tree, query: Query) -> Facts:
    """Facts of a `.cs` file; ValueError with a plain reason if the bytes are no UTF-8 text."""
    require_text(source)
    tree, lines, branches = best_reading(source, tree)
    return _CSharpSweep(source, lines, branches).run(tree, query)


class _CSharpSweep(BranchSweep):
    FLOWS: ClassVar[Mapping[str, Flow]] = {
        "arm": Flow(cyclomatic=1),
        "case": Flow(cyclomatic=1),
        "chosen": Flow(scaled=True, nests=True),
        "coalesce": Flow(cyclomatic=1),
        "closure": Flow(shifts=True),
        "ternary": BRANCH,
    }
    KEYWORDS: ClassVar[frozenset[bytes]] = frozenset(
        b"abstract as async await base break case catch checked class const continue default delegate do else enum "
        b"event explicit extern finally fixed for foreach from get goto group if implicit in init interface internal "
        b"into is join let lock namespace new not on operator or orderby out override params partial private protected "
        b"public readonly record ref return sealed select set sizeof stackalloc static struct switch this throw try "
        b"typeof unchecked unsafe using var virtual volatile when where while with yield".split()
    )
    CONSTANTS: ClassVar[frozenset[bytes]] = frozenset((b"true", b"false", b"null"))
    ODD_ARGUMENTS: ClassVar[frozenset[bytes]] = frozenset((b"<", b":"))
    BUILTINS: ClassVar[frozenset[str]] = frozenset(
        "base bool byte char decimal double dynamic float global int long nameof nint nuint object sbyte short string "  # noqa: SIM905
        "this uint ulong ushort value var void".split()
    )
    OWN: ClassVar[frozenset[str]] = frozenset(("", "this"))  # one's own methods need no `this`

    def __init__(self, source: bytes, lines: Iterable[Span], branches: Iterable[Span]) -> None:
        """`lines` and `branches` of conditions are in the source and not in the tree."""
        super().__init__(source)
        for start, end in sorted((*lines, *branches)):
            self.mask(start, end, code=False)
        self._unread = list(branches)
        # The namespaces that the file is in come first (level 1), an inner one before the others, then what it uses.
        self.imports.append(Import("", 1, "*", "", 1, IMPLICIT, -1))
        self._usings: list[Span] = []
        self._generic: dict[int, int] = {}  # how many arguments a type gets whose name begins there
        self._created: dict[bytes, int] = {}  # names of types that are made, with the first place
        self._statics: list[str] = []  # types whose members are visible by their plain names
        self._namespaces: list[tuple[bytes, int, int]] = []  # full name, where it begins and ends
        self._types_to = -1  # where the type that was met last begins
        self._heads_to = -1
        self._values: dict[bytes, set[Span]] = defaultdict(set)  # where a name is local
        self._types: dict[bytes, set[Span]] = defaultdict(set)
        self.is_generated = _MARK.search(source[:_HEADER]) is not None
        if source.startswith(_BOM):
            self.mask(0, len(_BOM), code=False)

    # -- namespaces -----------------------------------------------------------------------------------------------

    def on_namespace(self, node: Node) -> None:
        named = node.child_by_field_name("name")
        if named is None or self.frame.symbol >= 0:
            return
        start, size = node.start_byte, len(self.source)
        end = size if node.type.startswith("file") else node.end_byte
        name = _SPACE.sub(b"", self.source[named.start_byte : named.end_byte]).replace(b"@", b"")
        self.cut(start, named.end_byte)
        if len(name) > LONGEST_NAME:
            return
        around = self._namespace(start)
        full = b"%s.%s" % (around, name) if around else name
        if not self._namespaces:
            self.imports.pop(0)
        if len(self._namespaces) < _MOST_NAMESPACES and all(full != known for known, _, _ in self._namespaces):
            self.imports.insert(0, Import(text(full), 1, "*", "", self.line(start), IMPLICIT, -1))
        self._namespaces.append((full, start, end))
        self.spaces.append((text(name), self.line(start), self.line(max(start, end - 1))))

    def _namespace(self, offset: int) -> bytes:
        """The full name of the namespace around a place."""
        for name, start, end in reversed(self._namespaces[-8:]):
            if start <= offset < end:
                return name
        return b""

    def on_using(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        self.cut(start, end)
        self.quiet_to = max(self.quiet_to, end)
        said = _USING.match(self.source, start, end)
        written = node.named_children
        if said is None or not written:
            return
        alias = node.child_by_field_name("name")
        meant = written[-1]
        name = self._name_at(meant.start_byte, meant.end_byte)
        if not name or len(name) > LONGEST_NAME:
            return
        flags = REEXPORT if said[1] else 0
        around = self._namespace(start)
        module = text(name) + (f" in {text(around)}" if around else "")
        if b"static" in said[0]:
            self._statics.append(module)
        bound = text(self.source[alias.start_byte : alias.end_byte].removeprefix(b"@")) if alias is not None else ""
        self.imports.append(Import(module, 0, "" if bound else "*", bound, self.line(start), flags, -1))
        self._usings.append((start, end))

    def _name_at(self, start: int, end: int) -> bytes:
        """The dotted name there, without what makes it generic."""
        start = self._begin(start)
        found = _DOTTED.match(self.source, start, end)
        return found[0] if found is not None else b""

    def _begin(self, start: int) -> int:
        """Where a name begins behind the signs that may stand before it."""
        source = self.source
        if source.startswith(_GLOBAL, start):
            return start + len(_GLOBAL)
        return start + 1 if source.startswith(b"@", start) else start

    # -- definitions ----------------------------------------------------------------------------------------------

    def _head(self, node: Node) -> tuple[set[bytes], list[str], Span]:
        """The modifiers of a declaration, the names of its attributes, and where it lies without them."""
        source, begin = self.source, node.start_byte
        modifiers: set[bytes] = set()
        attributes: list[str] = []
        is_begun = False
        for child in node.children:
            kind = child.type
            if kind == "attribute_list":
                for one in child.named_children:
                    named = one.child_by_field_name("name") if one.type == "attribute" else None
                    if named is not None and len(attributes) < 50:
                        attributes.append(text(self._name_at(named.start_byte, named.end_byte)))
                continue
            if kind == "comment" or kind.startswith("preproc"):
                continue
            if not is_begun:
                is_begun, begin = True, child.start_byte
            if kind != "modifier":
                break
            modifiers.add(source[child.start_byte : child.end_byte])
        return modifiers, attributes, (begin, node.end_byte)

    def _visibility(self, modifiers: set[bytes]) -> str:
        if b"public" in modifiers:
            return "public"
        if b"protected" in modifiers or b"internal" in modifiers:
            return "protected"
        if b"private" in modifiers or b"file" in modifiers:
            return "private"
        parent = self.frame.symbol
        if parent < 0:
            return "protected"
        return "public" if self.symbols[parent].kind in ("interface", "enum") else "private"

    def _named(self, node: Node) -> bytes:
        named = node.child_by_field_name("name")
        return self.source[named.start_byte : named.end_byte].removeprefix(b"@") if named is not None else b""

    def _written(self, node: Node | None) -> str:
        """The text of a node on one line, comments left out."""
        if node is None:
            return ""
        written = self.source[node.start_byte : node.end_byte]
        if b"/" in written:
            written = _COMMENT.sub(b" ", written)
        if b"\n" in written or b"  " in written or b"\t" in written:
            written = _SPACE.sub(b" ", written)
        written = written.strip()
        return text(written[:_LONGEST_TEXT]) + ("…" if len(written) > _LONGEST_TEXT else "")

    def _member(self, name: bytes, *, is_type: bool = False) -> None:
        """Inside its type a member hides what else has its name."""
        frame = self.frame
        if frame.symbol < 0:
            return
        span = frame.start, frame.end
        self._values[name].add(span)
        if is_type:
            self._types[name].add(span)

    def on_definition(self, node: Node) -> None:
        name = self._named(node)
        if not name:
            return
        modifiers, attributes, span = self._head(node)
        kind = _KINDS.get(node.type, "class")
        generic = given = bases = None
        for child in node.named_children:
            if child.type == "type_parameter_list":
                generic = child
            elif child.type == "parameter_list":
                given = child
            elif child.type == "base_list":
                bases = child
        visibility = self._visibility(modifiers)
        self._member(name, is_type=True)
        shown = [self._written(generic) + self._written(given), self._written(bases)]
        index = self.define(
            name, kind, visibility, span,
            exported=b"file" not in modifiers, signature=" ".join(filter(None, shown)),
            modifiers=_said(modifiers), decorators=attributes,
        )  # fmt: skip
        self._hide_type_parameters(generic, node)
        body = node.child_by_field_name("body")
        self.enter(index, name, node, body.start_byte if body is not None else node.end_byte, function=False)
        if given is not None and index >= 0:
            self._primary(name, given, is_record=node.type.startswith("record"))

    def _primary(self, name: bytes, given: Node, *, is_record: bool) -> None:
        """The constructor that stands in a type's head; those of a record are its properties too."""
        span = given.start_byte, given.end_byte
        index = self.define(name, "method", "public", span, signature=self._written(given))
        self._take_parameters(index, given)
        for one, said, _ in _parameters(given):
            named = self.source[one.start_byte : one.end_byte].removeprefix(b"@")
            self._member(named)
            if is_record:
                type_ = self._written(said)
                place = (said or one).start_byte, one.end_byte
                self.define(named, "property", "public", place, signature=f": {type_}", returns=type_)

    def on_delegate(self, node: Node) -> None:
        name, given = self._named(node), node.child_by_field_name("parameters")
        if not name or given is None:
            return
        modifiers, attributes, span = self._head(node)
        returns = self._written(node.child_by_field_name("type"))
        generic = node.child_by_field_name("type_parameters")
        self._member(name, is_type=True)
        index = self.define(
            name, "type", self._visibility(modifiers), span,
            signature=f"{self._written(generic)}{self._written(given)} -> {returns}", returns=returns,
            decorators=attributes,
        )  # fmt: skip
        self._take_parameters(index, given)
        self._hide_type_parameters(generic, node)
        self.cut(node.start_byte, node.end_byte)

    def on_callable(self, node: Node) -> None:
        given = node.child_by_field_name("parameters")
        kind, is_local = node.type, node.type == "local_function_statement"
        modifiers, attributes, span = self._head(node)
        returned = node.child_by_field_name("returns") or node.child_by_field_name("type")
        name, visibility = self._called(node, kind, returned), self._visibility(modifiers)
        if not name or given is None:
            return
        explicit = self._explicit(node)
        if explicit:
            name, visibility = explicit + name, "private"
        if is_local:
            self.statement()
            visibility = "private"
        body = node.child_by_field_name("body")
        owner = self.frame.symbol
        is_bare = body is None or body.start_byte == body.end_byte
        if is_bare and owner >= 0 and self.symbols[owner].kind == "interface":
            modifiers.add(b"abstract")
        generic = node.child_by_field_name("type_parameters")
        returns = self._written(returned)
        if is_local:
            self._values[name].add((self.frame.start, self.frame.end))
        else:
            self._member(name)
        index = self.define(
            name, "function" if is_local or owner < 0 else "method", visibility, span,
            exported=not is_local,
            signature=f"{self._written(generic)}{self._written(given)}" + (f" -> {returns}" if returns else ""),
            returns=returns, modifiers=_said(modifiers), decorators=attributes,
        )  # fmt: skip
        self._take_parameters(index, given)
        self._hide_type_parameters(generic, node)
        if is_bare or body is None:
            self.cut(node.start_byte, node.end_byte)
            return
        self.enter(index, name, node, body.start_byte, function=True)
        if body.type == "arrow_expression_clause":
            self.statement()

    def _called(self, node: Node, kind: str, returned: Node | None) -> bytes:
        """The name of something that can be called; operators have none of their own."""
        if kind == "operator_declaration":
            operator = node.child_by_field_name("operator")
            return b"operator" + (self.source[operator.start_byte : operator.end_byte] if operator is not None else b"")
        if kind == "conversion_operator_declaration":
            written = self._written(returned).encode()
            return b"operator " + written.replace(b".", b"_") if returned is not None else b""
        return (b"~" if kind == "destructor_declaration" else b"") + self._named(node)

    def _explicit(self, node: Node) -> bytes:
        """The interface that a member says it is of, with its dot."""
        said = next((one for one in node.named_children if one.type == "explicit_interface_specifier"), None)
        if said is None:
            return b""
        name = self._name_at(said.start_byte, said.end_byte)
        return name.rpartition(b".")[2] + b"." if name else b""

    def _take_parameters(self, index: int, given: Node) -> None:
        if index < 0:
            return
        for named, said, parameter in _parameters(given):
            default, variadic = "", parameter is None
            for child in parameter.named_children if parameter is not None else ():
                if child.start_byte >= named.end_byte:
                    default = self._written(child)
                elif child.type == "modifier" and self.source[child.start_byte : child.end_byte] == b"params":
                    variadic = True
            name = text(self.source[named.start_byte : named.end_byte].removeprefix(b"@"))
            kind = "variadic" if variadic else "positional"
            self.parameters.append(
                Parameter(index, name, kind, default, bool(default) or variadic, self._written(said))
            )

    def _hide_type_parameters(self, generic: Node | None, node: Node) -> None:
        for one in generic.named_children if generic is not None else ():
            named = one.child_by_field_name("name") if one.type == "type_parameter" else None
            if named is not None:
                name, span = self.source[named.start_byte : named.end_byte], (node.start_byte, node.end_byte)
                self._types[name].add(span)
                self._values[name].add(span)

    def on_property(self, node: Node) -> None:
        """A property, an indexer or an event with accessors: one function, whose code is that of all of them."""
        name = b"this[]" if node.type == "indexer_declaration" else self._named(node)
        if not name or self.frame.symbol < 0:
            return
        modifiers, attributes, span = self._head(node)
        explicit = self._explicit(node)
        visibility = "private" if explicit else self._visibility(modifiers)
        said = self._written(node.child_by_field_name("type"))
        accessors, value = node.child_by_field_name("accessors"), node.child_by_field_name("value")
        is_arrow = value is not None and value.type == "arrow_expression_clause"
        coded = [one for one in (accessors.named_children if accessors is not None else ()) if _is_coded(one)]
        if not is_arrow and not coded and self.symbols[self.frame.symbol].kind == "interface":
            modifiers.add(b"abstract")
        self._member(name)
        given = node.child_by_field_name("parameters")
        shown = self._written(given) + (f": {said}" if said else "")
        index = self.define(
            explicit + name, "property", visibility, span,
            signature=shown, returns=said, modifiers=_said(modifiers), decorators=attributes,
        )  # fmt: skip
        if given is not None:
            self._take_parameters(index, given)
        begin = value if is_arrow else accessors if coded else None
        if begin is not None:
            self.enter(index, name, node, begin.start_byte, function=True)
            if is_arrow:
                self.statement()

    def on_field(self, node: Node) -> None:
        declared = next((one for one in node.named_children if one.type == "variable_declaration"), None)
        if declared is None or self.frame.is_function or self.frame.symbol < 0:
            return
        modifiers, attributes, _ = self._head(node)
        kind, visibility = "constant" if b"const" in modifiers else "property", self._visibility(modifiers)
        said = self._written(declared.child_by_field_name("type"))
        for one in declared.named_children:
            named = one.child_by_field_name("name") if one.type == "variable_declarator" else None
            if named is None:
                continue
            name = self.source[named.start_byte : named.end_byte].removeprefix(b"@")
            self._member(name)
            self.define(
                name, kind, visibility, (one.start_byte, one.end_byte), signature=f": {said}", returns=said,
                modifiers=_said(modifiers), decorators=attributes,
            )  # fmt: skip

    def on_member(self, node: Node) -> None:
        name = self._named(node)
        if name and self.frame.symbol >= 0 and not self.frame.is_function:
            self._member(name)
            self.define(name, "constant", "public", (node.start_byte, node.end_byte))

    # -- what is local --------------------------------------------------------------------------------------------

    def on_local(self, node: Node) -> None:
        frame = self.frame
        # Statements at the top of a program are in no function.
        span = (frame.start, frame.end) if frame.symbol >= 0 else (0, len(self.source))
        self._values[self.source[self._begin(node.start_byte) : node.end_byte]].add(span)

    # -- references -----------------------------------------------------------------------------------------------

    def _refer(self, kind: str, node: Node) -> None:
        """A reference to the dotted name that begins there."""
        start = self._begin(node.start_byte)
        found = _DOTTED.match(self.source, start, node.end_byte)
        if found is not None:
            stop = found.end()
            if stop < node.end_byte and self.source[stop] == _OPENED:
                self._generic[start] = _arity(self.source, stop, node.end_byte)
            self.refer(kind, start, stop)

    def on_create(self, node: Node) -> None:
        self._types_to = node.start_byte
        self._refer("call", node)
        self._created.setdefault(self._name_at(node.start_byte, node.end_byte), node.start_byte)

    def on_inherit(self, node: Node) -> None:
        self._types_to = node.start_byte
        self._refer("inherit", node)

    def on_type(self, node: Node) -> None:
        start = node.start_byte
        if start == self._types_to:
            return
        self._types_to = self._heads_to = start
        self._refer("type", node)

    def on_matched(self, node: Node) -> None:
        """A type or constant that a value is held against; the grammar may cut its name at the first dot."""
        begin = self._begin(node.start_byte)
        self._types_to = self._heads_to = node.start_byte
        found = _DOTTED.match(self.source, begin)
        if found is not None:
            self.refer("type", begin, found.end())

    def on_tested(self, node: Node) -> None:
        """`x is A || y`, of which the grammar has it that x is compared with all that follows."""
        first: Node | None = node
        while first is not None and first.type == "binary_expression":
            first = first.child_by_field_name("left")
        if first is not None and first.type in ("identifier", "member_access_expression"):
            self.on_matched(first)

    def on_attribute(self, node: Node) -> None:
        name = self._name_at(node.start_byte, node.end_byte)
        if name and not name.endswith(b"Attribute"):
            self.refer_to("type", name + b"Attribute", node.start_byte)
        else:
            self._refer("type", node)

    def _use_own_parts(self, hiding: Hiding) -> None:
        """What a type in several parts uses of its own may be in another file."""
        parts = {symbol.name for symbol in self.symbols if symbol.has("partial")}
        if not parts:
            return
        own = {symbol.name.encode() for symbol in self.symbols}
        owners: dict[int, bytes] = {}
        for symbol, kind, start, end in self._met:
            if kind == "type" or symbol < 0 or end - start > LONGEST_NAME:
                continue
            if symbol not in owners:
                name = self._type_around(symbol)
                owners[symbol] = name.encode() if name in parts else b""
            said = _OWN_USE.match(self.source, start, end) if owners[symbol] else None
            if said is None or (not said[1] and hiding.hides(said[2], start)):
                continue
            name_there = b"%s.%s" % (owners[symbol], said[2])
            if name_there in own:
                continue
            is_called = kind == "call" and said.end() == end
            self._references.setdefault((symbol, "call" if is_called else "read", name_there), start)
            if is_called:
                self._calls.setdefault((symbol, name_there), []).append(end)

    def _type_around(self, symbol: int) -> str:
        """The name of the innermost type that a symbol is in, or is; empty if there is none."""
        while symbol >= 0 and self.symbols[symbol].kind not in ("class", "interface"):
            symbol = self.symbols[symbol].parent
        return self.symbols[symbol].name if symbol >= 0 else ""

    def on_call(self, node: Node) -> None:
        start, end = self._begin(node.start_byte), node.end_byte
        found = _DOTTED.match(self.source, start, end)
        if found is None:
            return
        stop = found.end()
        if stop != end and not (self.source[stop : stop + 1] == b"<" and node.type == "generic_name"):
            if node.type != "member_access_expression":
                return
            member = node.child_by_field_name("name")
            if member is None or member.type != "generic_name" or not member.start_byte < stop < member.end_byte:
                return
        if self.source[start:stop] == b"nameof":
            return
        self._heads_to = node.start_byte
        self.refer("call", start, stop)

    def on_head(self, node: Node) -> None:
        start = node.start_byte
        if start == self._heads_to:
            return
        begin = self._begin(start)
        found = _DOTTED.match(self.source, begin)
        if found is not None:
            if node.type == "generic_name":
                self._generic[begin] = _arity(self.source, found.end(), node.end_byte)
            self.refer("read", begin, found.end())

    # -- figures --------------------------------------------------------------------------------------------------

    def on_arm(self, node: Node) -> None:
        if not self.source.startswith(b"_", node.start_byte):
            self.flow(self.FLOWS["arm"], node)

    def on_goto(self, node: Node) -> None:
        self.statement()
        self.flow(Flow(cognitive=1), node)

    def on_catch(self, node: Node) -> None:
        said = next((one for one in node.named_children if one.type == "catch_declaration"), None)
        filtered = any(one.type == "catch_filter_clause" for one in node.named_children)
        types = self._written(said.child_by_field_name("type")) if said is not None else ""
        body = node.child_by_field_name("body")
        inside = body.named_children if body is not None and body.named_child_count <= 2 else ()
        silent = body is not None and body.named_child_count <= 2 and all(map(_is_nothing, inside))
        self.caught(node, types, broad=not filtered and types in ("", *_FRIENDS), silent=silent)
        self.flow(BRANCH, node)

    def on_throw(self, node: Node) -> None:
        if node.type == "throw_statement":
            self.statement()
        thrown = next(iter(node.named_children), None)
        name = b""
        if thrown is not None and thrown.type == "object_creation_expression":
            said = thrown.child_by_field_name("type")
            name = self._name_at(said.start_byte, said.end_byte) if said is not None else b""
        self.raises(node, text(name))

    def on_yield(self, node: Node) -> None:
        self.statement()
        symbol = self.frame.symbol
        if self.frame.is_function and symbol >= 0 and not self.symbols[symbol].has("generator"):
            row = self.symbols[symbol]
            said = {word.encode() for word in row.modifiers.split()} | {b"generator"}
            self.symbols[symbol] = row._replace(modifiers=_said(said))

    def on_directive(self, node: Node) -> None:
        """A line for the compiler alone: no code."""
        self.mask(node.start_byte, node.end_byte, code=False)

    # -- the end --------------------------------------------------------------------------------------------------

    def finish(self) -> None:
        if self._unread:
            self._errors = _apart([*self._errors, *self._unread])
        if not self._statics:
            # A plain call is one of a method of the type itself, or of one that it inherits.
            plain = [key for key in self._references if key[1] == "call" and b"." not in key[2]]
            for key in plain:
                if key[2] not in self._created:
                    del self._references[key]
        for name, start in self._created.items():
            if name.partition(b".")[0] in self._values:
                self.refer_to("type", name, start)  # what hides the name elsewhere does not do so here
        hiding = Hiding(self._values, self._types)
        self.read_imported_names(self._usings, hiding)
        self._use_own_parts(hiding)
        if self._statics:
            self._read_statics(hiding)
        if self._generic:
            self._tell_generic_apart()

    def _read_statics(self, hiding: Hiding) -> None:
        """What stands alone and is nothing of the file's own may be a member of each type that is used statically."""
        never = {*self.KEYWORDS, *self.CONSTANTS, *(name.encode() for name in self.BUILTINS)}
        taken = {start for _, _, start, _ in self._met}
        opened = [start for start, _ in self._opened]
        begin = max((end for _, end in self._usings), default=0)
        rows: dict[bytes, int] = {}  # by name: the first of its rows, one a type
        for name, start in plain_names(self._masked, begin, never, taken):
            if hiding.hides(name, start) or (name not in rows and len(rows) >= MOST_READ):
                continue
            if name not in rows:
                rows[name] = len(self.imports)
                line = self.line(start)
                self.imports += [Import(one, STATIC, text(name), "", line, IMPLICIT, -1) for one in self._statics]
            for row in range(rows[name], rows[name] + len(self._statics)):
                self.refer_through(row, self._symbol_at(start, opened), "read", name, start)

    def _tell_generic_apart(self) -> None:
        """Types of one name differ by how many arguments they get: `List$1` is not `List`."""
        own = {symbol.name.encode() for symbol in self.symbols if symbol.parent < 0}
        plain: dict[tuple[int, str, bytes], int] = {}
        kept = self._references
        for symbol, kind, start, end in self._met:
            key = symbol, kind, self.source[start:end]
            if key not in kept or key[2] in own:
                continue
            count = self._generic.get(start, 0)
            if count:
                kept.setdefault((symbol, kind, b"%s$%d" % (key[2], count)), start)
            elif key not in plain:
                plain[key] = start
        told = [key for key, start in kept.items() if start in self._generic and b"$" not in key[2]]
        for key in [key for key in told if key[2] not in own]:
            if key in plain:
                kept[key] = plain[key]
            else:
                del kept[key]

    @staticmethod
    def literal_of(written: bytes) -> bytes:
        """The content of a string; of what has places to fill in, nothing."""
        if written.startswith(b"$") or written.startswith(b"'"):
            return b""
        written = written.removesuffix(b"u8").removesuffix(b"U8").removeprefix(b"@")
        return written.strip(b'"') if written.startswith(b'"""') else written[1:-1]


def _said(modifiers: Iterable[bytes]) -> str:
    """Those that facts name, in their order."""
    return " ".join(
        word for word in ("abstract", "static", "partial", "async", "generator") if word.encode() in modifiers
    )


def _parameters(given: Node) -> Iterator[tuple[Node, Node | None, Node | None]]:
    """(name, type, parameter) of each; the grammar has no node for one that takes all that is left."""
    said: Node | None = None
    for child in given.named_children:
        if child.type == "parameter":
            named = child.child_by_field_name("name")
            if named is not None:
                yield named, child.child_by_field_name("type"), child
    named = given.child_by_field_name("name")
    if named is not None:
        said = given.child_by_field_name("type")
        yield named, said, None


def _apart(spans: Iterable[Span]) -> list[Span]:
    """The same places in order, each once."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if not found or start >= found[-1][1]:
            found.append((start, end))
    return found


def _arity(source: bytes, start: int, end: int) -> int:
    """How many types are between the angle brackets that open there."""
    depth, count = 0, 1
    for sign in source[start : min(end, start + _LONGEST_TEXT)]:
        if sign in _OPENING:
            depth += 1
        elif sign in _CLOSING:
            depth -= 1
            if not depth:
                break
        elif sign == _COMMA and depth == 1:
            count += 1
    return count


def _is_coded(accessor: Node) -> bool:
    return accessor.type == "accessor_declaration" and accessor.child_by_field_name("body") is not None


def _is_nothing(statement: Node) -> bool:
    if statement.type != "return_statement":
        return statement.type in _NOTHING_MORE
    value = next(iter(statement.named_children), None)
    return value is None or value.type.endswith("_literal")
