"""Java: names of packages, of types around and inherited ones lead to the file that declares them."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from plumbrule.graph import FileRows
from plumbrule.measures import Intent
from plumbrule.snapshot import FilesWalk, analyse_files
from plumbrule.walk import Walk

PATHS = [
    "pom.xml",
    "shop/pom.xml",
    "shop/src/main/java/shop/Cart.java",
    "shop/src/main/java/shop/Line.java",
    "shop/src/test/java/shop/CartTest.java",
    "tax/pom.xml",
    "tax/src/main/java/tax/Rate.java",
    "tax/src/main/java/tax/Kinds.java",
    "tax/src/test/java/tax/Rate.java",
    "old/src/tax/Rate.java",
    "Loose.java",
    "module-info.java",
]
POMS = [
    "<project><artifactId>all</artifactId></project>",
    "<project><artifactId>tax</artifactId></project>",
    "<project><artifactId>shop</artifactId><dependencies><dependency><artifactId>tax</artifactId></dependency>"
    "</dependencies></project>",
    "<project><artifactId>shop</artifactId><dependencies><dependency><groupId>tax</groupId><artifactId>tax-gone</artifactId>"
    "</dependency></dependencies></project>",
    "<project><!-- <artifactId>",
]
IMPORTS = [
    "import tax.*;",
    "import tax.Rate;",
    "import tax.Rate.Kind;",
    "import static tax.Rate.of;",
    "import static tax.Rate.*;",
    "import shop.Cart;",
    "import java.util.List;",
    "import tax.Gone;",
    "import tax.gone.Gone;",
]
LINES = [
    "class Cart extends Base<Line> { Kind kind; Line first() { return new Line(Rate.of(1)); } "
    "int all() { return of(1) + this.of(LIMIT); } }",
    "class Base<T> { enum Kind { BIG } static int of(int a) { return tax.Rate.of(a); } }",
    "public class Line implements Rate.Named { Cart cart; Own own; class Own { } }",
    "public class Rate { interface Named { } enum Kind { FULL } static int of(int a) { return LIMIT + of(a); } }",
    "interface Seller extends Cart.Own { Kind kind(); }",
    "record Price(Kind kind) { }",
    "@Note(Rate.class) enum Note { A { Cart cart; } }",
    "class Broken extends { Rate rate; ",
]


def _content(path: str, chance: random.Random) -> bytes:
    if path.endswith(".xml"):
        return chance.choice(POMS).encode()
    own = "package tax;" if "/tax/" in path else "package shop;"
    lines = [
        chance.choice((own, own, own, "package tax;", "")),
        *chance.sample(IMPORTS, 2),
        *chance.sample(LINES, chance.randint(1, 3)),
    ]
    return "\n".join(lines).encode() + b"\n"


@pytest.mark.parametrize("seed", range(5))
def test_a_walked_history_ends_with_the_rows_of_a_cold_scan(seed: int, history: Callable) -> None:
    assert history(seed, PATHS, _content, touched=(2, 6)) > 20  # else this history compared nothing


def _rows(path: str, files: dict[str, str]) -> FileRows:
    return analyse_files({name: text.encode() for name, text in files.items()}).files[path]


def _led(path: str, files: dict[str, str]) -> set[tuple[str, str, str]]:
    return {(use.dst, use.symbol, use.kind) for use in _rows(path, files).uses}


SHOP = {
    "src/shop/Cart.java": """package shop;
class Cart extends Shelf {
    Line line;
    Place place;
    tax.Rate rate = tax.Rate.of(1);
    <Other> Other generic(Other one) { return one; }
    class Line2 { }
    Line2 second;
}
""",
    "src/shop/Line.java": "package shop;\nclass Line { }\nclass Other { }\nclass Line2 { }\n",
    "src/shop/Shelf.java": "package shop;\nclass Shelf { enum Place { HIGH } }\n",
    "src/tax/Rate.java": "package tax;\npublic class Rate { public static Rate of(int a) { return null; } }\n",
}


def test_types_of_the_same_package_and_inherited_ones_need_no_import() -> None:
    assert _led("src/shop/Cart.java", SHOP) == {
        ("src/shop/Line.java", "Line", "type"),
        ("src/shop/Shelf.java", "Shelf", "inherit"),
        ("src/shop/Shelf.java", "Shelf", "type"),
        ("src/shop/Shelf.java", "Shelf.Place", "type"),
        ("src/tax/Rate.java", "Rate", "import"),
        ("src/tax/Rate.java", "Rate", "type"),
    }


def test_a_wildcard_leads_to_the_files_whose_types_are_used_and_the_own_package_comes_first() -> None:
    files = {
        "a/User.java": "package a;\nimport b.*;\nimport static c.All.*;\n"
        "class User { Near near; Far far; int x = of(); }\n",
        "a/Near.java": "package a;\nclass Near { }\n",
        "b/Near.java": "package b;\npublic class Near { }\n",
        "b/Far.java": "package b;\npublic class Far { }\n",
        "c/All.java": "package c;\npublic class All { public static int of() { return 1; } }\n",
    }
    assert [(d.dst, d.kind, d.line, d.names) for d in _rows("a/User.java", files).dependencies] == [
        ("a/Near.java", "type", 4, "Near"),
        ("b/Far.java", "import", 2, "Far"),
        ("b/Far.java", "type", 4, "Far"),
        ("c/All.java", "call", 4, "All.of"),
        ("c/All.java", "import", 3, "*"),
    ]


def test_a_type_that_comes_to_the_own_package_is_meant_by_who_had_it_from_elsewhere() -> None:
    files = {
        "a/User.java": b"package a;\nimport b.*;\nclass User { Far far; }\n",
        "b/Far.java": b"package b;\npublic class Far { }\n",
    }
    walked = FilesWalk()
    seen = []
    for tree in (files, {**files, "gen/a/Far.java": b"package a;\nclass Far { }\n"}, files):
        rows = walked.to(tree).graph.rows("a/User.java")
        seen.append(sorted({(d.dst, d.kind) for d in rows.dependencies}))
    far = [("b/Far.java", "import"), ("b/Far.java", "type")]
    assert seen == [far, [("gen/a/Far.java", "type")], far]


def test_of_two_declarations_of_a_type_the_one_in_a_module_that_is_needed_counts() -> None:
    api = b"package api;\npublic interface Api { }\n"
    files = {
        "new/pom.xml": b"<project><artifactId>new</artifactId></project>",
        "new/src/main/java/api/Api.java": api,
        "app/old/pom.xml": b"<project><artifactId>old</artifactId></project>",
        "app/old/src/main/java/api/Api.java": api,
        "app/main/src/main/java/app/Main.java": b"package app;\nclass Main implements api.Api { }\n",
        "app/main/pom.xml": b"<project><artifactId>main</artifactId></project>",
    }
    needs = b"<project><artifactId>main</artifactId><dependency><artifactId>new</artifactId></dependency></project>"
    walked = FilesWalk()
    led = []
    for tree in (files, {**files, "app/main/pom.xml": needs}):
        rows = walked.to(tree).graph.rows("app/main/src/main/java/app/Main.java")
        led.append({d.dst for d in rows.dependencies})
    assert led == [{"app/old/src/main/java/api/Api.java"}, {"new/src/main/java/api/Api.java"}]


CONFIG = "package com.x;\npublic class Config { }\n"
NEEDING = {"app/src/main/java/com/app/Main.java": "package com.app;\nimport com.x.Config;\nclass Main { Config c; }\n"}


@pytest.mark.parametrize(
    ("settings", "needs"),
    [
        ({"android/settings.gradle": "include ':a', ':b', ':app'"}, "project(':b')"),
        ({"android/settings.gradle.kts": 'include("a", "b", "app")'}, "projects.b"),
        ({"settings.gradle": "", "android/settings.gradle": "include ':a'"}, "project(path: ':b')"),
        # Without settings, as in a part of a repository.
        ({}, "project(':b')"),
        # Placed by the settings of a build beside, and by a name of its own.
        (
            {
                "build/settings.gradle": "include ':z', ':app'\nproject(':z').projectDir = file('../android/b')\n"
                "project(':app').projectDir = new File(settingsDir, '../android/app')"
            },
            "project(':z')",
        ),
        # As a folder of a project that lies elsewhere.
        (
            {"android/settings.gradle": "include ':z:b'\nproject(':z').projectDir = file('../android')"},
            "project(':z:b')",
        ),
        # What the settings nearest do not have is one of the build around.
        ({"settings.gradle": "include ':android:b'", "android/settings.gradle": ""}, "project(':android:b')"),
    ],
)
@pytest.mark.parametrize("ending", ["", ".kts"])
def test_a_project_of_gradle_is_looked_up_from_the_folder_of_its_settings(
    settings: dict[str, str], needs: str, ending: str
) -> None:
    files = {
        **{f"android/{name}/src/main/java/com/x/Config.java": CONFIG for name in "ab"},
        **{f"android/{name}/build.gradle{ending}": "" for name in "ab"},
        **{f"android/{path}": text for path, text in NEEDING.items()},
        f"android/app/build.gradle{ending}": f"dependencies {{ implementation({needs}) }}",
        **settings,
    }
    rows = _rows("android/app/src/main/java/com/app/Main.java", files)
    assert {d.dst for d in rows.dependencies} == {"android/b/src/main/java/com/x/Config.java"}


def test_what_the_build_of_an_android_module_makes_is_not_missed_and_elsewhere_it_is() -> None:
    files = {
        "app/src/main/java/app/Main.java": "package app;\nclass Main { }\n",
        "app/src/main/java/app/ui/Page.java": "package app.ui;\nimport app.R;\nimport app.Gone;\nclass Page { }\n",
    }
    missed = []
    for build in ("plugins { alias(libs.plugins.shop.android.library) }", "plugins { java } // for android, one day"):
        rows = _rows("app/src/main/java/app/ui/Page.java", {**files, "app/build.gradle.kts": build})
        missed.append([one.text for one in rows.unresolved])
    assert missed == [["app:Gone"], ["app:R", "app:Gone"]]


def test_a_name_that_is_written_in_full_is_used_for_what_stands_there() -> None:
    files = {
        "org/acme/JJ.java": "package org.acme;\npublic class JJ {\n  public static class In { }\n"
        "  public static void st() { }\n  public static int ST = 1;\n}\n",
        "o/A.java": "package o;\n@org.acme.JJ\nclass A extends org.acme.JJ {\n  org.acme.JJ.In in;\n"
        "  int x = org.acme.JJ.ST;\n  void f() { org.acme.JJ.st(); new org.acme.JJ(); org.gone.Far.st(); }\n}\n"
        "class JJ { }\n",
    }
    assert _led("o/A.java", files) == {
        ("org/acme/JJ.java", "JJ", "import"),
        ("org/acme/JJ.java", "JJ", "inherit"),
        ("org/acme/JJ.java", "JJ", "type"),
        ("org/acme/JJ.java", "JJ", "call"),
        ("org/acme/JJ.java", "JJ.In", "type"),
        ("org/acme/JJ.java", "JJ.ST", "read"),
        ("org/acme/JJ.java", "JJ.st", "call"),
    }


INHERITED = {
    "p/Root.java": "package p;\npublic class Root { public void deep() { } }\n",
    "p/Base.java": "package p;\npublic class Base extends Root {\n  public void top() { }\n"
    "  public static final int LIMIT = 1;\n  protected int held;\n}\n",
    "r/Tools.java": "package r;\npublic class Tools { public static void deep() { } }\n",
}


def test_what_an_unknown_ancestor_may_have_is_not_taken_from_an_interface() -> None:
    files = {
        "p/Get.java": "package p;\npublic interface Get { int get(); }\n",
        "q/Mine.java": "package q;\nclass Mine extends java.util.AbstractMap implements p.Get {\n"
        "  int f() { return get(); }\n}\n",
        "q/Other.java": "package q;\nabstract class Other implements p.Get { int f() { return get(); } }\n",
    }
    assert ("p/Get.java", "Get.get", "call") not in _led("q/Mine.java", files)
    assert ("p/Get.java", "Get.get", "call") in _led("q/Other.java", files)


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("void f() { top(); }", {("Base.top", "call")}),
        ("void f() { this.top(); }", {("Base.top", "call")}),
        ("void f() { Child.this.top(); }", {("Base.top", "call")}),
        ("void f() { super.top(); } public void top() { }", {("Base.top", "call")}),
        ("void f() { this.top(); top(); } public void top() { }", set()),
        ("Runnable r = this::top;", {("Base.top", "read")}),
        ("int f() { return LIMIT + this.held; }", {("Base.LIMIT", "read"), ("Base.held", "read")}),
        ("int f(int LIMIT) { return LIMIT; }", set()),
        ("void f(Kind k) { switch (k) { case LIMIT: break; } }", set()),
        ("void f() { deep(); }", {("Root.deep", "call")}),  # before what is imported
        ("class Inner { void f() { top(); } }", {("Base.top", "call")}),
        ("Object o = new Far() { void f() { top(); } };", set()),  # it may inherit one itself
        ("void f(Other o) { o.top(); }", set()),
    ],
)
def test_members_that_are_inherited_are_used_by_their_plain_names(text: str, leads: set[tuple[str, str]]) -> None:
    head = "package q;\nimport static r.Tools.deep;\nclass Child extends p.Base {\n"
    uses = _rows("q/Child.java", {**INHERITED, "q/Child.java": f"{head}{text}\n}}\n"}).uses
    assert {(use.symbol, use.kind) for use in uses if use.symbol.partition(".")[0] in ("Base", "Root")} == {
        *leads,
        ("Base", "import"),
        ("Base", "inherit"),
        ("Base", "type"),
    }


def test_what_a_package_keeps_to_itself_is_inherited_in_no_other() -> None:
    files = {
        "base/Parent.java": "package base;\npublic class Parent {\n  static class Helper { }\n"
        "  protected static class Open { }\n}\n",
        "base/Near.java": "package base;\nclass Near extends Parent { Helper helper; }\n",
        "app/Helper.java": "package app;\nclass Helper { }\n",
        "app/Open.java": "package app;\nclass Open { }\n",
        "app/Child.java": "package app;\nclass Child extends base.Parent { Helper helper; Open open; }\n",
    }
    assert _led("app/Child.java", files) >= {
        ("app/Helper.java", "Helper", "type"),
        ("base/Parent.java", "Parent.Open", "type"),
    }
    assert ("base/Parent.java", "Parent.Helper", "type") not in _led("app/Child.java", files)
    assert ("base/Parent.java", "Parent.Helper", "type") in _led("base/Near.java", files)


HERE = {
    "core/src/main/java/com/acme/core/Core.java": "package com.acme.core;\npublic class Core { }\n",
    "app/src/main/java/com/acme/app/Main.java": "package com.acme.app;\nclass Main { }\n",
}
POM = "<project><groupId>com.acme</groupId><artifactId>{}</artifactId><dependencies>{}</dependencies></project>"
NEED = "<dependency><groupId>{}</groupId><artifactId>{}</artifactId></dependency>"


def _missed(said: str, builds: dict[str, str], *, language: str = "java", beside: dict[str, str] | None = None) -> bool:
    """Whether what a file of `com.acme.app` imports is missed here; else it is of others."""
    path = f"app/src/main/{language}/com/acme/app/Asks.{language}"
    rows = _rows(path, {**HERE, **builds, **(beside or {}), path: f"package com.acme.app;\nimport {said};\n"})
    assert len(rows.unresolved) + len(rows.externals) == 1
    return bool(rows.unresolved)


@pytest.mark.parametrize("language", ["java", "kt", "scala"])
@pytest.mark.parametrize(
    "build",
    [
        {"pom.xml": POM.format("all", NEED.format("com.acme", "core") + NEED.format("org.slf4j", "slf4j-api"))}
        | {"core/pom.xml": POM.format("core", "")},
        {"build.gradle": "group = 'com.acme'\ndependencies { api 'org.slf4j:slf4j-api:1' }\n"},
        {"gradle.properties": "group=com.acme\n", "build.gradle.kts": ""},
        {"build.sbt": 'ThisBuild / organization := "com.acme"\nlibraryDependencies += "org.slf4j" % "slf4j-api" % "1"'},
    ],
)
def test_a_package_is_missed_that_has_the_name_of_those_here_and_that_nobody_else_can_have(
    build: dict[str, str], language: str
) -> None:
    assert _missed("com.acme.gone.Gone", build, language=language)
    assert _missed("com.acme.core.deep.Gone", build, language=language)
    assert not _missed("org.slf4j.Logger", build, language=language)
    assert not _missed("com.other.Thing", build, language=language)
    assert not _missed("java.util.List", build, language=language)


@pytest.mark.parametrize(
    ("said", "needs"),
    [
        # An artifact beside, under the same group and with the same names, as those of Google, Apache and Spring have.
        ("com.acme.gone.Gone", NEED.format("com.acme", "acme-extras")),
        ("com.acme.gone.Gone", NEED.format("com.acme.platform", "platform")),
        ("com.acme.core.io.Gone", NEED.format("com.acme", "acme-core-io")),
        ("com.acme.core.io.Gone", NEED.format("com.acme.core", "all")),
        # An old one, whose group says nothing.
        ("com.acme.io.Gone", NEED.format("acme-io", "acme-io")),
        # A parent elsewhere, which may say what is needed.
        (
            "com.acme.gone.Gone",
            f"</dependencies>{NEED.format('com.acme', 'above').replace('dependency', 'parent')}<dependencies>",
        ),
    ],
)
def test_a_package_is_of_others_where_what_is_asked_of_them_may_have_it(said: str, needs: str) -> None:
    assert not _missed(said, {"pom.xml": POM.format("all", needs)})
    assert _missed(said, {"pom.xml": POM.format("all", "")})


def test_below_a_package_of_its_own_what_a_sibling_artifact_has_is_told_by_its_name() -> None:
    build = {"pom.xml": POM.format("all", NEED.format("com.acme", "acme-platform"))}
    assert _missed("com.acme.core.gone.Gone", build)
    assert not _missed("com.acme.core.platform.Gone", build)


@pytest.mark.parametrize(
    "builds",
    [
        {},  # nothing says who this is
        {"pom.xml": "<project><groupId>com.other</groupId><artifactId>a</artifactId></project>"},
        {"build.gradle": "group = 'com.acme'", "settings.gradle": "includeBuild 'conventions'"},
        {"build.gradle": "group = 'com.acme'", "buildSrc/src/main/kotlin/Need.kt": "val x = 1"},
        {"build.sbt": 'organization := "com.acme"', "project/Need.scala": "object Need"},
        {"pom.xml": POM.format("all", "<<<")},
    ],
)
def test_who_asks_for_what_is_not_known_asks_others(builds: dict[str, str]) -> None:
    assert not _missed("com.acme.gone.Gone", builds)


def test_a_package_to_which_others_code_is_added_is_no_own_one() -> None:
    builds = {"pom.xml": POM.format("all", "")}
    added = {"core/src/main/java/org/junit/More.java": "package org.junit;\nclass More { }\n"}
    assert not _missed("org.junit.runner.Runner", builds, beside=added)
    assert not _missed("org.junit.Test", builds, beside=added)
    assert _missed("org.junit.runner.Runner", {}, beside=added)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("core/src/main/proto/a.proto", 'package x;\noption java_package = "com.acme.gone";\n'),
        ("core/a.thrift", "namespace java com.acme.gone\n"),
        ("core/a.avsc", '{"type": "record", "namespace": "com.acme.gone"}'),
    ],
)
def test_a_package_that_the_build_makes_of_descriptions_is_not_missed(path: str, text: str) -> None:
    assert not _missed("com.acme.gone.Gone", {"pom.xml": POM.format("all", ""), path: text})


@pytest.mark.parametrize("language", ["java", "kt", "scala"])
@pytest.mark.parametrize("name", ["com.acme.gone", "org.elsewhere"])
def test_a_package_that_is_excluded_is_neither_missed_nor_of_others(name: str, language: str) -> None:
    path = f"app/src/main/java/com/acme/app/Asks.{language}"
    left_out = f"core/src/main/java/{name.replace('.', '/')}/Gone.java"
    every = "_" if language == "scala" else "*"
    asks = f"package com.acme.app;\nimport {name}.{every};\nimport {name}.Gone.{every};\n"
    files = {**HERE, "pom.xml": POM.format("all", ""), left_out: f"package {name};\nclass Gone {{ }}\n", path: asks}
    made = FilesWalk()
    made.walk = Walk("example", made.book, made.walk.read, Intent(), lambda one: one == left_out)
    rows = made.to({name: text.encode() for name, text in files.items()}).graph.rows(path)
    assert (rows.unresolved, rows.externals, rows.imports, rows.resolved) == ((), (), 2, 2)


def test_a_class_that_an_existing_package_lacks_is_missed_also_where_only_its_member_is_imported() -> None:
    assert _missed("static com.acme.core.Gone.of", {})
    assert not _missed("static org.junit.Assert.assertTrue", {})


def test_classes_that_have_each_others_members_end_the_search() -> None:
    files = {
        f"a/{name}.java": f"package a;\nimport static a.{one}.*;\nimport static a.{two}.*;\n"
        f"class {name} extends {one} implements {two} {{ {two}.Gone x; Gone y; int z = gone(); }}\n"
        for name, one, two in (("A", "B", "C"), ("B", "C", "A"), ("C", "A", "B"))
    }
    assert {d.dst for d in _rows("a/A.java", files).dependencies} == {"a/B.java", "a/C.java"}


def test_build_files_of_any_content_are_read_in_time_of_their_length() -> None:
    walked = FilesWalk()
    for mark in (b"<!--", b"<dependency>", b"<parent>", b"<artifactId> ", b"/*", b'project ( "', b"project(':a"):
        tree = dict.fromkeys(("pom.xml", "a/build.gradle", "settings.gradle"), mark * 60_000)
        assert walked.to({**tree, "A.java": b"class A { }\n"}).graph.rows("A.java").file.language == "java"


def test_a_call_of_what_a_tool_adds_to_a_class_is_none_of_the_class_itself() -> None:
    """Lombok's `builder()` is in no source: whatever it is given, the constructor is not."""
    files = {
        "a/Order.java": "package a;\npublic class Order<T> { public Order(String name) { } }\n",
        "a/Use.java": "package a;\nclass Use {\n  Object o = Order.<String>builder()\n    .name(1);\n}\n",
    }
    calls = [(use.symbol, use.calls) for use in _rows("a/Use.java", files).uses if use.kind == "call"]
    assert calls == [("Order", "*")]


@pytest.mark.parametrize(
    ("asks", "made", "led"),
    [
        ("testRelease", ("debug", "release"), ("release", 1.0)),
        ("freeDebug", ("free", "paid"), ("free", 1.0)),
        ("main", ("debug", "release"), ("debug", 0.5)),
        ("main", ("release",), ("release", 1.0)),
        ("release", ("main", "debug"), ("main", 1.0)),
    ],
)
@pytest.mark.parametrize("language", ["java", "kt"])
def test_of_source_sets_the_one_built_with_who_asks_is_meant_and_else_none_for_certain(
    asks: str, made: tuple[str, ...], led: tuple[str, float], language: str
) -> None:
    path = f"app/src/{asks}/java/q/Asks.java"
    files = {f"app/src/{one}/java/q/Made.{language}": "package q;\nclass Made { }\n" for one in made}
    rows = _rows(path, {**files, "app/build.gradle": "", path: "package q;\nclass Asks { Made made; }\n"})
    assert {(d.dst.split("/")[2], d.confidence) for d in rows.dependencies} == {led}


@pytest.mark.parametrize("name", ["Character", "Iterable", "Module", "Number", "Process", "Runnable", "Thread"])
def test_a_type_of_the_package_hides_that_of_the_language(name: str) -> None:
    files = {
        f"src/a/{name}.java": f"package a; public class {name} {{ }}",
        "src/a/Own.java": f"package a;\nclass Own {{ {name} one; }}",
        "src/b/Other.java": f"package b;\nclass Other {{ {name} one; }}",
    }
    graph = analyse_files({path: text.encode() for path, text in files.items()})
    assert [(one.dst, one.kind) for one in graph.rows("src/a/Own.java").dependencies] == [
        (f"src/a/{name}.java", "type")
    ]
    assert graph.rows("src/b/Other.java").dependencies == ()
