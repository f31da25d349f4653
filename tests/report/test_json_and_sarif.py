"""Machine formats against their published schemas."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from importlib import resources
from urllib.parse import unquote

import jsonschema
import pytest

from plumbrule.errors import StoreError
from plumbrule.report import Finding, PolicyUsed, Report, format_names, render
from plumbrule.report.formats.json import read

# As OASIS published "errata 01"; the copy comes with a test requirement, so its bytes are checked.
SARIF_SCHEMA = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"


def own_schema() -> dict[str, object]:
    return json.loads(resources.files("plumbrule.report").joinpath("schema/report-1.json").read_text("utf-8"))


def sarif_of(report: Report) -> dict:
    return json.loads(render(report, "sarif"))


def test_json_follows_the_published_schema(report: Report):
    schema = own_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(json.loads(render(report, "json")))


def test_the_published_schema_names_every_member_that_is_written(rich: Report):
    def unnamed(value: object, schema: dict, where: str) -> list[str]:
        if isinstance(value, list):
            return [fault for item in value for fault in unnamed(item, schema.get("items", {}), where + "[]")]
        if isinstance(value, dict) and "properties" in schema:
            named = schema["properties"]
            missing = [f"{where}.{name}" for name in value if name not in named]
            return missing + [f for n, v in value.items() if n in named for f in unnamed(v, named[n], f"{where}.{n}")]
        return []

    assert unnamed(json.loads(render(rich, "json")), own_schema(), "report") == []


def test_the_members_that_the_design_promises_are_there(minimal: Report):
    written = json.loads(render(minimal, "json"))
    assert written["schema"] == "plumbrule/report/1"
    promised = {"tool", "verdict", "reasons", "repo", "base", "merge_base", "head", "policy", "counts", "coverage"}
    assert promised | {"findings"} <= written.keys()
    assert {"commit", "hash", "loosened"} <= written["policy"].keys()


@pytest.mark.parametrize("name", format_names())
def test_a_report_read_back_renders_the_same_bytes(report: Report, name: str):
    assert render(read(render(report, "json")), name) == render(report, name)


def test_a_report_from_before_a_member_was_added_is_read(minimal: Report):
    earlier = json.loads(render(minimal, "json"))
    del earlier["policy"]["known"], earlier["coverage"]["read_in_part"], earlier["ahead"]
    assert read(json.dumps(earlier)) == read(render(minimal, "json"))


def test_a_finding_from_before_source_was_told_has_none(rich: Report):
    earlier = json.loads(render(rich, "json"))
    for finding in earlier["findings"]:
        del finding["fails"], finding["excerpt"]
    assert [(finding.fails, finding.excerpt) for finding in read(json.dumps(earlier)).findings] == [(False, ())] * 10


def test_members_of_a_later_minor_version_are_left_out(minimal: Report):
    later = json.loads(render(minimal, "json")) | {"invented": [1]}
    assert read(json.dumps(later)) == read(render(minimal, "json"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"schema": 1}',
        '{"schema": "plumbrule/report/1"}',
        '{"schema": "plumbrule/report/2"}',
        '{"schema": "plumbrule/report/1", "verdict": []}',
    ],
)
def test_what_is_no_report_is_refused_with_a_sentence(text: str):
    with pytest.raises(StoreError, match="schema 'plumbrule/report"):
        read(text)


def test_a_member_of_the_wrong_type_is_refused_by_name(rich: Report):
    broken = json.loads(render(rich, "json"))
    broken["findings"][0]["line"] = "3"
    with pytest.raises(StoreError, match="line must be a whole number, not '3'"):
        read(json.dumps(broken))


def test_sarif_follows_the_official_schema(report: Report):
    text = resources.files("linceo").joinpath("data/sarif-schema-2.1.0.json").read_bytes()
    assert hashlib.sha256(text).hexdigest() == SARIF_SCHEMA
    jsonschema.Draft4Validator(json.loads(text)).validate(sarif_of(report))


def test_every_sarif_result_has_a_file_because_one_without_makes_hosts_refuse_all(report: Report):
    about_nothing = Finding("x", "unused-waiver", "warning", "new", "shop", "layer-breach: a -> b", "", 0, "unused", "")
    for result in sarif_of(replace(report, findings=(*report.findings, about_nothing)))["runs"][0]["results"]:
        (location,) = result["locations"]
        artifact = location["physicalLocation"]["artifactLocation"]
        assert artifact["uri"]
        assert artifact["uriBaseId"] == "%SRCROOT%"
        assert result["message"]["text"]


def test_no_sarif_uri_is_absolute_or_has_a_scheme(hostile: Report):
    uris = [
        location["physicalLocation"]["artifactLocation"]["uri"]
        for result in sarif_of(hostile)["runs"][0]["results"]
        for location in result["locations"]
    ]
    assert uris
    assert not [uri for uri in uris if uri.startswith("/") or ":" in uri or " " in uri]
    assert "C:/Windows/x.py" in {unquote(uri) for uri in uris}


def test_sarif_says_what_is_new_what_was_there_and_what_is_waived(rich: Report):
    results = sarif_of(rich)["runs"][0]["results"]
    assert [r["baselineState"] for r in results if r["ruleId"] == "contract-break"] == ["new"]
    assert {r["baselineState"] for r in results if r["ruleId"] == "duplicate-helper"} == {"unchanged"}
    (waived,) = [r for r in results if r["suppressions"]]
    assert waived["suppressions"][0]["justification"] == "waived by @shop until 2027-03-31: goes with the old checkout"


def test_a_fixed_finding_is_no_sarif_result_because_hosts_would_open_an_alert_for_it(rich: Report):
    run = sarif_of(rich)["runs"][0]
    assert "c0ffee30" not in {r["partialFingerprints"]["plumbrule/v1"] for r in run["results"]}
    assert run["properties"]["counts"]["fixed"] == 1


def test_a_sarif_fingerprint_is_the_identity_and_not_the_line(rich: Report):
    moved = replace(rich, findings=tuple(replace(finding, line=finding.line + 7) for finding in rich.findings))
    prints = [[r["partialFingerprints"] for r in sarif_of(report)["runs"][0]["results"]] for report in (rich, moved)]
    assert prints[0] == prints[1]
    assert len({p["primaryLocationLineHash"] for p in prints[0]}) == len(prints[0])


def test_a_sarif_result_has_its_lines_of_source(rich: Report):
    regions = [r["locations"][0]["physicalLocation"].get("region") for r in sarif_of(rich)["runs"][0]["results"]]
    assert {"startLine": 40, "endLine": 40, "snippet": {"text": "def charge(amount):"}} in regions
    assert {"startLine": 3, "endLine": 5, "snippet": {"text": "from billing.tax import (\n    rate,\n)"}} in regions


def test_a_sarif_run_holds_no_more_results_than_hosts_take_and_says_what_is_missing(minimal: Report):
    many = tuple(Finding(str(n), "x", "error", "known", "shop", str(n), "a.py", 1, "m", "") for n in range(25_010))
    run = sarif_of(
        replace(minimal, findings=(*many, Finding("n", "x", "info", "new", "shop", "n", "a.py", 1, "m", "")))
    )
    (run,) = run["runs"]
    assert len(run["results"]) == 25_000
    assert run["results"][0]["baselineState"] == "new"
    (note,) = [n for n in run["invocations"][0]["toolExecutionNotifications"] if "more results" in n["message"]["text"]]
    assert note["message"]["text"].startswith("11 more results")


def test_sarif_rules_carry_their_advice(rich: Report):
    rules = {rule["id"]: rule for rule in sarif_of(rich)["runs"][0]["tool"]["driver"]["rules"]}
    assert "## What to do instead" in rules["contract-break"]["help"]["markdown"]
    for result in sarif_of(rich)["runs"][0]["results"]:
        assert list(rules)[result["ruleIndex"]] == result["ruleId"]


def test_not_judged_is_not_a_successful_sarif_run(minimal: Report):
    run = sarif_of(replace(minimal, verdict="not-judged", reasons=("no base",)))["runs"][0]
    (invocation,) = run["invocations"]
    assert not invocation["executionSuccessful"]
    assert invocation["exitCode"] == 2
    assert {"level": "error", "message": {"text": "no base"}} in invocation["toolExecutionNotifications"]


def test_a_name_is_neither_a_link_nor_a_placeholder_in_a_sarif_message(minimal: Report):
    name = "[click](https://evil.example) {0}"
    finding = Finding("x", "layer-breach", "error", "new", "shop", name, "a.py", 1, name, "")
    (result,) = sarif_of(replace(minimal, findings=(finding,), policy=PolicyUsed()))["runs"][0]["results"]
    assert result["message"]["text"] == "\\[click](https://evil.example) {{0}}"
