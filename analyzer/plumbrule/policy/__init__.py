"""What is intended: `plumbrule.toml` as plain values. Hides TOML, its spelling mistakes and how globs are matched.

Reading never looks at a file system or a clock: the text may come from a commit, and whether a waiver has expired is
asked with a date.
"""

from collections.abc import Callable

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
    Policy,
    Repository,
    RuleSetting,
    Setting,
    Waiver,
)


def read_policy(text: str, source: str) -> Policy:
    """The policy in the text of a `plumbrule.toml`; `source` names it in errors. SettingsError says what mends it."""
    from plumbrule.policy.reading import read  # with a TOML parser: most repositories have no policy yet

    return read(text, source)


def with_diagrams(policy: Policy, read: Callable[[str], str]) -> Policy:
    """The policy with what the diagrams draw that it names; see `policy.drawn`. Most name none."""
    if not any(contract.kind == "diagram" for contract in policy.contracts):
        return policy
    from plumbrule.policy.drawn import with_diagrams as read_diagrams

    return read_diagrams(policy, read)


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
    "Policy",
    "Repository",
    "RuleSetting",
    "Setting",
    "Waiver",
    "read_baseline",
    "read_policy",
    "with_diagrams",
]
