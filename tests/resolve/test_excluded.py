"""What the policy excludes is there and not analysed: its edges go, none move elsewhere, and no coverage is lost."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import pytest

from plumbrule.graph import Graph
from plumbrule.measures import Intent
from plumbrule.snapshot import FilesWalk
from plumbrule.walk import Walk

PYTHON = {
    "shop/__init__.py": "from shop.tax import rate\nfrom . import util\nLIMIT = 3\n",
    "shop/tax.py": "def rate(): return 1\n",
    "shop/util.py": "def help_me(): pass\n",
    "shop/gen/__init__.py": "from shop.gen.api import call\n",
    "shop/gen/api.py": "def call(): pass\n",
    "run.py": (
        "import shop.tax\nfrom shop import util, rate, LIMIT\nfrom shop.util import help_me\nfrom shop.gen import api\n"
        "from shop.gen.api import call\nshop.tax.rate()\nutil.help_me()\nrate()\ncall()\n"
    ),
    "whole.py": "import shop\nimport shop as s\nshop.rate()\ns.rate()\ns.util.help_me()\nprint(s.LIMIT)\n",
    "star.py": "from shop.util import *\nfrom shop.gen import *\nhelp_me()\ncall()\n",
}
TYPESCRIPT = {
    "tsconfig.json": '{"compilerOptions": {"baseUrl": ".", "paths": {"@/*": ["src/*"]}}}',
    "src/index.ts": "export * from './cart';\nexport { rate } from './tax';\nexport const limit = 3;\n",
    "src/cart.ts": "export function total() { return 1; }\n",
    "src/tax.ts": "export const rate = 1;\n",
    "src/gen/index.ts": "export const made = 1;\n",
    "src/most.ts": "export * from './index';\nexport * as gen from './gen';\n",
    "src/whole.ts": "import * as all from './most';\nall.total(); all.rate; all.limit; all.gen.made;\n",
    "src/run.ts": (
        "import { total, rate, limit } from './index';\nimport { rate as r } from '@/tax';\n"
        "import { made } from './gen';\n"
        "import * as cart from './cart';\ntotal(); cart.total(); console.log(rate, r, made, limit);\n"
    ),
}
GO = {
    "go.mod": "module example.org/m\n",
    "shop/cart.go": "package shop\n\ntype Cart struct{}\n",
    "shop/shop.go": "package shop\n\nfunc Sum() int { return Total() }\n",
    "shop/total.go": "package shop\n\nfunc Total() int { return 1 }\n",
    "tax/rate.go": "package tax\n\nfunc Rate() int { return 1 }\n",
    "loud/loud.go": "package loud\n\nfunc init() {}\n",
    "loud/other.go": "package loud\n",
    "main.go": (
        'package main\n\nimport (\n\t"example.org/m/shop"\n\t"example.org/m/tax"\n\t_ "example.org/m/loud"\n)\n\n'
        "func main() { shop.Total(); tax.Rate() }\n"
    ),
}
JAVA = {
    "src/main/java/org/shop/Cart.java": "package org.shop;\npublic class Cart { Tax tax; org.util.Text t; }\n",
    "src/main/java/org/shop/Tax.java": "package org.shop;\npublic class Tax { public static int rate() { } }\n",
    "src/main/java/org/util/Text.java": "package org.util;\npublic class Text { }\n",
    "src/main/java/org/util/More.java": "package org.util;\npublic class More extends Text { }\n",
    "src/main/java/org/app/Main.java": (
        "package org.app;\nimport org.shop.Tax;\nimport org.util.*;\nimport static org.shop.Tax.rate;\n"
        "class Main { Tax tax; Text text; int r = rate(); }\n"
    ),
}
KOTLIN = {
    "src/main/kotlin/org/shop/Cart.kt": "package org.shop\nclass Cart(val tax: Tax) { fun sum() = rate() }\n",
    "src/main/kotlin/org/shop/Tax.kt": "package org.shop\nclass Tax\nfun rate() = 1\n",
    "src/main/kotlin/org/util/Text.kt": "package org.util\nopen class Text\nclass Tax\n",
    "src/main/kotlin/org/util/More.kt": "package org.util\nclass More : Text()\n",
    "src/main/java/org/shop/Old.java": "package org.shop;\npublic class Old { Cart cart; }\n",
    "src/main/kotlin/org/app/Main.kt": (
        "package org.app\nimport org.shop.Tax\nimport org.util.*\nimport org.shop.rate\n"
        "class Main(val tax: Tax, val text: Text, val old: org.shop.Old) { fun r() = rate() }\n"
    ),
}
SCALA = {
    "src/main/scala/org/shop/Cart.scala": "package org.shop\nclass Cart(val tax: Tax) { def sum = rate }\n",
    "src/main/scala/org/shop/Tax.scala": "package org.shop\nclass Tax\n",
    "src/main/scala/org/shop/package.scala": "package org\npackage object shop { def rate = 1 }\n",
    "src/main/scala/org/util/Text.scala": "package org.util\nclass Text { class Page }\nclass Tax\n",
    "src/main/scala/org/util/More.scala": "package org.util\nclass More extends Text\n",
    "src/main/java/org/shop/Old.java": "package org.shop;\npublic class Old { Cart cart; }\n",
    "src/main/scala/org/app/Main.scala": (
        "package org\npackage app\nimport shop.{Tax, rate => asked}\nimport org.util._\n"
        "class Main(val tax: Tax, val text: Text, val old: org.shop.Old) extends More { def r(p: Page) = asked }\n"
    ),
}
CSHARP = {
    "App/App.csproj": '<Project Sdk="Microsoft.NET.Sdk"></Project>',
    "App/Cart.cs": "namespace Shop;\npublic class Cart { public Tax tax; }\n",
    "App/Tax.cs": "namespace Shop;\npublic class Tax { }\n",
    "App/Text.cs": "namespace Shop.Util;\npublic class Text { }\n",
    "App/Main.cs": (
        "using Shop;\nusing Shop.Util;\nnamespace App;\nclass Main { Tax tax; Text text; Shop.Cart cart; }\n"
    ),
}
PHP = {
    "composer.json": '{"autoload": {"psr-4": {"Shop\\\\": "src/"}}}',
    "src/Cart.php": "<?php\nnamespace Shop;\nclass Cart extends Base { public function tax() { return new Tax(); } }\n",
    "src/Base.php": "<?php\nnamespace Shop;\nclass Base { }\n",
    "src/Tax.php": "<?php\nnamespace Shop;\nclass Tax { }\n",
    "src/Util/Text.php": "<?php\nnamespace Shop\\Util;\nuse Shop\\Tax;\nuse Shop\\Cart;\nnew Tax(); new Cart();\n",
}
RUBY = {
    "Gemfile": "source 'https://rubygems.org'\n",
    "lib/shop.rb": "require 'shop/cart'\nrequire_relative 'shop/tax'\nmodule Shop\n  VERSION = '1'\nend\n",
    "lib/shop/cart.rb": "module Shop\n  class Cart\n    def tax\n      Shop::Tax.new\n    end\n  end\nend\n",
    "lib/shop/tax.rb": "module Shop\n  class Tax\n  end\nend\n",
    "lib/run.rb": "require 'shop'\nShop::Cart.new.tax\nputs Shop::VERSION\n",
}
RUST = {
    "Cargo.toml": '[package]\nname = "shop"\nversion = "1.0.0"\n',
    "src/lib.rs": "pub mod cart;\npub mod tax;\npub mod util;\npub use cart::Cart;\npub fn limit() -> u8 { 3 }\n",
    "src/cart.rs": "use crate::tax::rate;\nuse super::limit;\npub struct Cart;\npub fn sum() { rate() + limit(); }\n",
    "src/tax.rs": "pub fn rate() -> u8 { 1 }\n",
    "src/util/mod.rs": "pub mod text;\npub use self::text::*;\n",
    "src/util/text.rs": "use crate::Cart;\npub fn show(_: &Cart) {}\n",
    "src/main.rs": "use shop::{cart::sum, util::show, Cart};\nfn main() { sum(); show(&Cart); shop::tax::rate(); }\n",
}
C = {
    "include/cart.h": '#ifndef CART_H\n#define CART_H\n#include "tax.h"\nint total(int);\n#endif\n',
    "include/tax.h": "int rate(void);\n",
    "src/cart.c": '#include "cart.h"\nint total(int n) { return n * rate(); }\n',
    "src/tax.c": "#include <tax.h>\nint rate(void) { return 1; }\n",
    "src/tax.h": "int unlike(void);\n",
    "src/local.h": "int local(void);\n",
    "src/main.c": '#include "local.h"\n#include "tax.h"\n#include <cart.h>\nint main(void) { return total(1); }\n',
}
SWIFT = {
    "Package.swift": ('let package = Package(name: "s", targets: [.target(name: "Shop"), .target(name: "Tax")])'),
    "Sources/Shop/Cart.swift": "import Tax\nclass Cart: Shelf { var rate: Rate; var line: Line; var kind: Kind }\n",
    "Sources/Shop/Cart+More.swift": "extension Cart { enum Kind { case big }; static func make() { Rate.full() } }\n",
    "Sources/Shop/Shelf.swift": "class Shelf { func f(_ cart: Cart) { } }\n",
    "Sources/Shop/Line.swift": "struct Line { let rate: Int }\n",
    "Sources/Tax/Rate.swift": "public struct Rate { public static func full() { } }\n",
    "Sources/Tax/Line.swift": "public struct Line { var rate: Rate }\n",
}
CPP = {
    "include/shop/cart.hpp": '#pragma once\n#include "tax.hpp"\nnamespace shop { class Cart : public Tax { }; }\n',
    "include/shop/tax.hpp": "#pragma once\nnamespace shop { class Tax { }; }\n",
    "src/cart.cpp": "#include <shop/cart.hpp>\nnamespace shop { Cart one; }\n",
    "src/tax.hpp": "#pragma once\nclass Other { };\n",
    "src/main.cpp": '#include "shop/cart.hpp"\n#include "tax.hpp"\nint main() { shop::Cart cart; }\n',
}
COMPONENTS = {
    "package.json": '{"name": "shop"}',
    "src/main.ts": "import App, { kind } from './App.vue';\nimport List from './List.svelte';\nApp(kind, List);\n",
    "src/App.vue": (
        "<script>export const kind = 1</script>\n<script setup>\nimport Cart from './parts/Cart';\n"
        "import Parts from './parts';\nimport { rate } from './rate';\n</script>\n"
        "<template><Cart :a='rate'/></template>\n"
    ),
    "src/parts/Cart.vue": "<script src='../cart.ts'></script>\n",
    "src/parts/index.vue": "<template><p/></template>\n",
    "src/cart.ts": "export default {};\n",
    "src/rate.ts": "export const rate = 1;\n",
    "src/List.svelte": "<script>import App from './App.vue'</script><App/>\n",
}
ALL = {
    "python": PYTHON, "typescript": TYPESCRIPT, "go": GO, "java": JAVA, "kotlin": KOTLIN, "scala": SCALA,
    "csharp": CSHARP, "php": PHP, "ruby": RUBY,
    "rust": RUST, "c": C, "cpp": CPP, "swift": SWIFT,
    "components": COMPONENTS,
}  # fmt: skip
CASES = [
    (name, path)
    for name, files in ALL.items()
    for path in files
    if not path.endswith((".json", ".mod", ".csproj", ".toml", "Gemfile", "Package.swift"))
]


def walked(files: Mapping[str, str], *left_out: str) -> Walk:
    made = FilesWalk()
    made.walk = Walk("example", made.book, made.walk.read, Intent(), lambda path: path in left_out)
    return made.to({path: text.encode() for path, text in files.items()})


def edges(graph: Graph) -> set[tuple[str, str, str, int]]:
    return {(path, d.dst, d.kind, d.line) for path in graph.paths() for d in graph.rows(path).dependencies}


@pytest.mark.parametrize(("language", "path"), CASES)
def test_what_is_excluded_takes_its_edges_with_it_and_moves_none(language: str, path: str) -> None:
    whole, left = walked(ALL[language]), walked(ALL[language], path)
    before, after = edges(whole.graph), edges(left.graph)
    assert path not in left.graph
    assert after <= {edge for edge in before if path not in edge[:2]}
    missed = {(at, one.text) for at, one in left.graph.unresolved()} - {
        (at, one.text) for at, one in whole.graph.unresolved()
    }
    assert missed == set()


@pytest.mark.parametrize("language", ALL)
def test_there_is_something_to_lose(language: str) -> None:
    whole = walked(ALL[language])
    assert len(edges(whole.graph)) >= 4


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("language", ALL)
def test_excluded_files_may_come_and_go_at_any_time(language: str, seed: int) -> None:
    chance = Random(f"{language} {seed}")
    files = ALL[language]
    left_out = chance.sample([path for name, path in CASES if name == language], 2)
    made = FilesWalk()
    made.walk = Walk("example", made.book, made.walk.read, Intent(), lambda path: path in left_out)
    for _ in range(8):
        some = {path: text for path, text in files.items() if chance.random() < 0.7}
        walk = made.to({path: text.encode() for path, text in some.items()})
        assert walk.whole.files == walked(some, *left_out).whole.files


def test_an_excluded_file_answers_for_no_name_that_java_has_elsewhere() -> None:
    files = JAVA | {"src/main/java/org/app/Lost.java": "package org.app;\nimport org.shop.Missing;\nclass Lost { }\n"}
    left = walked(files, "src/main/java/org/shop/Cart.java")
    assert [(path, one.text) for path, one in left.graph.unresolved()] == [
        ("src/main/java/org/app/Lost.java", "org.shop:Missing")
    ]


@pytest.mark.parametrize(
    ("language", "path", "other", "text"),
    [
        ("php", "src/Tax.php", "old/Tax.php", "<?php\nnamespace Shop;\nclass Tax { }\n"),
        ("ruby", "lib/shop/tax.rb", "old/more.rb", "module Shop\n  class Tax\n    def old; end\n  end\nend\n"),
    ],
)
def test_who_defines_the_same_again_does_not_get_the_edges(language: str, path: str, other: str, text: str) -> None:
    files = ALL[language] | {other: text}
    before, after = edges(walked(files).graph), edges(walked(files, path).graph)
    assert any(edge[1] == path for edge in before)
    assert not any(other in edge[:2] for edge in (*before, *after))
