"""radon's figures: taken as radon gives them, and never a reason to fail."""

from __future__ import annotations

import os
import signal
from functools import partial

import pytest
import radon.complexity
import radon.metrics

from plumbrule.extract.pool import Limits
from plumbrule.measures.radon_figures import measured, radon_figures, version

SOURCE = '''"""A cart."""


class Cart:
    def total(self, lines):
        """Sum of what counts."""
        return sum(line.price for line in lines if line.price > 0 and not line.gift)


def rate(country):
    if country == "de":
        return 0.19
    return 0.2
'''


def test_a_file_has_complexities_by_symbol_and_two_figures_of_its_own():
    found = {(figure.level, figure.symbol, figure.name): figure.value for figure in radon_figures(SOURCE)}
    assert found[("symbol", "rate", "radon_cyclomatic")] == 2
    assert found[("symbol", "Cart.total", "radon_cyclomatic")] == 4
    assert found[("file", "", "radon_halstead_volume")] == pytest.approx(
        radon.metrics.h_visit(SOURCE).total.volume, abs=1e-3
    )
    assert found[("file", "", "radon_maintainability_index")] == pytest.approx(
        radon.metrics.mi_visit(SOURCE, True), abs=1e-3
    )


@pytest.mark.parametrize(
    ("module", "function", "answer", "name"),
    [
        (radon.complexity, "cc_visit", [], "radon_cyclomatic"),
        (radon.metrics, "mi_visit", 12.5, "radon_maintainability_index"),
    ],
)
def test_what_radon_answers_is_what_is_told(monkeypatch, module, function, answer, name):
    monkeypatch.setattr(module, function, lambda *arguments: answer)
    told = [figure.value for figure in radon_figures(SOURCE) if figure.name == name]
    assert told == ([] if answer == [] else [answer])


def outcomes(**sources):
    given = [(key, partial(bytes, data)) for key, data in sources.items()]
    found = measured(given, processes=2, limits=Limits(seconds=60))
    return {outcome.key: outcome for outcome in found}


def test_files_that_radon_cannot_read_have_a_reason_and_the_others_their_figures():
    deep = b"x = " + b"(" * 100_000 + b")" * 100_000
    found = outcomes(
        good=SOURCE.encode(), broken=b"def f(:\n", nul=b"x = 1\0", latin=b"# coding: latin-1\nx = '\xe9'\n",
        odd=b"x = '\xff'\n", deep=deep, empty=b"", bom=b"\xef\xbb\xbfx = 1\n", escape=b"x = '\\d'\n",
    )  # fmt: skip
    assert {key for key, outcome in found.items() if outcome.reason} == {"broken", "nul", "odd", "deep"}
    assert "SyntaxError" in found["broken"].reason
    assert found["good"].figures == tuple(radon_figures(SOURCE))
    assert found["latin"].figures


def test_a_file_that_kills_its_process_costs_only_itself():
    def dies():
        os.kill(os.getpid(), signal.SIGKILL)

    given = [
        ("good", lambda: SOURCE.encode()),
        ("deadly", dies),
        ("gone", lambda: (_ for _ in ()).throw(OSError("no"))),
    ]
    found = {outcome.key: outcome for outcome in measured(given, processes=1, limits=Limits(seconds=60))}
    assert found["deadly"].reason
    assert found["gone"].reason == "radon cannot read it: OSError: no"
    assert not found["good"].reason


def test_figures_are_kept_under_the_versions_they_depend_on():
    assert "radon" in version()
    assert "Python 3." in version()
