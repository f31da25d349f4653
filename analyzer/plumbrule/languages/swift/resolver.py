"""Where a Swift name leads inside one repository: to the file of a module that defines it.

Hides what a module is: a target of a package or an Xcode project, a pod, else a folder as packages have them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from plumbrule.facts import REEXPORT
from plumbrule.languages import External, Located, Space, Target, Unresolved, is_test
from plumbrule.languages.swift import MEMBER, OWN
from plumbrule.languages.swift.manifests import Module, packages, pods, projects
from plumbrule.languages.ways import joined, shared

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from plumbrule.facts import Import, Interface
    from plumbrule.resolve import Tree

_TYPES = ("class", "interface", "enum", "type")
_UNNAMED = (".init", ".subscript", ".deinit")  # of which a type has many, told apart by what they are given
_HOMES = ("Sources", "Source", "Tests", "Plugins")
_PROJECT = ".pbxproj#"  # in the home of a target of one
_MOST_COMPARED = 200  # files that declare one name
_LARGEST_SOURCE = 1_000_000
_EXPORT = re.compile(
    rb"^[ \t]*@_exported\s+import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)", re.MULTILINE
)
# What stands before names in the words of `declares`: of those that a file offers to its module and to tests, to
# everyone, and of types in types by their last names.
_SEEN, _OFFERED, _INNER = "/swift/", "/swift/public:", "/swift?"
_KEPT = "/swift!"  # of members that no other file sees
_SOMETIMES = "/swift~"  # of what stands under a condition for the compiler
_OF_SEVERAL = 0.5  # one of those between which a build or the arguments choose
_UNKNOWN = Unresolved("no such name in this repository")


def declares(path: str, interface: Interface) -> Iterable[str]:
    """`/swift/NAME` of what the other files of a module see, `/swift/TYPE.NAME` of types in types and of members that
    extensions give to types of other files; of what other modules see `/swift/public:NAME` as well. `/swift+TYPE` of a
    type that is extended, `/swift?NAME` of types in types by their last name, `/swift!TYPE.NAME` of members that no
    other file sees, `/swift~NAME` of what the compiler takes under a condition, and `/swift:exported` of a file that
    offers what it imports."""
    if any(row.flags & REEXPORT for row in interface.imports):
        yield "/swift:exported"
    for symbol in interface.symbols:
        name = symbol.name
        is_inner = symbol.parent >= 0
        if symbol.visibility == "private" and is_inner:
            yield _KEPT + name
        if symbol.visibility == "private" or (is_inner and symbol.kind not in _TYPES) or name.endswith(_UNNAMED):
            continue
        yield _SEEN + name
        if interface.guessed and any(begin <= symbol.line <= end for begin, end in interface.guessed):
            yield _SOMETIMES + name
        if symbol.visibility == "public":
            yield _OFFERED + name
        if "." in name:
            around, _, last = name.rpartition(".")
            if symbol.kind in _TYPES:
                yield _INNER + last
            if not is_inner:
                yield f"/swift+{around}"


class SwiftResolver:
    """Binds Swift names of one tree; see `languages.Resolver` for the contract of each method."""

    is_placed = True

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        packaged = packages(tree)
        self._projects = projects(tree)
        self._modules = [module for _, found in sorted(packaged.items()) for module in found]
        homes = {module.home.rpartition("/")[0] for module in self._modules}
        self._modules += [module for module in pods(tree) if module.folder not in homes]
        self._under: dict[str, list[Module]] = defaultdict(list)
        for module in self._modules:
            self._under[module.folder].append(module)
        self._by_file: dict[str, list[Module]] = defaultdict(list)
        self._in_folder: dict[str, set[Module]] = defaultdict(set)
        for _, targets in sorted(self._projects.items()):
            for module, files in targets:
                for file in sorted(files):
                    self._by_file[file].append(module)
                    self._in_folder[file.rpartition("/")[0]].add(module)
                for folder in module.sources:
                    self._under[folder].append(module)
        for module in self._modules:
            for file in module.sources:
                if file.endswith(".swift"):
                    self._in_folder[file.rpartition("/")[0]].add(module)
        self._named: dict[str, list[Module]] = defaultdict(list)
        for module in (*self._modules, *(one for found in self._projects.values() for one, _ in found)):
            self._named[module.name].append(module)
        self._guessed = self._guess(tree)
        for module in self._guessed:
            self._named[module.name].append(module)
        self._of_file: dict[str, tuple[Module, ...]] = {}
        self._of_folder: dict[str, tuple[Module, ...]] = {}
        self._friends: dict[str, bool] = {}
        self._entries: dict[str, str] = {}  # files by the module that they stand for
        self._exported = self._reexports(tree)

    def _guess(self, tree: Tree) -> tuple[Module, ...]:
        """Folders that look as if a package had them, where no manifest says so."""
        found = set()
        for path in tree.paths((".swift",)):
            if self._manifested(path):
                continue
            folder = _guessed_folder(path)
            if folder:
                home, _, name = folder.rpartition("/")
                found.add(Module(name, folder, "", home.rpartition("/")[2] == "Tests"))
        return tuple(sorted(found))

    def _reexports(self, tree: Tree) -> dict[str, tuple[str, ...]]:
        """The modules that one offers with itself, by its name."""
        found: dict[str, set[str]] = defaultdict(set)
        for path in tree.defining("/swift:exported"):
            for module in self._modules_of(path):
                found[module.name].update(_exported_in(tree.read(path)[:_LARGEST_SOURCE]))
        return {name: tuple(sorted(names)) for name, names in found.items()}

    def fingerprint(self) -> object:
        return self._modules, self._projects, self._guessed, self._exported

    def packages(self) -> frozenset[str]:
        return frozenset(module.name for found in self._named.values() for module in found if not module.is_test)

    def provide(self, module: str, name: str) -> Located | None:
        offering = tuple(one for one in self._offering(module, "") if not one.is_test)
        if not offering:
            return None
        if name in ("", "*"):
            entry = self._entry(module, offering)
            return Located(entry) if entry else None
        # The module may be said before the name, and be called like one of its types.
        for called in (name, name.removeprefix(f"{module}.")):
            file = self._best("", offering, called, is_friend=False)
            if file is not None:
                return Located(file, called=called)
        return None

    def _entry(self, name: str, modules: Sequence[Module]) -> str:
        """The file that stands for a module: the manifest that tells of it if that is code, else the file that is
        called like it, else its first one; "" if it has none."""
        manifest = next((one.home for one in modules if one.name == name and one.home.endswith(".swift")), "")
        if manifest:
            return manifest
        if name not in self._entries:
            files = (path for path in self._tree.paths((".swift",)) if self._is_of(path, modules))
            ranked = ((path.rpartition("/")[2] != f"{name}.swift", path.count("/"), path) for path in files)
            self._entries[name] = min(ranked, default=(True, 0, ""))[-1]
        return self._entries[name]

    def may_hold(self, path: str, name: str) -> bool:
        return True

    def locate(self, path: str, statement: Import) -> Target:
        folder = path.rpartition("/")[0]
        module, name = statement.module, statement.name
        if statement.level == MEMBER:
            return self._member(folder, module, name)
        if statement.level == OWN:
            return self._seen(folder, module, name)
        head = module.partition(".")[0]
        offered = self._offering(head, folder)
        if not offered:
            return External(head)
        if name in ("", "*"):
            header = next((path for one in offered if self._tree.has(path := f"{one.folder}/include/{head}.h")), None)
            among = _SEEN if self._is_friend(folder) else _OFFERED
            return Located(header) if header is not None else Space(among=among, itself=head)
        is_friend = self._is_friend(folder)
        if name == head or name.startswith(f"{head}."):
            found = self._of_modules(folder, offered, name, is_friend=is_friend)
            if found is not _UNKNOWN:
                return found
            # A name that says its module.
            return (
                Space()
                if name == head
                else self._of_modules(folder, offered, name.partition(".")[2], is_friend=is_friend)
            )
        return self._of_modules(folder, offered, name, is_friend=is_friend)

    # -- names ----------------------------------------------------------------------------------------------------

    def _seen(self, folder: str, around: str, name: str) -> Target:
        """What a name means without an import: in types, or in the module."""
        own = self._own(folder)
        if name == "*":
            return Space(among=_INNER) if around else Space(among=_SEEN, itself=own[0].name)
        if not around:
            found = self._of_modules(folder, own, name, is_friend=True)
            if found is not _UNKNOWN or own[0].name != name.partition(".")[0]:
                return found
            return Space() if "." not in name else self._of_modules(folder, own, name.partition(".")[2], is_friend=True)
        if not self._tree.is_defined(_INNER + name):
            return _UNKNOWN
        for holder in around.split(","):
            parts = holder.split(".")
            for size in range(len(parts), 0, -1):
                whole = f"{'.'.join(parts[:size])}.{name}"
                file = self._best(folder, own, whole, is_friend=True)
                if file is not None:
                    return Located(file, called=whole, confidence=self._share(own, whole, file))
        return _UNKNOWN

    def _member(self, folder: str, holder: str, name: str) -> Target:
        """The file that may have a member of a type of one's own module: an extension that does, else the type's."""
        own, whole = self._own(folder), f"{holder}.{name}"
        file = self._best(folder, own, whole, is_friend=True) or self._best(folder, own, holder, is_friend=True)
        if file is None or file in self._tree.defining(_KEPT + whole):
            return _UNKNOWN
        return Located(file, called=whole, confidence=self._share(own, whole, file))

    def _of_modules(self, folder: str, modules: Sequence[Module], name: str, *, is_friend: bool) -> Target:
        """What modules have under a name; of a type with extensions its members are asked for one by one."""
        file = self._best(folder, modules, name, is_friend=is_friend)
        if file is None and "." in name:  # another module than the type's may extend it
            file = self._best(folder, self._own(folder), name, is_friend=True)
            file = file or self._best(folder, None, name, is_friend=False)
        if file is None:
            left_out = self._left_out(modules, name)
            return Located(left_out) if left_out is not None else _UNKNOWN
        share = self._share(modules, name, file)
        if share == 1.0 and "." not in name and self._tree.is_defined(f"/swift+{name}"):
            return Space(file)
        return Located(file, called=name if "." in name else "", confidence=share)

    def _best(self, folder: str, modules: Sequence[Module] | None, name: str, *, is_friend: bool) -> str | None:
        """The file of these modules, or of any, that defines it."""
        files = self._tree.defining((_SEEN if is_friend else _OFFERED) + name)
        sometimes = self._tree.defining(_SOMETIMES + name) if len(files) > 1 else ()
        ranked = []
        for file in files[:_MOST_COMPARED]:
            if modules is not None and not self._is_of(file, modules):
                continue
            stem = file.rpartition("/")[2].partition(".")[0]
            # A member is the likeliest to be where its type is, and that where the file is called like it.
            is_elsewhere = stem not in (name, name.rpartition(".")[0].rpartition(".")[2])
            ranked.append((-shared(folder, file.rpartition("/")[0]), file in sometimes, is_elsewhere, len(file), file))
        return min(ranked)[-1] if ranked else None

    def _share(self, modules: Sequence[Module], name: str, file: str) -> float:
        """How sure it is that this file of those that define a name is meant: neither conditions nor the arguments
        that tell one overload from another are compared."""
        files = self._tree.defining(_SEEN + name)[:_MOST_COMPARED]
        if len(files) < 2:
            return 1.0
        sometimes = self._tree.defining(_SOMETIMES + name)
        alike = (one for one in files if one != file and (one in sometimes) == (file in sometimes))
        return _OF_SEVERAL if any(self._is_of(one, modules) for one in alike) else 1.0

    def _left_out(self, modules: Sequence[Module], name: str) -> str | None:
        """Excluded code of these modules that is called like a type."""
        if not name[:1].isupper() or "." in name:
            return None
        return next((file for file in self._tree.excluded(f"{name}.swift") if self._is_of(file, modules)), None)

    # -- modules --------------------------------------------------------------------------------------------------

    def _is_of(self, file: str, modules: Sequence[Module]) -> bool:
        return any(module in modules for module in self._modules_of(file))

    def _offering(self, name: str, folder: str) -> tuple[Module, ...]:
        """The modules whose names an import of one of this name brings, its own first."""
        waiting, found = [name], list[Module]()
        for one in waiting:
            known = self._named.get(one)
            if not known:
                continue
            near = max(shared(folder, module.home or module.folder) for module in known)
            found += [module for module in known if shared(folder, module.home or module.folder) == near]
            waiting += [other for other in self._exported.get(one, ()) if other not in waiting]
        return tuple(found)

    def _own(self, folder: str) -> tuple[Module, ...]:
        """The modules that files of a folder belong to."""
        known = self._of_folder.get(folder)
        if known is None:
            listed = self._in_folder.get(folder)
            some = joined(folder, "\0.swift")
            known = tuple(sorted({*listed, *self._manifested(some)})) if listed else self._modules_of(some)
            self._of_folder[folder] = known
        return known

    def _is_friend(self, folder: str) -> bool:
        """Whether files of a folder, being tests, see what modules have for themselves."""
        known = self._friends.get(folder)
        if known is None:
            is_friend = any(own.is_test for own in self._own(folder)) or is_test(f"{folder}/")
            known = self._friends[folder] = is_friend
        return known

    def _modules_of(self, file: str) -> tuple[Module, ...]:
        known = self._of_file.get(file)
        if known is None:
            known = self._manifested(file)
            if not known:
                folder = _guessed_folder(file)
                guessed = [one for one in self._guessed if one.folder == folder] if folder else []
                known = tuple(guessed) or (Module("", "", ""),)
            self._of_file[file] = known
        return known

    def _manifested(self, file: str) -> tuple[Module, ...]:
        """The modules that a manifest puts a file into."""
        folder = file
        while folder:
            folder = folder.rpartition("/")[0]
            found = tuple(one for one in self._under.get(folder, ()) if _takes(one, file))
            if found and _PROJECT in found[0].home:
                return (*found, *(one for one in self._by_file.get(file, ()) if one not in found))
            if found and not (found[0].home.endswith(".podspec") and file in self._by_file):
                return found
        return tuple(self._by_file.get(file, ()))


def _takes(module: Module, file: str) -> bool:
    """Whether a module takes a file that lies below its folder."""
    if any(file == one or file.startswith(f"{one}/") for one in module.without):
        return False
    return not module.sources or any(file == one or file.startswith(f"{one}/") for one in module.sources)


def _guessed_folder(path: str) -> str:
    """The folder of the module that a file lies in by the custom of packages: `Sources/NAME`; "" if there is none."""
    parts = path.split("/")[:-1]
    for at in range(len(parts) - 2, -1, -1):
        if parts[at] in _HOMES:
            return "/".join(parts[: at + 2])
    return ""


def _exported_in(source: bytes) -> Iterable[str]:
    return (found[1].decode("utf-8", "replace") for found in _EXPORT.finditer(source))
