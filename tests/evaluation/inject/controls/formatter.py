"""A formatter ran over many files: blank lines and white space at the ends of lines, the code as it was."""

from __future__ import annotations

import random
import re

from inject import Injection, Tree, done, shuffled

COMMITS = 0


def change(tree: Tree, chance: random.Random) -> Injection | None:
    paths = shuffled(chance, tree.files)[:25]
    for path in paths:
        text = tree.read(path)
        if "`" in text or ('"""' in text and tree.family != "python"):
            continue
        joined = re.sub(r"\n{2,}", "\n\n\n", text)
        if joined != text:
            tree.write(path, joined)
    return done(tree, paths, f"{len(tree.edits)} files formatted")
