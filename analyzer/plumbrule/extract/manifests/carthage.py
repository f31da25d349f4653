"""The lines of Carthage's files, which have no registry: what they ask for is a git repository, as what SwiftPM asks
for is. So their dependencies are packages of SwiftPM, by the identity that the address gives them, and meet what the
Package.swift there publishes.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from plumbrule.extract.manifests.reading import Declared, Reading

_ENTRY = re.compile(r"\s*(?:github|git|binary)\s+\"([^\"]+)\"((?:[^\"#]|\"[^\"]*\")*+)(?:#.*)?")


def reading(text: str, made: Callable[[str, str, int], Declared]) -> Reading:
    """What `made` makes of each line: of the package, what is said of its version, and the line's number. What is
    neither that nor a comment is told."""
    found = []
    strange = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        entry = _ENTRY.fullmatch(line)
        if entry is None:
            strange.append(number)
        else:
            found.append(made(_identity(entry[1]), entry[2].strip().strip('"'), number))
    more = f", and {len(strange) - 1} more like it" if len(strange) > 1 else ""
    return Reading(declared=tuple(found), reason=f"line {strange[0]} is no dependency{more}" if strange else "")


def _identity(place: str) -> str:
    """The last part of an address, which may be that of the description of a compiled framework."""
    return re.split(r"[/:]", place.rstrip("/"))[-1].removesuffix(".json")
