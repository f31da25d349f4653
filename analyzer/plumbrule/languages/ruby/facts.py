"""What one Ruby file says. Hides the language's spelling: here `A::B.c` is `A.B.c`, and `private` a word of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar, NamedTuple

from tree_sitter import Node, Query, Tree

from plumbrule.extract.sweep import LONGEST_NAME, Flow, Sweep, require_text, text
from plumbrule.facts import IMPLICIT, LAZY, Facts, Import, Parameter
from plumbrule.languages.ruby.standing import CONSTANTS

_BOM = b"\xef\xbb\xbf"
_SPACE = re.compile(rb"\s+")
_COMMENT = re.compile(rb"#[^\n]*")
_LONGEST_TEXT = 500  # of a signature or default kept as written; what follows is replaced by an ellipsis
_PATH = re.compile(rb"(?:::)?[A-Z][\w\x80-\xff]*(?:::[A-Z][\w\x80-\xff]*)*")
_BRANCH = Flow(cyclomatic=1, scaled=True, nests=True)
_PATH_MORE = Flow(cyclomatic=1)  # but nothing to hold in mind
_NO_STATEMENTS = frozenset(("comment", "rescue", "else", "ensure", "heredoc_body", "empty_statement"))
_SECTIONS = frozenset((b"private", b"protected", b"public", b"module_function"))
_READERS = frozenset((b"attr_accessor", b"attr_reader", b"attr_writer", b"attr"))
_MIXES = frozenset((b"include", b"extend", b"prepend"))
_MAKERS = frozenset((b"Struct.new", b"Class.new", b"Module.new", b"Data.define"))
_ALWAYS_PRIVATE = frozenset((b"initialize", b"initialize_copy", b"initialize_dup", b"respond_to_missing?"))
_KINDS = {
    "identifier": "positional-only",
    "destructured_parameter": "positional-only",
    "optional_parameter": "positional-only",
    "splat_parameter": "variadic",
    "forward_parameter": "variadic",
    "keyword_parameter": "keyword-only",
    "hash_splat_parameter": "variadic-keyword",
}
_HERE = rb"(?:__dir__|File\.dirname\(\s*__FILE__\s*\))"
_QUOTED = rb"[\"']([^\"'#\n]*)[\"']"
_FROM_FILE = re.compile(rb"\(?\s*File\.expand_path\(\s*" + _QUOTED + rb"\s*,\s*(?:__FILE__|" + _HERE + rb")\s*\)\s*\)?")
_JOINED = re.compile(
    rb"\(?\s*File\.(?:join|expand_path)\(\s*" + _HERE + rb"((?:\s*[,+]\s*" + _QUOTED + rb")+)\s*\)\s*\)?"
)
_ADDED = re.compile(rb"\(?\s*" + _HERE + rb"\s*\+\s*" + _QUOTED + rb"\s*\)?")
_SPLICED = re.compile(rb"\(?\s*\"#\{" + _HERE + rb"\}/([^\"'#\n]*)\"\s*\)?")
_PLAIN = re.compile(rb"\(?\s*" + _QUOTED + rb"\s*\)?")
_SILENT = re.compile(
    rb"\s*(?:then\b)?\s*(?:(?:return\s+)?(?:nil|true|false|\[\]|\{\}|0|''|\"\")|return|next|break)?\s*"
)
_LONGEST_BODY = 2000


ABOVE = b"<"  # in a nesting, before the ancestors that are written of the innermost class or module, a comma between
_MOST_ABOVE = 8


class _Use(NamedTuple):
    """A constant that is named somewhere."""

    symbol: int
    kind: str
    nesting: bytes  # `M/A.B` in `class A::B` in `module M`
    path: bytes  # dotted, with a dot before it if it begins at the top; "" for what is no constant
    member: bytes
    start: int
    end: int
    late: bool = False  # it is not met when the file is loaded


def extract(source: bytes, tree: Tree, query: Query) -> Facts:
    """Facts of a `.rb` file; ValueError with a plain reason if the bytes are no UTF-8 text."""
    require_text(source)
    return _RubySweep(source).run(tree, query)


class _RubySweep(Sweep):
    FLOWS: ClassVar[Mapping[str, Flow]] = {
        "elsif": Flow(cyclomatic=1, cognitive=1),
        "else": Flow(cognitive=1),
        "modifier": _BRANCH,
        "if": _BRANCH,
        "loop": _BRANCH,
        "switch": Flow(scaled=True, nests=True),
        "case": Flow(cyclomatic=1),
        "conditional": _BRANCH,
        "closure": Flow(shifts=True),
        "guard": Flow(cyclomatic=1, cognitive=1),
    }
    KEYWORDS: ClassVar[frozenset[bytes]] = frozenset(
        b"BEGIN END alias and begin break case class def defined do else elsif end ensure for if in module next not or "
        b"redo rescue retry return super then undef unless until when while yield".split()
    )
    CONSTANTS: ClassVar[frozenset[bytes]] = frozenset((b"true", b"false", b"nil"))
    LOGICAL: ClassVar[frozenset[str]] = frozenset(("&&", "||", "and", "or"))
    WRAPPINGS: ClassVar[frozenset[str]] = frozenset(("parenthesized_statements",))
    OWN: ClassVar[frozenset[str]] = frozenset(("self",))

    def __init__(self, source: bytes) -> None:
        super().__init__(source)
        self._nestings: list[tuple[int, bytes]] = [(len(source) + 1, b"")]  # (end, nesting) of what is open
        self._singleton_to = 0
        self._said_to = 0  # constants before this offset are taken already
        self._looked_to = 0
        self._late_to = 0
        self._uses: list[_Use] = []
        self._above: dict[bytes, list[bytes]] = {}  # by nesting: what the class that is open there has above it
        self._sections: dict[tuple[int, bool], bytes] = {}  # by class and whether of itself: what its methods are now
        self._marked: dict[int, str] = {}  # visibility by the start of the definition that it stands before
        self._later: list[tuple[int, str, str, str]] = []  # (class, name, kind or "static", visibility)
        if source.startswith(_BOM):
            self.mask(0, len(_BOM), code=False)

    def _text(self, node: Node | None) -> bytes:
        return self.source[node.start_byte : node.end_byte] if node is not None else b""

    def _short(self, written: bytes) -> str:
        if b"\n" in written:
            written = _SPACE.sub(b" ", _COMMENT.sub(b" ", written)).strip()
        return text(written[:_LONGEST_TEXT]) + ("…" if len(written) > _LONGEST_TEXT else "")

    def _nesting(self, start: int) -> bytes:
        while self._nestings[-1][0] <= start:
            self._nestings.pop()
        return self._nestings[-1][1]

    # -- definitions ----------------------------------------------------------------------------------------------

    def on_class(self, node: Node) -> None:
        named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if named is None:
            return
        written = self._text(named)
        around = self._nesting(node.start_byte)
        self._said_to = max(self._said_to, named.end_byte)
        if len(written) > LONGEST_NAME or not _PATH.fullmatch(written):
            return
        name = written.lstrip(b":").replace(b"::", b".")
        above = node.child_by_field_name("superclass")
        outer = self.symbol
        index = self.define(
            name, "class" if node.type == "class" else "namespace", "public", (node.start_byte, node.end_byte),
            signature=self._short(self._text(above)),
        )  # fmt: skip
        begin = body.start_byte if body is not None else node.end_byte
        self.enter(index, name, node, begin, function=False)
        parent = _first(above) if above is not None else None
        if parent is not None:
            self._name("inherit", parent)
        if index >= 0:
            nesting = around + b"/" + name if around else name
            self._put_above(nesting, parent)
            qualifier = written.rpartition(b"::")[0].replace(b"::", b".")
            if qualifier:  # `class A::B` is put into an A that there must be
                place = named.start_byte, named.end_byte, self.in_function
                self._uses.append(_Use(outer, "read", nesting, qualifier, b"", *place))
            self._nestings.append((node.end_byte, nesting))

    def _put_above(self, nesting: bytes, ancestor: Node | None) -> None:
        written = self._text(ancestor)
        known = self._above.setdefault(nesting, [])
        if len(known) < _MOST_ABOVE and len(written) <= LONGEST_NAME and _PATH.fullmatch(written):
            known.append(written.lstrip(b":").replace(b"::", b"."))

    def on_singleton(self, node: Node) -> None:
        self._singleton_to = max(self._singleton_to, node.end_byte)

    def on_method(self, node: Node) -> None:
        named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if named is None:
            return
        start = node.start_byte
        name, given = self._text(named), node.child_by_field_name("parameters")
        of_itself = node.type == "singleton_method"
        inside = self.symbol >= 0 and not self.frame.is_function
        visibility, static = self._standing(start, of_itself=of_itself)
        if name in _ALWAYS_PRIVATE and inside and not static:
            visibility = "private"
        written = self._short(self._text(given))
        index = self.define(
            name[:LONGEST_NAME], "method" if inside or self.symbol >= 0 else "function", visibility,
            (start, node.end_byte), modifiers="static" if static else "",
            signature=written if written.startswith("(") else f"({written})",
        )  # fmt: skip
        if index >= 0 and given is not None:
            self._take_parameters(index, given)
        self.enter(index, name, node, body.start_byte if body is not None else node.end_byte, function=True)
        if body is not None and body.type != "body_statement" and index >= 0:
            self.statement()

    def _standing(self, start: int, *, of_itself: bool) -> tuple[str, bool]:
        """Visibility of a method that begins there, and whether it is one of the class itself."""
        static = of_itself or start < self._singleton_to
        section = self._sections.get((self.symbol, start < self._singleton_to), b"public")
        if section == b"module_function":
            return "public", True
        marked = self._marked.pop(start, None)
        return marked or ("public" if of_itself else text(section)), static

    def _take_parameters(self, index: int, given: Node) -> None:
        for one in given.named_children:
            kind = _KINDS.get(one.type)
            if kind is None:
                continue
            named = one.child_by_field_name("name") or (one if one.type == "identifier" else None)
            value = one.child_by_field_name("value")
            default = self._short(self._text(value))
            optional = value is not None or kind.startswith("variadic")
            self.parameters.append(Parameter(index, text(self._text(named)), kind, default, optional, ""))

    def on_assign(self, node: Node) -> None:
        operator = node.child_by_field_name("operator")
        if operator is not None and operator.type in ("||=", "&&="):
            self.flow(_PATH_MORE, node)
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or left.type not in ("constant", "scope_resolution") or self.in_function:
            return
        written = self._text(left)
        if len(written) > LONGEST_NAME or not _PATH.fullmatch(written):
            return
        self._said_to = max(self._said_to, left.end_byte)
        maker = right if right is not None and right.type == "call" else None
        receiver = maker.child_by_field_name("receiver") if maker is not None else None
        method = maker.child_by_field_name("method") if maker is not None else None
        made = self._text(receiver).lstrip(b":") + b"." + self._text(method)
        name = written.lstrip(b":").replace(b"::", b".")
        is_class = maker is not None and made in _MAKERS
        index = self.define(
            name, "class" if is_class else "constant", "public", (node.start_byte, node.end_byte),
            modifiers="" if is_class else "static" if self.symbol >= 0 else "",
        )  # fmt: skip
        if is_class and maker is not None:
            self.enter(index, name, node, maker.start_byte, function=False)
            given = maker.child_by_field_name("arguments")
            parent = _first(given) if given is not None and made == b"Class.new" else None
            if parent is not None:
                self._name("inherit", parent)

    def on_alias(self, node: Node) -> None:
        named = node.child_by_field_name("name")
        if named is not None and not self.frame.is_function:
            self._member_of_class(node, self._text(named).lstrip(b":"), "method")

    def _member_of_class(self, node: Node, name: bytes, kind: str) -> None:
        visibility, static = self._standing(node.start_byte, of_itself=False)
        span = node.start_byte, node.end_byte
        self.define(name[:LONGEST_NAME], kind, visibility, span, modifiers="static" if static else "")

    # -- words that are calls -------------------------------------------------------------------------------------

    def on_section(self, node: Node) -> None:
        word = self._text(node)
        if word in _SECTIONS and not self.frame.is_function:
            self._sections[self.symbol, node.start_byte < self._singleton_to] = word

    def on_lambda(self, node: Node) -> None:
        self._late_to = max(self._late_to, node.end_byte)

    def on_command(self, node: Node) -> None:
        method, given = node.child_by_field_name("method"), node.child_by_field_name("arguments")
        word = self._text(method)
        if word in (b"lambda", b"proc"):
            self._late_to = max(self._late_to, node.end_byte)
        if given is None or method is None:
            self._call_itself(word, node)
            return
        if word in (b"require", b"require_relative", b"load"):
            self._require(word, node, given)
        elif word == b"autoload":
            self._autoload(node, given)
        elif word in (b"raise", b"fail"):
            self._raise(node, given)
        elif self.frame.is_function:
            self._call_itself(word, method)
        elif word in _MIXES:
            for one in given.named_children:
                self._name("inherit", one)
                if word != b"extend":
                    self._put_above(self._nesting(node.start_byte), one)
        elif word in _READERS:
            for name in _symbols(given, self.source):
                self._member_of_class(node, name, "property")
        elif word in (b"alias_method", b"define_method"):
            for name in _symbols(given, self.source)[:1]:
                self._member_of_class(node, name, "method")
        elif word in _SECTIONS or word in (b"private_class_method", b"private_constant", b"public_class_method"):
            self._mark(word, given)
        else:
            self._call_itself(word, method)

    def _mark(self, word: bytes, given: Node) -> None:
        """`private :a`, `private def a`, `private attr_reader :a`, `private_constant :A`."""
        visibility = "public" if word == b"module_function" else text(word.partition(b"_")[0])
        kind = "constant" if word == b"private_constant" else "static" if word.endswith(b"_method") else ""
        if not kind and given.start_byte < self._singleton_to:
            kind = "static"
        for one in given.named_children:
            if one.type in ("method", "singleton_method", "call"):
                self._marked[one.start_byte] = visibility
        self._later += [(self.symbol, text(name), kind, visibility) for name in _symbols(given, self.source)]

    def _call_itself(self, word: bytes, node: Node) -> None:
        """A function of this file, or a method of this object."""
        if self.frame.is_function and word == self.frame.name and self.frame.outer is not self.module:
            word = b"self." + word
        if len(word) <= LONGEST_NAME:
            self._uses.append(_Use(self.symbol, "call", b"", b"", word, node.start_byte, node.end_byte))

    def on_own_call(self, node: Node) -> None:
        method = node.child_by_field_name("method")
        word = self._text(method)
        if method is not None and self.frame.is_function and word == self.frame.name:
            place = node.start_byte, method.end_byte
            self._uses.append(_Use(self.symbol, "call", b"", b"", b"self." + word, *place))

    def _require(self, word: bytes, node: Node, given: Node) -> None:
        self.quiet_to = max(self.quiet_to, node.end_byte)
        path = _required(self._text(given)[:_LONGEST_TEXT])
        if not path or len(path) > LONGEST_NAME:
            return
        if word == b"require_relative" and not path.startswith((b"./", b"/")):
            path = b"./" + path
        self._import(path, b"", b"", self.line(node.start_byte), LAZY if self.in_function else 0)
        if self.symbol < 0:
            self.cut(node.start_byte, node.end_byte)

    def _autoload(self, node: Node, given: Node) -> None:
        """`autoload :Name, 'path'`: the file is read when the name is first used."""
        parts = given.named_children
        if len(parts) > 1 and parts[1].type == "string":
            path = parts[1]
            self.quiet_to = max(self.quiet_to, node.end_byte)
            said = _required(self._text(path)[:_LONGEST_TEXT])
            if said:
                self._import(said[:LONGEST_NAME], b"", b"", self.line(node.start_byte), LAZY)

    def _raise(self, node: Node, given: Node) -> None:
        first = _first(given)
        if first is not None and first.type == "call":
            first = first.child_by_field_name("receiver")
        name = self._text(first) if first is not None and first.type in ("constant", "scope_resolution") else b""
        self.raises(node, text(name) if len(name) <= LONGEST_NAME and _PATH.fullmatch(name) else "")

    def _import(self, module: bytes, name: bytes, alias: bytes, line: int, flags: int) -> None:
        self.imports.append(Import(text(module), 0, text(name), text(alias), line, flags, -1))

    # -- constants ------------------------------------------------------------------------------------------------

    def _name(self, kind: str, node: Node, member: bytes = b"", end: int = -1) -> bool:
        """A constant that this node names; False if it names none."""
        start, stop = node.start_byte, node.end_byte
        if stop - start > LONGEST_NAME:
            return False
        written = self.source[start:stop]
        if not _PATH.fullmatch(written):
            return False
        self._said_to = max(self._said_to, stop)
        path = written.replace(b"::", b".")
        late = start < self._late_to or self.in_function
        place = start, end if end >= 0 else stop
        self._uses.append(_Use(self.symbol, kind, self._nesting(start), path, member, *place, late))
        return True

    def on_constant(self, node: Node) -> None:
        if node.start_byte >= self._said_to:
            self._name("look" if node.start_byte < self._looked_to else "read", node)

    def on_sent(self, node: Node) -> None:
        receiver, method = node.child_by_field_name("receiver"), node.child_by_field_name("method")
        if receiver is None or receiver.start_byte < self._said_to:
            return
        if method is None:
            self._name("call", receiver)
            return
        word = self._text(method)
        member = b"" if word == b"new" or len(word) > LONGEST_NAME else word.rstrip(b"?!")
        self._name("call", receiver, member if member == word else b"", method.end_byte)

    def on_exceptions(self, node: Node) -> None:
        self._looked_to = max(self._looked_to, node.end_byte)

    def on_pattern(self, node: Node) -> None:
        self._looked_to = max(self._looked_to, node.end_byte)

    # -- figures --------------------------------------------------------------------------------------------------

    def on_statement(self, node: Node) -> None:
        if self.frame.is_function and node.type not in _NO_STATEMENTS:
            self.statement()

    def on_rescue(self, node: Node) -> None:
        caught, body = node.child_by_field_name("exceptions"), node.child_by_field_name("body")
        types = self._short(self._text(caught))
        names = {one.strip().lstrip(":") for one in types.split(",")}
        small = body is None or body.end_byte - body.start_byte < _LONGEST_BODY
        silent = small and _SILENT.fullmatch(_COMMENT.sub(b"", self._text(body))) is not None
        self.caught(node, types, broad=not names.isdisjoint(("", "Exception", "StandardError")), silent=silent)
        self.flow(_BRANCH, node)

    def on_rescued(self, node: Node) -> None:
        handler = node.child_by_field_name("handler")
        silent = handler is not None and handler.end_byte - handler.start_byte < 20
        self.caught(node, "", broad=True, silent=silent and _SILENT.fullmatch(self._text(handler)) is not None)
        self.flow(_BRANCH, node)

    # -- the end --------------------------------------------------------------------------------------------------

    def finish(self) -> None:
        self._apply_marks()
        own = {one.name.encode() for one in self.symbols if one.kind in ("class", "constant")}
        filled = {one.parent for one in self.symbols if one.kind not in ("class", "namespace")}
        own |= {self.symbols[index].name.encode() for index in filled if index >= 0}
        taken = {one.name.partition(".")[0].encode() for one in self.symbols if one.parent < 0}
        known: dict[tuple[bytes, bytes], bytes] = {}
        rows: dict[bytes, int] = {}  # import rows of what is met in methods only so far, by what they bind
        for use in self._uses:
            name = use.member
            if use.path:
                called = known.get((use.nesting, use.path))
                if called is None:
                    size = len(self.imports)
                    called = known[use.nesting, use.path] = self._called_here(use, own, taken)
                    if use.late and len(self.imports) > size:
                        rows[called] = size
                        self.imports[size] = self.imports[size]._replace(flags=self.imports[size].flags | LAZY)
                elif not use.late and called in rows:
                    row = self.imports[index := rows.pop(called)]
                    self.imports[index] = row._replace(flags=row.flags & ~LAZY, line=self.line(use.start))
                name = called + (b"." + use.member if use.member else b"")
            self.refer_as(use.symbol, use.kind, name, use.start, use.end)

    def _called_here(self, use: _Use, own: set[bytes], taken: set[bytes]) -> bytes:
        """What the constant is called in references: its name in this file, else what an import row binds it to."""
        absolute = use.path.startswith(b".")
        path = use.path.lstrip(b".")
        scope = b"" if absolute else use.nesting.replace(b"/", b".")
        ends = [] if absolute else [part.count(b".") + 1 for part in reversed(use.nesting.split(b"/"))]
        for size in [*ends, 0] if scope else [0]:
            full = scope + b"." + path if scope else path
            if full in own:
                return full
            for _ in range(size):
                scope = scope.rpartition(b".")[0]
        qualifier, _, last = path.rpartition(b".")
        alias, number = last, 1
        while alias in taken:
            alias = b"$" * number + path.replace(b".", b"$")
            number += 1
        taken.add(alias)
        nesting = b"" if absolute else use.nesting
        is_standing = path.partition(b".")[0] in CONSTANTS
        above = self._above.get(nesting) if use.kind != "inherit" and not is_standing else None
        if above:
            nesting += ABOVE + b",".join(above)
        module = nesting + (b"::" + qualifier.replace(b".", b"::") if qualifier else b"")
        self._import(module, last, alias, self.line(use.start), IMPLICIT if is_standing else 0)
        return alias

    def _apply_marks(self) -> None:
        if not self._later:
            return
        places: dict[tuple[int, str, str], list[int]] = {}
        for index, one in enumerate(self.symbols):
            kind = "constant" if one.kind in ("constant", "class", "namespace") else "static" * one.has("static")
            places.setdefault((one.parent, one.name.rpartition(".")[2], kind), []).append(index)
        for around, name, kind, visibility in self._later:
            for index in places.get((around, name, kind), ()):
                self.symbols[index] = self.symbols[index]._replace(visibility=visibility)


def _symbols(given: Node, source: bytes) -> list[bytes]:
    """The names among arguments, as `:name` or "name"."""
    return [
        source[one.start_byte : one.end_byte].strip(b":\"'")
        for one in given.named_children
        if one.type in ("simple_symbol", "string") and one.end_byte - one.start_byte <= LONGEST_NAME
    ]


def _required(written: bytes) -> bytes:
    """The path that the argument of a `require` names: from the file's own folder with `./` before it, else as
    written. Empty if only running it would tell."""
    if (found := _PLAIN.fullmatch(written)) is not None:
        return found[1]
    if (found := _FROM_FILE.fullmatch(written)) is not None:
        path = found[1]
        # From `__FILE__` the first step up leads to its folder.
        return b"./" + (path.removeprefix(b"../") if b"__FILE__" in written and b"dirname" not in written else path)
    if (found := _JOINED.fullmatch(written)) is not None:
        return b"./" + b"/".join(part.strip(b"/") for part in re.findall(_QUOTED, found[1]))
    if (found := _ADDED.fullmatch(written) or _SPLICED.fullmatch(written)) is not None:
        return b"./" + found[1].lstrip(b"/")
    return b""


def _first(node: Node) -> Node | None:
    return next(iter(node.named_children), None)
