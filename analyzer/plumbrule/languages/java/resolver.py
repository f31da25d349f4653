"""Where a Java name leads inside one repository: to the file that declares the type, wherever the build has it.

Files are found by the package that they declare, so no source folder needs to be known. The builds are asked where one
name is declared more than once: which modules there are, and which of them depend on which.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache
from typing import TYPE_CHECKING

from plumbrule.facts import RECEIVED
from plumbrule.languages import External, Located, Space, Target, Unresolved, is_test
from plumbrule.languages.java import CODE
from plumbrule.languages.java.manifests import is_android, is_of_a_build, modules, names
from plumbrule.languages.ways import shared

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from plumbrule.facts import Import, Interface
    from plumbrule.resolve import Tree

MOST_COMPARED = 60  # files that declare the same name; of more, those nearest to who asks
_SHARED = "common"  # in the name of a source set: what is in it is compiled for every platform
OF_SEVERAL = 0.5  # one of those between which a build chooses: its flavours, its platforms
_MADE_FOR_ANDROID = ("R", "BuildConfig", "Manifest")  # in the package that a module names as its own
SEEN = "/jvm:seen/"  # before names that files see without an import, wherever those are
EVERYWHERE = "java.lang"
_OF_THE_JDK = ("java.", "javax.", "jdk.", "sun.", "com.sun.")
_OF_THE_LANGUAGE = (*_OF_THE_JDK, "kotlin.", "scala.")
_PART = re.compile(r"([A-Z])")
_WORD = re.compile(r"[a-z]+")


class JavaResolver:
    """Binds Java imports of one tree; see `languages.Resolver` for the contract of each method."""

    def __init__(self, tree: Tree, others: Mapping[str, tuple[str, tuple[str, ...]]] | None = None) -> None:
        """`others` are modules of builds that are not Java's: by folder their name and the names of those they need."""
        self._tree = tree
        # The languages that share these builds read them once.
        read = "modules", *sorted(others or {})
        self._modules = tree.once(("/jvm", *read), lambda: modules(tree, others or {}))
        self._is_android = tree.once(("/jvm", "android"), lambda: is_android(tree))
        self._names = tree.once(("/jvm", "names"), lambda: names(tree))
        self._excluded = tree.once(("/jvm", "excluded"), lambda: _folders_of_excluded(tree))
        self._reach: dict[str, Mapping[str, int]] = {}
        # Of the names under which the builds publish what is here those that are packages here, too.
        self._groups = [group for group in self._names.groups if tree.is_defined(f"/jvm:package/{group}")]
        self._is_placed = True

    @property
    def is_placed(self) -> bool:
        return self._is_placed

    def fingerprint(self) -> object:
        return self._modules, self._is_android, self._names, self._excluded, self._groups

    def outlasts(self, appeared: Iterable[str]) -> bool:
        return not any(self._may_settle(path) for path in appeared)

    def _may_settle(self, path: str) -> bool:
        """Whether builds say something in this file that came or went, or it was left out."""
        if not path.endswith(CODE) or is_of_a_build(path):
            return True
        folder = path.rpartition("/")[0].rpartition("/")[2]
        return folder in self._excluded or (path not in self._tree.entries and self._tree.has(path))

    def packages(self) -> frozenset[str]:
        begin, end = "/jvm/", ".*"
        return frozenset(
            name[len(begin) : -len(end)]
            for name, files in self._tree.definitions().items()
            if name.startswith(begin) and name.endswith(end) and not all(map(is_test, files))
        )

    def provide(self, module: str, name: str) -> str | Located | None:
        found = self._type("", module, name) if name not in ("", "*") else None
        if found is None or is_test(found.path):
            return None
        if found.is_submodule:
            return found.path
        return Located(found.path, called=f"{found.inside}.{name}" if found.inside else found.called or name)

    def may_hold(self, path: str, name: str) -> bool:
        return True  # what a static import takes may be inherited

    def locate(self, path: str, statement: Import) -> Target:
        module, name = statement.module, statement.name
        self._is_placed = False
        if statement.flags & RECEIVED:
            return Unresolved("no statement")  # what it is, the files say that are named in it
        files = self._tree.defining(f"/jvm/{module}.*" if module else "/jvm/*")
        if name == "*":
            return Space() if files else self._holder(path, module) or self._elsewhere(module)
        found = self._type(path, module, name)
        if found is not None:
            return found
        left_out = [file for file in self._tree.excluded(f"{name}.java") if _lies_in(module, file)]
        if left_out:
            return Located(left_out[0])
        if not module.startswith(_OF_THE_JDK) and _has_product(files):
            folders = sorted({file.rpartition("/")[0] for file in files})
            beside = (one for folder in folders for one in self._tree.excluded(f"{folder}/"))
            other = next((one for one in beside if not one.endswith(".java")), None)
            if other is not None:
                return Located(other)  # only Java has a type in the file that is called like it
            if (name in _MADE_FOR_ANDROID and self._is_android) or self._is_made(module) or self._is_of_others(module):
                return External(_package(module))
            return Unresolved(f"no '{name}' in package '{module}' of this repository; perhaps its build makes one")
        return self._elsewhere(module)

    def _elsewhere(self, module: str) -> Target:
        """What an import means of which nothing is here: code of others, unless all speaks for its being of this
        repository, where it is missed then."""
        package = _package(module)
        last = package.rpartition(".")[2]
        if last in self._excluded:
            left_out = (
                file
                for folder in self._excluded[last]
                if _lies_in(package, f"{folder}/")
                for file in self._tree.excluded(f"{folder}/")
            )
            file = next(left_out, None)
            return Located(file) if file is not None else External(package)
        if package.startswith(_OF_THE_LANGUAGE) or not self._owns(package):
            return External(package)
        if self._is_made(package) or (self._is_android and last == "databinding"):
            return External(package)
        if package != module and self._tree.is_defined(f"/jvm/{package}.*"):
            what = f"no '{module[len(package) + 1 :]}' in package '{package}' of"
        else:
            what = f"no package '{package}' in"
        return Unresolved(f"{what} this repository; perhaps its build makes one")

    def _is_made(self, package: str) -> bool:
        return self._names.made is None or package in self._names.made

    def _is_of_others(self, package: str) -> bool:
        """Whether the builds publish what is here under other names than that of a package, to which something is added
        here, then."""
        return bool(self._groups) and not any(f"{package}.".startswith(f"{group}.") for group in self._groups)

    def _owns(self, package: str) -> bool:
        """`_is_own`, found once."""
        return self._tree.once(("/jvm", "own", package), lambda: self._is_own(package))

    def _is_own(self, package: str) -> bool:
        """Whether a package that is not here can be of nobody else: it is inside one that is, or has the name under
        which the builds publish what is here, and nothing that they need of others looks as if it had it."""
        labels = package.split(".")
        if not self._tree.is_defined(f"/jvm:package/{'.'.join(labels[:2])}") and (
            len(labels) < 2 or not self._tree.is_defined(f"/jvm/{labels[0]}.*")
        ):
            return False
        count = next(
            (at for at in range(len(labels), 0, -1) if self._tree.is_defined(f"/jvm:package/{'.'.join(labels[:at])}")),
            0,
        )
        around = labels[:count]
        if self._is_of_others(".".join(around)):
            return False
        groups = [group.split(".") for group in self._names.groups]
        is_inside = any(around[: len(group)] == group and len(around) > len(group) for group in groups)
        is_named = around in groups
        is_certain = not is_named and _has_product(self._tree.defining(f"/jvm/{'.'.join(around)}.*"))
        if not is_certain and not ((is_inside or is_named) and self._names.is_whole):
            return False
        return not any(_may_have(group, artifact, around, labels) for group, artifact in self._names.asked)

    def _type(self, path: str, module: str, name: str) -> Located | None:
        """The file of a type, or of the one that the type or member lies in."""
        whole = f"{module}.{name}" if module else name
        file = self._nearest(path, f"/jvm/{whole}")
        if file is not None:
            return Located(file, confidence=OF_SEVERAL if self._is_one_of_several(path, file, whole) else 1.0)
        # Java sees what a Kotlin file has outside of classes as members of a class that is named after the file.
        file = self._nearest(path, f"/jvm:file/{whole}")
        if file is not None:
            return Located(file, is_submodule=True)
        files = self._tree.defining(f"/jvm:file/{module}") if module else ()
        if files:
            space = module.rpartition(".")[0]
            file = self._nearest(path, f"/jvm/{space}.{name}" if space else f"/jvm/{name}")
            return Located(file) if file in files else None
        return self._holder(path, module)

    def _holder(self, path: str, module: str) -> Located | None:
        """The file of the outermost type that a dotted name goes through, and how it names what is in it."""
        parts = module.split(".")
        found = None
        for at in range(len(parts) - 1, -1, -1):
            if not parts[at][:1].isupper():
                break
            file = self._nearest(path, f"/jvm/{'.'.join(parts[: at + 1])}")
            if file is not None:
                found = Located(file, inside=".".join(parts[at:]))
            elif found is None and (file := self._nearest(path, f"/jvm:file/{'.'.join(parts[: at + 1])}")) is not None:
                found = Located(file, inside=".".join(parts[at + 1 :]))
        return found

    def _rank(self, folder: str, file: str) -> int:
        """Which of the files that one module has for the same name comes first for those of a folder: those of the
        source sets that are built together with its own, as `release` is with `testRelease`."""
        own, there = _source_set(folder), _source_set(file.rpartition("/")[0])
        return 0 if own == there or set(_parts(there)) <= {*_parts(own), "main"} else 1

    def _nearest(self, path: str, name: str) -> str | None:
        """Of the files that declare a name the one that a file of this folder is compiled with."""
        files: Sequence[str] = self._tree.defining(name)
        folder = path.rpartition("/")[0]
        self._is_placed |= "." not in name or len(files) > 1
        if "." not in name:  # without a package nothing but its folder says what belongs together
            return next((file for file in files if file.rpartition("/")[0] == folder), None) if path else None
        if len(files) < 2:
            return files[0] if files else None
        if len(files) > MOST_COMPARED:
            at = max(0, bisect_left(files, folder) - MOST_COMPARED // 2)
            files = files[at : at + MOST_COMPARED]
        module = self._module_of(folder)
        reach = self._reached(module) if module is not None else {}
        asks_as_test = is_test(f"{folder}/Any.java")  # the folder is asked for, whichever of its files does

        def distance(file: str) -> tuple[object, ...]:
            there = self._module_of(file.rpartition("/")[0])
            steps = reach.get(there, len(self._modules) + 1) if there is not None else len(self._modules) + 1
            there_in = self._rank(folder, file), -shared(folder, file)
            return (not asks_as_test and is_test(file), steps, *there_in, file)

        return min(files, key=distance)

    def _is_one_of_several(self, path: str, file: str, name: str) -> bool:
        """Whether builds choose between this file and others of its module that declare a name, and none is more for
        the file that asks."""
        folder, there = path.rpartition("/")[0], file.rpartition("/")[0]
        if not path or "/src/" not in f"/{there}/":
            return False
        files = self._tree.defining(f"/jvm/{name}")
        if len(files) < 2 or _source_set(folder) == _source_set(there) or _SHARED in _parts(_source_set(there)):
            return False
        rank, module = self._rank(folder, file), self._module_of(there)
        return any(
            other != file
            and _source_set(beside := other.rpartition("/")[0]) != _source_set(there)
            and is_test(other) == is_test(file)
            and self._module_of(beside) == module
            and self._rank(folder, other) == rank
            for other in files[:MOST_COMPARED]
        )

    def _module_of(self, folder: str) -> str | None:
        """The folder of the module around a folder."""
        while folder not in self._modules:
            if not folder:
                return None
            folder = folder.rpartition("/")[0]
        return folder

    def _reached(self, module: str) -> Mapping[str, int]:
        """The folders of the modules that one depends on, with how many steps away they are."""
        known = self._reach.get(module)
        if known is None:
            steps = {module: 0}
            pending = [module]
            for folder in pending:
                for there in self._modules[folder]:
                    if there not in steps:
                        steps[there] = steps[folder] + 1
                        pending.append(there)
            known = self._reach[module] = steps
        return known


def _folders_of_excluded(tree: Tree) -> dict[str, list[str]]:
    """The folders that hold code which is excluded, by their last names."""
    found: dict[str, list[str]] = {}
    code = tree.paths((".java", ".kt", ".scala"), excluded=True)
    for folder in sorted({path.rpartition("/")[0] for path in code if path not in tree.entries}):
        found.setdefault(folder.rpartition("/")[2], []).append(folder)
    return found


def _may_have(group: str, artifact: str, around: Sequence[str], package: Sequence[str]) -> bool:
    """Whether what others publish under these names may have a package that would lie in the one around it here."""
    named = group.split(".")
    same = 0
    while same < min(len(named), len(package)) and named[same] == package[same]:
        same += 1
    if same >= max(len(around), 2):
        return True
    said = _words([artifact])
    if same < len(named) or same < 2:
        # Under another name it has its packages there, unless more than a word says otherwise.
        return len(said) > ("." in group) and said <= _words(package)
    return not said.isdisjoint(_words(package[same:]) - _words(named))


def _has_product(files: Iterable[str]) -> bool:
    """Whether not all of these files are tests or code of a build."""
    return any(not is_test(file) and not is_of_a_build(file) for file in files)


@cache
def _source_set(folder: str) -> str:
    """The name of the set of sources that a folder belongs to, as builds have them; "" if no folder says so."""
    parts = folder.split("/")
    return next((parts[at + 1] for at in range(len(parts) - 2, -1, -1) if parts[at] == "src"), "")


@cache
def _parts(source_set: str) -> tuple[str, ...]:
    """What `testFreeRelease` is built of: its words."""
    return tuple(_PART.sub(r" \1", source_set).lower().split())


def _words(labels: Iterable[str]) -> set[str]:
    return {word for label in labels for word in _WORD.findall(label.lower())}


def _lies_in(module: str, file: str) -> bool:
    """Whether a file lies where the compiler looks for a type of this package."""
    folder = f"/{file.rpartition('/')[0]}"
    return folder.endswith(f"/{module.replace('.', '/')}") if module else True


def _package(module: str) -> str:
    """The package of a dotted name, by the custom that only types begin with a capital letter."""
    parts = module.split(".")
    while len(parts) > 1 and parts[-1][:1].isupper():
        parts.pop()
    return ".".join(parts)


def packages_around(package: str) -> Iterable[str]:
    """`/jvm:package/NAME` of a package and of those around it."""
    while package:
        yield f"/jvm:package/{package}"
        package = package.rpartition(".")[0]


def declares(path: str, interface: Interface) -> Iterable[str]:
    """`/jvm/PACKAGE.*` of a package, `/jvm/PACKAGE.NAME` of each type in it, and `/jvm:package/NAME` of it and of those
    that it lies in; `/jvm:seen/NAME` of what every file sees without an import."""
    space = interface.spaces[0][0] if interface.spaces else ""
    around = f"/jvm/{space}." if space else "/jvm/"
    yield f"{around}*"
    yield from packages_around(space)
    for symbol in interface.symbols:
        if symbol.parent < 0:
            yield around + symbol.name
            if space == EVERYWHERE:
                yield SEEN + symbol.name
