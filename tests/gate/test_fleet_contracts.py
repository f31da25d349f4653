"""Contracts of a fleet that reach from one repository into another: what of them is judged, and what is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

FLEET = '\n[[repository]]\nname = "orders"\npath = "."\n\n[[repository]]\nname = "billing"\npath = "../billing"\n'
TOO = "speaks of billing, too: judged is what lies in orders, and no dependency on another repository"


def coverage(shop: Callable, judged: Callable, policy: str) -> list[str]:
    repo: Any = shop({"plumbrule.toml": policy + FLEET})
    repo.commit({"note.md": "x\n"})
    code, report = judged(repo)
    assert code == 0, report["reasons"]
    found: list[str] = report["coverage"]["not_measured"]
    return [one for one in found if "another repository" in one]


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ('[[forbid]]\nfrom = "orders:shop/**"\nto = "billing:**"\n', "[[forbid]] 'orders:shop/** -> billing:**'"),
        ('[[forbid]]\nname = "apart"\nfrom = "shop/cart.py"\nto = "billing:src/**"\n', "[[forbid]] 'apart'"),
        ('[[layers]]\nname = "down"\norder = ["orders:shop/**", "billing:**"]\n', "[[layers]] 'down'"),
        (
            '[components]\na = "orders:shop/**"\nb = "billing:src/**"\n\n'
            '[[independent]]\nname = "x"\nmembers = ["a", "b"]\n',
            "[[independent]] 'x'",
        ),
    ],
)
def test_a_contract_that_reaches_into_another_repository_is_said_not_to_be_judged_there(shop, judged, policy, said):
    assert coverage(shop, judged, policy) == [f"{said} {TOO}"]


@pytest.mark.parametrize(
    "policy",
    [
        '[[forbid]]\nfrom = "shop/tax.py"\nto = "shop/cart.py"\n\n[rules.forbidden-dependency]\nseverity = "off"\n',
        '[[forbid]]\nfrom = "orders:shop/tax.py"\nto = "orders:shop/other/**"\n',
        '[[forbid]]\nfrom = "billing:a/**"\nto = "billing:b/**"\n',
    ],
)
def test_one_within_a_repository_says_nothing_of_others(shop, judged, policy):
    assert coverage(shop, judged, policy) == []


def test_what_lies_in_one_repository_is_judged_all_the_same(shop, judged, found):
    policy = '[[independent]]\nname = "x"\nmembers = ["orders:shop/cart.py", "orders:shop/tax.py", "billing:**"]\n'
    repo = shop({"shop/cart.py": "x = 1\n", "plumbrule.toml": policy + FLEET})
    repo.commit({"shop/tax.py": "from shop.cart import x\n\n\ndef rate() -> float:\n    return x\n"})
    code, report = judged(repo)
    assert (code, found(report, "new")) == (1, ["shop/tax.py -> shop/cart.py"])
