"""References as Conan writes them: `name/version@user/channel#revision`."""

from __future__ import annotations

import re

from plumbrule.extract.manifests.reading import Declared

_REFERENCE = re.compile(r"([A-Za-z0-9_][\w.+-]*)/(\[[^\]]*\]|[^@#\s\[\]]+)(?:@[^#\s]*)?(?:#\S*)?")


def asked(reference: str, scope: str, line: int) -> Declared | None:
    """None if it is no reference."""
    match = _REFERENCE.fullmatch(reference.strip())
    return Declared(match[1], match[2], "", scope, line) if match is not None else None
