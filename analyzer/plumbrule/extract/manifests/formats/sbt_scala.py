"""project/*.scala: the code of a build of sbt, which most often holds what its build files ask for by name."""

from __future__ import annotations

from plumbrule.extract.manifests import sbt
from plumbrule.extract.manifests.program import tokens
from plumbrule.extract.manifests.reading import Format, Reading


def _read(text: str, path: str) -> Reading:
    return Reading(said=tuple(sbt.said(tokens(text, comments="//"))))


FORMAT = Format("maven", ("project/*.scala",), _read)
