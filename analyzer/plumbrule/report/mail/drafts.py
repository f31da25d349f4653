"""A mail for one reader before it is sent. Hides which parts several readers share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from plumbrule.errors import StoreError
from plumbrule.judge import Rule
from plumbrule.report.history import History, Snapshot
from plumbrule.report.mail.letter import Letter, Occasion, as_text, written
from plumbrule.report.mail.message import composed, message_id, standalone
from plumbrule.report.mail.moves import RepoMoves, Store, as_of, moves, upto
from plumbrule.report.mail.pictures import Picture, pictures
from plumbrule.report.mail.sent import Sent, Upto
from plumbrule.report.mail.settings import MailSettings, Person
from plumbrule.report.reviews import Reviews, read_reviews
from plumbrule.store import Store as StoreFolder

_SENDER = Person("plumbrule@example.org")  # of a preview without [mail]


@dataclass(frozen=True, slots=True)
class Draft:
    to: Person
    sender: Person
    id: str  # Message-ID
    letter: Letter
    pictures: tuple[Picture, ...]
    upto: tuple[Upto, ...]  # what to remember once it is sent
    worth_sending: bool

    def message(self, date: datetime) -> bytes:
        """As it goes to the server."""
        return composed(self.letter, self.pictures, self.sender, self.to, self.id, date).as_bytes()

    def shown(self, form: str, date: datetime) -> bytes:
        """As a file for a person: ".html", ".txt" or ".eml"."""
        if form == ".eml":
            return self.message(date)
        if form == ".txt":
            return as_text(self.letter, self.pictures).encode()
        return standalone(self.letter, self.pictures).encode()


class Desk:
    """Where drafts are written: one generation, opened once for all readers."""

    def __init__(self, store: Store, rules: Sequence[Rule], reviews: Reviews) -> None:
        self._store = store
        self._rules = rules
        self._reviews = reviews
        self._newest = store.history.newest()
        self._drawn: list[tuple[tuple[RepoMoves, ...], tuple[Picture, ...]]] = []

    @classmethod
    @contextmanager
    def open(cls, folder: Path, rules: Sequence[Rule], note: Callable[[str], None]) -> Iterator[Desk]:
        """StoreError if there is nothing to tell of."""
        with StoreFolder.open(folder, note=note).reader() as reader:
            store = Store(reader, History.of(reader))
            desk = cls(store, rules, read_reviews(folder))
            if not desk._newest:
                raise StoreError(
                    f"{folder}: no commit has been scanned into this store yet\nRun `plumbrule scan` first."
                )
            yield desk

    def draft(
        self, to: Person, settings: MailSettings | None, sent: Sent, *, since: date | None = None, always: bool = False
    ) -> Draft:
        """The mail for one reader, after what was sent to them; `since` pretends that it was sent then.

        Without pictures if it is not worth sending, unless it is wanted `always`.
        """
        last = {one.repo: self._last(one, to, sent, since) for one in self._newest}
        muted = frozenset[str]().union(*(self._reviews.muted_by(name) for name in to.names))
        found = tuple(moves(self._store, one, last[one.repo], self._rules, muted) for one in self._newest)
        number = len(sent.to(to.key))
        told = sent.to(to.key)[-1].when if number else ""
        occasion = Occasion(
            subject_prefix=settings.subject_prefix if settings else "[Plumbrule]",
            dashboard=settings.dashboard if settings else "",
            since=datetime.combine(since, time(), UTC) if since else datetime.fromisoformat(told) if told else None,
            unrenewed=self._store.history.unrenewed(),
            instead_of=self._store.history.instead_of,
            generation=self._store.history.generation,
        )
        sender = settings.sender if settings else _SENDER
        letter = written(found, occasion)
        # Who gets no mail takes it that nothing moved: a fault that hides what moved is told each time.
        worth_sending = any(one.told is None or one.moved for one in found) or bool(letter.warnings)
        reached = tuple(upto(self._store, one) for one in self._newest)
        return Draft(
            to=to,
            sender=sender,
            id=message_id(sender, to, number, list(last.values()), reached),
            letter=letter,
            pictures=self._pictures(found) if worth_sending or always else (),
            upto=reached,
            worth_sending=worth_sending,
        )

    def _last(self, newest: Snapshot, to: Person, sent: Sent, since: date | None) -> Upto | None:
        if since is not None:
            return as_of(self._store, newest, since)
        found = sent.last(to.key, newest.repo)
        return found[0] if found else None

    def _pictures(self, found: tuple[RepoMoves, ...]) -> tuple[Picture, ...]:
        # Drawing is most of the work, and readers who last heard at the same time see the same pictures.
        for other, drawn in self._drawn:
            if other == found:
                return drawn
        self._drawn.append((found, pictures(self._store.history, found)))
        return self._drawn[-1][1]
