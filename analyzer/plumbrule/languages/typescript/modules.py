"""What an ECMAScript file takes from other modules and offers to them.

Hides the module syntaxes: ES, CommonJS, AMD and TypeScript's own, in statements and in the midst of expressions.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from tree_sitter import Node

from plumbrule.extract.held import Held
from plumbrule.extract.hiding import Span
from plumbrule.extract.sweep import LONGEST_NAME, Sweep, text
from plumbrule.facts import CONDITIONAL, DYNAMIC, LAZY, OPTIONAL, REEXPORT, REQUIRED, TYPE_ONLY, Export, Import
from plumbrule.languages.typescript.nodes import (
    CLASSES,
    NAMED_BY_PLACE,
    first,
    keys_bound,
    line_of,
    name_of,
    names_bound,
    one_line,
    unescaped,
    unwrapped,
    visibility_of,
    wrapped_function,
    written,
)
from plumbrule.languages.typescript.objects import Member

_LONGEST_MODULE = 500
_FAR = 1000  # bytes looked at for what stands between the parentheses of `require(`

_NAME = r"""(?:[\w$]+|"[^"\n]*"|'[^'\n]*')"""
_NAMED = re.compile(rf"(?:(type|typeof)\s+(?!as\b(?!\s+as\b))(?!,|$))?({_NAME})(?:\s+as\s+({_NAME}))?")
_PLAIN_IMPORT = re.compile(
    rb"""import\s*+(?:(?!type\b|from\b)([\w$]+)\s*+,?+\s*+)?+(?:\{(\s*+(?:[\w$]++\s*+(?:,\s*+|(?=\})))*+)\}\s*+)?+"""
    rb"""from\s*+(["'])([^"'\\\n]+)\3"""
)
_STAR_AS = re.compile(rf"\*(?:\s*as\s+({_NAME}))?")
_DEFERRED = re.compile(r"defer\s*(?=\*)|source\s+(?!from\b)")
_TYPE_CLAUSE = re.compile(r"(?:type|typeof)\b(?!\s*(?:,|from\b\s*$|$))")
# What stands between the parentheses of `require(` or `import(`, when it is one constant.
_CONSTANT = re.compile(
    rb"""\s*(?:\?\.)?\s*\((?:\s|/\*.*?\*/|//[^\n]*\n)*("""
    rb""""(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\$]|\\.|\$(?!\{))*`)\s*(?=[,)])""",
    re.DOTALL,
)
_LOADED = re.compile(rb"(require|import)(?=\s*[(?])")
# A function that is given something called `require`; whom AMD gives one, or its caller hands Node's on, has that.
_TAKES_LOADER = re.compile(
    rb"(?:async\b\s*+)?(?:function\b[^()]{0,80}+)?\(?\s*+(?:[\w$]++\s*+,\s*+){0,9}require\s*+[,)=]"
)
_GIVES_LOADER = re.compile(rb"\b(?:define|require|requirejs)\s*\([^()]*\Z")
_HANDS_LOADER_ON = re.compile(rb"\s*+\)?\s*+(?:\.(?:call|apply)\s*+)?\([^()]*\brequire\b")
_OF_AMD = (b"require", b"exports", b"module")  # what a module gets when it names them, and no module
_LOADED_WITHIN = re.compile(rb"(?:[\s(]|await\b)*+(require|import)(?=\s*[(?])")
_CHAIN = re.compile(rb"[\s)]*\)[\s)]*((?:\s*!?\??\.\s*[\w$]+)+)")
_AFTER_LOADED = re.compile(rb"[^()]{0,300}\)+\s*(?:!|\?)?\.\s*([\w$]+)\s*$")
_MEMBER = re.compile(rb"\s*\)\s*(?:!|\?)?\.\s*([\w$]+)")
_MEMBER_OF_IMPORT = re.compile(rb"""\s*\(\s*["'`][^"'`\n]*["'`]\s*\)\s*\.\s*([\w$]+)""")
_OF_A_PROMISE = (b"then", b"catch", b"finally")
# What code does with the module that it waits for: `).then(({ a }) =>`, `).then((m) =>`, `)).member`.
_WHEN_LOADED = re.compile(
    rb"""\s*\)\s*\.\s*then\s*\(\s*(?:async\b\s*)?(?:function\b\s*)?\(?\s*"""
    rb"""(?:\{([^{}]*)\}|([\w$]+))\s*(?::[^()]{0,200})?\)?\s*(?:=>|\{)"""
)
_AWAITED = re.compile(rb"\(\s*await\s+\Z")
_MEMBER_OF_AWAITED = re.compile(rb"\s*\)\s*\)\s*(?:!|\?)?\.\s*([\w$]+)")
_KEY = re.compile(rb"\s*([\w$]+)\s*(?:[:=]|\Z)")
_TAKEN_AS = re.compile(rb"\s*([\w$]+)\s*(?::\s*([\w$]+)\s*)?(?:=|\Z)")
_BRACKET = re.compile(rb"[(){}\[\]]")
_LONGEST_CALLBACK = 4_000  # bytes in which the members of a loaded module are looked for
_TAKEN_APART = re.compile(
    rb"(?:const|let|var)\s*\{([^{}]*)\}\s*=\s*([\w$]+)[^\S\n]*(?=[;,}]|//|/\*|\n(?!\s*[.(\[?])|\Z)"
)
_AMD = re.compile(rb"""\s*\(\s*(?:["'][^"'\n]*["']\s*,\s*)?\[([^\[\]()]*)\]\s*,""")
_AMD_NAME = re.compile(rb"""["']([^"'\n]+)["']""")
_IMPORT_EQUALS = re.compile(
    rb"""(export\s+)?import\s+(type\s+)?([\w$]+)\s*=\s*(?:require\s*\(\s*["']((?:[^"'\\\n]|\\.)+)["']\s*\)|([\w$.\s]+))"""
)
_EXPORT_EQUALS = re.compile(r"export\s*=\s*([\w$]+)\s*;?")
_REFERENCE = re.compile(r"""///\s*<reference\s+(path|types)\s*=\s*["']([^"'\n]+)["']""")
_BINDING = re.compile(rb"=>|\b(?:function|class|require|import)\b")
_BINDING_WORDS = (b"=>", b"function", b"class", b"require", b"import")
_NO_OBJECTS = frozenset(("identifier", "string", "number", "array", "new_expression", "template_string"))
_LONGEST_ROW = 50  # names that are given to one value in one statement
_SHORT = 300  # bytes; a longer statement is not searched for bindings before it is taken apart

# Every mention of what a CommonJS module offers: a member or none, and whether it is set.
_EXPORTS = re.compile(rb"(?<![\w$.])(module\s*\.\s*)?exports\b(\s*\.\s*[\w$]+)?\s*(=(?![=>])|\[)?")
_ALIASED = re.compile(rb"\s*module\s*\.\s*exports\b")  # after `exports =`
_OPENED_BY = (b"declare module", b"@typedef", b"@callback", b"define(", b"module[")

_WHOLE_NAME = re.compile(rb"[\w$]+(?:\.[\w$]+)*")
_WORD = re.compile(rb"[A-Za-z_$\x80-\xff][\w$\x80-\xff]*")


class Claim(NamedTuple):
    """A function or class that gets its name, or its being exported, from where it is put."""

    name: bytes
    kind: str
    visibility: str
    exported: bool
    start: int  # where the whole definition begins
    words: Sequence[bytes] = ()  # modifiers that stand before its name


def claim(name: bytes, value: Node, start: int, *, exported: bool) -> Claim:
    """For a value that is a function or a class, seen as far as it is exported."""
    kind = "class" if value.type in CLASSES else "function"
    return Claim(name, kind, "public" if exported else "private", exported, start)


class Taken(NamedTuple):
    """One name that an import takes out of a module; both names are empty where it only runs the module."""

    name: str  # "default", "*" or as exported there
    alias: str  # the name here
    types: int  # TYPE_ONLY or 0


_EFFECTS = (Taken("", "", 0),)


class ModuleSweep(Sweep):
    """The part of the pass that meets module syntax. A value's own definition comes later: it finds its claim."""

    def __init__(self, source: bytes, flags: int) -> None:
        super().__init__(source)
        self.watches_comments = b"///" in source
        self.flags = flags  # of all imports of this file
        self.claims: dict[int, Claim] = {}  # by node id
        self.values: dict[int, Node] = {}  # by symbol: what a variable of the module is set to
        self.listed: dict[int, list[Member]] = {}  # by id of such a value: the members that it is known to have
        self.exported_at = -1  # start of the declaration that is exported
        self.default_at = -1  # start of the declaration that is the default export
        self.anonymous_to = 0  # end of the outermost function without a name
        self.optional_to = 0  # end of what a `catch` guards
        self._given_to = 0  # end of the outermost function that is given a `require` of its own
        self._loaded: set[int] = set()  # starts of `require` and `import(` that were taken with their binding
        self._row_at: dict[int, int] = {}  # by such a start: the first import row
        self._bound_at: dict[int, int] = {}  # by start of a name that a declaration binds to a module: the import row
        # Calls of members of what is loaded in place: symbol, start of the `require`, the members, end of the callee.
        self._chains: list[tuple[int, int, bytes, int]] = []
        self._offered: set[bytes] = set()
        self._is_es = False  # it has an `export` statement
        self._is_open = False  # it offers names that are not written down as such
        self._assigned = 0  # to what a CommonJS module offers, as far as they were read
        self._import_spans: list[tuple[int, int]] = []

    # -- rows -----------------------------------------------------------------------------------------------------

    def offer(self, name: str, local: str, start: int, row: int = -1) -> None:
        """Others can import `name`; here it is `local`, or what import `row` calls so."""
        self.exports.append(Export(name, local, row, self.line(start)))

    def define_value(
        self,
        name: bytes,
        kind: str,
        span: tuple[int, int],
        *,
        exported: bool,
        signature: str = "",
        value: Node | None = None,
    ) -> None:
        """A variable; `value` is what it is set to, if that alone says which members it has."""
        visibility = "public" if exported else "private"
        index = self.define(name, kind, visibility, span, exported=exported, signature=signature)
        if value is not None and index >= 0 and self.symbol < 0 and value.type not in _NO_OBJECTS:
            self.values[index] = value
            if value.id in self.listed:
                self.list_members(index, self.listed[value.id])

    def list_members(self, owner: int, members: list[Member]) -> None:
        """Adds the members of the object that symbol `owner` is set to."""

    def _bind(self, module: str, taken: Iterable[Taken], start: int, flags: int) -> None:
        line, symbol = self.line(start), self.symbol
        for name, alias, types in taken:
            self.imports.append(Import(module, 0, name, alias, line, flags | types, symbol))

    def _flags_at(self, start: int) -> int:
        flags = self.flags
        if self.in_function or start < self.anonymous_to:
            flags |= LAZY
        elif self.module.depth:
            flags |= CONDITIONAL
        if start < self.optional_to:
            flags |= OPTIONAL
        return flags

    def _module_in(self, start: int, end: int) -> str:
        """The module that the string between these offsets names; it is no literal."""
        self.mask(start, end, code=True)
        return unescaped(self.source[start + 1 : end - 1])[:_LONGEST_MODULE]

    def _set_aside(self, start: int, end: int) -> None:
        """A statement of module syntax alone: no code of the module, and names in it are no uses."""
        self.cut(start, end)
        self._import_spans.append((start, end))

    # -- import statements ----------------------------------------------------------------------------------------

    def on_import(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        self._set_aside(start, end)
        plain = _plain_import(self.source[start:end])
        if plain is not None:
            self.mask(start + plain.start, start + plain.end, code=True)
            self._bind(plain.module, plain.taken, start, self.flags)
            return
        source = node.child_by_field_name("source")
        if source is None:
            self._import_equals(start)
            return
        clause, types = _clause(self.source[start + len(b"import") : source.start_byte])
        module = self._module_in(source.start_byte, source.end_byte)
        self._bind(module, _taken(clause), start, self._flags_at(start) | types)

    def _import_equals(self, start: int) -> None:
        found = _IMPORT_EQUALS.match(self.source, start, start + _FAR)
        if found is None:
            return
        alias = text(found[3])
        if found[4] is not None:
            types = TYPE_ONLY if found[2] else 0
            module = self._module_in(found.start(4) - 1, found.end(4) + 1)
            self._bind(module, [Taken("", alias, types)], start, self._flags_at(start) | _how(module, b"require"))
            if found[1]:
                self.offer(alias, alias, start)
            return
        exported = bool(found[1]) or start == self.exported_at
        meant = b"".join(found[5].split())
        self.define_value(
            found[3], "constant", (start, found.end()), exported=exported, signature=f"= {text(meant[:LONGEST_NAME])}"
        )
        self.refer_to("read", meant, found.start(5))

    def on_import_alias(self, node: Node) -> None:
        start = node.start_byte
        self._import_equals(start - len(b"export ") if self.source[:start].endswith(b"export ") else start)

    def on_comment(self, node: Node) -> None:
        start = node.start_byte
        if self.source.startswith(b"///", start):
            found = _REFERENCE.match(text(self.source[start : min(node.end_byte, start + 500)]))
            if found is not None:
                module = found[2]
                if found[1] == "path" and not module.startswith((".", "/")):
                    module = "./" + module
                self._bind(module, _EFFECTS, start, TYPE_ONLY)
        self.mask(start, node.end_byte, code=False)

    # -- imports inside expressions -------------------------------------------------------------------------------

    def on_dynamic(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        # A promise has no members but these: `import("m").Name` and `typeof import("m")` are types.
        member = _MEMBER_OF_IMPORT.match(self.source, end, end + _FAR)
        is_type = (member is not None and member[1] not in _OF_A_PROMISE) or (
            self.source[max(0, start - 20) : start].rstrip().endswith(b"typeof")
        )
        self._load(start, end, TYPE_ONLY if is_type else DYNAMIC)

    def loads(self, start: int, end: int) -> bool:
        """Takes the modules that a call of `require` or AMD's `define` names; True if that is all the call is."""
        callee = self.source[start:end] if end - start <= len(b"require") else b""
        if callee == b"require":
            self._load(start, end, DYNAMIC if self._is_inside_expression(start) else 0)
        elif callee != b"define":
            return False
        # `define(["a", "./b"], ...)`
        found = _AMD.match(self.source, end, end + 10_000)
        for name in _AMD_NAME.finditer(found[1]) if found is not None else ():
            if name[1] in _OF_AMD:
                continue
            self._bind(text(name[1])[:_LONGEST_MODULE], _EFFECTS, start, self._flags_at(start))
        return callee == b"require"

    def note_loader(self, node: Node) -> None:
        """Notes a function in which `require` is what somebody gave it, as the modules in a bundle have it."""
        start, end = node.start_byte, node.end_byte
        if b"require" not in self.source[start : start + _SHORT] or end <= self._given_to:
            return
        if _TAKES_LOADER.match(self.source, start) is None:
            return
        if _GIVES_LOADER.search(self.source, max(0, start - _FAR), start) is None and (
            _HANDS_LOADER_ON.match(self.source, end, end + _SHORT) is None
        ):
            self._given_to = end

    def _is_given(self, callee: bytes, start: int) -> bool:
        """Whether this `require` loads no module by its path."""
        return callee == b"require" and start < self._given_to

    def _is_inside_expression(self, start: int) -> bool:
        """Whether more than a statement or an assignment surrounds a `require` at this place."""
        before = self.source[max(0, start - 200) : start]
        bare = before.rstrip()
        if not bare or bare[-1:] in b";{}" or (bare[-1:] == b"=" and bare[-2:-1] not in b"=!<>"):
            return False
        return b"\n" not in before[len(bare) :] or bare[-1:] in b"(,[?:&|+=>.!"

    def _load(self, start: int, end: int, flags: int) -> None:
        """An `import(...)` or `require(...)` whose callee lies there; of interest if it names a constant."""
        if start in self._loaded or self._is_given(self.source[start:end], start):
            return
        found = _CONSTANT.match(self.source, end, end + _FAR)
        if found is not None:
            self._loaded.add(start)
            self._row_at[start] = len(self.imports)
            module = self._module_in(*found.span(1))
            flags |= self._flags_at(start) | _how(module, self.source[start:end])
            self._bind(module, self._members_of(start, found.end()) or _EFFECTS, start, flags)
            self._hold_loaded(self._row_at[start], found.end())

    def _members_of(self, start: int, end: int) -> Sequence[Taken]:
        """What an expression that loads a module takes out of it; `import("m"` or `require("m"` lies between."""
        source = self.source
        awaited = _AWAITED.search(source, max(0, start - 30), start) is not None
        member = (_MEMBER_OF_AWAITED if awaited else _MEMBER).match(source, end, end + _SHORT)
        if member is not None and (awaited or member[1] not in _OF_A_PROMISE):
            return [Taken(text(member[1]), "", 0)]
        found = _WHEN_LOADED.match(source, end, end + _FAR) if member is not None else None
        if found is None:
            return ()
        if found[2] is None:
            return [Taken(key, "", 0) for key in _keys(found[1])]
        called = re.compile(rb"(?<![\w$.])" + re.escape(found[2]) + rb"\s*(?:!|\?)?\.\s*([\w$]+)")
        body = source[found.end() : self._closing(found.end())]
        return [Taken(name, "", 0) for name in sorted({text(one[1]) for one in called.finditer(body)})]

    def _hold_loaded(self, row: int, end: int) -> None:
        """What a callback calls the module that it waits for, or its members, the first of which is import `row`."""
        source = self.source
        found = _WHEN_LOADED.match(source, end, end + _FAR) if source.startswith(b".", end + 1) else None
        if found is None:
            return
        span = found.end(), self._closing(found.end())
        rows = {one.name.encode(): row + place for place, one in enumerate(self.imports[row:])}
        if found[2] is not None:
            self.held.hold(found[2], Held(*span, -1, rows))
            return
        for part in found[1].split(b","):
            taken = _TAKEN_AS.match(part)
            if taken is not None and taken[1] in rows:
                self.held.hold(taken[2] or taken[1], Held(*span, rows[taken[1]]))

    def hold_local(self, start: int, name: bytes, span: Span) -> None:
        """The name that is bound at this place means between these offsets whatever it is set to."""
        if self._bound_at:
            self.held.hold(name, Held(*span, self._bound_at.get(start, -1)))
            self.held.hold(name, Held(start, start + len(name), -1))  # no use of it

    def chained(self, start: int, end: int) -> None:
        """A callee that is no plain name: perhaps a member of a module that is loaded in place, `require("m").f`."""
        callee = _LOADED_WITHIN.match(self.source, start, min(end, start + _FAR))
        found = _CONSTANT.match(self.source, callee.end(), min(end, callee.end() + _FAR)) if callee else None
        after = _CHAIN.fullmatch(self.source, found.end(), end) if found is not None else None
        if callee is not None and after is not None:
            members = re.sub(rb"[\s?!]", b"", after[1])[1:]
            if callee[1] == b"require" or members.partition(b".")[0] not in _OF_A_PROMISE:
                self._chains.append((self.symbol, callee.start(1), members, end))

    def _follow_chains(self) -> None:
        for symbol, start, members, end in self._chains:
            row = self._row_at.get(start, -1)
            if row >= 0:
                is_whole = self.imports[row].name == ""
                name = b"require." + members if is_whole else members
                if is_whole or self.imports[row].name.encode() == members.partition(b".")[0]:
                    self.refer_through(row, symbol, "call", name, start, end)

    def _closing(self, start: int) -> int:
        """Where the bracket closes that is open here, as far as that is looked for."""
        depth = 0
        for found in _BRACKET.finditer(self.source, start, start + _LONGEST_CALLBACK):
            depth += 1 if found[0] in b"([{" else -1
            if depth < 0:
                return found.start()
        return min(len(self.source), start + _LONGEST_CALLBACK)

    def take_apart(self, start: int) -> None:
        """`const { a, b: c } = M`, where `M` is imported: a use of `M.a` and `M.b`."""
        found = _TAKEN_APART.match(self.source, start, start + _FAR)
        if found is None:
            return
        name = text(found[2])
        if any(row.alias == name for row in self.imports):
            for key in _keys(found[1]):
                self.refer_to("read", found[2] + b"." + key.encode(), start)

    def bound_load(self, pattern: Node, value: Node) -> bool:
        """`const x = require("m")`, `const {a} = await import("m")`: whether a declaration binds names so."""
        start, end = value.start_byte, value.end_byte
        callee = _LOADED_WITHIN.match(self.source, start, min(end, start + 30))
        if callee is None or self._is_given(callee[1], start):
            return False
        found = _CONSTANT.match(self.source, callee.end(), min(end, callee.end() + _FAR))
        if found is None:
            return False
        rest, member = self.source[found.end() : end], ""
        if rest.strip() != b")":
            after = _AFTER_LOADED.fullmatch(rest)
            if after is None:
                return False
            member = text(after[1])
        self._loaded.add(callee.start(1))
        flags = self._flags_at(start) | (DYNAMIC if callee[1] == b"import" else 0)
        first_row, module = len(self.imports), self._module_in(*found.span(1))
        self._bind(module, self._bound_by(pattern, member), start, flags | _how(module, callee[1]))
        rows = {row.alias: first_row + place for place, row in enumerate(self.imports[first_row:]) if row.alias}
        for bound in names_bound(pattern) if rows else ():
            alias = text(written(self.source, bound))
            if alias in rows:
                self._bound_at[bound.start_byte] = rows[alias]
        return True

    def _bound_by(self, pattern: Node, member: str) -> Sequence[Taken]:
        """What a pattern takes out of a module, or out of one member of it."""
        if pattern.type == "identifier":
            return [Taken(member, text(written(self.source, pattern)), 0)]
        if pattern.type == "object_pattern" and not member:
            return [Taken(key, alias, 0) for key, alias in keys_bound(self.source, pattern)] or _EFFECTS
        return [Taken(member, "", 0)]

    # -- export statements ----------------------------------------------------------------------------------------

    def on_export(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        self._is_es = True
        source = node.child_by_field_name("source")
        if source is not None:
            self._reexport(start, end, source)
            return
        declared = node.child_by_field_name("declaration")
        value = node.child_by_field_name("value")
        if declared is not None:
            self.exported_at = declared.start_byte
            if any(child.type == "default" for child in node.children):
                self.default_at = declared.start_byte
        elif value is not None:
            self._offer_default(value, start, end)
        else:
            self._offer_listed(start, end)

    def _reexport(self, start: int, end: int, source: Node) -> None:
        self._set_aside(start, end)
        clause, types = _clause(self.source[start + len(b"export") : source.start_byte])
        module = self._module_in(source.start_byte, source.end_byte)
        flags = self._flags_at(start) | REEXPORT | types
        row = len(self.imports)
        if (star := _STAR_AS.match(clause)) is not None:
            self._bind(module, [Taken("*", "", 0)], start, flags)
            self.offer(_unquoted(star[1]) if star[1] else "*", "*", start, row)
            return
        named = _named(clause.partition("{")[2].rpartition("}")[0])
        # Passed on, a name is not bound here.
        self._bind(module, [name._replace(alias="") for name in named] or _EFFECTS, start, flags)
        for place, (local, name, _) in enumerate(named):
            self.offer(name, local, start, row + place)

    def _offer_listed(self, start: int, end: int) -> None:
        """`export {a, b as c}` and `export = a`."""
        clause = line_of(self.source, start, end)
        _, brace, inside = clause.partition("{")
        if brace:
            self._set_aside(start, end)
            for local, name, _ in _named(inside.rpartition("}")[0]):
                self.offer(name, local, start)
        elif (equals := _EXPORT_EQUALS.fullmatch(clause)) is not None:
            self.offer("default", equals[1], start)
            self._is_open = True
        else:
            self._is_open = True

    def _offer_default(self, value: Node, start: int, end: int) -> None:
        inner = unwrapped(value)
        if inner.type == "identifier":
            self.offer("default", text(written(self.source, inner)), start)
            return
        target = wrapped_function(inner) or inner
        if target.type in NAMED_BY_PLACE:
            named = target.child_by_field_name("name")
            name = written(self.source, named) if named is not None else b"default"
            claimed = claim(name, target, start, exported=True)
            self.claims[target.id] = claimed if target is inner else claimed._replace(words=(b"wrapped",))
            if named is not None:
                self.offer("default", text(name), start)
            return
        self.define_value(b"default", "constant", (start, end), exported=True, value=value)

    # -- CommonJS -------------------------------------------------------------------------------------------------

    def on_assignment(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None or left.end_byte - left.start_byte > LONGEST_NAME:
            return
        if self.symbol >= 0 and not self.may_bind(right.start_byte, right.end_byte):
            return
        target, value, start = written(self.source, left), unwrapped(right), node.start_byte
        offered = _offered_name(target)
        if offered is not None and self.symbol < 0:
            self._assigned += 1
            self._offer_chained(offered, value, start, node.end_byte)
        elif value.type in NAMED_BY_PLACE:
            claimed = self._claim_by_target(target, start)
            if claimed is not None:
                self.claims[value.id] = claimed

    def may_bind(self, start: int, end: int) -> bool:
        """Whether something that takes its name from here may lie between; a cheap look that rules out most code."""
        if end - start >= _SHORT:
            return True
        between = self.source[start:end]  # the pattern is slow
        return any(map(between.count, _BINDING_WORDS)) and _BINDING.search(self.source, start, end) is not None

    def _claim_by_target(self, target: bytes, start: int) -> Claim | None:
        """How a function is called that `A.prototype.x`, `this.x` or `x` is set to; None for another's member."""
        owner, _, name = target.rpartition(b".")
        visibility = visibility_of(name, ())
        if owner.endswith(b".prototype") and self.symbol < 0:
            return Claim(owner.removesuffix(b"prototype") + name, "method", visibility, False, start)
        if owner == b"this":
            return Claim(name, "function", visibility, False, start)
        return Claim(target, "function", visibility, False, start) if b"." not in owner else None

    def _offer_chained(self, name: bytes, value: Node, start: int, end: int) -> None:
        """`exports.name = value`, or the first of `exports.name = exports.other = value`."""
        other: bytes | None = None
        for _ in range(_LONGEST_ROW):
            left, right = value.child_by_field_name("left"), value.child_by_field_name("right")
            if value.type != "assignment_expression" or left is None or right is None:
                break
            other = _offered_name(written(self.source, left)[:LONGEST_NAME]) or other
            value = unwrapped(right)
        if other is None or value.type in ("identifier", "undefined", "assignment_expression", "unary_expression"):
            self._offer_value(name, value, start, end)
            return
        self.offer(text(name), text(other), start)  # it is what the last one defines
        self._is_open |= b"default" in (name, other)

    def _offer_value(self, name: bytes, value: Node, start: int, end: int) -> None:
        """`exports.name = value`; the whole `module.exports` is "default"."""
        if name == b"default" and value.type not in ("object", "call_expression", "member_expression"):
            self._is_open = True  # its members are offered as well
        if value.type == "identifier":
            self.offer(text(name), text(written(self.source, value)), start)
        elif value.type in ("undefined", "assignment_expression") or self.source.startswith(b"void ", value.start_byte):
            self._is_open |= value.type == "assignment_expression"
            # `exports.a = void 0` is how compilers announce a name
        elif value.type in NAMED_BY_PLACE:
            self.claims[value.id] = claim(name, value, start, exported=True)
        elif value.type == "object" and name == b"default":
            self.define_value(name, "constant", (start, end), exported=True)
            for entry in value.named_children:
                self._offer_entry(entry)
        else:
            row, member = self._loaded_here(value)
            if row >= 0:
                self.offer(text(name), member, start, row)
                if name == b"default" and not member:
                    self.offer("*", "*", start, row)
                self._is_open |= name == b"default" and bool(member)
            elif name not in self._offered:
                self.define_value(name, "constant", (start, end), exported=True, value=value)
            self._is_open |= row < 0 and name == b"default"
            self._offered.add(name)

    def _loaded_here(self, value: Node) -> tuple[int, str]:
        """The import row of `require("m")` or `require("m").member` as a value, and the member; (-1, "") if none."""
        before, member = len(self.imports), ""
        if value.type == "member_expression":
            named, inner = value.child_by_field_name("property"), value.child_by_field_name("object")
            if named is None or inner is None:
                return -1, ""
            value, member = inner, text(written(self.source, named))
        callee = _LOADED.match(self.source, value.start_byte)
        if callee is not None and value.type == "call_expression":
            self._load(callee.start(), callee.end(), 0)
        return (before, member) if len(self.imports) > before else (-1, "")

    def _offer_entry(self, entry: Node) -> None:
        """One entry of the object that is all a CommonJS module offers."""
        start = entry.start_byte
        if entry.type == "shorthand_property_identifier":
            name = text(written(self.source, entry))
            self.offer(name, name, start)
        elif entry.type == "pair":
            key, value = entry.child_by_field_name("key"), entry.child_by_field_name("value")
            if key is not None and value is not None:
                self._offer_pair(key, unwrapped(value), (start, entry.end_byte))
        elif entry.type == "method_definition":
            method = entry.child_by_field_name("name")
            if method is not None:
                self.claims[entry.id] = claim(name_of(self.source, method), entry, start, exported=True)
        elif entry.type == "spread_element":
            inner = first(entry)
            row = self._loaded_here(inner)[0] if inner is not None else -1
            if row >= 0:
                self.offer("*", "*", start, row)
            self._is_open |= row < 0

    def _offer_pair(self, key: Node, value: Node, span: tuple[int, int]) -> None:
        name, start = name_of(self.source, key), span[0]
        if value.type == "identifier":
            self.offer(text(name), text(written(self.source, value)), start)
        elif value.type in NAMED_BY_PLACE:
            self.claims[value.id] = claim(name, value, start, exported=True)
        elif (loaded := self._loaded_here(value))[0] >= 0:
            self.offer(text(name), loaded[1], start, loaded[0])
        elif key.type != "computed_property_name":
            self.define_value(name, "constant", span, exported=True, value=value)
        self._is_open |= key.type == "computed_property_name"

    # -- the end --------------------------------------------------------------------------------------------------

    def _refer_asked(self) -> None:
        """Calls of `a?.b` and `a!.b`, which are calls of `a.b`."""
        source = self.source
        if b"?." not in source and b"!." not in source:
            return
        heads = {row.alias.encode() for row in self.imports if row.alias}
        for symbol, kind, start, end in self._met:
            name = source[start:end] if kind == "call" and end - start <= LONGEST_NAME else b""
            if b"?." in name or b"!." in name:
                plain = name.replace(b"?.", b".").replace(b"!.", b".")
                if _WHOLE_NAME.fullmatch(plain) and plain.partition(b".")[0] in heads:
                    self._references.setdefault((symbol, "call", plain), start)
                    self._calls.setdefault((symbol, plain), []).append(end)

    def finish(self) -> None:
        self._import_spans.sort()
        self._refer_asked()
        self.read_imported_names(self._import_spans)
        self._follow_chains()
        self._erase_types()
        if self._is_open or any(way in self.source for way in _OPENED_BY) or not self._reads_all_exports():
            self.offer("*", "*", 0)
            return
        names = {row.name for row in self.exports}
        if "module.exports" in names:
            self.offer("*", "*", 0)  # what `require` gives for an ES module
        elif (not self._is_es or self.default_at >= 0) and "default" not in names.union(s.name for s in self.symbols):
            self.offer("default", "*", 0)  # the whole module, or what has no name

    def _reads_all_exports(self) -> bool:
        """Whether every way in which the text speaks of a CommonJS module's exports was understood."""
        if b"exports" not in self.source:
            return True
        assigned = 0
        for found in _EXPORTS.finditer(self._masked):
            prefix, member, sign = found.groups()
            if sign == b"=" and not prefix and not member:
                if _ALIASED.match(self._masked, found.end()) is None:
                    return False
            elif sign == b"=":
                assigned += 1
            elif sign == b"[" or not member:
                return False
        return assigned == self._assigned

    def _erase_types(self) -> None:
        """Compilers drop what is imported but used as a type alone, whether or not the statement says `type`.

        Not where a decorator may have types written down for run time (`emitDecoratorMetadata`). A name that is not
        used at all keeps its import: it says nothing about types, and the next edit may use it.
        """
        if b"@" in self._masked:
            return
        types = {start: end for _, kind, start, end in self._met if kind == "type"}
        heads = {self.source[start:end].partition(b".")[0] for start, end in types.items()}
        heads.difference_update(row.local.encode() for row in self.exports)
        plain = {
            index: row.alias.encode()
            for index, row in enumerate(self.imports)
            if row.alias and row.name and row.symbol < 0 and not row.flags & (TYPE_ONLY | DYNAMIC)
        }
        erased = heads.intersection(plain.values())
        starts = [start for start, _ in self._import_spans]
        for found in _WORD.finditer(self._masked) if erased else ():
            if found[0] in erased and found.start() not in types:
                inside = bisect_right(starts, found.start()) - 1
                if inside < 0 or found.start() >= self._import_spans[inside][1]:
                    erased.discard(found[0])
        for index, alias in plain.items():
            if alias in erased:
                self.imports[index] = self.imports[index]._replace(flags=self.imports[index].flags | TYPE_ONLY)


# -- clauses ----------------------------------------------------------------------------------------------------------


class _PlainImport(NamedTuple):
    module: str
    taken: tuple[Taken, ...]
    start: int  # of the module's string, in the statement
    end: int


@lru_cache(maxsize=4096)
def _plain_import(statement: bytes) -> _PlainImport | None:
    """Nine in ten import statements: `import default, {a, b} from "m"` without comment, `type`, `as` and `*`."""
    found = _PLAIN_IMPORT.match(statement)
    if found is None:
        return None
    names = [name.strip() for name in text(found[2]).split(",")] if found[2] is not None else []
    taken = [Taken("default", text(found[1]), 0)] if found[1] is not None else []
    taken += [Taken(name, name, 0) for name in names if name]
    return _PlainImport(text(found[4])[:_LONGEST_MODULE], tuple(taken or _EFFECTS), found.start(3), found.end(4) + 1)


def _how(module: str, loader: bytes) -> int:
    """REQUIRED if that may lead elsewhere than an import would."""
    return 0 if loader.startswith(b"import") or module.startswith((".", "/")) else REQUIRED


def _clause(between: bytes) -> tuple[str, int]:
    """What stands between `import` or `export` and the module, and TYPE_ONLY if all of it is types."""
    clause, types = one_line(text(between)), 0
    if _TYPE_CLAUSE.match(clause):
        clause, types = clause.removeprefix("typeof").removeprefix("type"), TYPE_ONLY
    return clause.removesuffix("from").strip(), types


def _taken(clause: str) -> Sequence[Taken]:
    """What an import's clause takes: `a`, `* as b`, `{c, d as e, type F}`, or nothing."""
    outside, brace, inside = clause.partition("{")
    taken = []
    for part in outside.split(","):
        part = _DEFERRED.sub("", part.strip())
        if star := _STAR_AS.fullmatch(part):
            taken.append(Taken("*", star[1] or "", 0))
        elif part:
            taken.append(Taken("default", part, 0))
    if brace:
        taken += _named(inside.rpartition("}")[0] or inside)
    return taken or _EFFECTS


def _named(inside: str) -> list[Taken]:
    """`a, b as c, type D`; the alias is the other name, whichever side it is on."""
    named = []
    for part in inside.split(","):
        found = _NAMED.fullmatch(part.strip())
        if found is not None:
            name = _unquoted(found[2])
            named.append(Taken(name, _unquoted(found[3]) if found[3] else name, TYPE_ONLY if found[1] else 0))
    return named


def _unquoted(name: str) -> str:
    return name[1:-1] if name[:1] in "\"'" else name


def _keys(pattern: bytes) -> list[str]:
    """The keys between the braces of an object pattern; what is left over has none."""
    listed = one_line(text(pattern)).encode()
    return [text(key[1]) for part in listed.split(b",") if (key := _KEY.match(part)) is not None]


def _offered_name(target: bytes) -> bytes | None:
    """The name that an assignment to `module.exports`, `exports.x` or `module.exports.x` offers."""
    if target == b"module.exports":
        return b"default"
    for head in (b"module.exports.", b"exports."):
        if target.startswith(head):
            name = target[len(head) :]
            return name if b"." not in name and b"[" not in name else None
    return None
