"""Go: `.go`. A package is a folder, so what its files define is looked up by folder and name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.languages import Language

if TYPE_CHECKING:
    from tree_sitter import Query
    from tree_sitter import Tree as SyntaxTree

    from plumbrule.facts import Facts, Interface
    from plumbrule.languages.go.resolver import GoResolver
    from plumbrule.resolve import Tree

MANIFESTS = ("go.mod", "go.work")


def _grammar() -> object:
    import tree_sitter_go

    return tree_sitter_go.language()


def _extract(source: bytes, tree: SyntaxTree, query: Query) -> Facts:
    from plumbrule.languages.go.facts import extract

    return extract(source, tree, query)


def _resolver(tree: Tree) -> GoResolver:
    from plumbrule.languages.go.resolver import GoResolver

    return GoResolver(tree)


def _declares(path: str, interface: Interface) -> Iterable[str]:
    """`/go/FOLDER` of a package that can be imported, and `/go/FOLDER#NAME` of what is in it; of what only its tests
    see `/go/FOLDER:test#NAME`, and of what only tests see that are a package of their own `/go/FOLDER:PACKAGE#NAME`."""
    space = f"/go/{path.rpartition('/')[0]}"
    if path.endswith("_test.go"):
        package = interface.spaces[0][0] if interface.spaces else ""
        space = f"{space}:{package if package.endswith('_test') else 'test'}"
    else:
        yield space
    for symbol in interface.symbols:
        if symbol.parent < 0 and symbol.kind != "method":
            yield f"{space}#{symbol.name}"


LANGUAGES = (
    Language(
        name="go",
        dialect="go",
        suffixes=(".go",),
        distribution="tree-sitter-go",
        grammar=_grammar,
        extract=_extract,
        resolver=_resolver,
        manifests=MANIFESTS,
        folder=Path(__file__).parent,
        needs=r"go\.mod",
        tests=("*_test",),
        declares=_declares,
    ),
)
