"""Leaks, layers and cohesion: what is found, and that a snapshot brought on tells what one read anew tells."""

from __future__ import annotations

from typing import Any

import pytest

TABLES = (
    *("shared_knowledge", "twin_layout", "middle_man", "flag_parameter", "kind_switch", "cohesion"),
    *("stacked_construction", "temporal_decomposition"),
)
EXPORT = "def row(o):\n    return {'order_id': o.a, 'net_total': o.b, 'placed_at': o.c, 'vat_rate': o.d}\n"
INTAKE = "def due(r):\n    return r['order_id'], r['net_total'], r['placed_at'], r['vat_rate']\n"
LINE = "class Line:\n    article: str\n    amount: int\n    net: float\n    vat: float\n    weight: float\n"
MAN = "class Man:\n    def __init__(self, s):\n        self.s = s\n" + "".join(
    f"\n    def {name}(self, key):\n        return self.s.{name}(key)\n" for name in ("load", "save", "drop")
)
FLAG = "def show(rows, short=False):\n    head = '' if short else 'x'\n" + (
    "    if not short:\n        head += 'y'\n    return head\n"
)
SWITCH = "def price(kind):\n" + "".join(
    f"    if kind == '{kind}':\n        return {n}\n" for n, kind in enumerate(("gift", "trial", "paid"))
)
STACK = "def made():\n    return Reader(Buffered(Opened(1))), Reader(Buffered(Opened(2)))\n"
STEPS = {
    f"orders/steps/{name}.py": f"def {name}(rows, settings):\n    return [(row, settings.x) for row in rows]\n"
    for name in ("load", "parse", "save")
}
RUN = "".join(f"from orders.steps.{name} import {name}\n" for name in ("load", "parse", "save")) + (
    "\n\ndef run(rows, settings):\n    load(rows, settings)\n    parse(rows, settings)\n    save(rows, settings)\n"
)

HISTORY: list[dict[str, str]] = [
    {"orders/__init__.py": "", "orders/export.py": EXPORT, "shop/a.py": "A = 1\n"},
    {"billing/intake.py": INTAKE, "orders/line.py": LINE, "shop/man.py": MAN},
    {"billing/line.py": LINE.replace("Line", "Position"), "shop/flag.py": FLAG, "shop/one.py": SWITCH},
    {"billing/intake.py": "from orders.export import row\n" + INTAKE, "mail/two.py": SWITCH, "shop/stack.py": STACK},
    {"mail/stack.py": STACK, "shop/man.py": MAN.replace("class Man", "class Man(Base)"), **STEPS},
    {"orders/run.py": RUN, "billing/intake.py": INTAKE, "shop/flag.py": "X = 1\n"},
    {"tests/test_load.py": "from orders.steps.load import load\n", "shop/man.py": MAN, "orders/line.py": ""},
]


def walked(world: Any, until: int) -> Any:
    history, files = world.History(), dict[str, str]()
    for step in HISTORY[:until]:
        files |= step
        history.to(files)
    return history


@pytest.mark.parametrize("until", range(1, len(HISTORY) + 1))
def test_what_is_brought_on_is_what_is_read_anew(world: Any, until: int):
    anew = world.History()
    anew.to({path: text for step in HISTORY[:until] for path, text in step.items()})

    brought_on = walked(world, until)

    for table in TABLES:
        assert brought_on.told(table) == anew.told(table), table


def test_each_is_found_once_it_is_there(world: Any):
    history = walked(world, 6)

    assert [(row["path"], row["other"]) for row in history.told("shared_knowledge")] == [
        ("billing/intake.py", "orders/export.py")
    ]
    assert [(row["symbol"], row["other_symbol"]) for row in history.told("twin_layout")] == [("Position", "Line")]
    assert history.told("middle_man") == []  # it has a base type now
    assert [row["files"] for row in history.told("kind_switch")] == [2, 2]
    assert [(row["expression"], row["times"]) for row in history.told("stacked_construction")] == [
        ("Reader(Buffered(Opened))", 4)
    ]
    assert [row["steps"] for row in history.told("temporal_decomposition")] == [3]


def strings(*names: str) -> str:
    return f"KEYS = {list(names)!r}\n"


@pytest.mark.parametrize(
    "common",
    [
        ("Content-Type", "application/json", "X-Request-Id", "utf-8", "en-US"),
        ("%Y-%m-%d", "yyyy-MM-dd", "1.2.3", "127.0.0.1", "https://a.org/b"),
        ("the order was not found", "please try it once again", "this is no valid key"),
        ("./shop", "../tax", "@acme/kit", "style.css", "--dry-run"),
        ("shop.models.Order", "shop.Line", "java.util.List", "a::b::Kind"),
    ],
)
def test_what_others_chose_is_no_shared_knowledge(world: Any, common: tuple[str, ...]):
    history = world.History()

    history.to({"a/one.py": strings(*common), "b/two.py": strings(*common), "c/three.py": ""})

    assert history.told("shared_knowledge") == []


def test_a_string_that_many_files_hold_is_a_word_of_the_system(world: Any):
    keys = strings("order_id", "net_total", "vat_rate")
    history = world.History()

    history.to({f"{folder}/keys.py": keys for folder in "abcde"})

    assert history.told("shared_knowledge") == []


def test_names_that_a_file_both_need_declares_have_an_owner(world: Any):
    use = "from model.order import Order\nKEYS = ['order_id', 'net_total', 'vat_rate']\n"
    model = "class Order:\n    order_id: int\n    net_total: int\n    vat_rate: int\n"
    history = world.History()

    history.to({"model/__init__.py": "", "model/order.py": model, "a/one.py": use, "b/two.py": use})

    assert history.told("shared_knowledge") == []


def test_a_form_that_many_records_have_is_no_twin(world: Any):
    history = world.History()

    history.to({f"{folder}/line.py": LINE for folder in "abcdefg"})

    assert history.told("twin_layout") == []


@pytest.mark.parametrize("hostile", ["|", "\\'", "\\\\", "\x00", "\u202e", "a|b", "x" * 5000])
def test_strange_names_in_cases_harm_nothing(world: Any, hostile: str):
    case = repr(hostile + "kind")
    code = f"def f(kind):\n    if kind == {case} or kind == 'second' or kind == 'third':\n        return 1\n"
    history = world.History()

    history.to({"a/one.py": code, "b/two.py": code})

    assert {row["path"] for row in history.told("kind_switch")} <= {"a/one.py", "b/two.py"}


def test_a_case_may_hold_what_stands_between_cases(world: Any):
    code = "def f(kind):\n    if kind == 'a|b, or c' or kind == 'second' or kind == 'third':\n        return 1\n"
    history = world.History()

    history.to({"a/one.py": code, "b/two.py": code})

    assert [row["cases"] for row in history.told("kind_switch")] == ["a/b, or c, second, third"] * 2
