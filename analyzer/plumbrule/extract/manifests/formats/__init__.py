"""Formats of manifests and lock files, one a file; each holds `FORMAT`, and is discovered.

Hides how each is written. Whatever the bytes are, reading them ends in a `Reading`, whose `reason` says what could not
be read. Nothing is executed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from fnmatch import translate
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path

import orjson

from plumbrule.extract.manifests.ecosystems import spelled
from plumbrule.extract.manifests.reading import Declared, Format, Published, Reading, Said, Unreadable
from plumbrule.extract.manifests.text import decoded

BYTES = 16_000_000  # of one manifest; the largest lock files of public repositories have a quarter of it
ROWS = 50_000  # of one manifest
_SMALL = 50_000  # bytes of a manifest that is remembered as it was read
_LONG = 300  # characters of a name or a constraint
_LFS = b"version https://git-lfs.github.com/spec/v1\n"


@cache
def known_formats() -> Mapping[str, Format]:
    """Every format by the name of its file."""
    files = sorted(Path(__file__).parent.glob("[a-z]*.py"))
    return {file.stem: import_module(f"{__name__}.{file.stem}").FORMAT for file in files}


@cache
def _by_name() -> tuple[Mapping[str, str], re.Pattern[str], tuple[str, ...]]:
    """Formats by whole file names, and a pattern for those with wildcards with the format of each of its groups."""
    whole: dict[str, str] = {}
    patterns: list[str] = []
    of: list[str] = []
    for name, form in known_formats().items():
        for glob in form.files:
            if re.search(r"[*?\[/]", glob):
                patterns.append(translate(glob if "/" in glob else f"*/{glob}"))
                of.append(name)
            else:
                whole[glob] = name
    return whole, re.compile("|".join(f"({pattern})" for pattern in patterns)), tuple(of)


@lru_cache(maxsize=1 << 16)
def _format_of(near: str) -> str | None:
    whole, pattern, of = _by_name()
    found = whole.get(near.rpartition("/")[2])
    if found is None:
        match = pattern.match(near)
        found = of[match.lastindex - 1] if match is not None and match.lastindex is not None else None
    return found


def format_of(path: str) -> str | None:
    """The format by the file's name alone; None for a file that is no manifest."""
    return _format_of(near(path))


def near(path: str) -> str:
    """All of a path that a format sees: the folder around the file, and its name."""
    return "/".join(["", *path.split("/")][-2:])


def read(name: str, data: bytes, path: str) -> Reading:
    """What these bytes say as a manifest of this format; a function of them, the format and `near(path)` alone."""
    return _read(name, data, near(path)) if len(data) <= _SMALL else _read.__wrapped__(name, data, near(path))


# What builds have in common is read for them and for what they say of packages.
@lru_cache(2048)
def _read(name: str, data: bytes, path: str) -> Reading:
    form = known_formats()[name]
    try:
        if data.startswith(_LFS):
            raise Unreadable("kept in Git LFS")
        found = form.read(decoded(data), path)
    except Unreadable as error:
        return Reading(reason=_tidy(str(error)))
    except RecursionError:
        return Reading(reason="nested too deep")
    return tidied(form.ecosystem, found)


def tidied(ecosystem: str, found: Reading) -> Reading:
    """The same with names spelled by the ecosystem's rule, texts that can be stored and rows in order, each once; a
    reason instead if it is too much."""
    if len(found.declared) + len(found.published) + len(found.said) > ROWS:
        return Reading(reason=f"speaks of more than {ROWS:,} packages")
    published = {_published(ecosystem, row) for row in found.published}
    declared = {_declared(ecosystem, row) for row in found.declared}
    return Reading(
        tuple(sorted(row for row in published if row.package)),
        tuple(sorted(row for row in declared if row.package)),
        _tidy(found.reason),
        tuple(Said(row.key, _tidy(row.name), _tidy(row.value), row.line, _tidy(row.more)) for row in found.said),
    )


def _published(ecosystem: str, row: Published) -> Published:
    return Published(spelled(ecosystem, _tidy(row.package)), _tidy(row.version), row.private)


def _declared(ecosystem: str, row: Declared) -> Declared:
    package, wanted, locked, scope, line, inside = row
    return Declared(spelled(ecosystem, _tidy(package)), _tidy(wanted), _tidy(locked), _tidy(scope), line, inside)


def _tidy(text: str) -> str:
    """One line, not too long, that a database and a terminal can hold."""
    if len(text) <= _LONG and text.isprintable():
        return text
    text = text[:_LONG].encode("utf-8", "replace").decode()
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def packed(reading: Reading) -> bytes:
    tables = reading.published, reading.declared, reading.said
    return orjson.dumps([*(list(map(list, rows)) for rows in tables), reading.reason])


def unpacked(data: bytes) -> Reading:
    published, declared, said, reason = orjson.loads(data)
    return Reading(
        tuple(Published(*row) for row in published),
        tuple(Declared(*row) for row in declared),
        reason,
        tuple(Said(*row) for row in said),
    )


@cache
def version() -> str:
    """Changes with the code that reads manifests; what was read is kept under it."""
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.parent.rglob("*.py")):
        digest.update(source.name.encode() + source.read_bytes())
    return digest.hexdigest()[:16]
