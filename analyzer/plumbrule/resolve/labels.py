"""Which files the people of a repository did not write: what a program writes, and what others wrote.

Hides where that is said: in the file itself, by its name, by the folders around it and what lies beside them, and in
`.gitattributes`, which has the last word, as linguist has it.
"""

from __future__ import annotations

from plumbrule.languages import is_named_as_generated, is_named_as_vendored
from plumbrule.resolve.attributes import FILE, GENERATED, VENDORED, Attributes
from plumbrule.resolve.tree import Tree

# Folders with no other meaning: by linguist's list, and by what package managers and well-known projects make.
_CERTAIN = frozenset(
    (
        *(f"{first}{between}party" for first in ("3rd", "third") for between in ("", "-", "_")),
        *("node_modules", "bower_components", "jspm_packages", "site-packages", "dist-packages", "Godeps", "Carthage"),
        *("_vendor", "_vendored", "vendored"),
    )
)
# Folders that may be a part of the product too, such as that for the vendors of a shop. What a package manager puts
# into them, and the manifests that make it do so where they lie beside them, tell which is which.
_INSIDE = {"vendor": ("modules.txt", "autoload.php", "composer/installed.json", "config.toml")}
_BESIDE = {
    "vendor": ("composer.json", "Gemfile", "go.mod", "go.work", "Cargo.toml"),
    "Pods": ("Podfile",),
}
# And of these a folder with a license of its own in it, or in a folder below, is another project.
_LICENSED = frozenset({"vendor", "vendors", "external", "externals", "extern", "deps"})
_LICENSES = (
    *(f"{word}{ending}" for word in ("LICENSE", "LICENCE", "COPYING") for ending in ("", ".txt", ".md", ".rst")),
    *("COPYRIGHT", "LICENSE-MIT", "LICENSE.MIT", "LICENSE-APACHE", "MIT-LICENSE", "MIT-LICENSE.txt", "UNLICENSE"),
    *("License", "License.txt", "license", "license.txt", ".cargo-checksum.json"),
)
# Words of linguist's that count at the top, unless it is a package that the project imports by this very name.
_AT_TOP = {"vendor": "vendor/__init__.py", "vendors": "vendors/__init__.py"}
_SIGNS = frozenset(
    name.rpartition("/")[2] for names in (*_INSIDE.values(), *_BESIDE.values(), _LICENSES) for name in names
)


class Labels:
    """The labels of the files of a tree as it stands; another tree needs another one."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._attributes = Attributes(self._content)
        self._folders: dict[str, bool] = {"": False}

    def of(self, path: str) -> tuple[bool | None, bool]:
        """Whether a program writes this file (None: nothing but the file itself can tell), and whether it is a copy of
        another project's."""
        said = self._attributes.of(path)
        generated, vendored = said.get(GENERATED), said.get(VENDORED)
        if generated is None and is_named_as_generated(path):
            generated = True
        if vendored is None:
            vendored = self._is_of_others(path.rpartition("/")[0]) or is_named_as_vendored(path)
        return generated, vendored

    def _is_of_others(self, folder: str) -> bool:
        known = self._folders.get(folder)
        if known is None:
            around, _, name = folder.rpartition("/")
            known = self._folders[folder] = self._is_of_others(around) or self._tells(folder, around, name)
        return known

    def _tells(self, folder: str, around: str, name: str) -> bool:
        if name in _CERTAIN or name.lower() in _CERTAIN:
            return True
        if around.rpartition("/")[2] in _LICENSED and self._holds(folder, _LICENSES):
            return True
        if name not in _LICENSED and name not in _BESIDE:
            return False
        if self._holds(folder, _INSIDE.get(name, ())) or self._holds(around, _BESIDE.get(name, ())):
            return True
        if name in _LICENSED and self._holds(folder, _LICENSES):
            return True
        return folder in _AT_TOP and not self._tree.has(_AT_TOP[folder])

    def _holds(self, folder: str, names: tuple[str, ...]) -> bool:
        return any(self._tree.has(f"{folder}/{name}" if folder else name) for name in names)

    def _content(self, path: str) -> bytes | None:
        return self._tree.read(path) if self._tree.has(path) else None


def may_relabel(path: str, *, changed_only: bool) -> bool:
    """Whether labels of other files can hang on this one; `changed_only` if it was there before and is there still."""
    name = path.rpartition("/")[2]
    return name == FILE or (not changed_only and (name in _SIGNS or path in _AT_TOP.values()))
