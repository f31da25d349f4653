"""TypeScript: `.ts`, `.tsx` by a grammar of its own, and `.d.ts` as a dialect whose imports are all for types only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.languages import Language

if TYPE_CHECKING:
    from tree_sitter import Query
    from tree_sitter import Tree as SyntaxTree

    from plumbrule.facts import Facts
    from plumbrule.languages.typescript.resolver import EcmaScriptResolver
    from plumbrule.resolve import Tree
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

# The parser and what reads its trees are loaded by the workers that parse, not by everyone who asks what a file is.


def _grammar() -> object:
    import tree_sitter_typescript

    return tree_sitter_typescript.language_typescript()


def _grammar_with_jsx() -> object:
    import tree_sitter_typescript

    return tree_sitter_typescript.language_tsx()


def _extract(source: bytes, tree: SyntaxTree, query: Query) -> Facts:
    from plumbrule.languages.typescript.facts import extract

    return extract(source, tree, query)


def _extract_declarations(source: bytes, tree: SyntaxTree, query: Query) -> Facts:
    from plumbrule.languages.typescript.facts import extract_declarations

    return extract_declarations(source, tree, query)


def _resolver(tree: Tree) -> EcmaScriptResolver:
    from plumbrule.languages.typescript.resolver import TYPESCRIPT_FIRST, EcmaScriptResolver

    return EcmaScriptResolver(tree, TYPESCRIPT_FIRST)


LANGUAGES = (
    Language(
        name="typescript",
        dialect="typescript",
        suffixes=(".ts", ".mts", ".cts"),
        entries=("index.ts",),
        needs=NEEDS,
        distribution="tree-sitter-typescript",
        grammar=_grammar,
        extract=_extract,
        resolver=_resolver,
        manifests=MANIFESTS,
        folder=Path(__file__).parent,
    ),
    Language(
        name="typescript",
        dialect="tsx",
        suffixes=(".tsx",),
        entries=("index.tsx",),
        needs=NEEDS,
        distribution="tree-sitter-typescript",
        grammar=_grammar_with_jsx,
        extract=_extract,
        resolver=_resolver,
        manifests=MANIFESTS,
        folder=Path(__file__).parent,
    ),
    Language(
        name="typescript",
        dialect="typescript-declaration",
        suffixes=(".d.ts", ".d.mts", ".d.cts"),
        distribution="tree-sitter-typescript",
        grammar=_grammar,
        extract=_extract_declarations,
        resolver=_resolver,
        manifests=MANIFESTS,
        folder=Path(__file__).parent,
    ),
)
