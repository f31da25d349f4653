"""Ruby: files that name each other, from the parser of Ruby itself and the names that Zeitwerk gives files.

Where several files define a constant and none is called like it, the edge to each is possible and none is sure.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from comparing import Edge, Graph, Held, Tool

_SCRIPT = Path(__file__).with_name("ruby-names.rb")
_ENDINGS = (".rb", ".rake")


def version() -> str | None:
    ruby = shutil.which("ruby")
    if ruby is None or subprocess.run([ruby, "-e", "require 'zeitwerk'"], capture_output=True).returncode:
        return None
    return subprocess.run([ruby, "-e", "print RUBY_VERSION"], capture_output=True, text=True).stdout


@cache
def _said(tree: Path) -> Mapping[str, Any]:
    listed = subprocess.run(
        ["git", "-C", str(tree), "-c", "core.quotepath=off", "ls-files"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    wanted = [path for path in listed if path.endswith((*_ENDINGS, ".gemspec"))]
    answer: Mapping[str, Any] = json.loads(
        subprocess.run(
            ["ruby", str(_SCRIPT), str(tree)],
            input="\n".join(wanted), capture_output=True, text=True, check=True,
        ).stdout
    )  # fmt: skip
    return answer


def held(tree: Path) -> Mapping[str, Held]:
    sure: dict[str, set[Edge]] = {"import": set(), "reference": set()}
    possible: set[Edge] = set()
    for series, src, dst, is_sure in _said(tree)["edges"]:
        possible.add((src, dst))
        if is_sure:
            sure[series].add((src, dst))
    # What a file requires counts as used by it.
    return {series: Held(frozenset(edges), frozenset(possible)) for series, edges in sure.items()}


def ours(tree: Path, graph: Graph) -> Mapping[str, frozenset[Edge]]:
    broken = frozenset(_said(tree)["broken"])  # the parser says nothing of them
    found = {"import": graph.edges("import"), "reference": graph.edges("call", "inherit", "type", "uses")}
    return {
        series: frozenset(edge for edge in edges if edge[0].endswith(_ENDINGS) and broken.isdisjoint(edge))
        for series, edges in found.items()
    }


TOOL = Tool("Ruby's own parser and Zeitwerk's names", version, held, ours, recall=0.95, precision=0.97)
