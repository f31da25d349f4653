"""JavaScript with JSX: TypeScript's facts and resolution without types, by a grammar of its own."""

from __future__ import annotations

from pathlib import Path

from plumbrule.languages import Language, Late
from plumbrule.languages.typescript import MANIFESTS, NEEDS

LANGUAGES = (
    Language(
        name="javascript",
        dialect="javascript",
        suffixes=(".js", ".jsx", ".mjs", ".cjs"),
        entries=("index.js", "index.jsx", "index.mjs"),
        needs=NEEDS,
        grammar=Late("tree_sitter_javascript:language"),
        extract=Late("plumbrule.languages.typescript.facts:extract"),
        resolver=Late("plumbrule.languages.typescript.resolver:javascript"),
        manifests=MANIFESTS,
        folder=Path(__file__).parent,
        declared=((".js", ".d.ts"), (".jsx", ".d.ts"), (".mjs", ".d.mts"), (".cjs", ".d.cts")),
        borrows=(Path(__file__).parent.parent / "typescript",),
    ),
)
