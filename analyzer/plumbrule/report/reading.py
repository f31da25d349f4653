"""One finding with its evidence, its origin and what people remarked on it, for every page that lists findings.

Hides how remarks are made and what of them counts. A remark never changes a gate.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

import streamlit as st

from plumbrule.errors import StoreError
from plumbrule.report import address, screen
from plumbrule.report.escapes import in_markdown, shortened
from plumbrule.report.history import Former, Shown
from plumbrule.report.reviews import NOTE_LIMIT, add_review, read_reviews
from plumbrule.report.rulebook import rulebook
from plumbrule.report.screen import Screen
from plumbrule.report.waivers import waiver_text

_STATES = ("new", "known", "waived", "fixed", "moved", "past")
_VERDICTS = {
    "true": ("True", ":material/check:"),
    "wrong": ("Wrong", ":material/close:"),
}
_MUTING = {
    "mute": ("Mute for me", ":material/visibility_off:"),
    "unmute": ("Unmute for me", ":material/visibility:"),
}
_NOTE_SHOWN = 400  # characters of a remark; the file keeps all of it
_WAIVED_FOR = timedelta(days=90)
_BADGES = {"error": "red", "warning": "orange", "info": "blue"}


class Reading:
    """The findings of a page beside what people remarked on them."""

    def __init__(self, now: Screen, every: Sequence[Shown]) -> None:
        """`every` finding there is, to say how many are of one group."""
        self._now = now
        self._every = every
        self._by_id = {one.finding.id: one for one in every}
        reviews = read_reviews(now.store)
        self._standing = reviews.standing()
        self._mutes = reviews.mutes()
        self._damaged = reviews.damaged
        self.muted = reviews.muted_by(now.who)  # ids of what this reader does not want to see

    def sign(self) -> None:
        """Asks who reads; a title should stand beside it."""
        who = st.text_input(
            "You are",
            value=self._now.who,
            key="_who_typed",
            width=210,
            label_visibility="collapsed",
            placeholder="who you are",
            icon=":material/person:",
            help="Signs your remarks, and hides what you muted.",
        )
        if who.strip() != self._now.who:
            st.session_state["_who"] = who.strip()
            st.rerun()

    def tell_faults(self) -> None:
        """What could not be kept or read of remarks."""
        fault = st.session_state.pop("_fault", "")
        if fault:
            st.error("\n\n".join(map(in_markdown, fault.splitlines())), icon=":material/error:")
        if self._damaged:
            st.warning(
                f"{self._damaged:,} lines of the reviews file cannot be read and are left out.",
                icon=":material/warning:",
            )

    def verdict_on(self, finding: str, verdict: str) -> int:
        return sum(review.verdict == verdict for review in self._standing.get(finding, {}).values())

    def remarks(self, finding: str) -> str:
        counted = [(self.verdict_on(finding, verdict), verdict) for verdict in ("true", "wrong")]
        return ", ".join(f"{number} {verdict}" for number, verdict in counted if number)

    def _remark(self, finding: str, verdict: str) -> None:
        note = st.session_state.get(f"note-{finding}", "")
        mine = self._standing.get(finding, {}).get(self._now.who)
        if mine and mine.verdict == verdict and not note:
            verdict = "retracted"  # the same button again takes it back
        try:
            add_review(self._now.store, self._now.who, self._now.clock(), finding, verdict, note)
            st.session_state[f"note-{finding}"] = ""  # the next remark has a reason of its own
        except StoreError as fault:
            st.session_state["_fault"] = str(fault)

    def tell_chosen(self, listed: Collection[str]) -> bool:
        """The finding that the address asks for, of any repository and of the past too; whether it asks for one.

        `listed` are the ids that the page lists: of another one it says why it stands here.
        """
        asked = address.asked("finding")
        if asked in self._by_id:
            if asked not in listed:
                st.caption("This finding is not among those listed above.")
            self.detail(self._by_id[asked])
        elif asked and (elsewhere := self._now.history.findings(beginning=asked)):
            st.caption(f"This finding is of another repository, {screen.code(elsewhere[0].finding.repo)}.")
            self.detail(elsewhere[0])
        elif asked and (gone := self._now.history.former(asked)):
            self.detail(gone[0].shown, gone[0])
        elif asked:
            screen.nothing(
                f"Generation {self._now.history.generation} has no finding {screen.code(asked, 40)}.",
                "No earlier judgement kept here told it either: it may come from another store.",
            )
        return bool(asked)

    def detail(self, one: Shown, former: Former | None = None) -> None:
        left, right = st.columns([3, 2], gap="large")
        with left:
            self._why(one, former)
        with right:
            self._origin(one)
            self._review(one.finding.id)
            if former is None:
                self._accept(one)

    def _why(self, one: Shown, former: Former | None) -> None:
        finding = one.finding
        state = finding.state if former is None else former.state
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.badge(
                finding.severity if finding.severity in _BADGES else "off", color=_BADGES.get(finding.severity, "gray")
            )
            st.badge(state if state in _STATES else "other", color="gray")
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

    def _origin(self, one: Shown) -> None:
        finding = one.finding
        together = sum(other.finding.group == finding.group for other in self._every) if finding.group else 0
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

    def _review(self, finding: str) -> None:
        st.markdown("**Remarks**")
        for who, said in (*self._standing.get(finding, {}).items(), *self._mutes.get(finding, {}).items()):
            note = f": {in_markdown(shortened(said.note, _NOTE_SHOWN))}" if said.note else ""
            st.caption(f"{screen.code(who)} **{said.verdict}**, {screen.code(said.when[:10])}{note}")
        if not self._now.who:
            st.caption("Say who you are (top right) to leave a remark.")
            return
        mine = self._standing.get(finding, {}).get(self._now.who)
        with st.container(horizontal=True, gap="small"):
            for verdict, (label, icon) in _VERDICTS.items():
                chosen = mine is not None and mine.verdict == verdict
                st.button(
                    label,
                    key=f"{verdict}-{finding}",
                    icon=icon,
                    type="primary" if chosen else "secondary",
                    on_click=self._remark,
                    args=(finding, verdict),
                )
            change = "unmute" if finding in self.muted else "mute"
            label, icon = _MUTING[change]
            st.button(label, key=f"{change}-{finding}", icon=icon, on_click=self._remark, args=(finding, change))
        st.text_input(
            "Note",
            key=f"note-{finding}",
            max_chars=NOTE_LIMIT,
            placeholder="Why? (optional)",
            label_visibility="collapsed",
        )

    def _accept(self, one: Shown) -> None:
        with st.expander("Accept it for a while"):
            st.caption(
                "Commit this to the policy. A remark here never changes a gate; a waiver does, until it expires."
            )
            left, right = st.columns(2)
            key, suggested = f"owner-{one.finding.id}", f"@{self._now.who}" if self._now.who else ""
            before = st.session_state.get(f"_{key}", suggested)
            if st.session_state.get(key, suggested) == before:  # nobody has typed another
                st.session_state[key] = suggested
            st.session_state[f"_{key}"] = suggested
            owner = left.text_input("Owner", key=key)
            expires = right.date_input(
                "Expires", value=self._now.today + _WAIVED_FOR, min_value=self._now.today, key=f"until-{one.finding.id}"
            )
            reason = st.text_input("Reason", key=f"reason-{one.finding.id}", placeholder="why this may stay until then")
            if owner.strip(" @") and reason.strip():
                st.code(waiver_text(one.finding, reason, owner, expires), language="toml", wrap_lines=True)
            else:
                st.caption(
                    "Its text stands here once somebody owns it and says why: a policy refuses a waiver without."
                )
