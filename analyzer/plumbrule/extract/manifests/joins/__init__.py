"""What several manifests of one build say together, one kind of build a file; each holds `JOIN`, and is discovered.

Hides which of them a package's name, or what it is that is asked for, must be gathered from. Nothing of it is run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

from plumbrule.extract.manifests.formats import known_formats, tidied
from plumbrule.extract.manifests.reading import Reading


@dataclass(frozen=True, slots=True)
class Join:
    """One kind of build."""

    formats: frozenset[str]  # whose manifests belong to it
    # From all its manifests in one repository, by format and path, those of which more is known now. Never a crash.
    join: Callable[[Mapping[str, Mapping[str, Reading]]], Mapping[str, Reading]]


@cache
def known_joins() -> Mapping[str, Join]:
    """Every kind of build by the name of its file."""
    files = sorted(Path(__file__).parent.glob("[a-z]*.py"))
    return {file.stem: import_module(f"{__name__}.{file.stem}").JOIN for file in files}


@cache
def join_of(form: str) -> str | None:
    """The kind of build that manifests of this format belong to; None if they say all by themselves."""
    return next((name for name, join in known_joins().items() if form in join.formats), None)


def read_together(name: str, readings: Iterable[tuple[str, str, Reading]]) -> dict[str, Reading]:
    """By path what the manifests of one kind of build say; `readings` are format, path and what it says alone."""
    by_format: dict[str, dict[str, Reading]] = {}
    for form, path, reading in sorted(readings, key=lambda one: one[:2]):
        by_format.setdefault(form, {})[path] = reading
    alone = {path: reading for readings_of in by_format.values() for path, reading in readings_of.items()}
    of = {path: form for form, readings_of in by_format.items() for path in readings_of}
    more = known_joins()[name].join(by_format)
    return alone | {path: tidied(known_formats()[of[path]].ecosystem, reading) for path, reading in more.items()}
