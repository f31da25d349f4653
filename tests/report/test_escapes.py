"""Hostile names, medium by medium."""

from __future__ import annotations

import json
import sys
import tomllib
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from plumbrule.report.escapes import (
    code_span,
    fitted,
    in_markdown,
    in_uri,
    json_text,
    log_line,
    shortened,
    toml_string,
    visible,
)

ANY = st.text(st.characters(), max_size=40)  # lone surrogates included


def test_every_character_that_unicode_calls_unseen_is_spelled_out():
    unseen = [
        c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    ]
    assert [c for c in unseen if c in visible(c)] == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("two\nlines", "two\\nlines"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\udcff", "\\udcff"),
        ("\U000e0041", "\\U000e0041"),
        ("größe/文件.py", "größe/文件.py"),
    ],
)
def test_what_cannot_be_seen_is_spelled_and_the_rest_is_left(name: str, shown: str):
    assert visible(name) == shown


@pytest.mark.parametrize(
    "line",
    ["::error::x", "   ::stop-commands::x", "see ##[add-path]x", "see ##vso[task.setvariable]x", "##teamcity[x]"],
)
def test_a_log_line_holds_no_command_to_the_runner(line: str):
    shown = log_line(line)
    assert not shown.lstrip().startswith("::")
    assert not any(mark in shown for mark in ("##[", "##vso[", "##teamcity["))


@given(ANY)
@example("`")
@example("``a`")
@example(" ` ")
@example("a\\")
@example("")
@example("  ")
def test_a_code_span_shows_exactly_the_name_and_nothing_else(name: str):
    inline = MarkdownIt("commonmark").parseInline(f"x{code_span(name)}x")[0].children
    assert inline is not None
    assert [token.type for token in inline] == ["text", "code_inline", "text"]
    shown = inline[1].content
    assert shown == (visible(name) if visible(name).strip() else f'"{visible(name)}"')


@given(st.text(st.sampled_from("ab1 `<>!()[]@#*_~&\\|:/.w-\n\"'"), max_size=30))
@example("<script>alert(1)</script>")
@example("![](https://x.example/a.png)")
@example("[a](b) [c]: d <https://x.example> &lt; www.x.example a@b.example")
@example("`` ` `` `")
@example("*a* __b__ ~~c~~ | d | \\@e @e #1 ![")
def test_prose_in_markdown_is_words_and_code_spans_only(text: str):
    reader = MarkdownIt("gfm-like", {"linkify": False}).enable("table")
    (paragraph,) = [token for token in reader.parse(f"x {in_markdown(text)}\n") if token.type == "inline"] or [None]
    assert paragraph is not None
    children = paragraph.children or []
    assert {token.type for token in children} <= {"text", "code_inline"}
    words = "".join(token.content for token in children if token.type == "text")
    assert not set("@#<*_~|`[]&\\") & set(words)
    assert "www." not in words
    assert "://" not in words


@given(ANY)
def test_json_keeps_every_name_and_shows_every_hidden_character(name: str):
    text = json_text({name: [name]})
    hidden = {character for character in text if visible(character) != character}
    assert hidden <= {"\n"}
    whole = "".join(visible(c) if "\ud800" <= c <= "\udfff" else c for c in name)
    assert json.loads(text) == {whole: [whole]}


@given(ANY)
@example("src/##[group]x/one.py -> a\\b")
@example("::error::x")
def test_a_toml_string_is_the_text_and_safe_in_a_log(name: str):
    quoted = toml_string(name)
    assert log_line(f"subject: {quoted}") == f"subject: {quoted}"
    whole = "".join(visible(c) if "\ud800" <= c <= "\udfff" else c for c in name)
    assert tomllib.loads(f"subject = {quoted}") == {"subject": whole}


@pytest.mark.parametrize("command", ["##[group]x", "##vso[task.complete]", "a ##teamcity[x]", "####[error]"])
def test_json_in_a_log_is_no_command_to_a_runner_and_says_the_same(command: str):
    text = json_text({command: [command]})
    assert all(log_line(line) == line for line in text.splitlines())
    assert json.loads(text) == {command: [command]}


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("src/a b.py", "src/a%20b.py"),
        ("/etc/passwd", "etc/passwd"),
        ("//host/x", "host/x"),
        ("C:/x.py", "C%3A/x.py"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ("größe.py", "gr%C3%B6%C3%9Fe.py"),
        ("a?b#c%d", "a%3Fb%23c%25d"),
        ("a\nb\udcff", "a%0Ab%5Cudcff"),
    ],
)
def test_a_path_is_a_relative_reference_whatever_it_holds(path: str, uri: str):
    assert in_uri(path) == uri


def test_what_was_cut_is_counted():
    assert shortened("abcdef" * 9, 4) == "abcd… (50 more characters)"
    assert shortened("abcd", 4) == "abcd"


@pytest.mark.parametrize("length", [5, 27, 28, 29, 30, 200])
def test_a_shortened_name_is_shorter_than_it_was(length: int):
    name = "a" * length
    shown = shortened(name, 4)
    assert shown == name or len(shown) < length


@given(ANY, st.integers(1, 40))
def test_a_label_keeps_both_ends_of_a_name_and_its_room(name: str, room: int):
    shown = fitted(name, room)
    assert len(shown) <= room
    if len(visible(name)) > room > 2:
        assert shown[0] == visible(name)[0]
        assert shown[-1] == visible(name)[-1]
