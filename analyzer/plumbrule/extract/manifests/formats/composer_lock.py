"""composer.lock."""

from __future__ import annotations

from plumbrule.extract.manifests.reading import DEVELOPMENT, RUNTIME, Declared, Format, Reading
from plumbrule.extract.manifests.text import Lines
from plumbrule.extract.manifests.values import json_of, table, tables, text


def _read(document: str, path: str) -> Reading:
    root, lines = json_of(document), Lines(document)
    found = []
    for part, scope in (("packages", RUNTIME), ("packages-dev", DEVELOPMENT)):
        lines.to(f'"{part}":', f'"{part}"')
        for one in tables(root.get(part)):
            name = text(one.get("name"))
            line = lines.of(f'"name": "{name}"', f'"name":"{name}"', name.replace("/", "\\/"))
            inside = table(one, "dist").get("type") == "path"
            found.append(Declared(name, "", text(one.get("version")), scope, line, inside))
    return Reading(declared=tuple(found))


FORMAT = Format("composer", ("composer.lock",), _read)
