"""PHP: what a change elsewhere moves, and input that means harm."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from plumbrule.graph import FileRows
from plumbrule.snapshot import FilesWalk, analyse_files

PATHS = [
    "composer.json", "composer.lock", "src/Cart.php", "src/Tax/Rate.php", "src/functions.php", "src/Tax/Line.php",
    "tests/CartTest.php", "packages/tools/composer.json", "packages/tools/src/Slug.php", "spare/Rate.php", "index.php",
]  # fmt: skip
MANIFESTS = [
    '{"autoload": {"psr-4": {"Shop\\\\": "src/"}}}',
    '{"name": "a/tools", "autoload": {"psr-4": {"Tools\\\\": "src"}, "classmap": ["../spare"]}}',
    '{"packages": [{"name": "x/y", "autoload": {"psr-4": {"Far\\\\": ""}}}]}',
    "{",
    "[]",
]
HEADS = ["namespace Shop;", "namespace Shop\\Tax;", "namespace Tools;", ""]
LINES = [
    "use Shop\\Tax\\Rate;",
    "use Shop\\Tax\\{Line, Rate as Other};",
    "use function Shop\\total;",
    "use Tools\\Slug; use Far\\Away;",
    "class Cart extends Line { function of(Rate $rate): Other { return Slug::of(total()); } }",
    "class Rate { const MOST = 1; }",
    "class Line { function all() { return [new Rate(), \\Shop\\Cart::all()]; } }",
    "class Slug { static function of() { return Tax\\Rate::MOST; } }",
    "function total() { return helper(); }",
    "function helper() {}",
    "require __DIR__ . '/functions.php';",
    "require 'src/functions.php';",
    "class { broken",
]


def _content(path: str, chance: random.Random) -> bytes:
    if path.endswith((".json", ".lock")):
        return chance.choice(MANIFESTS).encode()
    return "\n".join(["<?php", chance.choice(HEADS), *chance.sample(LINES, chance.randint(1, 9))]).encode()


@pytest.mark.parametrize("seed", range(5))
def test_a_walked_history_ends_with_the_rows_of_a_cold_scan(seed: int, history: Callable) -> None:
    assert history(seed, PATHS, _content) > 20  # else this history compared nothing


SHOP = {
    "composer.json": '{"autoload": {"psr-4": {"Shop\\\\": "src/"}}}',
    "src/Cart.php": "<?php\nnamespace Shop;\nuse Shop\\Tax\\Rate;\nclass Cart extends Line { function r(Rate $r); }\n",
    "src/Line.php": "<?php\nnamespace Shop;\nclass Line { function all() { return Tax\\Rate::of(helper()); } }\n",
    "src/Tax/Rate.php": "<?php\nnamespace Shop\\Tax;\nclass Rate { static function of($x) {} }\n",
    "lib/helpers.php": "<?php\nfunction helper() {}\n",
}


def _edges(rows: FileRows) -> list[tuple[str, str, int, str]]:
    return [(row.dst, row.kind, row.line, row.names) for row in rows.dependencies]


def test_names_lead_to_the_files_that_define_them() -> None:
    found = analyse_files({path: text.encode() for path, text in SHOP.items()}).files
    assert _edges(found["src/Cart.php"]) == [
        ("src/Line.php", "inherit", 4, "Line"),
        ("src/Tax/Rate.php", "import", 3, "Rate"),
        ("src/Tax/Rate.php", "type", 4, "Rate"),
        ("src/Tax/Rate.php", "uses", 3, "Rate"),
    ]
    assert _edges(found["src/Line.php"]) == [
        ("lib/helpers.php", "call", 3, "helper"),
        ("src/Tax/Rate.php", "call", 3, "Rate.of"),
        ("src/Tax/Rate.php", "import", 3, "Rate"),
        ("src/Tax/Rate.php", "uses", 3, "Rate"),
    ]


def test_a_function_that_appears_in_the_namespace_is_meant_before_the_global_one() -> None:
    tree = {path: text.encode() for path, text in SHOP.items()}
    walked = FilesWalk()
    walked.to(tree)
    tree["src/near.php"] = b"<?php\nnamespace Shop;\nfunction helper() {}\n"
    rows = walked.to(tree).graph.files["src/Line.php"]
    assert [edge[0] for edge in _edges(rows) if edge[3] == "helper"] == ["src/near.php"]


@pytest.mark.parametrize("head", ["<?php\n", "<?php\nnamespace Shop;\n"])
def test_a_function_that_nothing_here_defines_is_no_package(head: str) -> None:
    source = head + "if (isset($a)) { env('A'); } elseif (isset($b)) { exit(1); }\n"
    rows = analyse_files({"a.php": source.encode()}).files["a.php"]
    assert not rows.externals
    assert not rows.unresolved


def test_a_function_of_the_language_is_its_own_however_it_is_asked_for() -> None:
    rows = analyse_files({"a.php": b"<?php\nnamespace Shop;\nuse function strlen;\nstrlen('a');\n"}).files["a.php"]
    assert [(row.package, row.name) for row in rows.externals] == [("php", "strlen")]


def test_a_second_definition_counts_only_where_composer_looks() -> None:
    tree = {path: text.encode() for path, text in SHOP.items()}
    walked = FilesWalk()
    walked.to(tree)
    tree["other/Line.php"] = tree["src/Line.php"]
    rows = walked.to(tree).graph.files["src/Cart.php"]
    assert [edge[0] for edge in _edges(rows) if edge[1] == "inherit"] == ["src/Line.php"]
    tree["composer.json"] = b'{"autoload": {"psr-4": {"Shop\\\\": "other/"}}}'
    rows = walked.to(tree).graph.files["src/Cart.php"]
    assert [edge[0] for edge in _edges(rows) if edge[1] == "inherit"] == ["other/Line.php"]


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("<?php\n", "namespace A%d { class B%d extends C {} }\n"),
        ("<?php\n", "use A\\B%d; new B%d(); \\A\\C%d::d();\n"),
        ("<?php namespace X; function f() {\n", "g%d(h%d()) && g%d() || $x;\n"),
        ("<?php\n", "?> <b> <?php echo $x%d;\n"),
        ("<?php\n", "$x%d = new class extends A { function b() {\n"),
        ("<?php\n", "#[A%d]\n"),
        ("<?php include ", "'a' . __DIR__ . (\n"),
        ("<?php include ", "dirname(\n"),
        ("<?php ", "if ($x) {} else "),
        ("<?php f(", "fn($a) => "),
        ("<?php\n", "use A\\{B%d, C as D%d};\n"),
    ],
)
def test_input_without_end_costs_what_it_is_long(read_in_bounds: Callable[..., str], head: str, line: str) -> None:
    assert read_in_bounds("php", line, head=head) == ""


def test_of_files_that_define_a_name_the_nearest_is_meant_and_none_if_several_are_as_near() -> None:
    tree = {
        "index.php": b"<?php\nboot();\nnew Rate();\nold();\n",
        "admin/boot.php": b"<?php\nfunction boot() {}\nclass Rate {}\n",
        "site/boot.php": b"<?php\nfunction boot() {}\n",
        "site/till.php": b"<?php\nboot();\n",
        "site/old/boot.php": b"<?php\nclass Rate {}\n",
        "tests/boot.php": b"<?php\nclass Rate {}\nfunction old() {}\n",
        "tests/index.php": b"<?php\nnew Rate();\n",
    }
    files = analyse_files(tree).files
    assert [(edge[0], edge[1]) for edge in _edges(files["site/till.php"])] == [("site/boot.php", "call")]
    assert {(edge[0], edge[3]) for edge in _edges(files["index.php"])} == {
        ("admin/boot.php", "Rate"),
        ("tests/boot.php", "old"),
    }
    assert {edge[0] for edge in _edges(files["tests/index.php"])} == {"tests/boot.php"}
    rows = analyse_files(tree | {"index.php": b"<?php\nuse function boot;\nboot();\n"}).files["index.php"]
    assert rows is not None
    assert "admin/boot.php and site/boot.php" in rows.unresolved[0].reason
