"""uv.lock; the projects of the workspace are listed among what they need."""

from __future__ import annotations

import re

from plumbrule.extract.manifests.lock_tables import locked
from plumbrule.extract.manifests.reading import Declared, Format, Reading

_INSIDE = re.compile(r"\b(?:editable|virtual|directory)\b['\"]?\s*[=:]")


def _read(document: str, path: str) -> Reading:
    return Reading(
        declared=tuple(
            Declared(one.name, "", one.version, "", one.line, _INSIDE.search(one.more.get("source", "")) is not None)
            for one in locked(document)
        )
    )


FORMAT = Format("pypi", ("uv.lock",), _read)
