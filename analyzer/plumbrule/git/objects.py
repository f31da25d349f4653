"""Bytes by object id: one long-lived `cat-file --batch` for each process that reads.

Hides the protocol, that a forked worker must not share its parent's pipes, and that git dies on a corrupt object.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO

from plumbrule.git.command import Command
from plumbrule.git.records import Skipped

MISSING = Skipped("its object is missing from this clone")
_CORRUPT = Skipped("its object is corrupt")
_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_AHEAD = 256  # requests in flight: far below what a pipe holds, so neither side can block the other
_DRAINED = 32 << 20  # an unwanted object up to this size is read and thrown away, a larger one is not even read


def blob_id(content: bytes, object_format: str = "sha1") -> str:
    """The id git gives to a file with these bytes."""
    digest = hashlib.new(object_format, b"blob %d\0" % len(content), usedforsecurity=False)
    digest.update(content)
    return digest.hexdigest()


def is_lfs_pointer(content: bytes) -> bool:
    """These bytes stand for a file that Git LFS keeps elsewhere."""
    return content.startswith(b"version https://git-lfs.github.com/spec/v1\n")


def is_object_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


class Blobs:
    """Reads objects of one repository; safe to use on both sides of a fork, never from two threads."""

    def __init__(self, command: Command) -> None:
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._inherited: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def read(self, blob: str, limit: int | None = None) -> bytes | Skipped:
        """The object's bytes; a missing, corrupt or larger than `limit` object is a value that says so."""
        [answer] = self.read_many([blob], limit)
        return answer

    def read_many(self, blobs: Iterable[str], limit: int | None = None) -> Iterator[bytes | Skipped]:
        """The bytes of each object in turn, as `read` gives them; several times quicker than one by one."""
        waiting = iter(blobs)
        while asked := list(islice(waiting, _AHEAD)):
            done = 0
            while done < len(asked):  # again after git died, or was ended, on one of them
                for answer in self._answers(asked[done:], limit):
                    done += 1
                    yield answer

    def missing(self, objects: Iterable[str]) -> list[str]:
        """Those of the objects that this clone does not hold, sorted."""
        wanted = sorted({o for o in objects if is_object_id(o)})
        output = self._command.run(
            "cat-file", "--batch-check=%(objectname)", "--buffer", stdin="\n".join(wanted).encode()
        )
        return [line.split()[0] for line in output.decode().splitlines() if line.endswith(" missing")]

    def close(self) -> None:
        """End this process's reader; reading again starts another."""
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    def _answers(self, asked: list[str], limit: int | None) -> Iterator[bytes | Skipped]:
        """An answer for each request until git ends; at least one."""
        requests, answers = self._pipes()
        # Anything but an id would be a revision, and a line break in it a second request.
        lines = "".join(f"{blob if is_object_id(blob) else '0' * 40}\n" for blob in asked)
        left = len(asked)
        try:
            os.write(requests, lines.encode())
            for _ in asked:
                header = answers.readline().split()
                if len(header) == 2:
                    answer: bytes | Skipped = MISSING
                elif not header:
                    yield _CORRUPT
                    return
                else:
                    size = int(header[2])
                    if limit is not None and size > max(limit, _DRAINED):
                        yield too_large(size, limit)
                        return
                    content = answers.read(size + 1)
                    if len(content) <= size:
                        yield _CORRUPT
                        return
                    answer = content[:-1] if limit is None or size <= limit else too_large(size, limit)
                left -= 1
                yield answer
        except BrokenPipeError:
            yield _CORRUPT
        finally:
            if left:  # answers that nobody will read would be taken for the next ones
                self.close()

    def _pipes(self) -> tuple[int, IO[bytes]]:
        if self._process is None or self._owner != os.getpid():
            self._inherited = self._process  # the parent's: neither to be used nor to be ended here
            self._process = self._command.start(
                ("cat-file", "--batch"), stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            self._owner = os.getpid()
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None  # both were asked for
        assert answers is not None
        return requests.fileno(), answers


def too_large(size: int, limit: int) -> Skipped:
    return Skipped(f"larger than {limit} bytes ({size})")
