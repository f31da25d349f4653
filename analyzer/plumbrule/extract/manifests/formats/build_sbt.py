"""build.sbt, and project/*.sbt. What `%%` adds to a name, the version of Scala, is left out on both sides."""

from __future__ import annotations

from plumbrule.extract.manifests import sbt
from plumbrule.extract.manifests.program import tokens
from plumbrule.extract.manifests.reading import Format, Reading


def _read(text: str, path: str) -> Reading:
    return Reading(said=tuple(sbt.said(tokens(text, comments="//"))))


FORMAT = Format("maven", ("build.sbt", "*.sbt"), _read)
