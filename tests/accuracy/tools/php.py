"""PHP: files that name each other, from PHP's own parser (nikic/php-parser) and Composer's class loader.

Where several files define a name and the loader knows none of them, the edge to each is possible and none is sure.
Where a constant without a class is used is left out on both sides, unless it is imported or qualified.
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

_PARSER = Path("/usr/share/php/PhpParser/autoload.php")
_LOADER = Path("/usr/share/php/Composer/Autoload/ClassLoader.php")
_SCRIPT = Path(__file__).with_name("php-names.php")
_ENDINGS = (".php", ".phtml")


def version() -> str | None:
    php = shutil.which("php")
    if php is None or not _PARSER.is_file() or not _LOADER.is_file():
        return None
    return subprocess.run([php, "-r", "echo PHP_VERSION;"], capture_output=True, text=True).stdout.split("-")[0]


@cache
def _said(tree: Path) -> Mapping[str, Any]:
    listed = subprocess.run(
        ["git", "-C", str(tree), "-c", "core.quotepath=off", "ls-files"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    wanted = [path for path in listed if path.endswith((*_ENDINGS, "composer.json"))]
    answer: Mapping[str, Any] = json.loads(
        subprocess.run(
            ["php", "-d", "memory_limit=-1", str(_SCRIPT), str(tree)],
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
    # What a file imports counts as used by it, though only a comment may say so.
    return {series: Held(frozenset(edges), frozenset(possible)) for series, edges in sure.items()}


def ours(tree: Path, graph: Graph) -> Mapping[str, frozenset[Edge]]:
    broken = frozenset(_said(tree)["broken"])  # the parser says nothing of them
    found = {"import": graph.edges("import"), "reference": graph.edges("call", "inherit", "type", "uses")}
    return {
        series: frozenset(edge for edge in edges if edge[0].endswith(_ENDINGS) and broken.isdisjoint(edge))
        for series, edges in found.items()
    }


TOOL = Tool("nikic/php-parser and Composer's loader", version, held, ours, recall=0.95, precision=0.97)
