"""A cycle: an import back to who needs this file; subtle between two files, medium on a path, gross over packages."""

from __future__ import annotations

import posixpath
import random

from inject import GROSS, SUBTLE, Injection, Tree, done, mention, shuffled

DISGUISES = ("plain", "alias", "lazy", "type-only")
HARMLESS = ("type-only",)
LANGUAGES = ("python", "javascript", "java")  # the compiler of Go refuses them, and files of one package are one


def inject(tree: Tree, dose: str, disguise: str, chance: random.Random) -> Injection | None:
    for chain in _chains(tree, dose, chance):
        if mention(tree, chain[-1], chain[0], disguise, chance, "checked"):
            return done(tree, chain, f"{chain[-1]} imports {chain[0]} ({disguise})")
    return None


def _chains(tree: Tree, dose: str, chance: random.Random) -> list[list[str]]:
    """Paths of imports along which nothing leads back yet."""
    length = {SUBTLE: 2}.get(dose, 3)
    found = []
    for start in shuffled(chance, tree.files)[:200]:
        chain = [start]
        while len(chain) < length:
            onward = [
                path
                for path in sorted(tree.links[chain[-1]])
                if start not in tree.reach(path)
                and (dose != GROSS or posixpath.dirname(path) not in map(posixpath.dirname, chain))
                and (len(chain) == 1 or path not in tree.links[start])
            ]
            if not onward:
                break
            chain.append(chance.choice(onward))
        if len(chain) == length or (dose == GROSS and len(chain) == 2):
            found.append(chain)
        if len(found) == 12:
            break
    return sorted(found, key=len, reverse=True)  # over three packages rather than two
