"""Which lines of source a report takes along, and how many."""

from __future__ import annotations

from dataclasses import replace

import pytest

from plumbrule.report import Finding
from plumbrule.report.excerpts import excerpt, with_excerpts

FINDING = Finding("1", "layer-breach", "error", "new", "shop", "a.py -> b.py", "a.py", 2, "a must not import b", "")


def shown(source: bytes, line: int) -> tuple[tuple[int, str], ...]:
    return excerpt(source.split(b"\n"), line)


def test_the_line_itself_is_shown():
    assert shown(b"import os\nimport b\nx = 1\n", 2) == ((2, "import b"),)


def test_a_statement_in_brackets_is_shown_to_its_end():
    assert shown(b"from b import (\n    one,\n    two,\n)\nx = 1\n", 1) == (
        (1, "from b import ("),
        (2, "    one,"),
        (3, "    two,"),
        (4, ")"),
    )


def test_a_body_that_goes_on_is_told_by_its_first_line():
    assert shown(b"class A {\n" + b"  int x;\n" * 9 + b"}\n", 1) == ((1, "class A {"),)


def test_a_file_that_ends_inside_a_bracket_is_told_by_the_line():
    assert shown(b"f(\n1", 1) == ((1, "f("),)


@pytest.mark.parametrize("line", [3, 4, 99])
def test_a_line_that_is_blank_or_not_there_shows_nothing(line: int):
    assert shown(b"a\nb\n   ", line) == ()


def test_bytes_that_are_no_text_a_mark_and_line_ends_of_windows_are_readable():
    assert shown(b"\xef\xbb\xbfimport caf\xe9\r\n", 1) == ((1, "import caf\\xe9"),)
    assert shown(b"\timport b\n", 1) == ((1, "    import b"),)


@pytest.mark.parametrize("line", [b"x" * 5_000_000, "é".encode() * 4000, b"\xff" * 4000, b"\t" * 4000 + b"x"])
def test_a_long_line_is_cut_and_says_so(line: bytes):
    ((_, text),) = shown(line, 1)
    assert len(text) == 201
    assert text.endswith("…")


def test_only_new_findings_about_a_line_of_this_repository_are_read():
    asked: list[str] = []

    def read(path: str) -> bytes:
        asked.append(path)
        return b"one\ntwo\n"

    findings = (
        FINDING,
        replace(FINDING, line=1),
        replace(FINDING, state="known", path="known.py"),
        replace(FINDING, state="waived", path="waived.py"),
        replace(FINDING, state="fixed", path="fixed.py"),
        replace(FINDING, repo="another", path="elsewhere.py"),
        replace(FINDING, path=""),
        replace(FINDING, path="no line.py", line=0),
        replace(FINDING, path="large.py", subject="large.py"),  # the file as a whole
    )
    excerpts = [finding.excerpt for finding in with_excerpts(findings, "shop", read)]
    assert excerpts == [((2, "two"),), ((1, "one"),), *[()] * 7]
    assert asked == ["a.py"]


def test_a_file_that_cannot_be_read_shows_nothing():
    assert with_excerpts((FINDING,), "shop", lambda _: None) == (FINDING,)
