"""Runs the examples of rules through the real analyzer: bad must fire, good must stay silent. Hides how a block of
files becomes the two sides of a change."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from plumbrule.data import dataclass
from plumbrule.errors import PlumbruleError
from plumbrule.git import Change, Commit, Entry, LineCommit
from plumbrule.graph import Graph
from plumbrule.judge.judging import Judgement, defaults, judge
from plumbrule.judge.rulefile import Example, Part, Rule
from plumbrule.judge.sides import Moment, Sides, differing
from plumbrule.measures import Situation, measures
from plumbrule.measures.drift import Unit, levels
from plumbrule.measures.past import Past
from plumbrule.measures.past.worklog import DAY, WorkLog
from plumbrule.measures.unusual import features
from plumbrule.policy import (
    BASELINE_NAME,
    DEFAULT_NAME,
    Baseline,
    Policy,
    read_baseline,
    read_policy,
    with_diagrams,
    with_queries,
)
from plumbrule.policy.loosening import loosened
from plumbrule.snapshot import FilesWalk
from plumbrule.tables import Row

_REPO = "example"
_EPOCH = 1_700_000_000  # seconds since 1970: when the first step of an example was made


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one example of one rule did."""

    rule: str
    kind: str  # bad | good
    source: str  # the rule file and the line of the example
    problem: str  # "" = as it should be
    findings: tuple[str, ...]  # "subject: message"


def exercise(rules: Sequence[Rule], *, today: date) -> Iterator[Outcome]:
    """The outcome of every example of every rule, in the order of the files."""
    for rule in rules:
        for kind, examples in (("bad", rule.bad), ("good", rule.good)):
            for example in examples:
                where = f"{rule.source}:{example.line}"
                try:
                    judgement = judged(rule, example, today=today)
                except PlumbruleError as error:
                    yield Outcome(rule.id, kind, where, str(error), ())
                    continue
                # Without a `before` there is no change, and whatever is found belongs to the example.
                counts = ("new",) if any(part.kind == "before" for part in example.parts) else ("new", "known")
                findings = tuple(f"{row.subject}: {row.message}" for row in judgement.rows if row.state in counts)
                yield Outcome(rule.id, kind, where, _problem(kind, judgement, findings), findings)


def _problem(kind: str, judgement: Judgement, findings: Sequence[str]) -> str:
    if refused := (*judgement.errors, *judgement.not_measured):
        return f"it could not be judged: {refused[0]}"
    if kind == "bad" and not findings:
        return "the bad example is not found; change the SQL or the example"
    if kind == "good" and findings:
        return f"the good example is found: {findings[0]}; change the SQL or the example"
    return ""


def judged(rule: Rule, example: Example, *, today: date) -> Judgement:
    """The judgement of one rule over one example.

    `now` stands alone or follows `before`. `series N` is N commits before that, each with the part's files where `{n}`
    is the commit's number; another series goes on from it. The policy is the example's own `plumbrule.toml`, of
    `before` where there is one.
    """
    parts = {part.kind: part for part in example.parts}
    now = parts["now"].files if "now" in parts else {}
    before = parts["before"].files if "before" in parts else {}
    policy = _policy(before) if "before" in parts else _policy(now)
    walk = FilesWalk(_REPO, policy.intent())
    steps = _steps([part for part in example.parts if part.kind == "series"], parts, before, now)
    # All files are read at once, so that a series of fifty commits does not start fifty workers.
    _moment(walk, {path: data for tree in steps for path, data in tree.items()}, policy)
    history: list[Mapping[str, float]] = []
    past, told = Past(WorkLog(_EPOCH + len(steps) * DAY)), dict[str, Collection[Row]]()
    second = _moment(walk, {}, policy)
    for tree in steps:
        first, second = second, _moment(walk, tree, policy)
        past.log.add(_made(first, second, history), str(len(history)))
        first = replace(first, derived={**first.derived, **told})
        if past.levels or next(iter(second.graph.paths()), None) is not None:
            past.levels = levels(_compared(walk, first, second, policy), past.levels)
            past.units.append(Unit(f"{len(history):040x}", _EPOCH + len(history) * DAY, past.levels))
        told = dict(walk.walk.told_by(past, told)) if len(steps) - len(history) < 3 else told
        second = replace(second, derived={**second.derived, **told})
        situation = _situation(walk, first, second, policy, history, slow=tree is steps[-1])
        history.append(features(situation))
    sides = Sides(replace(second, derived=situation.rows), first, policy=policy, changed=situation.changed)
    try:
        rows = loosened(policy, _policy(now), defaults([rule]), files=lambda: tuple(now)) if "before" in parts else ()
        # Settings of other rules are part of the example, and nobody's mistake.
        settings = {name: setting for name, setting in policy.rules.items() if name in rule.names}
        baseline = _baseline(before if "before" in parts else now)
        return judge(sides, [rule], replace(policy, rules=settings), today=today, baseline=baseline, loosened=rows)
    finally:
        sides.close()


def _made(first: Moment, second: Moment, history: Sequence[object]) -> LineCommit:
    """The commit of one step, a day after the one before."""
    at = datetime.fromtimestamp(_EPOCH + len(history) * DAY, UTC)
    commit = Commit(f"{len(history):040x}", (), *(("Ada", "ada@example.org", at) * 2), "a change")

    def entry(graph: Graph, path: str) -> Entry | None:
        return Entry("100644", graph.rows(path).file.blob) if path in graph else None

    changes = (
        Change("M", path, entry(first.graph, path), entry(second.graph, path))
        for path in differing(second.graph, first.graph)
    )
    return LineCommit(commit, len(history), tuple(one for one in changes if one.old != one.new))


def _steps(
    series: Sequence[Part], parts: Mapping[str, Part], before: Mapping[str, str], now: Mapping[str, str]
) -> list[dict[str, bytes]]:
    """The trees to walk through; the last two are the sides of the change."""
    steps: list[dict[str, bytes]] = [{}]
    for part in series:
        for number in range(len(steps), len(steps) + int(part.name or "1")):
            steps.append({**steps[-1], **_numbered(part.files, number)})
    kept = steps[-1]
    if "before" in parts:
        steps.append({**kept, **_bytes(before)})
    return [*steps, {**kept, **_bytes(now)}]


def _compared(walk: FilesWalk, first: Moment, second: Moment, policy: Policy) -> Situation:
    """The step just walked, with the rows of what is measured at every snapshot."""
    changed = sorted(differing(second.graph, first.graph))
    return Situation(second.graph, first.graph, changed, walk.book, policy.intent(), second.derived, first.derived, {})


def _situation(
    walk: FilesWalk,
    first: Moment,
    second: Moment,
    policy: Policy,
    history: Sequence[Mapping[str, float]],
    *,
    slow: bool,
) -> Situation:
    """The step just walked, with the rows of every measure; of the slow ones only if asked."""
    rows: dict[str, Collection[Row]] = dict(second.derived)
    situation = replace(_compared(walk, first, second, policy), rows=rows, history=tuple(history))
    for measure in measures():
        if measure.scope == "change" and (slow or measure.gate):
            rows[measure.table.name] = measure.compute(situation)
    return situation


def _moment(walk: FilesWalk, tree: Mapping[str, bytes], policy: Policy) -> Moment:
    walk.to({path: data for path, data in tree.items() if not policy.excludes(path)})
    return Moment(walk.walk.graph, walk.walk.derived, tuple(tree))


def _policy(files: Mapping[str, str]) -> Policy:
    if DEFAULT_NAME not in files:
        return Policy()
    policy = with_queries(read_policy(files[DEFAULT_NAME], DEFAULT_NAME), lambda name: files.get(name, ""))
    return with_diagrams(policy, lambda name: files.get(name, ""))


def _baseline(files: Mapping[str, str]) -> Baseline | None:
    return read_baseline(files[BASELINE_NAME], BASELINE_NAME) if BASELINE_NAME in files else None


def _bytes(files: Mapping[str, str]) -> dict[str, bytes]:
    return {path: text.encode() for path, text in files.items()}


def _numbered(files: Mapping[str, str], number: int) -> dict[str, bytes]:
    return {path.replace("{n}", str(number)): text.replace("{n}", str(number)).encode() for path, text in files.items()}
