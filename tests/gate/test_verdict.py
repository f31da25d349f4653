"""What the gate answers to a change, and whose fault is whose (DESIGN, laws 1 and 4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from plumbrule.languages import languages

CYCLE = {"shop/tax.py": "from shop.cart import total\n\n\ndef rate() -> float:\n    return total and 0.2\n"}
EDGES = ["shop/cart.py -> shop/tax.py", "shop/tax.py -> shop/cart.py"]


def test_a_harmless_change_passes(shop: Callable, judged: Callable):
    repo = shop()
    repo.commit({"shop/tax.py": "def rate() -> float:\n    return 0.25\n"})
    code, report = judged(repo)
    assert (code, report["verdict"]) == (0, "passed")
    assert report["coverage"]["files"] == report["coverage"]["parsed"] == 3
    assert report["coverage"]["rules"] > 10


def test_a_new_cycle_fails_and_names_both_its_edges(shop: Callable, judged: Callable, found: Callable):
    repo = shop()
    head = repo.commit(CYCLE)
    code, report = judged(repo)
    assert (code, report["verdict"], report["head"]) == (1, "failed", head)
    assert found(report, "new", "dependency-cycle") == EDGES
    assert report["counts"]["error"] == 2


def test_a_cycle_that_the_merge_base_has_is_known(shop: Callable, judged: Callable, found: Callable):
    repo = shop(CYCLE)
    repo.commit({"shop/other.py": "x = 1\n"})
    code, report = judged(repo)
    assert code == 0
    assert found(report, "new") == []
    assert report["counts"]["known"] >= 2


def test_a_cycle_that_the_change_breaks_is_fixed(shop: Callable, judged: Callable, found: Callable):
    repo = shop(CYCLE)
    repo.commit({"shop/tax.py": "def rate() -> float:\n    return 0.2\n"})
    code, report = judged(repo)
    assert code == 0
    assert found(report, "fixed", "dependency-cycle") == EDGES


def test_shrinking_a_cycle_is_nothing_new(shop: Callable, judged: Callable, found: Callable):
    ring = {"a.py": "import b\n", "b.py": "import c\nimport a\n", "c.py": "import a\n"}
    repo = shop(ring)
    repo.commit({"c.py": "x = 1\n"})
    code, report = judged(repo)
    assert code == 0
    assert found(report, "new") == []
    assert found(report, "fixed", "dependency-cycle") == ["b.py -> c.py", "c.py -> a.py"]


def test_nobody_is_blamed_for_what_others_did_to_the_base_meanwhile(shop: Callable, judged: Callable, found: Callable):
    repo = shop()
    repo.commit({"shop/other.py": "x = 1\n"})
    repo.switch("main")
    repo.commit(CYCLE)
    repo.switch("topic")
    code, report = judged(repo)
    assert code == 0
    assert found(report, "new") == []
    assert report["merge_base"] != report["base"]


def test_nobody_is_praised_for_it_either(shop: Callable, judged: Callable, found: Callable):
    repo = shop(CYCLE)
    repo.commit({"shop/other.py": "x = 1\n"})
    repo.switch("main")
    repo.commit({"shop/tax.py": "def rate() -> float:\n    return 0.2\n"})
    repo.switch("topic")
    _, report = judged(repo)
    assert found(report, "fixed") == []


def test_a_head_that_the_base_contains_is_no_change(shop: Callable, judged: Callable):
    repo = shop()
    repo.switch("main")
    repo.commit({"shop/other.py": "x = 1\n"})
    repo.switch("topic")
    code, report = judged(repo)
    assert (code, report["verdict"]) == (0, "passed")
    assert "no change" in report["reasons"][0]


def test_a_moved_file_takes_its_findings_along(shop: Callable, judged: Callable, found: Callable):
    ring = {"a.py": "import b\n", "b.py": "import a\n\n\ndef f(x: int) -> int:\n    return x\n"}
    repo = shop(ring)
    repo.git("mv", "b.py", "c.py")
    repo.commit({"a.py": "import c\n"})
    code, report = judged(repo)
    assert (code, found(report, "new", "dependency-cycle")) == (0, [])
    assert found(report, "fixed", "dependency-cycle") == []


def test_a_moved_file_takes_its_findings_along_in_the_work_tree(shop: Callable, judged: Callable, found: Callable):
    ring = {"a.py": "import b\n", "b.py": "import a\n\n\ndef f(x: int) -> int:\n    return x\n"}
    repo = shop(ring)
    repo.write({"a.py": "import c\n", "c.py": ring["b.py"], "b.py": None})
    code, report = judged(repo, "--head", "worktree")
    assert (code, found(report, "new", "dependency-cycle")) == (0, [])


def test_the_work_tree_counts_with_uncommitted_and_untracked_files(shop: Callable, judged: Callable, found: Callable):
    repo = shop({".gitignore": "ignored/\n"})
    repo.write({**CYCLE, "new/a.py": "import new.b\n", "new/b.py": "import new.a\n", "ignored/x.py": "import y\n"})
    code, report = judged(repo, "--head", "worktree")
    assert (code, report["head"]) == (1, "worktree")
    assert found(report, "new", "dependency-cycle") == [*("new/a.py -> new/b.py", "new/b.py -> new/a.py"), *EDGES]
    assert report["coverage"]["files"] == 5
    assert judged(repo)[0] == 0


def test_a_staged_file_that_was_deleted_again_is_not_there(shop: Callable, judged: Callable):
    repo = shop()
    repo.write(CYCLE)
    repo.git("add", "--all")
    repo.write({"shop/tax.py": None})
    _, report = judged(repo, "--head", "worktree")
    assert report["coverage"]["files"] == 2


def test_no_file_of_a_known_language_is_not_judged(make_repo: Callable, judged: Callable):
    repo = make_repo({"README.md": "words\n"})
    repo.branch("topic")
    repo.commit({"README.md": "more words\n"})
    code, report = judged(repo)
    assert (code, report["verdict"]) == (2, "not-judged")
    assert "no file of a known language" in report["reasons"][0]


def test_a_change_of_words_alone_passes_beside_code(shop: Callable, judged: Callable):
    repo = shop()
    repo.commit({"README.md": "better words\n"})
    assert judged(repo)[0] == 0


def test_a_changed_file_that_cannot_be_read_is_not_judged(shop: Callable, judged: Callable):
    repo = shop()
    repo.commit({"shop/tax.py": b"def rate():\n    return '\xff\xfe'\n"})
    code, report = judged(repo)
    assert (code, report["verdict"]) == (2, "not-judged")
    assert any("shop/tax.py" in reason and "UTF-8" in reason for reason in report["reasons"])


def test_a_changed_file_that_our_own_extractor_fails_on_is_not_judged(
    shop: Callable, judged: Callable, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    def failing(data: bytes, *rest: Any) -> Any:  # Any: passed on
        if b"poison" in data:
            raise KeyError("a slip of ours")
        return python.extract(data, *rest)

    python = languages()["python"]
    monkeypatch.setitem(languages(), "python", replace(python, extract=failing))
    repo = shop()
    repo.commit({"shop/tax.py": "poison = 1\n"})
    code, report = judged(repo, store=tmp_path / "store")
    assert (code, report["verdict"]) == (2, "not-judged")
    assert any("shop/tax.py" in why and "Plumbrule's extractor failed: KeyError" in why for why in report["reasons"])
    monkeypatch.setitem(languages(), "python", python)
    assert judged(repo, store=tmp_path / "store")[1]["coverage"]["skipped"] == 0  # no property of these bytes


def test_an_unreadable_file_that_nobody_touched_is_a_line_of_coverage(shop: Callable, judged: Callable):
    repo = shop({"shop/legacy.py": b"name = '\xff\xfe'\n"})
    repo.commit({"shop/other.py": "x = 1\n"})
    code, report = judged(repo)
    assert code == 0
    assert [row["path"] for row in report["coverage"]["skipped_files"]] == ["shop/legacy.py"]
    assert report["coverage"]["skipped"] == 1


def test_an_unreadable_file_that_the_policy_excludes_may_change(shop: Callable, judged: Callable):
    repo = shop({"plumbrule.toml": 'exclude = ["legacy/**"]\n', "legacy/old.py": b"name = '\xff'\n"})
    repo.commit({"legacy/old.py": b"name = '\xff\xff'\n"})
    assert judged(repo)[0] == 0


def test_deleting_an_unreadable_file_is_a_change_like_others(shop: Callable, judged: Callable):
    repo = shop({"shop/legacy.py": b"name = '\xff\xfe'\n"})
    repo.commit({"shop/legacy.py": None})
    assert judged(repo)[0] == 0


def test_imports_that_stop_resolving_are_not_judged(shop: Callable, judged: Callable):
    repo = shop()
    repo.commit({"shop/cart.py": "from shop.taxes import rate\n\n\ndef total() -> float:\n    return rate()\n"})
    code, report = judged(repo)
    assert code == 2
    assert any(
        "coverage fell" in reason and "shop/cart.py:1 imports shop.taxes:rate" in reason for reason in report["reasons"]
    )


def test_what_code_can_do_without_is_no_lost_coverage(shop: Callable, judged: Callable):
    repo = shop()
    tried = (
        "try:\n    from shop._fast import rate\nexcept ImportError:\n\n    def rate() -> float:\n        return 0.2\n"
    )
    repo.commit({"shop/tax.py": tried})
    assert judged(repo)[0] == 0


def test_the_policy_says_how_far_coverage_may_fall(shop: Callable, judged: Callable):
    repo = shop({"plumbrule.toml": "[limits]\nresolved = 0.0\n"})
    repo.commit({"shop/cart.py": "from shop.taxes import rate\n\n\ndef total() -> float:\n    return rate()\n"})
    assert judged(repo)[0] == 0


def test_limits_missed_but_no_worse_than_at_the_base_do_not_stop_a_change(shop: Callable, judged: Callable):
    repo = shop({"shop/cart.py": "from shop.taxes import rate\n\n\ndef total() -> float:\n    return rate()\n"})
    repo.commit({"shop/other.py": "x = 1\n"})
    code, report = judged(repo)
    assert code == 0
    assert report["coverage"]["resolved"] < report["coverage"]["imports"]


def test_a_proven_violation_fails_whatever_else_could_not_be_judged(shop: Callable, judged: Callable):
    repo = shop()
    repo.commit({**CYCLE, "shop/new.py": b"name = '\xff'\n"})
    code, report = judged(repo)
    assert (code, report["verdict"]) == (1, "failed")
    assert any("could not be judged" in reason and "shop/new.py" in reason for reason in report["reasons"])


def test_warnings_fail_only_when_asked(shop: Callable, judged: Callable, found: Callable):
    repo = shop()
    repo.commit({"shop/big.py": "import shop.tax\n" + "".join(f"x{n} = {n}\n" for n in range(3000))})
    code, report = judged(repo)
    assert code == 0
    assert found(report, "new", "oversized-file") == ["shop/big.py"]
    assert judged(repo, "--fail-on", "warning")[0] == 1


def test_only_what_no_merge_base_shows_is_new_after_criss_cross_merges(
    shop: Callable, judged: Callable, found: Callable
):
    repo = shop({"a.py": "x = 1\n", "b.py": "x = 1\n"})
    left = repo.commit({"a.py": "import b\n"})
    repo.switch("main")
    right = repo.commit({"b.py": "import a\n"})
    repo.merge(left)
    repo.switch("topic")
    repo.merge(right)
    repo.commit({"c.py": "import d\n", "d.py": "import c\n"})
    code, report = judged(repo)
    assert code == 1
    assert any("branches crossed" in reason for reason in report["reasons"])
    assert {"c.py -> d.py", "d.py -> c.py"} <= set(found(report, "new", "dependency-cycle"))


def test_a_new_symlink_loop_or_submodule_is_a_line_of_coverage(shop: Callable, judged: Callable):
    repo = shop()
    (repo.path / "loop.py").symlink_to("loop.py")
    (repo.path / "vendor/lib.py").mkdir(parents=True)
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{repo.head},vendor/lib.py")
    repo.commit({"shop/other.py": "x = 1\n"})
    code, report = judged(repo)
    assert code == 0
    assert {row["path"] for row in report["coverage"]["skipped_files"]} == {"loop.py", "vendor/lib.py"}


def test_a_module_that_is_gone_and_still_imported_fails(shop: Callable, judged: Callable, found: Callable):
    use = {f"shop/use{number}.py": "from shop.money import total\n" for number in range(40)}
    repo = shop({"shop/money.py": "def total(a):\n    return a\n", **use})
    repo.commit({"shop/money.py": None})
    code, report = judged(repo)
    assert (code, found(report, "new", "contract-break")) == (1, ["shop/money.py"])
    assert "40 files" in report["findings"][0]["message"]


# A package that offers what its modules define, to a user who knows the package only.
OFFER = {
    "kit/__init__.py": "from .a import f, g, Box\n",
    "kit/a.py": "def f(x):\n    return x + 1\n\n\ndef g(x):\n    return x\n\n\n"
    "class Box:\n    def open(self, x):\n        return x\n\n    def shut(self):\n        return 1\n",
    "kit/b.py": "def h(x):\n    return x\n",
    "use.py": "from kit import f, g, Box\n\nprint(f(1), g(2))\n\n\ndef both(box: Box):\n"
    "    Box.open(box, 1)\n    return Box.shut(box)\n",
}
BOX = "\n\nclass Box:\n    def open(self, x):\n        return x\n"
SHUT = "\n    def shut(self):\n        return 1\n"
G = "def g(x):\n    return x\n"
F = "def f(x):\n    return x + 1\n"


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        pytest.param(
            {"kit/__init__.py": "from .a import g\nfrom .b import f, Box\n", "kit/a.py": G, "kit/b.py": F + BOX + SHUT},
            [],
            id="to another module",
        ),
        pytest.param(
            {"kit/__init__.py": "from .a import g, Box\n\n\n" + F, "kit/a.py": G + BOX + SHUT}, [], id="to the package"
        ),
        pytest.param(
            {
                "kit/__init__.py": "from .a import g, Box\nfrom .b import ff as f\n",
                "kit/a.py": G + BOX + SHUT,
                "kit/b.py": F.replace("f(", "ff("),
            },
            [],
            id="under another name",
        ),
        pytest.param(
            {"kit/__init__.py": "from .b import f, Box\n", "kit/a.py": "x = 1\n", "kit/b.py": F + BOX + SHUT},
            ["kit/a.py::g"],
            id="while another on the same line is gone",
        ),
        pytest.param(
            {
                "kit/__init__.py": "from .a import g, Box\nfrom .b import f\n",
                "kit/a.py": G + BOX + SHUT,
                "kit/b.py": F.replace("(x)", "(x, y)"),
            },
            ["kit/b.py::f"],
            id="and asks for more there",
        ),
        pytest.param(
            {
                "kit/__init__.py": "from .a import f, g\nfrom .b import Box\n",
                "kit/a.py": F + "\n\n" + G,
                "kit/b.py": BOX,
            },
            ["kit/b.py::Box.shut"],
            id="without one of its methods",
        ),
        pytest.param(
            {
                "kit/__init__.py": "from .a import f, g\nfrom .b import Box\n",
                "kit/a.py": F + "\n\n" + G,
                "kit/b.py": BOX + SHUT,
                "other/b.py": "def f(x, y, z):\n    return x\n",
            },
            [],
            id="and a stranger has its name",
        ),
    ],
)
def test_what_moves_behind_a_package_is_missed_only_where_less_is_offered(
    shop: Callable, judged: Callable, found: Callable, change: dict[str, str], broken: list[str]
):
    repo = shop(OFFER)
    repo.commit(change)
    code, report = judged(repo)
    assert (code, found(report, "new", "contract-break")) == (bool(broken), broken)


@pytest.mark.parametrize(
    ("before", "now", "broken"),
    [
        ('V = 1\n\n\ndef total():\n    return rate("de")\n', 'V = 2\n\n\ndef total():\n    return rate("de")\n', True),
        ('VERSION = 1\nRATES = [rate("de")]\n', 'VERSION = 2\nRATES = [rate("de")]\n', True),
        ('def total():\n    return rate("de")\n', 'def total():\n    return 2 * rate("fr")\n', True),
        ('def total():\n    return rate("de")\n', 'def total():\n    return rate("de", 1)\n', False),
        ('def total():\n    return rate("de")\n', "def total(*given):\n    return rate(*given)\n", False),
        ('RATES = [rate("de")]\n', 'RATES = [rate("de", year=1)]\n', False),
        ('RATES = [rate("de")]\n', "RATES = []\n", False),
    ],
)  # fmt: skip
def test_a_call_that_still_passes_what_fails_was_not_adapted_whatever_else_was_touched(
    shop: Callable, judged: Callable, found: Callable, before: str, now: str, broken: bool
):
    repo = shop({"tax.py": "def rate(country):\n    return 0.2\n", "use.py": "from tax import rate\n\n" + before})
    change = {"tax.py": "def rate(country, year):\n    return 0.2\n", "use.py": "from tax import rate\n\n" + now}
    repo.commit(change)
    code, report = judged(repo)
    assert (code, found(report, "new", "contract-break")) == (int(broken), ["tax.py::rate"] if broken else [])


@pytest.mark.parametrize(
    ("change", "user", "missed"),
    [
        ({"c.ts": "export function f() {}\n"}, 'import { f } from "./a";', "a.ts::f"),
        ({"c.ts": "export function f() {}\n"}, 'import { f } from "./top";', "top.ts::f"),
        ({"c.ts": "const g = 1;\nexport { g as f };\n"}, 'import { f } from "./a";', "a.ts::f"),
        ({"a.ts": 'export * from "./b";\nexport * from "./d";\n'}, 'import { f } from "./a";', "a.ts::f"),
        ({"c.ts": "export function f() {}\n"}, 'import type { f } from "./a";', ""),
        ({"c.ts": "export function f() {}\n"}, 'import { f } from "./b";', ""),
        ({"c.ts": "export function g() {}\n"}, 'import { f } from "./a";', ""),
        ({"c.ts": "export type f = string;\n"}, 'import { f } from "./a";', ""),
        ({"c.ts": 'export { f } from "./b";\n'}, 'import { f } from "./a";', ""),
        ({"c.ts": 'import { f } from "./b";\nexport { f };\n'}, 'import { f } from "./a";', ""),
        ({"c.ts": 'export * from "./b";\n'}, 'import { f } from "./a";', ""),
        ({"c.ts": "export function f() {}\n", "b.ts": "export {};\n"}, 'import { f } from "./a";', ""),
        ({"c.ts": "export default function f() {}\n"}, 'import { f } from "./a";', ""),
        ({"c.ts": "export function f() {}\n",
          "a.ts": 'export * from "./b";\nexport * from "./c";\nexport { f } from "./b";\n'},
         'import { f } from "./a";', ""),
    ],
)  # fmt: skip
def test_a_name_that_two_files_offer_through_one_is_missed(
    shop: Callable, judged: Callable, found: Callable, change: dict[str, str], user: str, missed: str
):
    files = {
        "a.ts": 'export * from "./b";\nexport * from "./c";\n', "top.ts": 'export * from "./a";\n',
        "b.ts": "export function f() {}\n", "c.ts": "export const z = 1;\n", "d.ts": "export const f = 1;\n",
        "use.ts": user + "\nf();\n",
    }  # fmt: skip
    repo = shop(files)
    repo.commit(change)
    code, report = judged(repo)
    assert (code, found(report, "new", "contract-break")) == (int(bool(missed)), [missed] if missed else [])


@pytest.mark.parametrize(
    ("first", "second"), [("export function f() {}\n", "export const f = 1;\n"), ("export type f = string;\n", "")]
)
def test_a_name_that_was_offered_twice_before_or_never_is_not_lost_to_one_more_offer(
    shop: Callable, judged: Callable, found: Callable, first: str, second: str
):
    repo = shop({
        "a.ts": 'export * from "./b";\nexport * from "./c";\nexport * from "./d";\n',
        "b.ts": first, "c.ts": second + "export const y = 1;\n", "d.ts": "export const z = 1;\n",
        "use.ts": 'import { f } from "./a";\n',
    })  # fmt: skip
    repo.commit({"d.ts": "export const f = 2;\n"})
    code, report = judged(repo)
    assert (code, found(report, "new", "contract-break")) == (0, [])


def test_a_name_that_two_files_offer_is_not_missed_by_who_never_asked_for_it(
    shop: Callable, judged: Callable, found: Callable
):
    repo = shop({
        "a.ts": 'export * from "./b";\nexport * from "./c";\n', "use.ts": 'import { g } from "./a";\n',
        "b.ts": "export function f() {}\nexport function g() {}\n", "c.ts": "export const z = 1;\n",
    })  # fmt: skip
    repo.commit({"c.ts": "export const f = 1;\n", "use.ts": 'import { f, g } from "./a";\n'})
    code, report = judged(repo)
    assert (code, found(report, "new", "contract-break")) == (0, [])


@pytest.mark.parametrize(
    ("before", "now", "user", "missed"),
    [
        ("export const X = { g() {}, h: 1 };", "export const X = { h: 1 };",
         'import { X } from "./kit";\nX.g();', "X.g"),
        ("export const X = { g() {}, h: 1 };", "export const X = { h: 1 };",
         'import { X } from "./kit";\nX.h;', ""),
        ("export const X = { a: 1, b: 2 };", "export const X = { a: 1 };",
         'import { X as Y } from "./kit";\nf(Y.b);', "X.b"),
        ("export const X = { a: 1, b: 2 };", "export const X = { a: 1 };",
         'import { X } from "./kit";\nconst { b } = X;', "X.b"),
        ("export const X = { a: 1, b: 2 };", "export const X = { a: 1 };",
         'import * as kit from "./kit";\nf(kit.X.b);', "X.b"),
        ("export const X = { g() {} };", "export const X = {};\nX.g = () => {};",
         'import { X } from "./kit";\nX.g();', ""),
        ("export const X = { g(a) {} };", "export const X = { g(a, b) {} };",
         'import { X } from "./kit";\nX.g(1);', "X.g"),
        ("export const X = { g(a, b) {} };", "export const X = { g(a, b = 1) {} };",
         'import { X } from "./kit";\nX.g(1, 2);', ""),
        ("export default { g() {} };", "export default {};", 'import X from "./kit";\nX.g();', "default.g"),
        ("const X = { g() {} };\nexport default X;", "const X = {};\nexport default X;",
         'import Y from "./kit";\nY.g();', "X.g"),
        ("module.exports = { g() {}, h: 1 };", "module.exports = { h: 1 };",
         'const X = require("./kit");\nX.g();', "g"),
        ("const X = { g() {} };\nmodule.exports = X;", "const X = {};\nmodule.exports = X;",
         'const Y = require("./kit");\nY.g();', "X.g"),
        ("const X = { g() {} };\nmodule.exports = X;", "const X = {};\nmodule.exports = X;",
         'const { g } = require("./kit");\ng();', "X.g"),
        ("exports.X = { g() {} };", "exports.X = {};", 'const { X } = require("./kit");\nX.g();', "X.g"),
        ("exports.X = { g() {} };", "exports.X = {};\nexports.X.g = 1;",
         'const { X } = require("./kit");\nX.g();', ""),
    ],
)  # fmt: skip
def test_a_member_of_an_object_literal_is_missed_by_those_who_ask_for_it(
    shop: Callable, judged: Callable, found: Callable, before: str, now: str, user: str, missed: str
):
    repo = shop({"kit.js": before + "\n", "use.js": user + "\n"})
    repo.commit({"kit.js": now + "\n"})
    code, report = judged(repo)
    assert (code, found(report, "new", "contract-break")) == (
        int(bool(missed)),
        [f"kit.js::{missed}"] if missed else [],
    )


@pytest.mark.parametrize(
    ("user", "told"),
    [
        ("def show(box: Box) -> None:\n    print(box)\n", ""),
        ("def show(box: Box) -> Box:\n    return Box(1, 2)\n", ""),
        ("def show(box: Box) -> Box:\n    return Box(1, high=2)\n", "contract-break"),
        ("def show(*size: int) -> Box:\n    return Box(*size)\n", "contract-narrowed"),
        ("def show(box: Box) -> Box:\n    return Box.of(1, 2)\n", "contract-narrowed"),
        ("BOXES = [Box]\n", "contract-narrowed"),
        ("class Big(Box):\n    pass\n", "contract-narrowed"),
    ],
)
def test_how_a_class_is_made_is_nothing_to_those_who_name_it_as_a_type(
    shop: Callable, judged: Callable, found: Callable, user: str, told: str
):
    made = "class Box:\n    def __init__(self, wide: int, high: int = 1) -> None:\n        self.size = wide * high\n"
    repo = shop({"kit.py": made, "use.py": "from kit import Box\n\n\n" + user})
    repo.commit({"kit.py": made.replace("high: int = 1", "tall: int = 1")})
    report = judged(repo)[1]
    assert [finding["rule"] for finding in report["findings"] if finding["state"] == "new"] == [told] * bool(told)


@pytest.mark.parametrize(
    ("made", "user", "told"),
    [
        ("def Box(wide):\n    return wide\n", "Box(1)\n", ""),
        ("def Box(wide):\n    return wide\n", "class Big(Box):\n    pass\n", "contract-break"),
        ("def Box(wide):\n    return wide\n", "def f(box):\n    return isinstance(box, Box)\n", "contract-narrowed"),
        ("def Box(wide, high):\n    return wide\n", "Box(1)\n", "contract-break"),
    ],
)
def test_a_class_that_became_a_function_can_be_called_and_not_inherited_from(
    shop: Callable, judged: Callable, made: str, user: str, told: str
):
    repo = shop({
        "kit.py": "class Box:\n    def __init__(self, wide):\n        self.wide = wide\n",
        "use.py": "from kit import Box\n\n\n" + user,
    })  # fmt: skip
    repo.commit({"kit.py": made})
    report = judged(repo)[1]
    assert [finding["rule"] for finding in report["findings"] if finding["state"] == "new"] == [told] * bool(told)


@pytest.mark.parametrize(
    ("user", "now", "told"),
    [
        ("let x: T<number>;\n", None, "contract-break"),
        ("export interface U extends T<number> {}\n", None, "contract-break"),
        ("export function f(x: T<number>) {\n  return x;\n}\n", None, "contract-break"),
        ("export { T };\n", None, ""),
        ("export function f(x: T<number>) {\n  return x;\n}\n",
         "export function f(x: T<number, string>) {\n  return x;\n}\n", ""),
    ],
)  # fmt: skip
def test_a_type_parameter_more_is_missed_by_those_who_name_the_type(
    shop: Callable, judged: Callable, user: str, now: str | None, told: str
):
    asked = 'import type { T } from "./kit";\n'
    repo = shop({"kit.ts": "export interface T<A> { a: A }\n", "use.ts": asked + user})
    change = {"kit.ts": "export interface T<A, B> { a: A | B }\n"}
    repo.commit(change if now is None else {**change, "use.ts": asked + now})
    report = judged(repo)[1]
    assert [finding["rule"] for finding in report["findings"] if finding["state"] == "new"] == [told] * bool(told)


def test_a_file_may_go_on_offering_the_earlier_form_of_a_type(shop: Callable, judged: Callable):
    repo = shop({
        "kit.ts": "export interface T<A> { a: A }\n",
        "index.ts": 'export { T } from "./kit";\n',
        "use.ts": 'import { T } from "./index";\n\nlet x: T<number>;\n',
    })  # fmt: skip
    repo.commit({
        "kit.ts": "export interface T<A, B> { a: A | B }\n",
        "index.ts": 'import { T as Wide } from "./kit";\n\nexport type T<A> = Wide<A, A>;\n',
    })  # fmt: skip
    assert judged(repo)[0] == 0


def test_a_package_that_became_a_declared_dependency_is_no_break(shop: Callable, judged: Callable):
    manifest = '[project]\nname = "shop"\ndependencies = [{}]\n'
    vendored = {
        "money_kit/__init__.py": "def total(a):\n    return a\n",
        "shop/use.py": "from money_kit import total\n",
    }
    repo = shop({**vendored, "pyproject.toml": manifest.format("")})
    repo.commit({"money_kit/__init__.py": None, "pyproject.toml": manifest.format('"Money.Kit>=1"')})
    assert judged(repo)[0] == 0
    repo.commit({"pyproject.toml": manifest.format("")})
    assert judged(repo)[0] == 1


@pytest.mark.parametrize(
    ("target", "code"),
    [("../web/page.py", 0), ("../web/two.py", 0), ("/etc/hostname", 2), ("gone.py", 2), ("free.py", 2)],
)
@pytest.mark.parametrize("head", ["HEAD", "worktree"])
def test_a_file_that_becomes_a_link_is_judged_where_its_target_is_read(
    shop: Callable, judged: Callable, target: str, code: int, head: str
):
    repo = shop({"web/page.py": "def total() -> float:\n    return 1.0\n", "shop/free.py": "x = 1\n"})
    (repo.path / "web/two.py").symlink_to("page.py")
    (repo.path / "shop/free.py").unlink()
    (repo.path / "shop/free.py").symlink_to(target)
    if head == "HEAD":
        repo.commit()
    answer, report = judged(repo, "--head", head)
    assert answer == code, report["reasons"]
    assert any("shop/free.py became a symbolic link" in reason for reason in report["reasons"]) == (code == 2)


@pytest.mark.parametrize(
    ("user", "lacking"),
    [
        ("from shop.free import x\nprint(x)\n", "x"),
        ("import shop.free as free\nfree.x\n", "x"),
        ("import shop.free\n", ""),
    ],
)
def test_a_used_file_that_becomes_a_link_is_not_judged_where_its_target_lacks_what_is_asked(
    shop: Callable, judged: Callable, user: str, lacking: str
):
    repo = shop({"web/page.py": "y = 2\n", "shop/free.py": "x = 1\n", "shop/use.py": user})
    (repo.path / "shop/free.py").unlink()
    (repo.path / "shop/free.py").symlink_to("../web/page.py")
    repo.commit()
    code, report = judged(repo)
    assert code == (2 if lacking else 0)
    assert any("which lacks x, used by shop/use.py" in reason for reason in report["reasons"]) == bool(lacking)


def test_a_used_file_that_becomes_a_link_to_the_same_names_is_judged(shop: Callable, judged: Callable):
    repo = shop({"web/page.py": "x = 2\n", "shop/free.py": "x = 1\n", "shop/use.py": "from shop.free import x\n"})
    (repo.path / "shop/free.py").unlink()
    (repo.path / "shop/free.py").symlink_to("../web/page.py")
    repo.commit()
    assert judged(repo)[0] == 0


VIEW = "def view(a):\n    return a\n\n\nclass Page:\n    def show(self):\n        return view(self)\n"
GARBAGE = "@@@ ((( def ]]] }}\n%%% import\n" * 5
USE = "from shop.view import Page, view\n\nview(Page.show)\n"


@pytest.mark.parametrize("warm", [True, False])
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"shop/view.py": GARBAGE}, "not understood at lines 1-10: Page, Page.show, view, used by shop/use.py:1"),
        ({"shop/view.py": VIEW.replace("view(a):\n    return a", "view(a:\n    return ((")}, "used by shop/use.py:1"),
        (
            {"shop/view.py": GARBAGE, "shop/use.py": "import shop\n" + USE},
            "Page, view, used by shop/use.py:2 may stand there or be gone",
        ),
        ({"shop/lone.py": GARBAGE}, "shop/lone.py is changed and not understood at lines 1-10: nothing is left"),
        # What nobody asks for any more may be anywhere, and what is still found lies elsewhere in the file.
        ({"shop/view.py": "x = 1\ny = = (\n", "shop/use.py": None}, ""),
        ({"shop/view.py": VIEW + "\n\nx = = (\n"}, ""),
        ({"shop/new.py": GARBAGE}, ""),
        (
            {"shop/view.py": "x = 1\ny = = (\n", "shop/there.py": VIEW, "shop/use.py": USE.replace(".view", ".there")},
            "",
        ),
    ],
)
def test_what_others_use_and_may_lie_where_nothing_is_understood_is_not_judged(
    shop: Callable, judged: Callable, plumbrule: Callable, change: dict[str, str | None], reason: str, warm: bool
):
    repo = shop({"shop/view.py": VIEW, "shop/use.py": USE, "shop/lone.py": "def f():\n    pass\n"})
    if warm:
        repo.switch("main")
        plumbrule(repo.path, "scan", "--quiet")
        repo.switch("topic")
    repo.commit(change)
    code, report = judged(repo, *(("--store", str(repo.path / ".plumbrule")) if warm else ()))
    assert code == (2 if reason else 0), report["reasons"]
    assert any(reason in told for told in report["reasons"])


@pytest.mark.parametrize("kept", [{}, {"README": "x"}])
def test_a_change_that_deletes_the_last_file_of_a_known_language_is_not_judged(
    shop: Callable, judged: Callable, kept: dict[str, str]
):
    repo = shop()
    every = repo.git("ls-files", "*.py").split()
    repo.commit({**dict.fromkeys(every), **kept})
    code, report = judged(repo)
    assert code == 2
    assert any("no file of a known language is left" in reason for reason in report["reasons"])


@pytest.mark.parametrize("warm", [True, False])
def test_a_changed_file_that_is_read_in_part_is_told_with_its_line(
    shop: Callable, judged: Callable, plumbrule: Callable, warm: bool
):
    broken = "x = 1\n\n\ndef f(:\n"
    repo = shop({"shop/old.py": broken, "shop/moved.py": broken + "y = 2\n", "shop/worse.py": broken})
    repo.switch("main")
    if warm:
        assert "3 of them in part" in plumbrule(repo.path, "scan", "--quiet").out
    repo.switch("topic")
    repo.git("mv", "shop/moved.py", "shop/there.py")
    repo.commit({
        "shop/old.py": "z = 3\n" + broken, "shop/worse.py": f"{broken}\n\nz = 3\ndef g(:\n    pass\n",
        "shop/swallowed.py": 'x = 1\ny = """\nfrom shop.cart import total\n', "shop/fine.py": "x = 1\n",
    })  # fmt: skip
    code, report = judged(repo, *(("--store", str(repo.path / ".plumbrule")) if warm else ()))
    told = {one["path"]: one["line"] for one in report["coverage"]["read_in_part"]}
    assert code == 0
    assert told == {"shop/swallowed.py": 2, "shop/worse.py": 4}


def test_a_scan_of_files_that_are_read_whole_says_nothing_of_parts(shop: Callable, plumbrule: Callable):
    assert "in part" not in plumbrule(shop().path, "scan", "--quiet").out


@pytest.mark.parametrize("name", ["pyproject.toml", "tsconfig.base.json"])
def test_a_work_tree_with_a_manifest_that_is_not_staged_is_judged(shop: Callable, judged: Callable, name: str):
    repo = shop({
        "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n',
        "tsconfig.json": '{"extends": "./tsconfig.base.json"}\n', "tsconfig.base.json": "{}\n",
        "src/a.ts": "export const a = 1;\n", "src/shop/__init__.py": "x = 1\n",
    })  # fmt: skip
    with (repo.path / name).open("a") as written:
        written.write("\n")
    (repo.path / "src/a.ts").write_text("export const a = 2;\n")
    code, report = judged(repo, "--base", "HEAD", "--head", "worktree")
    assert (code, report["reasons"]) == (0, ["nothing new at or over error"])
