"""Every rule that ships, through the real analyzer: its bad example fires, its good one stays silent."""

from __future__ import annotations

from datetime import date

import pytest

from plumbrule.data import data_folder
from plumbrule.judge import load_rules
from plumbrule.judge.exercise import exercise

TODAY = date(2026, 3, 1)
RULES = load_rules(data_folder("rules"))

GATING = {
    "dependency-cycle",
    "layer-breach",
    "forbidden-dependency",
    "reach-through",
    "contract-break",
    "missing-name",
    "complexity-jump",
    "policy-loosened",  # proven by the policy's own text: a loosening needs a person (DESIGN, law 4)
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_bad_fires_and_good_is_silent(rule):
    outcomes = list(exercise([rule], today=TODAY))
    assert {outcome.kind for outcome in outcomes} == {"bad", "good"}
    assert [outcome for outcome in outcomes if outcome.problem] == []


def test_only_proven_faults_gate():
    stated = {rule.id for rule in RULES if rule.subject == "boundaries"}  # contracts, which somebody wrote down
    assert {rule.id for rule in RULES if rule.severity == "error"} == GATING | stated - {
        "diagram-absence"
    }  # that is for its readers


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_in_words_what_a_person_does(rule):
    assert "{" in rule.remedy or "{" in rule.message, "words without a single name from the finding help nobody"
    assert all(parameter.doc for parameter in rule.parameters)
    assert len(rule.reason) > 80


def test_an_example_that_does_what_it_should_not_is_told_with_its_line(rule_of):
    silent, loud = "SELECT repo, path AS subject, path, 1 AS line FROM now.file WHERE lines > 90", "lines >= 0"
    outcomes = list(exercise([rule_of(silent)], today=TODAY))
    assert [(o.kind, o.problem.partition(";")[0]) for o in outcomes] == [
        ("bad", "the bad example is not found"),
        ("good", ""),
    ]
    outcomes = list(exercise([rule_of(silent.replace("lines > 90", loud))], today=TODAY))
    assert [o.source for o in outcomes if o.problem] == ["rules/test/some-fault.md:22"]
    assert outcomes[1].problem.startswith("the good example is found: a.py: A fault")


def test_a_rule_that_cannot_be_judged_fails_its_examples(rule_of):
    outcomes = list(exercise([rule_of("SELECT * FROM now.fiel")], today=TODAY))
    assert all("there is no table now.fiel; did you mean now.file?" in outcome.problem for outcome in outcomes)
    assert len(outcomes) == 2
