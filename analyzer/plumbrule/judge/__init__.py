"""The judgement: rules over both sides of a change become findings. Hides SQL, isolation and how identity is kept."""

from plumbrule.judge.confined import RunLimits
from plumbrule.judge.findings import Found, Identity, JudgedRow, first_seen, identity
from plumbrule.judge.judging import Judgement, Settled, defaults, judge, settle, with_baseline
from plumbrule.judge.rulefile import Rule, gather, load_rules, parse_rule
from plumbrule.judge.sides import Held, Moment, Sides

__all__ = [
    "Found",
    "Held",
    "Identity",
    "JudgedRow",
    "Judgement",
    "Moment",
    "Rule",
    "RunLimits",
    "Settled",
    "Sides",
    "defaults",
    "first_seen",
    "gather",
    "identity",
    "judge",
    "load_rules",
    "parse_rule",
    "settle",
    "with_baseline",
]
