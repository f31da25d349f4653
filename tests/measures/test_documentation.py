"""What functions say of themselves, and comments that say what the code says."""

from __future__ import annotations

import random


def at(world, files):
    history = world.History()
    history.to(files)
    return history


def test_public_functions_are_counted_by_whether_they_are_documented(world):
    source = (
        "def price():\n    '''Cents.'''\n\ndef rate():\n    return 1\n\ndef _own():\n    return 2\n"
        "class Shop:\n    def __init__(self):\n        pass\n    def open(self):\n        '''Lets people in.'''\n"
        "class _Hidden:\n    def show(self):\n        pass\n"
    )
    (row,) = at(world, {"a.py": source, "test_a.py": source}).told("documentation")
    assert (row["path"], row["functions"], row["documented"]) == ("a.py", 3, 2)


def test_a_function_that_takes_or_decides_much_and_says_nothing(world):
    takes = "def price(a, b, c, d):\n    return a\n"
    rows = at(world, {"a.py": takes, "b.ts": "/** Cents. */\nexport function price(a, b, c, d) {}\n"}).told(
        "undocumented_function"
    )
    assert [(row["path"], row["symbol"], row["parameters"]) for row in rows] == [("a.py", "price", 4)]


def test_what_a_base_promises_owes_no_words(world):
    files = {
        "shop/base.py": "class Door:\n    def push(self, a, b, c, d):\n        '''It opens.'''\n",
        "shop/front.py": "from shop.base import Door\n\nclass Front(Door):\n    def push(self, a, b, c, d):\n"
        "        return a\n",
    }
    assert at(world, files).told("undocumented_function") == []
    files["shop/base.py"] = "class Door:\n    pass\n"
    assert [row["symbol"] for row in at(world, files).told("undocumented_function")] == ["Front.push"]


def test_a_decorator_may_take_what_the_documentation_names(world):
    source = "{}\ndef price(weight):\n    '''Cents.\n\n    :param zone: where to\n    '''\n"
    assert [row["parameter"] for row in at(world, {"a.py": source.format("")}).told("stale_documentation")] == ["zone"]
    assert at(world, {"a.py": source.format("@zoned")}).told("stale_documentation") == []


def test_comments_that_say_what_the_next_line_says_are_counted_and_placed(world):
    source = "def f(order):\n    # set the order total\n    order.total = 3\n    # for carriers\n    order.weight = 2\n"
    (row,) = at(world, {"a.py": source}).told("comment_count")
    assert (row["comments"], row["redundant"], row["lines"]) == (2, 1, "2")


TABLES = (
    *("documentation", "undocumented_function", "stale_documentation", "comment_count", "swallowed_error"),
    *("misleading_name", "casing", "miscased_name", "concept_synonym"),
)
PIECES = (
    "def get_order(x):\n    # set the x total\n    x.total = 3\n",
    "def fetch_order(x):\n    return x\n",
    "def get_line(x):\n    return x\ndef get_price(x):\n    return x\n",
    "def is_open(x):\n    return 'a'\n",
    "from shop.f0 import Door\n\nclass Front(Door):\n    def is_open(self, a, b, c, d):\n        return 'a'\n",
    "class Door:\n    def is_open(self, a, b, c, d):\n        return 'a'\n",
    "class Door:\n    def getOut(self):\n        try:\n            f()\n        except Exception:\n            pass\n",
    "def price_of_all(x):\n    '''It.\n\n    :param y: that\n    '''\n",
    "def priceOfAll(x):\n    return x\n",
)


def test_a_walk_through_many_changes_ends_where_a_cold_start_does(world):
    chance = random.Random(5)
    names = [f"shop/f{n}.py" for n in range(30)]
    files = {name: chance.choice(PIECES) for name in names}
    history, seen = world.History(), set()
    for _ in range(12):
        history.to(files)
        cold = at(world, files)
        for table in TABLES:
            assert list(history.rows[table]) == list(cold.rows[table]), table
            seen.update([table] if cold.rows[table] else [])
        files = {name: chance.choice(PIECES) if chance.random() < 0.1 else text for name, text in files.items()}
        gone = chance.choice(sorted(files))
        files = {name: text for name, text in files.items() if name != gone} | {
            chance.choice(names): chance.choice(PIECES)
        }
    assert seen == set(TABLES), "a walk that met nothing shows nothing"
