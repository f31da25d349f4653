"""TypeScript and JavaScript: files, from dependency-cruiser on a copy whose workspace packages are linked as an
installation links them. Relative, alias and workspace edges; what lies in node_modules is not compared."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from comparing import Edge, Graph, Held, Tool, ToolFailed
from fetching import CACHE

# The newest that runs under Node 20, and the newest TypeScript that it can load.
_PROGRAMS = ("dependency-cruiser@17.4.3", "typescript@5.8.3")
_COMPILERS = ("vue@3.5.13", "@vue/compiler-sfc@3.5.13", "svelte@5.16.0")
_FOLDER = CACHE / "dependency-cruiser-17.4.3"
_ENDINGS = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")


def cruiser(folder: Path, compilers: tuple[str, ...], endings: tuple[str, ...]) -> Tool:
    """The comparison of files with one of these endings, by a program with these compilers, installed in a folder."""
    return Tool(
        "dependency-cruiser", lambda: version(folder, compilers), lambda tree: held(tree, folder, endings),
        lambda tree, graph: ours(tree, graph, endings), recall=0.99, precision=0.99,
    )  # fmt: skip


def version(folder: Path, compilers: tuple[str, ...]) -> str | None:
    program = folder / "node_modules/.bin/depcruise"
    if shutil.which("node") is None:
        return None
    if not program.exists():
        if shutil.which("npm") is None:
            return None
        folder.mkdir(parents=True, exist_ok=True)
        command = [
            "npm",
            "install",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--prefix",
            str(folder),
            *_PROGRAMS,
            *compilers,
        ]
        if subprocess.run(command, capture_output=True).returncode:
            return None
    return "17.4.3"


def held(tree: Path, folder: Path, endings: tuple[str, ...]) -> Mapping[str, Held]:
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch, "tree")
        shutil.copytree(tree, copy, symlinks=True, ignore=shutil.ignore_patterns(".git", "node_modules"))
        for name, home in _workspaces(copy):
            link = copy / "node_modules" / name
            link.parent.mkdir(parents=True, exist_ok=True)
            if not link.exists():
                link.symlink_to(os.path.relpath(home, link.parent))
        config = [f"--ts-config={one}" for one in ("tsconfig.json", "src/tsconfig.json") if (copy / one).is_file()][:1]
        command = [
            str(folder / "node_modules/.bin/depcruise"), "--no-config", "--output-type", "json",
            "--ts-pre-compilation-deps", "--do-not-follow", "node_modules", *config, ".",
        ]  # fmt: skip
        done = subprocess.run(command, cwd=copy, capture_output=True, text=True)
        if not done.stdout:
            raise ToolFailed(done.stderr or f"it said nothing and left with {done.returncode}")
        found: set[Edge] = set()
        for module in json.loads(done.stdout)["modules"]:
            for one in module["dependencies"]:
                edge = module["source"], one["resolved"]
                if (
                    not one["couldNotResolve"]
                    and all(_is_own(copy, path, endings) for path in edge)
                    and edge[0] != edge[1]
                ):
                    found.add(edge)
    return {"files": Held(frozenset(found), frozenset(found))}


def _is_own(tree: Path, path: str, endings: tuple[str, ...]) -> bool:
    return "node_modules" not in path.split("/") and path.endswith(endings) and (tree / path).is_file()


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


def ours(tree: Path, graph: Graph, endings: tuple[str, ...]) -> Mapping[str, frozenset[Edge]]:
    edges = {edge for edge in graph.edges("import") if all(_is_own(tree, path, endings) for path in edge)}
    return {"files": frozenset(edges)}


def components(ending: str) -> Tool:
    """The comparison of a project of components: their files and those of TypeScript and JavaScript beside them.

    What declarations import is TypeScript's own affair and left out; so is what a component of Svelte imports for its
    types, which the program's compiler has dropped before it looks.
    """
    whole = cruiser(CACHE / "dependency-cruiser-17.4.3-components", _COMPILERS, (*_ENDINGS, ending))

    def of_code(edges: frozenset[Edge]) -> frozenset[Edge]:
        return frozenset(edge for edge in edges if not edge[0].endswith((".d.ts", ".d.mts", ".d.cts")))

    def of_components(tree: Path, graph: Graph) -> Mapping[str, frozenset[Edge]]:
        rows = graph.query(
            "SELECT src, dst FROM dependency WHERE kind = 'import' GROUP BY ALL HAVING bool_and(type_only)"
        )
        dropped = {(row["src"], row["dst"]) for row in rows if str(row["src"]).endswith(".svelte")}
        return {name: of_code(edges - dropped) for name, edges in whole.ours(tree, graph).items()}

    def of_theirs(tree: Path) -> Mapping[str, Held]:
        return {name: Held(of_code(one.sure), of_code(one.possible)) for name, one in whole.held(tree).items()}

    return replace(whole, held=of_theirs, ours=of_components)


TOOL = cruiser(_FOLDER, (), _ENDINGS)
