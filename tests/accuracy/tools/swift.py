"""Swift: files, from what the compiler's index says of every name: swiftc checks the targets it can, in order.

Compared are edges between files of targets that compile here. An edge is sure where a type, a function or a variable
of no type is named. What is reached through a value, whose type nobody has written, is possible: names do not tell it.
"""

from __future__ import annotations

import ctypes
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

from comparing import Edge, Graph, Held, Tool

_IMPORT = re.compile(r"^[ \t]*(?:@\w+(?:\([^)\n]*\))?\s+|\w+\s+)*?import\s+(?:\w+\s+)?(\w+)", re.MULTILINE)
_DEFINITION, _REFERENCE, _IMPLICIT = 1 << 1, 1 << 2, 1 << 8
_TYPES, _LOOSE = (5, 6, 7, 8, 11), (12, 13)  # kinds of symbols: types; functions and variables of no type
_EXTENSION = 9
_ASSOCIATED, _PARAMETER = 1012, 1013  # kinds below a kind: names of types that others choose
_WORD = re.compile(r"[A-Za-z_]\w*")


class _Text(ctypes.Structure):
    _fields_ = [("data", ctypes.POINTER(ctypes.c_char)), ("length", ctypes.c_size_t)]

    def __str__(self) -> str:
        return ctypes.string_at(self.data, self.length).decode() if self.length else ""


def _library() -> Path | None:
    if shutil.which("swiftc") is None:
        return None
    told = subprocess.run(["swiftc", "-print-target-info"], capture_output=True, text=True)
    if told.returncode:
        return None
    library = Path(json.loads(told.stdout)["paths"]["runtimeResourcePath"]).parent / "libIndexStore.so"
    return library if library.is_file() else None


def version() -> str | None:
    if _library() is None:
        return None
    return (
        subprocess.run(["swiftc", "--version"], capture_output=True, text=True).stdout.split("version ")[1].split()[0]
    )


class _Index:
    """What the compiler has written down of the files that it checked."""

    def __init__(self, store: Path) -> None:
        library = _library()
        assert library is not None  # else there is no version
        self._c = ctypes.CDLL(str(library))
        self._store = self._call("store_create", ctypes.c_void_p, str(store).encode(), None)

    def _call(self, name: str, gives: object, *given: object) -> int:
        function = getattr(self._c, f"indexstore_{name}")
        function.restype = gives
        passed = [ctypes.c_void_p(one) if isinstance(one, int) and one > 1 << 32 else one for one in given]
        return function(*passed)  # type: ignore[no-any-return]  # C says what

    def _each(self, name: str, kind: object, held: int, take: Callable[[object], None], *given: object) -> None:
        @ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, kind)
        def one(_: object, value: object) -> bool:
            take(value)
            return True

        self._call(name, ctypes.c_bool, held, *given, None, one)

    def occurrences(self, record: str) -> list[tuple[int, int, int, str, str]]:
        """(roles, kind, kind below it, identifier, name) of each name in a file."""
        found: list[tuple[int, int, int, str, str]] = []
        reader = self._call("record_reader_create", ctypes.c_void_p, self._store, record.encode(), None)

        def note(one: object) -> None:
            assert isinstance(one, int)
            symbol = self._call("occurrence_get_symbol", ctypes.c_void_p, one)
            found.append((
                self._call("occurrence_get_roles", ctypes.c_uint64, one),
                self._call("symbol_get_kind", ctypes.c_int, symbol),
                self._call("symbol_get_subkind", ctypes.c_int, symbol),
                str(self._call("symbol_get_usr", _Text, symbol)), str(self._call("symbol_get_name", _Text, symbol)),
            ))  # fmt: skip

        self._each("record_reader_occurrences_apply_f", ctypes.c_void_p, reader, note)
        return found


def _targets(tree: Path) -> Iterator[tuple[str, list[Path]]]:
    """(module, files) in an order in which each finds those that it imports; what has no folder of its own is left."""
    found = {}
    for folder in sorted(tree.glob("Sources/*")):
        files = [one for one in sorted(folder.rglob("*.swift")) if not one.is_symlink() and ".docc/" not in str(one)]
        if files and len({one.name for one in files}) == len(files):
            needed = {name for one in files for name in _IMPORT.findall(one.read_text("utf-8", "replace"))}
            found[folder.name] = files, needed
    while found:
        ready = [name for name, (_, needed) in found.items() if not needed & found.keys() - {name}]
        for name in ready or list(found)[:1]:
            yield name, found.pop(name)[0]


def _checked(tree: Path, out: Path) -> Iterator[tuple[Path, list[Path]]]:
    """(index, files) of each target without a fault."""
    maps = sorted({one.parent for one in tree.glob("Sources/**/module.modulemap")})
    for name, files in _targets(tree):
        whole = () if any(one.name == "main.swift" for one in files) else ("-parse-as-library",)
        store = out / f"{name}.index"
        done = subprocess.run(
            [
                "swiftc", "-typecheck", *whole, "-module-name", name, "-package-name", tree.name, "-swift-version", "5",
                "-emit-module-path", str(out / f"{name}.swiftmodule"), "-index-store-path", str(store),
                "-index-ignore-system-modules", "-I", str(out), *(part for one in maps for part in ("-I", str(one))),
                *map(str, files),
            ],
            capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            faults = [line for line in done.stderr.splitlines() if "error:" in line]
            print(f"{name} does not compile here: {faults[:1]}", file=sys.stderr)
        else:
            yield store, files


def _records(store: Path, files: list[Path]) -> Iterator[tuple[Path, str]]:
    """(file, its record); no two files of a target have one name."""
    by_name = {one.name: one for one in files}
    for record in sorted(store.glob("*/records/*/*")):
        file = by_name.get(record.name.rpartition("-")[0])
        if file is not None:
            yield file, record.name


@cache
def _measured(tree: Path) -> tuple[Held, frozenset[str]]:
    """What the index says, and the files that it speaks of."""
    defined: dict[str, set[str]] = defaultdict(set)
    used: dict[str, set[tuple[str, bool]]] = defaultdict(set)
    tree = tree.resolve()
    with tempfile.TemporaryDirectory() as scratch:
        for store, files in _checked(tree, Path(scratch)):
            index = _Index(store)
            for file, record in _records(store, files):
                path = file.relative_to(tree).as_posix()
                used[path] = set()
                for roles, kind, below, identifier, name in index.occurrences(record):
                    if roles & _DEFINITION and kind != _EXTENSION:
                        defined[identifier].add(path)
                    if roles & _REFERENCE:
                        is_said = not roles & _IMPLICIT and below not in (_ASSOCIATED, _PARAMETER)
                        is_plain = kind in _TYPES or (kind in _LOOSE and _WORD.match(name) is not None)
                        used[path].add((identifier, is_said and is_plain))
    possible: set[Edge] = set()
    sure: set[Edge] = set()
    for path, names in used.items():
        for identifier, is_sure in names:
            edges = {(path, there) for there in defined.get(identifier, ()) if there != path}
            possible |= edges
            sure |= edges if is_sure else set()
    return Held(frozenset(sure), frozenset(possible)), frozenset(used)


def held(tree: Path) -> Mapping[str, Held]:
    return {"files": _measured(tree)[0]}


def ours(tree: Path, graph: Graph) -> Mapping[str, frozenset[Edge]]:
    checked = _measured(tree)[1]
    found = graph.edges("type", "call", "inherit", "uses", "import")
    return {"files": frozenset(edge for edge in found if checked.issuperset(edge))}


TOOL = Tool("the index of swiftc", version, held, ours, recall=0.95, precision=0.97)
