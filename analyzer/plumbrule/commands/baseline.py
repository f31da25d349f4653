"""`plumbrule baseline`."""

from __future__ import annotations

import argparse
import sys

from plumbrule.commands import Adder
from plumbrule.errors import SettingsError
from plumbrule.options import add_clock, add_policy, add_quiet, add_store, governing_of, opened, root_here, today

PLACE = 7


def add(command: Adder) -> None:
    baseline = command("baseline", _baseline, "accept the findings of the newest commit, one per line")
    baseline.add_argument("--repo", default=".", metavar="DIR")
    add_store(baseline)
    add_policy(baseline)
    add_clock(baseline)
    add_quiet(baseline)


def _baseline(options: argparse.Namespace) -> int:
    from plumbrule.accept import standing
    from plumbrule.governing import fleet
    from plumbrule.policy import BASELINE_NAME, Baseline
    from plumbrule.report.progress import TerminalProgress

    root = root_here(options.repo)
    governing = governing_of(options, root)
    in_fleet = bool(governing.policy.repositories)
    entries: set[tuple[str, str, str]] = set()
    with TerminalProgress(quiet=options.quiet) as progress:
        for name, path in fleet(governing, root, [] if in_fleet else [str(root)]):
            judgement, _ = standing(path, name, governing, opened(options, root), progress, today(options))
            for why in judgement.errors:
                raise SettingsError(f"{name} could not be judged, so no baseline was written: {why}")
            entries.update((r.rule, name if in_fleet else "", r.subject) for r in judgement.rows if r.state != "waived")
    file = (governing.folder or root) / BASELINE_NAME
    file.write_text(Baseline(frozenset(entries)).text(), "utf-8")
    sys.stdout.write(f"Wrote {file}: {len(entries)} accepted findings. Review and commit it.\n")
    return 0
