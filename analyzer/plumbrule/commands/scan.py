"""`plumbrule scan`."""

from __future__ import annotations

import argparse
import sys

from plumbrule.commands import COULD_NOT_JUDGE, Adder
from plumbrule.errors import SettingsError
from plumbrule.options import (
    add_clock,
    add_memory,
    add_policy,
    add_quiet,
    add_store,
    enter_landings,
    governing_of,
    opened,
    orders_of,
    root_here,
    today,
    told,
    under,
)

PLACE = 1


def add(command: Adder) -> None:
    scan = command("scan", _scan, "read repositories and their history into the store")
    scan.add_argument(
        "repositories", metavar="REPO", nargs="*", help="default: the policy's fleet, else the repository here"
    )
    scan.add_argument("--ref", default="", help="a branch, tag or commit, kept beside the main line")
    scan.add_argument(
        "--worktree", action="store_true", help="the files as they lie there, uncommitted and untracked ones included"
    )
    scan.add_argument(
        "--history", default="", metavar="N|all", help="commits of the main line to read (default 200 at first)"
    )
    scan.add_argument("--batch", default="", metavar="ID", help="the piece of work whose commits are new in this scan")
    scan.add_argument("--agent", default="", metavar="NAME", help="who made that batch")
    scan.add_argument("--format", choices=("text", "json"), default="text")
    add_store(scan)
    add_policy(scan)
    add_clock(scan)
    add_memory(scan)
    add_quiet(scan)


def _scan(options: argparse.Namespace) -> int:
    from plumbrule.extract import compiled
    from plumbrule.extract.stages import Stages
    from plumbrule.report.progress import TerminalProgress
    from plumbrule.report.summary import as_json, as_text
    from plumbrule.scan import scan
    from plumbrule.terms import Terms

    if options.ref and options.worktree:
        raise SettingsError("--ref and --worktree name two different things to scan.\nGive one of them.")
    here = root_here(options.repositories[0] if len(options.repositories) == 1 else ".")
    governing = governing_of(options, here)
    store = opened(options, here)
    with TerminalProgress(quiet=options.quiet) as progress:
        stages = Stages(begun=options.begun)
        with under(options.memory) as limits:
            terms = Terms(
                governing.policy, governing.rules, today(options), progress, governing.baseline, limits, stages=stages
            )
            orders = orders_of(options, governing, here)
            done = scan(store, orders, terms)
            enter_landings(options, store, orders, done, governing, progress)
    left_out = {name: str(why) for name, why in done.left_out.items()}
    generation = f"{done.generation:06d}"
    if options.format == "json":
        sys.stdout.write(as_json(done.summaries, generation, left_out, {**stages.told(), "core": compiled.told()}))
    else:
        sys.stdout.write(as_text(done.summaries, generation, left_out))
    for name, why in left_out.items():
        told(f"{name}: {why}")
    return COULD_NOT_JUDGE if left_out else 0
