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
    ASKS,
    CONSTANT,
    FOLDER,
    HELPER,
    MADE_BY,
    MODULE,
    PRIVATE,
    PROJECT,
    REFERS,
    UNKNOWN,
)

_NO_WORD = re.compile(r"\W+")
_NAMED = {MODULE: MODULE, REFERS: MODULE, CONSTANT: CONSTANT, HELPER: HELPER}
_MOST = 1_000  # names behind one name


def _join(by_format: Mapping[str, Mapping[str, Reading]]) -> Mapping[str, Reading]:
    files = by_format.get("build_sbt", {})
    code = by_format.get("sbt_scala", {})
    found: dict[str, Reading] = {}
    for root, paths in sorted(_builds([*files, *code]).items()):
        build = _Build({path: files.get(path) or code[path] for path in paths}, root)
        found |= {path: build.reading(path) for path in paths}
    return found


def _builds(paths: list[str]) -> dict[str, list[str]]:
    """The paths of each build by its outermost folder: one with a folder `project`, or with no other around it."""
    roots = {folder.rpartition("/")[0] for path in paths if _is_of_project(folder := _folder(path))}
    found: dict[str, list[str]] = {}
    outer = {_folder(path) for path in paths} | roots
    for path in sorted(paths):
        folder = _folder(path).rpartition("/")[0] if _is_of_project(_folder(path)) else _folder(path)
        around = [one for one in _up(folder) if one in (roots or outer)]
        found.setdefault(around[0] if around else folder, []).append(path)
    return found


class _Build:
    """One build: what its files say together."""

    def __init__(self, readings: Mapping[str, Reading], root: str) -> None:
        self._readings, self._root = readings, root
        self._said: dict[tuple[str, str], list[tuple[str, Said]]] = {}  # by key and name, with the path
        # By what names are asked for and how they end, all that they may be in full.
        self._full: dict[tuple[str, str], set[str]] = {}
        for path, reading in readings.items():
            for one in reading.said:
                self._said.setdefault((one.key, one.name), []).append((path, one))
                if one.key in _NAMED and one.name:
                    parts = one.name.split(".")
                    for begin in range(len(parts)):
                        self._full.setdefault((_NAMED[one.key], ".".join(parts[begin:])), set()).add(one.name)
        self._answers: dict[tuple[str, str], list[tuple[str, Declared]]] = {}
        self._own = {_folder(path): path for path in sorted(readings, reverse=True) if path.endswith(".sbt")}
        self._organization = self._told_once("organization")

    def _told_once(self, key: str) -> Collection[str]:
        """What a setting is wherever the outermost files say it, else wherever any does; nothing if they differ."""
        rows = [(where, one.value) for (said, _), all_ in self._said.items() if said == key for where, one in all_]
        central = {value for where, value in rows if _folder(where) in (self._root, f"{self._root}/project".strip("/"))}
        found = central or {value for _, value in rows}
        return found if len(found) == 1 else ()

    def reading(self, path: str) -> Reading:
        read = self._readings[path]
        lacking = [(one.line, one.value) for one in read.said if one.key == UNKNOWN]
        found: list[Declared] = []
        is_code = path.endswith(".scala")
        for one in read.said:
            if one.key == MODULE:
                row = self._module(one, MANAGED if is_code and one.name else "", one.line)
                if row is None:
                    lacking.append((one.line, "a module with a name that is put together"))
                elif _is_of_project(_folder(path)) and not is_code:
                    found.append(row._replace(scope=BUILD))
                else:
                    found.append(row)
            elif one.key == ASKS and not is_code and len(found) <= ROWS:
                asked = self._asked(one.value, one.more)
                found += [row._replace(line=one.line) for other, row in asked if other != path]
                if not asked and one.name != "maybe":
                    lacking.append((one.line, one.value))
        published = () if is_code or _is_of_project(_folder(path)) else tuple(self._published(path, lacking))
        return Reading(published, tuple(found), read.reason or unknown(lacking))

    def _module(self, one: Said, scope: str, line: int) -> Declared | None:
        """None if what it is called is not known; the scope that it says itself counts for more than `scope`."""
        group, _, rest = one.value.partition(":")
        name, _, version = rest.partition(":")
        package = self._filled(f"{group}:{name}", one.name)
        version = self._filled(version, one.name)
        if "$" in package:
            return None
        return Declared(package, "" if "$" in version else version, "", one.more or scope or RUNTIME, line)

    def _asked(self, name: str, scope: str) -> list[tuple[str, Declared]]:
        """By the path where it is put together, what a name asks for, with its own scope unless this one is said."""
        if (name, scope) not in self._answers:
            self._answers[name, scope] = list(self._reached(name, scope))
        return self._answers[name, scope]

    def _reached(self, name: str, scope: str) -> Iterator[tuple[str, Declared]]:
        asked = [(full, scope) for full in self._means(MODULE, name, "")]
        seen = set(asked)
        while asked and len(seen) < _MOST:
            full, scope = asked.pop()
            for other, module in self._said.get((MODULE, full), ()):
                row = self._module(module, "", module.line)
                if row is not None:
                    yield other, row._replace(scope=scope) if scope else row
            for _, further in self._said.get((REFERS, full), ()):
                more = {(other, further.more or scope) for other in self._means(MODULE, further.value, full)} - seen
                seen |= more
                asked += sorted(more)

    def _means(self, key: str, name: str, inside: str) -> set[str]:
        """What a name is in full, seen from inside another one: what is nearest to that, nothing if several are."""
        parts = name.split(".")
        ends = [(key, ".".join(parts[at:])) for at in range(len(parts))]
        found = next((self._full[one] for one in ends if one in self._full), set())
        if len(found) < 2:
            return found
        around = inside.split(".")
        nearest: dict[int, set[str]] = {}
        for one in found:
            shared = next(
                (at for at, (a, b) in enumerate(zip(one.split("."), around, strict=False)) if a != b), len(around)
            )
            nearest.setdefault(shared, set()).add(one)
        best = nearest[max(nearest)]
        return best if len(best) == 1 else set()

    def _filled(self, text: str, inside: str) -> str:
        def value(name: str) -> str | None:
            for full in self._means(CONSTANT, name, inside):
                told = {one.value for _, one in self._said.get((CONSTANT, full), ())}
                if len(told) == 1:
                    return told.pop()
            return None

        return filled_by(text, value)

    def _published(self, path: str, lacking: list[tuple[int, str]]) -> Iterator[Published]:
        """What the projects of a build file make, and what the file makes that is about the project of its folder."""
        said = self._readings[path].said
        projects = {one.name: one for one in said if one.key == PROJECT}
        for one in said:  # which may be anything else unless there is such a function for projects
            if one.key == MADE_BY and self._means(HELPER, one.value, ""):
                projects.setdefault(one.name, one._replace(value=""))
        whole = [one for one in said if one.name == "" and one.key in ("name", "moduleName")]
        for one in projects.values():
            folder = self._folder_of(one)
            own = self._own_file(folder) if folder != self._root else path
            names = [one.name]
            if own is not None and (own != path or folder == self._root) and self._says(own, "", "name", "moduleName"):
                names.append("")
            package = self._package(one, path if own is None else own, names)
            yield from self._made(package, one, path, lacking)
        if whole and not projects and self._root == _folder(path):
            package = self._package(whole[0]._replace(key="", value=""), path, [""])
            yield from self._made(package, whole[0]._replace(name=""), path, lacking)

    def _made(self, package: str | None, one: Said, path: str, lacking: list[tuple[int, str]]) -> Iterator[Published]:
        if package is None:
            return
        if "$" in package:
            lacking.append((one.line, f"the name of what is published, {package},"))
            return
        version = next((self._filled(told, "") for told in self._told("version", one.name, path)), "")
        private = bool(self._says(path, one.name, PRIVATE)) and one.name != ""
        yield Published(package, "" if "$" in version else version, private)

    def _package(self, one: Said, path: str, names: list[str]) -> str | None:
        """None if the group is told nowhere."""
        group = next(self._told("organization", one.name, path), None)
        if group is None:
            return None
        module = next(
            (self._filled(told.value, one.name) for name in names for told in self._says(path, name, "moduleName")), ""
        )
        if not module:
            told = next((told.value for name in names for told in self._says(path, name, "name")), "")
            name = self._filled(told or self._id(one), one.name)
            module = name if "$" in name else _NO_WORD.sub("-", name.lower())
        return f"{self._filled(group, one.name)}:{module}"

    def _id(self, one: Said) -> str:
        """The id of a project, by its value or by the function that makes it."""
        for _, made in self._said.get((MADE_BY, one.name), ()):
            helpers = [
                said for full in self._means(HELPER, made.value, "") for said in self._said.get((HELPER, full), ())
            ]
            if not helpers:
                return "${?}"
            path, helper = helpers[0]
            name = next((said.value for said in self._says(path, helper.name, "name")), helper.value)
            return filled_by(name, {helper.more: made.more}.get)
        return one.value or one.name.rpartition(".")[2]

    def _folder_of(self, one: Said) -> str:
        """Where a project lies: as it says, else in the folder that is called as it is."""
        told = next((said.value for _, said in self._said.get((FOLDER, one.name), ())), one.name)
        return f"{self._root}/{told.removeprefix('./')}".strip("/") if told != "." else self._root

    def _own_file(self, folder: str) -> str | None:
        return self._own.get(folder)

    def _says(self, path: str, name: str, *keys: str) -> list[Said]:
        return [one for key in keys for where, one in self._said.get((key, name), ()) if where == path]

    def _told(self, key: str, name: str, path: str) -> Iterator[str]:
        """What a setting is for a project: by itself, its file, the outermost file, or the one place that has it."""
        outer = [where for where in self._readings if _folder(where) == self._root]
        for where, of in ((path, name), (path, ""), *((where, "") for where in outer)):
            yield from (one.value for one in self._says(where, of, key))
        yield from self._organization if key == "organization" else ()


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
