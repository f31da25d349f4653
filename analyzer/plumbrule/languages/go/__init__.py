"""Go: `.go`. A package is a folder, so what its files define is looked up by folder and name."""

from __future__ import annotations

import re
from pathlib import Path

from plumbrule.languages import Language, Late

MANIFESTS = ("go.mod", "go.work")


LANGUAGES = (
    Language(
        name="go",
        dialect="go",
        suffixes=(".go",),
        grammar=Late("tree_sitter_go:language"),
        extract=Late("plumbrule.languages.go.facts:extract"),
        resolver=Late("plumbrule.languages.go.resolver:GoResolver"),
        manifests=MANIFESTS,
        folder=Path(__file__).parent,
        standard=re.compile(r"[^./]+(?:/.*)?").fullmatch,  # only what others made begins with a host
        needs=r"go\.mod",
        tests=("*_test",),
        generated=("*.pb.go", "*.pb.gw.go", "zz_generated.*.go"),  # by protoc and its gateway, by code-generator
        vendor_folders=("vendor",),  # `go help packages`: no package of one's own can be imported by such a path
        private_folders=("internal",),  # the compiler refuses an import from outside
        folder_is_module=True,
        open_types=True,  # methods stand anywhere in the package
        nested=True,  # its name says which systems a file is for, and so which of several definers it is built with
        declares=Late("plumbrule.languages.go.resolver:declares"),
    ),
)
