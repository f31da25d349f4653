"""Names against the habits of their repository."""

from __future__ import annotations

SNAKES = {f"shop/part{n}.py": f"def price_of_part(amount):\n    return {n}\n" for n in range(24)}


def told(world, table, files):
    history = world.History()
    history.to(files)
    return history.told(table)


def test_a_name_cased_unlike_nearly_all_of_its_kind_is_told_with_the_right_one(world):
    rows = told(world, "miscased_name", {**SNAKES, "shop/all.py": "def priceOfAll(x):\n    return x\n"})
    assert [(row["symbol"], row["kind"], row["habit"], row["instead"]) for row in rows] == [
        ("priceOfAll", "public function", "snake_case", "price_of_all")
    ]


def test_few_names_and_names_cased_in_two_ways_make_no_habit(world):
    few = dict(list(SNAKES.items())[:10])
    other = {"shop/all.py": "def priceOfAll(x):\n    return x\n"}
    assert told(world, "miscased_name", {**few, **other}) == []
    mixed = {f"shop/more{n}.py": "def priceOfMore(x):\n    return x\n" for n in range(4)}
    assert told(world, "miscased_name", {**SNAKES, **mixed}) == []


def test_another_language_another_kind_and_one_word_are_measured_by_nothing(world):
    other = {
        "shop/a.ts": "export function priceOfAll() {}\n",
        "shop/b.py": "class PriceList:\n    pass\n\ndef total():\n    pass\n\ndef _priceOf():\n    pass\n",
        "shop/test_c.py": "def priceOfAll():\n    pass\n",
        "shop/d.py": "@named\ndef priceOfAll():\n    pass\n",
    }
    assert told(world, "miscased_name", {**SNAKES, **other}) == []


def test_a_folder_with_a_habit_of_its_own_and_a_file_named_like_its_folder_are_left_alone(world):
    files = {f"shop/price_{n}.py": "" for n in range(90)} | {f"rules/a-rule-{n}.py": "" for n in range(3)}
    assert told(world, "miscased_name", {**files, "shop/big-tool/big-tool.py": ""}) == []
    assert [row["name"] for row in told(world, "miscased_name", {**files, "shop/price-list.py": ""})] == ["price-list"]


NOUNS = ("order", "line", "price", "shelf", "stock")
ORDERS = {"shop/a.py": "".join(f"def get_{name}(x):\n    return x\n" for name in NOUNS)}


def test_another_verb_for_what_the_folder_gets_is_told_with_its_twin(world):
    rows = told(world, "concept_synonym", {**ORDERS, "shop/b.py": "def fetch_orders(x):\n    return x\n"})
    assert [(row["symbol"], row["habit"], row["twin"]) for row in rows] == [
        ("fetch_orders", "get", "shop/a.py::get_order")
    ]


def test_verbs_for_other_things_types_folders_or_layers_are_no_synonyms(world):
    for path, source in {
        "shop/b.py": "def fetch_parcel(x):\n    return x\n",
        "other/b.py": "def fetch_order(x):\n    return x\n",
        "shop/c.py": "def fetch_order(x) -> int:\n    return x\n",
        "shop/d.py": "from shop.a import get_order\n\ndef fetch_order(x):\n    return get_order(x)\n",
        "shop/e.py": "def fetch_order_by_name(x):\n    return x\n",
        "shop/f.py": "@route\ndef fetch_order(x):\n    return x\n",
        "shop/g.py": "def delete_order(x):\n    return x\n",
    }.items():
        assert told(world, "concept_synonym", {**ORDERS, path: source}) == [], path


def test_two_verbs_in_one_scope_mean_two_things(world):
    source = ORDERS["shop/a.py"] + "def fetch_order(x):\n    return x\n"
    assert told(world, "concept_synonym", {"shop/a.py": source}) == []
