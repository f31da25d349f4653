"""Slow drift: a series that goes the wrong way a little in many commits, none of which stands out by itself.

Hides the statistics. Each unit of work moves a series by a step; a step counts as one at most, so that what one commit
does at once, which other alarms see, is not taken for drift. A CUSUM (Page 1954) adds up how much more than usual the
newest hundred units went up; usual is what the units before them did. The threshold is found by drawing units from
those: at most one in ten histories of a hundred steady units reaches it in any series (research: measures 4.5). When it
began is told afterwards, by the exact best partition of the weeks (Jackson and others 2005), which PELT finds too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import log, log2, sqrt
from random import Random
from statistics import median
from typing import NamedTuple

from plumbrule.graph import FileRows, Graph
from plumbrule.measures import Measure, Situation
from plumbrule.measures._structure import StructuredRows, all_links, strongly_connected
from plumbrule.tables import Row, Table, columns

# Every series in words; more of each is worse. `not_allowed` is there where a policy says something.
SERIES: Mapping[str, str] = {
    "not_allowed": "pairs of components that the policy does not allow",
    "files_in_cycles": "files in cycles",
    "component_pairs": "pairs of components that are linked",
    "duplicates": "functions that exist elsewhere too",
    "shallow_modules": "modules that only pass calls on",
    "erosion": "share of complexity in functions that are too complex",
    "nccd": "normalised cumulative component dependency",
}
WATCHED = 100  # units: the newest ones, in which a drift is looked for
BASELINE = 50  # units before those, at least; there and not in the first unit of all is "usual" known
_RECENT = 20  # units watched, at least
_KEPT = 400
_DELTA = 0.3  # steps a unit: the drift that is looked for is three commits in ten going one step further up
_FALSE_ALARMS = 0.10  # histories of WATCHED steady units in which any series may alarm
_LEAST = 3.0  # steps more than usual: fewer can be read one by one
_DRAWN = 400  # histories
_ANEW = 20  # units after which the threshold is found anew
_EROSION = 10  # cyclomatic complexity beyond which a function's mass counts as eroded (SlopCodeBench)
_SEGMENT = 4  # weeks
_WEEKS = 60
_WEEK = timedelta(days=7)


class Unit(NamedTuple):
    """Where every series stood after one commit that touched product code."""

    commit: str
    at: int  # seconds since 1970
    levels: Mapping[str, float]


# -- levels ---------------------------------------------------------------------------------------------------------


def levels(s: Situation, earlier: Mapping[str, float]) -> dict[str, float]:
    """Every series after the step from `before` to `now`; `earlier` is what this gave for the step before it, or
    nothing. `s.rows` and `s.earlier` must hold the snapshot measures of both sides."""
    mass, eroded = earlier.get("mass", 0.0), earlier.get("eroded", 0.0)
    for path in s.changed if earlier else s.now.paths():
        for sign, graph in ((1, s.now), (-1, s.before)):
            if path in graph and (sign > 0 or earlier):
                of_file = _mass(graph.rows(path))
                mass, eroded = mass + sign * of_file[0], eroded + sign * of_file[1]
    pairs = list(s.rows.get("component_dependency", ()))
    found = {
        "mass": round(mass, 6),
        "eroded": round(eroded, 6),
        "files_in_cycles": float(sum(row[3] for row in s.rows.get("cycle", ()) if row[1] == "file")),
        "component_pairs": float(len(pairs)),
        "duplicates": float(len(s.rows.get("duplicate", ()))),
        "shallow_modules": float(sum(not row[10] for row in s.rows.get("pass_through_module", ()))),
        "erosion": eroded / mass if mass > 0 else 0.0,
        "nccd": earlier.get("nccd", 0.0) + (_nccd_moved(s) if earlier else _nccd(_links(s.now, s.rows), None)),
    }
    if s.intent.allowed is not None:
        found["not_allowed"] = float(sum(not row[4] for row in pairs))
    return found


def _mass(rows: FileRows) -> tuple[float, float]:
    """Complexity mass of a file's functions, and what of it lies in those that are too complex (arXiv 2603.24755)."""
    if rows.file.is_test or not rows.file.is_written_here:
        return 0.0, 0.0
    of_functions = [(f.cyclomatic, max(0, f.cyclomatic - 1) * sqrt(f.statements)) for f in rows.functions]
    return sum(mass for _, mass in of_functions), sum(mass for cc, mass in of_functions if cc > _EROSION)


_Targets = Mapping[str, Collection[str]]


def _links(graph: Graph, rows: Mapping[str, Collection[Row]]) -> _Targets:
    """Hard imports among product files."""
    known = rows.get("component_dependency")
    links = known.structure.links if isinstance(known, StructuredRows) else all_links(graph)
    product = {path for path in graph.paths() if not graph.rows(path).file.is_test}
    return {path: [one.dst for one in links.get(path, ()) if one.dst in product] for path in product}


def _nccd_moved(s: Situation) -> float:
    """By how much the step moved it, on the files that are on both sides: files that come or go move no series."""
    if not any(_imports(s.now, path) != _imports(s.before, path) for path in s.changed):
        return 0.0
    now, before = _links(s.now, s.rows), _links(s.before, s.earlier)
    both = now.keys() & before.keys()
    return _nccd(now, both) - _nccd(before, both)


def _imports(graph: Graph, path: str) -> set[str]:
    rows = graph.rows(path).dependencies if path in graph else ()
    return {one.dst for one in rows if one.kind == "import" and not one.type_only and not one.lazy}


def _nccd(links: _Targets, among: Collection[str] | None) -> float:
    """CCD / ((n + 1) log2(n + 1) - n); CCD is the sum over files of how many each reaches, itself included (Lakos)."""
    names = sorted(links if among is None else among)
    count = len(names)
    if count < 2:
        return 0.0
    number = {name: at for at, name in enumerate(names)}
    targets = [sorted({number[dst] for dst in links[name] if dst in number}) for name in names]
    return sum(_reaches(targets)) / ((count + 1) * log2(count + 1) - count)


def _reaches(targets: list[list[int]]) -> list[int]:
    """How many nodes each one reaches, itself included; by a set of bits for each, made once for all of a knot."""
    knot = list(range(len(targets)))
    members = {node: [node] for node in knot}
    for tied in strongly_connected(targets):
        members[tied[0]] = list(tied)
        for node in tied:
            knot[node] = tied[0]
    reach: dict[int, int] = {}
    for root in knot:
        waiting = [root]
        while waiting:
            node = waiting[-1]
            if node in reach:
                waiting.pop()
                continue
            beyond = {knot[target] for member in members[node] for target in targets[member]} - {node}
            if missing := [other for other in beyond if other not in reach]:
                waiting += missing
                continue
            bits = sum(1 << member for member in members[node])
            for other in beyond:
                bits |= reach[other]
            reach[node] = bits
            waiting.pop()
    counts = {node: bits.bit_count() for node, bits in reach.items()}
    return [counts[node] for node in knot]


# -- the alarm ------------------------------------------------------------------------------------------------------


class Alarm(NamedTuple):
    """What the newest units did in one series, beside what is usual."""

    statistic: float  # CUSUM at its end
    threshold: float
    usual: float  # steps up a unit, on balance, before
    lately: float  # since the sum last stood at nothing
    since: int  # the unit, counted from the first of all, at which it rose from nothing


def steps(series: Sequence[float]) -> list[float]:
    """By how much each unit moved a series, one at most: in the median of what it moves by when it moves."""
    moved = [now - before for before, now in pairwise(series)]
    sizes = [abs(one) for one in moved if abs(one) > 1e-12]
    size = median(sizes) if sizes else 1.0
    return [max(-1.0, min(1.0, one / size)) for one in moved]


def alarm(moved: Sequence[float], known: float | None, series: int) -> Alarm | None:
    """Judges the newest units of one of so many series that move at all; None if too few are known, or it never went
    up. `known` is a threshold found lately, else it is found now."""
    watched = min(WATCHED, len(moved) - BASELINE)
    if watched < _RECENT or max(moved) <= 0:
        return None
    baseline, newest = moved[:-watched], moved[-watched:]
    usual = sum(baseline) / len(baseline)
    total, begin = 0.0, 0
    for at, one in enumerate(newest):
        total = max(0.0, total + one - usual - _DELTA / 2)
        if not total:
            begin = at + 1
    rest = newest[begin:]
    bound = known if known is not None else threshold(baseline, _FALSE_ALARMS / max(1, series))
    return Alarm(
        statistic=round(total, 4),
        threshold=bound,
        usual=round(usual, 4),
        lately=round(sum(rest) / len(rest), 4) if rest else 0.0,
        since=len(baseline) + begin,
    )


def threshold(baseline: Sequence[float], rate: float) -> float:
    """What the highest sum of WATCHED steady units exceeds in a share `rate` of histories. Each is drawn from these
    units, and so is what is usual there, which is known from no more units than these; the same for the same units.

    One unit that went up is drawn from beside those that were seen: that none did yet proves not that none ever does.
    """
    lot = Random(len(baseline))
    steady = [*baseline, 1.0]
    highest = []
    for _ in range(_DRAWN):
        usual = sum(lot.choices(steady, k=len(baseline))) / len(baseline) + _DELTA / 2
        total = most = 0.0
        for one in lot.choices(steady, k=WATCHED):
            total += one - usual
            if total < 0:
                total = 0.0
            elif total > most:
                most = total
        highest.append(most)
    highest.sort()
    return round(max(_LEAST, highest[min(_DRAWN - 1, int((1 - rate) * _DRAWN))]), 4)


# -- when it began --------------------------------------------------------------------------------------------------


def parts(values: Sequence[float], segment: int = _SEGMENT) -> list[int]:
    """Where the mean of a series changes: the begins of the later parts of its best partition, each of `segment`
    values at least. A change must save 3 ln n of squared deviations, in units of the noise between neighbours."""
    count = len(values)
    if count < 2 * segment:
        return []
    steps_ = [abs(now - before) for before, now in pairwise(values)]
    noise = (median(steps_) / 0.954) ** 2 or (sum(one * one for one in steps_) / (2 * len(steps_)))
    if not noise:
        return []
    sums, squares = [0.0], [0.0]
    for value in values:
        sums.append(sums[-1] + value)
        squares.append(squares[-1] + value * value)

    def cost(begin: int, end: int) -> float:
        total = sums[end] - sums[begin]
        return squares[end] - squares[begin] - total * total / (end - begin)

    penalty = 3 * log(count) * noise
    best, begun = [-penalty] + [float("inf")] * count, [0] * (count + 1)
    for end in range(segment, count + 1):
        for begin in range(end - segment + 1):
            if begin and begin < segment:
                continue
            found = best[begin] + cost(begin, end) + penalty
            if found < best[end]:
                best[end], begun[end] = found, begin
    changes: list[int] = []
    end = count
    while begun[end]:
        end = begun[end]
        changes.append(end)
    return changes[::-1]


def _weekly(units: Sequence[Unit], name: str) -> list[tuple[str, float, Sequence[Unit]]]:
    """(Monday, by how much the series moved, the units) of each of the last weeks, those without a unit too."""
    by_week: dict[datetime, list[Unit]] = {}
    for unit in units[1:]:
        by_week.setdefault(_monday(unit.at), []).append(unit)
    if not by_week:
        return []
    weeks: list[tuple[str, float, Sequence[Unit]]] = []
    level = units[0].levels.get(name, 0.0)
    week = min(by_week)
    while week <= max(by_week):
        of_week = by_week.get(week, ())
        now = of_week[-1].levels.get(name, level) if of_week else level
        weeks.append((week.date().isoformat(), now - level, of_week))
        level, week = now, week + _WEEK
    return weeks[-_WEEKS:]


def _monday(seconds: int) -> datetime:
    at = datetime.fromtimestamp(seconds, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return at - timedelta(days=at.weekday())


# -- tables ---------------------------------------------------------------------------------------------------------


def _drift(s: Situation) -> Collection[Row]:
    units = s.past.units if s.past is not None else []
    known = {row[1]: row for row in s.earlier.get("drift", ())}
    moving = {
        name: moved
        for name in SERIES
        if any(name in unit.levels for unit in units)
        and max(moved := steps([unit.levels.get(name, 0.0) for unit in units]), default=0.0) > 0
    }
    rows: list[Row] = []
    for name, moved in sorted(moving.items()):
        before = known.get(name)
        found_lately = before is not None and before[8] and len(units) // _ANEW == before[9] // _ANEW
        judged = alarm(moved, before[5] if before is not None and found_lately else None, len(moving))
        level = round(units[-1].levels.get(name, 0.0), 6)
        if judged is None:
            note = f"not enough history ({len(moved)} of {BASELINE + _RECENT} units)"
            rows.append((s.now.repo, name, SERIES[name], level, 0.0, 0.0, 0.0, 0.0, "", len(units), None, False, note))
            continue
        since = units[min(judged.since + 1, len(units) - 1)]
        rows.append(
            (
                s.now.repo, name, SERIES[name], level, judged.statistic, judged.threshold, judged.usual, judged.lately,
                since.commit, len(units), round(units[judged.since].levels.get(name, 0.0), 6),
                judged.statistic >= judged.threshold, "",
            )
        )  # fmt: skip
    return rows


def _change_points(s: Situation) -> Collection[Row]:
    rows: list[Row] = []
    alarming = {row[1] for row in s.rows["drift"] if row[11]}
    for name in sorted(alarming):
        weeks = _weekly(s.past.units if s.past is not None else (), name)
        begins = parts([moved for _, moved, _ in weeks])
        for begin, before, end in zip(begins, [0, *begins], [*begins[1:], len(weeks)], strict=False):
            was, now = (sum(moved for _, moved, _ in weeks[a:b]) / (b - a) for a, b in ((before, begin), (begin, end)))
            around = [unit for _, _, units in weeks[max(0, begin - 1) : begin + 1] for unit in units]
            rows.append(
                (
                    s.now.repo, name, weeks[begin][0], round(was, 4), round(now, 4),
                    around[0].commit if around else "", around[-1].commit if around else "",
                )
            )  # fmt: skip
    return rows


def kept(units: Iterable[Unit]) -> list[Unit]:
    """Those that may still be asked for."""
    return list(units)[-_KEPT:]


MEASURES = (
    Measure(
        Table(
            "drift",
            "A series that is watched for slow drift, as it stood at a snapshot.",
            columns(
                """repo VARCHAR repository, by its name in the store
                series VARCHAR its name
                words VARCHAR what it counts
                level DOUBLE where it stands
                statistic DOUBLE CUSUM of the newest hundred units: how many steps more than usual it went up
                threshold DOUBLE from which on it is told; one in ten histories of steady units reaches it in any series
                usual DOUBLE steps up a unit, on balance, before those
                lately DOUBLE steps up a unit since the sum last stood at nothing
                since VARCHAR the first commit after that; empty if nothing was judged
                units INTEGER commits to product code that are known
                level_before DOUBLE where it stood then; may be NULL
                alarm BOOLEAN the statistic reaches the threshold
                note VARCHAR why there is no judgement, empty if there is one"""
            ),
        ),
        _drift,
        scope="history",
        gate=False,
    ),
    Measure(
        Table(
            "change_point",
            "A week in which an alarming series began to move at another pace.",
            columns(
                """repo VARCHAR repository, by its name in the store
                series VARCHAR its name
                week VARCHAR Monday of the first week at the new pace
                before DOUBLE by how much it moved in a week until then, on average
                after DOUBLE and from then on, up to the next change
                first_commit VARCHAR the first commit to product code of that week and the one before
                last_commit VARCHAR the last one"""
            ),
        ),
        _change_points,
        after=("drift",),
        scope="history",
        gate=False,
    ),
)
