"""Judges merges of the past as the gate would have judged them on their day, and says which it would have stopped.

    python tests/evaluation/past_merges.py REPO [--count 30] [--seed N --among 300] [--facts DIR] [--json FILE]

The newest merges of the main line; where most of its commits are no merges, because the project squashes, the commits
themselves. Only those that touch a file of a known language count. With a seed they are drawn by chance from the newest
`--among` instead. Base is the first parent, head the merge's second parent or the commit itself; no policy, no
baseline, no history: what a project meets on the first day. Facts are shared through a store, so that no blob is
parsed twice; that store holds nothing else.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from plumbrule.errors import PlumbruleError
from plumbrule.gate import gate
from plumbrule.git import Commit, Repository
from plumbrule.governing import Question, not_judged, put
from plumbrule.languages import language_of
from plumbrule.report.model import Finding, Report
from plumbrule.store import Store

_LOOKED_AT = 200  # commits of the main line that tell whether a project merges or squashes
_SHARE_OF_MERGES = 0.5


class Quiet:
    """The gate's progress, not shown: this program shows its own."""

    def stage(self, name: str, total: int) -> None:
        pass

    def done(self, count: int) -> None:
        pass

    def note(self, words: str) -> None:
        pass


def candidates(repository: Repository, wanted: int) -> tuple[str, list[Commit]]:
    """(what they are, the newest `wanted` units of work on the main line that touch a known language)."""
    line = repository.first_parents(repository.resolve("HEAD"))
    known = repository.commits(line[:_LOOKED_AT])
    merges = sum(len(commit.parents) > 1 for commit in known.values())
    are_merges = merges >= _SHARE_OF_MERGES * len(known)
    found: list[Commit] = []
    for at in range(0, len(line), _LOOKED_AT):
        some = repository.commits(line[at : at + _LOOKED_AT])
        for name in line[at : at + _LOOKED_AT]:
            commit = some[name]
            if not commit.parents or (are_merges and len(commit.parents) != 2):
                continue
            changes = repository.changes(commit.parents[0], commit.id)
            if any(language_of(change.path) is not None for change in changes):
                found.append(commit)
            if len(found) == wanted:
                return ("merges" if are_merges else "first-parent commits (the project squashes)"), found
    return ("merges" if are_merges else "first-parent commits (the project squashes)"), found


def judged(repository: Path, commit: Commit, store: Store) -> Report:
    """What the gate would have said when this was proposed."""
    head = commit.parents[1] if len(commit.parents) == 2 else commit.id
    question = Question(repository, commit.parents[0], head, commit.committed_at.date())
    try:
        with put(question) as asked:
            return gate(asked, store, Quiet()) if asked.is_change else asked.no_change()
    except PlumbruleError as error:
        return not_judged(question, error)


def fresh(report: Report) -> list[Finding]:
    return [one for one in report.findings if one.state == "new"]


def show(number: int, commit: Commit, report: Report) -> None:
    print(f"\n## {number}. {commit.id[:12]} {commit.committed_at:%Y-%m-%d} {commit.subject}\n")
    print(f"{report.verdict}, exit {report.exit_code}: {'; '.join(report.reasons)}")
    for one in fresh(report):
        print(f"- {one.severity} {one.rule}: {one.subject}\n  {one.path}:{one.line} {one.message}")
        for item in one.evidence[:6]:
            print(f"  evidence: {item}")


def table(results: list[tuple[Commit, Report]]) -> None:
    print("\n| # | merge | day | verdict | exit | new errors | new warnings | fixed | subject |")
    print("|--:|---|---|---|--:|---|---|--:|---|")
    for number, (commit, report) in enumerate(results, start=1):
        cells = []
        for severity in ("error", "warning"):
            counts = Counter(one.rule for one in fresh(report) if one.severity == severity)
            cells.append(", ".join(f"{count} {rule}" for rule, count in sorted(counts.items())))
        fixed = sum(one.state == "fixed" for one in report.findings)
        subject = commit.subject.replace("|", "\\|")[:70]
        print(
            f"| {number} | {commit.id[:12]} | {commit.committed_at:%Y-%m-%d} | {report.verdict} | {report.exit_code}"
            f" | {cells[0]} | {cells[1]} | {fixed} | {subject} |"
        )
    verdicts = Counter(report.verdict for _, report in results)
    told = Counter((one.severity, one.rule) for _, report in results for one in fresh(report))
    print(f"\n{len(results)} judged: " + ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items())))
    for (severity, rule), count in sorted(told.items()):
        merges = sum(any(one.rule == rule for one in fresh(report)) for _, report in results)
        print(f"- {severity} {rule}: {count} new in {merges} of them")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path, metavar="REPO")
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--seed", type=int, default=None, help="draw by chance instead of taking the newest")
    parser.add_argument("--among", type=int, default=300, help="the newest units that a seed draws from")
    parser.add_argument("--facts", type=Path, default=None, help="where facts are kept; default: nowhere")
    parser.add_argument("--json", type=Path, default=None, help="write the whole reports there, too")
    asked = parser.parse_args()
    try:
        with Repository.find(asked.repository) as repository:
            kind, found = candidates(repository, asked.count if asked.seed is None else asked.among)
    except PlumbruleError as error:
        sys.exit(str(error))
    how = "the newest"
    if asked.seed is not None:
        chosen = set(random.Random(asked.seed).sample(range(len(found)), min(asked.count, len(found))))
        how = f"drawn with seed {asked.seed} from the newest {len(found)}"
        found = [commit for at, commit in enumerate(found) if at in chosen]
    print(f"# {len(found)} {kind}, {how}; no policy, severities as they ship")
    results: list[tuple[Commit, Report]] = []
    with tempfile.TemporaryDirectory() as away:
        store = Store.open(asked.facts or Path(away))
        for number, commit in enumerate(found, start=1):
            print(f"{number}/{len(found)} {commit.id[:12]}", end="\r", file=sys.stderr, flush=True)
            results.append((commit, judged(asked.repository, commit, store)))
            show(number, *results[-1])
    print(file=sys.stderr)
    table(results)
    if asked.json is not None:
        whole = [{"merge": commit.id, "report": asdict(report)} for commit, report in results]
        asked.json.write_text(json.dumps(whole, indent=1, sort_keys=True), encoding="utf-8")


if __name__ == "__main__":
    main()
