"""package.json of a package that is installed: in `node_modules`, where that is kept with the code.

https://docs.npmjs.com/cli/configuring-npm/package-json#license, and the older forms named there.
"""

from __future__ import annotations

from collections.abc import Iterator

from plumbrule.extract.manifests.licences import Stated, Statement
from plumbrule.extract.manifests.text import Lines
from plumbrule.extract.manifests.values import Table, json_of, table, tables, text, texts


def licence_of(manifest: Table) -> str:
    """What the manifest of a package of npm says; of several in the older form one may be chosen."""
    said = manifest.get("license", manifest.get("licence"))
    if isinstance(said, dict):
        return text(table(said).get("type"))
    several = said if isinstance(said, list) else manifest.get("licenses")
    if text(said) or several is None:
        return text(said)
    if isinstance(several, dict):
        return text(table(several).get("type"))
    return " OR ".join([*texts(several), *(text(one.get("type")) for one in tables(several) if text(one.get("type")))])


def _read(document: str) -> Iterator[Stated]:
    root = json_of(document)
    # Folders inside a package hold manifests without a name, which say how their files are loaded.
    if name := text(root.get("name")):
        version = text(root.get("version"))
        yield Stated(name, version, licence_of(root), Lines(document).of_key("license"))


STATEMENT = Statement("npm", ("package.json",), _read, ("node_modules",))
