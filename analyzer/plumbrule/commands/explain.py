"""`plumbrule explain`."""

from __future__ import annotations

import argparse
import sys

from plumbrule.commands import Adder
from plumbrule.options import add_clock, add_policy, add_store, governing_of, opened, root_here, today

PLACE = 8


def add(command: Adder) -> None:
    explain = command("explain", _explain, "say why a finding is one: evidence, paths, first commit")
    explain.add_argument(
        "finding", metavar="FINDING", help="its id, or the beginning of it, as a report or the view shows it"
    )
    add_store(explain)
    add_policy(explain)
    add_clock(explain)


def _explain(options: argparse.Namespace) -> int:
    from plumbrule.report.explain import explanation

    here = root_here(".")
    governing = governing_of(options, here)
    store = opened(options, here)
    sys.stdout.write(explanation(store, options.finding, governing.rules, governing.policy, today(options)))
    return 0
