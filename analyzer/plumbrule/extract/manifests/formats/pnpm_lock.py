"""pnpm-lock.yaml, of every version of its format.

By lines, as pnpm writes it: PyYAML is none of this program's dependencies, and takes a second for each megabyte.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from plumbrule.extract.manifests.npm_names import split
from plumbrule.extract.manifests.reading import DEVELOPMENT, OPTIONAL, RUNTIME, Declared, Format, Reading, Unreadable

_TOP = re.compile(r"(\w+):")
_KEY = re.compile(r"( +)['\"]?([^\s'\"][^'\"]*?)['\"]?:(?:\s+(.*))?$")
_SAYS = {"dev: true": DEVELOPMENT, "dev: false": RUNTIME, "optional: true": OPTIONAL}
_SLASHED = re.compile(r"/?((?:@[^/]+/)?[^/@]+)/([^/_(]+)")  # /name/1.0.0_peers, until version 5


def _read(text: str, path: str) -> Reading:
    if "lockfileVersion" not in text[:2000]:
        raise Unreadable("does not say `lockfileVersion`")
    parts: dict[str, list[tuple[int, str]]] = {"packages": [], "importers": []}
    part: list[tuple[int, str]] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line[:1].isalpha():
            head = _TOP.match(line)
            part = parts.get(head[1], []) if head else []
        elif line.startswith("  ") and not line.isspace():
            part.append((number, line))
    return Reading(declared=(*_linked(parts["importers"]), *_held(parts["packages"])))


def _held(lines: Iterable[tuple[int, str]]) -> Iterator[Declared]:
    """Each package is a key, and what is said of it stands further in."""
    one: Declared | None = None
    for number, line in lines:
        said = line.strip()
        if line[2] != " ":
            if one is not None:
                yield one
            key = _KEY.match(line)
            one = _package(key[2], number) if key else None
        elif one is not None and said in _SAYS:
            one = one._replace(scope=_SAYS[said])
        elif one is not None and one.wanted and line.startswith("    version: "):
            one = one._replace(locked=said[9:].strip("'\""))
    if one is not None:
        yield one


def _linked(lines: Iterable[tuple[int, str]]) -> Iterator[Declared]:
    """What members of the workspace ask of each other: `name:` with `specifier:` and `version:` below it."""
    name, wanted, begun = "", "", 0
    for number, line in lines:
        key = _KEY.match(line)
        if key is None:
            continue
        value = (key[3] or "").strip("'\"")
        if key[2] == "specifier":
            wanted = value
        elif key[2] == "version" and value.startswith("link:"):
            yield Declared(name, wanted, "", "", begun, True)
        elif not value:
            name, begun, wanted = key[2], number, ""


def _package(key: str, line: int) -> Declared | None:
    """`name@1.0.0(peers)`, `/name@1.0.0`, `/name/1.0.0_peers`; what lies elsewhere has its address for a version."""
    plain = key.partition("(")[0]
    name, version = split(plain.removeprefix("/"))
    if version and "/" not in name.removeprefix("@").partition("/")[2] and not _SLASHED.match(name):
        if version[0].isdigit():
            return Declared(name, "", version, "", line)
        return Declared(name, version, "", "", line, version.startswith(("file:", "link:")))
    slashed = _SLASHED.match(plain)
    return Declared(slashed[1], "", slashed[2], "", line) if slashed is not None else None


FORMAT = Format("npm", ("pnpm-lock.yaml",), _read)
