"""package.json."""

from __future__ import annotations

from plumbrule.extract.manifests.npm_names import asked
from plumbrule.extract.manifests.reading import DEVELOPMENT, OPTIONAL, RUNTIME, Declared, Format, Published, Reading
from plumbrule.extract.manifests.text import Lines
from plumbrule.extract.manifests.values import json_of, table, text

_PARTS = {
    "dependencies": RUNTIME,
    "devDependencies": DEVELOPMENT,
    "peerDependencies": "peer",
    "optionalDependencies": OPTIONAL,
}


def _read(document: str, path: str) -> Reading:
    root, lines = json_of(document), Lines(document)
    found = []
    for part, scope in _PARTS.items():
        given = table(root, part)
        if given:
            lines.to(f'"{part}":', f'"{part}"')
        for name, wanted in given.items():
            one = asked(name, text(wanted))
            found.append(Declared(one.package, one.wanted, "", scope, lines.of_key(name), one.inside))
    name = text(root.get("name"))
    made = Published(name, text(root.get("version")), root.get("private") is True)
    return Reading((made,) if name else (), tuple(found))


FORMAT = Format("npm", ("package.json",), _read)
