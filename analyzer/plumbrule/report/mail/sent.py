"""What was sent to whom, up to which snapshot. Hides the file: JSON Lines beside the store, only ever appended to.

A line is written when the mail server has accepted a message, and never before: a crash in between repeats that mail
once, under the same Message-ID, and skips nothing. One run at a time sends; another one waits and then finds nothing
left to tell. A line that cannot be read never takes its neighbours with it.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from plumbrule.errors import StoreError

FILE = "mailed.jsonl"


@dataclass(frozen=True, slots=True)
class Upto:
    """The newest snapshot of a repository that a mail told of, and by what it was measured and judged."""

    repo: str
    snapshot: str
    commit: str
    position: int
    instrument: str = ""
    policy: str = ""


@dataclass(frozen=True, slots=True)
class Mailed:
    """One message that a server accepted for one recipient."""

    to: str  # `Person.key`
    when: str  # ISO 8601 with an offset
    message: str  # its Message-ID
    upto: tuple[Upto, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """Every message remembered, oldest first."""

    messages: tuple[Mailed, ...] = ()

    def to(self, key: str) -> tuple[Mailed, ...]:
        return tuple(one for one in self.messages if one.to == key)

    def last(self, key: str, repo: str) -> tuple[Upto, str] | None:
        """Up to where this recipient knows this repository, and since when; None if they never heard of it."""
        for message in reversed(self.to(key)):
            for upto in message.upto:
                if upto.repo == repo:
                    return upto, message.when
        return None


class Memory:
    """The memory while its lock is held; see `remembering`."""

    def __init__(self, place: Path, handle: int) -> None:
        self._place = place
        self._handle = handle
        self.sent = _parsed(_all(handle))

    def add(self, message: Mailed) -> None:
        """On the disk when this returns. StoreError if that is not possible."""
        line = json.dumps(asdict(message), sort_keys=True).encode("ascii") + b"\n"  # no separator hides in a name
        try:
            size = os.fstat(self._handle).st_size
            torn = size > 0 and os.pread(self._handle, 1, size - 1) != b"\n"
            try:
                _write(self._handle, b"\n" + line if torn else line)
                os.fsync(self._handle)
            except OSError:
                os.ftruncate(self._handle, size)
                raise
        except OSError as fault:
            raise StoreError(
                f"{self._place}: the mail to {message.to} was accepted, but that could not be noted: {fault.strerror}\n"
                "Free some space; the next run repeats this mail, with the same Message-ID."
            ) from fault
        self.sent = Sent((*self.sent.messages, message))


@contextmanager
def remembering(store: Path, on_wait: Callable[[str], None]) -> Iterator[Memory]:
    """The memory of this store, for one run at a time. StoreError if it cannot be written: then nothing may be sent."""
    place = store / FILE
    if not store.is_dir():
        raise StoreError(f"{store}: nothing has been scanned into this store yet\nRun `plumbrule scan` first.")
    try:
        handle = os.open(place, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    except OSError as fault:
        raise StoreError(
            f"{place} cannot be written: {fault.strerror}; without it the next run would repeat every mail\n"
            "Make the store's folder writable; nothing was sent."
        ) from fault
    try:
        _lock(handle, on_wait)
        folder = os.open(store, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        yield Memory(place, handle)
    finally:
        os.close(handle)


def remembered(store: Path) -> Sent:
    """What was sent so far, without waiting for anybody; nothing if no mail was ever sent."""
    try:
        return _parsed((store / FILE).read_bytes())
    except FileNotFoundError:
        return Sent()
    except OSError as fault:
        raise StoreError(f"{store / FILE} cannot be read: {fault.strerror}\nMake it readable.") from fault


def _lock(handle: int, on_wait: Callable[[str], None]) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        on_wait("another run is sending; waiting for it")
        fcntl.flock(handle, fcntl.LOCK_EX)


def _all(handle: int) -> bytes:
    found = b""
    while chunk := os.pread(handle, 1 << 20, len(found)):
        found += chunk
    return found


def _write(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]


def _parsed(text: bytes) -> Sent:
    # Without its line feed the last line was torn off while it was written, even if it happens to parse.
    found = (_mailed(line) for line in text.split(b"\n")[:-1] if line.strip())
    return Sent(tuple(one for one in found if one is not None))


def _mailed(line: bytes) -> Mailed | None:
    try:
        kept = json.loads(line)
        upto = tuple(_upto(one) for one in kept["upto"])
        when = str(kept["when"])
        datetime.fromisoformat(when)
        return Mailed(str(kept["to"]), when, str(kept["message"]), upto)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _upto(kept: Mapping[str, object]) -> Upto:
    repo, snapshot, commit = (str(kept[name]) for name in ("repo", "snapshot", "commit"))
    position = int(str(kept["position"]))
    return Upto(repo, snapshot, commit, position, str(kept.get("instrument", "")), str(kept.get("policy", "")))
