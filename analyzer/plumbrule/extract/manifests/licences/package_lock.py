"""package-lock.json and npm-shrinkwrap.json: from version 7 on npm repeats there what each package's manifest says.

https://docs.npmjs.com/cli/configuring-npm/package-lock-json
"""

from __future__ import annotations

from collections.abc import Iterator

from plumbrule.extract.manifests.licences import Stated, Statement
from plumbrule.extract.manifests.licences.npm_installed import licence_of
from plumbrule.extract.manifests.text import Lines
from plumbrule.extract.manifests.values import Table, json_of, table, text

_FOLDER = "node_modules/"


def _read(document: str) -> Iterator[Stated]:
    root, lines = json_of(document), Lines(document)
    if "packages" not in root:
        lines.to('"dependencies":', '"dependencies"')
        yield from _nested(table(root, "dependencies"), lines)
        return
    lines.to('"packages":', '"packages"')
    for place, value in table(root, "packages").items():
        held, line = table(value), lines.of_key(place)
        _, installed, name = place.rpartition(_FOLDER)
        # Without that folder, and behind a link, are the repository's own.
        if installed and held.get("link") is not True:
            package, version = text(held.get("name")) or name, text(held.get("version"))
            yield Stated(package, version, licence_of(held), line, held.get("dev") is True)


def _nested(packages: Table, lines: Lines) -> Iterator[Stated]:
    """As older ones write it, which state no licence."""
    for name, value in packages.items():
        held, line = table(value), lines.of(f'"{name}": {{', f'"{name}":{{', f'"{name}"')
        version = text(held.get("version"))
        if not version.startswith("file:"):
            real, _, of_alias = version.removeprefix("npm:").rpartition("@")
            is_alias = version.startswith("npm:")
            package, version = (real, of_alias) if is_alias else (name, version)
            yield Stated(package, version, "", line, held.get("dev") is True)
        yield from _nested(table(held, "dependencies"), lines)


STATEMENT = Statement("npm", ("package-lock.json", "npm-shrinkwrap.json"), _read)
