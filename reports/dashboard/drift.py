"""Drift over time: what the counts came to, how they moved, and which batch moved them."""

from __future__ import annotations

import streamlit as st

from plumbrule.report import address, charts, screen
from plumbrule.report.history import BREAKS, Moment, movement, summed

PERIODS = {"30 days": 30, "90 days": 90, "1 year": 365, "All": 0}
TILES = (
    ("findings", "Findings", True),
    ("cycles.file", "Cycles of files", True),
    ("files_in_cycles", "Files in cycles", True),
    ("component_edges", "Component edges", False),
    ("component_edges.not_allowed", "Edges not allowed", True),
)
LINES = (
    ("findings", "Findings", "error"),
    ("files_in_cycles", "Files in cycles", "warning"),
    ("component_edges", "Component edges", "accent"),
)
SEVERITIES = ("error", "warning", "info")

now = screen.current()
history, look = now.history, now.theme

with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
    st.title("Drift over time", anchor=False)
    period = address.one("Period", "period", list(PERIODS), st.segmented_control, "All", label_visibility="collapsed")
screen.tell_unrenewed()
names = history.counted(now.repo)
series = history.many_series(names, now.repo)
breaks = history.per_batch(BREAKS, now.repo)
batches = history.batches(now.repo)
span = screen.once(lambda: charts.span_of(*series.values(), batches, days=PERIODS[period]), "span", period)


def rules_of(prefix: str) -> list[str]:
    found = (name.removeprefix(prefix) for name in names if name.startswith(prefix))
    return [rule for rule in found if rule not in SEVERITIES]


def shown(name: str, moments: tuple[Moment, ...]) -> list[float]:
    """What a tile draws, which is no wider than a few hundred pixels."""

    def values(span: charts.Span) -> list[float]:
        return [moment.value for moment in charts.outline(charts.within(moments, span), span, 200)]

    return screen.once(lambda: values(span), "tile", name, span) if span else []


def tile(name: str, label: str, *, worse: bool) -> None:
    moments = series.get(name, ())
    moved = screen.once(lambda: movement(name, moments), "movement", name)
    screen.tile(label, moved, shown(name, moments), worse_when_more=worse)


def line(entry: tuple[str, str, str]) -> None:
    name, title, colour = entry
    st.markdown(f"**{title}**")
    moments = series.get(name, ())
    if moments and span:
        shown_in = getattr(look, colour)
        drawing = screen.spec(lambda: charts.over_time(moments, look, span=span, colour=shown_in), "line", name, span)
        screen.chart(drawing, f"line-{name}", f"{title} over time, now {moments[-1].value:,.0f}")
    else:
        st.caption("Not counted in this store yet.")


def lanes(span: charts.Span) -> None:
    drawing = screen.spec(lambda: charts.batches_by_agent(batches, look, span=span), "lanes", span)
    screen.chart(drawing, "lanes", "Batches over time, by agent")


def broken_contracts() -> None:
    st.markdown("**Contract breaks, batch by batch**")
    if any(moment.value for moment in breaks) and span:
        drawing = screen.spec(lambda: charts.per_batch(breaks, look, span=span), "breaks", span)
        screen.chart(drawing, "breaks", f"Contract breaks of each batch, {sum(m.value for m in breaks):,.0f} in all")
    else:
        st.caption("No batch removed or narrowed anything that others use." if breaks else "Not counted yet.")


def of_rule(rule: str) -> None:
    moments = series[f"findings.{rule}"]
    moved = movement(rule, moments)
    worst = next((s for s in SEVERITIES if rule in rules_by_severity.get(s, ())), "info")
    with st.container(border=True, gap="xsmall"):
        st.page_link(
            "findings.py",
            label=f"{screen.code(rule)} **{moved.now:,.0f}** · 30 days {screen.signed(moved.month)}",
            icon="",
            query_params={"rule": rule, **({"repo": now.repo} if now.repo else {})},
        )
        if span:
            colour = look.severity(worst)
            drawing = screen.spec(
                lambda: charts.small(moments, look, span=span, colour=colour), "rule", rule, colour, span
            )
            st.vega_lite_chart(
                drawing, theme=None, key=f"rule-{rule}", alt=f"Findings of {screen.name_text(rule)} over time"
            )


def of_change(rule: str) -> None:
    moments = history.per_batch(f"of_change.{rule}", now.repo)
    summed_up = summed(rule, moments)
    with st.container(border=True, gap="xsmall"):
        month = f" · {summed_up.month:,.0f} in 30 days" if summed_up.month is not None else ""
        st.markdown(f"{screen.code(rule)} **{summed_up.now:,.0f}** in all{month}")
        if span:
            drawing = screen.spec(
                lambda: charts.per_batch(moments, look, span=span, height=56), "of_change", rule, span
            )
            screen.chart(drawing, f"change-{rule}", f"Findings of {screen.name_text(rule)}, batch by batch")


if span is None:
    screen.nothing("There is no history yet.", "Run `plumbrule scan --history 200` to read the main line's past.")
else:
    columns = st.columns(len(TILES) + 1)
    for column, (name, label, worse) in zip(columns, TILES, strict=False):
        with column:
            tile(name, label, worse=worse)
    with columns[-1]:
        screen.tile(
            "Contract breaks", summed(BREAKS, breaks), shown(BREAKS, breaks), note="Of all batches that were read."
        )
    newest = max(snapshot.at for snapshot in now.newest)
    st.caption(f"7 and 30 days, and the periods above, end with the newest commit, of {newest:%-d %b %Y}.")

    choose = f"Agents are a lower bound. Choose a mark to open its batch: {charts.EFFECTS}"
    with screen.section("Batches and who made them", choose):
        if batches:
            lanes(span)
        else:
            st.caption("No batch is recorded.")

    left, right = st.columns(2, gap="medium")
    with left:
        line(LINES[0])
        line(LINES[2])
    with right:
        line(LINES[1])
        broken_contracts()

    watched = history.drifting(now.repo)
    judged = [one for one in watched if not one.note]
    with screen.section("Slow drift", "Many small steps the wrong way, in the newest hundred commits to product code."):
        if judged:
            st.dataframe(
                [
                    {
                        "Repository": screen.name_text(one.repo),
                        "Series": one.words,
                        "Now": one.level,
                        "Steps more than usual": one.statistic,
                        "Told from": one.threshold,
                        "Drifts": one.alarm,
                        "Since": one.since[:12] if one.alarm else "",
                    }
                    for one in judged
                ],
                hide_index=True,
                height=screen.table_height(len(judged), 320),
            )
        else:
            st.caption(screen.name_text(watched[0].note.capitalize()) if watched else "No series moved yet.")

    weeks = history.rework(now.repo)[-12:]
    if weeks:
        with screen.section("Rework", "Lines of code, week by week; reworked ones were younger than two weeks."):
            st.dataframe(
                [
                    {
                        "Week of": one.week,
                        "Repository": screen.name_text(one.repo),
                        "Added": one.added,
                        "Removed": one.removed,
                        "Reworked": one.reworked,
                        "Moved": one.moved,
                        "Copied": one.copied,
                    }
                    for one in reversed(weeks)
                ],
                hide_index=True,
                height=screen.table_height(len(weeks), 320),
            )

    found = history.findings(now.repo)
    rules_by_severity = screen.once(
        lambda: {
            severity: {one.finding.rule for one in found if one.finding.severity == severity} for severity in SEVERITIES
        },
        "rules by severity",
    )
    rules = sorted(rules_of("findings."), key=lambda rule: (-series[f"findings.{rule}"][-1].value, rule))
    if rules:
        with screen.section("Findings by rule", "Those that stand."):
            screen.in_columns(rules, 4, of_rule)
    passing = rules_of("of_change.")
    if passing:
        note = "They tell what one batch did, as a broken contract is, and are not among the findings that stand."
        with screen.section("Findings about single changes", note):
            screen.in_columns(passing, 4, of_change)

    with screen.section("Coverage", "What these counts rest on."):
        files = sum(snapshot.files for snapshot in now.newest)
        parsed = sum(snapshot.parsed for snapshot in now.newest)
        imports = sum(snapshot.imports for snapshot in now.newest)
        resolved = sum(snapshot.resolved for snapshot in now.newest)
        share = f" ({resolved * 100 // imports}%)" if imports else ""
        st.markdown(
            f"**{parsed:,}** of **{files:,}** files parsed · "
            f"**{resolved:,}** of **{imports:,}** imported names resolved{share}"
        )

    moving = [move for move in batches if move.new or move.fixed or move.of_change or move.otherwise]
    if moving:
        added = screen.added_up(batches, series.get("findings", ()))
        last = ", the last 50 of them" if moving[50:] else ""
        with screen.section(f"Batches that moved findings{last}", f"{added} Choose a row to open it."):
            screen.batch_table(moving[-50:], "moving")
