"""A layer that only forwards: one module of 3 functions, one of 6, or one before each file of a package."""

from __future__ import annotations

import posixpath
import random

from inject import DOSES, GROSS, Injection, Tree, done, shuffled, words

DISGUISES = ("plain", "renamed", "keyword", "logged", "retried", "converted")
HARMLESS = ()
LANGUAGES = ("python", "javascript", "go", "java")


def inject(tree: Tree, dose: str, disguise: str, chance: random.Random) -> Injection | None:
    wanted = (3, 6, 4)[DOSES.index(dose)]
    if dose != GROSS:
        for path in shuffled(chance, tree.files):
            if made := _layer(tree, path, wanted, disguise):
                return done(tree, [made, path], f"{made} forwards to {path} ({disguise})")
        return None
    for folder, paths in shuffled(chance, tree.folders.items()):
        tree.edits.clear()
        pairs = [(made, path) for path in paths if (made := _layer(tree, path, 2, disguise))]
        if len(pairs) >= 3:
            places = [path for pair in pairs for path in pair]
            return done(tree, places, f"{len(pairs)} files before those of {folder}/ ({disguise})")
    tree.edits.clear()
    return None


def _layer(tree: Tree, path: str, wanted: int, disguise: str) -> str:
    """A new file that forwards to this one; "" if it has too few functions that can be forwarded to."""
    made = tree.writer.beside(path, *words(posixpath.splitext(posixpath.basename(path))[0]), "service")
    if tree.has(made):
        return ""
    text = tree.writer.file(tree, made, tree.read(path), [])
    if tree.family == "go":
        made = posixpath.join(posixpath.dirname(path), "service", posixpath.basename(made))
        text = "package service\n"
    functions = []
    for one in tree.offered(path):
        linked = tree.writer.link(tree, text, made, path, one.name)
        if linked is None or len(functions) == wanted:
            continue
        called = linked[1]
        if tree.family == "python":
            # Its own functions have the names of those they call, so it names the module.
            module = tree.writer.module(tree, path)
            above, _, last = module.rpartition(".")
            start = f"from {above} import {last}" if above else f"import {last}"
            linked = (
                (text if start in text else f"{start}\n\n{text}".replace("from __future__ import annotations\n", "")),
                "",
            )
            called = f"{last}.{one.name}"
        elif tree.family == "javascript":
            again = tree.writer.link(tree, text, made, path, one.name, "alias")
            if again is None:
                continue
            linked, called = again, again[1]
        forward = tree.writer.forward(tree.read(path), one, called, disguise)
        if forward is not None:
            text = linked[0]
            functions.append(forward)
    if len(functions) < min(wanted, 3) and not (wanted == 2 and len(functions) == 2):
        return ""
    tree.write(made, tree.writer.append(text, functions))
    return made
