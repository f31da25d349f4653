"""What is intended: `plumbrule.toml` as plain values. Hides TOML, its spelling mistakes and how globs are matched.

Reading never looks at a file system or a clock: the text may come from a commit, and whether a waiver has expired is
asked with a date.
"""

from plumbrule.policy.baseline import Baseline, read_baseline
from plumbrule.policy.model import (
    BASELINE_NAME,
    DEFAULT_NAME,
    Component,
    Contract,
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


__all__ = [
    "BASELINE_NAME",
    "DEFAULT_NAME",
    "Baseline",
    "Component",
    "Contract",
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
]
