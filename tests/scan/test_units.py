"""Units of work and the models that judge them, as rows of the store: what is told can be made again of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from plumbrule.measures.unusual import FITTED_EVERY, NEEDED, Model
from plumbrule.measures.unusual import version as model_version

UNITS = "SELECT number, model, score, p, alert, cleaning, note FROM unit ORDER BY number"
MODELS = "SELECT model, first_unit, units, threshold, version, judged, alerts, realised FROM model ORDER BY model"


def test_each_commit_of_product_code_is_a_unit_and_models_come_when_there_are_enough(
    grown: Callable, scanned: Callable, rows: Callable
):
    repo = grown(NEEDED + 4)
    repo.commit({"README.md": "# Shop\n"})
    scanned(repo, "--history", "all")
    units = rows(repo.path, UNITS)
    assert [unit[0] for unit in units] == list(range(NEEDED + 4))
    assert [unit[1] for unit in units] == [None] * NEEDED + [NEEDED] * 4
    assert units[0][6] == f"not enough history (0 of {NEEDED} units)"
    assert {unit[6] for unit in units[NEEDED:]} == {""}
    ((model, first, fitted_on, threshold, version, judged, alerts, realised),) = rows(repo.path, MODELS)
    assert (model, first, fitted_on, version, judged) == (NEEDED, 0, NEEDED, model_version(), 4)
    assert alerts == sum(unit[4] for unit in units)
    assert realised == 100 * alerts / judged
    assert all((unit[2] > threshold) == unit[4] for unit in units[NEEDED:])


def test_a_model_can_be_fitted_again_from_the_units_that_its_row_names(
    grown: Callable, scanned: Callable, rows: Callable
):
    repo = grown(2 * FITTED_EVERY + 22)
    scanned(repo, "--history", "all")
    figures: dict[int, dict[str, float]] = {number: {} for number in rows(repo.path, "SELECT number FROM unit")}
    for number, name, value in rows(repo.path, "SELECT number, name, value FROM unit_figure"):
        figures[number][name] = value
    models = rows(repo.path, MODELS)
    assert [model[0] for model in models] == [NEEDED, 3 * FITTED_EVERY]
    for model, first, count, threshold, *_ in models:
        again = Model.fit([figures[number] for number in range(first, model)])
        assert len(again.units) == count
        assert again.threshold == threshold
        for number, judged_by, score, p, *_ in rows(repo.path, UNITS):
            if judged_by == model:
                assert again.verdict(figures[number])[:2] == (score, p)


def test_units_are_the_same_whether_history_is_read_at_once_or_bit_by_bit(
    grown: Callable, scanned: Callable, rows: Callable
):
    repo = grown(NEEDED - 2)
    scanned(repo, "--history", "all")
    for number in range(6):
        repo.commit({f"shop/n{number}.py": "from shop.tax import rate\n\n\ndef half():\n    return rate() / 2\n"})
        scanned(repo)
    bit_by_bit = rows(repo.path, UNITS), rows(repo.path, MODELS)
    at_once = repo.path.parent / "anew"
    scanned(repo, "--history", "all", "--store", str(at_once))
    assert (rows(repo.path, UNITS, at_once), rows(repo.path, MODELS, at_once)) == bit_by_bit


def test_p_values_of_one_week_are_adjusted_together_over_all_repositories(
    grown: Callable, scanned: Callable, rows: Callable
):
    repo = grown(NEEDED + 8)
    scanned(repo, "--history", "all")
    found = rows(repo.path, "SELECT date_trunc('week', committed_at) AS week, p, q FROM unit WHERE note = ''")
    for week in {one[0] for one in found}:
        told = sorted((p, q) for of, p, q in found if of == week)
        expected = []
        for at, (p, _) in enumerate(told):
            tried = (
                told[k][0] * len(told) / sum(other <= told[k][0] for other, _ in told) for k in range(at, len(told))
            )
            expected.append((p, pytest.approx(min(1.0, *tried, 1.0))))
        assert told == expected
