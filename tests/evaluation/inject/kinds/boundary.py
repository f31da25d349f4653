"""A breach: 1, 3 or 8 imports from one package into another that it never named and that does not need it."""

from __future__ import annotations

import itertools
import posixpath
import random

from inject import DOSES, PLAIN, Injection, Tree, done, mention, shuffled, words

DISGUISES = ("plain", "alias", "dynamic", "third")
HARMLESS = ()
LANGUAGES = ("python", "javascript", "go", "java")


def inject(tree: Tree, dose: str, disguise: str, chance: random.Random) -> Injection | None:
    wanted = (1, 3, 8)[DOSES.index(dose)]
    for one, other in unlinked(tree, chance):
        tree.edits.clear()
        target = _through(tree, other, chance) if disguise == "third" else ""
        if disguise == "third" and not target:
            continue
        style = PLAIN if disguise == "third" else disguise
        places: list[str] = [target] if target else []
        made = 0
        pairs = shuffled(chance, itertools.product(tree.folders[one], [target] if target else tree.folders[other]))
        taken = set()
        for src, dst in pairs:
            if made == wanted or src in taken or (dst in tree.graph and tree.closes(src, dst)):
                continue
            if target:
                linked = tree.writer.link(tree, tree.read(src), src, dst, _shared(tree), style)
                if linked is None:
                    continue
                name = tree.writer.name("noted", *words(posixpath.basename(src)))
                tree.write(src, tree.writer.append(linked[0], [tree.writer.user(linked[0], name, [linked[1]])]))
            elif not mention(tree, src, dst, style, chance, "noted"):
                continue
            taken.add(src)
            places.append(src)
            made += 1
        if made >= max(1, wanted // 2):
            return done(tree, places, f"{made} imports from {one}/ into {other}/ ({disguise})")
    tree.edits.clear()
    return None


def _shared(tree: Tree) -> str:
    return tree.writer.name("shared", "lookup")


def _through(tree: Tree, other: str, chance: random.Random) -> str:
    """A new file in a third package that passes on what the other one has."""
    linked = {folder for folder in tree.folders if (folder, other) in tree.folder_links and folder != other}
    for folder in shuffled(chance, sorted(linked)):
        like = tree.folders[folder][0]
        path = tree.writer.beside(like, "shared", "lookup")
        for dst in shuffled(chance, tree.folders[other]):
            for offered in tree.offered(dst):
                text = tree.writer.file(tree, path, tree.read(like), [])
                done_ = tree.writer.link(tree, text, path, dst, offered.name)
                if done_ is not None and tree.family != "java" and not tree.has(path):
                    user = tree.writer.user(tree.read(like), _shared(tree), [done_[1]])
                    tree.write(path, tree.writer.append(done_[0], [user]))
                    return path
    return ""


def unlinked(tree: Tree, chance: random.Random) -> list[tuple[str, str]]:
    """Pairs of folders of which the first does not name the second."""
    folders = [folder for folder, paths in tree.folders.items() if len(paths) >= 2]
    pairs = [
        pair
        for pair in itertools.permutations(folders, 2)
        if pair not in tree.folder_links and not pair[1].startswith(pair[0] + "/")
    ]
    return shuffled(chance, pairs)[:60]
