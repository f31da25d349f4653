"""Unusual units of work: how far one commit stands out from what this repository usually does.

Hides the statistics. A unit is scored by the upper tails of its figures, the three largest added up; the threshold is
conformal, each unit that the model was fitted on held out once, so the rate of false alerts is set and not guessed.
Models slide: each is fitted on the newest units there are at every twentieth. What a unit mends is scored by itself and
never alerts. How well this tells drift is measured on real histories: docs/evaluation.md. Other models are asked as
second opinions, shown beside the score, and never alert.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import copysign, expm1, log, log1p, sqrt
from typing import NamedTuple

from plumbrule.graph import FileRows, Graph
from plumbrule.measures import Measure, Situation
from plumbrule.measures._causes import weights
from plumbrule.measures._structure import Structure, StructuredRows, all_links, hard_links
from plumbrule.measures.components import renamed_components
from plumbrule.measures.contract import contract_changes
from plumbrule.tables import Row, Table, columns

SCORED_FROM = 30  # earlier units without which a tail says nothing
CALIBRATED_FROM = 19  # held-out scores that a threshold of 5 % needs: 1 / 0.05 - 1
NEEDED = SCORED_FROM + CALIBRATED_FROM
FITTED_EVERY = 20  # units: one that comes between two models is judged by the older
WINDOW = 150  # units that a model is fitted on; older ones tell how the repository was, not how it is
ALPHA = 0.05
_SUMMED = 3
_FILES = 3  # that are named of an alert
_STILL = 0.3  # standard deviation taken for a figure that never moved

# Every figure in words, as an explanation shows it, against the parent; tests and what nobody writes here are left out.
FIGURES: Mapping[str, str] = {
    "new_edges": "more imports between files",
    "new_component_pairs": "more pairs of components linked",
    "files_in_cycles": "more files in cycles",
    "largest_cycle": "growth of the largest cycle",
    "fan_in": "growth of the highest fan-in",
    "fan_out": "growth of the highest fan-out",
    "new_functions": "new functions",
    "new_pass_throughs": "new functions that only pass on",
    "contract_changes": "things removed or narrowed that others may use",
    "new_duplicates": "functions that became duplicates",
    "new_modules": "new files",
    "code_added": "lines of code by which files grew",
    "code_removed": "lines of code by which files shrank",
    "removed_edges": "fewer imports between files",
    "removed_component_pairs": "fewer pairs of components linked",
    "files_touched": "files of the product touched",
    "handlers": "more exception handlers",
    "raises": "more raise statements",
    "complexity": "more cyclomatic complexity",
    "new_edges_per_size": "more imports for its size",
    "new_component_pairs_per_size": "more linked components for its size",
    "contract_changes_per_size": "contract changes for its size",
    "new_duplicates_per_size": "duplicates for its size",
    "handlers_per_size": "exception handlers for its size",
    "pass_through_share": "share of new functions that only pass on",
}
_RELAXED = ("new_edges", "new_component_pairs", "contract_changes", "new_duplicates", "handlers")
# What a unit mends, and which way is the better one; scored apart, so that a good change of structure is no alert.
CLEANING: Mapping[str, int] = {
    "code_removed": 1,
    "removed_edges": 1,
    "removed_component_pairs": 1,
    "files_in_cycles": -1,
    "largest_cycle": -1,
    "fan_in": -1,
    "fan_out": -1,
    "handlers": -1,
    "raises": -1,
    "complexity": -1,
}
DRIFT: tuple[str, ...] = tuple(name for name in FIGURES if CLEANING.get(name, -1) < 0)


# -- figures of one unit --------------------------------------------------------------------------------------------


class _Pair(NamedTuple):
    """A file of product code on both sides; None where it is not there."""

    path: str
    before: FileRows | None
    now: FileRows | None


def features(s: Situation) -> dict[str, float]:
    """The figures of the change from `before` to `now`, by the names of `FIGURES`; counts as sign(x) * log(1 + |x|).

    Empty if there is no parent to compare with or no product code changed: then it is no unit. `s.rows` and
    `s.earlier` must hold the snapshot measures of both sides; `contract_change` is computed if `s.rows` lacks it.
    """
    moved_from = {new: old for new, old in s.renamed.items() if old not in s.now}
    pairs = _pairs(s, moved_from)
    if not pairs or next(iter(s.before.paths()), None) is None:
        return {}
    raw = _by_file(pairs, {old: new for new, old in moved_from.items()})
    raw["files_touched"] = len(pairs)
    called = renamed_components(s.earlier.get("file_component", ()), s.rows.get("file_component", ()), moved_from)
    linked = {(called.get(src, src), called.get(dst, dst)) for src, dst in _component_pairs(s.rows)}
    were = _component_pairs(s.earlier)
    raw["new_component_pairs"], raw["removed_component_pairs"] = len(linked - were), len(were - linked)
    for sign, rows in ((1, s.rows), (-1, s.earlier)):
        sizes = [row[3] for row in rows.get("cycle", ()) if row[1] == "file"]
        raw["files_in_cycles"] += sign * sum(sizes)
        raw["largest_cycle"] += sign * max(sizes, default=0)
    if any(_links_of(pair.path, pair.before) != _links_of(pair.path, pair.now) for pair in pairs):
        for sign, graph, rows in ((1, s.now, s.rows), (-1, s.before, s.earlier)):
            fan_in, fan_out = _degrees(graph, rows)
            raw["fan_in"] += sign * fan_in
            raw["fan_out"] += sign * fan_out
    for name, table, excuse in (("new_pass_throughs", "pass_through_function", 10), ("new_duplicates", "duplicate", 0)):
        now = {
            (moved_from.get(row[1], row[1]), row[2]) for row in s.rows.get(table, ()) if not (excuse and row[excuse])
        }
        before = {(row[1], row[2]) for row in s.earlier.get(table, ()) if not (excuse and row[excuse])}
        raw[name] = len(now - before)
    raw["contract_changes"] = len(s.rows["contract_change"] if "contract_change" in s.rows else contract_changes(s))
    # On balance: a change that leads imports another way, as one file for several or a move does, adds none.
    for new, gone in (("new_edges", "removed_edges"), ("new_component_pairs", "removed_component_pairs")):
        raw[new], raw[gone] = max(0, raw[new] - raw[gone]), max(0, raw[gone] - raw[new])
    room = sqrt(raw["code_added"] + 10)
    found = {name: copysign(log1p(abs(raw[name])), raw[name]) for name in FIGURES}
    found.update({f"{name}_per_size": raw[name] / room for name in _RELAXED})
    found["pass_through_share"] = raw["new_pass_throughs"] / max(1, raw["new_functions"])
    return {name: round(found[name], 6) for name in FIGURES}


def causes(s: Situation) -> dict[str, tuple[str, ...]]:
    """The files that each figure of this change comes from, those with most of it first; names of `FIGURES`."""
    moved_from = {new: old for new, old in s.renamed.items() if old not in s.now}
    pairs = _pairs(s, moved_from)
    moved_to = {old: new for new, old in moved_from.items()}
    by_file = {pair.path: _by_file([pair], moved_to) | Counter({"files_touched": 1}) for pair in pairs}
    there = {pair.path: pair.now for pair in pairs}
    found = weights(s, by_file, there.get)
    return {
        name: tuple(sorted(counts, key=lambda path: (-counts[path], path))) for name, counts in found.items() if counts
    }


def _pairs(s: Situation, moved_from: Mapping[str, str]) -> list[_Pair]:
    def product(graph: Graph, path: str) -> FileRows | None:
        rows = graph.rows(path) if path in graph else None
        return None if rows is None or rows.file.is_test or not rows.file.is_written_here else rows

    moved = set(moved_from.values())
    pairs = []
    for path in sorted(s.changed):
        if path not in moved:
            pair = _Pair(path, product(s.before, moved_from.get(path, path)), product(s.now, path))
            # A bundle may differ because another file changed; such a file was not touched.
            same = pair.before and pair.now and pair.before.file.blob == pair.now.file.blob and path not in moved_from
            if (pair.before or pair.now) and not same:
                pairs.append(pair)
    return pairs


def _links_of(path: str, rows: FileRows | None) -> set[str]:
    return {link.dst for link in hard_links(path, rows)} if rows is not None else set()


def _by_file(pairs: Sequence[_Pair], moved_to: Mapping[str, str]) -> Counter[str]:
    raw: Counter[str] = Counter()
    for path, before, now in pairs:
        raw["new_modules"] += before is None
        links, were = _links_of(path, now), {moved_to.get(dst, dst) for dst in _links_of(path, before)}
        raw["new_edges"] += len(links - were)
        raw["removed_edges"] += len(were - links)
        known = {function.symbol for function in before.functions} if before is not None else set()
        if now is not None:
            raw["new_functions"] += sum(function.symbol not in known for function in now.functions)
        for rows, sign in ((now, 1), (before, -1)):
            if rows is not None:
                raw["grown"] += sign * rows.file.code_lines
                raw["handlers"] += sign * sum(function.handlers for function in rows.functions)
                raw["raises"] += sign * sum(function.raises for function in rows.functions)
                raw["complexity"] += sign * sum(function.cyclomatic - 1 for function in rows.functions)
        grown = raw.pop("grown")
        raw["code_added" if grown > 0 else "code_removed"] += abs(grown)
    return raw


def _component_pairs(rows: Mapping[str, Collection[Row]]) -> set[tuple[str, str]]:
    return {(row[1], row[2]) for row in rows.get("component_dependency", ())}


def _degrees(graph: Graph, rows: Mapping[str, Collection[Row]]) -> tuple[int, int]:
    """Highest fan-in and fan-out of a file, by hard imports."""
    dependencies = rows.get("component_dependency")
    if isinstance(dependencies, StructuredRows):
        structure = dependencies.structure
    else:
        structure = Structure(all_links(graph), {}, {})
    return max(map(len, structure.incoming.values()), default=0), max(map(len, structure.links.values()), default=0)


# -- how far it stands out ------------------------------------------------------------------------------------------


class Reason(NamedTuple):
    """One figure that makes a unit unusual, beside what this repository is used to; all as in `features`."""

    name: str
    value: float
    median: float
    high: float  # 95th percentile
    most: float
    weight: float  # its part of the score

    def words(self) -> str:
        shown = [_plain(self.name, value) for value in (self.value, self.median, self.high, self.most)]
        usual = f"half of the time up to {shown[1]}, 95 % up to {shown[2]}, most {shown[3]}"
        return f"{FIGURES[self.name]}: {shown[0]} ({usual})"


class Verdict(NamedTuple):
    score: float
    p: float  # conformal p-value; 1 where it cannot be judged
    reasons: tuple[Reason, ...]  # at most three, the weightiest first
    second_opinion: float | None  # share of earlier units that an Isolation Forest finds less unusual; None = not asked
    alert: bool
    note: str  # why there is no judgement; empty if there is one
    cleaning: float = 0.0  # the same score of what the unit mends
    third_opinion: float | None = None  # as the second, by Mahalanobis distance


@dataclass(frozen=True, slots=True)
class Model:
    """What is usual in one repository, as of some of its units."""

    units: tuple[Mapping[str, float], ...]  # that it was fitted on, oldest first
    upto: int  # how many of the history it was given it has seen
    held_out: tuple[float, ...]  # score of each against the others, sorted
    _columns: Mapping[str, _Column]

    @classmethod
    def fit(cls, units: Sequence[Mapping[str, float]], upto: int = 0) -> Model:
        names = [*DRIFT, *(f"less {name}" for name in CLEANING)]
        columns_ = {name: _Column([_figure(name, unit) for unit in units]) for name in names}
        held_out = [_sum(tails) for tails in zip(*(columns_[name].tails_without() for name in DRIFT), strict=True)]
        return cls(tuple(units), upto, tuple(sorted(held_out)), columns_)

    @property
    def threshold(self) -> float:
        """The score above which a unit is told."""
        may_reach = int(ALPHA * (len(self.held_out) + 1) + 1e-9) - 1  # of those held out, where p is just small enough
        return self.held_out[-1 - may_reach]

    def p_value(self, score: float) -> float:
        """Share of the units, this one counted in, that stand out as much (research: measures 4.4)."""
        reached = len(self.held_out) - bisect_left(self.held_out, score)
        return (1 + reached) / (len(self.held_out) + 1)

    def verdict(self, unit: Mapping[str, float]) -> Verdict:
        parts = {name: self._columns[name].tail(unit.get(name, 0.0)) for name in DRIFT}
        score = _sum(parts.values())
        p = self.p_value(score)
        weightiest = sorted((name for name in parts if parts[name] > 0), key=lambda name: (-parts[name], name))
        reasons = tuple(
            Reason(name, unit.get(name, 0.0), *self._columns[name].quantiles(), round(parts[name], 4))
            for name in weightiest[:_SUMMED]
        )
        mended = [f"less {name}" for name in CLEANING]
        cleaning = _sum(self._columns[name].tail(_figure(name, unit)) for name in mended if _figure(name, unit) > 0)
        return Verdict(round(score, 4), round(p, 4), reasons, None, p <= ALPHA, "", round(cleaning, 4))


def version() -> str:
    """Names the way in which models are fitted: those of another one are not to be compared."""
    said = SCORED_FROM, CALIBRATED_FROM, FITTED_EVERY, WINDOW, ALPHA, _SUMMED, _STILL, DRIFT, CLEANING
    return hashlib.sha256(repr(said).encode()).hexdigest()[:12]


def fitted(history: Sequence[Mapping[str, float]]) -> Model | None:
    """The model that judges what comes after these units, oldest first; None if they are too few.

    Of a longer history only the newest units need be given, if what is left out is a multiple of `FITTED_EVERY`.
    """
    units = [known for known in history if known]
    if len(units) < NEEDED:
        return None
    upto = max(NEEDED, len(units) - len(units) % FITTED_EVERY)
    return Model.fit(units[max(0, upto - WINDOW) : upto], upto)


def kept(history: Sequence[Mapping[str, float]]) -> list[Mapping[str, float]]:
    """As much of a history as `fitted` needs to fit the same model, of this and what comes after it."""
    units = [known for known in history if known]
    spare = max(0, len(units) - WINDOW - FITTED_EVERY)
    return units[spare - spare % FITTED_EVERY :]


def unusual(history: Sequence[Mapping[str, float]], unit: Mapping[str, float], *, ask_others: bool = True) -> Verdict:
    """Judges one unit against the units before it, oldest first; both as `features` gives them.

    Score: research, measures 4.3. Threshold: leave-one-out conformal p-value at 5 %, measures 4.4. The same inputs
    give the same verdict. The other opinions cost 100 ms, the rest 5.
    """
    model = fitted(history) if unit else None
    verdict = judged_by(model, sum(map(bool, history)), unit)
    return _with_opinions(verdict, model, unit) if ask_others and model is not None else verdict


def judged_by(model: Model | None, known: int, unit: Mapping[str, float]) -> Verdict:
    """The same of a model that was fitted already; `known` units are behind it, which may be too few for any."""
    if not unit:
        return Verdict(0.0, 1.0, (), None, False, "no product code changed")
    if model is None:
        return Verdict(0.0, 1.0, (), None, False, f"not enough history ({known} of {NEEDED} units)")
    return model.verdict(unit)


def _with_opinions(verdict: Verdict, model: Model, unit: Mapping[str, float]) -> Verdict:
    from plumbrule.measures._opinions import distance, isolation  # scikit-learn: a second to import

    found = []
    for opinion in (isolation, distance):
        # The unit is among those fitted: no tree splits a figure that never moved before, so without it a first cycle
        # in a repository that had none would go unseen.
        units = [*model.units, unit]
        said = opinion(DRIFT, units, units)
        found.append(None if said is None else round(sum(other < said[-1] for other in said[:-1]) / len(said[:-1]), 4))
    return verdict._replace(second_opinion=found[0], third_opinion=found[1])


def pooled_percentile(units: Sequence[Mapping[str, float]], unit: Mapping[str, float]) -> float | None:
    """Share of these units, of all repositories, that stand out less among all of them: what a repository is used to
    may be a debt. None if they are too few."""
    known = [one for one in units if one]
    if len(known) < NEEDED or not unit:
        return None
    model = Model.fit(known)
    return round(bisect_left(model.held_out, model.verdict(unit).score) / len(model.held_out), 4)


def _figure(name: str, unit: Mapping[str, float]) -> float:
    """A figure of a unit; `less NAME` is how far it went the better way, 0 if it did not."""
    if not name.startswith("less "):
        return unit.get(name, 0.0)
    name = name.removeprefix("less ")
    return max(0.0, CLEANING[name] * unit.get(name, 0.0))


class _Column:
    """One figure over the history."""

    def __init__(self, values: Sequence[float]) -> None:
        self._values = values
        self._sorted = sorted(values)
        self._total = sum(values)
        self._squares = sum(value * value for value in values)

    def tail(self, value: float) -> float:
        """-ln of the share of units that reach `value`, plus how far it overshoots all of them, in deviations."""
        spread = _spread(self._total, self._squares, len(self._values))
        return _tail(value, self._reached(value), len(self._values), self._sorted[-1], spread)

    def tails_without(self) -> list[float]:
        """The tail of each of the units against the others; most figures of most units are 0, and told once."""
        tails = {value: self._tail_without(value) for value in set(self._values)}
        return [tails[value] for value in self._values]

    def _tail_without(self, value: float) -> float:
        others = len(self._values) - 1
        most = self._sorted[-2] if value == self._sorted[-1] else self._sorted[-1]
        spread = _spread(self._total - value, self._squares - value * value, others)
        return _tail(value, self._reached(value) - 1, others, most, spread)

    def _reached(self, value: float) -> int:
        return len(self._sorted) - bisect_left(self._sorted, value)

    def quantiles(self) -> tuple[float, float, float]:
        """Median, 95th percentile, maximum: the smallest values that so many units do not exceed."""
        count = len(self._sorted)
        return self._sorted[(count - 1) // 2], self._sorted[min(count - 1, (95 * count - 1) // 100)], self._sorted[-1]


def _spread(total: float, squares: float, count: int) -> float:
    """Standard deviation; that of a figure that never moved is set (research: measures 4.3)."""
    variance = squares / count - (total / count) ** 2
    return sqrt(variance) if variance > 1e-9 else _STILL


def _tail(value: float, reached: int, count: int, most: float, spread: float) -> float:
    return -log(max(1 / (count + 1), reached / count)) + max(0.0, (value - most) / spread)


def _sum(parts: Iterable[float]) -> float:
    return sum(sorted(parts, reverse=True)[:_SUMMED])


def _plain(name: str, value: float) -> str:
    """A figure as a person counts it."""
    if name.endswith("_per_size"):
        return f"{value:.2f}"
    if name == "pass_through_share":
        return f"{value:.0%}"
    return f"{round(copysign(expm1(abs(value)), value)):d}"


# -- tables ---------------------------------------------------------------------------------------------------------


def _unusual(s: Situation) -> Collection[Row]:
    units = sorted((s.units or {"": features(s)}).items())
    model, known = fitted(s.history), sum(map(bool, s.history))
    verdicts = {name: judged_by(model, known, unit) for name, unit in units}
    alerts = [verdict for verdict in verdicts.values() if verdict.alert]
    pointed = causes(s) if alerts else {}
    most = max((verdict.score for verdict in verdicts.values()), default=0.0)
    rows = []
    for name, unit in units:
        verdict, pooled = verdicts[name], None
        if verdict.alert and model is not None and s.units:
            # Asked only where their opinion is read, never on the way to a verdict: a second to import.
            verdict, pooled = _with_opinions(verdict, model, unit), pooled_percentile(s.pooled(), unit)
        told = "; ".join(reason.words() for reason in verdict.reasons)
        files = dict.fromkeys(
            path for reason in verdict.reasons if verdict.alert for path in pointed.get(reason.name, ())[:_FILES]
        )
        rows.append(
            (s.now.repo, name, verdict.score, verdict.p, told, verdict.second_opinion, verdict.alert, verdict.note,
             verdict.third_opinion, verdict.cleaning, ", ".join([*files][:_FILES]), pooled,
             sum(bool(one) for _, one in units), len(alerts), most)
        )  # fmt: skip
    return rows


MEASURES = (
    Measure(
        Table(
            "unusual",
            "How far a unit of work, one commit, stands out from what this repository usually does.",
            columns(
                """repo VARCHAR repository, by its name in the store
                unit VARCHAR the commit; empty if the change is judged as one
                score DOUBLE sum of the three highest tail scores
                p DOUBLE conformal p-value: share of earlier units that stand out as much
                features VARCHAR the three figures that weigh most, each beside what is usual
                second_opinion DOUBLE share of earlier units that an Isolation Forest finds less unusual; may be NULL
                alert BOOLEAN p is at most 0.05
                note VARCHAR why there is no judgement, empty if there is one
                third_opinion DOUBLE the same share by Mahalanobis distance; may be NULL
                cleaning DOUBLE the score of what the unit mends; it never alerts
                files VARCHAR of an alert: what the three figures come from, in the whole batch; three at most
                pooled DOUBLE of an alert: share of units of all repositories that stand out less among all; may be NULL
                batch_units INTEGER units of the batch
                batch_alerts INTEGER of which stand out
                batch_score DOUBLE the highest of their scores"""
            ),
        ),
        _unusual,
        after=(
            "component_dependency",
            "contract_change",
            "cycle",
            "duplicate",
            "pass_through_function",
        ),
        scope="change",
        gate=False,
    ),
)
