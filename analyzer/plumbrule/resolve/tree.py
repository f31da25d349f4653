"""The files of one repository's tree, and what they define.

Hides who asked what: every look is recorded for the question that is being answered.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from itertools import chain
from typing import NamedTuple, TypeVar

_Found = TypeVar("_Found")


class Entry(NamedTuple):
    """A file as the tree holds it. `dialect` is "" for a file of no known language or without facts (skipped)."""

    blob: str
    dialect: str


# Code that the policy excludes: it is there, so what names it leads nowhere else, and nothing of it is known.
EXCLUDED = Entry("", "excluded")


class NotReadHere(Exception):
    """A process has to do with bytes that only another one can read."""


class Tree:
    """Which files exist, and the bytes of manifests. Records what was asked, for the question being answered."""

    def __init__(self, read: Callable[[str, str], bytes]) -> None:
        self.entries: dict[str, Entry] = {}
        self._excluded: set[str] = set()
        self._folders: dict[str, int] = {}
        self._defined: dict[str, set[str]] = {}
        self._defined_before: Mapping[str, Collection[str]] = {}  # as an earlier process remembered it
        self._read = read
        self._asked: set[str] | None = None
        self._names: dict[str, str] = {}  # what was asked is asked again and again: one text each
        self._once: dict[tuple[str, ...], tuple[object, tuple[str, ...]]] = {}  # of the tree as it is now

    def has(self, path: str) -> bool:
        if self._asked is not None:
            self._asked.add(path)
        return path in self.entries or path in self._excluded

    def first(self, base: str, endings: Iterable[str]) -> str | None:
        """The first file there is of `base` with one of these endings, as `has` would say of each in turn."""
        asked, entries, excluded = self._asked, self.entries, self._excluded
        for ending in endings:
            path = base + ending
            if asked is not None:
                asked.add(path)
            if path in entries or path in excluded:
                return path
        return None

    def is_dir(self, path: str) -> bool:
        """Whether any file lies under `path`; "" is the root."""
        path = path.rstrip("/")
        if self._asked is not None:
            self._asked.add(path + "/")
        return path in self._folders or path == ""

    def paths(self, suffixes: tuple[str, ...] | None = None, *, excluded: bool = False) -> Iterator[str]:
        """All paths (with one of these endings), sorted; excluded code, which says nothing of where code lies, only if
        asked for. For use while a resolver is made; a change renews it."""
        among: Iterable[str] = chain(self.entries, self._excluded) if excluded else self.entries
        return iter(sorted(p for p in among if suffixes is None or p.endswith(suffixes)))

    def read(self, path: str) -> bytes:
        """The bytes of a manifest; KeyError if there is no such file."""
        if self._asked is not None:
            self._asked.add(path)
        return self._read(path, self.entries[path].blob)

    def close(self) -> None:
        """From here on no bytes can be read: `NotReadHere`."""

        def refuse(path: str, blob: str) -> bytes:
            raise NotReadHere

        self._read = refuse

    def defining(self, name: str) -> list[str]:
        """The files that define this, sorted; see `Language.declares`."""
        if self._asked is not None:
            self._asked.add(name)
        known = self._defined.get(name)
        found = known if known is not None else self._defined_before.get(name, ())
        return sorted(found) if len(found) > 1 else list(found)

    def excluded(self, what: str) -> list[str]:
        """The excluded code that lies in a folder ("folder/", "/" for the root) or has a name, sorted."""
        return self.defining(f"{_EXCLUDED}{what}")

    def held(self, path: str) -> Entry | None:
        """What `put` was given."""
        return EXCLUDED if path in self._excluded else self.entries.get(path)

    def is_defined(self, name: str) -> bool:
        """Whether any file defines this."""
        if self._asked is not None:
            self._asked.add(name)
        known = self._defined.get(name)
        return bool(known if known is not None else self._defined_before.get(name))

    @property
    def has_excluded(self) -> bool:
        """Whether the policy excludes any code."""
        return bool(self._excluded)

    def has_facts(self, path: str) -> bool:
        """Whether the file is code that was parsed."""
        entry = self.entries.get(path)
        return entry is not None and entry.dialect != ""

    def put(self, path: str, entry: Entry | None) -> Iterator[str]:
        """Sets or removes a file; yields what came to exist or vanished: the path, and "folder/" for folders."""
        known = self.held(path)
        if entry == known:
            return
        self._once.clear()
        if known == EXCLUDED:
            self._excluded.discard(path)
            yield from self.define(path, _marks(path), frozenset())
        if entry == EXCLUDED:
            self._excluded.add(path)
            self.entries.pop(path, None)
            yield from self.define(path, frozenset(), _marks(path))
        elif entry is not None:
            self.entries[path] = entry
        else:
            self.entries.pop(path, None)
        if known is not None and entry is not None:
            return
        yield path
        step = 1 if entry is not None else -1
        folder = path
        while folder:
            folder = folder.rpartition("/")[0]
            count = self._folders.get(folder, 0) + step
            if count:
                self._folders[folder] = count
            else:
                del self._folders[folder]
            if count == max(step, 0):
                yield folder + "/"

    def define(self, path: str, earlier: Set[str], now: Set[str]) -> Iterator[str]:
        """Notes what a file defines; yields what has one definition more or less."""
        if earlier != now:
            self._once.clear()
        for name in earlier ^ now:
            files = self._definers(name)
            if name in now:
                files.add(path)
            else:
                files.discard(path)
            yield name

    def _definers(self, name: str) -> set[str]:
        known = self._defined.get(name)
        if known is None:
            known = self._defined[name] = set(self._defined_before.get(name, ()))
        return known

    def definitions(self) -> Mapping[str, Collection[str]]:
        """By what is defined: the files that do."""
        known = {name: self._definers(name) for name in {**self._defined_before, **self._defined}}
        return {name: files for name, files in known.items() if files}

    def stand(
        self,
        entries: dict[str, Entry],
        excluded: set[str],
        folders: dict[str, int],
        definitions: Mapping[str, Collection[str]],
    ) -> None:
        """Becomes the tree of these files; `folders` says how many lie in each, see `folders` and `definitions`."""
        self.entries, self._excluded, self._folders = entries, excluded, folders
        self._defined, self._defined_before = {}, definitions
        self._once.clear()

    def folders(self) -> Mapping[str, int]:
        """Every folder with how many files lie anywhere below it."""
        return self._folders

    def watch(self) -> set[str]:
        """Starts recording; the returned set fills with every path asked about until the next `watch` or `rest`."""
        self._asked = set()
        return self._asked

    def rest(self) -> None:
        self._asked = None

    def once(self, key: tuple[str, ...], find: Callable[[], _Found]) -> _Found:
        """What `find` finds by looking into the tree: under this key it is found once, until the tree is another one,
        and what was asked then counts as asked each time."""
        there = self._once.get(key)
        if there is None:
            watched, self._asked = self._asked, set()
            found = find()
            there = self._once[key] = found, self.named(self._asked)
            self._asked = watched
        if self._asked is not None:
            self._asked.update(there[1])
        return there[0]  # type: ignore[return-value] # what is kept under such a key

    def named(self, asked: Collection[str]) -> tuple[str, ...]:
        """What was asked, kept small."""
        names = self._names
        return tuple([names.setdefault(name, name) for name in asked])


_EXCLUDED = "/excluded:"


def _marks(path: str) -> frozenset[str]:
    """By what excluded code is found: its folder and its name."""
    folder, _, name = path.rpartition("/")
    return frozenset((f"{_EXCLUDED}{folder}/", f"{_EXCLUDED}{name}"))
