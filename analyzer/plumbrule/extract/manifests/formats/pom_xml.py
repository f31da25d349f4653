"""pom.xml. What a parent in another file says is not known here: such a version stays as it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from plumbrule.extract.manifests.reading import (
    BUILD,
    MANAGED,
    OPTIONAL,
    RUNTIME,
    TEST,
    Declared,
    Format,
    Published,
    Reading,
    Unreadable,
)
from plumbrule.extract.manifests.xml import Element, root_of

_PROPERTY = re.compile(r"\$\{([^${}]+)\}")
_SCOPES = {"": RUNTIME, "compile": RUNTIME, "runtime": RUNTIME, "test": TEST, "import": MANAGED}
_DEEP, _LONG = 5, 300  # properties in properties; characters of a value


def _read(text: str, path: str) -> Reading:
    root = root_of(text)
    if root.tag != "project":
        raise Unreadable(f"<{root.tag}>, and no <project>")
    known = dict(_properties(root))
    found = []
    for parent in root.at("parent"):
        found.append(_row(parent, "parent", known, "version"))
    for part in (root, *root.at("profiles", "profile")):
        for one in part.at("dependencies", "dependency"):
            said = one.says("scope")
            scope = OPTIONAL if one.says("optional") == "true" else _SCOPES.get(said, said)
            found.append(_row(one, scope, known))
        found += [_row(one, MANAGED, known) for one in part.at("dependencyManagement", "dependencies", "dependency")]
        found += [_row(one, BUILD, known) for one in part.at("build", "plugins", "plugin")]
        found += [
            _row(one, BUILD, known) for one in part.at("build", "plugins", "plugin", "dependencies", "dependency")
        ]
        found += [_row(one, BUILD, known) for one in part.at("build", "extensions", "extension")]
        found += [_row(one, MANAGED, known) for one in part.at("build", "pluginManagement", "plugins", "plugin")]
    artifact = _filled(root.says("artifactId"), known)
    group, version = known.get("project.groupId", ""), known.get("project.version", "")
    name = f"{_filled(group, known)}:{artifact}"
    if "${" in name:
        reason = f"its package is called {name}, which other files tell, or nothing before it is built"
        return Reading((), tuple(found), reason)
    made = (Published(name, _filled(version, known)),) if artifact and group else ()
    return Reading(made, tuple(found))


def _properties(root: Element) -> Iterator[tuple[str, str]]:
    for part in root.at("properties"):
        for one in part.children:
            yield one.tag, one.text.strip()
    for key in ("groupId", "version"):
        parent = root.says("parent", key)
        for name, value in ((key, root.says(key) or parent), (f"parent.{key}", parent)):
            if value:
                yield f"project.{name}", value
                yield f"pom.{name}", value
                yield name, value
    yield "project.artifactId", root.says("artifactId")


def _filled(text: str, known: Mapping[str, str]) -> str:
    for _ in range(_DEEP):
        if "${" not in text or len(text) > _LONG:
            break
        text = _PROPERTY.sub(lambda match: known.get(match[1].strip(), match[0]), text)
    return text[:_LONG]


def _row(element: Element, scope: str, known: Mapping[str, str], version: str = "version") -> Declared:
    group = element.says("groupId") or ("org.apache.maven.plugins" if element.tag == "plugin" else "")
    package = f"{_filled(group, known)}:{_filled(element.says('artifactId'), known)}"
    return Declared(package.strip(":"), _filled(element.says(version), known), "", scope, element.line)


FORMAT = Format("maven", ("pom.xml",), _read)
