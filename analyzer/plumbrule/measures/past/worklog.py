"""Who changed which files together, over the last twelve months of a main line.

Hides how the counts are kept while the window slides: each piece of work is counted once when it comes and taken out
once when it is too old, so that a commit costs what it touched and not what the year did. Dates are those of the
commits, never of a clock, as far as they can be true; files that moved keep what is known of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any, NamedTuple

from plumbrule.batches import Batch, agents_of
from plumbrule.data import dataclass
from plumbrule.git import LineCommit, Repository
from plumbrule.languages import language_of

DAY = 86_400
WINDOW = 365 * DAY  # seconds before the newest commit
LARGEST = 30  # files of a piece of work from which on it tells nothing of which belong together (code-maat)
STRONG = 5  # times together from which on a pair is looked at (code-maat)
_BULK = 1000  # files of one commit: a formatter, a move of everything, a copy of another project
_READ_AT_MOST = 20_000  # commits of the year before a first snapshot
_OLD_IN_A_ROW = 100  # commits older than the window, after which no younger one is looked for


class Hand(NamedTuple):
    """Whose work it was."""

    author: str
    agent: str  # that left a sign in it; "" = none, as far as known
    is_person: bool  # no bot, and no agent under a name of its own


@dataclass(slots=True)
class Work:
    """One piece of work as far as it is in the window: a batch."""

    at: int  # seconds since 1970, of its newest commit
    files: dict[str, Hand] = field(default_factory=dict)  # files of known languages, by whom last

    @property
    def tells_pairs(self) -> bool:
        return 1 < len(self.files) <= LARGEST


@dataclass(slots=True)
class WorkLog:
    """Pieces of work by their batch, the one that went on last at the end, and what they add up to."""

    today: int  # seconds since 1970: no commit is younger than the end of this day
    tip: str = ""  # the commit that was added last
    works: dict[str, Work] = field(default_factory=dict)
    revisions: Counter[str] = field(default_factory=Counter)  # pieces of work that touched a file
    joint: Counter[str] = field(default_factory=Counter)  # of those, the ones small enough to tell pairs
    together: Counter[tuple[str, str]] = field(default_factory=Counter)  # small pieces of work that touched both
    strong: set[tuple[str, str]] = field(default_factory=set)  # pairs that reach STRONG
    hands: dict[str, Counter[Hand]] = field(default_factory=dict)  # by file, whose pieces of work touched it

    def add(self, made: LineCommit, batch: str) -> None:
        """The next commit of the line, as part of this batch."""
        self.tip = made.commit.id
        newest = next(reversed(self.works.values())).at if self.works else 0
        at = int(made.commit.committed_at.timestamp())
        # Dates are anybody's claim: none lies before what it stands on, nor in the future.
        at = max(newest, at) if at < self.today + 2 * DAY else newest
        self._follow({old: new for new, old in _moved(made).items()})
        work = self.works.pop(batch, None) or Work(at)
        self._count(work, -1)
        work.at = at
        touched = [change.path for change in made.changes if change.new is not None and language_of(change.path)]
        if len(touched) <= _BULK:
            work.files.update(dict.fromkeys(touched, _hand(made)))
        self.works[batch] = work
        self._count(work, 1)
        self._forget(at - WINDOW)

    def _count(self, work: Work, step: int) -> None:
        paths = sorted(work.files)
        for path in paths:
            self.revisions[path] += step
            if not self.revisions[path]:
                del self.revisions[path]
            hands = self.hands.setdefault(path, Counter())
            hands[work.files[path]] += step
            if not hands[work.files[path]]:
                del hands[work.files[path]]
                if not hands:
                    del self.hands[path]
        if not work.tells_pairs:
            return
        for index, path in enumerate(paths):
            self.joint[path] += step
            for other in paths[index + 1 :]:
                pair = path, other
                self.together[pair] += step
                if not self.together[pair]:
                    del self.together[pair]
                elif self.together[pair] >= STRONG:
                    self.strong.add(pair)
                    continue
                self.strong.discard(pair)

    def _forget(self, before: int) -> None:
        """Takes out what is older; the oldest pieces of work stand first."""
        while (oldest := next(iter(self.works))) and self.works[oldest].at < before:
            self._count(self.works.pop(oldest), -1)

    def _follow(self, moved: Mapping[str, str]) -> None:
        """Gives files the names they have now; `moved` is old to new."""
        if not any(path in self.revisions for path in moved):
            return
        for work in self.works.values():
            if not work.files.keys().isdisjoint(moved):
                self._count(work, -1)
                work.files = {moved.get(path, path): hand for path, hand in work.files.items()}
                self._count(work, 1)

    def small(self) -> Iterator[tuple[str, ...]]:
        """The files of each piece of work that tells pairs, oldest first."""
        return (tuple(sorted(work.files)) for work in self.works.values() if work.tells_pairs)

    # -- to and from plain values -----------------------------------------------------------------------------------

    def kept(self) -> dict[str, object]:
        hands = list(dict.fromkeys(hand for work in self.works.values() for hand in work.files.values()))
        paths = sorted({path for work in self.works.values() for path in work.files})
        hand_at = {hand: at for at, hand in enumerate(hands)}
        path_at = {path: at for at, path in enumerate(paths)}
        works = [
            [batch, work.at, [[path_at[path], hand_at[hand]] for path, hand in work.files.items()]]
            for batch, work in self.works.items()
        ]
        return {"tip": self.tip, "hands": [[*hand] for hand in hands], "paths": paths, "works": works}

    @classmethod
    def read(cls, kept: Mapping[str, Any], today: int) -> WorkLog:  # Any: plain values, as `kept` gave them
        """The inverse of `kept`."""
        log = cls(today)
        hands = [Hand(*hand) for hand in kept["hands"]]
        for batch, at, files in kept["works"]:
            work = Work(at, {kept["paths"][path]: hands[hand] for path, hand in files})
            log.works[batch] = work
            log._count(work, 1)
        log.tip = kept["tip"]
        return log


def _moved(made: LineCommit) -> dict[str, str]:
    """New path to old path of files that moved as they were; which one it is says nothing where several are alike."""
    gone = {change.old.blob: change.path for change in made.changes if change.new is None and change.old is not None}
    return {
        change.path: gone[change.new.blob]
        for change in made.changes
        if change.old is None and change.new is not None and change.new.blob in gone
    }


def _hand(made: LineCommit) -> Hand:
    """Whose work a commit of the main line is; of what a merge brought, whose most of it is."""
    sides = made.merged or (made.commit,)
    often = Counter(side.author_email.strip().lower() for side in sides)
    author = max(sides, key=lambda side: (often[side.author_email.strip().lower()], side is sides[0]))
    agents = [agent for side in (made.commit, *sides) for agent in agents_of(side)]
    named = [agent for agent in agents if agent.kind == "agent"]
    own = [agent for agent in agents_of(author) if agent.channel == "identity"]
    # The web editor and merge buttons commit under the platform's name; that is no author.
    is_person = not any(agent.name and _is_author(author.author_name, agent.name) for agent in own)
    return Hand(" ".join(author.author_name.split())[:200], named[0].name if named else "", is_person)


def _is_author(author: str, agent: str) -> bool:
    return author.lower().endswith("[bot]") or agent.lower() in author.lower()


def year_before(repository: Repository, tip: str, since: int) -> Sequence[LineCommit]:
    """The commits of the main line that ends at `tip`, oldest first, as far back as `since` (seconds since 1970)."""
    wanted, old = 0, 0
    for number, at in enumerate(repository.first_parent_dates(tip, _READ_AT_MOST), 1):
        old = 0 if at >= since else old + 1
        wanted = wanted if old else number
        if old == _OLD_IN_A_ROW:
            break
    return repository.first_parent_log(tip, wanted).commits if wanted else ()


def batch_names(found: Sequence[Batch]) -> dict[str, str]:
    """The batch of each commit."""
    return {commit: batch.id for batch in found for commit in batch.commits}
