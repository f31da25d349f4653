"""Package.resolved, of every version of its format."""

from __future__ import annotations

from plumbrule.extract.manifests.reading import Declared, Format, Reading
from plumbrule.extract.manifests.text import Lines
from plumbrule.extract.manifests.values import json_of, table, tables, text


def _read(document: str, path: str) -> Reading:
    root, lines = json_of(document), Lines(document)
    found = []
    for pin in tables(root.get("pins") or table(root, "object").get("pins")):
        place = text(pin.get("location")) or text(pin.get("repositoryURL"))
        said = text(pin.get("identity"))
        line = lines.of(f'"{said}"' if said else f'"{place}"')
        state = table(pin, "state")
        version = text(state.get("version")) or text(state.get("revision"))
        inside = pin.get("kind") in ("localSourceControl", "fileSystem")
        found.append(Declared(said or place, "", version, "", line, inside))
    return Reading(declared=tuple(found))


FORMAT = Format("swift", ("Package.resolved",), _read)
