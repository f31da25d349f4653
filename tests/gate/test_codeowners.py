"""Owners of the policy by CODEOWNERS: whom the file at the base names for it, by addresses alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from plumbrule.errors import SettingsError
from plumbrule.policy import read_policy
from plumbrule.policy.owning import with_owners

POLICY = """\
[governance]
owners = "CODEOWNERS"
allowed_signers = "allowed_signers"

[rules.oversized-file]
severity = "error"
"""
LOOSER = POLICY.replace('"error"', '"warning"')


def owners(files: dict[str, str], path: str = "plumbrule.toml") -> tuple[tuple[str, ...], str]:
    policy = with_owners(read_policy(POLICY, path), path, files.get)
    return policy.governance.owners, policy.governance.remark


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("* ada@example.org\n", ("ada@example.org",)),
        ("* bob@example.org\n/plumbrule.toml ada@example.org # the gate\n", ("ada@example.org",)),
        ("/plumbrule.toml ada@example.org\n* bob@example.org\n", ("bob@example.org",)),
        ("*.toml ada@example.org bob@example.org\n", ("ada@example.org", "bob@example.org")),
        ("docs/ ada@example.org\n", ()),
        ("* ada@example.org\n/plumbrule.toml\n", ()),
    ],
)
def test_the_last_line_that_matches_counts(text: str, named: tuple[str, ...]):
    assert owners({"CODEOWNERS": text})[0] == named


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "there is no CODEOWNERS"),
        ({"CODEOWNERS": "docs/ ada@example.org\n"}, "names nobody for plumbrule.toml"),
        ({"CODEOWNERS": "* @shop/architects ada@example.org\n"}, "@shop/architects"),
        ({"CODEOWNERS": "[Gate] @ada\n* ada@example.org\n"}, "has sections"),
        ({".gitlab/CODEOWNERS": "^[Gate][2] @ada\n"}, "has sections"),
    ],
)
def test_who_is_not_counted_is_said(files: dict[str, str], said: str):
    assert said in owners(files)[1]


def test_the_first_place_where_platforms_look_counts():
    files = {"docs/CODEOWNERS": "* bob@example.org\n", ".github/CODEOWNERS": "* ada@example.org\n"}
    assert owners(files)[0] == ("ada@example.org",)


def test_another_word_in_place_of_a_list_is_refused():
    with pytest.raises(SettingsError, match="must be a list"):
        read_policy(POLICY.replace("CODEOWNERS", "codeowners"), "plumbrule.toml")


def test_whoever_can_approve_is_told_by_name(shop: Callable, judged: Callable, found: Callable):
    repo = shop({"plumbrule.toml": POLICY, "CODEOWNERS": "* @shop/architects\n"})
    repo.commit({"plumbrule.toml": LOOSER})
    code, report = judged(repo)
    assert (code, found(report, "new")) == (1, ["severity oversized-file"])
    assert any("@shop/architects" in one and "only e-mail addresses" in one for one in report["reasons"])


@pytest.mark.parametrize("place", ["CODEOWNERS", ".github/CODEOWNERS"])
def test_a_change_that_makes_an_owner_by_the_file_is_a_loosening(shop, judged, found, place: str):
    repo = shop({"plumbrule.toml": POLICY, "CODEOWNERS": "* ada@example.org\n"})
    repo.commit({place: "* ada@example.org eve@example.org\n"})
    code, report = judged(repo)
    assert code == 1
    assert "owner eve@example.org" in found(report, "new", "policy-loosened")


def test_owners_of_the_base_count_whatever_the_change_says(shop, judged, found):
    repo = shop({"plumbrule.toml": POLICY, "CODEOWNERS": "* ada@example.org\n"})
    repo.commit({"CODEOWNERS": "* eve@example.org\n"})
    repo.commit({"plumbrule.toml": LOOSER})
    code, report = judged(repo)
    assert (code, "severity oversized-file" in found(report, "new")) == (1, True)
    assert not any("names no owners" in one for one in report["reasons"])


def test_a_link_in_its_place_names_nobody(shop, judged):
    repo = shop({"plumbrule.toml": POLICY, "who": "* eve@example.org\n"})
    repo.switch("main")
    (repo.path / "CODEOWNERS").symlink_to("who")
    repo.commit()
    repo.branch("next")
    repo.commit({"plumbrule.toml": LOOSER})
    code, report = judged(repo)
    assert code == 1
    assert any("names no owners" in one and "CODEOWNERS" in one for one in report["reasons"])
