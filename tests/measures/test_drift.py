"""Slow drift: what is told, what is not, and when it began."""

from __future__ import annotations

from random import Random

from plumbrule.measures.drift import BASELINE, alarm, parts, steps, threshold


def series(count, rate, seed=1, start=0.0):
    """A level that each unit raises by one as often as `rate` says, and lowers as often as half of that."""
    lot, levels = Random(seed), [start]
    for _ in range(count):
        drawn = lot.random()
        levels.append(levels[-1] + (drawn < rate) - (rate <= drawn < 1.5 * rate))
    return levels


def test_a_series_that_begins_to_rise_in_three_units_of_ten_is_told():
    calm = series(120, 0.05)
    lot = Random(3)
    for _ in range(80):
        calm.append(calm[-1] + (lot.random() < 0.3))
    found = alarm(steps(calm), None, 1)
    assert found is not None
    assert found.statistic >= found.threshold
    assert found.since >= 100
    assert found.lately > found.usual


def test_a_steady_series_is_not_told_however_much_it_rises():
    """Which one of ten may be; these were not chosen, and are the first four."""
    alarms = [alarm(steps(series(220, 0.4, seed)), None, 1) for seed in range(4)]
    assert sum(one is not None and one.statistic >= one.threshold for one in alarms) <= 1


def test_one_large_step_is_no_drift():
    levels = [*series(180, 0.02), 400.0, 400.0]
    found = alarm(steps(levels), None, 1)
    assert found is None or found.statistic < found.threshold


def test_a_series_that_falls_is_never_told():
    levels = [float(-n) for n in range(200)]
    assert alarm(steps(levels), None, 1) is None


def test_with_too_few_units_nothing_is_judged():
    assert alarm(steps(series(BASELINE + 5, 0.5)), None, 1) is None


def test_the_threshold_is_the_same_for_the_same_units():
    moved = steps(series(100, 0.2))
    assert threshold(moved, 0.1) == threshold(moved, 0.1)


def test_the_week_from_which_a_series_moves_at_another_pace_is_found():
    assert parts([0, 1, 0, 0, 1, 0, 1, 0, 6, 7, 6, 6, 7, 6]) == [8]


def test_a_series_without_a_change_has_no_such_week():
    assert parts([2, 3, 2, 2, 3, 2, 3, 2, 2, 3]) == []


def test_a_series_that_never_moved_has_none_either():
    assert parts([0.0] * 30) == []
