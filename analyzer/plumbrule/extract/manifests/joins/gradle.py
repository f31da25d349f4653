"""Gradle: what a project is called is told by the settings, its group by the programs and properties around it, what it
asks for by catalogs and by the names that other programs give.

Which projects are configured by which program follows folders: a program speaks for its own, and for those below it in
`allprojects` and `subprojects`; scripts are applied by name. Publications: https://docs.gradle.org, "Maven Publish
Plugin": the identity is group, name and version of the project unless they say another.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from plumbrule.extract.manifests.formats import ROWS
from plumbrule.extract.manifests.formats.gradle_properties import PROPERTY
from plumbrule.extract.manifests.formats.settings_gradle import CATALOG as PLACE
from plumbrule.extract.manifests.formats.settings_gradle import NAMED, PLACED, RENAMED, ROOT
from plumbrule.extract.manifests.formats.versions_toml import BUNDLE, LIBRARY, VERSION
from plumbrule.extract.manifests.formats.versions_toml import PLUGIN as MARKED
from plumbrule.extract.manifests.gradle import APPLIES, ASKS, MAY_ASK, UNKNOWN, WRITTEN, notation, plugin
from plumbrule.extract.manifests.gradle_project import (
    ALL,
    ARCHIVE,
    ARTIFACT,
    BELOW,
    CONSTANT,
    GROUP,
    OWN,
    PLUGIN,
)
from plumbrule.extract.manifests.joins import Join
from plumbrule.extract.manifests.program import filled_by
from plumbrule.extract.manifests.reading import Declared, Published, Reading, Said, unknown

_OUTER = frozenset({"rootProject", "project", "ext", "extra", "gradle", "parent", "this", "it", "base", "properties"})
_DEEP = 6  # names in what names stand for
_SCRIPT = re.compile(r"\.gradle(?:\.kts)?$")
_MAIN = ("build.gradle", "build.gradle.kts")
NOT_SAID = "${?}"
_ALIKE = 10  # scripts of one name
_ABOUT = frozenset({GROUP, ARTIFACT, ARCHIVE, PLUGIN})
_PARTS = re.compile(r"[-_.]")


def _join(by_format: Mapping[str, Mapping[str, Reading]]) -> Mapping[str, Reading]:
    repository = _Repository(by_format)
    return {path: _Program(repository, path).reading() for path in repository.programs}


class _Repository:
    """All that the builds of a repository say, by folder."""

    def __init__(self, by_format: Mapping[str, Mapping[str, Reading]]) -> None:
        self.programs = by_format.get("build_gradle", {})
        self.settings: dict[str, list[Said]] = {}  # by folder
        self._included: dict[str, list[str]] = {}  # by folder of the settings the paths of its projects
        for path, reading in by_format.get("settings_gradle", {}).items():
            self.settings.setdefault(_folder(path), []).extend(reading.said)
            ways = (row.package for row in reading.declared if row.inside and row.package.startswith(":"))
            self._included.setdefault(_folder(path), []).extend(ways)
        self._properties = {
            _folder(path): {one.name: one.value for one in reading.said if one.key == PROPERTY}
            for path, reading in by_format.get("gradle_properties", {}).items()
        }
        self._tables = by_format.get("versions_toml", {})
        self._catalogs: dict[str, Mapping[str, _Catalog]] = {}
        self._named = {path: _names(reading.said) for path, reading in self.programs.items()}
        self.main: dict[str, str] = {}  # by folder the program of its project
        self.scripts: dict[str, list[str]] = {}  # by name what others apply
        for path in self.programs:
            folder, _, name = path.rpartition("/")
            # Some builds call it as its folder is called.
            if name in _MAIN or _SCRIPT.sub("", name) == folder.rpartition("/")[2]:
                self.main[folder] = path if folder not in self.main or name in _MAIN else self.main[folder]
            if name not in _MAIN:
                for spelled in {name, _SCRIPT.sub("", name)}:
                    self.scripts.setdefault(spelled, []).append(path)

    @cached_property
    def _placed(self) -> Mapping[str, tuple[str, str]]:
        """By folder the outermost folder of the build and the path of a project that lies where settings place it."""
        return {
            _climbed(root, one.value): (root, one.name)
            for root, said in self.settings.items()
            for one in said
            if one.key == PLACED
        }

    def root(self, folder: str) -> str | None:
        """The outermost folder of the build to which a project belongs, by its settings; None if there are none."""
        placed = self._placed.get(folder)
        return placed[0] if placed is not None else next((one for one in _up(folder) if one in self.settings), None)

    def way(self, folder: str) -> str:
        """The path by which a build calls the project in this folder, ":" of the outermost one."""
        root = self.root(folder)
        if folder in self._placed:
            return self._placed[folder][1]
        return f":{folder[len(root or '') :].strip('/')}".replace("/", ":")

    def name(self, folder: str) -> str:
        """What the project in this folder is called; "" if nothing says so, `NOT_SAID` if it is computed."""
        root = self.root(folder)
        said = self.settings.get(root, []) if root is not None else []
        if folder == root:
            told = next((one.value for one in said if one.key == ROOT), "")
            return told or folder.rpartition("/")[2]
        way = self.way(folder)
        told = next((one.value for one in said if one.key == NAMED and one.name == way), "")
        if not told and any(one.key == RENAMED for one in said):
            return NOT_SAID
        return told or way.rpartition(":")[2]

    def without_programs(self, root: str) -> Iterator[str]:
        """The folders of the projects of a build that have no program of their own: those around speak for them."""
        placed = {way: folder for folder, (of, way) in self._placed.items() if of == root}
        for way in self._included.get(root, ()):
            folder = placed.get(way, f"{root}/{way.strip(':').replace(':', '/')}".strip("/"))
            if folder not in self.main:
                yield folder

    def properties(self, folder: str) -> Mapping[str, str]:
        """Those of the project in this folder, the nearest first."""
        return ChainMap(*[self._properties[one] for one in self.around(folder) if one in self._properties])

    def own_properties(self, folder: str) -> Mapping[str, str]:
        return self._properties.get(folder, {})

    def around(self, folder: str) -> Sequence[str]:
        """The folder and those around it that belong to the same build, innermost first."""
        root = self.root(folder)
        up = list(_up(folder))
        return up[: up.index(root) + 1] if root in up else [folder, *([root] if root is not None else up[1:])]

    def applied(self, name: str) -> Sequence[str]:
        """The scripts that may be meant by a name; none if that could be any."""
        found = self.scripts.get(name, ())
        return found if len(found) <= _ALIKE else ()

    def names(self, path: str) -> Sequence[Mapping[str, str]]:
        """What names stand for in a program: its own first, those of the projects around it, then of scripts."""
        folder = _folder(path)
        around = [self.main[one] for one in self.around(folder) if one in self.main]
        root = self.root(folder)
        return [
            self._named[path],
            *(self._named[one] for one in around if one != path),
            self._of_scripts.get(root or "", {}),
        ]

    @cached_property
    def _of_scripts(self) -> Mapping[str, Mapping[str, str]]:
        """By the outermost folder of a build the names that its scripts give to one thing alone."""
        found: dict[str, dict[str, set[str]]] = {}
        for path in sorted({one for paths in self.scripts.values() for one in paths}):
            for folder in _up(_folder(path)):
                if folder in self.settings or not folder:
                    names = found.setdefault(folder, {})
                    for name, value in self._named[path].items():
                        names.setdefault(name, set()).add(value)
        return {
            folder: {name: next(iter(values)) for name, values in names.items() if len(values) == 1}
            for folder, names in found.items()
        }

    def catalogs(self, folder: str) -> Iterator[Mapping[str, _Catalog]]:
        """The catalogs by their names, of the build and of those around it."""
        roots = [one for one in _up(folder) if one in self.settings]
        root = self.root(folder)
        for one in dict.fromkeys([*([root] if root is not None else []), *roots, *([] if roots else _up(folder))]):
            if one not in self._catalogs:
                self._catalogs[one] = self._catalogs_of(one)
            yield self._catalogs[one]

    def _catalogs_of(self, root: str) -> Mapping[str, _Catalog]:
        said = self.settings.get(root, [])
        places = {"libs": f"{root}/gradle/libs.versions.toml".lstrip("/")}
        places |= {one.name: _climbed(root, one.value) for one in said if one.key == PLACE}
        entries = {name: list(self._tables[path].said) for name, path in places.items() if path in self._tables}
        for one in said:
            if one.key in (LIBRARY, BUNDLE, MARKED, VERSION):
                name, _, alias = one.name.partition(".")
                entries.setdefault(name, []).append(one._replace(name=alias))
        return {name: _Catalog(rows) for name, rows in entries.items()}


class _Catalog:
    """What the aliases of one catalog stand for, as programs spell them."""

    def __init__(self, said: Iterable[Said]) -> None:
        self._found: dict[tuple[str, str], str] = {}
        for one in said:
            self._found.setdefault((one.key, _PARTS.sub(".", one.name)), one.value)

    def asked(self, accessor: str, scope: str, line: int) -> list[Declared]:
        """What `accessor`, without the catalog's name, asks for; nothing if it is in no such catalog."""
        accessor = _PARTS.sub(".", accessor)
        kind, _, rest = accessor.partition(".")
        if kind == "plugins" and (MARKED, rest) in self._found:
            id_, _, version = self._found[MARKED, rest].partition(":")
            return [plugin(id_, self._version(version), scope, line)]
        if kind == "bundles" and (BUNDLE, rest) in self._found:
            aliases = self._found[BUNDLE, rest].split()
            return [row for alias in aliases for row in self._library(alias, scope, line)]
        return self._library(accessor, scope, line)

    def _library(self, alias: str, scope: str, line: int) -> list[Declared]:
        found = self._found.get((LIBRARY, _PARTS.sub(".", alias)))
        if found is None:
            return []
        group, _, rest = found.partition(":")
        name, _, version = rest.partition(":")
        return [Declared(f"{group}:{name}", self._version(version), "", scope, line)]

    def _version(self, version: str) -> str:
        return self._found.get((VERSION, _PARTS.sub(".", version[1:])), "") if version.startswith("$") else version


class _Program:
    """One program, with all that is around it."""

    def __init__(self, repository: _Repository, path: str) -> None:
        self._repository = repository
        self._path, self._folder = path, _folder(path)
        self._read = repository.programs[path]
        self._names = repository.names(path)
        self._properties = repository.properties(self._folder)
        self._unknown: list[tuple[int, str]] = []  # by line what is not known

    def reading(self) -> Reading:
        found = list(self._read.declared)
        for one in self._read.said:
            if one.key in (ASKS, MAY_ASK, WRITTEN) and len(found) <= ROWS:
                found += self._asked(one)
            elif one.key == UNKNOWN:
                self._unknown.append((one.line, one.name))
        found = [row._replace(wanted=self._filled(row.wanted)) if "$" in row.wanted else row for row in found]
        published = [*self._published(self._folder)] if self._repository.main.get(self._folder) == self._path else []
        for folder in self._without_programs():
            published += self._published(folder)
        return Reading(tuple(published), tuple(found), self._read.reason or unknown(self._unknown))

    def _without_programs(self) -> Sequence[str]:
        is_outermost = self._repository.root(self._folder) == self._folder
        is_main = self._repository.main.get(self._folder) == self._path
        return [*self._repository.without_programs(self._folder)] if is_outermost and is_main else []

    def _asked(self, one: Said) -> list[Declared]:
        if one.key != WRITTEN:
            found = self._by_name(one.value, one.name, one.line)
        else:
            row = notation(self._filled(one.value), one.name, one.line)
            found = [row] if row is not None else []
        if not found and one.key != MAY_ASK:
            self._unknown.append((one.line, one.value if one.key == ASKS else f'"{one.value}"'))
        return found

    def _by_name(self, name: str, scope: str, line: int) -> list[Declared]:
        """What a name asks for: a catalog's, or a text that some program gave it."""
        catalog, _, accessor = _bare(name).partition(".")
        for catalogs in self._repository.catalogs(self._folder):
            if catalog in catalogs:
                found = catalogs[catalog].asked(accessor, scope, line)
                if found:
                    return found
        value = self._value(name)
        row = notation(self._filled(value), scope, line) if value is not None else None
        return [row] if row is not None else []

    def _value(self, name: str, deep: int = 0) -> str | None:
        """What a name stands for, as a text that may hold names itself."""
        short = _bare(name)
        parts = short.split(".")
        for names in (*self._names, self._properties):
            for one in (name, short):
                if one in names:
                    return names[one]
        # A map may be known under the name of another one.
        for length in range(len(parts) - 1, 0, -1) if deep < _DEEP else ():
            held = self._value(".".join(parts[:length]), _DEEP)
            if held is not None and held.startswith("${") and held.endswith("}"):
                return self._value(".".join([held[2:-1], *parts[length:]]), deep + 1)
        return None

    def _filled(self, text: str, known: Mapping[str, str] | None = None) -> str:
        """The text with what its names stand for, those of the project itself by `known`."""

        def value(name: str) -> str | None:
            first, last = name.partition(".")[0], name.rpartition(".")[2]
            if known is not None and known.get(last) and first in (*_OUTER, last):
                return known[last]
            held = self._value(name)
            return held if held != text else None

        return filled_by(text, value)

    def _published(self, folder: str) -> Iterator[Published]:
        """The packages that the project in a folder makes, by its publications or by its own name."""
        told: dict[str, list[Said]] = {}
        for one in self._about(folder):
            told.setdefault(one.key, []).append(one)
        known = {"name": self._repository.name(folder)}
        group = known["group"] = self._group(told.get(GROUP, ()), known)
        known["archivesName"] = self._filled(told[ARCHIVE][0].value, known) if ARCHIVE in told else known["name"]
        # Gradle's first plugin for Maven published what archives are called.
        is_old = any(one.name == "maven" for one in told.get(APPLIES, ()))
        own = self._repository.own_properties(folder).get("POM_ARTIFACT_ID")
        own = own or (known["archivesName"] if is_old else known["name"])
        version = self._filled("${version}") if self._value("version") else self._filled("${VERSION_NAME}")
        line = told[GROUP][0].line if GROUP in told else 0
        for one in told.get(ARTIFACT, [Said(ARTIFACT, OWN, own, line)]):
            package = f"{self._filled(one.more, known) if one.more else group}:{self._filled(one.value, known)}"
            if "$" in package:
                self._unknown.append((one.line, f"the name of what is published, {package},"))
            elif not package.startswith(":") and not package.endswith(":"):
                yield Published(package, "" if "$" in version else version)
        for one in told.get(PLUGIN, ()):
            id_ = self._filled(one.value, known)
            if "$" not in id_:
                yield Published(f"{id_}:{id_}.gradle.plugin")

    def _group(self, told: Sequence[Said], known: Mapping[str, str]) -> str:
        """The group of the project; "" if nothing tells it."""
        of_properties = self._properties.get("group", "") or self._properties.get("GROUP", "")
        known = {**known, "group": self._properties.get("group", "")}
        return self._first(told, known) or of_properties or (told[0].value if told else "")

    def _first(self, told: Sequence[Said], known: Mapping[str, str]) -> str:
        """The first of these texts that can be filled; "" if none can."""
        filled = (self._filled(one.value, known) for one in told)
        return next((text for text in filled if "$" not in text), "")

    def _about(self, folder: str) -> Iterator[Said]:
        """What is said of a project: by itself, by the scripts that it applies, by the projects around it."""
        main, way = self._repository.main, self._repository.way(folder)
        around = [main.get(one) for one in self._repository.around(folder)[1:]]
        asked = [(path, (ALL, BELOW, way)) for path in around if path is not None]
        if folder in main:
            asked.insert(0, (main[folder], (OWN, ALL, way)))
        seen: set[str] = set()
        while asked:
            path, of = asked.pop(0)
            if path in seen:
                continue
            seen.add(path)
            said = self._repository.programs[path].said
            about = (one for one in said if one.key in _ABOUT and one.name in of)
            yield from sorted(about, key=lambda one: one.name in (ALL, BELOW))  # what is of it alone comes first
            applied = [one for one in said if one.key == APPLIES] if OWN in of else []
            yield from applied
            asked[:0] = [(script, of) for one in applied for script in self._repository.applied(one.name)]


def _names(said: Iterable[Said]) -> dict[str, str]:
    """What the names of a program stand for, without the places that they are kept in."""
    found: dict[str, str] = {}
    for one in said:
        if one.key == CONSTANT:
            found.setdefault(_bare(one.name), one.value)
    return found


def _bare(name: str) -> str:
    """A name without those of the places that it is kept in."""
    while "." in name and name.partition(".")[0] in _OUTER:
        name = name.partition(".")[2]
    return name


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _up(folder: str) -> Iterator[str]:
    yield folder
    while folder:
        folder = _folder(folder)
        yield folder


def _climbed(folder: str, way: str) -> str:
    """The place that a relative path leads to; what climbs out of the repository leads nowhere."""
    parts = folder.split("/") if folder else []
    for part in re.sub(r"^\$\{?[\w.]+\}?/?", "", way).split("/"):
        if part == "..":
            parts = parts[:-1] if parts else ["..", ""]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


JOIN = Join(frozenset({"build_gradle", "settings_gradle", "versions_toml", "gradle_properties"}), _join)
