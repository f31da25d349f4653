"""Python: `.py`, and `.pyi` stubs as a dialect whose imports are all for types only."""

from __future__ import annotations

from pathlib import Path

from plumbrule.languages import Language, Late

_GENERATED = ("*_pb2.py", "*_pb2.pyi", "*_pb2_grpc.py", "*_pb2_grpc.pyi")  # by protoc
_ENTRIES = ("__init__.py",)
_PRIVATE = ("internal", "internals")  # as PEP 8 has it, all inside of an internal package is internal
_NEEDS = r"pyproject\.toml|setup\.(?:py|cfg)|.*requirements.*\.(?:txt|in)|Pipfile|environment\.ya?ml"
MANIFESTS = ("pyproject.toml", "setup.cfg", "setup.py", "pytest.ini", "tox.ini", "manage.py")

LANGUAGES = (
    Language(
        name="python",
        dialect="python",
        suffixes=(".py",),
        grammar=Late("tree_sitter_python:language"),
        extract=Late("plumbrule.languages.python.facts:extract"),
        resolver=Late("plumbrule.languages.python.resolver:PythonResolver"),
        manifests=MANIFESTS,
        folder=Path(__file__).parent,
        standard=Late("plumbrule.languages.python.resolver:is_standard"),
        entries=_ENTRIES,
        generated=_GENERATED,
        needs=_NEEDS,
        private_folders=_PRIVATE,
        by_name=True,
        passes_on=True,
        bases_in_brackets=True,
        declared=((".py", ".pyi"),),
    ),
    Language(
        name="python",
        dialect="python-stub",
        suffixes=(".pyi",),
        grammar=Late("tree_sitter_python:language"),
        extract=Late("plumbrule.languages.python.facts:extract_stub"),
        resolver=Late("plumbrule.languages.python.resolver:PythonResolver"),
        manifests=MANIFESTS,
        folder=Path(__file__).parent,
        standard=Late("plumbrule.languages.python.resolver:is_standard"),
        entries=_ENTRIES,
        generated=_GENERATED,
        needs=_NEEDS,
        private_folders=_PRIVATE,
        by_name=True,
        passes_on=True,
        bases_in_brackets=True,
    ),
)
