"""What judging a change came to, and how it is told: reasons, notes, findings; hides the wording.

Plain functions of one judgement; what is judged, and against what, is the gate's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from plumbrule.data import dataclass
from plumbrule.effects import Effects
from plumbrule.extract import CHANCE, ENDED_EARLY, LOST
from plumbrule.git import STAGED
from plumbrule.governing import Governing, Question, no_counts
from plumbrule.graph import FileRow
from plumbrule.judge import JudgedRow, Judgement
from plumbrule.judge.unread import Part
from plumbrule.languages import language_of
from plumbrule.policy import Policy
from plumbrule.policy.loosening import Loosening
from plumbrule.report.escapes import visible
from plumbrule.report.model import Finding, LanguageCoverage, RuleText
from plumbrule.report.wording import too_little
from plumbrule.tables import Row
from plumbrule.walk import Changes, Step, Walk
from plumbrule.walk import Coverage as Covered

STALE = "stale-baseline"  # the rule whose findings fail under --strict
RANK = {"error": 0, "warning": 1, "info": 2}
_SHOWN = 5  # imports that are named as not found
_UNRESOLVED = (
    "Commit the files that are missing. For those that are made where the code runs and never committed, lower"
    " `[limits] resolved` or raise `worse_by` in the policy, in a change of its own."
)

_OF_OTHERS = (
    " of another project's by folder, name or .gitattributes, so that what only concerns code written here is not asked"
    " there"
)


@dataclass(frozen=True, slots=True)
class Judged:
    """The judgement against one merge base."""

    judgement: Judgement
    walk: Walk  # stands on the head
    before: Covered
    changes: Changes
    aside: tuple[int, int] = (0, 0)  # skipped files, before and now, whose content is told elsewhere: no lost coverage
    strays: tuple[str, ...] = ()  # files that moved to where no component of the policy claims them
    read_in_part: tuple[Part, ...] = ()  # see report.Coverage
    unread: tuple[str, ...] = ()  # why the change cannot be judged for what it left unread
    claims: tuple[Loosening, ...] = ()  # files that would be exempt, as generated or vendored, by this very change
    made: tuple[str, ...] = ()  # new files that say they are generated
    brought: tuple[str, ...] = ()  # new files that are vendored
    excluded: tuple[str, ...] = ()  # new files of code that the policy excludes
    languages: tuple[LanguageCoverage, ...] = ()  # see report.Coverage
    unresolved: tuple[str, ...] = ()  # imports that are not found, and were found or not there at the base
    apart: tuple[
        str, ...
    ] = ()  # files that cannot be merged with the base's tip, where it was asked what comes of that


def rows_of(judged: Sequence[Judged]) -> list[JudgedRow]:
    """What was found; after criss-cross merges there are several merge bases, and what one of them shows, this change
    did not bring."""
    rows = list(judged[0].judgement.rows)
    for other in judged[1:]:
        fresh = {row.id for row in other.judgement.rows if row.state == "new"}
        rows = [replace(r, state="known") if r.state == "new" and r.id not in fresh else r for r in rows]
    return rows


def failing_of(rows: Sequence[JudgedRow], question: Question) -> list[JudgedRow]:
    """Those for which the verdict is failed, as the question was put."""
    limit = RANK[question.fail_on]
    return [
        row
        for row in rows
        if RANK[row.severity] <= limit
        and (row.state == "new" or (question.strict and row.state == "known" and row.unaccepted))
    ]


def decided(
    failing: Sequence[JudgedRow], stale: Sequence[JudgedRow], doubts: Sequence[str], fail_on: str
) -> tuple[str, list[str]]:
    """The verdict and its reasons: what is proven fails, whatever else could not be judged (DESIGN, law 1)."""
    if failing or stale:
        return "failed", [
            *why_failed(failing, stale, fail_on), *(f"could not be judged: {doubt}" for doubt in doubts)
        ]  # fmt: skip
    if doubts:
        return "not-judged", [*doubts]
    return "passed", [f"nothing new at or over {fail_on}"]


def asides(
    judged: Sequence[Judged],
    question: Question,
    used: Governing,
    repo: str,
    edited: Effects,
    mended: Sequence[JudgedRow],
) -> Iterator[str]:
    """What a reader should know beside the verdict and the findings, in the order of the report."""
    if len(judged) > 1 and question.head == STAGED and not question.base:
        yield "a merge is under way: only what neither of its sides shows is new"
    elif len(judged) > 1:
        yield f"the branches crossed: only what none of their {len(judged)} merge bases shows is new"
    if used.baseline is not None:
        yield from used.baseline.unknown_rules((name for rule in used.rules for name in rule.names), repo)
    yield from notes(judged[0])
    yield from edited.notes
    if apart := judged[0].apart:
        more = f" and {len(apart) - 1} more" if len(apart) > 1 else ""
        why = "what comes of merging them is not judged"
        yield f"{visible(apart[0])}{more} conflict{'' if len(apart) > 1 else 's'} with the tip of the base: {why}"
    if mended:
        many = f"{len(mended)} findings" if len(mended) > 1 else "1 finding"
        yield f"{many} about the policy itself the change mends in it, such as {visible(mended[0].message)}"
    if edited.ahead:
        yield f"the change tightens the policy: that would find {len(edited.ahead)} more, and binds once it landed"


def stale_lines(rows: Sequence[JudgedRow]) -> list[JudgedRow]:
    return [row for row in rows if row.rule == STALE and row.state in ("new", "known")]


def why_failed(failing: Sequence[JudgedRow], stale: Sequence[JudgedRow], fail_on: str) -> Iterator[str]:
    """The reasons of a red verdict. Those of `stale` count under --strict, as findings that no baseline accepts do."""
    new = sum(1 for row in failing if row.state == "new")
    known = len(failing) - new
    if new:
        yield f"{new} new finding{'s' if new != 1 else ''} at or over {fail_on}"
    if known:
        missing = f"known finding{'s' if known != 1 else ''} at or over {fail_on}"
        yield f"{known} {missing} missing from the baseline, under --strict"
    if stale:
        lines = f"{len(stale)} line{'s' if len(stale) > 1 else ''} of the baseline"
        what = f"{lines} accept{'' if len(stale) > 1 else 's'} what is gone, under --strict"
        yield f"{what}\n`plumbrule baseline` takes them out; commit that with the change."


def stray_files(policy: Policy, renamed: Mapping[str, str]) -> Mapping[str, str]:
    """Files that moved out of every component, with the one they came from and count as part of."""
    found = {}
    for new, old in sorted(renamed.items()):
        was = policy.component(old) if language_of(new) is not None else ""
        if was and not policy.component(new) and not policy.excludes(new):
            found[new] = was
    return found


def with_imports(fell: str, unresolved: Sequence[str]) -> str:
    """The reason, with the imports that are not found, and what mends it."""
    if not unresolved:
        return fell
    more = len(unresolved) - _SHOWN
    named = "; ".join(map(visible, unresolved[:_SHOWN])) + (f"; and {more} more" if more > 0 else "")
    return f"{fell}. Not found, and not asked for at the base: {named}\n{_UNRESOLVED}"


def notes(judged: Judged) -> Iterator[str]:
    """What a reader should know of the change, and of what was read of it, beside the findings."""
    for one in judged.languages:
        if one.is_low:
            yield too_little(one)
    yield from _counted(
        judged.strays,
        "file moved to where no component of the policy is declared and counts as part of the one it came from",
        "files moved to where no component of the policy is declared and count as part of the one they came from",
    )
    yield from _counted(
        judged.made,
        "new file says that it is generated, so that what only concerns code written by hand is not asked there",
        "new files say that they are generated, so that what only concerns code written by hand is not asked there",
    )
    yield from _counted(
        judged.brought,
        "new file is a copy" + _OF_OTHERS,
        "new files are copies" + _OF_OTHERS,
    )
    yield from _counted(
        judged.excluded,
        "new file of code where the policy excludes it, so that nothing there is judged",
        "new files of code where the policy excludes them, so that nothing there is judged",
    )


def _counted(files: Sequence[str], one: str, many: str) -> Iterator[str]:
    if files:
        yield f"{len(files)} {one if len(files) == 1 else many}, such as {visible(files[0])}"


def new_files(step: Step, renamed: Mapping[str, str], wanted: Callable[[FileRow], bool]) -> tuple[str, ...]:
    """New files of a kind."""
    return tuple(
        path
        for path, rows in sorted(step.delta.items())
        if rows is not None and wanted(rows.file) and renamed.get(path, path) not in step.before
    )


def nothing_judged(judged: Judged, binding: Governing) -> Iterator[str]:
    """That there was nothing to judge, or nothing to judge by."""
    if judged.walk.coverage().files == 0:
        where = "is left" if judged.before.files else "on either side"
        yield f"no file of a known language {where}: there was nothing to judge"
    if judged.judgement.evaluated == 0 and not judged.judgement.errors:
        yield (
            "no rule gave an answer, so nothing was judged by anything.\n"
            f"Switch on a rule in {binding.path or 'the policy'}; `plumbrule rules list` names them all."
        )


def lost_files(walk: Walk) -> list[str]:
    """The files whose bytes this clone lacks."""
    return sorted(path for path, reason in walk.skipped.items() if reason.startswith(LOST))


def unlucky_files(walk: Walk, most: float) -> list[str]:
    """The files that were not read for a reason that is none of theirs: unchanged ones too may be part of a breach.

    One file may be such that it ends every parser, and is told as skipped; more than this share of all are not.
    """
    early = [path for path, reason in walk.skipped.items() if reason == ENDED_EARLY]
    if len(early) <= most * walk.coverage().files:
        early = []
    return sorted([*early, *(path for path, reason in walk.skipped.items() if reason.startswith(CHANCE))])


def share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def counts_of(rows: Sequence[JudgedRow], counted: int) -> dict[str, int]:
    counts = no_counts()
    counts["known"] = counted
    for row in rows:
        counts[row.state] += 1
        if row.state == "new":
            counts[row.severity] += 1
    return counts


def rule_texts(used: Governing, rows: Sequence[JudgedRow]) -> tuple[RuleText, ...]:
    """What the report says of the rules that found something."""
    severities: dict[str, str] = {}  # of each rule the highest that a finding has
    for row in rows:
        severities[row.rule] = min(severities.get(row.rule, row.severity), row.severity, key=RANK.__getitem__)
    return tuple(
        RuleText(rule.id, rule.title, severities[rule.id], rule.reason, rule.remedy)
        for rule in used.rules
        if rule.id in severities
    )


def finding_of(row: JudgedRow, head: str, *, fails: bool, touched: bool) -> Finding:
    return Finding(
        id=row.id,
        rule=row.rule,
        severity=row.severity,
        state=row.state,
        repo=row.repo,
        subject=row.subject,
        path=row.path,
        line=row.line,
        message=row.message,
        remedy=row.remedy,
        evidence=row.evidence,
        commit=head if row.state == "new" else "",
        unaccepted=row.unaccepted,
        group=row.group,
        fails=fails,
        touched=touched,
        step=row.step if row.state == "new" else 0,
        reason=row.reason,
        alternatives=row.alternatives,
        owner=row.owner,
    )


def baseline_growth(binding: Governing, proposed: Governing | None, loose: Sequence[Loosening]) -> str:
    """That the change accepts more than the base does, in a line of its own; "" if it does not."""
    if binding.baseline is None:
        first = proposed.baseline if proposed is not None else None
        many = len(first.entries) if first is not None else 0
        lines = f"{many:,} finding{'s' if many != 1 else ''}"
        return f"the change brings the first baseline, which accepts {lines} once it has landed" if many else ""
    more = [one.subject for one in loose if one.kind == "baseline"]
    lines = f"{len(more):,} line{'s' if len(more) != 1 else ''}"
    return f"the baseline grows by {lines}, such as {visible(more[0])}" if more else ""


def told_once(rows: Mapping[str, Collection[Row]], met: Collection[Row]) -> Mapping[str, Collection[Row]]:
    """The measures' rows with what is missed where the change meets the base's tip, and without names that the change
    itself took from who asks for them: that they are missing is a broken contract, and told as that."""
    if "missing_name" not in rows or not (rows["missing_name"] or met):
        return rows
    lost = {(src, line) for *_, src, line, _ in rows.get("lost_import", ())}
    missing = rows["missing_name"]
    kept = [row for row in missing if (row[1], row[2]) not in lost] if lost else missing
    return {**rows, "missing_name": sorted({*kept, *met})} if met or len(kept) < len(missing) else rows
