"""Whole database files, one after the other: who may write, who still reads, which one counts.

Hides locks, the `CURRENT` pointer, crash safety and sweeping. A generation is closed before it gets its name and is
never opened for writing afterwards, so a reader needs no coordination beyond the shared lock that keeps its file from
being removed. Whatever kills a writer leaves at most a file in `work/`, which the next writer sweeps.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from plumbrule.data import dataclass
from plumbrule.errors import StoreError
from plumbrule.store.shape import SCHEMA, base_fingerprint

KEPT = 2  # newest generations that stay although nobody reads them: the one before is the way back
_BESIDE = (".lease", ".near", ".draft")  # files that go with a generation
_NAME = re.compile(r"(\d{6,})\.duckdb")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

# POSIX locks do not exclude threads of one process, so these do. Not flock: a forked worker would go on holding it
# after its parent was killed, and the next scan would wait for an orphan.
_THREADS: dict[str, threading.Lock] = {}


class _Print(NamedTuple):
    """What a lease file says of its generation."""

    size: int
    schema: int
    fingerprint: str

    @classmethod
    def of(cls, text: bytes) -> _Print | None:
        match text.decode("ascii", "replace").split():
            case [size, schema, fingerprint] if size.isdigit() and schema.isdigit():
                return cls(int(size), int(schema), fingerprint)
        return None


@dataclass(slots=True)
class Lease:
    """A generation that will not be removed until `close`."""

    path: Path
    number: int
    _descriptor: int  # of the lease file, shared-locked; -1 where there is none

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class Generations:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._generations = folder / "generations"
        self._work = folder / "work"
        self._current = folder / "CURRENT"

    def candidates(self, note: Callable[[str], None]) -> list[Path]:
        """Published generations, the one that counts first; older ones follow as a way back."""
        numbered = self._numbered()
        if not numbered:
            return []
        try:
            current = _NAME.fullmatch(self._current.read_text("utf-8").strip())
        except (OSError, UnicodeDecodeError):
            current = None
        if current is None or int(current[1]) not in numbered:
            note(f"{self._current} names no generation; the newest that is there is used: {max(numbered)}")
            top = max(numbered)
        else:
            top = int(current[1])
        return [numbered[n] for n in sorted(numbered, reverse=True) if n <= top]

    def readable(self) -> bool:
        """Whether there is a generation, and not one of an older program whose rows are other rows."""
        newest = self.candidates(lambda _: None)[:1]
        try:
            published = [_Print.of(_lease_file(path).read_bytes()) for path in newest]
        except OSError:
            return True
        return bool(newest) and not any(
            p is not None and p.schema <= SCHEMA and p.fingerprint != base_fingerprint() for p in published
        )

    def lease(self, path: Path) -> Lease | None:
        """Keeps this generation from being removed; None if it is gone by now, StoreError if its end is missing."""
        number = int(path.stem)
        try:
            descriptor = os.open(_lease_file(path), os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            descriptor = -1  # somebody copied the database alone: readable, only not protected
        lease = Lease(path, number, descriptor)
        try:
            size = b""
            if descriptor >= 0:
                with suppress(OSError):  # a file system without locks: readable, only not protected
                    fcntl.flock(descriptor, fcntl.LOCK_SH)
                size = os.read(descriptor, 64)
            found = path.stat().st_size
        except FileNotFoundError:
            lease.close()
            return None
        except OSError as error:
            lease.close()
            raise StoreError(unreadable(path, error)) from error
        published = _Print.of(size)
        if published is not None and published.size != found:
            lease.close()
            raise StoreError(
                f"{path}: damaged: it has {found} bytes where {published.size} were published\n"
                "Move that file out of the store; the generation before it is used then, and the next scan catches up."
            )
        return lease

    @contextmanager
    def lock(self, on_wait: Callable[[str], None]) -> Iterator[None]:
        """The one right to write here; waits for another writer and says so once. Sweeps what a killed one left."""
        with refusals(self.folder):
            make_folder(self.folder)
            descriptor = -1
            held = _THREADS.setdefault(os.path.realpath(self.folder), threading.Lock())
        if not held.acquire(blocking=False):
            on_wait(f"another scan of this process writes to {self.folder}; waiting until it is done")
            held.acquire()
        try:
            with refusals(self.folder):
                descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
                try:
                    fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except (BlockingIOError, PermissionError):
                    owner = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
                    who = f"another scan (process {owner})" if owner.isdigit() else "another scan"
                    on_wait(f"{who} writes to {self.folder}; waiting until it is done")
                    fcntl.lockf(descriptor, fcntl.LOCK_EX)
                with suppress(OSError):  # only for the message above; a full disk must not stop a scan here
                    os.ftruncate(descriptor, 0)
                    os.pwrite(descriptor, b"%d\n" % os.getpid(), 0)
                self._sweep()
            yield
        finally:
            if descriptor >= 0:
                os.close(descriptor)
            held.release()

    def draft(self, base: Path | None) -> Path:
        """A private file to write the next generation into: a copy of `base`, or a path where none is yet."""
        self._work.mkdir(exist_ok=True)
        draft = self._work / "draft.duckdb"
        self.discard(base)
        if base is not None:
            shutil.copyfile(base, draft)
        return draft

    def stage(self, draft: Path) -> Path:
        """Puts the closed draft where the next one can be begun from it; whoever has it open keeps what it holds."""
        staged = self._work / "staged.duckdb"
        draft.replace(staged)
        return staged

    def discard(self, kept: Path | None = None) -> None:
        """Forgets the draft and what was staged, except `kept`."""
        for leftover in self._work.iterdir() if self._work.is_dir() else ():
            if leftover != kept:
                leftover.unlink(missing_ok=True)

    def publish(self, draft: Path, base: Path | None) -> Path:
        """The closed draft becomes the newest generation, on disk before `CURRENT` names it; old ones go, except the
        one it was made from: one between them may be damaged."""
        self._generations.mkdir(exist_ok=True)
        number = max(self._numbered(), default=0) + 1
        path = self._generations / f"{number:06d}.duckdb"
        _synced(draft)
        _lease_file(path).write_text(f"{draft.stat().st_size} {SCHEMA} {base_fingerprint()}\n")
        draft.rename(path)
        _synced(self._generations)
        pointer = self._work / "CURRENT"
        pointer.write_text(path.name + "\n")
        _synced(pointer)
        pointer.replace(self._current)
        _synced(self.folder)
        self._sweep(base)
        return path

    def _numbered(self) -> dict[int, Path]:
        try:
            found = [(_NAME.fullmatch(path.name), path) for path in self._generations.iterdir()]
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except OSError as error:
            raise StoreError(unreadable(self._generations, error)) from error
        return {int(match[1]): path for match, path in found if match}

    def _sweep(self, base: Path | None = None) -> None:
        """Removes drafts of killed writers and generations that nobody reads any more. Needs the lock."""
        self.discard()
        numbered = self._numbered()
        counting = [int(path.stem) for path in self.candidates(lambda _: None)]
        kept = {*counting[:KEPT], *([int(base.stem)] if base is not None else [])}
        # Above CURRENT lies what was complete and never announced: its writer was killed in between.
        for number in sorted(set(numbered) - kept):
            _remove(numbered[number])
        stems = {path.stem for path in self._numbered().values()}
        for beside in self._generations.iterdir() if self._generations.is_dir() else ():
            if beside.suffix in _BESIDE and beside.stem not in stems:
                beside.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """The store's folder with the `.gitignore` that keeps it out of every commit."""
    folder.mkdir(parents=True, exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n")


@contextmanager
def refusals(folder: Path) -> Iterator[None]:
    """Says in plain words why a folder could not be written; what was published before is untouched."""
    try:
        yield
    except OSError as error:
        raise StoreError(refusal(folder, error.strerror or str(error), full=error.errno in _FULL)) from error


def refusal(folder: Path, why: str, *, full: bool) -> str:
    if full:
        return (
            f"{folder}: the store could not be written, the disk or a size limit is full ({why})\n"
            "Everything published before is still there. Free some space, or give --store a folder on another disk."
        )
    return f"{folder}: the store could not be written ({why})\nGive --store a folder that you may write to."


def unreadable(path: Path, error: OSError) -> str:
    return f"{path}: the store could not be read ({error.strerror})\nMake it readable, or give another --store."


def _lease_file(path: Path) -> Path:
    return path.with_suffix(".lease")


def _remove(path: Path) -> None:
    """Unless somebody reads it. The database goes first: a reader that comes in between finds it gone, looks again."""
    try:
        descriptor = os.open(_lease_file(path), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        path.unlink(missing_ok=True)
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    except OSError:
        pass  # no locks on this file system: age alone decides
    else:
        path.unlink(missing_ok=True)
        _lease_file(path).unlink(missing_ok=True)
        return
    finally:
        os.close(descriptor)
    path.unlink(missing_ok=True)


def _synced(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
