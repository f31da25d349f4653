"""Starlark, as Bazel and others write their build rules in it: a small Python whose imports are `load` statements."""

from __future__ import annotations

from pathlib import Path

from plumbrule.languages import Language, Late

MANIFESTS = ("MODULE.bazel", "WORKSPACE", "WORKSPACE.bazel")

LANGUAGES = (
    Language(
        name="starlark",
        dialect="starlark",
        suffixes=(".bzl", ".star", ".bazel"),
        names=("BUILD", "WORKSPACE", "WORKSPACE.bzlmod"),
        grammar=Late("tree_sitter_python:language"),
        extract=Late("plumbrule.languages.starlark.facts:extract"),
        resolver=Late("plumbrule.languages.starlark.resolver:StarlarkResolver"),
        manifests=MANIFESTS,
        folder=Path(__file__).parent,
        private_folders=("internal", "internals"),
        tests=("*_tests",),  # `py_test.bzl` defines a rule
        borrows=(Path(__file__).parent.parent / "python",),
    ),
)
