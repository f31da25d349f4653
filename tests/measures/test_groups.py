"""Which files a contract speaks of, and which ways lead where none may."""

from __future__ import annotations

from plumbrule.measures import Group, Intent

ENDS = (Group("a/**", ("a/**",)), Group("b/**", ("b/**",)))


def links(world, **imports):
    """A graph of files `a__x` = a/x.py, each with the ones it imports."""
    path = lambda name: f"{name.replace('__', '/')}.py"  # noqa: E731 - said twice below, nowhere else
    return world.graph(
        {path(src): world.Code(imports={path(dst): "" for dst in dsts}) for src, dsts in imports.items()}
    )


def test_each_folder_that_a_glob_means_is_a_member_and_so_is_a_file_beside_them(world):
    now = links(world, f__cart__a=[], f__cart__deep__b=[], f__search__c=[], f__loose=[], g__d=[])
    intent = Intent(groups=(Group("f/*", ("f/*",), each=True),))
    rows = world.measured(world.situation(now, intent=intent), "file_group")["file_group"]
    assert {row[1]: row[3] for row in rows} == {
        "f/cart/a.py": "f/cart",
        "f/cart/deep/b.py": "f/cart",
        "f/search/c.py": "f/search",
        "f/loose.py": "f/loose.py",
    }


def test_a_glob_of_folders_alone_leaves_the_files_beside_them_out(world):
    now = links(world, f__cart__a=[], f__cart__deep__b=[], f__loose=[])
    intent = Intent(groups=(Group("f/*/", ("f/*/",), each=True),))
    rows = world.measured(world.situation(now, intent=intent), "file_group")["file_group"]
    assert {row[1]: row[3] for row in rows} == {"f/cart/a.py": "f/cart", "f/cart/deep/b.py": "f/cart"}


def test_what_is_taken_from_a_glob_is_no_member(world):
    now = links(world, f__cart__a=[], f__cart__tests__b=[])
    intent = Intent(groups=(Group("f/* !**/tests/**", ("f/*", "!**/tests/**"), each=True),))
    rows = world.measured(world.situation(now, intent=intent), "file_group")["file_group"]
    assert [row[1:] for row in rows] == [("f/cart/a.py", "f/* !**/tests/**", "f/cart")]


def test_a_component_and_a_glob_may_mean_the_same_file(world):
    now = links(world, a__x=[], b__y=[])
    intent = Intent(components=(("one", ("a/**",)),), groups=(Group("one", ()), Group("**/x.py", ("**/x.py",))))
    rows = world.measured(world.situation(now, intent=intent), "file_group")["file_group"]
    assert [row[1:] for row in rows] == [("a/x.py", "**/x.py", "**/x.py"), ("a/x.py", "one", "one")]


def test_a_way_is_shown_from_its_first_step_to_its_end(world):
    now = links(world, a__x=["m"], m=["n"], n=["b__y"], b__y=[])
    intent = Intent(groups=ENDS, ways=(("a/**", "b/**"),))
    rows = world.measured(world.situation(now, intent=intent), "group_way")["group_way"]
    assert list(rows) == [("shop", "a/**", "b/**", "a/x.py", "m.py", 1, "a/x.py -> m.py -> n.py -> b/y.py")]


def test_a_way_that_only_comes_back_is_none(world):
    now = links(world, a__x=["m"], m=["a__z"], a__z=[], b__y=[])
    intent = Intent(groups=ENDS, ways=(("a/**", "b/**"),))
    assert list(world.measured(world.situation(now, intent=intent), "group_way")["group_way"]) == []


def test_a_circle_on_the_way_is_walked_once(world):
    now = links(world, a__x=["m"], m=["n"], n=["m", "b__y"], b__y=["m"])
    intent = Intent(groups=ENDS, ways=(("a/**", "b/**"),))
    (row,) = world.measured(world.situation(now, intent=intent), "group_way")["group_way"]
    assert row[-1] == "a/x.py -> m.py -> n.py -> b/y.py"
