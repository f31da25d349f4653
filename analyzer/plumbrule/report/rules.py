"""Rules for reading: the list, one page, and the outcome of examples."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from plumbrule.errors import RuleError
from plumbrule.judge import Rule
from plumbrule.judge.exercise import Outcome
from plumbrule.policy import Policy
from plumbrule.policy.copies import COPIES
from plumbrule.report.escapes import visible

if TYPE_CHECKING:
    from plumbrule.outside import Copied


def rule_list(rules: Sequence[Rule], policy: Policy) -> str:
    """One rule a line: severity in force, id, title; `off` ones included."""
    lines = []
    width = max(len(rule.id) for rule in rules)
    for rule in rules:
        given = policy.rules.get(rule.id)
        severity = given.severity if given is not None and given.severity else rule.severity
        whose = "  (own)" if rule.own else ""
        lines.append(f"{severity:<8} {visible(rule.id):<{width}}  {visible(rule.title)}{whose}")
    return "\n".join(lines) + "\n"


def rule_page(rules: Sequence[Rule], wanted: str) -> str:
    """The rule's whole file, as people and agents read it; RuleError names the nearest id for an unknown one."""
    for rule in rules:
        if wanted in rule.names:
            return rule.text if rule.text.endswith("\n") else rule.text + "\n"
    near = get_close_matches(wanted, [rule.id for rule in rules], 1, 0.4)
    hint = f"Did you mean {near[0]!r}?" if near else "`plumbrule rules list` shows them all."
    raise RuleError(f"there is no rule {wanted!r}.\n{hint}")


def outcomes(found: Sequence[Outcome]) -> str:
    """One line an example, and a count."""
    lines = []
    for outcome in found:
        mark = "FAIL" if outcome.problem else "ok"
        detail = f": {visible(outcome.problem)}" if outcome.problem else f" ({len(outcome.findings)} found)"
        lines.append(f"{mark:<4} {visible(outcome.rule)} {outcome.kind} example, {visible(outcome.source)}{detail}")
    failed = sum(1 for outcome in found if outcome.problem)
    lines.append(f"{len(found)} examples, {failed} not as they should be")
    return "\n".join(lines) + "\n"


def copies(found: Sequence[Copied]) -> str:
    """One line a copy of rules from outside."""
    if not found:
        return "the policy extends nothing that lies elsewhere\n"
    lines = []
    for one in found:
        name = visible(f"{COPIES}/{one.name}")
        if one.git:
            files = "1 file" if one.files == 1 else f"{one.files:,} files"
            about = f"{files} of {visible(one.git)} at {one.commit[:12]}, sha256 {one.hash[:16]}"
        else:
            about = "no `extends` names it"
        lines.append(f"{one.did:<7} {name}: {about}")
    return "\n".join(lines) + "\n"
