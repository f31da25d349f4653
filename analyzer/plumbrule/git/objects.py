"""Bytes by object id: one long-lived `cat-file --batch` for each process that reads.

Hides the protocol, that a forked worker must not share its parent's pipes, and that git dies on a corrupt object.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import IO

from plumbrule.git.command import Command, GitFailed
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
            absent = {blob for blob in asked if not is_object_id(blob)}
            done = 0
            while done < len(asked):
                for answer in self._answers(asked[done:], absent, limit):
                    if answer is None:
                        with suppress(GitFailed):  # the repository itself may be gone
                            absent |= absent_objects(self._command, asked[done:])
                        answer = MISSING if asked[done] in absent else _CORRUPT
                    done += 1
                    yield answer

    def commit(self, revision: str) -> tuple[str, bytes] | None:
        """Id and bytes of the commit that a revision names; None where that is not plain: absent, broken, ambiguous."""
        if not revision.isprintable():
            return None  # a line break would be another question
        try:
            requests, answers = self._pipes()
            os.write(requests, f"{revision}^{{commit}}\n".encode())
            header = answers.readline().split(b" ")
            if len(header) == 3 and header[1] == b"commit" and is_object_id(header[0].decode("ascii", "replace")):
                size = int(header[2])
                content = answers.read(size + 1)
                if len(content) > size:
                    return header[0].decode("ascii"), content[:-1]
        except (BrokenPipeError, UnicodeEncodeError, ValueError):
            pass
        self.close()  # whatever it said, its next answer must not be taken for another one's
        return None

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

    def _answers(self, asked: list[str], absent: set[str], limit: int | None) -> Iterator[bytes | Skipped | None]:
        """Answers, at least one and maybe not all; None where git died.

        It dies of a corrupt object, and in a partial clone, with fetching switched off, of a missing one.
        """
        left = len(asked)
        try:
            requests, answers = self._pipes()
            os.write(requests, "".join(f"{blob}\n" for blob in asked if blob not in absent).encode())
            for blob in asked:
                answer: bytes | Skipped = MISSING
                header = [] if blob in absent else answers.readline().split()
                if len(header) == 3:
                    size = int(header[2])
                    if limit is not None and size > max(limit, _DRAINED):
                        yield too_large(size, limit)
                        return
                    content = answers.read(size + 1)
                    if len(content) <= size:
                        yield None
                        return
                    answer = content[:-1] if limit is None or size <= limit else too_large(size, limit)
                elif not header and blob not in absent:
                    yield None
                    return
                left -= 1
                yield answer
        except BrokenPipeError:
            yield None
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


def absent_objects(command: Command, objects: Iterable[str]) -> set[str]:
    """Those of the objects that this clone does not hold; GitFailed when git cannot tell."""
    wanted = {o for o in objects if is_object_id(o)}
    asked = "\n".join(sorted(wanted)).encode()
    try:
        output = command.run("cat-file", "--batch-check=%(objectname)", "--buffer", stdin=asked)
        return {line.split()[0] for line in output.decode().splitlines() if line.endswith(" missing")}
    except GitFailed:
        # In a partial clone git dies above; this walk is the one question that takes absence for an answer.
        walk = ("rev-list", "--objects", "--no-walk", "--ignore-missing", "--missing=allow-any", "--stdin")
        output = command.run(*walk, stdin=asked)
        return wanted - {line[: len(next(iter(wanted)))] for line in output.decode("utf-8", "replace").splitlines()}


def too_large(size: int, limit: int) -> Skipped:
    return Skipped(f"larger than {limit} bytes ({size})")
