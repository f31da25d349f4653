"""`python -m plumbrule`, and the command."""

from __future__ import annotations

import os
import sys

from plumbrule.git import still

TYPE_CHECKING = False  # see `git.safe`
if TYPE_CHECKING:
    from typing import NoReturn


def program() -> NoReturn:
    """The command as a whole process. A gate ends at once: to take the interpreter apart, object by object, is a tenth
    of it, and the system takes everything back anyway."""
    code = 0
    said = still.said(sys.argv[1:], os.environ)
    if not said:
        from plumbrule.cli import main

        try:
            code = main()
        except OSError:  # what went wrong could not even be said
            code = 2
    if sys.argv[1:2] != ["gate"] or sys.stdout is None or sys.stderr is None:  # None = closed by who started us
        sys.exit(code)
    try:
        sys.stdout.write(said)  # a stream without a buffer refuses here already
        sys.stdout.flush()
    except BrokenPipeError:
        pass  # the reader of our output went away (`| head`)
    except OSError as error:
        code = 2
        _say(f"plumbrule: the answer could not be written: {error.strerror}.\n")
    _say("")
    os._exit(code)


def _say(words: str) -> None:
    """On standard error, which may be on the same full disk: Python would end with 1, which says "failed"."""
    try:
        sys.stderr.write(words)
        sys.stderr.flush()
    except OSError:
        pass


if __name__ == "__main__":
    program()
