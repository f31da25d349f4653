"""A second word, or a second way to write it, for what this package has a word for: 5, 15 or 40 functions."""

from __future__ import annotations

import random
import re

from inject import DOSES, Injection, Tree, done, shuffled, words

DISGUISES = ("plain", "casing")
HARMLESS = ()
LANGUAGES = ("python", "javascript", "go", "java")
_SAME = (
    ("get", "fetch", "retrieve", "load"),
    ("create", "make", "build"),
    ("delete", "remove", "drop"),
    ("check", "validate", "verify"),
)


def inject(tree: Tree, dose: str, disguise: str, chance: random.Random) -> Injection | None:
    wanted = (5, 15, 40)[DOSES.index(dose)]
    best: list[tuple[str, list[str], str]] = []
    for paths in shuffled(chance, tree.folders.values()):
        found = []
        for path in paths:
            for row in tree.graph.rows(path).symbols:
                said = words(row.symbol) if row.kind in ("function", "method") else []
                group = next((group for group in _SAME if said and said[0] in group), None)
                if group is not None and len(said) > 1:
                    found.append((path, said[1:], chance.choice([verb for verb in group if verb != said[0]])))
        if len(found) > len(best):
            best = found
        if len(best) >= wanted:
            break
    if not best or (disguise == "casing" and tree.family != "python"):
        return None
    places: dict[str, list[str]] = {}
    for at in range(wanted):
        path, rest, verb = best[at % len(best)]
        if tree.family == "java" and not tree.offered(path):
            continue
        more = [] if at < len(best) else ["part", "abcdefghijklmnop"[at // len(best) % 16]]
        called = [verb, *rest, *more]
        if disguise == "casing":
            name = called[0] + "".join(word.capitalize() for word in called[1:])
        else:
            name = tree.writer.name(*called)
        if re.search(rf"\b{name}\b", tree.read(path)) or name in places.get(path, ()):
            continue
        text = tree.read(path)
        body = [tree.writer.let("found", f"value + {at}"), tree.writer.give("found")]
        tree.write(path, tree.writer.append(text, [tree.writer.function(text, name, ["value"], body)]))
        places.setdefault(path, []).append(name)
    if sum(map(len, places.values())) < wanted // 2:
        tree.edits.clear()
        return None
    return done(tree, list(places), f"{sum(map(len, places.values()))} functions ({disguise})")
