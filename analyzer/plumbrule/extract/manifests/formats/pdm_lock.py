"""pdm.lock."""

from __future__ import annotations

import re

from plumbrule.extract.manifests.lock_tables import locked
from plumbrule.extract.manifests.reading import DEVELOPMENT, RUNTIME, Declared, Format, Reading
from plumbrule.extract.manifests.requirement import scope_of


def _read(document: str, path: str) -> Reading:
    found = []
    for one in locked(document):
        groups = re.findall(r"[\w-]+", one.more.get("groups", ""))
        scope = RUNTIME if "default" in groups else scope_of(groups[0], DEVELOPMENT) if groups else ""
        found.append(Declared(one.name, "", one.version, scope, one.line, "path" in one.more))
    return Reading(declared=tuple(found))


FORMAT = Format("pypi", ("pdm.lock",), _read)
