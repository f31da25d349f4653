"""One ordered pass over the matches of one query turns a parsed file into facts.

Hides how figures are counted while nodes stream by: enclosing symbol and nesting from a stack of end offsets, cognitive
complexity rolled up from inner functions, tokens and hashes from a masked copy of the text, heads bound at the end.
Nothing here recurses, asks a node for its parent or walks the tree, so depth and width of hostile
input cost linear time.

A language subclasses `Sweep`. Its `facts.scm` captures exactly ONE node a pattern (`matches()` then yields them in
pre-order) and the capture's name says who takes it: a method `on_<name>(node)`, else an entry of `FLOWS`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Set
from typing import Any, ClassVar, NamedTuple

from tree_sitter import Node, Query, QueryCursor, Tree

from plumbrule.extract.broken import put_in, refuse_runs
from plumbrule.extract.calls import Ways
from plumbrule.extract.deprecation import says_deprecated
from plumbrule.extract.forwarding import passes_on
from plumbrule.extract.frames import Frame, Unnamed
from plumbrule.extract.generated import says_generated
from plumbrule.extract.held import Holding
from plumbrule.extract.hiding import Hiding, Span, disjoint
from plumbrule.extract.looks import Asking, Looks
from plumbrule.extract.settling import Found, Heads, Leading, settle
from plumbrule.extract.shapes import MOST_KEPT
from plumbrule.extract.signs import DOT
from plumbrule.extract.texts import COMMENT, NAME, STRING, Hidden, Text, Words, line_ends, tells, text_of
from plumbrule.extract.uses import LONGEST_NAME as LONGEST_NAME  # languages know it from here
from plumbrule.extract.uses import MAY_BE_LOCAL, MAY_BE_READ, uses
from plumbrule.facts import (
    Body,
    Export,
    Facts,
    Function,
    Handler,
    Import,
    Interface,
    Literal,
    Overload,
    Parameter,
    Reference,
    Symbol,
)

DEEPEST_SYMBOL = 48  # a definition nested deeper is not named: dotted paths of 100,000 levels would be quadratic
_MOST_FORWARDING = 4  # statements of a pass-through function: a try, its call, and a logged re-raise
_NOT_FORWARDED = ("", "")
# Below this depth nothing matches. The cursor counts depth in 16 bits; beyond them it goes quadratic: 100,000 calls
# inside each other took 51 s, and what it then found was no longer all.
_DEEPEST_NODE = 65_000


class Flow(NamedTuple):
    """What meeting one kind of node means for the figures of the function around it."""

    cyclomatic: int = 0
    cognitive: int = 0  # flat points
    scaled: bool = False  # one cognitive point, and one more for each level of nesting (Campbell 2018, appendix B)
    nests: bool = False  # what is inside lies one level deeper
    shifts: bool = False  # like a lambda: raises cognitive nesting but is no control structure
    holds: bool = False  # beside `shifts`: a class without a name, whose methods are graphs of their own
    # An `else`: a scaled structure that fills it to its last byte is an `else if`, which has been paid for.
    chains: bool = False
    opens: bool = False  # what is inside stands deeper, and that is all


class _Run:
    """Boolean operators that form one expression; each change of operator in reading order is one point."""

    __slots__ = ("frame", "operators")

    def __init__(self, frame: Frame):
        self.frame = frame
        self.operators: list[tuple[int, int]] = []


class _Strings(dict[bytes, bytes]):
    """String as written to what it tells, empty if that is nothing."""

    def __init__(self, literal_of: Callable[[bytes], bytes]):
        super().__init__()
        self._literal_of = literal_of

    def __missing__(self, written: bytes) -> bytes:
        content = self._literal_of(written)
        if not (4 <= len(content) <= 60 and tells(content)):
            content = b""
        if len(self) < MOST_KEPT:
            self[written] = content
        return content


# How `run` treats a pattern.
_LOOK_UP, _TAKEN, _PLAIN_STRING, _PLAIN_STATEMENT, _PLAIN_CALL, _PLAIN_COMMENT, _EXPRESSION, _CALL = range(8)
_NEST, _CHAIN, _OPEN = 1, 2, 3  # what a stack entry that is no symbol undoes when it closes


def require_text(source: bytes) -> None:
    """Raises ValueError with the plain reason why these bytes are no source text."""
    if b"\0" in source:
        raise ValueError("holds NUL bytes")
    try:
        source.decode()
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None


def text(source: bytes) -> str:
    """Replaces what is no UTF-8: error recovery may cut a node inside a character."""
    try:
        return source.decode()  # half as dear as with a word on what to do otherwise
    except UnicodeDecodeError:
        return source.decode("utf-8", "replace")


class Sweep:
    """Reads one file once. Subclasses say what their captures mean; `run` gives the facts."""

    FLOWS: ClassVar[Mapping[str, Flow]] = {}
    KEYWORDS: ClassVar[frozenset[bytes]] = frozenset()  # words that are no named leaf
    ODD_ARGUMENTS: ClassVar[frozenset[bytes]] = frozenset()  # with these in them, commas may part something else
    CONSTANTS: ClassVar[frozenset[bytes]] = frozenset()  # words like `None` that are
    ASKING: ClassVar[Asking] = Asking()
    BUILTINS: ClassVar[frozenset[str]] = frozenset()  # heads that a star import is not the source of
    WRAPPINGS: ClassVar[frozenset[str]] = frozenset(("parenthesized_expression",))  # that change nothing about a callee
    LAMBDAS_COUNT = True  # paths through a function without a name are paths of the function around it
    LOGICAL: ClassVar[frozenset[str]] = frozenset(("&&", "||"))  # operators that are decisions
    OWN: ClassVar[frozenset[str]] = frozenset()  # heads that mean the object itself: `self`, `this`

    # Inside a function an `@expression` is a plain statement, unless it begins with one of these bytes.
    TELLING_EXPRESSIONS: ClassVar[frozenset[int]] = frozenset(range(256))
    # A `@call` is a plain reference, unless it begins with one of these bytes.
    TELLING_CALLS: ClassVar[frozenset[bytes]] = frozenset(bytes([first]) for first in range(256))

    watches_calls = True  # False: this file's calls are plain references, whatever `on_call` does
    watches_comments = True  # False: nothing in this file's comments means anything, whatever `on_comment` does

    # By language, shared between the files of one worker.
    _kept: ClassVar[dict[type, tuple[Words, _Strings, Heads, Ways, Looks]]] = {}
    _takers: ClassVar[dict[tuple[type, Query, bool, bool], tuple[list[Callable[[Any, Node], None]], list[int]]]] = {}

    def __init__(self, source: bytes) -> None:
        kept = self._kept.get(type(self))
        if kept is None:
            kept = (
                Words(self.KEYWORDS, self.CONSTANTS), _Strings(self.literal_of), Heads(), Ways(self.ODD_ARGUMENTS),
                Looks(self.ASKING, self.KEYWORDS),
            )  # fmt: skip
            self._kept[type(self)] = kept
        self._words, self._string_of, self._head_of, self._ways, self._looks = kept
        self.source = source
        self.imports: list[Import] = []
        self.symbols: list[Symbol] = []
        self.parameters: list[Parameter] = []
        self.overloads: list[Overload] = []
        self.overload_parameters: list[Parameter] = []
        self.exports: list[Export] = []
        self.spaces: list[tuple[str, int, int]] = []
        self.guessed: list[tuple[int, int]] = []
        self.supers: list[tuple[int, str, int]] = []
        self.handlers: list[Handler] = []
        self.literals: dict[bytes, int] = {}
        self.raised: list[tuple[int, str, int]] = []
        self.has_all = False
        self.is_generated = False
        self.branches = 0
        self.module = Frame(-1, b"", None, (0, 0, len(source)), None)
        self.frame = self.module  # innermost definition around the node at hand
        self.muted = 0  # decisions before this offset count for nothing (radon does not look into an `assert`)
        self.quiet_to = 0  # strings before this offset are no literals (types, names of modules)
        self._masked = source  # from the last match on: strings and comments hidden
        self._masked_to = 0
        self._spans: list[Hidden] = []  # strings and comments as they are met
        self._ends = [len(source) + 1]  # of every open structure; the sentinel is never reached
        self._tops: list[Frame | Unnamed | _Run | int] = [_CHAIN]
        self._functions: list[Frame] = []
        self._frame_of: dict[int, Frame] = {}  # of functions by symbol, once all are known
        self._depths: list[int] = []  # by symbol
        self._forwards: dict[int, tuple[str, str]] = {}
        self._cuts: list[tuple[int, int]] = []
        self._opened: list[tuple[int, int]] = []  # (start, symbol) in order of start
        self._end_of: dict[int, int] = {}  # by symbol
        self._met: list[tuple[int, str, int, int]] = []  # references as (symbol, kind, start, end)
        self._callees: dict[int, list[bytes]] = {}  # by symbol: what it calls by a plain name, in order
        self._callee_ends: dict[int, int] = {}  # by the end of a name: that of the parentheses around it
        self._references: dict[tuple[int, str, bytes], int] = {}
        self._calls: dict[tuple[int, bytes], list[int]] = {}  # where callees of imported names end
        # By symbol, kind, name and import row: where it stands first, and where the callees of such calls end.
        self._through: dict[tuple[int, str, bytes, int], tuple[int, list[int]]] = {}
        self.held = Holding()
        self._shadows: dict[int, Set[str]] = {}
        self._errors: list[tuple[int, int]] = []
        self._in_run: dict[int, _Run] = {}
        self._lines = line_ends(source)

    # What a language may replace.

    @staticmethod
    def literal_of(written: bytes) -> bytes:
        """The content of a string as written, without prefix and quotes; empty if it is of no interest."""
        return written[1:-1]

    def forwarded(self, function: Node, parameters: list[Parameter]) -> tuple[str, str]:
        """(callee, grade) if the body, known to be short, only passes on (measures 2.1)."""
        return passes_on(self.source, function, parameters)

    def is_read(self, start: int, end: int) -> bool:
        """Whether an imported name at this place of the masked text is a use of it, and not a key of that name."""
        return True

    def which(self, operator: Node) -> int:
        """A number that tells boolean operators apart."""
        return operator.kind_id

    def may_be_local(self, start: int, end: int) -> bool:
        """Whether the masked text around an imported name looks as if it were bound here anew; `scope_of` decides."""
        return False

    def scope_of(self, around: list[Node]) -> Span | None:
        """Where the name bound by the last of these nodes, which run from the root down to it, is local; None if it
        binds none, or a name of the module."""
        return None

    def binds_type(self, around: list[Node]) -> bool:
        """Whether a name for which `scope_of` has an answer can also stand where a type is meant."""
        return False

    def means_type(self, start: int) -> bool:
        """Whether a reference of the kind "type" at this place is to a type and not to a value, as in `typeof x`."""
        return True

    def is_itself(self, frame: Frame, head: bytes) -> bool:
        """Whether a call of the function's own name behind this head ("" for none) calls the function itself."""
        is_method = frame.outer is not None and not frame.outer.is_function and frame.outer.symbol >= 0
        return text(head) in self.OWN if is_method else not head

    def finish(self) -> None:
        """Called after the last match, once strings are masked and before names are bound."""

    # What a language calls.

    def line(self, offset: int) -> int:
        """1-based line of a byte."""
        return bisect_right(self._lines, offset) + 1

    @property
    def symbol(self) -> int:
        """Index of the enclosing symbol, -1 at module level."""
        return self.frame.symbol

    @property
    def in_function(self) -> bool:
        frame: Frame | None = self.frame
        while frame is not None and not frame.is_function:
            frame = frame.outer
        return frame is not None

    def define(
        self,
        name: bytes,
        kind: str,
        visibility: str,
        span: tuple[int, int],
        *,
        exported: bool = True,
        signature: str = "",
        returns: str = "",
        modifiers: str = "",
        decorators: list[str] | None = None,
        under: int = -1,
    ) -> int:
        """Appends a symbol under `under`, else the enclosing one; its index, or -1 if it is nested too deep to name."""
        parent = under if under >= 0 else self.frame.symbol
        depth = 1 + self._depths[parent] if parent >= 0 else 0
        if depth > DEEPEST_SYMBOL:
            return -1
        around = f"{self.symbols[parent].name}." if parent >= 0 else ""
        dotted = around + text(name[:LONGEST_NAME])
        lines, (start, end) = self._lines, span
        first = bisect_right(lines, start) + 1
        # Looked for from the first one on: few definitions are long.
        last = bisect_right(lines, max(end - 1, start), first - 1) + 1
        row = (dotted, kind, visibility, exported, first, last, signature, returns, modifiers, decorators or [], parent)
        self.symbols.append(tuple.__new__(Symbol, row))
        self._depths.append(depth)
        return len(self.symbols) - 1

    def enter(self, symbol: int, name: bytes, node: Node, body: int, *, function: bool, start: int = -1) -> None:
        """What follows inside `node` belongs to `symbol`; `body` is where the signature ends, `start` where its
        decorators begin."""
        if symbol < 0:
            self.flow(Flow(shifts=True), node)
            return
        begin, end = node.start_byte, node.end_byte
        self._opened.append((begin, symbol))
        self._end_of[symbol] = end
        frame = Frame(symbol, name, node, (begin, body, end), self.frame)
        if self.frame.symbol < 0:
            self._cuts.append((begin if start < 0 else start, frame.end))
        if function:
            frame.is_function = True
            outer = self.frame
            while not outer.is_function and outer.outer is not None:
                outer = outer.outer
            frame.is_inner = outer.is_function
            outer.children.append(frame)
            self._functions.append(frame)
        self.frame = frame
        self._ends.append(frame.end)
        frame.level = len(self._ends)
        self._tops.append(frame)

    def shadow(self, symbol: int, names: Set[str]) -> None:
        """Inside `symbol` these names are its own (parameters), so they lead to no other file."""
        if symbol >= 0:
            self._shadows[symbol] = names

    def statement(self) -> None:
        """One more statement, at this depth: in some languages nothing but white space tells two depths apart."""
        frame = self.frame
        frame.statements += 1
        frame.layout = (frame.layout * 33 + len(self._ends) - frame.level) & 0xFFFFFFFF

    def flow(self, flow: Flow, node: Node) -> None:
        """Counts a decision and, if it nests, opens a level that closes with `node`."""
        frame = self.frame
        start, end = node.start_byte, node.end_byte
        if flow.cyclomatic and start >= self.muted:
            self._decides(flow.cyclomatic)
        frame.cognitive += flow.cognitive
        if flow.scaled:
            if self._tops[-1] is _CHAIN and self._ends[-1] == end:
                return  # `else if`: the `else` has paid, and the chain stays on one level
            frame.cognitive += 1 + frame.nest
            frame.scaled += 1
        if flow.nests:
            frame.nest += 1
            frame.depth += 1
            if frame.depth > frame.deepest:
                frame.deepest = frame.depth
            self._ends.append(end)
            self._tops.append(_NEST)
        elif flow.shifts:
            frame.nest += 1
            self._ends.append(end)
            frame.unnamed = unnamed = Unnamed(frame, start, is_class=flow.holds)
            self._tops.append(unnamed)
        elif flow.chains:
            self._ends.append(end)
            self._tops.append(_CHAIN)
        elif flow.opens:
            self._ends.append(end)
            self._tops.append(_OPEN)

    def _decides(self, paths: int) -> None:
        """So many paths more; a function without a name is a graph of its own (McCabe 1976), unless the language's
        tools see that otherwise: never do they of a method of a class without a name."""
        unnamed = self.frame.unnamed
        if unnamed is None or (self.LAMBDAS_COUNT and not unnamed.in_class):
            self.frame.cyclomatic += paths
        self.branches += paths

    def boolean(self, operator: Node, operands: tuple[Node | None, ...], node: Node) -> None:
        """A boolean operator; `operands` are its sides with parentheses taken off."""
        frame = self.frame
        if node.start_byte >= self.muted:
            self._decides(1)
        run = self._in_run.pop(node.id, None)
        if run is None:
            run = _Run(frame)
            self._ends.append(node.end_byte)
            self._tops.append(run)
        run.operators.append((operator.start_byte, self.which(operator)))
        for side in operands:
            if side is not None and side.kind_id == node.kind_id:
                self._in_run[side.id] = run

    def refer(self, kind: str, start: int, end: int) -> None:
        """A name used at this place; kept in the end only if it may cross the file or names a symbol of it."""
        self._met.append((self.frame.symbol, kind, start, end))

    def refer_to(self, kind: str, name: bytes, start: int) -> None:
        """A name spelt otherwise than at its place (inside a string annotation)."""
        if len(name) <= LONGEST_NAME and self._head_of[name]:
            self._references.setdefault((self.frame.symbol, kind, name), start)

    def refer_through(self, row: int, symbol: int, kind: str, name: bytes, start: int, end: int = -1) -> None:
        """A name whose first part stands for import row `row`, used in `symbol`; `end` is where it ends as a callee."""
        if len(name) <= LONGEST_NAME and self._head_of[name]:
            ends = self._through.setdefault((symbol, kind, name, row), (start, []))[1]
            if end >= 0:
                ends.append(end)

    def _refer_held(self) -> None:
        """Takes up what was referred to by local names that stand for an import."""
        source, head_of, heads = self.source, self._head_of, self.held.heads()
        for symbol, kind, start, end in self._met:
            name = source[start:end] if kind != "type" and end - start <= LONGEST_NAME else b""
            if head_of[name] in heads:
                row, named = self.held.at(name, start)
                if row >= 0:
                    stop = self._callee_ends.get(end, end) if kind == "call" else -1
                    self.refer_through(row, symbol, kind, named, start, stop)

    def refer_as(self, symbol: int, kind: str, name: bytes, start: int, end: int) -> None:
        """A name used inside `symbol`, spelt with dots here and with other signs between `start` and `end`.

        To be called from `finish`, in the order of the text.
        """
        if len(name) > LONGEST_NAME or not self._head_of[name]:
            return
        self._references.setdefault((symbol, kind, name), start)
        if kind != "call":
            return
        self._calls.setdefault((symbol, name), []).append(end)
        frame = self._frame_of.get(symbol)
        if frame is not None and name.endswith(frame.name):
            self._note_recursion(symbol, name)
        if frame is not None and DOT not in name:
            self._callees.setdefault(symbol, []).append(name)

    def read_imported_names(self, imports: list[tuple[int, int]], local: Hiding | None = None) -> None:
        """Finds in the masked text where imported names are used in another way than those already referred to, and
        drops what refers to a local name of the same spelling.

        `imports` are the spans of the import statements, in order; `local` says where names are local if the language
        knows it by now. To be called from `finish`.
        """
        reads: list[tuple[bytes, int]] = []
        suspects: list[int] = []
        heads = {row.alias.encode() for row in self.imports if row.alias}
        for here, end, may_be, name in uses(self._masked, heads, imports, self._met, asks_local=local is None):
            if may_be & MAY_BE_LOCAL and self.may_be_local(here, end):
                suspects.append(here)
            if may_be & MAY_BE_READ and self.is_read(here, end):
                reads.append((name, here))
        hiding = Hiding.of(self._root, suspects, self.scope_of, self.binds_type) if suspects else local
        opened = [start for start, _ in self._opened]
        if self.held:
            self._refer_held()
        if hiding:
            self._hide(hiding)
            reads = [read for read in reads if not self._is_hidden_read(hiding, *read, opened)]
        self._note_reads(reads, opened)

    def _note_reads(self, reads: list[tuple[bytes, int]], opened: list[int]) -> None:
        """Keeps which imported names a symbol reads, or only looks at, unless it is known to use them."""
        masked = self._masked
        seen = {(symbol, name) for symbol, _, name in self._references}
        looks: dict[tuple[int, bytes], int] = {}
        for name, here in reads:
            key = self._symbol_at(here, opened), name
            if key in seen:
                continue
            if self._looks.at(masked, here, here + len(name)):
                looks.setdefault(key, here)
                continue
            seen.add(key)
            self._references.setdefault((key[0], "read", name), here)
        for key, here in looks.items():
            if key not in seen:
                self._references.setdefault((key[0], "look", key[1]), here)

    def _is_hidden_read(self, hiding: Hiding, name: bytes, here: int, opened: list[int]) -> bool:
        """Whether a name that is read there begins with a local one; if that stands for an import, that is read."""
        if not hiding.hides(name, here):
            return False
        row, named = self.held.at(name, here)
        if row >= 0:
            self.refer_through(row, self._symbol_at(here, opened), "read", named, here)
        return True

    def _hide(self, hiding: Hiding) -> None:
        """Drops the references that begin with a local name; of those to types only where a type is local."""
        heads, names = self._head_of, hiding.names
        hidden = {
            key
            for key, start in self._references.items()
            if heads[key[2]] in names and self._is_hidden(hiding, key, start)
        }
        for key in hidden:
            del self._references[key]
        for symbol, kind, start, end in self._met if hidden else ():
            key = (symbol, kind, self.source[start:end])
            if key in hidden and not self._is_hidden(hiding, key, start):
                self._references.setdefault(key, start)
        for (symbol, name), ends in self._calls.items():
            self._calls[symbol, name] = [end for end in ends if not hiding.hides(name, end - len(name))]

    def _is_hidden(self, hiding: Hiding, key: tuple[int, str, bytes], start: int) -> bool:
        if key[1] == "type" and self.means_type(start):
            return hiding.hides_type(key[2], start)
        return hiding.hides(key[2], start)

    def _symbol_at(self, offset: int, opened: list[int]) -> int:
        number = bisect_right(opened, offset) - 1
        symbol = self._opened[number][1] if number >= 0 else -1
        # What is a symbol without a text of its own, an object around its methods, has no end.
        while symbol >= 0 and self._end_of.get(symbol, 0) <= offset:
            symbol = self.symbols[symbol].parent
        return symbol

    def caught(self, node: Node, types: str, *, broad: bool, silent: bool) -> None:
        """A handler of exceptions."""
        self.handlers.append(Handler(self.frame.symbol, self.line(node.start_byte), types, broad, silent))
        self.frame.handlers += 1

    def raises(self, node: Node, name: str) -> None:
        """A raise or throw statement."""
        self.frame.raises += 1
        self.raised.append((self.frame.symbol, name, self.line(node.start_byte)))

    def cut(self, start: int, end: int) -> None:
        """This part of the module level is no module code (an import, a declaration without a body)."""
        if self.frame.symbol < 0:
            self._cuts.append((start, end))

    def mask(self, start: int, end: int, *, code: bool) -> None:
        """Hides a string that is no literal (`code`) or a comment; of overlapping spans the first one counts."""
        if end > start:
            self._spans.append((start, end, NAME if code else COMMENT))
            self._masked_to = max(self._masked_to, end)

    # Captures that mean the same everywhere.

    def on_comment(self, node: Node) -> None:
        self._spans.append((node.start_byte, node.end_byte, COMMENT))

    def on_string(self, node: Node) -> None:
        start = node.start_byte
        self._spans.append((start, node.end_byte, NAME if start < self.quiet_to else STRING))

    def on_call(self, node: Node) -> None:
        self.refer("call", node.start_byte, node.end_byte)

    def on_boolean(self, node: Node) -> None:
        """Any expression with an operator between two sides."""
        operator = node.child_by_field_name("operator")
        if operator is not None and operator.type in self.LOGICAL:
            sides = tuple(self._logical(node.child_by_field_name(side), node.type) for side in ("left", "right"))
            self.boolean(operator, sides, node)

    def _logical(self, node: Node | None, kind: str) -> Node | None:
        """The logical expression that this is, parentheses taken off; None for anything else."""
        while node is not None and node.type in self.WRAPPINGS:
            node = node.named_child(0) if node.named_child_count == 1 else None
        if node is None or node.type != kind:
            return None
        operator = node.child_by_field_name("operator")
        return node if operator is not None and operator.type in self.LOGICAL else None

    def on_wrapped(self, node: Node) -> None:
        """What is called stands in parentheses: `(f)(1)`."""
        inner: Node | None = node
        while inner is not None and inner.type in self.WRAPPINGS:
            # Of `(0, f)` the last one is called.
            inner = inner.named_child(inner.named_child_count - 1 if inner.type == "sequence_expression" else 0)
        if inner is not None and inner.type in ("identifier", "attribute", "member_expression"):
            self._callee_ends[inner.end_byte] = node.end_byte
            self.refer("call", inner.start_byte, inner.end_byte)

    def on_type(self, node: Node) -> None:
        self.refer("type", node.start_byte, node.end_byte)

    def on_inherit(self, node: Node) -> None:
        self.refer("inherit", node.start_byte, node.end_byte)

    def on_read(self, node: Node) -> None:
        self.refer("read", node.start_byte, node.end_byte)

    def on_statement(self, node: Node) -> None:
        self.statement()

    def on_error(self, node: Node) -> None:
        if not self._errors or node.start_byte >= self._errors[-1][1]:
            self._errors.append((node.start_byte, node.end_byte))

    # The pass itself.

    def run(self, tree: Tree, query: Query) -> Facts:
        """The facts of the whole file."""
        taken, plain = self._takers_of(query)
        self._root = tree.root_node
        ends, spans, met, source = self._ends, self._spans, self._met, self.source
        telling, telling_calls = self.TELLING_EXPRESSIONS, self.TELLING_CALLS
        close, frame = self._close, self.frame
        refuse_runs(tree, len(self.source))
        cursor = QueryCursor(query)
        cursor.set_max_start_depth(_DEEPEST_NODE)
        for pattern, captured in cursor.matches(tree.root_node):
            name, (node,) = captured.popitem()
            how = plain[pattern]
            if how is _LOOK_UP:
                taken[pattern], plain[pattern] = self._taker(name)
                how = plain[pattern]
            start = node.start_byte
            if how is _PLAIN_STRING:
                spans.append((start, node.end_byte, NAME if start < self.quiet_to else STRING))
                continue
            if how is _PLAIN_COMMENT:
                spans.append((start, node.end_byte, COMMENT))
                continue
            if ends[-1] <= start:
                while ends[-1] <= start:
                    close()
                frame = self.frame
            if how is _PLAIN_CALL or (how is _CALL and source[start : start + 1] not in telling_calls):
                met.append((frame.symbol, "call", start, node.end_byte))
            elif how is _PLAIN_STATEMENT or (how is _EXPRESSION and frame.is_function and source[start] not in telling):
                frame.statements += 1  # as `statement` does
                frame.layout = (frame.layout * 33 + len(ends) - frame.level) & 0xFFFFFFFF
            else:
                taken[pattern](self, node)
                frame = self.frame
        while len(ends) > 1:
            self._close()
        masked = self._mask_all()
        self._settle()
        self.finish()
        if tree.root_node.has_error:
            self._note_lacking(tree)
        return self._facts(masked)

    def _note_lacking(self, tree: Tree) -> None:
        """Adds the places where the parser put something in that is not there to what is broken."""
        broken = self._errors
        starts = [start for start, _ in broken]
        lacking = {at for at in put_in(tree) if not (i := bisect_right(starts, at)) or broken[i - 1][1] < at}
        self._errors = sorted([*broken, *((at, at) for at in lacking)])

    def _takers_of(self, query: Query) -> tuple[list[Callable[[Any, Node], None]], list[int]]:
        """By pattern: what its node goes to, and whether `run` may take it itself; found out when a pattern is met."""
        key = type(self), query, self.watches_calls, self.watches_comments
        takers = self._takers.get(key)
        if takers is None:
            takers = self._takers[key] = [_nobody] * query.pattern_count, [_LOOK_UP] * query.pattern_count
        return takers

    def _taker(self, name: str) -> tuple[Callable[[Any, Node], None], int]:
        """Who takes the nodes captured under `name`, and whether `run` may do so itself."""
        own: Callable[[Any, Node], None] | None = getattr(type(self), "on_" + name, None)
        if own is None:
            flow = self.FLOWS[name]
            return (lambda sweep, node: sweep.flow(flow, node)), _TAKEN
        plain = _TAKEN
        # Most nodes are strings, comments, calls and plain statements: `run` takes them unless a language differs.
        if own is Sweep.on_string:
            plain = _PLAIN_STRING
        elif own is Sweep.on_statement:
            plain = _PLAIN_STATEMENT
        elif own is Sweep.on_comment or (name == "comment" and not self.watches_comments):
            plain = _PLAIN_COMMENT
        elif name == "expression":
            plain = _EXPRESSION
        elif own is Sweep.on_call or (name == "call" and not self.watches_calls):
            plain = _PLAIN_CALL
        elif name == "call":
            plain = _CALL
        return own, plain

    def _mask_all(self) -> Text:
        """Builds the masked text from the spans met, and keeps the strings that tell something."""
        found = text_of(self.source, self._spans, self._words)
        self._masked = found.masked
        self.is_generated = self.is_generated or any(map(says_generated, found.remarks))
        literals, string_of = self.literals, self._string_of
        for start, written in found.told:
            content = string_of[written]
            if content and content not in literals:
                literals[content] = start
        return found

    def _settle(self) -> None:
        """Keeps the references that may lead somewhere, once each, and sees who calls itself."""
        leading, star = self._leading()
        heads = {name.encode() for name in leading}
        imported = {row.alias.partition(".")[0].encode() for row in self.imports if row.alias}
        self._frame_of = {frame.symbol: frame for frame in self._functions}
        names = {symbol: frame.name for symbol, frame in self._frame_of.items()}
        found = Found(self._references, self._calls, self._callees)
        settle(
            self.source, self._met, Leading(heads, imported, star), self._head_of,
            names, self._note_recursion, self._callee_ends, found,
        )  # fmt: skip

    def _note_recursion(self, symbol: int, name: bytes) -> None:
        """A call in the function of this symbol of a name that ends with its own."""
        frame = self._frame_of[symbol]
        if not frame.recursive:
            self._recursion(frame, name)

    def _recursion(self, frame: Frame, name: bytes) -> None:
        head, _, last = name.rpartition(b".")
        if last != frame.name or not self.is_itself(frame, head):
            return
        frame.recursive = True
        around: Frame | None = frame
        while around is not None:
            around.cognitive += 1
            if around is not frame:
                around.inside += 1
            around = around.outer

    def _close(self) -> None:
        self._ends.pop()
        top = self._tops.pop()
        if top is _NEST:
            frame = self.frame
            frame.nest -= 1
            frame.depth -= 1
        elif isinstance(top, Frame):
            self._leave(top)
        elif isinstance(top, Unnamed):
            self.frame.leave(top)
        elif isinstance(top, _Run):
            top.operators.sort()
            previous = -1
            for _, operator in top.operators:
                if operator != previous:
                    top.frame.cognitive += 1
                    previous = operator

    def _leave(self, frame: Frame) -> None:
        outer = frame.outer
        assert outer is not None  # only the module has none, and it is never on the stack
        self.frame = outer
        outer.take(frame)
        if frame.is_function and frame.statements <= _MOST_FORWARDING and frame.node is not None:
            callee, grade = self.forwarded(frame.node, self._parameters_of(frame.symbol))
            if callee:
                self._forwards[frame.symbol] = callee, grade
                # Only of these is it asked: an old name that only leads to the new one has a reason to stand there.
                if says_deprecated(self.source, frame.start, frame.end):
                    symbol = self.symbols[frame.symbol]
                    self.symbols[frame.symbol] = symbol._replace(modifiers=f"{symbol.modifiers} deprecated".lstrip())
        frame.node = None

    def _parameters_of(self, symbol: int) -> list[Parameter]:
        first = bisect_left(self.parameters, (symbol,))
        last = bisect_left(self.parameters, (symbol + 1,))
        return self.parameters[first:last]

    # What is known only at the end.

    def _facts(self, masked: Text) -> Facts:
        physical, code = masked.measure(len(self.symbols))
        functions = self._measured(masked)
        for frame in (self.module, *self._functions):
            frame.children.clear()  # workers run without a garbage collector: nothing may go round in a circle
        interface = Interface(
            physical, code, self.is_generated, self.has_all, self.imports, self.symbols, self.parameters,
            self.overloads, self.overload_parameters, self.exports,
            disjoint({(self.line(a), self.line(max(a, b - 1))) for a, b in self._errors}), self.spaces, self.guessed,
            supers=self.supers,
        )  # fmt: skip
        body = Body(
            self._bound(), functions, self.handlers,
            [Literal(text(content), self.line(start)) for content, start in self.literals.items()],
            self.raised, masked.leaves(sorted(self._cuts)), self.branches,
        )  # fmt: skip
        return Facts(interface, body)

    def _measured(self, masked: Text) -> list[Function]:
        """Function rows in order of their start."""
        rows: list[Function] = []
        for frame in reversed(self._functions):
            symbol = self.symbols[frame.symbol]
            code, leaves, interface, exact, shape = masked.function(
                frame, symbol.line, symbol.end_line, self._asked_of_others
            )
            forwards, grade = self._forwards.get(frame.symbol, _NOT_FORWARDED)
            if symbol.modifiers and symbol.has("test"):
                shape = 0  # tests say the same again and again
            row = (
                frame.symbol, frame.cyclomatic, frame.cognitive, frame.deepest, frame.statements,
                code, leaves, interface,
                exact, shape, forwards, grade, frame.handlers, frame.raises,
                *frame.weighed(self.line), _accessor(symbol) if symbol.kind == "property" else "",
            )  # fmt: skip
            rows.append(tuple.__new__(Function, row))
        rows.reverse()
        return rows

    def _asked_of_others(self, frame: Frame) -> list[bytes]:
        """What a function calls by a plain name that is not its own.

        A copy may call its own things as it likes, but asks others for the same: what differs in that commits where
        the other one rolls back.
        """
        callees = self._callees.get(frame.symbol)
        if not callees:
            return []
        own = {frame.name, *[child.name for child in frame.children]}
        own.update([parameter.name.encode() for parameter in self._parameters_of(frame.symbol)])
        return [name for name in callees if name not in own]

    def _bound(self) -> list[Reference]:
        """References whose head is imported, may come from a star import, or is a top-level name of this file."""
        heads, star = self._leading()
        shadowed = set().union(*self._shadows.values())
        lines, new, masked, ways_of = self._lines, tuple.__new__, self._masked, self._ways.of
        rows = []
        for (symbol, kind, name), start in self._references.items():
            dotted = name.decode("utf-8", "replace")
            head = dotted.partition(".")[0]
            known = head in heads or (star and head not in self.BUILTINS and head not in self.OWN)
            if known and not (head in shadowed and self._is_shadowed(symbol, head)):
                ends = self._calls.get((symbol, name)) if kind == "call" else None
                calls = ways_of(masked, len(name), ends) if ends else ""
                rows.append(new(Reference, (symbol, kind, dotted, bisect_right(lines, start) + 1, calls, -1)))
        for (symbol, kind, name, through), (start, places) in self._through.items():
            calls = ways_of(masked, len(name), places) if places else ""
            rows.append(new(Reference, (symbol, kind, text(name), bisect_right(lines, start) + 1, calls, through)))
        return rows

    def _leading(self) -> tuple[set[str], bool]:
        """First parts of names that may lead somewhere: what is imported and what the file defines at its outermost
        level; and whether a star import may bind any other."""
        heads = {row.alias.partition(".")[0] for row in self.imports if row.alias}
        heads.update([symbol.name for symbol in self.symbols if symbol.parent < 0])
        return heads, any(row.name == "*" and not row.alias for row in self.imports)

    def _is_shadowed(self, symbol: int, head: str) -> bool:
        while symbol >= 0:
            if head in self._shadows.get(symbol, ()):
                return True
            symbol = self.symbols[symbol].parent
        return False


def _nobody(sweep: object, node: Node) -> None:
    """Stands for who takes the nodes of a pattern that was not met so far."""


def _accessor(symbol: Symbol) -> str:
    """Which one of a property it is, unless it is the one that reads it."""
    if symbol.has("set"):
        return "set"
    return "delete" if any(decorator.endswith(".deleter") for decorator in symbol.decorators) else ""
