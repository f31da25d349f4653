"""What several manifests of one build say together: Gradle's programs, settings and catalogs, the files of sbt."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from plumbrule.extract.manifests.formats import format_of, read
from plumbrule.extract.manifests.joins import join_of, known_joins, read_together
from plumbrule.extract.manifests.reading import Reading

MADE = "group = 'org.acme'\nversion = '2.0'\n"
NOWHERE = "stands for is said nowhere, or only when it is run"


def made(lines: list[str]) -> list[str]:
    return [line.removeprefix("makes ") for line in lines if line.startswith("makes ")]


def test_the_outermost_project_of_gradle_is_called_as_its_settings_say(together: Callable):
    said = together({"settings.gradle.kts": 'rootProject.name = "acme-core"\n', "build.gradle.kts": MADE})
    assert said["build.gradle.kts"] == ["makes org.acme:acme-core 2.0"]


def test_nobody_knows_what_a_project_of_gradle_is_called_without_settings(told: Callable):
    assert told("build.gradle", MADE) == []


@pytest.mark.parametrize(
    ("files", "package"),
    [
        ({"gradle.properties": "group=org.acme\nversion=1.1\n"}, "org.acme:web 1.1"),
        ({"gradle.properties": "group : org.acme\n"}, "org.acme:web"),
        ({"gradle.properties": "GROUP=org.acme\nVERSION_NAME=3\n"}, "org.acme:web 3"),
        ({"gradle.properties": "mavenGroup = org.acme\n", "web/build.gradle": "group = mavenGroup\n"}, "org.acme:web"),
        (
            {"gradle.properties": "the.group=org.acme\n", "web/build.gradle.kts": 'group = property("the.group")!!\n'},
            "org.acme:web",
        ),
        ({"build.gradle": "allprojects {\n  group = 'org.acme'\n  version '7'\n}\n"}, "org.acme:web"),
        ({"build.gradle.kts": 'subprojects {\n    group = "org.acme"\n}\n'}, "org.acme:web"),
        ({"build.gradle.kts": 'configure(subprojects) {\n    group = "org.acme"\n}\n'}, "org.acme:web"),
        ({"build.gradle": "group = 'org.acme'\nsubprojects { group = rootProject.group }\n"}, "org.acme:web"),
        ({"build.gradle": "ext.org = 'org'\nsubprojects { group = \"${org}.acme\" }\n"}, "org.acme:web"),
        (
            {
                "buildSrc/src/main/kotlin/acme.library.gradle.kts": 'group = "org.acme"\n',
                "web/build.gradle.kts": 'plugins {\n    id("acme.library")\n}\n',
            },
            "org.acme:web",
        ),
        (
            {"gradle/made.gradle": "group = 'org.acme'\n", "web/build.gradle": "apply from: 'gradle/made.gradle'\n"},
            "org.acme:web",
        ),
        ({"web/build.gradle": "task x { group = 'help' }\n"}, None),
        ({"web/build.gradle": "jar { archivesBaseName = 'x' }\nspotless { group = 'help' }\n"}, None),
        ({"web/build.gradle": "group = compute()\n"}, None),
    ],
)  # fmt: skip
def test_where_the_group_of_a_project_may_be_told(together: Callable, files: dict[str, str], package: str | None):
    files = {"settings.gradle": "include 'web'\n", **files}
    path = next((path for path in files if path.startswith("web/")), "web/build.gradle")
    said = together({path: "\n", **files})
    assert [one.split()[0] for one in made(said[path])] == ([package.split()[0]] if package else [])
    if package and " " in package:
        assert made(said[path]) == [package]


def test_what_a_group_stands_for_that_is_computed_is_told_to_be_unknown(together: Callable):
    said = together({"settings.gradle": "include 'web'\n", "web/build.gradle": "group = compute()\n"})
    assert said["web/build.gradle"] == [f"but: line 1: what the name of what is published, ${{?}}:web, {NOWHERE}"]


@pytest.mark.parametrize(
    ("program", "artifacts"),
    [
        ("publishing { publications { lib(MavenPublication) { artifactId = 'acme-web' } } }", ["acme-web"]),
        (
            'publishing {\n publications {\n  create<MavenPublication>("a") { artifactId = "acme-${project.name}" }\n'
            '  create<MavenPublication>("b") { artifactId = "b"; groupId = "org.acme" }\n }\n}',
            ["acme-web", "b"],
        ),
        ('mavenPublishing { coordinates("org.acme", "acme-web", "1") }', ["acme-web"]),
        ('mavenPublishing { coordinates(artifactId = "acme-web") }', ["acme-web"]),
        ('base { archivesName = "acme-web" }\npublishing.publications { x { artifactId = base.archivesName.get() } }',
         ["acme-web"]),
        ("publishing { publications { a { pom { artifactId = 'no' } } } }", ["web"]),
        ("publishing { publications { a { artifactId = 'b'; groupId = project.group } } }", ["b"]),
        ("dependencies { exclude group: 'x', artifactId: 'y' }", ["web"]),
    ],
)  # fmt: skip
def test_a_publication_has_the_name_that_it_says(together: Callable, program: str, artifacts: list[str]):
    said = together({"settings.gradle": "include(':web')\n", "web/build.gradle.kts": f"{MADE}{program}\n"})
    assert [one.split()[0] for one in made(said["web/build.gradle.kts"])] == [f"org.acme:{one}" for one in artifacts]


def test_a_publication_may_have_another_group_than_its_project(together: Callable):
    program = f"{MADE}publishing {{ publications {{ a(MavenPublication) {{ groupId 'org.other' }} }} }}\n"
    said = together({"settings.gradle": "include ':web'\n", "web/build.gradle": program})
    assert said["web/build.gradle"] == ["makes org.other:web 2.0"]


def test_publications_have_groups_of_their_own(together: Callable):
    program = """\
        group = "org.acme"
        publishing { publications {
            create<MavenPublication>("a") { groupId = "org.a"; artifactId = "one" }
            create<MavenPublication>("b") { groupId = "org.b"; artifactId = "two" }
        } }
    """
    said = together({"settings.gradle": "rootProject.name = 'x'\n", "build.gradle.kts": program})
    assert made(said["build.gradle.kts"]) == ["org.a:one", "org.b:two"]


def test_what_the_outermost_program_says_of_one_project_is_of_that_alone(together: Callable):
    program = """\
        allprojects { group = 'org.acme' }
        project(':clients') {
            group = 'org.acme.clients'
            archivesBaseName = 'acme-clients'
            dependencies { api 'a:b:1' }
        }
    """
    settings = "rootProject.name = 'acme'\ninclude 'clients', 'server'\n"
    said = together({"settings.gradle": settings, "build.gradle": program})
    assert made(said["build.gradle"]) == ["org.acme.clients:clients", "org.acme:acme", "org.acme:server"]


@pytest.mark.parametrize(
    "renaming",
    [
        'rootProject.children.each { it.name = "acme-${it.name}" }',
        'project(":core").apply { name = "acme-core" }',
        'with(project(":core")) { name = "acme-core" }',
    ],
)
def test_projects_that_are_renamed_by_a_program_are_not_guessed(together: Callable, renaming: str):
    files = {"settings.gradle": f"include 'core'\n{renaming}\n", "core/build.gradle": MADE}
    assert together(files)["core/build.gradle"] == [
        f"but: line 1: what the name of what is published, org.acme:${{?}}, {NOWHERE}"
    ]


def test_other_names_in_settings_rename_nothing(together: Callable):
    settings = "pluginManagement { repositories { maven { name = 'x'; url = 'y' } } }\nfindProject(':a')?.name = 'b'\n"
    said = together(
        {"settings.gradle": f"include 'a', 'c'\n{settings}", "a/build.gradle": MADE, "c/build.gradle": MADE}
    )
    assert made(said["a/build.gradle"]) + made(said["c/build.gradle"]) == ["org.acme:b 2.0", "org.acme:c 2.0"]


def test_the_first_plugin_for_maven_publishes_what_archives_are_called(together: Callable):
    program = "apply plugin: 'maven'\n" + MADE + "archivesBaseName = 'acme-lib'\nuploadArchives { }\n"
    said = together({"settings.gradle": "include 'lib'\n", "lib/build.gradle": program})
    assert said["lib/build.gradle"] == ["makes org.acme:acme-lib 2.0"]


def test_configurations_by_other_names(together: Callable):
    program = """\
        dependencyManagement {
            imports { mavenBom "org.cloud:bom:1" }
            dependencies { dependency 'a:managed:1' }
        }
        dependencies {
            antlr "org.antlr:antlr4:4"
            codegen(libs.okhttp.core)
            errorprone 'com.google:errorprone:2'
            say "hello: world"
            exclude group: 'x', module: 'y'
            modules { module("a:b") { replacedBy("c:d", "why") } }
            doWith(libs.nothing)
        }
    """
    said = together({"settings.gradle": "", "gradle/libs.versions.toml": CATALOG, "build.gradle": program})
    assert said["build.gradle"] == [
        "2 org.cloud:bom 1 managed",
        "3 a:managed 1 managed",
        "6 org.antlr:antlr4 4 antlr",
        "7 com.squareup:okhttp 4.12 codegen",
        "8 com.google:errorprone 2 errorprone",
    ]


def test_a_catalog_that_others_publish_is_asked_for(told: Callable):
    settings = 'versionCatalogs {\n  create("libs") { from("org.acme:catalog:1") }\n}\ninclude ":a-$it"\n'
    assert told("settings.gradle", settings) == ["2 org.acme:catalog 1 managed", f"but: line 4: what :a-$it {NOWHERE}"]


def test_a_publication_whose_name_is_computed_is_told_and_not_guessed(together: Callable):
    program = f"{MADE}publishing {{ publications {{ a {{ artifactId = artifactOf(project) }} }} }}\n"
    said = together({"settings.gradle": "include ':web'\n", "web/build.gradle": program})
    assert said["web/build.gradle"] == [f"but: line 3: what the name of what is published, org.acme:${{?}}, {NOWHERE}"]


def test_projects_of_gradle_are_called_and_placed_by_their_settings(together: Callable):
    said = together(
        {
            "settings.gradle.kts": """\
                include(":core", ":tools:cli", ":moved")
                project(":core").name = "acme-core"
                project(":moved").projectDir = file("elsewhere/here")
            """,
            "build.gradle.kts": 'allprojects { group = "org.acme" }\n',
            "core/build.gradle.kts": "",
            "tools/cli/build.gradle.kts": "",
            "elsewhere/here/build.gradle": "",
            "docs/docs.gradle": "",
        }
    )
    assert {path: made(lines) for path, lines in said.items() if made(lines)} == {
        "core/build.gradle.kts": ["org.acme:acme-core"],
        "tools/cli/build.gradle.kts": ["org.acme:cli"],
        "elsewhere/here/build.gradle": ["org.acme:moved"],
        "docs/docs.gradle": ["org.acme:docs"],
    }


def test_a_plugin_of_gradle_is_made_where_its_id_is_declared(together: Callable):
    said = together({
        "settings.gradle": "rootProject.name = 'tool'\n",
        "build.gradle": "gradlePlugin { plugins { create('x') { id = 'org.acme.tool' } } }\n",
    })  # fmt: skip
    assert made(said["build.gradle"]) == ["org.acme.tool:org.acme.tool.gradle.plugin"]


CATALOG = """\
[versions]
okhttp = "4.12"
[libraries]
okhttp-core = { module = "com.squareup:okhttp", version.ref = "okhttp" }
bom = "org.acme:acme-bom:1"
junit_jupiter = "org.junit:jupiter:5"
[bundles]
tests = ["junit-jupiter", "okhttp.core"]
[plugins]
kotlin-jvm = { id = "org.kotlin.jvm", version = "2" }
"""


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ("implementation(libs.okhttp.core)", ["com.squareup:okhttp 4.12 runtime"]),
        ("testImplementation libs.okhttp.core", ["com.squareup:okhttp 4.12 test"]),
        ("implementation(libs.okhttp.core.get())", ["com.squareup:okhttp 4.12 runtime"]),
        ("implementation(rootProject.libs.okhttp.core)", ["com.squareup:okhttp 4.12 runtime"]),
        ('implementation(libs.findLibrary("okhttp-core").get())', ["com.squareup:okhttp 4.12 runtime"]),
        ('"implementation"(libs.okhttp.core)', ["com.squareup:okhttp 4.12 runtime"]),
        ('add("testImplementation", libs.okhttp.core)', ["com.squareup:okhttp 4.12 test"]),
        ("api(platform(libs.bom))", ["org.acme:acme-bom 1 managed"]),
        ("implementation(libs.bundles.tests)", ["com.squareup:okhttp 4.12 runtime", "org.junit:jupiter 5 runtime"]),
        ("implementation(projects.shopTax.api)", [":shop-tax:api runtime inside"]),
        ("implementation(files('a.jar'), gradleApi())", []),
        ("implementation(sourceSets.main.output)", []),
        ("implementation libs.okhttp.core, { transitive = false }", ["com.squareup:okhttp 4.12 runtime"]),
        ('implementation("org.x:y:" + someVersion)', ["org.x:y runtime"]),
        ("implementation([group: 'a', name: 'b', version: '1'])", ["a:b 1 runtime"]),
        ("implementation(['a:b:1', 'c:d:2'])", ["a:b 1 runtime", "c:d 2 runtime"]),
    ],
)
def test_what_a_catalog_has_is_asked_for_where_its_name_is_used(together: Callable, asked: str, rows: list[str]):
    program = f"dependencies {{\n    {asked}\n}}\n"
    said = together({"settings.gradle": "", "gradle/libs.versions.toml": CATALOG, "app/build.gradle": program})
    assert said["app/build.gradle"] == [f"2 {row}" for row in rows]


@pytest.mark.parametrize(
    ("asked", "what"),
    [
        ("implementation(libs.nothing.here)", "libs.nothing.here"),
        ("implementation(deps.foo)", "deps.foo"),
        ("implementation deps.foo", "deps.foo"),
        ("implementation(someFun())", "someFun()"),
        ('implementation("$group:name:1")', '"$group:name:1"'),
        ('implementation(npm("left-pad", "1"))', 'npm("left-pad","1")'),
        ("api group: theGroup, name: 'x'", 'group:theGroup,name:"x"'),
    ],
)
def test_what_is_asked_for_in_a_way_that_is_not_known_is_told(together: Callable, asked: str, what: str):
    program = f"dependencies {{\n    {asked}\n    api(more())\n}}\n"
    said = together({"settings.gradle": "", "gradle/libs.versions.toml": CATALOG, "app/build.gradle": program})
    assert said["app/build.gradle"] == [f"but: line 2: what {what} {NOWHERE}, and 1 more like it"]


def test_words_that_look_like_configurations_ask_for_nothing_elsewhere(told: Callable):
    program = """\
        configurations { implementation { canBeResolved = true } }
        configurations.implementation.extendsFrom(compile)
        kapt { correctErrorTypes = true }
        android { api 29 }
        dependencies { implementation('a:b:1') { exclude group: 'c', module: api.d } }
    """
    assert told("build.gradle", program) == ["5 a:b 1 runtime"]


def test_a_bundle_holds_libraries_alone(together: Callable):
    catalog = CATALOG.replace(
        "[bundles]\n", '[bundles]\nb = ["bundles.b", "bundles.tests", "bom", "plugins.kotlin-jvm"]\n'
    )
    files = {"settings.gradle": "", "gradle/libs.versions.toml": catalog}
    said = together({**files, "build.gradle": "dependencies {\n  api libs.bundles.b\n}\n"})
    assert said["build.gradle"] == ["2 org.acme:acme-bom 1 runtime"]


def test_a_plugin_by_its_name_in_the_catalog(together: Callable):
    program = "plugins {\n    alias(libs.plugins.kotlin.jvm) apply false\n}\n"
    said = together({"settings.gradle": "", "gradle/libs.versions.toml": CATALOG, "build.gradle.kts": program})
    assert said["build.gradle.kts"] == ["2 org.kotlin.jvm:org.kotlin.jvm.gradle.plugin 2 build"]


def test_catalogs_by_other_names_and_in_settings(together: Callable):
    settings = """\
        dependencyResolutionManagement {
            versionCatalogs {
                create("others") { from(files("../gradle/libs.versions.toml")) }
                libs {
                    version('w', '9')
                    library('web', 'org.web', 'web').versionRef('w')
                    library('plain', 'org.plain:plain:3')
                    bundle('all', ['web', 'plain'])
                }
            }
        }
    """
    program = "dependencies {\n  api(others.okhttp.core)\n  api(libs.web)\n  api(libs.bundles.all)\n}\n"
    said = together({
        "gradle/libs.versions.toml": CATALOG,
        "build-logic/settings.gradle": settings,
        "build-logic/build.gradle": program,
    })  # fmt: skip
    assert said["build-logic/build.gradle"] == [
        "2 com.squareup:okhttp 4.12 runtime",
        "3 org.web:web 9 runtime",
        "4 org.plain:plain 3 runtime",
        "4 org.web:web 9 runtime",
    ]


def test_names_that_other_programs_give(together: Callable):
    shared = """\
        ext {
            versions = [guava: '31', arch: [room: "2.6"]]
            deps = [
                guava: "com.google:guava:$versions.guava",
                room: [runtime: "androidx:room:${versions.arch.room}", list: ['a', 'b'], ktx: 'androidx:ktx:1'],
            ]
        }
        def retrofit = [:]
        retrofit.runtime = "com.squareup:retrofit:2"
        ext.deps.retrofit = retrofit
    """
    program = """\
        dependencies {
            api deps.guava
            api rootProject.ext.deps.room.runtime
            api deps.room.ktx
            api deps.retrofit.runtime
            api "org.own:own:$ownVersion"
        }
    """
    said = together({
        "settings.gradle": "",
        "versions.gradle": shared,
        "app/build.gradle": program,
        "gradle.properties": "ownVersion=4",
    })  # fmt: skip
    assert said["app/build.gradle"] == [
        "2 com.google:guava 31 runtime",
        "3 androidx:room 2.6 runtime",
        "4 androidx:ktx 1 runtime",
        "5 com.squareup:retrofit 2 runtime",
        "6 org.own:own 4 runtime",
    ]


def test_builds_beside_each_other_do_not_speak_for_each_other(together: Callable):
    said = together(
        {
            "one/settings.gradle": "rootProject.name = 'one'\n",
            "one/gradle.properties": "group=org.one\n",
            "one/gradle/libs.versions.toml": CATALOG,
            "one/build.gradle": "",
            "two/settings.gradle": "rootProject.name = 'two'\n",
            "two/build.gradle": "dependencies {\n  api libs.okhttp.core\n}\n",
        }
    )
    assert said["one/build.gradle"] == ["makes org.one:one"]
    assert said["two/build.gradle"] == [f"but: line 2: what libs.okhttp.core {NOWHERE}"]


def test_projects_of_sbt_are_called_by_their_names_or_values(together: Callable):
    build = """\
        ThisBuild / organization := "org.acme"
        val prefix = "acme"

        lazy val root = (project in file("."))
          .aggregate(core)
          .settings(name := "acme-root", publish / skip := true)

        lazy val core = project
          .in(file("modules/core"))
          .settings(name := "Acme Core", version := "1.2")

        lazy val httpClient = project.dependsOn(core)
        lazy val json = Project(id = "acme-json", base = file("json"))
        lazy val xml = crossProject(JSPlatform, JVMPlatform).settings(moduleName := s"$prefix-XML")
        lazy val io = module("io")
        lazy val other = project.settings(organization := "org.other")

        def module(id: String): Project =
          Project(id, file(s"modules/$id")).settings(name := s"acme-$id")
    """
    assert made(together({"build.sbt": build})["build.sbt"]) == [
        "org.acme:acme-XML",
        "org.acme:acme-core 1.2",
        "org.acme:acme-io",
        "org.acme:acme-json",
        "org.acme:acme-root (private)",
        "org.acme:httpclient",
        "org.other:other",
    ]


def test_settings_of_sbt_that_stand_elsewhere(together: Callable):
    said = together(
        {
            "build.sbt": 'lazy val core = project\nlazy val web = project.in(file("web"))\n',
            "project/Build.scala": 'object Build {\n  val all = Seq(organization := "org.acme")\n}\n',
            "web/build.sbt": 'name := "acme-web"\n',
            "samples/x/project/plugins.sbt": 'addSbtPlugin("a" % "b" % "1")\n',
            "samples/x/build.sbt": 'organization := "org.sample"\nname := "x"\n',
        }
    )
    assert made(said["build.sbt"]) == ["org.acme:acme-web", "org.acme:core"]
    assert made(said["web/build.sbt"]) == []
    assert made(said["samples/x/build.sbt"]) == ["org.sample:x"]
    assert said["samples/x/project/plugins.sbt"] == ["1 a:b 1 build"]


DEPENDENCIES = """\
import sbt._
object Dependencies {
  val circeVersion = "0.14"
  val circeGroup = "io.circe"
  object Test {
    val scalatest = "org.scalatest" %% "scalatest" % "3.2" % "test"
  }
  val circe = circeGroup %% "circe-core" % circeVersion
  val guava = "com.google.guava" % "guava" % V.guava
  lazy val json = Seq(circe, Test.scalatest)
  val most = Seq(circe) ++ Seq(guava % "provided")
}
object V { val guava = "31" }
"""


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ("libraryDependencies += Dependencies.circe", ["io.circe:circe-core 0.14 runtime"]),
        ("libraryDependencies ++= Dependencies.json",
         ["io.circe:circe-core 0.14 runtime", "org.scalatest:scalatest 3.2 test"]),
        ("libraryDependencies ++= Seq(circe, guava % Test)",
         ["com.google.guava:guava 31 test", "io.circe:circe-core 0.14 runtime"]),
        ("lazy val a = project.settings(libraryDependencies ++= Dependencies.most)",
         ["com.google.guava:guava 31 provided", "io.circe:circe-core 0.14 runtime"]),
        ("libraryDependencies ++= Seq(circe) ++ Seq(Dependencies.guava)",
         ["com.google.guava:guava 31 runtime", "io.circe:circe-core 0.14 runtime"]),
        ('libraryDependencies += "a" % "b" % "1" cross CrossVersion.full', ["a:b 1 runtime"]),
        ("libraryDependencies ++= unheard.of", None),
        ("libraryDependencies ++= Seq(circe, unheard.of)", None),
        ("libraryDependencies ++= make(1)", None),
    ],
)  # fmt: skip
def test_what_build_files_of_sbt_ask_for_by_names(together: Callable, asked: str, rows: list[str] | None):
    said = together({"project/Dependencies.scala": DEPENDENCIES, "build.sbt": f"import Dependencies._\n\n{asked}\n"})
    if rows is not None:
        assert said["build.sbt"] == [f"3 {row}" for row in rows]
    else:
        assert said["build.sbt"][-1].startswith("but: line 3: what ")
    assert said["project/Dependencies.scala"] == [
        "6 org.scalatest:scalatest 3.2 test",
        "8 io.circe:circe-core 0.14 managed",
        "9 com.google.guava:guava 31 managed",
    ]


def test_every_kind_of_build_is_tried_here():
    assert set(known_joins()) == {"gradle", "sbt"}


OPENED = "dependencies { implementation("
HOSTILE = {
    "build.gradle": [
        f"{OPENED}{'(' * 30_000}{')' * 30_000}",
        "dependencies {\n" + "x(\n" * 40_000,
        "dependencies {\n" + "x (a(" * 20_000,
        f"{OPENED}{'[' * 60_000}",
        f"{OPENED}{'platform(' * 20_000}",
        "dependencies { " * 15_000,
        "id(" * 50_000,
        "apply(" * 40_000,
        "a = property(" * 15_000,
        "a = [" * 40_000,
        "a = [b: [c: " + "[d: " * 40_000,
        "publishing { " + "coordinates(" * 15_000,
        "subprojects { " * 12_000 + "group = 'a'",
        f"{OPENED}{'a.' * 50_000}b)",
        "".join(f"a{n} = \"$a{n + 1}$a{n + 1}\"\n" for n in range(5_000)) + f"{OPENED}\"$a0:$a0:1\") }}",
        "".join(f"a{n} = a{n + 1}\n" for n in range(5_000)) + f"{OPENED}a0) }}",
        "dependencies {" + "implementation libs.x\n" * 12_000,
    ],
    "settings.gradle": [
        "versionCatalogs { " + "create(" * 30_000,
        "versionCatalogs { " + "libs { " * 30_000,
        "versionCatalogs { libs { " + "bundle(" * 30_000,
        "project(':a').projectDir = " * 8_000,
    ],
    "build.sbt": [
        "val a = " * 30_000,
        "object a { " * 25_000 + "val b = c",
        "settings(" * 30_000,
        "libraryDependencies ++= Seq(" * 9_000,
        "libraryDependencies ++= " + "a ++ " * 40_000,
        '"a" % ' * 40_000,
        "(" * 100_000,
        "".join(f"val a{n} = Seq(a{n + 1}, a{n + 2})\n" for n in range(5_000)) + "libraryDependencies ++= a0\n" * 2_000,
        "".join(f"val a{n} = project\n" for n in range(10_000)) + 'organization := "a"\n',
        'name := "a"\n' * 20_000,
        "name := s\"$name\"\norganization := s\"${organization}\"\nlazy val a = project\n",
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_builds_cost_little(done_apart: Callable[..., list[str]], name: str):
    texts = HOSTILE[name]

    def answer(number: int) -> str:
        form = format_of(name)
        assert form is not None
        build = join_of(form)
        assert build is not None
        reading = read(form, texts[number].encode(), name)
        said = read_together(build, [(form, name, reading), *_beside(build)])
        assert isinstance(said[name], Reading)
        return ""

    assert done_apart(len(texts), answer, 6.0) == [""] * len(texts)


def _beside(build: str) -> list[tuple[str, str, Reading]]:
    """What such a build may have besides, in which the names of hostile programs mean something."""
    catalog, properties = "[libraries]\nx = 'a:b:1'\n", "a=$a\ngroup=$group\n"
    files = {
        "gradle": {"gradle/libs.versions.toml": catalog, "gradle.properties": properties},
        "sbt": {"project/Dependencies.scala": DEPENDENCIES},
    }[build]
    forms = {path: str(format_of(path)) for path in files}
    return [(forms[path], path, read(forms[path], text.encode(), path)) for path, text in files.items()]


def test_a_repository_of_very_many_builds_costs_little(done_apart: Callable[..., list[str]]):
    program = read("build_gradle", b"apply from: 'x.gradle'\ngroup = 'a'\napi libs.x\n", "a/build.gradle")
    script = read("build_gradle", b"group = 'a'\na = 'b'\n", "a/x.gradle")
    settings = read("settings_gradle", b"include 'a'\n", "a/settings.gradle")

    def answer(_: int) -> str:
        many = [("build_gradle", f"d{n}/build.gradle", program) for n in range(4_000)]
        many += [("build_gradle", f"d{n}/x.gradle", script) for n in range(4_000)]
        many += [("settings_gradle", f"d{n}/settings.gradle", settings) for n in range(4_000)]
        return str(len(read_together("gradle", many)))

    assert done_apart(1, answer, 6.0) == ["12000"]
