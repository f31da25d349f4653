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


def test_test_code_that_is_gone_is_no_broken_promise(world):
    before = {"tests/helpers.py": LIB, "tests/test_a.py": "from tests.helpers import total\n"}
    assert lost(world, before, {"tests/test_a.py": "from tests.helpers import total\n"}) == []


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
