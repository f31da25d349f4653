"""A profile of one command: all its own processes in one file that Python's `pstats` reads.

Hides how that of workers gets there. A worker may be ended at any time, so it writes down what it has after each piece
of work; the command gathers that at its end.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.errors import SettingsError

if TYPE_CHECKING:
    import cProfile

_parts: Path | None = None  # where the processes of the command that is profiled leave theirs
_running: cProfile.Profile | None = None


@contextmanager
def profiled(path: Path) -> Iterator[None]:
    """Writes a profile of what happens inside to this file, whatever comes of it. SettingsError if it cannot be."""
    import cProfile
    import pstats
    import tempfile

    global _parts, _running
    try:
        path.write_bytes(b"")
    except OSError as error:
        raise SettingsError(
            f"--profile {path}: {error.strerror}.\nName a file in a folder that can be written to."
        ) from error
    with tempfile.TemporaryDirectory(prefix="plumbrule-profile-") as folder:
        _parts, _running = Path(folder), cProfile.Profile()
        _running.enable()
        try:
            yield
        finally:
            _running.disable()
            found = pstats.Stats(_running)
            for part in sorted(_parts.glob("*.prof")):
                found.add(str(part))
            found.dump_stats(path)
            _parts = _running = None


def of_a_worker() -> Callable[[], None]:
    """In a process that was just forked: what it is to call after each piece of its work."""
    if _parts is None or _running is None:
        return _nothing
    import cProfile

    _running.disable()  # what the parent had done by then is the parent's
    own, part = cProfile.Profile(), _parts / f"{os.getpid()}.prof"
    own.enable()

    def keep() -> None:
        own.disable()
        draft = part.with_suffix(".draft")
        own.dump_stats(draft)
        draft.replace(part)
        own.enable()

    return keep


def _nothing() -> None:
    """There is no profile."""
