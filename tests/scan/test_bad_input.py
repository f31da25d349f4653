"""Hostile and broken code: a row that says why, and every other file read as if nothing had happened."""

from __future__ import annotations

import faulthandler
import os
import signal
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

DEEP = 100_000
GOOD = {"a.py": "import b\n", "b.py": "x = 1\n", "c.ts": "import { d } from './d'\n", "d.ts": "export const d = 1\n"}
HOSTILE = "n\n'\"<script>alert(1)</script>\u202e; DROP TABLE file; -- $(touch pwned) `x` %s {x} \\.py"


def skipped(rows: Callable, repo: Any) -> dict[str, str]:
    return dict(rows(repo.path, "SELECT path, reason FROM skipped"))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("latin.py", "name = 'größe'\n".encode("latin-1"), "UTF-8"),
        ("wide.py", "name = 1\n".encode("utf-16"), "NUL"),
        ("null.py", b"x = 1\n\0y = 2\n", "NUL"),
        ("null.ts", b"export const x = 1\0\n", "NUL"),
        ("long.py", b"x = [" + b"1," * 2_500_000 + b"]\n", "larger than"),
        ("long.js", b"x=[" + b"1," * 2_500_000 + b"]\n", "larger than"),
        ("video.ts", b"G\x40\x00\x10\x00" + b"\xff" * 183 + b"G\x1f\xff\x10" + b"\xff" * 184, "MPEG"),
        ("laid-out.ts", b"G/*\0*/;".ljust(188) + b"G;".ljust(188), "NUL"),
        (
            "qt_de.ts",
            b'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n<TS version="2.1"></TS>\n',
            "of Qt, no typescript",
        ),
        ("bare.ts", b'<!DOCTYPE TS><TS version="2.1"></TS>\n', "of Qt, no typescript"),
        ("page.js", b"<!DOCTYPE html>\n<script>let a = 1</script>\n", "an HTML page, no javascript"),
        ("data.java", b"\xef\xbb\xbf<?xml version='1.0'?>\n<a/>\n", "an XML document, no java"),
        ("lfs.py", b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 9\n", "LFS"),
    ],
)
def test_what_cannot_be_read_is_a_row_that_says_why(
    make_repo: Callable, scanned: Callable, rows: Callable, name: str, content: bytes, reason: str
):
    repo = make_repo({**GOOD, name: content})
    (summary,) = scanned(repo)
    assert (summary["files"], summary["parsed"]) == (5, 4)
    assert reason in skipped(rows, repo)[name]
    assert rows(repo.path, "SELECT src, dst FROM dependency WHERE kind = 'import' ORDER BY 1") == [
        ["a.py", "b.py"], ["c.ts", "d.ts"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("broken.py", "def f(:\n  ((((\nimport b\nclass\n"),
        ("broken.ts", "export class { ((( import { d } from './d'\nfunction\n"),
        ("nested.py", "x = " + "(" * DEEP + "1" + ")" * DEEP + "\n"),
        ("open.py", "x = " + "[" * 10_000 + "\n"),
        ("nested.ts", "export const x = " + "[" * DEEP + "]" * DEEP + "\n"),
        ("braces.js", "{" * DEEP + "}" * DEEP + "\n"),
        ("empty.py", ""),
        ("bom.py", "\ufeffimport b\n"),
        ("one-line.py", "x = [" + "1," * 20_000 + "]\n"),
        ("cr.py", "import b\rimport a\r"),
    ],
)
def test_broken_and_monstrous_syntax_stops_nothing(
    make_repo: Callable, scanned: Callable, rows: Callable, name: str, content: str
):
    repo = make_repo({**GOOD, name: content})
    (summary,) = scanned(repo)
    assert summary["files"] == 5
    assert summary["parsed"] + len(summary["skipped"]) == 5
    assert ["a.py", "b.py"] in rows(repo.path, "SELECT src, dst FROM dependency")


def test_a_byte_order_mark_costs_no_first_line(make_repo: Callable, scanned: Callable, rows: Callable):
    first = {"m.py": "import b\n", "m.ts": "import { d } from './d'\n", "m.c": '#include "n.h"\n'}
    repo = make_repo({**GOOD, "n.h": "int n;\n", **{path: f"\ufeff{text}" for path, text in first.items()}})
    scanned(repo)
    found = rows(repo.path, "SELECT src, dst FROM dependency WHERE kind = 'import' AND src LIKE 'm.%' ORDER BY 1")
    assert found == [["m.c", "n.h"], ["m.py", "b.py"], ["m.ts", "d.ts"]]


def test_hostile_names_are_kept_as_they_are_and_shown_made_visible(
    make_repo: Callable, plumbrule: Callable, rows: Callable
):
    repo = make_repo({**GOOD, f"dir {HOSTILE}/x.py": "import b\n", HOSTILE: "import a\n", "\ufeff.py": "x = 1\n"})
    repo.write({f"{HOSTILE[:-3]}2.py": b"x = '\xff'\n"})
    repo.commit()
    answer = plumbrule(repo.path, "scan", "--quiet")
    assert answer.code == 0
    assert "\u202e" not in answer.out
    assert HOSTILE in rows(repo.path, "SELECT path FROM file")
    assert [HOSTILE, "a.py"] in rows(repo.path, "SELECT src, dst FROM dependency")
    assert list(skipped(rows, repo)) == [f"{HOSTILE[:-3]}2.py"]
    assert not (repo.path / "pwned").exists()
    shown = plumbrule(repo.path, "query", "SELECT path FROM file WHERE path LIKE '%script%'")
    assert shown.code == 0
    assert "\u202e" not in shown.out


def test_names_that_are_no_utf8_are_shown_by_their_bytes(make_repo: Callable, scanned: Callable, rows: Callable):
    repo = make_repo(GOOD)
    (Path(os.fsdecode(os.fsencode(repo.path) + b"/caf\xe9.py"))).write_text("import b\n")
    repo.commit()
    scanned(repo)
    scanned(repo, "--worktree")
    assert "caf\\xe9.py" in rows(repo.path, "SELECT path FROM file")


def test_a_repository_whose_folder_is_no_utf8(make_repo: Callable, process: Callable, tmp_path: Path):
    repo = make_repo(GOOD)
    other = os.fsdecode(os.fsencode(repo.path.parent) + b"/caf\xe9")
    repo.path.rename(other)
    for command in (("scan", "--quiet", "--format", "json"), ("gate", "--base", "main", "--format", "json")):
        refused = process(Path(other), *command)
        _, err = refused.communicate(timeout=60)
        assert refused.returncode == 2
        assert "--store" in err
        asked = process(Path(other), *command, "--store", str(tmp_path / "store"))
        out, err = asked.communicate(timeout=60)
        assert asked.returncode == 0, err
        assert '"repo": "caf\\\\xe9"' in out


def test_links_and_submodules_are_not_followed(make_repo: Callable, scanned: Callable, rows: Callable, tmp_path: Path):
    (tmp_path / "outside.py").write_text("import b\n")
    repo = make_repo(GOOD)
    links = {"loop.py": "loop.py", "one.py": "two.py", "two.py": "one.py", "dangling.py": "nowhere", "folder": "."}
    for name, target in {**links, "out.py": str(tmp_path / "outside.py")}.items():
        (repo.path / name).symlink_to(target)
    (repo.path / "sub").mkdir()
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{repo.head},sub")
    repo.commit()
    for how in ((), ("--worktree",)):
        (summary,) = scanned(repo, *how)
        assert summary["parsed"] == 4
        reasons = dict(summary["skipped"])
        assert all("link" in reasons[name] for name in ("loop.py", "one.py", "two.py", "out.py", "dangling.py"))
        assert "submodule" in reasons["sub"]


def test_pipes_and_devices_in_the_work_tree_are_not_opened(make_repo: Callable, scanned: Callable):
    repo = make_repo(GOOD)
    os.mkfifo(repo.path / "pipe.py")
    (repo.path / "a.py").unlink()
    os.mkfifo(repo.path / "a.py")
    (summary,) = scanned(repo, "--worktree")
    assert summary["parsed"] == 3


def test_line_endings_and_filters_do_not_poison_the_facts(make_repo: Callable, scanned: Callable, rows: Callable):
    repo = make_repo({**GOOD, ".gitattributes": "*.py text eol=crlf\n"})
    repo.git("rm", "--quiet", "--cached", "-r", ".")
    repo.git("reset", "--quiet", "--hard")
    assert b"\r\n" in (repo.path / "a.py").read_bytes()
    (summary,) = scanned(repo)
    assert summary["parsed"] == 4
    blob = repo.git("rev-parse", "HEAD:a.py")
    assert rows(repo.path, "SELECT blob FROM file WHERE path = 'a.py'") == [blob]


@pytest.mark.parametrize(
    ("deed", "reason"),
    [
        ("crash", "crashed (signal 11)"),
        ("hang", "longer than"),
        ("exit", "ended early"),
        ("memory", "memory"),
        ("fault", "Plumbrule's extractor failed: KeyError"),
    ],
)
def test_a_parser_that_dies_costs_its_file_only(
    make_repo: Callable, scanned: Callable, rows: Callable, monkeypatch, deed: str, reason: str
):
    from plumbrule.extract import Limits
    from plumbrule.languages import languages
    from plumbrule.terms import Terms

    def dying(data: bytes, *rest: Any) -> Any:  # Any: passed on
        if b"poison" in data:
            if deed == "crash":
                faulthandler.disable()
                os.kill(os.getpid(), signal.SIGSEGV)
            elif deed == "hang":
                while True:
                    pass
            elif deed == "exit":
                os._exit(3)
            elif deed == "fault":
                raise KeyError("a slip of ours")
            else:
                raise MemoryError
        return extract(data, *rest)

    def impatient(*given: Any, **named: Any) -> Terms:  # Any: passed on
        return replace(Terms(*given, **named), limits=Limits(seconds=0.5))

    python = languages()["python"]
    extract = python.extract
    monkeypatch.setitem(languages(), "python", type(python)(**{**fields(python), "extract": dying}))
    import plumbrule.extract.pool
    import plumbrule.terms

    monkeypatch.setattr(plumbrule.extract.pool, "_STALLED", 10_000)  # a busy machine gives it its time in the end
    monkeypatch.setattr(plumbrule.terms, "Terms", impatient)
    repo = make_repo({**GOOD, "poison.py": "poison = 1\n"})
    (summary,) = scanned(repo)
    assert summary["parsed"] == 4
    assert reason in dict(summary["skipped"])["poison.py"]
    assert reason in skipped(rows, repo)["poison.py"]


def fields(language: Any) -> dict[str, Any]:
    from dataclasses import fields as of

    return {field.name: getattr(language, field.name) for field in of(language)}


def test_missing_objects_are_told_with_what_mends_them_and_read_once_they_are_there(
    make_repo: Callable, scanned: Callable, rows: Callable, tmp_path: Path
):
    origin = make_repo(GOOD, name="origin")
    origin.commit({"a.py": "import b\n\nY = 1\n"})
    origin.git("config", "uploadpack.allowFilter", "true")
    here = tmp_path / "clone"
    subprocess.run(
        ["git", "clone", "--quiet", "--no-checkout", "--filter=blob:none", f"file://{origin.path}", here], check=True
    )
    clone = type(origin)(here)
    (summary,) = scanned(clone)
    assert summary["parsed"] == 0
    assert any("--refetch --no-filter" in note for note in summary["notes"])
    clone.git("fetch", "--quiet", "--refetch", "--no-filter", "origin")
    (summary,) = scanned(clone)
    assert summary["parsed"] == 4
    assert rows(here, "SELECT count(*) FROM skipped") == [0]
    positions = "SELECT position, parsed FROM snapshot ORDER BY 1"
    assert rows(here, positions) == [[0, 4], [1, 4]]


def test_a_manifest_whose_object_is_missing_is_skipped_and_read_once_it_is_there(
    make_repo: Callable, scanned: Callable, rows: Callable
):
    manifest = '[tool.setuptools.packages.find]\nwhere = ["lib"]\n'
    repo = make_repo({"pyproject.toml": manifest, "lib/tool.py": "X = 1\n", "use.py": "import tool\n"})
    blob = repo.git("rev-parse", "main:pyproject.toml")
    kept = repo.path / ".git/objects" / blob[:2] / blob[2:]
    content = kept.read_bytes()
    kept.unlink()
    (summary,) = scanned(repo)
    assert [path for path, _ in summary["skipped"]] == ["pyproject.toml"]
    assert any("git fsck" in note for note in summary["notes"])
    kept.write_bytes(content)
    (summary,) = scanned(repo)
    assert summary["skipped"] == []
    assert rows(repo.path, "SELECT dst FROM dependency") == ["lib/tool.py"]
