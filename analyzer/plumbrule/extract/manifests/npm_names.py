"""How npm and its kin write which package, which version and from where in one word."""

from __future__ import annotations

from typing import NamedTuple

_INSIDE = ("file:", "link:", "portal:", "workspace:", "./", "../")


class Asked(NamedTuple):
    package: str
    wanted: str
    inside: bool


def asked(name: str, wanted: str) -> Asked:
    """What `name: wanted` asks for; of an alias it is the package behind it."""
    if wanted.startswith("npm:"):
        real, version = split(wanted[4:])
        # Yarn writes every range so; only an alias names a package.
        return Asked(real, version, False) if version else Asked(name, real, False)
    return Asked(name, wanted, wanted.startswith(_INSIDE))


def split(word: str) -> tuple[str, str]:
    """`name@rest` as both parts; a scope's own "@" stays with the name."""
    at = word.find("@", 1)
    return (word[:at], word[at + 1 :]) if at > 0 else (word, "")
