"""A policy taken apart into edits, and put together again."""

from __future__ import annotations

import pytest

from plumbrule.policy import read_policy
from plumbrule.policy.edits import applied, edits, line_of
from plumbrule.policy.loosening import direction

ONE = """\
exclude = ["gen/**", "!gen/own/**"]
[components]
web = "web/**"
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
parsed = 0.9
"""
OTHER = """\
exclude = ["!gen/own/**", "gen/**", "more/**"]
[components]
free = "domain/free/**"
domain = ["domain/**", "core/**"]
web = "web/**"
[[forbid]]
from = "web"
to = "free"
[rules.dependency-cycle]
min_members = 2
[rules.oversized-file]
severity = "off"
[batches]
window = 5
"""


def read(text: str):
    return read_policy(text, "plumbrule.toml")


@pytest.mark.parametrize(("old", "new"), [(ONE, OTHER), (OTHER, ONE), (ONE, ""), ("", ONE), (ONE, ONE)])
def test_all_edits_together_turn_one_policy_into_the_other(old, new):
    assert applied(read(old), edits(read(old), read(new))).settings() == read(new).settings()


def test_one_edit_alone_leaves_the_rest_as_it_was():
    (web,) = (edit for edit in edits(read(ONE), read(ONE.replace("web/**", "www/**"))) if edit.field == "components")
    got = applied(read(ONE), [web])
    assert got.components[0].globs == ("www/**",)
    assert got.settings() == read(ONE.replace("web/**", "www/**")).settings()


def test_a_component_is_added_where_it_stands_since_the_first_match_wins():
    added = edits(read(ONE), read(ONE.replace("web =", 'free = "web/free/**"\nweb =')))
    assert [part.name for part in applied(read(ONE), added).components] == ["free", "web", "domain"]


def test_what_means_the_same_is_no_edit():
    said = ONE.replace('web = "web/**"', 'web = ["web/**"]  # pages').replace("parsed = 0.9", "parsed = 0.90")
    assert edits(read(ONE), read(f"# a comment\n\n{said}")) == ()


def test_an_edit_that_others_made_since_is_left_out():
    found = edits(read(ONE.replace("= 3", "= 4")), read(ONE.replace("0.9", "0.5")), since=[read(ONE)])
    assert [edit.name for edit in found] == ["[limits] parsed"]


@pytest.mark.parametrize(
    ("old", "new", "name", "line"),
    [
        ("min_members = 3", "min_members = 9", "[rules.dependency-cycle] min_members", 11),
        ("parsed = 0.9", "parsed = 0.1", "[limits] parsed", 19),
        ('"gen/**",', '"gen/**", "far/**",', "exclude far/**", 1),
        ("2030-01-01", "2031-01-01", "[[waiver]] layer-breach a -> b", 12),
        ('"domain/**"', '"dom/**"', "[components] domain", 4),
    ],
)
def test_an_edit_is_named_by_its_table_key_and_line(old, new, name, line):
    (edit,) = edits(read(ONE), read(ONE.replace(old, new)))
    assert (edit.name, line_of(edit, read(ONE.replace(old, new)))) == (name, line)


CONTRACTS = """\
[components]
web = "web/**"
domain = "domain/**"
tools = "tools/**"
[[allow]]
name = "tools"
from = "tools"
to = ["domain", "lib/**"]
[[independent]]
name = "parts"
members = ["web", "tools"]
[[layers]]
name = "folders"
order = ["src/ui/**", "src/data/**"]
[[budget]]
name = "small"
of = "web"
files = 10
may_only_fall = ["lines", "public"]
[[packages]]
name = "ours"
forbid = ["left-pad"]
licences_allow = ["MIT", "BSD-3-Clause"]
[[stable]]
name = "down"
members = ["web", "domain"]
tolerance = 0.1
[[public]]
name = "door"
of = "web"
entry = ["web/api.py"]
friends = ["tools"]
"""


@pytest.mark.parametrize(
    ("old", "new", "dead", "way"),
    [
        ('to = ["domain", "lib/**"]', 'to = ["domain", "lib/**", "web"]', (), "loosening"),
        ('to = ["domain", "lib/**"]', 'to = ["domain"]', (), "tightening"),
        ('to = ["domain", "lib/**"]', 'to = ["domain", "libs/**"]', (), "loosening"),
        ('to = ["domain", "lib/**"]', 'to = ["domain", "libs/**"]', ("lib/**",), "neutral"),
        ('["web", "tools"]', '["web", "tools", "domain"]', (), "tightening"),
        ('["web", "tools"]', '["web", "domain"]', (), "loosening"),
        ('name = "tools"\n', 'name = "tools"\nreason = "so"\n', (), "neutral"),
        ('[[independent]]\nname = "parts"\nmembers = ["web", "tools"]\n', "", (), "loosening"),
        ('[[independent]]\nname = "parts"\nmembers = ["web", "tools"]\n', "", ("web", "tools"), "neutral"),
        ('["src/ui/**", "src/data/**"]', '["src/data/**", "src/ui/**"]', (), "unknown"),
        ('["src/ui/**", "src/data/**"]', '["app/ui/**", "app/data/**"]', ("src/ui/**", "src/data/**"), "tightening"),
        ('["src/ui/**", "src/data/**"]', '["src/ui/**", "src/more/**", "src/data/**"]', (), "tightening"),
        ("files = 10", "files = 9", (), "tightening"),
        ("files = 10", "files = 11", (), "loosening"),
        ("files = 10\n", "", (), "loosening"),
        ("files = 10", "files = 10\nlines = 900", (), "tightening"),
        ('["lines", "public"]', '["public", "lines"]', (), "tightening"),
        ('["lines", "public"]', '["public"]', (), "loosening"),
        ('forbid = ["left-pad"]', 'forbid = ["left-pad", "right-pad"]', (), "tightening"),
        ('forbid = ["left-pad"]', 'forbid = ["right-pad"]', (), "unknown"),
        ('["MIT", "BSD-3-Clause"]', '["BSD-3-Clause", "MIT"]', (), "tightening"),
        ('["MIT", "BSD-3-Clause"]', '["MIT"]', (), "tightening"),
        ('["MIT", "BSD-3-Clause"]', '["MIT", "BSD-3-Clause", "GPL-3.0-only"]', (), "loosening"),
        ('licences_allow = ["MIT", "BSD-3-Clause"]\n', "", (), "loosening"),
        ("tolerance = 0.1", "tolerance = 0.05", (), "tightening"),
        ("tolerance = 0.1", "tolerance = 0.2", (), "loosening"),
        ('order = ["src/ui/**"', 'transitive = true\norder = ["src/ui/**"', (), "tightening"),
        ('friends = ["tools"]\n', "", (), "tightening"),
        ('entry = ["web/api.py"]', 'entry = ["web/api.py", "web/more.py"]', (), "loosening"),
        ("[[layers]]", '[[forbid]]\nfrom = "web"\nto = "tools"\n[[layers]]', (), "tightening"),
    ],
)
def test_a_contract_goes_one_way_by_what_its_elements_are_there_for(old, new, dead, way):
    assert old in CONTRACTS
    (edit,) = edits(read(CONTRACTS), read(CONTRACTS.replace(old, new, 1)))
    assert direction(edit, ("web", "domain", "tools"), dead) == way
