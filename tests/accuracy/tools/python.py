"""Python: modules as files, from grimp and, where it can be had, `ruff analyze graph`.

Recall is measured against edges that both hold, precision against edges that either holds.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from comparing import Edge, Graph, Held, Tool

_GRIMP = """
import grimp, json, sys
roots = json.loads(sys.argv[1])
graph = grimp.build_graph(*roots, cache_dir=None)
found = [(a, b) for a in graph.modules for b in graph.find_modules_directly_imported_by(a)]
print(json.dumps(found))
"""


def version() -> str | None:
    try:
        return f"{metadata.version('grimp')} and ruff {metadata.version('ruff')}"
    except metadata.PackageNotFoundError:
        return None


def _roots(tree: Path) -> dict[Path, list[str]]:
    """By the folder that would be on the path: the packages in it that are in no other, also in folders without an
    `__init__.py` (PEP 420)."""
    found: dict[Path, list[str]] = {}
    taken: list[Path] = []
    for folder in (tree / "src", tree / "lib", tree):
        for depth in range(1, 4):
            for package in sorted(folder.glob("/".join(["*"] * depth + ["__init__.py"]))):
                parts = package.parent.relative_to(folder).parts
                if all(map(str.isidentifier, parts)) and not any(map(package.is_relative_to, taken)):
                    found.setdefault(folder, []).append(".".join(parts))
                    taken.append(package.parent)
    return found


def _inside(tree: Path) -> tuple[str, ...]:
    """What the paths of modules in these packages begin with."""
    return tuple(
        (folder / name.replace(".", "/")).relative_to(tree).as_posix() + "/"
        for folder, names in _roots(tree).items()
        for name in names
    )


def _grimp(tree: Path) -> set[Edge]:
    found: set[Edge] = set()
    for folder, names in _roots(tree).items():
        done = subprocess.run(
            [sys.executable, "-c", _GRIMP, json.dumps(names)],
            cwd=folder, capture_output=True, text=True, check=True, env={"PYTHONPATH": str(folder), "PATH": ""},
        )  # fmt: skip
        for importer, imported in json.loads(done.stdout):
            edge = tuple(_file(tree, folder, module) for module in (importer, imported))
            if edge[0] and edge[1] and edge[0] != edge[1]:
                found.add((edge[0], edge[1]))
    return found


def _file(tree: Path, folder: Path, module: str) -> str:
    base = folder / module.replace(".", "/")
    file = base / "__init__.py" if base.is_dir() else base.with_name(f"{base.name}.py")
    return file.relative_to(tree).as_posix() if file.is_file() else ""


def _ruff(tree: Path) -> set[Edge]:
    program = Path(sys.executable).with_name("ruff")
    source = ",".join(json.dumps(str(folder.relative_to(tree))) for folder in _roots(tree)) or '"."'
    command = [str(program), "analyze", "graph", "--isolated", "--config", f"src=[{source}]", "."]
    found = json.loads(subprocess.run(command, cwd=tree, capture_output=True, text=True, check=True).stdout)
    return {(src, dst) for src, imported in found.items() for dst in imported if src != dst}


def held(tree: Path) -> Mapping[str, Held]:
    inside = _inside(tree)
    grimp = _grimp(tree)
    ruff = {(src, dst) for src, dst in _ruff(tree) if src.startswith(inside) and dst.startswith(inside)}
    return {"modules": Held(frozenset(grimp & ruff), frozenset(grimp | ruff))}


def ours(tree: Path, graph: Graph) -> Mapping[str, frozenset[Edge]]:
    inside = _inside(tree)
    edges = {(src, dst) for src, dst in graph.edges("import") if src.startswith(inside) and dst.startswith(inside)}
    edges = {edge for edge in edges if all(path.endswith((".py", ".pyi")) for path in edge)}
    return {"modules": frozenset(edges)}


TOOL = Tool("grimp and ruff analyze graph", version, held, ours, recall=0.999, precision=0.995)
