"""go.work: which modules of the repository are worked on together."""

from __future__ import annotations

from plumbrule.extract.manifests.go_lines import directives, is_folder
from plumbrule.extract.manifests.reading import Declared, Format, Reading


def _read(text: str, path: str) -> Reading:
    found = []
    for line in directives(text):
        if line.verb == "use" and line.words:
            found.append(Declared(line.words[0], "", "", "", line.number, True))
        elif line.verb == "replace":
            _, by, version = line.replaced
            if by and not is_folder(by):
                found.append(Declared(by, version, "", "replaced", line.number))
    return Reading(declared=tuple(found))


FORMAT = Format("golang", ("go.work",), _read)
