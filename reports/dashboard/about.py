"""About this page: what the numbers rest on."""

from __future__ import annotations

import streamlit as st

from plumbrule.report import screen
from plumbrule.report.reviews import read_reviews

now = screen.current()
history = now.history
st.title("What these pages rest on", anchor=False)
st.markdown(f"Generation **{history.generation}** of the store {screen.code(str(now.store))}")
screen.tell_unrenewed()

with screen.section("Repositories"):
    by_name = {repository.repo: repository for repository in history.repositories()}
    rows = []
    for snapshot in now.newest:
        rows.append(
            {
                "Repository": screen.name_text(snapshot.repo),
                "Main line": screen.name_text(by_name[snapshot.repo].main_line),
                "Snapshots": by_name[snapshot.repo].snapshots,
                "Newest commit": screen.name_text(snapshot.commit[:12]),
                "Committed": snapshot.at,
                "Policy": screen.name_text(screen.policy_words(history.policy_in_use(snapshot.repo))),
            }
        )
    st.dataframe(
        rows,
        key="repositories",
        hide_index=True,
        column_config={"Committed": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", timezone="UTC")},
    )

with screen.section("Coverage", "A rule that looked at nothing has not passed."):
    st.dataframe(
        [
            {
                "Repository": screen.name_text(snapshot.repo),
                "Files": snapshot.files,
                "Parsed": snapshot.parsed,
                "Skipped": snapshot.skipped,
                "Imported names": snapshot.imports,
                "Resolved": snapshot.resolved,
                # Rounded down: 100 % is said of nothing that lacks one.
                "Share": 10000 * snapshot.resolved // snapshot.imports / 10000 if snapshot.imports else None,
                "Not measured": screen.name_text(snapshot.not_measured) or screen.DASH,
            }
            for snapshot in now.newest
        ],
        key="coverage",
        hide_index=True,
        column_config={"Share": st.column_config.NumberColumn(format="percent")},
    )

with screen.section("Coverage by language", "Where too little is resolved, edges are missing."):
    st.dataframe(
        [
            {
                "Repository": screen.name_text(repo),
                "Language": screen.name_text(one.language),
                "Files": one.files,
                "Imported names": one.imports,
                "Resolved": one.resolved,
                "Share": 10000 * one.resolved // one.imports / 10000 if one.imports else None,
                "Enough": "too little" if one.is_low else "yes",
            }
            for repo, one in history.languages(now.repo)
        ],
        key="languages",
        hide_index=True,
        column_config={"Share": st.column_config.NumberColumn(format="percent")},
    )

left, right = st.columns(2, gap="medium")
with left, screen.section("Imports not resolved, by reason"):
    unresolved = history.unresolved(now.repo)
    if unresolved:
        st.dataframe(
            [
                {"Repository": screen.name_text(repo), "Reason": screen.name_text(reason), "Imports": number}
                for repo, reason, number in unresolved
            ],
            key="unresolved",
            hide_index=True,
        )
    else:
        st.caption("Every import that looks like this code's own was found.")
with right, screen.section("Files skipped, by reason"):
    skipped = history.skipped(now.repo)
    if skipped:
        st.dataframe(
            [
                {
                    "Repository": screen.name_text(repo),
                    "Reason": screen.name_text(reason),
                    "File": screen.name_text(path),
                }
                for repo, path, reason in skipped
            ],
            key="skipped",
            hide_index=True,
        )
    else:
        st.caption("No file of a known language was skipped.")

with screen.section("Remarks"):
    reviews = read_reviews(now.store)
    st.caption(
        f"{len(reviews.remarks):,} remarks by {len({remark.who for remark in reviews.remarks}):,} people; "
        f"{reviews.damaged:,} lines that cannot be read. They order and hide findings here and change no gate."
    )
