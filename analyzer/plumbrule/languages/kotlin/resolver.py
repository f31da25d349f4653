"""Where a Kotlin name leads inside one repository: to the file that declares it, in Kotlin or in Java.

What both languages declare is one space of packages, `/jvm/`, and the builds are read once, by Java's resolver.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from plumbrule.languages import Located, Space, Target, Unresolved
from plumbrule.languages.java.resolver import EVERYWHERE, SEEN, JavaResolver, packages_around
from plumbrule.languages.kotlin import AROUND, DEFAULTS, EXPECTED
from plumbrule.languages.ways import shared

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plumbrule.facts import Import, Interface, Symbol

# What every file sees without an import, in the order of the language.
_DEFAULTS = (
    "kotlin", "kotlin.annotation", "kotlin.collections", "kotlin.comparisons", "kotlin.io", "kotlin.ranges",
    "kotlin.sequences", "kotlin.text", EVERYWHERE, "kotlin.jvm", "kotlin.js",
)  # fmt: skip
_GUESSED = 0.7  # an extension that is seen and called so; the value may have a member of that name
_MEMBERS = ("method", "property")
_IS = re.compile(r"is(?![a-z])")
_SOURCE_SET = re.compile(r"([a-z][a-zA-Z0-9]*?)(?:Main|Test|UnitTest)")


class KotlinResolver(JavaResolver):
    """Binds Kotlin imports of one tree; see `languages.Resolver` for the contract of each method."""

    def locate(self, path: str, statement: Import) -> Target:
        module, name = statement.module, statement.name
        self._is_placed = True
        if statement.level == AROUND:
            return Unresolved("no statement")  # what it is, the files say that are named in it
        if statement.level == DEFAULTS:
            return self._default(path, name)
        if statement.level == EXPECTED:
            return self._expected(path, module, name)
        if name.endswith("$"):
            return self._extension(path, module, name) or Unresolved(f"no extension '{name[:-1]}' in '{module}'")
        found = super().locate(path, statement)
        if isinstance(found, Space):
            # All that a package has is declared by its name, but the classes as which Java sees files of Kotlin.
            return Space(among=f"/jvm/{module}." if module else "/jvm/")
        return found

    def _default(self, path: str, name: str) -> Target:
        """What the standard library has under a name: of use to itself alone."""
        present = [module for module in _DEFAULTS if self._tree.is_defined(f"/jvm/{module}.*")]
        if name == "*":
            return Space(among=SEEN) if present else Unresolved("the standard library is not of this repository")
        for module in present:
            found: Target | None = (
                self._extension(path, module, name) if name.endswith("$") else self._type(path, module, name)
            )
            if found is not None:
                return found
        return Unresolved(f"no '{name}' in the standard library")

    def _extension(self, path: str, module: str, name: str) -> Located | None:
        """The file of an extension, if what is compiled with this folder has it: a mere name proves little more."""
        file = self._nearest(path, f"/jvm/{module}.{name}")
        if file is None:
            return None
        folder, there = path.rpartition("/")[0], file.rpartition("/")[0]
        own, module_there = self._module_of(folder), self._module_of(there)
        is_seen = own == module_there or (own is not None and module_there in self._reached(own))
        if not is_seen or self._rank(folder, file) > 1:
            return None
        return Located(file, called=name[:-1], confidence=_GUESSED)

    def _expected(self, path: str, module: str, name: str) -> Target:
        """The file of the common code that expects what files of this folder say they are the `actual` of."""
        folder = path.rpartition("/")[0]
        own, module_here = _platform(folder), self._module_of(folder)
        found = [
            (_platform(there) != "common", "common" not in there, -shared(folder, there), file)
            for file in self._tree.defining(f"/jvm/{module}.{name}" if module else f"/jvm/{name}")
            if (there := file.rpartition("/")[0]) != folder
            and (_platform(there) != own if own else self._module_of(there) != module_here)
        ]
        return Located(min(found)[-1]) if found else Unresolved(f"nothing expects '{name}'")

    def _rank(self, folder: str, file: str) -> int:
        """How well the platform for which a file is fits that of a folder: its own, any, another."""
        own, other = _platform(folder), _platform(file.rpartition("/")[0])
        if not own and not other:
            return super()._rank(folder, file)
        return 0 if own == other or not own or not other else 1 if other == "common" else 2


@cache
def _platform(folder: str) -> str:
    """The platform that a source set of a multiplatform project is for, "" if no folder says so."""
    for part in reversed(folder.split("/")):
        found = _SOURCE_SET.fullmatch(part)
        if found is not None:
            return found[1]
    return ""


def declares(path: str, interface: Interface) -> Iterable[str]:
    """As Java has it, for all that a file has at its top; `/jvm/PACKAGE.NAME$` of an extension, `/jvm:member/NAME` of
    what values have, and `/jvm:file/PACKAGE.FILEKt` of the class as which Java sees what is in none."""
    if path.endswith(".kts"):
        return
    space = interface.spaces[0][0] if interface.spaces else ""
    around = f"{space}." if space else ""
    yield f"/jvm/{around}*"
    yield from packages_around(space)
    is_file = False
    for symbol in interface.symbols:
        if symbol.parent >= 0:
            if symbol.kind in _MEMBERS and symbol.visibility != "private" and symbol.exported:
                yield f"/jvm:member/{symbol.name.rpartition('.')[2]}"
            continue
        if not symbol.exported:
            continue
        names = (symbol.name, f"{symbol.name}$") if _is_extension(symbol) else (symbol.name,)
        yield from (f"/jvm/{around}{name}" for name in names)
        if space in _DEFAULTS:
            yield from (SEEN + name for name in names)
        is_file = is_file or symbol.kind in ("function", "variable", "constant")
    if is_file:
        yield f"/jvm:file/{around}{_facade(path, interface)}"


def getters(name: str) -> tuple[str, ...]:
    """The method as which Java sees a property, if it has another name (Kotlin documentation, "Calling Kotlin from
    Java")."""
    return () if _IS.match(name) else (f"get{name[:1].upper()}{name[1:]}",)


def _facade(path: str, interface: Interface) -> str:
    """The class as which Java sees what is in no class."""
    if len(interface.spaces) > 1:
        return interface.spaces[1][0]
    stem = path.rpartition("/")[2].rpartition(".")[0]
    return re.sub(r"\W", "_", stem[:1].upper() + stem[1:]) + "Kt"


def _is_extension(symbol: Symbol) -> bool:
    return symbol.kind in ("function", "variable") and symbol.signature[:1] not in ("", "(", "<", ":")
