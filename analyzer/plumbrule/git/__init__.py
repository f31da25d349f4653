"""Git, for the rest of the house: commits, trees, changes and bytes as plain values.

Hides that git exists: the program is run with plumbing commands only, never a checkout, and nothing a repository
configures is ever started. See `command` for how.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # see `safe`
if TYPE_CHECKING:
    from plumbrule.git.objects import Blobs, blob_id, is_lfs_pointer
    from plumbrule.git.records import (
        STAGED,
        STORE,
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

_FROM = {"Blobs": "objects", "blob_id": "objects", "is_lfs_pointer": "objects", "Repository": "repository"}


def __getattr__(name: str) -> object:
    """What is offered here, imported when it is first asked for: `still` answers before any of it is needed."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f"{__name__}.{_FROM.get(name, 'records')}"), name)
    globals()[name] = found
    return found


__all__ = [
    "STAGED",
    "STORE",
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
