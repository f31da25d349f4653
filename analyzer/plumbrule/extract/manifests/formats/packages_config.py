"""packages.config, of NuGet before projects said it themselves; every version in it is exact."""

from __future__ import annotations

from plumbrule.extract.manifests.reading import DEVELOPMENT, RUNTIME, Declared, Format, Reading
from plumbrule.extract.manifests.xml import root_of


def _read(text: str, path: str) -> Reading:
    found = []
    for one in root_of(text).at("package"):
        version = one.attributes.get("version", "")
        scope = DEVELOPMENT if one.attributes.get("developmentDependency") == "true" else RUNTIME
        wanted = one.attributes.get("allowedVersions", version)
        found.append(Declared(one.attributes.get("id", ""), wanted, version, scope, one.line))
    return Reading(declared=tuple(found))


FORMAT = Format("nuget", ("packages.config",), _read)
