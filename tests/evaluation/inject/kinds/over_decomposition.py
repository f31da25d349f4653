"""One task cut into 4, 8 or 15 files along its steps, each used once by the next, and one that calls the first."""

from __future__ import annotations

import posixpath
import random

from inject import DOSES, Injection, Tree, done, words

DISGUISES = ("plain", "documented")
HARMLESS = ()
LANGUAGES = ("python", "javascript", "go", "java")
_STEPS = (
    *("load", "parse", "check", "clean", "sort", "group", "count", "rank", "trim", "merge", "format", "wrap", "sign"),
    *("store", "report"),
)


def inject(tree: Tree, dose: str, disguise: str, chance: random.Random) -> Injection | None:
    wanted = (4, 8, 15)[DOSES.index(dose)]
    if not tree.files:
        return None
    like = chance.choice(tree.files)
    subject = (words(posixpath.splitext(posixpath.basename(like))[0]) or ["item"])[0]
    paths = [tree.writer.beside(like, step, subject, "step") for step in _STEPS[:wanted]]
    if any(map(tree.has, paths)):
        return None
    for at, path in enumerate(paths):
        name = tree.writer.name(_STEPS[at], subject)
        doc = f"is the step that takes what the {subject} needs here." if disguise == "documented" else ""
        value = f"value + {at + 1}"
        text = tree.writer.file(tree, path, tree.read(like), [])
        if at:
            before = tree.writer.name(_STEPS[at - 1], subject)
            called = before if tree.family != "java" else f"{posixpath.basename(paths[at - 1])[:-5]}.{before}"
            linked = tree.writer.link(tree, text, path, paths[at - 1], called)
            if linked is None:
                return None
            text, value = linked[0], f"{linked[1]}(value) + {at + 1}"
        body = [tree.writer.let("found", value), tree.writer.give("found")]
        function = tree.writer.function(tree.read(like), name, ["value"], body, doc)
        tree.write(path, tree.writer.append(text, [function]))
    last = tree.writer.name(_STEPS[wanted - 1], subject)
    named = last if tree.family != "java" else f"{posixpath.basename(paths[-1])[:-5]}.{last}"
    linked = tree.writer.link(tree, tree.read(like), like, paths[-1], named)
    if linked is not None:
        caller = tree.writer.function(
            tree.read(like),
            tree.writer.name("run", subject, "steps"),
            ["value"],
            [tree.writer.give(f"{linked[1]}(value)")],
        )
        tree.write(like, tree.writer.append(linked[0], [caller]))
    return done(tree, [*paths, like], f"{wanted} files of one step each beside {like}")
