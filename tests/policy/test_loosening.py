"""What a change takes away from the policy that judges it, in words; tightenings are no news."""

from __future__ import annotations

import pytest

from plumbrule.policy import Policy, read_policy
from plumbrule.policy.loosening import loosened

BASE = """\
exclude = ["gen/**"]
[components]
web = ["web/**", "ui/**"]
domain = "domain/**"
[[layers]]
order = ["web", "domain"]
[rules]
folders = ["architecture"]
[rules.dependency-cycle]
severity = "error"
min_members = 3
[[waiver]]
rule = "layer-breach"
subject = "a -> b"
reason = "x"
owner = "@o"
expires = 2030-01-01
[limits]
resolved = 0.9
"""
DEFAULTS = {"oversized-file": ("warning", {"limit": 800}), "dependency-cycle": ("error", {"min_members": 2})}


def words(text, defaults=DEFAULTS):
    base = read_policy(BASE, "plumbrule.toml")
    return [loosening.words for loosening in loosened(base, read_policy(text, "plumbrule.toml"), defaults)]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"error"', '"off"', "dependency-cycle is off and was error."),
        ("min_members = 3", "min_members = 9", "min_members of dependency-cycle is 9 and was 3."),
        ('["gen/**"]', '["gen/**", "web/**"]', "web/** is no longer analysed."),
        ('domain = "domain/**"', 'domain = "dom/**"', "domain/** no longer belongs to the component domain."),
        (', "ui/**"', "", "ui/** no longer belongs to the component web."),
        ('[[layers]]\norder = ["web", "domain"]\n', "", "domain may depend on web, and could not before."),
        ('["web", "domain"]', '["domain", "web"]', "domain may depend on web, and could not before."),
        ('["architecture"]', "[]", "The rules in architecture are no longer used."),
        ("2030-01-01", "2031-01-01", "layer-breach of a -> b is waived until 2031-01-01, and was until 2030-01-01."),
        ('"a -> b"', '"a -> c"', "layer-breach of a -> c is waived until 2030-01-01."),
        ("resolved = 0.9", "resolved = 0.5", "The limit resolved is 0.5 and was 0.9."),
        ("[limits]", "[rules.oversized-file]\nlimit = 900\n[limits]", "limit of oversized-file is 900 and was 800."),
        ("[limits]", '[rules.oversized-file]\nseverity = "off"\n[limits]', "oversized-file is off and was warning."),
    ],
)
def test_a_loosening_is_said_in_one_sentence(old, new, said):
    assert old in BASE
    assert words(BASE.replace(old, new, 1)) == [said]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("min_members = 3", "min_members = 2"),
        ("expires = 2030-01-01", "expires = 2029-01-01"),
        ('exclude = ["gen/**"]', "exclude = []"),
        ("resolved = 0.9", "resolved = 0.99"),
        ("[limits]", '[rules.oversized-file]\nseverity = "error"\nlimit = 500\n[limits]'),
        ("[limits]", '[[forbid]]\nfrom = "web"\nto = "domain"\n[limits]'),
    ],
)
def test_a_tightening_is_none(old, new):
    assert words(BASE.replace(old, new, 1)) == []


def test_a_component_that_is_gone_is_said_once():
    text = BASE.replace('domain = "domain/**"\n', "").replace('[[layers]]\norder = ["web", "domain"]\n', "")
    assert words(text) == ["The component domain is no longer declared."]


def test_a_policy_that_is_gone_or_broken_is_a_loosening():
    base = read_policy(BASE, "plumbrule.toml")
    assert [one.words for one in loosened(base, None)] == ["The policy is deleted."]
    assert [one.words for one in loosened(base, None, why="cannot be read")] == ["The policy cannot be read."]


def test_a_first_policy_loosens_nothing():
    assert loosened(Policy(), read_policy(BASE, "plumbrule.toml")) == ()
