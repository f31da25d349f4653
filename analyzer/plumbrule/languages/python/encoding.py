"""The bytes of a Python file as text. Hides how a file declares its encoding (PEP 263), and which ones are refused."""

from __future__ import annotations

import codecs
import re

from plumbrule.extract.sweep import require_text

BOM = b"\xef\xbb\xbf"
_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_REFUSED_CODECS = {"idna", "punycode", "undefined"}  # decoding them can take quadratic time, and no source uses them


def as_utf8(source: bytes) -> bytes:
    """The text in UTF-8 with `\\n` line ends where it has none, by PEP 263; ValueError if it cannot be read so."""
    coding = ""
    if not source.startswith(BOM):
        for line in source[:1000].split(b"\n")[:2]:
            found = _CODING.match(line)
            if found:
                coding = found[1].decode("ascii", "replace")
                break
            if line.strip() and not line.lstrip().startswith(b"#"):
                break
    if coding and not coding.lower().replace("_", "-").startswith(("utf-8", "ascii", "us-ascii")):
        try:
            if codecs.lookup(coding).name in _REFUSED_CODECS:
                raise LookupError
            source = source.decode(coding).encode()
        except LookupError:
            raise ValueError(f"unknown encoding {coding}") from None
        except UnicodeError:
            raise ValueError(f"not {coding}, which it declares") from None
    require_text(source)
    if b"\r" in source and b"\n" not in source:
        source = source.replace(b"\r", b"\n")
    return source
