"""How much memory the processes of one command may take together, and what of it each part gets. Hides the shares.

A part that does not fit works in pieces: fewer parsers at once, files bound a few thousand at a time, and a database
that writes to disk what it does not hold.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace

from plumbrule.extract import Limits

LEAST = 200 << 20  # bytes: Python, one parser and the database, with hardly anything to work on
_PARSER = 80 << 20  # bytes of a parser at work on files of usual sizes
_FILE = 15_000  # bytes of what is held of one file while a tree is bound: 12 kB in spring-boot, 14 in Django
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_SIZE = re.compile(r"(\d{1,12}(?:\.\d{1,3})?)\s*([kmgt]?)i?b?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ceiling:
    """So many bytes; 0 = as many as are needed."""

    bytes: int = 0

    @classmethod
    def read(cls, text: str) -> Ceiling:
        """From "500MB" or "2 GiB": a thousand is 1,024 here. ValueError, with what is wrong, if it is none."""
        found = _SIZE.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"{text!r} is no size; write it as 500MB or 2GB")
        size = int(float(found[1]) * _UNITS[found[2].lower()])
        if size < LEAST:
            raise ValueError(f"{text!r} is less than the {LEAST >> 20}MB without which nothing can be read")
        return cls(size)

    @property
    def database(self) -> int:
        """Bytes that the database may hold at once; 0 = as many as it likes."""
        return self.bytes // 5

    def limits(self, usual: Limits) -> Limits:
        """What one file may cost, and how many are parsed and held at once, under this ceiling."""
        if not self.bytes:
            return usual
        there = len(os.sched_getaffinity(0))
        processes = max(1, min(there, self.bytes * 2 // 5 // _PARSER))
        at_once = max(100, self.bytes // 4 // _FILE)
        return replace(usual, memory_bytes=min(usual.memory_bytes, self.bytes), processes=processes, at_once=at_once)
