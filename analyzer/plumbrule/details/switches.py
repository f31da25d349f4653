"""Where a function decides by the kind of a thing: one expression compared with several constants or types.

Captures: `subject`, what is compared; `case`, one thing that it is compared with. A chain of comparisons is read like a
switch: what a function compares one and the same expression with belongs together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from plumbrule.details import Kind, Source
from plumbrule.details._owners import is_function, owners

_FEWEST = 3  # constants; of fewer a function only tells one thing from the rest
_LONGEST = 200  # characters of a subject or a case that are looked at
_INSIDE = re.compile(r"\([^()]*\)|\{[^{}]*\}|\[[^\[\]]*\]")
_KEYWORD = re.compile(r"^\s*(?:!?is|case)\s+")
_BOUND = re.compile(r"^\s*[a-z_]\w*\s*:\s*(?=[A-Z])")  # a bound name before its type: `x: Foo`
_ALTERNATIVE = re.compile(r"""(?:"[^"]*"|'[^']*'|`[^`]*`|(?!\bor\b)[^|,])+""")
_CASE = re.compile(r"""(['"`])(?P<text>[^'"`]+)\1|(?P<mark>[.:]*)[&*@]*(?P<name>[^\W\d]\w*(?:(?:::|\.|\\)\w+)*)""")
_PARTS = re.compile(r"::|\.|\\")
_OF_THE_LANGUAGE = re.compile(r"typeof\b|gettype\(")  # kinds to which nobody adds one
# Values and types that a language itself has: nobody adds one.
_NOTHING = re.compile(
    r"""(?xi)
    true|false|null|none|nil|undefined|self|default|nan|_
    | u?int(?:eger|8|16|32|64)?|[iu](?:8|16|32|64|128)|u?long|u?short|s?byte|char(?:acter)?|float(?:32|64)?|f32|f64
    | double
    | number|bool(?:ean)?|str(?:ing)?|charsequence|bytes|bytearray|object|any|class|void|function|symbol|bigint
    | list|array(?:list)?|dict|map(?:ping)?|(?:frozen|hash)?set|hash(?:map)?|tuple|vec|collection|iterable|sequence|date
    | (?:\w*error|\w*exception)
    """
)


class Switch(NamedTuple):
    symbol: int  # the function; -1 outside of one
    line: int
    subject: str  # as written, on one line
    constants: str  # last parts of their names, or " and their text, sorted and joined by |


def _read(source: Source) -> Iterator[Switch]:
    owner = owners(source.interface, is_function)
    found: dict[tuple[int, str], tuple[int, set[str]]] = {}
    for match in source.matches:
        if "subject" in match and "case" in match:
            node = match["subject"][0]
            line = node.start_point[0] + 1
            subject = _plain(node.text or b"")
            if _OF_THE_LANGUAGE.match(subject):
                continue
            constants = found.setdefault((owner(line), subject), (line, set()))[1]
            for case in match["case"]:
                constants.update(_constants((case.text or b"")[:_LONGEST].decode("utf-8", "replace")))
    for (symbol, subject), (line, cases) in found.items():
        if len(cases) >= _FEWEST:
            yield Switch(symbol, line, subject, "|".join(sorted(cases)))


def _plain(text: bytes) -> str:
    subject = " ".join(text[:_LONGEST].decode("utf-8", "replace").split())
    while subject.startswith("(") and subject.endswith(")"):
        subject = subject[1:-1].strip()
    return subject


def _constants(case: str) -> Iterator[str]:
    """The names and texts in a case, without what it takes apart."""
    for _ in range(3):  # brackets inside brackets
        case = _INSIDE.sub("", case)
    for one in _ALTERNATIVE.findall(_BOUND.sub("", _KEYWORD.sub("", case))):
        found = _CASE.match(one.strip())
        if found is None:
            continue
        if found["text"]:
            # Letters are what a reader of text goes by, and no kinds.
            if len(found["text"]) > 1 and not (len(found["text"]) == 2 and found["text"][0] == "\\"):
                yield '"' + found["text"].replace("|", "/")
            continue
        last = _PARTS.split(found["name"])[-1]
        # A constant, a type or a member of one; a variable that a pattern binds is none.
        if not _NOTHING.fullmatch(last) and (found["mark"] or last != found["name"] or last[0].isupper()):
            yield last


KIND = Kind("switches", Switch, _read)
