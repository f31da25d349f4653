"""What is intended: `plumbrule.toml` as plain values. Hides TOML, its spelling mistakes and how globs are matched.

Reading never looks at a file system or a clock: the text may come from a commit, and whether a waiver has expired is
asked with a date.
"""

from plumbrule.policy.baseline import Baseline, read_baseline
from plumbrule.policy.model import (
    BASELINE_NAME,
    DEFAULT_NAME,
    Component,
    Forbidden,
    Layers,
    Limits,
    Policy,
    Repository,
    RuleSetting,
    Setting,
    Waiver,
)
from plumbrule.policy.reading import read_policy

__all__ = [
    "BASELINE_NAME",
    "DEFAULT_NAME",
    "Baseline",
    "Component",
    "Forbidden",
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
