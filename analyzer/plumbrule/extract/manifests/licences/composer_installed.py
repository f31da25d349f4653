"""vendor/composer/installed.json: what Composer writes beside the packages that it installed."""

from __future__ import annotations

from collections.abc import Iterator

from plumbrule.extract.manifests.licences import Stated, Statement
from plumbrule.extract.manifests.licences.composer_lock import packages
from plumbrule.extract.manifests.text import Lines
from plumbrule.extract.manifests.values import json_of, texts


def _read(document: str) -> Iterator[Stated]:
    if document.lstrip().startswith("["):  # by Composer 1
        document = f'{{"packages":{document}}}'
    root, lines = json_of(document), Lines(document)
    development = set(texts(root.get("dev-package-names")))
    for one in packages(root, lines, "packages", development=False):
        yield one._replace(development=one.package in development)


STATEMENT = Statement("composer", ("installed.json",), _read, ("composer",))
