"""What makes a finding new, known, waived or fixed, and when there is no verdict."""

from __future__ import annotations

from datetime import date

import pytest

from plumbrule.errors import RuleError, SettingsError
from plumbrule.judge import first_seen
from plumbrule.policy import Baseline

LONG = "SELECT repo, path AS subject, path, 1 AS line, lines FROM now.file WHERE lines > 3"
TALL = "x = 1\n" * 9

WAIVED = """
[[waiver]]
rule = "some-fault"
subject = "a.py"
reason = "old"
owner = "@shop"
expires = 2026-03-01
"""


def states(judgement):
    return {row.subject: row.state for row in judgement.rows}


def test_a_subject_that_the_earlier_side_does_not_show_is_new(rule_of, judged):
    judgement = judged(rule_of(LONG), {"a.py": TALL, "b.py": TALL}, {"a.py": TALL, "b.py": "x = 1\n"})
    assert states(judgement) == {"a.py": "known", "b.py": "new"}
    assert judgement.evaluated == 1


def test_a_subject_that_is_gone_is_fixed(rule_of, judged):
    assert states(judged(rule_of(LONG), {"a.py": "x = 1\n"}, {"a.py": TALL})) == {"a.py": "fixed"}


def test_a_renamed_file_keeps_its_finding(rule_of, judged):
    before, now = {"a.py": TALL}, {"z/b.py": TALL}
    assert states(judged(rule_of(LONG), now, before)) == {"z/b.py": "new", "a.py": "fixed"}
    assert states(judged(rule_of(LONG), now, before, renamed={"z/b.py": "a.py"})) == {"z/b.py": "known"}


def test_a_waiver_and_a_baseline_follow_a_rename(rule_of, judged):
    now, renamed = {"z/b.py": TALL}, {"z/b.py": "a.py"}
    assert states(judged(rule_of(LONG), now, policy=WAIVED, renamed=renamed)) == {"z/b.py": "waived"}
    accepted = Baseline(frozenset({("some-fault", "", "a.py")}))
    assert states(judged(rule_of(LONG), now, baseline=accepted, renamed=renamed)) == {"z/b.py": "known"}


def test_a_renamed_rule_keeps_its_waivers_and_its_baseline(rule_of, judged):
    rule = rule_of(LONG, name="long-file", matter="formerly: [some-fault]\n")
    assert states(judged(rule, {"a.py": TALL}, policy=WAIVED)) == {"a.py": "waived"}
    accepted = Baseline(frozenset({("some-fault", "shop", "a.py")}))
    assert states(judged(rule, {"a.py": TALL}, baseline=accepted)) == {"a.py": "known"}


def test_a_waiver_counts_until_its_last_day_and_not_after(rule_of, judged):
    assert states(judged(rule_of(LONG), {"a.py": TALL}, policy=WAIVED, today=date(2026, 3, 1))) == {"a.py": "waived"}
    assert states(judged(rule_of(LONG), {"a.py": TALL}, policy=WAIVED, today=date(2026, 3, 2))) == {"a.py": "new"}


def test_what_a_baseline_lacks_is_known_and_unaccepted(rule_of, judged):
    files = {"a.py": TALL, "b.py": TALL}
    accepted = Baseline(frozenset({("some-fault", "", "a.py")}))
    rows = judged(rule_of(LONG), files, files, baseline=accepted).rows
    assert [(row.subject, row.state, row.unaccepted) for row in rows] == [
        ("a.py", "known", False),
        ("b.py", "known", True),
    ]


def test_without_a_baseline_nothing_is_unaccepted(rule_of, judged):
    assert not judged(rule_of(LONG), {"a.py": TALL}, {"a.py": TALL}).rows[0].unaccepted


def test_a_line_is_no_part_of_what_a_finding_is(rule_of, judged):
    rule = rule_of("SELECT repo, path || '::' || symbol AS subject, path, line FROM now.symbol WHERE kind = 'function'")
    moved = judged(rule, {"a.py": "\n\n\ndef f(): pass\n"}, {"a.py": "def f(): pass\n"})
    assert states(moved) == {"a.py::f": "known"}
    assert moved.rows[0].line == 4


def test_rows_of_one_subject_are_one_finding_at_its_first_line(rule_of, judged):
    rule = rule_of("SELECT repo, path AS subject, path, line FROM now.symbol")
    rows = judged(rule, {"a.py": "def f(): pass\n\ndef g(): pass\n"}).rows
    assert [(row.subject, row.line) for row in rows] == [("a.py", 1)]


def test_what_a_rule_about_change_finds_is_new_each_time(rule_of, judged):
    rule = rule_of(
        "SELECT n.repo, n.path AS subject, n.path, 1 AS line FROM now.file n"
        " JOIN before.file b ON b.path = n.path WHERE n.lines > b.lines"
    )
    assert states(judged(rule, {"a.py": TALL}, {"a.py": "x = 1\n"})) == {"a.py": "new"}
    assert states(judged(rule, {"a.py": TALL}, {"a.py": TALL})) == {}


def test_a_policy_sets_severity_and_parameters_and_switches_off(rule_of, judged):
    sql = LONG.replace("3", "$most")
    rule = rule_of(sql, matter="parameters:\n  most: {default: 3, doc: lines allowed}\n")
    files = {"a.py": TALL}
    assert judged(rule, files, policy='[rules.some-fault]\nseverity = "info"\n').rows[0].severity == "info"
    assert judged(rule, files, policy="[rules.some-fault]\nmost = 9\n").rows == ()
    off = judged(rule, files, policy='[rules.some-fault]\nseverity = "off"\n')
    assert (off.rows, off.evaluated, off.errors) == ((), 0, ())


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ("[rules.some-falt]\n", "plumbrule.toml:1: there is no rule 'some-falt'; did you mean 'some-fault'?"),
        ("[rules.some-fault]\nmots = 4\n", "rule some-fault has no parameter 'mots'; did you mean 'most'?"),
        ('[rules.some-fault]\nmost = "4"\n', "parameter 'most' (lines allowed) must be like 3, not '4'"),
        ("[rules.some-fault]\nmost = true\n", "must be like 3, not True"),
        ("[rules.some-fault]\nmost = -1\n", "(lines allowed) must be a number from 0 to 1,000,000,000, not -1"),
        ("[rules.some-fault]\nmost = 9223372036854775807\n", "must be a number from 0 to 1,000,000,000"),
    ],
)
def test_a_setting_that_fits_no_rule_is_refused(rule_of, judged, policy, words):
    rule = rule_of(LONG.replace("3", "$most"), matter="parameters:\n  most: {default: 3, doc: lines allowed}\n")
    with pytest.raises(SettingsError) as refused:
        judged(rule, {"a.py": TALL}, policy=policy)
    assert words in str(refused.value)


def test_a_crash_of_an_error_rule_is_no_verdict_and_of_a_warning_a_line_of_coverage(rule_of, judged):
    sql = "SELECT repo, path AS subject, path, CAST(path AS INTEGER) AS line FROM now.file"
    failed = judged(rule_of(sql), {"a.py": TALL})
    assert (failed.rows, failed.evaluated, failed.not_measured) == ((), 0, ())
    assert failed.errors[0].startswith("rules/test/some-fault.md:12: rule some-fault: ")
    told = judged(rule_of(sql, severity="warning"), {"a.py": TALL})
    assert told.errors == ()
    assert len(told.not_measured) == 1


def test_one_crash_leaves_the_other_rules_their_findings(rule_of, judged):
    crash = rule_of("SELECT repo, path AS subject, path, CAST(path AS INTEGER) AS line FROM now.file", name="crash")
    judgement = judged([crash, rule_of(LONG)], {"a.py": TALL})
    assert states(judgement) == {"a.py": "new"}
    assert len(judgement.errors) == 1


def test_a_row_may_say_that_there_is_not_enough_to_measure(rule_of, judged):
    sql = "SELECT repo, path AS subject, path, 1 AS line, 'not enough history' AS not_measured FROM now.file"
    judgement = judged(rule_of(sql, severity="warning"), {"a.py": TALL})
    assert judgement.rows == ()
    assert judgement.not_measured == ("some-fault: not enough history",)


def test_placeholders_are_filled_once_and_names_with_braces_stay_as_they_are(rule_of, judged):
    rule = rule_of(
        "SELECT repo, path AS subject, path, 1 AS line, lines FROM now.file WHERE lines > $most",
        matter='message: "{path} has {lines} lines, {most} may be"\nparameters:\n  most: {default: 3, doc: lines}\n',
        remedy="Split {path}.",
    )
    row = judged(rule, {"{lines}.py": TALL}).rows[0]
    assert row.message == "{lines}.py has 9 lines, 3 may be"
    assert row.remedy == "Split {lines}.py."


def test_a_placeholder_that_no_column_fills_is_an_error_even_without_rows(rule_of, judged):
    judgement = judged(rule_of(LONG, remedy="Split {file}."), {"a.py": "x = 1\n"})
    assert "{file} is neither a column of the SELECT nor a parameter; there are line, lines" in judgement.errors[0]


@pytest.mark.parametrize("column", ["repo", "path", "line", "subject"])
def test_a_rule_without_a_column_of_the_contract_is_an_error(rule_of, judged, column):
    columns = {"repo": "repo", "subject": "path AS subject", "path": "path", "line": "1 AS line"}
    del columns[column]
    judgement = judged(rule_of(f"SELECT {', '.join(columns.values())} FROM now.file"), {"a.py": TALL})
    assert f"the SELECT lacks the column {column!r}" in judgement.errors[0]


def test_a_row_without_a_subject_is_an_error(rule_of, judged):
    judgement = judged(rule_of("SELECT repo, NULL AS subject, path, 1 AS line FROM now.file"), {"a.py": TALL})
    assert "a row has no subject" in judgement.errors[0]


def test_findings_come_sorted_new_first_then_by_severity(rule_of, judged):
    rules = [rule_of(LONG, name="warned", severity="warning"), rule_of(LONG, name="failed")]
    rows = judged(rules, {"a.py": TALL, "b.py": TALL}, {"b.py": TALL}).rows
    assert [(row.state, row.rule, row.subject) for row in rows] == [
        ("new", "failed", "a.py"),
        ("new", "warned", "a.py"),
        ("known", "failed", "b.py"),
        ("known", "warned", "b.py"),
    ]


def test_the_id_of_a_finding_is_that_of_its_rule_repository_and_subject(rule_of, judged):
    one = judged(rule_of(LONG), {"a.py": TALL}).rows[0]
    same = judged(rule_of(LONG.replace("3", "4")), {"a.py": TALL + TALL, "b.py": TALL}).rows[0]
    other = judged(rule_of(LONG, name="other-fault"), {"a.py": TALL}).rows[0]
    assert one.id == same.id != other.id


def test_first_seen_is_the_position_at_which_each_finding_came():
    came = {"a": 3, "b": 64, "c": 3, "d": 100}
    asked = []

    def present_at(position):
        asked.append(position)
        return {name for name, at in came.items() if at <= position}

    assert first_seen(came, 0, 100, present_at) == came
    assert len(asked) == len(set(asked)) <= 20


def test_two_rules_of_one_id_are_refused(rule_of):
    from plumbrule.judge import gather

    with pytest.raises(RuleError, match="is taken by"):
        gather([rule_of(LONG), rule_of(LONG)])
    with pytest.raises(RuleError, match="`formerly` names 'old-fault'"):
        gather([rule_of(LONG, name="old-fault"), rule_of(LONG, matter="formerly: [old-fault]\n")])
