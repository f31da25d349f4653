"""`plumbrule watch`."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from plumbrule.commands import COULD_NOT_JUDGE, Adder
from plumbrule.errors import PlumbruleError
from plumbrule.options import (
    add_clock,
    add_memory,
    add_policy,
    add_quiet,
    add_store,
    count,
    enter_landings,
    governing_of,
    opened,
    orders_of,
    root_here,
    seconds,
    today,
    told,
    under,
)

if TYPE_CHECKING:
    from plumbrule.terms import Order

PLACE = 2


def add(command: Adder) -> None:
    watch = command("watch", _watch, "follow the refs of the fleet and scan what moved")
    watch.add_argument(
        "repositories", metavar="REPO", nargs="*", help="default: the policy's fleet, else the repository here"
    )
    watch.add_argument(
        "--every", type=seconds, default=30.0, metavar="SECONDS", help="how often refs are looked at (default 30)"
    )
    watch.add_argument(
        "--rounds", type=count, default=0, metavar="N", help="stop after looking N times (default: never)"
    )
    add_store(watch)
    add_policy(watch)
    add_clock(watch)
    add_memory(watch)
    add_quiet(watch)


def _watch(options: argparse.Namespace) -> int:
    from plumbrule.report.progress import TerminalProgress
    from plumbrule.report.summary import as_text
    from plumbrule.scan import main_line, scan
    from plumbrule.terms import Terms
    from plumbrule.watch import Heads, heads, watch

    here = root_here(".")
    governing = governing_of(options, here)
    store = opened(options, here)
    orders = orders_of(options, governing, here)

    def scanned(moved: Sequence[Order]) -> Mapping[str, PlumbruleError]:
        # Read anew each time: a policy that changed meanwhile binds the next scan, as it would without watch.
        current = governing_of(options, here)
        with TerminalProgress(quiet=options.quiet) as progress:
            terms = Terms(current.policy, current.rules, today(options), progress, current.baseline, limits)
            done = scan(store, moved, terms)
            enter_landings(options, store, moved, done, current, progress)
        sys.stdout.write(as_text(done.summaries, f"{done.generation:06d}"))
        sys.stdout.flush()
        gc.collect()  # nobody else does, and this command runs for weeks
        return done.left_out

    def look() -> Heads:
        return heads(orders, partial(main_line, store))

    with under(options.memory) as limits:
        worked = watch(orders, look, scanned, told, every=options.every, rounds=options.rounds)
    return 0 if worked else COULD_NOT_JUDGE
