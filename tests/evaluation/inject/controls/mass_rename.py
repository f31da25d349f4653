"""One private name changed wherever it stands in its file, in many files."""

from __future__ import annotations

import random
import re

from inject import Injection, Tree, done, shuffled

COMMITS = 0


def change(tree: Tree, chance: random.Random) -> Injection | None:
    for path in shuffled(chance, tree.files)[:40]:
        private = [
            row.symbol
            for row in tree.graph.rows(path).symbols
            if (row.kind == "function" and row.visibility == "private" and "." not in row.symbol and not row.exported)
            or (
                tree.family == "python"
                and row.symbol.startswith("_")
                and "." not in row.symbol
                and row.kind == "function"
            )
        ]
        text = tree.read(path)
        users = [
            one for one in tree.graph.paths() if any(d.dst == path for d in tree.graph.rows(one).dependencies)
        ]  # tests too
        named_elsewhere = {name for user in users if user != path for name in private if name in tree.read(user)}
        for name in private:
            if name not in named_elsewhere and not name.endswith("_"):
                text = re.sub(rf"(?<![\w.'\"]){re.escape(name)}\b", f"{name}{'_it' if '_' in name else 'It'}", text)
        if text != tree.read(path):
            tree.write(path, text)
    return done(tree, list(tree.edits), f"names in {len(tree.edits)} files") if len(tree.edits) >= 3 else None
