"""What a manifest says, as lines that read like it."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

from plumbrule.extract.manifests.formats import format_of, read
from plumbrule.extract.manifests.reading import Reading


@pytest.fixture
def reading() -> Callable[..., Reading]:
    """`reading(path, text)`: what it says, read as the format that its name tells."""

    def ask(path: str, text: str | bytes) -> Reading:
        form = format_of(path)
        assert form is not None, f"{path} is no manifest"
        return read(form, text if isinstance(text, bytes) else dedent(text).encode(), path)

    return ask


@pytest.fixture
def told(reading: Callable[..., Reading]) -> Callable[..., list[str]]:
    """`told(path, text)`: a line for each package, "LINE package wanted =locked scope", in the order of the lines; what
    it publishes stands first, "makes package version"."""

    def tell(path: str, text: str | bytes) -> list[str]:
        found = reading(path, text)
        lines = [
            " ".join(filter(None, ["makes", made.package, made.version, "(private)" if made.private else ""]))
            for made in found.published
        ]
        for row in sorted(found.declared, key=lambda row: (row.line, row.package, row.locked)):
            locked = f"={row.locked}" if row.locked else ""
            inside = "inside" if row.inside else ""
            lines.append(" ".join(filter(None, [str(row.line), row.package, row.wanted, locked, row.scope, inside])))
        return [*lines, *([f"but: {found.reason}"] if found.reason else [])]

    return tell
