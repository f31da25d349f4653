"""setup.py: what it hands to `setup` as it is written; lists that have a name are looked up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from plumbrule.extract.manifests.program import NAME, STRING, Token, after, constants, strings, tokens
from plumbrule.extract.manifests.reading import BUILD, OPTIONAL, RUNTIME, TEST, Declared, Format, Published, Reading
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
    for begin, end in _calls(all_):
        at = begin
        while at < end:
            token = all_[at]
            if token.kind == NAME and at + 1 < end and all_[at + 1].says("="):
                stop = _value_end(all_, at + 2, end)
                value = all_[at + 2 : stop]
                if token.text in _SCOPES:
                    found += _rows(value, named, _SCOPES[token.text])
                elif token.text in ("name", "version") and len(value) == 1:
                    said = value[0].text if value[0].kind == STRING else known.get(value[0].text, "")
                    told.setdefault(token.text, said)
                at = stop
            at += 1
    name = told.get("name", "")
    made = (Published(name, told.get("version", "")),) if name else ()
    return Reading(made, tuple(found))


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


def _rows(value: Sequence[Token], named: Mapping[str, Sequence[Token]], scope: str) -> Iterator[Declared]:
    for at, token in enumerate(value):
        held: Sequence[Token] = [token]
        if token.kind == NAME:
            # Names of names are not followed.
            held = list(strings(named.get(token.text, ())))
        elif token.kind != STRING or (at + 1 < len(value) and value[at + 1].says(":")):
            continue  # the name of an extra
        for one in held:
            asked = requirement(one.text) if one.kind == STRING else None
            if asked is not None:
                yield Declared(asked.name, asked.wanted, "", scope, one.line)


FORMAT = Format("pypi", ("setup.py",), _read)
