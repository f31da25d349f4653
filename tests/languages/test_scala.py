"""Scala: what is in scope, and one space of packages with Java and Kotlin, as files come and go."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

import pytest

from plumbrule.facts import Facts, Import
from plumbrule.languages import Located, Space, Unresolved
from plumbrule.languages.scala.builds import sbt_modules
from plumbrule.languages.scala.resolver import ScalaResolver
from plumbrule.resolve import Tree
from plumbrule.snapshot import analyse_files

_TreeOf = Callable[[Mapping[str, str]], Tree]


def _asked(module: str, name: str) -> Import:
    return Import(module, 0, name, name, 1, 0, -1)


def _edges(files: Mapping[str, str], path: str) -> set[tuple[str, str, int]]:
    found = analyse_files({name: text.encode() for name, text in files.items()}).files
    return {(one.dst, one.kind, one.line) for one in found[path].dependencies}


def test_a_type_is_inherited_through_files_between() -> None:
    files = {
        "a/Z.scala": "package z\nclass Z { class Inner; def helps = 1 }\n",
        "a/Y.scala": "package y\nimport z._\ntrait Y extends Z\n",
        "a/Inner.scala": "package x\nclass Inner\n",
        "a/X.scala": "package x\nclass X extends y.Y { def f(i: Inner) = helps }\n",
    }
    assert _edges(files, "a/X.scala") == {
        ("a/Y.scala", "inherit", 2),
        ("a/Z.scala", "type", 2),
        ("a/Z.scala", "uses", 2),
    }


@pytest.mark.parametrize("ending", ["java", "kt"])
def test_java_and_kotlin_inherit_types_through_files_between_and_no_namesake_of_the_package(ending: str) -> None:
    is_java = ending == "java"
    files = {
        "a/Z.java": "package z; public class Z { public static class Inner {} }",
        "a/Y.java": "package y; import z.Z; public class Y extends Z {}",
        "a/Inner.java": "package x; class Inner {}",
        f"a/X.{ending}": (
            "package x; import y.Y; class X extends Y { Inner inner; }"
            if is_java
            else "package x\nimport y.Y\nclass X : Y() { var i: Inner? = null }\n"
        ),
    }
    found = {dst for dst, kind, _ in _edges(files, f"a/X.{ending}") if kind == "type"}
    assert found == {"a/Y.java", "a/Z.java"}


def test_a_type_is_used_through_which_a_name_is_spelt_that_it_inherits() -> None:
    files = {
        "B.java": "package a; class B { static int rate() { return 1; } }",
        "Q.java": "package a; class Q extends B {}",
        "A.java": "package a; class A { int x = Q.rate(); }",
        "C.java": "package a; class C { static int own() { return Heir.own(); } }",
        "Heir.java": "package a; class Heir extends C {}",
    }
    assert {dst for dst, _, _ in _edges(files, "C.java")} == {"Heir.java"}
    assert {(dst, kind) for dst, kind, _ in _edges(files, "A.java")} == {("B.java", "call"), ("Q.java", "uses")}


def test_a_type_that_hides_what_its_ancestor_has_under_that_name_is_meant() -> None:
    files = {
        "l/Far.scala": "package l\ntrait Far {\n  trait Kind\n  def made(): Int = 1\n}\n",
        "l/Near.scala": """package l
trait Near extends Far {
  abstract class Kind
  def made(): Int
}
object Near extends Near
""",
        "m/Use.scala": "package m\nimport l.Near.Kind\nclass Use(kind: Kind) {\n  val n = l.Near.made()\n}\n",
    }
    uses = analyse_files({name: text.encode() for name, text in files.items()}).files["m/Use.scala"].uses
    assert {use.kind for use in uses if use.symbol == "Near.Kind"} == {"import", "type"}
    # Of values what is made comes before what only is declared (Scala Language Specification, 5.1.3).
    assert {use.symbol for use in uses if use.dst == "l/Far.scala"} == {"Far.made"}


def test_a_self_type_is_seen_inside_and_not_inherited() -> None:
    files = {
        "Host.scala": "package a\ntrait Host { def hosts = 1 }\n",
        "Part.scala": "package a\ntrait Part { self: Host =>\n def f = hosts\n}\n",
        "Whole.scala": "package a\nclass Whole extends Part {\n def f = hosts\n}\n",
    }
    assert ("Host.scala", "uses", 3) in _edges(files, "Part.scala")
    assert not [one for one in _edges(files, "Whole.scala") if one[0] == "Host.scala"]


def test_an_import_from_a_value_brings_what_its_type_has() -> None:
    files = {
        "Global.scala": "package a\nclass Global extends Trees\n",
        "Trees.scala": "package a\ntrait Trees { class Tree }\n",
        "Tree.scala": "package a\nclass Tree\n",
        "Part.scala": "package a\nabstract class Part {\n val global: Global\n}\n",
        "Phase.scala": "package a\nclass Phase extends Part {\n import global._\n def f(tree: Tree) = 1\n}\n",
        "Local.scala": "package a\nobject Local {\n def f(g: Global) = { import g._\n new Tree }\n}\n",
    }
    assert {(dst, line) for dst, kind, line in _edges(files, "Phase.scala") if kind == "type"} == {("Trees.scala", 4)}
    assert ("Trees.scala", "call", 4) in _edges(files, "Local.scala")


def test_packages_are_opened_one_inside_the_other_and_imports_begin_with_what_is_in_scope() -> None:
    files = {
        "outer.scala": "package org.acme\nclass Outer\nobject Tools { val sharp = 1 }\n",
        "inner/Part.scala": "package org.acme.inner.part\nclass Part\n",
        "nested.scala": (
            "package org.acme\npackage inner\nimport part.Part\nimport Tools._\n"
            "class A(p: Part) extends Outer {\n val s = sharp }\n"
        ),
        "plain.scala": "package org.acme.inner\nclass B extends Outer\n",
    }
    assert _edges(files, "nested.scala") == {
        ("inner/Part.scala", "import", 3),
        ("inner/Part.scala", "uses", 3),
        ("inner/Part.scala", "type", 5),
        ("outer.scala", "import", 4),
        ("outer.scala", "uses", 4),
        ("outer.scala", "inherit", 5),
        ("outer.scala", "uses", 6),
    }
    assert not _edges(files, "plain.scala")


def test_what_an_import_renames_or_leaves_out_does_not_come_by_its_star() -> None:
    files = {
        "a.scala": "package a\nclass One\nclass Two\nclass Three\n",
        "b.scala": "package b\nclass One\nclass Two\n",
        "c.scala": (
            "package b\nimport a.{One => Uno, Two => _, _}\nclass C(\n a: Uno,\n b: One,\n c: Two,\n d: Three)\n"
        ),
    }
    assert {one for one in _edges(files, "c.scala") if one[1] == "type"} == {
        ("a.scala", "type", 4),
        ("b.scala", "type", 5),
        ("b.scala", "type", 6),
        ("a.scala", "type", 7),
    }


def test_a_name_that_an_import_leaves_out_is_no_dependency() -> None:
    files = {"a/A.scala": "package a\nobject Tools\nobject Other\n"}
    hidden = {**files, "b/B.scala": "package b\nimport a.{Tools => _, *}\nobject B\n"}
    assert _edges(hidden, "b/B.scala") == set()
    assert _edges({**files, "b/B.scala": "package b\nimport a.{Tools as _, *}\nval x = Other\n"}, "b/B.scala") == {
        ("a/A.scala", "import", 2),
        ("a/A.scala", "uses", 3),
    }


def test_what_an_export_takes_from_elsewhere_is_a_member_of_who_exports_it() -> None:
    files = {
        "a/A.scala": "package a\nobject Tools { def t1 = 1; class Money }\nobject More { def t2 = 2 }\n",
        "b/B.scala": "package b\nexport a.Tools.*\nexport a.More.t2 as two\n",
        "b/E.scala": "package b\nobject E {\n  export a.Tools.t1\n  export a.More.*\n}\n",
        "b/D.scala": "package b\nclass D(t: a.Tools.type) { export t.{Money, t1 as one} }\n",
        "c/C.scala": "package c\nval x = b.E.t1\nval y = b.E.t2\nval z = b.two\n",
    }
    assert _edges(files, "b/B.scala") == {("a/A.scala", kind, line) for kind in ("import", "uses") for line in (2, 3)}
    assert _edges(files, "b/E.scala") == {("a/A.scala", kind, line) for kind in ("import", "uses") for line in (3, 4)}
    assert _edges(files, "b/D.scala") == {("a/A.scala", kind, 2) for kind in ("import", "uses")}
    assert _edges(files, "c/C.scala") == {
        ("b/E.scala", "uses", 2),
        ("b/E.scala", "uses", 3),
        ("a/A.scala", "uses", 3),
        ("b/B.scala", "uses", 4),
    }


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Show[Int] with", "given_Show_Int"),
        ("[T](using Show[T]): Show[List[T]] with", "given_Show_List"),
        ("a.Show[(Int, String)] with", "given_Show_Int_String"),
        ("Show[Int => String] with Log with", "given_Show_Function_Log"),
        ("order: Show[Int] with", "order"),
    ],
)
def test_what_is_given_without_a_name_has_the_one_that_the_compiler_gives_it(
    said: str, name: str, facts_of: Callable[..., Facts]
) -> None:
    source = f"package b\nimport a.Show\ngiven {said}\n  def show(t: Int) = if t > 1 then Tools.x else 2\n"
    facts = facts_of(source.encode(), "scala")
    names = [one.name for one in facts.interface.symbols]
    assert (names[0], names[-1]) == (name, f"{name}.show")
    assert facts.interface.supers[0][0] == 0
    assert [one.cyclomatic for one in facts.body.functions] == [2]
    assert "Tools.x" in {one.text for one in facts.body.references}


def test_what_a_package_object_inherits_is_of_the_package() -> None:
    files = {
        "a/package.scala": "package object a extends Aliases\n",
        "a/Aliases.scala": "package a\ntrait Aliases { type Text = String; def rate = 1 }\n",
        "b.scala": "package b\nimport a._\nobject B { val r = rate }\n",
    }
    assert ("a/Aliases.scala", "uses", 3) in _edges(files, "b.scala")


def test_types_that_inherit_from_each_other_come_to_an_end() -> None:
    heads = " ".join(f"with T{number}" for number in range(12))
    files = {
        f"T{number}.scala": (
            f"package a\nimport T{(number + 1) % 12}._\ntrait T{number} extends Base {heads} {{ val t: Inner }}\n"
        )
        for number in range(12)
    }
    assert len(_edges(files, "T3.scala")) > 10


def test_sbt_says_which_modules_need_each_other(tree_of: _TreeOf) -> None:
    build = (
        "// lazy val gone = project\n"
        'lazy val root = (project in file(".")).aggregate(core, app)\n'
        'lazy val core = project.in(file("modules/core"))\n'
        'lazy val util = crossProject(JVMPlatform).in(file("util"))\n'
        'lazy val app = project.dependsOn(core % "compile->compile;test->test", util.jvm)\n'
        'lazy val scala3 = "3.3.1"\n'
    )
    tree = tree_of({"build.sbt": build, "modules/core/a.scala": "", "util/b.scala": "", "app/c.scala": ""})
    assert sbt_modules(tree) == {
        "": (":root", ()),
        "modules/core": (":core", ()),
        "util": (":util", ()),
        "app": (":app", (":core", ":util")),
    }


_MAIN = "src/main/scala"


@pytest.mark.parametrize(
    ("asks", "made", "led"),
    [
        ("src/main/scala-2.13", ("src/main/scala-2.13", "src/main/scala-3"), ("src/main/scala-2.13", 1.0)),
        ("src/main/scala-3", ("src/main/scala-2.13", "src/main/scala-3"), ("src/main/scala-3", 1.0)),
        (_MAIN, ("src/main/scala-2.13", "src/main/scala-3"), ("src/main/scala-2.13", 0.5)),
        (_MAIN, (_MAIN, "src/test/scala-3"), (_MAIN, 1.0)),
        ("src/main/scala-2.13", ("src/main/scala-2", "src/main/scala-3"), ("src/main/scala-2", 1.0)),
        ("src/main/scala-2.12", ("src/main/scala-2.13+", "src/main/scala-2.12-"), ("src/main/scala-2.12-", 1.0)),
        ("src/main/scala-3", ("src/main/scala-2.13+", "src/main/scala-2.12-"), ("src/main/scala-2.13+", 1.0)),
        ("src/main/scala-2", ("src/main/scala-2.12", "src/main/scala-2.13"), ("src/main/scala-2.12", 0.5)),
        (f"shared/{_MAIN}", (f"js/{_MAIN}", f"jvm/{_MAIN}", f"native/{_MAIN}"), (f"js/{_MAIN}", 0.5)),
        (f"native/{_MAIN}", (f"js/{_MAIN}", f"jvm/{_MAIN}", f"native/{_MAIN}"), (f"native/{_MAIN}", 1.0)),
        (f"native/{_MAIN}", (f"js/{_MAIN}", f"jvm-native/{_MAIN}"), (f"jvm-native/{_MAIN}", 1.0)),
        (f"js/{_MAIN}", (f"shared/{_MAIN}", f"jvm/{_MAIN}"), (f"shared/{_MAIN}", 1.0)),
        (_MAIN, (f".js/{_MAIN}", f".jvm/{_MAIN}"), (f".js/{_MAIN}", 0.5)),
        (f"jvm/{_MAIN}", (f"js/{_MAIN}", f"jvm/{_MAIN}"), (f"jvm/{_MAIN}", 1.0)),
        ("src", ("src-2", "src-3"), ("src-2", 0.5)),
        # What lies in a package that is called like a platform is for none.
        (f"{_MAIN}/a/js", (f"{_MAIN}/a/jvm", f"{_MAIN}/a/native"), (f"{_MAIN}/a/jvm", 1.0)),
    ],
)
@pytest.mark.parametrize(
    ("text", "use"),
    [
        ("package a\nclass Clock\n", "package b\nimport a.Clock\nclass Use(c: Clock)\n"),
        ("package a\nclass Clock\n", "package a\nclass Use(c: Clock)\n"),
        ("package object a { def now = 1 }\n", "package b\nimport a._\nclass Use { val n = now }\n"),
    ],
)
def test_of_several_sets_the_one_built_with_who_asks_is_meant_and_else_none_for_certain(
    asks: str, made: tuple[str, ...], led: tuple[str, float], text: str, use: str
) -> None:
    files = {f"core/{folder}/Clock.scala": text for folder in made}
    path = f"core/{asks}/Use.scala"
    rows = analyse_files({name: one.encode() for name, one in {**files, "build.sbt": "", path: use}.items()}).files[
        path
    ]
    assert {(d.dst.removeprefix("core/").rpartition("/")[0], d.confidence) for d in rows.dependencies} == {led}


def test_what_shared_code_inherits_is_of_the_platform_of_who_uses_it() -> None:
    js, jvm, shared = (f"core/{one}/src/main/scala" for one in ("js", "jvm", "shared"))
    files = {
        f"{js}/Clock.scala": "package a\nclass Clock { def tick = 1; def far = 2 }\n",
        f"{jvm}/Clock.scala": "package a\nclass Clock { def tick = 1 }\n",
        f"{shared}/Own.scala": "package a\nclass Own extends Clock\n",
        f"{jvm}/Use.scala": "package a\nclass Use extends Own {\n  val n = tick\n  val m = far\n}\n",
        f"{shared}/Any.scala": "package a\nclass Any extends Own {\n  val n = tick\n}\n",
    }
    found = analyse_files({name: text.encode() for name, text in files.items()}).files
    led = {
        (path, d.line, d.dst, d.confidence)
        for path in (f"{jvm}/Use.scala", f"{shared}/Any.scala")
        for d in found[path].dependencies
        if d.line > 2
    }
    assert led == {
        (f"{jvm}/Use.scala", 3, f"{jvm}/Clock.scala", 1.0),
        (f"{jvm}/Use.scala", 4, f"{js}/Clock.scala", 0.5),
        (f"{shared}/Any.scala", 3, f"{js}/Clock.scala", 0.5),
    }


def test_a_script_declares_nothing_and_what_no_file_has_is_said(tree_of: _TreeOf) -> None:
    scala = ScalaResolver(tree_of({"run.sc": "class Shown\n", "a/B.scala": "package a.b\nclass B\n"}))
    assert isinstance(scala.locate("c/C.scala", _asked("a.b", "Gone")), Unresolved)
    assert scala.locate("c/C.scala", _asked("a", "b")) == Space()
    assert not isinstance(scala.locate("run2.sc", _asked("", "Shown")), Located)


@pytest.mark.parametrize(
    ("comment", "doubts"),
    [("/* never\n", [(2, 4)]), ("/* in /* one */\n", [(2, 4)]), ("/* in /* one */ */\n", []), ("/* one */\n", [])],
)
def test_what_is_behind_a_comment_that_never_ends_is_a_place_in_doubt(
    comment: str, doubts: list[tuple[int, int]], facts_of: Callable[..., Facts]
) -> None:
    found = facts_of(f"class A\n{comment}class B extends A\nclass C\n".encode(), "scala")
    assert found.interface.errors == doubts


def test_operators_of_a_committed_conflict_are_a_place_in_doubt(facts_of: Callable[..., Facts]) -> None:
    text = "class A {\n<<<<<<< HEAD\n val a = 1\n=======\n val a = 2\n>>>>>>> topic\n}\n"
    assert facts_of(text, "scala").interface.errors[0] == (2, 2)
    assert not facts_of("class A { val b = a <<<<<<< c }\n", "scala").interface.errors


PATHS = [
    "one/a.scala",
    "one/b.scala",
    "one/C.java",
    "two/d.scala",
    "two/e.kt",
    "two/f.scala",
    "build.sbt",
    "loose.scala",
]
HEADS = ["", "package shop", "package shop.tax", "package shop\npackage tax", "package shop.tax\npackage more"]
IMPORTS = [
    "import shop._",
    "import tax.rate",
    "import shop.{Cart => Basket, _}",
    "import Cart._",
    "import shop.tax.Cart.Line",
    "import shop.Old.LIMIT",
]
LINES = [
    "class Cart { class Line; def total = 1 }",
    "object Cart extends Base { val most = 2 }",
    "trait Base { class Line; def total: Int; class Inner }",
    "trait Mid extends Base with More { self: Cart => def f(line: Line) = total }",
    "class End(val mid: Mid) extends Mid { import mid._; def g(i: Inner, l: Line) = super.total }",
    "object Held { val end: End = null; import end.mid._; val i: Inner = null; type Same = End }",
    "package object more extends Base { def rate = 1 }",
    "class Uses extends Held.Same { def h = rate + LIMIT }",
    "trait More extends Cart",
    "object Out { export Held.*; export Cart.total as sum; def x = end; def y: Same = null }",
    "export Out.{sum, end => last}",
    "given Mid with { def total = sum; last }",
    "import shop.{Cart => _, Base => _, *}",
    "class Broken { def (",
]
OTHERS = [
    "package shop; class Old { static int LIMIT; Cart cart; }",
    "package shop; class Old extends End { Inner inner; Line line; }",
    "package shop.tax; class Cart { static class Line {} }",
]


def _content(path: str, chance: random.Random) -> bytes:
    if path.endswith(".java"):
        return chance.choice(OTHERS).encode()
    if path.endswith(".kt"):
        return chance.choice(("package shop\nclass Kept : End() { val i: Inner? = null }\n", "package shop\n")).encode()
    if path.endswith(".sbt"):
        return chance.choice(("lazy val one = project\nlazy val two = project.dependsOn(one)\n", "")).encode()
    lines = [chance.choice(HEADS), *chance.sample(IMPORTS, 2), *chance.sample(LINES, chance.randint(1, 6))]
    return "\n".join(lines).encode() + b"\n"


@pytest.mark.parametrize("seed", range(10))
def test_a_walked_history_of_scala_and_its_neighbours_ends_with_the_rows_of_a_cold_scan(
    seed: int, history: Callable
) -> None:
    assert history(seed, PATHS, _content, steps=16, touched=(1, 3)) > 10  # else this history compared nothing
