"""Starlark, as Bazel and others write their build rules in it: a small Python whose imports are `load` statements."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.languages import Language

if TYPE_CHECKING:
    from tree_sitter import Query
    from tree_sitter import Tree as SyntaxTree

    from plumbrule.facts import Facts
    from plumbrule.languages.starlark.resolver import StarlarkResolver
    from plumbrule.resolve import Tree

MANIFESTS = ("MODULE.bazel", "WORKSPACE", "WORKSPACE.bazel")


def _grammar() -> object:
    import tree_sitter_python

    return tree_sitter_python.language()


def _extract(source: bytes, tree: SyntaxTree, query: Query) -> Facts:
    from plumbrule.languages.starlark.facts import extract

    return extract(source, tree, query)


def _resolver(tree: Tree) -> StarlarkResolver:
    from plumbrule.languages.starlark.resolver import StarlarkResolver

    return StarlarkResolver(tree)


LANGUAGES = (
    Language(
        name="starlark",
        dialect="starlark",
        suffixes=(".bzl", ".star", ".bazel"),
        names=("BUILD", "WORKSPACE", "WORKSPACE.bzlmod"),
        distribution="tree-sitter-python",
        grammar=_grammar,
        extract=_extract,
        resolver=_resolver,
        manifests=MANIFESTS,
        folder=Path(__file__).parent,
        tests=("*_tests",),  # `py_test.bzl` defines a rule
        borrows=(Path(__file__).parent.parent / "python",),
    ),
)
