"""One batch opened up: its commits, who made it, and what it moved. Without a batch: all of them."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from plumbrule.report import address, charts, screen
from plumbrule.report.history import CountMove, Opened
from plumbrule.report.model import Finding

now = screen.current()
history = now.history


def every() -> None:
    st.title("Batches", anchor=False)
    moves = history.batches(now.repo)
    span = charts.span_of(moves)
    if span is None:
        screen.nothing("No batch is recorded in this store.")
        return
    st.caption(
        "A batch is the commits of one piece of work. Choose a mark or a row to open it. "
        + screen.added_up(moves, history.series("findings", now.repo))
    )
    st.caption(charts.EFFECTS)
    drawing = screen.spec(lambda: charts.batches_by_agent(moves, now.theme, span=span), "lanes", span)
    screen.chart(drawing, "lanes", "Batches over time, by agent")
    screen.batch_table(moves, "all-batches")


def one(opened: Opened) -> None:
    batch = opened.batch
    st.title(f"Batch {screen.code(batch.batch, 60)}", anchor=False)
    sure = f", {batch.confidence:.0%} sure" if batch.agent else ""
    st.caption(
        f"{screen.code(batch.repo)} · {batch.first_at:%-d %b %Y, %H:%M} to {batch.last_at:%-d %b %Y, %H:%M} UTC · "
        f"agent {screen.agent(batch.agent, batch.channel)}{sure}"
    )
    if opened.session:
        st.caption(
            f"One session of {len(opened.commits):,} commits: of one author or agent, with less than the policy's "
            "`[batches] window` between one and the next. An orchestrator that names its batches parts them better."
        )
    if opened.before is None:
        screen.nothing("The history kept here begins with this batch, so there is nothing to compare it with.")
    counts = {move.name: move for move in opened.counts}
    columns = st.columns(6)
    for column, label, number in zip(
        columns,
        ("New findings", "Fixed findings", "About the change"),
        (len(opened.new), len(opened.fixed), len(opened.of_change)),
        strict=False,
    ):
        column.metric(label, f"{number:,}", border=True, height="stretch")
    for column, (name, label) in zip(
        columns[3:],
        (("files_in_cycles", "Files in cycles"), ("component_edges", "Component edges"), ("files", "Files")),
        strict=True,
    ):
        move = counts.get(name)
        change = None if move is None or move.before is None else move.now - move.before
        value = f"{move.now:,.0f}" if move else screen.DASH
        moved = screen.moved_by(change, worse_when_more=name == "files_in_cycles")
        column.metric(label, value, **moved, border=True, height="stretch")

    if "findings" in counts and opened.before is not None:
        st.caption(standing(opened, counts["findings"]))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        moved_findings(opened)
        with screen.section(f"Commits ({len(opened.commits)})"):
            screen.commit_table(opened.commits)
    with right:
        moved_edges(opened)
        moved_counts(opened)


def standing(opened: Opened, findings: CountMove) -> str:
    """How what stands after it came from what stood before it, and whose moves are among the counts."""
    before, own = int(findings.before or 0), len(opened.new) - len(opened.fixed) + opened.otherwise
    others = int(findings.now) - before - own
    terms = screen.terms(
        (len(opened.new), "new"), (-len(opened.fixed), "fixed"), (opened.otherwise, "otherwise"),
        (others, "by other batches"),
    )  # fmt: skip
    lain = f" Between its commits lie {opened.between:,} of other batches." if opened.between else ""
    return f"Findings that stand: {before:,} before{terms} = {findings.now:,.0f} after.{lain}"


def moved_findings(opened: Opened) -> None:
    with screen.section("Findings it moved"):
        if not opened.new and not opened.fixed and not opened.of_change:
            st.caption("None." if opened.before else "Unknown.")
            return
        new, fixed = (Counter(finding.rule for finding in side) for side in (opened.new, opened.fixed))
        moved = [(rule, new[rule], fixed[rule]) for rule in sorted({*new, *fixed})]
        if moved:
            drawing = charts.moved_by_rule(moved, now.theme)
            st.vega_lite_chart(charts.spec(drawing), theme=None, key="moved", alt="Findings moved, by rule")
        for title, findings in (("New", opened.new), ("Fixed", opened.fixed), ("About the change", opened.of_change)):
            if findings:
                st.markdown(f"**{title}** ({len(findings):,})")
                table(findings, title)


def table(findings: tuple[Finding, ...], title: str) -> None:
    picked = screen.plain_findings(findings, title)
    if picked:
        st.switch_page("findings.py", query_params={"repo": opened_repo, "finding": picked})


def moved_edges(opened: Opened) -> None:
    with screen.section("Edges between components"):
        if opened.edges:
            screen.moved_edge_table(opened.edges)
        else:
            st.caption("None moved." if opened.before else "Unknown.")


def moved_counts(opened: Opened) -> None:
    moved = [move for move in opened.counts if move.before is not None and move.before != move.now]
    with screen.section("Counts before and after"):
        if moved:
            st.dataframe(
                [
                    {
                        "Count": screen.name_text(move.name),
                        "Before": move.before,
                        "After": move.now,
                        "Moved": move.now - (move.before or 0),
                    }
                    for move in moved
                ],
                key="counts",
                hide_index=True,
                column_config={
                    name: st.column_config.NumberColumn(format=form)
                    for name, form in (("Before", "%d"), ("After", "%d"), ("Moved", "%+d"))
                },
            )
        else:
            st.caption("None moved." if opened.before else "Unknown.")


asked = address.asked("batch")
if not asked:
    every()
else:
    holding = [now.repo] if now.repo else list(now.repositories)
    found = next((opened for repo in holding if (opened := history.opened(repo, asked))), None)
    st.page_link("batch.py", label="All batches", icon=":material/arrow_back:")
    if found is None:
        screen.nothing(
            f"Generation {history.generation} has no batch {screen.code(asked, 60)}.",
            "It may belong to another repository, or to a main line that was rewritten.",
        )
    else:
        opened_repo = found.batch.repo
        one(found)
