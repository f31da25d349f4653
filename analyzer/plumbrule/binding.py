"""What a change is asked by: between which commits it is judged, and which policy binds it.

Hides where that policy lies, and that many a gate is asked about no change at all: it is answered here, before anything
is imported that only judging needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule import __version__
from plumbrule.errors import NotARevision, PlumbruleError, SettingsError
from plumbrule.git import Repository
from plumbrule.governing import Governing, in_commit, on_disk, own_name, path_inside, policy_file, shown
from plumbrule.policy import DEFAULT_NAME
from plumbrule.report.model import Coverage, PolicyUsed, Report

if TYPE_CHECKING:
    from plumbrule.extract import Limits

WORKTREE = "worktree"
UNREADABLE = "cannot be read"
_TOOL = {"name": "plumbrule", "version": __version__}


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be judged."""

    repo: Path
    base: str  # "" = the default branch of the upstream
    head: str  # a revision, or WORKTREE
    today: date
    fail_on: str = "error"
    strict: bool = False
    policy: str = ""  # a path; "" = the nearest
    policy_from_head: bool = False
    limits: Limits | None = None  # of what is read; None = the usual ones


def not_judged(question: Question, error: PlumbruleError) -> Report:
    """The report for a question that could not even be put."""
    reason, repo, base, head = map(shown, (str(error), str(question.repo), question.base, question.head))
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
    head: str  # a commit; that of the checkout where its work tree is judged
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
    in_worktree = question.head == WORKTREE
    base = repository.resolve(question.base or repository.default_base())
    head = repository.resolve("HEAD" if in_worktree else question.head)
    bases = repository.merge_bases(base, head)
    binding, path = _binding(repository, question.policy, base)
    proposed, unreadable = _proposed(repository, WORKTREE if in_worktree else head, binding, path)
    if question.policy and not binding.path and (proposed is None or not proposed.path):
        raise SettingsError(
            f"{question.policy}: there is no such policy file, neither at the base nor in the change.\n"
            f"Give the path of a {DEFAULT_NAME}."
        )
    used = proposed if question.policy_from_head and proposed is not None else binding
    if question.policy_from_head and unreadable:
        raise SettingsError(f"the change's own policy cannot be previewed: {unreadable}")
    name = _name(used, repository)
    policy_used = PolicyUsed(
        path=used.path, commit=used.commit, hash=used.policy.hash, preview=question.policy_from_head
    )
    shown_head = WORKTREE if in_worktree else head
    plain = Report("passed", (), name, base, bases[0], shown_head, policy_used, no_counts(), Coverage(), (), _TOOL)
    return Put(question, repository, name, head, bases, binding, proposed, unreadable, path, used, plain)


def _binding(repository: Repository, given: str, base: str) -> tuple[Governing, str]:
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
            return found, path
        file = policy_file(repository.root, given)
    else:
        here = in_commit(repository, base, DEFAULT_NAME)
        if here.path:
            return here, path
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
    finally:
        elsewhere.close()
    if not found.path:
        raise SettingsError(
            f"{file}: this policy is not committed on {line} of its repository, so nobody has agreed to it.\n"
            "Commit it there."
        )
    return found, path


def _proposed(repository: Repository, head: str, binding: Governing, path: str) -> tuple[Governing | None, str]:
    """The change's own policy, and why it cannot be read; a policy that lies elsewhere is not the change's. `head` is
    a commit, or WORKTREE."""
    path = binding.path or path
    if binding.folder is not None and not binding.folder.is_relative_to(repository.root):
        return binding, ""
    try:
        if head == WORKTREE:
            file = repository.root / path
            if file.is_symlink() or not file.is_file():
                return None, "is deleted"
            found = on_disk(file)
            return replace(found, policy=replace(found.policy, source=path)), ""
        found = in_commit(repository, head, path)
    except PlumbruleError as error:
        return None, f"{UNREADABLE}: {str(error).splitlines()[0]}"
    return (found, "") if found.path else (None, "is deleted")


def _name(governing: Governing, repository: Repository) -> str:
    """The repository's name: the fleet's, else its folder's."""
    for member in governing.policy.repositories:
        if governing.folder is not None and (governing.folder / member.path).resolve() == repository.root:
            return member.name
    return own_name(repository.root)
