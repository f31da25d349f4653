"""Swift: `.swift`. All files of a target see each other, so what they define is looked up by target and name."""

from __future__ import annotations

import re
from pathlib import Path

from plumbrule.languages import Language, Late

MANIFESTS = ("Package.swift", ".pbxproj", ".podspec")
OWN = 1  # `Import.level` of what a file sees without an import: its own module, or what types of `module` hold

MEMBER = 2  # of what the type `module` may have under `name`, asked by its plain name from an extension or a subclass

# Modules of the toolchain, on whatever system; what Apple's systems have beside them is told by name, if at all.
_STANDARD = (
    r"Swift|_\w+|Cxx|CxxStdlib|Distributed|Observation|RegexBuilder|Synchronization|Foundation\w*|Dispatch|XCTest|Testing|"
    r"PackageDescription|PackagePlugin|CompilerPluginSupport|os|Darwin|Glibc|Musl|Bionic|Android|WASILibc|WinSDK|CRT|ucrt"
)

LANGUAGES = (
    Language(
        name="swift",
        dialect="swift",
        suffixes=(".swift",),
        grammar=Late("tree_sitter_swift:language"),
        extract=Late("plumbrule.languages.swift.facts:extract"),
        resolver=Late("plumbrule.languages.swift.resolver:SwiftResolver"),
        manifests=MANIFESTS,
        folder=Path(__file__).parent,
        standard=re.compile(_STANDARD).fullmatch,
        needs=r"Package(?:@swift-.*)?\.swift|Package\.resolved|.*\.podspec(?:\.json)?|Podfile|Podfile\.lock|Cartfile(?:\.\w+)?",
        tests=(
            *("*[a-z0-9]Tests", "*UITests", "*[a-z0-9]Test", "Tests", "*[a-z0-9]Spec", "*[a-z0-9]Specs"),
            "*[a-z0-9]TestCase",
        ),
        test_folders=("Tests", "*[a-z0-9]Tests", "*UITests", "*[a-z0-9]Specs"),
        # By protoc and its plugin for services, Sourcery, pigeon.
        generated=("*.pb.swift", "*.grpc.swift", "*.generated.swift", "*.g.swift"),
        open_types=True,  # by extensions
        everywhere=(Path(__file__).parent / "everywhere.txt",),
        declares=Late("plumbrule.languages.swift.resolver:declares"),
    ),
)
