"""A budget that was overrun before the change, and what the change may do to it."""

from __future__ import annotations

POLICY = '[[budget]]\nname = "small"\nof = "shop/**"\nfiles = 2\n'


def test_a_budget_that_was_overrun_before_stops_no_change_that_leaves_it_so(shop, judged, found):
    repo = shop({"plumbrule.toml": POLICY})
    repo.commit({"shop/tax.py": "def rate() -> float:\n    return 0.3\n"})
    code, report = judged(repo)
    assert (code, found(report, "new"), found(report, "known")) == (0, [], ["shop/**: files"])


def test_what_is_over_its_budget_already_may_not_grow(shop, judged, found):
    repo = shop({"plumbrule.toml": POLICY})
    repo.commit({"shop/more.py": "MORE = 1\n"})
    code, report = judged(repo)
    assert (code, found(report, "new", "budget-growth")) == (1, ["shop/**: files"])


def test_what_comes_to_be_over_its_budget_is_told_once(shop, judged, found):
    repo = shop({"plumbrule.toml": POLICY.replace("2", "3")})
    repo.commit({"shop/more.py": "MORE = 1\n"})
    code, report = judged(repo)
    assert (code, [finding["rule"] for finding in report["findings"]]) == (1, ["budget-overrun"])
