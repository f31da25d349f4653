"""The ledger: verdicts and changes of the policy as they landed, one JSON object a line, each with the print of the
line before it. Hides the chain, and what a crash or a second writer can do to it.

Nothing here is ever written anew. Who may write to the file may also write all of it anew, with a chain of its own, or
cut its end off together with the note beside it; only a head that was kept elsewhere (`plumbrule ledger head`) shows
that.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from plumbrule.data import dataclass
from plumbrule.errors import StoreError

NAME = "ledger.jsonl"
BEGIN = "0" * 64  # what the first line has for the print of the line before it
_MENDED = "mended"  # the kind of an entry that follows a line which was cut short
_HEAD = re.compile(r"(\d{1,12}) ([0-9a-f]{64})\s*")
_LONGEST = 500  # characters of a text; the report itself is kept elsewhere
_MOST = 20  # items of a list

Value = str | int | bool | Sequence["Value"] | Mapping[str, "Value"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line that can be read."""

    number: int
    print: str  # of its bytes
    entry: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Verified:
    """What became of checking a ledger."""

    lines: int
    head: str  # print of the last line; BEGIN in an empty one
    fault: str  # the first broken link, and what it means; "" = none was found
    notes: tuple[str, ...]  # what is odd and breaks nothing


class Ledger:
    """The ledger in a file, which need not exist yet."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._beside = file.with_name(file.name + ".head")

    def append(self, entries: Sequence[Mapping[str, Value]]) -> None:
        """Adds these entries as one piece, on disk when this returns; waits for another writer, and leaves out what
        that one has told of a repository's commit meanwhile."""
        if not entries:
            return
        with self._opened() as descriptor:
            # By this very descriptor: to close another one of the file would let go of the lock.
            raw = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
            told = {_about(line.entry) for line in _lines(raw)}
            entries = [entry for entry in entries if not entry.get("repo") or _about(entry) not in told]
            if not entries:
                return
            *whole, tail = raw.split(b"\n")
            number, before = len(whole), _print(whole[-1]) if whole else BEGIN
            text = b""
            if tail:
                # A writer died within its line: that stays what it is, and the next one says so.
                text, number, before = b"\n", number + 1, _print(tail)
                entries = [{"kind": _MENDED, "bytes": len(tail)}, *entries]
            for entry in entries:
                number += 1
                line = _canonical({**_cut(entry), "number": number, "before": before})
                text += line + b"\n"
                before = _print(line)
            _written(descriptor, text)
            os.fsync(descriptor)
            with suppress(OSError):  # a note that is behind is told from one that was cut off
                self._beside.write_text(f"{number} {before}\n", "ascii")

    def lines(self) -> Iterator[Line]:
        """The lines that can be read, in order; none where there is no ledger."""
        return _lines(self._raw())

    def verify(self, kept: str = "") -> Verified:
        """Whether each line is followed by the one that was written after it; `kept` is the print of a line, or its
        beginning, that must be there."""
        raw = self._raw()
        lines = raw.split(b"\n")
        open_end = lines.pop()
        before, prints = BEGIN, [BEGIN]
        notes: list[str] = []
        for number, line in enumerate(lines, 1):
            entry, last = _entry(line), number == len(lines)
            if entry is None:
                following = None if last else _entry(lines[number])
                if following is None or following.get("kind") != _MENDED:
                    return self._verified(prints, f"line {number} cannot be read: it is no entry", notes)
                notes.append(f"line {number} was cut short while it was written, and line {number + 1} says so")
            elif _canonical(entry) != line:
                return self._verified(prints, f"line {number} is not spelled as it was written", notes)
            elif entry.get("number") != number:
                said = entry.get("number")
                what = f"line {number} was written as line {said!r:.20}: lines before it were taken out or put in"
                return self._verified(prints, what, notes)
            elif entry.get("before") != before:
                what = f"line {number} was not written after line {number - 1} as it stands: one of both was changed"
                return self._verified(prints, what, notes)
            before = _print(line)
            prints.append(before)
        if open_end:
            notes.append(f"the last line was cut short ({len(open_end)} bytes); the next writer will say so")
        return self._verified(prints, self._missing(prints, kept), notes)

    def _missing(self, prints: Sequence[str], kept: str) -> str:
        """What is gone at the end, as far as that can be seen."""
        if kept and not any(one.startswith(kept.lower()) for one in prints[1:]):
            return f"no line has the print {kept[:64]}: lines were taken off the end, or all was written anew"
        try:
            noted = _HEAD.fullmatch(self._beside.read_text("ascii"))
        except (OSError, UnicodeDecodeError):
            return ""
        if noted is None:
            return ""
        number = int(noted[1])
        if number >= len(prints):
            gone = number - len(prints) + 1
            return f"{gone} line{'s' if gone > 1 else ''} at the end {'are' if gone > 1 else 'is'} missing"
        return "" if prints[number] == noted[2] else f"line {number} is not the one that was written"

    def _verified(self, prints: Sequence[str], fault: str, notes: Sequence[str]) -> Verified:
        return Verified(len(prints) - 1, prints[-1], fault, tuple(notes))

    def _raw(self) -> bytes:
        try:
            descriptor = os.open(self.file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise StoreError(_refused(self.file, error)) from None
        with os.fdopen(descriptor, "rb") as file:
            return file.read()

    @contextmanager
    def _opened(self) -> Iterator[int]:
        try:
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(self.file, flags, 0o666)
        except OSError as error:
            raise StoreError(_refused(self.file, error)) from None
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX)
            yield descriptor
        except OSError as error:
            raise StoreError(_refused(self.file, error)) from None
        finally:
            os.close(descriptor)


def _lines(raw: bytes) -> Iterator[Line]:
    for number, line in enumerate(raw.split(b"\n"), 1):
        if (entry := _entry(line)) is not None:
            yield Line(number, _print(line), entry)


def _entry(raw: bytes) -> Mapping[str, object] | None:
    try:
        value = json.loads(raw)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _about(entry: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(str(entry.get(name)) for name in ("kind", "repo", "commit"))


def _canonical(entry: Mapping[str, object]) -> bytes:
    return json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def _print(line: bytes) -> str:
    return sha256(line).hexdigest()


def _cut(value: Mapping[str, Value]) -> dict[str, Value]:
    return {key: _shortened(item) for key, item in value.items()}


def _shortened(value: Value) -> Value:
    """Names of the code that is judged may be as long as their author likes."""
    if isinstance(value, str):
        return value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"
    if isinstance(value, Mapping):
        return _cut(value)
    if isinstance(value, Sequence):
        more = [f"and {len(value) - _MOST} more"] if len(value) > _MOST else []
        return [*map(_shortened, value[:_MOST]), *more]
    return value


def _written(descriptor: int, text: bytes) -> None:
    while text:
        text = text[os.write(descriptor, text) :]


def _refused(file: Path, error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return f"{file}: the ledger is a symbolic link, which leads elsewhere.\nPut the file itself there."
    return f"{file}: the ledger cannot be read or written: {error.strerror}.\nGive a file that you may write to."
