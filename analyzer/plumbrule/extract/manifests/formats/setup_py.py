"""setup.py: what it hands to `setup` as it is written; lists that have a name are looked up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from plumbrule.extract.manifests.program import NAME, STRING, Token, after, chain, constants, shown, strings, tokens
from plumbrule.extract.manifests.reading import (
    BUILD,
    OPTIONAL,
    RUNTIME,
    TEST,
    Declared,
    Format,
    Published,
    Reading,
    unknown,
)
from plumbrule.extract.manifests.requirement import requirement

_SCOPES: Mapping[str, str] = {
    "install_requires": RUNTIME,
    "setup_requires": BUILD,
    "tests_require": TEST,
    "extras_require": OPTIONAL,
}


def _read(text: str, path: str) -> Reading:
    all_ = tokens(text, comments="#")
    named = dict(_lists(all_))
    known = constants(all_)
    found: list[Declared] = []
    told: dict[str, str] = {}
    lacking: list[tuple[int, str]] = []
    for key, value in _given(all_):
        if key.text in _SCOPES:
            asked = list(_asked(value, named))
            found += _rows(asked, _SCOPES[key.text])
            lacking += ((one.line, one.text) for one in asked if one.kind == NAME)
        elif key.text in ("name", "version"):
            alone = value[0] if len(value) == 1 else Token("", "", 0)
            told.setdefault(key.text, alone.text if alone.kind == STRING else known.get(alone.text, ""))
            if key.text == "name" and not told["name"]:
                lacking.append((key.line, shown(value)))
    name = told.get("name", "")
    made = (Published(name, told.get("version", "")),) if name else ()
    return Reading(made, tuple(found), unknown(lacking))


def _given(all_: Sequence[Token]) -> Iterator[tuple[Token, Sequence[Token]]]:
    """What `setup(...)` is given by name."""
    for begin, end in _calls(all_):
        at = begin
        while at < end:
            if all_[at].kind == NAME and at + 1 < end and all_[at + 1].says("="):
                stop = _value_end(all_, at + 2, end)
                yield all_[at], all_[at + 2 : stop]
                at = stop
            at += 1


def _asked(value: Sequence[Token], named: Mapping[str, Sequence[Token]]) -> Iterator[Token]:
    """The strings in a value, those of the lists that it names, and names that no list here has; of a call its name
    alone."""
    at = 0
    while at < len(value):
        names, end = chain(value, at)
        if names and end < len(value) and value[end].says("("):
            yield value[at]
            end = after(value, end)
        elif len(names) == 1 and names[0] in named:
            yield from strings(named[names[0]])  # names of names are not followed
        elif names and not value[at].says("if", "else", "for", "in"):
            yield value[at]
        elif value[at].kind == STRING and not (at + 1 < len(value) and value[at + 1].says(":")):
            yield value[at]  # and not the name of an extra
        at = max(end, at + 1)


def _calls(all_: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Where the arguments of each `setup(...)` stand."""
    done = 0  # one inside another is none
    for at in range(len(all_) - 1):
        if at >= done and all_[at].says("setup") and all_[at + 1].says("(") and not (at and all_[at - 1].says("def")):
            done = after(all_, at + 1)
            yield at + 2, done - 1


def _value_end(all_: Sequence[Token], begin: int, end: int) -> int:
    """The place of the comma behind a value."""
    at = begin
    while at < end and not all_[at].says(","):
        at = after(all_, at) if all_[at].says("(", "[", "{") else at + 1
    return min(at, end)


def _lists(all_: Sequence[Token]) -> Iterator[tuple[str, Sequence[Token]]]:
    done = 0
    for at in range(len(all_) - 2):
        if at >= done and all_[at].kind == NAME and all_[at + 1].says("=") and all_[at + 2].says("[", "("):
            done = after(all_, at + 2)
            yield all_[at].text, all_[at + 2 : done]


def _rows(asked: Sequence[Token], scope: str) -> Iterator[Declared]:
    for one in asked:
        row = requirement(one.text) if one.kind == STRING else None
        if row is not None:
            yield Declared(row.name, row.wanted, "", scope, one.line)


FORMAT = Format("pypi", ("setup.py",), _read)
