"""Gradle's version catalogs: libs.versions.toml and others of that ending."""

from __future__ import annotations

from plumbrule.extract.manifests.gradle import plugin
from plumbrule.extract.manifests.reading import MANAGED, Declared, Format, Reading, Said
from plumbrule.extract.manifests.text import Lines
from plumbrule.extract.manifests.values import Table, table, text, texts, toml_of

LIBRARY, BUNDLE, PLUGIN, VERSION = "library", "bundle", "plugin", "version"  # an alias, and what it stands for


def _read(document: str, path: str) -> Reading:
    root, lines = toml_of(document), Lines(document)
    versions = table(root, "versions")
    found: list[Declared] = []
    said: list[Said] = []
    lines.to("[libraries]")
    for alias, value in table(root, "libraries").items():
        where, line = table(value), lines.of(f"\n{alias} ", f"\n{alias}=", f'\n"{alias}"')
        module = text(where.get("module")) or f"{text(where.get('group'))}:{text(where.get('name'))}"
        wanted = _version(where, versions)
        if isinstance(value, str):
            module, _, wanted = value.rpartition(":") if value.count(":") > 1 else (value, "", "")
        found.append(Declared(module.strip(":"), wanted, "", MANAGED, line))
        said.append(Said(LIBRARY, alias, f"{module.strip(':')}:{wanted}", line))
    lines.to("[plugins]")
    for alias, value in table(root, "plugins").items():
        where, line = table(value), lines.of(f"\n{alias} ", f"\n{alias}=", f'\n"{alias}"')
        id_, wanted = text(where.get("id")), _version(where, versions)
        if isinstance(value, str):
            id_, _, wanted = value.partition(":")
        if id_:
            found.append(plugin(id_, wanted, MANAGED, line))
            said.append(Said(PLUGIN, alias, f"{id_}:{wanted}", line))
    lines.to("[bundles]")
    for alias, value in table(root, "bundles").items():
        line = lines.of(f"\n{alias} ", f"\n{alias}=", f'\n"{alias}"')
        said.append(Said(BUNDLE, alias, " ".join(texts(value)), line))
    return Reading(declared=tuple(found), said=tuple(said))


def _version(where: Table, versions: Table) -> str:
    """A version as written, in full or by a name; of a rich one the strictest word."""
    value = where.get("version")
    reference = text(table(value).get("ref"))
    value = versions.get(reference) if reference else value
    rich = table(value)
    return text(value) or next((text(rich[key]) for key in ("strictly", "require", "prefer") if key in rich), "")


FORMAT = Format("maven", ("*.versions.toml",), _read)
