"""Pipfile, of Pipenv."""

from __future__ import annotations

from plumbrule.extract.manifests.reading import DEVELOPMENT, RUNTIME, Declared, Format, Reading
from plumbrule.extract.manifests.requirement import scope_of
from plumbrule.extract.manifests.text import Lines
from plumbrule.extract.manifests.values import table, text, toml_of

_OTHERS = frozenset({"source", "requires", "scripts", "pipenv"})


def _read(document: str, path: str) -> Reading:
    root, lines = toml_of(document), Lines(document)
    found = []
    for group, given in root.items():
        if group in _OTHERS:
            continue
        named = {"packages": RUNTIME, "dev-packages": DEVELOPMENT}
        scope = named.get(group) or scope_of(group, DEVELOPMENT)
        lines.to(f"[{group}]")
        for name, wanted in table(given).items():
            where = table(wanted)
            said = text(wanted) or next((text(where[key]) for key in ("version", "path", "git") if key in where), "")
            line = lines.of(f"\n{name} ", f'\n"{name}"', f"\n{name}")
            found.append(Declared(name, said, "", scope, line, "path" in where))
    return Reading(declared=tuple(found))


FORMAT = Format("pypi", ("Pipfile",), _read)
