"""How the git program is run: plumbing only, and nothing that a repository configures can start another program.

Hides the flags and the environment that keep hooks, filters, fsmonitor, external diffs, signature checks, pagers and
lazy fetches from running. Every repository is treated as if an attacker had written its configuration.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO

from plumbrule.data import dataclass
from plumbrule.errors import NotARevision
from plumbrule.git.safe import SAFE


class GitFailed(Exception):
    """A git command ended with an error; `said` is what it wrote. Never leaves this package."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status  # 1 is git's "no" to a question
        self.said = said


@dataclass(frozen=True, slots=True)
class Command:
    """The git program, standing in one folder."""

    folder: bytes
    environment: Mapping[str, str]

    def run(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """What the command prints; GitFailed with what it said when it ends with an error."""
        try:
            done = subprocess.run(self._line(arguments), input=stdin, capture_output=True, env=self.environment)
        except (FileNotFoundError, PermissionError) as fault:
            raise _no_program(fault) from None
        if done.returncode:
            raise GitFailed(done.returncode, done.stderr.decode("utf-8", "backslashreplace").strip())
        return done.stdout

    def attempt(self, *arguments: str, stdin: bytes = b"") -> bytes | None:
        """Like `run`, for a question whose "no" is an exit status: None then."""
        try:
            return self.run(*arguments, stdin=stdin)
        except GitFailed:
            return None

    @contextmanager
    def stream(self, *arguments: str) -> Iterator[Iterator[bytes]]:
        """The command's output in pieces as it comes; GitFailed on leaving when it ended with an error."""
        import tempfile  # 5 ms that a gate does not need

        with tempfile.TemporaryFile() as said:
            process = self.start(arguments, stdin=subprocess.DEVNULL, stderr=said)
            output = process.stdout
            assert output is not None  # asked for in start()
            try:
                yield iter(lambda: output.read(1 << 18), b"")
                output.close()
                status = process.wait()
            finally:
                process.kill()
                process.wait()
                output.close()
            if status:
                said.seek(0)
                raise GitFailed(status, said.read().decode("utf-8", "backslashreplace").strip())

    def start(self, arguments: tuple[str, ...], *, stdin: int, stderr: int | IO[bytes]) -> subprocess.Popen[bytes]:
        """A running command whose output is a pipe."""
        try:
            return subprocess.Popen(
                self._line(arguments), stdin=stdin, stdout=subprocess.PIPE, stderr=stderr, env=self.environment
            )
        except (FileNotFoundError, PermissionError) as fault:
            raise _no_program(fault) from None

    def _line(self, arguments: tuple[str, ...]) -> list[str | bytes]:
        return ["git", "-C", self.folder, *SAFE, *arguments]


def _no_program(fault: OSError) -> NotARevision:
    return NotARevision(f"git: the program cannot be started ({fault.strerror}).\nInstall git 2.36 or newer.")
