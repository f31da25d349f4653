"""Where a Scala name leads inside one repository: to the file that declares it, in Scala, Java or Kotlin.

What they declare is one space of packages, `/jvm/`. Which names are in scope resolution finds out, as it does what
types inherit; here is what a package has. Of several definitions of a name builds decide: those that Java's resolver
reads, and sbt's.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.languages import Located, Space, Target, Unresolved, is_test
from plumbrule.languages.java.resolver import MOST_COMPARED, OF_SEVERAL, JavaResolver, packages_around
from plumbrule.languages.scala import PACKAGE_OBJECT
from plumbrule.languages.scala.builds import sbt_modules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plumbrule.facts import Import, Interface
    from plumbrule.resolve import Tree

_PLATFORM = re.compile(r"\.?(?:src-)?(js|jvm|native|shared|(?:js|jvm|native)-(?:js|jvm|native))")
_VERSION = re.compile(r"(?:scala-?|src-)(\d+(?:\.\d+)*)([+-]?)")
_OTHER = 4  # how far a set for another platform is, and for another version of the language


class ScalaResolver(JavaResolver):
    """Binds Scala names of one tree; see `languages.Resolver` for the contract of each method."""

    def __init__(self, tree: Tree) -> None:
        super().__init__(tree, sbt_modules(tree))

    def locate(self, path: str, statement: Import) -> Target:
        module, name = statement.module, statement.name
        self._is_placed = True
        if name == PACKAGE_OBJECT:
            what = f"/jvm:object/{module}.package"
            file = self._nearest(path, what)
            if file is None:
                return Unresolved("none here")
            sure = OF_SEVERAL if self._is_one_of_those(path, file, what) else 1.0
            return Located(file, called=module.rpartition(".")[2], confidence=sure)
        if name not in ("", "*") and self._tree.is_defined(f"/jvm:package/{module}.{name}"):
            found = self._type(path, module, name)
            return found if found is not None and not found.inside else Space()
        if name in ("", "*") and self._tree.is_defined(f"/jvm:package/{module}"):
            return Space()
        return super().locate(path, statement)

    def _rank(self, folder: str, file: str) -> int:
        """How well the platform and version for which a file is fit those of a folder."""
        return _apart(_set_of(folder), _set_of(file.rpartition("/")[0]))

    def _is_one_of_several(self, path: str, file: str, name: str) -> bool:
        return self._is_one_of_those(path, file, f"/jvm/{name}")

    def _is_one_of_those(self, path: str, file: str, what: str) -> bool:
        """Whether a build compiles this file and others that declare the same for platforms or versions of its own,
        and none is more for the file that asks."""
        files = self._tree.defining(what) if path else []
        if len(files) < 2:
            return False
        folder, own = path.rpartition("/")[0], _set_of(file.rpartition("/")[0])
        rank = self._rank(folder, file)
        return any(
            other.beside == own.beside
            and (other.platform, other.version) != (own.platform, own.version)
            and is_test(there) == is_test(file)
            and self._rank(folder, there) <= rank
            for there, other in ((one, _set_of(one.rpartition("/")[0])) for one in files[:MOST_COMPARED])
            if there != file
        )


class _Set(NamedTuple):
    """A set of sources: the platform and the version of the language that it is for alone, "" for any."""

    beside: str  # the folder of sources, with nothing in it that says so: alternatives have the same
    platform: str
    version: str


@cache
def _set_of(folder: str) -> _Set:
    parts = folder.split("/")
    around = max((at for at, part in enumerate(parts) if part.partition("-")[0] == "src"), default=-1)
    # Behind the folder of sources, its set and its language, what looks like a platform is a package.
    root = parts[: around + 3] if around >= 0 else parts
    platform = version = ""
    beside: list[str] = []
    for at, part in enumerate(root):
        if (found := _PLATFORM.fullmatch(part)) is not None and (around < 0 or at <= around):
            platform = "" if found[1] == "shared" else found[1]
            beside += ["src"] if at == around else []
        elif (numbered := _VERSION.fullmatch(part)) is not None:
            version = numbered[1] + numbered[2]
            beside.append("src" if at == around else "scala")
        else:
            beside.append(part)
    return _Set("/".join(beside), platform, version)


def _apart(one: _Set, other: _Set) -> int:
    platforms = 0 if one.platform == other.platform else 1 if _may_share(one.platform, other.platform) else _OTHER
    versions = 0 if one.version == other.version else 1 if _may_build(one.version, other.version) else 2
    return platforms + versions


def _may_share(one: str, other: str) -> bool:
    return "" in (one, other) or not set(one.split("-")).isdisjoint(other.split("-"))


def _may_build(one: str, other: str) -> bool:
    """Whether one version of the language can be meant by both: `2` has `2.13` in it, and `2.12+` all from there on."""
    if not one or not other:
        return True
    (first, how), (second, other_how) = _numbers(one), _numbers(other)
    size = min(len(first), len(second))
    if first[:size] == second[:size]:
        return True
    later = first > second
    return (other_how if later else how) == "+" or (how if later else other_how) == "-"


def _numbers(version: str) -> tuple[tuple[int, ...], str]:
    said = version.rstrip("+-")
    return tuple(map(int, said.split("."))), version[len(said) :]


def declares(path: str, interface: Interface) -> Iterable[str]:
    """`/jvm/PACKAGE.*` of a package and `/jvm/PACKAGE.NAME` of all at its top, `/jvm:package/NAME` of each package
    there is, and `/jvm:object/PACKAGE.package` of a package object."""
    if path.endswith(".sc"):
        return
    spaces = interface.spaces
    for symbol in interface.symbols:
        if symbol.parent >= 0:
            continue
        around = ".".join(name for name, first, last in spaces if name and first <= symbol.line <= last)
        yield f"/jvm/{around}.*" if around else "/jvm/*"
        whole = f"{around}.{symbol.name}" if around else symbol.name
        if symbol.kind == "namespace":
            yield f"/jvm:object/{whole}.package"
            yield from packages_around(whole)
        elif symbol.exported:
            yield f"/jvm/{whole}"
        yield from packages_around(around)
