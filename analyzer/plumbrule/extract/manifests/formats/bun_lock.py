"""bun.lock: JSON with comments and commas at the end."""

from __future__ import annotations

import re

from plumbrule.extract.manifests.npm_names import asked, split
from plumbrule.extract.manifests.reading import Declared, Format, Reading
from plumbrule.extract.manifests.text import Lines
from plumbrule.extract.manifests.values import json_of, table, texts

_STRING = r"(\"(?:[^\"\\\n]|\\.)*+(?:\"|(?=\n)|\\?\Z))"
_COMMENT = re.compile(rf"{_STRING}|//[^\n]*+|/\*.*?(?:\*/|\Z)", re.DOTALL)
_LAST_COMMA = re.compile(rf"{_STRING}|,(?=\s*+[}}\]])")


def _read(document: str, path: str) -> Reading:
    plain = document
    for beside in (_COMMENT, _LAST_COMMA):
        plain = beside.sub(lambda match: match[1] or "", plain)
    packages, lines = table(json_of(plain), "packages"), Lines(document)
    lines.to('"packages":')
    found = []
    for key, value in packages.items():
        line = lines.of_key(key)
        for word in texts(value)[:1]:
            name, version = split(word)
            one = asked(name, version)
            plainly = not one.inside and one.wanted[:1].isdigit()
            locked, wanted = (one.wanted, "") if plainly else ("", one.wanted)
            found.append(Declared(one.package, wanted, locked, "", line, one.inside))
    return Reading(declared=tuple(found))


FORMAT = Format("npm", ("bun.lock",), _read)
