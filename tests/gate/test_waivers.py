"""A waiver lasts until a day, and no longer than the policy allows; the list says which come up for renewal."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

CYCLE = {"shop/tax.py": "from shop.cart import total\n\n\ndef rate() -> float:\n    return total and 0.2\n"}
EDGES = ("shop/cart.py -> shop/tax.py", "shop/tax.py -> shop/cart.py")


def waived(expires: str, more: str = "", head: str = "") -> str:
    table = """
[[waiver]]
rule = "dependency-cycle"
subject = "{subject}"
reason = "goes with the old checkout"
owner = "@shop"
expires = {expires}
{more}
"""
    return head + "".join(table.format(subject=edge, expires=expires, more=more) for edge in EDGES)


@pytest.fixture
def waiving(shop: Callable) -> Callable:
    """A shop whose policy landed on 2024-01-02, standing on `topic` with a cycle."""

    def make(policy: str) -> Any:
        repo = shop()
        repo.switch("main")
        repo.commit({"plumbrule.toml": policy})
        repo.git("branch", "--force", "topic")
        repo.switch("topic")
        repo.commit(CYCLE)
        return repo

    return make


@pytest.mark.parametrize(
    ("policy", "last"),
    [
        (waived("2999-12-31"), "2024-06-30"),
        (waived("2024-03-01"), "2024-03-01"),
        (waived("2999-12-31", head="[governance]\nwaiver_days = 30\n"), "2024-02-01"),
        (waived("2999-12-31", "since = 2024-02-01"), "2024-07-30"),
    ],
)
def test_a_day_too_far_counts_as_the_longest_that_a_waiver_may_last(
    waiving: Callable, judged: Callable, found: Callable, policy: str, last: str
):
    repo = waiving(policy)
    code, report = judged(repo, "--today", last)
    assert (code, len(found(report, "waived"))) == (0, 2)
    day = date.fromisoformat(last)
    code, report = judged(repo, "--today", date.fromordinal(day.toordinal() + 1).isoformat())
    assert (code, len(found(report, "new", "dependency-cycle"))) == (1, 2)
    assert len(found(report, "known", "expired-waiver")) == 2


def test_a_waiver_is_not_in_force_before_its_first_day(waiving: Callable, judged: Callable):
    repo = waiving(waived("2024-12-31", "since = 2024-06-02"))
    assert judged(repo, "--today", "2024-06-01")[0] == 1
    assert judged(repo, "--today", "2024-06-02")[0] == 0


def test_edits_beside_a_waiver_do_not_renew_it_and_a_new_day_does(waiving: Callable, judged: Callable):
    repo = waiving(waived("2999-12-31"))
    repo.switch("main")
    repo.commit({"plumbrule.toml": "# renamed nothing\n" + waived("2999-12-31")}, at="2024-06-15T12:00:00+00:00")
    repo.switch("topic")
    assert judged(repo, "--today", "2024-07-01")[0] == 1
    repo.switch("main")
    repo.commit({"plumbrule.toml": waived("2999-12-30")}, at="2024-06-20T12:00:00+00:00")
    repo.switch("topic")
    assert judged(repo, "--today", "2024-07-01")[0] == 0


def test_a_commit_dated_into_the_future_makes_no_waiver_last_longer(waiving: Callable, judged: Callable):
    repo = waiving("[batches]\nwindow = 60\n")
    repo.switch("main")
    repo.commit({"plumbrule.toml": waived("2999-12-31")}, at="2030-01-01T12:00:00+00:00")
    repo.commit({"plumbrule.toml": "# said\n" + waived("2999-12-31")}, at="2024-01-20T12:00:00+00:00")
    repo.switch("topic")
    assert judged(repo, "--today", "2024-07-18")[0] == 0
    assert judged(repo, "--today", "2024-07-19")[0] == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (waived("2024-03-01"), waived("2024-04-01")),
        (waived("2024-03-01", "since = 2024-01-01"), waived("2024-03-01", "since = 2024-02-01")),
        (waived("2024-03-01", "since = 2024-01-01"), waived("2024-03-01")),
        (waived("2024-03-01"), waived("2024-03-01", head="[governance]\nwaiver_days = 400\n")),
    ],
)
def test_to_push_the_last_day_out_in_any_way_is_a_loosening(
    shop: Callable, judged: Callable, found: Callable, before: str, after: str
):
    repo = shop({"plumbrule.toml": before})
    repo.commit({"plumbrule.toml": after})
    code, report = judged(repo, "--today", "2024-01-10")
    assert code == 1
    assert found(report, "new", "policy-loosened")
    repo.switch("main")
    repo.commit({"plumbrule.toml": after})
    repo.branch("back")
    repo.commit({"plumbrule.toml": before})
    assert judged(repo, "--today", "2024-01-10")[0] == 0


def test_a_first_day_that_lets_a_waiver_last_longer_than_from_its_commit_is_a_loosening(
    shop: Callable, judged: Callable, found: Callable
):
    repo = shop({"plumbrule.toml": waived("2999-12-31")})
    repo.commit({"plumbrule.toml": waived("2999-12-31", "since = 2024-03-01")})
    code, report = judged(repo, "--today", "2024-04-10")
    assert (code, len(found(report, "new", "policy-loosened"))) == (1, 2)


def test_a_waiver_that_ends_before_it_begins_is_refused():
    from plumbrule.errors import SettingsError
    from plumbrule.policy import read_policy

    with pytest.raises(SettingsError, match="begins on 2024-02-01 and ends before that"):
        read_policy(waived("2024-01-01", "since = 2024-02-01"), "plumbrule.toml")


def test_the_list_says_what_runs_out_first_what_it_covers_and_who_approved_it(shop: Callable, plumbrule: Callable):
    other = """
[[waiver]]
rule = "oversized-file"
subject = "shop/none.py"
reason = "was split"
owner = "@shop"
since = 2024-05-01
expires = 2024-05-31
"""
    repo = shop({**CYCLE, "plumbrule.toml": waived("2999-12-31") + other})
    answer = plumbrule(repo.path, "waivers", "--quiet", "--today", "2024-06-01")
    assert answer.code == 0
    assert answer.out.splitlines() == [
        "ran out 1 day ago: oversized-file: shop/none.py",
        "  until 2024-05-31, @shop, plumbrule.toml:18",
        "  because was split",
        "  not authenticated; it counts no longer",
        "28 days left: dependency-cycle: shop/cart.py -> shop/tax.py",
        "  until 2024-06-29 (not 2999-12-31: a waiver may not last so long), @shop, plumbrule.toml:2",
        "  because goes with the old checkout",
        "  not authenticated; covers 1 finding",
        "28 days left: dependency-cycle: shop/tax.py -> shop/cart.py",
        "  until 2024-06-29 (not 2999-12-31: a waiver may not last so long), @shop, plumbrule.toml:10",
        "  because goes with the old checkout",
        "  not authenticated; covers 1 finding",
    ]
    told = json.loads(plumbrule(repo.path, "waivers", "--quiet", "--format", "json", "--today", "2024-06-01").out)
    assert told["schema"] == "plumbrule/waivers/1"
    assert [one["days_left"] for one in told["waivers"]] == [-1, 28, 28]
    assert told["waivers"][1]["covers"] == ["repo: shop/cart.py -> shop/tax.py"]


def test_a_policy_that_waives_nothing_says_so(shop: Callable, plumbrule: Callable):
    assert plumbrule(shop().path, "waivers", "--quiet").out == "The policy waives nothing.\n"
