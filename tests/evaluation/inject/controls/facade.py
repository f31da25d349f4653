"""One door instead of several: callers that imported two files each import one that offers what they need of both."""

from __future__ import annotations

import itertools
import posixpath
import random

from inject import Injection, Tree, done, shuffled

COMMITS = 0


def change(tree: Tree, chance: random.Random) -> Injection | None:
    if tree.family not in ("python", "javascript"):  # elsewhere a file cannot offer what another one has
        return None
    for one, other in shuffled(chance, _pairs(tree))[:20]:
        callers = sorted(tree.users[one] & tree.users[other])
        door = tree.writer.beside(one, "entry", "point")
        if posixpath.dirname(one) != posixpath.dirname(other) or len(callers) < 3 or tree.has(door):
            continue
        tree.edits.clear()
        for target in (one, other):
            texts = tree.writer.moved(tree, target, door) or {}
            for caller in callers:
                if caller in texts:
                    tree.write(caller, texts[caller])
        tree.write(door, _door(tree, one, other))
        return done(tree, [door], f"{len(callers)} callers of {one} and {other} go through one file")
    return None


def _pairs(tree: Tree) -> list[tuple[str, str]]:
    return [
        pair
        for pair in itertools.combinations(tree.files, 2)
        if len(tree.users[pair[0]] & tree.users[pair[1]]) >= 3 and not tree.links[pair[0]] & {pair[1]}
    ]


def _door(tree: Tree, one: str, other: str) -> str:
    names = [sorted({row.name for row in tree.offered(path)}) for path in (one, other)]
    if tree.family == "python":
        lines = [
            f"from {tree.writer.module(tree, path)} import {', '.join(offered)}"
            for path, offered in zip((one, other), names, strict=True)
            if offered
        ]
        return '"""What callers need of both."""\n\n' + "\n".join(lines) + "\n"
    stems = [posixpath.splitext(posixpath.basename(path))[0] for path in (one, other)]
    return "".join(f"export * from './{stem}'\n" for stem in stems)
