"""vcpkg.json."""

from __future__ import annotations

from collections.abc import Iterator

from plumbrule.extract.manifests.reading import BUILD, MANAGED, OPTIONAL, RUNTIME, Declared, Format, Published, Reading
from plumbrule.extract.manifests.text import Lines
from plumbrule.extract.manifests.values import Table, json_of, table, tables, text

_VERSIONS = ("version", "version-semver", "version-date", "version-string")


def _read(document: str, path: str) -> Reading:
    root, lines = json_of(document), Lines(document)
    lines.to('"dependencies":', '"dependencies"')
    found = list(_asked(root, RUNTIME, lines))
    lines.to('"overrides":', '"overrides"')
    for one in tables(root.get("overrides")):
        name = text(one.get("name"))
        found.append(Declared(name, _version(one), "", MANAGED, lines.of(f'"{name}"')))
    lines.to('"features":', '"features"')
    features = root.get("features")
    for feature in tables(features) if isinstance(features, list) else map(table, table(features).values()):
        found += _asked(feature, OPTIONAL, lines)
    name = text(root.get("name"))
    return Reading((Published(name, _version(root)),) if name else (), tuple(found))


def _version(one: Table) -> str:
    return next((text(one[key]) for key in _VERSIONS if key in one), "")


def _asked(within: Table, scope: str, lines: Lines) -> Iterator[Declared]:
    given = within.get("dependencies")
    for one in given if isinstance(given, list) else ():
        where = table(one)
        name = text(one) or text(where.get("name"))
        least = text(where.get("version>="))
        of = BUILD if where.get("host") is True else scope
        yield Declared(name, f">={least}" if least else "", "", of, lines.of(f'"{name}"'))


FORMAT = Format("vcpkg", ("vcpkg.json",), _read)
