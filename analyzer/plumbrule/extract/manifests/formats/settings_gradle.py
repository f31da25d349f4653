"""settings.gradle and settings.gradle.kts: which projects of the repository are built together."""

from __future__ import annotations

from plumbrule.extract.manifests.gradle import plugins
from plumbrule.extract.manifests.program import arguments, constants, tokens
from plumbrule.extract.manifests.reading import Declared, Format, Reading


def _read(text: str, path: str) -> Reading:
    all_ = tokens(text, comments="//")
    found = list(plugins(all_, constants(all_)))
    done = 0
    for at, token in enumerate(all_[:-1]):
        if at >= done and token.says("include", "includeBuild") and not (at and all_[at - 1].says(".")):
            given, _, done = arguments(all_, at + 1)
            for one in given:
                name = one.text if token.text == "includeBuild" else f":{one.text.lstrip(':')}"
                found.append(Declared(name, "", "", "", one.line, True))
    return Reading(declared=tuple(found))


FORMAT = Format("maven", ("settings.gradle", "settings.gradle.kts"), _read)
