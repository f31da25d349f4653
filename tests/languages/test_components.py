"""Vue and Svelte: what components say of themselves, and who is led to them."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from plumbrule.facts import Facts, pack
from plumbrule.graph import FileRows
from plumbrule.languages import language_of, written_in
from plumbrule.snapshot import analyse_files

Read = Callable[..., Facts]


def _rows(path: str, files: dict[str, str]) -> FileRows:
    return analyse_files({name: text.encode() for name, text in files.items()}).files[path]


def _edges(path: str, files: dict[str, str]) -> set[tuple[str, str, str]]:
    return {(row.kind, row.dst, row.names) for row in _rows(path, files).dependencies}


def _led(path: str, files: dict[str, str]) -> set[tuple[str, str, str]]:
    return {(use.dst, use.symbol, use.kind) for use in _rows(path, files).uses}


@pytest.mark.parametrize(
    ("path", "source", "dialect"),
    [
        ("a.vue", "<template><p/></template>", "vue"),
        ("a.vue", "<script lang='ts'>a</script>", "vue"),
        ("a.vue", "<script setup lang=ts></script>", "vue"),
        ("a.vue", "<script></script>", "vue-javascript"),
        ("a.vue", "<script lang='jsx'></script>", "vue-javascript"),
        ("a.vue", "<script lang='tsx'></script>", "vue-tsx"),
        ("a.vue", "<!-- <script lang='ts'> --><script></script>", "vue-javascript"),
        ("a.vue", "<script></script><script setup lang='ts'></script>", "vue"),
        ("a.svelte", "<script lang='ts'></script>", "svelte"),
        ("a.svelte", "<script context='module'></script>", "svelte-javascript"),
        ("a.svelte", "<p>plain</p>", "svelte"),
    ],
)
def test_a_script_says_in_which_language_it_is(path: str, source: str, dialect: str) -> None:
    named = language_of(path)
    assert named is not None
    assert written_in(named.dialect, source.encode()).dialect == dialect


@pytest.mark.parametrize("ending", ["vue", "svelte"])
@pytest.mark.parametrize(
    "text",
    [
        "", "<p>", "<script", "<script>", "<script lang='", "<script>a</script", "<script>a</script><script setup>b",
        "<!-- <script>a</script>", "<template><p>é</p>\r\n</template>\r\n<script>\r\nconst é = 'é'\r\n</script>\r\n",
        "<script src='./a'/><script>b</script>x<style>", "{#if a}<script>a</script>", "\ufeff<script>a</script>",
    ],
)  # fmt: skip
def test_what_the_grammar_is_given_is_as_long_and_has_the_same_lines(ending: str, text: str) -> None:
    source = text.encode()
    language = language_of(f"a.{ending}")
    assert language is not None
    code = language.code_in(source)
    assert len(code) == len(source)
    assert [len(line) for line in code.split(b"\n")] == [len(line) for line in source.split(b"\n")]


def test_a_component_is_the_default_export_of_its_file() -> None:
    files = {
        "src/main.ts": "import Card, { shared } from './Card.vue'\nimport List from './List.svelte'\n"
        "[Card, shared, List]\n",
        "src/Card.vue": "<script lang='ts'>export const shared = 1</script><template><p/></template>\n",
        "src/List.svelte": "<ul></ul>\n",
    }
    assert _led("src/main.ts", files) == {
        ("src/Card.vue", "default", "import"),
        ("src/Card.vue", "default", "read"),
        ("src/Card.vue", "shared", "import"),
        ("src/Card.vue", "shared", "read"),
        ("src/List.svelte", "default", "import"),
        ("src/List.svelte", "default", "read"),
    }
    assert _rows("src/main.ts", files).unresolved == ()


def test_what_a_component_lacks_is_told() -> None:
    files = {"src/main.ts": "import { gone } from './Card.vue'\n", "src/Card.vue": "<script>const gone = 1</script>\n"}
    assert [row.text for row in _rows("src/main.ts", files).unresolved] == ["./Card.vue:gone"]


def test_a_script_that_lies_in_another_file_is_what_the_component_offers() -> None:
    files = {
        "src/main.ts": "import Card from './Card.vue'\nCard()\n",
        "src/Card.vue": "<template><p/></template>\n<script src='./card.ts'></script>\n",
        "src/card.ts": "export default function card() {}\n",
    }
    assert _edges("src/Card.vue", files) == {("import", "src/card.ts", "default"), ("uses", "src/card.ts", "default")}
    assert ("src/card.ts", "card", "call") in _led("src/main.ts", files)


def test_properties_of_a_component_of_svelte_are_imported_by_nobody() -> None:
    files = {
        "src/main.ts": "import { open, shown } from './Card.svelte'\n",
        "src/Card.svelte": "<script module>export const shown = 1</script>\n<script>export let open</script>\n",
    }
    assert [row.text for row in _rows("src/main.ts", files).unresolved] == ["./Card.svelte:open"]


def test_what_only_the_markup_uses_is_no_import_of_types() -> None:
    files = {
        "src/Card.vue": "<script setup lang='ts'>\nimport { Kind, Row } from './kinds'\nconst a: Kind = 1, b: Row = 2\n"
        "</script><template>{{ Kind.big }} Row</template>\n",
        "src/kinds.ts": "export enum Kind { big }\nexport interface Row { }\n",
    }
    found = {(row.kind, row.line): row.type_only for row in _rows("src/Card.vue", files).dependencies}
    assert found[("import", 2)] is False
    said = [row for row in _rows("src/Card.vue", files).uses if row.line == 4]
    assert [(row.symbol, row.user) for row in said] == [("Kind.big", "default")]


def test_two_scripts_are_one_module(facts_of: Read) -> None:
    found = facts_of(
        "<script>import a from 'a'</script><script setup>a()\nfunction b() {}</script>\n", "vue-javascript"
    )
    assert [row.module for row in found.interface.imports] == ["a"]
    assert [row.name for row in found.interface.symbols] == ["b", "default"]
    assert [row.text for row in found.body.references] == ["a"]
    assert found.interface.errors == []


def test_an_unclosed_script_is_read_and_a_place_in_doubt(facts_of: Read) -> None:
    found = facts_of("<template><p/></template>\n<script>\nimport a from 'a'\na()\n", "vue-javascript")
    assert [row.module for row in found.interface.imports] == ["a"]
    assert found.interface.errors == [(2, 4)]


@pytest.mark.parametrize("ending", ["vue", "svelte"])
@pytest.mark.parametrize(
    ("source", "doubts"),
    [
        ("<template><p/></template>\n<!-- never\n<script>\nimport a from 'a'\n</script>\n", [(2, 5)]),
        ("<p/>\n<script lang='coffee'>\na = require 'a'\n</script>\n", [(2, 3)]),
        ("<p/>\n<script type='text/coffeescript'>\na = 1\n</script>\n", [(2, 3)]),
        ("<p/>\n<script type='application/ld+json'>\n{}\n</script>\n", []),
        ("#!/bin/sh\nif [ -f a ]; then echo ${b} <c; fi\n", [(1, 2)]),
        ("total: 3\n", [(1, 1)]),
        ("<p>\n<!-- all <script> --></p>\n", []),
        (
            "<p/>\n<<<<<<< HEAD\n<script>\nimport a from 'a'\n</script>\n=======\n<script>\n"
            "import b from 'b'\n</script>\n>>>>>>> other\n<script setup>\nimport c from 'c'\n</script>\n",
            [(2, 10)],
        ),
    ],
)
def test_code_that_is_not_read_or_there_twice_is_a_place_in_doubt(
    facts_of: Read, ending: str, source: str, doubts: list[tuple[int, int]]
) -> None:
    assert facts_of(source, ending).interface.errors == doubts


@pytest.mark.parametrize(
    "text",
    [
        "<<<<<<< a\n", "<<<<<<< a\n<script></script>\n", "<script lang='coffee'></script>\n",
        "<!--", "<template>", "<template><!--", "<script>", "<script ", "<a ", "{{", "{", "{#each a as b}", ":a=\"",
        "@a='", "<b :a={", "</script>", "<script></script>", "`${", "'", '"', "<style>", "<t1><t2>", "{@html `<script>",
        "<a-b ",
        "{'", "v-for=\"a in ", "<svelte:head>", "<svelte:head><script>", "$a ", "a.",
    ],
)  # fmt: skip
@pytest.mark.parametrize("ending", ["vue", "svelte"])
def test_what_is_opened_again_and_again_costs_linear_time(
    read_in_bounds: Callable[..., str], ending: str, text: str
) -> None:
    lines = 100_000 // len(text)
    for head, tail in (("", ""), ("<template>", "</template><script>import a from 'a'</script>"), ("<script>", "")):
        assert read_in_bounds(ending, text, head=head, tail=tail, lines=lines) == ""


def test_the_same_bytes_give_the_same_facts_however_they_are_broken(facts_of: Read) -> None:
    chance = random.Random("components")
    parts = [
        "<template>", "</template>", "<script>", "<script setup lang='ts'>", "</script>", "import A from './A.vue'\n",
        "<A :b='c'/>", "{{ A.d }}", "{#each A as b}", "{/each}", "<!--", "-->", "<style>", "</style>", "'",
        '"', "{", "}",
    ]  # fmt: skip
    for ending in ("vue", "svelte"):
        for _ in range(150):
            source = "".join(chance.choices(parts, k=chance.randint(1, 25)))
            assert pack(facts_of(source, ending)) == pack(facts_of(source, ending))


PATHS = ["src/main.ts", "src/A.vue", "src/A/index.vue", "src/B.vue", "src/C.svelte", "src/lib.ts", "src/lib.vue"]
PARTS = [
    "import A from './A'\nA()\n", "import B from './B.vue'\nB\n", "import C, { made } from './C.svelte'\nmade(C)\n",
    "import { lib } from './lib'\nlib()\n", "export function lib() {}\n", "export const made = 1\n",
    "export default 1\n",
]  # fmt: skip


def _content(path: str, chance: random.Random) -> bytes:
    code = "".join(chance.sample(PARTS, chance.randint(1, 3)))
    if path.endswith(".ts"):
        return code.encode()
    kind = chance.choice(["", " lang='ts'", " setup", " module", " src='./lib.ts'"])
    return f"<script{kind}>\n{code}</script>\n<template><A/> {{{{ lib }}}}</template>\n<B a={{made}}/>".encode()


@pytest.mark.parametrize("seed", range(6))
def test_a_walked_history_ends_with_the_rows_of_a_cold_scan(seed: int, history: Callable) -> None:
    assert history(seed, PATHS, _content, touched=(2, 5)) > 20  # else this history compared nothing
