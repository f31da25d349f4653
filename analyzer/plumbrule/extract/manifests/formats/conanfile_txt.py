"""conanfile.txt."""

from __future__ import annotations

from plumbrule.extract.manifests.conan import asked
from plumbrule.extract.manifests.reading import BUILD, RUNTIME, TEST, Format, Reading

_SCOPES = {"requires": RUNTIME, "tool_requires": BUILD, "build_requires": BUILD, "test_requires": TEST}


def _read(text: str, path: str) -> Reading:
    found = []
    section, strange = "", 0
    for number, line in enumerate(text.split("\n"), 1):
        said = line.partition(" #")[0].strip()
        if said.startswith("["):
            section = said.strip("[]")
        elif said and not said.startswith("#") and section in _SCOPES:
            row = asked(said, _SCOPES[section], number)
            if row is not None:
                found.append(row)
            else:
                strange = strange or number
    return Reading(declared=tuple(found), reason=f"line {strange} is no reference" if strange else "")


FORMAT = Format("conan", ("conanfile.txt",), _read)
