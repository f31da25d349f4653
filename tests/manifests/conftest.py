"""What a manifest says, as lines that read like it."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

from plumbrule.extract.manifests.formats import format_of, read
from plumbrule.extract.manifests.joins import join_of, read_together
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
def told(together: Callable[..., dict[str, list[str]]]) -> Callable[..., list[str]]:
    """`told(path, text)`: what a manifest says that is alone in its repository, as `together` tells it."""
    return lambda path, text: together({path: text})[path]


@pytest.fixture
def together(reading: Callable[..., Reading]) -> Callable[..., dict[str, list[str]]]:
    """`together({path: text})`: for each manifest of a repository a line for each package, "LINE package wanted =locked
    scope", in the order of the lines; what it publishes stands first, "makes package version"."""

    def tell(files: dict[str, str | bytes]) -> dict[str, list[str]]:
        alone = {path: reading(path, text) for path, text in files.items()}
        builds: dict[str | None, list[tuple[str, str, Reading]]] = {}
        for path, said in alone.items():
            form = format_of(path)
            assert form is not None
            builds.setdefault(join_of(form), []).append((form, path, said))
        for build, readings in builds.items():
            alone |= read_together(build, readings) if build is not None else {}
        return {path: _lines(said) for path, said in alone.items()}

    return tell


def _lines(found: Reading) -> list[str]:
    lines = [
        " ".join(filter(None, ["makes", made.package, made.version, "(private)" if made.private else ""]))
        for made in found.published
    ]
    for row in sorted(found.declared, key=lambda row: (row.line, row.package, row.locked)):
        locked = f"={row.locked}" if row.locked else ""
        inside = "inside" if row.inside else ""
        lines.append(" ".join(filter(None, [str(row.line), row.package, row.wanted, locked, row.scope, inside])))
    return [*lines, *([f"but: {found.reason}"] if found.reason else [])]
