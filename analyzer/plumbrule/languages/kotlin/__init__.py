"""Kotlin: `.kt` and scripts, `.kts`. One space of packages with Java: either finds what the other declares."""

from __future__ import annotations

import re
from pathlib import Path

from plumbrule.languages import Language, Late
from plumbrule.languages.java import CODE, JDK, MAKING, MANIFESTS, NAMING, SPELLING

DEFAULTS = 2  # `Import.level` of what every file sees of the standard library without an import
EXPECTED = 3  # that of what an `actual` definition is expected as by the common code
AROUND = 4  # that of what references see before anything that is imported

LANGUAGES = (
    Language(
        name="kotlin",
        dialect="kotlin",
        suffixes=(".kt", ".kts"),
        grammar=Late("tree_sitter_kotlin:language"),
        extract=Late("plumbrule.languages.kotlin.facts:extract"),
        resolver=Late("plumbrule.languages.kotlin.resolver:KotlinResolver"),
        manifests=(*MANIFESTS, *NAMING, *MAKING),
        listed=CODE,
        folder=Path(__file__).parent,
        standard=re.compile(rf"{JDK}|kotlin(?:\..*)?").fullmatch,
        needs=r"pom\.xml|build\.gradle(?:\.kts)?|libs\.versions\.toml",
        tests=("Test[A-Z]*", "*Test", "*Tests", "*TestCase", "*[a-z]IT"),
        test_folders=("[a-z]*Test", "testFixtures"),  # source sets: commonTest, jvmTest
        # Of builds with variants (testDebug, androidTestDebug), and tests that take longer.
        test_sets=("it/java", "it/kotlin", "it/scala", "test[A-Z]*/*", "[a-z]*Test[A-Z]*/*"),
        source_sets=("main", "[a-z]*Main"),
        inherits=True,
        everywhere=(Path(__file__).parent / "everywhere.txt", Path(__file__).parent.parent / "java" / "everywhere.txt"),
        declares=Late("plumbrule.languages.kotlin.resolver:declares"),
        spelling=SPELLING,
        getters=Late("plumbrule.languages.kotlin.resolver:getters"),
        borrows=(Path(__file__).parent.parent / "java",),
    ),
)
