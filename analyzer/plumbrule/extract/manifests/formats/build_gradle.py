"""build.gradle and build.gradle.kts, and the conventions that lie beside them in files of any name."""

from __future__ import annotations

from plumbrule.extract.manifests import gradle_project
from plumbrule.extract.manifests.gradle import dependencies, plugins
from plumbrule.extract.manifests.program import constants, tokens
from plumbrule.extract.manifests.reading import Declared, Format, Reading, Said


def _read(text: str, path: str) -> Reading:
    all_ = tokens(text, comments="//")
    known = constants(all_)
    found = [*plugins(all_, known), *dependencies(all_, known)]
    return Reading(
        declared=tuple(row for row in found if isinstance(row, Declared)),
        said=(*(row for row in found if isinstance(row, Said)), *gradle_project.said(all_)),
    )


FORMAT = Format("maven", ("build.gradle", "build.gradle.kts", "*.gradle", "*.gradle.kts"), _read)
