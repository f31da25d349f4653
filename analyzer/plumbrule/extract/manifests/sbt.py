"""What programs of sbt say, in build files and in the code of a build beside them: which modules they ask for, under
which names they hand them on, what their projects are called. What is computed is kept as a text with `${names}`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from plumbrule.extract.manifests.program import MARK, NAME, STRING, Token, after, chain, handed, parted
from plumbrule.extract.manifests.reading import BUILD, RUNTIME, TEST, Said

# Keys of what is said; `name` is what it is said of: a name that the program gives, "" = the program as a whole.
MODULE, REFERS, ASKS, UNKNOWN, CONSTANT = "module", "refers", "asks", "unknown", "constant"
PROJECT, FOLDER, PRIVATE, MADE_BY, HELPER = "project", "folder", "private", "made by", "helper"
SETTINGS = frozenset({"organization", "name", "moduleName", "version"})
ANYTHING = "${?}"

_GIVING = frozenset({"val", "def", "var"})
_AROUND = frozenset({"object", "trait", "class"})
_GOES_ON = frozenset({"in", "settings", "dependsOn", "aggregate", "extends", "with", "else", "yield", "match", "to"})
_OF_PROJECTS = frozenset({"settings", "dependsOn", "enablePlugins", "disablePlugins", "aggregate", "configs"})
_PROJECTS = frozenset({"project", "Project", "crossProject", "projectMatrix"})
# What is done with modules that stay the same.
_DONE_WITH = frozenset(
    {"value", "withConfigurations", "exclude", "excludeAll", "map", "cross", "force", "intransitive"}
)
_LISTS = frozenset({"Seq", "List", "Vector", "Set"})
_UNPUBLISHED = frozenset({"noPublish", "noPublishSettings", "NoPublish", "NoPublishPlugin", "doNotPublishSettings"})
_WHOLE = ("ThisBuild", "Global")
_TRUE = (":", "=", "true")
_INTERPOLATED = frozenset({"s", "f", "raw"})
_WIDE = 60  # names and marks that one expression is looked through
_LISTED = 2_000  # of one list of modules
_SETTINGS = 400  # of one list of settings
_MOST = 300  # names that one name is made of
_DEEP = 40  # definitions and blocks in each other


@dataclass
class _Given:
    """A name that the program gives to something, from its first word to its last."""

    name: str  # with the names of the objects around it
    begin: int
    depth: int
    end: int = 0


def said(all_: Sequence[Token]) -> Iterator[Said]:
    """All of it, of one program."""
    given = _definitions(all_)
    of: list[str] = [""] * len(all_)
    for one in given:  # the innermost come last
        of[one.begin : one.end] = [one.name] * (one.end - one.begin)
    yield from _modules(all_, of)
    yield from _asked(all_, of)
    yield from _settings(all_, of)
    for one in given:
        yield from _project(all_[one.begin : one.end], one.name)
        yield from _constant(all_[one.begin : one.end], one.name)
        yield from _refers(all_[one.begin : one.end], one.name)


def _definitions(all_: Sequence[Token]) -> list[_Given]:
    """What the program gives names to, in the order in which it begins."""
    found: list[_Given] = []
    open_: list[_Given] = []
    objects: list[tuple[str, int]] = []
    depth = 0
    for at, token in enumerate(all_):
        if token.kind == MARK and token.text in ")]}":
            depth -= 1
            while objects and objects[-1][1] > depth:
                objects.pop()
        while open_ and (depth < open_[-1].depth or (depth == open_[-1].depth and _begins(all_, at))):
            open_.pop().end = at
        if token.kind == MARK and token.text in "([{":
            depth += 1
        named = at + 1 < len(all_) and all_[at + 1].kind == NAME
        if named and token.says(*_AROUND) and len(objects) < _DEEP:
            objects.append((all_[at + 1].text, depth + 1))
        elif named and token.says(*_GIVING) and len(open_) < _DEEP:
            around = [name for name, within in objects if within <= depth]
            name = ".".join([*around, all_[at + 1].text])
            found.append(_Given(name, at, depth))
            open_.append(found[-1])
    for one in open_:
        one.end = len(all_)
    return found


def _begins(all_: Sequence[Token], at: int) -> bool:
    """Whether a statement begins here: on a line of its own, and nothing before it goes on."""
    token, before = all_[at], all_[at - 1]
    if token.line == before.line or token.kind == MARK:
        return before.says(";")
    return not (before.kind == MARK and before.text not in ")]};") and not before.says(*_GOES_ON)


def _modules(all_: Sequence[Token], of: Sequence[str]) -> Iterator[Said]:
    """`"group" %% "name" % version % Scope`, as "group:name:version"."""
    plugin_line = done = 0
    for at, token in enumerate(all_):
        if token.says("addSbtPlugin", "addCompilerPlugin"):
            plugin_line = token.line
        if at < done or token.kind == MARK or (at and all_[at - 1].says("%", ".")):
            continue
        parts, end = _percents(all_, at)
        if len(parts) > 2 or (len(parts) == 2 and all_[at - 1].says("(") and plugin_line == token.line):
            done = end
            group, name = parts[:2]
            version = parts[2] if len(parts) > 2 else ""
            scope = BUILD if plugin_line == token.line else _scope(parts[3] if len(parts) > 3 else "")
            if name != ANYTHING and "%" not in f"{group}{name}":
                yield Said(MODULE, of[at], f"{group}:{name}:{version}", token.line, scope)


def _percents(all_: Sequence[Token], at: int) -> tuple[list[str], int]:
    """The parts that `%` stands between, as texts, and the place behind them."""
    parts: list[str] = []
    while at < len(all_) and len(parts) < 4:
        text, end = _term(all_, at)
        if not text:
            break
        parts.append(text)
        at = end
        if at >= len(all_) or not all_[at].says("%"):
            break
        while at < len(all_) and all_[at].says("%"):
            at += 1
    return parts, at


def text_of(all_: Sequence[Token], at: int) -> str:
    """An expression as a text, with `${name}` for each name in it; `ANYTHING` for what it cannot tell."""
    text, end = _term(all_, at)
    while text and end + 1 < len(all_) and all_[end].says("+"):
        more, end = _term(all_, end + 1)
        text += more or ANYTHING
    return text or ANYTHING


def _term(all_: Sequence[Token], at: int) -> tuple[str, int]:
    token = all_[at]
    if token.kind == STRING:
        return token.text, at + 1
    if token.says(*_INTERPOLATED) and at + 1 < len(all_) and all_[at + 1].kind == STRING:
        return all_[at + 1].text, at + 2
    if token.says("("):
        end = at + after(all_[at : at + _WIDE], 0)
        return (text_of(all_[at + 1 : end - 1], 0) if end > at + 2 else ANYTHING), end
    names, end = chain(all_, at)
    if not names:
        return "", at
    if end < len(all_) and all_[end].says("("):
        return ANYTHING, end + after(all_[end : end + _WIDE], 0)
    names = names[:-1] if len(names) > 1 and names[-1] == "value" else names
    return f"${{{'.'.join(names)}}}", end


def _scope(said_: str) -> str:
    """Of `Test`, "test->test", `Compile`, "provided"; "" if it says none."""
    word = said_.strip("${}").rpartition(".")[2].lower()
    if "test" in word:
        return TEST
    word = word.partition("-")[0].partition(";")[0].strip()
    return RUNTIME if word in ("compile", "runtime") else word


def _asked(all_: Sequence[Token], of: Sequence[str]) -> Iterator[Said]:
    """What `libraryDependencies` is given besides modules, and what `settings(...)` takes from elsewhere."""
    done = settled = 0
    for at, token in enumerate(all_[:-2]):
        if at < done:
            continue
        if token.says("libraryDependencies", "dependencyOverrides"):
            begin = at + 1
            while begin < len(all_) and all_[begin].kind == MARK and all_[begin].text in "+:=":
                begin += 1
            if begin > at + 1:
                done = _ends(all_, begin)
                yield from _listed(all_[begin:done], of[at])
        elif token.says("settings") and all_[at + 1].says("(") and at >= settled:
            inner, length = handed(all_[at + 1 : at + _SETTINGS], 0)
            settled = at + length
            for part in parted(inner):
                names, end = chain(part, 0)
                if names and all(one.kind == MARK or one.text == "_" for one in part[end:]):
                    yield Said(REFERS, of[at], ".".join(names), token.line)
                    yield Said(ASKS, "maybe", ".".join(names), token.line)


def _ends(all_: Sequence[Token], begin: int) -> int:
    """Where the expression ends that begins here: at a comma, at a bracket around it, or with its statement."""
    depth = 0
    for at in range(begin, min(len(all_), begin + _LISTED)):
        token = all_[at]
        if token.kind == MARK:
            if depth == 0 and token.text in ",)]}":
                return at
            depth += (token.text in "([{") - (token.text in ")]}")
        if depth == 0 and at > begin and _begins(all_, at):
            return at
    return min(len(all_), begin + _LISTED)


def _listed(inner: Sequence[Token], of: str) -> Iterator[Said]:
    """Modules by names, in lists that are put together by `++`."""
    for part in _sums(inner):
        names, end = chain(part, 0)
        if names and names[-1] in _LISTS and end < len(part) and part[end].says("("):
            elements, _ = handed(part[end:], 0)
            for one in parted(elements):
                yield from _element(one, of)
        else:
            yield from _element(part, of)


def _sums(inner: Sequence[Token]) -> Iterator[Sequence[Token]]:
    begin = depth = 0
    for at, token in enumerate(inner):
        depth += token.says("(", "[", "{") - token.says(")", "]", "}")
        if depth == 0 and token.says("+"):
            yield inner[begin:at]
            begin = at + 1
    yield inner[begin:]


def _element(part: Sequence[Token], of: str) -> Iterator[Said]:
    """One module by its name; those that are written out are told for themselves."""
    if not part or any(one.kind == STRING for one in part[:1]) or part[0].says("("):
        return
    parts, _ = _percents(part, 0)
    names, end = chain(part, 0)
    called = end < len(part) and part[end].says("(")
    if len(parts) > 2:
        return
    if names[-1:] and names[-1] in _DONE_WITH and len(names) > 1:
        yield Said(ASKS, "", ".".join(names[:-1]), part[0].line)
    elif names and not called:
        yield Said(ASKS, "", ".".join(names), part[0].line, _scope(parts[1]) if len(parts) > 1 else "")
    elif not any(one.says("%") for one in part):
        yield Said(UNKNOWN, of, "".join(one.text for one in part[:12]), part[0].line)


def _settings(all_: Sequence[Token], of: Sequence[str]) -> Iterator[Said]:
    """`name := "x"`, `ThisBuild / organization := "y"`, and what keeps a project from being published."""
    for at, token in enumerate(all_[:-3]):
        if token.says(*_UNPUBLISHED) or (token.says("skip", "publishArtifact") and _is_unpublished(all_, at)):
            yield Said(PRIVATE, of[at], "", token.line)
        elif token.says(*SETTINGS) and (at < 2 or not all_[at - 1].says("/") or all_[at - 2].says(*_WHOLE)):
            begin = at + 3 if all_[at + 1].says("in") and all_[at + 2].says(*_WHOLE) else at + 1
            if [one.text for one in all_[begin : begin + 2]] == [":", "="] and begin + 2 < len(all_):
                yield Said(token.text, of[at], text_of(all_[begin + 2 : begin + _WIDE], 0), token.line)


def _is_unpublished(all_: Sequence[Token], at: int) -> bool:
    """`publish / skip := true`, `skip in publish := true`, `publishArtifact := false`; not of a part as `Test /`."""
    before = [one.text for one in all_[max(at - 2, 0) : at]]
    behind = [one.text for one in all_[at + 1 : at + 6]]
    if all_[at].says("publishArtifact"):
        return before[-1:] != ["/"] and behind[:3] == [":", "=", "false"]
    return (before == ["publish", "/"] and behind[:3] == [":", "=", "true"]) or behind == ["in", "publish", *_TRUE]


def _value(inner: Sequence[Token]) -> Sequence[Token]:
    """What a name is given, of `val a: T = ...` and `def a(b: T): U = ...`."""
    depth = 0
    for at, token in enumerate(inner):
        if token.kind == MARK:
            depth += (token.text in "([{") - (token.text in ")]}")
            if depth == 0 and token.text == "=" and not (at and inner[at - 1].says(":")):
                return inner[at + 1 :]
    return ()


def _project(inner: Sequence[Token], name: str) -> Iterator[Said]:
    """What makes this a project: its id, its folder, or the program's own function for such."""
    value = _value(inner)
    begin = next((at for at, one in enumerate(value) if not one.says("(")), 0)
    names, end = chain(value, begin)
    if inner[0].says("def"):
        yield from _helper(inner, value, name)
    if not names or inner[0].says("def"):
        return
    called, _ = handed(value[end : end + _WIDE], 0) if end < len(value) and value[end].says("(") else ((), 0)
    line, id_ = inner[0].line, _id(called)
    if names[0] in _PROJECTS and (names != ["project"] or not called):
        yield Said(PROJECT, name, id_ if names[0] == "Project" else "", line)
    elif called and called[0].kind == STRING:
        if any(one.says(*_OF_PROJECTS) for one in value[end:]):
            yield Said(PROJECT, name, "", line)
        yield Said(MADE_BY, name, names[-1], line, id_)
    for at in range(len(value) - 2):
        if value[at].says("file") and value[at + 1].says("("):
            yield Said(FOLDER, name, text_of(value[at + 2 : at + _WIDE], 0), line)
            break


def _id(called: Sequence[Token]) -> str:
    """The id among what `Project(...)` is given: by its name, else the first."""
    return dict(_by_name(called)).get("id") or (text_of(called, 0) if called else "")


def _helper(inner: Sequence[Token], value: Sequence[Token], name: str) -> Iterator[Said]:
    """A function that makes projects, with its first parameter."""
    parameter = _parameter(inner)
    at = next((at for at, one in enumerate(value) if one.says("Project")), None)
    if parameter and at is not None:
        made, _ = handed(value[at + 1 : at + 1 + _WIDE], 0)
        yield Said(HELPER, name, _id(made), inner[0].line, parameter)


def _by_name(inner: Sequence[Token]) -> Iterator[tuple[str, str]]:
    for part in parted(inner):
        if len(part) > 2 and part[0].kind == NAME and part[1].says("="):
            yield part[0].text, text_of(part, 2)


def _parameter(inner: Sequence[Token]) -> str:
    """The first parameter of a function; "" if it has none."""
    at = next((at for at, one in enumerate(inner[:_WIDE]) if one.says("(", "=")), 0)
    is_there = inner[at].says("(") and at + 1 < len(inner) and inner[at + 1].kind == NAME
    return inner[at + 1].text if is_there else ""


def _constant(inner: Sequence[Token], name: str) -> Iterator[Said]:
    """A name that is given a text, or another name."""
    value = _value(inner[:_WIDE])
    is_name = bool(value) and chain(value, 0)[1] == len(value)
    if value and (value[0].kind == STRING or value[0].says(*_INTERPOLATED) or is_name):
        text = text_of(value, 0)
        if "%" not in {one.text for one in value[:6] if one.kind == MARK}:
            yield Said(CONSTANT, name, text, inner[0].line)


def _refers(inner: Sequence[Token], name: str) -> Iterator[Said]:
    """The names that a name is made of."""
    at, seen = 0, set[tuple[str, str]]()
    value = _value(inner)
    while at < len(value) and len(seen) < _MOST:
        names, end = chain(value, at)
        if names:
            names = names[:-1] if len(names) > 1 and names[-1] in _DONE_WITH else names
            scope, _ = _term(value, end + 1) if end + 1 < len(value) and value[end].says("%") else ("", 0)
            told = ".".join(names), _scope(scope)
            if told not in seen:
                seen.add(told)
                yield Said(REFERS, name, told[0], value[at].line, told[1])
        at = max(end, at + 1)
