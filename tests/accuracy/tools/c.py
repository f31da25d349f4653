"""C and C++: what each source reads of the tree's own files, at any depth, as `gcc -MM` lists it.

Surely held is what gcc reads with the folders that the project's build names. Possible is also what it would read if
every condition held: it is asked again of a copy of the tree that has nothing left but its includes.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from comparing import Edge, Graph, Held, Tool

# By project and folder: the folders that its build gives the compiler, and macros. The nearest folder counts.
FLAGS: Mapping[str, Mapping[str, str]] = {
    "redis": {
        "src": "-Ideps/hiredis -Ideps/linenoise -Ideps/lua/src -Ideps/hdr_histogram -Ideps/jemalloc/include"
        " -DUSE_JEMALLOC -DUSE_OPENSSL=1",
        "deps/hiredis": "-Ideps/hiredis",
        "deps/lua": "-Ideps/lua/src",
        "deps/jemalloc": "-Ideps/jemalloc/include -Ideps/jemalloc/test/include",
        "deps": "",
        "tests/modules": "-Isrc",
        "utils": "",
    },
    "curl": {
        "lib": "-Iinclude -Ilib -DHAVE_CONFIG_H -DBUILDING_LIBCURL",
        "src": "-Iinclude -Ilib -Isrc -DHAVE_CONFIG_H",
        "tests/libtest": "-Iinclude -Ilib -Isrc -Itests/libtest -DHAVE_CONFIG_H",
        "tests/server": "-Iinclude -Ilib -Isrc -Itests/server -DHAVE_CONFIG_H",
        "tests/unit": "-Iinclude -Ilib -Isrc -Itests/libtest -Itests/unit -DHAVE_CONFIG_H",
        "docs/examples": "-Iinclude",
    },
    "rocksdb": {
        "": "-I. -Iinclude -Ithird-party/gtest-1.8.1/fused-src -DOS_LINUX -DROCKSDB_PLATFORM_POSIX -std=c++17",
        "java": "-I. -Iinclude -Ijava -Ijava/rocksjni -DOS_LINUX -DROCKSDB_PLATFORM_POSIX -std=c++17",
    },
    "leveldb": {"": "-I. -Iinclude -DLEVELDB_PLATFORM_POSIX -std=c++17"},
    "fmtlib": {"": "-Iinclude -Itest/gtest -std=c++20"},
    "spdlog": {"": "-Iinclude -std=c++17 -DSPDLOG_COMPILED_LIB"},
}
_DIRECTIVE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*[\"<][^\n]*$", re.MULTILINE)
_COMMENT = re.compile(r"(\"(?:[^\"\\\n]|\\.)*\")|/\*.*?\*/|//[^\n]*", re.DOTALL)
_ENDING = re.compile(r"\.(c|cc|cpp|cxx|h|hh|hpp|hxx|inl|ipp|tcc|inc|def|cmake|in|am)$")


def _flags(tree: Path, path: str) -> list[str] | None:
    """The flags for one source; None if the project's build, as written down here, has no such folder."""
    project = next(
        (flags for name, flags in FLAGS.items() if f"-{name}-" in f"-{tree.parent.name}-"), {"": "-I. -Iinclude"}
    )
    folder = path.rpartition("/")[0]
    while folder not in project:
        if not folder:
            return None
        folder = folder.rpartition("/")[0]
    return project[folder].split()


def _read(compiler: str, tree: Path, sources: Iterable[str], root: Path) -> frozenset[Edge]:
    def of_one(path: str) -> set[Edge]:
        flags = _flags(tree, path)
        if flags is None:
            return set()
        told = subprocess.run(
            [compiler, "-MM", "-MG", "-w", *flags, path], cwd=root, capture_output=True, text=True, errors="replace"
        ).stdout
        names = told.replace("\\\n", " ").partition(": ")[2].split()
        found = {os.path.normpath(name) for name in names}
        return {(path, name) for name in found if name != path and (root / name).is_file()}

    with ThreadPoolExecutor(2) as pool:
        return frozenset(edge for edges in pool.map(of_one, sources) for edge in edges)


def _bared(tree: Path, bare: Path) -> None:
    """A copy of the tree in which every file of code is nothing but its includes."""
    for number, path in enumerate(sorted(tree.rglob("*"))):
        if path.is_file() and not path.is_symlink() and _ENDING.search(path.name) and ".git/" not in str(path):
            there = bare / path.relative_to(tree)
            there.parent.mkdir(parents=True, exist_ok=True)
            text = _COMMENT.sub(lambda found: found[1] or " ", path.read_text("utf-8", "replace"))
            # Not by `#pragma once`: files that are alike would count as one.
            lines = (f"#ifndef BARE_{number}", f"#define BARE_{number}", *_DIRECTIVE.findall(text), "#endif")
            there.write_text("\n".join(lines) + "\n")


def holder(compiler: str, endings: tuple[str, ...]) -> Callable[[Path], Mapping[str, Held]]:
    def held(tree: Path) -> Mapping[str, Held]:
        sources = _sources(tree, endings)
        sure = _read(compiler, tree, sources, tree)
        with tempfile.TemporaryDirectory() as scratch:
            _bared(tree, Path(scratch))
            possible = _read(compiler, tree, sources, Path(scratch))
        return {"transitive includes": Held(sure, sure | possible)}

    return held


def _sources(tree: Path, endings: tuple[str, ...]) -> list[str]:
    """The sources that the build has, as far as it is written down here."""
    found = (path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.suffix in endings and path.is_file())
    return sorted(path for path in found if _flags(tree, path) is not None and not path.startswith(".git/"))


def says(endings: tuple[str, ...]) -> Callable[[Path, Graph], Mapping[str, frozenset[Edge]]]:
    def ours(tree: Path, graph: Graph) -> Mapping[str, frozenset[Edge]]:
        direct: dict[str, set[str]] = {}
        for src, dst in graph.edges("import"):
            direct.setdefault(src, set()).add(dst)
        found: set[Edge] = set()
        for source in _sources(tree, endings):
            reached: set[str] = set()
            waiting = [source]
            while waiting:
                for other in direct.get(waiting.pop(), set()) - reached:
                    reached.add(other)
                    waiting.append(other)
            found.update((source, other) for other in reached - {source})
        # Files that are no code we read have no edges; gcc's list has them.
        return {"transitive includes": frozenset(found)}

    return ours


def version_of(compiler: str) -> Callable[[], str | None]:
    def version() -> str | None:
        found = shutil.which(compiler)
        if not found:
            return None
        return subprocess.run([found, "-dumpfullversion"], capture_output=True, text=True).stdout.strip()

    return version


_C = (".c",)
TOOL = Tool("gcc -MM", version_of("gcc"), holder("gcc", _C), says(_C), recall=0.97, precision=0.97)
