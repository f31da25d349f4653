"""Projects of MSBuild: *.csproj, *.fsproj, *.vbproj, and the properties beside them that reach several projects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from plumbrule.extract.manifests.msbuild import filled, properties, said
from plumbrule.extract.manifests.reading import DEVELOPMENT, MANAGED, RUNTIME, Declared, Format, Published, Reading
from plumbrule.extract.manifests.xml import Element, root_of


def _read(text: str, path: str) -> Reading:
    root = root_of(text)
    known = properties(root)
    stem, _, ending = path.rpartition("/")[2].rpartition(".")
    made = []
    reason = ""
    if ending.endswith("proj"):
        known = {"MSBuildProjectName": stem, "AssemblyName": stem, **known}
        name = filled(known.get("PackageId") or known["AssemblyName"] or stem, known)
        private = "false" in known.get("IsPackable", "").lower() or "true" in known.get("IsTestProject", "").lower()
        if "$(" in name:
            reason = f"its package is called {name}, which other files tell, or nothing before it is built"
        else:
            made.append(Published(name, known.get("Version") or known.get("VersionPrefix") or "", private))
    return Reading(tuple(made), tuple(_references(root, known)), reason)


def _references(root: Element, known: Mapping[str, str]) -> Iterator[Declared]:
    for element in root.each():
        if element.tag == "PackageReference":
            name = element.attributes.get("Include", "")
            scope = DEVELOPMENT if said(element, "PrivateAssets", known).lower() == "all" else RUNTIME
            version = said(element, "Version", known) or said(element, "VersionOverride", known)
            yield Declared(
                name or element.attributes.get("Update", ""), version, "", scope if name else MANAGED, element.line
            )
        elif element.tag == "ProjectReference":
            place = re.split(r"[\\/]", element.attributes.get("Include", ""))[-1]
            yield Declared(place.rpartition(".")[0], "", "", RUNTIME, element.line, True)


FORMAT = Format(
    "nuget", ("*.csproj", "*.fsproj", "*.vbproj", "Directory.Build.props", "Directory.Build.targets"), _read
)
