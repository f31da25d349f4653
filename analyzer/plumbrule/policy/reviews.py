"""Reviews that a separate, protected step fetched from a platform: the file that `gate --approvals` reads.

Hides its format. Nothing in such a file is proved by itself; it is believed because of where it comes from. So it must
not lie where the change under judgement could have put it, and what it says is taken by the letter: one commit, one
reviewer, the last word of each.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

from plumbrule.data import dataclass
from plumbrule.errors import SettingsError

SCHEMA = "plumbrule/approvals/1"
STATES = ("approved", "changes_requested", "dismissed", "commented", "pending")
_SAYS_NOTHING = ("commented", "pending")  # leaves what the same reviewer said before
_LONGEST = 4_000_000  # bytes
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(\[bot\])?", re.ASCII)
_TEAM = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)*", re.ASCII)
_MEND = "Fetch it anew with the step that makes it; docs/recipes/approvals.md has one."


@dataclass(frozen=True, slots=True)
class Review:
    """What one reviewer said of one commit."""

    reviewer: str  # as the platform has the name, without "@"
    teams: tuple[str, ...]  # that the reviewer belongs to, as "group/team"
    state: str
    commit: str
    at: datetime

    def is_by(self, owner: str) -> bool:
        """Whether an owner of the policy, written `@name` or `@group/team`, is this reviewer or a team with them."""
        return owner.startswith("@") and owner[1:].lower() in {self.reviewer.lower(), *map(str.lower, self.teams)}


@dataclass(frozen=True, slots=True)
class Reviews:
    """All that was said of one change."""

    platform: str
    change: str  # its number there
    author: str  # who proposed it; nobody approves a change of their own
    reviews: tuple[Review, ...]

    def last_words(self) -> tuple[Review, ...]:
        """What each reviewer said last, where that is more than a comment; of two at one moment the less kind one."""
        last: dict[str, Review] = {}
        for review in sorted(self.reviews, key=lambda one: (one.at, one.state != "approved")):
            if review.state not in _SAYS_NOTHING:
                last[review.reviewer.lower()] = review
        return tuple(last[name] for name in sorted(last))


def read_reviews(given: str, outside: Collection[Path]) -> Reviews:
    """The reviews in a file; SettingsError names what is wrong with it, and refuses one below any of these folders:
    whatever lies there may have come with the change."""
    import orjson

    for place in (os.path.abspath(given), os.path.realpath(given)):  # noqa: PTH100 - links must stay to be seen
        for folder in outside:
            if Path(place).is_relative_to(folder) or Path(place).is_relative_to(os.path.realpath(folder)):
                raise SettingsError(
                    f"{given}: lies in the repository under judgement, so the change itself could have brought it.\n"
                    "Let the protected step write it to a folder of its own, and name it there."
                )
    try:
        with open(given, "rb") as file:  # noqa: PTH123 - may be a pipe
            text = file.read(_LONGEST + 1)
    except OSError as error:
        raise SettingsError(f"{given}: cannot be read: {error.strerror}.\n{_MEND}") from None
    if len(text) > _LONGEST:
        raise SettingsError(f"{given}: holds more than {_LONGEST:,} bytes, which is no list of reviews.\n{_MEND}")
    try:
        return _reviews(orjson.loads(text))
    except (orjson.JSONDecodeError, ValueError) as error:
        raise SettingsError(f"{given}: is no file of approvals ({SCHEMA}): {error}.\n{_MEND}") from None


def _reviews(value: object) -> Reviews:
    top = _object(value, "the file")
    if top.get("schema") != SCHEMA:
        raise ValueError(f"its schema is {top.get('schema')!r:.60}")
    listed = top.get("reviews")
    if not isinstance(listed, list):
        raise ValueError("`reviews` must be a list")
    for name in ("repository", "head"):
        _text(top, name, "the file")
    return Reviews(
        platform=_matching(top, "platform", _NAME, "the file"),
        change=_matching(top, "change", _NAME, "the file"),
        author=_matching(top, "author", _NAME, "the file"),
        reviews=tuple(_review(_object(one, f"review {at}"), f"review {at}") for at, one in enumerate(listed, 1)),
    )


def _review(row: Mapping[str, object], where: str) -> Review:
    teams = row.get("teams", [])
    if not isinstance(teams, list) or not all(isinstance(one, str) and _TEAM.fullmatch(one) for one in teams):
        raise ValueError(f"{where}: `teams` must be a list of names such as `group/team`")
    state = _text(row, "state", where).lower()
    if state not in STATES:
        raise ValueError(f"{where}: the state {state!a:.60} is not one of {', '.join(STATES)}")
    submitted = _text(row, "submitted_at", where)
    try:
        at = datetime.fromisoformat(submitted)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ValueError(f"{where}: `submitted_at` must be a moment with its zone, as 2027-03-31T12:00:00Z")
    commit = _matching(row, "commit", _COMMIT, where)
    return Review(_matching(row, "reviewer", _NAME, where), tuple(teams), state, commit, at)


def _object(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise ValueError(f"{where} must be an object")
    return value


def _text(row: Mapping[str, object], name: str, where: str) -> str:
    value = row.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{where} has no text `{name}`")
    return value


def _matching(row: Mapping[str, object], name: str, wanted: re.Pattern[str], where: str) -> str:
    value = _text(row, name, where)
    if not wanted.fullmatch(value):
        # Names of platforms are plain ASCII: what is not, only looks like one.
        raise ValueError(f"{where}: `{name}` cannot be {value!a:.80}")
    return value
