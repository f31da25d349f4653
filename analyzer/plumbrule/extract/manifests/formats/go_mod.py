"""go.mod."""

from __future__ import annotations

from plumbrule.extract.manifests.go_lines import directives, is_folder
from plumbrule.extract.manifests.reading import RUNTIME, Declared, Format, Published, Reading


def _read(text: str, path: str) -> Reading:
    made: list[Published] = []
    found: list[Declared] = []
    near = set()
    for line in directives(text):
        if line.verb == "module" and line.words:
            made.append(Published(line.words[0]))
        elif line.verb == "require" and len(line.words) >= 2:
            scope = "indirect" if line.comment.startswith("indirect") else RUNTIME
            found.append(Declared(line.words[0], line.words[1], "", scope, line.number))
        elif line.verb == "replace":
            module, by, version = line.replaced
            if is_folder(by):
                near.add(module)
            elif by:
                found.append(Declared(by, version, "", "replaced", line.number))
    return Reading(tuple(made[:1]), tuple(row._replace(inside=row.package in near) for row in found))


FORMAT = Format("golang", ("go.mod",), _read)
