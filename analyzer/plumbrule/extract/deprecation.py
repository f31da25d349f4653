"""Whether a definition says of itself, in words, that nobody should use it any more."""

from __future__ import annotations

import re

# Of JSDoc, of Sphinx, at the beginning of a line or sentence, and what warns of it.
_SAYS = re.compile(
    rb"@deprecated\b|\.\. deprecated::|^\W*deprecated\b|\. deprecated\b|\b(?:is|was|are|been|now) deprecated\b"
    rb"|DeprecationWarning",
    re.IGNORECASE | re.MULTILINE,
)
_MARKS = (b"#", b"//", b"/*", b"*", b"@")
_LONGEST = 4_000  # bytes of a definition, and of the comments above it, in which it is looked for


def says_deprecated(source: bytes, start: int, end: int) -> bool:
    """Whether the definition at these offsets, or a comment right above it, does."""
    above = source.rfind(b"\n", 0, start) + 1
    lines = source[max(0, above - _LONGEST) : above].splitlines(keepends=True)
    first = len(lines)
    while first and lines[first - 1].lstrip().startswith(_MARKS):
        first -= 1
    said = b"".join(lines[first:]) + source[above : min(end, start + _LONGEST)]
    # The pattern is slow, and each of its branches has this.
    return b"deprecat" in said.lower() and _SAYS.search(said) is not None
