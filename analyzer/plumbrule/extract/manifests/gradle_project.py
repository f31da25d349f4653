"""What a program of Gradle says of projects: under which names they are published, what its own names stand for, and
which other scripts it applies. What it computes is kept as a text with `${names}` in it, to be filled where all that
the build says is at hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from plumbrule.extract.manifests.gradle import APPLIES
from plumbrule.extract.manifests.program import NAME, STRING, Token, after, arguments, chain, handed, parted
from plumbrule.extract.manifests.reading import Said

GROUP, ARTIFACT, ARCHIVE, PLUGIN, CONSTANT = "group", "artifact", "archive", "plugin", "constant"
GROUP_ID = "group id"  # of a publication, which need not be that of its project: `more` of its artifact
_NAME = "${project.name}"
OWN, ALL, BELOW = "own", "all", "below"  # names of what is said of this project, of those below too, of those alone
UNKNOWN = "${?}"

_OF = {"allprojects": ALL, "subprojects": BELOW}
# Blocks that say when, and of nothing else than the project around them.
_WHEN = frozenset({"afterEvaluate", "withPlugin", "withId", "if", "else", "plugins", "beforeEvaluate"})
_ARCHIVES = "archivesName"
_KEYS = {"group": GROUP, "archivesBaseName": ARCHIVE, _ARCHIVES: ARCHIVE}
_COORDINATES = {"groupId": GROUP_ID, "artifactId": ARTIFACT}
_TELLING = frozenset({"coordinates", "id", *_KEYS, *_COORDINATES})
_PUBLICATIONS = frozenset({"publications", "publishing", "mavenPublishing"})
_PROPERTY = frozenset({"property", "findProperty", "gradleProperty", "getProperty", "ext", "extra", "properties"})
_TRANSPARENT = frozenset({"get", "orNull", "getOrElse", "toString"})
_DEEP = 40  # blocks in blocks
_CONSTANTS = 2_000  # of one program
_WIDE = 60  # names and marks that one call is looked through
_LONG = 300  # characters of a name


class _Block(NamedTuple):
    head: str  # the name before its bracket, "(" of a list of arguments
    of: str  # whom it is about: one of those above or the path of a project, "" = something else
    begin: int  # the place of its bracket


def said(all_: Sequence[Token]) -> Iterator[Said]:
    """All of it, of one program."""
    yield from _applied(all_)
    yield from _constants(all_)
    made: dict[int, dict[str, Said]] = {}  # what publications say, by where their blocks begin
    for at, blocks in _placed(all_):
        name = all_[at].text
        if name not in _TELLING:
            continue
        of = next((block.of for block in blocks if block.of), OWN)
        if name == "coordinates" and all_[at + 1].says("(") and _is_publishing(blocks):
            made[at] = {one.key: one for one in _coordinates(all_, at + 1, of)}
        key = _key(name, blocks)
        text = _assigned(all_, at) if key else None
        if text is None:
            continue
        if key in (GROUP_ID, ARTIFACT):
            made.setdefault(blocks[-1].begin, {}).setdefault(key, Said(key, of, text, all_[at].line))
        else:
            yield Said(key, of, text, all_[at].line)
    for one in made.values():
        first = one.get(ARTIFACT) or next(iter(one.values()), None)
        if first is not None:
            group = one[GROUP_ID].value if GROUP_ID in one else ""
            yield Said(ARTIFACT, first.name, one[ARTIFACT].value if ARTIFACT in one else _NAME, first.line, group)


def _key(name: str, blocks: Sequence[_Block]) -> str:
    """What is said of a project by giving something to this name inside these blocks; "" if nothing is."""
    heads = [block.head for block in blocks]
    if name in _COORDINATES and _is_publishing(blocks) and "pom" not in heads:
        return _COORDINATES[name]
    if name == "id" and "gradlePlugin" in heads:
        return PLUGIN
    is_about = all(block.of or block.head in _WHEN for block in blocks) or (name, heads[-1:]) == (_ARCHIVES, ["base"])
    return _KEYS.get(name, "") if is_about else ""


def _is_publishing(blocks: Sequence[_Block]) -> bool:
    return any(block.head in _PUBLICATIONS for block in blocks)


def _placed(all_: Sequence[Token]) -> Iterator[tuple[int, Sequence[_Block]]]:
    """Places of names with the blocks around them, outermost first."""
    blocks: list[_Block] = []
    opened: list[int] = []
    before: tuple[int, int] = -1, -1  # the bracket of arguments that was closed last
    for at, token in enumerate(all_[:-1]):
        if token.kind == NAME:
            yield at, blocks
        elif token.kind == STRING:
            continue
        elif token.text in "{([":
            opened.append(at)
            if len(blocks) < _DEEP:
                blocks.append(_block(all_, at, before) if token.text == "{" else _Block("(", "", at))
        elif token.text in "})]" and opened:
            begin = opened.pop()
            del blocks[len(opened) :]
            before = begin, at


def _block(all_: Sequence[Token], at: int, before: tuple[int, int]) -> _Block:
    """The block that opens here; `before` is where brackets opened and closed last."""
    end, inner, way = at, "", ""
    if before[1] == at - 1 and at:
        end = before[0]
        given = all_[end + 1 : min(end + 6, at)]
        inner = next((one.text for one in given if one.text in _OF), "")
        if end and all_[end - 1].says("project") and given and given[0].kind == STRING:
            way = f":{given[0].text.lstrip(':')}"
    begin = end
    while begin and (all_[begin - 1].kind == NAME or all_[begin - 1].says(".", "<", ">")) and end - begin < 12:
        begin -= 1
    names = [one.text for one in all_[begin:end] if one.kind == NAME]
    about = next((name for name in (inner, *names) if name in _OF), "")
    return _Block(names[-1] if names else "", way or _OF.get(about, ""), at)


def _assigned(all_: Sequence[Token], at: int) -> str | None:
    """What the name at this place is given, by `=`, a call, a call without brackets; None if it is given nothing."""
    if at and all_[at - 1].says(".") and not (at > 1 and all_[at - 2].says("project", "this", "it", "base")):
        return None
    behind = at + 1
    if behind + 1 < len(all_) and all_[behind].says("=") and not all_[behind + 1].says("="):
        return text_of(all_, behind + 1)
    if (
        behind + 3 < len(all_)
        and all_[behind].says(".")
        and all_[behind + 1].says("set")
        and all_[behind + 2].says("(")
    ):
        return text_of(all_, behind + 3)
    if all_[behind].kind == STRING and all_[behind].line == all_[at].line:
        return text_of(all_, behind)
    return None


def text_of(all_: Sequence[Token], at: int) -> str:
    """An expression as a text, with `${name}` for each name in it and `UNKNOWN` for what it cannot tell."""
    parts: list[str] = []
    while at < len(all_) and len(parts) < _DEEP:
        part, at = _term(all_, at)
        parts.append(part)
        if at >= len(all_) or not all_[at].says("+"):
            break
        at += 1
    return "".join(parts)


def _term(all_: Sequence[Token], at: int) -> tuple[str, int]:
    if all_[at].kind == STRING:
        return all_[at].text, at + 1
    names, end = chain(all_, at)
    if end < len(all_) and names and all_[end].says("(", "[") and (names[-1] in _PROPERTY or names[-1] in _TRANSPARENT):
        behind = end + after(all_[end : end + _WIDE], 0)
        key = all_[end + 1] if end + 1 < len(all_) else all_[end]
        if names[-1] in _TRANSPARENT:
            return (_held(names[:-1]) if len(names) > 1 else UNKNOWN), behind
        return (_held([key.text]) if key.kind == STRING else UNKNOWN), behind
    return (_held(names) if names and not (end < len(all_) and all_[end].says("(")) else UNKNOWN), end


def _held(names: Sequence[str]) -> str:
    return f"${{{'.'.join(names)}}}"


def _coordinates(all_: Sequence[Token], at: int, of: str) -> Iterator[Said]:
    """`coordinates("group", "artifact", "version")`, in order or by names."""
    inner, _ = handed(all_[at : at + _WIDE], 0)
    for key, part in zip(("groupId", "artifactId", "version"), parted(inner), strict=False):
        is_named = len(part) > 2 and part[0].kind == NAME and part[1].says("=")
        key = part[0].text if is_named else key
        if part and key in _COORDINATES:
            yield Said(_COORDINATES[key], of, text_of(part, 2 if is_named else 0), part[0].line)


def _applied(all_: Sequence[Token]) -> Iterator[Said]:
    """`apply from: "x.gradle"` and `apply plugin: "x"`, in both languages."""
    for at, token in enumerate(all_[:-1]):
        if token.says("apply") and not all_[at + 1].says("false"):
            _, named, _ = arguments(all_[at + 1 : at + _WIDE], 0)
            for key in ("from", "plugin"):
                if key in named:
                    yield Said(APPLIES, named[key].text.rpartition("/")[2], "", token.line)


def _constants(all_: Sequence[Token]) -> Iterator[Said]:
    """Names that are given a text or another name, and those in maps with the names of the maps before them."""
    count = done = 0
    for at in range(1, len(all_) - 1):
        if at < done or not all_[at].says("=") or all_[at - 1].kind != NAME or all_[at + 1].says("="):
            continue
        name = ".".join(_back(all_, at - 1))
        is_map = all_[at + 1].says("[")
        done = after(all_, at + 1) if is_map else at
        for key, value, line in _values(all_[at + 1 : done if is_map else at + _WIDE], name):
            if count < _CONSTANTS and len(key) <= _LONG:
                count += 1
                yield Said(CONSTANT, key, value, line)


def _back(all_: Sequence[Token], at: int) -> list[str]:
    """The names of `a.b.c` that ends here."""
    names = [all_[at].text]
    while at > 1 and all_[at - 1].says(".") and all_[at - 2].kind == NAME and len(names) < _DEEP:
        at -= 2
        names.insert(0, all_[at].text)
    return names


def _values(all_: Sequence[Token], name: str) -> Iterator[tuple[str, str, int]]:
    """The texts that are given to a name here, or to those below it where it is given a map of Groovy."""
    if not all_[0].says("["):
        if all_[0].kind in (STRING, NAME):
            yield name, text_of(all_, 0), all_[0].line
        return
    within = [name[:_LONG]]
    at = 1
    while at + 2 < len(all_):
        key, colon, value = all_[at : at + 3]
        if key.says("]") and len(within) > 1:
            within.pop()
        elif colon.says(":") and key.kind in (NAME, STRING) and len(within) < _DEEP:
            at += 2
            if value.says("["):
                within.append(f"{within[-1]}.{key.text}"[:_LONG])
            elif value.kind in (STRING, NAME):
                yield f"{within[-1]}.{key.text}", text_of(all_, at), value.line
        at += 1
