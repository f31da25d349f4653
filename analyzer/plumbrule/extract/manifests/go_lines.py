"""The lines of go.mod and go.work, which have one grammar."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_WORD = re.compile(r"\"([^\"\n]*+)\"|`([^`\n]*+)`|(=>|[()]|[^\s()\"`]++)")


class Line(NamedTuple):
    """One directive, with the word that its block has before it."""

    verb: str
    words: tuple[str, ...]  # behind the verb
    comment: str
    number: int

    @property
    def replaced(self) -> tuple[str, str, str]:
        """Of a `replace`: what is replaced, by what, and by which version ("" for a folder)."""
        if "=>" not in self.words:
            return "", "", ""
        at = self.words.index("=>")
        by = self.words[at + 1 :]
        return "".join(self.words[:1]), "".join(by[:1]), "".join(by[1:2])


def is_folder(path: str) -> bool:
    return path.startswith(("./", "../", "/")) or path in (".", "..")


def directives(text: str) -> Iterator[Line]:
    block = ""
    for number, line in enumerate(text.split("\n"), 1):
        said, _, comment = line.partition("//")
        words = [match[1] or match[2] or match[3] or "" for match in _WORD.finditer(said)]
        if not words:
            continue
        if block:
            if words[0] == ")":
                block = ""
            else:
                yield Line(block, tuple(words), comment.strip(), number)
        elif words[1:2] == ["("] and len(words) == 2:
            block = words[0]
        else:
            yield Line(words[0], tuple(words[1:]), comment.strip(), number)
