"""Errors caught where they are not understood: 3, 6 or 15 functions more that catch."""

from __future__ import annotations

import random

from inject import DOSES, Injection, Tree, done, shuffled

DISGUISES = ("plain", "logged", "wrapped", "result")
HARMLESS = ()
LANGUAGES = ("python", "javascript", "java")  # Go has none


def inject(tree: Tree, dose: str, disguise: str, chance: random.Random) -> Injection | None:
    wanted = (3, 6, 15)[DOSES.index(dose)]
    places: list[str] = []
    made = 0
    for path in shuffled(chance, tree.files):
        rows = [row for row in tree.functions(path, 15) if row.symbol.count(".") <= 1]
        taken = 0
        for row in sorted(rows, key=lambda row: -row.line):  # from below, so that lines above stay where they are
            if made == wanted or taken == 3:
                break
            lines = tree.read(path).split("\n")
            changed = tree.writer.wrapped(lines[row.line - 1 : row.end_line], row, disguise)
            if changed is None:
                continue
            tree.write(path, "\n".join([*lines[: row.line - 1], *changed, *lines[row.end_line :]]))
            made, taken = made + 1, taken + 1
        if taken:
            places.append(path)
        if made == wanted:
            return done(tree, places, f"{made} functions catch ({disguise})")
    tree.edits.clear()
    return None
