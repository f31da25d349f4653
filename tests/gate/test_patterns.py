"""Forbidden code, judged over a store and in the work tree, and where a query fails on a file of the change."""

from __future__ import annotations

from pathlib import Path

import pytest

SHOP_TAX = "def rate() -> float:\n    return 0.2\n\n\n"
POLICY = """\
[[pattern]]
name = "no print"
language = "python"
query = '(call function: (identifier) @_name (#eq? @_name "print")) @found'
"""


@pytest.mark.parametrize("stored", [False, True])
def test_only_what_the_change_adds_is_new(shop, judged, found, plumbrule, tmp_path, stored):
    repo = shop({"plumbrule.toml": POLICY, "shop/old.py": "print(1)\n"})
    store = tmp_path / "store"
    if stored:
        repo.git("checkout", "--quiet", "main")
        assert plumbrule(repo.path, "scan", "--quiet", "--store", str(store)).code == 0
        repo.git("checkout", "--quiet", "topic")
    repo.commit({"shop/tax.py": "def rate() -> float:\n    print(2)\n    return 0.2\n"})
    code, report = judged(repo, store=store)
    assert (code, found(report, "new")) == (1, ["shop/tax.py::rate: print(2) (no print)"])
    assert found(report, "known") == ["shop/old.py::print(1) (no print)"]


def test_what_lies_uncommitted_is_looked_at_too(shop, judged, found):
    repo = shop({"plumbrule.toml": POLICY})
    Path(repo.path, "shop/tax.py").write_text("def rate() -> float:\n    print(2)\n    return 0.2\n")
    code, report = judged(repo, "--head", "worktree")
    assert (code, found(report, "new")) == (1, ["shop/tax.py::rate: print(2) (no print)"])


def test_a_file_that_moves_takes_its_findings_along(shop, judged, found):
    repo = shop({"plumbrule.toml": POLICY, "shop/old.py": "def old():\n    print(1)\n\n\nprint(2)\n"})
    repo.commit({"shop/old.py": None, "shop/new.py": "def old():\n    print(1)\n\n\nprint(2)\n"})
    code, report = judged(repo)
    assert (code, found(report, "new")) == (0, [])
    assert found(report, "known") == ["shop/new.py::old: print(1) (no print)", "shop/new.py::print(2) (no print)"]


def test_a_file_on_which_the_query_fails_since_the_change_is_no_verdict(shop, judged):
    repo = shop({"plumbrule.toml": POLICY})
    repo.commit({"shop/tax.py": SHOP_TAX + "print(1)\n" * 6_000})
    code, report = judged(repo)
    assert (code, report["verdict"]) == (2, "not-judged")
    assert any("could not be tried on shop/tax.py" in reason for reason in report["reasons"])


def test_what_could_not_be_looked_at_before_hinders_no_other_change(shop, judged):
    repo = shop({"plumbrule.toml": POLICY, "shop/many.py": "print(1)\n" * 6_000})
    repo.commit({"shop/tax.py": "def rate() -> float:\n    return 0.3\n"})
    code, report = judged(repo)
    assert code == 0
    assert any("could not be tried on shop/many.py" in why for why in report["coverage"]["not_measured"])


def test_a_language_without_files_is_a_dead_selector(shop, judged, found):
    repo = shop()
    repo.commit(
        {"plumbrule.toml": POLICY.replace('"python"', '"go"').replace("call function", "call_expression function")}
    )
    repo.git("branch", "--force", "main", "topic")
    repo.commit({"shop/tax.py": "def rate() -> float:\n    return 0.3\n"})
    _, report = judged(repo)
    assert report["coverage"]["selectors_unmatched"] != []
