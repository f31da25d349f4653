"""The commit before, taken back."""

from __future__ import annotations

import random

from inject import Injection, Tree

COMMITS = -1


def change(tree: Tree, chance: random.Random) -> Injection | None:
    return None
