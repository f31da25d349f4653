"""One repository: its revisions, trees, history and differences.

Hides where git keeps things (linked worktrees, bare and shallow and partial clones) and how its refusals read: each
becomes a NotARevision that names the thing, says why, and ends with the command that mends it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from plumbrule.errors import NotARevision
from plumbrule.git import history
from plumbrule.git.command import Command, GitFailed
from plumbrule.git.hunks import PATCH, Hunk, hunks
from plumbrule.git.objects import MISSING, Blobs, absent_objects, is_object_id
from plumbrule.git.parsing import FOLDER, Names, changes, log_records, ours, tree_entries, tree_object
from plumbrule.git.records import STAGED, Change, Commit, Entry, History, LineCommit, Skipped, Worktree
from plumbrule.git.safe import safe_environment

if TYPE_CHECKING:
    from plumbrule.git.disk import Disk

_RENAME_LIMIT = 1000  # files on either side; above it git still finds exact renames


_TREES_HELD = 4  # a gate asks for the base's tip, the merge base and the head, some of them twice
_SHOWN = 3  # files in conflict that are named


@dataclass(frozen=True, eq=False)
class Repository:
    """A repository on this machine; `Repository.find` opens it."""

    root: Path  # top of the work tree; the git directory where there is none
    git_dir: Path  # of this checkout: a linked worktree has its own
    has_worktree: bool
    is_shallow: bool
    object_format: str  # "sha1" or "sha256"
    _command: Command = field(repr=False)
    _names: Names = field(default_factory=Names, repr=False)
    _trees: dict[str, dict[str, Entry]] = field(default_factory=dict, repr=False, compare=False)
    _lines: dict[str, tuple[tuple[str, ...], str]] = field(default_factory=dict, repr=False)
    _index_file: str = ""  # another one than the checkout's, where git itself says so: `git commit -a` in its hooks

    @classmethod
    def find(cls, path: Path, environ: Mapping[str, str] = os.environ) -> Repository:
        """The repository that holds this folder; NotARevision where there is none or git will not open it."""
        folder = Path(os.path.realpath(path))
        if not folder.is_dir():
            raise NotARevision(f"{path}: there is no such folder.\nName a folder inside a git repository.")
        command = Command(os.fsencode(folder), safe_environment(environ))
        try:
            # The git directory comes last: alone among these it may hold a line break.
            answer = command.run(
                "rev-parse",
                "--is-inside-work-tree",
                "--is-shallow-repository",
                "--show-object-format",
                "--show-cdup",
                "--absolute-git-dir",
            )
        except GitFailed as fault:
            raise _not_opened(folder, fault.said) from None
        inside, shallow, object_format, rest = answer.removesuffix(b"\n").split(b"\n", 3)
        if object_format not in (b"sha1", b"sha256"):  # what git does not know it repeats
            raise NotARevision(f"{folder}: {_TOO_OLD}")
        has_worktree = inside == b"true"
        # Outside a work tree --show-cdup prints nothing at all, not even an empty line.
        up, git_dir_raw = rest.split(b"\n", 1) if has_worktree else (b"", rest)
        git_dir = Path(os.fsdecode(git_dir_raw))
        root = Path(os.path.normpath(folder / os.fsdecode(up))) if has_worktree else git_dir
        # A work tree is where `.git` is, a folder or a file; only core.worktree can put it elsewhere, such as at `/`.
        strayed = root != git_dir.parent if git_dir.name == ".git" else not (root / ".git").exists()
        if has_worktree and strayed:
            raise NotARevision(
                f"{folder}: the configuration of its repository puts the work tree at {root}, outside itself.\n"
                f"Run `git --git-dir={_quoted(str(git_dir))} config --unset core.worktree`."
            )
        return cls(
            root=root,
            git_dir=git_dir,
            has_worktree=has_worktree,
            is_shallow=shallow == b"true",
            object_format=object_format.decode(),
            _command=Command(os.fsencode(root), command.environment),
            _index_file=environ.get("GIT_INDEX_FILE", ""),
        )

    # Revisions

    def resolve(self, revision: str) -> str:
        """The commit that a person's words name; NotARevision says why there is none and what to run. STAGED
        is itself."""
        if revision == STAGED:
            return revision
        if (plain := self._reader.commit(revision)) is not None:
            return plain[0]
        if "\0" not in revision:
            found = self._command.attempt(
                "rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"
            )
            if found and is_object_id(commit_id := found.decode().strip()):  # "^HEAD" gives "^" and an id
                return commit_id
        raise self._not_found(revision)

    def main_line(self) -> str:
        """The full name of the ref whose first parents are the main line, when no earlier scan has settled it.

        The default branch of the remote, else of this repository, else HEAD.
        """
        remote = self._remote_default()
        if remote:
            return remote
        usual = [f"refs/heads/{name}" for name in self._usual_names()]
        if not self.has_worktree:
            usual.insert(0, self.head_ref)  # of a bare repository, HEAD is the default branch
        existing = self._refs(*usual)
        return next((ref for ref in usual if ref in existing), "HEAD")

    def has_ref(self, name: str) -> bool:
        """Whether there is a ref of this full name."""
        return name == "HEAD" or name in self._refs(name)

    def told_default(self) -> str:
        """The branch that the remote itself calls its default; NotARevision says what to run if that is not here."""
        remote = self._remote()
        head = f"refs/remotes/{remote}/HEAD"
        told = self._refs(head).get(head, "")
        if told and self.has_ref(told):
            return told
        raise NotARevision(
            f"{self.root}: it is not known which branch the remote {remote} calls its default now.\n"
            f"Run `git remote set-head {remote} --auto`, or fetch the branch that was followed so far."
        )

    def default_base(self) -> str:
        """The ref of the remote's default branch, what a change is judged against; NotARevision if none is known."""
        remote = self._remote_default()
        if remote:
            return remote
        raise NotARevision(
            f"{self.root}: it is not known which branch this change is meant for: no default branch of a remote is "
            "here.\nName it with `--base`, or run `git remote set-head origin --auto` once."
        )

    @property
    def head_ref(self) -> str:
        """The full name of the branch checked out, born or not; "HEAD" when detached."""
        found = self._command.attempt("symbolic-ref", "--quiet", "HEAD")
        return self._names.text(found.strip()) if found else "HEAD"

    @cached_property
    def is_partial(self) -> bool:
        """A clone that left objects out on purpose (`git clone --filter=...`)."""
        return bool(
            self._command.attempt("config", "--get-regexp", r"^(remote\..*\.promisor|extensions\.partialclone)$")
        )

    def is_ancestor(self, older: str, newer: str) -> bool:
        """The commit `older` is `newer`, or reachable from it."""
        if older == newer:
            return True
        try:
            self._command.run("merge-base", "--is-ancestor", _checked(older), _checked(newer))
        except GitFailed as fault:
            if fault.status != 1:
                raise self._refused(fault) from None
            return False
        return True

    def merging(self) -> tuple[str, ...]:
        """What a merge that is under way brings into this checkout: the further parents of the next commit."""
        found = self._command.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", "MERGE_HEAD^{commit}")
        return (found.decode().strip(),) if found else ()

    def merge_bases(self, one: str, other: str, *merged: str) -> tuple[str, ...]:
        """The best common ancestors of two commits, newest first; several after criss-cross merges, never none. With
        more commits, those of the first and of a merge of all others.

        The newest is the one that blames a change for the least of others' work.
        """
        if one == other:
            return (_checked(one),)
        sides = map(_checked, (one, other, *merged))
        try:
            bases = self._command.run("merge-base", "--all", *sides).decode().split()
        except GitFailed as fault:
            # A commit on the way that git cannot read it only mentions, and answers as if history ended there.
            if fault.status != 1 or _OBJECT.search(fault.said):
                raise self._refused(fault) from None
            bases = []
        if not bases:
            if self.is_shallow:
                raise NotARevision(
                    f"{self.root}: the clone is shallow and ends before {one[:12]} and {other[:12]} meet.\n{_DEEPEN}"
                )
            raise NotARevision(
                f"{self.root}: {one[:12]} and {other[:12]} have no commit in common.\n"
                "Name a base that the change grew from."
            )
        if len(bases) > 1:
            dates = self.commits(bases)
            bases.sort(key=lambda b: (dates[b].committed_at, b), reverse=True)
        return tuple(bases)

    def commits(self, ids: Iterable[str]) -> dict[str, Commit]:
        """These commits by id."""
        asked = "".join(f"{_checked(i)}\n" for i in ids).encode()
        output = self._ask("log", "--no-walk=unsorted", "--stdin", *history.LOG, stdin=asked)
        return {found.id: found for found, _ in log_records([output], self._names)}

    def between(self, base: str, head: str) -> dict[str, tuple[str, ...]]:
        """The commits that `head` contains and `base` does not, newest first, with their parents."""
        output = self._ask("rev-list", "--parents", "--topo-order", _checked(head), f"^{_checked(base)}")
        listed = (line.split() for line in output.decode().splitlines())
        return {id_: tuple(parents) for id_, *parents in listed}

    def versions(self, commit_id: str, path: str) -> Iterator[tuple[Commit, str, str]]:
        """Each commit of the main line that ends here which changed a file, newest first, and the blobs that the file
        was before and after it, "" where there was none."""
        asked = ("log", "--first-parent", "--diff-merges=first-parent", *history.DIFF, "--no-renames", *history.LOG)
        with refusals(self), self._command.stream(*asked, _checked(commit_id), "--", path) as pieces:
            for made, changed in log_records(pieces, self._names):
                for one in changed:
                    if one.path == path:
                        old, new = ("" if side is None else side.blob for side in (one.old, one.new))
                        yield made, old, new

    # Trees and differences

    def tree(self, commit_id: str) -> dict[str, Entry]:
        """Every path of a commit, in git's order; symbolic links and submodules by their mode. Not to be changed."""
        if commit_id == STAGED:
            return self._staged_tree
        if commit_id in self._trees:
            return self._trees[commit_id]
        try:
            output = self._command.run("ls-tree", "-r", "-z", "--full-tree", _checked(commit_id))
        except GitFailed:
            raise NotARevision(
                f"{self.root}: the tree of commit {commit_id} is missing or cannot be read.\n{self.mend}"
            ) from None
        if len(self._trees) >= _TREES_HELD:
            self._trees.clear()
        self._trees[commit_id] = tree_entries(self._names.split(output))
        return self._trees[commit_id]

    def entry(self, commit_id: str, path: str) -> Entry | None:
        """One path of a commit as `tree` has it, for the price of the folders on the way to it."""
        held_whole = commit_id == STAGED or commit_id in self._trees
        found = None if held_whole else self._reader.commit(_checked(commit_id))
        if found is None or ours(path):
            return self.tree(commit_id).get(path)
        # Every commit begins with the word `tree` and an id.
        held = Entry(FOLDER, found[1][5 : 5 + len(commit_id)].decode("ascii", "replace"))
        for name in path.split("/"):
            raw = self._reader.read(held.blob) if held.mode == FOLDER else b""
            if isinstance(raw, Skipped):
                return self.tree(commit_id).get(path)
            inside = tree_object(raw, self._names, self.object_format).get(name)
            if inside is None:
                return None
            held = inside
        return held if held.mode != FOLDER else None

    def brings(self, commit_id: str, path: str) -> bool:
        """Whether anything lies at this path of a commit: a file, a link, or a folder; our own store's not excepted."""
        if commit_id == STAGED:
            with refusals(self):
                return bool(self._indexed.run("ls-files", "--full-name", "-z", "--", path))
        found = self._reader.commit(_checked(commit_id))
        held = Entry(FOLDER, "" if found is None else found[1][5 : 5 + len(commit_id)].decode("ascii", "replace"))
        for name in path.split("/"):
            if held.mode != FOLDER:
                return False
            raw = self._reader.read(held.blob) if held.blob else MISSING
            if isinstance(raw, Skipped):
                raise NotARevision(f"{self.root}: the tree of commit {commit_id} cannot be read.\n{self.mend}")
            inside = tree_object(raw, self._names, self.object_format).get(name)
            if inside is None:
                return False
            held = inside
        return True

    def folder(self, commit_id: str, path: str) -> str:
        """The id of the tree that a folder of a commit is: another id, other files in it. "" if there is none."""
        output = self._ask("ls-tree", "-d", "-z", "--full-tree", _checked(commit_id), path.rstrip("/"))
        about = output.partition(b"\t")[0].split(b" ")
        return about[2].decode() if len(about) == 3 else ""

    def changes(self, base: str, head: str) -> tuple[Change, ...]:
        """The paths that differ from one commit to another, sorted; a rename is a deletion and an addition."""
        if head == STAGED:
            return tuple(_between(self.tree(base), self._staged_tree))
        output = self._ask("diff-tree", *history.DIFF, "--no-renames", _checked(base), _checked(head))
        return tuple(sorted(changes(iter(self._names.split(output))), key=lambda change: change.path))

    def renames(self, base: str, head: str) -> dict[str, str]:
        """New path to old path, for the files that moved between two commits as far as git can tell.

        Where the bytes to compare are not in this clone, only exact renames are found.
        """
        command, program = (self._indexed, _INDEX) if head == STAGED else (self._command, ("diff-tree",))
        question = (*program, *history.DIFF, "--diff-filter=R", f"-l{_RENAME_LIMIT}")
        sides = (_checked(base),) if head == STAGED else (_checked(base), _checked(head))
        output = command.attempt(*question, "-M", *sides)
        if output is None:
            with refusals(self):
                output = command.run(*question, "-M100%", *sides)
        fields = iter(self._names.split(output))
        found = {}
        for _about in fields:
            old, new = next(fields), next(fields)
            found[new] = old
        if head == STAGED:  # which may have been staged anew since it was first read
            now, before = self._staged_tree, self.tree(base)
            found = {new: old for new, old in found.items() if new in now and old in before and old not in now}
        return dict(sorted(found.items()))

    # What is staged

    @cached_property
    def _staged_tree(self) -> dict[str, Entry]:
        """The tree that a commit would have now; read once, so that one answer speaks of one state.

        What is only announced (`git add --intent-to-add`) is no part of it; what a sparse checkout leaves out is.
        """
        head = self.resolve("HEAD")
        with refusals(self):
            output = self._indexed.run(*_INDEX, *history.DIFF, "--no-renames", head)
        changed = list(changes(iter(self._names.split(output))))
        torn = sorted({change.path for change in changed if change.status == "U"})
        if torn:
            self._refuse_torn(torn, "in what is staged", "Settle them and stage the files with `git add`.")
        tree = dict(self.tree(head))
        for change in changed:
            if change.new is None:
                tree.pop(change.path, None)
            else:
                tree[change.path] = change.new
        return dict(sorted(tree.items()))

    @cached_property
    def _indexed(self) -> Command:
        """The git program where the index matters that git itself has in hand.

        `git commit -a` and `git commit FILE` make one of their own and name it to their hooks. One that lies elsewhere
        is refused: it may be another repository's, and to look at the usual one instead would judge what nobody
        commits.
        """
        if not self.has_worktree:
            raise NotARevision(
                f"{self.root}: the repository is bare, so nothing is staged.\nName a commit or a branch instead."
            )
        if not self._index_file:
            return self._command
        file = Path(os.path.realpath(self._index_file))
        if file.parent != Path(os.path.realpath(self.git_dir)):  # a submodule's lies further below
            raise NotARevision(
                f"{self.root}: GIT_INDEX_FILE names {file}, which does not lie in this repository.\n"
                "Run `unset GIT_INDEX_FILE` to have judged what is staged here."
            )
        return Command(self._command.folder, {**self._command.environment, "GIT_INDEX_FILE": str(file)})

    # History

    def first_parents(self, tip: str) -> tuple[str, ...]:
        """The commit ids of a main line, newest first, as far as the clone holds them."""
        return self._line(tip)[0]

    def first_parent_log(self, tip: str, limit: int | None = None, *, after: str = "") -> History:
        """The newest `limit` commits of the main line that ends at `tip`, or all of it; only those after `after`.

        Positions count first parents from the root, so that a longer history never renumbers. In a shallow clone the
        oldest commit held has position 0 and `partial` says so.
        """
        line, partial = self._line(tip)
        positions = {id_: len(line) - 1 - index for index, id_ in enumerate(line)}
        wanted = len(line) if limit is None else min(limit, len(line))
        if after in positions:
            wanted = min(wanted, positions[tip] - positions[after])
        if not wanted:
            return History((), partial)
        newest_first: list[tuple[Commit, tuple[Change, ...]]] = []
        try:
            with self._command.stream(*history.WALK, f"--max-count={wanted}", _checked(tip)) as pieces:
                newest_first.extend(log_records(pieces, self._names))
        except GitFailed as fault:
            # Git says nothing of a commit whose trees it cannot read, so what was said before is whole, unless it
            # was ended from outside.
            if not newest_first or fault.status < 0:
                raise self._refused(fault) from None
            partial = f"{_cause(fault.said)}. {self.mend}"
        found = newest_first[::-1]
        merged = history.brought_by_merges(self._command, self._names, [made for made, _ in found])
        with closing(self.blobs()) as reader:
            notes = history.notes(self._command, self._names, reader, [made.id for made, _ in found])
        return History(
            tuple(
                LineCommit(made, positions[made.id], changed, merged.get(made.id, ()), notes.get(made.id, ""))
                for made, changed in found
            ),
            partial,
        )

    def first_parent_dates(self, tip: str, limit: int) -> Iterator[int]:
        """When the newest `limit` commits of the main line that ends at `tip` were committed, newest first: seconds
        since 1970, as they claim; as far as the clone holds them."""
        told = self._command.attempt("rev-list", "--first-parent", "--timestamp", f"--max-count={limit}", _checked(tip))
        for line in (told or b"").splitlines():
            yield int(line.partition(b" ")[0])

    def line_changes(self, after: str, last: str) -> Iterator[tuple[str, list[Hunk]]]:
        """What each commit of the main line did to lines, oldest first: those that lead from `after` ("" = from the
        root) to `last`. It ends early where the clone lacks an object."""
        below = (f"^{_checked(after)}",) if after else ()
        try:
            with self._command.stream(*PATCH, f"-O{os.devnull}", _checked(last), *below) as pieces:
                yield from hunks(pieces, self._names)
        except GitFailed:
            return

    # Bytes

    def blobs(self) -> Blobs:
        """A reader of this repository's objects; close it when done."""
        return Blobs(self._command)

    def read_blob(self, blob: str, limit: int | None = None) -> bytes | Skipped:
        """The bytes of one object; for more than a few, keep a reader of `blobs()`."""
        return self._reader.read(blob, limit)

    def merged(self, old: bytes, one: bytes, other: bytes) -> bytes | None:
        """What two edits of a file make together, line by line; None where they touch the same lines, or it is no text.

        No merge driver that a repository names is run: outside of one git knows none.
        """
        import tempfile  # few changes need it

        with tempfile.TemporaryDirectory(prefix="plumbrule-") as folder:
            sides = {"one": one, "old": old, "other": other}
            for name, data in sides.items():
                (Path(folder) / name).write_bytes(data)
            git = Command(os.fsencode(folder), self._command.environment)
            return git.attempt("merge-file", "--stdout", "--quiet", *sides)

    def missing(self, objects: Iterable[str]) -> list[str]:
        """Those of the objects that this clone does not hold, sorted; `mend` names the command that brings them."""
        with refusals(self):
            return sorted(absent_objects(self._command, objects))

    @cached_property
    def mend(self) -> str:
        """A sentence with the command that brings missing objects to this clone."""
        if self.is_partial:
            unshallow = "--unshallow " if self.is_shallow else ""
            return (
                "The clone is partial, and nothing is fetched behind your back. "
                f"Run `git fetch {unshallow}--refetch --no-filter {self._remote()}`."
            )
        if self.is_shallow:
            return f"The clone is shallow. {_DEEPEN}"
        return "The clone is damaged. Run `git fsck` to see what else is missing, then clone it anew."

    @cached_property
    def _reader(self) -> Blobs:
        return self.blobs()

    def close(self) -> None:
        """End the process that reads objects; also at the end of a `with`."""
        self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def worktree(self, wanted: Callable[[str], bool], limit: int) -> Worktree:
        """The files on disk as they are now: tracked, and untracked but not ignored; nothing is run on them.

        Bytes are read for the paths that `wanted` accepts, up to `limit` bytes a file, where they may differ from the
        index. NotARevision in a bare repository.
        """
        if not self.has_worktree:
            raise NotARevision(
                f"{self.root}: the repository is bare, so it has no worktree.\nName a commit or a branch instead."
            )
        head = self._command.attempt("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        with refusals(self):
            return self._disk.worktree(head.decode().strip() if head else "", wanted, limit)

    def clean_paths(self, tree: Mapping[str, Entry]) -> frozenset[str]:
        """The files of this tree whose bytes lie unchanged on disk, as far as the index and `stat` can tell.

        Reading them there is several times quicker than from the object store, but a filter or a race may have changed
        them: whoever reads one compares its `blob_id`.
        """
        if not self.has_worktree:
            return frozenset()
        with refusals(self):
            return self._disk.clean_paths(tree)

    def read_disk(self, path: str, limit: int) -> bytes | Skipped:
        """The bytes of one file of the worktree, never through a symbolic link and never of a pipe or device."""
        return self._disk.read(path, limit)

    def refuse_conflicts(self) -> None:
        """NotARevision if a merge left conflicts: what lies on disk is then nobody's version of those files."""
        with refusals(self):
            output = self._indexed.run("ls-files", "--unmerged", "--full-name", "-z")
        torn = sorted({self._names.text(line.partition(b"\t")[2]) for line in output.split(b"\0") if line})
        if torn:
            self._refuse_torn(torn, "on disk", "Settle them, then stage the files with `git add`.")

    def _refuse_torn(self, torn: list[str], where: str, mend: str) -> None:
        more = f" and {len(torn) - _SHOWN} more" if len(torn) > _SHOWN else ""
        raise NotARevision(f"{self.root}: a merge left conflicts {where}, in {', '.join(torn[:_SHOWN])}{more}.\n{mend}")

    def is_left_out(self, path: str) -> bool:
        """Whether a sparse checkout keeps this file off the disk, where the index has it."""
        return self._disk.is_left_out(path)

    def disk_path(self, path: str) -> bytes:
        """Where a file of the worktree lies, as the bytes that open it."""
        return os.fsencode(self.root) + b"/" + self._names.raw(path)

    @cached_property
    def _disk(self) -> Disk:
        from plumbrule.git.disk import Disk  # a change between commits never looks there

        return Disk(self.root, self.git_dir, self.object_format, self._command, self._names)

    # How refusals read

    def _ask(self, *arguments: str, stdin: bytes = b"") -> bytes:
        try:
            return self._command.run(*arguments, stdin=stdin)
        except GitFailed as fault:
            raise self._refused(fault) from None

    def _refused(self, fault: GitFailed) -> NotARevision:
        return NotARevision(f"{self.root}: {_cause(fault.said)}.\n{self.mend}")

    def _not_found(self, revision: str) -> NotARevision:
        where = f"{self.root}: {revision!r}"
        if is_object_id(revision):
            return NotARevision(f"{where}: this commit is not here.\n{self.mend}")
        if "\0" not in revision:
            named = self._command.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", revision)
            if named:
                object_id = named.decode().strip()
                kind = self._command.attempt("cat-file", "-t", object_id) if is_object_id(object_id) else b"range"
                if kind is None:
                    return NotARevision(f"{where}: object {object_id} is missing.\n{self.mend}")
                return NotARevision(f"{where} is a {kind.decode().strip()}.\nName a commit, a branch or a tag.")
        if self._command.attempt("rev-parse", "--verify", "--quiet", "HEAD") is None:
            if not self._command.attempt("for-each-ref", "--count=1"):
                return NotARevision(
                    f"{self.root}: the repository is empty: nothing was ever committed.\n"
                    "Run `git add --all` and `git commit` first, or read its files with `plumbrule scan --worktree`."
                )
            if _starts_at_head(revision):
                return NotARevision(
                    f"{self.root}: the branch {self.head_ref!r} is unborn: it has no commit yet.\n"
                    "Commit to it, or name a branch that has commits."
                )
        short = revision.removeprefix("refs/remotes/")
        for remote in self._remotes():
            branch = short.removeprefix(f"{remote}/")
            if branch in ("", short):
                continue
            fetched = f"+refs/heads/{branch}:refs/remotes/{remote}/{branch}"
            how = f"git fetch {'--unshallow ' if self.is_shallow else ''}{remote} {_quoted(fetched)}"
            return NotARevision(f"{where}: this branch was not fetched.\nRun `{how}`.")
        if self.is_shallow:
            return NotARevision(f"{where}: no such branch, tag or commit in this shallow clone.\n{_DEEPEN}")
        return NotARevision(f"{where}: no such branch, tag or commit.\nRun `git branch --all` to see what there is.")

    # Behind the main line

    def _line(self, tip: str) -> tuple[tuple[str, ...], str]:
        """First parents, newest first, and why they end before the root."""
        if tip not in self._lines:
            self._lines[tip] = self._read_line(tip)
        return self._lines[tip]

    def _read_line(self, tip: str) -> tuple[tuple[str, ...], str]:
        partial = ""
        pieces: list[bytes] = []
        try:
            with self._command.stream("rev-list", "--first-parent", _checked(tip)) as output:
                pieces.extend(output)
        except GitFailed as fault:
            partial = f"{_cause(fault.said)}. {self.mend}"
            if not pieces or fault.status < 0:
                raise self._refused(fault) from None
        line = tuple(b"".join(pieces).decode().split())
        if self.is_shallow and self._is_cut(line[-1]):
            partial = f"the clone is shallow and begins at {line[-1][:12]}. {_DEEPEN}"
        return line, partial

    def _is_cut(self, commit_id: str) -> bool:
        """Git shows this commit without parents, but it was written with some."""
        raw = self.read_blob(commit_id)
        return isinstance(raw, bytes) and b"\nparent " in raw.partition(b"\n\n")[0]

    # Behind the defaults

    def _remote_default(self) -> str:
        """The remote branch that the remote calls its default, else one that usually is; "" if there is none."""
        folder = f"refs/remotes/{self._remote()}"
        usual = [f"{folder}/{name}" for name in self._usual_names()]
        existing = self._refs(f"{folder}/HEAD", *usual)
        return existing.get(f"{folder}/HEAD") or next((ref for ref in usual if ref in existing), "")

    def _usual_names(self) -> list[str]:
        configured = self._command.attempt("config", "--get", "init.defaultBranch") or b""
        return list(dict.fromkeys(name for name in (self._names.text(configured.strip()), "main", "master") if name))

    def _refs(self, *names: str) -> dict[str, str]:
        """Those of these refs that exist, and what each stands for if it is symbolic."""
        output = self._command.attempt("for-each-ref", "--format=%(refname) %(symref)", "--", *names) or b""
        return dict(self._names.text(line).split(" ", 1) for line in output.splitlines())

    def _remote(self) -> str:
        remotes = self._remotes()
        return "origin" if "origin" in remotes or not remotes else remotes[0]

    def _remotes(self) -> list[str]:
        output = self._command.attempt("config", "--null", "--name-only", "--get-regexp", r"^remote\..*\.url$") or b""
        names = [name.removeprefix("remote.").removesuffix(".url") for name in self._names.split(output)]
        return sorted(set(names))


# Compares the index with a commit, and looks at nothing on disk: no filter that a repository names can run.
_INDEX = ("diff-index", "--cached", "--ita-invisible-in-index")


def _between(before: Mapping[str, Entry], now: Mapping[str, Entry]) -> Iterator[Change]:
    for path in sorted(before.keys() | now.keys()):
        old, new = before.get(path), now.get(path)
        if old != new:
            yield Change("A" if old is None else "D" if new is None else "M", path, old, new)


_TOO_OLD = "the git here is too old to be asked what must be known.\nInstall git 2.36 or newer."
_DEEPEN = "Run `git fetch --unshallow` (in CI: check out with the full history, such as `fetch-depth: 0`)."
_OBJECT = re.compile(r"\b[0-9a-f]{40}(?:[0-9a-f]{24})?\b")


@contextmanager
def refusals(repository: Repository) -> Iterator[None]:
    """git's own words as a NotARevision."""
    try:
        yield
    except GitFailed as fault:
        raise repository._refused(fault) from None


def _quoted(text: str) -> str:
    import shlex  # only what a refusal says needs it

    return shlex.quote(text)


def _checked(object_id: str) -> str:
    """An id, so that nothing else can be taken for an option or a revision expression."""
    if not is_object_id(object_id):
        raise NotARevision(f"{object_id!r} is not the id of a commit.\nResolve the revision first.")
    return object_id


def _starts_at_head(revision: str) -> bool:
    return re.match(r"(HEAD|@)(?![\w/-])", revision) is not None


def _cause(said: str) -> str:
    missing = _OBJECT.search(said)
    if missing:
        return f"object {missing.group()} is missing or cannot be read"
    lines = [line.partition(": ")[2] for line in said.splitlines() if line.startswith(("fatal: ", "error: "))]
    return "git says: " + (lines[-1] if lines else said)


def _not_opened(folder: Path, said: str) -> NotARevision:
    """Why git would not open the repository at this folder."""
    if "dubious ownership" in said:
        trust = re.search(r"git config --global --add safe\.directory .*", said)
        command = trust.group() if trust else f"git config --global --add safe.directory {_quoted(str(folder))}"
        return NotARevision(
            f"{folder}: the repository belongs to another user, so git does not trust its configuration.\n"
            f"If you do, run `{command}`."
        )
    if "unknown option" in said:
        return NotARevision(f"{folder}: {_TOO_OLD}")
    if "not a git repository" in said:
        return NotARevision(
            f"{folder}: neither this folder nor one above it is a git repository.\n"
            "Name a folder inside one, or run `git init` and commit."
        )
    return NotARevision(
        f"{folder}: git will not open this repository. {_cause(said)}.\nMend it until `git status` works."
    )
