"""The modules of the builds of Maven and Gradle: which folder each has, and which other ones it needs.

Hides how a build says so. Build files are read as text and never run; what a script computes is not known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plumbrule.languages.java import MANIFESTS
from plumbrule.languages.ways import climbed, joined

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

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
