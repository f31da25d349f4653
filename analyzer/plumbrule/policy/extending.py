"""Policies that a policy builds on: `extends`, folded into one table before anything of it is read.

Hides how what several files say becomes one: a setting of the file that extends replaces that of the file extended, key
by key; lists of contracts, waivers, exclusions and rule folders add up; a name given twice is refused unless the later
one says `override = true`. What is folded are tables as TOML has them, so a kind of contract that is added later needs
nothing here. No file system and no network: what lies where is asked of `Beside`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import field, replace
from hashlib import sha256
from typing import Any, Protocol
from urllib.parse import urlsplit

from plumbrule.data import dataclass
from plumbrule.errors import SettingsError
from plumbrule.policy.copies import COPIES, Copy, opened

PRESET = "preset:"
_DEPTH = 8  # policies that build on each other in a row
_MOST = 64  # policies that one may build on altogether
_KEYS = ("git", "commit", "path", "name")
_SCHEMES = ("https", "ssh", "file")
_SCP = re.compile(r"(?:[\w.-]+@)?[\w.-]+:(?!//)[^\0]+")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

Place = tuple[str | int, ...]  # as the reader names one: ("layers", 2, "order")
Table = Mapping[str, object]


class Beside(Protocol):
    """What lies in the repository of a policy, on disk or in a commit; paths count from the repository's root."""

    def text(self, path: str) -> str:
        """A file; SettingsError if it is none that can be read, or no plain one."""

    def folder(self, path: str) -> Mapping[str, bytes]:
        """Every file below a folder, by its path in there; SettingsError if one is no plain file. None = empty."""

    def preset(self, name: str) -> str:
        """A preset that ships; SettingsError names the nearest one for an unknown name."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One policy that another builds on: a file beside it, a preset, or a file in a repository elsewhere."""

    path: str  # of the file, from the folder of who names it; of a preset its name, with the prefix
    git: str = ""  # "" = not elsewhere
    commit: str = ""
    name: str = ""  # of the copy
    roles: tuple[tuple[str, str], ...] = ()  # of a preset: what plays each of them here

    @property
    def shown(self) -> str:
        return f"{self.path} of {self.name} at {self.commit[:12]}" if self.git else self.path


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something of a folded policy stands."""

    source: str  # the file, as shown
    line: int


@dataclass(frozen=True, slots=True)
class Folded:
    """One policy, made of all that it builds on."""

    table: Table
    origins: Mapping[Place, Origin]
    hash: str  # of all texts
    extends: tuple[str, ...]  # what it names itself, as shown
    rule_folders: tuple[str, ...]  # relative to the policy's folder
    copies: tuple[Copy, ...]  # sorted by name
    inherited: frozenset[tuple[str, str]]  # (table, name) of what others say; of an exclusion its glob


Parse = Callable[[str, str], tuple[Table, Mapping[Place, int]]]  # (text, source) -> (tables, line of each place)


@dataclass(frozen=True, slots=True)
class _Document:
    source: str  # as shown
    table: Table
    lines: Mapping[Place, int]
    text: str
    folder: str  # where it lies in the tree, from the repository's root; "" for a preset
    copy: Copy | None = field(default=None)  # the copy that it lies in
    path: str = ""  # from the root of where it lies

    def error(self, where: Place, what: str) -> SettingsError:
        below = [line for place, line in self.lines.items() if where and place[: len(where)] == where]
        line = min(below) if below else self.lines.get(where[:1], 0)
        return SettingsError(f"{self.source}:{line}: {what}" if line else f"{self.source}: {what}")


def folded(text: str, source: str, path: str, beside: Beside, parse: Parse) -> Folded:
    """The policy of this text, which lies at `path`, with all that it builds on; SettingsError names what is wrong."""
    table, lines = parse(text, source)
    folder = posixpath.dirname(path)
    top = _Document(source, table, lines, text, folder, path=path)
    gathering = _Gathering(beside, parse, folder)
    documents = gathering.of(top)
    merged: dict[str, object] = {}
    origins: dict[Place, Origin] = {}
    for one in documents:
        _add(merged, origins, one)
    digest = sha256()
    for one in documents:
        digest.update(f"{len(one.text)} {one.path}\0{one.text}".encode("utf-8", "surrogatepass"))
    return Folded(
        table=merged,
        origins=origins,
        hash=digest.hexdigest()[:12],
        extends=tuple(reference.shown for reference in references(table, top.error)),
        rule_folders=_rule_folders(documents, folder),
        copies=tuple(copy for _, copy in sorted(gathering.copies.items())),
        inherited=_inherited(merged, origins, source) - frozenset(_selecting(table)),
    )


def _inherited(merged: Table, origins: Mapping[Place, Origin], source: str) -> frozenset[tuple[str, str]]:
    """(table, name) of what others than this file say, as `policy_selector` names it."""
    found = set(_selecting(merged))
    for key, value in merged.items():
        names = list(value) if key == "components" and isinstance(value, dict) else []
        found |= {("component", name) for name in names if _is_from(origins, ("components", name), source)}
        for number, item in enumerate(value if _is_tables(value) and isinstance(value, list) else [], 1):
            if not _is_from(origins, (key, number), source):
                continue
            name = item.get("name", f"{key} {number}")
            found.add((key, name if isinstance(name, str) else ""))
            if key == "forbid":
                ends = [_listed(item.get(end, [])) for end in ("from", "to")]
                found |= {(key, f"{one} -> {other}") for one in ends[0] for other in ends[1]}
    return frozenset(found)


def _is_from(origins: Mapping[Place, Origin], where: Place, source: str) -> bool:
    """Whether another file than this says so; of what is written in a way that has no place nothing is known."""
    return where in origins and origins[where].source != source


def _selecting(table: Table) -> Iterator[tuple[str, str]]:
    """What a table selects files by, other than components and contracts."""
    exclude, overrides = table.get("exclude"), table.get("override")
    yield from (("exclude", glob) for glob in _listed(exclude))
    for one in overrides if isinstance(overrides, list) else ():
        if isinstance(one, dict):
            yield from (("override", glob) for glob in _listed(one.get("paths", [])))
            yield from (("override", f"language {name}") for name in _listed(one.get("languages", [])))


def _listed(value: object) -> list[str]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


class _Gathering:
    """Finds every policy that one builds on, each once."""

    def __init__(self, beside: Beside, parse: Parse, folder: str) -> None:
        self.beside = beside
        self.parse = parse
        self.folder = folder  # of the policy that everything is about: copies lie below it
        self.copies: dict[str, Copy] = {}
        self.found: dict[tuple[str, str], _Document] = {}
        self.open: list[tuple[tuple[str, str], str]] = []  # (key, source) of those that are being gathered

    def of(self, top: _Document) -> list[_Document]:
        """What counts less first, the policy itself last."""
        self._gather(("", top.path), top)
        return list(self.found.values())

    def _gather(self, key: tuple[str, str], one: _Document) -> None:
        self.open.append((key, one.source))
        if len(self.open) > _DEPTH:
            raise one.error((), f"more than {_DEPTH} policies build on each other; extend some of them directly")
        for reference in references(one.table, one.error):
            wanted = self._key(reference, one)
            for at, (other, _) in enumerate(self.open):
                if other == wanted:
                    way = " -> ".join([source for _, source in self.open[at:]] + [reference.shown])
                    raise one.error(("extends",), f"policies extend each other in a circle: {way}; take one out")
            if wanted not in self.found:
                self._gather(wanted, self._opened(reference, wanted, one))
        self.open.pop()
        self.found[key] = one
        if len(self.found) > _MOST:
            raise one.error((), f"it builds on more than {_MOST} policies; join some of them")

    def _key(self, reference: Reference, by: _Document) -> tuple[str, str]:
        """Which file is meant, whoever names it."""
        if reference.git:
            return reference.name, inside("", reference.path, by.error)
        if reference.path.startswith(PRESET):
            return f"{PRESET}{reference.roles!r}", reference.path
        start = posixpath.dirname(by.path)
        return by.copy.name if by.copy is not None else "", inside(start, reference.path, by.error)

    def _opened(self, reference: Reference, key: tuple[str, str], by: _Document) -> _Document:
        where, path = key
        if where.startswith(PRESET):
            text = self.beside.preset(path.removeprefix(PRESET))
            return _played(_read(self.parse, text, path, "", path=path), reference, by)
        copy = self._copy(reference) if reference.git else by.copy
        if copy is None:
            text = self.beside.text(path)
            return _read(self.parse, text, path, posixpath.dirname(path), path=path)
        root = posixpath.join(self.folder, COPIES, copy.name)
        shown = f"{root}/{path}"
        document = _read(self.parse, copy.text(path), shown, posixpath.dirname(shown), copy=copy, path=path)
        for folder in rule_folders(document.table):
            copy.require_rules(inside(posixpath.dirname(path), folder, document.error))
        return document

    def _copy(self, reference: Reference) -> Copy:
        known = self.copies.get(reference.name)
        if known is None:
            files = self.beside.folder(posixpath.join(self.folder, COPIES, reference.name))
            known = self.copies[reference.name] = opened(files, reference.name, reference.git, reference.commit)
        if (known.git, known.commit) != (reference.git, reference.commit):
            raise two_of_one_name(reference.name)
        return known


def two_of_one_name(name: str) -> SettingsError:
    return SettingsError(
        f"two `extends` copy different commits or repositories to {COPIES}/{name}.\n"
        'Pin both to one commit, or tell them apart: `{git = "…", commit = "…", name = "…"}`.'
    )


def _read(parse: Parse, text: str, source: str, folder: str, *, copy: Copy | None = None, path: str) -> _Document:
    table, lines = parse(text, source)
    document = _Document(source, table, lines, text, folder, copy, path)
    if "repository" in table:
        raise document.error(
            ("repository",), "a fleet belongs to the policy itself; move [[repository]] to the one that extends this"
        )
    return document


def references(table: Table, error: Callable[[Place, str], SettingsError]) -> tuple[Reference, ...]:
    """What a policy says that it builds on."""
    value = table.get("extends", [])
    return tuple(_reference(one, error) for one in (value if isinstance(value, list) else [value]))


def _reference(value: object, error: Callable[[Place, str], SettingsError]) -> Reference:
    if isinstance(value, str):
        return _named_by_text(value, error)
    if not isinstance(value, dict):
        raise error(("extends",), '`extends` lists paths, "preset:NAME" and tables with git, commit and path')
    if "preset" in value:
        return _preset_played(value, error)
    return _named_by_table(value, error)


def _named_by_text(value: str, error: Callable[[Place, str], SettingsError]) -> Reference:
    where: Place = ("extends",)
    if "://" in value or value.endswith(".git") or re.match(r"[\w.-]+@[\w.-]+:", value):
        raise error(
            where,
            f'{value!r} lies elsewhere; pin it: `{{git = {value!r}, commit = "40 hex digits", path = "…"}}`',
        )
    return Reference(value if value.startswith(PRESET) else _file(value, where, error))


def _preset_played(value: Mapping[str, Any], error: Callable[[Place, str], SettingsError]) -> Reference:  # Any: as read
    """A preset, with what plays its roles."""
    for key, said in value.items():
        if not isinstance(said, str) or not said:
            raise error(("extends",), f"`{key}` of a preset must be text: a component, or a glob")
    roles = tuple(sorted((key, said) for key, said in value.items() if key != "preset"))
    return Reference(PRESET + value["preset"].removeprefix(PRESET), roles=roles)


def _named_by_table(
    value: Mapping[str, Any], error: Callable[[Place, str], SettingsError]
) -> Reference:  # Any: as read
    where: Place = ("extends",)
    for key, said in value.items():
        if key not in _KEYS:
            raise error(where, f"`extends` has no key {key!r}; known are {', '.join(_KEYS)}")
        if not isinstance(said, str):
            raise error(where, f"`{key}` of `extends` must be text in quotes, not {said!r}")
    path = _file(value.get("path", "plumbrule.toml"), where, error)
    if "git" in value:
        return _elsewhere(path, value["git"], value.get("commit", ""), value.get("name", ""), error)
    if set(value) != {"path"}:
        raise error(where, "a policy that lies elsewhere needs `git`, one beside this only its `path`")
    return Reference(path)


def _elsewhere(path: str, git: str, commit: str, given: str, error: Callable[[Place, str], SettingsError]) -> Reference:
    """A file in a repository elsewhere, pinned; its copy is named after the repository where no name is given."""
    where: Place = ("extends",)
    _require_address(git, where, error)
    if not _COMMIT.fullmatch(commit):
        why = f"{commit!r} is no full commit id" if commit else "no commit is pinned"
        raise error(
            where,
            f"{git}: {why}: a branch or a tag can be moved; write the 40 digits that `git ls-remote` prints",
        )
    name = given or re.split(r"[/:]", git.rstrip("/"))[-1].removesuffix(".git")
    if not _NAME.fullmatch(name) or name.endswith("."):
        raise error(where, f"{name!r} is no name for a copy; add `name` in letters, digits, '.', '-' and '_'")
    return Reference(path, git, commit, name)


def _require_address(git: str, where: Place, error: Callable[[Place, str], SettingsError]) -> None:
    if not git.isprintable() or not git or git.startswith("-") or " " in git:
        raise error(where, f"{git!r} is no address of a repository")
    if "::" in git or not ("://" in git or _SCP.fullmatch(git)):
        raise error(where, f'{git!r} is no address of a repository; write "https://…", "ssh://…" or "file:///…"')
    if "://" not in git:
        return
    try:
        parts = urlsplit(git)
    except ValueError:
        raise error(where, f"{git!r} is no address of a repository") from None
    if parts.scheme not in _SCHEMES:
        raise error(where, f"{git!r}: {parts.scheme!r} is not used; there are {', '.join(_SCHEMES)}")
    if parts.password is not None or (parts.scheme == "https" and parts.username is not None):
        raise error(where, "a secret does not belong in a policy; take the user out of the address of `extends`")


def _file(path: str, where: Place, error: Callable[[Place, str], SettingsError]) -> str:
    if not path.endswith(".toml") or path.startswith("/") or "\\" in path or not path.isprintable():
        raise error(where, f"{path!r} is no path of a policy; name a .toml file by its path from this one, with '/'")
    return path


def inside(folder: str, path: str, error: Callable[[Place, str], SettingsError]) -> str:
    """A path as it counts from the root of its repository."""
    joined = posixpath.normpath(posixpath.join(folder, path))
    if joined.startswith(("/", "../")) or joined in ("..", "."):
        raise error(("extends",), f"{path!r} leaves the repository; name what lies inside it")
    return joined


def rule_folders(table: Table) -> tuple[str, ...]:
    """The folders of rules that a policy names; what is no text, its reader refuses."""
    rules = table.get("rules", [])
    named = rules.get("folders", []) if isinstance(rules, dict) else rules
    return tuple(one.rstrip("/") for one in named if isinstance(one, str)) if isinstance(named, list) else ()


def _rule_folders(documents: Collection[_Document], folder: str) -> tuple[str, ...]:
    found = [
        posixpath.relpath(posixpath.join("/", one.folder, named), posixpath.join("/", folder))
        for one in documents
        for named in rule_folders(one.table)
    ]
    return tuple(dict.fromkeys(found))


# Presets

_ROLE = re.compile(r"\{([a-z_]+)\}")


def _played(preset: _Document, reference: Reference, by: _Document) -> _Document:
    """The preset with what plays each role here in its place; SettingsError for a role that nobody plays."""
    roles = preset.table.get("roles", {})
    assert isinstance(roles, dict)  # they ship, and are tested
    given = dict(reference.roles)
    for name in given:
        if name not in roles:
            raise by.error(("extends",), f"{preset.source} has no role {name!r}; it has {', '.join(roles)}")
    players = {}
    for name, about in roles.items():
        player = given.get(name, about.get("default", ""))
        if not player:
            example = f'{{preset = "{preset.source.removeprefix(PRESET)}", {name} = "{about["example"]}"}}'
            raise by.error(
                ("extends",), f"{preset.source} needs `{name}`, {about['doc']}; write `extends = [{example}]`"
            )
        players[name] = player

    def placed(value: object) -> object:
        if isinstance(value, str):
            return _ROLE.sub(lambda found: players.get(found[1], found[0]), value)
        if isinstance(value, list):
            return [placed(item) for item in value]
        return {key: placed(item) for key, item in value.items()} if isinstance(value, dict) else value

    table = {key: placed(value) for key, value in preset.table.items() if key != "roles"}
    return replace(preset, table=table)


# Folding

_ADDED_UP = ("exclude",)


def _add(merged: dict[str, object], origins: dict[Place, Origin], one: _Document) -> None:
    """Folds one more policy into those that count less."""
    for key, said in one.table.items():
        if key == "extends":
            continue
        there = merged.get(key)
        value = {"folders": said} if key == "rules" and isinstance(said, list) else said
        _require_same_kind(key, there, value, one)
        if _is_tables(value):
            merged[key] = _with_items(key, there if isinstance(there, list) else [], value, origins, one)
        elif key == "components" and isinstance(value, dict):
            merged[key] = _with_components(there if isinstance(there, dict) else {}, value, origins, one)
        else:
            merged[key] = _joined(key, there, value)
            _place(origins, one, (key,))


def _require_same_kind(key: str, there: object, value: object, one: _Document) -> None:
    """A table is folded with a table, a list with a list, any other value with such a one."""
    if there is not None and _kind(there) != _kind(value):
        raise one.error((key,), f"`{key}` is a {_kind(there)} in a policy that this one extends; write it the same way")


def _kind(value: object) -> str:
    return "table" if isinstance(value, dict) else "list" if isinstance(value, list) else "value"


def _joined(key: str, there: object, value: object) -> object:
    """What both say of a key whose items have no names: a list added up, a table overlaid, else the later value."""
    if key in _ADDED_UP and isinstance(value, list):
        return list(dict.fromkeys([*(there if isinstance(there, list) else []), *map(_hashable, value)]))
    if isinstance(value, dict):
        return _overlaid(there if isinstance(there, dict) else {}, value)
    return value


def _hashable(value: object) -> object:
    return value if isinstance(value, str) else repr(value)


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _overlaid(below: Table, above: Table) -> dict[str, object]:
    """Both tables as one; a key of the upper one replaces that of the lower, in tables below them key by key, too."""
    found = dict(below)
    for key, value in above.items():
        there = found.get(key)
        both = isinstance(there, dict) and isinstance(value, dict)
        found[key] = _overlaid(there, value) if isinstance(there, dict) and both else value  # type: ignore[arg-type]  # both are tables
    return found


def _with_items(
    key: str, there: list[object], value: object, origins: dict[Place, Origin], one: _Document
) -> list[object]:
    items = list(there)
    assert isinstance(value, list)  # asked by `_is_tables`
    for number, item in enumerate(value, 1):
        name = item.get("name")
        at = next(
            (at for at, other in enumerate(items) if name and isinstance(other, dict) and other.get("name") == name),
            None,
        )
        overrides = item.get("override", False)
        if not isinstance(overrides, bool):
            raise one.error((key, number), "`override` must be true or false")
        kept = {inner: said for inner, said in item.items() if inner != "override"}
        if at is None and overrides:
            raise one.error(
                (key, number), f"nothing that this policy extends has a [[{key}]] named {name!r} to override"
            )
        if at is not None and not overrides:
            first = origins.get((key, at + 1))
            where = f"{first.source}:{first.line}" if first is not None else "a policy that it extends"
            raise one.error(
                (key, number),
                f"[[{key}]] {name!r} is there already ({where}); rename one, or write `override = true` to replace it",
            )
        if at is None:
            items.append(kept)
            at = len(items) - 1
        else:
            items[at] = kept
            for place in [place for place in origins if place[:2] == (key, at + 1)]:
                del origins[place]
        _place(origins, one, (key, number), (key, at + 1))
    _place(origins, one, (key,))
    return items


def _with_components(there: Table, value: Table, origins: dict[Place, Origin], one: _Document) -> dict[str, object]:
    """The components of both, those of the policy that extends first: the first match wins."""
    found: dict[str, object] = {}
    for name, said in value.items():
        overrides = isinstance(said, dict) and said.get("override") is True
        if overrides and isinstance(said, dict):
            rest = {key: inner for key, inner in said.items() if key != "override"}
            said = rest["globs"] if set(rest) == {"globs"} else rest
        if name in there and not overrides:
            first = origins.get(("components", name))
            where = f"{first.source}:{first.line}" if first is not None else "a policy that it extends"
            raise one.error(
                ("components", name),
                f"component {name!r} is there already ({where}); rename one, or replace it:"
                f" `{name} = {{globs = […], override = true}}`",
            )
        if name not in there and overrides:
            raise one.error(
                ("components", name), f"nothing that this policy extends has a component {name!r} to override"
            )
        found[name] = said
        for place in [place for place in origins if place[:2] == ("components", name)]:
            del origins[place]
    _place(origins, one, ("components",))
    return {**found, **{name: said for name, said in there.items() if name not in found}}


def _place(origins: dict[Place, Origin], one: _Document, where: Place, to: Place = ()) -> None:
    """Notes where this part of a document stands, and all below it."""
    for place, line in one.lines.items():
        if place[: len(where)] == where:
            origins[(*(to or where), *place[len(where) :])] = Origin(one.source, line)
