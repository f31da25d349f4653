"""Cargo.toml: of a package, of a workspace, or of both."""

from __future__ import annotations

from collections.abc import Iterator

from plumbrule.extract.manifests.reading import (
    BUILD,
    DEVELOPMENT,
    MANAGED,
    OPTIONAL,
    RUNTIME,
    Declared,
    Format,
    Published,
    Reading,
)
from plumbrule.extract.manifests.text import Lines
from plumbrule.extract.manifests.values import table, text, toml_of

_PARTS = {
    "dependencies": RUNTIME,
    "dev-dependencies": DEVELOPMENT,
    "dev_dependencies": DEVELOPMENT,
    "build-dependencies": BUILD,
    "build_dependencies": BUILD,
}


def _read(document: str, path: str) -> Reading:
    root, lines = toml_of(document), Lines(document)
    package = table(root, "package") or table(root, "project")
    name = text(package.get("name"))
    private = package.get("publish") is False or package.get("publish") == []
    found = list(_asked(table(root, "workspace", "dependencies"), "workspace.dependencies", MANAGED, lines))
    for part, scope in _PARTS.items():
        found += _asked(table(root, part), part, scope, lines)
    for target, given in table(root, "target").items():
        for part, scope in _PARTS.items():
            below = table(given, part)
            if below:
                escaped = target.replace("\\", "\\\\").replace('"', '\\"')
                places = [f"target.{spelled}.{part}" for spelled in (f"'{target}'", f'"{escaped}"', target)]
                part = next((place for place in places if f"[{place}" in document), part)
            found += _asked(below, part, scope, lines)
    return Reading((Published(name, text(package.get("version")), private),) if name else (), tuple(found))


def _asked(given: object, place: str, scope: str, lines: Lines) -> Iterator[Declared]:
    lines.to(f"[{place}")
    for name, wanted in table(given).items():
        where = table(wanted)
        said = text(wanted) or next((text(where[key]) for key in ("version", "git", "path") if key in where), "")
        if where.get("workspace") is True:
            said = "workspace"
        line = lines.of(f"[{place}.{name}]", f"\n{name} ", f"\n{name}.", f"\n{name}=", f'\n"{name}"')
        asked_for = OPTIONAL if where.get("optional") is True and scope == RUNTIME else scope
        yield Declared(text(where.get("package")) or name, said, "", asked_for, line, "path" in where)


FORMAT = Format("cargo", ("Cargo.toml",), _read)
