"""Kotlin: files by what the front end of the compiler binds their names to (Debian's `kotlin`); nothing is fetched.

`KotlinNames.java` asks it. What a name means that says where to look (a class, what stands at the top of a file) is
sure; members of a value and operators, which only types lead to, are possible. All that runs on the JVM is one module
for it: there a name that common code expects is bound to the `actual` definition, with us to the one in reach. So what
is expected and what is made of it count as one: files of one name (`Job.common.kt`, `Job.kt`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

from comparing import Edge, Graph, Held, Tool

_JARS = Path("/usr/share/java")
_NOTES = "org.jetbrains.annotations-java8"
_COMPILER = ("kotlin-compiler", "kotlin-stdlib", "kotlin-reflect", "kotlin-script-runtime", "libtrove-intellij", _NOTES)
_OPENED = ("java.lang", "java.util", "java.lang.reflect", "sun.nio.ch", "java.io", "java.net")
_NAMES = Path(__file__).with_name("KotlinNames.java")


class _Build(NamedTuple):
    """What of a project is compiled together, and with what."""

    roots: tuple[str, ...]
    libraries: tuple[str, ...]
    java: tuple[str, ...] = ()  # folders of Java sources that it calls
    sources_of: tuple[str, ...] = ()  # libraries that are made of these roots: of the compiler without them
    # Common code beside the code of one platform: what is expected and what is made of it count as one.
    expects: bool = False
    leaves_out: tuple[str, ...] = ()  # stand-ins for the standard library, which the compiler has


_MODULES = (
    *("compiler/frontend", "compiler/frontend.java", "compiler/resolution"),
    *("core/deserialization", "core/descriptors", "core/descriptors.jvm"),
)
_BUILDS = {
    "common/kotlinx-coroutines-core-common": _Build(
        roots=("common/kotlinx-coroutines-core-common", "core/kotlinx-coroutines-core"),
        libraries=("kotlin-stdlib", "kotlin-test", "junit4", "atomicfu"),
        expects=True,
        leaves_out=("core/stdlib-stubs/",),
    ),
    "compiler/frontend": _Build(
        roots=_MODULES,
        libraries=("kotlin-stdlib", "kotlin-reflect", "kotlin-script-runtime", "libtrove-intellij", _NOTES),
        java=tuple(f"{module}/src" for module in _MODULES),
        sources_of=tuple(f"kotlin-{module.rpartition('/')[2]}" for module in _MODULES),
    ),
}
_ANY = _Build((".",), ("kotlin-stdlib", "kotlin-test", "junit4"))


def version() -> str | None:
    jars = [_JARS / f"{name}.jar" for name in _COMPILER]
    return jars[0].resolve().stem if all(jar.is_file() for jar in jars) and shutil.which("java") else None


def _build(tree: Path) -> _Build:
    return next((build for mark, build in _BUILDS.items() if (tree / mark).is_dir()), _ANY)


def _named(build: _Build, file: str) -> str:
    """A file as an edge names what it leads to."""
    return file.rpartition("/")[2].replace(".common.kt", ".kt") if build.expects else file


def _classpath(build: _Build, scratch: Path) -> list[Path]:
    jars = [_JARS / f"{name}.jar" for name in build.libraries]
    if build.sources_of:
        given = {name for jar in build.sources_of for name in ZipFile(_JARS / f"{jar}.jar").namelist()}
        with ZipFile(_JARS / "kotlin-compiler.jar") as whole, ZipFile(scratch / "rest.jar", "w") as rest:
            for name in sorted({*whole.namelist()} - given):
                rest.writestr(name, whole.read(name))
        jars.append(scratch / "rest.jar")
    return jars


def _joined(files: Iterable[Path]) -> str:
    return os.pathsep.join(map(str, files))


@cache
def _bound(tree: Path) -> tuple[Held, frozenset[str]]:
    build = _build(tree)
    files = sorted(f for root in build.roots for f in (tree / root).rglob("*.kt") if "testData" not in f.parts)
    with tempfile.TemporaryDirectory() as scratch:
        listed = Path(scratch, "files.txt")
        listed.write_text("\n".join(map(str, files)))
        said = subprocess.run(
            [
                *("java", "-Xss16m", "-Xmx6g"),
                *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENED),
                *("-cp", _joined(_JARS / f"{name}.jar" for name in _COMPILER), str(_NAMES), str(listed)),
                _joined(_classpath(build, Path(scratch))),
                *([_joined(tree / folder for folder in build.java)] if build.java else []),
            ],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
    sure: set[Edge] = set()
    possible: set[Edge] = set()
    for line in said.splitlines():
        kind, src, dst = line.split("\t")
        if dst.startswith(f"{tree}/"):
            edge = os.path.relpath(src, tree), _named(build, os.path.relpath(dst, tree))
            if _named(build, edge[0]) != edge[1]:
                possible.add(edge)
                if kind == "sure":
                    sure.add(edge)
    return Held(frozenset(sure), frozenset(possible)), frozenset(os.path.relpath(file, tree) for file in files)


def held(tree: Path) -> Mapping[str, Held]:
    return {"names": _bound(tree.resolve())[0]}


def ours(tree: Path, graph: Graph) -> Mapping[str, frozenset[Edge]]:
    build, inside = _build(tree), _bound(tree.resolve())[1]
    # What it has of other modules is compiled already, and no file of this tree to the front end.
    around = tuple(f"{root}/" for root in build.roots) if build.sources_of else ("",)
    told = {
        (src, _named(build, dst))
        for src, dst in graph.edges("import", "uses", "type", "call", "inherit")
        if src in inside and dst.startswith(around) and not dst.startswith(build.leaves_out or "\0")
    }
    return {"names": frozenset(edge for edge in told if _named(build, edge[0]) != edge[1])}


TOOL = Tool("kotlin front end", version, held, ours, recall=0.95, precision=0.97)
