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
