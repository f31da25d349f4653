"""Rust: `.rs`. What a file is called, and what `self` and `super` mean in it, the `mod` statements of others say."""

from __future__ import annotations

import re
from pathlib import Path

from plumbrule.languages import Language, Late

MANIFESTS = ("Cargo.toml",)

IN_TEXT = 2  # `Import.level` of a macro by its plain name, which is seen from where it is written on

LANGUAGES = (
    Language(
        name="rust",
        dialect="rust",
        suffixes=(".rs",),
        grammar=Late("tree_sitter_rust:language"),
        extract=Late("plumbrule.languages.rust.facts:extract"),
        resolver=Late("plumbrule.languages.rust.resolver:RustResolver"),
        manifests=MANIFESTS,
        folder=Path(__file__).parent,
        standard=re.compile(r"std|core|alloc|proc_macro|test").fullmatch,
        needs=r"Cargo\.toml",
        tests=("test", "tests", "test_*", "*_test", "*_tests"),
        entries=("mod.rs", "lib.rs"),
        passes_on=True,
        nested=True,
        declares=Late("plumbrule.languages.rust.resolver:declares"),
    ),
)
