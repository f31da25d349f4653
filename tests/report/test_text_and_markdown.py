"""What people are told, and in which order."""

from __future__ import annotations

from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from plumbrule.report import Coverage, Finding, LanguageCoverage, PolicyUsed, Report, render


def test_the_first_line_is_the_verdict(rich: Report):
    assert render(rich, "text").splitlines()[0] == ("failed: 3 new errors, 1 new warning, 1 known error never accepted")


def test_a_name_cannot_pretend_to_be_a_line_of_its_own(hostile: Report):
    lines = render(hostile, "text").splitlines()
    assert [line for line in lines if line.startswith("passed")] == []


def test_not_judged_never_says_that_nothing_is_new(minimal: Report):
    text = render(replace(minimal, verdict="not-judged", reasons=("the base is missing",)), "text")
    assert text.splitlines()[0] == "not judged"
    assert "because the base is missing" in text


@pytest.mark.parametrize("name", ["text", "markdown"])
def test_what_mends_it_stands_on_a_line_of_its_own(minimal: Report, name: str):
    reason = "a\nb.py at 1b2c: its object is missing.\nFetch it."
    said = render(replace(minimal, verdict="not-judged", reasons=(reason,)), name)
    (why,) = (line for line in said.splitlines() if "missing" in line)
    (mend,) = (line for line in said.splitlines() if "Fetch" in line)
    assert "a\\nb.py" in why
    assert "hat to do: Fetch it." in mend


def test_a_preview_says_that_it_binds_nobody(minimal: Report):
    text = render(replace(minimal, policy=PolicyUsed("plumbrule.toml", preview=True)), "text")
    assert text.startswith("preview, binds nobody: passed")


def test_the_edges_of_one_cycle_stand_together_and_share_their_advice(rich: Report):
    text = render(rich, "text")
    part = text[text.index("dependency-cycle: 2 new") : text.index("oversized-file: 1 new")]
    assert part.count("  billing/invoice.py, billing/tax.py (2 together)\n") == 1
    assert part.count("what to do instead") == 1


def test_known_findings_are_counted_and_unaccepted_ones_shown(rich: Report):
    text = render(rich, "text")
    assert "known: 3 (duplicate-helper 1, oversized-file 2)" in text
    assert "layer-breach: 1 known, but missing from the baseline (error)\n  web/a.py:9:" in text


def test_the_share_of_resolved_imports_is_never_rounded_up_to_all(minimal: Report):
    text = render(replace(minimal, coverage=Coverage(imports=100_000, resolved=99_999)), "text")
    assert "99,999 of 100,000 imports resolved (99%)" in text


@pytest.mark.parametrize("name", ["text", "markdown"])
def test_what_was_not_looked_at_is_said(rich: Report, name: str):
    said = render(rich, name)
    for gap in (
        "shallow clone",
        "not enough history (12 of 49 units)",
        "8 skipped",
        "larger than 2 MB",
        "draft.py",
        "line 12",
    ):
        assert gap in said


def test_a_green_comment_is_none(minimal: Report, rich: Report):
    settled = tuple(f for f in rich.findings if f.state in ("waived", "fixed"))
    assert render(minimal, "markdown") == ""
    assert render(replace(minimal, findings=settled), "markdown") == ""


@pytest.mark.parametrize(
    "noted",
    [
        {"verdict": "not-judged", "reasons": ("no base",)},
        {"verdict": "failed"},
        {"policy": PolicyUsed("plumbrule.toml", loosened=("dependency-cycle: off",))},
        {"policy": PolicyUsed("plumbrule.toml", preview=True)},
        {"coverage": Coverage(read_in_part=(("a.py", 3),))},
        {"coverage": Coverage(languages=(LanguageCoverage("go", 9, 100, 60),))},
        {"findings": (Finding("1", "oversized-file", "info", "new", "shop", "a.py", "a.py", 1, "large", ""),)},
        {"findings": (Finding("1", "x", "error", "known", "shop", "a", "a.py", 1, "m", "", unaccepted=True),)},
        {"ahead": (Finding("1", "x", "error", "new", "shop", "a.py", "a.py", 1, "m", ""),)},
    ],
)
def test_a_comment_is_written_where_anybody_has_to_look(minimal: Report, noted: dict):
    assert render(replace(minimal, **noted), "markdown").startswith("<!-- plumbrule -->\n### Plumbrule ")


def test_a_new_finding_comes_with_its_line_of_source(rich: Report):
    assert "    3 | from billing.tax import (\n      4 |     rate,\n      5 | )\n" in render(rich, "text")
    assert "closes a cycle of 2 files\\\n  `3 | from billing.tax import (`\n" in render(rich, "markdown")


def test_numbers_of_source_lines_stand_below_each_other(rich: Report):
    wide = replace(rich.findings[0], excerpt=((9, "f("), (10, ")")))
    assert "     9 | f(\n    10 | )\n" in render(replace(rich, findings=(wide,)), "text")


def test_a_comment_never_outgrows_what_hosts_accept_and_says_what_is_missing(minimal: Report):
    findings = tuple(
        Finding(
            f"{n}",
            "layer-breach",
            "error",
            "new",
            "shop",
            f"a{n} -> b",
            f"a{n}.py",
            n,
            "x" * 200,
            "y" * 500,
            ("z" * 400,),
            group=f"g{n}",
        )
        for n in range(2000)
    )
    comment = render(replace(minimal, verdict="failed", findings=findings), "markdown")
    assert len(comment) < 65_536
    assert "This is not all" in comment
    assert "Looked at" in comment


@pytest.mark.parametrize(("group", "shown"), [("", 30), ("all", 10)])
def test_many_findings_of_one_kind_leave_a_comment_room_for_others(rich: Report, group: str, shown: int):
    many = tuple(replace(rich.findings[0], path=f"a{n}.py", subject=f"a{n} -> b", group=group) for n in range(900))
    comment = render(replace(rich, findings=(*many, rich.findings[4])), "markdown")
    assert comment.count("closes a cycle") == shown
    assert f"- and {900 - shown} more like these; the format `text` has them all\n" in comment
    assert "**layer-breach**: 1 known" in comment
    assert "This is not all" not in comment


def test_of_a_large_group_the_findings_that_the_change_made_are_told_in_full_and_none_is_left_out(rich: Report):
    many = [replace(rich.findings[0], path=f"a{n:03}.py", subject=f"a{n:03} -> b") for n in range(90)]
    many[70] = replace(many[70], touched=True)
    text = render(replace(rich, findings=tuple(many)), "text")
    assert text.index("a070.py:1: ") < text.index("a000.py:1: ")
    assert "    and 70 more like these, one a line:\n" in text
    assert "    a089.py:1: a089 -> b | from .invoice import total\n" in text
    assert [n for n in range(90) if f"a{n:03} -> b" not in text] == []
    page = render(replace(rich, findings=tuple(many)), "html")
    assert "more like these: 65" in page
    assert [n for n in range(90) if f"a{n:03}.py:1" not in page] == []


def test_a_comment_holds_no_html_link_or_picture_of_a_name(hostile: Report):
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(render(hostile, "markdown"))
    html = {token.content.strip() for token in tokens if token.type == "html_block"}
    assert {block for block in html if not block.startswith(("<!-- plumbrule -->", "<details>", "</details>"))} == set()
    assert not any("evil" in block or "script" in block for block in html)
    inner = [child for token in tokens for child in token.children or []]
    assert {child.type for child in inner} <= {
        "text",
        "code_inline",
        "hardbreak",
        "softbreak",
        "html_inline",
        "strong_open",
        "strong_close",
    }
    assert {child.content for child in inner if child.type == "html_inline"} <= {"<sub>", "</sub>"}
    assert not any(mark in child.content for child in inner if child.type == "text" for mark in "@#[<|`")
