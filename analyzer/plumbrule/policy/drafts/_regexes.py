"""From the regular expressions that other tools select paths with to globs. They are translated and never run: one of
somebody else's could take for ever.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from plumbrule.errors import SettingsError
from plumbrule.globs import matcher
from plumbrule.policy.writing import literal

_MOST = 64  # globs that one expression may become
_ANY, _SEGMENT, _BEGIN, _END = "\0any", "\0segment", "\0begin", "\0end"
_Words = tuple[str, ...]  # literal texts and the signs above


class NotAGlob(Exception):
    """An expression that no list of globs says; the message is why."""


def globs_of(expression: str) -> tuple[str, ...]:
    """Globs that mean the paths in which this expression is found. NotAGlob if there are none."""
    if len(expression) > 2000:
        raise NotAGlob("it is too long")
    alternatives, at = _either(expression, 0, 0)
    if at != len(expression):
        raise NotAGlob("its parentheses do not match")
    found: dict[str, None] = {}
    for words in alternatives:
        for glob in _globs(words):
            found.setdefault(glob)
    if len(found) > _MOST:
        raise NotAGlob(f"it stands for more than {_MOST} globs")
    try:
        matcher(tuple(found))
    except SettingsError as error:
        raise NotAGlob(str(error)) from None
    return tuple(found)


def tidied(globs: Sequence[str], paths: Collection[str]) -> tuple[str, ...]:
    """The same, plainer where it means the same files today: without the `**/*` before what lies at the root alone,
    because most write no `^` where they mean one, and a folder for what only begins like one."""
    found: dict[str, None] = {}
    for glob in globs:
        plain = [glob.removeprefix("**/*")] if "/" in glob.removeprefix("**/*").rstrip("/*") else []
        plain += [f"{glob.strip('/*')}/**"] if glob.endswith("*") and not glob.startswith("**/*") else []
        means = set(filter(matcher((glob,)), paths))
        same = (one for one in plain if one != glob and means and set(filter(matcher((one,)), paths)) == means)
        found.setdefault(next(same, glob))
    return tuple(found)


def _either(text: str, at: int, depth: int) -> tuple[list[_Words], int]:
    if depth > 20:
        raise NotAGlob("it is nested too deep")
    found: list[_Words] = []
    branch: list[_Words] = [()]
    while at < len(text) and text[at] != ")":
        if text[at] == "|":
            found += branch
            branch = [()]
            at += 1
            continue
        options, at = _one(text, at, depth)
        branch = [words + more for words in branch for more in options]
        if len(branch) + len(found) > _MOST:
            raise NotAGlob(f"it stands for more than {_MOST} globs")
    return found + branch, at


def _one(text: str, at: int, depth: int) -> tuple[list[_Words], int]:
    """What one sign, class or group may be, with what follows it to say how often."""
    char = text[at]
    if char == "(":
        begin = at + 1
        if text.startswith("?:", begin):
            begin += 2
        elif text.startswith("?", begin):
            raise NotAGlob("it looks ahead, or has a named group")
        options, at = _either(text, begin, depth + 1)
        if at >= len(text):
            raise NotAGlob("its parentheses do not match")
        at += 1
        whole = "a group"
    elif char in "^$":
        return [(_BEGIN if char == "^" else _END,)], at + 1
    else:
        word, at = _sign(text, at)
        options, whole = [(word,)], word
    if at < len(text) and text[at] in "*+?{":
        often = text[at]
        at += 1
        if at < len(text) and text[at] == "?":
            at += 1  # how eagerly makes no difference to what is found
        if often == "?":
            return [*options, ()], at
        if whole == "\0dot" and often in "*+":
            return [(_ANY,)], at
        if whole == "\0part" and often in "*+":
            return [(_SEGMENT,)], at
        raise NotAGlob(f"a glob cannot say how often, as {often!r} does")
    if whole in ("\0dot", "\0part"):
        return [("?",)], at
    return options, at


def _sign(text: str, at: int) -> tuple[str, int]:
    char = text[at]
    if char == "\\":
        if at + 1 >= len(text):
            raise NotAGlob("it ends in a backslash")
        escaped = text[at + 1]
        classes = {"d": "[0-9]", "w": "[0-9A-Za-z_]"}
        if escaped in classes:
            return classes[escaped], at + 2
        if escaped.isalnum():
            raise NotAGlob(f"a glob has nothing like \\{escaped}")
        return literal(escaped) if escaped != " " else " ", at + 2
    if char == "[":
        end = text.find("]", at + 2)
        inside = text[at + 1 : end]
        if end < 0:
            raise NotAGlob("a '[' is never closed")
        if inside in ("^/", "^\\/", "^/\\\\", "^\\\\/"):
            return "\0part", end + 1
        if len(inside) == 1 and inside not in "^\\":
            return literal(inside), end + 1
        if not re.fullmatch(r"\^?[\w.-]+", inside):
            raise NotAGlob(f"a glob has nothing like [{inside}]")
        return f"[{inside.replace('^', '!', 1)}]", end + 1
    if char == ".":
        return "\0dot", at + 1
    if char in "*+?{}":
        raise NotAGlob(f"{char!r} follows nothing")
    return (f"\\{char}" if char in "*?[\\" else char), at + 1


def _globs(words: _Words) -> list[str]:
    found = [""]
    inner = _unanchored(words)
    for at, word in enumerate(inner):
        if word == _ANY:
            found = _with_any(found, inner, at)
        else:
            found = [glob + ("*" if word == _SEGMENT else word) for glob in found]
        if len(found) > _MOST:
            raise NotAGlob(f"it stands for more than {_MOST} globs")
    return [_tied(glob) for glob in found]


def _unanchored(words: _Words) -> list[str]:
    """With the sign for anything at each end that is not tied to the end of the path, once."""
    begins, ends = bool(words) and words[0] == _BEGIN, bool(words) and words[-1] == _END
    inner = list(words[int(begins) : len(words) - int(ends)])
    if _BEGIN in inner or _END in inner:
        raise NotAGlob("'^' or '$' stands in its middle")
    inner = ([] if begins else [_ANY]) + inner + ([] if ends else [_ANY])
    while len(inner) > 1 and inner[0] == inner[1] == _ANY:
        inner = inner[1:]
    while len(inner) > 1 and inner[-1] == inner[-2] == _ANY:
        inner = inner[:-1]
    return inner


def _with_any(globs: Sequence[str], inner: Sequence[str], at: int) -> list[str]:
    """The globs so far, each with the sign for anything that stands there; between two other signs a path may go on in
    the same folder or below it: two globs."""
    last = at == len(inner) - 1
    before_slash = not last and inner[at + 1] == "/"
    if at == 0:
        return ["**" if last or before_slash else "**/*"]
    if last:
        return [glob + ("**" if glob.endswith("/") else "*") for glob in globs]
    below = [glob + "*/**" for glob in globs]
    return below if before_slash else [*(glob + "*" for glob in globs), *(f"{glob}/*" for glob in below)]


def _tied(glob: str) -> str:
    """Without a slash a glob would be looked for in every folder."""
    bare = glob.lstrip("/")
    if not bare:
        raise NotAGlob("it means every path")
    return bare if "/" in bare.rstrip("/") else (bare if bare == "**" else f"/{bare}")
