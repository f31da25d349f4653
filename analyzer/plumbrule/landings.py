"""What landed on a main line since the last scan, for the ledger: each landing's verdict, and what it did to the
policy.

Hides which landings are judged as the gate would have: those that touch what governs, and those in which the scan found
errors. The others passed as far as the scan has seen. Merging over a red gate is the platform's act; here it is told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path

from plumbrule.data import dataclass
from plumbrule.errors import PlumbruleError
from plumbrule.gate import gate
from plumbrule.git import Commit, Repository
from plumbrule.governing import Governing, Question, not_judged, put
from plumbrule.policy import BASELINE_NAME, DEFAULT_NAME
from plumbrule.report.model import Report
from plumbrule.resume import Progress
from plumbrule.store import Store
from plumbrule.store.ledger import NAME, Ledger, Value

_TOLD = 200  # landings of one repository that one scan tells one by one, the newest ones
_JUDGED = 10  # of these that are judged as the gate does: each may take as long as a gate
_LOOSENED = ("policy-loosened", "policy-loosening")

Entry = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Asked:
    """By what landings are judged."""

    today: date
    policy: str  # the path that was given; "" = the nearest
    governing: Governing  # as it lies there now


def enter(store: Store, repositories: Mapping[str, Path], progress: Progress, asked: Asked) -> None:
    """Enters what landed in these repositories since the ledger was written last. A repository that the ledger does not
    know begins with the commit at which it stands."""
    ledger = Ledger(store.folder / NAME)
    last: dict[str, str] = {}
    for line in ledger.lines():
        repo, commit = line.entry.get("repo"), line.entry.get("commit")
        if isinstance(repo, str) and isinstance(commit, str):
            last[repo] = commit
    found: list[Entry] = []
    for name, path in sorted(repositories.items()):
        with store.reader() as reader:
            newest = reader.newest(name)
            if newest is None or newest.commit == last.get(name):
                continue
            sql = "SELECT first_commit FROM finding WHERE repo = ? AND severity = 'error'"
            red = {str(row[0]) for row in reader.select(sql, name)}
        with Repository.find(path) as repository:
            landing = _Landings(repository, name, store, progress, asked)
            found += landing.since(newest.commit, last.get(name, ""), red)
    ledger.append(found)


def entry_of(report: Report, today: date) -> Entry:
    """The verdict of a gate, for a ledger."""
    return {"kind": "gate", "at": today.isoformat(), "base": report.base, "head": report.head, **_said(report)}


class _Landings:
    def __init__(self, repository: Repository, name: str, store: Store, progress: Progress, asked: Asked) -> None:
        self._repository = repository
        self._name = name
        self._store = store
        self._progress = progress
        self._asked = asked
        self._left = _JUDGED

    def since(self, newest: str, last: str, red: Collection[str]) -> Iterator[Entry]:
        about = {"repo": self._name, "at": self._asked.today.isoformat()}
        if not last:
            yield {"kind": "begun", "commit": newest, **about}
            return
        line = self._repository.first_parents(newest)
        if last not in line:
            yield {"kind": "rewritten", "commit": newest, "was": last, **about}
            return
        landed = line[: line.index(last)]
        if len(landed) > _TOLD:
            yield {"kind": "untold", "commit": landed[_TOLD], "landings": len(landed) - _TOLD, **about}
        made = self._repository.commits(landed[:_TOLD])
        entries = [self._landed(made[commit], red) for commit in landed[:_TOLD]]  # newest first: they are judged first
        yield from ({**entry, **about} for entry in reversed(entries))

    def _landed(self, made: Commit, red: Collection[str]) -> Entry:
        entry: dict[str, Value] = {"kind": "landed", "commit": made.id}
        if not made.parents:
            return {**entry, "verdict": "passed", "by": "scan"}
        doubtful = made.id in red or self._governed(made)
        if not doubtful:
            return {**entry, "verdict": "passed", "by": "scan"}
        if not self._left:
            return {**entry, "verdict": "not-judged", "by": "scan", "reasons": ["many landed at once; ask the gate"]}
        self._left -= 1
        report = self._judged(made)
        return {**entry, "base": report.base, "by": "gate", **_said(report), "over_red": report.verdict != "passed"}

    def _governed(self, made: Commit) -> bool:
        """Whether a landing touches what a judgement goes by: as much as can be told from names."""
        changed = self._repository.changes(made.parents[0], made.id)
        policy = self._asked.governing.policy
        own = (*policy.rule_folders, *filter(None, (policy.governance.allowed_signers,)))
        return any(_governs(one.path) or any(f"/{name}" in f"/{one.path}" for name in own) for one in changed)

    def _judged(self, made: Commit) -> Report:
        """As the gate would have judged it on the day on which it landed."""
        day = min(self._asked.today, made.committed_at.date())
        question = Question(
            self._repository.root, base=made.parents[0], head=made.id, today=day, policy=self._asked.policy
        )
        try:
            with put(question) as asked:
                return gate(asked, self._store, self._progress)
        except PlumbruleError as error:
            return not_judged(question, error)


def _governs(path: str) -> bool:
    name = path.rpartition("/")[2]
    known = (DEFAULT_NAME, BASELINE_NAME, ".gitattributes", "Jenkinsfile", ".pre-commit-config.yaml")
    return name in known or path.startswith((".github/", ".gitlab", "azure-pipelines"))


def _said(report: Report) -> dict[str, Value]:
    """What a report says, in few words; of each loosening, and who approved it."""
    loose = [one for one in report.findings if one.rule in _LOOSENED and one.state in ("new", "waived")]
    return {
        "verdict": report.verdict,
        "reasons": [*map(_first, report.reasons)],
        "new": sum(1 for one in report.findings if one.state == "new"),
        "policy": report.policy.hash,
        "loosened": [{"what": one.subject, "words": one.message, "approved": one.state == "waived"} for one in loose],
    }


def _first(reason: str) -> str:
    return reason.partition("\n")[0]
