"""What the builds of Java, Kotlin and Scala say: which modules there are, which folder each has and which other ones it
needs; under which names they are published, and what is asked of others.

Hides how a build says so. Build files are read as text and never run; what a script computes is not known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.extract.manifests.formats import format_of, read
from plumbrule.extract.manifests.joins import join_of, read_together
from plumbrule.languages import is_test
from plumbrule.languages.java import CODE, MAKING, MANIFESTS, NAMING
from plumbrule.languages.ways import climbed, joined

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from plumbrule.extract.manifests.reading import Reading
    from plumbrule.resolve import Tree

_LARGEST = 1_000_000
_GRADLE, _SETTINGS = MANIFESTS[1:3], MANIFESTS[3:5]
_ARTIFACT = re.compile(r"<artifactId>\s*([^<>\s]+)\s*</artifactId>")
_LINE_COMMENT = re.compile(r"//[^\n]*")
_PROJECT = re.compile(r"\bproject\s*\(\s*(?:path\s*[:=]\s*)?[\"'](:[\w.:-]{1,300})[\"']|\bprojects\.([\w.]+)")
_PLACED = re.compile(
    r"project\s*\(\s*[\"'](:[\w.:-]{1,300})[\"']\s*\)\s*\.\s*projectDir\s*=[^\n\"']*[\"']([^\"'\n]+)[\"']"
)
_ANDROID = re.compile(r"\bandroid\b")
_GROUP = re.compile(
    r"^[ \t]*(?:project\.|ThisBuild[ \t]*/[ \t]*)?(?:group|groupId|organization|namespace|applicationId)[ \t]*"
    r"(?::?=[ \t]*|\()?[\"']([\w.-]{1,300})[\"']",
    re.MULTILINE,
)
_GROUP_PROPERTY = re.compile(
    r"^[ \t]*\w*group(?:_?id)?[ \t]*[=:][ \t]*([\w.-]{1,300})[ \t]*$", re.MULTILINE | re.IGNORECASE
)
_MADE = re.compile(
    r"java_package\s*=\s*\"|^[ \t]*package[ \t]+|\"namespace\"\s*:\s*\"|@namespace\(\"|"
    r"^[ \t]*namespace[ \t]+(?:(?:java|scala|\*)[ \t]+)?",
    re.MULTILINE,
)
_DOTTED = re.compile(r"[A-Za-z_][\w.]{0,300}")
_MOST_MAKING = 500  # files that code is made of
_ROOT_NAME = re.compile(r"\brootProject\s*\.\s*name\s*=\s*[\"']([^\"'\n]{1,300})[\"']")
_OF_SCALA = re.compile(r"_(?:sjs[\d.]+_|native[\d.]+_)?[23](?:\.\d+)*$")


def modules(tree: Tree, others: Mapping[str, tuple[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    """By folder with a build file the folders of the modules that it needs.

    `others` are modules of builds of other kinds: by folder their name and the names of those they need.
    """
    named = [(folder, *module) for folder, module in others.items()]
    named += [(_folder(path), *_of_maven(tree, path)) for path in _files(tree, MANIFESTS[:1])]
    gradle = _files(tree, _GRADLE)
    found: dict[str, set[str]] = {folder: set() for folder in (*(one for one, _, _ in named), *map(_folder, gradle))}
    folders: dict[str, str] = {}
    for folder, name, _ in sorted(named):
        folders.setdefault(name, folder)
    for folder, _, needs in named:
        found[folder].update(folders[need] for need in needs if need in folders)
    projects = _Projects(tree, found.keys())
    for path in gradle:
        lying = (projects.folder(_folder(path), way) for way in _asked(tree, path))
        found[_folder(path)].update(one for one in lying if one is not None)
    return {folder: tuple(sorted(needs)) for folder, needs in found.items()}


class Names(NamedTuple):
    """What the builds of a repository say of who has which names."""

    groups: frozenset[str]  # under which its modules are published, or which they call their own names
    asked: frozenset[tuple[str, str]]  # group and artifact of what it needs and does not make
    is_whole: bool  # whether all that it needs is among that, as far as its builds can be read
    made: frozenset[str] | None  # packages that are made of other files, None if there are too many of those


def names(tree: Tree) -> Names:
    groups: set[str] = set()
    own: set[str] = set()
    asked: set[str] = set()
    is_whole = True
    builds: dict[str, list[tuple[str, str, Reading]]] = {}
    for path in tree.paths(NAMING):
        if is_test(path):
            continue  # builds that tests try things on
        name = path.rpartition("/")[2]
        own.add(_folder(path).rpartition("/")[2])
        if name == "gradle.properties":
            groups.update(_GROUP_PROPERTY.findall(_read(tree, path)))
            continue
        form = format_of(path)
        if form is not None:
            said = read(form, tree.read(path)[:_LARGEST], path)
            is_whole &= not said.reason
            builds.setdefault(join_of(form) or "", []).append((form, path, said))
        if name != MANIFESTS[0]:
            written = _gradle(tree, path)
            groups.update(_GROUP.findall(written))
            own.update(_ROOT_NAME.findall(written))
            is_whole &= "includeBuild" not in written  # which may add to what is needed
    for build, readings in builds.items():
        together = read_together(build, readings).values() if build else [said for _, _, said in readings]
        for said in together:
            made = [one.package.rpartition(":") for one in said.published]
            groups.update(group for group, _, _ in made)
            own.update(artifact for _, _, artifact in made)
            asked.update(one.package for one in said.declared if not one.inside)
    is_whole &= not any(is_of_a_build(path) for path in tree.paths(CODE))
    wanted = {(group, _OF_SCALA.sub("", artifact)) for one in asked for group, _, artifact in (one.rpartition(":"),)}
    groups = {group for group in groups if "." in group}
    return Names(
        frozenset(groups),
        frozenset(one for one in wanted if one[0] not in groups or one[1] not in own),
        is_whole,
        _made(tree),
    )


def _made(tree: Tree) -> frozenset[str] | None:
    """The packages for which builds make code of descriptions: messages, services, schemas, grammars."""
    paths = list(tree.paths(MAKING))
    if len(paths) > _MOST_MAKING:
        return None
    found: set[str] = set()
    for path in paths:
        written = _read(tree, path)
        stem = path.rpartition("/")[2].partition(".")[0]
        for mark in _MADE.finditer(written):
            package = _DOTTED.match(written, mark.end())
            if package is not None:
                found |= {package[0], f"{package[0]}.{stem}"}  # Scala's have a package for each file
    return frozenset(found)


def is_of_a_build(path: str) -> bool:
    """Whether it is code of a build itself, which may add anything to what is needed."""
    parts = path.split("/")[:-1]
    return "buildSrc" in parts or (path.endswith(".scala") and parts[-1:] == ["project"])


def is_android(tree: Tree) -> bool:
    """Whether something here is built for Android: a plugin says so, most often one of the repository's own."""
    return any(_ANDROID.search(_gradle(tree, path)) for path in _files(tree, MANIFESTS[1:5]))


class _Projects:
    """Where the projects of Gradle's builds lie."""

    def __init__(self, tree: Tree, folders: Collection[str]) -> None:
        """`folders` are those that have a build file."""
        self._folders = folders
        self._roots: set[str] = set()
        self._placed: dict[tuple[str, str], str] = {}  # by the folder of the settings and the path of the project
        self._placed_by: dict[str, set[str]] = {}  # by folder the folders of the settings that name it
        for path in _files(tree, _SETTINGS):
            root = _folder(path)
            self._roots.add(root)
            for way, told in _PLACED.findall(_gradle(tree, path)):
                folder = climbed(root, told)
                if folder is not None:
                    self._placed[root, way] = folder
                    self._placed_by.setdefault(folder, set()).add(root)

    def folder(self, asking: str, way: str) -> str | None:
        """The folder of the project that the build file in `asking` calls by this path, None if there is none."""
        return next(
            (found for root in self._roots_of(asking) if (found := self._below(root, way)) in self._folders), None
        )

    def _roots_of(self, folder: str) -> Sequence[str]:
        """The folders whose settings may be those of a project, the likeliest first."""
        around = [folder, *_around(folder)]
        placing = [root for one in around for root in sorted(self._placed_by.get(one, ()))]
        # Without settings, as in a part of a repository, every folder around may be the outermost of the build.
        return [*placing, *([one for one in around if one in self._roots] or around)]

    def _below(self, root: str, way: str) -> str:
        parts = way.strip(":").split(":")
        for count in range(len(parts), 0, -1):
            around = self._placed.get((root, ":" + ":".join(parts[:count])))
            if around is not None:
                return joined(around, "/".join(parts[count:]))
        return joined(root, "/".join(parts))


def _around(folder: str) -> Iterator[str]:
    while folder:
        folder = _folder(folder)
        yield folder


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _files(tree: Tree, names: tuple[str, ...]) -> list[str]:
    return [path for path in tree.paths(names) if path.rpartition("/")[2] in names]


def _of_maven(tree: Tree, path: str) -> tuple[str, tuple[str, ...]]:
    """The artifact of a module, and those that it needs."""
    written = _without(_read(tree, path), "<!--", "-->")
    own = _ARTIFACT.search(_without(written, "<parent>", "</parent>"))
    needs = (_ARTIFACT.search(part.partition("</dependency>")[0]) for part in written.split("<dependency>")[1:])
    return own[1] if own else "", tuple(one[1] for one in needs if one is not None)


def _asked(tree: Tree, path: str) -> set[str]:
    """The paths of the projects that a build of Gradle needs."""
    return {said or _spelled(accessor) for said, accessor in _PROJECT.findall(_gradle(tree, path))}


def _gradle(tree: Tree, path: str) -> str:
    return _LINE_COMMENT.sub("", _without(_read(tree, path), "/*", "*/"))


def _without(written: str, begin: str, end: str) -> str:
    """The text without what stands between two marks; what is never closed goes to the end."""
    first, *others = written.split(begin)
    return first + "".join(part.partition(end)[2] for part in others)


def _spelled(accessor: str) -> str:
    """The path of a project as Gradle's `projects.shopTax.api` means it."""
    return ":" + re.sub(r"(?<=[a-z0-9])([A-Z])", r"-\1", accessor).lower().replace(".", ":")


def _read(tree: Tree, path: str) -> str:
    return tree.read(path)[:_LARGEST].decode("utf-8", "replace")
