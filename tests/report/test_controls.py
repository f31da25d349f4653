"""Controls: which of them a finding touches, and which rules gave evidence for them when."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

SHOP = {
    "shop/cart.py": "from shop.tax import rate\n\n\ndef total() -> float:\n    return rate()\n",
    "shop/tax.py": "def rate() -> float:\n    return 0.2\n",
}
CYCLE = {"shop/tax.py": "from shop.cart import total\n\n\ndef rate() -> float:\n    return total and 0.2\n"}
POLICY = """\
[controls]
"ACME:ENG-4" = "Every service can be released on its own."
"ACME:ENG-5" = "Nobody looks at this."
[rules.dependency-cycle]
controls = ["ACME:ENG-4", "ISO27001:A.8.26"]
"""


@pytest.fixture
def scanned(make_repo: Callable, plumbrule: Callable) -> Any:  # Any: a Builder
    repo = make_repo({**SHOP, "plumbrule.toml": POLICY})
    repo.commit(CYCLE)
    assert plumbrule(repo.path, "scan", "--quiet").code == 0
    return repo


def test_every_mapping_names_rules_that_ship_and_says_in_our_words_what_is_asked():
    from plumbrule.data import data_folder
    from plumbrule.judge import load_rules
    from plumbrule.report.controls import shipped

    names = {name for rule in load_rules(data_folder("rules")) for name in rule.names}
    standards = {control.id.partition(":")[0] for control in shipped()}
    assert standards == {"ISO27001", "SOC2", "PCI-DSS", "SSDF", "EU-CRA"}
    for control in shipped():
        assert set(control.rules) <= names, control.id
        assert control.words.endswith(".")
        assert control.standard


def test_json_and_sarif_tell_the_controls_of_each_finding(make_repo: Callable, plumbrule: Callable):
    repo = make_repo({**SHOP, "plumbrule.toml": POLICY})
    repo.branch("topic")
    repo.commit(CYCLE)
    report = json.loads(plumbrule(repo.path, "gate", "--base", "main", "--format", "json").out)
    cycle = next(f for f in report["findings"] if f["rule"] == "dependency-cycle")
    assert cycle["controls"] == ["ACME:ENG-4", "ISO27001:A.8.26", "ISO27001:A.8.27", "SSDF:PW.7.2"]
    sarif = json.loads(plumbrule(repo.path, "gate", "--base", "main", "--format", "sarif").out)
    result = next(r for r in sarif["runs"][0]["results"] if r["ruleId"] == "dependency-cycle")
    assert result["properties"]["tags"] == cycle["controls"]


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_other_formats_tell_controls_where_they_are_asked_to(make_repo: Callable, plumbrule: Callable, form: str):
    repo = make_repo({**SHOP, "plumbrule.toml": POLICY})
    repo.branch("topic")
    repo.commit(CYCLE)
    assert "ENG" not in plumbrule(repo.path, "gate", "--base", "main", "--format", form).out
    assert "controls: " in plumbrule(repo.path, "gate", "--base", "main", "--format", form, "--controls").out


def test_a_rule_of_ones_own_names_its_controls_in_its_file(make_repo: Callable, plumbrule: Callable):
    rule = """\
---
id: no-print
title: A file is called after what it prints
severity: warning
owner: "@press"
alternatives: Call it after what it is.
controls: [ACME:ENG-9, SOC2:CC8.1]
---
Names are for what a thing is.

## What to do instead
Rename {path}.

## Finds
```sql
SELECT f.repo, f.path AS subject, f.path, 1 AS line FROM now.file f WHERE f.path LIKE '%print%'
```

## Bad
```files
--- print_it.py
A = 1
```

## Good
```files
--- invoice.py
A = 1
```
"""
    repo = make_repo({**SHOP, "plumbrule.toml": 'rules = ["rules"]\n', "rules/no-print.md": rule})
    repo.branch("topic")
    repo.commit({"shop/print_it.py": "A = 1\n"})
    report = json.loads(plumbrule(repo.path, "gate", "--base", "main", "--format", "json").out)
    (found,) = [f for f in report["findings"] if f["rule"] == "no-print"]
    assert found["controls"] == ["ACME:ENG-9", "SOC2:CC8.1"]
    assert (found["owner"], found["alternatives"]) == ("@press", "Call it after what it is.")


def test_the_report_says_which_rules_gave_evidence_for_a_control_and_when(scanned: Any, plumbrule: Callable):
    said = plumbrule(scanned.path, "report", "controls", "ACME").out
    assert said == (
        "ACME:ENG-4: Every service can be released on its own.\n"
        "  dependency-cycle (error): judged at 2 commits of repo from 2024-01-01 to 2024-01-02,"
        f" the last {scanned.head[:12]}: 2 open, 0 waived\n"
        "ACME:ENG-5: Nobody looks at this.\n"
        "  no rule gives evidence for it\n"
    )


def test_what_is_waived_is_counted_apart(scanned: Any, plumbrule: Callable):
    waiver = """
[[waiver]]
rule = "dependency-cycle"
subject = "shop/cart.py -> shop/tax.py"
reason = "goes soon"
owner = "@shop"
expires = 2030-01-01
"""
    scanned.commit({"plumbrule.toml": POLICY + waiver})
    assert plumbrule(scanned.path, "scan", "--quiet").code == 0
    assert "1 open, 1 waived" in plumbrule(scanned.path, "report", "controls", "ACME:ENG-4").out


def test_a_rule_that_is_off_gives_no_evidence(scanned: Any, plumbrule: Callable):
    said = plumbrule(scanned.path, "report", "controls", "SSDF:PO.4.1").out
    assert "  undeclared-code: had nothing to look at, or gave no answer, at every commit that is stored\n" in said


def test_a_rule_that_the_policy_gave_nothing_to_look_at_gives_no_evidence(scanned: Any, plumbrule: Callable):
    parts = '[components]\ncart = "shop/cart.py"\ntax = "shop/tax.py"\n[[independent]]\nmembers = ["cart", "tax"]\n'
    scanned.commit({"plumbrule.toml": POLICY + parts})
    assert plumbrule(scanned.path, "scan", "--quiet").code == 0
    said = plumbrule(scanned.path, "report", "controls", "ISO27001:A.8.27").out
    answered = {line.split()[0] for line in said.splitlines()[1:] if "judged at" in line}
    assert answered == {"component-cycle", "dependency-cycle", "reach-through", "sibling-dependency"}


def test_the_same_evidence_comes_as_csv_and_json(scanned: Any, plumbrule: Callable):
    rows = list(csv.DictReader(io.StringIO(plumbrule(scanned.path, "report", "controls", "--format", "csv").out)))
    told = json.loads(plumbrule(scanned.path, "report", "controls", "--format", "json").out)
    assert [(row["control"], row["rule"]) for row in rows] == [
        (control["control"], one["rule"]) for control in told for one in control["evidence"]
    ]
    (cycle,) = [row for row in rows if row["control"] == "ACME:ENG-4"]
    assert (cycle["repo"], cycle["severity"], cycle["judged"], cycle["open"]) == ("repo", "error", "2", "2")


def test_history_that_is_judged_anew_is_evidence_by_todays_policy(scanned: Any, plumbrule: Callable):
    scanned.commit({"plumbrule.toml": POLICY + 'severity = "warning"\n'})
    assert plumbrule(scanned.path, "scan", "--quiet").code == 0
    asked = "SELECT DISTINCT severity FROM evidence WHERE rule = 'dependency-cycle'"
    assert plumbrule(scanned.path, "query", asked, "--format", "csv").out.split() == ["severity", "warning"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [("ISO27001:A.8.277", "Did you mean 'ISO27001:A.8.27'?"), ("XYZ", "there is no control 'XYZ'")],
)
def test_a_control_that_is_none_is_answered_with_the_nearest(scanned: Any, plumbrule: Callable, asked: str, words: str):
    answer = plumbrule(scanned.path, "report", "controls", asked)
    assert answer.code == 2
    assert words in answer.err


@pytest.mark.parametrize(
    "policy",
    [
        '[controls]\n"no colon" = "x"\n',
        '[rules.dependency-cycle]\ncontrols = ["A,B:C"]\n',
        '[controls]\n"=1:2" = "x"\n',
    ],
)
def test_an_identifier_that_is_none_is_refused(make_repo: Callable, plumbrule: Callable, policy: str):
    repo = make_repo({**SHOP, "plumbrule.toml": policy})
    answer = plumbrule(repo.path, "rules", "list")
    assert answer.code == 2
    assert "is no identifier of a control" in answer.err
