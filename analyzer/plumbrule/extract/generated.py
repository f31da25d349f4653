"""Whether a comment at the head of a file says that a tool wrote it."""

from __future__ import annotations

import re

# Prose about generating things is common in documentation, so the words must speak of this file, or begin a sentence.
_GENERATED = re.compile(
    rb"@generated\b|(?-i:\bDO NOT (?:EDIT|MODIFY)\b)"
    rb"|\bdo not (?:edit|modify)(?: this| the)? (?:file|manually|by hand|directly)"
    rb"|^\W*(?-i:Generated|GENERATED) (?:by|from|with|using|on|code)\b"
    rb"|^\W*(?-i:Auto(?:matically)?[- ]?|Machine[- ])generated\b|^\W*code generated\b"
    rb"|\b(?:file|code|module|script)\b[^.\n]{0,40}\b(?:auto|automatically|machine)[- ]?generated\b"
    rb"|\b(?:auto|automatically|machine)[- ]?generated (?:file|code|module|script)\b"
    rb"|\b(?:file|code|module|script) (?:is|was|has been) generated\b",
    re.IGNORECASE | re.MULTILINE,
)


def says_generated(comment: bytes) -> bool:
    """Whether these words, the beginning of a comment, mark the file around them as generated."""
    lowered = comment.lower()  # the pattern is slow, and each of its branches has one of these words
    if b"generated" in lowered or b"edit" in lowered or b"modify" in lowered:
        return _GENERATED.search(comment) is not None
    return False
