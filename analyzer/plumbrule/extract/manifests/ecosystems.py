"""How the registries spell names: two spellings of one package are one name after this."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_RUN = re.compile(r"[-_.]+")


def pypi(name: str) -> str:
    """PEP 503."""
    return _RUN.sub("-", name).lower()


def swift(name: str) -> str:
    """The identity that SwiftPM gives a package: the last part of its address, in lower case."""
    last = name.rstrip("/").rpartition("/")[2]
    return last.lower().removesuffix(".git")


_SPELLED: Mapping[str, Callable[[str], str]] = {
    "pypi": pypi,
    "swift": swift,
    "nuget": str.lower,
    "composer": str.lower,
    "conan": str.lower,
    "vcpkg": str.lower,
}


def spelled(ecosystem: str, name: str) -> str:
    """The name by the ecosystem's own rule; those that have none mean what is written."""
    rule = _SPELLED.get(ecosystem)
    return name if rule is None else rule(name)
