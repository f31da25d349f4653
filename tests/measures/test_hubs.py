"""Hubs: which files much of the system goes through, both ways."""

from __future__ import annotations

import random

import pytest


def around(world, hub="m/hub.py", into=6, out=6, pairs=30):
    """A system of plain pairs, and one file that `into` files import and that imports `out` files."""
    files = {}
    for number in range(pairs):
        files[f"m/user{number:02}.py"] = world.Code(imports={f"m/part{number:02}.py": "x"})
        files[f"m/part{number:02}.py"] = world.Code()
    for number in range(into):
        files[f"m/user{number:02}.py"] = world.Code(imports={f"m/part{number:02}.py": "x", hub: "x"})
    files[hub] = world.Code(imports={f"m/part{number:02}.py": "x" for number in range(out)})
    return files


def hubs(world, files):
    return list(world.measured(world.situation(world.graph(files)), "hub")["hub"])


def test_a_file_that_many_need_and_that_needs_many_is_a_hub(world):
    assert hubs(world, around(world)) == [("shop", "m/hub.py", 6, 6)]


@pytest.mark.parametrize(("into", "out"), [(10, 6), (6, 10), (6, 0), (0, 6)])
def test_a_file_that_goes_one_way_mostly_is_no_hub(world, into, out):
    assert hubs(world, around(world, into=into, out=out)) == []


def test_the_difference_may_be_less_than_a_quarter_of_the_sum(world):
    assert hubs(world, around(world, into=6, out=9)) == [("shop", "m/hub.py", 6, 9)]


def test_what_tests_import_and_what_imports_nothing_changes_nothing(world):
    files = around(world)
    files |= {f"m/test_{number}.py": world.Code(imports={"m/hub.py": "x", "m/part00.py": "x"}) for number in range(9)}
    files |= {f"m/empty{number}.py": world.Code() for number in range(400)}
    assert hubs(world, files) == [("shop", "m/hub.py", 6, 6)]


def test_soft_imports_make_no_hub(world):
    files = around(world, out=0)
    files["m/hub.py"] = world.Code(soft={f"m/part{number:02}.py": "lazy" for number in range(6)})
    assert hubs(world, files) == []


def test_a_system_without_imports_has_no_hub(world):
    assert hubs(world, {"a.py": world.Code(), "b.py": world.Code()}) == []


@pytest.mark.parametrize("seed", range(3))
def test_a_walk_through_many_changes_ends_where_a_cold_start_does(world, seed):
    chance = random.Random(seed)
    names = [f"m/f{number}.py" for number in range(24)] + [f"m/test_{number}.py" for number in range(4)]

    def some():
        return world.Code(imports=dict.fromkeys(chance.sample(names, chance.randrange(6)), "x"))

    files, rows, seen = {name: some() for name in names}, {}, set()
    before = world.graph({})
    for _ in range(40):
        now = world.graph(files)
        rows = world.measured(world.situation(now, before, earlier=rows), "hub")
        cold = world.measured(world.situation(now), "hub")
        assert list(rows["hub"]) == list(cold["hub"])
        seen.update(row[1] for row in rows["hub"])
        before = now
        files = {name: some() if chance.random() < 0.1 else code for name, code in files.items()}
        files = {name: code for name, code in files.items() if chance.random() > 0.03} | {chance.choice(names): some()}
    assert seen, "a walk that met no hub shows nothing"


def test_a_change_that_moves_no_hard_import_keeps_the_rows_as_they_are(world):
    before = around(world)
    first = world.measured(world.situation(world.graph(before)), "hub")
    later = {**before, "m/user00.py": world.Code(imports=before["m/user00.py"].imports, line=9, lines=99)}
    later["m/new.py"] = world.Code(soft={"m/hub.py": "type"})
    s = world.situation(world.graph(later), world.graph(before), earlier=first)
    assert world.measured(s, "hub")["hub"] is first["hub"]
