"""What lies in a policy's repository, as text: in a commit, or on disk.

Hides that the same file is read in two ways, which must agree: neither follows a symbolic link, and what a commit holds
is asked of git.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path

from plumbrule.data import data_folder, dataclass
from plumbrule.errors import SettingsError
from plumbrule.git import Entry, Repository, Skipped

_POLICY_BYTES = 4_000_000


def shipped_rules() -> Path:
    return data_folder("rules")


@dataclass(frozen=True, slots=True)
class InCommit:
    """What a policy builds on, as a commit holds it; see `policy.extending.Beside`."""

    repository: Repository
    commit: str

    def text(self, path: str) -> str:
        entry = self.repository.entry(self.commit, path)
        if entry is None:
            raise SettingsError(f"{path} at {self.commit[:12]}: `extends` names it, and it is not there.\nCommit it.")
        return blob_text(self.repository, entry, path, self.commit)

    def folder(self, path: str) -> Mapping[str, bytes]:
        found = {}
        for inside, entry in self.repository.tree(self.commit).items():
            if inside.startswith(f"{path}/"):
                data = _blob_bytes(self.repository, entry, inside, self.commit, _REFETCH)
                found[inside.removeprefix(f"{path}/")] = data
                _require_few(path, found)
        return found

    def preset(self, name: str) -> str:
        return preset_text(name)


@dataclass(frozen=True, slots=True)
class OnDisk:
    """The same as it lies on disk, below the top of a repository; no symbolic link is followed, as in a commit."""

    top: Path

    def text(self, path: str) -> str:
        file = self.top / path
        for folder in (*reversed(file.relative_to(self.top).parents[:-1]), Path(path)):
            if (self.top / folder).is_symlink():
                raise SettingsError(
                    f"{self.top / folder}: is a symbolic link, which `extends` does not follow.\nPut the file there."
                )
        if not file.is_file():
            raise SettingsError(f"{file}: `extends` names it, and it is not there.\nWrite it, or correct the path.")
        return file_text(file)

    def folder(self, path: str) -> Mapping[str, bytes]:
        found: dict[str, bytes] = {}
        waiting = [self.top / path] if (self.top / path).is_dir() else []
        if any(folder.is_symlink() for folder in (self.top / path, (self.top / path).parent)):
            raise SettingsError(f"{self.top / path}: is a symbolic link.\n{_REFETCH}")
        while waiting:
            for file in sorted(waiting.pop().iterdir()):
                if file.is_dir() and not file.is_symlink():
                    waiting.append(file)
                elif file.is_symlink() or not file.is_file():
                    raise SettingsError(f"{file} cannot be read: {_NO_FILE}.\n{_REFETCH}")
                else:
                    found[shown(file.relative_to(self.top / path).as_posix())] = _bytes_of(file)
                    _require_few(path, found)
        return found

    def preset(self, name: str) -> str:
        return preset_text(name)


_NO_FILE = "it is no regular file"
_REFETCH = "Run `plumbrule rules fetch` and commit what it copies."
_MOST_COPIED = 2_000  # files of one copy


def _require_few(path: str, found: Collection[str]) -> None:
    if len(found) > _MOST_COPIED:
        raise SettingsError(f"{path}: holds more than {_MOST_COPIED:,} files, which no copy of rules does.\n{_REFETCH}")


def repository_top(file: Path) -> Path:
    """The folder that paths of `extends` cannot leave: the top of the repository, or the policy's own folder."""
    return next((folder for folder in file.parents if (folder / ".git").exists()), file.parent)


def preset_text(name: str) -> str:
    """A preset that ships; SettingsError names the nearest one for an unknown name."""
    files = {file.stem: file for file in (shipped_rules() / "presets").glob("*.toml")}
    if name in files:
        return file_text(files[name])
    from difflib import get_close_matches

    near = get_close_matches(name, sorted(files), 1, 0.4)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(sorted(files))}"
    raise SettingsError(f"extends: there is no preset {name!r}.\n{hint[0].upper()}{hint[1:]}")


def blob_text(repository: Repository, entry: Entry, path: str, commit: str) -> str:
    """A file of a commit; SettingsError if it is no text, or no plain file."""
    data = _blob_bytes(repository, entry, path, commit, "Commit it as a plain file.")
    return _decoded(data, f"{path} at {commit[:12]}")


def _blob_bytes(repository: Repository, entry: Entry, path: str, commit: str, mend: str) -> bytes:
    data = repository.read_blob(entry.blob, _POLICY_BYTES) if entry.is_file else Skipped(_NO_FILE)
    if isinstance(data, Skipped):
        from plumbrule.extract import LOST

        # Whose bytes this clone lacks may be as plain a file as can be: the clone is what must be mended.
        mend = repository.mend if data.reason.startswith(LOST) else mend
        raise SettingsError(f"{path} at {commit[:12]} cannot be read: {data.reason}.\n{mend}")
    return data


def file_text(file: Path) -> str:
    """A file on disk; SettingsError if it is no text, or cannot be read."""
    return _decoded(_bytes_of(file), str(file))


def plain_text(file: Path) -> str:
    """The same, of a file that must be no symbolic link, as a commit would not follow it."""
    if file.is_symlink():
        raise SettingsError(f"{file}: it is a symbolic link.\nMake it a plain file.")
    return file_text(file)


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read: {error.strerror}.\nMake it a readable file.") from None


def _decoded(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError(f"{where}: is not UTF-8 text.\nSave it as UTF-8.") from None


def shown(text: str) -> str:
    """Text from the operating system as text that every medium can hold."""
    return os.fsencode(text).decode("utf-8", "backslashreplace")
