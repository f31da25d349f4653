"""The component map: what depends on what, what may not, and the imports behind every edge."""

from __future__ import annotations

import streamlit as st

from plumbrule.report import address, screen
from plumbrule.report.component_map import component_map, leading_back
from plumbrule.report.history import EVIDENCE_LIMIT, EdgeMove
from plumbrule.report.wording import counted

DAYS = 30
WHY_NOT = (
    "only imports that run when a file is loaded count and, where components are learned from the folders, neither "
    "tests nor files that lie loose beside those folders"
)
OVERLAYS = ("Communities", f"Drift of {DAYS} days")

now = screen.current()
history, repo = now.history, now.one_repo
components = history.components(repo)
edges = history.component_edges(repo)
cycles = history.component_cycles(repo)
back = leading_back(edges, cycles)

with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
    st.title("Components", anchor=False)
    overlay = address.one(
        "Overlay", "overlay", OVERLAYS, st.segmented_control, OVERLAYS[0], label_visibility="collapsed"
    )
if not now.repo and len(now.repositories) > 1:
    st.caption(f"One repository at a time: this is {screen.code(repo)}. Choose another one above.")

moves = history.edges_since(repo, DAYS) if overlay == OVERLAYS[1] else ()


def explained(chosen: str, src: str, dst: str) -> None:
    if chosen:
        about_component(chosen)
    elif src and dst:
        about_edge(src, dst)
    else:
        overview()


def overview() -> None:
    accused = [edge for edge in edges if not edge.allowed]
    st.markdown(
        f"**{len(components):,}** components, **{len(edges):,}** edges, **{len(accused):,}** not allowed, "
        f"**{len(cycles):,}** on a cycle."
    )
    if back:
        lead = "leads back to where it begins" if len(back) == 1 else "lead back to where they begin"
        st.caption(f"{counted(len(back), 'more edge')} {lead} without being on a cycle: {WHY_NOT}.")
    st.caption("Dependencies run down the page. Choose a component or an edge to see the imports behind it.")
    if overlay == OVERLAYS[1]:
        drifted(moves)
    shown = accused or [edge for edge in edges if (edge.src, edge.dst) in cycles]
    if shown:
        st.markdown("**Not allowed**" if accused else "**On a cycle**")
        screen.edge_table([(edge.src, edge.dst, edge.dependencies) for edge in shown], "accused")


def drifted(moved: tuple[EdgeMove, ...]) -> None:
    if not moved:
        st.caption(f"No edge moved in the {DAYS} days before the newest snapshot.")
        return
    st.markdown(f"**Moved in {DAYS} days before the newest snapshot**")
    screen.edge_table([(move.src, move.dst, move.now - move.before) for move in moved], "drifted", "Change")


def about_component(name: str) -> None:
    found = next((component for component in components if component.component == name), None)
    if found is None:
        screen.nothing(f"There is no component {screen.code(name, 60)} in {screen.code(repo, 60)}.")
        return
    st.markdown(f"#### {screen.code(name)}")
    st.caption(counted(found.files, "file"))
    st.page_link(
        "findings.py",
        label="Findings in it",
        icon=":material/rule:",
        query_params={"repo": repo, "component": name},
    )
    for title, chosen in (
        ("Depends on", [(edge.src, edge.dst, edge.dependencies) for edge in edges if edge.src == name]),
        ("Used by", [(edge.src, edge.dst, edge.dependencies) for edge in edges if edge.dst == name]),
    ):
        st.markdown(f"**{title}** ({len(chosen)})")
        if chosen:
            screen.edge_table(chosen, title)


def about_edge(src: str, dst: str) -> None:
    rows, total = history.behind(repo, src, dst)
    st.markdown(f"#### {screen.code(src)} → {screen.code(dst)}")
    edge = next((edge for edge in edges if (edge.src, edge.dst) == (src, dst)), None)
    if edge is None or not rows:
        screen.nothing("No import leads this way.")
        return
    said = ["not allowed by the policy"] if not edge.allowed else []
    said += ["on a cycle of components"] if (src, dst) in cycles else []
    st.caption(" · ".join([f"{counted(edge.dependencies, 'pair')} of files, {counted(total, 'import')}", *said]))
    if (src, dst) in back:
        st.caption(f"A way leads back from {screen.code(dst)}, yet that is no cycle: {WHY_NOT}.")
    st.dataframe(
        [
            {
                "File": screen.name_text(row.src),
                "Line": row.line,
                "Needs": screen.name_text(row.dst),
                "Names": screen.name_text(row.names),
                "How": "for types only" if row.type_only else "inside a function" if row.lazy else "on import",
            }
            for row in rows
        ],
        key="behind",
        hide_index=True,
    )
    if total > EVIDENCE_LIMIT:
        st.caption(f"The first {EVIDENCE_LIMIT:,} of {total:,}.")


if not components:
    screen.nothing(
        "No component is known here.", "The newest snapshot of this repository holds no file of a known language."
    )
else:
    drawn = component_map(components, edges, cycles)
    left, right = st.columns([11, 7], gap="medium")
    with left:
        screen.draw_map(drawn, moves, now.theme, communities=overlay != OVERLAYS[1])
        if drawn.left_out:
            st.caption(f"{drawn.left_out:,} smaller components are left out.")
    with right:
        explained(address.asked("of"), address.asked("src"), address.asked("dst"))
