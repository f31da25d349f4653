"""What one Python file says. Hides the language's spelling: imports, signatures, `__all__`, docstrings, encodings."""

from __future__ import annotations

import builtins
import keyword
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import lru_cache
from typing import ClassVar

from tree_sitter import Node, Parser, Query, Tree

from plumbrule.extract.held import Held
from plumbrule.extract.looks import Asking
from plumbrule.extract.sweep import LONGEST_NAME, Flow, Sweep, text
from plumbrule.facts import (
    CONDITIONAL,
    DYNAMIC,
    LAZY,
    OPTIONAL,
    REEXPORT,
    TYPE_ONLY,
    VARIADIC,
    Export,
    Facts,
    Import,
    Parameter,
)
from plumbrule.languages.python import scopes
from plumbrule.languages.python.encoding import BOM, as_utf8
from plumbrule.languages.python.headings import COMMENT, SPACE, heading_of, one_line
from plumbrule.languages.python.loads import MOST_NAMES, is_bound_once, use_of
from plumbrule.languages.python.standing import Standing

_FROM = re.compile(r"from\s*((?:\.\s*)*)([\w.]*)\s*import\b\s*(.*)", re.DOTALL)
_DOT = re.compile(r"(?<=\w)\s*\.\s*(?=\w)")  # blanks and line breaks may stand around it
_NAME_AS = re.compile(r"([\w.]+|\*)(?:\s+as\s+(\w+))?")
_PLAIN_CALLEE = re.compile(r"(?:super\(\)\.)?[\w.]+")
_DYNAMIC_CALL = re.compile(
    r"""\(\s*(?:name\s*=\s*)?(?P<name>(?:(?P<quote>["'])[\w.]+(?P=quote)\s*)+)"""
    r"""(?:,\s*(?:package\s*=\s*)?(?:__package__|__name__|(?P<mark>["'])(?P<package>[\w.]+)(?P=mark))\s*)?[,)]"""
)
_QUOTES = re.compile(r"""["'\s]+""")
# Said at length or not; `x and y` is true no more often than x.
_TYPE_CHECKING = re.compile(
    rb"[\s(]*([\w.]+)(?:\s*(?:==|\bis\b)\s*True\b|\s+is\s+not\s+False\b)?[\s)]*(and\b(?:(?!\bor\b).)*)?", re.DOTALL
)
_CHECKING_NAMES = ("TYPE_CHECKING", "MYPY")
_NEVER_SO = re.compile(rb"(TYPE_CHECKING|MYPY)\s*(?::[^=\n]*)?=\s*(False\s*\Z)?")
_IMPORT_FAILS = re.compile(rb"\b(?:ImportError|ModuleNotFoundError|Exception|BaseException)\b")

_QUOTED = re.compile(rb"""([A-Za-z]{0,2})(\"\"\"|'''|"|')""")
_DOTTED_NAME = re.compile(rb"[^\W\d]\w*(?:\.[^\W\d]\w*)*|[\x80-\xff\w.]+")
_STRING = re.compile(r"""[A-Za-z]{0,2}("|')((?:(?!\1)[^\\\n]|\\.)*)\1""")
_ALL = re.compile(r"__all__\s*(?::[^=\n]*)?(\+?=|\.\s*(?:extend|append|remove)\s*\()\s*(.*)", re.DOTALL)
_CONSTANT_NAME = re.compile(rb"_*[A-Z][A-Z0-9_]*")
_TYPE_DEFINING = re.compile(rb"(?:typing\.|t\.)?(?:TypeVar|ParamSpec|TypeVarTuple|NewType)\(")

# What binds names of a module that no assignment shows, by a part of it: every look through a file costs as much.
_BY_RUNNING = {
    b"als()": (b"globals()", b"locals()"),
    b"vars()": (b"vars()",),
    b"exec": (b"exec(", b"execfile("),
    b"sys.modules": (b"sys.modules",),
    b"_path": (b"__path__", b"extend_path"),
    b"declare_namespace": (b"declare_namespace",),
}
_BOUND_IN_PASSING = re.compile(rb"^(?:match\s.*:|[^\s#].*\w\s*:=.*)$", re.MULTILINE)

_CAUGHT = re.compile(rb"except\s*\*?\s*(.*?)\s*(?:\bas\s+\w+\s*)?:?\s*(?:#[^\n]*\s*)*", re.DOTALL)
_BROAD = re.compile(r"\b(?:Exception|BaseException)\b")
_SILENT = re.compile(
    rb"(?:pass|continue|break|\.\.\.|return(?:\s+(?:None|True|False|-?[\d.]+|[bru]?\"[^\"\n]*\"|[bru]?'[^'\n]*'"
    rb"|\[\s*\]|\{\s*\}|\(\s*\)))?)\s*;?"
)
_RAISED = re.compile(rb"raise\s+([\w.\x80-\xff]+)")
_TRACING = re.compile(
    rb"(?:^|[._])(?:log|logger|logging|debug|info|warn|warning|error|exception|trace|print)(?:$|[._])"
)

_FIELD = re.compile(rb"(?:attrs?\.)?(?:ib|attrib|field)\(")
_WORD = re.compile(rb"\w+")
_ENUMS = {"Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "ReprEnum", "TextChoices", "IntegerChoices"}


def extract(source: bytes, tree: Tree, query: Query) -> Facts:
    """Facts of a `.py` file; ValueError with a plain reason if the bytes are no Python text."""
    return _sweep(source, tree, query, 0)


def extract_stub(source: bytes, tree: Tree, query: Query) -> Facts:
    """Facts of a `.pyi` file, all of whose imports vanish at run time."""
    return _sweep(source, tree, query, TYPE_ONLY)


def _sweep(source: bytes, tree: Tree, query: Query, flags: int) -> Facts:
    readable = as_utf8(source)
    if readable != source:
        tree = Parser(tree.language).parse(readable)
    return PythonSweep(readable, flags).run(tree, query)


class PythonSweep(Sweep):
    FLOWS: ClassVar[Mapping[str, Flow]] = {
        "else": Flow(cognitive=1),
        "loop_else": Flow(cyclomatic=1, cognitive=1),
        "try_else": Flow(cyclomatic=1),
        "ternary": Flow(cyclomatic=1, scaled=True, nests=True),
        "lambda": Flow(shifts=True),
    }
    TELLING_EXPRESSIONS: ClassVar[frozenset[int]] = frozenset(b"\"'rRuU")  # documentation
    _BRANCH: ClassVar[Flow] = Flow(cyclomatic=1, scaled=True, nests=True)
    KEYWORDS: ClassVar[frozenset[bytes]] = frozenset(
        word.encode() for word in keyword.kwlist if word not in ("True", "False", "None")
    )
    CONSTANTS: ClassVar[frozenset[bytes]] = frozenset((b"True", b"False", b"None"))
    BUILTINS: ClassVar[frozenset[str]] = frozenset(dir(builtins))
    ODD_ARGUMENTS: ClassVar[frozenset[bytes]] = frozenset((b"lambda", b"for"))
    ASKING: ClassVar[Asking] = Asking(
        frozenset(b"isinstance issubclass assertIsInstance assertNotIsInstance assertIs assertIsNot".split()),
        frozenset(b"cast suppress raises assertRaises assertRaisesRegex hasattr getattr".split()),
    )
    OWN: ClassVar[frozenset[str]] = frozenset(("self", "cls"))

    def __init__(self, source: bytes, flags: int) -> None:
        super().__init__(source)
        self._flags = flags
        self._regions: list[tuple[int, int, int]] = []  # (start, end, flag of imports inside), innermost last
        self._decorated: tuple[int, int, list[str]] = (-1, -1, [])  # (end, start, names) of the definition to come
        self._types_to = 0
        # The first look is for what both have in common.
        self.watches_calls = b"import_" in source and (b"import_module" in source or b"__import__" in source)
        self._standing = Standing()
        self._listed: dict[str, int] = {}  # names in `__all__`, with their line
        self._unlisted: set[str] = set()
        self._checking: set[str] = set()  # names that are true for type checkers alone
        self._loaders = {b"import_module", b"__import__"}
        self._import_spans: list[tuple[int, int]] = []
        self._elsewhere = scopes.Elsewhere(source)
        self._imported_inside: dict[str, list[int]] = {}  # lines by name; made when first needed
        if source.startswith(BOM):
            self.mask(0, len(BOM), code=False)

    # -- imports --------------------------------------------------------------------------------------------------

    def on_import(self, node: Node) -> None:
        self.statement()
        start, end = node.start_byte, node.end_byte
        self.cut(start, end)
        self._import_spans.append((start, end))
        line, flags, symbol = self.line(start), self._flags_at(start), self.symbol
        if symbol >= 0 and self._elsewhere and self._is_global(start, end):
            symbol = -1
        for module, level, name, alias, _, own, _ in _imported(text(self.source[start:end])):
            self.imports.append(Import(module, level, name, alias, line, flags | own if symbol < 0 else flags, symbol))
            if name == "import_module":
                self._loaders.add(alias.encode())
            # Whichever module passes it on, that is what the name says.
            if name in _CHECKING_NAMES:
                self._checking.add(alias)
            elif name == "*" and level == 0 and module in ("typing", "typing_extensions"):
                self._checking.add("TYPE_CHECKING")

    def _is_global(self, start: int, end: int) -> bool:
        """Whether the function around this import statement makes a name in it one of the module."""
        words = _WORD.findall(self.source, start, end)
        return any(self._elsewhere.says(scopes.GLOBAL, name, self.frame.start, start) for name in words)

    def _flags_at(self, start: int) -> int:
        flags = self._flags | (LAZY if self.in_function else 0)
        regions = self._regions
        while regions and regions[-1][1] <= start:
            regions.pop()
        for first, last, flag in regions:
            if first <= start < last:
                flags |= flag
        return flags

    def _region(self, node: Node | None, flag: int) -> None:
        if node is not None:
            regions = self._regions
            while regions and regions[-1][1] <= node.start_byte:
                regions.pop()
            regions.append((node.start_byte, node.end_byte, flag))

    def on_call(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        callee = self.source[start:end]
        if callee in self._loaders or callee.endswith((b".import_module", b".__import__")):
            self._dynamic(start, end)
        self.refer("call", start, end)

    def _dynamic(self, start: int, end: int) -> None:
        found = _DYNAMIC_CALL.match(text(self.source[end : end + 400]))
        if found is None:
            return
        name, package = _QUOTES.sub("", found["name"]), found["package"] or ""
        module = name.lstrip(".")
        level = len(name) - len(module)
        if level and package:  # "..b" from package "a.x" is "a.b"
            kept = package.split(".")[: len(package.split(".")) - level + 1]
            module, level = ".".join([*kept, module] if module else kept), 0
        if not module and not level:
            return
        self.quiet_to = max(self.quiet_to, end + found.end())
        flags = self._flags_at(start) | DYNAMIC
        self.imports.append(Import(module, level, "", "", self.line(start), flags, self.symbol))
        if found[0].endswith(")"):
            self._use_loaded(start, end + len(found[0].encode()))

    def _use_loaded(self, start: int, end: int) -> None:
        """What is done with the module that the last import row loads, between these offsets."""
        row, use = len(self.imports) - 1, use_of(self.source, start, end)
        frame = self.frame
        if use.name and (frame.is_function or frame.symbol < 0) and len(self.held.heads()) < MOST_NAMES:
            if is_bound_once(self.source, use.name, frame.start, frame.end):
                self.imports[row] = self.imports[row]._replace(name=text(use.members))
                self.held.hold(use.name, Held(start, frame.end, row))
        elif use.members and not use.name:
            kind = "call" if use.called_to >= 0 else "read"
            self.refer_through(row, self.symbol, kind, b"import_module." + use.members, start, use.called_to)

    # -- definitions ----------------------------------------------------------------------------------------------

    def on_decorated(self, node: Node) -> None:
        names = []
        for child in node.children:
            if child.type == "decorator":
                written = text(self.source[child.start_byte + 1 : min(child.end_byte, child.start_byte + 300)])
                names.append(SPACE.sub("", COMMENT.sub("", written).partition("(")[0])[:LONGEST_NAME])
        self._decorated = (node.end_byte, node.start_byte, names)

    def _decorators(self, node: Node) -> tuple[int, list[str]]:
        end, start, names = self._decorated
        if end != node.end_byte:
            return node.start_byte, []
        self._decorated = (-1, -1, [])
        return start, names

    def on_function(self, node: Node) -> None:
        frame = self.frame
        self.statement()
        named = node.child_by_field_name("name")
        body = node.child_by_field_name("body")
        if named is None or body is None:
            return
        start, end = node.start_byte, node.end_byte
        first, decorators = self._decorators(node)
        name = self.source[named.start_byte : named.end_byte]
        given = node.child_by_field_name("parameters")
        result = node.child_by_field_name("return_type")
        heading = heading_of(
            self.source[given.start_byte : given.end_byte] if given is not None else b"",
            self.source[result.start_byte : result.end_byte] if result is not None else b"",
        )
        is_method = frame.symbol >= 0 and not frame.is_function
        kind = "method" if is_method else "function"
        if is_method and decorators and any(d.rpartition(".")[2] in _PROPERTIES for d in decorators):
            kind = "property"
        index = self.define(
            name,
            kind,
            _visibility(name),
            (start, end),
            exported=frame.symbol < 0,
            signature=self._type_list(named) + heading.signature,
            returns=heading.returns,
            modifiers=_modifiers(decorators, is_async=self.source.startswith(b"async", start)),
            decorators=decorators,
        )
        if index >= 0:
            new = tuple.__new__
            self.parameters.extend([new(Parameter, (index, *parameter[1:])) for parameter in heading.parameters])
            self.shadow(index, heading.names | self._type_parameters(named))
            self._note(index, name, node, decorators)
        self.enter(index, name, node, body.start_byte, function=True, start=first)

    def _note(self, index: int, name: bytes, node: Node, decorators: Sequence[str]) -> None:
        frame, start = self.frame, node.start_byte
        if not frame.is_function:
            checking = frame.symbol < 0 and self._regions and not self._flags and self._flags_at(start) & TYPE_ONLY
            key = frame.symbol, name
            self._standing.define(key, index, node, decorated=bool(decorators), checking=bool(checking))

    def on_delete(self, node: Node) -> None:
        self.statement()
        if self.frame.symbol < 0 and not self.frame.is_function:
            for name in (name for child in node.named_children for name in self._names_bound(child)):
                self._standing.delete(name, node)

    def _type_parameters(self, named: Node) -> Set[str]:
        """Names that `def f[T: C]` brings (PEP 695); what they are bound by is no such name."""
        end = named.end_byte
        return scopes.type_parameters(self.source[end : end + 1_000]) if self.source[end] == ord("[") else frozenset()

    def _type_list(self, named: Node) -> str:
        """`[T: int = str]` of a definition as written, on one line; empty if there is none."""
        listed = named.next_named_sibling if self.source[named.end_byte : named.end_byte + 1] == b"[" else None
        if listed is None or listed.type != "type_parameter":
            return ""
        return one_line(text(self.source[listed.start_byte : listed.end_byte]))

    def on_class(self, node: Node) -> None:
        self.statement()
        named = node.child_by_field_name("name")
        body = node.child_by_field_name("body")
        if named is None or body is None:
            return
        first, decorators = self._decorators(node)
        name = self.source[named.start_byte : named.end_byte]
        bases = node.child_by_field_name("superclasses")
        heads = [] if bases is None else [base for base in bases.named_children if base.type != "comment"]
        roots = {text(self._head(base)).rpartition(".")[2] for base in heads}
        kind = "enum" if roots & _ENUMS else "interface" if "Protocol" in roots else "class"
        signature = ", ".join(one_line(text(self.source[base.start_byte : base.end_byte])) for base in heads)
        index = self.define(
            name,
            kind,
            _visibility(name),
            (node.start_byte, node.end_byte),
            exported=self.frame.symbol < 0,
            signature=f"({signature})" if signature else "",
            decorators=decorators,
        )
        if index >= 0:
            self._note(index, name, node, decorators)
        self.enter(index, name, node, body.start_byte, function=False, start=first)
        self.shadow(index, self._type_parameters(named))
        for base in heads:
            self._inherit(base)

    def _head(self, base: Node) -> bytes:
        return self.source[base.start_byte : base.end_byte].partition(b"[")[0].strip()

    def _inherit(self, base: Node) -> None:
        if base.type == "keyword_argument":
            key, value = base.child_by_field_name("name"), base.child_by_field_name("value")
            if key is not None and value is not None and key.end_byte - key.start_byte == len("metaclass"):
                self.refer("inherit", value.start_byte, value.end_byte)
        elif base.type == "subscript":
            value = base.child_by_field_name("value")
            if value is not None:
                self.refer("inherit", value.start_byte, value.end_byte)
                self._names("type", value.end_byte, base.end_byte)
        else:
            self.refer("inherit", base.start_byte, base.end_byte)

    def on_alias(self, node: Node) -> None:
        self.statement()
        left = node.child_by_field_name("left")
        if left is not None and not self.frame.is_function:
            name = self._head(left)
            if name:
                self._variable(name, "type", node)

    def on_expression(self, node: Node) -> None:
        start = node.start_byte
        frame = self.frame
        if self.source[start] in b"\"'rRuU" and _QUOTED.match(self.source, start, start + 4):
            child = node.child(0)
            if child is not None and child.type == "string" and child.end_byte == node.end_byte:
                self.mask(start, node.end_byte, code=False)  # documentation, no statement
                return
        self.statement()
        if frame.is_function:
            return
        if said := _NEVER_SO.match(self.source, start, node.end_byte):
            (self._checking.add if said[2] else self._checking.discard)(text(said[1]))
        if frame.symbol < 0 and self.source.startswith(b"__all__", start):
            self._list(start, node.end_byte)
        assignment: Node | None = node.child(0)
        while assignment is not None and assignment.type == "assignment":
            left = assignment.child_by_field_name("left")
            right = assignment.child_by_field_name("right")
            if left is not None:
                self._targets(left, assignment, right, node)
            assignment = right

    def _targets(self, left: Node, assignment: Node, right: Node | None, statement: Node) -> None:
        annotation = assignment.child_by_field_name("type")
        kind = ""
        if annotation is not None:
            written = self.source[annotation.start_byte : annotation.end_byte]
            if written.endswith(b"TypeAlias"):
                kind = "type"
            elif b"Final" in written[:20]:
                kind = "constant"
        elif right is not None and right.type == "call" and _TYPE_DEFINING.match(self.source, right.start_byte):
            kind = "type"
        type_, said = "", ""
        if left.type == "identifier":
            if annotation is not None and self.frame.symbol >= 0:
                type_, said = self._field(annotation, right)
            elif right is not None:
                said = self._meant(right)
        plain = right is not None and left.type == "identifier" and right.type in _CONSTANT_NODES
        for name in self._names_bound(left):
            usual = "constant" if self.frame.symbol < 0 and _CONSTANT_NAME.fullmatch(name) else "variable"
            self._variable(name, kind or usual, statement, said, type_, plain=plain)

    def _field(self, annotation: Node, value: Node | None) -> tuple[str, str]:
        """The type that a class gives to a name in it, and all that it says of the name: `: int = 1`."""
        type_ = one_line(text(self.source[annotation.start_byte : annotation.end_byte]))
        given = "" if value is None else f" = {one_line(text(self.source[value.start_byte : value.end_byte]))}"
        return type_, f": {type_}{given}"

    def _meant(self, value: Node) -> str:
        """`= a.b` for a value that is no more than another name, `= attr.ib(...)` for a field; empty for any other."""
        if value.type == "call" and self.frame.symbol >= 0 and _FIELD.match(self.source, value.start_byte):
            return f"= {one_line(text(self.source[value.start_byte : value.end_byte]))}"
        if value.type not in ("identifier", "attribute") or value.end_byte - value.start_byte > LONGEST_NAME:
            return ""
        name = self.source[value.start_byte : value.end_byte]
        return f"= {text(name)}" if _DOTTED_NAME.fullmatch(name) else ""

    def _bind_in_passing(self, left: Node | None, statement: Node) -> None:
        """What a loop or a `with` of the module binds stays bound after it."""
        for name in self._names_bound(left) if left is not None else ():
            if name != b"_":
                self._variable(name, "variable", statement)

    def _names_bound(self, left: Node) -> Iterator[bytes]:
        pending = [left]
        while pending:
            target = pending.pop()
            if target.type == "identifier":
                yield self.source[target.start_byte : target.end_byte]
            elif target.type in _SEVERAL:
                pending.extend(reversed(target.named_children))

    def _variable(
        self, name: bytes, kind: str, node: Node, signature: str = "", type_: str = "", *, plain: bool = False
    ) -> None:
        key = (self.frame.symbol, name)
        if name == b"__all__":
            return  # it says what is offered and is no offer itself
        if self._standing.has_variable(key):
            return
        span = (node.start_byte, node.end_byte)
        exported = self.frame.symbol < 0
        index = self.define(name, kind, _visibility(name), span, exported=exported, signature=signature, returns=type_)
        self._standing.assign(key, index, node, plain=plain)

    def _list(self, start: int, end: int) -> None:
        """Reads a statement about `__all__`."""
        found = _ALL.match(text(self.source[start:end]))
        if found is None:
            return
        self.quiet_to = max(self.quiet_to, end)
        how, value = found[1], found[2]
        names = {name[2]: self.line(start) for name in _STRING.finditer(value)}
        if "remove" in how:
            self._unlisted.update(names)
            return
        self._listed.update(names)
        if not SPACE.sub("", COMMENT.sub("", _STRING.sub("", value))).strip("[](),+;"):
            self.has_all = self.has_all or how == "="

    # -- references -----------------------------------------------------------------------------------------------

    def on_type(self, node: Node) -> None:
        if node.start_byte >= self._types_to:
            self._types_to = node.end_byte
            self.quiet_to = max(self.quiet_to, node.end_byte)
            self._names("type", node.start_byte, node.end_byte)

    def _names(self, kind: str, start: int, end: int) -> None:
        """Every dotted name of an annotation, those in quotes included, but not the values of a `Literal`."""
        if end - start > 4_000:
            return
        for name, place in _named_in(self.source[start:end]):
            self.refer_to(kind, name, start + place)

    @staticmethod
    def literal_of(written: bytes) -> bytes:
        quote = _QUOTED.match(written)
        return written[quote.end() : -len(quote[2])] if quote is not None else b""

    # -- flow -----------------------------------------------------------------------------------------------------

    def on_if(self, node: Node) -> None:
        self.statement()
        self.flow(self._BRANCH, node)
        condition = node.child_by_field_name("condition")
        if condition is None:
            return
        start = condition.start_byte
        inverted = self.source.startswith(b"not ", start)
        if inverted:
            start += 4
        if not self._is_checking(start, condition.end_byte, alone=inverted):
            self._region(node, CONDITIONAL)
            return
        # Later blocks go in first: regions are taken off the end once they are passed.
        for child in reversed(node.children_by_field_name("alternative")):
            if child.type == "elif_clause":
                self._region(child, CONDITIONAL)
            elif inverted:
                self._region(child, TYPE_ONLY)
        if not inverted:
            self._region(node.child_by_field_name("consequence"), TYPE_ONLY)

    def _is_checking(self, start: int, end: int, *, alone: bool) -> bool:
        """Whether a condition holds for type checkers only; `alone`: and for all of them."""
        written = self.source[start:end] if end - start < LONGEST_NAME else b""
        found = _TYPE_CHECKING.fullmatch(written)
        if found is None or (alone and found[2]):
            return False
        name = text(found[1])
        return name in self._checking or ("." in name and name.rpartition(".")[2] in _CHECKING_NAMES)

    def on_elif(self, node: Node) -> None:
        self.flow(_ELIF, node)
        condition = node.child_by_field_name("condition")
        if condition is not None and self._is_checking(condition.start_byte, condition.end_byte, alone=False):
            self._region(node.child_by_field_name("consequence"), TYPE_ONLY)

    def on_comprehension(self, node: Node) -> None:
        """A loop in one line: one point however many clauses it has, for it holds no statements to nest in it."""
        clauses = node.named_child_count - 1
        if clauses > 1:
            clauses = sum(child.type in ("for_in_clause", "if_clause") for child in node.named_children)
        self.flow(Flow(cyclomatic=clauses, cognitive=1), node)

    def on_loop(self, node: Node) -> None:
        self.statement()
        if self.frame.symbol < 0:
            self._bind_in_passing(node.child_by_field_name("left"), node)
        self.flow(self._BRANCH, node)

    def on_try(self, node: Node) -> None:
        self.statement()
        self.flow(_OPENS, node)
        for child in node.children:
            if child.type == "except_clause":
                head = self.source[child.start_byte : child.start_byte + 200].partition(b":")[0]
                if _IMPORT_FAILS.search(head) or head.strip() == b"except":
                    self._region(node, OPTIONAL)
                    return

    def on_with(self, node: Node) -> None:
        self.statement()
        if self.frame.symbol < 0:
            clause = next((child for child in node.children if child.type == "with_clause"), None)
            for item in clause.named_children if clause is not None else ():
                pattern = item.child_by_field_name("value") if item.type == "with_item" else None
                if pattern is not None and pattern.type == "as_pattern":
                    target = pattern.child_by_field_name("alias")
                    self._bind_in_passing(target.named_child(0) if target is not None else None, item)
        self.flow(_OPENS, node)

    def on_match(self, node: Node) -> None:
        self.statement()
        body = node.child_by_field_name("body")
        cases = [] if body is None else [child for child in body.named_children if child.type == "case_clause"]
        default = any(self._catches_all(case) for case in cases)
        self.flow(Flow(cyclomatic=max(0, len(cases) - default), scaled=True, nests=True), node)

    def _catches_all(self, case: Node) -> bool:
        """`case _:` and `case name:`, as radon sees them: a guard makes no difference to it."""
        patterns = [child for child in case.named_children if child.type == "case_pattern"]
        if len(patterns) != 1 or patterns[0].end_byte - patterns[0].start_byte > LONGEST_NAME:
            return False
        return text(self.source[patterns[0].start_byte : patterns[0].end_byte]).isidentifier()

    def on_boolean(self, node: Node) -> None:
        operator = node.child_by_field_name("operator")
        sides = (node.child_by_field_name("left"), node.child_by_field_name("right"))
        if operator is not None:
            self.boolean(operator, tuple(map(_without_parentheses, sides)), node)

    def on_assert(self, node: Node) -> None:
        self.statement()
        if node.start_byte >= self.muted:
            self.frame.cyclomatic += 1
            self.branches += 1
        self.muted = max(self.muted, node.end_byte)  # radon does not look into an assert

    def on_handler(self, node: Node) -> None:
        self.flow(self._BRANCH, node)
        count = node.named_child_count
        block = node.named_child(count - 1) if count else None
        stop = block.start_byte if block is not None and block.type == "block" else node.end_byte
        found = _CAUGHT.fullmatch(self.source[node.start_byte : min(stop, node.start_byte + 1_000)])
        types = one_line(text(found[1])) if found is not None else ""
        silent = False
        if block is not None and block.end_byte - block.start_byte < 1_000:
            body = re.sub(rb"#[^\n]*", b"", self.source[block.start_byte : block.end_byte]).strip()
            silent = _SILENT.fullmatch(body) is not None
        self.caught(node, types, broad=not types or _BROAD.search(types) is not None, silent=silent)

    def on_raise(self, node: Node) -> None:
        self.statement()
        found = _RAISED.match(self.source, node.start_byte, min(node.end_byte, node.start_byte + LONGEST_NAME))
        self.raises(node, text(found[1]) if found is not None else "")

    # -- pass-through functions (measures 2.1) --------------------------------------------------------------------

    def forwarded(self, function: Node, parameters: list[Parameter]) -> tuple[str, str]:
        body = function.child_by_field_name("body")
        name = function.child_by_field_name("name")
        if body is None or name is None:
            return "", ""
        statement, grade = self._only_statement(body)
        call = _only_call(statement) if statement is not None else None
        callee = call.child_by_field_name("function") if call is not None else None
        arguments = call.child_by_field_name("arguments") if call is not None else None
        if callee is None or arguments is None or callee.end_byte - callee.start_byte > LONGEST_NAME:
            return "", ""
        own = {parameter.name for parameter in parameters}
        if parameters and parameters[0].name in self.OWN:
            own.discard(parameters[0].name)
        passed, constants = self._given(arguments, own)
        # One constant argument, and nothing else, may be added.
        if passed is None or len(own - passed) > 1 or constants > (grade == "A"):
            return "", ""
        # What swallows whatever it is given has its signature from those who call it: a hook, a handler of signals.
        if any(parameter.kind in VARIADIC and parameter.name not in passed for parameter in parameters):
            return "", ""
        target = SPACE.sub("", text(self.source[callee.start_byte : callee.end_byte]))
        same_name = target.rpartition(".")[2] == text(self.source[name.start_byte : name.end_byte])
        if not (passed or same_name) or not _PLAIN_CALLEE.fullmatch(target):
            return "", ""
        return target, "B" if constants else grade

    def _only_statement(self, body: Node) -> tuple[Node | None, str]:
        """The statement that is all a body does, and how purely: a `try` around it or a line in a log makes it "B"."""
        statements, grade = _statements(body), "A"
        if len(statements) == 1 and statements[0].type == "try_statement":
            inner = statements[0].child_by_field_name("body")
            statements, grade = _statements(inner) if inner is not None else [], "B"
        elif len(statements) == 2:
            statements, grade = [one for one in statements if not self._traces(one)], "B"
        return (statements[0], grade) if len(statements) == 1 else (None, grade)

    def _given(self, arguments: Node, own: set[str]) -> tuple[set[str] | None, int]:
        """Which of these names are arguments as they are, and how many constants are; None if anything else is."""
        passed: set[str] = set()
        constants = 0
        for argument in arguments.named_children:
            value: Node | None = argument
            if argument.type == "comment":
                continue
            if argument.type == "keyword_argument":
                value = argument.child_by_field_name("value")
            elif argument.type in ("list_splat", "dictionary_splat"):
                value = argument.named_child(0)
            written = text(self.source[value.start_byte : value.end_byte]) if value is not None else ""
            if value is not None and value.type == "identifier" and written in own:
                passed.add(written)
            elif value is not None and value.type in _CONSTANT_NODES:
                constants += 1
            else:
                return None, 0
        return passed, constants

    def _traces(self, statement: Node) -> bool:
        call = _only_call(statement)
        callee = call.child_by_field_name("function") if call is not None else None
        if callee is None or statement.type != "expression_statement":
            return False
        return (
            _TRACING.search(self.source[callee.start_byte : min(callee.end_byte, callee.start_byte + 80)]) is not None
        )

    # -- names of their own ---------------------------------------------------------------------------------------

    def may_be_local(self, start: int, end: int) -> bool:
        before = self._masked[max(0, start - 6) : start]
        return before.endswith(scopes.BEFORE) or scopes.SUSPECT.match(self._masked, end) is not None

    def scope_of(self, around: list[Node]) -> tuple[int, int] | None:
        span = scopes.scope_of(around, self._elsewhere)
        if span is None:
            return self._redefined(around)
        # What a function imports itself and sets where that fails is bound by the import.
        name = text(self.source[around[-1].start_byte : around[-1].end_byte])
        if not self._imported_inside:
            self._imported_inside[""] = []
            for row in self.imports:
                if row.symbol >= 0:
                    self._imported_inside.setdefault(row.alias, []).append(row.line)
        lines = self._imported_inside.get(name, ())
        place = bisect_left(lines, self.line(span[0]))
        return None if place < len(lines) and lines[place] <= self.line(span[1]) else span

    def _redefined(self, around: list[Node]) -> tuple[int, int] | None:
        """Where a name that was imported means what the module itself defines after all imports of it."""
        start, name, line = scopes.redefined_from(around), around[-1].text, self.line(around[-1].start_byte)
        is_last = start >= 0 and not any(row.line > line and row.alias.encode() == name for row in self.imports)
        return (start, len(self.source)) if is_last else None

    # -- the end --------------------------------------------------------------------------------------------------

    def finish(self) -> None:
        for name in self._unlisted:
            self._listed.pop(name, None)
        if self.has_all:
            for index, symbol in enumerate(self.symbols):
                if symbol.parent < 0 and symbol.name in self._listed:
                    self.symbols[index] = symbol._replace(visibility="public")
                elif symbol.parent < 0 and symbol.visibility == "public" and not symbol.name.startswith("__"):
                    # Not offered, yet not hidden: others may import it by name.
                    self.symbols[index] = symbol._replace(visibility="protected")
        if self._listed:
            self.exports.extend(Export(name, name, -1, line) for name, line in self._listed.items())
            for index, row in enumerate(self.imports):
                if row.alias in self._listed and row.symbol < 0 and row.name != "*":
                    self.imports[index] = row._replace(flags=row.flags | REEXPORT)
        self.read_imported_names(self._import_spans)
        is_open = self._is_open()
        for index, modifier in self._standing.marks(is_open=is_open):
            symbol = self.symbols[index]
            self.symbols[index] = symbol._replace(modifiers=f"{symbol.modifiers} {modifier}".strip())
        if is_open:
            self.exports.append(Export("*", "*", -1, 1))

    def _is_open(self) -> bool:
        """Whether the module may have names that are not written down as such."""
        source = self.source
        for part, ways in _BY_RUNNING.items():
            if part in source and any(way in source for way in ways):
                return True
        if (b":=" in source or b"match " in source) and _BOUND_IN_PASSING.search(self._masked):
            return True
        has_getter = b"__getattr__" in source
        stated = scopes.Elsewhere(self._masked).names(scopes.GLOBAL) if self._elsewhere.is_mentioned else []
        if not has_getter and not stated:
            return False
        own = {symbol.name for symbol in self.symbols if symbol.parent < 0}
        if has_getter and ("__getattr__" in own or any(row.alias == "__getattr__" for row in self.imports)):
            return True
        return any(text(name) not in own for name in stated)


_OPENS = Flow(opens=True)
_DECISION = Flow(cyclomatic=1)
_ELIF = Flow(cyclomatic=1, cognitive=1)
_GETTERS = {"property", "cached_property", "abstractproperty", "getter"}
_PROPERTIES = {"property", "cached_property", "setter", "deleter", "getter", "abstractproperty"}
_SEVERAL = {
    "expression_list",
    "pattern_list",
    "tuple_pattern",
    "list_pattern",
    "list_splat_pattern",
    "tuple",
    "list",
}  # of targets
_CONSTANT_NODES = {"string", "integer", "float", "true", "false", "none", "concatenated_string"}


def _visibility(name: bytes) -> str:
    """By leading underscore; names like `__init__` are public."""
    if not name.startswith(b"_") or (name.startswith(b"__") and name.endswith(b"__")):
        return "public"
    return "private"


def _modifiers(decorators: Sequence[str], *, is_async: bool) -> str:
    if not decorators:
        return "async" if is_async else ""
    names = {decorator.rpartition(".")[2] for decorator in decorators}
    held = (
        ("abstract", not names.isdisjoint(("abstractmethod", "abstractproperty"))),
        ("static", not names.isdisjoint(("staticmethod", "classmethod"))),
        ("async", is_async),
        ("get", not names.isdisjoint(_GETTERS)),
        ("set", "setter" in names),
    )
    return " ".join(name for name, holds in held if holds)


def _without_parentheses(node: Node | None) -> Node | None:
    while node is not None and node.type == "parenthesized_expression":
        node = node.named_child(0)
    return node


def _statements(block: Node) -> list[Node]:
    """Statements of a small block without comments and documentation."""
    found: list[Node] = []
    for child in block.named_children:
        if child.type == "comment":
            continue
        if child.type == "expression_statement":
            inner = child.named_child(0)
            if inner is not None and inner.type == "string" and not found:
                continue
        found.append(child)
    return found


def _only_call(statement: Node) -> Node | None:
    if statement.type not in ("return_statement", "expression_statement"):
        return None
    value = statement.named_child(0) if statement.named_child_count == 1 else None
    if value is not None and value.type == "await":
        value = value.named_child(0)
    return value if value is not None and value.type == "call" else None


@lru_cache(maxsize=4096)
def _named_in(annotation: bytes) -> tuple[tuple[bytes, int], ...]:
    """The dotted names in it and where they stand."""
    if b"Literal[" in annotation:
        annotation = re.sub(rb"""Literal\[[^\]]*\]""", b"Literal", annotation)
    return tuple((found[0], found.start()) for found in _DOTTED_NAME.finditer(annotation))


@lru_cache(maxsize=4096)
def _imported(statement: str) -> tuple[Import, ...]:
    """The names that an import statement binds; line and symbol are left open, and so are the flags but for `x as x`,
    which says that `x` is offered (PEP 484)."""
    if "#" in statement:
        statement = COMMENT.sub("", statement)
    if "\\" in statement:
        statement = statement.replace("\\\r\n", " ").replace("\\\n", " ")
    statement = _DOT.sub(".", statement)
    found = _FROM.match(statement) if statement.startswith("from") else None
    if found is None:
        return tuple(_modules(statement[6:]))
    names = found[3].strip()
    if names.startswith("("):
        names = names[1:].rpartition(")")[0] or names[1:]
    return tuple(_names_from(found[2], found[1].count("."), names))


def _modules(listed: str) -> Iterator[Import]:
    """`import a.b, c as d`."""
    for part in listed.split(","):
        name = _NAME_AS.match(part.strip())
        module = name[1].strip(".") if name is not None and name[1] != "*" else ""
        if name is not None and module:
            yield Import(module, 0, "", name[2] or module.partition(".")[0], 0, 0, -1)


def _names_from(module: str, level: int, listed: str) -> Iterator[Import]:
    """`from module import a, b as c`."""
    for part in listed.split(","):
        name = _NAME_AS.match(part.strip())
        if name is None:
            continue
        if name[1] == "*":
            yield Import(module, level, "*", "", 0, 0, -1)
        else:
            yield Import(module, level, name[1], name[2] or name[1], 0, REEXPORT if name[2] == name[1] else 0, -1)
