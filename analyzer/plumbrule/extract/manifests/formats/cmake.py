"""CMakeLists.txt: what it fetches, and what must be installed where it is built."""

from __future__ import annotations

import re
from itertools import pairwise

from plumbrule.extract.manifests.reading import RUNTIME, Declared, Format, Published, Reading, Unreadable, unknown
from plumbrule.extract.manifests.text import Lines

_LONGEST = 1_000_000
_COMMENT = re.compile(r"#\[(=*)\[.*?(?:\]\1\]|\Z)|#[^\n]*+", re.DOTALL)
_CALL = re.compile(r"\b(find_package|FetchContent_Declare|ExternalProject_Add|project)\s*\(([^()]*+)\)", re.IGNORECASE)
_WORD = re.compile(r"\"([^\"]*+)\"|([^\s\"]++)")
_VERSION = re.compile(r"\d[\w.]*(?:\.\.\.<?\d[\w.]*)?")


def _read(text: str, path: str) -> Reading:
    if len(text) > _LONGEST:
        raise Unreadable(f"a program of more than {_LONGEST:,} characters")
    text = _COMMENT.sub(lambda match: "\n" * match[0].count("\n"), text)
    lines = Lines(text)
    made: list[Published] = []
    found = []
    lacking: list[tuple[int, str]] = []
    for call in _CALL.finditer(text):
        words = [match[1] or match[2] or "" for match in _WORD.finditer(call[2])]
        if not words or "$" in words[0]:
            lacking += [(lines.at(call.start()), words[0])] if words else []
            continue
        options = dict(pairwise(words))
        if call[1].lower() == "project":
            made.append(Published(words[0].lower(), options.get("VERSION", "")))
            continue
        if call[1].lower() == "find_package":
            wanted = words[1] if len(words) > 1 and _VERSION.fullmatch(words[1]) else ""
        else:
            wanted = next((options[key] for key in ("GIT_TAG", "URL", "GIT_REPOSITORY") if key in options), "")
        found.append(Declared(words[0].lower(), wanted, "", RUNTIME, lines.at(call.start())))
    return Reading(tuple(made[:1]), tuple(found), unknown(lacking))


FORMAT = Format("generic", ("CMakeLists.txt",), _read)
