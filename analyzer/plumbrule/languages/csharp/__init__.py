"""C#: `.cs`. A namespace is many files, so what they define is looked up by namespace and name."""

from __future__ import annotations

import re
from pathlib import Path

from plumbrule.languages import Language, Late

MANIFESTS = (".csproj", ".projitems", ".props", ".targets", ".sln", ".slnx", ".asmdef")
LANGUAGES = (
    Language(
        name="csharp",
        dialect="csharp",
        suffixes=(".cs",),
        grammar=Late("tree_sitter_c_sharp:language"),
        extract=Late("plumbrule.languages.csharp.facts:extract"),
        resolver=Late("plumbrule.languages.csharp.resolver:CSharpResolver"),
        manifests=MANIFESTS,
        folder=Path(__file__).parent,
        standard=re.compile(r"System|Windows|Microsoft\.(?:CSharp|VisualBasic|Win32)").fullmatch,
        needs=r".*\.csproj|.*\.asmdef|Directory\.(?:Build|Packages)\.props|packages\.config",
        # An interface ITest and a class Test are what a framework for tests is made of.
        tests=("*[a-z0-9]Tests", "*[a-z0-9]Test", "Tests", "*[a-z0-9]Specs", "*[a-z0-9]TestCase", "*[a-z0-9]TestBase"),
        test_folders=(
            "Test",
            "Tests",
            "*.Test",
            "*.Tests",
            "*.tests",
            "*.test",
            "*Tests",
            "*.Specs",
            "*.TestUtilities",
        ),
        generated=(
            "*.feature.cs",
            "*.Designer.cs",
            "*.designer.cs",
            "*.g.cs",
            "*.g.i.cs",
            "*.generated.cs",
            "*.Generated.cs",
        ),
        open_types=True,  # by parts
        everywhere=(Path(__file__).parent / "everywhere.txt",),
        declares=Late("plumbrule.languages.csharp.resolver:declares"),
    ),
)
