"""A comparison with a script in the language itself, which reads paths and prints {"edges": [...], "broken": [...]}."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from comparing import Edge, Graph, Held


class Script:
    """Edges as (series, src, dst, whether it is sure); files in `broken` the language's own parser cannot read."""

    def __init__(self, command: Sequence[str], endings: tuple[str, ...], manifests: tuple[str, ...]) -> None:
        self._command = command  # the tree is its last argument
        self._endings = endings
        self._manifests = manifests
        self._said = cache(self._ask)

    def _ask(self, tree: Path) -> Mapping[str, Any]:
        listed = subprocess.run(
            ["git", "-C", str(tree), "-c", "core.quotepath=off", "ls-files"], capture_output=True, text=True, check=True
        ).stdout.splitlines()
        wanted = "\n".join(path for path in listed if path.endswith((*self._endings, *self._manifests)))
        command = [*self._command, str(tree)]
        done = subprocess.run(command, input=wanted, capture_output=True, text=True, check=True)
        answer: Mapping[str, Any] = json.loads(done.stdout)
        return answer

    def held(self, tree: Path) -> Mapping[str, Held]:
        sure: dict[str, set[Edge]] = {"import": set(), "reference": set()}
        possible: set[Edge] = set()
        for series, src, dst, is_sure in self._said(tree)["edges"]:
            possible.add((src, dst))
            if is_sure:
                sure[series].add((src, dst))
        # What a file imports counts as used by it, though only a comment may say so.
        return {series: Held(frozenset(edges), frozenset(possible)) for series, edges in sure.items()}

    def ours(self, tree: Path, graph: Graph) -> Mapping[str, frozenset[Edge]]:
        broken = frozenset(self._said(tree)["broken"])
        found = {"import": graph.edges("import"), "reference": graph.edges("call", "inherit", "type", "uses")}
        return {
            series: frozenset(edge for edge in edges if edge[0].endswith(self._endings) and broken.isdisjoint(edge))
            for series, edges in found.items()
        }
