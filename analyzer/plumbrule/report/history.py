"""What the store knows, as the dashboard and the mails ask it. Hides SQL and the public views.

Everything is a plain frozen row; times are aware and in UTC. Only the public views are read, so what is shown here
anyone can ask for with `plumbrule query`. One `History` reads one generation and never sees another.
"""

from __future__ import annotations

import json
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import wraps
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar, cast

from plumbrule.report.answers import Answers
from plumbrule.report.model import Finding, LanguageCoverage
from plumbrule.report.steady import steady

if TYPE_CHECKING:
    from plumbrule.store import Mark, Store
    from plumbrule.store.reader import Reader

BREAKS = "contract_breaks"
_SUMMED = ("new", "fixed", "of_change", BREAKS)
_HEIRS = 3  # named in a sentence
EVIDENCE_LIMIT = 500  # dependencies listed behind one edge of the component map
_Method = TypeVar("_Method", bound=Callable[..., Any])  # Any: each has its own


class Select(Protocol):
    def __call__(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]: ...  # Any: values as the columns say


@dataclass(frozen=True, slots=True)
class Repository:
    repo: str
    root: str
    head: str
    main_line: str
    snapshots: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One commit of a repository's main line, analysed; `at` is when it came, as far as its line bears it out."""

    snapshot: str
    repo: str
    position: int
    commit: str
    parent: str
    at: datetime
    batch: str
    agent: str
    files: int
    parsed: int
    skipped: int
    imports: int
    resolved: int
    not_measured: str
    subject: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """Commits of one piece of work; the agent is a lower bound, known through `channel`. Times as of its snapshots."""

    batch: str
    repo: str
    agent: str
    channel: str
    confidence: float
    first_commit: str
    last_commit: str
    first_at: datetime
    last_at: datetime


class Moment(NamedTuple):
    """What a count came to at one snapshot, by how much it moved there, and who moved it."""

    at: datetime
    value: float
    moved: float  # against this repository's previous snapshot; 0 for its first
    repo: str
    snapshot: str
    batch: str
    agent: str


class BatchMove(NamedTuple):
    """A batch and what it did to the findings."""

    batch: Batch
    new: int
    fixed: int
    of_change: int = 0  # findings about what it did itself, which stand nowhere after it
    moved: int = 0  # how many more findings stood after it than before

    @property
    def otherwise(self) -> int:
        """Moved for another reason: a waiver ended, a rule gave no answer, or the line was rewritten."""
        return self.moved - self.new + self.fixed


class Movement(NamedTuple):
    """A count and how it moved. None = no snapshot is old enough to compare with."""

    name: str
    now: float
    batch: float | None  # by the newest batch
    week: float | None
    month: float | None


class Shown(NamedTuple):
    """A finding as the store keeps it, with what the lists filter by."""

    finding: Finding
    first_at: datetime | None
    component: str
    of_change: bool = False  # it tells what the newest judged commits did, and stands nowhere

    @property
    def stands(self) -> bool:
        return self.finding.state in ("new", "known") and not self.of_change


class Former(NamedTuple):
    """A finding that the newest judgement does not tell, as it was told last."""

    shown: Shown
    told: Snapshot  # the last one at which it stood
    gone: Snapshot | None  # the one whose judgement did not tell it; None = nobody judged its line since
    heirs: tuple[Finding, ...] = ()  # what that judgement told in its place, after files were renamed; one, or a guess

    @property
    def state(self) -> str:
        """What became of it: "fixed", "moved" with a renamed file, or "past" for what belonged to one change."""
        if self.gone is None or self.shown.of_change:
            return "past"
        return "moved" if self.heirs else "fixed"

    def words(self, name: Callable[[str], str]) -> str:
        """What became of it, in a sentence; `name` makes a name harmless for where it is said."""
        last = f"Told last at {name(self.told.commit[:12])} of batch {name(self.told.batch)}, {self.told.at:%Y-%m-%d}."
        if self.state == "moved" and self.gone is not None:
            now = " or ".join(f"{name(heir.id)}, {name(heir.subject)}" for heir in self.heirs[:_HEIRS])
            return f"Files were renamed in batch {name(self.gone.batch)}: it is told as {now} since. {last}"
        if self.state == "fixed" and self.gone is not None:
            return f"Fixed in batch {name(self.gone.batch)}, by {name(self.gone.commit[:12])}. {last}"
        if self.gone is not None:
            batch = self.shown.finding.batch or self.told.batch
            return f"It spoke of the change of batch {name(batch)}, which later judgements do not repeat. {last}"
        return f"Its history was rewritten and not judged since. {last}"


class Unrenewed(NamedTuple):
    """A repository that belongs to what is shown and is not there, or not as it is now."""

    repo: str
    why: str  # why the last scan left it out; "" = none was asked for it
    last: Snapshot | None  # the newest that is known of it

    def words(self, name: Callable[[str], str]) -> str:
        """What is wrong, in a sentence or two; `name` makes a name harmless for where it is said."""
        why = f": {name(self.why.removesuffix('.'))}" if self.why else ""
        if self.last is None:
            return f"{name(self.repo)} is missing here. It is in the policy and was never scanned{why}."
        known = f"commit {name(self.last.commit[:12])} of {self.last.at:%-d %b %Y}"
        return f"{name(self.repo)} was not renewed by its last scan{why}. What stands here of it is {known}."


class Component(NamedTuple):
    repo: str
    component: str
    files: int


class ComponentEdge(NamedTuple):
    repo: str
    src: str
    dst: str
    dependencies: int
    allowed: bool


class Evidence(NamedTuple):
    """One import behind an edge between components."""

    repo: str
    src: str
    dst: str
    line: int
    names: str
    type_only: bool
    lazy: bool


class Coupled(NamedTuple):
    """Two files that change together and do not know each other."""

    repo: str
    one: str
    other: str
    together: int
    either: int  # pieces of work on either
    by_chance: float
    people: str  # who changed either, as far as the components they lie in tell


class Known(NamedTuple):
    """On how few people a component rests."""

    repo: str
    component: str
    changes: int
    people: int
    absence_factor: int
    first: str
    first_share: float
    agents_share: float


class Hotspot(NamedTuple):
    """A file that is changed often and hard to read: two numbers, and no score."""

    repo: str
    path: str
    revisions: int
    cognitive: int
    code_lines: int
    people: int


class Rework(NamedTuple):
    """What one week did to lines of code."""

    repo: str
    week: str
    commits: int
    added: int
    removed: int
    reworked: int
    moved: int
    copied: int


class Drifting(NamedTuple):
    """A series that is watched for slow drift."""

    repo: str
    words: str
    level: float
    statistic: float
    threshold: float
    since: str
    alarm: bool
    note: str


class EdgeMove(NamedTuple):
    """An edge between components whose weight changed; 0 = it was not there."""

    src: str
    dst: str
    before: int
    now: int
    allowed: bool


class CountMove(NamedTuple):
    name: str
    before: float | None
    now: float


@dataclass(frozen=True, slots=True)
class Opened:
    """One batch opened up. `before` is None if the history kept here begins with this batch."""

    batch: Batch
    commits: tuple[Snapshot, ...]
    before: Snapshot | None
    new: tuple[Finding, ...]
    fixed: tuple[Finding, ...]
    of_change: tuple[Finding, ...]  # about what it did itself
    otherwise: int  # as of `BatchMove`
    between: int  # commits of other batches that lie between its own; counts before and after hold theirs, too
    edges: tuple[EdgeMove, ...]
    counts: tuple[CountMove, ...]

    @property
    def session(self) -> bool:
        """Whether nothing but the time between its commits makes them one piece of work: nobody named it."""
        return len(self.commits) > 1 and self.batch.batch == self.batch.first_commit[:12]


@dataclass(frozen=True, slots=True)
class PolicyInUse:
    """The policy that the newest judgement of a repository went by; an empty path = the built-in defaults."""

    path: str = ""
    commit: str = ""
    hash: str = ""


def _once(method: _Method) -> _Method:
    """A method of `History` whose answers are kept; what it is given is hashable."""

    @wraps(method)
    def asked(self: History, *given: Any, **named: Any) -> Any:  # Any: as the method has it
        key = (method.__name__, given, tuple(sorted(named.items())))
        return self.answers.once(key, lambda: method(self, *given, **named))

    return cast(_Method, asked)


class History:
    """Answers about one generation. `repo` is a repository's name, or "" for all of them together.

    `answers` holds what was found out about this generation, and what pages made of it.
    """

    def __init__(
        self,
        select: Select,
        generation: int,
        recall: Callable[[str], str | None],
        last_told: Callable[[str], Sequence[tuple[str, str, str]]],
        instead_of: str = "",
        answers: Answers | None = None,
    ) -> None:
        self.answers = Answers() if answers is None else answers
        self._select = select
        self._recall = recall
        self._last_told = last_told
        self.generation = generation
        self.instead_of = instead_of  # why a newer generation is not shown; "" = there is none

    @classmethod
    def of(cls, reader: Reader) -> History:
        """What an open reader knows."""
        return cls(reader.select, reader.generation, reader.recall, reader.last_told, reader.instead_of)

    @_once
    def repositories(self) -> tuple[Repository, ...]:
        return tuple(
            Repository(*row)
            for row in self._rows("SELECT repo, root, head, main_line, snapshots FROM repo ORDER BY repo")
        )

    @_once
    def newest(self, repo: str = "") -> tuple[Snapshot, ...]:
        """The newest snapshot of each repository's main line; none for one that has no snapshot yet."""
        last: dict[str, Snapshot] = {}
        for snapshot in self.line(repo):
            last[snapshot.repo] = snapshot
        return tuple(last.values())

    @_once
    def counted(self, repo: str = "") -> tuple[str, ...]:
        """Names of every count that has a history."""
        sql = "SELECT DISTINCT name FROM trend WHERE $1 IN ('', repo) ORDER BY name"
        return tuple(name for (name,) in self._rows(sql, [repo]))

    def series(self, name: str, repo: str = "") -> tuple[Moment, ...]:
        """One count over time. Of several repositories: their sum, each holding until its next snapshot, and before its
        first one as it was then, so that a repository that comes late moves nothing."""
        return self.many_series([name], repo).get(name, ())

    def many_series(self, names: Iterable[str], repo: str = "") -> Mapping[str, tuple[Moment, ...]]:
        """`series` of several counts at once; a name without history is left out."""
        return self._many_series(tuple(names), repo)

    @_once
    def _many_series(self, names: tuple[str, ...], repo: str) -> Mapping[str, tuple[Moment, ...]]:
        found: dict[str, tuple[Moment, ...]] = {}
        for name, steps in self._steps(names, repo).items():
            last = {step.repo: step.value for step in reversed(steps)}
            moments = []
            for step in steps:
                moved = step.value - last[step.repo]
                last[step.repo] = step.value
                total = sum(last.values())
                moments.append(Moment(step.at, total, moved, step.repo, step.snapshot, step.batch, step.agent))
            found[name] = tuple(moments)
        return found

    @_once
    def per_batch(self, name: str, repo: str = "") -> tuple[Moment, ...]:
        """A count of what each batch did, see `sums_up`: `moved` is the value itself."""
        steps = self._steps([name], repo).get(name, [])
        return tuple(
            Moment(step.at, step.value, step.value, step.repo, step.snapshot, step.batch, step.agent) for step in steps
        )

    @_once
    def batches(self, repo: str = "") -> tuple[BatchMove, ...]:
        """Every batch that has a snapshot on a main line, oldest first, with what it did to the findings.

        Of all findings that stood when the history begins, and of these moves, those that stand now are the sum.
        """
        moved: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        begins: dict[str, str] = {}  # with what stood there, however it came
        for moment in self.series("findings", repo):
            begins.setdefault(moment.repo, moment.snapshot)
            moved[moment.repo, moment.batch]["findings"] += int(moment.moved)
        for name in ("new", "fixed", "of_change"):
            done = [moment for moment in self.per_batch(name, repo) if moment.snapshot != begins.get(moment.repo)]
            for moment in done:
                moved[moment.repo, moment.batch][name] += int(moment.value)
        found = []
        for batch in self._batches(repo):
            of = moved[batch.repo, batch.batch]
            found.append(BatchMove(batch, of["new"], of["fixed"], of["of_change"], of["findings"]))
        return tuple(found)

    @_once
    def findings(self, repo: str = "", beginning: str = "") -> tuple[Shown, ...]:
        """Every finding of the last judgement whose id begins so, fixed ones included, as the store orders them."""
        rows = self._rows(
            """
            SELECT f.finding, f.rule, f.severity, f.state, f.repo, f.subject, f.path, f.line, f.message, f.remedy,
                f.evidence, f.first_commit, f.first_batch, f.first_agent, f.unaccepted, f.grouped_by, f.first_at,
                coalesce(p.component, ''), f.of_change
            FROM finding AS f LEFT JOIN file AS p ON p.repo = f.repo AND p.path = f.path
            WHERE $1 IN ('', f.repo) AND starts_with(f.finding, $2)
            """,
            [repo, beginning],
        )
        return tuple(Shown(_finding(row[:16]), *row[16:]) for row in rows)

    def former(self, beginning: str) -> tuple[Former, ...]:
        """Findings of earlier judgements whose id begins so and that the newest one does not tell: fixed since, or
        about one change."""
        asked = self._last_told(beginning)
        by_name = {one.snapshot: one for one in self._snapshots("main", "former")} if asked else {}
        found = []
        for id_, told, gone in asked:
            rows = self._rows(
                """
                SELECT f.finding, f.rule, f.severity, f.state, f.repo, f.subject, f.path, f.line, f.message, f.remedy,
                    f.evidence, f.first_commit, f.first_batch, f.first_agent, f.unaccepted, f.grouped_by, f.first_at,
                    coalesce(p.component, ''), f.of_change
                FROM finding_at($1) AS f LEFT JOIN file_at($1) AS p ON p.repo = f.repo AND p.path = f.path
                WHERE f.finding = $2
                """,
                [told, id_],
            )
            shown = (Shown(_finding(row[:16]), *row[16:]) for row in rows)
            for one in shown:
                found.append(Former(one, by_name[told], by_name.get(gone), self._heirs(one.finding, told, gone)))
        return tuple(found)

    def _heirs(self, finding: Finding, told: str, gone: str) -> tuple[Finding, ...]:
        """What the judgement at `gone` told in the place of a finding that it last told at `told`.

        Identity follows renames: only what was told under other names can be new there and yet have an older origin.
        """
        if not gone:
            return ()
        old = self._standing_at(told)
        heirs = [
            one
            for one in self._standing_at(gone).values()
            if one.id not in old and (one.rule, one.commit) == (finding.rule, finding.commit)
        ]
        same = [one for one in heirs if _shares_a_name(one.subject, finding.subject)]
        return tuple(same or heirs)

    @_once
    def components(self, repo: str) -> tuple[Component, ...]:
        sql = "SELECT repo, component, files FROM component WHERE repo = $1 ORDER BY component"
        return tuple(Component(*row) for row in self._rows(sql, [repo]))

    @_once
    def component_edges(self, repo: str) -> tuple[ComponentEdge, ...]:
        sql = """
            SELECT repo, src, dst, dependencies, coalesce(allowed, true) FROM component_dependency
            WHERE repo = $1 AND src <> dst ORDER BY src, dst
        """
        return tuple(ComponentEdge(*row) for row in self._rows(sql, [repo]))

    @_once
    def component_cycles(self, repo: str) -> frozenset[tuple[str, str]]:
        """Every edge between components that lies on a cycle of components."""
        sql = "SELECT DISTINCT src, dst FROM cycle_edge WHERE repo = $1 AND level = 'component'"
        return frozenset((src, dst) for src, dst in self._rows(sql, [repo]))

    @_once
    def coupled(self, repo: str) -> tuple[Coupled, ...]:
        """The pairs that chance explains least, first."""
        sql = """
            SELECT c.repo, c.a, c.b, c.together, c.changes_a + c.changes_b - c.together, c.by_chance,
                coalesce((SELECT string_agg(DISTINCT o.author, ', ' ORDER BY o.author)
                    FROM file AS f JOIN ownership AS o ON o.repo = f.repo AND o.component = f.component
                    WHERE f.repo = c.repo AND f.path IN (c.a, c.b) AND o.share >= 0.2), '')
            FROM co_change AS c WHERE c.repo = $1 AND c.q <= 0.05 ORDER BY c.q, c.a, c.b
        """
        return tuple(Coupled(*row) for row in self._rows(sql, [repo]))

    @_once
    def knowledge(self, repo: str) -> tuple[Known, ...]:
        """Components that rest on the fewest people first; of those the ones that most happens in."""
        sql = "SELECT * FROM knowledge WHERE repo = $1 ORDER BY absence_factor, changes DESC, component"
        return tuple(Known(*row) for row in self._rows(sql, [repo]))

    @_once
    def hotspots(self, repo: str) -> tuple[Hotspot, ...]:
        """Files that are among the tenth of their repository that changes most, and among that which is hardest to
        read; by how often they changed."""
        sql = """
            SELECT h.* FROM hotspot AS h,
                (SELECT quantile_disc(revisions, 0.9) AS often, quantile_disc(cognitive, 0.9) AS hard
                 FROM hotspot WHERE repo = $1)
            WHERE h.repo = $1 AND h.revisions >= often AND h.cognitive >= greatest(hard, 1)
            ORDER BY h.revisions DESC, h.cognitive DESC, h.path
        """
        return tuple(Hotspot(*row) for row in self._rows(sql, [repo]))

    @_once
    def rework(self, repo: str = "") -> tuple[Rework, ...]:
        """Oldest week first."""
        sql = """
            SELECT repo, week, commits, added, removed, reworked, moved, copied FROM rework
            WHERE $1 IN ('', repo) ORDER BY week, repo
        """
        return tuple(Rework(*row) for row in self._rows(sql, [repo]))

    @_once
    def drifting(self, repo: str = "") -> tuple[Drifting, ...]:
        """What alarms first, then what is nearest to it."""
        sql = """
            SELECT repo, words, level, statistic, threshold, since, alarm, note FROM drift
            WHERE $1 IN ('', repo) ORDER BY alarm DESC, statistic / greatest(threshold, 1) DESC, repo, words
        """
        return tuple(Drifting(*row) for row in self._rows(sql, [repo]))

    def behind(self, repo: str, src: str, dst: str) -> tuple[tuple[Evidence, ...], int]:
        """The imports behind an edge between two components (at most `EVIDENCE_LIMIT`), and how many there are.

        An empty `src` or `dst` stands for every other component.
        """
        rows = self._rows(
            """
            SELECT d.repo, d.src, d.dst, d.line, d.names, d.type_only, d.lazy, count(*) OVER ()
            FROM dependency AS d
            JOIN file AS s ON s.repo = d.repo AND s.path = d.src
            JOIN file AS t ON t.repo = d.repo AND t.path = d.dst
            WHERE d.repo = $1 AND d.dst_repo = $1 AND d.kind = 'import' AND s.component <> t.component
                AND $2 IN ('', s.component) AND $3 IN ('', t.component)
            ORDER BY d.src, d.line, d.dst, d.names LIMIT $4
            """,
            [repo, src, dst, EVIDENCE_LIMIT],
        )
        return tuple(Evidence(*row[:7]) for row in rows), rows[0][7] if rows else 0

    def opened(self, repo: str, batch: str) -> Opened | None:
        """What one batch did; None if no batch of this name has a snapshot on the main line."""
        found = next((one for one in self._batches(repo) if one.batch == batch), None)
        line = self.line(repo)
        commits = tuple(snapshot for snapshot in line if snapshot.batch == batch)
        if found is None or not commits:
            return None
        earlier = [snapshot for snapshot in line if snapshot.position < commits[0].position]
        before, after = (earlier[-1] if earlier else None), commits[-1]
        between = sum(snapshot.position <= after.position for snapshot in line) - len(earlier) - len(commits)
        otherwise = next(move.otherwise for move in self.batches(repo) if move.batch.batch == batch)
        edges, counts = self._edges_moved(before, after), self._counts_moved(before, after)
        new, fixed, of_change = self._findings_moved(line, batch)
        return Opened(found, commits, before, new, fixed, of_change, otherwise, between, edges, counts)

    @_once
    def unresolved(self, repo: str = "") -> tuple[tuple[str, str, int], ...]:
        """(repository, reason, how many), the commonest first."""
        sql = """
            SELECT repo, reason, count(*) AS imports FROM unresolved WHERE $1 IN ('', repo)
            GROUP BY repo, reason ORDER BY imports DESC, repo, reason
        """
        return tuple((of_repo, reason, number) for of_repo, reason, number in self._rows(sql, [repo]))

    @_once
    def languages(self, repo: str = "") -> tuple[tuple[str, LanguageCoverage], ...]:
        """(repository, how many of the imports of one of its languages were found), sorted."""
        sql = """
            SELECT repo, language, count(*)::INTEGER, sum(imports)::INTEGER, sum(resolved)::INTEGER FROM file
            WHERE $1 IN ('', repo) GROUP BY repo, language ORDER BY repo, language
        """
        return tuple((row[0], LanguageCoverage(*row[1:])) for row in self._rows(sql, [repo]))

    @_once
    def skipped(self, repo: str = "") -> tuple[tuple[str, str, str], ...]:
        """(repository, path, reason) of every file that could not be analysed."""
        sql = "SELECT repo, path, reason FROM skipped WHERE $1 IN ('', repo) ORDER BY repo, reason, path"
        return tuple((of_repo, path, reason) for of_repo, path, reason in self._rows(sql, [repo]))

    @_once
    def policy_in_use(self, repo: str) -> PolicyInUse | None:
        """What the newest judgement of this repository went by; None if the scan did not remember it."""
        text = self._recall(f"policy:{repo}")
        if text is None:
            return None
        kept = json.loads(text)
        return PolicyInUse(kept.get("path", ""), kept.get("commit", ""), kept.get("hash", ""))

    @_once
    def unrenewed(self, repo: str = "") -> tuple[Unrenewed, ...]:
        """Repositories of the policy that were never scanned, and those that their last scan could not read."""
        kept = json.loads(self._recall("fleet") or "{}")
        left_out: Mapping[str, str] = kept.get("left_out", {})
        last = {snapshot.repo: snapshot for snapshot in self.newest()}
        names = {*left_out, *(member for member in kept.get("members", ()) if member not in last)}
        return tuple(
            Unrenewed(name, left_out.get(name, ""), last.get(name)) for name in sorted(names) if repo in ("", name)
        )

    def edges_since(self, repo: str, days: int) -> tuple[EdgeMove, ...]:
        """Edges between components that moved in the last days before the newest snapshot."""
        line = self.line(repo)
        earlier = [snapshot for snapshot in line if snapshot.at <= line[-1].at - timedelta(days=days)]
        return self._edges_moved((earlier or line)[-1 if earlier else 0], line[-1]) if line else ()

    def _findings_moved(self, line: Sequence[Snapshot], batch: str) -> list[tuple[Finding, ...]]:
        """(new, fixed, about the change) of all that was judged of this batch, as the counts `new`, `fixed` and
        `of_change` have it."""
        judged = {moment.snapshot for moment in self._steps(["findings"], line[0].repo)["findings"]}
        place = {snapshot.commit: snapshot.position for snapshot in line}
        new: list[Finding] = []
        fixed: list[Finding] = []
        of_changes: list[Finding] = []
        before: Snapshot | None = None
        for snapshot in line:
            if snapshot.snapshot not in judged:
                continue
            if snapshot.batch == batch and before is not None:
                stood, now = self._standing_at(before.snapshot), self._standing_at(snapshot.snapshot)
                new.extend(one for one in now.values() if place.get(one.commit, -1) > before.position)
                for one, of_change in self._told_at(snapshot.snapshot):
                    if one.state == "fixed" and one.id in stood:
                        fixed.append(stood[one.id])
                    elif of_change and one.state in ("new", "known"):
                        of_changes.append(one)
            before = snapshot
        return [tuple(new), tuple(fixed), tuple(of_changes)]

    def _standing_at(self, snapshot: str) -> Mapping[str, Finding]:
        """Findings that stand at a snapshot, by id."""
        told = self._told_at(snapshot)
        return {one.id: one for one, of_change in told if one.state in ("new", "known") and not of_change}

    def _told_at(self, snapshot: str) -> list[tuple[Finding, bool]]:
        """All that the judgement at a snapshot told, and whether it is about the change."""
        rows = self._rows(
            """
            SELECT finding, rule, severity, state, repo, subject, path, line, message, remedy, evidence, first_commit,
                first_batch, first_agent, unaccepted, grouped_by, of_change
            FROM finding_at($1) ORDER BY severity, rule, grouped_by, subject
            """,
            [snapshot],
        )
        return [(_finding(row[:16]), bool(row[16])) for row in rows]

    def _edges_moved(self, before: Snapshot | None, after: Snapshot) -> tuple[EdgeMove, ...]:
        if before is None:
            return ()
        return tuple(
            EdgeMove(*row)
            for row in self._rows(
                """
                SELECT coalesce(b.src, a.src), coalesce(b.dst, a.dst), coalesce(a.dependencies, 0),
                    coalesce(b.dependencies, 0), coalesce(b.allowed, a.allowed, true)
                FROM component_dependency_at($1) AS a
                FULL JOIN component_dependency_at($2) AS b ON a.src = b.src AND a.dst = b.dst
                WHERE a.dependencies IS DISTINCT FROM b.dependencies
                    AND coalesce(b.src, a.src) <> coalesce(b.dst, a.dst)
                ORDER BY 1, 2
                """,
                [before.snapshot, after.snapshot],
            )
        )

    def _counts_moved(self, before: Snapshot | None, after: Snapshot) -> tuple[CountMove, ...]:
        rows = self._rows(
            """
            SELECT name, max_by(value, position) FILTER (position <= $2), max_by(value, position)
            FROM trend WHERE repo = $1 AND position <= $3 GROUP BY name ORDER BY name
            """,
            [after.repo, before.position if before else -1, after.position],
        )
        return tuple(CountMove(*row) for row in rows if not sums_up(row[0]))

    def _steps(self, names: Iterable[str], repo: str) -> Mapping[str, list[_Step]]:
        """Every value of these counts in the order of time, by name.

        A rule without a count at a snapshot that was judged found nothing there.
        """
        rows = self._rows(
            """
            WITH wanted AS (SELECT name FROM trend WHERE list_contains($1::VARCHAR[], name) GROUP BY name),
            judged AS (
                SELECT w.name, t.repo, t.position, t.snapshot, 0 AS value
                FROM wanted AS w, trend AS t
                WHERE (w.name LIKE 'findings.%' OR w.name LIKE 'of_change.%') AND t.name = 'findings'
            ),
            counted AS (
                SELECT name, repo, position, snapshot, value FROM trend SEMI JOIN wanted USING (name)
                UNION ALL
                SELECT name, repo, position, snapshot, value FROM judged ANTI JOIN trend USING (name, snapshot)
            )
            SELECT name, snapshot, value FROM counted WHERE $2 IN ('', repo) ORDER BY name, repo, position
            """,
            [sorted(names), repo],
        )
        steps: dict[str, list[_Step]] = {}
        line = self._main()
        for name, snapshot, value in rows:
            on = line[snapshot]
            steps.setdefault(name, []).append(_Step(on.at, on.repo, on.position, snapshot, value, on.batch, on.agent))
        for of_name in steps.values():
            of_name.sort()
        return steps

    def line(self, repo: str) -> tuple[Snapshot, ...]:
        """The snapshots of a repository's main line in order; of all of them one after the other, for ""."""
        return tuple(snapshot for snapshot in self._main().values() if repo in ("", snapshot.repo))

    @_once
    def _main(self) -> Mapping[str, Snapshot]:
        """Every snapshot of a main line by name, in order."""
        found: list[Snapshot] = []
        for _, of_repo in groupby(self._snapshots("main"), key=lambda snapshot: snapshot.repo):
            line = list(of_repo)
            times = steady([snapshot.at for snapshot in line])
            found += (replace(snapshot, at=at) for snapshot, at in zip(line, times, strict=True))
        return {snapshot.snapshot: snapshot for snapshot in found}

    def _snapshots(self, *kinds: str) -> tuple[Snapshot, ...]:
        rows = self._rows(
            """
            SELECT snapshot, repo, base_position, commit, parent, committed_at, batch, agent, files, parsed, skipped,
                imports, resolved, coalesce(not_measured, ''), coalesce(subject, ''), coalesce(author, '')
            FROM snapshot WHERE list_contains($1::VARCHAR[], kind) ORDER BY repo, base_position, snapshot
            """,
            [list(kinds)],
        )
        return tuple(Snapshot(*row) for row in rows)

    def _batches(self, repo: str) -> Iterator[Batch]:
        rows = self._rows(
            """
            SELECT batch, repo, agent, channel, confidence, first_commit, last_commit, first_at, last_at FROM batch
            WHERE $1 IN ('', repo) ORDER BY repo, batch
            """,
            [repo],
        )
        last = {(snapshot.repo, snapshot.batch): snapshot for snapshot in self.line(repo)}
        found = []
        for batch in (Batch(*row) for row in rows):
            end = last.get((batch.repo, batch.batch))
            if end is not None:
                dated = replace(batch, first_at=min(batch.first_at, end.at), last_at=end.at)
                found.append((end.at, batch.repo, end.position, dated))
        return (batch for *_, batch in sorted(found, key=lambda one: one[:3]))

    def _rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:  # Any: view columns
        """Rows of one statement; the views give times without a zone, in UTC."""
        found = self._select(sql, *parameters)
        return [tuple(v.replace(tzinfo=UTC) if isinstance(v, datetime) else v for v in row) for row in found]


@contextmanager
def open_history(store: Path) -> Iterator[History]:
    """The newest generation of this store; StoreError if there is none or it cannot be read.

    What one `with` found out, the next ones know, in every thread, until another generation is published: the database
    is only opened for what nobody has asked yet.
    """
    from plumbrule.store import Store

    opened = _Opened(Store.open(store, note=lambda _: None))
    try:
        yield opened.history()
    finally:
        opened.close()


class _Known(NamedTuple):
    """What was found out about the newest generation of a store."""

    mark: Mark
    generation: int
    answers: Answers


_KNOWN: dict[Path, _Known] = {}
_STORES = 8  # that one process remembers


class _Opened:
    """A generation that is opened when it must be."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._reader: Reader | None = None
        self._opening = threading.Lock()
        self._mark = store.mark()
        self._path: Path | None = None  # which one it must be; None = the newest that can be read

    def history(self) -> History:
        folder = self._store.folder.resolve()
        known = _KNOWN.get(folder)
        if known is None or known.mark != self._mark:
            reader = self._read()
            if self._mark is None or reader.instead_of or self._store.mark() != self._mark:
                return History.of(reader)  # not the one that the mark is of
            known = _Known(self._mark, reader.generation, Answers())
            if len(_KNOWN) >= _STORES:
                _KNOWN.clear()
            _KNOWN[folder] = known
        elif self._mark is not None:
            self._path = self._mark.path
        return History(self._select, known.generation, self._recall, self._last_told, answers=known.answers)

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()

    def _read(self) -> Reader:
        with self._opening:
            if self._reader is None:
                self._reader = self._store.reader() if self._path is None else self._store.again(self._path)
            return self._reader

    def _select(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:  # Any: see `Select`
        return self._read().select(sql, *parameters)

    def _recall(self, key: str) -> str | None:
        return self._read().recall(key)

    def _last_told(self, beginning: str) -> Sequence[tuple[str, str, str]]:
        return self._read().last_told(beginning)


def sums_up(name: str) -> bool:
    """Whether a count says what a batch did, and is summed over batches; all others say what stands after it."""
    return name in _SUMMED or name.startswith("of_change.")


def movement(name: str, moments: Sequence[Moment]) -> Movement:
    """How one count moved, looking back from its newest snapshot."""
    if not moments:
        return Movement(name, 0, None, None, None)
    newest = moments[-1]

    batch = sum(one.moved for one in moments if (one.repo, one.batch) == (newest.repo, newest.batch))

    def since(days: int) -> float | None:
        earlier = [moment.value for moment in moments if moment.at <= newest.at - timedelta(days=days)]
        return newest.value - earlier[-1] if earlier else None

    return Movement(name, newest.value, batch if len(moments) > 1 else None, since(7), since(30))


def summed(name: str, moments: Sequence[Moment]) -> Movement:
    """What the batches of the newest batch's last 7 and 30 days did, by a count of which `sums_up` is true.

    `now` is the sum of all batches.
    """
    if not moments:
        return Movement(name, 0, None, None, None)
    newest, last = moments[-1].at, (moments[-1].repo, moments[-1].batch)
    batch = sum(moment.value for moment in moments if (moment.repo, moment.batch) == last)

    def within(days: int) -> float:
        return sum(moment.value for moment in moments if moment.at > newest - timedelta(days=days))

    return Movement(name, sum(moment.value for moment in moments), batch, within(7), within(30))


def _finding(row: Sequence[Any]) -> Finding:  # Any: view columns
    finding, rule, severity, state, repo, subject, path, line, message, remedy, evidence, *origin = row
    commit, batch, agent, unaccepted, group = origin
    return Finding(
        finding, rule, severity, state, repo, subject, path or "", line or 0, message or "", remedy or "",
        tuple(evidence or ()), commit or "", batch or "", agent or "", bool(unaccepted), group or "",
    )  # fmt: skip


def _shares_a_name(one: str, other: str) -> bool:
    """Whether one end of two subjects has the same last name: a folder, or one of both files, was renamed."""
    ends = zip(one.split(" -> "), other.split(" -> "), strict=False)
    return any(a.rpartition("/")[2] == b.rpartition("/")[2] for a, b in ends)


class _Step(NamedTuple):
    at: datetime
    repo: str
    position: int
    snapshot: str
    value: float
    batch: str
    agent: str
