"""package-lock.json and npm-shrinkwrap.json, of every version of npm."""

from __future__ import annotations

from collections.abc import Iterator

from plumbrule.extract.manifests.reading import DEVELOPMENT, OPTIONAL, RUNTIME, Declared, Format, Reading
from plumbrule.extract.manifests.text import Lines
from plumbrule.extract.manifests.values import Table, json_of, table, text

_FOLDER = "node_modules/"


def _read(document: str, path: str) -> Reading:
    root, lines = json_of(document), Lines(document)
    if "packages" in root:
        lines.to('"packages":', '"packages"')
        return Reading(declared=tuple(_flat(table(root, "packages"), lines)))
    lines.to('"dependencies":', '"dependencies"')
    return Reading(declared=tuple(_nested(table(root, "dependencies"), lines)))


def _scope(held: Table) -> str:
    if held.get("dev") is True or held.get("devOptional") is True:
        return DEVELOPMENT
    return OPTIONAL if held.get("optional") is True else "peer" if held.get("peer") is True else RUNTIME


def _flat(packages: Table, lines: Lines) -> Iterator[Declared]:
    """By the folders into which packages go; those outside `node_modules` are the repository's own."""
    for place, value in packages.items():
        held, line = table(value), lines.of_key(place)
        _, installed, name = place.rpartition(_FOLDER)
        if held.get("link") is True:
            yield Declared(name, "", "", "", line, True)
        elif installed:
            yield Declared(text(held.get("name")) or name, "", text(held.get("version")), _scope(held), line)


def _nested(packages: Table, lines: Lines) -> Iterator[Declared]:
    for name, value in packages.items():
        held, line = table(value), lines.of(f'"{name}": {{', f'"{name}":{{', f'"{name}"')
        version = text(held.get("version"))
        if version.startswith("file:"):
            yield Declared(name, version, "", _scope(held), line, True)
        else:
            real, _, of_alias = version.removeprefix("npm:").rpartition("@")
            yield Declared(real or name, "", of_alias if real else version, _scope(held), line)
        yield from _nested(table(held, "dependencies"), lines)


FORMAT = Format("npm", ("package-lock.json", "npm-shrinkwrap.json", ".package-lock.json"), _read)
