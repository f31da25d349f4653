"""What a change left without being read, although others rely on it: reasons not to judge (DESIGN, law 1).

Hides how it is told from what a grammar merely lags behind: a part that is not understood is passed over, unless a name
that code still asks this file for was found before and is not found since.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from plumbrule.graph import FileRows, Use
from plumbrule.walk import Changes, Step, Walk

_SHOWN = 3


class Part(NamedTuple):
    """A changed file of which the parser understands less than before, and the line where it is lost first."""

    path: str
    line: int


class _Missed(NamedTuple):
    """A name that a file asks another for, as it did, and no longer finds."""

    name: str
    src: str
    line: int


def read_in_part(walk: Walk, step: Step, changes: Changes, renamed: Mapping[str, str]) -> tuple[Part, ...]:
    """Changed files that are understood less than before, sorted.

    No reason not to judge by itself: a grammar may lag behind its language. But nobody may take such a file for read.
    """
    found = []
    for path, rows in _changed_and_doubtful(step, changes):
        old = renamed.get(path, path)
        if old not in step.before or step.before.rows(old).file.doubtful < rows.file.doubtful:
            found.append(Part(path, _spans(walk, rows)[0][0]))
    return tuple(found)


def hidden(walk: Walk, step: Step, changes: Changes, renamed: Mapping[str, str]) -> Iterator[str]:
    """Why no verdict can be given: changed files in whose unreadable part lies, perhaps, what others ask them for; and
    those of which nothing is understood any more."""
    for path, rows in _changed_and_doubtful(step, changes):
        old = renamed.get(path, path)
        if old not in step.before:
            continue
        missed = sorted(_missed(step, old, path, renamed))
        was = step.before.rows(old)
        spans = _spans(walk, rows)
        lines = ", ".join(f"{first}-{last}" if first < last else str(first) for first, last in spans[:_SHOWN])
        at = f"{path} is changed and not understood at line{'s' if '-' in lines or ',' in lines else ''} {lines}"
        if missed:
            yield f"{at}: {_named(missed)} may stand there or be gone"
        elif _says_something(was) and not _says_something(rows):
            yield f"{at}: nothing is left that can be read"


def missed_in_link(walk: Walk, step: Step, path: str, target: str) -> str:
    """Why no verdict can be given where a file became a symbolic link to another: what others ask it for, and what the
    other does not offer; empty if there is nothing."""
    lacking = [one for one in _missed(step, path, path, {}) if not walk.offers(target, one.name)]
    return f"{path} became a symbolic link to {target}, which lacks {_named(sorted(lacking))}" if lacking else ""


def _changed_and_doubtful(step: Step, changes: Changes) -> Iterator[tuple[str, FileRows]]:
    for path in sorted(step.delta.keys() & changes.keys()):
        rows = step.delta[path]
        if rows is not None and rows.file.doubtful:
            yield path, rows


def _spans(walk: Walk, rows: FileRows) -> list[tuple[int, int]]:
    """The first and last lines of what is not understood."""
    return sorted(walk.book.interface(rows.file.dialect, rows.file.blob).errors)


def _says_something(rows: FileRows) -> bool:
    return bool(rows.symbols or rows.imports or rows.externals)


def _named(missed: Collection[_Missed]) -> str:
    names = sorted({one.name for one in missed})
    shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
    first = min(missed, key=lambda one: (one.src, one.line))
    return f"{shown}, used by {first.src}:{first.line}"


def _missed(step: Step, old: str, path: str, renamed: Mapping[str, str]) -> Iterator[_Missed]:
    """What files still ask of this one, found in it or by way of it before, and find nowhere since."""
    for src, now in step.delta.items():
        was = renamed.get(src, src)
        if now is None or src == path or was not in step.before:
            continue
        before = step.before.rows(was)
        if before.file.blob == now.file.blob:
            yield from _no_longer_found(src, before, now, old)
        else:
            yield from _still_asked(src, before, now, old, path)


def _no_longer_found(src: str, before: FileRows, now: FileRows, old: str) -> Iterator[_Missed]:
    """In a file that stands as it did: every use tells."""
    lines = {one.line for one in before.dependencies if one.kind == "import" and one.dst == old}
    found = {_way(use) for use in now.uses}
    for use in before.uses:
        is_asked = use.dst == old or (use.kind == "import" and use.line in lines)
        if is_asked and use.symbol and _way(use) not in found:
            yield _Missed(use.symbol, src, use.line)


def _way(use: Use) -> tuple[str, int, str, str]:
    """How a use is known again wherever its definition went."""
    return use.kind, use.line, use.user, use.symbol.rpartition(".")[2]


def _still_asked(src: str, before: FileRows, now: FileRows, old: str, path: str) -> Iterator[_Missed]:
    """In a file that changed itself: names that its imports still ask for."""
    had = {name for name, _ in _imported(before, old, found=True)}
    for name, line in _imported(now, path, found=False):
        if name in had:
            yield _Missed(name, src, line)


def _imported(rows: FileRows, path: str, *, found: bool) -> Iterator[tuple[str, int]]:
    """Names that imports ask this file for, with the line, of which a definition was found or was not."""
    defined = {(one.line, name) for one in rows.dependencies if one.kind == "uses" for name in one.names.split(", ")}
    for one in rows.dependencies:
        if one.kind == "import" and one.dst == path:
            for name in one.names.split(", "):
                if name not in ("", "*") and ((one.line, name) in defined) == found:
                    yield name, one.line


def newly_unresolved(step: Step, renamed: Mapping[str, str]) -> tuple[str, ...]:
    """The imports that are not found now, and were found or not there before the step; each with its place and why."""
    found = []
    for path, rows in sorted(step.delta.items()):
        old = renamed.get(path, path)
        known = {one.text for one in step.before.rows(old).unresolved} if old in step.before else set()
        for one in rows.unresolved if rows is not None else ():
            if one.text not in known:
                found.append(f"{path}:{one.line} imports {one.text} ({one.reason})")
    return tuple(found)
