"""Path globs as .gitignore writes them; hides their translation to regular expressions.

Our own translation because the library for it (pathspec) takes 60 ms to import where `re` takes 5, on every gate; the
tests compare this one with `git check-ignore` itself. Case counts, always. One difference on purpose: `!glob` takes
back what an earlier glob of the same list took, even below a folder that was taken whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from plumbrule.errors import SettingsError

_CLASSES = {
    "alnum": "a-zA-Z0-9", "alpha": "a-zA-Z", "blank": " \\t", "digit": "0-9", "lower": "a-z", "space": "\\s",
    "upper": "A-Z", "xdigit": "0-9a-fA-F", "punct": "!-/:-@\\[-`{-~",
}  # fmt: skip


def matcher(globs: Sequence[str]) -> Callable[[str], bool]:
    """Whether a repository-relative file path is meant by these globs; the last one that matches decides.

    SettingsError for a glob that no path can ever match, saying what to write instead.
    """
    return _matcher(tuple(globs))


@cache
def _matcher(globs: tuple[str, ...]) -> Callable[[str], bool]:
    signed = [(not glob.startswith("!"), _expression(glob.removeprefix("!"))) for glob in globs]
    if not signed:
        return lambda path: False
    if all(taken for taken, _ in signed):
        either = re.compile("|".join(expression for _, expression in signed), re.DOTALL)
        return lambda path: either.fullmatch(path) is not None
    steps = [(taken, re.compile(expression, re.DOTALL)) for taken, expression in reversed(signed)]
    return lambda path: next((taken for taken, step in steps if step.fullmatch(path)), False)


def _expression(glob: str) -> str:
    _refuse_dead(glob)
    pattern = _without_trailing_spaces(glob)
    folder_only = pattern.endswith("/")
    pattern = pattern.rstrip("/") if folder_only else pattern
    anchored = "/" in pattern
    pattern = pattern.removeprefix("/")
    segments = pattern.split("/")
    parts = [] if anchored else ["(?:.*/)?"]
    inside = False
    for position, segment in enumerate(segments):
        last = position == len(segments) - 1
        if segment == "**":
            # Leading and inner `**/` stand for any number of folders, a trailing one for everything inside.
            inside = last
            parts.append(".+" if last else "(?:.*/)?")
        else:
            parts.append(_segment(segment, glob) + ("" if last else "/"))
    # A glob that names a folder means all files below it.
    tail = "" if inside else "/.+" if folder_only else "(?:/.+)?"
    return f"(?:{''.join(parts)}{tail})"


def _segment(segment: str, glob: str) -> str:
    out: list[str] = []
    at = 0
    while at < len(segment):
        char = segment[at]
        at += 1
        if char == "*":
            while at < len(segment) and segment[at] == "*":
                at += 1
            out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "\\":
            if at == len(segment):
                raise SettingsError(f"glob {glob!r} ends in a backslash that escapes nothing; remove it or write \\\\")
            out.append(re.escape(segment[at]))
            at += 1
        elif char == "[":
            end, text = _bracket(segment, at, glob)
            out.append(text)
            at = end
        else:
            out.append(re.escape(char))
    return "".join(out)


def _bracket(segment: str, at: int, glob: str) -> tuple[int, str]:
    """The end of the bracket whose first character is at `at`, and its regular expression."""
    negated = segment[at : at + 1] in ("!", "^")
    at += negated
    out: list[str] = []
    first = True
    while at < len(segment) and (first or segment[at] != "]"):
        first = False
        named = re.match(r"\[:(\w+):\]", segment[at:])
        if named and named[1] in _CLASSES:
            out.append(_CLASSES[named[1]])
            at += named.end()
            continue
        if segment[at] == "\\" and at + 1 < len(segment):
            at += 1
        low = segment[at]
        at += 1
        if segment[at : at + 1] == "-" and segment[at + 1 : at + 2] not in ("", "]"):
            high = segment[at + 1]
            at += 2
            if high == "\\" and at < len(segment):
                high = segment[at]
                at += 1
            if low <= high:
                out.append(f"{re.escape(low)}-{re.escape(high)}")
        else:
            out.append(re.escape(low))
    if at >= len(segment):
        raise SettingsError(f"glob {glob!r} opens a '[' that is never closed; close it, or write \\[ for the character")
    members = "".join(out)
    if negated:
        return at + 1, f"[^/{members}]"
    return at + 1, f"(?!/)[{members}]" if members else "(?!)"


def _without_trailing_spaces(glob: str) -> str:
    while glob.endswith(" ") and not glob.endswith("\\ "):
        glob = glob[:-1]
    return glob


def _refuse_dead(glob: str) -> None:
    bare = glob.strip()
    if not bare.strip("/"):
        raise SettingsError(f"glob {glob!r} names nothing; write '**' for every file, or remove it")
    if glob.startswith("#"):
        raise SettingsError(f"glob {glob!r} reads as a comment; write '\\{glob}' for names that start with #")
    if {".", "..", ""} & set(bare.strip("/").split("/")):
        raise SettingsError(
            f"glob {glob!r} can match no path: paths start at the repository root and hold no '.', '..' or '//';"
            f" write {'/'.join(part for part in bare.split('/') if part not in ('', '.', '..')) or '**'!r}"
        )
