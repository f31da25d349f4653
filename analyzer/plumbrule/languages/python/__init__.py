"""Python: `.py`, and `.pyi` stubs as a dialect whose imports are all for types only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.languages import Language
from plumbrule.languages.python.resolver import MANIFESTS, PythonResolver

if TYPE_CHECKING:
    from tree_sitter import Query, Tree

    from plumbrule.facts import Facts

# The parser and what reads its trees are loaded by the workers that parse, not by everyone who asks what a file is.


def _grammar() -> object:
    import tree_sitter_python

    return tree_sitter_python.language()


def _extract(source: bytes, tree: Tree, query: Query) -> Facts:
    from plumbrule.languages.python.facts import extract

    return extract(source, tree, query)


def _extract_stub(source: bytes, tree: Tree, query: Query) -> Facts:
    from plumbrule.languages.python.facts import extract_stub

    return extract_stub(source, tree, query)


LANGUAGES = (
    Language(
        name="python",
        dialect="python",
        suffixes=(".py",),
        distribution="tree-sitter-python",
        grammar=_grammar,
        extract=_extract,
        resolver=PythonResolver,
        manifests=MANIFESTS,
        folder=Path(__file__).parent,
    ),
    Language(
        name="python",
        dialect="python-stub",
        suffixes=(".pyi",),
        distribution="tree-sitter-python",
        grammar=_grammar,
        extract=_extract_stub,
        resolver=PythonResolver,
        manifests=MANIFESTS,
        folder=Path(__file__).parent,
    ),
)
