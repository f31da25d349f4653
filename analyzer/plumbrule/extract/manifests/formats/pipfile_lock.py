"""Pipfile.lock, of Pipenv."""

from __future__ import annotations

from plumbrule.extract.manifests.reading import DEVELOPMENT, RUNTIME, Declared, Format, Reading
from plumbrule.extract.manifests.requirement import scope_of
from plumbrule.extract.manifests.text import Lines
from plumbrule.extract.manifests.values import json_of, table, text


def _read(document: str, path: str) -> Reading:
    root, lines = json_of(document), Lines(document)
    found = []
    for group, given in root.items():
        if group == "_meta":
            continue
        lines.of_key(group)
        scope = {"default": RUNTIME, "develop": DEVELOPMENT}.get(group) or scope_of(group, DEVELOPMENT)
        for name, held in table(given).items():
            version = text(table(held).get("version")).lstrip("=")
            found.append(Declared(name, "", version, scope, lines.of_key(name), "path" in table(held)))
    return Reading(declared=tuple(found))


FORMAT = Format("pypi", ("Pipfile.lock",), _read)
