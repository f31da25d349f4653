"""What builds of sbt say in the ways that they are written in: names and where they reach, lists, settings, projects
in code."""

from __future__ import annotations

from collections.abc import Callable

import pytest

NOWHERE = "stands for is said nowhere, or only when it is run"


def made(lines: list[str]) -> list[str]:
    return [line.removeprefix("makes ") for line in lines if line.startswith("makes ")]


def asked(lines: list[str]) -> list[str]:
    return [line for line in lines if not line.startswith("makes ")]


CODE = """\
package org.acme.build
import sbt._
object Names {
  object V {
    val circe = "0.14"
    val junit = "4.13"
  }
  lazy val circeCore = "io.circe" %% "circe-core" % V.circe
  lazy val junit = "junit" % "junit" % V.junit % "test"
  object Inner extends Shared {
    val own = Seq(circeCore, shared)
  }
}
trait Shared { val shared = "g" % "shared" % "1" }
object Other { val junit = "other" % "junit" % "2"; val circe = "other" % "circe" % "2" }
object Plugin extends AutoPlugin {
  object autoImport { lazy val slf4j = Def.setting("org.slf4j" % "slf4j-api" % "2") }
}
"""
CIRCE, JUNIT, SHARED = "io.circe:circe-core 0.14 runtime", "junit:junit 4.13 test", "g:shared 1 runtime"


@pytest.mark.parametrize(
    ("build", "rows"),
    [
        ("import Names._\nlibraryDependencies += circeCore", [CIRCE]),
        ("import org.acme.build.Names._\nlibraryDependencies ++= Seq(circeCore, junit)", [CIRCE, JUNIT]),
        ("import Names.{circeCore => core, junit}\nlibraryDependencies ++= Seq(core, junit)", [CIRCE, JUNIT]),
        ("import Names._\nimport Inner._\nlibraryDependencies ++= own ++ Seq(shared)", [SHARED, CIRCE]),
        ("\nlibraryDependencies += Names.Inner.shared", [SHARED]),
        ("\nlibraryDependencies += org.acme.build.Names.junit", [JUNIT]),
        ("\nlibraryDependencies += slf4j.value.exclude(\"a\", \"b\") % Test", ["org.slf4j:slf4j-api 2 test"]),
        ("import Names._\nlibraryDependencies += circe", None),
        ("\nlibraryDependencies += circeCore", None),
        ("import Other._\nlibraryDependencies += Nowhere.junit", None),
    ],
)  # fmt: skip
def test_a_name_of_sbt_reaches_what_scala_would_see(together: Callable, build: str, rows: list[str] | None):
    said = together({"build.sbt": build, "project/Names.scala": CODE})["build.sbt"]
    if rows is None:
        assert len(said) == 1
        assert said[0].startswith("but: line 2: what ")
    else:
        assert [line.partition(" ")[2] for line in said] == rows


def test_the_version_of_a_module_is_no_project(together: Callable):
    said = together(
        {
            "build.sbt": 'ThisBuild / organization := "com.acme"\n'
            'lazy val circe = project.in(file("circe")).settings(\n'
            '  libraryDependencies += "com.vendor" %% "secret" % "1.0"\n)\nlazy val web = project\n',
            "web/build.sbt": "import Names._\nlibraryDependencies += circeCore\n",
            "project/Names.scala": CODE,
        }
    )
    assert said["web/build.sbt"] == [f"2 {CIRCE}"]


def test_names_of_other_build_files_are_not_seen(together: Callable):
    said = together(
        {
            "build.sbt": 'val both = "a" % "outer" % "1"\n',
            "web/build.sbt": 'val both = "a" % "inner" % "1"\nval all = Seq(both)\n',
            "web/more.sbt": "libraryDependencies ++= all\n",
            "project/plugins.sbt": "libraryDependencies += both\n",
        }
    )
    assert said["web/more.sbt"] == ["1 a:inner 1 runtime"]
    assert said["project/plugins.sbt"] == [f"but: line 1: what both {NOWHERE}"]


@pytest.mark.parametrize(
    ("build", "rows"),
    [
        ('libraryDependencies ++= Seq(\n  "a" %% "b",\n  "c" % "d"\n).map(_ % v)',
         ["3 a:b 7 runtime", "4 c:d 7 runtime"]),
        ('libraryDependencies ++= Seq("a" %% "b") map (_ % v % Test)', ["2 a:b 7 test"]),
        ('libraryDependencies ++= List("b", "c").map("a" %% _ % v)', ["2 a:b 7 runtime", "2 a:c 7 runtime"]),
        ('libraryDependencies ++= List("b", "c").map { m => "a" %% s"x-$m" % v }',
         ["2 a:x-b 7 runtime", "2 a:x-c 7 runtime"]),
        ('val w = Seq("a" %% "b" % v)\nlibraryDependencies ++= w.map(_ % Test)', ["2 a:b 7 runtime"]),
        ('libraryDependencies ++= (Seq("a" %% "b" % v) ++ Seq("c" % "d" % "1" exclude("e", "f"))).map(_ % "test")',
         ["2 a:b 7 test", "2 c:d 1 test"]),
        ('val w = Seq("a" %% "b")\nlibraryDependencies ++= w.map(_ % v)', [f"but: line 3: what w {NOWHERE}"]),
        ('val x = (Seq("a" %% "b").filter(f) ++ Seq("c" % "d")).map(_ % v)', []),
        ('libraryDependencies ++= Seq("a" %% "b", "c" %% "d").flatMap(f)',
         ["but: line 2: what a%%b stands for is said nowhere, or only when it is run, and 1 more like it"]),
    ],
)  # fmt: skip
def test_modules_in_lists_that_something_is_done_to(told: Callable, build: str, rows: list[str]):
    assert told("build.sbt", f'val v = "7"\n{build}\n') == rows


def test_a_mapped_list_of_other_code_has_the_scope_of_the_map(together: Callable):
    said = together(
        {
            "build.sbt": "import Names._\nlibraryDependencies ++= deps ++ testDeps.map(_ % Test)\n",
            "project/Names.scala": 'object Names {\n  val deps = Seq("a" % "b" % "1")\n'
            '  val testDeps = Seq("c" % "d" % "1")\n}\n',
        }
    )
    assert said["build.sbt"] == ["2 a:b 1 runtime", "2 c:d 1 test"]


def test_a_long_list_of_settings_hides_no_modules(told: Callable):
    settings = "".join(f"  k{number} := {number},\n" for number in range(30))
    modules = "".join(f'    "a" % "m{number}" % "1" % "test",\n' for number in range(40))
    said = told("build.sbt", f"val all = Seq(\n{settings}  libraryDependencies ++= Seq(\n{modules}  )\n)\n")
    assert [line.split()[1] for line in said] == [f"a:m{number}" for number in range(40)]


def test_what_only_says_versions_or_belongs_to_the_build(told: Callable):
    build = """\
        val o = "over" % "ridden" % "1"
        dependencyOverrides += "a" % "b" % "1"
        dependencyOverrides ++= Seq("c" % "d" % "1" % Test, o)
        libraryDependencies ++= Seq("e" % "f" % "1", compilerPlugin("g" % "h" % "1"))
    """
    assert told("build.sbt", build) == [
        "1 over:ridden 1 runtime",
        "2 a:b 1 managed",
        "3 c:d 1 managed",
        "4 e:f 1 runtime",
        "4 g:h 1 build",
    ]


def test_names_in_backticks(told: Callable):
    build = """\
        ThisBuild / organization := "com.acme"
        lazy val `acme-core` = (project in file("core")).settings(libraryDependencies += "a" %% "b" % "1")
        lazy val `acme-web` = project.dependsOn(`acme-core`)
    """
    said = told("build.sbt", build)
    assert made(said) == ["com.acme:acme-core", "com.acme:acme-web"]
    assert asked(said) == ["2 a:b 1 runtime"]


def test_settings_that_a_project_takes_by_name_are_its_own(told: Callable):
    build = """\
        lazy val base = Seq(organization := "com.acme", version := "3")
        lazy val common = base ++ Seq(scalaVersion := "2.13")
        lazy val dontPublish = Seq(publish := {}, publishLocal := {})
        lazy val core = (project in file("core")).settings(common).settings(name := "Core Things")
        lazy val api = project.settings(common: _*).settings(organization := "com.acme.api")
        lazy val docs = project.settings(common ++ dontPublish ++ Seq(scalaVersion := "3"))
        lazy val site = project.settings(common, (publish / skip) := true)
        lazy val lost = project
    """
    said = told("build.sbt", build)
    assert made(said) == [
        "com.acme.api:api 3",
        "com.acme:core-things 3",
        "com.acme:docs 3 (private)",
        "com.acme:site 3 (private)",
    ]
    assert asked(said) == [f"but: line 8: what the organization of the project lost {NOWHERE}"]


@pytest.mark.parametrize(
    ("settings", "others"),
    [
        ('inThisBuild(List(organization := "com.acme", version := "1")), name := "x"', ["com.acme:web 1"]),
        ('ThisBuild / organization := "com.acme"', ["com.acme:web"]),
        ('organization in ThisBuild := "com.acme"', ["com.acme:web"]),
        ('organization := "com.acme"', []),
    ],
)
def test_a_setting_of_one_project_is_not_that_of_all(told: Callable, settings: str, others: list[str]):
    said = told("build.sbt", f'lazy val root = (project in file(".")).settings({settings})\nlazy val web = project\n')
    assert [line for line in made(said) if ":web" in line] == others
    assert len(made(said)) == 1 + len(others)
    lost = f"but: line 2: what the organization of the project web {NOWHERE}"
    assert asked(said) == ([] if others else [lost])


def test_projects_that_name_their_modules_lack_an_organization(told: Callable):
    said = told("build.sbt", 'lazy val web = project.settings(moduleName := "acme-web")\n')
    assert said == [f"but: line 1: what the organization of the project web {NOWHERE}"]
    assert told("build.sbt", "lazy val web = project\n") == []


def test_functions_that_make_projects(told: Callable):
    build = """\
        ThisBuild / organization := "com.acme"
        lazy val core = acmeProject("core")
        lazy val web = libraryProject("web").dependsOn(core)
        lazy val both = libraryCross("both", CrossType.Pure)
        lazy val named = inFolder(folder = "x/y", id = "named")
        lazy val far = elsewhere("far").dependsOn(core)
        def acmeProject(name: String) =
          Project(name, file(name)).settings(common).settings(moduleName := s"acme-$name")
        def libraryProject(name: String) = acmeProject(name).settings(publish := {})
        def libraryCross(name: String, crossType: CrossType = CrossType.Full) =
          sbtcrossproject.CrossProject(name, file(name))(JVMPlatform, JSPlatform).settings(moduleName := "acme-" + name)
        def inFolder(id: String, folder: String) = {
          Project(id = id, base = file(folder))
        }
        lazy val common = Seq(version := "1")
    """
    said = told("build.sbt", build)
    assert made(said) == [
        "com.acme:acme-both",
        "com.acme:acme-core 1",
        "com.acme:acme-web 1 (private)",
        "com.acme:named",
    ]
    assert asked(said) == [f"but: line 6: what the name of what is published, com.acme:${{?}}, {NOWHERE}"]


def test_projects_in_the_code_of_a_build(together: Callable):
    build = """\
        import sbt._
        object AcmeBuild extends Build {
          val settings_ = Defaults.defaultSettings ++ Seq(organization := "com.acme", version := "1.0")
          val shared = Seq("s" % "shared" % "1")
          lazy val root = Project(id = "acme", base = file("."), settings = settings_) aggregate(core)
          lazy val core = Project(id = "acme-core", base = file("core"), settings = settings_ ++ Seq(
            libraryDependencies ++= shared ++ Seq("org.specs2" %% "specs2" % "2.3" % "test", "a" % "b" % "1")))
        }
        object Tools {
          val shown = Project("none", file("none"))
          def ask(state: State) = { val extracted = Project.extract(state); extracted }
        }
    """
    assert together({"project/Build.scala": build})["project/Build.scala"] == [
        "makes com.acme:acme 1.0",
        "makes com.acme:acme-core 1.0",
        "4 s:shared 1 managed",
        "7 a:b 1 runtime",
        "7 org.specs2:specs2 2.3 test",
        "7 s:shared 1 runtime",
    ]


def test_a_file_with_a_project_for_its_own_folder_is_a_build_of_its_own(together: Callable):
    said = together(
        {
            "build.sbt": 'ThisBuild / organization := "com.acme"\nval v = project.in(file("web"))\n',
            "web/build.sbt": 'name := "acme-web"\n',
            "samples/x/build.sbt": 'lazy val x = (project in file("."))\nlazy val docs = project\n',
        }
    )
    assert {path: made(lines) for path, lines in said.items()} == {
        "build.sbt": ["com.acme:acme-web"],
        "web/build.sbt": [],
        "samples/x/build.sbt": [],
    }


HOSTILE = {
    "project/Hostile.scala": [
        "import a._\n" * 20_000 + "val b = c",
        "".join(f"import a{n}._\nobject a{n} {{ val b{n} = 1 }}\n" for n in range(4_000)) + "val x = y\n" * 3_000,
        "".join(f"object a{n} extends a{n + 1} {{ val b = c }}\n" for n in range(5_000)),
        "".join(f"def a{n}(i: String) = a{n + 1}(i)\nval p{n} = a{n}(\"x\")\n" for n in range(4_000)),
        "`" * 100_000,
        "Seq(" * 20_000 + ").map(_ % a)" * 10_000,
        "val a = Seq(" + '"a",' * 20_000 + ").map(b % _ % c)",
        "".join(f"object {'a' * 2_000}{n} {{ " for n in range(60)) + "val b = c\n" * 10_000,
    ],
    "build.sbt": [
        "publish := {}\n" * 15_000,
        "".join(f"val a{n} = b.settings(a{n + 1})\n" for n in range(7_000)) + 'organization := "a"\n',
        "".join(f"val a{n} = project.settings(s0, s1)\nval s{n} = s{n + 1} ++ s{n + 2}\n" for n in range(4_000)),
        "dependencyOverrides ++= Seq(" * 9_000,
        "addSbtPlugin(" * 20_000,
        "x.map(_ % a)" * 20_000,
    ],
}  # fmt: skip


@pytest.mark.parametrize("path", HOSTILE)
def test_hostile_builds_of_sbt_cost_little(done_apart: Callable[..., list[str]], together: Callable, path: str):
    texts = HOSTILE[path]

    def answer(number: int) -> str:
        files = {path: texts[number], "project/Names.scala": CODE, "web/build.sbt": "libraryDependencies += a0\n"}
        assert set(together(files)) == set(files)
        return ""

    assert done_apart(len(texts), answer, 6.0) == [""] * len(texts)
