"""Where a Scala name leads inside one repository: to the file that declares it, in Scala, Java or Kotlin.

What they declare is one space of packages, `/jvm/`. Which names are in scope resolution finds out, as it does what
types inherit; here is what a package has. Of several definitions of a name builds decide: those that Java's resolver
reads, and sbt's.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from plumbrule.languages import Located, Space, Target, Unresolved
from plumbrule.languages.java.resolver import JavaResolver, packages_around
from plumbrule.languages.scala import PACKAGE_OBJECT
from plumbrule.languages.scala.builds import sbt_modules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plumbrule.facts import Import, Interface
    from plumbrule.resolve import Tree

_PLATFORM = re.compile(r"\.?(js|jvm|native|shared|js-jvm|jvm-native|js-native)")
_VERSION = re.compile(r"(?:scala|scala-)(\d[\d.]*)([+-]?)")


class ScalaResolver(JavaResolver):
    """Binds Scala names of one tree; see `languages.Resolver` for the contract of each method."""

    def __init__(self, tree: Tree) -> None:
        super().__init__(tree, sbt_modules(tree))

    def locate(self, path: str, statement: Import) -> Target:
        module, name = statement.module, statement.name
        if name == PACKAGE_OBJECT:
            file = self._nearest(path, f"/jvm:object/{module}.package")
            return Located(file, called=module.rpartition(".")[2]) if file is not None else Unresolved("none here")
        if name not in ("", "*") and self._tree.is_defined(f"/jvm:package/{module}.{name}"):
            found = self._type(path, module, name)
            return found if found is not None and not found.inside else Space()
        if name in ("", "*") and self._tree.is_defined(f"/jvm:package/{module}"):
            return Space()
        return super().locate(path, statement)

    def _rank(self, folder: str, file: str) -> int:
        """How well the platform and version for which a file is fit those of a folder."""
        there = file.rpartition("/")[0]
        platform, version = _built_for(folder)
        other_platform, other_version = _built_for(there)
        apart = 0 if platform == other_platform else 1 if "" in (platform, other_platform) else 4
        if version != other_version:
            apart += 1 if "" in (version, other_version) else 2
        return apart


@cache
def _built_for(folder: str) -> tuple[str, str]:
    """The platform and the version of the language for which files of a folder are alone, "" for any."""
    platform = version = ""
    for part in folder.split("/"):
        if (found := _PLATFORM.fullmatch(part)) is not None:
            platform = "" if found[1] == "shared" else found[1]
        elif (found := _VERSION.fullmatch(part)) is not None:
            version = found[1]
    return platform, version


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
