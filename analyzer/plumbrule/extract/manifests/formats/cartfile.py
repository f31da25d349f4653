"""Cartfile and Cartfile.private."""

from __future__ import annotations

from plumbrule.extract.manifests.carthage import reading
from plumbrule.extract.manifests.reading import DEVELOPMENT, RUNTIME, Declared, Format, Reading


def _read(text: str, path: str) -> Reading:
    scope = DEVELOPMENT if path.endswith(".private") else RUNTIME
    return reading(text, lambda package, wanted, line: Declared(package, wanted, "", scope, line))


# What it asks for are packages of SwiftPM; `carthage` says why.
FORMAT = Format("swift", ("Cartfile", "Cartfile.private"), _read)
