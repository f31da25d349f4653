"""What both kinds of Gradle's programs say alike, in Groovy and in Kotlin, of what they ask for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from plumbrule.extract.manifests.program import (
    NAME,
    STRING,
    Token,
    after,
    arguments,
    chain,
    filled,
    handed,
    parted,
)
from plumbrule.extract.manifests.reading import BUILD, DEVELOPMENT, MANAGED, RUNTIME, TEST, Declared, Said

# Keys of what is said: under a scope a name that stands for a module, and a text with names in it; a script; what only
# running it tells.
ASKS, WRITTEN, APPLIES, UNKNOWN = "asks", "written", "applies", "unknown"
MAY_ASK = "may ask"  # as ASKS, of what may be no configuration at all

_CONFIGURATION = re.compile(
    r"(?:\w*(?:api|implementation|compileonly|compileonlyapi|runtimeonly|annotationprocessor|kapt|ksp|classpath"
    r"|desugaring)|compile|runtime|\w+(?:compile|runtime)|provided|kapt\w+|ksp\w+|detektplugins|lintchecks"
    r"|developmentonly|mavenbom)", re.IGNORECASE
)  # fmt: skip
_NOTATION = re.compile(r"([\w.\-]+):([\w.\-]+)(?::([^:@\s]*))?(?::[^:@\s]*)?(?:@\w+)?")
# What stands in a block of dependencies and is given something, and is none.
_NO_CONFIGURATIONS = frozenset(
    {"exclude", "module", "modules", "because", "version", "strictly", "require", "prefer", "reject", "substitute"}
    | {"if", "else", "for", "while", "val", "var", "def", "return", "println", "print", "project", "create", "using"}
    | {"components", "constraints", "attributes", "attribute", "artifact", "capabilities", "requireCapability"}
    | {"platform", "enforcedPlatform", "kotlin", "files", "fileTree", "replacedBy", "withModule", "entry", "throw"}
)
_PLATFORMS = frozenset({"platform", "enforcedPlatform"})
_AROUND = frozenset({"testFixtures", "create", "variantOf", *_PLATFORMS})
# What is there without any registry: files, what comes with Gradle, and what the project itself has.
_THERE = frozenset({"files", "fileTree", "gradleApi", "gradleKotlinDsl", "gradleTestKit", "localGroovy", "zipTree"})
_OWN = frozenset({"sourceSets", "configurations", "tasks"})
_TAKEN = frozenset({"get", "asProvider", "orNull", "getOrNull"})
_FOUND = frozenset({"findLibrary", "findBundle", "findPlugin"})
_OF_PLUGINS = frozenset({"alias", "id", "kotlin"})
_DEEP = 8  # brackets in brackets
_WIDE = 30  # names and marks that the call for one plugin is looked through
_STATEMENT = 60  # names and marks that a statement is looked through which may give something to a configuration
_LONG = 60  # characters of what is told not to be known


def plugin(id_: str, version: str, scope: str, line: int) -> Declared:
    """A plugin, by the marker artifact under which a repository of Maven has it."""
    return Declared(f"{id_}:{id_}.gradle.plugin", version, "", scope, line)


def notation(text: str, scope: str, line: int) -> Declared | None:
    """What `group:name:version` asks for; None for what is no such thing."""
    match = _NOTATION.fullmatch(text)
    if match is None:
        return None
    # A string may hold an expression with strings of its own: how that ends is not known.
    version = match[3] if match[3] and "{" not in match[3] else ""
    return Declared(f"{match[1]}:{match[2]}", version, "", scope, line)


def plugins(all_: Sequence[Token], known: Mapping[str, str]) -> Iterator[Declared | Said]:
    """`id("x") version "1"` and `kotlin("jvm") version "1"`; those without one come with Gradle, or from beside, where
    a script of that name may lie. `alias(libs.plugins.x)` is told by a catalog."""
    for at, token in enumerate(all_[:-1]):
        if token.text not in _OF_PLUGINS:
            continue
        if token.says("alias") and all_[at + 1].says("("):
            names, _ = chain(all_, at + 2)
            yield Said(ASKS, BUILD, ".".join(names), token.line)
        if not token.says("id", "kotlin"):
            continue
        given, _, end = _called(all_, at + 1)
        if not given:
            continue
        id_ = given[0].text if token.text == "id" else f"org.jetbrains.kotlin.{given[0].text}"
        if end + 1 < len(all_) and all_[end].says("version"):
            value, _, _ = _called(all_, end + 1)
            if value or all_[end + 1].kind == NAME:
                yield plugin(id_, filled(value[0].text, known) if value else "", BUILD, token.line)
        elif token.text == "id":
            yield Said(APPLIES, id_, "", token.line)


def _called(all_: Sequence[Token], at: int) -> tuple[list[Token], dict[str, Token], int]:
    """`arguments`, of a call without brackets its one string alone: another call may follow on its line."""
    if all_[at].says("("):
        given, named, end = arguments(all_[at : at + _WIDE], 0)
        return given, named, at + end
    return ([all_[at]], {}, at + 1) if all_[at].kind == STRING else ([], {}, at + 1)


def dependencies(all_: Sequence[Token], known: Mapping[str, str]) -> Iterator[Declared | Said]:
    """What configurations are given: notations, groups and names, projects; names of what a catalog or another script
    says, and what is known to nobody before the program is run."""
    done = end = 0  # of what is read, and of the block of dependencies at hand
    for at in range(len(all_) - 1):
        if at >= end and all_[at].says("dependencies") and all_[at + 1].says("{"):
            end = after(all_, at + 1)
        if at < done:
            continue
        begin = _handed_at(all_, at)
        if begin is not None:
            done, found = _given(all_, at, begin, known)
            yield from found if at < end else (one for one in found if isinstance(one, Declared))
        elif at < end and _may_be_one(all_, at):
            done, found = _perhaps(all_, at, known)
            yield from found


def _given(
    all_: Sequence[Token], at: int, begin: int, known: Mapping[str, str]
) -> tuple[int, Sequence[Declared | Said]]:
    """The place behind a call of a configuration, and what it is given."""
    is_added = all_[at].says("add")
    inner, end = _added(all_, begin) if is_added else handed(all_, begin)
    return end, list(_asked(inner, _scope(all_[at + 2 if is_added else at].text), known))


def _perhaps(all_: Sequence[Token], at: int, known: Mapping[str, str]) -> tuple[int, Sequence[Declared | Said]]:
    """The same of what may be a configuration of the build's own, or of a plugin's: what it is given tells."""
    name = all_[at].text
    inner, end = handed(all_[at + 1 : at + 1 + _STATEMENT], 0)
    found = list(_asked(inner, MANAGED if name == "dependency" else name, known))
    rows = [one for one in found if isinstance(one, Declared)]
    asks = [one._replace(key=MAY_ASK) for one in found if isinstance(one, Said) and one.key == ASKS]
    return at + end if rows else 0, [*rows, *asks]


def _may_be_one(all_: Sequence[Token], at: int) -> bool:
    """Whether a statement begins here that gives something to what may be a configuration."""
    token, behind = all_[at], all_[at + 1]
    begins = at == 0 or all_[at - 1].line < token.line or all_[at - 1].says("{", ";")
    if not begins or token.kind != NAME or token.text in _NO_CONFIGURATIONS:
        return False
    return behind.says("(") or (behind.line == token.line and behind.kind in (NAME, STRING))


def _handed_at(all_: Sequence[Token], at: int) -> int | None:
    """Where what a configuration is given begins, if this is a call of one."""
    token, behind = all_[at], all_[at + 1]
    if token.text != "add" and not _is_configuration(token.text):
        return None
    if at and all_[at - 1].says(".") and not (at > 1 and all_[at - 2].says("dependencies")):
        return None
    if token.says("add") and behind.says("(") and at + 2 < len(all_) and all_[at + 2].kind == STRING:
        return at + 1 if _is_configuration(all_[at + 2].text) else None
    if not _is_configuration(token.text) or behind.says("=", "{", ".", ")", ","):
        return None
    if token.kind == STRING:  # as scripts name it that apply no plugin which has it: "implementation"(x)
        return at + 1 if behind.says("(") else None
    return at + 1 if behind.says("(") or behind.line == token.line else None


@lru_cache(4096)
def _is_configuration(name: str) -> bool:
    return _CONFIGURATION.fullmatch(name) is not None


def _added(all_: Sequence[Token], begin: int) -> tuple[Sequence[Token], int]:
    inner, end = handed(all_, begin)
    return inner[2:], end  # behind the configuration and its comma


def _asked(inner: Sequence[Token], scope: str, known: Mapping[str, str], deep: int = 0) -> Iterator[Declared | Said]:
    """What stands in the brackets of a configuration, or of what stands in those."""
    parts = [part for part in parted(inner) if part]
    named = dict(_named(parts))
    if "group" in named and "name" in named:
        group, name = (filled(named[key].text, known) for key in ("group", "name"))
        version = filled(named["version"].text, known) if "version" in named else ""
        yield Declared(f"{group}:{name}", version, "", scope, named["name"].line)
    elif deep > _DEEP or any(len(part) > 1 and part[0].kind == NAME and part[1].says(":", "=") for part in parts):
        yield _unknown(inner)
    else:
        for part in parts:
            yield from _part(part, scope, known, deep)


def _named(parts: Iterable[Sequence[Token]]) -> Iterator[tuple[str, Token]]:
    """Strings by the names that they are given by."""
    for part in parts:
        if len(part) > 2 and part[0].kind == NAME and part[1].says(":", "=") and part[2].kind == STRING:
            yield part[0].text, part[2]


def _part(part: Sequence[Token], scope: str, known: Mapping[str, str], deep: int) -> Iterator[Declared | Said]:
    """One thing that a configuration is given."""
    names, end = chain(part, 0)
    own = names[1:] if names[:1] in (["project"], ["rootProject"]) else names
    if part[0].says("["):
        yield from _asked(part[1 : after(part, 0) - 1], scope, known, deep + 1)
    elif part[0].says("(") and after(part, 0) == len(part):
        yield from _asked(part[1:-1], scope, known, deep + 1)
    elif part[0].kind == STRING:
        yield _written(part, scope, known)
    elif names and end < len(part) and part[end].says("("):
        yield from _call(names, part[end + 1 : after(part, end) - 1], part, scope, known, deep)
    elif names and names[0] == "projects":
        yield Declared(_spelled(names[1:]), "", "", scope, part[0].line, True)
    elif own and own[0] not in _OWN:
        value = known.get(own[0]) if len(own) == 1 else None
        row = notation(value, scope, part[0].line) if value is not None else None
        yield row or Said(ASKS, scope, ".".join(names), part[0].line)
    elif not names and not part[0].says("{"):
        yield _unknown(part)


def _written(part: Sequence[Token], scope: str, known: Mapping[str, str]) -> Declared | Said:
    """A text, or several that are put together: then what follows the last colon of the first is not known."""
    text, line = filled(part[0].text, known), part[0].line
    if len(part) > 1 and part[1].says("+"):
        text = text.rpartition(":")[0]
    return notation(text, scope, line) or Said(WRITTEN, scope, text, line)


def _call(
    names: Sequence[str],
    inner: Sequence[Token],
    part: Sequence[Token],
    scope: str,
    known: Mapping[str, str],
    deep: int,
) -> Iterator[Declared | Said]:
    """What `names(inner)` asks for."""
    last, line = names[-1], part[0].line
    text = next((token.text for token in inner if token.kind == STRING), None)
    if last in _AROUND:
        yield from _asked(inner, MANAGED if last in _PLATFORMS else scope, known, deep + 1)
    elif last == "project" and text is not None:
        place = dict(_named(parted(inner))).get("path")
        way = place.text if place is not None else text
        yield Declared(way, "", "", scope, line, True) if "$" not in way else _unknown(part)
    elif last in ("kotlin", "embeddedKotlin") and text is not None:
        yield Declared(f"org.jetbrains.kotlin:kotlin-{text}", "", "", scope, line)
    elif last in _TAKEN and len(names) > 1:
        yield Said(ASKS, scope, ".".join(names[:-1]), line)
    elif last in _FOUND and text is not None:
        kind = ["bundles"] if last == "findBundle" else []
        yield Said(ASKS, scope, ".".join([*names[:-1], *kind, text]), line)
    elif last not in _THERE:
        yield _unknown(part)


def _unknown(part: Sequence[Token]) -> Said:
    words = (f'"{one.text}"' if one.kind == STRING else one.text for one in part[:20])
    return Said(UNKNOWN, "".join(words)[:_LONG], "", part[0].line)


def _spelled(names: Sequence[str]) -> str:
    """The path of a project as Gradle's `projects.shopTax.api` means it."""
    return ":" + ":".join(re.sub(r"(?<=[a-z0-9])([A-Z])", r"-\1", name).lower() for name in names)


def _scope(configuration: str) -> str:
    word = configuration.lower()
    if word == "mavenbom":  # of Spring's plugin for versions, as `dependency` is
        return MANAGED
    if "test" in word:
        return TEST
    if word.startswith(("kapt", "ksp", "classpath", "detekt", "lint")) or word.endswith(
        ("annotationprocessor", "compileonly", "provided", "desugaring")
    ):
        return BUILD
    return DEVELOPMENT if word.startswith(("debug", "development")) else RUNTIME
