"""The lines of source that stand beside what is new: those of the change, whatever lies on disk."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CYCLE = {"shop/tax.py": "from shop.cart import (\n    total,\n)\n\n\ndef rate() -> float:\n    return total and 0.2\n"}


def excerpts(report: dict[str, Any]) -> dict[str, list[tuple[int, str]]]:
    """By subject."""
    return {f["subject"]: [(line["line"], line["text"]) for line in f["excerpt"]] for f in report["findings"]}


CLOSED = {
    "shop/cart.py -> shop/tax.py": [(1, "from shop.tax import rate")],
    "shop/tax.py -> shop/cart.py": [(1, "from shop.cart import ("), (2, "    total,"), (3, ")")],
}


def test_a_new_finding_has_the_lines_that_it_is_about(shop: Callable, judged: Callable):
    repo = shop()
    repo.commit(CYCLE)
    code, report = judged(repo)
    assert code == 1
    assert excerpts(report) == CLOSED
    assert [finding["fails"] for finding in report["findings"]] == [True, True]


def test_the_lines_are_those_of_the_commit_and_not_of_what_lies_on_disk(shop: Callable, judged: Callable):
    repo = shop()
    repo.commit(CYCLE)
    repo.write({"shop/tax.py": "# nothing of it\n", "shop/cart.py": "# gone\n"})
    assert excerpts(judged(repo)[1]) == CLOSED


def test_in_a_work_tree_they_are_those_on_disk(shop: Callable, judged: Callable):
    repo = shop()
    repo.write(CYCLE)
    assert excerpts(judged(repo, "--head", "worktree")[1]) == CLOSED


def test_with_a_store_they_are_the_same(shop: Callable, judged: Callable, plumbrule: Callable, tmp_path: Path):
    repo = shop()
    store = tmp_path / "store"
    assert plumbrule(repo.path, "scan", "--quiet", "--ref", "main", "--store", str(store)).code == 0
    repo.commit(CYCLE)
    assert excerpts(judged(repo, store=store)[1]) == CLOSED


def test_what_was_known_has_none(shop: Callable, judged: Callable):
    repo = shop(CYCLE)
    repo.commit({"shop/new.py": "X = 1\n"})
    _, report = judged(repo)
    assert {finding["state"] for finding in report["findings"]} == {"known"}
    assert set(map(tuple, excerpts(report).values())) == {()}


POLICY = '[components]\nweb = "web/**"\nshop = "shop/**"\n\n[[forbid]]\nfrom = "shop"\nto = "web"\n'


@pytest.mark.parametrize("head", ["HEAD", "worktree"])
def test_a_file_whose_name_is_no_text_is_found_and_what_hides_in_a_line_is_seen(
    shop: Callable, judged: Callable, plumbrule: Callable, head: str
):
    repo = shop({"plumbrule.toml": POLICY, "web/page.py": "X = 1\n"})
    with open(bytes(repo.path) + b"/shop/caf\xe9.py", "wb") as file:  # noqa: PTH123 - a name of bytes
        file.write(b"from web.page import X  # \xe2\x80\xae\x1b[31m\n")
    if head == "HEAD":
        repo.commit()
    _, report = judged(repo, "--head", head)
    assert excerpts(report) == {
        "shop/caf\\xe9.py -> web/page.py": [(1, "from web.page import X  # \u202e\x1b[31m")],
    }
    text = plumbrule(repo.path, "gate", "--base", "main", "--quiet", "--head", head).out
    assert "\n    1 | from web.page import X  # \\u202e\\x1b[31m\n" in text


@pytest.mark.parametrize("format_name", ["text", "markdown", "html", "sarif", "junit"])
def test_people_are_shown_the_line(shop: Callable, plumbrule: Callable, format_name: str):
    repo = shop()
    repo.commit(CYCLE)
    shown = plumbrule(repo.path, "gate", "--base", "main", "--quiet", "--format", format_name).out
    assert "from shop.tax import rate" in shown


def test_a_first_policy_shows_the_lines_that_it_would_stop(shop: Callable, judged: Callable):
    repo = shop({"web/page.py": "X = 1\n", "shop/late.py": "Y = 1\n"})
    repo.commit({"plumbrule.toml": POLICY, "shop/late.py": "from web.page import X\n"})
    _, report = judged(repo)
    assert [finding["excerpt"] for finding in report["ahead"]] == [[{"line": 1, "text": "from web.page import X"}]]


def test_a_change_with_nothing_to_say_writes_an_empty_comment(shop: Callable, plumbrule: Callable, tmp_path: Path):
    repo = shop()
    comment = tmp_path / "comment.md"
    gate = ("gate", "--base", "main", "--quiet", "--format", "markdown", "--output", str(comment))
    repo.commit({"shop/new.py": "X = 1\n"})
    assert plumbrule(repo.path, *gate).code == 0
    assert comment.read_bytes() == b""
    repo.commit(CYCLE)
    assert plumbrule(repo.path, *gate).code == 1
    assert comment.read_text("utf-8").startswith("<!-- plumbrule -->\n### Plumbrule failed")


def test_a_warning_fails_in_the_tests_of_a_server_only_where_it_fails_the_gate(shop: Callable, judged: Callable):
    repo = shop()
    repo.commit({"shop/large.py": "".join(f"def f{n}():\n    return {n}\n" for n in range(800))})
    for limit, fails in (("error", False), ("warning", True)):
        _, report = judged(repo, "--fail-on", limit)
        (large,) = [finding for finding in report["findings"] if finding["rule"] == "oversized-file"]
        assert large["fails"] is fails
        assert json.dumps(large["excerpt"]) == "[]"  # the file as a whole
