"""Every picture of drift, defined once for the dashboard and for the mails. Hides Altair.

A chart takes plain rows and a theme and gives an Altair chart that is `width` pixels wide, or as wide as its container
on a screen. Times are drawn in UTC, so that the same rows give the same picture on every machine. Names from analysed
code are only ever data: no field name, no title and no expression is made from them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import altair as alt

from plumbrule.report.escapes import shortened, visible
from plumbrule.report.history import BatchMove, Moment
from plumbrule.report.theme import Theme
from plumbrule.report.wording import known_by

Mark = TypeVar("Mark", Moment, BatchMove)
Span = tuple[datetime, datetime]  # first and last moment of a time line
PICKED = "picked"  # name of the selection that a click on a mark makes; its fields are "repo" and "batch"
LANES = 6  # agents with a lane of their own; the rest share one
_EFFECTS = ("brought", "fixed", "neither")
EFFECTS = ":red[\u25b2] brought findings · :green[\u25bc] only fixed findings · :gray[\u25cf] moved none"  # Markdown
_NAME_LIMIT = 80
_COLUMNS = 600  # a plot is told apart in so many places: more of a line or of marks than fits there is not sent
_SMALL_COLUMNS = 200
_MANY = 400  # marks that are all sent, wherever they lie
_MARGIN = 46  # pixels left of every plot, so that charts under each other share one time line
_LANE_MARGIN = 150
_THEMES = threading.Lock()  # Altair's theme is one for all threads


def over_time(
    moments: Sequence[Moment], theme: Theme, *, span: Span, colour: str = "", height: int = 168, width: int | str = 0
) -> alt.LayerChart:
    """One count as a stepped line; a dot where a batch moved it, which can be picked."""
    colour, moments = colour or theme.accent, within(moments, span)
    rows = [{"at": _text(moment.at), "value": moment.value} for moment in outline(moments, span, _COLUMNS)]
    biggest = _tops([moment for moment in moments if moment.moved], span, lambda moment: abs(moment.moved))
    moves = [_moment(moment) for moment in biggest]
    dot = 34 if len(moves) <= 40 else 16  # many dots must not hide the line
    top = max((moment.value for moment in moments), default=0.0)
    low = min((moment.value for moment in moments), default=0.0)
    from_zero = low <= top / 2  # a count that hardly moves is drawn close up, without a filled area under it
    pad = max((top - low) * 0.12, 1.0)
    domain = [0, max(top + pad / 2, 1)] if from_zero else [max(low - pad, 0), top + pad]
    y = alt.Y(
        "value:Q",
        title=None,
        stack=None,  # else what shares an instant, as backdated commits do, is filled one above the other
        scale=alt.Scale(domain=domain, nice=False),
        axis=alt.Axis(tickCount=4, format=",.0f", tickMinStep=1, minExtent=_MARGIN, maxExtent=_MARGIN),
    )
    base = alt.Chart(_data(_until(rows, span))).encode(x=_time(span), y=y)
    marks = alt.Chart(_data(moves)).encode(x=_time(span), y=y)
    picked = alt.selection_point(name=PICKED, fields=["repo", "batch"], on="click", clear=False, toggle=False)
    layers = [
        base.mark_line(interpolate="step-after", color=colour, strokeWidth=1.6, strokeJoin="round"),
        marks.mark_point(filled=True, size=dot, color=colour, opacity=1, stroke=theme.background, strokeWidth=1)
        .encode(tooltip=_told())
        .add_params(picked),
    ]
    if from_zero:
        layers.insert(0, base.mark_area(interpolate="step-after", color=colour, opacity=0.14))
    return _finished(alt.layer(*layers), theme, height, width)


def small(moments: Sequence[Moment], theme: Theme, *, span: Span, colour: str, height: int = 56) -> alt.LayerChart:
    """One count without axes, to stand beside its number among others of its kind."""
    moments = within(moments, span)
    rows = _until([_moment(moment) for moment in outline(moments, span, _SMALL_COLUMNS)], span)
    top = max((moment.value for moment in moments), default=0.0)
    x = alt.X("at:T", scale=_utc(span), axis=None)
    scale = alt.Scale(domain=[0, max(top * 1.08, 1)], nice=False)
    y = alt.Y("value:Q", stack=None, scale=scale, axis=None)  # see `over_time`
    base = alt.Chart(_data(rows)).encode(x=x, y=y, tooltip=_told())
    layers = (
        base.mark_area(interpolate="step-after", color=colour, opacity=0.18),
        base.mark_line(interpolate="step-after", color=colour, strokeWidth=1.4),
    )
    return _finished(alt.layer(*layers), theme, height, 0)


def per_batch(
    moments: Sequence[Moment], theme: Theme, *, span: Span, colour: str = "", height: int = 168, width: int | str = 0
) -> alt.Chart:
    """What each batch did, as one bar a batch: for counts that do not add up over time."""
    shown = [moment for moment in moments if moment.value and span[0] <= moment.at <= span[1]]
    top = max((moment.value for moment in shown), default=0.0)
    shown = _tops(shown, span, lambda moment: moment.value)
    picked = alt.selection_point(name=PICKED, fields=["repo", "batch"], on="click", clear=False, toggle=False)
    chart = (
        alt.Chart(_data([_moment(moment) for moment in shown]))
        .mark_bar(width=3, color=colour or theme.error, cornerRadiusEnd=1)
        .encode(
            x=_time(span),
            y=alt.Y(
                "value:Q",
                title=None,
                stack=None,
                scale=alt.Scale(domain=[0, max(top * 1.1, 1)], nice=False),
                axis=alt.Axis(tickCount=4, format=",.0f", tickMinStep=1, minExtent=_MARGIN, maxExtent=_MARGIN),
            ),
            tooltip=_told(),
        )
        .add_params(picked)
    )
    return _finished(chart, theme, height, width)


def batches_by_agent(batches: Sequence[BatchMove], theme: Theme, *, span: Span, width: int | str = 0) -> alt.Chart:
    """Every batch as a mark in its agent's lane, coloured by whether it brought findings or took some away."""
    lanes = _lanes(batches)

    def rank(move: BatchMove) -> int:
        return move.new + move.fixed + move.of_change

    def effect(move: BatchMove) -> str:
        return "brought" if move.new or move.of_change else "fixed" if move.fixed else "neither"

    most = max(map(rank, batches), default=0) or 1
    inside = [move for move in batches if span[0] <= move.batch.last_at <= span[1]]
    inside = _tops(inside, span, rank, lambda move: (lanes[move.batch.agent], effect(move)))
    rows = [
        {
            "at": _text(move.batch.last_at),
            "repo": move.batch.repo,
            "batch": move.batch.batch,
            "lane": lanes[move.batch.agent],
            "effect": effect(move),
            "name": _short(move.batch.batch),
            "agent": at_least(move.batch.agent, move.batch.channel),
            "when": _day(move.batch.last_at),
            "new": move.new,
            "gone": move.fixed,
            "change": move.of_change,
            "rank": rank(move),
        }
        for move in inside
    ]
    rows.sort(key=lambda row: (row["rank"], row["at"], row["repo"], row["batch"]))  # what moved most lies on top
    order = list(dict.fromkeys(lanes.values()))
    picked = alt.selection_point(name=PICKED, fields=["repo", "batch"], on="click", clear=False, toggle=False)
    chart = (
        alt.Chart(_data(rows))
        .mark_point(filled=True, opacity=0.9, stroke=theme.background, strokeWidth=0.8)
        .encode(
            x=_time(span),
            y=alt.Y(
                "lane:N",
                sort=order,
                title=None,
                axis=alt.Axis(
                    grid=True, labelLimit=_LANE_MARGIN - 8, minExtent=_LANE_MARGIN, maxExtent=_LANE_MARGIN, tickSize=0
                ),
            ),
            color=alt.Color(
                "effect:N",
                title=None,
                scale=alt.Scale(domain=list(_EFFECTS), range=[theme.error, theme.fixed, theme.unknown]),
                legend=None,  # it would be cut where the plot is narrow: the page says `EFFECTS`
            ),
            shape=alt.Shape(  # never by colour alone
                "effect:N",
                scale=alt.Scale(domain=list(_EFFECTS), range=["triangle-up", "triangle-down", "circle"]),
                legend=None,
            ),
            size=alt.Size(
                "rank:Q",
                scale=alt.Scale(domain=[0, most], range=[28, 190]),
                legend=None,
            ),
            tooltip=[
                alt.Tooltip("when:N", title="When"),
                alt.Tooltip("name:N", title="Batch"),
                alt.Tooltip("agent:N", title="Agent"),
                alt.Tooltip("new:Q", title="New findings"),
                alt.Tooltip("gone:Q", title="Fixed findings"),
                alt.Tooltip("change:Q", title="About the change"),
            ],
        )
        .add_params(picked)
    )
    return _finished(chart, theme, 26 * max(len(order), 1) + 26, width)


def findings_by_severity(
    series: Mapping[str, Sequence[Moment]], theme: Theme, *, span: Span, height: int = 180, width: int | str = 0
) -> alt.LayerChart:
    """Open findings as one line a severity, each named at its end; the mails' picture of the whole."""
    order = [name for name in ("error", "warning", "info") if series.get(name)]
    rows, ends = [], []
    for name in order:
        of_one = _until([_moment(moment) for moment in within(series[name], span)], span)
        rows += [{**row, "severity": name} for row in of_one]
        ends.append({**of_one[-1], "severity": name, "label": f"{name} {of_one[-1]['value']:,.0f}"})
    colour = alt.Color(
        "severity:N", scale=alt.Scale(domain=order, range=[theme.severity(name) for name in order]), legend=None
    )
    y = alt.Y(
        "value:Q", title=None, axis=alt.Axis(tickCount=4, format=",.0f", tickMinStep=1), scale=alt.Scale(zero=True)
    )
    line = alt.Chart(_data(rows)).mark_line(interpolate="step-after", strokeWidth=1.8)
    text = alt.Chart(_data(ends)).mark_text(align="left", dx=6, fontSize=11, fontWeight="bold")
    both = alt.layer(
        line.encode(x=_time(span), y=y, color=colour, tooltip=_told()),
        text.encode(x=_time(span), y=y, color=colour, text="label:N"),
    )
    return _finished(both, theme, height, width).properties(padding={"left": 4, "top": 4, "bottom": 4, "right": 84})


def moved_by_rule(moved: Iterable[tuple[str, int, int]], theme: Theme, *, width: int | str = 0) -> alt.LayerChart:
    """(rule, new, fixed): new findings to the right, fixed ones to the left, the busiest rule first."""
    ranked = sorted(moved, key=lambda row: (-row[1] - row[2], row[0]))
    rows = []
    for rule, new, fixed in ranked:
        rows += [{"rule": _short(rule), "what": "new", "value": new, "label": f"+{new}"}] if new else []
        rows += [{"rule": _short(rule), "what": "fixed", "value": -fixed, "label": f"\u2212{fixed}"}] if fixed else []
    order = list(dict.fromkeys(_short(rule) for rule, _, _ in ranked))
    most, least = max((row[1] for row in ranked), default=0), max((row[2] for row in ranked), default=0)
    room = max((most + least) * 0.12, 0.5)
    x = alt.X("value:Q", title=None, axis=None, scale=alt.Scale(domain=[-least - (room if least else 0), most + room]))
    y = alt.Y("rule:N", sort=order, title=None, axis=alt.Axis(labelLimit=220, grid=False, domain=False, labelPadding=8))
    base = alt.Chart(_data(rows)).encode(x=x, y=y)
    colour = alt.Color(
        "what:N", scale=alt.Scale(domain=["new", "fixed"], range=[theme.error, theme.fixed]), legend=None
    )
    parts = (
        base.mark_bar(height=12, cornerRadiusEnd=2).encode(color=colour),
        base.transform_filter("datum.value > 0").mark_text(align="left", dx=5, color=theme.text).encode(text="label:N"),
        base.transform_filter("datum.value < 0")
        .mark_text(align="right", dx=-5, color=theme.text)
        .encode(text="label:N"),
    )
    return _finished(alt.layer(*parts), theme, 24 * max(len(order), 1) + 6, width)


def at_least(agent: str, channel: str = "") -> str:
    """What we know of an agent is a lower bound: "at least codex (by the name of its branch)"; "unknown" if none."""
    if not agent:
        return "unknown"
    known = f"at least {visible(agent)}"
    return f"{known} ({visible(known_by(channel))})" if channel else known


def span_of(*series: Iterable[Moment | BatchMove], days: int = 0) -> Span | None:
    """The time line that holds all of these, or the last `days` of it; None if there is nothing to draw."""
    times = [_at(one) for many in series for one in many]
    if not times:
        return None
    last = max(times)
    first = last - timedelta(days=days) if days else min(times)
    room = max((last - first) / 60, timedelta(hours=6))
    return first - room, last + room


def within(moments: Sequence[Moment], span: Span) -> list[Moment]:
    """The moments on this time line; the last one before it stands at its beginning, since it still held there."""
    before = [moment for moment in moments if moment.at < span[0]]
    inside = [moment for moment in moments if span[0] <= moment.at <= span[1]]
    return [*(moment._replace(at=span[0], moved=0.0) for moment in before[-1:]), *inside]


def outline(moments: Sequence[Moment], span: Span, columns: int) -> list[Moment]:
    """The moments that a line over so many columns of pixels needs, in order: of each column the first, the lowest, the
    highest and the last (M4: Jugel and others, VLDB 2014), and none that the one before it says already."""
    kept: list[Moment] = []
    for column in _columns(moments, span, columns).values():
        values = [moment.value for moment in column]
        places = {0, values.index(min(values)), values.index(max(values)), len(column) - 1}
        kept += (column[place] for place in sorted(places))
    last = len(kept) - 1
    return [one for n, one in enumerate(kept) if n in (0, last) or one.value != kept[n - 1].value]


def _tops(
    marks: Sequence[Mark], span: Span, height: Callable[[Mark], float], kind: Callable[[Mark], object] = lambda _: None
) -> list[Mark]:
    """Marks that are seen: all while they are few, else of each kind and column of pixels the highest."""
    if len(marks) <= _MANY:
        return list(marks)
    kinds: dict[object, list[Mark]] = {}
    for mark in marks:
        kinds.setdefault(kind(mark), []).append(mark)
    columns = (column for of_kind in kinds.values() for column in _columns(of_kind, span, _COLUMNS).values())
    return sorted((max(column, key=height) for column in columns), key=_at)


def _columns(marks: Iterable[Mark], span: Span, columns: int) -> dict[int, list[Mark]]:
    """What lies in each column of pixels."""
    found: dict[int, list[Mark]] = {}
    begin, wide = span[0], (span[1] - span[0]) / columns
    for mark in marks:
        found.setdefault((_at(mark) - begin) // wide, []).append(mark)
    return found


def _at(mark: Moment | BatchMove) -> datetime:
    return mark.at if isinstance(mark, Moment) else mark.batch.last_at


def spec(chart: Any) -> dict[str, Any]:  # Any: every Altair chart class, and JSON
    """The chart as Vega-Lite reads it, for a page that gives it its sizes."""
    with _THEMES, alt.theme.enable("none"):
        drawn: dict[str, Any] = chart.to_dict()
    return drawn


def png(chart: Any, scale: float = 2) -> bytes:  # Any: every Altair chart class
    """The chart as a PNG, drawn without a browser. Needs the extra `mail`."""
    import vl_convert

    drawn: bytes = vl_convert.vegalite_to_png(chart.to_dict(), scale=scale)
    return drawn


def _moment(moment: Moment) -> dict[str, Any]:  # Any: JSON values
    return {
        "at": _text(moment.at),
        "value": moment.value,
        "moved": moment.moved,
        "repo": moment.repo,
        "batch": moment.batch,
        "when": _day(moment.at),
        "change": f"{moment.moved:+,.0f}" if moment.moved else "none",
        "name": _short(moment.batch),
        "agent": at_least(moment.agent),
        "place": _short(moment.repo),
    }


def _until(rows: list[dict[str, Any]], span: Span) -> list[dict[str, Any]]:  # Any: JSON values
    """A count holds until the next snapshot: the last one is drawn to the end of the time line."""
    return [*rows, {**rows[-1], "at": _text(span[1]), "moved": 0}] if rows else rows


def _told() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("when:N", title="When"),
        alt.Tooltip("value:Q", title="Count", format=",.0f"),
        alt.Tooltip("change:N", title="Moved"),
        alt.Tooltip("place:N", title="Repository"),
        alt.Tooltip("name:N", title="Batch"),
        alt.Tooltip("agent:N", title="Agent"),
    ]


def _lanes(batches: Sequence[BatchMove]) -> dict[str, str]:
    """The lane of every agent, busiest first, people and unknown ones last."""
    counts: dict[str, int] = {}
    for move in batches:
        counts[move.batch.agent] = counts.get(move.batch.agent, 0) + 1
    named = sorted((agent for agent in counts if agent), key=lambda agent: (-counts[agent], agent))
    lanes = {agent: _short(agent) for agent in named[:LANES]}
    lanes |= dict.fromkeys(named[LANES:], "other agents")
    return lanes | ({"": at_least("")} if "" in counts else {})


def _time(span: Span) -> alt.X:
    axis = alt.Axis(title=None, tickCount=6, labelOverlap=True, labelFlush=True)
    return alt.X("at:T", scale=_utc(span), axis=axis)


def _utc(span: Span) -> alt.Scale:
    return alt.Scale(type="utc", domain=[_text(span[0]), _text(span[1])], nice=False)


def _data(rows: list[dict[str, Any]]) -> alt.InlineData:  # Any: JSON values
    return alt.InlineData(values=rows)


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _day(at: datetime) -> str:
    return at.strftime("%-d %b %Y, %H:%M")


def _short(name: str, limit: int = _NAME_LIMIT) -> str:
    return shortened(visible(name), limit)


def _finished(chart: Any, theme: Theme, height: int, width: int | str) -> Any:  # Any: every Altair chart class
    return (
        chart.properties(height=height, width=width or "container", background=theme.background)
        .configure(font=theme.font, padding=2)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=theme.muted,
            labelFontSize=11,
            domain=False,
            ticks=False,
            grid=False,
            labelPadding=6,
        )
        .configure_axisY(grid=True, gridColor=theme.line, gridWidth=1, gridOpacity=0.7)
        .configure_axisX(domain=True, domainColor=theme.line)
        .configure_legend(labelColor=theme.muted, labelFontSize=11, symbolSize=60)
        .configure_text(font=theme.font, fontSize=11)
    )
