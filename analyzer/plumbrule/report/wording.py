"""Sentences that several formats say about one report, so that they can never say it differently. Not escaped yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from plumbrule.report.model import LEAST_RESOLVED, Coverage, Finding, LanguageCoverage, PolicyEdit, PolicyUsed, Report

_CHANNELS = {
    "explicit": "as whoever ran it said",
    "identity": "by its own name on a commit",
    "trailer": "by its signature in a commit message",
    "branch": "by the name of its branch",
    "configuration": "by the repository's configuration",
}
AHEAD = "found by the policy of the change, which binds nobody until it has landed"


_EDITS = 5  # that are named beside the loosenings


def other_edits(policy: PolicyUsed) -> tuple[str, ...]:
    """What the change does to its policy that loosens nothing, an edit a line; the rest is counted."""
    rest = [edit for edit in policy.edits if edit.effect != "loosening"]
    told = [f"this change edits the policy, {edit.effect}: {edit.words}{_moved(edit)}" for edit in rest[:_EDITS]]
    if len(rest) > _EDITS:
        told.append(f"this change edits the policy in {len(rest) - _EDITS} more places, none of them loosening")
    return tuple(told)


def _moved(edit: PolicyEdit) -> str:
    many = [(edit.lost_count, "fewer"), (edit.gained_count, "more")]
    said = ", ".join(f"{count} {word}" for count, word in many if count)
    return f" ({said} found)" if said else ""


def sentence(words: str) -> str:
    """With a capital."""
    return words[:1].upper() + words[1:]


def headline(report: Report) -> str:
    """The verdict and the size of it: "failed: 2 new errors, 1 new warning"."""
    verdict = report.verdict.replace("-", " ")
    if report.policy.preview:
        verdict = f"preview, binds nobody: {verdict}"
    parts = []
    for severity, noun in (("error", "new error"), ("warning", "new warning"), ("info", "new remark")):
        number = sum(finding.state == "new" and finding.severity == severity for finding in report.findings)
        parts += [counted(number, noun)] if number else []
    for severity, noun in (("error", "known error"), ("warning", "known warning"), ("info", "known remark")):
        number = sum(finding.unaccepted and finding.severity == severity for finding in report.findings)
        parts += [f"{counted(number, noun)} never accepted"] if number else []
    if not parts and report.verdict != "not-judged":  # "nothing new" is a judgement
        parts = ["nothing new"]
    return f"{verdict}: {', '.join(parts)}" if parts else verdict


def known_by(channel: str) -> str:
    """How we know of an agent, as it stands behind its name: "by its signature in a commit message"."""
    return _CHANNELS.get(channel, channel)


def counted(number: int, noun: str) -> str:
    """ "1 file", "2 files", "4,338 files"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def short_commit(commit: str) -> str:
    """Twelve digits of an id; words such as "worktree" whole."""
    return commit[:12] if len(commit) in (40, 64) else commit


def compared(report: Report) -> str:
    """What was judged against what."""
    if not report.base:
        return f"{short_commit(report.head)}, compared with nothing"
    apart = report.merge_base not in ("", report.base)
    since = f"{short_commit(report.merge_base)}, where it left {short_commit(report.base)}" if apart else ""
    return f"{short_commit(report.head)} since {since or short_commit(report.base)}"


def policy_used(policy: PolicyUsed) -> str:
    if not policy.known:
        return "not known, since nothing could be judged"
    if not policy.path:
        return "none, the built-in defaults"
    return f"{policy.path} at {short_commit(policy.commit)}" if policy.commit else f"{policy.path}, as it lies here"


def why_and_mend(reason: str) -> tuple[str, str]:
    """A reason, and what mends it or "": the last line of an error says what to do (`plumbrule.errors`)."""
    why, _, mend = reason.rpartition("\n")
    return (why, mend) if why else (mend, "")


def superseded(generation: int, why: str) -> tuple[str, str]:
    """That an older generation of the store is shown since a newer one cannot be read, and what mends it."""
    older = f"This is generation {generation}, an older state: a newer generation could not be read ({why})."
    return older, "Run `plumbrule scan` again: it goes on from this one and publishes a newer one."


def looked_at(coverage: Coverage) -> str:
    """How much of the code the verdict rests on, in one line."""
    parts = [f"{counted(coverage.files, 'file')}, {coverage.parsed:,} parsed, {coverage.skipped:,} skipped"]
    if coverage.read_in_part:
        parts.append(f"{counted(len(coverage.read_in_part), 'changed file')} read in part")
    if coverage.other:
        parts.append(f"{coverage.other:,} of no known language")
    # Rounded down: 100% is said of nothing that lacks one.
    share = f" ({coverage.resolved * 100 // coverage.imports}%)" if coverage.imports else ""
    parts.append(f"{coverage.resolved:,} of {counted(coverage.imports, 'import')} resolved{share}")
    parts.append(f"{counted(coverage.rules, 'rule')} evaluated")
    return "; ".join(parts)


def too_little(one: LanguageCoverage) -> str:
    """That imports of a language are not found, loudly."""
    share = f"{1000 * one.resolved // one.imports / 10:.1f} %"
    return (
        f"LOW COVERAGE: only {share} of the {one.language} imports that look like its own were found"
        f" ({one.resolved:,} of {one.imports:,}). Below {100 * LEAST_RESOLVED:.0f} % too many edges are missing: what"
        " no rule finds may be there all the same"
    )


def missed(one: LanguageCoverage) -> Iterator[str]:
    """What is not found of a language of which too little is, and what mends it."""
    for why, count, first in one.missed:
        yield f"{one.language}, not found {counted(count, 'time')}: {why}, such as {first}"
    yield (
        f"{one.language}, what to do: commit the files that are missing, let its manifest say where its code lies"
        " (source folders, path aliases, module names), or exclude in the policy who asks for what is made only where"
        " it runs"
    )


def gaps(coverage: Coverage) -> Iterator[str]:
    """What the verdict does not rest on, one sentence each."""
    for one in coverage.languages:
        if one.is_low:
            yield from missed(one)
    if coverage.history:
        yield f"history is partial: {coverage.history}"
    for path, line in coverage.read_in_part:
        yield f"read in part: {path} is not understood at line {line}, and what stands there may be missed"
    yield from _unmeasured(coverage.not_measured)
    for selector in sorted(coverage.selectors_unmatched):
        yield f"matched no file: {selector}"


def _unmeasured(told: Iterable[str]) -> Iterator[str]:
    """Rules without an answer; those that lack it for one reason together."""
    alone: list[str] = []
    rules: dict[str, list[str]] = {}  # by the reason
    for what in sorted(told):
        rule, _, rest = what.partition(": ")
        table, colon, reason = rest.partition(": ")
        rules.setdefault(reason if colon and table.isidentifier() else rest, []).append(rule)
        alone.append(what)
    together = {reason for reason, names in rules.items() if len(names) > 1 and reason}
    yield from (f"not measured: {what}" for what in alone if not any(what.endswith(f": {why}") for why in together))
    yield from (f"not measured: {', '.join(rules[reason])}: {reason}" for reason in sorted(together))


def place(finding: Finding) -> str:
    """ "path:line", or the subject where there is no file."""
    if not finding.path:
        return finding.subject
    return f"{finding.path}:{finding.line}" if finding.line else finding.path


def about(finding: Finding) -> Iterator[str]:
    """Why it is asked for, what else may be done and who answers, where the finding's own words do not say it."""
    said = f"{finding.message}\n{finding.remedy}"
    for heading, text in (
        ("why", finding.reason),
        ("what else may be done", finding.alternatives),
        ("who answers for it", finding.owner),
        ("controls", ", ".join(finding.controls)),
    ):
        if text and text not in said:
            yield f"{heading}: {' '.join(text.split())}"


def origin(finding: Finding) -> str:
    """Who brought it, as far as known: "since 8c1f0aa2b3c4, batch 12, agent at least codex"; empty if unknown."""
    parts = [
        f"since {short_commit(finding.commit)}" if finding.commit else "",
        f"batch {finding.batch}" if finding.batch else "",
        f"agent {finding.agent}" if finding.agent else "",
    ]
    return ", ".join(part for part in parts if part)


def by_rule(findings: Iterable[Finding]) -> Iterator[tuple[str, list[list[Finding]]]]:
    """(rule, its groups) of findings that are in order; findings of no group share one."""
    for rule, of_rule in groupby(findings, lambda finding: finding.rule):
        yield rule, [list(group) for _, group in groupby(of_rule, lambda finding: finding.group)]
