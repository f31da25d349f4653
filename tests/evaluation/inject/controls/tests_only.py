"""Tests, and nothing else: as many lines as a large change has."""

from __future__ import annotations

import posixpath
import random

from inject import Injection, Tree, done, shuffled

COMMITS = 0


def change(tree: Tree, chance: random.Random) -> Injection | None:
    for at, like in enumerate(shuffled(chance, tree.files)[:4]):
        stem, ending = posixpath.splitext(posixpath.basename(like))
        folder = posixpath.dirname(like)
        path = {
            "python": f"tests/test_{stem}_more{at}.py",
            "javascript": posixpath.join(folder, f"{stem}.more{at}.test{ending}"),
            "go": posixpath.join(folder, f"{stem}_more{at}_test.go"),
            "java": posixpath.join(folder.replace("/main/", "/test/"), f"{stem}More{at}Test.java"),
        }[tree.family]
        text = tree.read(like)
        functions = [
            tree.writer.function(
                text,
                tree.writer.name("test", "case", f"n{n}"),
                ["value"],
                [tree.writer.let("found", f"value + {n}"), tree.writer.give("found * 2")],
            )
            for n in range(20)
        ]
        tree.write(path, tree.writer.append(tree.writer.file(tree, path, text, []), functions))
    return done(tree, list(tree.edits), "80 tests")
