"""What is asked of a scan: which repository, how far back, by which policy, and where it tells how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import field
from datetime import date
from pathlib import Path

from plumbrule.data import dataclass
from plumbrule.extract import Limits
from plumbrule.extract.stages import Stages
from plumbrule.judge import Rule
from plumbrule.policy import Baseline, Policy
from plumbrule.resume import Progress


@dataclass(frozen=True, slots=True)
class Order:
    """One repository to be scanned, and how."""

    path: Path
    name: str
    history: int | None = 200  # commits of the main line; None = all
    longer: bool = False  # a stored history that is shorter grows to that; else `history` is for a first scan only
    ref: str = ""
    worktree: bool = False
    batch: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """By what a scan judges, and how it tells."""

    policy: Policy
    rules: tuple[Rule, ...]
    today: date
    progress: Progress
    baseline: Baseline | None = None  # None = there is no baseline file
    limits: Limits = field(default_factory=Limits)
    clock: Callable[[], float] = time.monotonic
    stages: Stages = field(default_factory=Stages)
