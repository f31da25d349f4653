"""Whatever way a tree was reached, its rows are those of a cold resolution; and names are followed to the end."""

from __future__ import annotations

import random

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
]
MANIFESTS = {
    "package.json": ['{"name": "shop", "workspaces": ["packages/*"]}', '{"name": "shop"}'],
    "tsconfig.json": ['{"compilerOptions": {"baseUrl": ".", "paths": {"@/*": ["src/*"]}}}', "{}", "{ broken"],
    "packages/ui/package.json": ['{"name": "@shop/ui", "main": "src/index.ts"}', '{"name": "@shop/other"}'],
}


def _content(path: str, lines: list[str], chance: random.Random) -> bytes:
    if path in MANIFESTS:
        return chance.choice(MANIFESTS[path]).encode()
    return "\n".join(chance.sample(lines, chance.randint(0, 9))).encode() + b"\n"


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("paths", "lines"), [(PYTHON, PYTHON_LINES), (SCRIPT, SCRIPT_LINES)], ids=["python", "script"])
def test_a_walked_history_ends_with_the_rows_of_a_cold_scan(seed: int, paths: list[str], lines: list[str]) -> None:
    chance = random.Random(seed)
    walked = FilesWalk()
    tree: dict[str, bytes] = {}
    edges = 0
    for _ in range(9):
        for path in chance.sample(paths, chance.randint(1, 4)):
            if path in tree and chance.random() < 0.3:
                del tree[path]
            else:
                tree[path] = _content(path, lines, chance)
        walk = walked.to(tree)
        cold = analyse_files(tree)
        assert walk.graph.files == cold.files
        assert walk.graph.skipped == cold.skipped
        edges += sum(len(rows.dependencies) for rows in cold.files.values())
    assert edges > 20  # else this history compared nothing


def _rows(path: str, files: dict[str, str]) -> FileRows:
    return analyse_files({name: text.encode() for name, text in files.items()}).files[path]


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


def test_a_submodule_is_the_target_and_its_package_is_not() -> None:
    rows = _rows("app.py", {"app.py": "from shop import cart\n", "shop/__init__.py": "", "shop/cart.py": ""})
    assert [(d.dst, d.kind) for d in rows.dependencies] == [("shop/cart.py", "import")]


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
