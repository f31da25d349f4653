"""Who has to look at a change of what governs, as a platform reads CODEOWNERS.

Hides which of several such files counts, and that its last line that means a path does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from plumbrule.errors import SettingsError
from plumbrule.globs import matcher
from plumbrule.policy.loosening import Loosening

# The first that is there counts (GitHub, GitLab).
PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")


def fewer(before: Mapping[str, str], after: Mapping[str, str], paths: Iterable[str]) -> Iterator[Loosening]:
    """Paths whose owners, as all such files of both sides have them, are others than before or fewer."""
    for path in sorted(paths):
        (was, place), (now, _) = _owners(before, path), _owners(after, path)
        if was and not (now and now <= was):  # one owner is enough: more of them is less
            told = f"is owned by {_named(now)} now" if now else "has no owner any more"
            yield Loosening("pipeline", f"{place}: {path}", f"{path} {told} and was owned by {_named(was)}.", place)


def _named(owners: frozenset[str]) -> str:
    return ", ".join(sorted(owners))


def _owners(files: Mapping[str, str], path: str) -> tuple[frozenset[str], str]:
    place = next((one for one in PLACES if one in files), "")
    found: frozenset[str] = frozenset()
    for line in files.get(place, "").splitlines():
        words = line.partition("#")[0].split()
        if not words or words[0].startswith(("[", "^[")):
            continue
        try:
            if matcher((words[0],))(path):
                found = frozenset(words[1:])
        except SettingsError:
            continue
    return found, place
