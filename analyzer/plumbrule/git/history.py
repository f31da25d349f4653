"""What surrounds the commits of a main line: the side commits that merges brought, and notes.

Hides how `git log` is asked so that no configuration changes its answer.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress

from plumbrule.git.command import Command, GitFailed
from plumbrule.git.objects import Blobs
from plumbrule.git.parsing import COMMIT_FORMAT, Names, log_records, tree_entries
from plumbrule.git.records import Commit

NOTES = "refs/notes/plumbrule"
_NOTE_LIMIT = 1 << 16  # bytes

DIFF = (
    "-r",
    "-z",
    "--raw",
    "--no-abbrev",
    "--no-relative",
    "--ignore-submodules=none",
    "--no-ext-diff",
    "--no-textconv",
)
LOG = (
    "--no-color",
    "--no-show-signature",
    "--no-notes",
    "--no-decorate",
    "--encoding=UTF-8",
    "-z",
    f"--format={COMMIT_FORMAT}",
)
# -O: diff.orderFile may name a pipe. First parents by name: log.diffMerges changes what -m means.
WALK = ("log", "--first-parent", "--diff-merges=first-parent", f"-O{os.devnull}", *DIFF, "--no-renames", *LOG)


def brought_by_merges(command: Command, names: Names, line: Sequence[Commit]) -> dict[str, tuple[Commit, ...]]:
    """For each merge of a stretch of main line (oldest first): the commits that it was first to bring, oldest first.

    What the clone does not hold is left out.
    """
    if all(len(made.parents) < 2 for made in line):
        return {}
    below = [f"^{parent}" for parent in line[0].parents[:1]]
    known: dict[str, Commit] = {}
    # Whose work a merge brought is a lower bound in any case.
    with suppress(GitFailed), command.stream("log", *LOG, line[-1].id, *below) as pieces:
        known.update((made.id, made) for made, _ in log_records(pieces, names))
    seen = {made.id for made in line}
    brought = {}
    for merge in line:
        reached: list[Commit] = []
        waiting = list(merge.parents[1:])
        while waiting:
            side = known.get(waiting.pop())
            if side is not None and side.id not in seen:
                seen.add(side.id)
                reached.append(side)
                waiting.extend(side.parents)
        brought[merge.id] = tuple(sorted(reached, key=lambda c: (c.committed_at, c.id)))
    return brought


def notes(command: Command, names: Names, reader: Blobs, wanted: Iterable[str]) -> dict[str, str]:
    """The texts of our own notes, by commit."""
    listed = command.attempt("ls-tree", "-r", "-z", "--full-tree", NOTES)
    if not listed:
        return {}
    noted = {path.replace("/", ""): entry.blob for path, entry in tree_entries(names.split(listed)).items()}
    asked = [(id_, noted[id_]) for id_ in wanted if id_ in noted]
    texts = list(reader.read_many((blob for _, blob in asked), limit=_NOTE_LIMIT))
    return {
        id_: text.decode("utf-8", "backslashreplace")
        for (id_, _), text in zip(asked, texts, strict=True)
        if isinstance(text, bytes)
    }
