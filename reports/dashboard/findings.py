"""Findings: filtered, sorted, with their evidence and their origin, and what people remarked on them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import streamlit as st

from plumbrule.errors import StoreError
from plumbrule.report import address, screen
from plumbrule.report.escapes import in_markdown, shortened
from plumbrule.report.history import Former, Shown
from plumbrule.report.model import in_order
from plumbrule.report.reviews import NOTE_LIMIT, add_review, read_reviews
from plumbrule.report.rulebook import rulebook
from plumbrule.report.waivers import waiver_text

OPEN = ["new", "known"]
STATES = ["new", "known", "waived", "fixed"]
SEVERITIES = ["error", "warning", "info"]
VERDICTS = {
    "true": ("True", ":material/check:"),
    "wrong": ("Wrong", ":material/close:"),
}
MUTING = {
    "mute": ("Mute for me", ":material/visibility_off:"),
    "unmute": ("Unmute for me", ":material/visibility:"),
}
NOTE_SHOWN = 400  # characters of a remark; the file keeps all of it
WAIVED_FOR = timedelta(days=90)
BADGES = {"error": "red", "warning": "orange", "info": "blue"}

now = screen.current()
reviews = read_reviews(now.store)
standing = reviews.standing()
mutes = reviews.mutes()
muted = reviews.muted_by(now.who)
every = now.history.findings(now.repo)
by_id = {one.finding.id: one for one in every}


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
        and (show_muted or one.finding.id not in muted)
    }
    ordered = [passing[finding.id] for finding in in_order(one.finding for one in passing.values())]
    return sorted(ordered, key=lambda one: verdict_on(one.finding.id, "wrong") > 0)


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


def verdict_on(finding: str, verdict: str) -> int:
    return sum(review.verdict == verdict for review in standing.get(finding, {}).values())


def remarks(finding: str) -> str:
    counted = [(verdict_on(finding, verdict), verdict) for verdict in ("true", "wrong")]
    return ", ".join(f"{number} {verdict}" for number, verdict in counted if number)


def remark(finding: str, verdict: str) -> None:
    note = st.session_state.get(f"note-{finding}", "")
    mine = standing.get(finding, {}).get(now.who)
    if mine and mine.verdict == verdict and not note:
        verdict = "retracted"  # the same button again takes it back
    try:
        add_review(now.store, now.who, datetime.now(UTC), finding, verdict, note)
        st.session_state[f"note-{finding}"] = ""  # the next remark has a reason of its own
    except StoreError as fault:
        st.session_state["_fault"] = str(fault)


def detail(one: Shown, former: Former | None = None) -> None:
    left, right = st.columns([3, 2], gap="large")
    with left:
        why(one, former)
    with right:
        origin(one)
        review(one.finding.id)
        if former is None:
            accept(one)


def why(one: Shown, former: Former | None) -> None:
    finding = one.finding
    state = finding.state if former is None else former.state
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.badge(finding.severity if finding.severity in BADGES else "off", color=BADGES.get(finding.severity, "gray"))
        st.badge(state if state in (*STATES, "moved", "past") else "other", color="gray")
        st.markdown(f"**{screen.code(finding.rule)}**")
    if former is not None:
        st.info(former.words(screen.code), icon=":material/history:")
        for heir in former.heirs[:1]:
            told_as = {"repo": heir.repo, "finding": heir.id}
            st.page_link("findings.py", label="Open what it is now", icon=":material/rule:", query_params=told_as)
    st.code(screen.name_text(finding.subject, 2000), language=None, wrap_lines=True)
    if finding.message:
        st.markdown(in_markdown(finding.message))
    if finding.path:
        place = f"{finding.path}:{finding.line}" if finding.line else finding.path
        st.caption(f"{screen.code(place)} in {screen.code(finding.repo)}")
    if finding.remedy:
        st.markdown("**What to do**")
        st.markdown(screen.prose(finding.remedy))
    page = rulebook().get(finding.rule)
    if page is not None:
        with st.expander(f"Why it matters: {page.title}"):
            st.markdown(page.reason)
    if finding.evidence:
        st.markdown("**Evidence**")
        st.code("\n".join(screen.name_text(line, 400) for line in finding.evidence), language=None, wrap_lines=True)


def origin(one: Shown) -> None:
    finding = one.finding
    together = sum(other.finding.group == finding.group for other in every) if finding.group else 0
    if together > 1:
        st.caption(f"One of {together:,} findings around {screen.code(finding.group)}")
    if not finding.commit:
        st.caption("It was there before the first commit that was read.")
    if finding.commit:
        when = f", {one.first_at:%-d %b %Y}" if one.first_at else ""
        st.caption(f"First seen at {screen.code(finding.commit[:12])}{when} · agent {screen.agent(finding.agent)}")
    if finding.batch:
        st.page_link(
            "batch.py",
            label=f"Open its batch {screen.code(finding.batch, 40)}",
            icon=":material/commit:",
            query_params={"repo": finding.repo, "batch": finding.batch},
        )


def review(finding: str) -> None:
    st.markdown("**Remarks**")
    for who, said in (*standing.get(finding, {}).items(), *mutes.get(finding, {}).items()):
        note = f": {in_markdown(shortened(said.note, NOTE_SHOWN))}" if said.note else ""
        st.caption(f"{screen.code(who)} **{said.verdict}**, {screen.code(said.when[:10])}{note}")
    if not now.who:
        st.caption("Say who you are (top right) to leave a remark.")
        return
    mine = standing.get(finding, {}).get(now.who)
    with st.container(horizontal=True, gap="small"):
        for verdict, (label, icon) in VERDICTS.items():
            chosen = mine is not None and mine.verdict == verdict
            st.button(
                label,
                key=f"{verdict}-{finding}",
                icon=icon,
                type="primary" if chosen else "secondary",
                on_click=remark,
                args=(finding, verdict),
            )
        change = "unmute" if finding in muted else "mute"
        label, icon = MUTING[change]
        st.button(label, key=f"{change}-{finding}", icon=icon, on_click=remark, args=(finding, change))
    st.text_input(
        "Note", key=f"note-{finding}", max_chars=NOTE_LIMIT, placeholder="Why? (optional)", label_visibility="collapsed"
    )


def accept(one: Shown) -> None:
    with st.expander("Accept it for a while"):
        st.caption("Commit this to the policy. A remark here never changes a gate; a waiver does, until it expires.")
        left, right = st.columns(2)
        key, suggested = f"owner-{one.finding.id}", f"@{now.who}" if now.who else ""
        before = st.session_state.get(f"_{key}", suggested)
        if st.session_state.get(key, suggested) == before:  # nobody has typed another
            st.session_state[key] = suggested
        st.session_state[f"_{key}"] = suggested
        owner = left.text_input("Owner", key=key)
        expires = right.date_input(
            "Expires", value=now.today + WAIVED_FOR, min_value=now.today, key=f"until-{one.finding.id}"
        )
        reason = st.text_input("Reason", key=f"reason-{one.finding.id}", placeholder="why this may stay until then")
        if owner.strip(" @") and reason.strip():
            st.code(waiver_text(one.finding, reason, owner, expires), language="toml", wrap_lines=True)
        else:
            st.caption("Its text stands here once somebody owns it and says why: a policy refuses a waiver without.")


with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
    st.title("Findings", anchor=False)
    who = st.text_input(
        "You are",
        value=now.who,
        key="_who_typed",
        width=210,
        label_visibility="collapsed",
        placeholder="who you are",
        icon=":material/person:",
        help="Signs your remarks, and hides what you muted.",
    )
    if who.strip() != now.who:
        st.session_state["_who"] = who.strip()
        st.rerun()

# From the top, so that the labels share a line: what stands under them is of two heights.
with st.container(horizontal=True, vertical_alignment="top", gap="small", key="filters"):
    severities = address.many("Severity", "severity", SEVERITIES, st.pills, selection_mode="multi")
    states = address.many("State", "state", STATES, st.pills, OPEN, selection_mode="multi")
    rules = any_of("Rule", "rule", {one.finding.rule for one in every}, 172)
    components = any_of("Component", "component", {one.component for one in every})
    batches = any_of("Batch", "batch", {one.finding.batch for one in every})
    agents = any_of("Agent, at least", "agent", {one.finding.agent for one in every})
    path = address.words("Path or subject", "path", placeholder="contains …", width=140)

fault = st.session_state.pop("_fault", "")
if fault:
    st.error("\n\n".join(map(in_markdown, fault.splitlines())), icon=":material/error:")
if reviews.damaged:
    st.warning(
        f"{reviews.damaged:,} lines of the reviews file cannot be read and are left out.", icon=":material/warning:"
    )

with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
    listing = st.container(width="content")
    show_muted = address.yes(f"Muted ({len(muted & by_id.keys())})", "muted")
rows = listed()
listing.caption(counts_of(rows, len(every)))
if not every:
    screen.nothing("Nothing was found.", "No rule has a finding in what was scanned; About says what that rests on.")
elif not rows:
    screen.nothing("No finding passes these filters.", "Take one of them away.")
else:
    screen.finding_table(rows, remarks)
asked = address.asked("finding")
if asked in by_id:
    if not any(one.finding.id == asked for one in rows):
        st.caption("This finding does not pass the filters above.")
    detail(by_id[asked])
elif asked and (elsewhere := now.history.findings(beginning=asked)):
    st.caption(f"This finding is of another repository, {screen.code(elsewhere[0].finding.repo)}.")
    detail(elsewhere[0])
elif asked and (gone := now.history.former(asked)):
    detail(gone[0].shown, gone[0])
elif asked:
    screen.nothing(
        f"Generation {now.history.generation} has no finding {screen.code(asked, 40)}.",
        "No earlier judgement kept here told it either: it may come from another store.",
    )
elif rows:
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
