"""What is intended: `plumbrule.toml` as plain values. Hides TOML, its spelling mistakes and how globs are matched.

Reading never looks at a file system or a clock: the text may come from a commit, and whether a waiver has expired is
asked with a date.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from plumbrule.policy.baseline import Baseline, read_baseline
from plumbrule.policy.model import (
    BASELINE_NAME,
    DEFAULT_NAME,
    Component,
    Contract,
    Drawn,
    Forbidden,
    Governance,
    Layers,
    Limits,
    Override,
    Policy,
    Repository,
    RuleSetting,
    Setting,
    Waiver,
)

if TYPE_CHECKING:
    from plumbrule.policy.extending import Beside


def read_policy(text: str, source: str, path: str = "", beside: Beside | None = None) -> Policy:
    """The policy in the text of a `plumbrule.toml`; `source` names it in errors. SettingsError says what mends it.

    One that `extends` others lies at `path` and finds them `beside` it.
    """
    from plumbrule.policy.reading import read  # with a TOML parser: most repositories have no policy yet

    return read(text, source, path, beside)


def with_diagrams(policy: Policy, read: Callable[[str], str]) -> Policy:
    """The policy with what the diagrams draw that it names; see `policy.drawn`. Most name none."""
    if not any(contract.kind == "diagram" for contract in policy.contracts):
        return policy
    from plumbrule.policy.drawn import with_diagrams as read_diagrams

    return read_diagrams(policy, read)


def with_queries(policy: Policy, read: Callable[[str], str]) -> Policy:
    """The policy with the queries that its patterns leave to files; see `policy.queried`. Most state none."""
    if not any(contract.kind == "pattern" for contract in policy.contracts):
        return policy
    from plumbrule.policy.queried import with_queries as read_queries

    return read_queries(policy, read)


__all__ = [
    "BASELINE_NAME",
    "DEFAULT_NAME",
    "Baseline",
    "Component",
    "Contract",
    "Drawn",
    "Forbidden",
    "Governance",
    "Layers",
    "Limits",
    "Override",
    "Policy",
    "Repository",
    "RuleSetting",
    "Setting",
    "Waiver",
    "read_baseline",
    "read_policy",
    "with_diagrams",
    "with_queries",
]
