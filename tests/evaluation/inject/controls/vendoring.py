"""Another project's files, copied to where this language's tools look for such."""

from __future__ import annotations

import posixpath
import random

from inject import Injection, Tree, done

COMMITS = 0
_WHERE = {"go": "vendor/example.org/parcel", "javascript": "node_modules/parcel-tools/lib"}
_ENDINGS = {"go": ".go", "javascript": ".js", "java": ".java", "python": ".py"}
_PARTS = ("Boxes", "Labels", "Routes", "Scales", "Seals", "Tapes")


def change(tree: Tree, chance: random.Random) -> Injection | None:
    w = tree.writer
    where = _WHERE.get(tree.family, "third_party/parcel_tools")
    for part in _PARTS:
        name = part if tree.family == "java" else part.lower()
        path = posixpath.join(where, name + _ENDINGS[tree.family])
        like = "package parcel" + (";" if tree.family == "java" else "")
        functions = [_function(tree, like, part.lower(), number) for number in range(20)]
        tree.write(path, w.append(w.file(tree, path, like, []), functions))
    return done(tree, list(tree.edits), f"{len(tree.edits)} files of another project")


def _function(tree: Tree, like: str, part: str, number: int) -> str:
    """Each with another number of statements, so that none is the copy of one before."""
    w = tree.writer
    steps = [w.let(f"{part}{at}", f"value * {number + at} + {at}") for at in range(1 + number % 7)]
    return w.function(like, w.name("fit", part, f"n{number}"), ["value"], [*steps, w.give(f"{part}0 - {number}")])
