"""Scala: files by what the compiler's typer binds their names to (Debian's `scala`); nothing is fetched.

`ScalaNames.scala` asks it. A name that is written and says where to look (what is in scope, members of packages, of
objects and of types) is sure; members of values, implicits and types that nobody wrote, which only types lead to, are
possible. With Debian's `ant` what the compiler has for that is bound as well.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from comparing import Edge, Graph, Held, Tool

_LIBRARIES = Path("/usr/share/scala/lib")
_RUN_WITH = ("scala-library", "scala-reflect", "scala-compiler", "scala-xml", "scala-parser-combinators")
_BESIDE = (*_RUN_WITH, "jline", "scalap", "scala-actors")
_JAVA = Path("/usr/share/java")
_NAMES = Path(__file__).with_name("ScalaNames.scala")


def _folder() -> Path:
    found = sorted(_LIBRARIES.parent.parent.glob("scala*/lib/scala-compiler.jar"))
    return found[-1].parent if found else _LIBRARIES


def version() -> str | None:
    if shutil.which("java") is None or not all((_folder() / f"{name}.jar").is_file() for name in _RUN_WITH):
        return None
    return (_folder() / "scala-compiler.jar").resolve().stem.rpartition("-")[2]


@cache
def _bound(tree: Path) -> tuple[Held, frozenset[str]]:
    files = sorted(file for ending in ("scala", "java") for file in tree.rglob(f"*.{ending}"))
    beside = [*(_folder() / f"{name}.jar" for name in _BESIDE), _JAVA / "ant.jar", _JAVA / "junit4.jar"]
    run_with = os.pathsep.join(str(_folder() / f"{name}.jar") for name in _RUN_WITH)
    with tempfile.TemporaryDirectory() as scratch:
        listed = Path(scratch, "files.txt")
        listed.write_text("\n".join(map(str, files)))
        subprocess.run(
            [
                "java",
                "-Xss64m",
                "-cp",
                run_with,
                "scala.tools.nsc.Main",
                "-usejavacp",
                "-nowarn",
                "-d",
                scratch,
                _NAMES,
            ],
            check=True,
            capture_output=True,
        )
        said = subprocess.run(
            [
                *("java", "-Xss64m", "-Xmx4g", "-cp", os.pathsep.join((scratch, run_with)), "ScalaNames", str(listed)),
                os.pathsep.join(str(jar) for jar in beside if jar.is_file()),
            ],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
    sure: set[Edge] = set()
    possible: set[Edge] = set()
    for line in said.splitlines():
        kind, src, dst = line.split("\t")
        if src.startswith(f"{tree}/") and src.endswith(".scala") and dst.startswith(f"{tree}/"):
            edge = os.path.relpath(src, tree), os.path.relpath(dst, tree)
            possible.add(edge)
            if kind == "sure":
                sure.add(edge)
    return Held(frozenset(sure), frozenset(possible)), frozenset(os.path.relpath(file, tree) for file in files)


def held(tree: Path) -> Mapping[str, Held]:
    return {"names": _bound(tree.resolve())[0]}


def ours(tree: Path, graph: Graph) -> Mapping[str, frozenset[Edge]]:
    inside = _bound(tree.resolve())[1]
    told = graph.edges("import", "uses", "type", "call", "inherit")
    return {"names": frozenset((src, dst) for src, dst in told if src in inside and src.endswith(".scala"))}


TOOL = Tool("scalac's typer", version, held, ours, recall=0.95, precision=0.97)
