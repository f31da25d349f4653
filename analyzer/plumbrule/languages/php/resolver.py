r"""Where a full PHP name leads inside one repository: who defines it, and of several whom Composer would load.

Hides `composer.json`: PSR-4 and PSR-0 folders, class maps, files, packages inside the tree, and which package of a
registry a namespace belongs to.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.languages import External, Located, Space, Target, Unresolved, is_test
from plumbrule.languages.php import MANIFESTS
from plumbrule.languages.php.facts import GLOBAL_TOO
from plumbrule.languages.php.standing import CLASSES, EXTENSIONS, FUNCTIONS
from plumbrule.languages.ways import climbed, joined, nearest

if TYPE_CHECKING:
    from plumbrule.facts import Import, Interface
    from plumbrule.resolve import Tree

_LARGEST_MANIFEST = 1_000_000
_LARGEST_LOCK = 10_000_000
_ENDINGS = (".php", ".inc", "")
_SEPARATOR = "\\"
_GUESSED = 0.8  # one of several files that define a name, and none is where Composer would look


class _Package(NamedTuple):
    folder: str
    name: str  # "" if it has none
    psr4: tuple[tuple[str, str], ...]  # (prefix of names, folder)
    psr0: tuple[tuple[str, str], ...]
    mapped: tuple[str, ...]  # files and folders whose classes and functions are loaded by name or always
    required: tuple[str, ...]


class PhpResolver:
    """Binds PHP names of one tree; see `languages.Resolver` for the contract of each method."""

    is_placed = True

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._packages = [
            package
            for path in tree.paths((MANIFESTS[0],))
            if path.rpartition("/")[2] == MANIFESTS[0] and (package := _package(tree, path)) is not None
        ]
        self._folders: dict[str, list[str]] = {}  # by prefix of names, as PSR-4 has it
        self._older: dict[str, list[str]] = {}  # the same for PSR-0
        for package in self._packages:
            for prefix, folder in package.psr4:
                self._folders.setdefault(prefix, []).append(folder)
            for prefix, folder in package.psr0:
                self._older.setdefault(prefix, []).append(folder)
        self._mapped = tuple(sorted({where for package in self._packages for where in package.mapped}))
        self._locked: dict[str, str] = {}  # package of a registry by prefix of names
        for path in tree.paths((MANIFESTS[1],)):
            if path.rpartition("/")[2] == MANIFESTS[1]:
                self._locked.update(_locked(tree, path))
        self._required = sorted({name for package in self._packages for name in package.required})
        self._requires: dict[str, list[str]] = {}  # by vendor
        for name in self._required:
            self._requires.setdefault(_plain(name.partition("/")[0]), []).append(name)

    def fingerprint(self) -> object:
        return self._packages, self._locked

    def packages(self) -> frozenset[str]:
        own = [package for package in self._packages if "vendor" not in package.folder.split("/")]
        names = {package.name for package in own if package.name}
        return frozenset(names | {prefix.rstrip("\\") for package in own for prefix, _ in package.psr4 if prefix})

    def provide(self, module: str, name: str) -> str | None:
        full = _full(module, name)
        if not any(prefix and full.startswith(prefix) for prefix in (*self._folders, *self._older)):
            return None
        found = self._defining("", full)
        return found.path if isinstance(found, Located) else None

    def may_hold(self, path: str, name: str) -> bool:
        return False

    def locate(self, path: str, statement: Import) -> Target:
        if not statement.name:
            return self._included(path, statement.module)
        full = _full(statement.module, statement.name)
        if "\\" not in full and full in CLASSES:
            return External("php")
        found = self._defining(path, full)
        if found is None and statement.level == GLOBAL_TOO:
            found = self._defining(path, statement.name)
        if found is not None:
            return found
        for file in self._expected(full):
            if self._tree.has(file):
                return Located(file)
        if self._tree.is_defined(f"/php/{full}\\"):
            return Space()
        return self._missing(full, statement)

    def _missing(self, full: str, statement: Import) -> Target:
        """What a name is that nothing here defines."""
        if "\\" not in full and (full in EXTENSIONS or full.encode() in FUNCTIONS):
            return External("php")
        if statement.level == GLOBAL_TOO:
            return Unresolved(f"no function '{statement.name}' here")
        for prefix in _prefixes(full):
            if prefix in self._locked:
                return External(self._locked[prefix])
            folders = self._folders.get(prefix) or self._older.get(prefix)
            if folders and prefix and any(self._tree.is_dir(folder) for folder in folders):
                return Unresolved(f"nothing in '{folders[0] or '.'}' defines it, where composer.json has {prefix}")
        around = full.rpartition("\\")[0]
        if around and self._tree.is_defined(f"/php/{around}\\"):
            return Unresolved(f"the namespace {around} is here and does not have it")
        return External(self._package_of(full))

    def _package_of(self, full: str) -> str:
        """The package of a registry that a name most likely comes from."""
        vendor, *rest = full.split("\\")
        required = self._requires.get(_plain(vendor), ())
        if len(required) == 1:
            return required[0]
        words = [_plain(part) for part in rest[:3]]
        best = [name for name in required if _plain(name.partition("/")[2]) in {*words, "".join(words[:2])}]
        return best[-1] if best else vendor

    def _defining(self, path: str, full: str) -> Located | Unresolved | None:
        """The file that defines a name; of several the one that Composer would load, else the one that is nearest."""
        files = self._tree.defining(f"/php/{full}")
        left_out = self._tree.excluded(f"{full.rpartition(_SEPARATOR)[2]}.php")
        if left_out:
            # What Composer would load and nobody may read is meant all the same, whoever else defines it.
            first = next((file for file in self._expected(full) if file in files or file in left_out), "")
            if first in left_out:
                return Located(first)
        if not files:
            return None
        if len(files) == 1:
            return Located(files[0])
        expected = [file for file in dict.fromkeys(self._expected(full)) if file in files]
        mapped = [
            file for file in files if f"{file}/".startswith(tuple(f"{where}/" for where in self._mapped if where))
        ]
        folder = path.rpartition("/")[0]
        if not is_test(f"{folder}/Any.php"):  # the folder is asked for, whichever of its files does
            files = [file for file in files if not is_test(file)] or files
        near = nearest(folder, expected or mapped or files)
        if len(near) > 1:
            return Unresolved(f"several files define it, such as {near[0]} and {near[1]}: nothing says which")
        return Located(near[0], confidence=1.0 if expected or len(mapped) == 1 else _GUESSED)

    def _expected(self, full: str) -> Iterator[str]:
        """Where the autoload sections let one look for a class."""
        for prefix in _prefixes(full):
            for folder in self._folders.get(prefix, ()):
                yield joined(folder, full[len(prefix) :].replace("\\", "/") + ".php")
            for folder in self._older.get(prefix, ()):
                space, _, name = full.rpartition("\\")
                there = f"{space}\\".replace("\\", "/") if space else ""
                yield joined(folder, f"{there}{name.replace('_', '/')}.php")

    def _included(self, path: str, said: str) -> Target:
        folder = path.rpartition("/")[0]
        starts = [folder] if said.startswith("./") else [folder, self._governing(folder), ""]
        for start in dict.fromkeys(starts):
            where = climbed(start, said)
            if where is None:
                continue
            if where and self._tree.has(where):
                return Located(where)
        where = climbed(folder, said)
        if where is not None and f"/{where}".find("/vendor/") >= 0:
            return External("composer")  # what it installs is not in the repository
        if said.startswith("/") or not (said.startswith("./") or "/" in said or said.endswith(_ENDINGS[:2])):
            return External("php")
        return Unresolved("no such file")

    def _governing(self, folder: str) -> str:
        """The folder of the package around a folder."""
        folders = {package.folder for package in self._packages}
        while folder and folder not in folders:
            folder = folder.rpartition("/")[0]
        return folder


def _full(module: str, name: str) -> str:
    return f"{module}\\{name}" if module else name


def _prefixes(full: str) -> Iterator[str]:
    """The namespaces around a name, the innermost first, as `composer.json` spells them."""
    at = len(full)
    while (at := full.rfind("\\", 0, at)) >= 0:
        yield full[: at + 1]
        yield full[:at]
    yield from (full[: at + 1] for at in (full.find("_"),) if at > 0)
    yield ""


def _plain(word: str) -> str:
    return word.lower().replace("-", "").replace("_", "")


def _read(tree: Tree, path: str, limit: int) -> dict[str, object]:
    written = tree.read(path)
    if len(written) > limit:
        return {}
    try:
        found = json.loads(written.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _package(tree: Tree, path: str) -> _Package | None:
    said = _read(tree, path, _LARGEST_MANIFEST)
    if not said:
        return None
    folder = path.rpartition("/")[0]
    psr4: list[tuple[str, str]] = []
    psr0: list[tuple[str, str]] = []
    mapped: list[str] = []
    for section in ("autoload", "autoload-dev"):
        rules = said.get(section)
        for kind, found in (("psr-4", psr4), ("psr-0", psr0)):
            found += [
                (prefix, where)
                for prefix, way in _pairs(rules.get(kind) if isinstance(rules, dict) else None)
                if (where := climbed(folder, way)) is not None
            ]
        for kind in ("classmap", "files"):
            listed = rules.get(kind) if isinstance(rules, dict) else None
            ways = [way for way in listed if isinstance(way, str)] if isinstance(listed, list) else []
            mapped += [where for way in ways if (where := climbed(folder, way)) is not None]
    name = said.get("name")
    required = [
        package for section in ("require", "require-dev") for package, _ in _pairs(said.get(section)) if "/" in package
    ]
    return _Package(
        folder, name if isinstance(name, str) else "", tuple(psr4), tuple(psr0), tuple(mapped), tuple(required)
    )


def _locked(tree: Tree, path: str) -> Iterator[tuple[str, str]]:
    """(prefix of names, package) of what is installed beside this tree."""
    said = _read(tree, path, _LARGEST_LOCK)
    for section in ("packages", "packages-dev"):
        listed = said.get(section)
        for package in listed if isinstance(listed, list) else ():
            name, rules = (package.get("name"), package.get("autoload")) if isinstance(package, dict) else (None, None)
            if not isinstance(name, str) or not isinstance(rules, dict):
                continue
            for kind in ("psr-4", "psr-0"):
                yield from ((prefix, name) for prefix, _ in _pairs(rules.get(kind)) if prefix)


def _pairs(said: object) -> Iterator[tuple[str, str]]:
    """The entries of an object of texts, or of lists of them."""
    for key, value in said.items() if isinstance(said, dict) else ():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(key, str) and isinstance(one, str):
                yield key, one


def declares(path: str, interface: Interface) -> Iterable[str]:
    r"""`/php/FULL\NAME` of what others can name: classes, functions, constants; `/php/FULL\` of its namespaces."""
    spaces = interface.spaces
    starts = [first for _, first, _ in spaces]
    named: set[str] = set()
    for space, _, _ in spaces:
        while space and space not in named:
            named.add(space)
            yield f"/php/{space}\\"
            space = space.rpartition("\\")[0]
    for symbol in interface.symbols:
        if symbol.parent >= 0 or symbol.kind == "method":
            continue
        at = bisect_right(starts, symbol.line) - 1
        around = spaces[at][0] if at >= 0 else ""
        yield f"/php/{around}\\{symbol.name}" if around else f"/php/{symbol.name}"
