"""Files that move to another folder or get another name, and whoever names them follows."""

from __future__ import annotations

import posixpath
import random
import re

from inject import Injection, Tree, done, shuffled

COMMITS = 0


def change(tree: Tree, chance: random.Random) -> Injection | None:
    folders = [paths for paths in tree.folders.values() if len(paths) >= 3]
    if not folders:
        return None
    renamed: dict[str, str] = {}
    for path in shuffled(chance, chance.choice(folders)):
        if len(renamed) == 3:
            break
        folder, base = posixpath.split(path)
        stem, ending = posixpath.splitext(base)
        # Of a file that is private to its folder only the name changes: elsewhere it would be reached into.
        stays = tree.family == "go" or base.startswith("_")
        new = posixpath.join(folder, f"{stem}_base{ending}" if stays else f"core/{base}")
        inside = {one for one in tree.links[path] if posixpath.dirname(one) == folder}
        if not stays and inside:  # it would need the folder that needs it: a cycle, and rightly told
            continue
        names = re.findall(r"\b_[a-z]\w+", " ".join(_asked_for(tree, path)))
        if not stays and names:  # private names of it that its neighbours use: they would reach into another folder
            continue
        texts = tree.writer.moved(tree, path, new)
        if texts is None or tree.has(new) or path in tree.edits:
            continue
        if any(one in renamed.values() for one in texts):
            continue  # one that moved already
        if tree.family == "python" and not stays:
            tree.write(posixpath.join(folder, "core/__init__.py"), "")
        for one, text in texts.items():
            tree.write(one, text)
        tree.edits[path] = None
        renamed[new] = path
    return done(tree, list(renamed), f"{len(renamed)} files moved", renamed)


def _asked_for(tree: Tree, path: str) -> list[str]:
    return [one.names for user in tree.users[path] for one in tree.graph.rows(user).dependencies if one.dst == path]
