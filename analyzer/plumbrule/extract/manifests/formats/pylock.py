"""pylock.toml and pylock.NAME.toml (PEP 751)."""

from __future__ import annotations

from plumbrule.extract.manifests.reading import Declared, Format, Reading
from plumbrule.extract.manifests.text import Lines
from plumbrule.extract.manifests.values import tables, text, toml_of


def _read(document: str, path: str) -> Reading:
    lines = Lines(document)
    return Reading(
        declared=tuple(
            Declared(
                text(one.get("name")), "", text(one.get("version")), "", lines.of("\nname"),
                "directory" in one,
            )
            for one in tables(toml_of(document).get("packages"))
        )
    )  # fmt: skip


FORMAT = Format("pypi", ("pylock.toml", "pylock.*.toml"), _read)
