"""Copies of policies and rules that lie elsewhere, and the proof that they are what a pinned commit holds.

Hides how that is proved without the network: the lock beside a copy holds the commit's own object and those of the
folders on the way to each file, whose ids are hashes of what they hold. From the commit id that the policy pins to the
last byte of a rule everything hangs together, so a copy that was edited is noticed, and one whose lock was edited with
it, too. A hash over all files stands there for people to compare.
"""

from __future__ import annotations

import base64
import hashlib
import tomllib
from collections.abc import Iterator, Mapping

from plumbrule.data import dataclass
from plumbrule.errors import SettingsError

COPIES = ".plumbrule-rules"  # beside the policy; one folder for each repository copied
LOCK = "plumbrule.lock"
MEND = "Run `plumbrule rules fetch`, look at what it copied, and commit that."
FILE_MODES = ("100644", "100755", "100664")
_FOLDER = "40000"
_NAMES_A_FOLDER = 100_000


@dataclass(frozen=True, slots=True)
class Proof:
    """What a commit holds, as far as its own objects are here: by id, checked against it."""

    commit: str
    trees: Mapping[str, Mapping[str, tuple[str, str]]]  # id -> name -> (mode, id)
    root: str  # id of the commit's tree

    def entry(self, path: str) -> tuple[str, str] | None:
        """(mode, id) of a path; None if the commit has none, KeyError if the proof does not reach so far."""
        mode, id_ = _FOLDER, self.root
        for name in path.split("/") if path else ():
            found = self.trees[id_].get(name) if mode == _FOLDER else None
            if found is None:
                return None
            mode, id_ = found
        return mode, id_

    def files(self, folder: str) -> Iterator[tuple[str, str, str]]:
        """(path, mode, id) of everything below a folder that is none itself; KeyError as above."""
        held = self.entry(folder)
        if held is None or held[0] != _FOLDER:
            return
        for name, (mode, id_) in sorted(self.trees[held[1]].items()):
            path = f"{folder}/{name}" if folder else name
            if mode == _FOLDER:
                yield from self.files(path)
            else:
                yield path, mode, id_


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy whose every file is proved."""

    name: str
    git: str
    commit: str
    files: Mapping[str, bytes]
    proof: Proof

    def text(self, path: str) -> str:
        """A file of the repository copied."""
        data = self.files.get(path)
        if data is None:
            raise _altered(self.name, f"{path} is not in it")
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            where = f"{COPIES}/{self.name}/{path}"
            raise SettingsError(f"{where}: is not UTF-8 text.\nPin a commit that mends it.") from None

    def require_rules(self, folder: str) -> None:
        """SettingsError unless every rule that the commit has in this folder is in the copy."""
        try:
            there = [path for path, _, _ in self.proof.files(folder) if is_rule(path)]
        except KeyError:
            raise _altered(self.name, f"nothing proves what {folder} holds") from None
        if not there:
            raise SettingsError(
                f"{COPIES}/{self.name}: the policy there names the rules folder {folder!r}, which holds no rule at"
                f" {self.commit[:12]}.\nPin a commit that mends it."
            )
        missing = [path for path in there if path not in self.files]
        if missing:
            raise _altered(self.name, f"{missing[0]} is missing")


def is_rule(path: str) -> bool:
    """README.md and the like are no rules."""
    return path.endswith(".md") and path.rpartition("/")[2][:1].islower()


def opened(files: Mapping[str, bytes], name: str, git: str, commit: str) -> Copy:
    """The copy that these files are, of this commit of this repository; SettingsError says what is wrong with it."""
    if not files:
        raise SettingsError(f"{COPIES}/{name}: there is no copy of {git} here, which `extends` names.\n{MEND}")
    held = dict(files)
    lock = _lock(held.pop(LOCK, b""), name)
    if (lock.git, lock.commit) != (git, commit):
        raise SettingsError(
            f"{COPIES}/{name}: this is a copy of {lock.commit[:12]} of {lock.git}, and `extends` pins {commit[:12]} of"
            f" {git}.\n{MEND}"
        )
    if content_hash(held) != lock.sha256:
        raise _altered(name, "its files have another hash than its lock says")
    proof = _proof(lock.objects, commit, name)
    for path, data in sorted(held.items()):
        try:
            there = proof.entry(path)
        except KeyError:
            raise _altered(name, f"nothing proves that {path} is part of the commit") from None
        if there is None or there[0] not in FILE_MODES or there[1] != object_id("blob", data, commit):
            raise _altered(name, f"{path} is not what the commit holds")
    return Copy(name, git, commit, held, proof)


def _altered(name: str, why: str) -> SettingsError:
    return SettingsError(f"{COPIES}/{name}: this copy is incomplete or was edited: {why}.\n{MEND}")


@dataclass(frozen=True, slots=True)
class _Lock:
    git: str
    commit: str
    sha256: str
    objects: tuple[bytes, ...]


def lock_text(git: str, commit: str, files: Mapping[str, bytes], objects: Mapping[str, bytes]) -> str:
    """The lock of these files; `objects` are the raw commit and trees by id, the commit first."""
    lines = [
        "# Made by `plumbrule rules fetch`, which copied the files beside it. Not to be edited: `objects` are git's,",
        "# of the commit and of the folders on the way to each file, and prove that nothing here was changed.",
        f"git = {_quoted(git)}",
        f"commit = {_quoted(commit)}",
        f"sha256 = {_quoted(content_hash(files))}",
        "objects = [",
        *(f"  {_quoted(base64.b64encode(data).decode())}," for data in objects.values()),
        "]",
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _lock(data: bytes, name: str) -> _Lock:
    try:
        table = tomllib.loads(data.decode())
        texts = [table[key] for key in ("git", "commit", "sha256")]
        objects = [base64.b64decode(text, validate=True) for text in table["objects"]]
    except (ValueError, KeyError, TypeError):
        raise _altered(name, f"its {LOCK} is missing or cannot be read") from None
    if not all(isinstance(text, str) for text in texts):
        raise _altered(name, f"its {LOCK} cannot be read")
    return _Lock(texts[0], texts[1], texts[2], tuple(objects))


def content_hash(files: Mapping[str, bytes]) -> str:
    """SHA-256 over the sorted paths and the SHA-256 of what each holds, as two lines a file."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path}\n{hashlib.sha256(files[path]).hexdigest()}\n".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def object_id(kind: str, data: bytes, like: str) -> str:
    """The id that git gives to this object, in the format of the id `like`."""
    framed = f"{kind} {len(data)}\0".encode() + data
    if len(like) == 64:
        return hashlib.sha256(framed).hexdigest()
    return hashlib.sha1(framed, usedforsecurity=False).hexdigest()


def _proof(objects: tuple[bytes, ...], commit: str, name: str) -> Proof:
    if not objects or object_id("commit", objects[0], commit) != commit:
        raise _altered(name, "its lock does not hold the commit that is pinned")
    root = tree_of(objects[0])
    trees = {}
    for data in objects[1:]:
        try:
            trees[object_id("tree", data, commit)] = tree_entries(data, commit)
        except ValueError:
            raise _altered(name, "its lock holds what is no folder of git") from None
    return Proof(commit, trees, root)


def tree_of(commit: bytes) -> str:
    """The id of a commit's tree, which its first line names."""
    return commit.partition(b"\n")[0].removeprefix(b"tree ").decode("ascii", "replace")


def tree_entries(data: bytes, like: str) -> dict[str, tuple[str, str]]:
    """Name -> (mode, id) of a folder's object; ValueError if it is none, or a name could lead elsewhere."""
    size = len(like) // 2
    found: dict[str, tuple[str, str]] = {}
    at = 0
    while at < len(data):
        end = data.index(b"\0", at)
        mode, _, raw = data[at:end].partition(b" ")
        at = end + 1 + size
        name = raw.decode("utf-8", "surrogateescape")
        if at > len(data) or not name or "/" in name or name in (".", "..") or len(found) >= _NAMES_A_FOLDER:
            raise ValueError(name)
        found[name] = mode.decode("ascii", "replace"), data[end + 1 : at].hex()
    return found
