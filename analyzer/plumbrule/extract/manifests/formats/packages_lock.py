"""packages.lock.json, of NuGet."""

from __future__ import annotations

from plumbrule.extract.manifests.reading import Declared, Format, Reading
from plumbrule.extract.manifests.text import Lines
from plumbrule.extract.manifests.values import json_of, table, text


def _read(document: str, path: str) -> Reading:
    frameworks, lines = table(json_of(document), "dependencies"), Lines(document)
    found = []
    for framework, packages in frameworks.items():
        lines.of_key(framework)
        for name, value in table(packages).items():
            held, line = table(value), lines.of(f'"{name}": {{', f'"{name}"')
            inside = held.get("type") == "Project"
            found.append(
                Declared(name, text(held.get("requested")), text(held.get("resolved")), "", line, inside)
            )  # fmt: skip
    return Reading(declared=tuple(found))


FORMAT = Format("nuget", ("packages.lock.json",), _read)
