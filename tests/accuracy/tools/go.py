"""Go: packages as folders, from `go list -e -json` of every module of the tree, without network.

Modules that lie elsewhere cannot be loaded without network, and without them `go list` stops before it lists anything.
So what it reads is a copy whose `go.mod` files require nothing but modules of the tree. It holds an edge surely if
files built here have it, and possibly if files for another system or under another build tag do.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from comparing import Edge, Graph, Held, Tool

_ENVIRONMENT = {"GOPROXY": "off", "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod", "GOWORK": "off", "GO111MODULE": "on"}
_FIELDS = "Dir,ImportPath,Imports,TestImports,XTestImports"
_SERIES = (("Imports", "production"), ("TestImports", "test"), ("XTestImports", "test"))
_TAGS = re.compile(rb"^//(?:go:build| \+build) (.*)$", re.MULTILINE)
_SYSTEMS = ("linux", "windows", "darwin", "freebsd")


def version() -> str | None:
    go = shutil.which("go")
    return subprocess.run([go, "version"], capture_output=True, text=True).stdout.split()[2] if go else None


def _copied(tree: Path, scratch: Path) -> Path:
    copy = scratch / "tree"
    shutil.copytree(tree, copy, symlinks=True, ignore=shutil.ignore_patterns(".git"))
    for manifest in copy.rglob("go.mod"):
        said = json.loads(_go(["mod", "edit", "-json"], manifest.parent))
        replaced = said.get("Replace") or ()
        inside = {one["Old"]["Path"] for one in replaced if not one["New"].get("Version")}
        drop = [f"-droprequire={one['Path']}" for one in said.get("Require") or () if one["Path"] not in inside]
        drop += [f"-dropreplace={_versioned(one['Old'])}" for one in replaced if one["New"].get("Version")]
        if drop:
            _go(["mod", "edit", *drop], manifest.parent)
    return copy


def _versioned(module: Mapping[str, str]) -> str:
    return f"{module['Path']}@{module['Version']}" if module.get("Version") else module["Path"]


def _go(command: list[str], folder: Path, **environment: str) -> str:
    env = {**os.environ, **_ENVIRONMENT, **environment}
    return subprocess.run(["go", *command], cwd=folder, capture_output=True, text=True, env=env).stdout


def _packages(tree: Path, tags: str = "", **environment: str) -> Iterator[dict[str, Any]]:
    for manifest in sorted(tree.rglob("go.mod")):
        asked = ["list", "-e", f"-json={_FIELDS}", "-tags", tags, "./..."]
        listed = _go(asked, manifest.parent, **environment)
        at, decoder = 0, json.JSONDecoder()
        while at < len(listed.rstrip()):
            package, end = decoder.raw_decode(listed, at)
            at = end + len(listed[end:]) - len(listed[end:].lstrip())
            if "Dir" in package:
                yield package


def _edges(tree: Path, packages: list[dict[str, Any]]) -> dict[str, set[Edge]]:
    folder_of = {one["ImportPath"]: _folder(tree, one) for one in packages}
    found: dict[str, set[Edge]] = {"production": set(), "test": set()}
    for one in packages:
        for field, series in _SERIES:
            for path in one.get(field) or ():
                if path in folder_of and folder_of[path] != _folder(tree, one):
                    found[series].add((_folder(tree, one), folder_of[path]))
    return found


def held(tree: Path) -> Mapping[str, Held]:
    with tempfile.TemporaryDirectory() as scratch:
        copy = _copied(tree, Path(scratch))
        sure = _edges(copy, list(_packages(copy)))
        words = {word for file in copy.rglob("*.go") if file.is_file() for line in _TAGS.findall(file.read_bytes())
                 for word in re.findall(r"\w[\w.]*", line.decode("utf-8", "replace"))}  # fmt: skip
        possible = {series: set(edges) for series, edges in sure.items()}
        for system in _SYSTEMS:
            for tags in ("", ",".join(sorted(words))):
                for series, edges in _edges(copy, list(_packages(copy, tags, GOOS=system))).items():
                    possible[series] |= edges
    return {series: Held(frozenset(sure[series]), frozenset(possible[series])) for series in sure}


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
