"""The page of a question, see `plumbrule.report.question`; below it on whom each component rests, and hotspots."""

from __future__ import annotations

import streamlit as st

from plumbrule.report import screen
from plumbrule.report.question import ask

SHOWN = 50

ask(
    "Who should talk to whom?",
    "Files that change together without one naming the other, parts that one person alone knows, and work that is "
    "done again soon after. Names are those that commits give; of agents there are at least as many.",
    "people",
)

now = screen.current()
history, repo = now.history, now.one_repo
if not now.repo and len(now.repositories) > 1:
    st.caption(f"What follows is of one repository at a time: {screen.code(repo)}. Choose another one above.")

pairs = history.coupled(repo)
with screen.section(
    "Change together and do not know each other", "Whoever changes one should ask who knows the other."
):
    if pairs:
        st.dataframe(
            [
                {
                    "One": screen.name_text(pair.one),
                    "Other": screen.name_text(pair.other),
                    "Together": pair.together,
                    "Of work on either": pair.either,
                    "By chance": pair.by_chance,
                    "People there": screen.name_text(pair.people),
                }
                for pair in pairs[:SHOWN]
            ],
            hide_index=True,
            height=screen.table_height(len(pairs), 320),
        )
    else:
        st.caption("No pair of files stands out from chance.")

parts = [part for part in history.knowledge(repo) if part.people]
with screen.section(
    "On how few people each component rests",
    "The fewest people who did half of what people did there: CHAOSS's contributor absence factor.",
):
    if parts:
        st.dataframe(
            [
                {
                    "Component": screen.name_text(part.component),
                    "Absence factor": part.absence_factor,
                    "People": part.people,
                    "Did most": screen.name_text(part.first),
                    "Share": part.first_share,
                    "Agents, at least": part.agents_share,
                    "Changes": part.changes,
                }
                for part in parts[:SHOWN]
            ],
            hide_index=True,
            height=screen.table_height(len(parts), 390),
            column_config={
                name: st.column_config.NumberColumn(format="percent") for name in ("Share", "Agents, at least")
            },
        )
    else:
        st.caption("No commit of the last twelve months is known.")

hot = history.hotspots(repo)
with screen.section(
    "Hotspots", "Among the tenth of files that change most, and among the tenth that is hardest to read."
):
    if hot:
        st.dataframe(
            [
                {
                    "File": screen.name_text(one.path),
                    "Changes": one.revisions,
                    "Cognitive complexity": one.cognitive,
                    "Lines of code": one.code_lines,
                    "People": one.people,
                }
                for one in hot[:SHOWN]
            ],
            hide_index=True,
            height=screen.table_height(len(hot), 390),
        )
    else:
        st.caption("No file is both.")
