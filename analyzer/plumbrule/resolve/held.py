"""What a resolution has at hand of files that it may never be asked about: taken over when one is first looked at."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from plumbrule.facts import Interface
from plumbrule.measures import FactsOf
from plumbrule.resolve.tree import Tree


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

    def __init__(self, tree: Tree, facts: FactsOf) -> None:
        super().__init__()
        self._tree = tree
        self._facts = facts

    def __missing__(self, path: str) -> Interface:
        entry = self._tree.entries[path]
        known = self[path] = self._facts.interface(entry.dialect, entry.blob)
        return known
