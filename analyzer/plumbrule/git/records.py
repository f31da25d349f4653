"""What git hands to the other rooms: plain values, with object ids as lower-case hex and paths as text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from plumbrule.data import dataclass

SYMLINK = "120000"
SUBMODULE = "160000"
STORE = ".plumbrule"  # at the repository root: our own store, never analysed

# Where a commit is asked for as the later side of a change: what is staged, as it would be committed now. Nothing that
# git can name is called so.
STAGED = ":staged"


class Entry(NamedTuple):
    """One path of a tree: its mode as git writes it (`100644`, `100755`, `120000`, `160000`) and its object."""

    mode: str
    blob: str  # "" in a worktree: on disk, but nobody asked for its bytes

    @property
    def is_file(self) -> bool:
        """A regular file, so neither a symbolic link nor a submodule."""
        return self.mode.startswith("100")


class Change(NamedTuple):
    """One path that differs between two trees; no renames: they are a deletion and an addition."""

    status: str  # A added, M modified, D deleted, T another type
    path: str
    old: Entry | None
    new: Entry | None


class Skipped(NamedTuple):
    """Bytes that could not be had, and why, in words for a `skipped` row."""

    reason: str


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit as it was written; names and e-mails are the author's own words and may lie."""

    id: str
    parents: tuple[str, ...]
    author_name: str
    author_email: str
    authored_at: datetime  # aware, UTC
    committer_name: str
    committer_email: str
    committed_at: datetime  # aware, UTC
    message: str

    @property
    def subject(self) -> str:
        return self.message.partition("\n")[0]


@dataclass(frozen=True, slots=True)
class LineCommit:
    """One commit of a main line: what it changed against its first parent, and whose work a merge brought in."""

    commit: Commit
    position: int  # first-parent distance from the root; see History.partial
    changes: tuple[Change, ...]  # sorted by path
    merged: tuple[Commit, ...] = ()  # commits that reached the line through this merge, oldest first
    note: str = ""  # the note in refs/notes/plumbrule


@dataclass(frozen=True, slots=True)
class History:
    """Commits of a main line, oldest first, as far as the clone holds them."""

    commits: tuple[LineCommit, ...]
    partial: str = ""  # why older commits cannot be seen, and the command that mends it; "" = down to the root


@dataclass(frozen=True, slots=True)
class Worktree:
    """The files on disk that git tracks or would track, with the bytes of those that differ from the index."""

    head: str  # the commit checked out; "" on an unborn branch
    entries: Mapping[str, Entry]
    contents: Mapping[str, bytes]  # blob id, computed from these very bytes, to the bytes
    skipped: Mapping[str, str]  # path to why


def moment(seconds: str) -> datetime:
    """Seconds since 1970 as an aware time; what cannot be a date (hostile or broken commits) is 1970."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)
