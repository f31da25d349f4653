"""The wheel and the source archive, and Plumbrule installed from the wheel far away from any checkout."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest


def run(*command: str | Path, cwd: Path, **environ: str) -> str:
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **environ}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def built(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source archive of this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-d", folder, "-t", "wheel", "-t", "sdist", cwd=root)
    return folder


@pytest.fixture(scope="session")
def wheel(built: Path) -> Path:
    (file,) = built.glob("*.whl")
    return file


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of an environment that holds the wheel, and not this checkout."""
    home = tmp_path_factory.mktemp("elsewhere")
    run(sys.executable, "-m", "venv", "--without-pip", home / "env", cwd=home)
    python = home / "env" / "bin" / "python"
    # Dependencies are shared by path. Path files of a folder that is added by a path file are not read, so the editable
    # installation of this checkout stays out.
    (site,) = (home / "env" / "lib").glob("python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    pip = (
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--no-compile",
    )
    run(*pip, wheel, cwd=home)
    return python.parent


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
        if file.suffix in {".scm", ".sql", ".json"} or file.name == "py.typed"
    }
    assert "plumbrule/py.typed" in data
    assert data <= set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_holds_no_leftovers(wheel: Path):
    names = zipfile.ZipFile(wheel).namelist()
    assert [n for n in names if "__pycache__" in n or n.endswith((".pyc", ".duckdb", ".orig"))] == []


def test_the_source_archive_builds_the_same_wheel(built: Path, wheel: Path, tmp_path: Path):
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


def test_data_is_found_installed_and_in_a_checkout(root: Path, installed: Path, tmp_path: Path):
    code = "from plumbrule.data import data_folder as f; print(f('rules')); print(f('reports'))"
    rules, reports = map(Path, run(installed / "python", "-c", code, cwd=tmp_path).splitlines())
    assert rules.parts[-3:] == ("plumbrule", "_data", "rules")
    assert rules.is_dir()
    assert reports.is_dir()
    assert root not in rules.parents
    assert run(sys.executable, "-c", code, cwd=tmp_path).splitlines() == [str(root / "rules"), str(root / "reports")]
