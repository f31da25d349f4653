"""What a change does to its policy, as people and programs are told."""

from __future__ import annotations

from dataclasses import replace

from plumbrule.report import render
from plumbrule.report.formats.json import read
from plumbrule.report.model import PolicyEdit, PolicyUsed, Report

EDITS = (
    PolicyEdit("[limits] parsed", "tightening", "[limits] parsed is 0.99 and was 0.9.", 4),
    PolicyEdit("[[forbid]] web domain", "tightening", "[[forbid]] web domain is added.", 7, (), ("a: b",), 0, 2),
    PolicyEdit("[rules.x] severity", "loosening", "x is off and was error.", 9, ("x: y",), (), 1, 0),
)
REPORT = Report(
    "failed", (), "shop", "a" * 40, "b" * 40, "c" * 40,
    PolicyUsed("plumbrule.toml", "a" * 40, "0", ("x is off and was error.",), edits=EDITS),
)  # fmt: skip


def test_an_edit_is_a_line_with_its_effect_and_what_comes_or_goes():
    told = render(REPORT, "text")
    assert "  this change loosens the policy: x is off and was error.\n" in told
    assert "  this change edits the policy, tightening: [limits] parsed is 0.99 and was 0.9.\n" in told
    assert "[[forbid]] web domain is added. (2 more found)\n" in told
    assert told.count("x is off") == 1
    assert "This change edits the policy, tightening" in render(REPORT, "markdown")


def test_many_edits_are_counted():
    many = tuple(PolicyEdit(f"exclude {n}", "neutral", f"exclude {n} is added.") for n in range(9))
    told = render(replace(REPORT, policy=replace(REPORT.policy, edits=many)), "text")
    assert "this change edits the policy in 4 more places, none of them loosening\n" in told


def test_edits_are_read_back_as_they_were_written():
    assert read(render(REPORT, "json")).policy.edits == EDITS
