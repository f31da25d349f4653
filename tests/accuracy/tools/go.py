"""Go: packages as folders, from `go list -e -json` of every module of the tree, without network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from comparing import Edge, Graph, Held, Tool

_ENVIRONMENT = {"GOPROXY": "off", "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod", "GOWORK": "off", "GO111MODULE": "on"}
_FIELDS = "Dir,ImportPath,Imports,TestImports,XTestImports"


def version() -> str | None:
    go = shutil.which("go")
    return subprocess.run([go, "version"], capture_output=True, text=True).stdout.split()[2] if go else None


def _packages(tree: Path) -> Iterator[dict[str, Any]]:
    for manifest in sorted(tree.rglob("go.mod")):
        listed = subprocess.run(
            ["go", "list", "-e", f"-json={_FIELDS}", "./..."],
            cwd=manifest.parent, capture_output=True, text=True, env={**os.environ, **_ENVIRONMENT},
        ).stdout  # fmt: skip
        at, decoder = 0, json.JSONDecoder()
        while at < len(listed.rstrip()):
            package, end = decoder.raw_decode(listed, at)
            at = end + len(listed[end:]) - len(listed[end:].lstrip())
            if "Dir" in package:
                yield package


def held(tree: Path) -> Mapping[str, Held]:
    packages = list(_packages(tree))
    folder_of = {one["ImportPath"]: _folder(tree, one) for one in packages}
    found: dict[str, set[Edge]] = {"production": set(), "test": set()}
    for one in packages:
        for field, series in (("Imports", "production"), ("TestImports", "test"), ("XTestImports", "test")):
            for path in one.get(field) or ():
                if path in folder_of and folder_of[path] != _folder(tree, one):
                    found[series].add((_folder(tree, one), folder_of[path]))
    return {series: Held(frozenset(edges), frozenset(edges)) for series, edges in found.items()}


def _folder(tree: Path, package: Mapping[str, Any]) -> str:
    return Path(package["Dir"]).relative_to(tree).as_posix()


def ours(tree: Path, graph: Graph) -> Mapping[str, frozenset[Edge]]:
    found: dict[str, set[Edge]] = {"production": set(), "test": set()}
    for src, dst in graph.edges("import"):
        if src.endswith(".go"):
            edge = str(PurePosixPath(src).parent), str(PurePosixPath(dst).parent)
            if edge[0] != edge[1]:
                found["test" if src.endswith("_test.go") else "production"].add(edge)
    return {series: frozenset(edges) for series, edges in found.items()}


TOOL = Tool("go list -e -json", version, held, ours, recall=0.995, precision=0.995)
