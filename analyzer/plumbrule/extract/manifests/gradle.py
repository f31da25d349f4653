"""What both kinds of Gradle's programs say alike, in Groovy and in Kotlin."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from plumbrule.extract.manifests.program import NAME, Token, arguments, filled
from plumbrule.extract.manifests.reading import BUILD, DEVELOPMENT, MANAGED, RUNTIME, TEST, Declared

_CONFIGURATION = re.compile(
    r"(?:\w*(?:api|implementation|compileonly|compileonlyapi|runtimeonly|annotationprocessor|kapt|ksp|classpath"
    r"|desugaring)|compile|runtime|\w+(?:compile|runtime)|provided|kapt\w+|ksp\w+|detektplugins|lintchecks"
    r"|developmentonly)", re.IGNORECASE
)  # fmt: skip
_NOTATION = re.compile(r"([\w.\-]+):([\w.\-]+)(?::([^:@\s]*))?(?::[^:@\s]*)?(?:@\w+)?")
_PLATFORMS = frozenset({"platform", "enforcedPlatform"})
_AROUND = (*sorted(_PLATFORMS), "testFixtures", "dependencies", "create", "project", "kotlin")


def plugin(id_: str, version: str, scope: str, line: int) -> Declared:
    """A plugin, by the marker artifact under which a repository of Maven has it."""
    return Declared(f"{id_}:{id_}.gradle.plugin", version, "", scope, line)


def plugins(all_: Sequence[Token], known: Mapping[str, str]) -> Iterator[Declared]:
    """`id("x") version "1"` and `kotlin("jvm") version "1"`; those without one come with Gradle, or from beside."""
    for at, token in enumerate(all_):
        if not token.says("id", "kotlin") or at + 1 >= len(all_):
            continue
        given, _, end = _called(all_, at + 1)
        if given and end + 1 < len(all_) and all_[end].says("version"):
            id_ = given[0].text if token.text == "id" else f"org.jetbrains.kotlin.{given[0].text}"
            value, _, _ = _called(all_, end + 1)
            if value:
                yield plugin(id_, filled(value[0].text, known), BUILD, token.line)


def _called(all_: Sequence[Token], at: int) -> tuple[list[Token], dict[str, Token], int]:
    """`arguments`, of a call without brackets its one string alone: another call may follow on its line."""
    if all_[at].says("("):
        return arguments(all_, at)
    return ([all_[at]], {}, at + 1) if all_[at].kind == "string" else ([], {}, at + 1)


def dependencies(all_: Sequence[Token], known: Mapping[str, str]) -> Iterator[Declared]:
    """What configurations are given: notations, groups and names, projects. What comes out of a catalog is declared
    there; what a program makes of its own variables is not known."""
    done = 0
    for at in range(len(all_) - 1):
        token, bracket = all_[at], all_[at + 1].says("(")
        if at < done or token.kind != NAME or not _CONFIGURATION.fullmatch(token.text):
            continue
        if (at and all_[at - 1].says(".")) or not (bracket or all_[at + 1].line == token.line):
            continue
        inner = at + 1 + bracket
        called = inner + 1 < len(all_) and all_[inner].says(*_AROUND) and all_[inner + 1].says("(")
        word = all_[inner].text if called else ""
        given, named, done = arguments(all_, inner + 1 if called else at + 1)
        yield from _asked(word, given, named, _scope(token.text), known)


def _asked(
    word: str, given: Sequence[Token], named: Mapping[str, Token], scope: str, known: Mapping[str, str]
) -> Iterator[Declared]:
    """What one configuration is given, within the brackets of `word` if any stand around it."""
    if word == "project":
        for place in given[:1] or [one for key, one in named.items() if key == "path"]:
            yield Declared(place.text, "", "", scope, place.line, True)
    elif word == "kotlin":
        for one in given[:1]:
            yield Declared(f"org.jetbrains.kotlin:kotlin-{one.text}", "", "", scope, one.line)
    else:
        yield from _notations(given, named, MANAGED if word in _PLATFORMS else scope, known)


def _notations(
    given: Sequence[Token], named: Mapping[str, Token], scope: str, known: Mapping[str, str]
) -> Iterator[Declared]:
    if "group" in named and "name" in named:
        group, name = (filled(named[key].text, known) for key in ("group", "name"))
        version = filled(named["version"].text, known) if "version" in named else ""
        yield Declared(f"{group}:{name}", version, "", scope, named["name"].line)
    for one in given:
        match = _NOTATION.fullmatch(filled(one.text, known))
        if match is not None:
            # A string may hold an expression with strings of its own: how that ends is not known.
            version = match[3] if match[3] and "{" not in match[3] else ""
            yield Declared(f"{match[1]}:{match[2]}", version, "", scope, one.line)


def _scope(configuration: str) -> str:
    word = configuration.lower()
    if "test" in word:
        return TEST
    if word.startswith(("kapt", "ksp", "classpath", "detekt", "lint")) or word.endswith(
        ("annotationprocessor", "compileonly", "provided", "desugaring")
    ):
        return BUILD
    return DEVELOPMENT if word.startswith(("debug", "development")) else RUNTIME
