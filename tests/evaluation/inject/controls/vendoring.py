"""Another project's files, copied to where this language's tools look for such."""

from __future__ import annotations

import posixpath
import random

from inject import Injection, Tree, done, shuffled

COMMITS = 0


def change(tree: Tree, chance: random.Random) -> Injection | None:
    paths = shuffled(chance, tree.files)[:12]
    where = {"go": "vendor/example.org/parcel", "javascript": "node_modules/parcel-tools/lib"}.get(
        tree.family, "third_party/parcel_tools"
    )
    for path in paths:
        tree.write(posixpath.join(where, posixpath.basename(path)), tree.read(path))
    return done(tree, list(tree.edits), f"{len(tree.edits)} files of another project")
