"""Java: `.java`. What a file defines is looked up by package and name, wherever the file lies."""

from __future__ import annotations

import re
from pathlib import Path

from plumbrule.languages import Language, Late, Spelling

MANIFESTS = ("pom.xml", "build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts")
# Endings of files in which builds say what they make and what they need of others.
NAMING = ("pom.xml", ".gradle", ".gradle.kts", "gradle.properties", ".versions.toml", ".sbt")
# Endings of files of which builds make code.
MAKING = (".proto", ".thrift", ".avsc", ".avdl", ".fbs", ".g4")
# Endings of code of the JVM: what of it is left out, and what of it builds themselves are made of, is asked for.
CODE = (".java", ".kt", ".scala", ".groovy")
# Of the one space of packages that languages of the JVM have together.
SPELLING = Spelling(definition="/jvm/", package="/jvm:package/", member="/jvm:member/")

# Packages of the JDK, and of the platform that stands in its place on Android; others' have names that begin like some.
JDK = (
    r"(?:java|jdk|sun|android|dalvik|org\.w3c\.dom|org\.xml\.sax|org\.ietf\.jgss|"
    r"com\.sun\.(?:awt|image|jarsigner|java|jdi|management|net\.httpserver|nio|security|source|tools)|"
    r"javax\.(?:accessibility|annotation\.processing|crypto|imageio|lang\.model|management(?!\.j2ee)|naming|net|print|rmi|"
    r"script|security\.(?:auth(?!\.message)|cert|sasl)|smartcardio|sound|sql|swing|tools|transaction\.xa|"
    r"xml(?!\.(?:bind|registry|rpc|soap|ws)\b)))(?:\..*)?"
)

LANGUAGES = (
    Language(
        name="java",
        dialect="java",
        suffixes=(".java",),
        grammar=Late("tree_sitter_java:language"),
        extract=Late("plumbrule.languages.java.facts:extract"),
        resolver=Late("plumbrule.languages.java.resolver:JavaResolver"),
        manifests=(*MANIFESTS, *NAMING, *MAKING),
        listed=CODE,
        folder=Path(__file__).parent,
        standard=re.compile(JDK).fullmatch,
        needs=r"pom\.xml|build\.gradle(?:\.kts)?|libs\.versions\.toml",
        tests=("Test[A-Z]*", "*Test", "*Tests", "*TestCase", "*[a-z]IT"),
        test_folders=("[a-z]*Test", "testFixtures"),  # source sets: androidTest, integrationTest
        # Of builds with variants (testDebug, androidTestDebug), and tests that take longer.
        test_sets=("it/java", "it/kotlin", "it/scala", "test[A-Z]*/*", "[a-z]*Test[A-Z]*/*"),
        source_sets=("main",),
        inherits=True,
        everywhere=(Path(__file__).parent / "everywhere.txt",),
        declares=Late("plumbrule.languages.java.resolver:declares"),
        spelling=SPELLING,
    ),
)
