"""A page about one question: what the rules of one folder found, counted and by name, with the remarks on it.

Hides which rules those are: a rule answers the question of the folder that it lies in, so a new file there needs no
word on any page.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import streamlit as st

from plumbrule.report import address, screen
from plumbrule.report.history import Shown
from plumbrule.report.model import in_order
from plumbrule.report.reading import Reading
from plumbrule.report.rulebook import RulePage, rulebook

_LATELY = timedelta(days=7)


def ask(question: str, about: str, subject: str) -> None:
    """Draws the page of a question that the shipped rules in the folder `subject` answer; `about` is one paragraph."""
    now = screen.current()
    every = now.history.findings(now.repo)
    reading = Reading(now, every)
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        st.title(question, anchor=False)
        reading.sign()
    st.markdown(about)
    reading.tell_faults()
    asked = {page.id: page for page in rulebook().values() if page.subject == subject}
    of_them = [one for one in every if one.finding.rule in asked and one.finding.state in ("new", "known")]
    _counted(asked, of_them, lately=datetime.combine(now.today, time(), UTC) - _LATELY)
    known = address.many("Rule", "rule", sorted(asked), st.pills, format_func=screen.name_text, selection_mode="multi")
    show_muted = address.yes(f"Muted ({sum(one.finding.id in reading.muted for one in of_them)})", "muted")
    passing = {
        one.finding.id: one
        for one in of_them
        if (not known or one.finding.rule in known) and (show_muted or one.finding.id not in reading.muted)
    }
    rows = [passing[finding.id] for finding in in_order(one.finding for one in passing.values())]
    # Newest first: what was there before anybody asked is read last. What somebody called wrong comes after all.
    rows.sort(key=lambda one: -(one.first_at.timestamp() if one.first_at else 0.0))
    rows.sort(key=lambda one: reading.verdict_on(one.finding.id, "wrong") > 0)
    if not of_them:
        screen.nothing("Nothing that stands was found.", "About says which rules ran, and what they rest on.")
    elif not rows:
        screen.nothing("No finding passes these filters.", "Take one of them away.")
    else:
        screen.finding_table(rows, reading.remarks)
    if not reading.tell_chosen(passing.keys()) and rows:
        st.caption("Choose a finding to see its evidence, its origin and what to do.")


def _counted(asked: dict[str, RulePage], found: list[Shown], *, lately: datetime) -> None:
    """How many findings of each rule stand, and how many of them came in the last days; rules without any too."""
    told = [
        {
            "Fault": page.title,
            "Rule": page.id,
            "Findings": sum(one.finding.rule == page.id for one in found),
            "Last 7 days": sum(
                one.finding.rule == page.id and one.first_at is not None and one.first_at >= lately for one in found
            ),
        }
        for page in sorted(asked.values(), key=lambda page: page.title)
    ]
    st.dataframe(
        sorted(told, key=lambda row: -int(str(row["Findings"]))),
        key="counted",
        hide_index=True,
        height=screen.table_height(len(told), 320),
        column_config={
            "Fault": st.column_config.TextColumn(width=420),
            "Rule": st.column_config.TextColumn(width=190),
            "Findings": st.column_config.NumberColumn(format="%d", width=90),
            "Last 7 days": st.column_config.NumberColumn(format="%d", width=90),
        },
    )
