"""Python: `.py`, and `.pyi` stubs as a dialect whose imports are all for types only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.languages import Language

if TYPE_CHECKING:
    from tree_sitter import Query
    from tree_sitter import Tree as SyntaxTree

    from plumbrule.facts import Facts
    from plumbrule.languages.python.resolver import PythonResolver
    from plumbrule.resolve import Tree

_ENTRIES = ("__init__.py",)
_NEEDS = r"pyproject\.toml|setup\.(?:py|cfg)|.*requirements.*\.(?:txt|in)|Pipfile|environment\.ya?ml"
MANIFESTS = ("pyproject.toml", "setup.cfg", "setup.py", "pytest.ini", "tox.ini", "manage.py")

# The parser and what reads its trees are loaded by the workers that parse, not by everyone who asks what a file is.


def _grammar() -> object:
    import tree_sitter_python

    return tree_sitter_python.language()


def _extract(source: bytes, tree: SyntaxTree, query: Query) -> Facts:
    from plumbrule.languages.python.facts import extract

    return extract(source, tree, query)


def _extract_stub(source: bytes, tree: SyntaxTree, query: Query) -> Facts:
    from plumbrule.languages.python.facts import extract_stub

    return extract_stub(source, tree, query)


def _resolver(tree: Tree) -> PythonResolver:
    from plumbrule.languages.python.resolver import PythonResolver

    return PythonResolver(tree)


LANGUAGES = (
    Language(
        name="python",
        dialect="python",
        suffixes=(".py",),
        distribution="tree-sitter-python",
        grammar=_grammar,
        extract=_extract,
        resolver=_resolver,
        manifests=MANIFESTS,
        folder=Path(__file__).parent,
        entries=_ENTRIES,
        needs=_NEEDS,
        by_name=True,
        passes_on=True,
        declared=((".py", ".pyi"),),
    ),
    Language(
        name="python",
        dialect="python-stub",
        suffixes=(".pyi",),
        distribution="tree-sitter-python",
        grammar=_grammar,
        extract=_extract_stub,
        resolver=_resolver,
        manifests=MANIFESTS,
        folder=Path(__file__).parent,
        entries=_ENTRIES,
        needs=_NEEDS,
        by_name=True,
        passes_on=True,
    ),
)
