"""Functions that only pass their parameters on, as each language writes them."""

from __future__ import annotations

import pytest

from plumbrule.snapshot import analyse_files


def passed_on(path, text, name):
    rows = analyse_files({path: text.encode()}).rows(path)
    return next((f.forwards, f.forward_grade) for f in rows.functions if f.symbol.rpartition(".")[2] == name)


FORWARDS = {
    "Java": ("A.java", "class A { int f(int a, B b) { return store.load(a, b); } }", "store.load"),
    "Java, a static one with a type": ("A.java", "class A { static int f(int a) { return Store.<T>load(a); } }", ""),
    "Go": ("a.go", "package a\n\nfunc (c *C) f(a int) int {\n\treturn c.store.Load(a)\n}\n", "c.store.Load"),
    "Go, what is left": ("a.go", "package a\n\nfunc f(a ...int) int {\n\treturn load(a...)\n}\n", "load"),
    "C#": ("A.cs", "class A { int f(int a) => store.Load(a); }", "store.Load"),
    "C#, in braces": ("A.cs", "class A { int f(ref int a) { return store.Load(ref a); } }", "store.Load"),
    "Kotlin": ("a.kt", "fun f(a: Int, b: Int) = store.load(b = b, a = a)\n", "store.load"),
    "Rust": ("a.rs", "impl A { async fn f(&self, a: i32) -> i32 { self.store.load(a).await } }", "self.store.load"),
    "Scala": ("A.scala", "class A { def f(a: Int): Int = store.load(a) }", "store.load"),
    "Swift": ("a.swift", "func f(a: Int) throws -> Int { return try store.load(of: a) }", "store.load"),
    "C": ("a.c", "int f(int a) { return load(a); }\n", "load"),
    "C++": ("a.cpp", "int A::f(int a) { /* asks */ return store->load(a); }\n", "store.load"),
    "Ruby": ("a.rb", "def f(a)\n  store.load(a)\nend\n", "store.load"),
}


@pytest.mark.parametrize("language", FORWARDS)
def test_a_function_that_only_calls_another_is_known(language):
    path, text, callee = FORWARDS[language]
    assert passed_on(path, text, "f") == (callee, "A" if callee else "")


@pytest.mark.parametrize(
    "body",
    [
        "return store.load(a + 1, b);",
        "return new Store(a, b);",
        "return store.load(a);",
        "return store.load(a, b, c);",
        "return store.load(a, b).get();",
        "store.open(); return store.load(a, b);",
        "if (a) { load(a, b); } return 0;",
        "while (a, b);",
        "throw load(a, b);",
        "return store.load(a, 1, 2);",
    ],
)
def test_what_does_more_than_call_is_none(body):
    assert passed_on("A.java", f"class A {{ int f(int a, int b) {{ {body} }} }}", "f") == ("", "")


def test_a_constant_more_is_a_weak_one():
    assert passed_on("A.java", "class A { int f(int a) { return load(a, null); } }", "f") == ("load", "B")


def test_without_parameters_only_the_same_name_of_something_else_counts():
    text = "class A { void close() { this.store.close(); } int size() { return items.length(); } }"
    assert passed_on("A.java", text, "close") == ("this.store.close", "A")
    assert passed_on("A.java", text, "size") == ("", "")


def test_a_long_row_of_names_is_read_in_no_time():
    names = ".".join(["a"] * 180)
    assert passed_on("A.java", f"class A {{ int f(int a) {{ return {names}; }} }}", "f") == ("", "")
