"""Java: files by their classes, from what `javac` makes of the tree; nothing is fetched.

`jdeps` reads class files, so it knows types that no source names (what a chain of calls passes through) and lacks what
the compiler leaves nothing of: constants, annotations for the source alone, imports that only documentation needs. So
there are two series: what `jdeps` says, and, as "names", what the compiler binds the names in each source file to.
Precision counts an edge as true that either of them has, or to the class in which a member of a value is declared: the
class file names the one in which it is looked up.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from comparing import Edge, Graph, Held, Tool

_JARS = Path("/usr/share/java")  # where Debian has the libraries that its packages are built with
_VERSIONED = re.compile(r"-\d[\w.~+-]*\.jar$")
_ROOTS = {"production": ("src/main/java", "src"), "test": ("src/test/java", "test")}
_DEPENDENCY = re.compile(r"^ +(\S+) +-> (\S+)", re.MULTILINE)
_NAMES = Path(__file__).with_name("Names.java")
_MOST_ROUNDS = 4


def version() -> str | None:
    jdeps = shutil.which("jdeps") if shutil.which("javac") and shutil.which("java") else None
    return subprocess.run([jdeps, "--version"], capture_output=True, text=True).stdout.strip() if jdeps else None


def _sources(tree: Path, series: str) -> list[Path]:
    """The source files of every module; those of the JDK's own module system say nothing about classes."""
    modules = sorted({build.parent for build in tree.rglob("pom.xml")} | {tree})
    roots = [next((m / root for root in _ROOTS[series] if (m / root).is_dir()), None) for m in modules]
    found = (file for root in roots if root is not None for file in root.rglob("*.java"))
    return sorted({file for file in found if file.name not in ("module-info.java", "package-info.java")})


def _compiled(tree: Path, sources: Sequence[Path], path: str, out: Path) -> list[list[str]]:
    """What the compiler says of those that compile; one that lacks a library takes those with it that need it."""
    left = {str(file) for file in sources}
    listed = out.with_suffix(".txt")
    for _ in range(_MOST_ROUNDS):
        if not left:
            break
        listed.write_text("\n".join(sorted(left)))
        asked = ["java", "-Xss16m", str(_NAMES), str(tree), str(listed), path, str(out)]
        said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
        lines = [line.split("\t") for line in said.splitlines()]
        broken = {line[1] for line in lines if line[0] == "error"}
        if not broken:
            return lines
        left -= broken
    return []


@cache
def _built(tree: Path) -> Mapping[str, tuple[Held, frozenset[str]]]:
    """By series: what is held, and the files that were compiled."""
    jars = [str(jar) for jar in sorted(_JARS.glob("*.jar")) if not _VERSIONED.search(jar.name)]
    found: dict[str, tuple[Held, frozenset[str]]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        path = list(jars)
        file_of: dict[str, str] = {}
        for series in _ROOTS:
            out = Path(scratch, series)
            out.mkdir()
            said = _compiled(tree, _sources(tree, series), ":".join(path), out)
            inside = {line[2] for line in said if line[0] == "class"}
            if not inside:
                continue
            file_of |= {line[1]: line[2] for line in said if line[0] == "class"}
            path.insert(0, str(out))
            sure = frozenset(_files(_class_edges(out), file_of, inside))
            spoken, members = (
                frozenset(
                    (line[1], dst)
                    for line in said
                    if line[0] == kind and (dst := _file(line[2], file_of)) and dst != line[1]
                )
                for kind in ("name", "possible")
            )
            possible = sure | spoken | members
            found[series] = Held(sure, possible), frozenset(inside)
            found[f"{series}, names"] = Held(spoken, possible), frozenset(inside)
    return found


def _class_edges(out: Path) -> Iterator[Edge]:
    said = subprocess.run(
        ["jdeps", "-verbose:class", "-filter:none", "--multi-release", "base", str(out)],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return ((src, dst) for src, dst in _DEPENDENCY.findall(said))


def _files(edges: Iterator[Edge], file_of: Mapping[str, str], inside: set[str]) -> Iterator[Edge]:
    """The same between files."""
    for one, other in edges:
        src, dst = _file(one, file_of), _file(other, file_of)
        if src in inside and dst and src != dst:
            yield src, dst


def _file(name: str, file_of: Mapping[str, str]) -> str:
    """Where a class is declared, one without a name of its own by the class around it; "" if nowhere here."""
    while name not in file_of and "$" in name:
        name = name.rpartition("$")[0]
    return file_of.get(name, "")


def held(tree: Path) -> Mapping[str, Held]:
    return {series: found for series, (found, _) in _built(tree.resolve()).items()}


def ours(tree: Path, graph: Graph) -> Mapping[str, frozenset[Edge]]:
    edges = graph.edges("import", "uses", "type", "call", "inherit")
    return {
        series: frozenset(edge for edge in edges if edge[0] in inside)
        for series, (_, inside) in _built(tree.resolve()).items()
    }


TOOL = Tool("jdeps -verbose:class", version, held, ours, recall=0.85, precision=0.98)
