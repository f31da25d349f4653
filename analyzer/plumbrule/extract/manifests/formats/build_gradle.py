"""build.gradle and build.gradle.kts, and the conventions that lie beside them in files of any name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from plumbrule.extract.manifests.gradle import dependencies, plugins
from plumbrule.extract.manifests.program import STRING, Token, constants, tokens
from plumbrule.extract.manifests.reading import Format, Published, Reading


def _read(text: str, path: str) -> Reading:
    all_ = tokens(text, comments="//")
    known = constants(all_)
    told = dict(_own(all_))
    folder = path.rpartition("/")[0]
    group = told.get("group", "")
    # Its own name is that of its folder; that of the outermost one is in the settings, or where it is checked out.
    made = (Published(f"{group}:{folder}", told.get("version", "")),) if group and folder else ()
    return Reading(made, (*plugins(all_, known), *dependencies(all_, known)))


def _own(all_: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """`group` and `version` as they are set for the project itself: in no block, which may be about anything."""
    depth = 0
    for at, token in enumerate(all_[:-2]):
        depth += token.says("{", "(") - token.says("}", ")")
        if depth == 0 and token.says("group", "version") and not (at and all_[at - 1].line == token.line):
            value = all_[at + 1 + all_[at + 1].says("=")]  # Groovy may leave the "=" out
            if value.kind == STRING and value.line == token.line:
                yield token.text, value.text


FORMAT = Format("maven", ("build.gradle", "build.gradle.kts", "*.gradle", "*.gradle.kts"), _read)
