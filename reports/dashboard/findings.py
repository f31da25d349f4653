"""Findings: filtered, sorted, with their evidence and their origin, and what people remarked on them."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from plumbrule.report import address, screen
from plumbrule.report.history import Shown
from plumbrule.report.model import in_order
from plumbrule.report.reading import Reading

OPEN = ["new", "known"]
STATES = ["new", "known", "waived", "fixed"]
SEVERITIES = ["error", "warning", "info"]

now = screen.current()
every = now.history.findings(now.repo)
reading = Reading(now, every)
shown_ids = {one.finding.id for one in every}


def options(name: str, values: set[str]) -> list[str]:
    """What can be chosen: what there is, and what the address asks for even if there is none of it now."""
    return sorted({value for value in values if value} | set(st.query_params.get_all(name)))


def any_of(label: str, name: str, values: set[str], width: int = 134) -> list[str]:
    found = options(name, values)
    none = None if found else "none here"  # Streamlit's own words for it are longer than the field
    return address.many(label, name, found, st.multiselect, format_func=screen.name_text, width=width, placeholder=none)


def listed() -> list[Shown]:
    """What passes the filters; findings that somebody called wrong come last."""
    wanted = path.casefold()
    passing = {
        one.finding.id: one
        for one in every
        if (not rules or one.finding.rule in rules)
        and (not severities or one.finding.severity in severities)
        and (not states or one.finding.state in states)
        and (not components or one.component in components)
        and (not batches or one.finding.batch in batches)
        and (not agents or one.finding.agent in agents)
        and (wanted in one.finding.path.casefold() or wanted in one.finding.subject.casefold())
        and (show_muted or one.finding.id not in reading.muted)
    }
    ordered = [passing[finding.id] for finding in in_order(one.finding for one in passing.values())]
    return sorted(ordered, key=lambda one: reading.verdict_on(one.finding.id, "wrong") > 0)


def counts_of(rows: list[Shown], of: int) -> str:
    """How many are listed, and how many of them are not among those that stand."""
    apart = (
        (sum(one.stands for one in rows), "stand"),
        (sum(one.of_change and one.finding.state != "waived" for one in rows), "about the newest change"),
        (sum(one.finding.state == "waived" for one in rows), "waived"),
        (sum(one.finding.state == "fixed" for one in rows), "fixed"),
    )
    said = ", ".join(f"{number:,} {what}" for number, what in apart if number)
    return f"{len(rows):,} of {of:,} findings: {said}" if said else f"{len(rows):,} of {of:,} findings"


with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
    st.title("Findings", anchor=False)
    reading.sign()

# From the top, so that the labels share a line: what stands under them is of two heights.
with st.container(horizontal=True, vertical_alignment="top", gap="small", key="filters"):
    severities = address.many("Severity", "severity", SEVERITIES, st.pills, selection_mode="multi")
    states = address.many("State", "state", STATES, st.pills, OPEN, selection_mode="multi")
    rules = any_of("Rule", "rule", {one.finding.rule for one in every}, 172)
    components = any_of("Component", "component", {one.component for one in every})
    batches = any_of("Batch", "batch", {one.finding.batch for one in every})
    agents = any_of("Agent, at least", "agent", {one.finding.agent for one in every})
    path = address.words("Path or subject", "path", placeholder="contains …", width=140)

reading.tell_faults()

with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
    listing = st.container(width="content")
    show_muted = address.yes(f"Muted ({len(reading.muted & shown_ids)})", "muted")
rows = listed()
listing.caption(counts_of(rows, len(every)))
if not every:
    screen.nothing("Nothing was found.", "No rule has a finding in what was scanned; About says what that rests on.")
elif not rows:
    screen.nothing("No finding passes these filters.", "Take one of them away.")
else:
    screen.finding_table(rows, reading.remarks)
asked = reading.tell_chosen({one.finding.id for one in rows})
if rows and not asked:
    st.caption("Choose a finding to see its evidence, its origin and what to do.")
    counted = Counter(one.finding.rule for one in rows)
    st.dataframe(
        [{"Rule": screen.name_text(rule), "Findings": number} for rule, number in counted.most_common()],
        key="counted",
        hide_index=True,
        column_config={
            "Findings": st.column_config.ProgressColumn(format="%d", min_value=0, max_value=max(counted.values()))
        },
    )
