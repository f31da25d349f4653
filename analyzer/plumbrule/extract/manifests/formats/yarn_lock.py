"""yarn.lock, of Yarn 1 and of those after it.

By lines: Yarn 1 writes no YAML, the later ones a small part of it, and PyYAML takes a second for each megabyte.
"""

from __future__ import annotations

import re

from plumbrule.extract.manifests.npm_names import asked, split
from plumbrule.extract.manifests.reading import Declared, Format, Reading

_HEAD = re.compile(r"\"?((?:@[^@/\s,\"]+/)?[^@\s\",:]+@[^\n]*?)\"?:\s*$")
_VERSION = re.compile(r"  version:? \"?([^\"\s]+)\"?\s*$")


def _read(text: str, path: str) -> Reading:
    found: list[Declared] = []
    head, begun, strange = "", 0, 0
    for number, line in enumerate(text.split("\n"), 1):
        if not line or line[0] == "#":
            continue
        if line[0] != " ":
            match = _HEAD.match(line)
            head, begun = (match[1], number) if match else ("", 0)
            if match is None and not line.startswith("__metadata:"):
                strange = strange or number
        elif head and (version := _VERSION.match(line)):
            found.append(_made(head, version[1], begun))
            head = ""
    return Reading(declared=tuple(found), reason=f"line {strange} is no entry" if strange else "")


def _made(head: str, version: str, line: int) -> Declared:
    ranges, packages, inside = [], [], False
    for word in re.split(r"\"?, \"?", head):
        one = asked(*split(word))
        packages.append(one.package)
        ranges.append(one.wanted)
        inside = inside or one.inside
    if inside:
        version = "" if version == "0.0.0-use.local" else version
    return Declared(packages[0], ", ".join(dict.fromkeys(ranges)), version, "", line, inside)


FORMAT = Format("npm", ("yarn.lock",), _read)
