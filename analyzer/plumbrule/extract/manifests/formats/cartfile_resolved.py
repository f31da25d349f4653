"""Cartfile.resolved."""

from __future__ import annotations

from plumbrule.extract.manifests.carthage import reading
from plumbrule.extract.manifests.reading import Declared, Format, Reading


def _read(text: str, path: str) -> Reading:
    return reading(text, lambda package, version, line: Declared(package, "", version, "", line))


# What it holds are packages of SwiftPM; `carthage` says why.
FORMAT = Format("swift", ("Cartfile.resolved",), _read)
