"""What one ECMAScript file says, typed or not, JSX or not.

Hides the spelling: module syntaxes (ES, CommonJS, TypeScript's own), functions that get their name from where they are
put, patterns in parameters, overloads, and what a declaration file or a minified one looks like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import ClassVar, NamedTuple

from tree_sitter import Node, Query, Tree

from plumbrule.extract.sweep import LONGEST_NAME, Flow, Sweep, require_text, text
from plumbrule.facts import (
    CONDITIONAL,
    DYNAMIC,
    LAZY,
    OPTIONAL,
    REEXPORT,
    TYPE_ONLY,
    Export,
    Facts,
    Import,
    Parameter,
)

_AT = ord("@")
_BOM = b"\xef\xbb\xbf"
_LONGEST_TEXT = 500  # of a type, default or heritage kept as written; what follows is replaced by an ellipsis
_READ = 8 * _LONGEST_TEXT  # bytes looked at for it: signatures may nest, and each level would read all below it
_LONGEST_MODULE = 500

_STRING_OR_COMMENT = re.compile(
    r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)|//[^\n]*|/\*(?:.*?\*/|.*)""", re.DOTALL
)
_NAME = r"""(?:[\w$]+|"[^"\n]*"|'[^'\n]*')"""
_NAMED = re.compile(rf"(?:(type|typeof)\s+(?!as\b(?!\s+as\b))(?!,|$))?({_NAME})(?:\s+as\s+({_NAME}))?")
_PLAIN_IMPORT = re.compile(
    rb"""import\s*+(?:(?!type\b|from\b)([\w$]+)\s*+,?+\s*+)?+(?:\{(\s*+(?:[\w$]++\s*+(?:,\s*+|(?=\})))*+)\}\s*+)?+"""
    rb"""from\s*+(["'])([^"'\\\n]+)\3"""
)
_STAR_AS = re.compile(rf"\*(?:\s*as\s+({_NAME}))?")
_TYPE_CLAUSE = re.compile(r"(?:type|typeof)\b(?!\s*(?:,|from\b\s*$|$))")
# What stands between the parentheses of `require(` or `import(`, when it is one constant.
_CONSTANT = re.compile(
    rb"""\s*(?:\?\.)?\s*\((?:\s|/\*.*?\*/|//[^\n]*\n)*("[^"\\\n]*"|'[^'\\\n]*'|`[^`\\$\n]*`)\s*(?=[,)])""", re.DOTALL
)
_LOADED = re.compile(rb"(require|import)(?=\s*[(?])")
_AFTER_LOADED = re.compile(rb"[^()]{0,300}\)+\s*(?:!|\?)?\.\s*([\w$]+)\s*$")
_BINDING = re.compile(rb"=>|\b(?:function|class|require|import)\b")
_MEMBER_OF_IMPORT = re.compile(rb"""\s*\(\s*["'`][^"'`\n]*["'`]\s*\)\s*\.\s*([\w$]+)""")
_AMD = re.compile(rb"""\s*\(\s*(?:["'][^"'\n]*["']\s*,\s*)?\[([^\[\]()]*)\]\s*,""")
_AMD_NAME = re.compile(rb"""["']([^"'\n]+)["']""")
_IMPORT_EQUALS = re.compile(
    rb"""(export\s+)?import\s+(type\s+)?([\w$]+)\s*=\s*(?:require\s*\(\s*["']([^"'\n]+)["']\s*\)|([\w$.\s]+))"""
)
_REFERENCE = re.compile(r"""///\s*<reference\s+(path|types)\s*=\s*["']([^"'\n]+)["']""")
_COMPILED = re.compile(rb"(?://|/\*)[#@]\s*sourceMappingURL=")
_COLON = re.compile(rb"\s*\??:")
_OPENED = re.compile(rb"[{,]\s*\Z")
_TELLING = re.compile(rb"[_\-./:%]|[a-z][A-Z]")
_TRACING = re.compile(rb"(?:^|[._])(?:log|logger|logging|debug|info|warn|warning|error|trace|console)(?:$|[._(])")
_DOTTED_CALLEE = re.compile(r"[\w$#]+(?:\.[\w$#]+)*")
_SILENT = re.compile(
    rb"""\{?\s*(?:(?:continue|break|;|return(?:\s+(?:null|undefined|true|false|void\s+0|-?[\d.]+|"[^"\n]*"|'[^'\n]*'"""
    rb"""|\[\s*\]|\{\s*\}))?)\s*;?)?\s*\}?"""
)
_COMMENT = re.compile(rb"//[^\n]*|/\*.*?\*/", re.DOTALL)

_FUNCTIONS = frozenset(("arrow_function", "function_expression", "generator_function"))
_NAMELESS = _FUNCTIONS | {"method_definition"}
_CLASSES = frozenset(("class",))
_WRAPPINGS = frozenset(
    ("parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression", "await_expression")
)
_LOGICAL = frozenset(("&&", "||", "??"))
_HERITAGE = frozenset(("extends_clause", "extends_type_clause", "implements_clause"))
_HAVE_MEMBERS = frozenset(("class", "interface", "type"))
_CONSTANTS = frozenset(("string", "number", "true", "false", "null", "undefined"))
_DECISION = Flow(cyclomatic=1)
_BRANCH = Flow(cyclomatic=1, scaled=True, nests=True)
_SWITCH = Flow(scaled=True, nests=True)
_SHIFT = Flow(shifts=True)
_MINIFIED_LINE = 1_000  # bytes of code in one line, strings and comments left out


def extract(source: bytes, tree: Tree, query: Query) -> Facts:
    """Facts of a source file; ValueError with a plain reason if the bytes are no text."""
    require_text(source)
    return EcmaScriptSweep(source, 0).run(tree, query)


def extract_declarations(source: bytes, tree: Tree, query: Query) -> Facts:
    """Facts of a `.d.ts` file: all its imports vanish at run time, and what it declares it offers."""
    require_text(source)
    return EcmaScriptSweep(source, TYPE_ONLY).run(tree, query)


class _Claim(NamedTuple):
    """A function or class that gets its name, or its being exported, from where it is put."""

    name: bytes
    kind: str
    visibility: str
    exported: bool
    start: int  # where the whole definition begins


class EcmaScriptSweep(Sweep):
    FLOWS: ClassVar[Mapping[str, Flow]] = {
        "else": Flow(cognitive=1, chains=True),
        "case": _DECISION,
        "catch": _BRANCH,
        "ternary": _BRANCH,
        "jump": Flow(cognitive=1),
    }
    KEYWORDS: ClassVar[frozenset[bytes]] = frozenset(
        b"abstract as async await break case catch class const continue debugger declare default delete do else enum "
        b"export extends finally for from function get if implements import in instanceof interface is keyof let "
        b"namespace new of override private protected public readonly return satisfies set static switch throw try "
        b"type typeof var void while with yield".split()
    )
    CONSTANTS: ClassVar[frozenset[bytes]] = frozenset((b"true", b"false", b"null", b"undefined"))
    BUILTINS: ClassVar[frozenset[str]] = frozenset(
        "Array ArrayBuffer BigInt Boolean Buffer DataView Date Error Function Infinity Intl JSON Map Math NaN Number "  # noqa: SIM905
        "Object Partial Pick Omit Promise Proxy Record Readonly Required Reflect RegExp Set String Symbol URL WeakMap "
        "WeakSet clearInterval clearTimeout console decodeURIComponent document encodeURIComponent expect fetch global "
        "globalThis it describe isNaN module parseFloat parseInt process require setInterval setTimeout undefined "
        "window".split()
    )
    OWN: ClassVar[frozenset[str]] = frozenset(("this", "super"))

    def __init__(self, source: bytes, flags: int) -> None:
        super().__init__(source)
        self._flags = flags
        self._claims: dict[int, _Claim] = {}  # by node id
        self._exported_at = -1  # start of the declaration that is exported
        self._default_at = -1  # start of the declaration that is the default export
        self._ambient_to = len(source) if flags else 0  # what starts before it is offered without `export`
        self._declared_to = 0
        self._anonymous_to = 0  # end of the outermost function without a name
        self._immediate: set[int] = set()  # ids of functions that are called where they are written
        self._loaded: set[int] = set()  # starts of `require` and `import(` that were taken with their binding
        self._types_to = 0
        self._heirs: set[int] = set()  # starts of type names that stand as ancestors
        self._values_to: dict[int, int] = {}  # by symbol: what starts before this offset is no member of it
        self._parameters_to = 0
        self._try_to = 0
        self._decorators: list[str] = []
        self._decorated_from = -1
        self._generics: dict[int, set[str]] = {}  # names that a symbol shadows
        self._overloads: dict[tuple[int, bytes], int] = {}
        self._offered: set[bytes] = set()
        self._function_names: dict[int, bytes] = {}  # by node id, as long as the function is open
        self._import_spans: list[tuple[int, int]] = []
        if source.startswith(_BOM):
            self.mask(0, len(_BOM), code=False)

    # -- texts ----------------------------------------------------------------------------------------------------

    def _written(self, node: Node) -> bytes:
        return self.source[node.start_byte : node.end_byte]

    def _line_of(self, start: int, end: int) -> str:
        """The text between, on one line, comments left out, cut off where no reader would go on."""
        written = _one_line(text(self.source[start : min(end, start + _READ)]))
        return written if len(written) <= _LONGEST_TEXT else written[:_LONGEST_TEXT] + "…"

    def _type_of(self, node: Node | None) -> str:
        return "" if node is None else self._line_of(node.start_byte, node.end_byte).removeprefix(":").lstrip()

    def _name_of(self, node: Node) -> bytes:
        """A property's name as others use it: quotes taken off."""
        written = self._written(node)
        if node.type == "string":
            return written[1:-1]
        return b"".join(written.split()) if node.type == "computed_property_name" else written

    # -- imports --------------------------------------------------------------------------------------------------

    def _flags_at(self, start: int) -> int:
        flags = self._flags
        if self.in_function or start < self._anonymous_to:
            flags |= LAZY
        elif self.module.depth:
            flags |= CONDITIONAL
        if start < self._try_to:
            flags |= OPTIONAL
        return flags

    def _module_of(self, node: Node) -> str:
        """The module a statement names; its string is no literal."""
        start, end = node.start_byte, node.end_byte
        self.mask(start, end, code=True)
        return text(self.source[start + 1 : end - 1])[:_LONGEST_MODULE]

    def _bind(self, module: str, name: str, alias: str, start: int, flags: int) -> int:
        self.imports.append(Import(module, 0, name, alias, self.line(start), flags, self.symbol))
        return len(self.imports) - 1

    def on_import(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        self.cut(start, end)
        self._import_spans.append((start, end))
        plain = _PLAIN_IMPORT.match(self.source, start, end)
        if plain is not None:
            # Nine in ten statements: no comment, no `type`, no `*`.
            self.mask(plain.start(3), plain.end(4) + 1, code=True)
            module, line, symbol = text(plain[4])[:_LONGEST_MODULE], self.line(start), self.symbol
            before = len(self.imports)
            if plain[1] is not None:
                self.imports.append(Import(module, 0, "default", text(plain[1]), line, self._flags, symbol))
            for name in text(plain[2]).split(",") if plain[2] is not None else ():
                if name := name.strip():
                    self.imports.append(Import(module, 0, name, name, line, self._flags, symbol))
            if len(self.imports) == before:
                self._bind(module, "", "", start, self._flags)
            return
        source = node.child_by_field_name("source")
        if source is None:
            self._import_equals(start)
            return
        clause = _one_line(text(self.source[start + len(b"import") : source.start_byte]))
        module = self._module_of(source)
        flags = self._flags_at(start)
        if _TYPE_CLAUSE.match(clause):
            flags |= TYPE_ONLY
            clause = clause.removeprefix("typeof").removeprefix("type")
        clause = clause.removesuffix("from").strip()
        if not clause:
            self._bind(module, "", "", start, flags)
            return
        outside, brace, inside = clause.partition("{")
        for part in outside.split(","):
            part = part.strip()
            if star := _STAR_AS.fullmatch(part):
                self._bind(module, "*", star[1] or "", start, flags)
            elif part:
                self._bind(module, "default", part, start, flags)
        if not brace:
            return
        named = list(_named(inside.rpartition("}")[0] or inside))
        for name, alias, types in named:
            self._bind(module, name, alias, start, flags | types)
        if not named and not outside.strip():
            self._bind(module, "", "", start, flags)

    def _import_equals(self, start: int) -> None:
        found = _IMPORT_EQUALS.match(self.source, start, start + 1000)
        if found is None:
            return
        alias = text(found[3])
        if found[4] is not None:
            flags = self._flags_at(start) | (TYPE_ONLY if found[2] else 0)
            self.mask(found.start(4) - 1, found.end(4) + 1, code=True)
            self._bind(text(found[4]), "", alias, start, flags)
            if found[1]:
                self.exports.append(Export(alias, alias, -1, self.line(start)))
            return
        exported = bool(found[1]) or start == self._exported_at
        kind = "constant"
        self.define(found[3], kind, "public" if exported else "private", (start, found.end()), exported=exported)
        self.refer_to("read", b"".join(found[5].split()), found.start(5))

    def on_import_alias(self, node: Node) -> None:
        start = node.start_byte
        self._import_equals(start - len(b"export ") if self.source[:start].endswith(b"export ") else start)

    def on_dynamic(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        # A promise has no members but these: `import("m").Name` and `typeof import("m")` are types.
        member = _MEMBER_OF_IMPORT.match(self.source, end, end + 1000)
        is_type = (member is not None and member[1] not in (b"then", b"catch", b"finally")) or (
            self.source[max(0, start - 20) : start].rstrip().endswith(b"typeof")
        )
        self._load(start, end, TYPE_ONLY if is_type else DYNAMIC)

    def _load(self, start: int, end: int, flags: int) -> None:
        """An `import(...)` or `require(...)` whose callee lies there; of interest if it names a constant."""
        if start in self._loaded:
            return
        found = _CONSTANT.match(self.source, end, end + 1000)
        if found is None:
            return
        self._loaded.add(start)
        self.mask(found.start(1), found.end(1), code=True)
        module = text(found[1][1:-1])[:_LONGEST_MODULE]
        self._bind(module, "", "", start, self._flags_at(start) | flags)

    def _bound_load(self, name: Node, value: Node) -> bool:
        """`const x = require("m")`, `const {a} = await import("m")`: the names that the declaration binds."""
        start = value.start_byte
        callee = _LOADED.match(self.source, start, min(value.end_byte, start + 20))
        if callee is None:
            return False
        found = _CONSTANT.match(self.source, callee.end(), min(value.end_byte, callee.end() + 1000))
        if found is None:
            return False
        rest = self.source[found.end() : value.end_byte]
        member = b""
        if rest.strip() != b")":
            after = _AFTER_LOADED.fullmatch(rest)
            if after is None:
                return False
            member = after[1]
        self._loaded.add(start)
        self.mask(found.start(1), found.end(1), code=True)
        module = text(found[1][1:-1])[:_LONGEST_MODULE]
        flags = self._flags_at(start) | (DYNAMIC if callee[1] == b"import" else 0)
        if name.type == "identifier":
            self._bind(module, text(member), text(self._written(name)), start, flags)
        elif name.type == "object_pattern" and not member:
            pairs = list(_keys(self, name))
            for key, alias in pairs:
                self._bind(module, key, alias, start, flags)
            if not pairs:
                self._bind(module, "", "", start, flags)
        else:
            self._bind(module, text(member), "", start, flags)
        return True

    def on_comment(self, node: Node) -> None:
        start = node.start_byte
        if self.source.startswith(b"///", start):
            found = _REFERENCE.match(text(self.source[start : min(node.end_byte, start + 500)]))
            if found is not None:
                module = found[2]
                if found[1] == "path" and not module.startswith((".", "/")):
                    module = "./" + module
                self._bind(module, "", "", start, TYPE_ONLY)
        self.mask(start, node.end_byte, code=False)

    # -- exports --------------------------------------------------------------------------------------------------

    def on_export(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        source = node.child_by_field_name("source")
        if source is not None:
            self._reexport(node, source)
            return
        declared = node.child_by_field_name("declaration")
        value = node.child_by_field_name("value")
        if declared is not None:
            self._exported_at = declared.start_byte
            if any(child.type == "default" for child in node.children):
                self._default_at = declared.start_byte
        elif value is not None:
            self._offer_default(value, start, end)
        else:
            written = self._line_of(start, end)
            inside = written.partition("{")
            if inside[1]:
                self.cut(start, end)
                self._import_spans.append((start, end))
                for local, name, _ in _named(inside[2].rpartition("}")[0]):
                    self.exports.append(Export(name, local, -1, self.line(start)))
            elif (equals := re.fullmatch(r"export\s*=\s*([\w$]+)\s*;?", written)) is not None:
                self.exports.append(Export("default", equals[1], -1, self.line(start)))

    def _reexport(self, node: Node, source: Node) -> None:
        start, end = node.start_byte, node.end_byte
        self.cut(start, end)
        self._import_spans.append((start, end))
        clause = _one_line(text(self.source[start + len(b"export") : source.start_byte]))
        module = self._module_of(source)
        flags = self._flags_at(start) | REEXPORT
        line = self.line(start)
        if _TYPE_CLAUSE.match(clause):
            flags |= TYPE_ONLY
            clause = clause.removeprefix("type")
        clause = clause.removesuffix("from").strip()
        if (star := _STAR_AS.match(clause)) is not None:
            row = self._bind(module, "*", "", start, flags)
            self.exports.append(Export(_unquoted(star[1]) if star[1] else "*", "*", row, line))
            return
        named = list(_named(clause.partition("{")[2].rpartition("}")[0]))
        for local, name, types in named:
            row = self._bind(module, local, "", start, flags | types)
            self.exports.append(Export(name, local, row, line))
        if not named:
            self._bind(module, "", "", start, flags)

    def _offer_default(self, value: Node, start: int, end: int) -> None:
        inner = _unwrapped(value)
        if inner.type == "identifier":
            self.exports.append(Export("default", text(self._written(inner)), -1, self.line(start)))
            return
        called = _first_function(inner)
        if inner.type in _FUNCTIONS or inner.type in _CLASSES or called is not None:
            target = inner if called is None else called
            own = target.child_by_field_name("name")
            name = self._written(own) if own is not None else b"default"
            kind = "class" if target.type in _CLASSES else "function"
            self._claims[target.id] = _Claim(name, kind, "public", True, start)
            if own is not None:
                self.exports.append(Export("default", text(name), -1, self.line(start)))
            return
        self._variable(b"default", "constant", (start, end), exported=True)

    def on_assignment(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None or left.end_byte - left.start_byte > LONGEST_NAME:
            return
        target = self._written(left)
        begin, end = right.start_byte, right.end_byte
        if self.symbol >= 0 and end - begin < 300 and not _BINDING.search(self.source, begin, end):
            return
        right = _unwrapped(right)
        offered = _offered_name(target)
        start = node.start_byte
        if offered is not None and self.symbol < 0:
            self._offer(offered, right, start, node.end_byte)
        elif right.type in _FUNCTIONS or right.type in _CLASSES:
            owner, _, name = target.rpartition(b".")
            if owner.endswith(b".prototype") and self.symbol < 0:
                owner = owner.removesuffix(b".prototype")
                claim = _Claim(owner + b"." + name, "method", _visibility(name, ()), False, start)
            elif owner == b"this" or b"." not in owner:
                claim = _Claim(name if owner == b"this" else target, "function", _visibility(name, ()), False, start)
            else:
                return
            self._claims[right.id] = claim

    def _offer(self, name: bytes, value: Node, start: int, end: int) -> None:
        """CommonJS: `exports.name = value`; the whole `module.exports` is "default"."""
        line = self.line(start)
        if value.type == "identifier":
            self.exports.append(Export(text(name), text(self._written(value)), -1, line))
        elif value.type in ("undefined", "unary_expression", "assignment_expression"):
            pass  # `exports.a = void 0` is how compilers announce a name
        elif value.type in _FUNCTIONS or value.type in _CLASSES:
            kind = "class" if value.type in _CLASSES else "function"
            self._claims[value.id] = _Claim(name, kind, "public", True, start)
        elif value.type == "object" and name == b"default":
            self._variable(name, "constant", (start, end), exported=True)
            for entry in value.named_children:
                self._offer_entry(entry, self.line(entry.start_byte))
        else:
            row, member = self._loaded_here(value)
            if row >= 0:
                self.exports.append(Export(text(name), member, row, line))
                if name == b"default" and not member:
                    self.exports.append(Export("*", "*", row, line))
            elif name not in self._offered:
                self._variable(name, "constant", (start, end), exported=True)
            self._offered.add(name)

    def _loaded_here(self, value: Node) -> tuple[int, str]:
        """The import row of `require("m")` or `require("m").member` as a value, and the member; (-1, "") if none."""
        before, member = len(self.imports), ""
        if value.type == "member_expression":
            named, inner = value.child_by_field_name("property"), value.child_by_field_name("object")
            if named is None or inner is None:
                return -1, ""
            value, member = inner, text(self._written(named))
        callee = _LOADED.match(self.source, value.start_byte)
        if callee is not None and value.type == "call_expression":
            self._load(callee.start(), callee.end(), 0)
        return (before, member) if len(self.imports) > before else (-1, "")

    def _offer_entry(self, entry: Node, line: int) -> None:
        kind = entry.type
        if kind == "shorthand_property_identifier":
            name = text(self._written(entry))
            self.exports.append(Export(name, name, -1, line))
        elif kind == "pair":
            key, value = entry.child_by_field_name("key"), entry.child_by_field_name("value")
            if key is None or value is None:
                return
            value = _unwrapped(value)
            if value.type == "identifier":
                self.exports.append(Export(text(self._name_of(key)), text(self._written(value)), -1, line))
            elif value.type in _FUNCTIONS or value.type in _CLASSES:
                what = "class" if value.type in _CLASSES else "function"
                self._claims[value.id] = _Claim(self._name_of(key), what, "public", True, entry.start_byte)
            elif (loaded := self._loaded_here(value))[0] >= 0:
                self.exports.append(Export(text(self._name_of(key)), loaded[1], loaded[0], line))
            elif key.type != "computed_property_name":
                self._variable(self._name_of(key), "constant", (entry.start_byte, entry.end_byte), exported=True)
        elif kind == "method_definition":
            method = entry.child_by_field_name("name")
            if method is not None:
                self._claims[entry.id] = _Claim(self._name_of(method), "function", "public", True, entry.start_byte)
        elif kind == "spread_element":
            inner = _first(entry)
            if inner is not None and (loaded := self._loaded_here(inner))[0] >= 0:
                self.exports.append(Export("*", "*", loaded[0], line))

    # -- definitions ----------------------------------------------------------------------------------------------

    def _is_offered(self, start: int) -> bool:
        """Whether a declaration that starts here can be imported: exported itself, or a member of what is."""
        if self.frame.is_function or start < self._anonymous_to:
            return False
        if self.symbol >= 0 and self.symbols[self.symbol].kind != "namespace":
            return self.symbols[self.symbol].exported
        return start == self._exported_at or start < self._ambient_to

    def _take_decorators(self, start: int) -> tuple[int, list[str]]:
        names, self._decorators = self._decorators, []
        begin = self._decorated_from if 0 <= self._decorated_from < start else start
        self._decorated_from = -1
        return (begin, names) if names else (start, [])

    def on_decorator(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        name = self.source[start + 1 : min(end, start + 1 + LONGEST_NAME)].partition(b"(")[0]
        if start >= self._parameters_to:
            if not self._decorators:
                self._decorated_from = start
            self._decorators.append(text(b"".join(name.split())))
        if end - start - 1 == len(name):
            self.refer("call", start + 1, end)
        self._no_members(end)

    def _no_members(self, end: int) -> None:
        """What lies before this offset in the body of a class or interface is inside a value or a type."""
        self._values_to[self.symbol] = max(end, self._values_to.get(self.symbol, 0))

    def _is_member(self, start: int, kinds: frozenset[str]) -> bool:
        symbol = self.symbol
        if symbol < 0 or self.frame.is_function or self.symbols[symbol].kind not in kinds:
            return False
        return start >= self._values_to.get(symbol, 0)

    def on_ambient(self, node: Node) -> None:
        self._declared_to = node.end_byte
        inner = _first(node)
        if inner is not None and node.start_byte == self._exported_at:
            self._exported_at = inner.start_byte

    def on_function(self, node: Node) -> None:
        claim = self._claims.pop(node.id, None)
        if claim is None:
            kind = node.type
            is_expression = kind in _NAMELESS
            named = None
            if kind != "arrow_function" and kind != "method_definition" and not (is_expression and self.symbol < 0):
                named = node.child_by_field_name("name")
            if named is None:
                self._enter_anonymous(node)
                return
            self.frame.statements += not is_expression
            start = node.start_byte
            offered = self._is_offered(start) and not is_expression
            claim = _Claim(self._written(named), "function", "public" if offered else "private", offered, start)
        self._define_function(node, claim)

    def _enter_anonymous(self, node: Node) -> None:
        self.flow(_SHIFT, node)
        if node.id not in self._immediate:
            self._anonymous_to = max(self._anonymous_to, node.end_byte)

    def on_immediate(self, node: Node) -> None:
        inner = _unwrapped(node)
        if inner.type in _FUNCTIONS:
            self._immediate.add(inner.id)

    def _define_function(self, node: Node, claim: _Claim, decorators: list[str] | None = None, begin: int = -1) -> None:
        body = node.child_by_field_name("body")
        given = node.child_by_field_name("parameters") or node.child_by_field_name("parameter")
        returned = node.child_by_field_name("return_type")
        generics = node.child_by_field_name("type_parameters")
        start, end = node.start_byte, node.end_byte
        signature = self._signature(generics, given, returned)
        head = self.source[start : min(given.start_byte, start + 200) if given is not None else start]
        is_async = b"async" in head.split()
        first = (self.frame.symbol, claim.name)
        index = self._overloads.pop(first, -1)
        if index >= 0 and index == len(self.symbols) - 1:
            # The implementation of overloads: one symbol, which shows the overloads and has this body.
            row = self.symbols[index]
            self.symbols[index] = row._replace(end_line=self.line(max(end - 1, start)), is_async=is_async)
            while self.parameters and self.parameters[-1].symbol == index:
                self.parameters.pop()
        else:
            index = self.define(
                claim.name, claim.kind, claim.visibility, (claim.start, end), exported=claim.exported,
                signature=signature, returns=self._type_of(returned), is_async=is_async, decorators=decorators,
            )  # fmt: skip
        if claim.start == self._default_at or start == self._default_at:
            self.exports.append(Export("default", text(claim.name), -1, self.line(claim.start)))
        names = self._take_parameters(index, given)
        body_start = body.start_byte if body is not None else end
        self._parameters_to = max(self._parameters_to, body_start)
        self._function_names[node.id] = claim.name
        self.enter(index, claim.name, node, body_start, function=True, start=claim.start if begin < 0 else begin)
        if index >= 0:
            self._generics[index] = names
            self.shadow(index, names)
            if body is not None and body.type != "statement_block":
                self.frame.statements = 1

    def _signature(self, generics: Node | None, given: Node | None, returned: Node | None) -> str:
        written = self._line_of(given.start_byte, given.end_byte) if given is not None else "()"
        if not written.startswith("("):
            written = f"({written})"
        elif written[-2:-1] in ", " or written[1:2] == " ":
            # However it is laid out: `( a, b, )` is `(a, b)`.
            written = f"({written[1:-1].strip().removesuffix(',').rstrip()})"
        before = self._line_of(generics.start_byte, generics.end_byte) if generics is not None else ""
        return f"{before}{written}: {self._type_of(returned)}" if returned is not None else before + written

    def _take_parameters(self, index: int, given: Node | None) -> set[str]:
        names: set[str] = set()
        if given is None or given.end_byte - given.start_byte == 2:
            return names
        if given.end_byte - given.start_byte < 300:
            plain = _plain_parameters(self._written(given))
            if plain is not None:
                if index >= 0:
                    self.parameters.extend(row._replace(symbol=index) for row in plain)
                return {row.name for row in plain}
        entries = [given] if given.type != "formal_parameters" else given.named_children
        for entry in entries:
            if entry.type == "comment" or entry.type == "decorator":
                continue
            for row in self._parameter(entry):
                names.add(row.name)
                if index >= 0:
                    self.parameters.append(row._replace(symbol=index))
        return names

    def _parameter(self, entry: Node) -> Iterator[Parameter]:
        """One parameter; for an object pattern also its keys, as `property` rows."""
        pattern, default, type_ = entry, "", ""
        optional = entry.type == "optional_parameter"
        if entry.type in ("required_parameter", "optional_parameter"):
            pattern = entry.child_by_field_name("pattern") or entry
            type_ = self._type_of(entry.child_by_field_name("type"))
            value = entry.child_by_field_name("value")
            default = self._type_of(value)
        elif entry.type == "assignment_pattern":
            pattern = entry.child_by_field_name("left") or entry
            default = self._type_of(entry.child_by_field_name("right"))
        kind = "positional"
        if pattern.type == "rest_pattern":
            kind, optional = "variadic", True
            pattern = _first(pattern) or pattern
        if pattern.type == "this":
            return
        optional = optional or bool(default)
        if pattern.type == "object_pattern":
            yield Parameter(-1, "{}", kind, default, optional, type_)
            yield from self._properties(pattern, entry)
        elif pattern.type == "array_pattern":
            yield Parameter(-1, "[]", kind, default, optional, type_)
        else:
            yield Parameter(-1, text(self._written(pattern))[:LONGEST_NAME], kind, default, optional, type_)

    def _properties(self, pattern: Node, entry: Node) -> Iterator[Parameter]:
        types: dict[bytes, tuple[str, bool]] = {}
        annotation = entry.child_by_field_name("type")
        literal = _first(annotation) if annotation is not None else None
        if literal is not None and literal.type == "object_type":
            for member in literal.named_children:
                name = member.child_by_field_name("name")
                if name is not None:
                    between = self.source[name.end_byte : name.end_byte + 1]
                    types[self._name_of(name)] = self._type_of(member.child_by_field_name("type")), between == b"?"
        for key in pattern.named_children:
            default = ""
            named: Node | None = key
            if key.type == "object_assignment_pattern":
                named = key.child_by_field_name("left")
                default = self._type_of(key.child_by_field_name("right"))
            elif key.type == "pair_pattern":
                named = key.child_by_field_name("key")
                value = key.child_by_field_name("value")
                if value is not None and value.type == "assignment_pattern":
                    default = self._type_of(value.child_by_field_name("right"))
            elif key.type == "rest_pattern":
                named = _first(key)
            elif key.type == "comment":
                continue
            if named is None:
                continue
            written = self._name_of(named)
            type_, optional = types.get(written, ("", False))
            kind = "variadic-keyword" if key.type == "rest_pattern" else "property"
            optional = optional or bool(default) or kind == "variadic-keyword"
            yield Parameter(-1, text(written)[:LONGEST_NAME], kind, default, optional, type_)

    def on_signature(self, node: Node) -> None:
        """An overload, or a declaration without a body."""
        named = node.child_by_field_name("name")
        if named is None:
            return
        start, end = node.start_byte, node.end_byte
        name = self._name_of(named)
        is_member = node.type != "function_signature"
        if is_member:
            if not self._is_member(start, _HAVE_MEMBERS):
                return
            self._no_members(end)
        given, returned = node.child_by_field_name("parameters"), node.child_by_field_name("return_type")
        signature = self._signature(node.child_by_field_name("type_parameters"), given, returned)
        key = (self.frame.symbol, name)
        known = self._overloads.get(key, -1)
        if known >= 0 and known == len(self.symbols) - 1:
            row = self.symbols[known]
            joined = f"{row.signature} | {signature}"
            if len(joined) <= 4 * _LONGEST_TEXT:
                self.symbols[known] = row._replace(signature=joined, end_line=self.line(max(end - 1, start)))
            return
        _, decorators = self._take_decorators(start)
        offered = self._is_offered(start)
        if is_member:
            visibility = _visibility(name, self._modifiers(node, named))
        else:
            visibility = "public" if offered else "private"
            self.cut(start, end)
        kind = "method" if is_member else "function"
        index = self.define(
            name, kind, visibility, (start, end), exported=offered, signature=signature,
            returns=self._type_of(returned), decorators=decorators,
        )  # fmt: skip
        if index >= 0:
            self._overloads[key] = index
            self.shadow(index, self._take_parameters(index, given))
        if start == self._default_at:
            self.exports.append(Export("default", text(name), -1, self.line(start)))

    def on_property(self, node: Node) -> None:
        """A property of an interface, or of a type that is an object."""
        start, end = node.start_byte, node.end_byte
        named = node.child_by_field_name("name")
        if named is None or not self._is_member(start, _HAVE_MEMBERS):
            return
        self._no_members(end)
        type_ = node.child_by_field_name("type")
        self.define(
            self._name_of(named), "property", "public", (start, end), exported=self.symbols[self.symbol].exported,
            signature=self._line_of(named.end_byte, end), returns=self._type_of(type_),
        )  # fmt: skip

    def _modifiers(self, node: Node, named: Node) -> Sequence[bytes]:
        start, end = node.start_byte, named.start_byte
        if start == end:
            return ()
        before = self.source[start : min(end, start + 100)]
        if end - start < 100 and b"@" not in before and b"/" not in before:
            return before.split()
        words = []
        for child in node.children:
            if child.start_byte >= named.start_byte:
                break
            if child.type != "decorator":
                words.append(self._written(child))
        return words

    def on_method(self, node: Node) -> None:
        start = node.start_byte
        named = node.child_by_field_name("name")
        if named is None or not self._is_member(start, _CLASSES):
            self.on_function(node)  # of an object
            return
        name = self._name_of(named)
        begin, decorators = self._take_decorators(start)
        words = self._modifiers(node, named)
        kind = "property" if b"get" in words or b"set" in words else "method"
        claim = _Claim(name, kind, _visibility(name, words), self._is_offered(start), start)
        owner = self.symbol
        properties = list(self._parameter_properties(node)) if name == b"constructor" and owner >= 0 else []
        for row in properties:
            self.define(*row, exported=self.symbols[owner].exported)
        self._define_function(node, claim, decorators, begin)

    def _parameter_properties(self, node: Node) -> Iterator[tuple[bytes, str, str, tuple[int, int]]]:
        """`constructor(private a: A)` declares the property `a`."""
        given = node.child_by_field_name("parameters")
        for entry in given.named_children if given is not None else ():
            pattern = entry.child_by_field_name("pattern") if entry.type.endswith("_parameter") else None
            if pattern is None or pattern.type != "identifier":
                continue
            words = self._modifiers(entry, pattern)
            if any(word in (b"public", b"private", b"protected", b"readonly") for word in words):
                name = self._written(pattern)
                yield name, "property", _visibility(name, words), (entry.start_byte, entry.end_byte)

    def on_field(self, node: Node) -> None:
        named = node.child_by_field_name("name") or node.child_by_field_name("property")
        if named is None or self.symbol < 0:
            return
        start, end = node.start_byte, node.end_byte
        self._no_members(end)
        name = self._name_of(named)
        visibility = _visibility(name, self._modifiers(node, named))
        value = node.child_by_field_name("value")
        inner = _unwrapped(value) if value is not None else None
        exported = self.symbols[self.symbol].exported
        own, start = self._own_decorators(node, named)
        if inner is not None and inner.type in _FUNCTIONS:
            self._claims[inner.id] = _Claim(name, "method", visibility, exported, start)
            return
        type_ = node.child_by_field_name("type")
        signature = self._line_of(named.end_byte, type_.end_byte) if type_ is not None else ""
        self.define(
            name, "property", visibility, (start, end), exported=exported, signature=signature,
            returns=self._type_of(type_), decorators=own,
        )  # fmt: skip

    def _own_decorators(self, node: Node, named: Node | None) -> tuple[list[str], int]:
        """Names of the decorators inside `node`, and where its text begins after them.

        They come next in the pass: being before `named`, they will not wait for another definition.
        """
        names: list[str] = []
        start = node.start_byte
        if self.source[start] != _AT:
            return names, start
        for child in node.children:
            if child.type != "decorator":
                start = child.start_byte
                break
            names.append(text(b"".join(self._written(child)[1 : 1 + LONGEST_NAME].partition(b"(")[0].split())))
        self._parameters_to = max(self._parameters_to, start if named is None else named.start_byte)
        return names, start

    def on_class(self, node: Node) -> None:
        claim = self._claims.pop(node.id, None)
        named = node.child_by_field_name("name")
        body = node.child_by_field_name("body")
        if body is None:
            return
        begin, decorators = self._take_decorators(node.start_byte)
        own, start = self._own_decorators(node, named)
        decorators += own
        if claim is None:
            offered = self._is_offered(node.start_byte) and node.type != "class"
            name = self._written(named) if named is not None else b"class"
            claim = _Claim(name, "class", "public" if offered else "private", offered, start)
        self.frame.statements += node.type != "class"
        heritage = self._line_of(start if named is None else named.end_byte, body.start_byte)
        heritage = heritage if named is not None else heritage.removeprefix("class").strip()
        index = self.define(
            claim.name, "class", claim.visibility, (start, node.end_byte), exported=claim.exported, signature=heritage,
            decorators=decorators,
        )  # fmt: skip
        if node.start_byte == self._default_at:
            self.exports.append(Export("default", text(claim.name), -1, self.line(start)))
        self._types_to = max(self._types_to, named.end_byte if named is not None else 0)
        self.enter(index, claim.name, node, body.start_byte, function=False, start=begin)
        if index >= 0:
            self._no_members(body.start_byte)
        if heritage:
            for child in node.named_children:
                if child.type == "class_heritage":
                    self._inherit(child)

    def _inherit(self, heritage: Node) -> None:
        """The ancestors in `extends` and `implements`."""
        for child in heritage.named_children:
            if child.type in _HERITAGE:
                self._inherit(child)
            elif child.type != "type_arguments":
                named = child.child_by_field_name("name") if child.type == "generic_type" else None
                ancestor = child if named is None else named
                self.refer("inherit", ancestor.start_byte, ancestor.end_byte)
                self._heirs.add(ancestor.start_byte)

    def _enter_type(self, node: Node, named: Node, kind: str, signature: str) -> int:
        start, end = node.start_byte, node.end_byte
        name = self._name_of(named)
        offered = self._is_offered(start)
        index = self.define(
            name, kind, "public" if offered else "private", (start, end), exported=offered, signature=signature
        )
        if start == self._default_at:
            self.exports.append(Export("default", text(name), -1, self.line(start)))
        self._types_to = max(self._types_to, named.end_byte)
        self.enter(index, name, node, named.end_byte, function=False)
        return index

    def on_interface(self, node: Node) -> None:
        named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if named is not None and body is not None:
            index = self._enter_type(node, named, "interface", self._line_of(named.end_byte, body.start_byte))
            if index >= 0:
                self._no_members(body.start_byte)
            for child in node.named_children:
                if child.type in _HERITAGE:
                    self._inherit(child)

    def on_alias(self, node: Node) -> None:
        named, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if named is None or value is None:
            return
        index = self._enter_type(node, named, "type", self._line_of(named.end_byte, node.end_byte).rstrip(";"))
        if index >= 0:
            self._no_members(value.start_byte if value.type == "object_type" else node.end_byte)

    def on_enum(self, node: Node) -> None:
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if name is None or body is None:
            return
        index = self._enter_type(node, name, "enum", "")
        if index < 0:
            return
        exported = self.symbols[index].exported
        for member in body.named_children:
            named = member.child_by_field_name("name") if member.type == "enum_assignment" else member
            if named is not None and named.type != "comment":
                span = (member.start_byte, member.end_byte)
                self.define(self._name_of(named), "constant", "public", span, exported=exported)

    def on_namespace(self, node: Node) -> None:
        named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if named is None or body is None:
            return
        start = node.start_byte
        offered = self._is_offered(start) or named.type == "string"
        name = self._name_of(named)
        index = self.define(
            name, "namespace", "public" if offered else "private", (start, node.end_byte), exported=offered
        )
        self.enter(index, name, node, body.start_byte, function=False)
        if start < self._declared_to:
            self._ambient_to = max(self._ambient_to, node.end_byte)

    def on_variables(self, node: Node) -> None:
        self.frame.statements += 1
        start, end = node.start_byte, node.end_byte
        is_local = self.frame.is_function or start < self._anonymous_to
        if is_local and end - start < 300 and not _BINDING.search(self.source, start, end):
            return  # a plain local
        constant = not self.source.startswith((b"let", b"var"), start)
        for declarator in node.named_children:
            if declarator.type != "variable_declarator":
                continue
            name, value = declarator.child_by_field_name("name"), declarator.child_by_field_name("value")
            if name is not None:
                self._declare(declarator, name, _unwrapped(value) if value is not None else None, constant, start)

    def _declare(self, declarator: Node, name: Node, value: Node | None, constant: bool, start: int) -> None:
        if value is not None:
            if self._bound_load(name, value):
                return
            function = value if value.type in _FUNCTIONS or value.type in _CLASSES else None
            if function is None and name.type == "identifier" and self._written(name)[:1].isupper():
                function = _first_function(value)  # `const Page = memo(() => ...)`
            if function is not None and name.type == "identifier":
                offered = self._is_offered(start)
                kind = "class" if function.type in _CLASSES else "function"
                begin = start if declarator.start_byte - start < 10 else declarator.start_byte
                visibility = "public" if offered else "private"
                self._claims[function.id] = _Claim(self._written(name), kind, visibility, offered, begin)
                return
        if self.symbol >= 0 and self.symbols[self.symbol].kind != "namespace":
            return
        if start < self._anonymous_to or self.frame.depth:
            return
        span = (declarator.start_byte, declarator.end_byte)
        offered = self._is_offered(start)
        for bound in _bound_names(name):
            self._variable(self._written(bound), "constant" if constant else "variable", span, exported=offered)

    def _variable(self, name: bytes, kind: str, span: tuple[int, int], *, exported: bool) -> None:
        self.define(name, kind, "public" if exported else "private", span, exported=exported)

    # -- references -----------------------------------------------------------------------------------------------

    def on_call(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        if end - start == len(b"require") and self.source.startswith(b"require", start):
            self._load(start, end, DYNAMIC if self._is_inside_expression(start) else 0)
            self._load_all(start, end)
        elif end - start == len(b"define") and self.source.startswith(b"define", start):
            self._load_all(start, end)
            self.refer("call", start, end)
        elif self.source.startswith(b"(", start):
            inner = node.child_by_field_name("object")  # `(function () {}).call(this)`
            if inner is not None:
                self.on_immediate(inner)
        else:
            self.refer("call", start, end)

    def _load_all(self, start: int, end: int) -> None:
        """AMD: `define(["a", "./b"], ...)`."""
        found = _AMD.match(self.source, end, end + 10_000)
        for name in _AMD_NAME.finditer(found[1]) if found is not None else ():
            self._bind(text(name[1])[:_LONGEST_MODULE], "", "", start, self._flags_at(start))

    def _is_inside_expression(self, start: int) -> bool:
        """Whether more than a statement or an assignment surrounds a `require` at this place."""
        before = self.source[max(0, start - 200) : start]
        bare = before.rstrip()
        if not bare or bare[-1:] in b";{}" or (bare[-1:] == b"=" and bare[-2:-1] not in b"=!<>"):
            return False
        return b"\n" not in before[len(bare) :] or bare[-1:] in b"(,[?:&|+=>.!"

    def on_component(self, node: Node) -> None:
        start = node.start_byte
        # A lower-case name without a dot is an element of the page, not a component.
        if node.type == "member_expression" or not self.source[start : start + 1].islower():
            self.refer("call", start, node.end_byte)

    def on_type(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        if start >= self._types_to:
            self._types_to = end
            if start not in self._heirs:
                self.refer("type", start, end)

    def on_generic(self, node: Node) -> None:
        self._types_to = max(self._types_to, node.end_byte)
        if self.symbol >= 0:
            names = self._generics.setdefault(self.symbol, set())
            names.add(text(self._written(node)))
            self.shadow(self.symbol, names)

    # -- figures --------------------------------------------------------------------------------------------------

    def on_if(self, node: Node) -> None:
        self.frame.statements += 1
        self.flow(_BRANCH, node)

    on_loop = on_if

    def on_switch(self, node: Node) -> None:
        self.frame.statements += 1
        self.flow(_SWITCH, node)

    def on_try(self, node: Node) -> None:
        self.frame.statements += 1
        body = node.child_by_field_name("body")
        if body is not None and node.child_by_field_name("handler") is not None:
            self._try_to = max(self._try_to, body.end_byte)

    def on_catch(self, node: Node) -> None:
        body = node.child_by_field_name("body")
        silent = body is not None and body.end_byte - body.start_byte < 2000 and _is_silent(self._written(body))
        self.caught(node, self._type_of(node.child_by_field_name("type")), broad=True, silent=silent)
        self.flow(_BRANCH, node)

    def on_throw(self, node: Node) -> None:
        self.frame.statements += 1
        thrown = _first(node)
        if thrown is None:
            return
        thrown = _unwrapped(thrown)
        field = {"new_expression": "constructor", "call_expression": "function"}.get(thrown.type)
        named = thrown.child_by_field_name(field) if field else thrown
        name = text(self._written(named)) if named is not None and named.end_byte - named.start_byte < 200 else ""
        self.raises(node, name if _DOTTED_CALLEE.fullmatch(name) else "")

    def on_boolean(self, node: Node) -> None:
        operator = node.child_by_field_name("operator")
        if operator is not None and operator.type in _LOGICAL:
            sides = tuple(_logical(node.child_by_field_name(side)) for side in ("left", "right"))
            self.boolean(operator, sides, node)

    def on_assigning(self, node: Node) -> None:
        operator = node.child_by_field_name("operator")
        if operator is not None and operator.type in ("&&=", "||=", "??="):
            self.flow(_DECISION, node)

    def on_error(self, node: Node) -> None:
        # The grammar does not know `export type * from "m"`, whose meaning is clear.
        if node.end_byte - node.start_byte != len(b"type") or self._written(node) != b"type":
            super().on_error(node)

    # -- strings --------------------------------------------------------------------------------------------------

    def on_template(self, node: Node) -> None:
        parts = node.named_children
        if not any(part.type == "template_substitution" for part in parts):
            self.on_string(node)
            return
        for part in parts:
            if part.type == "string_fragment":
                start, end = part.start_byte, part.end_byte
                self._mask_words(start, end)
                words = self.source[start:end].strip() if end - start <= 100 else b""
                if 4 <= len(words) <= 60 and _TELLING.search(words):
                    self.literals.setdefault(words, start)

    def on_text(self, node: Node) -> None:
        self._mask_words(node.start_byte, node.end_byte)

    def on_regex(self, node: Node) -> None:
        self.mask(node.start_byte, node.end_byte, code=True)

    def _mask_words(self, start: int, end: int) -> None:
        """Masks text that may begin or end in white space, which is no code."""
        written = self.source[start:end]
        bare = written.strip()
        if bare:
            start += len(written) - len(written.lstrip())
            self.mask(start, start + len(bare), code=True)

    # -- pass-through ---------------------------------------------------------------------------------------------

    def forwarded(self, function: Node, parameters: list[Parameter]) -> tuple[str, str]:
        body = function.child_by_field_name("body")
        if body is None:
            return "", ""
        grade = "A"
        if body.type == "statement_block":
            statements = [child for child in body.named_children if child.type != "comment"]
            if len(statements) == 2:
                statements = [one for one in statements if not self._traces(one)]
                grade = "B"
            if len(statements) != 1 or statements[0].type not in ("return_statement", "expression_statement"):
                return "", ""
            value = _first(statements[0])
        else:
            value = body
        call = _unwrapped(value) if value is not None else None
        own = {row.name for row in parameters if row.kind in ("positional", "variadic")}
        if call is not None and call.type == "jsx_self_closing_element":
            return self._forwarded_properties(call, own), grade
        if call is None or call.type != "call_expression":
            return "", ""
        callee, arguments = call.child_by_field_name("function"), call.child_by_field_name("arguments")
        if callee is None or arguments is None or callee.end_byte - callee.start_byte > LONGEST_NAME:
            return "", ""
        passed: set[str] = set()
        for argument in arguments.named_children:
            if argument.type == "comment":
                continue
            inner = _first(argument) if argument.type == "spread_element" else argument
            written = text(self._written(inner)) if inner is not None and inner.type == "identifier" else ""
            if written in own:
                passed.add(written)
            elif argument.type in _CONSTANTS and grade == "A":
                grade = "B"
            else:
                return "", ""
        target = text(b"".join(self._written(callee).split())).replace("?.", ".")
        if not _DOTTED_CALLEE.fullmatch(target) or len(own - passed) > 1:
            return "", ""
        same_name = target.rpartition(".")[2] == text(self._function_names.get(function.id, b""))
        return (target, grade) if passed or same_name else ("", "")

    def _forwarded_properties(self, element: Node, own: set[str]) -> str:
        """The component of `<Other {...props} />`, if that is all."""
        named, attributes = element.child_by_field_name("name"), element.children_by_field_name("attribute")
        if named is None or len(attributes) != 1 or attributes[0].type != "jsx_expression":
            return ""
        spread = _first(attributes[0])
        given = _first(spread) if spread is not None and spread.type == "spread_element" else None
        is_own = given is not None and text(self._written(given)) in own
        return text(self._written(named))[:LONGEST_NAME] if is_own else ""

    def _traces(self, statement: Node) -> bool:
        return statement.type == "expression_statement" and bool(
            _TRACING.search(self.source[statement.start_byte : min(statement.end_byte, statement.start_byte + 80)])
        )

    def is_read(self, start: int, end: int) -> bool:
        if _COLON.match(self._masked, end) is None:
            return True
        return not _OPENED.search(self._masked, max(0, start - 200), start)  # `{a: 1, b: 2}` names keys

    # -- the end --------------------------------------------------------------------------------------------------

    def finish(self) -> None:
        offered = {row.local for row in self.exports if row.imported < 0}
        shown: set[int] = set()
        for index, row in enumerate(self.symbols):
            if row.parent < 0 and not row.exported and row.name in offered:
                self.symbols[index] = row._replace(exported=True, visibility="public")
                shown.add(index)
            elif row.parent in shown and not row.exported and self.symbols[row.parent].kind not in _HIDING:
                self.symbols[index] = row._replace(exported=True)
                shown.add(index)
        self.is_generated = self.is_generated or self._is_built()
        self._import_spans.sort()
        self.read_imported_names(self._import_spans)

    def _is_built(self) -> bool:
        """Compiled or minified: a source map, or code that lies in very long lines."""
        if _COMPILED.search(self.source, max(0, len(self.source) - 1000)):
            return True
        if len(self.source) < _MINIFIED_LINE:
            return False
        lines = bytes(self._masked).split(b"\n")
        sizes = list(map(len, lines))
        if max(sizes) <= _MINIFIED_LINE:
            return False
        long = 0
        for number, size in enumerate(sizes):
            if size > _MINIFIED_LINE:
                sizes[number] = size = len(b"".join(lines[number].split()))
                long += size if size > _MINIFIED_LINE else 0
        return long * 2 > sum(sizes)


_HIDING = frozenset(("function", "method", "namespace"))  # what is inside cannot be reached by importing them


_PLAIN_PARAMETERS = re.compile(rb"\((?:[\w$ \n\r\t,:?.|]|\[\])*+\)|[\w$]+")
_PLAIN_PARAMETER = re.compile(r"(\.\.\.)?([\w$]+)(\?)?\s*(?::\s*(.+))?", re.DOTALL)


@lru_cache(maxsize=4096)
def _plain_parameters(written: bytes) -> tuple[Parameter, ...] | None:
    """The rows of parameters without defaults, patterns, modifiers and generic types; None if there are such."""
    if not _PLAIN_PARAMETERS.fullmatch(written):
        return None
    rows = []
    for piece in text(written).strip("()").split(","):
        if not (piece := piece.strip()):
            continue
        found = _PLAIN_PARAMETER.fullmatch(piece)
        if found is None:
            return None
        if found[2] != "this":
            kind = "variadic" if found[1] else "positional"
            type_ = " ".join(found[4].split()) if found[4] else ""
            rows.append(Parameter(-1, found[2][:LONGEST_NAME], kind, "", bool(found[1] or found[3]), type_))
    return tuple(rows)


def _one_line(written: str) -> str:
    """On one line, comments left out."""
    if "//" in written or "/*" in written:
        written = _STRING_OR_COMMENT.sub(lambda m: m[1] or " ", written)
    return " ".join(written.split())


def _unquoted(name: str) -> str:
    return name[1:-1] if name[:1] in "\"'" else name


def _named(inside: str) -> Iterator[tuple[str, str, int]]:
    """(name, other name, flags) of `a, b as c, type D`."""
    for part in inside.split(","):
        found = _NAMED.fullmatch(part.strip())
        if found is not None:
            name = _unquoted(found[2])
            yield name, _unquoted(found[3]) if found[3] else name, TYPE_ONLY if found[1] else 0


def _keys(sweep: EcmaScriptSweep, pattern: Node) -> Iterator[tuple[str, str]]:
    """(key, local name) of an object pattern; deeper patterns bind nothing that could be followed."""
    for entry in pattern.named_children:
        inner = entry
        if entry.type == "object_assignment_pattern":
            inner = entry.child_by_field_name("left") or entry
        if inner.type == "shorthand_property_identifier_pattern":
            name = text(sweep._written(inner))
            yield name, name
        elif entry.type == "pair_pattern":
            key, value = entry.child_by_field_name("key"), entry.child_by_field_name("value")
            if key is None or value is None:
                continue
            if value.type == "assignment_pattern":
                value = value.child_by_field_name("left") or value
            alias = text(sweep._written(value)) if value.type == "identifier" else ""
            yield text(sweep._name_of(key)), alias


def _bound_names(pattern: Node) -> Iterator[Node]:
    """The identifiers that a pattern binds, in order."""
    waiting = [pattern]
    while waiting:
        node = waiting.pop()
        kind = node.type
        if kind in ("identifier", "shorthand_property_identifier_pattern"):
            yield node
        elif kind == "pair_pattern":
            value = node.child_by_field_name("value")
            if value is not None:
                waiting.append(value)
        elif kind in ("assignment_pattern", "object_assignment_pattern"):
            left = node.child_by_field_name("left")
            if left is not None:
                waiting.append(left)
        elif kind in ("object_pattern", "array_pattern", "rest_pattern"):
            waiting.extend(reversed(node.named_children))


def _first(node: Node) -> Node | None:
    return node.named_child(0) if node.named_child_count else None


def _unwrapped(node: Node) -> Node:
    """Without parentheses, casts and `await`."""
    while node.type in _WRAPPINGS:
        inner = _first(node)
        if inner is None or inner.type == "comment":
            return node
        node = inner
    return node


def _logical(node: Node | None) -> Node | None:
    while node is not None and node.type == "parenthesized_expression":
        node = _first(node)
    if node is None or node.type != "binary_expression":
        return None
    operator = node.child_by_field_name("operator")
    return node if operator is not None and operator.type in _LOGICAL else None


def _first_function(call: Node) -> Node | None:
    """The function that `memo(forwardRef(() => ...))` wraps; None for any other expression."""
    for _ in range(5):
        if call.type != "call_expression":
            return None
        arguments = call.child_by_field_name("arguments")
        first = _first(arguments) if arguments is not None else None
        if first is None:
            return None
        if first.type in _FUNCTIONS:
            return first
        call = first
    return None


def _offered_name(target: bytes) -> bytes | None:
    """The name that an assignment to `module.exports`, `exports.x` or `module.exports.x` offers."""
    if target == b"module.exports":
        return b"default"
    for head in (b"module.exports.", b"exports."):
        if target.startswith(head):
            name = target[len(head) :]
            return name if b"." not in name and b"[" not in name else None
    return None


def _visibility(name: bytes, words: Sequence[bytes]) -> str:
    if name.startswith((b"#", b"_")) or b"private" in words:
        return "private"
    return "protected" if b"protected" in words else "public"


def _is_silent(body: bytes) -> bool:
    return _SILENT.fullmatch(_COMMENT.sub(b"", body).strip()) is not None
