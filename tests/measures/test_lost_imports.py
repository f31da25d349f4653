"""Imports that lead nowhere since a change, and the file that they used to find."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

LIB = "def total(a):\n    return a\n"
TS = "export function total(a: number) {\n  return a;\n}\n"


def lost(world, before: Mapping[str, str], now: Mapping[str, str], renamed: Mapping[str, str] | None = None):
    history = world.History()
    history.to(before)
    history.to(now, renamed)
    return [(row["path"], row["change"], row["src"], row["line"]) for row in history.told("lost_import")]


@pytest.mark.parametrize(
    ("module", "user", "statement"),
    [
        ("lib.py", "use.py", "from lib import total\n"),
        ("lib.py", "use.py", "import lib\n"),
        ("lib.py", "use.py", "from lib import *\n"),
        ("lib.py", "use.py", "def f():\n    from lib import total\n    return total\n"),
        ("shop/lib.py", "use.py", "from shop.lib import total\n"),
        ("shop/lib.py", "shop/use.py", "from .lib import total\n"),
        ("src/shop/lib.py", "src/web/use.py", "from shop.lib import total\n"),
        ("shop/lib.ts", "web/use.ts", 'import { total } from "../shop/lib";\ntotal(1);\n'),
        ("shop/lib.ts", "web/use.ts", 'export { total } from "../shop/lib.js";\n'),
        ("shop/lib.ts", "web/use.ts", 'import type { total } from "../shop/lib";\n'),
        ("shop/lib.js", "web/use.js", 'const { total } = require("../shop/lib");\n'),
    ],
)
def test_a_file_that_is_gone_is_missed_by_who_still_imports_it(world, module: str, user: str, statement: str):
    kept = {"other.py": "x = 1\n", "other.ts": "export const x = 1;\n", user: statement}
    (found,) = lost(world, {**kept, module: LIB if module.endswith(".py") else TS}, kept)
    assert found[:3] == (module, "removed", user)


@pytest.mark.parametrize(
    "use",
    [
        "import('./lib').then(m => m.total(1));",
        "import('./lib').then(({ total }) => total(1));",
        "const page = lazy(() => import('./lib').then((m) => ({ default: m.total })));",
        "export const f = async () => (await import('./lib')).total(1);",
        "const { total: sum } = await import('./lib');",
        "let x: typeof import('./lib').total;",
        "require('./lib').total(1);",
        "import * as lib from './lib';\nconst { total } = lib;",
        "import * as lib from './lib';\nfunction f() {\n  const { total } = lib;\n  return total(1);\n}",
    ],
)
def test_a_name_is_missed_by_who_takes_it_from_a_module_without_importing_it(world, use: str):
    kept = {"use.ts": use + "\n", "lib.ts": "export const other = 1;\n"}
    found = lost(world, kept | {"lib.ts": TS + kept["lib.ts"]}, kept)
    assert [(path, change, src) for path, change, src, _ in found] == [("lib.ts", "removed", "use.ts")]


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ({"lib.py": LIB, "use.py": "from lib import total\n"}, {}),
        ({"lib.py": LIB, "use.py": "from lib import total\n"}, {"use.py": "total = sum\n"}),
        (
            {"lib.py": LIB, "use.py": "from lib import total\n"},
            {"core.py": LIB, "use.py": "from core import total\n"},
        ),
        (
            {"lib.py": LIB, "use.py": "from lib import total\n"},
            {"lib/__init__.py": "from lib.a import total\n", "lib/a.py": LIB, "use.py": "from lib import total\n"},
        ),
        (
            {"lib.ts": TS, "use.ts": 'import { total } from "./lib";\n'},
            {"lib/index.ts": TS, "use.ts": 'import { total } from "./lib";\n'},
        ),
        (
            {"lib.js": TS.replace(": number", ""), "use.ts": 'import { total } from "./lib";\n'},
            {"lib.ts": TS, "use.ts": 'import { total } from "./lib";\n'},
        ),
        (
            {"fast.py": LIB, "use.py": "try:\n    from fast import total\nexcept ImportError:\n    total = sum\n"},
            {"use.py": "try:\n    from fast import total\nexcept ImportError:\n    total = sum\n"},
        ),
        (
            {"lib.py": LIB, "use.py": "from lib import total\nimport requests\n"},
            {"lib.py": LIB, "use.py": "from lib import total\nimport requests\nfrom .nothing import here\n"},
        ),
    ],
    ids=[
        "both gone", "no longer imported", "moved and adapted", "a package now", "an index now", "another ending",
        "optional", "new and wrong from the start",
    ],
)  # fmt: skip
def test_nothing_is_missed_where_the_import_is_gone_or_finds_something(world, before, now):
    assert lost(world, before, {**now, "rest.py": "x = 1\n"}) == []


def test_a_file_that_moved_is_named_with_its_new_place(world):
    use = {"use.py": "from lib import total\n"}
    history = world.History()
    history.to({**use, "lib.py": LIB})
    history.to({**use, "core.py": LIB}, {"core.py": "lib.py"})
    (row,) = history.told("lost_import")
    assert (row["change"], row["detail"]) == ("moved", "now core.py")


def test_an_importer_that_moved_away_from_what_it_names_relatively_misses_it(world):
    user = "from .lib import total\n"
    found = lost(
        world, {"a/lib.py": LIB, "a/use.py": user}, {"a/lib.py": LIB, "b/use.py": user}, {"b/use.py": "a/use.py"}
    )
    assert found == [("a/lib.py", "not-exported", "b/use.py", 1)]


def test_a_line_that_moved_is_still_the_same_statement(world):
    before = {"lib.py": LIB, "use.py": "from lib import total\n"}
    now = {"use.py": "import os\n\n\nfrom lib import total\n\nprint(os, total)\n"}
    assert lost(world, before, now) == [("lib.py", "removed", "use.py", 4)]


def test_only_what_is_gone_of_several_on_a_line_is_missed(world):
    before = {"shop/__init__.py": "", "shop/a.py": LIB, "shop/b.py": LIB, "use.py": "import shop.a, shop.b\n"}
    now = {path: text for path, text in before.items() if path != "shop/a.py"}
    assert [row[:2] for row in lost(world, before, now)] == [("shop/a.py", "removed")]


def test_test_code_promises_nothing_and_yet_an_import_that_finds_it_no_more_fails(world):
    before = {"tests/helpers.py": LIB, "tests/test_a.py": "from tests.helpers import total\n"}
    gone = ("tests/helpers.py", "removed", "tests/test_a.py", 1)
    assert lost(world, before, {"tests/test_a.py": before["tests/test_a.py"]}) == [gone]
    assert lost(world, before, {**before, "tests/helpers.py": "other = 1\n"}) == [gone]


DECLARED = {
    "python": {"lib.py": LIB, "lib.pyi": "def total(a: int) -> int: ...\n", "use.py": "from lib import total\n"},
    "javascript": {
        "lib.js": "export function total(a) {}\n",
        "lib.d.ts": "export declare function total(a: number): void;\n",
        "use.ts": 'import { total } from "./lib";\n',
    },
}
OTHERWISE = {
    "lib.py": "other = 1\n", "lib.pyi": "other: int\n",
    "lib.js": "export const other = 1;\n", "lib.d.ts": "export declare const other: number;\n",
}  # fmt: skip


@pytest.mark.parametrize("tree", DECLARED.values(), ids=DECLARED)
def test_a_name_that_is_declared_beside_the_code_that_lost_it_is_missed(world, tree: dict[str, str]):
    code, declaring, user = tree
    assert lost(world, tree, {**tree, code: OTHERWISE[code]}) == [(code, "removed", user, 1)]
    assert lost(world, {**tree, code: OTHERWISE[code]}, {**tree, code: OTHERWISE[code] + "\n"}) == []
    nowhere = {**tree, code: OTHERWISE[code], declaring: OTHERWISE[declaring]}
    # Where neither has it any more it is told once, of the file that is asked.
    assert [row[1:] for row in lost(world, tree, nowhere)] == [("removed", user, 1)]


@pytest.mark.parametrize(
    ("code", "user"),
    [
        ("from core import total\n", ""),
        ("from core import *\n", ""),
        ("def __getattr__(name): return sum\n", ""),
        ("other = 1\n", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from lib import total\n"),
        ("other = 1\n", "import lib\n"),
    ],
)
def test_a_declared_name_is_not_missed_where_it_may_be_had_or_is_asked_for_by_none(world, code: str, user: str):
    tree = {**DECLARED["python"], "core.py": LIB}
    now = {**tree, "lib.py": code, "use.py": user or tree["use.py"]}
    assert lost(world, tree, now) == []


WORKSPACE = {
    "package.json": '{"private": true, "workspaces": ["packages/*"]}',
    "packages/core/tsconfig.json": '{"compilerOptions": {"rootDir": "src", "outDir": "dist"}}',
    "packages/ui/package.json": '{"name": "@x/ui", "dependencies": {"@x/core": "workspace:*"}}',
    "packages/ui/src/main.ts": 'import { total } from "@x/core";\ntotal(1);\n',
    "packages/core/src/index.ts": TS,
}
GUESSED = {
    "a script's neighbour": ({"tools/lib.py": LIB, "tools/use.py": "from lib import total\n"}, "tools/lib.py"),
    "what a package is built from": (
        {**WORKSPACE, "packages/core/package.json": '{"name": "@x/core", "main": "dist/index.js"}'},
        "packages/core/src/index.ts",
    ),
    "what a condition exports": (
        {
            **WORKSPACE,
            "packages/core/package.json": '{"name": "@x/core", "exports": {".": {"import": "./dist/index.mjs"}}}',
        },
        "packages/core/src/index.ts",
    ),
}


@pytest.mark.parametrize(("before", "guess"), GUESSED.values(), ids=GUESSED)
def test_a_name_is_missed_in_a_file_that_was_guessed_and_had_it(world, before: dict[str, str], guess: str):
    without = {**before, guess: "other = 1\n" if guess.endswith(".py") else "export const other = 1;\n"}
    assert [row[:2] for row in lost(world, before, without)] == [(guess, "removed")]


@pytest.mark.parametrize("is_open", [False, True])  # whether it passed on what nobody here knows
@pytest.mark.parametrize(("tree", "guess"), GUESSED.values(), ids=GUESSED)
def test_a_guess_that_never_had_the_name_says_nothing(world, tree: dict[str, str], guess: str, is_open: bool):
    form = "{} = 1\n" if guess.endswith(".py") else "export const {} = 1;\n"
    beyond = "from outside import *\n" if guess.endswith(".py") else 'export * from "outside";\n'
    before = form.format("x") + beyond * is_open
    assert lost(world, {**tree, guess: before}, {**tree, guess: form.format("y")}) == []


@pytest.mark.parametrize(
    "use", ["from lib import total\n", "import lib\n\nlib.total(1)\n", "from lib import *\n\ntotal(1)\n"]
)
@pytest.mark.parametrize("head", ["", "# @generated by a machine\n"])
def test_what_a_program_writes_anew_promises_no_name(world, use: str, head: str):
    before = {"lib.py": head + LIB, "use.py": use}
    missed = [] if head else [("lib.py", "removed", "use.py")]
    assert [row[:3] for row in lost(world, before, {**before, "lib.py": head + "other = 1\n"})] == missed


@pytest.mark.parametrize("declared", ["other: int\n", "total: int\n", None])
def test_a_name_that_code_and_its_declarations_lose_is_missed(world, declared: str | None):
    before = {"lib.py": "total = 1\n", "lib.pyi": "total: int\n", "use.py": "from lib import total\n"}
    now = {"lib.py": "other = 1\n", "lib.pyi": declared, "use.py": before["use.py"]}
    told = [row[:3] for row in lost(world, before, {path: text for path, text in now.items() if text is not None})]
    assert [(row[0], row[1]) for row in told] == [("lib.py", "removed")]


CORE = {"packages/core/package.json": '{"name": "@x/core", "main": "dist/index.js"}'}


def test_a_guess_that_moves_without_the_name_is_missed_where_it_is_now(world):
    now = {path.replace("/core/", "/kernel/"): text for path, text in {**WORKSPACE, **CORE}.items()}
    now["packages/kernel/src/index.ts"] = TS.replace("total", "sum")
    renamed = {path: path.replace("/kernel/", "/core/") for path in now if "/kernel/" in path}
    assert [row[:2] for row in lost(world, {**WORKSPACE, **CORE}, now, renamed)] == [
        ("packages/kernel/src/index.ts", "removed")
    ]


def test_a_guess_that_another_file_takes_the_place_of_says_nothing(world):
    built = {"packages/core/dist/index.js": "export const other = 1;\n"}
    assert lost(world, {**WORKSPACE, **CORE}, {**WORKSPACE, **CORE, **built}) == []


ALIASED = "const a = (n: number) => n;\nexport { a as pub };\n"
BARREL = {"s.ts": "export function s() {}\n", "use.ts": 'import { s } from "./bar";\ns();\n'}


@pytest.mark.parametrize(
    ("before", "now", "missed"),
    [
        (
            {"x.ts": ALIASED, "use.ts": 'import { pub } from "./x";\n'},
            {"x.ts": ALIASED.replace("pub", "other")},
            ("x.ts", "pub", "removed"),
        ),
        ({**BARREL, "bar.ts": 'export * from "./s";\n'}, {"bar.ts": "export {}\n"}, ("bar.ts", "s", "removed")),
        (
            {**BARREL, "bar.ts": 'export { s } from "./s";\n'}, {"bar.ts": "export {}\n"}, ("bar.ts", "s", "removed"),
        ),
        (
            {"d.ts": "export default function d() {}\n", "use.ts": 'import D from "./d";\n'},
            {"d.ts": "export function d() {}\n"},
            ("d.ts", "default", "removed"),
        ),
        (
            {"c.js": "module.exports = { pub: h };\n", "use.js": 'const { pub } = require("./c");\n'},
            {"c.js": "module.exports = { other: h };\n"},
            ("c.js", "pub", "removed"),
        ),
        (
            {"p/__init__.py": "from .s import *\n", "p/s.py": "t = 1\n", "use.py": "from p import t\n"},
            {"p/__init__.py": ""},
            ("p/__init__.py", "t", "removed"),
        ),
        (
            {"p/__init__.py": "from .s import *\n", "p/s.py": "t = 1\n", "use.py": "from p import t\n"},
            {"p/s.py": "u = 1\n"},
            ("p/s.py", "t", "removed"),
        ),
        (
            {"tax.py": "rate = 1\n", "use.py": "from tax import rate\n"},
            {"tax.py": None, "tax/__init__.py": "share = 1\n"},
            ("tax/__init__.py", "rate", "removed"),
        ),
        (
            {"p/__init__.py": "", "p/s.py": "t = 1\n", "use.py": "from p import s\n"},
            {"p/s.py": None},
            ("p/s.py", "", "removed"),
        ),
    ],
    ids=["alias", "star", "passed on", "default", "entry", "star of Python", "behind a star", "a package now", "file"],
)  # fmt: skip
def test_a_name_that_is_gone_is_missed_by_who_still_imports_it(
    world, before: dict[str, str], now: dict[str, str | None], missed: tuple[str, str, str]
):
    history = world.History()
    history.to(before)
    history.to({path: text for path, text in {**before, **now}.items() if text is not None})
    (row,) = history.told("lost_import")
    assert (row["path"], row["symbol"], row["change"]) == missed
    assert missed[:2] in {(told["path"], told["symbol"]) for told in history.told("contract_change")}


ASKED = 'def __getattr__(name):\n    if name == "version":\n        return 1\n    raise AttributeError(name)\n'


@pytest.mark.parametrize(("offered", "certain"), [("", False), ("total = 1\n", True), ("from s import total\n", True)])
def test_nobody_can_tell_whether_a_module_gave_what_it_was_only_asked_for_at_run_time(
    world, offered: str, certain: bool
):
    history = world.History()
    files = {"lib.py": offered + ASKED, "s.py": "total = 1\n", "use.py": "from lib import total\n"}
    history.to(files)
    history.to({**files, "lib.py": "other = 1\n"})
    (row,) = history.told("lost_import")
    assert (row["symbol"], row["change"], row["certain"]) == ("total", "removed", certain)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ({"lib.py": LIB, "use.py": "from lib import total\n"}, {"lib.py": "from core import total\n", "core.py": LIB}),
        ({"lib.py": LIB, "use.py": "from lib import total\n"}, {"lib.py": "from core import *\n", "core.py": LIB}),
        ({"lib.py": LIB, "use.py": "from lib import total\n"}, {"lib.py": "def __getattr__(name): return sum\n"}),
        (
            {"lib.py": LIB, "use.py": "from lib import total\n"},
            {"lib.py": "add = 1\n", "use.py": "from lib import add\n"},
        ),
        (
            {"p/__init__.py": "total = 1\n", "use.py": "from p import total\n"},
            {"p/__init__.py": "", "p/total.py": LIB},
        ),
        (
            {"lib.py": LIB, "use.py": "try:\n    from lib import total\nexcept ImportError:\n    total = sum\n"},
            {"lib.py": "add = 1\n"},
        ),
        (
            {"x.ts": ALIASED, "use.ts": 'import { pub } from "./x";\n'},
            {"x.ts": 'export { pub } from "./y";\n', "y.ts": ALIASED},
        ),
        (
            {"lib.py": "other = 1\n", "use.py": "from lib import total\n"},
            {"lib.py": "third = 1\n"},
        ),
    ],
    ids=[
        "passed on", "in a star", "asked at run time", "adapted", "a submodule now", "optional", "passed on elsewhere",
        "never there",
    ],
)  # fmt: skip
def test_a_name_that_can_still_be_had_is_not_missed(world, before, now):
    assert lost(world, before, {**before, **now}) == []


PASSES = "export const t = 1;\n"
TOOLS = "def f(a):\n    return a\n"


@pytest.mark.parametrize(
    ("before", "now", "missed"),
    [
        (
            {"s.ts": TS, "bar.ts": 'import { total } from "./s";\nexport { total };\n',
             "use.ts": 'import { total } from "./bar";\n'},
            {"bar.ts": 'import { total } from "./s";\ntotal(1);\n'},
            ("bar.ts", "total", "removed"),
        ),
        (
            {"s.ts": "export default function s() {}\n", "bar.ts": 'import s from "./s";\nexport { s };\n',
             "use.ts": 'import { s } from "./bar";\n'},
            {"bar.ts": 'import s from "./s";\ns();\nexport const t = 1;\n'},
            ("bar.ts", "s", "removed"),
        ),
        (
            {"bar.ts": 'import { s } from "react";\nexport { s };\n', "use.ts": 'import { s } from "./bar";\n'},
            {"bar.ts": 'import { s } from "react";\ns();\nexport const t = 1;\n'},
            ("bar.ts", "s", "removed"),
        ),
        (
            {"s.js": "exports.s = () => 1;\n", "bar.js": 'const { s } = require("./s");\nexports.s = s;\n',
             "use.js": 'const { s } = require("./bar");\n'},
            {"bar.js": 'const { s } = require("./s");\nexports.t = 1;\n'},
            ("bar.js", "s", "removed"),
        ),
        (
            {"x.ts": TS, "use.ts": 'import { total } from "./x";\ntotal(1);\n'},
            {"x.ts": TS.removeprefix("export ") + PASSES, "use.ts": 'import { total } from "./x";\ntotal(2);\n'},
            ("x.ts", "total", "not-exported"),
        ),
        (
            {"s.ts": TS, "bar.ts": 'export * from "./s";\n', "use.ts": 'import * as B from "./bar";\nB.total(1);\n'},
            {"bar.ts": PASSES},
            ("bar.ts", "total", "removed"),
        ),
        (
            {"s.ts": TS, "use.ts": 'import * as B from "./s";\nB.total(1);\n'},
            {"s.ts": PASSES, "use.ts": 'import * as B from "./s";\nB.total(2);\n'},
            ("s.ts", "total", "removed"),
        ),
        (
            {"c.js": "exports.pub = () => 1;\n", "use.js": 'const c = require("./c");\nc.pub();\n'},
            {"c.js": "exports.other = () => 1;\n"},
            ("c.js", "pub", "removed"),
        ),
        (
            {"p/__init__.py": "from .m import f\n", "p/m.py": TOOLS, "use.py": "import p\np.f(1)\n"},
            {"p/__init__.py": ""},
            ("p/__init__.py", "f", "removed"),
        ),
        (
            {"p/__init__.py": "", "p/m.py": TOOLS, "use.py": "import p.m\np.m.f(1)\n"},
            {"p/m.py": "g = 1\n"},
            ("p/m.py", "f", "removed"),
        ),
        (
            {"p/__init__.py": "", "p/m.py": TOOLS, "use.py": "from p import m as n\nn.f(1)\n"},
            {"p/m.py": "g = 1\n"},
            ("p/m.py", "f", "removed"),
        ),
        (
            {"p.py": "__all__ = ['f', 'g']\ng = 1\n" + TOOLS, "use.py": "from p import *\nf(1)\n"},
            {"p.py": "__all__ = ['g']\ng = 1\n" + TOOLS},
            ("p.py", "f", "not-exported"),
        ),
        (
            {"p/__init__.py": "from .m import *\n", "p/m.py": TOOLS, "use.py": "import p\np.f(1)\n"},
            {"p/m.py": "g = 1\n"},
            ("p/m.py", "f", "removed"),
        ),
    ],
    ids=[
        "imported and listed", "default that was listed", "of a package, listed", "required and set", "kept private",
        "star of a barrel", "user touched", "entry", "passed on", "module in a package", "module by another name",
        "no longer in __all__", "behind a star",
    ],
)  # fmt: skip
def test_a_name_is_missed_wherever_it_is_asked_for(
    world, before: dict[str, str], now: dict[str, str], missed: tuple[str, str, str]
):
    history = world.History()
    history.to(before)
    history.to({**before, **now})
    rows = history.told("lost_import")
    assert {(row["path"], row["symbol"], row["change"]) for row in rows} == {missed}
    assert missed[:2] in {(told["path"], told["symbol"]) for told in history.told("contract_change")}


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (
            {"p/__init__.py": "from .m import f\n", "p/m.py": TOOLS, "use.py": "import p\np.f(1)\n"},
            {"p/__init__.py": "", "p/f.py": ""},
        ),
        (
            {"p.py": TOOLS, "q.py": "", "use.py": "from p import *\nfrom q import *\nf(1)\n"},
            {"p.py": "", "q.py": TOOLS},
        ),
        (
            {"p.py": TOOLS, "use.py": "from p import *\nfrom numpy import *\nf(1)\n"},
            {"p.py": ""},
        ),
        ({"p.py": TOOLS, "use.py": "import p\np.f(1)\n"}, {"p.py": "from numpy import *\n"}),
        ({"p.py": TOOLS, "use.py": "import p\np.f(1)\n"}, {"p.py": "def __getattr__(name): return sum\n"}),
        ({"p.py": TOOLS, "use.py": "import p\np.f(1)\n"}, {"p.py": "g = 1\n", "use.py": "import p\np.g(1)\n"}),
        ({"p.py": "g = 1\n", "use.py": "import p\np.f(1)\n"}, {"p.py": "h = 1\n"}),
        (
            {"c.js": "exports.pub = () => 1;\n", "use.js": 'const c = require("./c");\nc.pub();\n'},
            {"c.js": 'Object.assign(exports, make());\nexports.other = 1;\n'},
        ),
        (
            {"x.ts": TS, "use.ts": 'import * as X from "./x";\nX.total(1);\n'},
            {"x.ts": 'import { total } from "./y";\nexport { total };\n', "y.ts": TS},
        ),
        (
            {"x.ts": TS, "use.ts": 'import * as X from "./x";\nX.total(1);\n'},
            {"x.ts": "const sum = (a: number) => a;\nexport { sum as total };\n"},
        ),
    ],
    ids=[
        "a submodule now", "in another star", "perhaps in a star from outside", "perhaps passed on",
        "asked at run time", "adapted", "never there", "offered by running", "passed on", "another's name",
    ],
)  # fmt: skip
def test_a_name_that_may_still_be_had_where_it_is_used_is_not_missed(world, before, now):
    assert lost(world, before, {**before, **now}) == []


USE = "from kit import s\n\ns(1)\n"
NAMESAKE = {"kit/__init__.py": "from .s import s\n", "kit/s.py": "def s(a):\n    return a\n"}


@pytest.mark.parametrize(
    ("package", "use", "missed"),
    [
        ("from .s import s\n", "from kit import s\n\n\ndef f():\n    return s(1)\n", True),
        ("def s(a):\n    return a\n", "from kit import s\n\ns(1)\n", True),
        ("from .s import s as s\n", "from kit import s as run\n\nrun(1)\n", True),
        # What else is done with it may go well with the module.
        ("from .s import s\n", "from kit import s\n\nALL = [s]\n", False),
        ("from .s import s\n", "from kit import s\n", False),
        ("from .s import s\n", "from kit import s\n\ns.s(1)\n", False),
        # It was the module before, or nobody can tell what it is.
        ("from . import s\n", "from kit import s\n\ns(1)\n", False),
        ("s = 1\n", "from kit import s\n\ns(1)\n", False),
        ("from .s import s\n", "try:\n    from kit import s\nexcept ImportError:\n    s = print\n\ns(1)\n", False),
        ("from .s import s\n", "import kit.s as s\n\ns(1)\n", False),
    ],
)
def test_a_call_misses_a_name_in_whose_place_a_package_gives_its_module(world, package: str, use: str, missed: bool):
    before = {**NAMESAKE, "kit/__init__.py": package, "use.py": use}
    found = lost(world, before, {**before, "kit/__init__.py": ""})
    assert [(path, change, src) for path, change, src, _ in found] == [
        ("kit/__init__.py", "removed", "use.py")
    ] * missed


def test_who_takes_a_name_only_now_misses_nothing_that_it_had(world):
    before = {**NAMESAKE, "use.py": "import kit\n"}
    assert lost(world, before, {**NAMESAKE, "kit/__init__.py": "", "use.py": USE}) == []


def test_who_takes_the_module_itself_now_does_not_miss_the_name(world):
    now = {**NAMESAKE, "kit/__init__.py": "", "use.py": "import kit.s as s\n\ns(1)\n"}
    assert lost(world, {**NAMESAKE, "use.py": USE}, now) == []


def test_a_module_that_may_bind_anything_may_be_called(world):
    before = {**NAMESAKE, "kit/s.py": "from outside import *\n" + NAMESAKE["kit/s.py"]}
    before["use.py"] = USE
    assert lost(world, before, {**before, "kit/__init__.py": ""}) == []


@pytest.mark.parametrize(
    "now",
    [
        "from .s import s\nV = 1\n", "from .s import *\n", "from outside import *\n",
        "def __getattr__(name): ...\n", "s = print\n",
    ],
)  # fmt: skip
def test_a_package_that_still_binds_a_name_gives_that_and_not_its_module(world, now: str):
    before = {**NAMESAKE, "use.py": USE}
    assert lost(world, before, {**before, "kit/__init__.py": now}) == []


def test_each_part_of_a_path_is_missed_where_it_was_found(world):
    """`crate::Router::new` asks the crate for `Router`, and what that is for `new`."""
    user = "fn one() {\n    crate::limit();\n    crate::Router::new();\n}\n"
    before = {
        "Cargo.toml": '[package]\nname = "shop"\nversion = "1.0.0"\n',
        "src/lib.rs": "mod routing;\nmod tests;\npub use routing::Router;\npub fn limit() {}\n",
        "src/routing.rs": "pub struct Router;\nimpl Router {\n    pub fn new() -> Router { Router }\n}\n",
        "src/tests.rs": user,
    }
    assert lost(world, before, before | {"src/tests.rs": f"{user}fn two() {{ crate::limit(); }}\n"}) == []


_UNIMPORTED = {
    "java": ("src/a/Gone.java", "package a;\npublic class Gone { }\n", "src/a/Use.java",
             "package a;\nclass Use {\n  Gone gone;\n}\n", "package a;\nclass Use {\n  int n;\n\n  Gone gone;\n}\n"),
    "kotlin": ("src/Gone.kt", "package a\nfun gone() = 1\n", "src/Use.kt",
               "package a\n\nfun use() = gone()\n", "package a\n\nval n = 1\n\nfun use() = gone()\n"),
    "kotlin, of a star": ("src/Gone.kt", "package b\nclass Gone\n", "src/Use.kt",
                          "package a\nimport b.*\nval use = Gone()\n", "package a\nimport b.*\n\n\nval use = Gone()\n"),
    "scala": ("src/Gone.scala", "package a\nclass Gone\n", "src/Use.scala",
              "package a\n\nclass Use(gone: Gone)\n", "package a\n\n\n\nclass Use(gone: Gone)\n"),
    "csharp": ("App/Gone.cs", "namespace A;\npublic class Gone { }\n", "App/Use.cs",
               "namespace A;\n\nclass Use { Gone gone; }\n", "namespace A;\n\n\n\nclass Use { Gone gone; }\n"),
    "swift": ("Sources/A/Gone.swift", "struct Gone { }\n", "Sources/A/Use.swift",
              "\n\nlet use = Gone()\n", "\n\n\n\nlet use = Gone()\n"),
    "go": ("a/gone.go", "package a\n\nfunc gone() { }\n", "a/use.go",
           "package a\n\nfunc use() { gone() }\n", "package a\n\nvar n = 1\n\nfunc use() { gone() }\n"),
}  # fmt: skip


def _other(path: str, text: str) -> dict[str, str]:
    """What keeps the package, and builds, where they are."""
    ending = path.rpartition(".")[2]
    folder = path.rpartition("/")[0]
    first = text.splitlines()[0]
    body = {"java": "class Other { }", "kt": "class Other", "scala": "class Other", "cs": "class Other { }",
            "swift": "struct Other { }", "go": "type Other struct{}"}[ending]  # fmt: skip
    return {
        f"{folder}/Other.{ending}": (f"{first}\n{body}\n" if ending != "swift" else f"{body}\n"),
        "go.mod": "module example.org/m\n",
        "App/App.csproj": '<Project Sdk="Microsoft.NET.Sdk"></Project>',
        "Package.swift": 'let package = Package(name: "s", targets: [.target(name: "A")])',
    }


@pytest.mark.parametrize("language", _UNIMPORTED)
@pytest.mark.parametrize("edited", [False, True])
def test_what_needs_no_import_is_missed_by_who_still_names_it(world, language: str, edited: bool):
    path, code, user, text, changed = _UNIMPORTED[language]
    kept = _other(path, code)
    found = lost(world, {**kept, path: code, user: text}, {**kept, user: changed if edited else text})
    assert found == [(path, "removed", user, 5 if edited else 3)]


@pytest.mark.parametrize("language", _UNIMPORTED)
def test_what_needs_no_import_may_move_or_go_with_its_users(world, language: str):
    path, code, user, text, _ = _UNIMPORTED[language]
    kept = _other(path, code)
    elsewhere = path.replace("one", "oing")
    before = {**kept, path: code, user: text}
    assert lost(world, before, {**kept, elsewhere: code, user: text}) == []
    assert lost(world, before, kept) == []
    within = text.replace("gone()", "1").replace("Gone", "Other")
    assert lost(world, before, {**kept, user: within}) == []


_IN_FULL = {
    "java": ("src/a/Gone.java", "package org.a;\npublic class Gone { public static int go() { return 1; } }\n",
             "src/b/Use.java", "package b;\nclass Use {\n  int f() { return org.a.Gone.go(); }\n}\n"),
    "kotlin": ("src/Gone.kt", "package org.a\nobject Gone { fun go() = 1 }\n",
               "src/Use.kt", "package b\n\nfun f() = org.a.Gone.go()\n"),
    "scala": ("src/Gone.scala", "package a\nobject Gone { def go() = 1 }\n",
              "src/b/Use.scala", "package b\n\nobject Use { def f() = a.Gone.go() }\n"),
    "csharp": ("App/Gone.cs", "namespace A;\npublic class Gone { public static int Go() => 1; }\n",
               "App/Use.cs", "namespace B;\n\nclass Use { int F() => A.Gone.Go(); }\n"),
    "swift": ("Sources/A/Gone.swift", "public struct Gone { public init() {} }\n",
              "Sources/B/Use.swift", "import A\n\nfunc f() { _ = A.Gone() }\n"),
}  # fmt: skip


@pytest.mark.parametrize("language", _IN_FULL)
def test_what_is_named_in_full_is_missed(world, language: str):
    path, code, user, text = _IN_FULL[language]
    targets = '[.target(name: "A"), .target(name: "B", dependencies: ["A"])]'
    kept = _other(path, code) | {"Package.swift": f'let package = Package(name: "s", targets: {targets})'}
    history = world.History()
    history.to({**kept, path: code, user: text})
    history.to({**kept, user: text})
    rows = [(row["path"], row["src"], row["line"], row["certain"]) for row in history.told("lost_import")]
    assert rows == [(path, user, 3, True)]


@pytest.mark.parametrize("language", _IN_FULL)
def test_what_is_named_in_full_may_move_or_go_with_its_users(world, language: str):
    path, code, user, text = _IN_FULL[language]
    targets = '[.target(name: "A"), .target(name: "B", dependencies: ["A"])]'
    kept = _other(path, code) | {"Package.swift": f'let package = Package(name: "s", targets: {targets})'}
    before = {**kept, path: code, user: text}
    assert lost(world, before, {**kept, path.replace("Gone", "Going"): code, user: text}) == []
    assert lost(world, before, {**kept, user: text.replace("Gone", "Other")}) == []


def test_a_member_that_is_called_like_what_is_gone_is_not_missed(world):
    """What stands beside a plain name is no other way to write it."""
    before = {
        "App/App.csproj": '<Project Sdk="Microsoft.NET.Sdk"></Project>',
        "App/Gone.cs": "namespace A;\npublic class Gone { }\n",
        "App/New.cs": "namespace A;\npublic class New { }\n",
        "App/Use.cs": "namespace A;\nclass Use : Outside { Gone gone = Config.Gone; }\n",
    }
    now = {path: text.replace("Gone gone", "New gone") for path, text in before.items() if path != "App/Gone.cs"}
    assert lost(world, before, now) == []


_FLAVOUR = "package a;\npublic class Gone { }\n"
_PLATFORM = "package a\nobject Gone { def n = 1 }\n"
_ALTERNATIVES = {
    "flavours of java": (
        {"app/build.gradle": "apply plugin: 'com.android.application'\n", "settings.gradle": "include ':app'\n",
         "app/src/main/java/a/Use.java": "package a;\nclass Use { Gone gone; }\n"},
        {"app/src/free/java/a/Gone.java": _FLAVOUR, "app/src/paid/java/a/Gone.java": _FLAVOUR},
    ),
    "platforms of scala": (
        {"build.sbt": 'lazy val core = crossProject(JSPlatform, JVMPlatform).in(file("core"))\n',
         "core/shared/src/main/scala/a/Use.scala": "package a\nobject Use { def f = Gone.n }\n"},
        {"core/js/src/main/scala/a/Gone.scala": _PLATFORM, "core/jvm/src/main/scala/a/Gone.scala": _PLATFORM},
    ),
    "conditions of swift": (
        {"Package.swift": 'let package = Package(name: "s", targets: [.target(name: "A")])\n',
         "Sources/A/Use.swift": "func f() -> Int { gone() }\n"},
        {"Sources/A/One.swift": "#if os(iOS)\nfunc gone() -> Int { 1 }\n#endif\n",
         "Sources/A/Two.swift": "#if !os(iOS)\nfunc gone() -> Int { 2 }\n#endif\n"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", _ALTERNATIVES)
def test_what_all_files_lose_between_which_a_build_chooses_is_missed(world, kind: str):
    kept, several = _ALTERNATIVES[kind]
    ((path, change, user, _),) = lost(world, kept | several, kept)
    assert (path in several, change, user) == (True, "removed", list(kept)[-1])


@pytest.mark.parametrize("kind", _ALTERNATIVES)
def test_what_one_file_is_left_with_between_which_a_build_chose_is_not_missed(world, kind: str):
    kept, several = _ALTERNATIVES[kind]
    for path, text in several.items():
        assert lost(world, kept | several, kept | {path: text}) == []


def test_what_a_star_from_outside_may_have_is_not_missed_for_certain(world):
    path, code, user, text, _ = _UNIMPORTED["java"]
    kept = _other(path, code)
    text = text.replace("a;\n", "a;\nimport java.util.*;\n", 1)
    history = world.History()
    history.to({**kept, path: code, user: text})
    history.to({**kept, user: text})
    (row,) = history.told("lost_import")
    assert (row["path"], row["symbol"], row["src"], row["certain"]) == (path, "Gone", user, False)


def _given(language: str, name: str) -> tuple[dict[str, str], str, str, str]:
    """What stays, and the file that loses a definition of a file that uses it, with this name for it."""
    path, code, user, text, _ = _UNIMPORTED[language]
    said = {
        one: other.replace("Gone", name).replace("gone()", f"{name}()") for one, other in ((path, code), (user, text))
    }
    return {**_other(path, code), user: said[user]}, path, said[path], user


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("java", "Record"), ("java", "Module"), ("java", "ScopedValue"), ("kotlin", "check"), ("kotlin", "runCatching"),
        ("kotlin, of a star", "Pair"), ("kotlin, of a star", "Result"), ("kotlin, of a star", "Runtime"),
        ("scala", "Range"), ("scala", "Ordering"), ("scala", "Process"), ("csharp", "Range"), ("csharp", "Random"),
        ("csharp", "HttpMethod"), ("swift", "Result"), ("swift", "Clock"), ("swift", "Regex"),
    ],
)  # fmt: skip
def test_what_the_language_gives_to_every_file_is_not_missed_for_certain(world, language: str, name: str):
    kept, path, code, user = _given(language, name)
    history = world.History()
    history.to({**kept, path: code})
    history.to(kept)
    (row,) = history.told("lost_import")
    assert (row["path"], row["symbol"], row["src"], row["certain"]) == (path, name, user, False)


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("java", "Pair"), ("kotlin", "rate"), ("kotlin", "first"), ("kotlin, of a star", "Random"), ("scala", "Pair"),
        ("csharp", "Record"), ("swift", "Random"),
    ],
)  # fmt: skip
def test_what_another_language_gives_is_missed_for_certain(world, language: str, name: str):
    """What is a member of values to who uses it is none where no value is around."""
    kept, path, code, _ = _given(language, name)
    history = world.History()
    history.to({**kept, path: code})
    history.to(kept)
    (row,) = history.told("lost_import")
    assert (row["symbol"], row["certain"]) == (name, True)


def test_what_is_a_member_of_values_may_be_meant_in_a_type(world):
    before = {
        "src/First.kt": "package a\nfun first(n: Int) = n\n",
        "src/Other.kt": "package a\nclass Other\n",
        "src/Use.kt": "package a\nclass Use : AbstractList<Int>() {\n    fun use() = first(1)\n}\n",
    }
    history = world.History()
    history.to(before)
    history.to({path: text for path, text in before.items() if path != "src/First.kt"})
    (row,) = history.told("lost_import")
    assert (row["symbol"], row["certain"]) == ("first", False)


GO = {
    "go.mod": "module shop\n",
    "tax/tax.go": "package tax\n\nfunc Other() int { return 3 }\n",
    "main.go": 'package main\n\nimport "shop/tax"\n\nfunc main() { tax.Rate(); tax.Other(); tax.Gone() }\n',
}


@pytest.mark.parametrize("was", ["tax/tax.go", "tax/rate.go"])
def test_a_name_of_a_package_is_missed_where_it_is_used(world, was: str) -> None:
    rate = GO.get(was, "package tax\n") + "\nfunc Rate() int { return 2 }\n"
    assert lost(world, GO | {was: rate}, GO) == [(was, "removed", "main.go", 5)]


def test_a_name_that_another_file_of_the_package_has_now_is_not_missed(world) -> None:
    rate = "\nfunc Rate() int { return 2 }\n"
    before = GO | {"tax/tax.go": GO["tax/tax.go"] + rate}
    assert lost(world, before, GO | {"tax/rate.go": "package tax\n" + rate}) == []
    adapted = GO["main.go"].replace("tax.Rate(); ", "")
    assert lost(world, before, GO | {"main.go": adapted}) == []
