"""How functions are worded: names, strings and numbers aside, the same code reads alike however it is laid out."""

from __future__ import annotations

import pytest
import tree_sitter

from plumbrule.details import kinds, query_of
from plumbrule.details.wording import KIND, Worded
from plumbrule.languages import languages
from plumbrule.snapshot import FilesWalk

HEADS = {
    "python": ("def first(a, b):\n{}\n", "    "),
    "starlark": ("def first(a, b):\n{}\n", "    "),
    "javascript": ("function first(a, b) {{\n{}\n}}\n", "  "),
    "typescript": ("export const first = (a: number, b: string) => {{\n{}\n}}\n", "  "),
    "tsx": ("export function first(a: number, b: string) {{\n{}\n}}\n", "  "),
    "vue": ("<script>\nexport function first(a, b) {{\n{}\n}}\n</script>\n", "  "),
    "svelte": ('<script lang="ts">\nfunction first(a: number, b: string) {{\n{}\n}}\n</script>\n', "  "),
    "go": ("package shop\n\nfunc First(a int, b string) int {{\n{}\n}}\n", "\t"),
    "java": ("class Shop {{\n  int first(int a, String b) {{\n{}\n  }}\n}}\n", "    "),
    "c": ("int first(int a, char *b) {{\n{}\n}}\n", "  "),
    "cpp": ("int Shop::first(int a, char *b) {{\n{}\n}}\n", "  "),
    "csharp": ("class Shop {{\n  int First(int a, string b) {{\n{}\n  }}\n}}\n", "    "),
    "kotlin": ("fun first(a: Int, b: String): Int {{\n{}\n}}\n", "  "),
    "php": ("<?php\nfunction first($a, $b) {{\n{}\n}}\n", "  "),
    "ruby": ("def first(a, b)\n{}\nend\n", "  "),
    "rust": ("fn first(a: i32, b: &str) -> i32 {{\n{}\n}}\n", "  "),
    "scala": ("def first(a: Int, b: String): Int = {{\n{}\n}}\n", "  "),
    "swift": ("func first(a: Int, b: String) -> Int {{\n{}\n}}\n", "  "),
}
ENDINGS = {
    **{"python": "py", "starlark": "bzl", "javascript": "js", "typescript": "ts", "csharp": "cs", "kotlin": "kt"},
    **{"ruby": "rb", "rust": "rs"},
}
STATEMENTS = {
    "php": '$x{n} = ask($a, "one", {n}) + $b;',
    "rust": 'let x{n} = ask(a, "one", {n}) + b;',
    "scala": 'val x{n} = ask(a, "one", {n}) + b',
    "kotlin": 'val x{n} = ask(a, "one", {n}) + b',
    "swift": 'let x{n} = ask(a, "one", {n}) + b',
    "javascript": 'const x{n} = ask(a, "one", {n}) + b;',
    **dict.fromkeys(("typescript", "tsx", "vue", "svelte"), 'const x{n} = ask(a, "one", {n}) + b;'),
    "go": 'x{n} := ask(a, "one", {n}) + b',
    **dict.fromkeys(("java", "c", "cpp", "csharp"), 'int x{n} = ask(a, "one", {n}) + b;'),
    **dict.fromkeys(("python", "starlark", "ruby"), 'x{n} = ask(a, "one", {n}) + b'),
}
COMMENTS = {**dict.fromkeys(("python", "starlark", "ruby"), "# {}")}


def file_of(language: str, statements: list[str]) -> str:
    head, indent = HEADS[language]
    return head.format("\n".join(indent + one for one in statements))


def worded(path: str, text: str) -> list[Worded]:
    walk = FilesWalk()
    graph = walk.to({path: text.encode()}).whole
    file = graph.rows(path).file
    found = walk.book.details(KIND, [(file.dialect, file.blob)])
    return list(found.get((file.dialect, file.blob), ()))


def path_of(language: str) -> str:
    return f"shop/first.{ENDINGS.get(language, language)}"


@pytest.mark.parametrize("dialect", sorted(languages()))
def test_every_query_of_details_compiles_and_captures_what_its_kind_knows(dialect):
    known = {"wording": {"function", "body", "string", "comment"}}
    grammar = tree_sitter.Language(languages()[dialect].grammar())
    for kind in kinds():
        query = tree_sitter.Query(grammar, query_of(kind, dialect))
        names = {query.capture_name(at) for at in range(query.capture_count)}
        assert kind not in known or names <= known[kind]
    assert query_of("wording", dialect)


@pytest.mark.parametrize("language", sorted(HEADS))
def test_names_strings_numbers_comments_and_blanks_make_no_difference(language):
    statement, comment = STATEMENTS[language], COMMENTS.get(language, "// {}")
    one = [statement.format(n=n) for n in range(8)]
    other = [line.replace("one", "another one").replace("x", "yy").replace("  ", " ") for line in one]
    other = [line.replace(" = ", "   =  ").replace(", ", ",") for line in other]
    other.insert(3, comment.format("ask(this, and, that)"))
    first, second = (
        worded(path_of(language), file_of(language, one)),
        worded(path_of(language), file_of(language, other)),
    )
    assert len(first) == len(second) == 1
    assert first[0].text == second[0].text
    assert (first[0].symbol, first[0].asked) == (second[0].symbol, "ask")
    changed = worded(path_of(language), file_of(language, [*one[:4], *one[5:]]))
    assert changed[0].text != first[0].text


def test_small_functions_say_nothing():
    assert worded("shop/first.py", file_of("python", [STATEMENTS["python"].format(n=1)])) == []


def test_a_docstring_is_no_part_of_how_a_function_is_worded():
    plain = [STATEMENTS["python"].format(n=n) for n in range(8)]
    told = worded("shop/first.py", file_of("python", ['"""Asks eight times."""', *plain]))
    assert told[0].text == worded("shop/first.py", file_of("python", plain))[0].text


def test_a_function_inside_another_one_is_read_for_itself_too():
    inner = file_of("python", [STATEMENTS["python"].format(n=n) for n in range(8)])
    text = "def outer(a, b):\n" + "".join(f"    {line}\n" for line in inner.splitlines()) + "    return first(a, b)\n"
    outer, first = sorted(worded("shop/first.py", text), key=lambda one: one.symbol)
    assert first.text in outer.text
    assert len(outer.text) > len(first.text)


def test_functions_in_functions_without_end_cost_what_a_few_levels_cost():
    depth = 45
    text = "".join(f"{' ' * at}def f{at}(a):\n" for at in range(depth))
    text += "\n".join(" " * depth + STATEMENTS["python"].format(n=n) for n in range(8)) + "\n"
    assert 0 < len(worded("shop/first.py", text)) <= 8


def test_a_file_in_parts_that_no_grammar_takes_is_read_as_far_as_it_goes():
    whole = file_of("python", [STATEMENTS["python"].format(n=n) for n in range(8)])
    assert len(worded("shop/first.py", whole + "\ndef (((:\n\x01 x = = 3\n")) == 1
