"""The answer to a gate whose head is its base, before anything is imported that judges.

Hides by what this is known without reading the policy: a scan notes which policy it could read, by the ids of its
bytes, and whoever finds the very same bytes at the base need not read them again. Whatever is not plain here (other
options, a terminal that wants colour, a policy with rules of its own or a fleet, a word of complaint from git) is no
answer, and the long way is taken; both ways say the same, byte for byte.
"""

# To import `pathlib` takes as long as all of this.
# ruff: noqa: PTH105, PTH110, PTH113, PTH118, PTH119, PTH120, PTH123

from __future__ import annotations

import os
import sys

from plumbrule import __version__
from plumbrule.git.safe import SAFE, safe_environment

TYPE_CHECKING = False  # see `git.safe`
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

POLICY, BASELINE = "plumbrule.toml", "plumbrule.baseline"
_KEPT, _MOST = "read", 200  # file of a store, and how many repositories it tells of
_NOTHING = "-"
_VALUED = frozenset(("--repo", "--base", "--head", "--store", "--format", "--fail-on"))
_CHOICES = {"--format": ("text",), "--fail-on": ("error", "warning", "info")}  # that say the same
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
_SAID = """passed: nothing new
  {name}: {commit} since {commit}
  policy: {policy} at {commit}
  because no change: the head is contained in the base

looked at: 0 files, 0 parsed, 0 skipped; 0 of 0 imports resolved; 0 rules evaluated
"""


def answer(arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    """What `plumbrule gate` prints when it is given these arguments, if that is known; else nothing."""
    asked = _asked(arguments)
    base, head = asked.get("--base", ""), asked.get("--head", "HEAD")
    if not (_is_revision(base) and _is_revision(head)) or (sys.stdout.isatty() and not environ.get("NO_COLOR")):
        return ""
    folder = os.path.realpath(asked.get("--repo", "."))
    root = _above(folder, ".git")
    name = os.path.basename(root)
    if not root or not name or name[0] == "." or not _PLAIN.issuperset(name):
        return ""
    store = _store(asked.get("--store", ""), root, environ)
    blobs = _known(store, name) if store.isascii() else ()
    if not blobs:
        return ""
    wanted = [f"{blob}^{{blob}}" for blob in blobs if blob != _NOTHING]
    told = _git(folder, environ, "rev-parse", f"{base}^{{commit}}", f"{head}^{{commit}}", *wanted,
                "--is-inside-work-tree", "--show-cdup", "--absolute-git-dir").split("\n")  # fmt: skip
    if len(told) != len(wanted) + 6 or told[0] != told[1] or told[-4] != "true" or told[-1]:
        return ""
    if os.path.normpath(os.path.join(folder, told[-3])) != root or told[-2] != f"{root}/.git":
        return ""
    there = _git(folder, environ, "ls-tree", "--full-tree", "-z", told[0], "--", POLICY, BASELINE)
    files = zip(blobs, (POLICY, BASELINE), strict=True)
    if sorted(there.split("\0")) != sorted(["", *(_entry(blob, path) for blob, path in files if blob != _NOTHING)]):
        return ""
    return _SAID.format(name=name, commit=told[0][:12], policy=POLICY)


def _asked(arguments: Sequence[str]) -> dict[str, str]:
    """The options by name; nothing where any is not plain."""
    found = {}
    waiting = iter(arguments)
    for option in waiting:
        if option in ("--quiet", "--strict"):
            continue
        value = next(waiting, "") if option in _VALUED else ""
        # Refused even where the option is given again, and well: the parser looks at each value.
        if not value or value.startswith("-") or value not in _CHOICES.get(option, (value,)):
            return {}
        found[option] = value
    return found


def _is_revision(text: str) -> bool:
    """A plain name of a branch, tag or commit: none with operators of git, and nothing that could be an option."""
    parts = text.split("/")
    return text != "worktree" and all(part and part[0] not in ".-" and _PLAIN.issuperset(part) for part in parts)


def _above(folder: str, name: str) -> str:
    """The nearest folder upwards that holds a folder or file of this name; "" if none does."""
    while not os.path.exists(f"{folder}/{name}"):
        folder, last = os.path.dirname(folder), folder
        if folder == last:
            return ""
    return folder


def _store(given: str, root: str, environ: Mapping[str, str]) -> str:
    """Where the store lies, as for any command."""
    given = given or environ.get("PLUMBRULE_STORE", "")
    if given:
        return os.path.realpath(given)
    while not os.path.isfile(f"{root}/{POLICY}") and root != os.path.dirname(root):
        root = os.path.dirname(root)
    return f"{root}/.plumbrule"


def _git(folder: str, environ: Mapping[str, str], *arguments: str) -> str:
    """What git prints; nothing if it fails or complains."""
    said, out = os.pipe()
    complained, err = os.pipe()
    try:
        child = os.posix_spawnp(
            "git",
            ["git", "-C", folder, *SAFE, *arguments],
            safe_environment(environ),
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, out, 1),
                (os.POSIX_SPAWN_DUP2, err, 2),
            ],
        )
        os.close(out)
        os.close(err)
        out = err = -1
        # At most some hundred bytes each, so that neither pipe is ever full.
        text, words = _all(said), _all(complained)
        status = os.waitpid(child, 0)[1]
    finally:
        for descriptor in (said, complained, out, err):
            if descriptor >= 0:
                os.close(descriptor)
    return os.fsdecode(text) if not status and not words else ""


def _all(descriptor: int) -> bytes:
    found = b""
    while piece := os.read(descriptor, 65_536):
        found += piece
    return found


def _entry(blob: str, path: str) -> str:
    return f"100644 blob {blob}\t{path}"


# What a scan notes


def note(store: Path, read: Mapping[str, tuple[str, str]]) -> None:
    """Notes for these repositories, by name, the blobs of a policy and its baseline ("" = there is none) that could be
    read and ask for nothing else."""
    known = {name: blobs for name, *blobs in _noted(str(store))} if read else {}
    known |= {name: [policy, baseline or _NOTHING] for name, (policy, baseline) in read.items()}
    lines = [f"{name} {policy} {baseline}\n" for name, (policy, baseline) in list(known.items())[-_MOST:]]
    draft = f"{store}/{_KEPT}.draft"
    with open(draft, "w", encoding="utf-8") as file:
        file.writelines([f"{_reader()}\n", *lines])
    os.replace(draft, f"{store}/{_KEPT}")


def is_noted(name: str) -> bool:
    """Whether anything can be noted for a repository of this name."""
    return bool(name) and name[0] != "." and _PLAIN.issuperset(name)


def _known(store: str, name: str) -> tuple[str, ...]:
    """The blobs of policy and baseline that were read for this repository; nothing if none are known."""
    return next((tuple(blobs) for of, *blobs in _noted(store) if of == name), ())


def _noted(store: str) -> list[list[str]]:
    try:
        with open(f"{store}/{_KEPT}", encoding="ascii") as file:
            first, *lines = file.read().split("\n")
    except (OSError, ValueError):
        return []
    found = [line.split(" ") for line in lines if line]
    whole = first == _reader() and lines[-1:] == [""] and all(map(_is_note, found))
    return found if whole else []


def _is_note(fields: Sequence[str]) -> bool:
    return len(fields) == 3 and all(field == _NOTHING or _is_id(field) for field in fields[1:]) and _is_id(fields[1])


def _is_id(text: str) -> bool:
    return len(text) in (40, 64) and not text.strip("0123456789abcdef")


def _reader() -> str:
    """Names what reads policies and words answers: changes whenever a file of it was written, moved or restored."""
    package = os.path.dirname(os.path.dirname(__file__))
    said = [sys.version.split()[0], __version__]
    for folder in _WORDING:
        with os.scandir(f"{package}/{folder}") as entries:
            for entry in sorted(entries, key=lambda one: one.name):
                if entry.name.endswith(".py"):
                    it = entry.stat()
                    said.append(f"{entry.name}:{it.st_size}:{it.st_mtime_ns}:{it.st_ctime_ns}:{it.st_ino}")
    return " ".join(said)


_WORDING = ("", "git", "policy", "report", "report/formats")


def said(arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    """What the command prints, where it is a gate that has a plain answer; else nothing."""
    if arguments[:1] != ["gate"] or sys.stdout is None:
        return ""
    try:
        found = answer(arguments[1:], environ)
        # The long way writes UTF-8 whatever the encoding is (PYTHONIOENCODING=utf-16, say).
        return found if found.encode(sys.stdout.encoding) == found.encode() else ""
    except (OSError, ValueError):
        return ""
