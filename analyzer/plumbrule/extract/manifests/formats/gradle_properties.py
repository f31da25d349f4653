"""gradle.properties: what the programs of Gradle around it can ask for by name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from plumbrule.extract.manifests.reading import Format, Reading, Said

PROPERTY = "property"
_LINE = re.compile(r"[ \t\f]*([^\s=:#!][^\s=:]{0,199})[ \t\f]*[=: \t\f][ \t\f]*(.{1,300})$")
_MOST = 2_000


def _read(text: str, path: str) -> Reading:
    return Reading(said=tuple(_properties(text))[:_MOST])


def _properties(text: str) -> Iterator[Said]:
    for number, line in enumerate(text.split("\n"), 1):
        match = _LINE.match(line)
        if match is not None:
            yield Said(PROPERTY, match[1], match[2].strip(), number)


FORMAT = Format("maven", ("gradle.properties",), _read)
