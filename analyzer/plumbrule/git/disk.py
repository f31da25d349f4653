"""The files of a checkout as they lie on disk.

Hides the index, and how a file is known to be unchanged without letting git look at it: `git status`, `diff-index`
and `ls-files -m` all run a repository's clean filters. Bytes are read by us, and their id is computed from those bytes.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from plumbrule.git.command import Command, GitFailed
from plumbrule.git.objects import blob_id, too_large
from plumbrule.git.parsing import Names, ours
from plumbrule.git.records import SUBMODULE, SYMLINK, Entry, Skipped, Worktree

# One entry of `ls-files -t -s -z --debug`: a tag, mode, id, stage and path, then the `stat` that git remembers.
_ENTRY = re.compile(
    rb"(\S) (\d{6}) ([0-9a-f]+) ([0-3])\t([^\0]*)\0"
    rb"  ctime: (\d+):(\d+)\n  mtime: (\d+):(\d+)\n"
    rb"  dev: \d+\tino: (\d+)\n  uid: \d+\tgid: \d+\n  size: (\d+)\tflags: [0-9a-f]+\n"
)
_SKIP_WORKTREE = (b"S", b"s")
_OPEN = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY


_VANISHED = Skipped("it vanished while it was read")
_FOLDER = Skipped("a folder stands where git tracks a file")
_SPECIAL = Skipped("neither a file nor a symbolic link")


class _Indexed(NamedTuple):
    """One entry of the index."""

    path: str
    raw: bytes
    mode: str
    blob: str
    in_conflict: bool
    is_sparse: bool  # deliberately not on disk
    remembered: tuple[int, ...]  # what `_memory` makes of the `stat` that git saw


class _Found(NamedTuple):
    """A path of the work tree, and its bytes where they are not the index's."""

    entry: Entry
    content: bytes | None = None


@dataclass(frozen=True)
class Disk:
    """One work tree and its index."""

    root: Path
    git_dir: Path
    object_format: str
    command: Command
    names: Names

    @cached_property
    def _root(self) -> bytes:
        return os.fsencode(self.root) + b"/"

    @cached_property
    def _folders(self) -> _Folders:
        return _Folders(self._root)

    def worktree(self, head: str, wanted: Callable[[str], bool], limit: int) -> Worktree:
        """See `Repository.worktree`."""
        folders = _Folders(self._root)
        found: dict[str, _Found | Skipped | None] = {}
        written = self._index_written()
        for indexed in self._index():
            found[indexed.path] = self._tracked(indexed, folders, written, limit if wanted(indexed.path) else None)
        for path in self._untracked():
            if path.endswith("/"):
                found[path.rstrip("/")] = Skipped("a repository of its own")
            else:
                seen = folders.stat(self.names.raw(path)) or _VANISHED
                found[path] = self._look(path, seen, "", limit if wanted(path) else None)
        entries, contents, skipped = {}, {}, {}
        for path, what in sorted(found.items()):
            if isinstance(what, Skipped):
                skipped[path] = what.reason
            elif what is not None:
                entries[path] = what.entry
                if what.content is not None:
                    contents[what.entry.blob] = what.content
        return Worktree(head, entries, contents, skipped)

    def clean_paths(self, tree: Mapping[str, Entry]) -> frozenset[str]:
        """See `Repository.clean_paths`."""
        folders = _Folders(self._root)
        found = set()
        for indexed in self._index():
            entry = tree.get(indexed.path)
            if entry is None or not entry.is_file or entry.blob != indexed.blob:
                continue
            seen = folders.stat(indexed.raw)
            if isinstance(seen, os.stat_result) and _memory(seen) == indexed.remembered:
                found.add(indexed.path)
        return frozenset(found)

    def is_left_out(self, path: str) -> bool:
        """See `Repository.is_left_out`."""
        return any(indexed.is_sparse and indexed.path == path for indexed in self._index())

    def read(self, path: str, limit: int) -> bytes | Skipped:
        """See `Repository.read_disk`."""
        raw = self.names.raw(path)
        seen = self._folders.stat(raw) or _VANISHED
        return seen if isinstance(seen, Skipped) else self._read(raw, limit)

    def _tracked(
        self, indexed: _Indexed, folders: _Folders, written: int, limit: int | None
    ) -> _Found | Skipped | None:
        """One path of the index as it stands on disk; None when it was deleted there."""
        known = _Found(Entry(indexed.mode, indexed.blob))
        if indexed.is_sparse or indexed.mode == SUBMODULE:
            return known
        seen = folders.stat(indexed.raw)
        if seen is None:
            return None
        if (
            isinstance(seen, os.stat_result)
            and not indexed.in_conflict
            and _memory(seen) == indexed.remembered
            # Later than the index was written, a second change could have left the same `stat`.
            and seen.st_mtime_ns < written
        ):
            return known
        found = self._look(indexed.path, seen, indexed.blob, limit)
        # Line endings that git converts on the way in are no change.
        if isinstance(found, _Found) and found.content is not None and not indexed.in_conflict:
            as_stored = blob_id(found.content.replace(b"\r\n", b"\n"), self.object_format)
            if indexed.blob in (found.entry.blob, as_stored):
                return known
        return found

    def _look(self, path: str, seen: os.stat_result | Skipped, known: str, limit: int | None) -> _Found | Skipped:
        """A path that may differ from the index: its id from its bytes; no limit means that nobody wants them."""
        if isinstance(seen, Skipped):
            return seen
        raw = self.names.raw(path)
        if stat.S_ISLNK(seen.st_mode):
            return self._link(raw)
        if stat.S_ISDIR(seen.st_mode):
            return _FOLDER
        if not stat.S_ISREG(seen.st_mode):
            return _SPECIAL
        mode = "100755" if seen.st_mode & stat.S_IXUSR else "100644"
        if limit is None:
            return _Found(Entry(mode, ""))
        content = self._read(raw, limit)
        if isinstance(content, Skipped):
            return content
        return _Found(Entry(mode, blob_id(content, self.object_format)), content)

    def _link(self, raw: bytes) -> _Found | Skipped:
        try:
            target = os.readlink(self._root + raw)  # noqa: PTH115 - Path cannot hold bytes
        except OSError:
            return _VANISHED
        return _Found(Entry(SYMLINK, blob_id(target, self.object_format)))

    def _read(self, raw: bytes, limit: int) -> bytes | Skipped:
        try:
            handle = os.open(self._root + raw, _OPEN)
        except (FileNotFoundError, NotADirectoryError):
            return _VANISHED
        except OSError as fault:
            return Skipped(f"it cannot be read: {fault.strerror}")
        try:
            seen = os.fstat(handle)
            if not stat.S_ISREG(seen.st_mode):
                return _SPECIAL
            if seen.st_size > limit:
                return too_large(seen.st_size, limit)
            with open(handle, "rb", closefd=False) as file:
                content = file.read(limit + 1)
            return content if len(content) <= limit else too_large(len(content), limit)
        except OSError as fault:
            return Skipped(f"it cannot be read: {fault.strerror}")
        finally:
            os.close(handle)

    def _index(self) -> Iterator[_Indexed]:
        output = self.command.run("ls-files", "-t", "-s", "-z", "--debug")
        end = 0
        for match in _ENTRY.finditer(output):
            if match.start() != end:
                break
            end = match.end()
            tag, mode, blob, stage, raw, *remembered = match.groups()
            path = self.names.text(raw)
            if not ours(path):
                yield _Indexed(
                    path,
                    raw,
                    mode.decode(),
                    blob.decode(),
                    in_conflict=stage != b"0",
                    is_sparse=tag in _SKIP_WORKTREE,
                    remembered=tuple(map(int, remembered)),
                )
        if end != len(output):
            raise GitFailed(128, "fatal: this git lists its index in a layout that Plumbrule does not know")

    def _untracked(self) -> list[str]:
        output = self.command.run("ls-files", "--others", "--exclude-standard", "-z")
        return [path for path in self.names.split(output) if not ours(path)]

    def _index_written(self) -> int:
        """When the index was written, in ns; 0 when there is none."""
        try:
            return (self.git_dir / "index").stat().st_mtime_ns
        except OSError:
            return 0


class _Folders:
    """`lstat` below one folder that never passes through a symbolic link."""

    def __init__(self, root: bytes) -> None:
        self._root = root
        self._real: dict[bytes, bool | Skipped] = {b"": True}

    def stat(self, raw: bytes) -> os.stat_result | Skipped | None:
        """What stands at this path; None for nothing, Skipped for what cannot be looked at."""
        parent, _, name = raw.rpartition(b"/")
        if name in (b"", b".", b".."):
            return Skipped("its name leads out of the repository")
        real = self._is_real(parent)
        if real is not True:
            return real or None
        return self._lstat(raw)

    def _is_real(self, folder: bytes) -> bool | Skipped:
        known = self._real.get(folder)
        if known is None:
            seen = self.stat(folder)
            known = seen if isinstance(seen, Skipped) else seen is not None and stat.S_ISDIR(seen.st_mode)
            self._real[folder] = known
        return known

    def _lstat(self, raw: bytes) -> os.stat_result | Skipped | None:
        try:
            return os.lstat(self._root + raw)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError) as fault:
            return Skipped(f"it cannot be looked at: {fault}")


def _memory(seen: os.stat_result) -> tuple[int, ...]:
    """The part of a `stat` that the index keeps, cut to its 32 bits."""
    return tuple(
        value & 0xFFFFFFFF
        for value in (
            *divmod(seen.st_ctime_ns, 1_000_000_000),
            *divmod(seen.st_mtime_ns, 1_000_000_000),
            seen.st_ino,
            seen.st_size,
        )
    )
