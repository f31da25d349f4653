"""Kotlin and Java in one space of packages, as files come and go."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

import pytest

from plumbrule.facts import Import
from plumbrule.languages import External, Located, Space, Unresolved
from plumbrule.languages.java.resolver import JavaResolver
from plumbrule.languages.kotlin.resolver import KotlinResolver
from plumbrule.resolve import Tree
from plumbrule.snapshot import analyse_files

_TreeOf = Callable[[Mapping[str, str]], Tree]


def _asked(module: str, name: str, level: int = 0) -> Import:
    return Import(module, level, name, name, 1, 0, -1)


def test_java_sees_what_is_in_no_class_as_members_of_a_class_named_after_the_file(tree_of: _TreeOf) -> None:
    tree = tree_of(
        {
            "a/tools.kt": "package a\nfun f() = 1\n",
            "a/Only.kt": "package a\nclass Only\n",
            "a/One.kt": '@file:JvmName("Both")\npackage a\nfun one() = 1\n',
            "a/Two.kt": '@file:JvmName("Both")\npackage a\nfun two() = 1\n',
        }
    )
    java = JavaResolver(tree)
    assert java.locate("b/B.java", _asked("a", "ToolsKt")) == Located("a/tools.kt", is_submodule=True)
    assert java.locate("b/B.java", _asked("a.ToolsKt", "f")) == Located("a/tools.kt")
    assert java.locate("b/B.java", _asked("a.Both", "two")) == Located("a/Two.kt")
    assert isinstance(java.locate("b/B.java", _asked("a", "OnlyKt")), Unresolved)
    assert java.locate("b/B.java", _asked("a", "Only")) == Located("a/Only.kt")


def test_kotlin_finds_what_java_declares_and_a_script_declares_nothing(tree_of: _TreeOf) -> None:
    tree = tree_of(
        {
            "a/Old.java": "package a; class Old { static int of() { return 1; } }",
            "a/run.kts": "val shown = 1\nclass Shown\n",
        }
    )
    kotlin = KotlinResolver(tree)
    assert kotlin.locate("b/b.kt", _asked("a", "Old")) == Located("a/Old.java")
    assert kotlin.locate("b/b.kt", _asked("a.Old", "of")) == Located("a/Old.java", inside="Old")
    assert kotlin.locate("b/b.kt", _asked("a", "*")) == Space(among="/jvm/a.")
    assert kotlin.locate("a/b.kt", _asked("", "Shown")) == External("")


@pytest.mark.parametrize(
    ("folder", "found"),
    [
        ("core/src/commonMain/kotlin", "core/src/commonMain/kotlin/Clock.kt"),
        ("core/src/commonTest/kotlin", "core/src/commonMain/kotlin/Clock.kt"),
        ("core/src/jvmMain/kotlin", "core/src/jvmMain/kotlin/Clock.kt"),
        ("core/src/jsTest/kotlin", "core/src/jsMain/kotlin/Clock.kt"),
        ("core/src/iosMain/kotlin", "core/src/commonMain/kotlin/Clock.kt"),
    ],
)
def test_of_several_source_sets_the_one_for_the_same_platform_is_meant(
    tree_of: _TreeOf, folder: str, found: str
) -> None:
    tree = tree_of(
        {
            "core/build.gradle.kts": "",
            **{
                f"core/src/{one}Main/kotlin/Clock.kt": f"package a\n{word} class Clock\n"
                for one, word in (("common", "expect"), ("jvm", "actual"), ("js", "actual"))
            },
        }
    )
    assert KotlinResolver(tree).locate(f"{folder}/A.kt", _asked("a", "Clock")) == Located(found)


def test_an_extension_is_guessed_only_where_it_can_be_seen(tree_of: _TreeOf) -> None:
    tree = tree_of(
        {
            "one/build.gradle.kts": "",
            "two/build.gradle.kts": "",
            "one/a.kt": "package a\nfun Int.twice() = 2\nfun plain() = 1\n",
        }
    )
    kotlin = KotlinResolver(tree)
    found = kotlin.locate("one/b.kt", _asked("a", "twice$"))
    assert isinstance(found, Located)
    assert (found.path, found.called) == ("one/a.kt", "twice")
    assert found.confidence < 1
    assert isinstance(kotlin.locate("two/b.kt", _asked("a", "twice$")), Unresolved)
    assert isinstance(kotlin.locate("one/b.kt", _asked("a", "plain$")), Unresolved)


PATHS = [
    "one/a.kt",
    "one/b.kt",
    "one/C.java",
    "two/d.kt",
    "two/E.java",
    "two/run.kts",
    "two/build.gradle.kts",
    "loose.kt",
]
HEADS = ["", "package shop", "package shop.tax", '@file:JvmName("Tools")\npackage shop']
IMPORTS = [
    "import shop.*",
    "import shop.tax.rate",
    "import shop.Cart as Basket",
    "import shop.tax.Cart.Companion.LIMIT",
]
LINES = [
    "class Cart { companion object { const val LIMIT = 1 } }",
    "private class Cart",
    "actual class Cart",
    "fun rate() = Cart.LIMIT",
    "fun Cart.total() = rate()",
    "val top = Cart().total()",
    "class Uses : Cart() { fun f() = top + LIMIT }",
    "class Broken { fun (",
    "open class Mid : Base()",
    "class End : Mid() { val i: Inner = Inner() }",
    "class Sub : Base() { class Apart { fun f() = rate() } }",
    "fun of(f: Base.() -> Unit) = 1",
    "val here = of { rate() }",
    "fun Base.on() = rate()",
    "fun held(a: Cart) = with(a) { rate() }",
    "class Heir : Base() { fun f() = this.rate() + super.rate() }",
]
JAVA = [
    "package shop; class Cart { static int LIMIT; int n = AKt.rate(); }",
    "package shop.tax; import shop.Tools; class Java { int n = Tools.rate(); shop.Cart cart; }",
    "package shop; import static shop.AKt.*; class Other { int n = rate(); }",
    "package shop; class Base { static class Inner {} int rate() { return 1; } }",
    "package shop; class Base { static int rate() { return 1; } }",
    "package shop; class Base extends Mid {} class Mid extends End { Inner inner; }",
    "package shop; class Mid extends Base { Inner inner; } class Inner {}",
]


def _content(path: str, chance: random.Random) -> bytes:
    if path.endswith(".java"):
        return chance.choice(JAVA).encode()
    if path.endswith("build.gradle.kts"):
        return chance.choice(('dependencies { implementation(project(":one")) }', "")).encode()
    lines = [chance.choice(HEADS), *chance.sample(IMPORTS, 2), *chance.sample(LINES, chance.randint(0, 5))]
    return "\n".join(lines).encode() + b"\n"


@pytest.mark.parametrize("seed", range(8))
def test_a_walked_history_of_kotlin_and_java_ends_with_the_rows_of_a_cold_scan(seed: int, history: Callable) -> None:
    assert history(seed, PATHS, _content, steps=16, touched=(1, 3)) > 10  # else this history compared nothing


def test_both_languages_lead_into_each_other() -> None:
    files = {
        "a/Money.kt": b"package a\nclass Money\nfun rate() = Old.of()\n",
        "a/Old.java": b"package a; class Old { Money money; static int of() { return MoneyKt.rate(); } }",
    }
    found = analyse_files(files).files
    assert {(d.dst, d.kind, d.names) for d in found["a/Old.java"].dependencies} == {
        ("a/Money.kt", "type", "Money"),
        ("a/Money.kt", "call", "rate"),
    }
    assert {(d.dst, d.kind) for d in found["a/Money.kt"].dependencies} == {("a/Old.java", "call")}


def _used(path: str, files: dict[str, str]) -> set[tuple[str, str]]:
    """What a file calls and reads, with the name of who does."""
    uses = analyse_files({name: text.encode() for name, text in files.items()}).files[path].uses
    return {(use.user, f"{use.dst}:{use.symbol}") for use in uses if use.kind in ("call", "read") and "." in use.user}


def test_what_hangs_on_no_value_of_the_class_around_it_sees_of_that_what_it_has_itself() -> None:
    files = {
        "l/Base.kt": "package l\nopen class Base {\n    fun row() {}\n    class Kind\n"
        "    companion object : Log() {\n        fun made() {}\n    }\n}\n",
        "l/Log.kt": "package l\nopen class Log {\n    fun note() {}\n}\n",
        "m/Top.kt": "package m\nfun row() {}\n",
        "m/D.kt": """package m
class D : l.Base() {
    class Nested {
        fun f() { row(); made(); note(); Kind() }
    }
    enum class Step {
        ONE;
        fun f() { row() }
    }
    object One {
        fun f() { row() }
    }
    inner class Inner {
        fun f() { row() }
    }
}
""",
    }
    assert _used("m/D.kt", files) == {
        ("D.Nested.f", "m/Top.kt:row"),
        ("D.Nested.f", "l/Base.kt:Base.made"),
        ("D.Nested.f", "l/Log.kt:Log.note"),
        ("D.Nested.f", "l/Base.kt:Base.Kind"),
        ("D.Step.f", "m/Top.kt:row"),
        ("D.One.f", "m/Top.kt:row"),
        ("D.Inner.f", "l/Base.kt:Base.row"),
    }


RECEIVING = {
    "l/Html.kt": """package l
open class Html {
    fun row() {}
    fun body(f: Body.() -> Unit) {}
    val wide = 1
    val odd: Int = 1
}
class Body {
    fun cell() {}
}
fun html(f: suspend Html.() -> Unit) {}
fun plain(f: () -> Unit) {}
fun <T> own(value: T, f: T.() -> Unit) {}
""",
    "m/Top.kt": "package m\nfun row() {}\nfun cell() {}\nfun other() {}\nfun odd() {}\nval wide = 2\n",
}


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("fun f() { html { row() } }", {"l/Html.kt:html", "l/Html.kt:Html.row"}),
        ("fun f() { html { print(wide); other() } }", {"l/Html.kt:html", "l/Html.kt:Html.wide", "m/Top.kt:other"}),
        (
            "fun f() { html { body { cell(); row() } } }",
            {"l/Html.kt:html", "l/Html.kt:Html.body", "l/Html.kt:Body.cell", "l/Html.kt:Html.row"},
        ),
        ("fun f() { html { odd() } }", {"l/Html.kt:html", "m/Top.kt:odd"}),  # what is no function is not called
        ("fun f() { plain { row() } }", {"l/Html.kt:plain", "m/Top.kt:row"}),
        ("fun f() = listOf(1).forEach { row() }", {"m/Top.kt:row"}),
        ("fun Html.f() { row() }", {"l/Html.kt:Html.row"}),
        ("fun <T : Html> T?.f() { row() }", {"l/Html.kt:Html.row"}),
        ("val Html.f get() = wide", {"l/Html.kt:Html.wide"}),
        ("fun f() = object : Html() {\n    fun g() { row() }\n}", {"l/Html.kt:Html", "l/Html.kt:Html.row"}),
        ("class C {\n    fun html(f: () -> Unit) {}\n    fun f() { html { row() } }\n}", {"m/Top.kt:row"}),
        ("class C : Html() {\n    companion object {\n        fun f() { row() }\n    }\n}",
         {"l/Html.kt:Html", "m/Top.kt:row"}),
    ],
)  # fmt: skip
def test_text_sees_the_members_of_what_it_is_called_on_before_its_package(text: str, leads: set[str]) -> None:
    files = {**RECEIVING, "m/Use.kt": f"package m\nimport l.*\n{text}\n"}
    uses = analyse_files({name: text.encode() for name, text in files.items()}).files["m/Use.kt"].uses
    found = {f"{use.dst}:{use.symbol}" for use in uses if use.kind in ("call", "read")}
    assert found == leads


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("fun f(a: Any) { with(a) { row() } }", 0.7),
        ("fun f(a: Any) { a.apply { row() } }", 0.7),
        ("fun f(a: Any) { own(a) { row() } }", 0.7),
        ("fun f(a: Any) { a then { row() } }", 0.7),
        ("fun f(a: Any) { with(a) { other() } }", 1.0),  # nothing here has such a member
        ("fun f(a: Any) { a.let { row() } }", 1.0),
    ],
)
def test_a_name_that_an_unknown_value_may_have_is_less_sure(text: str, sure: float) -> None:
    files = {**RECEIVING, "m/Use.kt": f"package m\nimport l.own\n{text}\n"}
    rows = analyse_files({name: text.encode() for name, text in files.items()}).files["m/Use.kt"]
    assert {one.confidence for one in rows.dependencies if one.dst == "m/Top.kt"} == {sure}


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("class D : Base() {\n    fun f() { this.go(); go() }\n}", {"Base.go"}),
        ("class D : Base() {\n    fun f() { this@D.go() }\n}", {"Base.go"}),
        ("class D : Base() {\n    val r = this::go\n}", {"Base.go"}),
        ("class D : Base() {\n    fun f() = this.held\n}", {"Base.held"}),
        ("class D : Base() {\n    override fun go() { super.go() }\n}", {"Base.go"}),
        ("class D : Base() {\n    override fun go() { this.go() }\n}", set()),
        ("class D : Base() {\n    fun f() = listOf(1).map { this.go() }\n}", {"Base.go"}),
        ("class D : Base() {\n    fun f(a: Any) = a.apply { this.go() }\n}", set()),
        ("fun Base.on() = this.go()", {"Base.go"}),
        ("class D : Base() {\n    val o = object {\n        fun f() { this.go() }\n    }\n}", set()),
        ("fun f() = Sing.go()", {"Base.go"}),
    ],
)
def test_members_of_the_value_at_hand_are_those_that_it_inherits(text: str, leads: set[str]) -> None:
    files = {
        "l/Base.kt": "package l\nopen class Base {\n    open fun go() {}\n    val held = 1\n}\nobject Sing : Base()\n",
        "m/Use.kt": f"package m\nimport l.Base\nimport l.Sing\n{text}\n",
    }
    uses = analyse_files({name: text.encode() for name, text in files.items()}).files["m/Use.kt"].uses
    found = {use.symbol for use in uses if use.kind in ("call", "read", "look") and use.symbol not in ("Base", "Sing")}
    assert found == leads


OVERRIDING = {
    "l/Named.kt": """package l
interface Named {
    val name: String
    val isOpen: Boolean
    val size get() = 1
    fun go() {}
}
""",
    "l/Old.java": """package l;
public abstract class Old implements Named {
    public String getName() { return null; }
    public boolean isOpen() { return true; }
    public abstract int getSize();
    public void getGo() {}
}
""",
    "l/Odd.java": """package l;
public abstract class Odd implements Named {
    public String getName(int n) { return null; }
}
""",
    "l/Far.kt": "package l\nopen class Far {\n    open val name = 1\n    open fun go() {}\n}\n",
    "l/Near.kt": """package l
abstract class Near : Far() {
    abstract override val name: Int
    abstract override fun go()
}
""",
    "l/Mid.kt": "package l\nopen class Mid : Far(), Go\ninterface Go {\n    fun go()\n}\n",
}


@pytest.mark.parametrize(
    ("base", "text", "led"),
    [
        ("Old()", "name", "Old.getName"),
        ("Old()", "this.name", "Old.getName"),
        ("Old()", "super.name", "Old.getName"),
        ("Old()", "isOpen", "Old.isOpen"),
        ("Old()", "size", "Old.getSize"),
        ("Old()", "go()", "Named.go"),  # a method is overridden by its own name alone
        ("Odd()", "name", "Named.name"),
        ("Named", "name", "Named.name"),
        ("Near()", "name", "Near.name"),
        ("Near()", "this.name", "Near.name"),
        ("Near()", "go()", "Near.go"),
        ("Far()", "go()", "Far.go"),
        ("Mid()", "go()", "Far.go"),  # what a type only declares that inherits nothing of it is made there
    ],
)
def test_an_inherited_member_is_that_of_the_nearest_type_that_overrides_it(base: str, text: str, led: str) -> None:
    files = {
        **OVERRIDING,
        "m/Use.kt": f"package m\nimport l.*\nabstract class Use : {base} {{\n    fun f() = {text}\n}}\n",
    }
    assert {to.partition(":")[2] for _, to in _used("m/Use.kt", files)} == {led}


COMPANIONS = {
    "l/Base.kt": """package l
open class Base {
    companion object : Log() {
        fun make() = Base()
        const val LIMIT = 2
        class Deep
    }
    class In {
        companion object Made {
            fun made() = 1
        }
    }
}
""",
    "l/Log.kt": "package l\nopen class Log {\n    fun note() {}\n}\n",
}


@pytest.mark.parametrize(
    ("text", "led"),
    [
        ("Base.Companion.make()", "Base.make"),
        ("Base.make()", "Base.make"),
        ("Base.Companion.LIMIT", "Base.LIMIT"),
        ("Base.Companion.note()", "Log.note"),
        ("Base.Companion.Deep()", "Base.Deep"),
        ("Base.In.Made.made()", "Base.In.made"),
        ("Base.Companion", "Base.Companion"),
        ("make()", "Base.make"),
        ("made()", "Base.In.made"),
        ("Companion.make()", "Base.make"),
    ],
)
def test_what_a_companion_has_is_led_to_by_its_name_as_without(text: str, led: str) -> None:
    head = "import l.Base\nimport l.Base.Companion\nimport l.Base.Companion.make\nimport l.Base.In.Made.made\n"
    files = {**COMPANIONS, "m/Use.kt": f"package m\n{head}class Use {{\n    fun f() = {text}\n}}\n"}
    assert {to.partition(":")[2] for _, to in _used("m/Use.kt", files)} == {led}
    if text.startswith("Base.") and text.endswith("e()"):
        java = f"package m;\nimport l.Base;\nclass Use {{\n    void f() {{ {text}; }}\n}}\n"
        found = {to.partition(":")[2] for _, to in _used("m/Use.java", {**COMPANIONS, "m/Use.java": java})}
        assert led in found


def test_brackets_on_the_next_line_call_nothing() -> None:
    files = {
        "l/Base.kt": "package l\nopen class Base {\n    val held = 1\n}\n",
        "m/Use.kt": """package m
class Use : l.Base() {
    fun f() {
        val n = this.held
        (n as Any).use()
    }
}
""",
    }
    uses = analyse_files({name: text.encode() for name, text in files.items()}).files["m/Use.kt"].uses
    assert [use.kind for use in uses if use.symbol == "Base.held"] == ["read"]


def test_a_name_that_is_written_in_full_is_used_for_what_stands_there() -> None:
    files = {
        "org/acme/All.kt": "package org.acme\nfun go() {}\nval top = 1\nopen class Outer(val n: Int = 1) {\n"
        "    companion object {\n        fun make() {}\n    }\n}\n",
        "o/User.kt": """package o
class User(val held: org.acme.Outer) : org.acme.Outer() {
    fun f(): Int {
        org.acme.go()
        org.acme.Outer.make()
        return org.acme.top.dec()
    }
}
fun local(org: Far) {
    org.acme.go()
}
class Far
""",
    }
    uses = analyse_files({name: text.encode() for name, text in files.items()}).files["o/User.kt"].uses
    assert {(use.user, use.symbol, use.kind) for use in uses if use.kind != "import"} == {
        ("User", "Outer", "type"),
        ("User", "Outer", "inherit"),
        ("User", "Outer", "call"),
        ("User.f", "go", "call"),
        ("User.f", "Outer.make", "call"),
        ("User.f", "top", "call"),
    }


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("", '$$"a$${'),
        ("fun (", 'x if y -> "'),
        ("fun (", '$$"$$ $'),
        ("", "class A { class B { "),
        ("", "} object : A { override "),
        ("@A\n", "@A enum class B\n"),
    ],
)
def test_what_is_mended_costs_what_it_is_long(read_in_bounds: Callable[..., str], head: str, line: str) -> None:
    assert read_in_bounds("kotlin", line, head=head) == ""
