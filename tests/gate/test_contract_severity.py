"""A contract may say how much a breach of it counts, and a change may not say it of the contract that binds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

PARTS = '[components]\ncart = "shop/cart.py"\ntax = "shop/tax.py"\n'
FORBID = '\n[[forbid]]\nfrom = "tax"\nto = "cart"\n'
BREACH = {"shop/tax.py": "from shop.cart import total\n\n\ndef rate() -> float:\n    return 0.2\n"}
START = {"shop/cart.py": "def total() -> float:\n    return 1\n"}


def judged_under(
    shop: Callable, judged: Callable, policy: str, *more: str, name: str = "repo"
) -> tuple[int, dict[str, str]]:
    repo = shop({**START, "plumbrule.toml": policy}, name=name)
    repo.commit(BREACH)
    code, report = judged(repo, *more)
    return code, {f["rule"]: f["severity"] for f in report["findings"] if f["state"] == "new"}


@pytest.mark.parametrize(
    ("contract", "rule"),
    [
        (FORBID, "forbidden-dependency"),
        ('\n[[layers]]\norder = ["cart", "tax"]\n', "layer-breach"),
        ('\n[[allow]]\nfrom = "tax"\nto = ["shop/other.py"]\n', "dependency-not-allowed"),
        ('\n[[visible]]\nwhat = "cart"\nto = ["shop/other.py"]\n', "hidden-dependency"),
        ('\n[[public]]\nof = "cart"\ninternal = ["shop/cart.py"]\n', "internal-use"),
        ('\n[[independent]]\nmembers = ["cart", "tax"]\n', "sibling-dependency"),
    ],
)
def test_a_breach_counts_as_much_as_its_contract_says(shop, judged, contract: str, rule: str):
    assert judged_under(shop, judged, PARTS + contract) == (1, {rule: "error"})
    assert judged_under(shop, judged, f'{PARTS}{contract}severity = "warning"\n', name="lowered") == (
        0,
        {rule: "warning"},
    )
    raised = f'{PARTS}{contract}severity = "error"\n\n[rules.{rule}]\nseverity = "info"\n'
    assert judged_under(shop, judged, raised, name="raised") == (1, {rule: "error"})


def test_of_several_contracts_that_one_import_breaks_the_strictest_counts(shop, judged):
    both = (
        '\n[[independent]]\nname = "a"\nmembers = ["cart", "tax"]\nseverity = "info"\n'
        '\n[[independent]]\nname = "b"\nmembers = ["tax", "cart"]\n'
    )
    assert judged_under(shop, judged, PARTS + both) == (1, {"sibling-dependency": "error"})


def test_what_is_said_of_a_place_goes_before_the_contract(shop, judged):
    there = '\n[[override]]\npaths = ["shop/tax.py"]\n[override.rules.forbidden-dependency]\nseverity = "info"\n'
    assert judged_under(shop, judged, f'{PARTS}{FORBID}severity = "warning"\n{there}') == (
        0,
        {"forbidden-dependency": "info"},
    )


def test_a_rule_that_is_off_stays_off(shop, judged):
    off = '\n[rules.forbidden-dependency]\nseverity = "off"\n'
    assert judged_under(shop, judged, f'{PARTS}{FORBID}severity = "error"\n{off}') == (0, {})


@pytest.mark.parametrize(
    ("before", "now", "code"),
    [
        ("", 'severity = "warning"\n', 1),
        ('severity = "error"\n', 'severity = "info"\n', 1),
        ('severity = "warning"\n', 'severity = "error"\n', 0),
        ('severity = "warning"\n', "", 0),
        ("", 'severity = "error"\n', 0),
    ],
)
@pytest.mark.parametrize("contract", [FORBID, '\n[[layers]]\nname = "x"\norder = ["cart", "tax"]\n'])
def test_to_lower_it_is_a_loosening_even_where_nothing_is_found(
    shop, judged, found, before: str, now: str, code: int, contract: str
):
    repo = shop({**START, "plumbrule.toml": PARTS + contract + before})
    repo.commit({"plumbrule.toml": PARTS + contract + now})
    got, report = judged(repo)
    assert (got, bool(found(report, "new", "policy-loosened"))) == (code, bool(code))


def test_lowering_it_does_not_help_the_change_that_does_it(shop: Callable, judged: Callable, found: Any):
    repo = shop({**START, "plumbrule.toml": PARTS + FORBID})
    repo.commit({**BREACH, "plumbrule.toml": f'{PARTS}{FORBID}severity = "warning"\n'})
    code, report = judged(repo)
    assert (code, found(report, "new", "forbidden-dependency")) == (1, ["shop/tax.py -> shop/cart.py"])
    (loosened,) = [one for one in report["findings"] if one["rule"] == "policy-loosened"]
    assert "forbidden-dependency" in loosened["message"]


@pytest.mark.parametrize(
    ("said", "mend"), [('"off"', "take the contract out"), ('"fatal"', "info, warning"), ("3", "")]
)
def test_another_word_is_refused_and_mended(shop, judged, said: str, mend: str):
    repo = shop({"plumbrule.toml": f"{PARTS}{FORBID}severity = {said}\n"})
    repo.commit({"note.md": "x\n"})
    code, report = judged(repo)
    assert code == 2
    assert any("is none of a contract" in one and mend in one for one in report["reasons"])
