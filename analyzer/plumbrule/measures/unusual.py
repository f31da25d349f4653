"""Unusual units of work: how far one commit stands out from what this repository usually does.

Hides the statistics. A unit is scored by the upper tails of its figures, the three largest added up; the threshold is
conformal, each earlier unit held out once, so the rate of false alerts is set and not guessed. Measured in research
(measures 4.2): PR-AUC 0.90 where an Isolation Forest reached 0.75. The forest is asked as a second opinion, shown
beside the score, and never alerts.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
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
_WINDOW = 200  # units; older ones tell how the repository was, not how it is
_ALPHA = 0.05
_SUMMED = 3
_STILL = 0.3  # standard deviation taken for a figure that never moved

# Every figure in words, as an explanation shows it, against the parent; tests and what nobody writes here are left out.
FIGURES: Mapping[str, str] = {
    "new_edges": "new imports between files",
    "new_component_pairs": "pairs of components linked for the first time",
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
    "files_touched": "files of the product touched",
    "handlers": "more exception handlers",
    "raises": "more raise statements",
    "complexity": "more cyclomatic complexity",
    "new_edges_per_size": "new imports for its size",
    "new_component_pairs_per_size": "newly linked components for its size",
    "contract_changes_per_size": "contract changes for its size",
    "new_duplicates_per_size": "duplicates for its size",
    "handlers_per_size": "exception handlers for its size",
    "pass_through_share": "share of new functions that only pass on",
}
_RELAXED = ("new_edges", "new_component_pairs", "contract_changes", "new_duplicates", "handlers")


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
    raw["new_component_pairs"] = len(linked - _component_pairs(s.earlier))
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
        raw["new_edges"] += len(_links_of(path, now) - {moved_to.get(dst, dst) for dst in _links_of(path, before)})
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


def unusual(history: Sequence[Mapping[str, float]], unit: Mapping[str, float], *, ask_forest: bool = True) -> Verdict:
    """Judges one unit against the units before it, oldest first; both as `features` gives them.

    Score: research, measures 4.3. Threshold: leave-one-out conformal p-value at 5 %, measures 4.4. The same inputs
    give the same verdict. The second opinion costs 100 ms, the rest 5.
    """
    units = [known for known in history if known][-_WINDOW:]
    if not unit:
        return Verdict(0.0, 1.0, (), None, False, "no product code changed")
    if len(units) < NEEDED:
        return Verdict(0.0, 1.0, (), None, False, f"not enough history ({len(units)} of {NEEDED} units)")
    columns_ = {name: _Column([known.get(name, 0.0) for known in units]) for name in FIGURES}
    parts = {name: column.tail(unit.get(name, 0.0)) for name, column in columns_.items()}
    score = _sum(parts.values())
    held_out = [_sum(tails) for tails in zip(*(column.tails_without() for column in columns_.values()), strict=True)]
    p = (1 + sum(other >= score for other in held_out)) / (len(units) + 1)
    weightiest = sorted((name for name in parts if parts[name] > 0), key=lambda name: (-parts[name], name))[:_SUMMED]
    reasons = tuple(
        Reason(name, unit.get(name, 0.0), *columns_[name].quantiles(), round(parts[name], 4)) for name in weightiest
    )
    second_opinion = _forest_rank(units, unit) if ask_forest else None
    return Verdict(round(score, 4), round(p, 4), reasons, second_opinion, p <= _ALPHA, "")


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


def _forest_rank(units: Sequence[Mapping[str, float]], unit: Mapping[str, float]) -> float | None:
    """Share of earlier units that an Isolation Forest (Liu 2008) isolates later; None where scikit-learn is missing."""
    try:
        from sklearn.ensemble import IsolationForest
    except ImportError:
        return None
    # The unit is among those fitted: no tree splits a figure that never moved before, so without it a first cycle in a
    # repository that had none would go unseen.
    table = [[known.get(name, 0.0) for name in FIGURES] for known in (*units, unit)]
    normality = IsolationForest(n_estimators=100, random_state=0, n_jobs=1).fit(table).score_samples(table)
    own = float(normality[-1])
    return round(sum(float(other) > own for other in normality[:-1]) / len(units), 4)


def _plain(name: str, value: float) -> str:
    """A figure as a person counts it."""
    if name.endswith("_per_size"):
        return f"{value:.2f}"
    if name == "pass_through_share":
        return f"{value:.0%}"
    return f"{round(copysign(expm1(abs(value)), value)):d}"


# -- tables ---------------------------------------------------------------------------------------------------------


def _unusual(s: Situation) -> Collection[Row]:
    rows = []
    for name, unit in sorted((s.units or {"": features(s)}).items()):
        verdict = unusual(s.history, unit, ask_forest=False)
        if verdict.alert and s.units:
            # Asked only where its opinion is read, never on the way to a verdict: a second to import.
            verdict = unusual(s.history, unit)
        told = "; ".join(reason.words() for reason in verdict.reasons)
        rows.append(
            (s.now.repo, name, verdict.score, verdict.p, told, verdict.second_opinion, verdict.alert, verdict.note)
        )
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
                note VARCHAR why there is no judgement, empty if there is one"""
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
