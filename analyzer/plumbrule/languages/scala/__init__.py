"""Scala: `.scala` and scripts, `.sc`. One space of packages with Java and Kotlin: each finds what others declare."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from plumbrule.languages import Language, Late
from plumbrule.languages.java import CODE, JDK, MAKING, MANIFESTS, NAMING, SPELLING

PACKAGE_OBJECT = "package$"  # the name by which the resolver is asked for that of a package
BUILDS = ("build.sbt", "build.sc", "build.mill")

LANGUAGES = (
    Language(
        name="scala",
        dialect="scala",
        suffixes=(".scala", ".sc"),
        grammar=Late("tree_sitter_scala:language"),
        extract=Late("plumbrule.languages.scala.facts:extract"),
        resolver=Late("plumbrule.languages.scala.resolver:ScalaResolver"),
        manifests=(*MANIFESTS, *NAMING, *MAKING, *BUILDS),
        listed=CODE,
        folder=Path(__file__).parent,
        standard=re.compile(
            rf"{JDK}|scala(?!\.(?:async|scalajs|scalanative|swing|util\.parsing|xml)\b)(?:\..*)?"
        ).fullmatch,
        needs=r"pom\.xml|build\.gradle(?:\.kts)?|libs\.versions\.toml|build\.sbt",
        tests=("Test[A-Z]*", "*Test", "*Tests", "*TestCase", "*[a-z]IT", "*Spec", "*Suite"),
        test_folders=("it", "multi-jvm", "[a-z]*Test", "testFixtures"),
        # Of builds with variants (testDebug, androidTestDebug), and tests that take longer.
        test_sets=("it/java", "it/kotlin", "it/scala", "test[A-Z]*/*", "[a-z]*Test[A-Z]*/*"),
        source_sets=("main",),
        inherits=True,
        made_first=True,
        scoped=True,
        everywhere=(Path(__file__).parent / "everywhere.txt", Path(__file__).parent.parent / "java" / "everywhere.txt"),
        declares=Late("plumbrule.languages.scala.resolver:declares"),
        spelling=replace(SPELLING, adding=("/jvm:object/", ".package"), adds=PACKAGE_OBJECT),
    ),
)
