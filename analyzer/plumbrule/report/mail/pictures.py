"""The pictures of a mail, from the same chart definitions as the dashboard. Hides how a chart becomes a PNG."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from plumbrule.report import charts
from plumbrule.report.history import History, Moment
from plumbrule.report.mail.moves import RepoMoves
from plumbrule.report.theme import theme
from plumbrule.report.wording import counted

_SHOWN_DAYS = 84  # a mail shows twelve weeks, or all that it tells of if that is longer
_SCALE = 2.0  # pixels drawn for each one shown: sharp on the screens people read on
_WIDTH = 400  # of the plot alone; with axis and labels a picture stays below 560


@dataclass(frozen=True, slots=True)
class Picture:
    name: str
    title: str
    alt: str  # says in words what it shows
    png: bytes

    @property
    def width(self) -> int:
        """As it is to be shown; half the pixels it has."""
        return round(int.from_bytes(self.png[16:20], "big") / _SCALE)

    @property
    def height(self) -> int:
        return round(int.from_bytes(self.png[20:24], "big") / _SCALE)


def pictures(history: History, moves: Sequence[RepoMoves]) -> tuple[Picture, ...]:
    """Open findings over time, and what each rule moved; those of them that have something to show."""
    found = [_over_time(history, moves), _by_rule(moves)]
    return tuple(picture for picture in found if picture is not None)


def _over_time(history: History, moves: Sequence[RepoMoves]) -> Picture | None:
    named = history.many_series(["findings.error", "findings.warning"])
    series = {name.removeprefix("findings."): moments for name, moments in named.items() if moments}
    longest = [one.told.at for one in moves if one.told is not None]
    newest = max(one.newest.at for one in moves)
    days = max(_SHOWN_DAYS, (newest - min(longest)).days + 1) if longest else 0
    span = charts.span_of(*series.values(), days=days)
    if span is None or all(len(moments) < 2 for moments in series.values()):
        return None
    said = "; ".join(_moved(name, moments, moves) for name, moments in sorted(series.items()))
    drawing = charts.findings_by_severity(series, theme("light"), span=span, height=140, width=_WIDTH)
    drawing = drawing.properties(padding=4)  # a screen keeps room for the names at the ends; here they make their own
    return Picture("findings", "Open findings", f"Open findings over time. {said}.", charts.png(drawing, _SCALE))


def _moved(name: str, moments: Sequence[Moment], moves: Sequence[RepoMoves]) -> str:
    """ "67 errors, 61 before": before is what the reader was told of each repository, on whatever line it stood."""
    now = moments[-1].value
    grown = sum(one.grown(name) for one in moves)
    noun = counted(int(now), name)
    return f"{noun}, {now - grown:,.0f} before" if grown else noun


def _by_rule(moves: Sequence[RepoMoves]) -> Picture | None:
    new, fixed = Counter[str](), Counter[str]()
    for one in moves:
        for item in one.items:
            if item.of_change:
                continue  # it stands nowhere, so it is told in words
            new[item.rule] += len(item.findings)
        for rule, number in one.fixed:
            fixed[rule] += number
    rows = [(rule, new[rule], fixed[rule]) for rule in sorted({*new, *fixed})]
    if len(rows) < 2:  # one bar says less than its number
        return None
    said = "; ".join(f"{rule}: {plus} new, {minus} fixed" for rule, plus, minus in rows)
    drawing = charts.moved_by_rule(rows, theme("light"), width=300)
    return Picture("rules", "Moved, by rule", f"Findings moved, by rule. {said}.", charts.png(drawing, _SCALE))
