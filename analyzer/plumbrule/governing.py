"""Which policy governs: finds `plumbrule.toml`, its baseline and its rules on disk or in a commit.

Hides where a policy lies. A scan reads what lies on disk; a gate reads what the base's tip holds, and for a policy in
another repository the committed tip of that repository's main line. Many a gate is asked about no change at all: that
is told here, before anything is imported that only judging needs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule import __version__
from plumbrule.beside import InCommit, OnDisk, blob_text, file_text, plain_text, repository_top, shipped_rules
from plumbrule.beside import shown as shown
from plumbrule.data import dataclass
from plumbrule.errors import NotARevision, PlumbruleError, SettingsError
from plumbrule.git import STAGED, Repository
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
from plumbrule.policy.edits import BASELINE, RULE_FILE, Edit, applied, edits
from plumbrule.policy.loosening import Loosening, loosened, more_owners, more_signers
from plumbrule.policy.model import CODEOWNERS
from plumbrule.report.model import Coverage, PolicyUsed, Report
from plumbrule.waiving import dated

# What knows rules and facts is imported where it is needed: to be told that there is no change, nobody needs it.
if TYPE_CHECKING:
    from plumbrule.extract import Limits
    from plumbrule.judge import Rule

_FEW = 20  # lines that a change adds to a baseline and that are told one by one
WORKTREE = "worktree"
UNREADABLE = "cannot be read"
_TOOL = {"name": "plumbrule", "version": __version__}


@dataclass(frozen=True, slots=True)
class Governing:
    """A policy with all that belongs to it."""

    policy: Policy
    gathered: Callable[[], tuple[Rule, ...]]  # of the rules that ship alone, those are read when they are asked for
    baseline: Baseline | None  # None = there is no baseline file
    folder: Path | None  # where the policy file is, on disk; None = there is none
    path: str = ""  # as shown: relative to its repository's root; "" = no policy
    commit: str = ""  # the commit it was read from; "" = from disk
    signers: str = ""  # the allowed signers that the policy names; "" where there are none that can be read

    @property
    def rules(self) -> tuple[Rule, ...]:
        return self.gathered()

    def within(self, repository: str) -> Governing:
        """As one repository of the fleet sees it."""
        return replace(self, policy=self.policy.within(repository))


@cache
def _shipped() -> tuple[Rule, ...]:
    from plumbrule.judge import load_rules

    return load_rules(shipped_rules())


def _loaded(folders: Sequence[Path]) -> Callable[[], tuple[Rule, ...]]:
    """The rules in these folders beside those that ship; read at once, so that a fault in one shows."""
    if not folders:
        return _shipped
    from plumbrule.judge import load_rules

    rules = load_rules(shipped_rules(), folders)
    return lambda: rules


def _gathered(own: Sequence[Rule]) -> Callable[[], tuple[Rule, ...]]:
    if not own:
        return _shipped
    from plumbrule.judge import gather

    rules = gather([*_shipped(), *own])
    return lambda: rules


def rules_at(path: Path) -> tuple[Rule, ...]:
    """The rules in this file or folder; those that do not ship with Plumbrule run confined."""
    from plumbrule.judge import gather, load_rules, parse_rule

    if path.resolve().is_relative_to(shipped_rules().resolve()):
        chosen = {str(file.resolve()) for file in (path, *path.rglob("*.md"))}
        return tuple(rule for rule in load_rules(shipped_rules()) if str(Path(rule.source).resolve()) in chosen)
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*.md") if is_rule_file(file.name))
    return gather(parse_rule(file_text(file), str(file), own=True) for file in files)


def is_rule_file(path: str) -> bool:
    """README.md and the like are no rules."""
    return path.endswith(".md") and path.rpartition("/")[2][:1].islower()


def policy_file(start: Path, given: str) -> Path | None:
    """The policy that governs `start`: the one given, else the nearest upwards; None if there is none.

    SettingsError if the given one is not there.
    """
    if given:
        path = Path(given)
        if path.is_dir():
            path = path / DEFAULT_NAME
        if not path.is_file():
            raise SettingsError(f"{given}: there is no such policy file.\nGive the path of a {DEFAULT_NAME}.")
        return path.resolve()
    for folder in (start, *start.parents):
        if (folder / DEFAULT_NAME).is_file():
            return folder / DEFAULT_NAME
    return None


def on_disk(file: Path | None, root: Path | None = None) -> Governing:
    """The policy as it lies there; the empty one for None, and then the baseline is the one at `root`."""
    if file is None:
        return Governing(Policy(), _shipped, _baseline_in(root) if root is not None else None, None)
    top = repository_top(file)
    policy = read_policy(file_text(file), str(file), file.relative_to(top).as_posix(), OnDisk(top))
    policy = with_diagrams(policy, lambda name: plain_text(file.parent / name))
    policy = with_queries(policy, lambda name: plain_text(file.parent / name))

    def beside(name: str) -> str | None:
        return plain_text(top / name) if os.path.lexists(top / name) else None

    policy = _with_owners(policy, file.relative_to(top).as_posix(), beside)
    return Governing(
        policy=policy,
        gathered=_loaded([file.parent / folder for folder in policy.rule_folders]),
        baseline=_baseline_in(file.parent),
        folder=file.parent,
        path=file.name,
        signers=_signers_on_disk(file.parent, policy.governance.allowed_signers),
    )


def _baseline_in(folder: Path) -> Baseline | None:
    file = folder / BASELINE_NAME
    return read_baseline(file_text(file), str(file)) if file.is_file() else None


def in_commit(repository: Repository, commit: str, path: str) -> Governing:
    """The policy at `path` of a commit, with the baseline beside it and its rules; the empty one if it is not there.

    SettingsError or RuleError for one that cannot be read as meant.
    """
    entry = repository.entry(commit, path)
    folder = path.rpartition("/")[0]
    inside = f"{folder}/" if folder else ""
    beside = repository.entry(commit, inside + BASELINE_NAME)
    baseline = None
    if beside is not None:
        baseline = read_baseline(blob_text(repository, beside, BASELINE_NAME, commit), BASELINE_NAME)
    if entry is None:
        return Governing(Policy(), _shipped, baseline, None, commit=commit)

    def named(name: str) -> str:
        drawn = repository.entry(commit, _normal(inside + name))
        if drawn is None:
            raise SettingsError(f"{name}: there is no such file at {commit[:12]}.\nCommit it, or correct its name.")
        return blob_text(repository, drawn, name, commit)

    policy = with_diagrams(_read_in(repository, commit, path, blob_text(repository, entry, path, commit)), named)
    policy = with_queries(policy, named)

    def at_root(name: str) -> str | None:
        found = repository.entry(commit, name)
        return blob_text(repository, found, name, commit) if found is not None else None

    policy = _with_owners(policy, path, at_root)
    own: list[Rule] = []
    for name in policy.rule_folders:
        from plumbrule.judge import parse_rule

        tree = repository.tree(commit)
        prefix = f"{_normal(inside + name)}/"
        files = [item for item in sorted(tree) if item.startswith(prefix) and is_rule_file(item)]
        if not files:
            raise SettingsError(
                f"{path} at {commit[:12]}: it names the rules folder {name!r}, which holds no rule there.\n"
                "Commit the rules, or take the folder out of the policy."
            )
        own += [parse_rule(blob_text(repository, tree[item], item, commit), item, own=True) for item in files]
    return Governing(
        policy=policy,
        gathered=_gathered(own),
        baseline=baseline,
        folder=repository.root / folder,
        path=path,
        commit=commit,
        signers=_signers_in(repository, commit, inside, policy.governance.allowed_signers),
    )


def _with_owners(policy: Policy, path: str, read: Callable[[str], str | None]) -> Policy:
    if CODEOWNERS not in policy.governance.owners:
        return policy
    from plumbrule.policy.owning import with_owners  # few leave it to that file

    return with_owners(policy, path, read)


def _signers_in(repository: Repository, commit: str, inside: str, name: str) -> str:
    """A file that is not there, or is none, names nobody: nothing can be approved, and everything be judged."""
    entry = repository.entry(commit, _normal(inside + name)) if name else None
    try:
        return "" if entry is None else blob_text(repository, entry, name, commit)
    except SettingsError:
        return ""


def _signers_on_disk(folder: Path, name: str) -> str:
    file = folder / name
    try:
        return file_text(file) if name and file.is_file() and not file.is_symlink() else ""
    except SettingsError:
        return ""


def alone(repository: Repository, commit: str) -> tuple[str, str] | None:
    """The blobs of a commit's policy and baseline ("" = there is none), where those can be read and ask for nothing
    else; see `still`."""
    files = [repository.entry(commit, path) for path in (DEFAULT_NAME, BASELINE_NAME)]
    if files[0] is None or any(entry is not None and entry.mode != "100644" for entry in files):
        return None
    policy = in_commit(repository, commit, DEFAULT_NAME).policy
    if policy.drawn or any(contract.file for contract in policy.contracts):
        return None
    policy_blob, baseline_blob = ("" if entry is None else entry.blob for entry in files)
    asks = policy.repositories or policy.rule_folders or policy.extends
    return None if asks else (policy_blob, baseline_blob)


def _read_in(repository: Repository, commit: str, path: str, text: str) -> Policy:
    """The policy of this text, with what it builds on in the commit."""
    try:
        return _read_once(text, path)
    except SettingsError as error:
        from plumbrule.policy.reading import OutOfReach

        if not isinstance(error, OutOfReach):
            raise
    return read_policy(text, path, path, InCommit(repository, commit))


@lru_cache(maxsize=4)
def _read_once(text: str, path: str) -> Policy:
    """`read_policy`; nearly every change leaves the policy as it is at its base, and both are asked for. One that
    builds on others raises, and is not held: what those say is not in its text."""
    return read_policy(text, path)


def path_inside(root: Path, given: str) -> str | None:
    """Where a path that a person gave lies inside a repository, with `/`; None if it lies elsewhere.

    Symbolic links below the root are not followed: they belong to the change, and would choose another policy.
    """
    path = Path(os.path.abspath(given))  # noqa: PTH100 - Path.absolute keeps `..`
    for folder in reversed((path, *path.parents)):
        if folder == root or os.path.realpath(folder) == str(root):
            inside = path.relative_to(folder).as_posix()
            return "" if inside == "." else inside
    return None


def is_same(base: Governing, head: Governing) -> bool:
    """Whether nothing was edited, as far as that can be told without comparing what it means."""
    same = (head.policy, head.baseline) == (base.policy, base.baseline)
    return same and head.gathered is base.gathered


def loosenings(
    base: Governing,
    head: Governing | None,
    why: str = "",
    *,
    files: Callable[[], Collection[str]] = tuple,
    formerly: Callable[[str], str] = str,
    stood: Callable[[], Collection[str]] | None = None,
    written: Callable[[str], str] = str,
    moved: Callable[[str], str] = str,
) -> tuple[Loosening, ...]:
    """What a change takes away from what governs: policy, own rules and baseline. None = it is gone, `why` says how.

    `files`, `formerly`, `moved` and `stood` as for `loosened`; `written` gives a finding's subject as it was called
    when the baseline was written.
    """
    if head is not None and is_same(base, head):
        return ()

    from plumbrule.judge import defaults

    rules = [*(() if head is None else head.rules), *base.rules]
    policy = None if head is None else head.policy
    found = [
        *loosened(base.policy, policy, defaults(rules), why, files=files, formerly=formerly, stood=stood, moved=moved)
    ]
    if head is not None:
        folders = {*base.policy.rule_folders}
        found = [one for one in found if one.kind != "rule" or one.subject not in folders]  # their rules count, below
        found += _weaker_rules(base, head)
        found += _more_accepted(base, head, (formerly, written, moved))
        found += _acceptable(base, head)
    return tuple(sorted(set(found)))


def proposal(base: Governing, starts: Sequence[Governing], head: Governing) -> tuple[Governing, Governing]:
    """What governs, and what would if the change landed now: the same with the change's own edits. `starts` are as it
    was where the change began; what others did since is theirs. Both call rules by their newest names."""
    base, head = _canonical(base, head), _canonical(head, base)
    starts = [_canonical(start, head) for start in starts]
    policy = applied(base.policy, edits(base.policy, head.policy, since=[start.policy for start in starts]))
    policy = replace(policy, source=head.policy.source, text=head.policy.text, hash=head.policy.hash)
    began = [{rule.id: rule for rule in start.rules} for start in starts]
    rules = {rule.id: rule for rule in base.rules}
    later = {rule.id: rule for rule in head.rules}
    for name in {*rules, *later}:
        if all(_told_of(one.get(name)) != _told_of(later.get(name)) for one in began):
            if name in later:
                rules[name] = later[name]
            else:
                del rules[name]
    baseline = head.baseline
    if baseline is not None and base.baseline is not None:
        came, gone = set(baseline.entries - base.baseline.entries), set(base.baseline.entries - baseline.entries)
        for start in starts:
            entries = start.baseline.entries if start.baseline is not None else frozenset()
            came, gone = came - entries, gone & entries
        baseline = Baseline((base.baseline.entries | came) - gone)
    elif baseline is None and all(start.baseline is None for start in starts):
        baseline = base.baseline
    gathered = tuple(rules[name] for name in sorted(rules))
    return base, replace(head, policy=policy, gathered=lambda: gathered, baseline=baseline)


def edits_between(base: Governing, own: Governing) -> tuple[Edit, ...]:
    """What turns one into the other: edits of the policy, of rule files and of the baseline."""
    found = [*edits(base.policy, own.policy)]
    if base.gathered is not own.gathered:
        was, now = ({rule.id: rule for rule in of.rules if rule.own} for of in (base, own))
        for name in sorted({*was, *now}):
            if _told_of(was.get(name)) != _told_of(now.get(name)):
                found.append(Edit(RULE_FILE, (name,), was.get(name), now.get(name)))
    if base.baseline != own.baseline:
        here, there = (frozenset() if of.baseline is None else of.baseline.entries for of in (base, own))
        found += [Edit(BASELINE, key, some, None) for key, some in _lines_of(here - there)]
        found += [Edit(BASELINE, key, None, some) for key, some in _lines_of(there - here)]
    return tuple(found)


_Lines = frozenset[tuple[str, str, str]]


def _lines_of(entries: _Lines) -> list[tuple[tuple[str, ...], _Lines]]:
    """Lines of a baseline one by one, or by rule where they are many: nobody reads a thousand."""
    if len(entries) <= _FEW:
        return [(entry, frozenset((entry,))) for entry in sorted(entries)]
    return [
        ((rule,), frozenset(entry for entry in entries if entry[0] == rule))
        for rule in sorted({rule for rule, _, _ in entries})
    ]


def with_edits(base: Governing, wanted: Sequence[Edit]) -> Governing:
    """What governs, with these edits and no others."""
    rules = {rule.id: rule for rule in base.rules}
    entries = set() if base.baseline is None else set(base.baseline.entries)
    beside = False
    for edit in wanted:
        if edit.field == RULE_FILE:
            rules.pop(edit.key[0], None)
            if edit.new is not None:
                rules[edit.key[0]] = edit.new  # type: ignore[assignment]  # a rule, as `edits_between` has it
        elif edit.field == BASELINE:
            beside = True
            lines = edit.old if edit.new is None else edit.new
            assert isinstance(lines, frozenset)
            entries = entries - lines if edit.new is None else entries | lines
    gathered = tuple(rules[name] for name in sorted(rules))
    return replace(
        base,
        policy=applied(base.policy, wanted),
        gathered=lambda: gathered,
        baseline=Baseline(frozenset(entries)) if beside or base.baseline is not None else None,
    )


def _told_of(rule: Rule | None) -> object:
    """What of a rule file bears on what is found, and its examples."""
    if rule is None or not rule.own:
        return rule and rule.id
    examples = tuple(tuple(one.parts for one in some) for some in (rule.bad, rule.good))
    return rule.severity, sql_words(rule.sql), rule.parameters, rule.needs, rule.formerly, examples


def sql_words(sql: str) -> tuple[str, ...]:
    """A statement without what means nothing in it: comments, and how it is spaced."""
    if "$$" in sql:
        return (sql,)
    return tuple(word for word in _SQL_WORDS.findall(sql) if not word.startswith(("--", "/*")))


_SQL_WORDS = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/|\w+|[^\s\w]""", re.DOTALL)


def _canonical(one: Governing, other: Governing) -> Governing:
    """With every rule by its newest name, as either of both sides knows it."""
    newest = {former: rule.id for side in (one, other) for rule in side.rules for former in rule.formerly}
    policy = one.policy
    if newest.keys() & policy.rules.keys():
        rules = {newest.get(name, name): setting for name, setting in policy.rules.items()}
        policy = replace(policy, rules=rules)
    if any(waiver.rule in newest for waiver in policy.waivers):
        waivers = (replace(waiver, rule=newest.get(waiver.rule, waiver.rule)) for waiver in policy.waivers)
        policy = replace(policy, waivers=tuple(waivers))
    baseline = one.baseline
    if baseline is not None and any(rule in newest for rule, _, _ in baseline.entries):
        baseline = Baseline(frozenset((newest.get(rule, rule), *rest) for rule, *rest in baseline.entries))  # type: ignore[misc]  # three texts
    return replace(one, policy=policy, baseline=baseline)


def _weaker_rules(base: Governing, head: Governing) -> Iterator[Loosening]:
    from plumbrule.judge.rulefile import SEVERITIES

    later = {name: rule for rule in head.rules for name in (*rule.formerly, rule.id)}
    for rule in base.rules:
        if not rule.own:
            continue
        now = later.get(rule.id)
        source = rule.source
        if now is None or not now.own:
            yield Loosening("rule", rule.id, f"The rule {rule.id} is gone.", source)
            continue
        if SEVERITIES.index(now.severity) < SEVERITIES.index(rule.severity):
            words = f"The rule {rule.id} is {now.severity} and was {rule.severity}."
            yield Loosening("rule", rule.id, words, source)
        elif (sql_words(now.sql), now.parameters, now.needs) != (sql_words(rule.sql), rule.parameters, rule.needs):
            # Which way is not known without the next change's code; what it finds now is no proof.
            yield Loosening("rule", rule.id, f"The rule {rule.id} looks for something else than before.", source)
        for kind, was, has in (("Bad", rule.bad, now.bad), ("Good", rule.good, now.good)):
            kept = [one.parts for one in has]
            for number, example in enumerate(was, 1):
                if example.parts not in kept:
                    words = f"{kind} example {number} of the rule {rule.id} is gone or another."
                    yield Loosening("example", f"{rule.id} {kind} {number}", words, source)


def _acceptable(base: Governing, head: Governing) -> Iterator[Loosening]:
    """Rules whose findings nobody could accept, and now may."""
    now = {rule.id: rule for rule in head.rules}
    for rule in base.rules:
        later = now.get(rule.id)
        if later is None or base.policy.waivable(rule.id, rule.waivable):
            continue
        if head.policy.waivable(rule.id, later.waivable):
            words = f"Findings of {rule.id} may be waived or kept in the baseline, and could not be before."
            yield Loosening("waivable", rule.id, words, base.path)


def entrusted(base: Governing, starts: Sequence[Governing], head: Governing) -> tuple[Loosening, ...]:
    """Who may approve what loosens the policy from then on, and could not before; `starts` are as it was where the
    change began."""

    def more(before: Governing) -> set[Loosening]:
        path = head.policy.governance.allowed_signers
        owners = more_owners(before.policy, head.policy, base.path)
        return {*owners, *more_signers(before.signers, head.signers, path, base.path)}

    found = more(base)
    for start in starts:
        own = {(one.kind, one.subject) for one in more(start)}
        found = {one for one in found if (one.kind, one.subject) in own}
    return tuple(sorted(found))


def _more_accepted(base: Governing, head: Governing, earlier: Sequence[Callable[[str], str]]) -> Iterator[Loosening]:
    if base.baseline is None:
        return
    if head.baseline is None:
        yield Loosening("baseline", BASELINE_NAME, "The baseline is deleted.", BASELINE_NAME)
        return
    known = base.baseline.entries
    came = frozenset(
        (rule, repo, subject)
        for rule, repo, subject in head.baseline.entries - known
        if not any((rule, repo, was(subject)) in known for was in earlier)
    )
    for (rule, *rest), lines in _lines_of(came):
        if not rest:
            first = min(subject for _, _, subject in lines)
            words = f"The baseline accepts {len(lines):,} findings of {rule} that it did not, such as {first}."
            yield Loosening("baseline", rule, words, BASELINE_NAME)
            continue
        repo, subject = rest
        words = f"The baseline accepts {rule} of {subject}{f' in {repo}' if repo else ''}, and did not before."
        yield Loosening("baseline", f"{rule}: {subject}", words, BASELINE_NAME)


def _normal(path: str) -> str:
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if parts:
                parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def fleet(governing: Governing, here: Path, named: Iterable[str]) -> list[tuple[str, Path]]:
    """(name, path) of the repositories that a command is about: those named, else the policy's fleet, else this one.

    A repository of the fleet keeps the fleet's name however it is spelled on the command line.
    """
    members = {}
    for member in governing.policy.repositories:
        base = governing.folder if governing.folder is not None else here
        members[member.name] = (base / member.path).resolve()
    by_root = {path: name for name, path in members.items()}
    given = list(named)
    if not given:
        return sorted(members.items()) if members else [_one(here, by_root)]
    found = []
    for text in given:
        if text in members:
            found.append((text, members[text]))
        else:
            found.append(_one(Path(text), by_root))
    names = [name for name, _ in found]
    for name in names:
        if names.count(name) > 1:
            raise SettingsError(
                f"two of these repositories are called {name!r}.\n"
                "Name them apart with [[repository]] tables in the policy."
            )
    return found


def _one(path: Path, by_root: dict[Path, str]) -> tuple[str, Path]:
    try:
        root = Repository.find(path).root
    except NotARevision:
        if path.resolve() in by_root:
            return by_root[path.resolve()], path.resolve()
        raise
    return by_root.get(root) or own_name(root), root


def own_name(root: Path) -> str:
    """What a repository is called that no fleet names: its folder, bytes that are no UTF-8 shown as `\\xNN`."""
    name = root.name if root.name != ".git" else root.parent.name
    return shown(name) or "repository"


# -- a change, as it is to be judged -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be judged."""

    repo: Path
    base: str  # "" = the default branch of the upstream; for what is staged, the commit that it comes after
    head: str  # a revision, WORKTREE or STAGED
    today: date
    fail_on: str = "error"
    strict: bool = False
    policy: str = ""  # a path; "" = the nearest
    policy_from_head: bool = False
    limits: Limits | None = None  # of what is read; None = the usual ones


def not_judged(question: Question, error: PlumbruleError) -> Report:
    """The report for a question that could not even be put."""
    head = question.head.removeprefix(":") if question.head == STAGED else question.head
    reason, repo, base, head = map(shown, (str(error), str(question.repo), question.base, head))
    return Report("not-judged", (reason,), repo, base, "", head, PolicyUsed(known=False), tool=_TOOL)


_TOOL = {"name": "plumbrule", "version": __version__}


def no_counts() -> dict[str, int]:
    return dict.fromkeys(("new", "known", "waived", "fixed", "error", "warning", "info"), 0)


@dataclass(frozen=True, slots=True)
class Put:
    """A question as it is to be judged."""

    question: Question
    repository: Repository
    name: str  # of the repository
    head: str  # a commit, or STAGED; that of the checkout where its work tree is judged
    bases: tuple[str, ...]  # merge bases
    binding: Governing
    proposed: Governing | None  # the change's own policy,
    unreadable: str  # or why there is none that can be read
    policy_path: str  # inside the repository, where the change's own policy would lie
    used: Governing
    plain: Report  # passed, with nothing found

    @property
    def is_change(self) -> bool:
        return self.question.head == WORKTREE or self.head not in self.bases

    def brings(self, store: Path) -> bool:
        """Whether a store, or what its path leads to, lies in the checkout because git put it there: the change could
        have made it say anything. One that a scan made is no part of any commit."""
        root = self.repository.root
        commits = {self.head}
        with suppress(NotARevision):  # a branch without a commit put nothing there
            commits.add(self.repository.resolve("HEAD"))
        for folder in {store, Path(os.path.realpath(store))}:
            if folder == root or (root / ".git").is_relative_to(folder):
                return True
            inside = folder.relative_to(root).parts if folder.is_relative_to(root) else ()
            # A link or a file anywhere on the way belongs to the commit as much as the folder itself.
            places = ["/".join(inside[:many]) for many in range(1, len(inside) + 1)]
            links = [place for place in places[:-1] if (root / place).is_symlink()]
            if any(self.repository.brings(commit, place) for place in (*links, *places[-1:]) for commit in commits):
                return True
        return False

    def no_change(self) -> Report:
        return replace(self.plain, reasons=("no change: the head is contained in the base",))


@contextmanager
def put(question: Question, repository: Repository | None = None) -> Iterator[Put]:
    """The question, put to the repository where that is known already. PlumbruleError where it cannot be put;
    `not_judged` makes a report of it."""
    repository = repository or Repository.find(question.repo)
    try:
        yield _put(question, repository)
    finally:
        repository.close()


def _put(question: Question, repository: Repository) -> Put:
    in_worktree, staged = question.head == WORKTREE, question.head == STAGED
    if in_worktree and repository.has_ref(f"refs/heads/{WORKTREE}"):
        # Whoever named a branch so would have had judged what lies on disk instead.
        raise NotARevision(
            f"{repository.root}: {WORKTREE!r} stands for the files on disk, and a branch here is called so, too.\n"
            f"Write `--head refs/heads/{WORKTREE}` for the branch, or rename it."
        )
    if in_worktree:
        repository.refuse_conflicts()
    base = repository.resolve(question.base or ("HEAD" if staged else repository.default_base()))
    head = repository.resolve("HEAD" if in_worktree else question.head)
    bases = _meeting(repository, base, head, after_head=staged and not question.base)
    binding, path = _binding(repository, question.policy, base, question.today)
    proposed, unreadable = _proposed(
        repository, WORKTREE if in_worktree else head, binding, path, is_given=bool(question.policy)
    )
    if question.policy and not binding.path and (proposed is None or not proposed.path):
        raise SettingsError(
            f"{question.policy}: there is no such policy file, neither at the base nor in the change.\n"
            f"Give the path of a {DEFAULT_NAME}."
        )
    used = binding
    if question.policy_from_head and proposed is not None:
        used = proposed if in_worktree or not proposed.path else _dated(proposed, repository, question.today)
    if question.policy_from_head and unreadable:
        raise SettingsError(f"the change's own policy cannot be previewed: {unreadable}")
    name = name_of(used, repository)
    policy_used = PolicyUsed(
        path=used.path, commit=used.commit, hash=used.policy.hash, preview=question.policy_from_head
    )
    shown_head = WORKTREE if in_worktree else head.removeprefix(":")
    plain = Report("passed", (), name, base, bases[0], shown_head, policy_used, no_counts(), Coverage(), (), _TOOL)
    return Put(question, repository, name, head, bases, binding, proposed, unreadable, path, used, plain)


def _meeting(repository: Repository, base: str, head: str, *, after_head: bool) -> tuple[str, ...]:
    """The merge bases of what is judged. A merge that is under way counts as made: it brings in others' work."""
    if head != STAGED:
        return repository.merge_bases(base, head)
    merged = repository.merging()
    if after_head:
        return (base, *merged)
    return repository.merge_bases(base, repository.resolve("HEAD"), *merged)


def _binding(repository: Repository, given: str, base: str, today: date) -> tuple[Governing, str]:
    """The policy as the base's tip has it, and where inside the repository the change's own would lie; one that lies
    elsewhere as that place's main line has it."""
    path = DEFAULT_NAME
    if given:
        inside = path_inside(repository.root, given)
        if inside is not None:
            path = inside
            found = in_commit(repository, base, inside)
            if not found.path and not inside.endswith(".toml"):
                path = f"{inside}/{DEFAULT_NAME}".removeprefix("/")
                found = in_commit(repository, base, path)
            return _dated(found, repository, today), path
        file = policy_file(repository.root, given)
    else:
        here = in_commit(repository, base, DEFAULT_NAME)
        if here.path:
            return _dated(here, repository, today), path
        file = policy_file(repository.root.parent, "")
        if file is None:
            return here, path
    assert file is not None  # one that is given and not there is refused
    try:
        elsewhere = Repository.find(file.parent)
    except NotARevision:
        return on_disk(file), path
    try:
        line = elsewhere.main_line()
        found = in_commit(elsewhere, elsewhere.resolve(line), file.relative_to(elsewhere.root).as_posix())
        found = _dated(found, elsewhere, today)
    finally:
        elsewhere.close()
    if not found.path:
        raise SettingsError(
            f"{file}: this policy is not committed on {line} of its repository, so nobody has agreed to it.\n"
            "Commit it there."
        )
    return found, path


def _dated(governing: Governing, repository: Repository, today: date) -> Governing:
    """The same, with its waivers cut to what one may last."""
    if not any(waiver.since is None for waiver in governing.policy.waivers):
        return governing
    return replace(governing, policy=dated(governing.policy, repository, governing.commit, governing.path, today))


def committed_dates(governing: Governing, today: date) -> Governing:
    """A policy on disk, with its waivers cut to what one may last; those that were never committed count from today."""
    if governing.folder is None or not any(waiver.since is None for waiver in governing.policy.waivers):
        return governing
    try:
        with Repository.find(governing.folder) as repository:
            inside = path_inside(repository.root, str(governing.folder / governing.path))
            head = repository.resolve("HEAD")
            policy = dated(governing.policy, repository, head, inside or "", today)
    except NotARevision:  # it lies in no repository, or nothing was ever committed there
        return governing
    return replace(governing, policy=policy)


def _proposed(
    repository: Repository, head: str, binding: Governing, path: str, *, is_given: bool
) -> tuple[Governing | None, str]:
    """The change's own policy, and why it cannot be read; a policy that lies elsewhere is not the change's, unless the
    change brings one that would be nearer, and the path is not given. `head` is a commit, or WORKTREE."""
    elsewhere = binding.folder is not None and not binding.folder.is_relative_to(repository.root)
    if elsewhere and is_given:
        return binding, ""
    path = path if elsewhere else binding.path or path
    try:
        if head == WORKTREE:
            file = repository.root / path
            if not file.exists() and repository.is_left_out(path):
                return in_commit(repository, STAGED, path), ""
            if file.is_symlink() or not file.is_file():
                return (binding, "") if elsewhere else (None, "is deleted")
            found = on_disk(file)
            return replace(found, policy=replace(found.policy, source=path)), ""
        found = in_commit(repository, head, path)
    except PlumbruleError as error:
        return None, f"{UNREADABLE}: {str(error).splitlines()[0]}"
    if found.path:
        return found, ""
    return (binding, "") if elsewhere else (None, "is deleted")


def name_of(governing: Governing, repository: Repository) -> str:
    """The repository's name: the fleet's, else its folder's."""
    for member in governing.policy.repositories:
        if governing.folder is not None and (governing.folder / member.path).resolve() == repository.root:
            return member.name
    return own_name(repository.root)
