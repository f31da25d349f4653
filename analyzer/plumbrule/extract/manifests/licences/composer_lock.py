"""composer.lock, and what Composer writes beside the packages that it installed.

https://getcomposer.org/doc/04-schema.md#license: of several licences in a list one may be chosen.
"""

from __future__ import annotations

from collections.abc import Iterator

from plumbrule.extract.manifests.licences import Stated, Statement
from plumbrule.extract.manifests.text import Lines
from plumbrule.extract.manifests.values import Table, json_of, table, tables, text, texts


def packages(root: Table, lines: Lines, part: str, *, development: bool) -> Iterator[Stated]:
    lines.to(f'"{part}":', f'"{part}"')
    for one in tables(root.get(part)):
        name = text(one.get("name"))
        line = lines.of(f'"name": "{name}"', f'"name":"{name}"', name.replace("/", "\\/"))
        if table(one, "dist").get("type") != "path":  # else it is the repository's own
            said = one.get("license")
            licence = text(said) or " OR ".join(texts(said))
            yield Stated(name, text(one.get("version")), licence, line, development)


def _read(document: str) -> Iterator[Stated]:
    root, lines = json_of(document), Lines(document)
    yield from packages(root, lines, "packages", development=False)
    yield from packages(root, lines, "packages-dev", development=True)


STATEMENT = Statement("composer", ("composer.lock",), _read)
