"""Rules from outside: copies the pinned commits that a policy builds on into its tree, with the proof of what they are.

Hides which files are needed (the policy named, what it builds on itself, its rules, and the licence they come under)
and that a copy appears whole or not at all. The network is used here only; judging reads the copies.
"""

from __future__ import annotations

import posixpath
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from plumbrule.beside import OnDisk, file_text, repository_top
from plumbrule.data import dataclass
from plumbrule.errors import SettingsError
from plumbrule.git.fetching import Objects
from plumbrule.policy.copies import (
    COPIES,
    FILE_MODES,
    LOCK,
    Proof,
    content_hash,
    is_rule,
    lock_text,
    tree_entries,
    tree_of,
)
from plumbrule.policy.extending import (
    PRESET,
    Folded,
    Place,
    Reference,
    Table,
    folded,
    inside,
    references,
    rule_folders,
    two_of_one_name,
)
from plumbrule.policy.reading import parsed, placed

_FILE_BYTES = 1_000_000
_TREE_BYTES = 4_000_000
_FILES = 1_000
_COPIES = 32
_LICENCES = ("licen", "notice", "copying")
_ATTRIBUTES = "# Copies hold the bytes of their commits, whatever line endings are usual here.\n* -text\n"

Fetch = Callable[[str, str], AbstractContextManager[Objects]]


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy in the tree, and what became of it."""

    name: str
    git: str
    commit: str
    files: int
    hash: str
    did: str  # copied, there, unused or removed


def checked(file: Path) -> list[Copied]:
    """The copies that this policy builds on, every one of them proved; SettingsError names one that is not."""
    whole = _folded(file)
    found = [
        Copied(one.name, one.git, one.commit, len(one.files), content_hash(one.files), "there") for one in whole.copies
    ]
    names = {one.name for one in whole.copies}
    return [*found, *(Copied(folder.name, "", "", 0, "", "unused") for folder in _unused(file, names))]


def copied(file: Path, fetch: Fetch) -> list[Copied]:
    """Brings every copy that this policy builds on into the tree; one that is there and proved is left alone."""
    try:
        found = [one for one in checked(file) if one.did == "there"]
    except SettingsError:
        found = _Copying(file, fetch).run()
        checked(file)  # what is written is read as a gate reads it
    removed = []
    for folder in _unused(file, {one.name for one in found}):
        shutil.rmtree(folder)
        removed.append(Copied(folder.name, "", "", 0, "", "removed"))
    return [*found, *removed]


def _folded(file: Path) -> Folded:
    top = repository_top(file)
    return folded(file_text(file), str(file), file.relative_to(top).as_posix(), OnDisk(top), placed)


def _unused(file: Path, names: set[str]) -> Iterator[Path]:
    """Copies that nothing names; what is no copy of ours is left alone."""
    folder = file.parent / COPIES
    if folder.is_dir() and not folder.is_symlink():
        for one in sorted(folder.iterdir()):
            if one.is_dir() and not one.is_symlink() and one.name not in names and (one / LOCK).is_file():
                yield one


class _Copying:
    def __init__(self, file: Path, fetch: Fetch) -> None:
        self.file = file
        self.fetch = fetch
        self.folder = file.parent / COPIES
        self.pins: dict[str, tuple[str, str]] = {}  # name -> (git, commit)
        self.wanted: dict[str, set[str]] = {}  # name -> paths of policies in there
        self.done: dict[str, Copied] = {}

    def run(self) -> list[Copied]:
        self._of_tree()
        fetched: dict[str, set[str]] = {}
        while left := sorted(name for name, paths in self.wanted.items() if paths != fetched.get(name)):
            name = left[0]
            fetched[name] = set(self.wanted[name])
            self._copy(name)
        return [self.done[name] for name in sorted(self.done)]

    def _of_tree(self) -> None:
        """What the policies of this repository name."""
        top = repository_top(self.file)
        path = self.file.relative_to(top).as_posix()
        beside, waiting, seen = OnDisk(top), [path], {path}
        while waiting:
            path = waiting.pop()
            for reference, error in _named(beside.text(path), path):
                if reference.git:
                    self._want(reference, error)
                elif not reference.path.startswith(PRESET):
                    other = inside(posixpath.dirname(path), reference.path, error)
                    if other not in seen:
                        seen.add(other)
                        waiting.append(other)

    def _want(self, reference: Reference, error: Callable[[Place, str], SettingsError]) -> None:
        pin = (reference.git, reference.commit)
        if self.pins.setdefault(reference.name, pin) != pin:
            raise two_of_one_name(reference.name)
        if len(self.pins) > _COPIES:
            raise error(("extends",), f"more than {_COPIES} repositories would be copied; extend fewer")
        self.wanted.setdefault(reference.name, set()).add(inside("", reference.path, error))

    def _copy(self, name: str) -> None:
        git, commit = self.pins[name]
        with self.fetch(git, commit) as objects:
            taking = _Taking(git, commit, objects)
            for path in sorted(self.wanted[name]):
                for reference, error in taking.policy(path):
                    if reference.git.startswith("file:") and not git.startswith("file:"):
                        # Only who works on this machine may name what lies on it.
                        raise error(
                            ("extends",), f"{reference.git} lies on this machine, and a policy elsewhere names it"
                        )
                    self._want(reference, error)
            taking.licences()
            files, lock = taking.files, lock_text(git, commit, taking.files, taking.trees.raw)
        self._write(name, {**files, LOCK: lock.encode()})
        self.done[name] = Copied(name, git, commit, len(files), content_hash(files), "copied")

    def _write(self, name: str, files: dict[str, bytes]) -> None:
        target, draft = self.folder / name, self.folder / f".{name}.new"
        try:
            for place in (self.folder, target, draft):
                if place.is_symlink():
                    raise SettingsError(f"{place}: is a symbolic link, so nothing is written there.\nRemove it.")
            if draft.exists():
                shutil.rmtree(draft)
            for path, data in files.items():
                (draft / path).parent.mkdir(parents=True, exist_ok=True)
                (draft / path).write_bytes(data)
            (self.folder / ".gitattributes").write_text(_ATTRIBUTES, "utf-8")
            if target.exists():
                shutil.rmtree(target)
            draft.rename(target)
        except OSError as error:
            raise SettingsError(f"{target}: cannot be written: {error.strerror}.\nMake room for it there.") from None


def _named(text: str, source: str) -> Iterator[tuple[Reference, Callable[[Place, str], SettingsError]]]:
    table = parsed(text, source)

    def error(where: Place, what: str) -> SettingsError:
        return SettingsError(f"{source}: {what}")

    for reference in references(table, error):
        yield reference, error


class _Trees(dict[str, dict[str, tuple[str, str]]]):
    """The folders of a commit, fetched when they are asked for; `raw` are those that were, the commit first."""

    def __init__(self, objects: Objects, commit: str) -> None:
        super().__init__()
        self.objects = objects
        self.commit = commit
        self.raw = {commit: objects.raw("commit", commit, _TREE_BYTES, commit)}

    def __missing__(self, id_: str) -> dict[str, tuple[str, str]]:
        self.raw[id_] = self.objects.raw("tree", id_, _TREE_BYTES, f"a folder of {self.commit}")
        try:
            self[id_] = tree_entries(self.raw[id_], self.commit)
        except ValueError as error:
            raise SettingsError(f"{id_}: this folder cannot be copied: {error}.\nPin another commit.") from None
        return self[id_]


class _Taking:
    """Takes what is needed out of one commit."""

    def __init__(self, git: str, commit: str, objects: Objects) -> None:
        self.where = f"{git} at {commit[:12]}"
        self.objects = objects
        self.trees = _Trees(objects, commit)
        self.proof = Proof(commit, self.trees, tree_of(self.trees.raw[commit]))
        self.files: dict[str, bytes] = {}
        self.seen: set[str] = set()

    def policy(self, path: str) -> Iterator[tuple[Reference, Callable[[Place, str], SettingsError]]]:
        """Takes a policy, what it builds on there and the rules of all of them; gives what lies elsewhere again."""
        if path in self.seen:
            return
        self.seen.add(path)
        source = f"{path} of {self.where}"
        try:
            text = self._file(path).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise SettingsError(f"{source}: is not UTF-8 text.\nPin a commit that mends it.") from None
        for reference, error in _named(text, source):
            if reference.git:
                yield reference, error
            elif not reference.path.startswith(PRESET):
                yield from self.policy(inside(posixpath.dirname(path), reference.path, error))
        self._rules(parsed(text, source), path, source)

    def licences(self) -> None:
        """Under which terms it comes, as far as the top folder says."""
        for name, (mode, _) in sorted(self.trees[self.proof.root].items()):
            if mode in FILE_MODES and name.lower().startswith(_LICENCES) and name.isprintable():
                self._file(name)

    def _rules(self, table: Table, path: str, source: str) -> None:
        def error(where: Place, what: str) -> SettingsError:
            return SettingsError(f"{source}: {what}")

        for named in rule_folders(table):
            folder = inside(posixpath.dirname(path), named, error)
            rules = [file for file, _, _ in self.proof.files(folder) if is_rule(file)]
            if not rules:
                raise error((), f"it names the rules folder {named!r}, which holds no rule there")
            for file in rules:
                self._file(file)

    def _file(self, path: str) -> bytes:
        if path in self.files:
            return self.files[path]
        entry = self.proof.entry(path)
        if entry is None:
            raise SettingsError(f"{self.where}: there is no {path}.\nCorrect `path`, or pin another commit.")
        mode, id_ = entry
        if mode not in FILE_MODES or not path.isprintable():
            raise SettingsError(f"{self.where}: {path!r} is no plain file with a plain name.\nPin another commit.")
        if len(self.files) >= _FILES:
            raise SettingsError(f"{self.where}: more than {_FILES:,} files would be copied.\nKeep fewer rules there.")
        self.files[path] = self.objects.raw("blob", id_, _FILE_BYTES, f"{path} of {self.where}")
        return self.files[path]
