"""What one file says about itself: a pure function of (bytes, language, extractor version).

Hides how facts are packed. A record has two halves that are decoded apart: ``Interface`` is what other files can
see (imports, symbols, parameters, exports) and is all that resolution of *other* files ever reads; ``Body`` is what
happens inside (references, functions, handlers, literals). Lines are 1-based. Names are text as written in the file;
binding them to files is resolution's work, never done here.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from functools import partial
from sys import intern
from typing import Any, NamedTuple, TypeVar

import orjson

from plumbrule.data import dataclass

# Flags of an import row, or-ed.
TYPE_ONLY = 1  # `if TYPE_CHECKING:`, `import type`, a `.pyi` or `.d.ts` only
LAZY = 2  # inside a function body, or `import()` / `require()` that is not at module level
DYNAMIC = 4  # `importlib.import_module("x")`, `__import__("x")`, `import("x")`, `require("x")` with a constant
REEXPORT = 8  # `export ... from`, or `from x import y` in an `__init__` (bound names others may import)
OPTIONAL = 16  # inside try/except ImportError
CONDITIONAL = 32  # under another `if`, e.g. a platform test
REQUIRED = 64  # `require("pkg")` of what is no path: a package may offer another file to it than to `import`
IMPLICIT = 128  # no statement: the language lets the file see this anyway (its own package)
PART = 256  # what is named is a part of this file, or offered as one, and nothing that it needs: `mod x;`
RELATIVE = 512  # the first part of the module is a name in scope before it is a package
MACROS = 1024  # the macros of what is named are seen by their plain names (Rust's `#[macro_use]`)
# No statement: what references see before all else that go through this row. The module is what is around them, of
# whose members they need not say whose they are, innermost first with blanks between: a type, "f()" for what the
# function f gives a lambda, ".f()" for what such a member of a value gives it, "^" for types without a value of theirs.
# At the end, if nothing else may be meant: "this" or "super" ("this@C" of that type), or "~" for all types around. The
# name is "()" for what is called. In the place of a type "?" is one that only a call settles.
RECEIVED = 2048
CALLED, APART, OF_TYPES, UNKNOWN = "()", "^", "~", "?"


VARIADIC = ("variadic", "variadic-keyword")  # kinds of parameters that take whatever is left


class Import(NamedTuple):
    """One bound name of one import statement; `import a, b` is two rows, `from m import x, y` two rows."""

    module: str  # as written without relative dots: "a.b", "./x", "@scope/pkg"; "" for `from . import x`
    level: int  # leading dots of a Python relative import, else 0
    name: str  # imported name; "" = the module itself, "*" = star, "default" = ES default import
    alias: str  # the name it is bound to in this file; "" when nothing is bound (side effect, re-export)
    line: int
    flags: int
    symbol: int  # index of the enclosing symbol, -1 at module level


class Symbol(NamedTuple):
    """A definition: module-level variables included, locals of functions not (nested functions and classes are)."""

    name: str  # dotted path inside the file: "Cart.total", "outer.inner"
    kind: str  # function | method | class | interface | enum | type | variable | constant | namespace | property
    visibility: str  # public | protected | private, by the language's own rule
    exported: bool  # importable from outside this file (ES `export`, Python: any module-level name)
    line: int
    end_line: int
    # Normalised on one line: "(a, b: int = 1) -> str"; class: "(Base, metaclass=M)"; a variable that only is another
    # name: "= a.b"; what a Python class says of a name in it: ": int = 1"; else "".
    signature: str
    returns: str  # return type, or type, as written, "" if none
    # Of abstract, static, async, generator, get, set and wrapped (given to a function that makes of it what has the
    # name) those that hold, in this order; then replaced (a later statement of its block deletes it or puts something
    # else in its place), value (a constant, in the place of a function or class), checking (for type checkers alone) or
    # object (a literal all of whose members are listed; they are static, and what value one that is no function has
    # is its signature, as of a variable: "= …" if it is neither a name nor plain data) or packaged (a member that no
    # other package sees or inherits); last deprecated (a pass-through function whose comment or docstring says so).
    modifiers: str
    decorators: list[str]  # as written, without "@", arguments cut: ["property", "app.route"]
    parent: int  # index of the enclosing symbol, -1 at module level

    def has(self, modifier: str) -> bool:
        return modifier in self.modifiers.split()


class Parameter(NamedTuple):
    symbol: int  # index of its function
    name: str
    kind: str  # positional-only | positional | keyword-only | variadic | variadic-keyword | property (object pattern)
    default: str  # as written, "" if required
    optional: bool  # has a default, `?`, or is variadic
    type: str  # as written, "" if none


class Overload(NamedTuple):
    """One signature of a function that has others in the same symbol; where there are such rows, callers see no other.

    What the symbol itself has as parameters are those of its implementation, without one of the first signature.
    """

    symbol: int  # index of its function
    signature: str  # of this one alone, as of a symbol
    returns: str


class Export(NamedTuple):
    """A name this file offers under another name or from elsewhere; plain definitions need no row.

    `__all__ = ["x"]` is ("x", "x", -1); `export {a as b}` ("b", "a", -1); `export {a as b} from "./m"` ("b", "a", i)
    with i the index of its import row; `export * from "./m"` ("*", "*", i); `export default f` ("default", "f", -1).
    ("*", "*", -1): there may be more names, which only running the file would tell.
    """

    name: str
    local: str
    imported: int  # index of the import row it comes from, -1 if it is defined or bound here
    line: int


class Interface(NamedTuple):
    lines: int  # physical lines
    code_lines: int  # lines that hold a token that is not a comment (docstrings count as comments)
    is_generated: bool  # a marker in the first lines says so
    has_all: bool  # Python: `__all__` is given as a literal; then only its names are star-imported
    imports: list[Import]
    symbols: list[Symbol]
    parameters: list[Parameter]
    overloads: list[Overload]
    overload_parameters: list[Parameter]  # `symbol` is the index of the overload here
    exports: list[Export]
    errors: list[tuple[int, int]]  # (first, last) line of each outermost error node; facts in them are less sure
    # (name, first line, last line) of each package or namespace that the file says its definitions are in, an outer one
    # before those in it; the name as written, an inner one without the outer one's.
    spaces: Sequence[tuple[str, int, int]] = ()
    # (first, last) line, in order, of text that was read without a grammar (what macros get), or that is code in some
    # settings only: a name was found, what it means is less sure.
    guessed: Sequence[tuple[int, int]] = ()
    dialect: str = ""  # that it is written in, where its name leaves that open and its content has told it
    # (symbol, name as written, ANCESTOR | SELF | VALUE) of each type whose members the symbol has too, "" for the one
    # around it, among whose members its own are (a companion of Kotlin); GIVEN: whose members a lambda sees that is
    # given to this function, "" of one that takes a lambda which sees none, "?" of one for which only its call tells.
    supers: Sequence[tuple[int, str, int]] = ()


# How a symbol has the members of a type: it inherits them, its own text sees them (a self type), it is a value or an
# alias of that type.
ANCESTOR, SELF, VALUE, GIVEN = 0, 1, 2, 3


class Reference(NamedTuple):
    """A name used in an expression, kept only if its head may cross a file (imported, or a star import's candidate)
    or names a symbol of this file. One row per (symbol, kind, text, through), the first line."""

    symbol: int  # enclosing symbol, -1 at module level
    # call | inherit | type | read (of an imported name or an attribute of one) | look (such a read which only compares
    # with it or asks about it: nobody is handed it who could call it)
    kind: str
    text: str  # dotted as written: "pkg.mod.func", "Base", "self.total" is dropped
    line: int
    # Of calls of imported names: how many arguments each passes by place and which by name ("2;key;other"), "*" if it
    # spreads something, "<" if it is a component that an element names, "?" if that is not plain to see; each once,
    # sorted, joined by "|".
    calls: str = ""
    # The import row that the first part of `text` stands for, where a name in scope does not tell: what a block binds,
    # or a module that is loaded in the midst of an expression. -1: whatever is so called here.
    through: int = -1


class Function(NamedTuple):
    """Body figures of one function or method."""

    symbol: int
    cyclomatic: int  # McCabe as radon counts it: 1 + decisions + boolean operators + comprehension loops/ifs + asserts
    cognitive: int  # Campbell 2018 (SonarSource), nested functions raise nesting and count for the outer function too
    nesting: int  # deepest nesting of control structures, 0 if none
    statements: int  # statements in the body, docstring excluded
    code_lines: int
    tokens: int  # named leaf tokens of the body, comments and docstring excluded (measures 2.1: F)
    interface_tokens: int  # named leaf tokens of the signature (measures 2.1: I)
    exact_hash: int  # 63-bit hash of the body's tokens, white space and comments ignored; 0 = too small to matter
    shape_hash: int  # the same with own names, strings and numbers replaced by one mark each; 0 = too small, or a test
    forwards: str  # dotted callee if this is a pass-through function (measures 2.1), else ""
    forward_grade: str  # A = strict, B = one more try/log/constant argument, "" = no pass-through
    handlers: int
    raises: int
    own_cognitive: int = 0  # of `cognitive` what lies in no function inside, named or not
    # The cognitive complexity that it stands for: all of it, unless it decides nothing itself and is only the place
    # where others live; then that of the most complex function inside that has no symbol and so no row of its own.
    weight: int = 0
    depth: int = 0  # `nesting` with functions inside
    inside: str = ""  # what of `cognitive` lies in which functions inside: "12 in total (line 7), 3 at line 9"
    accessor: str = ""  # set or delete, if it is that of a property, whose other accessors have the same symbol


class Handler(NamedTuple):
    symbol: int
    line: int
    caught: str  # types as written, "" = everything
    broad: bool  # catches everything: bare, Exception, BaseException, an untyped JS catch
    silent: bool  # body only passes, continues or returns a constant


class Literal(NamedTuple):
    """A string of 4 to 60 characters holding one of `_ - . / : %` or camelCase (measures 2.4), docstrings and import
    names excluded; once per text and file, first line."""

    text: str
    line: int


class Body(NamedTuple):
    references: list[Reference]
    functions: list[Function]
    handlers: list[Handler]
    literals: list[Literal]
    raised: list[tuple[int, str, int]]  # (symbol, exception name as written, line)
    module_code: int  # named leaf tokens of module-level code outside definitions and imports
    branches: int  # branch nodes in the whole file


@dataclass(frozen=True, slots=True)
class Facts:
    interface: Interface
    body: Body


_Row = TypeVar("_Row", bound=tuple[Any, ...])  # rows of any section; their fields are checked where they are made


def _columns(rows: Iterable[tuple[Any, ...]]) -> list[Any]:
    return list(zip(*rows, strict=True))


def _rows(row: type[_Row], columns: list[Any], again: Sequence[int] = ()) -> list[_Row]:
    """Rows of columns; what is in the columns `again` is the same text in many files, and is kept once."""
    for at in again if columns else ():
        columns[at] = map(intern, columns[at])
    return list(map(partial(tuple.__new__, row), zip(*columns, strict=True)))


def pack(facts: Facts) -> tuple[bytes, bytes]:
    """(interface, body) as compressed columns; `unpack_*` are the inverse. About a tenth of the source's size."""
    i, b = facts.interface, facts.body
    interface = [
        i.lines, i.code_lines, i.is_generated, i.has_all,
        _columns(i.imports), _columns(i.symbols), _columns(i.parameters), _columns(i.overloads),
        _columns(i.overload_parameters), _columns(i.exports), i.errors, i.spaces, i.guessed, i.dialect,
        i.supers,
    ]  # fmt: skip
    body = [
        _columns(b.references), _columns(b.functions), _columns(b.handlers), _columns(b.literals),
        b.raised, b.module_code, b.branches,
    ]  # fmt: skip
    return zlib.compress(orjson.dumps(interface), 1), zlib.compress(orjson.dumps(body), 1)


def _places(row: type[tuple[Any, ...]], names: str) -> tuple[int, ...]:
    fields: tuple[str, ...] = row._fields  # type: ignore[attr-defined] # every row has names
    return tuple(map(fields.index, names.split()))


_OF_IMPORTS = _places(Import, "module name alias")
_OF_SYMBOLS = _places(Symbol, "kind visibility returns modifiers")
_OF_PARAMETERS = _places(Parameter, "name kind default type")


def unpack_interface(packed: bytes, *, parameters: bool = True) -> Interface:
    """Raises ValueError or zlib.error when the bytes are not what `pack` made. Without `parameters` it has no overloads
    either: names are bound by the rest."""
    (
        lines, code, generated, has_all, imports, symbols, taken, overloads, overload_parameters, exports, errors,
        spaces, guessed, dialect, supers,
    ) = orjson.loads(zlib.decompress(packed))  # fmt: skip
    if not parameters:
        taken, overloads, overload_parameters = [], [], []
    return Interface(
        lines, code, generated, has_all,
        _rows(Import, imports, _OF_IMPORTS), _rows(Symbol, symbols, _OF_SYMBOLS),
        _rows(Parameter, taken, _OF_PARAMETERS), _rows(Overload, overloads),
        _rows(Parameter, overload_parameters), _rows(Export, exports),
        [(first, last) for first, last in errors], [(name, first, last) for name, first, last in spaces],
        [(first, last) for first, last in guessed],
        dialect, [(symbol, name, how) for symbol, name, how in supers],
    )  # fmt: skip


def unpack_body(packed: bytes, *, details: bool = True) -> Body:
    """Raises ValueError or zlib.error when the bytes are not what `pack` made. Without `details` only references and
    functions are there."""
    references, functions, handlers, literals, raised, module_code, branches = orjson.loads(zlib.decompress(packed))
    if not details:
        handlers, literals, raised = [], [], []
    return Body(
        _rows(Reference, references), _rows(Function, functions), _rows(Handler, handlers), _rows(Literal, literals),
        [(symbol, name, line) for symbol, name, line in raised], module_code, branches,
    )  # fmt: skip
