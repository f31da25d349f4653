"""Why a finding is one, in plain words: what, the rule's reason, the evidence, the paths behind it, since when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.errors import PlumbruleError, QueryRefused
from plumbrule.git import STAGED, Repository
from plumbrule.judge import Rule
from plumbrule.policy import Policy
from plumbrule.questions import shortest_paths
from plumbrule.report.behind import both_sides, commits_on, policy_lines, texts_of, who
from plumbrule.report.escapes import visible
from plumbrule.report.history import Former, History, Shown
from plumbrule.report.model import Finding, Report
from plumbrule.store import Store
from plumbrule.store.reader import Reader

if TYPE_CHECKING:
    from plumbrule.governing import Put

WORKTREE = "worktree"
_EXPLAINED = 20  # findings of one gate
_PATHS = 3  # ways shown from one file to another


def explanation(
    store: Store, wanted: str, rules: Sequence[Rule], policy: Policy | None = None, today: date = date.max
) -> str:
    """Everything the store knows of one finding, named by its id or the beginning of it.

    One that the newest judgement does not tell is told as it stood last, with what became of it. QueryRefused if no
    finding, or more than one, begins so.
    """
    with store.reader() as reader:
        shown, past = _found(History.of(reader), wanted)
        finding = shown.finding
        src, arrow, dst = finding.subject.partition(" -> ")
        paths = _ways(reader, finding.repo, dst, src) if arrow and past is None else []
        roots = reader.select("SELECT root FROM repo WHERE repo = ?", finding.repo)
    page = next((one for one in rules if one.id == finding.rule), None)
    where = f"{finding.path}:{finding.line}" if finding.line else finding.path
    state = finding.state if past is None else past.state
    lines = [f"{finding.id}  {finding.rule} ({finding.severity}, {state})", f"{finding.repo}: {where}"]
    lines += ["", past.words(str)] if past is not None else []
    lines += ["", finding.message]
    if page is not None:
        lines += ["", "Why it matters", *(f"  {text}" for text in page.reason.strip().splitlines())]
    if policy is not None and past is None and (said := policy_lines(finding, policy, rules, today)):
        lines += ["", "What the policy says", *(f"  {line}" for line in said)]
    if finding.evidence:
        lines += ["", "Evidence", *(f"  {item}" for item in finding.evidence)]
    if paths:
        lines += ["", f"Ways back from {dst} to {src}", *(f"  {' -> '.join(way)}" for way in paths)]
    lines += ["", "Since", f"  {_since(shown)}"]
    if finding.commit and roots:
        lines += _change(Path(str(roots[0][0])), finding)
    lines += ["", "What to do instead", *(f"  {text}" for text in finding.remedy.strip().splitlines())]
    return "\n".join(visible(text) for text in lines) + "\n"


def explained(report: Report, put: Put, today: date) -> str:
    """What stands behind each new finding of a gate: for the text of the report to be followed by."""
    after = "" if put.question.head == WORKTREE else put.head
    texts = texts_of(put.repository, report.merge_base, after)
    renamed = put.repository.renames(report.merge_base, put.head) if report.merge_base and _is_committed(put) else {}
    lines: list[str] = []
    new = [one for one in report.findings if one.state == "new"]
    for finding in new[:_EXPLAINED]:
        lines += _judged(finding, put, today)
        if finding.path:
            was = renamed.get(finding.path, finding.path)
            sides = both_sides(finding.path, finding.line, texts(finding.path, was))
            lines += ["  Both sides of the change", *(f"    {line}" for line in sides)]
            lines += _who_and_when(finding.path, report.merge_base, put)
        lines += ["  What to do instead", *(f"    {text}" for text in finding.remedy.strip().splitlines())]
    if len(new) > _EXPLAINED:
        lines += ["", f"{len(new) - _EXPLAINED} more new findings are not explained here."]
    return "".join(f"{visible(line)}\n" for line in lines)


def _is_committed(put: Put) -> bool:
    return put.question.head not in (WORKTREE, STAGED)


def _judged(finding: Finding, put: Put, today: date) -> list[str]:
    """What was found, and what the rule and the policy say of it."""
    governing = put.used
    page = next((one for one in governing.rules if one.id == finding.rule), None)
    where = f"{finding.path}:{finding.line}" if finding.line else finding.path
    lines = ["", f"{finding.id}  {finding.rule} ({finding.severity})", f"  {finding.message}", f"  {where}"]
    if page is not None:
        lines += ["  Why it matters", *(f"    {text}" for text in page.reason.strip().splitlines())]
    if said := policy_lines(finding, governing.policy, governing.rules, today):
        lines += ["  What the policy says", *(f"    {line}" for line in said)]
    if finding.evidence:
        lines += ["  Evidence", *(f"    {item}" for item in finding.evidence)]
    return lines


def _who_and_when(path: str, merge_base: str, put: Put) -> list[str]:
    """The commits of the change that touched a file, and whether some of it is in none yet."""
    until = put.head if put.question.head != STAGED else put.repository.resolve("HEAD")
    by = [] if _is_committed(put) else ["not committed yet"]
    by += commits_on(put.repository, path, merge_base, until)
    return ["  Who and when", *(f"    {line}" for line in by)] if by else []


def _change(root: Path, finding: Finding) -> list[str]:
    """Who brought it, and how its file differs from the commit before."""
    try:
        with Repository.find(root) as repository:
            commit = repository.commits([finding.commit])[finding.commit]
            before = commit.parents[0] if commit.parents else ""
            lines = [f"  {who(commit)}"]
            if finding.path and before:
                texts = texts_of(repository, before, commit.id)(finding.path, finding.path)
                sides = both_sides(finding.path, finding.line, texts)
                lines += ["", "Both sides of that commit", *(f"  {line}" for line in sides)]
            return lines
    except (PlumbruleError, KeyError):
        return [f"  The commit itself is not at hand: there is no clone with it at {root}."]


def _found(history: History, wanted: str) -> tuple[Shown, Former | None]:
    """The one finding whose id begins so, and what became of it if the newest judgement does not tell it."""
    former: dict[str, Former] = {}
    found: Sequence[Shown] = history.findings(beginning=wanted)
    if not found:
        former = {one.shown.finding.id: one for one in history.former(wanted)}
        found = [one.shown for one in former.values()]
    if len(found) != 1:
        listed = "".join(f"\n  {s.finding.id}  {s.finding.rule}: {visible(s.finding.subject)}" for s in found[:20])
        what = "no finding begins" if not found else f"{len(found)} findings begin"
        raise QueryRefused(f"{what} with {wanted!r}.{listed}\nThe view `finding` and every report show the ids.")
    return found[0], former.get(found[0].finding.id)


def _since(shown: Shown) -> str:
    finding, at = shown.finding, shown.first_at
    if not finding.commit:
        return "before the first commit that was scanned"
    who = f", by at least {finding.agent}" if finding.agent else ""
    when = f", {at:%Y-%m-%d %H:%M} UTC" if at is not None else ""
    return f"commit {finding.commit} of batch {finding.batch}{when}{who}"


def _ways(reader: Reader, repo: str, src: str, dst: str) -> Sequence[Sequence[str]]:
    edges = reader.select(
        "SELECT DISTINCT src, dst FROM dependency WHERE repo = ? AND kind = 'import' AND NOT type_only ORDER BY ALL",
        repo,
    )
    return shortest_paths([(a, b) for a, b in edges], src, dst, _PATHS)
