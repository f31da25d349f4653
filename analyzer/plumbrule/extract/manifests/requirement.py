"""One requirement as Python's packaging writes it (PEP 508), and what the name of a group says it is for."""

from __future__ import annotations

import re
from typing import NamedTuple

from plumbrule.extract.manifests.reading import BUILD, DEVELOPMENT, OPTIONAL, RUNTIME, TEST

# `packaging` is none of this program's dependencies, and a requirement that it refuses still names its package.
_REQUIREMENT = re.compile(
    r"([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\]\s*)?(@\s*[^\s;]+|\(?[<>=!~][^;]*)?\s*(?:;.*)?", re.ASCII
)
_SCOPES = (
    (TEST, re.compile(r"tests?|testing|pytest|unittests?|integration")),
    (DEVELOPMENT, re.compile(r"dev|devel|develop|development|docs?|documentation|lint|linting|style|ci|typing|types|"
                             r"tools?|tooling|format|local|debug|precommit|pre-commit|coverage|cov|bench(?:marks?)?")),
    (BUILD, re.compile(r"build|setup|package|packaging|release")),
    (OPTIONAL, re.compile(r"optional|extras?")),
)  # fmt: skip


class Requirement(NamedTuple):
    name: str
    wanted: str


def requirement(text: str) -> Requirement | None:
    """The package and the constraint, markers and extras left out; None if it is no requirement."""
    found = _REQUIREMENT.fullmatch(text.strip())
    if found is None:
        return None
    return Requirement(found[1], (found[2] or "").strip().strip("()").strip())


def scope_of(name: str, otherwise: str = RUNTIME) -> str:
    """What a group or a file is for, by the words of its name."""
    words = [word for word in re.split(r"[^a-z]+", name.lower()) if word]
    for scope, pattern in _SCOPES:
        if any(pattern.fullmatch(word) for word in words):
            return scope
    return otherwise
