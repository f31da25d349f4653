"""Directory.Packages.props: versions for all projects below its folder."""

from __future__ import annotations

from plumbrule.extract.manifests.msbuild import properties, said
from plumbrule.extract.manifests.reading import DEVELOPMENT, MANAGED, Declared, Format, Reading
from plumbrule.extract.manifests.xml import root_of

_SCOPES = {"PackageVersion": MANAGED, "GlobalPackageReference": DEVELOPMENT}


def _read(text: str, path: str) -> Reading:
    root = root_of(text)
    known = properties(root)
    return Reading(
        declared=tuple(
            Declared(one.attributes.get("Include", ""), said(one, "Version", known), "", _SCOPES[one.tag], one.line)
            for one in root.each()
            if one.tag in _SCOPES
        )
    )


FORMAT = Format("nuget", ("Directory.Packages.props",), _read)
