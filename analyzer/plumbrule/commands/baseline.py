"""`plumbrule baseline`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.commands import Adder
from plumbrule.errors import NotARevision, SettingsError
from plumbrule.options import add_clock, add_policy, add_quiet, add_store, governing_of, opened, root_here, today

if TYPE_CHECKING:
    from plumbrule.governing import Governing
    from plumbrule.policy import Baseline
    from plumbrule.report.progress import TerminalProgress

PLACE = 7

_Entry = tuple[str, str, str]


def add(command: Adder) -> None:
    baseline = command(
        "baseline",
        _baseline,
        "accept the findings of the newest commit once; afterwards take out those that are gone",
        detail="Writes the first baseline, one finding a line. Where there is one it only shrinks: lines of what is"
        " gone go, and what was renamed or moved is followed. It grows by --accept-new alone, which is a person's"
        " decision: the gate tells of it, and asks for an owner's approval.",
    )
    baseline.add_argument("--repo", default=".", metavar="DIR")
    baseline.add_argument("--accept-new", action="store_true", help="accept what is found now and was not accepted yet")
    add_store(baseline)
    add_policy(baseline)
    add_clock(baseline)
    add_quiet(baseline)


def _baseline(options: argparse.Namespace) -> int:
    from plumbrule.policy import BASELINE_NAME, Baseline
    from plumbrule.report.progress import TerminalProgress

    root = root_here(options.repo)
    governing = governing_of(options, root)
    file = (governing.folder or root) / BASELINE_NAME
    was = governing.baseline
    with TerminalProgress(quiet=options.quiet) as progress:
        standing = _standing(options, root, governing, progress)
        former = _former(options, root, governing, progress, standing, was) if was is not None else {}
    if was is None:
        entries = frozenset(standing)
        said = f"Wrote {file}: {len(entries)} accepted findings."
    else:
        kept = was.shrunk(standing, former).entries
        new = {entry for entry in standing if entry not in kept and (entry[0], "", entry[2]) not in kept}
        entries = kept | new if options.accept_new else kept
        gone, renamed = len(was.entries) - len(kept), len(kept - was.entries)
        said = f"Wrote {file}: {len(entries)} accepted findings; {gone} taken out, since they are gone"
        said += f", {renamed} under the name that they have now" if renamed else ""
        if new and options.accept_new:
            said += f"; {len(new)} more accepted"
        elif new:
            said += f".\n{len(new)} findings are not accepted: mend them, or accept them with --accept-new"
        said += "."
    file.write_text(Baseline(entries).text(), "utf-8")
    sys.stdout.write(f"{said} Review and commit it.\n")
    return 0


def _standing(
    options: argparse.Namespace, root: Path, governing: Governing, progress: TerminalProgress
) -> dict[_Entry, tuple[str, ...]]:
    """What is found and may be accepted, with the names that its rule has or had. What the baseline is told of itself
    is none of it."""
    from plumbrule.accept import standing
    from plumbrule.governing import fleet

    in_fleet = bool(governing.policy.repositories)
    plain = replace(governing, baseline=None)
    rules = {rule.id: rule for rule in governing.rules}
    found = {}
    for name, path in fleet(governing, root, [] if in_fleet else [str(root)]):
        judgement, _ = standing(path, name, plain, opened(options, root), progress, today(options))
        for why in judgement.errors:
            raise SettingsError(f"{name} could not be judged, so no baseline was written: {why}")
        for row in judgement.rows:
            if row.state != "waived" and governing.policy.waivable(row.rule, rules[row.rule].waivable):
                found[row.rule, name if in_fleet else "", row.subject] = rules[row.rule].names
    return found


def _former(
    options: argparse.Namespace,
    root: Path,
    governing: Governing,
    progress: TerminalProgress,
    standing: Mapping[_Entry, tuple[str, ...]],
    was: Baseline,
) -> Mapping[_Entry, list[_Entry]]:
    """The other names by which what is found may stand in the baseline: those that its rule had, and what it was called
    when the baseline was committed last. That is only asked where lines are left over."""
    from plumbrule.accept import formerly
    from plumbrule.governing import fleet

    former = {entry: [(name, *entry[1:]) for name in names if name != entry[0]] for entry, names in standing.items()}
    known = was.shrunk(standing, former).entries
    if len(known) == len(was.entries):
        return former
    in_fleet = bool(governing.policy.repositories)
    for name, path in fleet(governing, root, [] if in_fleet else [str(root)]):
        since = _written(path, governing.folder or root)
        if not since:
            continue
        called = formerly(path, name, governing, opened(options, root), progress, since)
        for entry, names in standing.items():
            if entry[1] in ("", name) and (earlier := called(entry[2])) != entry[2]:
                former[entry] += [(rule, entry[1], earlier) for rule in names]
    return former


def _written(repository: Path, folder: Path) -> str:
    """The commit that changed the baseline last; "" where it lies elsewhere, or was never committed."""
    from plumbrule.git import Repository
    from plumbrule.governing import path_inside
    from plumbrule.policy import BASELINE_NAME

    with Repository.find(repository) as found:
        inside = path_inside(found.root, str(folder / BASELINE_NAME))
        if inside is None:
            return ""
        try:
            return next((made.id for made, _, _ in found.versions(found.resolve("HEAD"), inside)), "")
        except NotARevision:
            return ""
