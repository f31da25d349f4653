"""Unusual units: what stands out from a repository's own habits, and what is not judged at all."""

from __future__ import annotations

import random
import sys
from math import log1p

import pytest

from plumbrule.measures.unusual import (
    CLEANING,
    DRIFT,
    FIGURES,
    FITTED_EVERY,
    NEEDED,
    WINDOW,
    causes,
    features,
    fitted,
    kept,
    pooled_percentile,
    unusual,
)


def habit(count, seed=1):
    """Units of a repository that adds a few functions and edges, now and then a duplicate."""
    rng = random.Random(seed)
    units = []
    for _ in range(count):
        unit = dict.fromkeys(FIGURES, 0.0)
        unit["new_functions"] = rng.choice((0.0, 0.69, 1.1, 1.39))
        unit["new_edges"] = rng.choice((0.0, 0.0, 0.69, 1.1))
        unit["code_added"] = rng.uniform(0, 5)
        unit["new_duplicates"] = rng.choice((0.0,) * 9 + (0.69,))
        units.append(unit)
    return units


def judge(history, unit):
    """Without the second opinion, which takes long to import."""
    return unusual(history, unit, ask_others=False)


def test_a_unit_far_above_the_habit_is_an_alert_that_explains_itself():
    verdict = judge(habit(120), {**habit(1)[0], "files_in_cycles": 2.5, "new_edges": 3.5})
    assert verdict.alert
    assert verdict.p <= 0.05
    assert [reason.name for reason in verdict.reasons][:2] == ["files_in_cycles", "new_edges"]
    assert verdict.reasons[1].words() == (
        "more imports between files: 32 (half of the time up to 1, 95 % up to 2, most 2)"
    )


def test_a_unit_within_the_habit_is_none():
    history = habit(120)
    assert not judge(history, history[17]).alert


def test_improvements_never_alert():
    better = {**habit(1)[0], "files_in_cycles": -4.0, "complexity": -5.0, "handlers": -3.0}
    assert not judge(habit(120), better).alert


def test_about_one_unit_in_twenty_of_a_steady_repository_is_an_alert():
    units = habit(260, seed=5)
    alerts = sum(judge(units[n - 100 : n], units[n]).alert for n in range(100, 260))
    assert 2 <= alerts <= 16


@pytest.mark.parametrize("known", [0, 30, 48])
def test_with_too_few_units_nothing_is_judged_and_the_count_is_told(known):
    verdict = judge(habit(known), {**habit(1)[0], "new_edges": 9.0})
    assert (verdict.alert, verdict.p, verdict.note) == (False, 1.0, f"not enough history ({known} of 49 units)")


def test_thirty_units_to_score_and_nineteen_to_calibrate_are_enough():
    assert judge(habit(49), {**habit(1)[0], "new_edges": 9.0, "handlers": 4.0}).alert


def test_units_without_product_code_count_neither_as_history_nor_as_judge():
    history = [unit for known in habit(48) for unit in (known, {})]
    assert judge(history, habit(1)[0]).note == "not enough history (48 of 49 units)"
    assert judge(habit(60), {}).note == "no product code changed"


def test_only_the_last_hundred_and_fifty_units_count():
    wild = [{**unit, "new_edges": 8.0} for unit in habit(300, seed=2)]
    unit = {**habit(1)[0], "new_edges": 7.0}
    assert not judge(wild, unit).alert
    assert judge([*wild, *habit(160)], unit).alert


def test_the_isolation_forest_gives_a_second_opinion_and_never_the_alert(monkeypatch):
    import sklearn.ensemble

    history, odd = habit(80), {**habit(1)[0], "new_edges": 3.5, "files_in_cycles": 2.5}
    fitted = unusual(history, odd)
    assert fitted.second_opinion is not None
    assert fitted.second_opinion > 0.9
    assert unusual(history, history[3]).second_opinion < 0.9

    class Contrary:
        def __init__(self, **settings: object) -> None: ...

        def fit(self, table):
            return self

        def score_samples(self, table):
            return [float(number) for number in range(len(table))]

    monkeypatch.setattr(sklearn.ensemble, "IsolationForest", Contrary)
    asked_another = unusual(history, odd)
    assert asked_another.second_opinion == 0.0
    assert asked_another[:3] == fitted[:3]
    assert asked_another.alert


def test_models_are_fitted_at_every_twentieth_unit_on_the_newest_of_them():
    history = habit(240)
    assert fitted(history[: NEEDED - 1]) is None
    assert [fitted(history[:count]).upto for count in (NEEDED, 59, 60, 79, 80)] == [NEEDED, NEEDED, 60, 60, 80]
    model = fitted(history)
    assert (model.upto, len(model.units)) == (240, WINDOW)
    assert list(model.units) == history[240 - WINDOW :]


@pytest.mark.parametrize("count", [30, 169, 170, 189, 190, 239, 240])
def test_what_is_kept_of_a_history_gives_the_same_models_as_all_of_it(count):
    history, more = habit(count), habit(FITTED_EVERY + 3, seed=7)
    for further in range(len(more)):
        whole = [*history, *more[:further]]
        some = [*kept(history), *more[:further]]
        assert (fitted(whole) and fitted(whole).units) == (fitted(some) and fitted(some).units)


def test_the_threshold_is_the_score_above_which_a_unit_is_told():
    model = fitted(habit(150))
    told = [model.verdict(unit).alert for unit in habit(150, seed=3)]
    assert told == [model.verdict(unit).score > model.threshold for unit in habit(150, seed=3)]


def test_what_is_mended_has_a_score_of_its_own():
    better = {**habit(1)[0], "files_in_cycles": -4.0, "removed_edges": 3.0, "code_removed": 9.0}
    verdict = judge(habit(120), better)
    assert verdict.cleaning > 10
    assert not verdict.alert
    assert judge(habit(120), {**habit(1)[0], "new_edges": 9.0}).cleaning == 0
    assert set(DRIFT) | set(CLEANING) == set(FIGURES)


def test_what_one_repository_is_used_to_is_seen_among_all():
    """A habit of duplicates is usual here, and stands out among the units of others."""
    used_to = [{**unit, "new_duplicates": 2.0 + unit["code_added"] / 10} for unit in habit(60, seed=4)]
    unit = {**habit(1)[0], "new_duplicates": 2.4}
    assert not judge(used_to, unit).alert
    others = [known for seed in range(10, 18) for known in habit(150, seed=seed)]
    assert pooled_percentile([*others, *used_to], unit) > 0.9
    assert pooled_percentile(used_to[:10], unit) is None


def test_the_files_that_a_figure_comes_from_are_named_those_with_most_first(world):
    history = world.History()
    history.to({**BEFORE, "shop/mail.py": "def send(text):\n    return text\n"})
    now = {
        **BEFORE,
        "shop/tax.py": "from shop.cart import total\n\ndef rate(country):\n    return total(0.2)\n",
        "shop/cart.py": "from shop.tax import rate\n\ndef total(amount):\n    return amount * rate('de')\n",
        "shop/mail.py": "def send(text):\n    try:\n        return text\n    except ValueError:\n        return ''\n",
    }
    found = causes(history.to(now))
    assert set(found["files_in_cycles"]) == {"shop/cart.py", "shop/tax.py"}
    assert found["handlers"] == ("shop/mail.py",)
    assert found["new_edges"] == ("shop/cart.py", "shop/tax.py")


def test_without_scikit_learn_there_is_no_second_opinion(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    verdict = unusual(habit(80), {**habit(1)[0], "new_edges": 9.0})
    assert (verdict.second_opinion, verdict.alert) == (None, True)


def test_the_same_history_gives_the_same_verdict():
    assert judge(habit(90), habit(1, seed=9)[0]) == judge(habit(90), habit(1, seed=9)[0])


BEFORE = {
    "shop/__init__.py": "",
    "shop/tax.py": "def rate(country):\n    return 0.2\n",
    "shop/cart.py": "def total(amount):\n    return amount\n",
}


def figures(world, before, now, renamed=None):
    history = world.History()
    history.to(before)
    return features(history.to(now, renamed))


def test_figures_count_what_a_change_added(world):
    now = {
        **BEFORE,
        "shop/cart.py": (
            "from shop.tax import rate\n\ndef total(amount):\n    try:\n        return amount * rate('de')\n"
            "    except ValueError:\n        raise\n\ndef tax(country):\n    return rate(country)\n"
        ),
        "shop/tax.py": "from shop.cart import total\n\ndef rate(country, year):\n    return 0.2\n",
    }
    found = {name: value for name, value in figures(world, BEFORE, now).items() if value}
    counts = {"new_edges": 2, "new_functions": 1, "new_pass_throughs": 1, "contract_changes": 1, "files_in_cycles": 2}
    counts |= {"largest_cycle": 2, "handlers": 1, "raises": 1, "files_touched": 2, "fan_in": 1, "fan_out": 1}
    for name, count in counts.items():
        assert found[name] == pytest.approx(log1p(count), abs=1e-5), name
    assert found["pass_through_share"] == 1.0


def test_a_mere_move_adds_nothing_but_touched_files(world):
    now = {("shop/rates.py" if path == "shop/tax.py" else path): text for path, text in BEFORE.items()}
    found = figures(world, BEFORE, now, {"shop/rates.py": "shop/tax.py"})
    assert {name for name, value in found.items() if value} == {
        "files_touched",
        "contract_changes",
        "contract_changes_per_size",
    }


def test_lines_are_what_files_grew_and_the_words_say_so(world):
    rewritten = {**BEFORE, "shop/tax.py": BEFORE["shop/tax.py"].replace("0.2", "0.3")}
    assert figures(world, BEFORE, rewritten)["code_added"] == 0
    assert FIGURES["code_added"] == "lines of code by which files grew"


@pytest.mark.parametrize("path", ["tests/test_tax.py", "shop/made.py"])
def test_tests_and_generated_code_are_no_unit(world, path):
    marker = "# @generated by a machine\n" if "made" in path else ""
    assert figures(world, BEFORE, {**BEFORE, path: f"{marker}def f(): ...\n"}) == {}


def test_a_first_snapshot_is_no_unit(world):
    assert figures(world, {}, BEFORE) == {}


def test_folders_with_other_names_are_linked_as_they_were(world):
    def tree(name: str, more: str = "") -> dict[str, str]:
        return {
            "shop/cart/a.py": f"import shop.{name}.a\n",
            "shop/cart/b.py": "B = 1\n",
            f"shop/{name}/a.py": "A = 1\n",
            f"shop/{name}/b.py": "B = 2\n",
            "shop/mail/a.py": "A = 3\n",
            "shop/mail/b.py": "B = 3\n" + more,
        }

    moved = {"shop/dues/a.py": "shop/tax/a.py", "shop/dues/b.py": "shop/tax/b.py"}
    for more, linked in (("", 0), ("import shop.dues.a\n", 1)):
        history = world.History()
        history.to(tree("tax"))
        situation = history.to(tree("dues", more), moved)
        assert features(situation)["new_component_pairs"] == pytest.approx(log1p(linked), abs=1e-6)


def test_imports_that_only_lead_another_way_are_none_more(world):
    """Three files that imported two others import one in their place, which imports both."""
    users = {f"shop/use{n}.py": "from shop.cart import total\nfrom shop.tax import rate\n" for n in range(3)}
    door = {"shop/door.py": "from shop.cart import total\nfrom shop.tax import rate\n"}
    through = dict.fromkeys(users, "from shop.door import rate, total\n")
    found = figures(world, {**BEFORE, **users}, {**BEFORE, **door, **through})
    assert found["new_edges"] == found["new_component_pairs"] == found["new_edges_per_size"] == 0
    assert found["removed_edges"] == pytest.approx(log1p(1), abs=1e-5)
