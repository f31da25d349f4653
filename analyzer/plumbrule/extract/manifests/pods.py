"""What Podfiles and podspecs have in common: Ruby, as far as it is written down.

Hides comments and texts of several lines, where blocks begin and end, and which of the names that stand for a text are
known without running anything.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from plumbrule.extract.manifests.program import NAME, STRING, Token, handed, parted, tokens
from plumbrule.extract.manifests.reading import DEVELOPMENT, TEST
from plumbrule.extract.manifests.requirement import scope_of

_HEREDOC = re.compile(r"<<[-~]?([\"'`]?)([A-Za-z_]\w*)\1")
_HELD = re.compile(r"#\{\s*([\w.]+)\s*\}")
_OPEN, _CLOSE = "([{", ")]}"
_LOOPS = frozenset({"while", "until", "for"})
_DEEP = 50  # blocks in blocks
_WIDE = 60  # names and marks that the parameters of a function are looked for in
_BEHIND = ("if", "unless", "do", "end")  # what follows is no argument
_BLOCKS = frozenset({"if", "unless", "case", "begin", "def", "class", "module"}) | _LOOPS
# The word for tests that a name ends with, but for the system that they are for.
_OF_TESTS = re.compile(
    r"(?:(?:T|(?<![A-Za-z])t)est(?:s|ing)?|(?:S|(?<![A-Za-z])s)pecs?)"
    r"(?:[-_ ]?(?:i|mac|tv|watch|vision)?OS|[-_ ]?OSX)?\Z",
    re.ASCII,
)
_PLACED = re.compile(r"(?:\A|/)(?:node_modules|\.symlinks)/|\A[/~]")
Value = Sequence[Token]


def pod_of(name: str) -> str:
    """The pod that a name means, which may go on with one of its parts."""
    return name.partition("/")[0].strip()


def is_of_tests(name: str) -> bool:
    """Whether a target of this name holds tests."""
    return _OF_TESTS.search(name) is not None


def is_for_developers(names: Sequence[str]) -> bool:
    """Whether builds of these names are all for those who write the program."""
    return bool(names) and all(scope_of(name) in (DEVELOPMENT, TEST) for name in names)


def is_inside(path: str) -> bool:
    """Whether a path leads to a folder of the repository, as what another tool has put there is none."""
    return _PLACED.search(path) is None


def ruby(text: str) -> list[Token]:
    """The tokens of a program, without what it says in several lines of text or comment."""
    lines: list[str] = []
    ends = ""  # what ends the text or comment that is open
    for line in text.split("\n"):
        if ends:
            if line.startswith("=end") if ends == "=end" else line.strip() == ends:
                ends = ""
            lines.append("")
            continue
        if line == "__END__":
            break
        if line.startswith("=begin"):
            ends, line = "=end", ""
        elif "<<" in line and (heredoc := _HEREDOC.search(line.partition(" #")[0])):
            ends = heredoc[2]
        lines.append(line)
    return tokens("\n".join(lines), comments="#")


def begins(all_: Sequence[Token], at: int) -> bool:
    """Whether a statement begins at this place."""
    return at == 0 or all_[at - 1].line < all_[at].line or all_[at - 1].says(";", "do", "then", "else")


class Blocks:
    """What is open around the place that was met last: for each block what `expect` said of it, else its word."""

    def __init__(self) -> None:
        self.open: list[str] = []
        self._deeper = 0  # blocks that are open besides, inside of more than anybody writes
        self._waiting: str | None = None  # what the next `do` of the line opens

    def expect(self, what: str) -> None:
        self._waiting = what

    def meet(self, all_: Sequence[Token], at: int) -> None:
        """A name, which may open or close a block."""
        word = all_[at].text
        if at and all_[at - 1].line < all_[at].line:
            self._waiting = None
        if word == "do":
            if self._waiting != "loop":
                self._begin(self._waiting or word)
            self._waiting = None
        elif word == "end" and self._deeper:
            self._deeper -= 1
        elif word == "end":
            del self.open[-1:]
        elif word in _BLOCKS and (begins(all_, at) or all_[at - 1].says("=")):
            is_named = word == "def" and at + 1 < len(all_) and all_[at + 1].kind == NAME
            self._begin(f"def {all_[at + 1].text}" if is_named else word)
            self._waiting = "loop" if word in _LOOPS else None

    def _begin(self, what: str) -> None:
        if len(self.open) < _DEEP:
            self.open.append(what)
        else:
            self._deeper += 1


def names(all_: Sequence[Token]) -> Iterator[int]:
    """Where the words of the program stand, those left out that are members, symbols or keys."""
    for at, token in enumerate(all_):
        if token.kind != NAME or (at and all_[at - 1].says(".", ":")):
            continue
        is_key = at + 1 < len(all_) and all_[at + 1].says(":") and not (at + 2 < len(all_) and all_[at + 2].says(":"))
        if not is_key:
            yield at


def known(all_: Sequence[Token]) -> dict[str, str]:
    """Names that stand for one text wherever they are read, with it."""
    given: dict[str, str] = {}
    bound: Counter[str] = Counter(_parameters(all_))
    for at in range(len(all_) - 2):
        name, equals, value = all_[at : at + 3]
        if name.kind != NAME or not equals.says("=") or value.says("=", "~", ">") or (at and all_[at - 1].says(".")):
            continue
        bound[name.text] += 1
        if value.kind == STRING and (at + 3 == len(all_) or all_[at + 3].line > value.line or all_[at + 3].says(";")):
            given[name.text] = value.text
    return {name: text for name, text in given.items() if bound[name] == 1 and "#{" not in text}


def _parameters(all_: Sequence[Token]) -> Iterator[str]:
    """The names that blocks and functions give to what they are given."""
    for at, token in enumerate(all_):
        if token.says("def"):
            inner, _ = handed(all_[at + 2 : at + _WIDE], 0)
        elif token.says("do", "{") and at + 1 < len(all_) and all_[at + 1].says("|"):
            inner = all_[at + 2 : at + 12]
            closing = next((key for key, one in enumerate(inner) if one.says("|")), len(inner))
            inner = inner[:closing]
        else:
            continue
        yield from (one.text for one in inner if one.kind == NAME)


class Call(NamedTuple):
    """The arguments of a call, each as it is written."""

    given: Sequence[Value]
    named: Mapping[str, Value]
    end: int  # the place behind it


def call(all_: Sequence[Token], begin: int) -> Call:
    """A call whose arguments begin there."""
    inner, end = handed(all_, begin)
    given: list[Value] = []
    named: dict[str, Value] = {}
    for one in parted(_before_a_condition(inner)):
        key, value = _keyed(one)
        if key:
            named.setdefault(key, value)
        elif value:
            given.append(value)
    behind = next((at for at in range(begin, end) if all_[at].says("do", "end")), end)
    return Call(given, named, behind)


def _before_a_condition(inner: Sequence[Token]) -> Sequence[Token]:
    """Arguments without the condition or the block behind them."""
    depth = 0
    for at, token in enumerate(inner):
        depth += token.says(*_OPEN) - token.says(*_CLOSE)
        if depth == 0 and token.says(*_BEHIND) and not (at and inner[at - 1].says(":", ".")):
            return inner[:at]
    return inner


def _keyed(one: Value) -> tuple[str, Value]:
    """`:key => value`, `"key" => value` or `key: value`, without a key if there is none."""
    begin = 1 if one and one[0].says(":") else 0
    if len(one) > begin + 2 and one[begin + 1].says("=") and one[begin + 2].says(">"):
        return one[begin].text, one[begin + 3 :]
    if begin == 0 and len(one) > 2 and one[1].says(":") and not one[2].says(":"):
        return one[0].text, one[2:]
    return "", one


def said(value: Value, held: Mapping[str, str]) -> str | None:
    """The text that a value is, those of a list with commas between; None if that is made when it is run."""
    if value and value[0].says("["):
        parts = [None if one[0].says("[") else said(one, held) for one in parted(value[1:-1]) if one]
        return None if None in parts else ", ".join(part for part in parts if part is not None)
    if len(value) == 1 and value[0].kind == STRING:
        text = _HELD.sub(lambda match: held.get(match[1].removesuffix(".to_s"), match[0]), value[0].text)
        return None if "#{" in text else text
    if all(token.kind == NAME or token.says(".") for token in value):
        return held.get("".join(token.text for token in value).removesuffix(".to_s"))
    if len(value) == 2 and value[0].says(":"):
        return value[1].text
    return None


def listed(value: Value) -> list[str]:
    """The texts and symbols of a value, of a list all of them."""
    return [one.text for one in value if one.kind in (NAME, STRING)]
