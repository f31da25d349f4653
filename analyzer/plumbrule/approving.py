"""Who approved what a change loosens: signed commits of the change, and reviews that a protected step fetched.

Hides what an approval is bound to. It counts for exactly the content that was approved: what governs at the base, what
governs at the head, and each loosening in its words. What comes later and loosens more is not covered, nor is an old
approval once the policy of the base has moved on. Owners and their keys are those of the base alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache

from plumbrule.data import dataclass
from plumbrule.errors import PlumbruleError, SettingsError
from plumbrule.git import Commit, Repository, Skipped
from plumbrule.git.signature import SignedCommit, signed_commit
from plumbrule.governing import Governing, in_commit, loosenings, path_inside
from plumbrule.languages import language_of
from plumbrule.policy import BASELINE_NAME, Waiver
from plumbrule.policy.loosening import Approval, Loosening, Weighed
from plumbrule.policy.model import settings_of
from plumbrule.policy.reviews import Review, Reviews
from plumbrule.policy.signers import Signers

TRAILER = "Approves-policy"
_MOST = 500  # commits of a change that are looked at one by one; a longer one is approved as a whole
_LISTED = 3  # reasons why there is no approval

_Print = Mapping[str, str]  # what governs, by place


@dataclass(frozen=True, slots=True)
class Change:
    """A change whose loosenings want an approval."""

    repository: Repository
    base: str  # tip
    head: str  # commit; "" for a work tree, which nobody can have approved
    binding: Governing  # at the base
    proposed: Governing | None  # at the head; None = there is none that can be read
    reviews: Reviews | None
    today: date


def weigh(change: Change, loose: Sequence[Loosening]) -> Weighed:
    """Which of these loosenings are approved. They are approved together or not at all: each proof is of the whole
    content, not of a line of it."""
    if not loose:
        return Weighed({})
    many = f"{len(loose)} loosening{'s' if len(loose) > 1 else ''} of what governs"
    owners = change.binding.policy.governance.owners
    if not owners:
        remark = change.binding.policy.governance.remark
        why = f"{many} cannot be approved here: the policy at the base names no owners{': ' + remark if remark else ''}"
        mend = "Whoever may merge past this gate answers for it, and may land [governance] with `owners` first."
        return Weighed({}, (f"{why}\n{mend}",))
    if not change.head:
        why = f"{many} cannot be approved yet: an approval is of a commit, and this is a work tree"
        return Weighed({}, (f"{why}\nCommit it; the gate then says how an owner approves it.",))
    search = _Search(change, loose)
    found = search.approval()
    if found is not None:
        told = f"{many} {'are' if len(loose) > 1 else 'is'} approved by {found.owner} ({found.proof})"
        return Weighed({one.name: found for one in loose}, (told,))
    if remark := change.binding.policy.governance.remark:
        search.reasons.append(remark)
    why = "; ".join(dict.fromkeys(search.reasons[:_LISTED])) or "no commit of the change approves it, and no review"
    return Weighed(
        {}, (f"{many} lack{'' if len(loose) > 1 else 's'} the approval of an owner: {why}\n{search.mend()}",)
    )


def approvers(governing: Governing) -> Mapping[tuple[str, str, str], str]:
    """By (rule, subject, repository), who approved the waivers of a policy on disk, where the change that landed one
    on the main line holds the proof; judged as on the day on which it landed, when keys counted that may not today."""
    if governing.folder is None:
        return {}
    found: dict[tuple[str, str, str], str] = {}
    wanted = {(one.rule, one.subject, one.repository) for one in governing.policy.waivers}
    try:
        with Repository.find(governing.folder) as repository:
            path = path_inside(repository.root, str(governing.folder / governing.path)) or ""
            for made, _, _ in repository.versions(repository.resolve("HEAD"), path):
                if not wanted:
                    break
                landed = _landed(repository, made, path)
                wanted -= landed.keys()
                found.update({key: by for key, by in landed.items() if by})
    except PlumbruleError:
        pass  # what cannot be read proves nothing
    return found


def _landed(repository: Repository, made: Commit, path: str) -> Mapping[tuple[str, str, str], str]:
    """The waivers that a commit of the main line brought or changed, and who approved them; "" = nobody who proved
    it."""
    base = in_commit(repository, made.parents[0], path) if made.parents else None
    head = in_commit(repository, made.id, path)
    before = frozenset() if base is None else frozenset(map(_said, base.policy.waivers))
    new = [one for one in head.policy.waivers if _said(one) not in before]
    approval = ""
    if base is not None and base.path and (loose := loosenings(base, head)):
        change = Change(repository, made.parents[0], made.id, base, head, reviews=None, today=made.committed_at.date())
        approved = weigh(change, loose).approvals.values()
        approval = next((f"{one.owner} ({one.proof})" for one in approved), "")
    return {(one.rule, one.subject, one.repository): approval for one in new}


def _said(waiver: Waiver) -> str:
    return repr(settings_of(waiver))


class _Search:
    def __init__(self, change: Change, loose: Sequence[Loosening]) -> None:
        self.reasons: list[str] = []
        self._change = change
        self._repository = change.repository
        self._loose = loose
        self._signers = Signers(change.binding.signers, _people(change))
        self._commits = self._repository.between(change.base, change.head)
        self._print = cache(self._printed)
        self._read = cache(self._signed)

    def approval(self) -> Approval | None:
        """The first proof that holds; what was found and proves nothing is in `reasons`."""
        return self._by_word() or self._by_edit() or self._by_review()

    def mend(self) -> str:
        governance = self._change.binding.policy.governance
        ways = []
        if self._signers.known:
            line = f"git commit --allow-empty -S -m 'Approve the policy' --trailer '{TRAILER}: {self._digest}'"
            ways.append(f"{_either(self._signers.known)} approves exactly this with a signed commit on top: {line}")
        if platform := [owner for owner in governance.owners if owner.startswith("@")]:
            ways.append(f"{_either(platform)} approves the commit in a review, which `--approvals FILE` then proves")
        if not ways:
            named = governance.allowed_signers
            where = f"{named} at the base holds no key of theirs" if named else "`allowed_signers` is not set there"
            ways.append(f"no owner can prove anything yet, since {where}: whoever may merge past this gate mends that")
        text = ", or ".join(ways)
        return f"{text}."

    # -- the three proofs ---------------------------------------------------------------------------------------

    def _by_word(self) -> Approval | None:
        """A signed commit whose message names the very content."""
        for commit in self._commits:
            made = self._read(commit)
            said = made.trailers(TRAILER) if made is not None else ()
            if not said:
                continue
            if self._digest not in said:
                self.reasons.append(f"commit {commit[:12]} approves something else than what is here now")
            elif (owner := self._owner(commit)) and self._holds(commit):
                return Approval(owner, f"signed commit {commit[:12]}")
        return None

    def _by_edit(self) -> Approval | None:
        """Owners made all of it themselves: every commit of the change that touches what governs is signed by one."""
        if len(self._commits) > _MOST:
            self.reasons.append(f"the change has {len(self._commits):,} commits, too many to be approved one by one")
            return None
        touching = [commit for commit in self._commits if self._touches(commit)]
        if not touching:
            return None
        now = self._print(self._change.base)
        owners: dict[str, None] = {}
        for commit in touching:
            owner = self._owner(commit)
            if not owner:
                return None
            [start, *_] = self._repository.merge_bases(self._change.base, commit)
            if self._print(start) != now:
                self.reasons.append(f"commit {commit[:12]} was signed before what governs the base changed")
                return None
            owners[owner] = None
        if not self._holds(touching[0]):
            return None
        return Approval(" and ".join(owners), f"signed commit {', '.join(one[:12] for one in touching)}")

    def _by_review(self) -> Approval | None:
        """A review of exactly the head, or of what the platform merged with the base to judge it."""
        reviews = self._change.reviews
        if reviews is None:
            return None
        good = {self._change.head, *self._merged()}
        for review in reviews.last_words():
            owner = next((one for one in self._change.binding.policy.governance.owners if review.is_by(one)), "")
            if review.state == "approved" and owner and review.commit in good and not _own(review, reviews):
                if self._holds(review.commit):
                    return Approval(f"@{review.reviewer}", f"review of {review.commit[:12]} on {reviews.platform}")
                continue
            self.reasons.append(_not_counted(review, reviews, owner, good))
        return None

    # -- what they rest on --------------------------------------------------------------------------------------

    def _owner(self, commit: str) -> str:
        """The owner who signed a commit; "" if none did, and then why."""
        made = self._read(commit)
        if made is None:
            self.reasons.append(f"commit {commit[:12]} cannot be read")
            return ""
        if made.kind != "ssh":
            signed = "is signed in another way than SSH, which is not supported" if made.kind else "is not signed"
            self.reasons.append(f"commit {commit[:12]} {signed}")
            return ""
        try:
            owner = self._signers.signer(made.payload, made.signature, self._change.today)
        except SettingsError as error:  # a loosening without proof is a finding, whoever could not be asked
            self.reasons.append(" ".join(str(error).splitlines()))
            return ""
        if not owner:
            self.reasons.append(f"commit {commit[:12]} is signed, but with no key that counts for an owner at the base")
        return owner

    def _signed(self, commit: str) -> SignedCommit | None:
        made = signed_commit(self._repository, commit)
        return None if isinstance(made, Skipped) else made

    def _holds(self, commit: str) -> bool:
        """Whether nothing came after that commit which the change's own policy looks away from, and the base's does
        not: what was approved is how little is judged of what was there."""
        proposed, binding = self._change.proposed, self._change.binding
        if proposed is None or commit == self._change.head:
            return True
        known = {*self._repository.tree(commit), *self._repository.tree(self._change.base)}
        for path in self._repository.tree(self._change.head):
            if path in known or language_of(path) is None or binding.policy.excludes(path):
                continue
            bare = binding.policy.component(path) and not proposed.policy.component(path)
            if bare or proposed.policy.excludes(path):
                self.reasons.append(f"{path} came after {commit[:12]} was approved, to where less is judged")
                return False
        return True

    def _touches(self, commit: str) -> bool:
        """Whether a commit changes what governs, other than by taking over what the base says."""
        parents = self._commits[commit]
        own = self._print(commit)
        if not parents:
            return any(own.values())
        prints = [self._print(parent) for parent in parents]
        places = {place for one in (own, *prints) for place in one}
        return any(self._touches_at(place, own, parents) for place in places)

    def _touches_at(self, place: str, own: _Print, parents: Sequence[str]) -> bool:
        here = own.get(place, "")
        there = {parent: self._print(parent).get(place, "") for parent in parents}
        if any(there[parent] == here for parent in parents if parent not in self._commits):
            return False
        for parent in (one for one in parents if there[one] == here):
            others = [one for one in parents if one != parent and there[one] != here]
            if all(self._left_alone(place, parent, other, there[other]) for other in others):
                return False
        return True

    def _left_alone(self, place: str, parent: str, other: str, there: str) -> bool:
        """Whether the other side of a merge is at this place as it was where the two parted."""
        bases = self._repository.merge_bases(parent, other)
        return len(bases) == 1 and self._print(bases[0]).get(place, "") == there

    def _merged(self) -> Iterator[str]:
        """The commit that the head only merges with the base, as platforms do to have it judged."""
        parents = self._commits.get(self._change.head, ())
        if len(parents) == 2 and not self._touches(self._change.head):
            fresh = [one for one in parents if one in self._commits]
            if len(fresh) == 1:
                yield fresh[0]

    def _printed(self, commit: str) -> _Print:
        """What governs at a commit, by place: the ids of the files, and what they come to together."""
        repository, binding = self._repository, self._change.binding
        both = [one for one in (binding, self._change.proposed) if one is not None]
        path = binding.path
        folder = path.rpartition("/")[0]
        inside = f"{folder}/" if folder else ""
        files = {path, inside + BASELINE_NAME, *(one.source for one in self._loose)}
        files |= {inside + one.policy.governance.allowed_signers for one in both if one.signers}
        files |= {one.policy.governance.codeowners for one in both}
        files |= {name for one in self._loose for name in _attributes(one.source)}
        found = {}
        for name in sorted(files - {""}):
            entry = repository.entry(commit, name)
            found[name] = "" if entry is None else f"{entry.mode} {entry.blob}"
        for one in both:
            for name in one.policy.rule_folders:
                found[f"{inside}{name}/"] = repository.folder(commit, inside + name)
        try:
            at = in_commit(repository, commit, path) if path else None
            rules = "" if at is None else "".join(rule.text for rule in at.rules if rule.own)
            found["*"] = "" if at is None else _digest(at.policy.settings(), rules)
        except PlumbruleError:
            found["*"] = "cannot be read"
        return found

    @property
    def _digest(self) -> str:
        """Names the content to be approved. Long enough that nobody finds two contents of one name."""
        sides = [sorted(self._print(one).items()) for one in (self._change.base, self._change.head)]
        words = sorted((one.kind, one.subject, one.words, one.source) for one in self._loose)
        return _digest(json.dumps([sides, words]))


def _people(change: Change) -> list[str]:
    return [owner for owner in change.binding.policy.governance.owners if not owner.startswith("@")]


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _attributes(path: str) -> Iterator[str]:
    """The files beside and above a path that may say what it is."""
    folders = path.split("/")[:-1]
    for depth in range(len(folders) + 1):
        yield "/".join((*folders[:depth], ".gitattributes"))


def _own(review: Review, reviews: Reviews) -> bool:
    return review.reviewer.lower() == reviews.author.lower()


def _not_counted(review: Review, reviews: Reviews, owner: str, good: set[str]) -> str:
    said = f"the review by {review.reviewer}"
    if not owner:
        return f"{said} is by nobody whom the base names an owner"
    if _own(review, reviews):
        return f"{said} is of a change of their own"
    if review.state != "approved":
        return f"{said} says {review.state.replace('_', ' ')}"
    return f"{said} is of commit {review.commit[:12]}, and not of {min(good)[:12]}"


def _either(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
