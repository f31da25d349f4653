"""Where a Rust path leads inside one repository, without running anything: packages and their targets as `Cargo.toml`
has them, and from there down by the `mod` statements.

Hides where the file of a module lies. A file knows neither its crate nor what is above it: those that declare it do,
which is looked up by what every file declares (`declares`). Everything here goes step by step through modules and is
bounded by how deep they lie.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.facts import MACROS
from plumbrule.languages import External, Located, Space, Target, Unresolved
from plumbrule.languages.rust import IN_TEXT
from plumbrule.languages.rust.manifests import Package, packages
from plumbrule.languages.ways import climbed, joined

if TYPE_CHECKING:
    from plumbrule.facts import Import, Interface
    from plumbrule.resolve import Tree

_STANDARD = frozenset(("std", "core", "alloc", "proc_macro", "test"))
_OWN_FOLDER = frozenset(("mod.rs", "lib.rs", "main.rs", "build.rs"))
_DEEPEST = 60  # modules inside each other
_GUESSED = 0.7
_ONLY = 0.9  # of a macro, where the crate has no other one of its name
_MODULE = re.compile(r'mod(?: ([^"]+?))?(?: "(.*)")?')


class _Place(NamedTuple):
    """A module: a file, or what `mod x {}` holds inside it."""

    file: str
    inside: str = ""  # dotted


def declares(path: str, interface: Interface) -> Iterator[str]:
    """What a file tells others of the modules in it: `/rust/mod:FILE#NAME` those that are files, `/rust/in:FILE#NAME`
    those inside it, `/rust/child:FILE` where the former may lie, `/rust/path:FILE` where `#[path]` says that one
    lies, with `#NAME` also which; `/rust/rules#NAME` macros, and `/rust/macro#NAME` those that it exports;
    `/rust/self#NAME` what it calls its own crate, `/rust/text:FILE#NAME` the modules, and `/rust/text:FILE::NAME` the
    crates, whose macros are seen by their plain names in what follows."""
    for row in interface.imports:
        told = _MODULE.fullmatch(row.module) if row.module[:3] == "mod" and row.name else None
        if told is not None:
            yield from _declared_by(path, told[1] or "", told[2], row.name)
            if row.flags & MACROS:
                yield f"/rust/text:{path}#{joined(told[1] or '', row.name).replace('/', '.')}"
        elif row.flags & MACROS:
            yield f"/rust/text:{path}::{row.module}"
        if row.module == "self" and not row.name and row.alias:
            yield f"/rust/self#{row.alias}"
    for symbol in interface.symbols:
        if symbol.kind == "namespace":
            yield f"/rust/in:{path}#{symbol.name}"
        elif "wrapped" in symbol.modifiers:
            name = symbol.name.rpartition(".")[2]
            yield f"/rust/rules#{name}"
            if "macro_export" in symbol.decorators:
                yield f"/rust/macro#{name}"


def _declared_by(path: str, folders: str, way: str | None, name: str) -> Iterator[str]:
    """What a file tells of one module that is a file."""
    dotted = joined(folders, name).replace("/", ".")
    yield f"/rust/mod:{path}#{dotted}"
    if way is None:
        for base in _bases(path, folders):
            yield f"/rust/child:{joined(base, name)}.rs"
            yield f"/rust/child:{joined(base, name)}/mod.rs"
        return
    for base in _bases(path, folders) if folders else (path.rpartition("/")[0],):
        found = climbed(base, way)
        if found is not None:
            yield f"/rust/path:{found}"
            yield f"/rust/path:{found}#{dotted}"


def _bases(path: str, folders: str) -> tuple[str, ...]:
    """The folders in which modules of a file may lie: its own, or the one that is called like it."""
    folder, _, name = path.rpartition("/")
    own = joined(folder, folders)
    if name in _OWN_FOLDER:
        return (own,)
    return own, joined(joined(folder, name.removesuffix(".rs")), folders)


class RustResolver:
    """Binds Rust paths of one tree; see `languages.Resolver` for the contract of each method."""

    is_placed = True

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        files = list(tree.paths((".rs",), excluded=True))  # a root is one whoever reads it
        self._packages = packages(tree, files)
        self._root_of = {root: one for one in self._packages.values() for root in one.roots}
        self._around: dict[str, Package | None] = {}  # by folder, of those that were asked for
        self._roots_in: dict[str, list[str]] = {}
        for root in self._root_of:
            self._roots_in.setdefault(root.rpartition("/")[0], []).append(root)
        self._named = {one.name: one for one in reversed(self._packages.values()) if one.name and one.library}
        self._crates = {one.crate: one for one in self._named.values()}
        # Files that `#[path]` leads to, and who says so.
        self._led = {file: who for file in files if (who := tuple(tree.defining(f"/rust/path:{file}")))}
        self._leads: dict[str, list[str]] = {}
        for file, who in self._led.items():
            for one in who:
                self._leads.setdefault(one, []).append(file)

    def fingerprint(self) -> object:
        return self._packages, self._led

    def packages(self) -> frozenset[str]:
        return frozenset({*self._named, *self._crates})  # of a library called otherwise code knows that name alone

    def provide(self, module: str, name: str) -> str | None:
        head, *rest = module.split(".")
        package = self._crates.get(head)
        if package is None:
            return None
        place, left = self._walk(_Place(package.library), [*rest, *([name] if name not in ("", "*") else [])])
        if len(left) == 1 and (macro := self._macro(package, left[0])):
            return macro
        return place.file

    def may_hold(self, path: str, name: str) -> bool:
        return False

    def locate(self, path: str, statement: Import) -> Target:
        module, name = statement.module, statement.name
        if module.startswith("mod") and (told := _MODULE.fullmatch(module)) and name:
            return self._declared(path, told[1] or "", told[2], name)
        if module.startswith('include "'):
            found = climbed(path.rpartition("/")[0], module[9:-1])
            if found is not None and self._tree.has(found):
                return Located(found)
            return Unresolved("no such file to include")
        if statement.level == IN_TEXT:
            return self._in_text(path, name)
        words = module.split(".") if module else []
        asked = [] if name in ("", "*") else [name]
        begin = self._begin(path, words, is_path=statement.level > 0)
        if not isinstance(begin, tuple):
            return begin
        start, left, confidence = begin
        place, left = self._walk(start, [*left, *asked])
        upward = self._is_above(place.file, path)
        if not left and asked:
            # A module: a file, or something inside one.
            if not place.inside:
                return Located(place.file, is_submodule=True, confidence=confidence, upward=upward)
            around = place.inside.rpartition(".")[0]
            return Located(place.file, inside=around, confidence=confidence, upward=upward)
        if asked and len(left) == 1 and not place.inside:
            package = self._root_of.get(place.file)
            macro = self._macro(package, left[0]) if package is not None else None
            if macro:
                return Located(macro, confidence=confidence)
        within = left[:-1] if asked else left
        inside = ".".join(filter(None, (place.inside, *within)))
        return Located(place.file, inside=inside, confidence=confidence, upward=upward)

    # -- where a path begins --------------------------------------------------------------------------------------

    def _begin(self, path: str, words: list[str], *, is_path: bool) -> Target | tuple[_Place, list[str], float]:
        """The module at which a path begins, what is left of it and how sure that is."""
        head = words[0] if words else ""
        if head == "self":
            return _Place(path), words[1:], 1.0
        if head == "super":
            return self._above(path, words)
        own = self._governing(path)
        root, confidence = self._crate(path) if head == "crate" or own is None or own.old else (None, 1.0)
        if head == "crate":
            if root is None:
                return Unresolved("the crate of this file is not known")
            return _Place(root), words[1:], confidence
        # In the first edition paths begin at the crate's root.
        if root is not None and self._child(_Place(root), head) is not None:
            return _Place(root), words, confidence
        library = self._library(own, head)
        if isinstance(library, str):
            return _Place(library), words[1:], 1.0
        if library is not None or head in _STANDARD:
            return library or External("std")
        if self._child(_Place(path), head) is not None:
            return _Place(path), words, _GUESSED
        if is_path:
            return Space()
        if root is not None and head[:1].isupper():
            return _Place(root), words, confidence
        return External(head)

    def _library(self, own: Package | None, name: str) -> str | External | None:
        """The file of the library, or the package of others, that a package calls so."""
        if own is None:
            return None
        if name in own.needs:
            package, folder = own.needs[name]
            other = self._packages.get(folder) if folder is not None else None
            return other.library if other is not None and other.library else External(package)
        if own.library and (name == own.crate or own.library in self._tree.defining(f"/rust/self#{name}")):
            return own.library
        return None

    def _above(self, path: str, words: list[str]) -> Target | tuple[_Place, list[str], float]:
        place: _Place | None = _Place(path)
        confidence = 1.0
        at = 0
        while at < len(words) and words[at] == "super":
            assert place is not None  # or we had left
            if place.inside:
                place = _Place(place.file, place.inside.rpartition(".")[0])
            else:
                above = self._parent(place.file)
                if above is None and place.file not in self._root_of:
                    above, confidence = self._usual_parent(place.file), _GUESSED
                place = above
            if place is None:
                return Unresolved("'super' leads above the crate's root")
            at += 1
        assert place is not None
        return place, words[at:], confidence

    def _crate(self, path: str) -> tuple[str | None, float]:
        """The root file of the crate that a file belongs to: its package's library, if that is one of several."""
        at, seen = path, {path}
        for _ in range(_DEEPEST):
            if at in self._root_of:
                return at, 1.0
            above = self._parent(at)
            if above is None or above.file in seen:
                break
            at = above.file
            seen.add(at)
        if at.rpartition("/")[2] in _OWN_FOLDER and self._governing(path) is None:
            return at, 1.0  # no manifest says more
        own = self._governing(path)
        if own is None:
            return (at, _GUESSED) if at != path else (None, 1.0)
        # Nobody declares it, or a macro does: most likely it belongs to the root around it that is nearest.
        folder = at.rpartition("/")[0]
        while len(folder) > len(own.folder):
            near = next((one for one in self._roots_in.get(folder, ()) if one.rpartition("/")[2] in _OWN_FOLDER), None)
            if near is not None:
                return near, _GUESSED
            folder = folder.rpartition("/")[0]
        return own.library or next(iter(own.roots), None), _GUESSED

    def _governing(self, path: str) -> Package | None:
        """The package around a file."""
        root = self._root_of.get(path)
        if root is not None:
            return root
        folder = path.rpartition("/")[0]
        if folder not in self._around:
            self._around[folder] = next(
                (one for at in _up(folder) if (one := self._packages.get(at)) and one.name), None
            )
        return self._around[folder]

    # -- from module to module ------------------------------------------------------------------------------------

    def _walk(self, place: _Place, words: list[str]) -> tuple[_Place, list[str]]:
        """As far as the words name modules; the rest is left."""
        for number, word in enumerate(words[:_DEEPEST]):
            below = self._child(place, word)
            if below is None:
                return place, words[number:]
            place = below
        return place, words[_DEEPEST:]

    def _child(self, place: _Place, name: str) -> _Place | None:
        dotted = f"{place.inside}.{name}" if place.inside else name
        if self._tree.is_defined(f"/rust/mod:{place.file}#{dotted}"):
            found = self._file(place.file, dotted)
            if found is not None:
                return _Place(found)
        if self._tree.is_defined(f"/rust/in:{place.file}#{dotted}"):
            return _Place(place.file, dotted)
        return None

    def _file(self, path: str, dotted: str) -> str | None:
        """The file of a module that another file declares."""
        folders, _, name = dotted.rpartition(".")
        base = joined(self._base(path, folders.replace(".", "/")), name)
        for ending in (".rs", "/mod.rs"):
            if self._tree.has(base + ending):
                return base + ending
        for other in self._leads.get(path, ()):
            if path in self._tree.defining(f"/rust/path:{other}#{dotted}"):
                return other
        return None

    def _base(self, path: str, folders: str) -> str:
        folder, _, name = path.rpartition("/")
        if not (name in _OWN_FOLDER or path in self._root_of or path in self._led):
            folder = joined(folder, name.removesuffix(".rs"))
        return joined(folder, folders)

    def _declared(self, path: str, folders: str, way: str | None, name: str) -> Target:
        """Where `mod name;` leads."""
        if way is not None:
            base = self._base(path, folders) if folders else path.rpartition("/")[0]
            found = climbed(base, way)
            if found is not None and self._tree.has(found):
                return Located(found, is_submodule=True)
            return Unresolved(f"no file '{way}' for this module")
        found = self._file(path, ".".join(filter(None, (folders.replace("/", "."), name))))
        return Located(found, is_submodule=True) if found is not None else Unresolved("no file for this module")

    def _parent(self, path: str) -> _Place | None:
        """The module that declares a file; None of a crate's root and of what nobody declares."""
        if path in self._root_of:
            return None
        folder, _, name = path.rpartition("/")
        stem = name.removesuffix(".rs")
        if name == "mod.rs":
            folder, _, stem = folder.rpartition("/")
        for file in sorted(self._tree.defining(f"/rust/child:{path}"), key=self._rank):
            base = self._base(file, "")
            if file == path or not (folder == base or folder.startswith(f"{base}/" if base else "")):
                continue
            inside = folder[len(base) :].strip("/").replace("/", ".")
            dotted = f"{inside}.{stem}" if inside else stem
            if self._tree.is_defined(f"/rust/mod:{file}#{dotted}"):
                return _Place(file, inside)
        for file in self._led.get(path, ()):
            if file != path:
                return _Place(file)
        return None

    def _is_above(self, file: str, path: str) -> bool:
        """Whether a file holds, at whatever depth, the module that another is."""
        base = self._base(file, "")
        if file == path or (base and not path.startswith(f"{base}/") and path not in self._led):
            return False
        at = path
        for _ in range(_DEEPEST):
            above = self._parent(at)
            if above is None or above.file == file:
                return above is not None
            at = above.file
        return False

    def _rank(self, path: str) -> tuple[bool, str]:
        package = self._root_of.get(path)
        return package is not None and path != package.library, path

    def _usual_parent(self, path: str) -> _Place | None:
        """What is most likely above a file that no statement declares: a macro may do so."""
        folder, _, name = path.rpartition("/")
        if name == "mod.rs":
            folder = folder.rpartition("/")[0]
        for file in (f"{folder}.rs", *(joined(folder, usual) for usual in ("mod.rs", "lib.rs", "main.rs"))):
            if file != path and self._tree.has(file):
                return _Place(file)
        return None

    def _in_text(self, path: str, name: str) -> Target:
        """The file of a macro that is called by its plain name: that of the nearest module around, else the only one of
        the crate that has it, or lets others see it. Whether `#[macro_use]` does so is not asked of an only one: else
        it would not compile. Where the crate has none, one of the crates whose macros its root takes."""
        files = self._tree.defining(f"/rust/rules#{name}")
        around, above_it = path, {path}
        for _ in range(_DEEPEST if files else 0):
            above = self._parent(around)
            if above is None:
                break
            around = above.file
            above_it.add(around)
            if around in files and around != path:
                return Located(around)
        own = self._crate(path)[0] if files else None
        near = [file for file in files if own is not None and self._crate(file)[0] == own]
        if not near and own is not None:
            taken = self._taken(path, own, name)
            return Located(taken) if taken else Unresolved("no macro of that name here")
        if len(near) > 1:
            near = [file for file in near if self._shows_macros(file, above_it)]
        return Located(near[0], confidence=_ONLY) if len(near) == 1 else Unresolved("no one macro of that name here")

    def _shows_macros(self, file: str, to: Set[str]) -> bool:
        """Whether every module on the way from a file up to one of these is declared to show its macros."""
        for _ in range(_DEEPEST):
            above = self._parent(file)
            stem = file.removesuffix("/mod.rs").rpartition("/")[2].removesuffix(".rs")
            if above is None or not self._tree.is_defined(
                f"/rust/text:{above.file}#{f'{above.inside}.{stem}' if above.inside else stem}"
            ):
                return False
            if above.file in to:
                return True
            file = above.file
        return False

    def _taken(self, path: str, root: str, name: str) -> str | None:
        """The file of a macro in a crate of this tree whose macros a crate's root takes."""
        own = self._governing(path)
        for crate in (*own.needs, own.crate) if own is not None else ():
            library = self._library(own, crate) if self._tree.is_defined(f"/rust/text:{root}::{crate}") else None
            package = self._root_of.get(library) if isinstance(library, str) else None
            macro = self._macro(package, name) if package is not None else None
            if macro:
                return macro
        return None

    def _macro(self, package: Package, name: str) -> str | None:
        """The file of a package that exports this macro: wherever it lies, it is had from the crate's root."""
        for file in self._tree.defining(f"/rust/macro#{name}"):
            if self._governing(file) == package:
                return file
        return None


def _up(folder: str) -> Iterator[str]:
    """A folder and those around it, up to the root."""
    yield folder
    while folder:
        folder = folder.rpartition("/")[0]
        yield folder
