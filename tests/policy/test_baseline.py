"""A baseline is text that people review: sorted, one finding a line, nothing hidden in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from plumbrule.errors import SettingsError
from plumbrule.policy import Baseline, read_baseline

PLAIN = Baseline(frozenset({("layer-breach", "", "b.py -> a.py"), ("dependency-cycle", "", "z.py -> a.py")}))


def test_the_file_is_sorted_and_reads_like_the_findings():
    told = [line.rpartition("\t")[0] for line in PLAIN.text().splitlines()[1:]]
    assert told == ["dependency-cycle\tz.py -> a.py", "layer-breach\tb.py -> a.py"]


def test_what_a_reviewer_could_not_see_is_spelled_out():
    hidden = Baseline(frozenset({("r", "", "a\u202egnp.py\n\tb \\ c\u00a0 ")}))
    [line] = hidden.text().splitlines()[1:]
    assert line.rpartition("\t")[0] == "r\ta\\u{202e}gnp.py\\n\\tb \\\\ c\\u{a0}\\u{20}"


@given(some.frozensets(some.tuples(*[some.text(min_size=1, max_size=8)] * 3) | some.just(("r", "", "x"))))
def test_what_is_written_is_read_back(entries):
    entries = frozenset((f"r{rule}", repo, subject) for rule, repo, subject in entries)
    assert read_baseline(Baseline(entries).text(), "b").entries == entries


def test_an_entry_without_a_repository_counts_in_any():
    assert PLAIN.accepts("layer-breach", "shop", "b.py -> a.py")
    only = Baseline(frozenset({("layer-breach", "orders", "b.py -> a.py")}))
    assert only.accepts("layer-breach", "orders", "b.py -> a.py")
    assert not only.accepts("layer-breach", "shop", "b.py -> a.py")
    assert not PLAIN.accepts("layer-breach", "shop", "b.py -> c.py")


def test_only_entries_that_count_in_a_repository_can_name_an_unknown_rule_there():
    baseline = Baseline(frozenset({("one", "", "a.py"), ("two", "shop", "a.py"), ("three", "bank", "a.py")}))
    told = " ".join(baseline.unknown_rules(["layer-breach"], "shop"))
    assert [f"the rule {name!r}" in told for name in ("one", "two", "three")] == [True, True, False]


def test_shrinking_drops_what_is_gone_and_accepts_nothing_new():
    present = [("layer-breach", "shop", "b.py -> a.py"), ("layer-breach", "shop", "new.py -> a.py")]
    assert PLAIN.shrunk(present, {}).entries == {("layer-breach", "", "b.py -> a.py")}


def test_line_ends_of_other_systems_and_empty_lines_are_fine():
    assert read_baseline(PLAIN.text().replace("\n", "\r\n") + "\n\n# note\n", "b") == PLAIN


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("layer-breach b.py\n", "b:1: 'layer-breach b.py' is not `rule<TAB>subject`"),
        ("a\tb\tc\td\n", "is not `rule<TAB>subject`"),
        ("a\t\n", "is not `rule<TAB>subject`"),
        ("# x\na\tb\\q\n", "b:2: the escape \\q means nothing"),
        ("<<<<<<< HEAD\n", "a merge conflict is left; keep the lines of both sides"),
        ("a\tb\\u{ffffff}\n", "b:1: "),
    ],
)
def test_a_line_that_cannot_be_read_is_named(text, words):
    with pytest.raises(SettingsError) as refused:
        read_baseline(text, "b")
    assert words in str(refused.value)


def test_what_has_another_name_now_keeps_its_line_under_that():
    now = ("layer-breach", "", "new/b.py -> a.py")
    assert PLAIN.shrunk([now], {now: [("layer-breach", "", "b.py -> a.py")]}).entries == {now}


def test_lines_that_people_wrote_without_a_print_are_read():
    assert read_baseline("dependency-cycle\tz.py -> a.py\nlayer-breach\tb.py -> a.py\n", "b") == PLAIN


def test_a_line_that_was_edited_is_refused():
    edited = PLAIN.text().replace("b.py -> a.py", "b.py -> c.py")
    with pytest.raises(SettingsError, match=r"^b:3: the print [0-9a-f]{12} is not that of layer-breach"):
        read_baseline(edited, "b")


def test_in_a_fleet_a_line_names_its_repository_before_the_print():
    fleet = Baseline(frozenset({("layer-breach", "orders", "b.py -> a.py")}))
    assert fleet.text().splitlines()[1].startswith("layer-breach\torders\tb.py -> a.py\t")
    assert read_baseline(fleet.text(), "b") == fleet
