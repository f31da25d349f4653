"""What code in Kotlin sees of values that it does not name. Hides which text has such values around it.

The text of an extension, of an unnamed object and of many a lambda sees the members of a value before it sees anything
that is imported. Whether a lambda gets one, the function says that it is given to: which that is, is told here.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from plumbrule.extract.scopes import ScopedSweep
from plumbrule.extract.sweep import LONGEST_NAME, text
from plumbrule.facts import CALLED, IMPLICIT, RECEIVED, Import
from plumbrule.languages.kotlin import AROUND

if TYPE_CHECKING:
    from collections.abc import Set

    from tree_sitter import Node

    from plumbrule.extract.hiding import Hiding

WORD = rb"[A-Za-z_\x80-\xff][\w\x80-\xff]*"
KINDS = ("class", "interface", "enum")
_MOST = 8  # around each other
_LONGEST = 100  # name of a function or type
_LONGEST_TYPE = 2_000  # as written; nobody reads a longer one
_NAMED = re.compile(rb"[\w\x80-\xff]+(?:\.[\w\x80-\xff]+)*")
_LAST = re.compile(rb"\.\s*([\w\x80-\xff]+)\s*\Z")
# A member of the value at hand, and what tells that it is called, or given a value.
_OF_OWN = re.compile(
    rb"(?<![\w$@.\x80-\xff])(this|super)(?:@(" + WORD + rb"))?\s*(?:\.|::)\s*(" + WORD + rb")"
    # What is in brackets on the next line is a statement of its own.
    rb"(?:(?:[ \t]*(?=\()|\s*(?=[{=]))([({]|=(?!=)))?"
)
# A function type, and what is in front of its parameters.
_OF_TYPE = re.compile(r"(?:@[\w.]+(?:\([^()]*\))?\s+|suspend\s+|\(\s*)*([^\W\d][\w.]*)(?:<.*?>)?\s*\??\s*\.\s*\(.*->")
# Of what the standard library has for everyone, what gives no lambda a receiver.
_WITHOUT = frozenset(
    b"all also any assert associate associateBy associateByTo associateWith check checkNotNull chunked compareBy "
    b"compareByDescending computeIfAbsent computeIfPresent count distinctBy dropLastWhile dropWhile error filter "
    b"filterIndexed filterIsInstance filterKeys filterNot filterNotNull filterTo filterValues find findLast first "
    b"firstNotNullOf firstNotNullOfOrNull firstOrNull flatMap flatMapTo flatten fold foldIndexed foldRight forEach "
    b"forEachIndexed forEachLine generateSequence getOrElse getOrPut groupBy groupByTo groupingBy ifBlank ifEmpty "
    b"indexOfFirst indexOfLast joinTo joinToString last lastOrNull lazy let map mapIndexed mapIndexedNotNull "
    b"mapKeys mapNotNull mapNotNullTo mapTo mapValues maxBy maxByOrNull maxOf maxOfOrNull measureTimeMillis minBy "
    b"minByOrNull minOf minOfOrNull none onEach onFailure onSuccess partition recover reduce reduceOrNull removeAll "
    b"removeIf repeat require requireNotNull retainAll scan single singleOrNull sortBy sortByDescending sortedBy "
    b"sortedByDescending sortedWith sumBy sumOf synchronized takeIf takeLastWhile takeUnless takeWhile thread trim "
    b"trimEnd trimStart use useLines windowed withIndex withLock zip zipWithNext".split()
)
# What has the value as receiver that is one already, unless it is called on another.
_OF_THIS = frozenset((b"apply", b"run", b"runCatching"))


class Receivers:
    """By place, what is around it of which it sees members: `f()` of a lambda that is given to a function, `.f()` if
    that is called on a value, else the name of a type; innermost first, blanks between them."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._spans: list[tuple[int, str, int]] = []  # (end, what is around, the number of the span around this one)
        self._open: list[int] = []
        self._expected: dict[int, str] = {}  # by where it begins what is not met yet

    def add(self, start: int, end: int, what: str) -> None:
        """To be called in the order of the text; "" for what sees nothing of what is around it."""
        opened, spans = self._open, self._spans
        while opened and spans[opened[-1]][0] <= start:
            opened.pop()
        outer = opened[-1] if opened else -1
        around = spans[outer][1] if outer >= 0 and what else ""
        if not what and not spans:
            return
        opened.append(len(spans))
        self._starts.append(start)
        spans.append((end, " ".join(f"{what} {around}".split(" ")[:_MOST]).strip(), outer))

    def at(self, offset: int) -> str:
        number = bisect_right(self._starts, offset) - 1
        while number >= 0 and self._spans[number][0] <= offset:
            number = self._spans[number][2]
        return self._spans[number][1] if number >= 0 else ""

    def __bool__(self) -> bool:
        return bool(self._spans)

    # -- lambdas --------------------------------------------------------------------------------------------------

    def give(self, call: Node, source: bytes, imported: dict[bytes, str]) -> None:
        """Notes the lambdas that are given in a call."""
        last = call.child(call.child_count - 1)
        if last is None or source.find(b"{", last.start_byte, last.end_byte) < 0:
            return
        if last.type == "annotated_lambda":
            given = [child for child in last.named_children if child.type == "lambda_literal"]
        elif last.type == "value_arguments":
            ends = (one.named_child(one.named_child_count - 1) for one in last.named_children if one.named_child_count)
            given = [one for one in ends if one is not None and one.type == "lambda_literal"]
        else:
            return
        callee = call.child(0)
        if callee is not None and callee.type == "call_expression":
            callee = callee.child(0)
        if given and callee is not None:
            what = _callee(source[callee.start_byte : callee.end_byte], imported)
            self._expected.update((one.start_byte, what) for one in given if what)

    def give_infix(self, lambda_: Node, name: bytes) -> None:
        if name not in _WITHOUT:
            self._expected[lambda_.start_byte] = f".{name.decode('utf-8', 'replace')}()"

    def expect(self, start: int, what: str) -> None:
        """What sees the members of these types begins there."""
        if what:
            self._expected[start] = what

    def meet(self, node: Node) -> None:
        what = self._expected.pop(node.start_byte, "")
        if what:
            self.add(node.start_byte, node.end_byte, what)


def _callee(written: bytes, imported: dict[bytes, str]) -> str:
    """How `Receivers` names a function; "" if it gives its lambdas nothing."""
    on_value = b"." in written
    if not on_value or (
        len(written) <= _LONGEST
        and _NAMED.fullmatch(written)
        and (written[:1].isupper() or written.partition(b".")[0] in imported)
    ):
        if written not in imported and (written in _WITHOUT or written in _OF_THIS):
            return ""
        return f"{written.decode('utf-8', 'replace')}()" if _NAMED.fullmatch(written[:_LONGEST]) else ".it()"
    last = _LAST.search(written, max(0, len(written) - _LONGEST))
    if last is not None and last[1] in _WITHOUT and last[1] not in imported:
        return ""
    return f".{last[1].decode('utf-8', 'replace')}()" if last is not None else ".it()"


def given_to(written: str) -> str | None:
    """The type whose members a lambda sees that is given for a parameter of this type: "" if there is none, None if
    no lambda can be given for it by what is written."""
    found = _OF_TYPE.match(written[:_LONGEST_TYPE])
    if found is not None:
        return found[1]
    return "" if "->" in written else None


class ReceivingSweep(ScopedSweep):
    """A sweep that has names go through what is around them."""

    def __init__(self, source: bytes) -> None:
        super().__init__(source)
        self._receivers = Receivers()
        self._around: dict[tuple[int, str, bool], int] = {}  # import rows of what is around, by type and what asks
        self._own: set[bytes] = set()  # what is defined at the top of the file

    def _see_around(self, hiding: Hiding, never: Set[bytes]) -> None:
        """Has what is called by a plain name go through what is around it, where that may have it."""
        self._own = {symbol.name.encode() for symbol in self.symbols if symbol.parent < 0}
        seen: dict[tuple[int, str, bytes], None] = {}  # in the order of the text: facts hang on nothing else
        plain: dict[tuple[int, str, bytes], int] = {}
        for symbol, kind, start, end in self._met if self._receivers else ():
            if kind == "call" and end - start <= LONGEST_NAME:
                key = symbol, kind, self.source[start:end]
                if hiding.hides(key[2], start) or not self._is_seen_around(symbol, kind, key[2], start, never):
                    plain.setdefault(key, start)
                else:
                    seen[key] = None
        for key in seen:
            self._references.pop(key, None)
            if key in plain:
                self._references[key] = plain[key]

    def _read_own(self) -> None:
        """Refers to what is said to be a member of the value at hand, and may be inherited."""
        masked, opened = self._masked, [start for start, _ in self._opened]
        own = {symbol.name for symbol in self.symbols}
        for found in _OF_OWN.finditer(masked):
            word, label, name, after = found.groups()
            if after == b"=" or len(name) > LONGEST_NAME:
                continue
            start = found.start(3)
            symbol = self._symbol_at(start, opened)
            inside = self._type_around(symbol)
            around = self._receivers.at(start)
            if label is not None:
                around = ""
            elif not around and word == b"this" and inside >= 0 and f"{self.symbols[inside].name}.{text(name)}" in own:
                continue
            if inside >= 0 or around:
                said = text(word + (b"@" + label if label is not None else b""))
                is_call = after is not None or masked[found.start(3) - 1 : found.start(3)] == b":"
                row = self._row_around(inside, f"{around} {said}".strip(), start, is_call=is_call)
                kind = "call" if after is not None else "read"
                self.refer_through(row, symbol, kind, name, start, found.end(3) if after is not None else -1)

    def _type_around(self, symbol: int) -> int:
        while symbol >= 0 and self.symbols[symbol].kind not in KINDS:
            symbol = self.symbols[symbol].parent
        return symbol

    def _row_around(self, inside: int, around: str, start: int, *, is_call: bool) -> int:
        """The import row of what is around a place in a type."""
        key = inside, around, is_call
        row = self._around.get(key)
        if row is None:
            row = self._around[key] = len(self.imports)
            asked, flags = CALLED if is_call else "", IMPLICIT | RECEIVED
            self.imports.append(Import(around, AROUND, asked, "", self.line(start), flags, inside))
        return row

    def _is_seen_around(self, symbol: int, kind: str, name: bytes, start: int, never: Set[bytes]) -> bool:
        """Refers to what is around a name, if that may have it; types by custom begin with a capital."""
        if name[:1].isupper() or b"." in name or name in self._own or name in never:
            return False
        around = self._receivers.at(start)
        if not around:
            return False
        row = self._row_around(self._type_around(symbol), around, start, is_call=kind == "call")
        self.refer_through(row, symbol, kind, name, start, start + len(name) if kind == "call" else -1)
        return True
