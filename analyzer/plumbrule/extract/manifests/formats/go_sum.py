"""go.sum: the modules whose code was fetched; of many others it holds the go.mod alone."""

from __future__ import annotations

from plumbrule.extract.manifests.reading import Declared, Format, Reading


def _read(text: str, path: str) -> Reading:
    found, strange = [], 0
    for number, line in enumerate(text.split("\n"), 1):
        words = line.split()
        if len(words) == 3 and words[1].startswith("v") and words[2].startswith("h"):
            if not words[1].endswith("/go.mod"):
                found.append(Declared(words[0], "", words[1], "", number))
        elif words:
            strange = strange or number
    return Reading(declared=tuple(found), reason=f"line {strange} is no checksum of a module" if strange else "")


FORMAT = Format("golang", ("go.sum", "go.work.sum"), _read)
