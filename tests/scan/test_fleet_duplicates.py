"""Functions that several repositories have: found where links are made, and one named as the one to keep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

HELPER = """\
def open_orders(orders, limit, clock, unit):
    found = []
    for order in orders:
        age = clock.today() - clock.parse(order.created, unit)
        if age > limit and not order.closed:
            found.append((order.number, age))
        elif order.flag == "late":
            found.append((order.number, limit))
        else:
            found.extend(order.notes)
    found.sort(key=clock.by)
    return found
"""
EDITED = (
    HELPER.replace("open_orders", "old_bills")
    .replace("order", "bill")
    .replace("        else:\n            found.extend(bill.notes)\n", "")
)
USER = "from {0} import {1}\n\n\ndef all_of(shop):\n    return {1}(shop.orders, 3, shop.clock, 1)\n"
ASKED = "SELECT repo, path, twin_repo, twin_path, grade, keep, reason FROM fleet_duplicate ORDER BY ALL"


@pytest.fixture
def fleet(make_repo: Callable, scanned: Callable, rows: Callable) -> Callable[..., Any]:
    """`fleet(core, app)`: what two repositories with these files share."""

    def ask(core: dict[str, str], app: dict[str, str]) -> Any:  # Any: rows of whatever is asked
        repos = [make_repo(files, name=name) for name, files in (("core", core), ("app", app))]
        scanned(repos[0], *(str(repo.path) for repo in repos))
        return rows(repos[0].path, ASKED)

    return ask


def test_a_helper_that_two_repositories_have_is_told_and_the_one_to_keep_is_the_most_used(fleet: Callable):
    core = {"core/clock.py": HELPER, "core/a.py": USER.format("core.clock", "open_orders")}
    assert fleet(core, {"app/time.py": EDITED}) == [
        ["app", "app/time.py", "core", "core/clock.py", "near", "twin", "1 files use it, 0 the other one"],
        ["core", "core/clock.py", "app", "app/time.py", "near", "this one", "1 files use it, 0 the other one"],
    ]


def test_a_copy_word_for_word_is_told_too_and_the_public_one_is_kept(fleet: Callable):
    hidden = HELPER.replace("open_orders", "_open_orders")
    found = fleet({"core/clock.py": hidden}, {"app/time.py": HELPER})
    assert [(row[0], row[4], row[5]) for row in found] == [("app", "exact", "this one"), ("core", "exact", "twin")]


def test_tests_and_other_languages_share_nothing(fleet: Callable):
    assert fleet({"core/clock.py": HELPER}, {"tests/test_time.py": EDITED, "app/time.rb": "def x\nend\n"}) == []


def test_a_repository_that_was_not_scanned_this_time_counts_as_it_stood(
    make_repo: Callable, scanned: Callable, rows: Callable
):
    core, app = make_repo({"core/clock.py": HELPER}, name="core"), make_repo({"app/other.py": "X = 1\n"}, name="app")
    scanned(core, str(core.path), str(app.path))
    assert rows(core.path, ASKED) == []
    app.commit({"app/time.py": EDITED})
    store = core.path / ".plumbrule"
    scanned(core, str(app.path), "--store", str(store))
    assert [row[:4] for row in rows(core.path, ASKED)] == [
        ["app", "app/time.py", "core", "core/clock.py"],
        ["core", "core/clock.py", "app", "app/time.py"],
    ]
    app.commit({"app/time.py": "Y = 2\n"})
    scanned(core, str(app.path), "--store", str(store))
    assert rows(core.path, ASKED) == []
