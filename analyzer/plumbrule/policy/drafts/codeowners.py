"""CODEOWNERS: a component for what each owner answers for, with the globs of their files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from plumbrule.errors import SettingsError
from plumbrule.globs import matcher
from plumbrule.policy.drafts import Draft, Notes, Origin, Part

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")

_SECTION = re.compile(r"\^?\[([^\]]+)\](?:\[\d+\])?\s*(.*)$")


def read(origin: Origin) -> Draft:
    notes = Notes()
    lines = list(_lines(origin.text, notes))
    paths = sorted(origin.paths)
    met: list[tuple[tuple[str, ...], str, frozenset[str]]] = []
    for pattern, owners in lines:
        globs = globs_of(pattern)
        try:
            found = frozenset(filter(matcher(globs), paths))
        except SettingsError as error:
            notes.add(pattern, str(error))
            continue
        if found:
            met.append((globs, owners, found))
        elif owners:
            notes.add(f"{pattern} {owners}", "no code here lies there")
    parts = []
    for owner in sorted({owners for _, owners, _ in met if owners}):
        globs_of_owner = _of(owner, met)
        if globs_of_owner:
            parts.append(Part(owner, globs_of_owner))
        else:
            notes.add(owner, "later lines give all their code to others")
    notes.add("who must review a change", "that is for the platform; here owners are the names of components")
    return Draft(tuple(parts), remarks=notes.all())


def _of(owner: str, met: list[tuple[tuple[str, ...], str, frozenset[str]]]) -> tuple[str, ...]:
    """The globs of one owner, and those of others after them that take files away: the last match counts."""
    globs: list[str] = []
    held: set[str] = set()
    for one, owners, found in met:
        if owners == owner:
            globs += one
            held |= found
        elif held & found:
            globs += [glob[1:] if glob.startswith("!") else f"!{glob}" for glob in one[:1]]
            if len(one) > 1:  # `docs/*`, which leaves what lies deeper
                deeper = matcher((one[1].removeprefix("!"),))
                globs += [one[1].removeprefix("!")] if any(map(deeper, held)) else []
            held -= found
    return tuple(globs) if held else ()


def _lines(text: str, notes: Notes) -> Iterator[tuple[str, str]]:
    default, sections = "", 0
    for raw in text.splitlines():
        line = re.sub(r"(^|\s)#.*", "", raw).strip()
        if not line:
            continue
        if section := _SECTION.match(line):
            default = _named(section[2].split())
            sections += 1
            continue
        words = re.findall(r"(?:\\.|\S)+", line)
        pattern = words[0]
        if pattern.startswith("!"):
            notes.add(pattern, "it takes files away from a section; that is not told here")
            continue
        yield pattern, _named(words[1:]) or default
    if sections > 1:
        notes.add(
            f"{sections} sections", "a file may have owners in each there; here the last line that matches counts"
        )


def _named(owners: list[str]) -> str:
    return " and ".join(dict.fromkeys(owners))


def globs_of(pattern: str) -> tuple[str, ...]:
    """As .gitignore writes it; there, and not here, `docs/*` leaves out what lies deeper."""
    glob = pattern.replace("[", "\\[")
    bare = glob.rstrip("/")
    if not bare:
        return ("**",)
    if bare == "*":
        return ("**",)
    if glob.endswith("/*") and len(glob) > 2:
        return glob, f"!{glob}/**"
    return (glob,)
