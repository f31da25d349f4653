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


FILES = ("web/a.py", "web/b.py", "ui/c.py", "domain/d.py", "domain/e.py", "free.py")


def words(text, defaults=DEFAULTS, files=FILES, formerly=str):
    base, head = read_policy(BASE, "plumbrule.toml"), read_policy(text, "plumbrule.toml")
    found = loosened(base, head, defaults, files=lambda: files, formerly=formerly)
    return [loosening.words for loosening in found]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"error"', '"off"', "dependency-cycle is off and was error."),
        ("min_members = 3", "min_members = 9", "min_members of dependency-cycle is 9 and was 3."),
        ('["gen/**"]', '["gen/**", "web/**"]', "web/** is no longer analysed."),
        (
            'domain = "domain/**"',
            'domain = "dom/**"',
            "2 files (domain/d.py is one) are no longer in the component domain, nor in any other.",
        ),
        (', "ui/**"', "", "ui/c.py is no longer in the component web, nor in any other."),
        (
            'web = ["web/**",',
            'web = ["web/**", "domain/d.py",',
            "domain/d.py is in the component web now, taken from domain.",
        ),
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


MOVED = ("app/web/a.py", "app/web/b.py", "app/ui/c.py", "app/domain/d.py", "app/domain/e.py")


@pytest.mark.parametrize(
    ("text", "files"),
    [
        (
            BASE.replace('"web/**", "ui/**"', '"app/web/**", "app/ui/**"').replace('"domain/**"', '"app/domain/**"'),
            MOVED,
        ),
        (BASE.replace("web =", "pages =").replace('["web", "domain"]', '["pages", "domain"]'), FILES),
        (
            BASE.replace('web = ["web/**", "ui/**"]', 'web = "web/**"\nui = "ui/**"').replace(
                '["web",', '["ui", "web",'
            ),
            FILES,
        ),
        (BASE.replace('"ui/**"', '"gone/**"'), FILES[:2] + FILES[3:]),
    ],
    ids=["folders moved", "a new name", "split in two", "a selector that matches nothing"],
)
def test_components_that_hold_the_same_files_under_the_same_contracts_loosen_nothing(text, files):
    assert words(text, files=files) == []


def test_a_new_name_that_sheds_a_contract_is_a_loosening():
    text = BASE.replace("web =", "pages =").replace('[[layers]]\norder = ["web", "domain"]\n', "")
    assert words(text) == ["domain may depend on web, and could not before."]


def test_two_components_made_one_are_a_loosening():
    text = BASE.replace('"ui/**"]', '"ui/**", "domain/**"]')
    assert "2 files (domain/d.py is one) are in the component web now, taken from domain." in words(text)


def test_files_that_the_change_excludes_are_said_by_the_exclusion_alone():
    assert words(BASE.replace('["gen/**"]', '["gen/**", "ui/**"]')) == ["ui/** is no longer analysed."]


@pytest.mark.parametrize(
    ("glob", "tree", "is_told"),
    [
        ("vendor/**", FILES, False),
        ("vendor/**", (*FILES, "vendor/new.py"), False),
        ("vendor/**", (*FILES, "vendor/moved.py"), True),
        ("ui/**", FILES, True),
        ("ui/**", FILES[:2], True),
    ],
)
def test_an_exclusion_that_takes_no_file_of_the_base_away_loosens_nothing(
    glob: str, tree: tuple[str, ...], is_told: bool
):
    base, head = (
        read_policy(text, "plumbrule.toml") for text in (BASE, BASE.replace('"gen/**"', f'"gen/**", "{glob}"'))
    )

    def formerly(subject: str) -> str:
        return subject.replace("vendor/moved.py", "free.py")

    found = loosened(base, head, DEFAULTS, files=lambda: tree, formerly=formerly, stood=lambda: FILES)
    assert [one.words for one in found] == [f"{glob} is no longer analysed."] * is_told


def test_a_waiver_that_follows_a_renamed_file_is_none():
    text = BASE.replace('"a -> b"', '"c -> b"')
    assert words(text, formerly=lambda subject: subject.replace("c", "a")) == []
    assert words(text) == ["layer-breach of c -> b is waived until 2030-01-01."]


def test_a_component_that_is_gone_is_said_once():
    text = BASE.replace('domain = "domain/**"\n', "").replace('[[layers]]\norder = ["web", "domain"]\n', "")
    assert words(text) == ["The component domain is no longer declared."]


def test_a_policy_that_is_gone_or_broken_is_a_loosening():
    base = read_policy(BASE, "plumbrule.toml")
    assert [one.words for one in loosened(base, None)] == ["The policy is deleted."]
    assert [one.words for one in loosened(base, None, why="cannot be read")] == ["The policy cannot be read."]


def test_a_first_policy_loosens_nothing():
    assert loosened(Policy(), read_policy(BASE, "plumbrule.toml")) == ()
