"""What the two contract rules tell of a change, by the way in which others use what changed."""

from __future__ import annotations

from datetime import date

import pytest

from plumbrule.data import data_folder
from plumbrule.judge import load_rules
from plumbrule.judge.exercise import judged
from plumbrule.judge.rulefile import Example, Part

RULES = [rule for rule in load_rules(data_folder("rules")) if rule.id in ("contract-break", "contract-narrowed")]


@pytest.fixture(scope="module")
def told():
    """(rule, subject) of every finding about a change; `now` holds the files that changed, None = gone."""

    def ask(before, now):
        files = {path: text for path, text in {**before, **now}.items() if text is not None}
        example = Example((Part("before", "", before), Part("now", "", files)), 1)
        return [(rule.id, row.subject) for rule in RULES for row in judged(rule, example, today=date(2026, 3, 1)).rows]

    return ask


BREAK, NARROWED = "contract-break", "contract-narrowed"
MADE = """\
class C:
    kind = 1

    def __init__(self, a=1):
        self.a = a

    @classmethod
    def of(cls):
        return cls()
"""


@pytest.mark.parametrize(
    ("user", "rule"),
    [
        ("def f(x):\n    return isinstance(x, C)", ""),
        ("def f(x):\n    return isinstance(x, (int, C))", ""),
        ("def f(x):\n    return isinstance(g(x), int | C)", ""),
        ("def f(x):\n    return issubclass(type(x), C)", ""),
        ("def f(x):\n    return type(x) is C or x.__class__ == C or C is x", ""),
        ("def f(x):\n    return x in (C, int)", ""),
        ("def f():\n    try:\n        g()\n    except C:\n        pass", ""),
        ("def f():\n    try:\n        g()\n    except (ValueError, C) as error:\n        print(error)", ""),
        ("def f(x):\n    match x:\n        case C():\n            return 1", ""),
        ("def f(x: C) -> list[C]:\n    return [x]", ""),
        ("Many = list[C]", ""),
        ("def test():\n    with pytest.raises(C):\n        g()", ""),
        ("def f(x):\n    return C.kind, C.__name__", ""),
        ("def f():\n    return C.of()", ""),
        ("__all__ = ['C']", ""),
        ("def f(x):\n    return map(C, x)", NARROWED),
        ("make = partial(C, 1)", NARROWED),
        ("MADE = {'c': C}", NARROWED),
        ("def f(x):\n    return isinstance(x, C) and x in map(C, x)", NARROWED),
        ("def f(x):\n    return assertRaises(ValueError, C)", NARROWED),
        ("class D(C):\n    pass", NARROWED),
        ("def f():\n    return C(*g())", NARROWED),
        ("def f():\n    return C()", BREAK),
    ],
)
def test_a_class_that_is_made_otherwise_is_missed_by_those_who_may_make_it(told, user, rule):
    before = {"shop/__init__.py": "", "shop/c.py": MADE, "shop/use.py": f"from shop.c import C\n\n{user}\n"}
    now = {"shop/c.py": MADE.replace("a=1", "a, b")}
    assert told(before, now) == [(rule, "shop/c.py::C")] * bool(rule)


@pytest.mark.parametrize(
    ("user", "rule"),
    [
        ("export const f = (x: unknown) => x instanceof C;", ""),
        ("export const f = (x: object) => x.constructor === C;", ""),
        ("export const f = (): typeof C | null => null;", ""),
        ("export const kinds = [C];", NARROWED),
        ("export const f = (x: unknown) => x instanceof C || make(C);", NARROWED),
        ("export const c = new C();", BREAK),
    ],
)
def test_who_asks_whether_something_is_a_class_makes_none(told, user, rule):
    made = "export class C {\n  constructor() {}\n}\n"
    before = {"c.ts": made, "use.ts": f'import {{ C }} from "./c";\n\n{user}\n'}
    assert told(before, {"c.ts": made.replace("()", "(a: number)")}) == [(rule, "c.ts::C")] * bool(rule)


@pytest.mark.parametrize(
    ("user", "rule"),
    [
        ("def g(x):\n    return map(f, x)", NARROWED),
        ("g = partial(f, 1)", NARROWED),
        ("G = {'a': f}", NARROWED),
        ("@f\ndef g(): ...", BREAK),
        ("def g(h=None):\n    return h is f", ""),
        ("__all__ = ['f']", ""),
    ],
)
def test_what_is_handed_on_may_be_called_and_what_is_passed_on_is_not(told, user, rule):
    before = {
        "shop/__init__.py": "",
        "shop/f.py": "def f(a): ...\n",
        "shop/use.py": f"from shop.f import f\n\n{user}\n",
    }
    assert told(before, {"shop/f.py": "def f(a, b): ...\n"}) == [(rule, "shop/f.py::f")] * bool(rule)


LONG = """
    kept = [row for row in x if row]
    rows = sorted(kept)
    for row in rows:
        print(row, x, kept)
    return f(x)
"""


@pytest.mark.parametrize(
    ("f", "g", "f_now", "g_now", "rule"),
    [
        ("def f(a) -> int", "def g(x) -> int", "def f(a) -> int | None", "def g(x) -> int | None", ""),
        ("def f(a) -> int", "def g(x) -> int", "def f(a) -> int | None", "def g(x) -> int", NARROWED),
        ("def f(a) -> int", "def g(x) -> int", "async def f(a) -> int", "def g(x) -> Awaitable[int]", ""),
        ("def f(a)", "def g(x)", "def f(a, b)", "def g(x, y)", BREAK),
    ],
)
def test_whose_own_result_changed_with_it_was_adapted(told, f, g, f_now, g_now, rule):
    head = "from shop.f import f\n\nV = {}\n\n{}:{}"
    before = {"shop/__init__.py": "", "shop/f.py": f"{f}: ...\n", "shop/use.py": head.format(1, g, LONG)}
    now = {"shop/f.py": f"{f_now}: ...\n", "shop/use.py": head.format(2, g_now, LONG)}
    assert told(before, now) == [(rule, "shop/f.py::f")] * bool(rule)


@pytest.mark.parametrize(
    ("user", "rule"),
    [("def g(x):\n    return f(x)", NARROWED), ("def g(x):\n    return f(x) + 1", BREAK)],
)
def test_who_only_hands_a_promise_on_need_not_wait_for_it(told, user, rule):
    before = {
        "shop/__init__.py": "",
        "shop/f.py": "def f(a): ...\n",
        "shop/use.py": f"from shop.f import f\n\n{user}\n",
    }
    assert told(before, {"shop/f.py": "async def f(a): ...\n"}) == [(rule, "shop/f.py::f")]


@pytest.mark.parametrize(
    ("now", "rule"),
    [
        ("def test():\n    new = 2\n    f(1, new)", ""),
        ("def test():\n    new = 2\n    f(1, new, old=3)", ""),
        ("def test():\n    new = 2\n    f(1)", BREAK),
    ],
)
def test_a_call_that_passes_what_is_asked_for_now_was_adapted_though_the_place_was_anothers(told, now, rule):
    before = {
        "shop/__init__.py": "",
        "shop/f.py": "def f(a, old=None): ...\n",
        "shop/use.py": "from shop.f import f\n\n\ndef test():\n    f(1)\n",
    }
    changed = {"shop/f.py": "def f(a, new, old=None): ...\n", "shop/use.py": f"from shop.f import f\n\n\n{now}\n"}
    assert told(before, changed) == [(rule, "shop/f.py::f")] * bool(rule)


KEPT = """
        kept = [row for row in (value, self) if row]
        for row in sorted(kept):
            print(row, kept, value)"""
ADAPTED = "        made = f(1)\n        made.hook = value\n        return made"
USED = "        return f(1, hook=value)"
GET, SET = "    @property\n    def v(self, value=1):{}\n{}", "    @v.setter\n    def v(self, value):{}\n{}"
GETS, SETS = GET.format(KEPT, ""), SET.format(KEPT, "")
GETS_IT, SETS_IT = GET.format(KEPT, USED), SET.format(KEPT, USED)
GETS_OTHERWISE, SETS_OTHERWISE = GET.format(KEPT, ADAPTED), SET.format(KEPT, ADAPTED)


def registered(kind, use=""):
    return f"    @show.register\n    def _(self, value: {kind}):{KEPT}\n{use}"


@pytest.mark.parametrize(
    ("before", "now", "rule"),
    [
        ([GETS_IT, SETS], [GETS_OTHERWISE, SETS], ""),
        ([GETS, SETS_IT], [GETS, SETS_OTHERWISE], ""),
        ([GETS_IT, SETS_IT], [GETS_OTHERWISE, SETS_IT], BREAK),
        ([GETS_IT, SETS_IT], [GETS_IT, SETS_OTHERWISE], BREAK),
        ([GETS_IT, SETS], [GETS_IT, SET.format("", "        a = 1")], BREAK),
        # What only moved is as it was, and what was adapted stays adapted where it moves.
        ([GETS_IT, SETS], [SETS, GETS_IT], BREAK),
        ([GETS_IT, SETS], [SETS, GETS_OTHERWISE], ""),
        ([registered("int", USED), registered("str")], [registered("int", ADAPTED), registered("str")], ""),
        ([registered("int", USED), registered("str")], [registered("int", USED), registered("str", ADAPTED)], BREAK),
    ],
)  # fmt: skip
def test_of_functions_of_one_name_the_one_that_uses_it_must_have_been_adapted(told, before, now, rule):
    head = "from shop.f import f\n\n\nclass C:\n"
    files = {
        "shop/__init__.py": "",
        "shop/f.py": "def f(a, hook=None): ...\n",
        "shop/use.py": head + "\n\n".join(before) + "\n",
    }
    changed = {"shop/f.py": "def f(a): ...\n", "shop/use.py": head + "\n\n".join(now) + "\n"}
    assert told(files, changed) == [(rule, "shop/f.py::f")] * bool(rule)


@pytest.mark.parametrize(
    ("getter", "rule"), [(GETS_IT, NARROWED), (GETS_IT.replace("value=1", "value=2"), ""), (GETS_OTHERWISE, "")]
)
def test_so_it_is_where_no_call_shows_whether_it_was_adapted(told, getter, rule):
    head = "from shop.f import f\n\n\nclass C:\n"
    files = {
        "shop/__init__.py": "",
        "shop/f.py": "def f(a, hook=None) -> int: ...\n",
        "shop/use.py": f"{head}{GETS_IT}\n\n{SETS}\n",
    }
    setter = SETS.replace("(self, value)", "(self, value, *more)").replace("kept, value", "value, kept")
    changed = {
        "shop/f.py": "def f(a, hook=None) -> int | None: ...\n",
        "shop/use.py": f"{head}{getter}\n\n{setter}\n",
    }
    assert told(files, changed) == [(rule, "shop/f.py::f")] * bool(rule)


def test_functions_of_one_name_that_cannot_be_told_apart_prove_nothing(told):
    used, kept = "return f(1, w);", "for (const a of this.all) { if (a) { log(a, this.all, this.one); } }"
    user = 'import {{ f }} from "./f";\n\nclass C {{ get v() {{ {0} {1} }} set v(w) {{ {0} }} }}\n'
    before = {"f.ts": "export function f(a: number, hook?: number) {}\n", "use.ts": user.format(kept, used)}
    adapted = {"f.ts": "export function f(a: number) {}\n", "use.ts": user.format(kept, "return f(1);")}
    assert told(before, adapted) == []
    assert told(before, {**adapted, "use.ts": "\n" + user.format(kept, used)}) == [(BREAK, "f.ts::f")]


@pytest.mark.parametrize("user", [GETS_IT, "    def v(self, value):\n" + USED])
def test_a_use_is_shown_where_it_stands_now(user):
    head = "from shop.f import f\n\n{}\nclass C:\n"
    before = {"shop/__init__.py": "", "shop/f.py": "def f(a, hook=None): ...\n", "shop/use.py": head.format("") + user}
    now = {**before, "shop/f.py": "def f(a): ...\n", "shop/use.py": head.format("V = 1\n\n\n") + user}
    example = Example((Part("before", "", before), Part("now", "", now)), 1)
    [found] = judged(RULES[0], example, today=date(2026, 3, 1)).rows
    line = 1 + next(n for n, text in enumerate(now["shop/use.py"].split("\n")) if "hook=" in text)
    assert found.evidence == (f"shop/use.py:{line}",)


BY_TYPE = ("f(a: number): N", "f(a: string): S")
BY_NUMBER = ("f(a: number): N", "f(a: string, b: string): S")


@pytest.mark.parametrize(
    ("overloads", "left", "user", "rule"),
    [
        # arguments are known by number, not by type
        (BY_TYPE, ["f(a: number): N"], "f('x')", NARROWED),
        (BY_TYPE, ["f(a: number): N"], "f(...x)", NARROWED),
        (BY_TYPE, ["f(a: number): N"], "x.map(f)", NARROWED),
        (BY_TYPE, ["f(a: string | number): N | S"], "f('x')", ""),
        (BY_TYPE, ["f(a: string): S", "f(a: number): N"], "x.map(f)", ""),
        (BY_NUMBER, ["f(a: number): N"], "f('x', 'y')", BREAK),
        (BY_NUMBER, ["f(a: number): N"], "f(1)", ""),
        (BY_NUMBER, ["f(a: number): N"], "f(...x)", NARROWED),
        (BY_NUMBER, ["f(a: string, b: string): S"], "f(1)", BREAK),
        (BY_NUMBER, ["f(a: string, b: string): S"], "f('x', 'y')", ""),
        (BY_NUMBER, ["f(a: string, b: string): S"], "f(x < y, y > (x))", NARROWED),
        (BY_NUMBER, ["f(a: number | string, b?: string): N | S"], "f(1) || f('x', 'y') || x.map(f)", ""),
        # what takes another number of arguments than the lost one goes on
        ((*BY_TYPE, "f(): void"), ["f(a: number): N", "f(): void"], "f()", ""),
        ((*BY_TYPE, "f(): void"), ["f(a: number): N", "f(): void"], "f('x')", NARROWED),
        ((*BY_TYPE, "f(): void"), ["f(a: number): N", "f(): void"], "f() || f('x')", NARROWED),
    ],
)
@pytest.mark.parametrize("declared", ["", ".d"])
def test_who_calls_an_overload_that_is_gone_misses_it(told, overloads, left, user, rule, declared):
    body = "" if declared else "export function f(...all: any[]): any {\n  return all;\n}\n"

    def written(signatures):
        return "".join(f"export function {one};\n" for one in signatures) + body

    before = {
        f"f{declared}.ts": written(overloads),
        "use.ts": f'import {{ f }} from "./f";\n\nexport const g = (x) => {user};\n',
    }
    now = written(left) if len(left) > 1 else f"export function {left[0]}{' {}' if body else ';'}\n"
    assert told(before, {f"f{declared}.ts": now}) == [(rule, f"f{declared}.ts::f")] * bool(rule)


@pytest.mark.parametrize(
    ("before", "now", "user", "rule"),
    [
        ("m(a: number): N; m(a: string): S", "m(a: number): N", "m('x')", ""),  # of whom, is not known
        ("constructor(a: number); constructor(a: string)", "constructor(a: number)", "new C('x')", NARROWED),
        ("constructor(a: number); constructor(a: string)", "constructor(a: number)", "x instanceof C", ""),
        ("constructor(a: number); constructor()", "constructor(a: number)", "new C()", BREAK),
        ("constructor(a: number); constructor()", "constructor(a: number)", "new C(1)", ""),
        ("constructor(a: number); constructor()", "constructor(a?: number)", "new C() || new C(1)", ""),
        ("static of(a: number): C; static of(a: string): C", "static of(a: number): C", "C.of('x')", NARROWED),
        ("static of(a: number): C; static of(): C", "static of(a: number): C", "C.of()", BREAK),
        ("static of(a: number): C; static of(): C", "static of(a?: number): C", "C.of()", ""),
    ],
)
def test_who_makes_an_object_by_an_overload_that_is_gone_misses_it(told, before, now, user, rule):
    name = next((word for word in ("constructor", "static of", "m") if word in before), "")
    use = f'import {{ C }} from "./c";\n\nexport const g = (x) => {user};\n'
    was = {"c.ts": f"export class C {{ {before}; {name}(...all: any[]) {{}} }}\n", "use.ts": use}
    subject = "c.ts::C.of" if "of" in name else "c.ts::C"
    assert told(was, {"c.ts": f"export class C {{ {now} {{}} }}\n"}) == [(rule, subject)] * bool(rule)
    declared = {"c.d.ts": f"export class C {{ {before} }}\n", "use.ts": use}
    assert told(declared, {"c.d.ts": f"export class C {{ {now} }}\n"}) == [
        (rule, subject.replace(".ts", ".d.ts"))
    ] * bool(rule)


@pytest.mark.parametrize(
    ("now", "user", "rule"),
    [
        ("def f(a: int): ...", "f('x')", NARROWED),
        ("def f(a: int): ...", "f('x', b=1)", BREAK),
        ("def f(a: int | str, b: int = 0): ...", "f('x') or f('x', b=1) or map(f, x)", ""),
        ("@overload\ndef f(a: str): ...\n@overload\ndef f(a: int): ...\n@overload\ndef f(a: str, b: int): ...\n"
         "def f(a, b=None): ...", "f('x') or f('x', 1)", ""),
    ],
)  # fmt: skip
def test_so_does_who_calls_one_of_python(told, now, user, rule):
    was = "@overload\ndef f(a: int): ...\n@overload\ndef f(a: str): ...\n@overload\ndef f(a: str, b: int): ...\n"
    head = "from typing import overload\n"
    before = {
        "shop/__init__.py": "",
        "shop/f.py": f"{head}{was}def f(a, b=0): ...\n",
        "shop/use.py": f"from shop.f import f\n\ndef g(x):\n    return {user}\n",
    }
    assert told(before, {"shop/f.py": f"{head}{now}\n"}) == [(rule, "shop/f.py::f")] * bool(rule)


CLASS_COMPONENT = """\
import React from "react";

export class Badge extends React.Component<{ n: number }> {
  render() {
    return <i>{this.props.n}</i>;
  }
}
"""
FUNCTION_COMPONENT = "export const Badge = ({ n }: { n: number }) => <i>{n}</i>;\n"


@pytest.mark.parametrize(
    ("use", "rule"),
    [
        ("<Badge n={1} />", ""),
        ("<Badge n={1}>one</Badge>", ""),
        ("new Badge({ n: 1 })", BREAK),
        ("class extends Badge {}", BREAK),
        ("shown(Badge)", NARROWED),
    ],
)
def test_an_element_takes_a_function_for_the_class_that_a_component_was(told, use: str, rule: str):
    user = f'import {{ Badge }} from "./badge";\n\nexport const page = () => {use};\n'
    found = told({"badge.tsx": CLASS_COMPONENT, "page.tsx": user}, {"badge.tsx": FUNCTION_COMPONENT})
    assert found == ([(rule, "badge.tsx::Badge")] if rule else [])


@pytest.mark.parametrize(
    ("now", "rule"),
    [
        ("export function Badge({ n }: Props) {\n  return <i>{n}</i>;\n}\n", ""),
        ("export async function Badge() {\n  return <i>{await one()}</i>;\n}\n", NARROWED),
    ],
)
def test_an_element_gives_its_component_one_argument_and_may_wait_for_it(told, now: str, rule: str):
    before = {
        "badge.tsx": "export function Badge() {\n  return <i>1</i>;\n}\n",
        "page.tsx": 'import { Badge } from "./badge";\n\nexport const page = () => <Badge />;\n',
    }
    assert told(before, {"badge.tsx": now}) == ([(rule, "badge.tsx::Badge")] if rule else [])


@pytest.mark.parametrize(
    ("was", "now", "rule"),
    [
        ("function f(): number", "async function f(): Promise<number>", BREAK),
        ("const f = (): A | B =>", "const f = async (): Promise<B | A> =>", BREAK),
        ("function f(): void", "async function f(): Promise<void>", NARROWED),
        ("function f(): Promise<number>", "async function f(): Promise<number>", ""),
        ("function f(): number | Promise<number>", "async function f(): Promise<number>", NARROWED),
    ],
)
def test_what_is_promised_now_breaks_those_who_go_on_with_it(told, was: str, now: str, rule: str):
    user = 'import { f } from "./m";\n\nexport const x = f() + 1;\n'
    found = told(
        {"m.ts": f"export {was} {{\n  return 1;\n}}\n", "user.ts": user},
        {"m.ts": f"export {now} {{\n  return 1;\n}}\n"},
    )
    assert found == ([(rule, "m.ts::f")] if rule else [])


@pytest.mark.parametrize(
    ("call", "rule"),
    [("f(p3=1, p45=2)", ""), ("f(1, p45=2)", ""), ("f(1, 2)", BREAK), (f"f({', '.join('12345678')})", NARROWED)],
)
def test_of_many_parameters_calls_that_pass_nearly_all_by_name_are_known_to_go_well(told, call, rule):
    names = [f"p{number}" for number in range(1, 46)]
    of = {name: f"def f({', '.join(f'{one}=None' for one in some)}): ...\n" for name, some in (
        ("then", names), ("now", [names[0], "extra", *names[1:]]),
    )}  # fmt: skip
    found = told({"m.py": of["then"], "u.py": f"from m import f\n\n{call}\n"}, {"m.py": of["now"]})
    assert [name for name, _ in found] == ([rule] if rule else [])
