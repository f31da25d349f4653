"""Rust: the files of crates from the compiler's dependency output, and crates from `cargo metadata`, without network.

A file belongs to a crate if the compiler reads it: as it stands (`sure`), or on Windows and with all features as well
(`possible`), of which some may exclude each other. The compiler finds none of the other crates, which it says, and
nothing is built. Crates depend on each other by what their manifests declare; what is declared and named nowhere in
the code of a package is in no source, so that only what is named counts for recall.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from comparing import Edge, Graph, Held, Tool

# Features that only a nightly compiler has are no reason to read less; what a tree pins need not be installed.
_ENVIRONMENT = {"RUSTC_BOOTSTRAP": "1", "RUSTUP_TOOLCHAIN": os.environ.get("RUSTUP_TOOLCHAIN", "stable")}
_SILENT = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"', re.DOTALL)
_EVERYWHERE = ("--cfg", "windows", "-A", "explicit_builtin_cfgs_in_flags")


def version() -> str | None:
    rustc = shutil.which("rustc")
    if rustc is None or shutil.which("cargo") is None:
        return None
    said = subprocess.run([rustc, "--version"], capture_output=True, text=True, env={**os.environ, **_ENVIRONMENT})
    return said.stdout.split()[1] if said.returncode == 0 else None


def _packages(tree: Path) -> list[dict[str, Any]]:
    """Every package that cargo can read, once."""
    found: dict[str, dict[str, Any]] = {}
    for manifest in sorted(tree.rglob("Cargo.toml")):
        if str(manifest) in found:
            continue
        asked = ["cargo", "metadata", "--offline", "--no-deps", "--format-version", "1", "--manifest-path", manifest]
        said = subprocess.run(asked, cwd=tree, capture_output=True, text=True, env={**os.environ, **_ENVIRONMENT})
        for package in json.loads(said.stdout)["packages"] if said.returncode == 0 else ():
            if Path(package["manifest_path"]).is_relative_to(tree):
                found[package["manifest_path"]] = package
    return list(found.values())


def _roots(packages: list[dict[str, Any]]) -> Iterator[tuple[Path, str, list[str]]]:
    """(root file, edition, features) of every target, each file once."""
    seen = set()
    for package in packages:
        for target in package["targets"]:
            root = Path(target["src_path"])
            if root not in seen and root.is_file():
                seen.add(root)
                yield root, target["edition"], sorted(package["features"])


def _read(tree: Path, root: Path, edition: str, more: list[str]) -> set[str]:
    """The files that the compiler reads for one crate."""
    with tempfile.TemporaryDirectory() as scratch:
        listed = Path(scratch, "crate.d")
        asked = ["rustc", "--emit", f"dep-info={listed}", "--test", "--edition", edition, "--crate-name", "crate_",
                 "--crate-type", "lib", "-A", "warnings", *more, root]  # fmt: skip
        subprocess.run(asked, cwd=scratch, capture_output=True, env={**os.environ, **_ENVIRONMENT})
        written = listed.read_text().split("\n") if listed.is_file() else []
    files = {Path(line[:-1].replace("\\ ", " ")) for line in written if line.endswith(".rs:")}
    return {file.resolve().relative_to(tree).as_posix() for file in files if file.resolve().is_relative_to(tree)}


@cache
def _code(folder: Path, others: frozenset[Path]) -> str:
    """All source of one package, comments and strings left out."""
    texts = []
    for file in sorted(folder.rglob("*.rs")):
        if next((up for up in file.parents if up in others), folder) == folder:
            texts.append(_SILENT.sub("", file.read_text("utf-8", "replace")))
    return "\n".join(texts)


def held(tree: Path) -> Mapping[str, Held]:
    tree = tree.resolve()
    packages = _packages(tree)
    sure: set[Edge] = set()
    possible: set[Edge] = set()
    for root, edition, features in _roots(packages):
        crate = root.resolve().relative_to(tree).as_posix()
        every = [word for feature in features for word in ("--cfg", f'feature="{feature}"')]
        sure |= {(crate, file) for file in _read(tree, root, edition, [])}
        possible |= {(crate, file) for file in _read(tree, root, edition, [*every, *_EVERYWHERE])}
    folders = frozenset(Path(package["manifest_path"]).parent.resolve() for package in packages)
    libraries = {
        Path(package["manifest_path"]).parent.resolve(): [
            target["name"]
            for target in package["targets"]
            if not {"bin", "example", "test", "bench"} & {*target["kind"]}
        ]
        for package in packages
    }
    declared: set[Edge] = set()
    named: set[Edge] = set()
    for package in packages:
        own = Path(package["manifest_path"]).parent.resolve()
        for need in package["dependencies"]:
            where = Path(need["path"]).resolve() if need.get("path") else None
            if where in folders and where is not None:
                edge = own.relative_to(tree).as_posix(), where.relative_to(tree).as_posix()
                declared.add(edge)
                called = {need["rename"] or library for library in libraries[where]}
                if any(re.search(rf"\b{name.replace('-', '_')}\b", _code(own, folders)) for name in called):
                    named.add(edge)
    return {
        "crates": Held(frozenset(named), frozenset(declared)),
        "files of crates": Held(frozenset(sure), frozenset(sure | possible)),
    }


def ours(tree: Path, graph: Graph) -> Mapping[str, frozenset[Edge]]:
    tree = tree.resolve()
    packages = _packages(tree)
    parts: dict[str, set[str]] = {}
    for src, dst in graph.edges("part"):
        if src.endswith(".rs"):
            parts.setdefault(src, set()).add(dst)
    found: set[Edge] = set()
    for root, _, _ in _roots(packages):
        crate = root.resolve().relative_to(tree).as_posix()
        reached, ahead = {crate}, [crate]
        while ahead:
            more = parts.get(ahead.pop(), set()) - reached
            reached |= more
            ahead += more
        found |= {(crate, file) for file in reached}
    known = {Path(p["manifest_path"]).parent.resolve().relative_to(tree).as_posix() for p in packages}
    folders = {manifest.parent.relative_to(tree).as_posix() for manifest in tree.rglob("Cargo.toml")}

    def package_of(file: str) -> str:
        return next((str(up) for up in Path(file).parents if str(up) in folders), "")

    edges = {(package_of(src), package_of(dst)) for src, dst in graph.edges("import") if src.endswith(".rs")}
    return {
        "crates": frozenset(edge for edge in edges if edge[0] != edge[1] and known.issuperset(edge)),
        "files of crates": frozenset(found),
    }


TOOL = Tool("cargo metadata, rustc --emit=dep-info", version, held, ours, recall=0.99, precision=0.99)
