"""Whatever way a tree was reached, its rows are those of a cold resolution; and names are followed to the end."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from plumbrule.graph import FileRows
from plumbrule.snapshot import FilesWalk, analyse_files

PYTHON = [
    "shop/__init__.py",
    "shop/cart.py",
    "shop/tax/__init__.py",
    "shop/tax/rates.py",
    "shop/util.py",
    "bill/__init__.py",
    "bill/invoice.py",
    "bill/cart.py",
    "lib/src/deep/__init__.py",
    "lib/src/deep/end.py",
    "tests/test_cart.py",
    "run.py",
    "shop/cart/__init__.py",
    "spaces/inner/leaf.py",
]
PYTHON_LINES = [
    "from shop.cart import total",
    "from shop import cart",
    "import shop.tax.rates",
    "from shop.tax import *",
    "from .cart import total",
    "from . import util",
    "from ..util import help_me",
    "from bill.invoice import Invoice as I",
    "import bill.cart as bc",
    "from deep.end import leaf",
    "from spaces.inner import leaf",
    "import requests",
    "import shop",
    "import spaces.inner",
    "class Part(shop.cart.Invoice): x = shop.tax.rates.rate(1), spaces.inner.leaf.total()",
    "from shop.tax import rate, standard",
    "from .rates import standard as rate",
    "from shop.gone import x",
    "__all__ = ['rate', 'total']",
    "def total(a, b): return rate(a) + help_me(b)",
    "def help_me(x): return total(x, x)",
    "class Invoice(Base): pass",
    "class Base: pass",
    "leaf = total(1, 2)",
    "def rate(x): return standard",
    "standard = 2",
    "x: Invoice = bc.total(1)",
    "print(shop.tax.rates.standard, I, leaf)",
    "def late():\n    import bill.cart as bc\n    from shop.tax import rate\n    bc.total(rate)",
    "def later():\n    rate = total(1, 2)\n    return rate(1), bc.total(2)",
    "from . import gone",
    "from shop import tax, standard, leaf",
    "def __getattr__(name): return 1",
    "x = = (",
    "from requests import *",
]
SCRIPT = [
    "package.json",
    "tsconfig.json",
    "src/index.ts",
    "src/a.ts",
    "src/b.tsx",
    "src/c.js",
    "src/deep/index.ts",
    "src/deep/d.ts",
    "packages/ui/package.json",
    "packages/ui/src/index.ts",
    "packages/ui/src/button.tsx",
    "src/types.d.ts",
    "src/a/index.ts",
]
SCRIPT_LINES = [
    "import { a } from './a'",
    "import b from './b'",
    "import * as c from './c.js'",
    "export * from './deep'",
    "export { d as renamed } from './deep/d'",
    "import { Button } from '@shop/ui'",
    "import type { T } from './types'",
    "const x = require('./c')",
    "const y = import('./deep')",
    "import { renamed } from './index'",
    "import { d } from '@/deep/d'",
    "export const a = 1",
    "export function d(x: number) { return a + x }",
    "export default function b() { return d(1) }",
    "export class Button extends Base {}",
    "export class Base {}",
    "import React from 'react'",
    "import { gone } from './gone'",
    "export * from './src/button'",
    "export * from './a'",
    "export * from './index'",
    "export type T = Button",
    "import { d, a, gone } from './index'",
    "const { a } = require('./c')",
    "module.exports = { a: 1 }",
    "module.exports = make()",
    "import type from }",
]
GO = [
    "go.mod",
    "main.go",
    "shop/cart.go",
    "shop/total.go",
    "shop/cart_test.go",
    "shop/other_test.go",
    "tax/doc.go",
    "tax/rate.go",
    "tools/go.mod",
    "tools/gen.go",
    "vendor/example.org/far/far.go",
]
GO_IMPORTS = [
    'import "example.org/m/shop"',
    'import "example.org/m/tax"',
    'import . "example.org/m/tax"',
    'import levy "example.org/m/tax"',
    'import _ "example.org/m/tools"',
    'import "example.org/far"',
]
GO_LINES = [
    "func Total(a int) int { return Rate(a) + shop.Total(a) + levy.Rate(a) }",
    "func Rate(a int) int { return tax.Rate(a) + far.Away() + helper() }",
    "func helper() int { return Limit }",
    "const Limit = 3",
    "type Cart struct { tax.Base; Line }",
    "type Line struct { Of *Cart }",
    "type Base interface { Sum() int }",
    "var shared = shop.Limit",
    "func (c *Cart) Sum() int { return tax.Base{}.Sum() }",
    "func broken( {",
]
INCLUDING = [
    "CMakeLists.txt",
    "src/cart.c",
    "src/cart.h",
    "src/tax.c",
    "src/deep/tax.h",
    "src/deep/rate.hpp",
    "src/till.cpp",
    "include/shop/tax.h",
    "include/shop/all.h",
    "other/tax.h",
    "app/main.cc",
    "src/config.h.in",
]
INCLUDING_LINES = [
    '#include "cart.h"',
    '#include "tax.h"',
    '#include "deep/tax.h"',
    "#include <shop/tax.h>",
    "#include <shop/all.h>",
    '#include "rate.hpp"',
    "namespace a { namespace b { int deep(int); } }",
    "namespace a {\nnamespace b {\n}\nint deep(int);\n}",
    "int a::b::deep(int x) { return x; }",
    "int a::deep(int x) { return x; }",
    "int asks() { return a::b::deep(1) + a::deep(2); }",
    '#include "cart.c"',
    '#include "config.h"',
    "#include <stdio.h>",
    "#ifdef LEFT\n#include <shop/all.h>\n#endif",
    "int total(int a);",
    "int total(int a) { return rate(a) + LIMIT; }",
    "int rate(int a);",
    "int rate(int a) { return total(a) + shop::fee(a); }",
    "#define LIMIT 3",
    "struct cart { struct line *of; enum kind what; };",
    "struct line { int sum; };",
    "enum kind { PLAIN, ODD };",
    "static int odd(struct cart *it) { return ODD + total(PLAIN); }",
    "namespace shop { int fee(int a); class Till : public Base { void open(); static int made(); }; }",
    "void Till::open() { Till::made(); fee(1); }",
    "int Till::made() { return shop::Till::made(); }",
    "namespace shop { class Base {}; }",
    "int broken( {",
]
MANIFESTS = {
    "CMakeLists.txt": ["include_directories(include)\n", "include_directories(other src)\n", "\n"],
    "go.mod": [
        "module example.org/m\n",
        "module example.org/n\n",
        "module example.org/m\nreplace example.org/far => ./tax\n",
    ],
    "tools/go.mod": ["module example.org/m/tools\n", ""],
    "package.json": ['{"name": "shop", "workspaces": ["packages/*"]}', '{"name": "shop"}'],
    "tsconfig.json": ['{"compilerOptions": {"baseUrl": ".", "paths": {"@/*": ["src/*"]}}}', "{}", "{ broken"],
    "packages/ui/package.json": ['{"name": "@shop/ui", "main": "src/index.ts"}', '{"name": "@shop/other"}'],
}


def _content(path: str, lines: list[str], chance: random.Random) -> bytes:
    if path in MANIFESTS:
        return chance.choice(MANIFESTS[path]).encode()
    head = []
    if path.endswith(".go"):
        head = [f"package {chance.choice(('shop', 'shop', 'levy', 'shop_test'))}", *chance.sample(GO_IMPORTS, 2)]
    return "\n".join([*head, *chance.sample(lines, chance.randint(0, 9))]).encode() + b"\n"


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("paths", "lines"),
    [(PYTHON, PYTHON_LINES), (SCRIPT, SCRIPT_LINES), (GO, GO_LINES), (INCLUDING, INCLUDING_LINES)],
    ids=["python", "script", "go", "c"],
)
def test_a_walked_history_ends_with_the_rows_of_a_cold_scan(
    seed: int, paths: list[str], lines: list[str], history: Callable
) -> None:
    edges = history(seed, paths, lambda path, chance: _content(path, lines, chance))
    assert edges > 20  # else this history compared nothing


def _rows(path: str, files: dict[str, str]) -> FileRows:
    return analyse_files({name: text.encode() for name, text in files.items()}).files[path]


def test_a_reference_names_what_it_asks_for_and_the_modules_on_its_way() -> None:
    rows = _rows(
        "run.py",
        {
            "shop/__init__.py": "from .tax import _rate as rate\nfrom . import _impl",
            "shop/tax.py": "def _rate(): pass",
            "shop/_impl.py": "def go(): pass",
            "run.py": "import shop\nshop.rate()\nshop._impl.go()\nfrom shop.tax import _rate as mine\nmine()\n",
        },
    )
    assert sorted((d.line, d.dst, d.kind, d.names) for d in rows.dependencies if d.kind != "import") == [
        (2, "shop/tax.py", "call", "rate"),
        (3, "shop/_impl.py", "call", "go"),
        (3, "shop/_impl.py", "uses", "_impl"),
        (4, "shop/tax.py", "uses", "_rate"),
        (5, "shop/tax.py", "call", "_rate"),
    ]


def test_uses_lead_through_barrels_to_the_file_that_defines_the_name() -> None:
    rows = _rows(
        "app.py",
        {
            "app.py": "from shop import total\ntotal()\n",
            "shop/__init__.py": "from .api import *\n",
            "shop/api.py": "from ._impl import grand_total as total\n",
            "shop/_impl.py": "def grand_total(): ...\n",
        },
    )
    assert {(d.dst, d.kind) for d in rows.dependencies} == {
        ("shop/__init__.py", "import"),
        ("shop/_impl.py", "uses"),
        ("shop/_impl.py", "call"),
    }
    assert {(use.dst, use.symbol, use.kind) for use in rows.uses} == {
        ("shop/_impl.py", "grand_total", "import"),
        ("shop/_impl.py", "grand_total", "call"),
    }


def test_modules_that_the_import_statement_names_are_not_asked_for_again() -> None:
    files = {"shop/__init__.py": "", "shop/_web/__init__.py": "", "shop/_web/page.py": "def show(): pass\n"}
    rows = _rows("run.py", {**files, "run.py": "import shop._web.page\nshop._web.page.show()\n"})
    assert [(d.line, d.dst, d.kind, d.names) for d in rows.dependencies if d.line == 2] == [
        (2, "shop/_web/page.py", "call", "show")
    ]


INCLUDED = {
    "all.h": '#include "cart.h"\n#include "tax.h"\n',
    "cart.h": "int total(int a);\n#define LIMIT 3\n",
    "cart.c": '#include "cart.h"\nint total(int a) { return a; }\n',
    "tax.h": "int rate(int a);\n",
    "far.h": "int far_away(void);\n",
    "run.c": '#include "all.h"\nint run(void) { return total(LIMIT) + rate(1) + far_away(); }\n',
}


def test_a_name_comes_through_any_number_of_includes_and_leads_to_declaration_and_definition() -> None:
    edges = {(d.dst, d.kind, d.names) for d in _rows("run.c", INCLUDED).dependencies}
    assert edges == {
        ("all.h", "import", "*"),
        ("cart.h", "call", "total"),
        ("cart.c", "call", "total"),
        ("cart.h", "uses", "LIMIT"),
        ("tax.h", "call", "rate"),
    }


@pytest.mark.parametrize(
    ("path", "text", "calls"),
    [
        ("cart.h", '#include "far.h"\nint total(int a);\n', {"cart.h", "cart.c", "tax.h", "far.h"}),
        ("all.h", '#include "tax.h"\n', {"tax.h"}),
        ("cart.h", None, {"tax.h"}),
        ("tax.h", "", {"cart.h", "cart.c"}),
        ("cart.c", "int total(int a) { return a; }\n", {"cart.h", "tax.h"}),
        ("more.c", '#include "cart.h"\nint total(int a) { return 2; }\n', {"cart.h", "tax.h"}),
        ("tax.c", '#include "tax.h"\nint rate(int a) { return 2; }\n', {"cart.h", "cart.c", "tax.h", "tax.c"}),
        ("run.c", '#include "far.h"\nint run(void) { return far_away(); }\n', {"far.h"}),
    ],
)
def test_who_defines_a_name_is_asked_again_when_an_include_moves_anywhere_on_the_way(
    path: str, text: str | None, calls: set[str]
) -> None:
    walked = FilesWalk()
    tree = {name: content.encode() for name, content in INCLUDED.items()}
    walked.to(tree)
    if text is None:
        del tree[path]
    else:
        tree[path] = text.encode()
    rows = walked.to(tree).graph.files["run.c"]
    assert {d.dst for d in rows.dependencies if d.kind == "call"} == calls
    assert rows == analyse_files(tree).files["run.c"]


def test_what_a_namespace_declares_is_defined_by_its_qualified_name_outside_of_it() -> None:
    files = {
        "geo.h": (
            "namespace geo {\nnamespace detail {\nvoid hid();\n}\nclass Box {\npublic:\n  static void make();\n};\n}\n"
        ),
        "geo.cpp": '#include "geo.h"\nvoid geo::detail::hid() {}\nvoid geo::Box::make() {}\n',
        "main.cpp": '#include "geo.h"\nvoid f() {\n  geo::detail::hid();\n  geo::Box::make();\n}\n',
    }
    told = _rows("main.cpp", files)
    assert {(use.dst, use.symbol, use.line) for use in told.uses if use.kind == "call"} == {
        ("geo.h", "hid", 3),
        ("geo.cpp", "geo.detail.hid", 3),
        ("geo.h", "Box.make", 4),
        ("geo.cpp", "geo.Box.make", 4),
    }


def test_of_headers_that_only_the_tree_has_the_nearest_is_meant_and_of_equally_near_ones_none() -> None:
    boards = {"boards/big/board.h": "", "boards/small/board.h": "", "boards/small/pins.h": "", "src/main.c": ""}
    asked = '#include "board.h"\n#include <board.h>\n#include "small/board.h"\n'
    rows = _rows("src/main.c", {**boards, "src/main.c": asked})
    assert [(d.dst, d.line, d.confidence) for d in rows.dependencies] == [("boards/small/board.h", 3, 0.95)]
    assert [(one.line, one.reason) for one in rows.unresolved] == [
        (1, "the tree has several, such as boards/big/board.h and boards/small/board.h: the build says which")
    ]
    rows = _rows("boards/small/x/y.c", {**boards, "boards/small/x/y.c": '#include "board.h"\n'})
    assert [(d.dst, d.confidence) for d in rows.dependencies] == [("boards/small/board.h", 0.8)]


def test_a_submodule_is_the_target_and_its_package_is_not() -> None:
    rows = _rows("app.py", {"app.py": "from shop import cart\n", "shop/__init__.py": "", "shop/cart.py": ""})
    assert [(d.dst, d.kind) for d in rows.dependencies] == [("shop/cart.py", "import")]


PLACED = {
    "shop/__init__.py": "from .rate import rate\nfrom . import cart\nfrom .kind import *\n",
    "shop/rate.py": "def rate(): pass\ndef other(): pass\n",
    "shop/cart.py": "def cart(): pass\n",
    "shop/kind.py": "class kind:\n    def made(self): pass\n",
    "shop/plain.py": "x = 1\n",
}


@pytest.mark.parametrize(
    ("line", "leads"),
    [
        ("from shop import rate\nrate()\n", [("call", "shop/rate.py", "rate"), ("import", "shop/rate.py", "rate")]),
        (
            "from shop import rate\nrate.other()\n",
            [("call", "shop/rate.py", "other"), ("import", "shop/rate.py", "rate")],
        ),
        ("import shop\nshop.rate()\n", [("call", "shop/rate.py", "rate"), ("import", "shop/__init__.py", "")]),
        ("from shop import cart\ncart.cart()\n", [("call", "shop/cart.py", "cart"), ("import", "shop/cart.py", "")]),
        (
            "from shop import kind\nkind.made()\n",
            [("call", "shop/kind.py", "kind.made"), ("import", "shop/kind.py", "kind")],
        ),
        ("from shop import plain\nplain.x\n", [("import", "shop/plain.py", ""), ("read", "shop/plain.py", "x")]),
    ],
)
def test_what_a_package_binds_to_the_name_of_its_module_is_what_others_get(
    line: str, leads: list[tuple[str, str, str]]
):
    rows = _rows("run.py", {**PLACED, "run.py": line})
    assert sorted((use.kind, use.dst, use.symbol) for use in rows.uses) == leads
    if "from" in line:
        imported = [d.dst for d in rows.dependencies if d.kind == "import"]
        assert imported == [f"shop/{line.split()[3]}.py"]  # the statement names the module's file all the same


def test_so_it_is_behind_a_file_that_passes_it_on() -> None:
    files = {**PLACED, "between.py": "from shop import rate, plain\n"}
    rows = _rows("run.py", {**files, "run.py": "from between import rate, plain\nrate()\nplain.x\n"})
    assert sorted((use.kind, use.dst, use.symbol) for use in rows.uses) == [
        ("call", "shop/rate.py", "rate"),
        ("import", "shop/plain.py", ""),
        ("import", "shop/rate.py", "rate"),
        ("read", "shop/plain.py", "x"),
    ]


def test_barrels_that_export_each_other_in_a_circle_end_the_search() -> None:
    rows = _rows(
        "app.py",
        {
            "app.py": "from one import nothing, thing\n",
            "one/__init__.py": "from two import *\n",
            "two/__init__.py": "from three import *\nfrom one import *\n",
            "three/__init__.py": "from one import *\nfrom two import *\nthing = 1\n",
        },
    )
    assert {(use.dst, use.symbol) for use in rows.uses} == {("three/__init__.py", "thing")}


def test_a_star_import_binds_what_all_lists_and_else_what_has_no_leading_underscore() -> None:
    rows = _rows(
        "app.py",
        {
            "app.py": "from one import *\nfrom two import *\nlisted()\nunlisted()\n_private()\nplain()\n",
            "one.py": "__all__ = ['listed']\ndef listed(): ...\ndef unlisted(): ...\n",
            "two.py": "def plain(): ...\ndef _private(): ...\n",
        },
    )
    assert {use.symbol for use in rows.uses if use.kind == "call"} == {"listed", "plain"}


def test_a_method_is_followed_into_its_class() -> None:
    rows = _rows(
        "app.py",
        {"app.py": "from shop import Cart\nCart.load()\n", "shop.py": "class Cart:\n    def load(self): ...\n"},
    )
    assert ("shop.py", "Cart.load", "call") in {(use.dst, use.symbol, use.kind) for use in rows.uses}


def test_of_two_modules_bound_to_one_package_name_the_one_spelled_out_is_meant() -> None:
    rows = _rows(
        "app.py",
        {
            "app.py": "import shop.cart\nimport shop.tax\nshop.tax.rate()\n",
            "shop/__init__.py": "",
            "shop/cart.py": "",
            "shop/tax.py": "def rate(): ...\n",
        },
    )
    assert ("shop/tax.py", "rate", "call") in {(use.dst, use.symbol, use.kind) for use in rows.uses}


def test_an_import_that_leads_nowhere_is_a_row_with_a_reason() -> None:
    rows = _rows("shop/a.py", {"shop/a.py": "from .gone import x\nimport requests\n", "shop/__init__.py": ""})
    assert [(row.line, row.text) for row in rows.unresolved] == [(1, ".gone:x")]
    assert rows.unresolved[0].reason
    assert [(row.package, row.line) for row in rows.externals] == [("requests", 2)]
    assert (rows.imports, rows.resolved) == (1, 0)


@pytest.mark.parametrize(
    ("path", "statement", "offering", "missing"),
    [
        ("use.py", "from lib import gone", {"lib.py": "def kept(): pass"}, "lib:gone"),
        ("use.py", "from lib import kept, gone", {"lib.py": "kept = 1"}, "lib:gone"),
        ("use.py", "from lib import gone", {"lib.py": ""}, "lib:gone"),
        ("p/use.py", "from . import gone", {"p/__init__.py": ""}, ".:gone"),
        ("p/__init__.py", "from . import gone", {}, ".:gone"),
        ("use.py", "from p import t", {"p/__init__.py": "from .s import *", "p/s.py": "u = 1"}, "p:t"),
        ("use.py", "from p import t", {"p/__init__.py": "from .s import *", "p/s.py": "t = 1\n__all__ = []"}, "p:t"),
        ("use.py", "from p import t", {"p/__init__.py": "__all__ = ['t']"}, "p:t"),
        ("use.ts", "import { gone } from './lib'", {"lib.ts": "export const kept = 1"}, "./lib:gone"),
        ("use.ts", "import { gone } from './lib'", {"lib.ts": "export {}"}, "./lib:gone"),
        ("use.ts", "import Lib from './lib'", {"lib.ts": "export class Lib {}"}, "./lib:default"),
        ("use.ts", "export { gone as kept } from './lib'", {"lib.ts": "export const kept = 1"}, "./lib:gone"),
        ("use.ts", "import { gone } from './lib'",
         {"lib.ts": "export * from './a'; export * from './lib'", "a.ts": "export let b = 1"}, "./lib:gone"),
        ("use.ts", "import Lib from './lib'",
         {"lib.ts": "export * from './a'", "a.ts": "export default 1"}, "./lib:default"),
        ("use.js", "const { gone } = require('./lib')", {"lib.js": "module.exports = { kept: 1 }"}, "./lib:gone"),
        ("use.js", "const { gone } = require('./lib')", {"lib.js": "exports.kept = -1; exports.kept()"}, "./lib:gone"),
    ],
)  # fmt: skip
def test_a_name_that_a_module_does_not_offer_is_a_row_with_a_reason(
    path: str, statement: str, offering: dict[str, str], missing: str
) -> None:
    rows = _rows(path, {**offering, path: statement + "\n"})
    assert [(row.line, row.text) for row in rows.unresolved] == [(1, missing)]
    name, file = missing.rpartition(":")[2], next(iter(offering), path)
    assert rows.unresolved[0].reason == f"no name '{name}' in {file}"
    # The file is found, and running it is what the statement does first.
    assert rows.imports == rows.resolved
    assert file == path or file in {row.dst for row in rows.dependencies}


@pytest.mark.parametrize(
    "lib",
    [
        "def __getattr__(name): return 1",
        "from lazy import __getattr__",
        "from requests import *",
        "from .nothing import *",
        "globals()['x'] = 1",
        "import sys\nsetattr(sys.modules[__name__], 'x', 1)",
        "exec('x = 1')",
        "if 1:\n    x = 1",
        "try:\n    import x\nexcept ImportError:\n    pass",
        "for x in (1, 2): pass",
        "for a, (b, x) in {}: pass",
        "with open('f') as x: pass",
        "with a as b, open('f') as (x, y): pass",
        "def set():\n    global x\n    x = 1",
        "if (x := 1): pass",
        "match 1:\n    case x: pass",
        "a = [x, *b] = 1, 2",
        "import x.y",
        "x: int",
        "class x: pass",
        "type x = int",
        "x = = (",
        "import os as x",
        "__all__ += ['x']",
    ],
)
def test_a_name_that_a_python_module_may_have_is_not_missed(lib: str) -> None:
    assert _rows("use.py", {"use.py": "from lib import x\n", "lib.py": lib + "\n"}).unresolved == ()


@pytest.mark.parametrize(
    "beside", ["p/x/data.txt", "p/x.c", "p/x.pyx", "p/x.so", "p/__init__.pyi", "p/x.pyi", "p/x.py", "p/x/__init__.py"]
)
def test_a_name_that_something_beside_the_module_may_give_is_not_missed(beside: str) -> None:
    declared = "x: int\n" if beside == "p/__init__.pyi" else ""
    files = {"use.py": "from p import x\n", "p/__init__.py": "", beside: declared}
    assert _rows("use.py", files).unresolved == ()
    walk = FilesWalk()
    walk.to(dict.fromkeys(files, b"") | {"use.py": b"from p import x\n"})
    later = walk.to({"use.py": b"from p import x\n", "p/__init__.py": b""})
    assert [row.text for row in later.graph.files["use.py"].unresolved] == ["p:x"]


@pytest.mark.parametrize("name", ["__doc__", "__path__", "__version__", "__all__"])
def test_names_that_every_module_has_are_not_missed(name: str) -> None:
    assert _rows("use.py", {"use.py": f"from lib import {name}\n", "lib.py": ""}).unresolved == ()


@pytest.mark.parametrize(
    "lib",
    [
        "export const { a, b: { x } } = c",
        "export enum x {}",
        "export declare function x(): void",
        "export abstract class x {}",
        "export async function* x() {}",
        "export namespace x { export const a = 1 }",
        "export import x = A.B",
        "export type x = 1",
        "export interface x {}",
        "export * as x from './use'",
        "export * from 'react'",
        "export type * from 'react'",
        "export * from './nothing'",
        "export { a as x }",
        "export { default as x } from './use'",
        "export = thing",
        "declare module './lib' { const x: number }",
        "const a = 1; export { a as 'x' }",
        "export const a = = {",
    ],
)
def test_a_name_that_a_typescript_module_may_have_is_not_missed(lib: str) -> None:
    assert _rows("use.ts", {"use.ts": "import { x } from './lib'\n", "lib.ts": lib + "\n"}).unresolved == ()


@pytest.mark.parametrize(
    "lib",
    [
        "export default function () {}",
        "export default class {}",
        "export default abstract class A {}",
        "export default interface A {}",
        "export default class A extends B {}",
        "export default async () => 1",
        "export default { a: 1 }",
        "export default a as B",
        "export default memo(() => 1)",
        "export default 1",
        "export { a as default }",
        "export { default } from './use'",
        "export = a",
        "export default enum A {}",
    ],
)
def test_a_default_export_is_found_however_it_is_written(lib: str) -> None:
    assert _rows("use.ts", {"use.ts": "import X from './lib'\n", "lib.ts": lib + "\n"}).unresolved == ()


@pytest.mark.parametrize(
    "lib",
    [
        "module.exports = make()",
        "module.exports = Thing",
        "module.exports = class { static x() {} }",
        "module.exports = a ? b : c",
        "module.exports = { ...rest }",
        "module.exports = { [key]: 1 }",
        "module.exports = { ...require('react') }",
        "module.exports = require('react')",
        "module.exports = require('./use').inner",
        "module.exports = exports = { a: 1 }",
        "exports = module.exports = { x: 1 }",
        "exports.a = exports.x = 1",
        "exports.x = -1",
        "exports.x = void 0; exports.x = x",
        "exports[key] = 1",
        "module['exports'] = a",
        "Object.assign(exports, a)",
        "Object.defineProperty(exports, 'x', a)",
        "const e = module.exports; e.x = 1",
        "(function (e) { e.x = 1 })(exports)",
        "function set() { exports.x = 1 }",
        "if (a) { exports.x = 1 }",
        "(function (root, make) { module.exports = make() })(this, f)",
        "define(['a'], function () { return { x: 1 } })",
        "/** @typedef {object} x */\nexports.a = 1",
        "export { a as 'module.exports' }",
    ],
)
def test_a_name_that_a_script_may_offer_is_not_missed(lib: str) -> None:
    files = {"use.js": "const { x } = require('./lib')\nimport a from './lib'\n", "lib.js": lib + "\n"}
    assert [row.text for row in _rows("use.js", files).unresolved if row.text != "./lib:default"] == []


def test_the_default_of_a_script_is_the_whole_of_it() -> None:
    files = {"use.js": "import a from './lib'\n", "lib.js": "exports.x = 1\n"}
    assert _rows("use.js", files).unresolved == ()


def test_a_deferred_import_takes_the_module_and_no_default() -> None:
    rows = _rows("use.js", {"use.js": "import defer * as lib from './lib'\n", "lib.js": "export const a = 1\n"})
    assert rows.unresolved == ()


def test_a_name_that_is_missed_further_on_is_told_once() -> None:
    files = {"use.py": "from p import t\n", "p/__init__.py": "from .s import t\n", "p/s.py": ""}
    assert _rows("use.py", files).unresolved == ()
    assert [row.text for row in _rows("p/__init__.py", files).unresolved] == [".s:t"]


def test_a_chain_of_stars_without_end_is_given_up_in_silence() -> None:
    files = {f"a{n}.ts": f"export * from './a{n + 1}'\n" for n in range(1_500)}
    rows = _rows("use.ts", {**files, "a1500.ts": "export {}\n", "use.ts": "import { x } from './a0'\n"})
    assert rows.unresolved == ()


def test_declarations_beside_a_script_may_have_more_names() -> None:
    files = {"use.js": "import { x } from './lib'\n", "lib.js": "export const a = 1\n", "lib.d.ts": "export {}\n"}
    assert _rows("use.js", files).unresolved == ()


def test_a_line_is_doubtful_once_however_often_it_is_broken() -> None:
    rows = _rows("a.py", {"a.py": "a = ) 1; b = ) 2; c = ) 3; d = ) 4\nfine = 1\ne = ) 5\n"})
    assert rows.file.doubtful == 2


def test_facts_in_a_broken_range_are_less_sure() -> None:
    rows = _rows("a.py", {"a.py": "import c\nimport b )(\n", "b.py": "", "c.py": ""})
    sure = {d.dst: d.confidence for d in rows.dependencies}
    assert sure["b.py"] < sure["c.py"]


LAZY = {
    "app/__init__.py": "",
    "app/one.py": "def thing(): ...\n",
    "app/two.py": "def thing(): ...\n",
    "app/late.py": """
from app.one import thing
def inner():
    from app.two import thing
    import app.one as lz
    def innermost():
        return lz.thing()
    return thing()
def outer():
    lz.thing()
    return thing()
class Held:
    from app.two import thing
    made = thing()
    def use(self): return thing()
def declares():
    global shared
    import app.two as shared
def relies():
    return shared.thing()
""",
    "app/other.py": "from app.late import lz\nlz.thing()\n",
}


def test_what_a_function_imports_is_bound_there_alone() -> None:
    calls = {(use.user, use.dst) for use in _rows("app/late.py", LAZY).uses if use.kind == "call"}
    assert sorted(calls) == [
        ("Held", "app/two.py"),
        ("Held.use", "app/one.py"),
        ("inner", "app/two.py"),
        ("inner.innermost", "app/one.py"),
        ("outer", "app/one.py"),
        ("relies", "app/two.py"),
    ]
    assert _rows("app/other.py", LAZY).uses == ()


def test_a_module_below_an_imported_package_is_found_though_another_file_imports_it() -> None:
    files = {
        "shop/__init__.py": "def own(): ...\n",
        "shop/core.py": "class Engine:\n    def start(self): ...\n",
        "shop/deep/space.py": "def far(): ...\n",
        "shop/tax.py": "",
        "app.py": """import shop
class Mine(shop.core.Engine): ...
shop.core.Engine.start()
shop.deep.space.far()
shop.own()
shop.gone.missing()
""",
        "one.py": "import shop.tax\nshop.core.Engine()\n",
        "two.py": "import shop.deep\nshop.deep.space.far()\n",
    }
    rows = _rows("app.py", files)
    assert {(use.dst, use.symbol, use.kind) for use in rows.uses if use.line > 1} == {
        ("shop/core.py", "Engine", "inherit"),
        ("shop/core.py", "Engine.start", "call"),
        ("shop/deep/space.py", "far", "call"),
        ("shop/__init__.py", "own", "call"),
        ("shop/__init__.py", "", "call"),
    }
    assert {(d.dst, d.confidence) for d in rows.dependencies if d.kind == "inherit"} == {("shop/core.py", 0.8)}
    assert {use.symbol for use in _rows("one.py", files).uses} == {"", "Engine"}
    two = _rows("two.py", files)
    assert {d.dst for d in two.dependencies} == {"shop/deep/space.py"}
    assert (two.imports, two.resolved) == (1, 1)


def test_a_definition_tells_the_other_names_by_which_it_is_imported() -> None:
    code = (
        "const rate = 1, both = 2\nexport { rate as vat, rate as taxRate, both, both as other }\n"
        "export default function main() {}\nexport const plain = 1\n"
    )
    told = {symbol.symbol: symbol.exported_as for symbol in _rows("a.ts", {"a.ts": code}).symbols}
    assert told == {"rate": "taxRate, vat", "both": "other", "main": "default", "plain": ""}


GO_SHOP = {
    "go.mod": "module example.org/m\n",
    "shop/cart.go": "package shop\n\ntype Cart struct{ Of Line }\n\nfunc Make() *Cart { return fill() }\n",
    "shop/line.go": "package shop\n\ntype Line struct{}\n\nfunc fill() *Cart { return nil }\n",
    "shop/line_test.go": "package shop\n\nfunc helper() Line { return Line{} }\n",
    "shop/more_test.go": 'package shop_test\n\nimport "example.org/m/shop"\n\nvar made = shop.Make()\n',
    "tax/rate.go": "package levy\n\nfunc Rate() int { return 1 }\n",
    "tax/late.go": "package levy\n\nfunc Late() int { return 2 }\n",
}


def test_files_of_one_go_package_see_each_other_without_an_import() -> None:
    assert [(d.dst, d.kind, d.line, d.names) for d in _rows("shop/cart.go", GO_SHOP).dependencies] == [
        ("shop/line.go", "call", 5, "fill"),
        ("shop/line.go", "type", 3, "Line"),
    ]
    assert [(d.dst, d.kind) for d in _rows("shop/line_test.go", GO_SHOP).dependencies] == [("shop/line.go", "type")]


def test_importing_a_go_package_leads_to_the_files_that_define_what_is_asked_of_it() -> None:
    rows = _rows("shop/more_test.go", GO_SHOP)
    assert [(d.dst, d.kind, d.line, d.names) for d in rows.dependencies] == [
        ("shop/cart.go", "call", 5, "Make"),
        ("shop/cart.go", "import", 3, "Make"),
    ]
    assert (rows.imports, rows.resolved) == (1, 1)


def test_a_go_package_is_known_by_the_name_that_its_files_give_it() -> None:
    user = 'package main\n\nimport "example.org/m/tax"\n\nfunc main() { levy.Late() }\n'
    rows = _rows("main.go", {**GO_SHOP, "main.go": user})
    assert [(d.dst, d.kind, d.names) for d in rows.dependencies] == [
        ("tax/late.go", "call", "Late"),
        ("tax/late.go", "import", "Late"),
    ]


def test_a_go_package_of_which_nothing_is_asked_is_imported_by_its_first_file() -> None:
    rows = _rows("main.go", {**GO_SHOP, "main.go": 'package main\n\nimport _ "example.org/m/tax"\n'})
    assert [(d.dst, d.kind) for d in rows.dependencies] == [("tax/late.go", "import")]


def test_what_only_tests_of_a_go_package_define_is_not_seen_from_outside() -> None:
    user = 'package main\n\nimport "example.org/m/shop"\n\nfunc main() { shop.helper() }\n'
    rows = _rows("main.go", {**GO_SHOP, "main.go": user})
    assert [(d.dst, d.kind) for d in rows.dependencies] == [("shop/cart.go", "import")]
