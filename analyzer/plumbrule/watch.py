"""Follows the main lines of a fleet and has scanned what moved; a look costs one git command a repository."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from plumbrule.errors import NotARevision, PlumbruleError
from plumbrule.git import Repository
from plumbrule.terms import Order

Heads = Mapping[str, str | PlumbruleError]  # repository name to where its main line stands, or why that cannot be told


def heads(orders: Sequence[Order], main_line: Callable[[str, Repository], str]) -> Heads:
    """The commit at which the main line of each repository stands.

    `main_line` gives the ref that is followed for a name.
    """
    found: dict[str, str | PlumbruleError] = {}
    for order in orders:
        try:
            repository = Repository.find(order.path)
            found[order.name] = repository.resolve(main_line(order.name, repository))
        except NotARevision as error:  # unborn, or moved away
            found[order.name] = error
    return found


def watch(
    orders: Sequence[Order],
    look: Callable[[], Heads],
    scan: Callable[[Sequence[Order]], Mapping[str, PlumbruleError]],
    tell: Callable[[str], None],
    *,
    every: float,
    rounds: int,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Looks every `every` seconds, `rounds` times (0 = until interrupted), and has scanned what moved since last time.

    `scan` gives the reasons of those that it had to leave out, by name.

    The first look scans every repository: what moved while nobody watched is not known. What cannot be read or scanned
    is told, once as long as the reason stays, and tried again at every look. Returns whether the last scans worked.
    """
    seen: dict[str, str] = {}
    told: dict[str, str] = {}
    failed: set[str] = set()
    looked = 0

    def scanned(moved: Sequence[Order], commits: Mapping[str, str]) -> None:
        left_out = _tried(moved, scan)
        for order in moved:
            if order.name in left_out:
                _once(told, order.name, left_out[order.name], tell)
                failed.add(order.name)
            else:
                seen[order.name] = commits[order.name]
                told.pop(order.name, None)
                failed.discard(order.name)

    while True:
        commits: dict[str, str] = {}
        for name, head in look().items():
            if isinstance(head, PlumbruleError):
                _once(told, name, str(head), tell)
            else:
                commits[name] = head
        moved = [order for order in orders if order.name in commits and seen.get(order.name) != commits[order.name]]
        if moved:
            scanned(moved, commits)
        looked += 1
        if rounds and looked >= rounds:
            return not failed
        sleep(every)


def _tried(orders: Sequence[Order], scan: Callable[[Sequence[Order]], Mapping[str, PlumbruleError]]) -> dict[str, str]:
    """Has these scanned, one by one if need be: one that is broken must not starve the others. Why some were not."""
    try:
        return {name: str(why) for name, why in scan(orders).items()}
    except (PlumbruleError, OSError) as error:
        if len(orders) == 1:
            return {orders[0].name: str(error)}
    return {name: why for order in orders for name, why in _tried([order], scan).items()}


def _once(told: dict[str, str], name: str, reason: str, tell: Callable[[str], None]) -> None:
    if told.get(name) != reason:
        told[name] = reason
        tell(f"{name}: {reason}\nThe next look tries again.")
