"""Where an include leads inside one repository: its folder, the folders that the build names, then the tree.

Hides build files. What they say is read, never run: folders after `-I` and in the commands that name them, with the few
variables that stand for the file's own folder or the project's. A folder counts for all that lies at or below the file
that names it, the nearest one first, and after those for everybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from posixpath import normpath
from typing import TYPE_CHECKING

import orjson

from plumbrule.languages import External, Located, Target, Unresolved
from plumbrule.languages.c import DECLARED, DEFINED, FILE, HEADERS, MANIFESTS
from plumbrule.languages.c.system import C_HEADERS, CPP_HEADERS, SYSTEM_FOLDERS
from plumbrule.languages.ways import climbed, joined, shared

if TYPE_CHECKING:
    from plumbrule.facts import Import, Interface
    from plumbrule.resolve import Tree

_LINKED = ("function", "method", "variable", "constant")
_LARGEST_MANIFEST = 1_000_000
_LARGEST_DATABASE = 50_000_000
_MOST_FOLDERS = 2_000
_MOST_NEARBY = 64  # folders that are asked in turn
_GUESSED = 0.8  # of a header found in the tree, of which the build says nothing; several have its name
_FOUND = 0.95  # the same, and no other one has its name
_PUBLIC = frozenset({"include", "includes", "inc", "public"})  # what folders are called whose headers are installed
_TEMPLATES = (".in", ".cmake", ".cmake.in", ".in.cmake", ".am")
_TEMPLATE_HEADERS = (".h.in", ".hpp.in", ".hh.in", ".h.cmake.in")
_FLAG = re.compile(r"-(?<![\w-]-)(?:I|iquote|isystem|idirafter)\s*[\"']?((?:\$\([^()\s]*+\)|[^\s\"';)])++)")
_COMMANDS = re.compile(
    r"\b(?:target_)?(include_directories|INCLUDE_DIRECTORIES|target_sources)\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)"
)
_MESON = re.compile(r"\binclude_directories\s*\(([^()]*)\)")
_WORDS = re.compile(r"\"([^\"]*)\"|'([^']*)'|([^\s\"',]+)")
_COMMENT = re.compile(r"#[^\n]*")
_GENERATOR = re.compile(r"\$<(?:BUILD_INTERFACE|BUILD_LOCAL_INTERFACE):([^<>]*)>")
_NOT_FOLDERS = frozenset(("PUBLIC", "PRIVATE", "INTERFACE", "SYSTEM", "BEFORE", "AFTER", "."))
_HERE = (
    *("${CMAKE_CURRENT_SOURCE_DIR}", "${CMAKE_CURRENT_LIST_DIR}", "$(srcdir)", "@srcdir@", "$(CURDIR)", "$(PWD)", "."),
    *("${srcdir}", "${CURDIR}", "$(abs_srcdir)", "$(THIS_DIR)"),
)
_TOP = (
    *("${CMAKE_SOURCE_DIR}", "${PROJECT_SOURCE_DIR}", "$(top_srcdir)", "@top_srcdir@", "${top_srcdir}"),
    *("$(abs_top_srcdir)", "$(TOPDIR)", "$(ROOT)", "$(TOP)", "$(SRC_ROOT)"),
)
_OWN_TOP = re.compile(r"\$\{(\w+)_SOURCE_DIR\}")
_PROJECT = re.compile(r"^[^\S\n]*project\s*\(\s*([\w.+-]+)", re.MULTILINE | re.IGNORECASE)


class IncludeResolver:
    """Binds includes of one tree; see `languages.Resolver` for the contract of each method."""

    is_placed = True

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        named: dict[str, dict[str, None]] = {}
        self._tops = _tops(tree)
        self._templates: dict[str, list[str]] = {}  # by the name of what is made from them
        for path in tree.paths(MANIFESTS):
            if path.endswith(_TEMPLATE_HEADERS):
                self._templates.setdefault(_made(path.rpartition("/")[2]), []).append(path)
                continue
            if sum(map(len, named.values())) > _MOST_FOLDERS:
                break
            for governed, folder in self._folders_in(path):
                named.setdefault(governed, {})[folder] = None
        self._named = {governed: tuple(folders) for governed, folders in sorted(named.items())}
        self._everywhere = tuple(sorted({folder for folders in self._named.values() for folder in folders}))
        self._public = tuple(one for one in {*self._everywhere, "include"} if one.rpartition("/")[2] in _PUBLIC)
        self._near: dict[str, tuple[str, ...]] = {}

    def fingerprint(self) -> object:
        return self._named, self._templates

    def packages(self) -> frozenset[str]:
        files = {file for name, held in self._tree.definitions().items() if name.startswith(FILE) for file in held}
        return frozenset(
            _package(file[len(folder) + 1 :])
            for folder in self._public
            for file in files
            if file.startswith(f"{folder}/") and file.lower().endswith(HEADERS)
        )

    def provide(self, module: str, name: str) -> str | None:
        """Of folders that the build names those count that are called as what is installed lies in."""
        asked = (_joined(folder, module[1:-1]) for folder in self._public if module.startswith("<"))
        found = [path for path in asked if path is not None and self._tree.has(path)]
        return found[0] if len(found) == 1 else None

    def may_hold(self, path: str, name: str) -> bool:
        return False

    def locate(self, path: str, statement: Import) -> Target:
        folder, module = path.rpartition("/")[0], statement.module
        if module.startswith("("):
            return Unresolved(f"the macro {module[1:-1]} says which file")
        angled = module.startswith("<")
        name = module[1:-1] if angled else module
        if name.startswith("/") or "\\" in name:
            name = name.replace("\\", "/")
            if name.startswith("/") or name[1:2] == ":":
                return External(name.lstrip("/").partition("/")[0])
        beside = _joined(folder, name)
        if not angled and beside is not None and self._tree.has(beside):
            return Located(beside)
        is_system = name in C_HEADERS or name in CPP_HEADERS
        # A project's own <stdint.h> is for systems that have none.
        found = self._in_folders(folder, name) if not (angled and is_system) else None
        if found is not None:
            return found
        if not angled and beside is not None:
            made = self._made_from(beside)
            if made is not None:
                return made
        if name in C_HEADERS:
            return External("libc")
        if name in CPP_HEADERS:
            return External("libstdc++")
        return self._in_tree(folder, name, angled=angled) or self._elsewhere(name, angled=angled)

    def _in_folders(self, folder: str, name: str) -> Located | None:
        for where in self._near_folders(folder):
            path = _joined(where, name)
            if path is not None:
                if self._tree.has(path):
                    return Located(path)
                made = self._made_from(path)
                if made is not None:
                    return made
        return None

    def _near_folders(self, folder: str) -> tuple[str, ...]:
        """The folders in which includes of a folder's files are looked for, as the build says."""
        known = self._near.get(folder)
        if known is None:
            found: dict[str, None] = {}
            around: str | None = folder
            while around is not None:
                found.update(dict.fromkeys(self._named.get(around, ())))
                around = around.rpartition("/")[0] if around else None
            others = [one for one in self._everywhere if one not in found]
            others.sort(key=lambda one: (-shared(folder, one), one))
            known = self._near[folder] = tuple([*found, *others][:_MOST_NEARBY])
        return known

    def _made_from(self, path: str) -> Located | None:
        """The template of a file that the build makes."""
        made = self._tree.first(path, _TEMPLATES)
        return Located(made) if made is not None else None

    def _in_tree(self, folder: str, name: str, *, angled: bool) -> Located | Unresolved | None:
        """A file anywhere whose path ends so: the nearest, of several, if one is nearer than all others."""
        steps = [part for part in name.split("/") if part not in ("", ".", "..")]
        if not steps:
            return None
        wanted = "/".join(steps)
        last = steps[-1]
        called = [*self._tree.defining(FILE + last), *self._tree.excluded(last)]
        files = [file for file in called if file == wanted or file.endswith(f"/{wanted}")]
        files = files or [
            path for path in self._templates.get(last, ()) if wanted in path and f"/{wanted}." in f"/{path}"
        ]
        if angled and len(steps) == 1 and len(files) > 1:
            return None  # <zlib.h>: a system's header by its form, and no one of these by its place
        if not files:
            return None
        best, *others = sorted((-shared(folder, file.rpartition("/")[0]), file.count("/"), file) for file in files)
        if others and others[0][:2] == best[:2]:
            if angled and name.startswith(SYSTEM_FOLDERS):
                return None
            return Unresolved(f"the tree has several, such as {best[2]} and {others[0][2]}: the build says which")
        return Located(best[2], confidence=_GUESSED if others else _FOUND)

    def _elsewhere(self, name: str, *, angled: bool) -> External | Unresolved:
        if name.startswith((*SYSTEM_FOLDERS,)):
            return External("libc")
        if angled:
            return External(_package(name))
        return Unresolved("no such file in this repository: made by the build, or another project's")

    # -- build files ----------------------------------------------------------------------------------------------

    def _folders_in(self, path: str) -> Iterator[tuple[str, str]]:
        """(folder for whose files it counts, folder in which to look) as one build file says."""
        folder, _, name = path.rpartition("/")
        if name == "compile_commands.json":
            yield from self._commanded(path, folder)
            return
        written = _COMMENT.sub("", self._tree.read(path)[:_LARGEST_MANIFEST].decode("utf-8", "replace"))
        top = self._top(folder)
        said: Iterable[str] = (found[1] for found in _FLAG.finditer(written))
        if name == "CMakeLists.txt" or name.endswith(".cmake"):
            said = [*said, *_cmake_folders(written)]
        elif name == "meson.build":
            said = [*said, *(_one(word) for inside in _MESON.findall(written) for word in _WORDS.finditer(inside))]
        for one in said:
            found = _meant(one, folder, top, self._tops)
            if found is not None and self._tree.is_dir(found):
                yield folder, found

    def _top(self, folder: str) -> str:
        """The folder of the outermost build file around."""
        parts = folder.split("/") if folder else []
        for length in range(len(parts) + 1):
            outer = "/".join(parts[:length])
            if any(self._tree.has(joined(outer, name)) for name in ("CMakeLists.txt", "configure.ac", "meson.build")):
                return outer
        return folder

    def _commanded(self, path: str, folder: str) -> Iterator[tuple[str, str]]:
        """What `compile_commands.json` says, for the folder of each file: absolute paths are cut where they enter the
        tree."""
        data = self._tree.read(path)
        if len(data) > _LARGEST_DATABASE:
            return
        try:
            entries = orjson.loads(data)
        except orjson.JSONDecodeError:
            return
        seen: set[tuple[str, str]] = set()
        for entry in entries if isinstance(entries, list) else ():
            if not isinstance(entry, dict):
                continue
            directory, file = str(entry.get("directory", "")), str(entry.get("file", ""))
            own = self._entered(_absolute(directory, file))
            if own is None:
                continue
            said = entry.get("arguments")
            command = " ".join(map(str, said)) if isinstance(said, list) else str(entry.get("command", ""))
            for found in _FLAG.finditer(command[:_LARGEST_MANIFEST]):
                where = self._entered(_absolute(directory, found[1]), folder=True)
                pair = own.rpartition("/")[0], where or ""
                if where is not None and pair not in seen:
                    seen.add(pair)
                    yield pair

    def _entered(self, path: str, *, folder: bool = False) -> str | None:
        """The part of an absolute path that lies in this tree; None if none does."""
        parts = [part for part in path.split("/") if part]
        for start in range(min(len(parts), 24)):
            inside = "/".join(parts[start:])
            if self._tree.is_dir(inside) if folder else self._tree.has(inside):
                return inside
        return None


def _made(template: str) -> str:
    """What is made from a template: `config.h` from `config.h.in`."""
    return template.removesuffix(".in").removesuffix(".cmake")


def _tops(tree: Tree) -> dict[str, str]:
    """By the name of a CMake project: its folder."""
    found: dict[str, str] = {}
    for path in tree.paths(("CMakeLists.txt",)):
        said = _PROJECT.search(tree.read(path)[:100_000].decode("utf-8", "replace"))
        if said is not None:
            found.setdefault(said[1], path.rpartition("/")[0])
    return found


def _cmake_folders(written: str) -> Iterator[str]:
    for command, inside in _COMMANDS.findall(written):
        words = [_one(word) for word in _WORDS.finditer(_GENERATOR.sub(r"\1", inside))]
        if command == "target_sources":
            words = words[words.index("BASE_DIRS") + 1 :][:4] if "BASE_DIRS" in words else []
        for word in words:
            if word not in _NOT_FOLDERS or word == ".":
                yield word


def _one(word: re.Match[str]) -> str:
    return word[1] or word[2] or word[3] or ""


def _meant(said: str, folder: str, top: str, tops: dict[str, str]) -> str | None:
    """The folder of the tree that a build file means; None for one outside, or one that only running it would tell."""
    own = _OWN_TOP.match(said)
    if own is not None and own[1] in tops:
        return _joined(tops[own[1]], said[own.end() :].lstrip("/"))
    for variables, base in ((_TOP, top), (_HERE, folder)):
        for variable in variables:
            if said == variable or said.startswith(variable + "/"):
                return _joined(base, said[len(variable) :].lstrip("/"))
    if said.startswith("/") or any(sign in said for sign in "$@<>;*"):
        return None
    return _joined(folder, said)


def _absolute(directory: str, path: str) -> str:
    return normpath(path if path.startswith("/") else f"{directory}/{path}")


def _joined(folder: str, way: str) -> str | None:
    """Where a way from a folder leads; None if that is above the root."""
    if way and "." not in way.partition("/")[0] and "/." not in way and "//" not in way:
        return joined(folder, way.rstrip("/"))
    return climbed(folder, way)


def _package(name: str) -> str:
    """What a header is of that is installed: its folder, else its own name."""
    head, slash, _ = name.partition("/")
    return head if slash else name.rpartition(".")[0] or name


def declares(path: str, interface: Interface) -> Iterable[str]:
    """`/c/NAME` of the file, by which includes look for it; `/c#NAME` of what it declares at the level of the file or
    of a namespace; of what is defined in a source, so that headers can declare it, `/c=NAME`."""
    yield FILE + path.rpartition("/")[2]
    defines = not path.lower().endswith(HEADERS)
    for symbol in interface.symbols:
        if symbol.parent < 0 and symbol.kind != "method":
            yield DECLARED + symbol.name
        links = defines and symbol.exported and symbol.parent < 0 and symbol.kind in _LINKED
        if links and "abstract" not in symbol.modifiers:
            yield DEFINED + symbol.name
