"""What people remarked on findings. Hides the file: JSON Lines beside the store, only ever appended to.

A remark orders and hides findings in views; no gate reads it. To judge and to mute are two things: of each, the last
that a person said of a finding counts. A line that cannot be read (a crash, a full disk, a foreign hand) is counted
and never takes its neighbours with it.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from plumbrule.errors import StoreError

FILE = "reviews.jsonl"
JUDGEMENTS = ("true", "wrong", "retracted")  # "retracted" takes the person's judgement back
MUTING = ("mute", "unmute")
VERDICTS = (*JUDGEMENTS, *MUTING, "withdrawn")  # older files' word: takes back whichever of both was said last
NOTE_LIMIT = 2000  # characters; longer ones are cut


@dataclass(frozen=True, slots=True)
class Review:
    who: str
    when: str  # ISO 8601 with an offset
    finding: str  # the finding's id
    verdict: str  # one of VERDICTS
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reviews:
    """Every readable remark in the order it was made."""

    remarks: tuple[Review, ...] = ()
    damaged: int = 0  # lines that could not be read

    def standing(self) -> Mapping[str, Mapping[str, Review]]:
        """By finding, then by person: the judgement that counts now."""
        return self._counting()[0]

    def mutes(self) -> Mapping[str, Mapping[str, Review]]:
        """By finding, then by person: who does not want to see it."""
        return self._counting()[1]

    def muted_by(self, who: str) -> frozenset[str]:
        """Ids of the findings that this person does not want to see."""
        return frozenset(finding for finding, by_person in self.mutes().items() if who in by_person)

    def _counting(self) -> tuple[Mapping[str, Mapping[str, Review]], Mapping[str, Mapping[str, Review]]]:
        said: dict[tuple[str, str], list[Review]] = {}  # a judgement, a muting, or both, the newer one last
        for remark in self.remarks:
            key = remark.finding, remark.who
            kept = said.pop(key, [])  # a newer remark also moves to the end
            if remark.verdict == "withdrawn":
                kept = kept[:-1]
            else:
                kept = [one for one in kept if (one.verdict in MUTING) != (remark.verdict in MUTING)]
                kept += [remark] if remark.verdict not in ("retracted", "unmute") else []
            said[key] = kept
        sides: tuple[dict[str, dict[str, Review]], dict[str, dict[str, Review]]] = ({}, {})
        for (finding, who), kept in said.items():
            for one in kept:
                sides[one.verdict in MUTING].setdefault(finding, {})[who] = one
        return sides


def read_reviews(store: Path) -> Reviews:
    """The remarks beside this store; none if nobody has remarked yet."""
    place = store / FILE
    try:
        with place.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            text = file.read()
    except FileNotFoundError:
        return Reviews()
    except OSError as fault:
        raise StoreError(f"{place} cannot be read: {fault.strerror}\nmake it readable, or move it away") from fault
    *lines, last = text.split(b"\n")
    # Without its line feed the last line was torn off while it was written, even if it happens to parse.
    read = [_review(line) for line in lines if line.strip()]
    return Reviews(tuple(one for one in read if one is not None), read.count(None) + bool(last.strip()))


def add_review(store: Path, who: str, when: datetime, finding: str, verdict: str, note: str = "") -> Review:
    """Append one remark and return it, on the disk when this returns. StoreError if that is not possible.

    Several processes may do so at once. A torn last line of an earlier crash is left as it is and closed first.
    """
    if verdict not in VERDICTS or not who.strip() or not finding:
        raise ValueError(f"no remark: {who!r} {verdict!r} {finding!r}")
    review = Review(who.strip(), when.isoformat(timespec="seconds"), finding, verdict, note.strip()[:NOTE_LIMIT])
    line = json.dumps(asdict(review)).encode("ascii") + b"\n"  # ASCII only: no separator can hide in a name
    place = store / FILE
    try:
        _append(place, line)
    except OSError as fault:
        raise StoreError(
            f"the remark was not kept: {place}: {fault.strerror}\nmake the store's folder writable and free some space"
        ) from fault
    return review


def _append(place: Path, line: bytes) -> None:
    handle = os.open(place, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        size = os.fstat(handle).st_size
        torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        try:
            _write(handle, b"\n" + line if torn else line)
            os.fsync(handle)
        except OSError:
            os.ftruncate(handle, size)  # half a remark helps nobody
            raise
    finally:
        os.close(handle)
    if size == 0:  # the file itself must outlive a crash, too
        folder = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _write(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]


def _review(line: bytes) -> Review | None:
    try:
        kept = json.loads(line)
    except (ValueError, RecursionError):
        return None
    names = ("who", "when", "finding", "verdict", "note")
    if not isinstance(kept, dict) or not _all_text(kept.get(name, "") for name in names):
        return None
    review = Review(*(kept.get(name, "") for name in names))
    return review if review.who and review.finding and review.verdict in VERDICTS else None


def _all_text(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) for value in values)
