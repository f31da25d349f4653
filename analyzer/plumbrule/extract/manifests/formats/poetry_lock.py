"""poetry.lock."""

from __future__ import annotations

from plumbrule.extract.manifests.lock_tables import locked
from plumbrule.extract.manifests.reading import DEVELOPMENT, OPTIONAL, Declared, Format, Reading


def _read(document: str, path: str) -> Reading:
    found = []
    for one in locked(document):
        scope = OPTIONAL if one.more.get("optional", "").lower() == "true" else ""
        if one.more.get("category", "").strip("\"'") == "dev":  # up to Poetry 1.4
            scope = DEVELOPMENT
        inside = "directory" in one.more.get("source", "").partition("url")[0]
        found.append(Declared(one.name, "", one.version, scope, one.line, inside))
    return Reading(declared=tuple(found))


FORMAT = Format("pypi", ("poetry.lock",), _read)
