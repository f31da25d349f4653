"""`plumbrule init`: the policy it writes says the same parts as a scan without one learns from the folders."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest

from plumbrule.policy import read_policy

# A tree, and where a file that comes later would lie; "" = in no component, and `undeclared-code` can tell it.
SHAPES = {
    "flat package": (
        ["shop/__init__.py", "shop/cart.py", "shop/tax.py", "shop/bill.py", "setup.py", "tests/test_cart.py"],
        {"shop/new.py": "shop", "tests/new.py": "tests", "test_new.py": "tests", "new.py": "root", "new/a.py": ""},
    ),
    "modules at the root": (
        ["cart.py", "tax.py", "bill.py", "bill_test.py", "web/page.py"],
        {"web/deep/new.py": "web", "new_test.py": "tests", "new.py": ""},
    ),
    "src layout": (
        [
            *(f"src/shop/{part}/{name}.py" for part in ("web", "domain", "db") for name in ("__init__", "a", "b")),
            "src/shop/__init__.py", "src/shop/app.py", "src/shop/web/forms/c.py", "tests/web/test_a.py",
            "tests/factories.py", "noxfile.py", "docs/conf.py",
        ],
        {"src/shop/web/new/d.py": "web", "src/shop/new.py": "shop", "src/shop/new/a.py": "", "tests/a/b.py": "tests"},
    ),
    "monorepo": (
        [
            *(f"packages/{part}/src/{name}.ts" for part in ("core", "web", "cli") for name in ("index", "a", "b")),
            "packages/core/src/a.test.ts", "packages/web/__tests__/page.ts", "packages/web/e2e/page.ts",
            "scripts/release.js", "eslint.config.js",
        ],
        {"packages/core/src/new/a.ts": "core", "packages/cli/e2e/x.ts": "tests", "packages/cli/src/z.test.ts": "tests"},
    ),
    "tests beside code": (
        [
            *(f"shop/{part}/{name}.py" for part in ("web", "domain", "db") for name in ("__init__", "a", "test_a")),
            *(f"shop/{part}/tests/{name}.py" for part in ("web", "domain") for name in ("__init__", "b")),
            *(f"shop/test/{name}.py" for name in "abcd"), "shop/__init__.py", "manage.py", "conftest.py",
        ],
        {"shop/web/new.py": "web", "shop/db/tests/c.py": "tests", "shop/db/test_c.py": "tests", "shop/x.py": "shop"},
    ),
    "samples at the root": (
        [
            *(f"lib/{part}/{name}.js" for part in ("web", "domain", "db") for name in "abc"),
            *(f"examples/{part}/app.js" for part in ("one", "two", "three", "four")), "benchmarks/run.js", "index.js",
        ],
        {"examples/five/app.js": "examples", "lib/web/new.js": "web", "new.js": "root"},
    ),
    "a module beside packages": (
        [
            *(f"{part}/{name}.py" for part in ("web", "domain", "db") for name in ("__init__", "a", "b")),
            "worker.py", "shop.py", "web/web.py",
        ],
        {"web/new.py": "web", "new.py": "root"},
    ),
    "a folder named like what it lies in": (
        [
            *(f"shop/{part}/{name}.py" for part in ("web", "shop", "db") for name in ("__init__", "a", "b")),
            "shop/shop.py", "root/a.py", "setup.py",
        ],
        {"shop/new.py": "shop", "shop/shop/new.py": "shop"},
    ),
    "names that mean something else": (
        [
            *(f"{part}/a.py" for part in (" lead", "trail ", "a\nb", "a\tb", "\u202eexe", "*", "!x", "#y")),
            "[a]/a.py", "a\\b/a.py", "\\u0020lead/a.py", "'\"/a.py",
        ],
        {"!x/new.py": "!x", "*/new.py": "*", "#y/new.py": "#y", "\\u0020lead/c.py": "\\u0020lead"},
    ),
}  # fmt: skip


def components(plumbrule: Callable, folder):
    assert plumbrule(folder, "scan", "--quiet").code == 0
    table = plumbrule(folder, "query", "SELECT path, component FROM file", "--format", "csv").out
    return {row["path"]: row["component"] for row in csv.DictReader(io.StringIO(table, newline=""))}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_drafted_components_are_the_learned_ones(shape, make_repo: Callable, plumbrule: Callable):
    paths, later = SHAPES[shape]
    repo = make_repo({path: f"x = {number}\n" for number, path in enumerate(paths)})
    learned = components(plumbrule, repo.path)
    assert plumbrule(repo.path, "init").code == 0
    declared = components(plumbrule, repo.path)
    text = (repo.path / "plumbrule.toml").read_text("utf-8")
    if shape != "names that mean something else":
        assert declared == learned, text
    parts: dict[str, set[str]] = {}
    for path, name in learned.items():
        parts.setdefault(name, set()).add(declared[path])
    assert all(len(names) == 1 and names != {""} for names in parts.values()), text
    assert len(parts) == len({*declared.values()}), text
    dead = plumbrule(repo.path, "query", "SELECT message FROM finding WHERE rule = 'dead-selector'", "--format", "csv")
    assert dead.out.splitlines() == ["message"]
    policy = read_policy(text, "plumbrule.toml")
    assert {path: policy.component(path) for path in later} == later, text
