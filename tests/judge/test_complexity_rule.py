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


@pytest.mark.parametrize("opened", ["function inner(x) {{\n{}}}", "x.each(() => {{\n{}}});"])
def test_a_function_in_a_callback_is_told_as_part_of_that(told, opened):
    inside = opened.format(script(6, 2))
    text = f"function outer(x) {{\n  if (x) {{ return; }}\n  x.each(() => {{\n{inside}\n  inner(x);\n  }});\n}}\n"
    (row,) = told({"a.ts": text})
    assert row.evidence[0] == "1 its own, 33 in functions inside: 33 at line 3"


def test_a_function_without_others_inside_has_it_all_itself(told):
    (row,) = told({"a.py": f"def f(x):\n{ladder(7, 1)}"})
    assert (row.message, row.evidence[0]) == ("f has a cognitive complexity of 28; the limit is 25", "all 28 its own")
    assert row.evidence[1].startswith("nesting 7, ")
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


READS = "    @property\n    def v(self):\n        x = self.x\n{}\n"
WRITES = "    @v.setter\n    def v(self, x):\n{}\n"
DELETES = "    @v.deleter\n    def v(self):\n        x = self.x\n{}\n"
PLAIN, TANGLED = "        self.x = x\n", ladder(8, 2)


def accessors(reads=PLAIN, writes=PLAIN, deletes=PLAIN):
    return {"a.py": "class A:\n" + READS.format(reads) + WRITES.format(writes) + DELETES.format(deletes)}


@pytest.mark.parametrize(
    ("before", "now", "subjects"),
    [
        (accessors(TANGLED), accessors(TANGLED, TANGLED), ["a.py::A.v (set)"]),
        (accessors(TANGLED), accessors(TANGLED, deletes=TANGLED), ["a.py::A.v (delete)"]),
        (accessors(PLAIN, TANGLED), accessors(TANGLED, TANGLED), ["a.py::A.v"]),
        (accessors(TANGLED), accessors(PLAIN, TANGLED), ["a.py::A.v (set)"]),
        (accessors(), accessors(TANGLED, TANGLED), ["a.py::A.v", "a.py::A.v (set)"]),
        (accessors(TANGLED, TANGLED, TANGLED), accessors(PLAIN, TANGLED, PLAIN), []),
        (accessors(TANGLED, TANGLED), {"b.py": accessors(TANGLED, TANGLED)["a.py"]}, []),
    ],
)
def test_accessors_of_one_property_do_not_hide_behind_each_other(told, before, now, subjects):
    assert [row.subject for row in told(now, before)] == subjects


def test_so_it_is_in_typescript(told):
    text = "class A {{\n  get v() {{\n{0}}}\n  set v(x) {{\n{1}}}\n}}\n"
    before = {"a.ts": text.format(script(8, 2), "")}
    (row,) = told({"a.ts": text.format(script(8, 2), script(8, 2))}, before)
    assert (row.subject, row.line) == ("a.ts::A.v (set)", 21)


def registered(*bodies):
    head = "from functools import singledispatch\n\n\n@singledispatch\ndef show(x): ...\n\n\n"
    return head + "\n\n".join(f"@show.register\ndef _(x: {kind}):\n{body}" for kind, body in bodies)


SHORT, LONG, LONGER = "    return x\n", ladder(8, 1), ladder(9, 1)


def test_functions_of_one_name_do_not_hide_behind_each_other(told):
    before = {"a.py": registered(("int", LONG), ("str", SHORT), ("list", SHORT))}
    (row,) = told({"a.py": registered(("int", LONG), ("str", SHORT), ("list", LONGER))}, before)
    assert (row.subject, row.evidence[-1]) == (
        "a.py::_ (2)", "of this name over the limit: 36 at line 9, 45 at line 27"
    )  # fmt: skip
    (row,) = told({"a.py": registered(("int", LONG), ("str", LONGER), ("list", SHORT))}, before)
    assert row.subject == "a.py::_ (2)"


@pytest.mark.parametrize(
    "now",
    [
        [("str", LONGER), ("int", LONG), ("list", SHORT)],
        [("list", SHORT), ("str", LONGER), ("int", LONG)],
        [("float", SHORT), ("int", LONG), ("str", LONGER)],
        [("int", LONG)],
        [("str", LONGER)],
    ],
)
def test_functions_of_one_name_are_not_new_because_they_stand_in_another_order(told, now):
    before = {"a.py": registered(("int", LONG), ("str", LONGER), ("list", SHORT))}
    assert told({"a.py": registered(*now)}, before) == []


def test_functions_of_one_name_that_move_to_another_file_are_not_new(told):
    text = registered(("int", LONG), ("str", LONGER)) + "\n\n" + "".join(f"V{n} = {n}\n" for n in range(90))
    assert told({"a.py": "X = 1\n", "b.py": registered(("int", LONG), ("str", LONGER))}, {"a.py": text}) == []


@pytest.mark.parametrize(("to", "new"), [("class Parcel:", 0), ("class Letter:", 1)])
def test_a_method_that_moved_with_its_class_and_lost_half_of_it_is_not_new(told, to, new):
    method = "    def send(self, x):\n"
    rest = "".join(f"        self.put({number}, x)\n" for number in range(40))
    before = {"a.py": f"class Parcel:\n{method}{rest}{ladder(8, 2)}", "b.py": "B = 1\n"}
    now = {"a.py": "A = 1\n", "b.py": f"{to}\n{method}{ladder(7, 2)}"}
    assert len(told(now, before)) == new
