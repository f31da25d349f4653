"""How much of a comment the code behind it says again, in every language."""

from __future__ import annotations

import pytest

SAID = [
    ("python", "def f():\n    # set the order total\n    order.total = 3\n"),
    ("starlark", "def f():\n    # set the order total\n    order.total = 3\n"),
    ("javascript", "function f() {\n  // set the order total\n  order.total = 3;\n}\n"),
    ("typescript", "function f() {\n  /* set the order total */\n  order.total = 3;\n}\n"),
    ("go", "package a\n\nfunc f() {\n\t// set the order total\n\torder.total = 3\n}\n"),
    ("java", "class A {\n  void f() {\n    // set the order total\n    order.total = 3;\n  }\n}\n"),
    ("c", "void f(void) {\n  /* set the order total */\n  order->total = 3;\n}\n"),
    ("cpp", "void f() {\n  // set the order total\n  order.total = 3;\n}\n"),
    ("csharp", "class A {\n  void F() {\n    // set the order total\n    order.Total = 3;\n  }\n}\n"),
    ("kotlin", "fun f() {\n  // set the order total\n  order.total = 3\n}\n"),
    ("php", "<?php\nfunction f() {\n  # set the order total\n  $order->total = 3;\n}\n"),
    ("ruby", "def f\n  # set the order total\n  order.total = 3\nend\n"),
    ("rust", "fn f() {\n    // set the order total\n    order.total = 3;\n}\n"),
    ("scala", "object A {\n  def f = {\n    // set the order total\n    order.total = 3\n  }\n}\n"),
    ("swift", "func f() {\n  // set the order total\n  order.total = 3\n}\n"),
    ("vue", "<script>\nfunction f() {\n  // set the order total\n  order.total = 3;\n}\n</script>\n"),
]


@pytest.mark.parametrize(("dialect", "source"), SAID, ids=[dialect for dialect, _ in SAID])
def test_a_comment_that_says_what_the_next_line_says(details_in, dialect, source):
    ((_, row),) = details_in("comments", source, dialect)
    assert (row.words, row.repeated, row.at_once) == (3, 3, 3)


def test_forms_of_a_word_are_one_and_signs_are_words(details_in):
    source = "def f():\n    # adding the prices of parcels\n    price += parcel.price\n"
    ((name, row),) = details_in("comments", source)
    assert (name, row.words, row.repeated) == ("f", 3, 3)


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa: E501",
        "# type: ignore",
        "# TODO: set the total",
        "# set the total, see #12",
        "# total = price * 3",
        "# ------------",
        "# set the total because the order has none",
        "# Copyright the order total",
        "# eslint-disable",
    ],
)
def test_what_is_no_remark_on_the_code_is_left_out(details_in, comment):
    assert details_in("comments", f"def f():\n    x = 1\n    {comment}\n    order.total = 3\n") == []


def test_a_comment_behind_code_above_a_definition_or_apart_from_code_is_left_out(details_in):
    source = "x = 1  # set x\n\n# set the total\n\ny = 2\n\n# set the total\ndef total():\n    pass\n"
    assert details_in("comments", source) == []


def test_lines_of_comments_are_one_comment(details_in):
    source = "def f():\n    # set the order\n    # total\n    order.total = 3\n    # save it\n    order.save()\n"
    assert [(row.line, row.words) for _, row in details_in("comments", source)] == [(2, 3), (5, 1)]


def test_hostile_comments_are_read_in_linear_time(read_apart):
    for filling in ("a" * 300, "A" * 300, "(" * 300, "#" * 300, "-" * 300, " " * 300, "aB" * 150):
        assert read_apart("comments", f"def f():\n    # {filling}\n    x({filling[:50]!r})\n" * 800, "python") == ""
