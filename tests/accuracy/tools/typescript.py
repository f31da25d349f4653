"""TypeScript and JavaScript: files, from dependency-cruiser on a copy whose workspace packages are linked as an
installation links them. Relative, alias and workspace edges; what lies in node_modules is not compared."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from comparing import Edge, Graph, Held, Tool
from fetching import CACHE

# The newest that runs under Node 20, and the newest TypeScript that it can load.
_PROGRAMS = ("dependency-cruiser@17.4.3", "typescript@5.8.3")
_FOLDER = CACHE / "dependency-cruiser-17.4.3"
_ENDINGS = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")


def version() -> str | None:
    program = _FOLDER / "node_modules/.bin/depcruise"
    if not program.exists():
        if shutil.which("npm") is None:
            return None
        _FOLDER.mkdir(parents=True, exist_ok=True)
        command = [
            "npm",
            "install",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--prefix",
            str(_FOLDER),
            *_PROGRAMS,
        ]
        if subprocess.run(command, capture_output=True).returncode:
            return None
    return "17.4.3"


def held(tree: Path) -> Mapping[str, Held]:
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch, "tree")
        shutil.copytree(tree, copy, symlinks=True, ignore=shutil.ignore_patterns(".git", "node_modules"))
        for name, folder in _workspaces(copy):
            link = copy / "node_modules" / name
            link.parent.mkdir(parents=True, exist_ok=True)
            if not link.exists():
                link.symlink_to(os.path.relpath(folder, link.parent))
        config = [f"--ts-config={one}" for one in ("tsconfig.json", "src/tsconfig.json") if (copy / one).is_file()][:1]
        command = [
            str(_FOLDER / "node_modules/.bin/depcruise"), "--no-config", "--output-type", "json",
            "--ts-pre-compilation-deps", "--do-not-follow", "node_modules", *config, ".",
        ]  # fmt: skip
        done = subprocess.run(command, cwd=copy, capture_output=True, text=True)
        if not done.stdout:
            raise SystemExit(done.stderr)
        found: set[Edge] = set()
        for module in json.loads(done.stdout)["modules"]:
            for one in module["dependencies"]:
                edge = module["source"], one["resolved"]
                if not one["couldNotResolve"] and all(_is_own(copy, path) for path in edge) and edge[0] != edge[1]:
                    found.add(edge)
    return {"files": Held(frozenset(found), frozenset(found))}


def _is_own(tree: Path, path: str) -> bool:
    return "node_modules" not in path.split("/") and path.endswith(_ENDINGS) and (tree / path).is_file()


def _workspaces(tree: Path) -> Iterator[tuple[str, Path]]:
    try:
        said = json.loads((tree / "package.json").read_text("utf-8")).get("workspaces") or []
    except (OSError, ValueError):
        return
    for glob in said.get("packages", []) if isinstance(said, dict) else said:
        for manifest in sorted(tree.glob(f"{glob.rstrip('/')}/package.json")):
            name = json.loads(manifest.read_text("utf-8")).get("name")
            if name:
                yield name, manifest.parent


def ours(tree: Path, graph: Graph) -> Mapping[str, frozenset[Edge]]:
    edges = {edge for edge in graph.edges("import") if all(_is_own(tree, path) for path in edge)}
    return {"files": frozenset(edges)}


TOOL = Tool("dependency-cruiser", version, held, ours, recall=0.99, precision=0.99)
