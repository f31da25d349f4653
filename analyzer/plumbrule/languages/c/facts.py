"""What one file of C or C++ says. Hides declarators, the preprocessor, and what a grammar makes of code it has changed.

Includes are read from the text of the directives and not from the tree, which loses them where a branch of an `#if`
leaves a brace open.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from functools import lru_cache
from typing import ClassVar, NamedTuple

from tree_sitter import Node, Parser, Query, Tree

from plumbrule.extract.branches import BRANCH, BranchSweep
from plumbrule.extract.hiding import Hiding, Span
from plumbrule.extract.signs import SLASH
from plumbrule.extract.sweep import LONGEST_NAME, Flow, require_text, text
from plumbrule.facts import Facts, Parameter
from plumbrule.languages.c.directives import Directives, Settled, without_comments

_BOM = b"\xef\xbb\xbf"
_SPACE = re.compile(rb"\s+")
_QUOTED = re.compile(
    rb"(/\*.*?(?:\*/|\Z)|//.*)|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'",
    re.DOTALL,
)
_LONGEST_TEXT = 500  # of what is kept as written; what follows is replaced by an ellipsis
_DEEPEST_DECLARATOR = 40
_MOST_LINES = 50_000  # of directives, in a file that is read a second time
_MOST_NODES = 200_000  # that are looked at for errors
_MOST_PARTS = 12  # of a qualified name
# A name, not of a member, with what qualifies it.
# What a pattern begins with is looked for fast; what must not stand before it is asked afterwards.
_NAME = re.compile(rb"[A-Za-z_](?<![\w.\x80-\xff].)(?<!->.)(?<!::.)[\w\x80-\xff]*(?:::[A-Za-z_~][\w\x80-\xff]*)*+")
_COLON = ord(":")
_DECISION = Flow(cyclomatic=1)
_STRINGS = re.compile(rb'(?:u8|[LuU])?(?:R"[^()\s\\]{0,16}\((.*)\)[^()\s\\]{0,16}"|["\'](.*)["\'])', re.DOTALL)
_DIRECTIVE_WORDS = (
    b"define defined elif elifdef elifndef endif error ifdef ifndef include include_next line pragma undef warning"
)
_NAMES = frozenset(
    ("identifier", "field_identifier", "type_identifier", "qualified_identifier", "operator_name", "destructor_name")
)
_TEMPLATES = frozenset(("template_function", "template_type", "template_method"))


def extract(source: bytes, tree: Tree, query: Query) -> Facts:
    """Facts of a file; ValueError with a plain reason if its code is no UTF-8 text. Comments may be anything."""
    _require(source)
    return _swept(_CSweep, source, tree, query)


def extract_cpp(source: bytes, tree: Tree, query: Query) -> Facts:
    """The same of a file of C++."""
    _require(source)
    return _swept(_CppSweep, source, tree, query)


def _swept(sweep: type[_CSweep], source: bytes, tree: Tree, query: Query) -> Facts:
    """Facts from the tree, or from that of the same text with one branch of each `#if` that cuts through statements,
    if less of it is broken."""
    directives = Directives(source)
    broken = _broken(tree) if tree.root_node.has_error and len(directives.lines) < _MOST_LINES else []
    if broken:
        settled = directives.settled(source, broken, is_cpp=sweep.IS_CPP)
        if settled.spans:
            other = Parser(tree.language).parse(settled.source)
            if sum(end - start + 1 for start, end in _broken(other)) < sum(end - start + 1 for start, end in broken):
                return sweep(settled.source, directives, settled).run(other, query)
    return sweep(source, directives, Settled(source, [], [])).run(tree, query)


def _broken(tree: Tree) -> list[Span]:
    """The outermost error nodes, at most so many as are worth a second look."""
    found: list[Span] = []
    cursor = tree.walk()
    for _ in range(_MOST_NODES):
        node = cursor.node
        assert node is not None  # there is always one under a cursor
        if node.is_error or node.is_missing:
            found.append((node.start_byte, node.end_byte))
        elif node.has_error and cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return found
    return []


def _require(source: bytes) -> None:
    try:
        require_text(source)
    except ValueError:
        require_text(without_comments(source))


@lru_cache(maxsize=8192)  # most types are written so in other places, too
def _on_one_line(written: bytes) -> str:
    """Without comments, and cut off where it is too long."""
    if SLASH in written:
        written = without_comments(written)
    written = _SPACE.sub(b" ", written).strip()
    return text(written[:_LONGEST_TEXT]) + ("…" if len(written) > _LONGEST_TEXT else "")


class _Declared(NamedTuple):
    name: Node
    function: Node | None  # its function_declarator, None if what is declared is no function


class _CSweep(BranchSweep):
    FLOWS: ClassVar[Mapping[str, Flow]] = {
        "branch": BRANCH,
        "else": Flow(cognitive=1, chains=True),
        "ternary": BRANCH,
    }
    LOGICAL: ClassVar[frozenset[str]] = frozenset(("&&", "||", "and", "or"))
    KEYWORDS: ClassVar[frozenset[bytes]] = frozenset(
        b"asm auto break case char const constexpr continue default do double else enum extern float for goto if "
        b"inline int long register restrict return short signed sizeof static static_assert struct switch "
        b"thread_local typedef typeof union unsigned void volatile while _Alignas _Alignof _Atomic _Bool _Generic "
        b"_Noreturn _Static_assert _Thread_local".split()
    )
    CONSTANTS: ClassVar[frozenset[bytes]] = frozenset((b"true", b"false", b"NULL", b"nullptr"))
    # What the standard libraries define: not worth a row each in every file that uses them.
    BUILTINS: ClassVar[frozenset[str]] = frozenset(
        "EAGAIN EINTR EINVAL ENOENT ENOMEM EOF FILE INT_MAX INT_MIN LONG_MAX NULL RAND_MAX SIZE_MAX UINT_MAX abort "  # noqa: SIM905
        "assert atoi calloc close errno exit false fclose fflush fgets fopen fprintf fputs fread free fwrite getenv "
        "int16_t int32_t int64_t int8_t intptr_t isdigit isspace malloc memchr memcmp memcpy memmove memset nullptr "
        "off_t offsetof pid_t printf pthread_mutex_t ptrdiff_t putchar puts qsort read realloc size_t snprintf sprintf "
        "ssize_t std stderr stdin stdout strcasecmp strcat strchr strcmp strcpy strdup strerror strlen strncmp strncpy "
        "strrchr strstr strtol strtoul time_t tolower toupper true uint16_t uint32_t uint64_t uint8_t uintptr_t va_arg "
        "va_end va_list va_start vsnprintf write".split()
    )
    OWN: ClassVar[frozenset[str]] = frozenset(("this",))
    IS_CPP: ClassVar[bool] = False
    _told: ClassVar[frozenset[bytes]]  # words that are read by everybody and lead nowhere

    def __init__(self, source: bytes, directives: Directives, settled: Settled) -> None:
        super().__init__(source)
        self._directives = directives
        self._settled = settled
        self.imports += self._directives.imports(self.line)
        self._is_header = self._directives.is_header
        self._values: dict[bytes, set[Span]] = defaultdict(set)  # where a name is local
        self._types: dict[bytes, set[Span]] = defaultdict(set)
        self._known: set[int] = set()  # where names stand that are declared, or referred to already
        self._anonymous: dict[int, bytes] = {}  # by the start of a record without a name: the one a typedef gives it
        self._scoped: tuple[int, int] = (0, -1)  # end and symbol of the enumeration around that keeps its names inside
        self._access: dict[int, str] = {}  # by symbol of a class: what its members are that come next
        self._friend_to = 0
        self._condition_to = 0  # end of what an `#if` asks
        self._private_to = 0  # end of a namespace without a name
        self._namespaces: set[bytes] = set()
        self._renamed: dict[bytes, list[tuple[Span, list[bytes]]]] = {}  # where a name stands for which namespace
        if source.startswith(_BOM):
            self.mask(0, len(_BOM), code=False)

    @staticmethod
    def literal_of(written: bytes) -> bytes:
        found = _STRINGS.fullmatch(written)
        return (found[1] or found[2] or b"") if found else b""

    # -- the preprocessor -----------------------------------------------------------------------------------------

    def on_include(self, node: Node) -> None:
        self.cut(node.start_byte, node.end_byte)
        self.quiet_to = max(self.quiet_to, node.end_byte)

    def on_directive(self, node: Node) -> None:
        """`#pragma`, `#error` and the like: what they say is no code."""
        self.mask(node.start_byte, max(node.start_byte, node.end_byte - 1), code=False)

    def on_conditional(self, node: Node) -> None:
        said = self.source[node.start_byte : node.start_byte + 12].replace(b" ", b"")
        condition = node.child_by_field_name("condition")
        if condition is not None:
            self._condition_to = max(self._condition_to, condition.end_byte)
        if self.frame.is_function and not said.startswith(b"#ifndef"):  # as lizard counts
            self.flow(_DECISION, node)

    def on_constant(self, node: Node) -> None:
        self._macro(node, "constant")

    def on_macro(self, node: Node) -> None:
        self._macro(node, "function")

    def _macro(self, node: Node, kind: str) -> None:
        named, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        given = node.child_by_field_name("parameters")
        self.cut(node.start_byte, node.end_byte)
        if named is None:
            return
        name = self._at(named)
        self._known.add(named.start_byte)
        if value is not None:
            start = value.start_byte
            for quoted in _QUOTED.finditer(self._at(value)):
                self.mask(start + quoted.start(), start + quoted.end(), code=quoted[1] is None)
            if given is not None:
                for one in given.named_children:
                    self._values[self._at(one)].add((node.start_byte, node.end_byte))
        if name == self._directives.guard:
            return
        frame, self.frame = self.frame, self.module  # whatever it stands in, its name is the file's
        end = max(node.start_byte, node.end_byte - 1)  # the line's end is part of the node
        self.define(name, kind, "public", (node.start_byte, end), signature=self._written(given))
        self.frame = frame

    # -- functions ------------------------------------------------------------------------------------------------

    def on_function(self, node: Node) -> None:
        declarator, body = node.child_by_field_name("declarator"), node.child_by_field_name("body")
        found = _declared(declarator)
        if found is None or found.function is None or node.start_byte < self._friend_to:
            return
        owner, name = self._named(found.name)
        if not name or name in self.KEYWORDS:
            return  # what a macro or an open brace made of a statement
        self._known.add(found.name.start_byte)
        index = self._callable(node, found, owner, name, "" if body is not None else "abstract")
        if body is None:
            self.cut(node.start_byte, node.end_byte)  # = default, = delete
            return
        self.enter(index, name, node, body.start_byte, function=True)

    def _callable(self, node: Node, found: _Declared, owner: bytes, name: bytes, modifiers: str) -> int:
        assert found.function is not None  # the caller has looked
        said = node.child_by_field_name("type")
        before = self.source[node.start_byte : found.name.start_byte]
        is_static = b"static" in before
        in_class = self._in_class()
        given = found.function.child_by_field_name("parameters")
        index = self.define(
            b".".join(filter(None, (owner, name))),
            "method" if in_class or owner else "function",
            self._visibility(node.start_byte, is_static=is_static),
            (node.start_byte, node.end_byte),
            exported=in_class or not self._is_private(node.start_byte, is_static=is_static),
            signature=self._written(given),
            returns=self._written(said),
            modifiers=" ".join(filter(None, (modifiers, "static" if is_static and in_class else ""))),
        )
        self._take_parameters(index, given, (found.function.start_byte, node.end_byte))
        return index

    def _in_class(self) -> bool:
        frame = self.frame
        return not frame.is_function and frame.symbol >= 0

    def _is_private(self, at: int, *, is_static: bool = False) -> bool:
        """Whether nobody outside this file can have what is defined at the level of the file at this place."""
        return (is_static and not self._is_header) or at < self._private_to

    def _visibility(self, at: int, *, is_static: bool = False) -> str:
        if self._in_class():
            return self._access.get(self.frame.symbol, "public")
        return "private" if self._is_private(at, is_static=is_static) else "public"

    def _take_parameters(self, index: int, given: Node | None, inside: Span) -> None:
        if index < 0 or given is None:
            return
        for one in given.children:
            kind = one.type
            if kind in ("variadic_parameter", "..."):
                self.parameters.append(Parameter(index, "", "variadic", "", True, ""))
                continue
            if kind == "identifier":  # as before the standard: names alone, their types follow
                self.parameters.append(Parameter(index, text(self._at(one)), "positional-only", "", False, ""))
                self._values[self._at(one)].add(inside)
                continue
            if not kind.endswith("parameter_declaration"):
                continue
            declarator, default = one.child_by_field_name("declarator"), one.child_by_field_name("default_value")
            found = _declared(declarator)
            name = ""
            if found is not None:
                written = self._at(found.name)
                name = text(written)
                self._values[written].add(inside)
                self._known.add(found.name.start_byte)
            end = found.name.start_byte if found is not None else one.end_byte
            stop = default.start_byte if default is not None else one.end_byte
            said = self.source[one.start_byte : min(end, stop)] + (
                self.source[found.name.end_byte : stop] if found is not None else b""
            )
            kept = _SPACE.sub(b" ", said).strip(b" =")
            if kept == b"void" and not name:
                continue
            variadic = kind.startswith("variadic")
            self.parameters.append(
                Parameter(
                    index, name, "variadic" if variadic else "positional-only", self._written(default),
                    variadic or default is not None, text(kept[:_LONGEST_TEXT]),
                )
            )  # fmt: skip

    def _hide_parameters(self, given: Node | None, inside: Span) -> None:
        for one in given.named_children if given is not None else ():
            found = _declared(one if one.type == "identifier" else one.child_by_field_name("declarator"))
            if found is not None:
                self._values[self._at(found.name)].add(inside)
                self._known.add(found.name.start_byte)

    # -- variables, prototypes, types -----------------------------------------------------------------------------

    def on_declaration(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        if start < self._friend_to:
            return
        if self.frame.is_function:
            self.statement()
            self._hide_declared(node, (start, self.frame.end))
            return
        declarators = node.children_by_field_name("declarator")
        first = declarators[0].start_byte if declarators else end
        before = self.source[start:first].split()
        for declarator in declarators:
            found = _declared(declarator)
            if found is None:
                continue
            owner, name = self._named(found.name)
            if not name or name in self.KEYWORDS:
                continue
            self._known.add(found.name.start_byte)
            if found.function is not None:
                self._callable(node, found, owner, name, "abstract")
                self.cut(start, end)
                continue
            is_static = b"static" in before
            self.define(
                b".".join(filter(None, (owner, name))),
                "constant" if b"const" in before or b"constexpr" in before else "variable",
                self._visibility(node.start_byte, is_static=is_static),
                (start, end),
                exported=not self._is_private(node.start_byte, is_static=is_static),
                signature=f": {self._written(node.child_by_field_name('type'))}",
                returns=self._written(node.child_by_field_name("type")),
                modifiers="abstract" if b"extern" in before and declarator.type != "init_declarator" else "",
            )

    def _hide_declared(self, node: Node, span: Span) -> None:
        for declarator in node.children_by_field_name("declarator"):
            found = _declared(declarator)
            if found is None:
                self._hide_bound(declarator, span)
            elif found.name.type != "qualified_identifier":
                if found.function is not None and node.type == "declaration" and not self.IS_CPP:
                    continue  # a prototype in a function: the name is another file's
                self._values[self._at(found.name)].add(span)
                self._known.add(found.name.start_byte)

    def _hide_bound(self, declarator: Node, span: Span) -> None:
        """The names of `auto [a, b] = …`."""
        bound = declarator.child_by_field_name("declarator") or declarator
        for one in bound.named_children if bound.type == "structured_binding_declarator" else ():
            self._values[self._at(one)].add(span)
            self._known.add(one.start_byte)

    def on_field(self, node: Node) -> None:
        if not self._in_class():
            return
        start, end = node.start_byte, node.end_byte
        declarators = node.children_by_field_name("declarator")
        first = declarators[0].start_byte if declarators else end
        is_static = b"static" in self.source[start:first].split()
        for declarator in declarators:
            found = _declared(declarator)
            if found is None:
                continue
            owner, name = self._named(found.name)
            if not name or owner:
                continue
            self._known.add(found.name.start_byte)
            if found.function is not None:
                self._callable(node, found, b"", name, "abstract")
                continue
            said = self._written(node.child_by_field_name("type"))
            self.define(
                name, "property", self._visibility(node.start_byte), (start, end), signature=f": {said}",
                modifiers="static" if is_static else "",
            )  # fmt: skip
            self._values[name].add((self.frame.start, self.frame.end))

    def on_record(self, node: Node) -> None:
        named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if body is None:
            return
        name = self._anonymous.pop(node.start_byte, b"") if named is None else self._named(named)[1]
        if not name:
            return
        if named is not None:
            self._known.add(named.start_byte)
        private = self._is_private(node.start_byte)
        visibility = self._visibility(node.start_byte)
        index = self.define(
            name, "class", visibility, (node.start_byte, node.end_byte), exported=self._in_class() or not private
        )
        self._access[index] = "private" if self.source[node.start_byte : node.start_byte + 5] == b"class" else "public"
        self.enter(index, name, node, body.start_byte, function=False)

    def on_enum(self, node: Node) -> None:
        named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if body is None:
            return
        name = self._anonymous.pop(node.start_byte, b"") if named is None else self._named(named)[1]
        if named is not None:
            self._known.add(named.start_byte)
        index = -1
        if name:
            index = self.define(
                name, "enum", self._visibility(node.start_byte), (node.start_byte, node.end_byte),
                exported=not self._is_private(node.start_byte),
            )  # fmt: skip
        keeps = self.source[node.start_byte : body.start_byte].split()[1:2] in ([b"class"], [b"struct"])
        self._scoped = node.end_byte, index if keeps else -1

    def on_enumerator(self, node: Node) -> None:
        named = node.child_by_field_name("name")
        if named is None or self.frame.is_function:
            return
        end, around = self._scoped
        self._known.add(named.start_byte)
        self.define(
            self._at(named), "constant", self._visibility(node.start_byte), (node.start_byte, node.end_byte),
            exported=not self._is_private(node.start_byte), under=around if node.start_byte < end else -1,
        )  # fmt: skip

    def on_typedef(self, node: Node) -> None:
        said = node.child_by_field_name("type")
        own = said.child_by_field_name("name") if said is not None else None
        for declarator in node.children_by_field_name("declarator"):
            found = _declared(declarator)
            if found is None:
                continue
            name = self._at(found.name)
            self._known.add(found.name.start_byte)
            if self.frame.is_function:
                self._types[name].add((node.start_byte, self.frame.end))
                continue
            is_record = said is not None and said.child_by_field_name("body") is not None
            if said is not None and is_record and own is None and found.name == declarator:
                self._anonymous.setdefault(said.start_byte, name)
                if self._anonymous[said.start_byte] == name:
                    continue
            if own is not None and self._at(own) == name:
                if not is_record:
                    self._alias(node, name, "")  # typedef struct x x; its members are its own file's affair
                continue
            self._alias(node, name, "" if is_record else self._written(said))

    def _alias(self, node: Node, name: bytes, said: str) -> None:
        self.define(
            name, "type", self._visibility(node.start_byte), (node.start_byte, node.end_byte),
            exported=not self._is_private(node.start_byte), signature=f"= {said}" if said else "",
        )  # fmt: skip

    # -- what is used ---------------------------------------------------------------------------------------------

    def on_call(self, node: Node) -> None:
        self._known.add(node.start_byte)
        self.refer("call", node.start_byte, node.end_byte)

    def on_type(self, node: Node) -> None:
        start = node.start_byte
        if start not in self._known:
            self._known.add(start)
            self.refer("type", start, node.end_byte)

    # -- figures --------------------------------------------------------------------------------------------------

    def on_branch(self, node: Node) -> None:
        self.statement()
        self.flow(BRANCH, node)

    def on_case(self, node: Node) -> None:
        if self.source.startswith(b"case", node.start_byte):
            self.flow(_DECISION, node)

    def on_boolean(self, node: Node) -> None:
        if node.start_byte >= self._condition_to:
            super().on_boolean(node)

    def on_goto(self, node: Node) -> None:
        self.statement()
        self.flow(Flow(cognitive=1), node)

    # -- the end --------------------------------------------------------------------------------------------------

    def finish(self) -> None:
        self._errors = sorted([*self._errors, *self._settled.spans])
        self._replace_prototypes()
        hiding = Hiding(self._values, self._types)
        self._hide(hiding)
        own = {symbol.name.encode() for symbol in self.symbols if symbol.parent < 0}
        boring = self._told | own | {self._directives.guard}
        opened = [start for start, _ in self._opened]
        frames = {frame.symbol: frame for frame in self._functions}
        for at in self._settled.decisions:
            frame = frames.get(self._symbol_at(at, opened))
            if frame is not None:
                frame.cyclomatic += 1
                self.branches += 1
        seen = {(symbol, name) for symbol, _, name in self._references}
        for name, start in self._not_local(hiding, boring):
            if _COLON in name:
                if len(name) > LONGEST_NAME or name.startswith(b"std::") or b"~" in name:
                    continue
                if hiding.hides(name.partition(b"::")[0], start):
                    continue
                parts = self._in_full(name.split(b"::"), start)
                if parts[0] == b"std":
                    continue
                name = b".".join(parts)
            key = self._symbol_at(start, opened), name
            if key not in seen:
                seen.add(key)
                self._references.setdefault((key[0], "read", key[1]), start)

    def _not_local(self, hiding: Hiding, boring: Set[bytes]) -> Iterator[tuple[bytes, int]]:
        """Names and where they stand, but those that are local there, known already, or in an include."""
        known, includes = self._known, self._directives.spans
        number = 0
        local_to = dict.fromkeys(self._values, -1)  # where the span ends in which a name was last seen to be local
        for found in _NAME.finditer(self._masked):
            name = found[0]
            if name in boring:
                continue
            start = found.start()
            if start in known:
                continue
            if name in local_to:
                if start < local_to[name]:
                    continue
                end = hiding.hidden_until(name, start)
                if end:
                    local_to[name] = end
                    continue
            while number < len(includes) and includes[number][1] <= start:
                number += 1
            if number == len(includes) or start < includes[number][0]:
                yield name, start

    def _replace_prototypes(self) -> None:
        """A prototype is not what has the name where the function itself follows."""
        whole = {symbol.name for symbol in self.symbols if symbol.kind == "function" and not symbol.has("abstract")}
        for index, symbol in enumerate(self.symbols):
            if symbol.kind == "function" and symbol.has("abstract") and symbol.name in whole:
                self.symbols[index] = symbol._replace(modifiers=f"{symbol.modifiers} replaced")

    # -- spelling -------------------------------------------------------------------------------------------------

    def _at(self, node: Node) -> bytes:
        return self.source[node.start_byte : node.end_byte]

    def _written(self, node: Node | None) -> str:
        """The text of a node on one line, comments left out."""
        if node is None:
            return ""
        return _on_one_line(self._at(node)[: 4 * _LONGEST_TEXT])

    def _named(self, node: Node) -> tuple[bytes, bytes]:
        """What a declared name is qualified with that is no namespace, and the name; both without arguments."""
        parts = self._parts(node)
        owner = [part for part in parts[:-1] if part not in self._namespaces]
        return b".".join(owner), parts[-1] if parts else b""

    def _parts(self, node: Node) -> list[bytes]:
        """The parts of a qualified name, without arguments of templates; where they stand counts as known."""
        parts: list[bytes] = []
        here: Node | None = node
        while here is not None and len(parts) < _MOST_PARTS:
            kind = here.type
            self._known.add(here.start_byte)
            if kind == "qualified_identifier":
                scope = here.child_by_field_name("scope")
                if scope is not None:
                    self._known.add(scope.start_byte)
                    parts.append(self._bare(scope))
                here = here.child_by_field_name("name")
            elif kind == "dependent_name":
                here = _first(here)
            else:
                parts.append(self._bare(here))
                break
        return [part for part in parts if part]

    def _in_full(self, parts: list[bytes], start: int) -> list[bytes]:
        """The parts of a name that stands there, its first one replaced by the namespace that it is another name of."""
        for (begin, end), meant in reversed(self._renamed.get(parts[0], ()) if parts else ()):
            if begin <= start < end:
                return [*meant, *parts[1:]]
        return parts

    def _bare(self, node: Node) -> bytes:
        if node.type == "operator_cast":
            said = node.child_by_field_name("type")
            return b"operator " + (self._bare(said) if said is not None else b"")
        if node.type in _TEMPLATES:
            inner = node.child_by_field_name("name")
            if inner is not None:
                self._known.add(inner.start_byte)
                node = inner
        return b"".join(self._at(node)[:LONGEST_NAME].split())


_COMMON = (
    _CSweep.CONSTANTS
    | frozenset(_DIRECTIVE_WORDS.split())
    | frozenset(name.encode() for name in _CSweep.BUILTINS)
    | frozenset((b"bool", b"int", b"char", b"defined"))
)
_CSweep._told = _COMMON | _CSweep.KEYWORDS


class _CppSweep(_CSweep):
    IS_CPP: ClassVar[bool] = True
    KEYWORDS: ClassVar[frozenset[bytes]] = _CSweep.KEYWORDS | frozenset(
        b"alignas alignof and and_eq bitand bitor bool catch char16_t char32_t char8_t class co_await "
        b"co_return co_yield compl concept const_cast consteval constinit decltype delete dynamic_cast "
        b"explicit export false final friend mutable namespace new noexcept not not_eq operator or or_eq "
        b"override private protected public reinterpret_cast requires static_cast template this throw try "
        b"typeid typename using virtual wchar_t xor xor_eq".split()
    ) - {b"false"}
    _told: ClassVar[frozenset[bytes]] = _COMMON | KEYWORDS

    def on_namespace(self, node: Node) -> None:
        named = node.child_by_field_name("name")
        if named is None:
            self._private_to = max(self._private_to, node.end_byte)
            return
        parts = [part for part in b"".join(self._at(named).split()).split(b"::") if part]
        self._namespaces.update(parts)
        last = self.line(max(node.start_byte, node.end_byte - 1))
        self.spaces.append((text(b".".join(parts)), self.line(node.start_byte), last))
        for one in named.named_children or (named,):
            self._known.add(one.start_byte)

    def on_alias(self, node: Node) -> None:
        named, said = node.child_by_field_name("name"), node.child_by_field_name("type")
        if named is None:
            return
        name = self._at(named)
        self._known.add(named.start_byte)
        if self.frame.is_function:
            self._types[name].add((node.start_byte, self.frame.end))
        else:
            self._alias(node, name, self._written(said))

    def on_using(self, node: Node) -> None:
        named = _first(node)
        if named is not None and b"namespace" in self.source[node.start_byte : named.start_byte]:
            self._namespaces.update(self._parts(named))
        self.cut(node.start_byte, node.end_byte)

    def on_renamed(self, node: Node) -> None:
        """Another name for a namespace, up to the end of the function, or of the file."""
        named, meant = node.child_by_field_name("name"), _last_child(node)
        if named is None or meant is None:
            return
        start, name = node.start_byte, self._at(named)
        parts = self._in_full([part for part in b"".join(self._at(meant).split()).split(b"::") if part], start)
        self._namespaces.update((name, *parts))
        self._known.update((named.start_byte, meant.start_byte))
        frame = self.frame
        if len(b".".join(parts)) > LONGEST_NAME or len(parts) > _MOST_PARTS:
            return
        until = frame.end if frame.is_function else len(self.source)
        self._renamed.setdefault(name, []).append(((start, until), parts))

    def on_friend(self, node: Node) -> None:
        self._friend_to = max(self._friend_to, node.end_byte)

    def on_template(self, node: Node) -> None:
        given = node.child_by_field_name("parameters")
        for one in given.named_children if given is not None else ():
            named = one.child_by_field_name("name") or one.child_by_field_name("declarator") or _last(one)
            if named is not None:
                self._known.add(named.start_byte)
                name = self._at(named).lstrip(b".& ")
                self._types[name].add((node.start_byte, node.end_byte))
                self._values[name].add((node.start_byte, node.end_byte))

    def on_access(self, node: Node) -> None:
        if self._in_class() and self.source[node.end_byte : node.end_byte + 40].lstrip().startswith(b":"):
            self._access[self.frame.symbol] = text(self._at(node))

    def on_bases(self, node: Node) -> None:
        for base in node.named_children:
            if base.type in ("type_identifier", "qualified_identifier", "template_type"):
                self._refer("inherit", base)

    def on_qualified(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        if start in self._known:
            return
        named = node.child_by_field_name("name")
        last = named.type if named is not None else ""
        while named is not None and last == "qualified_identifier":
            named = named.child_by_field_name("name")
            last = named.type if named is not None else ""
        if last in ("type_identifier", "template_type"):
            kind = "type"
        else:
            kind = "call" if self.source[end : end + 10].lstrip().startswith(b"(") else "read"
        self._refer(kind, node)

    def on_generic(self, node: Node) -> None:
        if node.start_byte not in self._known:
            self._refer("call", node)

    def _refer(self, kind: str, node: Node) -> None:
        parts = self._in_full(self._parts(node), node.start_byte)
        if parts and parts[0] != b"std" and parts[0] not in self.KEYWORDS:
            self.refer_to(kind, b".".join(parts), node.start_byte)

    def on_lambda(self, node: Node) -> None:
        declarator = node.child_by_field_name("declarator")
        given = declarator.child_by_field_name("parameters") if declarator is not None else None
        self._hide_parameters(given, (node.start_byte, node.end_byte))
        self.flow(Flow(shifts=True), node)

    def on_range(self, node: Node) -> None:
        self.on_loop(node)
        self._hide_declared(node, (node.start_byte, node.end_byte))

    def on_catch(self, node: Node) -> None:
        given, body = node.child_by_field_name("parameters"), node.child_by_field_name("body")
        self._hide_parameters(given, (node.start_byte, node.end_byte))
        one = next((p for p in (given.named_children if given is not None else ()) if p.type != "comment"), None)
        said = one.child_by_field_name("type") if one is not None else None
        caught = text(b".".join(self._parts(said))) if said is not None else ""
        silent = body is not None and not _does(body)
        self.flow(BRANCH, node)
        self.caught(node, caught, broad=caught in ("", "std.exception", "exception"), silent=silent)
        if said is not None and not caught.startswith("std."):
            self.refer_to("type", caught.encode(), said.start_byte)

    def on_throw(self, node: Node) -> None:
        self.statement()
        thrown: Node | None = _first(node)
        for _ in range(_MOST_PARTS):
            if thrown is None or thrown.type not in _MADE:
                break
            thrown = thrown.child_by_field_name("function") or thrown.child_by_field_name("type")
        is_named = thrown is not None and thrown.type in _THROWN
        name = b"".join(self._at(thrown).partition(b"<")[0].split()) if thrown is not None and is_named else b""
        self.raises(node, text(name[:LONGEST_NAME].replace(b"::", b".")))


_MADE = ("call_expression", "compound_literal_expression", "new_expression")
_THROWN = _NAMES | _TEMPLATES


def _declared(declarator: Node | None) -> _Declared | None:
    """What a declarator declares; None if it has no name."""
    function: Node | None = None
    here = declarator
    for _ in range(_DEEPEST_DECLARATOR):
        if here is None:
            return None
        kind = here.type
        if kind in _NAMES or kind in _TEMPLATES:
            return _Declared(here, function or _converter(here))
        if kind == "operator_cast":
            return _Declared(here, here.child_by_field_name("declarator"))
        if kind == "function_declarator":
            function = here
        elif kind in ("pointer_declarator", "reference_declarator", "array_declarator") and function is not None:
            function = None  # (*name)(…) is a variable, unless a name with arguments follows
        elif kind == "structured_binding_declarator":
            return None
        here = here.child_by_field_name("declarator") or _inner(here)
    return None


def _converter(name: Node) -> Node | None:
    """The arguments of `A::operator bool()`."""
    for _ in range(_MOST_PARTS):
        if name.type != "qualified_identifier":
            break
        inner = name.child_by_field_name("name")
        if inner is None:
            return None
        name = inner
    return name.child_by_field_name("declarator") if name.type == "operator_cast" else None


def _inner(node: Node) -> Node | None:
    """The declarator in a node that has no field for it."""
    if node.type not in (
        "parenthesized_declarator",
        "reference_declarator",
        "attributed_declarator",
        "variadic_declarator",
    ):
        return None
    return next((child for child in node.named_children if child.type != "ms_call_modifier"), None)


def _first(node: Node) -> Node | None:
    return node.named_child(0) if node.named_child_count else None


def _last_child(node: Node) -> Node | None:
    children = [child for child in node.named_children if child.type != "comment"]
    return children[-1] if len(children) > 1 else None


def _last(node: Node) -> Node | None:
    """The name of `typename T`, a child without a field."""
    children = node.named_children
    last = children[-1] if children else None
    return last if last is not None and last.type in ("type_identifier", "identifier") else None


def _does(body: Node) -> bool:
    """Whether a block does more than to pass, to go on or to return a constant."""
    for one in body.named_children:
        if one.type in ("comment", "continue_statement", "break_statement"):
            continue
        value = _first(one) if one.type == "return_statement" else None
        if one.type != "return_statement" or (value is not None and value.type not in _PLAIN):
            return True
    return False


_PLAIN = frozenset(("number_literal", "true", "false", "null", "string_literal", "char_literal", "identifier"))
