"""Gemfile.lock and gems.locked."""

from __future__ import annotations

import re

from plumbrule.extract.manifests.reading import Declared, Format, Reading, Unreadable

_SPEC = re.compile(r"    ([^\s(]+) \(([^)]*)\)$")
_SECTIONS = frozenset({"GIT", "PATH", "GEM", "PLUGIN SOURCE"})


def _read(text: str, path: str) -> Reading:
    found = []
    section = ""
    known = False
    for number, line in enumerate(text.split("\n"), 1):
        if line and line[0] != " ":
            section = line.strip()
            known = known or section in _SECTIONS
        elif section in _SECTIONS and (spec := _SPEC.match(line)):
            found.append(Declared(spec[1], "", spec[2], "", number, section == "PATH"))
    if not known and text.strip():
        raise Unreadable("has none of the sections GEM, GIT and PATH")
    return Reading(declared=tuple(found))


FORMAT = Format("gem", ("Gemfile.lock", "gems.locked", "*.gemfile.lock"), _read)
