"""Follows the main lines of a fleet and has scanned what moved; a look costs one git command a repository."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from plumbrule.errors import NotARevision
from plumbrule.git import Repository
from plumbrule.scan import Order


def heads(orders: Sequence[Order], main_lines: Callable[[str], str]) -> dict[str, str]:
    """Repository name to the commit its main line stands at; "" where it cannot be told now (unborn, moved away).

    `main_lines` gives the ref that the store follows for a name, "" if it does not know the repository yet.
    """
    found = {}
    for order in orders:
        try:
            repository = Repository.find(order.path)
            found[order.name] = repository.resolve(main_lines(order.name) or repository.main_line())
        except NotARevision:
            found[order.name] = ""
    return found


def watch(
    orders: Sequence[Order],
    look: Callable[[], dict[str, str]],
    scan: Callable[[Sequence[Order]], None],
    *,
    every: float,
    rounds: int,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Looks every `every` seconds, `rounds` times (0 = until interrupted), and has scanned what moved since last time.

    The first look scans every repository: what moved while nobody watched is not known.
    """
    seen: dict[str, str] = {}
    looked = 0
    while True:
        current = look()
        moved = [order for order in orders if current[order.name] and seen.get(order.name) != current[order.name]]
        if moved:
            scan(moved)
        seen.update({order.name: current[order.name] for order in moved})
        looked += 1
        if rounds and looked >= rounds:
            return
        sleep(every)
