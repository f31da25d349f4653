"""Which files a contract speaks of, and which ways lead where none may."""

from __future__ import annotations

from plumbrule.measures import Barred, Group, Intent

ENDS = (Group("a/**", ("a/**",)), Group("b/**", ("b/**",)))
BARRED = (Barred("forbid", "a/** -> b/**", ("a/**", "b/**"), frozenset({("a/**", "b/**")})),)


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
    intent = Intent(groups=ENDS, barred=BARRED)
    rows = world.measured(world.situation(now, intent=intent), "group_way")["group_way"]
    assert list(rows) == [
        ("shop", "forbid", "a/** -> b/**", "a/**", "b/**", "a/x.py", "m.py", 1, "a/x.py -> m.py -> n.py -> b/y.py")
    ]


def test_a_way_that_only_comes_back_is_none(world):
    now = links(world, a__x=["m"], m=["a__z"], a__z=[], b__y=[])
    intent = Intent(groups=ENDS, barred=BARRED)
    assert list(world.measured(world.situation(now, intent=intent), "group_way")["group_way"]) == []


def test_a_circle_on_the_way_is_walked_once(world):
    now = links(world, a__x=["m"], m=["n"], n=["m", "b__y"], b__y=["m"])
    intent = Intent(groups=ENDS, barred=BARRED)
    (row,) = world.measured(world.situation(now, intent=intent), "group_way")["group_way"]
    assert row[-1] == "a/x.py -> m.py -> n.py -> b/y.py"


def test_a_direct_import_is_no_way_by_others(world):
    now = links(world, a__x=["b__y"], b__y=[])
    intent = Intent(groups=ENDS, barred=BARRED)
    assert list(world.measured(world.situation(now, intent=intent), "group_way")["group_way"]) == []


ORDER = ("a/**", "b/**", "c/**")
UPWARDS = frozenset({("b/**", "a/**"), ("c/**", "a/**"), ("c/**", "b/**")})


def ways(world, now, barred, *globs):
    groups = tuple(Group(glob, (glob,), each=glob.endswith("*/") or glob.endswith("/*")) for glob in globs)
    rows = world.measured(world.situation(now, intent=Intent(groups=groups, barred=(barred,))), "group_way")
    return [(row[3], row[4], row[-1]) for row in rows["group_way"]]


def test_a_lower_layer_reaches_an_upper_one_by_files_outside_of_the_order(world):
    now = links(world, a__x=["c__z"], b__y=["a__x"], c__z=["m"], m=["n"], n=["a__x"])
    barred = Barred("layers", "down", ORDER, UPWARDS)
    assert ways(world, now, barred, *ORDER) == [("c/**", "a/**", "c/z.py -> m.py -> n.py -> a/x.py")]


def test_a_way_through_another_layer_is_told_of_that_one_alone(world):
    now = links(world, a__x=[], b__y=["m"], m=["a__x"], c__z=["n"], n=["b__y"])
    barred = Barred("layers", "down", ORDER, UPWARDS)
    assert ways(world, now, barred, *ORDER) == [
        ("b/**", "a/**", "b/y.py -> m.py -> a/x.py"),
        ("c/**", "b/**", "c/z.py -> n.py -> b/y.py"),
    ]


def test_siblings_reach_each_other_by_files_of_none_of_them(world):
    now = links(world, f__cart__a=["m"], m=["f__search__c"], f__search__c=["f__mail__d"], f__mail__d=[])
    assert ways(world, now, Barred("independent", "features", ("f/*/",)), "f/*/") == [
        ("f/cart", "f/search", "f/cart/a.py -> m.py -> f/search/c.py")
    ]


def test_a_file_of_two_parts_is_the_end_of_no_way(world):
    now = links(world, a__x=["m"], m=["b__y"], b__y=[])
    both = Barred("forbid", "a/** -> **/y.py", ("a/**", "**/y.py"), frozenset({("a/**", "**/y.py")}))
    assert ways(world, now, both, "a/**", "**/y.py") == [("a/**", "**/y.py", "a/x.py -> m.py -> b/y.py")]
    now = links(world, a__x=["m"], m=["a__y"], a__y=[])
    assert ways(world, now, both, "a/**", "**/y.py") == []
