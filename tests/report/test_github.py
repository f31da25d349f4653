"""Annotations: what a GitHub runner makes of the lines, read back by the rules of its own parser."""

from __future__ import annotations

from dataclasses import replace

from plumbrule.report import Report, render
from plumbrule.report.escapes import log_line


def commands(rendered: str) -> list[tuple[str, dict[str, str], str]]:
    """(command, properties, message) of every line that the runner obeys."""
    found = []
    for line in rendered.splitlines():
        if not line.lstrip().startswith("::"):
            continue
        head, _, data = line.strip()[2:].partition("::")
        name, _, given = head.partition(" ")
        properties = dict(pair.split("=", 1) for pair in given.split(",") if pair)
        found.append((name, {key: unescaped(value) for key, value in properties.items()}, unescaped(data)))
    return found


def unescaped(text: str) -> str:
    for escape, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escape, character)
    return text


def test_what_is_new_stands_beside_its_line_and_what_was_known_nowhere(rich: Report):
    told = commands(render(rich, "github"))
    assert [(name, given.get("file"), given.get("line"), given["title"]) for name, given, _ in told] == [
        ("error", "billing/api.py", "40", "contract-break"),
        ("error", "billing/invoice.py", "3", "dependency-cycle"),
        ("error", "billing/tax.py", "1", "dependency-cycle"),
        ("warning", "web/cart.py", None, "oversized-file"),
        ("notice", "domain/b.py", "3", "forbidden-dependency"),
    ]
    assert "binds nobody until it has landed" in told[-1][2]
    assert told[0][2].split("\n") == [
        "charge lost its parameter currency, which 2 callers give",
        "Keep the parameter, with a default.",
        "Or change the callers first, and this one last.",
    ]


def test_a_name_with_signs_of_the_command_itself_arrives_as_it_is(rich: Report):
    odd = replace(rich.findings[0], path="100%/a,b:c%0A.py", message="50% of a::b, and more")
    ((_, given, message),) = commands(render(replace(rich, findings=(odd,), ahead=()), "github"))
    assert given["file"] == odd.path
    assert message.startswith(odd.message)


def test_no_name_is_a_command_or_adds_a_property(hostile: Report):
    told = commands(render(hostile, "github"))
    new = [finding for finding in hostile.findings if finding.state == "new"]
    assert [name for name, _, _ in told] == ["error"] * 10 + ["notice"] * len(hostile.ahead)
    assert all(given.keys() <= {"file", "line", "title"} for _, given, _ in told)
    assert {given["file"] for _, given, _ in told if "file" in given} <= {log_line(finding.path) for finding in new}


def test_the_tenth_annotation_counts_those_that_no_runner_would_show_and_the_log_has_them(rich: Report):
    cycle = [replace(rich.findings[0], path=f"a{n}.py", line=n, subject=f"a{n}.py -> b.py") for n in range(14)]
    rendered = render(replace(rich, findings=(*cycle, rich.findings[2]), ahead=()), "github")
    told = commands(rendered)
    assert [given.get("file") for _, given, _ in told][:3] == ["billing/api.py", "a0.py", "a1.py"]
    assert told[9][1] == {"title": "Plumbrule: 6 more"}
    assert told[9][2] == "dependency-cycle 6. The log of this step has them."
    assert [line for line in rendered.splitlines() if line.startswith("error: a9.py:9: dependency-cycle: ")]
    assert len(rendered.splitlines()) == 10 + 6 + 1


def test_ten_of_a_kind_are_all_annotations(rich: Report):
    ten = tuple(replace(rich.findings[0], path=f"a{n}.py", subject=f"a{n}.py -> b.py") for n in range(10))
    assert [given["file"] for _, given, _ in commands(render(replace(rich, findings=ten, ahead=()), "github"))] == [
        f"a{n}.py" for n in range(10)
    ]


def test_the_first_of_every_rule_and_group_comes_before_the_second_of_any(rich: Report):
    one = [replace(rich.findings[0], path=f"a{n}.py", subject=f"a{n}.py -> b.py", group="one") for n in range(3)]
    two = [replace(rich.findings[0], path=f"c{n}.py", subject=f"c{n}.py -> d.py", group="two") for n in range(2)]
    told = commands(render(replace(rich, findings=(*one, *two), ahead=()), "github"))
    assert [given["file"] for _, given, _ in told] == ["a0.py", "c0.py", "a1.py", "c1.py", "a2.py"]


def test_a_finding_about_no_file_names_its_subject(rich: Report):
    finding = replace(rich.findings[0], path="", line=0, subject="web -> domain")
    ((_, given, message),) = commands(render(replace(rich, findings=(finding,), ahead=()), "github"))
    assert "file" not in given
    assert message.startswith("web -> domain: ")


def test_a_run_that_could_not_judge_says_why(minimal: Report):
    report = replace(minimal, verdict="not-judged", reasons=("no base\nfetch it",))
    assert commands(render(report, "github")) == [
        ("error", {"title": "Plumbrule could not judge"}, "no base\nfetch it"),
    ]


def test_a_run_with_nothing_new_annotates_nothing(minimal: Report):
    assert commands(render(minimal, "github")) == []
    assert render(minimal, "github") == "Plumbrule: passed: nothing new\n"
