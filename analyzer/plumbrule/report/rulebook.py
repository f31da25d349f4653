"""The shipped rules as a reader of the dashboard or a mail meets them. Hides where rules are kept and how they are run.

A user's own rules lie in repositories that may not be here; their findings speak for themselves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from plumbrule.data import data_folder


@dataclass(frozen=True, slots=True)
class RulePage:
    id: str
    title: str
    reason: str  # Markdown, with {column} placeholders nowhere
    about_change: bool  # its findings belong to one change each, and are neither known nor fixed in the next one


@cache
def rulebook() -> Mapping[str, RulePage]:
    """Every shipped rule by its id."""
    from plumbrule.judge import load_rules
    from plumbrule.measures import measures

    moved = [measure.table.name for measure in measures() if measure.scope == "change"]
    about_change = re.compile(rf"\b(?:now|before)\.(?:{'|'.join(map(re.escape, moved))})\b")
    pages = {}
    for rule in load_rules(data_folder("rules")):
        # A rule may read such a table through a view of another name; then it says what it needs.
        about = bool(about_change.search(rule.sql)) or not set(moved).isdisjoint(rule.needs)
        pages[rule.id] = RulePage(rule.id, rule.title, rule.reason, about)
    return pages


def about_change(rule: str) -> bool:
    """Whether findings of this rule belong to one change each; False for a rule that is not ours."""
    page = rulebook().get(rule)
    return page is not None and page.about_change
