"""Podfile.lock, by lines: CocoaPods writes one small part of YAML.

What the Podfile asks for has the constraint that stands there; the parts of a pod are the pod.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from plumbrule.extract.manifests.pods import is_inside, pod_of
from plumbrule.extract.manifests.reading import Declared, Format, Reading, Unreadable

_SECTION = re.compile(r"([A-Z][A-Z ]*):")
_ENTRY = re.compile(r"  - [\"']?([^\s(\"'][^(\"']*?)(?: \(([^)]*)\))?[\"']?:?\s*$")
_SOURCE = re.compile(r"  [\"']?([^\s\"'][^\"']*?)[\"']?:\s*$")
_PATH = re.compile(r"    [\"']?:path[\"']?: [\"']?([^\"'\n]*)")


class _Line(NamedTuple):
    section: str
    number: int
    text: str


def _read(text: str, path: str) -> Reading:
    locked: dict[str, tuple[str, int]] = {}
    asked: dict[str, list[str]] = {}
    inside: set[str] = set()
    source = ""
    for section, number, line in _lines(text):
        if section == "EXTERNAL SOURCES":
            if match := _SOURCE.match(line):
                source = pod_of(match[1])
            elif (place := _PATH.match(line)) and is_inside(place[1]):
                inside.add(source)
        elif entry := _ENTRY.match(line):
            name = pod_of(entry[1])
            if section == "PODS":
                locked.setdefault(name, (entry[2] or "", number))
            elif section == "DEPENDENCIES":
                asked.setdefault(name, []).append(entry[2] or "")
    if not locked and text.strip() and not re.search(r"^(?:PODS|COCOAPODS):", text, re.MULTILINE):
        raise Unreadable("has no section PODS")
    return Reading(
        declared=tuple(
            Declared(name, ", ".join(dict.fromkeys(_wanted(asked.get(name, ())))), version, "", line, name in inside)
            for name, (version, line) in locked.items()
        )
    )


def _lines(text: str) -> Iterator[_Line]:
    section = ""
    for number, line in enumerate(text.split("\n"), 1):
        if line[:1].isupper() and (head := _SECTION.match(line)):
            section = head[1]
        elif line:
            yield _Line(section, number, line)


def _wanted(said: list[str] | tuple[()]) -> Iterator[str]:
    """The constraints, of what is taken from elsewhere the place."""
    for one in said:
        place = re.match(r"from `([^`]*)`", one)
        if place is not None:
            yield place[1]
        elif one:
            yield one


FORMAT = Format("cocoapods", ("Podfile.lock",), _read)
