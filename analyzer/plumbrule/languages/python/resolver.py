"""Where a Python import leads inside one repository, without running anything.

Hides how `sys.path` is guessed. An importing file sees, in this order: the folder above its own package (or its own
folder, if that is no package), the roots that manifests name or that packages stand in, nearest first, its other
ancestors as a script's folder may be, and last packages elsewhere that nothing declares. The less certain the
guess, the lower `confidence`.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.extract.manifests.reading import Unreadable
from plumbrule.extract.manifests.values import Table, toml_of
from plumbrule.languages import External, Located, Target, Unresolved
from plumbrule.languages.python import MANIFESTS
from plumbrule.languages.ways import climbed, shared

if TYPE_CHECKING:
    from plumbrule.facts import Import
    from plumbrule.resolve import Tree


_ENDINGS = ("/__init__.py", ".py", "/__init__.pyi", ".pyi", ".pyx")
# What may be built into a module, or describe one that is not written in Python.
_OTHER_CODE = (".pyx", ".pxd", ".c", ".cc", ".cpp", ".rs", ".so", ".pyd", ".dll", ".ipynb")
# Removed from the standard library by some version that we may run on: the answer must not depend on ours.
_STANDARD = sys.stdlib_module_names | {
    "annotationlib", "asynchat", "asyncore", "audioop", "aifc", "cgi", "cgitb", "chunk", "compression", "crypt",
    "distutils", "imghdr", "imp", "lib2to3", "mailcap", "msilib", "nis", "nntplib", "ossaudiodev", "pipes", "smtpd",
    "sndhdr", "spwd", "sunau", "telnetlib", "uu", "xdrlib", "tomllib", "__future__",
}  # fmt: skip
# Packages below such folders are nobody else's: test data, samples, copies.
_SHELTERED = re.compile(
    r"(?:^|/)(?:\.[^/]*|_?tests?|testing|testdata|test[-_]data|fixtures?|examples?|samples?|docs?|templates?|vendor|"
    r"_vendor|third[-_]?party|node_modules|site-packages|benchmarks?|playground|tutorials?|notebooks?)(?:/|$)",
    re.IGNORECASE,
)
_NOT_SHIPPED = re.compile(
    r"tests?|testing|docs?|examples?|samples?|scripts?|tools?|benchmarks?|setup|conftest|noxfile|tasks|manage|fabfile|"
    r"build|dist|ci|migrations|notebooks?",
    re.IGNORECASE,
)
_SETUP_FOLDER = re.compile(
    r"""(?:package_dir\s*=\s*(?:\{|dict\()\s*["']{2}\s*:\s*|find(?:_namespace)?_packages\(\s*(?:where\s*=\s*)?|"""
    r"""\bwhere\s*=\s*)["']([\w./-]+)["']"""
)
_LARGEST_MANIFEST = 1_000_000


def is_standard(package: str) -> bool:
    """Whether a package is part of the standard library, of whatever version."""
    return package in _STANDARD


class _Root(NamedTuple):
    folder: str
    scope: str  # only files below this folder see the root
    declared: bool  # by a manifest or by custom; else a package merely stands there


class PythonResolver:
    """Binds Python imports of one tree; see `languages.Resolver` for the contract of each method."""

    is_placed = True

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        files = list(tree.paths((".py", ".pyi")))
        packages = {path.rpartition("/")[0] for path in files if "__init__." in path and _stem(path) == "__init__"}
        projects, named = _projects(tree)
        roots = {
            root.folder: root
            for root in (
                *(_Root(folder, "", True) for folder in ("", "src") if tree.is_dir(folder)),
                *(_Root(folder, _scope(project), True) for project, folder in sorted(named)),
            )
        }
        for package in sorted(packages):
            above = package.rpartition("/")[0]
            if package and above not in packages and above not in roots:
                roots[above] = _Root(above, above if _SHELTERED.search(above) else "", False)
        self._roots = roots
        held: dict[str, list[_Root]] = defaultdict(list)
        children = _children(files)
        for folder in sorted(roots):
            for name in sorted(children.get(folder, ())):
                held[name].append(roots[folder])
        self._held = {name: tuple(holders) for name, holders in held.items()}
        self._offered = self._shipped(projects, named, packages)

    def fingerprint(self) -> object:
        return self._roots, self._held, self._offered

    def outlasts(self, appeared: Iterable[str]) -> bool:
        return not any(self._may_settle(path) for path in appeared)

    def packages(self) -> frozenset[str]:
        return frozenset(self._offered)

    def provide(self, module: str, name: str) -> str | None:
        for root in self._offered.get(module.partition(".")[0], ()):
            found = self._find(_join(root, module), name)
            if found is not None:
                return found.path
        return None

    def locate(self, path: str, statement: Import) -> Target:
        folder = path.rpartition("/")[0]
        if statement.level:
            return self._relative(folder, statement.module, statement.level, statement.name)
        return self._absolute(folder, statement.module, statement.name)

    def may_hold(self, path: str, name: str) -> bool:
        base, _, ending = path.rpartition(".")
        if ending != "py" or self._tree.first(base, _OTHER_CODE) is not None:
            return True
        if not base.endswith("__init__"):
            return False
        inside = base.removesuffix("__init__") + name
        return self._tree.is_dir(inside) or self._tree.first(inside, (".pyi", *_OTHER_CODE)) is not None

    def _may_settle(self, path: str) -> bool:
        """Whether the roots, or what stands in them, can be others now that this file came or went."""
        files, roots = self._tree.entries, self._roots
        folder, _, name = path.rpartition("/")
        if folder in roots or name in MANIFESTS or not name.endswith((".py", ".pyi")):
            return True
        if _stem(path) == "__init__":
            above = folder.rpartition("/")[0]
            # A package is a root's own, makes one of the folder around it that is none, or leaves one to those in it.
            if above in roots or (not _is_package(above, files) if path in files else self._tree.is_dir(folder)):
                return True
        while folder:
            above, _, name = folder.rpartition("/")
            if above in roots:
                there = any(root.folder == above for root in self._held.get(name, ()))
                if not there or not (path in files or _is_package(folder, files)):
                    return True
            folder = above
        return False

    # -- relative -------------------------------------------------------------------------------------------------

    def _relative(self, folder: str, module: str, level: int, name: str) -> Target:
        written = "." * level + module
        for _ in range(level - 1):
            if not folder:
                return Unresolved(f"'{written}' leads above the repository's root")
            folder = folder.rpartition("/")[0]
        base = _join(folder, module) if module else folder
        found = self._find(base, name) or self._space(base, name)
        if found is not None:
            return found
        if not module and name:
            return Unresolved(f"no module '{written}{name}' in this repository")
        return Unresolved(f"no module '{written}' in this repository")

    # -- absolute -------------------------------------------------------------------------------------------------

    def _absolute(self, folder: str, module: str, name: str) -> Target:
        top = module.partition(".")[0]
        own = self._own_root(folder)
        standard = top in _STANDARD
        ours = False
        space: Located | None = None  # counts if no root holds a file of that name
        for root, confidence in self._candidates(folder, own, top):
            if standard and (root != own or not self._is_regular(_join(root, top))):
                continue  # the standard library comes before all but a script's own root, and there before bare folders
            base = _join(root, module)
            found = self._find(base, name)
            if found is not None:
                return replace(found, confidence=confidence)
            if confidence < 1.0 or standard:
                continue
            regular = self._is_regular(_join(root, top))
            ours = ours or regular
            dotted = module != top or name not in ("", "*")
            if space is None and (regular or (dotted and any(r.folder == root for r in self._held.get(top, ())))):
                space = self._space(base, name)
        if space is not None:
            return space
        if ours:
            return Unresolved(f"no module '{module}' in this repository")
        return External(top)

    def _own_root(self, folder: str) -> str:
        """The folder above the outermost package around `folder`, or the nearest root around it."""
        inside = folder
        while inside and (self._tree.has(inside + "/__init__.py") or self._tree.has(inside + "/__init__.pyi")):
            inside = inside.rpartition("/")[0]
        if inside != folder:
            return inside
        for above in _upwards(folder):
            if above in self._roots:
                return above
        return ""

    def _candidates(self, folder: str, own: str, top: str) -> Iterator[tuple[str, float]]:
        """Folders that may hold `top`, each once, with the confidence that `folder`'s files see it."""
        seen = {own}
        is_package = self._tree.has(folder + "/__init__.py") if folder else False
        if not is_package and folder not in self._roots:
            seen.add(folder)
            yield folder, 0.8
        yield own, 1.0
        visible = [root for root in self._held.get(top, ()) if root.folder not in seen and _below(folder, root.scope)]
        visible.sort(key=lambda root: (not root.declared, -shared(folder, root.folder), root.folder))
        certain = [root for root in visible if root.declared or _below(folder, root.folder)]
        for number, root in enumerate(certain):
            seen.add(root.folder)
            yield root.folder, 1.0 if number == 0 and len(certain) == 1 else 0.9
        for above in _upwards(own if is_package else folder):
            if above not in seen:
                seen.add(above)
                yield above, 0.7
        for root in visible:
            if root.folder not in seen:
                yield root.folder, 0.6

    # -- files ----------------------------------------------------------------------------------------------------

    def _find(self, base: str, name: str) -> Located | None:
        """The file of the submodule `name` of the module at `base`, else of the module itself."""
        if name and name != "*":
            inside = self._file(f"{base}/{name}" if base else name)
            if inside is not None:
                package = f"{base}/__init__.py" if base else "__init__.py"
                return Located(inside, is_submodule=True, package=package if self._tree.has(package) else "")
        module = self._file(base)
        if module is not None:
            return Located(module)
        return None

    def _space(self, base: str, name: str) -> Located | None:
        """The folder that is a package without a file of its own (PEP 420): as what is imported, or as a part of it."""
        if name in ("", "*"):
            return Located(base) if self._tree.is_dir(base) else None
        inner = f"{base}/{name}" if base else name
        return Located(inner, is_submodule=True) if self._tree.is_dir(inner) else None

    def _file(self, base: str) -> str | None:
        if not base:
            return "__init__.py" if self._tree.has("__init__.py") else None
        found = self._tree.first(base, _ENDINGS)
        if found is not None:
            return found
        if base.endswith(("_pb2", "_pb2_grpc")):
            source = base.rpartition("_pb2")[0] + ".proto"
            if self._tree.has(source):
                return source
        return None

    def _is_regular(self, base: str) -> bool:
        return self._tree.first(base, _ENDINGS) is not None

    # -- what others may import -----------------------------------------------------------------------------------

    def _shipped(
        self, projects: frozenset[str], named: frozenset[tuple[str, str]], packages: set[str]
    ) -> dict[str, tuple[str, ...]]:
        """Top-level name -> roots that offer it, for the distributions that this repository builds."""
        homes = {folder for project, folder in named if project in projects and not _SHELTERED.search(folder)}
        homes = homes or {folder for folder in ("src", "") if folder in self._roots}
        offered: dict[str, tuple[str, ...]] = {}
        with_code = {root.folder for holders in self._held.values() for root in holders}
        for name, holders in self._held.items():
            if _NOT_SHIPPED.fullmatch(name) or name.startswith("."):
                continue
            found = []
            for root in holders:
                is_package = _join(root.folder, name) in packages
                is_module = self._tree.has(_join(root.folder, name) + ".py")
                # Beside a `src` folder with code only that is shipped; loose modules are shipped from there alone.
                behind = _join(root.folder, "src") in homes & with_code
                source = root.folder.rpartition("/")[2] == "src"
                if root.folder in homes and not behind and (is_package or (is_module and source)):
                    found.append(root.folder)
            if found:
                offered[name] = tuple(sorted(found))
        return offered


def _stem(path: str) -> str:
    return path.rpartition("/")[2].partition(".")[0]


def _join(folder: str, module: str) -> str:
    inner = module.replace(".", "/")
    return f"{folder}/{inner}" if folder else inner


def _is_package(folder: str, files: Container[str]) -> bool:
    return f"{folder}/__init__.py" in files or f"{folder}/__init__.pyi" in files


def _below(folder: str, scope: str) -> bool:
    return not scope or folder == scope or folder.startswith(scope + "/")


def _upwards(folder: str) -> Iterator[str]:
    """`folder` and every folder around it, the repository's root ("") last."""
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
    yield ""


def _scope(project: str) -> str:
    return project if _SHELTERED.search(project) else ""


def _children(files: Iterable[str]) -> dict[str, set[str]]:
    """Folder -> names of modules and of folders with Python files somewhere below."""
    children: dict[str, set[str]] = defaultdict(set)
    known: set[str] = set()
    for path in files:
        folder, _, name = path.rpartition("/")
        stem = name.partition(".")[0]
        if stem != "__init__":
            children[folder].add(stem)
        if folder in known:
            continue
        known.add(folder)
        while folder:
            above, _, name = folder.rpartition("/")
            if name in children[above]:
                break
            children[above].add(name)
            folder = above
    return children


# -- manifests ----------------------------------------------------------------------------------------------------


def _projects(tree: Tree) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    """Folders whose manifest builds a distribution, and (project folder, root) pairs that manifests speak of."""
    building: set[str] = set()
    named: set[tuple[str, str]] = set()
    for path in tree.paths(MANIFESTS):
        folder, _, name = path.rpartition("/")
        if name not in MANIFESTS:
            continue
        builds, roots = _read(tree, path, name)
        if builds:
            building.add(folder)
        if name in ("pytest.ini", "tox.ini") and not roots:
            continue
        named.add((folder, folder))
        named.add((folder, _join(folder, "src")))
        for root in roots:
            clean = _clean(folder, root)
            if clean is not None:
                named.add((folder, clean))
    return frozenset(building), frozenset((p, root) for p, root in named if tree.is_dir(root))


def _clean(folder: str, root: str) -> str | None:
    """`root` as a manifest in `folder` writes it, from the repository's root; None if it leads outside."""
    return climbed(folder, root.replace("\\", "/").strip("/"))


def _read(tree: Tree, path: str, name: str) -> tuple[bool, list[str]]:
    """(whether it builds a distribution, roots it names); a manifest nobody can read names none."""
    if name == "manage.py":
        return False, []
    try:
        written = tree.read(path)
        if len(written) > _LARGEST_MANIFEST:
            return False, []
        content = written.decode("utf-8", "replace")
        if name == "pyproject.toml":
            return _pyproject(toml_of(content))
        if name == "setup.py":
            return "setup(" in content, _SETUP_FOLDER.findall(content)
        return _ini(content)
    except (KeyError, OSError, ValueError, RecursionError, Unreadable):
        return False, []


def _pyproject(data: Table) -> tuple[bool, list[str]]:
    roots: list[str] = []
    setuptools = ("tool", "setuptools")
    roots += _strings(_at(data, *setuptools, "packages", "find", "where"))
    roots += _values(_at(data, *setuptools, "package-dir"))
    for package in _tables(_at(data, "tool", "poetry", "packages")):
        roots += _strings(package.get("from"))
    hatch = ("tool", "hatch", "build")
    for build in (hatch, (*hatch, "targets", "wheel"), (*hatch, "targets", "sdist")):
        sources = _at(data, *build, "sources")
        roots += [*sources] if isinstance(sources, dict) else _strings(sources)
        roots += [package.rstrip("/").rpartition("/")[0] for package in _strings(_at(data, *build, "packages"))]
        roots += _strings(_at(data, *build, "dev-mode-dirs"))
    roots += _strings(_at(data, "tool", "pdm", "build", "package-dir"))
    roots += _strings(_at(data, "tool", "maturin", "python-source"))
    roots += _strings(_at(data, "tool", "uv", "build-backend", "module-root"))
    roots += _strings(_at(data, "tool", "pytest", "ini_options", "pythonpath"), split=True)
    roots += _strings(_at(data, "tool", "pytest", "pythonpath"))
    roots += _strings(_at(data, "tool", "mypy", "mypy_path"), split=True)
    for checker in ("pyright", "basedpyright"):
        roots += _strings(_at(data, "tool", checker, "extraPaths"))
    roots += _strings(_at(data, "tool", "ruff", "src"))
    builds = isinstance(data.get("project"), dict) or isinstance(_at(data, "tool", "poetry"), dict)
    return builds, [root for root in roots if "*" not in root]


def _at(data: object, *keys: str) -> object:
    for key in keys:
        if not isinstance(data, dict):
            return None
        data = data.get(key)
    return data


def _strings(value: object, *, split: bool = False) -> list[str]:
    if isinstance(value, str):
        return re.split(r"[\s,:]+", value) if split else [value]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _values(value: object) -> list[str]:
    """Folders of a `package-dir` table: the root ("") itself, and where a named package lies, its parent."""
    if not isinstance(value, dict):
        return []
    return [
        folder if key == "" else folder.rstrip("/").rpartition("/")[0]
        for key, folder in value.items()
        if isinstance(folder, str)
    ]


def _tables(value: object) -> list[dict[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _ini(content: str) -> tuple[bool, list[str]]:
    import configparser

    config = configparser.RawConfigParser(strict=False)
    try:
        config.read_string(content)
    except configparser.Error as error:
        raise ValueError(str(error)) from error
    roots: list[str] = []
    for section, key in (("options.packages.find", "where"), ("pytest", "pythonpath"), ("tool:pytest", "pythonpath"),
                         ("mypy", "mypy_path")):  # fmt: skip
        roots += config.get(section, key, fallback="").replace(",", " ").replace(":", " ").split()
    for line in config.get("options", "package_dir", fallback="").splitlines():
        package, equals, folder = line.partition("=")
        if equals:
            roots.append(folder.strip() if not package.strip() else folder.strip().rpartition("/")[0])
    return config.has_section("metadata") or config.has_section("options"), [r for r in roots if "*" not in r]
