"""Newer versions of what is needed: manifests and locks, no code."""

from __future__ import annotations

import posixpath
import random
import re

from inject import Injection, Tree, done

COMMITS = 0
_MANIFESTS = frozenset(
    [
        "pyproject.toml",
        "setup.cfg",
        "setup.py",
        "requirements.txt",
        "package.json",
        "package-lock.json",
        "yarn.lock",
        "pnpm-lock.yaml",
        "go.mod",
        "go.sum",
        "pom.xml",
        "build.gradle",
        "build.gradle.kts",
    ]
)


def change(tree: Tree, chance: random.Random) -> Injection | None:
    for path in sorted(tree.paths):
        if posixpath.basename(path) in _MANIFESTS:
            try:
                text = tree.read(path)
            except (UnicodeDecodeError, KeyError):
                continue
            newer = re.sub(r"(\d+\.\d+\.)(\d+)", lambda m: f"{m[1]}{int(m[2]) + 1}", text, count=40)
            if newer != text:
                tree.write(path, newer)
    return done(tree, list(tree.edits), f"versions in {len(tree.edits)} manifests")
