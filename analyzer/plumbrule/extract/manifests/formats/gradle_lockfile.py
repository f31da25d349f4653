"""gradle.lockfile, and the files under gradle/dependency-locks that it took the place of."""

from __future__ import annotations

from plumbrule.extract.manifests.reading import RUNTIME, TEST, Declared, Format, Reading


def _read(text: str, path: str) -> Reading:
    found, strange = [], 0
    for number, line in enumerate(text.split("\n"), 1):
        said, _, configurations = line.partition("=")
        parts = said.strip().split(":")
        if len(parts) == 3:
            of = configurations.lower().split(",")
            scope = TEST if configurations and all("test" in one for one in of) else RUNTIME if configurations else ""
            found.append(Declared(":".join(parts[:2]), "", parts[2], scope, number))
        elif said and not said.startswith(("#", "empty")):
            strange = strange or number
    return Reading(declared=tuple(found), reason=f"line {strange} is no module" if strange else "")


FORMAT = Format(
    "maven", ("gradle.lockfile", "buildscript-gradle.lockfile", "dependency-locks/*.lockfile"), _read
)  # fmt: skip
