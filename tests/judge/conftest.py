"""Rules judged over files given as text, through the real analyzer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import pytest

from plumbrule.judge import Identity, Judgement, Moment, Rule, Sides, judge, parse_rule
from plumbrule.policy import Baseline, Policy, read_policy
from plumbrule.snapshot import FilesWalk

TODAY = date(2026, 3, 1)

PAGE = """\
---
title: A fault
severity: {severity}
{matter}---
Why it is a fault.

## What to do instead
{remedy}

## Finds
```sql
{sql}
```

## Bad
```files
--- a.py
```

## Good
```files
--- a.py
```
"""

RuleOf = Callable[..., Rule]
Judged = Callable[..., Judgement]


@pytest.fixture
def rule_of() -> RuleOf:
    """A rule from its SQL alone, by default one that ships and is an error."""

    def make(
        sql: str,
        name: str = "some-fault",
        severity: str = "error",
        matter: str = "",
        remedy: str = "Mend it.",
        *,
        own: bool = False,
    ) -> Rule:
        page = PAGE.format(sql=sql, severity=severity, matter=matter, remedy=remedy)
        return parse_rule(page, f"rules/test/{name}.md", own=own)

    return make


@pytest.fixture
def judged() -> Judged:
    """The judgement over `now` and `before`, both {path: text}."""

    def run(
        rules: Rule | list[Rule],
        now: Mapping[str, str],
        before: Mapping[str, str] | None = None,
        *,
        policy: str | Policy = "",
        baseline: Baseline | None = None,
        renamed: Mapping[str, str] | None = None,
        earlier: Mapping[str, frozenset[Identity]] | None = None,
        today: date = TODAY,
        **more: object,
    ) -> Judgement:
        stated = read_policy(policy, "plumbrule.toml") if isinstance(policy, str) else policy
        walk = FilesWalk("shop", stated.intent())
        moments = []
        for files in (before or {}, now):
            walk.to({path: text.encode() for path, text in files.items() if not stated.excludes(path)})
            moments.append(Moment(walk.walk.graph, walk.walk.derived, tuple(files)))
        sides = Sides(moments[1], moments[0], policy=stated)
        try:
            return judge(
                sides,
                rules if isinstance(rules, list) else [rules],
                stated,
                today=today,
                baseline=baseline,
                renamed=renamed,
                earlier=earlier,
                **more,  # type: ignore[arg-type]  # handed on as it comes
            )
        finally:
            sides.close()

    return run
