"""What a scan says to the person who ran it, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from plumbrule.data import dataclass
from plumbrule.report.escapes import json_text, log_line, visible
from plumbrule.report.model import LanguageCoverage
from plumbrule.report.wording import known_by, missed, too_little

_SHOWN = 12  # lines of any list before "and n more"


@dataclass(frozen=True, slots=True)
class BatchMoved:
    """One batch of the commits that are new in this scan, and what it moved."""

    batch: str
    agent: str  # "" = no agent was recognised, which does not mean that none took part
    channel: str
    confidence: float  # 0 to 1
    commits: int
    session: bool  # several commits that nothing but the time between them makes one piece of work
    moved: tuple[tuple[str, int, int], ...]  # (count, before, after), only those that differ
    findings: tuple[int, int]  # that stood before and stand after; apart by `new` and `fixed`, see `otherwise`
    new: tuple[str, ...]  # findings that appeared and stand: "rule: subject"
    fixed: tuple[str, ...]
    of_change: tuple[str, ...]  # findings about what it did, as a broken contract is, which stand nowhere after it

    @property
    def otherwise(self) -> int:
        """How many more findings stand for another reason: a waiver ended, or a rule gave no answer for a while."""
        before, after = self.findings
        return after - before - len(self.new) + len(self.fixed)


@dataclass(frozen=True, slots=True)
class ScanSummary:
    """One repository after a scan."""

    repo: str
    what: str  # "main line refs/heads/main", "branch feature", "work tree"
    commit: str  # "" for a work tree
    snapshots: int  # of this repository in the store
    fresh: int  # of which this scan added
    counts: Mapping[str, int]
    level: str  # where components were found: "policy", "src/shop/*"
    components: tuple[tuple[str, int], ...]  # (component, files), largest first
    cycles: tuple[tuple[str, int], ...]  # (first member, size): those of product code, then those of tests
    cycles_of_tests: int  # of which nothing but tests is part
    skipped: tuple[tuple[str, str], ...]  # (path, reason)
    files: int
    parsed: int
    read_in_part: int  # of which the parser did not understand every line
    other: int
    imports: int
    resolved: int
    unresolved: tuple[tuple[str, int], ...]  # (reason, how many), commonest first
    findings: tuple[tuple[str, str, int], ...]  # (severity, rule, how many) that stand
    of_change: tuple[tuple[str, str, int], ...]  # the same of those about what the commits judged last did
    accepted: int | None  # of which the baseline accepts; None = there is no baseline
    batches: tuple[BatchMoved, ...]  # newest first
    prepared: tuple[str, ...] = ()  # agents that its configuration names; says nothing of any one commit
    languages: tuple[LanguageCoverage, ...] = ()  # how many of the imports of each were found, sorted by name
    notes: tuple[str, ...] = ()  # partial history, rules that could not be judged, ...


def as_json(
    summaries: Sequence[ScanSummary],
    generation: str,
    left_out: Mapping[str, str] | None = None,
    timings: Mapping[str, object] | None = None,
) -> str:
    """One object, sorted keys, ends with a line break; `left_out` says why a repository was not scanned, by name, and
    `timings` where the time went, as `Stages` tells it, and which core read files."""
    document = {
        "schema": "plumbrule/scan/1",
        "generation": generation,
        "repositories": [asdict(summary) for summary in summaries],
        "timings": dict(timings or {}),
        "not_scanned": [{"repo": name, "why": why} for name, why in sorted((left_out or {}).items())],
    }
    return json_text(document, sort_keys=True)


def as_text(summaries: Sequence[ScanSummary], generation: str, left_out: Mapping[str, str] | None = None) -> str:
    """For a terminal; names from the code are made visible, never obeyed. `left_out` as for `as_json`."""
    lines: list[str] = []
    for summary in summaries:
        lines += [*_one(summary), ""]
    if left_out:
        lines += [f"Scanned: {', '.join(visible(summary.repo) for summary in summaries)}."]
        lines += [f"Not scanned: {visible(name)}: {visible(why.splitlines()[0])}" for name, why in left_out.items()]
    lines.append(f"Stored as generation {generation}." if generation else "Nothing was stored.")
    return "\n".join(map(log_line, lines)) + "\n"


def _one(s: ScanSummary) -> list[str]:
    commit = f" at {s.commit[:12]}" if s.commit else ""
    lines = [f"{visible(s.repo)}: {visible(s.what)}{commit}"]
    seen = "nothing new" if s.fresh == 0 else f"{_many(s.fresh, 'new snapshot')}"
    lines.append(f"  history     {_many(s.snapshots, 'snapshot')}, {seen}")
    counts = s.counts
    lines.append(
        f"  size        {_many(s.parsed, 'file')}, {_many(counts.get('lines', 0), 'line')}, "
        f"{_many(counts.get('symbols', 0), 'symbol')}, {_many(counts.get('dependencies', 0), 'import dependency')}"
    )
    lines.append(f"  components  {len(s.components):,} at {visible(s.level)}")
    lines += _listed(f"{visible(name)} ({files:,})" for name, files in s.components)
    lines += _cycles(s)
    part = f", {s.read_in_part:,} of them in part (view `file`, column `doubtful`)" if s.read_in_part else ""
    lines.append(f"  parsed      {s.parsed:,} of {s.files:,} files of a known language{part}; {s.other:,} other files")
    lines += [f"    skipped: {visible(path)}: {visible(reason)}" for path, reason in s.skipped[:_SHOWN]]
    if len(s.skipped) > _SHOWN:
        lines.append(f"    and {len(s.skipped) - _SHOWN:,} more (view `skipped`)")
    lines += _resolved(s)
    standing = sum(count for _, _, count in s.findings)
    lines.append(f"  findings    {standing:,}: {_by_rule(s.findings)}" if s.findings else "  findings    none")
    if s.of_change:
        lines.append(f"              and about the newest change itself: {_by_rule(s.of_change)}")
    if s.accepted is not None:
        lines.append(f"  baseline    accepts {s.accepted:,} of {_many(standing, 'finding')}")
    lines += _moved_by(s)
    if s.prepared:
        names = ", ".join("any that reads AGENTS.md" if name == "any" else visible(name) for name in s.prepared)
        lines.append(f"  agents      by its configuration it is prepared for at least: {names} (view `agent`)")
    for note in s.notes:
        first, *rest = note.split("\n")
        lines += [f"  note        {visible(first)}", *(f"              {visible(line)}" for line in rest)]
    return lines


def _cycles(s: ScanSummary) -> list[str]:
    if not s.cycles:
        return ["  cycles      none between files"]
    total = sum(size for _, size in s.cycles)
    tests = f"; {s.cycles_of_tests:,} among tests only" if s.cycles_of_tests else ""
    return [
        f"  cycles      {_many(len(s.cycles), 'cycle')} of files, {total:,} files in them{tests}",
        *_listed(f"{size:,} files around {visible(member)}" for member, size in s.cycles),
    ]


def _moved_by(s: ScanSummary) -> list[str]:
    if not s.batches:
        return []
    # Where every snapshot is new, no scan came before this one.
    since = "in the history read" if s.fresh == s.snapshots else "since the last scan"
    lines = [f"  moved by    {_many(len(s.batches), 'batch')} {since}, newest first"]
    for batch in s.batches[:_SHOWN]:
        lines += _batch(batch)
    if len(s.batches) > _SHOWN:
        lines.append(f"    and {len(s.batches) - _SHOWN:,} more (view `batch`)")
    return lines


def _resolved(s: ScanSummary) -> list[str]:
    """How many imports were found, of all languages and of each."""
    # Rounded down: 100 % is said of nothing that lacks one.
    share = f" ({1000 * s.resolved // s.imports / 10:.1f} %)" if s.imports else ""
    lines = [f"  resolved    {s.resolved:,} of {s.imports:,} imports that look like its own{share}"]
    lines += [f"    {count:,}: {visible(reason)}" for reason, count in s.unresolved[:5]]
    if len(s.languages) > 1:
        lines += [f"    {_of_language(one)}" for one in s.languages if one.imports]
    low = (one for one in s.languages if one.is_low)
    return lines + [f"  {visible(line)}" for one in low for line in (too_little(one), *missed(one))]


def _of_language(one: LanguageCoverage) -> str:
    share = f"{1000 * one.resolved // one.imports / 10:.1f} %"
    return f"{one.language}: {one.resolved:,} of {one.imports:,} ({share})"


def _batch(batch: BatchMoved) -> list[str]:
    sure = f"{known_by(batch.channel)}, {100 * batch.confidence:.0f} % sure"
    who = f" by at least {visible(batch.agent)} ({sure})" if batch.agent else ""
    parts = [f"{name} {before:,} → {after:,}" for name, before, after in batch.moved if name != "findings"]
    before, after = batch.findings
    apart = [
        f"{number:+,} {what}"
        for number, what in ((len(batch.new), "new"), (-len(batch.fixed), "fixed"), (batch.otherwise, "otherwise"))
        if number
    ]
    parts += [f"findings {before:,} → {after:,} ({', '.join(apart)})"] if apart else []
    moved = ", ".join(parts) or "nothing counted"
    session = " in one session, by the time between them" if batch.session else ""
    lines = [f"    {visible(batch.batch)}{who}, {_many(batch.commits, 'commit')} on the main line{session}: {moved}"]
    lines += [f"      new: {visible(finding)}" for finding in batch.new[:5]]
    if len(batch.new) > 5:
        lines.append(f"      and {len(batch.new) - 5:,} more new findings")
    lines += [f"      about the change: {visible(finding)}" for finding in batch.of_change[:5]]
    if len(batch.of_change) > 5:
        lines.append(f"      and {len(batch.of_change) - 5:,} more about the change")
    return lines


def _by_rule(findings: Iterable[tuple[str, str, int]]) -> str:
    return ", ".join(f"{count:,} {rule} ({severity})" for severity, rule, count in findings)


def _listed(items: Iterable[str]) -> list[str]:
    shown = list(items)
    lines = [f"    {item}" for item in shown[:_SHOWN]]
    if len(shown) > _SHOWN:
        lines.append(f"    and {len(shown) - _SHOWN:,} more")
    return lines


def _many(count: int, noun: str) -> str:
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}es" if noun.endswith("ch") else f"{noun}s"
    return f"{count:,} {noun if count == 1 else plural}"
