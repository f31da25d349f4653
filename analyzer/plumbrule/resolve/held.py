"""What a resolution has at hand of files that it may never be asked about: taken over when one is first looked at."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from plumbrule.facts import Body, Interface
from plumbrule.resolve.tree import Tree


class FactsToBind(Protocol):
    """Facts of files by (language dialect, blob id), where asked for without what binding does not look at."""

    def interface(self, dialect: str, blob: str, *, parameters: bool = True) -> Interface: ...
    def body(self, dialect: str, blob: str, *, details: bool = True) -> Body: ...
    def is_at_hand(self, dialect: str, blob: str) -> bool:
        """Whether a forked process can be given them: where they were kept, it may not look."""
        ...


class Readers(dict[str, dict[str, set[str]]]):
    """Path -> name looked up in its interface -> files whose rows hang on the answer; "" is the file itself.

    What an earlier process remembered of a file is taken over when the file is first looked at.
    """

    def __init__(self, kept: Mapping[str, Mapping[str, Collection[str]]]) -> None:
        super().__init__()
        self._kept = kept

    def __missing__(self, path: str) -> dict[str, set[str]]:
        known = self[path] = {name: set(users) for name, users in self._kept.get(path, {}).items()}
        return known

    def every(self) -> dict[str, dict[str, set[str]]]:
        """All of it, names and files without a user left out."""
        found = {path: {n: users for n, users in self[path].items() if users} for path in {**self._kept, **self}}
        return {path: names for path, names in found.items() if names}


class Interfaces(dict[str, Interface]):
    """By path, of files that have facts: read when they are first looked at."""

    def __init__(self, tree: Tree, facts: FactsToBind) -> None:
        super().__init__()
        self._tree = tree
        self._facts = facts

    def __missing__(self, path: str) -> Interface:
        entry = self._tree.entries[path]
        known = self[path] = self._facts.interface(entry.dialect, entry.blob, parameters=False)
        return known
