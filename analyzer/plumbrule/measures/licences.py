"""Under which licences packages of others may be taken, as lock files and installed metadata state it.

Hides SPDX expressions: each becomes the alternatives that it leaves, with the terms that come together. What is stated
nowhere, or only as a text to be read elsewhere, is `unknown`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import product

from plumbrule.extract.manifests.licences import BYTES, stated, states_licences
from plumbrule.extract.manifests.reading import Unreadable
from plumbrule.measures import Measure, Situation
from plumbrule.tables import Row, Table, columns

UNKNOWN = "unknown"
_MOST = 64  # alternatives of one expression; with more it is taken as a text
_SIGN = re.compile(r"\s*(?:([()])|([^\s()]+))")
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:-]*\+?")
_NO_STATEMENT = re.compile(r"|NOASSERTION|UNKNOWN|SEE LICEN[CS]E IN .*|N/?A", re.IGNORECASE)

_Alternatives = list[tuple[str, ...]]


def alternatives(licence: str) -> _Alternatives:
    """The ways in which an expression lets a package be taken, each with all its terms; a text that is no expression
    is one term. (SPDX specification 3.0, annex B: AND binds tighter than OR, WITH tighter than both.)"""
    if _NO_STATEMENT.fullmatch(licence.strip()):
        return [(UNKNOWN,)]
    found = _Expression(licence).read()
    return [(licence.strip(),)] if found is None else sorted({tuple(sorted(set(terms))) for terms in found})


class _Expression:
    def __init__(self, text: str) -> None:
        self._signs = [match[1] or match[2] for match in _SIGN.finditer(text.strip())]
        self._at = 0

    def read(self) -> _Alternatives | None:
        """None if it is no expression."""
        try:
            found = self._any()
        except (ValueError, RecursionError):
            return None
        return found if self._at == len(self._signs) else None

    def _any(self) -> _Alternatives:
        found = self._all()
        while self._takes("OR"):
            found = found + self._all()
        return self._few(found)

    def _all(self) -> _Alternatives:
        found = self._one()
        while self._takes("AND"):
            other = self._one()
            self._few([()] * (len(found) * len(other)))
            found = [(*one, *more) for one, more in product(found, other)]
        return found

    def _one(self) -> _Alternatives:
        if self._takes("("):
            found = self._any()
            if not self._takes(")"):
                raise ValueError
            return found
        name = self._identifier()
        return [(f"{name} WITH {self._identifier()}" if self._takes("WITH") else name,)]

    def _identifier(self) -> str:
        sign = self._signs[self._at] if self._at < len(self._signs) else ""
        if not _IDENTIFIER.fullmatch(sign) or sign.upper() in ("AND", "OR", "WITH"):
            raise ValueError
        self._at += 1
        return sign

    def _takes(self, sign: str) -> bool:
        if self._at < len(self._signs) and self._signs[self._at].upper() == sign:
            self._at += 1
            return True
        return False

    def _few(self, found: _Alternatives) -> _Alternatives:
        if len(found) > _MOST:
            raise ValueError
        return found


def _licences(s: Situation) -> Collection[Row]:
    earlier = s.earlier.get("package_licence")
    if not s.intent.licences:
        return earlier if earlier is not None and not earlier else []
    held = s.contents.named(states_licences)
    known: dict[str, list[Row]] = {}
    for row in earlier or ():
        if row[1] in held and not s.contents.moved(row[1]):
            known.setdefault(row[1], []).append(row)
    if earlier is not None and known.keys() == held.keys() and sum(map(len, known.values())) == len(earlier):
        return earlier
    return [
        row for path, blob in sorted(held.items()) for row in (known[path] if path in known else _stated(s, path, blob))
    ]


def _stated(s: Situation, path: str, blob: str) -> Iterator[Row]:
    """One row for each term; one without a package where nothing is stated, so that the file is not read again."""
    data = s.contents.read(path, blob, BYTES)
    reason = data if isinstance(data, str) else ""
    found: list[Row] = []
    if isinstance(data, bytes):
        try:
            ecosystem, packages = stated(path, data)
        except Unreadable as error:
            reason = str(error)
        else:
            for one in packages:
                begin = s.now.repo, path, one.line, ecosystem, one.package, one.version, one.development
                for number, terms in enumerate(alternatives(one.licence), 1):
                    said = UNKNOWN if terms == (UNKNOWN,) else one.licence
                    found += [(*begin, said, number, term, "") for term in terms]
    yield from found or [(s.now.repo, path, 1, "", "", "", False, "", 0, "", reason)]


MEASURES = (
    Measure(
        Table(
            "package_licence",
            "A term of a licence under which a package may be taken; empty unless the policy asks for licences.",
            columns(
                """repo VARCHAR repository, by its name in the store
                path VARCHAR the lock file or installed metadata that states it
                line INTEGER where
                ecosystem VARCHAR type of the package's package-url: npm, composer or pypi
                package VARCHAR its name, as the ecosystem spells it; empty = the file states nothing
                version VARCHAR the one that is locked or installed
                development BOOLEAN held for development alone
                licence VARCHAR as stated, else unknown
                alternative INTEGER from 1: under any of them it may be taken
                term VARCHAR an identifier, with its exception if it has one, or a text that is none
                reason VARCHAR why the file could not be read; empty = it was"""
            ),
        ),
        _licences,
    ),
)
