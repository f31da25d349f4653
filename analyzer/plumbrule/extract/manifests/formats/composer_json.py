"""composer.json; what PHP itself must bring (`php`, `ext-…`, `lib-…`) is no package."""

from __future__ import annotations

import re

from plumbrule.extract.manifests.reading import DEVELOPMENT, RUNTIME, Declared, Format, Published, Reading
from plumbrule.extract.manifests.text import Lines
from plumbrule.extract.manifests.values import json_of, table, text

_PLATFORM = re.compile(
    r"(?:php(?:-64bit|-ipv6|-zts|-debug)?|hhvm|(?:ext|lib)-.+|composer(?:-plugin-api|-runtime-api)?)"
)


def _read(document: str, path: str) -> Reading:
    root, lines = json_of(document), Lines(document)
    found = []
    for part, scope in (("require", RUNTIME), ("require-dev", DEVELOPMENT)):
        lines.to(f'"{part}":', f'"{part}"')
        for name, wanted in table(root, part).items():
            line = lines.of_key(name)
            if not _PLATFORM.fullmatch(name.lower()):
                found.append(Declared(name, text(wanted), "", scope, line))
    name = text(root.get("name"))
    return Reading((Published(name, text(root.get("version"))),) if name else (), tuple(found))


FORMAT = Format("composer", ("composer.json",), _read)
