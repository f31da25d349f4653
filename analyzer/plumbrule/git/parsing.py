"""git's NUL-separated output as records; hides its layout and that names are bytes.

Names become text as UTF-8; bytes that are not UTF-8 show as `\\xff`. `Names` remembers those, and only those, so
that the file can still be opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter
from sys import intern

from plumbrule.git.records import STORE, Change, Commit, Entry, moment

FOLDER = "40000"

# One commit as `git log -z` prints it: no field but the message can hold a line break, nothing can hold a NUL.
COMMIT_FORMAT = "%H%n%P%n%an%n%ae%n%at%n%cn%n%ce%n%ct%n%B"


class Names:
    """Paths as text and, for opening a file, as the bytes they were."""

    def __init__(self) -> None:
        self._odd: dict[str, bytes] = {}

    def text(self, raw: bytes) -> str:
        try:
            return raw.decode()
        except UnicodeDecodeError:
            shown = raw.decode("utf-8", "backslashreplace")
            self._odd[shown] = raw
            return shown

    def raw(self, path: str) -> bytes:
        return self._odd.get(path) or path.encode()

    def split(self, output: bytes) -> list[str]:
        """NUL-terminated fields, decoded one by one only when some byte is not UTF-8."""
        try:
            fields = output.decode().split("\0")
        except UnicodeDecodeError:
            fields = [self.text(field) for field in output.split(b"\0")]
        if not fields[-1]:
            fields.pop()
        return fields


def ours(path: str) -> bool:
    """Inside our own store."""
    return path.startswith(".plumbrule/") or path == STORE


def tree_entries(fields: Iterable[str]) -> dict[str, Entry]:
    """`ls-tree -r -z` fields: `MODE SP TYPE SP ID TAB PATH`."""
    entries = {}
    for field in fields:
        about, _, path = field.partition("\t")
        mode, _, blob = about.split(" ")
        if not ours(path):
            entries[path] = Entry(intern(mode), blob)
    return entries


def tree_object(raw: bytes, names: Names, object_format: str) -> dict[str, Entry]:
    """One folder as its object holds it, `MODE SP NAME NUL ID` after each other; a folder in it has the mode FOLDER."""
    size = 32 if object_format == "sha256" else 20
    entries = {}
    at = 0
    while at < len(raw):
        end = raw.index(b"\0", at)
        mode, _, name = raw[at:end].partition(b" ")
        at = end + 1 + size
        entries[names.text(name)] = Entry(mode.decode("ascii"), raw[end + 1 : at].hex())
    return entries


def changes(fields: Iterator[str]) -> Iterator[Change]:
    """`diff-tree -r -z --raw` fields: `:MODE MODE ID ID STATUS`, then the path."""
    for about in fields:
        path = next(fields)
        if not ours(path):
            yield change(about, path)


def change(about: str, path: str) -> Change:
    old_mode, new_mode, old, new, status = about.lstrip("\n:").split(" ")
    return Change(
        intern(status[0]),
        path,
        None if old_mode == "000000" else Entry(intern(old_mode), old),
        None if new_mode == "000000" else Entry(intern(new_mode), new),
    )


def commit(text: str) -> Commit:
    """One commit in COMMIT_FORMAT."""
    id_, parents, author, author_email, authored, committer, committer_email, committed, message = text.lstrip(
        "\n"
    ).split("\n", 8)
    return Commit(
        id=id_,
        parents=tuple(parents.split()),
        author_name=author,
        author_email=author_email,
        authored_at=moment(authored),
        committer_name=committer,
        committer_email=committer_email,
        committed_at=moment(committed),
        message=message.strip("\n"),
    )


def log_records(pieces: Iterable[bytes], names: Names) -> Iterator[tuple[Commit, tuple[Change, ...]]]:
    """`git log -z --raw` in COMMIT_FORMAT: a commit, then its changes, as they come.

    A path is whatever follows a field that begins with a colon, so no name can be mistaken for anything else; a
    commit's field begins with its id.
    """
    found: Commit | None = None
    changed: list[Change] = []
    about: str | None = None
    for raw in _fields(pieces):
        if about is not None:
            path = names.text(raw)
            if not ours(path):
                changed.append(change(about, path))
            about = None
        elif raw.lstrip(b"\n").startswith(b":"):
            about = raw.decode("ascii")
        elif raw.strip(b"\n"):
            if found is not None:
                yield found, tuple(sorted(changed, key=_path))
            found, changed = commit(raw.decode("utf-8", "backslashreplace")), []
    if found is not None:
        yield found, tuple(sorted(changed, key=_path))


_path = attrgetter("path")


def _fields(pieces: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\0")
        yield from whole
    if rest:
        yield rest
