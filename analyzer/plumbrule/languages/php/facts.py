"""What one PHP file says. Hides the language's spelling: here `A\\B::c` is `B.c`, and every name its full name."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import ClassVar, NamedTuple

from tree_sitter import Node, Query, Tree

from plumbrule.extract.branches import BRANCH, BranchSweep
from plumbrule.extract.sweep import LONGEST_NAME, Flow, require_text, text
from plumbrule.facts import IMPLICIT, LAZY, Facts, Import, Parameter
from plumbrule.languages.php.standing import FUNCTIONS

GLOBAL_TOO = 1  # `Import.level` of a function that is looked for in the global namespace as well

_BOM = b"\xef\xbb\xbf"
_SPACE = re.compile(rb"\s+")
_COMMENT = re.compile(rb"(?://|#(?!\[))[^\n]*|/\*.*?\*/", re.DOTALL)
_LONGEST_TEXT = 500  # of a type or default kept as written; what follows is replaced by an ellipsis
_NAMES = frozenset(("name", "qualified_name", "relative_name"))
_OWN = frozenset((b"self", b"static", b"parent"))
# Words of the language that the grammar may take for a call.
_NO_FUNCTIONS = frozenset(b"isset empty unset eval exit die array list echo print include require".split())
_NO_CLASSES = _OWN | frozenset(
    b"mixed never void null object iterable callable int float bool string array true false".split()
)
_KINDS = {"interface_declaration": "interface", "enum_declaration": "enum"}
_CONSTRUCTS = {"class", "interface", "enum"}
_SHORT = re.compile(rb"[\w\x80-\xff]+\Z")
_LONGEST_BODY = 400  # of a function that may only pass on
_PASSES_ON = re.compile(
    rb"\{\s*(?:return\s+)?(\$?[\w\\\x80-\xff]+(?:\s*(?:\??->|::)\s*[\w\x80-\xff]+)*)\s*\(([^(){}]*)\)\s*;\s*\}"
)
_SIGN = re.compile(r"\s*(?:\??->|::)\s*")
_MOST_JOINED = 50  # parts of a constant path
_SILENT = re.compile(rb"\{\s*(?:(?:return(?:\s+(?:[\w\\]+|\[\]|''|\"\"))?|continue|break)\s*;\s*)?\}")


class _Use(NamedTuple):
    """A name that stands for a full name, wherever in the file."""

    symbol: int
    kind: str
    full: bytes
    member: bytes
    start: int
    end: int
    said: bool  # it is qualified: the place names another namespace itself
    level: int


class _Place:
    """A namespace in the file, and what its `use` statements bind."""

    __slots__ = ("classes", "constants", "functions", "name")

    def __init__(self, name: bytes) -> None:
        self.name = name
        self.classes: dict[bytes, bytes] = {}
        self.functions: dict[bytes, bytes] = {}
        self.constants: dict[bytes, bytes] = {}

    def inside(self, name: bytes) -> bytes:
        return self.name + b"\\" + name if self.name else name


def extract(source: bytes, tree: Tree, query: Query) -> Facts:
    """Facts of a `.php` file; ValueError with a plain reason if the bytes are no UTF-8 text."""
    require_text(source)
    return _PhpSweep(source).run(tree, query)


class _PhpSweep(BranchSweep):
    FLOWS: ClassVar[Mapping[str, Flow]] = {
        "elseif": Flow(cyclomatic=1, cognitive=1),
        "else": Flow(cognitive=1, chains=True),
        "case": Flow(cyclomatic=1),
        "closure": Flow(shifts=True),
        "jump": Flow(cognitive=1),
    }
    KEYWORDS: ClassVar[frozenset[bytes]] = frozenset(
        b"abstract and array as break callable case catch class clone const continue declare default do echo else "
        b"elseif empty enddeclare endfor endforeach endif endswitch endwhile enum exit extends final finally fn for "
        b"foreach function global goto if implements include include_once instanceof insteadof interface isset list "
        b"match namespace new or print private protected public readonly require require_once return static switch "
        b"throw trait try unset use var while xor yield".split()
    )
    CONSTANTS: ClassVar[frozenset[bytes]] = frozenset((b"true", b"false", b"null", b"TRUE", b"FALSE", b"NULL"))
    LOGICAL: ClassVar[frozenset[str]] = frozenset(("&&", "||", "and", "or"))
    OWN: ClassVar[frozenset[str]] = frozenset(("this", "self", "static"))

    def __init__(self, source: bytes) -> None:
        super().__init__(source)
        self._place = _Place(b"")
        self._opened_at: list[tuple[int, int, bytes]] = []  # namespaces: (start, end, name)
        self._uses: list[_Use] = []
        self._known_as: dict[bytes, bytes] = {}  # by full name: what it is called in this file
        self._taken: dict[bytes, bytes] = {}  # the other way round
        self._bases: dict[int, bytes] = {}  # by class: the full name of what it extends
        self._attributes: dict[int, list[str]] = {}  # by the start of what they stand before
        if source.startswith(_BOM):
            self.mask(0, len(_BOM), code=False)

    # -- namespaces and imports -----------------------------------------------------------------------------------

    def on_namespace(self, node: Node) -> None:
        named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        name = self._text(named)[:LONGEST_NAME]
        if self._opened_at:
            start, end, before = self._opened_at[-1]
            self._opened_at[-1] = start, min(end, node.start_byte), before
        self._opened_at.append((node.start_byte, node.end_byte if body is not None else len(self.source), name))
        self._place = _Place(name)
        self.cut(node.start_byte, body.start_byte if body is not None else node.end_byte)

    def on_import(self, node: Node) -> None:
        self.cut(node.start_byte, node.end_byte)
        kind = _kind_of(node)
        group = node.child_by_field_name("body")
        around = b""
        for child in node.named_children:
            if child.type == "namespace_name":
                around = self._text(child) + b"\\"
        for clause in (group if group is not None else node).named_children:
            if clause.type != "namespace_use_clause":
                continue
            full = alias = b""
            for child in clause.named_children:
                if child.type in ("name", "qualified_name", "namespace_name") and not full:
                    full = around + self._text(child).lstrip(b"\\")
            renamed = clause.child_by_field_name("alias")
            alias = self._text(renamed) if renamed is not None else full.rpartition(b"\\")[2]
            if not full or len(full) > LONGEST_NAME or len(alias) > LONGEST_NAME:
                continue
            said = _kind_of(clause) or kind
            kind = kind if group is not None else said  # `use function a, b` says it once
            names = {"function": self._place.functions, "const": self._place.constants}
            names.get(said, self._place.classes)[alias] = full
            self._import(full, self._name(full, alias), self.line(clause.start_byte), 0, 0)

    def _name(self, full: bytes, alias: bytes) -> bytes:
        """What a full name is called in this file: the alias, unless that means something else here."""
        if self._taken.setdefault(alias, full) != full:
            alias = b"$" + full.replace(b"\\", b"$")
        self._known_as.setdefault(full, alias)
        return self._known_as[full]

    def _import(self, full: bytes, alias: bytes, line: int, level: int, flags: int) -> None:
        module, _, name = full.rpartition(b"\\")
        self.imports.append(Import(text(module), level, text(name), text(alias), line, flags, -1))

    def on_include(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        self.quiet_to = max(self.quiet_to, end)
        said = _included(_first(node), self.source)
        if said and len(said) <= LONGEST_NAME:
            flags = LAZY if self.in_function else 0
            self.imports.append(Import(text(said), 0, "", "", self.line(start), flags, self.symbol))

    # -- definitions ----------------------------------------------------------------------------------------------

    def on_attribute(self, node: Node) -> None:
        named = _first(node)
        if named is not None and named.type in _NAMES:
            self._refer("call" if node.child_by_field_name("parameters") is not None else "read", named)

    def on_class(self, node: Node) -> None:
        named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if named is None:
            return
        clauses = [child for child in node.named_children if child.type in ("base_clause", "class_interface_clause")]
        head = b" ".join(self.source[clause.start_byte : clause.end_byte] for clause in clauses)
        is_abstract = any(child.type == "abstract_modifier" for child in node.named_children)
        name = self._text(named)
        index = self.define(
            name, _KINDS.get(node.type, "class"), "public", (node.start_byte, node.end_byte),
            signature=self._short(head), modifiers="abstract" if is_abstract else "",
            decorators=self._decorators(node),
        )  # fmt: skip
        self.enter(index, name, node, body.start_byte if body is not None else node.end_byte, function=False)
        self._inherit(clauses, index)

    def on_anonymous(self, node: Node) -> None:
        self._inherit([child for child in node.named_children if child.type.endswith("_clause")], -1)

    def _inherit(self, clauses: list[Node], index: int) -> None:
        for clause in clauses:
            for child in clause.named_children:
                if child.type in _NAMES:
                    self._refer("inherit", child)
                    if clause.type == "base_clause":
                        self._bases.setdefault(index, self._full(child))

    def on_traits(self, node: Node) -> None:
        for child in node.named_children:
            if child.type in _NAMES:
                self._refer("inherit", child)

    def on_property(self, node: Node) -> None:
        if self.frame.is_function:
            return  # of an anonymous class
        said = self._written(node.child_by_field_name("type"))
        visibility, modifiers = _modifiers(node)
        for child in node.named_children:
            if child.type != "property_element":
                continue
            named = child.child_by_field_name("name")
            if named is not None:
                self.define(
                    self._text(named), "property", visibility, (child.start_byte, child.end_byte),
                    signature=f": {said}" if said else "", modifiers=modifiers, decorators=self._decorators(node),
                )  # fmt: skip

    def on_constants(self, node: Node) -> None:
        visibility, _ = _modifiers(node)
        if self.frame.is_function:
            return
        for child in node.named_children:
            named = _first(child) if child.type == "const_element" else None
            if named is not None:
                self.define(
                    self._text(named), "constant", visibility, (child.start_byte, child.end_byte), modifiers="static"
                    if self.symbol >= 0 else "",
                )  # fmt: skip

    def on_case_of_enum(self, node: Node) -> None:
        named = node.child_by_field_name("name")
        if named is not None and not self.frame.is_function:
            span = node.start_byte, node.end_byte
            self.define(
                self._text(named), "constant", "public", span, modifiers="static", decorators=self._decorators(node)
            )

    def on_function(self, node: Node) -> None:
        named, given = node.child_by_field_name("name"), node.child_by_field_name("parameters")
        if named is None or given is None:
            return
        body, name = node.child_by_field_name("body"), self._text(named)
        is_method = node.type == "method_declaration"
        visibility, modifiers = _modifiers(node)
        around = self.symbols[self.symbol].kind if self.symbol >= 0 else ""
        if around == "interface" and "abstract" not in modifiers:
            modifiers = f"abstract {modifiers}".strip()
        result = self._written(node.child_by_field_name("return_type"))
        index = self.define(
            name, "method" if is_method else "function", visibility, (node.start_byte, node.end_byte),
            signature=self._written(given) + (f": {result}" if result else ""), returns=result, modifiers=modifiers,
            decorators=self._decorators(node),
        )  # fmt: skip
        if index >= 0:
            self._take_parameters(index, given)
        if body is None:
            if self.symbol < 0:
                self.cut(node.start_byte, node.end_byte)
            return
        self.enter(index, name, node, body.start_byte, function=True)

    def _take_parameters(self, index: int, given: Node) -> None:
        for one in given.named_children:
            named = one.child_by_field_name("name")
            if named is None:
                continue
            name = self._text(named)
            default = self._written(one.child_by_field_name("default_value"))
            said = self._written(one.child_by_field_name("type"))
            variadic = one.type == "variadic_parameter"
            kind = "variadic" if variadic else "positional"
            self.parameters.append(
                Parameter(index, text(name.lstrip(b"&.$")), kind, default, variadic or bool(default), said)
            )
            visibility = one.child_by_field_name("visibility")
            if one.type == "property_promotion_parameter" and not self.frame.is_function:
                self.define(
                    name, "property", text(self._text(visibility)) or "public", (one.start_byte, one.end_byte),
                    signature=f": {said}" if said else "",
                )  # fmt: skip

    def _decorators(self, node: Node) -> list[str]:
        listed = node.child_by_field_name("attributes")
        found = []
        for group in listed.named_children if listed is not None else ():
            for attribute in group.named_children:
                named = _first(attribute)
                if named is not None:
                    found.append(text(self._text(named)))
        return found

    def _text(self, node: Node | None) -> bytes:
        return self.source[node.start_byte : node.end_byte] if node is not None else b""

    def _written(self, node: Node | None) -> str:
        """The text of a node on one line, comments left out."""
        return self._short(self._text(node)) if node is not None else ""

    def _short(self, written: bytes) -> str:
        if b"\n" in written or b"/*" in written:
            written = _COMMENT.sub(b" ", written)
        written = _SPACE.sub(b" ", written).strip()
        return text(written[:_LONGEST_TEXT]) + ("…" if len(written) > _LONGEST_TEXT else "")

    # -- references -----------------------------------------------------------------------------------------------

    def _full(self, node: Node) -> bytes:
        """The full name of a class that is named here."""
        name = self._text(node)
        if node.type == "name":
            return self._place.classes.get(name) or self._place.inside(name)
        return self._qualified(name, node.type)

    def _qualified(self, name: bytes, kind: str) -> bytes:
        if name.startswith(b"\\"):
            return name[1:]
        head, _, rest = name.partition(b"\\")
        if kind == "relative_name":
            return self._place.inside(rest)
        around = self._place.classes.get(head)
        return around + b"\\" + rest if around else self._place.inside(name)

    def _refer(self, kind: str, node: Node, member: bytes = b"", end: int = -1) -> None:
        """A class, or what is in it, by the node that names it."""
        if node.end_byte - node.start_byte > LONGEST_NAME:
            return
        if node.type == "name" and self._text(node).lower() in _NO_CLASSES:
            return
        self._note(kind, self._full(node), member, node, end, said=node.type != "name")

    def _note(self, kind: str, full: bytes, member: bytes, node: Node, end: int, *, said: bool, level: int = 0) -> None:
        place = node.start_byte, end if end >= 0 else node.end_byte
        self._uses.append(_Use(self.symbol, kind, full, member, *place, said, level))

    def on_type(self, node: Node) -> None:
        self._refer("type", node)

    def on_made(self, node: Node) -> None:
        if node.type != "relative_scope":
            self._refer("call", node)

    def on_called(self, node: Node) -> None:
        called = node.child_by_field_name("function")
        if called is None or called.type not in _NAMES or called.end_byte - called.start_byte > LONGEST_NAME:
            return
        name = self._text(called)
        if called.type != "name":
            if name[1:].lower() not in FUNCTIONS:
                self._note("call", self._qualified(name, called.type), b"", called, -1, said=True)
            return
        if name == b"define":
            self._constant(node)
        known = self._place.functions.get(name)
        if name.lower() in _NO_FUNCTIONS or (known is None and name.lower() in FUNCTIONS):
            return
        level = GLOBAL_TOO if known is None else 0
        self._note("call", known or self._place.inside(name), b"", called, -1, said=False, level=level)

    def _constant(self, call: Node) -> None:
        """`define('NAME', …)` of the global namespace."""
        given = call.child_by_field_name("arguments")
        first = _first(given) if given is not None else None
        named = _first(first) if first is not None else None
        if self.frame is self.module and named is not None and named.type == "string":
            name = self._text(named)[1:-1]
            if _SHORT.fullmatch(name) and not self._place.name:
                self.define(name, "constant", "public", (call.start_byte, call.end_byte))

    def on_scoped_call(self, node: Node) -> None:
        scope, named = node.child_by_field_name("scope"), node.child_by_field_name("name")
        if scope is None or named is None:
            return
        if named.type == "name":
            self._member("call", scope, self._text(named), named.end_byte)
        elif scope.type in _NAMES:
            self._refer("call", scope)  # what is called only running it would tell

    def on_member(self, node: Node) -> None:
        scope, named = (*node.named_children, None, None)[:2]
        if scope is not None and named is not None and named.type in ("name", "variable_name"):
            self._member("read", scope, self._text(named), named.end_byte)
        elif scope is not None and scope.type in _NAMES:
            self._refer("read", scope)

    def _member(self, kind: str, scope: Node, name: bytes, end: int) -> None:
        if scope.type in _NAMES:
            self._refer(kind, scope, b"" if name == b"class" else name, end)
            return
        if scope.type != "relative_scope":
            return
        own = self._text(scope)
        base = self._bases.get(self._class()) if own == b"parent" else None
        if base is not None:
            self._note(kind, base, name, scope, end, said=False)
        elif kind == "call" and own != b"parent":
            self._uses.append(_Use(self.symbol, kind, b"", b"self." + name, scope.start_byte, end, False, 0))

    def _class(self) -> int:
        """The class around the node at hand."""
        symbol = self.symbol
        while symbol >= 0 and self.symbols[symbol].kind not in _CONSTRUCTS:
            symbol = self.symbols[symbol].parent
        return symbol

    def on_own_call(self, node: Node) -> None:
        """Calls of methods lead nowhere without types; here only whether a method calls itself is seen."""
        inside, named = node.child_by_field_name("object"), node.child_by_field_name("name")
        if inside is not None and named is not None and self.frame.is_function and self._text(inside) == b"$this":
            name = self._text(named)
            if name == self.frame.name:
                self._uses.append(
                    _Use(self.symbol, "call", b"", b"this." + name, inside.start_byte, named.end_byte, False, 0)
                )

    # -- figures --------------------------------------------------------------------------------------------------

    def on_binary(self, node: Node) -> None:
        operator = node.child_by_field_name("operator")
        right = node.child_by_field_name("right")
        if operator is None or operator.type != "instanceof":
            self.on_boolean(node)
        elif right is not None and right.type in _NAMES:
            self._refer("look", right)

    def on_if(self, node: Node) -> None:
        self.statement()
        self.flow(BRANCH, node)  # `else` and `elseif` are met as nodes of their own

    def on_match(self, node: Node) -> None:
        self.flow(BRANCH, node)

    def on_conditional(self, node: Node) -> None:
        # `a ?: b` is the same as `a ?? b` to who reads it, and neither is counted.
        if node.child_by_field_name("body") is not None:
            self.flow(BRANCH, node)

    def on_goto(self, node: Node) -> None:
        self.statement()
        self.flow(self.FLOWS["jump"], node)

    def on_catch(self, node: Node) -> None:
        caught, body = node.child_by_field_name("type"), node.child_by_field_name("body")
        types = self._written(caught)
        broad = any(one.strip().lstrip("\\") in ("Exception", "Throwable") for one in types.split("|"))
        silent = body is not None and body.end_byte - body.start_byte < 2000 and bool(
            _SILENT.fullmatch(_COMMENT.sub(b" ", self._text(body)))
        )  # fmt: skip
        self.caught(node, types, broad=broad, silent=silent)
        self.flow(BRANCH, node)

    def on_throw(self, node: Node) -> None:
        thrown = _first(node)
        made = _first(thrown) if thrown is not None and thrown.type == "object_creation_expression" else None
        self.raises(node, text(self._text(made)) if made is not None and made.type in _NAMES else "")

    def forwarded(self, function: Node, parameters: list[Parameter]) -> tuple[str, str]:
        body, named = function.child_by_field_name("body"), function.child_by_field_name("name")
        if body is None or body.end_byte - body.start_byte > _LONGEST_BODY or named is None:
            return "", ""
        found = _PASSES_ON.fullmatch(_COMMENT.sub(b" ", self._text(body)))
        if found is None:
            return "", ""
        callee = _SIGN.sub(".", text(found[1]).lstrip("$")).replace("\\", ".").lstrip(".")
        given = [one.strip() for one in text(found[2]).split(",") if one.strip()]
        own = [("..." if one.kind == "variadic" else "") + "$" + one.name for one in parameters]
        if given != own or not (given or callee.rpartition(".")[2] == text(self._text(named))):
            return "", ""
        return callee, "A"

    # -- the end --------------------------------------------------------------------------------------------------

    def finish(self) -> None:
        self.spaces += [
            (text(name), self.line(start), self.line(max(start, end - 1))) for start, end, name in self._opened_at
        ]
        own = self._own()
        for name in own.values():
            self._taken.setdefault(name, b"")  # hides nothing that a `use` has bound
        for use in self._uses:
            full, name = use.full, b""
            if full:
                known = own.get(full) or self._known_as.get(full)
                if known is None:
                    known = self._name(full, full.rpartition(b"\\")[2])
                    self._import(full, known, self.line(use.start), use.level, 0 if use.said else IMPLICIT)
                name = known + (b"." + use.member if use.member else b"")
            self.refer_as(use.symbol, use.kind, name or use.member, use.start, use.end)

    def _own(self) -> dict[bytes, bytes]:
        """By full name: the name in this file of what it defines."""
        starts = [self.line(start) for start, _, _ in self._opened_at]
        own: dict[bytes, bytes] = {}
        for symbol in self.symbols:
            if symbol.parent < 0 and symbol.kind != "method":
                at = bisect_right(starts, symbol.line) - 1
                around = self._opened_at[at][2] if at >= 0 else b""
                name = symbol.name.encode()
                own[around + b"\\" + name if around else name] = name
        return own


def _kind_of(node: Node) -> str:
    """`function` or `const`, if a `use` says so."""
    said = node.child_by_field_name("type")
    return said.type if said is not None else ""


def _modifiers(node: Node) -> tuple[str, str]:
    """Visibility, and the modifiers of a symbol in their order."""
    visibility, found = "public", []
    for child in node.named_children:
        if child.type == "visibility_modifier":
            said = child.child(0)
            visibility = said.type if said is not None and said.type != "var" else "public"
        elif child.type in ("abstract_modifier", "static_modifier"):
            found.append(child.type.partition("_")[0])
    return visibility, " ".join(sorted(found))


def _first(node: Node) -> Node | None:
    return next(iter(node.named_children), None)


def _parts(node: Node) -> Iterator[Node]:
    """What a path is joined from, in reverse."""
    for _ in range(_MOST_JOINED):
        while node.type == "parenthesized_expression" and (inner := _first(node)) is not None:
            node = inner
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        if node.type != "binary_expression" or left is None or right is None or operator is None:
            yield node
            return
        yield right
        node = left


def _included(node: Node | None, source: bytes) -> bytes:
    """The path that an `include` names: from the file's own folder with `./` before it, else as written. Empty if only
    running it would tell."""
    parts = list(_parts(node)) if node is not None else []
    path = b""
    for part in parts[:-1]:
        if part.type not in ("string", "encapsed_string") or part.named_child_count > 1:
            return b""
        path = source[part.start_byte + 1 : part.end_byte - 1] + path
    if not parts:
        return b""
    first = parts[-1]
    written = _SPACE.sub(b"", source[first.start_byte : first.end_byte])
    if first.type in ("string", "encapsed_string") and first.named_child_count <= 1:
        return written[1:-1] + path if b"$" not in written else b""
    up = 0
    written = written.replace(b"\\", b"")  # `\dirname`
    while written.startswith(b"dirname(") and written.endswith(b")") and up < _MOST_JOINED:
        written, _, levels = written[len(b"dirname(") : -1].partition(b",")
        up += int(levels) if levels.isdigit() and len(levels) < 3 else 1
    if written == b"__FILE__" and up:
        up -= 1
    elif written != b"__DIR__":
        return b""
    return b"./" + b"../" * up + path.lstrip(b"/")
