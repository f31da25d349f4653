"""JavaScript with JSX: TypeScript's facts and resolution without types, by a grammar of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.languages import Language
from plumbrule.languages.typescript import MANIFESTS, NEEDS

if TYPE_CHECKING:
    from tree_sitter import Query
    from tree_sitter import Tree as SyntaxTree

    from plumbrule.facts import Facts
    from plumbrule.languages.typescript.resolver import EcmaScriptResolver
    from plumbrule.resolve import Tree


def _grammar() -> object:
    import tree_sitter_javascript

    return tree_sitter_javascript.language()


def _extract(source: bytes, tree: SyntaxTree, query: Query) -> Facts:
    from plumbrule.languages.typescript.facts import extract

    return extract(source, tree, query)


def _resolver(tree: Tree) -> EcmaScriptResolver:
    from plumbrule.languages.typescript.resolver import JAVASCRIPT_FIRST, EcmaScriptResolver

    return EcmaScriptResolver(tree, JAVASCRIPT_FIRST)


LANGUAGES = (
    Language(
        name="javascript",
        dialect="javascript",
        suffixes=(".js", ".jsx", ".mjs", ".cjs"),
        entries=("index.js", "index.jsx", "index.mjs"),
        needs=NEEDS,
        distribution="tree-sitter-javascript",
        grammar=_grammar,
        extract=_extract,
        resolver=_resolver,
        manifests=MANIFESTS,
        folder=Path(__file__).parent,
        declared=((".js", ".d.ts"), (".jsx", ".d.ts"), (".mjs", ".d.mts"), (".cjs", ".d.cts")),
        borrows=(Path(__file__).parent.parent / "typescript",),
    ),
)
