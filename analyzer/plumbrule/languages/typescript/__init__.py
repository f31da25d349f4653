"""TypeScript: `.ts`, `.tsx` by a grammar of its own, and `.d.ts` as a dialect whose imports are all for types only."""

from __future__ import annotations

from pathlib import Path

from plumbrule.languages import Language, Late

NEEDS = r"package\.json"
MANIFESTS = (
    "package.json",
    "tsconfig.json",
    "jsconfig.json",
    "pnpm-workspace.yaml",
    "lerna.json",
    "deno.json",
    "deno.jsonc",
)

LANGUAGES = (
    Language(
        name="typescript",
        dialect="typescript",
        suffixes=(".ts", ".mts", ".cts"),
        entries=("index.ts",),
        needs=NEEDS,
        grammar=Late("tree_sitter_typescript:language_typescript"),
        extract=Late("plumbrule.languages.typescript.facts:extract"),
        resolver=Late("plumbrule.languages.typescript.resolver:typescript"),
        manifests=MANIFESTS,
        folder=Path(__file__).parent,
    ),
    Language(
        name="typescript",
        dialect="tsx",
        suffixes=(".tsx",),
        entries=("index.tsx",),
        needs=NEEDS,
        grammar=Late("tree_sitter_typescript:language_tsx"),
        extract=Late("plumbrule.languages.typescript.facts:extract"),
        resolver=Late("plumbrule.languages.typescript.resolver:typescript"),
        manifests=MANIFESTS,
        folder=Path(__file__).parent,
    ),
    Language(
        name="typescript",
        dialect="typescript-declaration",
        suffixes=(".d.ts", ".d.mts", ".d.cts"),
        grammar=Late("tree_sitter_typescript:language_typescript"),
        extract=Late("plumbrule.languages.typescript.facts:extract_declarations"),
        resolver=Late("plumbrule.languages.typescript.resolver:typescript"),
        manifests=MANIFESTS,
        folder=Path(__file__).parent,
    ),
)
