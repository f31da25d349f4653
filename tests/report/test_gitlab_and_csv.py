"""The list that GitLab's Code Quality reads, by the rules of its documentation, and rows for a spreadsheet."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from io import StringIO
from pathlib import Path

import duckdb
import jsonschema
import pytest

from plumbrule.report import Report, render

# What GitLab documents of "implement a custom tool", in our words.
CODE_QUALITY = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "minLength": 1, "not": {"pattern": "^(\\./|/)"}},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def issues(report: Report) -> list[dict]:
    return json.loads(render(report, "gitlab"))


def rows(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(render(report, "csv"), newline="")))


def test_every_issue_has_what_gitlab_asks_for_and_an_identity_of_its_own(report: Report):
    jsonschema.Draft202012Validator(CODE_QUALITY).validate(issues(report))
    identities = [issue["fingerprint"] for issue in issues(report) if report.repo == "shop"]
    assert len(identities) == len(set(identities))


def test_new_and_known_ones_are_listed_so_that_gitlab_can_compare_and_waived_ones_are_not(rich: Report):
    listed = {issue["fingerprint"] for issue in issues(rich)}
    assert listed == {finding.id for finding in rich.findings if finding.state in ("new", "known")}


def test_an_issue_says_what_to_do(rich: Report):
    (issue,) = [issue for issue in issues(rich) if issue["check_name"] == "contract-break"]
    assert issue["severity"] == "critical"
    assert issue["location"] == {"path": "billing/api.py", "lines": {"begin": 40}}
    assert "which 2 callers give. What to do instead: Keep the parameter, with a default. Or" in issue["description"]


def test_a_finding_in_another_repository_does_not_seem_to_lie_here(rich: Report):
    apart = replace(rich.findings[0], repo="orders")
    (issue,) = issues(replace(rich, findings=(apart,)))
    assert issue["location"] == {"path": "plumbrule.toml", "lines": {"begin": 1}}
    assert issue["description"].startswith("orders: billing/tax.py -> billing/invoice.py: ")


def test_a_clean_bill_is_an_empty_list(minimal: Report):
    assert issues(minimal) == []


@pytest.mark.parametrize("format_name", ["gitlab", "csv"])
def test_what_could_not_be_judged_is_no_empty_table(minimal: Report, format_name: str):
    report = replace(minimal, verdict="not-judged", reasons=("no base\nfetch it", "another"))
    jsonschema.Draft202012Validator(CODE_QUALITY).validate(issues(report))
    assert [issue["severity"] for issue in issues(report)] == ["blocker", "blocker"]
    assert "no base What to do: fetch it" in issues(report)[0]["description"]
    assert [(row["state"], row["message"]) for row in rows(report)] == [
        ("not-judged", "no base\\nfetch it"),
        ("not-judged", "another"),
    ]


def test_a_table_has_a_row_for_each_finding(report: Report):
    assert sorted(row["id"] for row in rows(report)) == sorted(finding.id for finding in report.findings)
    assert {len(row) for row in rows(report)} <= {17}


def test_an_empty_table_has_its_header(minimal: Report):
    assert render(minimal, "csv").startswith("state,severity,rule,repo,path,line,subject,message,remedy,evidence,")
    assert rows(minimal) == []


def test_no_cell_is_a_formula(hostile: Report):
    dangerous = ("=", "+", "-", "@", "\t", "\r", "\n")
    cells = [cell for row in rows(hostile) for cell in row.values()]
    assert [cell for cell in cells if cell.lstrip(" ").startswith(dangerous)] == []
    assert "'=cmd|' /C calc'!A0" in cells


def test_another_reader_of_tables_sees_the_same_cells(hostile: Report, tmp_path: Path):
    (tmp_path / "hostile.csv").write_text(render(hostile, "csv"), "utf-8")
    # A connection of its own: the one that the library shares may be in use by others.
    sql = f"SELECT * FROM read_csv('{tmp_path}/hostile.csv', all_varchar = true, header = true)"
    read = duckdb.connect().execute(sql).fetchall()
    seen = [tuple(cell or None for cell in row.values()) for row in rows(hostile)]
    assert read == seen
