"""Packages and their targets, as `Cargo.toml` files have them. Hides how cargo finds what no manifest names."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.languages.rust import MANIFESTS
from plumbrule.languages.ways import climbed, joined

if TYPE_CHECKING:
    from plumbrule.resolve import Tree

_LARGEST = 300_000
_LONGEST_LINE = 5_000  # tomllib is quadratic in the parts of a dotted key
# Where cargo looks for targets that no manifest names: folder, and what switches that off.
_TARGETS = (("src/bin", "autobins"), ("examples", "autoexamples"), ("tests", "autotests"), ("benches", "autobenches"))
_NAMED_TARGETS = {"bin": "src/bin", "example": "examples", "test": "tests", "bench": "benches"}
# Tables of what a package needs; of one name in several the last counts.
_NEEDS = ("build-dependencies", "build_dependencies", "dev-dependencies", "dev_dependencies", "dependencies")


class Need(NamedTuple):
    """What a package needs under some name."""

    package: str
    folder: str | None  # of it, if that is in this tree


class Package(NamedTuple):
    """A folder with a manifest."""

    folder: str
    name: str  # as the registry knows it; "" of a workspace without a package of its own
    crate: str  # what code calls its library
    library: str  # the file of it, "" if there is none
    roots: tuple[str, ...]  # files of all its targets
    old: bool  # edition 2015: paths of `use` begin at the crate's root
    needs: Mapping[str, Need]  # by name in code


def packages(tree: Tree, files: list[str]) -> dict[str, Package]:
    """Every package of the tree by its folder; `files` are those of the language."""
    manifests = [path for path in tree.paths(MANIFESTS) if path.rpartition("/")[2] == MANIFESTS[0]]
    written = {path.rpartition("/")[0]: _parsed(tree.read(path)[:_LARGEST]) for path in manifests}
    tables = {folder: _table(said, "package") or _table(said, "project") for folder, said in written.items()}
    names = {folder: _text(package, "name") for folder, package in tables.items()}
    there = _Files(files)
    return {
        folder: _package(folder, names, written, there)
        for folder in sorted(written)
        if names[folder] or "workspace" in written[folder]
    }


class _Files:
    """Where files lie, as cargo looks for them."""

    def __init__(self, files: list[str]) -> None:
        self.all = frozenset(files)
        self.below: dict[str, list[str]] = {}  # by folder: the files that it holds itself
        self.folders: dict[str, list[str]] = {}  # and the folders that hold files themselves
        for file in files:
            folder = file.rpartition("/")[0]
            if folder not in self.below:
                self.below[folder] = []
                self.folders.setdefault(folder.rpartition("/")[0], []).append(folder)
            self.below[folder].append(file)


@lru_cache(maxsize=4096)
def _parsed(written: bytes) -> dict[str, object]:
    """What a manifest says; kept, as a resolver is made anew for every file that comes or goes."""
    content = written.decode("utf-8", "replace")
    if any(len(line) > _LONGEST_LINE for line in content.split("\n")):
        return {}
    try:
        return tomllib.loads(content)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _table(said: object, name: str) -> dict[str, object]:
    found = said.get(name) if isinstance(said, dict) else None
    return found if isinstance(found, dict) else {}


def _text(said: Mapping[str, object], name: str) -> str:
    found = said.get(name)
    return found if isinstance(found, str) else ""


def _package(folder: str, names: Mapping[str, str], written: Mapping[str, dict[str, object]], files: _Files) -> Package:
    said, name = written[folder], names[folder]
    package = _table(said, "package") or _table(said, "project")
    shared = _shared(folder, package, written)
    library = _table(said, "lib")
    given = _text(library, "path")
    usual = [joined(folder, "src/lib.rs")] if name and package.get("autolib") is not False else []
    file = next((one for one in ([climbed(folder, given)] if given else usual) if one and one in files.all), "")
    roots = [file] if file else []
    if name:
        roots += _targets(folder, said, package, files)
    edition = package.get("edition")
    if isinstance(edition, dict):
        edition = _table(shared[1], "package").get("edition")
    return Package(
        folder, name, (_text(library, "name") or name).replace("-", "_"), file, tuple(dict.fromkeys(roots)),
        bool(name) and edition in (None, "2015"), _needs(folder, said, names, shared),
    )  # fmt: skip


def _targets(folder: str, said: Mapping[str, object], package: Mapping[str, object], files: _Files) -> Iterator[str]:
    """The root files of a package's programs, examples, tests and build script."""
    script = package.get("build")
    if script is not False:
        found = climbed(folder, script if isinstance(script, str) else "build.rs")
        if found and found in files.all:
            yield found
    if package.get("autobins") is not False and joined(folder, "src/main.rs") in files.all:
        yield joined(folder, "src/main.rs")
    for kind, usual in _NAMED_TARGETS.items():
        listed = said.get(kind)
        for target in listed if isinstance(listed, list) else ():
            found = _named(folder, usual, target, files) if isinstance(target, dict) else None
            if found:
                yield found
    for where, switch in _TARGETS:
        if package.get(switch) is False:
            continue
        around = joined(folder, where)
        yield from files.below.get(around, ())
        inner = (f"{one}/main.rs" for one in files.folders.get(around, ()))
        yield from (one for one in inner if one in files.all)


def _named(folder: str, usual: str, target: Mapping[str, object], files: _Files) -> str | None:
    """The root file of a target that a manifest names."""
    way, name = _text(target, "path"), _text(target, "name")
    ways = [way] if way else [f"{usual}/{name}.rs", f"{usual}/{name}/main.rs"]
    return next((one for w in ways if (one := climbed(folder, w)) and one in files.all), None)


def _shared(
    folder: str, package: Mapping[str, object], written: Mapping[str, dict[str, object]]
) -> tuple[str, dict[str, object]]:
    """The workspace that a package belongs to: its folder and what it says for all, nothing if there is none."""
    given = _text(package, "workspace")
    at: str | None = climbed(folder, given) if given else folder
    while at is not None:
        workspace = _table(written.get(at), "workspace")
        if workspace or "workspace" in written.get(at, {}):
            return at, workspace
        at = at.rpartition("/")[0] if at else None
    return folder, {}


def _needs(
    folder: str, said: Mapping[str, object], names: Mapping[str, str], shared: tuple[str, dict[str, object]]
) -> dict[str, Need]:
    tables = (said, *_table(said, "target").values())
    return {
        alias.replace("-", "_"): _need(folder, alias, need, names, shared)
        for table in tables
        for kind in _NEEDS
        for alias, need in _table(table, kind).items()
    }


def _need(
    folder: str, alias: str, need: object, names: Mapping[str, str], shared: tuple[str, dict[str, object]]
) -> Need:
    """What stands behind a name in a table of needs: a version, or a table that may leave it to the workspace."""
    if isinstance(need, dict) and need.get("workspace") is True:
        folder = shared[0]
        need = _table(shared[1], "dependencies").get(alias)
    if not isinstance(need, dict):
        return Need(alias, None)
    way = _text(need, "path")
    where = climbed(folder, way) if way else None
    return Need(_text(need, "package") or alias, where if where in names else None)
