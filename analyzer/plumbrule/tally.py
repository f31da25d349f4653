"""The counts of a snapshot, by their names in the view `trend`, and what a scan tells of them in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from plumbrule.graph import FileRows, Graph, MemoryGraph
from plumbrule.judge import JudgedRow, Judgement
from plumbrule.languages import language_of
from plumbrule.report.model import LanguageCoverage
from plumbrule.report.summary import BatchMoved, ScanSummary
from plumbrule.store import EvidenceRow
from plumbrule.walk import Derived, Walk


def count(counts: Counter[str], delta: Mapping[str, FileRows | None], before: Graph) -> None:
    """Brings the counts of `before` to where the graph is after `delta`."""
    for path, rows in delta.items():
        for sign, one in ((-1, before.rows(path) if path in before else None), (1, rows)):
            if one is not None:
                counts["files"] += sign
                counts["lines"] += sign * one.file.lines
                counts["symbols"] += sign * len(one.symbols)
                counts["dependencies"] += sign * len({d.dst for d in one.dependencies if d.kind == "import"})
                counts["unresolved"] += sign * len(one.unresolved)


def counted(graph: MemoryGraph) -> Counter[str]:
    """The counts of a whole graph."""
    counts: Counter[str] = Counter()
    count(counts, dict(graph.files), MemoryGraph(graph.repo))
    return counts


# Counts that a summary tells of a batch; the trend holds more.
TOLD = frozenset(
    {"files", "lines", "symbols", "dependencies", "cycles.file", "files_in_cycles", "component_edges", "unresolved",
     "findings"}
)  # fmt: skip


class Done(NamedTuple):
    """What the commits of one judgement did to the findings."""

    new: tuple[JudgedRow, ...] = ()
    fixed: tuple[JudgedRow, ...] = ()
    of_change: tuple[JudgedRow, ...] = ()  # about the change itself: they belong to it, and stand nowhere after it

    @classmethod
    def by(cls, judgement: Judgement, stood: Collection[str]) -> Done:
        """By a judgement made without a baseline, which says nothing of when a finding came; `stood` are the ids of
        those that stood before, since what was waived and is gone leaves no gap."""
        return cls(
            new=tuple(row for row in judgement.rows if row.state == "new" and row.stands),
            fixed=tuple(row for row in judgement.rows if row.state == "fixed" and row.id in stood),
            of_change=tuple(row for row in judgement.rows if row.state == "new" and row.of_change),
        )

    def counts(self) -> dict[str, int]:
        """By their names in the view `trend`: counts that are summed over time, where others say what stands."""
        found = Counter({"new": len(self.new), "fixed": len(self.fixed), "of_change": len(self.of_change)})
        found["contract_breaks"] = 0
        for row in self.of_change:
            found["contract_breaks"] += row.rule == "contract-break"
            found.update((f"of_change.{row.rule}", f"of_change.{row.severity}"))
        return dict(found)


def totals(counts: Counter[str], derived: Derived, judgement: Judgement) -> dict[str, int]:
    """Every count of what stands at a snapshot, by its name in the view `trend`."""
    found = dict(counts)
    cycles = list(derived.get("cycle", ()))
    for level in ("file", "component"):
        found[f"cycles.{level}"] = sum(1 for row in cycles if row[1] == level)
    found["files_in_cycles"] = sum(row[3] for row in cycles if row[1] == "file")
    edges = derived.get("component_dependency", ())
    found["component_edges"] = len(edges)
    found["component_edges.not_allowed"] = sum(1 for row in edges if not row[4])
    standing = [row for row in judgement.rows if row.stands]
    found["findings"] = len(standing)
    for row in standing:
        for name in (f"findings.{row.rule}", f"findings.{row.severity}"):
            found[name] = found.get(name, 0) + 1
    return found


def evidence(judgement: Judgement) -> list[EvidenceRow]:
    """What each rule that gave an answer found."""
    standing = Counter(row.rule for row in judgement.rows if row.stands)
    waived = Counter(row.rule for row in judgement.rows if row.state == "waived")
    return [
        EvidenceRow(rule, severity, standing[rule], waived[rule])
        for rule, severity in sorted(judgement.severities.items())
    ]


_REASONS = 3  # told of a language of which too little was found


def covered_languages(graph: Graph) -> tuple[LanguageCoverage, ...]:
    """How many of the imports of each language were found, and what was not where that is too little."""
    found = [LanguageCoverage(language, *covered) for language, covered in sorted(graph.covered().items())]
    low = {one.language for one in found if one.is_low}
    missed: dict[str, dict[str, list[str]]] = {}
    for path, row in graph.unresolved() if low else ():
        spoken = language_of(path)
        if spoken is not None and spoken.name in low:
            first = f"{path}:{row.line} imports {row.text}"
            missed.setdefault(spoken.name, {}).setdefault(_kind(row.reason), []).append(first)
    return tuple(replace(one, missed=_commonest(missed.get(one.language, {}))) for one in found)


def _kind(reason: str) -> str:
    """A reason without the names of the one import that it was given for."""
    return " ".join("…" if word.startswith("'") or "/" in word else word for word in reason.split())


def _commonest(missed: Mapping[str, list[str]]) -> tuple[tuple[str, int, str], ...]:
    ranked = sorted(missed.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple((reason, len(places), places[0]) for reason, places in ranked[:_REASONS])


def summary(
    name: str,
    what: str,
    commit: str,
    walk: Walk,
    totals: Mapping[str, int],
    judgement: Judgement,
    moved: tuple[BatchMoved, ...],
    snapshots: int,
    fresh: int,
    notes: Sequence[str],
    accepting: bool,
) -> ScanSummary:
    """What a scan tells in the end; `accepting` if there is a baseline, by which the judgement was made."""
    coverage = walk.coverage()
    components = sorted(((row[1], row[2]) for row in walk.derived.get("component", ())), key=lambda c: (-c[1], c[0]))
    files = walk.whole.files
    product = {
        row[2] for row in walk.derived.get("cycle_edge", ()) if row[1] == "file" and not files[row[4]].file.is_test
    }
    cycles = sorted(
        ((row[2], row[3]) for row in walk.derived.get("cycle", ()) if row[1] == "file"),
        key=lambda cycle: (cycle[0] not in product, -cycle[1], cycle[0]),
    )
    reasons = Counter(row.reason for rows in walk.whole.files.values() for row in rows.unresolved)
    of_change = (row for row in judgement.rows if row.of_change and row.state != "waived")
    level = "the policy's word"
    if walk.intent.level is not None:
        level = walk.intent.level.folder or "the top folder"
    return ScanSummary(
        repo=name,
        what=what,
        commit=commit,
        snapshots=snapshots,
        fresh=fresh,
        counts=dict(totals),
        level=level,
        components=tuple(components),
        cycles=tuple(cycles),
        cycles_of_tests=sum(1 for first, _ in cycles if first not in product),
        skipped=tuple(sorted(walk.skipped.items())),
        files=coverage.files,
        parsed=coverage.parsed,
        read_in_part=sum(1 for rows in walk.whole.files.values() if rows.file.doubtful),
        other=coverage.other,
        imports=coverage.imports,
        resolved=coverage.resolved,
        unresolved=tuple(sorted(reasons.items(), key=lambda item: (-item[1], item[0]))),
        findings=_by_rule(row for row in judgement.rows if row.stands),
        of_change=_by_rule(of_change),
        accepted=sum(row.stands and row.state == "known" and not row.unaccepted for row in judgement.rows)
        if accepting
        else None,
        batches=moved,
        languages=covered_languages(walk.graph),
        notes=tuple(notes),
    )


def _by_rule(rows: Iterable[JudgedRow]) -> tuple[tuple[str, str, int], ...]:
    """(severity, rule, how many), errors first."""
    order = {"error": 0, "warning": 1, "info": 2}
    found = Counter((row.severity, row.rule) for row in rows)
    ranked = sorted(found.items(), key=lambda item: (order[item[0][0]], item[0][1]))
    return tuple((severity, rule, count) for (severity, rule), count in ranked)
