"""settings.gradle and settings.gradle.kts: which projects of the repository are built together, how they are called and
where they lie, and which catalogs they have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from plumbrule.extract.manifests.formats.versions_toml import BUNDLE, LIBRARY, PLUGIN, VERSION
from plumbrule.extract.manifests.gradle import notation, plugins
from plumbrule.extract.manifests.gradle_project import text_of
from plumbrule.extract.manifests.program import (
    STRING,
    Token,
    after,
    arguments,
    constants,
    handed,
    parted,
    strings,
    tokens,
)
from plumbrule.extract.manifests.reading import MANAGED, Declared, Format, Reading, Said, unknown

ROOT, NAMED, PLACED, CATALOG = "root", "named", "placed", "catalog"
PUBLISHED = "published"  # a catalog that others publish
RENAMED = "renamed"  # projects have other names than their paths say, and which is computed
_OF_PROJECT = ("project", "findProject")
_WIDE = 40  # names and marks that one statement is looked through
_LISTED = 200  # of a list of them
_ENTRIES = (LIBRARY, BUNDLE, PLUGIN, VERSION)
_CREATING = ("create", "register")


def _read(text: str, path: str) -> Reading:
    all_ = tokens(text, comments="//")
    known = constants(all_)
    found = [row for row in plugins(all_, known) if isinstance(row, Declared)]
    lacking: list[tuple[int, str]] = []
    done = 0
    for at, token in enumerate(all_[:-1]):
        if at >= done and token.says("include", "includeBuild") and not (at and all_[at - 1].says(".")):
            given, _, done = arguments(all_, at + 1)
            for one in given:
                name = one.text if token.text == "includeBuild" else f":{one.text.lstrip(':')}"
                if "$" in name:
                    lacking.append((one.line, name))
                else:
                    found.append(Declared(name, "", "", "", one.line, True))
    catalogs = list(_catalogs(all_))
    others = (notation(one.value, MANAGED, one.line) for one in catalogs if one.key == PUBLISHED)
    found += (row for row in others if row is not None)
    return Reading(declared=tuple(found), reason=unknown(lacking), said=(*_projects(all_), *catalogs))


def _projects(all_: Sequence[Token]) -> Iterator[Said]:
    """`rootProject.name = "a"`, `project(":b").name = "c"`, `project(":b").projectDir = file("d")`."""
    for at, token in enumerate(all_):
        if not token.says("rootProject", "name", *_OF_PROJECT):
            continue
        words = ["" if one.kind == STRING else one.text for one in all_[at : at + 8]]
        if len(words) > 4 and words[4] == "?":
            del words[4]
        behind = all_[at : at + _WIDE]
        value = next((place for place, one in enumerate(behind) if one.says("=")), len(behind)) + 1
        if words[:4] == ["rootProject", ".", "name", "="] and value < len(behind):
            yield Said(ROOT, "", text_of(behind, value), token.line)
        elif words[0] in _OF_PROJECT and words[1:5] == ["(", "", ")", "."] and words[6:7] == ["="]:
            yield from _of_one(behind, value, words[5])
        elif words[:2] == ["name", "="] and _is_of_some_project(all_, at):
            yield Said(RENAMED, "", "", token.line)


def _of_one(statement: Sequence[Token], value: int, what: str) -> Iterator[Said]:
    """The name or the folder that one project is given; `value` is the place of what is given."""
    way, line = f":{statement[2].text.lstrip(':')}", statement[0].line
    if what == "name" and value < len(statement):
        yield Said(NAMED, way, text_of(statement, value), line)
    elif what == "projectDir":
        place = next(strings([one for one in statement[value:] if one.line == line]), None)
        if place is not None:
            yield Said(PLACED, way, place.text, line)


def _is_of_some_project(all_: Sequence[Token], at: int) -> bool:
    """Whether a name is given here to projects that are not named: to each child, or to what a block is about."""
    before = [one.text for one in all_[max(at - 12, 0) : at]]
    if before[-1:] == ["."]:
        return before[-2:-1] not in (["rootProject"], [")"], ["?"])
    return before[-1:] == ["{"] and any(word in _OF_PROJECT for word in before)


def _catalogs(all_: Sequence[Token]) -> Iterator[Said]:
    """What stands in `versionCatalogs { create("libs") { ... } }`, and in Groovy in `libs { ... }`."""
    begin = next(
        (at for at in range(len(all_) - 1) if all_[at].says("versionCatalogs") and all_[at + 1].says("{")), None
    )
    if begin is None:
        return
    within = all_[begin + 2 : after(all_, begin + 1) - 1]
    at = 0
    while at + 1 < len(within):
        opened, name = at + 1, within[at].text
        if within[at].says(*_CREATING) and within[opened].says("("):
            inner, end = handed(within[opened : opened + _WIDE], 0)
            opened, name = opened + end, next(strings(inner), within[at]).text
        if opened < len(within) and within[opened].says("{"):
            close = after(within, opened)
            yield from _entries(within[opened + 1 : close - 1], name)
            at = close
        else:
            at += 1


def _entries(inner: Sequence[Token], catalog: str) -> Iterator[Said]:
    """`from(files("x.toml"))`, `library("a", "g:n:v")`, `library("a", "g", "n").versionRef("v")`, and the others."""
    for at, token in enumerate(inner[:-1]):
        if token.says("from", *_ENTRIES) and inner[at + 1].says("("):
            given, end = handed(inner[at + 1 : at + 1 + (_LISTED if token.text == BUNDLE else _WIDE)], 0)
            told = [one.text for part in parted(given) for one in strings(part)]
            if token.text == "from" and told and notation(told[0], MANAGED, token.line) is not None:
                yield Said(PUBLISHED, catalog, told[0], token.line)
            elif token.text == "from" and told:
                yield Said(CATALOG, catalog, told[0], token.line)
            elif len(told) > 1:
                value = (" " if token.text == BUNDLE else ":").join(told[1:])
                version = _version(inner[at + 1 + end : at + 6 + end])
                yield Said(token.text, f"{catalog}.{told[0]}", f"{value}{version}", token.line)


def _version(behind: Sequence[Token]) -> str:
    """What follows an entry: `.version("1")` as ":1", `.versionRef("x")` as ":$x"; "" if neither does."""
    words = [one.text for one in behind[:2]]
    version = next(strings(behind), None)
    if version is None or words not in ([".", "version"], [".", "versionRef"]):
        return ""
    return f":{'$' if words[1] == 'versionRef' else ''}{version.text}"


FORMAT = Format("maven", ("settings.gradle", "settings.gradle.kts"), _read)
