"""The wheel and the source archive, and Plumbrule installed from the wheel far away from any checkout."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., str]


def test_the_wheel_holds_one_import_package_and_all_data(root: Path, wheel: Path):
    names = [name for name in zipfile.ZipFile(wheel).namelist() if not name.endswith("/")]
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"plumbrule"}
    for folder in ("rules", "reports"):
        shipped = {
            n.removeprefix(f"plumbrule/_data/{folder}/") for n in names if n.startswith(f"plumbrule/_data/{folder}/")
        }
        here = {
            file.relative_to(root / folder).as_posix()
            for file in (root / folder).rglob("*")
            if file.is_file() and "__pycache__" not in file.parts
        }
        assert shipped == here


def test_the_wheel_holds_what_is_read_at_run_time(root: Path, wheel: Path):
    package = root / "analyzer"
    data = {
        file.relative_to(package).as_posix()
        for file in (package / "plumbrule").rglob("*")
        if (file.suffix in {".scm", ".sql", ".json"} or file.name == "py.typed") and "fixtures" not in file.parts
    }
    assert "plumbrule/py.typed" in data
    assert data <= set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_is_of_this_platform_if_there_is_a_compiler(run: Run, wheel: Path, installed: Path, tmp_path: Path):
    headers = Path(sysconfig.get_path("include"), "Python.h").is_file()
    is_built = headers and any(map(shutil.which, ("cc", "gcc", "clang")))
    compiled = [name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".so")]
    assert compiled == (["plumbrule/extract/compiled/_core.abi3.so"] if is_built else [])
    assert wheel.stem.endswith("-py3-none-any") != is_built
    assert ("-cp311-abi3-" in wheel.stem) == is_built
    told = run(installed / "plumbrule", "--version", cwd=tmp_path)
    assert told.strip().endswith("core: compiled" if is_built else "core: Python (not built)")


def test_without_a_compiler_the_wheel_is_pure_and_a_word_is_said(root: Path, tmp_path: Path):
    environ = {"PATH": str(tmp_path), "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", "hatchling", "build", "-d", tmp_path / "pure", "-t", "wheel"]
    done = subprocess.run(command, cwd=root, env=environ, capture_output=True, text=True, check=True)
    (wheel,) = (tmp_path / "pure").glob("*.whl")
    assert wheel.stem.endswith("-py3-none-any")
    assert "there is no C compiler" in done.stdout + done.stderr
    assert not [name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".so")]


def test_the_wheel_holds_no_leftovers(wheel: Path):
    names = zipfile.ZipFile(wheel).namelist()
    assert [n for n in names if re.search(r"__pycache__|/fixtures/|\.(pyc|duckdb|orig)$", n)] == []


def test_the_source_archive_builds_the_same_wheel(run: Run, built: Path, wheel: Path, tmp_path: Path):
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        names = tar.getnames()
        tar.extractall(tmp_path, filter="data")
    assert not [n for n in names if "/.venv/" in n or "/.plumbrule/" in n or "__pycache__" in n]
    (source,) = tmp_path.iterdir()
    run(sys.executable, "-m", "hatchling", "build", "-d", tmp_path / "again", "-t", "wheel", cwd=source)
    (again,) = (tmp_path / "again").glob("*.whl")
    first, second = zipfile.ZipFile(wheel), zipfile.ZipFile(again)
    assert sorted(first.namelist()) == sorted(second.namelist())
    assert [n for n in first.namelist() if first.read(n) != second.read(n)] == []


def test_data_is_found_installed_and_in_a_checkout(run: Run, root: Path, installed: Path, tmp_path: Path):
    code = "from plumbrule.data import data_folder as f; print(f('rules')); print(f('reports'))"
    rules, reports = map(Path, run(installed / "python", "-c", code, cwd=tmp_path).splitlines())
    assert rules.parts[-3:] == ("plumbrule", "_data", "rules")
    assert rules.is_dir()
    assert reports.is_dir()
    assert root not in rules.parents
    assert run(sys.executable, "-c", code, cwd=tmp_path).splitlines() == [str(root / "rules"), str(root / "reports")]
