"""Build files are read in the process that scans, which nothing kills: whatever they hold, that ends soon."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from plumbrule.languages import languages
from plumbrule.resolve import Entry, Tree

# Over and over again each of these, most of which begin something that never ends.
PIECES = (
    "/* ", "<!--", '"', '"\\', "'", '"""', "(", "[", "{", '{"a":', "<a ", "<Project ", "${", "$(", "-I$(",
    "a.", "a,", "..", "**/", "\n", "    \n", "- ", "include(", ".dependsOn(", "lazy val a = ", "replace (\n", "gem ",
    "=> ", "[a]\n",
)  # fmt: skip
BUILDS = sorted({(name if name[0] != "." else f"a{name}") for one in languages().values() for name in one.manifests})


@pytest.mark.parametrize("build", BUILDS)
def test_a_build_file_without_sense_costs_what_it_is_long(done_apart: Callable[..., list[str]], build: str) -> None:
    readers = {one.name: one for one in languages().values() if build.endswith(one.manifests)}

    def answer(number: int) -> str:
        piece = PIECES[number]
        tree = Tree(lambda path, blob: piece.encode() * (200_000 // len(piece)))
        list(tree.put(build, Entry(build, "")))
        for reader in readers.values():
            reader.resolver(tree).fingerprint()
        return ""

    said = done_apart(len(PIECES), answer, 4.0)
    assert dict(zip(PIECES, said, strict=True)) == dict.fromkeys(PIECES, "")
