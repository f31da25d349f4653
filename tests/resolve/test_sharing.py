"""Files bound by several processes: the rows, and who hangs on what, are those of one process."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import pytest

from plumbrule.facts import Body, Interface
from plumbrule.graph import FileRows
from plumbrule.resolve import Resolution, sharing
from plumbrule.resolve.tree import Entry, NotReadHere, Tree
from plumbrule.snapshot import FilesWalk

MODULES = 40


def _tree() -> dict[str, bytes]:
    """Modules, types and headers that need each other near and far, and are named where nothing imports them."""
    files = {
        "pyproject.toml": b'[project]\nname = "shop"\n',
        ".gitattributes": b"shop/m1*.py linguist-generated\n",
        "include/all.h": b"int all(int a);\n",
    }
    for at in range(MODULES):
        other, far = (at * 7 + 3) % MODULES, (at * 11 + 5) % MODULES
        files[f"shop/m{at}.py"] = (
            f"from shop.m{other} import use_{other}, gone\nfrom shop.m{far} import *\nimport shop.m{other}\n\n"
            f"def use_{at}():\n    shop.m{other}.use_{other}()\n    return use_{far}()\n"
        ).encode()
        files[f"src/main/java/a/b{at % 5}/C{at}.java"] = (
            f"package a.b{at % 5};\n\nimport a.b{other % 5}.*;\n\n"
            f"public class C{at} extends C{other} {{\n  static C{far} make() {{ return C{other}.make(); }}\n}}\n"
        ).encode()
        files[f"app/n{at}.ts"] = (
            f'import {{ n{other} }} from "./n{other}";\nexport * from "./n{far}";\n'
            f"export const n{at} = () => n{other}();\n"
        ).encode()
        files[f"src/l{at}.c"] = f'#include "all.h"\nint l{at}(int a) {{ return all(a) + l{other}(a); }}\n'.encode()
        files[f"include/l{at}.h"] = f"int l{at}(int a);\n".encode()
        files["include/all.h"] += f'#include "l{at}.h"\n'.encode()
    return files


class _Facts:
    """Facts as a book has them; with a file that ends whatever other process asks for its body."""

    def __init__(self, walk: FilesWalk, deadly: str = "") -> None:
        self._book, self._deadly, self._own = walk.book, deadly, os.getpid()

    def interface(self, dialect: str, blob: str, *, parameters: bool = True) -> Interface:
        return self._book.interface(dialect, blob, parameters=parameters)

    def body(self, dialect: str, blob: str, *, details: bool = True) -> Body:
        if blob == self._deadly and os.getpid() != self._own:
            os._exit(3)
        return self._book.body(dialect, blob, details=details)

    def is_at_hand(self, dialect: str, blob: str) -> bool:
        return True


@pytest.fixture(scope="module")
def walked() -> FilesWalk:
    walk = FilesWalk()
    walk.to(_tree())
    return walk


def _entries(walk: FilesWalk) -> dict[str, Entry | None]:
    files = walk.walk.whole.files
    return {
        path: Entry(files[path].file.blob, files[path].file.dialect) if path in files else Entry(path, "")
        for path in _tree()
    }


def _bound(walk: FilesWalk, processes: int, deadly: str = "") -> tuple[Resolution, dict[str, FileRows | None]]:
    files = _tree()
    resolution = Resolution(_Facts(walk, deadly), lambda path, _: files[path], 0, processes)
    return resolution, resolution.update(_entries(walk))


def _sorted(memory: Mapping[str, Any]) -> dict[str, Any]:  # Any: mappings down to collections of names
    return {key: _sorted(at) if isinstance(at, Mapping) else sorted(at) for key, at in sorted(memory.items()) if at}


def _told(resolution: Resolution) -> list[dict[str, Any]]:  # Any: as above
    return [_sorted(part) for part in resolution.memory()]


@pytest.mark.parametrize("processes", [2, 3])
def test_files_bound_by_several_processes_have_the_rows_that_one_finds(
    walked: FilesWalk, monkeypatch: pytest.MonkeyPatch, processes: int
) -> None:
    alone, rows = _bound(walked, 1)
    monkeypatch.setattr(sharing, "_WORTH_SHARING", 10)
    together, same_rows = _bound(walked, processes)
    assert list(same_rows.items()) == list(rows.items())
    assert sum(len(one.uses) for one in rows.values() if one is not None) > 5 * MODULES
    assert _told(together) == _told(alone)


def test_a_change_after_files_were_bound_together_concerns_whom_it_would_have(
    walked: FilesWalk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "_WORTH_SHARING", 10)
    together, _ = _bound(walked, 2)
    monkeypatch.undo()
    alone, _ = _bound(walked, 1)
    gone = ("shop/m7.py", "app/n9.ts", "include/l3.h", "src/main/java/a/b1/C11.java")
    for path in gone:
        changed = alone.update({path: None})
        assert together.update({path: None}) == changed
        assert len(changed) > 1
    back = {path: entry for path, entry in _entries(walked).items() if path in gone}
    assert together.update(back) == alone.update(back)
    assert _told(together) == _told(alone)


def test_what_another_process_dies_of_this_one_does(walked: FilesWalk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "_WORTH_SHARING", 10)
    _, rows = _bound(walked, 1)
    monkeypatch.setattr(sharing, "_PIECE", 2)
    for path in ("app/n0.ts", "src/main/java/a/b0/C5.java"):
        entry = _entries(walked)[path]
        assert entry is not None
        resolution, same_rows = _bound(walked, 2, deadly=entry.blob)
        assert same_rows == rows
        assert _told(resolution)


def test_a_process_that_shares_reads_nothing_itself() -> None:
    tree = Tree(lambda path, _: path.encode())
    list(tree.put("setup.cfg", Entry("1", "")))
    assert tree.read("setup.cfg") == b"setup.cfg"
    tree.close()
    with pytest.raises(NotReadHere):
        tree.read("setup.cfg")
