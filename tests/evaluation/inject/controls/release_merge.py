"""Eight real commits, landed as one."""

from __future__ import annotations

import random

from inject import Injection, Tree

COMMITS = 8


def change(tree: Tree, chance: random.Random) -> Injection | None:
    return None
