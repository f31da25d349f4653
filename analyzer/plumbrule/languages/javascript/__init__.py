"""JavaScript with JSX: TypeScript's facts and resolution without types, by a grammar of its own."""

from __future__ import annotations

from pathlib import Path

from plumbrule.languages import Language, Late
from plumbrule.languages.typescript import GENERATED, LISTED, MANIFESTS, NEEDS, PRIVATE

# Libraries that are handed on as a file with a version in its name, as linguist lists them.
_VENDORED = tuple(
    f"{library}[-.]{version}*.js"
    for library in ("jquery", "jquery-ui", "jquery.ui", "bootstrap", "modernizr", "prototype", "mootools", "angular")
    for version in ("[0-9].[0-9]", "[0-9].[0-9][0-9]")
)

LANGUAGES = (
    Language(
        name="javascript",
        dialect="javascript",
        suffixes=(".js", ".jsx", ".mjs", ".cjs"),
        entries=("index.js", "index.jsx", "index.mjs"),
        needs=NEEDS,
        generated=GENERATED,
        grammar=Late("tree_sitter_javascript:language"),
        extract=Late("plumbrule.languages.typescript.facts:extract"),
        resolver=Late("plumbrule.languages.typescript.resolver:javascript"),
        manifests=MANIFESTS,
        listed=LISTED,
        private_folders=PRIVATE,
        folder=Path(__file__).parent,
        standard=Late("plumbrule.languages.typescript.resolver:is_standard"),
        ecosystem="npm",
        declared=((".js", ".d.ts"), (".jsx", ".d.ts"), (".mjs", ".d.mts"), (".cjs", ".d.cts")),
        vendored=_VENDORED,
        borrows=(Path(__file__).parent.parent / "typescript",),
    ),
)
