"""Git, for the rest of the house: commits, trees, changes and bytes as plain values.

Hides that git exists: the program is run with plumbing commands only, never a checkout, and nothing a repository
configures is ever started. See `command` for how.
"""

from __future__ import annotations

from plumbrule.git.objects import Blobs, blob_id, is_lfs_pointer
from plumbrule.git.records import (
    SUBMODULE,
    SYMLINK,
    Change,
    Commit,
    Entry,
    History,
    LineCommit,
    Skipped,
    Worktree,
)
from plumbrule.git.repository import Repository

__all__ = [
    "SUBMODULE",
    "SYMLINK",
    "Blobs",
    "Change",
    "Commit",
    "Entry",
    "History",
    "LineCommit",
    "Repository",
    "Skipped",
    "Worktree",
    "blob_id",
    "is_lfs_pointer",
]
