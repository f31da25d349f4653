"""What one Rust file says. Hides the language's spelling: paths are written with dots here, and those that begin with
`self` or `super` in a module inside the file are told from the file's own module."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from typing import ClassVar, NamedTuple

from tree_sitter import Node, Query, Tree

from plumbrule.extract.branches import BRANCH, SWITCH, BranchSweep
from plumbrule.extract.frames import Frame
from plumbrule.extract.hiding import Span
from plumbrule.extract.sweep import LONGEST_NAME, Flow, require_text, text
from plumbrule.facts import IMPLICIT, MACROS, PART, REEXPORT, TYPE_ONLY, Export, Facts, Import, Parameter
from plumbrule.languages.rust import IN_TEXT
from plumbrule.languages.rust.macros import decisions, included, mentions, modules
from plumbrule.languages.rust.paths import Heads, Path, first, from_file, is_small, leaves, spelt, split
from plumbrule.languages.rust.patterns import scope

_BOM = b"\xef\xbb\xbf"
_SPACE = re.compile(rb"\s+")
_COMMENT = re.compile(rb"//[^\n]*|/\*.*?\*/", re.DOTALL)
_BLANK_OR_COMMENT = re.compile(rb"(?:\s++|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)*+\Z")
_ATTRIBUTE = re.compile(rb"#!?\s*\[\s*(?:unsafe\s*\(\s*)?([\w:]+)")
_DERIVE = re.compile(rb"#\s*\[\s*proc_macro_derive\s*\(\s*(\w+)")  # what others have such a function by
_FEATURE = re.compile(rb'\bfeature\s*=\s*"([^"\\\s,]{1,64})"')
_LONGEST_CFG = 1_000
_CFG_TEST = re.compile(rb"#!?\[cfg\((?:all\()?test[,)]")
_PATH_VALUE = re.compile(rb"\bpath\s*=\s*\"([^\"\n]{1,300})\"")
_LONGEST_TEXT = 500  # of a type kept as written; what follows is replaced by an ellipsis
_FARTHEST = 20_000  # between an attribute and its item: what is said of it
_DEEPEST = 32  # modules inside each other in one file
_MOST_ROWS = 400  # of paths that need no `use`, in one file
_AFTER_NAME = re.compile(rb"\s*(?:::|\(|!(?!=))")
_BANG = re.compile(rb"\s*!(?!=)")
_FIELD = re.compile(rb"\s*:(?!:)")

_PANICS = frozenset((b"panic", b"unreachable", b"todo", b"unimplemented"))
# What a block ends with that is no value.
_NO_VALUES = frozenset(("expression_statement", "let_declaration", "empty_statement", "line_comment", "block_comment"))


def extract(source: bytes, tree: Tree, query: Query) -> Facts:
    """Facts of a `.rs` file; ValueError with a plain reason if the bytes are no UTF-8 text."""
    require_text(source)
    return _RustSweep(source).run(tree, query)


class _Impl(NamedTuple):
    end: int
    owner: bytes
    frame: Frame  # around it
    of_trait: bool


class _Called(NamedTuple):
    """A macro that is called by its plain name."""

    start: int
    end: int
    symbol: int
    is_test: bool


class _RustSweep(BranchSweep):
    FLOWS: ClassVar[Mapping[str, Flow]] = {
        "arm": Flow(cyclomatic=1),
        "branch": BRANCH,
        "chain": Flow(cognitive=1),
        "closure": Flow(shifts=True),
        "endless": SWITCH,
        "guard": Flow(cyclomatic=1),
        "jump": Flow(cognitive=1),
        "otherwise": Flow(cyclomatic=1, scaled=True, nests=True),
        "try": Flow(cyclomatic=1),
    }
    KEYWORDS: ClassVar[frozenset[bytes]] = frozenset(
        b"as async await break const continue crate dyn else enum extern fn for if impl in let loop match mod move mut "
        b"pub ref return static struct super trait type unsafe use where while".split()
    )
    ODD_ARGUMENTS: ClassVar[frozenset[bytes]] = frozenset((b"|", b"<"))
    CONSTANTS: ClassVar[frozenset[bytes]] = frozenset((b"true", b"false", b"None"))
    BUILTINS: ClassVar[frozenset[str]] = frozenset(
        [
            *"ABCDEFGHIJKLMNOPQRSTUVWXYZ_",
            *"Box Vec String Option Some None Result Ok Err Into From Clone Copy Send Sync Sized Drop Fn FnMut FnOnce "  # noqa: SIM905
            "Default Iterator IntoIterator ExactSizeIterator DoubleEndedIterator Extend AsRef AsMut ToString ToOwned "
            "PartialEq PartialOrd Eq Ord Unpin TryFrom TryInto FromIterator drop println print eprintln eprint format "
            "panic assert assert_eq assert_ne debug_assert debug_assert_eq debug_assert_ne vec write writeln matches "
            "todo unimplemented unreachable concat stringify env option_env include_str include_bytes line file "
            "column module_path cfg compile_error dbg thread_local".split(),
        ]
    )
    OWN: ClassVar[frozenset[str]] = frozenset(("self", "Self"))

    def __init__(self, source: bytes) -> None:
        super().__init__(source)
        self._use_spans: list[Span] = []
        self._attributes: list[Span] = []  # met and not yet taken by an item
        self._around: list[tuple[int, bytes]] = []  # ends and names of modules inside the file that are open
        self._impls: list[_Impl] = []
        self._kinds: dict[int, str] = {}  # where a type stands that is more than used
        self._named: set[int] = set()  # where types are defined
        self._paths: dict[int, Path] = {}
        self._called: list[_Called] = []
        self._rules: set[bytes] = set()  # macros that this file defines, as far as it was read
        self._trees: list[tuple[int, int, Frame | None, bool]] = []  # what macros get, and the frame that it counts for
        self._items: list[tuple[int, int]] = []  # macros that may define something
        self._tests_to = 0
        self._tests: list[Span] = []  # lines of tests
        self._used_to = 0
        self._methods: set[int] = set()  # symbols
        self._modules: set[bytes] = set()  # that this file's own module holds
        if source.startswith(_BOM):
            self.mask(0, len(_BOM), code=False)
        elif source.startswith(b"#!") and source[2:3] != b"[":
            self.mask(0, (source + b"\n").index(b"\n"), code=False)

    # -- attributes -----------------------------------------------------------------------------------------------

    def on_attribute(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        self.quiet_to = max(self.quiet_to, end)
        self._attributes.append((start, end))

    def on_inner_attribute(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        self.quiet_to = max(self.quiet_to, end)
        if self.frame.symbol < 0 and _is_of_tests(self.source[start:end]):
            self._take_tests(start, len(self.source))

    def _taken_attributes(self, node: Node) -> list[bytes]:
        """The attributes directly above an item."""
        found: list[bytes] = []
        at = node.start_byte
        while self._attributes:
            first, last = self._attributes.pop()
            if first >= at or at - last > _FARTHEST or not _BLANK_OR_COMMENT.match(self.source[last:at]):
                self._attributes.clear()  # those of something else
                break
            found.append(self.source[first:last])
            at = first
        if found and node.end_byte > self._tests_to and any(map(_is_of_tests, found)):
            self._take_tests(node.start_byte, node.end_byte)
        return found[::-1]

    def _take_tests(self, start: int, end: int) -> None:
        """What lies there exists only while tests run."""
        self._tests_to = end
        self._tests.append((self.line(start), self.line(end)))

    # -- modules and imports --------------------------------------------------------------------------------------

    def _inside(self, start: int) -> tuple[bytes, ...]:
        """The modules of this file around a place, outermost first."""
        around = self._around
        while around and around[-1][0] <= start:
            around.pop()
        return tuple(name for _, name in around)

    def _is_test(self, start: int) -> int:
        return TYPE_ONLY if start < self._tests_to else 0  # it vanishes from what runs

    def on_module(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        attributes = self._taken_attributes(node)
        named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if named is None:
            return
        name = self.source[named.start_byte : named.end_byte].removeprefix(b"r#")
        around = self._inside(start)
        if not around:
            self._modules.add(name)
        if body is None:
            self.cut(start, end)
            self._use_spans.append((start, end))
            self._declare(name, around, attributes, start, node)
            return
        index = self.define(
            name, "namespace", _visibility(node, self.source), (start, end), decorators=_names_of(attributes)
        )
        if len(around) < _DEEPEST:
            self._around.append((end, name))
        self.enter(index, name, node, body.start_byte, function=False)

    def _declare(
        self, name: bytes, around: tuple[bytes, ...], attributes: list[bytes], start: int, node: Node | None
    ) -> None:
        """`mod x;`: a file that is part of this one."""
        folders = "/".join(map(text, around))
        ways = [text(found[1]) for attribute in attributes if (found := _PATH_VALUE.search(attribute[:1_000]))]
        is_given = any(attribute.replace(b" ", b"").startswith(b"#[path") for attribute in attributes)
        offered = node is not None and _visibility(node, self.source) != "private"
        flags = PART | self._is_test(start) | (REEXPORT if offered else 0) | _brings_macros(attributes)
        for way in [*ways, *([] if is_given else [""])]:
            module = " ".join(filter(None, ("mod", folders, f'"{way}"' if way else "")))
            row = Import(module, 0, text(name), text(name), self.line(start), flags, self.frame.symbol)
            self.imports.append(row)

    def on_crate(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        attributes = self._taken_attributes(node)
        self.cut(start, end)
        self._use_spans.append((start, end))
        named, alias = node.child_by_field_name("name"), node.child_by_field_name("alias")
        if named is not None:
            module = text(self.source[named.start_byte : named.end_byte])
            bound = text(self.source[alias.start_byte : alias.end_byte]) if alias is not None else module
            flags = self._is_test(start) | _brings_macros(attributes)
            shown = "" if bound == "_" else bound
            self.imports.append(Import(module, 0, "", shown, self.line(start), flags, self.frame.symbol))

    def on_use(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        self._taken_attributes(node)
        self.cut(start, end)
        self._use_spans.append((start, end))
        self._used_to = end
        argument = node.child_by_field_name("argument")
        if argument is None:
            return
        inside = self._inside(start)
        offered = _visibility(node, self.source) != "private"
        flags = self._is_test(start) | (REEXPORT if offered else 0)
        for words, bound, at in leaves(argument, self.source):
            path = from_file(words, inside)
            if sum(map(len, path)) + len(path) <= LONGEST_NAME:
                self._use(path, bound, at, inside, flags)

    def _use(self, path: list[bytes], bound: bytes, at: int, inside: tuple[bytes, ...], flags: int) -> None:
        """One path of a `use`. In a function it binds in all of it; only what is around it can be asked for from
        outside."""
        is_star, offered = path[-1] == b"*", flags & REEXPORT
        name = text(path[-1]) if len(path) > 1 else ""
        module = ".".join(map(text, path[:-1] if name else path))
        if is_star and module == "self":
            return  # what is in this file
        alias = "" if is_star else text(bound)
        shown = ".".join((*map(text, inside), alias))
        if not name and path[0] in self._rules:
            # `use m;` makes a path to a macro of this file, which has it by that name already.
            if offered and bound != path[0]:
                self.exports.append(Export(shown, module, -1, self.line(at)))
            return
        bound_as = "" if alias == "_" else alias
        self.imports.append(Import(module, 0, name, bound_as, self.line(at), flags, self.frame.symbol))
        if offered and bound_as:
            self.exports.append(Export(shown, name or alias, len(self.imports) - 1, self.line(at)))

    # -- definitions ----------------------------------------------------------------------------------------------

    def _owner(self, start: int) -> _Impl | None:
        """The `impl` whose own item begins there."""
        impls = self._impls
        while impls and impls[-1].end <= start:
            impls.pop()
        return impls[-1] if impls and impls[-1].frame is self.frame else None

    def _seen(self, node: Node, owner: _Impl | None) -> str:
        """The visibility of an item: in a trait, or where one is fulfilled, that of the trait."""
        if owner is not None and owner.of_trait:
            return "public"
        around = self.frame.symbol
        if around >= 0 and self.symbols[around].kind in ("interface", "enum"):
            return self.symbols[around].visibility
        return _visibility(node, self.source)

    def on_impl(self, node: Node) -> None:
        self._taken_attributes(node)
        self._owner(node.start_byte)
        trait, owner = node.child_by_field_name("trait"), node.child_by_field_name("type")
        while owner is not None and owner.type in ("generic_type", "reference_type", "pointer_type"):
            owner = owner.child_by_field_name("type")
        name = b""
        if owner is not None and owner.type in ("type_identifier", "scoped_type_identifier", "primitive_type"):
            name = (split(self.source[owner.start_byte : owner.end_byte]) or [b""])[-1]
        if trait is not None:
            if trait.type == "generic_type":
                trait = trait.child_by_field_name("type") or trait
            self._kinds[trait.start_byte] = "inherit"
        self._impls.append(_Impl(node.end_byte, name, self.frame, trait is not None))

    def on_function(self, node: Node) -> None:
        named, given = node.child_by_field_name("name"), node.child_by_field_name("parameters")
        attributes = self._taken_attributes(node)
        if named is None or given is None:
            return
        owner = self._owner(node.start_byte)
        around = self.frame.symbol
        in_trait = around >= 0 and self.symbols[around].kind == "interface"
        body = node.child_by_field_name("body")
        name = self.source[named.start_byte : named.end_byte].removeprefix(b"r#")
        has_self = any(
            one.type == "self_parameter"
            or (one.type == "parameter" and (said := one.child_by_field_name("pattern")) and said.type == "self")
            for one in given.named_children[:3]
        )
        words = next((one for one in node.children[:4] if one.type == "function_modifiers"), None)
        is_async = words is not None and b"async" in self.source[words.start_byte : words.end_byte].split()
        is_method = in_trait or owner is not None
        modifiers = " ".join(
            word
            for word, holds in (
                ("abstract", in_trait and body is None),
                ("static", is_method and not has_self),
                ("async", is_async),
            )
            if holds
        )
        result = self._written(node.child_by_field_name("return_type"))
        generic = self._written(node.child_by_field_name("type_parameters"))
        index = self.define(
            b".".join(filter(None, (owner.owner if owner is not None else b"", name))),
            "method" if is_method else "function",
            self._seen(node, owner),
            (node.start_byte, node.end_byte),
            signature=generic + self._written(given) + (f" -> {result}" if result else ""),
            returns=result,
            modifiers=modifiers,
            decorators=_names_of(attributes),
        )
        self._take_parameters(index, given)
        for derived in filter(None, map(_DERIVE.match, attributes)):
            self.exports.append(Export(text(derived[1]), text(name), -1, self.line(node.start_byte)))
        if is_method:
            self._methods.add(index)
        if body is None:
            self.cut(node.start_byte, node.end_byte)
            return
        self.enter(index, name, node, body.start_byte, function=True)

    def _take_parameters(self, index: int, given: Node) -> None:
        for one in given.named_children if index >= 0 else ():
            if one.type == "self_parameter":
                self.parameters.append(Parameter(index, "self", "positional-only", "", False, self._written(one)))
            elif one.type == "variadic_parameter":
                self.parameters.append(Parameter(index, "", "variadic", "", True, ""))
            elif one.type == "parameter":
                pattern = one.child_by_field_name("pattern")
                plain = pattern is not None and pattern.type in ("identifier", "self", "_")
                name = self.source[pattern.start_byte : pattern.end_byte] if plain and pattern is not None else b""
                said = self._written(one.child_by_field_name("type"))
                self.parameters.append(Parameter(index, text(name), "positional-only", "", False, said))
            elif one.type not in ("attribute_item", "line_comment", "block_comment", "ERROR"):
                self.parameters.append(Parameter(index, "", "positional-only", "", False, self._written(one)))

    def _written(self, node: Node | None) -> str:
        """The text of a node on one line, comments left out."""
        if node is None:
            return ""
        piece = self.source[node.start_byte : min(node.end_byte, node.start_byte + 4 * _LONGEST_TEXT)]
        written = _SPACE.sub(b" ", _COMMENT.sub(b" ", piece)).strip()
        return text(written[:_LONGEST_TEXT]) + ("…" if len(written) > _LONGEST_TEXT else "")

    def on_definition(self, node: Node) -> None:
        named = node.child_by_field_name("name")
        attributes = self._taken_attributes(node)
        if named is None:
            return
        self._named.add(named.start_byte)
        name = self.source[named.start_byte : named.end_byte]
        kind = {"trait_item": "interface", "enum_item": "enum"}.get(node.type, "class")
        signature = self._written(node.child_by_field_name("type_parameters"))
        bounds = node.child_by_field_name("bounds") if kind == "interface" else None
        if bounds is not None:
            signature += self._written(bounds)
            for one in bounds.named_children:
                said = one.child_by_field_name("type") if one.type == "generic_type" else one
                self._kinds[(said or one).start_byte] = "inherit"
        body = node.child_by_field_name("body")
        if body is not None and body.type == "ordered_field_declaration_list":
            signature += self._written(body)
        index = self.define(
            name, kind, _visibility(node, self.source), (node.start_byte, node.end_byte),
            signature=signature, decorators=_names_of(attributes),
        )  # fmt: skip
        self.enter(index, name, node, body.start_byte if body is not None else node.end_byte, function=False)

    def on_alias(self, node: Node) -> None:
        named, meant = node.child_by_field_name("name"), node.child_by_field_name("type")
        attributes = self._taken_attributes(node)
        if named is None:
            return
        self._named.add(named.start_byte)
        owner = self._owner(node.start_byte)
        if owner is not None or self.frame.is_function:
            return  # what fulfils a trait, or is local
        generic = self._written(node.child_by_field_name("type_parameters"))
        said = f"= {self._written(meant)}" if meant is not None else ""
        self.define(
            self.source[named.start_byte : named.end_byte], "type", self._seen(node, None),
            (node.start_byte, node.end_byte),
            signature=" ".join(filter(None, (generic, said))), decorators=_names_of(attributes),
        )  # fmt: skip
        self.cut(node.start_byte, node.end_byte)

    def on_variant(self, node: Node) -> None:
        self._member(node, self.source[:0])

    def on_field(self, node: Node) -> None:
        frame = self.frame
        if frame.symbol >= 0 and self.symbols[frame.symbol].kind == "class" and not frame.is_function:
            self._member(node, b": ")

    def _member(self, node: Node, sign: bytes) -> None:
        named = node.child_by_field_name("name")
        self._attributes.clear()
        if named is None or self.frame.is_function or self.frame.symbol < 0:
            return
        said = node.child_by_field_name("type" if sign else "body")
        signature = text(sign) + self._written(said) if said is not None else ""
        name = self.source[named.start_byte : named.end_byte].removeprefix(b"r#")
        span = node.start_byte, node.end_byte
        self.define(name, "property", self._seen(node, None), span, signature=signature)

    def on_variable(self, node: Node) -> None:
        named = node.child_by_field_name("name")
        attributes = self._taken_attributes(node)
        if self.frame.is_function:
            self.statement()
            return
        if named is None:
            return
        owner = self._owner(node.start_byte)
        name = self.source[named.start_byte : named.end_byte]
        if name == b"_":
            return
        said = self._written(node.child_by_field_name("type"))
        self.define(
            b".".join(filter(None, (owner.owner if owner is not None else b"", name))),
            "constant" if node.type == "const_item" else "variable",
            self._seen(node, owner), (node.start_byte, node.end_byte),
            signature=f": {said}" if said else "", returns=said, decorators=_names_of(attributes),
        )  # fmt: skip

    # -- macros ---------------------------------------------------------------------------------------------------

    def on_macro_rules(self, node: Node) -> None:
        named = node.child_by_field_name("name")
        start, end = node.start_byte, node.end_byte
        attributes = self._taken_attributes(node)
        if named is None:
            return
        name = self.source[named.start_byte : named.end_byte]
        names = _names_of(attributes)
        seen = "public" if "macro_export" in names else "protected"
        self._rules.add(name)
        if not self.in_function:
            # What it takes no signature tells.
            self.define(name, "function", seen, (start, end), modifiers="wrapped", decorators=names)
        self.cut(start, end)
        self._trees.append((named.end_byte, end, None, self._is_test(start) > 0))

    def on_macro(self, node: Node) -> None:
        named = node.child_by_field_name("macro")
        if named is None:
            return
        start, end = named.start_byte, named.end_byte
        name = self.source[start:end]
        if name in _PANICS:
            self.raises(node, text(name))
        symbol = self.frame.symbol
        if named.type == "identifier":
            self._called.append(_Called(start, end, symbol, start < self._tests_to))
        else:
            self._use_path(start, end, "call")
        if symbol >= 0 and self.symbols[symbol].kind == "namespace" and self._owner(start) is None:
            self._items.append((node.start_byte, node.end_byte))
        last = self._trees[-1] if self._trees else None
        if last is None or start >= last[1]:
            self._trees.append((end, node.end_byte, self.frame, self._is_test(start) > 0))

    def on_item_macro(self, node: Node) -> None:
        self._taken_attributes(node)
        self._items.append((node.start_byte, node.end_byte))

    # -- uses -----------------------------------------------------------------------------------------------------

    def _use_path(self, start: int, end: int, kind: str) -> None:
        if start < self._used_to or self.source[start - 4 : start] == b"(in ":
            return  # what a `use` names, or who may see something
        known = self._paths.get(start)
        if known is not None and (end < known.end or (end == known.end and kind == "read")):
            return  # the beginning of a longer one
        inside = self._inside(start) if self._around and self.source[start : start + 2] in (b"se", b"su") else ()
        self._paths[start] = Path(end, kind, self.frame.symbol, inside, start < self._tests_to)

    def on_path(self, node: Node) -> None:
        self._use_path(node.start_byte, node.end_byte, "read")

    def on_path_call(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        if node.type == "identifier":
            self.refer("call", start, end)
        else:
            self._use_path(start, end, "call")

    def on_type(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        source = self.source
        if source[start - 2 : start] == b"::" or start in self._named:
            return  # the last word of a path, or what is defined here
        kind = self._kinds.get(start, "type") if self._kinds else "type"
        if b":" in source[start:end]:
            self._use_path(start, end, kind)
        else:
            self.refer(kind, start, end)

    def may_be_local(self, start: int, end: int) -> bool:
        return is_small(self.source[start]) and _AFTER_NAME.match(self._masked, end) is None

    def scope_of(self, around: list[Node]) -> Span | None:
        return scope(around)

    def is_read(self, start: int, end: int) -> bool:
        if start in self._paths:
            return False
        masked = self._masked
        before = masked[max(0, start - 2) : start]
        if masked[start:end].partition(b".")[0] in self.KEYWORDS and (before != b"r#" or masked[start - 3] == 46):
            return False  # `type` or a field `.r#type`, where there is a module `r#type`
        if _BANG.match(masked, end) is not None:
            return False  # a macro: those are met apart
        return before != b"::" and before[-1:] != b"'" and _FIELD.match(masked, end) is None

    # -- figures --------------------------------------------------------------------------------------------------

    def is_itself(self, frame: Frame, head: bytes) -> bool:
        return head == b"self" if frame.symbol in self._methods else not head

    def on_block(self, node: Node) -> None:
        """The value that a block ends with is a statement like those before it."""
        count = node.named_child_count
        last = node.named_child(count - 1) if count else None
        if last is not None and last.type not in _NO_VALUES and not last.type.endswith("_item"):
            self.statement()

    def on_if(self, node: Node) -> None:
        """An expression, which is a statement only where it is not used: those are met apart."""
        other = node.child_by_field_name("alternative")
        inner = first(other) if other is not None else None
        self.branch(node, inner if inner is not None and inner.type == node.type else other)

    def on_match(self, node: Node) -> None:
        """As many ways as it has arms: one decision less."""
        body = node.child_by_field_name("body")
        arms = body is not None and body.named_child_count > 0
        self.flow(Flow(cyclomatic=-arms, scaled=True, nests=True), node)

    def on_chain(self, node: Node) -> None:
        more = sum(1 for child in node.children if child.type == "&&")
        self.flow(Flow(cyclomatic=more, cognitive=1), node)

    # -- what is known only at the end ----------------------------------------------------------------------------

    def finish(self) -> None:
        self._open_fields()
        self._mark_tests()
        self._read_item_macros()
        self._read_macros()
        self._settle_imports()
        self._use_spans.sort()
        self.read_imported_names(self._use_spans)
        self._bind_macros()
        self._bind_paths()

    def _open_fields(self) -> None:
        """A field and a method may have one name: who can see the method may ask for the name."""
        methods = {self.symbols[index].name: self.symbols[index].visibility for index in self._methods}
        for index, symbol in enumerate(self.symbols):
            if symbol.kind == "property" and symbol.visibility != "public" and symbol.name in methods:
                self.symbols[index] = symbol._replace(visibility=methods[symbol.name])

    def _mark_tests(self) -> None:
        lines = {line for first, last in self._tests for line in range(first, last + 1)}
        for index, symbol in enumerate(self.symbols) if lines else ():
            if symbol.line in lines:
                self.symbols[index] = symbol._replace(modifiers=f"{symbol.modifiers} test".lstrip())

    def _read_item_macros(self) -> None:
        """What stands where items do may define anything: names, modules in files of their own, what a file holds."""
        for start, end in self._items:
            self.exports.append(Export("*", "*", -1, self.line(start)))
            way = included(self.source, start, end)
            if way is not None:
                self.imports.append(Import(f'include "{text(way)}"', 0, "*", "", self.line(start), PART, -1))
            for name, at in modules(self._masked, start, end):
                self._declare(name, (), [], at, None)

    def _read_macros(self) -> None:
        """What all the others get."""
        masked = self._masked
        guessed: set[int] = set()
        heads = {name.encode() for name in self._bound_names()}
        opened = [start for start, _ in self._opened]
        for start, end, frame, is_test in self._trees:
            if frame is not None and frame.is_function:
                more = decisions(masked, start, end)
                frame.cyclomatic += more
                self.branches += more
            for at, to, kind in mentions(masked, start, end, heads):
                self._paths[at] = Path(to, kind, self._symbol_at(at, opened), (), is_test)
                guessed.add(self.line(at))
        self.guessed = sorted((line, line) for line in guessed)

    def _bound_names(self) -> set[str]:
        """What this file binds outside of functions and types."""
        names = {row.alias for row in self.imports if row.alias}
        names.update(symbol.name for symbol in self.symbols if symbol.parent < 0)
        return names

    def _settle_imports(self) -> None:
        """Paths of `use` that begin with what this file itself binds are told from there."""
        own = {symbol.name for symbol in self.symbols if symbol.parent < 0}
        parts = {text(name) for name in self._modules}
        rows = self.imports
        bound = {row.alias: row for row in rows if row.alias and row.name != "*" and not row.module.startswith("mod")}
        for index, row in enumerate(rows):
            head, _, rest = row.module.partition(".")
            if not row.name or " " in head or head in ("crate", "super", "mod"):
                continue
            other = bound.get(head)
            if head in parts or (head in own and other is None):
                row = row._replace(module=f"self.{row.module}")
            elif other is not None and other is not row and other.module.partition(".")[0] != head:
                module = ".".join(filter(None, (other.module, other.name, rest)))
                row = row._replace(module=module) if len(module) <= LONGEST_NAME else row
            rows[index] = _as_part(row, parts)

    def _bind_macros(self) -> None:
        """Macros by their plain names: those of the file and of a `use`, else those of whoever's text it stands in.

        They have names of their own, which a `$` tells from those of functions.
        """
        bound = self._bound_names()
        has_star = any(row.name == "*" for row in self.imports)
        needs: dict[str, tuple[int, bool]] = {}
        for start, end, symbol, is_test in self._called:
            written = self.source[start:end].removeprefix(b"r#")
            name = text(written)
            is_known = name in bound or name in self.BUILTINS
            if is_known or has_star:
                self.refer_as(symbol, "call", written, start, end)
            if not is_known and len(written) < LONGEST_NAME:
                line, only_tests = needs.get(name, (self.line(start), True))
                if name in needs or len(needs) < _MOST_ROWS:
                    needs[name] = line, only_tests and is_test
                self.refer_as(symbol, "call", written + b"$", start, end)
        for name, (line, only_tests) in sorted(needs.items()):
            flags = IMPLICIT | (TYPE_ONLY if only_tests else 0)
            self.imports.append(Import("", IN_TEXT, name, f"{name}$", line, flags, -1))

    def _bind_paths(self) -> None:
        """References by paths, and the rows of those that no `use` introduces."""
        heads = Heads(self._bound_names(), any(row.name == "*" for row in self.imports))
        # (module, macro of it or nothing) -> (line, whether only tests do)
        needs: dict[tuple[str, str], tuple[int, bool]] = {}
        for start, path in sorted(self._paths.items()):
            words = spelt(self._masked[start : path.end], path.inside)
            is_outer = heads.leads_out(words) if words else None
            if is_outer is None:
                continue
            name = b".".join(words)
            if is_outer:
                module, _, last = text(name).rpartition(".")
                is_macro = bool(module) and path.kind == "call" and _BANG.match(self._masked, path.end) is not None
                need = module, last if is_macro else ""
                line, is_test = needs.get(need, (self.line(start), True))
                if need in needs or len(needs) < _MOST_ROWS:
                    needs[need] = line, is_test and path.is_test
                if is_macro:  # wherever it lies, it is had from the crate's root
                    name = f"{module}.{last}".replace(".", "$").encode()
            self.refer_as(path.symbol, path.kind, name, start, path.end)
        # The module without dots last: it answers where none of the others is spelt out.
        for (module, macro), (line, is_test) in sorted(needs.items(), key=lambda one: ("." not in one[0][0], one[1])):
            alias = f"{module}.{macro}".replace(".", "$") if macro else module.partition(".")[0]
            self.imports.append(Import(module, 1, macro, alias, line, TYPE_ONLY if is_test else 0, -1))


def _as_part(row: Import, parts: Set[str]) -> Import:
    """What a file offers of its own parts is no need of another file."""
    head, _, rest = row.module.partition(".")
    part = rest.partition(".")[0] if rest else row.name
    return row._replace(flags=row.flags | PART) if row.flags & REEXPORT and head == "self" and part in parts else row


def _visibility(node: Node, source: bytes) -> str:
    for child in node.children[:3]:
        if child.type == "visibility_modifier":
            written = source[child.start_byte : child.end_byte].replace(b" ", b"")
            if written == b"pub":
                return "public"
            return "private" if written in (b"pub(self)", b"pub(inself)") else "protected"
    return "private"


def _is_of_tests(attribute: bytes) -> bool:
    """Whether what it stands above exists only while tests run."""
    found = _ATTRIBUTE.match(attribute)
    name = found[1] if found is not None else b""
    return (
        name.endswith((b"::test", b"_test"))
        or name == b"test"
        or bool(_CFG_TEST.match(_SPACE.sub(b"", attribute[:200])))
    )


def _brings_macros(attributes: list[bytes]) -> int:
    """The flag of what an item with these attributes names."""
    return MACROS if any(found[1] == b"macro_use" for one in attributes if (found := _ATTRIBUTE.match(one))) else 0


def _names_of(attributes: list[bytes]) -> list[str]:
    """Attributes as decorators are told: without their arguments, but for the features of the package that they ask
    for, each as `feature:NAME`."""
    told = []
    for one in attributes:
        found = _ATTRIBUTE.match(one)
        if found is not None:
            told.append(text(found[1]))
            told += [f"feature:{text(name)}" for name in _FEATURE.findall(one[:_LONGEST_CFG]) if found[1] == b"cfg"]
    return told
