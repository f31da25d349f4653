"""A pattern whose query lies in a file: the file is part of the policy, at the base and in the change."""

from __future__ import annotations

from collections.abc import Callable

import pytest

QUERY = '(call function: (identifier) @_name (#eq? @_name "print")) @found\n'
NARROWER = '(call function: (identifier) @_name (#eq? @_name "printed")) @found\n'
WIDER = '(call function: (identifier) @_name (#any-of? @_name "print" "rate")) @found\n'
POLICY = '[[pattern]]\nname = "no print"\nlanguage = "python"\nquery = "architecture/print.scm"\n'
START = {"plumbrule.toml": POLICY, "architecture/print.scm": QUERY, "shop/old.py": "print(1)\n"}
PRINTS = {"shop/tax.py": "def rate() -> float:\n    print(2)\n    return 0.2\n"}
FOUND = "shop/tax.py::rate: print(2) (no print)"


def test_code_that_the_query_of_the_file_finds_is_red(shop: Callable, judged: Callable, found: Callable):
    repo = shop(START)
    repo.commit(PRINTS)
    code, report = judged(repo)
    assert (code, found(report, "new")) == (1, [FOUND])


def test_the_query_of_the_base_counts_and_a_narrower_one_is_a_loosening(shop, judged, found):
    repo = shop(START)
    repo.commit({**PRINTS, "architecture/print.scm": NARROWER})
    code, report = judged(repo)
    assert (code, found(report, "new", "forbidden-pattern")) == (1, [FOUND])
    (loosened,) = [one for one in report["findings"] if one["rule"] == "policy-loosened"]
    assert "forbidden-pattern" in loosened["message"]


def test_a_wider_one_is_a_tightening_and_a_move_of_the_file_is_nothing(shop, judged, found):
    repo = shop(START)
    repo.commit({"architecture/print.scm": WIDER})
    assert judged(repo)[0] == 0
    repo.git("mv", "architecture/print.scm", "architecture/moved.scm")
    repo.commit({"architecture/moved.scm": QUERY, "plumbrule.toml": POLICY.replace("print.scm", "moved.scm")})
    code, report = judged(repo)
    assert (code, found(report, "new", "policy-loosened")) == (0, [])


def test_a_file_that_the_change_takes_away_breaks_the_policy_and_is_a_loosening(shop, judged, found):
    repo = shop(START)
    repo.commit({"architecture/print.scm": None})
    code, report = judged(repo)
    assert code == 1
    assert found(report, "new", "policy-loosened")


@pytest.mark.parametrize(
    ("policy", "files", "said"),
    [
        (POLICY, {}, "architecture/print.scm: there is no such file"),
        (POLICY, {"architecture/print.scm": "(call"}, "architecture/print.scm: `query`"),
        (POLICY, {"architecture/print.scm": "other.scm"}, "names another file"),
        (POLICY, {"architecture/print.scm": "\n"}, "`query` is missing"),
        (POLICY.replace("architecture/", "../"), {}, "below the policy's folder"),
        (POLICY.replace("architecture/", "/etc/"), {}, "below the policy's folder"),
    ],
)
def test_what_is_wrong_is_named_with_its_file(shop, judged, policy: str, files: dict[str, str], said: str):
    repo = shop({"plumbrule.toml": policy, **files})
    repo.commit({"note.md": "x\n"})
    code, report = judged(repo)
    assert code == 2
    assert any(said in reason for reason in report["reasons"]), report["reasons"]
