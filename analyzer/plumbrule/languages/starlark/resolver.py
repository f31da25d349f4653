"""Where a `load` label leads inside one repository, without running Bazel.

Hides how labels are read. `//` begins at the nearest workspace around the loading file: a folder with a module or
workspace file, else the repository's root. `:` begins at its package: the nearest folder with a build file, as far as
that workspace reaches. Labels of another repository are external, unless that name is this workspace's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from plumbrule.languages import External, Located, Target, Unresolved
from plumbrule.languages.starlark import MANIFESTS

if TYPE_CHECKING:
    from plumbrule.facts import Import
    from plumbrule.resolve import Tree

_BOUNDARIES = (*MANIFESTS, "REPO.bazel", "WORKSPACE.bzlmod")
_PACKAGES = ("BUILD.bazel", "BUILD")
# "@repo//package:file", "@@repo//...", "@repo", "cell//..." and "ext://..."; "//...", "@//..." and ":file" name none.
_LABEL = re.compile(r"(?P<sign>@{0,2})(?P<repo>[\w.~+-]*)(?P<rest>:?//.*|:.*|)", re.DOTALL)
_OWN_NAME = re.compile(
    r"""^(?:module|workspace)\s*\([^()]{0,2000}?\b(?:repo_)?name\s*=\s*["']([\w.-]+)["']""", re.MULTILINE
)
_LARGEST_MANIFEST = 1_000_000


class StarlarkResolver:
    """Binds `load` statements of one tree; see `languages.Resolver` for the contract of each method."""

    is_placed = True

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        names: dict[str, set[str]] = {}
        for path in tree.paths(MANIFESTS):
            folder, _, name = path.rpartition("/")
            if name in MANIFESTS:
                names.setdefault(folder, set()).update(_own_names(tree, path))
        self._names = {folder: frozenset(own) for folder, own in names.items() if own}

    def fingerprint(self) -> object:
        return self._names

    def may_hold(self, path: str, name: str) -> bool:
        return False  # a file says itself what it offers

    def packages(self) -> frozenset[str]:
        """Repository names under which this one's root workspace is loaded."""
        return self._names.get("", frozenset())

    def provide(self, module: str, name: str) -> str | None:
        found = _LABEL.fullmatch(module)
        if found is None or not found["rest"].startswith(("//", ":")):
            return None
        return next((path for path in _candidates("", "", found["rest"]) if self._tree.has(path)), None)

    def locate(self, path: str, statement: Import) -> Target:
        folder = path.rpartition("/")[0]
        root = self._above(folder, "", _BOUNDARIES) or ""
        label = statement.module
        found = _LABEL.fullmatch(label)
        rest = label
        if found is not None and (found["sign"] or "//" in found["rest"]):
            repo = found["repo"].partition("~")[0].partition("+")[0]
            if repo and repo not in self._names.get(root, ()):
                return External(repo)
            rest = found["rest"] or f"//:{repo}"
        package = self._above(folder, root, _PACKAGES)
        for candidate in _candidates(root, folder if package is None else package, rest):
            if self._tree.has(candidate):
                return Located(candidate)
        return Unresolved(f"no file for the label '{label}' in this repository")

    def _above(self, folder: str, root: str, names: tuple[str, ...]) -> str | None:
        """The nearest folder from `folder` up to `root` that holds one of these files."""
        while True:
            if any(self._tree.has(_join(folder, name)) for name in names):
                return folder
            if folder == root:
                return None
            folder = folder.rpartition("/")[0]


def _candidates(root: str, package: str, rest: str) -> Iterator[str]:
    """Files that the part of a label after its repository may mean: "//package:file", "//package", ":file", "file"."""
    path, colon, file = rest.lstrip("/").partition(":")
    base = _join(root, path) if rest.startswith("/") else _join(package, path)
    if colon:
        yield _join(base, file)
    elif path:
        yield base  # Buck, lucicfg and others name the file so; in Bazel "//a/b" is short for "//a/b:b"
        yield _join(base, path.rpartition("/")[2])


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder and name else folder or name


def _own_names(tree: Tree, path: str) -> list[str]:
    try:
        written = tree.read(path)
    except (KeyError, OSError, ValueError):
        return []
    return _OWN_NAME.findall(written.decode("utf-8", "replace")) if len(written) <= _LARGEST_MANIFEST else []
