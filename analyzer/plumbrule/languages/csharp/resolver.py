"""Where a C# name leads inside one repository: namespaces, what a project holds, what it refers to."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Set
from typing import TYPE_CHECKING

from plumbrule.facts import REEXPORT
from plumbrule.languages import External, Located, Space, Target, Unresolved, is_named_as_generated
from plumbrule.languages.csharp.manifests import Using, global_usings, projects, solutions
from plumbrule.languages.csharp.statics import STATIC

if TYPE_CHECKING:
    from plumbrule.facts import Import, Interface, Symbol
    from plumbrule.resolve import Tree

_TYPES = ("class", "interface", "enum", "type")
_DEEPEST = 24  # parts of a namespace that are looked at
_SYSTEM = ("System", "Mono", "Windows", "UnityEngine", "UnityEditor", "Xamarin")
_NOT_BUILT = re.compile(r"(?:^|/)(?:bin|obj)/")


class CSharpResolver:
    """Binds C# names of one tree; see `languages.Resolver` for the contract of each method."""

    is_placed = True

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._projects = projects(tree)
        self._solutions = solutions(tree)
        # Usings for a whole project are code, but they settle what every file of it means.
        self._global = {path: tuple(global_usings(tree.read(path))) for path in tree.defining("/csharp:global")}
        self._by_folder: dict[str, list[str]] = defaultdict(list)
        self._by_file: dict[str, list[str]] = defaultdict(list)
        self._by_pattern: dict[str, list[tuple[re.Pattern[str], str]]] = defaultdict(list)
        self._without: dict[str, list[re.Pattern[str]]] = {}
        self._in_folder: dict[str, set[str]] = defaultdict(set)  # by folder: projects that hold a file in it by name
        named: dict[str, list[str]] = defaultdict(list)
        for path, project in sorted(self._projects.items()):
            named[project.assembly].append(path)
            if project.takes_all:
                self._by_folder[project.folder].append(path)
            for file in project.files:
                self._by_file[file].append(path)
                self._in_folder[file.rpartition("/")[0]].add(path)
            for start, expression in project.patterns:
                self._by_pattern[start].append((re.compile(expression), path))
            self._without[path] = [re.compile(expression) for expression in project.without]
        self._references = {
            path: sorted({found for one in project.references for found in self._meant(one, named)})
            for path, project in self._projects.items()
        }
        self._friends = {project.assembly: project.friends for project in self._projects.values()}
        everywhere = [*self._global.values(), *(project.usings for project in self._projects.values())]
        self._aliases = {using.alias for usings in everywhere for using in usings}
        # What is declared nowhere no namespace has, unless a name of the whole project's stands for it.
        self._among = "" if self._aliases - {""} else "/csharp?"
        self._reach: dict[str, frozenset[str]] = {}
        self._holders: dict[str, frozenset[str]] = {}
        self._of_folder: dict[str, frozenset[str]] = {}

    def _meant(self, reference: str, named: dict[str, list[str]]) -> list[str]:
        return [reference] if reference in self._projects else named.get(reference, [])

    def fingerprint(self) -> object:
        return self._projects, self._solutions, self._global

    def packages(self) -> frozenset[str]:
        """Who names no package of a namespace asks for the beginning of its name: so all namespaces count as well."""
        named = (name.partition("/csharp/")[2] for name in self._tree.definitions() if name.startswith("/csharp/"))
        spaces = {name for name in named if "#" not in name and ":" not in name}.difference(_SYSTEM)
        return frozenset({project.assembly for project in self._projects.values() if project.assembly} | spaces)

    def provide(self, module: str, name: str) -> Located | None:
        module = module.partition(" in ")[0]
        if not name or name == "*":
            return None
        internal = self._tree.defining(f"/csharp/internal:{module}#{name}")
        files = [file for file in self._tree.defining(f"/csharp/{module}#{name}") if file not in internal]
        file = self._best("", name, files) if files else None
        return Located(file, called=name) if file is not None else None

    def may_hold(self, path: str, name: str) -> bool:
        return False

    def locate(self, path: str, statement: Import) -> Target:
        folder = path.rpartition("/")[0]
        module, _, around = statement.module.partition(" in ")
        if statement.level == STATIC:
            return self._static(folder, around, module, statement.name)
        if statement.name not in ("", "*"):
            head = statement.name.partition(".")[0].partition("$")[0]
            if not self._tree.is_defined(f"/csharp?{head}") and head not in self._aliases:
                return _UNKNOWN
            if statement.level:
                return self._in_scope(folder, module, statement.name)
            return self._used(folder, around, module, statement.name)
        if statement.level:
            return Space(among=self._among)  # the namespace that the file is in
        for full in _enclosed(around, module):
            if self._tree.is_defined(f"/csharp/{full}"):
                return Space(among=self._among)
            found = self._type(folder, full)
            if found is not None:
                return found if statement.name else Located(found.path, called=found.inside)
        return self._missing(folder, module)

    # -- names ----------------------------------------------------------------------------------------------------

    def _used(self, folder: str, around: str, module: str, name: str) -> Target:
        """What a name means in a namespace that a file uses."""
        for full in _enclosed(around, module):
            if self._tree.is_defined(f"/csharp/{full}"):
                return self._inside(folder, full, name) or _UNKNOWN
        return _UNKNOWN

    def _static(self, folder: str, around: str, module: str, name: str) -> Target:
        """The file of a type that a file uses statically, or of the part that has a member of it."""
        for full in _enclosed(around, module):
            found = self._type(folder, full)
            if found is not None:
                space = full[: -len(found.inside) - 1]
                part = self._visible(folder, f"{space}#{found.inside}.{name}", name)
                return Located(part, inside=found.inside) if part is not None else found
        return _UNKNOWN

    def _in_scope(self, folder: str, namespace: str, name: str) -> Target:
        """What a name means in a file of a namespace: here, in one around it, or in what the whole project uses."""
        for space in _around(namespace):
            found = self._inside(folder, space, name)
            if found is not None:
                return found
        head, _, rest = name.partition(".")
        for using in self._usings(folder):
            if using.alias == head:
                meant = self._type(folder, f"{using.module}.{rest}" if rest else using.module)
                found = Located(meant.path, called=meant.inside) if meant is not None else None
                if found is None and self._tree.is_defined(f"/csharp/{using.module}"):
                    return Space()
            elif using.alias:
                continue
            elif self._tree.is_defined(f"/csharp/{using.module}"):
                found = self._inside(folder, using.module, name)
            else:
                found = None
            if found is not None:
                return found
        return _UNKNOWN

    def _inside(self, folder: str, space: str, name: str) -> Target | None:
        """The type that a namespace has under a name, or the namespace in it if that can be meant."""
        inner, _, last = name.rpartition(".")
        if inner:
            part = self._visible(folder, f"{space}#{name}", last)
            if part is not None:
                return Located(part, called=name)
        whole = f"{space}.{inner}" if space and inner else space or inner
        file = self._visible(folder, f"{whole}#{last}", last)
        if file is not None and self._tree.is_defined(f"/csharp+{whole}#{last}"):
            return Space(file)  # of its parts each member is asked for by its own name
        if file is not None:
            return Located(file, called=last.partition("$")[0] if "$" in last else "")
        if self._tree.is_defined(f"/csharp/{whole}.{last}" if whole else f"/csharp/{last}"):
            return Space()
        return None

    def _type(self, folder: str, full: str) -> Located | None:
        """The type of a full name, which may be one inside another."""
        parts = full.split(".")
        for size in range(len(parts), max(0, len(parts) - 4), -1):
            space, name = ".".join(parts[: size - 1]), parts[size - 1]
            what = f"{space}#{name}"
            file = self._visible(folder, what, name) or self._visible(folder, f"{what}$", name)
            if file is not None:
                return Located(file, inside=".".join(parts[size - 1 :]))
        return None

    def _visible(self, folder: str, what: str, name: str) -> str | None:
        """The file that defines it for those in a folder."""
        files = self._tree.defining(f"/csharp/{what}")
        if not files:
            return None
        internal = frozenset(self._tree.defining(f"/csharp/internal:{what}")) if len(files) > 1 else frozenset()
        return self._best(folder, name, files, internal)

    def _best(self, folder: str, name: str, files: list[str], internal: frozenset[str] = frozenset()) -> str | None:
        own = self._own(folder)
        reach = self._reached(own)
        ranked = []
        for file in files:
            holders = self._held(file)
            if not own or holders & own:
                rank = 0
            elif holders & reach:
                rank = 1 if file not in internal or self._is_friend(holders & reach, own) else 2
            elif not holders and not own & self._in_folder.get(file.rpartition("/")[0], _NONE):
                rank = 3  # of no project that is known; but who lists files beside it by name has left it out
            else:
                continue
            name = name.partition("$")[0]
            stem = file.rpartition("/")[2].partition(".")[0]
            far = -len(_common(folder, file.rpartition("/")[0]))
            ranked.append((rank, far, is_named_as_generated(file), stem != name, len(file), file))
        return min(ranked)[-1] if ranked else None

    # -- projects -------------------------------------------------------------------------------------------------

    def _own(self, folder: str) -> frozenset[str]:
        """The projects that files of a folder belong to."""
        known = self._of_folder.get(folder)
        if known is None:
            known = frozenset((*self._in_folder.get(folder, ()), *self._around(f"{folder}/.cs" if folder else ".cs")))
            self._of_folder[folder] = known
        return known

    def _held(self, file: str) -> frozenset[str]:
        """The projects that hold a file."""
        known = self._holders.get(file)
        if known is None:
            known = self._holders[file] = frozenset((*self._by_file.get(file, ()), *self._around(file)))
        return known

    def _around(self, file: str) -> Iterable[str]:
        """The projects that take a file because of where it lies."""
        folder, nearest, found = file, False, set()
        while folder:
            folder = folder.rpartition("/")[0]
            for expression, path in self._by_pattern.get(folder, ()):
                if expression.fullmatch(file):
                    found.add(path)
            if not nearest and folder in self._by_folder and not _NOT_BUILT.search(file[len(folder) :]):
                nearest = True
                found.update(self._by_folder[folder])
        return [path for path in found if not any(one.fullmatch(file) for one in self._without[path])]

    def _reached(self, own: frozenset[str]) -> frozenset[str]:
        """These projects and all that they refer to, directly or by way of others."""
        found: set[str] = set()
        for path in own:
            known = self._reach.get(path)
            if known is None:
                seen, waiting = {path}, [path]
                while waiting:
                    for other in self._references[waiting.pop()]:
                        if other not in seen:
                            seen.add(other)
                            waiting.append(other)
                known = self._reach[path] = frozenset(seen)
            found |= known
        return frozenset(found)

    def _is_friend(self, holders: frozenset[str], own: frozenset[str]) -> bool:
        """Whether what is internal in one of these projects may be used in one of those."""
        names = {self._projects[path].assembly for path in own}
        return any(names & self._projects[path].friends for path in holders)

    def _usings(self, folder: str) -> list[Using]:
        """What the projects of a folder use everywhere."""
        own = self._own(folder)
        found = {using for path in own for using in self._projects[path].usings}
        for path, usings in self._global.items():
            if usings and (self._held(path) & own if own else not self._held(path)):
                found.update(usings)
        return sorted(found)

    # -- elsewhere ------------------------------------------------------------------------------------------------

    def _missing(self, folder: str, module: str) -> Target:
        """What is to be said of a namespace that no file here has."""
        own = [self._projects[path] for path in sorted(self._own(folder))]
        packages = [one for project in own for one in project.packages if _is_below(one.lower(), module.lower())]
        if packages:
            return External(max(packages, key=len))
        head = module.partition(".")[0]
        if head in _SYSTEM:
            return External(head)
        for project in own:
            if project.namespace and "." in project.namespace + module and _is_below(project.namespace, module):
                return Unresolved(f"no namespace or type '{module}' in this repository")
        return External(".".join(module.split(".")[:2]) if head == "Microsoft" else head)


_NONE: Set[str] = frozenset()
_UNKNOWN = Unresolved("no such type in this repository")


def _around(namespace: str) -> Iterable[str]:
    """A namespace and those around it, the innermost first, and at last what is in none."""
    parts = namespace.split(".")[:_DEEPEST] if namespace else []
    for size in range(len(parts), -1, -1):
        yield ".".join(parts[:size])


def _enclosed(around: str, module: str) -> Iterable[str]:
    """The full names that a name may have which is used inside a namespace, in the order of the language."""
    return (f"{space}.{module}" if space else module for space in _around(around))


def _is_below(namespace: str, module: str) -> bool:
    return module == namespace or module.startswith(namespace + ".")


def _common(one: str, other: str) -> list[str]:
    """The folders in which both lie."""
    found = []
    for a, b in zip(one.split("/"), other.split("/"), strict=False):
        if a != b:
            break
        found.append(a)
    return found


def declares(path: str, interface: Interface) -> Iterable[str]:
    """`/csharp/NAMESPACE` of each namespace and those around it, `/csharp/NAMESPACE#TYPE` of each type in one (TYPE$2
    and TYPE$ if it is generic), and of an internal one `/csharp/internal:NAMESPACE#TYPE` as well; `/csharp?NAME` of
    each word that a name may begin with, and `/csharp:global` of a file whose usings hold for its whole project. Of a
    type in several parts `/csharp+NAMESPACE#TYPE`, and `/csharp/NAMESPACE#TYPE.MEMBER` of what this part has."""
    if any(row.flags & REEXPORT for row in interface.imports):
        yield "/csharp:global"
    spaces = _namespaces(interface)
    for name, _, _ in spaces:
        parts = name.split(".")
        for size in range(1, len(parts) + 1):
            yield f"/csharp/{'.'.join(parts[:size])}"
            yield f"/csharp?{parts[size - 1]}"
    around: list[tuple[str, int, int]] = []  # namespaces around the type at hand
    at = 0
    partial: dict[int, str] = {}  # namespaces of types in several parts
    for index, symbol in enumerate(interface.symbols):
        if symbol.parent in partial:
            yield f"/csharp/{partial[symbol.parent]}#{symbol.name}"
            yield f"/csharp?{symbol.name}"
        if symbol.parent >= 0 or symbol.kind not in _TYPES:
            continue
        while at < len(spaces) and spaces[at][1] <= symbol.line:
            around.append(spaces[at])
            at += 1
        while around and around[-1][2] < symbol.line:
            around.pop()
        space = around[-1][0] if around else ""
        yield from _named(symbol, space)
        if symbol.has("partial"):
            partial[index] = space
            yield f"/csharp+{space}#{symbol.name}"


def _namespaces(interface: Interface) -> list[tuple[str, int, int]]:
    """Full name, first and last line of each namespace of a file, an outer one before those in it."""
    found: list[tuple[str, int, int]] = []
    around: list[tuple[str, int, int]] = []
    for name, first, last in interface.spaces:
        while around and around[-1][2] < first:
            around.pop()
        full = f"{around[-1][0]}.{name}" if around else name
        if full.count(".") < _DEEPEST:
            around.append((full, first, last))
            found.append(around[-1])
    return found


def _named(symbol: Symbol, space: str) -> Iterable[str]:
    # Types of one name differ by how many arguments they get.
    arity = symbol.signature.partition(">")[0].count(",") + 1 if symbol.signature.startswith("<") else 0
    for name in (f"{symbol.name}${arity}", f"{symbol.name}$") if arity else (symbol.name,):
        yield f"/csharp/{space}#{name}"
        yield f"/csharp?{name}"
        if symbol.visibility != "public":
            yield f"/csharp/internal:{space}#{name}"
    if arity:
        yield f"/csharp?{symbol.name}"
