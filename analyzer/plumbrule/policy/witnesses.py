"""Paths that globs mean though no file lies there yet: what an edit of a glob does to files that are still to come.

Hides how a path is made of a pattern. A change that takes a folder out of a contract before there is anything in it
would otherwise loosen nothing today, and let pass tomorrow what comes to lie there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from plumbrule.errors import SettingsError
from plumbrule.globs import matcher

_NEW = "new"  # the name of what is not there yet
_PART = re.compile(r"\[(!?)(\]?[^\]]*)\]|\\(.)|([*?])|([^*?\[\\]+)")
_MOST = 200  # paths of one policy; who states more globs is told of the first


def witnesses(globs: Iterable[str], suffixes: Iterable[str], taken: Iterable[str] = ()) -> tuple[str, ...]:
    """Paths with these endings that are meant by one of these globs each, none of them taken; sorted."""
    endings = sorted(set(suffixes)) or [""]
    found: set[str] = set()
    for glob in dict.fromkeys(globs):
        found.update(_paths(glob, endings))
        if len(found) >= _MOST:
            break
    return tuple(sorted(found - set(taken)))[:_MOST]


def _paths(glob: str, endings: list[str]) -> Iterator[str]:
    if glob.startswith("!"):
        return
    try:
        means = matcher((glob,))
    except SettingsError:
        return
    parts = [part for part in glob.strip("/ ").split("/") if part]
    for plain in ("/".join(_named(part) for part in parts if part != "**" or deep) for deep in (False, True)):
        for tail in ("", f"/{_NEW}"):
            for path in (f"{plain}{tail}{ending}".lstrip("/") for ending in ("", *endings)):
                if path.endswith(tuple(endings)) and means(path):
                    yield path


def _named(part: str) -> str:
    """A name that one part of a pattern means."""
    if part == "**":
        return _NEW
    said = []
    for match in _PART.finditer(part):
        negated, choice, escaped, wild, plain = match.groups()
        if choice is not None:
            said.append(next((sign for sign in "ae0_z" if (sign not in choice) == bool(negated)), choice[:1]))
        else:
            said.append(escaped or plain or (_NEW if wild == "*" else _NEW[0]))
    return "".join(said)
