"""Where a Go import leads inside one repository: modules, `replace`, workspaces, folders that no `go.mod` governs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.languages import External, Located, Space, Target, Unresolved, is_test
from plumbrule.languages.go import MANIFESTS
from plumbrule.languages.go.constraints import TAGS, builds, declared, one_built_with
from plumbrule.languages.ways import climbed, joined

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from plumbrule.facts import Import, Interface
    from plumbrule.resolve import Tree

_LARGEST_MANIFEST = 1_000_000
_IN_SOME = 0.8  # of a file that is built with the one that asks in the usual build, and not in others
_COMMENT = re.compile(r"//[^\n]*")
_QUOTED = r"[\"`]?([^\s\"`()]+)[\"`]?"
_MODULE = re.compile(rf"^[^\S\n]*module\s+{_QUOTED}", re.MULTILINE)
_BLOCK = re.compile(r"^[^\S\n]*(require|replace)\s*(?:\(([^()]*)\)|([^\n(]+))", re.MULTILINE)
_REPLACED = re.compile(rf"^[^\S\n]*{_QUOTED}(?:\s+v\S+)?\s*=>\s*{_QUOTED}", re.MULTILINE)
_REQUIRED = re.compile(rf"^[^\S\n]*{_QUOTED}\s+v\S+", re.MULTILINE)


def declares(path: str, interface: Interface) -> Iterable[str]:
    """`/go/FOLDER` of a package that can be imported, and `/go/FOLDER#NAME` of what is in it; of what only its tests
    see `/go/FOLDER:test#NAME`, and of what only tests see that are a package of their own `/go/FOLDER:PACKAGE#NAME`.
    `/go/FOLDER:main` of a program: one that makes code often lies in the folder of a package and is none of it. Of a
    method of a type of another file its name behind that of the type, and `/go+FOLDER#TYPE`."""
    folder, _, called = path.rpartition("/")
    space = f"/go/{path.rpartition('/')[0]}"
    package = interface.spaces[0][0] if interface.spaces else ""
    if path.endswith("_test.go"):
        space = f"{space}:{package if package.endswith('_test') else 'test'}"
    else:
        space = f"{space}:main" if package == "main" else space
        yield space
    for condition, _, _ in interface.spaces[1:]:
        yield from declared(path, builds(called, condition))
    own = {symbol.name for symbol in interface.symbols if symbol.parent < 0}
    for symbol in interface.symbols:
        if symbol.parent >= 0:
            continue
        owner = symbol.name.partition(".")[0]
        if symbol.kind != "method" or owner not in own:
            yield f"{space}#{symbol.name}"
        if symbol.kind == "method" and owner not in own:
            yield f"/go+{folder}#{owner}"


class _Module(NamedTuple):
    folder: str
    path: str  # as imports spell it; "" if it has none
    replaced: Mapping[str, str]  # other modules that lie in this tree: folders by path
    required: frozenset[str]


class GoResolver:
    """Binds Go imports of one tree; see `languages.Resolver` for the contract of each method."""

    is_placed = True

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        manifests = [path for path in tree.paths(("go.mod",)) if path.rpartition("/")[2] == MANIFESTS[0]]
        self._modules = {module.folder: module for module in (_module(tree, path) for path in manifests)}
        # A module in another one's test data or copies is no neighbour that one imports by name.
        self._named = dict(sorted(((m.path, m.folder) for m in self._modules.values() if m.path), reverse=True))
        # Folders with code that could not be read: what their packages lack is not known.
        self._half_read = {file.rpartition("/")[0] for file in tree.paths((".go",)) if not tree.has_facts(file)}

    def fingerprint(self) -> object:
        return self._modules, self._half_read

    def packages(self) -> frozenset[str]:
        return frozenset(self._named)

    def provide(self, module: str, name: str) -> Located | None:
        around = _around(self._named, module)
        if around is None:
            return None
        space = joined(self._named[around], module[len(around) + 1 :])
        if not name or name == "*":
            entry = self._entry(space)
            return Located(entry) if entry is not None else None
        found = self._defining("", "", f"/go/{space}#{name}")
        return Located(found.path, called=name) if isinstance(found, Located) else None

    def may_hold(self, path: str, name: str) -> bool:
        return False

    def locate(self, path: str, statement: Import) -> Target:
        folder = path.rpartition("/")[0]
        package, _, tags = statement.module.partition(TAGS)
        if not package or package == "main" or package.endswith("_test"):
            return self._own(path, package, tags, statement.name)
        own = self._governing(folder)
        module = statement.module
        if module.startswith("."):
            found = self._folder(folder, own, module)
        else:
            key = "/go", own.folder if own is not None else "/", module
            found = self._tree.once(key, lambda: self._folder(folder, own, module))
        if not isinstance(found, str):
            return found
        if statement.name in ("", "*"):
            entry = self._entry(found)
            if entry is not None:
                return Space(entry, whole=f"/go/{found}" if self._is_whole(folder, found, statement.module) else "")
            return Unresolved(f"no Go package in folder '{found}'")
        # Tests from outside import even a program, and what the tests inside their own package add to it.
        for space in ("", ":main", *((":test",) if found == folder else ())):
            known = self._defining(path, "", f"/go/{found}{space}#{statement.name}")
            if known is not None:
                return known
        return Unresolved(f"no '{statement.name}' in '{found}'")

    def _is_whole(self, folder: str, package: str, module: str) -> bool:
        """Whether all that an import from a folder finds in a package is what lies in the folder of that: a module that
        is not this one, and not put in another's place, is taken in a released version, which may have other names."""
        own = self._governing(folder)
        if own is None or package in self._half_read or self._tree.excluded(f"{package}/"):
            return False
        return _around(own.replaced, module) is not None or self._governing(package) == own

    def _own(self, path: str, package: str, tags: str, name: str) -> Target:
        """What a file's own package holds; an external test package lies in the same folder."""
        if name == "*":
            return Space()
        folder = path.rpartition("/")[0]
        spaces = ("", ":test") if not package else (":main", ":test") if package == "main" else (f":{package}",)
        for space in spaces:
            found = self._defining(path, tags, f"/go/{folder}{space}#{name}")
            if isinstance(found, Located) and "." in name:
                return Located(found.path, called=name, confidence=found.confidence)
            if isinstance(found, Located) and self._tree.is_defined(f"/go+{folder}#{name}"):
                return Space(found.path)  # of a type with methods in several files each is asked for by its own name
            if found is not None:
                return found
        return Unresolved(f"no '{name}' in this package")

    def _defining(self, path: str, tags: str, what: str) -> Located | Unresolved | None:
        """The file that defines it, of several the one that is built together with the file that asks."""
        files = self._tree.defining(what)
        if len(files) < 2:
            return Located(files[0]) if files else None
        found = one_built_with(self._tree, path, tags, files)
        if found is None:
            return Unresolved("several files define it, each for builds of its own")
        return Located(found[0], confidence=1.0 if found[1] else _IN_SOME)

    def _entry(self, folder: str) -> str | None:
        """The file that stands for a package: where its documentation is, else the first one."""
        files = self._tree.defining(f"/go/{folder}")
        left_out = (file for file in self._tree.excluded(f"{folder}/") if file.endswith(".go") and not is_test(file))
        files = sorted([*files, *left_out]) or self._tree.defining(f"/go/{folder}:main")
        usual = joined(folder, "doc.go"), joined(folder, f"{folder.rpartition('/')[2]}.go")
        return next((file for file in usual if file in files), files[0] if files else None)

    def _folder(self, folder: str, own: _Module | None, module: str) -> str | External | Unresolved:
        """The folder of this tree that an import path names: the same in all of a module, unless the path says where it
        leads from here."""
        if module.startswith(("./", "../")) or module in (".", ".."):
            return climbed(folder, module) or Unresolved(f"'{module}' leads above the repository's root")
        around = _around(own.replaced, module) if own is not None else None
        if own is not None and around is not None:
            return joined(own.replaced[around], module[len(around) + 1 :])
        if own is not None:
            copied = joined(own.folder, f"vendor/{module}")
            if self._tree.is_defined(f"/go/{copied}") and not (own.path and _below(own.path, module) is not None):
                return copied
        here = self._named_folder(own, module)
        if here is not None:
            return here
        if "." not in module.partition("/")[0]:
            return External(module)
        return self._guessed(own, module) or External(self._package(own, module))

    def _named_folder(self, own: _Module | None, module: str) -> str | None:
        """The folder of a module of this tree that is imported by its name."""
        around = _around(self._named, module)
        if around is None:
            return None
        where = self._named[around]
        found = joined(where, module[len(around) + 1 :])
        # Else a released version of it is meant, which may hold other packages.
        here = self._tree.is_dir(found) or own is None or own.folder == where
        return found if here else None

    def _guessed(self, own: _Module | None, module: str) -> str | None:
        """The folder of a package where no module has a name: what its path ends in."""
        if own is not None and own.path:
            return None
        parts = module.split("/")
        ends = ("/".join(parts[at:]) for at in range(1, len(parts)))
        return next((end for end in ends if self._tree.is_defined(f"/go/{end}")), None)

    def _package(self, own: _Module | None, module: str) -> str:
        """The module that an import path belongs to, as `go.mod` requires it, else as hosts name repositories."""
        required = _around(own.required, module) if own is not None else None
        return required or "/".join(module.split("/")[:3])

    def _governing(self, folder: str) -> _Module | None:
        """The module around a folder."""
        while True:
            module = self._modules.get(folder)
            if module is not None or not folder:
                return module
            folder = folder.rpartition("/")[0]


def _module(tree: Tree, path: str) -> _Module:
    folder = path.rpartition("/")[0]
    written = _COMMENT.sub("", tree.read(path)[:_LARGEST_MANIFEST].decode("utf-8", "replace"))
    said = _MODULE.search(written)
    replaced: list[tuple[str, str]] = []
    required: list[str] = []
    for kind, block, line in _BLOCK.findall(written):
        if kind == "require":
            required += _REQUIRED.findall(block or line)
            continue
        for old, new in _REPLACED.findall(block or line):
            where = climbed(folder, new) if new.startswith(("./", "../")) or new in (".", "..") else None
            if where is not None:
                replaced.append((old, where))
    return _Module(folder, said[1] if said else "", dict(reversed(replaced)), frozenset(required))


def _around(modules: Container[str], package: str) -> str | None:
    """The longest of these paths of modules that an import path is of, or goes on from."""
    while package not in modules:
        package, slash, _ = package.rpartition("/")
        if not slash:
            return None
    return package


def _below(path: str, module: str) -> str | None:
    """What an import path adds to that of a module; None if it is not in it."""
    if module == path:
        return ""
    return module[len(path) + 1 :] if module.startswith(path + "/") else None
