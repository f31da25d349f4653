"""What programs of sbt say, in build files and in the code of a build beside them: which modules they ask for, under
which names they hand them on, what their projects are called. What is computed is kept as a text with `${names}`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from plumbrule.extract.manifests.program import MARK, NAME, STRING, Token, after, chain, handed, parted
from plumbrule.extract.manifests.reading import BUILD, MANAGED, RUNTIME, TEST, Said

# Keys of what is said; `name` is what it is said of: a name that the program gives, "" = the program as a whole.
MODULE, REFERS, ASKS, UNKNOWN, CONSTANT = "module", "refers", "asks", "unknown", "constant"
PROJECT, FOLDER, PRIVATE, MADE_BY, HELPER = "project", "folder", "private", "made by", "helper"
MAYBE, SETTLED, IMPORT, PARENT = "maybe", "settled", "import", "parent"
PARAMETER, ARGUMENT = "parameter", "argument"  # with their places
SETTINGS = frozenset({"organization", "name", "moduleName", "version"})
ANYTHING = "${?}"

_GIVING = frozenset({"val", "def", "var"})
_AROUND = frozenset({"object", "trait", "class"})
_GOES_ON = frozenset({"in", "settings", "dependsOn", "aggregate", "extends", "with", "else", "yield", "match", "to"})
_OF_PROJECTS = frozenset({"settings", "dependsOn", "enablePlugins", "disablePlugins", "aggregate", "configs"})
_PROJECTS = frozenset({"project", "Project", "crossProject", "projectMatrix"})
_MAKING = ("Project", "CrossProject", "ProjectMatrix")  # with an id
_OF_BUILDS = ("addSbtPlugin", "addCompilerPlugin", "compilerPlugin")
# What is done with modules that stay the same.
_DONE_WITH = frozenset(
    {"value", "withConfigurations", "exclude", "excludeAll", "map", "cross", "force", "intransitive"}
)
_LISTS = frozenset({"Seq", "List", "Vector", "Set"})
_UNPUBLISHED = frozenset({"noPublish", "noPublishSettings", "NoPublish", "NoPublishPlugin", "doNotPublishSettings"})
_PUBLISHING = ("skip", "publishArtifact", "publish")
_WHOLE = ("ThisBuild", "Global")
_TRUE = (":", "=", "true")
_INTERPOLATED = frozenset({"s", "f", "raw"})
_NARROW = 40  # the same of what stands in brackets inside of a module
_REFERRING = 3_000  # of one definition that are looked through for the names that it is made of
_WIDE = 60  # names and marks that one expression is looked through
_LISTED = 2_000  # of one list of modules
_SETTINGS = 400  # of one list of settings
_MOST = 300  # names that one name is made of
_DEEP = 40  # definitions and blocks in each other
_NAMED = 300  # characters of a name with those around it
_PARAMETERS = 6  # of one function
_QUOTED = 30  # names and marks of a name in backticks
_FUNCTION = 24  # names and marks of a function that a list is mapped with
_UNROLLED = 20_000  # names and marks that mapped lists are written out in, of a whole program


@dataclass
class _Given:
    """A name that the program gives to something, from its first word to its last."""

    name: str  # with the names around it
    begin: int
    depth: int
    is_around: bool  # an object, a trait or a class
    end: int = 0


def said(all_: Sequence[Token]) -> Iterator[Said]:
    """All of it, of one program."""
    all_ = _unrolled(_unquoted(all_))
    given = _definitions(all_)
    of, inside = [""] * len(all_), [""] * len(all_)
    for one in given:  # the innermost come last
        inside[one.begin : one.end] = [one.name] * (one.end - one.begin)
        if not one.is_around:
            of[one.begin : one.end] = [one.name] * (one.end - one.begin)
    yield from _imports(all_, inside)
    yield from _modules(all_, of, _roles(all_))
    yield from _asked(all_, of)
    yield from _taken(all_, of)
    yield from _settings(all_, of)
    around = {""} | {one.name for one in given if one.is_around}
    for one in given:
        mine = all_[one.begin : one.end]
        if one.is_around:
            yield from _parents(mine, one.name)
            continue
        if one.name.rpartition(".")[0] in around:  # a project is not made within another definition
            yield from _helper(mine, one.name) if mine[0].says("def") else _project(mine, one.name)
        yield from _constant(mine, one.name)
        yield from _refers(mine, one.name)


def _unquoted(all_: Sequence[Token]) -> list[Token]:
    """With names in backticks as one name each."""
    found: list[Token] = []
    at = 0
    while at < len(all_):
        token = all_[at]
        if token.says("`"):
            end = next((to for to in range(at + 1, min(at + _QUOTED, len(all_))) if all_[to].says("`")), at)
            text = "".join(one.text for one in all_[at + 1 : end])
            if re.fullmatch(r"[\w-]+", text):
                found.append(Token(NAME, text, token.line))
                at = end + 1
                continue
        found.append(token)
        at += 1
    return found


def _definitions(all_: Sequence[Token]) -> list[_Given]:
    """What the program gives names to, in the order in which it begins."""
    found: list[_Given] = []
    open_: list[_Given] = []
    depth = 0
    for at, token in enumerate(all_):
        if token.kind == MARK and token.text in ")]}":
            depth -= 1
        while open_ and (depth < open_[-1].depth or (depth == open_[-1].depth and _begins(all_, at))):
            open_.pop().end = at
        if token.kind == MARK and token.text in "([{":
            depth += 1
        named = at + 1 < len(all_) and all_[at + 1].kind == NAME
        if named and token.says(*_AROUND, *_GIVING) and len(open_) < _DEEP:
            around = f"{open_[-1].name}." if open_ else ""
            found.append(_Given(f"{around}{all_[at + 1].text}"[:_NAMED], at, depth, token.says(*_AROUND)))
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


def _imports(all_: Sequence[Token], inside: Sequence[str]) -> Iterator[Said]:
    """`import a.b._`, `import a.{b, c => d}`: the path with `_` for all of it, and the name that it gets here."""
    for at, token in enumerate(all_):
        if not token.says("import") or at + 1 == len(all_):
            continue
        names, end = chain(all_, at + 1)
        if end + 1 < len(all_) and all_[end].says(".") and all_[end + 1].says("*"):
            names.append("_")
        if end + 1 < len(all_) and all_[end].says(".") and all_[end + 1].says("{"):
            close = end + 1 + after(all_[end + 1 : end + 1 + _WIDE], 0)
            for part in parted(all_[end + 2 : close - 1]):
                if part:
                    yield Said(IMPORT, inside[at], ".".join([*names, part[0].text]), token.line, part[-1].text)
        elif len(names) > 1:
            yield Said(IMPORT, inside[at], ".".join(names), token.line, names[-1])


def _parents(inner: Sequence[Token], name: str) -> Iterator[Said]:
    """What an object is made of besides, `object A extends B with C`."""
    for at in range(1, min(len(inner) - 1, _WIDE)):
        if inner[at].says("{"):
            return
        if inner[at].says("extends", "with") and inner[at + 1].kind == NAME:
            yield Said(PARENT, name, ".".join(chain(inner, at + 1)[0]), inner[at].line)


def _roles(all_: Sequence[Token]) -> list[str]:
    """For each place the scope that what stands around it gives to modules."""
    found = [""] * len(all_)
    done = 0
    for at in range(len(all_) - 1):
        if at >= done and all_[at].says(*_OF_BUILDS) and all_[at + 1].says("("):
            done = at + 1 + after(all_[at + 1 : at + 1 + _SETTINGS], 0)
            found[at:done] = [BUILD] * (done - at)
        elif at >= done and all_[at].says("dependencyOverrides"):
            begin = _given_at(all_, at + 1)
            done = _ends(all_, begin) if begin > at + 1 else at + 1
            found[at:done] = [MANAGED] * (done - at)
    return found


def _modules(all_: Sequence[Token], of: Sequence[str], roles: Sequence[str]) -> Iterator[Said]:
    """`"group" %% "name" % version % Scope`, as "group:name:version"."""
    if not any(token.says("%") for token in all_):
        return
    done = 0
    for at, token in enumerate(all_):
        if at < done or token.kind == MARK or (at and all_[at - 1].says("%", ".")):
            continue
        parts, end = _percents(all_, at)
        if len(parts) > 2 or (len(parts) == 2 and all_[at - 1].says("(") and roles[at] == BUILD):
            done = end
            group, name = parts[:2]
            version = parts[2] if len(parts) > 2 else ""
            scope = roles[at] or _scope(parts[3] if len(parts) > 3 else "")
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
    if at >= len(all_):
        return "", at
    token = all_[at]
    if token.kind == STRING:
        return token.text, at + 1
    if token.says(*_INTERPOLATED) and at + 1 < len(all_) and all_[at + 1].kind == STRING:
        return all_[at + 1].text, at + 2
    if token.says("("):
        end = _closes(all_, at)
        return (text_of(all_[at + 1 : end - 1], 0) if end > at + 2 else ANYTHING if end else ""), end or at
    names, end = chain(all_, at)
    if not names:
        return "", at
    if end < len(all_) and all_[end].says("("):
        behind = _closes(all_, end)
        return (ANYTHING, behind) if behind else ("", at)
    names = names[:-1] if len(names) > 1 and names[-1] == "value" else names
    return f"${{{'.'.join(names)}}}", end


def _closes(all_: Sequence[Token], begin: int) -> int:
    """The place behind the bracket that closes what opens here; 0 if that is too far away to be one of a module."""
    depth = 0
    for at in range(begin, min(len(all_), begin + _NARROW)):
        token = all_[at]
        if token.kind == MARK:
            depth += (token.text in "([{") - (token.text in ")]}")
            if depth <= 0:
                return at + 1
    return 0


def _scope(said_: str) -> str:
    """Of `Test`, "test->test", `Compile`, "provided"; "" if it says none."""
    word = said_.strip("${}").rpartition(".")[2]
    if said_.startswith("${") and not word[:1].isupper():
        return ""  # no configuration but a version, or what is not known
    word = word.lower()
    if "test" in word:
        return TEST
    word = word.partition("-")[0].partition(";")[0].strip()
    return RUNTIME if word in ("compile", "runtime") else word


def _given_at(all_: Sequence[Token], at: int) -> int:
    """The place behind `+=`, `++=` and `:=`."""
    while at < len(all_) and all_[at].kind == MARK and all_[at].text in "+:=":
        at += 1
    return at


def _asked(all_: Sequence[Token], of: Sequence[str]) -> Iterator[Said]:
    """What `libraryDependencies` is given besides modules."""
    done = 0
    for at, token in enumerate(all_[:-2]):
        if at < done or not token.says("libraryDependencies", "dependencyOverrides"):
            continue
        begin = _given_at(all_, at + 1)
        if begin > at + 1:
            done = _ends(all_, begin)
            role = MANAGED if token.says("dependencyOverrides") else ""
            for one in _listed(all_[begin:done], of[at]):
                yield one._replace(more=role or one.more) if one.key == ASKS else one


def _taken(all_: Sequence[Token], of: Sequence[str]) -> Iterator[Said]:
    """What `settings(...)` and `settings = ...` take from elsewhere."""
    done = 0
    for at, token in enumerate(all_[:-2]):
        if at < done or not token.says("settings"):
            continue
        parts: list[Sequence[Token]] = []
        if all_[at + 1].says("("):
            inner, length = handed(all_[at + 1 : at + _SETTINGS], 0)
            done, parts = at + length, list(parted(inner))
        elif all_[at + 1].says("="):
            done = min(_ends(all_, at + 2), at + _SETTINGS)
            parts = [all_[at + 2 : done]]
        for part in parts:
            for one in () if _is_setting(part) else _sums(part):
                yield from _settled(one, of[at])


def _is_setting(part: Sequence[Token]) -> bool:
    """Whether it gives a key something, and is no list of such."""
    depth = 0
    for one in part:
        depth += one.says("(", "[", "{") - one.says(")", "]", "}")
        if depth == 0 and one.says("="):
            return True
    return False


def _settled(part: Sequence[Token], of: str) -> Iterator[Said]:
    """Settings by a name, as `commonSettings`, `commonSettings: _*` and `acmeSettings("core")`."""
    names, end = chain(part, 0)
    is_name = all(one.kind == MARK or one.text == "_" for one in part[end:])
    if not names or names[-1] in _LISTS or not (is_name or part[end].says("(")):
        return
    yield Said(SETTLED, of, ".".join(names), part[0].line)
    if is_name:
        yield Said(REFERS, of, ".".join(names), part[0].line)
        yield Said(MAYBE, of, ".".join(names), part[0].line)


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
    if not part or part[0].says("("):
        return
    parts, _ = _percents(part, 0)
    if len(parts) > 2:
        return
    if part[0].kind == STRING:  # its version is said elsewhere, if at all
        yield Said(UNKNOWN, of, "".join(one.text for one in part[:12]), part[0].line)
        return
    names, end = chain(part, 0)
    called = end < len(part) and part[end].says("(")
    bare = _bare(names)
    if names and (not called or len(bare) < len(names)):
        yield Said(ASKS, of, ".".join(bare), part[0].line, _scope(parts[1]) if len(parts) > 1 else "")
    elif not any(one.says("%") for one in part):
        yield Said(UNKNOWN, of, "".join(one.text for one in part[:12]), part[0].line)


def _bare(names: list[str]) -> list[str]:
    """Without what is done with modules that stay the same."""
    while len(names) > 1 and names[-1] in _DONE_WITH:
        names = names[:-1]
    return names


def _settings(all_: Sequence[Token], of: Sequence[str]) -> Iterator[Said]:
    """`name := "x"`, `ThisBuild / organization := "y"`, and what keeps a project from being published."""
    of_all = 0  # as far as settings of the whole build go
    for at, token in enumerate(all_[:-3]):
        if token.says("inThisBuild") and at >= of_all:
            of_all = at + 1 + after(all_[at + 1 : at + _SETTINGS], 0)
        if token.says(*_UNPUBLISHED, *_PUBLISHING) and _is_unpublished(all_, at):
            yield Said(PRIVATE, of[at], "", token.line)
        elif token.says(*SETTINGS) and (at < 2 or not all_[at - 1].says("/") or all_[at - 2].says(*_WHOLE)):
            begin = at + 3 if all_[at + 1].says("in") and all_[at + 2].says(*_WHOLE) else at + 1
            if [one.text for one in all_[begin : begin + 2]] == [":", "="] and begin + 2 < len(all_):
                is_of_all = at < of_all or begin > at + 1 or (at > 0 and all_[at - 1].says("/"))
                yield Said(
                    token.text, "" if is_of_all else of[at], text_of(all_[begin + 2 : begin + _WIDE], 0), token.line
                )


def _is_unpublished(all_: Sequence[Token], at: int) -> bool:
    """`publish / skip := true`, `skip in publish := true`, `publishArtifact := false`, `publish := {}`; not of a part
    as `Test /`."""
    if all_[at].says(*_UNPUBLISHED):
        return True
    before = [one.text for one in all_[max(at - 2, 0) : at]]
    behind = [one.text for one in all_[at + 1 : at + 6]]
    behind = behind[1:] if behind[:1] == [")"] else behind  # `(publish / skip) := true`
    if all_[at].says("publishArtifact"):
        return before[-1:] != ["/"] and behind[:3] == [":", "=", "false"]
    if all_[at].says("publish"):
        return before[-1:] != ["/"] and behind[:4] in ([":", "=", "{", "}"], [":", "=", "(", ")"])
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
    names, called, behind = _call(value)
    if not names:
        return
    line = inner[0].line
    if names[0] in _PROJECTS and (names[0] != "Project" or called) and (names != ["project"] or not called):
        yield Said(PROJECT, name, _id(called) if names[0] == "Project" else "", line)
    elif called and STRING in (called[0].kind, called[2].kind if len(called) > 2 and called[1].says("=") else ""):
        if any(one.says(*_OF_PROJECTS) for one in behind):
            yield Said(PROJECT, name, "", line)
        yield from _made_by(called, name, names, line)
    for at in range(len(value) - 2):
        if value[at].says("file") and value[at + 1].says("("):
            yield Said(FOLDER, name, text_of(value[at + 2 : at + _WIDE], 0), line)
            break


def _call(value: Sequence[Token]) -> tuple[list[str], Sequence[Token], Sequence[Token]]:
    """The function that a value begins with, what it is handed, and all behind its name."""
    begin = next((at for at, one in enumerate(value) if not one.says("(", "{")), 0)
    names, end = chain(value, begin)
    called, _ = handed(value[end : end + _WIDE], 0) if end < len(value) and value[end].says("(") else ((), 0)
    return names, called, value[end:]


def _made_by(called: Sequence[Token], name: str, names: Sequence[str], line: int) -> Iterator[Said]:
    """The function that is called for a value, and what it is handed."""
    yield Said(MADE_BY, name, ".".join(names), line)
    for number, part in zip(range(_PARAMETERS), parted(called), strict=False):
        is_by_name = len(part) > 2 and part[0].kind == NAME and part[1].says("=")
        yield Said(
            ARGUMENT, name, text_of(part, 2 if is_by_name else 0), line, part[0].text if is_by_name else str(number)
        )


def _id(called: Sequence[Token]) -> str:
    """The id among what `Project(...)` is given: by its name, else the first."""
    return dict(_by_name(called)).get("id") or (text_of(called, 0) if called else "")


def _helper(inner: Sequence[Token], name: str) -> Iterator[Said]:
    """A function with its parameters, and the id if it makes projects."""
    value = _value(inner)
    names, called, _ = _call(value)
    for number, parameter in enumerate(_parameters(inner)):
        yield Said(PARAMETER, name, parameter, inner[0].line, str(number))
    at = next((at for at, one in enumerate(value) if one.says(*_MAKING)), None)
    if at is not None and at + 1 < len(value) and value[at + 1].says("("):
        made, _ = handed(value[at + 1 : at + 1 + _WIDE], 0)
        yield Said(HELPER, name, _id(made), inner[0].line)
    if names and called:
        yield from _made_by(called, name, names, inner[0].line)


def _by_name(inner: Sequence[Token]) -> Iterator[tuple[str, str]]:
    for part in parted(inner):
        if len(part) > 2 and part[0].kind == NAME and part[1].says("="):
            yield part[0].text, text_of(part, 2)


def _parameters(inner: Sequence[Token]) -> list[str]:
    """The parameters of a function, the first of them."""
    at = next((at for at, one in enumerate(inner[:_WIDE]) if one.says("(", "=")), 0)
    if not inner[at].says("("):
        return []
    given, _ = handed(inner[at : at + _WIDE], 0)
    parts = zip(range(_PARAMETERS), parted(given), strict=False)
    return [part[0].text for _, part in parts if part and part[0].kind == NAME]


def _constant(inner: Sequence[Token], name: str) -> Iterator[Said]:
    """A name that is given a text, or another name."""
    value = _value(inner[:_WIDE])
    is_name = bool(value) and chain(value, 0)[1] == len(value)
    if value and (value[0].kind == STRING or value[0].says(*_INTERPOLATED) or is_name):
        text = text_of(value, 0)
        if "%" not in {one.text for one in value[:6] if one.kind == MARK}:
            yield Said(CONSTANT, name, text, inner[0].line)


def _refers(inner: Sequence[Token], name: str) -> Iterator[Said]:
    """The names that a name is made of, but for those that are part of a module."""
    at, seen = 0, set[tuple[str, str]]()
    value = _value(inner)[:_REFERRING]
    while at < len(value) and len(seen) < _MOST:
        names, end = chain(value, at)
        if names and not (at and value[at - 1].says("%", ".")):
            bare = _bare(names)
            scope, _ = _term(value, end + 1) if end + 1 < len(value) and value[end].says("%") else ("", 0)
            told = ".".join(bare), _scope(scope)
            if told not in seen:
                seen.add(told)
                yield Said(REFERS, name, told[0], value[at].line, told[1])
        at = max(end, at + 1)


def _unrolled(all_: list[Token]) -> list[Token]:
    """With `Seq("g" %% "a", b).map(_ % v)` as `Seq("g" %% "a" % v, b % v)`, and the like."""
    opens: dict[int, int] = {}  # by the place of what closes
    closes: dict[int, int] = {}
    open_: list[int] = []
    for at, token in enumerate(all_):
        if token.kind == MARK and token.text in "([{":
            open_.append(at)
        elif token.kind == MARK and token.text in ")]}" and open_:
            opens[at] = open_.pop()
            closes[opens[at]] = at
    found: list[Token] = []
    done = more = 0
    for at, token in enumerate(all_):
        close = closes.get(at + 1, 0) if token.says("map") and at else 0
        if not 0 < close - at <= _FUNCTION:
            continue
        end = at - 1 if all_[at - 1].says(".") else at
        begin = _receiver(all_, end, opens)
        function = all_[at + 2 : close]
        if not done <= begin < end or end - begin > _LISTED or not any(one.says("%") for one in function):
            continue
        written = _written_out(all_[begin:end], function)
        more += len(written)
        if written and more < _UNROLLED:
            found += [*all_[done:begin], *written]
            done = close + 1
    return [*found, *all_[done:]] if done else all_


def _receiver(all_: Sequence[Token], end: int, opens: dict[int, int]) -> int:
    """Where the list begins that ends here: `a.b`, `Seq(...)` or `(a ++ b)`."""
    begin = end - 1
    if all_[begin].says(")"):
        begin = opens.get(begin, end)
        return begin - 1 if 0 < begin < end and all_[begin - 1].says(*_LISTS) else begin
    while begin > 1 and all_[begin].kind == NAME and all_[begin - 1].says(".") and end - begin < _WIDE:
        begin -= 2
    return begin if all_[begin].kind == NAME else end


def _written_out(receiver: Sequence[Token], function: Sequence[Token]) -> list[Token]:
    """A list with a function done to each that is in it; nothing if that cannot be told."""
    parameter = "_"
    if len(function) > 3 and function[1].says("=") and function[2].says(">"):
        parameter, function = function[0].text, function[3:]
    if receiver[0].says("("):
        receiver = receiver[1:-1]
    found: list[Token] = []
    for part in _sums(receiver):
        done = _each_done(part, parameter, function) if part else []
        if part and not done:
            return []
        found += [Token(MARK, "+", part[0].line)] * 2 if found and part else []
        found += done
    return found


def _each_done(part: Sequence[Token], parameter: str, function: Sequence[Token]) -> list[Token]:
    """A list, or a name for one, with a function done to each that is in it; nothing if that cannot be told."""
    names, end = chain(part, 0)
    if end == len(part):
        return _done_to(part, parameter, function) if function[0].says(parameter) else []
    if names[-1:] == [] or names[-1] not in _LISTS or not part[end].says("(") or after(part, end) != len(part):
        return []
    elements = [_done_to(one, parameter, function) for one in parted(part[end + 1 : -1]) if one]
    found = list(part[: end + 1])
    for number, element in enumerate(elements):
        found += [Token(MARK, ",", element[0].line)] if number and element else []
        found += element
    return [*found, part[-1]] if all(elements) else []


def _done_to(element: Sequence[Token], parameter: str, function: Sequence[Token]) -> list[Token]:
    """One element of a list with a function done to it; nothing if that cannot be told."""
    line = element[0].line
    if function[0].says(parameter):
        parts, end = _percents(element, 0)
        return [*element[:end], *(one._replace(line=line) for one in function[1:]), *element[end:]] if parts else []
    if _term(element, 0)[1] != len(element):
        return []
    found: list[Token] = []
    for one in function:
        if one.says(parameter):
            found += element
        elif one.kind == STRING and element[0].kind == STRING:
            name = re.escape(parameter)
            text = re.sub(rf"\$(?:\{{{name}\}}|{name}\b)", lambda _: element[0].text, one.text)
            found.append(Token(STRING, text, line))
        else:
            found.append(one._replace(line=line))
    return found
