"""What Python code does with a module that it loads by its name, `importlib.import_module("m")`.

Hides how that is told from the text around the call.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import NamedTuple

MOST_NAMES = 100  # of one file that are followed
_FAR = 200  # bytes looked at on either side
_SPACES = re.compile(rb"\s+")
_AFTER = re.compile(rb"[ \t]*((?:\.[ \t]*\w+)*)([ \t]*(?:\r?\n|;|#|\Z))?")
_NAMED = re.compile(rb"(?:\A|[\n;])[ \t]*([^\W\d]\w*)[ \t]*(?::[^=\n]*)?=[ \t]*\Z")
# Where a function or a module calls anything by a name.
_BINDING = (
    rb"(?<![\w.])%(name)s[ \t]*(?::[^=\n]{0,99})?=(?!=)|(?<![\w.])%(name)s[ \t]*:=|"
    rb"\b(?:for|as|def|class|global|nonlocal|lambda|import|del)\b[ \t(]+(?:[\w,* \t]*[,* \t(])?%(name)s\b|"
    rb"\bdef[ \t]+\w+[ \t]*\([^()]*[(,*\s]%(name)s\b|\([^()\n]*,[ \t]*%(name)s\b[^()\n]*\)[ \t]*=(?!=)|"
    rb"^[ \t]*[\w.]+[ \t]*,[^=\n()]*\b%(name)s\b[^=\n()]*=(?!=)|^[ \t]*%(name)s[ \t]*,[^=\n()]*=(?!=)"
)


class Use(NamedTuple):
    """What happens to a module that is loaded: `members` of it are taken, dotted, and called, or the result is bound
    to a name."""

    members: bytes
    called_to: int  # where what is called ends, -1 if nothing is
    name: bytes  # at most one member has it


def use_of(source: bytes, start: int, end: int) -> Use:
    """For a call between these offsets."""
    after = _AFTER.match(source, end, end + _FAR)
    if after is None:
        return Use(b"", -1, b"")
    members, stop = _SPACES.sub(b"", after[1])[1:], after.end(1)
    named = _NAMED.search(source, max(0, start - _FAR), start) if after[2] is not None else None
    is_called = bool(members) and source.startswith(b"(", stop)
    return Use(members, stop if is_called else -1, named[1] if named is not None and b"." not in members else b"")


def is_bound_once(source: bytes, name: bytes, start: int, end: int) -> bool:
    """Whether a name that is bound between these offsets is bound at one place there, as far as the text tells."""
    binding = re.compile(_BINDING % {b"name": re.escape(name)}, re.MULTILINE)
    return sum(1 for _ in islice(binding.finditer(source, start, end), 2)) < 2
