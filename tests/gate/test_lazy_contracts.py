"""Imports inside functions, where a contract counts them as import-linter does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PARTS = '[components]\ncart = "shop/cart.py"\ntax = "shop/tax.py"\nrows = "shop/rows.py"\n'
START = {"shop/cart.py": "def total() -> float:\n    return 1\n", "shop/rows.py": "x = 1\n"}
LATER = "def rate() -> float:\n    from shop.cart import total\n\n    return total()\n"
TYPED = (
    "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from shop.cart import total\n\n\n"
    "def rate() -> float:\n    return 1\n"
)
KINDS = [
    ('[[forbid]]\nfrom = "tax"\nto = "cart"\n', "forbidden-dependency"),
    ('[[layers]]\nname = "x"\norder = ["cart", "tax"]\n', "layer-breach"),
]


@pytest.mark.parametrize(("contract", "rule"), KINDS)
@pytest.mark.parametrize(("said", "breaks"), [("", False), ("lazy = false\n", False), ("lazy = true\n", True)])
def test_an_import_inside_a_function_counts_where_the_contract_says_so(
    shop: Callable, judged: Callable, found: Callable, contract: str, rule: str, said: str, breaks: bool
):
    repo = shop({**START, "plumbrule.toml": PARTS + contract + said})
    repo.commit({"shop/tax.py": LATER})
    code, report = judged(repo)
    assert (code, found(report, "new", rule)) == ((1, ["shop/tax.py -> shop/cart.py"]) if breaks else (0, []))


def test_a_closed_order_counts_them_too(shop, judged, found):
    order = '[[layers]]\nname = "x"\norder = ["tax", "rows", "cart"]\nclosed = true\nlazy = true\n'
    repo = shop({**START, "plumbrule.toml": PARTS + order})
    repo.commit({"shop/tax.py": LATER})
    code, report = judged(repo)
    assert (code, found(report, "new", "layer-skip")) == (1, ["shop/tax.py -> shop/cart.py"])


def test_what_is_imported_for_types_alone_never_counts(shop, judged):
    repo = shop({**START, "plumbrule.toml": f"{PARTS}{KINDS[0][0]}lazy = true\n"})
    repo.commit({"shop/tax.py": TYPED})
    assert judged(repo)[0] == 0


@pytest.mark.parametrize(("contract", "rule"), KINDS)
@pytest.mark.parametrize(("before", "now", "code"), [("lazy = true\n", "", 1), ("", "lazy = true\n", 0)])
def test_to_count_them_no_longer_is_a_loosening(shop, judged, contract, rule, before, now, code):
    repo = shop({**START, "plumbrule.toml": PARTS + contract + before})
    repo.commit({"plumbrule.toml": PARTS + contract + now})
    assert judged(repo)[0] == code
