"""The `Report`: the one noun every medium renders. Plain values only; nothing here reads a store or a clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import field

from plumbrule.data import dataclass

SCHEMA = "plumbrule/report/1"


@dataclass(frozen=True, slots=True)
class Finding:
    """One judged breach. Identity is (rule, repo, subject): never a line, never a list that can change."""

    id: str  # short stable hash of the identity
    rule: str
    severity: str  # error | warning | info
    state: str  # new | known | waived | fixed
    repo: str
    subject: str
    path: str
    line: int  # 1-based, 0 = no line
    message: str
    remedy: str
    evidence: tuple[str, ...] = ()
    commit: str = ""  # first commit that shows it, if known
    batch: str = ""
    agent: str = ""
    unaccepted: bool = False  # known at the merge base, yet missing from a baseline that exists
    group: str = ""  # findings of one group (the edges of one cycle) are shown together
    fails: bool = False  # one of those for which the verdict is "failed"
    touched: bool = False  # its file is one of those that the change touches
    excerpt: tuple[tuple[int, str], ...] = ()  # (line, its text) as `report.excerpts` has them; only where asked for
    step: int = 0  # place in the order of repair within its group, the cheapest first; 0 = it may stay, or is not new
    reason: str = ""  # why it is asked for, as the policy says of the contract or the rule
    alternatives: str = ""  # what else may be done
    owner: str = ""  # who answers for what is asked
    controls: tuple[str, ...] = ()  # that its rule gives evidence for; only where asked for


LEAST_RESOLVED = 0.97  # below this share of found imports the edges of a language are no ground for a verdict


@dataclass(frozen=True, slots=True)
class LanguageCoverage:
    """How many of the imports of one language were found."""

    language: str
    files: int
    imports: int  # internal-looking imported names
    resolved: int
    # Only where it `is_low`: (reason, how many, the first one as "path:line imports name"), commonest first.
    missed: tuple[tuple[str, int, str], ...] = ()

    @property
    def is_low(self) -> bool:
        """Whether so much is missing that everyone who reads a verdict must be told."""
        return self.resolved < LEAST_RESOLVED * self.imports


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was looked at, and what could not be."""

    files: int = 0  # files of a known language
    parsed: int = 0
    skipped: int = 0
    other: int = 0  # files of no known language
    imports: int = 0  # internal-looking imported names
    resolved: int = 0
    rules: int = 0  # rules evaluated
    not_measured: tuple[str, ...] = ()  # "unusual-change: not enough history (12 of 49 units)"
    selectors_unmatched: tuple[str, ...] = ()
    skipped_files: tuple[tuple[str, str], ...] = ()  # (path, reason), sorted
    read_in_part: tuple[tuple[str, int], ...] = ()  # (path, first line in doubt) of files that the change left so
    history: str = ""  # "", or why it is partial: "shallow clone"
    languages: tuple[LanguageCoverage, ...] = ()  # sorted by name


@dataclass(frozen=True, slots=True)
class PolicyEdit:
    """One edit that the change makes to the policy, and what it does to the findings of both sides."""

    place: str  # table and key
    effect: str  # tightening | neutral | loosening
    words: str
    line: int = 0  # in the change's policy; 0 = it is gone there, or not known
    lost: tuple[str, ...] = ()  # examples of findings that are gone or count for less
    gained: tuple[str, ...] = ()  # examples of findings that come
    lost_count: int = 0
    gained_count: int = 0


@dataclass(frozen=True, slots=True)
class PolicyUsed:
    """The policy that a report judged by."""

    path: str = ""  # "" = none; the built-in defaults
    commit: str = ""  # commit it was read from, "" for the worktree
    hash: str = ""
    loosened: tuple[str, ...] = ()  # what the change itself loosens, in words
    preview: bool = False  # read from the head by wish: the verdict binds nobody
    edits: tuple[PolicyEdit, ...] = ()  # what the change does to it
    known: bool = True  # False = nobody came so far as to see which policy there is, and the rest says nothing


@dataclass(frozen=True, slots=True)
class RuleText:
    """One evaluated rule in its own words, so that a reader of the report need not have the rule files."""

    id: str
    title: str
    severity: str  # as the policy set it: error | warning | info
    reason: str = ""  # Markdown: why it matters
    instead: str = ""  # Markdown: what to do instead, names not filled in


@dataclass(frozen=True, slots=True)
class Report:
    """One answer of the gate; every medium shows this one."""

    verdict: str  # passed | failed | not-judged
    reasons: tuple[str, ...]
    repo: str
    base: str  # commit ids, full; "" when there is none
    merge_base: str
    head: str  # commit id, "worktree" or "staged"
    policy: PolicyUsed = field(default_factory=PolicyUsed)
    counts: dict[str, int] = field(
        default_factory=dict
    )  # "new", "known", "waived", "fixed", "error", "warning", "info"
    coverage: Coverage = field(default_factory=Coverage)
    findings: tuple[Finding, ...] = ()  # sorted by (state new first, severity, rule, subject)
    tool: dict[str, str] = field(default_factory=dict)  # {"name": "plumbrule", "version": ...}
    ahead: tuple[Finding, ...] = ()  # what a first policy that the change brings would find new; it binds once landed
    rules: tuple[RuleText, ...] = ()  # every evaluated rule, sorted by id; empty = formats show ids only
    # By rule, how many findings that are known and accepted are not told one by one.
    known: dict[str, int] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0 judged and nothing new at or over the limit, 1 failed, 2 not judged."""
        return {"passed": 0, "failed": 1}.get(self.verdict, 2)


_STATES = {"new": 0, "known": 1, "waived": 2, "fixed": 3}
_LAST = 1_000_000_000  # step of what need not be repaired for the rest to be mended
_SEVERITIES = {"error": 0, "warning": 1, "info": 2}


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings as every medium lists them: new first, then by severity, rule and group, in a group by order of repair,
    then those first whose file the change touches, then by repo and subject."""
    return tuple(
        sorted(
            findings,
            key=lambda f: (
                *(_STATES.get(f.state, 9), _SEVERITIES.get(f.severity, 9), f.rule, f.group),
                *(f.step or _LAST, not f.touched),
                *(f.repo, f.subject, f.path, f.line, f.id),
            ),
        )
    )


def in_turns(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The first of every rule and group, then the second of each, and so on: where not all can be shown, a large group
    takes nobody's place."""
    seen: Counter[tuple[str, str]] = Counter()
    turns = []
    for finding in findings:
        kind = (finding.rule, finding.group)
        turns.append((seen[kind], finding))
        seen[kind] += 1
    return tuple(finding for _, finding in sorted(turns, key=lambda turn: turn[0]))
