"""What the build files of C# say: projects, what they hold, what they refer to, and which namespaces they all use.

Hides MSBuild's spelling. Files are read as text in one pass, never as programs: conditions are taken to hold, and a
property that is not plain to see stays as it is written, so that nothing is found under it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.languages.ways import climbed

if TYPE_CHECKING:
    from plumbrule.resolve import Tree

_LARGEST = 1_000_000
_MOST_ITEMS = 20_000
_MOST_IMPORTS = 40  # build files that one project takes in
_ITEM = re.compile(
    r"<(Compile|ProjectReference|PackageReference|PackageVersion|Reference|Using|InternalsVisibleTo|Import|Sdk)\b([^<>]*)>"
)
_ATTRIBUTE = re.compile(r"(\w+)\s*=\s*(?:\"([^\"<>]*)\"|'([^'<>]*)')")
_PROPERTY = re.compile(r"<([A-Za-z_][\w.]*)(?:\s[^<>]*)?>([^<>]*)</")
_PROJECT = re.compile(r"<Project\b[^<>]*\bSdk\s*=")
_USED = re.compile(r"\$\(([A-Za-z_][\w.]*)\)")
_ENTITIES = (("&quot;", '"'), ("&apos;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_LONGEST_PATH = 400
_IN_SOLUTION = re.compile(r"\"([^\"\n]{1,400}\.csproj)\"", re.IGNORECASE)
_WILD = re.compile(r"[*?]")
_MOST_STARS = 4  # of one pattern; more are not looked at
_GLOBAL_USING = re.compile(
    rb"^[ \t]*global\s+using\s+(static\s+)?(?:([A-Za-z_]\w*)\s*=\s*)?(?:global::)?([A-Za-z_][\w.]*)", re.MULTILINE
)


class Item(NamedTuple):
    kind: str
    attributes: Mapping[str, str]


class _Build(NamedTuple):
    """One build file as it is written."""

    properties: tuple[tuple[str, str], ...]
    items: tuple[Item, ...]
    is_sdk: bool


class Using(NamedTuple):
    """A namespace or type that a whole project uses; `alias` is "" unless it is bound to a name."""

    module: str
    alias: str


@dataclass(frozen=True, slots=True)
class Project:
    path: str
    folder: str
    assembly: str
    namespace: str  # the root of its own
    takes_all: bool  # every file below its folder is its own, unless it says otherwise
    files: frozenset[str] = frozenset()
    patterns: tuple[tuple[str, str], ...] = ()  # (folder, regular expression of paths) of what else it holds
    without: tuple[str, ...] = ()  # regular expressions of paths that it does not hold
    references: tuple[str, ...] = ()  # paths of projects, and names of assemblies
    packages: tuple[str, ...] = ()
    usings: tuple[Using, ...] = ()
    friends: frozenset[str] = frozenset()  # assemblies that see what is internal here


@lru_cache(maxsize=4096)
def _build(written: bytes) -> _Build:
    source = _uncommented(written[:_LARGEST].decode("utf-8", "replace"))
    properties = tuple((found[1], _plain(found[2])) for found in islice(_PROPERTY.finditer(source), _MOST_ITEMS))
    items = []
    for found in islice(_ITEM.finditer(source), _MOST_ITEMS):
        said = {name: _plain(one or other) for name, one, other in _ATTRIBUTE.findall(found[2])}
        items.append(Item(found[1], said))
    return _Build(properties, tuple(items), _PROJECT.search(source) is not None or any(i.kind == "Sdk" for i in items))


def _uncommented(source: str) -> str:
    pieces, at = [], 0
    while (start := source.find("<!--", at)) >= 0:
        pieces.append(source[at:start])
        end = source.find("-->", start)
        if end < 0:
            return "".join(pieces)
        at = end + 3
    return "".join([*pieces, source[at:]])


def _plain(written: str) -> str:
    if "&" in written:
        for entity, meant in _ENTITIES:
            written = written.replace(entity, meant)
    return written.strip()


def joined(folder: str, way: str) -> str | None:
    """Where a relative path leads from a folder; None above the repository or if it is no such path."""
    way = way.replace("\\", "/")
    if len(way) > _LONGEST_PATH or way.startswith("/") or "$(" in way or ":" in way:
        return None
    return climbed(folder, way)


@dataclass(slots=True)
class _Reading:
    """One project while its build files are read."""

    tree: Tree
    paths: frozenset[str]  # of all build files there are
    properties: dict[str, str] = field(default_factory=dict)
    items: list[tuple[str, Item]] = field(default_factory=list)  # with the folder that their paths start from
    seen: set[str] = field(default_factory=set)
    is_sdk: bool = False

    def take(self, path: str, project: str) -> None:
        """Takes in a build file and those it imports, in their order."""
        waiting = [path]
        while waiting and len(self.seen) < _MOST_IMPORTS:
            path = waiting.pop()
            if path in self.seen or path not in self.paths:
                continue
            self.seen.add(path)
            here = path.rpartition("/")[0]
            read = _build(self.tree.read(path))
            self.is_sdk |= read.is_sdk and path == project
            for name, value in read.properties:
                if len(value) <= _LONGEST_PATH:
                    self.properties[name] = value.replace("$(MSBuildThisFileDirectory)", _marked(here))
            own = path.rpartition("/")[0] if path.endswith(".projitems") else project.rpartition("/")[0]
            for item in read.items:
                if item.kind != "Import":
                    self.items.append((own, _here(item, here)))
                    continue
                said = self.expanded(_at(item.attributes.get("Project", ""), here))
                found = said[1:] if said.startswith("\0") else joined(here, said)
                if found:
                    waiting.append(joined("", found) or "")

    def expanded(self, written: str) -> str:
        for _ in range(3):
            if "$(" not in written or len(written) > _LONGEST_PATH:
                break
            written = _USED.sub(lambda found: self.properties.get(found[1], found[0]), written)
        return written[-_LONGEST_PATH:] if written.rfind("\0") <= 0 else "\0" + written.rpartition("\0")[2]

    def path(self, folder: str, written: str) -> str | None:
        """The path in the tree that something written in a build file means."""
        said = self.expanded(written)
        return joined("", said[1:]) if said.startswith("\0") else joined(folder, said)


def _marked(folder: str) -> str:
    """A folder of the tree, told from a path that starts where it is written."""
    return f"\0{folder}/" if folder else "\0"


def _at(written: str, here: str) -> str:
    return written.replace("$(MSBuildThisFileDirectory)", _marked(here)).replace("$(MSBuildProjectDirectory)", ".")


def _here(item: Item, here: str) -> Item:
    if not any("$(" in value for value in item.attributes.values()):
        return item
    return Item(item.kind, {name: _at(value, here) for name, value in item.attributes.items()})


def projects(tree: Tree) -> dict[str, Project]:
    """Every project of the tree by its path: of MSBuild, and what Unity calls assembly definitions."""
    paths = frozenset(tree.paths((".csproj", ".projitems", ".props", ".targets")))
    found = {path: _project(tree, path, paths) for path in sorted(paths) if path.endswith(".csproj")}
    definitions = {path: _defined(tree.read(path)) for path in tree.paths((".asmdef",))}
    marks = {
        f"GUID:{mark}": path
        for path in definitions
        if (mark := _mark(tree.read(f"{path}.meta") if tree.has(f"{path}.meta") else b""))
    }
    for path, (name, references) in definitions.items():
        referred = tuple(sorted(marks.get(one, one) for one in references))
        found[path] = Project(path, path.rpartition("/")[0], name, "", takes_all=True, references=referred)
    return found


def _mark(written: bytes) -> str:
    found = re.search(rb"^guid: (\w{1,64})", written[:2_000], re.MULTILINE)
    return found[1].decode() if found else ""


def _defined(written: bytes) -> tuple[str, list[str]]:
    """(name, references) of an assembly definition; of what is none, nothing."""
    try:
        said = json.loads(written[:_LARGEST].decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return "", []
    if not isinstance(said, dict):
        return "", []
    name, references = said.get("name"), said.get("references")
    listed = references if isinstance(references, list) else []
    return name if isinstance(name, str) else "", [one for one in listed if isinstance(one, str)]


def _project(tree: Tree, path: str, paths: frozenset[str]) -> Project:
    folder, _, name = path.rpartition("/")
    reading = _read(tree, path, paths)
    properties = reading.properties
    assembly = reading.expanded(properties.get("AssemblyName", "")) or name.removesuffix(".csproj")
    files: set[str] = set()
    patterns: list[tuple[str, str]] = []
    without: list[str] = []
    references: set[str] = set()
    packages: set[str] = set()
    usings: set[Using] = set()
    friends: set[str] = set()
    for own, (kind, said) in reading.items:
        include = said.get("Include") or said.get("Update", "")
        if kind == "Compile":
            for one in _listed(said.get("Include", "")):
                _include(reading, own, one, files, patterns)
            without += [
                one for way in _listed(said.get("Remove", "")) if (one := _pattern(reading.path(own, way) or ""))
            ]
        elif kind == "ProjectReference":
            references.update(filter(None, (reading.path(own, one) for one in _listed(include))))
        elif kind == "Reference":
            references.add(include.partition(",")[0].strip())
        elif kind in ("PackageReference", "PackageVersion"):
            packages.update(_listed(include) if kind == "PackageReference" else ())
        elif kind == "Using" and "Remove" not in said:
            usings.add(Using(reading.expanded(include), said.get("Alias", "")))
        elif kind == "InternalsVisibleTo":
            friends.update(one.partition(",")[0].strip() for one in _listed(include))
    return Project(
        path, folder, assembly, reading.expanded(properties.get("RootNamespace", "")) or assembly,
        takes_all=reading.is_sdk and properties.get("EnableDefaultCompileItems", "").lower() != "false",
        files=frozenset(files), patterns=tuple(patterns), without=tuple(without), references=tuple(sorted(references)),
        packages=tuple(sorted(packages)), usings=tuple(sorted(usings)), friends=frozenset(friends),
    )  # fmt: skip


def _read(tree: Tree, path: str, paths: frozenset[str]) -> _Reading:
    """A project with the build files around it that MSBuild takes in before and after."""
    folder, _, name = path.rpartition("/")
    reading = _Reading(tree, paths)
    reading.properties["MSBuildProjectName"] = name.removesuffix(".csproj")
    for around in ("Directory.Build.props", "Directory.Packages.props"):
        if (nearest := _nearest(folder, around, paths)) is not None:
            reading.take(nearest, path)
    reading.take(path, path)
    if (nearest := _nearest(folder, "Directory.Build.targets", paths)) is not None:
        reading.take(nearest, path)
    return reading


def _include(reading: _Reading, folder: str, written: str, files: set[str], patterns: list[tuple[str, str]]) -> None:
    found = reading.path(folder, written)
    if not found:
        return
    if not _WILD.search(found):
        files.add(found)
    elif expression := _pattern(found):
        start = found[: _WILD.search(found).start()].rpartition("/")[0]  # type: ignore[union-attr]  # it was found above
        patterns.append((start, expression))


def _listed(written: str) -> Iterator[str]:
    return (one.strip() for one in written.split(";") if one.strip())


def _pattern(glob: str) -> str:
    """A regular expression for MSBuild's glob; "" if it is none that people write."""
    if not glob or glob.count("*") > 2 * _MOST_STARS:
        return ""
    pieces = []
    for part in re.split(r"(\*\*/|\*\*|\*|\?)", glob):
        pieces.append({"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(part) or re.escape(part))
    return "".join(pieces)


def _nearest(folder: str, name: str, paths: frozenset[str]) -> str | None:
    while True:
        path = f"{folder}/{name}" if folder else name
        if path in paths:
            return path
        if not folder:
            return None
        folder = folder.rpartition("/")[0]


def solutions(tree: Tree) -> dict[str, frozenset[str]]:
    """By solution: the paths of its projects."""
    found = {}
    for path in tree.paths((".sln", ".slnx")):
        written = tree.read(path)[:_LARGEST].decode("utf-8", "replace")
        named = (joined(path.rpartition("/")[0], one) for one in _IN_SOLUTION.findall(written))
        found[path] = frozenset(filter(None, named))
    return found


def global_usings(written: bytes) -> list[Using]:
    """What a file uses for its whole project."""
    return [Using(module.decode(), alias.decode()) for _, alias, module in _GLOBAL_USING.findall(written[:_LARGEST])]
