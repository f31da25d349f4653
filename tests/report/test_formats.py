"""Every format against every report: readable expected output, and what no format may ever do."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from plumbrule.errors import SettingsError
from plumbrule.report import Report, format_names, on_terminal, render

GOLDEN = Path(__file__).parent.parent / "golden" / "report"
# Formats with readable expected output beside; what holds for every format is asked of all that are discovered.
ENDINGS = {
    "badge": "badge.svg",
    "csv": "csv",
    "d2": "d2",
    "dot": "dot",
    "github": "github.txt",
    "gitlab": "gitlab.json",
    "graphml": "graphml",
    "html": "html",
    "json": "json",
    "junit": "junit.xml",
    "markdown": "md",
    "mermaid": "mmd",
    "sarif": "sarif.json",
    "text": "txt",
}


def test_every_file_in_the_folder_of_formats_is_a_format():
    assert set(ENDINGS) == set(format_names())
    assert {"../text", "__init__", "formats"}.isdisjoint(format_names())


def test_an_unknown_format_names_those_there_are(minimal: Report):
    with pytest.raises(SettingsError, match=f"choose one of: {', '.join(format_names())}"):
        render(minimal, "../text")


# The hostile report only in what people read: programs' formats of it are checked by their schemas.
@pytest.mark.parametrize(
    ("report", "name"),
    [("minimal", name) for name in ENDINGS if name != "markdown"]  # nothing to say, so nothing is said
    + [("rich", name) for name in ENDINGS]
    + [("hostile", "text"), ("hostile", "markdown")],
    indirect=["report"],
)
def test_a_format_renders_as_expected(request: pytest.FixtureRequest, report: Report, name: str):
    """Set UPDATE_GOLDEN=1 to write what is rendered now, and read the difference before committing it."""
    file = GOLDEN / f"{request.node.callspec.params['report']}.{ENDINGS[name]}"
    rendered = render(report, name).encode()
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_bytes(rendered)
    assert rendered.decode() == file.read_bytes().decode()


@pytest.mark.parametrize("name", format_names())
def test_the_order_in_which_findings_come_changes_nothing(report: Report, name: str):
    turned = replace(
        report, findings=report.findings[::-1], counts=dict(reversed(report.counts.items())), rules=report.rules
    )
    assert render(turned, name) == render(report, name)


@pytest.mark.parametrize("name", format_names())
def test_no_format_emits_a_character_that_a_terminal_would_obey_or_hide(hostile: Report, name: str):
    rendered = render(hostile, name)
    assert {character for character in rendered if not character.isprintable()} <= {"\n"}
    rendered.encode()  # no lone surrogate


@pytest.mark.parametrize("name", format_names())
def test_a_format_ends_with_exactly_one_line_feed(report: Report, name: str):
    rendered = render(report, name)
    if name == "markdown" and report.verdict == "passed":
        assert rendered == ""  # no comment
        return
    assert rendered.endswith("\n")
    assert not rendered.endswith("\n\n\n")


@pytest.mark.parametrize("name", format_names())
def test_a_terminal_sees_the_same_text_but_for_colour(hostile: Report, name: str):
    assert re.sub(r"\x1b\[[0-9;]*m", "", on_terminal(hostile, name)) == render(hostile, name)


def test_colour_is_for_the_terminal_only(rich: Report):
    assert "\x1b[1;31mfailed" in on_terminal(rich, "text")
    assert "\x1b" not in render(rich, "text")
