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


def beginning(glob: str) -> str:
    """A text with which every path begins that this glob means, without its `!`; "" if none can be told."""
    pattern = glob.rstrip("/ ")
    return re.split(r"[*?\[\\]", pattern.removeprefix("/"), maxsplit=1)[0] if "/" in pattern else ""


# All in one folder, as most components are: compiling an expression for each of 1,500 takes 0.6 s.
_FOLDER = re.compile(r"/?([^*?\[\\/! #]+(?:/[^*?\[\\/ ]+)*/)\*\*")


@cache
def _matcher(globs: tuple[str, ...]) -> Callable[[str], bool]:
    if len(globs) == 1 and (folder := _FOLDER.fullmatch(globs[0])):
        _refuse_dead(globs[0])
        begin, least = folder[1], len(folder[1])
        return lambda path: path.startswith(begin) and len(path) > least
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
    pattern = pattern.rstrip("/")
    # A slash anywhere but at the end ties a glob to the root; without one it is looked for in every folder.
    segments = pattern.removeprefix("/").split("/") if "/" in pattern else ["**", pattern]
    below = segments[-1] == "**"
    runs: list[list[str]] = [[]]  # of segments; between two runs lies any number of folders
    for segment in segments[:-1] if below else segments:
        if segment == "**":
            runs.append([])
        else:
            runs[-1].append(_segment(segment, glob))
    # A glob that names a folder means all files below it, and one that ends in `/**` not the folder itself.
    end = {(False, False): "(?:/.+)?", (False, True): "/.+", (True, False): "/.+", (True, True): "/[^/]+/.+"}
    texts = ["/".join(run) for run in runs]
    ends = ["/"] * (len(runs) - 1) + [end[below, folder_only]]
    out = ""
    for number, (text, after) in enumerate(zip(texts, ends, strict=True)):
        # A run is taken where it first fits, for good: what follows has most room there, and no path takes long.
        run = text + after if text else after.removeprefix("/")
        out += f"(?>(?:[^/]*/)*?{run})" if number and text else run
    return f"(?:{out})"


def _segment(segment: str, glob: str) -> str:
    """One segment up to its end; between two stars the first fit is taken for good."""
    runs = [""]
    at = 0
    while at < len(segment):
        char = segment[at]
        at += 1
        if char == "*":
            while at < len(segment) and segment[at] == "*":
                at += 1
            runs.append("")
        elif char == "?":
            runs[-1] += "[^/]"
        elif char == "\\":
            if at == len(segment):
                raise SettingsError(f"glob {glob!r} ends in a backslash that escapes nothing; remove it or write \\\\")
            runs[-1] += re.escape(segment[at])
            at += 1
        elif char == "[":
            at, text = _bracket(segment, at, glob)
            runs[-1] += text
        else:
            runs[-1] += re.escape(char)
    first, *rest = runs
    if not rest:
        return first + r"(?=/|\Z)"
    *inner, last = rest
    return first + "".join(f"(?>[^/]*?{run})" for run in inner if run) + rf"(?>[^/]*{last}(?=/|\Z))"


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
    bare = _without_trailing_spaces(glob)
    if not bare.strip("/"):
        raise SettingsError(f"glob {glob!r} names nothing; write '**' for every file, or remove it")
    if glob.startswith("#"):
        raise SettingsError(f"glob {glob!r} reads as a comment; write '\\{glob}' for names that start with #")
    if {".", "..", ""} & set(bare.strip("/").split("/")):
        raise SettingsError(
            f"glob {glob!r} can match no path: paths start at the repository root and hold no '.', '..' or '//';"
            f" write {'/'.join(part for part in bare.split('/') if part not in ('', '.', '..')) or '**'!r}"
        )
