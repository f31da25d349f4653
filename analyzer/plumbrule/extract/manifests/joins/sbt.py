"""sbt: its build files ask by names for what the code of the build beside them puts together, and a project is called
as its value is unless a setting says otherwise.

A module's name is the project's in lower case, with a dash for all that is neither letter nor digit
(`Project.normalizeModuleID` of sbt), unless `moduleName` says it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from plumbrule.extract.manifests.formats import ROWS
from plumbrule.extract.manifests.joins import Join
from plumbrule.extract.manifests.program import filled_by
from plumbrule.extract.manifests.reading import BUILD, MANAGED, RUNTIME, Declared, Published, Reading, Said, unknown
from plumbrule.extract.manifests.sbt import (
    ANYTHING,
    ARGUMENT,
    ASKS,
    CONSTANT,
    FOLDER,
    HELPER,
    IMPORT,
    MADE_BY,
    MAYBE,
    MODULE,
    PARAMETER,
    PARENT,
    PRIVATE,
    PROJECT,
    REFERS,
    SETTLED,
    UNKNOWN,
)

_NO_WORD = re.compile(r"\W+")
_MOST = 1_000  # names behind one name
_ALL = 200_000  # names behind all names of one build
_SOURCES = 40  # places that settings of one project come from
_FEW = 30  # imports of all names in one place, and parents of an object
_ANYWHERE = "*.scala"  # the area of what the code of a build says: all its files see it

# What sees each other's names without ado: a folder's build files, or all code of a build; and a name there in full.
_Place = tuple[str, str]


def _join(by_format: Mapping[str, Mapping[str, Reading]]) -> Mapping[str, Reading]:
    files = by_format.get("build_sbt", {})
    code = by_format.get("sbt_scala", {})
    found: dict[str, Reading] = {}
    outermost = {  # a file with a project for its own folder is no part of a build around it
        _folder(path)
        for path, reading in files.items()
        if not _is_of_project(_folder(path))
        and any(one.key == FOLDER and one.value in (".", "./") for one in reading.said)
    }
    for root, paths in sorted(_builds([*files, *code], outermost).items()):
        build = _Build({path: files.get(path) or code[path] for path in paths}, root)
        found |= {path: build.reading(path) for path in paths}
    return found


def _builds(paths: list[str], outermost: set[str]) -> dict[str, list[str]]:
    """The paths of each build by its outermost folder: one with a folder `project`, or with no other around it."""
    roots = outermost | {folder.rpartition("/")[0] for path in paths if _is_of_project(folder := _folder(path))}
    found: dict[str, list[str]] = {}
    outer = {_folder(path) for path in paths} | roots
    for path in sorted(paths):
        folder = _folder(path).rpartition("/")[0] if _is_of_project(_folder(path)) else _folder(path)
        around = [one for one in _up(folder) if one in roots] or [one for one in _up(folder) if one in outer][::-1]
        found.setdefault(around[0] if around else folder, []).append(path)
    return found


class Names:
    """What a name means at a place, as Scala looks for it: around the place, from its imports, as the path written."""

    def __init__(self, said: Mapping[tuple[str, _Place], list[tuple[str, Said]]]) -> None:
        self._said = said
        self._defined: set[_Place] = set()
        self._objects: set[_Place] = set()
        self._imports: dict[tuple[str, str], list[Said]] = {}  # by path and name around
        for (key, (area, name)), rows in said.items():
            if key == IMPORT:
                for path, one in rows:
                    self._imports.setdefault((path, name), []).append(one)
            elif key == PARENT:
                self._objects.add((area, name))
            elif name:
                self._define(area, name)
            if key == PARAMETER:
                for _, one in rows:
                    self._define(area, f"{name}.{one.value}")
        self._from_anywhere = sorted(place for place in self._objects if _last(place[1]) == "autoImport")[:_FEW]
        self._taken: dict[tuple[str, str], tuple[dict[str, _Place], list[_Place]]] = {}
        self._made_of: dict[_Place, list[_Place]] = {}
        self._meant: dict[tuple[str, str, str], _Place | None] = {}

    def _define(self, area: str, name: str) -> None:
        self._defined.add((area, name))
        while "." in name:
            name = name.rpartition(".")[0]
            if (area, name) in self._objects:
                break
            self._objects.add((area, name))

    def meant(self, name: str, inside: str, path: str) -> _Place | None:
        """The place where a name that is written inside another one of this file is defined, if the build does it."""
        key = name, inside, path
        if key not in self._meant:
            self._meant[key] = next(self._found(name, inside, path), None)
        return self._meant[key]

    def _found(self, name: str, inside: str, path: str) -> Iterator[_Place]:
        area = _area(path)
        first, _, rest = name.partition(".")
        for around in _around(inside):
            yield from self._member((area, around), name)
            named, whole = self._imported(path, around)
            if first in named:
                to, full = named[first]
                yield from self._member((to, full.rpartition(".")[0]), ".".join(filter(None, [_last(full), rest])))
            for one in whole:
                yield from self._member(one, name)
        if _is_of_project(area):
            return
        yield from self._member((_ANYWHERE, ""), name)
        for one in self._from_anywhere if area != _ANYWHERE else ():
            yield from self._member(one, name)
        yield from ((_ANYWHERE, end) for end in _without_packages(name) if (_ANYWHERE, end) in self._defined)

    def _member(self, of: _Place, name: str) -> Iterator[_Place]:
        area, around = of
        full = f"{around}.{name}" if around else name
        if (area, full) in self._defined:
            yield area, full
            return
        owner, _, last = full.rpartition(".")
        for parent_area, parent in self._parents((area, owner)):
            if (parent_area, f"{parent}.{last}") in self._defined:
                yield parent_area, f"{parent}.{last}"
                return

    def _parents(self, of: _Place) -> list[_Place]:
        """What an object has its names from besides."""
        if (PARENT, of) not in self._said:
            return []
        if of not in self._made_of:
            found: list[_Place] = []
            asked = [of]
            while asked and len(found) < _FEW:
                one = asked.pop(0)
                for path, said in self._said.get((PARENT, one), ()):
                    parent = self._object(said.value, one[1].rpartition(".")[0], path, [])
                    if parent is not None and parent not in found:
                        found.append(parent)
                        asked.append(parent)
            self._made_of[of] = found
        return self._made_of[of]

    def _imported(self, path: str, around: str) -> tuple[dict[str, _Place], list[_Place]]:
        """What the imports there give: names, and objects of which all names are taken."""
        key = path, around
        if key not in self._imports:
            return {}, []
        if key not in self._taken:
            named: dict[str, _Place] = {}
            whole: list[_Place] = []
            self._taken[key] = named, whole
            for one in self._imports[key]:
                owner, _, last = one.value.rpartition(".")
                to = self._object(owner, around, path, whole)
                if to is not None and last in ("_", "*") and len(whole) < _FEW:
                    whole.insert(0, to)
                elif to is not None:
                    named[one.more] = to[0], f"{to[1]}.{last}"
        return self._taken[key]

    def _object(self, name: str, around: str, path: str, taken: list[_Place]) -> _Place | None:
        """The object of this name, seen from there, with what was taken whole by imports before."""
        area = _area(path)
        seen = [(area, one) for one in _around(around)]
        seen += taken
        if around:
            seen += self._imported(path, "")[1]
        if not _is_of_project(area):
            seen.append((_ANYWHERE, ""))
        for to, of in seen:
            full = to, f"{of}.{name}" if of else name
            if full in self._objects:
                return full
        ends = _without_packages(name) if not _is_of_project(area) else ()
        return next(((_ANYWHERE, end) for end in ends if (_ANYWHERE, end) in self._objects), None)


def _around(inside: str) -> Iterator[str]:
    """A name, and what it is in, to the outermost."""
    while inside:
        yield inside
        inside = inside.rpartition(".")[0]
    yield ""


def _without_packages(name: str) -> Iterator[str]:
    """A path without the packages that it may begin with: `Names.x` of `org.acme.Names.x`."""
    parts = name.split(".")
    for at in range(1, min(len(parts), _FEW)):
        if not parts[at - 1][:1].islower():
            return
        if parts[at][:1].isupper():
            yield ".".join(parts[at:])


class _Build:
    """One build: what its files say together."""

    def __init__(self, readings: Mapping[str, Reading], root: str) -> None:
        self._readings, self._root = readings, root
        self._said: dict[tuple[str, _Place], list[tuple[str, Said]]] = {}  # by key and place, with the path
        for path, reading in readings.items():
            area = _area(path)
            for one in reading.said:
                self._said.setdefault((one.key, (area, one.name)), []).append((path, one))
        self._names = Names(self._said)
        self._answers: dict[tuple[str, str, str, str], list[tuple[str, Declared]]] = {}
        self._left = _ALL
        self._own = {_folder(path): path for path in sorted(readings, reverse=True) if path.endswith(".sbt")}
        self._organization = self._told_once("organization")

    def _told_once(self, key: str) -> Collection[str]:
        """What a setting is wherever the outermost files say it, else wherever any does; nothing if they differ.
        What a build file says under a name is that of the projects that take it."""
        rows = [
            (where, self._filled(one.value, place[1], where))
            for (said, place), all_ in self._said.items()
            if said == key and (place[0] == _ANYWHERE or not place[1]) and not self._is_project(place)
            for where, one in all_
        ]
        central = {value for where, value in rows if _folder(where) in (self._root, f"{self._root}/project".strip("/"))}
        found = central or {value for _, value in rows}
        return found if len(found) == 1 else ()

    def reading(self, path: str) -> Reading:
        read = self._readings[path]
        area = _area(path)
        lacking = [(one.line, one.value) for one in read.said if one.key == UNKNOWN]
        found: list[Declared] = []
        is_code = area == _ANYWHERE
        for one in read.said:
            # What code puts together under a name is asked for by who asks for the name.
            is_named = is_code and not self._is_project((area, one.name))
            if one.key == MODULE:
                row = self._module(one, MANAGED if is_named and one.name else "", path)
                if row is not None:
                    found.append(row._replace(scope=BUILD) if _is_of_project(area) else row)
                else:
                    lacking.append((one.line, "a module with a name that is put together"))
            elif one.key in (ASKS, MAYBE) and not is_named and len(found) <= ROWS:
                found += self._asked_here(one, path, lacking)
        published = () if _is_of_project(area) else tuple(self._published(path, lacking))
        return Reading(published, tuple(found), read.reason or unknown(lacking))

    def _asked_here(self, one: Said, path: str, lacking: list[tuple[int, str]]) -> list[Declared]:
        """What is asked for by a name, but for what this build file tells where it puts it together."""
        asked = self._asked(one.value, one.more, one.name, path)
        if not asked and one.key == ASKS:
            lacking.append((one.line, one.value))
        is_code = _area(path) == _ANYWHERE
        return [row._replace(line=one.line) for other, row in asked if is_code or other != path]

    def _module(self, one: Said, scope: str, path: str) -> Declared | None:
        """None if what it is called is not known; the scope that it says itself counts for more than `scope`."""
        group, _, rest = one.value.partition(":")
        name, _, version = rest.partition(":")
        package = self._filled(f"{group}:{name}", one.name, path)
        version = self._filled(version, one.name, path)
        if "$" in package:
            return None
        return Declared(package, "" if "$" in version else version, "", one.more or scope or RUNTIME, one.line)

    def _asked(self, name: str, scope: str, inside: str, path: str) -> list[tuple[str, Declared]]:
        """By the path where it is put together, what a name asks for, with its own scope unless this one is said."""
        key = name, scope, inside, path
        if key not in self._answers:
            self._answers[key] = list(self._reached(*key))
        return self._answers[key]

    def _reached(self, name: str, scope: str, inside: str, path: str) -> Iterator[tuple[str, Declared]]:
        first = self._names.meant(name, inside, path)
        asked = [(first, scope)] if first is not None and not self._is_project(first) else []
        seen = set(asked)
        while asked and len(seen) < _MOST and self._left > 0:
            self._left -= 1
            place, scope = asked.pop()
            for other, module in self._said.get((MODULE, place), ()):
                row = self._module(module, "", other)
                if row is not None:
                    yield other, row._replace(scope=scope) if scope else row
            more = set()
            for other, further in self._said.get((REFERS, place), ()):
                means = self._names.meant(further.value, place[1], other)
                if means is not None and not self._is_project(means):
                    more.add((means, further.more or scope))
            asked += sorted(more - seen)
            seen |= more

    def _is_project(self, place: _Place) -> bool:
        return (PROJECT, place) in self._said or bool(self._makers(place))

    def _makers(self, place: _Place) -> list[tuple[_Place, Mapping[str, str]]]:
        """The functions of the build that make a project, each with what it is handed, the last one first; none if
        this is no project that is made so."""
        found: list[tuple[_Place, Mapping[str, str]]] = []
        handed: Mapping[str, str] = {}
        while len(found) < _FEW and (rows := self._said.get((MADE_BY, place))):
            path, made = rows[0]
            helper = self._names.meant(made.value, place[1], path)
            if helper is None or helper == place:
                break
            given = {one.more: self._bound(one.value, handed) for _, one in self._said.get((ARGUMENT, place), ())}
            parameters = [(one.value, one.more) for _, one in self._said.get((PARAMETER, helper), ())]
            handed = {name: given.get(name, given.get(at, ANYTHING)) for name, at in parameters}
            found.insert(0, (helper, handed))
            place = helper
        return found if (HELPER, place) in self._said else []

    def _bound(self, text: str, handed: Mapping[str, str]) -> str:
        return filled_by(text, handed.get) if handed else text

    def _filled(self, text: str, inside: str, path: str) -> str:
        def value(name: str) -> str | None:
            place = self._names.meant(name, inside, path)
            told = {one.value for _, one in self._said.get((CONSTANT, place), ())} if place is not None else set()
            return told.pop() if len(told) == 1 else None

        return filled_by(text, value)

    def _sources(self, place: _Place) -> list[tuple[_Place, Mapping[str, str]]]:
        """Where settings of a project come from, nearest first, with what functions among that are handed."""
        found: list[tuple[_Place, Mapping[str, str]]] = [(place, {})]
        found += self._makers(place)[::-1]
        seen = {one for one, _ in found}
        at = 0
        while at < len(found) < _SOURCES:
            at_place, _ = found[at]
            is_project = at <= len(found) and (at_place == place or (HELPER, at_place) in self._said)
            for path, one in self._said.get((SETTLED if is_project else REFERS, at_place), ()):
                means = self._names.meant(one.value, at_place[1], path)
                if means is not None and means not in seen and not self._is_project(means):
                    seen.add(means)
                    found.append((means, {}))
            at += 1
        return found

    def _published(self, path: str, lacking: list[tuple[int, str]]) -> Iterator[Published]:
        """What the projects of a build file make, and what the file makes that is about the project of its folder."""
        said = self._readings[path].said
        area = _area(path)
        projects = {one.name: one for one in said if one.key == PROJECT and one.name}
        for one in said:  # which may be anything else unless there is such a function for projects
            is_made = one.key == MADE_BY and (PARAMETER, (area, one.name)) not in self._said
            if is_made and self._makers((area, one.name)):
                projects.setdefault(one.name, one._replace(value=""))
        whole = [one for one in said if one.name == "" and one.key in ("name", "moduleName")]
        for one in projects.values():
            if area == _ANYWHERE and not self._is_build((area, one.name.rpartition(".")[0])):
                continue
            yield from self._project(one, path, lacking)
        if whole and not projects and self._root == _folder(path):
            group = next(self._told("organization", [(("", ""), {})], path), None)
            if group is not None:
                yield from self._made(group, self._module_name([], path, "", whole[0]), whole[0], path, [], lacking)

    def _is_build(self, place: _Place) -> bool:
        """Whether sbt takes the projects of this object of the code; before sbt 1.0 it did of those that are builds."""
        return any(_last(one.value).endswith("Build") for _, one in self._said.get((PARENT, place), ()))

    def _project(self, one: Said, path: str, lacking: list[tuple[int, str]]) -> Iterator[Published]:
        place = _area(path), one.name
        folder = self._folder_of(one, place)
        own = self._own_file(folder) if folder != self._root else path
        is_own = own is not None and (own != path or folder == self._root)
        sources = self._sources(place)
        group = next(self._told("organization", sources, path if own is None else own), None)
        if group is None:
            # One that speaks of neither is an application that goes nowhere.
            if any(key in ("organization", "moduleName") for key, _ in self._said) and not self._is_private(
                sources, own, path
            ):
                lacking.append((one.line, f"the organization of the project {_last(one.name)}"))
            return
        module = self._module_name(sources, path, own if is_own and own is not None else "", one)
        yield from self._made(group, module, one, path, sources, lacking, own)

    def _made(
        self,
        group: str,
        module: str,
        one: Said,
        path: str,
        sources: list[tuple[_Place, Mapping[str, str]]],
        lacking: list[tuple[int, str]],
        own: str | None = None,
    ) -> Iterator[Published]:
        package = f"{group}:{module}"
        private = self._is_private(sources, own, path)
        if "$" in package:
            if not private:
                lacking.append((one.line, f"the name of what is published, {package},"))
            return
        version = next(self._told("version", sources, path), "")
        yield Published(package, "" if "$" in version else version, private)

    def _is_private(self, sources: list[tuple[_Place, Mapping[str, str]]], own: str | None, path: str) -> bool:
        of_file = own is not None and own != path and bool(self._says(own, "", PRIVATE))
        return of_file or any((PRIVATE, place) in self._said for place, _ in sources)

    def _module_name(self, sources: list[tuple[_Place, Mapping[str, str]]], path: str, own: str, project: Said) -> str:
        """As `moduleName` says, else as the name or the id is, spelled as a module is."""
        for key in ("moduleName", "name"):
            told = next(self._set(key, sources), None)
            if told is None and (own or not sources):
                where = own or path
                told = next((self._filled(one.value, "", where) for one in self._says(where, "", key)), None)
            if told is not None:
                return told if key == "moduleName" or "$" in told else _NO_WORD.sub("-", told.lower())
        name = self._filled(self._id(project, sources[0][0]), project.name, path)
        return name if "$" in name else _NO_WORD.sub("-", name.lower())

    def _set(self, key: str, sources: list[tuple[_Place, Mapping[str, str]]]) -> Iterator[str]:
        """What a setting is where the settings of a project come from."""
        for place, handed in sources:
            for path, one in self._said.get((key, place), ()):
                yield self._filled(self._bound(one.value, handed), place[1], path)

    def _id(self, one: Said, place: _Place) -> str:
        """The id of a project, by its value or by the function that makes it."""
        makers = self._makers(place)
        if makers:
            helper, handed = makers[0]
            return self._bound(next(said.value for _, said in self._said[HELPER, helper]), handed)
        return one.value or (ANYTHING if (MADE_BY, place) in self._said else _last(one.name))

    def _folder_of(self, one: Said, place: _Place) -> str:
        """Where a project lies: as it says, else in the folder that is called as it is."""
        told = next((said.value for _, said in self._said.get((FOLDER, place), ())), _last(one.name))
        return f"{self._root}/{told.removeprefix('./')}".strip("/") if told != "." else self._root

    def _own_file(self, folder: str) -> str | None:
        return self._own.get(folder)

    def _says(self, path: str, name: str, *keys: str) -> list[Said]:
        area = _area(path)
        return [one for key in keys for where, one in self._said.get((key, (area, name)), ()) if where == path]

    def _told(self, key: str, sources: list[tuple[_Place, Mapping[str, str]]], path: str) -> Iterator[str]:
        """What a setting is for a project: by itself, its file, the outermost file, or the one place that has it."""
        yield from self._set(key, sources)
        outer = [where for where in self._readings if _folder(where) == self._root]
        for where in (path, *outer):
            yield from (self._filled(one.value, "", where) for one in self._says(where, "", key))
        yield from self._organization if key == "organization" else ()


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _area(path: str) -> str:
    return _ANYWHERE if path.endswith(".scala") else _folder(path)


def _is_of_project(folder: str) -> bool:
    return folder.rpartition("/")[2] == "project"


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _up(folder: str) -> Iterator[str]:
    yield folder
    while folder:
        folder = _folder(folder)
        yield folder


JOIN = Join(frozenset({"build_sbt", "sbt_scala"}), _join)
