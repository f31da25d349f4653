"""TypeScript: `.ts`, `.tsx` by a grammar of its own, and `.d.ts` as a dialect whose imports are all for types only."""

from __future__ import annotations

from pathlib import Path

from plumbrule.languages import Language, Late

NEEDS = r"package\.json"
PRIVATE = ("internal", "internals")  # by custom; what offers from there says so in a file beside
MANIFESTS = (
    "package.json",
    "tsconfig.json",
    "jsconfig.json",
    "pnpm-workspace.yaml",
    "lerna.json",
    "deno.json",
    "deno.jsonc",
)

LISTED = (".json",)  # a compiler's settings may lie beside the usual ones, as in tsconfig.build.json

# By protoc (JavaScript, web and Connect), by Angular's compiler, and by minifiers, which linguist knows as vendored.
GENERATED = (
    *(f"*_pb.{ending}" for ending in ("js", "ts", "d.ts")),
    *("*.ngfactory.ts", "*.min.js", "*-min.js", "*.min.mjs", "*.min.cjs"),
)

LANGUAGES = (
    Language(
        name="typescript",
        dialect="typescript",
        suffixes=(".ts", ".mts", ".cts"),
        entries=("index.ts",),
        needs=NEEDS,
        generated=GENERATED,
        grammar=Late("tree_sitter_typescript:language_typescript"),
        extract=Late("plumbrule.languages.typescript.facts:extract"),
        resolver=Late("plumbrule.languages.typescript.resolver:typescript"),
        manifests=MANIFESTS,
        listed=LISTED,
        private_folders=PRIVATE,
        folder=Path(__file__).parent,
        standard=Late("plumbrule.languages.typescript.resolver:is_standard"),
        ecosystem="npm",
    ),
    Language(
        name="typescript",
        dialect="tsx",
        suffixes=(".tsx",),
        entries=("index.tsx",),
        needs=NEEDS,
        generated=GENERATED,
        grammar=Late("tree_sitter_typescript:language_tsx"),
        extract=Late("plumbrule.languages.typescript.facts:extract"),
        resolver=Late("plumbrule.languages.typescript.resolver:typescript"),
        manifests=MANIFESTS,
        listed=LISTED,
        private_folders=PRIVATE,
        folder=Path(__file__).parent,
        standard=Late("plumbrule.languages.typescript.resolver:is_standard"),
        ecosystem="npm",
    ),
    Language(
        name="typescript",
        dialect="typescript-declaration",
        suffixes=(".d.ts", ".d.mts", ".d.cts"),
        generated=GENERATED,
        grammar=Late("tree_sitter_typescript:language_typescript"),
        extract=Late("plumbrule.languages.typescript.facts:extract_declarations"),
        resolver=Late("plumbrule.languages.typescript.resolver:typescript"),
        manifests=MANIFESTS,
        listed=LISTED,
        private_folders=PRIVATE,
        folder=Path(__file__).parent,
        standard=Late("plumbrule.languages.typescript.resolver:is_standard"),
        ecosystem="npm",
    ),
)
