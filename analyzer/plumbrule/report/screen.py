"""What every page of the dashboard shares: the frame, the open store, the repository that was chosen, and safe words.

Hides Streamlit's session. The pages in `reports/dashboard` are scripts over this and `history`; everything a page can
be asked for is in its address, so that every view can be sent to somebody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import streamlit as st

from plumbrule.data import data_folder
from plumbrule.errors import StoreError
from plumbrule.report import address, charts
from plumbrule.report.charts import PICKED
from plumbrule.report.component_map import WIDTH, Link, Map
from plumbrule.report.dashboard import Settings
from plumbrule.report.escapes import code_span, fitted, in_markdown, shortened, visible
from plumbrule.report.history import (
    BatchMove,
    EdgeMove,
    History,
    Moment,
    Movement,
    PolicyInUse,
    Shown,
    Snapshot,
    open_history,
)
from plumbrule.report.model import Finding
from plumbrule.report.theme import Theme, theme
from plumbrule.report.wording import counted, known_by, superseded

ALL = ""  # the repository selector's word for all of them
POLL_SECONDS = 20
DENSE = 90  # edges on the map from which on arrowheads are only shown where one looks
LETTER = 9.0  # units that a letter of a label on the map takes at most, on the whole
LEGEND = {
    "plain": "depends on",
    "cycle": "on a cycle",
    "closes": "closes a cycle",
    "not-allowed": "not allowed",
}
_MINUS = "\u2212"
_OF_CHANGE = "Findings about what the batch did, as a broken contract is; they are not among those that stand."
_OTHERWISE = (
    "What moved for another reason: a waiver ended, a rule gave no answer for a while, or the line was rewritten."
)
DASH = "\u2013"  # stands where there is no number
SEVERITY_COLOURS = {"error": "red", "warning": "orange", "info": "blue"}  # names that the theme gives its own colours
Thing = TypeVar("Thing")
_WHOLE = 400  # characters of a subject in a table, whose cells are scrolled and opened
_LONG = 160  # characters of a name on one line; the rest is counted


@dataclass(frozen=True, slots=True)
class Screen:
    """What the page being drawn may look at."""

    history: History
    repo: str  # ALL, or one repository
    newest: tuple[Snapshot, ...]  # of each repository chosen
    repositories: tuple[str, ...]
    store: Path
    who: str
    today: date
    theme: Theme
    clock: Callable[[], datetime]  # when a remark is made

    @property
    def one_repo(self) -> str:
        """The repository chosen, else the first: for pages that can show only one."""
        return self.repo or self.repositories[0]


def frame(settings: Settings, pages: Mapping[str, Sequence[object]], clock: Callable[[], datetime]) -> None:
    """Draw the page that was asked for inside what all pages have in common; `pages` by the heading of their menu."""
    folder = data_folder("reports") / "dashboard"
    icon = str(folder / "plumbrule.svg")
    st.set_page_config(page_title="Plumbrule", page_icon=icon, layout="wide")
    st.html(folder / "dashboard.css")
    st.logo(str(folder / "wordmark.svg"), size="large")
    page = st.navigation(pages, position="top")
    try:
        with open_history(settings.store) as history:
            _page(settings, history, page, clock)
    except StoreError as fault:
        _no_store(settings.store, fault)


def current() -> Screen:
    """The screen that `frame` opened for the page that calls this."""
    screen: Screen = st.session_state["_screen"]
    return screen


def _page(settings: Settings, history: History, page: object, clock: Callable[[], datetime]) -> None:
    _announce(history.generation)
    if history.instead_of:
        older, mend = superseded(history.generation, history.instead_of)
        st.warning(f"{in_markdown(older)}\n\n{mend}", icon=":material/warning:")
    repositories = tuple(repository.repo for repository in history.repositories())
    newest = history.newest()
    if not newest:
        nothing(
            "Nothing has been scanned into this store yet.", "Run `plumbrule scan` in a repository, then come back."
        )
        _poll(settings.store, history.generation)
        return
    repo = _chosen_repository(repositories, page)
    chosen = tuple(snapshot for snapshot in newest if repo in (ALL, snapshot.repo))
    look = theme("dark" if st.context.theme.type == "dark" else "light")
    unknown = st.container()
    st.session_state["_screen"] = Screen(
        history, repo, chosen, repositories, settings.store, reader_name(settings.who), settings.today, look, clock
    )
    try:
        page.run()  # type: ignore[attr-defined]  # Streamlit's page, which it gives no public type
    finally:
        del st.session_state["_screen"]
    for name, value in address.left_out():
        unknown.warning(f"There is no {name} {code(value, 60)} here; the address is read without it.")
    _foot(history, chosen)
    _poll(settings.store, history.generation)


def _chosen_repository(repositories: tuple[str, ...], page: object) -> str:
    """The repository that the address asks for; a change of page keeps the last one."""
    here = getattr(page, "url_path", "")
    if st.session_state.get("_page", here) != here and not address.asked("repo"):
        address.set_address(repo=st.session_state.get("_repo", ALL))
    st.session_state["_page"] = here
    if len(repositories) < 2:
        address.one_of("repo", (ALL, *repositories))
        return ALL
    repo = address.one(
        "Repository",
        "repo",
        (ALL, *repositories),
        st.selectbox,
        ALL,
        format_func=lambda name: name_text(name) if name else "All repositories",
        label_visibility="collapsed",
        width=240,
    )
    st.session_state["_repo"] = repo
    return repo


def _announce(generation: int) -> None:
    last = st.session_state.get("_generation", generation)
    st.session_state["_generation"] = generation
    if last < generation:  # else the newest cannot be read any more, which the page says
        st.toast(f"A scan was published meanwhile: this is generation {generation} now.", icon=":material/update:")


def _foot(history: History, newest: Sequence[Snapshot]) -> None:
    parts = [f"Generation {history.generation}"]
    for snapshot in newest[:3]:
        parts.append(f"{code(snapshot.repo)} at {code(snapshot.commit[:12])}, {day(snapshot)}")
    if len(newest) > 3:
        parts.append(f"and {len(newest) - 3} more")
    said = {policy_words(history.policy_in_use(snapshot.repo)) for snapshot in newest}
    parts.append(f"policy {code(said.pop())}" if len(said) == 1 else f"{len(said)} policies, see About")
    with st.container(key="foot"):
        st.caption(" · ".join(parts))


def _poll(store: Path, generation: int) -> None:
    @st.fragment(run_every=POLL_SECONDS)  # type: ignore[untyped-decorator]  # Streamlit is not followed by mypy
    def look() -> None:
        try:
            with open_history(store) as history:
                moved = history.generation != generation
        except StoreError:
            return  # being replaced, or gone: the next whole run says so
        if moved:
            st.rerun(scope="app")

    look()


def _no_store(store: Path, fault: StoreError) -> None:
    why, _, mend = str(fault).rpartition("\n")
    st.title("No store to show")
    st.error(f"{code(str(store))} cannot be shown.", icon=":material/error:")
    st.code(visible_lines(why or mend), language=None, wrap_lines=True)
    if why:
        st.code(visible_lines(mend), language=None, wrap_lines=True)


def reader_name(given: str) -> str:
    """Who reads this, as they last said it in this session."""
    name: str = st.session_state.get("_who", given)
    return name


def policy_words(policy: PolicyInUse | None) -> str:
    """ "plumbrule.toml at 1a2b3c4d5e6f"; not escaped yet."""
    if policy is None:
        return "not recorded by the scan"
    if not policy.path:
        return "built-in defaults"
    if policy.commit:
        return f"{policy.path} at {policy.commit[:12]}"
    return f"{policy.path}, text {policy.hash[:12]}" if policy.hash else policy.path


def nothing(what: str, mend: str = "") -> None:
    """A clear empty screen: what is not there, and what would change that. Both are words of ours."""
    st.info(f"**{what}**\n\n{mend}" if mend else f"**{what}**", icon=":material/info:")


def name_text(name: str, limit: int = _LONG) -> str:
    """A hostile name for places that show text as it is."""
    return shortened(visible(name), limit)


def code(name: str, limit: int = _LONG) -> str:
    """A hostile name for places that read Markdown."""
    return code_span(shortened(name, limit))


def prose(text: str) -> str:
    """Words of a rule for places that read Markdown: what stands between two backticks is code, and names are."""
    parts = visible(text).split("`")
    if len(parts) % 2 == 0:
        return in_markdown(text)  # one has no partner and stands for itself
    said = (code_span(part) if at % 2 else _spaced(part) for at, part in enumerate(parts))
    return "".join(said)


def _spaced(text: str) -> str:
    """As `in_markdown`, with the space that parts it from what stands before and after."""
    said = in_markdown(text)
    return f"{' ' * text[:1].isspace()}{said}{' ' * text[-1:].isspace()}" if said else " " * bool(text)


def tell_unrenewed() -> None:
    """Which repositories are not here as they are now, if any."""
    now = current()
    missing = now.history.unrenewed(now.repo)
    if missing:
        mend = "Mend its `path` in the policy, or clone it there, and run `plumbrule scan` again."
        told = [in_markdown(one.words(name_text)) for one in missing]
        st.warning("\n\n".join([*told, mend]), icon=":material/warning:")


def visible_lines(text: str) -> str:
    return "\n".join(visible(line) for line in text.splitlines())


def day(snapshot: Snapshot) -> str:
    return f"{snapshot.at:%-d %b %Y}"


def signed(number: float | None) -> str:
    """ "+3", "-2" with a real minus sign, "±0"; a dash where there is nothing to compare with."""
    if number is None:
        return DASH
    return f"{number:+,.0f}".replace("-", "\u2212") if number else "±0"


def moved_by(number: float | None, *, worse_when_more: bool) -> dict[str, Any]:  # Any: arguments of `st.metric`
    """How a metric moved: fewer of what is bad is green and points down, more of it red and up; other counts are grey.

    Streamlit tells the direction by the first character, and knows no minus sign but the one of ASCII.
    """
    if number is None:
        return {"delta": None}
    said = f"{number:+,.0f}" if number else signed(number)
    colour = "inverse" if worse_when_more and number else "off"
    return {"delta": said, "delta_color": colour, "delta_arrow": "auto" if number else "off"}


def tile(
    label: str, movement: Movement, values: Sequence[float], *, worse_when_more: bool = True, note: str = ""
) -> None:
    """A count, how it moved, and its line; a note where the label leaves a question open."""
    with st.container(border=True, gap=None):
        st.metric(
            label,
            f"{movement.now:,.0f}",
            **moved_by(movement.batch, worse_when_more=worse_when_more),
            delta_description="newest batch",
            help=note or None,
            chart_data=list(values) or None,
            chart_type="line",
        )
        st.caption(f"7 days {signed(movement.week)} · 30 days {signed(movement.month)}")


def once(make: Callable[[], Thing], *key: Hashable) -> Thing:
    """What `make` finds in the history, made once for all who look at this repository; `key` names it among all that
    the pages make, and holds whatever else it depends on."""
    now = current()
    return now.history.answers.once(("page", now.repo, *key), make)


def spec(draw: Callable[[], Any], *key: Hashable) -> dict[str, Any]:  # Any: Altair's chart, and JSON
    """A chart as `chart` takes it, drawn as `once` says and in the colours of who looks."""
    return once(lambda: charts.spec(draw()), "chart", current().theme, *key)


def chart(drawing: dict[str, Any], key: str, alt: str) -> None:  # Any: JSON
    """A chart as it was drawn; a click on one of its marks opens that batch's page."""
    event = st.vega_lite_chart(drawing, theme=None, key=key, on_select="rerun", alt=alt)
    picked = event.selection.get(PICKED) or []
    if picked and picked[0].get("batch"):
        open_batch(picked[0]["repo"], picked[0]["batch"])


def open_batch(repo: str, batch: str) -> None:
    st.switch_page("batch.py", query_params={"repo": repo, "batch": batch})


def added_up(moves: Sequence[BatchMove], findings: Sequence[Moment]) -> str:
    """How the findings that stand, whose series is `findings`, came from those that stood when the history begins."""
    if not findings:
        return ""
    new, fixed, otherwise = (
        sum(side) for side in zip(*((move.new, move.fixed, move.otherwise) for move in moves), strict=True)
    )
    said = terms((new, "new"), (-fixed, "fixed"), (otherwise, "otherwise"))
    return f"Findings that stand: {findings[0].value:,.0f} before{said} = {findings[-1].value:,.0f} now."


def terms(*named: tuple[int, str]) -> str:
    """ " + 8 new - 2 fixed", with a real minus sign; nothing of what is 0."""
    return "".join(f" {'+' if number > 0 else _MINUS} {abs(number):,} {what}" for number, what in named if number)


def batch_table(moves: Sequence[BatchMove], key: str) -> None:
    """Batches, newest first; choosing one opens its page."""
    newest_first = list(reversed(moves))
    rows = [
        {
            "When": move.batch.last_at,
            "Repository": name_text(move.batch.repo),
            "Batch": name_text(move.batch.batch),
            "Agent, at least": name_text(move.batch.agent) or "unknown",
            "New findings": move.new or None,
            "Fixed": move.fixed or None,
            **({"Otherwise": move.otherwise or None} if any(one.otherwise for one in moves) else {}),
            "About the change": move.of_change or None,
        }
        for move in newest_first
    ]
    picked = st.dataframe(
        rows,
        placeholder="",
        key=key,
        hide_index=True,
        height=table_height(len(rows), 390),
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "When": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", timezone="UTC"),
            "Otherwise": st.column_config.NumberColumn(help=_OTHERWISE, format="%+d"),
            "About the change": st.column_config.NumberColumn(help=_OF_CHANGE),
        },
    )
    for row in picked.selection.rows[:1]:
        open_batch(newest_first[row].batch.repo, newest_first[row].batch.batch)


def finding_table(rows: Sequence[Shown], remarks: Callable[[str], str]) -> None:
    """Findings, one a row, as wide as the page; the one chosen goes into the address as `finding`.

    Rows of one cycle or one body name it, with how many of them are listed; the list's order keeps them together.
    """
    together = Counter((one.finding.rule, one.finding.repo, one.finding.group) for one in rows if one.finding.group)
    asked = address.asked("finding")
    selected = next((number for number, one in enumerate(rows) if one.finding.id == asked), None)
    # Another list is another table: a row's number must never come to mean another finding.
    key = f"findings-{hash(tuple(one.finding.id for one in rows))}"
    picked = st.dataframe(
        [
            {
                "Severity": [one.finding.severity],
                "State": one.finding.state,
                "Rule": name_text(one.finding.rule),
                "Subject": name_text(one.finding.subject, _WHOLE),
                **({"Group": _group_text(one.finding, together)} if together else {}),
                "Component": name_text(one.component),
                "Since": one.first_at,
                "Agent, at least": name_text(one.finding.agent),
                "Remarks": remarks(one.finding.id),
            }
            for one in rows
        ],
        placeholder="",
        key=key,
        hide_index=True,
        height=table_height(len(rows), 460),
        on_select="rerun",
        selection_mode="single-row",
        selection_default=None if selected is None else {"selection": {"rows": [selected], "columns": [], "cells": []}},
        column_config={
            "Severity": st.column_config.MultiselectColumn(
                options=list(SEVERITY_COLOURS), color=list(SEVERITY_COLOURS.values()), width=78
            ),
            "State": st.column_config.TextColumn(width=58),
            "Rule": st.column_config.TextColumn(width=134),
            "Subject": st.column_config.TextColumn(width=520 if together else 690),
            "Group": st.column_config.TextColumn(
                width=170, help="The cycle or the function copied that rows are about, and how many are"
            ),
            "Component": st.column_config.TextColumn(width=86),
            "Since": st.column_config.DatetimeColumn(format="D MMM YYYY", timezone="UTC", width=94),
            "Agent, at least": st.column_config.TextColumn(width=96),
            "Remarks": st.column_config.TextColumn(width=76),
        },
    )
    chosen = next((rows[row].finding.id for row in picked.selection.rows if row < len(rows)), "")
    before = st.session_state.get(f"_chosen-{key}", "" if selected is None else asked)
    st.session_state[f"_chosen-{key}"] = chosen
    if chosen != before:
        address.set_address(finding=chosen)


def _group_text(finding: Finding, together: Mapping[tuple[str, str, str], int]) -> str:
    listed = together.get((finding.rule, finding.repo, finding.group), 0)
    return f"{listed:,} of {name_text(finding.group)}" if listed else ""


def _briefly(finding: Finding) -> str:
    """What a finding says, its files by their last names: the subject beside it has their paths."""
    said = finding.message
    named = {name.partition("::")[0] for name in (finding.path, *finding.subject.split(" -> "))}
    for path in sorted(named - {""}, key=lambda path: (-len(path), path)):
        said = said.replace(path, path.rpartition("/")[2] or path)
    return said


def plain_findings(findings: Sequence[Finding], key: str) -> str | None:
    """Findings that a batch moved; the id of the one chosen."""
    picked = st.dataframe(
        [
            {
                "Severity": [finding.severity],
                "Rule": name_text(finding.rule),
                "What": name_text(_briefly(finding)),
                "Subject": name_text(finding.subject, _WHOLE),
            }
            for finding in findings
        ],
        key=f"findings-{key}",
        hide_index=True,
        height=table_height(len(findings), 320),
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "Severity": st.column_config.MultiselectColumn(
                options=list(SEVERITY_COLOURS), color=list(SEVERITY_COLOURS.values()), width=78
            ),
            "Rule": st.column_config.TextColumn(width=134),
            "What": st.column_config.TextColumn(width=460),
            "Subject": st.column_config.TextColumn(width=300),
        },
    )
    return next((findings[row].id for row in picked.selection.rows), None)


def table_height(rows: int, most: int) -> int | str:
    """As high as its rows, up to `most` pixels."""
    return most if rows * 35 + 40 > most else "content"


def edge_table(edges: Sequence[tuple[str, str, int]], key: str, heading: str = "Pairs of files") -> None:
    """Edges between components; choosing one shows the imports behind it."""
    ranked = sorted(edges, key=lambda edge: (-abs(edge[2]), edge[0], edge[1]))
    picked = st.dataframe(
        [{"From": name_text(src), "To": name_text(dst), heading: number} for src, dst, number in ranked],
        key=f"edges-{key}",
        hide_index=True,
        height=table_height(len(ranked), 300),
        on_select="rerun",
        selection_mode="single-row",
    )
    for row in picked.selection.rows[:1]:
        _choose({"src": ranked[row][0], "dst": ranked[row][1]})


def moved_edge_table(moves: Sequence[EdgeMove]) -> None:
    def what(move: EdgeMove) -> str:
        change = "added" if not move.before else "removed" if not move.now else "changed"
        return change if move.allowed else f"{change}, not allowed"

    st.dataframe(
        [
            {
                "From": name_text(move.src),
                "To": name_text(move.dst),
                "What": what(move),
                "Before": move.before,
                "After": move.now,
            }
            for move in sorted(moves, key=lambda move: (bool(move.before and move.now), move.src, move.dst))
        ],
        key="moved-edges",
        hide_index=True,
        height=table_height(len(moves), 320),
    )


def commit_table(commits: Sequence[Snapshot]) -> None:
    st.dataframe(
        [
            {
                "Commit": name_text(commit.commit[:12]),
                "When": commit.at,
                "Subject": name_text(commit.subject, _WHOLE),
                "Author": name_text(commit.author),
                "Files": commit.files,
                "Agent, at least": name_text(commit.agent) or "unknown",
            }
            for commit in commits
        ],
        key="commits",
        hide_index=True,
        height=table_height(len(commits), 320),
        column_config={"When": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", timezone="UTC")},
    )


def draw_map(drawn: Map, moves: Sequence[EdgeMove], look: Theme, *, communities: bool) -> None:
    """The component map; a click on it puts what was clicked into the address."""
    change = {(move.src, move.dst): move.now - move.before for move in moves}
    moved = {name for pair in change for name in pair}
    kinds = {link.kind for link in drawn.links}
    data = {
        "width": WIDTH,
        "height": drawn.height,
        "nodes": [
            {
                "name": node.name,
                "label": fitted(node.name, max(int(node.room / LETTER), 4)),
                "note": f"{node.files:,}",
                "told": f"{name_text(node.name)}: {counted(node.files, 'file')}",
                "x": node.x,
                "y": node.y,
                "radius": node.radius,
                "colour": look.nth(node.community)
                if communities
                else look.accent
                if node.name in moved
                else look.unknown,
            }
            for node in drawn.nodes
        ],
        "links": [
            {
                "src": link.src,
                "dst": link.dst,
                "path": link.path,
                "weight": link.weight,
                "kind": link.kind,
                "still": not communities and not change.get((link.src, link.dst)),
                "told": _told(link, change.get((link.src, link.dst), 0)),
            }
            for link in drawn.links
        ],
        "dense": len(drawn.links) > DENSE,
        "picked": {name: address.asked(key) for name, key in (("component", "of"), ("src", "src"), ("dst", "dst"))},
        "colours": {
            "error": look.error,
            "warning": look.warning,
            "accent": look.accent,
            "text": look.text,
            "muted": look.muted,
            "background": look.background,
            "line-colour": look.unknown,
        },
        "heads": {
            "plain": look.unknown,
            "cycle": look.error,
            "closes": look.error,
            "not-allowed": look.error,
        },
        "legend": [[kind, LEGEND[kind]] for kind in LEGEND if kind in kinds],
        "dots": _dots(drawn, look, communities=communities),
    }
    picked = _map_component()(key="map", data=data, on_picked_change=lambda: None).picked
    if picked:
        _choose({"of": picked["component"]} if "component" in picked else {"src": picked["src"], "dst": picked["dst"]})


def _dots(drawn: Map, look: Theme, *, communities: bool) -> list[dict[str, Any]]:  # Any: plain values for the script
    """What the colours of the components mean."""
    if not communities:
        moved = {"colours": [look.accent], "words": "an edge of it moved"}
        return [moved, {"colours": [look.unknown], "words": "none of its edges moved"}]
    groups = sorted({node.community for node in drawn.nodes if node.community >= 0})
    colours = [look.nth(group) for group in groups if look.nth(group) != look.unknown]
    entries = [{"colours": colours, "words": "those of one colour depend mostly on each other"}] if colours else []
    if any(look.nth(node.community) == look.unknown for node in drawn.nodes):
        entries.append({"colours": [look.unknown], "words": "in no larger group"})
    return entries


def _told(link: Link, change: int) -> str:
    words = LEGEND[link.kind]
    moved = f", {signed(change)} lately" if change else ""
    pairs = counted(link.dependencies, "pair")
    return f"{name_text(link.src)} \u2192 {name_text(link.dst)}: {pairs} of files, {words}{moved}"


def _choose(chosen: dict[str, str]) -> None:
    """Put a component or an edge into the address, and draw the page for it."""
    wanted = {"of": "", "src": "", "dst": "", **chosen}
    if any(address.asked(name) != value for name, value in wanted.items()):
        address.set_address(**wanted)
        st.rerun()


@cache
def _map_component() -> Callable[..., Any]:  # Any: Streamlit's result, whose attributes are the component's own
    folder = data_folder("reports") / "dashboard"
    made: Callable[..., Any] = st.components.v2.component(  # Any: see above
        "plumbrule_component_map",
        html='<div class="plumb-root"></div>',
        css=(folder / "map.css").read_text("utf-8"),
        js=(folder / "map.js").read_text("utf-8"),
    )
    return made


def agent(name: str, channel: str = "") -> str:
    """An agent for places that read Markdown: a lower bound, always."""
    if not name:
        return "unknown"
    return f"at least {code(name, 60)}" + (f" ({in_markdown(known_by(channel))})" if channel else "")


@contextmanager
def section(title: str, note: str = "") -> Iterator[None]:
    """A part of a page under its heading; both are words of ours."""
    with st.container(gap="small"):
        st.subheader(title, anchor=False)
        if note:
            st.caption(note)
        yield


def in_columns(things: Sequence[Thing], across: int, draw: Callable[[Thing], None]) -> None:
    """Things side by side, row by row."""
    for start in range(0, len(things), across):
        for column, thing in zip(st.columns(across), things[start : start + across], strict=False):
            with column:
                draw(thing)
