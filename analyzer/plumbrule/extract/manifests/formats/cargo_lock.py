"""Cargo.lock; what has no source lies in the repository itself."""

from __future__ import annotations

from plumbrule.extract.manifests.lock_tables import locked
from plumbrule.extract.manifests.reading import Declared, Format, Reading


def _read(document: str, path: str) -> Reading:
    return Reading(
        declared=tuple(
            Declared(one.name, "", one.version, "", one.line, "source" not in one.more) for one in locked(document)
        )
    )


FORMAT = Format("cargo", ("Cargo.lock",), _read)
