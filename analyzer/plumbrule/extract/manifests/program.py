"""Manifests that are programs, as tokens: strings, names and marks with their lines, comments left out.

Hides quoting and comments. What a program would compute is not known here: only what is written down is read, and the
program is never run. Every pattern takes what it begins with to its end, so that reading is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from plumbrule.extract.manifests.reading import Unreadable

STRING, NAME, MARK = "string", "name", "mark"
_LONGEST = 300_000  # characters of a program
_STRING = (
    r"\"\"\"(?P<long>(?:[^\"\\]|\\.|\"(?!\"\"))*+)(?:\"\"\"|\\?\Z)|'''(?P<longer>(?:[^'\\]|\\.|'(?!''))*+)(?:'''|\\?\Z)|"
    r"\"(?P<double>(?:[^\"\\\n]|\\.)*+)(?:\"|(?=\n)|\\?\Z)|'(?P<single>(?:[^'\\\n]|\\.)*+)(?:'|(?=\n)|\\?\Z)"
)
_REST = r"|(?P<name>[\w$]++)|(?P<mark>[^\s\w])"
_HASH = re.compile(rf"(?P<comment>\#[^\n]*+)|{_STRING}{_REST}", re.DOTALL)
_SLASHES = re.compile(rf"(?P<comment>//[^\n]*+|/\*.*?(?:\*/|\Z))|{_STRING}{_REST}", re.DOTALL)
_OPEN, _CLOSE = "([{", ")]}"  # marks are single characters
_ENDING = f"{_CLOSE};"
_DEEP = 6  # names in what names stand for
_LONG = 300  # characters of a text that is filled
_NAMED = re.compile(r"\$\{\s*([\w.\-]+)[^{}]*\}|\$(\w+(?:\.\w+)*)")
_HELD = re.compile(r"[$#]\{\s*([\w.]+)\s*\}|\$(\w+)")


class Token(NamedTuple):
    kind: str
    text: str  # of a string what stands between the quotes
    line: int

    def says(self, *texts: str) -> bool:
        """Whether it is one of these names or marks."""
        return self.kind != STRING and self.text in texts


def tokens(text: str, *, comments: str) -> list[Token]:
    """`comments` is "#" or "//". `Unreadable` if nobody could have written it."""
    if len(text) > _LONGEST:
        raise Unreadable(f"a program of more than {_LONGEST:,} characters")
    found = []
    line, counted = 1, 0
    for match in (_HASH if comments == "#" else _SLASHES).finditer(text):
        kind = match.lastgroup
        if kind == "comment" or kind is None:
            continue
        line += text.count("\n", counted, match.start())
        counted = match.start()
        found.append(Token(kind if kind in (NAME, MARK) else STRING, match[kind], line))
    return found


def after(all_: Sequence[Token], begin: int) -> int:
    """Where what opens at `begin` has closed: the place behind it."""
    depth = 0
    for at in range(begin, len(all_)):
        if all_[at].kind == MARK:
            depth += (all_[at].text in _OPEN) - (all_[at].text in _CLOSE)
            if depth <= 0:
                return at + 1
    return len(all_)


def strings(all_: Sequence[Token]) -> Iterator[Token]:
    return (token for token in all_ if token.kind == STRING)


def handed(all_: Sequence[Token], begin: int) -> tuple[Sequence[Token], int]:
    """What a call is handed whose bracket opens at `begin`, or that has none, and the place behind it."""
    if begin < len(all_) and all_[begin].says("("):
        end = after(all_, begin)
        return all_[begin + 1 : end - 1], end
    end = begin
    depth = 0
    # Without brackets it goes on to the end of the line, and further where a comma or a bracket is open.
    while end < len(all_) and (
        end == begin or depth > 0 or all_[end].line == all_[end - 1].line or all_[end - 1].says(",")
    ):
        token = all_[end]
        if token.kind == MARK:
            if depth == 0 and token.text in _ENDING:
                break
            depth += (token.text in _OPEN) - (token.text in _CLOSE)
        end += 1
    return all_[begin:end], end


def parted(inner: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """What stands between the commas of a list."""
    begin = depth = 0
    for at, token in enumerate(inner):
        if token.kind != MARK:
            continue
        depth += (token.text in _OPEN) - (token.text in _CLOSE)
        if depth == 0 and token.text == ",":
            yield inner[begin:at]
            begin = at + 1
    yield inner[begin:]


def arguments(all_: Sequence[Token], begin: int) -> tuple[list[Token], dict[str, Token], int]:
    """Of a call whose bracket opens at `begin`, or that has none: the strings among its arguments, those given by name
    (`name: "x"`, `name = "x"`, `name => "x"`), and the place behind it."""
    inner, end = handed(all_, begin)
    given: list[Token] = []
    named: dict[str, Token] = {}
    for at, token in enumerate(inner):
        if token.kind != STRING:
            continue
        key = _key(inner, at)
        if key:
            named.setdefault(key, token)
        else:
            given.append(token)
    return given, named, end


def is_written(given: Sequence[Token]) -> bool:
    """Whether what a call is given begins with a text that is written out, as Ruby writes it."""
    first = next((one for one in given if not one.says("(")), None)
    return first is not None and first.kind == STRING and "#{" not in first.text


def shown(given: Sequence[Token]) -> str:
    """The beginning of what a call is given, as a reader finds it again."""
    return "".join(one.text for one in given[:8])


def chain(all_: Sequence[Token], at: int) -> tuple[list[str], int]:
    """The names of `a.b.c` that begins here, and the place behind it; none where no name stands."""
    names: list[str] = []
    while at < len(all_) and all_[at].kind == NAME:
        names.append(all_[at].text)
        at += 1
        mark = at
        while mark < len(all_) and all_[mark].says("?", "!"):
            mark += 1
        if mark + 1 >= len(all_) or not all_[mark].says(".") or all_[mark + 1].kind != NAME:
            break
        at = mark + 1
    return names, at


def _key(inner: Sequence[Token], at: int) -> str:
    """The name that the value at this place is given by; "" if it is given by none."""
    back = at - 1
    if back >= 1 and inner[back].says(">") and inner[back - 1].says("="):
        back -= 1
    if back >= 1 and inner[back].says(":", "=") and inner[back - 1].kind in (NAME, STRING):
        return inner[back - 1].text
    return ""


def constants(all_: Sequence[Token]) -> dict[str, str]:
    """Names that are given a string once (`name = "text"`), with it."""
    found: dict[str, str] = {}
    for at in range(2, len(all_)):
        if all_[at].kind == STRING and all_[at - 1].says("=") and all_[at - 2].kind == NAME:
            found.setdefault(all_[at - 2].text, all_[at].text)
    return found


def filled_by(text: str, value: Callable[[str], str | None]) -> str:
    """The text with what `value` says of each `${a.b}` and `$a.b` in it, and of the names in that; what it does not
    know stays as it is."""

    def told(match: re.Match[str]) -> str:
        name, rest = match[1] or match[2], ""
        while name:
            found = value(name)
            if found is not None:
                return found + rest
            if match[1]:
                break
            name, dot, last = name.rpartition(".")  # of `$a.b` the text may go on behind `a`
            rest = f"{dot}{last}{rest}"
        return match[0]

    for _ in range(_DEEP):
        before = text
        text = _NAMED.sub(told, text) if "$" in text and len(text) <= _LONG else text
        if text == before:
            break
    return text


def filled(text: str, known: Mapping[str, str]) -> str:
    """The text with `$name`, `${name}` and `#{name}` put in, as far as they are known."""

    def value(match: re.Match[str]) -> str:
        name = (match[1] or match[2]).rpartition(".")[2]
        return known.get(name, match[0])

    return _HELD.sub(value, text)
