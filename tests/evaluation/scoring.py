"""Figures of what injection.py kept: how well each detector tells drift from real commits.

Hides the statistics. A history of the half called "fit" settles how much each rule weighs (by how seldom it speaks of
real commits) and at which score each detector tells; of the half called "report" the figures are said with that, once.
Every figure of several histories is their mean, so that none dominates; its interval comes from drawing the histories
anew, with replacement.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import log
from typing import Any, NamedTuple

from plumbrule.measures._opinions import distance, isolation
from plumbrule.measures.unusual import FIGURES, Model, fitted, judged_by

SCHEMA = "plumbrule/injection/1"
PREVALENCES = (0.10, 0.02)
BUDGET = 0.05  # of benign units that a detector may tell, where its score is cut on the half for fitting
_TOLD = ("error", "warning")
_DRAWS = 1000
_REFITTED_EVERY = 20  # units: as the models of the product
_WINDOW = 150

Row = Mapping[str, Any]
Detector = Callable[[Row], float]


class One(NamedTuple):
    """What was kept of one history."""

    name: str
    family: str
    half: str
    head: Mapping[str, Any]
    learned: Sequence[Row]
    benign: Sequence[Row]  # units: real commits that touched product code and were judged
    quiet: int  # real commits that were judged and touched none
    injected: Sequence[Row]  # those that were written, parse, and stand on a commit that is no alert by itself
    harmless: Sequence[Row]
    controls: Sequence[Row]
    none: int  # for which there was no place
    broken: int  # that did not parse
    loud: int  # on a commit that is an alert by itself


def scored(kept: Iterable[tuple[str, str, str, Mapping[str, Any], Sequence[dict[str, Any]]]]) -> dict[str, Any]:
    """Everything that `docs/evaluation.md` says of injections."""
    histories = [_one(*each) for each in kept]
    # Where the model had too few units to judge by, nothing is said of how well it does.
    fit = [one for one in histories if one.half == "fit" and one.benign]
    report = [one for one in histories if one.half == "report" and one.benign]
    weights = _weights(fit)
    detectors = _detectors(histories, weights)
    cuts = {name: _cut(fit, score) for name, score in detectors.items()}
    return {
        "schema": SCHEMA,
        "histories": [_about(one) for one in histories],
        "budget": BUDGET,
        "weights": {rule: round(weight, 3) for rule, weight in sorted(weights.items())},
        "detectors": {
            name: {
                "cut": round(cuts[name], 4) if cuts[name] < float("inf") else None,
                **{half: _ranked(some, score, cuts[name]) for half, some in (("fit", fit), ("report", report))},
            }
            for name, score in detectors.items()
        },
        "against": _against(report, detectors),
        "recall": {half: _recall(some) for half, some in (("fit", fit), ("report", report))},
        "disguises": _disguises([*fit, *report]),
        "harmless": _told_of((f"{row['kind']}: {row['disguise']}", row) for one in histories for row in one.harmless),
        "controls": _told_of((row["control"], row) for one in histories for row in one.controls),
        "alerts": {half: _alerts(some) for half, some in (("fit", fit), ("report", report))},
        "localisation": _localisation(report),
    }


# -- what was kept -------------------------------------------------------------------------------------------------


def _one(name: str, family: str, half: str, head: Mapping[str, Any], rows: Sequence[dict[str, Any]]) -> One:
    real = {row["commit"]: row for row in rows if row["kind"] == "benign"}
    learned = [row for row in rows if row["kind"] == "learned"]
    history = [row["figures"] for row in learned]
    at: dict[str, int] = {}
    for row in real.values():
        at[row["commit"]] = len(history)
        if row["unit"]:
            history.append(row["figures"])
    _opinions(rows, history, at)
    _verdicts(rows, history, at)
    written = [row for row in rows if row["kind"] not in ("benign", "learned") and "none" not in row]
    whole = [row for row in written if not row["unread"]]
    for row in whole:
        if row["kind"] != "control":
            # What the real commit is told of anyway is no merit.
            own = {(found[0], found[3]) for found in real[row["commit"]]["findings"]}
            row["findings"] = [found for found in row["findings"] if (found[0], found[3]) not in own]
    drift = [row for row in whole if row["kind"] != "control"]
    calm = [row for row in drift if not real[row["commit"]]["alert"]]
    return One(
        name, family, half, head, learned,
        [row for row in real.values() if row["unit"] and not row["note"]],
        sum(not row["unit"] for row in real.values()),
        [row for row in calm if not row["harmless"]],
        [row for row in calm if row["harmless"]],
        [row for row in whole if row["kind"] == "control"],
        sum("none" in row for row in rows),
        len(written) - len(whole),
        len(drift) - len(calm),
    )  # fmt: skip


def _opinions(rows: Sequence[dict[str, Any]], history: Sequence[Mapping[str, float]], at: Mapping[str, int]) -> None:
    """Adds what the second opinions say of each unit, fitted on what came before and fitted anew every few units."""
    groups: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row.get("unit") and row.get("commit") in at:
            groups[at[row["commit"]] // _REFITTED_EVERY * _REFITTED_EVERY].append(row)
    names = list(FIGURES)
    for count, some in groups.items():
        past = history[max(0, count - _WINDOW) : count]
        asked = [row["figures"] for row in some]
        for called, opinion in (("forest", isolation), ("distance", distance)):
            said = opinion(names, past, asked) if len(past) >= 20 else None
            for row, value in zip(some, said or [0.0] * len(some), strict=True):
                row[called] = value


def _verdicts(rows: Sequence[dict[str, Any]], history: Sequence[Mapping[str, float]], at: Mapping[str, int]) -> None:
    """Adds what the model of the product says of each, given what came before it."""
    models: dict[int, Model | None] = {}
    for row in rows:
        if row.get("commit") not in at or "none" in row:
            continue
        # What comes after a commit, as the changes that are none do, knows that commit too.
        known = at[row["commit"]] + (row["kind"] == "control" and _is_unit(rows, row["commit"]))
        if known not in models:
            models[known] = fitted(history[:known])
        verdict = judged_by(models[known], known, row["figures"])
        reasons = [reason.name for reason in verdict.reasons]
        row.update(score=verdict.score, p=verdict.p, alert=verdict.alert, note=verdict.note, reasons=reasons)
        row["files"] = list(dict.fromkeys(path for name in reasons for path in row["causes"].get(name, ())))


def _is_unit(rows: Sequence[dict[str, Any]], commit: str) -> bool:
    return any(row["kind"] == "benign" and row["commit"] == commit and row["unit"] for row in rows)


def _about(one: One) -> dict[str, Any]:
    return {
        "name": one.name,
        "commit": one.head["history"]["commit"],
        "family": one.family,
        "half": one.half,
        "walked": one.head["history"]["commits"],
        "parents": one.head["parents"],
        "seed": one.head["seed"],
        "left out": one.head.get("left_out", ""),
        "benign": len(one.benign),
        "quiet": one.quiet,
        "written": len(one.injected) + len(one.harmless),
        "controls": len(one.controls),
        "no place": one.none,
        "did not parse": one.broken,
        "on an alert": one.loud,
    }


# -- detectors -----------------------------------------------------------------------------------------------------


def _rules(row: Row) -> set[str]:
    return {found[0] for found in row["findings"] if found[1] in _TOLD}


def _weights(fit: Sequence[One]) -> dict[str, float]:
    """-ln of the share of real units that a rule speaks of, the mean of the histories; a rule that never does weighs
    as if it spoke of one more."""
    units = sum(len(one.benign) for one in fit)
    spoken = Counter(rule for one in fit for row in one.benign for rule in _rules(row))
    known = {rule for one in fit for row in (*one.benign, *one.injected, *one.controls) for rule in _rules(row)}
    return {rule: -log((1 + spoken[rule]) / (1 + units)) for rule in known} if units else {}


def _detectors(histories: Sequence[One], weights: Mapping[str, float]) -> dict[str, Detector]:
    never = max(weights.values(), default=1.0)
    draws = random.Random(0)
    chance = {id(row): draws.random() for one in histories for row in (*one.benign, *one.injected)}

    def rules(row: Row) -> float:
        return sum(weights.get(rule, never) for rule in _rules(row))

    def figure(name: str) -> Detector:
        return lambda row: float(row["figures"].get(name, 0.0))

    return {
        "model and rules": lambda row: row["score"] + rules(row),
        "model": lambda row: float(row["score"]),
        "rules only": rules,
        "Isolation Forest": lambda row: float(row.get("forest", 0.0)),
        "Mahalanobis": lambda row: float(row.get("distance", 0.0)),
        "lines added": figure("code_added"),
        "files touched": figure("files_touched"),
        "new edges": figure("new_edges"),
        "random": lambda row: chance[id(row)],
    }


def _cut(fit: Sequence[One], score: Detector) -> float:
    """The score over which at most `BUDGET` of the real units lie, each history weighing the same."""
    shares = sorted(
        ((score(row), 1 / len(one.benign) / len(fit)) for one in fit for row in one.benign), key=lambda pair: -pair[0]
    )
    told, last = 0.0, float("inf")
    for value, share in shares:
        if told + share > BUDGET and value < last:
            return last if last < float("inf") else value
        told, last = told + share, value
    return last


def average_precision(positive: Sequence[float], negative: Sequence[float], prevalence: float) -> float:
    """Area under precision over recall where a share of all that is looked at is positive; equal scores are told
    together (as of Davis and Goadrich 2006, without interpolation)."""
    if not positive or not negative:
        return float("nan")
    scores = [(value, prevalence / len(positive), 0.0) for value in positive]
    scores += [(value, 0.0, (1 - prevalence) / len(negative)) for value in negative]
    scores.sort(key=lambda one: -one[0])
    right = wrong = area = 0.0
    at = 0
    while at < len(scores):
        value, before = scores[at][0], right
        while at < len(scores) and scores[at][0] == value:
            right, wrong, at = right + scores[at][1], wrong + scores[at][2], at + 1
        area += (right - before) / prevalence * (right / (right + wrong))
    return area


def _ranked(some: Sequence[One], score: Detector, cut: float) -> dict[str, Any]:
    by_history = {
        prevalence: [
            average_precision([score(row) for row in one.injected], [score(row) for row in one.benign], prevalence)
            for one in some
            if one.injected and one.benign
        ]
        for prevalence in PREVALENCES
    }
    told = [_share(score(row) > cut for row in one.injected) for one in some if one.injected]
    wrong = [_share(score(row) > cut for row in one.benign) for one in some if one.benign]
    return {
        **{f"PR-AUC at {prevalence:.0%}": _interval(values) for prevalence, values in by_history.items()},
        "recall at the cut": _interval(told),
        "benign told at the cut": _interval(wrong),
    }


def _against(report: Sequence[One], detectors: Mapping[str, Detector]) -> dict[str, Any]:
    """By how much the model, alone and with the rules, ranks better than each simple one, history by history."""
    found = {}
    for own in ("model", "model and rules"):
        for other in ("lines added", "Isolation Forest", "rules only", "Mahalanobis"):
            for prevalence in PREVALENCES:
                gains = [
                    average_precision(*_both(one, detectors[own]), prevalence)
                    - average_precision(*_both(one, detectors[other]), prevalence)
                    for one in report
                    if one.injected and one.benign
                ]
                found[f"{own} over {other} at {prevalence:.0%}"] = _interval(gains)
    return found


def _both(one: One, score: Detector) -> tuple[list[float], list[float]]:
    return [score(row) for row in one.injected], [score(row) for row in one.benign]


def _share(said: Iterable[bool]) -> float:
    values = list(said)
    return sum(values) / len(values)


def _interval(values: Sequence[float]) -> dict[str, float]:
    """Mean of the histories, its 95 % interval by drawing them anew, and the worst of them."""
    if not values:
        return {}
    draws = random.Random(0)
    means = sorted(sum(draws.choices(values, k=len(values))) / len(values) for _ in range(_DRAWS))
    return {
        "mean": round(sum(values) / len(values), 4),
        "low": round(means[int(0.025 * _DRAWS)], 4),
        "high": round(means[int(0.975 * _DRAWS)], 4),
        "least": round(min(values), 4),
        "most": round(max(values), 4),
        "histories": len(values),
    }


# -- what a person would have been told ------------------------------------------------------------------------------


def _said(row: Row) -> dict[str, bool]:
    """By whom this is told as the product stands: the model's own threshold, and rules that are not only trends."""
    rules = bool(_rules(row))
    return {
        "model": row["alert"],
        "rules": rules,
        "either": row["alert"] or rules,
        "gate": any(found[1] == "error" for found in row["findings"]),
    }


def _told_of(rows: Iterable[tuple[str, Row]]) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for name, row in rows:
        found[name]["cases"] += 1
        found[name].update(who for who, so in _said(row).items() if so)
    return {
        name: {who: counts[who] for who in ("cases", "model", "rules", "either", "gate")}
        for name, counts in sorted(found.items())
    }


def _recall(some: Sequence[One]) -> dict[str, dict[str, int]]:
    rows = [(f"{row['kind']}, {row['dose']}", row) for one in some for row in one.injected]
    return _told_of([*rows, *(("all", row) for _, row in rows)])


def _disguises(histories: Sequence[One]) -> dict[str, dict[str, int]]:
    return _told_of((f"{row['kind']}: {row['disguise']}", row) for one in histories for row in one.injected)


def _alerts(some: Sequence[One]) -> dict[str, Any]:
    """Alerts per 100 real units, as the product stands."""
    found: dict[str, Any] = {}
    for who in ("model", "rules", "either", "gate"):
        shares = {one.name: 100 * _share(_said(row)[who] for row in one.benign) for one in some if one.benign}
        if shares:
            worst = max(shares, key=lambda name: (shares[name], name))
            found[who] = {**_interval(list(shares.values())), "worst": worst}
    fired = Counter(rule for one in some for row in one.benign for rule in _rules(row))
    return {**found, "units": sum(len(one.benign) for one in some), "by rule": dict(sorted(fired.items()))}


def _localisation(some: Sequence[One]) -> dict[str, dict[str, int]]:
    """Of what was told: whether one of the first three files named is one that the drift is in."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for one in some:
        for row in one.injected:
            if _said(row)["either"]:
                paths = [finding[2] for finding in row["findings"] if finding[1] in _TOLD and finding[2]]
                named = list(dict.fromkeys([*paths, *row["files"]] if row["alert"] else paths))[:3]
                hit = not set(named).isdisjoint(row["places"])
                for name in (row["kind"], "all"):
                    found[name].update(["told", *(["found"] if hit else [])])
    return {name: {"told": counts["told"], "found": counts["found"]} for name, counts in sorted(found.items())}
