"""build.gradle and build.gradle.kts, and the conventions that lie beside them in files of any name."""

from __future__ import annotations

from itertools import pairwise

from plumbrule.manifests.gradle import dependencies, plugins
from plumbrule.manifests.program import NAME, STRING, constants, tokens
from plumbrule.manifests.reading import Format, Published, Reading


def _read(text: str, path: str) -> Reading:
    all_ = tokens(text, comments="//")
    known = constants(all_)
    told: dict[str, str] = {}
    for name, value in pairwise(all_):
        if name.kind == NAME and name.text in ("group", "version") and value.kind == STRING:
            told.setdefault(name.text, value.text)  # Groovy may leave the "=" out
    for at in range(2, len(all_)):
        name, equals, value = all_[at - 2 : at + 1]
        standing = name.line == value.line and (at < 3 or all_[at - 3].line < name.line)
        if standing and name.says("group", "version") and equals.says("=") and value.kind == STRING:
            told[name.text] = value.text
    folder = path.rpartition("/")[0]
    group = told.get("group", "")
    # Its own name is that of its folder; that of the outermost one is in the settings, or where it is checked out.
    made = (Published(f"{group}:{folder}", told.get("version", "")),) if group and folder else ()
    return Reading(made, (*plugins(all_, known), *dependencies(all_, known)))


FORMAT = Format("maven", ("build.gradle", "build.gradle.kts", "*.gradle", "*.gradle.kts"), _read)
