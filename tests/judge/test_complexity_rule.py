"""What complexity-jump tells of functions in functions, and of functions of one name."""

from __future__ import annotations

from datetime import date

import pytest

from plumbrule.data import data_folder
from plumbrule.judge import load_rules
from plumbrule.judge.exercise import judged
from plumbrule.judge.rulefile import Example, Part

(RULE,) = [rule for rule in load_rules(data_folder("rules")) if rule.id == "complexity-jump"]


@pytest.fixture(scope="module")
def told():
    """The new findings about a change from the files of `before` to those of `now`."""

    def ask(now, before=None):
        example = Example((Part("before", "", before or {"x.py": "X = 1\n"}), Part("now", "", now)), 1)
        rows = judged(RULE, example, today=date(2026, 3, 1)).rows
        return [row for row in rows if row.state == "new"]

    return ask


def ladder(steps, indent, test="if x > {}:", last="return x", close=""):
    """So many conditions in each other: 1 + 2 + ... points."""
    lines = [f"{'    ' * (indent + step)}{test.format(step)}" for step in range(steps)]
    lines.append(f"{'    ' * (indent + steps)}{last}")
    lines += [f"{'    ' * (indent + step)}{close}" for step in reversed(range(steps)) if close]
    return "\n".join(lines) + "\n"


def script(steps, indent):
    return ladder(steps, indent, "if (x > {}) {{", "x();", "}")


def test_the_number_is_told_with_what_it_consists_of(told):
    inner = f"    def inner(x):\n{ladder(6, 2)}        return inner\n"
    (row,) = told({"a.py": f"def outer(x):\n    if x:\n        return 1\n{inner}    return inner\n"})
    assert row.message == "outer has a cognitive complexity of 28; the limit is 25"
    assert row.evidence[0] == "1 its own, 27 in functions inside: 27 in inner (line 4)"
    assert row.evidence[1].startswith("nesting 6 with functions inside, ")
    assert "move the functions in it" in row.remedy
    assert "to a depth of 6" in row.remedy


def test_a_function_without_others_inside_has_it_all_itself(told):
    (row,) = told({"a.py": f"def f(x):\n{ladder(7, 1)}"})
    assert (row.message, row.evidence[0]) == ("f has a cognitive complexity of 28; the limit is 25", "all 28 its own")
    assert "name the deepest nested part" in row.remedy


@pytest.mark.parametrize(
    "text",
    [
        "def outer(x):\n    class C:\n        def one(self, x):\n{0}        def two(self, x):\n{0}    return C\n",
        "def outer(x):\n    def one(x):\n{0}    def two(x):\n{0}    return one, two\n",
        "function outer(x) {{\n  function one(x) {{\n{0}}}\n  const two = (x) => {{\n{0}}};\n  return one;\n}}\n",
        "function outer(x) {{\n  return {{ one(x) {{\n{0}}}, two: (x) => {{\n{0}}} }};\n}}\n",
        "function outer(x) {{\n  on((x) => {{\n{0}}});\n  off(function (x) {{\n{0}}});\n}}\n",
        "function outer(x) {{\n  return go({{ get one() {{\n{0}}}, set one(x) {{\n{0}}} }});\n}}\n",
    ],
)
def test_a_function_that_only_holds_others_is_not_what_they_are(told, text):
    path, inside = ("a.py", ladder(6, 3)) if text.startswith("def") else ("a.ts", script(6, 2))
    assert told({path: text.format(inside)}) == []


@pytest.mark.parametrize(
    "text",
    [
        "function outer(x) {{\n  return {{ one(x) {{\n{}}} }};\n}}\n",
        "function outer(x) {{\n  go();\n  on((x) => {{\n{}}});\n}}\n",
        "function outer(x) {{\n  return new Promise((done) => {{ on(x, () => {{\n{}}}); }});\n}}\n",
        "class C {{\n  outer(x) {{\n  return {{ a: {{ one: (x) => {{\n{}}} }} }};\n}}\n}}\n",
    ],
)
def test_a_complex_function_without_a_name_is_told_where_it_lives(told, text):
    (row,) = told({"a.ts": text.format(script(7, 2))})
    assert row.message.startswith("An unnamed function in ")
    assert row.message.endswith("outer has a cognitive complexity of 28; the limit is 25")
    assert row.evidence[0].startswith("decides nothing itself; in all of it ")
    assert "give the most complex function in it a name" in row.remedy


def test_what_is_inside_counts_for_a_function_that_decides_itself(told):
    text = "function outer(x) {{\n  if (x) {{ return; }}\n  return {{ one(x) {{\n{}}} }};\n}}\n"
    (row,) = told({"a.ts": text.format(script(6, 2))})
    assert row.message == "outer has a cognitive complexity of 28; the limit is 25"
    assert row.evidence[0] == "1 its own, 27 in functions inside: 27 at line 3"
