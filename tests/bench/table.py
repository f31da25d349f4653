"""The one table: what a row says, and how its figures are kept in JSON between runs of single rows."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from measuring import Took  # beside this file

SCHEMA = "plumbrule/bench/1"


@dataclass(frozen=True)
class Figure:
    """One line of the table. The lower the better; `ship` and `aim` are the most it may be."""

    what: str
    on: str
    ship: float | None = None
    aim: float | None = None
    median: float | None = None
    low: float | None = None
    high: float | None = None
    runs: int = 0
    unit: str = ""  # of the median; a ratio has none
    cpu: float | None = None  # the same ratio of CPU times, its median
    a: float | None = None  # median seconds of what stands before the stroke, and after it
    b: float | None = None
    note: str = ""
    not_measured: str = ""  # why


@dataclass(frozen=True)
class Limits:
    """The most a figure may be: to ship, and to be content."""

    ship: float | None = None
    aim: float | None = None


def ratio(what: str, on: str, limits: Limits, taken: Sequence[tuple[Took, Took]], note: str = "") -> Figure:
    """A over B of runs in turn: median and range of the pairs' ratios, not the ratio of the medians."""
    walls = [a.wall / b.wall for a, b in taken]
    cpus = [a.cpu / b.cpu for a, b in taken if a.cpu and b.cpu]
    return Figure(
        what, on, limits.ship, limits.aim, statistics.median(walls), min(walls), max(walls), len(walls),
        cpu=statistics.median(cpus) if len(cpus) == len(walls) else None,
        a=statistics.median(a.wall for a, _ in taken), b=statistics.median(b.wall for _, b in taken), note=note,
    )  # fmt: skip


def value(what: str, on: str, limits: Limits, values: Sequence[float], unit: str = "", note: str = "") -> Figure:
    """A figure that is no ratio of times: a size, an exponent."""
    return Figure(
        what, on, limits.ship, limits.aim, statistics.median(values), min(values), max(values), len(values), unit,
        note=note,
    )  # fmt: skip


def over_all(what: str, limits: Limits, figures: Iterable[Figure]) -> Figure:
    """The median of the repositories' medians, with the range of those."""
    medians = {one.on: one.median for one in figures if one.median is not None}
    if not medians:
        return Figure(what, "all of them", limits.ship, limits.aim, not_measured="on none of them")
    return value(what, f"median of {len(medians)} repositories", limits, list(medians.values()))


def reached(figure: Figure) -> str:
    """The stricter of its limits that the median keeps."""
    if figure.ship is None or figure.median is None:
        return ""
    limits = (("aim", figure.aim), ("ship", figure.ship))
    return next((name for name, limit in limits if limit is not None and figure.median <= limit), "missed")


def keep(file: Path, row: str, about: Mapping[str, object], figures: Sequence[Figure], rows: Sequence[str]) -> None:
    """Puts one row's figures into the kept table, in place of its older ones; `rows` is the order of all.

    Each row says in which circumstances (`about`) it was measured: rows may be measured on different days.
    """
    kept: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.is_file() else {"schema": SCHEMA, "rows": {}}
    told = [{name: _short(of) for name, of in asdict(one).items() if of is not None and of != ""} for one in figures]
    of_rows = {**kept["rows"], row: {"about": about, "figures": told}}
    ordered = {name: of_rows[name] for name in rows if name in of_rows}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"schema": SCHEMA, "rows": ordered}, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _short(value: object) -> object:
    return float(f"{value:.4g}") if isinstance(value, float) else value
