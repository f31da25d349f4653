"""JUnit's XML, read by junitparser and by Python's own parser."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase

from plumbrule.report import Report, render
from plumbrule.report.escapes import visible


def cases(report: Report) -> list[TestCase]:
    (suite,) = JUnitXml.fromstring(render(report, "junit").encode())
    return list(suite)


def results(report: Report, kind: type) -> list[str]:
    return [case.name for case in cases(report) if any(isinstance(result, kind) for result in case.result)]


def test_what_fails_the_gate_fails_and_what_only_warns_passes(rich: Report):
    assert results(rich, Failure) == [
        "billing/api.py::charge",
        "billing/invoice.py -> billing/tax.py",
        "billing/tax.py -> billing/invoice.py",
    ]
    assert results(rich, Skipped) == ["web/c.py -> domain/d.py"]
    assert results(rich, Error) == []
    (oversized,) = [case for case in cases(rich) if case.classname == "oversized-file"]
    assert "1,204 lines of code" in oversized.system_out


def test_a_failure_says_where_with_the_source_and_what_to_do(rich: Report):
    (case,) = [case for case in cases(rich) if case.name == "billing/api.py::charge"]
    (failure,) = case.result
    assert failure.message == "charge lost its parameter currency, which 2 callers give"
    assert failure.text.split("\n")[:2] == ["billing/api.py:40", "40 | def charge(amount):"]
    assert "what to do instead: Keep the parameter" in failure.text


def test_the_sums_are_those_of_the_cases(report: Report):
    (suite,) = JUnitXml.fromstring(render(report, "junit").encode())
    said = (suite.tests, suite.failures, suite.errors, suite.skipped)
    suite.update_statistics()
    assert said == (suite.tests, suite.failures, suite.errors, suite.skipped)


def test_a_green_report_is_one_test_that_passed(minimal: Report):
    (case,) = cases(minimal)
    assert (case.classname, case.name, case.result) == ("plumbrule", "verdict", [])
    assert "0 rules evaluated" in case.system_out


def test_what_could_not_be_judged_is_an_error(minimal: Report):
    (case,) = cases(replace(minimal, verdict="not-judged", reasons=("no base\nfetch it",)))
    (error,) = case.result
    assert isinstance(error, Error)
    assert error.text == "no base\nfetch it"


def test_a_failed_verdict_of_which_no_finding_is_told_still_fails(minimal: Report):
    assert results(replace(minimal, verdict="failed", reasons=("why",)), Failure) == ["verdict"]


def test_a_warning_that_fails_the_gate_is_a_failure(rich: Report):
    strict = replace(rich, findings=tuple(replace(f, fails=f.state == "new") for f in rich.findings))
    assert "web/cart.py" in results(strict, Failure)


def test_hostile_names_arrive_as_they_are_shown(hostile: Report):
    names = {case.name for case in cases(hostile) if case.classname == "layer-breach"}
    assert names == {visible(f.subject) for f in hostile.findings if f.state in ("new", "waived")}
    messages = [result.message for case in cases(hostile) for result in case.result if isinstance(result, Failure)]
    assert len(messages) == len([f for f in hostile.findings if f.fails])


@pytest.mark.parametrize("sign", ["\ufffe", "\uffff", "\x00", "\x0b", "\ud800", "]]>", "<!DOCTYPE x [", "&x;"])
@pytest.mark.parametrize("format_name", ["junit", "graphml"])
def test_no_sign_makes_the_xml_unreadable(rich: Report, sign: str, format_name: str):
    names = {"subject": f"{sign} -> b", "path": sign, "message": sign, "excerpt": ((1, sign),), "evidence": (sign,)}
    report = replace(rich, findings=(replace(rich.findings[0], **names),), reasons=(sign,), repo=sign)
    read = ElementTree.fromstring(render(report, format_name).encode())
    said = "".join(read.itertext())
    assert sign in said or "\\" in said
