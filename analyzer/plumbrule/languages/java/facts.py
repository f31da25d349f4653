"""What one Java file says. Hides the language's spelling: modifiers, members, which names may lead to another file.

Visibility: what has no word for it is open to its package and stored as `protected`. Java's own `protected` opens what
it marks to the package too, and nobody outside can ask for either. `private` is left for what no other file can name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from functools import lru_cache
from typing import ClassVar, NamedTuple

from tree_sitter import Node, Query, Tree

from plumbrule.extract.branches import BRANCH, BranchSweep
from plumbrule.extract.hiding import Hiding, Span
from plumbrule.extract.signs import NEWLINE, SLASH
from plumbrule.extract.sweep import LONGEST_NAME, Flow, require_text, text
from plumbrule.facts import ANCESTOR, CALLED, IMPLICIT, OF_TYPES, RECEIVED, Facts, Import, Parameter

_BOM = b"\xef\xbb\xbf"
_SPACE = re.compile(rb"\s+")
_COMMENT = re.compile(rb"//[^\n]*|/\*.*?\*/", re.DOTALL)
_PLAIN = re.compile(rb"[\w$.\x80-\xff]+")
_IMPORT = re.compile(rb"import(\s+static)?\s+([\w$.\x80-\xff]+?)(\.\*)?\s*;?")
# What a pattern begins with is looked for fast; what must not stand before it is asked afterwards.
_CONSTANT = re.compile(rb"([A-Z](?<![\w$@.\x80-\xff].)[A-Z0-9_]+)(?![\w$\x80-\xff]|\s*[(.:])")
_GIVEN_BEFORE = re.compile(rb"([\w$>\]\x80-\xff]+)\s+\Z")  # a type: what stands there is being declared
_NO_TYPES = frozenset((b"return", b"else", b"throw", b"assert", b"yield", b"do", b"case", b"instanceof", b"new"))
_DOT = re.compile(rb"\s*\.\s*")
_WORD = rb"[\w$\x80-\xff]"
_QUALIFIED = re.compile(rb"((?:[a-z_]" + _WORD + rb"*\.)*[a-z_]" + _WORD + rb"*)\.([A-Z]" + _WORD + rb"*)")
_OWN_CALL = re.compile(rb"([a-z_$\x80-\xff]" + _WORD + rb"*)\s*+\(")
_LOWER = re.compile(rb"[a-z]")
# What packages begin with; elsewhere than where a type is meant, a dotted name might as well be a variable's.
_USUAL_ROOTS = frozenset((b"java", b"javax", b"jakarta", b"com", b"org", b"net", b"io", b"de", b"dev", b"sun", b"jdk"))
_LONGEST_ROOT = 40
_LONGEST_TEXT = 500  # of a type kept as written; what follows is replaced by an ellipsis
_LONGEST_SILENT = 2_000  # bytes of a handler that may turn out to do nothing
_BROAD = frozenset(("Exception", "Throwable", "RuntimeException", "java.lang.Exception", "java.lang.Throwable"))
_SILENT = re.compile(rb"\{\s*(?:(?:return(?:\s+(?:null|true|false|-?[\d.]+|\"[^\"\n]*\"))?|continue|break)\s*;)?\s*\}")
_CASE = Flow(cyclomatic=1)
_JUMP = Flow(cognitive=1)
_UNNAMED = Flow(shifts=True)
_CLASS = Flow(shifts=True, holds=True)
_VISIBILITIES = ("public", "protected", "private")
_NO_WORDS: frozenset[str] = frozenset()
_MODIFIERS = frozenset(
    ("public", "protected", "private", "abstract", "static", "final", "strictfp", "default", "synchronized", "native",
     "transient", "volatile", "sealed", "non-sealed")
)  # fmt: skip
_ANNOTATION = re.compile(r"@[\w$]+(?:\.[\w$]+)*", re.ASCII)
_ANNOTATIONS = ("annotation", "marker_annotation")
_HEADS = ("superclass", "super_interfaces", "extends_interfaces")
_NAMES_OF_TYPES = ("type_identifier", "scoped_type_identifier")
_HELD = ("identifier", "field_access")


def extract(source: bytes, tree: Tree, query: Query) -> Facts:
    """Facts of a `.java` file; ValueError with a plain reason if the bytes are no UTF-8 text."""
    require_text(source)
    return _JavaSweep(source).run(tree, query)


class _JavaSweep(BranchSweep):
    FLOWS: ClassVar[Mapping[str, Flow]] = {
        "ternary": BRANCH,
        "lambda": _UNNAMED,
    }
    KEYWORDS: ClassVar[frozenset[bytes]] = frozenset(
        b"abstract assert boolean break byte case catch char class const continue default do double else enum extends "
        b"final finally float for goto if implements import instanceof int interface long native new package permits "
        b"private protected public record return sealed short static strictfp super switch synchronized this throw "
        b"throws transient try var void volatile while yield".split()
    )
    CONSTANTS: ClassVar[frozenset[bytes]] = frozenset((b"true", b"false", b"null"))
    # Of what every file sees of `java.lang`, what nobody calls own classes by, or what stands in nearly every file.
    BUILTINS: ClassVar[frozenset[str]] = frozenset(
        "Boolean Class Deprecated Exception FunctionalInterface IllegalArgumentException IllegalStateException "  # noqa: SIM905
        "IndexOutOfBoundsException Integer InterruptedException Long NullPointerException Object Override "
        "RuntimeException SafeVarargs String StringBuilder SuppressWarnings Throwable UnsupportedOperationException "
        "var".split()
    )
    OWN: ClassVar[frozenset[str]] = frozenset(("this", "super"))
    _USUAL: ClassVar[frozenset[bytes]] = frozenset(name.encode() for name in BUILTINS)

    def __init__(self, source: bytes) -> None:
        super().__init__(source)
        self._import_spans: list[Span] = []
        self._names_to = 0  # names before this offset are parts of a dotted one that was taken
        self._calls_to = 0
        self._local: dict[bytes, set[Span]] = {}  # where a name is that of a type of this file or of a type parameter
        self._any_static = False  # whether a static import brings all that a class has
        self._statics: set[bytes] = set()
        self._qualified: dict[bytes, int] = {}  # import rows of names that say their package wherever they are used
        # What may be a member that is inherited: in which symbol, for what, how, the name, where it stands.
        self._inheritable: list[tuple[int, str, str, bytes, int]] = []
        self._anonymous: list[Span] = []
        self._roots = set(_USUAL_ROOTS)  # what packages begin with here
        if source.startswith(_BOM):
            self.mask(0, len(_BOM), code=False)

    # -- packages -------------------------------------------------------------------------------------------------

    def on_package(self, node: Node) -> None:
        self.cut(node.start_byte, node.end_byte)
        named = next((child for child in node.named_children if child.type.endswith("identifier")), None)
        if not self.spaces and named is not None:
            self._space(self._one_line(named.start_byte, named.end_byte), self.line(node.start_byte))

    def _space(self, name: bytes, line: int) -> None:
        self.spaces.append((text(name), 1, self.line(max(0, len(self.source) - 1))))
        self._roots.add(name.partition(b".")[0])
        self.imports.append(Import(text(name), 0, "*", "", line, IMPLICIT, -1))

    def on_import(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        self.cut(start, end)
        self._import_spans.append((start, end))
        if end - start > 4 * LONGEST_NAME:
            return
        said = _imported(self.source[start:end])
        if said is None:
            return
        self._roots.add(said.root)
        if said.name == "*":
            self._any_static = self._any_static or said.is_static
        elif said.is_static:
            self._statics.add(said.last)
        row = said.module, 0, said.name, said.alias, self.line(start), 0, -1
        self.imports.append(tuple.__new__(Import, row))

    def on_service(self, node: Node) -> None:
        """What a module uses or provides: types, with their packages."""
        for child in node.named_children:
            self._qualify("type", self._one_line(child.start_byte, child.end_byte), child.start_byte, is_type=True)

    # -- definitions ----------------------------------------------------------------------------------------------

    def _modifiers(self, node: Node) -> tuple[str, Set[str], list[str]]:
        """Visibility, the other words, and the names of annotations."""
        first = node.child(0)
        words: Set[str] = _NO_WORDS
        decorators: list[str] = []
        if first is not None and first.type == "modifiers":
            plain = _plain_modifiers(self.source[first.start_byte : first.end_byte])
            if plain is not None and not first.has_error:
                words, decorators = plain[0], [*plain[1]]
            else:
                words = frozenset(child.type for child in first.children)
                named = (child.child_by_field_name("name") for child in first.children if child.type in _ANNOTATIONS)
                decorators = [text(self._one_line(n.start_byte, n.end_byte)) for n in named if n is not None]
        visibility = ""
        for word in _VISIBILITIES:
            if word in words:
                visibility = word
                break
        else:
            around = self.symbols[self.symbol] if self.symbol >= 0 else None
            visibility = "public" if around is not None and around.kind == "interface" else "protected"
            if around is not None and visibility == "protected":
                words = {*words, "packaged"}
        return visibility, words, decorators

    @property
    def _in_class(self) -> bool:
        """Whether what is declared here is a member of a class that has a name."""
        frame = self.frame
        return frame.symbol >= 0 and not frame.is_function and frame.unnamed is None

    def on_class(self, node: Node) -> None:
        self._type(node, "class")

    def on_interface(self, node: Node) -> None:
        self._type(node, "interface")

    def on_enum(self, node: Node) -> None:
        self._type(node, "enum")

    def _type(self, node: Node, kind: str) -> None:
        named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if named is None or body is None:
            return
        if not self.spaces:
            self._space(b"", 1)
        name = self.source[named.start_byte : named.end_byte]
        visibility, words, decorators = self._modifiers(node)
        heads = [part for part in node.named_children if part.type in _HEADS]
        generic, given = node.child_by_field_name("type_parameters"), node.child_by_field_name("parameters")
        if self.frame.symbol >= 0:
            self._make_local(name, self.frame.node)
        elif any(decorator.rpartition(".")[2] == "Generated" for decorator in decorators):
            self.is_generated = True
        is_local = self.in_function or self.frame.unnamed is not None
        index = self.define(
            name,
            kind,
            "private" if is_local else visibility,
            (node.start_byte, node.end_byte),
            exported=not is_local and (visibility != "private" or self.frame.symbol < 0),
            signature=" ".join(filter(None, map(self._written, (generic, given, *heads)))),
            modifiers=" ".join(word for word in ("abstract", "static", "packaged") if word in words),
            decorators=decorators,
        )
        self._hide_type_parameters(generic, node)
        self.enter(index, name, node, body.start_byte, function=False)
        for said in (said for head in heads for said in _types_in(head)):
            self._inherit(index, said)
        if given is not None and index >= 0:
            self._components(index, given)

    def _components(self, index: int, given: Node) -> None:
        """What a record holds; it is also what making one takes."""
        for declaration in given.named_children:
            named = declaration.child_by_field_name("name")
            if named is not None:
                name = self.source[named.start_byte : named.end_byte]
                said = self._written(declaration.child_by_field_name("type"))
                span = declaration.start_byte, declaration.end_byte
                self.define(name, "property", "public", span, signature=f": {said}", returns=said)
        span = given.start_byte, given.end_byte
        visibility = self.symbols[index].visibility
        signature, is_open = self._written(given), visibility != "private"
        made = self.define(b"constructor", "method", visibility, span, exported=is_open, signature=signature)
        self._take_parameters(made, given)

    def _inherit(self, index: int, said: Node) -> None:
        start, end = said.start_byte, said.end_byte
        name = self._one_line(start, end)
        if not self._qualify("inherit", name, start, is_type=True):
            self._name("inherit", start, end)
        if index >= 0 and len(name) <= LONGEST_NAME:
            self.supers.append((index, text(name), ANCESTOR))

    def on_enum_constant(self, node: Node) -> None:
        named = node.child_by_field_name("name")
        if named is not None and self._in_class:
            name = self.source[named.start_byte : named.end_byte]
            self.define(name, "constant", "public", (node.start_byte, node.end_byte), modifiers="static")

    def on_method(self, node: Node) -> None:
        named = node.child_by_field_name("name")
        if named is not None:
            self._callable(node, self.source[named.start_byte : named.end_byte])

    def on_constructor(self, node: Node) -> None:
        self._callable(node, b"constructor")

    def _callable(self, node: Node, name: bytes) -> None:
        generic = node.child_by_field_name("type_parameters")
        self._hide_type_parameters(generic, node)
        if not self._in_class:
            return  # of a class without a name, which has raised the nesting
        body, given = node.child_by_field_name("body"), node.child_by_field_name("parameters")
        visibility, words, decorators = self._modifiers(node)
        if node.type.startswith("c") and self.symbols[self.symbol].kind == "enum":
            visibility = "private"  # a constructor of an enumeration, without a word for it (JLS 8.9.2)
            words = words - {"packaged"}
        returns = self._written(node.child_by_field_name("type"))
        modifiers = [word for word in ("abstract", "static", "packaged") if word in words]
        if body is None and words.isdisjoint(("abstract", "native")) and self.symbols[self.symbol].kind == "interface":
            modifiers.insert(0, "abstract")
        signature = self._written(generic) + self._written(given)
        index = self.define(
            name,
            "method",
            visibility,
            (node.start_byte, node.end_byte),
            exported=visibility != "private",
            signature=signature + (f" {returns}" if returns else ""),
            returns=returns,
            modifiers=" ".join(modifiers),
            decorators=decorators,
        )
        if given is not None:
            self._take_parameters(index, given)
        if body is not None:
            self.enter(index, name, node, body.start_byte, function=True)

    def _take_parameters(self, index: int, given: Node) -> None:
        for declaration in given.named_children if index >= 0 else ():
            if declaration.type == "spread_parameter":
                parts = declaration.named_children
                holder = next((part for part in parts if part.type == "variable_declarator"), None)
                named = holder.child_by_field_name("name") if holder is not None else None
                said = next((part for part in parts if part.type not in ("modifiers", "variable_declarator")), None)
                kind, optional = "variadic", True
            elif declaration.type == "formal_parameter":
                named, said = declaration.child_by_field_name("name"), declaration.child_by_field_name("type")
                kind, optional = "positional-only", False
            else:
                continue
            name = text(self.source[named.start_byte : named.end_byte]) if named is not None else ""
            self.parameters.append(Parameter(index, name, kind, "", optional, self._written(said)))

    def on_field(self, node: Node) -> None:
        self.statement()
        if not self._in_class:
            return
        visibility, words, decorators = self._modifiers(node)
        said = self._written(node.child_by_field_name("type"))
        is_constant = {"static", "final"} <= words or self.symbols[self.symbol].kind == "interface"
        is_static = "static" in words or is_constant
        for declarator in node.children_by_field_name("declarator"):
            named = declarator.child_by_field_name("name") if declarator.is_named else None
            if named is not None:
                self.define(
                    self.source[named.start_byte : named.end_byte],
                    "constant" if is_constant else "property",
                    visibility,
                    (node.start_byte, node.end_byte),
                    exported=visibility != "private",
                    signature=f": {said}",
                    returns=said,
                    modifiers=" ".join(["static"] * is_static + ["packaged"] * ("packaged" in words)),
                    decorators=decorators,
                )

    def _hide_type_parameters(self, given: Node | None, inside: Node) -> None:
        for parameter in given.named_children if given is not None else ():
            named = next((child for child in parameter.named_children if child.type == "type_identifier"), None)
            if named is not None:
                self._make_local(self.source[named.start_byte : named.end_byte], inside)

    def _make_local(self, name: bytes, inside: Node | None) -> None:
        if inside is not None:
            self._local.setdefault(name, set()).add((inside.start_byte, inside.end_byte))

    def _written(self, node: Node | None) -> str:
        """The text of a node on one line, comments left out."""
        if node is None:
            return ""
        start, end = node.start_byte, node.end_byte
        if end - start > 4 * _LONGEST_TEXT:
            end = start + 4 * _LONGEST_TEXT
        return _on_one_line(self.source[start:end])

    # -- references -----------------------------------------------------------------------------------------------

    def _one_line(self, start: int, end: int) -> bytes:
        """A dotted name without the white space in it, and without what follows its first type argument."""
        name = self.source[start : min(end, start + 4 * LONGEST_NAME)]
        if _PLAIN.fullmatch(name) is None:
            name = _SPACE.sub(b"", _COMMENT.sub(b"", name.partition(b"<")[0].partition(b"@")[0]))
        return name

    def _name(self, kind: str, start: int, end: int) -> None:
        """Refers to what a name means that begins with no package."""
        if _PLAIN.fullmatch(self.source, start, end) is not None:
            self.refer(kind, start, end)
        else:
            self.refer_to(kind, self._one_line(start, end), start)

    def _qualify(self, kind: str, name: bytes, start: int, end: int = -1, *, is_type: bool) -> bool:
        """Whether a name begins with a package; if so that is as good as an import, and noted as one, to which it
        refers. `end` is where it ends as a callee."""
        found = _QUALIFIED.match(name)
        if found is None or len(name) > LONGEST_NAME:
            return False
        if not is_type and (b"." not in found[1] or found[1].partition(b".")[0] not in self._roots):
            return False
        row = self._qualified.get(found[0])
        if row is None:
            row = self._qualified[found[0]] = len(self.imports)
            # What looks like the constant of a variable is one unless a type is declared so.
            flags = 0 if is_type or _LOWER.search(found[2]) is not None else IMPLICIT
            self.imports.append(Import(text(found[1]), 0, text(found[2]), "", self.line(start), flags, -1))
        self.refer_through(row, self.symbol, kind, name[found.start(2) :], start, end)
        return True

    def on_invocation(self, node: Node) -> None:
        start, source = node.start_byte, self.source
        if start < self._calls_to:
            return  # the call at the head of a chain, whose last call was met before it
        if source.startswith((b"this", b"super"), start):
            self._of_own("call", node.child_by_field_name("object"), node.child_by_field_name("name"))
        if not (source[start : start + 1].isupper() or self._may_be_package(start)):
            # A call of something that is no other file's by its looks, unless it is imported; or one of what an
            # expression gives, and then it says nothing of where that is.
            own = _OWN_CALL.match(source, start)
            if own is not None:
                self._calls_to = own.end(1)
                self._own_call(node, own[1])
                if self._any_static or own[1] in self._statics:
                    self.refer("call", start, own.end(1))
                else:
                    self._inherit_use("call", OF_TYPES, own[1], start)
            return
        held, named = node.child_by_field_name("object"), node.child_by_field_name("name")
        if held is not None and held.type == "field_access" and self._of_own("call", held, named):
            return
        if held is not None and named is not None and held.type in _HELD:
            self._held("call", held, named)
        elif held is None and named is not None and self.source[start : named.end_byte] in self._statics:
            self.refer("call", start, named.end_byte)

    def _held(self, kind: str, held: Node, member: Node) -> None:
        """Refers to a member of what is held, if that may be a class: by custom they alone begin with a capital."""
        start, end = held.start_byte, held.end_byte
        if start < self._names_to:
            return
        is_type = self.source[start : start + 1].isupper()
        if is_type and _PLAIN.fullmatch(self.source, start, member.end_byte) is not None:
            self._names_to = end
            self.refer(kind, start, member.end_byte)
        elif is_type or self._may_be_package(start):
            name = self._one_line(start, end)
            if member.type == "identifier":
                name += b"." + self.source[member.start_byte : member.end_byte]
            stop = member.end_byte if kind == "call" else -1
            if is_type:
                self._names_to = end
                self.refer_to(kind, name, start)
            elif self._qualify(kind, name, start, stop, is_type=False):
                self._names_to = end

    def _of_own(self, kind: str, held: Node | None, named: Node | None) -> bool:
        """Whether a name is said to be a member of the object at hand, or of one around it."""
        if held is None or named is None:
            return False
        said = held.type
        if said == "field_access":
            last, around = held.child_by_field_name("field"), held.child_by_field_name("object")
            if last is None or last.type != "this" or around is None or around.type != "identifier":
                return False
            said = "this@" + text(self.source[around.start_byte : around.end_byte])
        elif said not in self.OWN:
            return False
        name = self.source[named.start_byte : named.end_byte]
        self._inherit_use(kind, said, name, named.start_byte)
        return True

    def _inherit_use(self, kind: str, how: str, name: bytes, start: int) -> None:
        unnamed = self.frame.unnamed
        if self.symbol >= 0 and (unnamed is None or not unnamed.in_class):
            self._inheritable.append((self.symbol, kind, how, name, start))

    def on_anonymous(self, node: Node) -> None:
        self._anonymous.append((node.start_byte, node.end_byte))
        self.flow(_CLASS, node)

    def _own_call(self, node: Node, name: bytes) -> None:
        """Notes a call by a plain name, at the head of this node."""
        frame = self.frame
        if not frame.is_function:
            return
        self._callees.setdefault(frame.symbol, []).append(name)
        if frame.recursive or name != frame.name or frame.node is None:
            return
        while (held := node.child_by_field_name("object")) is not None:
            node = held
        given, taken = node.child_by_field_name("arguments"), frame.node.child_by_field_name("parameters")
        if given is not None and taken is not None and given.named_child_count == taken.named_child_count:
            frame.recursive = True
            frame.cognitive += 1

    def on_creation(self, node: Node) -> None:
        made = node.child_by_field_name("type")
        if made is not None and made.type == "generic_type":
            made = made.named_child(0)
        if made is not None and made.type == "type_identifier":
            self._names_to = made.end_byte
            self.refer("call", made.start_byte, made.end_byte)
        elif made is not None and made.type == "scoped_type_identifier":
            start, end = made.start_byte, made.end_byte
            if not self._qualify("call", self._one_line(start, end), start, end, is_type=True):
                self._name("call", start, end)
            if b"<" not in self.source[start:end]:
                self._names_to = end

    def on_access(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        if start < self._names_to:
            return
        if self.source.startswith((b"this", b"super"), start):
            self._of_own("read", node.child_by_field_name("object"), node.child_by_field_name("field"))
        if self.source[start : start + 1].isupper():
            self._names_to = end
            self._name("read", start, end)
        elif self._may_be_package(start) and self._qualify("read", self._one_line(start, end), start, is_type=False):
            self._names_to = end

    def _may_be_package(self, start: int) -> bool:
        """Whether the name there begins like that of a package, and less like a variable."""
        return self.source[start : start + _LONGEST_ROOT].partition(b".")[0].rstrip() in self._roots

    def on_method_reference(self, node: Node) -> None:
        held, named = node.named_child(0), node.child(node.child_count - 1)
        if held is not None and named is not None and held.type in _HELD:
            self._held("read", held, named)
        elif named is not None and named.type == "identifier":
            self._of_own("refer", held, named)

    def on_annotation(self, node: Node) -> None:
        named = node.child_by_field_name("name")
        if named is None:
            return
        if named.type == "identifier":
            if self.source[named.start_byte : named.end_byte] not in self._USUAL:
                self.refer("type", named.start_byte, named.end_byte)
        else:
            self._dotted_type(named)

    def on_type(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        if start >= self._names_to and self.source[start:end] not in self._USUAL:
            self.refer("type", start, end)

    def on_scoped_type(self, node: Node) -> None:
        if node.start_byte >= self._names_to:
            self._dotted_type(node)

    def on_record_pattern(self, node: Node) -> None:
        """The grammar calls the type of such a pattern a name, and spells out only generic ones."""
        said = node.named_child(0) if node.named_child_count else None
        if said is not None and said.type == "identifier" and self.source[said.start_byte : said.end_byte] != b"var":
            self.refer("type", said.start_byte, said.end_byte)

    def _dotted_type(self, node: Node) -> None:
        start, end = node.start_byte, node.end_byte
        if not self._qualify("type", self._one_line(start, end), start, is_type=True):
            self._name("type", start, end)
        opened = self.source.find(b"<", start, end)
        self._names_to = opened if opened >= 0 else end

    # -- figures --------------------------------------------------------------------------------------------------

    def on_label(self, node: Node) -> None:
        if self.source.startswith(b"case", node.start_byte):
            self.flow(_CASE, node)

    def on_jump(self, node: Node) -> None:
        self.statement()
        if node.named_child_count:
            self.flow(_JUMP, node)

    def on_catch(self, node: Node) -> None:
        body = node.child_by_field_name("body")
        given = next((child for child in node.named_children if child.type == "catch_formal_parameter"), None)
        said = next((c for c in given.named_children if c.type == "catch_type"), None) if given is not None else None
        types = self._written(said)
        is_short = body is not None and body.end_byte - body.start_byte <= _LONGEST_SILENT
        held = _COMMENT.sub(b"", self.source[body.start_byte : body.end_byte]) if body is not None and is_short else b""
        self.caught(
            node,
            types,
            broad=not _BROAD.isdisjoint(part.strip() for part in types.split("|")),
            silent=_SILENT.fullmatch(held) is not None,
        )
        self.flow(BRANCH, node)

    def on_throw(self, node: Node) -> None:
        self.statement()
        thrown = node.named_child(0)
        made = thrown.child_by_field_name("type") if thrown is not None else None
        self.raises(node, self._written(made))

    @staticmethod
    def literal_of(written: bytes) -> bytes:
        return written.strip(b'"') if written.startswith(b'"') else b""

    def finish(self) -> None:
        hiding = Hiding(self._local, self._local)
        if self.supers:
            self._note_inheritable()
        self.read_imported_names(self._import_spans, hiding)

    def _note_inheritable(self) -> None:
        """Refers to what may be a member of a type around that inherits."""
        own = {symbol.name for symbol in self.symbols}
        heirs = {index for index, _, _ in self.supers}
        rows: dict[tuple[int, str, bool], int] = {}
        self._find_constants({name.rpartition(".")[2].encode() for name in own})
        for symbol, kind, how, name, start in self._inheritable:
            inside = self._type_around(symbol)
            around = inside
            while around >= 0 and around not in heirs:
                around = self.symbols[around].parent
            if around < 0 or (how in (OF_TYPES, "this") and f"{self.symbols[inside].name}.{text(name)}" in own):
                continue
            key = inside, how, kind != "read"
            row = rows.get(key)
            if row is None:
                row = rows[key] = len(self.imports)
                asked, flags = CALLED if kind != "read" else "", IMPLICIT | RECEIVED
                self.imports.append(Import(how, 0, asked, "", self.line(start), flags, inside))
            end = start + len(name) if kind == "call" else -1
            self.refer_through(row, symbol, "read" if kind == "refer" else kind, name, start, end)

    def _type_around(self, symbol: int) -> int:
        while symbol >= 0 and self.symbols[symbol].kind not in ("class", "interface", "enum"):
            symbol = self.symbols[symbol].parent
        return symbol

    def _find_constants(self, own: Set[bytes]) -> None:
        """Takes what is written as constants alone are, and is none of this file; a label is one of its own type."""
        masked, opened = self._masked, [start for start, _ in self._opened]
        met = {start for _, _, start, _ in self._met}
        hidden = Hiding({b"": set(self._anonymous)}, {})
        places: list[tuple[bytes, int]] = []
        known = {*own, *self._statics, *self._local}
        for found in _CONSTANT.finditer(masked, self._import_spans[-1][1] if self._import_spans else 0):
            name, start = found[1], found.start()
            given = _GIVEN_BEFORE.search(masked, max(0, start - _LONGEST_ROOT), start)
            if given is not None and given[1] not in _NO_TYPES:
                known.add(name)
            elif start not in met and not hidden.hides(b"", start) and not self._is_label(start):
                places.append((name, start))
        for name, start in places:
            symbol = self._symbol_at(start, opened)
            if symbol >= 0 and name not in known:
                self._inheritable.append((symbol, "read", OF_TYPES, name, start))

    def _is_label(self, start: int) -> bool:
        """Whether what stands there is behind the `case` of its line."""
        line = self._masked.rfind(b"\n", 0, start) + 1
        return self._masked[line : min(start, line + _LONGEST_TEXT)].lstrip().startswith(b"case ")


class _Imported(NamedTuple):
    module: str
    name: str
    alias: str
    is_static: bool
    root: bytes  # the first part
    last: bytes


# Most of what is written in these places has been written so in another file.
@lru_cache(maxsize=20_000)
def _imported(statement: bytes) -> _Imported | None:
    """What an import statement says; None if it is not understood."""
    written = _DOT.sub(b".", _SPACE.sub(b" ", _COMMENT.sub(b" ", statement))).strip()
    found = _IMPORT.fullmatch(written)
    if found is None:
        return None
    path, is_static = found[2], bool(found[1])
    root = path.partition(b".")[0]
    if found[3]:
        return _Imported(text(path), "*", "", is_static, root, b"")
    module, _, last = path.rpartition(b".")
    return _Imported(text(module), text(last), text(last), is_static, root, last)


@lru_cache(maxsize=4096)
def _plain_modifiers(written: bytes) -> tuple[frozenset[str], tuple[str, ...]] | None:
    """The words in modifiers, and the names of annotations; None if it takes a look at the tree to tell them."""
    if len(written) > LONGEST_NAME:
        return None
    words, names = [], []
    for one in text(written).split():
        if _ANNOTATION.fullmatch(one):
            names.append(one[1:])
        elif one in _MODIFIERS:
            words.append(one)
        else:
            return None
    return frozenset(words), tuple(names)


@lru_cache(maxsize=8192)
def _on_one_line(written: bytes) -> str:
    """Without comments, and cut off where it is too long."""
    if NEWLINE in written or SLASH in written or b"  " in written:
        written = _SPACE.sub(b" ", _COMMENT.sub(b" ", written)).strip()
    return text(written[:_LONGEST_TEXT]) + ("…" if len(written) > _LONGEST_TEXT else "")


def _types_in(head: Node) -> Iterator[Node]:
    """The names of the types in an `extends` or `implements`, without those in their arguments."""
    lists = [child for child in head.named_children if child.type == "type_list"]
    for one in lists[0].named_children if lists else head.named_children:
        said: Node | None = one
        while said is not None and said.type in ("generic_type", "annotated_type"):
            said = said.named_child(0 if said.type == "generic_type" else said.named_child_count - 1)
        if said is not None and said.type in _NAMES_OF_TYPES:
            yield said
