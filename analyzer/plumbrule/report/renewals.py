"""The waivers of a policy as a list to renew or mend them by; hides how it is laid out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from plumbrule.data import dataclass
from plumbrule.report.escapes import json_text, log_line

SCHEMA = "plumbrule/waivers/1"


@dataclass(frozen=True, slots=True)
class Renewal:
    """One waiver, as it stands on a day."""

    rule: str
    subject: str
    repository: str  # "" = any
    reason: str
    owner: str
    approver: str  # who proved to have approved it, and how; "" = not authenticated
    until: str  # the last day it counts, ISO 8601
    named: str  # the last day that the policy names
    days_left: int  # below 0: past
    covers: tuple[str, ...]  # the findings that it waives now, as "repository: subject"
    note: str  # why it does nothing, or not yet; "" = it does
    source: str
    line: int


def as_json(renewals: Sequence[Renewal], today: str) -> str:
    return json_text({"schema": SCHEMA, "today": today, "waivers": [asdict(one) for one in renewals]})


def as_text(renewals: Sequence[Renewal]) -> str:
    """One paragraph a waiver, that which runs out first at the top."""
    if not renewals:
        return "The policy waives nothing.\n"
    return "".join(f"{log_line(line)}\n" for one in renewals for line in _lines(one))


def _lines(one: Renewal) -> Sequence[str]:
    cut = f" (not {one.named}: a waiver may not last so long)" if one.named != one.until else ""
    place = f"{one.source}:{one.line}" if one.line else one.source
    covers = f"covers {len(one.covers)} finding{'s' if len(one.covers) != 1 else ''}"
    return (
        f"{_left(one.days_left)}: {one.rule}: {one.subject}{f' in {one.repository}' if one.repository else ''}",
        f"  until {one.until}{cut}, {one.owner}, {place}",
        f"  because {one.reason}",
        f"  {f'approved by {one.approver}' if one.approver else 'not authenticated'}; {one.note or covers}",
    )


def _left(days: int) -> str:
    if days < 0:
        return f"ran out {-days} day{'s' if days != -1 else ''} ago"
    return "last day" if days == 0 else f"{days} day{'s' if days != 1 else ''} left"
