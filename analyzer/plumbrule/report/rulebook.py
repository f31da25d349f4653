"""The shipped rules as a reader of the dashboard or a mail meets them. Hides where rules are kept and how they are run.

A user's own rules lie in repositories that may not be here; their findings speak for themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from plumbrule.data import data_folder


@dataclass(frozen=True, slots=True)
class RulePage:
    id: str
    title: str
    reason: str  # Markdown, with {column} placeholders nowhere
    subject: str  # the folder it lies in


@cache
def rulebook() -> Mapping[str, RulePage]:
    """Every shipped rule by its id."""
    from plumbrule.judge import load_rules

    return {
        rule.id: RulePage(rule.id, rule.title, rule.reason, rule.subject) for rule in load_rules(data_folder("rules"))
    }
