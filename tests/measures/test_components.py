"""Components: where they come from when nobody said, and what the policy says when somebody did."""

from __future__ import annotations

import pytest

from plumbrule.measures import Intent
from plumbrule.measures.components import Level


def level(*paths: str) -> tuple[str, dict[str, str]]:
    found = Level.learned(paths)
    return found.folder, found.components(paths)


def test_a_source_folder_and_a_single_package_are_not_components():
    name, components = level("src/shop/billing/tax.py", "src/shop/web/cart.py", "src/shop/mail/send.py")
    assert name == "src/shop"
    assert set(components.values()) == {"billing", "web", "mail"}


def test_scripts_beside_the_product_do_not_stop_the_descent():
    product = [f"shop/{part}/{n}.py" for part in ("billing", "web", "mail") for n in range(9)]
    name, components = level("setup.py", "scripts/release.py", "docs/conf.py", *product)
    assert name == "shop"
    assert components["scripts/release.py"] == "scripts"
    assert components["setup.py"] == "root"
    assert components["shop/web/3.py"] == "web"


def test_many_samples_beside_a_small_product_are_one_component_and_no_level():
    samples = [f"examples/{name}/index.js" for name in ("mvc", "search", "session", "auth", "cookies", "downloads")]
    name, components = level("index.js", "lib/application.js", "lib/request.js", "lib/response.js", *samples)
    assert name == "lib"
    assert {components[path] for path in samples} == {"examples"}
    assert components["lib/request.js"] == "request"


def test_a_repository_of_nothing_but_samples_has_components_all_the_same():
    name, components = level(*(f"examples/{name}/main.py" for name in ("a", "b", "c")))
    assert (name, sorted(set(components.values()))) == ("examples", ["a", "b", "c"])


def test_samples_are_a_component_where_the_root_is_the_level():
    _, components = level("api/a.py", "web/a.py", "worker/a.py", "docs/conf.py")
    assert components["docs/conf.py"] == "docs"


def test_packages_of_a_monorepo_are_components():
    name, components = level("packages/a/src/x.ts", "packages/b/src/x.ts", "packages/c/index.ts")
    assert (name, sorted(set(components.values()))) == ("packages", ["a", "b", "c"])


def test_modules_of_a_flat_package_are_components_and_its_init_is_the_package():
    name, components = level("lib/__init__.py", "lib/api.py", "lib/models.py", "lib/session.py", "lib/compat/old.py")
    assert name == "lib"
    assert components == {
        "lib/__init__.py": "lib",
        "lib/api.py": "api",
        "lib/models.py": "models",
        "lib/session.py": "session",
        "lib/compat/old.py": "compat",
    }


def test_few_files_beside_many_folders_belong_to_the_level_itself():
    parts = [f"shop/{part}/{n}.py" for part in ("a", "b", "c", "d") for n in range(3)]
    _, components = level("shop/settings.py", "shop/urls.py", *parts)
    assert components["shop/settings.py"] == components["shop/urls.py"] == "shop"


def test_a_folder_outside_the_level_never_shares_a_name_with_one_inside():
    inside = [f"shop/{part}/{n}.py" for part in ("scripts", "web", "mail") for n in range(9)]
    _, components = level("scripts/release.py", *inside)
    assert components["scripts/release.py"] == "/scripts"
    assert components["shop/scripts/1.py"] == "scripts"


@pytest.mark.parametrize("paths", [(), ("a.py",), ("a.py", "b.py"), ("x/y/z.py",), ("weird\nname/a.py",), (".x/y",)])
def test_every_path_gets_a_component_however_small_the_repository(paths):
    _, components = level(*paths)
    assert set(components) == set(paths)
    assert all(components.values())


def test_tests_are_a_component_of_their_own(world):
    now = world.graph(
        {
            "shop/web/cart.py": world.Code(),
            "shop/web/test_cart.py": world.Code(imports={"shop/web/cart.py": "total"}),
            "shop/mail/send.py": world.Code(),
            "shop/tax/vat.py": world.Code(),
        }
    )
    rows = world.measured(world.situation(now), "component", "component_dependency")
    assert ("shop", "tests", 1) in rows["component"]
    assert rows["component_dependency"] == [("shop", "tests", "web", 1, True)]


def test_the_first_matching_glob_of_the_policy_wins_and_the_rest_is_left_out(world):
    now = world.graph({path: world.Code() for path in ("src/web/a.py", "src/web/admin/b.py", "tools/c.py")})
    intent = Intent(components=(("admin", ("src/web/admin/**",)), ("web", ("src/web/**",))))
    rows = world.measured(world.situation(now, intent=intent), "file_component")
    assert [row[1:] for row in rows["file_component"]] == [("src/web/a.py", "web"), ("src/web/admin/b.py", "admin")]


def test_a_dependency_that_the_policy_forbids_is_marked_and_soft_imports_do_not_count(world):
    now = world.graph(
        {
            "web/a.py": world.Code(imports={"db/q.py": "run", "web/b.py": "x"}),
            "web/b.py": world.Code(imports={"db/q.py": ""}),
            "db/q.py": world.Code(soft={"web/a.py": "type", "web/b.py": "lazy"}),
        }
    )
    intent = Intent((("web", ("web/**",)), ("db", ("db/**",))), allowed=lambda src, dst: src == "db")
    rows = world.measured(world.situation(now, intent=intent), "component_dependency")
    assert list(rows["component_dependency"]) == [("shop", "web", "db", 2, False)]


def test_nothing_is_made_anew_while_paths_and_links_stay(world):
    before = world.graph({"web/a.py": world.Code(imports={"db/q.py": "run"}), "db/q.py": world.Code()})
    first = world.measured(world.situation(before), "component", "component_dependency")
    now = before.revised({"db/q.py": world.Code(lines=99).rows("db/q.py")}, {})
    second = world.measured(world.situation(now, before, earlier=first), "component", "component_dependency")
    assert all(second[table] is first[table] for table in first)


def test_a_new_folder_that_moves_the_level_regroups_every_file(world):
    files = {f"shop/{part}/a.py": world.Code() for part in ("web", "mail", "tax")}
    files["shop/web/a.py"] = world.Code(imports={"shop/tax/a.py": "vat"})
    before = world.graph(files)
    first = world.measured(world.situation(before), "component_dependency")
    now = world.graph({**files, **{f"admin/{n}.py": world.Code() for n in range(6)}})
    second = world.measured(world.situation(now, before, earlier=first), "component", "component_dependency")
    assert [row[1:] for row in second["component"]] == [("admin", 6), ("shop", 3)]
    assert list(second["component_dependency"]) == []
