"""Bare Tree-sitter: read and parse the same files on two processes, nothing else. The yardstick of the bench.

python tests/bench/bare.py head REPO          every code file of HEAD, read from the work tree, else from git
python tests/bench/bare.py history REPO N     every distinct code blob of the last N first-parent commits
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from plumbrule.languages import language_of, languages


def git(repository: str, *arguments: str) -> bytes:
    return subprocess.run(["git", "-C", repository, *arguments], check=True, capture_output=True).stdout


def head_files(repository: str) -> list[tuple[str, str]]:
    """(dialect, path on disk or blob id) of every code file."""
    found = []
    for entry in git(repository, "ls-tree", "-r", "-z", "--full-tree", "HEAD").split(b"\0"):
        if entry:
            meta, name = entry.split(b"\t", 1)
            path = os.fsdecode(name)
            language = language_of(path)
            if language is not None and meta.startswith(b"100"):
                on_disk = Path(repository, path)
                found.append((language.dialect, str(on_disk) if on_disk.is_file() else meta.split()[2].decode()))
    return found


def history_blobs(repository: str, commits: str) -> list[tuple[str, str]]:
    """(dialect, blob id) of the oldest tree of the range and of every later change, each blob once."""
    line = git(repository, "rev-list", "--first-parent", f"--max-count={commits}", "HEAD").decode().split()
    found: dict[str, str] = {}
    for entry in git(repository, "ls-tree", "-r", "-z", "--full-tree", line[-1]).split(b"\0"):
        if entry:
            meta, name = entry.split(b"\t", 1)
            language = language_of(os.fsdecode(name))
            if language is not None and meta.startswith(b"100"):
                found[meta.split()[2].decode()] = language.dialect
    raw = git(
        repository, "log", "--first-parent", "-m", "--raw", "--no-renames", "--no-abbrev", "--format=", "-z",
        f"--max-count={len(line) - 1}", "HEAD",
    ).split(b"\0")  # fmt: skip
    for meta, name in zip(raw[::2], raw[1::2], strict=False):
        _, mode, _, blob, status = meta.split()
        language = language_of(os.fsdecode(name))
        if language is not None and status != b"D" and mode.startswith(b"100"):
            found[blob.decode()] = language.dialect
    return [(dialect, blob) for blob, dialect in found.items()]


def parse(repository: str, files: list[tuple[str, str]]) -> int:
    """Reads and parses these files; the number of bytes."""
    import tree_sitter

    parsers = {}
    total = 0
    objects = None
    for dialect, place in files:
        if os.sep in place:
            data = Path(place).read_bytes()
        else:
            if objects is None:
                objects = subprocess.Popen(
                    ["git", "-C", repository, "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
                )
            assert objects.stdin is not None
            assert objects.stdout is not None
            objects.stdin.write(place.encode() + b"\n")
            objects.stdin.flush()
            header = objects.stdout.readline().split()
            if len(header) != 3:
                continue
            data = objects.stdout.read(int(header[2]) + 1)[:-1]
        if dialect not in parsers:
            parsers[dialect] = tree_sitter.Parser(tree_sitter.Language(languages()[dialect].grammar()))
        parsers[dialect].parse(languages()[dialect].code_in(data))
        total += len(data)
    if objects is not None and objects.stdin is not None:
        objects.stdin.close()
        objects.wait()
    return total


def main() -> None:
    what, repository = sys.argv[1:3]
    files = head_files(repository) if what == "head" else history_blobs(repository, sys.argv[3])
    halves = [files[::2], files[1::2]]
    children = []
    for half in halves:
        child = os.fork()
        if child == 0:
            parse(repository, half)
            os._exit(0)
        children.append(child)
    if any(os.waitpid(child, 0)[1] for child in children):
        sys.exit("a parsing process failed")


if __name__ == "__main__":
    main()
